//! Values that are made to fit do, and come out of the types as they went in.

use std::{fmt::Debug, sync::LazyLock};

use proptest::prelude::*;
use stack_types::{
    admin, client,
    schema::{self, Kind, Mode, Schema, Wire, check},
    server,
    strategy::{self, fitting},
};

use crate::tables::EVERYTHING;

/// What of [`EVERYTHING`] can be had: no text keeps both rules of its `password`.
static POSSIBLE: LazyLock<&Schema> = LazyLock::new(|| {
    let Kind::Object(object) = EVERYTHING.kind else {
        panic!("it is an object");
    };
    let possible = object.properties.iter().filter(|property| property.name != "password");
    Box::leak(Box::new(schema::object(possible.copied().collect::<Vec<_>>().leak())))
});

/// An object inside itself, as a list and a property.
static TREE: Schema = schema::object(&[
    schema::required(
        "children",
        schema::array(&Schema::new(Kind::Ref(|| &TREE)), None, Some(2)),
    ),
    schema::optional("next", Schema::new(Kind::Ref(|| &TREE)).or_null()),
]);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_made_keeps_every_rule(value in prop_oneof![fitting(*POSSIBLE), fitting(&TREE)]) {
        let schema = if value.get("children").is_some() { &TREE } else { *POSSIBLE };
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
