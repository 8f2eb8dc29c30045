//! What each access sees of small contracts.

use super::{Home, Views};
use crate::{
    model::{Access, Access::*, Kind},
    testing::fixture,
};

/// An operation for `access` that answers with `schema`.
fn get(access: &str, schema: &str) -> String {
    let id = format!("get_{}_as_{access}", schema.to_lowercase());
    format!(
        "  /{access}/{schema}:
    get:
      operationId: {id}
      summary: Get it
      description: Gets it.
      x-access: [{access}]
      responses:
        '200':
          description: There it is.
          content: {{application/json: {{schema: {{$ref: '#/schemas/{schema}'}}}}}}
"
    )
}

fn views(paths: &[String], schemas: &str) -> Views {
    Views::of(&fixture(&format!("paths:\n{}schemas:\n{schemas}", paths.concat())))
}

fn homes(views: &Views, schema: &str) -> Vec<(Access, Home)> {
    views.homes[schema]
        .iter()
        .map(|(access, home)| (*access, *home))
        .collect()
}

const PET: &str = "
  Pet:
    type: object
    description: A pet.
    properties:
      name: {type: string, description: Its name.}
      chip: {type: string, x-access: [server], description: Its number.}
";

#[test]
fn an_access_sees_no_property_that_is_not_for_it() {
    let views = views(&[get("client", "Pet"), get("server", "Pet")], PET);
    let names = |access| match &views.view(access).schemas["Pet"].ty.kind {
        Kind::Object(object) => object.properties.keys().cloned().collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(names(Client), ["name"]);
    assert_eq!(names(Server), ["name", "chip"]);
    assert_eq!(names(Admin), ["name", "chip"], "admin sees what server sees");
}

#[test]
fn an_access_has_the_operations_it_may_call_and_the_schemas_they_lead_to() {
    let views = views(
        &[get("client", "Pet"), get("admin", "List")],
        &format!(
            "{PET}  List: {{type: object, description: Pets., properties: {{items: {{type: array, \
             items: {{$ref: '#/schemas/Pet'}}, description: The pets.}}}}}}\n"
        ),
    );
    let seen = |access| {
        let view = views.view(access);
        (
            view.operations.len(),
            view.schemas.keys().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    assert_eq!(seen(Client), (1, vec!["Pet"]));
    assert_eq!(seen(Server), (0, vec![]));
    assert_eq!(seen(Admin), (1, vec!["Pet", "List"]));
}

#[test]
fn a_schema_that_all_see_alike_is_common_even_if_not_all_see_it() {
    let schemas = "  Pet: {type: object, description: A pet.}\n";
    let both = views(&[get("client", "Pet"), get("server", "Pet")], schemas);
    assert_eq!(
        homes(&both, "Pet"),
        [(Client, Home::Common), (Server, Home::Common), (Admin, Home::Common)]
    );
    let one = views(&[get("admin", "Pet")], schemas);
    assert_eq!(homes(&one, "Pet"), [(Admin, Home::Common)]);
    assert_eq!(one.home("Pet", Client), None);
}

#[test]
fn a_schema_that_differs_lives_with_the_first_access_that_has_the_shape() {
    let views = views(&[get("client", "Pet"), get("server", "Pet")], PET);
    let expected = [
        (Client, Home::Of(Client)),
        (Server, Home::Of(Server)),
        (Admin, Home::Of(Server)),
    ];
    assert_eq!(homes(&views, "Pet"), expected);
}

#[test]
fn a_schema_differs_if_something_within_it_does() {
    let list = "  List: {type: object, description: Pets., properties: {first: {$ref: '#/schemas/Pet', \
                description: One of them.}}}\n";
    let views = views(&[get("client", "List"), get("server", "List")], &format!("{PET}{list}"));
    let expected = [
        (Client, Home::Of(Client)),
        (Server, Home::Of(Server)),
        (Admin, Home::Of(Server)),
    ];
    assert_eq!(homes(&views, "List"), expected);
}

#[test]
fn schemas_that_lead_to_each_other_are_compared_all_the_same() {
    let family = |more: &str| {
        format!(
            "
  Pet:
    type: object
    description: A pet.
    properties:
      owner: {{$ref: '#/schemas/Owner', description: Whose it is.}}
  Owner:
    type: object
    description: Somebody with pets.
    properties:
      pets: {{type: array, items: {{$ref: '#/schemas/Pet'}}, description: The pets.}}
{more}"
        )
    };
    let paths = [get("client", "Pet"), get("server", "Pet")];
    assert_eq!(homes(&views(&paths, &family("")), "Pet")[0], (Client, Home::Common));
    let differing = family("      phone: {type: string, x-access: [server], description: A number.}\n");
    assert_eq!(homes(&views(&paths, &differing), "Pet")[1], (Server, Home::Of(Server)));
}

#[test]
fn parameters_and_the_body_schema_are_those_of_the_access() {
    let api = fixture(
        "
paths:
  /pets:
    post:
      operationId: add_pet
      summary: Add a pet
      description: Adds one.
      x-access: [client, server]
      parameters:
        - {name: owner, in: query, description: Whose it is., x-access: [server], schema: {type: string}}
      requestBody:
        content: {application/json: {schema: {$ref: '#/schemas/Pet'}}}
        x-schema: {client: {$ref: '#/schemas/OwnPet'}}
      responses:
        '200': {description: Done., content: {text/plain: {schema: {type: string}}}}
schemas:
  Pet: {type: object, description: A pet.}
  OwnPet: {type: object, description: A pet of one's own.}
",
    );
    let views = Views::of(&api);
    let sent = |access| {
        let operation = &views.view(access).operations[0];
        (
            operation.query_params.len(),
            operation.body.as_ref().unwrap().schema.as_str(),
        )
    };
    assert_eq!(sent(Client), (0, "OwnPet"));
    assert_eq!(sent(Server), (1, "Pet"));
    assert!(!views.view(Client).schemas.contains_key("Pet"));
}
