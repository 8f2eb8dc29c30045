//! Tables that fit the terminal.

use std::collections::BTreeSet;

use console::{Alignment, measure_text_width, pad_str, truncate_str};
use serde_json::Value;

use crate::{instant, spec::Column};

/// Between two columns.
const GAP: &str = "  ";

/// A value is never cut shorter than this.
const NARROW: usize = 12;

/// A cell of a list is never longer, but for ids.
const WIDE: usize = 36;

/// A list: a line for each item. `asked` names the columns, or else those of `known` that hold anything and fit.
pub fn list(items: &[Value], known: &[Column], asked: &[String], width: usize) -> String {
    if items.is_empty() {
        return "Nothing there.\n".to_owned();
    }
    let is_empty = |column: &Column| {
        items
            .iter()
            .all(|item| matches!(item.get(column.name), None | Some(Value::Null)))
    };
    let names: Vec<String> = if asked.is_empty() {
        known
            .iter()
            .filter(|column| !is_empty(column))
            .map(|column| column.name.to_owned())
            .collect()
    } else {
        asked.to_vec()
    };
    let mut columns: Vec<_> = names.iter().map(|name| rows(items, known, name)).collect();
    if asked.is_empty() {
        fit(&mut columns, width);
    }
    let widths: Vec<_> = columns.iter().map(|column| widest(column)).collect();
    let lines = (0..=items.len()).map(|row| {
        let cells = columns
            .iter()
            .zip(&widths)
            .map(|(column, width)| cell(&column[row], *width));
        format!("{}\n", cells.collect::<Vec<_>>().join(GAP).trim_end())
    });
    lines.collect()
}

/// An object: a line for each key.
pub fn object(value: &Value, known: &[Column], width: usize) -> String {
    let mut lines = Vec::new();
    flatten("", value, known, &mut lines);
    let longest = lines.iter().map(|(key, _)| measure_text_width(key)).max().unwrap_or(0);
    let room = width.saturating_sub(longest + GAP.len()).max(NARROW);
    let shown = lines.iter().map(|(key, text)| {
        let is_key = text.len() > room && !text.contains(' ');
        // What can't be read in part, as a key or a token, isn't cut.
        let text = if is_key {
            text.clone()
        } else {
            truncate_str(text, room, "…").into_owned()
        };
        format!(
            "{}\n",
            format!("{}{GAP}{text}", pad_str(key, longest, Alignment::Left, None)).trim_end()
        )
    });
    shown.collect()
}

fn flatten(prefix: &str, value: &Value, known: &[Column], lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) if !map.is_empty() && (prefix.is_empty() || map.len() <= 40) => {
            for (key, value) in map {
                let path = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                flatten(&path, value, known, lines);
            }
        }
        value => {
            let text = show(prefix, value, known);
            lines.push((prefix.to_owned(), text));
        }
    }
}

/// The head and the cells of one column.
fn rows(items: &[Value], known: &[Column], name: &str) -> Vec<String> {
    let cells = items.iter().map(|item| {
        let value = name.split('.').try_fold(item, |value, key| value.get(key));
        value.map(|value| show(name, value, known)).unwrap_or_default()
    });
    [name.trim_end_matches("_millis").to_uppercase()]
        .into_iter()
        .chain(cells)
        .collect()
}

/// A value on one line.
fn show(name: &str, value: &Value, known: &[Column]) -> String {
    let is_instant = name.ends_with("_millis") || known.iter().any(|column| column.is_instant && column.name == name);
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if is_instant => {
            let millis = number.as_i64();
            millis.map_or_else(|| number.to_string(), instant::show)
        }
        other => other.to_string(),
    };
    // Whatever somebody wrote into a name can't move the cursor.
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Leaves out columns until the rest fits: yes and no say least, so they go first, then what stands to the right. The
/// first stays whole, since it is the id.
fn fit(columns: &mut Vec<Vec<String>>, width: usize) {
    for cell in columns.iter_mut().skip(1).flatten() {
        *cell = truncate_str(cell, WIDE, "…").into_owned();
    }
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| *at > 0 && is_yes_or_no(&columns[*at]));
    let (mut kept, mut room) = (BTreeSet::new(), width);
    for at in order {
        let needed = widest(&columns[at]) + if at > 0 { GAP.len() } else { 0 };
        if at == 0 || needed <= room {
            kept.insert(at);
            room = room.saturating_sub(needed);
        }
    }
    let mut at = 0;
    columns.retain(|_| {
        at += 1;
        kept.contains(&(at - 1))
    });
}

fn is_yes_or_no(column: &[String]) -> bool {
    column
        .iter()
        .skip(1)
        .all(|cell| ["true", "false", "-", ""].contains(&cell.as_str()))
}

fn widest(column: &[String]) -> usize {
    column.iter().map(|cell| measure_text_width(cell)).max().unwrap_or(0)
}

fn cell(text: &str, width: usize) -> String {
    pad_str(text, width, Alignment::Left, None).into_owned()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::spec::{column, instant};

    const COLUMNS: &[Column] = &[
        column("id"),
        column("name"),
        column("nothing"),
        instant("at"),
        column("more"),
    ];

    fn items() -> Vec<Value> {
        vec![
            json!({ "id": "a1", "name": "Ada", "nothing": null, "at": 0, "more": true, "deep": { "er": 1 } }),
            json!({ "id": "b22", "name": "Grace\u{1b}[2J\nHopper", "at": 1_767_323_045_678_i64, "more": false }),
        ]
    }

    #[test]
    fn a_list_has_the_columns_that_hold_something() {
        assert_snapshot!(list(&items(), COLUMNS, &[], 80), @"
        ID   NAME              AT                        MORE
        a1   Ada               1970-01-01T00:00:00Z      true
        b22  Grace [2J Hopper  2026-01-02T03:04:05.678Z  false
        ");
    }

    #[test]
    fn a_narrow_terminal_has_fewer_columns() {
        assert_snapshot!(list(&items(), COLUMNS, &[], 25), @"
        ID   NAME
        a1   Ada
        b22  Grace [2J Hopper
        ");
    }

    #[test]
    fn columns_that_are_asked_for_lead_into_objects() {
        assert_snapshot!(list(&items(), COLUMNS, &["deep.er".to_owned(), "id".to_owned()], 5), @"
        DEEP.ER  ID
        1        a1
                 b22
        ");
    }

    #[test]
    fn an_object_has_a_line_for_each_key() {
        assert_snapshot!(object(&items()[0], COLUMNS, 80), @"
        id       a1
        name     Ada
        nothing  -
        at       1970-01-01T00:00:00Z
        more     true
        deep.er  1
        ");
    }
}
