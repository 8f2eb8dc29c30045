//! The contract's traits over the rules: one file per tag, which converts and decides nothing.
//!
//! A method takes the principal and the typed request, makes a command of `stack-domain` of them, and turns what comes
//! back into a type of `stack-types`. Conversions are functions named after what they give. Who is calling is
//! [`authenticate`]'s to say, what an error looks like `error`'s, and what this server leaves out is listed in
//! [`not_built`].

mod anonymous;
mod api_keys;
pub mod authenticate;
mod cli_auth;
mod connected_accounts;
mod contact_channels;
mod data_vault;
mod email_outbox;
mod emails;
mod error;
mod health;
mod internal_api_keys;
mod internal_config;
mod internal_email_templates;
mod internal_emails;
mod internal_onboarding;
mod internal_projects;
mod limits;
mod mfa;
mod misc;
pub mod not_built;
mod oauth;
pub(crate) mod oauth_parameters;
mod oauth_providers;
mod otp;
mod passkey;
mod password;
mod permission_definitions;
mod project_permissions;
mod projects;
mod server;
mod sessions;
mod team_invitations;
mod team_member_profiles;
mod team_memberships;
mod team_permissions;
mod teams;
mod users;
mod webhooks;

pub use server::Server;
