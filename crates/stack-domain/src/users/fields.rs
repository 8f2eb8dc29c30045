//! Checking the fields of a user before anything is written, and applying them.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use stack_types::{Patch, ProjectId, Secret, UserId};

use super::{UserFields, email::EmailChange, restriction};
use crate::{
    access::AccessType,
    config::ProjectConfig,
    core::Core,
    error::{DomainError, DomainResult},
    images,
    models::{PasswordHash, UserCredentials, UserProfile},
    password,
    ports::Storage,
};

const MAX_DISPLAY_NAME_LENGTH: usize = 256;
const MAX_TOTP_SECRET_LENGTH: usize = 256;

/// Fields that were found good, with the work done that must not be done within a transaction.
pub(super) struct Checked {
    fields: UserFields,
    /// What becomes of the password.
    pub(super) password: Patch<PasswordHash>,
    /// Whether the passkey is taken away.
    pub(super) removes_passkey: bool,
    totp_secret: Patch<String>,
}

impl<S: Storage> Core<S> {
    /// Checks fields and hashes the password.
    ///
    /// # Errors
    ///
    /// Bad request, mostly; [`DomainError::Busy`] if too many passwords are being hashed.
    pub(super) async fn check_fields(
        &self,
        access: AccessType,
        config: &ProjectConfig,
        project: &ProjectId,
        user: UserId,
        fields: UserFields,
    ) -> DomainResult<Checked> {
        check(access, config, &fields)?;
        let totp_secret = fields.totp_secret_base64.as_ref().map(check_totp_secret);
        let totp_secret = match totp_secret {
            Patch::Value(secret) => Patch::Value(self.sealer.seal(&totp_owner(project, user), secret?, &*self.rng)),
            Patch::Null => Patch::Null,
            Patch::Absent => Patch::Absent,
        };
        let password = match (&fields.password, &fields.password_hash) {
            (Patch::Value(_), Some(_)) => {
                return Err(DomainError::bad_request(
                    "Only one of password and password_hash may be given.",
                ));
            }
            (_, Some(hash)) => Patch::Value(password::check_imported(hash.clone())?),
            (Patch::Value(password), None) => {
                password::check_not_too_long(password)?;
                Patch::Value(self.passwords.hash(password).await?)
            }
            (Patch::Null, None) => Patch::Null,
            (Patch::Absent, None) => Patch::Absent,
        };
        Ok(Checked {
            removes_passkey: fields.passkey_auth_enabled == Some(false),
            fields,
            password,
            totp_secret,
        })
    }
}

/// To whom a sealed TOTP secret belongs.
pub(crate) fn totp_owner(project: &ProjectId, user: UserId) -> String {
    format!("totp/{project}/{user}")
}

fn check(access: AccessType, config: &ProjectConfig, fields: &UserFields) -> DomainResult<()> {
    let refuse = |message: &str| Err(DomainError::bad_request(message));
    if let Patch::Value(name) = &fields.display_name
        && name.chars().count() > MAX_DISPLAY_NAME_LENGTH
    {
        return refuse("A display name can't have more than 256 characters.");
    }
    if let Patch::Value(address) = &fields.profile_image_url {
        match access {
            AccessType::Client => images::check_uploaded(address)?,
            AccessType::Server | AccessType::Admin => images::check_stored(address)?,
        }
    }
    let sets_password = matches!(fields.password, Patch::Value(_)) || fields.password_hash.is_some();
    if sets_password && !config.auth.password.allow_sign_in {
        return refuse("Password authentication isn't enabled in this project.");
    }
    if fields.otp_auth_enabled == Some(true) && !config.auth.otp.allow_sign_in {
        return refuse("Sign-in by one-time codes isn't enabled in this project.");
    }
    if fields.passkey_auth_enabled == Some(true) {
        return refuse("Passkeys can't be turned on here: the user has to register one.");
    }
    if let Patch::Value(code) = &fields.country_code
        && !(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        return refuse("A country code has two capital letters.");
    }
    Ok(())
}

fn check_totp_secret(secret: &Secret) -> DomainResult<&str> {
    let bytes = BASE64.decode(secret.expose());
    match bytes {
        Ok(bytes) if (1..=MAX_TOTP_SECRET_LENGTH).contains(&bytes.len()) => Ok(secret.expose()),
        _ => Err(DomainError::bad_request("The TOTP secret must be bytes in base64.")),
    }
}

impl Checked {
    /// Applies the fields to a profile and credentials; gives what is left to do with the contact channels.
    ///
    /// `asks_for_totp`: whether a TOTP secret that is set now turns the second factor on.
    pub(super) fn apply(
        self,
        profile: &mut UserProfile,
        credentials: &mut UserCredentials,
        asks_for_totp: bool,
    ) -> DomainResult<EmailChange> {
        let fields = self.fields;
        restriction::null_if_empty(fields.display_name).apply_to(&mut profile.display_name);
        fields.profile_image_url.apply_to(&mut profile.profile_image_url);
        fields.country_code.apply_to(&mut profile.country_code);
        let metadata = &mut profile.metadata;
        for (change, field) in [
            (fields.client_metadata, &mut metadata.client),
            (fields.client_read_only_metadata, &mut metadata.client_read_only),
            (fields.server_metadata, &mut metadata.server),
        ] {
            if let Some(change) = change.into_change() {
                *field = change.unwrap_or_default();
            }
        }
        if let Some(scores) = fields.risk_scores {
            profile.risk_scores = scores;
        }
        profile.restriction = restriction::changed(
            profile.restriction.take(),
            fields.restricted_by_admin,
            fields.restricted_by_admin_reason,
            fields.restricted_by_admin_private_details,
        )?;
        self.password.apply_to(&mut credentials.password_hash);
        if let Some(on) = fields.otp_auth_enabled {
            credentials.otp_enabled = on;
        }
        if let Some(secret) = self.totp_secret.into_change() {
            credentials.requires_totp_mfa = asks_for_totp && secret.is_some();
            credentials.totp_secret = secret;
        }
        Ok(EmailChange {
            email: fields.primary_email,
            verified: fields.primary_email_verified,
            used_for_auth: fields.primary_email_auth_enabled,
        })
    }
}
