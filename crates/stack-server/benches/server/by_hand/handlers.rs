//! The handlers.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordVerifier as _};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{
    Store,
    show::{ClientUser, Person, ServerUser},
    tokens::{Claims, Tokens, now, sha256},
};

/// What the handlers share.
pub(super) struct Handlers {
    pub(super) store: Store,
    pub(super) tokens: Tokens,
    pub(super) client_key: String,
    pub(super) server_key: String,
    pub(super) contains: Vec<(String, String)>,
    /// So many hash at once.
    pub(super) hashers: Arc<Semaphore>,
}

type Shared = State<Arc<Handlers>>;
type Answer<T> = Result<Json<T>, StatusCode>;

const IP_INFO: &str = r#"{"ip":"127.0.0.1"}"#;

/// The same call on either database.
macro_rules! store {
    ($handlers:expr, $store:ident => $call:expr) => {
        match &$handlers.store {
            Store::Sqlite($store) => $call.await,
            Store::Postgres($store) => $call.await,
        }
        .map_err(failed)?
    };
}

pub(super) async fn current_user(State(handlers): Shared, headers: HeaderMap) -> Answer<ClientUser> {
    let person = handlers.caller(&headers).await?;
    Ok(Json(person.for_client()))
}

#[derive(Deserialize)]
pub(super) struct PageQuery {
    limit: i64,
}

#[derive(Serialize)]
pub(super) struct Page {
    items: Vec<ServerUser>,
    is_paginated: bool,
    pagination: Value,
}

pub(super) async fn page(
    State(handlers): Shared,
    headers: HeaderMap,
    Query(PageQuery { limit }): Query<PageQuery>,
) -> Answer<Page> {
    require(&headers, "x-stack-secret-server-key", &handlers.server_key)?;
    let mut people = store!(handlers, store => store.page(limit));
    let next = people.get(usize::try_from(limit).unwrap_or_default());
    let next_cursor = next.map(|person| person.id.clone());
    if next_cursor.is_some() {
        people.pop();
    }
    Ok(Json(Page {
        items: people.into_iter().map(Person::for_server).collect(),
        is_paginated: true,
        pagination: json!({ "next_cursor": next_cursor }),
    }))
}

#[derive(Deserialize)]
pub(super) struct PermissionQuery {
    team_id: String,
    permission_id: String,
}

#[derive(Serialize)]
pub(super) struct Permissions {
    items: Vec<Permission>,
    is_paginated: bool,
}

#[derive(Serialize)]
struct Permission {
    id: String,
    user_id: String,
    team_id: String,
}

pub(super) async fn permission_check(
    State(handlers): Shared,
    headers: HeaderMap,
    Query(PermissionQuery { team_id, permission_id }): Query<PermissionQuery>,
) -> Answer<Permissions> {
    let person = handlers.caller(&headers).await?;
    let granted = store!(handlers, store => store.permissions(&team_id, &person.id));
    let mut all: Vec<_> = granted.iter().flatten().map(String::as_str).collect();
    let mut next = 0;
    while let Some(id) = all.get(next).copied() {
        let contained = handlers
            .contains
            .iter()
            .filter(|(from, to)| from == id && !all.contains(&to.as_str()));
        let contained: Vec<_> = contained.map(|(_, to)| to.as_str()).collect();
        all.extend(contained);
        next += 1;
    }
    let found = all.contains(&permission_id.as_str()).then_some(Permission {
        id: permission_id,
        user_id: person.id,
        team_id,
    });
    Ok(Json(Permissions {
        items: found.into_iter().collect(),
        is_paginated: false,
    }))
}

pub(super) async fn refresh(State(handlers): Shared, headers: HeaderMap) -> Answer<Value> {
    require(&headers, "x-stack-publishable-client-key", &handlers.client_key)?;
    let token = header(&headers, "x-stack-refresh-token").ok_or(StatusCode::UNAUTHORIZED)?;
    let hash = sha256(token);
    let found = store!(handlers, store => store.refresh(&hash, now(), IP_INFO));
    let (session, person) = found.ok_or(StatusCode::UNAUTHORIZED)?;
    let token = handlers.tokens.mint(&session, person);
    let token = token.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(json!({ "access_token": token })))
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    email: String,
    password: String,
}

pub(super) async fn sign_in(
    State(handlers): Shared,
    headers: HeaderMap,
    Json(SignIn { email, password }): Json<SignIn>,
) -> Answer<Value> {
    require(&headers, "x-stack-publishable-client-key", &handlers.client_key)?;
    let email = email.trim().to_lowercase();
    let found = store!(handlers, store => store.find_password(&email));
    let (user, stored) = found.ok_or(StatusCode::UNAUTHORIZED)?;
    let permit = Arc::clone(&handlers.hashers).acquire_owned().await.map_err(failed)?;
    let hash = stored.clone();
    let right = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        PasswordHash::new(&hash).is_ok_and(|hash| {
            // The parameters stand in the hash.
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        })
    });
    if !right.await.map_err(failed)? {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let (session, secret) = (uuid::Uuid::new_v4().to_string(), refresh_token());
    let token_hash = sha256(&secret);
    let signed_in = store!(
        handlers,
        store => store.sign_in(&user, &stored, &session, &token_hash, now(), IP_INFO)
    );
    let person = signed_in.ok_or(StatusCode::UNAUTHORIZED)?;
    let token = handlers.tokens.mint(&session, person);
    let token = token.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(
        json!({ "access_token": token, "refresh_token": secret, "user_id": user }),
    ))
}

impl Handlers {
    /// The user of the access token.
    async fn caller(&self, headers: &HeaderMap) -> Result<Person, StatusCode> {
        require(headers, "x-stack-publishable-client-key", &self.client_key)?;
        let token = header(headers, "x-stack-access-token").ok_or(StatusCode::UNAUTHORIZED)?;
        let Claims { sub, .. } = self.tokens.verify(token).ok_or(StatusCode::UNAUTHORIZED)?;
        let person = store!(self, store => store.find_user(&sub));
        person.ok_or(StatusCode::UNAUTHORIZED)
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn require(headers: &HeaderMap, name: &str, key: &str) -> Result<(), StatusCode> {
    if header(headers, name) == Some(key) {
        Ok(())
    } else {
        Err(StatusCode::UNAUTHORIZED)
    }
}

/// 45 characters, as the server's.
fn refresh_token() -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut random = rand::rng();
    let letters = (0..45).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    letters.collect()
}

fn failed(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("by hand: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
