//! From records and receipts to what the wording needs to know.

use jiff::{SignedDuration, Timestamp};

use super::catalog::{Groups, judging};
use super::core::{Core, Ruled, State, context};
use crate::domain::action::{Deed, Object, Proposal, ProposalStage};
use crate::domain::ids::{Platform, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::person::Audience;
use crate::domain::verdict::Verdict;
use crate::insight::decomposition::Yardstick;
use crate::outbox::incident::{Happened, Incident, Stage};
use crate::outbox::notice::{About, Notice};
use crate::rules::judge::{Judgement, judge};
use crate::rules::lower::Source;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::Mode;
use crate::rules::window::{Frame, Window};
use crate::store::records::load;
use crate::store::{StoreError, keys};
use crate::words::chart::Chart;
use crate::words::view::{GroupView, IncidentView, JudgedView, Member, Names, OptionView, ProposalView};

/// Windows drawn in a chart.
const CHART_WINDOWS: u32 = 21;

/// A line of fewer points than this says nothing.
const KNOWN_MIN: usize = 4;

/// How long an action can be taken back from its message.
const UNDO_FOR: SignedDuration = SignedDuration::from_hours(24);

/// When the newest number of a receipt was observed.
#[must_use]
pub fn data_at(receipt: &Receipt) -> Option<Timestamp> {
    let sides = receipt.comparisons.iter().flat_map(|one| [&one.left, &one.right]);
    sides
        .flat_map(|side| &side.readings)
        .filter(|used| matches!(used.source, Source::Now | Source::Rank))
        .filter_map(|used| used.newest)
        .max()
}

/// What people call what a subject is about.
#[must_use]
pub fn names(state: &State, subject: &Subject) -> Names {
    let about = state.catalog.about(subject);
    Names {
        brand: about.brand.as_ref().map(|id| state.catalog.brand_name(id)),
        campaign: about.campaign.as_ref().map(|id| state.catalog.campaign_name(id)),
        creator: about.creator.as_ref().map(|id| state.catalog.creator_name(id)),
    }
}
/// Everything that can be told about an incident. `with_chart`: a picture is wanted.
pub async fn incident(core: &Core, incident: Incident, with_chart: bool) -> Result<IncidentView, StoreError> {
    incident_for(core, incident, if with_chart { For::AlertWithChart } else { For::Alert }).await
}

/// What a view of an incident is made for: what takes long to work out is worked out where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// The message that tells it, without a picture.
    Alert,
    /// The same with one.
    AlertWithChart,
    /// `why`: with the funnel, and held against what was asked for, where something was.
    Why(Option<Yardstick>),
}

impl For {
    fn asked(self) -> Option<Yardstick> {
        match self {
            Self::Why(asked) => asked,
            Self::Alert | Self::AlertWithChart => None,
        }
    }
}

/// The same for any purpose.
pub async fn incident_for(core: &Core, incident: Incident, made_for: For) -> Result<IncidentView, StoreError> {
    let with_chart = made_for == For::AlertWithChart;
    let asked = made_for.asked();
    let now = core.clock.now();
    let receipt: Option<Receipt> = serde_json::from_value(incident.receipt.clone()).ok();
    let proposals = proposals(core, &incident).await?;
    let case = super::levels::case_of(core, &incident).await?;
    let state = core.state.lock().await;
    let seen = receipt.as_ref().map(seen).unwrap_or_default();
    let mut about = state.catalog.about(&incident.subject);
    about.brand = about.brand.or_else(|| incident.brand.clone());
    let seen = with_industry(seen, &about);
    let live = live(&state, &incident, now);
    let current = match (live.as_ref(), seen.first()) {
        (Some(live), Some(first)) => first_value(live).filter(|value| Some(*value) != first.left.value()),
        _ => None,
    };
    let automatic = state.rules.get(&incident.rule).is_some_and(|ruled| ruled.rule.rule().mode == Mode::Auto);
    let level =
        case.and_then(|case| super::levels::numbers::level_view(&state, &case.value, &incident, receipt.as_ref(), now));
    let tips = match (&level, &incident.creator) {
        (Some(level), Some(creator)) => super::levels::numbers::tips(&state, creator, level, now),
        (None, Some(creator)) if concerns_reach(receipt.as_ref()) => tips_by(&state, creator, Metric::Views, now).0,
        (_, _) => Vec::new(),
    };
    let of_receipt = live.as_ref().or(receipt.as_ref());
    let mut clears = if incident.stage == Stage::Resolved { Vec::new() } else { ahead::clears(of_receipt) }.into_iter();
    let first_clear = clears.next();
    let options = options(core, &state, &incident, &proposals, now);
    let pooled = receipt.as_ref().is_some_and(|receipt| receipt.pool.is_some());
    let told = receipt.as_ref().zip(seen.first());
    let moved = told.and_then(|told| moved::moved(&state, &incident.subject, told, asked));
    let cause = super::causes::of_incident(&state, &incident);
    let closed_by = super::causes::closed_by(&state, &incident);
    // What a person or a rule has said of it already is not guessed at.
    let main = seen.first().filter(|_| closed_by.is_none() && cause.is_none() && incident.stage != Stage::Resolved);
    let later = Later::lay(&state, &incident, main, matches!(made_for, For::Why(_)), now);
    let view = IncidentView {
        moved,
        against: asked,
        found: None,
        spill: None,
        funnel: None,
        hours: None,
        ahead: ahead::of(&state, &incident, (of_receipt, clears.collect()), &options, now),
        deal: super::kinds::deal_view(&state, &incident, (receipt.as_ref(), live.as_ref()), now),
        names: names(&state, &incident.subject),
        current: if incident.stage == Stage::Firing { None } else { current },
        // Of a pool only its own deals are meant, and the campaign has others.
        owed: super::pieces::owed(&state, &incident.subject, now).filter(|_| !pooled),
        clears: first_clear,
        options,
        proposals: newest(&proposals).into_iter().map(|one| proposal_view(&state, one, &proposals)).collect(),
        tips,
        data_at: live.as_ref().or(receipt.as_ref()).and_then(data_at),
        automatic,
        client_rooms: !state.catalog.client_rooms(&about).is_empty(),
        by_hand: receipt.as_ref().map(|receipt| super::reported::by_hand(&state, receipt)).unwrap_or_default(),
        chart: receipt.as_ref().filter(|_| with_chart && !pooled).and_then(|receipt| chart(&state, &incident, receipt)),
        level,
        cause,
        closed_by,
        excused: super::causes::views(&state, live.as_ref().map_or(&[], |live| &live.excused)),
        seen,
        learned: receipt.map(|receipt| receipt.learned).unwrap_or_default(),
        incident,
    };
    // What is worked out of many numbers is worked out while others have the picture again.
    drop(state);
    Ok(later.add(view))
}

/// A tip about when to post helps where views are too few; where orders cost too much it is noise.
fn concerns_reach(receipt: Option<&Receipt>) -> bool {
    let first = receipt.and_then(|receipt| receipt.comparisons.first()).and_then(|one| one.seen().readings.first());
    first.is_some_and(|used| matches!(used.metric, Metric::Views | Metric::Reach | Metric::Impressions))
}

/// Where the first comparison stands now, if it is back on the good side: an incident can also end because there is too
/// little left to judge, and then its last value would read like a contradiction.
fn first_value(receipt: &Receipt) -> Option<f64> {
    let seen = seen(receipt);
    seen.first().filter(|first| first.verdict == Verdict::DoesNotHold).and_then(|first| first.left.value())
}

/// The rule as it stands on the subject now.
fn live(state: &State, incident: &Incident, now: Timestamp) -> Option<Receipt> {
    judged(state, &incident.rule, &incident.subject, now).map(|judgement| judgement.receipt)
}

/// A rule judged on a subject now, without changing anything.
#[must_use]
pub fn judged(
    state: &State,
    rule: &crate::domain::ids::RuleId,
    subject: &Subject,
    now: Timestamp,
) -> Option<crate::rules::judge::Judgement> {
    let ruled = state.rules.get(rule)?;
    let about = state.catalog.about_at(subject, now);
    let context =
        judging((&state.catalog, &state.history.view()), &mut Groups::default(), (subject, &about), ruled, now);
    let memory = state.memory.get(rule, subject).cloned().unwrap_or_default();
    Some(judge(&ruled.rule, subject, &context, &state.history.view(), &memory, now))
}

async fn proposals(core: &Core, incident: &Incident) -> Result<Vec<Proposal>, StoreError> {
    let mut found = Vec::new();
    for event in &incident.events {
        if let Happened::Proposed { proposal } = event.what
            && let Some(kept) = load::<Proposal>(&*core.store, &keys::number(proposal)).await?
        {
            found.push(kept.value);
        }
    }
    Ok(found)
}

/// The proposals that are told: not what takes another one back, and of what was agreed with people about one object only
/// the newest word.
fn newest(proposals: &[Proposal]) -> Vec<&Proposal> {
    let overtaken = |one: &Proposal| {
        one.deed.asks().is_some()
            && proposals.iter().any(|other| one.number < other.number && other.deed.object() == one.deed.object())
    };
    proposals.iter().filter(|one| one.undoes.is_none() && !overtaken(one)).collect()
}

fn proposal_view(state: &State, one: &Proposal, all: &[Proposal]) -> ProposalView {
    // What is being brought back, or asked about, is taken back by that and by nothing else.
    let is_back = all.iter().any(|other| {
        let open = !other.stage.is_over() || matches!(other.stage, ProposalStage::Verified { .. });
        open && other.revives.is_some_and(|revival| revival.proposal == one.number)
    });
    let done_at = match one.stage {
        ProposalStage::Done { at, .. } | ProposalStage::Verified { at, .. }
            if one.deed.can_be_taken_back() && !is_back =>
        {
            Some(at)
        }
        _ => None,
    };
    ProposalView {
        id: one.number,
        deed: one.deed.clone(),
        saves: one.saves,
        expires: match one.stage {
            ProposalStage::Proposed { until } => Some(until),
            _ => None,
        },
        due: match one.stage {
            ProposalStage::Approved { at, .. } => Some(at),
            _ => None,
        },
        undo_until: done_at.and_then(|at| at.checked_add(UNDO_FOR).ok()),
        revives: one.revives,
        ask: super::asking::view(state, one),
    }
}

fn options(core: &Core, state: &State, incident: &Incident, proposals: &[Proposal], now: Timestamp) -> Vec<OptionView> {
    let with_stops = |deed: &Deed| {
        let mut option = option(core, state, deed, incident.opened_at, now)?;
        if deed.asks().is_none() {
            let last =
                proposals.iter().rev().filter(|one| !one.deed.sets_amount()).find(|one| {
                    one.deed.object() == deed.object() && matches!(one.stage, ProposalStage::Verified { .. })
                });
            option.running = last.is_none_or(|one| !one.deed.stops() || is_undone(incident, one.number));
        }
        Some(option)
    };
    incident.options.iter().filter_map(with_stops).collect()
}

/// Something that can be done, and its money: of what a platform reports as it was `then`, of a promised piece now. `None`:
/// what it is about is not known any more.
#[must_use]
pub fn option(core: &Core, state: &State, deed: &Deed, then: Timestamp, now: Timestamp) -> Option<OptionView> {
    let placed = super::proposing::placed(core, state, deed)?;
    let source = &placed.source;
    let creator =
        || deed.asks().map(|partnership| state.catalog.creator_name(&partnership.creator)).unwrap_or_default();
    let first = |name: String| name.split_whitespace().next().unwrap_or_default().to_owned();
    let piece = super::pieces::part_of(state, &deed.object(), now);
    Some(OptionView {
        deed: deed.clone(),
        name: match deed.object() {
            Object::Fix(..) => first(creator()),
            Object::Boost(_) | Object::Code(..) | Object::Link(..) | Object::Deliverable(..) => deed.title(),
        },
        runs_on: match deed.object() {
            Object::Boost(_) | Object::Code(..) | Object::Link(..) => runs_on(deed, source),
            Object::Deliverable(..) | Object::Fix(..) => first(creator()),
        },
        avoidable: match &piece {
            Some((part, ..)) => Some(part.avoidable),
            None => super::proposing::stake_of(state, deed, then).map(|stake| stake.saves),
        },
        billed: super::client::billed(state, deed, now),
        running: piece.is_none_or(|(.., is_ahead)| is_ahead),
        until: piece.and_then(|(_, until, _)| until),
        free: piece.is_some_and(|(part, ..)| part.owed.minor == 0),
    })
}

/// What people call the place where something is that a platform holds.
#[must_use]
pub fn runs_on(deed: &Deed, source: &SourceId) -> String {
    match deed.object() {
        Object::Code(..) => Platform::Shop.title().to_owned(),
        // Links lead through here.
        Object::Link(..) => "Plimsoll".to_owned(),
        Object::Boost(_) | Object::Deliverable(..) | Object::Fix(..) => source
            .as_str()
            .parse::<Platform>()
            .map_or_else(|_| source.to_string(), |platform| platform.title().to_owned()),
    }
}

fn is_undone(incident: &Incident, number: u64) -> bool {
    let undone = |what: &Happened| matches!(what, Happened::Undone { proposal, .. } if *proposal == number);
    incident.events.iter().any(|event| undone(&event.what))
}

fn chart(state: &State, incident: &Incident, receipt: &Receipt) -> Option<Chart> {
    let main = seen(receipt).into_iter().next()?;
    let metric = main.metric.filter(|metric| !metric.is_of_deal())?;
    let want = Want { metric, platform: main.platform };
    let latest = *receipt.windows.last()?;
    let about = state.catalog.about(&incident.subject);
    let frame = context(&about, SignedDuration::ZERO, 0).frame;
    let view = state.history.view();
    let read = |window| -> Vec<(Timestamp, Option<f64>)> {
        let value = |span: &Span| view.over(&incident.subject, want, *span).reading.value();
        spans(window, latest, &frame).iter().map(|span| (span.until, value(span))).collect()
    };
    let known = |points: &[(Timestamp, Option<f64>)]| points.iter().filter(|point| point.1.is_some()).count();
    let mut points = read(receipt.window);
    let mut band = None;
    if known(&points) < KNOWN_MIN && matches!(receipt.window, Window::Days(_)) {
        // Too young for whole windows: its days say more than a single point.
        let days = read(Window::Days(1));
        if known(&points) < known(&days) {
            points = days;
        }
    } else {
        let before = points.iter().filter(|point| point.0 < latest.until).filter_map(|point| point.1);
        band = moved::band(state, &incident.subject, receipt, &main, &before.collect::<Vec<_>>());
    }
    let limit = main.right.value().map(|value| vec![(latest.until, value)]).unwrap_or_default();
    Some(Chart { metric, currency: main.currency, points, band, limit, fired_at: Some(incident.opened_at) })
}

/// The windows a chart shows, oldest first: windows of days end on each day, windows of hours follow each other, a deal's
/// are its days, each from the start.
fn spans(window: Window, latest: Span, frame: &Frame) -> Vec<Span> {
    match window {
        Window::Days(_) => (0..CHART_WINDOWS)
            .rev()
            .filter_map(|back| Window::Days(1).back(latest_day(latest), back, frame))
            .filter_map(|day| window.ending(day.until, frame))
            .collect(),
        Window::Hours(_) => (0..CHART_WINDOWS).rev().filter_map(|back| window.back(latest, back, frame)).collect(),
        Window::Deal => {
            let step = SignedDuration::from_hours(24);
            let mut spans = vec![latest];
            while let Some(first) = spans.last().and_then(|span| span.until.checked_sub(step).ok())
                && latest.from < first
                && spans.len() < 60
            {
                spans.push(Span { from: latest.from, until: first });
            }
            spans.reverse();
            spans
        }
        Window::LastPosts(_) => Vec::new(),
    }
}

/// The last day of a window of days; only its end matters for stepping.
fn latest_day(latest: Span) -> Span {
    let from = latest.until.checked_sub(SignedDuration::from_hours(24)).unwrap_or(latest.from);
    Span { from, until: latest.until }
}

/// The members of a group, and what is common to them.
pub async fn group(
    core: &Core,
    notice: &Notice,
    page: u32,
    audience: Audience,
) -> Result<Option<GroupView>, StoreError> {
    let About::Group(id) = &notice.about else { return Ok(None) };
    let mut members = Vec::new();
    let mut brands = std::collections::BTreeSet::new();
    let mut rule = None;
    let mut newest = None;
    for member in super::groups::members(notice) {
        let Some(kept) = load::<Incident>(&*core.store, &keys::incident(&member)).await? else { continue };
        let state = core.state.lock().await;
        let names = names(&state, &kept.value.subject);
        let member = super::client::member(core, &state, &kept.value, &names, audience, core.clock.now());
        drop(state);
        let Some(member) = member else { continue };
        brands.insert(names.brand.clone());
        rule = Some(kept.value.rule.clone());
        let receipt: Option<Receipt> = serde_json::from_value(kept.value.receipt.clone()).ok();
        newest = std::cmp::max(newest, receipt.as_ref().and_then(data_at));
        members.push(member);
    }
    let Some(rule) = rule else { return Ok(None) };
    let brand = match brands.len() {
        1 => brands.into_iter().next().flatten(),
        _ => None,
    };
    Ok(Some(GroupView { id: id.as_str().to_owned(), brand, rule, members, page, data_at: newest }))
}

/// An incident as one line among others.
#[must_use]
pub fn member_of(incident: &Incident, names: &Names) -> Member {
    let name = names
        .creator
        .clone()
        .or_else(|| names.campaign.clone())
        .or_else(|| names.brand.clone())
        .unwrap_or_else(|| incident.subject.to_string());
    Member {
        incident: incident.id.clone(),
        name,
        avoidable: incident.avoidable,
        stage: incident.stage,
        acknowledged_by: incident.acknowledged_by.clone(),
    }
}

/// A rule on a subject now, for `why` and `why-not` where there is no incident.
#[must_use]
pub fn judged_view(
    state: &State,
    rule: &crate::domain::ids::RuleId,
    subject: &Subject,
    now: Timestamp,
) -> Option<(JudgedView, Receipt)> {
    let judgement = judged(state, rule, subject, now)?;
    let ruled = state.rules.get(rule)?;
    Some(judgement_view(state, ruled, subject, judgement, now))
}

/// A judgement as the wording needs it.
#[must_use]
pub fn judgement_view(
    state: &State,
    ruled: &Ruled,
    subject: &Subject,
    judgement: Judgement,
    now: Timestamp,
) -> (JudgedView, Receipt) {
    let memory = &judgement.memory;
    let pending_secs = (judgement.phase_after == crate::rules::lifecycle::Phase::Pending)
        .then(|| memory.since.map(|since| ruled.rule.hold().get().as_secs() - now.duration_since(since).as_secs()))
        .flatten();
    let cooling_until = match (ruled.rule.rule().cooldown, memory.last_fired) {
        (Some(cooldown), Some(last)) => last.checked_add(cooldown.get()).ok().filter(|until| now < *until),
        _ => None,
    };
    let view = JudgedView {
        names: names(state, subject),
        rule: ruled.rule.rule().id.clone(),
        version: ruled.version,
        verdict: judgement.verdict,
        seen: with_industry(seen(&judgement.receipt), &state.catalog.about(subject)),
        pending_secs,
        cooling_until,
        data_at: data_at(&judgement.receipt),
        learned: judgement.receipt.learned.clone(),
        excused: super::causes::views(state, &judgement.receipt.excused),
    };
    (view, judgement.receipt)
}

use later::Later;
pub use own_posts::{Own, own, tips_by};
pub(super) use own_posts::{POST_SETTLED, formatted, own_posts, zone};
pub use seen::seen;
pub(super) use seen::{compared, over, relation, with_industry};

mod ahead;
mod found;
mod funnel;
mod later;
mod moved;
mod own_posts;
mod seen;
