//! JSON as YAML: blocks for objects and lists, and quotes around whatever YAML might take for something else.

use serde_json::Value;

/// `value` as a YAML document.
pub fn show(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    indent(depth, text);
                }
                text.push_str(&word(key));
                text.push(':');
                below(value, depth, text);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    indent(depth, text);
                }
                text.push_str("- ");
                write(item, depth + 1, text);
            }
        }
        Value::String(string) => text.push_str(&format!("{}\n", word(string))),
        other => text.push_str(&format!("{other}\n")),
    }
}

/// What follows a key.
fn below(value: &Value, depth: usize, text: &mut String) {
    let is_block = match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    };
    if is_block {
        text.push('\n');
        indent(depth + 1, text);
        write(value, depth + 1, text);
    } else {
        text.push(' ');
        write(value, depth, text);
    }
}

fn indent(depth: usize, text: &mut String) {
    text.push_str(&"  ".repeat(depth));
}

/// Bare if it can only be read as text, as JSON otherwise, which is YAML too.
fn word(text: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-./@ ".contains(letter);
    let is_bare = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(is_letter)
        && !text.ends_with(' ')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if is_bare {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use saphyr::{LoadableYamlNode, Yaml};
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_reads_as_what_was_written() {
        let value = json!({
            "id": "3241a285", "name": "Ada", "yes": "no", "n": null, "list": [1, [2, 3], { "a": "x: y", "b": [] }, {}],
            "deep": { "er": { "text": "two\nlines # and more" } }, "empty": {}, "number": "12", "date": "2026-01-01"
        });
        let text = show(&value);
        assert_snapshot!(text, @r#"
        id: "3241a285"
        name: Ada
        "yes": "no"
        "n": null
        list:
          - 1
          - - 2
            - 3
          - a: "x: y"
            b: []
          - {}
        deep:
          er:
            text: "two\nlines # and more"
        empty: {}
        number: "12"
        date: "2026-01-01"
        "#);
        assert_eq!(
            Yaml::load_from_str(&text).unwrap(),
            Yaml::load_from_str(&value.to_string()).unwrap()
        );
    }
}
