//! What a creator is told of themselves: `me` and `tips`.

use jiff::{SignedDuration, Timestamp};

use super::commands::{Asked, open_incidents, own_creator};
use super::core::Core;
use super::views;
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::rules::benchmark;
use crate::rules::readings::{Readings as _, Want};
use crate::rules::window::{Frame, Window};
use crate::store::StoreError;
use crate::words::answers;
use crate::words::message::Message;
use crate::words::replies;
use crate::words::view::{MeView, OwnNumber, Window as Over};

/// Answers `me`.
pub async fn me(core: &Core, asked: &Asked, now: Timestamp) -> Result<Message, StoreError> {
    let Some(creator) = own_creator(asked) else {
        return Ok(replies::refusal(crate::words::permission::Reason::NoCreator, &asked.reader));
    };
    let subject = Subject::Creator(creator.clone());
    let open = open_incidents(core, Some(&subject)).await?.len();
    let state = core.state.lock().await;
    let view = state.history.view();
    let frame = Frame { zone: asked.reader.zone.clone(), ..Frame::utc() };
    let week = Window::Days(7);
    let mut numbers = Vec::new();
    let mut data_at = None;
    let accounts: Vec<Platform> =
        state.catalog.creators.get(&creator).map(|one| one.accounts.keys().copied().collect()).unwrap_or_default();
    for platform in accounts {
        for metric in [Metric::Views, Metric::Followers, Metric::Likes, Metric::Comments] {
            let want = Want { metric, platform: Some(platform) };
            let Some(span) = week.latest(now, &frame) else { continue };
            if view.begins(&subject, want).is_none() {
                continue;
            }
            let reading = view.over(&subject, want, span).reading;
            let usual = benchmark::own(&view, &subject, want, week, SignedDuration::from_hours(28 * 24), span, &frame)
                .reading
                .value();
            data_at = std::cmp::max(data_at, view.newest(&subject, want, now));
            numbers.push(OwnNumber { metric, platform, window: Over::Days(7), reading, usual });
        }
    }
    let name = state.catalog.creator_name(&creator);
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    let levels = state
        .catalog
        .memberships(&creator)
        .filter_map(|one| {
            let brand = &state.catalog.programs.get(&one.program)?.brand;
            Some((state.catalog.brand_name(brand), one.level.clone()))
        })
        .collect();
    Ok(answers::me(&MeView { name, numbers, levels, open, data_at }, &asked.reader, now))
}

/// Answers `tips`.
pub async fn tips(core: &Core, asked: &Asked, now: Timestamp) -> Result<Message, StoreError> {
    let Some(creator) = own_creator(asked) else {
        return Ok(replies::refusal(crate::words::permission::Reason::NoCreator, &asked.reader));
    };
    let state = core.state.lock().await;
    let (tips, posts) = views::tips(&state, &creator, now);
    Ok(answers::tips(&state.catalog.creator_name(&creator), &tips, posts, &asked.reader))
}

