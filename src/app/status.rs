//! `status`: what is watched, what is open, what gives no numbers, for whoever asks.

use jiff::Timestamp;

use super::commands::{Asked, only_self, open_incidents, unknown, visible_brands};
use super::core::Core;
use super::resolve::{Meant, resolve};
use super::{client, projecting, reporting, views};
use crate::domain::ids::{BrandId, Subject};
use crate::domain::metric::Metric;
use crate::domain::person::Audience;
use crate::rules::learn::Lesson;
use crate::store::StoreError;
use crate::words::answers;
use crate::words::message::Message;
use crate::words::view::{CampaignLine, StatusView};

/// The answer.
pub(super) async fn status(
    core: &Core,
    asked: &Asked,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<Message, StoreError> {
    let meant = match subject {
        Some(typed) => {
            let found = resolve(&core.state.lock().await.catalog, typed);
            let Some(Meant::Subject(subject)) = found else {
                return Ok(unknown(core, asked, typed).await.say(&asked.reader, now));
            };
            Some(subject)
        }
        None => None,
    };
    let state = core.state.lock().await;
    // Whoever is only a creator sees themselves, also where nobody was named.
    let meant = meant.or_else(|| only_self(&state, asked).map(Subject::Creator));
    drop(state);
    let goal = match &meant {
        Some(Subject::Campaign(id)) if asked.audience == Audience::Internal => reporting::goal(core, id, now).await?,
        _ => None,
    };
    let incidents = open_incidents(core, meant.as_ref()).await?;
    let state = core.state.lock().await;
    let reach = visible_brands(&state, asked);
    let sees = |brand: Option<&BrandId>| reach.as_ref().is_none_or(|set| brand.is_some_and(|id| set.contains(id)));
    let open = incidents
        .iter()
        .filter(|kept| sees(kept.value.brand.as_ref()) || kept.value.brand.is_none() && reach.is_none())
        .filter_map(|kept| {
            let names = views::names(&state, &kept.value.subject);
            client::member(core, &state, &kept.value, &names, asked.audience, now)
        })
        .collect();
    let campaigns = state
        .catalog
        .campaigns
        .values()
        .filter(|one| sees(Some(&one.brand)))
        .filter(|one| match &meant {
            None => true,
            Some(Subject::Campaign(id)) => *id == one.id,
            Some(Subject::Brand(id)) => *id == one.brand,
            Some(Subject::Creator(id)) => {
                state.catalog.partnerships.keys().any(|key| key.campaign == one.id && key.creator == *id)
            }
            Some(Subject::Partnership(campaign, _)) => *campaign == one.id,
            Some(Subject::Post(..)) => false,
        })
        .map(|one| CampaignLine {
            name: state.catalog.campaign_name(&one.id),
            creators: u32::try_from(state.catalog.partnerships.keys().filter(|key| key.campaign == one.id).count())
                .unwrap_or(u32::MAX),
            data_at: state.polled.values().max().copied(),
            end: (asked.audience == Audience::Internal)
                .then(|| projecting::end_of(&state, &Subject::Campaign(one.id.clone()), Metric::Cpa, 0.0, now))
                .flatten(),
        })
        .collect();
    let troubles = state.failing.iter().map(|(source, since)| (source.to_string(), *since)).collect();
    let about = meant.as_ref().map(|subject| {
        let names = views::names(&state, subject);
        names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| subject.to_string())
    });
    // What a brand's history says of all its creators is not for one of them.
    let team = only_self(&state, asked).is_none() && asked.audience != Audience::Client;
    let asked_for = |brand: &BrandId| meant.as_ref().is_none_or(|one| *one == Subject::Brand(brand.clone()));
    let brands = state.catalog.brands.values().filter(|one| team && sees(Some(&one.id)) && asked_for(&one.id));
    let learned = brands.map(|one| (one.name.clone(), lessons(&state, &one.id, now))).collect();
    Ok(answers::status(&StatusView { about, campaigns, goal, open, troubles, learned }, &asked.reader, now))
}

/// What was learned from a brand's history.
fn lessons(state: &super::core::State, brand: &BrandId, now: Timestamp) -> Vec<Lesson> {
    state.catalog.learned.of_brand(brand, now).map(Lesson::from).collect()
}
