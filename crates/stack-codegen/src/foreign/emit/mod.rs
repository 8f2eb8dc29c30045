//! Turns what was read of a foreign document into a workspace of three crates.
//!
//! | module | what it emits |
//! |---|---|
//! | `types` | the types crate, with the emitter of the contract's types |
//! | `client` | the client crate, with progenitor |
//! | `server` | the server crate: traits, requests, answers, routes |
//! | `manifests` | the manifests, and what is the same in every workspace |
//! | `print` | nothing: it makes files of parts, none of them too long to read |

mod client;
mod manifests;
mod print;
mod server;
mod types;

use std::{panic::resume_unwind, thread};

use anyhow::Result;

use super::{notes::Notes, operation::Tag};
use crate::{
    emit::types::Scope,
    model::{Access, Api},
    output::File,
    views::Views,
};

/// The one access that a foreign document has.
const ACCESS: Access = Access::Client;

/// All that the emitters know.
pub(super) struct Target<'a> {
    /// The stem of the crates' names.
    pub name: &'a str,
    /// The document's file, for headers.
    pub source: &'a str,
    /// The schemas.
    pub api: &'a Api,
    /// One view, in which all types are common.
    pub views: &'a Views,
    /// The operations.
    pub tags: &'a [Tag],
    /// What the emitters can't express.
    pub notes: &'a Notes,
    /// Told of each step.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

impl<'a> Target<'a> {
    /// For code of the client and the server.
    fn beside(&self) -> Scope<'a> {
        Scope::beside(self.api, self.views, ACCESS)
    }
}

/// What was generated, and how much of it.
pub(super) struct Emitted {
    pub files: Vec<File>,
    /// Operations of the client.
    pub client: usize,
    /// Operations of the server.
    pub server: usize,
}

/// All files.
pub(super) fn all(target: &Target<'_>) -> Result<Emitted> {
    let mut files = manifests::emit(target);
    (target.progress)("writing types, server and client");
    let (types, server, client) = thread::scope(|scope| {
        let types = scope.spawn(|| types::emit(target));
        let server = scope.spawn(|| server::emit(target));
        let client = client::emit(target);
        let (types, server) = (types.join(), server.join());
        (
            types.unwrap_or_else(|panic| resume_unwind(panic)),
            server.unwrap_or_else(|panic| resume_unwind(panic)),
            client,
        )
    });
    files.extend(types?);
    let (server_files, server) = server?;
    files.extend(server_files);
    let (client_files, client) = client?;
    files.extend(client_files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Emitted { files, client, server })
}
