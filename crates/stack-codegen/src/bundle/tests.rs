//! What becomes of YAML in the model.

use indexmap::IndexMap;
use insta::assert_snapshot;

use crate::{
    load::Sources,
    model::{Access, Api, Base, Kind, Need, Object, SuccessKind, TextMedia, Unknown},
    testing::{diagnostics, fixture},
};

/// An operation that answers with a `Pet`, so that the schemas of a test are used.
const GET_PET: &str = "
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
";

fn with_schemas(schemas: &str) -> Api {
    fixture(&format!("{GET_PET}{schemas}"))
}

fn object<'a>(api: &'a Api, name: &str) -> &'a Object {
    match &api.schemas[name].ty.kind {
        Kind::Object(object) => object,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn an_operation_says_nothing_twice_and_gets_the_defaults_of_the_dialect() {
    let api = with_schemas("  Pet: {type: object, description: A pet.}\n");
    let operation = &api.tags[0].operations[0];
    assert_eq!(operation.access, Access::ALL.into(), "admin follows from server");
    assert_eq!((operation.auth, operation.base), (Need::Required, Base::Api));
    assert_eq!(operation.unknown_query, Unknown::Reject);
    assert_eq!(operation.success.kind, SuccessKind::Json("Pet".to_owned()));
    assert_eq!((operation.location.line, operation.location.column), (5, 20));
}

#[test]
fn a_reference_keeps_the_words_around_it() {
    let api = with_schemas(
        "  Pet:
    type: object
    description: A pet.
    properties:
      id: {$ref: '#/schemas/PetId', description: Its id., nullable: true}
      other: {allOf: [{$ref: '#/schemas/PetId'}], description: Another id., x-access: [server]}
  PetId: {type: string, x-id: true, description: An id.}
",
    );
    let properties = &object(&api, "Pet").properties;
    assert_eq!(properties["id"].ty.kind, Kind::Ref("PetId".to_owned()));
    assert!(properties["id"].ty.nullable);
    assert_eq!(properties["other"].ty.kind, Kind::Ref("PetId".to_owned()));
    assert_eq!(properties["other"].access, Some([Access::Server, Access::Admin].into()));
}

#[test]
fn all_of_joins_properties_in_order_and_requires_what_any_part_requires() {
    let api = with_schemas(
        "  Pet:
    description: A pet with an owner.
    allOf: [{$ref: '#/schemas/Animal'}]
    required: [owner, name]
    properties:
      name: {type: string, description: A name.}
      owner: {type: string, description: Whose it is.}
  Animal:
    type: object
    description: An animal.
    additionalProperties: true
    properties:
      name: {type: string, description: A name.}
",
    );
    let pet = object(&api, "Pet");
    let required: Vec<_> = pet
        .properties
        .iter()
        .map(|(name, p)| (name.as_str(), p.required))
        .collect();
    assert_eq!(required, [("name", true), ("owner", true)]);
    assert!(pet.open);
}

#[test]
fn a_block_of_text_has_no_line_break_at_its_end() {
    let api = with_schemas("  Pet:\n    type: object\n    description: |\n      A pet.\n");
    assert_eq!(api.schemas["Pet"].description, "A pet.");
}

#[test]
fn references_go_from_file_to_file() {
    let files = [
        (
            "root.yaml",
            "openapi: 3.0.3
info: {title: Fixture, version: 1.0.0, description: A small contract.}
servers: [{url: 'http://localhost:8102'}]
x-accesses:
  client: {description: For browsers., security: []}
  server: {description: For servers., security: []}
  admin: {description: For dashboards., security: []}
tags:
  - {name: pets, description: Pets., x-file: tags/pets.yaml}
x-shared: shared.yaml
x-errors: errors.yaml
",
        ),
        (
            "shared.yaml",
            "schemas:
  PetId: {type: string, x-id: true, description: An id.}
  Pet: {type: object, description: A pet., properties: {id: {$ref: '#/schemas/PetId', description: Its id.}}}
parameters:
  PetId: {name: pet_id, in: path, required: true, description: Its id., schema: {$ref: '#/schemas/PetId'}}
",
        ),
        (
            "errors.yaml",
            "errors:
  PET_NOT_FOUND:
    status: 404
    description: There is no such pet.
    details: {pet_id: {$ref: 'shared.yaml#/schemas/PetId', description: The id.}}
    message: There is no pet {pet_id}.
",
        ),
        (
            "tags/pets.yaml",
            "paths:
  /pets/{pet_id}:
    get:
      operationId: get_pet
      summary: Get a pet
      description: One of them.
      x-access: [client]
      parameters: [{$ref: '../shared.yaml#/parameters/PetId'}]
      responses:
        '200':
          description: The pet.
          content: {application/json: {schema: {$ref: '../shared.yaml#/schemas/Pet'}}}
      x-errors: [PET_NOT_FOUND]
",
        ),
    ];
    let sources: Sources = files
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into_iter()
        .collect();
    let api = crate::read(&sources).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let operation = &api.tags[0].operations[0];
    assert_eq!(operation.path_params[0].ty.kind, Kind::Ref("PetId".to_owned()));
    assert_eq!(operation.path_params[0].location.file, "shared.yaml");
    assert_eq!(api.schemas["Pet"].module, "shared");
    assert_eq!(api.errors[0].details["pet_id"].ty.kind, Kind::Ref("PetId".to_owned()));
}

#[test]
fn a_body_may_differ_per_access_in_more_than_left_out_fields() {
    let api = fixture(
        "
paths:
  /pets:
    post:
      operationId: add_pet
      summary: Add a pet
      description: Adds one.
      x-access: [client, server]
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/schemas/Pet'}}
          application/json: {schema: {$ref: '#/schemas/Pet'}}
        x-schema: {client: {$ref: '#/schemas/OwnPet'}}
      responses:
        '200': {description: Done., content: {text/plain: {schema: {type: string}}}}
schemas:
  Pet: {type: object, description: A pet.}
  OwnPet: {type: object, description: A pet of one's own.}
",
    );
    let body = api.tags[0].operations[0].body.as_ref().unwrap();
    assert_eq!(
        body.media,
        [crate::model::Media::Json, crate::model::Media::Form],
        "JSON first"
    );
    assert_eq!(body.per_access, IndexMap::from([(Access::Client, "OwnPet".to_owned())]));
}

#[test]
fn yaml_that_cannot_be_read_is_shown_with_its_place_and_nothing_else_is_said() {
    let found = crate::read(&Sources::single("openapi: 3.0.3\ninfo: {title: [Fixture}\n")).unwrap_err();
    assert_eq!(found.iter().len(), 1);
    assert_snapshot!(found.to_string(), @r"
    error[yaml-syntax]: while parsing a flow sequence, expected ',' or ']'
     --> root.yaml:2:23
      |
    2 | info: {title: [Fixture}
      |                       ^
    ");
}

#[test]
fn schemas_that_are_nothing_but_each_other_come_to_an_end() {
    let found = diagnostics(&format!(
        "{GET_PET}  Pet: {{$ref: '#/schemas/Dog', description: A dog., example: 1}}
  Dog: {{description: A pet., oneOf: [{{$ref: '#/schemas/Pet'}}, {{$ref: '#/schemas/Dog'}}], example: 1}}
"
    ));
    assert!(found.iter().len() > 0);
}

#[test]
fn what_is_ignored_opaque_or_html_is_known() {
    let api = fixture(
        "
paths:
  /pets:
    post:
      operationId: add_pet
      summary: Add a pet
      description: Adds one.
      x-access: [client, server]
      x-ignored-query: [page]
      parameters:
        - {name: size, in: query, description: How big., schema: {type: integer}}
        - {name: old, in: query, x-ignored: true, description: Nothing., schema: {$ref: '#/schemas/PetId'}}
      requestBody:
        x-opaque: true
        content: {application/json: {schema: {$ref: '#/schemas/Pet'}}}
      responses:
        '200': {description: A page., content: {text/html: {schema: {type: string}}}}
schemas:
  Pet: {type: object, description: A pet.}
  PetId: {type: string, x-id: true, pattern: '^[a-z]+$', maxLength: 9, description: Which pet., example: rex}
",
    );
    let operation = &api.tags[0].operations[0];
    assert_eq!(operation.query_params.len(), 1);
    assert_eq!(operation.ignored_query, ["page", "old"]);
    assert_eq!(operation.ignored_params.len(), 1, "the documents show one of them");
    assert!(operation.body.as_ref().unwrap().opaque);
    assert_eq!(operation.success.kind, SuccessKind::Text(TextMedia::Html));
    let Kind::Id { uuid: false, rules } = &api.schemas["PetId"].ty.kind else {
        panic!("it is an id of free text")
    };
    assert_eq!(
        (rules.pattern.as_deref(), rules.max_length),
        (Some("^[a-z]+$"), Some(9))
    );
}

#[test]
fn an_id_is_held_to_its_pattern_in_examples_too() {
    let found = diagnostics(&format!(
        "{GET_PET}  Pet: {{type: string, x-id: true, pattern: '^[a-z]+$', description: A pet., example: REX}}\n"
    ));
    assert!(found.to_string().contains("`REX` doesn't match `^[a-z]+$`"), "{found}");
}
