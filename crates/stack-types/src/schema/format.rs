//! What text has to look like.

use url::Url;

use super::{
    table::Text,
    wording::{plural, shown},
};

/// Everything that is wrong with `text`.
pub(super) fn faults(text: &str, rules: &Text) -> Vec<String> {
    let mut faults = Vec::new();
    if text.contains('\0') {
        faults.push("must not hold the character U+0000, which databases can't keep".to_owned());
    }
    length_faults(text, rules, &mut faults);
    let got = || {
        if rules.secret {
            String::new()
        } else {
            format!(", not {}", shown(&text.into()))
        }
    };
    if let Some(wanted) = rules.format.and_then(|format| format_fault(text, format)) {
        faults.push(format!("must be {wanted}{}", got()));
    }
    if let Some(pattern) = rules.pattern
        && !pattern.matches(text)
    {
        faults.push(format!("must match the pattern {}{}", pattern.source(), got()));
    }
    faults
}

fn length_faults(text: &str, rules: &Text, faults: &mut Vec<String>) {
    // Most texts are far from a limit: count characters only where there is one.
    if rules.min_length.is_none() && rules.max_length.is_none() {
        return;
    }
    let length = text.chars().count() as u64;
    if let Some(min) = rules.min_length
        && length < min
    {
        faults.push(format!(
            "must have at least {min} {}, not {length}",
            plural(min, "character")
        ));
    }
    if let Some(max) = rules.max_length
        && length > max
    {
        faults.push(format!(
            "must have at most {max} {}, not {length}",
            plural(max, "character")
        ));
    }
}

/// What `format` asks for, if `text` isn't it.
fn format_fault(text: &str, format: &str) -> Option<&'static str> {
    match format {
        "uuid" if !is_uuid(text) => Some("a UUID such as 3241a285-8329-4d69-8f3d-316e08cf140c"),
        "email" if !is_email(text) => Some("an e-mail address such as ada@example.com"),
        "uri" if !is_absolute_url(text) => Some("an absolute URL without spaces such as https://example.com/page"),
        "byte" if !is_base64(text) => Some("base64 text"),
        _ => None,
    }
}

/// Whether `text` is a UUID of the usual form: 36 characters with hyphens, in either case.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The most bytes that an address has: 64 before the `@`, 255 after it (RFC 5321, section 4.5.3.1).
const EMAIL_MAX_LENGTH: usize = 320;

/// Whether `text` has the syntax that browsers ask for, and no more than [`EMAIL_MAX_LENGTH`] bytes.
///
/// Source: <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    if text.len() > EMAIL_MAX_LENGTH {
        return false;
    }
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
}

/// Whether `label` may stand between the dots of a domain.
fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
}

/// Whether `text` is a URL with a scheme. The parser forgives spaces; the API doesn't.
fn is_absolute_url(text: &str) -> bool {
    !text.contains(|character: char| character.is_whitespace() || character.is_control()) && Url::parse(text).is_ok()
}

/// Whether `text` is base64 of the standard alphabet, padded or not (RFC 4648, section 4).
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let fits = match padding {
        0 => digits.len() % 4 != 1,
        1 | 2 => text.len().is_multiple_of(4),
        _ => false,
    };
    fits && digits.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(format: &str, text: &str) -> bool {
        format_fault(text, format).is_none()
    }

    #[test]
    fn uuids_need_their_hyphens() {
        assert!(accepts("uuid", "3241a285-8329-4d69-8f3d-316e08cf140c"));
        assert!(accepts("uuid", "3241A285-8329-4D69-8F3D-316E08CF140C"));
        for text in [
            "",
            "me",
            "3241a28583294d698f3d316e08cf140c",
            "{3241a285-8329-4d69-8f3d-316e08cf140c}",
        ] {
            assert!(!accepts("uuid", text), "{text}");
        }
    }

    #[test]
    fn e_mail_addresses_have_one_at_sign_and_a_domain() {
        for text in ["ada@example.com", "ada@localhost", "a.b+c@x-y.example"] {
            assert!(accepts("email", text), "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "ada@-x.com",
            "ada@example..com",
            "a b@c.d",
        ] {
            assert!(!accepts("email", text), "{text}");
        }
        let long = format!("{}@example.com", "a".repeat(EMAIL_MAX_LENGTH));
        assert!(!accepts("email", &long));
    }

    #[test]
    fn no_text_holds_a_nul_character() {
        assert_eq!(faults("a\0b", &Text::new()).len(), 1);
    }

    #[test]
    fn urls_are_absolute_and_have_no_spaces() {
        for text in [
            "https://example.com/a?b#c",
            "http://localhost:3000",
            "data:image/png;base64,AA==",
            "app://back",
        ] {
            assert!(accepts("uri", text), "{text}");
        }
        for text in [
            "",
            "/path",
            "example.com",
            "https://",
            "https://exa mple.com",
            " https://example.com",
        ] {
            assert!(!accepts("uri", text), "{text}");
        }
    }

    #[test]
    fn base64_has_whole_bytes() {
        for text in ["", "AA==", "AAA=", "AAAA", "AA", "+/+/"] {
            assert!(accepts("byte", text), "{text}");
        }
        for text in ["A", "A===", "AA=", "-_-_", "AA==A", "===="] {
            assert!(!accepts("byte", text), "{text}");
        }
    }
}
