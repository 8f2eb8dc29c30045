//! Parameters of paths, whatever stands around them in their segment.

/// The values in `segment`, by the names that `template` has for them (`{id}.json`); `None` if it doesn't fit.
pub(crate) fn take(template: &'static str, segment: &str) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let (mut template, mut rest) = (template, segment);
    loop {
        let Some(start) = template.find('{') else {
            return (rest == template).then_some(found);
        };
        rest = rest.strip_prefix(&template[..start])?;
        let end = start + template[start..].find('}')?;
        let name = &template[start + 1..end];
        template = &template[end + 1..];
        let literal = &template[..template.find('{').unwrap_or(template.len())];
        let length = if template.len() == literal.len() {
            rest.len().checked_sub(literal.len())?
        } else {
            rest.find(literal)?
        };
        found.push((name, rest.get(..length)?.to_owned()));
        rest = &rest[length..];
    }
}
