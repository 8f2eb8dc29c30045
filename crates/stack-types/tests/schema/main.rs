//! What the checker promises to servers and clients.

mod coercion;
mod limits;
#[cfg(feature = "proptest")]
mod made;
mod properties;
mod tables;
mod unions;
mod violations;
