//! A brand that shows its client alerts at once: the client reads them with the team, without cost, unless a rule says
//! otherwise; and they can still be taken back.

use plimsoll::app::apply::{apply, read_texts};
use plimsoll::domain::person::Role;
use plimsoll::outbox::incident::Incident;
use plimsoll::sim::telegram::{ChatId, NewUser, Shown, Standing};
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
    let carl = telegram.add_user(NewUser::named("Carl", "en"));
    let room = telegram.add_supergroup("Nordbo client", cast.maja, false).expect("a group");
    telegram.add_bot(room, cast.maja).expect("added");
    telegram.set_standing(room, carl, Standing::Member).expect("a member");
    story.starts(carl, Role::ClientOwner, "Carl", None).await;
    let code = story.world.room_code("nordbo-client").await.expect("a code");
    story.says(room, cast.maja, &format!("/bind {code}")).await;

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
