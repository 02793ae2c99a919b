//! Stops judged again: the monthly message of the team's rooms and the answer to `report regret`.
//!
//! Says costs and margins: only rooms and people of the team are told it.

use jiff::Timestamp;

use super::incident::deed_label;
use super::message::{Line, Message};
use super::number;
use super::phrase::{block, line, short_name};
use super::wording::{Reader, say};
use crate::domain::action::Deed;
use crate::domain::ids::CampaignId;
use crate::domain::money::Money;
use crate::insight::regret::{Advice, Scorecard, Sums, amounts};

/// Rules that a message has a line of; the terminal has all.
const RULES: usize = 6;

/// Wrong calls that a message names.
const WORST: usize = 3;

/// A wrong call.
#[derive(Debug, Clone, PartialEq)]
pub struct WrongCall {
    /// Whom or what it was about.
    pub who: String,
    /// What was done; none for a level.
    pub deed: Option<Deed>,
    /// When.
    pub at: Timestamp,
    /// What would have been spent, and what that would have brought, where it is known.
    pub money: Option<(Money, Money)>,
}

/// Calls judged again.
#[derive(Debug, Clone, PartialEq)]
pub struct RegretView {
    /// The month, 1 to 12, and its year, where it is about one.
    pub month: Option<(i8, i16)>,
    /// The brand or campaign that it is about; `None` for several.
    pub of: Option<String>,
    /// The campaign, for the terminal's command.
    pub campaign: Option<CampaignId>,
    /// All of them together.
    pub all: Scorecard,
    /// By rule; `None`: what people stopped without one.
    pub rules: Vec<(Option<String>, Scorecard)>,
    /// The wrong ones, the dearest first.
    pub wrong: Vec<WrongCall>,
    /// Lowered levels among them.
    pub levels: u64,
    /// How many wait for their orders, and when the next of them has all.
    pub pending: (u64, Option<Timestamp>),
}

/// `€1,240 + 450 kr`; `None` where there is nothing.
fn sums(sums: &Sums, reader: &Reader) -> Option<String> {
    let said: Vec<String> = amounts(sums).map(|money| number::money(reader.locale, money)).collect();
    (!said.is_empty()).then(|| said.join(" + "))
}

/// `; €1,240 saved, €90 lost`, as far as there is anything.
fn money(card: &Scorecard, reader: &Reader) -> String {
    let words = reader.words();
    match (sums(&card.saved, reader), sums(&card.lost, reader)) {
        (Some(saved), Some(lost)) => say!(words, "regret-saved-lost", saved = saved, lost = lost),
        (Some(saved), None) => say!(words, "regret-saved", saved = saved),
        (None, Some(lost)) => say!(words, "regret-lost", lost = lost),
        (None, None) => String::new(),
    }
}

/// The message.
#[must_use]
pub fn compose(view: &RegretView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let card = &view.all;
    let of = view.of.as_deref().map(|of| format!("{}: ", short_name(of))).unwrap_or_default();
    let when = match view.month {
        Some((month, year)) => say!(words, "regret-month", month = month, year = format!("{year}")),
        None => say!(words, "regret-so-far"),
    };
    let headline = if card.calls == 0 {
        say!(words, "regret-none", of = of)
    } else {
        let what = if view.levels == 0 { "stops" } else { "levels" };
        say!(
            words,
            "regret-headline",
            of = of,
            when = when,
            calls = card.calls,
            what = what,
            right = card.right,
            wrong = card.wrong,
            untold = card.untold,
            money = money(card, reader)
        )
    };
    let mut message = Message { headline, silent: true, ..Message::default() };
    message.blocks.extend(block(0, rules(view, reader)));
    message.blocks.extend(block(1, wrong(view, reader, now)));
    let mut notes: Vec<Line> = Vec::new();
    if let (count, Some(next)) = view.pending {
        let day = number::day(reader, next, now);
        notes.push(line(say!(words, "regret-pending", count = count, day = day)));
    }
    if 0 < card.calls {
        notes.push(line(say!(words, "regret-how")));
        notes.push(line(match &view.campaign {
            Some(id) => say!(words, "regret-file", command = format!("plimsoll report regret --campaign {id}")),
            None => say!(words, "regret-file", command = "plimsoll report regret"),
        }));
    }
    message.blocks.extend(block(2, notes));
    message
}

/// A line a rule, what nobody did as asked, and what is said about lines.
fn rules(view: &RegretView, reader: &Reader) -> Vec<Line> {
    let words = reader.words();
    let name = |rule: &Option<String>| rule.clone().unwrap_or_else(|| say!(words, "regret-by-hand"));
    let mut lines: Vec<Line> = Vec::new();
    for (rule, card) in view.rules.iter().take(RULES) {
        let (rule, money) = (name(rule), money(card, reader));
        let (right, wrong, untold) = (card.right, card.wrong, card.untold);
        let mut text =
            say!(words, "regret-rule", rule = rule, right = right, wrong = wrong, untold = untold, money = money);
        if let Some(share) = card.wrong_share {
            let [share, low, high] = [share.share, share.low, share.high]
                .map(|share| number::percent(reader.locale, (100.0 * share).round() / 100.0));
            text.push_str(&say!(words, "regret-share", share = share, low = low, high = high));
        }
        lines.push(line(text));
    }
    if let Some(more) = view.rules.len().checked_sub(RULES).filter(|more| 0 < *more) {
        lines.push(line(say!(words, "regret-more", count = more)));
    }
    let asked = (sums(&view.all.missed, reader), sums(&view.all.spared, reader));
    match asked {
        (Some(missed), Some(spared)) => {
            lines.push(line(say!(words, "regret-asked-both", saved = missed, lost = spared)));
        }
        (Some(missed), None) => lines.push(line(say!(words, "regret-asked-saved", saved = missed))),
        (None, Some(spared)) => lines.push(line(say!(words, "regret-asked-lost", lost = spared))),
        (None, None) => {}
    }
    lines.extend(view.rules.iter().filter_map(|(rule, card)| Some(line(raised(rule.as_deref()?, card, reader)?))));
    let few = |card: &Scorecard| matches!(card.advice, Advice::TooFew { .. });
    if let Some(least) = view.rules.iter().find_map(|(rule, card)| match card.advice {
        Advice::TooFew { least, .. } if rule.is_some() => Some(least),
        Advice::TooFew { .. } | Advice::Keep | Advice::Raise { .. } => None,
    }) && view.rules.iter().all(|(rule, card)| rule.is_none() || few(card))
    {
        lines.push(line(say!(words, "regret-few", least = least)));
    }
    lines
}

/// What is suggested about the line of a rule.
fn raised(rule: &str, card: &Scorecard, reader: &Reader) -> Option<String> {
    let Advice::Raise { times, net, now, left } = card.advice else { return None };
    let [net, now] = [net, now].map(|money| number::money(reader.locale, money));
    let times = number::decimal(reader.locale, times, 2);
    Some(say!(reader.words(), "regret-raise", rule = rule, times = times, net = net, now = now, left = left))
}

fn wrong(view: &RegretView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let line_of = |one: &WrongCall| {
        let what = match &one.deed {
            Some(deed) => deed_label(deed, None, None, true, reader),
            None => say!(words, "regret-level"),
        };
        let (who, day) = (short_name(&one.who), number::day(reader, one.at, now));
        let money = match one.money {
            Some((spend, brings)) => {
                let [spend, brings] = [spend, brings].map(|money| number::money(reader.locale, money));
                say!(words, "regret-wrong-money", spend = spend, brings = brings)
            }
            None => String::new(),
        };
        line(say!(words, "regret-wrong", who = who, what = what, day = day, money = money))
    };
    view.wrong.iter().take(WORST).map(line_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BoostId, RuleId};
    use crate::insight::regret::{Ahead, Before};
    use crate::insight::regret::{Call, Judged, Untold, balance, by_rule, scorecard};
    use crate::words::phrase::plain;

    fn judged(rule: &str, amount: f64, orders: f64) -> Judged {
        let before = Before { spent: 100_000.0, orders, worth: 5_000.0 };
        let told = balance(Ahead::Amount(amount), before, "EUR".parse().expect("a currency"));
        let call = crate::insight::regret::call(None, told, None);
        Judged { rule: RuleId::new(rule).ok(), done: true, call, balance: told.ok(), beyond: Some(2.0) }
    }

    fn view() -> RegretView {
        let mut calls: Vec<Judged> = (0..5).map(|_| judged("cpa-stop", 31_000.0, 4.0)).collect();
        calls.push(judged("cpa-stop", 30_000.0, 26.0));
        calls.push(Judged { call: Call::Untold(Untold::NoOrders), balance: None, ..judged("views-fall", 0.0, 0.0) });
        calls.push(Judged { done: false, ..judged("cpa-stop", 10_000.0, 10.0) });
        let boost = BoostId::new("bo-winter").expect("an id");
        let eur = |text: &str| text.parse::<Money>().expect("money");
        RegretView {
            month: Some((10, 2026)),
            of: None,
            campaign: None,
            all: scorecard(&calls),
            rules: by_rule(&calls).into_iter().map(|(rule, card)| (rule.map(|id| id.to_string()), card)).collect(),
            wrong: vec![WrongCall {
                who: "Bo · Winter Warmers".into(),
                deed: Some(Deed::StopBoost { boost }),
                at: "2026-09-12T10:00:00Z".parse().expect("an instant"),
                money: Some((eur("300.00 EUR"), eur("390.00 EUR"))),
            }],
            levels: 0,
            pending: (2, "2026-11-09T10:00:00Z".parse().ok()),
        }
    }

    fn said(view: &RegretView, tag: &str) -> String {
        let now = "2026-11-02T08:00:00Z".parse().expect("an instant");
        // Amounts stay together on a line; here that is a space like any other.
        plain(&compose(view, &Reader::new(tag, "UTC"), now)).replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn a_month_is_told_with_what_it_saved_and_lost() {
        insta::assert_snapshot!(said(&view(), "en"), @"
        ⚖️ October 2026: 8 stops judged again: 6 were right, 1 was wrong, 1 cannot be told; €1,240 saved, €90 lost

        • cpa-stop: 6 right, 1 wrong; €1,240 saved, €90 lost. Wrong: 14 % (counting luck, 3 % to 51 %)
        • views-fall: 0 right, 0 wrong, 1 not to be told
        Asked for and not done: doing it would have saved €50.
        Too few calls to say where a line should be: it takes 8 of one rule whose money is known.

        Wrong: Bo · Winter Warmers, Stop boost bo-winter, 12 Sep. It would have spent €300 and brought €390

        2 more wait until their orders are all there, the first until 9 Nov.
        Saved is what would have been spent at the pace of the week before, less the margin it would have brought; its late orders are counted.
        Every one of them: “plimsoll report regret” in the terminal.
        ");
        insta::assert_snapshot!(said(&view(), "sv"), @"
        ⚖️ Oktober 2026: 8 stopp har prövats igen: 6 var rätt, 1 var fel, 1 går inte att avgöra; 1 240 € sparat, 90 € förlorat

        • cpa-stop: 6 rätt, 1 fel; 1 240 € sparat, 90 € förlorat. Fel: 14 % (slumpen inräknad 3 % till 51 %)
        • views-fall: 0 rätt, 0 fel, 1 går inte att avgöra
        Föreslaget men inte gjort: det hade sparat 50 €.
        För få fall för att säga var en gräns borde gå: det krävs 8 av en regel där pengarna är kända.

        Fel: Bo · Winter Warmers, Stoppa boost bo-winter, 12 sep. Det hade kostat 300 € och gett 390 €

        2 till väntar tills alla deras ordrar har kommit, det första till 9 nov.
        Sparat är vad som hade spenderats i samma takt som veckan före, minus marginalen det hade gett; sena ordrar är medräknade.
        Vart och ett: ”plimsoll report regret” i terminalen.
        ");
    }

    #[test]
    fn nothing_to_tell_is_told_too() {
        let none = RegretView { month: None, all: scorecard(&[]), rules: Vec::new(), wrong: Vec::new(), ..view() };
        insta::assert_snapshot!(said(&none, "en"), @"
        ⚖️ no stop can be judged again yet: its orders have to be all there first

        2 more wait until their orders are all there, the first until 9 Nov.
        ");
        insta::assert_snapshot!(said(&none, "sv"), @"
        ⚖️ inget stopp kan prövas igen än: först ska alla dess ordrar ha kommit

        2 till väntar tills alla deras ordrar har kommit, det första till 9 nov.
        ");
    }
}
