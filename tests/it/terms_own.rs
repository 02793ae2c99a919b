//! What a creator tells and is told of themselves: numbers by hand, `me`, what is kept, and leaving.

use std::path::Path;

use jiff::SignedDuration;
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::watch::take_in;
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::ids::{CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Person;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sources::Fetched;
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
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-1 reach 31000").await, @"Almost: please send the screenshot with it. Put this line under the picture: numbers reel-1 reach 31000");
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-2 reach 31000").await, @"Reel 2 is not known to be out yet. Send “live” and the address of the post first.");
    insta::assert_snapshot!(story.says(direct, cast.alma, "numbers reel-1 views 900000").await, @"Instagram tells me these numbers of Reel 1 itself, so nothing was changed.");
    assert!(story.journal("numbers_reported").await.is_empty());
    let caption = "/numbers reel-1 reach 31000 views 900000";
    story.world.telegram.user_sends_photo(direct, cast.alma, png(), caption).expect("sent");
    story.wait(3).await;
    insta::assert_snapshot!(last(&story), @"
    Noted for Reel 1: 31,000 people reached

    Marked as reported by hand wherever they are shown; nothing is stopped because of them alone.
    As soon as Instagram reports them itself, its numbers count instead. Not needed, Instagram tells them already: views.
    ");
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

/// What a platform said of her followers at the end of each of the last days.
async fn followers(story: &mut Story, days: i64) {
    let now = story.world.clock.now();
    let creator = CreatorId::new("lind").expect("an id");
    let series =
        SeriesKey { subject: Subject::Creator(creator), metric: Metric::Followers, platform: Platform::Instagram };
    let mut fetched = Fetched::default();
    for back in (0..days).rev() {
        let at = now - SignedDuration::from_hours(24 * back);
        fetched.samples.push(Sample {
            series: series.clone(),
            value: 20_000 - 100 * back,
            currency: None,
            form: Form::Gauge { at },
            known_at: now,
            provisional: false,
            self_reported: false,
        });
    }
    let source = SourceId::new("instagram").expect("an id");
    let held = story.world.clock.hold("followers");
    take_in(story.world.core(), &source, 1, fetched, now).await.expect("taken in");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trend_goes_with_ones_own_numbers() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let hers = "[[creator]]\nid = \"lind\"\nname = \"Alma Lind\"\nzone = \"Europe/Stockholm\"\n";
    story.apply(&format!("{hers}accounts = {{ instagram = \"almalind\" }}\n")).await;
    followers(&mut story, 20).await;
    let direct = story.world.telegram.private_chat(cast.alma);
    story.says(direct, cast.alma, "me").await;
    let told = to_alma(&story).pop().expect("an answer");
    assert!(told.photo.is_some(), "{}", telegram_text(&told));
    assert!(told.text.contains("19,900 followers") && !told.text.contains("behind Why"), "{}", told.text);
    assert!(told.buttons.iter().flatten().any(|label| label == "My deals"));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, from what waits to leaving")]
async fn alma_sees_what_waits_and_can_leave() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 3500").await;
    story.wait(5).await;
    insta::assert_snapshot!(story.says(direct, cast.alma, "me").await, @"
    Alma, there are no numbers of yours yet

    Your level at Nordbo: Gold. Say “criteria” for what it asks

    Waits for your answer: Reel 2 for €3,500 instead of €4,000, until 8 Mar 00:00

    Due 12 Mar: Reel 2, Winter Warmers (agreed)

    Nordbo: Gold since 1 Jan
    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 11.2 (672 link clicks, 60,000 views). Before that: 11.2.
    What we look at: link clicks on Web per 1,000 views, in 24 hours. Gold: 9.0 or more.

    Only you see this here. Other creators never see your numbers.
    ");
    story.says(direct, cast.alma, "data").await;
    insta::assert_snapshot!(last(&story), @"
    This is what I keep about you, Alma

    • Where I can write to you: Telegram
    • Public numbers of your accounts: none; connected by you: 0
    • Posts of yours and their numbers over time: 18
    • Deals: 1, pieces in them: 2, offers: 1
    • Levels you have: 1, times one was in question: 0
    • A log of who did what and when, which nobody can change

    I keep no private messages, no pictures you send (only where they are in this chat) and nothing about your followers one by one.
    A file with all of it, or an end to it: press a button.
    [Have it as a file] [Leave]
    ");
    let kept = to_alma(&story).pop().expect("an answer");
    story.presses(cast.alma, &kept, "Have it as a file").await;
    story.wait(3).await;
    assert_eq!(last(&story), "Here is all of it, as a file. Keep it where only you can read it.");
    let (name, bytes) = to_alma(&story).pop().and_then(|shown| shown.document).expect("a file");
    assert_eq!(name, "lind.json");
    let file: serde_json::Value = serde_json::from_slice(&bytes).expect("json");
    assert_eq!((&file["creator"]["name"], &file["roles"][0]["role"]), (&"Alma Lind".into(), &"creator".into()));
    assert_eq!(file["deals"][0]["pieces"].as_array().map(Vec::len), Some(2));
    assert_eq!(file["posts"].as_array().map(Vec::len), Some(18));
    assert!(file["numbers"].as_array().is_some_and(|all| !all.is_empty()), "her numbers");
    assert_eq!((&file["older_numbers_left_out"], &file["levels"]["now"][0]["level"]), (&0.into(), &"Gold".into()));
    let text = String::from_utf8_lossy(&bytes);
    for hidden in ["billed", "\"spend\"", "margin", "sealed", "target", "winter/bo"] {
        assert!(!text.contains(hidden), "{hidden} is nobody's but the team's");
    }
    assert_eq!(story.journal("data_given").await.len(), 1);
    story.presses(cast.alma, &kept, "Leave").await;
    story.wait(3).await;
    insta::assert_snapshot!(last(&story), @"
    Leave? Here is what ends and what stays

    Ends at once: this chat, your role here, and your name beside your chat account. The team is told.
    Stays: your deals, pieces, offers and the numbers of their posts, because your pay is reckoned from them and books must be kept; and the log, because it proves who agreed to what.
    What you are owed stays owed. You can come back with a new code from the team.
    [Yes, leave] [No, leave it]
    ");
    let sure = to_alma(&story).pop().expect("an answer");
    let (_, answer) = story.presses(cast.alma, &sure, "Yes, leave").await;
    insta::assert_snapshot!(answer, @"You have left. I do not write to you any more. What you are owed stays owed; take care.");
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
