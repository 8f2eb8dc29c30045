//! Tag `internal-onboarding`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Outcome, TestProject, typed};
use stack_types::SignInInvitation;

const CALLBACK: &str = "http://localhost:3000/handler/sign-in";

#[tokio::test]
async fn an_invitation_leads_to_where_people_sign_in_and_proves_nothing() {
    let project = TestProject::start().await;
    let body = typed::<SignInInvitation>(json!({ "email": "Ada@example.com", "callback_url": CALLBACK }));
    assert!(
        project
            .server()
            .send_sign_in_invitation()
            .body(body)
            .send()
            .await
            .answers(200)
            .success
    );
    let mail = project.mail_to("ada@example.com").await;
    assert_eq!(mail.link().as_str(), CALLBACK);
    assert!(mail.text.contains("Test project"), "{}", mail.text);
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn an_invitation_leads_to_the_projects_apps_only() {
    let project = TestProject::start().await;
    let call = |url: &str| {
        let body = json!({ "email": "ada@example.com", "callback_url": url });
        project
            .server_call("POST /internal/send-sign-in-invitation")
            .json(body)
            .send()
    };
    call("https://evil.example.com/")
        .await
        .fails(400, "REDIRECT_URL_NOT_WHITELISTED");
    call("no URL").await.fails(400, "SCHEMA_ERROR");
    assert!(project.mails().await.is_empty());
    let body = json!({ "email": "ada@example.com", "callback_url": CALLBACK });
    let client = project.client_call("POST /internal/send-sign-in-invitation").json(body);
    client.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}

/// Tries to sign up with this address.
async fn sign_up(project: &TestProject, email: &str) -> stack_tests::Answer {
    let body = json!({ "email": email, "password": "correct horse battery" });
    project
        .client_call("POST /auth/password/sign-up")
        .json(body)
        .send()
        .await
}

async fn admin(project: &TestProject, line: &str, body: Value) -> Value {
    let call = project.admin_call(line);
    let call = if body.is_null() { call } else { call.json(body) };
    call.send().await.answers(200)
}

#[tokio::test]
async fn whom_a_rule_would_restrict_is_told_and_nothing_is_changed() {
    let project = TestProject::start().await;
    let user = |email: Value, verified: bool| {
        let body = json!({ "primary_email": email, "primary_email_verified": verified, "display_name": "U" });
        project.server_call("POST /users").json(body).send()
    };
    user(json!("ada@example.com"), true).await.answers(201);
    let bob = user(json!("bob@example.com"), false).await.answers(201);
    project.server.advance(std::time::Duration::from_secs(1));
    let eve = user(json!(null), false).await.answers(201);
    project.sign_up_anonymously().await;
    let preview = |query: &str, onboarding: Value| {
        let line = "POST /internal/onboarding/preview-affected-users";
        project
            .admin_call(&format!("{line}{query}"))
            .json(json!({ "onboarding": onboarding }))
            .send()
    };
    let required = json!({ "require_email_verification": true });
    let affected = preview("", required.clone()).await.answers(200);
    let shown = |user: &Value, email: Value| {
        json!({
            "id": user["id"], "display_name": "U", "primary_email": email,
            "restricted_reason": { "type": "email_not_verified" },
        })
    };
    let both = [shown(&eve, json!(null)), shown(&bob, json!("bob@example.com"))];
    assert_eq!(affected, json!({ "affected_users": both, "total_affected_count": 2 }));
    let one = preview("?limit=1", required.clone()).await.answers(200);
    assert_eq!(one, json!({ "affected_users": both[..1], "total_affected_count": 2 }));
    let nobody = json!({ "affected_users": [], "total_affected_count": 0 });
    for change in [json!({}), json!({ "require_email_verification": false })] {
        assert_eq!(preview("", change).await.answers(200), nobody);
    }
    for query in ["?limit=101", "?limit=-1", "?limit=x"] {
        preview(query, required.clone()).await.fails(400, "SCHEMA_ERROR");
    }
    project
        .configure(
            ConfigLevel::Environment,
            json!({ "onboarding.requireEmailVerification": true }),
        )
        .await;
    assert_eq!(
        preview("", required).await.answers(200),
        nobody,
        "they are restricted already"
    );
}

#[tokio::test]
async fn sign_up_rules_are_tried_without_a_sign_up() {
    let project = TestProject::start().await;
    let rule = |priority: u32, condition: &str, action: &str| {
        json!({
            "enabled": true, "displayName": action, "priority": priority, "condition": condition,
            "action": { "type": action, "message": "no" },
        })
    };
    let rules = json!({
        "auth.signUpRules": {
            "a": rule(9, "emailDomain == 'evil.example'", "restrict"),
            "b": rule(8, "riskScores.bot > 50 && countryCode == 'DE'", "reject"),
            "c": rule(7, "email ==", "reject"),
            "d": { "enabled": false, "priority": 6, "condition": "true", "action": { "type": "reject" } },
            "e": { "enabled": true, "priority": 5, "action": { "type": "log" } },
        },
    });
    project.configure(ConfigLevel::Environment, rules).await;
    let attempt = json!({
        "email": " Eve@Evil.example", "auth_method": "oauth", "oauth_provider": "github", "country_code": " de",
        "risk_scores": { "bot": 51, "free_trial_abuse": 0 },
    });
    let line = "POST /internal/sign-up-rules-test";
    let tested = admin(&project, line, attempt.clone()).await;
    insta::assert_json_snapshot!(tested);
    let harmless = json!({ "email": null, "auth_method": "otp", "oauth_provider": null, "country_code": null });
    let tested = admin(&project, line, harmless).await;
    assert_eq!(
        tested["outcome"],
        json!({
            "should_allow": true, "decision": "default-allow", "decision_rule_id": null,
            "restricted_because_of_rule_id": null,
        })
    );
    assert_eq!(tested["context"]["turnstile_result"], "ok");
    for (field, value) in [
        ("auth_method", "fax"),
        ("country_code", "DEU"),
        ("turnstile_result", "maybe"),
    ] {
        let mut body = attempt.clone();
        body[field] = json!(value);
        project
            .admin_call(line)
            .json(body)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    let stats = admin(&project, "GET /internal/sign-up-rules-stats", Value::Null).await;
    assert_eq!(stats["total_triggers"], 0, "nothing was counted");
}

#[tokio::test]
async fn matches_of_sign_up_rules_are_counted_by_the_hour() {
    let project = TestProject::start().await;
    let rule = |condition: &str, action: &str| json!({ "enabled": true, "priority": 1, "condition": condition, "action": { "type": action } });
    let rules = json!({
        "auth.signUpRules": {
            "bad": rule("emailDomain == 'evil.example'", "reject"),
            "all": rule("true", "log"),
            "odd": rule("emailDomain == 'odd.example'", "restrict"),
        },
    });
    project.configure(ConfigLevel::Environment, rules).await;
    sign_up(&project, "eve@evil.example")
        .await
        .fails(403, "SIGN_UP_REJECTED");
    sign_up(&project, "bob@odd.example").await.answers(200);
    sign_up(&project, "ada@example.com").await.answers(200);
    sign_up(&project, "ada@example.com")
        .await
        .fails(409, "USER_EMAIL_ALREADY_EXISTS");
    let stats = || admin(&project, "GET /internal/sign-up-rules-stats", Value::Null);
    let first = stats().await;
    assert_eq!(first["analytics_hours"], 48);
    assert_eq!(
        first["triggers_by_action"],
        json!({ "allow": 0, "reject": 1, "restrict": 1, "log": 3 })
    );
    assert_eq!(first["total_triggers"], 5);
    let of_rule = |stats: &Value, id: &str| {
        let rules = stats["rule_triggers"].as_array().expect("a list");
        let rule = rules
            .iter()
            .find(|rule| rule["rule_id"] == id)
            .expect("it is told of")
            .clone();
        assert_eq!(rule["hourly_counts"].as_array().map(Vec::len), Some(48));
        (
            rule["total_count"].clone(),
            rule["all_time_count"].clone(),
            rule["hourly_counts"][47]["count"].clone(),
        )
    };
    assert_eq!(of_rule(&first, "all"), (json!(3), json!(3), json!(3)));
    assert_eq!(of_rule(&first, "bad"), (json!(1), json!(1), json!(1)));
    project.server.advance(std::time::Duration::from_secs(60 * 60));
    sign_up(&project, "mallory@evil.example")
        .await
        .fails(403, "SIGN_UP_REJECTED");
    assert_eq!(of_rule(&stats().await, "bad"), (json!(2), json!(2), json!(1)));
    project.server.advance(std::time::Duration::from_secs(48 * 60 * 60));
    let later = stats().await;
    assert_eq!(of_rule(&later, "bad"), (json!(0), json!(2), json!(0)));
    assert_eq!(later["total_triggers"], 0);
}
