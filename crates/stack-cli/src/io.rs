//! Everything that a command touches outside of itself, so that tests can hand it something else.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
};

use console::Term;

use crate::failure::{Failure, Result};

/// Streams, environment and files of a run.
pub struct Io {
    /// Where bodies and secrets may come from.
    pub stdin: Box<dyn Read + Send>,
    /// Where results go.
    pub stdout: Box<dyn Write + Send>,
    /// Where everything else goes.
    pub stderr: Box<dyn Write + Send>,
    /// Whether a person types.
    pub stdin_is_terminal: bool,
    /// Whether a person reads the results.
    pub stdout_is_terminal: bool,
    /// Whether a person reads the rest.
    pub stderr_is_terminal: bool,
    /// How many columns a table may have.
    pub width: usize,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// Where profiles are kept; `None`: where the system wants them.
    pub config_dir: Option<PathBuf>,
    /// Sends requests; `None`: one is made.
    pub http: Option<reqwest::Client>,
}

impl Io {
    /// Those of this process.
    pub fn of_process() -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let (_, columns) = Term::stdout().size_checked().unwrap_or((24, 100));
        let variables = std::env::vars_os();
        Self {
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal: stdout.is_terminal(),
            stderr_is_terminal: stderr.is_terminal(),
            stdin: Box::new(io::stdin()),
            stdout: Box::new(stdout),
            stderr: Box::new(stderr),
            width: usize::from(columns),
            variables: variables
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            config_dir: None,
            http: None,
        }
    }

    /// A variable of the environment that says something.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable by the name that other Stack Auth clients use, with the prefix `NEXT_PUBLIC_` too.
    pub fn official_variable(&self, name: &str) -> Option<&str> {
        self.variable(name)
            .or_else(|| self.variable(&format!("NEXT_PUBLIC_{name}")))
    }

    /// Writes a result.
    pub fn print(&mut self, text: &str) -> Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        Ok(self.stdout.flush()?)
    }

    /// Says something that isn't the result. Nothing depends on whether somebody hears it.
    pub fn tell(&mut self, line: &str) {
        let _ = writeln!(self.stderr, "{line}");
    }

    /// All of the standard input, as text.
    pub fn read_all(&mut self) -> Result<String> {
        let mut text = String::new();
        self.stdin.read_to_string(&mut text)?;
        Ok(text)
    }

    /// The next line of the standard input, or what a person types at a prompt.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn ask(&mut self, what: &str) -> Result<String> {
        if self.stdin_is_terminal {
            let _ = write!(self.stderr, "{what}: ");
            let _ = self.stderr.flush();
        }
        self.line(what)
    }

    /// Whether a person at the terminal wants it: `y` or `yes`, whatever the case.
    ///
    /// # Errors
    ///
    /// If nothing can be read.
    pub fn confirm(&mut self, question: &str) -> Result<bool> {
        let _ = write!(self.stderr, "{question} [y/N] ");
        let _ = self.stderr.flush();
        let answer = self.read_line()?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
    }

    /// As [`Self::ask`], but nobody sees what is typed.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn ask_secret(&mut self, what: &str) -> Result<String> {
        if !self.stdin_is_terminal {
            return self.line(what);
        }
        let _ = write!(self.stderr, "{what}: ");
        let _ = self.stderr.flush();
        let typed = Term::stderr().read_secure_line()?;
        non_empty(typed, what)
    }

    fn line(&mut self, what: &str) -> Result<String> {
        let line = self.read_line()?;
        non_empty(line, what)
    }

    /// A line, byte by byte: what follows it is for somebody else.
    fn read_line(&mut self) -> Result<String> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while self.stdin.read(&mut byte)? == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).map_err(|_| Failure::usage("what was typed isn't UTF-8"))?;
        Ok(line.trim_end_matches('\r').to_owned())
    }

    /// A secret that an argument stands for: `-` is asked for or read from the standard input, `@file` is read from
    /// there, anything else is the secret itself.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn secret(&mut self, argument: &str, what: &str) -> Result<String> {
        match argument.strip_prefix('@') {
            _ if argument == "-" => self.ask_secret(what),
            Some(path) => Ok(read_file(path)?.trim_end_matches(['\r', '\n']).to_owned()),
            None => Ok(argument.to_owned()),
        }
    }

    /// The text that an argument stands for: `-` is the standard input, anything else a file.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn contents(&mut self, argument: &str) -> Result<String> {
        match argument {
            "-" => self.read_all(),
            path => read_file(path),
        }
    }
}

fn read_file(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("`{path}` can't be read: {error}")))
}

fn non_empty(text: String, what: &str) -> Result<String> {
    if text.is_empty() {
        return Err(Failure::usage(format!("no {what} was given")));
    }
    Ok(text)
}
