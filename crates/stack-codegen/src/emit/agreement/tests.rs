//! Small contracts through the whole emitter.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::testing::fixture;

const NOTES: &str = "
tags: [{name: notes, description: Notes of users.}]
errors:
  NOTE_NOT_FOUND:
    status: 404
    description: There is no such note.
    message: There is no note {note_id}.
    details: {note_id: {type: string, description: Which.}}
paths:
  /notes/{note_id}:
    patch:
      operationId: update_note
      summary: Change a note
      description: It does.
      x-access: [client, server]
      parameters:
        - {name: note_id, in: path, required: true, description: Which., schema: {type: string}}
        - {name: type, in: query, description: Of which type., schema: {type: integer}}
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}
        '201': {description: A new one., content: {application/json: {schema: {$ref: '#/schemas/Note'}}}}
      x-errors: [NOTE_NOT_FOUND]
  /open:
    get:
      operationId: open_notes
      summary: Go to the notes
      description: It does.
      x-access: [client]
      x-auth: none
      responses: {'303': {description: To the notes.}}
schemas:
  Note:
    type: object
    description: A note.
    properties:
      text: {type: string, description: The text.}
      secret: {type: string, description: What servers see., x-access: [server]}
";

fn contents(name: &str) -> String {
    let api = fixture(NOTES);
    let files = emit(&api, &Views::of(&api)).unwrap();
    let path = format!("{FOLDER}/{name}.rs");
    files.into_iter().find(|file| file.path == path).unwrap().contents
}

#[test]
fn an_operation_becomes_methods_and_calls() {
    let contents = contents("notes");
    for part in [
        "impl NotesApi for Recorder",
        "async fn update_note_as_client",
        "async fn update_note_as_server",
        "UpdateNoteAsClientAnswer::Created",
        "fn update_note_as_admin<'a>",
        "call.type_::<i64>(value)",
    ] {
        assert!(contents.contains(part), "{part} isn't in\n{contents}");
    }
}

#[test]
fn an_operation_that_only_redirects_has_a_method_and_no_call() {
    let contents = contents("notes");
    assert!(contents.contains("async fn open_notes"), "{contents}");
    assert!(!contents.contains("open_notes_as_client"), "{contents}");
}

#[test]
fn an_error_has_the_schema_of_its_details() {
    let contents = contents("errors");
    assert!(
        contents.contains("NOTE_NOT_FOUND") && contents.contains("\"note_id\""),
        "{contents}"
    );
}
