//! The program itself: what it says without a server, and how it behaves among other programs.

mod authorization;
mod deleting;
mod help;
mod process;
