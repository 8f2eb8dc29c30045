//! Events as a whole: names that clash, data that a receiver can't get.

use std::collections::HashMap;

use super::Linter;
use crate::{
    model::{Access, EVENTS, Event, Kind, Location},
    names::pascal,
    rules::Rule,
    views::View,
};

impl Linter<'_> {
    pub(super) fn check_events(&self) {
        let mut seen: HashMap<String, (&str, &Location)> = HashMap::new();
        for event in &self.api.webhooks {
            let (name, location) = (event.name.as_str(), &event.location);
            let variant = pascal(name);
            if variant == "Unknown" {
                let message = format!("`{name}` would be `{variant}` in Rust, which stands for events that come later");
                self.complain(Rule::DuplicateEvent, location, message);
            } else if let Some((other, first)) = seen.insert(variant.clone(), (name, location)) {
                let message = format!("`{name}` and `{other}` would both be `{variant}` in Rust");
                self.clash(Rule::DuplicateEvent, location, first, message);
            }
        }
        if !self.api.webhooks.is_empty() {
            self.check_event_data();
        }
    }

    /// Receivers get what servers see: it comes from the crate of the wire types, or is an object of the events' own.
    fn check_event_data(&self) {
        let server = View::of(self.api, Access::Server);
        let is_object = |name: &str| {
            let schema = self.api.schemas.get(name);
            schema.is_some_and(|schema| matches!(schema.ty.kind, Kind::Object(_)))
        };
        for Event {
            name, data, location, ..
        } in &self.api.webhooks
        {
            if self.api.schemas.contains_key(data) && !is_object(data) {
                self.complain(
                    Rule::EventData,
                    location,
                    format!("the data of `{name}` should be an object"),
                );
            }
        }
        let reached = View::of_events(self.api);
        for schema in self.api.schemas.values() {
            if schema.module != EVENTS {
                if reached.schemas.contains_key(&schema.name) && !server.schemas.contains_key(&schema.name) {
                    let message = format!("an event has a `{}`, which no operation gives to servers", schema.name);
                    self.complain(Rule::EventData, &schema.location, message);
                }
                continue;
            }
            let Kind::Object(object) = &schema.ty.kind else {
                let message = "only objects are the events' own: put this into `shared.yaml` or a tag";
                self.complain(Rule::EventData, &schema.location, message);
                continue;
            };
            for property in object.properties.values().filter(|property| property.access.is_some()) {
                let message = "`x-access` says nothing here: every receiver gets all of an event";
                self.complain(Rule::EventData, &property.location, message);
            }
        }
    }
}
