//! Mails, as their recipients read them.

use reqwest::Url;
use serde_json::Value;

use crate::TestProject;

/// A mail that the server has written.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id in the outbox.
    pub id: String,
    /// The subject.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// How far it has come.
    pub status: String,
    created_at: i64,
    to: Vec<String>,
}

impl TestProject {
    /// The newest mail to an address, sent or not. It is there as soon as the call that causes it is answered.
    ///
    /// # Panics
    ///
    /// If there is none, or two were written at the same instant: move the clock in between.
    pub async fn mail_to(&self, address: &str) -> Mail {
        let mails = self.mails_to(address).await;
        let [newest, others @ ..] = mails.as_slice() else {
            panic!("there is no mail to {address}")
        };
        assert!(
            others.first().is_none_or(|other| other.created_at < newest.created_at),
            "two mails to {address} were written at the same instant; move the clock in between"
        );
        newest.clone()
    }

    /// The newest mails to an address, the last one first; none if nobody wrote there.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mails = self.mails().await;
        mails
            .into_iter()
            .filter(|mail| mail.to.iter().any(|to| to == address))
            .collect()
    }

    /// The newest mails of the project, the last one first.
    pub async fn mails(&self) -> Vec<Mail> {
        let listed = self.server_call("GET /emails/outbox").send().await.answers(200);
        let items = listed["items"].as_array().expect("a list").iter();
        items.map(mail).collect()
    }
}

impl Mail {
    /// The code to type: the line that has six characters.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn code(&self) -> String {
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let code = self.text.lines().map(str::trim).find(is_code);
        code.unwrap_or_else(|| panic!("no code in {}", self.text)).to_owned()
    }

    /// The link to follow: the line that is a URL.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn link(&self) -> Url {
        let line = self.text.lines().find(|line| line.starts_with("http"));
        let line = line.unwrap_or_else(|| panic!("no link in {}", self.text));
        line.parse().expect("a URL")
    }

    /// The code that the link carries.
    ///
    /// # Panics
    ///
    /// If it carries none.
    pub fn link_code(&self) -> String {
        let link = self.link();
        let code = link.query_pairs().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("no code in {link}")).1.into_owned()
    }
}

fn mail(item: &Value) -> Mail {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let to = item["to"]["emails"].as_array().into_iter().flatten();
    Mail {
        id: text("id"),
        subject: text("subject"),
        text: text("text"),
        html: text("html"),
        status: text("status"),
        created_at: item["created_at_millis"].as_i64().expect("an instant"),
        to: to.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
