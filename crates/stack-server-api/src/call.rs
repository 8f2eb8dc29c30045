//! The way of a request from the socket to its method, step by step. Generated routes call nothing but this.
//!
//! 1. [`open`] tells how to answer.
//! 2. [`Incoming::admit`] reads the body, reads the credentials, asks the server who is calling, and checks the access.
//! 3. [`Call::accept`] checks that somebody is signed in where the contract says so, and turns the parts into a type.
//!
//! The order is the contract's: a caller hears of the first thing that is wrong.

use axum::{body::Body, extract::Request};
use http::request::Parts;
use stack_types::KnownError;

use crate::{
    Access, ApiError, Authenticate, Authenticated, Credentials, Principal,
    operation::{Operation, WithoutUser},
    principal::FromAccess,
    received::{Decode, Received},
    respond::Reply,
    violations::Part,
};

/// Begins to answer a request that calls `operation`.
pub fn open(operation: &'static Operation, request: Request) -> (Reply, Incoming) {
    let reply = Reply::to(operation, &request);
    let (parts, body) = request.into_parts();
    (reply, Incoming { operation, parts, body })
}

/// A request that nobody has read yet.
#[derive(Debug)]
pub struct Incoming {
    operation: &'static Operation,
    parts: Parts,
    body: Body,
}

impl Incoming {
    /// Lets the caller in, for operations that need credentials.
    ///
    /// # Errors
    ///
    /// In this order: a body that can't be read, credentials that contradict themselves, whatever
    /// [`Authenticate::authenticate`] finds, ACCESS_TYPE_REQUIRED, INSUFFICIENT_ACCESS_TYPE.
    pub async fn admit<S: Authenticate>(self, server: &S) -> Result<Call<S::Tenant, S::User>, ApiError> {
        let MaybeCall { caller, received } = self.admit_anyone(server).await?;
        let (access, caller) = caller.ok_or(KnownError::AccessTypeRequired)?;
        Ok(Call {
            access,
            caller,
            received,
        })
    }

    /// Lets the caller in, for operations that look at credentials if there are any.
    ///
    /// # Errors
    ///
    /// As [`Incoming::admit`], save for ACCESS_TYPE_REQUIRED.
    pub async fn admit_anyone<S: Authenticate>(self, server: &S) -> Result<MaybeCall<S::Tenant, S::User>, ApiError> {
        let received = self.read().await?;
        let Some(credentials) = Credentials::from_headers(received.headers())? else {
            return Ok(MaybeCall { caller: None, received });
        };
        let access = credentials.access;
        let caller = server.authenticate(credentials).await?;
        check_access(received.operation(), access)?;
        Ok(MaybeCall {
            caller: Some((access, caller)),
            received,
        })
    }

    /// The request, for operations that never look at credentials.
    ///
    /// # Errors
    ///
    /// A body that can't be read, and SCHEMA_ERROR.
    pub async fn request<R: Decode>(self) -> Result<R, ApiError> {
        self.read().await?.decode()
    }

    async fn read(self) -> Result<Received, ApiError> {
        Received::read(self.operation, self.parts, self.body).await
    }
}

fn check_access(operation: &Operation, access: Access) -> Result<(), ApiError> {
    if operation.accesses.contains(&access) {
        return Ok(());
    }
    let error = KnownError::InsufficientAccessType {
        actual_access_type: access.name().into(),
        allowed_access_types: operation.accesses.iter().map(|access| access.name().into()).collect(),
    };
    Err(error.into())
}

/// A request whose caller was let in.
#[derive(Debug)]
pub struct Call<T, U> {
    access: Access,
    caller: Authenticated<T, U>,
    received: Received,
}

impl<T, U> Call<T, U> {
    /// The caller's access: one of the operation's.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// Caller and request, where nobody needs to be signed in.
    ///
    /// # Errors
    ///
    /// SCHEMA_ERROR with everything that is wrong with the request.
    #[expect(clippy::type_complexity, reason = "a pair of what the method takes")]
    pub fn accept<A: FromAccess, R: Decode>(self) -> Result<(Principal<A, T, Option<U>>, R), ApiError> {
        let request = self.received.decode()?;
        let Authenticated { tenant, user } = self.caller;
        Ok((
            Principal {
                access: narrow(self.access)?,
                tenant,
                user,
            },
            request,
        ))
    }

    /// Caller and request, where somebody needs to be signed in.
    ///
    /// # Errors
    ///
    /// SCHEMA_ERROR with everything that is wrong with the request; the contract's error if nobody is signed in.
    pub fn accept_user<A: FromAccess, R: Decode>(mut self) -> Result<(Principal<A, T, U>, R), ApiError> {
        let without_user = self
            .received
            .operation()
            .user
            .map_or(WithoutUser::SchemaError, |rule| rule.error);
        if self.caller.user.is_none() && matches!(without_user, WithoutUser::SchemaError) {
            self.received
                .violations()
                .note(Part::Auth, "user", "must be signed in: send x-stack-access-token");
        }
        let request = self.received.decode()?;
        let Authenticated { tenant, user } = self.caller;
        let user = user.ok_or_else(|| match without_user {
            WithoutUser::Error(error) => error().into(),
            WithoutUser::SchemaError => ApiError::internal("a missing user went unnoticed"),
        })?;
        Ok((
            Principal {
                access: narrow(self.access)?,
                tenant,
                user,
            },
            request,
        ))
    }
}

/// A request whose caller, if it names one, was let in.
#[derive(Debug)]
pub struct MaybeCall<T, U> {
    caller: Option<(Access, Authenticated<T, U>)>,
    received: Received,
}

impl<T, U> MaybeCall<T, U> {
    /// Caller, if there is one, and request.
    ///
    /// # Errors
    ///
    /// SCHEMA_ERROR with everything that is wrong with the request.
    #[expect(clippy::type_complexity, reason = "a pair of what the method takes")]
    pub fn accept<A: FromAccess, R: Decode>(self) -> Result<(Option<Principal<A, T, Option<U>>>, R), ApiError> {
        let request = self.received.decode()?;
        let Some((access, Authenticated { tenant, user })) = self.caller else {
            return Ok((None, request));
        };
        Ok((
            Some(Principal {
                access: narrow(access)?,
                tenant,
                user,
            }),
            request,
        ))
    }
}

/// The access as the type of the method that is about to be called.
fn narrow<A: FromAccess>(access: Access) -> Result<A, ApiError> {
    A::from_access(access).ok_or_else(|| ApiError::internal(format!("{access} access reached a method of another")))
}
