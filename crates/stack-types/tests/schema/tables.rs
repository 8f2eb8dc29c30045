//! The schemas that the tests are about, and short ways to check against them.

use serde_json::Value;
use stack_types::schema::{self, Mode, Pattern, Range, Schema, Text, Violation, check};

/// One property of every kind.
pub static EVERYTHING: Schema = schema::object(&[
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
    schema::optional(
        "password",
        schema::text(Text::new().min_length(8).pattern(&COUNTRY).secret()),
    ),
    schema::optional("count", schema::integer(Range::ANY.min(1.0).max(100.0))),
    schema::optional("ratio", schema::number(Range::ANY.min(0.0))),
    schema::optional("active", schema::boolean()).default("false"),
    schema::optional("success", schema::only(true)),
    schema::optional("tags", schema::array(&TAG, Some(1), Some(3))),
    schema::optional("scores", schema::map(&schema::integer(Range::ANY))),
    schema::optional("colour", schema::words(&["red", "green"])),
    schema::optional("metadata", schema::any()),
    schema::optional(
        "inner",
        schema::open_object(&[schema::required("depth", schema::integer(Range::ANY))]),
    ),
    schema::optional("shape", SHAPE),
    schema::optional("verdict", VERDICT),
]);

static COUNTRY: Pattern = Pattern::new("^[A-Z]{2}$");
static TAG: Schema = schema::text(Text::new().normalize("trim"));

/// Told apart by `kind`.
pub const SHAPE: Schema = schema::tagged(
    "kind",
    &[("circle", 0), ("square", 1)],
    &[
        schema::object(&[
            schema::required("kind", schema::words(&["circle"])),
            schema::required("radius", schema::number(Range::ANY)),
        ]),
        schema::object(&[
            schema::required("kind", schema::words(&["square"])),
            schema::required("side", schema::number(Range::ANY)),
        ]),
    ],
);

/// Told apart by what fits.
pub const VERDICT: Schema = schema::first_of(&[
    schema::object(&[
        schema::required("ok", schema::only(false)),
        schema::required("reason", schema::text(Text::new())),
    ]),
    schema::object(&[schema::required("ok", schema::only(true))]),
]);

/// Checks `value` as `schema` in a request, and gives what became of it.
pub fn requested(schema: &Schema, value: Value) -> Result<Value, Vec<Violation>> {
    checked(schema, value, Mode::Request)
}

/// Checks `value` as `schema`, and gives what became of it.
pub fn checked(schema: &Schema, mut value: Value, mode: Mode) -> Result<Value, Vec<Violation>> {
    check(&mut value, schema, mode).map(|()| value)
}

/// The violations as lines.
pub fn lines(result: Result<Value, Vec<Violation>>) -> String {
    let violations = result.expect_err("the value shouldn't pass");
    violations
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
