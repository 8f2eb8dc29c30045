//! Every operation against every way to be somebody who mustn't.
//!
//! What is expected is computed from the contract's data: who may call, whether credentials and a user are needed. A
//! request that the contract lets in isn't sent: that is for the tests of its tag.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use stack_domain::models::ConfigLevel;
use stack_server_api::{
    Access, OPERATIONS,
    operation::{Base, Need, Operation, WithoutUser},
};
use stack_tests::{Answer, Call, TestProject};
use uuid::Uuid;

use crate::fitting::{Fit, Fitting};

/// Something that is wrong with a caller who names an access.
struct Fault {
    name: &'static str,
    /// The headers that the caller sends instead of, or beside, the right ones of an access. Empty takes one away.
    headers: Vec<(&'static str, String)>,
    /// What it comes to, before the operation has a say; `None`: it is let in as nobody.
    error: Option<&'static str>,
}

/// The project in question, and callers who mustn't.
struct Scene {
    project: TestProject,
    other: TestProject,
    fitting: Fitting,
    statuses: BTreeMap<String, u16>,
    /// Tokens, with what they come to.
    tokens: Vec<(&'static str, &'static str, String, &'static str)>,
}

impl Scene {
    async fn set() -> Self {
        let project = TestProject::start().await;
        // So that clients, too, have to show a key.
        project
            .configure(
                ConfigLevel::Project,
                json!({ "project.requirePublishableClientKey": true }),
            )
            .await;
        let other = TestProject::create(&project.server).await;
        let expired = project.sign_up("old@example.com").await.access_token();
        let expired_admin = project.owner.tokens().access.expect("a token").expose().to_owned();
        project.server.advance(Duration::from_secs(601));
        let foreign = other.sign_up("ada@example.com").await.access_token();
        let guest = project.sign_up_anonymously().await.access_token();
        let restricted = project
            .user_with(json!({ "restricted_by_admin": true }))
            .await
            .access_token();
        let stranger = TestProject::internal(&project.server)
            .owner_named("Eve")
            .await
            .access_token();
        let (token, admin_token) = ("x-stack-access-token", "x-stack-admin-access-token");
        let tokens = vec![
            ("garbled token", token, "nonsense".to_owned(), "UNPARSABLE_ACCESS_TOKEN"),
            ("expired token", token, expired, "ACCESS_TOKEN_EXPIRED"),
            (
                "another project's token",
                token,
                foreign.clone(),
                "INVALID_PROJECT_FOR_ACCESS_TOKEN",
            ),
            ("anonymous token", token, guest, "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED"),
            ("restricted token", token, restricted, "RESTRICTED_USER_NOT_ALLOWED"),
            (
                "garbled admin token",
                admin_token,
                "nonsense".to_owned(),
                "UNPARSABLE_ADMIN_ACCESS_TOKEN",
            ),
            (
                "expired admin token",
                admin_token,
                expired_admin,
                "ADMIN_ACCESS_TOKEN_EXPIRED",
            ),
            (
                "a stranger's admin token",
                admin_token,
                stranger,
                "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN",
            ),
            (
                "a user's admin token",
                admin_token,
                foreign,
                "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN",
            ),
        ];
        let fitting = Fitting::new(project.id.to_string());
        let statuses = fitting
            .api
            .errors
            .iter()
            .filter_map(|error| Some((error.code.clone(), error.status?)))
            .collect();
        Self {
            project,
            other,
            fitting,
            statuses,
            tokens,
        }
    }

    /// A call without any credentials, which fits as that of this access.
    fn call(&self, operation: &Operation, access: Option<Access>) -> Call {
        let Fit { path, query, body } = self.fitting.request(operation, access);
        let (method, server) = (operation.method, &self.project.server);
        let call = match operation.base {
            Base::Api => server.call(&format!("{method} {path}{query}")),
            Base::Versions => server.root_call(&format!("{method} /api{path}{query}")),
            Base::Root => server.root_call(&format!("{method} {path}{query}")),
        };
        let call = match operation.refresh_token {
            Need::Required => call.header("x-stack-refresh-token", &"a".repeat(45)),
            _ => call,
        };
        match body {
            Some(body) => call.json(body),
            None => call,
        }
    }

    /// Ways to get the credentials wrong before any access is looked at.
    fn faults_without_access(&self) -> Vec<Fault> {
        let [_, (id, project), (key_header, key)] = self.project.credentials("server");
        let fault = |name, headers, error| Fault {
            name,
            headers,
            error: Some(error),
        };
        vec![
            fault("no headers", vec![], "ACCESS_TYPE_REQUIRED"),
            fault(
                "a project and no access type",
                vec![(id, project.clone())],
                "ACCESS_TYPE_REQUIRED",
            ),
            fault(
                "a key and no access type",
                vec![(key_header, key)],
                "PROJECT_KEY_WITHOUT_ACCESS_TYPE",
            ),
            fault(
                "an unknown access type",
                vec![("x-stack-access-type", "root".to_owned()), (id, project)],
                "INVALID_ACCESS_TYPE",
            ),
            fault(
                "an access type and no project",
                vec![("x-stack-access-type", "server".to_owned())],
                "ACCESS_TYPE_WITHOUT_PROJECT_ID",
            ),
        ]
    }

    /// Ways to be nobody, or somebody who mustn't, with this access.
    fn faults(&self, access: Access) -> Vec<Fault> {
        let name = access.name();
        let (key_header, _) = self.project.key_of(name);
        let (missing, invalid) = match access {
            Access::Client => (
                "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT",
                "INVALID_PUBLISHABLE_CLIENT_KEY",
            ),
            Access::Server => ("SERVER_AUTHENTICATION_REQUIRED", "INVALID_SECRET_SERVER_KEY"),
            Access::Admin => ("ADMIN_AUTHENTICATION_REQUIRED", "INVALID_SUPER_SECRET_ADMIN_KEY"),
        };
        let with = |name, header, value: String, error| Fault {
            name,
            headers: vec![(header, value)],
            error,
        };
        let foreign_key = self.other.key_of(name).1.expose().to_owned();
        let unknown = Uuid::new_v4().to_string();
        let mut faults = vec![
            Fault {
                name: "nobody with the right key",
                headers: vec![],
                error: None,
            },
            with("no key", key_header, String::new(), Some(missing)),
            with("a garbled key", key_header, "nonsense".to_owned(), Some(invalid)),
            with("another project's key", key_header, foreign_key, Some(invalid)),
            with(
                "an unknown project",
                "x-stack-project-id",
                unknown,
                Some("CURRENT_PROJECT_NOT_FOUND"),
            ),
            with(
                "an unknown branch",
                "x-stack-branch-id",
                "preview".to_owned(),
                Some("BRANCH_DOES_NOT_EXIST"),
            ),
        ];
        let tokens = self.tokens.iter();
        faults.extend(tokens.map(|(name, header, token, error)| with(name, header, token.clone(), Some(error))));
        faults
    }

    /// The headers of an access with a fault.
    fn headers(&self, access: Access, fault: &Fault) -> Vec<(&'static str, String)> {
        let mut headers: BTreeMap<_, _> = self.project.credentials(access.name()).into_iter().collect();
        headers.extend(fault.headers.iter().cloned());
        headers.into_iter().collect()
    }

    /// What the contract says: status and code, or nothing if it lets the caller in.
    fn expected(&self, operation: &Operation, access: Option<Access>, fault: &Fault) -> Option<(u16, String)> {
        let without_user = |access| {
            let rule = operation.user.as_ref().filter(|_| operation.needs_user(access))?;
            Some(match rule.error {
                WithoutUser::SchemaError => "SCHEMA_ERROR".to_owned(),
                WithoutUser::Error(error) => error().code().to_owned(),
            })
        };
        let code = match (fault.error, access) {
            (Some("ACCESS_TYPE_REQUIRED"), None) if operation.auth == Need::Optional => None,
            (Some(code), _) => Some(code.to_owned()),
            (None, Some(access)) if !operation.accesses.contains(&access) => {
                Some("INSUFFICIENT_ACCESS_TYPE".to_owned())
            }
            (None, Some(access)) => without_user(access),
            (None, None) => None,
        }?;
        Some((self.statuses[&code], code))
    }
}

/// Nothing but an error: no data, no failure of the server.
fn check(what: &str, answer: &Answer, expected: &(u16, String)) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().to_owned()),
        *expected,
        "{what}: {}",
        answer.text()
    );
    let body = answer.json();
    let keys = body.as_object().expect("an object").keys();
    assert!(
        keys.into_iter()
            .all(|key| ["code", "details", "error"].contains(&key.as_str())),
        "{what}: {body}"
    );
}

#[tokio::test]
async fn every_operation_refuses_everybody_who_mustnt_with_the_documented_error() {
    let scene = Scene::set().await;
    let (mut refused, mut open) = (0, Vec::new());
    for operation in OPERATIONS.iter().filter(|operation| operation.auth != Need::None) {
        let before = refused;
        for fault in scene.faults_without_access() {
            let Some(expected) = scene.expected(operation, None, &fault) else {
                continue;
            };
            let call = scene.call(operation, None).headers(fault.headers.clone());
            let answer = call.send().await;
            check(&format!("{}: {}", operation.id, fault.name), &answer, &expected);
            refused += 1;
        }
        for access in Access::ALL {
            for fault in scene.faults(access) {
                let Some(expected) = scene.expected(operation, Some(access), &fault) else {
                    continue;
                };
                let answer = scene
                    .call(operation, Some(access))
                    .headers(scene.headers(access, &fault))
                    .send()
                    .await;
                check(
                    &format!("{} as {access}: {}", operation.id, fault.name),
                    &answer,
                    &expected,
                );
                refused += 1;
            }
        }
        if refused - before < 40 {
            open.push((operation.id, refused - before));
        }
    }
    assert!(open.is_empty(), "these were tried too rarely: {open:?}");
    assert_eq!(
        scene.project.count_users().await,
        3,
        "nobody who was refused changed anything"
    );
}

#[tokio::test]
async fn operations_without_credentials_dont_look_at_any() {
    let scene = Scene::set().await;
    let mut seen = 0;
    for operation in OPERATIONS.iter().filter(|operation| operation.auth == Need::None) {
        let nobody = scene.call(operation, None).send().await;
        let without_id = |answer: &Answer| answer.text().replace(answer.header("x-stack-request-id"), "");
        for access in Access::ALL {
            for fault in scene.faults(access) {
                let answer = scene
                    .call(operation, None)
                    .headers(scene.headers(access, &fault))
                    .send()
                    .await;
                let what = format!("{} as {access}: {}", operation.id, fault.name);
                assert_eq!(
                    (answer.status, without_id(&answer)),
                    (nobody.status, without_id(&nobody)),
                    "{what}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "there are operations without credentials");
}
