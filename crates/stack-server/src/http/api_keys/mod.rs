//! Tag `api-keys`.

mod api;
mod shown;
