//! Tag `users`.

mod api;
mod change;
mod shown;
