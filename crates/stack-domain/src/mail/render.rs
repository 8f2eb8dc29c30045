//! From a template and its variables to subject, HTML and text.
//!
//! The templates are ours and part of the program; what users chose, such as names, is only ever a value in them. HTML
//! escapes every value. A bound on steps keeps even a template that went wrong from going on for long.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, syntax::SyntaxConfig, value::Serde};
use serde_json::{Map, Value};

use super::settings::MAX_BODY_BYTES;
use crate::{
    error::{DomainError, DomainResult},
    models::{MailTemplate, Project},
};

/// How many instructions a rendering may take; the longest takes a tenth.
const FUEL: u64 = 5_000;

/// How many characters of a name are shown.
const MAX_NAME: usize = 100;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rendered {
    /// One line.
    pub(super) subject: String,
    /// For programs that show HTML.
    pub(super) html: String,
    /// For all others.
    pub(super) text: String,
}

/// The layout, and the two files of each template.
macro_rules! templates {
    ($($name:literal),*) => {
        &[
            ("layout.html", include_str!("templates/layout.html")),
            $(
                (concat!($name, ".html"), include_str!(concat!("templates/", $name, ".html"))),
                (concat!($name, ".txt"), include_str!(concat!("templates/", $name, ".txt"))),
            )*
        ]
    };
}

/// A text begins with its subject, in a line of its own.
const TEMPLATES: &[(&str, &str)] = templates![
    "magic_link",
    "email_verification",
    "password_reset",
    "team_invitation",
    "sign_in_invitation",
    "failed_emails_digest"
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    // A tag in a line of its own leaves no empty line.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("these options go with any delimiters"));
    for &(name, source) in TEMPLATES {
        environment
            .add_template(name, source)
            .expect("the templates are part of the program, and tested");
    }
    environment
});

/// Renders a mail of a project.
///
/// # Errors
///
/// Bad request if a variable is missing or the result is too large, so that whoever chose the variables can act on it.
pub(super) fn render(
    project: &Project,
    template: MailTemplate,
    variables: &Map<String, Value>,
) -> DomainResult<Rendered> {
    let mut shown = variables.clone();
    if let Some(Value::String(name)) = shown.get_mut("teamDisplayName") {
        *name = one_line(name);
    }
    let project_name = one_line(&project.display_name);
    let context = context! {
        project => context! { name => project_name, logo => logo(project) },
        ..minijinja::Value::from(Serde(&shown))
    };
    let part = |ending: &str| {
        let name = format!("{}.{ending}", template.as_str());
        let template = ENVIRONMENT.get_template(&name).map_err(DomainError::internal)?;
        // The fault itself could quote a variable.
        let rendered = template
            .render(&context)
            .map_err(|fault| DomainError::bad_request(format!("The mail can't be rendered: {}.", fault.kind())))?;
        if rendered.len() > MAX_BODY_BYTES {
            return Err(DomainError::bad_request(format!(
                "The mail is too long: at most {MAX_BODY_BYTES} bytes."
            )));
        }
        Ok(rendered)
    };
    let text = part("txt")?;
    let (subject, text) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(Rendered {
        subject: subject.to_owned(),
        html: part("html")?,
        text: text.trim_start().to_owned(),
    })
}

/// A name that somebody chose, as one line without invisible characters, and not too long.
pub(super) fn one_line(name: &str) -> String {
    let visible = name.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = visible.collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The address of the project's logo. Mail programs show what they can fetch, but no picture inside of an address.
pub(super) fn logo(project: &Project) -> Option<&str> {
    let logos = [project.logo_full_url.as_deref(), project.logo_url.as_deref()];
    logos.into_iter().flatten().find(|url| url.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stack_types::Millis;

    use super::*;

    fn project(display_name: &str, logo_url: Option<&str>) -> Project {
        Project {
            id: "p".into(),
            display_name: display_name.to_owned(),
            description: String::new(),
            is_production_mode: false,
            owner_team_id: None,
            onboarding_status: String::new(),
            logo_url: logo_url.map(str::to_owned),
            logo_full_url: None,
            logo_dark_mode_url: None,
            logo_full_dark_mode_url: None,
            created_at: Millis(0),
        }
    }

    fn variables(values: Value) -> Map<String, Value> {
        values.as_object().expect("an object").clone()
    }

    fn rendered(project: &Project, template: MailTemplate) -> Rendered {
        let link = "https://app.example.com/handler?code=abc&next=%2F";
        let values = match template {
            MailTemplate::MagicLink => json!({ "otp": "ABC123", "magicLink": link }),
            MailTemplate::EmailVerification => json!({ "emailVerificationLink": link }),
            MailTemplate::PasswordReset => json!({ "passwordResetLink": link }),
            MailTemplate::TeamInvitation => json!({ "teamInvitationLink": link, "teamDisplayName": "Team <3" }),
            MailTemplate::FailedEmailsDigest => json!({
                "projectDisplayName": "Shop <3",
                "failedEmails": [{ "subject": "News of May", "to": "ada@example.com" }],
            }),
            MailTemplate::Written => unreachable!("it has no template of ours"),
            MailTemplate::SignInInvitation => json!({ "signInInvitationLink": link, "teamDisplayName": "Team <3" }),
        };
        render(project, template, &variables(values)).expect("it renders")
    }

    #[test]
    fn every_template_renders() {
        for template in MailTemplate::ALL
            .iter()
            .filter(|template| **template != MailTemplate::Written)
        {
            let Rendered { subject, html, text } = rendered(&project("Ada & Co", None), *template);
            let name = template.as_str();
            insta::assert_snapshot!(format!("{name}_text"), format!("Subject: {subject}\n\n{text}"));
            insta::assert_snapshot!(format!("{name}_html"), html);
        }
    }

    #[test]
    fn a_project_is_shown_by_its_logo_if_mail_programs_can_fetch_it() {
        let html = |logo| rendered(&project("Ada", Some(logo)), MailTemplate::PasswordReset).html;
        assert!(html("https://example.com/logo.png").contains("<img "));
        for unfit in [
            "data:image/png;base64,AAAA",
            "http://example.com/logo.png",
            "javascript:alert(1)",
        ] {
            assert!(!html(unfit).contains("<img "), "{unfit}");
        }
        assert!(html("https://example.com/\"onload=\"x").contains("&quot;onload"));
    }

    #[test]
    fn what_users_chose_is_never_a_template_nor_html() {
        let attack = "{{ otp }}{% include 'layout.html' %}<script>alert(1)</script>";
        let mail = rendered(&project(attack, None), MailTemplate::MagicLink);
        assert!(mail.subject.contains("{{ otp }}{% include"), "{}", mail.subject);
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
        let values = json!({ "teamInvitationLink": "x", "teamDisplayName": attack, "project": "x", "button": "x" });
        let mail = render(&project("Ada", None), MailTemplate::TeamInvitation, &variables(values)).expect("it renders");
        assert!(
            !mail.html.contains("<script>") && mail.html.contains("Ada"),
            "{}",
            mail.html
        );
    }

    #[test]
    fn a_subject_is_one_line_and_not_too_long() {
        let name = format!("A\r\nBcc: eve@example.com\u{0}{}", "x".repeat(1000));
        let subject = rendered(&project(&name, None), MailTemplate::PasswordReset).subject;
        assert!(
            !subject.contains(char::is_control) && subject.chars().count() < 200,
            "{subject}"
        );
        assert!(subject.contains("A Bcc: eve@example.com"), "{subject}");
    }

    #[test]
    fn a_missing_variable_is_refused() {
        let mail = render(&project("Ada", None), MailTemplate::MagicLink, &Map::new());
        assert!(matches!(mail, Err(DomainError::Refused { .. })), "{mail:?}");
    }

    #[test]
    fn a_mail_that_is_too_long_is_refused() {
        let values = json!({ "otp": "x", "magicLink": "x".repeat(MAX_BODY_BYTES) });
        let mail = render(&project("Ada", None), MailTemplate::MagicLink, &variables(values));
        assert!(matches!(mail, Err(DomainError::Refused { .. })));
    }
}
