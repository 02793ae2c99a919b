//! Google Analytics 4 against the emulated API, over real HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::Absence;
use plimsoll::sim::google::{GoogleConfig, GoogleSim, GoogleWorld, Property, Visit};
use plimsoll::sim::loopback::Fault;
use plimsoll::sources::ga4::{Ga4Settings, TOKENS};
use plimsoll::sources::{Fate, Fetched, Request, Settings as _, Source, Target};
use plimsoll::time::{Clock, Driver};
use serde_json::json;

use super::google::{APP, Connected, account, at, build, chain, date, days, samples, why};

const ALMA: &str = "partnership/spring/alma";
const BO: &str = "partnership/spring/bo";
const NORDBO: &str = "brand/nordbo";

struct Stage {
    clock: Clock,
    driver: Driver,
    sim: GoogleSim,
    source: Arc<dyn Source>,
}

fn config() -> GoogleConfig {
    let refresh = BTreeMap::from([("1//site".to_owned(), vec!["4711".to_owned()])]);
    GoogleConfig { refresh, ..GoogleConfig::default() }
}

fn source_of(sim: &GoogleSim, clock: &Clock, more: &str) -> Arc<dyn Source> {
    let address = format!("base_url = \"{0}/v1beta\"\ntoken_url = \"{0}/token\"\n", sim.base_url());
    let settings: Ga4Settings =
        toml::from_str(&format!("{address}property = \"4711\"\n{APP}{more}")).expect("settings");
    build(&settings, clock, Connected::new(&[("4711", "1//site")])).expect("a source")
}

async fn stage_with(config: GoogleConfig, more: &str) -> Stage {
    // 01:00 in Stockholm on the 21st.
    let (clock, driver) = Clock::simulated(at("2026-03-21T00:00:00Z"));
    let world = GoogleWorld::new();
    let visits = (1..=20).map(|day| visit(day, ("google", "(organic)", "(not set)"), 1_000)).collect();
    world.put_property(
        "4711",
        Property {
            zone: "Europe/Stockholm".to_owned(),
            currency: "SEK".to_owned(),
            threshold: 0,
            key_events: vec!["generate_lead".to_owned(), "sign_up".to_owned()],
            visits,
        },
    );
    let sim = GoogleSim::start(&clock, config, Arc::new(world)).await.expect("a free port");
    let source = source_of(&sim, &clock, more);
    Stage { clock, driver, sim, source }
}

async fn stage() -> Stage {
    stage_with(config(), "").await
}

fn visit(day: i64, utm: (&str, &str, &str), sessions: i64) -> Visit {
    Visit::of(date(&format!("2026-03-{day:02}")), utm, sessions)
}

fn everybody() -> Vec<Target> {
    vec![account(ALMA, "alma-spring"), account(BO, "bo-spring"), account(NORDBO, "site")]
}

impl Stage {
    fn visit(&self, visit: Visit) {
        self.sim.world().with_property("4711", |property| property.visits.push(visit));
    }

    async fn fetch(&self, targets: Vec<Target>) -> Fetched {
        self.source.fetch(&Request { targets, now: self.clock.now() }).await.expect("asked")
    }

    async fn pass(&mut self, hours: i64) {
        self.driver.run_for(SignedDuration::from_hours(hours)).await.expect("quiet");
    }
}

/// The days that are not 0, by date of the month in Stockholm.
fn told(fetched: &Fetched, subject: &str, metric: Metric) -> Vec<(i64, i64)> {
    let zone = jiff::tz::TimeZone::get("Europe/Stockholm").expect("a zone");
    let day = |(from, value): (String, i64)| {
        let from: Timestamp = from.parse().expect("an instant");
        (i64::from(from.to_zoned(zone.clone()).day()), value)
    };
    days(fetched, subject, metric).into_iter().map(day).filter(|day| day.1 != 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_belong_to_the_link_they_name_or_to_whom_our_redirector_marks() {
    let stage = stage().await;
    stage.visit(visit(18, ("youtube", "whatever", "Alma-Spring"), 40));
    stage.visit(visit(18, ("alma", "spring", "(not set)"), 2));
    stage.visit(visit(18, ("bo", "spring", "alma-spring"), 5));
    stage.visit(visit(19, ("bo", "Spring", ""), 7));
    stage.visit(visit(19, ("alma", "autumn", "(not set)"), 100));
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.partial.is_none() && fetched.missing.is_empty(), "{:?} {:?}", fetched.partial, fetched.missing);
    assert_eq!(told(&fetched, ALMA, Metric::Sessions), [(18, 47)], "the link it names goes before who is marked");
    assert_eq!(told(&fetched, BO, Metric::Sessions), [(19, 7)]);
    let site = told(&fetched, NORDBO, Metric::Sessions);
    assert_eq!((site.len(), site[17], site[18]), (20, (18, 1_047), (19, 1_107)));
    assert_eq!(samples(&fetched, ALMA, Metric::Sessions).len(), 20, "a day the site has and the link has not is 0");
    let last = samples(&fetched, ALMA, Metric::Sessions);
    let spans: Vec<_> = last.iter().rev().take(3).map(|one| (one.form.observed_at(), one.provisional)).collect();
    let midnight = |text: &str| at(text);
    let want = [
        (midnight("2026-03-20T23:00:00Z"), true),
        (midnight("2026-03-19T23:00:00Z"), true),
        (midnight("2026-03-18T23:00:00Z"), false),
    ];
    assert_eq!(spans, want, "whole days of Stockholm, the newest two provisional");
    assert_eq!(fetched.units, [(TOKENS.to_owned(), 21)], "the zone, the site, the links: as the property counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn purchases_and_key_events_are_told_only_where_they_are_wanted() {
    let more = "lead_event = \"generate_lead\"\nsign_up_event = \"sign_up\"\norders = true\n";
    let stage = stage_with(config(), more).await;
    let events =
        BTreeMap::from([("generate_lead".to_owned(), "2.5".to_owned()), ("sign_up".to_owned(), "3".to_owned())]);
    stage.visit(Visit { purchases: 2, revenue: "1311.555".into(), events, ..visit(18, ("x", "y", "alma-spring"), 9) });
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    for (metric, want) in [
        (Metric::Sessions, 9),
        (Metric::Leads, 2),
        (Metric::SignUps, 3),
        (Metric::Orders, 2),
        (Metric::Revenue, 131_156),
    ] {
        assert_eq!(told(&fetched, ALMA, metric), [(18, want)], "{metric}");
    }
    let money = samples(&fetched, ALMA, Metric::Revenue);
    assert!(money.iter().all(|one| one.currency.is_some_and(|currency| currency.code() == "SEK")));
    let plain = source_of(&stage.sim, &stage.clock, "");
    let fetched = plain.fetch(&Request { targets: everybody(), now: stage.clock.now() }).await.expect("asked");
    assert!(fetched.samples.iter().all(|one| one.series.metric == Metric::Sessions), "a shop counts its own orders");
    let unknown = source_of(&stage.sim, &stage.clock, "lead_event = \"nothing\"\n");
    let fetched = unknown.fetch(&Request { targets: everybody(), now: stage.clock.now() }).await.expect("asked");
    let error = fetched.partial.expect("refused").to_string();
    assert_eq!(error, "Google Analytics did not accept the request: status 400, `INVALID_ARGUMENT`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_the_site_does_not_have_is_not_zero_and_a_hidden_row_is_too_few() {
    let stage = stage().await;
    stage.visit(visit(18, ("x", "y", "alma-spring"), 40));
    stage.visit(visit(19, ("x", "y", "alma-spring"), 3));
    stage.sim.world().with_property("4711", |property| {
        property.threshold = 10;
        property.visits.retain(|visit| visit.date != date("2026-03-20"));
    });
    let fetched = stage.fetch(everybody()).await;
    assert_eq!(told(&fetched, NORDBO, Metric::Sessions).last(), Some(&(19, 1_003)), "nothing is known of the 20th");
    assert_eq!(days(&fetched, ALMA, Metric::Sessions).len(), 1, "small rows are hidden: no row is no 0");
    let word = fetched.missing.iter().find(|one| one.series.subject.to_string() == ALMA).expect("a word");
    assert_eq!((word.why, word.at), (Absence::TooFew, at("2026-03-19T23:00:00Z")));
    stage.sim.world().with_property("4711", |property| property.visits.clear());
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.samples.is_empty() && fetched.partial.is_none());
    assert_eq!(why(&fetched, NORDBO, Metric::Sessions), Some(Absence::NotYet), "a report without rows says nothing");
    assert_eq!(why(&fetched, ALMA, Metric::Sessions), Some(Absence::NotYet));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read_and_a_page_with_a_hole_says_nothing() {
    let stage = stage().await;
    stage.sim.world().with_property("4711", |property| {
        for source in 0..1_200 {
            let source = format!("source{source}");
            property.visits.extend((10..=19).map(|day| visit(day, (&source, "y", "alma-spring"), 1)));
        }
    });
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(told(&fetched, ALMA, Metric::Sessions), (10..=19).map(|day| (day, 1_200)).collect::<Vec<_>>());
    let offsets: Vec<_> = stage.sim.seen().iter().filter_map(|seen| seen.body.get("offset").cloned()).collect();
    assert_eq!(offsets, [json!("0"), json!("0"), json!("10000")], "12,000 rows are two pages");
    let hole = json!({
        "kind": "analyticsData#runReport", "rowCount": 23, "rows": [],
        "dimensionHeaders": [{"name": "date"}], "metricHeaders": [{"name": "sessions"}],
        "metadata": {"timeZone": "Europe/Stockholm"},
    });
    stage.sim.faults().next_for("run_report", Fault::Answer { status: 200, body: hole.to_string() });
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.samples.is_empty());
    assert_eq!(why(&fetched, ALMA, Metric::Sessions), Some(Absence::Garbled));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_links_are_several_reports_and_each_row_counts_once() {
    let stage = stage().await;
    stage.visit(visit(18, ("c149", "spring", "link-000"), 4));
    stage.visit(visit(18, ("c149", "spring", ""), 9));
    let targets: Vec<Target> =
        (0..150).map(|n| account(&format!("partnership/spring/c{n:03}"), &format!("link-{n:03}"))).collect();
    let fetched = stage.fetch(targets).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    assert_eq!(told(&fetched, "partnership/spring/c000", Metric::Sessions), [(18, 4)]);
    assert_eq!(told(&fetched, "partnership/spring/c149", Metric::Sessions), [(18, 9)], "it names another's link");
    assert_eq!(stage.sim.count("run_report"), 4, "the zone, the site, and 150 links in two");
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_that_moves_is_told_again() {
    let mut stage = stage().await;
    stage.visit(visit(10, ("x", "y", "alma-spring"), 4));
    stage.fetch(everybody()).await;
    stage.visit(visit(10, ("x", "y", "alma-spring"), 3));
    stage.visit(visit(2, ("x", "y", "alma-spring"), 50));
    stage.sim.world().with_property("4711", |property| property.visits.push(visit(21, ("a", "b", "c"), 9)));
    stage.pass(24).await;
    let fetched = stage.fetch(everybody()).await;
    assert_eq!(told(&fetched, ALMA, Metric::Sessions), [(10, 7)], "two weeks back, and only what changed");
    assert_eq!(told(&fetched, NORDBO, Metric::Sessions).last(), Some(&(21, 9)));
    let first = samples(&fetched, NORDBO, Metric::Sessions)[0].form;
    assert_eq!(first.observed_at(), at("2026-03-10T23:00:00Z"));
    assert_eq!(stage.sim.count("run_report"), 5, "the zone is asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_the_hour_is_left_to_people() {
    let stage = stage_with(GoogleConfig { tokens: (200_000, 60), ..config() }, "").await;
    let fetched = stage.fetch(everybody()).await;
    let error = fetched.partial.as_ref().expect("slowed down");
    assert_eq!(error.fate(), Fate::SlowDown(Some(Duration::from_hours(1))));
    assert_eq!(told(&fetched, NORDBO, Metric::Sessions).len(), 20, "the site was read");
    assert_eq!(why(&fetched, ALMA, Metric::Sessions), Some(Absence::Unreachable));
    assert_eq!(stage.sim.count("run_report"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_spent_waits_for_pacific_midnight() {
    let stage = stage_with(GoogleConfig { tokens: (14, 14_000), ..config() }, "").await;
    let fetched = stage.fetch(everybody()).await;
    assert_eq!(why(&fetched, ALMA, Metric::Sessions), Some(Absence::QuotaSpent));
    let error = fetched.partial.expect("spent");
    assert_eq!(error.fate(), Fate::WaitUntil(at("2026-03-21T07:00:00Z")), "the answer before said that none are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_renewed_and_a_dead_one_is_told() {
    let stage = stage().await;
    stage.fetch(everybody()).await;
    stage.sim.end_tokens();
    let fetched = stage.fetch(everybody()).await;
    assert!(fetched.partial.is_none(), "{:?}", fetched.partial);
    stage.sim.revoke("1//site");
    let fetched = stage.fetch(everybody()).await;
    assert_eq!(why(&fetched, ALMA, Metric::Sessions), Some(Absence::Unauthorized));
    let error = fetched.partial.expect("dead");
    assert_eq!(error.to_string(), "Google Analytics refused our credentials: `invalid_grant`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_in_a_file_signs_in_without_connecting() {
    let stage = stage().await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("site.refresh"), "1//site\n").expect("a file");
    let address = format!("base_url = \"{0}/v1beta\"\ntoken_url = \"{0}/token\"\n", stage.sim.base_url());
    let text = format!("{address}property = \"4711\"\nrefresh_token_file = \"site.refresh\"\n{APP}");
    let mut settings: Ga4Settings = toml::from_str(&text).expect("settings");
    settings.beside(folder.path());
    let source = build(&settings, &stage.clock, Connected::new(&[])).expect("a source");
    let fetched = source.fetch(&Request { targets: everybody(), now: stage.clock.now() }).await.expect("asked");
    assert_eq!(told(&fetched, NORDBO, Metric::Sessions).len(), 20, "{:?}", fetched.partial);
    let nobody = source_with_nobody(&stage);
    let fetched = nobody.fetch(&Request { targets: everybody(), now: stage.clock.now() }).await.expect("asked");
    let error = fetched.partial.expect("nobody connected it");
    assert_eq!(error.to_string(), "Google Analytics refused our credentials: `not_connected`");
}

fn source_with_nobody(stage: &Stage) -> Arc<dyn Source> {
    let address = format!("base_url = \"{0}/v1beta\"\ntoken_url = \"{0}/token\"\n", stage.sim.base_url());
    let settings: Ga4Settings = toml::from_str(&format!("{address}property = \"4711\"\n{APP}")).expect("settings");
    build(&settings, &stage.clock, Connected::new(&[])).expect("a source")
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_a_typed_absence() {
    let stage = stage().await;
    let faults = stage.sim.faults();
    let answer = |status, body: &str| Fault::Answer { status, body: body.to_owned() };
    let denied = r#"{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}"#;
    for (fault, why_not, fate) in [
        (Fault::LoseReply, Absence::Unreachable, Fate::Retry),
        (Fault::Garbage, Absence::Garbled, Fate::Diagnose),
        (answer(200, "{}"), Absence::Garbled, Fate::Diagnose),
        (answer(429, ""), Absence::Unreachable, Fate::SlowDown(None)),
        (answer(500, ""), Absence::Unreachable, Fate::Retry),
        (answer(403, denied), Absence::Unauthorized, Fate::TellOwner),
        (answer(404, ""), Absence::Garbled, Fate::TellOwner),
    ] {
        let shown = format!("{fault:?}");
        let before = stage.sim.count("run_report");
        faults.next_for("run_report", fault);
        let fetched = stage.fetch(everybody()).await;
        assert_eq!(fetched.missing.len(), 3, "{shown}");
        assert!(fetched.missing.iter().all(|one| one.why == why_not), "{shown}");
        assert_eq!(fetched.partial.as_ref().map(plimsoll::sources::SourceError::fate), Some(fate), "{shown}");
        assert_eq!(
            stage.sim.count("run_report"),
            before + 1,
            "{shown}: nothing is tried again, failures have a budget"
        );
        assert!(!chain(&fetched.partial.expect("failed")).contains("ya29"), "{shown}");
    }
    faults.down(true);
    assert_eq!(why(&stage.fetch(everybody()).await, ALMA, Metric::Sessions), Some(Absence::Unreachable));
    faults.down(false);
    assert_eq!((stage.fetch(everybody()).await.missing.len(), faults.waiting()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_work_say_so() {
    let (clock, _driver) = Clock::simulated(at("2026-03-21T00:00:00Z"));
    for (text, want) in [
        (
            "property = \"G-ABC\"",
            "`G-ABC` does not work as `property`: write the property's number (Admin, Property details), not the `G-…` of its data stream",
        ),
        ("property = \"1\"\nback = \"200d\"", "`200d` does not work as `back`: write whole days, from `1d` to `90d`"),
        (
            "property = \"1\"\nlead_event = \"a b\"",
            "`a b` does not work as `lead_event`: an event's name has letters, digits and `_`, at most 40",
        ),
    ] {
        let settings: Ga4Settings = toml::from_str(&format!("{text}\n{APP}")).expect("settings");
        let error = build(&settings, &clock, Connected::new(&[])).err().expect("refused");
        assert_eq!(error.to_string(), want);
    }
    let settings: Ga4Settings = toml::from_str("property = \"1\"").expect("settings");
    let error = build(&settings, &clock, Connected::new(&[])).err().expect("refused").to_string();
    assert_eq!(error, "`` does not work as `client_id`: an app needs client_id and client_secret_file");
}
