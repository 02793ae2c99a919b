//! Rooms that sleep, and what they want to hear: through the emulators, on virtual time.

use plimsoll::app::trouble;
use plimsoll::domain::person::{Reach, Role};
use plimsoll::sim::discord::Given as Typed;
use plimsoll::words::trouble::Trouble;

use super::story::{Story, discord_text, restart, telegram_text};

/// Discord's flag for a message without a notification.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

/// Something that can wait.
async fn trouble(story: &Story, bot: &str) {
    let held = story.world.clock.hold("trouble");
    trouble::tell(story.world.core(), &Trouble::OtherPoller { bot: bot.to_owned() }).await.expect("told");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_hours_what_can_wait_waits_and_what_cannot_comes_without_a_sound() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet").await, @"");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet 22:00-07:00").await, @"");
    insta::assert_snapshot!(story.slash(cast.jonas, cast.operator_channel, "quiet", &[("hours", Typed::Text("23-6".into()))]).await, @"");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet whenever").await, @"");
    story.begin_here();
    let operators = story.to_operators().len();
    // It is just after midnight.
    trouble(&story, "Telegram").await;
    story.fires("alma").await;
    let (telegram, discord) = (story.on_telegram(), story.on_discord());
    assert_eq!((telegram.len(), discord.len()), (1, 1), "a critical alert comes at once");
    assert!(telegram[0].silent, "without a sound where the room sleeps");
    assert_eq!(discord[0].flags & SUPPRESS_NOTIFICATIONS, 0, "and with one where it does not");
    // What is there is kept up to date.
    let (_, answer) = story.presses(cast.maja, &telegram[0], "I've got it").await;
    assert!(answer.starts_with("You have"), "{answer}");
    assert!(story.on_telegram()[0].text.contains("Maja has it"), "an edit does not wait");
    assert_eq!(story.to_operators().len(), operators, "the trouble waits");
    let mut story = story.again(restart).await;
    story.wait(6 * 3_600).await;
    let told = story.to_operators();
    assert_eq!(told.len(), operators + 1, "told once when the quiet hours are over, over a restart: {told:?}");
    story.assert_polite();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_the_quiet_hours_is_told_what_waited() {
    let mut story = Story::begin(8, &["alma"]).await;
    let cast = story.world.cast;
    story.slash(cast.jonas, cast.operator_channel, "quiet", &[("hours", Typed::Text("22-7".into()))]).await;
    let before = story.to_operators().len();
    trouble(&story, "Discord").await;
    story.wait(5).await;
    assert_eq!(story.to_operators().len(), before);
    let said = story.slash(cast.jonas, cast.operator_channel, "quiet", &[("hours", Typed::Text("off".into()))]).await;
    insta::assert_snapshot!(said, @"");
    assert_eq!(story.to_operators().len(), before + 1);
    let set = story.journal("quiet_set").await;
    assert_eq!(set.len(), 2, "{set:?}");
    assert_eq!(set[1], ("jonas".to_owned(), serde_json::json!({ "from": "22:00-07:00", "to": null })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_is_in_the_journal_and_one_room_always_hears_of_money() {
    let mut story = Story::begin(9, &["alma"]).await;
    let cast = story.world.cast;
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/subscribe").await, @"");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/subscribe stop_loss off").await, @"");
    let off = [("topic", Typed::Text("stop_loss".into())), ("how", Typed::Text("off".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.team_channel, "subscribe", &off).await, @"");
    let silent = [("topic", Typed::Text("stop_loss".into())), ("how", Typed::Text("silent".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.team_channel, "subscribe", &silent).await, @"");
    let off = [("topic", Typed::Text("trouble".into())), ("how", Typed::Text("off".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.operator_channel, "subscribe", &off).await, @"");
    let mut story = story.again(restart).await;
    story.begin_here();
    story.fires("alma").await;
    assert_eq!(story.on_telegram().len(), 0, "it is off there");
    let discord = story.on_discord();
    assert_eq!(discord.len(), 1);
    assert_ne!(discord[0].flags & SUPPRESS_NOTIFICATIONS, 0, "without a sound: {}", discord_text(&discord[0]));
    let expired = story.journal("delivery_expired").await;
    let reasons: Vec<&str> = expired.iter().filter_map(|(_, detail)| detail["reason"].as_str()).collect();
    assert_eq!(reasons, ["`stop_loss` is off in this room"]);
    let kept = story.journal("subscription_kept").await;
    assert_eq!(
        kept.iter().filter_map(|(_, detail)| detail["reason"].as_str()).collect::<Vec<_>>(),
        ["unheard", "unheard"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_in_their_own_chat_as_long_as_they_have_a_role() {
    let mut story = Story::begin(10, &["alma", "bo", "cleo"]).await;
    let cast = story.world.cast;
    let own = story.world.telegram.private_chat(cast.maja);
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe").await, @"");
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe stop_loss on").await, @"");
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe ask on").await, @"");
    let told = |story: &Story| -> Vec<String> {
        let all = story.world.telegram.messages(own);
        all.iter().filter(|one| one.from_bot && one.text.starts_with('🔴')).map(telegram_text).collect()
    };
    story.fires("alma").await;
    let first = told(&story);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("[Stop boost"), "with the buttons that act: {}", first[0]);
    // Whoever has no role any more hears nothing more, whatever they asked for.
    let brand = plimsoll::domain::ids::BrandId::new("nordbo").expect("an id");
    let maja = plimsoll::domain::ids::PersonId::new("maja").expect("an id");
    let held = story.world.clock.hold("revoke");
    let done =
        plimsoll::app::people::revoke(story.world.core(), &maja, Role::Agency, &Reach::Brand(brand), "terminal:story")
            .await;
    assert_eq!(done.expect("kept"), Ok(()));
    drop(held);
    story.fires("bo").await;
    assert_eq!(told(&story).len(), 1);
    assert_eq!(story.on_telegram().len(), 2, "the room is told");
    story.assert_polite();
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_with_what_needs_somebody_first() {
    let mut story = Story::begin(11, &["alma"]).await;
    let cast = story.world.cast;
    story
        .apply(
            "[[room]]\nid = \"leads\"\nbrand = \"nordbo\"\naudience = \"internal\"\nzone = \"Europe/Stockholm\"\n\
             quiet = \"22:00-07:00\"\nlocale = \"sv\"\nescalate_to = [\"person/jonas\"]\n",
        )
        .await;
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/rooms").await, @"");
    let own = story.world.discord.dm(cast.jonas);
    insta::assert_snapshot!(story.slash(cast.jonas, own, "rooms", &[]).await, @"");
}
