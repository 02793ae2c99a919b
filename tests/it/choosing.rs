//! A command that lacks something, on Telegram: a short list to press, of what the person may see there.

use plimsoll::sim::telegram::Shown;

use super::story::{Story, telegram_text};

fn last(story: &Story) -> Shown {
    story.on_telegram().pop().expect("an answer")
}

fn labels(shown: &Shown) -> Vec<String> {
    shown.buttons.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_can_be_pressed() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    story.says(cast.team_chat, cast.maja, "/pause").await;
    let asks = last(&story);
    assert!(asks.text.starts_with("One thing is missing"), "{}", asks.text);
    // Eight can be pressed; the rest is counted, and can be typed.
    assert_eq!(labels(&asks).len(), 8);
    assert!(asks.text.contains(" more. Type the name, such as “pause "), "{}", asks.text);
    story.presses(cast.maja, &asks, "Bo: bo-winter").await;
    let sure = last(&story);
    assert!(sure.text.contains("bo-winter") && labels(&sure).iter().any(|label| label.starts_with("Yes")), "{sure:?}");

    // What takes two is asked for one after the other.
    story.says(cast.team_chat, cast.maja, "/snooze").await;
    let which = last(&story);
    assert_eq!(labels(&which), ["#0000 Alma"]);
    story.presses(cast.maja, &which, "#0000").await;
    let long = last(&story);
    assert_eq!(labels(&long), ["1h", "6h", "1d"], "{}", telegram_text(&long));
    story.presses(cast.maja, &long, "6h").await;
    assert_eq!(story.journal("incident_snoozed").await.len(), 1);

    for (command, first) in [("/rule", "cpa-stop"), ("/note", "#0000 Alma"), ("/grant", "Jonas")] {
        story.says(cast.team_chat, cast.maja, command).await;
        let asks = last(&story);
        assert!(labels(&asks).contains(&first.to_owned()), "{command}: {}", telegram_text(&asks));
    }
    // Free text has no list.
    story.says(cast.team_chat, cast.maja, "/reject 0000").await;
    assert_eq!(labels(&last(&story)), Vec::<String>::new());
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_do_it_is_shown_nothing_to_press() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let stranger = story.member("Stranger");
    for command in ["/pause", "/ack", "/rule", "/grant"] {
        story.says(cast.team_chat, stranger, command).await;
        let told = last(&story);
        assert_eq!(labels(&told), Vec::<String>::new(), "{command}: {}", telegram_text(&told));
    }
    story.world.stop().await;
}
