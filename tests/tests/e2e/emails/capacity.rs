//! How fast mail goes out.

use std::time::Duration;

use serde_json::{Value, json};
use stack_tests::{TestProject, TestServer};

use super::project_on;

async fn info(project: &TestProject) -> Value {
    project
        .server_call("GET /emails/delivery-info")
        .send()
        .await
        .answers(200)
}

#[tokio::test]
async fn a_boost_makes_a_project_four_times_as_fast_for_four_hours() {
    let server = TestServer::start_with(|config| config.mail.per_hour = 3600).await;
    let project = project_on(&server).await;
    let none = json!({ "sent": 0, "bounced": 0, "marked_as_spam": 0 });
    let usual = json!({
        "stats": { "hour": none, "day": none, "week": none, "month": none },
        "capacity": {
            "rate_per_second": 1.0, "boost_multiplier": 1.0, "penalty_factor": 1.0, "is_boost_active": false,
            "boost_expires_at": null,
        },
    });
    assert_eq!(info(&project).await, usual);
    let boost = || project.server_call("POST /emails/capacity-boost").send();
    let ends = boost().await.answers(200)["expires_at"].clone();
    let boosted = info(&project).await["capacity"].clone();
    assert_eq!(
        boosted,
        json!({
            "rate_per_second": 4.0, "boost_multiplier": 4.0, "penalty_factor": 1.0, "is_boost_active": true,
            "boost_expires_at": ends,
        })
    );
    let details = boost().await.fails(409, "EMAIL_CAPACITY_BOOST_ALREADY_ACTIVE");
    assert_eq!(details, json!({ "expires_at": ends }));
    project.server.advance(Duration::from_secs(4 * 60 * 60));
    assert_eq!(info(&project).await, usual);
    assert_ne!(boost().await.answers(200)["expires_at"], ends);
}

#[tokio::test]
async fn sent_mails_are_counted() {
    let server = TestServer::start().await;
    let project = TestProject::create(&server).await;
    let body = json!({ "email": "ada@example.com", "callback_url": "http://localhost:3000/handler/sign-in" });
    let call = project.server_call("POST /internal/send-sign-in-invitation").json(body);
    call.send().await.answers(200);
    crate::mail::mail_that(&project, |mail| mail["status"] == "sent").await;
    assert_eq!(info(&project).await["stats"]["hour"]["sent"], 1);
    project.server.advance(Duration::from_secs(2 * 60 * 60));
    let stats = info(&project).await["stats"].clone();
    assert_eq!((&stats["hour"]["sent"], &stats["day"]["sent"]), (&json!(0), &json!(1)));
    let neighbour = TestProject::create(&server).await;
    assert_eq!(info(&neighbour).await["stats"]["month"]["sent"], 0);
}
