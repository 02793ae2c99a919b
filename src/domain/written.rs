//! How people write dates, moments, lengths of time, zones and shares in documents, and the types that prove they were well written.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Characters of somebody else's text that an error repeats.
const REPEATED_MAX: usize = 1_000;

/// Text out of a file as an error may repeat it: on one line, cut where it is endless, and without what a terminal would
/// obey. Whoever wrote the file must not write on the screen of whoever reads the error.
#[must_use]
pub fn repeated(text: &str) -> String {
    let mut shown = String::new();
    for (at, letter) in text.chars().enumerate() {
        match letter {
            _ if at == REPEATED_MAX => {
                shown.push('…');
                break;
            }
            '\n' | '\r' | '\t' => shown.push(' '),
            letter if letter.is_control() => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
}

/// An IANA zone that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Zone(String);

impl Zone {
    /// Checks the name.
    pub fn new(name: &str) -> Result<Self, String> {
        match TimeZone::get(name) {
            Ok(_) => Ok(Self(name.to_owned())),
            Err(_) => Err(format!("`{name}` is not an IANA time zone: write it like `Europe/Stockholm`")),
        }
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The rules of the zone.
    #[must_use]
    pub fn rules(&self) -> TimeZone {
        // It was found once; a machine whose zone data vanished meanwhile falls back to UTC.
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A length of time written `50s`, `10m`, `26h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Length(pub SignedDuration);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_length(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a length of time: write it like `50s`, `10m`, `26h` or `7d`"))
        })
    }
}

/// `90m` as a duration; at most 10 years.
#[must_use]
pub fn parse_length(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let unit = text.chars().last()?;
    let secs = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
    let total = number.checked_mul(secs)?;
    (0..=315_360_000).contains(&total).then(|| SignedDuration::from_secs(total))
}

/// A TOML date or the same as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Toml(toml::value::Datetime),
    Text(String),
}

impl Written {
    fn text(self) -> String {
        match self {
            Self::Toml(datetime) => datetime.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// A calendar day, in the zone of what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Written::deserialize(deserializer)?.text();
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom(format!("`{text}` is not a date: write it like 2026-03-01")))
    }
}

/// A wall-clock moment, in the zone of what it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Written::deserialize(deserializer)?.text();
        text.parse()
            .map(Self)
            .map_err(|_| D::Error::custom(format!("`{text}` is not a moment: write it like 2026-03-01T18:00")))
    }
}

/// A share written `10 %`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub Decimal);

impl Percent {
    /// As a fraction: 10 % is 0.1.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        self.0 / Decimal::ONE_HUNDRED
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} %", self.0))
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.strip_suffix('%')
            .and_then(|number| number.trim().parse().ok())
            .filter(|number| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(number))
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a share: write 0 to 100 like `10 %`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_repeats_is_one_short_line_that_commands_nothing() {
        assert_eq!(repeated("a\nb\t\u{1b}[2J\u{9b}ö"), "a b \\u{1b}[2J\\u{9b}ö");
        assert_eq!(repeated(&"x".repeat(5_000)).chars().count(), REPEATED_MAX + 1);
    }
}
