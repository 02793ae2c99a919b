//! Every kind of source and every hand in the demo's world: each is asked over HTTP, its numbers arrive, and what people stop
//! is stopped at its platform and told in the platform's own word.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::config::Kind;
use plimsoll::app::demo::World;
use plimsoll::app::demo::documents::{OUTLET, RENTAL};
use plimsoll::app::records::PollRecord;
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::ids::Subject;
use plimsoll::domain::link::Slug;
use plimsoll::domain::metric::Metric;
use plimsoll::rules::readings::{Readings as _, Want};
use plimsoll::sim::discord::{Given, Outcome, Snowflake};
use plimsoll::sim::google::Run;
use plimsoll::sim::shopify::Status as CodeStatus;
use plimsoll::sim::tiktok_ads::{Level, Status};
use plimsoll::sim::world::adverts::{Buyer, GOOGLE_CUSTOMER};
use plimsoll::store::records::scan_all;

use super::story::{discord_text, telegram_text};

/// How often a source's emulator was asked for numbers, and a series that only this source tells. Names every kind: a new
/// one has no place in the demo until it has one here.
fn of_kind(world: &World, kind: &Kind) -> (usize, &'static str, Metric) {
    let around = &world.platforms;
    let google = |of| around.google.count(of);
    match kind {
        Kind::Youtube(_) => (world.youtube.seen().len(), "creator/alma", Metric::Followers),
        Kind::Generic(feed) => {
            let (subject, metric) = match feed.feed.path.as_str() {
                "/web.json" => ("partnership/spring/alma", Metric::Clicks),
                _ => ("partnership/spring/dario", Metric::Spend),
            };
            (world.feeds.asked(&feed.feed.path), subject, metric)
        }
        Kind::Shopify(_) => (world.shop.seen().len(), "partnership/spring/alma", Metric::Redemptions),
        Kind::MetaAds(_) => (around.meta.seen().len(), "partnership/spring/alma", Metric::Spend),
        Kind::Instagram(_) => (around.instagram.seen().len(), "creator/alma", Metric::Followers),
        Kind::Tiktok(_) => (around.tiktok.seen().len(), "creator/cleo", Metric::Likes),
        Kind::TiktokAds(_) => (around.tiktok_ads.seen().len(), "partnership/spring/cleo", Metric::Spend),
        Kind::YoutubeAnalytics(_) => (google("report"), "creator/dario", Metric::WatchSeconds),
        Kind::Ga4(_) => (google("run_report"), "partnership/clearance/dario", Metric::Sessions),
        Kind::GoogleAds(_) => (google("search"), "partnership/spring/elin", Metric::Spend),
        Kind::Stripe(_) => (around.stripe.seen().len(), "partnership/weekends/gus", Metric::Redemptions),
        Kind::Woocommerce(_) => (around.woocommerce.seen().len(), "partnership/clearance/dario", Metric::Redemptions),
        Kind::Twitch(_) => (around.twitch.seen().len(), "creator/gus", Metric::Followers),
        Kind::X(_) => (around.x.seen().len(), "creator/hedda", Metric::Followers),
        Kind::Facebook(_) => (around.pages.seen().len(), "creator/elin", Metric::Followers),
    }
}

async fn begin(hours: i64) -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::start(7, folder.path()).await.expect("the world starts");
    // Nobody presses anything but the test.
    world.seat();
    pass(&mut world, hours * 60).await;
    (world, folder)
}

async fn pass(world: &mut World, minutes: i64) {
    let end = world.clock.now() + SignedDuration::from_mins(minutes);
    world.run_until(end).await.expect("the world runs");
}

/// The newest number of a series that is stated.
async fn newest(world: &World, subject: &str, metric: Metric, kind: &Kind) -> Option<Timestamp> {
    let subject: Subject = subject.parse().expect("a subject");
    let want = Want { metric, platform: Some(kind.settings().platform()) };
    world.core().state.lock().await.history.view().newest(&subject, want, world.clock.now())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_source_is_asked_and_its_numbers_arrive() {
    let (world, _folder) = begin(60).await;
    let polls: Vec<PollRecord> =
        scan_all::<PollRecord>(&*world.core().store).await.expect("polls").into_iter().map(|kept| kept.value).collect();
    let mut kinds = BTreeSet::new();
    for (id, source) in &world.core().config.sources {
        kinds.insert(source.kind.name());
        let (asked, subject, metric) = of_kind(&world, &source.kind);
        assert!(0 < asked, "{id} was never asked");
        let theirs: Vec<&PollRecord> = polls.iter().filter(|poll| poll.source == *id).collect();
        let failures: Vec<&String> = theirs.iter().filter_map(|poll| poll.failure.as_ref()).collect();
        assert!(failures.is_empty(), "{id}: {failures:?}");
        let samples: usize = theirs.iter().map(|poll| poll.samples).sum();
        assert!(2 <= theirs.len() && 0 < samples, "{id}: {samples} samples in {} polls", theirs.len());
        let at = newest(&world, subject, metric, &source.kind).await;
        assert!(at.is_some(), "{id}: {subject} has no {metric:?}");
    }
    assert_eq!(kinds, Kind::NAMES.iter().copied().collect::<BTreeSet<_>>(), "every kind is in the demo");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_follow_a_built_in_link_are_counted_one_by_one() {
    let (world, _folder) = begin(36).await;
    let hours = scan_all::<plimsoll::app::clicks::ClickHour>(&*world.core().store).await.expect("clicks");
    let people: i64 = hours.iter().map(|one| one.value.people).sum();
    assert!(hours.iter().all(|one| one.value.partnership.to_string() == "weekends/gus"));
    assert!((60..260).contains(&people), "{people} in a day and a half");
    assert!(hours.iter().all(|one| one.value.programs == 0 && one.value.visitors <= one.value.people));
    world.stop().await;
}

/// Hours until the boosts that are stopped have not sold for days: before, the guard rightly keeps people from stopping them.
const SELLS_NO_MORE: i64 = 12 * 24 + 9;

/// What somebody stops, by which source, and whether it is stopped at its platform.
struct Stop {
    source: &'static str,
    what: &'static str,
    is_off: fn(&World) -> bool,
}

fn reference(buyer: Buyer, place: usize) -> String {
    assert_eq!(Buyer::of(place), buyer);
    buyer.reference(place).expect("at a platform")
}

const STOPS: [Stop; 8] = [
    Stop {
        source: "meta",
        what: "bo-boost",
        is_off: |world| {
            world.platforms.meta.world().thing(&reference(Buyer::Meta, 1)).expect("a campaign").status == "PAUSED"
        },
    },
    Stop {
        source: "tiktok-ads",
        what: "faye-boost",
        is_off: |world| {
            let id = reference(Buyer::Tiktok, 5);
            let thing = world.platforms.tiktok_ads.world().thing(Level::Campaign, &id).expect("a campaign");
            thing.status == Status::Disable
        },
    },
    Stop {
        source: "google-ads",
        what: "elin-boost",
        is_off: |world| {
            let number = reference(Buyer::Google, 4).parse::<u64>().expect("a number");
            let customer = world.platforms.google.world().customer(GOOGLE_CUSTOMER).expect("a customer");
            customer.campaigns[&number].run == Run::Paused
        },
    },
    Stop {
        source: "agency",
        what: "hedda-boost",
        is_off: |world| world.ads.board().state("boost-hedda").expect("a boost") == "paused",
    },
    Stop {
        source: "shop",
        what: "ELIN10",
        is_off: |world| world.shop.world().discount("ELIN10", world.clock.now()) == Some(CodeStatus::Expired),
    },
    Stop {
        source: "checkout",
        what: RENTAL.code,
        is_off: |world| !world.platforms.stripe.world().takes(RENTAL.code, world.clock.now()),
    },
    Stop {
        source: "outlet",
        what: OUTLET.code,
        is_off: |world| !world.platforms.woocommerce.world().takes(OUTLET.code, world.clock.now()),
    },
    Stop {
        source: "links",
        what: RENTAL.link,
        is_off: |world| {
            let slug: Slug = RENTAL.link.parse().expect("a link");
            !world.core().links.landing(&slug).expect("it leads somewhere").to_string().contains("utm_")
        },
    },
];

/// Maja says it in the team's group; what is the other brands' Jonas says in their channels.
async fn says_pause(world: &mut World, what: &str) {
    let cast = world.cast;
    let channel = match what {
        what if what == OUTLET.code => Some(cast.outlet_channel),
        what if [RENTAL.code, RENTAL.link].contains(&what) => Some(cast.rental_channel),
        _ => None,
    };
    let Some(channel) = channel else {
        let said = world.telegram.user_sends(cast.team_chat, cast.maja, &format!("/pause {what}"));
        said.expect("sent");
        pass(world, 1).await;
        let asks =
            world.telegram.messages(cast.team_chat).into_iter().rfind(|shown| shown.from_bot).expect("a question");
        let yes = asks.buttons.iter().flatten().find(|label| label.starts_with("Yes"));
        let yes = yes.unwrap_or_else(|| panic!("{what}: {}", telegram_text(&asks)));
        world.telegram.user_presses(cast.team_chat, cast.maja, asks.message_id, yes).expect("pressed");
        return;
    };
    let given = [("what", Given::Text(what.to_owned()))];
    let asked = world.discord.slash(cast.jonas, channel, "pause", &given).expect("the client sends it");
    pass(world, 1).await;
    let message = match world.discord.outcome(asked).expect("an outcome") {
        Outcome::Replied { message } => message,
        other => world.discord.followups(asked).first().map_or_else(|| panic!("{what}: {other:?}"), |one| one.id),
    };
    let message = world.discord.message(message).expect("there");
    let yes = message.buttons().into_iter().map(|button| button.label).find(|label| label.starts_with("Yes"));
    let yes = yes.unwrap_or_else(|| panic!("{what}: {}", discord_text(&message)));
    world.discord.press(cast.jonas, message.id, &yes).expect("pressed");
}

fn told(world: &World) -> Vec<String> {
    let cast = world.cast;
    let on = |channel: Snowflake| world.discord.messages(channel).iter().map(discord_text).collect::<Vec<_>>();
    let group = world.telegram.messages(cast.team_chat);
    let group = group.iter().filter(|shown| shown.from_bot).map(telegram_text).collect();
    [group, on(cast.outlet_channel), on(cast.rental_channel)].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_stop_is_stopped_where_it_runs_and_read_back() {
    let (mut world, _folder) = begin(SELLS_NO_MORE).await;
    let mut hands: BTreeSet<String> = world.service.hands.by_source.keys().map(ToString::to_string).collect();
    assert!(world.service.hands.webhook.is_some());
    hands.insert("agency".to_owned());
    assert_eq!(hands, STOPS.iter().map(|stop| stop.source.to_owned()).collect(), "every hand is tried");
    for stop in &STOPS {
        assert!(!(stop.is_off)(&world), "{}", stop.what);
        says_pause(&mut world, stop.what).await;
        pass(&mut world, 3).await;
    }
    let proposals = scan_all::<Proposal>(&*world.core().store).await.expect("proposals");
    let by_hand = |one: &&Proposal| ["maja", "jonas"].contains(&one.asked_by.as_str());
    let by_hand = proposals.iter().map(|kept| &kept.value).filter(by_hand);
    let by_source: BTreeMap<String, &Proposal> = by_hand.map(|one| (one.source.to_string(), one)).collect();
    let told = told(&world);
    for stop in &STOPS {
        let one = by_source.get(stop.source).unwrap_or_else(|| panic!("nobody asked {}", stop.source));
        let ProposalStage::Verified { state, .. } = &one.stage else { panic!("{}: {:?}", stop.what, one.stage) };
        assert!((stop.is_off)(&world), "{} says {state}", stop.what);
        let said = told.iter().filter(|text| text.contains(stop.what) && text.contains(&format!("says {state}")));
        assert_eq!(said.count(), 1, "{} in {told:#?}", stop.what);
    }
    // What is paused spends nothing more, and credits nobody.
    let spent = |world: &World| {
        let number: u64 = reference(Buyer::Google, 4).parse().expect("a number");
        let days = world.platforms.google.world().customer(GOOGLE_CUSTOMER).expect("there").stats;
        days.into_iter().filter(|((campaign, _), _)| *campaign == number).collect::<Vec<_>>()
    };
    let reached = |world: &World| {
        let ad = format!("{}2", reference(Buyer::Meta, 1));
        world.platforms.meta.world().thing(&ad).expect("an ad").reached
    };
    let before = (spent(&world), reached(&world));
    pass(&mut world, 26 * 60).await;
    assert_eq!((spent(&world), reached(&world)), before);
    let hours = scan_all::<plimsoll::app::clicks::ClickHour>(&*world.core().store).await.expect("clicks");
    assert!(0 < hours.iter().map(|one| one.value.uncredited).sum::<i64>(), "people still come by the link");
    world.stop().await;
}
