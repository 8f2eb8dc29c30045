//! A contract of four operations, each with an oddity, through the whole emitter.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;

use super::*;
use crate::{model::Access, testing::fixture};

const NOTES: &str = "
tags: [{name: notes, description: Notes of users.}]
errors:
  USER_NOT_FOUND: {status: 404, description: There is no such user., message: User not found.}
paths:
  /notes:
    get:
      operationId: list_notes
      summary: List notes
      description: Newest first.
      x-access: [server]
      parameters:
        - {name: cursor, in: query, description: Where the page begins., schema: {type: string}}
        - {name: pageSize, in: query, description: How many., schema: {type: integer, minimum: 1}}
      responses: {'200': {description: A page., content: {application/json: {schema: {$ref: '#/schemas/NoteList'}}}}}
  /users/{user_id}/note:
    patch:
      operationId: update_note
      summary: Change a note
      description: |-
        Two lines,
        the second with `code`.
      x-access: [server]
      x-refresh-token: optional
      parameters:
        - {name: user_id, in: path, required: true, description: Whose., schema: {$ref: '#/schemas/UserIdOrMe'}}
      requestBody:
        required: false
        content:
          application/json: {schema: {$ref: '#/schemas/NoteUpdate'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/schemas/NoteUpdate'}}
      responses: {'200': {description: It., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}}
      x-errors: [USER_NOT_FOUND]
      x-text-errors: {403: It is someone else's.}
  /notes/all:
    put:
      operationId: replace_notes
      summary: Replace all notes
      description: At once.
      x-access: [admin]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/schemas/NoteUpdate'}}}}
      responses: {'200': {description: It., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}}
  /health:
    get:
      operationId: check_health
      summary: Check
      description: Says how it is.
      x-access: [client, server]
      x-auth: none
      x-base: root
      responses: {'200': {description: A text., content: {text/plain: {schema: {type: string}}}}}
schemas:
  UserIdOrMe: {type: string, x-user-id-or-me: true, description: A user or me.}
  UserId: {type: string, format: uuid, x-id: true, description: A user.}
  Note:
    type: object
    description: A note.
    required: [text, user_id]
    properties:
      text: {type: string, description: The text.}
      user_id: {$ref: '#/schemas/UserId', description: Whose.}
  NoteUpdate:
    type: object
    description: A change.
    properties:
      text: {type: string, nullable: true, description: The text.}
  NoteList:
    type: object
    description: Notes.
    required: [items]
    properties:
      items: {type: array, items: {$ref: '#/schemas/Note'}, description: The notes.}
      pagination: {$ref: '#/schemas/Pagination', description: What follows.}
  Pagination:
    type: object
    description: What follows.
    required: [next_cursor]
    properties:
      next_cursor: {type: string, nullable: true, description: Where.}
";

fn files(access: Access, change: impl FnOnce(&mut Value)) -> Result<Vec<File>> {
    let api = fixture(NOTES);
    let views = Views::of(&api);
    let view = views.view(access);
    let mut document = documents::document(&api, view)?;
    change(&mut document);
    Ok(of_access(&api, view, document)?.0)
}

#[test]
fn a_tag_becomes_a_trait_and_builders() {
    let files = files(Access::Server, |_| {}).unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    let folder = "crates/stack-client/src/generated/server";
    assert_eq!(paths, [format!("{folder}/mod.rs"), format!("{folder}/notes.rs")]);
    insta::assert_snapshot!("access", files[0].contents);
    insta::assert_snapshot!("tag", files[1].contents);
}

#[test]
fn an_access_has_its_own_operations_only() {
    let contents = |access| files(access, |_| {}).unwrap().remove(1).contents;
    assert!(contents(Access::Admin).contains("fn replace_notes"));
    assert!(!contents(Access::Server).contains("fn replace_notes"));
    assert!(!contents(Access::Client).contains("fn list_notes"));
}

#[test]
fn the_same_contract_gives_the_same_bytes() {
    let once = || files(Access::Admin, |_| {}).unwrap();
    assert_eq!(once(), once());
}

#[test]
fn an_operation_that_progenitor_refuses_is_named() {
    let unknown_media = json!({ "application/xml": { "schema": { "type": "string" } } });
    let refused = files(Access::Admin, |document| {
        document["paths"]["/notes/all"]["put"]["requestBody"]["content"] = unknown_media;
    });
    let error = refused.unwrap_err().to_string();
    assert!(
        error.starts_with("progenitor refuses `replace_notes` for admin access: "),
        "{error}"
    );
}

#[test]
fn a_type_without_a_name_is_an_error() {
    let inline = json!({ "type": "object", "properties": { "items": { "type": "string" } } });
    let refused = files(Access::Server, |document| {
        document["paths"]["/notes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = inline;
    });
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("ListNotesResponse"), "{error}");
}

#[test]
fn the_header_authorization_is_an_argument_of_those_that_read_it() {
    let reading = NOTES.replace("x-auth: none\n", "x-auth: none\n      x-authorization: bearer\n");
    let api = fixture(&reading);
    let view = View::of(&api, Access::Client);
    let document = documents::document(&api, &view).unwrap();
    let rust = of_access(&api, &view, document).unwrap().0.remove(1).contents;
    let builder = rust.split("pub struct CheckHealth").nth(1).unwrap();
    for part in [
        "authorization: Result<Option<crate::Authorization>, String>",
        "/// What is shown in the header `authorization`: [`Authorization::bearer`](crate::Authorization::bearer) and a token.",
        "V: std::convert::TryInto<crate::Authorization>",
        ".insert_into(request.headers_mut())",
    ] {
        assert!(builder.contains(part), "{part}:\n{builder}");
    }
    assert!(!builder.contains("header_map"), "{builder}");
}

#[test]
fn a_schema_cant_take_the_name_of_the_headers_type() {
    let taken = format!("{NOTES}  Authorization: {{type: object, description: Something else.}}\n");
    let taken = taken.replace("x-auth: none\n", "x-auth: none\n      x-authorization: bearer\n");
    let taken = taken.replace(
        "items: {$ref: '#/schemas/Note'}",
        "items: {$ref: '#/schemas/Authorization'}",
    );
    let api = fixture(&taken.replace("x-access: [server]", "x-access: [client, server]"));
    let view = View::of(&api, Access::Client);
    let error = of_access(&api, &view, documents::document(&api, &view).unwrap()).unwrap_err();
    assert!(error.to_string().contains("`Authorization`"), "{error}");
}
