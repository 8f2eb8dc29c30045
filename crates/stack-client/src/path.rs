//! Path parameters in URLs.

use reqwest::Url;

/// Stands for a path parameter that no URL can carry; [`is_fit`] finds it.
const UNFIT: &str = "%00";

/// `text` as one segment of a path.
///
/// An empty segment, `.` and `..` mean another path however they are written, so they become [`UNFIT`]; a backslash,
/// which URLs take for a slash, is encoded too.
pub(crate) fn encode_path(text: &str) -> String {
    match text {
        "" | "." | ".." => UNFIT.to_owned(),
        _ => progenitor_client::encode_path(text).replace('\\', "%5C"),
    }
}

/// Whether every path parameter could be written down.
pub(crate) fn is_fit(url: &Url) -> bool {
    !url.path().contains(UNFIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(parameter: &str) -> Url {
        format!("https://api.example.com/projects/{}/keys", encode_path(parameter))
            .parse()
            .unwrap()
    }

    #[test]
    fn a_parameter_stays_one_segment() {
        for (parameter, path) in [
            ("abc", "/projects/abc/keys"),
            ("a/../b", "/projects/a%2F..%2Fb/keys"),
            (r"..\..\b", "/projects/..%5C..%5Cb/keys"),
            ("%2e%2e", "/projects/%252e%252e/keys"),
            ("a?b#c", "/projects/a%3Fb%23c/keys"),
        ] {
            assert_eq!(url(parameter).path(), path);
            assert!(is_fit(&url(parameter)));
        }
    }

    #[test]
    fn a_parameter_that_would_change_the_path_is_found() {
        for parameter in ["", ".", ".."] {
            assert!(!is_fit(&url(parameter)), "{parameter:?}");
        }
    }
}
