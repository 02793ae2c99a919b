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
    let state = world.core().state.lock().await;
    let view = state.history.view();
    for day in 1..7_i64 {
        for hour in [12_i64, 20] {
            use plimsoll::domain::ids::Platform;
            use plimsoll::domain::metric::Metric;
            use plimsoll::rules::readings::{Readings as _, Span, Want};
            let start: jiff::Timestamp = "2026-02-28T23:30:00Z".parse().unwrap();
            let until = start + jiff::SignedDuration::from_hours(day * 24 + hour);
            let from = until - jiff::SignedDuration::from_hours(24);
            let read = |metric, platform| {
                view.over(
                    &"creator/alma".parse().unwrap(),
                    Want { metric, platform: Some(platform) },
                    Span { from, until },
                )
                .reading
            };
            eprintln!(
                "RATIO {day} {hour} {:?} {:?}",
                read(Metric::Clicks, Platform::Web),
                read(Metric::Views, Platform::Youtube)
            );
        }
    }
    let now = world.clock.now();
    let judged = plimsoll::app::views::judged_view(
        &state,
        &"gold-clicks".parse().unwrap(),
        &"creator/alma".parse().unwrap(),
        now,
    );
    eprintln!("JUDGED {judged:?}");
    drop(state);
    eprintln!("{}", summary(&world, 7).await.expect("summary"));
    world.stop().await;
}
