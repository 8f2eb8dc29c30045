//! What operations answer: success, redirects, and the errors that are their own.

use super::{
    change::{Breaks, Direction, Kind as What},
    findings::{At, Drafts},
};
use crate::model::{OtherAnswer, Success, SuccessKind, TextMedia};

pub(super) fn success(at: &At, old: &Success, new: &Success, out: &mut Drafts) {
    let Success {
        status,
        description,
        kind,
        cache_control,
        opaque,
        also,
        redirects,
    } = new;
    let mut at = At {
        direction: Some(Direction::Answer),
        ..at.clone()
    };
    let whole = at.clone();
    let of_status = |status: u16| whole.part(whole.noun.clone(), &format!("/responses/{status}"));
    at.old.pointer = of_status(old.status).old.pointer;
    at.new.pointer = of_status(*status).new.pointer;
    let silent = At {
        direction: None,
        ..at.clone()
    };
    out.words(&silent, "description of its answer", &old.description, description);
    if old.status != *status && also.iter().any(|other| other.status == old.status) {
        // The others are compared below.
        out.add(
            &silent,
            What::Reordered,
            Breaks::NONE,
            "has its answers in another order",
        );
    } else if old.status != *status {
        let tail = format!("answers {status} now, not {}", old.status);
        out.add(&at, What::StatusChanged, Breaks::WIRE, &tail);
    }
    if old.cache_control != *cache_control {
        let said = |value: &Option<String>| match value {
            Some(value) => format!("`cache-control: {value}`"),
            None => "the usual `cache-control`".to_owned(),
        };
        let tail = format!(
            "answers with {} now, not with {}",
            said(cache_control),
            said(&old.cache_control)
        );
        out.add(&at, What::CachingChanged, Breaks::NONE, &tail);
    }
    super::inputs::promise(&at, old.opaque, *opaque, out);
    let noun = |kind: &SuccessKind| match kind {
        SuccessKind::Json(schema) => format!("a `{schema}`"),
        SuccessKind::Text(TextMedia::Plain) => "plain text".to_owned(),
        SuccessKind::Text(TextMedia::Html) => "HTML".to_owned(),
        SuccessKind::Redirect => "a redirect".to_owned(),
    };
    if std::mem::discriminant(&old.kind) != std::mem::discriminant(kind) {
        let tail = format!("answers {} now instead of {}", noun(kind), noun(&old.kind));
        out.add(&at, What::AnswerChanged, Breaks::ALL, &tail);
    } else if let (SuccessKind::Text(before), SuccessKind::Text(after)) = (&old.kind, kind)
        && before != after
    {
        let tail = format!("answers {} now instead of {}", noun(kind), noun(&old.kind));
        out.add(&at, What::AnswerChanged, Breaks::WIRE, &tail);
    }
    let first = |success: &Success, others: &[OtherAnswer]| -> Vec<(u16, String)> {
        let one = |OtherAnswer { status, description }: &OtherAnswer| (*status, description.clone());
        let mut all: Vec<_> = others.iter().map(one).collect();
        all.push((success.status, success.description.clone()));
        all
    };
    for (what, olds, news) in [("", &old.also, also), (" as a redirect", &old.redirects, redirects)] {
        let (before, after) = (first(old, olds), first(new, news));
        for OtherAnswer { status, description } in news {
            match before.iter().find(|(other, _)| other == status) {
                None => {
                    let breaks = Breaks::WIRE.and(Breaks::SERVER);
                    out.add(
                        &at,
                        What::AnswerAdded,
                        breaks,
                        &format!("may answer {status}{what} too"),
                    );
                }
                Some((_, words)) if olds.iter().any(|other| other.status == *status) => {
                    out.words(
                        &silent,
                        &format!("description of its answer {status}"),
                        words,
                        description,
                    );
                }
                Some(_) => {}
            }
        }
        for OtherAnswer { status, .. } in olds {
            if !after.iter().any(|(other, _)| other == status) {
                let tail = format!("no longer answers {status}{what}");
                out.gone(&of_status(*status), What::AnswerRemoved, Breaks::SERVER, &tail);
            }
        }
    }
}

/// Any known error may come from any operation, so a particular one more or less breaks nobody.
pub(super) fn known(at: &At, old: &[String], new: &[String], out: &mut Drafts) {
    let at = At {
        direction: Some(Direction::Answer),
        ..at.clone()
    };
    for code in new.iter().filter(|code| !old.contains(code)) {
        out.add(
            &at,
            What::OperationErrorAdded,
            Breaks::NONE,
            &format!("may answer `{code}` now"),
        );
    }
    for code in old.iter().filter(|code| !new.contains(code)) {
        out.gone(
            &at,
            What::OperationErrorRemoved,
            Breaks::NONE,
            &format!("no longer answers `{code}`"),
        );
    }
}

/// Statuses that are sent as text, and those that are sent in the form of OAuth, each with when.
type Plain<'a> = (&'a [(u16, String)], &'a [(u16, String)]);

/// Errors as text and in the form of OAuth.
pub(super) fn plain(at: &At, old: Plain<'_>, new: Plain<'_>, out: &mut Drafts) {
    let at = At {
        direction: Some(Direction::Answer),
        ..at.clone()
    };
    let has = |list: &[(u16, String)], status: u16| list.iter().any(|(other, _)| *other == status);
    let forms = [
        ("as text", old.0, new.0, old.1, new.1),
        ("in the form of OAuth", old.1, new.1, old.0, new.0),
    ];
    for (form, before, after, other_before, other_after) in forms {
        for (status, when) in after {
            if let Some((_, words)) = before.iter().find(|(other, _)| other == status) {
                let silent = At {
                    direction: None,
                    ..at.clone()
                };
                out.words(&silent, &format!("description of its error {status}"), words, when);
                continue;
            }
            if has(other_before, *status) && !has(other_after, *status) {
                let tail = format!("sends errors with status {status} {form} now");
                out.add(&at, What::PlainErrorChanged, Breaks::WIRE, &tail);
            } else {
                let tail = format!("may send errors with status {status} {form}");
                out.add(&at, What::PlainErrorAdded, Breaks::NONE, &tail);
            }
        }
        for (status, _) in before.iter().filter(|(status, _)| !has(after, *status)) {
            if !has(other_after, *status) || has(other_before, *status) {
                let tail = format!("no longer sends errors with status {status} {form}");
                out.gone(&at, What::PlainErrorRemoved, Breaks::NONE, &tail);
            }
        }
    }
}
