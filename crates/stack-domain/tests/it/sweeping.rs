//! What has expired is deleted, a while later.

use std::time::Duration;

use stack_domain::{
    access::AccessType,
    limits::Origin,
    models::{CliLogin, TokenHash},
    ports::{Storage as _, Transaction as _},
    sessions::CreateSession,
    sweeping::{BATCH, MAX_BATCHES, Swept},
};

use stack_types::Millis;

use crate::harness::Harness;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn what_has_expired_is_swept_a_day_later_and_nothing_else() {
    let harness = Harness::new().await;
    let (user, tenant) = (harness.sign_up("ada@example.com").await.user_id, harness.tenant().await);
    let short = CreateSession {
        user_id: user,
        lifetime: Duration::from_secs(60),
        is_impersonation: false,
    };
    harness.domain.sessions.create(&tenant, short).await.unwrap();
    let lifetime = Duration::from_secs(60);
    harness.domain.cli_auth.start(&tenant, lifetime, None).await.unwrap();
    let origin = Origin {
        access: AccessType::Client,
        address: Some([203, 0, 113, 7].into()),
    };
    harness.domain.limits.sign_in(&tenant, origin, None).await.unwrap();

    let sweep = async || harness.domain.sweeper.sweep().await.unwrap();
    assert_eq!(sweep().await, Swept::default());
    harness.advance(60);
    assert_eq!(
        sweep().await,
        Swept {
            budgets: 1,
            ..Swept::default()
        }
    );
    harness.advance(DAY);
    assert_eq!(sweep().await, Swept::default());
    harness.advance(1);
    let all = Swept {
        sessions: 1,
        cli_logins: 1,
        ..Swept::default()
    };
    assert_eq!(sweep().await, all);
    let server = harness.caller(AccessType::Server).await;
    let left = harness.domain.sessions.list(&server, user).await.unwrap();
    assert_eq!(left.len(), 1, "the session of the sign-up lasts a year");
}

#[tokio::test]
async fn one_sweep_takes_no_more_than_its_bound() {
    let harness = Harness::new().await;
    let bound = u64::from(BATCH * MAX_BATCHES);
    let mut writer = harness.memory.write().await.unwrap();
    for number in 0..=bound {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        let login = CliLogin {
            polling_code_hash: TokenHash(hash),
            login_code_hash: TokenHash(hash),
            expires_at: Millis(0),
            used_at: None,
            refresh_token: None,
            anonymous_refresh_token: None,
        };
        writer.put_cli_login(&harness.demo, login);
    }
    writer.commit().await.unwrap();
    let swept = [
        harness.domain.sweeper.sweep().await.unwrap().cli_logins,
        harness.domain.sweeper.sweep().await.unwrap().cli_logins,
    ];
    assert_eq!(swept, [bound, 1]);
}
