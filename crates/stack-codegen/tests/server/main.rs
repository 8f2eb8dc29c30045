//! What the emitter of the server traits promises, on a contract of oddities: `golden/` is what it emits for
//! `contract.yaml`, is compiled here on top of `stack-server-api`, and is called without a socket.
//!
//! After a change of the emitter, `UPDATE_GOLDEN=1 cargo nextest run -p stack-codegen --test server` writes `golden/` anew;
//! read its diff as an implementer of the traits would.

#[path = "golden/odd_things.rs"]
mod odd_things;

use std::{env, fs, path::PathBuf, sync::Arc};

use axum::body::{Body, to_bytes};
use http::Request;
use odd_things::{
    CreateOddityRequest, DeleteTwoRequest, GetOpenRequest, GetThreeRequest, GetTwoAsClientRequest,
    GetTwoAsServerRequest, OddThingsApi,
};
use stack_codegen::{emit, testing, views::Views};
// What is emitted is part of `stack-server-api` and finds its runtime at the root of the crate.
pub use stack_server_api::*;
use stack_types::{Success, client, server};
use tower::ServiceExt as _;

/// Says which method was reached, and by whom.
struct Server;

fn reached<T>(method: &'static str) -> Result<T, ApiError> {
    Err(ApiError::NotBuilt(method))
}

impl Authenticate for Server {
    type Tenant = ();
    type User = ();

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<(), ()>, ApiError> {
        Ok(Authenticated {
            tenant: (),
            user: credentials.access_token.map(drop),
        })
    }
}

impl OddThingsApi for Server {
    async fn create_oddity(
        &self,
        who: Principal<Access, (), Option<()>>,
        request: CreateOddityRequest,
    ) -> Result<String, ApiError> {
        Ok(format!("{} {request:?}", who.access))
    }

    async fn get_three_as_client(
        &self,
        _: Principal<ClientAccess, (), ()>,
        _: GetThreeRequest,
    ) -> Result<client::User, ApiError> {
        reached("a client")
    }

    async fn get_three_as_server(
        &self,
        _: Principal<ServerAccess, (), Option<()>>,
        _: GetThreeRequest,
    ) -> Result<server::User, ApiError> {
        reached("a server")
    }

    async fn get_three_as_admin(
        &self,
        _: Principal<AdminAccess, (), ()>,
        _: GetThreeRequest,
    ) -> Result<server::User, ApiError> {
        reached("an admin")
    }

    async fn get_two_as_client(
        &self,
        _: Principal<ClientAccess, (), Option<()>>,
        _: GetTwoAsClientRequest,
    ) -> Result<Success, ApiError> {
        reached("a client")
    }

    async fn get_two_as_server(
        &self,
        _: Principal<ServerAccess, (), Option<()>>,
        request: GetTwoAsServerRequest,
    ) -> Result<Success, ApiError> {
        reached(if request.query.all == Some(true) {
            "all of a server"
        } else {
            "a server"
        })
    }

    async fn delete_two(&self, _: Principal<AdminAccess, (), ()>, _: DeleteTwoRequest) -> Result<Success, ApiError> {
        reached("an admin")
    }

    async fn get_open(&self, _: GetOpenRequest) -> Result<Success, ApiError> {
        Ok(Success { success: true })
    }
}

/// Status and text of the answer to a call with an access and a user.
async fn call(access: &str, method: &str, path: &str) -> (u16, String) {
    let routes = mount(odd_things::routes(), odd_things::root_routes()).with_state(Arc::new(Server));
    let (access, user) = access.split_once('+').unwrap_or((access, ""));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-stack-access-type", access)
        .header("x-stack-project-id", "p")
        .header("x-stack-access-token", user);
    let request = request.body(Body::empty()).expect("the request is well-formed");
    let response = WireLayer::new()
        .wrap(routes)
        .oneshot(request)
        .await
        .expect("a router never fails");
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("the body is in memory");
    (status, String::from_utf8(bytes.to_vec()).expect("the body is text"))
}

#[tokio::test]
async fn what_may_be_left_out_may_be_left_out() {
    let path = "/api/v1/odd/3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a?unheard=of";
    insta::assert_snapshot!(call("client", "POST", path).await.1, @"client CreateOddityRequest { path: CreateOddityPath { odd_id: 3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a }, query: CreateOddityQuery { type: None, is_odd: Some(true) }, refresh_token: None, body: None }");
}

#[tokio::test]
async fn each_access_reaches_its_method_and_nobody_elses() {
    for (access, status, text) in [
        ("client+ada", 501, "a client"),
        ("server", 501, "a server"),
        ("admin+ada", 501, "an admin"),
        ("client", 401, "USER_AUTHENTICATION_REQUIRED"),
        ("admin", 401, "USER_AUTHENTICATION_REQUIRED"),
    ] {
        let answer = call(access, "GET", "/api/v1/three").await;
        assert!(answer.0 == status && answer.1.contains(text), "{access}: {answer:?}");
    }
}

#[tokio::test]
async fn a_parameter_of_servers_is_unknown_to_clients() {
    let server = call("server", "GET", "/api/v1/two?all=1").await;
    assert!(server.1.contains("all of a server"), "{server:?}");
    let client = call("client", "GET", "/api/v1/two?all=1").await;
    assert!(client.0 == 400 && client.1.contains("query /all"), "{client:?}");
}

#[tokio::test]
async fn an_operation_of_admins_is_closed_to_servers() {
    assert_eq!(call("server+ada", "DELETE", "/api/v1/two").await.0, 401);
    assert_eq!(call("admin", "DELETE", "/api/v1/two").await.0, 400);
    assert_eq!(call("admin+ada", "DELETE", "/api/v1/two").await.0, 501);
}

#[tokio::test]
async fn an_open_operation_is_open() {
    assert_eq!(
        call("nonsense", "GET", "/open").await,
        (200, r#"{"success":true}"#.to_owned())
    );
}

#[test]
fn the_emitter_gives_the_golden_file() {
    let api = testing::fixture(include_str!("contract.yaml"));
    let files = emit::server::emit(&api, &Views::of(&api)).expect("it can be emitted");
    let file = files
        .into_iter()
        .find(|file| file.path.ends_with("/odd_things.rs"))
        .expect("the tag has a file");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/server/golden/odd_things.rs");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &file.contents).expect("the file can be written");
    }
    let golden = fs::read_to_string(&path).expect("there is a golden file");
    let diff = similar::TextDiff::from_lines(&golden, &file.contents);
    assert!(
        golden == file.contents,
        "another file is emitted:\n{}",
        diff.unified_diff()
    );
}
