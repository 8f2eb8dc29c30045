//! The page `/dev/mail`.

use stack_server::config::Settings;
use stack_tests::TestServer;

use super::{ask_for_code, project_on};

/// What the page answers to whoever calls the server by this name: status, policy and body.
async fn get(server: &TestServer, path: &str, host: &str) -> (u16, String, String) {
    let request = server
        .http()
        .get(format!("{}{path}", server.url()))
        .header("host", host);
    let answer = request.send().await.expect("an answer");
    let policy = answer.headers().get("content-security-policy");
    let policy = policy.map(|policy| policy.to_str().expect("a text").to_owned());
    let status = answer.status().as_u16();
    (status, policy.unwrap_or_default(), answer.text().await.expect("a text"))
}

#[tokio::test]
async fn whoever_develops_reads_mails_there() {
    let server = TestServer::start_with(|config| config.dev_mail = true).await;
    let (status, _, empty) = get(&server, "/dev/mail", "localhost").await;
    assert!(status == 200 && empty.contains("No mail yet"), "{empty}");
    let project = project_on(&server).await;
    ask_for_code(&project, "ada@example.com").await;
    let mail = project.mail_to("ada@example.com").await;

    let (_, policy, list) = get(&server, "/dev/mail", "127.0.0.1").await;
    let path = format!("/dev/mail/{}/{}", project.id, mail.id);
    assert!(list.contains("ada@example.com") && list.contains(&path), "{list}");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );

    let (_, policy, shown) = get(&server, &path, "localhost:8102").await;
    assert!(
        shown.contains(&mail.code()) && shown.contains(&format!("{path}/html")),
        "{shown}"
    );
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );

    let (_, policy, html) = get(&server, &format!("{path}/html"), "[::1]:1").await;
    assert!(html.contains(&mail.code()), "{html}");
    assert!(policy.starts_with("sandbox ") && !policy.contains("script"), "{policy}");
}

#[tokio::test]
async fn a_name_that_is_not_this_machines_shows_nothing() {
    let server = TestServer::start_with(|config| config.dev_mail = true).await;
    for host in ["evil.example.com", "localhost.example.com", "10.0.0.1", "auth"] {
        assert_eq!(get(&server, "/dev/mail", host).await.0, 403, "{host}");
    }
}

#[tokio::test]
async fn it_is_not_there_unless_a_setting_says_so() {
    let server = TestServer::start().await;
    assert_eq!(get(&server, "/dev/mail", "localhost").await.0, 404);
}

#[test]
fn it_is_never_served_to_others() {
    let settings = |listen: &str| Settings {
        dev_mail: Some(true),
        listen: Some(listen.parse().expect("an address")),
        ..Settings::default()
    };
    for listen in ["0.0.0.0:8102", "[::]:8102", "10.0.0.1:8102"] {
        let error = settings(listen).resolve().expect_err("it is refused");
        assert!(error.to_string().contains("`dev_mail`"), "{error}");
    }
    assert!(settings("127.0.0.1:0").resolve().expect("it holds").dev_mail);
    assert!(!Settings::default().resolve().expect("it holds").dev_mail);
}
