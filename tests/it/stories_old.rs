//! Alerts whose message is too old to be changed: they go on in a new one, once, whatever breaks between.

use plimsoll::outbox::delivery::ROLLS_AFTER;
use plimsoll::sim::discord::{Aim, Fault};
use plimsoll::sim::telegram;

use super::story::{Story, discord_text, restart, telegram_text};

/// The flag of a message that makes no sound.
const SILENT: u64 = 1 << 12;

/// An hour before its message is too old to be changed.
async fn almost_a_day(story: &mut Story) {
    story.fires("alma").await;
    story.wait(ROLLS_AFTER.as_secs() - 3600).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (1, 1));
}

/// And a while after.
async fn grows_old(story: &mut Story) {
    story.wait(3600 + 120).await;
}

async fn takes_it(story: &mut Story) {
    let shown = story.on_telegram().remove(0);
    story.presses(story.world.cast.maja, &shown, "I've got it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_alert_goes_on_in_a_new_message_that_carries_all() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    almost_a_day(&mut story).await;
    grows_old(&mut story).await;
    takes_it(&mut story).await;
    story.wait(10).await;
    let told = story.on_discord();
    assert_eq!(told.len(), 2);
    let (old, new) = (&told[0], &told[1]);
    let link = format!("/{}/{}", new.channel, new.id);
    assert!(old.content.starts_with("⤵️ \\#0000 goes on in a newer message: https://discord.com/channels/"), "{old:?}");
    assert!(old.content.ends_with(&link), "{}", old.content);
    assert!(discord_text(old).contains("Seen: €120 per order"), "what was told stays: {}", discord_text(old));
    assert!(old.buttons().is_empty(), "nothing to press on the old one");
    let text = discord_text(new);
    assert!(text.contains("Maja has it") && text.contains("[picture]") && text.contains("[Snooze"), "{text}");
    assert_eq!(new.flags & SILENT, SILENT, "a change rings nobody's phone");
    assert_eq!(story.on_telegram().len(), 1, "Telegram takes changes for ever");
    // From here on the new one is changed.
    story.clicks(cast.jonas, new, "Snooze").await;
    story.wait(10).await;
    let told = story.on_discord();
    let edits = (told[0].edits.len(), told[1].edits.len());
    assert_eq!((told.len(), edits), (2, (old.edits.len(), new.edits.len() + 1)), "{told:?}");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn until_the_old_message_says_where_it_went_on_its_buttons_are_dead() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    almost_a_day(&mut story).await;
    let old = story.on_discord().remove(0);
    let path = format!("/messages/{}", old.id);
    story.world.discord.fail_next(Aim::at("PATCH", &path), Fault::server_error(500), 5);
    grows_old(&mut story).await;
    takes_it(&mut story).await;
    let told = story.on_discord();
    assert_eq!((told.len(), told[0].buttons().is_empty()), (2, false), "it could not be reached");
    let answer = story.clicks(cast.jonas, &told[0], "Why").await;
    assert_eq!(answer, "This button is too old. The newest message about it has a fresh one.");
    let refused = story.journal("refused").await;
    assert!(refused.iter().any(|(_, detail)| detail["reason"] == "old_button"), "{refused:?}");
    story.wait(1200).await;
    assert_eq!(story.world.discord.faults_left(), 0);
    let told = story.on_discord();
    assert!(told[0].buttons().is_empty() && told[0].content.starts_with("⤵️"), "{}", discord_text(&told[0]));
    assert_eq!(told.len(), 2);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_and_a_restart_between_neither_lose_nor_double() {
    let mut story = Story::begin(7, &["alma"]).await;
    almost_a_day(&mut story).await;
    let old = story.on_discord().remove(0);
    story.world.discord.fail_next(Aim::at("POST", "/messages"), Fault::LoseReply, 1);
    story.world.discord.fail_next(Aim::at("PATCH", &format!("/messages/{}", old.id)), Fault::Cut, 1);
    grows_old(&mut story).await;
    takes_it(&mut story).await;
    story = story.again(restart).await;
    story.wait(600).await;
    assert_eq!(story.world.discord.faults_left(), 0, "both were met");
    let told = story.on_discord();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].buttons().is_empty() && told[0].content.starts_with("⤵️"), "{}", discord_text(&told[0]));
    assert!(discord_text(&told[1]).contains("Maja has it"), "{}", discord_text(&told[1]));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_telegram_will_not_change_any_more_is_told_anew_and_its_old_buttons_are_dead() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    almost_a_day(&mut story).await;
    grows_old(&mut story).await;
    let first = story.on_telegram().remove(0);
    let description = "Bad Request: message can't be edited".to_owned();
    let refusal = telegram::Fault::Answer { status: 400, description, parameters: None };
    story.world.telegram.inject(refusal, telegram::Scope::method("editmessagecaption"), 1);
    takes_it(&mut story).await;
    story.wait(30).await;
    let told = story.on_telegram();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].text.contains("Maja has it"), "{}", telegram_text(&told[1]));
    assert!(!first.buttons.is_empty(), "the platform keeps the buttons of the old one");
    let (_, answer) = story.presses(cast.maja, &told[0], "Why").await;
    assert_eq!(answer, "This button is too old. The newest message about it has a fresh one.");
    story.world.stop().await;
}
