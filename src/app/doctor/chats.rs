//! Rooms: whether each is still there, whether the bot is in it, and whether it may say there what it has to say.
//!
//! Nothing is sent: on Telegram the rights are read and a topic is asked with “typing”; on Discord the rights are worked out
//! as its documentation does (<https://discord.com/developers/docs/topics/permissions#permission-overwrites>).

use serde_json::{Value, json};

use super::Bots;
use crate::app::core::Core;
use crate::app::setup::discord::{RIGHTS, Right, missing};
use crate::app::setup::{Finding, Said, api, discord, quoted, telegram, unreachable};
use crate::domain::person::{Address, Chat, Room};
use crate::http::{Api, HttpError};

/// Does everything in its server.
const ADMINISTRATOR: u64 = 1 << 3;
const SEND: u64 = 1 << 11;
const SEND_IN_THREADS: u64 = 1 << 38;

/// A channel that is a thread: of announcements, public, private.
const THREADS: [u64; 3] = [10, 11, 12];

/// Looks at one room.
pub(super) async fn room(core: &Core, room: Room, bots: &Bots) -> Vec<Finding> {
    let about = format!("room/{}", room.id);
    let Some(address) = &room.address else {
        let remedy = format!("`plimsoll code --room {}` prints a code; say `/bind CODE` where it is to be", room.id);
        return vec![Finding::warn(about, "it is declared and bound to no place", remedy)];
    };
    let mut findings = match address.chat {
        Chat::Telegram => on_telegram(core, &about, address, bots).await,
        Chat::Discord => on_discord(core, &about, address, bots).await,
    };
    if let Some(why) = &room.closed
        && findings.iter().all(|one| one.remedy.is_empty())
    {
        let what = format!("the last message was refused there (`{}`); what waits is tried again", quoted(why));
        findings.push(Finding::warn(about, what, "`plimsoll outbox list` shows what waits"));
    }
    findings
}

fn no_bot(about: &str, chat: Chat) -> Vec<Finding> {
    let remedy = format!("put right what is said of {} above", chat.as_str());
    vec![Finding::bad(about, format!("no bot on {} answers, so it cannot be looked at", chat.title()), remedy)]
}

async fn on_telegram(core: &Core, about: &str, address: &Address, bots: &Bots) -> Vec<Finding> {
    let Some(bot) = &bots.telegram else { return no_bot(about, Chat::Telegram) };
    match telegram_room(core, about, address, bot).await {
        Ok(findings) => findings,
        Err(error) => vec![unreachable(about, &error, "telegram.api_url")],
    }
}

async fn telegram_room(
    core: &Core,
    about: &str,
    address: &Address,
    bot: &telegram::Bot,
) -> Result<Vec<Finding>, HttpError> {
    let config = &core.config.telegram;
    let api = api(&config.api_url)?;
    let place = &address.place;
    let chat = telegram::ask(&api, &config.token, "getChat", &json!({ "chat_id": place })).await?;
    if chat.flag("/ok") != Some(true) {
        return Ok(vec![gone(about, &chat, "/description")]);
    }
    let mut findings = Vec::new();
    if place.starts_with('-') {
        let who = json!({ "chat_id": place, "user_id": bot.id });
        let member = telegram::ask(&api, &config.token, "getChatMember", &who).await?;
        findings.extend(rights(about, &chat.body, &member.body));
    }
    if let Some(topic) = address.topic.filter(|topic| *topic != 1) {
        let typing = json!({ "chat_id": place, "action": "typing", "message_thread_id": topic });
        let said = telegram::ask(&api, &config.token, "sendChatAction", &typing).await?;
        if said.flag("/ok") != Some(true) {
            let why = said.text("/description").map_or_else(|| format!("status {}", said.status), quoted);
            findings.push(Finding::bad(about, format!("its topic does not take messages: {why}"), bind_again(about)));
        }
    }
    if findings.is_empty() {
        let title = chat.text("/result/title").or_else(|| chat.text("/result/first_name")).map(quoted);
        findings.push(Finding::ok(about, format!("“{}” on Telegram takes text and charts", title.unwrap_or_default())));
    }
    Ok(findings)
}

fn bind_again(about: &str) -> String {
    let room = about.trim_start_matches("room/");
    format!("bind it anew: `plimsoll code --room {room}`, then `/bind CODE` where it is to be")
}

/// A place that does not answer to the bot.
fn gone(about: &str, said: &Said, pointer: &str) -> Finding {
    let why = said.text(pointer).map_or_else(|| format!("status {}", said.status), quoted);
    let remedy = format!("add the bot there again, or {}", bind_again(about));
    Finding::bad(about, format!("the bot cannot see it: {why}"), remedy)
}

/// What the bot may do in a group: an administrator everything, a restricted member what is left, a member what all may.
fn rights(about: &str, chat: &Value, member: &Value) -> Vec<Finding> {
    let status = member.pointer("/result/status").and_then(Value::as_str).unwrap_or_default();
    let allowed = |right: &str| {
        let own = member.pointer(&format!("/result/{right}")).and_then(Value::as_bool);
        let all = chat.pointer(&format!("/result/permissions/{right}")).and_then(Value::as_bool);
        match status {
            "creator" | "administrator" => true,
            "restricted" => own.unwrap_or(false),
            _ => all.unwrap_or(true),
        }
    };
    if matches!(status, "left" | "kicked" | "") {
        let remedy = format!("add the bot to the group again, or {}", bind_again(about));
        return vec![Finding::bad(about, "the bot is not in it", remedy)];
    }
    let mut findings = Vec::new();
    if !allowed("can_send_messages") {
        let remedy = "let members send messages, or make the bot an administrator without any right";
        findings.push(Finding::bad(about, "the bot may not send messages there", remedy));
    } else if !allowed("can_send_photos") {
        let remedy = "let members send photos, or make the bot an administrator; text goes meanwhile";
        findings.push(Finding::warn(about, "the bot may not send charts there", remedy));
    }
    findings
}

async fn on_discord(core: &Core, about: &str, address: &Address, bots: &Bots) -> Vec<Finding> {
    let Some(bot) = &bots.discord else { return no_bot(about, Chat::Discord) };
    let api = match api(&core.config.discord.api_url) {
        Ok(api) => api,
        Err(error) => return vec![unreachable(about, &error, "discord.api_url")],
    };
    let invite = bot.invite(&core.config.discord.api_url);
    let place = Place { core, api: &api, about };
    match place.look(address, &bot.id, &invite).await {
        Some(Ok(findings)) => findings,
        Some(Err(error)) => vec![unreachable(about, &error, "discord.api_url")],
        None => no_bot(about, Chat::Discord),
    }
}

/// A channel on Discord.
struct Place<'a> {
    core: &'a Core,
    api: &'a Api,
    about: &'a str,
}

impl Place<'_> {
    async fn ask(&self, path: &str) -> Option<Result<Said, HttpError>> {
        discord::ask(self.api, &self.core.config.discord.token, path).await
    }

    /// `None`: the token cannot be one.
    async fn look(&self, address: &Address, me: &str, invite: &str) -> Option<Result<Vec<Finding>, HttpError>> {
        let channel = match self.ask(&format!("channels/{}", address.place)).await? {
            Ok(channel) => channel,
            Err(error) => return Some(Err(error)),
        };
        if channel.status != 200 {
            return Some(Ok(vec![gone(self.about, &channel, "/message")]));
        }
        let Some(guild) = channel.text("/guild_id").map(str::to_owned) else {
            return Some(Ok(vec![Finding::ok(self.about, "a direct message on Discord")]));
        };
        let mut said = Vec::new();
        for path in [format!("guilds/{guild}/roles"), format!("guilds/{guild}/members/{me}")] {
            match self.ask(&path).await? {
                Ok(one) if one.status == 200 => said.push(one.body),
                Ok(refused) => return Some(Ok(vec![gone(self.about, &refused, "/message")])),
                Err(error) => return Some(Err(error)),
            }
        }
        let thread = channel.body.pointer("/type").and_then(Value::as_u64).is_some_and(|kind| THREADS.contains(&kind));
        let above = match channel.text("/parent_id").filter(|_| thread) {
            None => None,
            Some(parent) => match self.ask(&format!("channels/{parent}")).await? {
                Ok(parent) => Some(parent.body),
                Err(error) => return Some(Err(error)),
            },
        };
        let [roles, member] = said.as_slice() else { return Some(Ok(Vec::new())) };
        let has = permissions((&guild, me), roles, member, above.as_ref().unwrap_or(&channel.body));
        Some(Ok(judged(self.about, &channel.body, has, thread, invite)))
    }
}

fn judged(about: &str, channel: &Value, has: u64, thread: bool, invite: &str) -> Vec<Finding> {
    let flag = |pointer: &str| channel.pointer(pointer).and_then(Value::as_bool) == Some(true);
    if thread && flag("/thread_metadata/locked") {
        return vec![Finding::bad(about, "its thread is locked", format!("unlock it, or {}", bind_again(about)))];
    }
    // In a thread it is the right for threads that counts, elsewhere the one for channels.
    let spare = if thread { SEND } else { SEND_IN_THREADS };
    let lacks: Vec<Right> = missing(has | spare);
    if lacks.is_empty() {
        let name = channel.pointer("/name").and_then(Value::as_str).map(quoted).unwrap_or_default();
        let all = RIGHTS.len() - 1;
        return vec![Finding::ok(about, format!("#{name} on Discord, with all {all} rights it needs"))];
    }
    let names: Vec<String> = lacks.iter().map(|right| format!("{} ({})", right.name, right.used_for)).collect();
    let remedy = format!("give the bot's role these rights in the channel, or invite it again: {invite}");
    vec![Finding::bad(about, format!("the bot lacks {}", names.join(", ")), remedy)]
}

/// A number that Discord writes as text.
fn bits(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn id_of(value: &Value) -> &str {
    value.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// What a member may do in a channel.
fn permissions((guild, me): (&str, &str), roles: &Value, member: &Value, channel: &Value) -> u64 {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let own: Vec<String> = list(member.get("roles").unwrap_or(&Value::Null))
        .iter()
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect();
    let holds = |id: &str| own.iter().any(|role| role == id);
    let mut has = list(roles)
        .iter()
        .filter(|role| id_of(role) == guild || holds(id_of(role)))
        .fold(0, |has, role| has | bits(role, "permissions"));
    if has & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let overwrites = list(channel.get("permission_overwrites").unwrap_or(&Value::Null));
    let of = |wanted: &dyn Fn(&str) -> bool| {
        let mine = overwrites.iter().filter(|one| wanted(id_of(one)));
        mine.fold((0, 0), |(deny, allow), one| (deny | bits(one, "deny"), allow | bits(one, "allow")))
    };
    for (deny, allow) in [of(&|id| id == guild), of(&holds), of(&|id| id == me)] {
        has = has & !deny | allow;
    }
    has
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::setup::discord::permissions as needed;

    #[test]
    fn rights_are_worked_out_as_discord_does() {
        let roles = json!([
            { "id": "1", "permissions": (1 << 10).to_string() },
            { "id": "2", "permissions": needed().to_string() },
            { "id": "3", "permissions": ADMINISTRATOR.to_string() },
        ]);
        let open = json!({ "permission_overwrites": [] });
        let has = |own: Value, channel: &Value| permissions(("1", "9"), &roles, &json!({ "roles": own }), channel);
        assert_eq!(missing(has(json!(["2"]), &open)), Vec::new());
        assert_eq!(missing(has(json!([]), &open)).len(), 5);
        let shut = json!({ "permission_overwrites": [
            { "id": "1", "deny": SEND.to_string(), "allow": "0" }, { "id": "2", "deny": "0", "allow": "0" },
        ] });
        assert_eq!(
            missing(has(json!(["2"]), &shut)).iter().map(|right| right.name).collect::<Vec<_>>(),
            ["Send Messages"]
        );
        let mine = json!({ "permission_overwrites": [
            { "id": "1", "deny": SEND.to_string() }, { "id": "9", "allow": SEND.to_string() },
        ] });
        assert_eq!(missing(has(json!(["2"]), &mine)), Vec::new());
        assert_eq!(missing(has(json!(["3"]), &shut)), Vec::new(), "an administrator passes every overwrite");
    }

    #[test]
    fn a_group_that_silences_the_bot_is_told_with_the_remedy() {
        let chat = json!({ "result": { "permissions": { "can_send_messages": true, "can_send_photos": false } } });
        let check = |member: Value, want: &str| {
            let found = rights("room/team", &chat, &member);
            assert!(found.first().map_or("", |one| one.what.as_str()).contains(want), "{found:?}");
        };
        check(json!({ "result": { "status": "member" } }), "may not send charts");
        check(json!({ "result": { "status": "administrator" } }), "");
        check(json!({ "result": { "status": "restricted", "can_send_messages": false } }), "may not send messages");
        check(json!({ "result": { "status": "left" } }), "the bot is not in it");
        check(json!({ "ok": false }), "the bot is not in it");
    }
}
