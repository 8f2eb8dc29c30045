//! Signing in with accounts at other providers.

use stack_domain::{
    DomainError,
    access::AccessType,
    config::{AccountMergeStrategy, legacy::LegacyOAuthProvider},
    oauth::{Authorize, Callback, ClientCredentials, Exchange, Exchanged, Returned},
    users::{UserFields, UserUpdate},
};
use stack_types::{Secret, UserId};

use crate::harness::{Harness, code};

const PAGE: &str = "http://localhost:3000/cb";
const VERIFIER: &str = "a verifier of more than forty-three characters";

/// A deployment whose demo project has a shared client at GitHub.
async fn harness(strategy: AccountMergeStrategy) -> Harness {
    let harness = Harness::new().await;
    harness
        .configure(|update| {
            update.config.allow_localhost = Some(true);
            update.config.oauth_account_merge_strategy = Some(strategy);
            update.config.oauth_providers = Some(vec![github()]);
        })
        .await;
    harness
}

fn github() -> LegacyOAuthProvider {
    LegacyOAuthProvider {
        provider_config_id: "github".into(),
        id: "github".into(),
        is_shared: true,
        client_id: None,
        client_secret: None,
        facebook_config_id: None,
        microsoft_tenant_id: None,
        apple_bundle_ids: None,
    }
}

fn request(harness: &Harness) -> Authorize {
    Authorize {
        provider_id: "github".into(),
        client_id: harness.demo.to_string(),
        client_secret: "demo-client".into(),
        is_link: false,
        token: None,
        provider_scope: None,
        redirect_uri: PAGE.into(),
        error_redirect_uri: None,
        after_callback_redirect_url: None,
        scope: "legacy".into(),
        state: "app".into(),
        response_type: "code".into(),
        code_challenge: VERIFIER.into(),
        code_challenge_method: "plain".into(),
        with_cookie: true,
    }
}

fn callback(state: &str, account: &str) -> Callback {
    Callback {
        kind: "github".into(),
        state: Some(state.into()),
        code: Some(account.into()),
        error: None,
        has_cookie: true,
    }
}

/// To the provider and back.
async fn goes_through(harness: &Harness, account: &str, request: Authorize) -> Returned {
    let begun = harness.domain.oauth.authorize(request).await.unwrap();
    harness
        .domain
        .oauth
        .finish(callback(&begun.location, account))
        .await
        .unwrap()
}

fn parameter(page: &str, name: &str) -> String {
    let page: url::Url = page.parse().unwrap();
    let found = page.query_pairs().find(|(of, _)| of == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn exchange(harness: &Harness, page: &str) -> Result<Exchanged, DomainError> {
    let exchange = Exchange {
        client: ClientCredentials {
            id: Some(harness.demo.to_string()),
            secret: Some("demo-client".into()),
        },
        code: parameter(page, "code").into(),
        redirect_uri: PAGE.into(),
        code_verifier: VERIFIER.into(),
        ip_info: None,
    };
    harness.domain.oauth.exchange(exchange).await
}

async fn user_of(harness: &Harness, access_token: Secret) -> stack_domain::models::User {
    let mut credentials = harness.credentials(AccessType::Client);
    credentials.access_token = Some(access_token);
    let caller = harness.domain.access.authenticate(&credentials).await.unwrap();
    caller.user.unwrap()
}

async fn verify(harness: &Harness, id: UserId, verified: bool) {
    let caller = harness.caller(AccessType::Server).await;
    let fields = UserFields {
        primary_email_verified: Some(verified),
        ..Default::default()
    };
    let update = UserUpdate {
        fields,
        ..Default::default()
    };
    harness.domain.users.update(&caller, id, update).await.unwrap();
}

#[tokio::test]
async fn only_an_e_mail_that_both_sides_have_verified_links() {
    use AccountMergeStrategy::{AllowDuplicates, LinkMethod, RaiseError};
    for strategy in [LinkMethod, RaiseError, AllowDuplicates] {
        for (stored, told) in [(false, false), (false, true), (true, false), (true, true)] {
            let harness = harness(strategy).await;
            let owner = harness.sign_up("ada@example.com").await.user_id;
            verify(&harness, owner, stored).await;
            let account = format!("eve/ADA@example.com/{told}");
            let returned = goes_through(&harness, &account, request(&harness)).await;
            let what = format!("{strategy:?}, stored {stored}, told {told}");
            if strategy == AllowDuplicates {
                let user = user_of(
                    &harness,
                    exchange(&harness, &returned.location).await.unwrap().access_token,
                )
                .await;
                assert_ne!(user.profile.id, owner, "{what}");
                assert!(!user.primary_email.unwrap().used_for_auth, "{what}");
            } else if strategy == LinkMethod && stored && told {
                let user = user_of(
                    &harness,
                    exchange(&harness, &returned.location).await.unwrap().access_token,
                )
                .await;
                assert_eq!(user.profile.id, owner, "{what}");
            } else {
                assert!(returned.is_error, "{what}");
                let code = parameter(&returned.location, "errorCode");
                assert_eq!(code, "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE", "{what}");
                let details = parameter(&returned.location, "details");
                assert!(
                    details.contains(&format!("\"would_work_if_email_was_verified\":{}", !stored)),
                    "{what}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_new_user_gets_the_profile_and_no_picture_that_isnt_one() {
    let harness = harness(AccountMergeStrategy::LinkMethod).await;
    let returned = goes_through(&harness, "ada/ada@example.com/true", request(&harness)).await;
    let exchanged = exchange(&harness, &returned.location).await.unwrap();
    assert!(exchanged.is_new_user);
    let user = user_of(&harness, exchanged.access_token).await;
    assert_eq!(user.profile.display_name.as_deref(), Some("Name of ada"));
    assert_eq!(user.profile.profile_image_url, None);
    assert_eq!(user.oauth_accounts.len(), 1);
    assert_eq!(
        code(exchange(&harness, &returned.location).await),
        "INVALID_AUTHORIZATION_CODE"
    );
}

#[tokio::test]
async fn an_answer_belongs_to_its_sign_in() {
    let harness = harness(AccountMergeStrategy::LinkMethod).await;
    let begun = harness.domain.oauth.authorize(request(&harness)).await.unwrap();
    let right = callback(&begun.location, "ada//true");
    for wrong in [
        Callback {
            has_cookie: false,
            ..right.clone()
        },
        Callback {
            kind: "google".into(),
            ..right.clone()
        },
        Callback {
            state: None,
            ..right.clone()
        },
        Callback {
            state: Some(format!("{}x", begun.location).into()),
            ..right.clone()
        },
        Callback {
            state: Some(begun.location.replace(harness.demo.as_str(), "internal").into()),
            ..right.clone()
        },
        Callback {
            state: Some("\u{1f980}".repeat(20).into()),
            ..right.clone()
        },
    ] {
        assert_eq!(code(harness.domain.oauth.finish(wrong).await), "400");
    }
    assert!(!harness.domain.oauth.finish(right.clone()).await.unwrap().is_error);
    assert_eq!(code(harness.domain.oauth.finish(right).await), "400", "it was finished");
}

#[tokio::test]
async fn another_process_goes_on_where_the_first_one_was() {
    let harness = harness(AccountMergeStrategy::LinkMethod).await;
    let begun = harness.domain.oauth.authorize(request(&harness)).await.unwrap();
    let other = Harness::process(&harness.memory, &harness.clock);
    let returned = other
        .oauth
        .finish(callback(&begun.location, "ada//true"))
        .await
        .unwrap();
    assert!(!returned.is_error);
    exchange(&harness, &returned.location).await.unwrap();
}

#[tokio::test]
async fn tokens_of_shared_clients_stay_here() {
    let harness = harness(AccountMergeStrategy::LinkMethod).await;
    let returned = goes_through(&harness, "ada/ada@example.com/true", request(&harness)).await;
    let exchanged = exchange(&harness, &returned.location).await.unwrap();
    let mut credentials = harness.credentials(AccessType::Client);
    credentials.access_token = Some(exchanged.access_token);
    let caller = harness.domain.access.authenticate(&credentials).await.unwrap();
    let id = caller.own_user().unwrap().profile.id;
    let asked = harness
        .domain
        .oauth
        .access_token(&caller, id, "github", None, "a")
        .await;
    assert_eq!(code(asked), "OAUTH_ACCESS_TOKEN_NOT_AVAILABLE_WITH_SHARED_OAUTH_KEYS");
}
