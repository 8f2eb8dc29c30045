//! Teams as servers see them, and as events tell of them.

use stack_types::{Patch, server};

use crate::models::Team;

/// A team as servers see it.
pub fn server_team(team: Team) -> server::Team {
    server::Team {
        created_at_millis: team.created_at,
        server_metadata: Patch::Value(team.metadata.server),
        id: team.id,
        display_name: team.display_name,
        profile_image_url: team.profile_image_url,
        client_metadata: Patch::Value(team.metadata.client),
        client_read_only_metadata: Patch::Value(team.metadata.client_read_only),
    }
}
