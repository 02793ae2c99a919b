//! Which rules are judged on whom when numbers come: those whose inputs changed, those that compare with others on their
//! whole group, and what lies with a brand before anybody is blamed for it.

use std::cell::OnceCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::catalog::{Catalog, Groups};
use crate::app::causes;
use crate::app::core::{Core, Ruled, State, context};
use crate::app::cycle::{self, Fired};
use crate::app::records::ExcuseRecord;
use crate::domain::ids::{Platform, RuleId, Scope, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::{Missing, SeriesKey};
use crate::rules::benchmark::group::Shared;
use crate::rules::eval::{Scratch, nothing_changes};
use crate::rules::history::Touch;
use crate::rules::judge::judge_changes;
use crate::rules::lifecycle::{Memory, Phase};
use crate::rules::readings::Span;
use crate::rules::window::{Frame, Window};
use crate::store::StoreError;

/// What a poll said of one subject.
#[derive(Debug, Clone)]
pub(super) struct News {
    /// The earliest instant that was spoken of.
    observed: Timestamp,
    /// Which numbers, or their absence.
    of: Vec<(Metric, Platform)>,
}

impl News {
    fn hear(&mut self, number: (Metric, Platform), observed: Timestamp) {
        self.observed = std::cmp::min(self.observed, observed);
        if !self.of.contains(&number) {
            self.of.push(number);
        }
    }
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

/// Judges every rule on every subject whose inputs changed, and rules that compare with others on everybody in a group of
/// which one member's did.
pub(super) fn judge_touched(
    core: &Core,
    state: &mut State,
    news: &BTreeMap<Subject, News>,
    now: Timestamp,
) -> Vec<Fired> {
    let rules: Vec<Asks> = state.rules.iter().map(|(id, ruled)| Asks::new(id, ruled)).collect();
    let mut round = Round::default();
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
    round.fired.extend(crate::app::pooling::judge(state, news.keys(), now, &mut round.scratch));
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
    let small = state.catalog.benchmarks.small;
    for subject in subjects {
        let (mut about, heard) = (None, news.get(subject));
        let State { catalog, contexts, history, memory, judged, cut, .. } = &mut *state;
        let remembered = memory.of(subject);
        let seat = OnceCell::new();
        for asks in rules.iter().filter(|asks| asks.ruled.rule.rule().scope == subject.scope()) {
            let Asks { id, ruled, .. } = asks;
            let memory = remembered.and_then(|of| of.get(id));
            let own = heard.filter(|news| asks.hears(&news.of)).map(|news| news.observed);
            let others = among.get(id).and_then(|others| others.get(subject)).copied();
            let is_moved = heard.is_some()
                && (memory.is_some_and(|memory| is_moved_by_time(ruled, memory))
                    || (!round.moved.is_empty() && round.moved.contains(&(id.clone(), subject.clone()))));
            let spoken = [own, others].into_iter().flatten().min();
            let Some(observed) = spoken.or_else(|| heard.filter(|_| is_moved).map(|news| news.observed)) else {
                continue;
            };
            // What this round found to lie with a brand is in nothing that was kept before it.
            let kept = if round.excuses.is_none() { contexts.of(catalog, subject, now) } else { None };
            let mut due = None;
            if let Some(kept) = kept.filter(|_| ruled.rule.rule().selects.size.is_none()) {
                let is_due = *due.insert(is_due(judged, (id, subject), ruled, (observed, now, &kept.frame)));
                if (!is_due && !is_moved)
                    || (!ruled.rule.selects(subject, kept) && memory.is_none_or(|memory| !memory.is_open()))
                {
                    continue;
                }
                if let Some(seat) = seat.get_or_init(|| history.seat(subject, now))
                    && nothing_changes(&ruled.rule, seat, kept, memory, (now, small), &mut round.scratch)
                {
                    round.evaluated += 1;
                    continue;
                }
            }
            let about = about.get_or_insert_with(|| {
                let mut about = catalog.about_at(subject, now);
                if let Some(excuses) = &round.excuses {
                    about.excused = catalog.excused(excuses, subject, &about, None);
                }
                about
            });
            let mut context = context(about, SignedDuration::ZERO, ruled.version);
            let due = due.unwrap_or_else(|| is_due(judged, (id, subject), ruled, (observed, now, &context.frame)));
            if !due && !is_moved {
                continue;
            }
            let memory = memory.cloned().unwrap_or_default();
            if !ruled.rule.selects(subject, &context) && !memory.is_open() {
                continue;
            }
            round.groups.add(&mut context, catalog, subject, ruled);
            round.evaluated += 1;
            let view = history.view();
            let changes = judge_changes(&ruled.rule, subject, &context, &view, &memory, now, &mut round.scratch);
            if let Some(judgement) = changes {
                round.fired.push(Fired {
                    rule: ruled.clone(),
                    subject: subject.clone(),
                    about: about.clone(),
                    judgement,
                    before: memory,
                    cut: *cut,
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
pub(super) fn spoken_of<'a>(
    state: &'a State,
    touched: &'a [Touch],
    missing: &'a [Missing],
) -> impl Iterator<Item = (&'a SeriesKey, Timestamp)> {
    let samples = touched.iter().filter_map(|touch| Some((state.history.key(touch.series)?, touch.observed)));
    samples.chain(missing.iter().map(|one| (&one.series, one.at)))
}

/// The same by the subjects whose readings it takes part in.
pub(super) fn news_of<'a>(
    state: &State,
    spoken_of: impl Iterator<Item = (&'a SeriesKey, Timestamp)>,
) -> BTreeMap<Subject, News> {
    let mut news: BTreeMap<Subject, News> = BTreeMap::new();
    // What is said of one subject stands together: it is looked up once.
    let mut run: Option<(&Subject, News)> = None;
    for (series, observed) in spoken_of {
        let number = (series.metric, series.platform);
        match &mut run {
            Some((subject, so_far)) if **subject == series.subject => so_far.hear(number, observed),
            _ => {
                let before = run.replace((&series.subject, News { observed, of: vec![number] }));
                if let Some((subject, run)) = before {
                    spread(state, subject, &run, &mut news);
                }
            }
        }
    }
    if let Some((subject, run)) = run {
        spread(state, subject, &run, &mut news);
    }
    news
}

/// Gives what was said of a subject to everybody whose readings it takes part in.
fn spread(state: &State, subject: &Subject, run: &News, news: &mut BTreeMap<Subject, News>) {
    for concerned in concerned(state, subject) {
        match news.entry(concerned) {
            Entry::Vacant(place) => drop(place.insert(run.clone())),
            Entry::Occupied(mut heard) => {
                run.of.iter().for_each(|number| heard.get_mut().hear(*number, run.observed));
            }
        }
    }
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
