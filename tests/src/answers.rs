//! Which answers the servers of a whole run gave: each process notes its own in a file, and a test that comes after all
//! others reads them together.
//!
//! What is noted are the log's lines about requests, so it counts however a request was made: by the generated client,
//! as bytes, or by an SDK in another process.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs::OpenOptions,
    io::Write as _,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use stack_server::log::REQUESTS;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, prelude::*, registry::LookupSpan};

use crate::contract::operation_at;

/// The folder in which the processes of a run note what was answered. `cargo xtask ci` sets it.
pub const FOLDER_VARIABLE: &str = "STACK_TEST_ANSWERS";

static IS_STOPPED: AtomicBool = AtomicBool::new(false);

/// An answer: the operation, the status, and the code of the known error if it is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The operation's id.
    pub operation: String,
    /// The real status.
    pub status: u16,
    /// The code of the known error; empty if there is none.
    pub code: String,
}

/// From now on nothing is noted in this process.
pub fn stop_recording() {
    IS_STOPPED.store(true, Ordering::Relaxed);
}

/// The folder of this run, if answers are noted.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from)
}

/// What all processes of the run have noted so far.
///
/// # Panics
///
/// If a note can't be read.
pub fn recorded(folder: &PathBuf) -> BTreeSet<Answer> {
    let files = std::fs::read_dir(folder).expect("the folder of the notes is there");
    let texts = files.map(|file| std::fs::read_to_string(file.expect("a note").path()).expect("a note is text"));
    texts
        .flat_map(|text| text.lines().map(parse).collect::<Vec<_>>())
        .collect()
}

fn parse(line: &str) -> Answer {
    let mut parts = line.split(' ').map(str::to_owned);
    let mut next = || parts.next().expect("a note has three parts");
    let (operation, status) = (next(), next());
    Answer {
        operation,
        status: status.parse().expect("a status is a number"),
        code: next(),
    }
}

/// Notes what servers of this process answer from now on, unless somebody catches the log, who then notes it too.
pub(crate) fn record() {
    if folder().is_some() {
        // Whoever came first has seen to it.
        let _ = tracing_subscriber::registry().with(recorder()).try_init();
    }
}

/// Notes what servers answer, if that is wanted.
pub(crate) fn recorder<S: Subscriber + for<'a> LookupSpan<'a>>() -> Option<impl Layer<S>> {
    let file = folder()?.join(std::process::id().to_string());
    let only_requests = Targets::new().with_target(REQUESTS, tracing::Level::INFO);
    let recorder = Recorder {
        file,
        noted: Mutex::default(),
    };
    Some(recorder.with_filter(only_requests))
}

struct Recorder {
    file: PathBuf,
    noted: Mutex<BTreeSet<String>>,
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields {
            method,
            route,
            status,
            error,
        } = fields;
        let Some(operation) = operation_at(&method, &route) else {
            return;
        };
        let line = format!("{} {status} {error}\n", operation.id);
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if IS_STOPPED.load(Ordering::Relaxed) || !noted.insert(line.clone()) {
            return;
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.file);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the folder of the notes can be written to");
    }
}

/// What a line of the log says.
#[derive(Default)]
struct Fields {
    method: String,
    route: String,
    status: String,
    error: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        let place = match field.name() {
            "method" => &mut self.method,
            "route" => &mut self.route,
            "status" => &mut self.status,
            "error" => &mut self.error,
            _ => return,
        };
        value.clone_into(place);
    }

    /// Of values that aren't text: as they would be printed.
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
