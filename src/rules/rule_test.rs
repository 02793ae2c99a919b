//! Runs the cases a rule carries: constants in, time stepped past `for`, an expectation out.
//!
//! Owns: what `given` means. A metric that is given has that value in every window: `prev(x)` and `own(x)` are the same
//! unless the tables `prev` and `own` say otherwise. A derived metric is worked out from its parts where it is not given
//! itself; what is neither is absent. A length of time is written as text: `post_overdue = "26h"`. `peers`, `rank` and
//! `industry` are what their tables say and absent without: nothing of others follows from the subject's own. `peers` is every
//! quantile, `"peers(0.25)"` that one. Where `for` counts windows, each of them is given the same.
//! `fires` = the rule fires once time has passed; `quiet` (or `holds_back`) = all numbers are there and it does not hold;
//! `unknown` = a number that would decide is not given.

pub mod series;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::ids::{Platform, RuleId};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::num::{f64_of, six_digits};
use crate::domain::verdict::Verdict;

use super::check::CheckedRule;
use super::error::RuleError;
use super::eval::{Answer, Gap, Lookup, Sweep, number, verdict};
use super::evidence::luck::K_DEFAULT;
use super::evidence::tested::{self, Tested};
use super::evidence::{Luck, Prior};
use super::excuse::Blame;
use super::file::RulesFile;
use super::lifecycle::{Memory, Phase, Signals, Timing, advance};
use super::lower::{Input, Quantile, Source};
use super::readings::Want;
use super::rule::{Case, Expect, Given, Length, OnAbsent};
use super::units::Dim;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// What it expects.
    pub expect: Expect,
    /// What came of it.
    pub got: Expect,
    /// The comparisons with their numbers, as `views 10 < 0.5 * own(views) 25`; of a series, where it did not stand as it must.
    pub seen: Vec<String>,
    /// Every `at` of a series was met.
    #[serde(skip)]
    pub met: bool,
}

impl CaseResult {
    /// Whether the expectation was met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.expect == self.got && self.met
    }
}

/// Runs every case of a rule.
///
/// # Errors
///
/// The cases whose constants make no sense; then none is run.
pub fn run_cases(rule: &CheckedRule) -> Result<Vec<CaseResult>, Vec<RuleError>> {
    let mut errors = Vec::new();
    let results =
        rule.rule().test.iter().filter_map(|case| run(rule, case).map_err(|error| errors.push(error)).ok()).collect();
    if errors.is_empty() { Ok(results) } else { Err(errors) }
}

/// The cases of one rule of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleResult {
    /// The rule.
    pub rule: RuleId,
    /// What came of each case, in the order of the file.
    pub cases: Vec<CaseResult>,
}

/// Checks every rule of a file and runs its cases.
///
/// # Errors
///
/// Everything that is wrong with the file, its rules and the constants of their cases.
pub fn run_file(file: &RulesFile) -> Result<Vec<RuleResult>, Vec<RuleError>> {
    let checked = file.check()?;
    let mut errors = Vec::new();
    let mut results = Vec::new();
    for (rule, sourced) in checked.iter().zip(&file.rules) {
        match run_cases(rule) {
            Ok(cases) => results.push(RuleResult { rule: rule.rule().id.clone(), cases }),
            Err(more) => errors.extend(more.into_iter().map(|error| sourced.locate(error))),
        }
    }
    if errors.is_empty() { Ok(results) } else { Err(errors) }
}

fn run(rule: &CheckedRule, case: &Case) -> Result<CaseResult, RuleError> {
    if !case.series.is_empty() {
        if case.posts.is_some() {
            return Err(in_case(case, "`posts` are given beside a series", "leave one of them out"));
        }
        let (got, seen) = series::run(rule, case)?;
        let met = seen.is_empty();
        return Ok(CaseResult { name: case.name.clone(), expect: case.expect, got, seen, met });
    }
    if !case.at.is_empty() {
        return Err(in_case(
            case,
            "`at` asks about a series, and there is none",
            "give `series = { views = \"1000x7 200\" }`",
        ));
    }
    let mut constants = Constants::read(case)?;
    if let Some(currency) = constants.currency {
        rule.check_currency(currency).map_err(|error| in_case(case, &error.text, &error.remedy))?;
    }
    let holds = verdict(rule.when(), rule.inputs(), &mut constants);
    let seen = rule
        .when()
        .comparisons()
        .into_iter()
        .map(|compare| {
            let mut say = |num| match number(num, rule.inputs(), &mut constants) {
                Ok(value) => six_digits(value).to_string(),
                Err(gap) => gap.as_str().to_owned(),
            };
            let (left, right) = (say(&compare.left), say(&compare.right));
            let [left_text, right_text] = &compare.text;
            format!("{left_text} {left} {} {right_text} {right}", compare.op.as_str())
        })
        .collect();
    let got = match holds {
        Verdict::Unknown => Expect::Unknown,
        Verdict::Holds if fires(rule, holds) => Expect::Fires,
        Verdict::Holds | Verdict::DoesNotHold => Expect::Quiet,
    };
    Ok(CaseResult { name: case.name.clone(), expect: case.expect, got, seen, met: true })
}

/// Steps time past `for`, through the same table of phases as the judge.
fn fires(rule: &CheckedRule, holds: Verdict) -> bool {
    let hold = rule.hold().get();
    let timing =
        Timing { hold, cooldown: None, max_per_day: rule.rule().max_per_day, on_absent: OnAbsent::Hold, version: 1 };
    let both = |verdict| Sweep { all: verdict, newest: verdict };
    let (when, recover, blame) = (both(holds), both(Verdict::Unknown), Blame::default());
    let signals = Signals { selected: true, when, recover, blame };
    let start = Timestamp::UNIX_EPOCH;
    let today = jiff::civil::Date::constant(1970, 1, 1);
    [SignedDuration::ZERO, hold]
        .into_iter()
        .filter_map(|after| start.checked_add(after).ok())
        .fold(Memory::default(), |memory, now| advance(timing, &memory, signals, now, today).memory)
        .phase
        == Phase::Firing
}

fn in_case(case: &Case, text: &str, remedy: &str) -> RuleError {
    RuleError::about("test", format!("in the case `{}`: {text}", case.name), remedy)
}

/// The constants of a case.
struct Constants {
    values: BTreeMap<(Source, Want), f64>,
    /// Of `peers`, whatever the quantile.
    peers: BTreeMap<Want, f64>,
    currency: Option<Currency>,
    /// Spend and orders of each post; none given is the closed form over the sums.
    posts: Vec<(f64, f64)>,
    luck: Luck,
}

/// How posts of a case differ: as `k` says, by default as unknown posts do; without posts there is nothing to differ.
fn luck(case: &Case) -> Result<Luck, RuleError> {
    match (&case.posts, case.k) {
        (None, None) => Ok(Luck::Alike),
        (None, Some(_)) => {
            Err(in_case(case, "`k` says how posts differ, and there are none", "give `posts = [{ spend, orders }]`"))
        }
        (Some(_), Some(k)) if !(k.is_finite() && 0.0 < k) => {
            Err(in_case(case, "`k` is not above 0", "write a shape such as `k = 5.0`; smaller is wilder"))
        }
        (Some(_), k) => Ok(Luck::Varied { k: k.unwrap_or(K_DEFAULT) }),
    }
}

impl Constants {
    fn read(case: &Case) -> Result<Self, RuleError> {
        let mut constants = Self {
            values: BTreeMap::new(),
            peers: BTreeMap::new(),
            currency: None,
            posts: Vec::new(),
            luck: luck(case)?,
        };
        constants.add_posts(case)?;
        for (key, value) in &case.given {
            let Some(source) = table_of(key) else {
                constants.add(case, Kept::Of(Source::Now), key, value)?;
                continue;
            };
            let Given::Table(inner) = value else {
                let is_place = source == Kept::Of(Source::Rank);
                let example = if is_place { "{ cpa = 0.9 }" } else { "{ cpa = \"45.00 EUR\" }" };
                let remedy = format!("write `{key} = {example}`");
                return Err(in_case(case, &format!("`{key}` is not a table"), &remedy));
            };
            for (key, value) in inner {
                constants.add(case, source, key, value)?;
            }
        }
        Ok(constants)
    }

    /// Posts, and their sums as spend and orders.
    fn add_posts(&mut self, case: &Case) -> Result<(), RuleError> {
        let Some(posts) = &case.posts else { return Ok(()) };
        if posts.is_empty() {
            return Err(in_case(case, "`posts` is empty", "leave it out, or give one post"));
        }
        if let Some(key) = ["spend", "orders"].into_iter().find(|key| case.given.contains_key(*key)) {
            return Err(in_case(case, &format!("`{key}` is given twice: by itself and by its posts"), "leave one out"));
        }
        for post in posts {
            let spend: Money = post.spend.parse().map_err(|error| in_case(case, &format!("`posts`: {error}"), ""))?;
            if self.currency.is_some_and(|other| other != spend.currency) {
                return Err(in_case(case, "its posts are in several currencies", "give all money of one case in one"));
            }
            self.currency = Some(spend.currency);
            self.posts.push((f64_of(spend.minor), f64::from(post.orders)));
        }
        for (metric, sum) in [
            (Metric::Spend, self.posts.iter().map(|post| post.0).sum()),
            (Metric::Orders, self.posts.iter().map(|post| post.1).sum()),
        ] {
            self.values.insert((Source::Now, Want { metric, platform: None }), sum);
        }
        Ok(())
    }

    /// A value of a table.
    fn add(&mut self, case: &Case, source: Kept, key: &str, value: &Given) -> Result<(), RuleError> {
        let want = want(key).map_err(|(text, remedy)| in_case(case, &text, &remedy))?;
        // A place among others has no unit, whatever was counted.
        let is_place = source == Kept::Of(Source::Rank);
        let is_money = !is_place && Dim::of(want.metric).is_money();
        let value = match value {
            Given::Number(place) if is_place && !(0.0..=1.0).contains(place) => {
                return Err(in_case(case, &format!("`rank` of `{key}` is {place}"), "a rank is from 0 to 1"));
            }
            Given::Number(value) if !is_money && value.is_finite() => *value,
            Given::Text(text) if is_money => {
                let money: Money = text.parse().map_err(|error| in_case(case, &format!("`{key}`: {error}"), ""))?;
                if let Some(other) = self.currency.filter(|other| *other != money.currency) {
                    return Err(in_case(
                        case,
                        &format!("{other} and {} are mixed", money.currency),
                        "give all money of one case in one currency",
                    ));
                }
                self.currency = Some(money.currency);
                f64_of(money.minor)
            }
            Given::Text(text) if want.metric.unit() == Unit::Seconds => {
                let (sign, length) = text.strip_prefix('-').map_or((1, text.as_str()), |length| (-1, length));
                let length: Length = length.parse().map_err(|error| in_case(case, &format!("`{key}`: {error}"), ""))?;
                f64_of(sign * length.get().as_secs())
            }
            Given::Number(_) | Given::Text(_) | Given::Table(_) => {
                let remedy = if is_money {
                    format!("`{key}` is money: write it like `\"100.00 EUR\"`")
                } else if want.metric.unit() == Unit::Seconds {
                    format!("`{key}` is a length of time: write it like `\"26h\"`")
                } else {
                    format!("`{key}` is a number: write it without quotes")
                };
                return Err(in_case(case, &format!("the value of `{key}` has the wrong form"), &remedy));
            }
        };
        match source {
            Kept::Of(source) => drop(self.values.insert((source, want), value)),
            Kept::AnyPeers => drop(self.peers.insert(want, value)),
        }
        Ok(())
    }

    /// What is given, or worked out from what is given.
    fn value(&self, source: Source, want: Want) -> Result<f64, Gap> {
        if let Some(value) = self.values.get(&(source, want)) {
            return Ok(*value);
        }
        let parts = want.metric.parts();
        let follows = matches!(source, Source::Now | Source::Prev | Source::Own);
        if parts != [want.metric] && follows {
            let values: Result<Vec<f64>, Gap> = parts
                .iter()
                .map(|part| {
                    let part_want = Want { metric: *part, ..want };
                    match self.value(source, part_want) {
                        Err(_) if want.metric.part_is_optional(*part) => Ok(0.0),
                        known => known,
                    }
                })
                .collect();
            let any_known = parts.iter().any(|part| {
                want.metric.part_is_optional(*part) && self.value(source, Want { metric: *part, ..want }).is_ok()
            });
            let needs_any = parts.iter().any(|part| want.metric.part_is_optional(*part));
            if let Ok(values) = values
                && (any_known || !needs_any)
            {
                return want.metric.work_out(&values).ok_or(Gap::DividedByZero);
            }
        }
        match source {
            // Readings are held constant: what was not said otherwise was the same before.
            Source::Prev | Source::Own => self.value(Source::Now, want),
            Source::Now => Err(Gap::NotYet),
            Source::Target => Err(Gap::NoTarget),
            Source::Peers(_) => self.peers.get(&want).copied().ok_or(Gap::TooFewPeers),
            Source::Rank => Err(Gap::TooFewPeers),
            Source::Industry => Err(Gap::NoFigure),
        }
    }
}

impl Lookup for Constants {
    fn answer(&mut self, _slot: usize, input: Input) -> Answer {
        Answer { value: self.value(input.source, input.want), n: 1, ..Answer::gap(Gap::NotYet) }
    }

    fn currency(&self) -> Option<Currency> {
        self.currency
    }

    fn posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let metric = tested.want.metric;
        let parts = tested::parts(metric);
        if self.posts.is_empty() || metric != Metric::Cpa {
            let value = |part: &Metric| match self.value(Source::Now, Want { metric: *part, ..tested.want }) {
                Err(_) if metric.part_is_optional(*part) => Ok(0.0),
                value => value,
            };
            return Ok(vec![parts.iter().map(value).collect::<Result<_, _>>()?]);
        }
        Ok(self.posts.iter().map(|post| vec![post.0, post.1]).collect())
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.luck, Prior::UNLEARNED)
    }
}

/// Which of its tables a value of a case stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Where a rule takes it from.
    Of(Source),
    /// `peers`, whatever the quantile.
    AnyPeers,
}

/// The table of a key of `given`; `None` is a metric.
fn table_of(key: &str) -> Option<Kept> {
    let quantile = || key.strip_prefix("peers(")?.strip_suffix(')')?.trim().parse().ok().and_then(Quantile::new);
    Some(match key {
        "target" => Kept::Of(Source::Target),
        "own" => Kept::Of(Source::Own),
        "prev" => Kept::Of(Source::Prev),
        "rank" => Kept::Of(Source::Rank),
        "industry" => Kept::Of(Source::Industry),
        "peers" => Kept::AnyPeers,
        _ => Kept::Of(Source::Peers(quantile()?)),
    })
}

/// A metric as cases write it, `followers@twitch`.
fn want(key: &str) -> Result<Want, (String, String)> {
    let (name, platform) = match key.split_once('@') {
        Some((name, platform)) => (name, Some(platform)),
        None => (key, None),
    };
    let metric: Metric = name.parse().map_err(|_| {
        let known = Metric::ALL.iter().map(|metric| metric.as_str());
        let remedy = super::error::nearest(name, known.chain(["target", "own", "prev", "peers", "rank", "industry"]))
            .map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        (format!("`{name}` is not a metric"), remedy)
    })?;
    let platform: Option<Platform> = platform
        .map(str::parse)
        .transpose()
        .map_err(|error: crate::domain::ids::UnknownPlatform| (error.to_string(), String::new()))?;
    Ok(Want { metric, platform })
}

#[cfg(test)]
mod tests;
