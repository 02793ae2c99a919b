//! Stops judged again: was it right to stop, what did that save, what did it lose, and where would the line have done best.
//!
//! **Money.** What would have been spent is the pace of the days before, for as long as it would have gone on, at most what
//! was left of the budget, less what was spent all the same. What that money would have brought is told by the money before
//! it, when all of its orders are there: so much margin for so much spent. The difference is what stopping was worth; below
//! nothing it lost. Orders that came after the stop count for the money before it, so that a stop never looks better than
//! it was.
//!
//! **Right or wrong.** By `[rule.judge]`, where the rule says how; else by the money; else by whether the line was still
//! crossed when attribution had closed. What none of them can tell is told as such, with the reason.
//!
//! **The share of wrong calls** has the interval of E. B. Wilson (1927, <https://doi.org/10.1080/01621459.1927.10502953>),
//! which stays inside 0 to 1 with a handful of calls.
//!
//! **The line.** What was not stopped teaches nothing about a lower line, so only higher ones are compared: had the rule
//! called only what was so many times beyond its line, which of these calls would have been left, and what would they have
//! been worth? Nothing is suggested from fewer than [`CALLS_MIN`] calls with money, or without a wrong one among them.
//!
//! Refuses: reading anything; the numbers come in, in minor units.

use std::collections::BTreeMap;

use libm::sqrt;
use serde::Serialize;

use crate::domain::ids::RuleId;
use crate::domain::money::{Currency, Money};
use crate::domain::num::{f64_of, f64_of_len, round_i64, u64_of_len};

/// Calls whose money is known, below which no other line is suggested: with fewer, one lucky week decides.
pub const CALLS_MIN: usize = 8;

/// Wrong calls among them, below which there is nothing to learn from.
pub const WRONG_MIN: usize = 2;

/// The 97.5 % point of the normal distribution: 95 of 100 intervals hold the true share.
const Z: f64 = 1.959_963_984_540_054;

/// What would have gone on without the stop. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ahead {
    /// Money that runs by the day.
    Pace {
        /// What was spent on it lately …
        recent: f64,
        /// … in so many seconds.
        recent_secs: f64,
        /// For so many seconds it would have gone on.
        secs: f64,
        /// What was left of its budget.
        left: f64,
        /// What was spent on it after the stop all the same.
        after: f64,
    },
    /// An amount that is known: a fee, or what was spent because nobody stopped it.
    Amount(f64),
}

/// What the money before the stop brought, as it is known now. Money in minor units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    /// What was spent.
    pub spent: f64,
    /// Orders that came of it.
    pub orders: f64,
    /// The margin that an order leaves.
    pub worth: f64,
}

/// Why a call cannot be judged, or its money not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// No money stops with a code or a link.
    NoMoney,
    /// A level is no money.
    Level,
    /// No source says what was spent before.
    NoSpend,
    /// Nothing ran in the days before, so there is no pace.
    NoPace,
    /// No source counts orders.
    NoOrders,
    /// What an order leaves is not known, nor what it may cost.
    NoWorth,
    /// It was taken back at once.
    TakenBack,
    /// What it was about is not known any more, or its numbers are older than what is kept in memory.
    Gone,
    /// Neither the money nor the rule's own condition can be worked out.
    NoNumbers,
}

impl Untold {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::NoMoney,
        Self::Level,
        Self::NoSpend,
        Self::NoPace,
        Self::NoOrders,
        Self::NoWorth,
        Self::TakenBack,
        Self::Gone,
        Self::NoNumbers,
    ];

    /// The reason as a clause in English, for JSON.
    #[must_use]
    pub fn clause(self) -> &'static str {
        match self {
            Self::NoMoney => "no money stops with a code or a link",
            Self::Level => "a level is no money",
            Self::NoSpend => "no source says what was spent before",
            Self::NoPace => "nothing ran in the days before, so there is no pace",
            Self::NoOrders => "no source counts orders",
            Self::NoWorth => "what an order leaves is not known",
            Self::TakenBack => "it was taken back at once",
            Self::Gone => "what it was about is not known any more, or its numbers are too old",
            Self::NoNumbers => "its numbers are missing",
        }
    }

    /// The name in JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoMoney => "no_money",
            Self::Level => "level",
            Self::NoSpend => "no_spend",
            Self::NoPace => "no_pace",
            Self::NoOrders => "no_orders",
            Self::NoWorth => "no_worth",
            Self::TakenBack => "taken_back",
            Self::Gone => "gone",
            Self::NoNumbers => "no_numbers",
        }
    }
}

/// What a stop was worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// What would have been spent without it.
    pub spend: Money,
    /// The margin that would have brought.
    pub brings: Money,
    /// The difference: saved, or below nothing lost.
    pub net: Money,
    /// The orders from which that is known.
    pub orders: i64,
}

/// What would have been spent without the stop, in minor units.
pub fn would_spend(ahead: Ahead) -> Result<f64, Untold> {
    match ahead {
        Ahead::Amount(amount) => Ok(amount),
        Ahead::Pace { secs, .. } if secs <= 0.0 => Err(Untold::TakenBack),
        Ahead::Pace { recent, recent_secs, .. } if recent <= 0.0 || recent_secs <= 0.0 => Err(Untold::NoPace),
        Ahead::Pace { recent, recent_secs, secs, left, after } => {
            Ok(f64::max(f64::min(recent / recent_secs * secs, left) - after, 0.0))
        }
    }
}

/// What a stop was worth.
pub fn balance(ahead: Ahead, before: Before, currency: Currency) -> Result<Balance, Untold> {
    let spend = would_spend(ahead)?;
    if before.spent <= 0.0 {
        return Err(Untold::NoSpend);
    }
    let minor = |value: f64| round_i64(value).ok_or(Untold::NoNumbers);
    let (spend, brings) = (minor(spend)?, minor(spend * before.orders * before.worth / before.spent)?);
    Ok(Balance {
        spend: Money::new(spend, currency),
        brings: Money::new(brings, currency),
        net: Money::new(spend.saturating_sub(brings), currency),
        orders: minor(before.orders)?,
    })
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "why")]
pub enum Call {
    /// It was right to stop.
    Right,
    /// It was not.
    Wrong,
    /// It cannot be told.
    Untold(Untold),
}

impl Call {
    /// The name in JSON, files and the wording.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Untold(_) => "untold",
        }
    }
}

/// Right or wrong, by the first that knows: what `[rule.judge]` says, the money, the line when attribution had closed.
#[must_use]
pub fn call(judged: Option<bool>, money: Result<Balance, Untold>, line: Option<bool>) -> Call {
    let by_money = || money.ok().map(|balance| 0 <= balance.net.minor);
    match judged.or_else(by_money).or(line) {
        Some(true) => Call::Right,
        Some(false) => Call::Wrong,
        None => Call::Untold(money.err().unwrap_or(Untold::NoNumbers)),
    }
}

/// One call, as the scorecards count it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The rule; none where a person stopped it without one.
    pub rule: Option<RuleId>,
    /// It was carried out; else it was asked for and nobody did it.
    pub done: bool,
    /// What became of it.
    pub call: Call,
    /// What it was worth.
    pub balance: Option<Balance>,
    /// How many times beyond its line it was when it was called, 1 being the line; infinite for money that brought nothing.
    pub beyond: Option<f64>,
}

/// A share with its interval: 95 of 100 such intervals hold the true one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the doc above says it")]
pub struct Share {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// A share of some calls; `None` of none.
#[must_use]
pub fn share(hits: usize, of: usize) -> Option<Share> {
    if of == 0 {
        return None;
    }
    let (n, p) = (f64_of_len(of), f64_of_len(hits) / f64_of_len(of));
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let wide = Z / (1.0 + Z * Z / n) * sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n));
    // At the ends the interval begins or ends there; a division would miss it by its last bits.
    let low = if hits == 0 { 0.0 } else { f64::max(middle - wide, 0.0) };
    let high = if hits == of { 1.0 } else { f64::min(middle + wide, 1.0) };
    Some(Share { share: p, low, high })
}

/// Sums by currency: several brands may have several.
pub type Sums = BTreeMap<Currency, i64>;

/// What is said about the line of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "advice")]
pub enum Advice {
    /// There are too few calls to say anything.
    TooFew {
        /// Calls with money.
        calls: u64,
        /// How many it takes.
        least: u64,
    },
    /// No higher line would have been worth more.
    Keep,
    /// Calling only what is so many times beyond the line would have been worth more.
    Raise {
        /// The line times this.
        times: f64,
        /// What the calls beyond it were worth.
        net: Money,
        /// What all of them were worth.
        now: Money,
        /// Calls that would be left.
        left: u64,
    },
}

/// What became of the calls of one rule, or of all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scorecard {
    /// Calls.
    pub calls: u64,
    /// Right ones.
    pub right: u64,
    /// Wrong ones.
    pub wrong: u64,
    /// Those that cannot be told.
    pub untold: u64,
    /// The share of wrong ones among those that can be told.
    pub wrong_share: Option<Share>,
    /// What stopping saved.
    #[serde(serialize_with = "as_money")]
    pub saved: Sums,
    /// What it lost.
    #[serde(serialize_with = "as_money")]
    pub lost: Sums,
    /// What doing as asked would have saved, where nobody did.
    #[serde(serialize_with = "as_money")]
    pub missed: Sums,
    /// What it would have lost.
    #[serde(serialize_with = "as_money")]
    pub spared: Sums,
    /// What is said about the line.
    pub advice: Advice,
}

fn as_money<S: serde::Serializer>(sums: &Sums, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sums.iter().map(|(currency, minor)| Money::new(*minor, *currency)))
}

/// Counts calls up.
#[must_use]
pub fn scorecard(calls: &[Judged]) -> Scorecard {
    let count = |is: fn(Call) -> bool| calls.iter().filter(|one| is(one.call)).count();
    let (right, wrong) = (count(|one| one == Call::Right), count(|one| one == Call::Wrong));
    let untold = calls.len() - right - wrong;
    let sum = |done: bool, sign: i64| {
        let mut sums = Sums::new();
        let balances = calls.iter().filter(|one| one.done == done).filter_map(|one| one.balance);
        for net in balances.map(|balance| balance.net).filter(|net| 0 < net.minor.saturating_mul(sign)) {
            let sum = sums.entry(net.currency).or_default();
            *sum = sum.saturating_add(net.minor.saturating_mul(sign));
        }
        sums
    };
    Scorecard {
        calls: u64_of_len(calls.len()),
        right: u64_of_len(right),
        wrong: u64_of_len(wrong),
        untold: u64_of_len(untold),
        wrong_share: share(wrong, right + wrong),
        saved: sum(true, 1),
        lost: sum(true, -1),
        missed: sum(false, 1),
        spared: sum(false, -1),
        advice: advice(calls),
    }
}

/// One scorecard a rule, in the order of their ids; what people stopped without one comes first.
#[must_use]
pub fn by_rule(calls: &[Judged]) -> BTreeMap<Option<RuleId>, Scorecard> {
    let mut of_rule: BTreeMap<Option<RuleId>, Vec<Judged>> = BTreeMap::new();
    for one in calls {
        of_rule.entry(one.rule.clone()).or_default().push(one.clone());
    }
    of_rule.into_iter().map(|(rule, calls)| (rule, scorecard(&calls))).collect()
}

/// Which line would have been worth the most, of those that these calls can tell about.
fn advice(calls: &[Judged]) -> Advice {
    let known: Vec<(f64, Money)> = calls.iter().filter_map(|one| Some((one.beyond?, one.balance?.net))).collect();
    let few = Advice::TooFew { calls: u64_of_len(known.len()), least: u64_of_len(CALLS_MIN) };
    let Some((_, first)) = known.first().copied() else { return few };
    let alike = known.iter().all(|(_, net)| net.currency == first.currency);
    if known.len() < CALLS_MIN || !alike {
        return few;
    }
    if known.iter().filter(|(_, net)| net.minor < 0).count() < WRONG_MIN {
        return Advice::Keep;
    }
    let worth = |times: f64| known.iter().filter(move |(beyond, _)| times <= *beyond).map(|(_, net)| net.minor);
    let net = |times: f64| worth(times).fold(0_i64, i64::saturating_add);
    let now = known.iter().map(|(_, net)| net.minor).fold(0_i64, i64::saturating_add);
    let mut lines: Vec<f64> = known.iter().map(|(beyond, _)| down(*beyond)).filter(|times| times.is_finite()).collect();
    lines.sort_by(f64::total_cmp);
    lines.dedup();
    // Of lines that are worth the same the lowest: it changes least.
    let best = lines.into_iter().filter(|times| 1.0 < *times).fold(None, |best: Option<(f64, i64)>, times| {
        let net = net(times);
        if best.is_none_or(|(_, most)| most < net) { Some((times, net)) } else { best }
    });
    match best {
        Some((times, net)) if now < net => Advice::Raise {
            times,
            net: Money::new(net, first.currency),
            now: Money::new(now, first.currency),
            left: u64_of_len(worth(times).count()),
        },
        Some(_) | None => Advice::Keep,
    }
}

/// To hundredths, downwards: a line is written with two decimals, and the call that it comes from stays beyond it.
fn down(times: f64) -> f64 {
    let hundredths = times * 100.0;
    // What is a whole number but for its last bits is that number.
    let whole = hundredths.round();
    if (hundredths - whole).abs() < 1e-9 * f64::max(whole.abs(), 1.0) {
        whole / 100.0
    } else {
        hundredths.floor() / 100.0
    }
}

/// A sum as a line of text in several currencies has it: its amounts, the currencies in order.
pub fn amounts(sums: &Sums) -> impl Iterator<Item = Money> + '_ {
    sums.iter().map(|(currency, minor)| Money::new(*minor, *currency))
}

/// How many times beyond its line something is: `seen ÷ allowed` where more is worse, the other way round where less is.
/// `None` where it cannot be told; infinite for what has no bounds.
#[must_use]
pub fn beyond(seen: f64, allowed: f64, more_is_worse: bool) -> Option<f64> {
    let (over, under) = if more_is_worse { (seen, allowed) } else { (allowed, seen) };
    if under == 0.0 && 0.0 < over {
        return Some(f64::INFINITY);
    }
    let times = over / under;
    (!times.is_nan() && 0.0 <= times).then_some(times)
}

/// Seconds as a double; a span of a thousand years is exact.
#[must_use]
pub fn secs(length: jiff::SignedDuration) -> f64 {
    f64_of(length.as_secs())
}

#[cfg(test)]
mod tests;
