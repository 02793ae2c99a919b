//! What tools that draw see: plain columns that say what the records say.

use jiff::{SignedDuration, Timestamp};

use super::open;
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::store::postgres::server::Server;
use crate::store::{BookLine, Store as _, Table, Transaction, Write, keys, samples};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn sample(metric: Metric, form: Form, known_at: &str, value: i64) -> Sample {
    let subject = "partnership/spring/alma".parse().expect("a subject");
    let currency = (metric == Metric::Revenue).then(|| "EUR".parse().expect("a currency"));
    Sample {
        series: SeriesKey { subject, metric, platform: Platform::Youtube },
        value,
        currency,
        form,
        known_at: at(known_at),
        provisional: false,
        self_reported: false,
    }
}

#[tokio::test]
async fn each_day_has_its_newest_number() {
    let server = Server::shared();
    let database = server.database();
    let store = open(&server.url(&database)).await.expect("opens");
    let total = |when: &str, value| sample(Metric::Views, Form::Total { at: at(when) }, when, value);
    let amount = |from: &str, until: &str, known: &str, value| {
        sample(Metric::Revenue, Form::Amount { from: at(from), until: at(until) }, known, value)
    };
    let polls = [
        vec![total("2026-11-01T08:00:00Z", 100), total("2026-11-01T20:00:00Z", 170)],
        vec![total("2026-11-02T09:00:00Z", 260)],
        // Late news of the morning does not go over the evening.
        vec![total("2026-11-01T09:00:00Z", 110)],
        vec![
            amount("2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z", 1_000),
            amount("2026-11-01T12:00:00Z", "2026-11-02T00:00:00Z", "2026-11-02T01:00:00Z", 500),
        ],
        // What was told again counts once.
        vec![amount("2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z", "2026-11-03T00:00:00Z", 900)],
    ];
    for samples in &polls {
        store.commit(samples::writes_of(samples, &[])).await.expect("commits");
    }
    let view = "SELECT day, campaign, creator, platform, metric, form, value, currency FROM daily_metrics ORDER BY metric, day";
    insta::assert_snapshot!(server.say(&database, view), @r"
    2026-11-01|spring|alma|youtube|revenue|amount|1400|EUR
    2026-11-01|spring|alma|youtube|views|total|170|
    2026-11-02|spring|alma|youtube|views|total|260|
    ");
    let removed = samples::rows_of(&[total("2026-11-02T09:00:00Z", 260)]);
    let removed = removed.into_iter().map(|(key, _)| Write::Delete { table: Table::Samples, key });
    store.commit(Transaction { expect: Vec::new(), writes: removed.collect() }).await.expect("commits");
    let left = "SELECT count(*) FROM daily_metrics WHERE metric = 'views'";
    assert_eq!(server.say(&database, left), "1", "what retention removes is gone here too");
}

#[tokio::test]
async fn sealing_changes_no_day_and_what_goes_with_age_goes_here_too() {
    let server = Server::shared();
    let database = server.database();
    let store = open(&server.url(&database)).await.expect("opens");
    let begin = at("2026-09-01T00:00:00Z");
    let hour = |n: i64| begin.checked_add(SignedDuration::from_hours(n)).expect("in range");
    let views = |n: i64| Sample {
        known_at: hour(n),
        ..sample(Metric::Views, Form::Total { at: hour(n) }, "2026-09-01T00:00:00Z", n)
    };
    let all: Vec<Sample> = (0..24 * 40).map(views).collect();
    store.commit(samples::writes_of(&all, &[])).await.expect("commits");
    let days = "SELECT day, value, observed_at, known_at FROM daily_metrics ORDER BY day";
    let before = server.say(&database, days);
    assert_eq!(before.lines().count(), 40);
    for (until, rows) in [(24 * 20, 480), (24 * 39, 456)] {
        assert_eq!(samples::seal_before(&store, hour(until)).await.expect("seals").rows, rows);
        assert_eq!(server.say(&database, days), before);
    }
    let (from, until) = keys::all();
    let seals = store.scan(Table::Sealed, &from, &until, 10).await.expect("reads");
    assert!(1 < seals.len(), "{}", seals.len());
    let removed = seals.into_iter().take(1).map(|(key, _)| Write::Delete { table: Table::Sealed, key });
    store.commit(Transaction { expect: Vec::new(), writes: removed.collect() }).await.expect("commits");
    let after = server.say(&database, days);
    assert!(after.lines().count() < 40 && before.ends_with(&after), "{after}");
}

#[tokio::test]
async fn the_books_are_shown_whole_and_anew_and_only_under_the_lease() {
    let server = Server::shared();
    let database = server.database();
    let store = open(&server.url(&database)).await.expect("opens");
    let line = |net: i64| BookLine {
        day: "2026-11-01".parse().expect("a day"),
        kind: "accrual",
        what: "fee".to_owned(),
        reversal: false,
        brand: "nordbo".to_owned(),
        campaign: "spring".to_owned(),
        creator: "alma".to_owned(),
        deliverable: Some("reel-2".to_owned()),
        account: None,
        po: None,
        invoice: Some("2026-17".to_owned()),
        currency: "EUR",
        net,
        vat: net / 4,
        gross: net + net / 4,
    };
    let look = "SELECT count(*), sum(net), min(day), min(invoice), min(account) FROM ledger";
    store.show_books((0..6_000).map(|_| line(400)).collect()).await.expect("shows");
    assert_eq!(server.say(&database, look), "6000|2400000|2026-11-01|2026-17|");
    store.show_books(vec![line(1_000)]).await.expect("shows");
    assert_eq!(server.say(&database, look), "1|1000|2026-11-01|2026-17|");
    server.say(&database, "UPDATE plimsoll_lease SET token = token + 1");
    store.show_books(vec![line(7), line(8)]).await.expect("says nothing: the next commit will");
    assert_eq!(server.say(&database, look), "1|1000|2026-11-01|2026-17|");
}

#[tokio::test]
async fn alerts_are_shown_as_they_are_kept() {
    let server = Server::shared();
    let database = server.database();
    let store = open(&server.url(&database)).await.expect("opens");
    let body = r#"{"id":"i7","rule":"fall","rule_version":3,"kind":"stop_loss","subject":"creator/alma","brand":"nordbo","campaign":null,
        "creator":"alma","stage":"resolved","opened_at":"2026-11-01T08:00:00Z","resolved_at":"2026-11-02T09:30:00Z","receipt":{"n":4}}"#;
    let bytes = [&1_u16.to_be_bytes()[..], body.as_bytes()].concat();
    let write = Write::Put { table: Table::Incidents, key: b"i7".to_vec(), bytes };
    store.commit(Transaction { expect: Vec::new(), writes: vec![write] }).await.expect("commits");
    let view = "SELECT id, rule, rule_version, kind, subject, brand, campaign, creator, stage, opened_at AT TIME ZONE 'UTC', \
                extract(epoch FROM resolved_at - opened_at)::bigint, receipt ->> 'n' FROM incidents";
    insta::assert_snapshot!(server.say(&database, view), @"i7|fall|3|stop_loss|creator/alma|nordbo||alma|resolved|2026-11-01 08:00:00|91800|4");
}
