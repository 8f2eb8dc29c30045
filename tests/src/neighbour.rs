//! Another process on the same database and with the same secret, which does what no operation of this server does yet.

use std::sync::Arc;

use serde_json::Value;
use stack_client::prelude::*;
use stack_domain::{
    Domain, Settings,
    access::AccessType,
    models::{ConfigLevel, TeamMembership},
    ports::{PermissionRepository as _, Storage as _, SystemClock, SystemRng, TeamRepository as _, Transaction as _},
};
use stack_storage::Database;
use stack_types::{ProjectUpdate, TeamId, UserId};

use crate::{INTERNAL, TestProject, server::SERVER_SECRET};

impl TestProject {
    /// Sets keys of the configuration, such as `{"project.requirePublishableClientKey": true}`.
    ///
    /// # Panics
    ///
    /// If they make no sense at this level.
    pub async fn configure(&self, level: ConfigLevel, overrides: Value) {
        let database = self.open().await;
        let settings = Settings::new(self.server.public_url(), SERVER_SECRET);
        let neighbour = Domain::new(database.clone(), Arc::new(SystemClock), Arc::new(SystemRng), settings);
        let overrides = overrides.to_string();
        let set = neighbour
            .config
            .patch_override(AccessType::Admin, &self.id, level, &overrides);
        set.await.expect("the configuration makes sense");
        database.close().await;
        // What another process does shows after a second at most; a change of its own shows at once.
        self.admin()
            .update_project()
            .body(ProjectUpdate::default())
            .send()
            .await
            .expect("nothing changes");
    }

    /// Adds a user of `internal` to a team there, with these permissions.
    ///
    /// # Panics
    ///
    /// If one of both isn't there.
    pub async fn join_internal_team(&self, team: TeamId, user: UserId, permissions: &[&str]) {
        let (database, internal) = (self.open().await, INTERNAL.into());
        let membership = TeamMembership {
            team_id: team,
            user_id: user,
            is_selected: false,
            display_name: None,
            profile_image_url: None,
            created_at: self.server.now(),
        };
        let mut writer = database.write().await.expect("a transaction");
        writer
            .insert_team_membership(&internal, &membership)
            .await
            .expect("they join");
        for permission in permissions {
            writer
                .insert_team_permission(&internal, team, user, permission)
                .await
                .expect("it is granted");
        }
        writer.commit().await.expect("it is stored");
        database.close().await;
    }

    async fn open(&self) -> Database {
        Database::connect(self.server.database().url())
            .await
            .expect("the database opens once more")
    }
}
