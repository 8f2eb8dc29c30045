//! Mail: what is written, the outbox that keeps it, and how it leaves.
//!
//! A mail is rendered and put into the outbox in the transaction of what causes it, so that neither is without the
//! other. Workers take it from there.
//!
//! - [`SystemMail`] is what there is to write; `render` makes subject, HTML and text of it from the templates beside;
//! - `compose` puts mails into the outbox, sealed;
//! - [`Emails`] sends what projects write to their users, and knows which kinds of mail users want;
//! - [`EmailDesigns`] keeps templates, themes and drafts; `template` renders them within walls;
//! - [`Outbox`] lists and changes what is there, for those who run a project;
//! - [`Delivery`] takes what is due, sends it through a [`crate::ports::Mailer`], and notes what became of it.

mod builtin;
mod capacity;
mod compose;
mod content;
mod delivery;
mod designs;
mod digest;
mod drafts;
mod outbox;
mod plain;
mod render;
mod send;
mod settings;
mod source;
mod template;
mod trial;
mod unsubscribe;

pub use builtin::Theme;
pub use capacity::{BOOST, Boost, DeliveryInfo};
pub use compose::{Recipient, SystemMail};
pub use delivery::{Attempt, Claimed, Delivery, Outcome};
pub use designs::{Dress, EmailDesigns, Kept, Look, Template, draft_source};
pub use digest::{Digest, FailedEmail, ProjectDigest};
pub use drafts::{DraftCreate, DraftUpdate};
pub use outbox::{EmailChange, EmailPage, Outbox, ShownEmail};
pub use send::{Audience, EmailSource, Emails, MAX_NAMED_USERS, SendEmail};
pub(crate) use settings::Wake;
pub use settings::{MAX_ATTEMPTS, MailSettings};
