//! Generated server and generated client agree: what a caller sends is what a method gets, and what a method answers is
//! what the caller gets, for every operation, access and answer of the contract.
//!
//! The values are made from the schemas of the contract ([`stack_types::strategy::fitting`]), the same ones in every run;
//! `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others. They go through the client's builders, a socket, the router and
//! the checker to a server that tells what it got ([`recorder`]). `generated/` has the glue for each operation.

mod answers;
mod cases;
mod errors;
mod generated;
mod glue;
mod recorder;
mod sent;
mod world;

use std::collections::BTreeSet;

use serde_json::Value;
use stack_server_api::OPERATIONS;

/// The operations that the client leaves out, as the report of the generator has them.
const REPORT: &str = include_str!("../../../openapi/dist/fixups.json");

#[test]
fn every_operation_is_tried_by_everybody_who_may_call_it() {
    let report: Value = serde_json::from_str(REPORT).expect("the report is JSON");
    let left_out = report["left_out"].as_array().expect("a list").iter();
    let left_out: BTreeSet<_> = left_out
        .filter_map(|entry| entry["operation"].as_str().map(str::to_owned))
        .collect();
    let called: BTreeSet<_> = generated::calls()
        .map(|call| (call.operation, call.access.name()))
        .collect();
    let callable = OPERATIONS.iter().filter(|operation| !left_out.contains(operation.id));
    let callable = callable.flat_map(|operation| operation.accesses.iter().map(|access| (operation.id, access.name())));
    assert_eq!(called, callable.collect());
}
