//! What nearly every program needs, by `use stack_client::prelude::*;`: the extension traits of every enabled access
//! (nameless, so that they don't collide) and the types that most programs name.

pub use crate::{
    Error,
    types::{KnownError, Patch, Secret, UserIdOrMe},
};
#[cfg(feature = "admin")]
pub use crate::{StackAdmin, admin::prelude::*};
#[cfg(feature = "client")]
pub use crate::{StackClient, client::prelude::*};
#[cfg(feature = "server")]
pub use crate::{StackServer, server::prelude::*};
