#![doc = include_str!("../README.md")]

pub mod access;
pub mod anonymous;
pub mod api_keys;
pub mod bootstrap;
pub mod cli_auth;
pub mod config;
pub mod contact_channels;
mod core;
pub mod data_vault;
mod domain;
pub mod emails;
mod error;
mod images;
mod known;
pub mod limits;
pub mod mail;
pub mod mfa;
pub mod models;
pub mod oauth;
mod one_time_codes;
pub mod otp;
pub mod owned_api_keys;
pub mod passkeys;
pub mod password;
pub mod permissions;
pub mod ports;
pub mod projects;
pub mod redirects;
mod secrets;
pub mod sessions;
mod sign_in;
mod sign_up;
pub mod sign_up_rules;
pub mod signing_keys;
pub mod sweeping;
pub mod team_invitations;
pub mod team_member_profiles;
pub mod team_memberships;
pub mod teams;
pub mod tokens;
pub mod users;
pub mod webhooks;

pub use crate::{
    core::{Settings, Tenant},
    domain::Domain,
    error::{DomainError, DomainResult, Refusal},
};
