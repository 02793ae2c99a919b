//! Cases with numbers that change from day to day: one value a day of UTC, judged at the end of each.
//!
//! `series = { views = "1000x28 200 200" }` says 1,000 on each of 28 days and then 200 twice. `1000+10x5` begins at 1,000 and
//! grows by 10 over five days, `_` is a day on which nothing was said, `_x3` three of them; money has its currency last,
//! `"45.00x7 EUR"`. Counts are what came on the day, levels (`followers`) where they stood at its end. Targets come from
//! `given`; `where` is not asked. `at` says where the rule must stand after so many days, and why.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Kept, in_case, table_of, want};
use crate::domain::ids::{Platform, Scope, Subject};
use crate::domain::metric::{Kind, Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::num::f64_of;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::domain::verdict::Verdict;
use crate::rules::check::{CheckedRule, check};
use crate::rules::error::RuleError;
use crate::rules::guards::Switches;
use crate::rules::history::History;
use crate::rules::judge::{Context, judge};
use crate::rules::lifecycle::{Memory, Phase, Reason};
use crate::rules::readings::Span;
use crate::rules::rule::{Case, Expect, Given, Length};
use crate::rules::window::Frame;

/// Days in a series. A year and a day, as the longest window.
const DAYS_MAX: usize = 366;

/// Where a rule must stand at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// After so many days of the series.
    pub after: Length,
    /// The phase.
    pub state: Phase,
    /// Why it is there, or stays; not asked where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What a day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    phase: Phase,
    reason: Reason,
    verdict: Verdict,
}

/// What came of a series: at its end, and where it did not stand as it must.
pub(super) fn run(rule: &CheckedRule, case: &Case) -> Result<(Expect, Vec<String>), RuleError> {
    let (numbers, currency) = read(case)?;
    let days = numbers.iter().map(|one| one.values.len()).fold(0, std::cmp::max);
    if days == 0 {
        return Err(in_case(case, "`series` is empty", "write `series = { views = \"1000x7 200\" }`"));
    }
    let judged = judged(&whole(rule, case)?, case, &numbers, currency, days)?;
    let mut wrong = Vec::new();
    for standing in &case.at {
        let place = standing.after.get().as_hours().checked_div(24).and_then(|day| usize::try_from(day).ok());
        let day = place.and_then(|place| judged.get(place.checked_sub(1)?));
        let Some(day) = day.filter(|_| standing.after.get().as_hours() % 24 == 0) else {
            let text = format!(
                "`at` asks after {}, and the series has {days} day{}",
                standing.after,
                if days == 1 { "" } else { "s" }
            );
            return Err(in_case(case, &text, "write whole days that the series has, such as `after = \"7d\"`"));
        };
        if day.phase != standing.state || standing.reason.is_some_and(|reason| reason != day.reason) {
            let reason = standing.reason.map_or_else(String::new, |reason| format!(", {}", reason.as_str()));
            wrong.push(format!(
                "after {} {} ({}), not {}{reason}",
                standing.after,
                day.phase.as_str(),
                day.reason.as_str(),
                standing.state.as_str()
            ));
        }
    }
    let got = match judged.last() {
        Some(Day { phase: Phase::Firing | Phase::Recovering, .. }) => Expect::Fires,
        Some(Day { verdict: Verdict::Unknown, .. }) | None => Expect::Unknown,
        Some(_) => Expect::Quiet,
    };
    Ok((got, wrong))
}

/// The rule for everybody.
fn whole(rule: &CheckedRule, case: &Case) -> Result<CheckedRule, RuleError> {
    let mut plain = rule.rule().clone();
    plain.selects = crate::rules::rule::Where::default();
    plain.test.clear();
    check(&plain).map_err(|errors| {
        let text = errors.first().map_or_else(String::new, |error| error.text.clone());
        in_case(case, &text, "")
    })
}

/// One series: a value or nothing for each day.
struct Numbers {
    metric: Metric,
    platform: Platform,
    values: Vec<Option<i64>>,
}

fn read(case: &Case) -> Result<(Vec<Numbers>, Option<Currency>), RuleError> {
    let mut currency: Option<Currency> = None;
    let mut all = Vec::new();
    for (key, text) in &case.series {
        let want = want(key).map_err(|(text, remedy)| in_case(case, &text, &remedy))?;
        if let Kind::Derived { .. } = want.metric.kind() {
            let parts: Vec<&str> = want.metric.parts().into_iter().map(Metric::as_str).collect();
            let remedy = format!("give its parts: {}", parts.join(", "));
            return Err(in_case(case, &format!("`{key}` is worked out, not told"), &remedy));
        }
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let mut unit = None;
        if want.metric.unit() == Unit::Money {
            let last = words.pop().and_then(|word| word.parse::<Currency>().ok());
            let Some(last) = last else {
                return Err(in_case(
                    case,
                    &format!("`{key}` is money without a currency"),
                    "write it like `\"45.00x7 EUR\"`",
                ));
            };
            if currency.is_some_and(|other| other != last) {
                return Err(in_case(case, "its series are in several currencies", "give all money of one case in one"));
            }
            currency = Some(last);
            unit = Some(last);
        }
        let mut values = Vec::new();
        for word in words {
            let told = told(word, unit).ok_or_else(|| {
                let remedy =
                    "write numbers, `1000x7` for seven days, `1000+10x5` for growth, `_` for a day without a word";
                in_case(case, &format!("`{word}` in the series `{key}` is not understood"), remedy)
            })?;
            values.extend(told);
            if DAYS_MAX < values.len() {
                return Err(in_case(
                    case,
                    &format!("the series `{key}` is longer than {DAYS_MAX} days"),
                    "make it shorter",
                ));
            }
        }
        let platform = want.platform.unwrap_or(Platform::Web);
        all.push(Numbers { metric: want.metric, platform, values });
    }
    Ok((all, currency))
}

/// The values of one word.
fn told(word: &str, unit: Option<Currency>) -> Option<Vec<Option<i64>>> {
    let (what, times) = match word.split_once('x') {
        Some((what, times)) => (what, times.parse::<usize>().ok().filter(|times| (1..=DAYS_MAX).contains(times))?),
        None => (word, 1),
    };
    let number = |text: &str| match unit {
        Some(unit) => format!("{text} {unit}").parse::<Money>().ok().map(|money| money.minor),
        None => text.parse::<i64>().ok(),
    };
    if what == "_" {
        return Some(vec![None; times]);
    }
    // A sign after the first character is a step, before it a sign.
    let step_at = what.char_indices().skip(1).find(|(_, sign)| matches!(sign, '+' | '-')).map(|(at, _)| at);
    let (first, step) = match step_at {
        Some(at) => (number(what.get(..at)?)?, number(what.get(at..)?.trim_start_matches('+'))?),
        None => (number(what)?, 0),
    };
    let grown = |day: usize| first.checked_add(step.checked_mul(i64::try_from(day).ok()?)?);
    (0..times).map(|day| grown(day).map(Some)).collect()
}

/// Somebody of a scope.
fn subject(scope: Scope) -> Option<Subject> {
    let name = match scope {
        Scope::Brand => "brand/case",
        Scope::Campaign => "campaign/case",
        Scope::Partnership => "partnership/case/case",
        Scope::Creator => "creator/case",
        Scope::Post => "post/web/case",
    };
    name.parse().ok()
}

/// Tells each day and judges at its end.
fn judged(
    rule: &CheckedRule,
    case: &Case,
    numbers: &[Numbers],
    currency: Option<Currency>,
    days: usize,
) -> Result<Vec<Day>, RuleError> {
    let Some(subject) = subject(rule.rule().scope) else { return Ok(Vec::new()) };
    let midnight = |day: usize| {
        let hours = i64::try_from(day).unwrap_or(i64::MAX).saturating_mul(24);
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
    };
    let deal = Some(Span { from: midnight(0), until: midnight(days.saturating_add(1)) });
    let mut context = Context {
        frame: Frame { zone: TimeZone::UTC, lag: SignedDuration::ZERO, deal },
        currency: currency.or(rule.currency()),
        ..Context::default()
    };
    if let (Some(program), Some(level)) = (&rule.rule().program, &rule.rule().level) {
        context.facts.levels.insert(program.clone(), level.clone());
    }
    add_targets(case, &mut context)?;
    let mut history = History::new(Switches::off());
    let mut memory = Memory::default();
    let mut judged_days = Vec::with_capacity(days);
    for day in 0..days {
        let (from, until) = (midnight(day), midnight(day + 1));
        let samples: Vec<Sample> = numbers
            .iter()
            .filter_map(|one| {
                let value = one.values.get(day).copied().flatten()?;
                let form = match one.metric.kind() {
                    Kind::Gauge => Form::Gauge { at: until },
                    Kind::Counter | Kind::Derived { .. } => Form::Amount { from, until },
                };
                let series = SeriesKey { subject: subject.clone(), metric: one.metric, platform: one.platform };
                let currency = context.currency.filter(|_| one.metric.unit() == Unit::Money);
                let (provisional, self_reported) = (false, false);
                Some(Sample { series, value, currency, form, known_at: until, provisional, self_reported })
            })
            .collect();
        drop(history.append_poll(&samples, &[], until));
        let view = history.view_with(Switches::off(), None);
        let judgement = judge(rule, &subject, &context, &view, &memory, until);
        memory = judgement.memory;
        let (phase, reason, verdict) = (judgement.phase_after, judgement.receipt.reason, judgement.verdict);
        judged_days.push(Day { phase, reason, verdict });
    }
    Ok(judged_days)
}

/// Targets from `given`; a series says everything else.
fn add_targets(case: &Case, context: &mut Context) -> Result<(), RuleError> {
    for (key, value) in &case.given {
        let (Some(Kept::Of(crate::rules::lower::Source::Target)), Given::Table(targets)) = (table_of(key), value)
        else {
            let remedy = "leave only `target` in `given`, or leave `series` out";
            return Err(in_case(case, &format!("`{key}` is given beside a series"), remedy));
        };
        for (name, target) in targets {
            let want = want(name).map_err(|(text, remedy)| in_case(case, &text, &remedy))?;
            let value = match target {
                Given::Number(value) => *value,
                Given::Text(text) => {
                    let money: Money =
                        text.parse().map_err(|error| in_case(case, &format!("`{name}`: {error}"), ""))?;
                    context.currency.get_or_insert(money.currency);
                    f64_of(money.minor)
                }
                Given::Table(_) => return Err(in_case(case, &format!("`{name}` is a table"), "write one figure")),
            };
            context.targets.insert(want.metric, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::file::parse_rules;
    use crate::rules::rule_test::run_file;

    fn ran(rule: &str, test: &str) -> String {
        let text =
            format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\n{rule}\n[[rule.test]]\nname = \"case\"\n{test}\n");
        match run_file(&parse_rules(&text, Some("r.toml"))) {
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Ok(results) => {
                let case = &results[0].cases[0];
                format!("{} {} {}", case.passed(), case.got.as_str(), case.seen.join("; ")).trim_end().to_owned()
            }
        }
    }

    const SLUMP: &str = "scope = \"creator\"\nwhen = \"views < 0.5 * own(views)\"\nwindow = \"1d\"\nown = \"7d\"\nfor = \"2 windows\"\n\
                         recover = \"views > 0.8 * own(views)\"";
    const COST: &str = "scope = \"partnership\"\nwhen = \"spend > target.cpa * orders && spend > money('90.00 EUR')\"\nfor = \"24h\"\n\
                        window = \"deal\"";

    #[test]
    fn words_stand_for_days() {
        let eur: Currency = "EUR".parse().expect("a currency");
        for (word, unit, want) in [
            ("7", None, Some(vec![Some(7)])),
            ("7x3", None, Some(vec![Some(7); 3])),
            ("10+5x3", None, Some(vec![Some(10), Some(15), Some(20)])),
            ("10-5x3", None, Some(vec![Some(10), Some(5), Some(0)])),
            ("-3", None, Some(vec![Some(-3)])),
            ("_x2", None, Some(vec![None, None])),
            ("4.50x2", Some(eur), Some(vec![Some(450), Some(450)])),
            ("4.50+0.50x2", Some(eur), Some(vec![Some(450), Some(500)])),
            ("1.5", None, None),
            ("x3", None, None),
            ("7x0", None, None),
            ("7x367", None, None),
            ("seven", None, None),
        ] {
            assert_eq!(told(word, unit), want, "{word}");
        }
    }

    #[test]
    fn a_series_is_judged_day_by_day() {
        let at = "expect = \"quiet\"\nseries = { views = \"1000x8 200 200 1000x2\" }\nat = [ { after = \"8d\", state = \"quiet\" }, \
                  { after = \"9d\", state = \"pending\", reason = \"began_to_hold\" }, \
                  { after = \"10d\", state = \"firing\", reason = \"held_long_enough\" }, \
                  { after = \"11d\", state = \"recovering\" }, { after = \"12d\", state = \"resolved\", reason = \"recovered\" } ]";
        assert_eq!(ran(SLUMP, at), "true quiet");
        // Silence neither fires nor ends anything.
        let silent = "expect = \"unknown\"\nseries = { views = \"1000x8 _ _\" }\nat = [ { after = \"10d\", state = \"quiet\", reason = \"unknown\" } ]";
        assert_eq!(ran(SLUMP, silent), "true unknown");
        let wrong =
            "expect = \"fires\"\nseries = { views = \"1000x10\" }\nat = [ { after = \"10d\", state = \"firing\" } ]";
        assert_eq!(ran(SLUMP, wrong), "false quiet after 10d quiet (does_not_hold), not firing");
        let cost = "expect = \"fires\"\nseries = { spend = \"50.00x3 EUR\", orders = \"0x3\" }\ngiven = { target = { cpa = \"45.00 EUR\" } }\n\
                    at = [ { after = \"2d\", state = \"pending\", reason = \"began_to_hold\" }, { after = \"3d\", state = \"firing\" } ]";
        assert_eq!(ran(COST, cost), "true fires");
    }

    #[test]
    fn series_that_make_no_sense_say_so() {
        let said: Vec<String> = [
            "expect = \"fires\"\nseries = { views = \"\" }",
            "expect = \"fires\"\nseries = { views = \"many\" }",
            "expect = \"fires\"\nseries = { spend = \"50.00x3\" }",
            "expect = \"fires\"\nseries = { spend = \"50.00x3 EUR\", revenue = \"1.00 SEK\" }",
            "expect = \"fires\"\nseries = { cpa = \"3\" }",
            "expect = \"fires\"\nseries = { view = \"3\" }",
            "expect = \"fires\"\nseries = { views = \"3\" }\ngiven = { views = 3 }",
            "expect = \"fires\"\nseries = { views = \"3\" }\nposts = [ { spend = \"1.00 EUR\", orders = 1 } ]",
            "expect = \"fires\"\nseries = { views = \"3\" }\nat = [ { after = \"2d\", state = \"firing\" } ]",
            "expect = \"fires\"\ngiven = { views = 3 }\nat = [ { after = \"2d\", state = \"firing\" } ]",
            "expect = \"fires\"\nseries = { views = \"3\" }\nat = [ { after = \"1d\", stat = \"firing\" } ]",
        ]
        .into_iter()
        .map(|test| ran(SLUMP, test))
        .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
