//! The repositories of the ports, one module each: the SQL, and how a row becomes a model.
//!
//! Every query has `project_id = $1`. None is put together from input.

mod api_keys;
mod cli_logins;
mod contact_channels;
mod mail;
mod metadata;
mod oauth;
mod one_time_codes;
mod passkeys;
mod projects;
mod rate_limits;
mod search;
mod sessions;
mod signing_keys;
mod teams;
mod users;
