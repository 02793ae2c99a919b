//! The Shopify source against the emulated shop, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::shopify::{Journey, NewDiscount, NewOrder, Placed, ShopConfig, ShopSim, ShopWorld};
use plimsoll::sources::shopify::{self, POINTS, Shopify, ShopifySettings as Settings};
use plimsoll::sources::{Fate, Fetched, Request, Source, SourceError, Target};
use plimsoll::time::{Clock, Driver};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::polled::{self, at, hours, reasons, target, want};

const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";
const NORDBO: &str = "brand/nordbo";

fn start() -> Timestamp {
    at("2026-03-02T12:20:00Z")
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: ShopSim,
    source: Arc<Shopify>,
}

const FIXED: &str = "token = \"shpat_sim\"";
const APP: &str = "client_id = \"sim-app\"\nclient_secret = \"sim-secret\"";

async fn stage_with(config: ShopConfig, sign_in: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let world = ShopWorld::new("SEK");
    for code in ["ALMA10", "BO15"] {
        world.add_discount(NewDiscount::basic(code, 10, at("2026-02-01T00:00:00Z")));
    }
    let sim = ShopSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\n{sign_in}\n", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let source = shopify::source(&settings, &clock).expect("a source");
    Stage { clock, driver, sim, source: Arc::new(source) }
}

async fn stage() -> Stage {
    stage_with(ShopConfig::default(), FIXED).await
}

fn everybody() -> Vec<Target> {
    vec![target(ALMA, "alma10"), target(BO, "BO15"), target(NORDBO, "shop")]
}

impl Stage {
    fn world(&self) -> &ShopWorld {
        self.sim.world()
    }

    fn sell(&self, when: &str, codes: &[&str], minor: i64) -> u64 {
        match self.world().place_order(at(when), codes, minor) {
            Placed::Sold { order, .. } => order,
            Placed::Closed => panic!("the shop sells"),
        }
    }

    /// Polls while simulated time may move.
    async fn poll(&mut self, targets: Vec<Target>) -> Fetched {
        let request = Request { targets, now: self.clock.now() };
        polled::poll(&self.source, request, (&self.clock, &mut self.driver), 120).await
    }

    async fn go_to(&mut self, when: &str) {
        self.driver.run_until(at(when)).await.expect("quiet");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_come_by_code_and_for_the_whole_shop_hour_by_hour() {
    let mut stage = stage().await;
    stage.sell("2026-03-01T09:10:00Z", &["Alma10"], 10_000);
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 20_000);
    stage.sell("2026-03-02T12:06:00Z", &[], 5000);
    stage.sell("2026-03-02T12:07:00Z", &["bo15", "alma10"], 10_000);
    stage.world().place(
        at("2026-03-02T12:08:00Z"),
        NewOrder { codes: vec!["ALMA10".into()], minor: 99_900, test: true, ..NewOrder::default() },
    );
    let cancelled = stage.sell("2026-03-02T12:09:00Z", &["ALMA10"], 99_900);
    stage.world().cancel(cancelled, at("2026-03-02T12:10:00Z"));
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("01T09", 1), ("02T12", 1)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Redemptions), want(&[("01T09", 1), ("02T12", 2)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 18_000)]));
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("02T12", 1)]), "credited once, to the first code");
    assert_eq!(hours(&fetched, BO, Metric::Revenue), want(&[("02T12", 8100)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Orders), want(&[("01T09", 1), ("02T12", 3)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 31_100)]));
    let each = 73;
    assert_eq!(fetched.samples.len(), each * (8 + 8 + 3), "every hour of three days, and the one that is open");
    let open: BTreeSet<_> = fetched.samples.iter().filter(|one| one.provisional).map(|one| one.form).collect();
    let hour = Form::Amount { from: at("2026-03-02T12:00:00Z"), until: at("2026-03-02T13:00:00Z") };
    assert_eq!(open, BTreeSet::from([hour]), "only the open hour may still change by itself");
    let money = fetched.samples.iter().filter(|one| one.series.metric == Metric::Revenue);
    assert!(money.clone().all(|one| one.currency.is_some_and(|currency| currency.code() == "SEK")));
    assert!(fetched.units.iter().any(|(bucket, units)| bucket == POINTS && *units > 0), "{:?}", fetched.units);
}

const WAYS: [Metric; 4] =
    [Metric::RedeemedByLink, Metric::RedeemedTyped, Metric::RedeemedListed, Metric::RedeemedElsewhere];

impl Stage {
    /// Somebody buys with a code whom the shop followed so far.
    fn comes(&self, when: &str, code: &str, journey: Journey) -> u64 {
        let what = NewOrder { codes: vec![code.to_owned()], minor: 5000, journey, ..NewOrder::default() };
        match self.world().place(at(when), what) {
            Placed::Sold { order, .. } => order,
            Placed::Closed => panic!("the shop sells"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_used_a_code_came_in_one_of_four_ways() {
    let mut stage = stage().await;
    let by = |source: Option<&str>, page: Option<&str>| NewOrder {
        codes: vec!["ALMA10".to_owned()],
        minor: 5000,
        utm: source.map(|source| [source, "influencer", "spring", ""].map(str::to_owned)),
        referrer: page.map(str::to_owned),
        journey: Journey::Visit,
        ..NewOrder::default()
    };
    let place = |stage: &Stage, when: &str, order| drop(stage.world().place(at(when), order));
    place(&stage, "2026-03-02T10:01:00Z", by(Some("alma"), Some("https://l.instagram.com/")));
    place(&stage, "2026-03-02T10:02:00Z", by(None, None));
    place(&stage, "2026-03-02T10:03:00Z", by(None, Some("https://swap.example/codes")));
    // Nobody is asked about an order without a creator's code.
    stage.sell("2026-03-02T10:04:00Z", &[], 5000);
    let fetched = stage.poll(everybody()).await;
    let said = WAYS.map(|way| hours(&fetched, ALMA, way));
    assert_eq!(said, [want(&[("02T10", 1)]), want(&[("02T10", 1)]), want(&[]), want(&[("02T10", 1)])]);
    assert!(fetched.missing.is_empty(), "Bo's are none: {:?}", fetched.missing);
    let asked =
        stage.sim.seen().into_iter().rfind(|seen| seen.query.contains("customerJourneySummary")).expect("asked");
    assert_eq!(asked.variables.as_object().map(serde_json::Map::len), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_shop_could_not_follow_is_unknown_and_looked_for_again_for_a_day() {
    let mut stage = stage().await;
    stage.comes("2026-03-02T10:01:00Z", "ALMA10", Journey::Nothing);
    stage.comes("2026-03-02T10:02:00Z", "ALMA10", Journey::NoVisit);
    let late = stage.comes("2026-03-02T10:03:00Z", "BO15", Journey::NotReady);
    let fetched = stage.poll(everybody()).await;
    let said = polled::said_last(&fetched);
    for way in WAYS {
        assert_eq!(said.get(&(ALMA.to_owned(), way)), Some(&Err(Absence::Hidden)), "{way}");
        assert_eq!(said.get(&(BO.to_owned(), way)), Some(&Err(Absence::NotYet)), "{way}");
    }
    assert_eq!(hours(&fetched, ALMA, Metric::Redemptions), want(&[("02T10", 2)]));
    assert!(fetched.partial.is_none());
    // It is worked out later; the order itself does not change by that.
    stage.world().followed(late, Journey::Visit);
    stage.go_to("2026-03-02T13:30:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, BO, Metric::RedeemedTyped), want(&[("02T10", 1)]));
    // Of several some are known: those are counted, and the others are in none of the four.
    stage.comes("2026-03-02T13:31:00Z", "ALMA10", Journey::NotReady);
    stage.comes("2026-03-02T13:32:00Z", "ALMA10", Journey::Visit);
    stage.go_to("2026-03-02T13:45:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Redemptions), want(&[("02T13", 2)]));
    assert_eq!(hours(&fetched, ALMA, Metric::RedeemedTyped), want(&[("02T13", 1)]));
    // After a day it is given up.
    stage.go_to("2026-03-03T14:00:00Z").await;
    stage.poll(everybody()).await;
    stage.go_to("2026-03-03T14:20:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert!(!fetched.samples.iter().any(|one| one.form.observed_at() < at("2026-03-03T12:00:00Z")), "nothing is owed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_and_a_cancellation_state_their_hour_anew() {
    let mut stage = stage().await;
    let old = stage.sell("2026-02-20T08:00:00Z", &["ALMA10"], 30_000);
    let first = stage.sell("2026-03-01T09:10:00Z", &["ALMA10"], 10_000);
    stage.sell("2026-03-01T09:20:00Z", &["ALMA10"], 10_000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 18_000)]), "three days back and no further");
    stage.go_to("2026-03-02T12:30:00Z").await;
    let now = stage.clock.now();
    stage.world().refund(first, now, 4000);
    stage.world().refund(old, now, 27_000);
    stage.go_to("2026-03-02T12:35:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 14_000)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("01T09", 2), ("20T08", 1)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Refunds), want(&[("01T09", 1), ("20T08", 1)]));
    let spans: BTreeSet<_> = fetched.samples.iter().map(|one| one.form.observed_at()).collect();
    assert_eq!(spans.len(), 3, "the two hours that changed, and the open one: {spans:?}");
    stage.go_to("2026-03-02T12:45:00Z").await;
    let now = stage.clock.now();
    stage.world().cancel(first, now);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("01T09", 1), ("20T08", 1)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Revenue), want(&[("01T09", 9000)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_nobody_bought_in_is_zero_and_an_hour_nobody_answered_for_is_absent() {
    let mut stage = stage().await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (73 * 19, 0));
    assert!(fetched.samples.iter().all(|sample| sample.value == 0));
    for (fault, why) in [
        (Fault::LoseReply, Absence::Unreachable),
        (Fault::Garbage, Absence::Garbled),
        (Fault::Answer { status: 503, body: String::new() }, Absence::Unreachable),
        (Fault::Answer { status: 402, body: r#"{"errors":"Unavailable Shop"}"#.to_owned() }, Absence::Garbled),
    ] {
        let shown = format!("{fault:?}");
        stage.sim.faults().next(fault);
        let fetched = stage.poll(everybody()).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, 19), "{shown}");
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
    }
    stage.sell("2026-03-02T12:29:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]), "what was owed is read and told");
    assert!(fetched.missing.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_to_the_end_and_half_a_list_says_nothing() {
    let mut stage = stage().await;
    for n in 0..230 {
        let hour = if n < 120 { "2026-03-02T10:00:00Z" } else { "2026-03-02T11:00:00Z" };
        let when = at(hour) + SignedDuration::from_secs(n);
        stage.world().place_order(when, &["ALMA10"], 1000);
    }
    // The third page of orders is lost: changes take one question, pages of orders come after.
    let faults = stage.sim.faults();
    for _ in 0..3 {
        faults.next(Fault::Hang(SignedDuration::ZERO));
    }
    faults.next(Fault::LoseReply);
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::Unreachable])));
    let before = stage.sim.seen().len();
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T10", 120), ("02T11", 110)]));
    assert_eq!(fetched.samples.len(), 73 * 19, "all that was owed is told at once");
    let later = stage.sim.seen().split_off(before);
    let pages = later.iter().filter(|seen| seen.query.contains("currentTotalPriceSet")).count();
    assert_eq!(pages, 2, "hours that were read to their end are not read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_bucket_is_waited_for_and_a_dry_one_is_told() {
    let mut stage = stage().await;
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 1000);
    stage.sim.drain(5.0);
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]));
    assert_eq!(stage.sim.throttled(), 1, "asked once without knowing; from then on the shop's figures decide");

    let slow = ShopConfig { restore: 1.0, ..ShopConfig::default() };
    let mut stage = stage_with(slow, FIXED).await;
    stage.sim.drain(0.0);
    let fetched = stage.poll(everybody()).await;
    let error = fetched.partial.expect("told");
    let Fate::SlowDown(Some(wait)) = error.fate() else { panic!("{error}") };
    assert!(wait.as_secs() > 60 && fetched.samples.is_empty());
    assert_eq!(error.to_string(), "Shopify asked us to slow down");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_mid_poll_is_replaced_once() {
    let mut stage = stage_with(ShopConfig::default(), APP).await;
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 1000);
    assert!(stage.poll(everybody()).await.partial.is_none());
    assert_eq!(stage.sim.tokens_given(), 1);
    stage.sim.revoke();
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?}", fetched.partial);
    assert_eq!(stage.sim.tokens_given(), 2, "one refusal, one new token");
    stage.driver.run_for(SignedDuration::from_hours(25)).await.expect("quiet");
    assert!(stage.poll(everybody()).await.partial.is_none());
    assert_eq!(stage.sim.tokens_given(), 3, "a token of 24 hours is replaced before it is refused");

    let request = |now| Request { targets: everybody(), now };
    stage.sim.revoke();
    let (one, two) = (Arc::clone(&stage.source), Arc::clone(&stage.source));
    let now = stage.clock.now();
    let (first, second) =
        tokio::join!(async { one.fetch(&request(now)).await }, async { two.fetch(&request(now)).await });
    assert!(first.is_ok_and(|one| one.partial.is_none()) && second.is_ok_and(|one| one.partial.is_none()));
    assert_eq!(stage.sim.tokens_given(), 4, "two that find it refused fetch one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotating_refresh_token_is_kept_before_it_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.refresh");
    std::fs::write(&file, "shprt_1\n").expect("written");
    let sign_in = format!("{APP}\nrefresh_token_file = \"{}\"", file.display());
    let config = ShopConfig { token_secs: 3600, ..ShopConfig::default() };
    let mut stage = stage_with(config, &sign_in).await;
    for n in 2..5 {
        assert!(stage.poll(everybody()).await.partial.is_none());
        assert_eq!(std::fs::read_to_string(&file).expect("there"), format!("shprt_{n}"));
        stage.driver.run_for(SignedDuration::from_hours(1)).await.expect("quiet");
    }
    std::fs::write(&file, "shprt_old").expect("written");
    let fetched = stage.poll(everybody()).await;
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "Shopify refused our credentials: `invalid_grant`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_and_a_missing_right_are_told_and_no_secret_is() {
    let mut stage = stage_with(ShopConfig::default(), "token = \"shpat_CANARY\"").await;
    let fetched = stage.poll(everybody()).await;
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "Shopify refused our credentials: `invalid_token`");
    assert_eq!(stage.sim.seen().len(), 1, "nothing else is asked");
    assert!(!format!("{error:?} {:?}", stage.source).contains("CANARY"));

    let mut stage = self::stage().await;
    stage.sim.set_scopes(&["write_discounts"]);
    let error = stage.poll(everybody()).await.partial.expect("told");
    assert_eq!(error.to_string(), "Shopify refused our credentials: `ACCESS_DENIED at orders`");
    stage.sim.set_scopes(&["read_orders"]);
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, NORDBO, Metric::Orders), want(&[("02T12", 1)]), "orders are answered without discounts");
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "Shopify refused our credentials: `ACCESS_DENIED at o0`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_the_shop_does_not_have_is_gone_and_not_zero() {
    let mut stage = stage().await;
    stage.sell("2026-03-02T12:05:00Z", &["BO15"], 1000);
    stage.world().delete_discount("BO15");
    let mut targets = everybody();
    targets.push(target("partnership/spring/cleo", "CLEO20"));
    let fetched = stage.poll(targets.clone()).await;
    let gone: Vec<_> = fetched.missing.iter().map(|one| (one.series.subject.to_string(), one.why)).collect();
    assert_eq!(gone, vec![("partnership/spring/cleo".to_owned(), Absence::Gone); 8]);
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("02T12", 1)]), "what was sold with it was sold");
    stage.go_to("2026-03-02T14:00:00Z").await;
    stage.poll(targets.clone()).await;
    stage.go_to("2026-03-02T15:00:00Z").await;
    let fetched = stage.poll(targets).await;
    assert_eq!(fetched.missing.iter().filter(|one| one.series.subject.to_string() == BO).count(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_does_not_show_is_not_overwritten_with_zero() {
    let mut stage = stage().await;
    let old = stage.sell("2026-01-01T08:00:00Z", &["ALMA10"], 1000);
    stage.poll(everybody()).await;
    let now = stage.clock.now();
    stage.world().refund(old, now, 100);
    stage.sim.set_scopes(&["read_orders", "read_all_orders", "write_discounts"]);
    let fetched = stage.poll(everybody()).await;
    let oldest = fetched.samples.iter().map(|one| one.form.observed_at()).min().expect("samples");
    assert!(at("2026-03-02T00:00:00Z") < oldest, "an order of 60 days ago is not read again: {oldest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_owes_the_past_and_money_is_the_shops_own() {
    let mut stage = stage().await;
    let abroad = NewOrder {
        codes: vec!["BO15".into()],
        minor: 10_000,
        presentment: Some(("EUR".to_owned(), 9)),
        ..NewOrder::default()
    };
    stage.world().place(at("2026-03-01T09:10:00Z"), abroad);
    let fetched = stage.poll(vec![target(ALMA, "ALMA10")]).await;
    assert!(hours(&fetched, ALMA, Metric::Orders).is_empty());
    stage.go_to("2026-03-02T12:40:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, BO, Metric::Revenue), want(&[("01T09", 9000)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_no_code_is_refused_before_any_call() {
    let stage = stage().await;
    let post = Target::Post { subject: "post/youtube/x".parse().expect("a subject"), id: "x".into(), creator: None };
    for wrong in [post, target(ALMA, " "), target(ALMA, "a\nb")] {
        let request = Request { targets: vec![wrong], now: start() };
        let error = stage.source.fetch(&request).await.expect_err("refused");
        assert!(matches!(error, SourceError::BadTarget { .. }), "{error}");
    }
    assert!(stage.sim.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_the_shop_does_not_understand_is_not_an_empty_shop() {
    let mut stage = stage().await;
    let body =
        r#"{"errors":[{"message":"Field 'x' doesn't exist on type 'Order'","extensions":{"code":"undefinedField"}}]}"#;
    stage.sim.faults().next(Fault::Answer { status: 200, body: body.to_owned() });
    let fetched = stage.poll(everybody()).await;
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Garbled]));
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "Shopify did not accept the request: status 200, `undefinedField`");
    let partial = r#"{"data":{"orders":{"pageInfo":{"hasNextPage":false},"nodes":[]}},"errors":[{"message":"m","path":["orders","nodes",0],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#;
    stage.sim.faults().next(Fault::Answer { status: 200, body: partial.to_owned() });
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::Unreachable])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_the_shop_shows_late_is_found_in_an_hour_that_was_told_already() {
    let mut stage = stage_with(ShopConfig { lag_secs: 240, ..ShopConfig::default() }, FIXED).await;
    stage.go_to("2026-03-02T12:59:30Z").await;
    stage.sell("2026-03-02T12:59:30Z", &["ALMA10"], 10_000);
    stage.go_to("2026-03-02T13:00:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none() && hours(&fetched, ALMA, Metric::Orders).is_empty(), "it is not shown yet");
    stage.go_to("2026-03-02T13:10:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]));
}

/// What a shop sold, kept beside it in the plainest way.
struct Sold {
    order: u64,
    hour: Timestamp,
    codes: Vec<String>,
    total: i64,
    left: i64,
    cancelled: bool,
}

/// The same numbers as the source gives, worked out from the list.
fn truth(sold: &[Sold], hour: Timestamp) -> BTreeMap<(&'static str, Metric), i64> {
    let mut truth = BTreeMap::new();
    for subject in [ALMA, BO, NORDBO] {
        for metric in [Metric::Orders, Metric::Revenue, Metric::Refunds] {
            truth.insert((subject, metric), 0);
        }
    }
    for one in sold.iter().filter(|one| one.hour == hour && !one.cancelled) {
        let credited = match one.codes.first().map(String::as_str) {
            Some("ALMA10") => Some(ALMA),
            Some("BO15") => Some(BO),
            _ => None,
        };
        for subject in credited.into_iter().chain([NORDBO]) {
            let values =
                [(Metric::Orders, 1), (Metric::Revenue, one.left), (Metric::Refunds, i64::from(one.left < one.total))];
            for (metric, value) in values {
                *truth.entry((subject, metric)).or_insert(0) += value;
            }
        }
    }
    truth
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_the_newest_statements_are_what_the_shop_sold() {
    for seed in 0..12 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let config = ShopConfig { lag_secs: 240, bucket: 1000.0, ..ShopConfig::default() };
        let mut stage = stage_with(config, APP).await;
        let mut sold: Vec<Sold> = Vec::new();
        let mut newest: BTreeMap<(String, Metric, Timestamp), i64> = BTreeMap::new();
        let mut whole = 0;
        for _ in 0..60 {
            for _ in 0..dice.random_range(0..6) {
                happen(&stage, &mut sold, &mut dice);
            }
            match dice.random_range(0..8) {
                0 => stage.sim.faults().next(Fault::LoseReply),
                1 => stage.sim.faults().next(Fault::Answer { status: 503, body: String::new() }),
                2 => stage.sim.drain(10.0),
                3 => stage.sim.revoke(),
                _ => {}
            }
            // What was done last must have become visible: the shop is some minutes behind.
            stage.driver.run_for(SignedDuration::from_secs(dice.random_range(300..4000))).await.expect("quiet");
            let now = stage.clock.now();
            let fetched = stage.poll(everybody()).await;
            for sample in &fetched.samples {
                let Form::Amount { from, .. } = sample.form else { panic!("an amount") };
                newest.insert((sample.series.subject.to_string(), sample.series.metric, from), sample.value);
            }
            if fetched.partial.is_some() {
                assert!(fetched.samples.is_empty(), "seed {seed}: half a story");
                continue;
            }
            whole += 1;
            let mut hour = at("2026-02-27T13:00:00Z");
            while hour <= now {
                for ((subject, metric), value) in truth(&sold, hour) {
                    let said = newest.get(&(subject.to_owned(), metric, hour));
                    assert_eq!(said, Some(&value), "seed {seed}: {subject} {metric} {hour} at {now}");
                }
                hour += SignedDuration::from_hours(1);
            }
        }
        assert!(20 < whole, "seed {seed}: {whole} polls were whole");
    }
}

/// Somebody buys, gets money back, or changes their mind.
fn happen(stage: &Stage, sold: &mut Vec<Sold>, dice: &mut ChaCha8Rng) {
    let now = stage.clock.now();
    if sold.is_empty() || dice.random_bool(0.7) {
        let codes: &[&str] = match dice.random_range(0..4) {
            0 => &["ALMA10"],
            1 => &["bo15", "Alma10"],
            2 => &["BO15"],
            _ => &[],
        };
        let Placed::Sold { order, codes, minor } =
            stage.world().place_order(now, codes, dice.random_range(100..90_000))
        else {
            panic!("the shop sells");
        };
        let hour = Timestamp::from_second(now.as_second().div_euclid(3600) * 3600).expect("an hour");
        sold.push(Sold { order, hour, codes, total: minor, left: minor, cancelled: false });
        return;
    }
    let place = dice.random_range(0..sold.len());
    let one = &mut sold[place];
    if dice.random_bool(0.5) {
        let back = dice.random_range(1..=one.total);
        stage.world().refund(one.order, now, back);
        one.left = std::cmp::max(0, one.left - back);
    } else {
        stage.world().cancel(one.order, now);
        one.cancelled = true;
    }
}
