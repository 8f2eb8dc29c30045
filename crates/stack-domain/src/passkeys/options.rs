//! What a browser is asked for: the JSON forms of WebAuthn's options, as SimpleWebAuthn writes them.

use serde_json::{Value, json};

use super::public_key::ALGORITHMS;
use crate::{
    core::Tenant,
    models::{User, UserProfile},
};

/// What SDKs put the page's host in the place of; they refuse any other.
const RP_ID: &str = "THIS_VALUE_WILL_BE_REPLACED.example.com";
const TIMEOUT_MILLIS: u32 = 60_000;
/// How a passkey is called whose user has neither name nor e-mail.
const NAMELESS: &str = "Passkey";

/// `PublicKeyCredentialCreationOptionsJSON`. `challenge` and `user_handle` are in base64url.
pub(super) fn for_registration(tenant: &Tenant, user: &User, user_handle: &str, challenge: &str) -> Value {
    let name = name_of(user);
    let algorithms = ALGORITHMS.map(|algorithm| json!({ "alg": algorithm, "type": "public-key" }));
    json!({
        "challenge": challenge,
        "rp": { "name": tenant.project.display_name, "id": RP_ID },
        "user": { "id": user_handle, "name": name, "displayName": name },
        "pubKeyCredParams": algorithms,
        "timeout": TIMEOUT_MILLIS,
        "attestation": "none",
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "preferred",
        },
        "extensions": { "credProps": true },
        "hints": [],
    })
}

/// `PublicKeyCredentialRequestOptionsJSON`: any passkey of the host will do.
pub(super) fn for_sign_in(challenge: &str) -> Value {
    json!({
        "challenge": challenge,
        "rpId": RP_ID,
        "allowCredentials": [],
        "timeout": TIMEOUT_MILLIS,
        "userVerification": "preferred",
    })
}

fn name_of(user: &User) -> &str {
    let UserProfile { display_name, .. } = &user.profile;
    let email = user.primary_email.as_ref().map(|email| email.value.as_str());
    display_name.as_deref().or(email).unwrap_or(NAMELESS)
}
