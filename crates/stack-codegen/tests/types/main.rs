//! What the emitter of types promises, on a contract of oddities: `golden/` is what it emits for `contract.yaml`, and is
//! compiled here below the hand-written half of `stack-types`.
//!
//! After a change of the emitter, `UPDATE_GOLDEN=1 cargo nextest run -p stack-codegen --all-features --test types` writes
//! `golden/` anew; read its diff as a user of the types would.

#![expect(dead_code, unused_imports, reason = "half of it is another crate's")]

#[path = "../../../stack-types/src/error_body.rs"]
mod error_body;
#[path = "golden/mod.rs"]
mod generated;
#[path = "../../../stack-types/src/ids.rs"]
mod ids;
#[path = "../../../stack-types/src/millis.rs"]
mod millis;
#[path = "../../../stack-types/src/open_enum.rs"]
mod open_enum;
#[path = "../../../stack-types/src/patch.rs"]
mod patch;
#[path = "../../../stack-types/src/schema/mod.rs"]
mod schema;
#[path = "../../../stack-types/src/secret.rs"]
mod secret;

mod behaviour;
mod golden_files;

pub use error_body::ErrorBody;
pub use generated::*;
pub use ids::UserIdOrMe;
pub use millis::Millis;
pub use patch::Patch;
pub use secret::Secret;
