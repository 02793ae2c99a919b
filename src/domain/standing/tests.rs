use super::*;
use crate::domain::document::Documents;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A deal of Stockholm from its documents, its boosts running, with these posts (`None`: a text that nobody has seen).
fn deal(text: &str, posts: &[(&str, Option<&str>)]) -> Deal {
    let head = "[[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\n";
    let mut documents = Documents::from_toml(&format!("{head}{text}")).unwrap_or_else(|error| panic!("{error}"));
    Deal {
        runs: true,
        zone: TimeZone::get("Europe/Stockholm").expect("a zone"),
        partnership: documents.partnership.remove(0),
        pieces: documents.deliverable,
        boosts: documents.boost,
        posts: posts
            .iter()
            .map(|(id, text)| Post {
                platform: Platform::Youtube,
                post: PostRef::new(id).expect("an id"),
                at: Some(at("2026-03-05T10:00:00Z")),
                text: text.map(Arc::from),
            })
            .collect(),
        marks: usual_marks("sv"),
    }
}

fn piece(id: &str, rest: &str) -> String {
    format!(
        "[[deliverable]]\npartnership = \"spring/alma\"\nid = \"{id}\"\nplatform = \"youtube\"\nformat = \"video\"\n\
         fee = \"400.00 EUR\"\n{rest}\n"
    )
}

fn boost(rest: &str) -> String {
    format!(
        "[[boost]]\nid = \"alma-reel-1\"\npartnership = \"spring/alma\"\nbudget = \"600.00 EUR\"\nref = \"1\"\n{rest}\n"
    )
}

#[track_caller]
fn check(deal: &Deal, metric: Metric, now: &str, want: i64, named: &[&str]) {
    let fact = deal.fact(metric, at(now)).expect("a fact of a deal");
    assert_eq!(fact.reading, Reading::Value(f64_of(want)), "{metric} at {now}");
    let got: Vec<String> = fact.named.iter().filter_map(|one| one.piece.as_ref().map(ToString::to_string)).collect();
    assert_eq!(got, named, "{metric} at {now}");
}

#[track_caller]
fn check_absent(deal: &Deal, metric: Metric) {
    let fact = deal.fact(metric, at("2026-03-10T00:00:00Z")).expect("a fact of a deal");
    assert_eq!(fact.reading, Reading::Absent(Absence::NotYet), "{metric}");
}

#[test]
fn a_piece_is_late_from_the_end_of_its_day_in_the_campaigns_zone() {
    let deal = deal(&piece("reel-2", "due = 2026-03-05\ndraft_due = 2026-03-01"), &[]);
    // Midnight in Stockholm is 23:00 UTC in winter.
    check(&deal, Metric::PostOverdue, "2026-03-05T22:59:59Z", 0, &[]);
    check(&deal, Metric::PostOverdue, "2026-03-05T23:00:00Z", 0, &[]);
    check(&deal, Metric::PostOverdue, "2026-03-05T23:00:01Z", 1, &["reel-2"]);
    check(&deal, Metric::PostOverdue, "2026-03-07T01:00:00Z", 26 * 3_600, &["reel-2"]);
    check(&deal, Metric::DraftOverdue, "2026-03-02T23:00:00Z", 86_400, &["reel-2"]);
    // The post is not out, so nobody waits for its proof or its numbers.
    check(&deal, Metric::ProofOverdue, "2026-04-05T00:00:00Z", 0, &[]);
    check(&deal, Metric::ReportOverdue, "2026-04-05T00:00:00Z", 0, &[]);
}

#[test]
fn days_are_as_long_as_the_clocks_say() {
    // On 29 March 2026 the clocks of Stockholm skip an hour; on 25 October they stand still for one.
    for (due, from, later, hours) in [
        ("2026-03-28", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23),
        ("2026-10-24", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25),
    ] {
        let deal = deal(&piece("reel-2", &format!("due = {due}")), &[]);
        check(&deal, Metric::PostOverdue, from, 0, &[]);
        check(&deal, Metric::PostOverdue, later, hours * 3_600, &["reel-2"]);
    }
}

#[test]
fn what_is_stopped_or_ended_owes_nothing() {
    for state in ["held", "cancelled", "live", "paid"] {
        let deal = deal(&piece("reel-2", &format!("due = 2026-03-05\nstate = \"{state}\"")), &[]);
        check(&deal, Metric::PostOverdue, "2026-04-05T00:00:00Z", 0, &[]);
        check(&deal, Metric::DraftOverdue, "2026-04-05T00:00:00Z", 0, &[]);
    }
    let mut over = deal(&piece("reel-2", "due = 2026-03-05"), &[]);
    over.runs = false;
    check(&over, Metric::PostOverdue, "2026-04-05T00:00:00Z", 0, &[]);
    assert!(over.moments(Metric::PostOverdue).is_empty());
}

#[test]
fn the_worst_piece_counts_and_all_are_named() {
    let pieces = [piece("a", "due = 2026-03-05"), piece("b", "due = 2026-03-03"), piece("c", "due = 2026-03-09")];
    let deal = deal(&pieces.concat(), &[]);
    check(&deal, Metric::PostOverdue, "2026-03-06T23:00:00Z", 3 * 86_400, &["b", "a"]);
    assert_eq!(deal.moments(Metric::PostOverdue).len(), 3);
}

#[test]
fn proof_and_report_are_owed_once_the_post_is_out() {
    let rest = "due = 2026-03-01\nproof_due = 2026-03-03\nreport_due = 2026-03-05\nstate = \"live\"";
    let mut deal = deal(&piece("reel-1", rest), &[]);
    check(&deal, Metric::ProofOverdue, "2026-03-04T23:00:00Z", 86_400, &["reel-1"]);
    check(&deal, Metric::ReportOverdue, "2026-03-06T23:00:00Z", 86_400, &["reel-1"]);
    deal.pieces[0] = Owed::Proof.met(&deal.pieces[0], at("2026-03-05T00:00:00Z"));
    check(&deal, Metric::ProofOverdue, "2026-03-06T23:00:00Z", 0, &[]);
    check(&deal, Metric::ReportOverdue, "2026-03-06T23:00:00Z", 86_400, &["reel-1"]);
    deal.pieces[0] = Owed::Report.met(&deal.pieces[0], at("2026-03-05T00:00:00Z"));
    check(&deal, Metric::ReportOverdue, "2026-03-06T23:00:00Z", 0, &[]);
}

#[test]
fn a_text_that_nobody_has_seen_misses_nothing() {
    let codes = "codes = [\"ALMA10\"]\nlink = \"alma-spring\"\n";
    let out = |id: &str| piece(id, &format!("due = 2026-03-05\nstate = \"live\"\npost = \"{id}\""));
    let unseen = deal(&format!("{codes}{}", out("v1")), &[("v1", None)]);
    let unknown = deal(&format!("{codes}{}", out("v1")), &[]);
    for metric in [Metric::CodesMissing, Metric::LinksWrong, Metric::DisclosuresMissing] {
        check_absent(&unseen, metric);
        check_absent(&unknown, metric);
    }
    // Nothing is out yet: nothing can be missing.
    let ahead = deal(&format!("{codes}{}", piece("v1", "due = 2026-03-05")), &[]);
    check(&ahead, Metric::CodesMissing, "2026-03-06T00:00:00Z", 0, &[]);
    // One text is seen and right, the other not seen.
    let texts = [("v1", Some("Code alma10, go.example/go/alma-spring. Reklam")), ("v2", None)];
    let one = deal(&format!("{codes}{}{}", out("v1"), out("v2")), &texts);
    for metric in [Metric::CodesMissing, Metric::LinksWrong, Metric::DisclosuresMissing] {
        check(&one, metric, "2026-03-06T00:00:00Z", 0, &[]);
    }
}

#[test]
fn what_is_not_in_the_text_is_missing_until_somebody_has_looked() {
    let codes = "codes = [\"ALMA10\", \"ALMA15\"]\nlink = \"alma-spring\"\n";
    let out = |id: &str| piece(id, &format!("due = 2026-03-05\nstate = \"live\"\npost = \"{id}\""));
    let texts = [("v1", Some("New video! https://nordbo.example")), ("v2", Some("ALMA15 #ad /go/alma-spring"))];
    let mut deal = deal(&format!("{codes}{}{}", out("v1"), out("v2")), &texts);
    for metric in [Metric::CodesMissing, Metric::LinksWrong, Metric::DisclosuresMissing] {
        check(&deal, metric, "2026-03-06T00:00:00Z", 1, &["v1"]);
    }
    deal.pieces[0].checked = vec![Checked::Code, Checked::Link, Checked::Disclosure];
    for metric in [Metric::CodesMissing, Metric::LinksWrong, Metric::DisclosuresMissing] {
        check(&deal, metric, "2026-03-06T00:00:00Z", 0, &[]);
    }
    // A caption of Instagram has no links to follow, so none is missing in it.
    deal.pieces[0].checked.clear();
    deal.pieces[0].platform = Platform::Instagram;
    deal.posts[0].platform = Platform::Instagram;
    check(&deal, Metric::LinksWrong, "2026-03-06T00:00:00Z", 0, &[]);
    check(&deal, Metric::CodesMissing, "2026-03-06T00:00:00Z", 1, &["v1"]);
}

#[test]
fn a_right_counts_while_a_boost_needs_it() {
    let rights = "rights = [{ kind = \"usage\", until = 2026-03-10 }, { kind = \"spark_code\", until = 2026-03-08 }]\n";
    let meta = deal(&format!("{rights}{}", boost("source = \"meta_ads\"\npiece = \"reel-1\"")), &[]);
    check(&meta, Metric::RightsLeft, "2026-03-08T23:00:00Z", 2 * 86_400, &["reel-1"]);
    check(&meta, Metric::RightsLeft, "2026-03-11T00:00:00Z", -3_600, &["reel-1"]);
    let tiktok = deal(&format!("{rights}{}", boost("source = \"tiktok_ads\"")), &[]);
    check(&tiktok, Metric::RightsLeft, "2026-03-07T23:00:00Z", 86_400, &[]);
    let mut stopped = meta.clone();
    stopped.boosts.clear();
    check(&stopped, Metric::RightsLeft, "2026-03-11T00:00:00Z", NO_END, &[]);
    // What was agreed is not written down: not known, so nothing fires.
    check_absent(&deal(&boost("source = \"meta_ads\""), &[]), Metric::RightsLeft);
    // A right of another piece is none of this boost's business.
    let other = "rights = [{ kind = \"usage\", until = 2026-03-10, posts = [\"reel-9\"] }]\n";
    let other = deal(&format!("{other}{}", boost("source = \"meta_ads\"\npiece = \"reel-1\"")), &[]);
    check(&other, Metric::RightsLeft, "2026-03-11T00:00:00Z", NO_END, &[]);
}

#[test]
fn a_right_that_is_carried_on_ends_later() {
    let first = "{ kind = \"usage\", until = 2026-03-10 }";
    let next = "{ kind = \"usage\", from = 2026-03-11, until = 2026-03-20 }";
    let gap = "{ kind = \"usage\", from = 2026-03-12, until = 2026-03-20 }";
    let with = |rights: &str| {
        deal(&format!("rights = [{rights}]\n{}", boost("source = \"meta_ads\"\npiece = \"reel-1\"")), &[])
    };
    check(&with(&format!("{first}, {next}")), Metric::RightsLeft, "2026-03-10T23:00:00Z", 10 * 86_400, &["reel-1"]);
    check(&with(&format!("{first}, {gap}")), Metric::RightsLeft, "2026-03-09T23:00:00Z", 86_400, &["reel-1"]);
    check(&with(next), Metric::RightsLeft, "2026-03-09T23:00:00Z", 0, &["reel-1"]);
}

#[test]
fn a_competitor_named_inside_the_exclusive_time_counts() {
    let agreed =
        |from: &str, until: &str| format!("exclusivity = {{ against = [\"Acme\"], from = {from}, until = {until} }}\n");
    let texts = [("v1", Some("Trying @acme today")), ("v2", Some("Nordbo all the way"))];
    let now = "2026-03-06T00:00:00Z";
    let broken = deal(&agreed("2026-03-01", "2026-03-31"), &texts);
    check(&broken, Metric::ExclusivityBroken, now, 1, &[]);
    let named = broken.fact(Metric::ExclusivityBroken, at(now)).expect("a fact").named;
    assert_eq!(named[0].word.as_deref(), Some("Acme"));
    check(&deal(&agreed("2026-03-06", "2026-03-31"), &texts), Metric::ExclusivityBroken, now, 0, &[]);
    check(&deal(&agreed("2026-02-01", "2026-03-04"), &texts), Metric::ExclusivityBroken, now, 0, &[]);
    check(&deal("", &texts), Metric::ExclusivityBroken, now, 0, &[]);
    check_absent(&deal(&agreed("2026-03-01", "2026-03-31"), &[("v1", None)]), Metric::ExclusivityBroken);
}

#[test]
fn documents_that_contradict_themselves_are_refused() {
    let head = "[[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\n";
    for (text, want) in [
        (
            "rights = [{ kind = \"usage\", from = 2026-03-02, until = 2026-03-01 }]",
            "the right `usage` ends before it starts",
        ),
        ("exclusivity = { against = [], until = 2026-03-01 }", "its exclusivity is against nobody"),
        ("rights = [{ kind = \"spark\", until = 2026-03-01 }]", "unknown variant `spark`"),
    ] {
        let error = Documents::from_toml(&format!("{head}{text}")).expect_err("refused").to_string();
        assert!(error.contains(want), "{error}");
    }
}

proptest! {
    /// Whatever the days and the hour: a piece that is done is never late, one that is not is as late as the clock says.
    #[test]
    fn a_piece_that_is_done_is_never_late(
        days in proptest::collection::vec(proptest::option::of(0_i64..60), 4),
        hour in 0_i64..3_000,
        state in 0_usize..10,
        reported in proptest::bool::ANY,
    ) {
        let states = [
            DeliverableState::Agreed, DeliverableState::Briefed, DeliverableState::Draft, DeliverableState::Approved,
            DeliverableState::Live, DeliverableState::Proof, DeliverableState::Invoiced, DeliverableState::Paid,
            DeliverableState::Held, DeliverableState::Cancelled,
        ];
        let day = |n: i64| Day(jiff::civil::date(2026, 3, 1).checked_add(jiff::Span::new().days(n)).expect("a day"));
        let mut deal = deal(&piece("reel-1", "due = 2026-03-05"), &[]);
        let one = &mut deal.pieces[0];
        one.draft_due = days[0].map(day);
        one.due = day(days[1].unwrap_or(30));
        one.proof_due = days[2].map(day);
        one.report_due = days[3].map(day);
        one.state = states[state];
        let now = at("2026-03-01T00:00:00Z") + jiff::SignedDuration::from_hours(hour);
        one.reported_at = reported.then_some(now);
        for owed in Owed::ALL {
            let fact = deal.fact(owed.metric(), now).expect("a fact");
            let Reading::Value(value) = fact.reading else { panic!("always known") };
            let piece = &deal.pieces[0];
            let late = owed.due(piece).and_then(|day| end_of(day, &deal.zone)).map_or(0, |end| {
                std::cmp::max(now.as_second() - end.as_second(), 0)
            });
            let want = if owed.is_unmet(piece) { late } else { 0 };
            prop_assert_eq!(crate::domain::num::round_i64(value), Some(want));
            prop_assert_eq!(fact.named.is_empty(), want == 0);
            // Doing it ends it.
            let mut done = deal.clone();
            done.pieces[0] = owed.met(piece, now);
            prop_assert_eq!(done.fact(owed.metric(), now).expect("a fact").reading, Reading::Value(0.0));
        }
    }
}
