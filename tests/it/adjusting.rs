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
    insta::assert_snapshot!(question, @"
    Let the code WINTER10 take 12 % off?

    For everybody who types it, once the shop has confirmed it. Orders already made keep their price, and whether the code works does not change. Undo restores what it took off before.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    insta::assert_snapshot!(said, @"Setting WINTER10 to 12 %. You are told when the platform has confirmed it.");
    story.wait(30).await;
    assert_eq!(price(&story, "WINTER10"), 8_800);
    let told = last(&story);
    insta::assert_snapshot!(telegram_text(&told), @"
    ✅ Value set, code WINTER10 to 12 % by Maja 00:00; the shop says 12 % off 00:00.
    [Undo: what it took off before]
    ");
    let maja = story.world.cast.maja;
    let (_, said) = story.presses(maja, &told, "Undo").await;
    insta::assert_snapshot!(said, @"Setting WINTER10 back. You are told when the platform has confirmed it.");
    story.wait(30).await;
    assert_eq!(price(&story, "WINTER10"), 9_000);
    insta::assert_snapshot!(telegram_text(&last(&story)), @"✅ Value set, code WINTER10 to 10 % by Maja 00:00; the shop says 10 % off 00:00.");
    // The button of what was taken back does nothing more.
    let (_, said) = story.presses(maja, &told, "Undo").await;
    insta::assert_snapshot!(said, @"This button is too old. The newest message about it has a fresh one.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_shares_its_discount_keeps_its_value() {
    let mut story = begin().await;
    agrees(&mut story, "/adjust SHARED1 20 %").await;
    story.wait(30).await;
    assert_eq!(price(&story, "SHARED1"), 9_000);
    insta::assert_snapshot!(telegram_text(&last(&story)), @"🔴 What the code SHARED1 takes off is NOT changed (00:00): `SHARED1` shares its discount with other codes, which would end with it; give it a discount of its own.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_set_and_the_deal_knows_it() {
    let mut story = begin().await;
    let now = story.world.clock.now();
    assert!(story.world.ads.board().give_budget("boost-alma", "6000.00 EUR", now));
    let (question, said) = agrees(&mut story, "/adjust alma-winter 7000 EUR").await;
    insta::assert_snapshot!(question, @"
    Set the budget of alma-winter to €7,000.00, from €6,000.00?

    That is what it may spend in all, what it has spent included. Whether it runs does not change. Undo gives it the old budget.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    insta::assert_snapshot!(said, @"Setting alma-winter to €7,000.00. You are told when the platform has confirmed it.");
    story.wait(30).await;
    insta::assert_snapshot!(telegram_text(&last(&story)), @"
    ✅ Budget set, boost alma-winter to €7,000 by Maja 00:00; TikTok Ads says a budget of €7,000 00:00.
    [Undo: the budget it had]
    ");
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
    insta::assert_snapshot!(said.join("\n--\n"), @"
    Nothing to do, it is so already: alma-winter to €7,000.00
    --
    alma-winter is in EUR. Say the amount in EUR
    --
    alma-winter cannot be set to that. A boost takes an amount (3000 EUR), a code a share (12 %), a campaign or one deal a target (cpa 40 EUR)
    --
    “1,500 EUR” does not fit here. It should be what it is set to, such as 3000 EUR, 12 % or cpa 40 EUR.

    For example: adjust alma-boost 3000 EUR
    For example: adjust ALMA10 12 %
    For example: adjust spring cpa 40 EUR
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_a_new_version_with_who_set_it() {
    let mut story = begin().await;
    let (question, said) = agrees(&mut story, "/adjust winter cpa 40 EUR").await;
    insta::assert_snapshot!(question, @"
    Hold Winter Warmers to €40 per order, no longer €45 per order?

    It holds from now on: what was spent before is still held to what was agreed then. Nothing is stopped or paid by it.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    insta::assert_snapshot!(said, @"Set: Winter Warmers to €40 per order, from now on. Who set it and when is kept.");
    let target = async |story: &Story| {
        let core = Arc::clone(story.world.core());
        let state = core.state.lock().await;
        state.catalog.campaigns[&CampaignId::new("winter").expect("id")].target[&Metric::Cpa]
    };
    assert_eq!(target(&story).await, Target::Money("40.00 EUR".parse().expect("money")));
    let kept = story.journal("target_adjusted").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].1["from"].as_str(), kept[0].1["to"].as_str()), (Some("45.00 EUR"), Some("40.00 EUR")));
    let said = agrees(&mut story, "/adjust winter/alma orders 60").await;
    insta::assert_snapshot!(format!("{}\n{}", said.0, said.1), @"
    Hold Alma · Winter Warmers to 60 orders?

    It holds from now on: what was spent before is still held to what was agreed then. Nothing is stopped or paid by it.

    Nothing happens unless you press Yes within 2 minutes.
    Set: Alma · Winter Warmers to 60 orders, from now on. Who set it and when is kept.
    ");
    // Said again, nothing is asked.
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let again = story.says(chat, maja, "/adjust winter cpa 40 EUR").await;
    insta::assert_snapshot!(again, @"Nothing to do, it is so already: Winter Warmers to €40 per order");
}
