//! What the server promises to callers, end to end: through the generated client and as bytes, on a real socket.
//!
//! One module per tag, with one success, each particular error and each actor who mustn't for every operation; beside
//! them what goes across tags. `ledger` finds the operation that nobody calls, `access_matrix` the door that is open.

mod access_matrix;
mod admin_access;
mod anonymous;
mod api_keys;
mod cli;
mod cli_auth;
mod client;
mod concurrency;
mod contact_channels;
mod data_vault;
mod emails;
mod examples;
mod fitting;
mod health;
mod hosts;
mod internal_api_keys;
mod internal_config;
mod internal_email_templates;
mod internal_emails;
mod internal_onboarding;
mod internal_projects;
mod isolation;
mod ledger;
mod left_out;
mod limits;
mod logs;
mod mail;
mod mfa;
mod misc;
mod oauth;
mod otp;
mod passkeys;
mod password;
mod permissions;
mod processes;
mod projects;
mod reference;
mod schemathesis;
mod sdk;
mod secrets_at_rest;
mod sessions;
mod signing_keys;
mod slow_clients;
mod team_invitations;
mod team_member_profiles;
mod team_memberships;
mod teams;
mod tokens;
mod users;
mod verify;
mod webhooks;
mod wire;
