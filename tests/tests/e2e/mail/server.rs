//! The mail server `smtp.mjs`, and what it gets.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use stack_server::mail::{Security, SmtpServer};
use stack_tests::spawn_script;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout},
    time::timeout,
};

/// A mail server of its own.
pub struct MailServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

/// A mail that it got.
#[derive(Debug, Deserialize)]
pub struct Received {
    /// What it said to that.
    pub answer: String,
    /// Whether it came through TLS.
    pub secure: bool,
    /// Who had signed in.
    pub user: Option<String>,
    /// From whom, as the envelope says.
    pub sender: String,
    /// To whom, as the envelope says.
    pub recipients: Vec<String>,
    /// The mail, as somebody else reads it.
    pub message: Value,
}

impl MailServer {
    /// One that takes mails from anybody without TLS, and answers so; `None` if node isn't there.
    pub async fn start(answers: &str) -> Option<Self> {
        Self::start_with(&[("SMTP_ANSWERS", answers)]).await
    }

    /// One with other settings, which `smtp.mjs` lists.
    pub async fn start_with(settings: &[(&str, &str)]) -> Option<Self> {
        let mut process = spawn_script("smtp.mjs", settings).await?;
        let stdout = process.stdout.take().expect("it is piped");
        let mut server = Self {
            port: 0,
            lines: BufReader::new(stdout).lines(),
            _process: process,
        };
        let event = server.event("listening").await;
        server.port = u16::try_from(event["port"].as_u64().expect("a port")).expect("a port");
        Some(server)
    }

    /// How a server reaches it without TLS.
    pub fn plain(&self) -> SmtpServer {
        SmtpServer {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::None,
            credentials: None,
        }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The next mail, which it waits for.
    pub async fn next(&mut self) -> Received {
        let event = self.event("mail").await;
        serde_json::from_value(event).expect("a mail")
    }

    async fn event(&mut self, name: &str) -> Value {
        loop {
            let line = timeout(Duration::from_secs(30), self.lines.next_line()).await;
            let line = line.expect("something happens").expect("a line").expect("it goes on");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            if event["event"] == name {
                return event;
            }
        }
    }
}
