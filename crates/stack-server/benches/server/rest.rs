//! How long a server takes to start on a database that is there, and how much memory it keeps.

use std::time::Duration;

use anyhow::Result;

use crate::{
    load::{Request, run},
    program::Program,
    scene::{PEOPLE, Scene},
    verdict,
};

/// The number of users for which the budgets are.
pub const USERS: u32 = 100_000;

/// From the start of the process to the first answer.
const START_BUDGET: Duration = Duration::from_millis(200);

/// In bytes, once it has worked.
const MEMORY_BUDGET: u64 = 80_000_000;

/// Odd, so that there is one in the middle.
const STARTS: usize = 9;

/// What to print.
pub struct Row {
    pub text: String,
    pub kept: bool,
}

/// Starts a server several times; the last one works for a while and then rests.
pub async fn measure(scene: &Scene, users: u32) -> Result<Row> {
    let mut starts = Vec::new();
    let mut server = Program::server(scene).await?;
    for _ in 0..STARTS {
        drop(server);
        server = Program::server(scene).await?;
        starts.push(server.started_in);
    }
    starts.sort_unstable();
    let start = starts[STARTS / 2];
    let people: Vec<Request> = (0..PEOPLE).map(|person| scene.current_user(person)).collect();
    run(server.address, &people, Duration::from_secs(2)).await?;
    let pages: Vec<Request> = (0..PEOPLE).map(|_| scene.page(None)).collect();
    run(server.address, &pages, Duration::from_secs(2)).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let memory = server.memory();
    let (in_time, small) = (
        start <= START_BUDGET,
        memory.is_none_or(|memory| memory <= MEMORY_BUDGET),
    );
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let shown = memory.map_or_else(|| "?".to_owned(), |memory| format!("{:.1}", memory as f64 / 1e6));
    Ok(Row {
        text: format!(
            "{users} users: {:.0} ms from start to first answer ({}), {shown} MB at rest after work ({})",
            start.as_secs_f64() * 1000.0,
            verdict(in_time, "200 ms"),
            verdict(small, "80 MB"),
        ),
        kept: in_time && small,
    })
}
