//! The server of {title}: implement the traits, mount the routes.
//!
//! [`Api`] is all of them; [`routes`] gives the router of whatever implements it. A method gets its request checked
//! against the document, with the raw headers beside it (credentials are there: the document's security schemes are the
//! implementer's to enforce), and answers one of the documented answers or a [`Failure`].

#![allow(dead_code, unused_imports, unused_macros, reason = "few documents need the whole runtime")]

mod answer;
mod failure;
mod form;
mod multipart;
mod parts;
mod path;
mod received;
mod run;
pub mod tags;

pub use answer::{Answer, Respond};
pub use failure::Failure;
pub use parts::{Operation, Parameter, Place, Style};
pub use received::{BODY_LIMIT, Decode, Received};
pub use tags::*;
pub use ::types;
