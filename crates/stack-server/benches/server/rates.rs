//! How many requests are answered in a second, beside the handlers written by hand.

use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    load::{Answers, Request, run},
    program::Program,
    scene::{PEOPLE, Scene},
    verdict,
};

/// Odd, so that there is one in the middle.
const ROUNDS: u32 = 5;

/// What `GET /users/me` on SQLite has to do at least, in terms of what is written by hand.
const BUDGET: f64 = 0.7;

/// The requests, and whether the budget is for them.
fn cases(scene: &Scene) -> [(&'static str, Vec<Request>, bool); 5] {
    let of_all = |request: &dyn Fn(usize) -> Request| (0..PEOPLE).map(request).collect();
    [
        (
            "GET /users/me",
            of_all(&|person| scene.current_user(person)),
            scene.is_sqlite(),
        ),
        (
            "permission check",
            of_all(&|person| scene.permission_check(person)),
            false,
        ),
        ("page of 50 users", of_all(&|_| scene.page(None)), false),
        ("session refresh", of_all(&|person| scene.refresh(person)), false),
        ("sign-in by password", of_all(&|person| scene.sign_in(person)), false),
    ]
}

/// Prints a row for each request and number of connections; false if a budget is broken.
pub async fn measure(scene: &Scene, seconds: u32) -> Result<bool> {
    let server = Program::server(scene).await?;
    let by_hand = Program::by_hand(scene, &server).await?;
    let round = Duration::from_secs(seconds.into()) / (2 * ROUNDS);
    let cases = cases(scene);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds {msg}")?;
    let bar = ProgressBar::new(cases.len() as u64 * 2 * u64::from(ROUNDS)).with_style(style);
    bar.println("");
    println!(
        "  {:20} {:>5} {:>12} {:>14} {:>7} {:>10} {:>10}",
        "", "at once", "per second", "by hand", "ratio", "median", "99 of 100"
    );
    let mut kept = true;
    for (name, requests, has_budget) in &cases {
        for at_once in [1, requests.len()] {
            bar.set_message(*name);
            let requests = &requests[..at_once];
            run(server.address, requests, round).await?;
            run(by_hand.address, requests, round).await?;
            let mut rounds = Vec::new();
            for index in 0..ROUNDS {
                let (ours, theirs);
                if index % 2 == 0 {
                    ours = run(server.address, requests, round).await?;
                    theirs = run(by_hand.address, requests, round).await?;
                } else {
                    theirs = run(by_hand.address, requests, round).await?;
                    ours = run(server.address, requests, round).await?;
                }
                rounds.push((ours, theirs));
                bar.inc(1);
            }
            let ratio = median(rounds.iter().map(|(ours, theirs)| ours.per_second / theirs.per_second));
            kept &= !has_budget || ratio >= BUDGET;
            let row = row(name, at_once, &rounds, ratio);
            let verdict = if *has_budget {
                verdict(ratio >= BUDGET, "0.70")
            } else {
                String::new()
            };
            bar.suspend(|| println!("  {row}  {verdict}"));
        }
    }
    bar.finish_and_clear();
    Ok(kept)
}

fn row(name: &str, at_once: usize, rounds: &[(Answers, Answers)], ratio: f64) -> String {
    let ours = median(rounds.iter().map(|(ours, _)| ours.per_second));
    let theirs = median(rounds.iter().map(|(_, theirs)| theirs.per_second));
    let within = |share| median(rounds.iter().map(|(ours, _)| ours.within(share).as_secs_f64() * 1000.0));
    format!(
        "{name:20} {at_once:>7} {ours:>12.0} {theirs:>14.0} {ratio:>7.2} {:>7.2} ms {:>7.2} ms",
        within(0.5),
        within(0.99)
    )
}

fn median(samples: impl Iterator<Item = f64>) -> f64 {
    let mut samples: Vec<_> = samples.collect();
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
