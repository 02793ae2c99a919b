use super::*;

const GOOD: &str = r#"
    [[brand]]
    id = "nordbo"
    name = "Nordbo"
    zone = "Europe/Stockholm"
    currency = "SEK"
    margin_per_order = "120.00 SEK"
    [[campaign]]
    id = "spring"
    brand = "nordbo"
    starts = 2026-03-01
    ends = 2026-04-15
    target = { cpa = "450.00 SEK", orders = 900 }
    [[deliverable]]
    partnership = "spring/alma"
    id = "reel-1"
    platform = "instagram"
    format = "reel"
    fee = "4000.00 SEK"
    due = 2026-03-05
    cancel_by = 2026-03-01T18:00:00
    kill_fee = { approved = "50 %" }
    [[boost]]
    id = "alma-reel-1"
    partnership = "spring/alma"
    source = "meta_ads"
    ref = "120210"
    budget = "6000.00 SEK"
    [[program]]
    id = "club"
    brand = "nordbo"
    levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
    [[member]]
    program = "club"
    creator = "alma"
    level = "Gold"
    since = 2026-01-01
    acknowledged = 2026-01-03
"#;

#[test]
fn documents_survive_being_kept_as_json() {
    let documents = Documents::from_toml(GOOD).expect("reads");
    let json = serde_json::to_string(&documents).expect("writes");
    assert_eq!(serde_json::from_str::<Documents>(&json).expect("reads again"), documents);
    for one in documents.into_list() {
        let json = serde_json::to_string(&one).expect("writes");
        assert_eq!(serde_json::from_str::<Document>(&json).expect("reads again"), one, "{} {}", one.kind(), one.id());
    }
}

#[track_caller]
fn check_refused(from: &str, to: &str, want: &str) {
    let text = GOOD.replace(from, to);
    assert_ne!(text, GOOD, "the case changes nothing");
    let error = Documents::from_toml(&text).expect_err("is refused").to_string();
    assert!(error.contains(want), "{error}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    check_refused("name = \"Nordbo\"", "nmae = \"Nordbo\"", "line 4, column 5: unknown field `nmae`");
    check_refused("Europe/Stockholm", "Europe/Stokholm", "`Europe/Stokholm` is not an IANA time zone");
    check_refused("2026-04-15", "2026-02-15", "campaign `spring` ends before it starts");
    check_refused("\"450.00 SEK\"", "450", "the target of cpa is `450`, but it is money");
    check_refused("orders = 900", "orders = \"9.00 SEK\"", "the target of orders is `9.00 SEK`, but it is not money");
    check_refused("\"4000.00 SEK\"", "\"4000.001 SEK\"", "more decimals than SEK has");
    check_refused("\"50 %\"", "\"150 %\"", "`150 %` is not a share");
    check_refused("\"spring/alma\"", "\"spring\"", "`spring` is not a partnership");
    check_refused("name = \"Silver\"", "name = \"Gold\"", "program `club` has the level `Gold` twice");
    check_refused("SEK\"\n", "SEX\"\n", "`SEX` is not an ISO 4217 currency");
}
