//! Operations: which there are, where, and who may call them.

use super::{
    Differ,
    change::{Breaks, Kind as What, Subject},
    edition::{Edition, Lens},
    findings::{At, Drafts, Place},
    pairs::shape,
};
use crate::model::{Access, AccessSet, Authorization, Base, Need, Operation, Param, Unknown, UserRule};

impl Differ<'_> {
    pub(super) fn operations(&mut self) {
        let pairs = self.matches.operations.clone();
        for new in self.new.operations() {
            let old = pairs.iter().find(|(_, after)| after.id == new.id);
            match old {
                None => {
                    let at = at(None, Some(new), &new.access);
                    let mut out = Drafts::default();
                    let line = format!("is new: `{}`", route(&self.new, new));
                    out.add(&at, What::OperationAdded, Breaks::SERVER, &line);
                    self.found.add(out);
                }
                Some((old, _)) => self.operation(old, new),
            }
        }
        for old in self.old.operations() {
            if !pairs.iter().any(|(before, _)| before.id == old.id) {
                let at = at(Some(old), None, &old.access);
                let mut out = Drafts::default();
                let line = format!("is gone: `{}`", route(&self.old, old));
                out.gone(&at, What::OperationRemoved, Breaks::ALL, &line);
                self.found.add(out);
            }
        }
        let order = |edition: &Edition<'_>, is_new: bool| -> Vec<String> {
            let name = |operation: &Operation| {
                let pair = pairs.iter().find(|(old, new)| {
                    if is_new {
                        new.id == operation.id
                    } else {
                        old.id == operation.id
                    }
                });
                pair.filter(|(old, new)| old.tag == new.tag)
                    .map(|(_, new)| new.id.clone())
            };
            let mut tags: Vec<_> = edition.api.tags.iter().collect();
            tags.sort_by(|a, b| a.name.cmp(&b.name));
            tags.iter().flat_map(|tag| &tag.operations).filter_map(name).collect()
        };
        if order(&self.old, false) != order(&self.new, true) {
            let mut out = Drafts::default();
            let tail = "has its operations in another order";
            out.add(&self.root("the contract"), What::Reordered, Breaks::NONE, tail);
            self.found.add(out);
        }
    }

    fn operation(&mut self, old: &Operation, new: &Operation) {
        let Operation {
            id,
            tag,
            method,
            path,
            base,
            summary,
            description,
            access,
            hidden,
            path_params: _,
            query_params: _,
            ignored_query,
            ignored_params,
            unknown_query,
            body: _,
            authorization,
            auth,
            user,
            refresh_token,
            success,
            errors,
            text_errors,
            oauth_errors,
            location: _,
        } = new;
        let both: AccessSet = old.access.intersection(access).copied().collect();
        let all = at(Some(old), Some(new), &both);
        let mut out = Drafts::default();
        if old.id != *id {
            let tail = format!("is the new name of `{}`", old.id);
            out.add(&all, What::OperationRenamed, Breaks::RUST, &tail);
        }
        let moved = |operation: &Operation| (operation.method.clone(), shape(&operation.path), operation.base);
        if moved(old) != (method.clone(), shape(path), *base) {
            let (before, after) = (route(&self.old, old), route(&self.new, new));
            out.add(
                &all,
                What::OperationMoved,
                Breaks::WIRE,
                &format!("is `{after}` now, not `{before}`"),
            );
        }
        if old.tag != *tag {
            let tail = format!("belongs to the tag `{tag}` now, not `{}`", old.tag);
            out.add(&all, What::OperationRetagged, Breaks::RUST, &tail);
        }
        out.words(&all, "summary", &old.summary, summary);
        out.words(&all, "description", &old.description, description);
        if old.hidden != *hidden {
            let tail = if *hidden {
                "is hidden from the reference page"
            } else {
                "is shown on the reference page"
            };
            out.add(&all, What::ShownOrHidden, Breaks::NONE, tail);
        }
        accesses(old, new, &mut out);
        auth_rule(&all, old.auth, *auth, &mut out);
        user_rule(&all, old.user.as_ref(), user.as_ref(), &both, &mut out);
        refresh_rule(&all, old.refresh_token, *refresh_token, &mut out);
        authorization_rule(&all, old.authorization, *authorization, &mut out);
        match (old.unknown_query, *unknown_query) {
            (Unknown::Reject, Unknown::Ignore) => {
                out.add(
                    &all,
                    What::UnknownQueryChanged,
                    Breaks::NONE,
                    "ignores query parameters that it doesn't know",
                );
            }
            (Unknown::Ignore, Unknown::Reject) => {
                out.add(
                    &all,
                    What::UnknownQueryChanged,
                    Breaks::WIRE,
                    "refuses query parameters that it doesn't know",
                );
            }
            _ => {}
        }
        self.ignored_query(&all, old, new, ignored_query, &mut out);
        documented_ignored(&all, old, ignored_params, &mut out);
        for access in &both {
            let (Some(before), Some(after)) = (self.old.seen(&old.id, *access), self.new.seen(id, *access)) else {
                continue;
            };
            let at = at(Some(old), Some(new), &[*access].into());
            self.inputs(&at, before, after, (old, new), &mut out);
        }
        super::answers::success(&all, &old.success, success, &mut out);
        super::answers::known(&all, &old.errors, errors, &mut out);
        super::answers::plain(
            &all,
            (&old.text_errors, &old.oauth_errors),
            (text_errors, oauth_errors),
            &mut out,
        );
        let explained = out.0.iter().any(|draft| draft.breaks.server);
        if let (false, Some(tail)) = (explained, self.methods(old, new)) {
            out.add(&all, What::RustMethodChanged, Breaks::SERVER, &tail);
        }
        self.found.add(out);
    }

    fn ignored_query(&self, at: &At, old: &Operation, new: &Operation, ignored: &[String], out: &mut Drafts) {
        let is_param = |operation: &Operation, name: &String| operation.query_params.iter().any(|it| it.name == *name);
        for name in ignored.iter().filter(|name| !old.ignored_query.contains(name)) {
            if !is_param(old, name) {
                out.add(
                    at,
                    What::IgnoredQueryAdded,
                    Breaks::NONE,
                    &format!("ignores `{name}` in the query"),
                );
            }
        }
        for name in old.ignored_query.iter().filter(|name| !ignored.contains(name)) {
            if is_param(new, name) {
                continue;
            }
            let (breaks, fate) = match new.unknown_query {
                Unknown::Reject => (Breaks::WIRE, "refuses"),
                Unknown::Ignore => (Breaks::NONE, "ignores, as all that it doesn't know,"),
            };
            out.add(
                at,
                What::IgnoredQueryRemoved,
                breaks,
                &format!("{fate} `{name}` in the query"),
            );
        }
    }
}

/// What documents say of parameters that are ignored before and after.
fn documented_ignored(at: &At, old: &Operation, new: &[Param], out: &mut Drafts) {
    let named = |params: &[Param], name: &str| params.iter().find(|param| param.name == name).cloned();
    for name in &old.ignored_query {
        let at = At {
            noun: format!("the ignored parameter `{name}` of {}", at.noun),
            ..at.clone()
        };
        match (named(&old.ignored_params, name), named(new, name)) {
            (None, Some(_)) => out.add(&at, What::ShownOrHidden, Breaks::NONE, "is in the documents"),
            (Some(_), None) => out.add(&at, What::ShownOrHidden, Breaks::NONE, "is no longer in the documents"),
            (Some(before), Some(after)) => {
                out.words(&at, "description", &before.description, &after.description);
                if (before.ty, before.default) != (after.ty, after.default) {
                    out.add(&at, What::Reworded, Breaks::NONE, "has another form in the documents");
                }
            }
            (None, None) => {}
        }
    }
}

fn accesses(old: &Operation, new: &Operation, out: &mut Drafts) {
    let gained: AccessSet = new.access.difference(&old.access).copied().collect();
    let lost: AccessSet = old.access.difference(&new.access).copied().collect();
    let named = |set: &AccessSet| {
        let names: Vec<_> = set.iter().map(|access| access.name()).collect();
        names.join(" and ")
    };
    if !gained.is_empty() {
        let at = at(None, Some(new), &gained);
        let tail = format!("may be called with {} access too", named(&gained));
        // The trait's method may get another caller; what it takes is another type then.
        out.add(&at, What::OperationAccessGained, Breaks::NONE, &tail);
    }
    if !lost.is_empty() {
        let at = at(Some(old), None, &lost);
        let tail = format!("can't be called with {} access any more", named(&lost));
        out.gone(
            &at,
            What::OperationAccessLost,
            Breaks {
                server: false,
                ..Breaks::ALL
            },
            &tail,
        );
    }
}

fn auth_rule(at: &At, old: Need, new: Need, out: &mut Drafts) {
    if old == new {
        return;
    }
    let strictness = |need: Need| match need {
        Need::None => 0,
        Need::Optional => 1,
        Need::Required => 2,
    };
    let tail = match new {
        Need::Required => "needs credentials now",
        Need::Optional => "goes without credentials, and looks at those that are sent",
        Need::None => "never looks at credentials now",
    };
    let breaks = if strictness(new) > strictness(old) {
        Breaks::WIRE
    } else {
        Breaks::NONE
    };
    out.add(at, What::AuthChanged, breaks.and(Breaks::SERVER), tail);
}

fn user_rule(at: &At, old: Option<&UserRule>, new: Option<&UserRule>, both: &AccessSet, out: &mut Drafts) {
    let needed = |rule: Option<&UserRule>| -> AccessSet {
        let set = rule.map(|rule| {
            let UserRule { required_for, error: _ } = rule;
            required_for.intersection(both).copied().collect()
        });
        set.unwrap_or_default()
    };
    let (before, after) = (needed(old), needed(new));
    let only = |accesses: AccessSet| At { accesses, ..at.clone() };
    let more: AccessSet = after.difference(&before).copied().collect();
    if !more.is_empty() {
        let tail = "needs a signed-in user now";
        out.add(&only(more), What::UserRequired, Breaks::WIRE.and(Breaks::SERVER), tail);
    }
    let fewer: AccessSet = before.difference(&after).copied().collect();
    if !fewer.is_empty() {
        out.add(
            &only(fewer),
            What::UserOptional,
            Breaks::SERVER,
            "no longer needs a signed-in user",
        );
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.error != new.error
    {
        let tail = format!("answers `{}` without a user now, not `{}`", new.error, old.error);
        let still: AccessSet = before.intersection(&after).copied().collect();
        out.add(&only(still), What::UserErrorChanged, Breaks::WIRE, &tail);
    }
}

fn refresh_rule(at: &At, old: Option<Need>, new: Option<Need>, out: &mut Drafts) {
    let read = |need: Option<Need>| need.filter(|need| *need != Need::None);
    let (breaks, tail) = match (read(old), read(new)) {
        (None, Some(Need::Required)) => (Breaks::WIRE, "needs the refresh token now"),
        (None, Some(_)) => (Breaks::NONE, "reads the refresh token, if it is sent"),
        (Some(Need::Required), Some(Need::Optional)) => (Breaks::SERVER, "goes without the refresh token too"),
        (Some(Need::Optional), Some(Need::Required)) => {
            (Breaks::WIRE.and(Breaks::SERVER), "needs the refresh token now")
        }
        (Some(_), None) => (Breaks::WIRE.and(Breaks::SERVER), "no longer reads the refresh token"),
        _ => return,
    };
    out.add(at, What::RefreshTokenChanged, breaks, tail);
}

fn authorization_rule(at: &At, old: Option<Authorization>, new: Option<Authorization>, out: &mut Drafts) {
    let (breaks, tail) = match (old, new) {
        (None, Some(new)) => (
            Breaks::NONE,
            format!("reads the header `authorization` as `{}` now", new.name()),
        ),
        (Some(_), None) => (
            Breaks::WIRE.and(Breaks::SERVER),
            "no longer reads the header `authorization`".to_owned(),
        ),
        (Some(old), Some(new)) if old != new => (
            Breaks::WIRE.and(Breaks::SERVER),
            format!(
                "reads the header `authorization` as `{}` now, not as `{}`",
                new.name(),
                old.name()
            ),
        ),
        _ => return,
    };
    out.add(at, What::AuthorizationChanged, breaks, &tail);
}

/// The whole of an operation, in the document of the first of these accesses.
fn at(old: Option<&Operation>, new: Option<&Operation>, accesses: &AccessSet) -> At {
    let place = |operation: &Operation| Place {
        location: operation.location.clone(),
        pointer: format!("/paths/{}/{}", escape(&operation.path), operation.method),
    };
    let any = new.or(old);
    let id = any.map(|operation| operation.id.clone()).unwrap_or_default();
    let (before, after) = (old.or(new).map(place), any.map(place));
    At {
        lens: accesses.first().map_or(Lens::Whole, |access| Lens::Of(*access)),
        document: accesses.first().copied(),
        accesses: accesses.clone(),
        direction: None,
        operations: vec![id.clone()],
        noun: format!("`{id}`"),
        subject: Subject::Operation(id),
        old: before.unwrap_or_default(),
        new: after.unwrap_or_default(),
    }
}

/// `GET /api/v1/users/{user_id}`.
fn route(edition: &Edition<'_>, operation: &Operation) -> String {
    let Operation { method, path, base, .. } = operation;
    let prefix = match base {
        Base::Api | Base::Versions | Base::Root => edition.api.prefix(*base),
    };
    format!("{} {prefix}{path}", method.to_uppercase())
}

/// A key as part of a JSON pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The accesses of the operations of these ids.
pub(super) fn accesses_of(edition: &Edition<'_>, ids: &[&str]) -> AccessSet {
    let operations = edition
        .operations()
        .filter(|operation| ids.contains(&operation.id.as_str()));
    let all: AccessSet = operations
        .flat_map(|operation| operation.access.iter().copied())
        .collect();
    if all.is_empty() {
        Access::ALL.into_iter().collect()
    } else {
        all
    }
}
