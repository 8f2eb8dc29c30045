//! What the server promises to callers, end to end: through the generated client and as bytes, on a real socket.
//!
//! One module per tag, with one success, each particular error and each actor who mustn't for every operation; beside
//! them what goes across tags. `ledger` finds the operation that nobody calls, `access_matrix` the door that is open.

mod access_matrix;
mod admin_access;
mod anonymous;
mod cli;
mod client;
mod concurrency;
mod examples;
mod fitting;
mod health;
mod internal_api_keys;
mod internal_projects;
mod isolation;
mod ledger;
mod left_out;
mod logs;
mod misc;
mod oauth;
mod password;
mod processes;
mod projects;
mod reference;
mod schemathesis;
mod sdk;
mod secrets_at_rest;
mod sessions;
mod tokens;
mod users;
mod verify;
mod wire;
