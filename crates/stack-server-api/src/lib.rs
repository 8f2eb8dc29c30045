#![doc = include_str!("../README.md")]

mod authenticate;
mod basic;
mod body;
pub mod call;
mod credentials;
mod error;
mod form;
mod generated;
pub mod operation;
mod principal;
mod received;
mod respond;
mod versions;
mod violations;
mod wire;

pub use self::{
    authenticate::{Authenticate, Authenticated},
    body::BodyLimit,
    credentials::Credentials,
    error::ApiError,
    generated::*,
    principal::{Access, AdminAccess, ClientAccess, FromAccess, Principal, ServerAccess},
    received::{Decode, Received},
    respond::Reply,
    versions::{VERSIONS, mount},
    wire::{RequestId, Wire, WireLayer},
};
