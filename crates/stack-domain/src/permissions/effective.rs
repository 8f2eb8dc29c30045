//! What somebody may do who was given some permissions: those, and all that they contain.

use std::collections::HashSet;

use crate::config::{PermissionScope, RbacConfig, SYSTEM_TEAM_PERMISSIONS};

/// Whether a permission is defined in this scope. Those of the system are, in teams.
pub(super) fn is_defined(rbac: &RbacConfig, scope: PermissionScope, id: &str) -> bool {
    match rbac.permissions.get(id) {
        Some(definition) => definition.scope == scope,
        None => scope == PermissionScope::Team && SYSTEM_TEAM_PERMISSIONS.contains(&id),
    }
}

/// The permissions that somebody has who was given `direct`, each once and in no order.
///
/// A permission comes with what it contains, through any number of steps and around any circle. What isn't defined in
/// this scope (any more) is nobody's, however it is reached.
pub(super) fn effective<'a>(
    rbac: &'a RbacConfig,
    scope: PermissionScope,
    direct: impl IntoIterator<Item = &'a str>,
) -> Effective<'a> {
    Effective {
        rbac,
        scope,
        open: direct.into_iter().collect(),
        seen: HashSet::new(),
    }
}

/// A walk through a graph of permissions; whoever looks for one permission may stop there.
pub(super) struct Effective<'a> {
    rbac: &'a RbacConfig,
    scope: PermissionScope,
    open: Vec<&'a str>,
    seen: HashSet<&'a str>,
}

impl<'a> Iterator for Effective<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while let Some(id) = self.open.pop() {
            if !is_defined(self.rbac, self.scope, id) || !self.seen.insert(id) {
                continue;
            }
            if let Some(definition) = self.rbac.permissions.get(id) {
                let contained = definition.contained_permission_ids.iter();
                self.open
                    .extend(contained.filter(|(_, on)| **on).map(|(id, _)| id.as_str()));
            }
            return Some(id);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use PermissionScope::{Project, Team};
    use proptest::prelude::*;

    use super::*;
    use crate::config::PermissionDefinition;

    fn definition(scope: PermissionScope, contained: &[&str]) -> PermissionDefinition {
        PermissionDefinition {
            description: None,
            scope,
            contained_permission_ids: contained.iter().map(|id| ((*id).to_owned(), true)).collect(),
        }
    }

    fn rbac<const N: usize>(permissions: [(&str, PermissionDefinition); N]) -> RbacConfig {
        RbacConfig {
            permissions: permissions.map(|(id, it)| (id.to_owned(), it)).into(),
            ..Default::default()
        }
    }

    fn sorted(rbac: &RbacConfig, scope: PermissionScope, direct: &[&str]) -> Vec<String> {
        let all: BTreeSet<_> = effective(rbac, scope, direct.iter().copied())
            .map(str::to_owned)
            .collect();
        all.into_iter().collect()
    }

    #[test]
    fn a_permission_comes_with_all_that_it_contains_and_those_of_the_system() {
        let rbac = rbac([
            ("admin", definition(Team, &["editor", "$update_team"])),
            ("editor", definition(Team, &["reader"])),
            ("reader", definition(Team, &["$read_members"])),
        ]);
        assert_eq!(
            sorted(&rbac, Team, &["admin"]),
            ["$read_members", "$update_team", "admin", "editor", "reader"]
        );
        assert_eq!(sorted(&rbac, Team, &["reader"]), ["$read_members", "reader"]);
    }

    #[test]
    fn what_is_not_defined_in_the_scope_is_nobodys() {
        let mut rbac = rbac([
            ("a", definition(Team, &["gone", "p", "off", "$nothing"])),
            ("off", definition(Team, &[])),
            ("p", definition(Project, &["$read_members"])),
        ]);
        let a = rbac.permissions.get_mut("a").expect("it is there");
        a.contained_permission_ids.insert("off".to_owned(), false);
        assert_eq!(sorted(&rbac, Team, &["a", "p", "gone"]), ["a"]);
        assert_eq!(sorted(&rbac, Project, &["p", "$read_members"]), ["p"]);
    }

    #[test]
    fn circles_are_walked_once() {
        let rbac = rbac([
            ("a", definition(Team, &["b"])),
            ("b", definition(Team, &["c", "b"])),
            ("c", definition(Team, &["a"])),
        ]);
        assert_eq!(effective(&rbac, Team, ["b", "b"]).count(), 3);
    }

    /// Names of permissions, some of which nothing defines.
    fn any_id() -> impl Strategy<Value = String> {
        prop_oneof![9 => "[a-h]", 1 => Just("$read_members".to_owned()), 1 => Just("$invite_members".to_owned())]
    }

    fn any_rbac() -> impl Strategy<Value = RbacConfig> {
        let scope = prop_oneof![4 => Just(Team), 1 => Just(Project)];
        let contained = prop::collection::btree_map(any_id(), prop::bool::weighted(0.9), 0..4);
        let definition = (scope, contained).prop_map(|(scope, contained_permission_ids)| PermissionDefinition {
            description: None,
            scope,
            contained_permission_ids,
        });
        prop::collection::btree_map("[a-g]", definition, 0..7).prop_map(|permissions| RbacConfig {
            permissions,
            ..Default::default()
        })
    }

    /// The least set that holds what was given and is closed under containment, by trying until nothing changes.
    fn naive_closure(rbac: &RbacConfig, scope: PermissionScope, direct: &BTreeSet<String>) -> BTreeSet<String> {
        let system = ["$read_members", "$invite_members"];
        let definitions: BTreeMap<_, _> = rbac.permissions.iter().filter(|(_, it)| it.scope == scope).collect();
        let exists = |id: &String| definitions.contains_key(id) || (scope == Team && system.contains(&id.as_str()));
        let mut all: BTreeSet<String> = direct.iter().filter(|id| exists(id)).cloned().collect();
        loop {
            let before = all.len();
            for (id, it) in &definitions {
                if all.contains(*id) {
                    let contained = it.contained_permission_ids.iter().filter(|(id, on)| **on && exists(id));
                    all.extend(contained.map(|(id, _)| id.clone()));
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }

    fn effective_set(rbac: &RbacConfig, scope: PermissionScope, direct: &BTreeSet<String>) -> BTreeSet<String> {
        effective(rbac, scope, direct.iter().map(String::as_str))
            .map(str::to_owned)
            .collect()
    }

    proptest! {
        #[test]
        fn the_effective_permissions_are_the_closure(
            rbac in any_rbac(),
            direct in prop::collection::btree_set(any_id(), 0..4),
        ) {
            for scope in [Team, Project] {
                let listed: Vec<_> = effective(&rbac, scope, direct.iter().map(String::as_str)).collect();
                let set = effective_set(&rbac, scope, &direct);
                prop_assert_eq!(listed.len(), set.len(), "each comes once");
                prop_assert_eq!(set, naive_closure(&rbac, scope, &direct));
            }
        }

        #[test]
        fn revoking_takes_exactly_what_no_other_path_grants(
            rbac in any_rbac(),
            direct in prop::collection::btree_set(any_id(), 1..5),
            which: prop::sample::Index,
        ) {
            let revoked = direct.iter().nth(which.index(direct.len())).expect("it isn't empty").clone();
            let rest: BTreeSet<_> = direct.iter().filter(|id| **id != revoked).cloned().collect();
            let before = effective_set(&rbac, Team, &direct);
            let after = effective_set(&rbac, Team, &rest);
            let by_other_paths: BTreeSet<_> =
                rest.iter().flat_map(|id| naive_closure(&rbac, Team, &BTreeSet::from([id.clone()]))).collect();
            for id in &before {
                prop_assert_eq!(after.contains(id), by_other_paths.contains(id), "{}", id);
            }
            prop_assert!(after.is_subset(&before));
        }
    }
}
