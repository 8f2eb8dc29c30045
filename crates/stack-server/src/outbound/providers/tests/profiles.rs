//! Profiles, as each provider's documentation shows them.

use serde_json::{Value, json};
use stack_domain::ports::ProviderProfile;

use super::super::{Spoken, profile::read, table};

fn spoken(kind: &str, is_generic: bool) -> Spoken {
    Spoken {
        row: table::row(kind).expect(kind),
        is_generic,
        authorization_url: String::new(),
        token_url: String::new(),
        userinfo_url: None,
        jwks_url: None,
        issuer: None,
        offers_offline_access: false,
    }
}

fn account(id: &str, name: &str, email: Option<&str>, verified: bool, image: Option<&str>) -> ProviderProfile {
    ProviderProfile {
        account_id: id.to_owned(),
        display_name: Some(name.to_owned()),
        email: email.map(str::to_owned),
        email_verified: verified,
        profile_image_url: image.map(str::to_owned),
    }
}

#[test]
fn each_providers_profile_is_read_as_it_comes() {
    let ada = Some("ada@example.com");
    let cases: [(&str, Value, Value, ProviderProfile); 12] = [
        (
            "google",
            json!({"sub": "1", "name": "Ada", "email": "ada@example.com", "email_verified": true, "picture": "https://i/1"}),
            Value::Null,
            account("1", "Ada", ada, true, Some("https://i/1")),
        ),
        (
            "github",
            json!({"id": 583231, "login": "ada", "name": null, "avatar_url": "https://i/1", "email": "public@example.com"}),
            json!([
                {"email": "old@example.com", "primary": false, "verified": true},
                {"email": "ada@example.com", "primary": true, "verified": true},
            ]),
            account("583231", "ada", ada, true, Some("https://i/1")),
        ),
        (
            "microsoft",
            json!({"id": "1", "displayName": "Ada", "mail": null, "userPrincipalName": "ada@example.com"}),
            Value::Null,
            account("1", "Ada", ada, false, None),
        ),
        (
            "spotify",
            json!({"id": "1", "display_name": "Ada", "email": "ada@example.com", "images": [{"url": "https://i/1"}]}),
            Value::Null,
            account("1", "Ada", ada, false, Some("https://i/1")),
        ),
        (
            "facebook",
            json!({"id": "1", "name": "Ada", "email": "ada@example.com", "picture": {"data": {"url": "https://i/1"}}}),
            Value::Null,
            account("1", "Ada", ada, false, Some("https://i/1")),
        ),
        (
            "discord",
            json!({"id": "1", "username": "ada", "global_name": null, "avatar": "a", "email": "ada@example.com", "verified": true}),
            Value::Null,
            account(
                "1",
                "ada",
                ada,
                true,
                Some("https://cdn.discordapp.com/avatars/1/a.png"),
            ),
        ),
        (
            "gitlab",
            json!({"id": 1, "name": "Ada", "email": "ada@example.com", "confirmed_at": null, "avatar_url": "https://i/1"}),
            Value::Null,
            account("1", "Ada", ada, false, Some("https://i/1")),
        ),
        (
            "bitbucket",
            json!({"account_id": "1", "display_name": "Ada", "links": {"avatar": {"href": "https://i/1"}}}),
            json!({"values": [{"email": "ada@example.com", "is_primary": true, "is_confirmed": true}]}),
            account("1", "Ada", ada, true, Some("https://i/1")),
        ),
        (
            "linkedin",
            json!({"sub": "1", "name": "Ada", "email": "ada@example.com", "email_verified": true}),
            Value::Null,
            account("1", "Ada", ada, true, None),
        ),
        (
            "apple",
            json!({"sub": "1", "name": "Ada", "email": "ada@example.com", "email_verified": "true"}),
            Value::Null,
            account("1", "Ada", ada, true, None),
        ),
        (
            "x",
            json!({"data": {"id": "1", "name": "Ada", "profile_image_url": "https://i/1"}}),
            Value::Null,
            account("1", "Ada", None, false, Some("https://i/1")),
        ),
        (
            "twitch",
            json!({"data": [{"id": "1", "display_name": "Ada", "email": "ada@example.com", "profile_image_url": "https://i/1"}]}),
            Value::Null,
            account("1", "Ada", ada, true, Some("https://i/1")),
        ),
    ];
    for (kind, told, emails, expected) in cases {
        assert_eq!(read(&spoken(kind, false), &told, &emails), expected, "{kind}");
    }
}

#[test]
fn an_e_mail_is_verified_only_where_the_provider_says_so_and_is_to_be_believed() {
    let told = json!({"sub": "1", "email": "ada@example.com"});
    for verified in [json!(false), json!("false"), json!(1), json!("yes"), Value::Null] {
        let mut told = told.clone();
        told["email_verified"] = verified.clone();
        assert!(
            !read(&spoken("google", false), &told, &Value::Null).email_verified,
            "{verified}"
        );
    }
    let told = json!({"sub": "1", "email": "ada@example.com", "email_verified": true});
    assert!(read(&spoken("gitlab", true), &told, &Value::Null).email_verified);
    assert!(
        !read(&spoken("microsoft", true), &told, &Value::Null).email_verified,
        "the rule of a provider holds wherever it is"
    );
    let nobody = read(&spoken("twitch", false), &json!({"data": [{"id": "1"}]}), &Value::Null);
    assert!(!nobody.email_verified, "without an e-mail there is nothing to verify");
}

#[test]
fn an_answer_without_an_account_is_nobodys() {
    for kind in table::KINDS {
        let profile = read(&spoken(kind, false), &json!({"error": "what?"}), &Value::Null);
        assert_eq!(profile.account_id, "", "{kind}");
    }
}
