//! Handing a mail to a mail server.
//!
//! One connection for each mail, step by step, so that it is known how far an attempt came: only one that fails after
//! the message has begun may have sent it.

use std::{fmt::Display, net::SocketAddr, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailParameter},
    },
};
use stack_domain::{
    config::EmailServer,
    ports::{Mailer, OutgoingMail, SendError},
};
use tokio::{net::lookup_host, time::timeout};

use super::{
    message::{self, Outgoing},
    settings::{Security, SmtpServer},
};
use crate::outbound::{Networks, chain};

/// How long all may take until the server wants the message.
const PREPARATION: Duration = Duration::from_secs(30);

/// How long the server may take to accept the message.
const ACCEPTANCE: Duration = Duration::from_secs(60);

/// How long to be polite at the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// The port of a project's mail server that names none.
const USUAL_PORT: u16 = 587;

/// The port on which TLS begins at once.
const TLS_PORT: u16 = 465;

/// Hands mails to the mail server of their project, else to that of the deployment, else to nobody.
pub(crate) struct SmtpMailer {
    /// The mail server of the deployment.
    shared: Option<Shared>,
    /// Where the mail servers of projects may be.
    networks: Networks,
    /// How this server introduces itself.
    hello: ClientId,
}

/// The mail server of the deployment, and who sends from there.
struct Shared {
    server: SmtpServer,
    address: String,
}

/// Where a mail server can be reached.
struct Target {
    server: SmtpServer,
    addresses: Vec<SocketAddr>,
}

impl SmtpMailer {
    /// A mailer that introduces itself as `host`.
    pub(crate) fn new(shared: Option<(SmtpServer, String)>, networks: Networks, host: &str) -> Self {
        Self {
            shared: shared.map(|(server, address)| Shared { server, address }),
            networks,
            hello: ClientId::Domain(host.to_owned()),
        }
    }

    /// The mail server of a project, if it is where one may be.
    async fn own(&self, own: &EmailServer) -> Result<Target, SendError> {
        let host = own.host.clone().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refused("The project has no mail server: `emails.server.host` is missing."))?;
        let port = own.port.unwrap_or(USUAL_PORT);
        let found = resolve(&host, port).await?;
        let addresses: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| self.networks.allow(address.ip()))
            .collect();
        if addresses.is_empty() {
            return Err(refused(
                "The project's mail server has a private address, and the setting `outbound_networks` doesn't name it.",
            ));
        }
        let is_named = addresses.iter().all(|address| self.networks.name(address.ip()));
        let security = match port {
            TLS_PORT => Security::Tls,
            _ if is_named => Security::StartTlsIfPossible,
            _ => Security::StartTls,
        };
        // Forms send what was left empty as an empty text.
        let user = own.username.clone().filter(|user| !user.is_empty());
        let credentials = user.zip(own.password.clone());
        let server = SmtpServer {
            host,
            port,
            security,
            credentials,
        };
        Ok(Target { server, addresses })
    }

    async fn hand_over(&self, target: &Target, outgoing: &Outgoing) -> Result<(), SendError> {
        let prepared = timeout(PREPARATION, self.prepare(target, outgoing)).await;
        let mut connection =
            prepared.unwrap_or_else(|_| Err(temporary("The mail server takes too long to get ready for a mail.")))?;
        let accepted = timeout(ACCEPTANCE, connection.message(&outgoing.bytes)).await;
        match accepted {
            Ok(Ok(_)) => {
                // The mail is sent, however the connection ends.
                let _ = timeout(FAREWELL, connection.quit()).await;
                Ok(())
            }
            Ok(Err(error)) if error.status().is_some() => Err(answered("accepting the mail", &error)),
            Ok(Err(error)) => Err(SendError {
                may_have_been_sent: true,
                ..temporary(format!(
                    "The connection to the mail server broke while it took the mail, which may have been sent: {error}"
                ))
            }),
            Err(_) => Err(SendError {
                may_have_been_sent: true,
                ..temporary("The mail server took the mail, but didn't say so in time. It may have been sent.")
            }),
        }
    }

    /// Everything until the server wants the message.
    async fn prepare(&self, target: &Target, outgoing: &Outgoing) -> Result<AsyncSmtpConnection, SendError> {
        let mut connection = self.connect(target).await?;
        if let Some((user, password)) = &target.server.credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            // A wrong password can be mended while the mail waits.
            let signed_in = connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await;
            signed_in.map_err(|error| SendError {
                is_permanent: false,
                ..failed("signing in", &error)
            })?;
        }
        let is_plain = is_ascii(&outgoing.from) && outgoing.to.iter().all(is_ascii);
        let parameters = if is_plain {
            vec![]
        } else {
            vec![MailParameter::SmtpUtfEight]
        };
        command(
            &mut connection,
            Mail::new(Some(outgoing.from.clone()), parameters),
            "taking the sender",
        )
        .await?;
        for to in &outgoing.to {
            command(&mut connection, Rcpt::new(to.clone(), vec![]), "taking the recipient").await?;
        }
        command(&mut connection, Data, "getting ready for the mail").await?;
        Ok(connection)
    }

    /// A connection to the first address that takes it, secured as it should be.
    async fn connect(&self, target: &Target) -> Result<AsyncSmtpConnection, SendError> {
        let server = &target.server;
        let tls = TlsParameters::new_rustls(server.host.clone())
            .map_err(|error| refused(format!("The name of the mail server can't be checked by TLS: {error}")))?;
        let at_once = (server.security == Security::Tls).then(|| tls.clone());
        let patience = Some(PREPARATION / 3);
        let mut last = temporary("The mail server has no address.");
        for address in &target.addresses {
            match AsyncSmtpConnection::connect_tokio1(address, patience, &self.hello, at_once.clone(), None).await {
                Ok(connection) => return self.secure(connection, server.security, tls).await,
                Err(error) => {
                    last = SendError {
                        is_permanent: false,
                        ..failed("connecting", &error)
                    };
                }
            }
        }
        Err(last)
    }

    async fn secure(
        &self,
        mut connection: AsyncSmtpConnection,
        security: Security,
        tls: TlsParameters,
    ) -> Result<AsyncSmtpConnection, SendError> {
        let is_wanted = match security {
            Security::Tls | Security::None => false,
            Security::StartTls => true,
            Security::StartTlsIfPossible => connection.can_starttls(),
        };
        if is_wanted {
            let secured = connection.starttls(tls, &self.hello).await;
            secured.map_err(|error| SendError {
                is_permanent: false,
                ..failed("securing the connection by STARTTLS", &error)
            })?;
        }
        Ok(connection)
    }
}

impl Mailer for SmtpMailer {
    async fn send(&self, mail: &OutgoingMail<'_>) -> Result<(), SendError> {
        let (target, outgoing) = match (mail.server, &self.shared) {
            (Some(own), _) => {
                let address = own.sender_email.as_deref().unwrap_or_default();
                let name = own.sender_name.as_deref().unwrap_or(mail.project_name);
                (self.own(own).await?, message::build(mail, name, address)?)
            }
            (None, Some(shared)) => {
                let server = shared.server.clone();
                let addresses = resolve(&server.host, server.port).await?;
                let outgoing = message::build(mail, mail.project_name, &shared.address)?;
                (Target { server, addresses }, outgoing)
            }
            // It stays where it is, to be read there.
            (None, None) => return Ok(()),
        };
        self.hand_over(&target, &outgoing).await
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, SendError> {
    match timeout(PREPARATION, lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(error)) => Err(temporary(format!("The mail server's address can't be found: {error}"))),
        Err(_) => Err(temporary("The mail server's address can't be found in time.")),
    }
}

async fn command(connection: &mut AsyncSmtpConnection, command: impl Display, step: &str) -> Result<(), SendError> {
    connection
        .command(command)
        .await
        .map(drop)
        .map_err(|error| failed(step, &error))
}

fn is_ascii(address: &Address) -> bool {
    let text: &str = address.as_ref();
    text.is_ascii()
}

/// A step that failed; permanent if the server says so.
fn failed(step: &str, error: &Error) -> SendError {
    if error.status().is_some() {
        return answered(step, error);
    }
    temporary(format!("The mail server failed at {step}: {}", chain(error)))
}

/// What the server said to a step, without the addresses in it.
fn answered(step: &str, error: &Error) -> SendError {
    let said = without_addresses(&chain(error));
    SendError {
        is_permanent: error.is_permanent(),
        ..temporary(format!("The mail server refused at {step}: {said}"))
    }
}

fn refused(why: impl Into<String>) -> SendError {
    SendError {
        is_permanent: true,
        ..temporary(why)
    }
}

fn temporary(why: impl Into<String>) -> SendError {
    let why = why.into();
    SendError {
        is_permanent: false,
        may_have_been_sent: false,
        external: why.clone(),
        internal: why,
    }
}

/// Leaves out every word that has an `@` in it.
fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace();
    let kept: Vec<&str> = words.map(|word| if word.contains('@') { "…" } else { word }).collect();
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_kept_without_addresses() {
        let said = "permanent error (550): 5.1.1 <ada@example.com>: user unknown";
        assert_eq!(without_addresses(said), "permanent error (550): 5.1.1 … user unknown");
    }
}
