//! What to say of a key that isn't known.

use super::{table::Object, wording::listed};

/// The greatest number of keys that a message lists.
const LISTED: usize = 12;

/// Says that `key` isn't known, and which one may have been meant.
pub(super) fn unknown_key(key: &str, object: &Object) -> String {
    let names = || object.properties.iter().map(|property| &property.name);
    let near = |(distance, _): &(usize, _)| *distance <= (key.len() / 3).min(2);
    let nearest = names().map(|name| (distance(key, name), name)).filter(near).min();
    match nearest {
        Some((_, name)) => format!("is not known here; did you mean {name:?}?"),
        None if object.properties.is_empty() => "is not known here; no keys are".to_owned(),
        None if object.properties.len() <= LISTED => format!("is not known here; known are {}", listed(names())),
        None => "is not known here; leave it out".to_owned(),
    }
}

/// How many letters have to be put in, taken out, changed or swapped with their neighbour; for keys of very different
/// length just a lot.
///
/// Source: <https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance>, "optimal string alignment".
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let changed = rows[i][j] + usize::from(a[i] != b[j]);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters() {
        for (a, b, expected) in [
            ("email", "email", 0),
            ("emial", "email", 1),
            ("emails", "email", 1),
            ("", "ab", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} and {b}");
        }
    }
}
