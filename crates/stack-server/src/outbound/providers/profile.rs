//! Who an account belongs to, as its provider tells it.

use std::time::Duration;

use ::http::{
    Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde_json::Value;
use stack_domain::ports::{ProviderClient, ProviderError, ProviderProfile};
use stack_types::Secret;

use super::{Spoken, id_token::Claims, table::EmailRule};
use crate::outbound::{Outbound, OutboundError};

/// How often a profile is asked for.
const TRIES: u32 = 3;
/// How long to wait before the second try; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks the provider for the profile of an account.
pub(super) async fn fetch(
    outbound: &Outbound,
    spoken: &Spoken,
    client: &ProviderClient,
    access_token: &Secret,
    claims: Option<&Claims>,
) -> Result<ProviderProfile, ProviderError> {
    let profile = match (&spoken.userinfo_url, claims) {
        (Some(url), _) => {
            let told = ask(outbound, url, client, access_token).await?;
            let emails = match spoken.row.emails_path.filter(|_| !spoken.is_generic) {
                Some(path) => ask(outbound, &format!("{url}{path}"), client, access_token).await?,
                None => Value::Null,
            };
            read(spoken, &told, &emails)
        }
        (None, Some(claims)) => of_claims(spoken, claims),
        (None, None) => return Err(incomplete()),
    };
    if profile.account_id.is_empty() {
        return Err(incomplete());
    }
    // Source: OpenID Connect Core 1.0, section 5.3.2. Microsoft's profiles have ids of another kind.
    let is_same_kind = spoken.is_generic || spoken.row.id != "microsoft";
    if claims.is_some_and(|claims| is_same_kind && claims.sub != profile.account_id) {
        return Err(ProviderError::Refused(
            "The provider's profile is of another account than its token.".to_owned(),
        ));
    }
    if spoken.row.id == "facebook" && profile.email.is_none() {
        return Err(ProviderError::Refused(
            "The Facebook account has no e-mail address, or didn't share it; a sign-in needs one.".to_owned(),
        ));
    }
    Ok(profile)
}

/// Whether the provider shows the profile for this access token.
pub(super) async fn accepts(
    outbound: &Outbound,
    spoken: &Spoken,
    client: &ProviderClient,
    access_token: &Secret,
) -> Result<bool, ProviderError> {
    let Some(url) = &spoken.userinfo_url else {
        return Ok(true);
    };
    match ask(outbound, url, client, access_token).await {
        Ok(_) => Ok(true),
        Err(ProviderError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The profile in an identity token.
pub(super) fn of_claims(spoken: &Spoken, claims: &Claims) -> ProviderProfile {
    let mut told = claims.rest.clone();
    told.insert("sub".to_owned(), Value::from(claims.sub.clone()));
    let profile = standard(&Value::Object(told));
    believed(spoken.row.email, profile)
}

pub(super) fn read(spoken: &Spoken, told: &Value, emails: &Value) -> ProviderProfile {
    let profile = if spoken.is_generic {
        standard(told)
    } else {
        of_kind(spoken.row.id, told, emails)
    };
    believed(spoken.row.email, profile)
}

/// The profile with the e-mail verified only as far as the provider is to be believed.
fn believed(rule: EmailRule, mut profile: ProviderProfile) -> ProviderProfile {
    profile.email_verified = profile.email.is_some()
        && match rule {
            EmailRule::AsTold => profile.email_verified,
            EmailRule::Never => false,
            EmailRule::Always => true,
        };
    profile
}

/// The answer of each provider's own API.
fn of_kind(kind: &str, told: &Value, emails: &Value) -> ProviderProfile {
    match kind {
        "github" => github(told, emails),
        "microsoft" => profile(told, "id", "displayName", None)
            .with_email(text(&told["mail"]).or_else(|| text(&told["userPrincipalName"])), false),
        "spotify" => {
            profile(told, "id", "display_name", text(&told["images"][0]["url"])).with_email(text(&told["email"]), false)
        }
        "facebook" => {
            profile(told, "id", "name", text(&told["picture"]["data"]["url"])).with_email(text(&told["email"]), false)
        }
        "discord" => discord(told),
        "gitlab" => profile(told, "id", "name", text(&told["avatar_url"]))
            .with_email(text(&told["email"]), text(&told["confirmed_at"]).is_some()),
        "bitbucket" => bitbucket(told, emails),
        "x" => profile(&told["data"], "id", "name", text(&told["data"]["profile_image_url"])),
        "twitch" => {
            let user = &told["data"][0];
            profile(user, "id", "display_name", text(&user["profile_image_url"])).with_email(text(&user["email"]), true)
        }
        _ => standard(told),
    }
}

/// The standard claims (OpenID Connect Core 1.0, section 5.1). Apple writes its flags as texts.
fn standard(told: &Value) -> ProviderProfile {
    let verified = told["email_verified"] == true || told["email_verified"] == "true";
    profile(told, "sub", "name", text(&told["picture"])).with_email(text(&told["email"]), verified)
}

fn github(told: &Value, emails: &Value) -> ProviderProfile {
    let name = text(&told["name"]).or_else(|| text(&told["login"]));
    let primary = items(emails).find(|email| email["primary"] == true);
    let email = primary.and_then(|email| text(&email["email"]));
    let verified = primary.is_some_and(|email| email["verified"] == true);
    let found = profile(told, "id", "name", text(&told["avatar_url"])).with_email(email, verified);
    ProviderProfile {
        display_name: name,
        ..found
    }
}

fn discord(told: &Value) -> ProviderProfile {
    let id = text(&told["id"]);
    let avatar = text(&told["avatar"]);
    let image = id
        .zip(avatar)
        .map(|(id, avatar)| format!("https://cdn.discordapp.com/avatars/{id}/{avatar}.png"));
    let found = profile(told, "id", "global_name", image).with_email(text(&told["email"]), told["verified"] == true);
    ProviderProfile {
        display_name: found.display_name.clone().or_else(|| text(&told["username"])),
        ..found
    }
}

fn bitbucket(told: &Value, emails: &Value) -> ProviderProfile {
    let primary = items(&emails["values"]).find(|email| email["is_primary"] == true);
    let email = primary.and_then(|email| text(&email["email"]));
    let verified = primary.is_some_and(|email| email["is_confirmed"] == true);
    profile(
        told,
        "account_id",
        "display_name",
        text(&told["links"]["avatar"]["href"]),
    )
    .with_email(email, verified)
}

/// A profile without e-mail.
fn profile(told: &Value, id: &str, name: &str, image: Option<String>) -> ProviderProfile {
    ProviderProfile {
        account_id: text(&told[id]).unwrap_or_default(),
        display_name: text(&told[name]),
        profile_image_url: image,
        ..ProviderProfile::default()
    }
}

trait WithEmail {
    fn with_email(self, email: Option<String>, verified: bool) -> Self;
}

impl WithEmail for ProviderProfile {
    fn with_email(mut self, email: Option<String>, verified: bool) -> Self {
        self.email = email;
        self.email_verified = verified;
        self
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text that isn't empty, or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A JSON answer for the account of an access token; a provider in trouble is asked again.
async fn ask(
    outbound: &Outbound,
    url: &str,
    client: &ProviderClient,
    access_token: &Secret,
) -> Result<Value, ProviderError> {
    let mut tries = 1;
    loop {
        match ask_once(outbound, url, client, access_token).await {
            Err(ProviderError::Unavailable(_)) if tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            other => return other,
        }
    }
}

async fn ask_once(
    outbound: &Outbound,
    url: &str,
    client: &ProviderClient,
    access_token: &Secret,
) -> Result<Value, ProviderError> {
    let request = Request::get(url)
        .header(AUTHORIZATION, format!("Bearer {}", access_token.expose()))
        .header(ACCEPT, "application/json")
        // Twitch wants it; nobody else minds.
        .header("client-id", &client.client_id)
        .body(Vec::new())
        .map_err(|_| ProviderError::Refused("The provider gave a token that can't be sent.".to_owned()))?;
    let answer = outbound.send(request).await.map_err(|error| match error {
        OutboundError::Forbidden { .. } => ProviderError::Unusable(error.to_string()),
        other => ProviderError::Unavailable(other.to_string()),
    })?;
    let status = answer.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(ProviderError::Unavailable(format!(
            "its profiles are answered with {status}"
        )));
    }
    if !status.is_success() {
        return Err(ProviderError::Refused(
            "The provider doesn't show the profile of the account.".to_owned(),
        ));
    }
    serde_json::from_slice(answer.body()).map_err(|_| ProviderError::Unavailable("its profiles aren't JSON".to_owned()))
}

fn incomplete() -> ProviderError {
    ProviderError::Refused("The provider doesn't say whose account it is.".to_owned())
}
