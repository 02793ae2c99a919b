//! What a campaign was, in the end: gathered from the journal, notes, alerts, actions, answers and numbers.
//!
//! Owns: gathering, and that nothing is made up; what nobody told is absent with the reason. Refuses: telling it, which is
//! [`crate::report::postmortem`]'s. Reads everything of one campaign; the journal from its end back to the campaign's first
//! day.

pub mod answers;
mod chat;
pub mod due;
mod numbers;
pub mod portfolio;
pub mod records;
pub mod steps;
mod told;

pub use chat::{portfolio_in_chat, say};

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::core::{Core, State};
use super::returns::{Returns, ReturnsError, Wanted, returns};
use crate::domain::document::Campaign;
use crate::domain::ids::{CampaignId, PersonId, Subject};
use crate::domain::metric::Metric;
use crate::domain::written::parse_length;
use crate::report::postmortem::line_up::{self, Old};
use crate::report::postmortem::{PostMortem, Stage, learned};
use crate::words::wording::Reader;

/// Gathers it as of `now`.
pub async fn gather(core: &Core, id: &CampaignId, now: Timestamp) -> Result<PostMortem, ReturnsError> {
    let found = returns(core, id, Wanted::default(), now).await?;
    let next = portfolio::next(core, &found, now).await?;
    let answers = answers::gathered(core, id).await?;
    let steps = steps::of(core, id).await?;
    let heard = told::hear(core, &found.campaign, now).await?;
    let state = core.state.lock().await;
    let campaign = &found.campaign;
    let effort = numbers::effort(&state, &found, &heard);
    let creators = numbers::rows(&state, &found, &heard, next.as_ref().ok());
    let counted = next.as_ref().map_or(Metric::Orders, |next| next.yardstick.counted());
    let (results, stage) = (numbers::results(&found), stage(&state, campaign, now));
    Ok(PostMortem {
        campaign: id.clone(),
        name: state.catalog.campaign_name(id),
        brand: state.catalog.brand_name(&campaign.brand),
        currency: found.currency,
        starts: campaign.starts.0,
        ends: campaign.ends.0,
        at: now,
        stage,
        goal: campaign.goal,
        learned: learned::learn(stage, &results, &effort, &creators, counted),
        results,
        effort,
        creators,
        timeline: heard.timeline(&state, campaign, now),
        stops: heard.stops(&state),
        remarks: heard.remarks(&state),
        answers,
        steps,
        next,
        gaps: found.gaps.len(),
        people: people(&state),
        money: found.total,
    })
}

/// How far a campaign is.
fn stage(state: &State, campaign: &Campaign, now: Timestamp) -> Stage {
    let about = state.catalog.about(&Subject::Campaign(campaign.id.clone()));
    let today = now.to_zoned(about.zone).date();
    let counts = counts_until(state, campaign);
    match today {
        today if today <= campaign.ends.0 => Stage::Runs { until: campaign.ends.0 },
        today if today <= counts => Stage::Counts { until: counts },
        _ => Stage::Over,
    }
}

/// The last day on which orders still count.
fn counts_until(state: &State, campaign: &Campaign) -> Date {
    let window = campaign.attribution.as_deref().and_then(parse_length);
    let window = window.unwrap_or(state.catalog.maturity.attribution.0);
    campaign.ends.0.checked_add(window).unwrap_or(Date::MAX)
}

/// Everybody's names and ids: what a sheet without names must not hold.
fn people(state: &State) -> BTreeSet<String> {
    let creators = state.catalog.creators.keys().flat_map(|id| [id.to_string(), state.catalog.creator_name(id)]);
    let people = state.catalog.people.values().flat_map(|one| [one.id.to_string(), one.name.clone()]);
    creators.chain(people).collect()
}

/// What to call whoever did something: a person by their name, a rule by its own, whoever sits at the terminal.
fn called(state: &State, actor: &str) -> String {
    let person = PersonId::new(actor).ok().and_then(|id| state.catalog.people.get(&id));
    let by_itself = actor.strip_prefix("rule/").unwrap_or(actor);
    person.map_or_else(|| by_itself.to_owned(), |person| person.name.clone())
}

/// The language of a campaign's report where nobody says: its brand's, in the brand's zone.
pub async fn reader(core: &Core, id: &CampaignId) -> Reader {
    let state = core.state.lock().await;
    let brand = state.catalog.campaigns.get(id).and_then(|one| state.catalog.brands.get(&one.brand));
    brand.map_or_else(|| Reader::new("en", "UTC"), |brand| Reader::new(&brand.locale, brand.zone.as_str()))
}

/// The next line-up as documents. `None`: its days do not fit the calendar, or no id is free.
pub async fn line_up(core: &Core, of: &PostMortem, reader: &Reader, now: Timestamp) -> Option<String> {
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let campaign = catalog.campaigns.get(&of.campaign)?;
    let zone = catalog.about(&Subject::Campaign(of.campaign.clone())).zone;
    // The same day of the week, after both the old one and today.
    let after = std::cmp::max(campaign.ends.0, now.to_zoned(zone).date());
    let days = campaign.starts.0.until(after).ok()?.get_days();
    let starts = campaign.starts.0.checked_add(jiff::Span::new().days(days / 7 * 7 + 7)).ok()?;
    let old = Old {
        campaign,
        partnerships: catalog.partnerships.values().filter(|one| one.campaign == of.campaign).collect(),
        deliverables: catalog.deliverables.values().filter(|one| one.partnership.campaign == of.campaign).collect(),
        id: line_up::next_id(&of.campaign, |id| catalog.campaigns.contains_key(id))?,
        starts,
    };
    line_up::write(&old, of, reader)
}

/// The numbers of a campaign, as its report takes them.
pub(super) async fn numbers_of(core: &Core, id: &CampaignId, now: Timestamp) -> Result<Returns, ReturnsError> {
    returns(core, id, Wanted::default(), now).await
}
