//! Passkeys: registering them, and signing in with them.
//!
//! The steps are those of WebAuthn, for a server that asks for no attestation and accepts any number of hosts: the page
//! has to be on a trusted domain of the project, and the RP id is the page's host. A challenge belongs to a one-time
//! code, which is used up before the browser's answer is looked at.
//!
//! - `options`: what a browser is asked for;
//! - `answer`: what it answers, out of its JSON;
//! - `client_data`, `authenticator_data`, `public_key`: the three things that an answer is made of;
//! - `ceremony`: the checks that both ceremonies share;
//! - `register`, `sign_in`: the ceremonies.
//!
//! Source: <https://www.w3.org/TR/webauthn-3/#sctn-rp-operations>.

mod answer;
mod authenticator_data;
mod ceremony;
mod client_data;
mod options;
mod public_key;
mod register;
mod sign_in;

use std::sync::Arc;

use serde_json::Value;
use stack_types::{KnownError, Secret};

use crate::{
    core::{Core, Tenant},
    error::DomainResult,
};

/// Passkeys.
pub struct Passkeys<S>(pub(crate) Arc<Core<S>>);

/// How a ceremony starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The options for the browser.
    pub options: Value,
    /// What has to come back with the browser's answer.
    pub code: Secret,
}

fn require_enabled(tenant: &Tenant) -> DomainResult<()> {
    if tenant.config.auth.passkey.allow_sign_in {
        Ok(())
    } else {
        Err(KnownError::PasskeyAuthenticationNotEnabled.into())
    }
}
