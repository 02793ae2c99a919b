//! What a client is told without anybody's word, and what they are not told whatever they ask.
//!
//! A brand can show its client alerts at once: they read them with the team, without cost, unless a rule says otherwise; and
//! they can still be taken back. Of what was not shown, and of what a boost may spend, the audit says nothing.

use plimsoll::app::apply::{apply, read_texts};
use plimsoll::domain::person::Role;
use plimsoll::outbox::incident::Incident;
use plimsoll::sim::telegram::{ChatId, NewUser, Shown, Standing, UserId};
use plimsoll::store::records::scan_all;

use crate::story::{Story, telegram_text};

const BRAND: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "44.00 EUR"
release = "at_once"
[[room]]
id = "nordbo-client"
brand = "nordbo"
audience = "client"
zone = "Europe/Stockholm"
"#;

/// Speaks of the same numbers, and waits for a person's word.
const KEPT: &str = r#"
[[rule]]
id = "few-orders"
kind = "stop_loss"
scope = "partnership"
where = { campaign = "winter" }
when = "orders < 10"
window = "7d"
mode = "propose"
release = "by_hand"
"#;

/// Carl, who pays, in a room of his own.
async fn with_client(story: &mut Story) -> (ChatId, UserId) {
    let maja = story.world.cast.maja;
    let telegram = story.world.telegram.clone();
    let carl = telegram.add_user(NewUser::named("Carl", "en"));
    let room = telegram.add_supergroup("Nordbo client", maja, false).expect("a group");
    telegram.add_bot(room, maja).expect("added");
    telegram.set_standing(room, carl, Standing::Member).expect("a member");
    story.starts(carl, Role::ClientOwner, "Carl", None).await;
    let code = story.world.room_code("nordbo-client").await.expect("a code");
    story.says(room, maja, &format!("/bind {code}")).await;
    (room, carl)
}

fn in_room(story: &Story, room: ChatId) -> Vec<Shown> {
    story.world.telegram.messages(room).into_iter().filter(|shown| shown.from_bot && shown.text.contains('#')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_that_shows_alerts_at_once_shows_them_with_the_team() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.apply(BRAND).await;
    let given = read_texts([("kept.toml", KEPT)]).expect("rules");
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    let telegram = story.world.telegram.clone();
    let (room, _) = with_client(&mut story).await;

    story.fires("alma").await;
    let all = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let released = |rule: &str| {
        let of: Vec<bool> =
            all.iter().filter(|kept| kept.value.rule.as_str() == rule).map(|kept| kept.value.released).collect();
        assert_eq!(of.len(), 1, "{rule} has fired");
        of[0]
    };
    assert!(released("cpa-stop") && !released("few-orders"), "what a rule says counts before what its brand says");
    assert_eq!(story.on_telegram().len(), 2, "the team reads both");
    let shown = in_room(&story, room);
    insta::assert_snapshot!(shown.iter().map(telegram_text).collect::<Vec<_>>().join("\n==\n"), @"
    🔴 Alma · Winter Warmers: brings too little for what it costs

    Asks to stop the boost alma-winter. Without an answer by Mon 00:00 it runs on.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    data 00:00 · #0000
    [Stop boost] [Keep it running]
    [Why] [I've got it]
    ");
    let shown = shown.first().expect("an alert");
    assert!(!shown.text.contains('€') && shown.photo.is_none(), "{}", shown.text);

    // It can be taken back like any other.
    let alerts = story.on_telegram();
    let alert = alerts.iter().find(|one| one.buttons.concat().iter().any(|label| label.starts_with("Hide")));
    story.presses(cast.maja, alert.expect("an alert that the client reads"), "Hide").await;
    story.wait(5).await;
    let taken = telegram.message(room, shown.message_id).expect("there");
    assert!(taken.text.contains("has taken this alert back") && taken.buttons.is_empty(), "{}", taken.text);
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_a_client_of_no_budget_and_of_no_alert_that_was_not_shown() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    story.apply(&BRAND.replace("at_once", "by_hand")).await;
    let (room, carl) = with_client(&mut story).await;
    story.fires("alma").await;
    story.fires("bo").await;
    let number = |story: &Story, of: &str| {
        let alert = story.on_telegram().into_iter().find(|one| one.text.contains(of)).expect("an alert");
        let number =
            alert.text.split('#').nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an id").to_owned();
        number
    };
    let (hers, his) = (number(&story, "Alma ·"), number(&story, "Bo ·"));
    for id in [&hers, &his] {
        story.says(cast.team_chat, cast.maja, &format!("/ack {id}")).await;
    }
    story.says(cast.team_chat, cast.maja, &format!("/show {hers}")).await;
    story.says(cast.team_chat, cast.maja, "/adjust bo-winter 5000 EUR").await;
    let asks = |one: &Shown| one.buttons.concat().iter().any(|label| label.starts_with("Yes"));
    let question = story.on_telegram().into_iter().rfind(asks).expect("a question");
    story.presses(cast.maja, &question, "Yes").await;
    story.wait(10).await;
    let direct = story.world.telegram.private_chat(carl);
    for chat in [room, direct] {
        let told = story.says(chat, carl, "/audit").await;
        assert!(told.contains(&hers) && !told.contains(&his), "{told}");
        assert!(!told.contains('€') && !told.contains("5,000"), "{told}");
    }
    let told = story.says(cast.team_chat, cast.maja, "/audit").await;
    assert!(told.contains(&his) && told.contains("€5,000"), "{told}");
    story.assert_polite();
    story.world.stop().await;
}
