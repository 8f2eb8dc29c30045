//! Templates and themes that every project has until it writes its own in their place. Their ids are those of the wire,
//! the same in every project.

use serde_json::{Map, Value, json};
use stack_types::{EmailTemplateId, EmailThemeId};
use uuid::{Uuid, uuid};

use crate::{
    config::EmailsConfig,
    models::{MailTemplate, ThemeChoice},
};

/// A template of a mail that the server writes by itself.
pub(super) struct BuiltinTemplate {
    pub(super) id: EmailTemplateId,
    /// Which mail it is for.
    pub(super) mail: MailTemplate,
    pub(super) display_name: &'static str,
    /// What a project begins with that writes its own.
    pub(super) source: &'static str,
}

macro_rules! templates {
    ($($name:literal $id:literal $mail:ident $display_name:literal,)*) => {
        [$(BuiltinTemplate {
            id: EmailTemplateId(uuid!($id)),
            mail: MailTemplate::$mail,
            display_name: $display_name,
            source: include_str!(concat!("starters/", $name, ".html")),
        },)*]
    };
}

/// The templates of the mails that the server writes by itself.
pub(super) static TEMPLATES: [BuiltinTemplate; 5] = templates![
    "email_verification" "e7d009ce-8d47-4528-b245-5bf119f2ffa3" EmailVerification "Email verification",
    "password_reset" "a70fb3a4-56c1-4e42-af25-49d25603abd0" PasswordReset "Password reset",
    "magic_link" "822687fe-8d0a-4467-a0d1-416b6e639478" MagicLink "Magic link and code",
    "team_invitation" "e84de395-2076-4831-9c19-8e9a96a868e4" TeamInvitation "Team invitation",
    "sign_in_invitation" "066dd73c-36da-4fd0-b6d6-ebf87683f8bc" SignInInvitation "Sign-in invitation",
];

/// What a new template or draft begins with.
pub(super) const NEW: &str = include_str!("starters/new.html");

/// What a new theme begins with, and the themes that every project has; the colours are filled in.
const THEME: &str = include_str!("starters/theme.html");

/// A theme that every project has.
struct BuiltinTheme {
    id: Uuid,
    display_name: &'static str,
    /// Background, paper, accent, ink.
    colours: [&'static str; 4],
}

static THEMES: [BuiltinTheme; 3] = [
    BuiltinTheme {
        id: uuid!("1df07ae6-abf3-4a40-83a5-a1a2cbe336ac"),
        display_name: "Light",
        colours: ["#f4f4f5", "#ffffff", "#ffffff", "#27272a"],
    },
    BuiltinTheme {
        id: uuid!("a0172b5d-cff0-463b-83bb-85124697373a"),
        display_name: "Dark",
        colours: ["#18181b", "#27272a", "#27272a", "#f4f4f5"],
    },
    BuiltinTheme {
        id: uuid!("5d1f8c52-7b0e-4a63-9c7e-2f4b8a16d0c3"),
        display_name: "Colourful",
        colours: ["#eef2ff", "#ffffff", "#6366f1", "#1e1b4b"],
    },
];

/// A theme of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its id.
    pub id: EmailThemeId,
    /// What people call it.
    pub display_name: String,
    /// Its source.
    pub source: String,
}

impl BuiltinTheme {
    fn theme(&self) -> Theme {
        let [background, paper, accent, ink] = self.colours;
        let source = THEME
            .replace("BACKGROUND", background)
            .replace("PAPER", paper)
            .replace("ACCENT", accent)
            .replace("INK", ink);
        Theme {
            id: EmailThemeId(self.id),
            display_name: self.display_name.to_owned(),
            source,
        }
    }
}

/// What a new theme begins with.
pub(super) fn new_theme_source() -> String {
    THEMES[0].theme().source
}

/// The template of a mail that the server writes by itself.
pub(super) fn template_of(mail: MailTemplate) -> Option<&'static BuiltinTemplate> {
    TEMPLATES.iter().find(|template| template.mail == mail)
}

/// All themes of a project: those that every project has, as it changed them, then its own by id. Those whose id isn't a
/// UUID can't be named on the wire.
pub(super) fn themes(config: &EmailsConfig) -> Vec<Theme> {
    let builtin = THEMES.iter().map(BuiltinTheme::theme);
    let builtin = builtin.map(|theme| own_theme(config, theme.id).unwrap_or(theme));
    let own = config.themes.keys().filter_map(|id| id.parse::<EmailThemeId>().ok());
    let own = own.filter(|id| THEMES.iter().all(|theme| theme.id != id.0));
    let own = own.filter_map(|id| own_theme(config, id));
    builtin.chain(own).collect()
}

/// A theme of a project.
pub(super) fn find_theme(config: &EmailsConfig, id: EmailThemeId) -> Option<Theme> {
    let builtin = THEMES.iter().find(|theme| theme.id == id.0).map(BuiltinTheme::theme);
    own_theme(config, id).or(builtin)
}

/// The theme that a choice comes to. A choice that is gone comes to the project's, and that to the first of all.
pub(super) fn chosen_theme(config: &EmailsConfig, choice: Option<ThemeChoice>) -> Option<Theme> {
    let chosen = match choice {
        Some(ThemeChoice::None) => return None,
        Some(ThemeChoice::Theme(id)) => find_theme(config, id),
        None => None,
    };
    let selected = || {
        let id = config.selected_theme_id.parse::<EmailThemeId>().ok()?;
        find_theme(config, id)
    };
    chosen.or_else(selected).or_else(|| Some(THEMES[0].theme()))
}

fn own_theme(config: &EmailsConfig, id: EmailThemeId) -> Option<Theme> {
    let theme = config.themes.get(&id.to_string())?;
    Some(Theme {
        id,
        display_name: theme.display_name.clone(),
        source: theme.tsx_source.clone(),
    })
}

/// What the configuration says of a template's theme.
pub(super) fn choice_of(value: Option<&Value>) -> Option<ThemeChoice> {
    match value? {
        Value::Bool(false) => Some(ThemeChoice::None),
        Value::String(id) => id.parse().ok().map(ThemeChoice::Theme),
        _ => None,
    }
}

/// What templates of the mails that the server writes are given when somebody only looks at them.
pub(super) fn example_variables() -> Map<String, Value> {
    let link = "https://example.com/handler?code=example";
    let values = json!({
        "otp": "3SLSWZ",
        "magicLink": link,
        "passwordResetLink": link,
        "emailVerificationLink": link,
        "teamInvitationLink": link,
        "signInInvitationLink": link,
        "teamDisplayName": "Engineering",
    });
    values.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_of_the_configuration_are_there() {
        let all = themes(&EmailsConfig::default());
        assert_eq!(all[0].id.to_string(), crate::config::EMAIL_THEME_IDS[0]);
        for id in crate::config::EMAIL_THEME_IDS {
            assert!(all.iter().any(|theme| theme.id.to_string() == id), "{id}");
        }
    }
}
