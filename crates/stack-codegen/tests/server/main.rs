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
    BrowseRequest, CreateOddityRequest, CreateOnceAnswer, CreateOnceRequest, DeleteTwoRequest, GetOldTwoRequest,
    GetOpenRequest, GetThreeRequest, GetTwoAsClientRequest, GetTwoAsServerRequest, OddThingsApi,
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

    /// Which answer is the name's to say.
    async fn create_once(&self, request: CreateOnceRequest) -> Result<CreateOnceAnswer, ApiError> {
        let name = request.authorization.map(|credentials| credentials.name);
        match name.as_deref() {
            Some("old") => Ok(CreateOnceAnswer::Ok(Success { success: true })),
            Some("new") => Ok(CreateOnceAnswer::Created(Success { success: true })),
            Some(other) => Ok(CreateOnceAnswer::TemporaryRedirect(Redirect::to(format!("/{other}")))),
            None => Err(ApiError::oauth("invalid_client", "Who?")),
        }
    }

    async fn browse(&self, request: BrowseRequest) -> Result<Redirect, ApiError> {
        let token = request.authorization.ok_or_else(|| ApiError::schema("Send a token."))?;
        let seen = request.info.cookie("seen").unwrap_or("nothing");
        Ok(Redirect::to(format!("/{}/{seen}", token.expose())).with_cookie(Cookie::new("seen", "it", 60)))
    }

    async fn get_old_two(
        &self,
        who: Principal<Access, (), Option<()>>,
        _: GetOldTwoRequest,
    ) -> Result<String, ApiError> {
        Ok(format!("the old two of {}", who.access))
    }
}

/// Has nothing.
struct Empty;

impl Authenticate for Empty {
    type Tenant = ();
    type User = ();

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<(), ()>, ApiError> {
        Server.authenticate(credentials).await
    }
}

/// Of the golden file's tag, for which this crate's `tags` has none.
impl LeaveOut<tags::OddThings> for Empty {}

/// The tags of the fixture.
pub mod tags {
    /// As `generated/mod.rs` would have it.
    pub enum OddThings {}

    impl super::Tag for OddThings {
        const NAME: &'static str = "odd-things";
    }
}

/// Status and text of the answer to a call with an access and a user.
async fn call(access: &str, method: &str, path: &str) -> (u16, String) {
    let routes = mount(odd_things::routes(), odd_things::root_routes());
    call_to(routes.with_state(Arc::new(Server)), access, method, path).await
}

async fn call_to(routes: axum::Router, access: &str, method: &str, path: &str) -> (u16, String) {
    let (access, user) = access.split_once('+').unwrap_or((access, ""));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-stack-access-type", access)
        .header("x-stack-project-id", "p")
        .header("x-stack-access-token", user);
    let request = request.body(Body::empty()).expect("the request is well-formed");
    let response = response_to(routes, request).await;
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("the body is in memory");
    (status, String::from_utf8(bytes.to_vec()).expect("the body is text"))
}

async fn response_to(routes: axum::Router, request: Request<Body>) -> axum::response::Response {
    let answer = WireLayer::new().wrap(routes).oneshot(request);
    answer.await.expect("a router never fails")
}

/// Status, `location` and `set-cookie` of the answer to a call with these headers.
async fn call_with(method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("the request is well-formed");
    let routes = mount(odd_things::routes(), odd_things::root_routes()).with_state(Arc::new(Server));
    let response = response_to(routes, request).await;
    let header = |name| {
        let value = response
            .headers()
            .get(name)
            .map(|value| value.to_str().expect("it is text"));
        value.unwrap_or_default().to_owned()
    };
    (response.status().as_u16(), header("location"), header("set-cookie"))
}

#[tokio::test]
async fn an_operation_may_answer_in_several_ways() {
    // `old:`, `new:` and `there:`.
    for (authorization, status, location) in [
        ("Basic b2xkOg==", 200, ""),
        ("Basic bmV3Og==", 201, ""),
        ("Basic dGhlcmU6", 307, "/there"),
        ("Bearer b2xkOg==", 400, ""),
    ] {
        let answer = call_with("POST", "/api/v1/two-answers", &[("authorization", authorization)]).await;
        assert_eq!((answer.0, answer.1.as_str()), (status, location), "{authorization}");
    }
}

#[tokio::test]
async fn a_redirect_may_set_cookies_and_a_request_may_have_some() {
    let headers = [("authorization", "Bearer t"), ("cookie", "a=b; seen=it")];
    let (status, location, cookie) = call_with("GET", "/api/v1/browse", &headers).await;
    assert_eq!((status, location.as_str()), (303, "/t/it"));
    assert_eq!(cookie, "seen=it; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax");
    assert_eq!(call_with("GET", "/api/v1/browse", &[]).await.0, 400);
}

#[tokio::test]
async fn a_version_may_have_an_operation_of_its_own() {
    let below = |version: &str| {
        let routes = axum::Router::new().nest(&format!("/api/{version}"), odd_things::version_routes(version));
        routes.with_state(Arc::new(Server))
    };
    let (old, new) = (below("v2beta5"), below("v1"));
    assert_eq!(
        call_to(old.clone(), "client", "GET", "/api/v2beta5/two").await.1,
        "the old two of client"
    );
    assert_eq!(call_to(old, "admin+ada", "DELETE", "/api/v2beta5/two").await.0, 501);
    assert_eq!(call_to(new, "client", "GET", "/api/v1/two").await.0, 501);
}

#[tokio::test]
async fn what_is_left_out_is_checked_like_everything_else() {
    let routes = mount(odd_things::routes(), odd_things::root_routes()).with_state(Arc::new(Empty));
    for (access, path, status, text) in [
        ("client", "/api/v1/three", 401, "USER_AUTHENTICATION_REQUIRED"),
        ("client", "/api/v1/two?all=1", 400, "query /all"),
        (
            "server",
            "/api/v1/two?all=1",
            501,
            "This server doesn't have `get_two`.",
        ),
        ("nobody", "/open", 501, "This server doesn't have `get_open`."),
    ] {
        let answer = call_to(routes.clone(), access, "GET", path).await;
        assert!(
            answer.0 == status && answer.1.contains(text),
            "{access} {path}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn what_may_be_left_out_may_be_left_out() {
    let path = "/api/v1/odd/3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a?unheard=of";
    insta::assert_snapshot!(call("client", "POST", path).await.1, @"client CreateOddityRequest { path: CreateOddityPath { odd_id: 3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a }, query: CreateOddityQuery { type: None, is_odd: Some(true) }, refresh_token: None, body: None, info: RequestInfo { .. } }");
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
