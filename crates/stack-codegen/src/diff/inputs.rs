//! What operations take: parameters and bodies.

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What},
    findings::{At, Drafts, Place, Shift},
    objects::{default_value, presence},
    shapes::settle,
};
use crate::{
    model::{Body, Media, Operation, Param, Unknown},
    names,
};

impl Differ<'_> {
    /// `before` and `after` are what one access sees of `whole`.
    pub(super) fn inputs(
        &self,
        at: &At,
        before: &Operation,
        after: &Operation,
        whole: (&Operation, &Operation),
        out: &mut Drafts,
    ) {
        let at = At {
            direction: Some(Direction::Request),
            ..at.clone()
        };
        self.path(&at, before, after, out);
        self.query(&at, before, after, whole, out);
        self.body(&at, before.body.as_ref(), after.body.as_ref(), out);
    }

    /// Placeholders belong together by their place, since callers only see the values.
    fn path(&self, at: &At, before: &Operation, after: &Operation, out: &mut Drafts) {
        let names = |operation: &Operation| -> Vec<String> {
            let segments = operation.path.split('/');
            segments
                .filter_map(|it| it.strip_prefix('{')?.strip_suffix('}').map(str::to_owned))
                .collect()
        };
        let (olds, news) = (names(before), names(after));
        if olds.len() != news.len() {
            // It moved, which breaks callers anyway.
            for name in news.iter().filter(|name| !olds.contains(name)) {
                out.add(
                    at,
                    What::ParameterAdded,
                    Breaks::ALL,
                    &format!("has `{{{name}}}` in its path now"),
                );
            }
            for name in olds.iter().filter(|name| !news.contains(name)) {
                out.add(
                    at,
                    What::ParameterRemoved,
                    Breaks::ALL,
                    &format!("has no `{{{name}}}` in its path now"),
                );
            }
        }
        for (place, new) in news.iter().enumerate() {
            let old = if olds.len() == news.len() {
                olds.get(place)
            } else {
                olds.iter().find(|old| *old == new)
            };
            let old = old.and_then(|old| before.path_params.iter().find(|param| param.name == *old));
            let new = after.path_params.iter().find(|param| param.name == *new);
            let (Some(old), Some(new)) = (old, new) else { continue };
            let at = param_at(at, (before, Some(old)), (after, Some(new)));
            if old.name != new.name {
                let tail = format!("was called `{}`", old.name);
                out.add(&at, What::ParameterRenamed, Breaks::RUST, &tail);
            }
            self.param(&at, old, new, out);
        }
    }

    fn query(&self, at: &At, before: &Operation, after: &Operation, whole: (&Operation, &Operation), out: &mut Drafts) {
        let has = |operation: &Operation, name: &str| operation.query_params.iter().any(|param| param.name == name);
        for old in before.query_params.iter().filter(|param| !has(after, &param.name)) {
            let at = param_at(at, (before, Some(old)), (after, None));
            let ignored = after.unknown_query == Unknown::Ignore || after.ignored_query.contains(&old.name);
            let fate = if ignored { "ignored" } else { "refused" };
            let word = if has(whole.1, &old.name) {
                "closed to this kind of access"
            } else {
                "gone"
            };
            out.gone(
                &at,
                What::ParameterRemoved,
                Breaks::ALL,
                &format!("is {word}, thus {fate}"),
            );
        }
        for new in &after.query_params {
            let Some(old) = before.query_params.iter().find(|param| param.name == new.name) else {
                let at = param_at(at, (before, None), (after, Some(new)));
                let word = if has(whole.0, &new.name) {
                    "open to this kind of access too"
                } else {
                    "new"
                };
                let (breaks, must) = if new.required {
                    (Breaks::WIRE, " and has to be there")
                } else {
                    (Breaks::NONE, "")
                };
                out.add(&at, What::ParameterAdded, breaks, &format!("is {word}{must}"));
                continue;
            };
            self.param(&param_at(at, (before, Some(old)), (after, Some(new))), old, new, out);
        }
        order(at, before, after, out);
    }

    fn param(&self, at: &At, old: &Param, new: &Param, out: &mut Drafts) {
        let Param {
            name: _,
            description,
            required,
            ty,
            default,
            // Whoever may no longer send it has lost it, which the comparison of that access tells.
            access: _,
            location: _,
        } = new;
        let silent = At {
            direction: None,
            ..at.clone()
        };
        out.words(&silent, "description", &old.description, description);
        let mut inner = Drafts::default();
        presence(at, old.required, *required, &mut inner);
        self.shape(&at.part(at.noun.clone(), "/schema"), &old.ty, ty, &mut inner);
        default_value(at, old.default.as_ref(), default.as_ref(), &mut inner);
        let types = self.rust_types(at.lens, (&old.ty, old.required), (ty, *required));
        settle(at, types, &mut inner);
        out.0.extend(inner.0);
    }

    fn body(&self, at: &At, old: Option<&Body>, new: Option<&Body>, out: &mut Drafts) {
        let body_at = |at: &At| at.part(at.noun.clone(), "/requestBody");
        let (old, new) = match (old, new) {
            (None, None) => return,
            (None, Some(new)) => {
                let wire = Breaks {
                    wire: new.required,
                    client: new.required,
                    server: false,
                };
                let tail = if new.required {
                    "needs a body now"
                } else {
                    "reads a body, if it is sent"
                };
                return out.add(&body_at(at), What::BodyAdded, wire, tail);
            }
            (Some(_), None) => {
                return out.gone(&body_at(at), What::BodyRemoved, Breaks::ALL, "no longer reads a body");
            }
            (Some(old), Some(new)) => (old, new),
        };
        let Body {
            required,
            media,
            schema,
            // Each access is compared with the schema that is its own.
            per_access: _,
            opaque,
        } = new;
        let at = body_at(at);
        promise(&at, old.opaque, *opaque, out);
        match (old.required, *required) {
            (false, true) => out.add(&at, What::BodyRequired, Breaks::ALL, "needs its body now"),
            (true, false) => out.add(&at, What::BodyOptional, Breaks::SERVER, "goes without its body too"),
            _ => {}
        }
        for form in media.iter().filter(|form| !old.media.contains(form)) {
            out.add(
                &at,
                What::MediaAdded,
                Breaks::NONE,
                &format!("takes its body as `{}` too", word(*form)),
            );
        }
        for form in old.media.iter().filter(|form| !media.contains(form)) {
            let tail = format!("no longer takes its body as `{}`", word(*form));
            out.gone(&at, What::MediaRemoved, Breaks::WIRE, &tail);
        }
        let renamed = self.matches.renamed.get(&old.schema).unwrap_or(&old.schema);
        if renamed != schema {
            let tail = format!("takes a `{schema}` now instead of a `{}`", old.schema);
            let alike = super::pairs::are_alike(&self.old, &self.new, at.lens, &old.schema, schema);
            let breaks = if alike {
                Breaks::RUST
            } else {
                Shift::Other.breaks(at.direction).and(Breaks::RUST)
            };
            out.add(&at, What::TypeChanged, breaks, &tail);
        }
    }
}

/// Whether documents promise anything of a body.
pub(super) fn promise(at: &At, old: bool, new: bool, out: &mut Drafts) {
    let tail = match (old, new) {
        (false, true) => "has a body of which the documents promise nothing now",
        (true, false) => "has its body described in the documents",
        _ => return,
    };
    let silent = At {
        direction: None,
        ..at.clone()
    };
    out.add(&silent, What::ShownOrHidden, Breaks::NONE, tail);
}

fn word(media: Media) -> &'static str {
    match media {
        Media::Json => "application/json",
        Media::Form => "application/x-www-form-urlencoded",
    }
}

/// The same parameters in another order, or with another field because a new one takes their name.
fn order(at: &At, before: &Operation, after: &Operation, out: &mut Drafts) {
    let params = |operation: &Operation| -> Vec<String> {
        let params = operation.path_params.iter().chain(&operation.query_params);
        params.map(|param| param.name.clone()).collect()
    };
    let (olds, news) = (params(before), params(after));
    let kept = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    if kept(&olds, &news) != kept(&news, &olds) {
        let silent = At {
            direction: None,
            ..at.clone()
        };
        out.add(
            &silent,
            What::Reordered,
            Breaks::NONE,
            "has its parameters in another order",
        );
    }
    let fields = |names: &[String]| names::fields(names.iter().map(String::as_str).collect::<Vec<_>>());
    let (old_fields, new_fields) = (fields(&olds), fields(&news));
    for (name, new) in news.iter().zip(new_fields) {
        let old = olds
            .iter()
            .position(|old| old == name)
            .and_then(|at| old_fields.get(at));
        if let Some(old) = old.filter(|old| **old != new) {
            let tail = format!("has `{name}` as the field `{new}` in Rust now, not `{old}`");
            out.add(at, What::RustTypeChanged, Breaks::RUST, &tail);
        }
    }
}

/// A parameter, in the documents the one at its index.
fn param_at(at: &At, old: (&Operation, Option<&Param>), new: (&Operation, Option<&Param>)) -> At {
    let place = |place: &Place, (operation, param): (&Operation, Option<&Param>)| {
        let Some(param) = param else { return place.clone() };
        let mut all = operation.path_params.iter().chain(&operation.query_params);
        let index = all.position(|other| other.name == param.name).unwrap_or_default();
        Place {
            location: param.location.clone(),
            pointer: format!("{}/parameters/{index}", place.pointer),
        }
    };
    let name = new.1.or(old.1).map(|param| param.name.as_str()).unwrap_or_default();
    At {
        noun: format!("the parameter `{name}` of {}", at.noun),
        old: place(&at.old, old),
        new: place(&at.new, new),
        ..at.clone()
    }
}
