//! The morning's digest, and alerts that nobody takes: through the emulators, on virtual time.

use plimsoll::sim::discord::Given as Typed;
use plimsoll::sim::telegram::Shown;

use super::story::{Story, restart, telegram_text};

/// The team's Telegram group, told in another way.
fn room(more: &str) -> String {
    format!(
        "[[room]]\nid = \"team-telegram\"\nbrand = \"nordbo\"\naudience = \"internal\"\nzone = \"Europe/Stockholm\"\n{more}\n"
    )
}

fn digests(story: &Story) -> Vec<Shown> {
    story.on_telegram().into_iter().filter(|shown| shown.text.starts_with('☀')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_comes_once_a_morning_in_the_rooms_zone_and_over_crashes() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    story.apply(&room("digest = \"01:00\"")).await;
    story.fires("alma").await;
    story.fires("bo").await;
    assert!(digests(&story).is_empty(), "not before its hour");
    // Killed before its hour and started again after it.
    let mut story = story.again(restart).await;
    story.wait(3_600).await;
    let told = digests(&story);
    assert_eq!(told.len(), 1);
    insta::assert_snapshot!(telegram_text(&told[0]), @"
    ☀️ Nordbo: €5,280 can still be saved in 2 open alerts, 2 decisions today

    To decide today
    by Mon 00:00: Stop boost alma-winter −€2,640 · Alma · #0000
    by Mon 00:00: Stop boost bo-winter −€2,640 · Bo · #KRVQ

    Open
    🔴 Alma €2,640 · #0000
    🔴 Bo €2,640 · #KRVQ
    ");
    assert_eq!(told[0].sent_at.to_string(), "2026-03-01T00:00:00Z");
    let mut story = story.again(restart).await;
    // The hour is changed on the same day: today is told already.
    story.apply(&room("digest = \"03:00\"")).await;
    story.wait(4 * 3_600).await;
    assert_eq!(digests(&story).len(), 1, "once a day");
    let said = story.says(cast.team_chat, cast.maja, "/subscribe digest off").await;
    assert!(said.starts_with("Off here now"), "{said}");
    story.wait(24 * 3_600).await;
    assert_eq!(digests(&story).len(), 1, "and none where it is off");
    let expired = story.journal("delivery_expired").await;
    assert!(expired.iter().any(|(_, detail)| detail["reason"] == "`digest` is off in this room"), "{expired:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_of_many_is_turned_page_by_page() {
    let creators: Vec<String> = (0..14).map(|n| format!("creator{n}")).collect();
    let names: Vec<&str> = creators.iter().map(String::as_str).collect();
    let mut story = Story::begin(7, &names).await;
    let cast = story.world.cast;
    let rows: Vec<(&str, i64, i64)> = names.iter().map(|name| (*name, 12_000, 1)).collect();
    story.report(&rows).await;
    story.wait(120).await;
    story.says(cast.team_chat, cast.maja, "/subscribe digest silent").await;
    story.wait(8 * 3_600).await;
    let told = digests(&story);
    assert_eq!(told.len(), 1);
    assert!(told[0].silent, "without a sound, as it was wished");
    let mut seen = told[0].text.clone();
    let first = told[0].clone();
    story.presses(cast.maja, &first, "Page 2").await;
    seen += &digests(&story)[0].text;
    let second = digests(&story)[0].clone();
    story.presses(cast.maja, &second, "Page 3").await;
    seen += &digests(&story)[0].text;
    for n in 0..14 {
        assert!(seen.contains(&format!("Creator{n} ")), "Creator{n} in {seen}");
    }
    story.assert_polite();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_nobody_takes_is_passed_on_until_somebody_does() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    let kim = story.world.discord.dm(cast.jonas);
    story.apply(&room("quiet = \"22:00-07:00\"\nescalate_after = \"30m\"\nescalate_to = [\"person/nobody\", \"person/jonas\", \"person/maja\"]")).await;
    story.slash(cast.jonas, kim, "quiet", &[("hours", Typed::Text("22-7".into()))]).await;
    let before = story.world.discord.messages(kim).len();
    story.fires("alma").await;
    story.wait(25 * 60).await;
    assert_eq!(story.world.discord.messages(kim).len(), before, "not before its time");
    let mut story = story.again(restart).await;
    story.wait(6 * 60).await;
    let told: Vec<_> = story.world.discord.messages(kim).into_iter().skip(before).collect();
    assert_eq!(told.len(), 1, "the first who can be told, once");
    insta::assert_snapshot!(super::story::discord_text(&told[0]), @"
    ⏫ Nobody has it after 30 min. 🔴 Alma · Winter Warmers: €120 per order in 7 days, limit €45. €2,640 can still be saved
    Seen: €120 per order in 7 days (14 readings, newest 00:00).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: spend / target.cpa is 18.7, more than 10.

    **Why, against as long before (€30 per order)**
    • fewer orders, 7 not 28: +€90

    Asks to stop the boost alma-winter: saves €2,640. Without an answer by Mon 00:00 it runs on.
    Nobody had it, so Jonas was told 00:30.

    Can still be saved: €2,640 of the boost alma-winter (TikTok Ads).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
    cpa-stop v1 · plain threshold · data 00:00 · #0000
    [Stop boost −€2,640] [Keep it running] [Why] [I've got it] [Snooze 6 h]
    ");
    assert_eq!(told[0].flags & (1 << 12), 0, "aloud, though it is night");
    assert!(story.on_telegram()[0].text.contains("Nobody had it, so Jonas was told"), "and the room knows");
    assert_eq!(story.journal("escalation_failed").await.len(), 1, "nobody is no person");
    // He takes it where it was told; the next is left alone.
    story.clicks(cast.jonas, &told[0].clone(), "I've got it").await;
    let after = story.world.discord.message(told[0].id).expect("there");
    assert!(super::story::discord_text(&after).starts_with("🔴 Alma"), "{}", super::story::discord_text(&after));
    story.wait(3_600).await;
    assert_eq!(story.journal("incident_escalated").await.len(), 1);
    let own = story.world.telegram.private_chat(cast.maja);
    assert!(!story.world.telegram.messages(own).iter().any(|one| one.text.starts_with('⏫')));
    // Who decides at once is never passed over.
    story.fires("bo").await;
    let shown = story.on_telegram().into_iter().find(|one| one.text.contains("Bo")).expect("told");
    story.presses(cast.maja, &shown, "Keep it running").await;
    story.wait(3_600).await;
    assert_eq!(story.journal("incident_escalated").await.len(), 1);
    story.assert_polite();
}
