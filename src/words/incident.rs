//! An incident as a message: the team's, the client's, the creator's.
//!
//! Owns: what is said, in which order, and what moves behind Why first. Refuses: what the audience may not see (invariant
//! 10), and filling a gap: a block whose numbers are not there is left out.

use jiff::Timestamp;

use super::ahead;
use super::asking;
use super::buttons::{ButtonPurpose, Composed};
use super::cause;
use super::client;
use super::found;
use super::history;
use super::kinds;
use super::message::{Block, Line, Look, Message};
use super::number;
use super::phrase::{self, block, bold, line};
use super::reported::Whose;
use super::view::{Clears, IncidentView, OptionView, ProposalView, Relation, Seen};
use super::wording::{Reader, Words, say};
use crate::domain::action::{Deed, Object};
use crate::domain::ids::Subject;
use crate::domain::money::Money;
use crate::domain::person::Audience;
use crate::outbox::incident::{Happened, Stage};
use crate::rules::evidence::Demand;
use crate::rules::rule::Preset;

/// How long the Snooze button snoozes: six hours, most of a working day.
const SNOOZE_SECS: u32 = 6 * 3_600;

/// Buttons that do something at once, at most; more are behind `pause`.
const DEED_BUTTONS_MAX: usize = 2;

/// Parts of what can be saved that are told one by one; the rest is one sum.
const PARTS_MAX: usize = 4;

/// The message for one room. `None` when this audience is not told: a client about what was not released, a creator
/// about money, or anybody without a number they may see.
#[must_use]
pub fn compose(view: &IncidentView, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Composed> {
    let composed = match audience {
        Audience::Internal | Audience::Creator | Audience::Operator if view.level.is_some() => {
            super::level::compose(view, reader, audience, now)?
        }
        Audience::Internal => team(view, reader, now)?,
        Audience::Client => client::compose(view, reader, now)?,
        Audience::Creator => creator(view, reader, now)?,
        Audience::Operator => return None,
    };
    Some(Composed {
        message: phrase::fit(composed.message, phrase::MAIN_UNITS, reader.words()),
        purposes: composed.purposes,
    })
}

fn team(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    let seen: Vec<&Seen> = view.seen.iter().collect();
    let main = *seen.first()?;
    let words = reader.words();
    let is_over = view.incident.stage == Stage::Resolved;
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(block(0, ahead::pool_lines(view, &seen, reader)));
    let seen_lines = kinds::lines(view, true, reader, now).unwrap_or_else(|| seen_lines(&seen, is_over, reader, now));
    blocks.extend(block(0, seen_lines));
    let by_hand = super::reported::mark(&view.by_hand, Whose::Theirs { waits: view.automatic && !is_over }, reader);
    blocks.extend(block(0, by_hand.map(line).into_iter().collect()));
    blocks.extend(view.moved.as_ref().and_then(|moved| block(1, moved.lines(reader))));
    blocks.extend(view.found.as_ref().and_then(|found| block(1, found.lines(reader, now))));
    blocks.extend(view.spill.as_ref().and_then(|spill| block(1, found::spill_lines(spill, reader))));
    blocks.extend(block(0, cause::lines(view, reader, now)));
    blocks.extend(block(0, history::lines(view, true, reader, now)));
    let asks = view.proposals.iter().filter_map(|proposal| proposal.ask.as_ref());
    if !is_over {
        blocks.extend(asks.filter_map(|ask| asking::copy_ready(ask, reader, now)));
    }
    if !is_over {
        blocks.extend(block(1, money_lines(view, reader, now)));
        blocks.extend(block(2, clears_lines(view.clears.as_ref(), reader, now)));
        blocks.extend(block(2, kinds::ideas(view, reader, now)));
        blocks.extend(block(4, tip_lines(view, reader)));
        blocks.extend(block(3, vec![line(stays(view, words))]));
    }
    blocks.extend(block(3, client::for_team(view, reader, now).into_iter().collect()));
    let message = Message {
        headline: headline(view, main, true, reader, now),
        blocks,
        footer: footer(view, reader, now),
        silent: view.incident.stage != Stage::Firing,
        ..Message::default()
    };
    let mut composed = Composed::plain(message);
    action_buttons(view, true, &mut composed, reader, now);
    standing_buttons(view, &mut composed, reader, now);
    cause::buttons(view, &mut composed, reader);
    Some(composed)
}

/// The whole story on one line.
pub(super) fn headline(view: &IncidentView, main: &Seen, money: bool, reader: &Reader, now: Timestamp) -> String {
    if let Some(told) = kinds::headline(view, money, reader, now) {
        return told;
    }
    let words = reader.words();
    let who = phrase::who(&view.names, &view.incident.subject.to_string());
    let said = |value: Option<f64>| value.map_or_else(|| main.title(reader), |value| main.headline_text(reader, value));
    let limit = main.limit_text(reader).map(|limit| format!(", {limit}")).unwrap_or_default();
    let left = said(main.left.value());
    let current = said(view.current.or_else(|| main.left.value()));
    if let Some(closed_by) = &view.closed_by {
        return cause::closed_headline(who, closed_by, reader);
    }
    match (view.incident.stage, view.incident.kind.as_str()) {
        (Stage::Resolved, _) => {
            let ended = view.incident.resolved_at.unwrap_or(now);
            let lasted = ended.as_second().saturating_sub(view.incident.opened_at.as_second());
            let lasted = number::span(reader, lasted);
            if view.current.is_some() {
                say!(words, "headline-resolved-now", who = who, lasted = lasted, value = current, limit = limit)
            } else {
                say!(words, "headline-resolved", who = who, lasted = lasted, value = left, limit = limit)
            }
        }
        (Stage::Recovering, _) => say!(words, "headline-recovering", who = who, value = current, limit = limit),
        (Stage::Firing, "opportunity") => say!(words, "headline-opportunity", who = who, value = left, limit = limit),
        (Stage::Firing, _) => match history::verified(view) {
            Some(stopped) => headline_stopped(stopped, stopped.saves.filter(|_| money), [who, current, limit], reader),
            None => headline_firing(avoidable(view).filter(|_| money), who, left, limit, reader),
        },
    }
}

/// What can still be saved: all that can be stopped now; where that has no amounts, what it was when the rule fired.
fn avoidable(view: &IncidentView) -> Option<Money> {
    let parts = view.options.iter().filter(|option| option.running).filter_map(|option| option.avoidable);
    let sum = parts.fold(None, |sum: Option<Money>, part| match sum {
        Some(sum) => sum.checked_add(part).ok().or(Some(sum)),
        None => Some(part),
    });
    sum.or(view.incident.avoidable)
}

fn headline_stopped(
    stopped: &ProposalView,
    saved: Option<Money>,
    [who, value, limit]: [String; 3],
    reader: &Reader,
) -> String {
    let words = reader.words();
    let done = say!(words, "deed-short", deed = stopped.deed.as_str(), name = stopped.deed.title());
    match saved.filter(|saved| 0 < saved.minor) {
        Some(saved) => {
            let saved = number::money(reader.locale, saved);
            say!(words, "headline-stopped-saved", who = who, done = done, saved = saved, value = value, limit = limit)
        }
        None => say!(words, "headline-stopped", who = who, done = done, value = value, limit = limit),
    }
}

fn headline_firing(saved: Option<Money>, who: String, value: String, limit: String, reader: &Reader) -> String {
    let words = reader.words();
    match saved.filter(|saved| 0 < saved.minor) {
        Some(saved) => {
            let saved = number::money(reader.locale, saved);
            say!(words, "headline-firing-money", who = who, value = value, limit = limit, saved = saved)
        }
        None => say!(words, "headline-firing", who = who, value = value, limit = limit),
    }
}

/// Seen, allowed, and what else the rule asked for.
pub(super) fn seen_lines(seen: &[&Seen], is_over: bool, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let Some((main, others)) = seen.split_first() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(left) = main.left_text(reader) {
        let size = main.size_text(reader, now);
        let text = if is_over {
            say!(words, "seen-then", what = left, size = size)
        } else {
            say!(words, "seen", what = left, size = size)
        };
        lines.push(line(text));
    }
    lines.extend(main.fresh_text(reader).map(line));
    if main.left.value().is_none()
        && let Some(weighed) = main.weighed_text(reader)
    {
        lines.push(line(weighed));
    }
    if let Some(allowed) = main.allowed_text(reader) {
        lines.push(line(say!(words, "allowed", what = allowed)));
    }
    lines.extend(main.sure_text(reader).map(line));
    let also: Vec<String> = others.iter().take(2).filter_map(|other| also(other, reader)).collect();
    if !also.is_empty() {
        lines.push(line(say!(words, "also", what = also.join("; "))));
    }
    lines
}

/// A further comparison: `€640 spend, more than €100`.
fn also(seen: &Seen, reader: &Reader) -> Option<String> {
    let words = reader.words();
    let left = seen.worded(reader, seen.left.value()?);
    let right = seen.bare(reader, seen.right.value()?);
    Some(match seen.relation {
        Relation::Above => say!(words, "also-above", left = left, right = right),
        Relation::Below => say!(words, "also-below", left = left, right = right),
    })
}

/// One part of what can be saved: `Story set €400 (free to cancel to Fri 18:00)`.
pub(crate) fn avoidable_part(option: &OptionView, reader: &Reader, now: Timestamp) -> Option<String> {
    let words = reader.words();
    let amount = number::money(reader.locale, option.avoidable.filter(|money| 0 < money.minor)?);
    let until = match (option.until.map(|until| number::time(reader, until, now)), option.free) {
        (Some(until), true) => format!(" {}", say!(words, "free-to-cancel", until = until)),
        (Some(until), false) => format!(" {}", say!(words, "can-be-cancelled", until = until)),
        (None, _) => String::new(),
    };
    Some(say!(
        words,
        "avoidable-part",
        deed = option.deed.as_str(),
        name = option.name.as_str(),
        runs_on = option.runs_on.as_str(),
        amount = amount,
        until = until
    ))
}

fn money_lines(view: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let running: Vec<&OptionView> = view.options.iter().filter(|option| option.running).collect();
    let mut avoidable: Vec<String> =
        running.iter().filter_map(|option| avoidable_part(option, reader, now)).take(PARTS_MAX).collect();
    let with_money = running.iter().filter(|option| option.avoidable.is_some_and(|money| 0 < money.minor));
    let rest = with_money.filter_map(|option| option.avoidable).skip(PARTS_MAX);
    let rest = rest.reduce(|sum, part| sum.checked_add(part).unwrap_or(sum));
    if let Some(rest) = rest {
        avoidable.push(say!(words, "avoidable-rest", amount = number::money(reader.locale, rest)));
    }
    let mut parts = Vec::new();
    if let Some(owed) = view.owed.filter(|owed| 0 < owed.minor) {
        parts.push(say!(words, "owed", amount = number::money(reader.locale, owed)));
    }
    if !avoidable.is_empty() {
        parts.push(say!(words, "avoidable", what = avoidable.join(", ")));
    }
    let mut lines = if parts.is_empty() { Vec::new() } else { vec![line(parts.join(" "))] };
    lines.extend(ahead::next_line(view, reader));
    lines
}

/// The smallest change that flips it.
pub(crate) fn clears_lines(clears: Option<&Clears>, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let Some(clears) = clears else {
        return Vec::new();
    };
    let text = match clears {
        Clears::More { metric, amount, by, boost_stopped, currency } => {
            let more = number::value(reader, *metric, *amount, *currency);
            match (by.map(|by| number::time(reader, by, now)), boost_stopped) {
                (Some(by), true) => say!(words, "clears-more-by-stopped", what = more, by = by),
                (Some(by), false) => say!(words, "clears-more-by", what = more, by = by),
                (None, true) => say!(words, "clears-more-stopped", what = more),
                (None, false) => say!(words, "clears-more", what = more),
            }
        }
        Clears::Reaches { metric, value, currency, relation, window } => {
            let what = number::value(reader, *metric, *value, *currency);
            let over = phrase::window(reader, *window);
            match relation {
                Relation::Above => say!(words, "clears-above", what = what, over = over),
                Relation::Below => say!(words, "clears-below", what = what, over = over),
            }
        }
    };
    vec![line(text)]
}

pub(super) fn tip_lines(view: &IncidentView, reader: &Reader) -> Vec<Line> {
    if view.tips.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![bold(say!(reader.words(), "try-first"))];
    lines.extend(
        view.tips.iter().enumerate().map(|(at, tip)| line(format!("{}. {}", at + 1, phrase::tip(reader, tip)))),
    );
    lines
}

/// What will not happen.
pub(super) fn stays(view: &IncidentView, words: &Words) -> String {
    if let Some(stays) = kinds::stays(view, words) {
        return stays;
    }
    let stops = view.incident.rungs.iter().any(|rung| rung.what.stops());
    if stops && view.automatic && view.incident.next_rung_at().is_some() {
        return say!(words, "stays-steps");
    }
    if let Some(stopped) = history::verified(view) {
        return say!(words, "stays-stopped", deed = stopped.deed.as_str());
    }
    if let Some(option) = view.options.iter().find(|option| matches!(option.deed, Deed::EndCode { .. })) {
        return say!(words, "stays-code", code = option.name.as_str());
    }
    match (view.incident.kind.as_str(), view.automatic) {
        ("opportunity", _) => say!(words, "stays-opportunity"),
        (_, false) if view.cause.is_some() && view.options.is_empty() => say!(words, "stays-cause"),
        (_, true) => say!(words, "stays-automatic"),
        // What stops for a whole brand is the shop's, the stock's or the price's doing.
        (_, false) if matches!(view.incident.subject, Subject::Brand(_)) && view.options.is_empty() => {
            say!(words, "stays-brand")
        }
        (_, false) if view.options.is_empty() => say!(words, "stays-no-boost"),
        (_, false) => say!(words, "stays"),
    }
}

/// How sure the rule must be, by the name people chose it under.
fn demand(view: &IncidentView, words: &Words) -> String {
    let weight = view.seen.iter().find_map(|seen| seen.weight.as_ref());
    let Some(weight) = weight else { return say!(words, "plain-threshold") };
    let demand = Demand { method: weight.method, level: weight.level };
    match demand.preset() {
        Some(Preset::Strict) => "strict".to_owned(),
        Some(Preset::Balanced) => "balanced".to_owned(),
        Some(Preset::Fast) => "fast".to_owned(),
        None => format!("{} {}", weight.method.as_str(), weight.level),
    }
}

/// `cpa-stop v3 · plain threshold · data 14:10 · #A7K2`.
pub(crate) fn footer(view: &IncidentView, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let mut parts = vec![format!("{} v{}", view.incident.rule, view.incident.rule_version), demand(view, words)];
    if let Some(at) = view.data_at {
        parts.push(say!(words, "data-at", time = number::time(reader, at, now)));
    }
    parts.push(view.incident.id.to_string());
    parts.join(" · ")
}

/// `Stop boost −€86`, with the object's name when there are several.
pub(crate) fn deed_label(
    deed: &Deed,
    option: Option<&OptionView>,
    saves: Option<Money>,
    several: bool,
    reader: &Reader,
) -> String {
    let words = reader.words();
    let named = several || !matches!(deed.object(), Object::Boost(_));
    let name = option.map_or_else(|| deed.title(), |option| option.name.clone());
    let name = if named { format!(" {}", phrase::short_name(&name)) } else { String::new() };
    let amount = deed.budget().map(|budget| number::money(reader.locale, budget));
    let name = match amount.or_else(|| deed.value().map(|share| number::share(reader.locale, share))) {
        Some(amount) => format!("{name} {}", say!(words, "budget-to", amount = amount)),
        None => name,
    };
    let saves = saves
        .filter(|saves| 0 < saves.minor)
        .map(|saves| format!(" {}", number::saving(reader.locale, saves)))
        .unwrap_or_default();
    say!(words, "deed-button", deed = deed.as_str(), name = name, saves = saves)
}

/// Whether a proposal waits for somebody's yes.
fn waits(view: &IncidentView, proposal: &ProposalView) -> bool {
    let last = view.last_of(proposal.id).map(|event| &event.what);
    matches!(last, Some(Happened::Proposed { .. } | Happened::Agreed { .. }))
}

pub(super) fn action_buttons(
    view: &IncidentView,
    money: bool,
    composed: &mut Composed,
    reader: &Reader,
    now: Timestamp,
) {
    let words = reader.words();
    let incident = || view.incident.id.clone();
    let is_open = view.incident.stage == Stage::Firing;
    let boosts = view.options.iter().filter(|option| matches!(option.deed.object(), Object::Boost(_)));
    let several = 1 < boosts.count();
    let (mut row, mut taken) = (Vec::new(), Vec::new());
    let waiting = view.proposals.iter().filter(|proposal| waits(view, proposal)).count();
    for proposal in &view.proposals {
        let Some(event) = view.last_of(proposal.id) else { continue };
        let deed = &proposal.deed;
        match &event.what {
            Happened::Proposed { .. } | Happened::Agreed { .. } if is_open || proposal.revives.is_some() => {
                let saves = proposal.saves.filter(|_| money);
                let label = deed_label(deed, view.option(deed), saves, several, reader);
                let keep = say!(words, "deed-keep", deed = deed.as_str());
                let (id, proposal) = (incident(), proposal.id);
                let agree = if deed.stops() && !deed.can_be_taken_back() {
                    // What has no way back is asked about once more.
                    ButtonPurpose::Choose { deed: deed.clone() }
                } else {
                    ButtonPurpose::Approve { incident: id.clone(), proposal }
                };
                let look = if deed.stops() { Look::Danger } else { Look::Primary };
                row.push((agree, label, look));
                if waiting == 1 {
                    let refuse = ButtonPurpose::Reject { incident: id, proposal: Some(proposal) };
                    row.push((refuse, keep, Look::Plain));
                }
            }
            // What a rule has decided and waits for its turn can be refused until then.
            Happened::Approved { .. } | Happened::Held { .. } if proposal.due.is_some_and(|due| now < due) => {
                let refuse = ButtonPurpose::Reject { incident: incident(), proposal: Some(proposal.id) };
                row.push((refuse, say!(words, "deed-keep", deed = deed.as_str()), Look::Plain));
                continue;
            }
            Happened::Asked { .. } => {
                row.extend(proposal.ask.iter().flat_map(|ask| asking::record_buttons(ask, reader)));
            }
            Happened::Confirmed { .. } | Happened::Done { .. } | Happened::Verified { .. }
                if proposal.undo_until.is_some_and(|until| now < until) =>
            {
                let purpose = ButtonPurpose::Undo { incident: incident(), proposal: proposal.id };
                row.push((purpose, say!(words, "deed-undo", deed = deed.as_str()), Look::Plain));
            }
            Happened::Rejected { .. }
            | Happened::ProposalExpired { .. }
            | Happened::Undone { .. }
            | Happened::Held { .. }
            | Happened::Withdrawn { .. }
            | Happened::Spared { .. }
            | Happened::Failed { .. } => continue,
            _ => {}
        }
        // A boost that was cut runs on, and can be stopped.
        let asked = matches!(event.what, Happened::Proposed { .. } | Happened::Agreed { .. });
        let runs_on = deed.sets_amount() && !asked;
        taken.extend(Some(deed.object()).filter(|_| !runs_on));
    }
    if 1 < waiting && is_open {
        let refuse = ButtonPurpose::Reject { incident: incident(), proposal: None };
        row.push((refuse, say!(words, "button-keep-all"), Look::Plain));
    }
    let free = view.options.iter().filter(|option| is_open && option.running && !taken.contains(&option.deed.object()));
    // What stops money first, and beside it one thing that may put it right: of what is late, more time as well.
    let fixes_max = if view.deal.is_some() { 2 } else { 1 };
    let (stops, fixes): (Vec<&OptionView>, Vec<&OptionView>) = free.partition(|option| option.deed.stops());
    for option in stops.into_iter().take(DEED_BUTTONS_MAX).chain(fixes.into_iter().take(fixes_max)) {
        let saves = option.avoidable.filter(|_| money);
        let label = deed_label(&option.deed, Some(option), saves, several, reader);
        let purpose = ButtonPurpose::Do { incident: incident(), deed: option.deed.clone(), saves };
        row.push((purpose, label, if option.deed.stops() { Look::Danger } else { Look::Plain }));
    }
    // Discord takes five buttons in a row; what is beyond stays reachable by command.
    row.truncate(5);
    composed.row(row);
}

pub(crate) fn standing_buttons(view: &IncidentView, composed: &mut Composed, reader: &Reader, now: Timestamp) {
    let words = reader.words();
    let incident = || view.incident.id.clone();
    let mut row = vec![(ButtonPurpose::Why { incident: incident() }, say!(words, "button-why"), Look::Plain)];
    if view.incident.stage != Stage::Resolved {
        if view.incident.acknowledged_by.is_none() {
            row.push((ButtonPurpose::Ack { incident: incident() }, say!(words, "button-ack"), Look::Primary));
        }
        if view.incident.snoozed_until.is_none_or(|until| until <= now) {
            let purpose = ButtonPurpose::Snooze { incident: incident(), secs: SNOOZE_SECS };
            let label = say!(words, "button-snooze", long = number::span(reader, i64::from(SNOOZE_SECS)));
            row.push((purpose, label, Look::Plain));
        }
    }
    if view.client_rooms && view.level.is_none() {
        let yes = !view.incident.released;
        let label = if yes { say!(words, "button-show") } else { say!(words, "button-hide") };
        row.push((ButtonPurpose::Show { incident: incident(), yes }, label, Look::Plain));
    }
    composed.row(row);
}

/// A creator is told about themselves, in numbers they can change, before anything changes. No money, no other names, no
/// names of the team.
fn creator(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    if let Some(own) = kinds::to_creator(view, reader, now) {
        return Some(own);
    }
    let words = reader.words();
    let name = view.names.creator.as_deref()?;
    let name = phrase::first_name(name);
    let seen: Vec<&Seen> = view.seen.iter().filter(|seen| seen.is_for_creators()).collect();
    // The headline must be about what fired; if that is money, it is not for them.
    let main = *seen.first().filter(|seen| view.seen.first() == Some(**seen))?;
    let limit = main.limit_text(reader).map(|limit| format!(", {limit}")).unwrap_or_default();
    let left = main.headline_text(reader, main.left.value()?);
    let current = view.current.map_or_else(|| left.clone(), |value| main.headline_text(reader, value));
    let is_over = view.incident.stage == Stage::Resolved;
    let headline = match view.incident.stage {
        Stage::Firing => say!(words, "creator-firing", name = name, value = left, limit = limit),
        Stage::Recovering => say!(words, "creator-recovering", name = name, value = current, limit = limit),
        Stage::Resolved => say!(words, "creator-resolved", name = name, value = current, limit = limit),
    };
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(block(0, seen_lines(&seen, is_over, reader, now)));
    let by_hand = super::reported::mark(&view.by_hand, Whose::Yours, reader);
    blocks.extend(block(0, by_hand.map(line).into_iter().collect()));
    if !is_over {
        blocks.extend(block(0, vec![line(say!(words, "creator-stays"))]));
        let clears = view.clears.as_ref().filter(|clears| is_own_clear(clears));
        blocks.extend(block(2, clears_lines(clears, reader, now)));
        let own: Vec<Line> = view.tips.iter().map(|tip| line(format!("• {}", phrase::tip(reader, tip)))).collect();
        if !own.is_empty() {
            let mut lines = vec![bold(say!(words, "from-your-posts"))];
            lines.extend(own);
            blocks.extend(block(3, lines));
        }
    }
    let mut parts = Vec::new();
    if let Some(at) = view.data_at {
        parts.push(say!(words, "data-at", time = number::time(reader, at, now)));
    }
    parts.push(view.incident.id.to_string());
    let mut composed = Composed::plain(Message {
        headline,
        blocks,
        footer: parts.join(" · "),
        silent: view.incident.stage != Stage::Firing,
        ..Message::default()
    });
    let why = ButtonPurpose::Why { incident: view.incident.id.clone() };
    let mine = ButtonPurpose::MyNumbers { subject: view.incident.subject.clone() };
    composed
        .row([(why, say!(words, "button-why"), Look::Plain), (mine, say!(words, "button-my-numbers"), Look::Plain)]);
    Some(composed)
}

/// Whether the way out is one of their own numbers.
fn is_own_clear(clears: &Clears) -> bool {
    use crate::domain::metric::Unit;
    let (metric, paid) = match clears {
        Clears::More { metric, boost_stopped, .. } => (metric, *boost_stopped),
        Clears::Reaches { metric, .. } => (metric, false),
    };
    !paid && matches!(metric.unit(), Unit::Count | Unit::Seconds | Unit::Share(_))
}

/// What an earlier message of an alert says in its first line once a newer one carries all. `link`: where that one is.
#[must_use]
pub fn went_on(id: &str, link: Option<&str>, reader: &Reader) -> String {
    say!(reader.words(), "went-on", id = id, link = link.unwrap_or("none"))
}

/// Says that an earlier copy may have arrived: a platform's answer was lost, so it is told again.
#[must_use]
pub fn mark_repeat(mut message: Message, reader: &Reader) -> Message {
    let mark = say!(reader.words(), "maybe-repeat");
    message.footer = if message.footer.is_empty() { mark } else { format!("{} · {mark}", message.footer) };
    message
}
