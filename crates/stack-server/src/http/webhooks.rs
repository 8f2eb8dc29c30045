//! Tag `webhooks`.

use stack_domain::{DomainError, Refusal, models::User};
use stack_server_api::{
    AdminAccess, ApiError, Principal, WebhooksApi,
    webhooks::{CreateWebhookTokenRequest, SendTestWebhookRequest},
};
use stack_types::admin::{TestWebhookResult, WebhookToken};

use super::{Server, authenticate::Tenant, error::api_error};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl WebhooksApi for Server {
    async fn create_webhook_token(&self, who: Admin, _: CreateWebhookTokenRequest) -> Result<WebhookToken, ApiError> {
        Ok(WebhookToken {
            token: self.domain.webhooks.issue_token(who.tenant.project.id()),
            url: None,
        })
    }

    async fn send_test_webhook(
        &self,
        who: Admin,
        request: SendTestWebhookRequest,
    ) -> Result<TestWebhookResult, ApiError> {
        let (project, endpoint) = (who.tenant.project.id(), request.body.endpoint_id);
        let sent = self.domain.webhooks.send_test(project, endpoint.as_str()).await;
        let error_message = match sent {
            Ok(_) => None,
            Err(DomainError::Refused {
                kind: Refusal::NotFound | Refusal::BadRequest,
                message,
            }) => Some(message),
            Err(error) => return Err(api_error(error)),
        };
        Ok(TestWebhookResult {
            success: error_message.is_none(),
            error_message,
        })
    }
}
