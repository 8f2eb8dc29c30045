//! Templates and themes of a project: in its configuration, below `emails.templates` and `emails.themes`.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use stack_types::{EmailTemplateId, EmailThemeId, KnownError, Patch};

use super::{
    builtin::{self, Theme},
    template::{self, Body, Design, Fault, Made, Missing, Reader},
};
use crate::{
    config::{EmailsConfig, ProjectConfig},
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{ConfigLevel, ThemeChoice},
    ports::Storage,
    secrets::random,
};

/// The level at which templates and themes are kept that are made here: the last one, which nothing overrides.
const LEVEL: ConfigLevel = ConfigLevel::Environment;

/// How many templates or themes a project may make here.
const MAX_DESIGNS: usize = 200;

/// How many characters the name of a template, a theme or a draft has at most.
const MAX_NAME: usize = 256;

/// Templates, themes and drafts.
pub struct EmailDesigns<S>(pub(crate) Arc<Core<S>>);

/// A template of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: EmailTemplateId,
    /// What people call it.
    pub display_name: String,
    /// Its source.
    pub source: String,
    /// Its theme; `None` for that of the project.
    pub theme: Option<ThemeChoice>,
}

/// What is to be looked at: a template or a theme that is kept, or the source of one that isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept<I> {
    /// What is kept under this id.
    Id(I),
    /// A source.
    Source(String),
}

/// The theme of a mail that somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dress {
    /// That of the template, or else of the project.
    Usual,
    /// This one, or none.
    Chosen(ThemeChoice),
    /// One that isn't kept.
    Source(String),
}

/// What a mail looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The mail as HTML.
    pub html: String,
    /// Its subject, if the template sets one.
    pub subject: Option<String>,
    /// The name of the kind of mail that it is, if the template sets one.
    pub category: Option<&'static str>,
}

impl<S: Storage> EmailDesigns<S> {
    /// The templates of a project: those of the mails that the server writes by itself, then its own by id.
    pub fn templates(&self, tenant: &Tenant) -> Vec<Template> {
        let config = &tenant.config.emails;
        let builtin = builtin::TEMPLATES.iter().map(|template| template.id);
        let own = config.templates.keys().filter_map(|id| id.parse().ok());
        let own = own.filter(|id| builtin::TEMPLATES.iter().all(|template| template.id != *id));
        builtin.chain(own).filter_map(|id| find_template(config, id)).collect()
    }

    /// Makes a template with a few words in it.
    ///
    /// # Errors
    ///
    /// `REQUIRES_CUSTOM_EMAIL_SERVER`; bad request if the name is too long or the project has too many.
    pub async fn create_template(&self, tenant: &Tenant, display_name: &str) -> DomainResult<EmailTemplateId> {
        check_name(display_name)?;
        let id = EmailTemplateId(random::uuid(&*self.0.rng));
        let (mut change, config) = self.0.begin_config_change(tenant.id(), LEVEL).await?;
        require_own_server(&config)?;
        check_count("templates", config.emails.templates.len())?;
        let value = json!({ "displayName": display_name, "tsxSource": builtin::NEW });
        change.put(&format!("emails.templates.{id}"), value);
        self.0.commit_config_change(change).await?;
        Ok(id)
    }

    /// Replaces the source of a template, and its theme if one is given; `null` means that of the project. Gives what a
    /// mail made from it looks like.
    ///
    /// # Errors
    ///
    /// In this order: `REQUIRES_CUSTOM_EMAIL_SERVER`; not found; bad request if there is no such theme;
    /// `EMAIL_RENDERING_ERROR`.
    pub async fn update_template(
        &self,
        tenant: &Tenant,
        id: EmailTemplateId,
        source: String,
        theme: Patch<ThemeChoice>,
    ) -> DomainResult<String> {
        let (mut change, config) = self.0.begin_config_change(tenant.id(), LEVEL).await?;
        require_own_server(&config)?;
        let old = find_template(&config.emails, id).ok_or_else(no_such_template)?;
        let theme = match theme {
            Patch::Absent => old.theme,
            Patch::Null => None,
            Patch::Value(choice) => Some(choice),
        };
        check_theme(&config.emails, theme)?;
        let worn = builtin::chosen_theme(&config.emails, theme);
        let look = look(tenant, &source, worn.as_ref().map(|theme| theme.source.as_str()))?;
        let mut value = json!({ "displayName": old.display_name, "tsxSource": source });
        match theme {
            Some(ThemeChoice::None) => value["themeId"] = json!(false),
            Some(ThemeChoice::Theme(id)) => value["themeId"] = json!(id.to_string()),
            None => {}
        }
        change.put(&format!("emails.templates.{id}"), value);
        self.0.commit_config_change(change).await?;
        Ok(look.html)
    }

    /// Deletes a template. One of a mail that the server writes by itself is as it was in the beginning.
    ///
    /// # Errors
    ///
    /// `REQUIRES_CUSTOM_EMAIL_SERVER`; not found if the project has no such template of its own.
    pub async fn delete_template(&self, tenant: &Tenant, id: EmailTemplateId) -> DomainResult<()> {
        let (mut change, config) = self.0.begin_config_change(tenant.id(), LEVEL).await?;
        require_own_server(&config)?;
        if !config.emails.templates.contains_key(&id.to_string()) {
            return Err(no_such_template());
        }
        change.remove(&format!("emails.templates.{id}"))?;
        self.0.commit_config_change(change).await
    }

    /// The themes of a project: those that every project has, then its own by id.
    pub fn themes(&self, tenant: &Tenant) -> Vec<Theme> {
        builtin::themes(&tenant.config.emails)
    }

    /// A theme of a project.
    ///
    /// # Errors
    ///
    /// Not found.
    pub fn theme(&self, tenant: &Tenant, id: EmailThemeId) -> DomainResult<Theme> {
        builtin::find_theme(&tenant.config.emails, id).ok_or_else(no_such_theme)
    }

    /// Makes a plain theme.
    ///
    /// # Errors
    ///
    /// Bad request if the name is too long or the project has too many.
    pub async fn create_theme(&self, tenant: &Tenant, display_name: &str) -> DomainResult<EmailThemeId> {
        check_name(display_name)?;
        let id = EmailThemeId(random::uuid(&*self.0.rng));
        let (mut change, config) = self.0.begin_config_change(tenant.id(), LEVEL).await?;
        check_count("themes", config.emails.themes.len())?;
        let value = json!({ "displayName": display_name, "tsxSource": builtin::new_theme_source() });
        change.put(&format!("emails.themes.{id}"), value);
        self.0.commit_config_change(change).await?;
        Ok(id)
    }

    /// Replaces the source of a theme; gives what people call it.
    ///
    /// # Errors
    ///
    /// Not found; `EMAIL_RENDERING_ERROR`.
    pub async fn update_theme(&self, tenant: &Tenant, id: EmailThemeId, source: String) -> DomainResult<String> {
        let (mut change, config) = self.0.begin_config_change(tenant.id(), LEVEL).await?;
        let old = builtin::find_theme(&config.emails, id).ok_or_else(no_such_theme)?;
        look(tenant, builtin::NEW, Some(&source))?;
        let value = json!({ "displayName": old.display_name, "tsxSource": source });
        change.put(&format!("emails.themes.{id}"), value);
        self.0.commit_config_change(change).await?;
        Ok(old.display_name)
    }

    /// What a mail looks like, with example values. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Bad request if there is no such template or theme; `EMAIL_RENDERING_ERROR`.
    pub fn look(&self, tenant: &Tenant, template: &Kept<EmailTemplateId>, dress: &Dress) -> DomainResult<Look> {
        let config = &tenant.config.emails;
        let (source, own_theme) = match template {
            Kept::Source(source) => (source.clone(), None),
            Kept::Id(id) => {
                let found = find_template(config, *id);
                let template = found.ok_or_else(|| DomainError::bad_request(NO_TEMPLATE))?;
                (template.source, template.theme)
            }
        };
        let chosen = |choice| builtin::chosen_theme(config, choice).map(|theme| theme.source);
        let theme = match dress {
            Dress::Source(source) => Some(source.clone()),
            Dress::Usual => chosen(own_theme),
            Dress::Chosen(choice) => {
                check_theme(config, Some(*choice))?;
                chosen(Some(*choice))
            }
        };
        look(tenant, &source, theme.as_deref())
    }
}

/// The source of a template as that of a draft, which has no variables of its own.
///
/// # Errors
///
/// `TEMPLATE_SOURCE_REWRITE_ERROR`.
pub fn draft_source(source: String) -> DomainResult<String> {
    let refused = |error| KnownError::TemplateSourceRewriteError { error };
    match template::own_variables(&source) {
        Ok(names) if names.is_empty() => Ok(source),
        Ok(names) => Err(refused(format!(
            "The template has variables, which drafts haven't: {}. Write in what they stand for.",
            names.join(", ")
        ))
        .into()),
        Err(Fault(why)) => Err(refused(why).into()),
    }
}

/// A template of a project, or that of a mail which the server writes by itself.
pub(super) fn find_template(config: &EmailsConfig, id: EmailTemplateId) -> Option<Template> {
    if let Some(own) = config.templates.get(&id.to_string()) {
        return Some(Template {
            id,
            display_name: own.display_name.clone(),
            source: own.tsx_source.clone(),
            theme: builtin::choice_of(own.theme_id.as_ref()),
        });
    }
    let builtin = builtin::TEMPLATES.iter().find(|template| template.id == id)?;
    Some(Template {
        id,
        display_name: builtin.display_name.to_owned(),
        source: builtin.source.to_owned(),
        theme: None,
    })
}

/// Refuses a choice of a theme that isn't there.
pub(super) fn check_theme(config: &EmailsConfig, choice: Option<ThemeChoice>) -> DomainResult<()> {
    match choice {
        Some(ThemeChoice::Theme(id)) if builtin::find_theme(config, id).is_none() => {
            Err(DomainError::bad_request(NO_THEME))
        }
        _ => Ok(()),
    }
}

/// Only mail servers of projects themselves send what projects write.
pub(super) fn require_own_server(config: &ProjectConfig) -> DomainResult<()> {
    if config.emails.server.is_shared {
        return Err(KnownError::RequiresCustomEmailServer.into());
    }
    Ok(())
}

pub(super) fn check_name(display_name: &str) -> DomainResult<()> {
    if display_name.chars().count() > MAX_NAME {
        return Err(DomainError::bad_request(format!(
            "display_name has more than {MAX_NAME} characters."
        )));
    }
    Ok(())
}

fn check_count(what: &str, count: usize) -> DomainResult<()> {
    if count >= MAX_DESIGNS {
        return Err(DomainError::bad_request(format!(
            "A project has at most {MAX_DESIGNS} {what} of its own. Delete one first."
        )));
    }
    Ok(())
}

/// What a mail looks like to somebody who isn't there.
fn look(tenant: &Tenant, source: &str, theme: Option<&str>) -> DomainResult<Look> {
    let made = example(tenant, source, theme)?;
    Ok(Look {
        html: made.html,
        subject: made.subject,
        category: made.category.map(|category| category.as_str()),
    })
}

fn example(tenant: &Tenant, source: &str, theme: Option<&str>) -> Result<Made, Fault> {
    let variables: Map<String, Value> = builtin::example_variables();
    let reader = Reader {
        display_name: "Ada Lovelace".to_owned(),
        primary_email: "ada@example.com".to_owned(),
    };
    let design = Design::compile(Body::Template(source), theme, Missing::Empty)?;
    design.render(&tenant.project, &reader, &variables, "https://example.com/unsubscribe")
}

pub(super) const NO_TEMPLATE: &str = "There is no such template.";
const NO_THEME: &str = "There is no such theme.";

fn no_such_template() -> DomainError {
    DomainError::not_found(NO_TEMPLATE)
}

fn no_such_theme() -> DomainError {
    DomainError::not_found(NO_THEME)
}

#[cfg(test)]
mod tests {
    use stack_types::Millis;

    use super::*;
    use crate::{config::ProjectConfig, models::Project};

    #[test]
    fn every_starter_looks_like_something_in_every_theme() {
        let tenant = Tenant {
            project: Project {
                id: "p".into(),
                display_name: "Ada & Co".to_owned(),
                description: String::new(),
                is_production_mode: false,
                owner_team_id: None,
                onboarding_status: String::new(),
                logo_url: Some("https://example.com/logo.png".to_owned()),
                logo_full_url: None,
                logo_dark_mode_url: None,
                logo_full_dark_mode_url: None,
                created_at: Millis(0),
            },
            config: ProjectConfig::default(),
        };
        let sources = builtin::TEMPLATES.iter().map(|template| template.source);
        for source in sources.chain([builtin::NEW]) {
            for theme in builtin::themes(&tenant.config.emails) {
                let look = look(&tenant, source, Some(&theme.source)).expect("it renders");
                assert!(look.subject.is_some_and(|subject| !subject.is_empty()));
                assert!(
                    look.html.contains("logo.png") && look.html.contains("unsubscribe"),
                    "{}",
                    look.html
                );
            }
        }
    }
}
