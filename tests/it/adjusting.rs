//! What a person sets by hand: a budget, what a code takes off, a target. In chat, on the emulated platforms.

use std::sync::Arc;

use plimsoll::domain::document::Target;
use plimsoll::domain::ids::CampaignId;
use plimsoll::domain::metric::Metric;
use plimsoll::sim::shopify::{NewDiscount, Placed};
use plimsoll::sim::telegram::Shown;

use super::story::{Story, telegram_text};

async fn begin() -> Story {
    let mut story = Story::begin(11, &["alma"]).await;
    let now = story.world.clock.now();
    let shop = story.world.shop.world();
    shop.add_discount(NewDiscount::basic("WINTER10", 10, now));
    let several = vec!["SHARED1".to_owned(), "SHARED2".to_owned()];
    shop.add_discount(NewDiscount { codes: several, ..NewDiscount::basic("Several", 10, now) });
    story
        .apply("[[partnership]]\ncampaign = \"winter\"\ncreator = \"alma\"\ncodes = [\"WINTER10\", \"SHARED1\"]\n")
        .await;
    story.begin_here();
    story
}

/// Says something and answers the question with yes; the question and the answer.
async fn agrees(story: &mut Story, text: &str) -> (String, String) {
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let question = story.says(chat, maja, text).await;
    let shown = last(story);
    let (_, said) = story.presses(maja, &shown, "Yes").await;
    (question, said)
}

fn last(story: &Story) -> Shown {
    story.on_telegram().pop().expect("a message")
}

/// What 100 euros cost with a code.
fn price(story: &Story, code: &str) -> i64 {
    match story.world.shop.world().place_order(story.world.clock.now(), &[code], 10_000) {
        Placed::Sold { minor, .. } => minor,
        Placed::Closed => panic!("the shop sells"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_code_takes_off_is_set_read_back_and_restored() {
    let mut story = begin().await;
    let (question, said) = agrees(&mut story, "/adjust WINTER10 12 %").await;
    insta::assert_snapshot!(question, @"");
    insta::assert_snapshot!(said, @"");
    story.wait(30).await;
    assert_eq!(price(&story, "WINTER10"), 8_800);
    let told = last(&story);
    insta::assert_snapshot!(telegram_text(&told), @"");
    let maja = story.world.cast.maja;
    let (_, said) = story.presses(maja, &told, "Undo").await;
    insta::assert_snapshot!(said, @"");
    story.wait(30).await;
    assert_eq!(price(&story, "WINTER10"), 9_000);
    insta::assert_snapshot!(telegram_text(&last(&story)), @"");
    // The button of what was taken back does nothing more.
    let (_, said) = story.presses(maja, &told, "Undo").await;
    insta::assert_snapshot!(said, @"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_shares_its_discount_keeps_its_value() {
    let mut story = begin().await;
    agrees(&mut story, "/adjust SHARED1 20 %").await;
    story.wait(30).await;
    assert_eq!(price(&story, "SHARED1"), 9_000);
    insta::assert_snapshot!(telegram_text(&last(&story)), @"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_set_and_the_deal_knows_it() {
    let mut story = begin().await;
    let now = story.world.clock.now();
    assert!(story.world.ads.board().give_budget("boost-alma", "6000.00 EUR", now));
    let (question, said) = agrees(&mut story, "/adjust alma-winter 7000 EUR").await;
    insta::assert_snapshot!(question, @"");
    insta::assert_snapshot!(said, @"");
    story.wait(30).await;
    insta::assert_snapshot!(telegram_text(&last(&story)), @"");
    let budget = {
        let state = story.world.core().state.lock().await;
        let mut boosts = state.catalog.boosts.values();
        boosts.find(|boost| boost.id.as_str() == "alma-winter").map(|boost| boost.budget.to_string())
    };
    assert_eq!(budget.as_deref(), Some("7000.00 EUR"));
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let mut said = Vec::new();
    for text in ["alma-winter 7000 EUR", "alma-winter 7000 SEK", "alma-winter 12 %", "alma-winter 1,500 EUR"] {
        said.push(story.says(chat, maja, &format!("/adjust {text}")).await);
    }
    insta::assert_snapshot!(said.join("\n--\n"), @"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_a_new_version_with_who_set_it() {
    let mut story = begin().await;
    let (question, said) = agrees(&mut story, "/adjust winter cpa 40 EUR").await;
    insta::assert_snapshot!(question, @"");
    insta::assert_snapshot!(said, @"");
    let target = async |story: &Story| {
        let core = Arc::clone(story.world.core());
        let state = core.state.lock().await;
        state.catalog.campaigns[&CampaignId::new("winter").expect("id")].target[&Metric::Cpa].clone()
    };
    assert_eq!(target(&story).await, Target::Money("40.00 EUR".parse().expect("money")));
    let kept = story.journal("target_adjusted").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].1["from"].as_str(), kept[0].1["to"].as_str()), (Some("45.00 EUR"), Some("40.00 EUR")));
    let said = agrees(&mut story, "/adjust winter/alma orders 60").await;
    insta::assert_snapshot!(format!("{}\n{}", said.0, said.1), @"");
    // Said again, nothing is asked.
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let again = story.says(chat, maja, "/adjust winter cpa 40 EUR").await;
    insta::assert_snapshot!(again, @"");
}
