//! Mail: what is written, the outbox that keeps it, and how it leaves.
//!
//! A mail is rendered and put into the outbox in the transaction of what causes it, so that neither is without the
//! other. Workers take it from there.
//!
//! - [`SystemMail`] is what there is to write; `render` makes subject, HTML and text of it from the templates beside;
//! - `compose` puts mails into the outbox, sealed;
//! - [`Outbox`] lists and changes what is there, for those who run a project;
//! - [`Delivery`] takes what is due, sends it through a [`crate::ports::Mailer`], and notes what became of it.

mod compose;
mod content;
mod delivery;
mod outbox;
mod render;
mod settings;

pub use compose::{Recipient, SystemMail};
pub use delivery::{Attempt, Claimed, Delivery, Outcome};
pub use outbox::{EmailChange, EmailPage, Outbox, ShownEmail};
pub(crate) use settings::Wake;
pub use settings::{MAX_ATTEMPTS, MailSettings};
