//! Money that looks forward: what would clear an alert and by when, what the next piece would bring, small deals judged
//! together, and a book that adds up.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::proposing;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::num::round_i64;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::readings::{Readings as _, Span, Want};
use plimsoll::sim::discord::Given as Typed;
use plimsoll::sources::Fetched;

use super::story::{CAMPAIGN, Story, discord_text, telegram_text};

async fn rules(story: &Story, text: &str) {
    let file = std::path::Path::new("story.toml").to_path_buf();
    let parsed = parse_rules(text, None);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let rules = parsed.rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
}

fn partnership(creator: &str) -> Subject {
    Subject::Partnership(CampaignId::new(CAMPAIGN).expect("an id"), CreatorId::new(creator).expect("an id"))
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// An amount of one day, `back` days before the world began.
fn amount(creator: &str, (metric, platform): (Metric, Platform), value: i64, back: i64, now: Timestamp) -> Sample {
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let day = |back: i64| start.checked_sub(jiff::Span::new().days(back)).expect("in range").timestamp();
    let money = matches!(metric, Metric::Spend | Metric::Revenue);
    Sample {
        series: SeriesKey { subject: partnership(creator), metric, platform },
        value,
        currency: money.then(|| "EUR".parse().expect("a currency")),
        form: Form::Amount { from: day(back), until: day(back - 1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    }
}

async fn tell(story: &mut Story, samples: Vec<Sample>) {
    let now = story.world.clock.now();
    let source = SourceId::new("tiktok_ads").expect("an id");
    let held = story.world.clock.hold("tell");
    let fetched = Fetched { samples, ..Fetched::default() };
    take_in(story.world.core(), &source, 1, fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

const WEIGHED: &str = r#"
[[rule]]
id       = "cpa-stop"
kind     = "stop_loss"
scope    = "partnership"
when     = "cpa > target.cpa"
evidence = "balanced"
mature   = true
mode     = "propose"
then     = [ { do = "stop_boost" } ]
"#;

/// A piece to come, and posts that are out: luck comes in posts.
fn pieces() -> String {
    let mut text = String::from(
        r#"
[[partnership]]
campaign = "winter"
creator = "alma"
target = { cpa = "12.00 EUR" }
[[deliverable]]
partnership = "winter/alma"
id = "story-set"
platform = "instagram"
format = "story"
fee = "400.00 EUR"
due = 2026-03-20
cancel_by = 2026-03-06T18:00:00
state = "approved"
"#,
    );
    for day in 2..12 {
        writeln!(
            text,
            "[[deliverable]]\npartnership = \"winter/alma\"\nid = \"reel-{day}\"\nplatform = \"instagram\"\n\
             format = \"reel\"\nfee = \"10.00 EUR\"\ndue = 2026-02-{:02}\nstate = \"live\"\nlive_at = \"2026-02-{:02}T09:00:00Z\"",
            2 * day,
            2 * day
        )
        .expect("written");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_says_by_when_it_clears_and_what_the_next_piece_would_bring() {
    let mut story = Story::begin(7, &["alma"]).await;
    // A target that is changed now would count from tomorrow on.
    rules(&story, &WEIGHED.replace("target.cpa", "money('12.00 EUR')")).await;
    story.apply(&pieces()).await;
    story.begin_here();
    story.report(&[("alma", 12_000, 1)]).await;
    story.wait(5).await;
    let (telegram, discord) = (telegram_text(&story.on_telegram()[0]), discord_text(&story.on_discord()[0]));
    for text in [&telegram, &discord] {
        let clears = text.lines().find(|line| line.contains("Clears with another")).unwrap_or_else(|| panic!("{text}"));
        assert!(clears.contains(" orders by Fri 18:00, boost stopped."), "{clears}");
        let next = text.lines().find(|line| line.contains("Story set would probably bring €"));
        let next = next.unwrap_or_else(|| panic!("{text}"));
        assert!(next.contains('–') && next.contains("more margin; it costs €400."), "{next}");
        assert!(text.contains("Sure: a creator who meets €12 would ever look this bad at most 1 time in"), "{text}");
    }
    // What was said is what the program works out: the receipt has it, to the order.
    let cast = story.world.cast;
    let why = story.slash(cast.jonas, cast.team_channel, "why", &[("what", Typed::Text("alma".to_owned()))]).await;
    assert!(why.contains("by Fri 18:00, boost stopped."), "{why}");
    // The boost runs: if it goes on, more are needed.
    let number = |text: &str, end: &str| -> i64 {
        let line = text.lines().find(|line| line.contains("Clears with another") && line.contains(end));
        let line = line.unwrap_or_else(|| panic!("no `{end}` in {text}"));
        let digits: String =
            line.split("another").nth(1).expect("a number").chars().filter(char::is_ascii_digit).collect();
        digits.get(..digits.len() - 4).and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{line}"))
    };
    assert!(number(&why, "orders by Fri 18:00, boost stopped.") < number(&why, "orders by Fri 18:00."), "{why}");
    assert!(why.contains("At last week's pace, by 30 Jun:"), "{why}");
    let status = story.says(cast.team_chat, cast.maja, "/status winter").await;
    assert!(status.contains("At last week's pace, by 30 Jun:"), "{status}");
    story.assert_polite();
    story.world.stop().await;
}

/// Eight creators with one small post each: two target costs of money a deal.
fn small_deals() -> String {
    let mut text = String::new();
    for at in 1..=8 {
        writeln!(
            text,
            "[[creator]]\nid = \"c{at}\"\nname = \"Creator {at}\"\n[[partnership]]\ncampaign = \"winter\"\ncreator = \"c{at}\"\n\
             [[deliverable]]\npartnership = \"winter/c{at}\"\nid = \"reel\"\nplatform = \"instagram\"\nformat = \"reel\"\n\
             fee = \"90.00 EUR\"\ndue = 2026-02-10\nstate = \"live\"\nlive_at = \"2026-02-10T09:00:00Z\""
        )
        .expect("written");
    }
    text
}

const POOLED: &str = r#"
[[rule]]
id       = "cpa-stop"
kind     = "stop_loss"
scope    = "partnership"
when     = "cpa > target.cpa"
evidence = "balanced"
mode     = "propose"
"#;

fn orders(each: &[i64], now: Timestamp) -> Vec<Sample> {
    let one = |(at, orders): (usize, &i64)| {
        let creator = format!("c{}", at + 1);
        let total = *orders;
        let day = move |back: i64| {
            let value = if back == 3 { total } else { 0 };
            amount(&creator, (Metric::Orders, Platform::Shop), value, back, now)
        };
        (1..=28).rev().map(day).collect::<Vec<Sample>>()
    };
    each.iter().enumerate().flat_map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn small_deals_are_judged_together_and_no_creator_is_named() {
    let mut story = Story::begin(7, &[]).await;
    rules(&story, POOLED).await;
    story.apply(&small_deals()).await;
    story.begin_here();
    let now = story.world.clock.now();
    tell(&mut story, orders(&[0, 0, 1, 0, 0, 0, 0, 0], now)).await;
    let (telegram, discord) = (story.on_telegram(), story.on_discord());
    assert_eq!((telegram.len(), discord.len()), (1, 1), "one incident, not eight");
    let (telegram, discord) = (telegram_text(&telegram[0]), discord_text(&discord[0]));
    for text in [&telegram, &discord] {
        assert!(text.contains("🔴 Winter Warmers: €720 per order, limit €45"), "{text}");
        let said = "8 small deals (Instagram, reel) together: 1 order where 16 would have come at the limit. None of them is \
                    large enough to be judged alone, so no one creator is meant.";
        assert!(text.contains(said), "{text}");
        assert!(text.contains("Clears with another"), "{text}");
        assert!(!text.contains("Creator "), "nobody is named: {text}");
    }
    let cast = story.world.cast;
    let why = story.says(cast.team_chat, cast.maja, "/why winter").await;
    assert!(why.contains("8 small deals (Instagram, reel) together"), "{why}");
    // Not one of them alone.
    let alone = story.says(cast.team_chat, cast.maja, "/why-not partnership/winter/c1 cpa-stop").await;
    assert!(alone.contains("Could be bad luck"), "{alone}");
    // Late orders clear it, in the same messages.
    let now = story.world.clock.now();
    tell(&mut story, orders(&[2, 3, 2, 1, 2, 3, 2, 2], now)).await;
    for text in [telegram_text(&story.on_telegram()[0]), discord_text(&story.on_discord()[0])] {
        assert!(text.contains("🟢 Winter Warmers: over after"), "{text}");
    }
    story.assert_polite();
    story.world.stop().await;
}

const PAID: &str = r#"
[[partnership]]
campaign = "winter"
creator = "alma"
commission = "12.5 %"
per_thousand_views = "3.30 EUR"
product_cost = "89.00 EUR"
shipped = 2026-02-05
[[deliverable]]
partnership = "winter/alma"
id = "reel"
platform = "instagram"
format = "reel"
fee = "640.00 EUR"
due = 2026-02-10
state = "live"
live_at = "2026-02-10T09:00:00Z"
"#;

/// What rules read as spend, and what accounting says is spent, in cents.
async fn spend(story: &Story) -> (i64, i64, i64) {
    let now = story.world.clock.now();
    let subject = partnership("alma");
    let state = story.world.core().state.lock().await;
    let span = Span { from: instant("2026-01-31T23:00:00Z"), until: now };
    let read = |platform| {
        let want = Want { metric: Metric::Spend, platform };
        state.history.view().over(&subject, want, span).reading.value().and_then(round_i64).unwrap_or(0)
    };
    let accrued = proposing::accrued(&state, &subject, now).expect("it adds up");
    (read(None), read(Some(Platform::Deal)), accrued.spent.minor)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_adds_up_with_accounting_at_any_instant() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.apply(PAID).await;
    story.wait(5).await;
    // Nothing sold, nobody watched: the fee and the parcel.
    assert_eq!(spend(&story).await, (72_900, 72_900, 72_900));
    let days = |revenue: fn(i64) -> i64, views: fn(i64) -> i64, now: Timestamp| -> Vec<Sample> {
        let of = |back: i64| {
            [
                amount("alma", (Metric::Revenue, Platform::Shop), revenue(back), back, now),
                amount("alma", (Metric::Views, Platform::Instagram), views(back), back, now),
                amount("alma", (Metric::Spend, Platform::MetaAds), 1_001, back, now),
            ]
        };
        (1..=28).rev().flat_map(of).collect()
    };
    let now = story.world.clock.now();
    tell(&mut story, days(|back| 1_999 + 7 * back, |back| 333 * back, now)).await;
    let (all, booked, accrued) = spend(&story).await;
    // Revenue 28 × 19.99 + 7 × 4.06; views 333 × 406.
    let (revenue, views) = (28 * 1_999 + 7 * 406, 333 * 406);
    let earned = (f64::from(revenue) * 0.125).round() + (f64::from(views) / 1_000.0 * 330.0).round();
    assert_eq!(booked, 72_900 + round_i64(earned).expect("cents"));
    assert_eq!((all, accrued), (booked + 28 * 1_001, booked + 28 * 1_001));
    // Restated: returns came, views were taken back; what was booked follows, day by day, and said twice it is said once.
    let now = story.world.clock.now();
    for _ in 0..2 {
        tell(&mut story, days(|back| 1_500 + 3 * back, |back| 111 * back, now)).await;
        let (all, booked, accrued) = spend(&story).await;
        let (revenue, views) = (28 * 1_500 + 3 * 406, 111 * 406);
        let earned = (f64::from(revenue) * 0.125).round() + (f64::from(views) / 1_000.0 * 330.0).round();
        assert_eq!(booked, 72_900 + round_i64(earned).expect("cents"));
        assert_eq!((all, accrued), (booked + 28 * 1_001, booked + 28 * 1_001));
    }
    // And later, when nothing new has been said for hours.
    story.wait(SignedDuration::from_hours(6).as_secs()).await;
    let (all, booked, accrued) = spend(&story).await;
    assert_eq!(all, accrued);
    assert_eq!(booked, accrued - 28 * 1_001);
    story.world.stop().await;
}
