//! The shapes of the contract as data, and the one checker that holds JSON against them.
//!
//! Every generated type has a static [`Schema`] ([`Wire::SCHEMA`]). [`check`] walks a JSON value along a schema, mends
//! what the API mends (a [`Mode`] says how much), and collects every [`Violation`] rather than the first. [`decode`]
//! does that and then builds the type. Status codes and the wording around violations are left to the caller.

mod build;
mod check;
mod coerce;
mod format;
mod limits;
mod scalars;
mod suggest;
mod table;
mod union;
mod violation;
mod wire;
mod wording;

pub use build::{
    any, array, boolean, first_of, integer, map, number, object, of, only, open_object, optional, required, tagged,
    text, user_id_or_me, uuid, words,
};
pub use check::{Mode, check};
pub use table::{Array, Discriminator, Kind, Object, Pattern, Property, Range, Schema, Text, Union};
pub use union::variant_of;
pub use violation::Violation;
pub use wire::{Wire, decode};
