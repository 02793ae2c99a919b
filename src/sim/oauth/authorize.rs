//! Where people are sent: they are signed in, and agree at once.

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use super::{CODE_SECS, Call, Code, Inner, Platform, Said, after};

/// Whose page a path is.
pub(super) fn platform(path: &str) -> Option<Platform> {
    Some(match path {
        "/o/oauth2/v2/auth" => Platform::Google,
        "/oauth/authorize" => Platform::Instagram,
        "/v25.0/dialog/oauth" => Platform::Facebook,
        "/v2/auth/authorize/" => Platform::Tiktok,
        "/portal/auth" => Platform::TiktokAds,
        "/admin/oauth/authorize" => Platform::Shopify,
        "/oauth2/authorize" => Platform::Twitch,
        "/i/oauth2/authorize" => Platform::X,
        _ => return None,
    })
}

/// What a platform insists on, and what it calls the app's id.
fn faults(platform: Platform, call: &Call<'_>, app: &str) -> Option<&'static str> {
    let id = match platform {
        Platform::Tiktok => "client_key",
        Platform::TiktokAds => "app_id",
        _ => "client_id",
    };
    if call.field(id) != app {
        return Some("unknown app");
    }
    if call.field("redirect_uri").is_empty() {
        return Some("no redirect_uri");
    }
    let plain = matches!(platform, Platform::TiktokAds | Platform::Shopify);
    if !plain && call.field("response_type") != "code" {
        return Some("response_type must be code");
    }
    if !matches!(platform, Platform::TiktokAds) && call.field("scope").is_empty() {
        return Some("no scope");
    }
    // Google and X let native apps in with a challenge only; TikTok's desktop apps need one too.
    let bound = matches!(platform, Platform::X | Platform::Tiktok);
    if bound && (call.field("code_challenge").is_empty() || call.field("code_challenge_method") != "S256") {
        return Some("no code_challenge");
    }
    None
}

impl Inner {
    pub(super) fn authorize(&self, platform: Platform, call: &Call<'_>, now: Timestamp) -> Said {
        if let Some(fault) = faults(platform, call, &self.config.app.0) {
            return Said::json(400, json!({"error": "invalid_request", "error_description": fault}));
        }
        let Ok(mut back) = url::Url::parse(call.field("redirect_uri")) else {
            return Said::json(400, json!({"error": "invalid_request", "error_description": "no address"}));
        };
        let mut state = self.lock();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
        if state.denies {
            put("error", "access_denied");
        } else {
            state.number += 1;
            let code = format!("code-{}", state.number);
            let mut scope = call.field("scope").to_owned();
            // Google gives a refresh token only to who asks for one.
            if platform == Platform::Google && call.field("access_type") == "offline" {
                scope.push_str(" offline");
            }
            let challenge = Some(call.field("code_challenge")).filter(|text| !text.is_empty()).map(str::to_owned);
            let redirect = call.field("redirect_uri").to_owned();
            let until = after(now, CODE_SECS);
            state.codes.insert(code.clone(), Code { platform, redirect, challenge, scope, until });
            put(if platform == Platform::TiktokAds { "auth_code" } else { "code" }, &code);
        }
        put("state", call.field("state"));
        if platform == Platform::Shopify {
            put("shop", "sim.myshopify.com");
            put("timestamp", &now.as_second().to_string());
            pairs.sort();
            let text: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mac = Hmac::<Sha256>::new_from_slice(self.config.app.1.as_bytes()).map(|mut mac| {
                mac.update(text.join("&").as_bytes());
                data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes())
            });
            pairs.push(("hmac".to_owned(), mac.unwrap_or_default()));
        }
        back.query_pairs_mut().extend_pairs(&pairs);
        if matches!(platform, Platform::Instagram | Platform::Facebook) {
            back.set_fragment(Some("_"));
        }
        Said { status: 302, body: json!({}), location: Some(back.into()) }
    }
}
