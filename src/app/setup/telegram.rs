//! A Telegram bot, looked over: its token, what it may do in groups, and whether its messages come here.
//!
//! Facts: [getMe](https://core.telegram.org/bots/api#getme),
//! [getWebhookInfo](https://core.telegram.org/bots/api#getwebhookinfo),
//! [privacy mode](https://core.telegram.org/bots/features#privacy-mode),
//! [deep links](https://core.telegram.org/bots/features#deep-linking).

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Finding, Said, api, call, quoted, unreachable};
use crate::http::{Api, HttpError};

/// What its lines are about.
const ABOUT: &str = "telegram";

/// A bot that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// Its user id.
    pub id: String,
    /// Its name, without `@`.
    pub username: String,
}

impl Bot {
    /// A link that opens the bot and hands it a one-time code, in one tap.
    #[must_use]
    pub fn start_link(&self, code: &str) -> String {
        format!("https://t.me/{}?start={code}", self.username)
    }

    /// A link that asks which group, adds the bot there and hands it a one-time code.
    #[must_use]
    pub fn group_link(&self, code: &str) -> String {
        format!("https://t.me/{}?startgroup={code}", self.username)
    }
}

/// A method of the Bot API.
pub(in crate::app) async fn ask(
    api: &Api,
    token: &SecretString,
    method: &str,
    params: &Value,
) -> Result<Said, HttpError> {
    let path = format!("bot{}/{method}", token.expose_secret());
    call(api, Method::POST, &path, &[], Some(params)).await
}

/// Looks the bot behind a token over. The bot is there where its token was taken; the findings say what is right and wrong.
pub async fn examine(api_url: &str, token: &SecretString) -> (Option<Bot>, Vec<Finding>) {
    if !is_token(token.expose_secret()) {
        let what = "that is no bot token: it is digits, a colon, and letters";
        return (None, vec![Finding::bad(ABOUT, what, "copy it whole from @BotFather (/mybots, API Token)")]);
    }
    let failed = |error: &HttpError| (None, vec![unreachable(ABOUT, error, "telegram.api_url")]);
    let api = match api(api_url) {
        Ok(api) => api,
        Err(error) => return failed(&error),
    };
    let me = match ask(&api, token, "getMe", &Value::Object(serde_json::Map::new())).await {
        Ok(me) => me,
        Err(error) => return failed(&error),
    };
    let (bot, mut findings) = read_me(&me);
    if bot.is_some() {
        match ask(&api, token, "getWebhookInfo", &Value::Object(serde_json::Map::new())).await {
            Ok(hook) => findings.extend(read_webhook(&hook)),
            Err(error) => findings.push(unreachable(ABOUT, &error, "telegram.api_url")),
        }
    }
    (bot, findings)
}

/// Whether it has the form of a token. What has another form would only make an address that is not there.
fn is_token(given: &str) -> bool {
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    given.split_once(':').is_some_and(|(id, rest)| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty() && letters(rest)
    })
}

fn read_me(said: &Said) -> (Option<Bot>, Vec<Finding>) {
    if matches!(said.status, 401 | 404) {
        let remedy = "copy it again from @BotFather (/mybots, API Token); /revoke there makes a new one";
        return (None, vec![Finding::bad(ABOUT, "Telegram does not know this token", remedy)]);
    }
    let id = said.body.pointer("/result/id").and_then(Value::as_i64);
    let (Some(id), Some(username)) = (id, said.text("/result/username")) else {
        let why = said.text("/description").map_or_else(|| format!("status {}", said.status), quoted);
        return (None, vec![Finding::bad(ABOUT, format!("Telegram did not say who the bot is: {why}"), "try again")]);
    };
    let mut findings = vec![Finding::ok(ABOUT, format!("the token is @{username}'s"))];
    if said.flag("/result/can_join_groups") == Some(false) {
        let remedy = "send @BotFather /setjoingroups and choose Enable";
        findings.push(Finding::bad(ABOUT, "the bot may not be added to groups", remedy));
    }
    findings.push(if said.flag("/result/can_read_all_group_messages") == Some(true) {
        let remedy = "it needs only what is said to it: send @BotFather /setprivacy and choose Enable, then add it to its \
                      groups again";
        Finding::warn(ABOUT, "privacy mode is off, so the bot is sent every message of its groups", remedy)
    } else {
        Finding::ok(ABOUT, "privacy mode is on: in groups it sees only what is said to it")
    });
    (Some(Bot { id: id.to_string(), username: username.to_owned() }), findings)
}

fn read_webhook(said: &Said) -> Option<Finding> {
    let url = said.text("/result/url")?;
    if url.is_empty() {
        return None;
    }
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(quoted)).unwrap_or_default();
    let what = format!("another program has a webhook on this bot, at `{host}`, so nothing said to it arrives here");
    let remedy =
        "stop that program, or make this one a bot of its own; what is left over goes by the Bot API's deleteWebhook";
    Some(Finding::bad(ABOUT, what, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(status: u16, body: Value) -> Said {
        Said { status, body, date: None }
    }

    fn lines(findings: &[Finding]) -> String {
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_thing_that_is_wrong_has_its_remedy() {
        let me = json!({ "ok": true, "result": { "id": 7, "username": "p_bot", "can_join_groups": false, "can_read_all_group_messages": true } });
        let (bot, findings) = read_me(&said(200, me));
        let bot = bot.expect("a bot");
        assert_eq!(bot.group_link("K7M2-Q4TD"), "https://t.me/p_bot?startgroup=K7M2-Q4TD");
        insta::assert_snapshot!(lines(&findings), @"
        ok    telegram: the token is @p_bot's
        bad   telegram: the bot may not be added to groups; send @BotFather /setjoingroups and choose Enable
        warn  telegram: privacy mode is off, so the bot is sent every message of its groups; it needs only what is said to it: send @BotFather /setprivacy and choose Enable, then add it to its groups again
        ");
        let (none, findings) = read_me(&said(401, json!({ "ok": false, "description": "Unauthorized" })));
        assert_eq!(none, None);
        insta::assert_snapshot!(lines(&findings), @"bad   telegram: Telegram does not know this token; copy it again from @BotFather (/mybots, API Token); /revoke there makes a new one");
    }

    #[test]
    fn a_webhook_that_is_left_over_is_told_by_its_host_alone() {
        assert_eq!(read_webhook(&said(200, json!({ "result": { "url": "" } }))), None);
        let hook = said(200, json!({ "result": { "url": "https://old.example/hook/SECRET" } }));
        let finding = read_webhook(&hook).expect("a finding").to_string();
        assert!(finding.contains("`old.example`") && !finding.contains("SECRET"), "{finding}");
    }

    #[tokio::test]
    async fn what_is_no_token_is_not_sent_anywhere() {
        for given in ["", "abc", "1:", ":x", "1:a/../b", "1:a b", "x1:ab"] {
            let (bot, findings) = examine("http://127.0.0.1:9", &SecretString::from(given)).await;
            assert_eq!(bot, None);
            assert!(findings.iter().all(|one| one.what.starts_with("that is no bot token")), "{given}");
        }
        let (_, findings) = examine("http://127.0.0.1:9", &SecretString::from("1:CANARY")).await;
        let text = lines(&findings);
        assert!(text.contains("could not connect to 127.0.0.1:9; look at") && !text.contains("CANARY"), "{text}");
    }
}
