//! What a source of a template may hold, looked at before it is compiled.

use super::template::Fault;

/// How many bytes a source has at most.
pub(super) const MAX_SOURCE_BYTES: usize = 64 * 1024;

/// What tells that a source is meant for React.
const REACT: [&str; 6] = ["import ", "import{", "export ", "function ", "const ", "return ("];

/// Refuses a source that is too large, is written for React, or has operators by which a few steps could fill the
/// memory: each doubling of a text or a list takes one.
pub(super) fn check(what: &str, source: &str) -> Result<(), Fault> {
    if source.len() > MAX_SOURCE_BYTES {
        return Err(Fault(format!(
            "The {what} has {} bytes; at most {MAX_SOURCE_BYTES} are allowed.",
            source.len()
        )));
    }
    let is_react = |line: &str| REACT.iter().any(|start| line.trim_start().starts_with(start));
    if source.lines().any(is_react) || source.contains("=> {") || source.contains("<>") {
        return Err(Fault(format!(
            "The {what} is written for React (TSX), which this server doesn't run. Write HTML with minijinja in it, for \
             example <p>Hello {{{{ user.displayName }}}}!</p>."
        )));
    }
    match code_of(source).find_map(forbidden) {
        Some(found) => Err(Fault(format!(
            "The {what} has {found} between braces, which templates of mails can't use."
        ))),
        None => Ok(()),
    }
}

/// What stands between `{{` and `}}`, and between `{%` and `%}`; nothing of comments.
fn code_of(source: &str) -> impl Iterator<Item = &str> {
    let mut rest = source;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('{')?;
            let after = rest.get(start + 2..).unwrap_or_default();
            let end = match rest.as_bytes().get(start + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                Some(b'#') => {
                    rest = after.split_once("#}").map_or("", |(_, after)| after);
                    continue;
                }
                _ => {
                    rest = &rest[start + 1..];
                    continue;
                }
            };
            let length = end_of(after, end);
            rest = after.get(length + 2..).unwrap_or_default();
            return Some(&after[..length]);
        }
    })
}

/// Where code ends, past texts in quotes.
fn end_of(code: &str, end: &str) -> usize {
    let mut quote = None;
    let mut is_escaped = false;
    for (at, c) in code.char_indices() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if code[at..].starts_with(end) => return at,
            None => {}
        }
    }
    code.len()
}

/// Words after which a bracket begins a list or a tuple; after any other word it takes something out of a value, or
/// calls it.
const OPERATORS: [&str; 11] = [
    "and",
    "else",
    "elif",
    "if",
    "in",
    "is",
    "not",
    "or",
    "recursive",
    "set",
    "with",
];

/// What makes texts or lists grow, if there is some outside of quotes.
fn forbidden(code: &str) -> Option<&'static str> {
    if code
        .trim_start_matches(|c: char| c == '-' || c.is_whitespace())
        .starts_with("raw")
    {
        // What is in it would be taken for code here.
        return Some("raw text");
    }
    let mut quote = None;
    let mut is_escaped = false;
    let mut word = String::new();
    let mut before = ' ';
    let mut calls = Vec::new();
    for c in code.chars() {
        if let Some(open) = quote {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if c == open => quote = None,
                _ => {}
            }
            continue;
        }
        let is_value = match before {
            ')' | ']' | '"' | '\'' => true,
            _ => (before.is_alphanumeric() || before == '_') && !OPERATORS.contains(&word.as_str()),
        };
        match c {
            '~' => return Some("the operator ~"),
            '+' => return Some("the operator +"),
            '*' => return Some("the operator *"),
            '{' => return Some("a map"),
            '[' if !is_value => return Some("a list"),
            '(' => calls.push(is_value),
            ')' => drop(calls.pop()),
            ',' if calls.last() == Some(&false) => return Some("a list"),
            '"' | '\'' => quote = Some(c),
            _ => {}
        }
        if !(before.is_alphanumeric() || before == '_') {
            word.clear();
        }
        word.push(c);
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(source: &str) -> bool {
        check("template", source).is_ok()
    }

    #[test]
    fn what_mails_need_is_fine() {
        for source in [
            "<p>2 + 2 * 3 ~ [1, 2] {a} are just text</p>",
            "{{ user.displayName }} {{ items[0].name }} {{ \"a + b ~ c, [\" }} {{ name|default('x') }}",
            "{% for item in items %}{{ item|upper }}{% endfor %}{% if a == 'b' and not (c or d) %}{% endif %}",
            "{% set subject = \"News\" %}{{ a - b }} {{ a // b }} {{ 'it\\'s [1]' }} {{ a['b'] }}",
            "{# ~ + [ #}",
        ] {
            assert!(is_fine(source), "{source}");
        }
    }

    #[test]
    fn what_makes_texts_or_lists_grow_is_refused() {
        for source in [
            "{{ a ~ a }}",
            "{{ a + a }}",
            "{% set b = a * 9 %}",
            "{% set b = [a, a] %}",
            "{% set b = (a, a) %}",
            "{% set b = { 'x': a } %}",
            "{{ '\\'' ~ a }}",
            "{{ '%}' ~ a }}",
            "{% if x in [1, 2] %}{% endif %}",
            "{% set b = a or[a, a] %}",
            "{% set b = a or(a, a) %}",
            "{# {{ ' #}{{ a ~ a }}{# ' }} #}",
            "{% raw %}{{ ' {% endraw %}{{ a ~ a }}{% raw %}' }}{% endraw %}",
            "{%- raw -%}{%- endraw -%}",
            "{{ [a] }}",
        ] {
            assert!(!is_fine(source), "{source}");
        }
    }

    #[test]
    fn a_source_for_react_is_told_apart() {
        for source in [
            "import { Html } from '@react-email/components';",
            "  export function EmailTemplate() { return <p>Hi</p>; }",
            "const Mail = () => { return null };",
            "<><p>Hi</p></>",
        ] {
            let told = check("template", source).expect_err("it is refused");
            assert!(told.0.contains("React"), "{told:?}");
        }
        assert!(is_fine("<p>We import and export tea. This function returns.</p>"));
    }

    #[test]
    fn a_source_that_is_too_large_is_refused() {
        assert!(!is_fine(&"x".repeat(MAX_SOURCE_BYTES + 1)));
    }
}
