//! Writing events into the outbox.

use stack_types::{
    PermissionId, ProjectId, ProjectPermission, TeamId, TeamMembership, TeamPermission, UserId, WebhookEndpointId,
};
use stack_webhooks::{Event, EventType, TeamDeletedData, UserDeletedData, UserDeletedTeam};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{NewWebhookDelivery, Team, User, WebhookEndpoint, WebhookMessage, WebhookMessageId},
    ports::{Storage, WebhookRepository},
    teams::server_team,
    users::server_user,
};

/// A change that endpoints are told of.
pub(crate) enum Change<'a> {
    /// There is a new user.
    UserCreated(&'a User),
    /// A user was changed.
    UserUpdated(&'a User),
    /// A user, who was in these teams, is gone.
    UserDeleted { id: UserId, teams: &'a [TeamId] },
    /// There is a new team.
    TeamCreated(&'a Team),
    /// A team was changed.
    TeamUpdated(&'a Team),
    /// A team is gone.
    TeamDeleted(TeamId),
    /// A user joined a team.
    MembershipCreated { team: TeamId, user: UserId },
    /// A user left a team.
    MembershipDeleted { team: TeamId, user: UserId },
    /// A user got a permission in a team.
    TeamPermissionCreated { team: TeamId, user: UserId, id: &'a str },
    /// A user lost a permission in a team.
    TeamPermissionDeleted { team: TeamId, user: UserId, id: &'a str },
    /// A user got a permission in the project.
    ProjectPermissionCreated { user: UserId, id: &'a str },
    /// A user lost a permission in the project.
    ProjectPermissionDeleted { user: UserId, id: &'a str },
}

impl Change<'_> {
    const fn event_type(&self) -> EventType {
        match self {
            Self::UserCreated(_) => EventType::UserCreated,
            Self::UserUpdated(_) => EventType::UserUpdated,
            Self::UserDeleted { .. } => EventType::UserDeleted,
            Self::TeamCreated(_) => EventType::TeamCreated,
            Self::TeamUpdated(_) => EventType::TeamUpdated,
            Self::TeamDeleted(_) => EventType::TeamDeleted,
            Self::MembershipCreated { .. } => EventType::TeamMembershipCreated,
            Self::MembershipDeleted { .. } => EventType::TeamMembershipDeleted,
            Self::TeamPermissionCreated { .. } => EventType::TeamPermissionCreated,
            Self::TeamPermissionDeleted { .. } => EventType::TeamPermissionDeleted,
            Self::ProjectPermissionCreated { .. } => EventType::ProjectPermissionCreated,
            Self::ProjectPermissionDeleted { .. } => EventType::ProjectPermissionDeleted,
        }
    }

    /// What the change is about. Changes of the same object are told in their order; what a member may do in a team
    /// belongs to the membership.
    fn object(&self) -> String {
        match self {
            Self::UserCreated(user) | Self::UserUpdated(user) => format!("user:{}", user.profile.id),
            Self::UserDeleted { id, .. } => format!("user:{id}"),
            Self::TeamCreated(team) | Self::TeamUpdated(team) => format!("team:{}", team.id),
            Self::TeamDeleted(team) => format!("team:{team}"),
            Self::MembershipCreated { team, user }
            | Self::MembershipDeleted { team, user }
            | Self::TeamPermissionCreated { team, user, .. }
            | Self::TeamPermissionDeleted { team, user, .. } => format!("member:{team}:{user}"),
            Self::ProjectPermissionCreated { user, .. } | Self::ProjectPermissionDeleted { user, .. } => {
                format!("permissions:{user}")
            }
        }
    }

    fn event(self, tenant: &Tenant) -> Event {
        match self {
            Self::UserCreated(user) => Event::UserCreated(server_user(user.clone(), &tenant.config)),
            Self::UserUpdated(user) => Event::UserUpdated(server_user(user.clone(), &tenant.config)),
            Self::UserDeleted { id, teams } => Event::UserDeleted(UserDeletedData {
                id,
                teams: teams.iter().map(|id| UserDeletedTeam { id: *id }).collect(),
            }),
            Self::TeamCreated(team) => Event::TeamCreated(server_team(team.clone())),
            Self::TeamUpdated(team) => Event::TeamUpdated(server_team(team.clone())),
            Self::TeamDeleted(id) => Event::TeamDeleted(TeamDeletedData { id }),
            Self::MembershipCreated { team, user } => Event::TeamMembershipCreated(membership(team, user)),
            Self::MembershipDeleted { team, user } => Event::TeamMembershipDeleted(membership(team, user)),
            Self::TeamPermissionCreated { team, user, id } => {
                Event::TeamPermissionCreated(team_permission(team, user, id))
            }
            Self::TeamPermissionDeleted { team, user, id } => {
                Event::TeamPermissionDeleted(team_permission(team, user, id))
            }
            Self::ProjectPermissionCreated { user, id } => {
                Event::ProjectPermissionCreated(project_permission(user, id))
            }
            Self::ProjectPermissionDeleted { user, id } => {
                Event::ProjectPermissionDeleted(project_permission(user, id))
            }
        }
    }
}

const fn membership(team_id: TeamId, user_id: UserId) -> TeamMembership {
    TeamMembership { team_id, user_id }
}

fn team_permission(team_id: TeamId, user_id: UserId, id: &str) -> TeamPermission {
    let id = PermissionId(id.to_owned());
    TeamPermission { id, user_id, team_id }
}

fn project_permission(user_id: UserId, id: &str) -> ProjectPermission {
    let id = PermissionId(id.to_owned());
    ProjectPermission { id, user_id }
}

/// A message to be written, but for what the outbox adds.
pub(super) struct Draft<'a> {
    pub(super) event_type: &'a str,
    pub(super) event_id: Option<String>,
    pub(super) channels: Vec<String>,
    pub(super) payload: String,
    /// What it is about; itself if `None`.
    pub(super) object: Option<String>,
    pub(super) is_manual: bool,
}

impl<S: Storage> Core<S> {
    /// Tells the endpoints that want to know of a change, within its transaction: they are told if it commits. Costs one
    /// query if there are none.
    pub(crate) async fn emit(
        &self,
        writer: &mut impl WebhookRepository,
        tenant: &Tenant,
        change: Change<'_>,
    ) -> DomainResult<()> {
        let event_type = change.event_type();
        let endpoints = writer.list_webhook_endpoints(tenant.id()).await?;
        let wanting = wanting(&endpoints, event_type.as_str(), &[]);
        if wanting.is_empty() {
            return Ok(());
        }
        let object = Some(change.object());
        let payload = serde_json::to_string(&change.event(tenant)).map_err(DomainError::internal)?;
        let draft = Draft {
            event_type: event_type.as_str(),
            event_id: None,
            channels: Vec::new(),
            payload,
            object,
            is_manual: false,
        };
        self.post(writer, tenant.id(), draft, &wanting).await.map(drop)
    }

    /// Writes a message and sets it on its way to these endpoints.
    pub(super) async fn post(
        &self,
        writer: &mut impl WebhookRepository,
        project: &ProjectId,
        draft: Draft<'_>,
        to: &[&WebhookEndpointId],
    ) -> DomainResult<WebhookMessage> {
        let now = self.now();
        let message = WebhookMessage {
            id: WebhookMessageId(self.webhook_ids.next("msg_", now, &*self.rng)),
            event_id: draft.event_id,
            event_type: draft.event_type.to_owned(),
            channels: draft.channels,
            payload: draft.payload,
            created_at: now,
        };
        writer.insert_webhook_message(project, &message).await?;
        for endpoint in to {
            let delivery = NewWebhookDelivery {
                message: &message.id,
                endpoint,
                object: draft.object.as_deref().unwrap_or(message.id.as_str()),
                due_at: now,
                is_manual: draft.is_manual,
            };
            writer.insert_webhook_delivery(project, delivery).await?;
        }
        self.webhook_wake.ring();
        Ok(message)
    }
}

/// Those endpoints that want a message.
pub(super) fn wanting<'a>(
    endpoints: &'a [WebhookEndpoint],
    event_type: &str,
    channels: &[String],
) -> Vec<&'a WebhookEndpointId> {
    let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(event_type, channels));
    wanting.map(|endpoint| &endpoint.id).collect()
}
