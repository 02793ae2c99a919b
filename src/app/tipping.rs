//! Tips that were given, and what came of them.
//!
//! Owns: that a tip is written down when it is told (in an alert, or to whoever asks for tips), when it is looked at again,
//! what the data say came of it, and how each kind of tip has done in a brand. Refuses: the arithmetic
//! ([`crate::insight::tips`]). Whoever is helped by a tip is thanked once, in their own chat; nobody is told of one that did
//! not help. Survives: a kill anywhere. What came of a tip and the thanks for it are one transaction.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::core::{Core, State};
use super::views::{self, Own, POST_SETTLED};
use super::word;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{BrandId, CreatorId, Subject};
use crate::domain::metric::Metric;
use crate::domain::num::round_i64;
use crate::domain::standing::Deal;
use crate::insight::own_ways::{Better, paused};
use crate::insight::posting_time::{OwnPost, PostingTip};
use crate::insight::tips::{Came, Tip, Track, came_of_code, came_of_hours, came_of_posts};
use crate::outbox::incident::IncidentId;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::store::records::{FirstDue, IndexRow, Loaded, Record, first_due, load, scan_all, scan_range};
use crate::store::{Key, Store, StoreError, Table, Transaction, keys};

/// A tip that somebody was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenTip {
    /// Whom it is for.
    pub creator: CreatorId,
    /// The brand in whose name it was given.
    pub brand: Option<BrandId>,
    /// The alert that it stood in, where one did.
    pub incident: Option<IncidentId>,
    /// What was said.
    #[serde(flatten)]
    pub tip: Tip,
    /// When.
    pub at: Timestamp,
    /// When it is looked at again.
    pub due: Timestamp,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<Came>,
}

impl Record for GivenTip {
    const TABLE: Table = Table::TipsGiven;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        // By the day: two rooms that are told at once tell of one tip.
        let day = self.at.as_second().div_euclid(86_400).saturating_mul(86_400);
        keys::tip(&self.creator, Timestamp::from_second(day).unwrap_or(self.at), self.tip.id(), self.tip.about())
    }

    fn index(&self) -> Vec<IndexRow> {
        let row = || IndexRow { table: Table::DueTips, key: keys::due(self.due, &self.key()), bytes: Vec::new() };
        self.came.is_none().then(row).into_iter().collect()
    }
}

/// How the tips did that are not kept any more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TipSums(Vec<(Option<BrandId>, String, Track)>);

impl TipSums {
    /// Where they are kept.
    pub const KEY: &'static [u8] = b"tip_sums";

    /// Adds what came of one that is removed.
    pub fn add(&mut self, one: &GivenTip) {
        let mut tracks = self.tracks();
        note(&mut tracks, one);
        self.0 = tracks.into_iter().map(|((brand, kind), track)| (brand, kind, track)).collect();
    }

    fn tracks(&self) -> Tracks {
        self.0.iter().map(|(brand, kind, track)| ((brand.clone(), kind.clone()), *track)).collect()
    }
}

impl Record for TipSums {
    const TABLE: Table = Table::Meta;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        Self::KEY.to_vec()
    }
}

/// How each kind of tip has done, by brand.
pub type Tracks = BTreeMap<(Option<BrandId>, String), Track>;

/// How each kind has done so far.
pub async fn tracks(store: &dyn Store) -> Result<Tracks, StoreError> {
    let mut tracks = load::<TipSums>(store, TipSums::KEY).await?.map(|kept| kept.value.tracks()).unwrap_or_default();
    for kept in scan_all::<GivenTip>(store).await? {
        note(&mut tracks, &kept.value);
    }
    Ok(tracks)
}

fn note(tracks: &mut Tracks, one: &GivenTip) {
    if let Some(came) = &one.came {
        let track = tracks.entry((one.brand.clone(), one.tip.id().to_owned())).or_default();
        *track = track.and(came);
    }
}

/// The brand in whose name a creator is given tips where no alert says it: the first that they work with.
fn brand_of(state: &State, creator: &CreatorId) -> Option<BrandId> {
    state.catalog.brands_of(creator).min().cloned()
}

/// Tips in the order in which they are worth giving, at most three.
#[must_use]
pub fn ranked(state: &State, creator: &CreatorId, tips: Vec<Tip>) -> Vec<Tip> {
    let brand = brand_of(state, creator);
    let track = |tip: &Tip| state.tracks.get(&(brand.clone(), tip.id().to_owned())).copied().unwrap_or_default();
    crate::insight::tips::ranked(tips, track)
}

/// What somebody's own posts say who asks for their tips, and of codes that are missing, the best three.
pub async fn of_creator(core: &Core, creator: &CreatorId, now: Timestamp) -> Result<Own, StoreError> {
    let mut own = views::own(core, creator, now).await?;
    let state = core.state.lock().await;
    for (at, deal) in deals(&state, creator) {
        let Some(code) = state.catalog.partnerships.get(&at).and_then(|one| one.codes.first()) else { continue };
        let missing = without_code(&deal, now).unwrap_or_default();
        own.tips.extend(missing.into_iter().map(|post| Tip::CodeMissing { code: code.clone(), post }));
    }
    own.tips = ranked(&state, creator, own.tips);
    Ok(own)
}

fn deals(state: &State, creator: &CreatorId) -> Vec<(PartnershipRef, Deal)> {
    let own = state.catalog.partnerships.keys().filter(|at| at.creator == *creator);
    let deal = |at: &PartnershipRef| {
        let zone = state.catalog.about(&at.subject()).zone;
        Some((at.clone(), state.catalog.standing(&at.campaign, &at.creator, &zone)?))
    };
    own.filter_map(deal).collect()
}

/// The posts of a deal that do not show its code; `None` where nobody has seen what they say.
fn without_code(deal: &Deal, now: Timestamp) -> Option<Vec<String>> {
    let fact = deal.fact(Metric::CodesMissing, now)?;
    fact.reading.value()?;
    Some(fact.named.into_iter().filter_map(|named| Some(named.post?.to_string())).collect())
}

/// Writes tips down that are being told, in the transaction of the telling. One of them that is being followed already goes
/// on being followed from its first telling.
pub async fn give(
    core: &Core,
    transaction: &mut Transaction,
    (creator, brand, incident): (&CreatorId, Option<&BrandId>, Option<&IncidentId>),
    tips: &[Tip],
) -> Result<(), StoreError> {
    if tips.is_empty() {
        return Ok(());
    }
    let now = core.clock.now();
    let (from, until) = keys::tips_of(creator);
    let open: Vec<GivenTip> = scan_range::<GivenTip>(&*core.store, &from, &until)
        .await?
        .into_iter()
        .map(|kept| kept.value)
        .filter(|one| one.came.is_none())
        .collect();
    let followed = |tip: &&Tip| open.iter().any(|one| (one.tip.id(), one.tip.about()) == (tip.id(), tip.about()));
    let brand = match brand {
        Some(brand) => Some(brand.clone()),
        None => brand_of(&*core.state.lock().await, creator),
    };
    let settled = core.config.tips.follow_up.0.checked_add(POST_SETTLED).unwrap_or(core.config.tips.follow_up.0);
    let due = now.checked_add(settled).unwrap_or(Timestamp::MAX);
    for tip in tips.iter().filter(|tip| !followed(tip)) {
        let one = GivenTip {
            creator: creator.clone(),
            brand: brand.clone(),
            incident: incident.cloned(),
            tip: tip.clone(),
            at: now,
            due,
            came: None,
        };
        transaction.create(&one)?;
    }
    core.bells.tips.ring();
    Ok(())
}

/// Writes down what somebody was answered who asked for tips. That somebody was quicker is no error: it is written down.
pub async fn answered(core: &Core, creator: &CreatorId, tips: &[Tip]) -> Result<(), StoreError> {
    let mut transaction = Transaction::new();
    give(core, &mut transaction, (creator, None, None), tips).await?;
    if transaction.writes.is_empty() {
        return Ok(());
    }
    match core.store.commit(transaction).await {
        Ok(_) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Looks at what is due; answers when the next is.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let key = match first_due(&*core.store, Table::DueTips, core.clock.now()).await? {
            FirstDue::Now(key) => key,
            FirstDue::Not(next) => return Ok(next),
        };
        let Some(kept) = load::<GivenTip>(&*core.store, &key).await? else { return Ok(None) };
        match judge(core, kept).await {
            // Somebody was quicker: it is looked at again.
            Err(StoreError::Conflict { .. }) => {}
            done => done?,
        }
    }
}

/// What came of a tip, and the thanks where it helped, in one transaction.
async fn judge(core: &Core, mut kept: Loaded<GivenTip>) -> Result<(), StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let one = &kept.value;
    let days = core.config.tips.follow_up.0;
    // What a post is stands in its record.
    let formatted = match &one.tip {
        Tip::Format { metric, .. } => views::formatted(core, &one.creator, *metric, now).await?,
        Tip::PostingTime(_) | Tip::Pause { .. } | Tip::LinkTarget { .. } | Tip::CodeMissing { .. } => Vec::new(),
    };
    let state = core.state.lock().await;
    let came = match &one.tip {
        Tip::PostingTime(tip) => hours(&state, one, tip, days, now),
        Tip::Pause { metric, better } => {
            let paused = paused(&views::own_posts(&state, &one.creator, *metric, now)).into_iter();
            came_of_ways(one, better, days, &paused.collect::<Vec<_>>())
        }
        Tip::CodeMissing { post, .. } => code_stands(&state, one, post, days, now),
        Tip::Format { better, .. } => came_of_ways(one, better, days, &formatted),
        // Where a link leads is asked of the page, not of numbers: nothing says it here.
        Tip::LinkTarget { .. } => came_of_code(None, None, None),
    };
    drop(state);
    kept.value.came = Some(came);
    let mut transaction = Transaction::new();
    transaction.update(&kept)?;
    let detail =
        json!({ "tip": kept.value.tip, "given": kept.value.at, "came": came, "incident": kept.value.incident });
    let subject = Subject::Creator(kept.value.creator.clone());
    transaction.append_journal(&core.line("tip_followed_up", subject, detail))?;
    if came.helped == Some(true) {
        thank(core, &mut transaction, &kept.value, &came, now).await?;
    }
    core.store.commit(transaction).await?;
    note(&mut core.state.lock().await.tracks, &kept.value);
    super::cycle::ring_deliverers(core);
    Ok(())
}

/// Whether a post went out in the days after a tip.
fn is_since(one: &GivenTip, days: SignedDuration, post: &OwnPost) -> bool {
    let until = one.at.checked_add(days).unwrap_or(Timestamp::MAX);
    one.at < post.published_at && post.published_at <= until
}

/// What the posts since say, as far as their views have come.
fn hours(state: &State, one: &GivenTip, tip: &PostingTip, days: SignedDuration, now: Timestamp) -> Came {
    let mut since = views::own_posts(state, &one.creator, tip.metric, now);
    since.retain(|post| is_since(one, days, post));
    came_of_hours(tip, &since, &views::zone(state, &one.creator))
}

/// What came of posting in a way that does better, from the posts since.
fn came_of_ways<K: PartialEq>(
    one: &GivenTip,
    better: &Better<K>,
    days: SignedDuration,
    posts: &[(K, OwnPost)],
) -> Came {
    let since: Vec<&(K, OwnPost)> = posts.iter().filter(|(_, post)| is_since(one, days, post)).collect();
    let there: Vec<f64> = since.iter().filter(|(by, _)| *by == better.best.by).map(|(_, post)| post.value).collect();
    came_of_posts((better.overall, better.gain), since.len(), &there)
}

/// Whether the code stands in the post now, and what it brought since against as many days before.
fn code_stands(state: &State, one: &GivenTip, post: &str, days: SignedDuration, now: Timestamp) -> Came {
    let has = |deal: &Deal| deal.pieces.iter().any(|piece| piece.post.as_ref().is_some_and(|of| of.as_str() == post));
    let Some((at, deal)) = deals(state, &one.creator).into_iter().find(|(_, deal)| has(deal)) else {
        return came_of_code(None, None, None);
    };
    let missing = without_code(&deal, now).map(|posts| posts.iter().any(|missing| missing == post));
    let view = state.history.view();
    let want = Want { metric: Metric::Redemptions, platform: None };
    let read = |from: Option<Timestamp>, until: Option<Timestamp>| {
        let span = Span { from: from?, until: until? };
        let count = view.over(&at.subject(), want, span).reading.value()?;
        Some((count * 86_400.0 / days.as_secs_f64(), round_i64(count).and_then(|n| u32::try_from(n).ok())?))
    };
    let before = read(one.at.checked_sub(days).ok(), Some(one.at));
    let after = read(Some(one.at), one.at.checked_add(days).ok());
    came_of_code(missing, before.map(|before| before.0), after)
}

/// A word of thanks to the creator, at most one a day.
async fn thank(
    core: &Core,
    transaction: &mut Transaction,
    one: &GivenTip,
    came: &Came,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (Some(before), Some(after)) = (came.before, came.after) else { return Ok(()) };
    let state = core.state.lock().await;
    let rooms: Vec<_> = state.catalog.direct_rooms(&one.creator).into_iter().cloned().collect();
    let name = state.catalog.creator_name(&one.creator);
    let zone = views::zone(&state, &one.creator);
    drop(state);
    let more = if 0.0 < before { round_i64(100.0 * (after / before - 1.0)) } else { None };
    let first = name.split_whitespace().next().unwrap_or(&name).to_owned();
    let args = [
        ("name", json!(first)),
        ("tip", json!(one.tip.id())),
        ("n", json!(came.n)),
        ("more", json!(more.unwrap_or(0))),
    ];
    let day = now.to_zoned(zone).date();
    word::tell(core, transaction, &rooms, &format!("tip_helped/{}/{day}", one.creator), ("word-tip-helped", &args))
        .await
}
