//! Another way than a lower level, talked about by both sides: opened by either, suggested by either, binding once the other
//! has agreed.
//!
//! No time runs meanwhile, and it ends by itself when nobody agrees. There is one in a case, so that the clock is not stopped
//! again and again. What was agreed about deals is written down here and nowhere else: deals change by people's hands.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Case, GRACE_MIN, Refused, Stage, later};

pub use crate::domain::offer::Side;

/// The menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The next pieces in another format.
    Format,
    /// One more piece for what fell short.
    MakeGood,
    /// A lower fee and a higher commission, or the other way round.
    Hybrid,
    /// More time.
    Extension,
}

impl Way {
    /// The menu in its order.
    pub const ALL: [Self; 4] = [Self::Format, Self::MakeGood, Self::Hybrid, Self::Extension];

    /// The name in JSON and the key of its words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::MakeGood => "make_good",
            Self::Hybrid => "hybrid",
            Self::Extension => "extension",
        }
    }
}

/// What one side would agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Which way.
    pub way: Way,
    /// Whose it is; the other side can agree.
    pub side: Side,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A talk about another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mediation {
    /// Since when.
    pub at: Timestamp,
    /// Who asked for it.
    pub side: Side,
    /// In the creator's own words, where they gave any.
    #[serde(default)]
    pub text: Option<String>,
    /// How much time an extension gives.
    pub extension: SignedDuration,
    /// The newest suggestion; it takes the place of the ones before.
    #[serde(default)]
    pub suggestion: Option<Suggestion>,
    /// Who agreed to it, and when.
    #[serde(default)]
    pub agreed: Option<(String, Timestamp)>,
    /// When it ended without.
    #[serde(default)]
    pub over: Option<Timestamp>,
}

impl Mediation {
    /// The way that binds both.
    #[must_use]
    pub fn way(&self) -> Option<Way> {
        self.agreed.as_ref().and(self.suggestion.as_ref()).map(|one| one.way)
    }
}

impl Case {
    /// They talk about another way, and no agreement is there yet.
    #[must_use]
    pub fn is_mediated(&self) -> bool {
        matches!(self.stage, Stage::Mediating { .. })
    }

    /// One side asks to talk about another way: the clock stops for at most `runs`, and an extension would be `extension`
    /// long. An objection that is open waits meanwhile.
    ///
    /// # Errors
    ///
    /// It is decided, the creator does not know of it yet, or it was talked about before.
    pub fn mediate(
        &self,
        side: Side,
        text: Option<&str>,
        (runs, extension): (SignedDuration, SignedDuration),
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let left = match (&self.stage, side) {
            (Stage::Grace { until }, _) => std::cmp::max(until.duration_since(now), SignedDuration::ZERO),
            (Stage::Appealed { left }, _) => *left,
            (Stage::Telling, Side::Creator) => self.grace,
            (Stage::Telling, Side::Brand) => return Err(Refused::NotAsked),
            (Stage::Mediating { .. }, _) => return Ok(self.with_words(text)),
            (_, _) => return Err(Refused::Over),
        };
        if self.mediation.is_some() {
            return Err(Refused::Talked);
        }
        let mut case = self.clone();
        case.told_at = Some(self.told_at.unwrap_or(now));
        case.team_told = true;
        case.look_at = None;
        case.stage = Stage::Mediating { left, until: later(now, runs) };
        case.mediation = Some(Mediation {
            at: now,
            side,
            text: text.map(str::to_owned),
            extension,
            suggestion: None,
            agreed: None,
            over: None,
        });
        Ok(case)
    }

    fn with_words(&self, text: Option<&str>) -> Self {
        let mut case = self.clone();
        if let (Some(mediation), Some(text)) = (&mut case.mediation, text) {
            mediation.text = Some(text.to_owned());
        }
        case
    }

    /// One side suggests a way, in place of what was suggested before.
    ///
    /// # Errors
    ///
    /// Nobody talks about another way.
    pub fn suggest(&self, side: Side, way: Way, who: &str, now: Timestamp) -> Result<Self, Refused> {
        let mut case = self.clone();
        let (Stage::Mediating { .. }, Some(mediation)) = (&self.stage, &mut case.mediation) else {
            return Err(if self.is_open() { Refused::NotAsked } else { Refused::Over });
        };
        if mediation.suggestion.as_ref().is_none_or(|kept| (kept.side, kept.way) != (side, way)) {
            mediation.suggestion = Some(Suggestion { way, side, by: who.to_owned(), at: now });
        }
        Ok(case)
    }

    /// The other side agrees: more time, or the level stays.
    ///
    /// # Errors
    ///
    /// There is no suggestion of the other side.
    pub fn agree(&self, side: Side, who: &str, now: Timestamp) -> Result<Self, Refused> {
        let mut case = self.clone();
        let (Stage::Mediating { left, .. }, Some(mediation)) = (&self.stage, &mut case.mediation) else {
            return Err(if self.is_open() { Refused::NotAsked } else { Refused::Over });
        };
        let Some(suggestion) = mediation.suggestion.as_ref().filter(|one| one.side != side) else {
            return Err(Refused::NotAsked);
        };
        mediation.agreed = Some((who.to_owned(), now));
        case.stage = match suggestion.way {
            Way::Extension => Stage::Grace { until: later(now, *left + mediation.extension) },
            Way::Format | Way::MakeGood | Way::Hybrid => Stage::Kept { at: now, by: Some(who.to_owned()) },
        };
        case.reminded = false;
        // What they object to is settled with it.
        if let Some(appeal) = case.appeal.as_mut().filter(|appeal| appeal.answered.is_none()) {
            appeal.answered = Some((who.to_owned(), now));
        }
        Ok(case)
    }

    /// They did not agree in time: an objection that waited waits on, else the clock goes on with at least a day to hear it.
    pub(super) fn end_talk(&mut self, now: Timestamp) {
        let Stage::Mediating { left, .. } = self.stage else { return };
        if let Some(mediation) = &mut self.mediation {
            mediation.over = Some(now);
        }
        self.stage = match &self.appeal {
            Some(appeal) if appeal.answered.is_none() => Stage::Appealed { left },
            _ => Stage::Grace { until: later(now, std::cmp::max(left, GRACE_MIN)) },
        };
    }
}
