//! What a campaign was planned to take, and working hours as people tell them.
//!
//! Hours stand in no source: somebody tells them with `note spring 6.5 h editing #hours`. What is told is the beginning of
//! the text; the rest says what it was for. Refuses: a guess. A note whose beginning is no time is counted as one that could
//! not be read, and nobody's hours are none.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::money::{self, Money};

/// Tags under which hours are told, in any of the languages.
pub const TAGS: [&str; 4] = ["hours", "hour", "timmar", "tid"];

/// The most hours that one note can tell: a year of everybody in a team of ten.
const HOURS_MAX: Decimal = Decimal::from_parts(20_000, 0, 0, false, 0);

/// What a campaign was planned to take. Everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effort {
    /// What it was planned to cost, net of VAT, in the brand's currency; what its deals add up to where it is not said.
    #[serde(default, with = "money::text::option", skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// The working hours it was planned to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Decimal>,
}

impl Effort {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What cannot be, as a sentence.
    #[must_use]
    pub fn misfit(&self) -> Option<String> {
        let below = |name: &str| Some(format!("the planned {name} is below zero; leave it out where there is no plan"));
        if self.cost.is_some_and(|cost| cost.minor < 0) {
            return below("cost");
        }
        if self.hours.is_some_and(|hours| hours < Decimal::ZERO) {
            return below("number of hours");
        }
        None
    }
}

/// Whether a note with this tag tells hours.
#[must_use]
pub fn is_hours(tag: &str) -> bool {
    TAGS.contains(&tag.to_lowercase().as_str())
}

/// The hours that a note tells, to a hundredth: `6.5`, `6,5 h editing`, `2h 30m`, `90 min`, `7:45`. `None`: its beginning
/// is no time, or more than anybody works.
#[must_use]
pub fn told(text: &str) -> Option<Decimal> {
    let text = text.trim().to_lowercase();
    let (first, rest) = number(&text)?;
    let hours = if let Some(clock) = rest.strip_prefix(':') {
        let (minutes, _) = number(clock).filter(|(minutes, _)| *minutes < Decimal::from(60))?;
        first.checked_add(minutes.checked_div(Decimal::from(60))?)?
    } else {
        let (unit, rest) = word(rest);
        match unit {
            "m" | "min" | "mins" | "minutes" | "minut" | "minuter" => first.checked_div(Decimal::from(60))?,
            _ => {
                let more = number(rest).and_then(|(minutes, rest)| {
                    let is_minutes = matches!(word(rest).0, "m" | "min" | "mins" | "minutes" | "minuter");
                    is_minutes.then(|| minutes.checked_div(Decimal::from(60))).flatten()
                });
                first.checked_add(more.unwrap_or_default())?
            }
        }
    };
    let hours = hours.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize();
    (Decimal::ZERO < hours && hours <= HOURS_MAX).then_some(hours)
}

/// A number at the beginning, and what comes behind it.
fn number(text: &str) -> Option<(Decimal, &str)> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    // A full stop or a comma behind the number ends a sentence.
    let digits = digits.trim_end_matches(['.', ',']).replace(',', ".");
    digits.parse().ok().map(|value| (value, rest))
}

/// The word at the beginning, and what comes behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hours_are_read_as_people_tell_them() {
        for (text, wanted) in [
            ("6.5", Some("6.5")),
            ("6,5 h editing the second cut", Some("6.5")),
            ("2h 30m calls", Some("2.5")),
            ("2 h 3 revisions", Some("2")),
            ("90 min", Some("1.5")),
            ("7:45 shooting", Some("7.75")),
            ("3 timmar möten", Some("3")),
            ("4.", Some("4")),
            ("20 minuter", Some("0.33")),
            ("all day", None),
            ("0", None),
            ("-3", None),
            ("7:75", None),
            ("99999999", None),
            ("", None),
        ] {
            assert_eq!(told(text).map(|hours| hours.to_string()).as_deref(), wanted, "{text}");
        }
        assert!(is_hours("Hours") && is_hours("tid") && !is_hours("roadblock"));
    }

    #[test]
    fn a_plan_below_nothing_is_none() {
        let hours = Effort { hours: Some(Decimal::NEGATIVE_ONE), ..Effort::default() };
        assert!(hours.misfit().is_some_and(|what| what.contains("hours")));
        assert_eq!(Effort { hours: Some(Decimal::from(40)), ..Effort::default() }.misfit(), None);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(text in ".{0,60}") {
            if let Some(hours) = told(&text) {
                prop_assert!(Decimal::ZERO < hours && hours <= HOURS_MAX);
            }
        }
    }
}
