//! How to call cargo.

use std::process::Command;

use crate::contract;

/// The cargo that runs this task, in the workspace's root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(contract::root());
    command
}
