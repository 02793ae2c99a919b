//! Mornings that are not like others: clocks that are changed in the night, and what nobody knows whether it arrived.

use plimsoll::app::trouble;
use plimsoll::sim::telegram::{Fault, Scope};
use plimsoll::words::trouble::Trouble;

use super::super::story::{Story, discord_text, telegram_text};

/// A room of the team with a digest at this hour of New York, where clocks go forward at 2 in the night of 8 March 2026.
fn room(id: &str, digest: &str) -> String {
    format!(
        "[[room]]\nid = \"{id}\"\nbrand = \"nordbo\"\naudience = \"internal\"\nzone = \"America/New_York\"\n\
         digest = \"{digest}\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_comes_once_each_day_at_the_same_local_hour_when_the_clocks_change() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.apply(&room("team-telegram", "07:30")).await;
    story.apply(&room("team-discord", "02:30")).await;
    story.wait(10 * 86_400).await;
    let local = |at: jiff::Timestamp| at.in_tz("America/New_York").expect("a zone").strftime("%-d %H:%M").to_string();
    let told = story.on_telegram().into_iter().filter(|shown| shown.text.starts_with('☀'));
    let told: Vec<String> = told.map(|shown| local(shown.sent_at)).collect();
    let days = 1..=10;
    assert_eq!(told, days.clone().map(|day| format!("{day} 07:30")).collect::<Vec<_>>());
    // 02:30 is an hour that the 8th does not have.
    let told = story.on_discord().into_iter().filter(|message| discord_text(message).starts_with('☀'));
    let told: Vec<String> = told.map(|message| local(message.created)).collect();
    let hour = |day: i32| if day == 8 { "03:30" } else { "02:30" };
    assert_eq!(told, days.map(|day| format!("{day} {}", hour(day))).collect::<Vec<_>>());
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_have_arrived_is_told_anew_after_the_digest() {
    let mut story = Story::begin(7, &[]).await;
    let room =
        "[[room]]\nid = \"ops-telegram\"\naudience = \"operator\"\nzone = \"Europe/Stockholm\"\ndigest = \"08:00\"\n";
    story.apply(room).await;
    let (maja, telegram) = (story.world.cast.maja, story.world.telegram.clone());
    let ops = telegram.add_supergroup("Operators", maja, false).expect("a group");
    telegram.add_bot(ops, maja).expect("added");
    let code = story.world.room_code("ops-telegram").await.expect("a code");
    story.says(ops, maja, &format!("/bind {code}")).await;
    // The message arrives, and Telegram's word for it does not.
    let lost = Scope { chat: Some(ops.0), ..Scope::method("sendMessage") };
    telegram.inject(Fault::LoseReply, lost, 1);
    let held = story.world.clock.hold("trouble");
    let poller = Trouble::OtherPoller { bot: "Telegram".to_owned() };
    trouble::tell(story.world.core(), &poller).await.expect("told");
    drop(held);
    story.wait(3_600).await;
    let told = || -> Vec<(String, String)> {
        let all = telegram.messages(ops).into_iter().filter(|shown| shown.from_bot).skip(1);
        all.map(|shown| (shown.sent_at.to_string(), telegram_text(&shown))).collect()
    };
    assert_eq!(told().len(), 1, "it is not told twice while nobody knows: {:?}", told());
    story.wait(8 * 3_600).await;
    let all = told();
    assert_eq!(all.len(), 3, "the digest, and what may not have arrived: {all:?}");
    assert!(all[1].1.starts_with('☀') && all[1].0 == "2026-03-01T07:00:00Z", "{all:?}");
    insta::assert_snapshot!(all[2].1, @"
    🔴 Another program reads the messages of Telegram

    Commands and buttons may not arrive. Stop the other one, or give it a bot of its own.

    you may have seen this already
    ");
    story.wait(24 * 3_600).await;
    assert_eq!(told().len(), 4, "once, and the next morning's digest: {:?}", told());
    story.assert_polite();
    story.world.stop().await;
}
