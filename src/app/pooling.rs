//! Small deals judged together: which deals of a campaign a rule pools, and what comes of judging them.
//!
//! A pool is judged as the campaign it is in; the incident is the campaign's, and no one creator is told or named by it.
//! Where a campaign has several pools for one rule, the one with the most evidence stands for them: there is one incident
//! per rule and campaign, and each pool is a test of its own (see [`pool`]).
//!
//! Owns: who is in which pool, from what is agreed alone. Refuses: judging; the rule judges a pool like any other subject.
//! Survives: deals that grow out of their pool: the rule then no longer speaks of the campaign, and its incident ends.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::core::{Ruled, State, context};
use super::cycle::Fired;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::{CampaignId, Platform, RuleId, Scope, Subject};
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::rules::eval::{Member, Scratch};
use crate::rules::evidence::pool::{self, Pool, Small};
use crate::rules::evidence::tested::Tested;
use crate::rules::evidence::{Demand, Luck};
use crate::rules::judge::{Context, judge_changes};
use crate::rules::readings::Readings;
use crate::rules::window::Window;

/// Deals in one pool. What fewer prove together is told; a campaign of more has pools by platform and format.
const DEALS_MAX: usize = 500;

/// A small deal, with what it weighs in its pool.
#[derive(Debug, Clone)]
struct Deal {
    member: Member,
    minor: f64,
    units: f64,
}

type Group = (Platform, String);

/// Judges every rule that pools deals on the campaigns of these subjects.
pub fn judge<'a>(
    state: &State,
    heard: impl Iterator<Item = &'a Subject>,
    now: Timestamp,
    scratch: &mut Scratch,
) -> Vec<Fired> {
    let rules: Vec<(&RuleId, &Ruled)> = state.rules.iter().filter(|(_, ruled)| pooled_by(ruled).is_some()).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let campaigns: BTreeSet<&CampaignId> = heard
        .filter_map(|subject| match subject {
            Subject::Partnership(campaign, _) => Some(campaign),
            Subject::Brand(_) | Subject::Campaign(_) | Subject::Creator(_) | Subject::Post(..) => None,
        })
        .collect();
    let mut fired = Vec::new();
    for campaign in campaigns {
        let subject = Subject::Campaign(campaign.clone());
        let about = state.catalog.about_at(&subject, now);
        for (id, ruled) in &rules {
            let mut context = context(&about, SignedDuration::ZERO, ruled.version);
            fill((&state.catalog, &state.history.view()), ruled, &subject, &mut context, now);
            let memory = state.memory.get(id, &subject).cloned().unwrap_or_default();
            if context.pool.is_empty() && memory == crate::rules::lifecycle::Memory::default() {
                continue;
            }
            let view = state.history.view();
            if let Some(judgement) = judge_changes(&ruled.rule, &subject, &context, &view, &memory, now, scratch) {
                let (rule, about) = ((*ruled).clone(), about.clone());
                let (before, cut) = (memory, state.cut);
                fired.push(Fired { rule, subject: subject.clone(), about, judgement, before, cut });
            }
        }
    }
    fired
}

/// What a rule tests where it pools deals: rules about partnerships that weigh a cost.
fn pooled_by(ruled: &Ruled) -> Option<&Tested> {
    if ruled.rule.rule().scope == Scope::Partnership { pool::tested_cost(&ruled.rule) } else { None }
}

/// Adds the pool that a rule judges on a campaign to what is known about it. Nothing is added where there is none.
pub fn fill(
    (catalog, readings): (&Catalog, &dyn Readings),
    ruled: &Ruled,
    subject: &Subject,
    into: &mut Context,
    now: Timestamp,
) {
    let (Subject::Campaign(campaign), Some(tested)) = (subject, pooled_by(ruled)) else { return };
    let small = small_deals((catalog, readings), ruled, (campaign, now), tested.demand);
    // Of several kinds of posts the most uneven luck: it stops later, never sooner.
    let ks = small.iter().filter_map(|one| match one.deal.member.ctx.luck {
        Luck::Varied { k } => Some(k),
        Luck::Alike => None,
    });
    let luck = ks.reduce(f64::min).map_or(Luck::Alike, |k| Luck::Varied { k });
    let prior = small.first().map_or(into.prior, |one| one.deal.member.ctx.prior);
    let all = pool::pools(&small, tested.demand, luck, prior);
    let contexts = all.into_iter().map(|pool| context_of(pool, into, (luck, tested.want.metric)));
    let weight = |ctx: &Context| {
        let span = Window::Deal.latest(now, &ctx.frame)?;
        let weight = ruled.rule.weight_over(subject, ctx, readings, span, &mut Scratch::default())?;
        Some(weight.value / weight.line)
    };
    let strongest = contexts
        .map(|ctx| (weight(&ctx).unwrap_or(0.0), ctx))
        .reduce(|best, other| if best.0 < other.0 { other } else { best });
    if let Some((_, ctx)) = strongest {
        *into = ctx;
    }
}

/// Running deals of a campaign that a rule speaks of and could never fire on alone.
fn small_deals(
    picture: (&Catalog, &dyn Readings),
    ruled: &Ruled,
    (campaign, now): (&CampaignId, Timestamp),
    demand: Demand,
) -> Vec<Small<Group, Deal>> {
    let of_campaign = picture.0.partnerships.keys().filter(|key| key.campaign == *campaign);
    of_campaign.filter_map(|key| small_deal(picture, ruled, (key, now), demand)).take(DEALS_MAX).collect()
}

fn small_deal(
    (catalog, readings): (&Catalog, &dyn Readings),
    ruled: &Ruled,
    (key, now): (&PartnershipRef, Timestamp),
    demand: Demand,
) -> Option<Small<Group, Deal>> {
    let whole = catalog.whole_of(key)?;
    let subject = key.subject();
    let ctx = context(&catalog.about_at(&subject, now), SignedDuration::ZERO, ruled.version);
    if !ruled.rule.selects(&subject, &ctx) {
        return None;
    }
    let limit = ruled.rule.tested_limit(&subject, &ctx, readings).filter(|limit| 0.0 < *limit)?;
    let minor = num::f64_of(whole.minor);
    let units = minor / limit;
    let posts = std::cmp::max(whole.posts, u32::try_from(ctx.posts.len()).unwrap_or(u32::MAX));
    if pool::is_enough(demand, units, posts, ctx.luck, ctx.prior) {
        return None;
    }
    let deal = Deal { member: Member { subject, ctx }, minor, units };
    Some(Small { group: whole.group, deal, units, posts })
}

/// What is known about a pool: of the campaign, and of its deals together.
fn context_of(pool: Pool<Group, Deal>, campaign: &Context, (luck, tested): (Luck, Metric)) -> Context {
    let mut ctx = campaign.clone();
    let sum = |part: fn(&Deal) -> f64| pool.deals.iter().map(part).sum::<f64>();
    // Where deals have limits of their own, the pool's is the one at which their money would bring as much.
    let (minor, units) = (sum(|deal| deal.minor), sum(|deal| deal.units));
    if 0.0 < units {
        ctx.targets.insert(tested, minor / units);
    }
    ctx.luck = luck;
    if let Some(first) = pool.deals.first() {
        ctx.prior = first.member.ctx.prior;
        ctx.currency = first.member.ctx.currency;
    }
    ctx.plan.cancel_by = pool.deals.iter().flat_map(|deal| deal.member.ctx.plan.cancel_by.clone()).collect();
    ctx.plan.boosts = pool.deals.iter().map(|deal| deal.member.ctx.plan.boosts).sum();
    ctx.pool_group = pool.group.map(|(platform, format)| format!("{platform}/{format}"));
    ctx.pool = pool.deals.into_iter().map(|deal| deal.member).collect();
    ctx
}
