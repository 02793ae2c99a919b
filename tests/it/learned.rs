//! What a finished campaign teaches: kept in versions, named by the next receipt, unknown to an earlier instant.

use std::fmt::Write as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::learning;
use plimsoll::app::past;
use plimsoll::app::views;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, PostRef, RuleId, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::money::Currency;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::learn::{Learned, Name, Thing, Value};
use plimsoll::rules::receipt::Receipt;
use plimsoll::sources::{Fetched, FoundPost};
use plimsoll::store::records::scan_all;

use super::story::{Story, restart};

/// Partnerships of the campaign that is over, and posts of each.
const DEALS: usize = 14;
const POSTS: usize = 3;

/// Days of the campaign, and how long orders are credited after it.
const DAYS: i64 = 45;
const LATE: i64 = 14;

/// Orders of a post: they differ a good deal, as posts do.
const ORDERS: [i64; 11] = [4, 11, 2, 7, 16, 1, 5, 9, 3, 22, 6];

const RULE: &str = r#"
[[rule]]
id = "cpa-sure"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && spend >= money(\"50.00 EUR\")"
window = "deal"
evidence = "fast"
mature = true
mode = "shadow"
"#;

fn began() -> Timestamp {
    "2025-10-01T00:00:00+02:00".parse().expect("an instant")
}

fn after(days: i64, hours: i64) -> Timestamp {
    began() + SignedDuration::from_hours(24 * days + hours)
}

fn creator(n: usize) -> CreatorId {
    CreatorId::new(&format!("past{n}")).expect("an id")
}

fn deal(n: usize) -> Subject {
    Subject::Partnership(CampaignId::new("autumn").expect("an id"), creator(n))
}

/// When a post went live: one every two weeks.
fn live(post: usize) -> Timestamp {
    after(14 * i64::try_from(post).expect("few"), 10)
}

/// Last autumn's campaign, and a piece of this winter's.
fn documents() -> String {
    let mut text = String::from(
        r#"
[[campaign]]
id = "autumn"
name = "Autumn"
brand = "nordbo"
goal = "sales"
starts = 2025-10-01
ends = 2025-11-14
attribution = "14d"
target = { cpa = "45.00 EUR" }
[[deliverable]]
partnership = "winter/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "600.00 EUR"
due = 2026-02-10
state = "paid"
live_at = "2026-02-10T10:00:00Z"
"#,
    );
    for n in 0..DEALS {
        let id = creator(n);
        write!(text, "[[creator]]\nid = \"{id}\"\n[[partnership]]\ncampaign = \"autumn\"\ncreator = \"{id}\"\n")
            .expect("written");
        for post in 0..POSTS {
            write!(
                text,
                "[[deliverable]]\npartnership = \"autumn/{id}\"\nid = \"reel-{post}\"\nplatform = \"instagram\"\n\
                 format = \"reel\"\nfee = \"300.00 EUR\"\ndue = 2025-10-01\nstate = \"paid\"\npost = \"p{n}-{post}\"\n\
                 live_at = \"{}\"\n",
                live(post)
            )
            .expect("written");
        }
    }
    text
}

fn sample(subject: Subject, metric: Metric, platform: Platform, value: i64, form: Form, now: Timestamp) -> Sample {
    let currency: Option<Currency> = (metric == Metric::Spend).then(|| "EUR".parse().expect("a currency"));
    let series = SeriesKey { subject, metric, platform };
    Sample { series, value, currency, form, known_at: now, provisional: false, self_reported: false }
}

/// Spend, clicks and orders of every day: all clicks with the post, half of its orders each further day.
fn sold(n: usize, now: Timestamp) -> Vec<Sample> {
    let mut all = Vec::new();
    for day in 0..DAYS + LATE {
        let form = Form::Amount { from: after(day, 0), until: after(day + 1, 0) };
        let (mut spend, mut clicks, mut orders) = (0, 0, 0);
        for post in 0..POSTS {
            let since = day - 14 * i64::try_from(post).expect("few");
            let ordered = ORDERS[(5 * n + 3 * post + n * post) % ORDERS.len()];
            if since == 0 {
                (spend, clicks) = (30_000, 40 * ordered);
            }
            if (0..10).contains(&since) {
                // Rounded so that all of them come.
                orders +=
                    ordered - (ordered >> (since + 1)) - if since == 0 { 0 } else { ordered - (ordered >> since) };
            }
        }
        for (metric, value) in [(Metric::Spend, spend), (Metric::Clicks, clicks), (Metric::Orders, orders)] {
            all.push(sample(deal(n), metric, Platform::TiktokAds, value, form, now));
        }
    }
    all
}

/// Views of a post: half of what is left every 30 hours.
fn seen(n: usize, post: usize, now: Timestamp) -> (FoundPost, Vec<Sample>) {
    let id = PostRef::new(&format!("p{n}-{post}")).expect("an id");
    let subject = Subject::Post(Platform::Instagram, id.clone());
    let views = |hours: i64| {
        let hours = f64::from(i32::try_from(hours).expect("few"));
        plimsoll::domain::num::round_i64(12_000.0 * (1.0 - 2.0_f64.powf(-hours / 30.0))).expect("a count")
    };
    let total = |hours: i64| {
        let form = Form::Total { at: live(post) + SignedDuration::from_hours(hours) };
        sample(subject.clone(), Metric::Views, Platform::Instagram, views(hours), form, now)
    };
    let found = FoundPost {
        platform: Platform::Instagram,
        post: id,
        creator: creator(n),
        published_at: live(post),
        title: None,
        description: None,
        duration: None,
        format: None,
    };
    (found, (1..=40).map(|look| total(6 * look)).collect())
}

/// The campaign is over and everything about it is known.
async fn with_past() -> Story {
    let mut story = Story::begin(7, &["alma"]).await;
    story.apply(&documents()).await;
    let file = Path::new("rule.toml").to_path_buf();
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
    let now = story.world.clock.now();
    let held = story.world.clock.hold("past");
    let core = story.world.core();
    let (found, posts): (Vec<FoundPost>, Vec<Vec<Sample>>) =
        (0..DEALS).flat_map(|n| (0..POSTS).map(move |post| seen(n, post, now))).unzip();
    let mut samples = posts.concat();
    samples.extend((0..DEALS).flat_map(|n| sold(n, now)));
    samples.sort_by(|one, other| one.series.cmp(&other.series));
    let source = SourceId::new("tiktok_ads").expect("an id");
    take_in(core, &source, DEALS, Fetched { samples, posts: found, ..Fetched::default() }, now)
        .await
        .expect("taken in");
    drop(held);
    story.report(&[("alma", 12_000, 1)]).await;
    story
}

/// The first day of the story, which is over by now: a boost that still sells next to nothing.
async fn first_of_march(story: &mut Story) {
    let now = story.world.clock.now();
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let from = start.timestamp();
    let form = Form::Amount { from, until: from + SignedDuration::from_hours(24) };
    let alma = Subject::Partnership(CampaignId::new("winter").expect("an id"), CreatorId::new("alma").expect("an id"));
    let one = |metric, value| sample(alma.clone(), metric, Platform::TiktokAds, value, form, now);
    let samples = vec![one(Metric::Spend, 12_000), one(Metric::Orders, 1)];
    let source = SourceId::new("tiktok_ads").expect("an id");
    let held = story.world.clock.hold("first of March");
    let fetched = Fetched { samples, ..Fetched::default() };
    take_in(story.world.core(), &source, 1, fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

async fn learned(story: &Story) -> Vec<Learned> {
    let all = scan_all::<Learned>(&*story.world.core().store).await.expect("reads");
    all.into_iter().map(|one| one.value).collect()
}

/// The receipt of Alma's winter: now, or with what was known at an instant.
async fn receipt(story: &Story, at: Option<Timestamp>) -> Receipt {
    let subject =
        Subject::Partnership(CampaignId::new("winter").expect("an id"), CreatorId::new("alma").expect("an id"));
    let rule = RuleId::new("cpa-sure").expect("an id");
    let core = story.world.core();
    if let Some(at) = at {
        return past::judged(core, &rule, &subject, at).await.expect("judged").judgement.receipt;
    }
    let state = core.state.lock().await;
    views::judged_view(&state, &rule, &subject, story.world.clock.now()).expect("judged").1
}

fn k(receipt: &Receipt) -> f64 {
    receipt.comparisons.iter().find_map(|one| one.weight.as_ref()?.k).expect("weighed")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_campaign_teaches_and_the_next_receipt_says_so() {
    let mut story = with_past().await;
    let before = story.world.clock.now();
    assert_eq!(learned(&story).await, [], "nothing was known when the program began");
    let unlearned = receipt(&story, None).await;
    assert_eq!((unlearned.learned.len(), k(&unlearned)), (0, 1.1));

    story.wait(25 * 3_600).await;
    let kept = learned(&story).await;
    assert!(kept.iter().all(|one| one.version == 1));
    let brand = plimsoll::domain::ids::BrandId::new("nordbo").expect("an id");
    let find = |name: Name| kept.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name}")).clone();
    let reel = find(Name::luck(&brand).on(Platform::Instagram).of("reel"));
    assert_eq!(usize::try_from(reel.n).expect("few"), DEALS * POSTS);
    let Value::Shape { k: shape } = reel.value else { panic!("{reel:?}") };
    assert!((1.2..4.0).contains(&shape), "the orders above vary with 1/k = 0.5: {shape}");
    let decay = find(Name::decay(&brand, Platform::Instagram).of("reel"));
    let Value::HalfLife { hours } = decay.value else { panic!("{decay:?}") };
    assert!((28.0..32.0).contains(&hours), "{hours}");
    let lag = find(Name::lag(&brand));
    let Value::HalfLife { hours } = lag.value else { panic!("{lag:?}") };
    assert!((10.0..26.0).contains(&hours), "half of what is left each day, the first half on the day itself: {hours}");
    let prior = find(Name::prior(&brand, Metric::Cpa));
    assert_eq!(usize::try_from(prior.n).expect("few"), DEALS);
    assert_eq!(story.journal("learned").await.len(), kept.len());

    // The next receipt names what it rests on …
    first_of_march(&mut story).await;
    let learned_by = story.world.clock.now();
    let after = receipt(&story, None).await;
    let names: Vec<Thing> = after.learned.iter().map(|one| one.name.thing).collect();
    assert_eq!(names, [Thing::Luck, Thing::Prior, Thing::Decay, Thing::Lag]);
    assert!(after.learned.iter().all(|one| one.version == 1 && one.known_at == reel.known_at));
    assert_eq!(k(&after).to_bits(), shape.to_bits());
    // … and an earlier instant knows nothing of it, whenever it is asked.
    let then = receipt(&story, Some(before)).await;
    assert_eq!((then.learned.len(), k(&then)), (0, 1.1));
    let book = learning::learned_as_of(&*story.world.core().store, before).await.expect("reads");
    assert_eq!(book, plimsoll::rules::learn::Book::default());

    // People are told.
    let cast = story.world.cast;
    let why = story.says(cast.team_chat, cast.maja, "/why_not winter/alma cpa-sure").await;
    assert!(why.contains("Learned here: ") && why.contains("from 42 posts"), "{why}");
    let status = story.says(cast.team_chat, cast.maja, "/status").await;
    assert!(status.contains("Nordbo: learned "), "{status}");

    // The next day's numbers change next to nothing: no new version. Asked about the same instant again, also after a
    // restart, the answer is the same to the byte.
    let told = receipt(&story, Some(learned_by)).await.canonical();
    story.wait(24 * 3_600).await;
    let again = learned(&story).await;
    assert!(again.iter().filter(|one| one.name.thing != Thing::Decay).all(|one| one.version == 1), "{again:?}");
    assert_eq!(receipt(&story, Some(learned_by)).await.canonical(), told);
    let story = story.again(restart).await;
    assert_eq!(receipt(&story, Some(learned_by)).await.canonical(), told);
    story.world.stop().await;
}
