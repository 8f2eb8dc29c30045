//! Emits the tables of `stack-cli`: per tag the commands with their parameters, bodies, answers and errors.
//!
//! progenitor can write a command line too. It isn't used: it writes one command per operation of one document, so an
//! operation that three accesses may call would be three commands; they stand in one flat list; a body's field is a flag
//! only if it is a scalar of the outermost object, and none can be `null`; and each costs some fifty lines of code to be
//! compiled where a table has five.
//!
//! | module | what it emits |
//! |---|---|
//! | `names` | the names of commands and flags |
//! | `fields` | parameters and bodies |
//! | `answers` | what comes back, and what a table shows of it |
//! | `commands` | the list of all commands for reviews |

mod answers;
mod commands;
mod fields;
mod names;

#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};
use heck::{ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    emit::types,
    model::{Access, AccessSet, Api, Authorization, Media, Need, Operation, Tag},
    output::File,
    views::Views,
};

/// Where the files go.
const FOLDER: &str = "crates/stack-cli/src/generated";

/// Emits one file per tag, one that gathers them, and the list of commands.
///
/// # Errors
///
/// If two commands would have the same name.
pub fn emit(api: &Api, _views: &Views) -> Result<Vec<File>> {
    let groups: Vec<_> = api
        .tags
        .iter()
        .map(Group::of)
        .filter(|group| !group.commands.is_empty())
        .collect();
    let mut files = vec![index(&groups)?, commands::emit(api, &groups)];
    for group in &groups {
        group.check()?;
        files.push(group.emit(api)?);
    }
    Ok(files)
}

/// A tag and its commands.
struct Group<'a> {
    tag: &'a Tag,
    commands: Vec<(String, &'a Operation)>,
}

impl<'a> Group<'a> {
    fn of(tag: &'a Tag) -> Self {
        let operations: Vec<_> = tag
            .operations
            .iter()
            .filter(|operation| is_command(operation))
            .collect();
        let names = names::commands(&tag.name, &operations);
        Self {
            tag,
            commands: names.into_iter().zip(operations).collect(),
        }
    }

    fn check(&self) -> Result<()> {
        for (at, (name, operation)) in self.commands.iter().enumerate() {
            let twin = self.commands[..at].iter().find(|(other, _)| other == name);
            if let Some((_, twin)) = twin {
                ensure!(
                    false,
                    "`{}` and `{}` would both be the command `{} {name}`",
                    operation.id,
                    twin.id,
                    self.tag.name
                );
            }
        }
        Ok(())
    }

    fn emit(&self, api: &Api) -> Result<File> {
        let (name, about) = (&self.tag.name, one_line(&self.tag.description));
        let statics = self.commands.iter().map(|(_, operation)| static_of(&operation.id));
        let operations = self
            .commands
            .iter()
            .map(|(command, operation)| emit_operation(api, operation, command));
        let columns = answers::columns(api, self.commands.iter().map(|(_, operation)| *operation));
        let items = quote! {
            /// The commands of this tag.
            pub(super) const GROUP: Group = group(#name, #about, &[#(#statics),*]);
            #(#operations)*
            #columns
        };
        let tokens = quote! {
            use crate::spec::*;
            #items
        };
        let contents = types::render(tokens, &format!("openapi/{}", self.tag.file))?;
        let contents = contents.replace(";\nconst ", ";\n\nconst ");
        Ok(File {
            path: format!("{FOLDER}/{}.rs", self.tag.name.to_snake_case()),
            contents,
        })
    }
}

/// Whether an operation makes sense outside of a browser.
fn is_command(operation: &Operation) -> bool {
    !operation.is_navigation()
}

fn emit_operation(api: &Api, operation: &Operation, command: &str) -> TokenStream {
    let name = static_of(&operation.id);
    let (id, method, path) = (
        &operation.id,
        operation.method.to_uppercase(),
        full_path(api, operation),
    );
    let summary = operation.summary.trim();
    let mut chain = quote!(operation(#id, #command, #method, #path, #summary));
    let description = one_line(&operation.description);
    if !description.is_empty() {
        chain.extend(quote!(.about(#description)));
    }
    if operation.access.len() < Access::ALL.len() {
        let list = accesses(&operation.access);
        chain.extend(quote!(.access(#list)));
    }
    if operation.auth == Need::None {
        chain.extend(quote!(.open()));
    }
    if let Some(rule) = &operation.user {
        let list = accesses(&rule.required_for);
        chain.extend(quote!(.user(#list)));
    }
    if matches!(operation.refresh_token, Some(Need::Required | Need::Optional)) {
        chain.extend(quote!(.refresh_token()));
    }
    if let Some(authorization) = operation.authorization {
        let form = match authorization {
            Authorization::Bearer => quote!(Authorization::Bearer),
            Authorization::Basic => quote!(Authorization::Basic),
        };
        chain.extend(quote!(.authorization(#form)));
    }
    if operation.hidden {
        chain.extend(quote!(.hidden()));
    }
    let params = fields::of_path(api, operation);
    if !params.is_empty() {
        chain.extend(quote!(.path(&[#(#params),*])));
    }
    let (query, flags) = fields::of_query(api, operation);
    if !query.is_empty() {
        chain.extend(quote!(.query(&[#(#query),*])));
    }
    if let Some(body) = &operation.body {
        let fields = fields::of_body(api, operation, &flags);
        let kind = if body.required {
            format_ident!("body")
        } else {
            format_ident!("optional_body")
        };
        chain.extend(quote!(.#kind(&[#(#fields),*])));
        if !body.media.contains(&Media::Json) {
            chain.extend(quote!(.form()));
        }
    }
    let answer = answers::of(api, operation);
    chain.extend(quote!(.answers(#answer)));
    let errors = errors(api, operation);
    if !errors.is_empty() {
        chain.extend(quote!(.errors(&[#(#errors),*])));
    }
    quote!(const #name: Operation = #chain;)
}

fn errors(api: &Api, operation: &Operation) -> Vec<TokenStream> {
    let known = operation.errors.iter().map(|code| {
        let error = api.errors.iter().find(|error| error.code == *code);
        let when = error.map(|error| one_line(&error.description)).unwrap_or_default();
        quote!((#code, #when))
    });
    let plain = operation.text_errors.iter().map(|(status, when)| {
        let (status, when) = (status.to_string(), one_line(when));
        quote!((#status, #when))
    });
    known.chain(plain).collect()
}

/// The file that gathers the groups.
fn index(groups: &[Group<'_>]) -> Result<File> {
    let modules: Vec<_> = groups
        .iter()
        .map(|group| format_ident!("{}", group.tag.name.to_snake_case()))
        .collect();
    let tokens = quote! {
        use crate::spec::Group;

        #(mod #modules;)*

        /// The commands of all tags, in the order of the contract.
        pub const GROUPS: &[Group] = &[#(#modules::GROUP),*];
    };
    Ok(File {
        path: format!("{FOLDER}/mod.rs"),
        contents: types::render(tokens, "openapi/root.yaml")?,
    })
}

/// The path from the server's root.
fn full_path(api: &Api, operation: &Operation) -> String {
    format!("{}{}", api.prefix(operation.base), operation.path)
}

fn static_of(operation_id: &str) -> Ident {
    format_ident!("{}", operation_id.to_shouty_snake_case())
}

/// `&[Access::Client, …]`.
fn accesses(set: &AccessSet) -> TokenStream {
    let names = set.iter().map(|access| match access {
        Access::Client => quote!(Access::Client),
        Access::Server => quote!(Access::Server),
        Access::Admin => quote!(Access::Admin),
    });
    quote!(&[#(#names),*])
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
