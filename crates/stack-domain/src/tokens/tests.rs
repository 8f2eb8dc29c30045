//! What a token must look like, and what must never pass for one.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::uuid;

use super::*;
use crate::models::{Metadata, PrimaryEmail, RiskScores, SignInMethods, UserProfile};

const NOW: Millis = Millis(1_700_000_000_500);
const LIFETIME: Duration = Duration::from_secs(600);
const SESSION: SessionId = SessionId(uuid!("2b1f8f1c-0000-4000-8000-00000000005e"));

fn tokens() -> Tokens {
    Tokens::new("https://auth.example.com/", LIFETIME, &Secret::new("server secret"))
}

/// Nothing was ever rotated.
fn schedule() -> KeySchedule {
    KeySchedule::new(Vec::new(), LIFETIME)
}

fn jwks(include_restricted: bool, include_anonymous: bool) -> Vec<Jwk> {
    tokens()
        .jwks(&project(), include_restricted, include_anonymous, &schedule(), NOW)
        .keys
}

fn project() -> ProjectId {
    ProjectId::from("9b0ba9b6-0000-4000-8000-000000000001")
}

fn user() -> User {
    User {
        profile: UserProfile {
            id: uuid!("7d0f8f1c-0000-4000-8000-000000000001").into(),
            display_name: Some("Ada".into()),
            profile_image_url: None,
            metadata: Metadata::default(),
            is_anonymous: false,
            restriction: None,
            country_code: None,
            risk_scores: RiskScores::default(),
            signed_up_at: Millis(1_600_000_000_999),
            last_active_at: NOW,
        },
        sign_in: SignInMethods::default(),
        primary_email: Some(PrimaryEmail {
            value: "ada@example.com".into(),
            is_verified: true,
            used_for_auth: true,
        }),
        selected_team: None,
        oauth_accounts: Vec::new(),
    }
}

fn minted(reason: Option<RestrictedReason>) -> Secret {
    tokens()
        .mint(&project(), &user(), reason, SESSION, &schedule(), NOW)
        .unwrap()
}

fn part(token: &Secret, index: usize) -> Value {
    let part = token.expose().split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

fn claims() -> Value {
    part(&minted(None), 1)
}

/// A token with any claims, signed with the key that is right for `audience`.
fn forged(audience: &str, claims: &Value) -> Secret {
    let keys = tokens().keys.of(audience, 0);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(keys.kid.clone());
    jsonwebtoken::encode(&header, claims, &keys.private).unwrap().into()
}

fn refused(token: &Secret) -> bool {
    tokens().verify(token, &schedule(), NOW) == Err(TokenError::Unparsable)
}

#[test]
fn a_token_has_exactly_the_claims_of_the_wire() {
    let token = minted(None);
    let header = part(&token, 0);
    assert_eq!(header.as_object().unwrap().len(), 2, "{header}");
    assert_eq!(header["alg"], "ES256");
    assert_eq!(header["kid"].as_str().unwrap().len(), 12);
    assert_eq!(
        part(&token, 1),
        json!({
            "sub": "7d0f8f1c-0000-4000-8000-000000000001",
            "iat": 1_700_000_000,
            "exp": 1_700_000_600,
            "iss": "https://auth.example.com/api/v1/projects/9b0ba9b6-0000-4000-8000-000000000001",
            "aud": "9b0ba9b6-0000-4000-8000-000000000001",
            "project_id": "9b0ba9b6-0000-4000-8000-000000000001",
            "branch_id": "main",
            "refresh_token_id": "2b1f8f1c-0000-4000-8000-00000000005e",
            "role": "authenticated",
            "name": "Ada",
            "email": "ada@example.com",
            "email_verified": true,
            "selected_team_id": null,
            "signed_up_at": 1_600_000_000,
            "is_anonymous": false,
            "is_restricted": false,
            "restricted_reason": null,
            "requires_totp_mfa": false,
        })
    );
}

#[test]
fn each_type_of_user_has_an_issuer_and_keys_of_its_own() {
    let cases = [
        (
            RestrictedReason::EmailNotVerified,
            ":restricted",
            "projects-restricted-users",
            false,
        ),
        (
            RestrictedReason::RestrictedByAdministrator,
            ":restricted",
            "projects-restricted-users",
            false,
        ),
        (RestrictedReason::Anonymous, ":anon", "projects-anonymous-users", true),
    ];
    for (reason, suffix, segment, is_anonymous) in cases {
        let claims = part(&minted(Some(reason)), 1);
        assert_eq!(claims["aud"], format!("{}{suffix}", project()));
        assert_eq!(
            claims["iss"],
            format!("https://auth.example.com/api/v1/{segment}/{}", project())
        );
        assert_eq!(claims["restricted_reason"], json!({ "type": reason.as_str() }));
        assert_eq!(claims["is_restricted"], true);
        assert_eq!(claims["is_anonymous"], is_anonymous);
        assert_eq!(
            tokens()
                .verify(&minted(Some(reason)), &schedule(), NOW)
                .unwrap()
                .restricted_reason,
            Some(reason)
        );
    }
    let all = jwks(false, true);
    let mut kids: Vec<_> = all.iter().map(|key| &key.kid).collect();
    kids.sort();
    kids.dedup();
    assert_eq!(kids.len(), 6);
    assert_eq!(jwks(false, false), all[..2]);
    assert_eq!(jwks(true, false), all[..4]);
    assert_eq!(part(&minted(None), 0)["kid"], json!(all[0].kid));
}

#[test]
fn the_published_key_checks_the_signature() {
    let jwk = &jwks(false, false)[0];
    let key = jsonwebtoken::DecodingKey::from_ec_components(&jwk.x, &jwk.y).unwrap();
    let token = minted(None);
    let (message, signature) = token.expose().rsplit_once('.').unwrap();
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256).unwrap());
}

#[test]
fn a_token_holds_until_it_expires_on_any_process() {
    let (minting, other, token) = (tokens(), tokens(), minted(None));
    let last = Millis(1_700_000_599_999);
    assert_eq!(
        minting.verify(&token, &schedule(), last).unwrap().user_id,
        user().profile.id
    );
    assert_eq!(other.verify(&token, &schedule(), last).unwrap().session_id, SESSION);
    for tokens in [minting, other] {
        let Err(TokenError::Expired(expired)) = tokens.verify(&token, &schedule(), Millis(1_700_000_600_000)) else {
            panic!("it is expired, remembered or not")
        };
        assert_eq!(expired.expires_at, Millis(1_700_000_600_000));
    }
    assert_eq!(
        Tokens::new("https://auth.example.com", LIFETIME, &Secret::new("other secret")).verify(
            &token,
            &schedule(),
            NOW
        ),
        Err(TokenError::Unparsable)
    );
    assert_eq!(
        Tokens::new("https://evil.example.com", LIFETIME, &Secret::new("server secret")).verify(
            &token,
            &schedule(),
            NOW
        ),
        Err(TokenError::Unparsable)
    );
}

#[test]
fn the_older_names_of_two_claims_are_read() {
    let mut claims = claims();
    let object = claims.as_object_mut().unwrap();
    for (new, old) in [("branch_id", "branchId"), ("refresh_token_id", "refreshTokenId")] {
        let value = object.remove(new).unwrap();
        object.insert(old.to_owned(), value);
    }
    assert!(
        tokens()
            .verify(&forged(project().as_str(), &claims), &schedule(), NOW)
            .is_ok()
    );
}

#[test]
fn every_claim_is_required_and_typed() {
    let whole = claims();
    assert!(!refused(&forged(project().as_str(), &whole)));
    for name in whole.as_object().unwrap().keys() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(refused(&forged(project().as_str(), &without)), "without {name}");
        for wrong in [json!([]), json!({}), json!("x"), json!(1.5), json!("1700000600")] {
            if matches!(name.as_str(), "name" | "email") && wrong.is_string() {
                continue;
            }
            let mut mistyped = whole.clone();
            mistyped[name] = wrong.clone();
            assert!(refused(&forged(project().as_str(), &mistyped)), "{name} = {wrong}");
        }
    }
}

#[test]
fn claims_must_agree_with_each_other_and_with_the_key() {
    let id = project();
    let anonymous = format!("{id}:anon");
    let reason = json!({ "type": "restricted_by_administrator" });
    for (audience, changes) in [
        (id.as_str(), json!({ "role": "admin" })),
        (id.as_str(), json!({ "branch_id": "dev" })),
        (id.as_str(), json!({ "iss": "https://evil.example.com" })),
        (id.as_str(), json!({ "project_id": "internal" })),
        (id.as_str(), json!({ "aud": "internal" })),
        (id.as_str(), json!({ "is_anonymous": true })),
        (id.as_str(), json!({ "is_restricted": true })),
        (
            id.as_str(),
            json!({ "is_restricted": true, "restricted_reason": reason }),
        ),
        (
            id.as_str(),
            json!({ "is_restricted": true, "restricted_reason": { "type": "whim" } }),
        ),
        (id.as_str(), json!({ "aud": anonymous })),
        (anonymous.as_str(), json!({ "aud": anonymous })),
        ("internal", json!({})),
    ] {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        assert!(refused(&forged(audience, &claims)), "{audience}: {changes}");
    }
}

#[test]
fn other_algorithms_and_other_keys_are_refused() {
    let token = minted(None);
    let (head, rest) = token.expose().split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&BASE64.decode(head).unwrap()).unwrap();
    let with_header = |change: Value| {
        let mut header = header.clone();
        for (name, value) in change.as_object().unwrap() {
            header[name] = value.clone();
        }
        BASE64.encode(header.to_string())
    };
    for change in [
        json!({ "alg": "none" }),
        json!({ "alg": "None" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "ES384" }),
        json!({ "alg": null }),
        json!({ "kid": null }),
        json!({ "kid": "000000000000" }),
        json!({ "kid": 1 }),
    ] {
        let head = with_header(change.clone());
        for signature in [signature, ""] {
            assert!(refused(&Secret::new(format!("{head}.{body}.{signature}"))), "{change}");
        }
    }

    // The public key as the secret of an HMAC.
    let jwk = &jwks(false, false)[0];
    let point = [
        &[4][..],
        &BASE64.decode(&jwk.x).unwrap(),
        &BASE64.decode(&jwk.y).unwrap(),
    ]
    .concat();
    for secret in [point, jwk.x.clone().into_bytes(), serde_json::to_vec(jwk).unwrap()] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(jwk.kid.clone());
        let token = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&secret)).unwrap();
        assert!(refused(&token.into()));
    }

    // A key of the attacker's that the token brings along.
    let stranger = Tokens::new("https://auth.example.com", LIFETIME, &Secret::new("attacker"));
    let key = &stranger.jwks(&project(), false, false, &schedule(), NOW).keys[0];
    let own = stranger
        .mint(&project(), &user(), None, SESSION, &schedule(), NOW)
        .unwrap();
    assert!(refused(&own));
    let kid = header["kid"].as_str().unwrap();
    for extra in [
        json!({ "kid": kid, "jwk": key }),
        json!({ "kid": kid, "jku": "https://evil.example.com/jwks.json" }),
    ] {
        let message = format!("{}.{body}", with_header(extra));
        let private = &stranger.keys.of(project().as_str(), 0).private.clone();
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), private, Algorithm::ES256).unwrap();
        assert!(refused(&Secret::new(format!("{message}.{signature}"))));
    }
}

#[test]
fn the_second_generation_of_keys_is_accepted() {
    let second = &jwks(false, false)[1];
    let pair = tokens().keys.of(project().as_str(), 1);
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(second.kid.clone());
    let token = jsonwebtoken::encode(&header, &claims(), &pair.private).unwrap();
    assert!(tokens().verify(&token.into(), &schedule(), NOW).is_ok());
}

#[test]
fn malformed_texts_are_refused() {
    let token = minted(None);
    let token = token.expose();
    let doubled = {
        let (head, rest) = token.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        let claims = String::from_utf8(BASE64.decode(body).unwrap()).unwrap();
        let body = BASE64.encode(claims.replacen('{', r#"{"sub":"00000000-0000-4000-8000-000000000000","#, 1));
        format!("{head}.{body}.{signature}")
    };
    let long = "a".repeat(100_000);
    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "🦀.🦀.🦀",
        &token[1..],
        &format!("{token}."),
        &format!("{token}.x"),
        &doubled,
        &long,
    ] {
        assert!(refused(&Secret::new(text)), "{text}");
    }
}

#[test]
fn doubled_claims_are_refused_even_if_signed() {
    let keys = tokens().keys.of(project().as_str(), 0);
    let key = keys;
    let head = BASE64.encode(json!({ "alg": "ES256", "kid": key.kid }).to_string());
    let body = BASE64.encode(claims().to_string().replacen('{', r#"{"exp":99999999999,"#, 1));
    let message = format!("{head}.{body}");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.private, Algorithm::ES256).unwrap();
    assert!(refused(&Secret::new(format!("{message}.{signature}"))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_token_with_any_character_changed_is_refused(position: prop::sample::Index, other in "[A-Za-z0-9_-]") {
        static TOKENS: LazyLock<Tokens> = LazyLock::new(tokens);
        static TOKEN: LazyLock<Secret> = LazyLock::new(|| minted(None));
        let token = TOKEN.expose();
        let at = position.index(token.len());
        let mut changed = token.to_owned();
        changed.replace_range(at..=at, &other);
        if changed != token {
            prop_assert_eq!(TOKENS.verify(&Secret::new(changed), &schedule(), NOW), Err(TokenError::Unparsable));
        }
    }

    #[test]
    fn no_text_makes_checking_panic(text in "[A-Za-z0-9._=-]{0,200}") {
        prop_assert!(tokens().verify(&Secret::new(text), &schedule(), NOW).is_err());
    }
}
