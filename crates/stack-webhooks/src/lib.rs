#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod clock;
mod envelope;
mod generated;
mod headers;
mod message;
#[cfg(any(feature = "axum", feature = "tower"))]
mod refusal;
mod replay;
mod secret;
mod sign;
mod signature;
mod testing;
#[cfg(feature = "tower")]
mod tower;
mod verify;

#[cfg(feature = "axum")]
pub use crate::axum::{Webhook, WebhookRejection};
#[cfg(feature = "tower")]
pub use crate::tower::{WebhookLayer, WebhookService};
pub use clock::{Clock, SystemClock};
pub use generated::*;
pub use headers::{HeaderFamily, Headers};
pub use message::{InvalidMessageId, Message, MessageId, Verified};
pub use replay::{Claim, MemoryReplayStore, ReplayStore};
pub use secret::{SecretError, SigningSecret};
pub use sign::{SignedHeaders, Signer};
pub use stack_types;
pub use testing::TestSigner;
pub use verify::{ReceiveError, Verifier, VerifyError};
