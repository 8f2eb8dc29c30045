//! Everything that the process logs, however little it is worth.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, prelude::*};

use crate::{Secrets, answers};

/// The log of this process, at the level of tracing. Tests that share a process share it.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Catches whatever is logged from now on.
    ///
    /// # Panics
    ///
    /// If somebody else catches it already.
    pub fn catch() -> Self {
        static CAUGHT: OnceLock<Log> = OnceLock::new();
        let catch = || {
            let log = Self::default();
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(log.clone());
            let registry = tracing_subscriber::registry().with(lines.with_filter(LevelFilter::TRACE));
            registry.with(answers::recorder()).init();
            log
        };
        CAUGHT.get_or_init(catch).clone()
    }

    /// What was logged so far.
    ///
    /// # Panics
    ///
    /// If a writer did.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("no writer panicked").clone()
    }

    /// Checks that the log was caught, and that none of these stands there.
    ///
    /// # Panics
    ///
    /// If one does.
    #[track_caller]
    pub fn has_none_of(&self, secrets: &Secrets) {
        let bytes = self.bytes();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            text.contains("TRACE") && text.contains("answered"),
            "the log was caught"
        );
        assert_eq!(secrets.found_in(&bytes), [""; 0]);
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
