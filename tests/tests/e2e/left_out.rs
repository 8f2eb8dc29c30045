//! What the server leaves out: whoever may call it, and calls it rightly, hears that it isn't there.

use stack_server::http::not_built::LEFT_OUT_TAGS;
use stack_server_api::{
    OPERATIONS,
    operation::{Base, Need, Operation},
};
use stack_tests::{TestProject, TestUser};

use crate::fitting::{Fit, Fitting};

/// Calls it with each access that it is open to.
async fn is_left_out(operation: &Operation, project: &TestProject, user: &TestUser, fitting: &Fitting) {
    for &access in operation.accesses {
        let Fit { path, query, body } = fitting.request(operation, Some(access));
        let (method, server) = (operation.method, &project.server);
        let mut call = match operation.base {
            Base::Api => server.call(&format!("{method} {path}{query}")),
            Base::Versions => server.root_call(&format!("{method} /api{path}{query}")),
            Base::Root => server.root_call(&format!("{method} {path}{query}")),
        };
        if operation.auth != Need::None {
            call = call
                .headers(project.credentials(access.name()))
                .token(&user.access_token());
        }
        if operation.refresh_token == Need::Required {
            call = call.header("x-stack-refresh-token", &user.refresh_token());
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        let answer = call.send().await;
        let (status, id) = (answer.status.as_u16(), operation.id);
        assert_eq!(status, 501, "{id} as {access}: {} {}", answer.code(), answer.text());
    }
}

#[tokio::test]
async fn every_operation_of_a_tag_that_is_left_out_answers_501() {
    let project = TestProject::start().await;
    let (user, fitting) = (
        project.sign_up("ada@example.com").await,
        Fitting::new(project.id.to_string()),
    );
    for operation in OPERATIONS
        .iter()
        .filter(|operation| LEFT_OUT_TAGS.contains(&operation.tag))
    {
        is_left_out(operation, &project, &user, &fitting).await;
    }
}
