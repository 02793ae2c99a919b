//! A code on pages that list codes, from the shop's own words to the alert; and a shop that does not say how buyers came.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Absence, Form, Sample, SeriesKey};
use plimsoll::outbox::incident::Incident;
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::readings::{Readings as _, Span, Want};
use plimsoll::sim::shopify::{Journey, NewDiscount, NewOrder, ShopConfig, ShopSim, ShopWorld};
use plimsoll::sim::telegram::NewUser;
use plimsoll::sources::shopify::{self, ShopifySettings};
use plimsoll::sources::{Fetched, Request, Settings as _, Source as _};
use plimsoll::store::records::scan_all;

use super::polled::{at, target};
use super::story::{CAMPAIGN, Story, telegram_text};

const CREATORS: [&str; 8] = ["ada", "ben", "cia", "dan", "eva", "fay", "gus", "hal"];

/// Whole days before the world begins, and the one on which more began to use Ada's code.
const DAYS: i64 = 28;
const SINCE: i64 = 14;

const RULE: &str = r#"
[[rule]]
id = "code-hot"
kind = "stop_loss"
scope = "partnership"
when = "redemptions@shop > 0.1 * clicks@facebook && redemptions@shop >= 50"
window = "7d"
mode = "propose"
then = [ { do = "end_code" } ]
"#;

fn partnership(creator: &str) -> Subject {
    Subject::Partnership(CampaignId::new(CAMPAIGN).expect("an id"), CreatorId::new(creator).expect("an id"))
}

fn code(creator: &str) -> String {
    format!("{}10", creator.to_uppercase())
}

/// Noon of a day before the world begins.
fn noon(day: i64) -> Timestamp {
    at("2026-02-01T12:00:00Z") + SignedDuration::from_hours(24 * day)
}

/// Four buyers a day by the creator's link and one who typed the code in; Ada has `more` besides, from some page.
fn sell(shop: &ShopWorld, more: &str) {
    for day in 0..DAYS {
        for creator in CREATORS {
            let by = |utm: Option<&str>, page: Option<&str>| NewOrder {
                codes: vec![code(creator)],
                minor: 20_000,
                utm: utm.map(|source| [source, "influencer", CAMPAIGN, ""].map(str::to_owned)),
                referrer: page.map(str::to_owned),
                journey: Journey::Visit,
                ..NewOrder::default()
            };
            let mut orders = vec![by(Some(creator), None); 4];
            orders.push(by(None, None));
            if creator == "ada" && SINCE <= day {
                orders.extend(vec![by(None, Some(more)); 8]);
            }
            for (minute, order) in (0..).zip(orders) {
                shop.place(noon(day) + SignedDuration::from_mins(minute), order);
            }
        }
    }
}

/// A story whose shop has been read once, as far back as the campaign, and whose links were clicked 100 times a day.
async fn begin(config: ShopConfig, more: &str) -> (Story, Fetched) {
    let mut story = Story::begin(7, &CREATORS).await;
    let mut text = String::new();
    for creator in CREATORS {
        let code = code(creator);
        write!(text, "[[partnership]]\ncampaign = \"{CAMPAIGN}\"\ncreator = \"{creator}\"\ncodes = [\"{code}\"]\n")
            .expect("written");
    }
    story.apply(&text).await;
    let rules = parse_rules(RULE, None).rules.into_iter();
    let rules = rules.map(|sourced| (Path::new("leaked.toml").to_path_buf(), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story.begin_here();
    let shop = ShopWorld::new("EUR");
    for creator in CREATORS {
        shop.add_discount(NewDiscount::basic(&code(creator), 10, at("2026-01-01T00:00:00Z")));
    }
    sell(&shop, more);
    let config = ShopConfig { bucket: 20_000.0, restore: 1_000.0, ..config };
    let sim = ShopSim::start(&story.world.clock, config, Arc::new(shop)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\ntoken = \"shpat_sim\"\nback = \"30d\"\n", sim.base_url());
    let mut settings: ShopifySettings = toml::from_str(&text).expect("settings");
    settings.knows_sites(&Config::load(None, &[]).expect("the defaults").code_sites);
    let source = shopify::source(&settings, &story.world.clock).expect("a source");
    let targets = CREATORS.iter().map(|creator| target(&partnership(creator).to_string(), &code(creator))).collect();
    let request = Request { targets, now: story.world.clock.now() };
    let poll = story.world.clock.spawn("poll", |held| async move {
        let fetched = source.fetch(&request).await;
        drop(held);
        fetched
    });
    story.wait(60).await;
    let fetched = poll.await.expect("ends").expect("asked");
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    take(&story, "facebook", Fetched { samples: clicks(story.world.clock.now()), ..Fetched::default() }).await;
    let (samples, missing) = (fetched.samples.clone(), fetched.missing.clone());
    take(&story, "shop", Fetched { samples, missing, ..Fetched::default() }).await;
    story.wait(60).await;
    (story, fetched)
}

async fn take(story: &Story, source: &str, fetched: Fetched) {
    let held = story.world.clock.hold("numbers");
    let (source, now) = (SourceId::new(source).expect("an id"), story.world.clock.now());
    take_in(story.world.core(), &source, CREATORS.len(), fetched, now).await.expect("taken in");
    drop(held);
}

fn clicks(now: Timestamp) -> Vec<Sample> {
    let one = |creator: &str, day: i64| Sample {
        series: SeriesKey { subject: partnership(creator), metric: Metric::Clicks, platform: Platform::Facebook },
        value: 100 + day % 3,
        currency: None,
        form: Form::Amount { from: noon(day), until: noon(day) + SignedDuration::from_hours(1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    CREATORS.iter().flat_map(|creator| (0..DAYS).map(move |day| one(creator, day))).collect()
}

/// The alert about Ada's code as the team sees it, and its id.
async fn alert(story: &Story) -> (String, String) {
    let all = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let ours: Vec<&Incident> =
        all.iter().map(|kept| &kept.value).filter(|one| one.rule.as_str() == "code-hot").collect();
    let [one] = ours.as_slice() else { panic!("one alert, of Ada's code: {ours:?}") };
    let shown = story.on_telegram().iter().map(telegram_text).find(|text| text.contains("code-hot"));
    (shown.expect("told"), one.id.as_str().to_owned())
}

/// How many of Ada's redemptions of all days came in a way.
async fn of_ada(story: &Story, metric: Metric) -> Result<f64, Absence> {
    let state = story.world.core().state.lock().await;
    let span = Span { from: noon(-1), until: story.world.clock.now() };
    let reading = state.history.view().over(&partnership("ada"), Want { metric, platform: None }, span).reading;
    match reading {
        plimsoll::domain::sample::Reading::Value(value) => Ok(value),
        plimsoll::domain::sample::Reading::Absent(why) => Err(why),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_code_is_named_in_its_alert_and_nobody_is_blamed() {
    let (mut story, _) = begin(ShopConfig::default(), "https://www.retailmenot.com/view/nordbo.example").await;
    assert_eq!(of_ada(&story, Metric::RedeemedListed).await, Ok(112.0));
    assert_eq!(of_ada(&story, Metric::RedeemedByLink).await, Ok(112.0));
    assert_eq!(of_ada(&story, Metric::RedeemedTyped).await, Ok(28.0));
    let (told, id) = alert(&story).await;
    assert!(told.contains("Likely cause: the code is on pages that list codes"), "{told}");
    insta::assert_snapshot!(told);
    // A creator is told neither of the suspicion nor of anybody else's code.
    let ben = story.world.telegram.add_user(NewUser::named("Ben", "en"));
    story.starts(ben, Role::Creator, "Ben", Some("ben")).await;
    let asked = story.says(story.world.telegram.private_chat(ben), ben, &format!("/why {id}")).await;
    assert!(!asked.contains("codes") && !asked.contains("Ada"), "{asked}");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_passed_on_in_a_forum_is_good_news_and_no_leak() {
    let (story, _) = begin(ShopConfig::default(), "https://hikers.example/thread/81").await;
    assert_eq!(of_ada(&story, Metric::RedeemedElsewhere).await, Ok(112.0));
    let (told, _) = alert(&story).await;
    assert!(told.contains("Good news: the code found buyers in a new place"), "{told}");
    assert!(!told.contains("Likely cause"), "{told}");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_does_not_say_how_buyers_came_leaves_it_unknown_and_not_zero() {
    let lacks = vec!["customerJourneySummary".to_owned()];
    let page = "https://www.retailmenot.com/view/nordbo.example";
    let (story, fetched) = begin(ShopConfig { lacks, ..ShopConfig::default() }, page).await;
    let ways = [Metric::RedeemedByLink, Metric::RedeemedTyped, Metric::RedeemedListed, Metric::RedeemedElsewhere];
    for way in ways {
        assert!(fetched.samples.iter().all(|sample| sample.series.metric != way), "{way} is stated");
        assert!(of_ada(&story, way).await.is_err(), "{way} is known");
    }
    assert_eq!(fetched.missing.len(), ways.len() * CREATORS.len());
    assert_eq!(of_ada(&story, Metric::Redemptions).await, Ok(252.0), "orders come all the same");
    let (told, _) = alert(&story).await;
    assert!(!told.contains("Likely cause") && !told.contains("Good news"), "{told}");
    story.world.stop().await;
}
