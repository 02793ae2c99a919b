//! The guided story of the demo: four troubles, each seen by its rule, and what people make of them.

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::demo::story::{CLICKS_RULE, CODE_RULE, LINK_RULE, SHOP_RULE, State, beats};
use plimsoll::app::demo::{World, summary};
use plimsoll::domain::ids::{Platform, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::outbox::incident::{Happened, Incident, Stage};
use plimsoll::rules::downgrade::Milestone;
use plimsoll::rules::readings::{Readings as _, Span, Want};
use plimsoll::sim::shopify::Status;
use plimsoll::sim::world::troubles::Trouble;
use plimsoll::store::records::scan_all;

const STORY: [(&str, &str, Trouble); 4] = [
    (LINK_RULE, "partnership/spring/alma", Trouble::WrongLink),
    (CODE_RULE, "partnership/spring/cleo", Trouble::LeakedCode),
    (SHOP_RULE, "brand/nordbo", Trouble::ShopStops),
    (CLICKS_RULE, "creator/alma", Trouble::FewClicks),
];

struct Played {
    world: World,
    incidents: Vec<Incident>,
    _folder: tempfile::TempDir,
}

/// So many days, with the people of the demo or with nobody.
async fn play(seed: u64, days: i64, with_people: bool) -> Played {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::start(seed, folder.path()).await.expect("the world starts");
    if with_people {
        world.populate();
    } else {
        world.seat();
    }
    world.run_days(days).await.expect("the world runs");
    let kept = scan_all::<Incident>(&*world.core().store).await.expect("incidents");
    let mut incidents: Vec<Incident> = kept.into_iter().map(|kept| kept.value).collect();
    incidents.sort_by_key(|one| one.opened_at);
    Played { world, incidents, _folder: folder }
}

impl Played {
    fn of_rule(&self, rule: &str) -> Vec<&Incident> {
        self.incidents.iter().filter(|one| one.rule.as_str() == rule).collect()
    }

    fn only(&self, rule: &str) -> &Incident {
        match self.of_rule(rule).as_slice() {
            [one] => one,
            other => panic!("{rule}: {other:?}"),
        }
    }

    /// Each rule of the story fired once, on its subject and by day, after its trouble had begun, and in order.
    fn assert_the_story(&self, seed: u64) {
        let mut before = Timestamp::MIN;
        for (rule, subject, trouble) in STORY {
            let one = self.only(rule);
            assert_eq!(one.subject.to_string(), subject, "seed {seed} {rule}");
            let course = self.world.trade.course(trouble);
            assert!(course.begins < one.opened_at && course.is_on(one.opened_at - SignedDuration::from_hours(2)));
            let hour = one.opened_at.to_zoned(jiff::tz::TimeZone::get("Europe/Stockholm").expect("a zone")).hour();
            assert!((8..22).contains(&hour), "seed {seed} {rule} fired at {}", one.opened_at);
            assert!(before < one.opened_at, "seed {seed} {rule} came before the one before it");
            before = one.opened_at;
        }
    }

    async fn states(&self) -> Vec<(&'static str, State)> {
        beats(&self.world).await.into_iter().map(|beat| (beat.id, beat.state)).collect()
    }

    async fn read(&self, metric: Metric, platform: Platform, (from, until): (Timestamp, Timestamp)) -> f64 {
        let subject: Subject = "partnership/spring/alma".parse().expect("a subject");
        let want = Want { metric, platform: Some(platform) };
        let state = self.world.core().state.lock().await;
        state.history.view().over(&subject, want, Span { from, until }).reading.value().expect("a number")
    }
}

fn happened(incident: &Incident, what: impl Fn(&Happened) -> bool) -> Timestamp {
    incident.events.iter().find(|event| what(&event.what)).unwrap_or_else(|| panic!("{:?}", incident.events)).at
}

#[tokio::test(flavor = "multi_thread")]
async fn four_troubles_are_seen_by_their_rules_and_end_because_people_acted() {
    let played = play(7, 8, true).await;
    played.assert_the_story(7);
    let (world, now) = (&played.world, played.world.clock.now());

    // The wrong link: Alma said that it is mended, it was, and her clicks sell again.
    let link = played.only(LINK_RULE);
    let mended = happened(link, |what| matches!(what, Happened::Confirmed { .. }));
    let course = world.trade.course(Trouble::WrongLink);
    assert!(course.ended.is_some_and(|ended| mended <= ended && ended < mended + SignedDuration::from_mins(11)));
    let day = |from: Timestamp| (from, from + SignedDuration::from_hours(24));
    let before = (course.begins, link.opened_at);
    let (clicks, sold) = (
        played.read(Metric::Clicks, Platform::Web, before).await,
        played.read(Metric::Redemptions, Platform::Shop, before).await,
    );
    assert!(300.0 <= clicks && sold < 0.01 * clicks, "{sold} of {clicks}");
    let after = day(mended + SignedDuration::from_hours(1));
    let (clicks, sold) = (
        played.read(Metric::Clicks, Platform::Web, after).await,
        played.read(Metric::Redemptions, Platform::Shop, after).await,
    );
    assert!(0.06 * clicks < sold, "{sold} of {clicks}");

    // The leaked code: off in the shop itself, and it stayed off; Cleo has another.
    let code = played.only(CODE_RULE);
    happened(code, |what| matches!(what, Happened::Verified { state, .. } if state == "ended"));
    let shop = world.shop.world();
    assert_eq!(shop.discount("CLEO10", now), Some(Status::Expired));
    assert_eq!(shop.discount("HEYCLEO", now), Some(Status::Active));
    assert!(code.stage == Stage::Resolved);

    // The shop that stopped: one alert, and nobody else's.
    let stop = played.only(SHOP_RULE);
    let course = world.trade.course(Trouble::ShopStops);
    let until = stop.resolved_at.expect("over");
    let others: Vec<&Incident> = played
        .incidents
        .iter()
        .filter(|one| course.begins <= one.opened_at && one.opened_at <= until && one.id != stop.id)
        .collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(course.ended.is_some_and(|ended| ended < course.by_itself), "somebody called the shop's people");

    // The level: Alma heard it first, objected, and a person decided.
    let level = played.only(CLICKS_RULE);
    let direct = world.telegram.private_chat(world.cast.alma);
    let about = |chat| {
        let shown = world.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot);
        shown
            .filter(|shown| shown.sent_at >= level.opened_at && shown.text.contains("Gold"))
            .map(|shown| shown.sent_at)
            .min()
    };
    let (hers, theirs) = (about(direct).expect("she is told"), about(world.cast.team_chat).expect("they are told"));
    assert!(hers <= theirs, "{hers} {theirs}");
    let requests = world.telegram.requests();
    let first = |chat: i64| {
        let to = |params: &str| params.contains(&chat.to_string()) && params.contains("Gold");
        requests.iter().position(|request| to(&request.params.to_string()))
    };
    let (hers, theirs) = (first(direct.0), first(world.cast.team_chat.0));
    assert!(hers.is_some() && hers < theirs, "{hers:?} {theirs:?}");
    for step in [Milestone::Told, Milestone::Appealed, Milestone::Kept] {
        happened(level, |what| *what == Happened::Level { step });
    }
    let done = ["wrong-link", "leaked-code", "shop-stops", "downgrade"].map(|id| (id, State::Done));
    assert_eq!(played.states().await, done);
    assert_eq!(summary(world, 8).await.expect("a summary")["lost"], 0);
    played.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_fires_on_nobody_else() {
    for seed in [1, 42] {
        let played = play(seed, 12, true).await;
        played.assert_the_story(seed);
        played.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_does_anything_the_story_goes_on_and_says_so() {
    let played = play(7, 9, false).await;
    played.assert_the_story(7);
    let told = beats(&played.world).await;
    for (beat, said) in
        told.iter().zip(["Nobody asked Alma", "Nobody ended the code", "Nobody took it", "above the line"])
    {
        assert!(beat.state == State::Done && beat.happened.contains(said), "{beat:?}");
        assert_eq!(beat.try_next, "");
    }
    assert_eq!(played.world.shop.world().discount("CLEO10", played.world.clock.now()), Some(Status::Active));
    played.world.stop().await;
}
