//! `adjust`: a person sets a boost's budget, what a code takes off, or what a campaign or a deal should reach.
//!
//! Owns: what is meant, what it is set from, and that it is asked about first. What a platform holds is a deed like any
//! other (guard, read-back, Undo); a target is a new version of its document with who set it, and holds from then on.
//! Refuses: a budget below what was spent, another currency, and a target of what has none. Survives: being said twice;
//! what is so already is said to be.

use serde_json::json;

use super::apply::put_document;
use super::catalog::Catalog;
use super::commands::{Asked, unknown};
use super::core::{Core, State};
use super::cutting;
use super::deciding::propose_approved;
use super::follow_up;
use super::proposing;
use super::resolve::{Meant, resolve};
use super::views;
use crate::domain::action::Deed;
use crate::domain::document::{Document, PartnershipRef, Running, Target};
use crate::domain::ids::{BoostId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::written::Percent;
use crate::store::{StoreError, Transaction};
use crate::words::adjust::{AdjustReply, AdjustView, confirm};
use crate::words::buttons::Composed;
use crate::words::command::{Change, typed_change};

/// What is to be done about it.
enum Plan {
    /// On a platform.
    Deed(AdjustView, Deed),
    /// In a document, as it will be.
    Document(AdjustView, Box<Document>),
    /// Nothing.
    Reply(AdjustReply),
}

/// Sets something, after asking.
pub async fn adjust(core: &Core, asked: &Asked, what: &str, to: &Change) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let plain = |reply: AdjustReply| Ok(Composed::plain(reply.say(&asked.reader)));
    // What is read, decided and written is one turn: nobody else's change in between is written over.
    let pen = core.pen.lock().await;
    let state = core.state.lock().await;
    let Some(meant) = resolve(&state.catalog, what) else {
        drop(state);
        return Ok(Composed::plain(unknown(core, asked, what).await.say(&asked.reader, now)));
    };
    let plan = plan(core, &state, what, &meant, to);
    drop(state);
    let (view, deed, document) = match plan {
        Plan::Reply(reply) => return plain(reply),
        Plan::Deed(view, deed) => (view, Some(deed), None),
        Plan::Document(view, document) => (view, None, Some(document)),
    };
    if !asked.confirmed {
        let command = format!("adjust \"{what}\" {}", typed_change(to));
        return Ok(confirm(&view, &command, &asked.reader));
    }
    if let Some(document) = document {
        keep(core, asked, &view, *document).await?;
        drop(pen);
        core.reload().await?;
        return plain(AdjustReply::Set(view));
    }
    drop(pen);
    let Some(deed) = deed else { return plain(AdjustReply::NotThat { name: what.to_owned() }) };
    let proposed = propose_approved(core, asked, deed, None, None).await?;
    let nowhere = || AdjustReply::Nowhere { name: what.to_owned() };
    plain(proposed.map_or_else(nowhere, |_| AdjustReply::Asked(view)))
}

fn plan(core: &Core, state: &State, what: &str, meant: &Meant, to: &Change) -> Plan {
    let not_that = || Plan::Reply(AdjustReply::NotThat { name: what.to_owned() });
    match (meant, to) {
        (Meant::Boost(id), Change::Budget(amount)) => boost(core, state, id, *amount),
        (Meant::Code(key, code), Change::Share(share)) => value(core, state, key, code, *share),
        (Meant::Subject(subject), Change::Target(metric, target)) => match aimed_at(&state.catalog, subject) {
            Some(subject) => aim(state, &subject, (*metric, target)).unwrap_or_else(not_that),
            None => not_that(),
        },
        (
            Meant::Boost(_) | Meant::Code(..) | Meant::Link(..) | Meant::Deliverable(..) | Meant::Subject(_),
            Change::Budget(_) | Change::Share(_) | Change::Target(..),
        ) => not_that(),
    }
}

fn boost(core: &Core, state: &State, id: &BoostId, amount: Money) -> Plan {
    let name = id.to_string();
    let Some(boost) = state.catalog.boosts.get(id) else { return Plan::Reply(AdjustReply::NotThat { name }) };
    if boost.budget.currency != amount.currency {
        return Plan::Reply(AdjustReply::OtherCurrency { name, currency: boost.budget.currency });
    }
    let view = AdjustView::Budget { name: name.clone(), budget: amount, was: boost.budget };
    if boost.budget == amount {
        return Plan::Reply(AdjustReply::Already(view));
    }
    let deed = Deed::SetBudget { boost: id.clone(), budget: amount, was: boost.budget };
    if cutting::is_overspent(state, &deed, core.clock.now()) {
        return Plan::Reply(AdjustReply::Spent { name, amount });
    }
    if proposing::placed(core, state, &deed).is_none() {
        return Plan::Reply(AdjustReply::Nowhere { name });
    }
    Plan::Deed(view, deed)
}

fn value(core: &Core, state: &State, key: &PartnershipRef, code: &str, share: Percent) -> Plan {
    let deed = Deed::SetValue { partnership: key.clone(), code: code.to_owned(), percent: share };
    if proposing::placed(core, state, &deed).is_none() {
        return Plan::Reply(AdjustReply::Nowhere { name: code.to_owned() });
    }
    Plan::Deed(AdjustView::Share { name: code.to_owned(), share }, deed)
}

/// Whose target is meant: a campaign's, a deal's, or that of a creator's only running deal.
fn aimed_at(catalog: &Catalog, subject: &Subject) -> Option<Subject> {
    match subject {
        Subject::Campaign(_) | Subject::Partnership(..) => Some(subject.clone()),
        Subject::Creator(creator) => {
            let running = |key: &&PartnershipRef| {
                let of = |one: &crate::domain::document::Partnership| one.state == Running::Active;
                key.creator == *creator && catalog.partnerships.get(*key).is_some_and(of)
            };
            let mut deals = catalog.partnerships.keys().filter(running);
            deals.next().filter(|_| deals.next().is_none()).map(PartnershipRef::subject)
        }
        Subject::Brand(_) | Subject::Post(..) => None,
    }
}

/// A target, in the document that says it.
fn aim(state: &State, subject: &Subject, (metric, target): (Metric, &Target)) -> Option<Plan> {
    let about = state.catalog.about(subject);
    let names = views::names(state, subject);
    let name = match subject {
        Subject::Partnership(..) => crate::words::phrase::who(&names, &subject.to_string()),
        _ => names.campaign.unwrap_or_else(|| subject.to_string()),
    };
    if let Target::Money(money) = target
        && let Some(currency) = about.currency.filter(|currency| *currency != money.currency)
    {
        return Some(Plan::Reply(AdjustReply::OtherCurrency { name, currency }));
    }
    let (own, campaigns, mut document) = match subject {
        Subject::Campaign(id) => {
            let campaign = state.catalog.campaigns.get(id)?;
            (campaign.target.get(&metric), None, Document::Campaign(campaign.clone()))
        }
        Subject::Partnership(campaign, creator) => {
            let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
            let partnership = state.catalog.partnerships.get(&key)?;
            let campaigns = state.catalog.campaigns.get(campaign).and_then(|one| one.target.get(&metric));
            (partnership.target.get(&metric), campaigns, Document::Partnership(partnership.clone()))
        }
        Subject::Brand(_) | Subject::Creator(_) | Subject::Post(..) => return None,
    };
    let view = AdjustView::Target { name, metric, target: *target, was: own.or(campaigns).copied() };
    if own == Some(target) {
        return Some(Plan::Reply(AdjustReply::Already(view)));
    }
    match &mut document {
        Document::Campaign(campaign) => drop(campaign.target.insert(metric, *target)),
        Document::Partnership(partnership) => drop(partnership.target.insert(metric, *target)),
        _ => return None,
    }
    Some(Plan::Document(view, Box::new(document)))
}

/// A new version, and who set what from what to what. Hold [`Core::pen`].
async fn keep(core: &Core, asked: &Asked, view: &AdjustView, document: Document) -> Result<(), StoreError> {
    let AdjustView::Target { metric, target, was, .. } = view else { return Ok(()) };
    let subject = format!("{}/{}", document.kind(), document.id());
    let mut transaction = Transaction::new();
    let detail = json!({ "metric": metric, "from": was, "to": target });
    transaction.append_journal(&core.line_by(&asked.actor(), "target_adjusted", subject, detail))?;
    // A file that is applied again as it was does not bring the old one back.
    if let Some(of) = subject_of(&document) {
        follow_up::of_target(core, &mut transaction, of, asked.name(), view).await?;
    }
    put_document(core, &mut transaction, document, &format!("chat:{}", asked.actor())).await?;
    core.store.commit(transaction).await?;
    core.bells.follow_up.ring();
    Ok(())
}

/// Whom a document with a target is about.
fn subject_of(document: &Document) -> Option<Subject> {
    match document {
        Document::Campaign(one) => Some(Subject::Campaign(one.id.clone())),
        Document::Partnership(one) => Some(Subject::Partnership(one.campaign.clone(), one.creator.clone())),
        _ => None,
    }
}
