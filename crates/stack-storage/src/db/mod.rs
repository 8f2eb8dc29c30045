//! A thin layer that makes SQLite and PostgreSQL look alike: connections, transactions, arguments, rows.
//!
//! It knows nothing of what is stored; that is [`crate::repositories`].

mod database;
mod migrate;
mod postgres;
mod row;
mod session;
mod sqlite;
mod value;

pub use database::Database;
pub(crate) use row::{Row, corrupt};
pub use session::{Mode, Read, Session, Write};
pub(crate) use value::{Value, args};
