//! The repositories of the ports, one module each: the SQL, and how a row becomes a model.
//!
//! Every query has `project_id = $1`. None is put together from input.

mod api_keys;
mod cli_logins;
mod contact_channels;
mod data_vault;
mod mail;
mod mail_to_users;
mod metadata;
mod oauth;
mod one_time_codes;
mod owned_api_keys;
mod passkeys;
mod permissions;
mod projects;
mod rate_limits;
mod search;
mod sessions;
mod sign_up_rules;
mod signing_keys;
mod team_invitations;
mod teams;
mod users;
mod webhooks;

pub(crate) use users::select_users;
