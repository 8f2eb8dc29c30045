//! Headers and their other names, over the table that is generated from the contract.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use stack_server_api::{Access, Credentials, headers};

use super::support::{call, call_as};

/// A value that each header may have.
fn value_of(name: &str) -> &'static str {
    match name {
        "x-stack-access-type" => "server",
        _ => "true",
    }
}

fn map<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let pair = |(name, value): (&str, &str)| {
        let name: HeaderName = name.parse().expect("it is a name");
        (name, HeaderValue::from_str(value).expect("it is a value"))
    };
    headers.map(pair).collect()
}

#[test]
fn every_header_of_the_api_means_the_same_under_both_of_its_names() {
    let names = || headers::READ.iter().map(|header| header.name());
    let all = Credentials::from_headers(&map(names().map(|name| (name, value_of(name)))));
    let all = all.expect("they are right").expect("an access type is named");
    for header in headers::READ {
        let alias = header
            .alias()
            .unwrap_or_else(|| panic!("{} has no other name", header.name()));
        let one_renamed = names().map(|name| (if name == header.name() { alias } else { name }, value_of(name)));
        let renamed = map(one_renamed);
        assert_eq!(header.text(&renamed), Some(value_of(header.name())), "{alias}");
        let credentials = Credentials::from_headers(&renamed).expect("they are right");
        assert_eq!(credentials, Some(all.clone()), "{alias}");
    }
}

#[test]
fn of_two_names_the_first_counts_unless_it_is_empty() {
    for header in headers::READ {
        let alias = header.alias().expect("all of this API have one");
        let both = map([(header.name(), "first"), (alias, "second")].into_iter());
        assert_eq!(header.text(&both), Some("first"));
        let empty = map([(header.name(), ""), (alias, "second")].into_iter());
        assert_eq!(header.text(&empty), Some("second"));
    }
}

#[tokio::test]
async fn browsers_may_send_the_other_name_wherever_they_may_send_the_first() {
    let answer = call(Method::OPTIONS, "/api/v1/users").send().await;
    let allowed: Vec<_> = answer
        .header("access-control-allow-headers")
        .expect("it is there")
        .split(", ")
        .collect();
    for header in headers::READ {
        let alias = header.alias().expect("all of this API have one");
        assert_eq!(allowed.contains(&header.name()), allowed.contains(&alias), "{alias}");
    }
    assert!(allowed.contains(&"x-hexclave-access-token"));
    assert!(
        !allowed.contains(&"x-stack-allow-restricted-user"),
        "so it is in the reference"
    );
}

#[tokio::test]
async fn the_other_names_work_on_the_wire() {
    let mut renamed = call(Method::GET, "/api/v1/users/me");
    for (name, value) in [("access-type", "client"), ("project-id", "p"), ("access-token", "ada")] {
        renamed = renamed.header(&format!("x-hexclave-{name}"), value);
    }
    let answer = renamed.send().await;
    insta::assert_snapshot!(answer.heard(), @r#"(ClientAccess, "ada") GetCurrentUserRequest"#);

    let overridden = call_as(Access::Client, Method::GET, "/api/v1/users/me")
        .header("x-hexclave-override-error-status", "true")
        .send()
        .await;
    let (status, real) = (overridden.status.as_u16(), overridden.header("x-stack-actual-status"));
    assert_eq!((status, real), (200, Some("400")));
}
