//! `rules`, `rule` and the buttons under the question: what is in force, and how far it may go.

use jiff::Timestamp;

use super::{brand_of, decide, tally};
use crate::app::commands::Asked;
use crate::app::core::Core;
use crate::app::records::RuleRecord;
use crate::domain::ids::RuleId;
use crate::domain::person::Reach;
use crate::outbox::incident::Incident;
use crate::rules::error::nearest;
use crate::rules::rule::Mode;
use crate::store::records::{load, scan_all};
use crate::store::{StoreError, keys};
use crate::words::buttons::{Composed, RuleAnswer};
use crate::words::message::Message;
use crate::words::promotion::{self, RuleReply, RuleView};
use crate::words::replies::Reply;

/// The rules in force, as far as they concern what a person may see.
pub async fn rules(core: &Core, asked: &Asked, now: Timestamp) -> Result<Message, StoreError> {
    let (mut views, told) = (Vec::new(), tally::told(core).await?);
    for kept in scan_all::<RuleRecord>(&*core.store).await? {
        if may_see(core, asked, &kept.value.rule.id).await {
            views.push(view(core, &kept.value, &told, now).await?);
        }
    }
    Ok(promotion::list(&views, &asked.reader, now))
}

/// Rules about several brands are seen by everybody who looks after one of them; those about one brand only there.
async fn may_see(core: &Core, asked: &Asked, rule: &RuleId) -> bool {
    let state = core.state.lock().await;
    let Some(brand) = brand_of(&state, rule) else { return true };
    let covers = |reach: &Reach| match reach {
        Reach::All => true,
        Reach::Brand(id) => *id == brand,
        Reach::Campaign(id) => state.catalog.campaigns.get(id).is_some_and(|one| one.brand == brand),
    };
    let Some(person) = &asked.person else { return false };
    state.catalog.grants.iter().any(|grant| grant.person == person.id && covers(&grant.reach))
}

async fn view(core: &Core, record: &RuleRecord, told: &[Incident], now: Timestamp) -> Result<RuleView, StoreError> {
    let tally = tally::of(core, record, told, now).await?;
    let state = core.state.lock().await;
    let by = match record.by.strip_prefix("chat:") {
        Some(id) => state.catalog.people.values().find(|one| one.id.as_str() == id).map(|one| one.name.clone()),
        None => None,
    };
    Ok(RuleView {
        id: record.rule.id.clone(),
        version: record.version,
        mode: record.rule.mode,
        when: record.rule.when.clone(),
        since: record.at,
        by: by.unwrap_or_else(|| record.by.clone()),
        tally,
    })
}

/// `rule ID`: how it stands. `rule ID mode MODE`: how far it may go from now on.
pub async fn one(core: &Core, asked: &Asked, id: &RuleId, mode: Option<Mode>) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let Some(kept) = load::<RuleRecord>(&*core.store, &keys::rule(id)).await? else {
        let state = core.state.lock().await;
        let near = nearest(id.as_str(), state.rules.keys().map(RuleId::as_str)).map(str::to_owned);
        let reply = Reply::UnknownRule { given: id.to_string(), nearest: near };
        return Ok(Composed::plain(reply.say(&asked.reader, now)));
    };
    let record = kept.value;
    let Some(to) = mode else {
        let view = view(core, &record, &tally::told(core).await?, now).await?;
        return Ok(Composed::plain(promotion::rule(&view, &asked.reader, now)));
    };
    let plain = |reply: RuleReply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let rule = id.to_string();
    if record.rule.mode == to {
        return plain(RuleReply::Already { rule, mode: to });
    }
    if to == Mode::Auto {
        if record.rule.mode == Mode::Shadow {
            return plain(RuleReply::ProposesFirst { rule });
        }
        let from = record.at.checked_add(core.config.promotion.auto_after.0).unwrap_or(Timestamp::MAX);
        if now < from {
            return plain(RuleReply::TooEarly { rule, since: record.at, from });
        }
        if !asked.confirmed {
            let view = view(core, &record, &tally::told(core).await?, now).await?;
            return Ok(promotion::confirm_auto(&view, &asked.reader));
        }
    }
    if !decide(core, (id, record.version), Some(to), (&asked.actor(), &asked.name())).await? {
        return plain(RuleReply::Changed { rule });
    }
    plain(RuleReply::Set { rule, mode: to })
}

/// An answer to the question whether a rule may propose.
pub async fn press(
    core: &Core,
    asked: &Asked,
    (rule, version): (&RuleId, u32),
    answer: RuleAnswer,
) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |reply: RuleReply| Ok(Composed::plain(reply.say(&asked.reader, now)));
    let name = rule.to_string();
    if let Some(who) =
        super::view(core, (rule, version), None, 0).await?.and_then(|view| view.answer).map(|answer| answer.by)
    {
        return plain(RuleReply::Answered { rule: name, who });
    }
    let to = match answer {
        RuleAnswer::Propose => Some(Mode::Propose),
        RuleAnswer::KeepWatching => None,
    };
    if !decide(core, (rule, version), to, (&asked.actor(), &asked.name())).await? {
        return plain(RuleReply::Changed { rule: name });
    }
    plain(match to {
        Some(mode) => RuleReply::Set { rule: name, mode },
        None => RuleReply::Watches { rule: name },
    })
}
