//! Access tokens, checked offline.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;
use serde_json::{Value, json};
use stack_client::{
    types::{KnownError, RestrictedReasonType},
    verify::{Verifier, VerifierBuilder, VerifyError},
};

use crate::{
    server::{Server, json, text},
    tokens::{NOW_SECS, PROJECT, SESSION, Signer, USER, claims, claims_of, encode, key_set, now},
};

/// A server that publishes keys, and a clock.
pub struct Setting {
    pub server: Server,
    pub signer: Signer,
    published: Arc<Mutex<Value>>,
    is_away: Arc<AtomicBool>,
    later_secs: Arc<AtomicU64>,
}

impl Setting {
    pub async fn new() -> Self {
        let signer = Signer::new("first");
        let published = Arc::new(Mutex::new(key_set(&[&signer])));
        let is_away = Arc::<AtomicBool>::default();
        let script = {
            let (published, is_away) = (published.clone(), is_away.clone());
            move |_: &_| {
                Some(if is_away.load(Ordering::SeqCst) {
                    text(503, "away")
                } else {
                    json(200, published.lock().unwrap().clone())
                })
            }
        };
        Self {
            server: Server::scripted(script).await,
            signer,
            published,
            is_away,
            later_secs: Arc::default(),
        }
    }

    pub fn builder(&self) -> VerifierBuilder {
        let later = self.later_secs.clone();
        Verifier::builder()
            .base_url(&self.server.url)
            .project_id(PROJECT)
            .clock(move || now() + Duration::from_secs(later.load(Ordering::SeqCst)))
    }

    pub fn verifier(&self) -> Verifier {
        self.builder().build().unwrap()
    }

    pub fn claims(&self) -> Value {
        claims(&self.server.url)
    }

    pub fn token(&self) -> String {
        self.signer.sign(&self.claims())
    }

    /// A token that doesn't expire while a test moves the clock.
    fn lasting_token(&self, signer: &Signer) -> String {
        self.changed_token(signer, "exp", json!(NOW_SECS + 1_000_000))
    }

    fn changed_token(&self, signer: &Signer, claim: &str, value: Value) -> String {
        let mut claims = self.claims();
        claims[claim] = value;
        signer.sign(&claims)
    }

    fn publish(&self, signers: &[&Signer]) {
        *self.published.lock().unwrap() = key_set(signers);
    }

    pub fn goes_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    fn wait(&self, secs: u64) {
        self.later_secs.fetch_add(secs, Ordering::SeqCst);
    }

    fn requests(&self) -> usize {
        self.server.asked().len()
    }
}

#[tokio::test]
async fn a_good_token_says_who_is_signed_in() {
    let setting = Setting::new().await;
    let user = setting.verifier().verify(&setting.token()).await.unwrap();
    assert_eq!(user.user_id.to_string(), USER);
    assert_eq!(user.session_id.to_string(), SESSION);
    assert_eq!(user.project_id.as_str(), PROJECT);
    assert_eq!(user.email.as_deref(), Some("ada@example.com"));
    assert_eq!(user.expires_at.as_secs(), i64::try_from(NOW_SECS + 600).unwrap());
    assert!(user.email_verified && !user.is_anonymous && !user.is_restricted);
    assert_eq!(
        setting.server.lines(),
        [format!("GET /api/v1/projects/{PROJECT}/.well-known/jwks.json")]
    );
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let setting = Setting::new().await;
    let (verifier, token) = (setting.verifier(), setting.token());
    let impostor = Signer::new("first");
    let parts: Vec<_> = token.split('.').collect();
    let mut others = setting.claims();
    others["sub"] = json!(SESSION);
    let unsigned = json!({ "alg": "none", "kid": "first" });
    let claims = setting.claims();
    for forged in [
        impostor.sign(&claims),
        format!("{}.{}.{}", parts[0], encode(&others), parts[2]),
        format!("{}.{}.", encode(&unsigned), parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.{}", parts[2]),
        format!("{token}="),
        setting
            .signer
            .sign_as(json!({ "alg": "HS256", "kid": "first" }), &claims),
        setting.signer.sign_as(json!({ "alg": "ES256" }), &claims),
        setting
            .signer
            .sign_as(json!({ "alg": "ES256", "kid": "first", "crit": ["exp"] }), &claims),
        String::new(),
        "a".repeat(20_000),
    ] {
        let error = verifier.verify(&forged).await.unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed(_) | VerifyError::Signature),
            "{error}: {forged:.80}"
        );
        assert_eq!(error.known(), Some(KnownError::UnparsableAccessToken));
    }
    verifier.verify(&token).await.unwrap();
}

#[tokio::test]
async fn every_claim_that_matters_is_compared() {
    let setting = Setting::new().await;
    let verifier = setting.verifier();
    for (claim, value) in [
        ("aud", json!("another")),
        ("aud", json!([PROJECT])),
        ("iss", json!(format!("https://evil.example/api/v1/projects/{PROJECT}"))),
        (
            "iss",
            json!(format!(
                "{}/api/v1/projects-anonymous-users/{PROJECT}",
                setting.server.url
            )),
        ),
        ("branch_id", json!("other")),
        ("is_anonymous", json!(true)),
        ("is_restricted", json!(true)),
        ("restricted_reason", json!({ "type": "anonymous" })),
        ("exp", json!(null)),
        ("sub", json!("me")),
    ] {
        let token = setting.changed_token(&setting.signer, claim, value.clone());
        let error = verifier.verify(&token).await.unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed(_) | VerifyError::Issuer { .. }),
            "{claim} {value}: {error}"
        );
    }
    assert_eq!(setting.requests(), 0, "no key is needed to refuse them");
}

#[tokio::test]
async fn a_token_of_another_project_is_refused_by_name() {
    let setting = Setting::new().await;
    let token = setting.changed_token(&setting.signer, "project_id", json!("other"));
    let error = setting.verifier().verify(&token).await.unwrap_err();
    assert_eq!(
        error.known(),
        Some(KnownError::InvalidProjectForAccessToken {
            expected_project_id: PROJECT.into(),
            actual_project_id: "other".into(),
        })
    );
}

#[tokio::test]
async fn a_token_expires_after_the_leeway() {
    let setting = Setting::new().await;
    let verifier = setting.builder().leeway(Duration::from_secs(5)).build().unwrap();
    let token = setting.token();
    setting.wait(604);
    verifier.verify(&token).await.unwrap();
    setting.wait(1);
    let error = verifier.verify(&token).await.unwrap_err();
    let Some(KnownError::AccessTokenExpired { user_id, .. }) = error.known() else {
        panic!("{error}")
    };
    assert_eq!(user_id.unwrap().to_string(), USER);
}

#[tokio::test]
async fn a_token_of_the_future_has_to_wait() {
    let setting = Setting::new().await;
    let token = setting.changed_token(&setting.signer, "nbf", json!(NOW_SECS + 60));
    let verifier = setting.verifier();
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(matches!(error, VerifyError::NotYetValid { .. }), "{error}");
    setting.wait(60);
    verifier.verify(&token).await.unwrap();
}

#[tokio::test]
async fn users_of_other_kinds_are_refused_unless_they_are_allowed() {
    let setting = Setting::new().await;
    let token = |kind| setting.signer.sign(&claims_of(&setting.server.url, kind));
    let (restricted, anonymous) = (token("restricted"), token("anonymous"));

    let strict = setting.verifier();
    let error = strict.verify(&restricted).await.unwrap_err();
    assert!(matches!(
        error.known(),
        Some(KnownError::RestrictedUserNotAllowed { .. })
    ));
    let error = strict.verify(&anonymous).await.unwrap_err();
    assert_eq!(error.known(), Some(KnownError::AnonymousAuthenticationNotAllowed));

    let lenient = setting.builder().allow_restricted().build().unwrap();
    let user = lenient.verify(&restricted).await.unwrap();
    assert_eq!(user.restricted_reason, Some(RestrictedReasonType::EmailNotVerified));
    assert!(matches!(lenient.verify(&anonymous).await, Err(VerifyError::Anonymous)));

    let open = setting.builder().allow_anonymous().build().unwrap();
    assert!(open.verify(&anonymous).await.unwrap().is_anonymous);
    open.verify(&restricted).await.unwrap();
    let path = format!("GET /api/v1/projects/{PROJECT}/.well-known/jwks.json");
    assert_eq!(
        setting.server.lines(),
        [
            format!("{path}?include_restricted=true"),
            format!("{path}?include_anonymous=true")
        ]
    );
}

#[tokio::test]
async fn many_tokens_at_once_take_one_request() {
    let setting = Setting::new().await;
    let (verifier, token) = (setting.verifier(), setting.token());
    let all = (0..50).map(|_| verifier.verify(&token));
    futures::future::try_join_all(all).await.unwrap();
    assert_eq!(setting.requests(), 1);
}

#[tokio::test]
async fn keys_are_fetched_again_when_they_are_old() {
    let setting = Setting::new().await;
    let verifier = setting.builder().max_key_age(Duration::from_secs(100)).build().unwrap();
    let token = setting.lasting_token(&setting.signer);
    for (secs, requests) in [(0, 1), (99, 1), (1, 2), (99, 2)] {
        setting.wait(secs);
        verifier.verify(&token).await.unwrap();
        assert_eq!(setting.requests(), requests);
    }
    setting.publish(&[&Signer::new("second")]);
    setting.wait(1);
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(
        matches!(error, VerifyError::UnknownKey { .. }),
        "a key that is given up: {error}"
    );
}

#[tokio::test]
async fn a_new_key_is_found_at_once() {
    let setting = Setting::new().await;
    let verifier = setting.verifier();
    verifier.verify(&setting.token()).await.unwrap();
    let second = Signer::new("second");
    setting.publish(&[&setting.signer, &second]);
    setting.wait(30);
    verifier.verify(&second.sign(&setting.claims())).await.unwrap();
    assert_eq!(setting.requests(), 2);
}

#[tokio::test]
async fn a_flood_of_made_up_keys_doesnt_reach_the_server() {
    let setting = Setting::new().await;
    let verifier = setting.verifier();
    let made_up: Vec<_> = (0..100)
        .map(|id| {
            let header = json!({ "alg": "ES256", "kid": format!("made-up-{id}") });
            setting.signer.sign_as(header, &setting.claims())
        })
        .collect();
    for flood in 1..=3 {
        let all = made_up.iter().map(|token| verifier.verify(token));
        for result in futures::future::join_all(all).await {
            assert!(matches!(result, Err(VerifyError::UnknownKey { .. })));
        }
        verifier.verify(&setting.token()).await.unwrap();
        assert_eq!(setting.requests(), flood, "one in 30 seconds");
        setting.wait(30);
    }
}

#[tokio::test]
async fn a_request_that_was_given_up_counts_too() {
    let setting = Setting::new().await;
    let verifier = setting.verifier();
    verifier.verify(&setting.token()).await.unwrap();
    setting.wait(30);
    let made_up = setting
        .signer
        .sign_as(json!({ "alg": "ES256", "kid": "made-up" }), &setting.claims());
    let given_up = verifier.verify(&made_up).now_or_never();
    assert!(given_up.is_none(), "it was asking");
    let again = verifier.verify(&made_up).now_or_never();
    assert!(matches!(again, Some(Err(VerifyError::UnknownKey { .. }))), "it isn't");
}

#[tokio::test]
async fn old_keys_hold_while_the_server_is_away() {
    let setting = Setting::new().await;
    let verifier = setting
        .builder()
        .max_stale_key_age(Duration::from_secs(7200))
        .build()
        .unwrap();
    let token = setting.lasting_token(&setting.signer);
    verifier.verify(&token).await.unwrap();
    setting.goes_away(true);
    setting.wait(3600);
    for _ in 0..10 {
        verifier.verify(&token).await.unwrap();
    }
    assert_eq!(setting.requests(), 2, "nobody asks again right after a failure");
    setting.wait(3600);
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(matches!(error, VerifyError::Keys(_)), "but not for ever: {error}");
    setting.goes_away(false);
    setting.wait(2);
    verifier.verify(&token).await.unwrap();
}

#[tokio::test]
async fn a_server_that_was_never_there_is_no_fault_of_the_token() {
    let setting = Setting::new().await;
    setting.goes_away(true);
    let verifier = setting.verifier();
    let token = setting.token();
    let all = (0..20).map(|_| verifier.verify(&token));
    for result in futures::future::join_all(all).await {
        let error = result.unwrap_err();
        assert!(matches!(error, VerifyError::Keys(_)), "{error}");
        assert_eq!(error.known(), None);
    }
    assert_eq!(setting.requests(), 1, "the others take its failure for theirs");
    let error = verifier.warm_up().await.unwrap_err().to_string();
    assert!(
        error.starts_with("the project's keys can't be fetched from http://127.0.0.1:"),
        "{error}"
    );
    setting.goes_away(false);
    setting.wait(2);
    verifier.warm_up().await.unwrap();
    verifier.verify(&token).await.unwrap();
}

#[tokio::test]
async fn keys_that_cant_be_read_are_left_out() {
    let setting = Setting::new().await;
    let good = setting.signer.jwk();
    let mut keys = vec![
        json!({ "kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB" }),
        json!(7),
    ];
    let mut broken = good.clone();
    (broken["kid"], broken["x"]) = (json!("broken"), json!("AAAA"));
    keys.extend([broken, good]);
    *setting.published.lock().unwrap() = json!({ "keys": keys });
    setting.verifier().verify(&setting.token()).await.unwrap();
}
