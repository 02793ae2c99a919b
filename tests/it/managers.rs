//! Whoever answers for creators asks in their place: about those, and about nobody else.

use plimsoll::domain::person::Role;
use plimsoll::sim::telegram::Shown;

use super::stories_levels::with_alma;
use super::story::{Story, telegram_text};

const CREATORS: &str = r#"
[[creator]]
id = "cleo"
name = "Cleo W"
zone = "Europe/Stockholm"
managed_by = "mia"

[[creator]]
id = "dan"
name = "Dan K"
zone = "Europe/Stockholm"
managed_by = "mia"
"#;

fn last(story: &Story, chat: plimsoll::sim::telegram::ChatId) -> Shown {
    story.world.telegram.messages(chat).into_iter().rfind(|shown| shown.from_bot).expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_several_is_asked_which_and_learns_of_nobody_else() {
    let mut story = with_alma().await;
    story.apply(CREATORS).await;
    let mia = story.member("Mia");
    story.starts(mia, Role::TalentManager, "Mia", None).await;
    let direct = story.world.telegram.private_chat(mia);
    for command in ["/me", "/data", "/tips", "/criteria"] {
        story.says(direct, mia, command).await;
        assert_eq!(telegram_text(&last(&story, direct)), "Which creator?\n[Cleo W] [Dan K]", "{command}");
    }
    let which = last(&story, direct);
    story.presses(mia, &which, "Dan K").await;
    assert!(last(&story, direct).text.contains("Dan"), "{}", telegram_text(&last(&story, direct)));
    for (command, name) in
        [("/me cleo", "Cleo"), ("/tips Cleo W", "Cleo"), ("/criteria dan", "Dan"), ("/data dan", "Dan")]
    {
        let said = story.says(direct, mia, command).await;
        assert!(said.contains(name), "{command}: {said}");
    }
    // What is kept may be seen and had; leaving is the creator's own.
    let held = last(&story, direct);
    assert!(held.buttons.concat().contains(&"Have it as a file".to_owned()), "{held:?}");
    assert!(!held.buttons.concat().iter().any(|label| label.contains("Leave")), "{held:?}");
    let others = story.says(direct, mia, "/me lind").await;
    assert_eq!(story.says(direct, mia, "/me nobody-at-all").await, others, "whether somebody exists is not told");
    let leave = story.says(direct, mia, "/data leave dan").await;
    assert_eq!(leave, others);
    assert!(!others.contains("Alma"), "{others}");
    let refused = story.journal("refused").await;
    assert!(
        refused.iter().filter(|(who, detail)| who == "mia" && detail["reason"] == "own-only").count() >= 2,
        "{refused:?}"
    );
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_one_is_not_asked() {
    let mut story = with_alma().await;
    story.apply(&CREATORS.replacen("managed_by = \"mia\"", "managed_by = \"somebody-else\"", 1)).await;
    let mia = story.member("Mia");
    story.starts(mia, Role::TalentManager, "Mia", None).await;
    let direct = story.world.telegram.private_chat(mia);
    for command in ["/me", "/data", "/tips", "/criteria"] {
        let said = story.says(direct, mia, command).await;
        assert!(said.contains("Dan") && !said.contains("Cleo"), "{command}: {said}");
    }
    story.world.stop().await;
}
