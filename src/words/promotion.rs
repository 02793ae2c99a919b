//! Rules as people see them: which are in force, what they have told or would have told, and how far they may go.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::buttons::{ButtonPurpose, Composed, RuleAnswer};
use super::message::{Line, Look, Message, Run};
use super::number;
use super::phrase::{self, block, line};
use super::view::Names;
use super::wording::{Reader, Words, say};
use crate::domain::ids::RuleId;
use crate::domain::money::Money;
use crate::rules::rule::Mode;

/// What a rule has told, or would have told while it watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Over so many whole days.
    pub days: u32,
    /// So often.
    pub fires: u32,
    /// Of these: what was feared came true.
    pub right: u32,
    /// It did not.
    pub wrong: u32,
    /// It cannot be said yet.
    pub open: u32,
    /// Days that were judged, over all it speaks about.
    pub subject_days: u32,
}

/// What a person said to the question whether a rule may propose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How far it may go from then on; `None`: it goes on watching.
    pub to: Option<Mode>,
}

/// What is told about a rule that has watched long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionView {
    /// Which.
    pub rule: RuleId,
    /// The version that watched.
    pub version: u32,
    /// What it has seen.
    pub tally: Tally,
    /// What a person said.
    pub answer: Option<Answer>,
    /// Whom it would have told about, worst first.
    pub told: Vec<WouldTell>,
    /// Alerts about other brands, which are not named here.
    pub elsewhere: u32,
    /// Which page of them, from 0.
    pub page: u32,
}

/// Somebody whom a rule in shadow would have told about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldTell {
    /// Who.
    pub names: Names,
    /// The subject, where nothing has a name.
    pub id: String,
    /// When first.
    pub at: Timestamp,
    /// How often.
    pub times: u32,
    /// Whether it was right the first time; `None`: it cannot be said yet.
    pub right: Option<bool>,
    /// What stopping would have saved then; below nothing, lost.
    pub saved: Option<Money>,
}

/// A rule in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleView {
    /// Which.
    pub id: RuleId,
    /// Its version.
    pub version: u32,
    /// How far it may go.
    pub mode: Mode,
    /// The condition as written.
    pub when: String,
    /// When this version was made.
    pub since: Timestamp,
    /// By whom.
    pub by: String,
    /// What it has told since, or would have told.
    pub tally: Tally,
}

/// What a mode is called.
#[must_use]
pub fn mode(words: &Words, mode: Mode) -> String {
    say!(words, "rule-mode", mode = mode.as_str())
}

/// Right, wrong and unknown, as far as there is anything to say.
fn outcomes(tally: &Tally, reader: &Reader) -> Option<String> {
    let words = reader.words();
    if tally.fires == 0 {
        return None;
    }
    if tally.right + tally.wrong == 0 {
        return Some(say!(words, "rule-outcomes-unknown"));
    }
    let text = say!(words, "rule-outcomes", right = tally.right, wrong = tally.wrong);
    Some(match tally.open {
        0 => text,
        open => format!("{text} {}", say!(words, "rule-outcomes-open", open = open)),
    })
}

/// The question, or what became of it.
#[must_use]
pub fn compose(view: &PromotionView, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let rule = view.rule.as_str();
    let said = outcomes(&view.tally, reader).map(line);
    let headline = match &view.answer {
        None => say!(words, "promotion-asks", rule = rule, days = view.tally.days, fires = view.tally.fires),
        Some(answer) => {
            let time = number::time(reader, answer.at, now);
            match answer.to {
                Some(to) => {
                    say!(words, "promotion-set", rule = rule, mode = to.as_str(), by = answer.by.as_str(), time = time)
                }
                None => say!(words, "promotion-watches", rule = rule, by = answer.by.as_str(), time = time),
            }
        }
    };
    let mut message =
        Message { headline, footer: format!("{rule} v{}", view.version), silent: true, ..Message::default() };
    let mut lines: Vec<Line> = said.into_iter().collect();
    match &view.answer {
        None => {
            lines.push(line(say!(words, "promotion-nothing")));
            message.blocks.extend(block(0, lines));
            message.blocks.extend(block(0, would_have_told(view, reader, now)));
            message.blocks.extend(block(0, vec![line(say!(words, "promotion-stays"))]));
        }
        Some(answer) => {
            let watched = say!(words, "promotion-watched", days = view.tally.days, fires = view.tally.fires);
            lines.insert(0, line(watched));
            message.blocks.extend(block(0, lines));
            let how = format!("rule {rule} mode {}", Mode::Propose.as_str());
            let back = format!("rule {rule} mode {}", Mode::Shadow.as_str());
            let how = match answer.to {
                None | Some(Mode::Shadow) => say!(words, "promotion-later", command = how),
                Some(Mode::Propose | Mode::Auto) => say!(words, "promotion-back", command = back),
            };
            message.blocks.extend(block(0, vec![line(how)]));
        }
    }
    let mut composed = Composed::plain(message);
    if view.answer.is_none() {
        let button = |answer| ButtonPurpose::Rule { rule: view.rule.clone(), version: view.version, answer };
        composed.row([
            (button(RuleAnswer::Propose), say!(words, "button-let-propose"), Look::Primary),
            (button(RuleAnswer::KeepWatching), say!(words, "button-keep-watching"), Look::Plain),
        ]);
        composed.row(pager(view, reader));
    }
    composed
}

/// Whom a message names at once: the worst five first.
const PAGE: usize = 5;

fn pages(view: &PromotionView) -> (usize, usize) {
    let pages = std::cmp::max(view.told.len().div_ceil(PAGE), 1);
    (std::cmp::min(usize::try_from(view.page).unwrap_or(0), pages - 1), pages)
}

/// A page of whom it would have told about, and what heeding it would have been worth in all.
fn would_have_told(view: &PromotionView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let (page, _) = pages(view);
    let money = |money: Money| number::money(reader.locale, money);
    let mut lines: Vec<Line> = Vec::new();
    for one in view.told.iter().skip(page * PAGE).take(PAGE) {
        let call = match one.right {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "open",
        };
        let (who, time) = (phrase::who(&one.names, &one.id), number::time(reader, one.at, now));
        let mut text = say!(words, "promotion-told", who = who, time = time, times = one.times, call = call);
        if let Some(saved) = one.saved.filter(|saved| saved.minor != 0) {
            let size = money(Money::new(saved.minor.saturating_abs(), saved.currency));
            text.push_str(&match saved.minor {
                ..0 => say!(words, "promotion-told-lost", lost = size),
                _ => say!(words, "promotion-told-saved", saved = size),
            });
        }
        lines.push(line(text));
    }
    if 0 < view.elsewhere {
        lines.push(line(say!(words, "promotion-elsewhere", count = view.elsewhere)));
    }
    lines.extend(worth(view).map(|(saved, lost)| {
        line(if saved.minor == 0 && lost.minor == 0 {
            say!(words, "promotion-no-stake")
        } else {
            say!(words, "promotion-worth", saved = money(saved), lost = money(lost))
        })
    }));
    lines
}

/// What the right ones would have saved, and the wrong ones lost, where it is one currency.
fn worth(view: &PromotionView) -> Option<(Money, Money)> {
    let all = || view.told.iter().filter_map(|one| one.saved);
    let currency = all().next()?.currency;
    if all().any(|money| money.currency != currency) {
        return None;
    }
    let (saved, lost) = all().fold((0_i64, 0_i64), |(saved, lost), one| match one.minor {
        ..0 => (saved, lost.saturating_sub(one.minor)),
        _ => (saved.saturating_add(one.minor), lost),
    });
    Some((Money::new(saved, currency), Money::new(lost, currency)))
}

fn pager(view: &PromotionView, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    let words = reader.words();
    let (page, pages) = pages(view);
    let group = format!("{}/{}", view.rule, view.version);
    let turn = |to: usize| ButtonPurpose::Page { group: group.clone(), page: u32::try_from(to).unwrap_or(0) };
    let mut row = Vec::new();
    if let Some(before) = page.checked_sub(1) {
        row.push((turn(before), say!(words, "button-worse", page = page, pages = pages), Look::Plain));
    }
    if page + 1 < pages {
        row.push((turn(page + 1), say!(words, "button-further", page = page + 2, pages = pages), Look::Plain));
    }
    row
}

/// How often, in the words of its mode.
fn told(view: &RuleView, reader: &Reader) -> String {
    let words = reader.words();
    let (days, fires) = (view.tally.days, view.tally.fires);
    match view.mode {
        Mode::Shadow => say!(words, "rule-would-have-told", days = days, fires = fires),
        Mode::Propose | Mode::Auto => say!(words, "rule-has-told", days = days, fires = fires),
    }
}

/// `rules`: every rule on a line.
#[must_use]
pub fn list(rules: &[RuleView], reader: &Reader, _now: Timestamp) -> Message {
    let words = reader.words();
    let headline = say!(words, "rules-headline", count = rules.len());
    let lines = rules.iter().map(|view| {
        let text = format!(" v{} {}. {}", view.version, mode(words, view.mode), told(view, reader));
        vec![Run::Code(view.id.to_string()), Run::Plain(text)]
    });
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, lines.collect()));
    message
}

/// `rule ID`: one of them.
#[must_use]
pub fn rule(view: &RuleView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let rule = view.id.as_str();
    let headline = format!("{rule} v{}: {}", view.version, mode(words, view.mode));
    let mut lines = vec![vec![Run::Code(view.when.clone())]];
    let since = number::time(reader, view.since, now);
    lines.push(line(say!(words, "rule-since", since = since, by = view.by.as_str())));
    lines.push(line(told(view, reader)));
    lines.extend(outcomes(&view.tally, reader).map(line));
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, lines));
    let next = match view.mode {
        Mode::Shadow | Mode::Auto => Mode::Propose,
        Mode::Propose => Mode::Auto,
    };
    let command = format!("rule {rule} mode {}", next.as_str());
    let how = say!(words, "rule-change", command = command, mode = next.as_str());
    message.blocks.extend(block(0, vec![line(how)]));
    message
}

/// Are you sure: a rule acts by itself from then on. Says how often it was wrong.
#[must_use]
pub fn confirm_auto(view: &RuleView, reader: &Reader) -> Composed {
    let words = reader.words();
    let rule = view.id.as_str();
    let mut lines = vec![line(told(view, reader))];
    lines.extend(outcomes(&view.tally, reader).map(line));
    let known = view.tally.right + view.tally.wrong;
    if 0 < known {
        let share = number::percent(reader.locale, f64::from(view.tally.wrong) / f64::from(known));
        lines.push(line(say!(words, "confirm-auto-share", share = share, known = known)));
    }
    let headline = say!(words, "confirm-auto", rule = rule);
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, lines));
    message.blocks.extend(block(0, vec![line(say!(words, "confirm-auto-stays"))]));
    let mut composed = Composed::plain(message);
    let command = format!("rule {rule} mode {}", Mode::Auto.as_str());
    composed.row([
        (ButtonPurpose::Confirm { command }, say!(words, "button-yes-auto"), Look::Danger),
        (ButtonPurpose::Cancel, say!(words, "button-no-auto"), Look::Plain),
    ]);
    composed
}

/// What came of a word about a rule. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum RuleReply {
    /// From now on.
    Set { rule: String, mode: Mode },
    /// It is so.
    Already { rule: String, mode: Mode },
    /// It goes on watching.
    Watches { rule: String },
    /// It proposes before it acts by itself.
    ProposesFirst { rule: String },
    /// It has not proposed for long enough.
    TooEarly { rule: String, since: Timestamp, from: Timestamp },
    /// Somebody was quicker with the question.
    Answered { rule: String, who: String },
    /// It is another rule now.
    Changed { rule: String },
}

impl RuleReply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader, now: Timestamp) -> Message {
        let words = reader.words();
        let headline = match self {
            Self::Set { rule, mode } => say!(words, "reply-rule-set", rule = rule.as_str(), mode = mode.as_str()),
            Self::Already { rule, mode } => {
                say!(words, "reply-rule-already", rule = rule.as_str(), mode = mode.as_str())
            }
            Self::Watches { rule } => say!(words, "reply-rule-watches", rule = rule.as_str()),
            Self::ProposesFirst { rule } => say!(words, "reply-rule-proposes-first", rule = rule.as_str()),
            Self::TooEarly { rule, since, from } => {
                let (since, from) = (number::time(reader, *since, now), number::time(reader, *from, now));
                say!(words, "reply-rule-too-early", rule = rule.as_str(), since = since, from = from)
            }
            Self::Answered { rule, who } => {
                say!(words, "reply-rule-answered", rule = rule.as_str(), who = who.as_str())
            }
            Self::Changed { rule } => say!(words, "reply-rule-changed", rule = rule.as_str()),
        };
        Message { headline, silent: true, ..Message::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase::plain;

    fn view(answer: Option<Answer>) -> PromotionView {
        let tally = Tally { days: 14, fires: 6, right: 5, wrong: 1, open: 0, subject_days: 112 };
        let rule = RuleId::new("cpa-stop").expect("an id");
        PromotionView { rule, version: 3, tally, answer, told: Vec::new(), elsewhere: 0, page: 0 }
    }

    fn now() -> Timestamp {
        "2026-03-15T10:00:00Z".parse().expect("an instant")
    }

    fn shown(composed: &Composed) -> String {
        let labels: Vec<&str> = composed.message.buttons.iter().flatten().map(|button| button.label.as_str()).collect();
        format!("{}\n[{}]", plain(&composed.message), labels.join("] ["))
    }

    #[test]
    fn the_question_says_what_it_saw_whether_it_was_right_and_that_nothing_was_done() {
        let reader = Reader::new("en", "UTC");
        insta::assert_snapshot!(shown(&compose(&view(None), &reader, now())), @"
        🔵 cpa-stop watched for 14 days: it would have raised 6 alerts

        By what came later 5 of them were right and 1 wrong.
        Nobody was told and nothing was done.

        If you let it propose, it tells this room and asks before anything is done. Until one of you says so, it goes on watching.

        cpa-stop v3
        [Let it propose] [Keep watching]
        ");
        let mut unknown = view(None);
        unknown.tally = Tally { days: 14, fires: 1, open: 1, ..Tally::default() };
        insta::assert_snapshot!(shown(&compose(&unknown, &Reader::new("sv", "UTC"), now())), @"
        🔵 cpa-stop har tittat på i 14 dagar: den skulle ha gett ett larm

        Om det var rätt går inte att säga än.
        Ingen fick veta något och inget gjordes.

        Låter ni den föreslå säger den till i det här rummet och frågar innan något görs. Tills någon av er säger det fortsätter den titta på.

        cpa-stop v3
        [Låt den föreslå] [Fortsätt titta på]
        ");
    }

    #[test]
    fn the_worst_five_are_named_with_what_they_were_worth_and_the_rest_is_a_page_away() {
        let told = |n: i64, minor: i64, right| WouldTell {
            names: Names { creator: Some(format!("Creator {n}")), ..Names::default() },
            id: format!("creator/c{n}"),
            at: now(),
            times: if n == 1 { 2 } else { 1 },
            right,
            saved: Some(Money::new(minor, "EUR".parse().expect("a currency"))),
        };
        let mut view = view(None);
        let rest = (2..=6).map(|n| told(n, 1_000, None));
        view.told =
            std::iter::once(told(1, 42_000, Some(true))).chain(rest).chain([told(7, -500, Some(false))]).collect();
        insta::assert_snapshot!(shown(&compose(&view, &Reader::new("en", "UTC"), now())), @"
        🔵 cpa-stop watched for 14 days: it would have raised 6 alerts

        By what came later 5 of them were right and 1 wrong.
        Nobody was told and nothing was done.

        • Creator 1, 10:00 and 2 times in all: right, €420 saved by stopping
        • Creator 2, 10:00: not known yet, €10 saved by stopping
        • Creator 3, 10:00: not known yet, €10 saved by stopping
        • Creator 4, 10:00: not known yet, €10 saved by stopping
        • Creator 5, 10:00: not known yet, €10 saved by stopping
        Stopping each of them would have saved €470 and lost €5.

        If you let it propose, it tells this room and asks before anything is done. Until one of you says so, it goes on watching.

        cpa-stop v3
        [Let it propose] [Keep watching] [Page 2 of 2 ›]
        ");
        view.page = 1;
        insta::assert_snapshot!(shown(&compose(&view, &Reader::new("sv", "UTC"), now())), @"
        🔵 cpa-stop har tittat på i 14 dagar: den skulle ha gett 6 larm

        Av det som kom sedan var 5 av dem rätt och 1 fel.
        Ingen fick veta något och inget gjordes.

        • Creator 6, 10:00: går inte att säga än, 10 € sparat om den stoppats
        • Creator 7, 10:00: fel, 5 € förlorat om den stoppats
        Att stoppa var och en av dem hade sparat 470 € och förlorat 5 €.

        Låter ni den föreslå säger den till i det här rummet och frågar innan något görs. Tills någon av er säger det fortsätter den titta på.

        cpa-stop v3
        [Låt den föreslå] [Fortsätt titta på] [‹ Sida 1 av 2]
        ");
    }

    #[test]
    fn the_answer_takes_the_place_of_the_question() {
        let reader = Reader::new("en", "UTC");
        let answer = |to| Some(Answer { by: "Maja".to_owned(), at: now(), to });
        insta::assert_snapshot!(shown(&compose(&view(answer(Some(Mode::Propose))), &reader, now())), @"
        🟢 cpa-stop proposes from now on: Maja decided 10:00

        It watched for 14 days and would have raised 6 alerts.
        By what came later 5 of them were right and 1 wrong.

        To have it watch again, say “rule cpa-stop mode shadow”.

        cpa-stop v3
        []
        ");
        insta::assert_snapshot!(shown(&compose(&view(answer(None)), &reader, now())), @"
        🔵 cpa-stop goes on watching: Maja decided 10:00

        It watched for 14 days and would have raised 6 alerts.
        By what came later 5 of them were right and 1 wrong.

        When you want it to propose, say “rule cpa-stop mode propose”.

        cpa-stop v3
        []
        ");
    }

    #[test]
    fn a_rule_that_is_to_act_by_itself_says_first_how_often_it_was_wrong() {
        let view = RuleView {
            id: RuleId::new("cpa-stop").expect("an id"),
            version: 4,
            mode: Mode::Propose,
            when: "cpa > target.cpa".to_owned(),
            since: "2026-02-15T10:00:00Z".parse().expect("an instant"),
            by: "Maja".to_owned(),
            tally: Tally { days: 28, fires: 7, right: 5, wrong: 1, open: 1, subject_days: 200 },
        };
        let reader = Reader::new("en", "UTC");
        insta::assert_snapshot!(shown(&confirm_auto(&view, &reader)), @"
        🔴 Let cpa-stop act by itself?

        It raised 7 alerts in 28 days.
        By what came later 5 of them were right and 1 wrong. Of 1 it is not known yet.
        Wrong so far: 17 % of 6 that can be told.

        It stops boosts inside the day's limits and tells you each time; Undo takes it back. What cannot be taken back it still asks about.
        [Yes, let it act] [No, let it ask]
        ");
        insta::assert_snapshot!(plain(&rule(&view, &reader, now())), @"
        cpa-stop v4: proposes

        cpa > target.cpa
        In force since 15 Feb 10:00, by Maja.
        It raised 7 alerts in 28 days.
        By what came later 5 of them were right and 1 wrong. Of 1 it is not known yet.

        Say “rule cpa-stop mode auto”, and it acts by itself inside the limits; you are asked first.
        ");
        insta::assert_snapshot!(plain(&list(&[view], &reader, now())), @"
        One rule is in force here

        cpa-stop v4 proposes. It raised 7 alerts in 28 days.
        ");
    }
}
