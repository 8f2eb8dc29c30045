//! Objects and their properties.

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What, Subject},
    findings::{At, Drafts, Shift},
    operations::escape,
    shapes::settle,
};
use crate::model::{Kind, Object, Property};

/// The most required fields with which a struct has `new`.
const MAX_ARGUMENTS: usize = 5;

/// The name of a property, and the object that it is a property of.
pub(super) type Field<'a> = (&'a str, &'a Object);

impl Differ<'_> {
    pub(super) fn objects(&self, at: &At, old: &Object, new: &Object, out: &mut Drafts) {
        let Object { properties, open } = new;
        for (name, property) in &old.properties {
            if !properties.contains_key(name) {
                self.removed(&property_at(at, name, Some(property), None), name, *open, out);
            }
        }
        for (name, property) in properties {
            match old.properties.get(name) {
                None => self.added(&property_at(at, name, None, Some(property)), name, property, old, out),
                Some(before) => {
                    let at = property_at(at, name, Some(before), Some(property));
                    let names = ((name.as_str(), old), (name.as_str(), new));
                    self.property(&at, before, property, Some(names), out);
                }
            }
        }
        match (old.open, *open) {
            (false, true) => out.shift(
                at,
                What::UnknownKeysIgnored,
                only_requests(at, Shift::Wider),
                "lets keys through that it doesn't know",
            ),
            (true, false) => out.shift(
                at,
                What::UnknownKeysRefused,
                only_requests(at, Shift::Narrower),
                "refuses keys that it doesn't know",
            ),
            _ => {}
        }
        order(at, old, new, out);
    }

    fn removed(&self, at: &At, name: &str, is_open: bool, out: &mut Drafts) {
        let stays = self.whole(at).is_some_and(|(_, new)| new.properties.contains_key(name));
        let fate = match at.direction {
            Some(Direction::Request) if is_open => "ignored",
            Some(Direction::Request) => "refused",
            _ => "no longer sent",
        };
        let tail = if stays {
            format!("is closed to this kind of access, thus {fate}")
        } else {
            format!("is gone, thus {fate}")
        };
        out.gone(at, What::PropertyRemoved, Breaks::ALL, &tail);
    }

    fn added(&self, at: &At, name: &str, property: &Property, old: &Object, out: &mut Drafts) {
        let was = self.whole(at).is_some_and(|(old, _)| old.properties.contains_key(name));
        let (word, must) = (
            if was {
                "is open to this kind of access too"
            } else {
                "is new"
            },
            if property.required { " and has to be there" } else { "" },
        );
        let breaks = match at.direction {
            Some(Direction::Request) if property.required => Breaks {
                wire: true,
                client: true,
                server: false,
            },
            // Whoever had to name every field so far doesn't name this one.
            Some(Direction::Request) => Breaks {
                client: !fills_in(old),
                ..Breaks::NONE
            },
            _ => Breaks::SERVER,
        };
        out.add(at, What::PropertyAdded, breaks, &format!("{word}{must}"));
    }

    /// The objects of the schema with the properties of all accesses.
    fn whole(&self, at: &At) -> Option<(&Object, &Object)> {
        let Subject::Schema(name) = &at.subject else {
            return None;
        };
        // It may have had another name, or be another schema that took the place of the old one.
        let old_name = at.old.pointer.split('/').nth(3)?;
        let old = self.old.api.schemas.get(old_name)?;
        match (&old.ty.kind, &self.new.api.schemas.get(name)?.ty.kind) {
            (Kind::Object(old), Kind::Object(new)) => Some((old, new)),
            _ => None,
        }
    }

    /// What changes in a property, or in a detail of an error.
    pub(super) fn property(
        &self,
        at: &At,
        old: &Property,
        new: &Property,
        fields: Option<(Field<'_>, Field<'_>)>,
        out: &mut Drafts,
    ) {
        let Property {
            description,
            required,
            ty,
            default,
            // Whoever may no longer see it has lost it, which the comparison of that access tells.
            access: _,
            hidden,
            location: _,
        } = new;
        let silent = At {
            direction: None,
            operations: Vec::new(),
            ..at.clone()
        };
        out.words(&silent, "description", &old.description, description);
        if old.hidden != *hidden {
            let tail = if *hidden {
                "is hidden from the reference page"
            } else {
                "is shown on the reference page"
            };
            out.add(&silent, What::ShownOrHidden, Breaks::NONE, tail);
        }
        let mut inner = Drafts::default();
        presence(at, old.required, *required, &mut inner);
        self.shape(at, &old.ty, ty, &mut inner);
        default_value(at, old.default.as_ref(), default.as_ref(), &mut inner);
        let types = self.rust_fields(at.lens, (old, fields.map(|it| it.0)), (new, fields.map(|it| it.1)));
        settle(at, types, &mut inner);
        out.0.extend(inner.0);
    }
}

/// Whether something has to be there.
pub(super) fn presence(at: &At, old: bool, new: bool, out: &mut Drafts) {
    match (old, new) {
        (false, true) => out.shift(at, What::BecameRequired, Shift::Narrower, "has to be there now"),
        (true, false) => out.shift(at, What::BecameOptional, Shift::Wider, "may be left out now"),
        _ => {}
    }
}

/// What leaving it out means. Answers spell everything out.
pub(super) fn default_value(
    at: &At,
    old: Option<&serde_json::Value>,
    new: Option<&serde_json::Value>,
    out: &mut Drafts,
) {
    if old == new {
        return;
    }
    let tail = match (old, new) {
        (Some(old), Some(new)) => format!("is `{new}` if it is left out, not `{old}`"),
        (None, Some(new)) => format!("is `{new}` if it is left out; before, nothing was said of that"),
        (Some(old), None) => format!("is no longer `{old}` if it is left out"),
        (None, None) => return,
    };
    let breaks = match at.direction {
        Some(Direction::Request) => Breaks::WIRE,
        _ => Breaks::NONE,
    };
    out.add(at, What::DefaultChanged, breaks, &tail);
}

/// Whether the struct has `new` or `default`, so that nobody needs to name all its fields.
fn fills_in(object: &Object) -> bool {
    let needed = object.properties.values().filter(|property| property.required).count();
    needed == 0 || (needed <= MAX_ARGUMENTS && needed < object.properties.len())
}

/// In requests keys are refused or not; answers may always have others.
fn only_requests(at: &At, shift: Shift) -> Shift {
    match at.direction {
        Some(Direction::Request) => shift,
        _ => Shift::Same,
    }
}

/// The order of properties is that of the arguments of `new`.
fn order(at: &At, old: &Object, new: &Object, out: &mut Drafts) {
    let kept = |object: &Object, other: &Object, needed: bool| -> Vec<String> {
        let properties = object.properties.iter();
        let kept = properties.filter(|(name, property)| {
            let other = other.properties.get(*name);
            other.is_some_and(|other| !needed || (property.required && other.required))
        });
        kept.map(|(name, _)| name.clone()).collect()
    };
    let at = At {
        direction: None,
        operations: Vec::new(),
        ..at.clone()
    };
    let is_struct = matches!(at.subject, Subject::Schema(_));
    let has_new = |object: &Object| fills_in(object) && object.properties.values().any(|property| property.required);
    if is_struct && has_new(old) && has_new(new) && kept(old, new, true) != kept(new, old, true) {
        let tail = "takes the arguments of `new` in another order";
        out.add(&at, What::RustArgumentsChanged, Breaks::RUST, tail);
    } else if kept(old, new, false) != kept(new, old, false) {
        out.add(
            &at,
            What::Reordered,
            Breaks::NONE,
            "has its properties in another order",
        );
    }
}

fn property_at(at: &At, name: &str, old: Option<&Property>, new: Option<&Property>) -> At {
    let mut part = at.part(String::new(), &format!("/properties/{}", escape(name)));
    for (place, property) in [(&mut part.old, old), (&mut part.new, new)] {
        if let Some(property) = property {
            place.location = property.location.clone();
        }
    }
    let noun = match &at.subject {
        Subject::Error(_) => format!("the detail `{name}` of {}", at.noun),
        _ => format!("`{}.{name}`", at.noun.trim_matches('`')),
    };
    At { noun, ..part }
}
