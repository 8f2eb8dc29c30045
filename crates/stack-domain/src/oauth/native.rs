//! Signing in on an Apple device, whose own dialogue gives the app an identity token.

use stack_types::{KnownError, Secret};

use super::{
    OAuth,
    flow::Purpose,
    provider::{kind_of, not_enabled},
};
use crate::{
    access::Caller,
    error::{DomainError, DomainResult},
    models::IpInfo,
    ports::{ProviderError, Storage, Transaction, UserRepository},
    sessions::SignedIn,
};

const APPLE: &str = "apple";

impl<S: Storage> OAuth<S> {
    /// Signs somebody in by Apple's identity token. The wire asks for no second factor here.
    ///
    /// # Errors
    ///
    /// `OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED`, `APPLE_BUNDLE_ID_NOT_CONFIGURED`, `INVALID_APPLE_CREDENTIALS`, and
    /// those of an account: `CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE`, `SIGN_UP_NOT_ENABLED`,
    /// `SIGN_UP_REJECTED`.
    pub async fn sign_in_with_apple(
        &self,
        caller: &Caller,
        id_token: &Secret,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SignedIn> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let config = tenant.config.auth.oauth.providers.get(APPLE);
        let config = config
            .filter(|config| config.allow_sign_in && kind_of(APPLE, config) == APPLE)
            .ok_or_else(not_enabled)?;
        let bundle_ids: Vec<_> = config
            .apple_bundles
            .values()
            .map(|bundle| bundle.bundle_id.clone())
            .collect();
        if bundle_ids.is_empty() {
            return Err(KnownError::AppleBundleIdNotConfigured.into());
        }
        let checked = core
            .oauth_providers
            .check_apple_token(&bundle_ids, id_token, core.now())
            .await;
        let profile = checked.map_err(|error| match error {
            ProviderError::Refused(_) => KnownError::InvalidAppleCredentials.into(),
            ProviderError::Unavailable(cause) => {
                tracing::warn!(cause, "Apple's keys can't be fetched");
                super::connected::try_again()
            }
            ProviderError::Unusable(cause) => DomainError::internal(cause),
        })?;
        let anonymous = caller.user.as_ref().filter(|user| user.profile.is_anonymous);
        let purpose = Purpose::Authenticate {
            anonymous: anonymous.map(|user| user.profile.id),
        };
        let (mut writer, settled) = core.settle_account(tenant, APPLE, purpose, &profile, None).await?;
        let user = writer.find_user(tenant.id(), settled.user_id).await?;
        let user = user.ok_or_else(|| DomainError::internal("the user of an account can't be read"))?;
        let tokens = core.begin_session(&mut writer, tenant, &user, ip_info).await?;
        writer.commit().await?;
        Ok(SignedIn {
            tokens,
            is_new_user: settled.is_new,
        })
    }
}
