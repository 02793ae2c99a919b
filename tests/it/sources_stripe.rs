//! The Stripe source against the emulated account, over real HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form};
use plimsoll::sim::loopback::Fault;
use plimsoll::sim::stripe::{NewCheckout, NewPromo, StripeConfig, StripeSim, StripeWorld};
use plimsoll::sources::orders::Shop as _;
use plimsoll::sources::stripe::{self, REQUESTS, Stripe, StripeSettings as Settings};
use plimsoll::sources::{Fetched, Request, Source, SourceError, Target};
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
    sim: StripeSim,
    source: Arc<Stripe>,
}

async fn stage_with(config: StripeConfig, extra: &str) -> Stage {
    let (clock, driver) = Clock::simulated(start());
    let world = StripeWorld::new("SEK");
    for code in ["ALMA10", "BO15"] {
        world.add_promo(NewPromo::new(code, 10, at("2026-02-01T00:00:00Z")));
    }
    let key = if extra.contains("key = ") { "" } else { "key = \"rk_live_sim\"" };
    let sim = StripeSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let text = format!("base_url = \"{}\"\ncurrency = \"SEK\"\n{key}\n{extra}\n", sim.base_url());
    let settings: Settings = toml::from_str(&text).expect("settings");
    let source = stripe::source(&settings, &clock).expect("a source");
    Stage { clock, driver, sim, source: Arc::new(source) }
}

async fn stage() -> Stage {
    stage_with(StripeConfig::default(), "").await
}

fn everybody() -> Vec<Target> {
    vec![target(ALMA, "alma10"), target(BO, "BO15"), target(NORDBO, "shop")]
}

impl Stage {
    fn world(&self) -> &StripeWorld {
        self.sim.world()
    }

    fn sell(&self, when: &str, codes: &[&str], minor: i64) -> u64 {
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
async fn orders_come_by_code_and_for_the_whole_account_hour_by_hour() {
    let mut stage = stage().await;
    stage.sell("2026-03-01T09:10:00Z", &["Alma10"], 10_000);
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 20_000);
    stage.sell("2026-03-02T12:06:00Z", &[], 5000);
    stage.sell("2026-03-02T12:07:00Z", &["bo15", "alma10"], 10_000);
    let checkout = |mode: &str, live| NewCheckout {
        codes: vec!["ALMA10".into()],
        amount: 99_900,
        mode: mode.into(),
        live,
        ..NewCheckout::default()
    };
    for what in [checkout("payment", false), checkout("setup", true)] {
        let number = stage.world().open(at("2026-03-02T12:08:00Z"), what);
        stage.world().complete(number, true);
    }
    stage.world().open(at("2026-03-02T12:09:00Z"), checkout("payment", true));
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("01T09", 1), ("02T12", 1)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Redemptions), want(&[("01T09", 1), ("02T12", 2)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 18_000)]));
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("02T12", 1)]), "credited once, to the first code");
    assert_eq!(hours(&fetched, BO, Metric::Revenue), want(&[("02T12", 8100)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Orders), want(&[("01T09", 1), ("02T12", 3)]));
    assert_eq!(hours(&fetched, NORDBO, Metric::Revenue), want(&[("01T09", 9000), ("02T12", 31_100)]));
    assert_eq!(fetched.samples.len(), HOURS * SERIES);
    let open = fetched.samples.iter().filter(|one| one.provisional && one.series.metric == Metric::Orders);
    assert_eq!(open.count(), 3 * 26, "a checkout of the last 25 hours may still be completed");
    let money = fetched.samples.iter().filter(|one| one.series.metric == Metric::Revenue);
    assert!(money.clone().all(|one| one.currency.is_some_and(|currency| currency.code() == "SEK")));
    assert_eq!(fetched.units, [(REQUESTS.to_owned(), 4)], "two codes, refunds, one page of sessions");
    let versions = stage.sim.seen();
    assert!(versions.iter().all(|seen| seen.key.is_none()), "nothing is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_completed_later_is_found_in_the_hour_it_was_opened_in() {
    let mut stage = stage().await;
    let codes = || NewCheckout { codes: vec!["ALMA10".into()], amount: 10_000, ..NewCheckout::default() };
    let slow = stage.world().open(at("2026-03-02T12:10:00Z"), codes());
    let debit = stage.world().open(at("2026-03-02T12:11:00Z"), codes());
    stage.world().complete(debit, false);
    assert!(hours(&stage.poll(everybody()).await, ALMA, Metric::Orders).is_empty(), "neither is an order yet");
    stage.go_to("2026-03-03T12:00:00Z").await;
    stage.world().complete(slow, true);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]));
    stage.go_to("2026-03-08T12:00:00Z").await;
    stage.world().complete(debit, true);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 2)]), "money that took days");
    stage.go_to("2026-03-08T13:00:00Z").await;
    let fetched = stage.poll(everybody()).await;
    assert!(
        fetched.samples.iter().all(|one| at("2026-03-07T00:00:00Z") < one.form.observed_at()),
        "then it is settled"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_states_its_hour_anew_and_one_that_fails_does_too() {
    let mut stage = stage().await;
    let old = stage.sell("2026-02-20T08:00:00Z", &["ALMA10"], 30_000);
    let first = stage.sell("2026-03-01T09:10:00Z", &["ALMA10"], 10_000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 9000)]), "three days back and no further");
    stage.go_to("2026-03-03T12:30:00Z").await;
    let now = stage.clock.now();
    stage.world().refund(first, now, 4000, "succeeded");
    let pending = stage.world().refund(old, now, 27_000, "pending");
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("01T09", 5000)]));
    assert_eq!(hours(&fetched, ALMA, Metric::Refunds), want(&[("01T09", 1), ("20T08", 1)]));
    stage.go_to("2026-03-05T12:30:00Z").await;
    stage.world().end_refund(pending, "failed");
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Revenue), want(&[("20T08", 27_000)]), "the money came back to us");
    stage.go_to("2026-03-05T12:45:00Z").await;
    let before = stage.sim.seen().len();
    stage.poll(everybody()).await;
    let asked: Vec<String> = stage.sim.seen().split_off(before).into_iter().map(|seen| seen.path).collect();
    assert_eq!(asked, ["/v1/refunds", "/v1/checkout/sessions"], "nothing of it is asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_nobody_bought_in_is_zero_and_an_hour_nobody_answered_for_is_absent() {
    let mut stage = stage().await;
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), fetched.missing.len()), (HOURS * SERIES, 0));
    assert!(fetched.samples.iter().all(|sample| sample.value == 0));
    let refused = r#"{"error":{"type":"invalid_request_error","code":"parameter_unknown","message":"m"}}"#;
    for (fault, why) in [
        (Fault::LoseReply, Absence::Unreachable),
        (Fault::Garbage, Absence::Garbled),
        (Fault::Answer { status: 503, body: String::new() }, Absence::Unreachable),
        (Fault::Answer { status: 400, body: refused.to_owned() }, Absence::Garbled),
        (Fault::Answer { status: 200, body: r#"{"object":"list","data":[]}"#.to_owned() }, Absence::Garbled),
    ] {
        let shown = format!("{fault:?}");
        stage.sim.faults().next_for("sessions", fault);
        let fetched = stage.poll(everybody()).await;
        assert_eq!((fetched.samples.len(), fetched.missing.len()), (0, SERIES), "{shown}");
        assert_eq!(reasons(&fetched), BTreeSet::from([why]), "{shown}");
    }
    stage.sell("2026-03-02T12:29:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]), "what was owed is read and told");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_to_the_end_and_half_a_list_says_nothing() {
    let mut stage = stage().await;
    for n in 0..230 {
        let hour = if n < 120 { "2026-03-02T10:00:00Z" } else { "2026-03-02T11:00:00Z" };
        stage.world().sell(at(hour) + SignedDuration::from_secs(n), &["ALMA10"], 1000);
    }
    let faults = stage.sim.faults();
    for _ in 0..2 {
        faults.next_for("sessions", Fault::Hang(SignedDuration::ZERO));
    }
    faults.next_for("sessions", Fault::LoseReply);
    let fetched = stage.poll(everybody()).await;
    assert_eq!((fetched.samples.len(), reasons(&fetched)), (0, BTreeSet::from([Absence::Unreachable])));
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T10", 120), ("02T11", 110)]));
    assert_eq!(fetched.samples.len(), HOURS * SERIES, "all that was owed is told at once");
    let repeated = r#"{"object":"list","has_more":true,"data":[]}"#.to_owned();
    stage.sim.faults().next_for("sessions", Fault::Answer { status: 200, body: repeated });
    let error = stage.poll(everybody()).await.partial.expect("told");
    assert!(error.to_string().contains("`has_more`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_limit_is_waited_for_and_a_lasting_one_is_told() {
    let config = StripeConfig { per_second: 1, ..StripeConfig::default() };
    let mut stage = stage_with(config, "").await;
    stage.sell("2026-03-02T12:05:00Z", &["ALMA10"], 1000);
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(hours(&fetched, ALMA, Metric::Orders), want(&[("02T12", 1)]));
    assert!(0 < stage.sim.throttled());
    for _ in 0..60 {
        let body = r#"{"error":{"code":"rate_limit"}}"#.to_owned();
        stage.sim.faults().next_for("refunds", Fault::Answer { status: 429, body });
    }
    let fetched = stage.poll(everybody()).await;
    assert_eq!(reasons(&fetched), BTreeSet::from([Absence::Unreachable]));
    assert_eq!(fetched.partial.expect("told").to_string(), "Stripe asked us to slow down");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_and_a_missing_right_are_told_and_no_secret_is() {
    let mut stage = stage_with(StripeConfig::default(), "key = \"rk_live_CANARY\"").await;
    let fetched = stage.poll(everybody()).await;
    let error = fetched.partial.expect("told");
    assert_eq!(error.to_string(), "Stripe refused our credentials: `invalid_request_error`");
    assert_eq!(stage.sim.seen().len(), 1, "nothing else is asked");
    assert!(!format!("{error:?} {:?}", stage.source).contains("CANARY"));
    let config = StripeConfig { rights: vec!["promotion_codes".into(), "sessions".into()], ..StripeConfig::default() };
    let mut stage = stage_with(config, "").await;
    let error = stage.poll(everybody()).await.partial.expect("told");
    assert_eq!(error.to_string(), "Stripe refused our credentials: `more_permissions_required`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_never_was_is_gone_and_one_made_anew_is_the_same_code() {
    let mut stage = stage().await;
    let cleo = target("partnership/spring/cleo", "CLEO20");
    let targets: Vec<Target> = everybody().into_iter().chain([cleo]).collect();
    let fetched = stage.poll(targets.clone()).await;
    let gone: Vec<_> = fetched.missing.iter().map(|one| (one.series.subject.to_string(), one.why)).collect();
    assert_eq!(gone, vec![("partnership/spring/cleo".to_owned(), Absence::Gone); 4]);
    let old = stage.world().add_promo(NewPromo::new("CLEO20", 20, stage.clock.now()));
    stage.world().set_active(&old, false);
    stage.world().add_promo(NewPromo::new("CLEO20", 20, stage.clock.now()));
    let now = stage.clock.now();
    stage.world().sell(now, &["cleo20"], 1000);
    stage.go_to("2026-03-02T13:30:00Z").await;
    let fetched = stage.poll(targets).await;
    assert!(fetched.missing.is_empty(), "within the hour it is looked up again: {:?}", fetched.missing);
    assert_eq!(hours(&fetched, "partnership/spring/cleo", Metric::Orders), want(&[("02T12", 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_in_another_currency_is_absent_or_what_it_was_settled_for() {
    let abroad = |stage: &Stage| {
        let codes = vec!["BO15".into()];
        let what = NewCheckout { codes, amount: 10_000, currency: "eur".into(), ..NewCheckout::default() };
        let number = stage.world().open(at("2026-03-01T09:10:00Z"), what);
        stage.world().complete(number, true);
        number
    };
    let mut stage = stage().await;
    abroad(&stage);
    let fetched = stage.poll(everybody()).await;
    assert_eq!(hours(&fetched, BO, Metric::Orders), want(&[("01T09", 1)]));
    let absent: BTreeSet<Metric> = fetched.missing.iter().map(|one| one.series.metric).collect();
    assert_eq!(absent, BTreeSet::from([Metric::Revenue, Metric::Refunds]), "never added, never 0");

    let rights = ["sessions", "charges", "balance", "promotion_codes"].map(str::to_owned).to_vec();
    let mut stage = stage_with(StripeConfig { rights, ..StripeConfig::default() }, "settled = true").await;
    let number = abroad(&stage);
    stage.world().refund(number, start(), 3000, "succeeded");
    let fetched = stage.poll(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    // 9000 cents were settled for 4500; a third was given back.
    assert_eq!(hours(&fetched, BO, Metric::Revenue), want(&[("01T09", 3000)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_gives_the_same_numbers() {
    for version in ["2022-11-15", "2024-06-20", "2025-09-30.clover"] {
        let mut stage = stage_with(StripeConfig::default(), &format!("api_version = \"{version}\"")).await;
        stage.sell("2026-03-02T12:05:00Z", &["bo15"], 10_000);
        let fetched = stage.poll(everybody()).await;
        assert_eq!(hours(&fetched, BO, Metric::Revenue), want(&[("02T12", 9000)]), "{version}");
        let listed = stage.source.codes().await.expect("listed");
        let told: Vec<(&str, i64)> = listed.codes.iter().map(|code| (code.title.as_str(), code.used)).collect();
        assert_eq!(told, [("10 % off", 1), ("10 % off", 0)], "{version}");
        assert!(!listed.cut && stage.source.visits(start()).await.expect("told").is_none());
        let bo = stage.source.code("Bo15").await.expect("asked").expect("there");
        assert_eq!((bo.status.as_str(), bo.codes, bo.ends_at), ("ACTIVE", vec!["BO15".to_owned()], None));
        assert!(stage.source.code("NONE").await.expect("asked").is_none());
    }
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

/// What an account sold, kept beside it in the plainest way.
struct Sold {
    number: u64,
    hour: Timestamp,
    first: Option<&'static str>,
    total: i64,
    left: i64,
    paid: bool,
}

fn truth(sold: &[Sold], hour: Timestamp) -> BTreeMap<(&'static str, Metric), i64> {
    let mut truth = BTreeMap::new();
    for subject in [ALMA, BO, NORDBO] {
        for metric in [Metric::Orders, Metric::Revenue, Metric::Refunds] {
            truth.insert((subject, metric), 0);
        }
    }
    for one in sold.iter().filter(|one| one.hour == hour && one.paid) {
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
async fn whatever_happens_the_newest_statements_are_what_was_sold() {
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
                1 => stage.sim.faults().next(Fault::Answer { status: 503, body: String::new() }),
                2 => stage.sim.faults().next(Fault::Answer { status: 429, body: String::new() }),
                3 => stage.sim.faults().next_for("sessions", Fault::Garbage),
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
                assert!(fetched.samples.is_empty(), "seed {seed}: half a story");
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

/// Somebody opens a checkout, goes through with an earlier one, or gets money back.
fn happen(stage: &Stage, sold: &mut Vec<Sold>, dice: &mut ChaCha8Rng) {
    let now = stage.clock.now();
    if sold.is_empty() || dice.random_bool(0.6) {
        let (codes, first): (&[&str], _) = match dice.random_range(0..4) {
            0 => (&["ALMA10"], Some(ALMA)),
            1 => (&["bo15", "Alma10"], Some(BO)),
            2 => (&["BO15"], Some(BO)),
            _ => (&[], None),
        };
        let codes: Vec<String> = codes.iter().map(|&code| code.to_owned()).collect();
        let uses = u32::try_from(codes.len()).expect("few");
        let amount = dice.random_range(1..900) * 100;
        let total = (0..uses).fold(amount, |left, _| left - left * 10 / 100);
        let number = stage.world().open(now, NewCheckout { codes, amount, ..NewCheckout::default() });
        let hour = Timestamp::from_second(now.as_second().div_euclid(3600) * 3600).expect("an hour");
        let paid = dice.random_bool(0.7);
        if paid {
            stage.world().complete(number, true);
        }
        sold.push(Sold { number, hour, first, total, left: total, paid });
        return;
    }
    let place = dice.random_range(0..sold.len());
    let one = &mut sold[place];
    let fresh = now.duration_since(one.hour) < SignedDuration::from_hours(23);
    if one.paid && 0 < one.left {
        let back = dice.random_range(1..=one.left);
        stage.world().refund(one.number, now, back, "succeeded");
        one.left -= back;
    } else if !one.paid && fresh {
        stage.world().complete(one.number, true);
        one.paid = true;
    }
}
