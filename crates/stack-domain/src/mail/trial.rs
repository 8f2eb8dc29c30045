//! Trying a mail server, and what was sent lately.

use serde_json::Map;
use stack_types::EmailId;

use super::{Delivery, Outbox, ShownEmail, delivery::TOO_SLOW, settings::PATIENCE};
use crate::{
    config::EmailServer,
    core::Tenant,
    emails,
    error::DomainResult,
    models::{EmailContent, EmailRecipient},
    ports::{EmailRepository, Mailer, OutgoingMail, Storage},
    secrets::random,
};

/// How many mails are listed that were sent.
const MAX_SETTLED: u32 = 100;

impl<S: Storage> Delivery<S> {
    /// Sends a mail through a mail server at once, whether or not the project uses it. It isn't put into the outbox.
    ///
    /// # Errors
    ///
    /// Why it couldn't be sent, for those who run the project.
    pub async fn try_server(
        &self,
        tenant: &Tenant,
        server: &EmailServer,
        to: &str,
        mailer: &impl Mailer,
    ) -> Result<(), String> {
        let to = [emails::normalize(to)];
        let name = super::render::one_line(&tenant.project.display_name);
        let words = format!("This mail shows that {name} can send mail through this server.");
        let content = EmailContent {
            to: EmailRecipient::CustomEmails { emails: to.to_vec() },
            variables: Map::new(),
            subject: format!("Test mail of {name}"),
            html: format!("<p>{}</p>", escaped(&words)),
            text: format!("{words}\n"),
            written: None,
        };
        let outgoing = OutgoingMail {
            id: EmailId(random::uuid(&*self.0.rng)),
            server: Some(server),
            project_name: &tenant.project.display_name,
            to: &to,
            content: &content,
            unsubscribe_link: None,
        };
        match tokio::time::timeout(PATIENCE, mailer.send(&outgoing)).await {
            Ok(sent) => sent.map_err(|error| error.external),
            Err(_) => Err(TOO_SLOW.to_owned()),
        }
    }
}

impl<S: Storage> Outbox<S> {
    /// The newest hundred mails that were sent or given up.
    ///
    /// # Errors
    ///
    /// Only those of the storage and of what is stored.
    pub async fn settled(&self, tenant: &Tenant) -> DomainResult<Vec<ShownEmail>> {
        let mut reader = self.0.storage.read().await?;
        let emails = reader.list_settled_emails(tenant.id(), MAX_SETTLED).await?;
        emails.into_iter().map(|email| self.shown(tenant.id(), email)).collect()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
