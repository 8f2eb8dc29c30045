//! How pages and searches follow the number of users, and what a server with many users needs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    data,
    load::{Connection, Request},
    program::Program,
    rest,
    scene::Scene,
    verdict,
};

/// What a page may take with the most users, in terms of the least.
const BUDGET: f64 = 1.5;

/// The least number of users, and how it grows.
const LEAST: u32 = 1_000;
const STEP: u32 = 10;

/// How many requests there are of each kind at the most, and for how long at the most.
const REQUESTS: usize = 101;
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints a row for each number of users; false if a budget is broken.
pub async fn measure(scene: &Scene, users: u32) -> Result<bool> {
    println!(
        "\n  {:>10} {:>12} {:>14} {:>16} {:>18}",
        "users", "first page", "page in the middle", "search, one found", "search, none found"
    );
    let (mut present, mut count, mut kept) = (0, LEAST.min(users), true);
    let mut least: Option<f64> = None;
    let mut rest = None;
    loop {
        data::fill(scene, present, count).await?;
        present = count;
        let server = Program::server(scene).await?;
        let times = times(scene, &server, count).await?;
        drop(server);
        let slowest_page = times[0].max(times[1]);
        let ratio = slowest_page / *least.get_or_insert(slowest_page);
        let verdict = if count == users && users > LEAST {
            kept &= ratio <= BUDGET;
            verdict(ratio <= BUDGET, &format!("{BUDGET:.1}"))
        } else {
            String::new()
        };
        println!(
            "  {count:>10} {:>9.2} ms {:>15.2} ms {:>14.2} ms {:>15.2} ms  page ×{ratio:.2}  {verdict}",
            times[0], times[1], times[2], times[3]
        );
        if count == rest::USERS.min(users) {
            rest = Some(rest::measure(scene, count).await?);
        }
        if count == users {
            break;
        }
        count = count.saturating_mul(STEP).min(users);
    }
    let rest = rest.context("it was measured on the way")?;
    println!("\n  {}", rest.text);
    Ok(kept && rest.kept)
}

/// The medians in milliseconds: first page, page in the middle, search that finds one, search that finds nobody.
async fn times(scene: &Scene, server: &Program, count: u32) -> Result<[f64; 4]> {
    let mut connection = Connection::open(server.address).await?;
    let middle = data::id_of(count / 2);
    let requests = [
        scene.page(None),
        scene.page(Some(&format!("cursor={middle}"))),
        // Names end in their number, so that only one has this at its end.
        scene.page(Some(&format!("query=person%20{}%20of", count - 1))),
        scene.page(Some("query=nobody%20at%20all")),
    ];
    let mut medians = [0.0; 4];
    for (index, (request, median)) in requests.iter().zip(&mut medians).enumerate() {
        let found = serde_json::from_slice::<Value>(&connection.send(request).await?)?;
        let found = found["items"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(
            (index < 2 && found == 50) || (index == 2 && found == 1) || (index == 3 && found == 0),
            "{} finds {found} users of {count}",
            request.path
        );
        *median = median_time(&mut connection, request).await?;
    }
    Ok(medians)
}

async fn median_time(connection: &mut Connection, request: &Request) -> Result<f64> {
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < REQUESTS && (times.len() < 3 || start.elapsed() < PATIENCE) {
        let sent = Instant::now();
        connection.send(request).await?;
        times.push(sent.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2].as_secs_f64() * 1000.0)
}
