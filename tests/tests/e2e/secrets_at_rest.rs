//! Whoever reads the database finds no token, no key and no password.

use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Backend, Outcome, PASSWORD, Secrets, TestProject, internal_keys};
use stack_types::{PasswordUpdate, SessionCreate};

#[tokio::test]
async fn nothing_that_gives_access_is_stored_in_clear() {
    let project = TestProject::start_with(json!({
        "magic_link_enabled": true,
        "allow_user_api_keys": true,
        "email_config": {
            "type": "standard", "host": "smtp.example.com", "port": 587, "username": "shop",
            "password": "a password for mail", "sender_name": "Shop", "sender_email": "shop@example.com",
        },
        "oauth_providers": [
            { "id": "github", "type": "standard", "client_id": "an id", "client_secret": "a secret of a client" },
        ],
    }))
    .await;
    let mut secrets = Secrets::default();
    secrets.add("password", PASSWORD);
    secrets.add("mail password", "a password for mail");
    secrets.add("client secret", "a secret of a client");
    for keys in [project.keys.clone(), internal_keys()] {
        secrets.add("client key", keys.publishable_client_key.expose());
        secrets.add("server key", keys.secret_server_key.expose());
        secrets.add("admin key", keys.super_secret_admin_key.expose());
    }
    let ada = project.sign_up("ada@example.com").await;
    for user in [
        &ada,
        &project.sign_in("ada@example.com").await,
        &project.sign_up_anonymously().await,
    ] {
        secrets.add("access token", user.access_token());
        secrets.add("refresh token", user.refresh_token());
    }
    let owner = project.owner.tokens();
    secrets.add("refresh token of the owner", owner.refresh.expect("a token").expose());
    let refreshed = ada.client.refresh_current_session().send().await.answers(200);
    secrets.add("refreshed access token", refreshed.access_token.expose());
    let body = stack_tests::typed::<SessionCreate>(json!({ "user_id": ada.id }));
    let created = project.server().create_session().body(body).send().await.answers(200);
    secrets.add("created refresh token", created.refresh_token.expose());

    let change = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client.update_password().body(change).send().await.answers(200);
    secrets.add("new password", "another password");
    let totp = "c2VjcmV0IG9mIGFuIGFwcA==";
    let body = json!({ "totp_secret_base64": totp });
    project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .json(body)
        .send()
        .await
        .answers(200);
    secrets.add("TOTP secret", totp);
    secrets.add("bytes of the TOTP secret", "secret of an app");

    let body = json!({ "description": "x", "expires_at_millis": null, "user_id": ada.id });
    let key = project
        .server_call("POST /user-api-keys")
        .json(body)
        .send()
        .await
        .answers(200);
    secrets.add("API key", key["value"].as_str().expect("a key"));

    let (ask, other) = (
        json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000" }),
        "b@example.com",
    );
    let call = project.client_call("POST /auth/password/send-reset-code").json(ask);
    call.send().await.answers(200);
    secrets.add("code of a mail", project.mail_to("ada@example.com").await.link_code());
    let ask = json!({ "email": other, "callback_url": "http://localhost:3000" });
    let call = project.client_call("POST /auth/otp/send-sign-in-code").json(ask);
    secrets.add_answer(&call.send().await.answers(200));
    secrets.add("code to sign in", project.mail_to(other).await.link_code());
    secrets.add("address that is nobody's yet", other);

    let bytes = project.server.database().bytes().await;
    let mut known = Secrets::default();
    known.add("address", "ada@example.com");
    assert_eq!(
        known.found_in(&bytes),
        ["address"],
        "what may be read is found, so the search works"
    );
    assert_eq!(secrets.found_in(&bytes), [""; 0]);
    assert!(secrets.len() > 20);
}

#[tokio::test]
async fn the_files_beside_the_database_are_the_owners_only() {
    if Backend::of_this_run() != Backend::Sqlite {
        return;
    }
    let project = TestProject::start().await;
    for (path, _) in stack_tests::files_below(project.server.database().folder()) {
        let holds_secrets = path
            .extension()
            .is_some_and(|extension| extension == "keys" || extension == "secret");
        if cfg!(unix) && holds_secrets {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path)
                .expect("the file is there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o077, 0, "{}", path.display());
        }
    }
}
