//! People: how they come to a project, and what they have in their hands.

use serde_json::{Value, json};
use stack_client::{StackClient, Tokens, prelude::*};
use stack_types::UserId;

use crate::{Answer, TestProject, claims, typed};

/// The password of everybody who signs up in tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is signed in.
#[derive(Clone)]
pub struct TestUser {
    /// Their id.
    pub id: UserId,
    /// Client access in their session.
    pub client: StackClient,
}

impl TestUser {
    /// The access token of their session, as it is now.
    ///
    /// # Panics
    ///
    /// If the session is over.
    pub fn access_token(&self) -> String {
        self.client
            .tokens()
            .access
            .expect("an access token")
            .expose()
            .to_owned()
    }

    /// The refresh token of their session.
    ///
    /// # Panics
    ///
    /// If the session is over.
    pub fn refresh_token(&self) -> String {
        self.client
            .tokens()
            .refresh
            .expect("a refresh token")
            .expose()
            .to_owned()
    }

    /// What their access token says.
    pub fn claims(&self) -> Value {
        claims(&self.access_token())
    }

    /// The id of their session.
    ///
    /// # Panics
    ///
    /// If the token names none.
    pub fn session_id(&self) -> String {
        self.claims()["refresh_token_id"]
            .as_str()
            .expect("the session's id")
            .to_owned()
    }
}

/// People come to the project.
impl TestProject {
    /// Signs somebody up with [`PASSWORD`].
    ///
    /// # Panics
    ///
    /// If they can't sign up.
    pub async fn sign_up(&self, email: &str) -> TestUser {
        let body = typed::<stack_types::PasswordSignUp>(json!({ "email": email, "password": PASSWORD }));
        let signed_in = self
            .client()
            .sign_up_with_password()
            .body(body)
            .send()
            .await
            .expect("the sign-up works");
        TestUser {
            id: signed_in.user_id,
            client: self.client_with(&signed_in),
        }
    }

    /// Signs somebody in who signed up with [`PASSWORD`]: another session.
    ///
    /// # Panics
    ///
    /// If they can't sign in.
    pub async fn sign_in(&self, email: &str) -> TestUser {
        let body = stack_types::PasswordSignIn {
            email: email.to_owned(),
            password: PASSWORD.into(),
        };
        let signed_in = self
            .client()
            .sign_in_with_password()
            .body(body)
            .send()
            .await
            .expect("the sign-in works");
        TestUser {
            id: signed_in.user_id,
            client: self.client_with(&signed_in),
        }
    }

    /// Makes an anonymous user.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn sign_up_anonymously(&self) -> TestUser {
        let signed_in = self
            .client()
            .sign_up_anonymously()
            .send()
            .await
            .expect("anybody may be anonymous");
        TestUser {
            id: signed_in.user_id,
            client: self.client_with(&signed_in),
        }
    }

    /// Makes a user with server access and signs them in, as dashboards make owners.
    ///
    /// # Panics
    ///
    /// If they can't be made.
    pub async fn owner_named(&self, display_name: &str) -> TestUser {
        self.user_with(json!({ "display_name": display_name })).await
    }

    /// Makes a user of these fields with server access, and signs them in.
    ///
    /// # Panics
    ///
    /// If they can't be made.
    pub async fn user_with(&self, fields: Value) -> TestUser {
        let body = typed::<stack_types::UserCreate>(fields);
        let id = self.server().create_user().body(body).send().await.expect("a user").id;
        self.session_of(id.into()).await
    }

    /// A new session of a user.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn session_of(&self, id: uuid::Uuid) -> TestUser {
        let body = typed::<stack_types::SessionCreate>(json!({ "user_id": id }));
        let tokens = self
            .server()
            .create_session()
            .body(body)
            .send()
            .await
            .expect("a session")
            .into_inner();
        let tokens = Tokens::new(tokens.access_token, tokens.refresh_token);
        TestUser {
            id: id.into(),
            client: self.client_with(tokens),
        }
    }

    /// The user as servers see it.
    ///
    /// # Panics
    ///
    /// If it isn't there.
    pub async fn user(&self, user: &TestUser) -> Value {
        self.user_answer(user).await.answers(200)
    }

    /// The answer to a server that asks for a user.
    pub async fn user_answer(&self, user: &TestUser) -> Answer {
        self.server_call(&format!("GET /users/{}", user.id)).send().await
    }

    /// How many users there are, of every kind.
    ///
    /// # Panics
    ///
    /// If they can't be listed.
    pub async fn count_users(&self) -> usize {
        let all = self
            .server()
            .list_users()
            .include_anonymous(true)
            .include_restricted(true)
            .send()
            .await;
        all.expect("the users").items.len()
    }
}
