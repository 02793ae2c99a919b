//! What every task of the program shares: clock, store, configuration, bells, and the picture in memory.
//!
//! Owns: opening it all from a store, and the rule that one task at a time changes what is kept ([`Core::pen`]).
//! Survives: a kill at any point. Everything in memory is a picture of the store and is made again from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use serde::{Deserialize, Serialize};

use super::catalog::{About, Catalog};
use super::config::Config;
use super::contexts::{Contexts, Watched};
use super::memories::Memories;
use super::past::picture;
use super::past::settings::Judging;
use super::planner::kept::{self, Planned};
use super::records::{COUNTERS, Counters, DocumentRecord, MemoryRecord, PostRecord, RuleRecord};
use super::retention;
use super::tipping::{self, Tracks};
use super::vitals::tally::Tally;
use crate::domain::action::Proposal;
use crate::domain::document::Document;
use crate::domain::ids::{RuleId, SourceId, Subject};
use crate::domain::journal::JournalEntry;
use crate::rules::check::CheckedRule;
use crate::rules::evidence::{Luck, Prior};
use crate::rules::guards::Switches;
use crate::rules::history::{History, Known};
use crate::rules::judge::{Context, Facts};
use crate::rules::readings::Span;
use crate::rules::window::Frame;
use crate::store::records::{Loaded, Remembered, load, scan_all};
use crate::store::{Store, StoreError, Transaction, samples};
use crate::time::{Bell, Clock};

/// How much history is kept in memory: the longest window a rule may look at (a year and a day) is read from there.
pub(super) const HISTORY_KEPT: SignedDuration = SignedDuration::from_hours(367 * 24);

/// The smallest step of an instant.
const NANOSECOND: SignedDuration = SignedDuration::from_nanos(1);

/// The bells that tasks wake each other with.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is named for the task it wakes")]
pub struct Bells {
    pub deliver_telegram: Bell,
    pub deliver_discord: Bell,
    /// How often there was something new to tell. A deliverer is also woken by its own messages, and then need not look.
    pub asked: Arc<AtomicU64>,
    pub answer: Bell,
    pub answer_telegram: Bell,
    pub act: Bell,
    pub levels: Bell,
    pub offers: Bell,
    pub ladder: Bell,
    pub promotion: Bell,
    pub deals: Bell,
    pub digests: Bell,
    pub escalate: Bell,
    pub regret: Bell,
    pub follow_up: Bell,
    pub questions: Bell,
    pub tips: Bell,
    pub polls: BTreeMap<SourceId, Bell>,
}

impl Bells {
    fn new(clock: &Clock, config: &Config) -> Self {
        Self {
            deliver_telegram: clock.bell(),
            deliver_discord: clock.bell(),
            asked: Arc::default(),
            answer: clock.bell(),
            answer_telegram: clock.bell(),
            act: clock.bell(),
            levels: clock.bell(),
            offers: clock.bell(),
            ladder: clock.bell(),
            promotion: clock.bell(),
            deals: clock.bell(),
            digests: clock.bell(),
            escalate: clock.bell(),
            regret: clock.bell(),
            follow_up: clock.bell(),
            questions: clock.bell(),
            tips: clock.bell(),
            polls: config.sources.keys().map(|id| (id.clone(), clock.bell())).collect(),
        }
    }

    /// Wakes both deliverers: there is something new to tell.
    pub fn ring_deliverers(&self) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.deliver_discord.ring();
        self.deliver_telegram.ring();
    }
}

/// What was counted since the start; the demo prints it, and so does the metrics page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each counts what it is named for")]
pub struct Counts {
    pub polls: u64,
    pub samples: u64,
    pub evaluations: u64,
    pub fired: u64,
    pub resolved: u64,
    pub telegram: u64,
    pub discord: u64,
    pub edited: u64,
    pub failed: u64,
    pub proposed: u64,
    pub approved: u64,
    pub done: u64,
    pub verified: u64,
    /// By source, chat and outcome.
    pub tally: Tally,
}

/// A rule in force, ready to be judged.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// The rule.
    pub rule: CheckedRule,
    /// Its version.
    pub version: u32,
}

/// How far a picture goes: what became known later is not in it. Both are instants of [`Core::stamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The newest numbers and posts in it.
    pub known: Timestamp,
    /// The newest documents and rules in it.
    pub edition: Timestamp,
}

impl Cut {
    /// Everything that was known by an instant.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self { known: at, edition: at }
    }
}

/// Which numbers are in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryKept {
    /// From when on.
    pub since: Timestamp,
    /// Whether the store has older ones.
    pub older: bool,
}

/// The picture in memory.
pub struct State {
    /// How far it goes.
    pub cut: Cut,
    /// How far back its numbers go.
    pub kept: HistoryKept,
    /// What was applied.
    pub catalog: Watched<Catalog>,
    /// What is known about subjects that were judged: a cache.
    pub contexts: Contexts,
    /// The rules in force, by id.
    pub rules: BTreeMap<RuleId, Ruled>,
    /// The series, and the guards that listen to them.
    pub history: History,
    /// What rules remember; what is not here is quiet.
    pub memory: Memories,
    /// Up to which window end a rule has been judged on a subject: a cache, so that only what changed is judged.
    pub judged: HashMap<RuleId, HashMap<Subject, Span>>,
    /// Sources that fail, since when.
    pub failing: BTreeMap<SourceId, Timestamp>,
    /// Sources that have answered since the start, or since they failed.
    pub well: BTreeSet<SourceId>,
    /// What each source has spent, when it was asked what, and whether it rests.
    pub planned: BTreeMap<SourceId, Planned>,
    /// When each source last answered.
    pub polled: BTreeMap<SourceId, Timestamp>,
    /// How each kind of tip has done, by brand.
    pub tracks: Tracks,
}

/// What every task shares.
pub struct Core {
    /// The only time.
    pub clock: Clock,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The settings.
    pub config: Config,
    /// The bells.
    pub bells: Bells,
    /// The picture in memory.
    pub state: tokio::sync::Mutex<State>,
    /// Held by whoever reads, decides and commits, so that no two decide on the same reading. Other processes are held
    /// off by the versions in each transaction.
    pub pen: tokio::sync::Mutex<()>,
    /// Held while what somebody asked for is looked up and done: two people who press at once in two chats have their turn one
    /// after the other, and the second finds what the first did.
    pub turn: tokio::sync::Mutex<()>,
    /// Held from the moment numbers are kept until the picture has them, so that the picture has them in the order of their
    /// stamps.
    pub intake: tokio::sync::Mutex<()>,
    /// Held by whoever imports a table.
    pub imports: tokio::sync::Mutex<()>,
    /// The tokens of connected accounts.
    pub vault: Arc<super::vault::Vault>,
    /// Where tracking links lead.
    pub links: super::links::Links,
    /// Who is at work, and since when.
    pub parts: super::parts::Parts,
    /// The program's own troubles that may last.
    pub(super) lasting: super::trouble::Lasting,
    /// Whether the settings in force are known to be written down.
    pub(super) settings_kept: AtomicBool,
    stamped: Mutex<Timestamp>,
    /// What people and rules asked for, read anew each time and understood once.
    proposals: Remembered<Proposal>,
    /// Pictures that were drawn a moment ago.
    pub(super) gallery: super::gallery::Gallery,
    /// Held by whoever replays a rule over the past.
    pub replays: tokio::sync::Mutex<()>,
    counts: Mutex<Counts>,
    /// What the dice were made from.
    pub seed: u64,
    dice: Mutex<ChaCha8Rng>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Core({:?})", self.clock)
    }
}

impl Core {
    /// Opens the program on a store: everything in memory is read from it.
    pub async fn open(clock: Clock, store: Arc<dyn Store>, config: Config, seed: u64) -> Result<Arc<Self>, StoreError> {
        let now = clock.now();
        let (mut history, kept, newest) = load_history(&*store, now, switches(&config)).await?;
        let mut catalog = load_catalog(&*store, &config).await?;
        history.set_credits(catalog.credits());
        catalog.measure(&history.view(), now);
        let newest = std::cmp::max(newest, newest_edition(&*store).await?);
        // Nothing that comes now may share its instant with what is kept. What says it is from a later time came by import.
        let before = now.checked_sub(NANOSECOND).unwrap_or(now);
        let soon = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
        let stamped = if newest <= soon { std::cmp::max(before, newest) } else { before };
        let state = State {
            cut: Cut::at(stamped),
            kept,
            catalog: Watched::new(catalog),
            contexts: Contexts::default(),
            rules: load_rules(&*store).await?,
            history,
            memory: load_memory(&*store).await?,
            judged: HashMap::new(),
            failing: BTreeMap::new(),
            well: BTreeSet::new(),
            planned: kept::read(&*store, &config).await?,
            polled: BTreeMap::new(),
            tracks: tipping::tracks(&*store).await?,
        };
        let links = super::links::Links::read(&*store, &state.catalog).await?;
        let vault = super::vault::Vault::new(Arc::clone(&store), &config.vault, &clock);
        Ok(Arc::new(Self {
            bells: Bells::new(&clock, &config),
            parts: super::parts::Parts::new(&clock),
            clock,
            store,
            vault,
            config,
            state: tokio::sync::Mutex::new(state),
            pen: tokio::sync::Mutex::new(()),
            turn: tokio::sync::Mutex::new(()),
            intake: tokio::sync::Mutex::new(()),
            imports: tokio::sync::Mutex::new(()),
            lasting: super::trouble::Lasting::default(),
            links,
            settings_kept: AtomicBool::new(false),
            stamped: Mutex::new(stamped),
            proposals: Remembered::default(),
            gallery: super::gallery::Gallery::default(),
            replays: tokio::sync::Mutex::new(()),
            counts: Mutex::new(Counts::default()),
            seed,
            dice: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
        }))
    }

    /// Reads documents, people and rules again after they were changed. Takes the pen, so that nothing is committed and
    /// shown between the reading and the showing.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let _pen = self.pen.lock().await;
        let mut catalog = load_catalog(&*self.store, &self.config).await?;
        let rules = load_rules(&*self.store).await?;
        self.links.show(&catalog);
        let memory = load_memory(&*self.store).await?;
        let mut state = self.state.lock().await;
        state.history.set_credits(catalog.credits());
        catalog.measure(&state.history.view(), self.clock.now());
        *state.catalog = catalog;
        state.rules = rules;
        state.cut.edition = self.stamped();
        // A rule that has left shadow has forgotten what it saw there.
        state.memory = memory;
        state.judged.clear();
        drop(state);
        self.bells.promotion.ring();
        // Somebody may have come to a chat, or left a programme.
        self.bells.levels.ring();
        self.bells.deals.ring();
        // A room may have another place.
        self.bells.ring_deliverers();
        self.bells.digests.ring();
        self.bells.escalate.ring();
        self.bells.regret.ring();
        Ok(())
    }

    /// Reads the numbers again from the store, in the order in which they became known: what a start would see.
    pub async fn read_history(&self) -> Result<(History, HistoryKept), StoreError> {
        let (mut history, kept, _) = load_history(&*self.store, self.clock.now(), switches(&self.config)).await?;
        history.set_credits(self.state.lock().await.catalog.credits());
        Ok((history, kept))
    }

    /// Reads everything again from the store: somebody may have ended between keeping something and showing it.
    pub async fn read_again(&self) -> Result<(), StoreError> {
        let intake = self.intake.lock().await;
        let (history, kept) = self.read_history().await?;
        let mut state = self.state.lock().await;
        state.history = history;
        state.kept = kept;
        state.cut.known = self.stamp();
        drop(state);
        drop(intake);
        self.reload().await
    }

    /// Makes sure, at once before something goes out, that nobody else can have taken the store since it was noted: a worker
    /// that was paused between the two would do it a second time.
    ///
    /// # Errors
    ///
    /// Somebody can have.
    pub fn still_ours(&self, deed: &'static str) -> Result<(), StoreError> {
        let late =
            || StoreError::failed(deed, "the lease on the database has run out; whoever has it now goes on with it");
        if self.store.is_ours() { Ok(()) } else { Err(late()) }
    }

    /// An instant that nothing else has: now, or just after the last one that was given. Whatever changes the picture
    /// carries one, so that what was known when has an order even where a clock stands.
    pub fn stamp(&self) -> Timestamp {
        let mut last = self.stamped.lock().unwrap_or_else(PoisonError::into_inner);
        *last = std::cmp::max(self.clock.now(), last.checked_add(NANOSECOND).unwrap_or(*last));
        *last
    }

    fn stamped(&self) -> Timestamp {
        *self.stamped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a document that was just committed into the picture. Hold [`Core::pen`]: every document that is kept by then
    /// is in the picture afterwards.
    pub async fn take_document(&self, document: Document) {
        let mut state = self.state.lock().await;
        state.catalog.take_version(document, self.clock.now());
        let credits = state.catalog.credits();
        state.history.set_credits(credits);
        state.cut.edition = self.stamped();
    }

    /// Counts something.
    pub fn count(&self, what: impl FnOnce(&mut Counts)) {
        what(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was counted so far.
    #[must_use]
    pub fn counted(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Throws the dice: the one source of chance.
    pub fn roll<T>(&self, throw: impl FnOnce(&mut ChaCha8Rng) -> T) -> T {
        throw(&mut self.dice.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A line for the journal, by the program itself.
    #[must_use]
    pub fn line(&self, deed: &str, subject: impl std::fmt::Display, detail: serde_json::Value) -> JournalEntry {
        self.line_by("plimsoll", deed, subject, detail)
    }

    /// A line for the journal.
    #[must_use]
    pub fn line_by(
        &self,
        actor: &str,
        deed: &str,
        subject: impl std::fmt::Display,
        detail: serde_json::Value,
    ) -> JournalEntry {
        JournalEntry {
            at: self.clock.now(),
            actor: actor.to_owned(),
            deed: deed.to_owned(),
            subject: subject.to_string(),
            detail,
        }
    }

    /// Journals something that changes nothing else: a refusal.
    pub async fn journal(&self, entry: JournalEntry) -> Result<(), StoreError> {
        let mut transaction = Transaction::new();
        transaction.append_journal(&entry)?;
        self.store.commit(transaction).await.map(drop)
    }

    /// What people and rules asked for, oldest first, as it is kept now.
    pub async fn all_proposals(&self) -> Result<Vec<Arc<Loaded<Proposal>>>, StoreError> {
        self.proposals.all(&*self.store).await
    }

    /// The counters as kept.
    pub async fn counters(&self) -> Result<Option<Loaded<Counters>>, StoreError> {
        load(&*self.store, COUNTERS).await
    }
}

/// What judging needs to know about a subject.
#[must_use]
pub fn context(about: &About, lag: SignedDuration, rule_version: u32) -> Context {
    Context {
        frame: Frame { zone: about.zone.clone(), lag, deal: about.deal.map(|(from, until)| Span { from, until }) },
        facts: Facts {
            campaign: about.campaign.clone(),
            creator: about.creator.clone(),
            brand: about.brand.clone(),
            platform: about.platform,
            size: about.audiences.of_main().and_then(|audience| audience.size),
            levels: about.levels.clone(),
        },
        targets: about.targets.clone(),
        currency: about.currency,
        posts: about.posts.clone(),
        luck: Luck::Varied { k: about.k },
        prior: Prior::UNLEARNED,
        priors: about.priors.clone(),
        maturity: about.maturity,
        learned: about.learned.clone(),
        regimes: about.regimes.clone(),
        standing: about.standing.clone(),
        excused: about.excused.clone(),
        rule_version,
        plan: about.plan.clone(),
        // Only rules that compare need one: see [`super::catalog::judging`].
        group: None,
        audiences: about.audiences.clone(),
        packs: Arc::clone(&about.packs),
        ..Context::default()
    }
}

async fn load_catalog(store: &dyn Store, config: &Config) -> Result<Catalog, StoreError> {
    let mut catalog = picture::catalog(store, &Judging::of(config), None).await?;
    catalog.benchmarks = config.benchmarks.clone().into();
    Ok(catalog)
}

async fn load_rules(store: &dyn Store) -> Result<BTreeMap<RuleId, Ruled>, StoreError> {
    let mut rules = BTreeMap::new();
    for record in scan_all::<RuleRecord>(store).await? {
        let ruled = picture::ruled(&record.value.rule, record.value.version)?;
        rules.insert(ruled.rule.rule().id.clone(), ruled);
    }
    Ok(rules)
}

/// When the newest document or rule was taken in.
async fn newest_edition(store: &dyn Store) -> Result<Timestamp, StoreError> {
    let documents = scan_all::<DocumentRecord>(store).await?.into_iter().map(|kept| kept.value.known_at());
    let rules = scan_all::<RuleRecord>(store).await?.into_iter().map(|kept| kept.value.known_at());
    Ok(documents.chain(rules).max().unwrap_or(Timestamp::MIN))
}

/// The guards in force.
#[must_use]
pub fn switches(config: &Config) -> Switches {
    Switches { standstill: config.guards.standstill, implausible: config.guards.implausible }
}

/// The numbers in memory, how far back they go, and when the newest of them was known.
async fn load_history(
    store: &dyn Store,
    now: Timestamp,
    switches: Switches,
) -> Result<(History, HistoryKept, Timestamp), StoreError> {
    let mut history = History::new(switches);
    let mut since = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let removed = retention::retained(store).await?.and_then(|kept| kept.value.samples_since);
    since = std::cmp::max(since, removed.unwrap_or(Timestamp::MIN));
    let (mut gathered, mut newest) = (Known::default(), Timestamp::MIN);
    let older = samples::load_history(store, since, &mut |known_at, row| {
        newest = std::cmp::max(newest, known_at);
        gather(&row, known_at, &mut history, &mut gathered);
    })
    .await?;
    history.append_all_known(gathered);
    for post in scan_all::<PostRecord>(store).await? {
        for (facts, known_at) in post.value.all_facts() {
            newest = std::cmp::max(newest, known_at);
            history.add_post_known(&facts, known_at);
        }
    }
    Ok((history, HistoryKept { since, older: older || removed.is_some() }, newest))
}

/// Adds what a row says.
pub(super) fn gather(row: &samples::Row, known_at: Timestamp, history: &mut History, into: &mut Known) {
    match row {
        samples::Row::Samples(said) => said.iter().for_each(|sample| into.add(history, sample)),
        samples::Row::Missing(words) => words.iter().for_each(|word| into.add_missing(history, known_at, word)),
    }
}

async fn load_memory(store: &dyn Store) -> Result<Memories, StoreError> {
    let records = scan_all::<MemoryRecord>(store).await?;
    Ok(records.into_iter().map(|record| (record.value.rule, record.value.subject, record.value.memory)).collect())
}
