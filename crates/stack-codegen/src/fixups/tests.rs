//! Each fixup on the least document that needs it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;

use super::*;

#[test]
fn paths_get_the_prefix_of_their_own_server() {
    let mut document = json!({
        "servers": [{ "url": "https://api.example.com/api/v1/" }],
        "paths": {
            "/users": { "get": { "operationId": "list_users" } },
            "/health": { "servers": [{ "url": "https://api.example.com" }], "get": { "operationId": "health" } },
        },
    });
    assert_eq!(paths::from_the_origin(&mut document), 1);
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/api/v1/users", "/health"]);
    assert_eq!(document.get("servers"), None);
}

#[test]
fn two_operations_of_one_path_may_have_different_servers() {
    let mut document = json!({
        "servers": [{ "url": "/api" }],
        "paths": { "/": {
            "parameters": [],
            "get": { "operationId": "a" },
            "post": { "operationId": "b", "servers": [{ "url": "/" }] },
        } },
    });
    assert_eq!(paths::from_the_origin(&mut document), 1);
    assert_eq!(
        document["paths"],
        json!({
            "/api": { "parameters": [], "get": { "operationId": "a" } },
            "/": { "parameters": [], "post": { "operationId": "b" } },
        })
    );
}

#[test]
fn parameters_keep_their_type_only() {
    let mut document = json!({ "paths": { "/users": { "get": { "parameters": [
        { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "default": 10 } },
        { "name": "desc", "in": "query", "schema": { "type": "string", "enum": ["true", "false"] } },
        { "name": "team", "in": "query", "schema": { "allOf": [{ "$ref": "#/components/schemas/TeamId" }] } },
        { "name": "plain", "in": "query", "schema": { "type": "boolean" } },
    ] } } } });
    assert_eq!(parameters::simplify(&mut document), 3);
    let parameters = document.pointer("/paths/~1users/get/parameters").unwrap();
    assert_eq!(parameters[0]["schema"], json!({ "type": "integer", "format": "int64" }));
    assert_eq!(parameters[1]["schema"], json!({ "type": "string" }));
    assert_eq!(
        parameters[2]["schema"],
        json!({ "$ref": "#/components/schemas/TeamId" })
    );
}

#[test]
fn json_wins_over_a_form() {
    let mut document = json!({ "paths": { "/token": { "post": { "requestBody": { "content": {
        "application/x-www-form-urlencoded": {},
        "application/json": {},
    } } } } } });
    assert_eq!(requests::keep_one_media_type(&mut document), 1);
    let content = document.pointer("/paths/~1token/post/requestBody/content").unwrap();
    assert_eq!(content, &json!({ "application/json": {} }));
}

#[test]
fn several_successes_are_one_and_redirects_beside_them_are_none() {
    let mut document = json!({ "paths": { "/code": {
        "get": { "responses": { "200": {}, "307": {}, "4XX": {} } },
        "post": { "responses": { "200": { "content": {} }, "201": { "content": {} } } },
        "put": { "responses": { "200": {} } },
    } } });
    assert_eq!(answers::keep_one_success(&mut document), 2);
    let expected = json!({
        "get": { "responses": { "200": {}, "4XX": {} } },
        "post": { "responses": { "2XX": { "content": {} } } },
        "put": { "responses": { "200": {} } },
    });
    assert_eq!(document["paths"]["/code"], expected);
}

#[test]
fn every_error_has_the_same_body() {
    let mut document = json!({ "paths": { "/users": { "get": { "responses": {
        "200": {}, "400": {}, "4XX": {}, "503": {}, "default": {},
    } } } } });
    assert_eq!(answers::unify_errors(&mut document), 1);
    let answers: Vec<_> = document
        .pointer("/paths/~1users/get/responses")
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(answers, ["200", "4XX", "5XX"]);
    assert!(document.pointer("/components/schemas/ErrorBody").is_some());
}

#[test]
fn text_answers_become_json_strings() {
    for media in ["text/plain", "text/html"] {
        let mut document =
            json!({ "paths": { "/": { "get": { "responses": { "200": { "content": { media: {} } } } } } } });
        assert_eq!(answers::turn_text_into_json(&mut document), 1);
        let content = document.pointer("/paths/~1/get/responses/200/content").unwrap();
        assert_eq!(
            content,
            &json!({ "application/json": { "schema": { "type": "string" } } })
        );
    }
}

#[test]
fn the_contract_needs_every_fixup() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    let sources = crate::load::Sources::from_folder(&folder).expect("the contract is there");
    let api = crate::read(&sources).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let views = crate::views::Views::of(&api);
    let mut counts = [0; ALL.len()];
    for view in &views.views {
        let mut document = crate::emit::documents::document(&api, view).expect("it can be published");
        for (sum, applied) in counts.iter_mut().zip(lower(&mut document)) {
            *sum += applied.count;
        }
    }
    for (fixup, count) in ALL.iter().zip(counts) {
        assert!(count > 0, "`{}` changes nothing any more: remove it", fixup.name);
    }
}
