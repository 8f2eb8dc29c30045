//! The API reference works in a browser.

use stack_server::{Parts, config::Settings, start_with};
use stack_tests::{chromium, run_script, skip};

#[tokio::test]
async fn the_reference_pages_work_in_a_browser_and_load_nothing_from_elsewhere() {
    const SCRIPT: &str = "reference.mjs";
    let Some(chromium) = chromium() else {
        return skip(SCRIPT, "chromium isn't installed; `STACK_CHROMIUM` says where it is");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        database_url: Some(format!("sqlite://{}", folder.path().join("demo.db").display())),
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..Settings::default()
    };
    let parts = Parts {
        demo: true,
        ..Parts::default()
    };
    let config = settings.resolve().expect("the settings are right");
    let running = start_with(config, parts).await.expect("the server starts");
    let demo = running.demo.clone().expect("there is a demo project");
    let environment = [
        ("STACK_CHROMIUM", chromium.to_str().expect("a path in UTF-8")),
        ("STACK_API_URL", &running.base_url),
        ("STACK_PROJECT_ID", demo.project_id.as_str()),
        (
            "STACK_PUBLISHABLE_CLIENT_KEY",
            demo.keys.publishable_client_key.expose(),
        ),
        ("STACK_SECRET_SERVER_KEY", demo.keys.secret_server_key.expose()),
        (
            "STACK_SUPER_SECRET_ADMIN_KEY",
            demo.keys.super_secret_admin_key.expose(),
        ),
    ];
    run_script(SCRIPT, &environment, "all reference steps passed").await;
    running.shutdown().await.expect("the server stops");
}
