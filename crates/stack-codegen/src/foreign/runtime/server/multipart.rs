//! Reads bodies of `multipart/form-data` ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};
use types::{Multipart, Part};

/// The boundary of the body, if it has parts.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (media, parameters) = value.split_once(';')?;
    media.trim().eq_ignore_ascii_case("multipart/form-data").then_some(())?;
    parameter(parameters, "boundary")
}

/// The parts of `body`; `None` if they can't be told apart.
pub(crate) fn read(body: &Bytes, boundary: &str) -> Option<Multipart> {
    let open = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut multipart = Multipart::new();
    let mut at = find(body, open.as_bytes(), 0)? + open.len();
    while !body.get(at..)?.starts_with(b"--") {
        let start = find(body, b"\r\n", at)? + 2;
        // A part may have no headers at all.
        let (head, content) = match find(body, b"\r\n\r\n", start.saturating_sub(2))? {
            end if end < start => (&body[start..start], start),
            end => (&body[start..end], end + 4),
        };
        let end = find(body, between.as_bytes(), content.saturating_sub(2))?;
        multipart.parts.push(part(
            &String::from_utf8_lossy(head),
            body.slice(content..end.max(content)),
        ));
        at = end + between.len();
    }
    Some(multipart)
}

fn part(head: &str, bytes: Bytes) -> Part {
    let mut part = Part {
        name: String::new(),
        file_name: None,
        content_type: None,
        bytes,
    };
    for (name, value) in head.split("\r\n").filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-type") {
            part.content_type = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("content-disposition") {
            let parameters = value.split_once(';').map_or("", |(_, rest)| rest);
            part.name = parameter(parameters, "name").unwrap_or_default();
            part.file_name = parameter(parameters, "filename");
        }
    }
    part
}

/// The parameter `wanted` of a header's value.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (name, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim().replace("%22", "\""));
        }
        rest = next;
    }
}

fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let place = bytes
        .get(from..)?
        .windows(needle.len())
        .position(|window| window == needle)?;
    Some(from + place)
}
