//! One person who asks for a thousand things: they are told once, everybody else is answered as if they were not there, and
//! money can be stopped all the same.

use jiff::Timestamp;
use plimsoll::app::records::InboxRecord;
use plimsoll::domain::person::Role;
use plimsoll::sim::telegram::{ChatId, NewUser, UserId};
use plimsoll::store::records::scan_all;

use super::story::Story;

const TOO_MUCH: &str = "That is a lot at once.";

/// What the bot said in a chat, and when.
fn said(story: &Story, chat: ChatId) -> Vec<(Timestamp, String)> {
    let all = story.world.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot);
    all.map(|shown| (shown.sent_at, shown.text)).collect()
}

fn flood(story: &Story, user: UserId, text: &str, times: usize) {
    let chat = story.world.telegram.private_chat(user);
    for _ in 0..times {
        story.world.telegram.user_sends(chat, user, text).expect("sent");
    }
}

/// How many seconds after she asked Maja is answered in the team's group, while somebody else asks for so much.
async fn answered_after(times: usize) -> i64 {
    let mut story = Story::begin(91, &["alma"]).await;
    let stranger = story.world.telegram.add_user(NewUser::named("Eve", "en"));
    story.world.telegram.user_starts(stranger, None).expect("started");
    story.wait(60).await;
    let (team, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let before = said(&story, team).len();
    let held = story.world.clock.hold("they write");
    let asked = story.world.clock.now();
    flood(&story, stranger, "/help", times);
    story.world.telegram.user_sends(team, maja, "/status").expect("sent");
    drop(held);
    story.wait(30).await;
    let answer = said(&story, team).into_iter().nth(before).expect("an answer");
    answer.0.duration_since(asked).as_secs()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_by_one_person_delays_nobody_else() {
    let (without, with) = (answered_after(0).await, answered_after(1_000).await);
    assert_eq!(with, without);
    assert!(with <= 2, "{with}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_too_much_is_told_once_and_leaves_few_rows() {
    let mut story = Story::begin(92, &["alma"]).await;
    let stranger = story.world.telegram.add_user(NewUser::named("Eve", "en"));
    story.world.telegram.user_starts(stranger, None).expect("started");
    story.wait(120).await;
    let chat = story.world.telegram.private_chat(stranger);
    let rows = async |story: &Story| scan_all::<InboxRecord>(&*story.world.core().store).await.expect("read").len();
    let (before, kept) = (said(&story, chat).len(), rows(&story).await);
    let held = story.world.clock.hold("she writes");
    flood(&story, stranger, "/help", 1_000);
    drop(held);
    story.wait(19).await;
    let told: Vec<String> = said(&story, chat).split_off(before).into_iter().map(|(_, text)| text).collect();
    assert_eq!(rows(&story).await - kept, 21, "twenty that are answered, and the one that says no");
    // One message a second goes to a chat: the answers come one by one.
    story.wait(60).await;
    let told_in_all: Vec<String> = said(&story, chat).split_off(before).into_iter().map(|(_, text)| text).collect();
    assert!(told.len() <= told_in_all.len() && told_in_all.len() <= 21, "{}", told_in_all.len());
    let no: Vec<&String> = told_in_all.iter().filter(|text| text.contains(TOO_MUCH)).collect();
    assert_eq!(no.len(), 1, "{told_in_all:?}");
    assert!(no[0].contains("answer again in 20 s"), "{no:?}");
    // It ends.
    let before = said(&story, chat).len();
    flood(&story, stranger, "/help", 1);
    story.wait(10).await;
    let again = said(&story, chat).split_off(before);
    assert!(again.len() == 1 && !again[0].1.contains(TOO_MUCH), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_stopped_in_the_middle_of_a_flood() {
    let mut story = Story::begin(93, &["alma"]).await;
    let user = story.world.telegram.add_user(NewUser::named("Bo", "en"));
    story.starts(user, Role::Agency, "Bo", None).await;
    story.wait(120).await;
    let held = story.world.clock.hold("he writes");
    flood(&story, user, "/help", 1_000);
    flood(&story, user, "/pause alma-winter", 1);
    flood(&story, user, "/status", 1);
    drop(held);
    story.wait(90).await;
    let chat = story.world.telegram.private_chat(user);
    let told: Vec<String> = said(&story, chat).into_iter().map(|(_, text)| text).collect();
    assert_eq!(told.iter().filter(|text| text.contains(TOO_MUCH)).count(), 1, "{told:?}");
    let asked = |words: &str| told.iter().any(|text| text.contains(words));
    assert!(asked("alma") || asked("Alma"), "the pause is answered: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_to_each_other_is_not_kept() {
    let mut story = Story::begin(94, &["alma"]).await;
    let (team, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let rows = async |story: &Story| scan_all::<InboxRecord>(&*story.world.core().store).await.expect("read").len();
    let before = rows(&story).await;
    story.says(team, maja, "lunch?").await;
    assert_eq!(rows(&story).await, before);
    story.says(team, maja, "/status").await;
    assert_eq!(rows(&story).await, before + 1);
}
