//! How webhooks leave, and how they are managed.
//!
//! - [`Worker`] takes messages out of the outbox and sends them; what is sent, when and how often is for
//!   [`stack_domain::webhooks`] to say;
//! - [`api`] is the part of Svix's management API that its SDKs and dashboards need, below `/svix`.

pub(crate) mod api;
mod sender;
mod worker;

pub(crate) use worker::Worker;
