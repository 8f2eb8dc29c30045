//! Somebody's device: a browser and an authenticator in software, not the code that the server checks with.

use async_trait::async_trait;
use passkey_authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey_client::{Client, DefaultClientData};
use passkey_crypto::{iana::Algorithm, rust_crypto::RustCryptoBackend};
use passkey_types::{
    Passkey,
    ctap2::{Aaguid, Ctap2Error},
    webauthn::{CredentialCreationOptions, CredentialRequestOptions},
};
use reqwest::Url;
use serde_json::{Value, json};

/// A device with room for one passkey. A clone is a copy with the same passkey.
#[derive(Clone)]
pub(super) struct Device {
    passkey: Option<Passkey>,
    algorithm: Algorithm,
    counts: bool,
}

impl Device {
    /// One that doesn't count how often a passkey is used, as those don't that share passkeys.
    pub(super) const fn new() -> Self {
        Self {
            passkey: None,
            algorithm: Algorithm::ES256,
            counts: false,
        }
    }

    pub(super) fn that_counts() -> Self {
        Self {
            counts: true,
            ..Self::new()
        }
    }

    pub(super) fn with_algorithm(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            ..Self::new()
        }
    }

    /// Makes a passkey as the server wants it, on a page of this origin.
    pub(super) async fn register(&mut self, origin: &str, mut options: Value) -> Value {
        let origin: Url = origin.parse().expect("an origin");
        options["rp"]["id"] = json!(origin.host_str());
        let options: CredentialCreationOptions =
            serde_json::from_value(json!({ "publicKey": options })).expect("options for a browser");
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let made = client
            .register(&origin, options, DefaultClientData)
            .await
            .expect("a passkey");
        self.passkey.clone_from(client.authenticator().store());
        serde_json::to_value(made).expect("JSON")
    }

    /// Answers a challenge with the passkey, on a page of this origin.
    pub(super) async fn answer(&mut self, origin: &str, mut options: Value) -> Value {
        let origin: Url = origin.parse().expect("an origin");
        options["rpId"] = json!(origin.host_str());
        // What isn't there means the same as an empty list.
        options.as_object_mut().expect("an object").remove("allowCredentials");
        let options: CredentialRequestOptions =
            serde_json::from_value(json!({ "publicKey": options })).expect("options for a browser");
        let mut client = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let answer = client
            .authenticate(&origin, options, DefaultClientData)
            .await
            .expect("an answer");
        self.passkey.clone_from(client.authenticator().store());
        serde_json::to_value(answer).expect("JSON")
    }

    fn authenticator(&self) -> Authenticator<Option<Passkey>, Present, RustCryptoBackend> {
        let store = self.passkey.clone();
        let mut authenticator = Authenticator::new(Aaguid::new_empty(), store, Present, RustCryptoBackend);
        authenticator.set_make_credentials_with_signature_counter(self.counts);
        authenticator.set_algorithms(&[self.algorithm]).expect("it is known");
        authenticator
    }
}

/// Somebody sits before the device.
struct Present;

#[async_trait]
impl UserValidationMethod for Present {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence: true,
            verification,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}
