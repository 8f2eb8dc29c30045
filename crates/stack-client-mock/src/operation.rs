//! What the generated code says of an operation.

use serde::Serialize;

/// An operation of the contract. Implemented by the generated types; there is no use in implementing it elsewhere.
pub trait Operation: 'static {
    /// What it answers when all goes well: JSON, or `str` for plain text.
    type Answer: Serialize + ?Sized;
    /// With which status; one of [`status`].
    type Status;
    /// Where it is called.
    const ROUTE: Route;
}

/// Where an operation is called, and how.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Its `operationId`.
    pub id: &'static str,
    /// In capitals.
    pub method: &'static str,
    /// From the server's root on, with `{name}` placeholders.
    pub path: &'static str,
    /// Paths of other operations that would fit this one's placeholders.
    pub others: &'static [&'static str],
    /// The access type that is sent; `None`: the operation takes no credentials.
    pub access: Option<&'static str>,
    /// Whether it answers plain text.
    pub text: bool,
}

impl Route {
    /// A regular expression for `path`, with anything but `/` in place of a placeholder.
    pub(crate) fn pattern(path: &str) -> String {
        let segments = path.split('/').map(|segment| {
            if segment.starts_with('{') {
                "[^/]+".to_owned()
            } else {
                segment.replace('.', r"\.")
            }
        });
        format!("^{}$", segments.collect::<Vec<_>>().join("/"))
    }

    /// Whether `path` is one of those that `template` stands for.
    pub(crate) fn fits(template: &str, path: &str) -> bool {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(expected, segment)| expected.starts_with('{') || expected == segment)
    }

    /// Which segment of the path a parameter is.
    pub(crate) fn position(&self, parameter: &str) -> Option<usize> {
        let is_it =
            |segment: &str| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(parameter);
        self.path.split('/').position(is_it)
    }
}

/// The statuses of success, as types: they decide which method of [`Then`](crate::Then) an operation has.
pub mod status {
    /// 200.
    #[derive(Debug, Clone, Copy)]
    pub enum Ok {}

    /// 201.
    #[derive(Debug, Clone, Copy)]
    pub enum Created {}

    /// 202.
    #[derive(Debug, Clone, Copy)]
    pub enum Accepted {}
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: Route = Route {
        id: "get_user",
        method: "GET",
        path: "/api/v1/users/{user_id}/a.b",
        others: &[],
        access: None,
        text: false,
    };

    #[test]
    fn placeholders_fit_one_segment() {
        assert_eq!(Route::pattern(ROUTE.path), r"^/api/v1/users/[^/]+/a\.b$");
        assert!(Route::fits(ROUTE.path, "/api/v1/users/me/a.b"));
        assert!(!Route::fits(ROUTE.path, "/api/v1/users/me"));
        assert_eq!(ROUTE.position("user_id"), Some(4));
        assert_eq!(ROUTE.position("team_id"), None);
    }
}
