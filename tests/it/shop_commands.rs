//! `plimsoll discover`, `preflight` and `poll` of a shop: the real program against the emulated shop.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use plimsoll::sim::shopify::{NewDiscount, NewOrder, ShopConfig, ShopSim, ShopWorld};
use plimsoll::time::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
    now: Timestamp,
    sim: ShopSim,
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count * 24)
}

impl Desk {
    /// A shop with codes good and bad, and documents that list some of them.
    async fn new() -> Self {
        let clock = Clock::system();
        let now = clock.now();
        let world = ShopWorld::new("SEK");
        let began = now - days(30);
        for code in ["ALMA10", "ELIN20", "SUMMER"] {
            world.add_discount(NewDiscount::basic(code, 10, began));
        }
        let several = vec!["BO15".to_owned(), "BO20".to_owned()];
        world.add_discount(NewDiscount { codes: several, ..NewDiscount::basic("Team", 10, began) });
        let ended = Some(now - days(1));
        world.add_discount(NewDiscount { ends_at: ended, ..NewDiscount::basic("CLEO5", 5, began) });
        let utm = Some(["instagram", "story", "spring", "elin"].map(str::to_owned));
        let codes = vec!["ELIN20".to_owned()];
        world.place(now - days(2), NewOrder { codes, minor: 10_000, utm, ..NewOrder::default() });
        world.place_order(now - SignedDuration::from_hours(2), &["alma10"], 20_000);
        let sim = ShopSim::start(&clock, ShopConfig::default(), Arc::new(world)).await.expect("a free port");
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Self { folder, now, sim };
        let config = format!(
            "[sources.shop]\nkind = \"shopify\"\nbase_url = \"{}\"\ntoken_file = \"shop.token\"\nbrand = \"nordbo\"\n\
             schedule = \"*/15 * * * *\"\n",
            desk.sim.base_url()
        );
        desk.write("plimsoll.toml", &config);
        desk.write("shop.token", "shpat_sim\n");
        desk
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    /// Takes the documents in: four creators, three with a code.
    fn apply(&self) {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let (starts, ends) = (day(self.now - days(10)), day(self.now + days(20)));
        let mut text = format!(
            "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"UTC\"\ncurrency = \"SEK\"\n\
             [[campaign]]\nid = \"spring\"\nbrand = \"nordbo\"\nstarts = \"{starts}\"\nends = \"{ends}\"\n"
        );
        for (creator, codes) in
            [("alma", "\"ALMA10\""), ("bo", "\"BO15\""), ("cleo", "\"cleo5\", \"GHOST\""), ("elin", "")]
        {
            writeln!(text, "[[creator]]\nid = \"{creator}\"").expect("text");
            writeln!(text, "[[partnership]]\ncampaign = \"spring\"\ncreator = \"{creator}\"\ncodes = [{codes}]")
                .expect("text");
        }
        self.write("documents.toml", &text);
        let ran = self.run(&["apply", "documents.toml"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.folder.path()).env("USER", "tester").stdin(Stdio::null());
        let ended = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: ended.status.code(), out: text(&ended.stdout), err: text(&ended.stderr) }
    }
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("one JSON document, not {} {}", ran.out, ran.err))
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_nobody_come_with_a_guess_and_a_line_and_nothing_is_assigned() {
    let desk = Desk::new().await;
    desk.apply();
    let ran = desk.run(&["discover"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out, @r#"
    BO20  active, used 0 times, shares its discount; perhaps of bo
        add to [[partnership]] spring/bo:  codes = ["BO15", "BO20"]
    ELIN20  active, used 1 times; perhaps of elin
        add to [[partnership]] spring/elin:  codes = ["ELIN20"]
    SUMMER  active, used 0 times
    ALMA10  active, used 1 times; of spring/alma
    BO15  active, used 0 times, shares its discount; of spring/bo
    CLEO5  expired, used 0 times; of spring/cleo
    utm_source=instagram utm_medium=story utm_campaign=spring utm_content=elin  1 orders; perhaps of elin
    "#);
    let found = json_of(&desk.run(&["discover", "shop", "--json"]));
    assert_eq!(found["source"], "shop");
    assert_eq!(found["links_absent"], Value::Null);
    let elin = found["codes"].as_array().expect("codes").iter().find(|code| code["code"] == "ELIN20").expect("elin");
    assert_eq!(elin["add"], json!({"partnership": "spring/elin", "line": "codes = [\"ELIN20\"]"}));
    assert_eq!(elin["probably"], json!([{"creator": "elin", "likeness": "same", "name": "elin"}]));
    assert_eq!(elin["owners"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn discover_needs_no_store_and_says_what_is_missing() {
    let desk = Desk::new().await;
    let found = json_of(&desk.run(&["discover", "--json"]));
    assert_eq!(found["codes"].as_array().map(Vec::len), Some(6));
    assert!(!desk.folder.path().join("data").exists(), "asking makes nothing");
    desk.sim.set_scopes(&["read_discounts"]);
    let found = json_of(&desk.run(&["discover", "--json"]));
    assert_eq!(found["links_absent"], "Shopify refused our credentials: `ACCESS_DENIED at orders`");
    desk.write("shop.token", "shpat_CANARY");
    let ran = desk.run(&["discover"]);
    let line = "plimsoll: source `shop`: Shopify refused our credentials: `invalid_token`; put credentials that work \
                under [sources.shop]";
    assert_eq!((ran.code, ran.err.trim_end()), (Some(1), line));
    let ran = desk.run(&["discover", "shopp"]);
    let line = "plimsoll: there is no shop `shopp` in the configuration; known: shop";
    assert_eq!((ran.code, ran.err.trim_end()), (Some(2), line));
    desk.write("plimsoll.toml", "");
    let ran = desk.run(&["preflight"]);
    let line =
        "plimsoll: no shop is configured; add [sources.shop] with kind = \"shopify\", config/default.toml shows how";
    assert_eq!((ran.code, ran.err.trim_end()), (Some(2), line));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_partnership_is_looked_over_and_what_is_wrong_fails() {
    let desk = Desk::new().await;
    desk.apply();
    let ran = desk.run(&["preflight"]);
    assert_eq!((ran.code, ran.err.trim_end()), (Some(1), "plimsoll: 2 of 4 partnerships are not ready"));
    let day = (desk.now - days(1)).to_zoned(TimeZone::UTC).date().to_string();
    insta::assert_snapshot!(ran.out.replace(&day, "YESTERDAY"), @r"
    ok    spring/alma
    WRONG spring/bo
          wrong: BO15: it shares its discount with other codes, so it cannot be ended alone; give it a discount of its own
          note: BO15: nobody has ordered with it yet; place a small order with it at the checkout, refund it, and look again
    WRONG spring/cleo
          wrong: cleo5: it does not work at the checkout (`EXPIRED`); activate it in the shop
          wrong: cleo5: it ends on YESTERDAY, before its campaign does; set a later date or none
          note: cleo5: nobody has ordered with it yet; place a small order with it at the checkout, refund it, and look again
          wrong: GHOST: the shop has no such code; make it there, or correct the partnership's `codes`
    ok    spring/elin
          note: it has no code; its orders can be counted by its link only
    ");
    let looked = json_of(&desk.run(&["preflight", "--json"]));
    assert_eq!(looked["wrong"], 2);
    let alma = &looked["partnerships"][0];
    assert_eq!((&alma["partnership"], &alma["fine"]), (&json!("spring/alma"), &json!(true)));
    let checks: Vec<&str> =
        alma["checks"].as_array().expect("checks").iter().filter_map(|one| one["check"].as_str()).collect();
    assert_eq!(checks, ["exists", "own_discount", "active", "dates", "test_order"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fetch_by_hand_tells_hours_and_points() {
    let desk = Desk::new().await;
    let ran = desk.run(&["poll", "shop", "--id", "ALMA10", "--id", "brand/nordbo", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let polled = json_of(&ran);
    let sold: Vec<&Value> =
        polled["samples"].as_array().expect("samples").iter().filter(|one| one["value"] != 0).collect();
    let alma: Vec<(&str, &Value)> = sold
        .iter()
        .filter(|one| one["subject"] == "creator/ALMA10")
        .map(|one| (one["metric"].as_str().expect("a metric"), &one["value"]))
        .collect();
    let one = json!(1);
    assert_eq!(alma, [("orders", &one), ("redemptions", &one), ("revenue", &json!(18000)), ("redeemed_typed", &one)]);
    let shop = sold.iter().filter(|one| one["subject"] == "brand/nordbo" && one["metric"] == "orders");
    assert_eq!(shop.count(), 2);
    assert!(sold.iter().all(|one| one["form"] == "amount" && one["until"].is_string()));
    assert_eq!(polled["quota"][0]["bucket"], "points");
}

/// A web site on loopback: a page as it should be, one that leads home without its parameters, and nothing else.
async fn site() -> String {
    use axum::response::{Html, Redirect};
    use axum::routing::get;
    let boots = get(async || Html("<form><input name=\"coupon_code\"></form>"));
    let gone = get(async || Redirect::temporary("/"));
    let pages = axum::Router::new().route("/boots", boots).route("/gone", gone).route("/", get(async || "home"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let clock = Clock::system();
    drop(clock.spawn("site", |held| async move {
        drop(held);
        axum::serve(listener, pages).await
    }));
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_link_is_opened_and_followed_where_that_is_allowed() {
    let (desk, site) = (Desk::new().await, site().await);
    desk.apply();
    let mut text = String::new();
    for (creator, page) in [("alma", "boots"), ("bo", "gone"), ("cleo", "none")] {
        let codes = if creator == "alma" { "\"ALMA10\"" } else { "" };
        writeln!(
            text,
            "[[partnership]]\ncampaign = \"spring\"\ncreator = \"{creator}\"\ncodes = [{codes}]\n\
             link = \"{creator}-spring\"\nlanding = \"{site}/{page}\""
        )
        .expect("text");
    }
    writeln!(text, "[[partnership]]\ncampaign = \"spring\"\ncreator = \"elin\"\nlink = \"elin-spring\"").expect("text");
    desk.write("links.toml", &text);
    assert_eq!(desk.run(&["apply", "links.toml"]).code, Some(0));
    let ran = desk.run(&["preflight", "--set", "preflight.private_addresses=true"]);
    assert_eq!((ran.code, ran.err.trim_end()), (Some(1), "plimsoll: 3 of 4 partnerships are not ready"));
    let host = "127.0.0.1";
    insta::assert_snapshot!(ran.out.replace(host, "HOST"), @r"
    ok    spring/alma
    WRONG spring/bo
          note: it has no code; its orders can be counted by its link only
          wrong: its page leads on to HOST/; perhaps the product is gone
          wrong: UTM parameters are lost on the way to HOST/; its visits cannot be told apart
    WRONG spring/cleo
          note: it has no code; its orders can be counted by its link only
          wrong: its page answers with status 404: HOST/none
    WRONG spring/elin
          note: it has no code; its orders can be counted by its link only
          wrong: its link leads nowhere; give the partnership or its campaign a `landing`
    ");
    let looked = json_of(&desk.run(&["preflight", "--json"]));
    let alma = looked["partnerships"][0]["checks"].as_array().expect("checks");
    let page = alma.iter().find(|one| one["check"] == "landing").expect("the page");
    assert_eq!(page["outcome"], "wrong", "an address of this machine is not opened: {page}");
    let looked = json_of(&desk.run(&["preflight", "--json", "--set", "preflight.pages=false"]));
    assert_eq!(looked["wrong"], 0, "{looked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_once_and_written_into_the_document() {
    let desk = Desk::new().await;
    desk.apply();
    let make = |code: &'static str, percent: &'static str, more: &[&'static str]| {
        let mut words = vec!["codes", "make", "spring/elin", code, "--percent", percent];
        words.extend(more);
        desk.run(&words)
    };
    let trial = make("ELIN12", "12", &["--dry-run"]);
    assert_eq!((trial.code, trial.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(trial.out, @r"
    would make ELIN12 at `shop` for spring/elin: 12 % off, no end
    would write it into spring/elin
    nothing was made or stored
    ");
    let listed = json_of(&desk.run(&["codes", "--json"]));
    assert!(listed["codes"].as_array().expect("codes").iter().all(|one| one["partnership"] != "spring/elin"));
    let made = json_of(&make("ELIN12", "12", &["--json"]));
    assert_eq!((&made["made"], &made["document"], &made["percent"]), (&json!(true), &json!("changed"), &json!("12 %")));
    let again = json_of(&make("elin12", "12", &["--json"]));
    assert_eq!((&again["made"], &again["document"], &again["code"]), (&json!(false), &json!("same"), &json!("ELIN12")));
    let found = json_of(&desk.run(&["discover", "--json"]));
    let there = found["codes"].as_array().expect("codes").iter().filter(|one| one["code"] == "ELIN12");
    assert_eq!(there.map(|one| &one["owners"]).collect::<Vec<_>>(), [&json!(["spring/elin"])]);
    // A file that is applied again as it was does not take it away.
    assert_eq!(desk.run(&["apply", "documents.toml"]).code, Some(0));
    let listed = json_of(&desk.run(&["codes", "--at", "shop", "--json"]));
    let state = |code: &str| {
        let mut all = listed["codes"].as_array().expect("codes").iter();
        all.find(|one| one["code"] == code).map(|one| one["state"].clone())
    };
    let states = ["ALMA10", "cleo5", "GHOST", "ELIN12"].map(state);
    assert_eq!(states, ["active", "expired", "missing", "active"].map(|state| Some(json!(state))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_somebody_elses_or_worth_something_else_is_not_made() {
    let desk = Desk::new().await;
    desk.apply();
    let refused = |words: &[&str]| {
        let ran = desk.run(words);
        assert_eq!(ran.out, "");
        (ran.code, ran.err.trim_end().to_owned())
    };
    let make = |whose: &str, code: &str, percent: &str| refused(&["codes", "make", whose, code, "--percent", percent]);
    let (code, line) = make("spring/elin", "alma10", "10");
    assert_eq!(code, Some(2));
    assert_eq!(
        line,
        "plimsoll: `alma10` belongs to spring/alma; two creators with one code cannot be told apart, choose another text"
    );
    let (code, line) = make("spring/elin", "SUMMER", "15");
    assert_eq!(code, Some(1));
    assert!(line.contains("it is there already and takes off something else"), "{line}");
    let (code, line) = make("spring/eline", "ELIN15", "15");
    assert_eq!((code, line.contains("did you mean `spring/elin`?")), (Some(2), true), "{line}");
    let (code, line) = make("spring/elin", "ELIN15", "0");
    assert_eq!((code, line.contains("not a share above 0")), (Some(2), true), "{line}");
    let (code, line) = refused(&["codes", "--at", "shopp"]);
    assert_eq!((code, line.as_str()), (Some(2), "plimsoll: source `shopp` is no shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_of_one_ad_platform_do_not_pay_for_one_deal() {
    let desk = Desk::new().await;
    desk.apply();
    let ads = |name: &str, id: &str| {
        format!(
            "[sources.{name}]\nkind = \"tiktok_ads\"\nadvertiser_id = \"{id}\"\ntoken = \"t\"\nschedule = \"5 * * * *\"\n"
        )
    };
    let config = std::fs::read_to_string(desk.folder.path().join("plimsoll.toml")).expect("the configuration");
    desk.write("plimsoll.toml", &format!("{config}{}{}", ads("tiktok_ads", "1"), ads("tiktok_ads_2", "2")));
    let boost = |id: &str, source: &str| {
        format!(
            "[[boost]]\nid = \"{id}\"\npartnership = \"spring/alma\"\nsource = \"{source}\"\nref = \"1\"\n\
             budget = \"10.00 SEK\"\n"
        )
    };
    desk.write("boosts.toml", &format!("{}{}", boost("one", "tiktok_ads"), boost("two", "tiktok_ads")));
    assert_eq!(desk.run(&["apply", "boosts.toml"]).code, Some(0), "two boosts of one account add up at the platform");
    desk.write("other.toml", &boost("three", "tiktok_ads_2"));
    let ran = desk.run(&["apply", "other.toml"]);
    let line = "plimsoll: other.toml: boost `three`: boost `one` of spring/alma runs at `tiktok_ads`, another account of \
                TikTok Ads: their days would be written over each other; run both boosts from one account";
    assert_eq!((ran.code, ran.err.trim_end()), (Some(2), line));
}
