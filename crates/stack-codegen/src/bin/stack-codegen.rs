//! `stack-codegen`: a client and a server of any OpenAPI document.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use stack_codegen::{
    foreign::{self, Effect, Generated, Options, Report},
    output::File,
};

/// How many notes of one rule are shown without `--verbose`.
const SHOWN: usize = 3;

/// Makes a workspace of three crates (types, client, server) of an OpenAPI document.
///
/// Any document of OpenAPI 3.0 or 3.1 will do, in JSON or YAML. Whatever the code doesn't say as the document does is
/// told with its place, the name of a rule and a reason; nothing else is lost.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 done, 1 --strict and something was left out or loosened, 2 no OpenAPI document, 3 anything else."
)]
struct Arguments {
    /// The document.
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,

    /// The folder of the workspace. Files of an earlier run are replaced, and removed if they are no longer made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The stem of the crates' names [default: the document's title].
    #[arg(long)]
    name: Option<String>,

    /// Fail, and write nothing, if anything is left out or loosened.
    #[arg(long)]
    strict: bool,

    /// Print the report as JSON to standard output.
    #[arg(long)]
    json: bool,

    /// Show every note, not only the first of each rule.
    #[arg(long, short)]
    verbose: bool,

    /// Say nothing of the progress.
    #[arg(long, short)]
    quiet: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let text =
        fs::read_to_string(&arguments.spec).with_context(|| format!("{} can't be read", arguments.spec.display()))?;
    let source = arguments
        .spec
        .file_name()
        .map(|name| name.to_string_lossy().replace(['\n', '\r'], " "))
        .unwrap_or_default();
    let start = Instant::now();
    let progress = |step: &str| {
        if !arguments.quiet {
            eprintln!("{:>6.2} s  {step}", start.elapsed().as_secs_f64());
        }
    };
    let options = Options {
        source: &source,
        name: arguments.name.as_deref(),
        progress: &progress,
    };
    let Generated { files, report } = match foreign::generate(&text, &options) {
        Ok(generated) => generated,
        Err(reason) => {
            eprintln!("error: {}: {reason}", arguments.spec.display());
            return Ok(ExitCode::from(2));
        }
    };
    let is_strict = arguments.strict && report.notes.iter().any(|note| note.effect != Effect::Renamed);
    if !is_strict {
        progress(&format!("writing {} files", files.len()));
        write(&arguments.out, &files)?;
    }
    if arguments.json {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        print(arguments, &report, &mut io::stdout().lock())?;
    }
    progress("done");
    if is_strict {
        eprintln!("error: --strict: something was left out or loosened, so nothing was written");
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(arguments: &Arguments, report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let bold = |text: &str| {
        if io::stdout().is_terminal() {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    for (rule, notes) in foreign::by_rule(&report.notes) {
        writeln!(out, "{}", bold(rule))?;
        let shown = if arguments.verbose { notes.len() } else { SHOWN };
        for note in notes.iter().take(shown) {
            writeln!(out, "  #{}\n    {}: {}", note.pointer, note.effect, note.reason)?;
        }
        if notes.len() > shown {
            writeln!(out, "  … and {} more (--verbose shows them)", notes.len() - shown)?;
        }
    }
    if !report.notes.is_empty() {
        writeln!(out, "\n{}", bold("In all"))?;
        write!(out, "{}", foreign::summary(&report.notes))?;
    }
    let Report {
        title,
        name,
        operations,
        client_operations,
        server_operations,
        types,
        lines,
        longest,
        ..
    } = report;
    writeln!(out, "\n{} ({name}-types, {name}-client, {name}-server)", bold(title))?;
    writeln!(
        out,
        "{operations} operations: {client_operations} in the client, {server_operations} in the server; {types} types"
    )?;
    writeln!(
        out,
        "{lines} lines of Rust, at most {} in one file ({})",
        longest.1, longest.0
    )
}

/// Makes the folder hold `files`, and nothing else of an earlier run. Files that are the same keep their times.
fn write(out: &Path, files: &[File]) -> Result<()> {
    let ledger = out.join(LEDGER);
    let old = fs::read_to_string(&ledger).unwrap_or_default();
    if old.is_empty() && out.is_dir() && fs::read_dir(out)?.next().is_some() {
        bail!(
            "{} isn't empty and wasn't made by stack-codegen: name another folder",
            out.display()
        );
    }
    for file in files {
        let path = out.join(&file.path);
        if fs::read(&path).is_ok_and(|known| known == file.contents.as_bytes()) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(&path, &file.contents).with_context(|| format!("{} can't be written", path.display()))?;
    }
    for gone in old.lines().filter(|path| !files.iter().any(|file| file.path == *path)) {
        ensure!(
            !gone.split('/').any(|part| part == "..") && !gone.starts_with('/'),
            "{} names a file elsewhere",
            ledger.display()
        );
        match fs::remove_file(out.join(gone)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let paths: String = files.iter().map(|file| format!("{}\n", file.path)).collect();
    fs::write(&ledger, paths).with_context(|| format!("{} can't be written", ledger.display()))
}

/// Lists what was written, so that a later run knows what to remove.
const LEDGER: &str = ".stack-codegen";
