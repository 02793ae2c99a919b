//! Tick, pull, judge, commit: one poll of one source account, carried to where the deliverer takes over.
//!
//! Owns: the order of these steps, and that everything a judged cycle leads to is in one transaction (of at most
//! [`SUBJECTS_MAX`] subjects). Survives: a kill between any two steps. Samples are kept before they are judged; a cycle
//! that was not committed is judged again at the next poll from the same samples and comes to the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;

use super::catalog::{Catalog, Groups};
use super::config::SourceConfig;
use super::core::{Core, Ruled, State, context};
use super::cycle::{self, Fired};
use super::records::{ExcuseRecord, PollRecord, PostRecord};
use super::schedule::Schedule;
use super::service::rest_until;
use super::{causes, trouble};
use crate::domain::ids::{CreatorId, Platform, RuleId, Scope, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::domain::sample::{Form, Missing, Sample, SeriesKey};
use crate::rules::benchmark::group::Shared;
use crate::rules::eval::Scratch;
use crate::rules::guards::Alarm;
use crate::rules::history::Touch;
use crate::rules::judge::judge_changes;
use crate::rules::lifecycle::{Memory, Phase};
use crate::rules::readings::Span;
use crate::rules::window::{Frame, Window};
use crate::sources::quota::{self, Buckets, May};
use crate::sources::{Fetched, FoundPost, Request, Source, SourceError, youtube};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys, samples};
use crate::time::Held;
use crate::words::trouble::Trouble;
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

/// Subjects in one transaction; a larger poll is several cycles.
pub const SUBJECTS_MAX: usize = 2000;

/// Polls a source at every tick of its schedule, for ever.
pub async fn run(
    core: Arc<Core>,
    id: SourceId,
    config: SourceConfig,
    source: Arc<dyn Source>,
    mut held: Held,
    stop: CancellationToken,
) {
    let (expression, zone, jitter) = config.schedule();
    // It was read once when the configuration was checked.
    let Ok(schedule) = Schedule::new(expression, zone.rules()) else { return };
    loop {
        let Some(tick) = schedule.next_after(core.clock.now()) else { return };
        let spread = core.roll(|dice| dice.random_range(0..=std::cmp::max(jitter.0.as_secs(), 0)));
        let at = tick.checked_add(SignedDuration::from_secs(spread)).unwrap_or(tick);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
        if let Err(error) = poll(&core, &id, &config, &*source).await {
            tracing::error!(source.id = %id, error = &error as &dyn std::error::Error, "could not keep a poll; it is polled again at the next tick");
        }
    }
}

/// One poll, judged and committed.
pub async fn poll(core: &Core, id: &SourceId, config: &SourceConfig, source: &dyn Source) -> Result<(), StoreError> {
    let now = core.clock.now();
    let request = super::sourcing::request(id, config, &core.state.lock().await.catalog, now);
    let targets = request.targets.len();
    let fetched = match over_budget(core, id, config, &request, now).await {
        Some(error) => Fetched { partial: Some(error), ..Fetched::default() },
        None => match source.fetch(&request).await {
            Ok(fetched) => fetched,
            Err(error) => Fetched { partial: Some(error), ..Fetched::default() },
        },
    };
    if let Some(buckets) = core.state.lock().await.quota.get_mut(id) {
        for (bucket, units) in &fetched.units {
            buckets.spend(bucket, *units, now);
        }
        if let Some(SourceError::QuotaSpent { bucket, .. }) = &fetched.partial {
            buckets.exhaust(bucket, now);
        }
    }
    core.count(|counts| counts.polls += 1);
    take_in(core, id, targets, fetched, now).await
}

/// Why a poll would not fit into what is left of the day, if it would not. What was spent before a start of the program is
/// the platform's to know; its refusal fills the bucket.
async fn over_budget(
    core: &Core,
    id: &SourceId,
    config: &SourceConfig,
    request: &Request,
    now: Timestamp,
) -> Option<SourceError> {
    let SourceConfig::Youtube(settings) = config else { return None };
    let cost = youtube::cost(request);
    let mut state = core.state.lock().await;
    let budgets = [youtube::GENERAL, youtube::BATCH_STATS].map(|bucket| (bucket.to_owned(), settings.units_per_day));
    let buckets = state.quota.entry(id.clone()).or_insert_with(|| Buckets::new(budgets));
    let (bucket, _) = cost.iter().find(|(bucket, units)| buckets.may_spend(bucket, *units, now) != May::Spend)?;
    Some(SourceError::QuotaSpent { bucket: bucket.clone(), until: quota::next_midnight(now) })
}

/// Keeps what a fetch answered, judges it and commits what follows.
pub async fn take_in(
    core: &Core,
    id: &SourceId,
    targets: usize,
    fetched: Fetched,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Fetched { samples, missing, posts, units, partial } = fetched;
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
    for part in by_subjects(&samples, |sample| &sample.series.subject) {
        core.store.commit(samples::writes_of(part, &[])).await?;
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
        catalog.measure_some(&history.view(), followed, now);
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
    let absent: BTreeSet<SeriesKey> = missing.iter().map(|one| one.series.clone()).collect();
    let mut sums: BTreeMap<(SeriesKey, crate::domain::sample::Form), Sample> = BTreeMap::new();
    for sample in samples {
        if absent.contains(&sample.series) {
            continue;
        }
        match sums.entry((sample.series.clone(), sample.form)) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(sample)),
            std::collections::btree_map::Entry::Occupied(mut kept) => {
                let sum = kept.get_mut();
                sum.value = sum.value.saturating_add(sample.value);
                sum.provisional |= sample.provisional;
                sum.self_reported |= sample.self_reported;
            }
        }
    }
    let mut missing = missing;
    missing.sort_by(|one, other| one.series.cmp(&other.series));
    (sums.into_values().collect(), missing)
}

async fn keep(
    core: &Core,
    samples: &[Sample],
    missing: &[Missing],
    record: &PollRecord,
    known: Timestamp,
) -> Result<(), StoreError> {
    for part in by_subjects(samples, |sample| &sample.series.subject) {
        core.store.commit(samples::writes_of(part, &[])).await?;
    }
    for part in by_subjects(missing, |one| &one.series.subject) {
        core.store.commit(samples::writes_of_missing(part, known)).await?;
    }
    let mut transaction = Transaction::new();
    let before = load::<PollRecord>(&*core.store, &keys::poll(&record.source, record.at)).await?;
    transaction.set(before.as_ref(), record)?;
    core.store.commit(transaction).await.map(drop)
}

/// Parts of at most [`SUBJECTS_MAX`] subjects, of a list in the order of its subjects.
fn by_subjects<T>(items: &[T], subject: impl Fn(&T) -> &Subject) -> Vec<&[T]> {
    let mut parts = Vec::new();
    let (mut from, mut until, mut subjects) = (0, 0, 0);
    for run in items.chunk_by(|one, next| subject(one) == subject(next)) {
        if subjects == SUBJECTS_MAX {
            parts.extend(items.get(from..until));
            (from, subjects) = (until, 0);
        }
        until += run.len();
        subjects += 1;
    }
    parts.extend(items.get(from..until).filter(|part| !part.is_empty()));
    parts
}

async fn keep_posts(core: &Core, posts: Vec<FoundPost>, known: Timestamp) -> Result<(), StoreError> {
    for part in posts.chunks(SUBJECTS_MAX) {
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
                format: kept.as_ref().and_then(|kept| kept.value.format.clone()),
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

/// What a poll said of one subject.
struct News {
    /// The earliest instant that was spoken of.
    observed: Timestamp,
    /// Which numbers, or their absence.
    of: Vec<(Metric, Platform)>,
}

/// A rule, and the numbers that its verdict depends on.
struct Asks {
    id: RuleId,
    ruled: Ruled,
    wants: Vec<(Metric, Option<Platform>)>,
}

impl Asks {
    fn new(id: &RuleId, ruled: &Ruled) -> Self {
        let inputs = ruled.rule.inputs().iter().map(|input| input.want);
        let wants = inputs.flat_map(|want| want.metric.parts().into_iter().map(move |part| (part, want.platform)));
        Self { id: id.clone(), ruled: ruled.clone(), wants: wants.collect() }
    }

    fn is_of_brand(&self) -> bool {
        matches!(self.ruled.rule.rule().scope, Scope::Brand | Scope::Campaign)
    }

    /// Whether one of these numbers can change the verdict.
    fn hears(&self, of: &[(Metric, Platform)]) -> bool {
        let wanted = |metric, platform| {
            self.wants.iter().any(|want| want.0 == metric && want.1.is_none_or(|only| only == platform))
        };
        of.iter().any(|(metric, platform)| wanted(*metric, *platform))
    }
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

/// Judges every rule on every subject whose inputs changed, and rules that compare with others on everybody in a group of
/// which one member's did.
fn judge_touched(core: &Core, state: &mut State, news: &BTreeMap<Subject, News>, now: Timestamp) -> Vec<Fired> {
    let rules: Vec<Asks> = state.rules.iter().map(|(id, ruled)| Asks::new(id, ruled)).collect();
    let moved: BTreeSet<(RuleId, Subject)> = state
        .memory
        .iter()
        .filter(|((id, _), memory)| state.rules.get(id).is_some_and(|ruled| is_moved_by_time(ruled, memory)))
        .map(|(key, _)| key.clone())
        .collect();
    let mut round = Round { moved, ..Round::default() };
    // What lies with a brand is judged first, so that nobody is blamed for it in the same poll.
    let (brands, others): (Vec<&Asks>, Vec<&Asks>) = rules.iter().partition(|asks| asks.is_of_brand());
    judge_some(state, &brands, news, now, &mut round);
    if let Some(after) = causes::believed(&state.catalog.excuses, &round.fired) {
        let concerned = causes::concerned(state, &after);
        let silent = concerned.iter().filter(|(_, subject)| !news.contains_key(subject));
        let silent = silent.map(|(_, subject)| (subject.clone(), News { observed: now, of: Vec::new() })).collect();
        round.moved.extend(concerned);
        round.excuses = Some(after);
        state.judged.clear();
        judge_some(state, &others, &silent, now, &mut round);
    }
    judge_some(state, &others, news, now, &mut round);
    round.fired.extend(super::pooling::judge(state, news.keys(), now, &mut round.scratch));
    core.count(|counts| counts.evaluations += round.evaluated);
    round.fired
}

/// What is judged in one go.
#[derive(Default)]
struct Round {
    fired: Vec<Fired>,
    scratch: Scratch,
    groups: Groups,
    evaluated: u64,
    /// What is judged although it has no news.
    moved: BTreeSet<(RuleId, Subject)>,
    /// What lies with brands, where this round changed it.
    excuses: Option<BTreeMap<u64, ExcuseRecord>>,
}

fn judge_some(state: &mut State, rules: &[&Asks], news: &BTreeMap<Subject, News>, now: Timestamp, round: &mut Round) {
    let among = among_others(&state.catalog, &mut round.groups, rules, news);
    let subjects: BTreeSet<&Subject> = news.keys().chain(among.values().flat_map(BTreeMap::keys)).collect();
    for subject in subjects {
        let mut about = None;
        for asks in rules.iter().filter(|asks| asks.ruled.rule.rule().scope == subject.scope()) {
            let Asks { id, ruled, .. } = asks;
            let own = news.get(subject).filter(|news| asks.hears(&news.of)).map(|news| news.observed);
            let others = among.get(id).and_then(|others| others.get(subject)).copied();
            let is_moved = news.contains_key(subject)
                && !round.moved.is_empty()
                && round.moved.contains(&(id.clone(), subject.clone()));
            let heard = [own, others].into_iter().flatten().min();
            let Some(observed) = heard.or_else(|| news.get(subject).filter(|_| is_moved).map(|news| news.observed))
            else {
                continue;
            };
            let about = about.get_or_insert_with(|| {
                let mut about = state.catalog.about_at(subject, now);
                if let Some(excuses) = &round.excuses {
                    about.excused = state.catalog.excused(excuses, subject, &about, None);
                }
                about
            });
            let mut context = context(about, SignedDuration::ZERO, ruled.version);
            let due = is_due(&mut state.judged, (id, subject), ruled, (observed, now, &context.frame));
            if !due && !is_moved {
                continue;
            }
            let memory = state.memory.get(&(id.clone(), subject.clone())).cloned().unwrap_or_default();
            if !ruled.rule.selects(subject, &context) && !memory.is_open() {
                continue;
            }
            round.groups.add(&mut context, &state.catalog, subject, ruled);
            round.evaluated += 1;
            let view = state.history.view();
            let judged = judge_changes(&ruled.rule, subject, &context, &view, &memory, now, &mut round.scratch);
            if let Some(judgement) = judged {
                round.fired.push(Fired {
                    rule: ruled.clone(),
                    subject: subject.clone(),
                    about: about.clone(),
                    judgement,
                    before: memory,
                    cut: state.cut,
                });
            }
        }
    }
}

/// Judges rules on subjects that have no news, because what is known about them has changed.
pub async fn judge_again(core: &Core, again: &BTreeSet<(RuleId, Subject)>) -> Result<(), StoreError> {
    let now = core.clock.now();
    let mut state = core.state.lock().await;
    let rules: Vec<Asks> = state.rules.iter().map(|(id, ruled)| Asks::new(id, ruled)).collect();
    let news = again.iter().map(|(_, subject)| (subject.clone(), News { observed: now, of: Vec::new() })).collect();
    let mut round = Round { moved: again.clone(), ..Round::default() };
    judge_some(&mut state, &rules.iter().collect::<Vec<_>>(), &news, now, &mut round);
    drop(state);
    core.count(|counts| counts.evaluations += round.evaluated);
    cycle::commit(core, round.fired).await
}

/// For each rule that compares with others: everybody in the groups of those whose numbers came, and when these were
/// observed, the earliest of them. Each group is gone through once, however many of it have news.
fn among_others(
    catalog: &Catalog,
    groups: &mut Groups,
    rules: &[&Asks],
    news: &BTreeMap<Subject, News>,
) -> BTreeMap<RuleId, BTreeMap<Subject, Timestamp>> {
    let mut among = BTreeMap::new();
    for asks in rules.iter().filter(|asks| asks.ruled.rule.is_of_others()) {
        let rule = asks.ruled.rule.rule();
        let mut spoken: HashMap<usize, (Shared, Timestamp)> = HashMap::new();
        for (subject, news) in news {
            if rule.scope != subject.scope() || !asks.hears(&news.of) {
                continue;
            }
            let Some(group) = groups.of(catalog, subject, rule.group.as_ref()) else { continue };
            let (_, observed) = spoken.entry(Arc::as_ptr(&group).addr()).or_insert_with(|| (group, news.observed));
            *observed = std::cmp::min(*observed, news.observed);
        }
        let everybody = spoken.into_values().flat_map(|(group, observed)| {
            let members: Vec<Subject> = group.members.iter().map(|member| member.subject.clone()).collect();
            members.into_iter().map(move |subject| (subject, observed))
        });
        among.insert(asks.id.clone(), everybody.collect());
    }
    among
}

/// The series that a poll spoke of. A number that is missing is news too: it may be the one that a rule waits for.
fn spoken_of<'a>(
    state: &'a State,
    touched: &'a [Touch],
    missing: &'a [Missing],
) -> impl Iterator<Item = (&'a SeriesKey, Timestamp)> {
    let samples = touched.iter().filter_map(|touch| Some((state.history.key(touch.series)?, touch.observed)));
    samples.chain(missing.iter().map(|one| (&one.series, one.at)))
}

/// The same by the subjects whose readings it takes part in.
fn news_of<'a>(state: &State, spoken_of: impl Iterator<Item = (&'a SeriesKey, Timestamp)>) -> BTreeMap<Subject, News> {
    let mut news: BTreeMap<Subject, News> = BTreeMap::new();
    for (series, observed) in spoken_of {
        for concerned in concerned(state, &series.subject) {
            let news = news.entry(concerned).or_insert_with(|| News { observed, of: Vec::new() });
            news.observed = std::cmp::min(news.observed, observed);
            let number = (series.metric, series.platform);
            if !news.of.contains(&number) {
                news.of.push(number);
            }
        }
    }
    news
}

/// Subjects whose readings a sample of `subject` takes part in.
fn concerned(state: &State, subject: &Subject) -> Vec<Subject> {
    match subject {
        Subject::Post(platform, post) => {
            let creator = state.catalog.posts.get(&(*platform, post.clone()));
            std::iter::once(subject.clone()).chain(creator.cloned().map(Subject::Creator)).collect()
        }
        Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) | Subject::Partnership(..) => {
            vec![subject.clone()]
        }
    }
}

/// Whether there is a window to look at: of whole days only one that has ended since, or one that something was said
/// about after it had; others at every poll that touched the subject.
fn is_due(
    judged: &mut HashMap<RuleId, HashMap<Subject, Span>>,
    (rule, subject): (&RuleId, &Subject),
    ruled: &Ruled,
    (observed, now, frame): (Timestamp, Timestamp, &Frame),
) -> bool {
    match ruled.rule.window() {
        Window::Days(_) => {}
        Window::Hours(_) | Window::LastPosts(_) | Window::Deal => return true,
    }
    let of_rule = match judged.get_mut(rule) {
        Some(of_rule) => of_rule,
        None => judged.entry(rule.clone()).or_default(),
    };
    let due = ruled.rule.window().due(of_rule.get(subject).copied(), observed, now, frame);
    if let Some(span) = due {
        of_rule.insert(subject.clone(), span);
    }
    due.is_some()
}

/// Whether time alone may change how a rule stands, with no new number: a span that it must hold for, a cooldown or a
/// day's limit that ends, a snooze.
fn is_moved_by_time(ruled: &Ruled, memory: &Memory) -> bool {
    let rule = ruled.rule.rule();
    let spans = match memory.phase {
        Phase::Pending | Phase::Firing | Phase::Recovering => !ruled.rule.hold().get().is_zero(),
        Phase::Quiet | Phase::Resolved => false,
    };
    let limited = rule.cooldown.is_some() || rule.max_per_day.is_some();
    spans || (limited && memory.last_fired.is_some()) || memory.snoozed_until.is_some()
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
            core.journal(core.line("guard_ended", format!("source/{platform}/{metric}"), detail)).await
        }
    }
}
