//! What a person set is looked at again: did it work?
//!
//! Owns: which changes are followed up (a budget, what a code takes off, a target), when each is due and which two spans are
//! compared: as many whole days before the day of the change as after it, once late orders have had time to come. Refuses:
//! the arithmetic ([`crate::insight::follow_up`]). What was set again meanwhile, or taken back, says nothing about the first
//! change, and that is told. Survives: a kill anywhere. A change and its follow-up are one transaction, a verdict and its
//! message another.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::core::{Core, State};
use super::cycle;
use super::proposing::{boosted, brought};
use crate::domain::action::{Deed, Proposal, ProposalStage};
use crate::domain::document::{PartnershipRef, Target};
use crate::domain::ids::{BoostId, Subject};
use crate::domain::metric::{Kind, Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::num::f64_of;
use crate::domain::written::Percent;
use crate::insight::follow_up::{Counted, Moved, compare};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::rules::readings::{Readings as _, Span, Want};
use crate::store::records::{FirstDue, IndexRow, Loaded, Record, first_due, load, scan_all};
use crate::store::{Key, StoreError, Table, Transaction, keys};
use crate::words::adjust::AdjustView;
use crate::words::buttons::Composed;
use crate::words::desk::Following;
use crate::words::follow_up::{FollowUpView, Numbers, Said};
use crate::words::wording::Reader;

/// Half of the orders are there after one order lag; after three, seven of eight.
const LAGS: i32 = 3;

/// How long a verdict is news.
const FRESH: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What was set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "set", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Adjusted {
    /// The whole budget of a boost.
    Budget { boost: BoostId, to: Money, was: Money },
    /// What a code takes off.
    Share { partnership: PartnershipRef, code: String, to: Percent },
    /// What a campaign or a deal should reach.
    Target { name: String, metric: Metric, to: Target, was: Option<Target> },
}

/// A change that is followed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    /// `deed/12`, or `target/` with what, of what and when.
    pub name: String,
    /// Whom it concerns: its rooms are told.
    pub subject: Subject,
    /// Who set it, as people call them.
    pub by: String,
    /// What.
    pub what: Adjusted,
    /// When.
    pub at: Timestamp,
    /// The days before that are compared …
    pub before: Span,
    /// … with those after.
    pub after: Span,
    /// When it is looked at.
    pub due: Timestamp,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Verdict {
    /// A rate before and after.
    Moved { metric: Metric, moved: Moved },
    /// It was set again, or taken back, before the days were over.
    Overtaken { at: Timestamp },
    /// Nothing was counted before and after.
    NoNumbers,
    /// The number is none that single things are counted in, so luck cannot be told from change.
    NoCount { metric: Metric },
}

impl Record for FollowUp {
    const TABLE: Table = Table::FollowUps;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        self.name.clone().into_bytes()
    }

    fn index(&self) -> Vec<IndexRow> {
        let row = || IndexRow { table: Table::DueFollowUps, key: keys::due(self.due, &self.key()), bytes: Vec::new() };
        self.verdict.is_none().then(row).into_iter().collect()
    }
}

/// When something set now is looked at, and which days are compared. `None` where the end of time is near.
fn spans(core: &Core, state: &State, subject: &Subject, now: Timestamp) -> Option<(Span, Span, Timestamp)> {
    let zone = state.catalog.about(subject).zone;
    let days = jiff::Span::new().days(i64::from(core.config.adjust.days));
    let midnight = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let today = now.to_zoned(zone.clone()).date();
    let tomorrow = today.tomorrow().ok()?;
    let before = Span { from: midnight(today.checked_sub(days).ok()?)?, until: midnight(today)? };
    let after = Span { from: midnight(tomorrow)?, until: midnight(tomorrow.checked_add(days).ok()?)? };
    let lag = state.catalog.maturity.order_lag.0.saturating_mul(LAGS);
    Some((before, after, after.until.checked_add(lag).ok()?))
}

/// Adds the follow-up of a change to the transaction that makes it.
async fn add(
    core: &Core,
    transaction: &mut Transaction,
    (name, subject): (String, Subject),
    by: String,
    what: Adjusted,
) -> Result<(), StoreError> {
    let at = core.clock.now();
    let state = core.state.lock().await;
    let Some((before, after, due)) = spans(core, &state, &subject, at) else { return Ok(()) };
    drop(state);
    let one = FollowUp { name, subject, by, what, at, before, after, due, verdict: None };
    let kept = load::<FollowUp>(&*core.store, &one.key()).await?;
    transaction.set(kept.as_ref(), &one).map(drop)
}

/// Follows up what a platform has confirmed that somebody set: a budget or what a code takes off. What takes something back
/// is no change of its own.
pub(super) async fn of_deed(core: &Core, transaction: &mut Transaction, one: &Proposal) -> Result<bool, StoreError> {
    if !matches!(one.stage, ProposalStage::Verified { .. }) || one.undoes.is_some() || one.revives.is_some() {
        return Ok(false);
    }
    let what = match &one.deed {
        Deed::CutBoost { boost, budget, was }
        | Deed::RaiseBoost { boost, budget, was }
        | Deed::SetBudget { boost, budget, was } => {
            let was = one.before.as_deref().and_then(crate::domain::action::budget_in).unwrap_or(*was);
            Adjusted::Budget { boost: boost.clone(), to: *budget, was }
        }
        Deed::SetValue { partnership, code, percent } => {
            Adjusted::Share { partnership: partnership.clone(), code: code.clone(), to: *percent }
        }
        _ => return Ok(false),
    };
    let by = {
        let state = core.state.lock().await;
        let person = state.catalog.people.values().find(|person| person.id.as_str() == one.asked_by);
        person.map_or_else(|| one.asked_by.clone(), |person| person.name.clone())
    };
    add(core, transaction, (format!("deed/{}", one.number), one.subject.clone()), by, what).await?;
    Ok(true)
}

/// Follows up a target that somebody set.
pub(super) async fn of_target(
    core: &Core,
    transaction: &mut Transaction,
    subject: Subject,
    by: String,
    view: &AdjustView,
) -> Result<(), StoreError> {
    let AdjustView::Target { name, metric, target, was } = view else { return Ok(()) };
    let key = format!("target/{subject}/{metric}/{}", core.clock.now());
    let what = Adjusted::Target { name: name.clone(), metric: *metric, to: *target, was: *was };
    add(core, transaction, (key, subject), by, what).await
}

/// Looks at what is due; answers when the next is.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    loop {
        let key = match first_due(&*core.store, Table::DueFollowUps, core.clock.now()).await? {
            FirstDue::Now(key) => key,
            FirstDue::Not(next) => return Ok(next),
        };
        let Some(kept) = load::<FollowUp>(&*core.store, &key).await? else { return Ok(None) };
        match judge(core, kept).await {
            // Somebody was quicker: it is looked at again.
            Err(StoreError::Conflict { .. }) => {}
            done => done?,
        }
    }
}

/// The verdict and its message to the team, in one transaction.
async fn judge(core: &Core, mut kept: Loaded<FollowUp>) -> Result<(), StoreError> {
    let verdict = match overtaken(core, &kept.value).await? {
        Some(at) => Verdict::Overtaken { at },
        None => verdict(&*core.state.lock().await, &kept.value),
    };
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    kept.value.verdict = Some(verdict);
    let notice = Notice {
        about: About::FollowUp(kept.value.name.clone()),
        revision: 1,
        urgency: Urgency::Informational,
        cause: "follow_up".to_owned(),
        at: now,
        expires_at: now.checked_add(FRESH).unwrap_or(now),
        wording: None,
    };
    let state = core.state.lock().await;
    let rooms: Vec<_> =
        state.catalog.followers(&state.catalog.about(&kept.value.subject)).into_iter().cloned().collect();
    drop(state);
    let mut transaction = Transaction::new();
    transaction.update(&kept)?;
    transaction.create(&notice)?;
    cycle::deliver_to(core, &mut transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await?;
    let detail = json!({ "follow_up": kept.value.name, "set": kept.value.what, "came": kept.value.verdict });
    transaction.append_journal(&core.line("followed_up", &kept.value.subject, detail))?;
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(())
}

/// When the same was set again, or taken back, before its days were over.
async fn overtaken(core: &Core, one: &FollowUp) -> Result<Option<Timestamp>, StoreError> {
    let same = |other: &FollowUp| match (&one.what, &other.what) {
        (Adjusted::Budget { boost, .. }, Adjusted::Budget { boost: other, .. }) => boost == other,
        (Adjusted::Share { code, .. }, Adjusted::Share { code: other, .. }) => code.eq_ignore_ascii_case(other),
        (Adjusted::Target { metric, .. }, Adjusted::Target { metric: other, .. }) => metric == other,
        (_, _) => false,
    };
    let inside = |at: Timestamp| one.at < at && at < one.after.until;
    let all = scan_all::<FollowUp>(&*core.store).await?.into_iter().map(|kept| kept.value);
    let again = all.filter(|other| other.subject == one.subject && same(other)).map(|other| other.at);
    let number = one.name.strip_prefix("deed/").and_then(|number| number.parse::<u64>().ok());
    let proposals = core.all_proposals().await?;
    let of = number.and_then(|number| proposals.iter().find(|kept| kept.value.number == number));
    // A boost that was stopped meanwhile is not the boost whose budget was set.
    let back = proposals.iter().filter_map(|kept| match kept.value.stage {
        ProposalStage::Verified { at, .. } => {
            let of = of?;
            (kept.value.deed.object() == of.value.deed.object()).then_some(at)
        }
        _ => None,
    });
    Ok(again.chain(back).filter(|at| inside(*at)).min())
}

/// What the two spans say.
fn verdict(state: &State, one: &FollowUp) -> Verdict {
    let view = state.history.view();
    let read = |metric, span| view.over(&one.subject, Want { metric, platform: None }, span).reading.value();
    let days = |span: Span| f64_of(span.until.duration_since(span.from).as_hours()) / 24.0;
    let counted = |metric: Metric, span: Span| -> Option<Counted> {
        Some(match metric.kind() {
            Kind::Derived { over: [Metric::Spend], under, .. } => {
                Counted { n: read(under, span)?, per: read(Metric::Spend, span)? }
            }
            Kind::Derived { over: [over], under, .. } => Counted { n: read(*over, span)?, per: read(under, span)? },
            Kind::Counter => Counted { n: read(metric, span)?, per: days(span) },
            Kind::Derived { .. } | Kind::Gauge => return None,
        })
    };
    let (metric, pair) = match &one.what {
        Adjusted::Budget { .. } => {
            // What the money of boosts brought; the fees beside it were agreed before.
            let of = |span| {
                Some(Counted { n: brought(state, &one.subject, span)?, per: boosted(state, &one.subject, span)? })
            };
            (Metric::Cpa, of(one.before).zip(of(one.after)))
        }
        Adjusted::Share { .. } => {
            (Metric::Orders, counted(Metric::Orders, one.before).zip(counted(Metric::Orders, one.after)))
        }
        Adjusted::Target { metric, .. } if !is_counted(*metric) => return Verdict::NoCount { metric: *metric },
        Adjusted::Target { metric, .. } => (*metric, counted(*metric, one.before).zip(counted(*metric, one.after))),
    };
    match pair.and_then(|(before, after)| compare(before, after)) {
        Some(moved) => Verdict::Moved { metric, moved },
        None => Verdict::NoNumbers,
    }
}

/// Whether a metric is a number of single things, or one of them per something.
fn is_counted(metric: Metric) -> bool {
    // Of refunds fewer are better: that is not what is compared here.
    let things = |metric: Metric| {
        let counts = metric.kind() == Kind::Counter && metric.unit() == Unit::Count;
        counts && !metric.is_of_deal() && metric != Metric::Refunds
    };
    match metric.kind() {
        Kind::Derived { over: [Metric::Spend], under, .. } => things(under),
        Kind::Derived { over: [over], .. } => things(*over),
        Kind::Counter => things(metric),
        Kind::Derived { .. } | Kind::Gauge => false,
    }
}

/// As people are shown it.
fn adjusted(what: &Adjusted) -> AdjustView {
    match what {
        Adjusted::Budget { boost, to, was } => AdjustView::Budget { name: boost.to_string(), budget: *to, was: *was },
        Adjusted::Share { code, to, .. } => AdjustView::Share { name: code.clone(), share: *to },
        Adjusted::Target { name, metric, to, was } => {
            AdjustView::Target { name: name.clone(), metric: *metric, target: *to, was: *was }
        }
    }
}

/// A rate as people read it: what one costs, how many a day, which share.
fn rate(metric: Metric, counted: Counted) -> Option<f64> {
    match metric.kind() {
        Kind::Derived { over: [Metric::Spend], scale, .. } => {
            (0.0 < counted.n).then(|| f64::from(scale) * counted.per / counted.n)
        }
        _ => (0.0 < counted.per).then(|| counted.n / counted.per),
    }
}

fn said(state: &State, one: &FollowUp, verdict: &Verdict) -> Said {
    let currency: Option<Currency> = state.catalog.about(&one.subject).currency;
    match verdict {
        Verdict::Moved { metric, moved } => Said::Moved(Numbers {
            metric: *metric,
            currency,
            before: rate(*metric, moved.before),
            after: rate(*metric, moved.after),
            moved: *moved,
        }),
        Verdict::Overtaken { at } => Said::Overtaken { at: *at },
        Verdict::NoNumbers => Said::NoNumbers,
        Verdict::NoCount { metric } => Said::NoCount { metric: *metric },
    }
}

/// The message of a verdict.
pub async fn compose(core: &Core, name: &str, reader: &Reader) -> Result<Option<Composed>, StoreError> {
    let Some(kept) = load::<FollowUp>(&*core.store, name.as_bytes()).await? else { return Ok(None) };
    let one = kept.value;
    let Some(verdict) = &one.verdict else { return Ok(None) };
    let state = core.state.lock().await;
    let view = FollowUpView {
        what: adjusted(&one.what),
        by: one.by.clone(),
        at: one.at,
        days: core.config.adjust.days,
        said: said(&state, &one, verdict),
    };
    drop(state);
    Ok(Some(Composed::plain(crate::words::follow_up::compose(&view, reader, core.clock.now()))))
}

/// What waits for its verdict, of what a person decides about: the next first.
pub(super) async fn pending(
    core: &Core,
    decides: impl Fn(&State, &FollowUp) -> bool,
) -> Result<Vec<Following>, StoreError> {
    let all = scan_all::<FollowUp>(&*core.store).await?;
    let state = core.state.lock().await;
    let mut waiting: Vec<FollowUp> =
        all.into_iter().map(|kept| kept.value).filter(|one| one.verdict.is_none() && decides(&state, one)).collect();
    waiting.sort_by_key(|one| (one.due, one.name.clone()));
    let line = |one: FollowUp| Following { what: adjusted(&one.what), by: one.by, at: one.at, due: one.due };
    Ok(waiting.into_iter().map(line).collect())
}
