//! The harness of the tests below `tests/`: a real server on a real socket, in this process, with a database of its own
//! and a clock that the test moves.
//!
//! ```no_run
//! use stack_tests::{Outcome, TestProject};
//!
//! # async fn example() {
//! let project = TestProject::start().await;
//! let ada = project.sign_up("ada@example.com").await;
//! let me = ada.client.sign_out().await;
//! # let _ = me;
//! # }
//! ```
//!
//! - [`TestServer`] is the server, [`TestProject`] a project on it with keys of every kind, made as a dashboard makes
//!   it, [`TestUser`] somebody who is signed in.
//! - Calls go through the generated client; [`Call`] sends what a typed client can't get wrong, and checks that the
//!   contract knows of the answer.
//! - [`Outcome`] says what a typed call has to come to, [`Snapshots`] makes bodies the same in every run and checks what
//!   it hides.

pub mod answers;
mod contract;
mod database;
mod http;
mod log;
mod mail;
mod neighbour;
mod outcome;
mod project;
mod script;
mod secrets;
mod server;
mod skip;
mod snapshot;
mod token;
mod user;

pub use contract::operation_of;
pub use database::{Backend, TestDatabase};
pub use http::{Answer, Call};
pub use log::Log;
pub use mail::Mail;
pub use outcome::{Outcome, typed};
pub use project::{Keys, ProjectOptions, TestProject};
pub use script::{chromium, run_script, spawn_script};
pub use secrets::{Secrets, files_below};
pub use server::{INTERNAL, START, TestServer, internal_keys};
pub use skip::skip;
pub use snapshot::Snapshots;
pub use token::{CLAIMS, claims, header, verified_claims};
pub use user::{PASSWORD, TestUser};
