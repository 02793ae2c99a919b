//! What is wrong with a rule: where, what, and what to write instead. One line each.

use std::fmt;

use serde::Serialize;

use crate::domain::written::repeated;

/// Where in a file. Lines and columns start at 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, when the rule came from one.
    pub file: Option<String>,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Place {
    /// The place of a byte offset in a text.
    #[must_use]
    pub fn of(text: &str, offset: usize, file: Option<&str>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |size: usize| u32::try_from(size).unwrap_or(u32::MAX).saturating_add(1);
        Self {
            file: file.map(str::to_owned),
            line: count(before.matches('\n').count()),
            column: count(before.get(line_start..).unwrap_or("").chars().count()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}:{}:{}", self.line, self.column),
            None => write!(f, "{}:{}", self.line, self.column),
        }
    }
}

/// One error in one rule. `Display` is one line: place, what, remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct RuleError {
    /// Where, if it is at one place.
    pub at: Option<Place>,
    /// The key whose text is meant (`when`, `recover`), for errors inside a condition.
    pub field: Option<&'static str>,
    /// Byte offset inside that text.
    pub offset: Option<usize>,
    /// What is wrong: lower-case, no full stop, user words in backticks.
    pub text: String,
    /// What to write instead.
    pub remedy: String,
}

impl RuleError {
    /// An error about a rule as a whole, or about one key of it.
    #[must_use]
    pub fn about(field: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { at: None, field: Some(field), offset: None, text: text.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.at, self.field) {
            (Some(at), _) => write!(f, "{at}: ")?,
            (None, Some(field)) => write!(f, "{field}: ")?,
            (None, None) => {}
        }
        f.write_str(&repeated(&self.text))?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", repeated(&self.remedy)) }
    }
}

/// Longer than any name: what is longer was not one of them, and is not worth the table.
const NAME_MAX: usize = 64;

/// The nearest of `known` to `given`, if it is near enough to have been meant: at most a third of its letters differ. A
/// swap of neighbours is one slip (Damerau-Levenshtein, optimal string alignment).
#[must_use]
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .filter(|_| (1..=NAME_MAX).contains(&given.len()))
        .map(|name| (strsim::osa_distance(given, name), name))
        .filter(|(slips, name)| slips * 3 <= std::cmp::max(name.chars().count(), 3))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found_and_nothing_is_invented() {
        let known = ["views", "reach", "followers", "cpa"];
        for (given, want) in [
            ("view", Some("views")),
            ("folowers", Some("followers")),
            ("cpo", Some("cpa")),
            ("banana", None),
            ("x", None),
        ] {
            assert_eq!(nearest(given, known), want, "{given}");
        }
    }

    #[test]
    fn places_count_from_one() {
        let text = "a = 1\nwhen = \"é x\"\n";
        let at = text.find('x').expect("there");
        assert_eq!(Place::of(text, at, Some("f.toml")).to_string(), "f.toml:2:11");
        assert_eq!(Place::of(text, 10_000, None).line, 3);
    }
}
