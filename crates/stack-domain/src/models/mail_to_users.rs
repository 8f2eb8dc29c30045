//! Mail that projects write themselves: which kinds there are, what it is dressed in, and what is being written.

use serde::{Deserialize, Serialize};
use stack_types::{EmailDraftId, EmailTemplateId, EmailThemeId, Millis, UserId};
use uuid::{Uuid, uuid};

/// A kind of mail, as far as users may do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationCategory {
    /// Follows from what its recipient did.
    #[default]
    Transactional,
    /// Everything else; users may turn it off.
    Marketing,
}

impl NotificationCategory {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Transactional, Self::Marketing];

    /// The id on the wire, the same in every project.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Transactional => uuid!("7bb82d33-2f54-4a3d-9d23-82739e0d66ef"),
            Self::Marketing => uuid!("4f6f8873-3d04-46bd-8bef-18338b1a1b4c"),
        }
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "Transactional",
            Self::Marketing => "Marketing",
        }
    }

    /// Whether users should be able to turn it off.
    pub const fn can_be_disabled(self) -> bool {
        matches!(self, Self::Marketing)
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == name)
    }

    /// The one of this id.
    pub fn from_id(id: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.id() == id)
    }
}

/// Whether a user wants a kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotificationPreference {
    /// The kind.
    pub category: NotificationCategory,
    /// Whether the user wants it.
    pub is_enabled: bool,
}

/// Which theme a mail is dressed in, if not that of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// None: the mail is nothing but its template.
    None,
    /// This one.
    Theme(EmailThemeId),
}

/// A mail that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailDraft {
    /// The draft's id.
    pub id: EmailDraftId,
    /// What it is called; its readers never see it.
    pub display_name: String,
    /// The source of its template.
    pub source: String,
    /// Its theme; `None` for that of the project.
    pub theme: Option<ThemeChoice>,
    /// When it was begun.
    pub created_at: Millis,
    /// When it was last sent.
    pub sent_at: Option<Millis>,
}

/// What is known of a mail that its project wrote, beside what it says. Mails that the server writes have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenEmail {
    /// The source of its template, or its HTML.
    pub source: String,
    /// Whether that is HTML as it is.
    pub is_html: bool,
    /// Its theme; `None` for that of the project.
    pub theme: Option<ThemeChoice>,
    /// The subject that takes the place of the template's.
    pub subject: Option<String>,
    /// Which kind of mail the request said it is.
    pub wanted_category: Option<NotificationCategory>,
    /// Which kind of mail it is.
    pub category: NotificationCategory,
    /// The template of the project that it was made from.
    pub template_id: Option<EmailTemplateId>,
    /// The draft that it was made from.
    pub draft_id: Option<EmailDraftId>,
    /// Where its recipient can turn off this kind of mail. It holds a code.
    pub unsubscribe_link: Option<String>,
}

/// How many mails of a project were sent, in spans of time that end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SentCounts {
    /// In the last hour.
    pub hour: u32,
    /// In the last 24 hours.
    pub day: u32,
    /// In the last seven days.
    pub week: u32,
    /// In the last thirty days.
    pub month: u32,
}

/// How often a sign-up rule did something in an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatches {
    /// The rule.
    pub rule_id: String,
    /// When the hour began.
    pub hour: Millis,
    /// What the rule did.
    pub action: String,
    /// How often.
    pub matches: i64,
}

/// A user without a verified primary address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedUser {
    /// The user's id.
    pub id: UserId,
    /// The name that people see.
    pub display_name: Option<String>,
    /// The primary address, if there is one.
    pub primary_email: Option<String>,
}
