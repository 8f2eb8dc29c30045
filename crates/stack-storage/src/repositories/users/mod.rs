//! Users, their credentials and their OAuth accounts.

mod list;
mod oauth_accounts;
mod read;
mod repository;

pub(super) use read::read_oauth_account;
pub(crate) use read::select_users;
