//! The demo's world, looked at from the outside: alerts are told, answered, acted on and read back, the same way each time.

use std::fmt::Write as _;

use plimsoll::app::demo::{World, summary};
use plimsoll::store::records::read_journal;

/// Long enough for a slump, an expensive boost, a stop, its undo and an end.
const DAYS: i64 = 15;

struct Told {
    summary: serde_json::Value,
    journal: String,
    chats: String,
}

async fn live(seed: u64) -> Told {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::start(seed, folder.path()).await.expect("the world starts");
    world.populate();
    world.run_days(DAYS).await.expect("the world runs");
    let mut journal = String::new();
    for (number, entry) in read_journal(&*world.core().store, 1, 1_000_000).await.expect("a journal") {
        writeln!(journal, "{number} {}", serde_json::to_string(&entry).expect("json")).expect("written");
    }
    let mut chats = String::new();
    for shown in world.telegram.messages(world.cast.team_chat) {
        writeln!(chats, "{} {}\n{}\n{:?}", shown.sent_at, shown.message_id, shown.text, shown.buttons)
            .expect("written");
    }
    for message in world.discord.messages(world.cast.team_channel) {
        writeln!(chats, "{} {}\n{}\n{:?}", message.created, message.id.get(), message.content, message.embeds)
            .expect("written");
    }
    assert_eq!(
        world.telegram.flood_refusals(),
        plimsoll::sim::telegram::FloodCount::default(),
        "Telegram's limits were crossed"
    );
    assert_eq!(world.discord.invalid_requests(), 0, "Discord refused something");
    let summary = summary(&world, DAYS).await.expect("a summary");
    world.stop().await;
    Told { summary, journal, chats }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fortnight_ends_with_every_notice_told_and_the_same_seed_gives_the_same_bytes() {
    let one = live(7).await;
    let at = |path: &str| one.summary.pointer(path).and_then(serde_json::Value::as_u64).expect(path);
    assert_eq!(at("/lost"), 0, "{}", one.summary);
    for path in [
        "/incidents/fired",
        "/incidents/resolved",
        "/deliveries/telegram",
        "/deliveries/discord",
        "/deliveries/edited",
        "/actions/proposed",
        "/actions/approved",
        "/actions/done",
        "/actions/verified",
        "/evaluations",
    ] {
        assert!(0 < at(path), "{path} is 0 in {}", one.summary);
    }
    assert_eq!(at("/deliveries/failed"), 0, "{}", one.summary);
    assert!(one.journal.contains("proposal_moved"));
    let two = live(7).await;
    assert_eq!(one.summary.to_string(), two.summary.to_string());
    assert_eq!(one.chats, two.chats);
    assert_eq!(one.journal, two.journal);
}
