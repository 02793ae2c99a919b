//! Who is comparable with whom, from what was applied.
//!
//! Owns: what makes subjects alike. A **creator** is compared with creators of the same size on the platform where most
//! follow them. A **partnership** with the others of its campaign whose deals are mostly of the same format on the same
//! platform (mostly = by fee; deals without pieces with each other, by their creators' own platforms) and whose creators
//! have the same size there. A **post** with posts of its campaign on the same platform, of the same format, by creators of
//! the same size there. A group that somebody has named takes the place of all that: the creators in it, their posts, and
//! their partnerships with the same brand.
//! Refuses: comparing those whose audience is not known: a nano would be held against a mega. Whoever wants that names a
//! group.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{About, Catalog};
use crate::app::core::{Ruled, context};
use crate::domain::deal::DeliverableState;
use crate::domain::document::{PartnershipRef, Running};
use crate::domain::ids::{BrandId, CampaignId, CreatorId, GroupId, Platform, Scope, Subject};
use crate::rules::benchmark::group::{Group, MadeBy, Member, OWN_SMALL, PEERS_MIN, Shared};
use crate::rules::benchmark::pack::Packs;
use crate::rules::benchmark::size::{Audiences, Edges, measure};
use crate::rules::judge::Context;
use crate::rules::readings::Readings;
use crate::rules::rule::{Rule, Size};

/// How old a measured audience may get before it is measured again, though nothing new was said: see
/// [`measure`], which forgets it at last.
const MEASURED_AGE_MAX: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What the settings say about comparing.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmarks {
    /// Where one size ends and the next begins.
    pub edges: Edges,
    /// Published figures.
    pub packs: Arc<Packs>,
    /// With fewer other creators nothing is compared.
    pub least: u32,
    /// Fewer earlier windows are a small sample.
    pub small: u32,
}

impl Default for Benchmarks {
    /// For places that read no settings: the usual edges, and no published figure.
    fn default() -> Self {
        Self { edges: Edges::default(), packs: Arc::default(), least: PEERS_MIN, small: OWN_SMALL }
    }
}

/// What subjects share that are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key {
    Alike { campaign: Option<CampaignId>, platform: Platform, format: Option<String>, size: Size },
    Named { group: GroupId, brand: Option<BrandId> },
}

/// The groups of one scope.
#[derive(Debug, Default)]
struct Index {
    places: HashMap<Subject, usize>,
    groups: Vec<(Key, Vec<(Subject, CreatorId)>)>,
    made: HashMap<usize, Shared>,
}

/// Groups as they are at one instant, each made when it is first asked for and shared by all who are in it.
#[derive(Debug, Default)]
pub struct Groups(HashMap<(Scope, Option<GroupId>), Index>);

impl Groups {
    /// Adds the comparable others that a rule reads, if it reads any.
    pub fn add(&mut self, context: &mut Context, catalog: &Catalog, subject: &Subject, ruled: &Ruled) {
        if ruled.rule.reads_groups() {
            context.group = self.of(catalog, subject, ruled.rule.rule().group.as_ref());
        }
    }

    /// The group that a subject is in, itself included; `named`: the one of that name instead of those alike.
    pub fn of(&mut self, catalog: &Catalog, subject: &Subject, named: Option<&GroupId>) -> Option<Shared> {
        let scope = subject.scope();
        let index = self.0.entry((scope, named.cloned())).or_insert_with(|| Index::of(catalog, scope, named));
        let place = *index.places.get(subject)?;
        if let Some(made) = index.made.get(&place) {
            return Some(Arc::clone(made));
        }
        let (key, members) = index.groups.get(place)?;
        let made = Arc::new(group(catalog, key, members));
        index.made.insert(place, Arc::clone(&made));
        Some(made)
    }
}

impl Index {
    fn of(catalog: &Catalog, scope: Scope, named: Option<&GroupId>) -> Self {
        let mut by_key: BTreeMap<Key, Vec<(Subject, CreatorId)>> = BTreeMap::new();
        let mut add = |key: Option<Key>, subject: Subject, creator: &CreatorId| {
            if let Some(key) = key {
                by_key.entry(key).or_default().push((subject, creator.clone()));
            }
        };
        match scope {
            // A brand or a campaign is one of a kind.
            Scope::Brand | Scope::Campaign => {}
            Scope::Creator => {
                for one in catalog.creators.values().filter(|one| one.state == Running::Active) {
                    let subject = Subject::Creator(one.id.clone());
                    add(catalog.key(named, &subject, &one.id, None, None), subject, &one.id);
                }
            }
            Scope::Partnership => {
                for (key, _) in catalog.partnerships.iter().filter(|(_, one)| one.state == Running::Active) {
                    let (subject, format) = (key.subject(), catalog.kind_of(key).map(|(_, format)| format));
                    add(catalog.key(named, &subject, &key.creator, Some(&key.campaign), format), subject, &key.creator);
                }
            }
            Scope::Post => {
                for piece in catalog.deliverables.values() {
                    let (Some(post), at) = (&piece.post, &piece.partnership) else { continue };
                    let subject = Subject::Post(piece.platform, post.clone());
                    let format = Some(piece.format.clone());
                    add(catalog.key(named, &subject, &at.creator, Some(&at.campaign), format), subject, &at.creator);
                }
            }
        }
        let mut index = Self::default();
        for (place, (key, mut members)) in by_key.into_iter().enumerate() {
            members.sort();
            members.dedup();
            for (subject, _) in &members {
                index.places.insert(subject.clone(), place);
            }
            index.groups.push((key, members));
        }
        index
    }
}

fn group(catalog: &Catalog, key: &Key, members: &[(Subject, CreatorId)]) -> Group {
    let members = members.iter().map(|(subject, creator)| {
        let about = catalog.about(subject);
        // Whoever reads a member asks for its numbers alone; a version or a group of its own are not among them.
        let mut context = context(&about, SignedDuration::ZERO, 0);
        context.facts.creator = Some(creator.clone());
        Member { subject: subject.clone(), creator: creator.clone(), context }
    });
    let (name, made_by) = match key {
        Key::Alike { campaign, platform, format, size } => {
            let parts = [campaign.as_ref().map(ToString::to_string), Some(platform.to_string()), format.clone()];
            let mut parts: Vec<String> = parts.into_iter().flatten().collect();
            parts.push(size.as_str().to_owned());
            let (campaign, format) = (campaign.clone(), format.clone());
            (parts.join("/"), MadeBy::Alike { campaign, platform: *platform, format, size: *size })
        }
        Key::Named { group, .. } => {
            let name = catalog.groups.get(group).and_then(|one| one.name.clone());
            (name.unwrap_or_else(|| group.to_string()), MadeBy::Named { id: group.clone() })
        }
    };
    let Benchmarks { least, small, .. } = catalog.benchmarks;
    Group { name, made_by, members: members.collect(), least, small }
}

/// What judging a rule on a subject needs to know, comparable others included where the rule reads them.
pub fn judging(
    (catalog, readings): (&Catalog, &dyn Readings),
    groups: &mut Groups,
    (subject, about): (&Subject, &About),
    ruled: &Ruled,
    now: Timestamp,
) -> Context {
    let mut context = context(about, SignedDuration::ZERO, ruled.version);
    groups.add(&mut context, catalog, subject, ruled);
    crate::app::pooling::fill((catalog, readings), ruled, subject, &mut context, now);
    context
}

impl Catalog {
    /// The platform and format of most of a deal's money: of its pieces that were not cancelled, by fee, then by number,
    /// then by name.
    #[must_use]
    pub fn kind_of(&self, partnership: &PartnershipRef) -> Option<(Platform, String)> {
        let mut kinds: BTreeMap<(Platform, &str), (i64, u32)> = BTreeMap::new();
        for piece in self.pieces_in(partnership).filter(|piece| piece.state != DeliverableState::Cancelled) {
            let sum = kinds.entry((piece.platform, &piece.format)).or_default();
            *sum = (sum.0.saturating_add(piece.fee.minor), sum.1.saturating_add(1));
        }
        let most = kinds.into_iter().max_by_key(|(kind, sum)| (*sum, std::cmp::Reverse(*kind)))?;
        Some((most.0.0, most.0.1.to_owned()))
    }

    fn key(
        &self,
        named: Option<&GroupId>,
        subject: &Subject,
        creator: &CreatorId,
        campaign: Option<&CampaignId>,
        format: Option<String>,
    ) -> Option<Key> {
        if let Some(id) = named {
            let named = self.groups.get(id).filter(|one| one.state == Running::Active)?;
            // Money of another brand is under other terms.
            let brand = match subject.scope() {
                Scope::Partnership => Some(self.campaigns.get(campaign?)?.brand.clone()),
                Scope::Brand | Scope::Campaign | Scope::Creator | Scope::Post => None,
            };
            return named.members.contains(creator).then(|| Key::Named { group: id.clone(), brand });
        }
        let audience = self.audiences_of(subject, creator).of_main()?;
        Some(Key::Alike { campaign: campaign.cloned(), platform: audience.platform, format, size: audience.size? })
    }

    /// The followers of a subject's creator, seen from the platform that the subject is on.
    #[must_use]
    pub fn audiences_of(&self, subject: &Subject, creator: &CreatorId) -> Audiences {
        let Some(known) = self.audiences.get(creator) else { return Audiences::default() };
        let platform = match subject {
            Subject::Post(platform, _) => Some(*platform),
            Subject::Partnership(campaign, creator) => {
                let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
                self.kind_of(&key).map(|(platform, _)| platform)
            }
            Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) => None,
        };
        platform.map_or_else(|| known.clone(), |platform| known.on(platform))
    }

    /// Reads every creator's followers anew, as they are known at `now`.
    pub fn measure(&mut self, readings: &dyn Readings, now: Timestamp) {
        let all: Vec<CreatorId> = self.creators.keys().cloned().collect();
        self.measure_some(readings, all, now);
    }

    /// Reads the followers of these creators anew, and of those that were measured long ago.
    pub fn measure_some(&mut self, readings: &dyn Readings, some: Vec<CreatorId>, now: Timestamp) {
        let old = |one: &Audiences| one.each.values().any(|at| MEASURED_AGE_MAX < now.duration_since(at.observed));
        let aged = self.audiences.iter().filter(|(_, one)| old(one)).map(|(creator, _)| creator.clone());
        let all: Vec<CreatorId> = some.into_iter().chain(aged).collect();
        for creator in all {
            let Some(known) = self.creators.get(&creator) else { continue };
            let platforms = known.accounts.keys().copied();
            let measured = measure(readings, &creator, platforms, self.benchmarks.edges, now);
            self.audiences.insert(creator, measured);
        }
    }

    /// What stands in the way of a rule that names a group, as a sentence.
    #[must_use]
    pub fn no_group(&self, rule: &Rule) -> Option<String> {
        let id = rule.group.as_ref()?;
        (!self.groups.contains_key(id)).then(|| {
            let known: Vec<&str> = self.groups.keys().map(GroupId::as_str).collect();
            let remedy = match known.as_slice() {
                [] => "write a [[group]] with its members, or leave `group` out".to_owned(),
                known => format!("write one of {}, or apply it first", known.join(", ")),
            };
            format!("there is no group `{id}`; {remedy}")
        })
    }
}

#[cfg(test)]
mod tests;
