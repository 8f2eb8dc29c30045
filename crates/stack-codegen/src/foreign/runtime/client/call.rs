//! A request that is being put together.

use bytes::Bytes;
use progenitor_client::Error;
use reqwest::{
    Client, Method, Request, Url,
    header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue},
};
use serde::Serialize;
use serde_json::Value;
use types::Multipart;

use crate::encode::{self, Style};

/// A request that is being put together.
pub(crate) struct Call {
    method: Method,
    url: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    cookies: Vec<String>,
    body: Option<Bytes>,
}

impl Call {
    pub fn new(method: Method, url: String, accept: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::ACCEPT, HeaderValue::from_static(accept));
        Self {
            method,
            url,
            query: Vec::new(),
            headers,
            cookies: Vec::new(),
            body: None,
        }
    }

    pub fn query(&mut self, name: &str, style: Style, parameter: &impl Serialize) -> Result<(), Error<()>> {
        encode::pairs(name, &encode::value(parameter)?, style, &mut self.query);
        Ok(())
    }

    pub fn header(&mut self, name: &'static str, style: Style, parameter: &impl Serialize) -> Result<(), Error<()>> {
        let value = encode::value(parameter)?;
        if !value.is_null() {
            let unfit =
                |error: &dyn std::fmt::Display| Error::InvalidRequest(format!("`{name}` can't be sent: {error}"));
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unfit(&error))?;
            let value = HeaderValue::from_str(&encode::text(&value, style)).map_err(|error| unfit(&error))?;
            self.headers.insert(header, value);
        }
        Ok(())
    }

    pub fn cookie(&mut self, name: &str, style: Style, parameter: &impl Serialize) -> Result<(), Error<()>> {
        let value = encode::value(parameter)?;
        if !value.is_null() {
            self.cookies.push(format!("{name}={}", encode::text(&value, style)));
        }
        Ok(())
    }

    pub fn json(&mut self, media: &'static str, body: &impl Serialize) -> Result<(), Error<()>> {
        let bytes = serde_json::to_vec(body).map_err(|error| Error::InvalidRequest(error.to_string()))?;
        self.bytes(media, bytes)
    }

    pub fn form(&mut self, media: &'static str, body: &impl Serialize) -> Result<(), Error<()>> {
        let mut pairs = Vec::new();
        if let Value::Object(fields) = encode::value(body)? {
            for (name, value) in &fields {
                encode::pairs(name, value, Style::Repeated, &mut pairs);
            }
        }
        // The query's form is the same, and the parser of URLs writes it.
        let mut url = Url::parse("form:").map_err(|error| Error::InvalidRequest(error.to_string()))?;
        url.query_pairs_mut().extend_pairs(&pairs);
        self.bytes(media, url.query().unwrap_or_default().to_owned())
    }

    pub fn text(&mut self, media: &'static str, body: &str) -> Result<(), Error<()>> {
        self.bytes(media, body.to_owned())
    }

    pub fn bytes(&mut self, media: &'static str, body: impl Into<Bytes>) -> Result<(), Error<()>> {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        self.body = Some(body.into());
        Ok(())
    }

    pub fn multipart(&mut self, _: &'static str, body: &Multipart) -> Result<(), Error<()>> {
        let boundary = boundary(body);
        let mut bytes = Vec::new();
        for part in &body.parts {
            let quoted = |text: &str| text.replace(['\r', '\n'], " ").replace('"', "%22");
            let mut head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                quoted(&part.name)
            );
            if let Some(name) = &part.file_name {
                head += &format!("; filename=\"{}\"", quoted(name));
            }
            if let Some(media) = &part.content_type {
                head += &format!("\r\nContent-Type: {}", quoted(media));
            }
            bytes.extend_from_slice(head.as_bytes());
            bytes.extend_from_slice(b"\r\n\r\n");
            bytes.extend_from_slice(&part.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let media = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"))
            .map_err(|error| Error::InvalidRequest(error.to_string()))?;
        self.headers.insert(CONTENT_TYPE, media);
        self.body = Some(bytes.into());
        Ok(())
    }

    pub fn build(self, client: &Client) -> Result<Request, Error<()>> {
        let mut headers = self.headers;
        if !self.cookies.is_empty() {
            let line = HeaderValue::from_str(&self.cookies.join("; "))
                .map_err(|error| Error::InvalidRequest(error.to_string()))?;
            headers.insert(COOKIE, line);
        }
        let mut request = client.request(self.method, self.url).headers(headers);
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        Ok(request.build()?)
    }
}

/// A boundary that no part holds.
fn boundary(body: &Multipart) -> String {
    let mut number = 0_u64;
    loop {
        let boundary = format!("part-of-a-form-{number:016x}");
        let holds = |bytes: &[u8]| {
            bytes
                .windows(boundary.len())
                .any(|window| window == boundary.as_bytes())
        };
        if !body.parts.iter().any(|part| holds(&part.bytes)) {
            return boundary;
        }
        number += 1;
    }
}
