//! The events of webhooks.

use super::{
    Differ,
    change::{Breaks, Direction, Kind as What, Subject},
    edition::Lens,
    findings::{At, Drafts, Place},
};
use crate::model::{AccessSet, Event};

impl Differ<'_> {
    pub(super) fn events(&mut self) {
        let mut out = Drafts::default();
        let (old_api, new_api) = (self.old.api, self.new.api);
        out.words(
            &self.root("the contract"),
            "description of its webhooks",
            &old_api.about_webhooks,
            &new_api.about_webhooks,
        );
        for new in &new_api.webhooks {
            match old_api.webhooks.iter().find(|event| event.name == new.name) {
                Some(old) => self.event(old, new, &mut out),
                None => out.add(&event_at(new, new), What::EventAdded, Breaks::NONE, "is a new event"),
            }
        }
        for old in &old_api.webhooks {
            if !new_api.webhooks.iter().any(|event| event.name == old.name) {
                out.gone(
                    &event_at(old, old),
                    What::EventRemoved,
                    Breaks::ALL,
                    "is no longer sent",
                );
            }
        }
        let order = |events: &[Event], others: &[Event]| -> Vec<String> {
            let names = events.iter().map(|event| event.name.clone());
            names
                .filter(|name| others.iter().any(|event| event.name == *name))
                .collect()
        };
        if order(&old_api.webhooks, &new_api.webhooks) != order(&new_api.webhooks, &old_api.webhooks) {
            let tail = "has its events in another order";
            out.add(&self.root("the contract"), What::Reordered, Breaks::NONE, tail);
        }
        self.found.add(out);
    }

    fn event(&self, old: &Event, new: &Event, out: &mut Drafts) {
        let Event {
            name: _,
            summary,
            description,
            data,
            example,
            location: _,
        } = new;
        let at = event_at(old, new);
        let silent = At {
            direction: None,
            ..at.clone()
        };
        out.words(&silent, "summary", &old.summary, summary);
        out.words(&silent, "description", &old.description, description);
        if old.example != *example {
            out.add(&silent, What::ExampleChanged, Breaks::NONE, "has another example");
        }
        if self.matches.renamed.get(&old.data).unwrap_or(&old.data) != data {
            let tail = format!("carries a `{data}` now instead of a `{}`", old.data);
            out.add(&at, What::EventDataChanged, Breaks::RUST, &tail);
        }
    }
}

fn event_at(old: &Event, new: &Event) -> At {
    let place = |event: &Event| Place {
        location: event.location.clone(),
        pointer: String::new(),
    };
    At {
        lens: Lens::Events,
        accesses: AccessSet::new(),
        document: None,
        direction: Some(Direction::Event),
        operations: Vec::new(),
        subject: Subject::Event(new.name.clone()),
        noun: format!("`{}`", new.name),
        old: place(old),
        new: place(new),
    }
}
