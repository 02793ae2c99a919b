//! What a rule would have done: the answer to `backtest`.

use jiff::Timestamp;

use super::message::{Line, Message, Picture};
use super::number;
use super::phrase::{block, bold, line};
use super::wording::{Reader, say};
use crate::domain::ids::RuleId;
use crate::domain::money::Money;
use crate::domain::num::i64_of_len;

/// A fire that was wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Whom it was about.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What stopping would have lost, where that is known.
    pub lost: Option<Money>,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayView {
    /// Which rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// How many days were looked at.
    pub days: u32,
    /// Who could be judged.
    pub subjects: u64,
    /// Whom it told about.
    pub told: usize,
    /// Fires that were right, wrong, and not known yet.
    pub outcomes: [usize; 3],
    /// What the right ones would have saved.
    pub saved: Option<Money>,
    /// What the wrong ones would have lost.
    pub lost: Option<Money>,
    /// The worst of the wrong ones.
    pub worst: Vec<Call>,
    /// The newest number.
    pub data_at: Option<Timestamp>,
}

/// Why there is no replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoReplay {
    /// Another one is under way.
    Busy,
    /// It would take too long.
    Large {
        /// Whom it would look at.
        subjects: usize,
        /// For how long.
        days: u32,
    },
    /// It speaks about nobody the asker may see.
    Nobody {
        /// Which rule.
        rule: RuleId,
    },
}

impl NoReplay {
    /// As a message.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let headline = match self {
            Self::Busy => say!(words, "backtest-busy"),
            Self::Large { subjects, days } => {
                let subjects = number::count(reader.locale, i64_of_len(*subjects));
                say!(words, "backtest-large", subjects = subjects, days = i64::from(*days))
            }
            Self::Nobody { rule } => say!(words, "backtest-nobody", rule = rule.as_str()),
        };
        Message { headline, silent: true, ..Message::default() }
    }
}

/// What a rule would have done, with the picture of the one with the most at stake.
#[must_use]
pub fn replayed(view: &ReplayView, picture: Option<Picture>, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let count = |count: usize| number::count(reader.locale, i64_of_len(count));
    let [right, wrong, open] = view.outcomes;
    let fires = right + wrong + open;
    let rule = view.rule.as_str();
    let days = i64::from(view.days);
    let headline = if fires == 0 {
        say!(words, "backtest-none", rule = rule, days = days)
    } else {
        say!(
            words,
            "backtest-headline",
            rule = rule,
            days = days,
            fires = count(fires),
            right = count(right),
            wrong = count(wrong)
        )
    };
    let subjects = number::count(reader.locale, i64::try_from(view.subjects).unwrap_or(i64::MAX));
    let mut lines = vec![line(say!(words, "backtest-subjects", subjects = subjects, told = count(view.told)))];
    if 0 < right + wrong {
        let share = crate::domain::num::f64_of_len(wrong) / crate::domain::num::f64_of_len(right + wrong);
        lines.push(line(say!(words, "backtest-share", share = number::percent(reader.locale, share))));
    }
    if 0 < open {
        lines.push(line(say!(words, "backtest-open", open = i64_of_len(open))));
    }
    let mut money: Vec<Line> = Vec::new();
    money.extend(
        view.saved.map(|saved| line(say!(words, "backtest-saved", saved = number::money(reader.locale, saved)))),
    );
    money.extend(view.lost.map(|lost| line(say!(words, "backtest-lost", lost = number::money(reader.locale, lost)))));
    if !money.is_empty() {
        money.push(line(say!(words, "backtest-means")));
    }
    let mut worst = Vec::new();
    if !view.worst.is_empty() {
        worst.push(bold(say!(words, "backtest-worst")));
        worst.extend(view.worst.iter().map(|call| line(called(call, reader, now))));
    }
    let mut footer = format!("{rule} v{}", view.version);
    if let Some(at) = view.data_at {
        footer.push_str(" · ");
        footer.push_str(&say!(words, "data-at", time = number::time(reader, at, now)));
    }
    let past = vec![line(say!(words, "backtest-past"))];
    Message {
        headline,
        blocks: [(0, lines), (1, money), (2, worst), (1, past)]
            .into_iter()
            .filter_map(|(weight, lines)| block(weight, lines))
            .collect(),
        footer,
        picture,
        silent: true,
        ..Message::default()
    }
}

fn called(call: &Call, reader: &Reader, now: Timestamp) -> String {
    let time = number::day(reader, call.at, now);
    match call.lost {
        Some(lost) => {
            let lost = number::money(reader.locale, lost);
            say!(reader.words(), "backtest-call-lost", who = call.who.as_str(), time = time, lost = lost)
        }
        None => say!(reader.words(), "backtest-call", who = call.who.as_str(), time = time),
    }
}
