//! Platforms that hang, are away or move house: only their own messages wait, and nothing is lost.

use jiff::{SignedDuration, Timestamp};
use plimsoll::domain::ids::RoomId;
use plimsoll::outbox::notice::Urgency;
use plimsoll::sim::discord::{Aim, Fault as DiscordFault, Given as Typed, Outcome};
use plimsoll::sim::loopback::Fault as HookFault;
use plimsoll::sim::telegram::{Fault, Scope, Shown};

use super::load_town::{Burst, all_accounted_for, burst, polite, resolve};
use super::story::{Story, discord_text, restart_with, telegram_text};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn room(id: &str) -> RoomId {
    RoomId::new(id).expect("an id")
}

fn alone(n: u64) -> String {
    format!("rule{n:04}")
}

fn creator(n: u64) -> String {
    format!("creator{n:04}")
}

fn critical(count: u64, rooms: &[RoomId]) -> Burst<'_> {
    Burst { count, rooms, urgency: Urgency::Critical, rule: &alone, in_turn: false, creator: &creator }
}

/// Sources and hands hang.
fn hang_all_else(story: &Story) {
    for _ in 0..50 {
        story.world.ads.faults().next(HookFault::Hang(HOUR));
        story.world.youtube.faults().next(HookFault::Hang(HOUR));
        story.world.feeds.faults().next(HookFault::Hang(HOUR));
    }
}

fn soon(from: Timestamp, at: Timestamp) -> bool {
    from <= at && at.duration_since(from) < SignedDuration::from_secs(3)
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_hears_within_three_seconds_while_everything_else_hangs() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.fires("alma").await;
    let cast = story.world.cast;
    let message = story.on_discord().remove(0);
    // Alerts on their way hang too, on both chats.
    story.world.telegram.inject(Fault::Hang(HOUR), Scope::calls(), 10_000);
    story.world.discord.fail_next(
        Aim::at("POST", &format!("/channels/{}", cast.team_channel)),
        DiscordFault::Hang,
        10_000,
    );
    hang_all_else(&story);
    burst(story.world.core(), &critical(20, &[room("team-telegram"), room("team-discord")])).await;
    story.wait(1).await;
    let began = story.world.clock.now();
    let discord = story.world.discord.clone();
    // A person on Telegram asks something and gets no answer: that is Telegram's matter.
    story.world.telegram.user_sends(cast.team_chat, cast.maja, "/status").expect("sent");
    let typed = discord
        .autocomplete(cast.jonas, cast.team_channel, "why", &[("what", Typed::Text("al".to_owned()))], "what")
        .expect("typed");
    let asked = discord.slash(cast.jonas, cast.team_channel, "status", &[]).expect("asked");
    let label = message.buttons().into_iter().map(|one| one.label).find(|label| label.starts_with("Stop boost"));
    let pressed = discord.press(cast.jonas, message.id, &label.expect("a button")).expect("pressed");
    story.wait(2).await;
    assert!(matches!(discord.outcome(typed), Ok(Outcome::Choices(_))), "{:?}", discord.outcome(typed));
    let callbacks: Vec<Timestamp> =
        discord.requests().iter().filter(|one| one.path.ends_with("/callback")).map(|one| one.at).collect();
    assert_eq!(callbacks.iter().filter(|at| soon(began, **at)).count(), 3, "{callbacks:?}");
    story.wait(30).await;
    let Ok(Outcome::Replied { message: answer }) = discord.outcome(asked) else {
        panic!("{:?}", discord.outcome(asked))
    };
    assert!(discord_text(&discord.message(answer).expect("there")).contains("Alma"));
    let original = |one: &plimsoll::sim::discord::RequestSeen| {
        one.method == "PATCH" && one.path.ends_with("/messages/@original") && began <= one.at
    };
    assert!(discord.requests().iter().any(original), "answered where it was asked");
    let more = discord.followups(pressed);
    assert_eq!(more.len(), 1, "{more:?}");
    assert!(discord_text(&more[0]).starts_with("Agreed for"), "{}", discord_text(&more[0]));
    discord.clear_faults();
    discord.release_hung();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_hears_within_three_seconds_while_everything_else_hangs() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.fires("alma").await;
    let cast = story.world.cast;
    let shown = story.on_telegram().remove(0);
    let discord = story.world.discord.clone();
    discord.fail_next(Aim::any(), DiscordFault::Hang, 10_000);
    for method in ["sendMessage", "sendPhoto", "editMessageCaption"] {
        story.world.telegram.inject(Fault::Hang(HOUR), Scope::method(method), 1_000);
    }
    hang_all_else(&story);
    burst(story.world.core(), &critical(20, &[room("team-telegram"), room("team-discord")])).await;
    // Somebody on Discord asks, and the answer hangs.
    discord.slash(cast.jonas, cast.team_channel, "status", &[]).expect("asked");
    story.wait(1).await;
    for start in ["I've got it", "Snooze", "Stop boost"] {
        let began = story.world.clock.now();
        let (press, answer) = story.presses(cast.maja, &shown, start).await;
        let at = story.world.telegram.answer(&press).unwrap_or_else(|| panic!("no answer to {start}")).at;
        assert!(soon(began, at), "{start}: {}", at.duration_since(began));
        assert!(!answer.is_empty(), "{start}");
    }
    discord.clear_faults();
    discord.release_hung();
    story.world.telegram.clear_faults();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_away_for_an_hour_delays_only_its_own() {
    for discord_is_away in [true, false] {
        let story = Story::begin(7, &[]).await;
        let mut story = story
            .again(|world| restart_with(world, |config| config.delivery.expires.0 = SignedDuration::from_mins(30)))
            .await;
        // What was said while they joined counts in the group's minute.
        story.wait(90).await;
        let rooms = [room("team-telegram"), room("team-discord")];
        let away = usize::from(discord_is_away);
        let set = |story: &Story, down: bool| {
            if discord_is_away { story.world.discord.down(down) } else { story.world.telegram.down(down) }
        };
        set(&story, true);
        let old = burst(story.world.core(), &critical(40, &rooms)).await;
        story.wait(60).await;
        // The other one keeps its pace: twenty a minute in a group, sixty in a channel.
        let there = if discord_is_away { story.on_telegram().len() } else { story.on_discord().len() };
        assert!(if discord_is_away { there == 20 } else { there == 40 }, "{there}");
        story.wait(3_000).await;
        let news = |n: u64| format!("news{n}");
        let later = |n: u64| format!("later{n:04}");
        let good = Burst { urgency: Urgency::Informational, creator: &news, ..critical(6, &rooms) };
        let good = burst(story.world.core(), &good).await;
        let fresh = burst(story.world.core(), &Burst { creator: &later, ..critical(12, &rooms) }).await;
        story.wait(540).await;
        let tried = story.world.telegram.requests().len();
        set(&story, false);
        let back = story.world.clock.now();
        story.wait(240).await;
        let (texts, times): (Vec<String>, Vec<Timestamp>) = if discord_is_away {
            story.on_discord().iter().map(|one| (discord_text(one), one.created)).unzip()
        } else {
            story.on_telegram().iter().map(|one| (telegram_text(one), one.sent_at)).unzip()
        };
        // Old news ends with its reason, the rest is told once, the critical first.
        let (told, _, over) = all_accounted_for(story.world.core(), &rooms[away], &old).await;
        assert_eq!((told, over), (0, 40), "away: {}", rooms[away]);
        let place = |id: &plimsoll::outbox::incident::IncidentId| {
            let mark = format!("#{}", id.as_str());
            let at: Vec<usize> = (0..texts.len()).filter(|n| texts[*n].contains(&mark)).collect();
            assert_eq!(at.len(), 1, "{mark} in {texts:#?}");
            at[0]
        };
        let first_good = good.iter().map(place).min().expect("some");
        let last_critical = fresh.iter().map(place).max().expect("some");
        assert!(last_critical < first_good, "{texts:#?}");
        let waited = times[0].duration_since(back);
        assert!(waited <= SignedDuration::from_secs(61), "it is noticed within a minute: {waited}");
        if !discord_is_away {
            assert!(tried < 500, "a platform that is away is not hammered: {tried}");
        }
        polite(&story.world);
        story.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_moves_house_with_a_burst_behind_it_loses_nothing() {
    let mut story = Story::begin(7, &[]).await;
    let cast = story.world.cast;
    story
        .apply("[[room]]\nid = \"small\"\nbrand = \"nordbo\"\naudience = \"internal\"\nzone = \"Europe/Stockholm\"\n")
        .await;
    let telegram = story.world.telegram.clone();
    let group = telegram.add_group("Small", cast.maja).expect("a group");
    telegram.add_bot(group, cast.maja).expect("added");
    let code = story.world.room_code("small").await.expect("a code");
    story.says(group, cast.maja, &format!("/bind {code}")).await;
    let ids = burst(story.world.core(), &critical(30, &[room("small")])).await;
    story.wait(5).await;
    let place = telegram.upgrade_group(group).expect("upgraded");
    story.wait(180).await;
    let texts: Vec<String> =
        [group, place].iter().flat_map(|chat| telegram.messages(*chat)).map(|shown: Shown| shown.text).collect();
    for id in &ids {
        let mark = format!("#{}", id.as_str());
        assert_eq!(texts.iter().filter(|text| text.contains(&mark)).count(), 1, "{mark}");
    }
    assert!(telegram.messages(place).len() > 20);
    polite(&story.world);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_shows_what_became_of_its_members_while_it_waited_and_after() {
    let mut story = Story::begin(7, &[]).await;
    let rule = &|_: u64| "cpa-stop".to_owned();
    let ids = burst(story.world.core(), &Burst { rule, ..critical(50, &[room("team-telegram")]) }).await;
    // One has gone, the others wait for their turn.
    let (gone, left) = ids.split_at(10);
    resolve(story.world.core(), gone).await;
    story.wait(30).await;
    let group = |story: &Story| {
        let told = story.on_telegram();
        telegram_text(told.iter().rev().find(|one| one.text.contains("cpa-stop at once")).expect("a group"))
    };
    let text = group(&story);
    assert!(text.contains(" firing, 0 better, ") && text.contains("0 better"), "{text}");
    let (told, grouped, over) = all_accounted_for(story.world.core(), &room("team-telegram"), &ids).await;
    assert_eq!((told + grouped, over), (50, 0));
    resolve(story.world.core(), &left[..20]).await;
    story.wait(30).await;
    assert!(group(&story) != text, "{text}");
    polite(&story.world);
    story.world.stop().await;
}
