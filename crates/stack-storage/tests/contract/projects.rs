//! Promises about projects.

use stack_domain::{
    models::{ConfigLevel, Project, StoredConfig, StoredProject},
    ports::{ApiKeyRepository as _, ProjectRepository as _, Storage as _, TeamRepository as _, UniqueRule},
};
use stack_types::{ApiKeySetId, Millis, ProjectId};
use uuid::Uuid;

use crate::{fixtures::*, harness::TestDatabase};

fn full(name: &str) -> StoredProject {
    StoredProject {
        project: Project {
            id: name.into(),
            display_name: "Ünïcode".into(),
            description: "long\nand 'quoted'".into(),
            is_production_mode: true,
            owner_team_id: Some(team_id(7)),
            onboarding_status: "domain_setup".into(),
            logo_url: Some("https://x.org/1".into()),
            logo_full_url: Some("https://x.org/2".into()),
            logo_dark_mode_url: Some("https://x.org/3".into()),
            logo_full_dark_mode_url: Some("https://x.org/4".into()),
            created_at: Millis(1_234_567_890_123),
        },
        config: StoredConfig {
            project: Some(r#"{"a":1}"#.into()),
            branch: Some(r#"{"b":2}"#.into()),
            environment: Some("sealed".into()),
            branch_source: Some(r#"{"type":"unlinked"}"#.into()),
        },
    }
}

pub async fn a_project_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let written = full("p");
    storing!(db, |w| w.insert_project(&written)).expect("it is new");
    assert_eq!(reading!(db, |r| r.find_project(&"p".into())), Some(written));
}

pub async fn a_project_without_anything_optional_comes_back_as_it_was_written(TestDatabase { db, .. }: TestDatabase) {
    let written = project("internal");
    storing!(db, |w| w.insert_project(&written)).expect("it is new");
    assert_eq!(reading!(db, |r| r.find_project(&"internal".into())), Some(written));
}

pub async fn a_project_id_is_given_once(TestDatabase { db, .. }: TestDatabase) {
    storing!(db, |w| w.insert_project(&project("p"))).expect("it is new");
    assert_eq!(
        conflict(storing!(db, |w| w.insert_project(&full("p")))),
        UniqueRule::ProjectId
    );
    assert_eq!(reading!(db, |r| r.find_project(&"p".into())), Some(project("p")));
}

pub async fn updating_a_project_keeps_its_configuration_and_creation(TestDatabase { db, .. }: TestDatabase) {
    let mut expected = full("p");
    storing!(db, |w| w.insert_project(&expected)).expect("it is new");
    storing!(db, |w| w.insert_project(&project("q"))).expect("it is new");
    let update = Project {
        created_at: Millis(1),
        ..project("p").project
    };
    assert!(storing!(db, |w| w.update_project(&update)).expect("it updates"));
    expected.project = Project {
        created_at: expected.project.created_at,
        ..update
    };
    assert_eq!(reading!(db, |r| r.find_project(&"p".into())), Some(expected));
    assert_eq!(reading!(db, |r| r.find_project(&"q".into())), Some(project("q")));
}

pub async fn the_levels_of_the_configuration_are_written_one_by_one(TestDatabase { db, .. }: TestDatabase) {
    let id = project_id("p");
    let mut expected = full("p");
    storing!(db, |w| w.insert_project(&expected)).expect("it is new");
    for (level, text) in [
        (ConfigLevel::Project, Some("1")),
        (ConfigLevel::Branch, None),
        (ConfigLevel::Environment, Some("3")),
    ] {
        assert!(storing!(db, |w| w.update_config(&id, level, text)).expect("it updates"));
    }
    assert!(storing!(db, |w| w.update_config_source(&id, None)).expect("it updates"));
    expected.config = StoredConfig {
        project: Some("1".into()),
        branch: None,
        environment: Some("3".into()),
        branch_source: None,
    };
    assert_eq!(reading!(db, |r| r.find_project(&id)), Some(expected));
}

pub async fn the_projects_of_a_user_are_those_of_their_teams_oldest_first(TestDatabase { db, .. }: TestDatabase) {
    let (internal, other) = two_projects_with_users(&db, &[1, 2]).await;
    add_team(&db, &internal, 1, &[1]).await;
    add_team(&db, &internal, 2, &[1, 2]).await;
    add_team(&db, &internal, 3, &[2]).await;
    // The same team and user in another project own nothing.
    add_team(&db, &other, 3, &[1]).await;
    for (name, owner, created_at) in [("w", 3, 5), ("x", 1, 20), ("z", 2, 10), ("y", 2, 10)] {
        let mut owned = project(name);
        owned.project.owner_team_id = Some(team_id(owner));
        owned.project.created_at = Millis(created_at);
        storing!(db, |w| w.insert_project(&owned)).expect("it is new");
    }
    let found = reading!(db, |r| r.list_projects_of_user(&internal, user_id(1)));
    let ids: Vec<ProjectId> = found.into_iter().map(|found| found.project.id).collect();
    assert_eq!(ids, ["y", "z", "x"].map(ProjectId::from));
}

pub async fn deleting_a_project_removes_everything_in_it_and_nothing_else(TestDatabase { db, .. }: TestDatabase) {
    let (a, b) = (project_id("a"), project_id("b"));
    fill(&db, &a).await;
    fill(&db, &b).await;
    assert!(storing!(db, |w| w.delete_project(&a)).expect("it deletes"));
    assert!(!storing!(db, |w| w.delete_project(&a)).expect("it is gone"));
    let mut reader = db.read().await.expect("a reader");
    for (id, count) in [(&a, 0), (&b, 1)] {
        for user in [1, 2] {
            assert_eq!(belongings(&mut reader, id, user).await, [count; 6]);
        }
        let key_set = reader
            .find_api_key_set(id, ApiKeySetId(Uuid::from_u128(1)))
            .await
            .expect("keys");
        let team = reader.find_team(id, team_id(1)).await.expect("a team");
        assert_eq!((key_set.is_some(), team.is_some()), (count == 1, count == 1));
    }
}

pub async fn what_is_not_there_is_neither_found_nor_changed(TestDatabase { db, .. }: TestDatabase) {
    let id = project_id("nowhere");
    assert_eq!(reading!(db, |r| r.find_project(&id)), None);
    assert!(!storing!(db, |w| w.update_project(&project("nowhere").project)).expect("it does nothing"));
    assert!(!storing!(db, |w| w.update_config(&id, ConfigLevel::Branch, Some("{}"))).expect("it does nothing"));
    assert!(!storing!(db, |w| w.update_config_source(&id, Some("{}"))).expect("it does nothing"));
    assert!(!storing!(db, |w| w.lock_project(&id)).expect("it does nothing"));
    assert!(!storing!(db, |w| w.delete_project(&id)).expect("it does nothing"));
}
