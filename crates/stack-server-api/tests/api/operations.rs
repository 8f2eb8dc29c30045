//! The table of operations, which servers walk in their own tests.

use std::collections::BTreeSet;

use stack_server_api::{Access, OPERATIONS, VERSIONS, operation::Base};

#[test]
fn no_two_operations_share_an_id_or_a_route() {
    let ids: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let route = |base, method, path| (format!("{base:?}"), method, path);
    let routes: BTreeSet<_> = OPERATIONS.iter().map(|it| route(it.base, it.method, it.path)).collect();
    assert_eq!((ids.len(), routes.len()), (OPERATIONS.len(), OPERATIONS.len()));
}

#[test]
fn whatever_servers_may_do_admins_may_do() {
    let open_to = |access| {
        OPERATIONS
            .iter()
            .filter(move |operation| operation.accesses.contains(&access))
    };
    assert!(open_to(Access::Server).all(|operation| operation.accesses.contains(&Access::Admin)));
}

#[test]
fn a_user_is_only_asked_of_those_who_may_call() {
    for operation in OPERATIONS {
        let needs_user = operation.user.iter().flat_map(|rule| rule.accesses);
        assert!(
            needs_user.clone().all(|access| operation.accesses.contains(access)),
            "{}",
            operation.id
        );
    }
}

#[test]
fn an_operation_of_one_version_names_a_version_that_there_is() {
    for operation in OPERATIONS.iter().filter(|operation| operation.base == Base::Versions) {
        let version = operation.path.split('/').nth(1);
        assert!(
            version.is_some_and(|version| VERSIONS.contains(&version)),
            "{}",
            operation.path
        );
    }
}
