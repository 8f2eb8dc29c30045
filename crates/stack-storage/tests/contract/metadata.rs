//! Promises about values: whatever is given comes back.

use serde_json::{Value, json};
use stack_domain::{
    models::{Metadata, UserProfile},
    ports::{StorageError, UserRepository as _},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

pub async fn any_json_comes_back_exactly(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    for value in [
        json!(null),
        json!(""),
        json!("null"),
        json!(false),
        json!([]),
        json!({}),
        json!({ "b": 1, "a": 2, "": { "nested": [1, [2, [3, null]]] } }),
        json!("a NUL \u{0}, a quote \", a smile 😀, a separator \u{2028}"),
        json!([0, -1, i64::MIN, i64::MAX, u64::MAX]),
        json!([
            0.1,
            0.30000000000000004,
            1e300,
            5e-324,
            -0.0,
            1.7976931348623157e308,
            2.2250738585072014e-308
        ]),
        json!("long ".repeat(200_000)),
    ] {
        let metadata = Metadata {
            client: value.clone(),
            client_read_only: Value::Null,
            server: json!([value]),
        };
        let profile = UserProfile { metadata, ..profile(1) };
        assert!(storing!(db, |w| w.update_user_profile(&a, &profile)).expect("it updates"));
        let found = reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user").profile;
        assert_eq!(found, profile);
        assert_eq!(found.metadata.client.to_string(), profile.metadata.client.to_string());
    }
}

pub async fn texts_of_any_script_come_back_exactly(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    for text in [
        "Ada",
        "",
        " spaces ",
        "O'Brien; DROP TABLE users; --",
        "$1 ?1 :a @a",
        "\\ % _ \" ` \n \r \t \u{1} \u{7f}",
        "Ωμέγα İstanbul ß",
        "e\u{301} é",
        "名前",
        "👩‍👩‍👧‍👦",
        "\u{feff}bom",
        "\u{10ffff}",
    ] {
        let profile = named(1, text);
        assert!(storing!(db, |w| w.update_user_profile(&a, &profile)).expect("it updates"));
        assert_eq!(
            reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user").profile,
            profile
        );
    }
}

pub async fn the_one_text_that_one_database_cannot_keep_is_refused_by_both(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let result = storing!(db, |w| w.update_user_profile(&a, &named(1, "a\0b")));
    assert!(matches!(result, Err(StorageError::Other(_))), "{result:?}");
    assert_eq!(
        reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user").profile,
        profile(1)
    );
}

pub async fn instants_at_the_ends_of_time_come_back_exactly(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    for instant in [i64::MIN, -1, 0, 1, 4_102_444_800_000, i64::MAX].map(Millis) {
        let profile = UserProfile {
            signed_up_at: instant,
            ..profile(1)
        };
        assert!(storing!(db, |w| w.update_user_profile(&a, &profile)).expect("it updates"));
        assert_eq!(
            reading!(db, |r| r.find_user(&a, user_id(1))).expect("the user").profile,
            profile
        );
    }
}
