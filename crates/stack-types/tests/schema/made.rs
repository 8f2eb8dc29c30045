//! Values that are made to fit do, and come out of the types as they went in.

use std::fmt::Debug;

use proptest::prelude::*;
use stack_types::{
    admin, client,
    schema::{self, Mode, Pattern, Range, Schema, Text, Wire, check},
    server,
    strategy::{self, fitting},
};

use crate::tables::{SHAPE, VERDICT};

static COUNTRY: Pattern = Pattern::new("^[A-Z]{2}$");

/// One property of every kind, each of which can be had.
static KINDS: Schema = schema::object(&[
    schema::required("id", schema::uuid()),
    schema::optional("owner", schema::user_id_or_me()),
    schema::optional("name", schema::text(Text::new().min_length(1).max_length(5)).or_null()),
    schema::optional("email", schema::text(Text::new().format("email").normalize("lower"))),
    schema::optional("link", schema::text(Text::new().format("uri"))),
    schema::optional("blob", schema::text(Text::new().format("byte"))),
    schema::optional(
        "country",
        schema::text(Text::new().normalize("upper").pattern(&COUNTRY)),
    ),
    schema::optional("count", schema::integer(Range::ANY.min(1.0).max(100.0))),
    schema::optional("ratio", schema::number(Range::ANY.min(0.0))),
    schema::optional("active", schema::boolean()).default("false"),
    schema::optional("success", schema::only(true)),
    schema::optional("scores", schema::map(&schema::integer(Range::ANY))),
    schema::optional("colour", schema::words(&["red", "green"])),
    schema::optional("metadata", schema::any()),
    schema::optional("shape", SHAPE),
    schema::optional("verdict", VERDICT),
]);

/// An object inside itself, as a list and a property.
static TREE: Schema = schema::object(&[
    schema::required(
        "children",
        schema::array(&Schema::new(schema::Kind::Ref(|| &TREE)), None, Some(2)),
    ),
    schema::optional("next", Schema::new(schema::Kind::Ref(|| &TREE)).or_null()),
]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_made_keeps_every_rule(value in prop_oneof![fitting(&KINDS), fitting(&TREE)]) {
        let schema = if value.get("children").is_some() { &TREE } else { &KINDS };
        let mut answer = value.clone();
        prop_assert_eq!(check(&mut answer, schema, Mode::Response), Ok(()));
        prop_assert_eq!(&answer, &value);
        let mut request = value;
        prop_assert_eq!(check(&mut request, schema, Mode::Request), Ok(()));
    }

    #[test]
    fn types_write_what_they_read(
        user in made::<server::UserCreate>(),
        update in made::<client::UserUpdate>(),
        email in made::<admin::OutboxEmail>(),
    ) {
        user?;
        update?;
        email?;
    }

    #[test]
    fn values_of_a_type_are_valid(user in strategy::of::<server::UserCreate>()) {
        prop_assert_eq!(user.validate(), Ok(()));
    }
}

/// JSON that fits `T`, read and written again.
fn made<T: Wire + Debug>() -> impl Strategy<Value = Result<(), TestCaseError>> {
    fitting(T::SCHEMA).prop_map(|value| {
        let read: T = serde_json::from_value(value.clone()).expect("what fits can be read");
        prop_assert_eq!(serde_json::to_value(&read).expect("it serializes"), value);
        Ok(())
    })
}
