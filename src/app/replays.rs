//! Replays of rules over what is kept: what each subject's deal is worth to them, their picture, and `backtest` in a chat.
//!
//! A replay in a chat reads the numbers again from the store, so that nothing waits for it; it is worked out on a thread of
//! its own, one at a time, and refused where it is too much (`LOOKS_MAX`). It changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::catalog::{Catalog, Groups};
use super::commands::Asked;
use super::core::{Core, context, switches};
use super::views;
use crate::domain::ids::{CreatorId, GroupId, RuleId, Subject};
use crate::domain::money::Money;
use crate::domain::person::{Grant, Reach};
use crate::domain::written::parse_length;
use crate::rules::backtest::ruled::{Way, complete, drawn, replay};
use crate::rules::backtest::{BacktestReport, Case, Fire, Outcome, RuleReport};
use crate::rules::check::CheckedRule;
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::window::Window;
use crate::store::StoreError;
use crate::words::chart::{self, Chart, ChartError};
use crate::words::command::Needs;
use crate::words::message::{Message, Picture};
use crate::words::replay::{Call, NoReplay, ReplayView, replayed};
use crate::words::wording::{Reader, say};

/// Days that a replay looks back where nobody says how many.
const DAYS: u32 = 90;

/// Window ends that are judged for one answer: three thousand creators over a year of days, or a second or two.
const LOOKS_MAX: usize = 1_200_000;

/// Wrong calls that an answer names.
const WORST: usize = 3;

/// A subject as a replay sees it.
#[must_use]
pub fn case(catalog: &Catalog, subject: &Subject, version: u32) -> Case {
    let about = catalog.about(subject);
    let campaign = about.campaign.as_ref().and_then(|id| catalog.campaigns.get(id));
    let attribution = campaign.map_or(SignedDuration::ZERO, |campaign| {
        campaign.attribution.as_deref().and_then(parse_length).unwrap_or(catalog.maturity.attribution.0)
    });
    let brand = about.brand.as_ref().and_then(|id| catalog.brands.get(id));
    Case {
        context: context(&about, SignedDuration::ZERO, version),
        order_margin: brand.and_then(|brand| brand.margin_per_order),
        attribution,
        named: BTreeMap::new(),
    }
}

/// Adds comparable others, where one of the rules compares: as the catalog knows them, by the followers it has measured.
pub fn compare(cases: &mut BTreeMap<Subject, Case>, catalog: &Catalog, rules: &[CheckedRule]) {
    if !rules.iter().any(CheckedRule::reads_groups) {
        return;
    }
    let mut groups = Groups::default();
    let named: BTreeSet<&GroupId> = rules.iter().filter_map(|rule| rule.rule().group.as_ref()).collect();
    for (subject, case) in cases {
        case.context.group = groups.of(catalog, subject, None);
        let of = |id: &&GroupId| groups.of(catalog, subject, Some(id)).map(|group| ((*id).clone(), group));
        case.named = named.iter().filter_map(of).collect();
    }
}

/// The picture of the fire with the most at stake; where no money is known, of the subject with the most fires. `None`:
/// nothing fired, or what fired has no value to draw.
#[must_use]
pub fn picture(
    rules: &[CheckedRule],
    cases: &BTreeMap<Subject, Case>,
    history: &History,
    report: &BacktestReport,
    reader: &Reader,
) -> Option<Result<Picture, ChartError>> {
    let (rule, subject, marks) = report
        .rules
        .iter()
        .zip(rules)
        .flat_map(|(report, rule)| by_subject(report).into_iter().map(move |(subject, fires)| (rule, subject, fires)))
        .max_by_key(|(_, _, fires)| {
            let at_stake = fires.iter().filter_map(|fire| fire.saved).map(|saved| saved.minor.unsigned_abs()).max();
            (at_stake, fires.len())
        })
        .map(|(rule, subject, fires)| {
            let marks: Vec<_> = fires.iter().map(|fire| (fire.at, fire.outcome)).collect();
            (rule, subject, marks)
        })?;
    let case = cases.get(subject)?;
    let line = drawn(rule, case, subject, history)?;
    let chart = Chart {
        metric: line.metric,
        currency: case.context.currency,
        points: line.points,
        band: None,
        limit: line.limit,
        fired_at: None,
    };
    let who = subject.to_string();
    let title = say!(reader.words(), "backtest-title", rule = rule.rule().id.as_str(), who = who);
    Some(chart::render_marked(&chart, &marks, &title, reader))
}

fn by_subject(report: &RuleReport) -> BTreeMap<&Subject, Vec<&Fire>> {
    let mut fires: BTreeMap<&Subject, Vec<&Fire>> = BTreeMap::new();
    for fire in &report.fires {
        fires.entry(&fire.subject).or_default().push(fire);
    }
    fires
}

/// Replays a rule in force over the last days of everybody the asker may see.
pub async fn in_chat(core: &Core, asked: &Asked, id: &RuleId, days: Option<u32>) -> Result<Message, StoreError> {
    let (now, reader) = (core.clock.now(), &asked.reader);
    let days = days.unwrap_or(DAYS);
    let Ok(_turn) = core.replays.try_lock() else { return Ok(NoReplay::Busy.say(reader)) };
    let state = core.state.lock().await;
    let Some(ruled) = state.rules.get(id).cloned() else {
        return Ok(super::commands::unknown_rule(&state, asked, id, now));
    };
    let reach = reach_of(&state.catalog, asked);
    let mut cases: BTreeMap<Subject, Case> = state
        .catalog
        .subjects(ruled.rule.rule().scope)
        .into_iter()
        .filter(|subject| is_visible(&state.catalog, subject, reach.as_deref()))
        .map(|subject| (subject.clone(), case(&state.catalog, &subject, ruled.version)))
        .filter(|(subject, case)| ruled.rule.selects(subject, &case.context))
        .collect();
    compare(&mut cases, &state.catalog, std::slice::from_ref(&ruled.rule));
    drop(state);
    if cases.is_empty() {
        return Ok(NoReplay::Nobody { rule: id.clone() }.say(reader));
    }
    let (history, _) = core.read_history().await?;
    let after = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).ok();
    if LOOKS_MAX < looks(&ruled.rule, &history, days, after).saturating_mul(cases.len()) {
        return Ok(NoReplay::Large { subjects: cases.len(), days }.say(reader));
    }
    complete(&mut cases, &history);
    let guards = switches(&core.config);
    let worked = {
        let (rule, reader) = (ruled.rule.clone(), reader.clone());
        core.clock.aside(move || worked_out(rule, &cases, &history, guards, after, &reader)).await
    };
    let (report, picture) =
        worked.map_err(|error| StoreError::Damaged { what: format!("a replay stopped: {error}") })?;
    let state = core.state.lock().await;
    let who = |subject: &Subject| {
        let names = views::names(&state, subject);
        names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| subject.to_string())
    };
    let view = view(&report, ruled.version, days, state.polled.values().max().copied(), &who);
    Ok(replayed(&view, picture, reader, now))
}

fn worked_out(
    rule: CheckedRule,
    cases: &BTreeMap<Subject, Case>,
    history: &History,
    guards: Switches,
    after: Option<Timestamp>,
    reader: &Reader,
) -> (RuleReport, Option<Picture>) {
    // One thread: polls and deliveries have the others.
    let way = Way { guards, after, until: None, threads: 1 };
    let id = rule.rule().id.clone();
    let rules = [rule];
    let mut report = replay(&rules, cases, history, way, &|_, _| {});
    let picture = picture(&rules, cases, history, &report, reader).and_then(Result::ok);
    (report.rules.pop().unwrap_or_else(|| RuleReport::nothing(id)), picture)
}

/// The window ends that one subject is judged at.
fn looks(rule: &CheckedRule, history: &History, days: u32, after: Option<Timestamp>) -> usize {
    match rule.window() {
        Window::Days(_) => usize::try_from(days).unwrap_or(usize::MAX),
        Window::Hours(_) | Window::LastPosts(_) | Window::Deal => {
            history.instants(|_| true).into_iter().filter(|at| after.is_none_or(|after| after < *at)).count()
        }
    }
}

/// How far the asker's roles that may look into rules reach; `None` at the terminal, which sees all.
fn reach_of(catalog: &Catalog, asked: &Asked) -> Option<Vec<Reach>> {
    let person = asked.person.as_ref()?;
    let counts = |grant: &&Grant| grant.person == person.id && Needs::Study.roles().contains(&grant.role);
    Some(catalog.grants.iter().filter(counts).map(|grant| grant.reach.clone()).collect())
}

fn is_visible(catalog: &Catalog, subject: &Subject, reach: Option<&[Reach]>) -> bool {
    let Some(reach) = reach else { return true };
    let about = catalog.about(subject);
    // A creator on their own belongs to everybody they work with.
    let alone = about.creator.as_ref().filter(|_| about.campaign.is_none());
    reach.iter().any(|reach| match reach {
        Reach::All => true,
        Reach::Brand(brand) => {
            about.brand.as_ref() == Some(brand)
                || alone.is_some_and(|creator| catalog.brands_of(creator).any(|one| one == brand))
        }
        Reach::Campaign(campaign) => {
            let together = |creator: &CreatorId| {
                catalog.partnerships.keys().any(|key| key.campaign == *campaign && key.creator == *creator)
            };
            about.campaign.as_ref() == Some(campaign) || alone.is_some_and(together)
        }
    })
}

fn view(
    report: &RuleReport,
    version: u32,
    days: u32,
    data_at: Option<Timestamp>,
    who: &dyn Fn(&Subject) -> String,
) -> ReplayView {
    let count = |outcome| report.fires.iter().filter(|fire| fire.outcome == outcome).count();
    // One call a subject: its first.
    let mut seen = BTreeSet::new();
    let mut wrong: Vec<&Fire> =
        report.fires.iter().filter(|fire| fire.outcome == Outcome::Wrong && seen.insert(&fire.subject)).collect();
    let saved = |fire: &Fire| fire.saved.map_or(0, |saved| saved.minor);
    wrong.sort_by_key(|fire| saved(fire));
    let lost = |fire: &Fire| {
        fire.saved.filter(|saved| saved.minor < 0).map(|saved| Money::new(saved.minor.saturating_neg(), saved.currency))
    };
    let calls = wrong.into_iter().take(WORST);
    ReplayView {
        rule: report.rule.clone(),
        version,
        days,
        subjects: report.subjects,
        told: by_subject(report).len(),
        outcomes: [count(Outcome::Right), count(Outcome::Wrong), count(Outcome::Open)],
        saved: report.saved,
        lost: report.lost,
        worst: calls.map(|fire| Call { who: who(&fire.subject), at: fire.at, lost: lost(fire) }).collect(),
        data_at,
    }
}
