//! What the published documents promise.

use insta::assert_snapshot;
use openapiv3::OpenAPI;
use serde_json::Value;

use super::document;
use crate::{model::Access, testing::fixture, views::Views};

const PETS: &str = "
servers: [{url: 'https://api.example.com'}]
paths:
  /pets/{pet_id}:
    patch:
      operationId: update_pet
      summary: Update a pet
      description: Changes what is sent.
      x-access: [client, server]
      x-user: {for: [client], error: NO_USER}
      x-refresh-token: optional
      parameters:
        - {name: pet_id, in: path, required: true, description: Which one., schema: {$ref: '#/schemas/PetIdOrMe'}}
        - {name: dry_run, in: query, description: Whether to change nothing., schema: {type: boolean, default: false}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/schemas/PetUpdate'}}}
      responses:
        '200':
          description: The pet as it is now.
          content: {application/json: {schema: {$ref: '#/schemas/Pet'}}}
      x-errors: [PET_NOT_FOUND]
      x-text-errors: {400: The name is taken.}
  /health:
    get:
      operationId: check_health
      summary: Ask whether the server is up
      description: Needs no credentials.
      x-access: [client, server]
      x-auth: none
      x-base: root
      x-hidden: true
      responses:
        '200': {description: It is., content: {text/plain: {schema: {type: string}}}}
schemas:
  PetIdOrMe: {type: string, x-user-id-or-me: true, description: An id or `me`.}
  Size: {type: string, enum: [small, big], description: How big a pet is.}
  Pet:
    type: object
    description: A pet.
    required: [name, chip]
    properties:
      name: {type: string, maxLength: 10, description: Its name.}
      size: {$ref: '#/schemas/Size', nullable: true, description: How big it is.}
      chip: {type: string, x-secret: true, x-access: [server], description: Its number.}
    example: {name: Rex, chip: '17'}
  PetUpdate:
    type: object
    description: Changes of a pet.
    properties:
      name: {type: string, description: Its name.}
      weight: {type: number, minimum: 0, maximum: 99.5, nullable: true, description: In kilograms.}
errors:
  NO_USER: {status: 401, description: Nobody is signed in., message: Sign in first.}
  PET_NOT_FOUND: {status: 404, description: There is no such pet., message: There is no such pet.}
";

fn published(access: Access) -> Value {
    let api = fixture(PETS);
    document(&api, Views::of(&api).view(access)).unwrap()
}

fn shown(json: &Value, pointer: &str) -> String {
    serde_json::to_string_pretty(json.pointer(pointer).unwrap()).unwrap()
}

#[test]
fn the_documents_are_standard_openapi() {
    for access in Access::ALL {
        let document: OpenAPI = serde_json::from_value(published(access)).unwrap();
        assert_eq!(document.openapi, "3.0.3");
        assert_eq!(document.operations().count(), 2);
    }
}

#[test]
fn an_operation_tells_credentials_parameters_answers_and_errors() {
    assert_snapshot!(
        "operation",
        shown(&published(Access::Client), "/paths/~1pets~1{pet_id}/patch")
    );
}

#[test]
fn an_operation_at_the_root_has_servers_without_the_base_path() {
    let document = published(Access::Server);
    assert_eq!(document["servers"][0]["url"], "https://api.example.com/api/v1");
    assert_snapshot!("root_operation", shown(&document, "/paths/~1health"));
}

#[test]
fn several_answers_redirects_and_errors_of_oauth_are_shown() {
    let api = fixture(
        "
paths:
  /code:
    post:
      operationId: trade_code
      summary: Trade a code
      description: For tokens.
      x-access: [client]
      x-auth: none
      x-authorization: basic
      responses:
        '200': {description: Old ones., content: {text/plain: {schema: {type: string}}}}
        '201': {description: New ones., content: {text/plain: {schema: {type: string}}}}
        '307': {description: Elsewhere.}
      x-text-errors: {400: It is too old.}
      x-oauth-errors: {400: It is incomplete.}
  /browse:
    get:
      operationId: browse
      summary: Look around
      description: In a browser.
      x-access: [client]
      x-auth: none
      responses: {'303': {description: Elsewhere.}}
  /v2beta5/code:
    get:
      operationId: get_old_code
      summary: Get a code
      description: As it was.
      x-access: [client]
      x-base: versions
      responses:
        '200': {description: A code., content: {text/plain: {schema: {type: string}}}}
",
    );
    let views = Views::of(&api);
    let document = document(&api, views.view(Access::Client)).unwrap();
    let answers = document["paths"]["/code"]["post"].clone();
    assert_snapshot!("answers", serde_json::to_string_pretty(&answers).unwrap());
    assert_eq!(
        document["paths"]["/browse"]["get"]["responses"]["303"]["headers"]["location"]["schema"]["type"],
        "string"
    );
    assert_eq!(
        document["paths"]["/v2beta5/code"]["servers"][0]["url"],
        "http://localhost:8102/api"
    );
    let calls = views.view(Access::Client).calls();
    let ids: Vec<_> = calls.operations.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["trade_code", "get_old_code"], "nobody calls what only redirects");
}

#[test]
fn components_stand_alone_and_have_nothing_of_other_accesses() {
    assert_snapshot!("components", shown(&published(Access::Client), "/components"));
}

#[test]
fn an_example_shows_what_the_access_sees() {
    assert_eq!(
        published(Access::Client)["components"]["schemas"]["Pet"]["example"].to_string(),
        r#"{"name":"Rex"}"#
    );
    let server = published(Access::Server)["components"]["schemas"]["Pet"]["example"].to_string();
    assert_eq!(server, r#"{"name":"Rex","chip":"17"}"#);
}

#[test]
fn readers_learn_what_is_ignored_and_nothing_of_what_only_passes_through() {
    let api = fixture(
        "
paths:
  /callback:
    post:
      operationId: take_callback
      summary: Take what comes
      description: From elsewhere.
      x-access: [client]
      parameters:
        - {name: page, in: query, x-ignored: true, description: Ignored., schema: {type: integer}}
      requestBody:
        x-opaque: true
        content: {application/x-www-form-urlencoded: {schema: {$ref: '#/schemas/Callback'}}}
      responses:
        '200':
          description: What came.
          x-opaque: true
          content: {application/json: {schema: {$ref: '#/schemas/Seen'}}}
schemas:
  Callback:
    type: object
    description: What came.
    additionalProperties: true
    properties: {size: {$ref: '#/schemas/Size', description: How big.}}
  Size: {type: string, enum: [small, big], description: How big it is.}
  Seen: {type: object, description: What was seen.}
",
    );
    let views = Views::of(&api);
    let files = super::emit(&api, &views).unwrap();
    let file = files
        .iter()
        .find(|file| file.path == "openapi/dist/client.json")
        .unwrap();
    let published: Value = serde_json::from_str(&file.contents).unwrap();
    assert_snapshot!("opaque", shown(&published, "/paths/~1callback/post"));
    let names = |document: &Value| -> Vec<String> {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        schemas.keys().cloned().collect()
    };
    assert_eq!(names(&published), ["ErrorBody"], "what nothing leads to isn't there");

    let full = document(&api, views.view(Access::Client)).unwrap();
    let operation = &full["paths"]["/callback"]["post"];
    assert_eq!(operation.get("parameters"), None, "nobody has to send what is ignored");
    assert!(
        operation["requestBody"]
            .to_string()
            .contains("#/components/schemas/Callback")
    );
    assert_eq!(names(&full), ["Callback", "Size", "Seen", "ErrorBody"]);
}
