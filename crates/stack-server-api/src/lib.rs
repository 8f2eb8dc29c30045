#![doc = include_str!("../README.md")]

mod authenticate;
mod authorization;
mod body;
pub mod call;
mod credentials;
mod error;
mod form;
mod generated;
mod header;
mod info;
mod leave_out;
pub mod operation;
mod principal;
mod received;
mod redirect;
mod respond;
mod versions;
mod violations;
mod wire;

pub use self::{
    authenticate::{Authenticate, Authenticated},
    authorization::BasicCredentials,
    body::BodyLimit,
    credentials::Credentials,
    error::ApiError,
    generated::*,
    header::Header,
    info::{RequestInfo, TrustedProxies},
    leave_out::{LeaveOut, Tag},
    principal::{AdminAccess, ClientAccess, FromAccess, Principal, ServerAccess},
    received::{Decode, Received},
    redirect::{Cookie, Redirect, SameSite},
    respond::Reply,
    versions::{VERSIONS, mount, routes},
    wire::{RequestId, Wire, WireLayer},
};
pub use stack_types::Access;
