//! Everything that was applied, in memory: brands, campaigns, creators, what was agreed with them, rooms, people, grants.
//!
//! Owns: the questions that judging and telling ask of it (whose is this, in which zone, what is its target, who follows
//! it). It is a picture of the store, made anew when documents change. Refuses: changing anything.

mod excused;
mod learned;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::app::config::MaturityConfig;
use crate::app::records::ExcuseRecord;
use crate::domain::document::{
    Boost, Brand, Campaign, Creator, Deliverable, Document, Member, Partnership, PartnershipRef, PeerGroup, Program,
    Rate, Running, Target, Targets,
};
use crate::domain::habits::Habits;
use crate::domain::ids::{
    BoostId, BrandId, CampaignId, CreatorId, DeliverableId, GroupId, PersonId, Platform, PostRef, ProgramId, RoomId,
    Scope, Subject,
};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::person::{Audience, Grant, Identity, Person, Room};
use crate::domain::standing::Deal;
use crate::domain::written::parse_length;
use crate::rules::ahead::Plan;
use crate::rules::benchmark::pack::Packs;
use crate::rules::benchmark::size::Audiences;
use crate::rules::evidence::Prior;
use crate::rules::excuse::Excuse;
use crate::rules::history::Credits;
use crate::rules::judge::Regime;
use crate::rules::learn::{Book, Lesson};
use crate::rules::maturity::Maturity;

pub use groups::{Benchmarks, Groups, judging};
pub use terms::Terms;

mod groups;
mod plan;
mod rooms;
mod terms;

/// The picture.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is what its type says, by id")]
pub struct Catalog {
    pub brands: BTreeMap<BrandId, Brand>,
    pub campaigns: BTreeMap<CampaignId, Campaign>,
    pub creators: BTreeMap<CreatorId, Creator>,
    pub partnerships: BTreeMap<PartnershipRef, Partnership>,
    pub deliverables: BTreeMap<(PartnershipRef, DeliverableId), Deliverable>,
    pub boosts: BTreeMap<BoostId, Boost>,
    pub programs: BTreeMap<ProgramId, Program>,
    pub members: BTreeMap<(ProgramId, CreatorId), Member>,
    pub rooms: BTreeMap<RoomId, Room>,
    /// Direct messages of people who are no creators.
    pub directs: BTreeMap<RoomId, Room>,
    pub people: BTreeMap<PersonId, Person>,
    pub grants: Vec<Grant>,
    /// Posts found or imported: whose, by platform and id.
    pub posts: BTreeMap<(Platform, PostRef), CreatorId>,
    /// How much luck varies between posts, until it has been learned; the cautious default where it is not said.
    pub k: Option<f64>,
    /// How fast orders follow clicks, and views fade.
    pub maturity: MaturityConfig,
    /// Every version of what deals turn on.
    pub terms: Terms,
    /// When each of them became public.
    pub published: BTreeMap<(Platform, PostRef), jiff::Timestamp>,
    /// What was learned from history, in every version.
    pub learned: Book,
    /// Creators that somebody calls comparable.
    pub groups: BTreeMap<GroupId, PeerGroup>,
    /// How sizes, groups and published figures are told.
    pub benchmarks: Benchmarks,
    /// How many follow each creator, as far as numbers have come.
    pub audiences: BTreeMap<CreatorId, Audiences>,
    /// What they say, of creators with a deal, where somebody has seen it.
    pub texts: BTreeMap<(Platform, PostRef), Arc<str>>,
    /// Creators with a deal, running or not.
    pub dealt: BTreeSet<CreatorId>,
    /// Boosts that a platform has confirmed to be stopped, whatever the document says.
    pub stopped: BTreeSet<BoostId>,
    pub rates: BTreeMap<String, Rate>,
    /// Time that lies with brands, by number.
    pub excuses: BTreeMap<u64, ExcuseRecord>,
}

/// What is known about a subject before any number is read.
#[derive(Debug, Clone)]
pub struct About {
    /// The brand, where there is one.
    pub brand: Option<BrandId>,
    /// The campaign, where there is one.
    pub campaign: Option<CampaignId>,
    /// The creator, where there is one.
    pub creator: Option<CreatorId>,
    /// The platform, for posts.
    pub platform: Option<Platform>,
    /// The zone whose days are its days.
    pub zone: TimeZone,
    /// The currency of its money.
    pub currency: Option<Currency>,
    /// The first day of its deal and the day after its last.
    pub deal: Option<(jiff::Timestamp, jiff::Timestamp)>,
    /// Its targets; money in minor units.
    pub targets: BTreeMap<Metric, f64>,
    /// When the posts of its deal went live.
    pub posts: Vec<jiff::Timestamp>,
    /// The shape of the luck between its posts.
    pub k: f64,
    /// How its spend matures.
    pub maturity: Maturity,
    /// A creator's level in each programme whose criteria they have agreed to.
    pub levels: BTreeMap<ProgramId, String>,
    /// What is known of the rate of a metric before a deal begins, where that was learned.
    pub priors: BTreeMap<Metric, Prior>,
    /// The learned things in all of this.
    pub learned: Vec<Lesson>,
    /// What is agreed and has not happened yet.
    pub plan: Plan,
    /// The followers of its creator.
    pub audiences: Audiences,
    /// Published figures.
    pub packs: Arc<Packs>,
    /// The stretches of the deal that differ in limit or test.
    pub regimes: Vec<Regime>,
    /// The deal itself, for rules about what is overdue, missing or ending.
    pub standing: Option<Arc<Deal>>,
    /// Time that does not count against it, because it lies with a brand.
    pub excused: Vec<Excuse>,
}

impl Default for About {
    /// Nothing is known.
    fn default() -> Self {
        Self {
            brand: None,
            campaign: None,
            creator: None,
            platform: None,
            zone: TimeZone::UTC,
            currency: None,
            deal: None,
            targets: BTreeMap::new(),
            posts: Vec::new(),
            k: crate::rules::evidence::luck::K_DEFAULT,
            maturity: Maturity::at_once(),
            levels: BTreeMap::new(),
            priors: BTreeMap::new(),
            learned: Vec::new(),
            plan: Plan::default(),
            audiences: Audiences::default(),
            packs: Arc::default(),
            regimes: Vec::new(),
            standing: None,
            excused: Vec::new(),
        }
    }
}

impl Catalog {
    /// Takes a version of a document in, applied at `at`: versions of one document in their order.
    pub fn take_version(&mut self, document: Document, at: jiff::Timestamp) {
        self.terms.note(&document, at);
        self.take(document);
    }

    /// Whose word on orders counts, where brands or campaigns have said it.
    #[must_use]
    pub fn credits(&self) -> Credits {
        let mut credits = Credits::default();
        for brand in self.brands.values() {
            brand.credit.iter().for_each(|credit| credits.declare(Subject::Brand(brand.id.clone()), credit.clone()));
        }
        for campaign in self.campaigns.values() {
            let brands = || self.brands.get(&campaign.brand).and_then(|brand| brand.credit.as_ref());
            if let Some(credit) = campaign.credit.as_ref().or_else(brands) {
                credits.declare(Subject::Campaign(campaign.id.clone()), credit.clone());
            }
        }
        credits
    }

    /// Takes one document in, over what was there under its id.
    pub fn take(&mut self, document: Document) {
        match document {
            Document::Brand(one) => drop(self.brands.insert(one.id.clone(), one)),
            Document::Campaign(one) => drop(self.campaigns.insert(one.id.clone(), one)),
            Document::Creator(one) => drop(self.creators.insert(one.id.clone(), one)),
            Document::Partnership(one) => {
                let key = PartnershipRef { campaign: one.campaign.clone(), creator: one.creator.clone() };
                self.dealt.insert(key.creator.clone());
                self.partnerships.insert(key, one);
            }
            Document::Deliverable(one) => {
                self.deliverables.insert((one.partnership.clone(), one.id.clone()), one);
            }
            Document::Boost(one) => drop(self.boosts.insert(one.id.clone(), one)),
            Document::Rate(one) => drop(self.rates.insert(one.id.clone(), one)),
            Document::Program(one) => drop(self.programs.insert(one.id.clone(), one)),
            Document::Member(one) => {
                drop(self.members.insert((one.program.clone(), one.creator.clone()), one));
            }
            Document::Room(one) => {
                let kept = self.rooms.remove(&one.id);
                let room = room_of(one, kept.as_ref());
                self.rooms.insert(room.id.clone(), room);
            }
            Document::Group(one) => drop(self.groups.insert(one.id.clone(), one)),
        }
    }

    /// The first thing a document points at that is not there, as a sentence.
    #[must_use]
    pub fn dangling(&self, document: &Document) -> Option<String> {
        let missing = |kind: &str, id: &dyn std::fmt::Display, there: bool| {
            (!there).then(|| format!("there is no {kind} `{id}`; add it to the same file or apply it first"))
        };
        let partnership = |at: &PartnershipRef| missing("partnership", at, self.partnerships.contains_key(at));
        match document {
            Document::Brand(one) => plan::wrong_margin(one.margin.as_ref(), one.currency)
                .or_else(|| plan::wrong_consent(one))
                .or_else(|| plan::wrong_emv(one)),
            Document::Creator(_) | Document::Rate(_) => None,
            Document::Campaign(one) => missing("brand", &one.brand, self.brands.contains_key(&one.brand))
                .or_else(|| plan::wrong_margin(one.margin.as_ref(), self.brands.get(&one.brand)?.currency))
                .or_else(|| plan::other_currency(one.plan.cost?, self.brands.get(&one.brand)?)),
            Document::Program(one) => missing("brand", &one.brand, self.brands.contains_key(&one.brand)),
            Document::Member(one) => missing("program", &one.program, self.programs.contains_key(&one.program))
                .or_else(|| missing("creator", &one.creator, self.creators.contains_key(&one.creator)))
                .or_else(|| self.no_level(&one.program, &one.level)),
            Document::Partnership(one) => {
                missing("campaign", &one.campaign, self.campaigns.contains_key(&one.campaign))
                    .or_else(|| missing("creator", &one.creator, self.creators.contains_key(&one.creator)))
                    .or_else(|| {
                        let at = PartnershipRef { campaign: one.campaign.clone(), creator: one.creator.clone() };
                        one.product_cost.and_then(|cost| self.wrong_currency(&at, cost))
                    })
            }
            Document::Deliverable(one) => partnership(&one.partnership)
                .or_else(|| self.wrong_currency(&one.partnership, one.fee))
                .or_else(|| self.wrong_currency(&one.partnership, one.billed?)),
            Document::Boost(one) => partnership(&one.partnership)
                .or_else(|| self.wrong_currency(&one.partnership, one.budget))
                .or_else(|| self.wrong_currency(&one.partnership, one.billed?)),
            Document::Group(one) => {
                one.members.iter().find_map(|id| missing("creator", id, self.creators.contains_key(id)))
            }
            Document::Room(one) => self.dangling_room(one),
        }
    }

    fn no_level(&self, program: &ProgramId, level: &str) -> Option<String> {
        let program = self.programs.get(program)?;
        let names: Vec<&str> = program.levels.iter().map(|one| one.name.as_str()).collect();
        program
            .level(level)
            .is_none()
            .then(|| format!("program `{}` has no level `{level}`; its levels are {}", program.id, names.join(", ")))
    }

    /// What stands in the way of a downgrade rule, as a sentence: a programme or a level that is not there, or nothing
    /// below it.
    #[must_use]
    pub fn no_ladder(&self, rule: &crate::rules::rule::Rule) -> Option<String> {
        let (program, level) = (rule.program.as_ref()?, rule.level.as_deref()?);
        let Some(known) = self.programs.get(program) else {
            // Where there is no programme at all a ready-made rule rests.
            let ids: Vec<&str> = self.programs.keys().map(ProgramId::as_str).collect();
            return (!ids.is_empty()).then(|| {
                format!("there is no program `{program}`; write one of {}, or apply it first", ids.join(", "))
            });
        };
        self.no_level(program, level).or_else(|| {
            known
                .below(level)
                .is_none()
                .then(|| format!("`{level}` is the lowest level of program `{program}`; nothing is below it"))
        })
    }

    fn wrong_currency(&self, partnership: &PartnershipRef, amount: Money) -> Option<String> {
        let brand = self.brands.get(&self.campaigns.get(&partnership.campaign)?.brand)?;
        plan::other_currency(amount, brand)
    }

    /// What is known about a subject, with the newest of what was learned.
    #[must_use]
    pub fn about(&self, subject: &Subject) -> About {
        self.about_at(subject, jiff::Timestamp::MAX)
    }

    /// The same with what had been learned by an instant: what a verdict of that instant rests on.
    #[must_use]
    pub fn about_at(&self, subject: &Subject, at: jiff::Timestamp) -> About {
        let mut about = About { k: self.k.unwrap_or(crate::rules::evidence::luck::K_DEFAULT), ..About::default() };
        match subject {
            Subject::Brand(id) => about.brand = Some(id.clone()),
            Subject::Campaign(id) => about.campaign = Some(id.clone()),
            Subject::Creator(id) => {
                about.creator = Some(id.clone());
                about.levels = self.levels_of(id);
            }
            Subject::Partnership(campaign, creator) => {
                about.campaign = Some(campaign.clone());
                about.creator = Some(creator.clone());
            }
            Subject::Post(platform, post) => {
                about.platform = Some(*platform);
                about.creator = self.posts.get(&(*platform, post.clone())).cloned();
            }
        }
        self.fill_campaign(subject, &mut about);
        if let Some(brand) = about.brand.as_ref().and_then(|id| self.brands.get(id)) {
            about.zone = brand.zone.rules();
            about.currency = Some(brand.currency);
        }
        self.fill_deal(subject, &mut about);
        about.plan = self.plan_of(subject, &about.zone);
        if let Some(deal) = about.deal {
            about.regimes = self.terms.regimes(subject, &about.zone, deal);
        }
        if let Subject::Partnership(campaign, creator) = subject {
            let own = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
            about.posts = self.pieces_in(&own).filter_map(|one| one.live_at).collect();
            about.standing = self.standing(campaign, creator, &about.zone).map(Arc::new);
        }
        self.fill_learned(subject, &mut about, at);
        about.packs = Arc::clone(&self.benchmarks.packs);
        if let Some(creator) = &about.creator {
            about.audiences = self.audiences_of(subject, creator);
        }
        let known = (at < jiff::Timestamp::MAX).then_some(at);
        about.excused = self.excused(&self.excuses, subject, &about, known);
        about
    }

    /// The newest instant at which something was learned or found to lie with a brand.
    #[must_use]
    pub fn newest_word(&self) -> jiff::Timestamp {
        let found = self.excuses.values().flat_map(|one| &one.versions).map(|one| one.known_at);
        found.chain(self.learned.newest_word()).max().unwrap_or(jiff::Timestamp::MIN)
    }

    fn levels_of(&self, creator: &CreatorId) -> BTreeMap<ProgramId, String> {
        self.memberships(creator)
            .filter(|one| one.acknowledged.is_some())
            .map(|one| (one.program.clone(), one.level.clone()))
            .collect()
    }

    /// The programmes a creator is in.
    pub fn memberships(&self, creator: &CreatorId) -> impl Iterator<Item = &Member> {
        self.members.values().filter(move |one| one.creator == *creator && one.state == Running::Active)
    }

    fn fill_campaign(&self, subject: &Subject, about: &mut About) {
        let Some(campaign) = about.campaign.as_ref().and_then(|id| self.campaigns.get(id)) else { return };
        about.brand = Some(campaign.brand.clone());
        add_targets(&campaign.target, &mut about.targets);
        if let Subject::Partnership(campaign, creator) = subject {
            let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
            if let Some(partnership) = self.partnerships.get(&key) {
                add_targets(&partnership.target, &mut about.targets);
            }
        }
    }

    fn fill_deal(&self, subject: &Subject, about: &mut About) {
        let Some(campaign) = about.campaign.as_ref().and_then(|id| self.campaigns.get(id)) else { return };
        let starts = match subject {
            Subject::Partnership(campaign_id, creator) => {
                let key = PartnershipRef { campaign: campaign_id.clone(), creator: creator.clone() };
                self.partnerships.get(&key).and_then(|one| one.starts).unwrap_or(campaign.starts)
            }
            Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) | Subject::Post(..) => campaign.starts,
        };
        let midnight = |day: jiff::civil::Date| day.to_zoned(about.zone.clone()).ok().map(|at| at.timestamp());
        let after = campaign.ends.0.tomorrow().ok();
        if let (Some(from), Some(until)) = (midnight(starts.0), after.and_then(midnight)) {
            about.deal = Some((from, until));
        }
    }

    /// Every subject of a scope that runs.
    #[must_use]
    pub fn subjects(&self, scope: Scope) -> Vec<Subject> {
        let active = |state: Running| state == Running::Active;
        match scope {
            Scope::Brand => {
                self.brands.values().filter(|one| active(one.state)).map(|one| Subject::Brand(one.id.clone())).collect()
            }
            Scope::Campaign => self
                .campaigns
                .values()
                .filter(|one| active(one.state))
                .map(|one| Subject::Campaign(one.id.clone()))
                .collect(),
            Scope::Creator => self
                .creators
                .values()
                .filter(|one| active(one.state))
                .map(|one| Subject::Creator(one.id.clone()))
                .collect(),
            Scope::Partnership => self
                .partnerships
                .values()
                .filter(|one| active(one.state))
                .map(|one| Subject::Partnership(one.campaign.clone(), one.creator.clone()))
                .collect(),
            Scope::Post => self.posts.keys().map(|(platform, post)| Subject::Post(*platform, post.clone())).collect(),
        }
    }

    /// A creator's own direct messages, one per platform they have linked; only those that are bound to a place. Empty =
    /// they cannot be reached, and a person must tell them.
    #[must_use]
    pub fn creator_rooms(&self, creator: &CreatorId) -> Vec<&Room> {
        let own = |room: &&Room| room.audience == Audience::Creator && room.creator.as_ref() == Some(creator);
        self.rooms.values().filter(own).filter(|room| room.address.is_some()).collect()
    }

    /// Brands with a running partnership with this creator.
    pub fn brands_of(&self, creator: &CreatorId) -> impl Iterator<Item = &BrandId> {
        self.partnerships
            .values()
            .filter(move |one| one.creator == *creator && one.state == Running::Active)
            .filter_map(|one| self.campaigns.get(&one.campaign))
            .map(|campaign| &campaign.brand)
    }

    /// Running boosts of a subject.
    #[must_use]
    pub fn boosts_of(&self, subject: &Subject) -> Vec<&Boost> {
        self.boosts
            .values()
            .filter(|boost| boost.state == Running::Active && self.is_within(&boost.partnership, subject))
            .collect()
    }

    /// Whether a partnership is a subject, or part of it.
    #[must_use]
    pub fn is_within(&self, partnership: &PartnershipRef, subject: &Subject) -> bool {
        match subject {
            Subject::Partnership(campaign, creator) => {
                partnership.campaign == *campaign && partnership.creator == *creator
            }
            Subject::Campaign(campaign) => partnership.campaign == *campaign,
            Subject::Creator(creator) => partnership.creator == *creator,
            Subject::Brand(brand) => {
                self.campaigns.get(&partnership.campaign).is_some_and(|campaign| campaign.brand == *brand)
            }
            Subject::Post(..) => false,
        }
    }

    /// The promised pieces of a subject's running partnerships, by the day they are due.
    #[must_use]
    pub fn pieces_of(&self, subject: &Subject) -> Vec<&Deliverable> {
        let runs = |key: &PartnershipRef| self.partnerships.get(key).is_some_and(|one| one.state == Running::Active);
        let mut pieces: Vec<&Deliverable> = self
            .deliverables
            .values()
            .filter(|one| self.is_within(&one.partnership, subject) && runs(&one.partnership))
            .collect();
        pieces.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
        pieces
    }

    /// The promised pieces of one partnership, found without looking at all others.
    pub fn pieces_in<'a>(&'a self, partnership: &'a PartnershipRef) -> impl Iterator<Item = &'a Deliverable> {
        // `-` is the first of the characters that an id may have.
        let first = DeliverableId::new("-").ok().map(|first| (partnership.clone(), first));
        let range = first.map(|first| self.deliverables.range(first..));
        let of_it = range.into_iter().flatten().take_while(move |((at, _), _)| at == partnership);
        of_it.map(|(_, piece)| piece)
    }

    /// A promised piece.
    #[must_use]
    pub fn piece(&self, partnership: &PartnershipRef, id: &DeliverableId) -> Option<&Deliverable> {
        self.deliverables.get(&(partnership.clone(), id.clone()))
    }

    /// Of a creator's [own rooms](Self::creator_rooms), those where the bot can still write.
    #[must_use]
    pub fn direct_rooms(&self, creator: &CreatorId) -> Vec<&Room> {
        self.creator_rooms(creator).into_iter().filter(|room| room.closed.is_none()).collect()
    }

    /// Who has this identity.
    #[must_use]
    pub fn person_of(&self, identity: &Identity) -> Option<&Person> {
        self.people.values().find(|person| person.identities.contains(identity))
    }

    /// What to call a creator.
    #[must_use]
    pub fn creator_name(&self, id: &CreatorId) -> String {
        self.creators.get(id).and_then(|one| one.name.clone()).unwrap_or_else(|| id.to_string())
    }

    /// What to call a campaign.
    #[must_use]
    pub fn campaign_name(&self, id: &CampaignId) -> String {
        self.campaigns.get(id).and_then(|one| one.name.clone()).unwrap_or_else(|| id.to_string())
    }

    /// What to call a brand.
    #[must_use]
    pub fn brand_name(&self, id: &BrandId) -> String {
        self.brands.get(id).map_or_else(|| id.to_string(), |one| one.name.clone())
    }
}

/// The room a document declares; where it was bound to and whether it is closed stay as they are.
#[must_use]
pub fn room_of(one: crate::domain::document::RoomDocument, kept: Option<&Room>) -> Room {
    Room {
        address: kept.and_then(|room| room.address.clone()),
        closed: kept.and_then(|room| room.closed.clone()),
        closed_at: kept.and_then(|room| room.closed_at),
        person: None,
        habits: Habits {
            loud: one.loud,
            digest: one.digest,
            // What people chose in the room is theirs.
            told: kept.map(|room| room.habits.told.clone()).unwrap_or_default(),
            escalate_after_secs: one.escalate_after.as_deref().and_then(parse_length).map(|length| length.as_secs()),
            escalate_to: one.escalate_to,
        },
        id: one.id,
        audience: one.audience,
        brand: one.brand,
        campaign: one.campaign,
        creator: None,
        locale: one.locale,
        zone: one.zone.as_str().to_owned(),
        quiet: one.quiet,
    }
}

fn add_targets(given: &Targets, targets: &mut BTreeMap<Metric, f64>) {
    use rust_decimal::prelude::ToPrimitive as _;
    for (metric, target) in given {
        let value = match target {
            Target::Money(money) => Some(crate::domain::num::f64_of(money.minor)),
            Target::Number(number) => number.to_f64(),
        };
        if let Some(value) = value {
            targets.insert(*metric, value);
        }
    }
}
