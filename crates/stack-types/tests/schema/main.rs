//! What the checker promises to servers and clients.

mod coercion;
mod limits;
mod properties;
mod tables;
mod unions;
mod violations;
