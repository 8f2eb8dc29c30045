//! Colours where they are wanted, and output that may be cut off.

use std::io::{IsTerminal, Write, stderr, stdout};

/// Prints to stdout. Whoever reads may stop, as `head` does.
pub fn print(text: &str) {
    // Nobody is left to be told.
    let _ = stdout().write_all(text.as_bytes());
}

/// Whether stderr is a terminal that shows colours.
pub fn is_coloured() -> bool {
    stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// For what is wrong.
pub fn red(text: &str) -> String {
    paint("1;31", text)
}

/// For what is well.
pub fn green(text: &str) -> String {
    paint("32", text)
}

fn paint(code: &str, text: &str) -> String {
    if is_coloured() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
