//! Parts of sentences that several messages share: who, what was seen, what was allowed, and lines of text.

use jiff::Timestamp;

use unicode_segmentation::UnicodeSegmentation as _;

use super::message::{Block, Line, Message, Run};
use super::number;
use super::others::is_shown;
use super::view::{Names, Relation, RightKind, Seen, Window};
use super::wording::{Reader, Words, say};
use crate::domain::action::Deed;
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict;
use crate::insight::own_ways::Pause;
use crate::insight::posting_time::{Cell, Days};
use crate::insight::tips::Tip;
use crate::rules::benchmark::Quantile;
use crate::rules::benchmark::group::SHOWN_MIN;
use crate::rules::evidence::tested;
use crate::rules::rule::Method;

/// The longest name inside a headline; longer ones end in `…`.
const NAME_MAX: usize = 24;

/// A caption on Telegram holds 1,024 UTF-16 units; what is composed here leaves room for a mark such as "repeated".
pub const MAIN_UNITS: usize = 960;

/// A line of plain text.
pub(crate) fn line(text: impl Into<String>) -> Line {
    vec![Run::Plain(text.into())]
}

/// A line in bold.
pub(crate) fn bold(text: impl Into<String>) -> Line {
    vec![Run::Bold(text.into())]
}

/// A block, if there is anything in it.
pub(crate) fn block(weight: u8, lines: Vec<Line>) -> Option<Block> {
    (!lines.is_empty()).then_some(Block { weight, lines })
}

/// The text of a line, without its looks.
#[must_use]
pub fn text_of(line: &Line) -> String {
    line.iter()
        .map(|run| match run {
            Run::Plain(text) | Run::Bold(text) | Run::Code(text) => text.as_str(),
        })
        .collect()
}

/// A message as plain text, blocks set apart by an empty line: what a mail, a terminal or a test reads.
#[must_use]
pub fn plain(message: &Message) -> String {
    let mut parts = vec![message.headline.clone()];
    parts.extend(message.blocks.iter().map(|block| block.lines.iter().map(text_of).collect::<Vec<_>>().join("\n")));
    if !message.footer.is_empty() {
        parts.push(message.footer.clone());
    }
    parts.join("\n\n")
}

/// Length as Telegram counts it.
#[must_use]
pub fn utf16_units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Moves whole blocks behind Why until the message fits: the highest weight first, of equal ones the last. Weight 0 stays.
/// Says in the footer how many moved.
#[must_use]
pub fn fit(mut message: Message, units: usize, words: &Words) -> Message {
    let footer = message.footer.clone();
    let mut moved = 0_u32;
    while units < utf16_units(&plain(&message)) {
        let heaviest = message.blocks.iter().map(|block| block.weight).max().filter(|weight| 0 < *weight);
        let Some(at) = heaviest.and_then(|weight| message.blocks.iter().rposition(|block| block.weight == weight))
        else {
            break;
        };
        message.blocks.remove(at);
        moved += 1;
        let more = say!(words, "behind-why", count = moved);
        message.footer = if footer.is_empty() { more } else { format!("{footer} · {more}") };
    }
    message
}

/// With a capital at its start.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What somebody is called in a sentence that has their name already.
#[must_use]
pub fn first_name(name: &str) -> String {
    short_name(name.split_whitespace().next().unwrap_or(name))
}

/// A name that fits a headline, without what a terminal would obey.
#[must_use]
pub fn short_name(name: &str) -> String {
    let name: String = name.chars().filter(|letter| letter.is_whitespace() || !letter.is_control()).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() <= NAME_MAX {
        return name;
    }
    let mut cut = String::new();
    let mut left = NAME_MAX - 1;
    for cluster in name.graphemes(true) {
        let width = cluster.chars().count();
        if left < width {
            // Marks heaped on the first letter: some of them are enough.
            if cut.is_empty() {
                cut = cluster.chars().take(left).collect();
            }
            break;
        }
        left -= width;
        cut.push_str(cluster);
    }
    cut.push('…');
    cut
}

/// `Alma Lind · Spring Launch`, or as much of it as there is; the subject's id where nothing has a name.
#[must_use]
pub fn who(names: &Names, otherwise: &str) -> String {
    let mut parts: Vec<String> =
        [&names.creator, &names.campaign].into_iter().flatten().map(|name| short_name(name)).collect();
    if parts.is_empty() {
        parts.push(short_name(names.brand.as_deref().unwrap_or(otherwise)));
    }
    parts.join(" · ")
}

/// What a deed's object is called where the deed is named: an amount says which, `alma-winter to €3,680`.
#[must_use]
pub(crate) fn aimed(reader: &Reader, deed: &Deed, name: &str) -> String {
    match deed.budget() {
        Some(budget) => {
            let amount = number::money(reader.locale, budget);
            say!(reader.words(), "budget-of", name = name, amount = amount)
        }
        None => match deed.value() {
            Some(share) => {
                let amount = number::share(reader.locale, share);
                say!(reader.words(), "budget-of", name = name, amount = amount)
            }
            None => name.to_owned(),
        },
    }
}

/// `in a day`, `since the deal began`.
#[must_use]
pub fn window(reader: &Reader, window: Window) -> String {
    let words = reader.words();
    match window {
        Window::Hours(n) => say!(words, "window-hours", n = n),
        Window::Days(n) => say!(words, "window-days", n = n),
        Window::Posts(n) => say!(words, "window-posts", n = n),
        Window::Deal => say!(words, "window-deal"),
    }
}

/// Why there is no value.
#[must_use]
pub fn absence(reader: &Reader, why: Absence) -> String {
    let words = reader.words();
    match why {
        Absence::NotYet => say!(words, "absent-not-yet"),
        Absence::Hidden => say!(words, "absent-hidden"),
        Absence::TooFew => say!(words, "absent-too-few"),
        Absence::Gone => say!(words, "absent-gone"),
        Absence::Stale { age_secs } => say!(words, "absent-stale", age = number::span(reader, age_secs)),
        Absence::Unauthorized => say!(words, "absent-unauthorized"),
        Absence::QuotaSpent => say!(words, "absent-quota-spent"),
        Absence::Unreachable => say!(words, "absent-unreachable"),
        Absence::Garbled => say!(words, "absent-garbled"),
    }
}

/// What was said of a number, and where it was counted.
fn on_platform(reader: &Reader, said: String, platform: Option<Platform>) -> String {
    match platform {
        Some(platform) => {
            say!(reader.words(), "metric-on", title = said, platform = number::platform(reader, platform))
        }
        None => said,
    }
}

impl Seen {
    /// What is measured: `cost per order`, or the rule's own formula.
    pub(crate) fn title(&self, reader: &Reader) -> String {
        if let Some(place) = &self.beside.place {
            return number::title(reader, place.metric, place.platform);
        }
        match (self.metric, &self.formula) {
            (Some(metric), None) => number::title(reader, metric, self.platform),
            (_, Some(formula)) => formula.clone(),
            (None, None) => String::new(),
        }
    }

    /// A value of the left side's kind, with its words.
    pub(crate) fn worded(&self, reader: &Reader, value: f64) -> String {
        if let Some(place) = &self.beside.place {
            return place.worded(reader, value);
        }
        match (self.metric, &self.formula) {
            (Some(metric), None) => {
                on_platform(reader, number::value(reader, metric, value, self.currency), self.platform)
            }
            (_, formula) => {
                let formula = formula.clone().unwrap_or_default();
                say!(reader.words(), "formula-value", formula = formula, value = number::brief(reader.locale, value))
            }
        }
    }

    /// A value of the left side's kind, bare.
    pub(crate) fn bare(&self, reader: &Reader, value: f64) -> String {
        match self.metric {
            _ if self.beside.place.is_some() => number::percent(reader.locale, value),
            Some(metric) if self.formula.is_none() => number::short(reader, metric, value, self.currency),
            _ => number::brief(reader.locale, value),
        }
    }

    /// A value for a headline: with its span where that is short, `3,120 views in a day`. "Since the deal began" is what
    /// is meant without saying.
    pub(crate) fn headline_text(&self, reader: &Reader, value: f64) -> String {
        let said = self.worded(reader, value);
        match self.window {
            Window::Deal => said,
            Window::Hours(_) | Window::Days(_) | Window::Posts(_) if self.is_level() => said,
            Window::Hours(_) | Window::Days(_) | Window::Posts(_) => {
                format!("{said} {}", window(reader, self.window))
            }
        }
    }

    /// A level has no span: "1,549 followers", not "in a day".
    fn is_level(&self) -> bool {
        self.metric.is_some_and(|metric| matches!(metric.kind(), crate::domain::metric::Kind::Gauge))
    }

    /// What was seen: `€160 per order since the deal began`.
    pub(crate) fn left_text(&self, reader: &Reader) -> Option<String> {
        let value = self.left.value()?;
        let (value, over) = (self.worded(reader, value), window(reader, self.window));
        if let Some(place) = &self.beside.place {
            return Some(format!("{} {over}", place.text(reader)));
        }
        Some(if self.is_level() { value } else { format!("{value} {over}") })
    }

    /// The headline's half sentence about the line: `limit €45`, `usually 21,400`.
    pub(crate) fn limit_text(&self, reader: &Reader) -> Option<String> {
        let words = reader.words();
        let line = self.bare(reader, self.right.value()?);
        let base = self.base.map_or_else(|| line.clone(), |base| self.bare(reader, base));
        Some(match (self.right_kind, self.relation) {
            (RightKind::Own { .. }, _) => say!(words, "limit-own", value = base),
            (RightKind::Prev, _) => say!(words, "limit-prev", value = base),
            (RightKind::Peers { .. }, _) => say!(words, "limit-peers", value = base),
            (RightKind::Industry, _) => say!(words, "limit-industry", value = base),
            (RightKind::Target | RightKind::Literal | RightKind::Beside { .. }, Relation::Above) => {
                say!(words, "limit-most", value = line)
            }
            (RightKind::Target | RightKind::Literal | RightKind::Beside { .. }, Relation::Below) => {
                say!(words, "limit-least", value = line)
            }
        })
    }

    /// Where the line comes from: `as agreed in the deal`, `25 % of the usual 21,400 (…)`.
    fn source_text(&self, reader: &Reader, right: f64) -> String {
        let words = reader.words();
        // Fluent chooses by `none` where the rule takes the figure as it is.
        let base = self.base.map_or_else(|| "none".to_owned(), |base| self.bare(reader, base));
        let source = match self.right_kind {
            RightKind::Own { windows } => say!(words, "source-own", base = base, windows = windows),
            RightKind::Prev => say!(words, "source-prev", base = base),
            RightKind::Peers { others, share: Quantile::MIDDLE } => {
                say!(words, "source-peers", base = base, others = others)
            }
            RightKind::Peers { others, share } => {
                let share = number::percent(reader.locale, share.share());
                say!(words, "source-peers-share", base = base, others = others, share = share)
            }
            RightKind::Industry => say!(words, "source-industry", base = base),
            RightKind::Target => return say!(words, "source-target"),
            RightKind::Literal => return say!(words, "source-literal"),
            RightKind::Beside { metric, platform } => {
                let Some(base) = self.base else { return say!(words, "source-literal") };
                on_platform(reader, number::value(reader, metric, base, None), platform)
            }
        };
        match self.base.filter(|base| *base != 0.0) {
            Some(base) => {
                say!(words, "share-of", share = number::percent(reader.locale, right / base), what = source)
            }
            None => source,
        }
    }

    /// The whole sentence about the line: `at most €45 per order, as agreed in the deal`.
    pub(crate) fn allowed_text(&self, reader: &Reader) -> Option<String> {
        let words = reader.words();
        let right = self.right.value()?;
        let (line, source) = (self.worded(reader, right), self.source_text(reader, right));
        Some(match self.relation {
            Relation::Above => say!(words, "allowed-most", line = line, source = source),
            Relation::Below => say!(words, "allowed-least", line = line, source = source),
        })
    }

    /// The line without saying which side is allowed: `€45 per order, as agreed in the deal`.
    pub(crate) fn line_text(&self, reader: &Reader) -> Option<String> {
        let right = self.right.value()?;
        let (line, source) = (self.worded(reader, right), self.source_text(reader, right));
        Some(say!(reader.words(), "the-line", line = line, source = source))
    }

    /// What came and what would have come at the limit, where luck was weighed: the only thing to say where nothing came,
    /// because a cost of nothing is not a number.
    pub(crate) fn weighed_text(&self, reader: &Reader) -> Option<String> {
        let weight = self.weight.as_ref()?;
        let thing = tested::things(self.metric?);
        let words = reader.words();
        let count = |value: f64| match thing {
            Some(thing) => number::value(reader, thing, value.round(), None),
            None => number::brief(reader.locale, value.round()),
        };
        let expected = number::brief(reader.locale, weight.expected.round());
        Some(say!(words, "weighed", seen = count(weight.seen), expected = expected, posts = weight.posts))
    }

    /// What was left out: `€174 more is too fresh to judge`.
    pub(crate) fn fresh_text(&self, reader: &Reader) -> Option<String> {
        let minor = crate::domain::num::round_i64(self.fresh.filter(|fresh| 0.5 <= *fresh)?)?;
        let amount = number::money(reader.locale, Money::new(minor, self.currency?));
        Some(say!(reader.words(), "too-fresh", amount = amount))
    }

    /// How sure that is: `a creator who meets €45 would ever look this bad at most 1 time in 25`.
    pub(crate) fn sure_text(&self, reader: &Reader) -> Option<String> {
        let weight = self.weight.as_ref()?;
        let words = reader.words();
        let limit = self.bare(reader, self.right.value()?);
        let enough = self.verdict == Verdict::Holds;
        // Rounded down: never surer than it is.
        let times = |value: f64| number::brief(reader.locale, f64::max(value.floor(), 1.0));
        Some(match (weight.method, enough) {
            (Method::Anytime, true) => say!(words, "sure-anytime", limit = limit, times = times(weight.value)),
            (Method::Anytime, false) => {
                say!(words, "unsure-anytime", limit = limit, times = times(weight.value), line = times(weight.line))
            }
            (Method::Posterior, true) => {
                let chance = number::percent(reader.locale, (weight.value * 100.0).floor() / 100.0);
                say!(words, "sure-posterior", limit = limit, chance = chance)
            }
            (Method::Posterior, false) => {
                let (chance, line) =
                    (number::percent(reader.locale, weight.value), number::percent(reader.locale, weight.line));
                say!(words, "unsure-posterior", limit = limit, chance = chance, line = line)
            }
        })
    }

    /// How well it is known: `42 readings, newest 14:10`.
    pub(crate) fn size_text(&self, reader: &Reader, now: Timestamp) -> String {
        let words = reader.words();
        match self.newest {
            Some(newest) => say!(words, "readings-newest", count = self.n, time = number::time(reader, newest, now)),
            None => say!(words, "readings", count = self.n),
        }
    }

    /// Whether a creator may see it about themselves: never money, never a group so small that others can be worked out.
    pub(crate) fn is_for_creators(&self) -> bool {
        let group = match self.right_kind {
            RightKind::Peers { others, .. } => SHOWN_MIN <= others,
            RightKind::Own { .. }
            | RightKind::Target
            | RightKind::Prev
            | RightKind::Literal
            | RightKind::Beside { .. }
            | RightKind::Industry => true,
        };
        if self.beside.place.is_some() {
            return group && self.beside.is_for_creators();
        }
        let metric = self.metric.is_some_and(is_shown);
        let group = group && self.beside.is_for_creators();
        group && metric && self.formula.is_none()
    }

    /// Whether a client may see it: never money, and no formula, which may have money in it.
    pub(crate) fn is_for_clients(&self) -> bool {
        let place = self.beside.place.map(|place| place.metric);
        (self.formula.is_none() || place.is_some()) && self.metric.or(place).is_some_and(is_shown)
    }
}

/// A reading, or why there is none.
pub(crate) fn reading(reader: &Reader, metric: Metric, reading: Reading) -> String {
    match reading {
        Reading::Value(value) => number::value(reader, metric, value, None),
        Reading::Absent(why) => say!(
            reader.words(),
            "number-absent",
            title = number::title(reader, metric, None),
            why = absence(reader, why),
        ),
    }
}

/// `Sun–Thu 18–21`.
#[must_use]
pub fn hours(reader: &Reader, cell: &Cell) -> String {
    let day = |n| number::weekday_name(reader, n);
    let (from, until) = match cell.days {
        Days::SunThu => (day(7), day(4)),
        Days::FriSat => (day(5), day(6)),
    };
    format!("{from}–{until} {:02}–{:02}", cell.from_hour, cell.until_hour)
}

fn pause_key(pause: Pause) -> &'static str {
    match pause {
        Pause::SameDay => "same-day",
        Pause::Days => "days",
        Pause::HalfWeek => "half-week",
        Pause::Week => "week",
    }
}

/// A tip as a sentence.
#[must_use]
pub fn tip(reader: &Reader, tip: &Tip) -> String {
    let words = reader.words();
    match tip {
        Tip::PostingTime(found) => {
            let said = |cell: &Cell| number::value(reader, found.metric, cell.mean, None);
            let best = say!(
                words,
                "tip-posting-time",
                hours = hours(reader, &found.best),
                value = said(&found.best),
                count = found.best.n,
                overall = number::short(reader, found.metric, found.overall, None),
                posts = found.posts,
            );
            match &found.latest {
                None => best,
                Some(cell) => {
                    let latest = say!(
                        words,
                        "tip-posting-time-latest",
                        hours = hours(reader, cell),
                        value = number::short(reader, found.metric, cell.mean, None),
                        count = cell.n,
                    );
                    format!("{best} {latest}")
                }
            }
        }
        Tip::Format { metric, better } => {
            say!(
                words,
                "tip-format",
                format = better.best.by.as_str(),
                value = number::value(reader, *metric, better.best.mean, None),
                count = better.best.n,
                overall = number::short(reader, *metric, better.overall, None),
                posts = better.posts,
            )
        }
        Tip::Pause { metric, better } => say!(
            words,
            "tip-pause",
            pause = pause_key(better.best.by),
            value = number::value(reader, *metric, better.best.mean, None),
            count = better.best.n,
            overall = number::short(reader, *metric, better.overall, None),
            posts = better.posts,
        ),
        Tip::LinkTarget { opens, should_open } => {
            say!(words, "tip-link-target", opens = opens.as_str(), should_open = should_open.as_str())
        }
        Tip::CodeMissing { code, post } => {
            say!(words, "tip-code-missing", code = code.as_str(), post = post.as_str())
        }
    }
}
