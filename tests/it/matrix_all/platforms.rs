//! What depends on the platforms: forwarded messages, buttons of what is over, copied button ids, updates that come twice.

use jiff::SignedDuration;
use plimsoll::app::records::ButtonRecord;
use plimsoll::domain::action::Proposal;
use plimsoll::domain::person::Role;
use plimsoll::outbox::incident::{Happened, Incident};
use plimsoll::sim::discord::Given as Typed;
use plimsoll::sim::telegram::{Fault, Scope, Shown};
use plimsoll::store::Transaction;
use plimsoll::store::records::{load, scan_all};

use crate::story::{Story, restart, telegram_text};

/// The number of the alert that a message is about.
fn number_of(shown: &Shown) -> String {
    let number = shown.text.split('#').nth(1).and_then(|rest| rest.split_whitespace().next());
    number.unwrap_or_else(|| panic!("no number in {}", shown.text)).to_owned()
}

/// The id of the button whose label starts so, as Telegram carries it: an outsider presses it, which does nothing.
async fn data_of(story: &mut Story, shown: &Shown, start: &str) -> String {
    let outsider = story.world.cast.outsider;
    let (press, answer) = story.presses(outsider, shown, start).await;
    assert!(answer.starts_with("I do not know you here yet"), "{answer}");
    press.data
}

/// Presses a button by its id on any message of the team's chat.
async fn presses_copied(story: &mut Story, shown: &Shown, data: &str) -> String {
    let (telegram, maja) = (story.world.telegram.clone(), story.world.cast.maja);
    let press = telegram.user_presses_stale(shown.chat, maja, shown.message_id, data).expect("pressed");
    story.wait(3).await;
    telegram.answer(&press).map(|answer| answer.text).unwrap_or_default()
}

/// What people noted, by name.
async fn notes(story: &Story) -> Vec<String> {
    let all = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let events = all.into_iter().flat_map(|kept| kept.value.events);
    let of = |what: &Happened| matches!(what, Happened::Noted { .. });
    events.filter(|event| of(&event.what)).map(|event| event.by.unwrap_or_default()).collect()
}

async fn proposals(story: &Story) -> usize {
    scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_is_said_by_whoever_forwards_it() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    let telegram = story.world.telegram.clone();
    let ana = story.member("Ana");
    story.starts(ana, Role::Analyst, "Ana", None).await;
    story.fires("alma").await;
    let alert = story.on_telegram().remove(0);
    let number = number_of(&alert);
    let data = data_of(&mut story, &alert, "Stop boost").await;

    // A remark of Maja's, forwarded by somebody who may remark, and by nobody we know.
    story.says(cast.team_chat, cast.maja, &format!("/note {number} the parcel was late")).await;
    assert_eq!(notes(&story).await, ["Maja"]);
    let from_maja = |text: &str| {
        let all = telegram.messages(cast.team_chat);
        all.into_iter().rfind(|shown| shown.text.starts_with(text)).expect("her message").message_id
    };
    let remark = from_maja("/note");
    telegram.user_forwards((cast.team_chat, remark), ana, cast.team_chat).expect("forwarded");
    story.wait(3).await;
    assert_eq!(notes(&story).await, ["Maja", "Ana"]);
    let refused = story.journal("refused").await.len();
    telegram.user_forwards((cast.team_chat, remark), cast.outsider, cast.team_chat).expect("forwarded");
    story.wait(3).await;
    assert_eq!(notes(&story).await, ["Maja", "Ana"], "a forwarded command is not its writer's");
    assert_eq!(story.journal("refused").await.len(), refused + 1);

    // What decides about money, forwarded by somebody who may not.
    story.says(cast.team_chat, cast.maja, "/pause alma-winter").await;
    let pause = from_maja("/pause");
    let before = story.kept().await;
    telegram.user_forwards((cast.team_chat, pause), ana, cast.team_chat).expect("forwarded");
    story.wait(3).await;
    assert_eq!(story.journal("refused").await.len(), refused + 2);
    assert_eq!((story.kept().await, story.boost("boost-alma").as_str()), (before.clone(), "active"));

    // The alert itself, forwarded: a picture of one. Its buttons stay behind, and their ids are worth nothing there.
    let own = telegram.private_chat(cast.maja);
    let copy = telegram.user_forwards((cast.team_chat, alert.message_id), cast.maja, own).expect("forwarded");
    story.wait(3).await;
    let copy = telegram.message(own, copy).expect("there");
    assert!(copy.buttons.is_empty() && copy.text.contains("Alma"), "{}", telegram_text(&copy));
    let answer = presses_copied(&mut story, &copy, &data).await;
    // In her own language, which is what her own chat speaks.
    assert!(answer.starts_with("Knappen är för gammal"), "{answer}");
    assert_eq!(story.journal("refused").await.len(), refused + 3);
    assert_eq!((story.kept().await, story.boost("boost-alma").as_str()), (before, "active"));
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story: decided, taken back, over, expired, in both chats")]
async fn a_button_of_what_is_decided_over_or_expired_does_nothing() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let (alert, message) = (story.on_telegram().remove(0), story.on_discord().remove(0));
    let stop = data_of(&mut story, &alert, "Stop boost").await;
    let why = data_of(&mut story, &alert, "Why").await;
    let mine = data_of(&mut story, &alert, "I've got it").await;
    let of_discord = |label: &str| {
        let found = message.buttons().into_iter().find(|button| button.label.starts_with(label)).expect("a button");
        found.custom_id.expect("an id")
    };
    let (stop_there, snooze_there) = (of_discord("Stop boost"), of_discord("Snooze"));

    // Decided: Maja has said yes, and the boost stands still.
    story.presses(cast.maja, &alert, "Stop boost").await;
    story.wait(10).await;
    assert_eq!((proposals(&story).await, story.boost("boost-alma").as_str()), (1, "paused"));
    let before = story.kept().await;
    let answer = presses_copied(&mut story, &alert, &stop).await;
    insta::assert_snapshot!(answer, @"Maja has answered #0000 already.");
    let asked = story.world.discord.press_copied(cast.jonas, message.id, &stop_there).expect("pressed");
    story.wait(3).await;
    insta::assert_snapshot!(answered(&story, asked), @r#"Maja has answered \#0000 already."#);
    assert_eq!(story.kept().await, before, "what is decided is decided once");

    // Taken back: the old yes does not stop it again.
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Undo").await;
    story.wait(10).await;
    assert_eq!((proposals(&story).await, story.boost("boost-alma").as_str()), (2, "active"));
    presses_copied(&mut story, &alert, &stop).await;
    let asked = story.world.discord.press_copied(cast.jonas, message.id, &stop_there).expect("pressed");
    story.wait(10).await;
    answered(&story, asked);
    assert_eq!((proposals(&story).await, story.boost("boost-alma").as_str()), (2, "active"));

    // Over: the orders were there all along.
    story.report(&[("alma", 12_000, 6)]).await;
    story.wait(5).await;
    assert_eq!(story.world.core().counted().resolved, 1);
    let before = story.kept().await;
    let answer = presses_copied(&mut story, &alert, &mine).await;
    insta::assert_snapshot!(answer, @"#0000 is over; there is nothing left to do.");
    presses_copied(&mut story, &alert, &stop).await;
    let asked = story.world.discord.press_copied(cast.jonas, message.id, &snooze_there).expect("pressed");
    story.wait(10).await;
    insta::assert_snapshot!(answered(&story, asked), @r#"\#0000 is over; there is nothing left to do."#);
    assert_eq!((story.kept().await, story.boost("boost-alma").as_str()), (before, "active"));

    // Expired: it is a picture of a button, and the journal says who tried.
    let refused = story.journal("refused").await.len();
    let store = &story.world.core().store;
    let mut kept = load::<ButtonRecord>(&**store, why.as_bytes()).await.expect("reads").expect("a button");
    kept.value.expires_at = story.world.clock.now() - SignedDuration::from_secs(1);
    let mut transaction = Transaction::new();
    transaction.update(&kept).expect("written");
    store.commit(transaction).await.expect("kept");
    let answer = presses_copied(&mut story, &alert, &why).await;
    assert!(answer.starts_with("This button is too old"), "{answer}");
    let lines = story.journal("refused").await;
    assert_eq!(lines.len(), refused + 1);
    assert_eq!(lines.last().expect("a line").1["reason"], "old_button");
    story.assert_polite();
    story.world.stop().await;
}

/// What somebody is shown on Discord after a press.
fn answered(story: &Story, asked: plimsoll::sim::discord::Snowflake) -> String {
    let texts: Vec<String> = story.world.discord.followups(asked).iter().map(crate::story::discord_text).collect();
    texts.join("\n--\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_worth_something_in_its_own_room_to_its_own_person() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let discord = story.world.discord.clone();
    let message = story.on_discord().remove(0);
    let before = story.kept().await;
    let stop = message.buttons().into_iter().find(|one| one.label.starts_with("Stop boost")).expect("a button");
    let stop = stop.custom_id.expect("an id");

    // The id of the team's button, in the operators' room and alone with the bot.
    let elsewhere = discord.post(cast.jonas, cast.operator_channel, "hello").expect("posted");
    let direct = discord.messages(discord.dm(cast.jonas)).into_iter().next().expect("he has joined there").id;
    for other in [elsewhere, direct] {
        let refused = story.journal("refused").await.len();
        let asked = discord.press_copied(cast.jonas, other, &stop).expect("pressed");
        story.wait(3).await;
        assert!(answered(&story, asked).starts_with("This button is too old"), "{}", answered(&story, asked));
        let lines = story.journal("refused").await;
        assert_eq!((lines.len(), &lines[refused].1["reason"]), (refused + 1, &"old_button".into()));
    }

    // The question that Jonas was asked is his: it is shown to him alone, and its Yes is worth nothing to anybody else.
    let ida = discord.create_user("Ida", "en-GB");
    discord.add_member(cast.guild, ida, &[]).expect("a member");
    let code = story.world.role_code(Role::Manager, "Ida", None).await.expect("a code");
    story.slash(ida, discord.dm(ida), "link", &[("code", Typed::Text(code))]).await;
    let given = [("what", Typed::Text("alma-winter".to_owned()))];
    story.slash(cast.jonas, cast.team_channel, "pause", &given).await;
    let seen = discord.messages_seen_by(cast.team_channel, cast.jonas);
    let yes = seen.iter().rev().flat_map(|one| one.buttons()).find(|one| one.label.starts_with("Yes")).expect("a yes");
    let yes = yes.custom_id.expect("an id");
    let hers = discord.messages_seen_by(cast.team_channel, ida);
    assert!(hers.iter().flat_map(|one| one.buttons()).all(|one| !one.label.starts_with("Yes")), "it is his alone");
    let refused = story.journal("refused").await.len();
    let asked = discord.press_copied(ida, message.id, &yes).expect("pressed");
    story.wait(3).await;
    assert!(answered(&story, asked).starts_with("Only whoever asked can confirm this"), "{}", answered(&story, asked));
    let lines = story.journal("refused").await;
    assert_eq!((lines.len(), &lines[refused].1["reason"]), (refused + 1, &"not_yours".into()));
    assert_eq!((story.kept().await, story.boost("boost-alma").as_str()), (before, "active"));
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_comes_twice_is_one_deed_and_one_answer() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let number = number_of(&story.on_telegram().remove(0));

    // Discord sends every interaction twice.
    story.world.discord.repeat_events(true);
    let given = [("subject", Typed::Text(number.clone())), ("text", Typed::Text("the parcel was late".to_owned()))];
    let said = story.slash(cast.jonas, cast.team_channel, "note", &given).await;
    assert_eq!((notes(&story).await.as_slice(), said.is_empty()), (&["Jonas".to_owned()][..], false));
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Stop boost").await;
    story.wait(10).await;
    assert_eq!((proposals(&story).await, story.boost("boost-alma").as_str()), (1, "paused"));
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Undo").await;
    story.wait(10).await;
    assert_eq!((proposals(&story).await, story.boost("boost-alma").as_str()), (2, "active"));
    story.world.discord.repeat_events(false);

    // Telegram sends again what was not confirmed: the program ends after the deed and before its next question.
    let telegram = story.world.telegram.clone();
    let chat = cast.team_chat;
    let answers = || telegram.messages(chat).into_iter().filter(|shown| shown.from_bot).count();
    telegram.inject(Fault::DropRequest, Scope::method("getUpdates"), 100);
    let before = answers();
    story.says(chat, cast.maja, &format!("/note {number} the shop was closed")).await;
    assert_eq!((notes(&story).await.len(), answers()), (2, before + 1));
    assert_eq!(telegram.pending_updates(), 1, "not confirmed");
    let mut story = story
        .again(|world| async move {
            world.telegram.clear_faults();
            restart(world).await
        })
        .await;
    story.wait(10).await;
    assert_eq!(telegram.pending_updates(), 0, "confirmed now");
    assert_eq!((notes(&story).await.len(), answers()), (2, before + 1), "it was known");
    story.world.stop().await;
}
