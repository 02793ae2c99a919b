//! The program is told to end (SIGTERM) while a delivery, an action or a poll hangs at its platform: it ends within ten seconds,
//! and whatever it promised is kept.

use jiff::SignedDuration;

use super::gate::say;
use super::town::Town;
use super::{look, promises, settle};

/// From the signal to the end.
const END_MAX: SignedDuration = SignedDuration::from_secs(10);

/// Lives in which one of a kind may come to hang.
const LIVES: u32 = 12;

/// What hangs: a message on each platform, an action, the numbers.
const HANGS: [(&str, &str); 4] =
    [("telegram", "/send"), ("discord", "post /api/v10/channels"), ("ads", "post "), ("feed", "")];

#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_while_something_hangs_it_ends_in_time_and_loses_nothing() {
    let mut town = Town::found(2, 5).await;
    for hangs in HANGS {
        let mut took = None;
        for _ in 0..LIVES {
            took = town.end_while(hangs).await;
            let kept = look(&town).await.unwrap_or_else(|error| panic!("{hangs:?}: {error}"));
            let broken = promises::broken(&town, &kept);
            assert!(broken.is_empty(), "{hangs:?}: {broken:#?}");
            if took.is_some() {
                break;
            }
        }
        let took = took.unwrap_or_else(|| panic!("{hangs:?} never came to hang"));
        say(&format!("{hangs:?} hung: ended {took:#} after it was told to"));
        assert!(took < END_MAX, "{hangs:?}: {took:#}");
    }
    settle(&mut town, "in the end").await;
}
