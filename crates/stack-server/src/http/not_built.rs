//! The one list of what this server leaves out: whole tags, and operations of other tags. Nothing else answers 501.

use stack_server_api::leave_out;

leave_out! {
    /// The tags of which this server has nothing.
    pub const LEFT_OUT_TAGS: super::Server = [
        Payments,
        InternalAi,
        InternalMisc,
    ];
}

/// The operations of other tags that answer 501, each with what is missing.
pub const NOT_BUILT: &[(&str, &str)] = &[];

#[cfg(test)]
mod tests {
    use stack_server_api::OPERATIONS;

    use super::*;

    #[test]
    fn every_entry_names_an_operation_of_a_tag_that_is_there() {
        for (id, _) in NOT_BUILT {
            let operation = OPERATIONS.iter().find(|operation| operation.id == *id);
            let tag = operation.map(|operation| operation.tag);
            assert!(tag.is_some_and(|tag| !LEFT_OUT_TAGS.contains(&tag)), "{id}");
        }
    }
}
