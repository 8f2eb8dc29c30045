//! The text of a mail for programs that don't show HTML.

/// Elements of which nothing is shown.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];

/// Elements that begin a line of their own.
const BLOCKS: [&str; 21] = [
    "address",
    "article",
    "blockquote",
    "br",
    "center",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "table",
    "tr",
    "ul",
];

/// What somebody who doesn't see HTML would read: the text, each block in a line of its own, links with their address.
pub(super) fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push_words(&mut text, &rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(end) = end_of_tag(rest) else {
            break;
        };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let length = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(length);
        let name = name.to_ascii_lowercase();
        if !is_end && HIDDEN.contains(&name.as_str()) {
            rest = after_end_of(rest, &name);
        } else if BLOCKS.contains(&name.as_str()) {
            end_line(&mut text, if name == "p" { 2 } else { 1 });
        } else if name == "a" && !is_end {
            link = attribute(attributes, "href").map(|href| (href, text.len()));
        } else if name == "a"
            && let Some((href, start)) = link.take()
            && !text.get(start..).is_some_and(|shown| shown.contains(&href))
            && !href.starts_with('#')
        {
            push_words(&mut text, &format!(" ({href})"));
        } else if matches!(name.as_str(), "td" | "th") {
            push_words(&mut text, " ");
        }
    }
    push_words(&mut text, if rest.starts_with('<') { "" } else { rest });
    let trimmed = text.trim();
    if trimmed.is_empty() {
        String::new()
    } else {
        format!("{trimmed}\n")
    }
}

/// Where a tag ends, past `>` in the values of attributes.
fn end_of_tag(html: &str) -> Option<usize> {
    let mut quote = None;
    html.char_indices().find_map(|(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '>' => return Some(at),
            None => {}
        }
        None
    })
}

/// What follows the end of a hidden element.
fn after_end_of<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("</") {
        if after
            .get(..name.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(name))
        {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
    }
    ""
}

/// The value of an attribute in quotes.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let value = attributes.get(at..)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, _) = value[1..].split_once(quote)?;
    Some(unescaped(value)).filter(|value| !value.is_empty())
}

/// Adds text in which any white space is one space.
fn push_words(text: &mut String, html: &str) {
    for c in unescaped(html).chars() {
        if !c.is_whitespace() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

/// Begins a new line, `count - 1` of them empty.
fn end_line(text: &mut String, count: usize) {
    text.truncate(text.trim_end_matches(' ').len());
    let ends = text.len() - text.trim_end_matches('\n').len();
    if !text.is_empty() {
        text.extend(std::iter::repeat_n('\n', count.saturating_sub(ends)));
    }
}

/// A text of HTML without its entities, as far as mails have them.
pub(super) fn unescaped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let entity = after.get(..after.len().min(10)).and_then(|near| near.split_once(';'));
        match entity.and_then(|(name, _)| Some((character(name)?, name.len() + 1))) {
            Some((c, length)) => {
                text.push(c);
                rest = &after[length..];
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "copy" => '©',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mail_is_read_line_by_line_with_its_links() {
        let html = "<html><head><title>T</title><style>p > a {}</style></head><body>\n<h1>Hello  Ada</h1>\n\
                    <p>It&#x27;s <b>May</b>.<br>Look:</p><p><a href=\"https:&#x2f;&#x2f;a.example&#x2f;?x=1&amp;y=2\">here</a></p>\
                    <!-- <p>not this</p> --><ul><li>one</li><li>two &lt; three</li></ul></body></html>";
        assert_eq!(
            text_of(html),
            "Hello Ada\n\nIt's May.\nLook:\n\nhere (https://a.example/?x=1&y=2)\n\none\ntwo < three\n"
        );
    }

    #[test]
    fn an_address_that_is_shown_is_not_told_twice() {
        assert_eq!(
            text_of("<a href='https://a.example'>https://a.example</a>"),
            "https://a.example\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "[<>&;#x/a-c \"'!-]{0,60}|\\PC{0,40}") {
            let _ = text_of(&html);
        }
    }
}
