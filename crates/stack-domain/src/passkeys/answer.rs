//! What a browser answers: the JSON forms of WebAuthn's responses, their binary parts out of base64url.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::ceremony::Fault;

/// Some libraries pad, others don't.
pub(super) const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The longest name that a credential may have. Source: WebAuthn, section 4, "Credential ID".
const MAX_ID_LENGTH: usize = 1023;

/// `RegistrationResponseJSON`, what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attestation {
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data: Bytes,
    pub(super) attestation_object: Bytes,
}

/// `AuthenticationResponseJSON`, what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assertion {
    #[serde(rename = "clientDataJSON")]
    pub(super) client_data: Bytes,
    pub(super) authenticator_data: Bytes,
    pub(super) signature: Bytes,
    pub(super) user_handle: Option<Bytes>,
}

/// A credential with what it answered.
pub(super) struct Answer<T> {
    pub(super) credential_id: Vec<u8>,
    pub(super) response: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<T> {
    id: String,
    raw_id: Bytes,
    r#type: String,
    response: T,
}

/// Bytes that are written in base64url.
pub(super) struct Bytes(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64URL.decode(text).map(Self).map_err(de::Error::custom)
    }
}

impl<T: for<'de> Deserialize<'de>> Answer<T> {
    /// Reads a credential.
    pub(super) fn read(credential: &Value) -> Result<Self, Fault> {
        let credential = Credential::<T>::deserialize(credential).map_err(|_| Fault("it isn't a credential's JSON"))?;
        let Credential {
            id,
            raw_id: Bytes(raw_id),
            r#type,
            response,
        } = credential;
        if r#type != "public-key" {
            return Err(Fault("it isn't a public key's credential"));
        }
        if BASE64URL.decode(id).ok().as_ref() != Some(&raw_id) {
            return Err(Fault("`id` and `rawId` differ"));
        }
        if !(1..=MAX_ID_LENGTH).contains(&raw_id.len()) {
            return Err(Fault("the credential's id is empty or too long"));
        }
        Ok(Self {
            credential_id: raw_id,
            response,
        })
    }
}
