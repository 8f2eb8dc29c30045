//! The contract's traits over the rules: one file per tag, which converts and decides nothing.
//!
//! A method takes the principal and the typed request, makes a command of `stack-domain` of them, and turns what comes
//! back into a type of `stack-types`. Conversions are functions named after what they give. Who is calling is
//! [`authenticate`]'s to say, what an error looks like `error`'s, and what this server leaves out is listed in
//! [`not_built`].

mod anonymous;
pub mod authenticate;
mod cli_auth;
mod connected_accounts;
mod contact_channels;
mod email_outbox;
mod error;
mod health;
mod internal_api_keys;
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
mod projects;
mod server;
mod sessions;
mod users;

pub use server::Server;
