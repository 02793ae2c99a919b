//! Codes of setting up that nobody sends in time.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use plimsoll::app::setup::meeting::{End, Event, Step, meet};
use plimsoll::domain::ids::RoomId;
use plimsoll::domain::person::Chat;
use tokio_util::sync::CancellationToken;

use super::story::Story;

const LATE: &str = r#"
[[room]]
id = "late"
brand = "nordbo"
audience = "internal"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_lapses_is_made_anew_and_the_old_one_does_nothing() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.apply(LATE).await;
    let telegram = story.world.telegram.clone();
    let group = telegram.add_supergroup("Late", cast.maja, false).expect("a group");
    telegram.add_bot(group, cast.maja).expect("added");
    let core = Arc::clone(story.world.core());
    let told: Arc<Mutex<Vec<Event>>> = Arc::default();
    let minutes = i64::from(core.config.people.code_minutes);
    let waiting = {
        let (core, told) = (Arc::clone(&core), Arc::clone(&told));
        let clock = core.clock.clone();
        clock.spawn("meet", move |mut held| async move {
            let deadline = core.clock.now() + SignedDuration::from_hours(3);
            let stop = CancellationToken::new();
            let step = Step::Room(RoomId::new("late").expect("an id"), Chat::Telegram);
            let tell = |event: Event| told.lock().expect("lock").push(event);
            meet(&core, &mut held, &[step], (deadline, &stop), &tell).await
        })
    };
    story.wait(minutes * 60 + 30).await;
    let codes: Vec<(String, bool)> = told
        .lock()
        .expect("lock")
        .iter()
        .filter_map(|event| match event {
            Event::Code { code, again, .. } => Some((code.clone(), *again)),
            _ => None,
        })
        .collect();
    let [(first, false), (second, true)] = codes.as_slice() else { panic!("one, and one again: {codes:?}") };
    assert_ne!(first, second);
    story.says(group, cast.maja, &format!("/bind {first}")).await;
    assert!(!told.lock().expect("lock").iter().any(|event| matches!(event, Event::There(_))), "it has lapsed");
    story.says(group, cast.maja, &format!("/bind {second}")).await;
    story.wait(5).await;
    let ended = waiting.await.expect("it ends").expect("kept");
    assert_eq!(ended, End::Done);
    story.world.stop().await;
}
