//! Rights that end while a boost runs: told at their moment, over when the boost is stopped or the right is longer.

use plimsoll::outbox::incident::Stage;

use super::late::{begin, deal, direct, incidents, to, with_button, with_rules};
use super::story::{Story, discord_text, telegram_text};

/// The right lasts until the end of 2 March: 48 hours after the world begins.
const RIGHT: &str = r#"
[[partnership]]
campaign = "winter"
creator = "alma"
rights = [{ kind = "usage", until = 2026-03-02 }]
[[deliverable]]
partnership = "winter/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "400.00 EUR"
due = 2026-02-20
state = "live"
live_at = "2026-02-20T12:00:00Z"
"#;

const RULE: &str = r#"
[[rule]]
id      = "right-ends"
kind    = "rights"
scope   = "partnership"
where   = { campaign = "winter" }
when    = "rights_left < duration('46h')"
recover = "rights_left > duration('60h')"
mode    = "propose"
then    = [ { do = "stop_boost" } ]
"#;

async fn fired() -> Story {
    let mut story = begin(true).await;
    // Each order costs a little less than the target and a little more than it brings: worth stopping, no alert by itself.
    story.report(&[("alma", 4_450, 1)]).await;
    let boost = story
        .world
        .core()
        .state
        .lock()
        .await
        .catalog
        .boosts
        .values()
        .find(|one| one.id.as_str() == "alma-winter")
        .cloned();
    let reference = boost.expect("a boost").reference;
    story
        .apply(&format!(
            "{RIGHT}\n[[boost]]\nid = \"alma-winter\"\npartnership = \"winter/alma\"\nsource = \"tiktok_ads\"\n\
             ref = \"{reference}\"\nbudget = \"6000.00 EUR\"\npiece = \"reel-1\"\n"
        ))
        .await;
    with_rules(&story, RULE).await;
    to(&mut story, 7_200).await;
    assert!(incidents(&story, "right-ends").await.is_empty(), "46 hours are not less than 46 hours");
    to(&mut story, 7_205).await;
    let open = incidents(&story, "right-ends").await;
    assert_eq!(open.iter().map(|one| one.opened_at.to_string()).collect::<Vec<_>>(), ["2026-03-01T01:00:01Z"]);
    story
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_ends_is_told_and_ends_with_its_boost() {
    let mut story = fired().await;
    let maja = story.world.cast.maja;
    let told = story.on_telegram().pop().expect("told");
    insta::assert_snapshot!(telegram_text(&told), @"
    🔴 Alma: the usage right for Reel 1 ends in 45 h while its boost runs (€44.50 a day)

    Usage right for Reel 1: last day 2 Mar.
    The boost spends about €44.50 a day.
    Without the right the ad must not run: extend it or stop the boost before.

    Asks to stop the boost alma-winter: saves €4,754. Without an answer by Mon 02:00 it runs on.

    Can still be saved: €4,754 of the boost alma-winter (TikTok Ads).

    The post itself stays up; this is about the ad. Nothing stops until one of you says so.

    right-ends v1 · plain threshold · data 02:00 · #0000
    [Stop boost −€4,754] [Keep it running] [Ask Alma to extend]
    [Why] [I've got it] [Snooze 6 h]
    ");
    assert!(discord_text(story.on_discord().last().expect("told")).contains("the usage right for Reel 1 ends in"));
    story.presses(maja, &told, "Stop boost").await;
    story.wait(60).await;
    let boost = told_boost(&story).await;
    assert_eq!(story.boost(&boost), "paused");
    assert_eq!(incidents(&story, "right-ends").await[0].stage, Stage::Resolved, "nothing paid runs on it any more");
    let text = telegram_text(&story.on_telegram().pop().expect("told"));
    assert!(text.starts_with("🟢 Alma: no ad runs on a right that ends"), "{text}");
    // Started again, the right ends again.
    story.presses(maja, &story.on_telegram().pop().expect("told"), "Undo").await;
    story.wait(60).await;
    assert_eq!(story.boost(&boost), "active");
    assert_eq!(incidents(&story, "right-ends").await.len(), 2);
    story.world.stop().await;
}

async fn told_boost(story: &Story) -> String {
    let state = story.world.core().state.lock().await;
    state.catalog.boosts.values().find(|one| one.id.as_str() == "alma-winter").expect("a boost").reference.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_the_creator_extends_lasts_longer() {
    let mut story = fired().await;
    let cast = story.world.cast;
    let told = story.on_telegram().pop().expect("told");
    story.presses(cast.maja, &told, "Ask Alma to extend").await;
    let sure = with_button(&story, cast.team_chat, "Yes, ask Alma");
    assert!(sure.text.contains("Ask Alma to extend the right by 30 days?"), "{}", sure.text);
    story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    story.wait(5).await;
    let asked = with_button(&story, direct(&story), "Yes, go on");
    assert!(asked.text.contains("it would last until 1 Apr instead") && !asked.text.contains('€'), "{}", asked.text);
    story.presses(cast.alma, &asked, "Yes, go on").await;
    story.wait(10).await;
    assert_eq!(deal(&story).await.rights[0].until.0.to_string(), "2026-04-01");
    assert_eq!(incidents(&story, "right-ends").await[0].stage, Stage::Resolved);
    story.assert_polite();
    story.world.stop().await;
}
