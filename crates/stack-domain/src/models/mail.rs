//! Mails in the outbox.

use serde::{Deserialize, Serialize};
use stack_types::{EmailId, Millis, UserId};
use uuid::Uuid;

use super::WrittenEmail;

/// A mail, from when it is put into the outbox until it is swept out.
#[derive(Debug, Clone, PartialEq)]
pub struct Email {
    /// The mail's id.
    pub id: EmailId,
    /// What it is about.
    pub template: MailTemplate,
    /// How far it has come.
    pub state: EmailState,
    /// Whether it is one of many, which wait behind all others.
    pub is_bulk: bool,
    /// Whether nobody takes it up until it is let go on.
    pub is_paused: bool,
    /// Whether it is sent even if the address seems not to exist. Kept, not used.
    pub skip_deliverability_check: bool,
    /// Whether an attempt may have sent it without our hearing of that.
    pub may_have_been_sent: bool,
    /// How many attempts to send it have begun.
    pub attempts: u8,
    /// When it was put into the outbox.
    pub created_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// When it was rendered.
    pub rendered_at: Millis,
    /// Before when it isn't sent.
    pub scheduled_at: Millis,
    /// When it is taken up: for its next attempt, or, while it is being sent, because the lease has run out.
    pub due_at: Millis,
    /// When the last attempt began.
    pub started_sending_at: Option<Millis>,
    /// When it was sent, given up or skipped.
    pub finished_at: Option<Millis>,
    /// Who is sending it, if somebody is. Whoever lost the lease has nothing more to say about the mail.
    pub lease: Option<Uuid>,
    /// Why it isn't sent, if it is skipped.
    pub skip_reason: Option<EmailSkipReason>,
    /// Why attempts failed, in their order.
    pub failures: Vec<SendFailure>,
    /// [`EmailContent`] as JSON, sealed: it holds codes.
    pub content: String,
}

/// What a mail says and to whom. Only ever stored sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EmailContent {
    /// Whom it goes to.
    pub to: EmailRecipient,
    /// What its template was given.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// The subject, one line.
    pub subject: String,
    /// The body for programs that show HTML.
    pub html: String,
    /// The body for all others.
    pub text: String,
    /// What else is known of it, if its project wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Box<WrittenEmail>>,
}

/// Whom a mail goes to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum EmailRecipient {
    /// A user, at whatever is the primary address when the mail is sent.
    UserPrimaryEmail {
        /// The user.
        user_id: UserId,
    },
    /// A user, at other addresses; nobody if the user is gone when the mail is sent.
    UserCustomEmails {
        /// The user.
        user_id: UserId,
        /// The addresses.
        emails: Vec<String>,
    },
    /// Addresses of nobody in particular.
    CustomEmails {
        /// The addresses.
        emails: Vec<String>,
    },
}

/// Names for an enum that is stored as text.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The one of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

named! {
    /// What a mail is about: each has templates of its own.
    MailTemplate {
        /// A code and a link to sign in.
        MagicLink = "magic_link",
        /// A link that verifies an address.
        EmailVerification = "email_verification",
        /// A link to choose a new password.
        PasswordReset = "password_reset",
        /// An invitation into a team.
        TeamInvitation = "team_invitation",
        /// An invitation to sign in.
        SignInInvitation = "sign_in_invitation",
        /// Which mails of a project failed.
        FailedEmailsDigest = "failed_emails_digest",
        /// Whatever its project wrote.
        Written = "written",
    }
}

named! {
    /// How far a mail has come.
    EmailState {
        /// It waits for its first or its next attempt.
        Waiting = "waiting",
        /// Somebody is sending it.
        Sending = "sending",
        /// A mail server has taken it, or it is left in the outbox for whoever reads it there.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
        /// It isn't sent, on purpose.
        Skipped = "skipped",
    }
}

named! {
    /// Why a mail isn't sent.
    EmailSkipReason {
        /// Its user is gone.
        UserAccountDeleted = "USER_ACCOUNT_DELETED",
        /// Its user has turned off this kind of mail.
        UserUnsubscribed = "USER_UNSUBSCRIBED",
        /// Its user has no primary address.
        UserHasNoPrimaryEmail = "USER_HAS_NO_PRIMARY_EMAIL",
        /// Its list of addresses is empty.
        NoEmailProvided = "NO_EMAIL_PROVIDED",
        /// It was cancelled.
        ManuallyCancelled = "MANUALLY_CANCELLED",
    }
}

/// Why an attempt to send a mail failed. Neither text has an address or a password in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendFailure {
    /// Which attempt it was, from 1.
    pub attempt: u8,
    /// When it failed.
    pub at: Millis,
    /// What to tell those who run the project.
    pub external: String,
    /// What to tell those who run the server.
    pub internal: String,
}

/// Which mails of a project are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EmailFilter {
    /// Only those that have come just so far.
    pub status: Option<EmailStatus>,
    /// Only those that are so.
    pub progress: Option<EmailProgress>,
}

named! {
    /// How far a mail has come as the wire shows it; of the contract's statuses, those that this server gives.
    EmailStatus {
        /// It waits until it is let go on.
        Paused = "paused",
        /// It waits for its time.
        Scheduled = "scheduled",
        /// Its turn comes next.
        Queued = "queued",
        /// It is being sent.
        Sending = "sending",
        /// It was sent.
        Sent = "sent",
        /// It was given up.
        ServerError = "server-error",
        /// It isn't sent, on purpose.
        Skipped = "skipped",
    }
}

named! {
    /// How a mail is, in a word.
    EmailProgress {
        /// It is on its way.
        InProgress = "in-progress",
        /// It was sent, or left unsent on purpose.
        Ok = "ok",
        /// It was given up.
        Error = "error",
    }
}

impl Email {
    /// How far it has come at `now`.
    pub fn status(&self, now: Millis) -> EmailStatus {
        match self.state {
            EmailState::Waiting if self.is_paused => EmailStatus::Paused,
            EmailState::Waiting if self.scheduled_at > now => EmailStatus::Scheduled,
            EmailState::Waiting => EmailStatus::Queued,
            EmailState::Sending => EmailStatus::Sending,
            EmailState::Sent => EmailStatus::Sent,
            EmailState::Failed => EmailStatus::ServerError,
            EmailState::Skipped => EmailStatus::Skipped,
        }
    }
}

impl EmailStatus {
    /// What it comes to.
    pub const fn progress(self) -> EmailProgress {
        match self {
            Self::Paused | Self::Scheduled | Self::Queued | Self::Sending => EmailProgress::InProgress,
            Self::Sent | Self::Skipped => EmailProgress::Ok,
            Self::ServerError => EmailProgress::Error,
        }
    }
}
