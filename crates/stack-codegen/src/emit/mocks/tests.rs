//! A contract of three operations through the whole emitter.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::testing::fixture;

const NOTES: &str = "
tags: [{name: notes, description: Notes of users.}]
errors:
  USER_NOT_FOUND: {status: 404, description: There is no such user., message: User not found.}
paths:
  /notes/{note_id}:
    patch:
      operationId: update_note
      summary: Change a note
      description: It does.
      x-access: [server]
      parameters:
        - {name: note_id, in: path, required: true, description: Which., schema: {type: string}}
        - {name: quietly, in: query, description: Whether nobody is told., schema: {type: boolean}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}
      responses: {'201': {description: It., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}}
      x-errors: [USER_NOT_FOUND]
  /notes/all:
    patch:
      operationId: update_notes
      summary: Change all notes
      description: It does.
      x-access: [server]
      responses: {'200': {description: It., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}}
  /health:
    get:
      operationId: check_health
      summary: Check
      description: It does.
      x-access: [client, server]
      x-auth: none
      x-base: root
      responses: {'200': {description: A text., content: {text/plain: {schema: {type: string}}}}}
schemas:
  Note:
    type: object
    description: A note.
    example: {text: Milk, secret: '17'}
    properties:
      text: {type: string, description: The text.}
      secret: {type: string, description: What admins see., x-access: [admin]}
";

fn contents(path: &str) -> String {
    let api = fixture(NOTES);
    let files = emit(&api, &Views::of(&api)).unwrap();
    let path = format!("crates/stack-client-mock/src/generated/{path}.rs");
    files.into_iter().find(|file| file.path == path).unwrap().contents
}

#[test]
fn an_operation_becomes_a_method_and_a_type() {
    insta::assert_snapshot!("tag", contents("server/notes"));
}

#[test]
fn an_access_mocks_what_it_may_call() {
    assert!(!contents("client/notes").contains("UpdateNote"));
}

#[test]
fn samples_show_what_the_access_sees() {
    let samples = contents("samples");
    assert!(samples.contains("for ::stack_types::admin::Note"), "{samples}");
    assert_eq!(samples.matches("secret").count(), 1, "{samples}");
}
