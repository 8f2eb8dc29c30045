//! What a verifier promises: it accepts what other libraries sign, and nothing that was tampered with.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use proptest::prelude::*;
use stack_webhooks::{
    Event, EventType, HeaderFamily, Headers, MessageId, ReceiveError, SecretError, Signer, SigningSecret, TestSigner,
    Verifier, VerifyError,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
const NOW: u64 = 1_767_225_600;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn secret(text: &str) -> SigningSecret {
    text.parse().expect("it is a secret")
}

fn verifier() -> Verifier {
    Verifier::new(secret(SECRET)).clock(|| at(NOW))
}

fn id() -> MessageId {
    MessageId::new("msg_1").expect("it is an id")
}

fn signed(family: HeaderFamily, seconds: u64, body: &[u8]) -> HeaderMap {
    Signer::new(secret(SECRET)).sign(id(), at(seconds), body).to_map(family)
}

#[test]
fn the_signature_is_that_of_the_libraries_in_javascript() {
    // Made with svix 1.99.1 and, to the same result, with standardwebhooks 1.0.0 for JavaScript.
    let body = br#"{"type":"team.deleted","data":{"id":"ad962777-8244-496a-b6a2-e0c6a449c79e"}}"#;
    let id = MessageId::new("msg_2b3PQxSVnCT9vkzaB1UtOxT3xFt").expect("it is an id");
    let headers = Signer::new(secret(SECRET)).sign(id, at(NOW), body);
    assert_eq!(headers.signature, "v1,iAiMOgwVFuN5R2Bbz4X2u+MKbDldF8GC9fLygSrGO5I=");
    assert!(verifier().receive(&headers.to_map(HeaderFamily::Svix), body).is_ok());
}

#[test]
fn what_we_sign_the_standard_library_accepts_and_the_other_way_round() {
    let theirs = standardwebhooks::Webhook::new(SECRET).expect("it takes the secret");
    let now = SystemTime::now();
    let body = EventType::UserCreated.example().expect("it is known").as_bytes();
    let ours = Signer::new(secret(SECRET)).sign(id(), now, body);
    theirs
        .verify(body, &ours.to_map(HeaderFamily::Standard))
        .expect("it accepts ours");
    let seconds = now.duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs();
    let signature = theirs.sign("msg_1", seconds.cast_signed(), body).expect("it signs");
    assert_eq!(signature, ours.signature);

    let sent = [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    let verified = Verifier::new(secret(SECRET)).verify(&sent, body);
    assert_eq!(verified.expect("we accept theirs").id, id());
}

#[test]
fn every_event_of_the_contract_is_read_and_written_unchanged() {
    let signer = TestSigner::new();
    for event_type in EventType::ALL {
        let (headers, body) = signer.example(event_type);
        let message = signer.verifier().receive(&headers, &body).expect("examples are events");
        assert_eq!(message.event.event_type(), *event_type);
        let json: serde_json::Value = serde_json::from_slice(&body).expect("it is JSON");
        assert_eq!(
            serde_json::to_value(&message.event).expect("it has JSON"),
            json,
            "{event_type}"
        );
    }
}

#[test]
fn what_a_newer_server_adds_does_no_harm() {
    let event: Event =
        serde_json::from_str(r#"{"type":"user.merged","data":{"into":7},"more":1}"#).expect("it is kept");
    let data = serde_json::json!({"into": 7});
    assert_eq!(
        event,
        Event::Unknown {
            event_type: "user.merged".into(),
            data
        }
    );
    let id = "ad962777-8244-496a-b6a2-e0c6a449c79e";
    let event = format!(r#"{{"type":"team.deleted","data":{{"id":"{id}","by":"me"}}}}"#);
    assert!(matches!(serde_json::from_str(&event), Ok(Event::TeamDeleted(team)) if team.id.to_string() == id));
}

#[test]
fn data_that_does_not_fit_is_told_with_its_place() {
    let body = br#"{"type":"team.deleted","data":{"id":7}}"#;
    let fault = verifier()
        .receive(&signed(HeaderFamily::Svix, NOW, body), body)
        .expect_err("7 is no id");
    assert!(matches!(fault, ReceiveError::Unreadable(_)));
    assert!(
        fault
            .to_string()
            .contains("the data of `team.deleted` doesn't fit at `id`"),
        "{fault}"
    );
}

#[test]
fn both_names_of_the_headers_do_and_those_of_svix_come_first() {
    let body = b"{}";
    let (svix, standard) = (
        signed(HeaderFamily::Svix, NOW, body),
        signed(HeaderFamily::Standard, NOW, body),
    );
    assert!(verifier().verify(&svix, body).is_ok() && verifier().verify(&standard, body).is_ok());
    let wrong = Signer::new(secret(OTHER)).sign(id(), at(NOW), body);
    let mut both = standard.clone();
    both.extend(wrong.to_map(HeaderFamily::Svix));
    assert_eq!(verifier().verify(&both, body), Err(VerifyError::WrongSignature));
    both.remove("svix-signature");
    assert!(
        verifier().verify(&both, body).is_ok(),
        "a family counts as a whole only"
    );
}

#[test]
fn a_missing_header_is_named() {
    let mut headers = signed(HeaderFamily::Standard, NOW, b"{}");
    headers.remove("webhook-timestamp");
    assert_eq!(
        verifier().verify(&headers, b"{}"),
        Err(VerifyError::MissingHeader("webhook-timestamp"))
    );
    let none: [(&str, &str); 0] = [];
    assert_eq!(
        verifier().verify(&none, b"{}"),
        Err(VerifyError::MissingHeader("svix-id"))
    );
}

#[test]
fn headers_of_any_server_are_looked_up_whatever_their_case() {
    let headers: Vec<_> = signed(HeaderFamily::Svix, NOW, b"{}")
        .iter()
        .map(|(name, value)| (name.as_str().to_uppercase(), value.as_bytes().to_vec()))
        .collect();
    assert!(headers.header("svix-id").is_some() && verifier().verify(&headers, b"{}").is_ok());
}

#[test]
fn five_minutes_to_either_side_are_tolerated_and_no_more() {
    for (seconds, expected) in [
        (NOW - 300, None),
        (NOW + 300, None),
        (NOW - 301, Some(VerifyError::TooOld)),
        (NOW + 301, Some(VerifyError::TooNew)),
        (0, Some(VerifyError::TooOld)),
    ] {
        let headers = signed(HeaderFamily::Svix, seconds, b"{}");
        assert_eq!(verifier().verify(&headers, b"{}").err(), expected, "{seconds}");
    }
    let late_in_the_second = verifier().clock(|| at(NOW) + Duration::from_millis(999));
    let headers = signed(HeaderFamily::Svix, NOW - 300, b"{}");
    assert!(
        late_in_the_second.verify(&headers, b"{}").is_ok(),
        "whole seconds are compared"
    );
    let strict = verifier().tolerance(Duration::from_secs(1));
    let headers = signed(HeaderFamily::Svix, NOW - 2, b"{}");
    assert_eq!(strict.verify(&headers, b"{}"), Err(VerifyError::TooOld));
}

#[test]
fn while_secrets_are_rotated_either_will_do() {
    let both: Verifier = format!("{SECRET}, {OTHER}").parse().expect("both are secrets");
    let both = both.clock(|| at(NOW));
    for text in [SECRET, OTHER] {
        let headers = Signer::new(secret(text))
            .sign(id(), at(NOW), b"{}")
            .to_map(HeaderFamily::Svix);
        assert!(both.verify(&headers, b"{}").is_ok());
    }
    let signer = Signer::new(secret(OTHER)).also(secret(SECRET));
    let headers = signer.sign(id(), at(NOW), b"{}").to_map(HeaderFamily::Svix);
    assert!(
        verifier().verify(&headers, b"{}").is_ok(),
        "any of the signatures may match"
    );
}

#[test]
fn a_receiver_without_a_right_secret_does_not_start() {
    for (text, expected) in [
        ("", SecretError::Missing),
        (" , \n", SecretError::Missing),
        ("whsec_", SecretError::TooShort),
        ("whsec_hunter2", SecretError::NotBase64),
        (&format!("{SECRET} whsec_hunter2"), SecretError::NotBase64),
        (&format!("{SECRET},whpk_AAAA"), SecretError::Asymmetric),
    ] {
        let error = text.parse::<Verifier>().expect_err("a secret of it is wrong");
        assert_eq!(error, expected, "{text:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn ids_with_dots_and_timestamps_that_are_no_plain_digits_are_refused() {
    for (name, value) in [
        ("svix-id", "msg.1"),
        ("svix-id", ""),
        ("svix-timestamp", "-5"),
        ("svix-timestamp", "+1767225600"),
        ("svix-timestamp", "1767225600.0"),
        ("svix-timestamp", "99999999999999999999999"),
        ("svix-timestamp", ""),
    ] {
        let mut headers = signed(HeaderFamily::Svix, NOW, b"{}");
        headers.insert(name, value.parse().expect("it may stand in a header"));
        assert_eq!(
            verifier().verify(&headers, b"{}"),
            Err(VerifyError::MalformedHeader(name)),
            "{value:?}"
        );
    }
}

#[test]
fn signatures_of_other_versions_are_skipped() {
    let mut headers = signed(HeaderFamily::Svix, NOW, b"{}");
    let right = headers["svix-signature"].to_str().expect("it is text").to_owned();
    headers.insert(
        "svix-signature",
        right.replace("v1,", "v1a,").parse().expect("it is a value"),
    );
    assert_eq!(verifier().verify(&headers, b"{}"), Err(VerifyError::NoSignature));
    headers.insert(
        "svix-signature",
        format!("v2,AAAA v1,!! {right}").parse().expect("it is a value"),
    );
    assert!(verifier().verify(&headers, b"{}").is_ok());
}

#[test]
fn debug_output_hides_secrets() {
    insta::assert_debug_snapshot!(Signer::new(secret(SECRET)).also(secret(OTHER)), @r"
    Signer {
        secrets: [
            [secret],
            [secret],
        ],
    }
    ");
    insta::assert_snapshot!(
        format!("{:?}", verifier()),
        @"Verifier { secrets: [[secret]], tolerance: 300s, max_body_bytes: 1048576, .. }"
    );
    insta::assert_snapshot!(format!("{:?}", TestSigner::new()), @"TestSigner { .. }");
}

proptest! {
    #[test]
    fn whatever_is_signed_is_accepted(body: Vec<u8>, id in "[!-\\-/-~]{1,256}", seconds in NOW - 300..=NOW + 300) {
        let id = MessageId::new(id).expect("it is an id");
        let headers = Signer::new(secret(SECRET)).sign(id.clone(), at(seconds), &body);
        let verified = verifier().verify(&headers.to_map(HeaderFamily::Svix), &body).expect("it is genuine");
        prop_assert_eq!((verified.id, verified.sent_at), (id, at(seconds)));
    }

    #[test]
    fn a_body_with_one_bit_changed_is_refused(mut body in prop::collection::vec(any::<u8>(), 1..200), at_byte: prop::sample::Index, bit in 0..8u8) {
        let headers = signed(HeaderFamily::Svix, NOW, &body);
        let place = at_byte.index(body.len());
        body[place] ^= 1 << bit;
        prop_assert_eq!(verifier().verify(&headers, &body), Err(VerifyError::WrongSignature));
    }

    #[test]
    fn another_id_or_time_is_refused(id in "[a-z0-9_]{1,20}", later in 1..300u64) {
        let mut headers = signed(HeaderFamily::Svix, NOW, b"{}");
        headers.insert("svix-id", format!("x{id}").parse().expect("it is a value"));
        prop_assert_eq!(verifier().verify(&headers, b"{}"), Err(VerifyError::WrongSignature));
        let mut headers = signed(HeaderFamily::Svix, NOW, b"{}");
        headers.insert("svix-timestamp", (NOW + later).into());
        prop_assert_eq!(verifier().verify(&headers, b"{}"), Err(VerifyError::WrongSignature));
    }

    #[test]
    fn a_signature_with_one_bit_changed_or_cut_short_is_refused(body: Vec<u8>, bit in 0..256_usize, cut in 1..32_usize) {
        let mut headers = signed(HeaderFamily::Svix, NOW, &body);
        let text = headers["svix-signature"].to_str().expect("it is text").to_owned();
        let right = STANDARD.decode(&text["v1,".len()..]).expect("it is base64");
        let mut flipped = right.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        for wrong in [flipped.as_slice(), &right[..32 - cut], &[], &[right.as_slice(), &[0]].concat()] {
            let value = format!("v1,{}", STANDARD.encode(wrong));
            headers.insert("svix-signature", value.parse().expect("it is a value"));
            prop_assert_eq!(verifier().verify(&headers, &body), Err(VerifyError::WrongSignature));
        }
    }

    #[test]
    fn another_secret_is_refused(body: Vec<u8>, key in prop::collection::vec(any::<u8>(), 24..=64)) {
        let other = SigningSecret::from_bytes(key).expect("so many bytes will do");
        prop_assume!(other.to_text() != secret(SECRET).to_text());
        let headers = Signer::new(other).sign(id(), at(NOW), &body).to_map(HeaderFamily::Standard);
        prop_assert_eq!(verifier().verify(&headers, &body), Err(VerifyError::WrongSignature));
    }

    #[test]
    fn no_signature_header_panics_or_is_taken_for_a_right_one(signature in "[ -~]{0,200}") {
        let mut headers = signed(HeaderFamily::Svix, NOW, b"{}");
        headers.insert("svix-signature", signature.parse().expect("it is a value"));
        let verdict = verifier().verify(&headers, b"{}");
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn secrets_have_24_to_75_bytes_and_a_text_form_that_reads_back(key in prop::collection::vec(any::<u8>(), 0..100)) {
        let is_right = (24..=75).contains(&key.len());
        let taken = SigningSecret::from_bytes(key);
        prop_assert_eq!(taken.is_ok(), is_right);
        if let Ok(secret) = taken {
            let text = secret.to_text();
            let again = SigningSecret::parse(text.expose()).expect("it is the text form");
            prop_assert_eq!(again.to_text(), text);
        }
    }
}
