//! Offline check of access tokens: whether a token is the project's, and who is signed in.
//!
//! A [`Verifier`] fetches the project's public keys once, keeps them for a while, and then checks tokens without asking
//! anybody. What it can't see is what has happened since the token was made: a session that was ended, or a user who was
//! deleted or restricted, passes until the token expires, ten minutes later at most unless the server is set otherwise.
//! Where that matters, call `get_current_user` instead.
//!
//! ```no_run
//! use stack_client::verify::{Verifier, VerifyError};
//!
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::from_env()?;
//! match verifier.verify(token).await {
//!     Ok(user) => println!("{} is signed in", user.user_id),
//!     Err(VerifyError::Expired { .. }) => println!("sign in again"),
//!     Err(error) => return Err(error.into()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A `Verifier` is cheap to clone; all clones share the keys. Make one per process and project.

mod builder;
#[cfg(any(feature = "axum", feature = "tower"))]
mod checked;
mod error;
#[cfg(feature = "axum")]
mod extract;
mod keys;
#[cfg(feature = "tower")]
mod layer;
mod refusal;
mod rules;
mod token;
mod user;
mod verifier;

pub use builder::VerifierBuilder;
pub use error::{KeysError, VerifyError};
#[cfg(feature = "tower")]
pub use layer::{Verify, VerifyLayer};
pub use refusal::Refusal;
pub use user::SignedInUser;
pub use verifier::Verifier;
