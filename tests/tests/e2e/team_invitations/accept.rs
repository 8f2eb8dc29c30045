//! Taking invitations up by their codes.

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Outcome, TestProject};
use stack_types::TeamInvitationCode;

use super::{WEEK, accept, call, invite, open, scene};
use crate::teams::{granted, join, members};

fn code(code: &str) -> TeamInvitationCode {
    TeamInvitationCode { code: code.into() }
}

#[tokio::test]
async fn whoever_has_the_code_joins_once() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let invitation = invite(&project, &ada, team, "somebody@example.com").await;
    let nobody = project.client();
    let checked = nobody
        .check_team_invitation_code()
        .body(code(&invitation.code))
        .send()
        .await;
    assert!(checked.answers(200).is_code_valid);
    let details = grace
        .client
        .get_team_invitation_details()
        .body(code(&invitation.code))
        .send()
        .await;
    let details = details.answers(200);
    assert_eq!((details.team_id, details.team_display_name.as_str()), (team, "Engines"));
    assert_eq!(
        members(&project, team).await,
        [json!(ada.id)],
        "looking changes nothing"
    );
    let upper = code(&invitation.code.to_uppercase());
    grace
        .client
        .accept_team_invitation()
        .body(upper)
        .send()
        .await
        .answers(200);
    assert_eq!(members(&project, team).await, [json!(ada.id), json!(grace.id)]);
    assert_eq!(granted(&project, team, &grace).await, ["team_member"]);
    assert_eq!(project.user(&grace).await["selected_team_id"], Value::Null);
    for path in ["accept", "accept/check-code", "accept/details"] {
        let line = format!("POST /team-invitations/{path}");
        let again = call(&project, &grace, &line, json!({ "code": invitation.code })).await;
        again.fails(409, "VERIFICATION_CODE_ALREADY_USED");
    }
}

#[tokio::test]
async fn a_server_accepts_for_the_user_who_is_signed_in() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    let body = json!({ "code": invitation.code });
    for line in ["POST /team-invitations/accept", "POST /team-invitations/accept/details"] {
        for access in ["client", "server"] {
            let nobody = project.call_as(access, line).json(body.clone()).send().await;
            nobody.fails(401, "USER_AUTHENTICATION_REQUIRED");
        }
    }
    let call = project
        .server_call("POST /team-invitations/accept")
        .token(&grace.access_token());
    assert_eq!(call.json(body).send().await.answers(200), json!({}));
    assert_eq!(members(&project, team).await.len(), 2);
}

#[tokio::test]
async fn a_member_stays_one_and_the_code_is_used_up() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    join(&project, team, &grace).await;
    let before = granted(&project, team, &ada).await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    accept(&project, &ada, &invitation.code).await.answers(200);
    assert_eq!(granted(&project, team, &ada).await, before);
    accept(&project, &grace, &invitation.code)
        .await
        .fails(409, "VERIFICATION_CODE_ALREADY_USED");
    assert_eq!(members(&project, team).await.len(), 2);
}

#[tokio::test]
async fn codes_that_cant_be_used_are_refused_with_the_reason() {
    let (project, ada, team) = scene().await;
    let other = TestProject::create(&project.server).await;
    let grace = project.sign_up("grace@example.com").await;
    let paths = ["accept", "accept/check-code", "accept/details"];
    let each = async |code: &str, status: u16, expected: &str| {
        for path in paths {
            let line = format!("POST /team-invitations/{path}");
            call(&project, &grace, &line, json!({ "code": code }))
                .await
                .fails(status, expected);
        }
    };
    each(&"a".repeat(45), 404, "VERIFICATION_CODE_NOT_FOUND").await;
    each(&"a".repeat(44), 400, "SCHEMA_ERROR").await;
    let tried = invite(&project, &ada, team, "grace@example.com").await;
    let check = "POST /team-invitations/accept/check-code";
    let foreign = other
        .client_call(check)
        .json(json!({ "code": tried.code }))
        .send()
        .await;
    foreign.fails(404, "VERIFICATION_CODE_NOT_FOUND");
    for _ in 0..20 {
        let checked = project.client_call(check).json(json!({ "code": tried.code }));
        checked.send().await.answers(200);
    }
    each(&tried.code, 400, "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED").await;
    let old = invite(&project, &ada, team, "grace@example.com").await;
    project.server.advance(WEEK);
    let grace = project.sign_in("grace@example.com").await;
    for path in paths {
        let line = format!("POST /team-invitations/{path}");
        call(&project, &grace, &line, json!({ "code": old.code }))
            .await
            .fails(400, "VERIFICATION_CODE_EXPIRED");
    }
    assert_eq!(members(&project, team).await.len(), 1);
}

#[tokio::test]
async fn a_code_for_something_else_invites_nobody() {
    let (project, ada, team) = scene().await;
    let body = json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000/reset" });
    let sent = project.client_call("POST /auth/password/send-reset-code").json(body);
    sent.send().await.answers(200);
    let reset = project.mail_to("ada@example.com").await.link_code();
    accept(&project, &ada, &reset)
        .await
        .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    let body = json!({ "code": invitation.code });
    let check = project.client_call("POST /auth/password/reset/check-code").json(body);
    check.send().await.fails(404, "VERIFICATION_CODE_NOT_FOUND");
}

#[tokio::test]
async fn the_codes_of_a_deleted_team_are_worthless() {
    let (project, ada, team) = scene().await;
    let grace = project.sign_up("grace@example.com").await;
    let invitation = invite(&project, &ada, team, "grace@example.com").await;
    ada.client.delete_team().team_id(team).send().await.answers(200);
    for path in ["accept", "accept/check-code", "accept/details"] {
        let line = format!("POST /team-invitations/{path}");
        call(&project, &grace, &line, json!({ "code": invitation.code }))
            .await
            .fails(404, "VERIFICATION_CODE_NOT_FOUND");
    }
}

#[tokio::test]
async fn restricted_and_anonymous_users_are_refused_and_the_code_stays_good_for_later() {
    let (project, ada, team) = scene().await;
    let rule = json!({ "onboarding.requireEmailVerification": true });
    project.configure(ConfigLevel::Branch, rule).await;
    let guest = project.sign_up_anonymously().await;
    let grace = project.user_with(json!({ "primary_email": "grace@example.com" })).await;
    let lin = json!({ "primary_email": "lin@example.com", "primary_email_verified": true });
    let mut lin = lin;
    lin["restricted_by_admin"] = json!(true);
    let lin = project.user_with(lin).await;
    let line = format!("PATCH /users/{}", ada.id);
    let body = json!({ "primary_email_verified": true });
    project.server_call(&line).json(body).send().await.answers(200);
    let invitation = invite(
        &project,
        &project.session_of(ada.id.into()).await,
        team,
        "grace@example.com",
    )
    .await;
    for (user, reason) in [
        (&guest, "anonymous"),
        (&grace, "email_not_verified"),
        (&lin, "restricted_by_administrator"),
    ] {
        for path in ["accept", "accept/details"] {
            let call = project.client_call(&format!("POST /team-invitations/{path}"));
            let call = call
                .token(&user.access_token())
                .header("x-stack-allow-anonymous-user", "true");
            let refused = call.json(json!({ "code": invitation.code })).send().await;
            assert_eq!(
                refused.fails(403, "TEAM_INVITATION_RESTRICTED_USER_NOT_ALLOWED"),
                json!({ "restricted_reason": { "type": reason } })
            );
        }
    }
    assert_eq!(open(&project, team).await, [invitation.id]);
    let line = format!("PATCH /users/{}", grace.id);
    let body = json!({ "primary_email_verified": true });
    project.server_call(&line).json(body).send().await.answers(200);
    let grace = project.session_of(grace.id.into()).await;
    accept(&project, &grace, &invitation.code).await.answers(200);
    assert_eq!(members(&project, team).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_up_one_invitation_exactly_one_does() {
    let (project, ada, team) = scene().await;
    let mut users = Vec::new();
    for number in 0..8 {
        users.push(project.sign_up(&format!("{number}@example.com")).await);
    }
    let invitation = invite(&project, &ada, team, "0@example.com").await;
    let answers = join_all(users.iter().map(|user| accept(&project, user, &invitation.code))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    let used = answers
        .iter()
        .filter(|answer| answer.code() == "VERIFICATION_CODE_ALREADY_USED")
        .count();
    assert_eq!((accepted, used), (1, 7));
    assert_eq!(members(&project, team).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_is_taken_up_while_its_team_is_deleted_or_it_is_revoked() {
    for what in ["team", "invitation"] {
        let (project, ada, team) = scene().await;
        let grace = project.sign_up("grace@example.com").await;
        for _ in 0..4 {
            let invitation = invite(&project, &ada, team, "grace@example.com").await;
            let line = match what {
                "team" => format!("DELETE /teams/{team}"),
                _ => format!("DELETE /team-invitations/{}?team_id={team}", invitation.id),
            };
            let (accepted, ended) = futures::join!(
                accept(&project, &grace, &invitation.code),
                project.server_call(&line).send()
            );
            match (accepted.status.as_u16(), ended.status.as_u16()) {
                // A team that somebody joins is deleted all the same.
                (200, 200) => assert_eq!(what, "team"),
                (200, 404) => assert_eq!(what, "invitation"),
                (404, 200) => assert_eq!(accepted.code(), "VERIFICATION_CODE_NOT_FOUND"),
                other => panic!("{what}: {other:?}"),
            }
            let profiles = project
                .server_call("GET /team-member-profiles")
                .send()
                .await
                .answers(200);
            let count = profiles["items"].as_array().map(Vec::len);
            match (what, accepted.status.as_u16()) {
                ("team", _) => {
                    assert_eq!(count, Some(0));
                    break;
                }
                (_, 200) => {
                    assert_eq!(count, Some(2));
                    let line = format!("DELETE /team-memberships/{team}/{}", grace.id);
                    project.server_call(&line).send().await.answers(200);
                }
                _ => assert_eq!(count, Some(1)),
            }
        }
    }
}
