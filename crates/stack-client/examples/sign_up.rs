//! Signs a user up, reads and changes the profile, signs out.
//!
//! Needs a running server and its project: `STACK_API_URL`, `STACK_PROJECT_ID`, `STACK_PUBLISHABLE_CLIENT_KEY`. The
//! server of `cargo xtask dev` prints them.
//!
//! ```text
//! cargo run -p stack-client --example sign_up -- ada@example.com correct-horse-battery-staple
//! ```

use std::{env, error::Error};

use stack_client::{
    prelude::*,
    types::client::{PasswordSignUp, User, UserUpdate},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(email), Some(password)) = (arguments.next(), arguments.next()) else {
        return Err("usage: sign_up <e-mail> <password>".into());
    };
    let me = run(&StackClient::from_env()?, &email, &password).await?;
    println!("{me:#?}");
    Ok(())
}

/// The user as it was at the end.
pub async fn run(stack: &StackClient, email: &str, password: &str) -> Result<User, Box<dyn Error>> {
    let sign_up = PasswordSignUp::new(email, password);
    match stack.sign_up_with_password().body(sign_up).send().await {
        Ok(signed_up) => stack.remember(&signed_up),
        Err(error) => match error.known() {
            Some(KnownError::UserEmailAlreadyExists { email, .. }) => return Err(format!("{email} is taken").into()),
            _ => return Err(error.into()),
        },
    }

    let me = stack.get_current_user().send().await?;
    println!("signed up: {} {:?}", me.id, me.primary_email);

    let update = UserUpdate {
        display_name: Patch::Value("Ada".to_owned()),
        ..Default::default()
    };
    let me = stack.update_current_user().body(update).send().await?;
    println!("now called: {:?}", me.display_name);

    stack.sign_out().await?;
    println!("signed out");
    Ok(me.into_inner())
}
