//! `cargo xtask bench`: measures what ARCHITECTURE.md sets budgets for.
//!
//! Goals are ratios within one run, so that they hold on any machine; a broken one makes the command fail.

mod client;
mod codegen;
mod compile;
mod measure;
mod rivals;
mod server;
mod webhooks;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Options of `bench`.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// How long the generator takes on the whole contract, and beside other generators on one document.
    Codegen(codegen::Options),
    /// What the client costs: a call beside hand-written reqwest, and compiling it beside progenitor's plain output.
    Client(client::Options),
    /// What the server costs: requests beside handlers written by hand, growth to a million users, start and memory.
    ///
    /// Sign-in by password, refresh of a session, `GET /users/me`, a page of users and a check of a permission are
    /// measured at 1 and at 32 connections, beside handlers in axum and sqlx with the same queries. Then the database
    /// grows from 1,000 users on: pages and searches at each size, and at 100,000 users the time to start and the memory
    /// at rest. Ratios hold on any machine that is otherwise quiet; the rest is of this one.
    Server(server::Options),
    /// What webhooks cost: a change with an endpoint beside one without, and how many are delivered in a second.
    Webhooks(webhooks::Options),
}

/// Exits with 1 if a budget is broken.
///
/// # Errors
///
/// If the subject can't be run at all.
pub fn run(options: &Options) -> Result<ExitCode> {
    match &options.subject {
        Subject::Codegen(options) => codegen::run(options),
        Subject::Client(options) => client::run(options),
        Subject::Server(options) => server::run(options),
        Subject::Webhooks(options) => webhooks::run(options),
    }
}
