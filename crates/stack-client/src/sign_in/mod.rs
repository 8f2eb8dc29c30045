//! Sign-ins that take several steps: with another provider (OAuth), and from a command line.

mod cli;
mod oauth;
mod pkce;

pub use cli::{CliSignIn, CliSignInCall, CliSignInError};
pub use oauth::{OauthCallback, OauthError, OauthSignIn, OauthSignInCall, OauthSignedIn};
