//! The program itself: what it says without a server, and how it behaves among other programs.

mod help;
mod process;
