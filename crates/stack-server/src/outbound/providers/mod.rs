//! The OAuth providers: how each is spoken to.
//!
//! What differs from one to the next is data: a row of `table` with endpoints, scopes and a few flags, and one arm in
//! `profile` that reads its answer. To add a provider, write both.
//!
//! A deployment may point any of them elsewhere ([`ProviderSettings`]): at another address, or by `issuer` at any OpenID
//! provider, whose endpoints are then discovered.

mod client;
mod discovery;
mod id_token;
mod jwks;
mod profile;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use stack_domain::ports::{
    OAuthProviders, ProviderAccount, ProviderAnswer, ProviderClient, ProviderError, ProviderFuture, ProviderProfile,
    ProviderRequest, ProviderTokens,
};
use stack_types::{Millis, Secret};

use self::{discovery::Discovery, jwks::KeySets, table::Row};
pub use self::{
    settings::{OauthSettings, ProviderSettings},
    table::KINDS,
};
use super::Outbound;

/// Talks to all providers.
#[derive(Debug)]
pub struct Providers {
    outbound: Outbound,
    settings: OauthSettings,
    discovery: Discovery,
    key_sets: KeySets,
}

/// A provider as it is spoken to in this deployment.
#[derive(Debug, Clone)]
struct Spoken {
    row: &'static Row,
    /// Whether the deployment points it at an OpenID provider of its own.
    is_generic: bool,
    authorization_url: String,
    token_url: String,
    userinfo_url: Option<String>,
    jwks_url: Option<String>,
    issuer: Option<String>,
    offers_offline_access: bool,
}

impl Providers {
    /// Talks to providers through `outbound`, to some of them as the settings say.
    pub fn new(outbound: Outbound, settings: OauthSettings) -> Arc<Self> {
        Arc::new(Self {
            outbound,
            settings,
            discovery: Discovery::default(),
            key_sets: KeySets::default(),
        })
    }

    /// How to speak to the provider of a client.
    async fn spoken(&self, kind: &str, tenant: Option<&str>) -> Result<Spoken, ProviderError> {
        let unusable = |why: &str| ProviderError::Unusable(format!("{kind}: {why}"));
        let row = table::row(kind).ok_or_else(|| unusable("there is no such provider"))?;
        let settings = self.settings.providers.get(kind);
        let found = match settings.and_then(|settings| settings.issuer.as_deref()) {
            Some(issuer) => Some(self.discovery.of(&self.outbound, issuer).await?),
            None => None,
        };
        let tenant = tenant.unwrap_or(table::DEFAULT_TENANT);
        let url = |set: Option<&String>, discovered: Option<String>, usual: Option<&str>| {
            let usual = usual.filter(|_| found.is_none());
            let usual = || usual.map(|url| url.replace("{tenant}", tenant));
            set.cloned().or(discovered).or_else(usual)
        };
        let set = |of: fn(&ProviderSettings) -> &Option<String>| settings.and_then(|settings| of(settings).as_ref());
        let discovered = found.as_deref();
        let authorization = discovered.map(|found| found.authorization_endpoint.clone());
        let token = discovered.map(|found| found.token_endpoint.clone());
        let userinfo = discovered.and_then(|found| found.userinfo_endpoint.clone());
        let jwks = discovered.map(|found| found.jwks_uri.clone());
        let issuer = discovered.map(|found| found.issuer.clone());
        Ok(Spoken {
            row,
            is_generic: found.is_some(),
            authorization_url: url(
                set(|it| &it.authorization_url),
                authorization,
                Some(row.authorization_url),
            )
            .ok_or_else(|| unusable("it has no authorization endpoint"))?,
            token_url: url(set(|it| &it.token_url), token, Some(row.token_url))
                .ok_or_else(|| unusable("it has no token endpoint"))?,
            userinfo_url: url(set(|it| &it.userinfo_url), userinfo, row.userinfo_url),
            jwks_url: url(set(|it| &it.jwks_url), jwks, row.jwks_url),
            offers_offline_access: discovered.is_some_and(discovery::Document::offers_offline_access),
            issuer: issuer.or_else(|| row.issuer.map(str::to_owned)),
        })
    }

    async fn sign_in(&self, client: &ProviderClient, answer: ProviderAnswer) -> Result<ProviderAccount, ProviderError> {
        let spoken = self.spoken(&client.kind, client.microsoft_tenant_id.as_deref()).await?;
        let (tokens, id_token) = spoken.exchange(&self.outbound, client, &answer).await?;
        let claims = match (&id_token, spoken.wants_id_token()) {
            (Some(token), true) => Some(self.check_id_token(&spoken, client, token, &answer).await?),
            (None, true) if spoken.needs_id_token() => {
                return Err(ProviderError::Refused(
                    "The provider sent no identity token.".to_owned(),
                ));
            }
            _ => None,
        };
        let profile = profile::fetch(&self.outbound, &spoken, client, &tokens.access_token, claims.as_ref()).await?;
        Ok(ProviderAccount { profile, tokens })
    }

    async fn check_id_token(
        &self,
        spoken: &Spoken,
        client: &ProviderClient,
        token: &Secret,
        answer: &ProviderAnswer,
    ) -> Result<id_token::Claims, ProviderError> {
        let rules = id_token::Rules {
            issuer: spoken.issuer.as_deref().unwrap_or_default(),
            tenant: client.microsoft_tenant_id.as_deref(),
            audiences: std::slice::from_ref(&client.client_id),
            nonce: Some(&answer.nonce),
            needs_nonce: spoken.is_generic || spoken.row.id_token == table::IdToken::Needed,
            now: answer.now,
        };
        self.check_token(spoken, token, &rules).await
    }

    async fn check_token(
        &self,
        spoken: &Spoken,
        token: &Secret,
        rules: &id_token::Rules<'_>,
    ) -> Result<id_token::Claims, ProviderError> {
        let url = spoken
            .jwks_url
            .as_deref()
            .ok_or_else(|| ProviderError::Unusable("there are no keys to check identity tokens with".to_owned()))?;
        let key = self
            .key_sets
            .key(&self.outbound, url, &id_token::key_id(token)?, rules.now)
            .await?;
        id_token::check(token, &key, rules)
    }
}

impl OAuthProviders for Providers {
    fn shared_client(&self, kind: &str) -> Option<ProviderClient> {
        let settings = self.settings.providers.get(kind)?;
        Some(ProviderClient {
            kind: kind.to_owned(),
            client_id: settings.client_id.clone()?,
            client_secret: settings.client_secret.clone()?,
            facebook_config_id: None,
            microsoft_tenant_id: None,
        })
    }

    fn begin<'a>(&'a self, client: &'a ProviderClient, request: ProviderRequest) -> ProviderFuture<'a, String> {
        Box::pin(async move {
            let spoken = self.spoken(&client.kind, client.microsoft_tenant_id.as_deref()).await?;
            spoken.authorization(client, request)
        })
    }

    fn finish<'a>(&'a self, client: &'a ProviderClient, answer: ProviderAnswer) -> ProviderFuture<'a, ProviderAccount> {
        Box::pin(self.sign_in(client, answer))
    }

    fn refresh<'a>(
        &'a self,
        client: &'a ProviderClient,
        refresh_token: &'a Secret,
        now: Millis,
    ) -> ProviderFuture<'a, ProviderTokens> {
        Box::pin(async move {
            let spoken = self.spoken(&client.kind, client.microsoft_tenant_id.as_deref()).await?;
            spoken.refresh(&self.outbound, client, refresh_token, now).await
        })
    }

    fn accepts<'a>(&'a self, client: &'a ProviderClient, access_token: &'a Secret) -> ProviderFuture<'a, bool> {
        Box::pin(async move {
            let spoken = self.spoken(&client.kind, client.microsoft_tenant_id.as_deref()).await?;
            profile::accepts(&self.outbound, &spoken, client, access_token).await
        })
    }

    fn check_apple_token<'a>(
        &'a self,
        bundle_ids: &'a [String],
        id_token: &'a Secret,
        now: Millis,
    ) -> ProviderFuture<'a, ProviderProfile> {
        Box::pin(async move {
            let spoken = self.spoken("apple", None).await?;
            let rules = id_token::Rules {
                issuer: spoken.issuer.as_deref().unwrap_or_default(),
                tenant: None,
                audiences: bundle_ids,
                nonce: None,
                needs_nonce: false,
                now,
            };
            let claims = self.check_token(&spoken, id_token, &rules).await?;
            Ok(profile::of_claims(&spoken, &claims))
        })
    }
}
