//! Small contracts, and what is emitted for them.

use crate::{output::File, testing::fixture, views::Views};

/// What is emitted for the one tag of a contract.
fn emitted(yaml: &str) -> String {
    let api = fixture(yaml);
    let files = super::emit(&api, &Views::of(&api)).expect("it can be emitted");
    let file = |File { path, contents }: File| path.ends_with("/fixture.rs").then_some(contents);
    files.into_iter().find_map(file).expect("the tag has a file")
}

/// The part from the first line that contains `from` to the end of that item.
fn item(text: &str, from: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let first = lines
        .iter()
        .position(|line| line.contains(from))
        .unwrap_or_else(|| panic!("no {from} in\n{text}"));
    let docs = lines[..first].iter().rev().take_while(|line| !line.is_empty()).count();
    let last = lines[first..]
        .iter()
        .position(|line| matches!(*line, "}" | "};"))
        .unwrap_or(0);
    lines[first - docs..=first + last].join("\n")
}

const NAME: &str = "
schemas:
  Name:
    type: object
    description: A name.
    required: [name]
    properties:
      name: {type: string, description: The name.}
";

const THING: &str = "
schemas:
  Thing:
    type: object
    description: A thing.
    required: [name]
    properties:
      name: {type: string, description: Its name.}
      weight: {type: integer, description: Only servers know., x-access: [server]}
";

const ERRORS: &str = "
errors:
  THING_NOT_FOUND: {status: 404, description: There is no such thing. Or not any more., message: No such thing.}
  NOBODY: {status: 400, description: Nobody is signed in., message: Who?}
";

#[test]
fn an_operation_that_is_the_same_for_all_is_one_method() {
    let text = emitted(&format!(
        "
paths:
  /names/{{id}}:
    put:
      operationId: set_name
      summary: Set a name
      description: Once and for all.
      x-access: [client, server]
      parameters:
        - {{name: id, in: path, required: true, description: Of the thing., schema: {{type: string, format: uuid}}}}
        - {{name: type, in: query, description: Which., schema: {{type: string, maxLength: 3}}}}
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/schemas/Name'}}}}}}
      responses:
        '201': {{description: The name., content: {{application/json: {{schema: {{$ref: '#/schemas/Name'}}}}}}}}
      x-errors: [THING_NOT_FOUND]
      x-text-errors: {{403: Somebody else named it.}}
{NAME}{ERRORS}"
    ));
    insta::assert_snapshot!(text);
}

#[test]
fn accesses_that_see_other_types_have_methods_of_their_own() {
    let text = emitted(&format!(
        "
paths:
  /thing:
    get:
      operationId: get_thing
      summary: Get the thing
      description: The one and only.
      x-access: [client, server]
      x-user: {{for: [client], error: NOBODY}}
      x-refresh-token: optional
      responses:
        '200': {{description: The thing., content: {{application/json: {{schema: {{$ref: '#/schemas/Thing'}}}}}}}}
{THING}{ERRORS}"
    ));
    insta::assert_snapshot!(
        [
            item(&text, "pub trait"),
            item(&text, "static GET_THING"),
            item(&text, "async fn")
        ]
        .join("\n\n")
    );
}

#[test]
fn an_operation_without_credentials_has_no_caller() {
    let text = emitted(
        "
paths:
  /up:
    get:
      operationId: get_up
      summary: Whether it is up
      description: For monitors.
      x-access: [client, server]
      x-auth: none
      x-base: root
      x-unknown-query: ignore
      responses:
        '200': {description: It is., content: {text/plain: {schema: {type: string}}}, x-cache-control: public}
",
    );
    insta::assert_snapshot!([item(&text, "pub trait"), item(&text, "pub fn"), item(&text, "async fn")].join("\n\n"));
}

#[test]
fn a_user_needs_credentials() {
    let api = fixture(&format!(
        "
paths:
  /thing:
    get:
      operationId: get_thing
      summary: Get the thing
      description: The one and only.
      x-access: [client]
      x-auth: optional
      x-user: {{error: NOBODY}}
      responses:
        '200': {{description: The thing., content: {{application/json: {{schema: {{$ref: '#/schemas/Name'}}}}}}}}
{NAME}{ERRORS}"
    ));
    let error = super::emit(&api, &Views::of(&api)).expect_err("nobody can be signed in");
    assert_eq!(
        error.to_string(),
        "get_thing: `x-user` needs credentials, and `x-auth` says that there may be none"
    );
}

#[test]
fn a_page_is_answered_as_html() {
    let text = emitted(
        "
paths:
  /up:
    get:
      operationId: get_up
      summary: Whether it is up
      description: For people.
      x-access: [client]
      responses:
        '200': {description: It is., content: {text/html: {schema: {type: string}}}}
",
    );
    let handler = item(&text, "async fn");
    assert!(handler.contains("reply.html("), "{handler}");
}
