use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::ProjectKeys;

const BASE_URL: &str = "https://auth.example.com";

fn demo() -> Demo {
    Demo {
        project_id: "demo".into(),
        keys: ProjectKeys {
            publishable_client_key: "pck_shown".into(),
            secret_server_key: "ssk_shown".into(),
            super_secret_admin_key: "sak_shown".into(),
        },
    }
}

async fn get(path: &str, demo: Option<Demo>) -> (StatusCode, String) {
    let reference = Reference {
        base_url: BASE_URL.to_owned(),
        demo,
    };
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router(reference).oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_first_page_leads_to_every_document() {
    let (status, page) = get("/docs", None).await;
    assert_eq!(status, 200);
    for document in &documents::ALL {
        assert!(page.contains(&document.path()), "{}", document.name);
        let (status, text) = get(&document.path(), None).await;
        assert_eq!(status, 200);
        assert!(serde_json::from_str::<Value>(&text).unwrap()["openapi"].is_string());
    }
}

#[tokio::test]
async fn a_document_names_the_server_that_serves_it() {
    let (_, text) = get("/docs/openapi/server.json", None).await;
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        document["servers"],
        serde_json::json!([{ "url": "https://auth.example.com/api/v1" }])
    );
}

#[tokio::test]
async fn a_page_gets_the_key_of_its_access_and_no_greater_one() {
    let (_, script) = get("/docs/client/start.js", Some(demo())).await;
    assert!(script.contains("pck_shown") && !script.contains("ssk_shown") && !script.contains("sak_shown"));
    let (_, script) = get("/docs/admin/start.js", Some(demo())).await;
    assert!(script.contains("sak_shown"));
}

#[tokio::test]
async fn without_a_demo_no_key_is_shown() {
    for document in documents::pages() {
        let (_, script) = get(&document.script(), None).await;
        assert!(
            !script.contains("\"value\":\"sak") && !script.contains("projectId\":{"),
            "{script}"
        );
    }
}

#[tokio::test]
async fn the_script_of_the_page_is_part_of_the_server() {
    let (status, script) = get("/docs/scalar.js", None).await;
    assert_eq!(status, 200);
    assert!(script.contains("createApiReference"));
}
