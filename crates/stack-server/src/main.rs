//! The command `stack-server`: reads the settings, then serves, migrates, or serves with a project to play with.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use stack_domain::{signing_keys::KeyGeneration, tokens::KeyState};
use stack_server::{
    Demo, Parts, Running,
    config::{Config, Settings},
    list_keys, log, migrate,
    outbound::providers::OauthSettings,
    rotate_keys, start_with,
};
use stack_types::{Millis, ProjectId};
use time::OffsetDateTime;

/// A Stack Auth server: users, sessions and projects behind one HTTP API.
///
/// Without a command it serves. Settings come from a file, then the environment, then the command line; the later wins.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// A TOML file with settings, named as on the command line but with `_` for `-`
    #[arg(long, env = "STACK_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,
}

const AFTER_HELP: &str = "\
Examples:
  stack-server demo                                        Try it out
  stack-server                                             Serve from stack-auth.db in this folder
  stack-server --database-url postgres://localhost/stack   Serve from PostgreSQL
  stack-server keys rotate --all                           Let new keys sign access tokens

OAuth providers are tables of the file, such as [oauth.providers.github] with client_id and
client_secret: the client that projects may share. STACK_GITHUB_CLIENT_ID and
STACK_GITHUB_CLIENT_SECRET say the same.

RUST_LOG chooses what is logged, for example RUST_LOG=warn or RUST_LOG=stack_server=debug.";

#[derive(Clone, Subcommand)]
enum Command {
    /// Serve until it is interrupted; the same as no command
    Serve,
    /// Bring the schema of the database up to date, and stop
    Migrate,
    /// Serve with a project to play with, and print its keys and commands to paste
    Demo,
    /// Rotate and list the keys that sign access tokens; servers on the database may go on running
    #[command(subcommand)]
    Keys(Keys),
}

#[derive(Clone, Subcommand)]
enum Keys {
    /// Let the next generation of keys sign, within a minute; what the old keys signed is accepted until it expires
    ///
    /// A second rotation within an hour waits until the first is an hour old: others may remember the published keys for
    /// so long.
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Rotate {
        /// The project whose keys are rotated
        #[arg(long, value_name = "ID", group = "which")]
        project: Option<ProjectId>,

        /// Rotate the keys of every project
        #[arg(long, group = "which")]
        all: bool,
    },
    /// Show the keys that are published, and how they stand
    List {
        /// Of this project only
        #[arg(long, value_name = "ID")]
        project: Option<ProjectId>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    let file = cli.config.as_ref().map(Settings::from_file).transpose()?;
    let environment = Settings {
        oauth: OauthSettings::from_environment(|name| std::env::var(name).ok()),
        ..Settings::default()
    };
    let config = cli
        .settings
        .over(environment)
        .over(file.unwrap_or_default())
        .resolve()?;
    log::init(config.log_format);
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(start_with(config, Parts::default()).await?).await,
        Command::Demo => demo(config).await,
        Command::Migrate => {
            let count = migrate(&config).await?;
            println!("The schema is up to date: all {count} migrations are applied.");
            Ok(())
        }
        Command::Keys(command) => keys(&config, command).await,
    }
}

async fn keys(config: &Config, command: Keys) -> Result<()> {
    let mut lines = String::new();
    match command {
        Keys::Rotate { project, .. } => {
            for (project, rotation) in rotate_keys(config, Parts::default(), project).await? {
                let (generation, at) = (rotation.generation, utc(rotation.signs_from));
                writeln!(lines, "{project}: generation {generation} signs from {at} on")?;
            }
        }
        Keys::List { project } => {
            for (project, generations) in list_keys(config, Parts::default(), project).await? {
                writeln!(lines, "{project}")?;
                for KeyGeneration {
                    generation,
                    state,
                    key_ids: [normal, restricted, anonymous],
                } in generations
                {
                    let state = shown(state);
                    writeln!(
                        lines,
                        "  generation {generation}: {state}; keys {normal} (restricted {restricted}, anonymous {anonymous})"
                    )?;
                }
            }
        }
    }
    // Whoever reads it may have gone already, as `head` does.
    let _ = write!(io::stdout(), "{lines}");
    Ok(())
}

/// How keys stand, in words.
fn shown(state: KeyState) -> String {
    match state {
        KeyState::Next { signs_from: None } => "published, for the next rotation".to_owned(),
        KeyState::Next { signs_from: Some(at) } => format!("published, signs from {} on", utc(at)),
        KeyState::Signs => "signs".to_owned(),
        KeyState::Accepted { until } => format!("accepted until {}", utc(until)),
        KeyState::Retired => "retired".to_owned(),
    }
}

/// An instant to the second.
fn utc(instant: Millis) -> String {
    let at = OffsetDateTime::from_unix_timestamp(instant.as_secs()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, time) = (at.date(), at.time());
    format!(
        "{date} {:02}:{:02}:{:02} UTC",
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Serves until it is told to stop.
async fn serve(running: Running) -> Result<()> {
    let signal = stop_signal().await?;
    tracing::info!(signal, "shutting down");
    running.shutdown().await?;
    tracing::info!("stopped");
    Ok(())
}

async fn demo(config: Config) -> Result<()> {
    let parts = Parts {
        demo: true,
        ..Parts::default()
    };
    let running = start_with(config, parts).await?;
    if let Some(demo) = &running.demo {
        let text = introduction(&running, demo);
        // Whoever reads it may have gone already, as `head` does; the server stays.
        let _ = writeln!(io::stdout(), "{text}");
    }
    serve(running).await
}

/// What to know of the demo, and what to do with it first.
fn introduction(running: &Running, demo: &Demo) -> String {
    let Running { base_url, .. } = running;
    let Demo { project_id, keys } = demo;
    let file = running.database_file.as_deref();
    let mail = if running.shows_mail {
        format!("\n  Mails                    {base_url}/dev/mail")
    } else {
        String::new()
    };
    let publishable = keys.publishable_client_key.expose();
    let secret = keys.secret_server_key.expose();
    let admin = keys.super_secret_admin_key.expose();
    let data = file.map_or_else(|| "memory, until it stops".to_owned(), absolute);
    format!(
        "
Stack Auth is running at {base_url}

  API reference            {base_url}/docs{mail}
  Project id               {project_id}
  Publishable client key   {publishable}
  Secret server key        {secret}
  Super secret admin key   {admin}

  Data live in             {data}
  At the next start with the same file, users and keys are still there.

For programs that read the environment, such as the examples of stack-client:

  export STACK_API_URL={base_url}
  export STACK_PROJECT_ID={project_id}
  export STACK_PUBLISHABLE_CLIENT_KEY={publishable}
  export STACK_SECRET_SERVER_KEY={secret}
  export STACK_SUPER_SECRET_ADMIN_KEY={admin}

Sign somebody up:

  curl {base_url}/api/v1/auth/password/sign-up \\
    -H 'content-type: application/json' \\
    -H 'x-stack-access-type: client' \\
    -H 'x-stack-project-id: {project_id}' \\
    -H 'x-stack-publishable-client-key: {publishable}' \\
    -d '{{\"email\": \"ada@example.com\", \"password\": \"correct horse battery\"}}'

List the users:

  curl {base_url}/api/v1/users \\
    -H 'x-stack-access-type: server' \\
    -H 'x-stack-project-id: {project_id}' \\
    -H 'x-stack-secret-server-key: {secret}'

Ctrl-C stops it.
"
    )
}

/// The path from the root, for people who look for the file from elsewhere.
fn absolute(file: &Path) -> String {
    std::path::absolute(file)
        .unwrap_or_else(|_| file.to_owned())
        .display()
        .to_string()
}

/// Waits for Ctrl-C or, from whoever supervises the process, SIGTERM; gives which one it was.
#[cfg(unix)]
async fn stop_signal() -> Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("can't listen for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("can't listen for Ctrl-C").map(|()| "SIGINT"),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn stop_signal() -> Result<&'static str> {
    tokio::signal::ctrl_c()
        .await
        .context("can't listen for Ctrl-C")
        .map(|()| "Ctrl-C")
}
