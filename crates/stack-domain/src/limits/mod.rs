//! How often something may be tried.
//!
//! A limit belongs to a project and to an address, an account, a session or the project as a whole. Each has a budget of
//! tries that fills steadily ([`crate::models::Budget`]), kept in the database and spent by one statement, so that all
//! processes share it. Whoever has spent theirs hears when to come back.
//!
//! What a budget belongs to follows from what the server knows: the address that the connection or a trusted proxy
//! shows, IPv6 by its /64; the user whom an e-mail signs in, or the e-mail in its normal form if there is none. Nothing
//! else of a request can choose a budget. Addresses are limited for client access only: a project's own server calls for
//! all of its users.
//!
//! A refusal holds for a known time, whoever asks, since budgets are spent but never given back early. So each process
//! remembers it, and a flood of tries costs no query.

mod keys;
mod limit;
mod service;
mod settings;

pub(crate) use keys::{LimitKeys, Subject};
pub use limit::Limit;
pub(crate) use service::Limiter;
pub use service::{Limits, Origin};
pub use settings::LimitSettings;
