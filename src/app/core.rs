//! What every task of the program shares: clock, store, configuration, bells, and the picture in memory.
//!
//! Owns: opening it all from a store, and the rule that one task at a time changes what is kept ([`Core::pen`]).
//! Survives: a kill at any point. Everything in memory is a picture of the store and is made again from it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::catalog::{About, Catalog};
use super::config::Config;
use super::records::{COUNTERS, Counters, DocumentRecord, MemoryRecord, PostRecord, RuleRecord};
use crate::domain::ids::{RuleId, SourceId, Subject};
use crate::domain::journal::JournalEntry;
use crate::domain::person::{Grant, Person, Room};
use crate::rules::check::{self, CheckedRule};
use crate::rules::evidence::{Luck, Prior};
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::judge::{Context, Facts};
use crate::rules::lifecycle::Memory;
use crate::rules::readings::Span;
use crate::rules::window::Frame;
use crate::sources::quota::Buckets;
use crate::store::records::{Loaded, load, scan_all};
use crate::store::{Store, StoreError, Transaction, samples};
use crate::time::{Bell, Clock};

/// How much history is kept in memory: the longest window a rule may look at (a year and a day) is read from there.
pub(super) const HISTORY_KEPT: SignedDuration = SignedDuration::from_hours(367 * 24);

/// The bells that tasks wake each other with.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is named for the task it wakes")]
pub struct Bells {
    pub deliver_telegram: Bell,
    pub deliver_discord: Bell,
    pub answer: Bell,
    pub act: Bell,
    pub levels: Bell,
}

/// What was counted since the start; the demo prints it, the metrics page will.
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
}

/// A rule in force, ready to be judged.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// The rule.
    pub rule: CheckedRule,
    /// Its version.
    pub version: u32,
}

/// The picture in memory.
pub struct State {
    /// What was applied.
    pub catalog: Catalog,
    /// The rules in force, by id.
    pub rules: BTreeMap<RuleId, Ruled>,
    /// The series, and the guards that listen to them.
    pub history: History,
    /// What rules remember; what is not here is quiet.
    pub memory: HashMap<(RuleId, Subject), Memory>,
    /// Up to which window end a rule has been judged on a subject: a cache, so that only what changed is judged.
    pub judged: HashMap<RuleId, HashMap<Subject, Span>>,
    /// Sources that fail, since when.
    pub failing: BTreeMap<SourceId, Timestamp>,
    /// What sources with a quota have spent today.
    pub quota: BTreeMap<SourceId, Buckets>,
    /// When each source last answered.
    pub polled: BTreeMap<SourceId, Timestamp>,
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
    /// Held from the moment numbers are kept until the picture has them: by polls side by side, and alone by whoever
    /// reads the picture again from the store.
    pub intake: tokio::sync::RwLock<()>,
    /// Held by whoever imports a table.
    pub imports: tokio::sync::Mutex<()>,
    /// Held by whoever replays a rule over the past.
    pub replays: tokio::sync::Mutex<()>,
    counts: Mutex<Counts>,
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
        let state = State {
            catalog: load_catalog(&*store, &config).await?,
            rules: load_rules(&*store).await?,
            history: load_history(&*store, now, switches(&config)).await?,
            memory: load_memory(&*store).await?,
            judged: HashMap::new(),
            failing: BTreeMap::new(),
            quota: BTreeMap::new(),
            polled: BTreeMap::new(),
        };
        let bells = Bells {
            deliver_telegram: clock.bell(),
            deliver_discord: clock.bell(),
            answer: clock.bell(),
            act: clock.bell(),
            levels: clock.bell(),
        };
        Ok(Arc::new(Self {
            clock,
            store,
            config,
            bells,
            state: tokio::sync::Mutex::new(state),
            pen: tokio::sync::Mutex::new(()),
            intake: tokio::sync::RwLock::new(()),
            imports: tokio::sync::Mutex::new(()),
            replays: tokio::sync::Mutex::new(()),
            counts: Mutex::new(Counts::default()),
            dice: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
        }))
    }

    /// Reads documents, people and rules again after they were changed. Takes the pen, so that nothing is committed and
    /// shown between the reading and the showing.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let _pen = self.pen.lock().await;
        let catalog = load_catalog(&*self.store, &self.config).await?;
        let rules = load_rules(&*self.store).await?;
        let mut state = self.state.lock().await;
        state.catalog = catalog;
        state.rules = rules;
        state.judged.clear();
        drop(state);
        // Somebody may have come to a chat, or left a programme.
        self.bells.levels.ring();
        Ok(())
    }

    /// Reads the numbers again from the store, in the order in which they became known: what a start would see.
    pub async fn read_history(&self) -> Result<History, StoreError> {
        load_history(&*self.store, self.clock.now(), switches(&self.config)).await
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
            size: None,
            levels: about.levels.clone(),
        },
        targets: about.targets.clone(),
        currency: about.currency,
        posts: about.posts.clone(),
        luck: Luck::Varied { k: about.k },
        prior: Prior::UNLEARNED,
        maturity: about.maturity,
        rule_version,
    }
}

async fn load_catalog(store: &dyn Store, config: &Config) -> Result<Catalog, StoreError> {
    let mut catalog = Catalog { k: Some(config.evidence.k), maturity: config.maturity.clone(), ..Catalog::default() };
    for room in scan_all::<Room>(store).await? {
        catalog.rooms.insert(room.value.id.clone(), room.value);
    }
    for record in scan_all::<DocumentRecord>(store).await? {
        catalog.take(record.value.document);
    }
    for person in scan_all::<Person>(store).await? {
        catalog.people.insert(person.value.id.clone(), person.value);
    }
    catalog.grants = scan_all::<Grant>(store).await?.into_iter().map(|grant| grant.value).collect();
    for post in scan_all::<PostRecord>(store).await? {
        let post = post.value;
        catalog.published.insert((post.platform, post.post.clone()), post.published_at);
        catalog.posts.insert((post.platform, post.post), post.creator);
    }
    Ok(catalog)
}

async fn load_rules(store: &dyn Store) -> Result<BTreeMap<RuleId, Ruled>, StoreError> {
    let mut rules = BTreeMap::new();
    for record in scan_all::<RuleRecord>(store).await? {
        let RuleRecord { rule, version, .. } = record.value;
        // It was checked before it was kept; a program that understands less than the one that kept it must say so.
        let rule = check::check(&rule).map_err(|errors| StoreError::Damaged {
            what: format!(
                "the rule `{}` cannot be judged by this version ({}); run the version that applied it",
                rule.id,
                errors.first().map(ToString::to_string).unwrap_or_default()
            ),
        })?;
        rules.insert(rule.rule().id.clone(), Ruled { rule, version });
    }
    Ok(rules)
}

/// The guards in force.
#[must_use]
pub fn switches(config: &Config) -> Switches {
    Switches { standstill: config.guards.standstill, implausible: config.guards.implausible }
}

async fn load_history(store: &dyn Store, now: Timestamp, switches: Switches) -> Result<History, StoreError> {
    let mut history = History::new(switches);
    let since = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let mut all = Vec::new();
    samples::load_history(store, since, &mut |sample| all.push(sample)).await?;
    // What the guards said then was told then.
    drop(history.append_all(all));
    for post in scan_all::<PostRecord>(store).await? {
        history.add_post(&post.value.facts());
    }
    Ok(history)
}

async fn load_memory(store: &dyn Store) -> Result<HashMap<(RuleId, Subject), Memory>, StoreError> {
    let records = scan_all::<MemoryRecord>(store).await?;
    Ok(records.into_iter().map(|record| ((record.value.rule, record.value.subject), record.value.memory)).collect())
}
