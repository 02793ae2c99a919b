//! Another way than a lower level: asked for by either side, suggested on both chats, binding once both have agreed.

use jiff::SignedDuration;
use plimsoll::app::records::LevelCase;
use plimsoll::domain::action::Proposal;
use plimsoll::rules::downgrade::{Stage, Way};
use plimsoll::sim::telegram::Shown;
use plimsoll::store::records::scan_all;

use super::stories_levels::{about_her, level, notice, posts, to_alma, with_alma};
use super::story::{Story, discord_text, restart, telegram_text};

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
    let kept = scan_all::<LevelCase>(&*story.world.core().store).await.expect("cases");
    kept.into_iter().map(|kept| kept.value).find(|one| one.creator.as_str() == "lind").expect("a case")
}

/// The newest message about the talk in a list of messages.
fn talk(messages: Vec<Shown>) -> Shown {
    messages.into_iter().rev().find(|shown| shown.text.contains("another way")).expect("told")
}

#[expect(clippy::too_many_lines, reason = "one story, told to both sides step by step")]
#[tokio::test(flavor = "multi_thread")]
async fn alma_asks_for_another_way_and_both_agree_on_one() {
    let mut story = with_alma().await;
    story.apply(DEAL).await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let (_, answer) = story.presses(cast.alma, &notice(&story), "Suggest another way").await;
    insta::assert_snapshot!(answer, @"Noted. You stay Gold while you look for another way, and no time runs. Press what would help.");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"
    🟡 Hi Alma, you and Nordbo look for another way. You stay Gold meanwhile

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs until 8 Mar 00:00. Without an agreement by then 12 days are left.
    Say what would help: press one of the buttons. Nordbo can agree or suggest something else.
    What both have agreed to binds both. Until then nothing changes.

    Your posts, your deals and what you are paid stay as they are.

    data 00:00 · #0000
    [Other format] [Make-good] [Fee and commission] [More time]
    [My numbers] [Why]
    ");

    // She suggests more time; the team hears it in both rooms.
    let (_, answer) = story.presses(cast.alma, &notice(&story), "More time").await;
    insta::assert_snapshot!(answer, @"Your suggestion is with the team. No time runs.");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&talk(about_her(&story))), @"
    🟡 Alma Lind: another way than losing Gold is looked for. Nothing changes meanwhile

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 00:00, in their direct message.
    No time runs until 8 Mar 00:00. Without an agreement by then 12 days are left.
    The creator suggests (00:00): 14 days more time.
    What both have agreed to binds both. Deals are changed by you, not by this program.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 13 Mar. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v1 · plain threshold · data 00:00 · #0000
    [Agree]
    [Other format] [Make-good] [Fee and commission]
    [Why] [I've got it] [Snooze 6 h]
    ");
    let question = story.on_discord().pop().expect("told");
    assert!(discord_text(&question).contains("The creator suggests"), "{}", discord_text(&question));

    // A stranger cannot answer for the brand, and she cannot agree with herself.
    let (_, refused) = story.presses(cast.outsider, &talk(about_her(&story)), "Agree").await;
    assert!(refused.contains("do not know you"), "{refused}");
    assert!(!notice(&story).buttons.iter().flatten().any(|label| label == "Agree"));

    // Jonas suggests a make-good instead. Nothing runs out meanwhile, and a restart forgets nothing.
    insta::assert_snapshot!(story.clicks(cast.jonas, &question, "Make-good").await, @"Noted. The creator is told, and can agree or suggest something else.");
    story = story.again(restart).await;
    story.wait(3 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(5).await;
    assert_eq!(level(&story).await.0, "Gold");
    let hers = talk(to_alma(&story));
    insta::assert_snapshot!(telegram_text(&hers), @"
    🟡 Hi Alma, you and Nordbo look for another way. You stay Gold meanwhile

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs until 8 Mar 00:00. Without an agreement by then 12 days are left.
    Nordbo suggests: one more piece for what fell short. You can agree, or suggest something else.
    What both have agreed to binds both. Until then nothing changes.

    Your posts, your deals and what you are paid stay as they are.

    data 00:00 · #0000
    [Agree]
    [Other format] [Fee and commission] [More time]
    [My numbers] [Why]
    ");
    for other in ["Jonas", "Maja", "margin"] {
        assert!(to_alma(&story).iter().all(|shown| !shown.text.contains(other)), "{other} is not for her");
    }
    let (_, answer) = story.presses(cast.alma, &hers, "Agree").await;
    insta::assert_snapshot!(answer, @"Agreed. It binds both sides, and both are told.");
    story.wait(10).await;
    assert_eq!(level(&story).await.0, "Gold");
    let agreed = case(&story).await.case;
    assert!(matches!(agreed.stage, Stage::Kept { .. }));
    assert_eq!(agreed.mediation.and_then(|one| one.way()), Some(Way::MakeGood));
    let last = talk_over(&story);
    insta::assert_snapshot!(last, @"
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Agreed between you and Nordbo: one more piece for what fell short.

    A person writes what it means into the deal, and both sides agree to that first.

    data 00:00 · #0000
    [My numbers] [Why]
    ");
    // The make-good is asked for like any other.
    let proposals = scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals");
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    assert!(to_alma(&story).iter().any(|shown| shown.text.contains("Winter Warmers")), "she is asked");
    for deed in ["level_mediating", "level_suggested", "level_agreed"] {
        assert!(!story.journal(deed).await.is_empty(), "{deed}");
    }
    let suggested = story.journal("level_suggested").await;
    let who: Vec<&str> = suggested.iter().map(|line| line.0.as_str()).collect();
    assert_eq!(who, ["almalind", "jonas"]);
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
    insta::assert_snapshot!(answer, @"Noted. Gold stays while another way is looked for. The creator is told.");
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
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 20 Mar. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 20 Mar. Deals already signed, and orders already made, keep 15 %.

    You keep Gold at 9.0 or more.

    Something wrong or unfair? Press the button before 20 Mar: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.
    No other way was agreed by 8 Mar. What is asked decides now.

    #0000
    [Keep me posted] [Something is wrong]
    [My numbers] [Why]
    ");
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
    insta::assert_snapshot!(answer, @"Agreed. It binds both sides, and both are told.");
    story.wait(10).await;
    let agreed = case(&story).await.case;
    let Stage::Grace { until } = agreed.stage else { panic!("grace: {agreed:?}") };
    let left = until.duration_since(story.world.clock.now());
    assert!(SignedDuration::from_hours(25 * 24) < left, "twelve days and fourteen more: {left:?}");
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 27 Mar. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (378 link clicks, 60,000 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 27 Mar. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 288 link clicks from your next 2 posts (about 14.4 per 1,000 at your usual 10,000 views). You did that in 0 of your last 18.

    Something wrong or unfair? Press the button before 27 Mar: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.
    Agreed between you and Nordbo: 14 days more time.

    data 00:00 · #0000
    [Keep me posted] [Something is wrong]
    [My numbers] [Why]
    ");
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
    insta::assert_snapshot!(heard, @"Noted. You stay Gold while you look for another way, and no time runs. Press what would help.");
    story.wait(5).await;
    assert!(case(&story).await.case.is_mediated());
    let told = telegram_text(&talk(about_her(&story)));
    assert!(told.contains("In the creator's words: “I could make two more”"), "{told}");
    story.world.stop().await;
}
