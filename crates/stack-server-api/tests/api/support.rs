//! A server that knows nothing but who is calling, and a caller that needs no socket.

use std::sync::Arc;

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use stack_server_api::{Access, ApiError, Authenticate, Authenticated, Credentials, RequestId, WireLayer, mount};
use stack_types::{KnownError, ProjectId};
use tower::ServiceExt as _;

pub mod server;

/// Who is signed in: the text of the access token.
pub type User = String;

/// Accepts every project but `missing`, no key but `right`, and any access token.
pub struct Server;

impl Authenticate for Server {
    type Tenant = ProjectId;
    type User = User;

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<ProjectId, User>, ApiError> {
        if credentials.project_id.as_str() == "missing" {
            return Err(KnownError::CurrentProjectNotFound {
                project_id: credentials.project_id,
            }
            .into());
        }
        if credentials.access == Access::Server && credentials.secret_server_key.is_none() {
            return Err(KnownError::ServerAuthenticationRequired.into());
        }
        let user = credentials.access_token.map(|token| token.expose().to_owned());
        Ok(Authenticated {
            tenant: credentials.project_id,
            user,
        })
    }
}

/// The routes of [`Server`], with nothing around them.
pub fn routes() -> Router {
    mount(server::api_routes(), server::root_routes()).with_state(Arc::new(Server))
}

/// The whole router of [`Server`], with request ids that are all zeros.
pub fn router() -> Router {
    WireLayer::new().request_ids(|| RequestId::from_bits(0)).wrap(routes())
}

/// A request to [`router`], in the making.
pub struct Call {
    request: http::request::Builder,
    body: Body,
}

/// A request from nobody in particular.
pub fn call(method: Method, path: &str) -> Call {
    Call {
        request: Request::builder().method(method).uri(path),
        body: Body::empty(),
    }
}

/// A request with the credentials of `access` for the project `p`.
pub fn call_as(access: Access, method: Method, path: &str) -> Call {
    let call = call(method, path)
        .header("x-stack-access-type", access.name())
        .header("x-stack-project-id", "p");
    match access {
        Access::Server => call.header("x-stack-secret-server-key", "right"),
        _ => call,
    }
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn user(self, name: &str) -> Self {
        self.header("x-stack-access-token", name)
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub fn json(self, body: &str) -> Self {
        self.body("application/json", body.to_owned())
    }

    pub async fn send(self) -> Answer {
        self.send_to(router()).await
    }

    pub async fn send_to(self, router: Router) -> Answer {
        let request = self.request.body(self.body).expect("the request is well-formed");
        let (parts, body) = router
            .oneshot(request)
            .await
            .expect("a router never fails")
            .into_parts();
        let bytes = body.collect().await.expect("the body is in memory").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("every body of these tests is text"),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text"))
    }

    /// Status and known error, or status and text.
    pub fn outcome(&self) -> (u16, &str) {
        (
            self.status.as_u16(),
            self.header("x-stack-known-error").unwrap_or(&self.text),
        )
    }

    /// What [`server`] says it heard.
    pub fn heard(&self) -> &str {
        assert_eq!(self.status, 418, "{}", self.text);
        &self.text
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    /// The text of a SCHEMA_ERROR.
    pub fn schema_error(&self) -> String {
        assert_eq!(self.outcome(), (400, "SCHEMA_ERROR"), "{}", self.text);
        let body = self.json();
        assert_eq!(body["details"]["message"], body["error"]);
        body["error"].as_str().expect("it is text").to_owned()
    }
}
