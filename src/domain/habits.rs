//! How a room wants to be told: when it sleeps, what it wants to hear, when its digest comes, who is told next.
//!
//! Owns: quiet hours in a zone (daylight saving right), the closed list of topics and how loud each is. Refuses: deciding
//! what becomes of a delivery; whoever tells asks here.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::ids::{PersonId, RoomId};

/// What was given is not what it should be; the sentence says how it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {what}")]
pub struct HabitError {
    /// What was given.
    pub given: String,
    /// What it should have been, and how that is written.
    pub what: &'static str,
}

/// A time of day, `08:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayTime(Time);

impl DayTime {
    /// When a digest comes where nobody named an hour: before the first meeting, after the first coffee.
    pub const MORNING: Self = Self(Time::constant(8, 0, 0, 0));

    /// The instant of this time on a day. What falls into a gap comes right after it, what falls into a fold the first time.
    #[must_use]
    pub fn on(self, day: Date, zone: &TimeZone) -> Option<Timestamp> {
        day.to_datetime(self.0).to_zoned(zone.clone()).ok().map(|at| at.timestamp())
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl FromStr for DayTime {
    type Err = HabitError;
    fn from_str(given: &str) -> Result<Self, HabitError> {
        let bad = || HabitError { given: given.to_owned(), what: "a time of day: write it like `08:00`" };
        let (hour, minute) = given.trim().split_once(':').unwrap_or((given.trim(), "00"));
        let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(hour) || !digits(minute) {
            return Err(bad());
        }
        let read = |text: &str| text.parse::<i8>().map_err(|_| bad());
        Time::new(read(hour)?, read(minute)?, 0, 0).map(Self).map_err(|_| bad())
    }
}

/// Hours in which nobody wants to be woken, `22:00-07:00` on the wall of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: DayTime,
    until: DayTime,
}

impl QuietHours {
    /// When the quiet hours end that this instant is in; `None` outside of them. An end that falls into a gap of the clock
    /// is the first instant after it, one that comes twice is its first.
    #[must_use]
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned(zone.clone()).date();
        let spans = [today.yesterday().ok(), Some(today)].into_iter().flatten().filter_map(|day| {
            let last = if self.from < self.until { day } else { day.tomorrow().ok()? };
            Some((self.from.on(day, zone)?, self.until.on(last, zone)?))
        });
        spans.filter(|(from, until)| *from <= now && now < *until).map(|(_, until)| until).max()
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.until)
    }
}

impl FromStr for QuietHours {
    type Err = HabitError;
    fn from_str(given: &str) -> Result<Self, HabitError> {
        let bad = || HabitError { given: given.to_owned(), what: "quiet hours: write them like `22:00-07:00`" };
        let (from, until) = given.split_once(['-', '–']).ok_or_else(bad)?;
        let read = |text: &str| text.parse::<DayTime>().map_err(|_| bad());
        let hours = Self { from: read(from)?, until: read(until)? };
        // From eight to eight would be always, or never.
        if hours.from == hours.until { Err(bad()) } else { Ok(hours) }
    }
}

/// What a room can be told about. A new kind of notice names its topic here, or belongs to nobody's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Money is being lost.
    StopLoss,
    /// A piece, a proof or a report is overdue.
    Late,
    /// A right is missing or ends.
    Rights,
    /// It lies with the brand: shop, stock, price, link.
    Cause,
    /// A level may be lost.
    Downgrade,
    /// Something goes better than expected.
    Opportunity,
    /// A creator is asked for something.
    Ask,
    /// A rule that has watched long enough.
    Rule,
    /// The program's own troubles.
    Trouble,
    /// The summary of the morning.
    Digest,
}

impl Topic {
    /// Every topic, the heaviest first.
    pub const ALL: [Self; 10] = [
        Self::StopLoss,
        Self::Late,
        Self::Rights,
        Self::Cause,
        Self::Downgrade,
        Self::Opportunity,
        Self::Ask,
        Self::Rule,
        Self::Trouble,
        Self::Digest,
    ];

    /// The name in commands, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopLoss => "stop_loss",
            Self::Late => "late",
            Self::Rights => "rights",
            Self::Cause => "cause",
            Self::Downgrade => "downgrade",
            Self::Opportunity => "opportunity",
            Self::Ask => "ask",
            Self::Rule => "rule",
            Self::Trouble => "trouble",
            Self::Digest => "digest",
        }
    }

    /// What somebody typed.
    #[must_use]
    pub fn named(given: &str) -> Option<Self> {
        let wanted = given.trim().to_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|one| one.as_str() == wanted)
    }

    /// Whether somebody must hear of it: of money that is lost, of what stops the program from seeing it, and of what
    /// creators are owed a word on.
    #[must_use]
    pub fn must_be_heard(self) -> bool {
        match self {
            Self::StopLoss | Self::Late | Self::Rights | Self::Cause | Self::Trouble => true,
            Self::Downgrade | Self::Opportunity | Self::Ask | Self::Rule | Self::Digest => false,
        }
    }
}

/// How a topic is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// As it comes.
    On,
    /// Without a sound.
    Silent,
    /// Not at all; the journal says what was not told.
    Off,
}

impl Loudness {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::On, Self::Silent, Self::Off];

    /// The name in commands, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Silent => "silent",
            Self::Off => "off",
        }
    }

    /// What somebody typed, in English or Swedish.
    #[must_use]
    pub fn named(given: &str) -> Option<Self> {
        match given.trim().to_lowercase().as_str() {
            "on" | "på" => Some(Self::On),
            "silent" | "tyst" => Some(Self::Silent),
            "off" | "av" => Some(Self::Off),
            _ => None,
        }
    }
}

/// Whom an alert is told next that nobody takes: `room/leads` or `person/maja`; a bare id is a room's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relay {
    /// A room.
    Room(RoomId),
    /// A person, in their direct message.
    Person(PersonId),
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(id) => write!(f, "room/{id}"),
            Self::Person(id) => write!(f, "person/{id}"),
        }
    }
}

impl FromStr for Relay {
    type Err = HabitError;
    fn from_str(given: &str) -> Result<Self, HabitError> {
        let bad = || HabitError { given: given.to_owned(), what: "room/ID or person/ID" };
        match given.split_once('/') {
            Some(("person", id)) => PersonId::new(id).map(Self::Person).map_err(|_| bad()),
            Some(("room", id)) => RoomId::new(id).map(Self::Room).map_err(|_| bad()),
            Some(_) => Err(bad()),
            None => RoomId::new(given).map(Self::Room).map_err(|_| bad()),
        }
    }
}

/// Written and read as text.
macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

as_text! { DayTime QuietHours Relay }

/// What a room has settled about being told, beside its quiet hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// In quiet hours critical alerts make a sound all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub loud: bool,
    /// When the digest comes, as the documents say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<DayTime>,
    /// What was chosen in chat; what is not here is as it comes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<Topic, Loudness>,
    /// After so many seconds without anybody an alert is told to the next in [`Self::escalate_to`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate_after_secs: Option<i64>,
    /// Who is told next, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escalate_to: Vec<Relay>,
}

impl Habits {
    /// When an alert is told to the next, where this room says so.
    #[must_use]
    pub fn escalate_after(&self) -> Option<SignedDuration> {
        self.escalate_after_secs.map(SignedDuration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Stockholm").expect("a zone")
    }

    #[track_caller]
    fn check(hours: &str, now: &str, want: Option<&str>) {
        let hours: QuietHours = hours.parse().expect("quiet hours");
        let now: Timestamp = now.parse().expect("an instant");
        let want: Option<Timestamp> = want.map(|at| at.parse().expect("an instant"));
        assert_eq!(hours.end(now, &zone()), want, "{hours} at {now}");
    }

    #[test]
    fn quiet_hours_reach_over_midnight_and_end_to_the_minute() {
        // Winter: one hour ahead of UTC.
        check("22:00-07:00", "2026-03-02T20:59:59Z", None);
        check("22:00-07:00", "2026-03-02T21:00:00Z", Some("2026-03-03T06:00:00Z"));
        check("22:00-07:00", "2026-03-03T05:59:59Z", Some("2026-03-03T06:00:00Z"));
        check("22:00-07:00", "2026-03-03T06:00:00Z", None);
        check("12:00-13:30", "2026-03-03T11:45:00Z", Some("2026-03-03T12:30:00Z"));
        check("12:00-13:30", "2026-03-03T10:59:00Z", None);
    }

    #[test]
    fn a_night_with_a_change_of_the_clock_is_an_hour_shorter_or_longer() {
        // 29 March 2026: 02:00 becomes 03:00.
        check("22:00-07:00", "2026-03-28T21:30:00Z", Some("2026-03-29T05:00:00Z"));
        // 25 October 2026: 03:00 becomes 02:00.
        check("22:00-07:00", "2026-10-24T21:30:00Z", Some("2026-10-25T06:00:00Z"));
        // An end that is not on the wall comes right after the gap, one that is there twice comes once.
        check("22:00-02:30", "2026-03-28T22:00:00Z", Some("2026-03-29T01:30:00Z"));
        check("22:00-02:30", "2026-10-24T22:00:00Z", Some("2026-10-25T00:30:00Z"));
        check("22:00-02:30", "2026-10-25T01:15:00Z", None);
    }

    #[test]
    fn what_is_no_span_is_refused_with_how_to_write_it() {
        for wrong in ["", "22", "22:00", "22:00-22:00", "25:00-07:00", "22:00-07:61", "-1:00-07:00", "ten-seven"] {
            let error = wrong.parse::<QuietHours>().expect_err(wrong);
            assert_eq!(error.to_string(), format!("`{wrong}` is not quiet hours: write them like `22:00-07:00`"));
        }
        assert_eq!("22-7".parse::<QuietHours>().expect("short").to_string(), "22:00-07:00");
        assert_eq!("22:00 – 07:00".parse::<QuietHours>().expect("spaced").to_string(), "22:00-07:00");
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for topic in Topic::ALL {
            assert_eq!(Topic::named(&topic.as_str().replace('_', "-").to_uppercase()), Some(topic));
        }
        for loudness in Loudness::ALL {
            assert_eq!(Loudness::named(loudness.as_str()), Some(loudness));
        }
        for (given, want) in [("leads", "room/leads"), ("room/leads", "room/leads"), ("person/maja", "person/maja")] {
            assert_eq!(given.parse::<Relay>().expect("a relay").to_string(), want);
        }
        assert!("team/leads".parse::<Relay>().is_err());
    }
}
