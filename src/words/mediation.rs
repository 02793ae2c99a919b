//! Another way than a lower level, as both sides are told: what was suggested, what binds, and the menu.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed, LevelAnswer};
use super::message::{Line, Look};
use super::number;
use super::phrase::line;
use super::view::IncidentView;
use super::wording::{Reader, say};
use crate::rules::downgrade::{Case, Mediation, Side, Stage, Way};

/// A way in words: `one more piece for what fell short`.
fn way(one: Way, mediation: &Mediation, reader: &Reader) -> String {
    let long = number::span(reader, mediation.extension.as_secs());
    say!(reader.words(), "way", way = one.as_str(), long = long)
}

/// How long they talk, and what then.
fn clock(case: &Case, reader: &Reader, now: Timestamp) -> Option<Line> {
    let Stage::Mediating { left, until } = &case.stage else { return None };
    let left = number::span(reader, std::cmp::max(left.as_secs() + 3_599, 86_400));
    Some(line(say!(reader.words(), "mediation-clock", until = number::time(reader, *until, now), left = left)))
}

/// What the creator is told while both talk.
pub(crate) fn creator_lines(case: &Case, brand: &str, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let Some(mediation) = &case.mediation else { return Vec::new() };
    let mut lines: Vec<Line> = clock(case, reader, now).into_iter().collect();
    lines.push(line(match &mediation.suggestion {
        Some(one) if one.side == Side::Creator => {
            say!(words, "mediation-yours", way = way(one.way, mediation, reader), brand = brand)
        }
        Some(one) => say!(words, "mediation-theirs", way = way(one.way, mediation, reader), brand = brand),
        None => say!(words, "mediation-open", brand = brand),
    }));
    lines.extend(mediation.text.iter().map(|text| line(say!(words, "level-your-words", text = text.as_str()))));
    lines.push(line(say!(words, "mediation-binds")));
    lines
}

/// What the team is told while both talk.
fn team_lines(case: &Case, mediation: &Mediation, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let mut lines: Vec<Line> = clock(case, reader, now).into_iter().collect();
    lines.push(line(match &mediation.suggestion {
        Some(one) => {
            let (by, at) = (one.by.as_str(), number::time(reader, one.at, now));
            let (way, side) = (way(one.way, mediation, reader), one.side.as_str());
            say!(words, "mediation-suggested", side = side, by = by, time = at, way = way)
        }
        None => say!(words, "mediation-none", side = mediation.side.as_str()),
    }));
    lines.extend(mediation.text.iter().map(|text| line(say!(words, "mediation-words", text = text.as_str()))));
    lines.push(line(say!(words, "mediation-binds-team")));
    lines
}

/// How a talk stands or ended, for the team.
pub(crate) fn for_team(case: &Case, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let Some(mediation) = &case.mediation else { return Vec::new() };
    if case.is_mediated() {
        return team_lines(case, mediation, reader, now);
    }
    ended(mediation, None, reader, now)
        .into_iter()
        .chain(mediation.way().filter(|way| *way != Way::Extension).map(|_| line(say!(words, "mediation-people"))))
        .collect()
}

/// How it ended: what binds both, or that nothing does. `brand`: told to the creator.
pub(crate) fn ended(mediation: &Mediation, brand: Option<&str>, reader: &Reader, now: Timestamp) -> Option<Line> {
    let words = reader.words();
    let text = match (mediation.way(), mediation.over, brand) {
        (Some(one), _, Some(brand)) => {
            say!(words, "mediation-agreed", way = way(one, mediation, reader), brand = brand)
        }
        (Some(one), _, None) => {
            let by = mediation.agreed.as_ref().map_or("", |agreed| agreed.0.as_str());
            say!(words, "mediation-agreed-by", way = way(one, mediation, reader), by = by)
        }
        (None, Some(at), _) => say!(words, "mediation-over", day = number::day(reader, at, now)),
        (None, None, _) => return None,
    };
    Some(line(text))
}

/// The menu, while it lasts; before it, the way into it.
pub(crate) fn buttons(view: &IncidentView, case: &Case, side: Side, composed: &mut Composed, reader: &Reader) {
    let words = reader.words();
    let press = |answer: LevelAnswer, label: String, look: Look| {
        (ButtonPurpose::Level { incident: view.incident.id.clone(), answer }, label, look)
    };
    let Some(mediation) = case.mediation.as_ref().filter(|_| case.is_mediated()) else {
        let can_begin = match (&case.stage, side) {
            (Stage::Grace { .. } | Stage::Appealed { .. }, _) | (Stage::Telling, Side::Creator) => true,
            (_, _) => false,
        };
        if can_begin && case.mediation.is_none() {
            let label = say!(words, "button-mediate");
            composed.row([press(LevelAnswer::Mediate { side }, label, Look::Plain)]);
        }
        return;
    };
    if mediation.suggestion.as_ref().is_some_and(|one| one.side != side) {
        let label = say!(words, "button-agree");
        composed.row([press(LevelAnswer::Agree { side }, label, Look::Primary)]);
    }
    let on_table = mediation.suggestion.as_ref().map(|one| one.way);
    let ways = Way::ALL.into_iter().filter(|way| Some(*way) != on_table);
    let menu = ways.map(|way| {
        let label = say!(words, "button-way", way = way.as_str());
        press(LevelAnswer::Suggest { side, way }, label, Look::Plain)
    });
    composed.row(menu.collect::<Vec<_>>());
}
