//! The command line against a real server, in this process. `README.md` shows a session, and so does that of `stack-cli`;
//! both are run here.

use std::{
    collections::BTreeSet,
    io::{self, Cursor, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use stack_cli::{Exit, Io};
use stack_tests::{PASSWORD, TestProject, TestServer};
use tempfile::TempDir;

mod session;

/// A person with a configuration of their own.
struct Person {
    project: TestProject,
    config: TempDir,
    is_at_terminal: bool,
    variables: Vec<(&'static str, String)>,
}

/// How a run ended.
#[derive(Debug)]
struct Ended {
    exit: Exit,
    stdout: String,
    stderr: String,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nobody panics here").clone()).expect("text")
    }
}

impl Person {
    async fn new() -> Self {
        Self::of(TestProject::start().await)
    }

    fn of(project: TestProject) -> Self {
        Self {
            project,
            config: tempfile::tempdir().expect("a folder"),
            is_at_terminal: false,
            variables: Vec::new(),
        }
    }

    /// One who has stored the keys of server and admin access.
    async fn with_keys() -> Self {
        let person = Self::new().await;
        let keys = &person.project.keys;
        let typed = format!(
            "{}\n{}\n",
            keys.secret_server_key.expose(),
            keys.super_secret_admin_key.expose()
        );
        let line = format!("{} --secret-server-key --super-secret-admin-key", person.login("keys"));
        person.type_in(&line, &typed).await.works();
        person
    }

    /// One who is signed in, and has no keys but the publishable one.
    async fn signed_in(email: &str) -> Self {
        let person = Self::new().await;
        person.project.sign_up(email).await;
        let line = format!("{} --email {email}", person.login("password"));
        person.type_in(&line, &format!("{PASSWORD}\n")).await.works();
        person
    }

    /// A login in this way, without what is particular to it.
    fn login(&self, way: &str) -> String {
        let key = self.project.keys.publishable_client_key.expose();
        let (url, id) = (self.project.server.url(), &self.project.id);
        format!("login {way} --url {url} --project-id {id} --publishable-client-key {key}")
    }

    async fn run(&self, line: &str) -> Ended {
        self.type_in(line, "").await
    }

    /// Runs `stack` with the words of a line; single quotes keep words together.
    async fn type_in(&self, line: &str, typed: &str) -> Ended {
        self.type_in_and_show(line, typed, Buffer::default()).await
    }

    /// The same, with what it says on the way to be read from `stderr`.
    async fn type_in_and_show(&self, line: &str, typed: &str, stderr: Buffer) -> Ended {
        let stdout = Buffer::default();
        let mut io = Io {
            stdin: Box::new(Cursor::new(typed.to_owned())),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            stdin_is_terminal: false,
            stdout_is_terminal: self.is_at_terminal,
            stderr_is_terminal: false,
            width: 100,
            variables: self
                .variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            config_dir: Some(self.config.path().to_owned()),
            http: Some(self.project.server.http()),
        };
        let words = ["stack".to_owned()].into_iter().chain(words(line));
        let exit = stack_cli::run(words, &mut io).await;
        Ended {
            exit,
            stdout: stdout.text(),
            stderr: stderr.text(),
        }
    }

    fn profiles(&self) -> String {
        std::fs::read_to_string(self.config.path().join("profiles.toml")).unwrap_or_default()
    }
}

impl Ended {
    #[track_caller]
    fn works(self) -> Self {
        assert_eq!(self.exit, Exit::Success, "{}{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn answers(self) -> Value {
        let it = self.works();
        serde_json::from_str(&it.stdout).unwrap_or_else(|error| panic!("{error}: {}", it.stdout))
    }

    /// What is said about it.
    #[track_caller]
    fn fails(self, exit: Exit) -> String {
        assert_eq!(self.exit, exit, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "results and complaints don't mix");
        self.stderr
    }
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    for letter in line.chars() {
        match letter {
            '\'' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' if !is_quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// The login code of the page that is to be opened, once it is shown.
async fn shown_login_code(said: &Buffer) -> String {
    loop {
        if let Some((_, rest)) = said.text().split_once("cli-auth-confirm?login_code=")
            && let Some((code, _)) = rest.split_once('\n')
        {
            return code.trim().to_owned();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_login_by_browser_ends_once_the_page_has_confirmed_it() {
    let person = Person::new().await;
    let ada = person.project.sign_up("ada@example.com").await;
    let line = format!(
        "{} --no-open --app-url https://app.example.com/handler",
        person.login("browser")
    );
    let said = Buffer::default();
    let confirmed = async {
        let code = shown_login_code(&said).await;
        let body = json!({ "login_code": code, "refresh_token": ada.refresh_token() });
        let page = person.project.client_call("POST /auth/cli/complete").json(body).send();
        page.await.answers(200)
    };
    let (ended, confirmed) = tokio::join!(person.type_in_and_show(&line, "", said.clone()), confirmed);
    assert_eq!(confirmed, json!({ "success": true }));
    assert!(ended.works().stderr.contains("Signed in."));

    let who = person.run("whoami").await.answers();
    assert_eq!(who["user"]["primary_email"], "ada@example.com");
    assert_eq!(who["user"]["id"], json!(ada.id));
    person.run("logout").await.works();
    assert!(!person.profiles().contains(&ada.refresh_token()));
}

#[tokio::test]
async fn a_login_by_browser_that_nobody_confirms_in_time_fails() {
    let person = Person::new().await;
    let line = format!(
        "{} --no-open --app-url https://app.example.com/handler",
        person.login("browser")
    );
    let said = Buffer::default();
    let late = async {
        shown_login_code(&said).await;
        person.project.server.advance(Duration::from_secs(2 * 60 * 60));
    };
    let (ended, ()) = tokio::join!(person.type_in_and_show(&line, "", said.clone()), late);
    let complaint = ended.fails(Exit::Unauthorized);
    assert!(complaint.contains("the login is expired"), "{complaint}");
    assert_eq!(person.profiles(), "");
}

#[tokio::test]
async fn keys_are_tried_before_they_are_stored() {
    let person = Person::new().await;
    let line = format!("{} --secret-server-key", person.login("keys"));
    let complaint = person.type_in(&line, "ssk_wrong\n").await.fails(Exit::Unauthorized);
    assert!(complaint.contains("INVALID_SECRET_SERVER_KEY (401)"), "{complaint}");
    assert!(complaint.contains("hint: "), "{complaint}");
    assert_eq!(person.profiles(), "");

    let key = person.project.keys.secret_server_key.expose().to_owned();
    person.type_in(&line, &key).await.works();
    assert!(person.profiles().contains(&key));
}

#[tokio::test]
async fn a_user_is_created_changed_shown_and_deleted() {
    let person = Person::with_keys().await;
    let ada = person
        .run("users create --primary-email ada@example.com --primary-email-verified --server-metadata '{\"plan\":\"free\"}'")
        .await
        .answers();
    assert_eq!(ada["primary_email_verified"], true);
    let id = ada["id"].as_str().expect("an id").to_owned();

    let line = format!(
        "users update {id} --display-name Ada --set server_metadata.plan='\"pro\"' --primary-email-verified=false"
    );
    let ada = person.run(&line).await.answers();
    assert_eq!(ada["display_name"], "Ada");
    assert_eq!(ada["server_metadata"], json!({ "plan": "pro" }));
    assert_eq!(ada["primary_email_verified"], false);

    assert_eq!(
        person.run(&format!("users get {id}")).await.answers()["display_name"],
        "Ada"
    );
    let complaint = person.run(&format!("users delete {id}")).await.fails(Exit::Usage);
    assert!(complaint.contains("`--yes`"), "{complaint}");
    person.run(&format!("users delete {id} --yes")).await.works();
    let complaint = person.run(&format!("users get {id}")).await.fails(Exit::NotFound);
    assert!(complaint.starts_with("error: USER_NOT_FOUND (404)"), "{complaint}");
    assert!(complaint.contains("  request: "), "{complaint}");
}

#[tokio::test]
async fn a_field_is_left_alone_unless_it_is_given_or_cleared() {
    let person = Person::with_keys().await;
    let body = r#"{ "display_name": "Ada", "client_metadata": { "a": 1 } }"#;
    let ada = person
        .type_in("users create --body - --display-name Countess", body)
        .await
        .answers();
    assert_eq!(ada["display_name"], "Countess");
    let id = ada["id"].as_str().expect("an id").to_owned();

    let ada = person
        .run(&format!("users update {id} --null display_name"))
        .await
        .answers();
    assert_eq!(ada["display_name"], Value::Null);
    assert_eq!(ada["client_metadata"], json!({ "a": 1 }));
    let ada = person
        .run(&format!("users update {id} --set /client_metadata/b~1c=[1]"))
        .await
        .answers();
    assert_eq!(
        ada["client_metadata"],
        json!({ "b/c": [1] }),
        "metadata is replaced as a whole"
    );
}

#[tokio::test]
async fn the_pages_of_a_list_are_one() {
    let person = Person::with_keys().await;
    for name in ["a", "b", "c"] {
        person.run(&format!("users create --display-name {name}")).await.works();
    }
    let page = person.run("users list --limit 2").await.answers();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(2));
    let all = person.run("users list --limit 2 --all -o jsonl").await.works().stdout;
    let name = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["display_name"].to_string();
    let names: BTreeSet<_> = all.lines().map(name).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [r#""a""#, r#""b""#, r#""c""#]);
}

#[tokio::test]
async fn a_session_is_renewed_and_what_is_renewed_is_kept() {
    let person = Person::signed_in("ada@example.com").await;
    let before = person.profiles();
    let me = person.run("users get-current").await.answers();
    assert_eq!(me["primary_email"], "ada@example.com");
    assert!(me.get("server_metadata").is_none(), "client access sees less");
    assert_eq!(person.profiles(), before);

    person.project.server.advance(Duration::from_secs(60 * 60));
    person.run("users update-current --display-name Ada").await.works();
    assert_ne!(person.profiles(), before);
    assert_eq!(person.run("whoami").await.answers()["user"]["display_name"], "Ada");
}

#[tokio::test]
async fn logging_out_ends_the_session_on_the_server_too() {
    let person = Person::signed_in("ada@example.com").await;
    let profiles = person.profiles();
    let refresh_token = profiles.lines().find_map(|line| line.strip_prefix("refresh_token = "));
    let refresh_token = refresh_token.expect("a session").trim_matches('"').to_owned();
    person.run("logout").await.works();
    assert!(!person.profiles().contains("_token"));
    let call = person.project.client_call("POST /auth/sessions/current/refresh");
    let answer = call.header("x-stack-refresh-token", &refresh_token).send().await;
    answer.fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");

    let complaint = person.run("users get-current").await.fails(Exit::Unauthorized);
    assert!(complaint.contains("hint: Nobody is signed in"), "{complaint}");
}

#[tokio::test]
async fn a_wrong_password_is_stored_nowhere() {
    let person = Person::new().await;
    person.project.sign_up("ada@example.com").await;
    let line = format!("{} --email ada@example.com", person.login("password"));
    let complaint = person.type_in(&line, "wrong\n").await.fails(Exit::Unauthorized);
    assert!(complaint.contains("EMAIL_PASSWORD_MISMATCH"), "{complaint}");
    assert_eq!(person.profiles(), "");
}

#[tokio::test]
async fn an_access_that_isnt_there_is_refused_before_anything_is_sent() {
    let person = Person::signed_in("ada@example.com").await;
    let complaint = person.run("users list").await.fails(Exit::Unauthorized);
    assert!(
        complaint.contains("needs server or admin access, and the profile `default` has no key"),
        "{complaint}"
    );
    let complaint = person.run("users list --access client").await.fails(Exit::Usage);
    assert!(
        complaint.contains("this command is for server or admin access"),
        "{complaint}"
    );
    let complaint = person
        .run("users update-current --server-metadata 1")
        .await
        .fails(Exit::Usage);
    assert!(
        complaint.contains("`--server-metadata` needs server or admin access"),
        "{complaint}"
    );
}

#[tokio::test]
async fn the_environment_does_without_a_profile() {
    let mut person = Person::new().await;
    let keys = person.project.keys.clone();
    person.variables = vec![
        ("NEXT_PUBLIC_STACK_API_URL", person.project.server.url()),
        ("NEXT_PUBLIC_STACK_PROJECT_ID", person.project.id.to_string()),
        ("STACK_SECRET_SERVER_KEY", keys.secret_server_key.expose().to_owned()),
    ];
    person.run("users list").await.works();
    assert_eq!(person.run("whoami").await.answers()["access"], "server");
}

#[tokio::test]
async fn keys_go_to_no_other_server() {
    let person = Person::with_keys().await;
    let complaint = person
        .run("users list --url http://localhost:9")
        .await
        .fails(Exit::Usage);
    assert!(
        complaint.contains("its credentials aren't sent to http://localhost:9"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_failure_is_json_for_those_who_ask_for_json() {
    let person = Person::with_keys().await;
    let complaint = person.run("users get me --json").await.fails(Exit::Unauthorized);
    let error: Value = serde_json::from_str(&complaint).expect("JSON");
    assert_eq!(error["error"]["code"], "CANNOT_GET_OWN_USER_WITHOUT_USER");
    assert_eq!(error["error"]["exit_code"], 4);
}

#[tokio::test]
async fn verbose_shows_requests_without_secrets() {
    let person = Person::with_keys().await;
    let shown = person.run("users create --password hunter2hunter2 --verbose").await;
    assert!(shown.stderr.contains("> POST http://"), "{}", shown.stderr);
    assert!(shown.stderr.contains("\"password\":\"[secret]\""), "{}", shown.stderr);
    for secret in ["hunter2", person.project.keys.super_secret_admin_key.expose()] {
        assert!(!shown.stderr.contains(secret), "{}", shown.stderr);
    }
}

#[tokio::test]
async fn any_request_can_be_sent() {
    let person = Person::with_keys().await;
    let user = person
        .run("api POST /users --data '{\"display_name\":\"Ada\"}'")
        .await
        .answers();
    let path = format!("/api/v1/users/{}", user["id"].as_str().expect("an id"));
    assert_eq!(
        person.run(&format!("api GET {path}")).await.answers()["display_name"],
        "Ada"
    );
    person.run("api GET /nowhere").await.fails(Exit::NotFound);
}

#[tokio::test]
async fn a_server_that_isnt_there_is_said_to_be_unreachable() {
    let mut person = Person::new().await;
    person.variables = vec![
        ("STACK_API_URL", "http://127.0.0.1:1".to_owned()),
        ("STACK_PROJECT_ID", "x".to_owned()),
    ];
    let complaint = person.run("users get-current").await.fails(Exit::Unreachable);
    assert!(complaint.contains("the server can't be reached"), "{complaint}");
}

#[tokio::test]
async fn what_needs_no_credentials_needs_no_login() {
    let server = TestServer::start().await;
    let person = Person::of(TestProject::internal(&server));
    let health = person
        .run(&format!("health get --url {}", server.url()))
        .await
        .answers();
    assert_eq!(health, json!({ "status": "ok" }));
    let complaint = person
        .run(&format!("users list --url {}", server.url()))
        .await
        .fails(Exit::Unauthorized);
    assert!(complaint.contains("nobody is logged in"), "{complaint}");
}

#[tokio::test]
async fn profiles_are_listed_renamed_chosen_and_removed() {
    let person = Person::with_keys().await;
    person.run("profiles rename default production").await.works();
    let listed = person.run("profiles list").await.answers();
    assert_eq!(listed["items"][0]["name"], "production");
    assert_eq!(listed["items"][0]["accesses"], "client, server, admin");
    for secret in [
        &person.project.keys.secret_server_key,
        &person.project.keys.super_secret_admin_key,
    ] {
        assert!(!listed.to_string().contains(secret.expose()));
    }
    person.run("users list --profile production").await.works();
    let complaint = person.run("users list --profile staging").await.fails(Exit::Usage);
    assert!(complaint.contains("There are `production`."), "{complaint}");
    person.run("profiles remove production").await.works();
    person.run("users list").await.fails(Exit::Unauthorized);
}
