//! Invitations to teams: mailed with a code, and taken up by it or by whoever has the invited address.
//!
//! An invitation is a one-time code and a row of the same id. The code is sealed and known to the mailbox only; the row
//! says whom it went to, so that invitations can be listed. The row goes when the invitation is taken up or revoked and
//! when the team is deleted, and a code without it opens nothing: it is the same as no code.

mod accept;
mod list;
mod send;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stack_types::TeamId;

use crate::{core::Core, models::CodeKind};

const KIND: CodeKind = CodeKind::TeamInvitation;

/// Invitations.
pub struct TeamInvitations<S>(pub(crate) Arc<Core<S>>);

/// What a code of an invitation was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Invited {
    team_id: TeamId,
}
