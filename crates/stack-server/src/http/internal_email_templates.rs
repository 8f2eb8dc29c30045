//! Tag `internal-email-templates`.

use stack_domain::{
    mail::{DraftCreate, DraftUpdate, Template, Theme, draft_source},
    models::{self, ThemeChoice, User},
};
use stack_server_api::{
    AdminAccess, ApiError, InternalEmailTemplatesApi, Principal,
    internal_email_templates::{
        CreateEmailDraftRequest, CreateEmailTemplateRequest, CreateEmailThemeRequest, DeleteEmailDraftRequest,
        DeleteEmailTemplateRequest, GetEmailDraftRequest, GetEmailThemeRequest, ListEmailDraftsRequest,
        ListEmailTemplatesRequest, ListEmailThemesRequest, RewriteTemplateSourceRequest, UpdateEmailDraftRequest,
        UpdateEmailTemplateRequest, UpdateEmailThemeRequest,
    },
};
use stack_types::{
    EmailDraft, EmailDraftCreated, EmailDraftDone, EmailDraftList, EmailTemplate, EmailTemplateCreated,
    EmailTemplateList, EmailTemplateUpdated, EmailTheme, EmailThemeChoice, EmailThemeCreated, EmailThemeList,
    EmailThemeSummary, EmailThemeUpdated, Empty, Patch, RewrittenSource,
};

use super::{Server, authenticate::Tenant, emails::choice, error::api_error};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl InternalEmailTemplatesApi for Server {
    async fn list_email_drafts(&self, who: Admin, _: ListEmailDraftsRequest) -> Result<EmailDraftList, ApiError> {
        let listed = self.domain.email_designs.drafts(&who.tenant.project).await;
        let drafts = listed.map_err(api_error)?.into_iter().map(draft).collect();
        Ok(EmailDraftList { drafts })
    }

    async fn create_email_draft(
        &self,
        who: Admin,
        request: CreateEmailDraftRequest,
    ) -> Result<EmailDraftCreated, ApiError> {
        let body = request.body;
        let new = DraftCreate {
            display_name: body.display_name,
            source: body.tsx_source,
            theme: body.theme_id.map(choice),
        };
        let created = self.domain.email_designs.create_draft(&who.tenant.project, new).await;
        created.map(|id| EmailDraftCreated { id }).map_err(api_error)
    }

    async fn get_email_draft(&self, who: Admin, request: GetEmailDraftRequest) -> Result<EmailDraft, ApiError> {
        let designs = &self.domain.email_designs;
        let found = designs.draft(&who.tenant.project, request.path.id).await;
        found.map(draft).map_err(api_error)
    }

    async fn update_email_draft(
        &self,
        who: Admin,
        request: UpdateEmailDraftRequest,
    ) -> Result<EmailDraftDone, ApiError> {
        let (id, body) = (request.path.id, request.body);
        let change = DraftUpdate {
            display_name: body.display_name,
            source: body.tsx_source,
            theme: body.theme_id.map(choice),
        };
        let designs = &self.domain.email_designs;
        let updated = designs.update_draft(&who.tenant.project, id, change).await;
        updated.map(|()| done()).map_err(api_error)
    }

    async fn delete_email_draft(
        &self,
        who: Admin,
        request: DeleteEmailDraftRequest,
    ) -> Result<EmailDraftDone, ApiError> {
        let designs = &self.domain.email_designs;
        let deleted = designs.delete_draft(&who.tenant.project, request.path.id).await;
        deleted.map(|()| done()).map_err(api_error)
    }

    async fn list_email_templates(
        &self,
        who: Admin,
        _: ListEmailTemplatesRequest,
    ) -> Result<EmailTemplateList, ApiError> {
        let listed = self.domain.email_designs.templates(&who.tenant.project);
        Ok(EmailTemplateList {
            templates: listed.into_iter().map(template).collect(),
        })
    }

    async fn create_email_template(
        &self,
        who: Admin,
        request: CreateEmailTemplateRequest,
    ) -> Result<EmailTemplateCreated, ApiError> {
        let (project, name) = (&who.tenant.project, request.body.display_name);
        let created = self.domain.email_designs.create_template(project, &name).await;
        created.map(|id| EmailTemplateCreated { id }).map_err(api_error)
    }

    async fn update_email_template(
        &self,
        who: Admin,
        request: UpdateEmailTemplateRequest,
    ) -> Result<EmailTemplateUpdated, ApiError> {
        let (id, body) = (request.path.template_id, request.body);
        let theme = match body.theme_id {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            Patch::Value(theme) => Patch::Value(choice(theme)),
        };
        let designs = &self.domain.email_designs;
        let updated = designs
            .update_template(&who.tenant.project, id, body.tsx_source, theme)
            .await;
        updated
            .map(|rendered_html| EmailTemplateUpdated { rendered_html })
            .map_err(api_error)
    }

    async fn delete_email_template(&self, who: Admin, request: DeleteEmailTemplateRequest) -> Result<Empty, ApiError> {
        let designs = &self.domain.email_designs;
        let deleted = designs
            .delete_template(&who.tenant.project, request.path.template_id)
            .await;
        deleted.map(|()| Empty {}).map_err(api_error)
    }

    async fn list_email_themes(&self, who: Admin, _: ListEmailThemesRequest) -> Result<EmailThemeList, ApiError> {
        let listed = self.domain.email_designs.themes(&who.tenant.project);
        let summary = |theme: Theme| EmailThemeSummary {
            id: theme.id,
            display_name: theme.display_name,
        };
        Ok(EmailThemeList {
            themes: listed.into_iter().map(summary).collect(),
        })
    }

    async fn create_email_theme(
        &self,
        who: Admin,
        request: CreateEmailThemeRequest,
    ) -> Result<EmailThemeCreated, ApiError> {
        let (project, name) = (&who.tenant.project, request.body.display_name);
        let created = self.domain.email_designs.create_theme(project, &name).await;
        created.map(|id| EmailThemeCreated { id }).map_err(api_error)
    }

    async fn get_email_theme(&self, who: Admin, request: GetEmailThemeRequest) -> Result<EmailTheme, ApiError> {
        let found = self.domain.email_designs.theme(&who.tenant.project, request.path.id);
        let theme = found.map_err(api_error)?;
        Ok(EmailTheme {
            id: theme.id,
            display_name: theme.display_name,
            tsx_source: theme.source,
        })
    }

    async fn update_email_theme(
        &self,
        who: Admin,
        request: UpdateEmailThemeRequest,
    ) -> Result<EmailThemeUpdated, ApiError> {
        let (id, source) = (request.path.id, request.body.tsx_source);
        let designs = &self.domain.email_designs;
        let updated = designs.update_theme(&who.tenant.project, id, source).await;
        updated
            .map(|display_name| EmailThemeUpdated { display_name })
            .map_err(api_error)
    }

    async fn rewrite_template_source(
        &self,
        _: Admin,
        request: RewriteTemplateSourceRequest,
    ) -> Result<RewrittenSource, ApiError> {
        let rewritten = draft_source(request.body.template_tsx_source);
        rewritten
            .map(|tsx_source| RewrittenSource { tsx_source })
            .map_err(api_error)
    }
}

fn done() -> EmailDraftDone {
    EmailDraftDone { ok: "ok".to_owned() }
}

fn draft(draft: models::EmailDraft) -> EmailDraft {
    EmailDraft {
        id: draft.id,
        display_name: draft.display_name,
        tsx_source: draft.source,
        theme_id: draft.theme.map(wire_choice),
        sent_at_millis: draft.sent_at.map_or(Patch::Null, Patch::Value),
    }
}

fn template(template: Template) -> EmailTemplate {
    EmailTemplate {
        id: template.id,
        display_name: template.display_name,
        tsx_source: template.source,
        theme_id: template.theme.map(wire_choice),
    }
}

fn wire_choice(theme: ThemeChoice) -> EmailThemeChoice {
    match theme {
        ThemeChoice::Theme(id) => EmailThemeChoice::EmailThemeId(id),
        ThemeChoice::None => EmailThemeChoice::NoEmailTheme(false),
    }
}
