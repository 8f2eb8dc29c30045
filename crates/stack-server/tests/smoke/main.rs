//! A server in this process, spoken to over HTTP: that everything is put together as it should be.
//!
//! What each operation promises is tested elsewhere; here stands what only the whole can show.

mod bootstrap;
mod harness;
mod restart;
mod sessions;
mod wire;
