//! Doc comments from the contract's sentences.

use proc_macro2::TokenStream;
use quote::quote;

/// Columns of text in a doc comment inside a trait, so that lines stay under 120.
const WIDTH: usize = 108;

/// `///` lines.
pub(super) fn outer(text: &str) -> TokenStream {
    let lines = lines(text);
    quote!(#(#[doc = #lines])*)
}

/// `//!` lines.
pub(super) fn inner(text: &str) -> TokenStream {
    let lines = lines(text);
    quote!(#(#![doc = #lines])*)
}

/// The lines of `text`, each with the space that stands after the slashes. Paragraphs are wrapped, list items too.
fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.trim().lines() {
        let indent = if line.trim_start().starts_with("- ") {
            "   "
        } else {
            " "
        };
        let mut current = String::new();
        for word in line.split_whitespace() {
            if !current.is_empty() && current.len() + word.len() >= WIDTH {
                lines.push(std::mem::take(&mut current));
                current.push_str(indent);
            } else {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_items_are_wrapped_below_their_text() {
        let item = format!("Head.\n\n- {}", "word ".repeat(40));
        let lines = lines(&item);
        assert_eq!(lines[..2], [" Head.", ""]);
        assert!(lines[2].starts_with(" - word") && lines[3].starts_with("   word"));
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
    }
}
