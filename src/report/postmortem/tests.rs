use std::collections::BTreeMap;

use jiff::civil::date;

use super::answers::{Kept, gather};
use super::*;
use crate::domain::action::Deed;
use crate::domain::document::Documents;
use crate::domain::ids::BoostId;
use crate::domain::num;
use crate::domain::questionnaire::{Chosen, Reply};
use crate::insight::portfolio::{Brought, judge};
use crate::insight::roi::{Facts, together, work_out};
use crate::words::wording::Reader;

const PEOPLE: [(&str, &str); 4] =
    [("alma", "Alma Lind"), ("bo", "Bo Ek"), ("cleo", "Cléo <b>Dubois</b>"), ("maja", "Maja Persson")];

const DEALS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "SEK"
[[campaign]]
id = "spring"
name = "Spring"
brand = "nordbo"
goal = "sales"
starts = 2026-03-01
ends = 2026-04-15
attribution = "14d"
target = { orders = 400, cpa = "450.00 SEK" }
plan = { hours = 40, cost = "90000.00 SEK" }
books = { account = "6070", po = "4711" }
[[creator]]
id = "alma"
[[creator]]
id = "bo"
[[partnership]]
campaign = "spring"
creator = "alma"
codes = ["ALMA10"]
link = "go/alma"
commission = "10 %"
target = { orders = 200 }
shipped = 2026-03-02
[[partnership]]
campaign = "spring"
creator = "bo"
[[deliverable]]
partnership = "spring/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "20000.00 SEK"
draft_due = 2026-03-03
due = 2026-03-05
cancel_by = 2026-03-01T18:00:00
kill_fee = { approved = "50 %", held = "20 %" }
state = "paid"
live_at = "2026-03-05T09:00:00Z"
books = { invoice = "77", paid = 2026-03-20 }
[[deliverable]]
partnership = "spring/bo"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "20000.00 SEK"
due = 2026-03-08
"#;

fn sek(minor: i64) -> Money {
    Money::new(minor, "SEK".parse().expect("SEK"))
}

fn id(name: &str) -> CreatorId {
    CreatorId::new(name).expect("an id")
}

fn facts(cost: i64, orders: i64) -> Facts {
    let counts = BTreeMap::from([(Metric::Orders, Ok(orders))]);
    let (revenue, margin) = (Ok(sek(orders * 60_000)), Ok(sek(orders * 18_000)));
    Facts { currency: sek(0).currency, cost: Ok(sek(cost)), revenue, margin, counts }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// A campaign of three creators: one well above, one well below, one about whom nobody can say.
#[expect(clippy::too_many_lines, reason = "one campaign, field by field")]
fn sample() -> PostMortem {
    let brought = [("alma", 3_600_000_i64, 420_i64, 9_u32), ("bo", 3_000_000, 30, 8), ("cleo", 1_200_000, 70, 2)];
    let deals: Vec<Brought> = brought
        .iter()
        .map(|(name, cost, orders, posts)| Brought {
            creator: id(name),
            cost: num::f64_of(*cost),
            count: num::f64_of(*orders),
            each: 18_000.0,
            posts: *posts,
        })
        .collect();
    let portfolio = judge(&deals, 1.1).expect("judged");
    let all: Vec<Facts> = brought.iter().map(|(_, cost, orders, _)| facts(*cost, *orders)).collect();
    let money = work_out(&together(sek(0).currency, &all), None);
    let row = |(at, (name, cost, orders, posts)): (usize, &(&str, i64, i64, u32))| {
        let roi = work_out(&facts(*cost, *orders), None);
        Row {
            creator: id(name),
            name: PEOPLE[at].1.to_owned(),
            out: *posts,
            promised: posts + 1,
            late: u32::try_from(at).expect("small"),
            alerts: 1,
            cost: Ok(sek(*cost)),
            orders: Ok(*orders),
            roi: roi.roi.map_err(Missing::from),
            minimum: (at == 0).then_some((200, Some(420))),
            standing: portfolio.standings.iter().find(|one| one.creator == id(name)).cloned(),
        }
    };
    let creators: Vec<Row> = brought.iter().enumerate().map(row).collect();
    let stage = Stage::Over;
    let results = vec![
        Outcome { metric: Metric::Orders, wanted: 400.0, reached: Ok(520.0), is_goal: true },
        Outcome { metric: Metric::Cpa, wanted: 45_000.0, reached: Ok(15_000.0), is_goal: false },
        Outcome { metric: Metric::Reach, wanted: 90_000.0, reached: Err(Missing::Target), is_goal: false },
    ];
    let effort = Effort {
        planned_cost: Ok(sek(9_000_000)),
        cost: Ok(sek(7_800_000)),
        planned_hours: Ok(Decimal::from(40)),
        hours: Ok(Decimal::new(525, 1)),
        unread: 1,
        promised: 22,
        out: 19,
        in_time: 16,
        stopped: 1,
    };
    let deed = Deed::StopBoost { boost: BoostId::new("bo-boost").expect("an id") };
    PostMortem {
        campaign: CampaignId::new("spring").expect("an id"),
        name: "Spring".to_owned(),
        brand: "Nordbo".to_owned(),
        currency: sek(0).currency,
        starts: date(2026, 3, 1),
        ends: date(2026, 4, 15),
        at: at("2026-05-04T10:00:00Z"),
        stage,
        goal: Some(Goal::Sales),
        learned: learned::learn(stage, &results, &effort, &creators, Metric::Orders),
        results,
        effort,
        timeline: vec![
            Moment { at: at("2026-03-01T00:00:00Z"), who: None, what: Happening::Began },
            live("2026-03-05T09:00:00Z", 0),
            live("2026-03-08T09:00:00Z", 1),
            Moment {
                at: at("2026-03-12T14:00:00Z"),
                who: Some(PEOPLE[1].1.to_owned()),
                what: Happening::Fired { kind: "stop_loss".to_owned() },
            },
            Moment {
                at: at("2026-03-12T15:00:00Z"),
                who: Some(PEOPLE[1].1.to_owned()),
                what: Happening::Done { deed: deed.clone() },
            },
            Moment {
                at: at("2026-03-20T15:00:00Z"),
                who: None,
                what: Happening::Noted { text: "Maja was ill".to_owned(), tag: Some("roadblock".to_owned()) },
            },
        ],
        creators,
        stops: vec![Stop {
            at: at("2026-03-12T15:00:00Z"),
            who: Some(PEOPLE[1].1.to_owned()),
            deed,
            by: PEOPLE[3].1.to_owned(),
            undone: false,
            avoidable: Some(sek(860_000)),
            saved: Err(Missing::NotJudged),
        }],
        remarks: vec![Remark {
            at: at("2026-04-20T08:00:00Z"),
            by: PEOPLE[3].1.to_owned(),
            about: Some(PEOPLE[0].1.to_owned()),
            text: "Alma's second cut sold; <script>alert(1)</script> ask for it at once".to_owned(),
            tag: Some("learning".to_owned()),
        }],
        answers: gather(&answers()),
        steps: vec![
            Step {
                number: 1,
                text: "book the studio earlier".to_owned(),
                owner: Some(PEOPLE[3].1.to_owned()),
                due: Some(date(2026, 5, 20)),
                done: None,
            },
            Step { number: 2, text: "ask Cléo for a longer deal".to_owned(), owner: None, due: None, done: None },
        ],
        next: Ok(Next {
            yardstick: Yardstick::Margin,
            portfolio,
            names: PEOPLE.iter().map(|(one, name)| (id(one), (*name).to_owned())).collect(),
            candidates: vec![Candidate { creator: id("dag"), name: "Dag Holm".to_owned(), standing: None }],
            shifts: Vec::new(),
        }),
        gaps: 0,
        people: PEOPLE.iter().flat_map(|(one, name)| [(*one).to_owned(), (*name).to_owned()]).collect(),
        money,
    }
}

fn live(when: &str, who: usize) -> Moment {
    let what = Happening::Live { piece: "Reel 1".to_owned() };
    Moment { at: at(when), who: Some(PEOPLE[who].1.to_owned()), what }
}

fn answers() -> Vec<Kept> {
    let one = |question: &str, by: Option<&str>, chosen: Option<Chosen>, words: Option<&str>| Kept {
        question: question.to_owned(),
        by: by.map(str::to_owned),
        reply: Reply { chosen, words: words.map(str::to_owned) },
    };
    vec![
        one("goal-understood", Some("Maja Persson"), Some(Chosen::Yes), None),
        one("goal-understood", None, Some(Chosen::No), Some("nobody told Bo")),
        one("timeline", None, Some(Chosen::No), Some("Alma had two days")),
        one("timeline", None, Some(Chosen::Partly), None),
        one("timeline", None, Some(Chosen::No), Some("too short")),
        one("surprises", Some("Bo Ek"), None, Some("the shop was closed")),
    ]
}

fn reader(language: &str) -> Reader {
    Reader::new(language, "Europe/Stockholm")
}

/// Spaces that hold an amount together are spaces here.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn the_report_in_english() {
    insta::assert_snapshot!(plain(&page::page(&sample(), &reader("en")).to_text()));
}

#[test]
fn the_report_in_swedish() {
    insta::assert_snapshot!(plain(&page::page(&sample(), &reader("sv")).to_markdown()));
}

#[test]
fn the_sheet_without_names() {
    insta::assert_snapshot!(plain(&facts::facts(&sample(), &reader("en")).to_markdown()));
}

#[test]
fn no_name_of_anybody_is_in_the_facts_sheet() {
    let mut of = sample();
    of.name = "Alma's spring".to_owned();
    of.brand = "Persson & Co".to_owned();
    for language in ["en", "sv"] {
        let page = facts::facts(&of, &reader(language));
        for told in [page.to_html(), page.to_markdown(), page.to_text()] {
            let body = told.split_once("</style>").map_or(told.as_str(), |(_, body)| body).to_lowercase();
            let words: Vec<&str> = body.split(|c: char| !c.is_alphanumeric()).collect();
            let names = of.people.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
            for name in names.filter(|name| 1 < name.chars().count()).map(str::to_lowercase) {
                assert!(!words.contains(&name.as_str()), "`{name}` is in the {language} sheet:\n{body}");
            }
            // Nor what anybody wrote.
            assert!(!body.contains("studio") && !body.contains("two days") && !body.contains("script"), "{body}");
        }
    }
    // Where the names hold nobody's they are told.
    assert!(facts::facts(&sample(), &reader("en")).title.contains("Spring"));
}

#[test]
fn what_people_typed_cannot_harm_whoever_reads_the_report() {
    let html = page::page(&sample(), &reader("en")).to_html();
    assert!(!html.contains("<script") && !html.contains("<b>Dubois"), "typed text is text");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn one_anonymous_answer_is_not_in_the_report() {
    let html = page::page(&sample(), &reader("en")).to_html();
    assert!(!html.contains("nobody told Bo") && html.contains("Alma had two days"));
}

#[test]
fn the_next_line_up_is_documents_that_can_be_applied() {
    let documents = Documents::from_toml(DEALS).expect("documents");
    let campaign = documents.campaign.first().expect("a campaign");
    let taken = |id: &CampaignId| ["spring", "spring-2"].contains(&id.as_str());
    let old = line_up::Old {
        campaign,
        partnerships: documents.partnership.iter().collect(),
        deliverables: documents.deliverable.iter().collect(),
        id: line_up::next_id(&campaign.id, taken).expect("a free id"),
        starts: date(2026, 5, 10),
    };
    let text = line_up::write(&old, &sample(), &reader("sv")).expect("written");
    let again = Documents::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let next = again.campaign.first().expect("a campaign");
    assert_eq!((next.id.as_str(), next.starts.0, next.ends.0), ("spring-3", date(2026, 5, 10), date(2026, 6, 24)));
    assert_eq!((next.goal, &next.target, &next.plan), (campaign.goal, &campaign.target, &campaign.plan));
    assert_eq!((next.books.account.as_deref(), next.books.po.as_deref()), (Some("6070"), None));
    // Bo's deal did not pay: he stands in it as a remark, and nothing of his is carried over.
    let [alma] = again.partnership.as_slice() else { panic!("one deal: {text}") };
    assert_eq!((alma.creator.as_str(), alma.codes.len(), &alma.link, alma.shipped), ("alma", 0, &None, None));
    let [piece] = again.deliverable.as_slice() else { panic!("one piece: {text}") };
    assert_eq!((piece.due.0, piece.draft_due.map(|day| day.0)), (date(2026, 5, 14), Some(date(2026, 5, 12))));
    assert_eq!((piece.live_at, piece.books.invoice.as_ref(), piece.kill_fee.len()), (None, None, 1));
    assert!(text.contains("# Utelämnad: Bo Ek (bo)") && text.contains("# Kandidat: Dag Holm (dag)"), "{text}");
}

#[test]
fn a_running_campaign_has_not_missed_its_goal() {
    let of = sample();
    let stage = Stage::Runs { until: date(2026, 6, 1) };
    let told = learned::learn(stage, &of.results, &of.effort, &of.creators, Metric::Orders);
    assert!(!told.iter().any(|one| matches!(one, learned::Learning::Goal { .. })), "{told:?}");
    assert!(told.iter().any(|one| matches!(one, learned::Learning::Best { who, .. } if who == "Alma Lind")));
}
