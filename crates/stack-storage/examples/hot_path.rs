//! How long the hot reads take: `cargo run --release -p stack-storage --example hot_path [database URL]`.
//!
//! The database should be empty; without a URL it is a file that is removed afterwards.

use std::{future::Future, time::Instant};

use stack_domain::{
    models::{
        ContactChannel, ContactChannelId, ContactChannelType, Metadata, Project, StoredConfig, StoredProject,
        UserCredentials, UserFilter, UserProfile,
    },
    ports::{ContactChannelRepository, ProjectRepository, Storage, StorageResult, Transaction, UserRepository},
};
use stack_storage::Database;
use stack_types::{Millis, ProjectId, UserId};
use uuid::Uuid;

const USERS: u128 = 10_000;
const ROUNDS: u32 = 20_000;

#[tokio::main]
async fn main() -> StorageResult<()> {
    let file = std::env::temp_dir().join(format!("hot-path-{}.db", Uuid::new_v4()));
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| format!("sqlite:{}", file.display()));
    let db = Database::connect(&url).await?;
    db.migrate().await?;
    let project = ProjectId::from("hot-path");
    fill(&db, &project).await?;

    measure("begin and commit", 500, |_| async { db.write().await?.commit().await }).await?;
    measure("touch a user, committed", 500, |n| {
        let (db, project) = (&db, &project);
        async move {
            let mut writer = db.write().await?;
            writer.touch_user(project, user_id(n), Millis(n.into())).await?;
            writer.commit().await
        }
    })
    .await?;
    measure("read a user", ROUNDS, |n| {
        let (db, project) = (&db, &project);
        async move { db.read().await?.find_user(project, user_id(n)).await.map(drop) }
    })
    .await?;
    measure("read a page of 100 users", ROUNDS / 50, |n| {
        let (db, project) = (&db, &project);
        let filter = UserFilter {
            cursor: Some(user_id(n)),
            limit: Some(100),
            ..UserFilter::default()
        };
        async move { db.read().await?.list_users(project, &filter).await.map(drop) }
    })
    .await?;

    db.write().await?.delete_project(&project).await?;
    db.close().await;
    let _ = std::fs::remove_file(file);
    Ok(())
}

async fn measure<F>(what: &str, rounds: u32, work: impl Fn(u32) -> F) -> StorageResult<()>
where
    F: Future<Output = StorageResult<()>>,
{
    work(0).await?;
    let start = Instant::now();
    for round in 0..rounds {
        work(round).await?;
    }
    println!("{what}: {:?}", start.elapsed() / rounds);
    Ok(())
}

fn user_id(n: u32) -> UserId {
    UserId(Uuid::from_u128(u128::from(n) % USERS))
}

async fn fill(db: &Database, project: &ProjectId) -> StorageResult<()> {
    let mut writer = db.write().await?;
    let row = Project {
        id: project.clone(),
        display_name: "Hot path".into(),
        description: String::new(),
        is_production_mode: false,
        owner_team_id: None,
        onboarding_status: "completed".into(),
        logo_url: None,
        logo_full_url: None,
        logo_dark_mode_url: None,
        logo_full_dark_mode_url: None,
        created_at: Millis(0),
    };
    writer
        .insert_project(&StoredProject {
            project: row,
            config: StoredConfig::default(),
        })
        .await?;
    for n in 0..USERS {
        let id = UserId(Uuid::from_u128(n));
        let profile = UserProfile {
            id,
            display_name: Some(format!("User {n}")),
            profile_image_url: None,
            metadata: Metadata::default(),
            is_anonymous: false,
            restriction: None,
            country_code: None,
            risk_scores: Default::default(),
            signed_up_at: Millis(0),
            last_active_at: Millis(0),
        };
        writer
            .insert_user(project, &profile, &UserCredentials::default())
            .await?;
        let channel = ContactChannel {
            id: ContactChannelId(Uuid::from_u128(n)),
            user_id: id,
            kind: ContactChannelType::Email,
            value: format!("user-{n}@example.com"),
            is_primary: true,
            is_verified: true,
            used_for_auth: true,
            created_at: Millis(0),
        };
        writer.insert_contact_channel(project, &channel).await?;
    }
    writer.commit().await
}
