//! An incident as both chats see it, and what people who may not do something are told.

use plimsoll::domain::person::Role;
use plimsoll::sim::discord::Given as Typed;
use plimsoll::sim::loopback::Fault as HookFault;
use plimsoll::sim::telegram::schema;
use serde_json::Value;

use super::discord_schema;
use super::story::{Story, discord_text, telegram_text};

fn trouble() -> HookFault {
    HookFault::Answer { status: 503, body: "{}".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, and what both chats show at each step of it")]
async fn an_incident_is_told_once_in_every_room_and_edited_at_each_change() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Stop boost −€2,640] [Keep it running]
    [Why] [I've got it] [Snooze 6 h]

    DISCORD
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Stop boost −€2,640] [Keep it running] [Why] [I've got it] [Snooze 6 h]
    ");

    let shown = story.on_telegram().remove(0);
    assert!(shown.photo.is_some(), "a picture on Telegram");
    assert_eq!(story.on_discord().remove(0).attachments.len(), 1, "a picture on Discord");
    let (_, answer) = story.presses(cast.maja, &shown, "I've got it").await;
    insta::assert_snapshot!(answer, @"You have #0000. Everyone who sees the alert sees that.");
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Stop boost −€2,640] [Keep it running]
    [Why] [Snooze 6 h]

    DISCORD
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Stop boost −€2,640] [Keep it running] [Why] [Snooze 6 h]
    ");

    // Approved, and the ad platform does not answer at first.
    story.world.ads.faults().next_for("GET", trouble());
    let message = story.on_discord().remove(0);
    insta::assert_snapshot!(story.clicks(cast.jonas, &message, "Stop boost").await, @r#"Agreed for \#0000. The alert shows when the platform has confirmed it."#);
    assert_eq!(story.boost("boost-alma"), "active");
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Jonas agreed 00:00 to stop the boost alma-winter; it is being done.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Why] [Snooze 6 h]

    DISCORD
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Jonas agreed 00:00 to stop the boost alma-winter; it is being done.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Why] [Snooze 6 h]
    ");

    // Done, and what it came to cannot be read at first.
    story.world.ads.faults().next_for("POST", HookFault::Hang(jiff::SignedDuration::from_secs(4)));
    story.wait(4).await;
    story.world.ads.faults().next_for("GET", trouble());
    story.wait(5).await;
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Boost alma-winter stopped by Jonas 00:00; TikTok Ads has accepted and is being asked again.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Undo: start boost again]
    [Why] [Snooze 6 h]

    DISCORD
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Boost alma-winter stopped by Jonas 00:00; TikTok Ads has accepted and is being asked again.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Undo: start boost again] [Why] [Snooze 6 h]
    ");
    story.wait(10).await;
    assert_eq!(story.world.ads.faults().waiting(), 0, "every fault was met");
    assert_eq!(story.boost("boost-alma"), "paused");
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🟡 Alma · Winter Warmers: boost stopped, €2,640 saved. Still €120 per order in 7 days, limit €45

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Boost alma-winter stopped by Jonas 00:00; TikTok Ads says paused 00:00. Undo until Mon 00:00.
    Maja has it since 00:00.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing else stops by itself.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Undo: start boost again]
    [Why] [Snooze 6 h]

    DISCORD
    🟡 Alma · Winter Warmers: boost stopped, €2,640 saved. Still €120 per order in 7 days, limit €45
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Boost alma-winter stopped by Jonas 00:00; TikTok Ads says paused 00:00. Undo until Mon 00:00.
    Maja has it since 00:00.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing else stops by itself.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Undo: start boost again] [Why] [Snooze 6 h]
    ");

    let shown = story.on_telegram().remove(0);
    let (_, answer) = story.presses(cast.maja, &shown, "Undo").await;
    insta::assert_snapshot!(answer, @"Taking it back for #0000. The alert shows when the platform has confirmed it.");
    story.wait(5).await;
    assert_eq!(story.boost("boost-alma"), "active");
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved

    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Why, against as long before (€30 per order)
    • fewer orders, 7 not 28: +€90

    Boost alma-winter started again by Maja; TikTok Ads says active 00:00.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Stop boost −€2,640]
    [Why] [Snooze 6 h]

    DISCORD
    🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Boost alma-winter started again by Maja; TikTok Ads says active 00:00.
    Maja has it since 00:00.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Stop boost −€2,640] [Why] [Snooze 6 h]
    ");

    // The orders were there all along; the ad platform had counted them late.
    story.report(&[("alma", 12_000, 6)]).await;
    story.wait(5).await;
    insta::assert_snapshot!(story.both(), @"
    TELEGRAM
    [picture]
    🟢 Alma · Winter Warmers: over after 1 min. Now €20 per order in 7 days, limit €45

    Seen then: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Boost alma-winter started again by Maja; TikTok Ads says active 00:00.
    Maja has it since 00:00.

    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Why]

    DISCORD
    🟢 Alma · Winter Warmers: over after 1 min. Now €20 per order in 7 days, limit €45
    Seen then: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    Boost alma-winter started again by Maja; TikTok Ads says active 00:00.
    Maja has it since 00:00.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [picture]
    [Why]
    ");
    assert_eq!(story.world.core().counted().resolved, 1);
    story.assert_polite();
    requests_fit_the_published_descriptions(&story);
    story.world.stop().await;
}

fn requests_fit_the_published_descriptions(story: &Story) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/specs/telegram-bot-api.json");
    if let Ok(text) = std::fs::read_to_string(path) {
        let spec: Value = serde_json::from_str(&text).expect("the description is JSON");
        let requests = story.world.telegram.requests();
        assert!(20 < requests.len(), "{}", requests.len());
        for request in requests {
            let fits = schema::validate_request(&spec, &request.method, &request.params);
            assert_eq!(fits, Ok(()), "{} {}", request.method, request.params);
        }
    } else {
        eprintln!("skipped: {path} is missing");
    }
    let Some(spec) = discord_schema::spec() else { return };
    let requests = story.world.discord.requests();
    assert!(10 < requests.len(), "{}", requests.len());
    for request in requests {
        let path = request.path.split_once("/v10").map_or(request.path.as_str(), |(_, rest)| rest);
        let fits = discord_schema::validate_request(&spec, &request.method, path, &request.body);
        assert_eq!(fits, Ok(()), "{} {} {}", request.method, request.path, request.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_refused_politely_and_nothing_changes() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    let ana = story.member("Ana");
    story.starts(ana, Role::Analyst, "Ana", None).await;
    story.starts(cast.alma, Role::Creator, "Alma", Some("alma")).await;
    story.fires("bo").await;
    let before = story.kept().await;
    let refused = story.journal("refused").await.len();
    let shown = story.on_telegram().remove(0);
    let message = story.on_discord().remove(0);
    let number =
        shown.text.split('#').nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an id").to_owned();

    let mut told = Vec::new();
    let (press, answer) = story.presses(cast.outsider, &shown, "Stop boost").await;
    told.push(("an outsider presses Stop", answer));
    told.push(("a stranger presses Stop", story.clicks(cast.stranger, &message, "Stop boost").await));
    told.push(("an outsider asks", story.says(cast.team_chat, cast.outsider, "/status").await));
    let team = cast.team_channel;
    let pause = [("what", Typed::Text("bo".to_owned()))];
    told.push(("a stranger asks", story.slash(cast.stranger, team, "status", &[]).await));
    told.push(("a stranger pauses", story.slash(cast.stranger, team, "pause", &pause).await));
    told.push(("an analyst presses Stop", story.presses(ana, &shown, "Stop boost").await.1));
    told.push(("an analyst approves", story.says(cast.team_chat, ana, &format!("/approve {number}")).await));
    let direct = story.world.telegram.private_chat(cast.alma);
    let all = story.says(direct, cast.alma, "/status").await;
    assert!(all.contains("Alma") && !all.contains("Bo"), "a creator sees only themselves: {all}");
    told.push(("a creator asks about another", story.says(direct, cast.alma, "/status bo").await));
    told.push(("a creator asks why", story.says(direct, cast.alma, &format!("/why {number}")).await));
    let telegram = story.world.telegram.clone();
    let own = telegram.private_chat(cast.maja);
    let first = telegram.messages(own).into_iter().find(|shown| shown.from_bot).expect("an answer").message_id;
    for (what, chat, message, data) in [
        ("a button from another room", own, first, press.data.as_str()),
        ("a button nobody knows", cast.team_chat, shown.message_id, "ABCDEFGHIJKLMNOP"),
    ] {
        let pressed = telegram.user_presses_stale(chat, cast.maja, message, data).expect("pressed");
        story.wait(3).await;
        told.push((what, telegram.answer(&pressed).map(|answer| answer.text).unwrap_or_default()));
    }
    let text: Vec<String> =
        told.iter().map(|(what, answer)| format!("{what}: {}", answer.replace('\n', " / "))).collect();
    insta::assert_snapshot!(text.join("\n"), @"
    an outsider presses Stop: I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    a stranger presses Stop: I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    an outsider asks: I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    a stranger asks: I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    a stranger pauses: I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    an analyst presses Stop: Your role does not allow this. Ask the agency or the client owner.
    an analyst approves: Your role does not allow this. Ask the agency or the client owner.
    a creator asks about another: You can see your own numbers: say “me”. Those of others stay with them.
    a creator asks why: You can see your own numbers: say “me”. Those of others stay with them.
    a button from another room: Knappen är för gammal. Det senaste meddelandet om saken har en ny.
    a button nobody knows: This button is too old. The newest message about it has a fresh one.
    ");
    let journaled = story.journal("refused").await;
    assert_eq!(journaled.len() - refused, told.len(), "{journaled:?}");
    assert_eq!(story.kept().await, before, "nothing changed");
    assert_eq!(story.boost("boost-bo"), "active");
    assert_eq!(discord_text(&story.on_discord().remove(0)), discord_text(&message));
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_of_one_cause_become_a_few_messages_and_nobody_is_lost() {
    let names: Vec<String> = (1..=40).map(|n| format!("crew{n:02}")).collect();
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut story = Story::begin(7, &ids).await;
    let cast = story.world.cast;
    let rows: Vec<(&str, i64, i64)> = ids.iter().map(|id| (*id, 12_000, 1)).collect();
    let at = story.world.clock.now();
    story.report(&rows).await;
    story.wait(1).await;
    assert!(!story.on_telegram().is_empty() && !story.on_discord().is_empty(), "the first is told at once");
    assert!(story.on_telegram()[0].sent_at.duration_since(at) < jiff::SignedDuration::from_secs(1));
    story.wait(240).await;

    let mut telegram: String = story.on_telegram().iter().map(|shown| shown.text.clone() + "\n").collect();
    let mut discord: String = story.on_discord().iter().map(|message| discord_text(message) + "\n").collect();
    assert!(story.on_telegram().len() <= 12, "{} messages on Telegram", story.on_telegram().len());
    assert!(story.on_discord().len() <= 12, "{} messages on Discord", story.on_discord().len());
    let turns = |labels: Vec<String>| labels.into_iter().find(|label| label.ends_with('›'));
    let group = story.on_telegram().into_iter().find(|one| turns(one.buttons.concat()).is_some()).expect("a group");
    insta::assert_snapshot!(telegram_text(&group), @"
    🔴 Nordbo: 39 alerts of cpa-stop at once. €102,960 can still be saved

    39 firing, 0 better, 0 over. One message instead of many; nothing is left out.

    🔴 Crew02 €2,640 · #KRVQ
    🔴 Crew03 €2,640 · #7HQE
    🔴 Crew04 €2,640 · #VAK5
    🔴 Crew05 €2,640 · #F3EW
    🔴 Crew06 €2,640 · #2WAK

    34 more on the other pages.

    cpa-stop · data 00:00 · #Q2MR
    [Crew02] [Crew03] [Crew04] [Crew05] [Crew06]
    [Page 2 of 8 ›]
    ");
    let mut turned = 0;
    for _ in 0..10 {
        let mut groups = story.on_telegram().into_iter().rev();
        let Some((shown, label)) = groups.find_map(|one| turns(one.buttons.concat()).map(|label| (one, label))) else {
            break;
        };
        story.presses(cast.maja, &shown, &label).await;
        turned += 1;
        telegram.extend(story.on_telegram().iter().map(|shown| shown.text.clone() + "\n"));
    }
    for _ in 0..10 {
        let label = |one: &plimsoll::sim::discord::Message| turns(one.buttons().into_iter().map(|b| b.label).collect());
        let mut groups = story.on_discord().into_iter().rev();
        let Some((message, label)) = groups.find_map(|one| label(&one).map(|label| (one, label))) else {
            break;
        };
        story.clicks(cast.jonas, &message, &label).await;
        discord.extend(story.on_discord().iter().map(|message| discord_text(message) + "\n"));
    }
    assert!(2 <= turned, "{turned} pages were turned");
    for name in &names {
        let name = name.replace("crew", "Crew");
        assert!(telegram.contains(&name), "{name} is not on Telegram:\n{telegram}");
        assert!(discord.contains(&name), "{name} is not on Discord:\n{discord}");
    }
    a_page_waits_for_the_limit(&mut story).await;
    members_live_on(&mut story).await;
    story.assert_polite();
    story.world.stop().await;
}

const GROUP: &str = "alerts of cpa-stop";

async fn a_page_waits_for_the_limit(story: &mut Story) {
    let cast = story.world.cast;
    // A page that is asked for while the room takes nothing is turned a moment later.
    let last = story.on_telegram().into_iter().find(|one| one.text.contains(GROUP)).expect("a group");
    let back = last.buttons.concat().into_iter().find(|label| label.starts_with('‹')).expect("a page before");
    let telegram_sim = story.world.telegram.clone();
    telegram_sim.user_sends(cast.team_chat, cast.maja, "/status").expect("sent");
    telegram_sim.user_presses(cast.team_chat, cast.maja, last.message_id, &back).expect("pressed");
    story.wait(10).await;
    let turned_back = telegram_sim.message(cast.team_chat, last.message_id).expect("there");
    assert_ne!(turned_back.text, last.text, "the page was turned");
}

/// The page that a room has turned to stays, whatever changes, until somebody turns it again.
async fn back_to_the_first_page(story: &mut Story) {
    let cast = story.world.cast;
    let back = |labels: Vec<String>| labels.into_iter().find(|label| label.starts_with('‹'));
    for _ in 0..10 {
        let shown = story.on_telegram().into_iter().find(|one| one.text.contains(GROUP)).expect("a group");
        if let Some(label) = back(shown.buttons.concat()) {
            story.presses(cast.maja, &shown, &label).await;
        }
        let message = story.on_discord().into_iter().find(|one| discord_text(one).contains(GROUP)).expect("a group");
        if let Some(label) = back(message.buttons().into_iter().map(|button| button.label).collect()) {
            story.clicks(cast.jonas, &message, &label).await;
        }
        story.wait(5).await;
    }
}

async fn members_live_on(story: &mut Story) {
    let cast = story.world.cast;
    // A member that is opened gets its own message, and what happens to it shows there.
    let is_group = |text: &str| text.contains(GROUP);
    let group = story.on_telegram().into_iter().find(|one| is_group(&one.text)).expect("a group");
    let member = group.buttons.concat().into_iter().find(|label| label.starts_with("Crew")).expect("a member");
    story.presses(cast.maja, &group, &member).await;
    story.wait(30).await;
    let headline = format!("{member} ·");
    let own: Vec<_> = story.on_telegram().into_iter().filter(|one| one.text.contains(&headline)).collect();
    assert_eq!(own.len(), 1, "{own:?}");
    story.presses(cast.maja, &own[0], "I've got it").await;
    story.wait(30).await;
    let own = story.world.telegram.message(cast.team_chat, own[0].message_id).expect("there");
    assert!(own.text.contains("Maja has it"), "{}", telegram_text(&own));
    back_to_the_first_page(story).await;
    // A member that is not opened shows in the groups themselves.
    let second = story.on_discord().iter().map(discord_text).find(|text| is_group(text)).expect("a group");
    let line = second.lines().find(|line| line.contains("Crew02")).expect("a member");
    let number = line.split('#').nth(1).expect("an id").to_owned();
    story.says(cast.team_chat, cast.maja, &format!("/ack {number}")).await;
    story.wait(60).await;
    let line_of = |text: String| text.lines().find(|line| line.contains("Crew02")).map(str::to_owned);
    let telegram = story.on_telegram().into_iter().filter(|one| is_group(&one.text)).find_map(|one| line_of(one.text));
    let discord = story.on_discord().iter().map(discord_text).filter(|text| is_group(text)).find_map(line_of);
    insta::assert_snapshot!(format!("{telegram:?} {discord:?}"), @r#"Some("🔴 Crew02 €2,640 · Maja has it · #KRVQ") Some("🔴 Crew02 €2,640 · Maja has it · \\#KRVQ")"#);
}
