//! Projects and the texts that configure them.

use stack_types::{Millis, ProjectId, TeamId};

/// A project: the tenant whose users, teams and keys are kept apart from all others'.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// A UUID, or the fixed text `internal`.
    pub id: ProjectId,
    /// The name that people see.
    pub display_name: String,
    /// Free text; empty if there is none.
    pub description: String,
    /// Whether the dashboard treats the project as live.
    pub is_production_mode: bool,
    /// The team of the project `internal` whose members are the project's admins.
    pub owner_team_id: Option<TeamId>,
    /// How far the dashboard's guided set-up went, e.g. `completed`.
    pub onboarding_status: String,
    /// The logo for light backgrounds.
    pub logo_url: Option<String>,
    /// The logo with lettering for light backgrounds.
    pub logo_full_url: Option<String>,
    /// The logo for dark backgrounds.
    pub logo_dark_mode_url: Option<String>,
    /// The logo with lettering for dark backgrounds.
    pub logo_full_dark_mode_url: Option<String>,
    /// When it was created.
    pub created_at: Millis,
}

/// A project as one query reads it: the row and the texts of its configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProject {
    /// The row.
    pub project: Project,
    /// The texts.
    pub config: StoredConfig,
}

/// The configuration of a project as it is stored: one text per level, `None` where nothing was ever set.
///
/// The texts are opaque to the storage. `environment` holds secrets and is sealed by
/// [`crate::config`] before it gets here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredConfig {
    /// JSON object of the level `project`.
    pub project: Option<String>,
    /// JSON object of the level `branch`.
    pub branch: Option<String>,
    /// Sealed JSON object of the level `environment`.
    pub environment: Option<String>,
    /// JSON object that tells where the level `branch` was pushed from.
    pub branch_source: Option<String>,
}

impl StoredConfig {
    /// The text of one level.
    pub fn level(&self, level: ConfigLevel) -> Option<&str> {
        match level {
            ConfigLevel::Project => self.project.as_deref(),
            ConfigLevel::Branch => self.branch.as_deref(),
            ConfigLevel::Environment => self.environment.as_deref(),
        }
    }

    /// Sets the text of one level.
    pub fn set_level(&mut self, level: ConfigLevel, text: String) {
        match level {
            ConfigLevel::Project => self.project = Some(text),
            ConfigLevel::Branch => self.branch = Some(text),
            ConfigLevel::Environment => self.environment = Some(text),
        }
    }
}

/// A layer of configuration; a later one overrides an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigLevel {
    /// What belongs to the project as a whole.
    Project,
    /// What is the same wherever the branch is deployed; never a secret.
    Branch,
    /// What belongs to one deployment: domains, provider secrets, the mail account.
    Environment,
}

impl ConfigLevel {
    /// All levels, in the order in which they override each other.
    pub const ALL: [Self; 3] = [Self::Project, Self::Branch, Self::Environment];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Branch => "branch",
            Self::Environment => "environment",
        }
    }
}
