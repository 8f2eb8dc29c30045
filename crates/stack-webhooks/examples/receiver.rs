//! Prints every event that is sent to `http://localhost:8103/webhooks`.
//!
//! ```sh
//! STACK_WEBHOOK_SECRET=whsec_… cargo run -p stack-webhooks --features axum --example receiver
//! ```

use std::{env, error::Error, net::Ipv4Addr};

use axum::{Router, http::StatusCode, routing::post};
use stack_webhooks::{Event, SecretError, Verifier, Webhook};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret =
        env::var("STACK_WEBHOOK_SECRET").map_err(|_| "STACK_WEBHOOK_SECRET isn't set to the secret of the endpoint")?;
    let router = router(&secret)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 8103)).await?;
    println!("waiting for events at http://{}/webhooks", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

/// A server that knows the secret, or several with blanks between while they are rotated.
fn router(secret: &str) -> Result<Router, SecretError> {
    let verifier: Verifier = secret.parse()?;
    Ok(Router::new().route("/webhooks", post(receive)).with_state(verifier))
}

/// A receiver says quickly that it has the event, and does what takes long afterwards.
async fn receive(Webhook(message): Webhook) -> StatusCode {
    println!("{}: {}", message.id, line(&message.event));
    StatusCode::NO_CONTENT
}

/// What happened, in a line.
fn line(event: &Event) -> String {
    let name = event.event_type();
    match event {
        Event::UserCreated(user) | Event::UserUpdated(user) => {
            format!(
                "{name} {} ({})",
                user.id,
                user.primary_email.as_deref().unwrap_or("no e-mail address")
            )
        }
        Event::UserDeleted(user) => format!("{name} {}, who was in {} teams", user.id, user.teams.len()),
        Event::TeamCreated(team) | Event::TeamUpdated(team) => format!("{name} {} ({})", team.id, team.display_name),
        Event::TeamDeleted(team) => format!("{name} {}", team.id),
        Event::TeamMembershipCreated(member) | Event::TeamMembershipDeleted(member) => {
            format!("{name} {} in {}", member.user_id, member.team_id)
        }
        Event::TeamPermissionCreated(permission) | Event::TeamPermissionDeleted(permission) => {
            format!(
                "{name} {} of {} in {}",
                permission.id, permission.user_id, permission.team_id
            )
        }
        Event::ProjectPermissionCreated(permission) | Event::ProjectPermissionDeleted(permission) => {
            format!("{name} {} of {}", permission.id, permission.user_id)
        }
        Event::StackTest(test) => format!("{name} {}", test.message),
        // Events that come later.
        other => format!("{}", other.event_type()),
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use stack_webhooks::{EventType, TestSigner};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_signed_event_is_taken_over() {
        let signer = TestSigner::new();
        let (headers, body) = signer.example(&EventType::UserCreated);
        let mut request = Request::post("/webhooks")
            .body(Body::from(body))
            .expect("it is a request");
        request.headers_mut().extend(headers);
        let router = router(signer.secret()).expect("the secret is right");
        let answer = router.oneshot(request).await.expect("axum answers");
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }

    #[test]
    fn every_event_has_a_line() {
        for event_type in EventType::ALL {
            let event = serde_json::from_str(event_type.example().expect("it is known")).expect("examples fit");
            assert!(line(&event).len() > event_type.as_str().len(), "{event_type}");
        }
    }
}
