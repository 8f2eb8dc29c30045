//! Instants as this API writes them: RFC 3339.

use stack_types::Millis;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// An instant as text.
pub(super) fn text(instant: Millis) -> String {
    let nanos = i128::from(instant.get()) * 1_000_000;
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // It fails for years beyond 9999 only.
    at.format(&Rfc3339).unwrap_or_default()
}

/// Reads an instant.
pub(super) fn parse(text: &str) -> Option<Millis> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let instant = Millis(1_767_323_045_678);
        assert_eq!(text(instant), "2026-01-02T03:04:05.678Z");
        assert_eq!(parse(&text(instant)), Some(instant));
        assert_eq!(parse("2026-01-02T04:04:05.678+01:00"), Some(instant));
        assert_eq!(parse("yesterday"), None);
    }
}
