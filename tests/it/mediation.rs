//! Another way than a lower level: asked for by either side, suggested on both chats, binding once both have agreed.

use jiff::SignedDuration;
use plimsoll::app::records::LevelCase;
use plimsoll::domain::action::Proposal;
use plimsoll::rules::downgrade::{Stage, Way};
use plimsoll::sim::telegram::Shown;
use plimsoll::store::records::scan_all;

use super::stories_faults::restart;
use super::stories_levels::{about_her, level, notice, posts, to_alma, with_alma};
use super::story::{Story, discord_text, telegram_text};

const DEAL: &str = r#"
[[campaign]]
id = "winter"
name = "Winter Warmers"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
[[partnership]]
campaign = "winter"
creator = "lind"
"#;

async fn case(story: &Story) -> LevelCase {
    let mut kept = scan_all::<LevelCase>(&*story.world.core().store).await.expect("cases");
    assert_eq!(kept.len(), 1);
    kept.remove(0).value
}

/// The newest message about the talk in a list of messages.
fn talk(messages: Vec<Shown>) -> Shown {
    messages.into_iter().rev().find(|shown| shown.text.contains("another way")).expect("told")
}

#[tokio::test(flavor = "multi_thread")]
async fn alma_asks_for_another_way_and_both_agree_on_one() {
    let mut story = with_alma().await;
    story.apply(DEAL).await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let (_, answer) = story.presses(cast.alma, &notice(&story), "Suggest another way").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"");

    // She suggests more time; the team hears it in both rooms.
    let (_, answer) = story.presses(cast.alma, &notice(&story), "More time").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&talk(about_her(&story))), @"");
    let question = story.on_discord().pop().expect("told");
    assert!(discord_text(&question).contains("The creator suggests"), "{}", discord_text(&question));

    // A stranger cannot answer for the brand, and she cannot agree with herself.
    let (_, refused) = story.presses(cast.outsider, &talk(about_her(&story)), "Agree").await;
    assert!(refused.contains("do not know you"), "{refused}");
    assert!(!notice(&story).buttons.iter().flatten().any(|label| label == "Agree"));

    // Jonas suggests a make-good instead. Nothing runs out meanwhile, and a restart forgets nothing.
    insta::assert_snapshot!(story.clicks(cast.jonas, &question, "Make-good").await, @"");
    story = story.again(restart).await;
    story.wait(3 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(5).await;
    assert_eq!(level(&story).await.0, "Gold");
    let hers = talk(to_alma(&story));
    insta::assert_snapshot!(telegram_text(&hers), @"");
    for other in ["Jonas", "Maja", "margin"] {
        assert!(to_alma(&story).iter().all(|shown| !shown.text.contains(other)), "{other} is not for her");
    }
    let (_, answer) = story.presses(cast.alma, &hers, "Agree").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(10).await;
    assert_eq!(level(&story).await.0, "Gold");
    let agreed = case(&story).await.case;
    assert!(matches!(agreed.stage, Stage::Kept { .. }));
    assert_eq!(agreed.mediation.and_then(|one| one.way()), Some(Way::MakeGood));
    let last = talk_over(&story);
    insta::assert_snapshot!(last, @"");
    // The make-good is asked for like any other.
    let proposals = scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals");
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    assert!(to_alma(&story).iter().any(|shown| shown.text.contains("Winter Warmers")), "she is asked");
    for deed in ["level_mediating", "level_suggested", "level_agreed"] {
        assert!(!story.journal(deed).await.is_empty(), "{deed}");
    }
    let suggested = story.journal("level_suggested").await;
    let who: Vec<&str> = suggested.iter().map(|line| line.0.as_str()).collect();
    assert_eq!(who, ["alma-lind", "jonas"]);
    story.world.stop().await;
}

/// What Alma was told at the end.
fn talk_over(story: &Story) -> String {
    let told = to_alma(story).into_iter().rev().find(|shown| shown.text.contains("Agreed between"));
    telegram_text(&told.expect("told"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_that_leads_nowhere_ends_and_an_extension_moves_the_end() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let Stage::Grace { until: first } = case(&story).await.case.stage else { panic!("grace") };
    // The brand asks; nobody suggests anything for a week.
    let shown = about_her(&story).remove(0);
    let (_, answer) = story.presses(cast.maja, &shown, "Suggest another way").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let told = talk(to_alma(&story));
    assert!(told.text.contains("Say what would help"), "{}", told.text);
    story.wait(7 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(10).await;
    let over = case(&story).await.case;
    let Stage::Grace { until } = over.stage else { panic!("grace again: {over:?}") };
    let moved = until.duration_since(first).as_hours();
    assert!((7 * 24..7 * 24 + 2).contains(&moved), "the clock stood for a week: {moved} h");
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"");
    // Once in a case.
    assert!(!notice(&story).buttons.iter().flatten().any(|label| label == "Suggest another way"));
    assert_eq!(story.journal("level_unagreed").await.len(), 1);
    story.world.stop().await;

    let mut story = with_alma().await;
    posts(&mut story, 63).await;
    story.wait(5).await;
    story.presses(cast.alma, &notice(&story), "Suggest another way").await;
    story.wait(5).await;
    story.presses(cast.alma, &notice(&story), "More time").await;
    story.wait(5).await;
    let (_, answer) = story.presses(cast.maja, &talk(about_her(&story)), "Agree").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(10).await;
    let agreed = case(&story).await.case;
    let Stage::Grace { until } = agreed.stage else { panic!("grace: {agreed:?}") };
    let left = until.duration_since(story.world.clock.now());
    assert!(SignedDuration::from_hours(25 * 24) < left, "twelve days and fourteen more: {left:?}");
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_objects_again_talks_about_it() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    story.presses(cast.alma, &notice(&story), "Something is wrong").await;
    story.wait(5).await;
    let asked = about_her(&story).pop().expect("a question");
    story.presses(cast.maja, &asked, "Stand by it").await;
    story.wait(5).await;
    let id = case(&story).await.incident;
    let direct = story.world.telegram.private_chat(cast.alma);
    let heard = story.says(direct, cast.alma, &format!("appeal {} I could make two more", id.as_str())).await;
    insta::assert_snapshot!(heard, @"");
    story.wait(5).await;
    assert!(case(&story).await.case.is_mediated());
    let told = telegram_text(&talk(about_her(&story)));
    assert!(told.contains("In the creator's words: “I could make two more”"), "{told}");
    story.world.stop().await;
}
