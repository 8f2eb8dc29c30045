//! How mail leaves: the worker that takes it out of the outbox, and the mailer that hands it to a mail server.
//!
//! What is sent, when and how often is for [`stack_domain::mail`] to say. Where neither the deployment nor a project
//! has a mail server, a mail counts as sent once it is in the outbox, where `page` shows it to whoever develops.

mod message;
pub(crate) mod page;
mod settings;
mod smtp;
mod worker;

pub use settings::{Security, SmtpServer};
pub(crate) use smtp::SmtpMailer;
pub(crate) use worker::{Worker, work_once};
