//! The repositories of the ports, one module each: the SQL, and how a row becomes a model.
//!
//! Every query has `project_id = $1`. None is put together from input.

mod api_keys;
mod contact_channels;
mod metadata;
mod projects;
mod search;
mod sessions;
mod teams;
mod users;
