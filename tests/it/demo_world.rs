//! The demo's world, looked at from the outside.

use plimsoll::app::demo::{World, summary};
use plimsoll::store::records::read_journal;

#[tokio::test(flavor = "multi_thread")]
async fn dump() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::start(7, folder.path()).await.expect("starts");
    world.populate();
    world.run_days(24).await.expect("runs");
    for (n, e) in read_journal(&*world.core().store, 1, 100_000).await.expect("journal") {
        if e.deed != "delivery_attempted" {
            eprintln!(
                "{n} {} {} {} {} {}",
                e.at,
                e.actor,
                e.deed,
                e.subject,
                e.detail.to_string().chars().take(400).collect::<String>()
            );
        }
    }
    for m in world.telegram.messages(world.cast.team_chat) {
        eprintln!("--- {} {:?}\n{}\n{:?}", m.sent_at, m.photo.is_some(), m.text, m.buttons);
    }
    eprintln!("{}", summary(&world, 24).await.expect("summary"));
    world.stop().await;
}
