#![doc = include_str!("../README.md")]

mod db;
mod dialect;
mod error;
mod repositories;

pub use db::{Database, Mode, Read, Session, Write};
