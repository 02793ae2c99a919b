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
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet").await, @"
    No quiet hours here: everything comes at once

    To set them: quiet 22:00-07:00
    ");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet 22:00-07:00").await, @"
    Quiet here from now on, 22:00–07:00 (Europe/Stockholm)

    What can wait waits until they end. Messages that are here are kept up to date.
    Critical alerts come at once, without a sound.
    It is quiet now, until 07:00.
    ");
    insta::assert_snapshot!(story.slash(cast.jonas, cast.operator_channel, "quiet", &[("hours", Typed::Text("23-6".into()))]).await, @"
    Quiet here from now on, 23:00–06:00 (Europe/Stockholm)
    What can wait waits until they end. Messages that are here are kept up to date.
    Critical alerts come at once, without a sound.
    It is quiet now, until 06:00.
    ");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/quiet whenever").await, @"
    “whenever” does not fit here. It should be quiet hours, such as 22:00-07:00, or off.

    For example: quiet
    For example: quiet 22:00-07:00
    For example: quiet off
    ");
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
    insta::assert_snapshot!(said, @"
    Quiet hours are off: everything comes at once, what waited comes now
    To set them: `quiet 22:00-07:00`
    ");
    assert_eq!(story.to_operators().len(), before + 1);
    let set = story.journal("quiet_set").await;
    assert_eq!(set.len(), 2, "{set:?}");
    assert_eq!(set[1], ("jonas".to_owned(), serde_json::json!({ "from": "22:00-07:00", "to": null })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_is_in_the_journal_and_one_room_always_hears_of_money() {
    let mut story = Story::begin(9, &["alma"]).await;
    let cast = story.world.cast;
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/subscribe").await, @"
    What is told in this room

    stop_loss: on · money being lost
    late: on · what is overdue
    rights: on · rights that are missing or end
    cause: on · what lies with the brand: shop, stock, price, link
    downgrade: on · levels that may be lost
    opportunity: on · what goes better than expected
    rule: on · rules that have watched long enough
    digest: off · the summary of the morning

    To change one: subscribe stop_loss silent
    What is off is in the journal, not here. Answers to what you ask always come.
    ");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/subscribe stop_loss off").await, @"
    Off here now: money being lost

    stop_loss: off · money being lost
    late: on · what is overdue
    rights: on · rights that are missing or end
    cause: on · what lies with the brand: shop, stock, price, link
    downgrade: on · levels that may be lost
    opportunity: on · what goes better than expected
    rule: on · rules that have watched long enough
    digest: off · the summary of the morning

    To change one: subscribe stop_loss silent
    What is off is in the journal, not here. Answers to what you ask always come.
    ");
    let off = [("topic", Typed::Text("stop_loss".into())), ("how", Typed::Text("off".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.team_channel, "subscribe", &off).await, @"
    Stays on here: money being lost
    Nobody else would hear of it: Nordbo has no other open room that keeps it. Make it silent instead, or bind another room first.
    ");
    let silent = [("topic", Typed::Text("stop_loss".into())), ("how", Typed::Text("silent".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.team_channel, "subscribe", &silent).await, @"
    Without a sound here now: money being lost
    `stop_loss`: silent · money being lost
    `late`: on · what is overdue
    `rights`: on · rights that are missing or end
    `cause`: on · what lies with the brand: shop, stock, price, link
    `downgrade`: on · levels that may be lost
    `opportunity`: on · what goes better than expected
    `rule`: on · rules that have watched long enough
    `digest`: off · the summary of the morning

    To change one: `subscribe stop_loss silent`
    What is off is in the journal, not here. Answers to what you ask always come.
    ");
    let off = [("topic", Typed::Text("trouble".into())), ("how", Typed::Text("off".into()))];
    insta::assert_snapshot!(story.slash(cast.jonas, cast.operator_channel, "subscribe", &off).await, @"
    Stays on here: troubles of the program itself
    Nobody else would hear of it: there is no other open room for operators. Make it silent instead, or bind another room first.
    ");
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
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe").await, @"
    Vad som sägs till dig här

    stop_loss: av · pengar som går förlorade
    late: av · det som är försenat
    rights: av · rättigheter som saknas eller tar slut
    cause: av · det som ligger hos varumärket: butik, lager, pris, länk
    downgrade: av · nivåer som kan gå förlorade
    opportunity: av · det som går bättre än väntat
    digest: av · morgonens sammanfattning

    För att ändra något: subscribe stop_loss silent
    Det som är av står i journalen, inte här. Svar på det du frågar kommer alltid.
    ");
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe stop_loss on").await, @"
    På här från nu: pengar som går förlorade

    stop_loss: på · pengar som går förlorade
    late: av · det som är försenat
    rights: av · rättigheter som saknas eller tar slut
    cause: av · det som ligger hos varumärket: butik, lager, pris, länk
    downgrade: av · nivåer som kan gå förlorade
    opportunity: av · det som går bättre än väntat
    digest: av · morgonens sammanfattning

    För att ändra något: subscribe stop_loss silent
    Det som är av står i journalen, inte här. Svar på det du frågar kommer alltid.
    ");
    insta::assert_snapshot!(story.says(own, cast.maja, "/subscribe ask on").await, @"
    Sägs ändå inte i den här chatten: det du ombeds göra

    Här kan du välja: stop_loss, late, rights, cause, downgrade, opportunity, digest.
    ");
    let told = |story: &Story| -> Vec<String> {
        let all = story.world.telegram.messages(own);
        all.iter().filter(|one| one.from_bot && one.text.starts_with('🔴')).map(telegram_text).collect()
    };
    story.fires("alma").await;
    let first = told(&story);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("[Stoppa boost"), "with the buttons that act: {}", first[0]);
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
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/rooms").await, @"
    3 rooms, 1 not bound yet

    leads · not bound yet · the team · Nordbo
    Swedish, Europe/Stockholm · quiet 22:00–07:00 · then told: person/jonas
    In the terminal: plimsoll code --room leads

    team-discord · Discord · the team · Nordbo
    English, Europe/Stockholm

    team-telegram · Telegram · the team · Nordbo
    English, Europe/Stockholm
    ");
    let own = story.world.discord.dm(cast.jonas);
    insta::assert_snapshot!(story.slash(cast.jonas, own, "rooms", &[]).await, @"
    3 rooms, 1 not bound yet
    **leads** · not bound yet · the team · Nordbo
    Swedish, Europe/Stockholm · quiet 22:00–07:00 · then told: person/jonas
    In the terminal: `plimsoll code --room leads`

    **team-discord** · Discord · the team · Nordbo
    English, Europe/Stockholm

    **team-telegram** · Telegram · the team · Nordbo
    English, Europe/Stockholm
    ");
}
