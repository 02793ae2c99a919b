//! Promised pieces: held when their creator confirms, spent when they are out, and what people remark about them.

use plimsoll::app::apply::{Given, apply};
use plimsoll::app::records::DocumentRecord;
use plimsoll::domain::deal::DeliverableState;
use plimsoll::domain::document::{Deliverable, Document};
use plimsoll::domain::ids::Subject;
use plimsoll::domain::metric::Metric;
use plimsoll::domain::num::round_i64;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::Reading;
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::readings::{Readings as _, Span, Want};
use plimsoll::sim::discord::Message;
use plimsoll::sim::telegram::{ChatId, Shown};
use plimsoll::store::keys;
use plimsoll::store::records::load;

use super::story::{Story, discord_text, restart, telegram_text};

const PIECES: &str = r#"
[[deliverable]]
partnership = "winter/alma"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "400.00 EUR"
due = 2026-03-20
cancel_by = 2026-03-06T18:00:00
state = "approved"
[[deliverable]]
partnership = "winter/alma"
id = "story-set"
platform = "instagram"
format = "story"
fee = "300.00 EUR"
due = 2026-03-25
cancel_by = 2026-03-01T06:00:00
kill_fee = { agreed = "50 %" }
"#;

/// A story about Alma, who has two pieces to make; `joined`: she has a chat with the program.
async fn begin(joined: bool) -> Story {
    let mut story = Story::begin(7, &["alma"]).await;
    story.apply(PIECES).await;
    if joined {
        let alma = story.world.cast.alma;
        story.starts(alma, Role::Creator, "Alma", Some("alma")).await;
    }
    story.begin_here();
    story
}

fn direct(story: &Story) -> ChatId {
    story.world.telegram.private_chat(story.world.cast.alma)
}

/// The newest message of the bot with such a button.
fn with_button(story: &Story, chat: ChatId, start: &str) -> Shown {
    let has = |shown: &Shown| shown.from_bot && shown.buttons.iter().flatten().any(|label| label.starts_with(start));
    let all = story.world.telegram.messages(chat);
    let texts = || all.iter().map(telegram_text).collect::<Vec<_>>().join("\n===\n");
    all.iter().rev().find(|shown| has(shown)).cloned().unwrap_or_else(|| panic!("no `{start}` in\n{}", texts()))
}

/// The piece, as the store and the picture in memory have it.
async fn piece(story: &Story, id: &str) -> (Deliverable, u32, String) {
    let key = keys::document("deliverable", &format!("winter/alma/{id}"));
    let kept = load::<DocumentRecord>(&*story.world.core().store, &key).await.expect("read").expect("there");
    let Document::Deliverable(kept_piece) = kept.value.document.clone() else { panic!("a piece") };
    let state = story.world.core().state.lock().await;
    let shown = state.catalog.piece(&kept_piece.partnership, &kept_piece.id).cloned();
    assert_eq!(shown.as_ref(), Some(&kept_piece), "the picture in memory follows");
    (kept_piece, kept.value.version, kept.value.by)
}

/// What the deal's book says from the first day of the world to now, in cents.
async fn booked(story: &Story) -> i64 {
    let now = story.world.clock.now();
    let subject: Subject = "partnership/winter/alma".parse().expect("a subject");
    let state = story.world.core().state.lock().await;
    let want = Want { metric: Metric::Spend, platform: Some("deal".parse().expect("a platform")) };
    let from = "2026-02-01T00:00:00Z".parse().expect("an instant");
    let until = now.checked_add(jiff::SignedDuration::from_secs(2)).expect("in range");
    match state.history.view().over(&subject, want, Span { from, until }).reading {
        Reading::Value(value) => round_i64(value).expect("cents"),
        Reading::Absent(_) => 0,
    }
}

fn alert(story: &Story) -> (Shown, Message) {
    (story.on_telegram().remove(0), story.on_discord().remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_done_when_the_creator_confirms_and_survives_restarts() {
    let mut story = begin(true).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let (shown, _) = alert(&story);
    insta::assert_snapshot!(telegram_text(&shown), @"
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €3,190 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.

    Owed anyway: €150. Can still be saved: €2,640 of the boost alma-winter (TikTok Ads), Reel 2 €400 (free to cancel to Fri 18:00), Story set €150 (can be cancelled to 06:00).
    Reel 2 would probably bring €0–€440 more margin; it costs €400.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Stop boost −€2,640] [Keep it running] [Hold Reel 2 −€400] [Hold Story set −€150]
    [Why] [I've got it] [Snooze 6 h]
    ");

    // The button asks first, and says what it saves.
    story.presses(cast.maja, &shown, "Hold Reel 2").await;
    let sure = with_button(&story, cast.team_chat, "Yes, ask Alma");
    insta::assert_snapshot!(telegram_text(&sure), @"
    Ask Alma to put Reel 2 on hold? That saves €400.00

    Posts that are out stay up. It counts when Alma confirms, and it can be released later. Nothing is owed for it as long as it is on hold.

    Nothing happens unless you press Yes within 2 minutes.
    [Yes, ask Alma]
    [Cancel it for good instead]
    [No, leave it]
    ");
    story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    story.wait(5).await;
    let asked = with_button(&story, direct(&story), "OK, on hold");
    insta::assert_snapshot!(telegram_text(&asked), @"
    🟡 Hi Alma, please put Reel 2 on hold (Nordbo · Winter Warmers)

    Please do not make or post it for now. Its fee, €400, waits with it.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    Please answer by Fri 18:00.
    [OK, on hold] [Already made it / problem]
    ");
    assert_eq!(piece(&story, "reel-2").await.0.state, DeliverableState::Approved, "asked is not done");

    // Killed between question and answer: nothing is asked twice, nothing is lost.
    let mut story = story.again(restart).await;
    story.wait(30).await;
    let questions = story.world.telegram.messages(direct(&story));
    assert_eq!(questions.iter().filter(|one| one.text.contains("please put Reel 2 on hold")).count(), 1);
    for text in [telegram_text(&alert(&story).0), discord_text(&alert(&story).1)] {
        assert!(text.contains("Alma was asked 00:00 to put Reel 2 on hold; it counts when Alma confirms."), "{text}");
        assert!(text.contains("Alma has confirmed"), "{text}");
    }
    let (_, answer) = story.presses(cast.alma, &asked, "OK, on hold").await;
    assert_eq!(answer, "Thank you. The team sees it.");
    story.wait(5).await;
    let mut story = story.again(restart).await;
    story.wait(30).await;
    let (held, version, by) = piece(&story, "reel-2").await;
    assert_eq!((held.state, version, by.as_str()), (DeliverableState::Held, 2, "alma"));
    for text in [telegram_text(&alert(&story).0), discord_text(&alert(&story).1)] {
        assert!(text.contains("Reel 2 is on hold: Alma confirmed 00:0"), "{text}");
        assert!(!text.contains("Reel 2 €400") && !text.contains("[Hold Reel 2"), "its money is saved: {text}");
        assert!(text.contains("Reel 2 on hold, €400 saved"), "{text}");
    }
    let settled = story.world.telegram.messages(direct(&story));
    let settled = settled.iter().find(|one| one.message_id == asked.message_id).expect("still there");
    assert!(settled.text.starts_with("🟢 Reel 2 is on hold since"), "{}", settled.text);
    is_taken_back(&mut story).await;
    story.assert_polite();
    story.world.stop().await;
}

/// Undo asks the other way round, and brings back the state that there was.
async fn is_taken_back(story: &mut Story) {
    let cast = story.world.cast;
    let (_, answer) = story.presses(cast.maja, &alert(story).0, "Undo").await;
    assert!(answer.starts_with("Taking it back for #0000."), "{answer}");
    story.wait(5).await;
    let again = with_button(story, direct(story), "OK, I'll make it");
    story.presses(cast.alma, &again, "OK, I'll make it").await;
    story.wait(5).await;
    assert_eq!(piece(story, "reel-2").await.0.state, DeliverableState::Approved);
    let text = telegram_text(&alert(story).0);
    assert!(text.contains("Reel 2 is made after all: Alma confirmed") && text.contains("Reel 2 €400"), "{text}");
    assert_eq!(story.journal("creator_confirmed").await.len(), 2);
}

const LADDER: &str = r#"
[[rule]]
id       = "cpa-stop"
kind     = "stop_loss"
scope    = "partnership"
when     = "cpa > target.cpa && spend / target.cpa >= 10"
window   = "7d"
recover  = "cpa < 0.9 * target.cpa || spend / target.cpa < 10"
mode     = "auto"
then     = [ { do = "cancel_next" }, { after = "48h", do = "ask_fix" } ]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_a_rule_wants_waits_for_a_person_and_for_the_creator() {
    let mut story = begin(true).await;
    let cast = story.world.cast;
    let file = std::path::Path::new("ladder.toml").to_path_buf();
    let rules = parse_rules(LADDER, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story.fires("alma").await;
    let (shown, _) = alert(&story);
    let labels: Vec<&str> = shown.buttons.iter().flatten().map(String::as_str).collect();
    assert_eq!(labels[..2], ["Cancel Reel 2 −€400", "Keep it as planned"], "not even an automatic rule cancels alone");
    assert!(labels.contains(&"Ask Alma to fix"), "{labels:?}");
    let said = story.says(cast.team_chat, cast.maja, "/approve 0000").await;
    assert!(said.contains("A cancellation cannot be taken back. Press its own button"), "{said}");
    story.presses(cast.maja, &shown, "Cancel Reel 2").await;
    let sure = with_button(&story, cast.team_chat, "Yes, cancel it for good");
    assert!(sure.text.contains("This cannot be taken back. No kill fee is due."), "{}", sure.text);
    story.presses(cast.maja, &sure, "Yes, cancel it for good").await;
    story.wait(5).await;
    let asked = with_button(&story, direct(&story), "OK, I won't make it");
    story.presses(cast.alma, &asked, "OK, I won't make it").await;
    story.wait(5).await;
    assert_eq!(piece(&story, "reel-2").await.0.state, DeliverableState::Cancelled);
    let text = telegram_text(&alert(&story).0);
    assert!(text.contains("Reel 2 is cancelled: Alma confirmed") && !text.contains("Undo"), "{text}");
    assert_eq!(story.journal("creator_asked").await.len(), 1, "what the rule proposed is what was approved");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_chat_the_team_asks_and_notes_the_answer() {
    let mut story = begin(false).await;
    let cast = story.world.cast;
    story.says(cast.team_chat, cast.maja, "/hold alma reel-2").await;
    let sure = with_button(&story, cast.team_chat, "Yes, ask Alma");
    assert!(sure.text.contains("Alma has no chat with me"), "{}", sure.text);
    story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    story.wait(5).await;
    let told = story.on_discord().remove(0);
    insta::assert_snapshot!(discord_text(&told), @"
    🟡 Alma · Winter Warmers: please ask Alma yourselves to put Reel 2 on hold
    Maja wants it. It counts when it is confirmed.
    Without an answer by Fri 18:00 it stays as planned.

    To copy, for Alma:
    `Hi Alma, please put Reel 2 on hold (Nordbo · Winter Warmers). Please do not make or post it for now. Its fee, €400, waits with it. Posts that are out stay up and are paid as agreed. Nothing changes until you have answered. Please answer by Fri 18:00.`
    [Alma has confirmed] [Alma says no]
    ");
    story.clicks(cast.jonas, &told, "Alma has confirmed").await;
    story.wait(5).await;
    let (held, _, by) = piece(&story, "reel-2").await;
    assert_eq!((held.state, by.as_str()), (DeliverableState::Held, "jonas"));
    let told = discord_text(&story.on_discord().remove(0));
    assert!(told.contains("Reel 2 is on hold. Alma confirmed, Jonas noted it 00:0"), "{told}");
    let telegram = story.on_telegram();
    let same = telegram.iter().filter(|one| one.text.contains("Jonas noted it")).count();
    assert_eq!(same, 1, "both rooms are edited");
    // Released by a word as well, and asked for only once.
    story.says(cast.team_chat, cast.maja, "/release winter/alma/reel-2").await;
    let sure = with_button(&story, cast.team_chat, "Yes, ask Alma");
    story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    story.wait(3).await;
    let (_, answer) = story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    assert_eq!(answer, "Alma was asked already and has not answered yet.");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_and_no_answer_leave_a_piece_as_planned_and_say_so() {
    let mut story = begin(true).await;
    let cast = story.world.cast;
    for (command, yes) in [("/hold alma reel-2", "Yes, ask Alma"), ("/hold alma story-set", "Yes, ask Alma")] {
        story.says(cast.team_chat, cast.maja, command).await;
        let sure = with_button(&story, cast.team_chat, yes);
        story.presses(cast.maja, &sure, yes).await;
        story.wait(5).await;
    }
    let all = story.world.telegram.messages(direct(&story));
    let first = all.iter().find(|one| one.text.contains("put Reel 2 on hold")).cloned().expect("asked");
    let (_, answer) = story.presses(cast.alma, &first, "Already made it").await;
    assert!(answer.starts_with("The team has been told and writes to you."), "{answer}");
    // The other piece can be cancelled until six in the morning; then it is too late to save anything.
    story.wait(6 * 3600 + 60).await;
    let told: Vec<String> = story.on_discord().iter().map(discord_text).collect();
    let told = told.join("\n");
    assert!(told.contains("answered 00:00 that something is in the way; Reel 2 stays as planned"), "{told}");
    assert!(told.contains("Alma did not answer in time; Story set stays as planned"), "{told}");
    assert_eq!(piece(&story, "reel-2").await.1, 1);
    assert_eq!(piece(&story, "story-set").await.1, 1);
    let over = story.world.telegram.messages(direct(&story));
    assert!(over.iter().all(|one| one.buttons.is_empty()), "what is over has nothing to press");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_is_spent_once_and_is_not_paused() {
    let mut story = begin(true).await;
    let cast = story.world.cast;
    let direct = direct(&story);
    assert_eq!(booked(&story).await, 0);
    let url = "https://www.instagram.com/reel/C8xYz/?igsh=1";
    let said = story.says(direct, cast.alma, &format!("/live {url}")).await;
    assert!(said.contains("Which one?"), "{said}");
    let which = with_button(&story, direct, "Alma: Reel 2");
    let (_, answer) = story.presses(cast.alma, &which, "Alma: Reel 2").await;
    assert_eq!(answer, "Noted: Reel 2 is out. Its fee, €400, counts as earned from now on.");
    assert_eq!(booked(&story).await, 40_000);
    // Said again by the team, and found out; started again, and booked once.
    let said = story.says(cast.team_chat, cast.maja, &format!("/live {url}")).await;
    assert!(said.contains("Noted: Reel 2 is out."), "{said}");
    let mut story = story.again(restart).await;
    story.wait(5).await;
    assert_eq!(booked(&story).await, 40_000);
    let said = story.says(cast.team_chat, cast.maja, "/hold alma reel-2").await;
    assert!(said.contains("Reel 2 is out already. Posts that are up are not paused"), "{said}");
    // What can still be stopped, and the money of each.
    story.report(&[("alma", 12_000, 1)]).await;
    story.wait(5).await;
    story.says(cast.team_chat, cast.maja, "/pause alma").await;
    insta::assert_snapshot!(telegram_text(&with_button(&story, cast.team_chat, "Hold Story set")), @"
    Alma: what can be stopped

    • the boost alma-boost
    • €2,640 of the boost alma-winter (TikTok Ads)
    • Story set €150 (can be cancelled to 06:00)
    • the code ALMA10: it costs nothing unsold; end it only if it leaked or is abused
    Owed anyway: €150.
    Posts that are up are not paused. Nothing stops until you choose, and each asks first.
    [Stop boost alma-boost] [Stop boost alma-winter −€2,640]
    [Hold Story set −€150] [End code ALMA10]
    [No, leave it]
    ");
    // A mistake is corrected: the fee is taken out of the book again.
    story.apply(PIECES).await;
    assert_eq!(piece(&story, "reel-2").await.0.state, DeliverableState::Approved);
    assert_eq!(booked(&story).await, 0);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remark_is_kept_and_shown_to_the_team() {
    let mut story = begin(true).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let said = story.says(cast.team_chat, cast.maja, "/note alma the sample parcel was lost #roadblock").await;
    assert!(said.contains("Noted about alma."), "{said}");
    story.wait(5).await;
    let kept = story.journal("note").await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].0.as_str(), kept[0].1["tag"].as_str()), ("maja", Some("roadblock")));
    for text in [telegram_text(&alert(&story).0), discord_text(&alert(&story).1)] {
        assert!(text.contains("Maja 00:00: the sample parcel was lost") && text.contains("roadblock"), "{text}");
    }
    // A creator may remark about themselves, and about nobody else.
    let own = story.says(direct(&story), cast.alma, "/note alma I am ill until Monday").await;
    assert!(own.contains("Noted about alma."), "{own}");
    let other = story.says(direct(&story), cast.alma, "/note bo I saw something").await;
    assert!(!other.contains("Noted"), "{other}");
    story.world.stop().await;
}
