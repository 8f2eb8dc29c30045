//! Tag `internal-projects`.

mod api;
mod change;
mod shown;
