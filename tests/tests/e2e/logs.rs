//! Whoever reads the logs finds no token, no key, no password and no address.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Log, Outcome, PASSWORD, ProjectOptions, Secrets, TestProject, TestServer, internal_keys};
use stack_types::{PasswordSignIn, PasswordUpdate, server};

#[tokio::test]
async fn no_secret_is_logged_however_much_is() {
    let log = Log::catch();

    let project = TestProject::start().await;
    let mut secrets = Secrets::default();
    secrets.add("password", PASSWORD);
    secrets.add("address", "ada.lovelace@example.com");
    for keys in [project.keys.clone(), internal_keys()] {
        secrets.add("client key", keys.publishable_client_key.expose());
        secrets.add("server key", keys.secret_server_key.expose());
        secrets.add("admin key", keys.super_secret_admin_key.expose());
    }
    let ada = project.sign_up("ada.lovelace@example.com").await;
    let guest = project.sign_up_anonymously().await;
    for user in [&ada, &guest] {
        secrets.add("access token", user.access_token());
        secrets.add("refresh token", user.refresh_token());
    }
    let wrong = "a password that is wrong";
    secrets.add("wrong password", wrong);
    let body = PasswordSignIn {
        email: "ada.lovelace@example.com".to_owned(),
        password: wrong.into(),
    };
    project
        .client()
        .sign_in_with_password()
        .body(body)
        .send()
        .await
        .fails(400, "EMAIL_PASSWORD_MISMATCH");
    let change = PasswordUpdate {
        old_password: PASSWORD.into(),
        new_password: "another password".into(),
    };
    ada.client.update_password().body(change).send().await.answers(200);
    secrets.add("new password", "another password");
    ada.client.refresh_current_session().send().await.answers(200);
    let totp = "c2VjcmV0IG9mIGFuIGFwcA==";
    let body = server::UserUpdate {
        totp_secret_base64: Patch::Value(totp.into()),
        ..Default::default()
    };
    project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(body)
        .send()
        .await
        .answers(200);
    secrets.add("TOTP secret", totp);

    // What goes wrong is logged the most.
    let garbled = format!("{}garbled", ada.access_token());
    secrets.add("garbled token", &garbled);
    let answer = project
        .client_call("GET /users/me?query=ada.lovelace@example.com")
        .token(&garbled)
        .send()
        .await;
    answer.fails(401, "UNPARSABLE_ACCESS_TOKEN");
    let key = "ssk_a_key_that_is_wrong";
    secrets.add("wrong key", key);
    let call = project
        .server_call("GET /users")
        .header("x-stack-development-override-key", key);
    call.send().await.fails_plainly(401);
    let call = project.server.call("POST /auth/oauth/token").json(json!({
        "grant_type": "refresh_token", "client_id": project.id, "client_secret": key, "refresh_token": ada.refresh_token(),
    }));
    call.send().await.fails(400, "INVALID_OAUTH_CLIENT_ID_OR_SECRET");
    let call = project
        .client_call("POST /auth/password/sign-up")
        .json(json!({ "email": 1, "password": [PASSWORD] }));
    call.send().await.fails(400, "SCHEMA_ERROR");
    let failed = project
        .server
        .root_call("GET /health/error-handler-debug/endpoint")
        .send()
        .await;
    let request_id = failed.header("x-stack-request-id").to_owned();

    log.has_none_of(&secrets);
    let bytes = log.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let failure = text
        .lines()
        .find(|line| line.contains("ERROR") && line.contains(&request_id));
    assert!(
        failure.is_some(),
        "a failure is logged with the name that the caller was told"
    );
}

/// Every flow that sends a mail, from the call that asks for it to the call that uses its code, and what goes wrong.
#[tokio::test]
async fn no_code_of_a_mail_is_logged() {
    let log = Log::catch();
    let config = json!({ "magic_link_enabled": true, "allow_localhost": true });
    let project = TestProject::create_with(&TestServer::start().await, ProjectOptions { config }).await;
    let mut secrets = Secrets::default();
    secrets.add("password", PASSWORD);
    let post = |line: &'static str, body: Value| project.client_call(line).json(body).send();
    let (ada, grace) = ("ada.lovelace@example.com", "grace.hopper@example.com");
    let callback = "http://localhost:3000/callback";
    let ask = json!({ "email": ada, "callback_url": callback });

    secrets.add_answer(&post("POST /auth/otp/send-sign-in-code", ask.clone()).await.answers(200));
    let mail = project.mail_to(ada).await;
    secrets.add_mail(&mail, ada);
    let (code, guess) = (mail.link_code(), format!("zzzzzz{}", &mail.link_code()[6..]));
    secrets.add("guess", &guess);
    post("POST /auth/otp/sign-in", json!({ "code": guess }))
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    post("POST /auth/otp/sign-in/check-code", json!({ "code": code }))
        .await
        .answers(200);
    secrets.add_answer(
        &post("POST /auth/otp/sign-in", json!({ "code": code }))
            .await
            .answers(200),
    );
    post("POST /auth/otp/sign-in", json!({ "code": code }))
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
    // In a place where it doesn't belong.
    let call = project.client_call(&format!("GET /users/me?code={code}"));
    call.send().await.fails(400, "SCHEMA_ERROR");
    post("POST /auth/otp/sign-in", json!({ "code": [code] }))
        .await
        .fails(400, "SCHEMA_ERROR");

    project.server.advance(std::time::Duration::from_secs(1));
    post("POST /auth/password/send-reset-code", ask).await.answers(200);
    let mail = project.mail_to(ada).await;
    secrets.add_mail(&mail, ada);
    let (code, new) = (mail.link_code(), "a password after the reset");
    secrets.add("new password", new);
    post("POST /auth/password/reset/check-code", json!({ "code": code }))
        .await
        .answers(200);
    post("POST /auth/password/reset", json!({ "code": code, "password": new }))
        .await
        .answers(200);

    let body = json!({ "email": grace, "password": PASSWORD, "verification_callback_url": callback });
    secrets.add_answer(&post("POST /auth/password/sign-up", body).await.answers(200));
    let mail = project.mail_to(grace).await;
    secrets.add_mail(&mail, grace);
    let code = json!({ "code": mail.link_code() });
    post("POST /contact-channels/verify/check-code", code.clone())
        .await
        .answers(200);
    post("POST /contact-channels/verify", code.clone()).await.answers(200);
    post("POST /contact-channels/verify", code)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
    log.has_none_of(&secrets);
}

#[tokio::test]
async fn no_api_key_no_kept_value_and_no_setting_is_logged() {
    let log = Log::catch();
    let project = TestProject::start_with(json!({ "allow_user_api_keys": true })).await;
    let mut secrets = Secrets::default();
    let ada = project.sign_up("ada.lovelace@example.com").await;
    let post = |line: &'static str, body: Value| project.server_call(line).json(body).send();
    let body = json!({ "description": "x", "expires_at_millis": null, "user_id": ada.id });
    let key = post("POST /user-api-keys", body).await.answers(200);
    let value = key["value"].as_str().expect("a key");
    secrets.add("API key", value);
    let check = async |value: &str| post("POST /user-api-keys/check", json!({ "api_key": value })).await;
    check(value).await.answers(200);
    check(&format!("{value} ")).await.fails(404, "API_KEY_NOT_FOUND");
    let call = project.server_call(&format!("GET /user-api-keys/{value}"));
    call.send().await.fails(400, "SCHEMA_ERROR");

    let setting = "a secret of a client at GitHub";
    secrets.add("client secret", setting);
    let patch = async |level: &str, text: String| {
        let line = format!("PATCH /internal/config/override/{level}");
        let body = json!({ "config_override_string": text });
        project.admin_call(&line).json(body).send().await
    };
    let provider = json!({ "auth.oauth.providers.github": { "type": "github", "clientSecret": setting } });
    patch("environment", provider.to_string()).await.answers(200);
    patch("branch", provider.to_string()).await.fails_plainly(400);
    patch("environment", json!({ "auth.oauth.providers": setting }).to_string())
        .await
        .fails_plainly(400);
    patch("environment", format!("{{{setting}")).await.fails_plainly(400);
    patch("branch", json!({ "dataVault.stores.notes": {} }).to_string())
        .await
        .answers(200);

    let (hashed_key, kept) = ("the hash of a key of the vault", "a value that nobody may read");
    secrets.add("key of the vault", hashed_key);
    secrets.add("value of the vault", kept);
    let entry = json!({ "hashed_key": hashed_key, "encrypted_value": kept });
    post("POST /data-vault/stores/notes/get", json!({ "hashed_key": hashed_key }))
        .await
        .fails(400, "DATA_VAULT_STORE_HASHED_KEY_DOES_NOT_EXIST");
    post("POST /data-vault/stores/nowhere/set", entry.clone())
        .await
        .fails(400, "DATA_VAULT_STORE_DOES_NOT_EXIST");
    let wrong = json!({ "hashed_key": [hashed_key], "encrypted_value": [kept] });
    post("POST /data-vault/stores/notes/set", wrong)
        .await
        .fails(400, "SCHEMA_ERROR");
    post("POST /data-vault/stores/notes/set", entry).await.answers(200);
    let call = post("POST /data-vault/stores/notes/get", json!({ "hashed_key": hashed_key }));
    assert_eq!(call.await.answers(200)["encrypted_value"], kept);
    log.has_none_of(&secrets);
}
