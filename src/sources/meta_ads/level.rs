//! What an object of an ad account is, and the piece of its days that one question asks for.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;

use super::super::json::Garbled;
use super::insights::Row;

/// What an object of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Campaign,
    AdSet,
    Ad,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Campaign, Self::AdSet, Self::Ad];

    pub fn word(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::AdSet => "adset",
            Self::Ad => "ad",
        }
    }

    pub fn edge(self) -> &'static str {
        match self {
            Self::Campaign => "campaigns",
            Self::AdSet => "adsets",
            Self::Ad => "ads",
        }
    }

    pub fn id_field(self) -> &'static str {
        match self {
            Self::Campaign => "campaign_id",
            Self::AdSet => "adset_id",
            Self::Ad => "ad_id",
        }
    }

    pub fn parents(self) -> &'static [&'static str] {
        match self {
            Self::Campaign => &[],
            Self::AdSet => &["campaign_id"],
            Self::Ad => &["campaign_id", "adset_id"],
        }
    }

    /// Everything but what was deleted: an archived boost has its numbers still.
    pub fn standings(self) -> &'static str {
        match self {
            Self::Campaign => r#"["ACTIVE","PAUSED","ARCHIVED","IN_PROCESS","WITH_ISSUES"]"#,
            Self::AdSet => r#"["ACTIVE","PAUSED","CAMPAIGN_PAUSED","ARCHIVED","IN_PROCESS","WITH_ISSUES"]"#,
            Self::Ad => {
                r#"["ACTIVE","PAUSED","CAMPAIGN_PAUSED","ADSET_PAUSED","ARCHIVED","IN_PROCESS","WITH_ISSUES","PENDING_REVIEW","DISAPPROVED","PREAPPROVED","PENDING_BILLING_INFO"]"#
            }
        }
    }

    pub fn is_one_of(self, ids: &[String]) -> String {
        json!([{"field": format!("{}.id", self.word()), "operator": "IN", "value": ids}]).to_string()
    }
}

impl Level {
    /// The fields that say which object a row is of, and what it is a part of.
    pub fn parents_and_id(self) -> String {
        let fields: Vec<&str> = self.parents().iter().copied().chain([self.id_field()]).collect();
        fields.join(",")
    }
}

/// What one question about days asks for.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub level: Level,
    pub ids: Vec<String>,
    pub since: Date,
    pub until: Date,
}

impl Span {
    /// Two that are this one together; `None` where one object and one day are all it is.
    pub fn halves(&self) -> Option<[Self; 2]> {
        let days = self.since.until(self.until).ok()?.get_days();
        if 0 < days {
            let middle = self.since.checked_add((days / 2).days()).ok()?;
            let next = middle.tomorrow().ok()?;
            return Some([Self { until: middle, ..self.clone() }, Self { since: next, ..self.clone() }]);
        }
        let (one, other) = self.ids.split_at_checked(self.ids.len() / 2).filter(|halves| !halves.0.is_empty())?;
        Some([one, other].map(|ids| Self { ids: ids.to_vec(), ..self.clone() }))
    }

    /// A row of something else means that the filter was not understood: nothing of the page is believed.
    pub fn expects(&self, row: &Row, at: usize) -> Result<(), Garbled> {
        let wrong = |field: &str, expected| Err(Garbled { path: format!("data[{at}].{field}"), expected });
        if !self.ids.contains(&row.id) {
            return wrong(self.level.id_field(), "an object that was asked for");
        }
        if row.from != row.until || !(self.since..=self.until).contains(&row.from) {
            return wrong("date_start", "one of the days that were asked for");
        }
        Ok(())
    }
}
