//! The root of the contract: where it is served, with which credentials and headers, for whom, under which tags.

use serde_json::Value;

use super::{
    Differ,
    change::{Breaks, Kind as What, Subject},
    edition::{Edition, Lens},
    findings::{At, Drafts, Place},
    operations::escape,
};
use crate::{
    emit::documents::credentials,
    load::ROOT,
    model::{Access, AccessInfo, AccessSet, Api, HeaderInfo, HeaderUsage, Location, Tag},
};

impl Differ<'_> {
    pub(super) fn contract(&mut self) {
        let Api {
            title,
            version,
            description,
            servers,
            base_path,
            security_schemes,
            accesses,
            tags,
            // What is below is compared by modules of their own.
            schemas: _,
            errors: _,
            headers,
            about_webhooks: _,
            webhooks: _,
        } = self.new.api;
        let old = self.old.api;
        let at = self.root("the contract");
        let mut out = Drafts::default();
        out.words(&at, "title", &old.title, title);
        out.words(&at, "description", &old.description, description);
        if old.version != *version {
            let tail = format!("is version {version} now, before {}", old.version);
            out.add(&at, What::VersionChanged, Breaks::NONE, &tail);
        }
        if old.servers != *servers {
            out.add(&at, What::VersionChanged, Breaks::NONE, "names other origins");
        }
        if old.base_path != *base_path {
            let tail = format!("has its paths below `{base_path}` now, not `{}`", old.base_path);
            let mut at = self.root("the contract");
            at.document = at.accesses.first().copied();
            at.old.pointer = "/servers".to_owned();
            at.new.pointer = "/servers".to_owned();
            out.add(&at, What::BasePathChanged, Breaks::WIRE, &tail);
        }
        self.credentials(&old.security_schemes, security_schemes, &mut out);
        self.headers(&old.headers, headers, &mut out);
        // The linter sees to it that every contract has all of them.
        for (access, info) in accesses {
            if let Some(before) = old.accesses.get(access) {
                self.access(*access, before, info, &mut out);
            }
        }
        self.tags(&old.tags, tags, &mut out);
        self.found.add(out);
    }

    /// The root itself, which has no line of its own.
    pub(super) fn root(&self, noun: &str) -> At {
        let place = Place {
            location: Location {
                file: ROOT.to_owned(),
                line: 1,
                column: 1,
            },
            pointer: String::new(),
        };
        At {
            lens: Lens::Whole,
            accesses: self.new.api.accesses.keys().copied().collect(),
            document: None,
            direction: None,
            operations: Vec::new(),
            subject: Subject::Contract,
            noun: noun.to_owned(),
            old: place.clone(),
            new: place,
        }
    }

    fn access(&self, access: Access, old: &AccessInfo, new: &AccessInfo, out: &mut Drafts) {
        let AccessInfo { description, security } = new;
        let at = At {
            accesses: AccessSet::from([access]),
            ..self.root(&format!("{access} access"))
        };
        out.words(&at, "description", &old.description, description);
        for name in security.iter().filter(|name| !old.security.contains(name)) {
            out.add(
                &at,
                What::AccessCredentialAdded,
                Breaks::WIRE,
                &format!("carries `{name}` too"),
            );
        }
        for name in old.security.iter().filter(|name| !security.contains(name)) {
            out.gone(
                &at,
                What::AccessCredentialRemoved,
                Breaks::NONE,
                &format!("no longer carries `{name}`"),
            );
        }
    }

    fn credentials(
        &self,
        old: &indexmap::IndexMap<String, Value>,
        new: &indexmap::IndexMap<String, Value>,
        out: &mut Drafts,
    ) {
        for (name, scheme) in new {
            let at = self.scheme_at(name);
            let Some(before) = old.get(name) else {
                out.add(&at, What::CredentialAdded, Breaks::NONE, "is new");
                continue;
            };
            if before["description"] != scheme["description"] {
                out.add(&at, What::Reworded, Breaks::NONE, "has another description");
            }
            let plain = |scheme: &Value| {
                let mut scheme = scheme.clone();
                if let Some(keys) = scheme.as_object_mut() {
                    keys.retain(|key, _| key != "description");
                }
                scheme
            };
            let (before, after) = (plain(before), plain(scheme));
            if before == after {
                continue;
            }
            let form = |scheme: &Value| {
                let mut scheme = scheme.clone();
                if let Some(keys) = scheme.as_object_mut() {
                    keys.retain(|key, _| !["name", "x-alias", "x-cors"].contains(&key.as_str()));
                }
                scheme
            };
            let names = |scheme: &Value| -> Vec<String> {
                let both = [&scheme["name"], &scheme["x-alias"]];
                both.into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
            };
            let cors = |scheme: &Value| scheme["x-cors"] != false;
            let lost: Vec<_> = names(&before)
                .into_iter()
                .filter(|name| !names(&after).contains(name))
                .collect();
            let (breaks, tail) = if form(&before) != form(&after) {
                (Breaks::WIRE, "has another form".to_owned())
            } else if !lost.is_empty() {
                (
                    Breaks::WIRE,
                    format!("is no longer read from `{}`", lost.join("` and `")),
                )
            } else if cors(&before) && !cors(&after) {
                (Breaks::WIRE, "can't be sent by scripts in browsers any more".to_owned())
            } else {
                (
                    Breaks::NONE,
                    format!("is read from `{}`", names(&after).join("` and `")),
                )
            };
            out.add(&at, What::CredentialChanged, breaks, &tail);
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            out.gone(&self.scheme_at(name), What::CredentialRemoved, Breaks::WIRE, "is gone");
        }
    }

    fn scheme_at(&self, name: &str) -> At {
        let mut at = self.root(&format!("the credential `{name}`"));
        let uses = |api: &Api, access: &Access| {
            api.accesses
                .get(access)
                .is_some_and(|info| info.security.iter().any(|other| other == name))
        };
        let accesses: AccessSet = Access::ALL
            .into_iter()
            .filter(|access| uses(self.old.api, access) || uses(self.new.api, access))
            .collect();
        if !accesses.is_empty() {
            at.accesses = accesses;
        }
        let shows = |edition: &Edition<'_>, access: &Access| {
            let mut operations = edition.views.view(*access).operations.iter();
            operations.any(|it| credentials(edition.api, *access, it).contains(&name))
        };
        let is_in = |edition: &Edition<'_>| edition.api.security_schemes.contains_key(name);
        let published = |access: &Access| {
            (!is_in(&self.old) || shows(&self.old, access)) && (!is_in(&self.new) || shows(&self.new, access))
        };
        at.document = Access::ALL.into_iter().find(published);
        let pointer = format!("/components/securitySchemes/{}", escape(name));
        at.old.pointer.clone_from(&pointer);
        at.new.pointer = pointer;
        at
    }

    fn headers(
        &self,
        old: &indexmap::IndexMap<String, HeaderInfo>,
        new: &indexmap::IndexMap<String, HeaderInfo>,
        out: &mut Drafts,
    ) {
        let at = |header: &HeaderInfo| self.root(&format!("the header `{}`", header.name));
        for (key, header) in new {
            match old.get(key) {
                Some(before) => changed_header(&at(header), before, header, out),
                None => out.add(&at(header), What::HeaderAdded, Breaks::NONE, "is new"),
            }
        }
        for (_, header) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
            let breaks = if header.usage == HeaderUsage::Ignored {
                Breaks::NONE
            } else {
                Breaks::WIRE
            };
            out.gone(&at(header), What::HeaderRemoved, breaks, "is gone");
        }
    }

    fn tags(&self, old: &[Tag], new: &[Tag], out: &mut Drafts) {
        let at = |tag: &Tag| {
            let mut at = self.root(&format!("the tag `{}`", tag.name));
            at.subject = Subject::Tag(tag.name.clone());
            at.accesses = tag
                .operations
                .iter()
                .flat_map(|operation| operation.access.iter().copied())
                .collect();
            at.operations = tag.operations.iter().map(|operation| operation.id.clone()).collect();
            at
        };
        for tag in new {
            let Tag {
                name,
                description,
                file: _,
                group,
                operations: _,
            } = tag;
            let Some(before) = old.iter().find(|other| other.name == *name) else {
                out.add(&at(tag), What::TagAdded, Breaks::SERVER, "is new");
                continue;
            };
            out.words(&at(tag), "description", &before.description, description);
            if before.group != *group {
                let is = match group {
                    Some(group) => format!("comes with the feature `{group}` now"),
                    None => "is always there now".to_owned(),
                };
                let was = match &before.group {
                    Some(group) => format!("came with the feature `{group}`"),
                    None => "was always there".to_owned(),
                };
                let tail = format!("{is}; before it {was}");
                let breaks = if group.is_none() { Breaks::NONE } else { Breaks::RUST };
                out.add(&at(tag), What::TagGroupChanged, breaks, &tail);
            }
        }
        for tag in old.iter().filter(|tag| !new.iter().any(|other| other.name == tag.name)) {
            out.gone(&at(tag), What::TagRemoved, Breaks::RUST, "is gone");
        }
        let order = |tags: &[Tag], others: &[Tag]| -> Vec<String> {
            let names = tags.iter().map(|tag| tag.name.clone());
            names
                .filter(|name| others.iter().any(|tag| tag.name == *name))
                .collect()
        };
        if order(old, new) != order(new, old) {
            let tail = "has its tags in another order";
            out.add(&self.root("the contract"), What::Reordered, Breaks::NONE, tail);
        }
    }
}

fn changed_header(at: &At, old: &HeaderInfo, new: &HeaderInfo, out: &mut Drafts) {
    let HeaderInfo {
        name,
        alias,
        description,
        usage,
        cors,
    } = new;
    out.words(at, "description", &old.description, description);
    let names = |name: &String, alias: &Option<String>| -> Vec<String> {
        std::iter::once(name.clone()).chain(alias.clone()).collect()
    };
    let (before, after) = (names(&old.name, &old.alias), names(name, alias));
    let lost: Vec<_> = before.iter().filter(|name| !after.contains(name)).cloned().collect();
    if before != after {
        let tail = if lost.is_empty() {
            format!("is called `{}`", after.join("` or `"))
        } else {
            format!("is no longer called `{}`", lost.join("` or `"))
        };
        let breaks = if lost.is_empty() || old.usage == HeaderUsage::Ignored {
            Breaks::NONE
        } else {
            Breaks::WIRE
        };
        out.add(at, What::HeaderChanged, breaks, &tail);
    }
    if old.usage != *usage {
        let (breaks, tail) = match (old.usage, *usage) {
            (HeaderUsage::Ignored, HeaderUsage::Read) => (Breaks::NONE, "is read now"),
            (_, HeaderUsage::Read) => (Breaks::WIRE, "is read now, no longer sent"),
            (_, HeaderUsage::Ignored) => (Breaks::WIRE, "is let through and ignored now"),
            (_, HeaderUsage::Sent) => (Breaks::WIRE, "is sent now, no longer read"),
        };
        out.add(at, What::HeaderChanged, breaks, tail);
    }
    if old.cors != *cors {
        let (breaks, tail) = if *cors {
            (Breaks::NONE, "is open to scripts in browsers now")
        } else {
            (Breaks::WIRE, "is closed to scripts in browsers now")
        };
        out.add(at, What::HeaderChanged, breaks, tail);
    }
}
