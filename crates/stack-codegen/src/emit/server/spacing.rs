//! The blank lines between the methods of a trait, which the printer leaves out.

/// `text` with a blank line before each documented method that follows another.
pub(super) fn methods_apart(text: &str) -> String {
    let mut apart = String::with_capacity(text.len() + text.len() / 40);
    let mut before = "";
    for line in text.lines() {
        let is_docs = |line: &str| line.trim_start().starts_with("///");
        if line.starts_with("    ///") && before.ends_with(';') && !is_docs(before) {
            apart.push('\n');
        }
        apart.push_str(line);
        apart.push('\n');
        before = line;
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_set_apart_and_their_docs_are_not() {
        let text = "trait E {\n    /// F;\n    /// more.\n    fn f();\n    /// G.\n    fn g();\n}\n";
        let expected = "trait E {\n    /// F;\n    /// more.\n    fn f();\n\n    /// G.\n    fn g();\n}\n";
        assert_eq!(methods_apart(text), expected);
    }
}
