//! A feed's document against what it gives.

use super::*;

const TWITCH: &str = r#"
        base_url = "http://127.0.0.1:1"
        allowed_hosts = ["127.0.0.1"]
        path = "/twitch.json"
        platform = "twitch"
        rows = "$.rows[*]"
        id = "$.login"
        [[fields]]
        metric = "followers"
        path = "$.followers"
        form = "gauge"
    "#;

const ADS: &str = r#"
        base_url = "http://127.0.0.1:1"
        allowed_hosts = ["127.0.0.1:1"]
        path = "/ads.json"
        platform = "meta_ads"
        rows = "$[*]"
        id = "$.id"
        time = "$.day"
        [[fields]]
        metric = "spend"
        path = "$.money.spend"
        form = "amount"
        span = "P1D"
        currency = "EUR"
        no_value = "too_few"
    "#;

fn config(text: &str) -> GenericConfig {
    toml::from_str(text).expect("a config")
}

fn now() -> Timestamp {
    "2026-07-15T22:47:47Z".parse().expect("an instant")
}

/// What a document gives, in one line a series.
fn told(text: &str, document: &str, ids: &[&str]) -> String {
    let config = config(text);
    let subjects: Vec<Subject> = ids.iter().map(|id| format!("creator/{id}").parse().expect("a subject")).collect();
    let asked = ids.iter().zip(&subjects).map(|(id, subject)| (*id, vec![subject])).collect();
    let mut out = Fetched::default();
    let document = json::parse(document.as_bytes()).expect("json");
    let read = read(&config, &document, &asked, now(), &mut out);
    let mut lines: Vec<String> =
        out.samples
            .iter()
            .map(|sample| {
                let currency = sample.currency.map(|currency| format!(" {currency}")).unwrap_or_default();
                let at = sample.form.observed_at();
                format!("{} {} {}{currency} @{at}", sample.series.subject, sample.series.metric, sample.value)
            })
            .chain(out.missing.iter().map(|missing| {
                format!("{} {} {}", missing.series.subject, missing.series.metric, missing.why.as_str())
            }))
            .collect();
    lines.extend(read.err().or(out.partial).map(|error| error.to_string()));
    lines.join("\n")
}

#[test]
fn a_number_is_a_gauge_of_now_and_what_is_missing_is_never_zero() {
    insta::assert_snapshot!(told(TWITCH, r#"{"rows":[{"login":"a","followers":32835},{"login":"b","followers":null},
            {"login":"c"},{"login":"d","followers":-1},{"login":"e","followers":0},{"login":"e","followers":9},
            {"login":"f","followers":1.5},{"login":7,"followers":"12"}]}"#, &["a", "b", "c", "d", "e", "f", "7", "z"]), @r"
        creator/a followers 32835 @2026-07-15T22:47:47Z
        creator/e followers 0 @2026-07-15T22:47:47Z
        creator/7 followers 12 @2026-07-15T22:47:47Z
        creator/b followers not_yet
        creator/c followers not_yet
        creator/d followers hidden
        creator/f followers garbled
        creator/z followers gone
        the answer of the feed cannot be understood at `$['rows'][6].followers`: expected a count of 0 or more
        ");
}

#[test]
fn money_is_read_by_its_digits_and_an_amount_has_a_span() {
    insta::assert_snapshot!(told(ADS, r#"[{"id":"a","day":"2026-07-14T00:00:00Z","money":{"spend":"412.10"}},
            {"id":"b","day":1784000000,"money":{"spend":0.1}},{"id":"c","day":"2026-07-14T00:00:00Z","money":{}},
            {"id":"d","day":"2026-07-14T00:00:00Z","money":{"spend":"1.234"}},{"id":"e","money":{"spend":"1.00"}},
            {"id":"f","day":"2027-07-14T00:00:00Z","money":{"spend":"1.00"}}]"#, &["a", "b", "c", "d", "e", "f"]), @r"
        creator/a spend 41210 EUR @2026-07-15T00:00:00Z
        creator/b spend 10 EUR @2026-07-15T03:33:20Z
        creator/c spend too_few
        creator/d spend garbled
        creator/e spend garbled
        creator/f spend garbled
        the answer of the feed cannot be understood at `$[3].money.spend`: expected an amount of money in major units
        ");
}

#[test]
fn a_changed_format_is_garbled_and_an_empty_list_is_not() {
    insta::assert_snapshot!(told(TWITCH, r#"{"data":[{"login":"a"}]}"#, &["a"]), @"the answer of the feed cannot be understood at `$.rows[*]`: expected rows");
    insta::assert_snapshot!(told(TWITCH, r#"{"rows":[]}"#, &["a"]), @"creator/a followers gone");
    insta::assert_snapshot!(told(TWITCH, r#"{"rows":[{"name":"a","followers":5}]}"#, &["a"]), @r"
        creator/a followers garbled
        the answer of the feed cannot be understood at `$['rows'][0].login`: expected an id
        ");
}

#[test]
fn a_config_that_cannot_work_is_refused_before_the_first_call() {
    let cases = [
        (TWITCH.replace("[\"127.0.0.1\"]", "[\"example.org\"]"), "its host is not in `allowed_hosts`"),
        (TWITCH.replace("[\"127.0.0.1\"]", "[\"127.0.0.1:2\"]"), "its host is not in `allowed_hosts`"),
        (TWITCH.replace("http:", "ftp:"), "is not an http or https address"),
        (TWITCH.replace("http:", "ht\\u0000tp:"), "`ht\\u{0}tp:"),
        (TWITCH.replace("\"followers\"", "\"ctr\""), "a derived metric is worked out, not read"),
        (TWITCH.replace("\"followers\"", "\"revenue\""), "money needs `currency`"),
        (TWITCH.replace("\"gauge\"", "\"amount\""), "an amount needs `span`"),
        (ADS.replace("time = \"$.day\"", ""), "an amount needs `time`"),
    ];
    for (text, want) in cases {
        let error = Generic::new(config(&text)).expect_err(&text).to_string();
        assert!(error.contains(want), "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
    for text in [TWITCH, ADS] {
        assert!(Generic::new(config(text)).is_ok());
    }
    assert!(toml::from_str::<GenericConfig>(&format!("oops = 1\n{TWITCH}")).is_err());
}

#[test]
fn a_feed_has_no_posts_to_ask_about() {
    let target = Target::Uploads { creator: "a".parse().expect("an id"), id: "a".into(), since: None };
    let request = Request { targets: vec![target], now: now() };
    assert!(matches!(Generic::asked(&request), Err(SourceError::BadTarget { .. })));
}
