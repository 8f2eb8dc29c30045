//! How known errors stand on the wire.

use serde_json::json;

use stack_types::{ErrorBody, KnownError, KnownErrorFamily};

#[test]
fn the_body_has_code_details_and_error_in_this_order() {
    let body = ErrorBody::from(KnownError::PasswordTooShort { min_length: 8 });
    let text = serde_json::to_string(&body).expect("it serializes");
    let keys = ["\"code\"", "\"details\"", "\"error\""].map(|key| text.find(key).expect("the key is there"));
    assert!(keys.is_sorted(), "{text}");
}

#[test]
fn errors_without_details_have_no_such_key() {
    let body = serde_json::to_value(ErrorBody::from(KnownError::UserNotFound)).expect("it serializes");
    assert_eq!(body.get("details"), None);
}

#[test]
fn a_code_that_is_not_known_keeps_all_it_came_with() {
    let body = ErrorBody {
        code: "FROM_THE_FUTURE".to_owned(),
        details: Some(json!({ "year": 2050 })),
        error: "Not yet.".to_owned(),
    };
    assert_eq!(KnownError::try_from(body.clone()), Err(body.clone()));
    let known = body.clone().into_known(418);
    assert_eq!((known.code(), known.status()), ("FROM_THE_FUTURE", 418));
    assert_eq!(ErrorBody::from(known), body);
}

#[test]
fn details_of_another_type_make_the_error_unknown_but_keep_its_code() {
    let known = KnownError::from_wire(
        400,
        "PASSWORD_TOO_SHORT",
        Some(json!({ "min_length": "?" })),
        "Too short.",
    );
    assert!(matches!(known, KnownError::Unknown { .. }));
    assert_eq!(known.code(), "PASSWORD_TOO_SHORT");
}

#[test]
fn errors_belong_to_their_families_through_all_levels() {
    let error = KnownError::UnparsableAccessToken;
    assert_eq!(error.family(), Some(KnownErrorFamily::InvalidAccessToken));
    assert!(error.is_a(KnownErrorFamily::InvalidSessionAuthentication));
    assert!(error.is_a(KnownErrorFamily::SessionAuthenticationError));
    assert!(!error.is_a(KnownErrorFamily::RefreshTokenError));
    let unreadable = KnownError::from_wire(401, "ACCESS_TOKEN_EXPIRED", None, "");
    assert!(unreadable.is_a(KnownErrorFamily::InvalidAccessToken));
}

#[test]
fn sentences_name_what_they_are_about() {
    assert_eq!(
        KnownError::SchemaError {
            message: "Wrong.".to_owned()
        }
        .to_string(),
        "Wrong."
    );
    assert!(
        KnownError::ProjectNotFound {
            project_id: "p1".into()
        }
        .to_string()
        .contains("p1")
    );
    assert!(KnownError::PasswordTooShort { min_length: 8 }.to_string().contains('8'));
}
