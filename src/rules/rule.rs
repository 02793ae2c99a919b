//! A rule as its file says it (DESIGN §6): every key, its default and how it is written.
//!
//! Owns: the words of a rule. Refuses: whether its conditions make sense; `check` says that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::consent::Release;
use crate::domain::ids::{GroupId, ProgramId, RuleId, Scope};
use crate::domain::metric::Metric;

pub use super::excuse::Cause;
pub use super::terms::{For, Globs, Length, OnAbsent};
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
#[expect(missing_docs, reason = "the words of the field; the edges are in the benchmark packs")]
pub enum Size {
    Nano,
    Micro,
    Mid,
    Macro,
    Mega,
}

impl Size {
    /// The name in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nano => "nano",
            Self::Micro => "micro",
            Self::Mid => "mid",
            Self::Macro => "macro",
            Self::Mega => "mega",
        }
    }
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

impl Do {
    /// The name in files, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::StopBoost => "stop_boost",
            Self::CutBoost => "cut_boost",
            Self::HoldNext => "hold_next",
            Self::CancelNext => "cancel_next",
            Self::EndCode => "end_code",
            Self::CutLink => "cut_link",
            Self::AskFix => "ask_fix",
            Self::AskMakeGood => "ask_make_good",
            Self::Offer => "offer",
        }
    }
}

impl Do {
    /// Whether it stops something, or a part of it.
    #[must_use]
    pub fn stops(self) -> bool {
        match self {
            Self::StopBoost | Self::CutBoost | Self::HoldNext | Self::CancelNext | Self::EndCode | Self::CutLink => {
                true
            }
            Self::Notify | Self::AskFix | Self::AskMakeGood | Self::Offer => false,
        }
    }
}

impl Mode {
    /// The name in files, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Propose => "propose",
            Self::Auto => "auto",
        }
    }

    /// The mode of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Shadow, Self::Propose, Self::Auto].into_iter().find(|mode| mode.as_str() == name)
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the closed list of DESIGN §6")]
pub enum Method {
    Anytime,
    Posterior,
}

impl Method {
    /// The name in files and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anytime => "anytime",
            Self::Posterior => "posterior",
        }
    }
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
    /// Readings held constant: a metric (`views`, `followers@twitch`) or one of the tables `target`, `own`, `prev`,
    /// `peers`, `rank`, `industry`.
    #[serde(default)]
    pub given: BTreeMap<String, Given>,
    /// What must come of it; of a series, at its end.
    pub expect: Expect,
    /// Numbers day by day, in place of constants (see [`super::rule_test::series`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub series: BTreeMap<String, String>,
    /// Where the rule must stand in the course of a series.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<super::rule_test::series::Standing>,
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
    /// Money, `"270.00 EUR"`, or a length of time, `"26h"`.
    Text(String),
    /// Values of a table.
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
    /// With whom `peers(x)`, `rank(x)` and small samples of `own(x)` compare, where it is not those alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
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
    /// Downgrade: of which programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramId>,
    /// Downgrade: the level whose criterion this is; the next lower one of the ladder is where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Downgrade: how long after the creator was told the level changes at the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Length>,
    /// Downgrade: how long a creator stays on a level at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Length>,
    /// When the client's rooms are shown what it tells; as the brand says where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// What it finds lies with the brand, and does not count against its creators meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
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
        self.window.unwrap_or(if self.evidence.is_some() { Window::Deal } else { Window::Days(7) })
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
