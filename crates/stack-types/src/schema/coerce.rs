//! What the API makes of scalars of another type, and of text in another form.
//!
//! Its reference server converts as JavaScript does; these are the same conversions.

use serde_json::{Number, Value};

/// Numbers and booleans become text.
pub(super) fn to_text(value: &mut Value) {
    let text = match value {
        Value::Bool(given) => given.to_string(),
        Value::Number(number) => number_as_text(number),
        _ => return,
    };
    *value = Value::String(text);
}

/// `"true"`, `"1"` and 1 become true; `"false"`, `"0"` and 0 become false.
pub(super) fn to_boolean(value: &mut Value) {
    let boolean = match value {
        Value::String(text) if text == "1" || text.eq_ignore_ascii_case("true") => true,
        Value::String(text) if text == "0" || text.eq_ignore_ascii_case("false") => false,
        Value::Number(number) if number.as_f64() == Some(1.0) => true,
        Value::Number(number) if number.as_f64() == Some(0.0) => false,
        _ => return,
    };
    *value = Value::Bool(boolean);
}

/// Text in which a decimal number stands becomes that number; empty text doesn't.
pub(super) fn to_number(value: &mut Value) {
    let Value::String(text) = value else { return };
    let text = text.trim();
    // `inf`, `nan` and the like are numbers to Rust, but not to JSON.
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
    {
        return;
    }
    let number = match text.parse::<i64>() {
        Ok(whole) => Some(Number::from(whole)),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
    };
    if let Some(number) = number {
        *value = Value::Number(number);
    }
}

/// A number without a fraction gets the form of a whole number: `1e3` becomes `1000`.
pub(super) fn to_integer(value: &mut Value) {
    let Value::Number(number) = value else { return };
    if number.is_i64() || number.is_u64() {
        return;
    }
    // The first f64 above i64::MAX is 2^63 itself.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if let Some(float) = number.as_f64()
        && float.fract() == 0.0
        && (-BOUND..BOUND).contains(&float)
    {
        *value = Value::from(float as i64);
    }
}

/// Trims `text`, and with `upper` or `lower` also changes its case.
pub(super) fn normalize(text: &mut String, how: &str) {
    let trimmed = text.trim();
    let normal = match how {
        "upper" => trimmed.to_uppercase(),
        "lower" => trimmed.to_lowercase(),
        _ => trimmed.to_owned(),
    };
    *text = normal;
}

/// As JavaScript writes a number.
fn number_as_text(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    match float.abs() {
        0.0 => "0".to_owned(),
        1e-6..1e21 => float.to_string(),
        _ => {
            let text = format!("{float:e}");
            if text.contains("e-") {
                text
            } else {
                text.replace('e', "e+")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn coerced(mut value: Value, by: fn(&mut Value)) -> Value {
        by(&mut value);
        value
    }

    #[test]
    fn numbers_and_booleans_become_text_as_javascript_writes_it() {
        for (value, text) in [
            (json!(1), "1"),
            (json!(1.0), "1"),
            (json!(-0.0), "0"),
            (json!(0.5), "0.5"),
            (json!(1e21), "1e+21"),
            (json!(1.5e-7), "1.5e-7"),
            (json!(123456789012345680000.0), "123456789012345680000"),
            (json!(true), "true"),
        ] {
            assert_eq!(coerced(value, to_text), json!(text));
        }
    }

    #[test]
    fn objects_lists_and_null_become_nothing_else() {
        for value in [json!({}), json!([]), json!(null)] {
            for by in [to_text, to_boolean, to_number, to_integer] {
                assert_eq!(coerced(value.clone(), by), value);
            }
        }
    }

    #[test]
    fn words_and_digits_become_booleans() {
        for (value, boolean) in [
            (json!("true"), true),
            (json!("0"), false),
            (json!(1), true),
            (json!("FALSE"), false),
        ] {
            assert_eq!(coerced(value, to_boolean), json!(boolean));
        }
        for value in [json!("yes"), json!(2), json!("")] {
            assert_eq!(coerced(value.clone(), to_boolean), value);
        }
    }

    #[test]
    fn numeric_text_becomes_a_number() {
        for (text, number) in [
            ("7", json!(7)),
            (" 7 ", json!(7)),
            ("-1.5", json!(-1.5)),
            ("1e3", json!(1000.0)),
        ] {
            assert_eq!(coerced(json!(text), to_number), number);
        }
        for text in ["", " ", "seven", "0x10", "inf", "NaN", "1e999", "1 0"] {
            assert_eq!(coerced(json!(text), to_number), json!(text));
        }
    }

    #[test]
    fn a_float_without_fraction_becomes_a_whole_number() {
        for (value, whole) in [
            (json!(1e3), json!(1000)),
            (json!(-0.0), json!(0)),
            (json!(1.5), json!(1.5)),
        ] {
            assert_eq!(coerced(value, to_integer), whole);
        }
        assert_eq!(coerced(json!(1e19), to_integer), json!(1e19), "too great for 64 bits");
    }
}
