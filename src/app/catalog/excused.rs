//! Which time does not count against whom.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{About, Catalog};
use crate::app::records::ExcuseRecord;
use crate::domain::document::Running;
use crate::domain::ids::{CreatorId, Subject};
use crate::rules::excuse::Excuse;

impl Catalog {
    /// The time that does not count against a subject, of `excuses`: as it is known now, or as it was at `known`. A brand and
    /// a campaign are never excused by themselves.
    #[must_use]
    pub fn excused(
        &self,
        excuses: &BTreeMap<u64, ExcuseRecord>,
        subject: &Subject,
        about: &About,
        known: Option<Timestamp>,
    ) -> Vec<Excuse> {
        match subject {
            Subject::Brand(_) | Subject::Campaign(_) => return Vec::new(),
            Subject::Partnership(..) | Subject::Creator(_) | Subject::Post(..) => {}
        }
        let ours = excuses.values().filter(|one| self.concerns(&one.scope, about));
        ours.filter_map(|one| one.excuse(known)).collect()
    }

    /// Whether what lies with `scope` is in the way of somebody.
    fn concerns(&self, scope: &Subject, about: &About) -> bool {
        match (scope, about.campaign.as_ref(), about.creator.as_ref()) {
            (Subject::Brand(brand), Some(_), _) => about.brand.as_ref() == Some(brand),
            (Subject::Brand(brand), None, Some(creator)) => self.brands_of(creator).any(|one| one == brand),
            (Subject::Campaign(campaign), Some(own), _) => own == campaign,
            (Subject::Campaign(_), None, Some(creator)) => self.runs_with(scope, creator),
            (_, _, _) => false,
        }
    }

    fn runs_with(&self, scope: &Subject, creator: &CreatorId) -> bool {
        let running = |state: Running| state == Running::Active;
        self.partnerships
            .iter()
            .any(|(key, one)| key.creator == *creator && running(one.state) && self.is_within(key, scope))
    }

    /// The creators with a running deal inside a brand or a campaign, each once, in order.
    #[must_use]
    pub fn creators_within(&self, scope: &Subject) -> Vec<CreatorId> {
        let mut creators: Vec<CreatorId> = self
            .partnerships
            .iter()
            .filter(|(key, one)| one.state == Running::Active && self.is_within(key, scope))
            .map(|(key, _)| key.creator.clone())
            .collect();
        creators.sort_unstable();
        creators.dedup();
        creators
    }
}
