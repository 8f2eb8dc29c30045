//! Identity tokens: the right one is taken, and nothing that differs from it in one thing.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use stack_domain::ports::ProviderError;
use stack_types::{Millis, Secret};

use super::super::id_token::{Claims, Rules, check, key_id};

/// A key for tests, in PKCS 8.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt2g376McHdD6cXkINCT9Oek5x1unH0gpZ9B1t22AfGWhRANCAASg8m08JxqbQFq19bQBQvgOAw+A8QKpJorqb8AumweQ2cRHdrPZPN1Tyu/q5ijvyKMKn+YbZfd4p2ti/ofkxaqI";
const ISSUER: &str = "https://id.example.com";
const NOW_SECS: i64 = 1_700_000_000;
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

fn jwk() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256",
        "x": "oPJtPCcam0BatfW0AUL4DgMPgPECqSaK6m_ALpsHkNk", "y": "xEd2s9k83VPK7-rmKO_Iowqf5htl93ina2L-h-TFqog",
    })
}

fn key() -> Jwk {
    serde_json::from_value(jwk()).expect("a key")
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "client", "sub": "42", "nonce": "n", "iat": NOW_SECS - 5, "exp": NOW_SECS + 600,
        "email": "ada@example.com", "email_verified": true,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn signed(claims: &Value) -> Secret {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some("k1".to_owned());
    let key = EncodingKey::from_ec_der(&BASE64.decode(KEY).expect("base64"));
    jsonwebtoken::encode(&header, claims, &key).expect("a token").into()
}

fn rules<'a>(audiences: &'a [String], nonce: &'a Secret) -> Rules<'a> {
    Rules {
        issuer: ISSUER,
        tenant: None,
        audiences,
        nonce: Some(nonce),
        needs_nonce: true,
        now: Millis(NOW_SECS * 1000),
    }
}

fn checked_by(token: &Secret, change: impl FnOnce(&mut Rules<'_>)) -> Result<Claims, ProviderError> {
    let (audiences, nonce) = (["client".to_owned()], Secret::new("n"));
    let mut rules = rules(&audiences, &nonce);
    change(&mut rules);
    check(token, &key(), &rules)
}

fn checked(claims: &Value) -> Result<Claims, ProviderError> {
    checked_by(&signed(claims), |_| {})
}

#[test]
fn the_right_token_is_taken() {
    let claims = checked(&claims()).expect("it is right");
    assert_eq!(claims.sub, "42");
    assert_eq!(claims.rest["email"], "ada@example.com");
    checked(&with("aud", json!(["client"]))).expect("it is ours alone");
    let mut for_several = with("aud", json!(["client", "other"]));
    for_several["azp"] = json!("client");
    checked(&for_several).expect("it was made for us");
}

#[test]
fn a_claim_that_is_wrong_or_missing_is_refused() {
    for (name, value) in [
        ("iss", json!("https://evil.example.com")),
        ("iss", json!("https://id.example.com/")),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!(["client", "other"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("azp", json!("other")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("nonce", json!("m")),
        ("nonce", Value::Null),
        ("exp", json!(NOW_SECS - 61)),
        ("exp", json!((NOW_SECS + 600).to_string())),
        ("exp", Value::Null),
        ("iat", json!(NOW_SECS + 61)),
        ("iat", Value::Null),
        ("nbf", json!(NOW_SECS + 61)),
    ] {
        assert!(checked(&with(name, value.clone())).is_err(), "{name}: {value}");
    }
}

#[test]
fn a_provider_without_nonces_may_leave_it_out_but_not_change_it() {
    let lenient = |claims: &Value| checked_by(&signed(claims), |rules| rules.needs_nonce = false);
    assert!(lenient(&with("nonce", Value::Null)).is_ok());
    assert!(lenient(&with("nonce", json!("m"))).is_err());
}

#[test]
fn only_the_keys_signature_counts() {
    let token = signed(&claims());
    let [header, payload, signature] = token.expose().split('.').collect::<Vec<_>>()[..] else {
        panic!("a token has three parts")
    };
    let url = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let none = url.encode(r#"{"alg":"none","kid":"k1"}"#);
    let shared = url.encode(r#"{"alg":"HS256","kid":"k1"}"#);
    let other = url.encode(with("sub", json!("43")).to_string());
    for forged in [
        format!("{none}.{payload}."),
        format!("{shared}.{payload}.{signature}"),
        format!("{header}.{other}.{signature}"),
        format!("{header}.{payload}."),
        "nonsense".to_owned(),
    ] {
        assert!(checked_by(&forged.clone().into(), |_| {}).is_err(), "{forged}");
    }
    let mut of_another_kind = jwk();
    of_another_kind["alg"] = json!("ES384");
    let (audiences, nonce) = (["client".to_owned()], Secret::new("n"));
    let of_another_kind: Jwk = serde_json::from_value(of_another_kind).expect("a key");
    assert!(check(&token, &of_another_kind, &rules(&audiences, &nonce)).is_err());
}

#[test]
fn a_token_names_its_key() {
    assert_eq!(key_id(&signed(&claims())).expect("it does"), "k1");
    assert!(key_id(&"a.b.c".into()).is_err());
}

#[test]
fn a_tenant_of_microsoft_is_that_of_the_client() {
    let issued_by = |tenant: &str| {
        let mut claims = with("tid", json!(tenant));
        claims["iss"] = json!(format!("https://login.example.com/{tenant}/v2.0"));
        claims
    };
    let own = "11111111-1111-4111-8111-111111111111";
    for (tenant, tid, is_taken) in [
        (None, CONSUMERS, true),
        (None, own, false),
        (Some("consumers"), own, false),
        (Some("organizations"), own, true),
        (Some("organizations"), CONSUMERS, false),
        (Some("common"), own, true),
        (Some(own), own, true),
        (Some(own), CONSUMERS, false),
        (Some("common"), "evil/../x", false),
    ] {
        let result = checked_by(&signed(&issued_by(tid)), |rules| {
            rules.issuer = "https://login.example.com/{tenantid}/v2.0";
            rules.tenant = tenant;
        });
        assert_eq!(result.is_ok(), is_taken, "{tenant:?} {tid}");
    }
    let mut other = issued_by(own);
    other["iss"] = json!(format!("https://login.example.com/{CONSUMERS}/v2.0"));
    let result = checked_by(&signed(&other), |rules| {
        rules.issuer = "https://login.example.com/{tenantid}/v2.0";
        rules.tenant = Some("common");
    });
    assert!(result.is_err(), "the issuer is of another tenant than the account");
}
