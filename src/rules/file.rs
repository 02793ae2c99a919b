//! Reads a file of rules: every rule it has, every error with its line, unknown keys with what was probably meant.
//!
//! Owns: the way from TOML text to [`SourcedRule`] and from an offset in a condition back to a line and a column.
//! Refuses: opening files; the caller hands in the text and the name to show.

use std::ops::Range;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{CheckedRule, check};
use super::error::{Place, RuleError, nearest};
use super::rule::Rule;

/// A rule and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcedRule {
    /// The rule.
    pub rule: Rule,
    /// Where it begins.
    pub at: Place,
    /// Where the texts of `when` and `recover` begin, and whether offsets inside them are offsets in the file.
    fields: Vec<(String, Origin)>,
}

/// Where a value begins.
#[derive(Debug, Clone, PartialEq)]
struct Origin {
    /// Its own place.
    at: Place,
    /// The line and column of every byte that can be told: the raw text between the quotes, if it has no escapes.
    raw: Option<String>,
    /// Lines before the raw text, and columns before its first line.
    before: (u32, u32),
}

/// What a file of rules holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesFile {
    /// The rules that could be read, in the order of the file.
    pub rules: Vec<SourcedRule>,
    /// What could not.
    pub errors: Vec<RuleError>,
}

impl RulesFile {
    /// Checks every rule.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file and its rules, in the order of the file.
    pub fn check(&self) -> Result<Vec<CheckedRule>, Vec<RuleError>> {
        let mut errors = self.errors.clone();
        let mut checked = Vec::new();
        for (index, sourced) in self.rules.iter().enumerate() {
            let same = |other: &&SourcedRule| other.rule.id == sourced.rule.id;
            if let Some(first) = self.rules.iter().take(index).find(same) {
                errors.push(RuleError {
                    at: Some(sourced.place_of("id")),
                    ..RuleError::about(
                        "id",
                        format!("there are two rules `{}`, the first at line {}", sourced.rule.id, first.at.line),
                        "give each rule an id of its own",
                    )
                });
            }
            match sourced.check() {
                Ok(rule) => checked.push(rule),
                Err(more) => errors.extend(more),
            }
        }
        if errors.is_empty() {
            Ok(checked)
        } else {
            errors.sort_by(|left, right| left.at.cmp(&right.at));
            Err(errors)
        }
    }
}

impl SourcedRule {
    /// Checks the rule.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, each with its place in the file.
    pub fn check(&self) -> Result<CheckedRule, Vec<RuleError>> {
        check(&self.rule).map_err(|errors| errors.into_iter().map(|error| self.locate(error)).collect())
    }

    /// Gives an error about this rule its place in the file.
    #[must_use]
    pub fn locate(&self, mut error: RuleError) -> RuleError {
        error.at = Some(match (error.field, error.offset) {
            (Some(field), Some(offset)) => self.place_in(field, offset),
            (Some(field), None) => self.place_of(field),
            (None, _) => self.at.clone(),
        });
        error
    }

    /// Where the value of a key begins; the rule itself where the key is not written.
    #[must_use]
    pub fn place_of(&self, field: &str) -> Place {
        self.origin(field).map_or_else(|| self.at.clone(), |origin| origin.at.clone())
    }

    fn origin(&self, field: &str) -> Option<&Origin> {
        self.fields.iter().find(|row| row.0 == field).map(|row| &row.1)
    }

    fn place_in(&self, field: &str, offset: usize) -> Place {
        match self.origin(field) {
            Some(Origin { at, raw: Some(raw), before }) => {
                let inner = Place::of(raw, offset, None);
                let columns = if inner.line == 1 { before.1 } else { 0 };
                Place {
                    file: at.file.clone(),
                    line: before.0.saturating_add(inner.line),
                    column: columns.saturating_add(inner.column),
                }
            }
            Some(Origin { at, .. }) => at.clone(),
            None => self.at.clone(),
        }
    }
}

/// Reads a file of rules. `name` is shown in errors.
#[must_use]
pub fn parse_rules(text: &str, name: Option<&str>) -> RulesFile {
    let mut file = RulesFile::default();
    let (document, broken) = DeTable::parse_recoverable(text);
    let reader = Reader { text, name };
    for error in broken {
        let at = error.span().map_or(0, |span| span.start);
        file.errors.push(reader.error(at, "file", one_line(error.message()), ""));
    }
    if !file.errors.is_empty() {
        return file;
    }
    for (key, value) in document.get_ref() {
        if key.get_ref() != "rule" {
            let remedy = "a file of rules has `[[rule]]` and nothing else";
            let text = format!("`{}` is not known here", key.get_ref());
            file.errors.push(reader.error(key.span().start, "file", text, remedy));
            continue;
        }
        let Some(rules) = value.get_ref().as_array() else {
            let remedy = "write `[[rule]]` above each rule";
            file.errors.push(reader.error(key.span().start, "rule", "`rule` is not a list", remedy));
            continue;
        };
        for rule in rules {
            reader.rule(rule, &mut file);
        }
    }
    file
}

/// The keys of each table of a rule.
const RULE_KEYS: [&str; 26] = [
    "id",
    "kind",
    "scope",
    "where",
    "when",
    "evidence",
    "window",
    "mature",
    "for",
    "recover",
    "on_absent",
    "own",
    "group",
    "mode",
    "then",
    "revive",
    "cooldown",
    "max_per_day",
    "program",
    "level",
    "grace",
    "stay",
    "release",
    "cause",
    "judge",
    "test",
];
const WHERE_KEYS: [&str; 5] = ["campaign", "creator", "brand", "platform", "size"];
const STEP_KEYS: [&str; 2] = ["after", "do"];
const EVIDENCE_KEYS: [&str; 2] = ["method", "level"];
const JUDGE_KEYS: [&str; 2] = ["metric", "horizon"];
const TEST_KEYS: [&str; 7] = ["name", "given", "expect", "series", "at", "posts", "k"];
const AT_KEYS: [&str; 3] = ["after", "state", "reason"];
const POST_KEYS: [&str; 2] = ["spend", "orders"];

/// Which keys a table has, by the path of keys to it.
fn keys_of(path: &[&str]) -> Option<&'static [&'static str]> {
    match path {
        [] => Some(&RULE_KEYS),
        ["where"] => Some(&WHERE_KEYS),
        ["then"] => Some(&STEP_KEYS),
        ["evidence"] => Some(&EVIDENCE_KEYS),
        ["judge"] => Some(&JUDGE_KEYS),
        ["test"] => Some(&TEST_KEYS),
        ["test", "at"] => Some(&AT_KEYS),
        ["test", "posts"] => Some(&POST_KEYS),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a str,
    name: Option<&'a str>,
}

impl Reader<'_> {
    fn error(&self, at: usize, field: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> RuleError {
        RuleError { at: Some(Place::of(self.text, at, self.name)), ..RuleError::about(field, text, remedy) }
    }

    fn rule(&self, value: &Spanned<DeValue<'_>>, file: &mut RulesFile) {
        let errors = file.errors.len();
        self.unknown_keys(value, &mut Vec::new(), &mut file.errors);
        if file.errors.len() > errors {
            return;
        }
        match Rule::deserialize(toml::de::ValueDeserializer::from(value.clone())) {
            Ok(rule) => file.rules.push(SourcedRule {
                rule,
                at: Place::of(self.text, value.span().start, self.name),
                fields: self.fields(value),
            }),
            Err(error) => {
                let at = error.span().map_or(value.span().start, |span| span.start);
                file.errors.push(self.error(at, "rule", one_line(error.message()), ""));
            }
        }
    }

    /// Every key that no table of a rule has, wherever it stands.
    fn unknown_keys<'v>(&self, value: &'v Spanned<DeValue<'_>>, path: &mut Vec<&'v str>, errors: &mut Vec<RuleError>) {
        if let Some(items) = value.get_ref().as_array() {
            for item in items {
                self.unknown_keys(item, path, errors);
            }
        }
        let (Some(table), Some(known)) = (value.get_ref().as_table(), keys_of(path)) else {
            return;
        };
        for (key, inner) in table {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                path.push(name);
                self.unknown_keys(inner, path, errors);
                path.pop();
                continue;
            }
            let remedy = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected one of {}", known.join(", ")),
            };
            errors.push(self.error(key.span().start, "rule", format!("`{name}` is not a key of a rule"), remedy));
        }
    }

    fn fields(&self, value: &Spanned<DeValue<'_>>) -> Vec<(String, Origin)> {
        let Some(table) = value.get_ref().as_table() else {
            return Vec::new();
        };
        table.iter().map(|(key, value)| (key.get_ref().to_string(), self.origin(&value.span()))).collect()
    }

    fn origin(&self, span: &Range<usize>) -> Origin {
        let written = self.text.get(span.clone()).unwrap_or("");
        let fence = ["'''", "\"\"\"", "'", "\""]
            .into_iter()
            .find(|fence| written.starts_with(fence) && written.len() >= 2 * fence.len());
        let start = fence.map_or(0, |fence| {
            // A line break directly after an opening `"""` is not part of the text.
            let after = written.get(fence.len()..).unwrap_or("");
            let newline = if fence.len() == 3 && after.starts_with("\r\n") {
                2
            } else {
                usize::from(fence.len() == 3 && after.starts_with('\n'))
            };
            fence.len() + newline
        });
        let raw = fence.and_then(|fence| written.get(start..written.len() - fence.len()));
        let first = Place::of(self.text, span.start + start, self.name);
        Origin {
            at: Place::of(self.text, span.start, self.name),
            raw: raw.filter(|raw| !raw.contains('\\') || written.starts_with('\'')).map(str::to_owned),
            before: (first.line - 1, first.column - 1),
        }
    }
}

/// The parser's message on one line and in our words.
fn one_line(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    // What may be written in two forms has no message of its own in serde.
    if line.starts_with("data did not match") {
        return match line.rsplit(' ').next() {
            Some("Evidence") => "`evidence` is `strict`, `balanced`, `fast` or `{ method = …, level = … }`".to_owned(),
            Some("Globs") => "this is a name, or a list of names".to_owned(),
            _ => "this is a number, a text or a table of them".to_owned(),
        };
    }
    if let Some(key) = line.strip_prefix("missing field ") {
        return format!("the rule has no {key}");
    }
    match line.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(", expected ")) {
        Some((given, known)) => format!("{given} is not known here: expected {known}"),
        None => line,
    }
}

#[cfg(test)]
mod tests;
