#![doc = include_str!("../README.md")]

mod generated;
mod mock_stack;
mod mocks;
mod operation;
mod sample;
mod then;
mod when;

pub use generated::*;
pub use httpmock;
pub use mock_stack::MockStack;
#[cfg(feature = "admin")]
pub use mocks::Admin;
#[cfg(feature = "client")]
pub use mocks::Client;
pub use mocks::Mocks;
#[cfg(feature = "server")]
pub use mocks::Server;
pub use operation::{Operation, Route, status};
pub use sample::Sample;
pub use then::Then;
pub use when::When;
