//! Why a command failed, what to do about it, and the exit code that says so to scripts.

use std::io;

use serde_json::{Value, json};
use stack_client::{BuildError, Error};

use crate::hints;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It worked.
    Success = 0,
    /// Something here is broken: a file that can't be written, an answer that can't be read.
    Other = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The server refused, for a reason of its own.
    Refused = 3,
    /// Keys or session aren't good enough.
    Unauthorized = 4,
    /// There is no such thing.
    NotFound = 5,
    /// Too many requests.
    TooMany = 6,
    /// The server is broken.
    Server = 7,
    /// The server can't be reached.
    Unreachable = 8,
    /// Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The code that fits an answer of this status.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Unauthorized,
            404 => Self::NotFound,
            429 => Self::TooMany,
            500.. => Self::Server,
            _ => Self::Refused,
        }
    }

    /// The code that fits a known error: one that is about who is signed in says so whatever its status.
    pub fn of_code(code: &str, status: u16) -> Self {
        match code {
            "CANNOT_GET_OWN_USER_WITHOUT_USER"
            | "EMAIL_PASSWORD_MISMATCH"
            | "MULTI_FACTOR_AUTHENTICATION_REQUIRED"
            | "USER_AUTHENTICATION_REQUIRED" => Self::Unauthorized,
            _ => Self::of_status(status),
        }
    }
}

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    /// What scripts get.
    pub exit: Exit,
    /// What went wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What the server answered, if it did.
    pub answer: Option<Box<Refusal>>,
    /// Nobody reads the output any more, so nobody wants to hear of it.
    pub is_quiet: bool,
}

/// What a server that refuses says besides the message.
#[derive(Debug, Default)]
pub struct Refusal {
    /// The code of a known error.
    pub code: Option<String>,
    /// Its details.
    pub details: Option<Value>,
    /// The server's name for the request.
    pub request_id: Option<String>,
}

/// What a command comes to.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure with this message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
            answer: None,
            is_quiet: false,
        }
    }

    /// The command line makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Something here is broken.
    pub fn other(message: impl Into<String>) -> Self {
        Self::new(Exit::Other, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// What a person reads, with a line end.
    pub fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        if let Some(details) = self.answer.as_ref().and_then(|answer| answer.details.as_ref()) {
            text.push_str(&format!("  details: {details}\n"));
        }
        if let Some(id) = self.answer.as_ref().and_then(|answer| answer.request_id.as_ref()) {
            text.push_str(&format!("  request: {id}\n"));
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("  hint: {hint}\n"));
        }
        text
    }

    /// What a program reads, with a line end.
    pub fn json(&self) -> String {
        let answer = self.answer.as_deref();
        let error = json!({
            "exit_code": self.exit as u8,
            "message": self.message,
            "code": answer.and_then(|answer| answer.code.as_deref()),
            "details": answer.and_then(|answer| answer.details.as_ref()),
            "request_id": answer.and_then(|answer| answer.request_id.as_deref()),
            "hint": self.hint,
        });
        format!("{}\n", json!({ "error": error }))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = error.status().map(|status| status.as_u16());
        let request_id = error.request_id().map(str::to_owned);
        let mut answer = Refusal {
            request_id,
            ..Refusal::default()
        };
        let failure = match &error {
            Error::Known { error, status, .. } => {
                let message = format!("{} ({}): {}", error.code(), status.as_u16(), error.message());
                answer.code = Some(error.code().to_owned());
                answer.details = error.details().filter(|details| says_more(details, &error.message()));
                Self {
                    hint: hints::of_code(error.code()).map(str::to_owned),
                    ..Self::new(Exit::of_code(error.code(), status.as_u16()), message)
                }
            }
            Error::Plain { status, text, .. } => {
                let text = if text.trim().is_empty() {
                    "no more is said"
                } else {
                    text.trim()
                };
                Self::new(Exit::of_status(status.as_u16()), format!("{status}: {text}"))
            }
            Error::Invalid(reason) => Self::usage(reason.clone()),
            Error::Transport(cause) => {
                let cause = innermost(cause);
                Self::new(Exit::Unreachable, format!("the server can't be reached: {cause}"))
                    .hint("Is the URL right (`stack profiles show`, `--url`), and does the server run?")
            }
            Error::Decode { source, .. } => Self::other(format!("the answer can't be read: {source}"))
                .hint("Is this a Stack Auth server? `--verbose` shows where the request went."),
            Error::Unexpected { status, .. } => Self::other(format!("the answer has the unexpected status {status}"))
                .hint("Is the URL an origin like `https://api.example.com`, with the right scheme?"),
            other => Self::other(other.to_string()),
        };
        let hint = failure
            .hint
            .clone()
            .or_else(|| status.and_then(hints::of_status).map(str::to_owned));
        Self {
            hint,
            answer: status.map(|_| Box::new(answer)),
            ..failure
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            is_quiet: error.kind() == io::ErrorKind::BrokenPipe,
            ..Self::other(error.to_string())
        }
    }
}

/// Whether details hold anything that the message doesn't.
fn says_more(details: &Value, message: &str) -> bool {
    let repeats = |value: &Value| value.as_str() == Some(message);
    match details {
        Value::Null => false,
        Value::Object(map) => !map.values().all(repeats),
        other => !repeats(other),
    }
}

/// The last cause, which says most.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
