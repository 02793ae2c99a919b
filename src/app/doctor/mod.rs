//! Everything that a running installation rests on, looked at live: each credential, room, source, quota and hand, the disk
//! and the clock. One line each, with what to do.
//!
//! Owns: which checks there are, and that each ends: what hangs is told as hanging. Refuses: repairing anything, and sending
//! anything into a room. What it asks of a platform is charged to its quota. Survives: any answer, and none.

mod chats;
mod sources;
mod store;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use super::control::wire::within;
use super::control::{Progress, Tell};
use super::core::Core;
use super::setup::{Finding, discord, telegram};
use crate::domain::num::u64_of_len;
use crate::domain::person::Chat;
use crate::rules::rule::Mode;

/// Real time that one check may take. The longest of them asks three questions of ten seconds.
const CHECK_MAX: Duration = Duration::from_secs(35);

/// Checks that are under way at once: a platform is not stormed by its own doctor.
const AT_ONCE: usize = 8;

/// A clock that is off by more than this makes times in messages wrong …
const SKEW_WARN: SignedDuration = SignedDuration::from_secs(30);

/// … and by more than this, signatures are refused: platforms allow five minutes.
const SKEW_BAD: SignedDuration = SignedDuration::from_mins(5);

type Looking<'a> = Pin<Box<dyn Future<Output = Vec<Finding>> + Send + 'a>>;

/// The bots that answered, as far as rooms need them.
#[derive(Debug, Default)]
struct Bots {
    telegram: Option<telegram::Bot>,
    discord: Option<discord::Bot>,
}

/// A check with its name, ended when it takes too long.
fn bounded<'a>(most: Duration, about: String, looking: impl Future<Output = Vec<Finding>> + Send + 'a) -> Looking<'a> {
    Box::pin(async move {
        within(most, looking).await.unwrap_or_else(|| {
            let what = format!("it hangs: no end after {} s", most.as_secs());
            vec![Finding::bad(about, what, "look whether the platform is up, then at this machine's network")]
        })
    })
}

/// Looks everything over, in the order in which it depends on each other.
pub async fn examine(core: &Core, tell: Tell<'_>) -> Vec<Finding> {
    let mut findings = configuration(core).await;
    findings.extend(store::look(core).await);
    let (bots, said) = bots(core).await;
    findings.extend(said);
    let mut checks: Vec<Looking<'_>> = Vec::new();
    checks.push(bounded(CHECK_MAX, "clock".to_owned(), clock(core)));
    let rooms: Vec<_> = core.state.lock().await.catalog.rooms.values().cloned().collect();
    for room in rooms {
        let about = format!("room/{}", room.id);
        checks.push(bounded(CHECK_MAX, about, chats::room(core, room, &bots)));
    }
    for (id, config) in &core.config.sources {
        checks.push(bounded(CHECK_MAX, format!("source/{id}"), sources::source(core, id, config)));
        checks.push(bounded(CHECK_MAX, format!("hand/{id}"), sources::hand(core, id)));
    }
    checks.push(bounded(CHECK_MAX, "vault".to_owned(), sources::accounts(core)));
    let (all, mut done) = (checks.len(), 0_usize);
    let mut running = futures_util::stream::iter(checks).buffered(AT_ONCE);
    while let Some(one) = running.next().await {
        done += 1;
        tell(Progress { done: u64_of_len(done), of: u64_of_len(all) });
        findings.extend(one);
    }
    drop(running);
    findings.extend(sources::hooks(core));
    findings
}

/// What the configuration and the rules in force say.
async fn configuration(core: &Core) -> Vec<Finding> {
    let mut findings = Vec::new();
    let chats = [&core.config.telegram.token, &core.config.discord.token];
    if chats.iter().all(|token| token.expose_secret().is_empty()) {
        let remedy = "`plimsoll init` sets one up; or set telegram.token_file or discord.token_file";
        findings.push(Finding::bad("configuration", "no chat is configured, so nobody can be told", remedy));
    }
    if core.config.sources.is_empty() {
        let remedy = "add [sources.NAME]; config/default.toml shows every kind";
        findings.push(Finding::warn("configuration", "no source is configured, so nothing is watched", remedy));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("configuration", format!("reads, with {} sources", core.config.sources.len())));
    }
    if core.config.guards.kill_switch {
        let remedy = "set guards.kill_switch to false when it may act again";
        findings.push(Finding::warn("configuration", "the kill switch is on: nothing is acted on", remedy));
    }
    if core.config.guards.dry_run {
        let remedy = "set guards.dry_run to false when it may act";
        findings.push(Finding::warn("configuration", "it is a dry run: nothing is acted on", remedy));
    }
    let state = core.state.lock().await;
    let of = |mode: Mode| state.rules.values().filter(|ruled| ruled.rule.rule().mode == mode).count();
    let (shadow, propose, auto) = (of(Mode::Shadow), of(Mode::Propose), of(Mode::Auto));
    findings.push(if state.rules.is_empty() {
        Finding::warn("rules", "none is in force, so nothing is judged", "`plimsoll apply rules` takes them in")
    } else {
        Finding::ok("rules", format!("{shadow} watch, {propose} propose, {auto} act by themselves"))
    });
    if state.catalog.rooms.is_empty() {
        let remedy = "declare one as [[room]] in a document and apply it, then `plimsoll code --room ROOM`";
        findings.push(Finding::bad("rooms", "there is none", remedy));
    }
    findings
}

async fn bots(core: &Core) -> (Bots, Vec<Finding>) {
    let (mut bots, mut findings) = (Bots::default(), Vec::new());
    let (on_telegram, on_discord) = (&core.config.telegram, &core.config.discord);
    if !on_telegram.token.expose_secret().is_empty() {
        let (bot, said) = telegram::examine(&on_telegram.api_url, &on_telegram.token).await;
        bots.telegram = bot;
        findings.extend(said);
    }
    if !on_discord.token.expose_secret().is_empty() {
        let (bot, said) = discord::examine(&on_discord.api_url, &on_discord.token, &on_discord.application_id).await;
        bots.discord = bot;
        findings.extend(said);
    }
    (bots, findings)
}

/// How far this machine's clock is from that of a chat.
async fn clock(core: &Core) -> Vec<Finding> {
    let has = |chat: Chat| match chat {
        Chat::Telegram => !core.config.telegram.token.expose_secret().is_empty(),
        Chat::Discord => !core.config.discord.token.expose_secret().is_empty(),
    };
    for (chat, url) in [(Chat::Telegram, &core.config.telegram.api_url), (Chat::Discord, &core.config.discord.api_url)]
    {
        if !has(chat) {
            continue;
        }
        let Ok(api) = super::setup::api(url) else { continue };
        let said = super::setup::call(&api, reqwest::Method::GET, "", &[], None).await;
        if let Some(theirs) = said.ok().and_then(|said| said.date) {
            return vec![skew(core.clock.now(), theirs, chat.title())];
        }
    }
    let remedy = "look whether this machine keeps its clock by NTP (timedatectl)";
    vec![Finding::warn("clock", "nobody said what time it is", remedy)]
}

fn skew(ours: Timestamp, theirs: Timestamp, by: &str) -> Finding {
    let off = ours.duration_since(theirs);
    let secs = off.as_secs();
    if off.abs() < SKEW_WARN {
        return Finding::ok("clock", format!("within {} s of {by}'s", SKEW_WARN.as_secs()));
    }
    let what = format!("{} s {} {by}'s", secs.unsigned_abs(), if secs < 0 { "behind" } else { "ahead of" });
    let remedy = "let this machine keep its clock by NTP (timedatectl set-ntp true)";
    if off.abs() < SKEW_BAD { Finding::warn("clock", what, remedy) } else { Finding::bad("clock", what, remedy) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::setup::Stand;

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much() {
        let theirs: Timestamp = "2026-03-15T10:00:00Z".parse().expect("an instant");
        let check = |secs: i64, want: &str| {
            assert_eq!(skew(theirs + SignedDuration::from_secs(secs), theirs, "Telegram").to_string(), want);
        };
        check(29, "ok    clock: within 30 s of Telegram's");
        check(
            31,
            "warn  clock: 31 s ahead of Telegram's; let this machine keep its clock by NTP (timedatectl set-ntp true)",
        );
        check(
            -301,
            "bad   clock: 301 s behind Telegram's; let this machine keep its clock by NTP (timedatectl set-ntp true)",
        );
    }

    #[tokio::test]
    async fn what_hangs_is_told_as_hanging() {
        let findings = bounded(Duration::from_millis(10), "room/team".to_owned(), std::future::pending()).await;
        assert_eq!((findings.len(), findings[0].stand), (1, Stand::Bad));
        assert!(findings[0].to_string().starts_with("bad   room/team: it hangs: no end after 0 s; look"));
    }
}
