//! A rule as its file says it (DESIGN §6): every key, its default and how it is written.
//!
//! Owns: the words of a rule. Refuses: whether its conditions make sense; `check` says that.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{RuleId, Scope};
use crate::domain::metric::Metric;

use super::window::Window;

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Money is being wasted.
    StopLoss,
    /// A creator may lose a level.
    Downgrade,
    /// Something promised is overdue or wrong.
    Late,
    /// A right ends while it is used.
    Rights,
    /// Far better than others.
    Opportunity,
}

impl Kind {
    /// The name in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopLoss => "stop_loss",
            Self::Downgrade => "downgrade",
            Self::Late => "late",
            Self::Rights => "rights",
            Self::Opportunity => "opportunity",
        }
    }
}

/// How large an audience is. Never called a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the words of the field; the edges are in the benchmark packs"
)]
pub enum Size {
    Nano,
    Micro,
    Mid,
    Macro,
    Mega,
}

/// Which subjects a rule speaks about; a missing key is every one. `*` in a name stands for any text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Where {
    /// Campaign ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Globs>,
    /// Creator ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Globs>,
    /// Brand ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Globs>,
    /// Platform names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Globs>,
    /// Sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Vec<Size>>,
}

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
            .ok_or_else(|| LengthError {
                given: given.to_owned(),
            })
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
        if secs == 0 {
            f.write_str("0h")
        } else {
            write!(f, "{secs}s")
        }
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
        let bad = || ForError {
            given: given.to_owned(),
        };
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
        let bad = || OnAbsentError {
            given: given.to_owned(),
        };
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

/// How far a rule may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is judged and recorded, nothing is said.
    #[default]
    Shadow,
    /// It tells and proposes; people decide.
    Propose,
    /// It tells and acts inside the guards.
    Auto,
}

/// Something a rule may do, or ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the closed list of DESIGN §8")]
pub enum Do {
    Notify,
    StopBoost,
    CutBoost,
    HoldNext,
    CancelNext,
    EndCode,
    CutLink,
    AskFix,
    AskMakeGood,
    Offer,
}

/// One step of the ladder after firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How long after firing.
    #[serde(default = "no_time")]
    pub after: Length,
    /// What.
    #[serde(rename = "do")]
    pub what: Do,
}

/// The statistics behind a verdict about luck.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Evidence {
    /// One of the three in DESIGN §6.
    Preset(Preset),
    /// Method and level spelled out.
    Custom(Custom),
}

/// Named evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the closed list of DESIGN §6")]
pub enum Preset {
    Strict,
    Balanced,
    Fast,
}

/// Evidence spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// How.
    pub method: Method,
    /// How sure, above 0 and below 1.
    pub level: f64,
}

/// How evidence is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the closed list of DESIGN §6")]
pub enum Method {
    Anytime,
    Posterior,
}

/// How a fire is called right or wrong afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeBy {
    /// By this metric.
    pub metric: Metric,
    /// This long after the fire.
    pub horizon: Length,
}

/// A case that a rule carries: what is given, and what must come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A claim.
    pub name: String,
    /// Readings held constant: a metric (`views`, `followers@twitch`) or one of the tables `target`, `own`, `prev`.
    #[serde(default)]
    pub given: BTreeMap<String, Given>,
    /// What must come of it.
    pub expect: Expect,
    /// Spend and orders by post, for evidence rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posts: Option<Vec<PostCase>>,
    /// Shape of the random effect, for evidence rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k: Option<f64>,
}

/// A value of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// A count, a share, a multiple.
    Number(f64),
    /// Money, `"270.00 EUR"`.
    Text(String),
    /// Values of `target`, `own` or `prev`.
    Table(BTreeMap<String, Given>),
}

/// One post of an evidence case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostCase {
    /// Money, `"30.00 EUR"`.
    pub spend: String,
    /// Orders credited to it.
    pub orders: u32,
}

/// What must come of a case once time has been stepped past `for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The rule fires.
    Fires,
    /// All numbers are there and the condition does not hold. `holds_back` says the same.
    #[serde(alias = "holds_back")]
    Quiet,
    /// A number is missing that would decide; nothing fires.
    Unknown,
}

impl Expect {
    /// The name in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fires => "fires",
            Self::Quiet => "quiet",
            Self::Unknown => "unknown",
        }
    }
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it is for.
    pub kind: Kind,
    /// What it is judged on.
    pub scope: Scope,
    /// Which of them.
    #[serde(default, rename = "where", skip_serializing_if = "is_default")]
    pub selects: Where,
    /// The condition.
    pub when: String,
    /// Weigh luck, instead of a plain threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What a bare metric is read over: as written, else `deal` for evidence and `7d` for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Judge matured spend.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mature: bool,
    /// How long the condition must hold.
    #[serde(default, rename = "for", skip_serializing_if = "is_default")]
    pub hold: For,
    /// When it is over; default: not `when`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<String>,
    /// What happens where a number is missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_absent: OnAbsent,
    /// How far back `own()` looks.
    #[serde(default = "own_default")]
    pub own: Length,
    /// How far it may go.
    #[serde(default)]
    pub mode: Mode,
    /// What follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Step>,
    /// Offer to take it back when late orders clear the line.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revive: bool,
    /// No second fire within this time of the last, both ends included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Length>,
    /// Fires per calendar day of the campaign's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_per_day: Option<u32>,
    /// How a fire is called right or wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeBy>,
    /// Its own cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<Case>,
}

impl Rule {
    /// The window in force.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window.unwrap_or(if self.evidence.is_some() {
            Window::Deal
        } else {
            Window::Days(7)
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn no_time() -> Length {
    Length::ZERO
}

fn own_default() -> Length {
    Length::hours(28 * 24)
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
            let want = if text.starts_with("last") {
                "last_good(2d)"
            } else {
                text
            };
            assert_eq!(read.to_string(), want);
        }
    }
}
