//! The `WooCommerce` source against the emulated shop, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::woocommerce::{NewCoupon, WooConfig, WooSim, WooWorld};
use plimsoll::sources::orders::Shop as _;
use plimsoll::sources::woocommerce::{self, REQUESTS, Woo, WoocommerceSettings as Settings};
use plimsoll::sources::{Fetched, Request, Target};
use plimsoll::time::{Clock, Driver};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::polled::{self, at, hours, reasons, target, want};

const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";
const NORDBO: &str = "brand/nordbo";

/// The series of the three.
const SERIES: usize = 4 + 4 + 3;

/// Hours of a first poll: three days, and the open one.
const HOURS: usize = 73;

fn start() -> Timestamp {
    at("2026-03-02T12:20:00Z")
}

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: WooSim,
    source: Arc<Woo>,
}

async fn stage_with(config: WooConfig, key: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    // Nine hours ahead of GMT: whoever reads the wrong date is a night off.
    let world = WooWorld::new("SEK", 9);
    for code in ["ALMA10", "BO15"] {
        world.add_coupon(NewCoupon::new(code, 10, at("2026-02-01T00:00:00Z")));
    }
    let sim = WooSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let base = sim.base_url();
    let text =
        format!("base_url = \"{base}\"\nconsumer_key = \"{key}\"\nconsumer_secret = \"cs_sim\"\ncurrency = \"SEK\"\n");
    let settings: Settings = toml::from_str(&text).expect("settings");
    let source = woocommerce::source(&settings, &clock).expect("a source");
    Stage { clock, driver, sim, source: Arc::new(source) }
}

async fn stage() -> Stage {
    stage_with(WooConfig::default(), "ck_sim").await
}

fn everybody() -> Vec<Target> {
    vec![target(ALMA, "Alma10"), target(BO, "BO15"), target(NORDBO, "shop")]
}

impl Stage {
    fn world(&self) -> &WooWorld {
        self.sim.world()
    }

    fn sell(&self, when: &str, codes: &[&str], minor: i64) -> i64 {
        self.world().sell(at(when), codes, minor).0
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
async fn orders_come_by_coupon_and_for_the_whole_shop_hour_by_hour() {
    let mut stage = stage().await;
    stage.sell("2026-03-01T09:10:00Z", &["Alma10"], 10_000);
    stage.sell("2026-03-02T12:00:00Z", &["ALMA10"], 20_000);
    stage.sell("2026-03-02T12:06:00Z", &[], 5000);
    stage.sell("2026-03-02T12:07:00Z", &["bo15", "alma10"], 10_000);
    for status in ["pending", "cancelled", "failed"] {
        let order = stage.sell("2026-03-02T12:08:00Z", &["ALMA10"], 99_900);
        stage.world().set_status(order, at("2026-03-02T12:09:00Z"), status);
    }
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("01T09", 1), ("02T12", 1)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Redemptions), want(&[("01T09", 1), ("02T12", 2)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 18_000)]));
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("02T12", 1)]), "credited once, to the first code");
    assert_eq!(hours(&fetched, NORDBO, Metric::Orders), want(&[("01T09", 1), ("02T12", 3)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 31_100)]));
    assert_eq!(fetched.samples.len(), HOURS * SERIES);
    assert_eq!(fetched.units, [(REQUESTS.to_owned(), 8)], "changes and the bin, four days of orders, two coupons");
    let asked = stage.sim.seen();
    let orders = asked.iter().filter(|seen| seen.path.ends_with("/orders"));
    let fields = orders.map(|seen| seen.query.iter().find(|row| row.0 == "_fields").map(|row| row.1.clone()));
    assert!(fields.clone().all(|fields| fields.is_some_and(|fields| !fields.contains("billing"))), "no customers");
    assert!(asked.iter().all(|seen| seen.query.iter().all(|row| !row.1.contains("ck_"))), "no key in an address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_a_cancellation_and_the_bin_state_their_hour_anew() {
    let mut stage = stage().await;
    let old = stage.sell("2026-02-20T08:00:00Z", &["ALMA10"], 30_000);
    let first = stage.sell("2026-03-01T09:10:00Z", &["ALMA10"], 10_000);
    let second = stage.sell("2026-03-01T09:20:00Z", &["ALMA10"], 10_000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 18_000)]), "three days back and no further");
    stage.go_to("2026-03-02T12:35:00Z").await;
    let now = stage.clock.now();
    stage.world().refund(first, now, 4000);
    stage.world().refund(old, now, 27_000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 14_000)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Refunds), want(&[("01T09", 1), ("20T08", 1)]));
    let spans: BTreeSet<_> = fetched.samples.iter().map(|one| one.form.observed_at()).collect();
    assert_eq!(spans.len(), 3, "the two hours that changed, and the open one: {spans:?}");
    stage.go_to("2026-03-02T12:45:00Z").await;
    stage.world().set_status(first, stage.clock.now(), "cancelled");
    stage.world().set_status(second, stage.clock.now(), "trash");
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("20T08", 1)]), "only the old one is left");
    let nine = at("2026-03-01T09:00:00Z");
    let said = |one: &&plimsoll::domain::sample::Sample| matches!(one.form, Form::Amount { from, .. } if from == nine);
    assert_eq!(fetched.samples.iter().filter(said).count(), SERIES, "it is said that there are none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_nobody_bought_in_is_zero_and_an_hour_nobody_answered_for_is_absent() {
    let mut stage = stage().await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (HOURS * SERIES, 0));
    assert!(fetched.samples.iter().all(|sample| sample.value == 0));
    let refused = r#"{"code":"rest_invalid_param","message":"m","data":{"status":400}}"#;
    for (fault, why) in [
        (Fault::LoseReply, Absence::Unreachable),
        (Fault::Garbage, Absence::Garbled),
        (Fault::Answer { status: 500, body: String::new() }, Absence::Unreachable),
        (Fault::Answer { status: 403, body: "<html>".to_owned() }, Absence::Unreachable),
        (Fault::Answer { status: 200, body: "<html>".to_owned() }, Absence::Garbled),
        (Fault::Answer { status: 400, body: refused.to_owned() }, Absence::Garbled),
        (Fault::Answer { status: 200, body: "{}".to_owned() }, Absence::Garbled),
    ] {
        let shown = format!("{fault:?}");
        stage.sim.faults().next_for("orders", fault);
        let fetched = stage.poll(everybody()).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, SERIES), "{shown}");
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
    }
    stage.sell("2026-03-02T12:35:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]), "what was owed is read and told");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_to_the_end_with_or_without_their_headers() {
    for strips_headers in [false, true] {
        let mut stage = stage_with(WooConfig { strips_headers, ..WooConfig::default() }, "ck_sim").await;
        for n in 0..230 {
            let hour = if n < 120 { "2026-03-02T10:00:00Z" } else { "2026-03-02T11:00:00Z" };
            stage.world().sell(at(hour) + SignedDuration::from_secs(n), &["ALMA10"], 1000);
        }
        let fetched = stage.poll(everybody()).await;
        assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T10", 120), ("02T11", 110)]));
    }
    let mut stage = stage().await;
    stage.sim.move_list();
    let fetched = stage.poll(everybody()).await;
    let error = fetched.partial.expect("told").to_string();
    assert!(error.contains("`X-WP-Total`") && fetched.samples.is_empty(), "a list that moved is not whole: {error}");
    assert!(stage.poll(everybody()).await.partial.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_host_is_waited_for_and_a_firewall_says_nothing_about_the_keys() {
    let mut stage = stage().await;
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 1000);
    let before = stage.clock.now();
    stage.sim.wall(429, Some(7));
    stage.sim.wall(503, Some(11));
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]));
    assert_eq!(stage.sim.seen().len(), 10, "asked twice in vain, from {before}");
    for (status, wait, text) in [
        (403, None, "WooCommerce failed with status 403"),
        (503, None, "WooCommerce failed with status 503"),
        (429, Some(3600), "WooCommerce asked us to slow down"),
    ] {
        stage.sim.wall(status, wait);
        let fetched = stage.poll(everybody()).await;
        assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unreachable]));
        assert_eq!(fetched.partial.expect("told").to_string(), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_told_and_no_secret_is() {
    let mut stage = stage_with(WooConfig::default(), "ck_CANARY").await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unauthorized]));
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "WooCommerce refused our credentials: `woocommerce_rest_cannot_view`");
    assert_eq!(stage.sim.seen().len(), 1, "nothing else is asked");
    assert!(!format!("{error:?} {:?}", stage.source).contains("CANARY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_too_old_to_know_the_question_is_not_believed() {
    let mut stage = stage_with(WooConfig { old: true, ..WooConfig::default() }, "ck_sim").await;
    stage.sell("2026-01-01T08:00:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::Garbled])));
    let error = fetched.partial.expect("told").to_string();
    assert!(error.contains("`[0].date_modified_gmt`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_the_shop_does_not_have_is_gone_and_not_zero() {
    let mut stage = stage().await;
    stage.sell("2026-03-02T12:05:00Z", &["BO15"], 1000);
    stage.world().delete_coupon("bo15");
    let cleo = target("partnership/spring/cleo", "CLEO20");
    let targets: Vec<Target> = everybody().into_iter().chain([cleo]).collect();
    let fetched = stage.poll(targets).await;
    let gone: Vec<_> = fetched.missing.iter().map(|one| (one.series.subject.to_string(), one.why)).collect();
    assert_eq!(gone, vec![("partnership/spring/cleo".to_owned(), Absence::Gone); 4]);
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("02T12", 1)]), "what was sold with it was sold");
    stage.sim.faults().next_for("coupons", Fault::Answer { status: 500, body: String::new() });
    stage.go_to("2026-03-02T14:00:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_some() && !fetched.samples.is_empty(), "orders are told without coupons");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_in_another_currency_is_never_added() {
    let mut stage = stage().await;
    let order = stage.sell("2026-03-01T09:10:00Z", &["BO15"], 10_000);
    stage.world().set_currency(order, "EUR");
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("01T09", 1)]));
    let absent: BTreeSet<Metric> = fetched.missing.iter().map(|one| one.series.metric).collect();
    assert_eq!(absent, BTreeSet::from([Metric::Revenue, Metric::Refunds]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_says_its_coupons_and_where_orders_came_from() {
    let stage = stage().await;
    let order = stage.sell("2026-03-01T09:10:00Z", &["Alma10"], 10_000);
    stage.world().came_by(order, ["instagram", "influencer", "spring", "alma"]);
    stage.sell("2026-03-01T09:11:00Z", &[], 10_000);
    stage.world().set_end("bo15", Some(at("2026-03-01T00:00:00Z")));
    let listed = stage.source.codes().await.expect("listed");
    let told: Vec<_> = listed.codes.iter().map(|one| (one.codes[0].as_str(), one.status.as_str(), one.used)).collect();
    assert_eq!(told, [("alma10", "ACTIVE", 1), ("bo15", "EXPIRED", 0)]);
    let visits = stage.source.visits(at("2026-02-01T00:00:00Z")).await.expect("told").expect("known");
    let came: Vec<_> = visits.iter().map(|one| (one.codes.clone(), one.content.as_deref())).collect();
    assert_eq!(came, [(vec!["alma10".to_owned()], Some("alma"))]);
    let bo = stage.source.code("BO15").await.expect("asked").expect("there");
    assert_eq!(bo.ends_at, Some(at("2026-03-01T00:00:00Z")), "the end in GMT, not in the shop's zone");
}

/// What a shop sold, kept beside it in the plainest way.
struct Sold {
    order: i64,
    hour: Timestamp,
    first: Option<&'static str>,
    total: i64,
    left: i64,
    counts: bool,
}

fn truth(sold: &[Sold], hour: Timestamp) -> BTreeMap<(&'static str, Metric), i64> {
    let mut truth = BTreeMap::new();
    for subject in [ALMA, BO, NORDBO] {
        for metric in [Metric::Orders, Metric::Revenue, Metric::Refunds] {
            truth.insert((subject, metric), 0);
        }
    }
    for one in sold.iter().filter(|one| one.hour == hour && one.counts) {
        for subject in one.first.into_iter().chain([NORDBO]) {
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
    for seed in 0..8 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut stage = stage().await;
        let mut sold: Vec<Sold> = Vec::new();
        let mut newest: BTreeMap<(String, Metric, Timestamp), i64> = BTreeMap::new();
        let mut whole = 0;
        for _ in 0..40 {
            for _ in 0..dice.random_range(0..6) {
                happen(&stage, &mut sold, &mut dice);
            }
            match dice.random_range(0..8) {
                0 => stage.sim.faults().next(Fault::LoseReply),
                1 => stage.sim.wall(403, None),
                2 => stage.sim.wall(429, Some(3)),
                3 => stage.sim.faults().next_for("orders", Fault::Garbage),
                _ => {}
            }
            stage.driver.run_for(SignedDuration::from_secs(dice.random_range(60..9000))).await.expect("quiet");
            let now = stage.clock.now();
            let fetched = stage.poll(everybody()).await;
            for sample in &fetched.samples {
                let Form::Amount { from, .. } = sample.form else { panic!("an amount") };
                newest.insert((sample.series.subject.to_string(), sample.series.metric, from), sample.value);
            }
            if fetched.partial.is_some() {
                continue;
            }
            whole += 1;
            // Three days before the first poll, wherever in its first three hours that was.
            let mut hour = at("2026-02-27T15:00:00Z");
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

/// Somebody buys, gets money back, or the shop puts an order away.
fn happen(stage: &Stage, sold: &mut Vec<Sold>, dice: &mut ChaCha8Rng) {
    let now = stage.clock.now();
    if sold.is_empty() || dice.random_bool(0.6) {
        let (codes, first): (&[&str], _) = match dice.random_range(0..4) {
            0 => (&["ALMA10"], Some(ALMA)),
            1 => (&["bo15", "Alma10"], Some(BO)),
            2 => (&["BO15"], Some(BO)),
            _ => (&[], None),
        };
        let (order, total) = stage.world().sell(now, codes, dice.random_range(100..90_000));
        let hour = Timestamp::from_second(now.as_second().div_euclid(3600) * 3600).expect("an hour");
        sold.push(Sold { order, hour, first, total, left: total, counts: true });
        return;
    }
    let place = dice.random_range(0..sold.len());
    let one = &mut sold[place];
    if one.counts && 0 < one.left && dice.random_bool(0.6) {
        let back = dice.random_range(1..=one.left);
        stage.world().refund(one.order, now, back);
        one.left -= back;
    } else {
        let status = if dice.random_bool(0.5) { "trash" } else { "cancelled" };
        stage.world().set_status(one.order, now, status);
        one.counts = false;
    }
}
