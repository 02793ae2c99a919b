//! What a creator tells and is told of themselves: numbers by hand, `me`, what is kept, and leaving.

use std::path::Path;

use plimsoll::app::apply::{Given, apply};
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::person::Person;
use plimsoll::rules::file::parse_rules;
use plimsoll::store::records::scan_all;

use super::chats::png;
use super::stories_levels::{posts, to_alma, with_alma};
use super::story::{Story, telegram_text};
use super::terms_offers::DEAL;

const RULE: &str = r#"
[[rule]]
id = "reach-stop"
kind = "stop_loss"
scope = "creator"
when = "reach < 50000"
window = "last 1 posts"
then = [ { do = "stop_boost" } ]
mode = "auto"
"#;

async fn with_deal() -> Story {
    let mut story = with_alma().await;
    story.apply(DEAL).await;
    let file = Path::new("rules.toml").to_path_buf();
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
    posts(&mut story, 112).await;
    story.wait(5).await;
    story.begin_here();
    story
}

fn last(story: &Story) -> String {
    telegram_text(&to_alma(story).pop().expect("an answer"))
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_by_hand_are_marked_and_never_act_alone() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    // Without a picture, of a piece that is not out, and what the platform tells itself.
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-1 reach 31000").await, @"");
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-2 reach 31000").await, @"");
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-1 views 900000").await, @"");
    assert!(story.journal("numbers_reported").await.is_empty());
    let caption = "/numbers reel-1 reach 31000 views 900000";
    story.world.telegram.user_sends_photo(direct, cast.alma, png(), caption).expect("sent");
    story.wait(3).await;
    insta::assert_snapshot!(last(&story), @"");
    let reported = story.journal("numbers_reported").await;
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].1["values"], serde_json::json!({ "reach": 31_000 }));
    assert!(reported[0].1["file"].as_str().is_some_and(|file| !file.is_empty()), "where the picture is");
    // The rule may act by itself; on this it asks.
    story.wait(5).await;
    let proposals = scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals");
    let stages: Vec<&ProposalStage> = proposals.iter().map(|kept| &kept.value.stage).collect();
    assert!(matches!(stages.as_slice(), [ProposalStage::Proposed { .. }]), "{stages:?}");
    let alert =
        story.on_telegram().into_iter().rev().find(|shown| shown.text.contains("reach-stop")).expect("an alert");
    assert!(alert.text.contains("by hand, with a screenshot: people reached"), "{}", alert.text);
    assert!(alert.text.contains("it waits for your yes"), "{}", alert.text);
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("told the numbers of Reel 1 by hand")));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alma_sees_what_waits_and_can_leave() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 3500").await;
    story.wait(5).await;
    insta::assert_snapshot!(story.says(direct, cast.alma, "me").await, @"");
    story.says(direct, cast.alma, "data").await;
    insta::assert_snapshot!(last(&story), @"");
    let kept = to_alma(&story).pop().expect("an answer");
    story.presses(cast.alma, &kept, "Ask for a file").await;
    story.wait(3).await;
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("Alma Lind asks for a file")));
    story.presses(cast.alma, &kept, "Leave").await;
    story.wait(3).await;
    insta::assert_snapshot!(last(&story), @"");
    let sure = to_alma(&story).pop().expect("an answer");
    let (_, answer) = story.presses(cast.alma, &sure, "Yes, leave").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("Alma Lind has left")));
    assert_eq!(story.journal("creator_left").await.len(), 1);
    let people = scan_all::<Person>(&*story.world.core().store).await.expect("people");
    let hers = people.iter().find(|kept| kept.value.id.as_str() == "almalind").expect("she was somebody");
    assert!(hers.value.identities.is_empty() && hers.value.creator.is_none());
    let refused = story.says(direct, cast.alma, "me").await;
    assert!(refused.contains("do not know you"), "{refused}");
    // Nothing is written to her any more: what is offered now is told by a person.
    let before = to_alma(&story).len();
    story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 3300").await;
    story.wait(5).await;
    assert_eq!(to_alma(&story).len(), before);
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("tell Alma yourselves")));
    story.world.stop().await;
}
