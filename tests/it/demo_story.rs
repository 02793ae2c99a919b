//! The guided story of the demo, played by the people who live in it.

use plimsoll::app::demo::{World, summary};
use plimsoll::outbox::incident::Incident;
use plimsoll::store::records::scan_all;

#[tokio::test(flavor = "multi_thread")]
async fn probe() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = World::start(7, folder.path()).await.expect("the world starts");
    world.populate();
    let t = std::time::Instant::now();
    world.run_days(7).await.expect("the world runs");
    eprintln!("took {:?}", t.elapsed());
    for kept in scan_all::<Incident>(&*world.core().store).await.expect("incidents") {
        let one = kept.value;
        eprintln!("{} {} {} .. {:?} {:?}", one.rule, one.subject, one.opened_at, one.resolved_at, one.acknowledged_by);
        for c in one.receipt["comparisons"].as_array().into_iter().flatten() {
            eprintln!("    {c}");
        }
    }
    for shown in world.telegram.messages(world.cast.team_chat) {
        eprintln!("-- {} {}\n{}\n{:?}", shown.sent_at, shown.message_id, shown.text, shown.buttons);
    }
    let private = world.telegram.private_chat(world.cast.alma);
    for shown in world.telegram.messages(private) {
        eprintln!("ALMA {} {}\n{}\n{:?}", shown.sent_at, shown.message_id, shown.text, shown.buttons);
    }
    eprintln!("{}", summary(&world, 7).await.expect("summary"));
    world.stop().await;
}
