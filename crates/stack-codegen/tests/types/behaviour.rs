//! What the emitted types do.

use serde_json::{Value, json};

use crate::{
    Answer, Colour, ErrorBody, KnownError, KnownErrorFamily, Oddities, Patch, Provider, SharedProvider,
    StandardProvider, Tree, UserIdOrMe, client,
    schema::{Mode, Wire, decode},
    server,
};

const ID: &str = "3241a285-8329-4d69-8f3d-316e08cf140c";

fn request<T: Wire>(value: Value) -> T {
    decode(value, Mode::Request).unwrap_or_else(|violations| panic!("{violations:?}"))
}

fn refused<T: Wire + std::fmt::Debug>(value: Value) -> Vec<String> {
    let violations = decode::<T>(value, Mode::Request).expect_err("the value shouldn't pass");
    violations.iter().map(ToString::to_string).collect()
}

#[test]
fn everything_comes_back_from_the_wire_as_it_went() {
    let wire = json!({
        "words": { "type": "a", "self": "b", "camelCase": "c", "user_id": ID, "userId": ID, "who": "me", "project": "p" },
        "rules": { "token": "long enough", "limit": 10, "seen_at": null, "always": true, "tags": ["x"], "scores": { "a": 1 } },
        "colour": "dark-green",
        "provider": { "type": "standard", "client_id": "c" },
        "answer": { "ok": false, "reason": "late" },
        "tree": { "left": {}, "right": null, "children": [{ "right": { "left": {} } }] },
        "merged": { "name": "n", "size": 1 },
        "anything": { "value": null, "metadata": [1, "2", null], "optional": null },
    });
    let oddities: Oddities = request(wire.clone());
    assert_eq!(serde_json::to_value(&oddities).expect("it serializes"), wire);
    assert_eq!(oddities.validate(), Ok(()));
    let words = oddities.words.expect("words were sent");
    assert_eq!((words.self_.as_str(), words.who), ("b", Some(UserIdOrMe::Me)));
    assert_eq!(oddities.anything.expect("it was sent").optional, Patch::Null);
}

#[test]
fn absent_fields_stay_absent_and_defaults_are_filled_in() {
    assert_eq!(
        serde_json::to_value(Oddities::default()).expect("it serializes"),
        json!({})
    );
    let oddities: Oddities = request(json!({ "rules": { "token": "long enough", "seen_at": 5, "always": true } }));
    assert_eq!(oddities.rules.expect("rules were sent").limit, Some(10));
}

#[test]
fn the_tables_hold_every_rule() {
    let rules = json!({
        "name": "", "email": "?", "country": "xyz", "token": "short", "limit": 101, "ratio": -1, "seen_at": "now",
        "always": false, "kind": "other", "tags": [], "scores": { "a": "b" },
    });
    let violations = refused::<Oddities>(json!({ "rules": rules }));
    assert_eq!(violations.len(), 11, "{violations:#?}");
    assert!(
        violations.iter().all(|violation| !violation.contains("short")),
        "{violations:#?}"
    );
}

#[test]
fn an_id_is_held_to_its_pattern_in_requests() {
    let words = |place: &str| {
        let mut words = json!({ "type": "a", "self": "b", "camelCase": "c", "user_id": ID, "userId": ID });
        words["place"] = place.into();
        json!({ "words": words })
    };
    let fits: Oddities = request(words("home"));
    assert_eq!(
        serde_json::to_value(&fits).expect("it serializes")["words"]["place"],
        "home"
    );
    for wrong in ["Home", "places"] {
        assert_eq!(refused::<Oddities>(words(wrong)).len(), 1, "{wrong}");
    }
}

#[test]
fn a_secret_hides_itself_in_every_type_that_holds_it() {
    let oddities: Oddities = request(json!({ "rules": { "token": "hunter2hunter2", "seen_at": 5, "always": true } }));
    assert!(!format!("{oddities:?}").contains("hunter2"));
}

#[test]
fn unknown_words_and_forms_are_kept_in_responses_and_refused_in_requests() {
    let wire = json!({ "colour": "blue", "provider": { "type": "custom", "x": 1 } });
    let oddities: Oddities = decode(wire.clone(), Mode::Response).expect("responses may be newer");
    assert_eq!(oddities.colour, Some(Colour::Unknown("blue".to_owned())));
    assert!(matches!(oddities.provider, Some(Provider::Unknown(_))));
    assert_eq!(serde_json::to_value(&oddities).expect("it serializes"), wire);
    assert_eq!(refused::<Oddities>(wire).len(), 2);
    assert_eq!(oddities.validate().expect_err("it isn't of this version").len(), 2);
}

#[test]
fn variants_of_a_tagged_union_bring_their_tag() {
    let standard = Provider::from(StandardProvider {
        client_id: "c".to_owned(),
    });
    assert_eq!(
        serde_json::to_value(&standard).expect("it serializes"),
        json!({ "type": "standard", "client_id": "c" })
    );
    let shared: Provider = request(json!({ "type": "shared" }));
    assert_eq!(shared, Provider::Shared(SharedProvider {}));
    assert_eq!(
        refused::<Provider>(json!({ "type": "standard" })),
        ["/client_id: is missing; expected text"]
    );
}

#[test]
fn constants_tell_the_variants_of_an_untagged_union_apart() {
    assert!(matches!(request::<Answer>(json!({ "ok": true })), Answer::Yes(_)));
    assert!(matches!(
        request::<Answer>(json!({ "ok": "false", "reason": "" })),
        Answer::No(_)
    ));
    assert!(serde_json::from_value::<Answer>(json!({ "ok": false })).is_err());
}

#[test]
fn a_type_that_holds_itself_can_be_built() {
    let tree = Tree {
        left: Some(Box::default()),
        right: Patch::Value(Box::default()),
        children: Some(vec![]),
    };
    assert_eq!(
        request::<Tree>(serde_json::to_value(&tree).expect("it serializes")),
        tree
    );
}

#[test]
fn what_only_servers_may_write_is_unknown_to_clients() {
    let update = json!({ "name": null, "note": "n" });
    assert_eq!(request::<server::ThingUpdate>(update.clone()).name, Patch::Null);
    assert_eq!(
        refused::<client::ThingUpdate>(update),
        [r#"/note: is not known here; known are "name""#]
    );
}

#[test]
fn errors_go_over_the_wire_and_belong_to_their_family() {
    let error = KnownError::ThingTooLarge {
        max_size: 3,
        owner: None,
        token: "hunter2".into(),
        hint: None,
    };
    assert_eq!(
        error.to_string(),
        "The thing of (unknown) must have a size of at most 3."
    );
    assert!(error.is_a(KnownErrorFamily::ThingError));
    let body = ErrorBody::from(&error);
    assert_eq!(
        body.details,
        Some(json!({ "maxSize": 3, "owner": null, "token": "hunter2" }))
    );
    assert_eq!(body.into_known(400), error);
    assert!(!format!("{error:?}").contains("hunter2"));
}
