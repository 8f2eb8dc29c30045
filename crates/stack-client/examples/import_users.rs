//! Imports users from elsewhere, with their passwords: many at once, as often as need be.
//!
//! A user whose e-mail address is there already counts as imported. So an import that broke off can be started again, and
//! a creation whose answer was lost can be repeated.
//!
//! Needs a running server and its project: `STACK_API_URL`, `STACK_PROJECT_ID`, `STACK_SECRET_SERVER_KEY`. The server of
//! `cargo xtask dev` prints them.
//!
//! ```text
//! cargo run -p stack-client --example import_users -- --count 10000 --concurrency 16
//! ```

use std::{
    error::Error as StdError,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use futures::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use stack_client::{Error, prelude::*, types::server::UserCreate};

/// Imports made-up users into the project of the environment.
#[derive(Debug, Clone, Copy, Parser)]
pub struct Options {
    /// How many users there are to import
    #[arg(long, default_value_t = 10_000)]
    pub count: u32,
    /// How many are on their way at once
    #[arg(long, default_value_t = 16)]
    pub concurrency: usize,
    /// How often one is tried at most
    #[arg(long, default_value_t = 5)]
    pub attempts: u32,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn StdError>> {
    let options = Options::parse();
    let stack = StackServer::from_env()?;
    let bar = ProgressBar::new(u64::from(options.count)).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos}/{human_len} users, {per_sec}, {eta} left {msg}",
    )?);
    let summary = run(&stack, options, &bar).await;
    println!("{summary}");
    Ok(if summary.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many users are new.
    pub created: u32,
    /// How many were there already.
    pub existing: u32,
    /// Whom the server doesn't take, and why.
    pub failed: Vec<(String, Error)>,
    /// How long it took.
    pub duration: Duration,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            created,
            existing,
            failed,
            duration,
        } = self;
        let per_sec = f64::from(created + existing) / duration.as_secs_f64();
        write!(
            f,
            "{created} created, {existing} there already, {} failed; {:.1} s, {per_sec:.0} a second",
            failed.len(),
            duration.as_secs_f64()
        )?;
        for (email, error) in failed.iter().take(10) {
            write!(f, "\n{email}: {error}")?;
        }
        Ok(())
    }
}

/// Imports all of them. Nobody's failure keeps the others from coming.
pub async fn run(stack: &StackServer, options: Options, bar: &ProgressBar) -> Summary {
    let started = Instant::now();
    let mut summary = Summary::default();
    let mut imports = stream::iter(0..options.count)
        .map(|number| async move {
            let person = Person::numbered(number);
            let outcome = import(stack, &person, options.attempts).await;
            (person.email, outcome)
        })
        .buffer_unordered(options.concurrency.max(1));
    while let Some((email, outcome)) = imports.next().await {
        match outcome {
            Ok(Imported::Created) => summary.created += 1,
            Ok(Imported::Existing) => summary.existing += 1,
            Err(error) => summary.failed.push((email, error)),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    summary.duration = started.elapsed();
    summary
}

/// A user as the old system knew them.
struct Person {
    email: String,
    name: String,
    password_hash: &'static str,
}

impl Person {
    /// Stands for a row of a file or a table. All of them have the password `correct horse battery staple`.
    fn numbered(number: u32) -> Self {
        Self {
            email: format!("user-{number:06}@import.example.com"),
            name: format!("User {number}"),
            password_hash: "$2b$10$w2JzfTptMV8SuU6Q4ACtTuh/ewRWdwCULUhv0EEs4xMYB22y6Aa9S",
        }
    }
}

enum Imported {
    Created,
    Existing,
}

/// The client itself repeats what the server refused for the moment. A creation that may have happened it doesn't repeat,
/// since it can't know whether that does harm; here it doesn't.
async fn import(stack: &StackServer, person: &Person, attempts: u32) -> Result<Imported, Error> {
    let mut attempt = 1;
    loop {
        let user = UserCreate {
            primary_email: Patch::Value(person.email.clone()),
            primary_email_verified: Some(true),
            primary_email_auth_enabled: Some(true),
            display_name: Patch::Value(person.name.clone()),
            password_hash: Some(person.password_hash.into()),
            ..Default::default()
        };
        let error = match stack.create_user().body(user).send().await {
            Ok(_) => return Ok(Imported::Created),
            Err(error) => error,
        };
        match error.known() {
            Some(KnownError::UserEmailAlreadyExists { .. }) => return Ok(Imported::Existing),
            _ if attempt < attempts && error.is_temporary() => {}
            _ => return Err(error),
        }
        tokio::time::sleep(Duration::from_millis(200) * attempt).await;
        attempt += 1;
    }
}
