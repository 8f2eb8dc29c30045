//! What the router promises on the wire, whatever a server does behind it.

mod access;
mod body;
mod examples;
mod headers;
mod operations;
mod schema;
mod support;
mod wire;
