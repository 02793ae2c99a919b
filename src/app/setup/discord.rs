//! A Discord bot, looked over: its token, its application, and the link that invites it with what it needs.
//!
//! Facts: [permissions](https://discord.com/developers/docs/topics/permissions),
//! [the application](https://discord.com/developers/docs/resources/application),
//! [invite links](https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow).

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Finding, Said, api, call, quoted, unreachable};
use crate::http::{Api, HttpError};

/// What its lines are about.
const ABOUT: &str = "discord";

/// What we are to Discord; without such a name its edge refuses.
const AGENT: &str = concat!("DiscordBot (https://plimsoll.invalid, ", env!("CARGO_PKG_VERSION"), ")");

/// A right in a server: its bit, its name as Discord shows it, and what it is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// The bit.
    pub bit: u64,
    /// As Discord's pages call it.
    pub name: &'static str,
    /// What does not work without it.
    pub used_for: &'static str,
}

/// Everything the program uses in a server, and nothing else.
pub const RIGHTS: [Right; 6] = [
    Right { bit: 1 << 10, name: "View Channels", used_for: "to find its room" },
    Right { bit: 1 << 11, name: "Send Messages", used_for: "to tell alerts" },
    Right { bit: 1 << 14, name: "Embed Links", used_for: "an alert is an embed" },
    Right { bit: 1 << 15, name: "Attach Files", used_for: "charts" },
    Right { bit: 1 << 16, name: "Read Message History", used_for: "to find its own message after a lost answer" },
    Right { bit: 1 << 38, name: "Send Messages in Threads", used_for: "rooms that are threads" },
];

/// Does everything in its server.
const ADMINISTRATOR: u64 = 1 << 3;

/// The rights as Discord's links take them.
#[must_use]
pub fn permissions() -> u64 {
    RIGHTS.iter().fold(0, |all, right| all | right.bit)
}

/// The rights that are missing from what a bot has in a place.
#[must_use]
pub fn missing(has: u64) -> Vec<Right> {
    if has & ADMINISTRATOR != 0 {
        Vec::new()
    } else {
        RIGHTS.into_iter().filter(|right| has & right.bit == 0).collect()
    }
}

/// A bot that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// Its user id.
    pub id: String,
    /// Its name.
    pub username: String,
    /// Its application's id.
    pub application: String,
}

impl Bot {
    /// The link that adds it to a server with exactly what it needs. `base` is Discord's address.
    #[must_use]
    pub fn invite(&self, base: &str) -> String {
        format!(
            "{}/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}",
            base.trim_end_matches('/'),
            self.application,
            permissions()
        )
    }
}

/// The headers of every request; `None`: the token has characters that no token has.
fn headers(token: &SecretString) -> Option<[(HeaderName, HeaderValue); 2]> {
    let bare = token.expose_secret().trim().trim_start_matches("Bot ");
    if bare.is_empty() || bare.contains(char::is_whitespace) {
        return None;
    }
    let mut auth = HeaderValue::from_str(&format!("Bot {bare}")).ok()?;
    auth.set_sensitive(true);
    Some([(AUTHORIZATION, auth), (USER_AGENT, HeaderValue::from_static(AGENT))])
}

/// A question to version 10 of the API. `None`: the token cannot be one.
pub(in crate::app) async fn ask(api: &Api, token: &SecretString, path: &str) -> Option<Result<Said, HttpError>> {
    let headers = headers(token)?;
    Some(call(api, Method::GET, &format!("api/v10/{path}"), &headers, None).await)
}

/// Looks the bot behind a token over; `configured` is the application's id as the configuration has it, or empty.
pub async fn examine(api_url: &str, token: &SecretString, configured: &str) -> (Option<Bot>, Vec<Finding>) {
    let api = match api(api_url) {
        Ok(api) => api,
        Err(error) => return (None, vec![unreachable(ABOUT, &error, "discord.api_url")]),
    };
    let mut answers = Vec::new();
    for path in ["users/@me", "applications/@me"] {
        match ask(&api, token, path).await {
            None => {
                let what = "that is no bot token: it is one word of letters, digits, dots, `-` and `_`";
                return (None, vec![Finding::bad(ABOUT, what, COPY_AGAIN)]);
            }
            Some(Err(error)) => return (None, vec![unreachable(ABOUT, &error, "discord.api_url")]),
            Some(Ok(said)) => answers.push(said),
        }
    }
    match answers.as_slice() {
        [me, application] => read(me, application, configured),
        _ => (None, Vec::new()),
    }
}

/// How to get a token that works.
const COPY_AGAIN: &str =
    "copy it from the developer portal: your application, Bot, Reset Token; the client secret is something else";

fn read(me: &Said, application: &Said, configured: &str) -> (Option<Bot>, Vec<Finding>) {
    if me.status == 401 {
        return (None, vec![Finding::bad(ABOUT, "Discord does not know this token", COPY_AGAIN)]);
    }
    let (Some(id), Some(username), Some(app)) = (me.text("/id"), me.text("/username"), application.text("/id")) else {
        let why = me.text("/message").map_or_else(|| format!("status {}", me.status), quoted);
        return (None, vec![Finding::bad(ABOUT, format!("Discord did not say who the bot is: {why}"), "try again")]);
    };
    let bot = Bot { id: id.to_owned(), username: username.to_owned(), application: app.to_owned() };
    let mut findings = vec![Finding::ok(ABOUT, format!("the token is {username}'s, of application {app}"))];
    if !configured.is_empty() && configured != app {
        let remedy = format!("set discord.application_id to {app}, or use the token of the other application");
        findings.push(Finding::bad(ABOUT, format!("the configuration names application {configured}"), remedy));
    }
    if let Some(url) = application.text("/interactions_endpoint_url").filter(|url| !url.is_empty()) {
        let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(quoted)).unwrap_or_default();
        let what = format!("commands and buttons go to `{host}`, so none arrives here");
        let remedy = "clear the Interactions Endpoint URL of the application in the developer portal";
        findings.push(Finding::bad(ABOUT, what, remedy));
    }
    if application.flag("/bot_require_code_grant") == Some(true) {
        let remedy = "turn off “Requires OAuth2 Code Grant” under Bot in the developer portal";
        findings.push(Finding::bad(ABOUT, "an invite link alone does not add the bot to a server", remedy));
    }
    findings.push(intents(application));
    (Some(bot), findings)
}

/// Privileged intents by the flags of an application: presences, members, contents.
/// <https://discord.com/developers/docs/resources/application#application-object-application-flags>
const PRIVILEGED: [(u64, &str); 3] =
    [(0b11 << 12, "Presence Intent"), (0b11 << 14, "Server Members Intent"), (0b11 << 18, "Message Content Intent")];

/// The program asks for no intent at all: commands and buttons come without.
fn intents(application: &Said) -> Finding {
    let flags = application.body.pointer("/flags").and_then(Value::as_u64).unwrap_or(0);
    let on: Vec<&str> = PRIVILEGED.iter().filter(|(bits, _)| flags & bits != 0).map(|(_, name)| *name).collect();
    if on.is_empty() {
        return Finding::ok(ABOUT, "no privileged intent is on, and none is needed");
    }
    let remedy = "it needs none of them: turn them off under Bot in the developer portal";
    Finding::warn(ABOUT, format!("the {} may be asked for", on.join(" and the ")), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(body: Value) -> Said {
        Said { status: 200, body, date: None }
    }

    #[test]
    fn the_invite_has_exactly_what_is_used() {
        let bot = Bot { id: "1".into(), username: "plimsoll".into(), application: "42".into() };
        assert_eq!(
            bot.invite("https://discord.com/"),
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=274878024704"
        );
        assert_eq!(missing(permissions()), Vec::new());
        assert_eq!(missing(ADMINISTRATOR), Vec::new());
        let names: Vec<&str> = missing(permissions() & !(1 << 15)).iter().map(|right| right.name).collect();
        assert_eq!(names, ["Attach Files"]);
    }

    #[test]
    fn each_thing_that_is_wrong_has_its_remedy() {
        let me = said(json!({ "id": "7", "username": "p" }));
        let app = said(json!({
            "id": "42", "flags": 1 << 19, "interactions_endpoint_url": "https://old.example/x?token=SECRET",
            "bot_require_code_grant": true,
        }));
        let (bot, findings) = read(&me, &app, "41");
        assert_eq!(bot.map(|bot| bot.application).as_deref(), Some("42"));
        let text = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(text, @"
        ok    discord: the token is p's, of application 42
        bad   discord: the configuration names application 41; set discord.application_id to 42, or use the token of the other application
        bad   discord: commands and buttons go to `old.example`, so none arrives here; clear the Interactions Endpoint URL of the application in the developer portal
        bad   discord: an invite link alone does not add the bot to a server; turn off “Requires OAuth2 Code Grant” under Bot in the developer portal
        warn  discord: the Message Content Intent may be asked for; it needs none of them: turn them off under Bot in the developer portal
        ");
        let (none, findings) = read(&Said { status: 401, body: json!({}), date: None }, &app, "");
        assert_eq!((none, findings.len(), findings[0].stand), (None, 1, super::super::Stand::Bad));
    }

    #[tokio::test]
    async fn what_is_no_token_is_not_sent_anywhere() {
        for given in ["", "a b", "a\nb"] {
            let (bot, findings) = examine("http://127.0.0.1:9", &SecretString::from(given), "").await;
            assert!(bot.is_none() && findings[0].what.starts_with("that is no bot token"), "{given}");
        }
    }
}
