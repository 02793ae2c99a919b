//! The receipt: a verdict with every number behind it, as canonical JSON.
//!
//! Owns: what is written down about each comparison, which of them decided, and the order of the keys. Numbers are shown
//! to six significant digits, instants in RFC 3339 UTC; the same samples give the same bytes.
//! Refuses: sentences; `words` makes them from this.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{Platform, RuleId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num::six_digits;
use crate::domain::standing::Named;
use crate::domain::verdict::Verdict;

use super::ahead::Stands;
use super::benchmark::Quantile;
use super::benchmark::group::MadeBy;
use super::benchmark::pack::{Head, Per};
use super::benchmark::size::Audience;
use super::check::{CheckedRule, slots_of};
use super::counterfactual::{self, Need};
pub use super::eval::Pooled;
use super::eval::{self, Gap, LeftOut, Live, Lookup as _, age, number, weighed};
use super::evidence::tested::Weight;
use super::excuse::Excuse;
use super::learn::Lesson;
use super::lifecycle::{Phase, Reason};
use super::lower::{Compare, Cond, Input, Num, Op, Source};
use super::readings::{Claims, Span};
use super::rule::Kind;
use super::window::Window;

/// What `why` and `why-not` show. Key order is the order of the fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// What it is for.
    pub kind: Kind,
    /// About whom.
    pub subject: Subject,
    /// When it was judged.
    pub at: Timestamp,
    /// The older instant whose numbers were used, under `on_absent = "last_good(…)"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// The condition over all windows it must hold for.
    pub verdict: Verdict,
    /// The phase before.
    pub phase_before: Phase,
    /// The phase after.
    pub phase: Phase,
    /// Why it changed or did not.
    pub reason: Reason,
    /// What values with the unit `money…` are minor units of.
    pub currency: Option<Currency>,
    /// The condition as written.
    pub when: String,
    /// The recovery condition as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<String>,
    /// What a bare metric is read over.
    pub window: Window,
    /// The spans that means here, oldest first; none for posts, or where there is no window.
    pub windows: Vec<Span>,
    /// Every comparison of the condition over every window, oldest window first, in the order of the text.
    pub comparisons: Vec<Comparison>,
    /// Which of them decide the verdict, by index: all that hold where it holds, those that fail where it does not,
    /// those that cannot be known where it is unknown.
    pub deciding: Vec<u32>,
    /// The recovery condition over the newest window, while an incident is open and the rule has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery: Vec<Comparison>,
    /// The smallest changes that would flip the verdict, or end an open incident.
    pub needs: Vec<Need>,
    /// The learned things the verdict rests on, in which version each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<Lesson>,
    /// The small deals that are judged together here, where no one of them is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pooled>,
    /// The followers that its size comes from, where the rule asks for sizes, others or the industry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Time that was not counted, because it lies with the brand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excused: Vec<Excuse>,
}

/// One comparison over one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The window; none for posts.
    pub window: Option<Span>,
    /// The left side.
    pub left: Side,
    /// How they are compared.
    pub op: Op,
    /// The right side.
    pub right: Side,
    /// The unit of both: `number`, `count`, `share`, `seconds`, `money`, `money_per` or `money_per_thousand`.
    pub unit: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Which side is what is allowed, where one can be told from the other: the side that does not move with the window.
    pub limit: Option<Limit>,
    /// What was seen divided by what is allowed.
    pub ratio: Option<f64>,
    /// What was weighed, where this is the tested comparison of an evidence rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}

/// Which side of a comparison is what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Limit {
    Left,
    Right,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// As the rule says it.
    pub text: String,
    /// Its value, money in minor units.
    pub value: Option<f64>,
    /// Why it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// The readings in it; none where it is a number written in the rule.
    pub readings: Vec<Used>,
}

/// One reading in a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// From where.
    pub source: Source,
    /// Of what.
    pub metric: Metric,
    /// Only as this platform counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Its value, money in minor units.
    pub value: Option<f64>,
    /// Why it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Samples that took part; for `own`, earlier windows that did.
    pub n: u32,
    /// When the newest of them was observed.
    pub newest: Option<Timestamp>,
    /// How long before `at` that was, in seconds.
    pub age_secs: Option<i64>,
    /// The span it was read over; for `own`, from the first of its windows to the last.
    pub span: Option<Span>,
    /// Spend that was left out because it has not had time to sell, in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<f64>,
    /// What of others is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// For a fact of the deal: the pieces, rights and posts it is about, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
    /// What was left out because it lies with the brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// Whose word on orders counted, and who else claims them; over the whole span.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claims>,
}

/// Comparable others that a number was held against, or drawn towards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Others {
    /// What the group is called.
    pub group: String,
    /// What makes it one.
    pub made_by: MadeBy,
    /// Others with a value.
    pub n: u32,
    /// How many creators they are of.
    pub creators: u32,
    /// Others without one, who were left out.
    pub absent: u32,
}

/// What of others is in a reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Basis {
    /// A quantile over others.
    Peers {
        /// Whom.
        others: Others,
        /// Which.
        quantile: Quantile,
    },
    /// A place among others.
    Rank {
        /// Whom.
        others: Others,
        /// How many of them have less.
        below: u32,
        /// What the subject has.
        value: f64,
    },
    /// A published figure.
    Industry {
        /// The pack: id, year, source, sample.
        pack: Head,
        /// Over what it was counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per: Option<Per>,
    },
    /// A small sample of the own past, drawn towards others.
    Shrunk {
        /// The median of the own windows.
        raw: f64,
        /// The median of the others'.
        toward: f64,
        /// The weight of the own.
        weight: f64,
        /// Whom.
        others: Others,
    },
}

impl Basis {
    /// The others in it.
    #[must_use]
    pub fn others(&self) -> Option<&Others> {
        match self {
            Self::Peers { others, .. } | Self::Rank { others, .. } | Self::Shrunk { others, .. } => Some(others),
            Self::Industry { .. } => None,
        }
    }
}

impl Comparison {
    /// What was seen: the side that is not the limit; the left one where they cannot be told apart.
    #[must_use]
    pub fn seen(&self) -> &Side {
        match self.limit {
            Some(Limit::Left) => &self.right,
            Some(Limit::Right) | None => &self.left,
        }
    }

    /// What it was compared with.
    #[must_use]
    pub fn allowed(&self) -> &Side {
        match self.limit {
            Some(Limit::Left) => &self.left,
            Some(Limit::Right) | None => &self.right,
        }
    }

    /// The comparison as seen `op` allowed.
    #[must_use]
    pub fn direction(&self) -> Op {
        match self.limit {
            Some(Limit::Left) => self.op.mirrored(),
            Some(Limit::Right) | None => self.op,
        }
    }
}

impl Receipt {
    /// The receipt as stored and shown: one line of JSON, keys in a fixed order.
    #[must_use]
    pub fn canonical(&self) -> String {
        // Maps with keys that are not text are the only thing serde_json refuses here, and there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The comparisons that decided, in order.
    pub fn decided_by(&self) -> impl Iterator<Item = &Comparison> {
        self.deciding.iter().filter_map(|index| self.comparisons.get(usize::try_from(*index).ok()?))
    }

    /// Every reading that is missing, each once.
    #[must_use]
    pub fn missing(&self) -> Vec<&Used> {
        let mut missing: Vec<&Used> = Vec::new();
        let sides = self.comparisons.iter().flat_map(|one| [&one.left, &one.right]);
        for used in sides.flat_map(|side| &side.readings) {
            if used.gap.is_some() && !missing.contains(&used) {
                missing.push(used);
            }
        }
        missing
    }
}

/// What the judge hands over beside the readings.
pub(super) struct Facts<'a> {
    pub(super) subject: &'a Subject,
    pub(super) at: Timestamp,
    pub(super) as_of: Option<Timestamp>,
    pub(super) verdict: Verdict,
    pub(super) phase_before: Phase,
    pub(super) phase: Phase,
    pub(super) reason: Reason,
    pub(super) version: u32,
    pub(super) open: bool,
    pub(super) since: Option<Timestamp>,
    pub(super) fired: Option<Timestamp>,
}

/// Writes a receipt over the windows that are looked at.
pub(super) fn write(rule: &CheckedRule, live: &mut Live<'_>, facts: &Facts<'_>) -> Receipt {
    let mut comparisons = Vec::new();
    let mut deciding = Vec::new();
    let windows = live.windows();
    for back in (0..windows).rev() {
        live.look_back(back);
        let first = u32::try_from(comparisons.len()).unwrap_or(u32::MAX);
        let mut window = Vec::new();
        compare_all(rule, rule.when(), live, facts.at, &mut window);
        let mut next = 0;
        let (verdict, indexes) = decided(rule.when(), &window, &mut next);
        if verdict == facts.verdict {
            deciding.extend(indexes.into_iter().map(|index| first.saturating_add(index)));
        }
        comparisons.extend(window);
    }
    let mut recovery = Vec::new();
    if let (Some(cond), true) = (rule.recover(), facts.open) {
        compare_all(rule, cond, live, facts.at, &mut recovery);
    }
    let stands = Stands { at: facts.at, phase: facts.phase, since: facts.since, fired: facts.fired };
    let needs = counterfactual::needs(rule, live, facts.open, stands);
    let excused = live.excused(facts.at);
    Receipt {
        rule: rule.rule().id.clone(),
        version: facts.version,
        kind: rule.rule().kind,
        subject: facts.subject.clone(),
        at: facts.at,
        as_of: facts.as_of,
        verdict: facts.verdict,
        phase_before: facts.phase_before,
        phase: facts.phase,
        reason: facts.reason,
        currency: live.currency(),
        when: rule.rule().when.clone(),
        recover: rule.rule().recover.clone(),
        window: rule.window(),
        windows: live.spans(),
        comparisons,
        deciding,
        recovery,
        needs,
        learned: live.lessons(),
        pool: Pooled::of(live),
        audience: audience(rule, live),
        excused,
    }
}

/// The followers that decide with whom and with what it is compared.
fn audience(rule: &CheckedRule, live: &Live<'_>) -> Option<Audience> {
    let asks = rule.rule().selects.size.is_some()
        || rule.inputs().iter().any(|input| input.source.is_of_others() || input.source == Source::Industry);
    asks.then(|| live.context().audiences.of_main()).flatten()
}

/// What of others is in an answer, with their names.
fn basis(live: &Live<'_>, input: Input, basis: Option<eval::Basis>) -> Option<Basis> {
    let ctx = live.context();
    let others = |others: eval::Others| {
        let group = ctx.group.as_ref()?;
        let eval::Others { n, creators, absent } = others;
        Some(Others { group: group.name.clone(), made_by: group.made_by.clone(), n, creators, absent })
    };
    Some(match basis? {
        eval::Basis::Peers { others: of, quantile } => Basis::Peers { others: others(of)?, quantile },
        eval::Basis::Rank { others: of, below, value } => {
            Basis::Rank { others: others(of)?, below, value: six_digits(value) }
        }
        eval::Basis::Shrunk { raw, toward, weight, others: of } => Basis::Shrunk {
            raw: six_digits(raw),
            toward: six_digits(toward),
            weight: six_digits(weight),
            others: others(of)?,
        },
        eval::Basis::Industry => {
            let want = input.want;
            let figure = ctx.packs.figure(want.metric, want.platform, &ctx.audiences, ctx.currency)?;
            Basis::Industry { pack: (*figure.pack).clone(), per: figure.per }
        }
    })
}

fn compare_all(rule: &CheckedRule, cond: &Cond, live: &mut Live<'_>, at: Timestamp, into: &mut Vec<Comparison>) {
    for compare in cond.comparisons() {
        into.push(comparison(rule, compare, live, at));
    }
}

fn comparison(rule: &CheckedRule, compare: &Compare, live: &mut Live<'_>, at: Timestamp) -> Comparison {
    let left = number(&compare.left, rule.inputs(), live);
    let right = number(&compare.right, rule.inputs(), live);
    let limit = limit(rule, compare);
    let ratio = match (limit, left, right) {
        (Some(Limit::Left), Ok(allowed), Ok(seen)) | (Some(Limit::Right), Ok(seen), Ok(allowed)) if allowed != 0.0 => {
            Some(six_digits(seen / allowed))
        }
        (_, _, _) => None,
    };
    let weight = compare.tested.as_ref().and_then(|tested| weighed(compare, tested, 0.0, rule.inputs(), live).ok());
    let verdict = match (&compare.tested, &weight, left, right) {
        (Some(_), weight, _, _) => weight.as_ref().map_or(Verdict::Unknown, |weight| Verdict::known(weight.holds)),
        (None, _, Ok(left), Ok(right)) => Verdict::known(compare.op.holds(left, right)),
        (None, _, _, _) => Verdict::Unknown,
    };
    let [left_text, right_text] = &compare.text;
    Comparison {
        window: live.current(),
        op: compare.op,
        verdict,
        left: side(rule, &compare.left, left_text, left, live, at),
        right: side(rule, &compare.right, right_text, right, live, at),
        unit: compare.dim.name().to_owned(),
        limit,
        ratio,
        weight: weight.map(|outcome| outcome.weight),
    }
}

fn side(
    rule: &CheckedRule,
    num: &Num,
    text: &str,
    value: Result<f64, Gap>,
    live: &mut Live<'_>,
    at: Timestamp,
) -> Side {
    let mut readings = Vec::new();
    for slot in slots_of(num) {
        let Some(input) = rule.inputs().get(slot).copied() else {
            continue;
        };
        let answer = live.answer(slot, input);
        readings.push(Used {
            source: input.source,
            metric: input.want.metric,
            platform: input.want.platform,
            value: answer.value.ok().map(six_digits),
            gap: answer.value.err(),
            n: answer.n,
            newest: answer.newest,
            age_secs: answer.newest.map(|newest| age(newest, at).as_secs()),
            span: answer.span,
            fresh: answer.fresh.map(six_digits),
            basis: basis(live, input, answer.basis),
            named: live.named(input),
            left_out: live.left_out(input),
            claims: live.claims(input, answer.span),
        });
    }
    Side { text: text.to_owned(), value: value.ok().map(six_digits), gap: value.err(), readings }
}

/// The side that moves less: a number or a target stands still, history moves slowly, the window moves.
fn limit(rule: &CheckedRule, compare: &Compare) -> Option<Limit> {
    let moves = |num: &Num| {
        slots_of(num)
            .into_iter()
            .filter_map(|slot| rule.inputs().get(slot))
            .map(|input| match input.source {
                Source::Now | Source::Rank => 2,
                Source::Prev | Source::Own | Source::Peers(_) => 1,
                Source::Target | Source::Industry => 0,
            })
            .max()
            .unwrap_or(0)
    };
    match moves(&compare.left).cmp(&moves(&compare.right)) {
        std::cmp::Ordering::Less => Some(Limit::Left),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Limit::Right),
    }
}

/// The verdict of a condition from those of its comparisons, and which of them decide it.
fn decided(cond: &Cond, comparisons: &[Comparison], next: &mut u32) -> (Verdict, Vec<u32>) {
    let mut both = |left: &Cond, right: &Cond, joined: fn(Verdict, Verdict) -> Verdict, all_if: Verdict| {
        let (left, mut left_by) = decided(left, comparisons, next);
        let (right, right_by) = decided(right, comparisons, next);
        let verdict = joined(left, right);
        if verdict == all_if {
            left_by.extend(right_by);
            return (verdict, left_by);
        }
        let mut by = if left == verdict { left_by } else { Vec::new() };
        if right == verdict {
            by.extend(right_by);
        }
        (verdict, by)
    };
    match cond {
        Cond::And(left, right) => both(left, right, Verdict::and, Verdict::Holds),
        Cond::Or(left, right) => both(left, right, Verdict::or, Verdict::DoesNotHold),
        Cond::Not(inner) => {
            let (verdict, by) = decided(inner, comparisons, next);
            (!verdict, by)
        }
        Cond::Known(value) => (Verdict::known(*value), Vec::new()),
        Cond::Compare(_) => {
            let index = *next;
            *next += 1;
            let verdict = usize::try_from(index)
                .ok()
                .and_then(|index| comparisons.get(index))
                .map_or(Verdict::Unknown, |comparison| comparison.verdict);
            (verdict, vec![index])
        }
    }
}
