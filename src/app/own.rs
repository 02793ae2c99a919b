//! What a creator is told of themselves: `me` and `tips`.

use jiff::{SignedDuration, Timestamp};

use super::commands::{Asked, open_incidents, own_creator};
use super::core::{Core, State};
use super::listen::refuse;
use super::resolve::{Meant, resolve};
use super::terms::{is_own, managed};
use super::{benchmarks, levels, offers};
use crate::domain::deal::title_of;
use crate::domain::ids::{CreatorId, Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::offer::{Offer, Side};
use crate::rules::benchmark;
use crate::rules::readings::{Readings as _, Want};
use crate::rules::window::{Frame, Window};
use crate::store::StoreError;
use crate::store::records::scan_all;
use crate::words::answers;
use crate::words::buttons::Composed;
use crate::words::chart::{self, Chart};
use crate::words::own::{DuePiece, OwnView, Rank, add, which_creator};
use crate::words::permission::Reason;
use crate::words::phrase::{MAIN_UNITS, plain, utf16_units};
use crate::words::view::{MeView, OwnNumber, Window as Over};

/// Days in the picture of a trend.
const TREND_DAYS: u32 = 28;

/// Numbers whose place among others is told.
const RANKED: [Metric; 3] = [Metric::ErViews, Metric::Views, Metric::Ctr];

/// Whose numbers somebody asks for with a command: their own, or those of a creator they answer for. `Err`: what is answered
/// instead, which is a choice where they answer for several.
pub async fn whose(
    core: &Core,
    asked: &Asked,
    who: Option<&str>,
    command: &str,
) -> Result<Result<CreatorId, Composed>, StoreError> {
    let found = of_whom(&*core.state.lock().await, asked, who, command);
    let reason = match found {
        Ok(creator) => return Ok(Ok(creator)),
        Err(Instead::Which(choice)) => return Ok(Err(*choice)),
        Err(Instead::Refused(reason)) => reason,
    };
    let refusal = refuse(core, asked, &format!("command/{command}"), reason).await?;
    Ok(Err(Composed::plain(refusal)))
}

/// Why there is no one creator.
enum Instead {
    Refused(Reason),
    Which(Box<Composed>),
}

fn of_whom(state: &State, asked: &Asked, who: Option<&str>, command: &str) -> Result<CreatorId, Instead> {
    let person = asked.person.as_ref().ok_or(Instead::Refused(Reason::NoCreator))?;
    if let Some(who) = who {
        return match resolve(&state.catalog, who) {
            Some(Meant::Subject(Subject::Creator(id))) if is_own(&state.catalog, person, &id) => Ok(id),
            _ => Err(Instead::Refused(Reason::OwnOnly)),
        };
    }
    if let Some(own) = own_creator(asked) {
        return Ok(own);
    }
    let mut all: Vec<(String, &CreatorId)> =
        managed(&state.catalog, person).map(|id| (state.catalog.creator_name(id), id)).collect();
    all.sort();
    match all.as_slice() {
        [] => Err(Instead::Refused(Reason::NoCreator)),
        [(_, one)] => Ok((*one).clone()),
        several => {
            let each = several.iter().map(|(name, id)| (name.clone(), format!("{command} {id}"))).collect();
            Err(Instead::Which(Box::new(which_creator(each, &asked.reader))))
        }
    }
}

/// How a button names the creator again, where it is not the reader themselves.
pub fn named(asked: &Asked, creator: &CreatorId) -> Option<String> {
    (own_creator(asked).as_ref() != Some(creator)).then(|| creator.to_string())
}

/// Answers `criteria`.
pub async fn criteria(core: &Core, asked: &Asked, who: Option<&str>, now: Timestamp) -> Result<Composed, StoreError> {
    Ok(match whose(core, asked, who, "criteria").await? {
        Ok(creator) => Composed::plain(levels::criteria(core, asked, &creator, now).await?),
        Err(instead) => instead,
    })
}

/// Answers `me`.
pub async fn me(core: &Core, asked: &Asked, who: Option<&str>, now: Timestamp) -> Result<Composed, StoreError> {
    let creator = match whose(core, asked, who, "me").await? {
        Ok(creator) => creator,
        Err(instead) => return Ok(instead),
    };
    let subject = Subject::Creator(creator.clone());
    let open = open_incidents(core, Some(&subject)).await?.len();
    let criteria = levels::criteria(core, asked, &creator, now).await?;
    let all = scan_all::<Offer>(&*core.store).await?.into_iter().map(|kept| kept.value);
    let waiting: Vec<Offer> = all
        .filter(|one| one.partnership.creator == creator && one.side == Side::Brand)
        .filter(|one| one.is_open(now) && one.is_sent())
        .collect();
    let state = core.state.lock().await;
    let (view, trend) = numbers(&state, &creator, asked, open, now);
    let by_hand = typed_in(&state, &creator);
    let own = OwnView {
        ranks: ranks(&state, &subject, now),
        by_hand,
        offers: waiting.iter().map(|offer| offers::view(&state, offer, now)).collect(),
        due: due(&state, &subject, now),
        has_levels: !view.levels.is_empty(),
        criteria,
        who: named(asked, &creator),
    };
    drop(state);
    let mut message = answers::me(&view, &asked.reader, now);
    if let Some(trend) = trend {
        // A picture that cannot be drawn is left out; the text says everything.
        message.picture = chart::render(&trend, &message.headline, &asked.reader).ok();
    }
    let whole = add(message.clone(), &own, &asked.reader, now);
    if message.picture.is_none() || fits(&whole) {
        return Ok(whole);
    }
    // Under a picture there is less room: what levels ask for has a command of its own.
    let brief = add(message, &OwnView { has_levels: false, ..own }, &asked.reader, now);
    if fits(&brief) {
        return Ok(brief);
    }
    let mut whole = whole;
    whole.message.picture = None;
    Ok(whole)
}

/// Whether all of it can stand under a picture.
fn fits(composed: &Composed) -> bool {
    utf16_units(&plain(&composed.message)) <= MAIN_UNITS
}

/// Their numbers, and the line of the one that says most.
fn numbers(state: &State, creator: &CreatorId, asked: &Asked, open: usize, now: Timestamp) -> (MeView, Option<Chart>) {
    let subject = Subject::Creator(creator.clone());
    let view = state.history.view();
    let frame = Frame { zone: asked.reader.zone.clone(), ..Frame::utc() };
    let week = Window::Days(7);
    let mut numbers = Vec::new();
    let mut data_at = None;
    let mut trend: Option<Chart> = None;
    let accounts: Vec<Platform> =
        state.catalog.creators.get(creator).map(|one| one.accounts.keys().copied().collect()).unwrap_or_default();
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
            trend = trend.or_else(|| line(state, &subject, want, usual, &frame, now));
        }
    }
    let levels = state
        .catalog
        .memberships(creator)
        .filter_map(|one| {
            let brand = &state.catalog.programs.get(&one.program)?.brand;
            Some((state.catalog.brand_name(brand), one.level.clone()))
        })
        .collect();
    let name = state.catalog.creator_name(creator);
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    (MeView { name, numbers, levels, open, data_at }, trend)
}

/// The week up to each of the last days; nothing where there are too few to see a line in.
fn line(
    state: &State,
    subject: &Subject,
    want: Want,
    usual: Option<f64>,
    frame: &Frame,
    now: Timestamp,
) -> Option<Chart> {
    let view = state.history.view();
    let day = Window::Days(1).latest(now, frame)?;
    let week = Window::Days(7);
    let ends = (0..TREND_DAYS).rev().filter_map(|back| Window::Days(1).back(day, back, frame));
    let spans = ends.filter_map(|day| week.ending(day.until, frame));
    let points: Vec<_> = spans.map(|span| (span.until, view.over(subject, want, span).reading.value())).collect();
    let known = points.iter().filter(|point| point.1.is_some()).count();
    let limit = usual.map(|usual| vec![(day.until, usual)]).unwrap_or_default();
    let chart = Chart { metric: want.metric, currency: None, points, band: None, limit, fired_at: None };
    (3 < known).then_some(chart)
}

/// Where they stand, where five or more others are compared.
fn ranks(state: &State, subject: &Subject, now: Timestamp) -> Vec<Rank> {
    let rank = |metric: &Metric| {
        let (below, others) = benchmarks::rank(state, subject, *metric, now)?;
        Some(Rank { metric: *metric, below, others })
    };
    RANKED.iter().filter_map(rank).collect()
}

/// What of their posts' numbers they typed in themselves.
fn typed_in(state: &State, creator: &CreatorId) -> Vec<Metric> {
    let view = state.history.view();
    let posts: Vec<Subject> = state
        .catalog
        .posts
        .iter()
        .filter(|(_, maker)| *maker == creator)
        .map(|((platform, post), _)| Subject::Post(*platform, post.clone()))
        .collect();
    let told = |metric: &Metric| {
        let want = Want { metric: *metric, platform: None };
        posts.iter().any(|post| view.is_typed_in(post, want))
    };
    [Metric::Views, Metric::Reach, Metric::Likes, Metric::Comments, Metric::Clicks].into_iter().filter(told).collect()
}

/// What they have still to make, the nearest first.
fn due(state: &State, subject: &Subject, now: Timestamp) -> Vec<DuePiece> {
    let pieces = state.catalog.pieces_of(subject).into_iter().filter(|one| one.state.is_ahead());
    pieces
        .map(|one| DuePiece {
            title: title_of(&one.id),
            campaign: state.catalog.campaign_name(&one.partnership.campaign),
            state: one.state,
            due: one.due,
            late: one.due.0 < now.to_zoned(state.catalog.about(&one.partnership.subject()).zone).date(),
        })
        .collect()
}

/// Answers `tips`.
pub async fn tips(core: &Core, asked: &Asked, who: Option<&str>, now: Timestamp) -> Result<Composed, StoreError> {
    let creator = match whose(core, asked, who, "tips").await? {
        Ok(creator) => creator,
        Err(instead) => return Ok(instead),
    };
    let own = super::tipping::of_creator(core, &creator, now).await?;
    let mut said = answers::tips(&own.name, &own.tips, own.posts, &asked.reader);
    // A picture that cannot be drawn is left out; the text says everything.
    let map = own.hours.map(|hours| hours.map(&asked.reader));
    said.picture = map.and_then(|map| chart::heat_map::render(&map, &asked.reader).ok());
    super::tipping::answered(core, &creator, &own.tips).await?;
    Ok(Composed::plain(said))
}
