#![doc = include_str!("../README.md")]

pub mod access;
pub mod anonymous;
pub mod api_keys;
pub mod bootstrap;
pub mod config;
mod core;
mod domain;
pub mod emails;
mod error;
mod images;
mod known;
pub mod models;
pub mod password;
pub mod ports;
pub mod projects;
pub mod redirects;
mod secrets;
pub mod sessions;
pub mod sign_up_rules;
pub mod tokens;
pub mod users;

pub use crate::{
    core::{Settings, Tenant},
    domain::Domain,
    error::{DomainError, DomainResult, Refusal},
};
