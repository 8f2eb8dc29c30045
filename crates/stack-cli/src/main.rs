//! The program `stack`. What it does is in the library, so that tests can run it in their own process.

use std::process::ExitCode;

use stack_cli::{Exit, Io};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut io = Io::of_process();
    // Everything that is written to disk is written whole or not at all, so a run may end anywhere.
    let exit = tokio::select! {
        exit = stack_cli::run(std::env::args_os(), &mut io) => exit,
        _ = tokio::signal::ctrl_c() => Exit::Interrupted,
    };
    ExitCode::from(exit as u8)
}
