//! `coverage`: who is judged on what, and what is missing. Worst first, a page at a time, nothing cut off silently.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Line, Look, Message};
use super::number;
use super::phrase::{block, bold, line, who};
use super::view::Names;
use super::wording::{Reader, say};
use crate::domain::ids::{Platform, RuleId};
use crate::domain::metric::Metric;
use crate::rules::eval::Gap;

/// Partnerships on a page: with their causes they fit one message of either chat.
const PAGE: usize = 6;

/// Causes that are named of one partnership before the rest is counted.
const CAUSES: usize = 4;

/// Rules that are named of one cause before the rest is counted.
const RULES: usize = 3;

/// Why a rule does not judge. Equal where they are one to a reader: the same number missing for the same kind of reason.
#[derive(Debug, Clone)]
pub enum Cause {
    /// The deal names no such target.
    NoTarget {
        /// Of what.
        metric: Metric,
    },
    /// A number is missing.
    Absent {
        /// Which.
        metric: Metric,
        /// Of which platform.
        platform: Option<Platform>,
        /// Why.
        gap: Gap,
    },
    /// Even with its whole budget spent and nothing to show for it the rule would stay silent.
    TooSmall,
    /// Something else is missing.
    Other {
        /// What.
        gap: Gap,
    },
}

impl Cause {
    /// What makes two of them one, whatever the age of a number.
    fn order(&self) -> (u8, Option<Metric>, Option<Platform>, &'static str) {
        match self {
            Self::NoTarget { metric } => (0, Some(*metric), None, ""),
            Self::TooSmall => (1, None, None, ""),
            Self::Absent { metric, platform, gap } => (2, Some(*metric), *platform, gap_key(*gap)),
            Self::Other { gap } => (3, None, None, gap_key(*gap)),
        }
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Cause {}

impl PartialOrd for Cause {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cause {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

/// How a number arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrives {
    /// It does.
    Fresh {
        /// The newest.
        at: Timestamp,
    },
    /// It did.
    Stale {
        /// The newest.
        at: Timestamp,
    },
    /// It never has.
    Never,
}

/// A number that rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricLine {
    /// Which.
    pub metric: Metric,
    /// Only of this platform.
    pub platform: Option<Platform>,
    /// How it arrives.
    pub state: Arrives,
}

/// One partnership.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    /// `CAMPAIGN/CREATOR`.
    pub id: String,
    /// Who.
    pub names: Names,
    /// Rules that judge it.
    pub judged: u32,
    /// Why others do not, and which.
    pub gaps: Vec<(Cause, Vec<RuleId>)>,
    /// The numbers that its rules ask for.
    pub metrics: Vec<MetricLine>,
}

impl Covered {
    /// Whether every rule that speaks about it judges it, and one does.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty() && 0 < self.judged
    }

    /// Rules that do not judge it.
    #[must_use]
    pub fn missing(&self) -> usize {
        let mut rules: Vec<&RuleId> = self.gaps.iter().flat_map(|(_, rules)| rules).collect();
        rules.sort_unstable();
        rules.dedup();
        rules.len()
    }
}

/// Everybody who is looked at, worst first.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageView {
    /// Each.
    pub partnerships: Vec<Covered>,
}

/// A gap as the wording files name it. Names every gap, so that a new one cannot be added without its sentence.
fn gap_key(gap: Gap) -> &'static str {
    match gap {
        Gap::NotYet => "not-yet",
        Gap::Hidden => "hidden",
        Gap::TooFew => "too-few",
        Gap::Gone => "gone",
        Gap::Stale { .. } => "stale",
        Gap::Unauthorized => "unauthorized",
        Gap::QuotaSpent => "quota",
        Gap::Unreachable => "unreachable",
        Gap::Garbled => "garbled",
        Gap::DividedByZero => "zero",
        Gap::TooLarge => "large",
        Gap::NoTarget => "target",
        Gap::NoHistory => "history",
        Gap::NoWindow => "window",
        Gap::TooFewPosts => "posts",
        Gap::Excused => "excused",
        Gap::OtherCurrency => "currency",
        Gap::NoGroup => "group",
        Gap::TooFewPeers => "peers",
        Gap::NoFigure => "figure",
    }
}

fn cause_text(cause: &Cause, reader: &Reader) -> String {
    let words = reader.words();
    match cause {
        Cause::NoTarget { metric } => {
            say!(words, "coverage-no-target", title = number::title(reader, *metric, None))
        }
        Cause::Absent { metric, platform, gap } => {
            let title = number::title(reader, *metric, *platform);
            say!(words, "coverage-absent", title = title, why = say!(words, "coverage-gap", gap = gap_key(*gap)))
        }
        Cause::TooSmall => say!(words, "coverage-too-small"),
        Cause::Other { gap } => say!(words, "coverage-gap", gap = gap_key(*gap)),
    }
}

fn lines(one: &Covered, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let name = who(&one.names, &one.id);
    let missing = one.missing();
    let all = usize::try_from(one.judged).unwrap_or(usize::MAX).saturating_add(missing);
    let mut lines = vec![bold(say!(words, "coverage-who", who = name, judged = one.judged, all = all))];
    for (cause, rules) in one.gaps.iter().take(CAUSES) {
        let mut names: Vec<String> = rules.iter().take(RULES).map(ToString::to_string).collect();
        if RULES < rules.len() {
            names.push(say!(words, "coverage-more-rules", count = rules.len() - RULES));
        }
        lines.push(line(format!("• {} ({})", cause_text(cause, reader), names.join(", "))));
    }
    if CAUSES < one.gaps.len() {
        lines.push(line(say!(words, "coverage-more-causes", count = one.gaps.len() - CAUSES, who = one.id.as_str())));
    }
    lines.extend(old(one, reader, now));
    lines
}

/// Numbers that came once and come no more.
fn old(one: &Covered, reader: &Reader, now: Timestamp) -> Option<Line> {
    let words = reader.words();
    let stale = one.metrics.iter().filter_map(|metric| match metric.state {
        Arrives::Stale { at } => {
            let title = number::title(reader, metric.metric, metric.platform);
            Some(say!(words, "coverage-old", title = title, time = number::time(reader, at, now)))
        }
        Arrives::Fresh { .. } | Arrives::Never => None,
    });
    let mut titles: Vec<String> = stale.collect();
    titles.dedup();
    (!titles.is_empty()).then(|| line(say!(words, "coverage-stale", what = titles.join(", "))))
}

fn headline(view: &CoverageView, reader: &Reader) -> String {
    let words = reader.words();
    let all = view.partnerships.len();
    let gaps = view.partnerships.iter().filter(|one| !one.is_whole()).count();
    match (all, gaps) {
        (0, _) => say!(words, "coverage-none"),
        (_, 0) => say!(words, "coverage-whole", all = all),
        _ => say!(words, "coverage-gaps", gaps = gaps, all = all),
    }
}

/// One page, in a chat; `asked` is the subject as it was typed, and the page from 1.
#[must_use]
pub fn page(view: &CoverageView, (asked, page): (Option<&str>, u32), reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    // One partnership is asked about to see all of it.
    let pages = std::cmp::max(view.partnerships.len().div_ceil(PAGE), 1);
    let at = std::cmp::min(usize::try_from(page).unwrap_or(1).saturating_sub(1), pages - 1);
    let mut message = Message { headline: headline(view, reader), silent: true, ..Message::default() };
    for one in view.partnerships.iter().skip(at * PAGE).take(PAGE) {
        message.blocks.extend(block(0, lines(one, reader, now)));
    }
    if 1 < pages {
        message.footer = say!(words, "coverage-page", page = at + 1, pages = pages);
    }
    let mut composed = Composed::plain(message);
    let turn = |to: usize| {
        let subject = asked.map(|asked| format!(" {asked}")).unwrap_or_default();
        ButtonPurpose::Ask { command: format!("coverage{subject} {to}") }
    };
    let mut row = Vec::new();
    if 0 < at {
        row.push((turn(at), say!(words, "button-worse", page = at, pages = pages), Look::Plain));
    }
    if at + 1 < pages {
        row.push((turn(at + 2), say!(words, "button-further", page = at + 2, pages = pages), Look::Plain));
    }
    composed.row(row);
    composed
}

/// All of it, for the terminal.
#[must_use]
pub fn whole(view: &CoverageView, reader: &Reader, now: Timestamp) -> Message {
    let mut message = Message { headline: headline(view, reader), silent: true, ..Message::default() };
    for one in &view.partnerships {
        message.blocks.extend(block(0, lines(one, reader, now)));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase::plain;

    fn now() -> Timestamp {
        "2026-03-15T10:00:00Z".parse().expect("an instant")
    }

    fn covered(n: usize, judged: u32, gaps: Vec<(Cause, Vec<RuleId>)>) -> Covered {
        let names =
            Names { creator: Some(format!("Creator {n}")), campaign: Some("Spring".to_owned()), ..Names::default() };
        Covered { id: format!("spring/c{n}"), names, judged, gaps, metrics: Vec::new() }
    }

    fn rules(names: &[&str]) -> Vec<RuleId> {
        names.iter().map(|name| name.parse().expect("an id")).collect()
    }

    fn view(of: usize) -> CoverageView {
        let first = Covered {
            metrics: vec![MetricLine {
                metric: Metric::Views,
                platform: None,
                state: Arrives::Stale { at: "2026-03-01T10:00:00Z".parse().expect("an instant") },
            }],
            ..covered(
                0,
                1,
                vec![
                    (Cause::NoTarget { metric: Metric::Cpa }, rules(&["cpa-stop", "cpa-strict", "a", "b"])),
                    (Cause::TooSmall, rules(&["cpa-balanced"])),
                    (
                        Cause::Absent { metric: Metric::Views, platform: Some(Platform::Youtube), gap: Gap::NotYet },
                        rules(&["views-slump"]),
                    ),
                ],
            )
        };
        CoverageView {
            partnerships: std::iter::once(first).chain((1..of).map(|n| covered(n, 6, Vec::new()))).collect(),
        }
    }

    fn shown(composed: &Composed) -> String {
        let labels: Vec<&str> = composed.message.buttons.iter().flatten().map(|button| button.label.as_str()).collect();
        format!("{}\n[{}]", plain(&composed.message), labels.join("] ["))
    }

    #[test]
    fn the_worst_comes_first_with_what_is_missing_and_for_which_rules() {
        insta::assert_snapshot!(shown(&page(&view(2), (None, 1), &Reader::new("en", "UTC"), now())), @"
        🟡 1 of 2 partnerships cannot be judged by every rule about them

        Creator 0 · Spring: 1 of 7 rules judge it
        • the deal names no target for cost per order (cpa-stop, cpa-strict, a, 1 more)
        • too small: its whole budget spent for nothing would not fire it (cpa-balanced)
        • views on YouTube: nothing has come yet (views-slump)
        Stopped coming: views since 1 Mar 10:00

        Creator 1 · Spring: 6 of 6 rules judge it
        []
        ");
        insta::assert_snapshot!(shown(&page(&view(2), (None, 1), &Reader::new("sv", "UTC"), now())), @"
        🟡 1 av 2 samarbeten kan inte bedömas av varje regel om dem

        Creator 0 · Spring: 1 av 7 regler bedömer det
        • avtalet anger inget mål för kostnad per order (cpa-stop, cpa-strict, a, 1 till)
        • för litet: hela budgeten spenderad utan resultat skulle inte utlösa den (cpa-balanced)
        • visningar på YouTube: inget har kommit än (views-slump)
        Har slutat komma: visningar sedan 1 mars 10:00

        Creator 1 · Spring: 6 av 6 regler bedömer det
        []
        ");
    }

    #[test]
    fn every_partnership_is_on_some_page_and_pages_are_commands() {
        let all = view(14);
        let pages: Vec<Composed> =
            (1..=3).map(|n| page(&all, (Some("nordbo"), n), &Reader::new("en", "UTC"), now())).collect();
        for n in 0..14 {
            let name = format!("Creator {n} ·");
            let times = pages.iter().filter(|page| plain(&page.message).contains(&name)).count();
            assert_eq!(times, 1, "{name}");
        }
        let commands: Vec<String> = pages[1].purposes.concat().iter().map(|purpose| format!("{purpose:?}")).collect();
        assert!(commands[0].contains("coverage nordbo 1") && commands[1].contains("coverage nordbo 3"), "{commands:?}");
        assert_eq!(page(&all, (None, 99), &Reader::new("en", "UTC"), now()).message.footer, pages[2].message.footer);
    }

    #[test]
    fn nothing_to_judge_and_nothing_missing_are_said() {
        let reader = Reader::new("en", "UTC");
        let none = CoverageView { partnerships: Vec::new() };
        assert_eq!(page(&none, (None, 1), &reader, now()).message.headline, "No partnership runs here");
        let fine = CoverageView { partnerships: vec![covered(1, 6, Vec::new())] };
        assert_eq!(
            page(&fine, (None, 1), &reader, now()).message.headline,
            "🟢 The one partnership that runs is judged by every rule about it"
        );
        let nobody = CoverageView { partnerships: vec![covered(1, 0, Vec::new())] };
        assert!(page(&nobody, (None, 1), &reader, now()).message.headline.starts_with("🟡"), "no rule at all is a gap");
    }
}
