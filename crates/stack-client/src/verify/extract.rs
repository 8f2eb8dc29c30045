//! [`SignedInUser`] as an argument of axum's handlers.

use axum_core::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::request::Parts;

use super::{Refusal, SignedInUser, Verifier, checked};

impl<S> FromRequestParts<S> for SignedInUser
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state)
            .await?
            .ok_or(Refusal::NotSignedIn)
    }
}

impl<S> OptionalFromRequestParts<S> for SignedInUser
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refusal> {
        let verifier = Verifier::from_ref(state);
        if let Some(user) = checked::by(&verifier, &parts.extensions) {
            return Ok(Some(user));
        }
        let user = verifier.verify_headers(&parts.headers).await?;
        if let Some(user) = &user {
            checked::remember(&verifier, user, &mut parts.extensions);
        }
        Ok(user)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.to_response()
    }
}
