//! Decisions: one person's desk, and the lines of them in a digest.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::adjust::{AdjustView, aimed};
use super::answers::member_text;
use super::buttons::{ButtonPurpose, Composed};
use super::incident::deed_label;
use super::message::{Line, Look, Message};
use super::number;
use super::phrase::{block, line, short_name};
use super::postmortem::{done_button, step_text};
use super::rooms::{page_of, pager};
use super::view::Member;
use super::wording::{Reader, say};
use crate::domain::action::Deed;
use crate::domain::money::Money;
use crate::outbox::incident::IncidentId;

/// Decisions on a page: each has a row of buttons, Discord takes five rows, and one turns the pages.
const PAGE: usize = 4;

/// Something that a person can decide now.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciding {
    /// Of which alert.
    pub incident: IncidentId,
    /// Whom or what the alert is about.
    pub name: String,
    /// What would be done.
    pub deed: Deed,
    /// What that is called, where it is known.
    pub of: Option<String>,
    /// The proposal that waits; `None` where nobody has asked for it yet.
    pub proposal: Option<u64>,
    /// What it saves.
    pub saves: Option<Money>,
    /// The last moment.
    pub until: Option<Timestamp>,
}

impl Deciding {
    /// `by 18:00: Stop boost alma-winter −€86 · Alma · #A7K2`.
    pub(crate) fn text(&self, reader: &Reader, now: Timestamp) -> String {
        let words = reader.words();
        let label = self.label(reader);
        let name = short_name(&self.name);
        let id = self.incident.to_string();
        match self.until {
            Some(until) => {
                let until = number::time(reader, until, now);
                say!(words, "deciding-until", until = until, what = label, name = name, id = id)
            }
            None => say!(words, "deciding", what = label, name = name, id = id),
        }
    }

    fn label(&self, reader: &Reader) -> String {
        deed_label(&self.deed, None, self.saves, true, reader)
    }
}

/// Something that was set and waits for its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Following {
    /// What was set.
    pub what: AdjustView,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When it is looked at again.
    pub due: Timestamp,
}

/// Of what waits for its verdict, so much is named.
const FOLLOWING: usize = 5;

/// Something to do after a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// Its number.
    pub number: u64,
    /// After which campaign, as it is called.
    pub campaign: String,
    /// What.
    pub text: String,
    /// Who does it, as they are called.
    pub owner: Option<String>,
    /// The last day.
    pub due: Option<Date>,
}

/// One person's desk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeskView {
    /// What can be decided, in the order it is shown.
    pub decisions: Vec<Deciding>,
    /// Alerts about which nothing can be done here, and that nobody has.
    pub unattended: Vec<Member>,
    /// Next steps of campaigns that are theirs, or nobody's.
    pub todos: Vec<Todo>,
    /// The brands that these are of.
    pub brands: BTreeSet<String>,
    /// What was set and waits for its verdict, the next first.
    pub following: Vec<Following>,
    /// They decide about something at all.
    pub decides: bool,
    /// Which page, from 0.
    pub page: u32,
}

enum Item<'a> {
    Decision(&'a Deciding),
    Unattended(&'a Member),
    Todo(&'a Todo),
}

/// The desk: the heaviest first, each with its buttons.
#[must_use]
pub fn compose(view: &DeskView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let alerts = view.decisions.iter().map(Item::Decision).chain(view.unattended.iter().map(Item::Unattended));
    let items: Vec<Item<'_>> = alerts.chain(view.todos.iter().map(Item::Todo)).collect();
    if items.is_empty() {
        let headline = if view.decides { say!(words, "desk-empty") } else { say!(words, "desk-not-yours") };
        let mut message = Message { headline, silent: true, ..Message::default() };
        message.blocks.extend(block(0, following(view, reader, now)));
        return Composed::plain(message);
    }
    let first = view.decisions.iter().filter_map(|one| one.until).min();
    let money = sums(view.decisions.iter().filter_map(|one| one.saves), reader);
    let headline = match (view.decisions.len(), money, first.map(|at| number::time(reader, at, now))) {
        (0, ..) if view.unattended.is_empty() => say!(words, "desk-todos", count = view.todos.len()),
        (0, ..) => say!(words, "desk-unattended", count = view.unattended.len()),
        (count, Some(money), Some(first)) => {
            say!(words, "desk-money-first", count = count, money = money, first = first)
        }
        (count, Some(money), None) => say!(words, "desk-money", count = count, money = money),
        (count, None, Some(first)) => say!(words, "desk-first", count = count, first = first),
        (count, None, None) => say!(words, "desk-headline", count = count),
    };
    let (shown, at, pages) = page_of(&items, view.page, PAGE);
    let lines: Vec<Line> =
        (at * PAGE + 1..).zip(shown).map(|(n, item)| line(item_text(n, item, reader, now))).collect();
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, lines));
    if 1 < view.brands.len() {
        let brands = view.brands.iter().map(|name| short_name(name)).collect::<Vec<_>>().join(", ");
        message.blocks.extend(block(1, vec![line(say!(words, "desk-brands", brands = brands))]));
    }
    message.blocks.extend(block(1, following(view, reader, now)));
    message.blocks.extend(block(1, vec![line(say!(words, "desk-stays"))]));
    let mut composed = Composed::plain(message);
    for (n, item) in (at * PAGE + 1..).zip(shown) {
        composed.row(buttons(n, item, reader));
    }
    composed.row(pager("desk", at, pages, reader));
    composed
}

/// What waits for its verdict.
fn following(view: &DeskView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let mut lines: Vec<Line> = Vec::new();
    for one in view.following.iter().take(FOLLOWING) {
        let (due, day) = (number::day(reader, one.due, now), number::day(reader, one.at, now));
        let what = aimed(&one.what, reader);
        lines.push(line(say!(words, "desk-following", what = what, by = one.by.as_str(), day = day, due = due)));
    }
    if let Some(more) = view.following.len().checked_sub(FOLLOWING).filter(|more| 0 < *more) {
        lines.push(line(say!(words, "desk-following-more", count = more)));
    }
    lines
}

fn item_text(n: usize, item: &Item<'_>, reader: &Reader, now: Timestamp) -> String {
    match item {
        Item::Decision(one) => format!("{n}. {}", one.text(reader, now)),
        Item::Unattended(member) => {
            let nobody = say!(reader.words(), "desk-nobody");
            format!("{n}. {} · {nobody}", member_text(member, reader))
        }
        Item::Todo(step) => format!("{n}. {}: {}", step.campaign, step_text(step, reader, now)),
    }
}

fn buttons(n: usize, item: &Item<'_>, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    let words = reader.words();
    let numbered = |label: String| format!("{n}. {label}");
    let why = |incident: &IncidentId| {
        (ButtonPurpose::Why { incident: incident.clone() }, numbered(say!(words, "button-why")), Look::Plain)
    };
    match item {
        Item::Todo(step) => vec![done_button(step, numbered(say!(words, "button-step-done")))],
        Item::Unattended(member) => {
            let ack = ButtonPurpose::Ack { incident: member.incident.clone() };
            vec![(ack, numbered(say!(words, "button-ack")), Look::Primary), why(&member.incident)]
        }
        Item::Decision(one) => {
            let (incident, deed) = (one.incident.clone(), one.deed.clone());
            let look = if deed.stops() { Look::Danger } else { Look::Primary };
            let keep = numbered(say!(words, "deed-keep", deed = deed.as_str()));
            let label = numbered(deed_label(&deed, None, one.saves, true, reader));
            let Some(proposal) = one.proposal else {
                return vec![(ButtonPurpose::Do { incident, deed, saves: one.saves }, label, look), why(&one.incident)];
            };
            let refuse = ButtonPurpose::Reject { incident: incident.clone(), proposal: Some(proposal) };
            let agree = if deed.stops() && !deed.can_be_taken_back() {
                // What has no way back is asked about once more.
                ButtonPurpose::Choose { deed }
            } else {
                ButtonPurpose::Approve { incident, proposal }
            };
            vec![(agree, label, look), (refuse, keep, Look::Plain), why(&one.incident)]
        }
    }
}

/// Sums by currency, `€3,140 + 450 kr`; nothing where there is none.
pub(crate) fn sums(amounts: impl Iterator<Item = Money>, reader: &Reader) -> Option<String> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts.filter(|money| 0 < money.minor) {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) => *sum = sum.checked_add(amount).unwrap_or(*sum),
            None => sums.push(amount),
        }
    }
    let said: Vec<String> = sums.into_iter().map(|sum| number::money(reader.locale, sum)).collect();
    (!said.is_empty()).then(|| said.join(" + "))
}
