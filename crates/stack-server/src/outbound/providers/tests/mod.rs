//! What is believed of identity tokens and profiles.

mod id_tokens;
mod profiles;
