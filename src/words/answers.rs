//! Answers with numbers: why, why-not, status, me, tips.

use jiff::Timestamp;

use super::ahead;
use super::buttons::Composed;
use super::cause;
use super::client;
use super::found;
use super::history;
use super::incident::{clears_lines, footer};
use super::learned::{learned, learned_of};
use super::message::{Block, Line, Message};
use super::number;
use super::phrase::{self, block, bold, line};
use super::pictured::why_picture;
use super::report;
use super::reported::Whose;
use super::view::{IncidentView, JudgedView, MeView, Member, OwnNumber, Relation, Seen, StatusView};
use super::wording::{Reader, say};
use crate::domain::metric::Unit;
use crate::domain::person::Audience;
use crate::domain::sample::Reading;
use crate::domain::verdict::Verdict;
use crate::insight::tips::Tip;
use crate::outbox::incident::Stage;
use crate::rules::readings::{Claimed, Claims};

/// Open incidents that `status` lists; the rest are counted.
const OPEN_MAX: usize = 8;

/// The whole receipt of an incident: every comparison, all that happened, and whatever the alert had no room for. `None`
/// when this audience may see none of it.
#[must_use]
pub fn why(view: &IncidentView, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Message> {
    let words = reader.words();
    if audience == Audience::Client {
        return client::why(view, reader, now);
    }
    let seen = visible(&view.seen, audience);
    if seen.is_empty() {
        return None;
    }
    let who = phrase::who(&view.names, &view.incident.subject.to_string());
    let team = audience != Audience::Creator;
    let mut blocks: Vec<Block> = block(0, ahead::pool_lines(view, &seen, reader)).into_iter().collect();
    blocks.extend(comparison_blocks(&seen, team, reader, now));
    let whose = if team { Whose::Theirs { waits: false } } else { Whose::Yours };
    let by_hand = super::reported::mark(&view.by_hand, whose, reader);
    blocks.extend(block(0, by_hand.map(line).into_iter().collect()));
    blocks.extend(block(0, excused_lines(view, team, reader, now)));
    if audience == Audience::Internal {
        blocks.extend(block(0, moved_lines(view, reader)));
        blocks.extend(view.found.as_ref().and_then(|found| block(0, found.lines(reader, now))));
        blocks.extend(view.spill.as_ref().and_then(|spill| block(0, found::spill_lines(spill, reader))));
        blocks.extend(view.funnel.as_ref().and_then(|funnel| block(0, funnel.lines(reader, now))));
    }
    if team {
        blocks.extend(block(0, learned(&view.learned, reader).into_iter().collect()));
        blocks.extend(block(0, clears_lines(view.clears.as_ref(), reader, now)));
        if audience == Audience::Internal {
            blocks.extend(block(0, ahead::why_lines(view, reader, now)));
        }
        let tips: Vec<Line> = view.tips.iter().map(|tip| line(format!("• {}", phrase::tip(reader, tip)))).collect();
        blocks.extend(block(0, tips));
        let mut lines = vec![bold(say!(words, "what-happened"))];
        lines.extend(history::all(view, reader, now));
        blocks.extend(block(0, lines));
    }
    Some(Message {
        headline: say!(words, "why-headline", id = view.incident.id.to_string(), who = who),
        blocks,
        footer: if team { footer(view, reader, now) } else { view.incident.id.to_string() },
        // A picture that cannot be drawn is left out; the text says everything.
        picture: why_picture(view, reader, audience).and_then(Result::ok),
        silent: true,
        ..Message::default()
    })
}

/// What explains the number; where it was asked against something that says nothing of it, why not.
fn moved_lines(view: &IncidentView, reader: &Reader) -> Vec<Line> {
    match (&view.moved, view.against) {
        (Some(moved), _) => moved.lines(reader),
        (None, Some(asked)) => vec![line(say!(reader.words(), "moved-none", basis = asked.as_str()))],
        (None, None) => Vec::new(),
    }
}

/// A rule that has not fired, or has no incident: every comparison, and what stands between it and firing.
#[must_use]
pub fn why_not(view: &JudgedView, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Message> {
    let words = reader.words();
    let seen = visible(&view.seen, audience);
    if seen.is_empty() {
        return None;
    }
    let who = phrase::who(&view.names, "");
    let rule = view.rule.as_str();
    let headline = match view.verdict {
        Verdict::Holds => say!(words, "why-not-holds", who = who, rule = rule),
        Verdict::DoesNotHold => say!(words, "why-not-quiet", who = who, rule = rule),
        Verdict::Unknown => say!(words, "why-not-unknown", who = who, rule = rule),
    };
    let mut blocks = comparison_blocks(&seen, audience == Audience::Internal, reader, now);
    // How many posts and deals of others stand behind it is the team's to know.
    let lessons = if audience == Audience::Internal { view.learned.as_slice() } else { &[] };
    blocks.extend(block(0, learned(lessons, reader).into_iter().collect()));
    Some(Message { headline, footer: judged_footer(view, reader, now), ..judged(view, blocks, audience, reader, now) })
}

/// How far the answer about a past instant can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The instant.
    pub at: Timestamp,
    /// The rule was in force then; else this is what its first version would have said.
    pub in_force: bool,
    /// Another receipt was written down then: numbers about that time came in later, by import.
    pub differs: bool,
}

/// The same for a past instant, under the version of the rule that was in force then.
#[must_use]
pub fn why_then(view: &JudgedView, known: Known, reader: &Reader, audience: Audience) -> Option<Message> {
    let words = reader.words();
    let seen = visible(&view.seen, audience);
    if seen.is_empty() {
        return None;
    }
    let who = phrase::who(&view.names, "");
    let rule = view.rule.as_str();
    // As seen from long ago: always with its year.
    let at = number::time(reader, known.at, Timestamp::UNIX_EPOCH);
    let headline = match view.verdict {
        Verdict::Holds => say!(words, "why-then-held", who = who, rule = rule, at = at),
        Verdict::DoesNotHold => say!(words, "why-then-quiet", who = who, rule = rule, at = at),
        Verdict::Unknown => say!(words, "why-then-unknown", who = who, rule = rule, at = at),
    };
    let version = view.version.to_string();
    let mut lines = vec![line(if known.in_force {
        say!(words, "why-then-version", version = version)
    } else {
        say!(words, "why-then-not-yet", version = version)
    })];
    if known.differs {
        lines.push(line(say!(words, "why-then-differs")));
    }
    let mut blocks: Vec<Block> = block(0, lines).into_iter().collect();
    blocks.extend(comparison_blocks(&seen, audience == Audience::Internal, reader, known.at));
    Some(Message {
        headline,
        footer: judged_footer(view, reader, known.at),
        ..judged(view, blocks, audience, reader, known.at)
    })
}

/// What stands between a rule and telling, under what was compared.
fn judged(view: &JudgedView, mut blocks: Vec<Block>, audience: Audience, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let mut waits = Vec::new();
    if let Some(secs) = view.pending_secs {
        waits.push(line(say!(words, "why-not-pending", left = number::span(reader, secs))));
    }
    if let Some(until) = view.cooling_until.filter(|until| now < *until) {
        waits.push(line(say!(words, "why-not-cooling", until = number::time(reader, until, now))));
    }
    let team = audience == Audience::Internal;
    let excused =
        view.excused.iter().map(|one| if team { one.for_team(reader, now) } else { one.for_creator(reader, now) });
    waits.extend(excused.map(line));
    blocks.extend(block(0, waits));
    Message { blocks, silent: true, ..Message::default() }
}

fn judged_footer(view: &JudgedView, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let mut footer = format!("{} v{}", view.rule, view.version);
    if let Some(at) = view.data_at {
        footer.push_str(" · ");
        footer.push_str(&say!(words, "data-at", time = number::time(reader, at, now)));
    }
    footer
}

/// Whom it spares by name, or which time was left out.
fn excused_lines(view: &IncidentView, team: bool, reader: &Reader, now: Timestamp) -> Vec<Line> {
    if !team {
        return view.excused.iter().map(|one| line(one.for_creator(reader, now))).collect();
    }
    let mut lines = cause::lines(view, reader, now);
    lines.extend(cause::names(view, reader));
    lines
}

fn visible(seen: &[Seen], audience: Audience) -> Vec<&Seen> {
    seen.iter()
        .filter(|seen| match audience {
            Audience::Internal => true,
            Audience::Client => seen.is_for_clients(),
            Audience::Creator => seen.is_for_creators(),
            Audience::Operator => false,
        })
        .collect()
}

pub(super) fn comparison_blocks(seen: &[&Seen], team: bool, reader: &Reader, now: Timestamp) -> Vec<Block> {
    let lines: Vec<Line> = seen.iter().flat_map(|seen| comparison(seen, team, reader, now)).collect();
    block(0, lines).into_iter().collect()
}

/// What was seen against what was allowed, how well it is known, and what of others is in it.
fn comparison(seen: &Seen, team: bool, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let title = seen.title(reader);
    let (left, right) = (seen.left_text(reader), seen.line_text(reader));
    let mut lines = Vec::new();
    match (left, right, seen.left) {
        (Some(left), Some(right), _) => {
            let bare = |share: f64| number::percent(reader.locale, share);
            let text = match (seen.verdict == Verdict::Holds, seen.relation) {
                _ if seen.beside.place.is_some() => {
                    say!(words, "place-against", what = left, line = seen.right.value().map_or_else(String::new, bare))
                }
                (true, Relation::Above) => say!(words, "is-above", what = left, line = right),
                (true, Relation::Below) => say!(words, "is-below", what = left, line = right),
                (false, Relation::Above) => say!(words, "is-not-above", what = left, line = right),
                (false, Relation::Below) => say!(words, "is-not-below", what = left, line = right),
            };
            lines.push(line(text));
            lines.push(line(format!("   {}", seen.size_text(reader, now))));
            lines.extend(luck_lines(seen, reader));
        }
        (_, Some(right), Reading::Absent(_)) if seen.weight.is_some() => {
            lines.push(line(say!(words, "nothing-came", title = title, line = right)));
            lines.extend(luck_lines(seen, reader));
        }
        (_, _, Reading::Absent(_)) if seen.excused => {
            lines.push(line(say!(words, "is-excused", title = title)));
        }
        (_, _, Reading::Absent(why)) => {
            let why = seen.beside.missing_text(reader).unwrap_or_else(|| phrase::absence(reader, why));
            lines.push(line(say!(words, "is-absent", title = title, why = why)));
        }
        (_, _, Reading::Value(value)) => {
            let why = match seen.right {
                Reading::Absent(why) => {
                    seen.beside.missing_text(reader).unwrap_or_else(|| phrase::absence(reader, why))
                }
                Reading::Value(_) => String::new(),
            };
            lines.push(line(say!(words, "is-unmatched", what = seen.worded(reader, value), why = why)));
        }
    }
    lines.extend(seen.beside.lines(team, &|value| seen.bare(reader, value), reader));
    if team {
        lines.extend(seen.claims.iter().map(|claims| claimed(claims, seen, reader)));
    }
    lines
}

/// Whose word counted, and who else claims the same: what is not added up is said.
fn claimed(claims: &Claims, seen: &Seen, reader: &Reader) -> Line {
    let words = reader.words();
    let money = claims.metric.unit() == Unit::Money && seen.currency.is_none();
    let one = |one: &Claimed| {
        let name = number::platform(reader, one.platform);
        // Without a currency an amount is no number that anybody could read.
        match one.value.filter(|_| !money) {
            Some(value) => format!("{name} {}", number::short(reader, claims.metric, value, seen.currency)),
            None => name,
        }
    };
    let all = |of: &[Claimed]| of.iter().map(one).collect::<Vec<_>>().join(", ");
    let title = number::title(reader, claims.metric, None);
    let (counted, also) = (all(&claims.counted), all(&claims.also));
    let said = if claims.counted.is_empty() {
        say!(words, "claims-nobody", metric = title, also = also)
    } else {
        let by = claims.counted.first().map_or("", |one| one.claim.as_str());
        say!(words, "claims-counted", metric = title, by = by, counted = counted, also = also)
    };
    line(format!("   {said}"))
}

/// What was weighed, and how sure that makes it.
fn luck_lines(seen: &Seen, reader: &Reader) -> Vec<Line> {
    [seen.fresh_text(reader), seen.weighed_text(reader), seen.sure_text(reader)]
        .into_iter()
        .flatten()
        .map(|text| line(format!("   {text}")))
        .collect()
}

/// What is watched, what is open, what is missing.
#[must_use]
pub fn status(view: &StatusView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let firing = view.open.iter().filter(|member| member.stage == Stage::Firing).count();
    let about = view.about.clone().unwrap_or_else(|| say!(words, "status-everything"));
    let headline = match (firing, view.troubles.is_empty()) {
        (0, true) => say!(words, "status-quiet", about = about),
        (0, false) => say!(words, "status-blind", about = about, count = view.troubles.len()),
        (firing, _) => say!(words, "status-firing", about = about, count = firing),
    };
    let mut blocks = Vec::new();
    let mut open: Vec<Line> = view.open.iter().take(OPEN_MAX).map(|member| line(member_text(member, reader))).collect();
    if OPEN_MAX < view.open.len() {
        open.push(line(say!(words, "and-more", count = view.open.len() - OPEN_MAX)));
    }
    blocks.extend(block(0, open));
    let troubles = view.troubles.iter().map(|(source, since)| {
        line(say!(words, "status-trouble", source = source.as_str(), since = number::time(reader, *since, now)))
    });
    blocks.extend(block(0, troubles.collect()));
    let campaigns = view.campaigns.iter().map(|campaign| {
        let name = phrase::short_name(&campaign.name);
        let text = match campaign.data_at {
            Some(at) => {
                let time = number::time(reader, at, now);
                say!(words, "status-campaign", name = name, count = campaign.creators, time = time)
            }
            None => say!(words, "status-campaign-no-data", name = name, count = campaign.creators),
        };
        match &campaign.end {
            Some(end) => line(format!("{text}. {}", ahead::end_text(end, reader, now))),
            None => line(text),
        }
    });
    let campaigns: Vec<Line> = campaigns.collect();
    if campaigns.is_empty() {
        blocks.extend(block(0, vec![line(say!(words, "status-nothing-watched"))]));
    }
    blocks.extend(block(1, campaigns));
    blocks.extend(block(1, view.goal.as_ref().map(|goal| report::goal(goal, reader)).unwrap_or_default()));
    let lessons = view.learned.iter().filter_map(|(brand, lessons)| learned_of(brand, lessons, reader));
    blocks.extend(block(2, lessons.collect()));
    let message = Message { headline, blocks, silent: true, ..Message::default() };
    phrase::fit(message, TEXT_UNITS, words)
}

/// A text without a picture: Discord's 2,000, the smaller of the two.
const TEXT_UNITS: usize = 1_900;

/// One open incident on a line: `🔴 Alma Lind €486 · Maja has it · #A7K2`.
pub(crate) fn member_text(member: &Member, reader: &Reader) -> String {
    let mark = match member.stage {
        Stage::Firing => "🔴",
        Stage::Recovering => "🟡",
        Stage::Resolved => "🟢",
    };
    let mut text = format!("{mark} {}", phrase::short_name(&member.name));
    if let Some(money) = member.avoidable.filter(|money| 0 < money.minor && member.stage != Stage::Resolved) {
        text.push(' ');
        text.push_str(&number::money(reader.locale, money));
    }
    if let Some(who) = member.acknowledged_by.as_deref() {
        text.push_str(" · ");
        text.push_str(&say!(reader.words(), "has-it-short", who = who));
    }
    text + " · " + &member.incident.to_string()
}

/// A creator's own numbers.
#[must_use]
pub fn me(view: &MeView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let first = view.name.split_whitespace().next().unwrap_or(&view.name);
    let headline = match (view.numbers.is_empty(), view.open) {
        (true, _) => say!(words, "me-no-numbers", name = first),
        (false, 0) => say!(words, "me-headline", name = first),
        (false, count) => say!(words, "me-headline-open", name = first, count = count),
    };
    let lines: Vec<Line> = view.numbers.iter().map(|number| line(own_number(number, reader))).collect();
    let mut blocks: Vec<Block> = block(0, lines).into_iter().collect();
    let levels = view.levels.iter();
    let levels =
        levels.map(|(brand, level)| line(say!(words, "me-level", brand = brand.as_str(), level = level.as_str())));
    blocks.extend(block(0, levels.collect()));
    blocks.extend(block(1, vec![line(say!(words, "me-private"))]));
    Message {
        headline,
        blocks,
        footer: view.data_at.map(|at| say!(words, "data-at", time = number::time(reader, at, now))).unwrap_or_default(),
        silent: true,
        ..Message::default()
    }
}

fn own_number(own: &OwnNumber, reader: &Reader) -> String {
    let words = reader.words();
    let platform = number::platform(reader, own.platform);
    let said = phrase::reading(reader, own.metric, own.reading);
    let is_level = matches!(own.metric.kind(), crate::domain::metric::Kind::Gauge);
    let said = match own.reading {
        Reading::Value(_) if !is_level => format!("{said} {}", phrase::window(reader, own.window)),
        Reading::Value(_) | Reading::Absent(_) => said,
    };
    match own.usual.filter(|_| own.reading.value().is_some()) {
        Some(usual) => {
            let usual = number::short(reader, own.metric, usual, None);
            say!(words, "own-number-usual", platform = platform, value = said, usual = usual)
        }
        None => say!(words, "own-number", platform = platform, value = said),
    }
}

/// Tips from a creator's own posts, or that there is nothing yet that the data carry.
#[must_use]
pub fn tips(name: &str, tips: &[Tip], posts: u32, reader: &Reader) -> Message {
    let words = reader.words();
    let first = name.split_whitespace().next().unwrap_or(name);
    if tips.is_empty() {
        return Message {
            headline: say!(words, "tips-none", name = first),
            blocks: block(0, vec![line(say!(words, "tips-none-why", posts = posts))]).into_iter().collect(),
            silent: true,
            ..Message::default()
        };
    }
    let lines: Vec<Line> = tips.iter().map(|tip| line(format!("• {}", phrase::tip(reader, tip)))).collect();
    let mut blocks: Vec<Block> = block(0, lines).into_iter().collect();
    blocks.extend(block(1, vec![line(say!(words, "tips-stays"))]));
    Message {
        headline: say!(words, "tips-headline", name = first, count = tips.len()),
        blocks,
        silent: true,
        ..Message::default()
    }
}

/// A message without buttons, for whoever sends composed ones.
impl From<Message> for Composed {
    fn from(message: Message) -> Self {
        Self::plain(message)
    }
}
