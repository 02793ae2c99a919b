//! How far a rule may go: it watches in silence, then proposes, then acts, and at each step a person decides.
//!
//! Owns: what is kept of a rule that watches (its fires, with their receipts, told to nobody), when the team is asked once
//! whether it may propose, and who let it go further. Each version of a rule is watched anew: what an older condition would
//! have told says nothing about a new one. Survives: a kill anywhere. A question and its message are one transaction, an answer
//! and the rule's new version another.

mod commands;
mod tally;
mod worth;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

pub use commands::{one, press, rules};

use super::apply::put_rule;
use super::core::{Core, Ruled, State, context};
use super::cycle::{self, Fired};
use super::records::{PromotionRecord, RuleRecord, ShadowFire};
use crate::domain::ids::{BrandId, RuleId, Subject};
use crate::domain::person::{Audience, Room};
use crate::outbox::delivery::Delivery;
use crate::outbox::notice::{About, Notice, Urgency};
use crate::outbox::retry;
use crate::rules::rule::Mode;
use crate::store::records::{load, scan_all, scan_range};
use crate::store::{StoreError, Transaction, keys};
use crate::words::promotion::{Answer, PromotionView};

/// How often a rule that has seen too little yet is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// How often a transaction is made anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

/// Keeps what a rule in shadow would have told, in the transaction of its memory.
pub(super) async fn remember(
    core: &Core,
    transaction: &mut Transaction,
    one: &Fired,
    at: Timestamp,
) -> Result<(), StoreError> {
    let rule = one.rule.rule.rule().id.clone();
    let receipt = serde_json::to_value(&one.judgement.receipt)
        .map_err(|cause| StoreError::Failed { deed: "write a receipt down", cause: Box::new(cause) })?;
    let detail = json!({ "rule": rule, "version": one.rule.version, "receipt": receipt });
    transaction.append_journal(&core.line("shadow_fired", &one.subject, detail))?;
    let fire = ShadowFire { rule, version: one.rule.version, subject: one.subject.clone(), at, receipt, worth: None };
    let kept = load::<ShadowFire>(&*core.store, &keys::shadow_fire(&fire.rule, at, &fire.subject)).await?;
    transaction.set(kept.as_ref(), &fire)?;
    Ok(())
}

/// Looks at every rule that watches; answers when to look again.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let mut wake: Option<Timestamp> = None;
    for record in scan_all::<RuleRecord>(&*core.store).await? {
        let record = record.value;
        let key = keys::promotion(&record.rule.id, record.version);
        if record.rule.mode != Mode::Shadow || load::<PromotionRecord>(&*core.store, &key).await?.is_some() {
            continue;
        }
        let now = core.clock.now();
        let ready = record.at.checked_add(core.config.promotion.after.0).unwrap_or(Timestamp::MAX);
        let next = if now < ready {
            ready
        } else if ask(core, &record, now).await? {
            continue;
        } else {
            now.checked_add(AGAIN).unwrap_or(Timestamp::MAX)
        };
        wake = Some(wake.map_or(next, |wake| std::cmp::min(wake, next)));
    }
    Ok(wake)
}

/// Asks the team's rooms once whether a rule may propose. `false`: it has seen too little, or nobody would hear it.
async fn ask(core: &Core, record: &RuleRecord, now: Timestamp) -> Result<bool, StoreError> {
    let settings = &core.config.promotion;
    // A rule that asks has only watched: it has told nothing.
    let tally = tally::of(core, record, &[], now).await?;
    if tally.fires < settings.fires && tally.subject_days < settings.subject_days {
        return Ok(false);
    }
    let rooms = rooms_of(&*core.state.lock().await, &record.rule.id);
    if rooms.iter().all(|room| room.address.is_none()) {
        return Ok(false);
    }
    // What it would have told is worked out before anybody is held up.
    worth::work_out(core, record, now).await?;
    let _pen = core.pen.lock().await;
    let (rule, version) = (record.rule.id.clone(), record.version);
    let about = About::Promotion(rule.clone(), version);
    let notice = Notice {
        cause: about.to_string(),
        about,
        revision: 1,
        urgency: Urgency::Informational,
        at: now,
        // A question about a rule is no old news after a day.
        expires_at: now.checked_add(settings.after.0).unwrap_or(now),
        wording: None,
    };
    let mut transaction = Transaction::new();
    let detail = json!({ "version": version, "tally": tally });
    transaction.append_journal(&core.line("promotion_asked", format!("rule/{rule}"), detail))?;
    transaction.create(&PromotionRecord { rule, version, since: record.at, asked_at: now, tally, answer: None })?;
    transaction.create(&notice)?;
    cycle::deliver_to(core, &mut transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await?;
    core.store.commit(transaction).await?;
    cycle::ring_deliverers(core);
    Ok(true)
}

/// The brands whose subjects a rule speaks about; where it speaks about nobody yet, every brand.
fn brands_of(state: &State, ruled: &Ruled) -> BTreeSet<BrandId> {
    let mut brands = BTreeSet::new();
    for subject in state.catalog.subjects(ruled.rule.rule().scope) {
        let about = state.catalog.about(&subject);
        let context = context(&about, SignedDuration::ZERO, ruled.version);
        if !ruled.rule.selects(&subject, &context) {
            continue;
        }
        match (about.brand, about.creator) {
            (Some(brand), _) => drop(brands.insert(brand)),
            (None, Some(creator)) => brands.extend(state.catalog.brands_of(&creator).cloned()),
            (None, None) => {}
        }
    }
    if brands.is_empty() { state.catalog.brands.keys().cloned().collect() } else { brands }
}

/// The brand that a rule is about, if it is about one: whoever decides there decides about the rule. What is about several is
/// decided by whoever reaches all of them.
#[must_use]
pub fn brand_of(state: &State, rule: &RuleId) -> Option<BrandId> {
    let brands = brands_of(state, state.rules.get(rule)?);
    let mut brands = brands.into_iter();
    brands.next().filter(|_| brands.next().is_none())
}

/// The internal rooms of the brands that a rule speaks about.
fn rooms_of(state: &State, rule: &RuleId) -> Vec<Room> {
    let Some(ruled) = state.rules.get(rule) else { return Vec::new() };
    let brands = brands_of(state, ruled);
    let rooms = state.catalog.rooms.values().filter(|room| room.audience == Audience::Internal);
    let mine = rooms.filter(|room| room.brand.as_ref().is_none_or(|brand| brands.contains(brand)));
    mine.filter(|room| room.campaign.is_none()).cloned().collect()
}

/// What a room is told about a question, as it stands now; `page` of whom it would have told about, from 0. A brand's room
/// hears of the brand's own.
pub async fn view(
    core: &Core,
    (rule, version): (&RuleId, u32),
    room: Option<&Room>,
    page: u32,
) -> Result<Option<PromotionView>, StoreError> {
    let Some(kept) = load::<PromotionRecord>(&*core.store, &keys::promotion(rule, version)).await? else {
        return Ok(None);
    };
    let (told, elsewhere) = worth::told(core, (rule, version), room.and_then(|room| room.brand.as_ref())).await?;
    let PromotionRecord { rule, tally, answer, .. } = kept.value;
    Ok(Some(PromotionView { rule, version, tally, answer, told, elsewhere, page }))
}

/// A person sets how far a rule may go: a new version of the rule, the answer to the question about the old one, if it was
/// asked, and the journal, in one transaction. `None` for `to`: it goes on as it is. `false`: it was changed meanwhile.
async fn decide(
    core: &Core,
    (rule, version): (&RuleId, u32),
    to: Option<Mode>,
    (actor, name): (&str, &str),
) -> Result<bool, StoreError> {
    for _ in 0..TRIES_MAX {
        match decide_once(core, (rule, version), to, (actor, name)).await {
            Err(StoreError::Conflict { .. }) => {}
            done => {
                let done = done?;
                if done && to.is_some() {
                    core.reload().await?;
                }
                cycle::ring_deliverers(core);
                return Ok(done);
            }
        }
    }
    Ok(false)
}

async fn decide_once(
    core: &Core,
    (rule, version): (&RuleId, u32),
    to: Option<Mode>,
    (actor, name): (&str, &str),
) -> Result<bool, StoreError> {
    let _pen = core.pen.lock().await;
    let now = core.clock.now();
    let Some(kept) = load::<RuleRecord>(&*core.store, &keys::rule(rule)).await? else { return Ok(false) };
    if kept.value.version != version {
        return Ok(false);
    }
    let mut transaction = Transaction::new();
    let asked = load::<PromotionRecord>(&*core.store, &keys::promotion(rule, version)).await?;
    let tally = asked.as_ref().map(|asked| asked.value.tally);
    if let Some(mut asked) = asked.filter(|asked| asked.value.answer.is_none()) {
        asked.value.answer = Some(Answer { by: name.to_owned(), at: now, to });
        transaction.update(&asked)?;
        tell_again(core, &mut transaction, &About::Promotion(rule.clone(), version)).await?;
    }
    if let Some(to) = to {
        let from = kept.value.rule.mode;
        let changed = crate::rules::rule::Rule { mode: to, ..kept.value.rule.clone() };
        put_rule(core, &mut transaction, changed, &format!("chat:{actor}")).await?;
        let detail = json!({ "from": from, "to": to, "watched": tally, "version": version.saturating_add(1) });
        transaction.append_journal(&core.line_by(actor, "rule_mode_set", format!("rule/{rule}"), detail))?;
    } else {
        let detail = json!({ "version": version, "watched": tally });
        transaction.append_journal(&core.line_by(actor, "promotion_declined", format!("rule/{rule}"), detail))?;
    }
    core.store.commit(transaction).await?;
    Ok(true)
}

/// Asks every room that was asked to be shown how it stands now.
async fn tell_again(core: &Core, transaction: &mut Transaction, about: &About) -> Result<(), StoreError> {
    let Some(mut notice) = load::<Notice>(&*core.store, &keys::notice(about)).await? else { return Ok(()) };
    notice.value.revision = notice.value.revision.saturating_add(1);
    let revision = notice.value.revision;
    transaction.update(&notice)?;
    let (from, until) = keys::deliveries_of(about);
    for delivery in scan_range::<Delivery>(&*core.store, &from, &until).await? {
        let after = retry::want(delivery.value.clone(), revision, core.clock.now());
        transaction.set(Some(&delivery), &after)?;
    }
    Ok(())
}

/// The subjects that a rule speaks about now.
fn selected(state: &State, ruled: &Ruled) -> Vec<Subject> {
    let fits = |subject: &Subject| {
        let context = context(&state.catalog.about(subject), SignedDuration::ZERO, ruled.version);
        ruled.rule.selects(subject, &context)
    };
    state.catalog.subjects(ruled.rule.rule().scope).into_iter().filter(fits).collect()
}
