//! Events, told to the endpoints of a project.
//!
//! - `emit` writes an event into the outbox, in the transaction of the change that it tells of;
//! - [`Webhooks`] is where owners of a project manage endpoints, see messages and attempts, and send again;
//! - [`WebhookDelivery`] is what workers call: claim what is due, sign it, note what became of it.
//!
//! The database is the queue. A delivery is leased by whoever sends it; when a lease ends without a word, the delivery is
//! sent again, so each event arrives at least once, always with the same id. First attempts of events about the same
//! object (a user, a team, a membership) reach an endpoint in the order of the changes; a later event doesn't wait for
//! the retries of an earlier one.

mod access;
mod delivery;
mod emit;
mod endpoints;
mod headers;
mod health;
mod ids;
mod messages;
mod retry;
mod secrets;
mod settings;

pub use access::{TOKEN_LIFETIME, WebhookCaller};
pub use delivery::{Answer, Parcel, Report, WebhookDelivery};
pub(crate) use emit::Change;
pub use endpoints::{EndpointFields, NewEndpoint, Webhooks};
pub use headers::{HeaderChange, ShownHeaders};
pub(crate) use ids::Ids;
pub use messages::{NewMessage, PostedTo};
pub use settings::{KEPT_FOR, RESPONSE_KEPT};
