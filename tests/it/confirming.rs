//! What moves much money is asked about once more, and only by whoever pressed it.

use std::path::Path;

use plimsoll::app::apply::{Given, apply};
use plimsoll::domain::document::Document;
use plimsoll::domain::ids::BrandId;
use plimsoll::domain::person::Role;

use super::story::{Story, telegram_text};

/// A story in whose brand amounts above this are confirmed.
async fn confirmed_above(limit: &str) -> Story {
    let mut story = Story::begin(7, &["alma"]).await;
    let core = std::sync::Arc::clone(story.world.core());
    let id = BrandId::new("nordbo").expect("an id");
    let mut brand = core.state.lock().await.catalog.brands.get(&id).cloned().expect("the brand");
    brand.confirm_above = Some(limit.parse().expect("an amount"));
    let documents = vec![(Path::new("story.toml").to_path_buf(), Document::Brand(brand))];
    apply(&core, Given { documents, rules: Vec::new() }, "terminal:story", false).await.expect("applied");
    story.fires("alma").await;
    story
}

#[tokio::test(flavor = "multi_thread")]
async fn much_money_takes_a_second_yes_of_the_same_person() {
    let mut story = confirmed_above("1000.00 EUR").await;
    let cast = story.world.cast;
    let carl = story.member("Carl");
    story.starts(carl, Role::Manager, "Carl", None).await;
    let alert = story.on_telegram().remove(0);
    story.presses(cast.maja, &alert, "Stop boost").await;
    story.wait(5).await;
    assert_eq!(story.boost("boost-alma"), "active", "nothing is done yet");
    let sure = story.on_telegram().pop().expect("a question");
    insta::assert_snapshot!(telegram_text(&sure), @"
    Agree to stop the boost alma-winter? It concerns €6,000.00.

    Nothing happens unless you press Yes within 2 minutes.
    [Yes, €6,000.00] [No, leave it]
    ");
    let yes = sure.buttons.concat().first().cloned().expect("a yes");
    let (_, answer) = story.presses(carl, &sure, &yes).await;
    story.wait(5).await;
    assert_eq!(story.boost("boost-alma"), "active", "somebody else's yes is none: {answer}");
    story.presses(cast.maja, &sure, &yes).await;
    story.wait(10).await;
    assert_eq!(story.boost("boost-alma"), "paused");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn little_money_takes_one() {
    let mut story = confirmed_above("7000.00 EUR").await;
    let cast = story.world.cast;
    let alert = story.on_telegram().remove(0);
    story.presses(cast.maja, &alert, "Stop boost").await;
    story.wait(10).await;
    assert_eq!(story.boost("boost-alma"), "paused");
    story.world.stop().await;
}
