//! What generated code needs: the tables' rows, and the names that it uses.

use stack_types::schema::Schema;

pub(crate) use stack_client::{admin::prelude::*, client::prelude::*, server::prelude::*};
pub(crate) use stack_server_api::{Access, AdminAccess, ApiError, ClientAccess, Principal, ServerAccess};
pub(crate) use stack_types::schema;

pub(crate) use crate::{
    recorder::{Recorder, Taken},
    sent::{Answered, Sent, answered},
    world::Stacks,
};

/// What a method of the server gets and answers.
pub(crate) struct Method {
    /// The `operationId`.
    pub operation: &'static str,
    /// Who calls it.
    pub accesses: &'static [Access],
    /// The parameters of the path.
    pub path: Option<Schema>,
    /// The parameters of the query.
    pub query: Option<Schema>,
    /// The body.
    pub body: Option<Schema>,
    /// The body of the answer; `None` if it only redirects.
    pub answer: Option<Schema>,
}

impl Method {
    pub const fn of(operation: &'static str, accesses: &'static [Access]) -> Self {
        Self {
            operation,
            accesses,
            path: None,
            query: None,
            body: None,
            answer: None,
        }
    }

    pub const fn path(self, schema: Schema) -> Self {
        Self {
            path: Some(schema),
            ..self
        }
    }

    pub const fn query(self, schema: Schema) -> Self {
        Self {
            query: Some(schema),
            ..self
        }
    }

    pub const fn body(self, schema: Schema) -> Self {
        Self {
            body: Some(schema),
            ..self
        }
    }

    pub const fn answer(self, schema: Schema) -> Self {
        Self {
            answer: Some(schema),
            ..self
        }
    }
}

/// A call of an operation through the client.
pub(crate) struct Call {
    /// The `operationId`.
    pub operation: &'static str,
    /// Whose client.
    pub access: Access,
    /// Makes the call of what is sent.
    pub make: for<'a> fn(&'a Stacks, &mut Sent) -> Answered<'a>,
}

impl Call {
    pub const fn of(
        operation: &'static str,
        access: Access,
        make: for<'a> fn(&'a Stacks, &mut Sent) -> Answered<'a>,
    ) -> Self {
        Self {
            operation,
            access,
            make,
        }
    }
}

/// A known error.
pub(crate) struct Shape {
    pub code: &'static str,
    pub status: u16,
    pub details: Schema,
}
