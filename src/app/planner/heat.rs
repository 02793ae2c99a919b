//! How often each subject is asked about where the cadence adapts: young, live and near a line often, quiet rarely.
//!
//! Owns: the table of intervals, which is in this file and nowhere else. Every interval divides a day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::catalog::Catalog;
use crate::app::memories::Memories;
use crate::domain::document::Running;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, Platform, PostRef, Subject};
use crate::rules::lifecycle::{Memory, Phase};

/// Where a rule is pending or firing.
pub const NEAR: SignedDuration = SignedDuration::from_mins(15);
/// Whom a deal's post has gone live of in the last two days.
pub const LIVE: SignedDuration = SignedDuration::from_mins(15);
/// In a campaign that runs, or has ended so lately that orders still come.
pub const RUNNING: SignedDuration = SignedDuration::from_hours(1);
/// Posts by their age: up to which, how often.
pub const BY_AGE: [(SignedDuration, SignedDuration); 3] = [
    (SignedDuration::from_hours(48), SignedDuration::from_mins(15)),
    (SignedDuration::from_hours(7 * 24), SignedDuration::from_hours(1)),
    (SignedDuration::from_hours(30 * 24), SignedDuration::from_hours(6)),
];
/// Everything else. Never less often: a number older than a day is no reading any more.
pub const SLOWEST: SignedDuration = SignedDuration::from_hours(24);

/// A post is young for so long: the first row of the table.
const YOUNG: SignedDuration = SignedDuration::from_hours(48);

/// Orders come this long after a campaign has ended.
const AFTERMATH: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Where things are hot.
#[derive(Debug, Clone, Default)]
pub struct Heat {
    now: Timestamp,
    /// On which a rule is pending, firing or recovering, and those whose numbers it reads.
    near: BTreeSet<Subject>,
    /// Creators who are near: their posts are part of their numbers.
    near_creators: BTreeSet<CreatorId>,
    /// Partnerships of which a post is young.
    live: BTreeSet<(CampaignId, CreatorId)>,
    live_creators: BTreeSet<CreatorId>,
    live_brands: BTreeSet<BrandId>,
    running: BTreeSet<CampaignId>,
    running_creators: BTreeSet<CreatorId>,
    running_brands: BTreeSet<BrandId>,
    /// When each post went live, and whose it is.
    posts: BTreeMap<(Platform, PostRef), (Option<Timestamp>, CreatorId)>,
}

impl Heat {
    /// Feels everything at an instant.
    #[must_use]
    pub fn of(catalog: &Catalog, memory: &Memories, now: Timestamp) -> Self {
        let mut heat = Self { now, ..Self::default() };
        let published = |key: &(Platform, PostRef)| catalog.published.get(key).copied();
        heat.posts =
            catalog.posts.iter().map(|(key, creator)| (key.clone(), (published(key), creator.clone()))).collect();
        for campaign in catalog.campaigns.values().filter(|one| one.state == Running::Active) {
            let zone = catalog.brands.get(&campaign.brand).map_or(TimeZone::UTC, |brand| brand.zone.rules());
            let midnight = |day: jiff::civil::Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
            let from = midnight(campaign.starts.0);
            let until = midnight(campaign.ends.0).and_then(|at| at.checked_add(AFTERMATH).ok());
            if from.is_some_and(|from| from <= now) && until.is_some_and(|until| now < until) {
                heat.running.insert(campaign.id.clone());
                heat.running_brands.insert(campaign.brand.clone());
            }
        }
        let works = catalog.partnerships.keys().filter(|one| heat.running.contains(&one.campaign));
        heat.running_creators = works.map(|one| one.creator.clone()).collect();
        heat.feel_live(catalog);
        let open = memory.iter().filter(|(_, _, memory)| is_near(memory)).map(|(_, subject, _)| subject.clone());
        heat.near = open.collect();
        heat.feel_near(catalog);
        heat
    }

    fn feel_live(&mut self, catalog: &Catalog) {
        for ((partnership, _), piece) in &catalog.deliverables {
            let post = piece.post.as_ref().and_then(|post| catalog.published.get(&(piece.platform, post.clone())));
            let Some(at) = post.copied().or(piece.live_at) else { continue };
            if YOUNG < self.now.duration_since(at) {
                continue;
            }
            self.live.insert((partnership.campaign.clone(), partnership.creator.clone()));
            self.live_creators.insert(partnership.creator.clone());
            let brand = catalog.campaigns.get(&partnership.campaign).map(|campaign| campaign.brand.clone());
            self.live_brands.extend(brand);
        }
    }

    /// What is near brings near what its numbers come from.
    fn feel_near(&mut self, catalog: &Catalog) {
        let mut posts = BTreeSet::new();
        for subject in &self.near {
            match subject {
                Subject::Creator(creator) | Subject::Partnership(_, creator) => {
                    self.near_creators.insert(creator.clone());
                }
                Subject::Brand(_) | Subject::Campaign(_) | Subject::Post(..) => {}
            }
        }
        for ((partnership, _), piece) in &catalog.deliverables {
            let of = Subject::Partnership(partnership.campaign.clone(), partnership.creator.clone());
            if let (true, Some(post)) = (self.near.contains(&of), &piece.post) {
                posts.insert(Subject::Post(piece.platform, post.clone()));
            }
        }
        self.near.extend(posts);
    }

    /// How often a subject's numbers are asked for.
    #[must_use]
    pub fn every(&self, subject: &Subject) -> SignedDuration {
        if self.near.contains(subject) {
            return NEAR;
        }
        let pick = |live: bool, running: bool| match (live, running) {
            (true, _) => LIVE,
            (false, true) => RUNNING,
            (false, false) => SLOWEST,
        };
        match subject {
            Subject::Post(platform, post) => self.of_post(&(*platform, post.clone())),
            Subject::Creator(creator) if self.near_creators.contains(creator) => NEAR,
            Subject::Creator(creator) => {
                pick(self.live_creators.contains(creator), self.running_creators.contains(creator))
            }
            Subject::Partnership(campaign, creator) => {
                let live = self.live.contains(&(campaign.clone(), creator.clone()));
                pick(live, self.running.contains(campaign))
            }
            Subject::Campaign(campaign) => {
                pick(self.live.iter().any(|one| one.0 == *campaign), self.running.contains(campaign))
            }
            Subject::Brand(brand) => pick(self.live_brands.contains(brand), self.running_brands.contains(brand)),
        }
    }

    fn of_post(&self, key: &(Platform, PostRef)) -> SignedDuration {
        // Of a post that nobody knows the age of it is not known that it is old.
        let Some((Some(at), creator)) = self.posts.get(key) else { return RUNNING };
        let age = self.now.duration_since(*at);
        let by_age = BY_AGE.iter().find(|row| age <= row.0).map_or(SLOWEST, |row| row.1);
        let is_near = self.near_creators.contains(creator);
        if is_near { std::cmp::min(by_age, RUNNING) } else { by_age }
    }
}

/// Whether a rule is near its line with a subject, or over it.
fn is_near(memory: &Memory) -> bool {
    match memory.phase {
        Phase::Pending | Phase::Firing | Phase::Recovering => true,
        Phase::Quiet | Phase::Resolved => false,
    }
}
