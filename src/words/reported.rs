//! Numbers that a creator typed in themselves: how they are read, and what is said of them.
//!
//! They are marked wherever they are shown, and nothing is done by itself because of them.

use super::message::Message;
use super::number;
use super::phrase::{self, block, line};
use super::replies::short;
use super::wording::{Reader, say};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::num;

/// What of a post can be told by hand, with the words people use; the metric's own name goes as well.
const WORDS: [(Metric, &[&str]); 9] = [
    (Metric::Views, &["view", "plays", "visningar"]),
    (Metric::Reach, &["räckvidd"]),
    (Metric::Impressions, &["exponeringar"]),
    (Metric::Likes, &["like", "gillningar"]),
    (Metric::Comments, &["comment", "kommentarer"]),
    (Metric::Shares, &["share", "delningar"]),
    (Metric::Saves, &["save", "saved", "sparade"]),
    (Metric::Clicks, &["click", "klick"]),
    (Metric::StoryLinkTaps, &["taps", "link-taps", "länktryck"]),
];

/// More than anything was ever seen: a slip of the finger.
const MOST: i64 = 100_000_000_000;

/// Numbers of one report.
const NUMBERS_MAX: usize = 9;

/// Why numbers could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Nothing was given.
    Nothing,
    /// It is no number that can be told by hand.
    Metric {
        /// What.
        given: String,
    },
    /// It is no whole number.
    Value {
        /// Of what.
        of: String,
        /// What.
        given: String,
    },
}

fn metric(word: &str) -> Option<Metric> {
    let word = word.to_lowercase();
    let word = word.trim_end_matches([':', '=']);
    let fits = |row: &&(Metric, &[&str])| row.0.as_str() == word || row.1.contains(&word);
    WORDS.iter().find(fits).map(|row| row.0)
}

/// `48200`, `48,200`, `48 200`, `48.2k`, `1,2m`.
fn value(given: &str) -> Option<i64> {
    let text: String = given.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect();
    let (bare, times) = match text.strip_suffix(['k', 'm']) {
        Some(bare) => (bare, if text.ends_with('k') { 1_000 } else { 1_000_000 }),
        None => (text.as_str(), 1),
    };
    if bare.is_empty() || !bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'')) {
        return None;
    }
    let groups: Vec<&str> = bare.split(['.', ',', '\'']).collect();
    let value = match groups.as_slice() {
        [whole] => whole.parse::<i64>().ok()?.checked_mul(times)?,
        // `48.2k`: a fraction only where it is rounded anyway.
        [whole, part] if 1 < times && part.len() < 3 => {
            let digits = format!("{whole}{part}").parse::<i64>().ok()?;
            let scale = 10_i64.checked_pow(u32::try_from(part.len()).ok()?)?;
            digits.checked_mul(times)?.checked_div(scale)?
        }
        [_, rest @ ..] if rest.iter().all(|group| group.len() == 3) => {
            groups.concat().parse::<i64>().ok()?.checked_mul(times)?
        }
        _ => return None,
    };
    (0..=MOST).contains(&value).then_some(value)
}

/// Reads `views 48200 reach 31 000`: a name, then its number.
///
/// # Errors
///
/// The first thing that cannot be read.
pub fn read(text: &str) -> Result<Vec<(Metric, i64)>, Unread> {
    let mut found: Vec<(Metric, i64)> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let metric = metric(word).ok_or_else(|| Unread::Metric { given: word.to_owned() })?;
        let mut given = String::new();
        while let Some(next) = words.next_if(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            given.push_str(next);
        }
        let value = value(&given).ok_or_else(|| Unread::Value { of: word.to_owned(), given: given.clone() })?;
        found.retain(|one| one.0 != metric);
        found.push((metric, value));
        if NUMBERS_MAX < found.len() {
            return Err(Unread::Nothing);
        }
    }
    if found.is_empty() { Err(Unread::Nothing) } else { Ok(found) }
}

/// What came of a report. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum ReportTold {
    /// Kept; `known`: what the platform itself tells, and was not needed.
    Kept { what: String, platform: Platform, kept: Vec<(Metric, i64)>, known: Vec<Metric> },
    /// The platform tells all of it itself.
    Known { what: String, platform: Platform },
    /// The picture is missing.
    NoPicture { line: String },
    /// There is no such piece.
    NoPiece { given: String },
    /// It is not out yet.
    NotOut { what: String },
    /// It could not be read.
    Unread { unread: Unread },
}

impl ReportTold {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let title = |metric: &Metric| number::title(reader, *metric, None);
        let text = match self {
            Self::Kept { what, platform, kept, known } => {
                let platform = number::platform(reader, *platform);
                let values =
                    kept.iter().map(|(metric, value)| number::value(reader, *metric, num::f64_of(*value), None));
                let values = values.collect::<Vec<_>>().join(", ");
                let known = known.iter().map(title).collect::<Vec<_>>().join(", ");
                let known = if known.is_empty() { "none".to_owned() } else { known };
                say!(words, "report-kept", what = what.as_str(), values = values, platform = platform, known = known)
            }
            Self::Known { what, platform } => {
                say!(words, "report-known", what = what.as_str(), platform = number::platform(reader, *platform))
            }
            Self::NoPicture { line } => {
                // To be copied, so whole; nobody reports more than fits here.
                let line: String = line.chars().take(200).collect();
                say!(words, "report-no-picture", line = line)
            }
            Self::NoPiece { given } => say!(words, "report-no-piece", given = phrase::short_name(given)),
            Self::NotOut { what } => say!(words, "report-not-out", what = what.as_str()),
            Self::Unread { unread } => match unread {
                Unread::Nothing => say!(words, "report-nothing"),
                Unread::Metric { given } => say!(words, "report-metric", given = phrase::short_name(given)),
                Unread::Value { of, given } => {
                    let given = if given.is_empty() { "none" } else { given.as_str() };
                    say!(words, "report-value", of = phrase::short_name(of), given = phrase::short_name(given))
                }
            },
        };
        let mut lines = text.lines();
        let mut message = short(lines.next().unwrap_or_default().to_owned());
        message.blocks.extend(block(0, lines.map(line).collect()));
        message
    }
}

/// To whom it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// To the creator who typed it in.
    Yours,
    /// To others.
    Theirs {
        /// What a rule would have done by itself waits for a person because of it.
        waits: bool,
    },
}

/// That some of what is shown was typed in by the creator. Nothing where none was.
#[must_use]
pub fn mark(metrics: &[Metric], whose: Whose, reader: &Reader) -> Option<String> {
    if metrics.is_empty() {
        return None;
    }
    let names: Vec<String> = metrics.iter().map(|metric| number::title(reader, *metric, None)).collect();
    let waits = match whose {
        Whose::Theirs { waits: true } => "waits",
        Whose::Theirs { waits: false } => "no",
        Whose::Yours => "yours",
    };
    Some(say!(reader.words(), "report-mark", names = names.join(", "), waits = waits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_phones_show_them() {
        for (text, want) in [
            ("views 48200 reach 31000", vec![(Metric::Views, 48_200), (Metric::Reach, 31_000)]),
            ("Views: 48,200", vec![(Metric::Views, 48_200)]),
            ("visningar 48 200 gillningar 12", vec![(Metric::Views, 48_200), (Metric::Likes, 12)]),
            ("views 48.2k", vec![(Metric::Views, 48_200)]),
            ("views 1,2M", vec![(Metric::Views, 1_200_000)]),
            ("views 1.234.567", vec![(Metric::Views, 1_234_567)]),
            ("views 1 views 2", vec![(Metric::Views, 2)]),
        ] {
            assert_eq!(read(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        let given = |text: &str| text.to_owned();
        for (text, want) in [
            ("", Unread::Nothing),
            ("spend 40", Unread::Metric { given: given("spend") }),
            ("views", Unread::Value { of: given("views"), given: given("") }),
            ("views many", Unread::Value { of: given("views"), given: given("") }),
            ("views 48.2", Unread::Value { of: given("views"), given: given("48.2") }),
            ("views 999999999999999", Unread::Value { of: given("views"), given: given("999999999999999") }),
        ] {
            assert_eq!(read(text), Err(want), "{text}");
        }
    }
}
