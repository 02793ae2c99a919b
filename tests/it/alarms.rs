//! What the operators are told of the program itself, from its beginning to its end, in the rooms where they read it.

use plimsoll::sim::loopback::Fault as HttpFault;
use plimsoll::sim::telegram::{ChatId, Shown};
use plimsoll::words::trouble::Trouble;

use super::story::{Story, telegram_text};

/// A room of the operators in a Telegram group of their own.
async fn operators_on_telegram(story: &mut Story) -> ChatId {
    let cast = story.world.cast;
    story
        .apply("[[room]]\nid = \"night\"\nbrand = \"nordbo\"\naudience = \"operator\"\nzone = \"Europe/Stockholm\"\n")
        .await;
    let telegram = story.world.telegram.clone();
    let group = telegram.add_supergroup("Night", cast.maja, false).expect("a group");
    telegram.add_bot(group, cast.maja).expect("added");
    let code = story.world.room_code("night").await.expect("a code");
    story.says(group, cast.maja, &format!("/bind {code}")).await;
    group
}

/// What the bot has told there, as it reads now; what began before `from` is left out.
fn told_there(story: &Story, group: ChatId, from: usize) -> Vec<String> {
    let all = story.world.telegram.messages(group);
    all.iter().skip(from).filter(|shown: &&Shown| shown.from_bot).map(telegram_text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_down_is_told_once_and_the_same_message_says_when_it_is_back() {
    let mut story = Story::begin(7, &["alma"]).await;
    let before = story.to_operators().len();
    for _ in 0..40 {
        story.world.youtube.faults().next(HttpFault::Answer { status: 503, body: String::new() });
    }
    story.wait(3 * 3_600).await;
    let down = story.to_operators().split_off(before);
    assert_eq!(down.len(), 1, "{down:?}");
    assert!(down[0].starts_with("🟡 youtube gives no numbers"), "{}", down[0]);
    while 0 < story.world.youtube.faults().waiting() {
        story.wait(3_600).await;
    }
    story.wait(2 * 3_600).await;
    let back = story.to_operators().split_off(before);
    assert_eq!(back.len(), 1, "{back:?}");
    assert!(back[0].starts_with("✅ youtube gives numbers again"), "{}", back[0]);
    eprintln!("{}\n---\n{}", down[0], back[0]);
    assert_eq!(story.journal("trouble_over").await.len(), 1);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_away_is_told_on_the_other_with_what_waits_and_that_it_is_back() {
    let mut story = Story::begin(7, &["alma"]).await;
    let night = operators_on_telegram(&mut story).await;
    let from = story.world.telegram.messages(night).len();
    let sessions = story.world.discord.gateway_counts();
    story.world.discord.down(true);
    story.fires("alma").await;
    story.wait(40 * 60).await;
    let away = told_there(&story, night, from);
    assert!(away.iter().any(|text| text.starts_with("🔴 I hear nothing from Discord since")), "{away:#?}");
    assert!(away.iter().any(|text| text.starts_with("🔴 Alerts on Discord are late")), "{away:#?}");
    assert_eq!(away.len(), 2, "{away:#?}");
    story.world.discord.down(false);
    story.wait(120).await;
    story.world.discord.session_since(sessions).await.expect("a session");
    story.wait(90 * 60).await;
    let back = told_there(&story, night, from);
    assert_eq!(back.len(), 2, "{back:#?}");
    assert!(back.iter().all(|text| text.starts_with("✅ ")), "{back:#?}");
    eprintln!("{}\n---\n{}", away.join("\n"), back.join("\n"));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_that_answers_nothing_is_told_on_discord_and_its_receiver_made_anew() {
    use plimsoll::sim::telegram::{Fault, Scope};
    let mut story = Story::begin(7, &["alma"]).await;
    let before = story.to_operators().len();
    // The server accepts and sends nothing.
    story.world.telegram.inject(Fault::Hang(jiff::SignedDuration::from_hours(9)), Scope::method("getUpdates"), 50);
    story.wait(15 * 60).await;
    let silent = story.to_operators().split_off(before);
    assert_eq!(silent.len(), 1, "{silent:?}");
    assert!(silent[0].starts_with("🔴 I hear nothing from Telegram since"), "{}", silent[0]);
    let parts = story.world.core().parts.seen();
    let receiver = parts.iter().find(|part| part.name == "telegram updates").expect("a part");
    assert_eq!(receiver.restarts, 1, "{receiver:?}");
    story.world.telegram.clear_faults();
    story.wait(60 * 60).await;
    let back = story.to_operators().split_off(before);
    assert_eq!(back.len(), 1, "{back:?}");
    assert!(back[0].starts_with("✅ I hear Telegram again"), "{}", back[0]);
    story.world.stop().await;
}

/// The sections of docs/alerts.md, by the key that each names in its comment line.
fn sections() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/alerts.md")).expect("the page");
    let keys = text.lines().filter_map(|line| line.strip_prefix("<!-- ")?.strip_suffix(" -->"));
    keys.flat_map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn every_alert_of_the_program_has_its_section_and_no_section_is_of_another() {
    let mut sections = sections();
    sections.sort_unstable();
    // The one goes to the creator, who has no such page.
    let shown = |key: &&&str| !key.starts_with("trouble-reconsent");
    let mut keys: Vec<String> = Trouble::KEYS.iter().filter(shown).map(|key| (*key).to_owned()).collect();
    keys.sort_unstable();
    assert_eq!(sections, keys);
}
