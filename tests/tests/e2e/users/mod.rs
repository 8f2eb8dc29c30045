//! Tag `users`.

mod create;
mod credentials;
mod current;
mod delete;
mod email;
mod list;
mod read;
mod restricted;
mod update;
