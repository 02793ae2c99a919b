//! The post-mortem as a page, in the reader's language.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{Missing, Outcome, PostMortem, Row, Stage, Told, Yardstick, is_price, sections};
use crate::domain::document::Goal;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::insight::portfolio::{Choice, Standing};
use crate::insight::roi::Absent;
use crate::report::page::{Bar, Bars, Cell, Look, Page, Part, Section, Table, Tile};
use crate::words::number;
use crate::words::phrase::capital;
use crate::words::postmortem::{PortfolioView, ShortView};
use crate::words::wording::{Reader, say};

/// What stands where there is no figure.
const NONE: &str = "–";

/// The whole page. `reader.zone` should be the campaign's.
#[must_use]
pub fn page(of: &PostMortem, reader: &Reader) -> Page {
    let words = reader.words();
    let sections = [
        Some(goals(of, reader)),
        Some(effort(of, of.campaign.as_str(), reader)),
        creators(of, reader),
        Some(sections::timeline(of, reader)),
        Some(sections::stops(of, reader)),
        Some(sections::learned(of, reader)),
        Some(sections::answers(of, reader)),
        Some(sections::next(of, reader)),
        Some(sections::steps(of, reader)),
    ];
    Page {
        language: reader.locale.code(),
        title: say!(words, "pm-title", campaign = of.name.as_str()),
        subtitle: subtitle(of, &of.brand, reader),
        tiles: tiles(of, reader),
        sections: sections.into_iter().flatten().collect(),
        footer: say!(words, "pm-footer", id = of.campaign.as_str()),
    }
}

/// A day, with its year where it is not the report's.
pub(super) fn date(of: &PostMortem, day: Date, reader: &Reader) -> String {
    let noon = day.at(12, 0, 0, 0).to_zoned(reader.zone.clone());
    noon.map_or_else(|_| day.to_string(), |noon| number::day(reader, noon.timestamp(), of.at))
}

pub(super) fn subtitle(of: &PostMortem, brand: &str, reader: &Reader) -> String {
    let words = reader.words();
    let head = say!(
        words,
        "pm-sub",
        brand = brand,
        from = date(of, of.starts, reader),
        until = date(of, of.ends, reader),
        at = number::day(reader, of.at, of.at),
    );
    let stage = match of.stage {
        Stage::Runs { until } => say!(words, "pm-stage-runs", day = date(of, until, reader)),
        Stage::Counts { until } => say!(words, "pm-stage-counts", day = date(of, until, reader)),
        Stage::Over => say!(words, "pm-stage-over"),
    };
    format!("{head} {stage}")
}

/// Why a figure is not there, in the reader's language.
pub(super) fn why(missing: &Missing, reader: &Reader) -> String {
    let words = reader.words();
    let metric = |metric: &Metric| number::title(reader, *metric, None);
    match missing {
        Missing::Hours => say!(words, "missing-hours"),
        Missing::PlannedHours => say!(words, "missing-planned-hours"),
        Missing::Target => say!(words, "missing-target"),
        Missing::PlannedCost => say!(words, "missing-planned-cost"),
        Missing::NotJudged => say!(words, "missing-not-judged"),
        Missing::Untold(reason) => say!(words, "missing-untold", why = reason.as_str()),
        Missing::Yardstick => say!(words, "missing-yardstick"),
        Missing::Figure(Absent::NothingSpent) => say!(words, "missing-nothing-spent"),
        Missing::Figure(Absent::None { metric: of }) => say!(words, "missing-none", metric = metric(of)),
        Missing::Figure(Absent::Unknown { metric: of, .. }) => say!(words, "missing-unknown", metric = metric(of)),
        Missing::Figure(Absent::NoMargin) => say!(words, "missing-no-margin"),
        Missing::Figure(Absent::NoRate { .. }) => say!(words, "missing-no-rate"),
        Missing::Figure(Absent::NoTable) => say!(words, "missing-no-table"),
        Missing::Figure(Absent::TooLarge) => say!(words, "missing-too-large"),
    }
}

/// A cell with a figure, or with why there is none.
pub(super) fn cell<T>(figure: &Told<T>, reader: &Reader, said: impl Fn(&T) -> String) -> Cell {
    match figure {
        Ok(value) => Cell::new(said(value)),
        Err(missing) => Cell::absent(why(missing, reader)),
    }
}

pub(super) fn money(money: Money, reader: &Reader) -> String {
    number::money(reader.locale, money)
}

/// A share of money that came back, as a return: 1.3 is `30 %`, 0.4 is `−60 %`.
pub(super) fn of_share(share: f64, reader: &Reader) -> String {
    number::percent(reader.locale, ((share - 1.0).clamp(-1.0, 99.0) * 100.0).round() / 100.0)
}

pub(super) fn hours(hours: Decimal, reader: &Reader) -> String {
    number::brief(reader.locale, hours.to_f64().unwrap_or_default())
}

pub(super) fn value(outcome: &Outcome, value: f64, of: &PostMortem, reader: &Reader) -> String {
    number::short(reader, outcome.metric, value, Some(of.currency))
}

fn tiles(of: &PostMortem, reader: &Reader) -> Vec<Tile> {
    let words = reader.words();
    let tile = |name: String, value: Option<String>, note: String| Tile {
        name,
        value: value.unwrap_or_else(|| NONE.to_owned()),
        note,
    };
    let mut tiles = Vec::new();
    if let Some(goal) = of.results.iter().find(|one| one.is_goal) {
        let wanted = value(goal, goal.wanted, of, reader);
        let (shown, note) = match &goal.reached {
            Ok(reached) => (Some(value(goal, *reached, of, reader)), say!(words, "pm-wanted", wanted = wanted)),
            Err(missing) => (None, why(missing, reader)),
        };
        tiles.push(tile(capital(&number::title(reader, goal.metric, None)), shown, note));
    }
    let (cost, note) = match (&of.effort.cost, &of.effort.planned_cost) {
        (Ok(cost), Ok(planned)) => {
            (Some(money(*cost, reader)), say!(words, "pm-planned", planned = money(*planned, reader)))
        }
        (Ok(cost), Err(missing)) => (Some(money(*cost, reader)), why(missing, reader)),
        (Err(missing), _) => (None, why(missing, reader)),
    };
    tiles.push(tile(say!(words, "pm-cost"), cost, note));
    let (roi, note) = match (&of.money.roi, &of.money.profit) {
        (Ok(roi), Ok(profit)) => (
            Some(number::percent(reader.locale, roi.to_f64().unwrap_or_default())),
            say!(words, "pm-beyond", profit = money(*profit, reader)),
        ),
        (Err(absent), _) | (_, Err(absent)) => (None, why(&absent.clone().into(), reader)),
    };
    tiles.push(tile(say!(words, "pm-return"), roi, note));
    let (told, note) = match (&of.effort.hours, &of.effort.planned_hours) {
        (Ok(told), Ok(planned)) => {
            (Some(hours(*told, reader)), say!(words, "pm-planned", planned = hours(*planned, reader)))
        }
        (Ok(told), Err(missing)) => (Some(hours(*told, reader)), why(missing, reader)),
        (Err(missing), _) => (None, why(missing, reader)),
    };
    tiles.push(tile(say!(words, "pm-hours"), told, note));
    tiles
}

/// What a campaign was for, as a word of its sentence.
pub(super) fn goal_key(goal: Goal) -> &'static str {
    match goal {
        Goal::Awareness => "awareness",
        Goal::NewAudiences => "new_audiences",
        Goal::BrandStrength => "brand_strength",
        Goal::Leads => "leads",
        Goal::Sales => "sales",
        Goal::Reputation => "reputation",
    }
}

pub(super) fn goals(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let mut parts = vec![Part::Text(match of.goal {
        Some(goal) => say!(words, "pm-goal", goal = goal_key(goal)),
        None => say!(words, "pm-no-goal"),
    })];
    if of.results.is_empty() {
        parts.push(Part::Text(why(&Missing::Target, reader)));
    } else {
        let row = |one: &Outcome| {
            let met = match one.is_met() {
                Some(true) => say!(words, "pm-met"),
                Some(false) => say!(words, "pm-missed"),
                None => NONE.to_owned(),
            };
            let least = value(one, one.wanted, of, reader);
            let wanted = if is_price(one.metric) {
                say!(words, "pm-at-most", value = least)
            } else {
                say!(words, "pm-at-least", value = least)
            };
            vec![
                Cell::new(capital(&number::title(reader, one.metric, None))),
                Cell::new(wanted),
                cell(&one.reached, reader, |reached| value(one, *reached, of, reader)),
                Cell::new(met),
            ]
        };
        parts.push(Part::Table(Table {
            head: vec![
                say!(words, "pm-target"),
                say!(words, "pm-head-wanted"),
                say!(words, "pm-head-reached"),
                say!(words, "pm-head-met"),
            ],
            rows: of.results.iter().map(row).collect(),
            figures_from: 1,
        }));
    }
    Section { heading: say!(words, "pm-goals"), parts }
}

/// What was planned and what it was. `id`: how the campaign is called in a command.
pub(super) fn effort(of: &PostMortem, id: &str, reader: &Reader) -> Section {
    let words = reader.words();
    let effort = &of.effort;
    let count = |count: u32| number::count(reader.locale, i64::from(count));
    let rows = vec![
        vec![
            Cell::new(say!(words, "pm-cost")),
            cell(&effort.planned_cost, reader, |planned| money(*planned, reader)),
            cell(&effort.cost, reader, |cost| money(*cost, reader)),
        ],
        vec![
            Cell::new(say!(words, "pm-hours")),
            cell(&effort.planned_hours, reader, |planned| hours(*planned, reader)),
            cell(&effort.hours, reader, |told| hours(*told, reader)),
        ],
        vec![Cell::new(say!(words, "pm-pieces")), Cell::new(count(effort.promised)), Cell::new(count(effort.out))],
        vec![Cell::new(say!(words, "pm-in-time")), Cell::new(count(effort.promised)), Cell::new(count(effort.in_time))],
    ];
    let mut parts = vec![Part::Table(Table {
        head: vec![String::new(), say!(words, "pm-head-plan"), say!(words, "pm-head-actual")],
        rows,
        figures_from: 1,
    })];
    if 0 < effort.stopped {
        parts.push(Part::Text(say!(words, "pm-pieces-stopped", count = effort.stopped)));
    }
    if 0 < effort.unread {
        parts.push(Part::Text(say!(words, "pm-hours-unread", count = effort.unread)));
    }
    if 0 < of.gaps {
        parts.push(Part::Text(say!(words, "pm-gaps", count = of.gaps, id = id)));
    }
    Section { heading: say!(words, "pm-plan"), parts }
}

fn creators(of: &PostMortem, reader: &Reader) -> Option<Section> {
    let words = reader.words();
    if of.creators.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    match &of.next {
        Ok(next) => {
            let bars = |row: &Row| row.standing.as_ref().map(|one| bar(&row.name, one, reader));
            let mut shown: Vec<&Row> = of.creators.iter().collect();
            shown.sort_by(|one, other| share_of(other).total_cmp(&share_of(one)));
            let line = match next.yardstick {
                Yardstick::Margin => say!(words, "pm-line-margin"),
                Yardstick::Plan { .. } => say!(words, "pm-line-plan"),
            };
            parts.push(Part::Text(read_as(next.yardstick, reader)));
            let bars: Vec<Bar> = shown.into_iter().filter_map(bars).collect();
            let alt = say!(words, "pm-bars-alt", count = bars.len());
            parts.push(Part::Bars(Bars { alt, bars, line: Some((1.0, line)) }));
        }
        Err(missing) => parts.push(Part::Text(say!(words, "pm-not-judged", why = why(missing, reader)))),
    }
    parts.push(Part::Table(Table {
        head: vec![
            say!(words, "pm-head-creator"),
            say!(words, "pm-pieces"),
            say!(words, "pm-head-late"),
            say!(words, "pm-head-alerts"),
            say!(words, "pm-cost"),
            say!(words, "pm-head-orders"),
            say!(words, "pm-return"),
            say!(words, "pm-head-range"),
        ],
        rows: of.creators.iter().map(|row| of_row(row, reader)).collect(),
        figures_from: 1,
    }));
    parts.extend(minimums(of, reader));
    Some(Section { heading: say!(words, "pm-creators"), parts })
}

fn share_of(row: &Row) -> f64 {
    row.standing.as_ref().map_or(0.0, |one| one.share)
}

/// How the shares are to be read.
pub(super) fn read_as(yardstick: Yardstick, reader: &Reader) -> String {
    let words = reader.words();
    match yardstick {
        Yardstick::Margin => say!(words, "pm-read-margin"),
        Yardstick::Plan { metric } => say!(words, "pm-read-plan", metric = number::title(reader, metric, None)),
    }
}

/// `−60 % to 20 %`.
pub(super) fn range(one: &Standing, reader: &Reader) -> String {
    say!(reader.words(), "pm-range", low = of_share(one.range.0, reader), high = of_share(one.range.1, reader))
}

fn bar(name: &str, one: &Standing, reader: &Reader) -> Bar {
    let said = say!(
        reader.words(),
        "pm-bar",
        share = of_share(one.share, reader),
        chance = number::percent(reader.locale, (one.chance * 100.0).round() / 100.0)
    );
    let look = match one.choice {
        Choice::Keep => Look::Good,
        Choice::Unsure => Look::Plain,
        Choice::End => Look::Bad,
    };
    Bar { name: name.to_owned(), value: one.share, range: Some(one.range), said, look }
}

fn of_row(row: &Row, reader: &Reader) -> Vec<Cell> {
    let words = reader.words();
    let count = |count: u32| Cell::new(number::count(reader.locale, i64::from(count)));
    vec![
        Cell::new(row.name.as_str()),
        Cell::new(say!(words, "pm-of", part = row.out, whole = row.promised)),
        count(row.late),
        count(row.alerts),
        cell(&row.cost, reader, |cost| money(*cost, reader)),
        cell(&row.orders, reader, |orders| number::count(reader.locale, *orders)),
        cell(&row.roi, reader, |roi| number::percent(reader.locale, roi.to_f64().unwrap_or_default())),
        row.standing.as_ref().map_or_else(|| Cell::new(NONE), |one| Cell::new(range(one, reader))),
    ]
}

/// Who promised at least so many, and what came.
fn minimums(of: &PostMortem, reader: &Reader) -> Vec<Part> {
    let words = reader.words();
    let Some(goal) = of.results.iter().find(|one| one.is_goal) else { return Vec::new() };
    let said = |row: &Row| {
        let (least, reached) = row.minimum?;
        let say = |count: i64| value(goal, crate::domain::num::f64_of(count), of, reader);
        Some(match reached {
            Some(reached) => {
                say!(words, "pm-minimum", who = row.name.as_str(), least = say(least), reached = say(reached))
            }
            None => say!(words, "pm-minimum-unknown", who = row.name.as_str(), least = say(least)),
        })
    };
    let points: Vec<String> = of.creators.iter().filter_map(said).collect();
    if points.is_empty() {
        return Vec::new();
    }
    vec![Part::Heading(say!(words, "pm-minimums")), Part::List(points)]
}

/// The short version, for a room.
#[must_use]
pub fn short(of: &PostMortem, reader: &Reader) -> ShortView {
    let words = reader.words();
    let goal = of.results.iter().find(|one| one.is_goal).and_then(|one| {
        let reached = value(one, *one.reached.as_ref().ok()?, of, reader);
        let wanted = number::value(reader, one.metric, one.wanted, Some(of.currency));
        Some(say!(words, "pm-short-goal", reached = reached, wanted = wanted))
    });
    let roi = of.money.roi.as_ref().ok().map(|roi| {
        let roi = number::percent(reader.locale, roi.to_f64().unwrap_or_default());
        say!(words, "pm-short-return", roi = roi)
    });
    let told: Vec<String> = [goal, roi].into_iter().flatten().collect();
    let told = if told.is_empty() { say!(words, "pm-short-nothing") } else { told.join(", ") };
    let mut lines = Vec::new();
    lines.push(match of.stage {
        Stage::Runs { until } => say!(words, "pm-stage-runs", day = date(of, until, reader)),
        Stage::Counts { until } => say!(words, "pm-stage-counts", day = date(of, until, reader)),
        Stage::Over => say!(words, "pm-stage-over"),
    });
    let effort = &of.effort;
    lines.push(match (&effort.cost, &effort.planned_cost) {
        (Ok(cost), Ok(planned)) => {
            say!(words, "pm-short-cost", cost = money(*cost, reader), planned = money(*planned, reader))
        }
        (Ok(cost), Err(_)) => say!(words, "pm-short-cost-only", cost = money(*cost, reader)),
        (Err(missing), _) => say!(words, "pm-short-no-cost", why = why(missing, reader)),
    });
    lines.push(match (&effort.hours, &effort.planned_hours) {
        (Ok(told), Ok(planned)) => {
            say!(words, "pm-short-hours", hours = hours(*told, reader), planned = hours(*planned, reader))
        }
        (Ok(told), Err(_)) => say!(words, "pm-short-hours-only", hours = hours(*told, reader)),
        (Err(_), _) => say!(words, "pm-short-no-hours", id = of.campaign.as_str()),
    });
    if !of.stops.is_empty() {
        lines.push(say!(words, "pm-short-stops", count = of.stops.len()));
    }
    lines.extend(of.learned.iter().take(SHORT_LESSONS).map(|one| sections::lesson(one, reader)));
    let open = of.steps.iter().filter(|one| one.done.is_none()).count();
    if 0 < open {
        lines.push(say!(words, "pm-short-steps", count = open));
    }
    ShortView {
        id: of.campaign.to_string(),
        headline: say!(words, "pm-short", campaign = of.name.as_str(), told = told),
        lines,
        is_asked: !of.answers.is_empty(),
    }
}

/// Lessons in the short version.
const SHORT_LESSONS: usize = 3;

/// Whom to work with next time, as a page of its own.
#[must_use]
pub fn portfolio_page(of: &PostMortem, reader: &Reader) -> Page {
    let view = portfolio(of, reader);
    Page {
        language: reader.locale.code(),
        title: view.headline,
        subtitle: subtitle(of, &of.brand, reader),
        tiles: Vec::new(),
        sections: vec![sections::next(of, reader)],
        footer: say!(reader.words(), "pm-footer", id = of.campaign.as_str()),
    }
}

/// Whom to work with next time, for a room.
#[must_use]
pub fn portfolio(of: &PostMortem, reader: &Reader) -> PortfolioView {
    let section = sections::next(of, reader);
    let next = of.next.as_ref().ok();
    let count = |choice: Choice| {
        next.map_or(0, |next| next.portfolio.standings.iter().filter(|one| one.choice == choice).count())
    };
    let headline = match next {
        Some(_) => say!(
            reader.words(),
            "portfolio-headline",
            campaign = of.name.as_str(),
            keep = count(Choice::Keep),
            unsure = count(Choice::Unsure),
            end = count(Choice::End),
        ),
        None => say!(reader.words(), "portfolio-nothing", campaign = of.name.as_str()),
    };
    let mut blocks = Vec::new();
    for part in section.parts {
        match part {
            Part::Heading(text) => blocks.push((Some(text), Vec::new())),
            Part::List(points) => match blocks.last_mut() {
                Some((_, lines)) => lines.extend(points),
                None => blocks.push((None, points)),
            },
            Part::Text(text) => match blocks.last_mut() {
                Some((_, lines)) => lines.push(text),
                None => blocks.push((None, vec![text])),
            },
            Part::Quotes(_) | Part::Table(_) | Part::Bars(_) => {}
        }
    }
    PortfolioView { id: of.campaign.to_string(), headline, blocks }
}
