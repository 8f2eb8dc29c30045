//! Connected accounts: tags `connected-accounts` and `oauth-providers`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, Log, Secrets, TestProject, TestUser};

use super::provider::*;

const NOT_CONNECTED: &str = "OAUTH_CONNECTION_NOT_CONNECTED_TO_USER";
const NO_SCOPE: &str = "OAUTH_CONNECTION_DOES_NOT_HAVE_REQUIRED_SCOPE";

/// Ada, who has signed in with the account `ada` and agreed to the scope `repo`.
async fn ada(project: &TestProject, provider: &Provider) -> TestUser {
    provider.account("ada", "ada@example.com", true);
    let page = page(&goes_through(project, "ada", &[("provider_scope", "repo")]).await, 303);
    let tokens = exchange(project, &page, &[]).await.answers(200);
    let user = user_of(project, &tokens).await;
    let id: uuid::Uuid = user["id"].as_str().expect("an id").parse().expect("a UUID");
    project.session_of(id).await
}

async fn token_at(project: &TestProject, user: &TestUser, line: &str, body: Value) -> Answer {
    project
        .client_call(line)
        .token(&user.access_token())
        .json(body)
        .send()
        .await
}

async fn token(project: &TestProject, user: &TestUser, scope: &str) -> Answer {
    let line = "POST /connected-accounts/me/github/access-token";
    token_at(project, user, line, json!({ "scope": scope })).await
}

#[tokio::test]
async fn a_stored_token_is_given_as_long_as_it_lasts_and_then_renewed() {
    let provider = Provider::start().await;
    provider.script().lifetime_secs = Some(3600);
    let project = provider.project(json!({})).await;
    let ada = ada(&project, &provider).await;
    let first = token(&project, &ada, "repo").await.answers(201)["access_token"].clone();
    assert_eq!(first, "ada/access/1");
    for line in [
        "POST /connected-accounts/me/github/ada/access-token",
        "POST /auth/oauth/connected-accounts/github/access-token",
    ] {
        assert_eq!(
            token_at(&project, &ada, line, json!({})).await.answers(201)["access_token"],
            first
        );
    }
    let line = format!("POST /connected-accounts/{}/github/access-token", ada.id);
    let given = project.server_call(&line).json(json!({})).send().await.answers(201);
    assert_eq!(given["access_token"], first);

    project.server.advance(Duration::from_secs(3600 - 300));
    let ada = project.session_of(ada.id.0).await;
    let second = token(&project, &ada, "repo user:email").await.answers(201);
    assert_eq!(
        second["access_token"], "ada/access/2",
        "less than five minutes were left"
    );
    assert_eq!(provider.script().heard["refresh_token"], "ada/refresh/1");
    assert_eq!(token(&project, &ada, "repo").await.answers(201), second);

    provider.script().revoked.push("ada/access/2".to_owned());
    let third = token(&project, &ada, "repo").await.answers(201);
    assert_eq!(
        third["access_token"], "ada/access/3",
        "the provider takes the second one no more"
    );
    assert_eq!(
        provider.script().heard["refresh_token"],
        "ada/refresh/2",
        "a new refresh token is kept"
    );

    provider
        .script()
        .revoked
        .extend(["ada/access/3".to_owned(), "ada/refresh/3".to_owned()]);
    token(&project, &ada, "repo").await.fails(400, NO_SCOPE);
}

#[tokio::test]
async fn a_provider_in_trouble_takes_no_connection_away() {
    let provider = Provider::start().await;
    provider.script().lifetime_secs = Some(60);
    let project = provider.project(json!({})).await;
    let ada = ada(&project, &provider).await;
    provider.script().trouble = Some((503, ""));
    let answer = token(&project, &ada, "repo").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "5"));
    provider.script().trouble = None;
    token(&project, &ada, "repo").await.answers(201);
}

#[tokio::test]
async fn the_refusals_come_in_a_fixed_order() {
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let ada = ada(&project, &provider).await;
    let eve = project.sign_up("eve@example.com").await;
    let theirs = format!("POST /connected-accounts/{}/nowhere/access-token", eve.id);
    token_at(&project, &ada, &theirs, json!({})).await.fails_plainly(403);
    let nowhere = "POST /connected-accounts/me/nowhere/access-token";
    token_at(&project, &ada, nowhere, json!({}))
        .await
        .fails(400, "OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED");
    token(&project, &eve, "repo").await.fails(400, NOT_CONNECTED);
    let other = "POST /connected-accounts/me/github/eve/access-token";
    token_at(&project, &ada, other, json!({}))
        .await
        .fails(400, NOT_CONNECTED);
    token(&project, &ada, "repo admin:org").await.fails(400, NO_SCOPE);
    let nobody = format!("POST /connected-accounts/{}/github/access-token", uuid::Uuid::new_v4());
    let call = project.server_call(&nobody).json(json!({}));
    call.send().await.fails(404, "USER_NOT_FOUND");
    let me = project
        .client_call("POST /connected-accounts/me/github/access-token")
        .json(json!({}));
    me.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn connected_accounts_are_listed_to_their_user() {
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let ada = ada(&project, &provider).await;
    let eve = project.sign_up("eve@example.com").await;
    let list = |user: &TestUser, of: &str| {
        let call = project.client_call(&format!("GET /connected-accounts/{of}"));
        call.token(&user.access_token()).send()
    };
    let expected = json!([{ "user_id": ada.id, "provider": "github", "provider_account_id": "ada" }]);
    assert_eq!(list(&ada, "me").await.answers(200)["items"], expected);
    assert_eq!(list(&eve, "me").await.answers(200)["items"], json!([]));
    list(&eve, &ada.id.to_string()).await.fails_plainly(403);
    let line = format!("GET /connected-accounts/{}", ada.id);
    assert_eq!(project.server_call(&line).send().await.answers(200)["items"], expected);
    let line = format!("GET /connected-accounts/{}", uuid::Uuid::new_v4());
    project.server_call(&line).send().await.fails(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn servers_connect_change_and_disconnect_accounts() {
    const USED: &str = "OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN";
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let google = json!({ "auth.oauth.providers.google": { "type": "google", "allowSignIn": true } });
    project.configure(ConfigLevel::Environment, google).await;
    let (ada, eve) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("eve@example.com").await,
    );
    let account = |user: &TestUser, provider: &str, account: &str, sign_in: bool| {
        json!({
            "user_id": user.id, "provider_config_id": provider, "account_id": account, "email": "ada@example.com",
            "allow_sign_in": sign_in, "allow_connected_accounts": true,
        })
    };
    let create = |body: Value| project.server_call("POST /oauth-providers").json(body).send();
    let first = create(account(&ada, "github", "1", true)).await.answers(201);
    let id = first["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        first,
        json!({
            "account_id": "1", "user_id": ada.id, "id": id, "email": "ada@example.com", "provider_config_id": "github",
            "type": "github", "allow_sign_in": true, "allow_connected_accounts": true,
        })
    );
    create(account(&ada, "gitlab", "1", false)).await.fails_plainly(404);
    create(account(&ada, "github", "2", true)).await.fails_plainly(400);
    create(account(&ada, "github", "1", false)).await.fails_plainly(400);
    create(account(&eve, "github", "1", true)).await.fails(400, USED);
    create(account(&eve, "google", "1", true)).await.fails(400, USED);
    let mut nobodys = account(&ada, "github", "3", false);
    nobodys["user_id"] = json!(uuid::Uuid::new_v4());
    create(nobodys.clone()).await.fails(404, "USER_NOT_FOUND");
    nobodys["user_id"] = json!("me");
    create(nobodys).await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let second = create(account(&eve, "github", "1", false)).await.answers(201);
    let second = second["id"].as_str().expect("an id").to_owned();

    let line = |method: &str, user: &TestUser, id: &str| match method {
        "GET" => format!("GET /oauth-providers/{}/{id}", user.id),
        "PATCH" => format!("PATCH /oauth-providers/{}/{id}", user.id),
        _ => format!("DELETE /oauth-providers/{}/{id}", user.id),
    };
    let get = project.server_call(&line("GET", &ada, &id)).send();
    assert_eq!(get.await.answers(200), first);
    project
        .server_call(&line("GET", &eve, &id))
        .send()
        .await
        .fails_plainly(404);
    let change =
        |user: &TestUser, id: &str, body: Value| project.server_call(&line("PATCH", user, id)).json(body).send();
    change(&eve, &second, json!({ "allow_sign_in": true }))
        .await
        .fails(400, USED);
    let moved = change(
        &eve,
        &second,
        json!({ "allow_sign_in": true, "account_id": "2", "email": "e@example.com" }),
    )
    .await;
    let moved = moved.answers(200);
    assert_eq!(
        (&moved["account_id"], &moved["allow_sign_in"]),
        (&json!("2"), &json!(true))
    );
    change(&eve, &id, json!({})).await.fails_plainly(404);
    let all = project.server_call("GET /oauth-providers").send().await.answers(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));

    provider.account("2", "other@example.com", true);
    let user = user_of(&project, &sign_in(&project, "2").await).await;
    assert_eq!(user["id"], json!(eve.id), "an imported account signs in");
    let gone = project
        .server_call(&line("DELETE", &eve, &second))
        .send()
        .await
        .answers(200);
    assert_eq!(gone, json!({ "success": true }));
    project
        .server_call(&line("DELETE", &eve, &second))
        .send()
        .await
        .fails_plainly(404);
    assert_eq!(sign_in(&project, "2").await["is_new_user"], true);
}

#[tokio::test]
async fn clients_see_and_change_only_their_own_and_only_what_it_is_good_for() {
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let ada = ada(&project, &provider).await;
    let eve = project.sign_up("eve@example.com").await;
    let call = |user: &TestUser, line: &str| project.client_call(line).token(&user.access_token());
    let listed = call(&ada, "GET /oauth-providers?user_id=me").send().await.answers(200);
    let account = listed["items"][0].clone();
    assert_eq!(account.get("account_id"), None);
    assert_eq!(account["type"], "github");
    call(&ada, "GET /oauth-providers").send().await.fails_plainly(403);
    let theirs = format!("GET /oauth-providers?user_id={}", ada.id);
    call(&eve, &theirs).send().await.fails_plainly(403);
    let id = account["id"].as_str().expect("an id");
    let own = |method: &str| format!("{method} /oauth-providers/me/{id}");
    assert_eq!(call(&ada, &own("GET")).send().await.answers(200), account);
    let off = json!({ "allow_connected_accounts": false });
    let changed = call(&ada, &own("PATCH")).json(off.clone()).send().await.answers(200);
    assert_eq!(changed["allow_connected_accounts"], false);
    token(&project, &ada, "repo").await.fails(400, NOT_CONNECTED);
    for forbidden in [json!({ "account_id": "eve" }), json!({ "email": "eve@example.com" })] {
        call(&ada, &own("PATCH"))
            .json(forbidden)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    for method in ["GET", "PATCH", "DELETE"] {
        let line = format!("{method} /oauth-providers/{}/{id}", ada.id);
        let call = call(&eve, &line);
        let call = if method == "PATCH" {
            call.json(off.clone())
        } else {
            call
        };
        call.send().await.fails_plainly(403);
    }
    call(&ada, &own("DELETE")).send().await.answers(200);
    call(&ada, &own("GET")).send().await.fails_plainly(404);
}

#[tokio::test]
async fn nothing_of_a_sign_in_is_stored_in_clear_or_logged() {
    let log = Log::catch();
    let provider = Provider::start().await;
    let project = provider.project(json!({})).await;
    let browser = Browser::sent(&authorize(&project, &parameters(&project)).await);
    let ada = ada(&project, &provider).await;
    let page = page(&goes_through(&project, "ada", &[]).await, 303);
    let mut secrets = Secrets::default();
    let state = browser.parameter("state");
    secrets.add("state at the provider", state.split('-').next().expect("a code"));
    secrets.add("state of the app", "the app's state");
    secrets.add("code", parameter(&page, "code"));
    secrets.add("verifier at the provider", &provider.script().heard["code_verifier"]);
    secrets.add("client secret", "own secret");
    secrets.add("access token", "ada/access/");
    secrets.add("refresh token", "ada/refresh/");
    token(&project, &ada, "repo").await.answers(201);
    // What goes wrong is logged the most.
    provider.script().trouble = Some((503, "ada/access/1"));
    goes_through(&project, "ada", &[]).await;
    provider.script().trouble = Some((400, r#"{"error": "ada/access/1"}"#));
    goes_through(&project, "ada", &[]).await.fails_plainly(400);
    let bytes = project.server.database().bytes().await;
    assert_eq!(secrets.found_in(&bytes), [""; 0]);
    log.has_none_of(&secrets);
}
