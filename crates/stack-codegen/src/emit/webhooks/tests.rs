//! What the emitted events promise; that they compile and work is for the crate itself.

use super::emit;
use crate::{testing::fixture, views::Views};

const EVENTS: &str = "
events:
  pet_food.eaten:
    summary: A pet has eaten
    description: Sent when the bowl is empty.
    data: {$ref: '#/schemas/Pet'}
    example: {name: Rex}
paths:
  /pets/one:
    get:
      operationId: get_pet
      summary: Get a pet
      description: One of them.
      x-access: [client, server]
      responses:
        '200':
          description: The pet.
          content: {application/json: {schema: {$ref: '#/schemas/Pet'}}}
schemas:
  Pet:
    type: object
    description: A pet.
    required: [name]
    properties:
      name: {type: string, description: Its name.}
      chip: {type: string, x-access: [server], description: Its number.}
";

#[test]
fn a_contract_without_events_gives_no_files() {
    let api = fixture("");
    assert_eq!(emit(&api, &Views::of(&api)).unwrap(), []);
}

#[test]
fn an_event_is_a_variant_with_what_servers_see() {
    let api = fixture(EVENTS);
    let files = emit(&api, &Views::of(&api)).unwrap();
    let paths: Vec<_> = files.iter().filter_map(|file| file.path.rsplit('/').next()).collect();
    assert_eq!(
        paths,
        ["mod.rs", "event.rs", "names.rs"],
        "the data isn't the events' own"
    );
    let event = &files[1].contents;
    assert!(event.contains("PetFoodEaten(::stack_types::server::Pet)"), "{event}");
    assert!(event.contains("/// `pet_food.eaten`: a pet has eaten."), "{event}");
    let names = &files[2].contents;
    assert!(names.contains(r#"Self::PetFoodEaten => "pet_food.eaten""#), "{names}");
}
