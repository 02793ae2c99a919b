//! The small languages inside a rule: patterns, lengths of time, `for`, `on_absent`.
//!
//! Owns: how each is written; all of them print as they are read. Refuses: what they lead to.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// One pattern or several of which one must fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Globs {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Globs {
    /// Each pattern.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(glob) => std::slice::from_ref(glob),
            Self::Any(globs) => globs.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }

    /// Whether one of the patterns fits. What has no name fits nothing.
    #[must_use]
    pub fn fit(&self, name: Option<&str>) -> bool {
        let Some(name) = name else { return false };
        match self {
            Self::One(glob) => glob_fits(glob, name),
            Self::Any(globs) => globs.iter().any(|glob| glob_fits(glob, name)),
        }
    }
}

/// `*` stands for any text, everything else for itself. Linear: each star takes the earliest place that fits.
fn glob_fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

/// A length of time as rules write it: `90m`, `24h`, `7d`, `4w`. A day is 24 hours here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length(SignedDuration);

impl Length {
    /// No time at all.
    pub const ZERO: Self = Self(SignedDuration::ZERO);

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(SignedDuration::from_hours(hours))
    }

    /// As a duration.
    #[must_use]
    pub fn get(self) -> SignedDuration {
        self.0
    }

    /// Whether it is no time at all.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

/// Text that is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a length of time: write `90m`, `24h`, `7d` or `4w`")]
pub struct LengthError {
    /// What was given.
    pub given: String,
}

impl FromStr for Length {
    type Err = LengthError;
    fn from_str(given: &str) -> Result<Self, LengthError> {
        const UNITS: [(char, i64); 5] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];
        UNITS
            .iter()
            .find_map(|(unit, secs)| {
                let digits = given.trim().strip_suffix(*unit)?;
                // Ten years is longer than any campaign and far from overflow.
                let number: u32 = digits.parse().ok()?;
                let total = i64::from(number).checked_mul(*secs)?;
                (total <= 10 * 366 * 86_400).then(|| Self(SignedDuration::from_secs(total)))
            })
            .ok_or_else(|| LengthError { given: given.to_owned() })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();
        for (unit, size) in [('d', 86_400), ('h', 3_600), ('m', 60)] {
            // `24h` stays hours: people write days from two on.
            let enough = if unit == 'd' { 2 * size } else { size };
            if secs >= enough && secs % size == 0 {
                return write!(f, "{}{unit}", secs / size);
            }
        }
        if secs == 0 { f.write_str("0h") } else { write!(f, "{secs}s") }
    }
}

impl TryFrom<String> for Length {
    type Error = LengthError;
    fn try_from(given: String) -> Result<Self, LengthError> {
        given.parse()
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        length.to_string()
    }
}

/// How long a condition must hold before the rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum For {
    /// This long, as seen from poll to poll.
    Time(Length),
    /// The last so many complete windows each.
    Windows(u32),
}

/// Text that does not say how long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` does not say how long: write a length of time like `24h`, or `2 windows`")]
pub struct ForError {
    /// What was given.
    pub given: String,
}

/// The most windows a condition may have to hold for. A year of days; each costs a reading per poll.
pub const WINDOWS_MAX: u32 = 366;

impl FromStr for For {
    type Err = ForError;
    fn from_str(given: &str) -> Result<Self, ForError> {
        let bad = || ForError { given: given.to_owned() };
        let words: Vec<&str> = given.split_whitespace().collect();
        match words.as_slice() {
            [count, "windows" | "window"] => match count.parse() {
                Ok(count) if (1..=WINDOWS_MAX).contains(&count) => Ok(Self::Windows(count)),
                _ => Err(bad()),
            },
            [length] => length.parse().map(Self::Time).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for For {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(length) => write!(f, "{length}"),
            Self::Windows(count) => write!(f, "{count} windows"),
        }
    }
}

impl TryFrom<String> for For {
    type Error = ForError;
    fn try_from(given: String) -> Result<Self, ForError> {
        given.parse()
    }
}

impl From<For> for String {
    fn from(hold: For) -> Self {
        hold.to_string()
    }
}

impl Default for For {
    fn default() -> Self {
        Self::Time(Length::ZERO)
    }
}

/// What happens where a number is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OnAbsent {
    /// Nothing moves.
    #[default]
    Hold,
    /// Nothing moves, and it is told once.
    Tell,
    /// The last known numbers count, while they are no older than this.
    LastGood(Length),
}

/// Text that does not say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` does not say what to do about missing numbers: write `hold`, `tell` or `last_good(48h)`")]
pub struct OnAbsentError {
    /// What was given.
    pub given: String,
}

impl FromStr for OnAbsent {
    type Err = OnAbsentError;
    fn from_str(given: &str) -> Result<Self, OnAbsentError> {
        let bad = || OnAbsentError { given: given.to_owned() };
        match given.trim() {
            "hold" => Ok(Self::Hold),
            "tell" => Ok(Self::Tell),
            other => other
                .strip_prefix("last_good(")
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(|length| length.parse().ok())
                .map(Self::LastGood)
                .ok_or_else(bad),
        }
    }
}

impl fmt::Display for OnAbsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold => f.write_str("hold"),
            Self::Tell => f.write_str("tell"),
            Self::LastGood(length) => write!(f, "last_good({length})"),
        }
    }
}

impl TryFrom<String> for OnAbsent {
    type Error = OnAbsentError;
    fn try_from(given: String) -> Result<Self, OnAbsentError> {
        given.parse()
    }
}

impl From<OnAbsent> for String {
    fn from(on_absent: OnAbsent) -> Self {
        on_absent.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_names() {
        for (glob, name, want) in [
            ("spring-*", "spring-2026", true),
            ("spring-*", "late-spring-1", false),
            ("*", "anything", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("ab*ba", "aba", false),
            ("spring", "spring", true),
            ("spring", "springs", false),
        ] {
            assert_eq!(glob_fits(glob, name), want, "{glob} {name}");
        }
        assert!(!Globs::One("*".to_owned()).fit(None));
    }

    #[test]
    fn lengths_print_as_they_are_read() {
        for text in ["90m", "24h", "7d", "0h", "36h", "28d", "45s"] {
            assert_eq!(text.parse::<Length>().expect("a length").to_string(), text);
        }
        for text in ["", "h", "-1h", "1.5h", "7 days", "99999999d", "4294967296s"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_small_languages_print_as_they_are_read() {
        for text in ["2 windows", "24h", "1 windows"] {
            assert_eq!(text.parse::<For>().expect("how long").to_string(), text);
        }
        assert_eq!("1 window".parse(), Ok(For::Windows(1)));
        assert!("0 windows".parse::<For>().is_err());
        for text in ["hold", "tell", "last_good(48h)"] {
            let read: OnAbsent = text.parse().expect("what to do");
            let want = if text.starts_with("last") { "last_good(2d)" } else { text };
            assert_eq!(read.to_string(), want);
        }
    }
}
