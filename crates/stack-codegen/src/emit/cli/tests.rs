//! What the tables hold.

use insta::assert_snapshot;

use super::emit;
use crate::{testing::fixture, views::Views};

const PETS: &str = "
paths:
  /pets/{pet_id}:
    patch:
      operationId: update_pet
      summary: Update a pet
      description: Changes it.
      x-access: [client, server]
      parameters:
        - {name: pet_id, in: path, required: true, description: Which one., schema: {type: string}}
        - {name: url, in: query, description: Where it lives., schema: {type: string}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/schemas/PetUpdate'}}}
      responses:
        '200': {description: The pet., content: {application/json: {schema: {$ref: '#/schemas/Pet'}}}}
schemas:
  PetUpdate:
    type: object
    description: Changes.
    required: [collar]
    properties:
      name: {type: string, nullable: true, description: What it is called.}
      chip: {type: string, x-secret: true, x-access: [server], description: Opens the door.}
      collar: {$ref: '#/schemas/Collar', description: What it wears.}
      toys: {type: array, items: {$ref: '#/schemas/Collar'}, description: What it chews.}
  Collar:
    type: object
    description: A collar.
    required: [size]
    properties:
      size: {type: integer, description: In millimetres.}
  Pet:
    type: object
    description: A pet.
    required: [id, born_at, collar]
    properties:
      id: {type: string, description: Which one.}
      born_at: {type: integer, format: int64, x-instant: millis, description: When.}
      collar: {$ref: '#/schemas/Collar', description: What it wears.}
";

fn emitted(path: &str) -> String {
    let api = fixture(PETS);
    let files = emit(&api, &Views::of(&api)).unwrap();
    files.into_iter().find(|file| file.path == path).unwrap().contents
}

#[test]
fn a_body_is_a_table_of_flags() {
    assert_snapshot!(emitted("crates/stack-cli/src/generated/fixture.rs"));
}

#[test]
fn the_list_has_a_line_for_each_command() {
    let list = emitted("openapi/dist/commands.txt");
    let line = list.lines().last().unwrap();
    assert_snapshot!(line, @"stack fixture update-pet PET_ID -> PATCH /api/v1/pets/{pet_id}");
}
