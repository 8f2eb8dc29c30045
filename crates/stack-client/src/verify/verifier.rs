//! Puts the pieces together.

use std::{fmt, sync::Arc};

use http::HeaderMap;

use super::{
    KeysError, Refusal, SignedInUser, VerifierBuilder, VerifyError,
    keys::{Clock, Keys},
    refusal,
    rules::Rules,
    token::Unverified,
};
use crate::BuildError;

/// Checks access tokens of one project. Clones share the keys.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    rules: Rules,
    keys: Keys,
    clock: Clock,
}

impl Verifier {
    /// Starts the settings of a verifier.
    pub fn builder() -> VerifierBuilder {
        VerifierBuilder::default()
    }

    /// A verifier for the project of the environment: `STACK_API_URL` and `STACK_PROJECT_ID`, with or without the prefix
    /// `NEXT_PUBLIC_`.
    ///
    /// # Errors
    ///
    /// As [`VerifierBuilder::build`] says.
    pub fn from_env() -> Result<Self, BuildError> {
        VerifierBuilder::from_env().build()
    }

    pub(super) fn new(rules: Rules, keys: Keys, clock: Clock) -> Self {
        Self(Arc::new(Inner { rules, keys, clock }))
    }

    /// Whether both are clones of one.
    #[cfg(any(feature = "axum", feature = "tower"))]
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Who is signed in by this access token.
    ///
    /// It asks the server for the keys if they are missing or due, else nobody.
    ///
    /// # Errors
    ///
    /// As [`VerifyError`] says.
    pub async fn verify(&self, token: &str) -> Result<SignedInUser, VerifyError> {
        let Inner { rules, keys, clock } = &*self.0;
        let token = Unverified::parse(token)?;
        rules.check_origin(&token.claims)?;
        let key = keys.find(&token.kid).await?;
        key.verify(token.signed, &token.signature)?;
        rules.check_time(&token.claims, clock())?;
        Ok(token.claims.into())
    }

    /// Who is signed in, by the headers of a request: `x-stack-access-token`, `x-hexclave-access-token`, or
    /// `authorization: Bearer …`, the first of them that is there. `None` if there is none.
    ///
    /// # Errors
    ///
    /// As [`VerifyError`] says: a token that isn't good is never taken for none.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<Option<SignedInUser>, VerifyError> {
        match refusal::token(headers)? {
            Some(token) => self.verify(token).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who is signed in, by the headers of a request, if somebody has to be.
    ///
    /// # Errors
    ///
    /// If nobody is; the [`Refusal`] is the answer for it.
    pub async fn require(&self, headers: &HeaderMap) -> Result<SignedInUser, Refusal> {
        self.verify_headers(headers).await?.ok_or(Refusal::NotSignedIn)
    }

    /// Fetches the keys now, so that the first token needn't wait and a wrong setting shows at the start.
    ///
    /// # Errors
    ///
    /// If they can't be fetched.
    pub async fn warm_up(&self) -> Result<(), KeysError> {
        self.0.keys.warm_up().await
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("project_id", &self.0.rules.project_id)
            .field("issuer_url", &self.0.rules.issuer_url)
            .field("keys", &self.0.keys)
            .finish_non_exhaustive()
    }
}
