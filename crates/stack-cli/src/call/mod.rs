//! Runs the command of an operation: collects what is sent, asks before it deletes, sends, follows pages, and writes what
//! comes back.

pub mod authorization;
mod body;
pub mod confirm;
mod pages;
mod request;

use clap::ArgMatches;

use crate::{
    command::global::Global,
    connection::Connection,
    failure::{Failure, Result},
    io::Io,
    output::{self, Format},
    spec::{Access, Field, Form, Operation},
};

pub use request::{Prepared, new as new_request, set_body};

/// Runs it.
///
/// # Errors
///
/// If the arguments don't fit together, or the call fails.
pub async fn run(io: &mut Io, global: &Global, operation: &'static Operation, matches: &ArgMatches) -> Result<()> {
    let connection = Connection::choose(io, global)?;
    let access = if operation.takes_credentials {
        connection.needs_project()?;
        connection.access(operation.access, global.access)?
    } else {
        operation.access.iter().next().unwrap_or(Access::Client)
    };
    let prepared = Prepared::of(io, operation, access, matches)?;
    confirm::ask(io, &connection, access, operation, matches)?;
    let client = connection.client(io, access_to_connect(operation, access), global)?;
    let format = Format::choose(global.output, io);
    let columns: Vec<String> = columns(operation, matches);
    let reply = if wants_all(operation, matches) {
        pages::all(io, global, &client, prepared).await?
    } else {
        let request = prepared.request(client.base_url())?;
        client.call(io, request, operation, global).await?
    };
    output::write(io, &reply, &operation.answer, format, &columns)
}

/// Without credentials it doesn't matter which client sends; the one of client access needs no key.
fn access_to_connect(operation: &Operation, access: Access) -> Access {
    if operation.takes_credentials {
        access
    } else {
        Access::Client
    }
}

fn columns(operation: &Operation, matches: &ArgMatches) -> Vec<String> {
    match operation.answer.form {
        Form::List { .. } => matches.get_many("columns").into_iter().flatten().cloned().collect(),
        _ => Vec::new(),
    }
}

fn wants_all(operation: &Operation, matches: &ArgMatches) -> bool {
    operation.answer.form == Form::List { paged: true } && matches.get_flag("all")
}

/// That `access` may send this field.
fn may_send(field: &Field, access: Access) -> Result<()> {
    if field.access.contains(access) {
        return Ok(());
    }
    let message = format!(
        "`--{}` needs {} access, and this is {} access",
        field.flag,
        field.access.names(),
        access.name()
    );
    Err(Failure::usage(message).hint("`--access` chooses; `stack whoami` shows what there is."))
}
