//! The token servers, each with its dialect and its way to say no.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Access, Call, Code, Inner, Platform, Refresh, Said, after, not_found};

/// Two months.
const LONG_SECS: i64 = 60 * 86_400;

const DAY_SECS: i64 = 86_400;

/// What a token server is asked for.
enum Asked {
    Code,
    Refresh,
    /// A short token for a long one.
    Long(&'static str),
    /// A long one for one that lives on.
    Longer(&'static str),
    Other,
}

/// Why not, before it is written as a platform writes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum No {
    /// The app is not known, or its secret is wrong.
    App,
    /// The code or the refresh token does not work.
    Grant,
    /// Something lacks.
    Request,
}

fn platform(call: &Call<'_>) -> Option<(Platform, Asked)> {
    let grant = match call.field("grant_type") {
        "authorization_code" => Asked::Code,
        "refresh_token" => Asked::Refresh,
        _ => Asked::Other,
    };
    Some(match (call.post, call.path) {
        (true, "/token") => (Platform::Google, grant),
        (true, "/oauth/access_token") => (Platform::Instagram, grant),
        (false, "/access_token") if call.field("grant_type") == "ig_exchange_token" => {
            (Platform::Instagram, Asked::Long("access_token"))
        }
        (false, "/refresh_access_token") if call.field("grant_type") == "ig_refresh_token" => {
            (Platform::Instagram, Asked::Longer("access_token"))
        }
        (_, "/v25.0/oauth/access_token") => match call.field("grant_type") {
            "fb_exchange_token" => (Platform::Facebook, Asked::Long("fb_exchange_token")),
            _ => (Platform::Facebook, Asked::Code),
        },
        (true, "/v2/oauth/token/") if !call.json => (Platform::Tiktok, grant),
        (true, "/open_api/v1.3/oauth2/access_token/") if call.json => (Platform::TiktokAds, Asked::Code),
        (true, "/admin/oauth/access_token") => match grant {
            Asked::Refresh => (Platform::Shopify, Asked::Refresh),
            _ => (Platform::Shopify, Asked::Code),
        },
        (true, "/oauth2/token") if !call.json => (Platform::Twitch, grant),
        (true, "/2/oauth2/token") if !call.json => (Platform::X, grant),
        _ => return None,
    })
}

/// A refusal as each platform writes it.
fn refuse(platform: Platform, no: No) -> Said {
    let standard = |status, word: &str| Said::json(status, json!({"error": word, "error_description": "CANARY-TEXT"}));
    let graph = |code: i64, message: &str| {
        let error = json!({"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"});
        Said::json(400, json!({ "error": error }))
    };
    match (platform, no) {
        (Platform::Instagram | Platform::Facebook, No::App) => graph(101, "Error validating client secret."),
        (Platform::Instagram | Platform::Facebook, No::Grant) => graph(190, "Error validating access token"),
        (Platform::Instagram | Platform::Facebook, No::Request) => graph(100, "Invalid parameter"),
        (Platform::TiktokAds, _) => {
            Said::json(200, json!({"code": 40002, "message": "CANARY-TEXT", "request_id": "1", "data": {}}))
        }
        (Platform::Twitch, No::Grant) => {
            Said::json(400, json!({"error": "Bad Request", "status": 400, "message": "Invalid refresh token"}))
        }
        (Platform::Twitch, _) => Said::json(403, json!({"status": 403, "message": "invalid client secret"})),
        (Platform::X, No::Grant) => Said::json(
            400,
            json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
        ),
        (_, No::App) => standard(401, "invalid_client"),
        (_, No::Grant) => standard(400, "invalid_grant"),
        (_, No::Request) => standard(400, "invalid_request"),
    }
}

/// Seconds that an access token and a refresh token live; `None`: without an end; a refresh token is given where the last
/// is true.
fn lives(inner: &Inner, platform: Platform) -> (Option<i64>, Option<i64>, bool) {
    match platform {
        Platform::Google => (Some(3_599), inner.config.google_testing.then_some(604_799), true),
        Platform::Instagram => (Some(3_600), None, false),
        Platform::Facebook => (Some(5_400), None, false),
        Platform::Tiktok => (Some(7_200), Some(inner.config.tiktok_refresh_secs), true),
        Platform::TiktokAds => (None, None, false),
        Platform::Shopify => (Some(3_600), Some(90 * DAY_SECS), true),
        Platform::Twitch => (Some(14_124), None, true),
        Platform::X => (Some(7_200), Some(183 * DAY_SECS), true),
    }
}

impl Inner {
    pub(super) fn token(&self, call: &Call<'_>, now: Timestamp) -> Said {
        let Some((platform, asked)) = platform(call) else { return not_found() };
        let done = match asked {
            Asked::Code => self.code(platform, call, now),
            Asked::Refresh => self.refresh(platform, call, now),
            Asked::Long(field) => self.exchange(platform, call, field, false, now),
            Asked::Longer(field) => self.exchange(platform, call, field, true, now),
            Asked::Other => Err(No::Request),
        };
        done.map_or_else(|no| refuse(platform, no), |body| Said::json(200, body))
    }

    fn app(&self, platform: Platform, call: &Call<'_>) -> Result<(), No> {
        let (id, secret) = &self.config.app;
        let given = match platform {
            Platform::X => call.basic.clone().ok_or(No::App)?,
            Platform::Tiktok => (call.field("client_key").to_owned(), call.field("client_secret").to_owned()),
            Platform::TiktokAds => (call.field("app_id").to_owned(), call.field("secret").to_owned()),
            _ => (call.field("client_id").to_owned(), call.field("client_secret").to_owned()),
        };
        if (&given.0, &given.1) == (id, secret) { Ok(()) } else { Err(No::App) }
    }

    fn code(&self, platform: Platform, call: &Call<'_>, now: Timestamp) -> Result<Value, No> {
        self.app(platform, call)?;
        let name = if platform == Platform::TiktokAds { "auth_code" } else { "code" };
        // A code works once, whatever comes of it.
        let code = self.lock().codes.remove(call.field(name)).ok_or(No::Grant)?;
        let redirects = !matches!(platform, Platform::TiktokAds | Platform::Shopify);
        if code.platform != platform || code.until <= now || redirects && call.field("redirect_uri") != code.redirect {
            return Err(No::Grant);
        }
        if !proves(&code, call.field("code_verifier")) {
            return Err(No::Grant);
        }
        let (access, refresh, mut refreshes) = lives(self, platform);
        let mut access = access;
        if platform == Platform::Shopify && call.field("expiring") != "1" {
            (access, refreshes) = (None, false);
        }
        if platform == Platform::X {
            refreshes = code.scope.split(' ').any(|scope| scope == "offline.access");
        }
        if platform == Platform::Google {
            refreshes = code.scope.ends_with(" offline");
        }
        let scope = code.scope.trim_end_matches(" offline").to_owned();
        let token = self.give(platform, &scope, access, false, now);
        let refresh = refreshes.then(|| (self.give_refresh(platform, &scope, refresh, now), refresh));
        Ok(body(platform, &token, access, refresh, &scope))
    }

    fn refresh(&self, platform: Platform, call: &Call<'_>, now: Timestamp) -> Result<Value, No> {
        self.app(platform, call)?;
        let given = call.field("refresh_token");
        let kept = self.lock().refresh.get(given).cloned().ok_or(No::Grant)?;
        if kept.platform != platform || kept.until.is_some_and(|until| until <= now) {
            return Err(No::Grant);
        }
        let (access, life, _) = lives(self, platform);
        let token = self.give(platform, &kept.scope, access, false, now);
        let next = match platform {
            // They live on.
            Platform::Google => None,
            Platform::Twitch => Some((given.to_owned(), None)),
            _ => {
                self.lock().refresh.remove(given);
                Some((self.give_refresh(platform, &kept.scope, life, now), life))
            }
        };
        Ok(body(platform, &token, access, next, &kept.scope))
    }

    /// A token for one that lives two months. Instagram renews one that is at least a day old.
    fn exchange(
        &self,
        platform: Platform,
        call: &Call<'_>,
        field: &str,
        renews: bool,
        now: Timestamp,
    ) -> Result<Value, No> {
        if !renews && call.field("client_secret") != self.config.app.1 {
            return Err(No::App);
        }
        let kept = self.lock().access.get(call.field(field)).cloned().ok_or(No::Grant)?;
        if kept.platform != platform || kept.until.is_some_and(|until| until <= now) {
            return Err(No::Grant);
        }
        if renews && (!kept.long || now < after(kept.since, DAY_SECS)) {
            return Err(No::Request);
        }
        let token = self.give(platform, &kept.scope, Some(LONG_SECS), true, now);
        Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": LONG_SECS}))
    }

    fn give(&self, platform: Platform, scope: &str, life: Option<i64>, long: bool, now: Timestamp) -> String {
        let mut state = self.lock();
        state.number += 1;
        let token = format!("CANARY-access-{}", state.number);
        let until = life.map(|life| after(now, life));
        state.newest.clone_from(&token);
        state.access.insert(token.clone(), Access { platform, scope: scope.to_owned(), since: now, until, long });
        token
    }

    fn give_refresh(&self, platform: Platform, scope: &str, life: Option<i64>, now: Timestamp) -> String {
        let mut state = self.lock();
        state.number += 1;
        let token = format!("CANARY-refresh-{}", state.number);
        let until = life.map(|life| after(now, life));
        state.refresh.insert(token.clone(), Refresh { platform, scope: scope.to_owned(), until });
        token
    }
}

/// Whether the verifier is the one that the challenge was made from.
fn proves(code: &Code, verifier: &str) -> bool {
    let Some(challenge) = &code.challenge else { return true };
    let digest = Sha256::digest(verifier.as_bytes());
    let made = match code.platform {
        Platform::Tiktok => data_encoding::HEXLOWER.encode(&digest),
        _ => data_encoding::BASE64URL_NOPAD.encode(&digest),
    };
    made == *challenge
}

/// A success as each platform writes it.
fn body(
    platform: Platform,
    token: &str,
    life: Option<i64>,
    refresh: Option<(String, Option<i64>)>,
    scope: &str,
) -> Value {
    let mut body = json!({"access_token": token, "token_type": "bearer", "scope": scope});
    let mut put = |name: &str, value: Value| {
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    if let Some(life) = life {
        put("expires_in", json!(life));
    }
    if let Some((refresh, life)) = refresh {
        put("refresh_token", json!(refresh));
        let name = if platform == Platform::Tiktok { "refresh_expires_in" } else { "refresh_token_expires_in" };
        if let Some(life) = life.filter(|_| platform != Platform::X) {
            put(name, json!(life));
        }
    }
    match platform {
        Platform::Instagram => json!({"access_token": token, "user_id": 17_841, "permissions": scope}),
        Platform::TiktokAds => json!({
            "code": 0, "message": "OK", "request_id": "1",
            "data": {"access_token": token, "advertiser_ids": ["1"], "scope": [4, 5]},
        }),
        Platform::Twitch => {
            put("scope", json!(scope.split(' ').collect::<Vec<_>>()));
            body
        }
        Platform::Tiktok => {
            put("open_id", json!("open-1"));
            body
        }
        Platform::Google | Platform::Facebook | Platform::Shopify | Platform::X => body,
    }
}
