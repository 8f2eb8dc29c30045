//! Many users, written by the database itself.

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::scene::Scene;

/// How many users are written in one transaction.
const AT_ONCE: u32 = 10_000;

/// Users `$2` to `$3` of the project `$1`, each with an address. Ids are in no order, as those of real users.
macro_rules! texts {
    ($numbers:literal, $id:literal, $channel:literal) => {
        [
            concat!(
                $numbers,
                "INSERT INTO users (
                     project_id, id, signed_up_at, last_active_at, is_anonymous, is_restricted, otp_enabled,
                     requires_totp_mfa, sign_up_bot_score, sign_up_free_trial_abuse_score, display_name,
                     display_name_folded
                 ) SELECT
                     $1, ",
                $id,
                ", 1600000000000 + i * 1000, 1600000000000 + i * 1000, FALSE, FALSE, FALSE, FALSE, 0, 0,
                     'Person ' || i || ' of many', 'person ' || i || ' of many'
                 FROM n"
            ),
            concat!(
                $numbers,
                "INSERT INTO contact_channels (
                     project_id, id, user_id, kind, value, value_folded, is_primary, is_verified, used_for_auth,
                     created_at
                 ) SELECT
                     $1, ",
                $channel,
                ", ",
                $id,
                ", 'email', 'person' || i || '@example.com', 'person' || i || '@example.com', TRUE, TRUE, TRUE,
                     1600000000000 + i * 1000
                 FROM n"
            ),
        ]
    };
}

const SQLITE: [&str; 2] = texts!(
    "WITH RECURSIVE n(i) AS (SELECT $2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3) ",
    "printf('%08x-0000-4000-8000-%012x', (i * 2654435761) % 4294967296, i)",
    "printf('%08x-0000-4000-9000-%012x', (i * 2654435761) % 4294967296, i)"
);
const POSTGRES: [&str; 2] = texts!(
    "WITH n(i) AS (SELECT generate_series($2::bigint, $3::bigint - 1)) ",
    "lpad(to_hex((i * 2654435761) % 4294967296), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(i), 12, '0')",
    "lpad(to_hex((i * 2654435761) % 4294967296), 8, '0') || '-0000-4000-9000-' || lpad(to_hex(i), 12, '0')"
);

/// The id of one of these users.
pub fn id_of(number: u32) -> String {
    let first = (u64::from(number) * 2_654_435_761) % 4_294_967_296;
    format!("{first:08x}-0000-4000-8000-{number:012x}")
}

/// Adds the users from `from` up to `to`.
pub async fn fill(scene: &Scene, from: u32, to: u32) -> Result<()> {
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} users {msg}")?;
    let bar = ProgressBar::new(to.into()).with_style(style);
    let project = scene.project.as_str();
    let chunks = (from..to)
        .step_by(AT_ONCE as usize)
        .map(|start| (start, start.saturating_add(AT_ONCE).min(to)));
    if scene.is_sqlite() {
        let mut connection = SqliteConnection::connect(&scene.url).await?;
        for (start, end) in chunks {
            let mut transaction = connection.begin().await?;
            for text in SQLITE {
                let query = sqlx::query(text)
                    .bind(project)
                    .bind(i64::from(start))
                    .bind(i64::from(end));
                query.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            bar.set_position(end.into());
        }
        connection.close().await?;
    } else {
        let mut connection = PgConnection::connect(&scene.url).await?;
        for (start, end) in chunks {
            let mut transaction = connection.begin().await?;
            for text in POSTGRES {
                let query = sqlx::query(text)
                    .bind(project)
                    .bind(i64::from(start))
                    .bind(i64::from(end));
                query.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            bar.set_position(end.into());
        }
        // As PostgreSQL does by itself after a while.
        bar.set_message("vacuum");
        connection.execute("VACUUM (ANALYZE) users").await?;
        connection.execute("VACUUM (ANALYZE) contact_channels").await?;
        connection.close().await?;
    }
    bar.finish_and_clear();
    if from > to {
        bail!("the users can only become more");
    }
    Ok(())
}
