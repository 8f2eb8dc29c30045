//! From a mail of the outbox to what goes over the wire.
//!
//! Names and subjects are given to `lettre` as values of headers, which it encodes; addresses are parsed. No text can
//! begin a header of its own.

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use stack_domain::ports::{OutgoingMail, SendError};

/// A message, and between whom it goes.
pub(super) struct Outgoing {
    /// Who sends it.
    pub(super) from: Address,
    /// Who gets it.
    pub(super) to: Vec<Address>,
    /// Headers and body.
    pub(super) bytes: Vec<u8>,
}

/// Puts a mail into the form of RFC 5322, from `name <address>`.
///
/// # Errors
///
/// Permanent ones: an address that isn't one stays so.
pub(super) fn build(mail: &OutgoingMail<'_>, name: &str, address: &str) -> Result<Outgoing, SendError> {
    let from: Address = address
        .parse()
        .map_err(|_| refused("The address of the sender isn't an e-mail address."))?;
    let to: Vec<Address> = mail
        .to
        .iter()
        .map(|address| address.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| refused("An address of the recipient isn't an e-mail address."))?;
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let domain = from.domain().to_owned();
    // The same at each attempt, so that a program which gets it twice can tell.
    let message_id = format!("<{}@{domain}>", mail.id);
    let mut builder = Message::builder()
        .from(Mailbox::new(Some(name), from.clone()))
        .message_id(Some(message_id))
        .subject(mail.content.subject.as_str())
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(link) = mail.unsubscribe_link {
        // RFC 2369, section 3.2.
        builder = builder.raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            format!("<{link}>"),
        ));
    }
    for address in &to {
        builder = builder.to(Mailbox::new(None, address.clone()));
    }
    let body = MultiPart::alternative_plain_html(mail.content.text.clone(), mail.content.html.clone());
    let message = builder
        .multipart(body)
        .map_err(|_| refused("The mail can't be put into the form of a message."))?;
    Ok(Outgoing {
        from,
        to,
        bytes: message.formatted(),
    })
}

fn refused(why: &str) -> SendError {
    SendError {
        is_permanent: true,
        may_have_been_sent: false,
        external: why.to_owned(),
        internal: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;
    use stack_domain::models::{EmailContent, EmailRecipient};
    use stack_types::EmailId;
    use uuid::Uuid;

    use super::*;

    fn message(subject: &str, name: &str, to: &str) -> Result<String, SendError> {
        message_with(None, subject, name, to)
    }

    fn message_with(link: Option<&str>, subject: &str, name: &str, to: &str) -> Result<String, SendError> {
        let content = EmailContent {
            to: EmailRecipient::CustomEmails { emails: Vec::new() },
            variables: Map::new(),
            subject: subject.to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello\n".to_owned(),
            written: None,
        };
        let mail = OutgoingMail {
            id: EmailId(Uuid::nil()),
            server: None,
            project_name: name,
            to: &[to.to_owned()],
            content: &content,
            unsubscribe_link: link,
        };
        let built = build(&mail, name, "noreply@example.com")?;
        Ok(String::from_utf8(built.bytes).expect("a message is ASCII"))
    }

    /// The names of the headers, in their order.
    fn headers(message: &str) -> Vec<&str> {
        let (head, _) = message.split_once("\r\n\r\n").expect("headers end");
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn no_text_begins_a_header() {
        let plain = message("Hello", "Ada", "ada@example.com").expect("it is a mail");
        for attack in [
            "x\r\nBcc: eve@example.com",
            "x\nBcc: eve@example.com",
            "x\rBcc: eve@example.com",
            "x\r\n\r\n<script>",
            "=?utf-8?q?x=0D=0ABcc:_eve@example.com?=",
            "x\u{2028}Bcc: eve@example.com",
        ] {
            let attacked = message(attack, attack, "ada@example.com").expect("it is a mail");
            assert_eq!(headers(&attacked), headers(&plain), "{attacked}");
        }
    }

    #[test]
    fn a_kind_of_mail_that_can_be_turned_off_says_how() {
        let link = "https://auth.example.com/api/v1/emails/unsubscribe-link?project_id=p&code=abc";
        let with = message_with(Some(link), "Hello", "Ada", "ada@example.com").expect("it is a mail");
        let unfolded = with.replace("\r\n ", " ");
        assert!(
            unfolded.contains(&format!("List-Unsubscribe: <{link}>\r\n")),
            "{unfolded}"
        );
        let without = message("Hello", "Ada", "ada@example.com").expect("it is a mail");
        assert!(!without.contains("List-Unsubscribe"));
    }

    #[test]
    fn an_address_with_a_line_break_is_refused() {
        for attack in [
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
        ] {
            assert!(message("Hello", "Ada", attack).expect_err("it is refused").is_permanent);
        }
    }
}
