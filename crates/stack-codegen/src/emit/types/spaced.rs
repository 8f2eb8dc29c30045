//! Empty lines between items, which the printer leaves out.

use anyhow::Result;
use proc_macro2::TokenStream;

use crate::emit::rust;

/// Prints `tokens` as [`rust::render`] does, with an empty line before each item but those that belong together.
pub(in crate::emit) fn render(tokens: TokenStream, source: &str) -> Result<String> {
    Ok(spaced(&rust::render(tokens, source)?))
}

fn spaced(code: &str) -> String {
    let mut spaced = String::with_capacity(code.len());
    let mut previous = "";
    for line in code.lines() {
        if starts_item(line) && ends_item(previous) && !belong_together(previous, line) {
            spaced.push('\n');
        }
        spaced.push_str(line);
        spaced.push('\n');
        previous = line;
    }
    spaced
}

/// Whether an item begins here. The printer indents everything inside one.
pub(crate) fn starts_item(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '#' || first == '/')
}

/// Whether one ended with this line.
pub(crate) fn ends_item(line: &str) -> bool {
    line.starts_with("//!") || !line.starts_with([' ', '/', '#']) && line.ends_with(['}', ';'])
}

/// Whether the lines stand together, as `mod a;` and `mod b;` do.
fn belong_together(line: &str, next: &str) -> bool {
    let is_docs = |line: &str| line.starts_with("//!");
    let is_short = |line: &str| {
        let line = line.trim_start_matches("pub ");
        // The last is the end of a long `use`.
        line.starts_with("use ") || line.starts_with("mod ") || line == "};"
    };
    is_docs(line) && is_docs(next) || is_short(line) && is_short(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_apart_and_short_ones_together() {
        let code = "//! A.\nmod a;\npub mod b;\nuse c::{\n    D,\n};\nuse e::F;\n/// G.\nstruct G;\nimpl G {\n}\nstatic H: u8 = 1;\n";
        let expected = "//! A.\n\nmod a;\npub mod b;\nuse c::{\n    D,\n};\nuse e::F;\n\n/// G.\nstruct G;\n\nimpl G {\n}\n\nstatic H: u8 = 1;\n";
        assert_eq!(spaced(code), expected);
        assert_eq!(spaced(expected), expected);
    }
}
