//! Stops judged again when all of their orders are there: one that was right, one that late orders proved wrong, one that
//! was asked for and nobody did. In both chats, in the terminal and once a month.

use std::sync::Arc;

use plimsoll::app::control::{Answer, Body, Report, Request, Seat, Which, Wish, answer};
use plimsoll::app::core::Core;
use plimsoll::app::service::Service;
use plimsoll::domain::ids::CampaignId;
use plimsoll::domain::person::Role;
use plimsoll::outbox::incident::Incident;
use plimsoll::store::Transaction;
use plimsoll::store::records::scan_all;
use serde_json::Value;

use super::ladder::{hours, rule, since_start, story};
use super::story::{Story, discord_text, restart, telegram_text};

pub const STOP: &str = r#"[ { do = "stop_boost" } ]"#;

/// The campaign of the stories with a short attribution window.
const SOON: &str = r#"
[[campaign]]
id = "winter"
name = "Winter Warmers"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
attribution = "7d"
"#;

/// Alma and Bo were stopped, Cleo was not; then late orders came for Bo.
async fn stopped() -> Story {
    let mut story = story(&["alma", "bo", "cleo"], &rule("propose", STOP, ""), |_| {}).await;
    story.apply(SOON).await;
    story.begin_here();
    story.report(&[("alma", 12_000, 1), ("bo", 12_000, 1), ("cleo", 12_000, 1)]).await;
    story.wait(5).await;
    let maja = story.world.cast.maja;
    for (name, answer) in [("Alma", "Stop boost"), ("Bo", "Stop boost"), ("Cleo", "Keep")] {
        let told = story.on_telegram();
        let alert = told.iter().find(|shown| shown.text.contains(&format!("{name} · "))).expect("an alert").clone();
        story.presses(maja, &alert, answer).await;
    }
    hours(&mut story, 1).await;
    assert_eq!(["alma", "bo", "cleo"].map(|id| story.boost(&format!("boost-{id}"))), ["paused", "paused", "active"]);
    story.report(&[("bo", 12_000, 4)]).await;
    story.wait(5).await;
    story.begin_here();
    story
}

/// The program is down until an hour of the first of April, and is started again.
async fn until_april(story: Story) -> Story {
    story
        .again(|mut world| async move {
            let (store, config) = (Arc::clone(&world.service.core.store), world.service.core.config.clone());
            let sessions = world.discord.gateway_counts();
            world.service.stop().await;
            world.driver.run_until("2026-04-01T06:30:00Z".parse().expect("an instant")).await.expect("time goes on");
            let held = world.clock.hold("restart");
            let core = Core::open(world.clock.clone(), store, config, 9).await.expect("opened");
            let service = Service::start(&core).expect("started");
            world.discord.session_since(sessions).await.expect("a session");
            drop(held);
            plimsoll::app::demo::World { service, ..world }
        })
        .await
}

fn judged(story: &Story) -> Vec<String> {
    let telegram = story.on_telegram().iter().map(telegram_text).collect::<Vec<_>>();
    let discord = story.on_discord().iter().map(discord_text).collect::<Vec<_>>();
    telegram.into_iter().chain(discord).filter(|text| text.contains("judged again")).collect()
}

async fn reported(core: &Core, campaign: Option<&str>, sheets: bool) -> (Value, String) {
    let campaign = campaign.map(|id| CampaignId::new(id).expect("an id"));
    let wanted = Report { sheets, ..Report::of(Which::Regret, campaign) };
    let request = Request { by: "terminal:tester".to_owned(), acting: None, wish: Wish::Report { wanted } };
    match answer(core, Seat::Service, &request, &Body::Empty, &|_| {}).await {
        Answer::Done { json, text } => (serde_json::from_str(&json).expect("JSON"), text),
        Answer::Refused { line, .. } => panic!("{line}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_told_once_with_the_stop_that_was_right_and_the_one_that_was_not() {
    let mut story = until_april(stopped().await).await;
    story.wait(20).await;
    assert_eq!(judged(&story), [""; 0], "it is half past eight");
    hours(&mut story, 1).await;
    insta::assert_snapshot!(judged(&story).join("\n---\n"), @"
    ⚖️ Nordbo: March 2026: 3 stops judged again: 1 was right, 1 was wrong, 1 cannot be told; €1,672 saved, €1,232 lost

    • late-stop: 1 right, 1 wrong, 1 not to be told; €1,672 saved, €1,232 lost. Wrong: 50 % (counting luck, 9 % to 91 %)
    Too few calls to say where a line should be: it takes 8 of one rule whose money is known.

    Wrong: Bo · Winter Warmers, Stop boost bo-winter, 1 Mar. It would have spent €2,640 and brought €3,872

    Saved is what would have been spent at the pace of the week before, less the margin it would have brought; its late orders are counted.
    Every one of them: “plimsoll report regret” in the terminal.
    ---
    ⚖️ Nordbo: March 2026: 3 stops judged again: 1 was right, 1 was wrong, 1 cannot be told; €1,672 saved, €1,232 lost
    • late-stop: 1 right, 1 wrong, 1 not to be told; €1,672 saved, €1,232 lost. Wrong: 50 % (counting luck, 9 % to 91 %)
    Too few calls to say where a line should be: it takes 8 of one rule whose money is known.

    Wrong: Bo · Winter Warmers, Stop boost bo-winter, 1 Mar. It would have spent €2,640 and brought €3,872

    Saved is what would have been spent at the pace of the week before, less the margin it would have brought; its late orders are counted.
    Every one of them: “plimsoll report regret” in the terminal.
    ");
    // The same message is not told again by a new start, nor by the other mornings of the schedule.
    let mut story = story.again(restart).await;
    hours(&mut story, 50).await;
    assert_eq!(judged(&story).len(), 2, "once in each room");
    assert_eq!(story.journal("regret_told").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn chat_text_and_json_say_the_same_figures() {
    let mut story = stopped().await;
    let cast = story.world.cast;
    let early = story.says(cast.team_chat, cast.maja, "/report regret").await;
    insta::assert_snapshot!(early, @"
    ⚖️ Nordbo: no stop can be judged again yet: its orders have to be all there first

    3 more wait until their orders are all there, the first until 8 Mar.
    ");
    hours(&mut story, 24 * 7 + 1).await;
    // Cleo's boost went on as it was.
    since_start(&mut story, &[("cleo", 12_000, 1)]).await;
    let said = story.says(cast.team_chat, cast.maja, "/report regret winter").await;
    insta::assert_snapshot!(said, @"
    ⚖️ Winter Warmers: So far: 3 stops judged again: 2 were right, 1 was wrong; €1,672 saved, €1,232 lost

    • late-stop: 2 right, 1 wrong; €1,672 saved, €1,232 lost. Wrong: 33 % (counting luck, 6 % to 79 %)
    Asked for and not done: doing it would have saved €532.
    Too few calls to say where a line should be: it takes 8 of one rule whose money is known.

    Wrong: Bo · Winter Warmers, Stop boost bo-winter, 1 Mar. It would have spent €2,640 and brought €3,872

    Saved is what would have been spent at the pace of the week before, less the margin it would have brought; its late orders are counted.
    Every one of them: “plimsoll report regret --campaign winter” in the terminal.
    ");
    let core = Arc::clone(story.world.core());
    let (json, text) = reported(&core, Some("winter"), false).await;
    let first = said.replace(['\u{a0}', '\u{202f}'], " ");
    assert_eq!(text.lines().next(), first.lines().next(), "one first line");
    let minor = |value: &Value| value["minor"].as_i64().expect("minor units");
    let total = &json["total"];
    assert_eq!(
        [&total["calls"], &total["right"], &total["wrong"], &total["untold"]].map(Value::as_u64),
        [Some(3), Some(2), Some(1), Some(0)]
    );
    // 22 orders of €2,640 that Alma's boost would have spent at €44 each; 88 of Bo's.
    assert_eq!((minor(&total["saved"][0]), minor(&total["lost"][0])), (264_000 - 22 * 4_400, 88 * 4_400 - 264_000));
    for call in json["calls"].as_array().expect("calls") {
        if call["done"] == true {
            assert_eq!(minor(&call["net"]), minor(&call["would_spend"]) - minor(&call["would_bring"]), "{call}");
            let row = text.lines().find(|line| line.contains(call["subject"].as_str().expect("a subject")));
            let net = minor(&call["net"]);
            let sign = if net < 0 { "-" } else { "" };
            let major = format!("{sign}{}.{:02}", net.abs() / 100, net.abs() % 100);
            assert!(row.is_some_and(|row| row.contains(&major)), "{major} in {row:?}");
        }
    }
    let (grids, _) = reported(&core, Some("winter"), true).await;
    let rows = grids[0]["rows"].as_array().expect("rows");
    assert_eq!((grids[0]["name"].as_str(), grids[1]["name"].as_str(), rows.len()), (Some("Calls"), Some("Rules"), 4));
}

/// What was proposed and done outlives its alert; the rule that asked is told all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_alert_was_removed_with_age_is_still_its_rules() {
    let story = until_april(stopped().await).await;
    let core = Arc::clone(story.world.core());
    let (_, before) = reported(&core, Some("winter"), false).await;
    let mut transaction = Transaction::new();
    for kept in scan_all::<Incident>(&*core.store).await.expect("incidents") {
        transaction.delete(&kept);
    }
    core.store.commit(transaction).await.expect("committed");
    let (json, after) = reported(&core, Some("winter"), false).await;
    let named = |text: &str| text.matches("late-stop").count();
    assert!(3 < named(&before), "{before}");
    assert_eq!(named(&after), named(&before), "{after}");
    assert_eq!(json["total"]["calls"], 3);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_costs_is_told_nothing() {
    let mut story = stopped().await;
    hours(&mut story, 24 * 7 + 1).await;
    let alma = story.world.cast.alma;
    story.starts(alma, Role::Creator, "Alma", Some("alma")).await;
    let direct = story.world.telegram.private_chat(alma);
    let said = story.says(direct, alma, "/report regret").await;
    assert!(!said.contains("judged") && !said.contains('€'), "{said}");
}
