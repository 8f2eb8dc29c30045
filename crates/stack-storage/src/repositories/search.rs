//! How texts are made ready for searching, so that both databases find the same.

/// The longest text, in bytes, that is looked for. Nothing that is searched is as long, and SQLite refuses patterns of
/// more than 50,000 bytes.
const LONGEST: usize = 10_000;

/// The text without its case, as it is stored beside the original and as it is looked for.
///
/// Letter by letter, so that a part of a text folds to a part of the folded text. Lower-casing what was first
/// upper-cased joins what has several lower-case forms: `ς` and `σ`, `ß` and `ss`.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
            .collect()
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that matches what contains the text; `None` if nothing can contain it.
pub(super) fn containing(text: &str) -> Option<String> {
    if text.len() > LONGEST || text.contains('\0') {
        return None;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in fold(text).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_joins_what_differs_in_case_only() {
        assert_eq!(fold("ÀÉ Straße ΟΔΟΣ"), fold("àé STRASSE οδος"));
        assert_eq!(fold("Ada@Example.com"), "ada@example.com");
    }

    #[test]
    fn a_part_of_a_text_folds_to_a_part_of_the_folded_text() {
        assert!(fold("ΟΔΟΣΑ").contains(&fold("ΟΔΟΣ")));
    }

    #[test]
    fn wildcards_become_letters() {
        assert_eq!(containing(r"50%_\X").as_deref(), Some(r"%50\%\_\\x%"));
    }

    #[test]
    fn what_nothing_can_contain_has_no_pattern() {
        assert_eq!(containing("a\0"), None);
        assert_eq!(containing(&"a".repeat(LONGEST + 1)), None);
    }
}
