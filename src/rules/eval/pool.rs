//! Several deals read as one: sums of what each brought, every post of each with a luck of its own.
//!
//! A deal whose numbers are not there takes no part at all, neither with its spend nor with its orders: what is absent is
//! not zero. Exposure is measured in each deal's own limit.

use serde::{Deserialize, Serialize};

use super::deal::Pace;
use super::live::{Live, View};
use super::{Answer, Gap, Lookup as _, Scratch, number};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::rules::evidence::tested::{self, Tested};
use crate::rules::judge::Context;
use crate::rules::lower::Compare;
use crate::rules::readings::{Span, Want};
use crate::rules::window::Window;

/// A deal in a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Whose.
    pub subject: Subject,
    /// What is known about it.
    pub ctx: Context,
}

/// What a receipt says about a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pooled {
    /// What the deals share beside the campaign: platform and format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The deals, in order; each is too small for the rule to fire on it alone.
    pub members: Vec<Subject>,
    /// How many of them had numbers and took part.
    pub judged: u32,
}

impl Pooled {
    /// Of what is looked at; `None` where it is no pool.
    pub(in crate::rules) fn of(live: &Live<'_>) -> Option<Self> {
        let ctx = live.ctx;
        (!ctx.pool.is_empty()).then(|| Self {
            group: ctx.pool_group.clone(),
            members: ctx.pool.iter().map(|member| member.subject.clone()).collect(),
            judged: u32::try_from(live.participants().len()).unwrap_or(u32::MAX),
        })
    }
}

impl Live<'_> {
    /// A member as the rule sees it, over its own deal up to the end of the pool's window.
    fn with_member<T>(&self, member: &Member, ask: impl FnOnce(&mut Live<'_>) -> T) -> Option<T> {
        let until = self.current?.until;
        let mut scratch = Scratch::default();
        let mut live = Live::new(self.rule, &member.subject, &member.ctx, self.readings, &mut scratch);
        let span = Window::Deal.ending(until, &member.ctx.frame)?;
        live.look(View::Spans { latest: span, first: span });
        live.ahead = self.ahead;
        Some(ask(&mut live))
    }

    pub(super) fn tested(&self) -> Option<(&Compare, &Tested)> {
        self.rule.when().comparisons().into_iter().find_map(|one| Some((one, one.tested.as_ref()?)))
    }

    /// Members whose deal has begun and whose numbers for what is tested are there.
    fn participants(&self) -> Vec<&Member> {
        let Some((_, tested)) = self.tested() else { return Vec::new() };
        let parts = tested::parts(tested.want.metric);
        let platform = tested.want.platform;
        let known = |live: &mut Live<'_>| {
            parts.iter().all(|part| {
                tested.want.metric.part_is_optional(*part) || live.part(Want { metric: *part, platform }).is_some()
            })
        };
        self.ctx.pool.iter().filter(|member| self.with_member(member, known) == Some(true)).collect()
    }

    /// The sum of a metric over the members; a derived one is worked out from such sums.
    pub(super) fn pooled(&self, want: Want, span: Span) -> Answer {
        let members = self.participants();
        let mut sum = Answer { span: Some(span), ..Answer::gap(Gap::NotYet) };
        let mut values = Vec::new();
        for metric in want.metric.parts() {
            let (mut total, mut any) = (0.0, want.metric.part_is_optional(metric));
            for member in &members {
                let part = Want { metric, ..want };
                let read =
                    self.with_member(member, |live| live.over(part, live.current)).filter(|one| one.value.is_ok());
                let Some(answer) = read else { continue };
                any = true;
                total += answer.value.unwrap_or(0.0);
                sum.n = sum.n.saturating_add(answer.n);
                sum.newest = std::cmp::max(sum.newest, answer.newest);
                if metric == Metric::Spend {
                    sum.fresh = Some(sum.fresh.unwrap_or(0.0) + answer.fresh.unwrap_or(0.0));
                }
            }
            if !any {
                return sum;
            }
            values.push(total);
        }
        sum.fresh = sum.fresh.filter(|_| self.rule.rule().mature);
        sum.value = want.metric.work_out(&values).ok_or(Gap::DividedByZero);
        sum
    }

    /// What each post of each member brought, its spend in units of the pool's limit.
    pub(super) fn pooled_posts(&mut self, tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        let mut all = Vec::new();
        let inputs = self.rule.inputs();
        let compare = self.tested().map(|(compare, _)| compare.clone()).ok_or(Gap::NoWindow)?;
        let side = if tested.on_left { &compare.right } else { &compare.left };
        let limit = number(side, inputs, self)?;
        let mut took_part = 0_u32;
        for member in self.participants() {
            let posts =
                self.with_member(member, |live| Some((live.posts(tested).ok()?, number(side, inputs, live).ok()?)));
            let Some((posts, own)) = posts.flatten().filter(|(_, own)| 0.0 < *own) else { continue };
            took_part += 1;
            all.extend(posts.into_iter().map(|mut values| {
                if let Some(spend) = values.first_mut() {
                    *spend *= limit / own;
                }
                values
            }));
        }
        // One deal alone is not a pool: it would tell of one creator what is too little to tell.
        if took_part < 2 { Err(Gap::NotYet) } else { Ok(all) }
    }

    /// The paces of all members together.
    pub(super) fn pool_pace(&self) -> Option<Pace> {
        let paces = self.ctx.pool.iter().filter_map(|member| self.with_member(member, |live| live.pace()).flatten());
        paces.reduce(|sum, one| Pace { per_day: sum.per_day + one.per_day, left: sum.left + one.left })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Verdict;
    use crate::rules::eval::tests::{Days, context, day, rule};
    use crate::rules::evidence::Luck;
    use crate::rules::judge::judge;
    use crate::rules::lifecycle::{Memory, Phase, Reason};
    use std::collections::BTreeMap;

    fn winter() -> Subject {
        "campaign/winter".parse().expect("a subject")
    }

    /// A pool of deals that all read the same numbers, each with its own limit.
    fn pool(limits: &[f64]) -> Context {
        let member = |(at, limit): (usize, &f64)| Member {
            subject: format!("partnership/winter/c{at}").parse().expect("a subject"),
            ctx: Context { targets: BTreeMap::from([(Metric::Cpa, *limit)]), ..context() },
        };
        Context { pool: limits.iter().enumerate().map(member).collect(), luck: Luck::Varied { k: 1.1 }, ..context() }
    }

    fn strict() -> crate::rules::check::CheckedRule {
        rule("cpa > target.cpa && spend > money('50.00 EUR')", "window = \"deal\"\nevidence = \"strict\"")
    }

    /// One unit of spend at a limit of 45.00, and so many orders.
    fn days(orders: Option<f64>) -> Days {
        Days::default().with(Metric::Spend, 0, &[Some(4_500.0)]).with(Metric::Orders, 0, &[orders])
    }

    #[test]
    fn what_no_deal_can_show_many_can() {
        let days = days(Some(0.0));
        let at = |ctx: &Context| judge(&strict(), &winter(), ctx, &days, &Memory::default(), day(1));
        let few = at(&pool(&[4_500.0; 3]));
        assert_eq!((few.verdict, few.phase_after), (Verdict::DoesNotHold, Phase::Quiet));
        let many = at(&pool(&[4_500.0; 12]));
        assert_eq!((many.verdict, many.phase_after), (Verdict::Holds, Phase::Firing));
        let receipt = &many.receipt;
        let weight = receipt.comparisons[0].weight.as_ref().expect("weighed");
        assert_eq!((weight.expected, weight.seen, weight.posts), (12.0, 0.0, 12));
        let pooled = receipt.pool.as_ref().expect("a pool");
        assert_eq!((pooled.members.len(), pooled.judged), (12, 12));
        // The guard is about all of them together, and so is what would clear it.
        assert_eq!(receipt.comparisons[1].left.value, Some(54_000.0));
        assert_eq!(receipt.needs[0].metric, Metric::Orders);
        assert!(1.0 <= receipt.needs[0].by);
        let json = receipt.canonical();
        assert_eq!(serde_json::from_str::<crate::rules::receipt::Receipt>(&json).expect("a receipt"), *receipt);
    }

    #[test]
    fn each_deal_is_measured_by_its_own_limit() {
        let mut ctx = pool(&[4_500.0, 1_500.0]);
        ctx.targets = BTreeMap::from([(Metric::Cpa, 2_250.0)]);
        let judged = judge(&strict(), &winter(), &ctx, &days(Some(1.0)), &Memory::default(), day(1));
        let weight = judged.receipt.comparisons[0].weight.as_ref().expect("weighed");
        // One unit of 45.00 and three of 15.00.
        assert_eq!((weight.expected, weight.seen), (4.0, 2.0));
    }

    #[test]
    fn deals_without_numbers_take_no_part() {
        let judged = judge(&strict(), &winter(), &pool(&[4_500.0; 12]), &days(None), &Memory::default(), day(1));
        assert_eq!(judged.verdict, Verdict::Unknown);
        assert_eq!(judged.receipt.pool.map(|pool| pool.judged), Some(0));
    }

    #[test]
    fn a_pool_that_is_gone_ends_its_incident() {
        let days = days(Some(0.0));
        let fired = judge(&strict(), &winter(), &pool(&[4_500.0; 12]), &days, &Memory::default(), day(1));
        let over = judge(&strict(), &winter(), &context(), &days, &fired.memory, day(2));
        assert_eq!((over.phase_after, over.change.map(|one| one.reason)), (Phase::Resolved, Some(Reason::NotSelected)));
    }
}
