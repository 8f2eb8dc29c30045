//! One form for every e-mail address.

/// An address that is nobody's and never will be (RFC 2606).
pub(crate) const NOBODYS: &str = "nobody@mailbox.invalid";

/// The form in which an address is stored and compared: trimmed and in lower case.
///
/// Doing it twice changes nothing more. Mail is only ever sent to the stored form.
pub fn normalize(address: &str) -> String {
    trim(&trim(address).to_lowercase()).to_owned()
}

/// JavaScript's `trim`: Unicode white space and the byte order mark.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_surrounding_space_do_not_matter() {
        assert_eq!(normalize("\u{feff} Ada@Example.COM\n"), "ada@example.com");
    }

    #[test]
    fn look_alikes_stay_different() {
        assert_ne!(normalize("mıke@example.com"), normalize("mike@example.com"));
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing_more(address in "\\PC*") {
            let once = normalize(&address);
            prop_assert_eq!(normalize(&once), once);
        }
    }
}
