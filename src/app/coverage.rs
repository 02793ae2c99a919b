//! Who is judged on what, and what is missing: per partnership the numbers that arrive, the rules that can judge it, and why
//! the others cannot.
//!
//! Owns: asking every rule in force about every running partnership, its campaign, its creator and its brand. Refuses:
//! guessing; what keeps a rule from judging is read from its own receipt. Survives: thousands of partnerships. They are
//! looked at in parts, and whoever else needs the picture comes between.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::catalog::{Catalog, Groups, judging};
use super::commands::{Asked, unknown, visible_brands};
use super::core::{Core, Ruled, State, context};
use super::resolve::{Meant, nearest_subject, resolve};
use super::views;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, PartnershipRef, Running};
use crate::domain::ids::{BrandId, RuleId, Scope, Subject};
use crate::domain::num::{self, u64_of_len};
use crate::domain::verdict::Verdict;
use crate::rules::eval::Gap;
use crate::rules::judge::judge;
use crate::rules::lint::deals::{Agreed, is_too_small};
use crate::rules::lower::Source;
use crate::rules::readings::{Readings as _, Want};
use crate::rules::receipt::Used;
use crate::store::StoreError;
use crate::words::buttons::Composed;
use crate::words::coverage::{self, Arrives, Cause, CoverageView, Covered, MetricLine};

/// Partnerships that are looked at before others have their turn with the picture.
const PART: usize = 50;

/// A number that is older than this judges nothing: a window may begin a day before its first number, and end a day after
/// its last.
const STALE: SignedDuration = SignedDuration::from_hours(48);

/// What the rules say of one subject, kept while its partnerships are looked at.
type Known = HashMap<(RuleId, Subject), Vec<Cause>>;

/// Everything under a subject; everything there is where none is named. `Err`: there is no such subject, and what was
/// probably meant.
pub async fn whole(core: &Core, subject: Option<&str>, now: Timestamp) -> Result<CoverageView, Option<String>> {
    let about = {
        let state = core.state.lock().await;
        match subject {
            None => None,
            Some(typed) => match resolve(&state.catalog, typed) {
                Some(Meant::Subject(subject)) => Some(subject),
                Some(_) | None => return Err(nearest_subject(&state.catalog, typed)),
            },
        }
    };
    Ok(looked(core, about.as_ref(), None, now).await)
}

/// The answer to `coverage` in a chat: what its asker may see, a page at a time.
pub async fn say(core: &Core, asked: &Asked, subject: Option<&str>, page: Option<u32>) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let (about, brands) = {
        let state = core.state.lock().await;
        let brands = visible_brands(&state, asked);
        let about = match subject {
            None => None,
            Some(typed) => {
                let Some(Meant::Subject(subject)) = resolve(&state.catalog, typed) else {
                    drop(state);
                    return Ok(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, now)));
                };
                Some(subject)
            }
        };
        (about, brands)
    };
    let view = looked(core, about.as_ref(), brands.as_ref(), now).await;
    Ok(coverage::page(&view, (subject, page.unwrap_or(1)), &asked.reader, now))
}

/// The running partnerships under a subject.
fn running(catalog: &Catalog, about: Option<&Subject>, brands: Option<&BTreeSet<BrandId>>) -> Vec<PartnershipRef> {
    let of = |key: &&PartnershipRef| {
        let campaign = catalog.campaigns.get(&key.campaign);
        let runs = catalog.partnerships.get(*key).is_some_and(|one| one.state == Running::Active)
            && campaign.is_some_and(|one| one.state == Running::Active);
        let brand = campaign.map(|one| &one.brand);
        let under = match about {
            None => true,
            Some(Subject::Brand(id)) => brand == Some(id),
            Some(Subject::Campaign(id)) => key.campaign == *id,
            Some(Subject::Creator(id)) => key.creator == *id,
            Some(Subject::Partnership(campaign, creator)) => key.campaign == *campaign && key.creator == *creator,
            Some(Subject::Post(..)) => false,
        };
        runs && under && brands.is_none_or(|brands| brand.is_some_and(|brand| brands.contains(brand)))
    };
    catalog.partnerships.keys().filter(of).cloned().collect()
}

async fn looked(
    core: &Core,
    about: Option<&Subject>,
    brands: Option<&BTreeSet<BrandId>>,
    now: Timestamp,
) -> CoverageView {
    let keys = running(&core.state.lock().await.catalog, about, brands);
    let (mut known, mut partnerships) = (Known::new(), Vec::new());
    for part in keys.chunks(PART) {
        let state = core.state.lock().await;
        let mut groups = Groups::default();
        for key in part {
            // Ended meanwhile: nothing is to be said of it.
            if state.catalog.partnerships.contains_key(key) {
                partnerships.push(covered(&state, key, (&mut known, &mut groups), now));
            }
        }
        drop(state);
        tokio::task::yield_now().await;
    }
    partnerships.sort_by(|one, other| {
        let weight = |of: &Covered| (of.judged, u64::MAX - u64_of_len(of.missing()));
        (weight(one), &one.id).cmp(&(weight(other), &other.id))
    });
    CoverageView { partnerships }
}

/// The subjects that a rule of each scope means by a partnership.
fn subjects(state: &State, key: &PartnershipRef) -> [(Scope, Option<Subject>); 4] {
    let brand = state.catalog.campaigns.get(&key.campaign).map(|one| Subject::Brand(one.brand.clone()));
    [
        (Scope::Partnership, Some(key.subject())),
        (Scope::Creator, Some(Subject::Creator(key.creator.clone()))),
        (Scope::Campaign, Some(Subject::Campaign(key.campaign.clone()))),
        (Scope::Brand, brand),
    ]
}

fn covered(state: &State, key: &PartnershipRef, (known, groups): (&mut Known, &mut Groups), now: Timestamp) -> Covered {
    let (mut judged, mut gaps): (u32, BTreeMap<Cause, Vec<RuleId>>) = (0, BTreeMap::new());
    let mut wants: BTreeMap<String, (Want, Subject)> = BTreeMap::new();
    for (scope, subject) in subjects(state, key) {
        let Some(subject) = subject else { continue };
        let about = state.catalog.about_at(&subject, now);
        for (id, ruled) in state.rules.iter().filter(|(_, ruled)| ruled.rule.rule().scope == scope) {
            let plain = context(&about, SignedDuration::ZERO, ruled.version);
            if !ruled.rule.selects(&subject, &plain) {
                continue;
            }
            for input in ruled.rule.inputs().iter().filter(|one| one.source == Source::Now) {
                for part in input.want.metric.parts() {
                    let want = Want { metric: part, ..input.want };
                    wants.entry(format!("{want:?}/{subject}")).or_insert_with(|| (want, subject.clone()));
                }
            }
            let causes = known.entry((id.clone(), subject.clone())).or_insert_with(|| {
                let view = state.history.view();
                let context = judging((&state.catalog, &view), groups, (&subject, &about), ruled, now);
                let memory = state.memory.get(id, &subject).cloned().unwrap_or_default();
                let judgement = judge(&ruled.rule, &subject, &context, &view, &memory, now);
                causes(state, ruled, &subject, &judgement.receipt)
            });
            if causes.is_empty() {
                judged += 1;
            }
            for cause in causes.iter() {
                gaps.entry(cause.clone()).or_default().push(id.clone());
            }
        }
    }
    let metrics = wants.into_values().map(|(want, subject)| arrives(state, want, &subject, now)).collect();
    Covered {
        id: key.to_string(),
        names: views::names(state, &key.subject()),
        judged,
        gaps: gaps.into_iter().collect(),
        metrics,
    }
}

/// Why a rule does not judge a subject; nothing where it does.
fn causes(state: &State, ruled: &Ruled, subject: &Subject, receipt: &crate::rules::receipt::Receipt) -> Vec<Cause> {
    let mut causes = BTreeSet::new();
    if receipt.verdict == Verdict::Unknown {
        let sides = receipt.comparisons.iter().flat_map(|one| [&one.left, &one.right]);
        for side in sides {
            let mut named = false;
            for used in side.readings.iter().filter(|used| used.gap.is_some()) {
                causes.extend(cause(used));
                named = true;
            }
            if let (false, Some(gap)) = (named, side.gap) {
                causes.insert(Cause::Other { gap });
            }
        }
        // A rule about posts has no comparison where there is no post.
        if causes.is_empty() {
            causes.insert(Cause::Other { gap: Gap::NoWindow });
        }
    }
    if is_too_small(&ruled.rule, &agreed(&state.catalog, subject)) {
        causes.insert(Cause::TooSmall);
    }
    causes.into_iter().collect()
}

fn cause(used: &Used) -> Option<Cause> {
    let gap = used.gap?;
    Some(match (used.source, gap) {
        (Source::Target, _) | (_, Gap::NoTarget) => Cause::NoTarget { metric: used.metric },
        _ => Cause::Absent { metric: used.metric, platform: used.platform, gap },
    })
}

fn arrives(state: &State, want: Want, subject: &Subject, now: Timestamp) -> MetricLine {
    let newest = state.history.view().newest(subject, want, now);
    let state = match newest {
        None => Arrives::Never,
        Some(at) if now.duration_since(at) <= STALE => Arrives::Fresh { at },
        Some(at) => Arrives::Stale { at },
    };
    MetricLine { metric: want.metric, platform: want.platform, state }
}

/// A subject as agreed: its targets, its posts and all it may cost.
#[must_use]
pub fn agreed(catalog: &Catalog, subject: &Subject) -> Agreed {
    let context = context(&catalog.about(subject), SignedDuration::ZERO, 1);
    let pieces: Vec<&Deliverable> = catalog
        .deliverables
        .values()
        .filter(|one| one.partnership.subject() == *subject && one.state != DeliverableState::Cancelled)
        .collect();
    let fees = pieces.iter().map(|one| one.fee.minor);
    let boosts = catalog.boosts.values().filter(|one| one.partnership.subject() == *subject);
    let budget: i64 = fees.chain(boosts.map(|one| one.budget.minor)).fold(0, i64::saturating_add);
    let budget = (0 < budget).then(|| num::f64_of(budget));
    Agreed { posts: pieces.len(), subject: subject.clone(), context, budget }
}

/// `{"partnerships":[{"partnership","judged","cannot":[{"cause","metric","platform","why","rules":[…]}],"metrics":
/// [{"metric","platform","stands":"fresh"|"stale"|"never","at"}]}],"whole":N,"gaps":N}`, worst first; `why` is the reason as
/// receipts have it, null where the cause says all.
#[must_use]
pub fn json_of(view: &CoverageView) -> Value {
    let cause = |(cause, rules): &(Cause, Vec<RuleId>)| {
        let (name, metric, platform, gap) = match cause {
            Cause::NoTarget { metric } => ("no_target", Some(*metric), None, None),
            Cause::Absent { metric, platform, gap } => ("absent", Some(*metric), *platform, Some(*gap)),
            Cause::TooSmall => ("too_small", None, None, None),
            Cause::Other { gap } => ("unknown", None, None, Some(*gap)),
        };
        json!({ "cause": name, "metric": metric, "platform": platform, "why": gap, "rules": rules })
    };
    let metric = |one: &MetricLine| {
        let (stands, at) = match one.state {
            Arrives::Fresh { at } => ("fresh", Some(at)),
            Arrives::Stale { at } => ("stale", Some(at)),
            Arrives::Never => ("never", None),
        };
        json!({ "metric": one.metric, "platform": one.platform, "stands": stands, "at": at })
    };
    let partnerships: Vec<Value> = view
        .partnerships
        .iter()
        .map(|one| {
            let cannot: Vec<Value> = one.gaps.iter().map(cause).collect();
            let metrics: Vec<Value> = one.metrics.iter().map(metric).collect();
            json!({ "partnership": one.id, "judged": one.judged, "cannot": cannot, "metrics": metrics })
        })
        .collect();
    let gaps = view.partnerships.iter().filter(|one| !one.is_whole()).count();
    json!({ "partnerships": partnerships, "whole": view.partnerships.len() - gaps, "gaps": gaps })
}
