//! A request as the emulated Discord understands it: route, query, JSON, files.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::config::{BucketRule, DiscordConfig};
use super::draft::Upload;
use super::ids::Snowflake;
use super::reply::{BAD_JSON, Refused, TOO_LARGE};

/// The largest request. <https://discord.com/developers/docs/reference#uploading-files>
const REQUEST_MAX: usize = 25 << 20;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Gateway,
    GatewayBot,
    Me,
    Application,
    OpenDm,
    Channel(Snowflake),
    Messages(Snowflake),
    Message(Snowflake, Snowflake),
    /// Under a message, or under the channel alone.
    Threads(Snowflake, Option<Snowflake>),
    Typing(Snowflake),
    Guild(Snowflake),
    Member(Snowflake, Snowflake),
    Roles(Snowflake),
    GuildChannels(Snowflake),
    Commands(Snowflake, Option<Snowflake>),
    Command(Snowflake, Option<Snowflake>, Snowflake),
    Callback(Snowflake, String),
    Followups(Snowflake, String),
    /// `None`: `@original`.
    Followup(Snowflake, String, Option<Snowflake>),
}

impl Route {
    fn read(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let id = |text: &str| text.parse::<Snowflake>().ok();
        Some(match parts.as_slice() {
            ["gateway"] => Self::Gateway,
            ["gateway", "bot"] => Self::GatewayBot,
            ["users", "@me"] => Self::Me,
            ["users", "@me", "channels"] => Self::OpenDm,
            ["oauth2", "applications", "@me"] | ["applications", "@me"] => Self::Application,
            ["channels", c] => Self::Channel(id(c)?),
            ["channels", c, "messages"] => Self::Messages(id(c)?),
            ["channels", c, "messages", m] => Self::Message(id(c)?, id(m)?),
            ["channels", c, "messages", m, "threads"] => Self::Threads(id(c)?, Some(id(m)?)),
            ["channels", c, "threads"] => Self::Threads(id(c)?, None),
            ["channels", c, "typing"] => Self::Typing(id(c)?),
            ["guilds", g] => Self::Guild(id(g)?),
            ["guilds", g, "members", u] => Self::Member(id(g)?, id(u)?),
            ["guilds", g, "roles"] => Self::Roles(id(g)?),
            ["guilds", g, "channels"] => Self::GuildChannels(id(g)?),
            ["applications", a, "commands"] => Self::Commands(id(a)?, None),
            ["applications", a, "commands", c] => Self::Command(id(a)?, None, id(c)?),
            ["applications", a, "guilds", g, "commands"] => Self::Commands(id(a)?, Some(id(g)?)),
            ["applications", a, "guilds", g, "commands", c] => Self::Command(id(a)?, Some(id(g)?), id(c)?),
            ["interactions", i, token, "callback"] => Self::Callback(id(i)?, (*token).to_owned()),
            ["webhooks", a, token] => Self::Followups(id(a)?, (*token).to_owned()),
            ["webhooks", a, token, "messages", "@original"] => Self::Followup(id(a)?, (*token).to_owned(), None),
            ["webhooks", a, token, "messages", m] => Self::Followup(id(a)?, (*token).to_owned(), Some(id(m)?)),
            _ => return None,
        })
    }

    /// Whether the bot token is asked for. Interaction endpoints carry their own, and the bot's 50 a second do not
    /// count them. <https://discord.com/developers/docs/topics/rate-limits>
    pub(super) fn needs_token(&self) -> bool {
        !matches!(self, Self::Gateway | Self::Callback(..) | Self::Followups(..) | Self::Followup(..))
    }

    /// The channel in the path.
    pub(super) fn channel(&self) -> Option<Snowflake> {
        match self {
            Self::Channel(channel)
            | Self::Messages(channel)
            | Self::Message(channel, _)
            | Self::Threads(channel, _)
            | Self::Typing(channel) => Some(*channel),
            _ => None,
        }
    }

    /// The bucket: its name, which is the same for every channel, and the major id (channel, guild, or interaction
    /// token) that has a count of its own in it.
    pub(super) fn bucket(&self, method: &str) -> (String, String) {
        let (template, major) = match self {
            Self::Gateway => ("gateway", String::new()),
            Self::GatewayBot => ("gateway/bot", String::new()),
            Self::Me => ("users/@me", String::new()),
            Self::Application => ("applications/@me", String::new()),
            Self::OpenDm => ("users/@me/channels", String::new()),
            Self::Channel(c) => ("channels/:id", c.to_string()),
            Self::Messages(c) => ("channels/:id/messages", c.to_string()),
            Self::Message(c, _) => ("channels/:id/messages/:id", c.to_string()),
            Self::Threads(c, _) => ("channels/:id/threads", c.to_string()),
            Self::Typing(c) => ("channels/:id/typing", c.to_string()),
            Self::Guild(g) => ("guilds/:id", g.to_string()),
            Self::Member(g, _) => ("guilds/:id/members/:id", g.to_string()),
            Self::Roles(g) => ("guilds/:id/roles", g.to_string()),
            Self::GuildChannels(g) => ("guilds/:id/channels", g.to_string()),
            Self::Commands(_, guild) => ("commands", guild.map(|g| g.to_string()).unwrap_or_default()),
            Self::Command(_, guild, _) => ("commands/:id", guild.map(|g| g.to_string()).unwrap_or_default()),
            Self::Callback(i, _) => ("interactions/:id/callback", i.to_string()),
            Self::Followups(_, token) | Self::Followup(_, token, _) => ("webhooks/:token", token.clone()),
        };
        (format!("{method} {template}"), major)
    }

    /// The rule of its bucket.
    pub(super) fn rule(&self, method: &str, config: &DiscordConfig) -> BucketRule {
        match (self, method) {
            (Self::Messages(_) | Self::Followups(..), "POST") => config.message_create,
            (Self::Message(..) | Self::Followup(..), "PATCH") => config.message_edit,
            _ => config.other,
        }
    }
}

/// A request.
#[derive(Debug)]
pub(super) struct Call {
    pub method: String,
    /// Below `/api/vN`.
    pub path: String,
    pub route: Option<Route>,
    pub query_text: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    /// The JSON body, or `payload_json`; null when there is none.
    pub body: Value,
    pub files: Vec<Upload>,
}

impl Call {
    /// Reads a whole request.
    pub(super) async fn read(request: Request) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let path = below_api(parts.uri.path()).to_owned();
        // serenity writes `?&limit=5`.
        let query_text = parts.uri.query().unwrap_or_default().trim_start_matches('&').to_owned();
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (authorization, media) = (header(AUTHORIZATION), header(CONTENT_TYPE).unwrap_or_default());
        let method = parts.method.to_string();
        let bytes = to_bytes(body, REQUEST_MAX).await.map_err(|_| TOO_LARGE)?;
        let (body, files) = if media.starts_with("multipart/form-data") {
            form(Request::from_parts(parts, Body::from(bytes))).await?
        } else if bytes.is_empty() {
            (Value::Null, Vec::new())
        } else {
            (serde_json::from_slice(&bytes).map_err(|_| BAD_JSON)?, Vec::new())
        };
        Ok(Self {
            method,
            route: Route::read(&path),
            query: pairs(&query_text),
            path,
            query_text,
            authorization,
            body,
            files,
        })
    }

    /// A value of the query.
    pub(super) fn query(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Cuts `/api` and a version off a path.
fn below_api(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/api") else {
        return path;
    };
    let digits = rest.strip_prefix("/v").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    digits.filter(|rest| rest.starts_with('/')).unwrap_or(rest)
}

/// Splits a query. Discord's parameters are ids, numbers and booleans, which need no decoding.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

async fn form(request: Request) -> Result<(Value, Vec<Upload>), Refused> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| BAD_JSON)?;
    let mut body = Value::Null;
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| BAD_JSON)? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(safe_name);
        let content_type = field.content_type().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|_| BAD_JSON)?;
        if name == "payload_json" {
            body = serde_json::from_slice(&bytes).map_err(|_| BAD_JSON)?;
            continue;
        }
        let n = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')).and_then(|n| n.parse().ok());
        if let (Some(n), Some(filename)) = (n, filename) {
            let content_type = content_type.or_else(|| guess_media(&filename).map(str::to_owned));
            files.push(Upload { n, filename, content_type, bytes: Arc::from(&bytes[..]) });
        }
    }
    Ok((body, files))
}

/// Discord keeps letters, digits, dots, dashes and underscores of a file name.
pub(super) fn safe_name(given: &str) -> String {
    given.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect()
}

fn guess_media(filename: &str) -> Option<&'static str> {
    let (_, ending) = filename.rsplit_once('.')?;
    Some(match ending {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "pdf" => "application/pdf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_with_and_without_a_version() {
        for (path, want) in [
            ("/api/v10/users/@me", "/users/@me"),
            ("/api/users/@me", "/users/@me"),
            ("/api/v9/gateway", "/gateway"),
            ("/attachments/1/2/a.png", "/attachments/1/2/a.png"),
        ] {
            assert_eq!(below_api(path), want);
        }
        let id: Snowflake = "7".parse().expect("id");
        assert_eq!(Route::read("/channels/7/messages"), Some(Route::Messages(id)));
        assert_eq!(Route::read("/channels/x/messages"), None);
        assert_eq!(
            Route::read("/webhooks/7/tok/messages/@original"),
            Some(Route::Followup(id, "tok".to_owned(), None))
        );
    }
}
