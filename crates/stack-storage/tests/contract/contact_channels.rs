//! Promises about contact channels.

use stack_domain::{
    models::{ContactChannel, ContactChannelType::Email},
    ports::{ContactChannelRepository as _, UniqueRule},
};
use stack_types::Millis;

use crate::{fixtures::*, harness::TestDatabase};

pub async fn a_channel_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let written = ContactChannel {
        is_primary: true,
        is_verified: true,
        used_for_auth: true,
        created_at: Millis(1_234_567_890_123),
        ..channel(1, 1, "Ada+x@Example.com")
    };
    storing!(db, |w| w.insert_contact_channel(&a, &written)).expect("it is new");
    assert_eq!(reading!(db, |r| r.list_contact_channels(&a, user_id(1))), [written]);
    assert_eq!(reading!(db, |r| r.list_contact_channels(&a, user_id(2))), []);
    assert_eq!(reading!(db, |r| r.list_contact_channels(&b, user_id(1))), []);
}

pub async fn channels_are_listed_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    let at = |n: u128, created_at| ContactChannel {
        created_at: Millis(created_at),
        ..channel(n, 1, &format!("{n}@x.org"))
    };
    add_channels(&db, &a, [at(3, 20), at(1, 30), at(4, 10), at(2, 20)]).await;
    let listed = reading!(db, |r| r.list_contact_channels(&a, user_id(1)));
    assert_eq!(listed, [at(4, 10), at(2, 20), at(3, 20), at(1, 30)]);
}

pub async fn an_auth_channel_is_found_by_its_exact_value(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    add_channels(&db, &a, [auth_channel(1, 1, "ada@x.org"), channel(2, 2, "grace@x.org")]).await;
    let found = reading!(db, |r| r.find_auth_contact_channel(&a, Email, "ada@x.org"));
    assert_eq!(found, Some(auth_channel(1, 1, "ada@x.org")));
    for value in ["Ada@x.org", "ada@x.or", "ada@x.org ", "grace@x.org", "%"] {
        assert_eq!(
            reading!(db, |r| r.find_auth_contact_channel(&a, Email, value)),
            None,
            "{value}"
        );
    }
    assert_eq!(
        reading!(db, |r| r.find_auth_contact_channel(&b, Email, "ada@x.org")),
        None
    );
}

pub async fn a_value_is_used_for_auth_by_one_user_of_a_project(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    add_channels(&db, &a, [auth_channel(1, 1, "ada@x.org")]).await;
    let again = storing!(db, |w| w.insert_contact_channel(&a, &auth_channel(2, 2, "ada@x.org")));
    assert_eq!(conflict(again), UniqueRule::AuthContactChannel);
    add_channels(&db, &b, [auth_channel(1, 2, "ada@x.org")]).await;
}

pub async fn a_value_not_used_for_auth_may_belong_to_many(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2, 3]).await;
    add_channels(
        &db,
        &a,
        [
            auth_channel(1, 1, "ada@x.org"),
            channel(2, 2, "ada@x.org"),
            primary_channel(3, 3, "ada@x.org"),
        ],
    )
    .await;
    let found = reading!(db, |r| r.find_auth_contact_channel(&a, Email, "ada@x.org"));
    assert_eq!(found.map(|channel| channel.user_id), Some(user_id(1)));
}

pub async fn a_user_has_a_value_once(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1]).await;
    add_channels(&db, &a, [channel(1, 1, "ada@x.org")]).await;
    let again = storing!(db, |w| w.insert_contact_channel(&a, &channel(2, 1, "ada@x.org")));
    assert_eq!(conflict(again), UniqueRule::ContactChannelValue);
}

pub async fn a_user_has_one_primary_channel(TestDatabase { db, .. }: TestDatabase) {
    let (a, _) = two_projects_with_users(&db, &[1, 2]).await;
    add_channels(
        &db,
        &a,
        [primary_channel(1, 1, "1@x.org"), primary_channel(2, 2, "2@x.org")],
    )
    .await;
    let again = storing!(db, |w| w.insert_contact_channel(&a, &primary_channel(3, 1, "3@x.org")));
    assert_eq!(conflict(again), UniqueRule::PrimaryContactChannel);
}

pub async fn updating_a_channel_keeps_the_rules(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let before = [
        primary_channel(1, 1, "1@x.org"),
        auth_channel(2, 1, "2@x.org"),
        channel(3, 2, "3@x.org"),
    ];
    add_channels(&db, &a, before.clone()).await;
    add_channels(&db, &b, before.clone()).await;
    for (update, rule) in [
        (auth_channel(3, 2, "2@x.org"), UniqueRule::AuthContactChannel),
        (channel(2, 1, "1@x.org"), UniqueRule::ContactChannelValue),
        (primary_channel(2, 1, "2@x.org"), UniqueRule::PrimaryContactChannel),
    ] {
        assert_eq!(conflict(storing!(db, |w| w.update_contact_channel(&a, &update))), rule);
    }
    let update = ContactChannel {
        is_verified: true,
        created_at: Millis(1),
        ..channel(1, 1, "new@x.org")
    };
    assert!(storing!(db, |w| w.update_contact_channel(&a, &update)).expect("it updates"));
    let after = ContactChannel {
        created_at: before[0].created_at,
        ..update
    };
    assert_eq!(
        reading!(db, |r| r.list_contact_channels(&a, user_id(1))),
        [after, before[1].clone()]
    );
    assert_eq!(reading!(db, |r| r.list_contact_channels(&b, user_id(1))), before[..2]);
}

pub async fn a_channel_is_changed_and_deleted_through_its_user_only(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let written = channel(1, 1, "1@x.org");
    for project in [&a, &b] {
        add_channels(&db, project, [written.clone()]).await;
    }
    assert!(!storing!(db, |w| w.update_contact_channel(&a, &channel(1, 2, "2@x.org"))).expect("it does nothing"));
    assert!(!storing!(db, |w| w.delete_contact_channel(&a, user_id(2), written.id)).expect("it does nothing"));
    let kept = reading!(db, |r| r.list_contact_channels(&a, user_id(1)));
    assert_eq!(kept, std::slice::from_ref(&written));
    assert!(storing!(db, |w| w.delete_contact_channel(&a, user_id(1), written.id)).expect("it deletes"));
    assert!(!storing!(db, |w| w.delete_contact_channel(&a, user_id(1), written.id)).expect("it is gone"));
    assert_eq!(reading!(db, |r| r.list_contact_channels(&a, user_id(1))), []);
    assert_eq!(reading!(db, |r| r.list_contact_channels(&b, user_id(1))), [written]);
}

pub async fn a_channel_needs_a_user(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[]).await;
    add_users(&db, &b, [profile(1)]).await;
    assert_missing(storing!(db, |w| w.insert_contact_channel(&a, &channel(1, 1, "1@x.org"))));
}

pub async fn a_channel_is_found_by_its_id_whosever_it_is(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let written = [channel(1, 1, "1@x.org"), auth_channel(2, 2, "2@x.org")];
    add_channels(&db, &a, written.clone()).await;
    for channel in written {
        let id = channel.id;
        assert_eq!(reading!(db, |r| r.find_contact_channel(&b, id)), None);
        assert_eq!(reading!(db, |r| r.find_contact_channel(&a, id)), Some(channel));
    }
    assert_eq!(reading!(db, |r| r.find_contact_channel(&a, channel(3, 1, "").id)), None);
}

pub async fn the_channels_of_a_project_are_listed_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = two_projects_with_users(&db, &[1, 2]).await;
    let made_at = |n, user, at| ContactChannel {
        created_at: Millis(at),
        ..channel(n, user, &format!("{n}@x.org"))
    };
    let written = [
        made_at(4, 2, 10),
        made_at(2, 1, 20),
        made_at(3, 2, 20),
        made_at(1, 1, 30),
    ];
    add_channels(&db, &a, written.iter().rev().cloned()).await;
    add_channels(&db, &b, [channel(9, 1, "9@x.org")]).await;
    assert_eq!(reading!(db, |r| r.list_contact_channels_of_project(&a)), written);
}
