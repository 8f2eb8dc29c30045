//! Who may see what, over the whole contract.

use super::Linter;
use crate::{
    bundle::listed,
    model::{Access, AccessSet, Kind},
    rules::Rule,
    views::View,
};

impl Linter<'_> {
    pub(super) fn check_access(&self) {
        let views = Access::ALL.map(|access| View::of(self.api, access));
        for schema in self.api.schemas.values() {
            let having = views.iter().filter(|view| view.schemas.contains_key(&schema.name));
            let reach: AccessSet = having.map(|view| view.access).collect();
            let Kind::Object(object) = &schema.ty.kind else {
                continue;
            };
            for (name, property) in &object.properties {
                let Some(seen_by) = &property.access else { continue };
                if !reach.is_empty() && seen_by.is_disjoint(&reach) {
                    let reach: Vec<_> = reach.iter().map(|access| access.name()).collect();
                    let message = format!("nobody sees `{name}`: only {} get a `{}`", listed(&reach), schema.name);
                    self.complain(Rule::HiddenFromAll, &property.location, message);
                }
            }
        }
    }
}
