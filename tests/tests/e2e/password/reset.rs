//! `POST /auth/password/send-reset-code`, `/reset` and `/reset/check-code`.

use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use stack_types::{PasswordReset, PasswordResetCodeCheck, PasswordResetCodeSend};

/// Until there is mail, resetting answers 501; what is wrong with a request is told all the same.
#[tokio::test]
async fn resetting_a_password_isnt_built_yet_and_says_so() {
    let project = TestProject::start().await;
    let client = project.client();
    let send = PasswordResetCodeSend {
        email: "ada@example.com".into(),
        callback_url: "http://localhost:3000".into(),
    };
    client
        .send_password_reset_code()
        .body(send)
        .send()
        .await
        .fails_plainly(501);
    let reset = PasswordReset {
        password: "another password".into(),
        code: "a".repeat(45).into(),
    };
    client.reset_password().body(reset).send().await.fails_plainly(501);
    let check = PasswordResetCodeCheck {
        code: "a".repeat(45).into(),
    };
    client
        .check_password_reset_code()
        .body(check)
        .send()
        .await
        .fails_plainly(501);

    let short = PasswordReset {
        password: "7 chars".into(),
        code: "a".repeat(45).into(),
    };
    client
        .reset_password()
        .body(short)
        .send()
        .await
        .fails(400, "PASSWORD_TOO_SHORT");
    for code in ["a".repeat(44), "a".repeat(46), String::new()] {
        let reset = PasswordReset {
            password: "another password".into(),
            code: code.clone().into(),
        };
        client
            .reset_password()
            .body(reset)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
        let check = PasswordResetCodeCheck { code: code.into() };
        client
            .check_password_reset_code()
            .body(check)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
}
