//! Mornings that are not like others: clocks that are changed in the night, and what nobody knows whether it arrived.

use plimsoll::sim::discord::Given as Typed;
use plimsoll::sim::telegram::{Fault, Scope};

use super::super::stories_levels::with_alma;
use super::super::story::{Story, discord_text, telegram_text};
use super::super::terms_offers::DEAL;

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
    let mut story = with_alma().await;
    story.apply(DEAL).await;
    let room = "[[room]]\nid = \"team-telegram\"\nbrand = \"nordbo\"\naudience = \"internal\"\n\
                zone = \"Europe/Stockholm\"\ndigest = \"08:00\"\n";
    story.apply(room).await;
    story.wait(5).await;
    story.begin_here();
    let cast = story.world.cast;
    // The message arrives, and Telegram's word for it does not.
    let lost = Scope { chat: Some(cast.team_chat.0), ..Scope::method("sendMessage") };
    story.world.telegram.inject(Fault::LoseReply, lost, 1);
    let given = [("what", Typed::Text("winter/lind".into())), ("terms", Typed::Text("reel-2 fee 3500 EUR".into()))];
    story.slash(cast.jonas, cast.team_channel, "offer", &given).await;
    story.wait(3_600).await;
    let offers = |story: &Story| -> Vec<String> {
        let all = story.on_telegram().into_iter().filter(|shown| shown.text.contains("offer 1"));
        all.map(|shown| format!("{}\n{}", shown.sent_at, telegram_text(&shown))).collect()
    };
    assert_eq!(offers(&story).len(), 1, "it is not told twice while nobody knows");
    story.wait(8 * 3_600).await;
    let told = offers(&story);
    assert_eq!(told.len(), 2, "{told:?}");
    insta::assert_snapshot!(told[1], @"");
    let digest = story.on_telegram().into_iter().find(|shown| shown.text.starts_with('☀')).expect("a digest");
    assert_eq!(digest.sent_at.to_string(), "2026-03-01T07:00:00Z");
    story.wait(24 * 3_600).await;
    assert_eq!(offers(&story).len(), 2, "and only once");
    story.assert_polite();
    story.world.stop().await;
}
