//! Tick, pull, judge, commit: one poll of one source account, carried to where the deliverer takes over.
//!
//! Owns: the order of these steps, and that everything a judged cycle leads to is in one transaction (of at most
//! [`CYCLE_SUBJECTS_MAX`](crate::store::limits::CYCLE_SUBJECTS_MAX) subjects). Survives: a kill between any two steps. Samples
//! are kept before they are judged; a cycle that was not committed is judged again at the next poll from the same samples and
//! comes to the same.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::core::{Core, State};
use super::cycle;
use super::planner;
use super::records::{PollRecord, PostRecord};
use super::trouble;
use crate::domain::ids::{CreatorId, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::domain::sample::{Form, Missing, Sample, SeriesKey};
use crate::rules::guards::Alarm;
use crate::rules::history::Touch;
use crate::sources::{Fetched, FoundPost};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys, samples};
use crate::words::trouble::Trouble;
use tokio::sync::MutexGuard;

mod judging;
mod polling;
mod wake;

pub use judging::judge_again;
use judging::{judge_touched, news_of, spoken_of};
pub use polling::{poll, run};

/// Keeps what a fetch answered, judges it and commits what follows.
pub async fn take_in(
    core: &Core,
    id: &SourceId,
    targets: usize,
    fetched: Fetched,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Fetched { samples, missing, posts, units, told: _, partial } = fetched;
    let (mut samples, missing) = add_up(samples, missing);
    core.count(|counts| counts.samples += crate::domain::num::u64_of_len(samples.len()));
    let record = PollRecord {
        source: id.clone(),
        at: now,
        targets,
        samples: samples.len(),
        missing: missing.len(),
        units: units.into_iter().collect(),
        failure: partial.as_ref().map(ToString::to_string),
    };
    let intake = core.intake.lock().await;
    let known = core.stamp();
    know(&mut samples, known);
    keep(core, &samples, &missing, &record, known).await?;
    keep_posts(core, posts, known).await?;
    let alarms = hear(core, Some(id), &samples, &missing, (now, known), intake).await?;
    super::booking::book_heard(core, &samples).await?;
    trouble::of_source(core, id, partial.as_ref()).await?;
    for alarm in alarms {
        tell_alarm(core, &alarm).await?;
    }
    Ok(())
}

/// Keeps what the program itself wrote down, judges it and commits what follows.
pub async fn take_booked(core: &Core, samples: &[Sample], now: Timestamp) -> Result<(), StoreError> {
    let intake = core.intake.lock().await;
    let known = core.stamp();
    let mut samples = samples.to_vec();
    know(&mut samples, known);
    for part in samples::writes_of_heard(&samples, &[], known)? {
        core.store.commit(part).await?;
    }
    for alarm in hear(core, None, &samples, &[], (now, known), intake).await? {
        tell_alarm(core, &alarm).await?;
    }
    Ok(())
}

/// What was fetched is known from the moment on at which it is taken in: several fetches may share an instant, and what
/// was known when must have an order.
fn know(samples: &mut [Sample], known: Timestamp) {
    for sample in samples {
        sample.known_at = known;
    }
}

/// Takes samples that are kept into the picture in memory, judges what they touch and commits what follows. `intake` is
/// held until they are in the picture.
async fn hear(
    core: &Core,
    polled: Option<&SourceId>,
    samples: &[Sample],
    missing: &[Missing],
    (now, known): (Timestamp, Timestamp),
    intake: MutexGuard<'_, ()>,
) -> Result<Vec<Alarm>, StoreError> {
    let mut state = core.state.lock().await;
    let appended = state.history.append_poll(samples, missing, known);
    state.cut.known = known;
    let alarms = appended.alarms;
    if alarms.is_empty() {
        let followed = followed(&state, &appended.touched, missing);
        let State { catalog, history, .. } = &mut *state;
        // How large an audience is, is no part of what is kept of a subject.
        catalog.unnoticed().measure_some(&history.view(), followed, now);
    } else {
        // What a guard says now may be about days that were judged already.
        state.judged.clear();
        let State { catalog, history, .. } = &mut *state;
        catalog.measure(&history.view(), now);
    }
    let news = news_of(&state, spoken_of(&state, &appended.touched, missing));
    let fired = judge_touched(core, &mut state, &news, now);
    if let Some(id) = polled {
        state.polled.insert(id.clone(), now);
    }
    drop(state);
    drop(intake);
    if let Err(error) = cycle::commit(core, fired).await {
        // What was judged is not kept, so it is to be judged again at the next poll.
        core.state.lock().await.judged.clear();
        return Err(error);
    }
    Ok(alarms)
}

/// Several targets may report into one series (two boosts of one partnership): their numbers are added, and where one is
/// missing the sum is missing. Both lists are in the order of their series.
fn add_up(samples: Vec<Sample>, missing: Vec<Missing>) -> (Vec<Sample>, Vec<Missing>) {
    let (mut samples, mut missing) = (samples, missing);
    if !missing.is_empty() {
        let absent: BTreeSet<&SeriesKey> = missing.iter().map(|one| &one.series).collect();
        samples.retain(|sample| !absent.contains(&sample.series));
    }
    // Sources mostly answer subject by subject: then only what is said of each has to be sorted.
    if samples.is_sorted_by(|one, next| one.series.subject <= next.series.subject) {
        for own in samples.chunk_by_mut(|one, next| one.series.subject == next.series.subject) {
            own.sort_by_key(|one| (one.series.metric, one.series.platform, one.form));
        }
    } else {
        samples.sort_by(|one, other| (&one.series, one.form).cmp(&(&other.series, other.form)));
    }
    samples.dedup_by(|next, sum| {
        let is_same = (&next.series, next.form) == (&sum.series, sum.form);
        if is_same {
            sum.value = sum.value.saturating_add(next.value);
            sum.provisional |= next.provisional;
            sum.self_reported |= next.self_reported;
        }
        is_same
    });
    missing.sort_by(|one, other| one.series.cmp(&other.series));
    (samples, missing)
}

async fn keep(
    core: &Core,
    samples: &[Sample],
    missing: &[Missing],
    record: &PollRecord,
    known: Timestamp,
) -> Result<(), StoreError> {
    let mut parts = samples::writes_of_heard(samples, missing, known)?;
    let mut transaction = parts.pop().unwrap_or_default();
    for part in parts {
        core.store.commit(part).await?;
    }
    let before = load::<PollRecord>(&*core.store, &keys::poll(&record.source, record.at)).await?;
    transaction.set(before.as_ref(), record)?;
    // What was spent is kept with the poll that spent it.
    planner::kept::put(core, &record.source, &mut transaction).await?;
    core.store.commit(transaction).await.map(drop)
}

/// Posts in one transaction: each may have 5,000 characters, and a character up to six bytes where it is escaped.
pub const POSTS_MAX: usize = 200;

async fn keep_posts(core: &Core, posts: Vec<FoundPost>, known: Timestamp) -> Result<(), StoreError> {
    for part in posts.chunks(POSTS_MAX) {
        let _pen = core.pen.lock().await;
        let mut transaction = Transaction::new();
        let mut news = Vec::new();
        for found in part {
            let kept = load::<PostRecord>(&*core.store, &keys::post(found.platform, &found.post)).await?;
            let record = PostRecord {
                platform: found.platform,
                post: found.post.clone(),
                creator: found.creator.clone(),
                published_at: found.published_at,
                title: found.title.clone().or_else(|| kept.as_ref().and_then(|kept| kept.value.title.clone())),
                text: found.description.clone().or_else(|| kept.as_ref().and_then(|kept| kept.value.text.clone())),
                format: found
                    .format
                    .map(str::to_owned)
                    .or_else(|| kept.as_ref().and_then(|kept| kept.value.format.clone())),
                known_at: None,
                earlier: Vec::new(),
            };
            let record = record.after(kept.as_ref().map(|kept| &kept.value), known);
            if kept.as_ref().is_none_or(|kept| kept.value != record) {
                transaction.set(kept.as_ref(), &record)?;
                news.push(record);
            }
        }
        if news.is_empty() {
            continue;
        }
        core.store.commit(transaction).await?;
        know_posts(&mut *core.state.lock().await, news, known);
        // What a post says may be what a deal waits for.
        core.bells.deals.ring();
    }
    Ok(())
}

/// Takes posts that are kept into the picture. Hold [`Core::intake`], since before `known` was stamped.
pub fn know_posts(state: &mut State, posts: Vec<PostRecord>, known: Timestamp) {
    state.cut.known = std::cmp::max(state.cut.known, known);
    for record in posts {
        state.history.add_post_known(&record.facts(), record.known_at.unwrap_or(known));
        state.catalog.know_post(record);
    }
}

/// Takes numbers that are kept, but came by no poll, into the picture, and judges what they are about.
///
/// The guards hear levels in the order in which they became known, and an import may be older than the last poll: then
/// the series are read again from the store. Amounts they do not listen to.
pub async fn take_notice(core: &Core, samples: Vec<Sample>) -> Result<(), StoreError> {
    let intake = core.intake.lock().await;
    let now = core.clock.now();
    let has_levels = samples.iter().any(|one| matches!(one.form, Form::Total { .. } | Form::Gauge { .. }));
    let history = if has_levels { Some(core.read_history().await?) } else { None };
    let mut state = core.state.lock().await;
    let news = news_of(&state, samples.iter().map(|one| (&one.series, one.form.observed_at())));
    let heard: Vec<Sample> = samples.iter().filter(|one| super::booking::is_paid_by(one)).cloned().collect();
    match history {
        // What the guards say of it, they said when it was so.
        Some((history, kept)) => {
            state.history = history;
            state.kept = kept;
        }
        None => drop(state.history.append_all(samples)),
    }
    state.cut.known = core.stamp();
    state.judged.clear();
    let State { catalog, history, .. } = &mut *state;
    catalog.measure(&history.view(), now);
    let fired = judge_touched(core, &mut state, &news, now);
    drop(state);
    drop(intake);
    cycle::commit(core, fired).await?;
    super::booking::book_heard(core, &heard).await
}

/// The creators whose followers were spoken of.
fn followed(state: &State, touched: &[Touch], missing: &[Missing]) -> Vec<CreatorId> {
    let followers = spoken_of(state, touched, missing).filter(|(series, _)| series.metric == Metric::Followers);
    let creators = followers.filter_map(|(series, _)| match &series.subject {
        Subject::Creator(creator) => Some(creator.clone()),
        Subject::Brand(_) | Subject::Campaign(_) | Subject::Partnership(..) | Subject::Post(..) => None,
    });
    creators.collect()
}

async fn tell_alarm(core: &Core, alarm: &Alarm) -> Result<(), StoreError> {
    match alarm {
        Alarm::StandstillBegan { platform, metric, since, share, fleet } => {
            let still = num::round_i64(share * f64::from(*fleet)).and_then(|count| u32::try_from(count).ok());
            let trouble = Trouble::Standstill {
                source: platform.title().to_owned(),
                metric: metric.title().to_owned(),
                still: still.unwrap_or(*fleet),
                of: *fleet,
                day: since.strftime("%Y-%m-%d").to_string(),
            };
            trouble::tell(core, &trouble).await
        }
        Alarm::Implausible { platform, at, accounts, .. } => {
            let source = platform.title().to_owned();
            trouble::tell(core, &Trouble::Implausible { source, count: *accounts, poll: at.to_string() }).await
        }
        Alarm::StandstillEnded { platform, metric, .. } | Alarm::ImplausibleSettled { platform, metric, .. } => {
            let detail = serde_json::to_value(alarm).unwrap_or_default();
            core.journal(core.line("guard_ended", format!("source/{platform}/{metric}"), detail)).await?;
            if matches!(alarm, Alarm::StandstillEnded { .. }) {
                trouble::end(core, &format!("standstill/{}/{}", platform.title(), metric.title())).await?;
            }
            Ok(())
        }
    }
}
