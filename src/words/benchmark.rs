//! The answer to `benchmark`: where somebody stands against their own past, similar creators and what is published.

use jiff::Timestamp;

use super::message::{Block, Line, Message};
use super::number;
use super::others::{Cited, Compared, is_shown};
use super::phrase::{self, block, line};
use super::view::Window;
use super::wording::{Reader, say};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::person::Audience;
use crate::rules::benchmark::group::SHOWN_MIN;

/// Where one number stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Of what.
    pub metric: Metric,
    /// Its currency, where it is money.
    pub currency: Option<Currency>,
    /// Over which span.
    pub window: Window,
    /// What it is.
    pub value: f64,
    /// The usual, and over how many earlier windows.
    pub own: Option<(f64, u32)>,
    /// The middle of the others, and how many of them have less.
    pub peers: Option<(f64, u32)>,
    /// Whom it was compared with.
    pub compared: Option<Compared>,
    /// The published figure that fits.
    pub industry: Option<Cited>,
}

/// Where a creator, or one of their deals, stands.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingsView {
    /// Who: `Alma Lind`, `Alma Lind · Spring Launch`.
    pub who: String,
    /// Their main numbers.
    pub standings: Vec<Standing>,
}

/// Says it. A creator is shown no money, others only where five or more are compared, and no name of a group.
#[must_use]
pub fn standings(
    views: &[StandingsView],
    data_at: Option<Timestamp>,
    reader: &Reader,
    audience: Audience,
    now: Timestamp,
) -> Message {
    let words = reader.words();
    // Whoever is not of the team is shown no money, and others only where nobody can be told apart.
    let own = audience != Audience::Internal;
    let shown = |one: &&Standing| !own || is_shown(one.metric);
    let told = views.iter().filter(|view| view.standings.iter().any(|one| shown(&one))).count();
    let mut blocks: Vec<Block> = Vec::new();
    for view in views {
        let lines: Vec<Line> = view.standings.iter().filter(shown).flat_map(|one| one.lines(own, reader)).collect();
        let head = (1 < told && !lines.is_empty()).then(|| phrase::bold(view.who.clone()));
        blocks.extend(block(0, head.into_iter().chain(lines).collect()));
    }
    let who = views.first().map(|view| view.who.clone()).unwrap_or_default();
    let all = || views.iter().flat_map(|view| &view.standings).filter(shown);
    let placed = all().find_map(|one| Some((one, one.seen_peers(own)?)));
    let headline = match (placed, all().next()) {
        (Some((one, (_, below, others))), _) => {
            let title = number::title(reader, one.metric, None);
            say!(words, "benchmark-headline", who = who, below = below, others = others, title = title)
        }
        (None, Some(one)) => say!(words, "benchmark-headline-alone", who = who, value = one.value_text(reader)),
        (None, None) => say!(words, "benchmark-none", who = who),
    };
    if audience == Audience::Creator {
        blocks.extend(block(1, vec![line(say!(words, "benchmark-private"))]));
    }
    Message {
        headline,
        blocks,
        footer: data_at.map(|at| say!(words, "data-at", time = number::time(reader, at, now))).unwrap_or_default(),
        silent: true,
        ..Message::default()
    }
}

/// What was named is not one that is compared.
#[must_use]
pub fn of_whom(given: &str, reader: &Reader) -> Message {
    let headline = say!(reader.words(), "benchmark-who", given = given);
    Message { headline, silent: true, ..Message::default() }
}

impl Standing {
    fn value_text(&self, reader: &Reader) -> String {
        let value = number::value(reader, self.metric, self.value, self.currency);
        match self.metric.kind() {
            crate::domain::metric::Kind::Gauge => value,
            _ => format!("{value} {}", phrase::window(reader, self.window)),
        }
    }

    /// The middle of the others, how many have less, how many there are; for a creator only of enough of them.
    fn seen_peers(&self, own: bool) -> Option<(f64, u32, u32)> {
        let compared = self.compared.as_ref().filter(|compared| !own || SHOWN_MIN <= compared.creators)?;
        self.peers.map(|(middle, below)| (middle, below, compared.others))
    }

    fn lines(&self, own: bool, reader: &Reader) -> Vec<Line> {
        let words = reader.words();
        let bare = |value| number::short(reader, self.metric, value, self.currency);
        let mut lines = vec![format!("• {}", self.value_text(reader))];
        if let Some((usual, windows)) = self.own {
            lines.push(say!(words, "benchmark-own", usual = bare(usual), windows = windows));
        }
        match (self.seen_peers(own), &self.compared) {
            (Some((middle, below, others)), Some(compared)) => {
                let middle = bare(middle);
                lines.push(say!(words, "benchmark-peers", middle = middle, below = below, others = others));
                if !own {
                    let group = compared.name(reader);
                    let (others, absent) = (compared.others, compared.absent);
                    lines.push(say!(words, "compared-with", group = group, others = others, absent = absent));
                }
            }
            (None, Some(compared)) if !own => {
                lines.push(say!(words, "gap-too-few-peers", count = compared.creators));
            }
            (_, None) if !own => lines.push(say!(words, "gap-no-group")),
            (_, _) => {}
        }
        if let Some(cited) = &self.industry {
            lines.push(say!(words, "industry-beside", value = bare(cited.value), source = cited.source(reader)));
        }
        let indented = lines.into_iter().enumerate();
        indented.map(|(at, text)| line(if at == 0 { text } else { format!("   {text}") })).collect()
    }
}
