//! Advice, each with its place and what to write.

use super::*;
use crate::rules::file::parse_rules;

fn linted(rest: &str) -> String {
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\n{rest}\n");
    let file = parse_rules(&text, Some("r.toml"));
    assert_eq!(file.errors, []);
    let feed = |platform, metrics: &[Metric], lag, renewed| Feed {
        platform,
        metrics: metrics.to_vec(),
        lag: SignedDuration::from_hours(lag),
        renewed: SignedDuration::from_hours(renewed),
    };
    let ads = [Metric::Spend, Metric::Orders, Metric::Clicks, Metric::Impressions];
    let sources = Sources {
        feeds: vec![
            feed(Platform::Youtube, &[Metric::Views, Metric::Likes, Metric::Followers], 0, 12),
            feed(Platform::MetaAds, &ads, 48, 24),
        ],
    };
    let found: Vec<String> = lint_file(&file, &sources).iter().map(ToString::to_string).collect();
    if found.is_empty() { "nothing".to_owned() } else { found.join("\n") }
}

#[test]
fn findings_say_where_what_and_what_to_write() {
    let sentences = [
        linted("when = \"views < 10\""),
        linted("when = \"1 > 2 && views > 3\""),
        linted("when = \"views < 10 || true\""),
        linted("when = \"views < views\""),
        linted("when = \"views < 10 && views > 20\""),
        linted("when = \"spend >= money('1.00 EUR') && spend < money('1.00 EUR')\""),
        linted("when = \"views < 20 && views > 10\""),
        linted("when = \"views < 10\"\nrecover = \"views < 10\""),
        linted("when = \"views < 10\"\nrecover = \"false\""),
        linted("when = \"views < 10\"\nrecover = \"views > 5\""),
        linted("when = \"views < 10\"\nrecover = \"views >= 10\""),
        linted("when = \"cpm > target.cpm && views > 0\"\nrecover = \"cpm > 0.9 * target.cpm\""),
        linted("when = \"spend > target.spend\"\nrecover = \"spend > 0.9 * target.spend\""),
        linted("when = \"views < 10\"\nmode = \"propose\""),
        linted("when = \"views < 10\"\nmode = \"auto\"\ncooldown = \"6h\""),
        linted("when = \"views < 10\"\nwindow = \"24h\""),
        linted("when = \"cpa > target.cpa\""),
        linted("when = \"cpm > target.cpm\""),
        linted("when = \"spend > target.cpa * orders\""),
        linted("when = \"views < own(views)\"\nwindow = \"7d\"\nown = \"14d\""),
        linted("when = \"views < 10\"\nwindow = \"6h\""),
        linted("when = \"spend > target.spend\"\nwindow = \"24h\""),
        linted("when = \"spend > target.spend\"\nwindow = \"36h\""),
        linted("when = \"leads < 10\""),
        linted("when = \"clicks@youtube < 10\""),
        linted("when = \"er_views < 2\""),
        linted("when = \"er_views < 0.02\""),
        linted("when = \"cpa > target.cpa\"\nevidence = \"strict\""),
        linted("when = \"cpa > target.cpa\"\nevidence = \"strict\"\nmature = true"),
        linted("when = \"views < 10\"\nthen = [ { do = \"stop_boost\" }, { after = \"2d\", do = \"stop_boost\" } ]"),
        linted("when = \"views < 10\"\nthen = [ { after = \"2d\", do = \"cut_boost\" }, { do = \"stop_boost\" } ]"),
        linted("when = \"views < 10\"\nthen = [ { do = \"cut_boost\" }, { after = \"2d\", do = \"stop_boost\" } ]"),
        linted("when = \"views < 10\"\nmode = \"auto\"\nthen = [ { do = \"cancel_next\" } ]\nrecover = \"views > 12\""),
        linted("when = \"views < 10\"\nrevive = true\nthen = [ { do = \"stop_boost\" } ]"),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

fn pair(one: &str, other: &str) -> String {
    let text = format!("[[rule]]\nid = \"one\"\n{one}\n[[rule]]\nid = \"other\"\n{other}\n");
    let file = parse_rules(&text, Some("r.toml"));
    assert_eq!(file.errors, []);
    let findings = lint_file(&file, &Sources::default());
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    if found.is_empty() { "nothing".to_owned() } else { found.join("\n") }
}

const STOP: &str = "kind = \"stop_loss\"\nscope = \"partnership\"\nthen = [ { do = \"stop_boost\" } ]\n";
const MORE: &str = "kind = \"opportunity\"\nscope = \"partnership\"\n";

#[test]
fn rules_that_work_against_each_other_are_found() {
    let with = |base: &str, rest: &str| format!("{base}{rest}\n");
    let sentences = [
        pair(&with(STOP, "when = \"orders < 10\""), &with(STOP, "when = \"orders  < 10\"")),
        pair(&with(STOP, "when = \"orders < 10\""), &with(STOP, "when = \"orders < 10\"\nwindow = \"1d\"")),
        pair(
            &with(STOP, "when = \"orders < 10\"\nwhere = { campaign = \"a\" }"),
            &with(STOP, "when = \"orders < 10\"\nwhere = { campaign = [\"b\", \"c\"] }"),
        ),
        pair(&with(STOP, "when = \"spend > target.cpa * orders\""), &with(MORE, "when = \"views > 1000\"")),
        pair(
            &with(STOP, "when = \"spend > target.cpa * orders\""),
            &with(MORE, "when = \"spend < 0.5 * target.cpa * orders\""),
        ),
        pair(
            &with(STOP, "when = \"orders < 10\"\nrecover = \"orders >= 12\"\nrevive = true"),
            &with(STOP, "when = \"clicks < 100\""),
        ),
        pair(
            &with(STOP, "when = \"orders < 10\"\nrecover = \"orders >= 12\"\nrevive = true"),
            &with(STOP, "when = \"orders < 11\""),
        ),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn deals_that_a_rule_can_do_nothing_for_are_found() {
    use crate::domain::ids::Subject;
    use crate::rules::judge::{Context, Facts};
    use crate::rules::lint::deals::{Agreed, look};
    let agreed = |creator: &str, budget: f64, targets: &[(Metric, f64)], currency: &str| {
        let subject: Subject = format!("partnership/spring/{creator}").parse().expect("a subject");
        let facts = Facts { campaign: Some("spring".parse().expect("an id")), ..Facts::default() };
        let context = Context {
            facts,
            targets: targets.iter().copied().collect(),
            currency: Some(currency.parse().expect("a currency")),
            ..Context::default()
        };
        Agreed { subject, context, budget: Some(budget), posts: 2 }
    };
    let cpa = [(Metric::Cpa, 4_500.0)];
    let large = [agreed("alma", 500_000.0, &cpa, "EUR"), agreed("bea", 500_000.0, &cpa, "EUR")];
    let mixed = [agreed("alma", 500_000.0, &cpa, "EUR"), agreed("bea", 9_000.0, &cpa, "EUR")];
    let bare = [agreed("alma", 500_000.0, &cpa, "EUR"), agreed("bea", 500_000.0, &[], "SEK")];
    let says = |rest: &str, agreed: &[Agreed]| {
        let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"partnership\"\n{rest}\n");
        let found: Vec<String> =
            look(&parse_rules(&text, Some("r.toml")), agreed).iter().map(ToString::to_string).collect();
        if found.is_empty() { "nothing".to_owned() } else { found.join("\n") }
    };
    let plain = "when = \"spend > target.cpa * orders && spend > money('100.00 EUR')\"";
    let evidence = "when = \"cpa > target.cpa\"\nevidence = \"strict\"";
    let sentences = [
        says(plain, &large),
        says(plain, &mixed),
        says(plain, &mixed[1..]),
        says(plain, &bare),
        says(evidence, &large),
        says(evidence, &mixed),
        says("when = \"views < 10\"\nwhere = { campaign = \"autumn\" }", &large),
        says("when = \"views < own(views)\"\nwindow = \"1d\"", &mixed),
        says(plain, &[]),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn a_line_that_is_usually_crossed_is_found_in_the_past() {
    use crate::rules::eval::tests::{Days, alma, context, day};
    use crate::rules::lint::past::look;
    let values: Vec<Option<f64>> = (0..40).map(|at| Some(if at % 3 == 0 { 200.0 } else { 90.0 })).collect();
    let days = Days::default().with(Metric::Views, 0, &values);
    let says = |when: &str| {
        let text = format!(
            "[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwindow = \"1d\"\nwhen = \"{when}\"\n"
        );
        let found = look(&parse_rules(&text, Some("r.toml")), &[(alma(), context())], &days, day(40));
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(says("views < 80"), "");
    insta::assert_snapshot!(says("views < 100"), @"r.toml:6:8: the line is where things usually are: it held in 26 of 40 past windows, and in more than half of them at 1 of 1 subjects; move the limit, or see with `plimsoll backtest` what `r` would have told");
}
