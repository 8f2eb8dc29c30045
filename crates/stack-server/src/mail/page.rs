//! `/dev/mail`: the newest mails of all projects, for whoever develops on this machine.
//!
//! Whoever reads a mail can sign in as its recipient. So the page is off unless a setting turns it on, that setting
//! demands a loopback address, and requests by another name than that of this machine are refused: a web page
//! elsewhere can't have its own name lead here. What a mail says is shown in a sandbox of its own, without scripts.

use std::{fmt::Write as _, net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::{Path, Request, State},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};
use stack_domain::{DomainError, mail::ShownEmail};
use stack_types::{EmailId, Millis, ProjectId};

use crate::http::Server;

/// How many mails are listed.
const LISTED: u32 = 100;

/// The list and the page of a mail: one style sheet, and the frame with the mail.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// The mail itself: pictures and styles, no scripts; links open elsewhere.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                           style-src 'unsafe-inline'; img-src https: data:; form-action 'none'; frame-ancestors 'self'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid \
    #ddd;vertical-align:top}iframe{width:100%;height:32rem;border:1px solid #ddd;border-radius:6px}\
    pre{white-space:pre-wrap;background:#f4f4f5;padding:1rem;border-radius:6px}";

/// The routes of the page.
pub(crate) fn router(server: Arc<Server>) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/style.css", get(style))
        .route("/dev/mail/{project}/{id}", get(show))
        .route("/dev/mail/{project}/{id}/html", get(show_html))
        .layer(middleware::from_fn(only_by_local_names))
        .with_state(server)
}

/// Refuses requests that name another host than this machine, and keeps what is shown out of caches.
async fn only_by_local_names(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_local) {
        return (StatusCode::FORBIDDEN, "This page is only for http://localhost.").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// Whether a host, with or without port, is this machine.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

async fn style() -> Response {
    ([(http::header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn list(State(server): State<Arc<Server>>) -> Response {
    let mails = match server.domain.outbox.newest_of_all_projects(LISTED).await {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    let mut rows = String::new();
    for (project, mail) in &mails {
        // Writing to a string can't fail.
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td>{}</td><td><a href=\"{}\">{}</a></td><td>{}</td></tr>",
            time(mail.email.created_at),
            escaped(&recipients(mail)),
            escaped(&path(project, mail)),
            escaped(&mail.content.subject),
            mail.status.as_str(),
        );
    }
    let body = if mails.is_empty() {
        "<p>No mail yet. This page looks again by itself.</p>".to_owned()
    } else {
        format!("<table><tr><th>When (UTC)</th><th>To</th><th>Subject</th><th>Status</th></tr>\n{rows}</table>")
    };
    let refresh = "<meta http-equiv=\"refresh\" content=\"3\">";
    page("Mails", refresh, &format!("<h1>Mails</h1>\n{body}"))
}

async fn show(State(server): State<Arc<Server>>, Path(at): Path<(ProjectId, EmailId)>) -> Response {
    let (project, mail) = match find(&server, at).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let subject = escaped(&mail.content.subject);
    let failures: String = mail
        .email
        .failures
        .iter()
        .map(|failure| format!("<li>Attempt {}: {}</li>", failure.attempt, escaped(&failure.internal)))
        .collect();
    let body = format!(
        "<p><a href=\"/dev/mail\">All mails</a></p>\n<h1>{subject}</h1>\n\
         <p>To {} · {} UTC · {} · project {}</p>\n<ul>{failures}</ul>\n\
         <iframe src=\"{}/html\" title=\"The mail\"></iframe>\n<h2>As text</h2>\n<pre>{}</pre>",
        escaped(&recipients(&mail)),
        time(mail.email.created_at),
        mail.status.as_str(),
        escaped(project.as_str()),
        escaped(&path(&project, &mail)),
        escaped(&mail.content.text),
    );
    page(&subject, "", &body)
}

async fn show_html(State(server): State<Arc<Server>>, Path(at): Path<(ProjectId, EmailId)>) -> Response {
    match find(&server, at).await {
        Ok((_, mail)) => {
            // Links open in a tab of their own: the sandbox keeps them out of the frame.
            let html = mail
                .content
                .html
                .replacen("<head>", "<head><base target=\"_blank\">", 1);
            ([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response()
        }
        Err(answer) => answer,
    }
}

async fn find(server: &Server, (project, id): (ProjectId, EmailId)) -> Result<(ProjectId, ShownEmail), Response> {
    let tenant = server
        .domain
        .projects
        .find(&project)
        .await
        .map_err(|error| failed(&error))?;
    let Some(tenant) = tenant else {
        return Err((StatusCode::NOT_FOUND, "There is no such project.").into_response());
    };
    match server.domain.outbox.get(&tenant, id).await {
        Ok(mail) => Ok((project, mail)),
        Err(DomainError::Refused { message, .. }) => Err((StatusCode::NOT_FOUND, message).into_response()),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &DomainError) -> Response {
    tracing::error!(?error, "mails can't be shown");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "The mails can't be read; the log says why.",
    )
        .into_response()
}

fn page(title: &str, head: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/dev/mail/style.css\">\n\
         <title>{title}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    );
    ([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(html)).into_response()
}

fn path(project: &ProjectId, mail: &ShownEmail) -> String {
    format!("/dev/mail/{project}/{}", mail.email.id)
}

fn recipients(mail: &ShownEmail) -> String {
    match mail.content.to.addresses() {
        [] => "the primary address of a user".to_owned(),
        addresses => addresses.join(", "),
    }
}

/// Hours, minutes and seconds of an instant.
fn time(at: Millis) -> String {
    let seconds = at.as_secs().rem_euclid(24 * 60 * 60);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for (host, expected) in [
            ("localhost", true),
            ("localhost:8102", true),
            ("127.0.0.1:8102", true),
            ("[::1]:8102", true),
            ("auth.example.com", false),
            ("localhost.example.com:8102", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_local(host), expected, "{host}");
        }
    }

    #[test]
    fn what_a_mail_says_is_text_on_the_page() {
        assert_eq!(escaped("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    }
}
