//! Whose word on orders counts, where several claim them ([`crate::domain::credit`]).

use std::collections::HashMap;

use super::super::readings::{Claimed, Claims, Readings as _, Seen, Span, Want};
use super::{History, View};
use crate::domain::credit::{Claim, Credit, is_claimed};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;

/// The order of claims that brands and campaigns have declared; the usual one where they have not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credits(HashMap<Subject, Credit>);

impl Credits {
    /// What is declared for a brand or a campaign, and for its deals.
    pub fn declare(&mut self, subject: Subject, credit: Credit) {
        self.0.insert(subject, credit);
    }

    fn of(&self, subject: &Subject) -> Option<&Credit> {
        match subject {
            Subject::Partnership(campaign, _) => self.0.get(&Subject::Campaign(campaign.clone())),
            Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) | Subject::Post(..) => self.0.get(subject),
        }
    }
}

impl History {
    /// Whose word on orders counts from now on.
    pub fn set_credits(&mut self, credits: Credits) {
        self.credits = credits;
    }
}

/// Which lines of a metric count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// All, added up.
    All,
    /// Only those of one kind of claim.
    Only(Claim),
    /// None: somebody claims them, and nobody who counts.
    Nothing,
}

impl Counts {
    pub(super) fn counts(self, platform: Platform) -> bool {
        match self {
            Self::All => true,
            Self::Only(claim) => Claim::of(platform) == claim,
            Self::Nothing => false,
        }
    }
}

impl View<'_> {
    /// Which lines count for a metric of a subject: of what several may claim, those of the first kind of claim that anybody
    /// has made. One that was made and is absent now is absent; the next one does not step in for it.
    pub(super) fn counting(self, subject: &Subject, want: Want) -> Counts {
        if want.platform.is_some() || !is_claimed(want.metric) {
            return Counts::All;
        }
        let spoken = |claim: Option<Claim>| {
            self.spoken(subject, want.metric).any(|platform| claim.is_none_or(|claim| Claim::of(platform) == claim))
        };
        let usual = Claim::ALL.iter().copied();
        let first = match self.credits().of(subject) {
            Some(credit) => credit.order().find(|claim| spoken(Some(*claim))),
            None => usual.clone().find(|claim| spoken(Some(*claim))),
        };
        match first {
            Some(claim) => Counts::Only(claim),
            None if spoken(None) => Counts::Nothing,
            None => Counts::All,
        }
    }

    fn spoken(self, subject: &Subject, metric: Metric) -> impl Iterator<Item = Platform> {
        let lines = self.history.lines_of(subject, metric, None);
        let spoken = lines.filter(move |(_, line)| line.has_spoken(&self.history.moments, self.knowledge()));
        spoken.filter_map(move |(series, _)| self.history.key(series).map(|key| key.platform))
    }

    /// Who claims what a metric is made from, over a span; nothing where nobody's word stands against another's.
    pub(super) fn claims_over(self, subject: &Subject, want: Want, span: Span) -> Vec<Claims> {
        let mut all = Vec::new();
        for metric in want.metric.parts().into_iter().filter(|metric| is_claimed(*metric)) {
            let part = Want { metric, platform: None };
            let counting = self.counting(subject, part);
            let read = |platform: Platform| {
                let Seen { reading, .. } = self.over(subject, Want { metric, platform: Some(platform) }, span);
                Claimed { claim: Claim::of(platform), platform, value: reading.value() }
            };
            if want.platform.is_some() {
                continue;
            }
            let (counted, also): (Vec<Claimed>, Vec<Claimed>) =
                self.spoken(subject, metric).map(read).partition(|one| counting.counts(one.platform));
            if !also.is_empty() {
                all.push(Claims { metric, counted, also });
            }
        }
        all
    }
}
