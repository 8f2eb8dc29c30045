//! Providers that believe everything: a code says whose account it is, as `id/e-mail/verified`.

use stack_domain::ports::{
    OAuthProviders, ProviderAccount, ProviderAnswer, ProviderClient, ProviderError, ProviderFuture, ProviderProfile,
    ProviderRequest, ProviderTokens,
};
use stack_types::{Millis, Secret};

#[derive(Debug)]
pub struct Believing;

fn profile(code: &Secret) -> Option<ProviderProfile> {
    let [id, email, verified] = code.expose().split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    Some(ProviderProfile {
        account_id: id.to_owned(),
        display_name: Some(format!("Name of {id}")),
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        email_verified: verified == "true",
        profile_image_url: Some("javascript:alert(1)".to_owned()),
    })
}

fn tokens(access_token: &str) -> ProviderTokens {
    ProviderTokens {
        access_token: access_token.into(),
        expires_at: None,
        refresh_token: Some("refresh".into()),
        scopes: vec!["b".to_owned(), "a".to_owned()],
    }
}

impl OAuthProviders for Believing {
    fn shared_client(&self, kind: &str) -> Option<ProviderClient> {
        Some(ProviderClient {
            kind: kind.to_owned(),
            client_id: "shared".to_owned(),
            client_secret: "secret".into(),
            facebook_config_id: None,
            microsoft_tenant_id: None,
        })
    }

    /// The address is the state.
    fn begin<'a>(&'a self, _: &'a ProviderClient, request: ProviderRequest) -> ProviderFuture<'a, String> {
        Box::pin(async move { Ok(request.state.expose().to_owned()) })
    }

    fn finish<'a>(&'a self, _: &'a ProviderClient, answer: ProviderAnswer) -> ProviderFuture<'a, ProviderAccount> {
        Box::pin(async move {
            let profile = profile(&answer.code).ok_or_else(|| ProviderError::Refused("a wrong code".to_owned()))?;
            let tokens = tokens("access");
            Ok(ProviderAccount { profile, tokens })
        })
    }

    fn refresh<'a>(&'a self, _: &'a ProviderClient, _: &'a Secret, _: Millis) -> ProviderFuture<'a, ProviderTokens> {
        Box::pin(async { Ok(tokens("renewed")) })
    }

    fn accepts<'a>(&'a self, _: &'a ProviderClient, _: &'a Secret) -> ProviderFuture<'a, bool> {
        Box::pin(async { Ok(true) })
    }

    fn check_apple_token<'a>(
        &'a self,
        _: &'a [String],
        token: &'a Secret,
        _: Millis,
    ) -> ProviderFuture<'a, ProviderProfile> {
        Box::pin(async move { profile(token).ok_or_else(|| ProviderError::Refused("a wrong token".to_owned())) })
    }
}
