//! What is said about others: whom a number was compared with, one's place among them, what is published.
//!
//! Owns: that a creator hears of others only where five or more are in the group, and never which group it is.

use serde::{Deserialize, Serialize};

use super::message::Line;
use super::number;
use super::phrase::line;
use super::wording::{Reader, say};
use crate::domain::ids::Platform;
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Currency;
use crate::rules::benchmark::group::{MadeBy, SHOWN_MIN};
use crate::rules::benchmark::pack::{Head, Per, Statistic};
use crate::rules::eval::Gap;

/// What of others is in a comparison; nothing in most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// Whom it was compared with, or drawn towards.
    pub compared: Option<Compared>,
    /// The left side is a place among them.
    pub place: Option<Place>,
    /// The own past was a small sample, and drawn towards theirs.
    pub drawn: Option<Drawn>,
    /// The published figure it was compared with, or that stands beside it.
    pub industry: Option<Cited>,
    /// Why there is nobody, or nothing, to compare with.
    pub missing: Option<Gap>,
}

/// A comparable group without the judged one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What it is called.
    pub group: String,
    /// What makes it one.
    pub made_by: MadeBy,
    /// Others with a number.
    pub others: u32,
    /// How many creators they are of.
    pub creators: u32,
    /// Others without.
    pub absent: u32,
}

/// A place among others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// By what.
    pub metric: Metric,
    /// Only as this platform counts it.
    pub platform: Option<Platform>,
    /// What the judged one has.
    pub value: f64,
    /// Its currency, where it is money.
    pub currency: Option<Currency>,
    /// Others that have less.
    pub below: u32,
    /// Others there are.
    pub others: u32,
}

/// What a small sample was made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The middle of the own windows.
    pub raw: f64,
    /// The middle of the others'.
    pub toward: f64,
}

/// A published figure with all that a citation needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cited {
    /// The figure; money in minor units.
    pub value: f64,
    /// Where it is published, of whom, for which year.
    pub pack: Head,
    /// Over what it was counted.
    pub per: Option<Per>,
}

impl Beside {
    /// Whether a creator may be shown a comparison with these others.
    pub(crate) fn is_for_creators(&self) -> bool {
        let enough = self.compared.as_ref().is_none_or(|compared| SHOWN_MIN <= compared.creators);
        enough && self.place.is_none_or(|place| is_shown(place.metric))
    }

    /// Lines under a comparison. `team`: the reader may know which group it is.
    pub(crate) fn lines(&self, team: bool, bare: &dyn Fn(f64) -> String, reader: &Reader) -> Vec<Line> {
        let words = reader.words();
        let mut lines = Vec::new();
        if let Some(drawn) = &self.drawn {
            let others = self.compared.as_ref().map_or(0, |compared| compared.others);
            let (raw, toward) = (bare(drawn.raw), bare(drawn.toward));
            lines.push(say!(words, "own-drawn", raw = raw, toward = toward, others = others));
        }
        if let Some(compared) = self.compared.as_ref().filter(|_| team) {
            lines.push(say!(
                words,
                "compared-with",
                group = compared.name(reader),
                others = compared.others,
                absent = compared.absent,
            ));
        }
        if let Some(cited) = &self.industry {
            lines.push(say!(words, "industry-beside", value = bare(cited.value), source = cited.source(reader)));
        }
        lines.into_iter().map(|text| line(format!("   {text}"))).collect()
    }

    /// Why nothing could be compared, where that is the rule's own reason and no source's.
    pub(crate) fn missing_text(&self, reader: &Reader) -> Option<String> {
        let words = reader.words();
        match self.missing? {
            Gap::NoGroup => Some(say!(words, "gap-no-group")),
            Gap::TooFewPeers => {
                let creators = self.compared.as_ref().map_or(0, |compared| compared.creators);
                Some(say!(words, "gap-too-few-peers", count = creators))
            }
            Gap::NoFigure => Some(say!(words, "gap-no-figure")),
            _ => None,
        }
    }
}

/// Whether a creator may see this number of their own: never money.
pub(crate) fn is_shown(metric: Metric) -> bool {
    match metric.unit() {
        Unit::Count | Unit::Seconds | Unit::Share(_) => true,
        Unit::Money | Unit::MoneyPer(_) | Unit::Multiple => false,
    }
}

impl Compared {
    /// What makes them comparable: `spring · Instagram · reel · micro`, or the name somebody gave them.
    pub(crate) fn name(&self, reader: &Reader) -> String {
        match &self.made_by {
            MadeBy::Named { .. } => format!("“{}”", self.group),
            MadeBy::Alike { campaign, platform, format, size } => {
                let size = say!(reader.words(), "size-name", size = size.as_str());
                let parts = [
                    campaign.as_ref().map(ToString::to_string),
                    Some(number::platform(reader, *platform)),
                    format.clone(),
                    Some(size),
                ];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
            }
        }
    }
}

impl Place {
    /// `1.2 % engagements per view, above 2 of 14 similar creators`.
    pub(crate) fn text(&self, reader: &Reader) -> String {
        let value = number::value(reader, self.metric, self.value, self.currency);
        say!(reader.words(), "place-seen", value = value, below = self.below, others = self.others)
    }

    /// A place by the share of others that have less.
    pub(crate) fn worded(&self, reader: &Reader, share: f64) -> String {
        let (share, title) = (number::percent(reader.locale, share), number::title(reader, self.metric, self.platform));
        say!(reader.words(), "place-worded", share = share, title = title)
    }
}

impl Cited {
    /// `average of creators, per post; Publication 2025, n not published`.
    pub(crate) fn source(&self, reader: &Reader) -> String {
        let words = reader.words();
        let statistic = match self.pack.statistic {
            Statistic::Median => "median",
            Statistic::Average => "average",
        };
        let per = match self.per {
            Some(Per::Post) => "post",
            None => "none",
        };
        let sample = match self.pack.sample.and_then(|sample| i64::try_from(sample).ok()) {
            Some(sample) => say!(words, "industry-sample", count = number::count(reader.locale, sample)),
            None => say!(words, "industry-no-sample"),
        };
        let of = say!(words, "industry-of", statistic = statistic, of = self.pack.of.as_str(), per = per);
        format!("{of}; {}, {sample}", self.pack.source)
    }
}
