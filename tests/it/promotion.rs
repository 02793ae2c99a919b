//! A rule watches, is let propose, and later act by itself: who is asked, who may say so, and what both chats show.

use plimsoll::app::records::{PromotionRecord, RuleRecord, ShadowFire};
use plimsoll::domain::person::Role;
use plimsoll::domain::written::{Length, parse_length};
use plimsoll::outbox::incident::Incident;
use plimsoll::rules::rule::Mode;
use plimsoll::sim::discord::Given as Typed;
use plimsoll::store::records::scan_all;

use super::ladder::{apply_rules, hours, rule, since_start, story};
use super::story::{Story, discord_text, telegram_text};

const JUDGED: &str = r#"judge = { metric = "cpa", horizon = "24h" }"#;
const STOP: &str = r#"[ { do = "stop_boost" } ]"#;

fn length(text: &str) -> Length {
    Length(parse_length(text).expect("a length"))
}

/// A rule that has watched two creators for two days: one was rightly feared, the other was not.
async fn watched() -> Story {
    let rules = rule("shadow", STOP, JUDGED);
    let mut story = story(&["alma", "bo"], &rules, |config| {
        config.promotion.after = length("2d");
        config.promotion.fires = 2;
        config.promotion.auto_after = length("1d");
    })
    .await;
    story.report(&[("alma", 12_000, 1), ("bo", 12_000, 1)]).await;
    hours(&mut story, 30).await;
    // Orders that come late: what Bo cost was not too much.
    story.report(&[("bo", 12_000, 4)]).await;
    since_start(&mut story, &[("alma", 12_000, 1), ("bo", 12_000, 4)]).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (0, 0), "nothing is told by a rule in shadow");
    story
}

async fn mode(story: &Story) -> (Mode, u32, String) {
    let all = scan_all::<RuleRecord>(&*story.world.core().store).await.expect("rules");
    let one = all.into_iter().map(|kept| kept.value).find(|one| one.rule.id.as_str() == "late-stop").expect("the rule");
    (one.rule.mode, one.version, one.by)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_would_have_told_is_kept_and_the_team_is_asked_once() {
    let mut story = watched().await;
    let store = std::sync::Arc::clone(&story.world.core().store);
    assert_eq!(scan_all::<ShadowFire>(&*store).await.expect("fires").len(), 2);
    assert!(
        scan_all::<Incident>(&*store)
            .await
            .expect("incidents")
            .iter()
            .all(|kept| kept.value.rule.as_str() != "late-stop")
    );
    let fired = story.journal("shadow_fired").await;
    assert!(fired.len() == 2 && fired.iter().all(|(_, detail)| detail["receipt"]["comparisons"].is_array()));
    hours(&mut story, 20).await;
    let asked = |story: &Story| -> Vec<String> {
        let telegram = story.on_telegram().iter().map(telegram_text).collect::<Vec<_>>();
        let discord = story.on_discord().iter().map(discord_text).collect::<Vec<_>>();
        telegram.into_iter().chain(discord).filter(|text| text.contains("late-stop")).collect()
    };
    insta::assert_snapshot!(asked(&story).join("\n---\n"), @"
    🔵 late-stop watched for 2 days: it would have raised 2 alerts

    By what came later 1 of them was right and 1 wrong.
    Nobody was told and nothing was done.

    • Alma · Winter Warmers, Sun 02:00: right
    • Bo · Winter Warmers, Sun 02:00: wrong
    No money was at stake in any of them.

    If you let it propose, it tells this room and asks before anything is done. Until one of you says so, it goes on watching.

    late-stop v1
    [Let it propose] [Keep watching]
    ---
    🔵 late-stop watched for 2 days: it would have raised 2 alerts
    By what came later 1 of them was right and 1 wrong.
    Nobody was told and nothing was done.

    • Alma · Winter Warmers, Sun 02:00: right
    • Bo · Winter Warmers, Sun 02:00: wrong
    No money was at stake in any of them.

    If you let it propose, it tells this room and asks before anything is done. Until one of you says so, it goes on watching.
    late-stop v1
    [Let it propose] [Keep watching]
    ");
    assert_eq!(story.boost("boost-alma"), "active");
    hours(&mut story, 24 * 5).await;
    assert_eq!(asked(&story).len(), 2, "once in each room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_promotes_it_on_discord_and_telegram_shows_it() {
    let mut story = watched().await;
    let cast = story.world.cast;
    hours(&mut story, 20).await;
    // An analyst may look and not decide.
    let anna = story.member("Anna");
    story.starts(anna, Role::Analyst, "Anna", None).await;
    let shown = story.on_telegram().remove(0);
    let (_, refused) = story.presses(anna, &shown, "Let it propose").await;
    assert!(refused.contains("role"), "{refused}");
    assert_eq!(mode(&story).await.0, Mode::Shadow);
    assert!(story.journal("refused").await.iter().any(|(who, _)| who == "anna"));
    let seen = story.says(cast.team_chat, anna, "/rule late-stop").await;
    assert!(seen.contains("late-stop v1: watches"), "{seen}");
    let message = story.on_discord().remove(0);
    let said = story.clicks(cast.jonas, &message, "Let it propose").await;
    assert!(said.contains("late-stop proposes from now on."), "{said}");
    let (how, version, by) = mode(&story).await;
    assert_eq!((how, version, by.as_str()), (Mode::Propose, 2, "chat:jonas"));
    let set = story.journal("rule_mode_set").await;
    assert_eq!((set[0].0.as_str(), set[0].1["watched"]["fires"].as_u64()), ("jonas", Some(2)));
    let shown = telegram_text(&story.on_telegram().remove(0));
    assert!(shown.contains("🟢 late-stop proposes from now on: Jonas decided"), "{shown}");
    assert!(!shown.contains("[Let it propose]"), "{shown}");
    // The old question is answered: whoever has it on screen still is told by whom.
    let kept = scan_all::<PromotionRecord>(&*story.world.core().store).await.expect("records");
    assert_eq!(kept[0].value.answer.as_ref().map(|answer| answer.by.as_str()), Some("Jonas"));
    // What it saw in silence it now tells: Alma is over the line still.
    story.begin_here();
    since_start(&mut story, &[("alma", 12_000, 1)]).await;
    let told = telegram_text(&story.on_telegram().remove(0));
    assert!(told.contains("Alma · Winter Warmers") && told.contains("Asks to stop the boost alma-winter"), "{told}");
    // The same file again does not take it back.
    apply_rules(&story, &rule("shadow", STOP, JUDGED)).await;
    assert_eq!(mode(&story).await.0, Mode::Propose);
    apply_rules(&story, &rule("shadow", STOP, "")).await;
    assert_eq!(mode(&story).await.0, Mode::Shadow, "a file that says something new does");
}

#[tokio::test(flavor = "multi_thread")]
async fn keep_watching_is_an_answer_too() {
    let mut story = watched().await;
    let cast = story.world.cast;
    hours(&mut story, 20).await;
    let shown = story.on_telegram().remove(0);
    let (_, said) = story.presses(cast.maja, &shown, "Keep watching").await;
    assert!(said.contains("late-stop goes on watching"), "{said}");
    let message = story.on_discord().remove(0);
    assert!(discord_text(&message).contains("late-stop goes on watching: Maja decided"), "{}", discord_text(&message));
    assert_eq!(mode(&story).await, (Mode::Shadow, 1, "terminal:story".to_owned()));
    assert_eq!(story.journal("promotion_declined").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_acts_by_itself_only_after_it_has_proposed_and_a_person_has_seen_how_often_it_was_wrong() {
    let mut story = watched().await;
    let cast = story.world.cast;
    let say = |mode: &str| format!("/rule late-stop mode {mode}");
    let said = story.says(cast.team_chat, cast.maja, &say("auto")).await;
    assert!(said.contains("Let it propose first"), "{said}");
    let said = story.says(cast.team_chat, cast.maja, &say("propose")).await;
    assert!(said.contains("late-stop proposes from now on."), "{said}");
    let said = story.says(cast.team_chat, cast.maja, &say("auto")).await;
    assert!(said.contains("It may act by itself from"), "{said}");
    since_start(&mut story, &[("alma", 12_000, 1), ("bo", 12_000, 4)]).await;
    hours(&mut story, 50).await;
    since_start(&mut story, &[("alma", 12_000, 1), ("bo", 12_000, 4)]).await;
    let jonas = [("rule", Typed::Text("late-stop".into())), ("mode", Typed::Text("auto".into()))];
    let said = story.slash(cast.jonas, cast.team_channel, "rule", &jonas).await;
    assert!(said.contains("🔴 Let late-stop act by itself?") && said.contains("Wrong so far: 0"), "{said}");
    assert_eq!(mode(&story).await.0, Mode::Propose, "asked first");
    let asked = story.says(cast.team_chat, cast.maja, &say("auto")).await;
    assert!(asked.contains("act by itself?"), "{asked}");
    let all = story.world.telegram.messages(cast.team_chat);
    let sure = all.into_iter().rev().find(|shown| shown.from_bot).expect("a question");
    story.presses(cast.maja, &sure, "Yes, let it act").await;
    assert_eq!(mode(&story).await, (Mode::Auto, 3, "chat:maja".to_owned()));
    let listed = story.slash(cast.jonas, cast.team_channel, "rules", &[]).await;
    assert!(listed.contains("late-stop") && listed.contains("acts by itself"), "{listed}");
}
