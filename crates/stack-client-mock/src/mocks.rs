//! What a kind of access calls: the handle that the generated methods hang on.

use std::marker::PhantomData;

use httpmock::{Mock, MockServer};

use crate::{Operation, Then, When};

/// Client access, as an argument of [`Mocks`].
#[cfg(feature = "client")]
#[derive(Debug, Clone, Copy)]
pub enum Client {}

/// Server access, as an argument of [`Mocks`].
#[cfg(feature = "server")]
#[derive(Debug, Clone, Copy)]
pub enum Server {}

/// Admin access, as an argument of [`Mocks`].
#[cfg(feature = "admin")]
#[derive(Debug, Clone, Copy)]
pub enum Admin {}

/// Mocks of the operations that the access `A` has: one method per operation.
///
/// Each takes a closure that says what a request has to hold and what is answered, and gives a [`Mock`] that tells how
/// often it was called. Of several mocks that fit a request, the one that was made first answers.
pub struct Mocks<'a, A> {
    server: &'a MockServer,
    access: PhantomData<A>,
}

impl<'a, A> Mocks<'a, A> {
    pub(crate) fn new(server: &'a MockServer) -> Self {
        Self {
            server,
            access: PhantomData,
        }
    }

    /// Mocks the operation `O`.
    pub(crate) fn mock<O: Operation>(&self, config: impl FnOnce(When<O>, Then<O>)) -> Mock<'a> {
        self.server.mock(|when, then| config(When::new(when), Then::new(then)))
    }
}
