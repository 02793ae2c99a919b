//! The dialects of the platforms whose accounts can be connected, as one table.

use crate::http::tokens::{Dialect, Form};

/// Scheme and host, and a path on it.
pub type At = (&'static str, &'static str);

/// How the way back is bound to the attempt, beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pkce {
    /// RFC 7636: base64url of the SHA-256.
    S256,
    /// `TikTok`'s: hex of the SHA-256, under the same name (<https://developers.tiktok.com/doc/login-kit-desktop>).
    HexS256,
    /// The platform knows none.
    None,
}

/// A token that lives an hour, handed in for one that lives two months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Long {
    /// Where.
    pub at: At,
    /// Its `grant_type`.
    pub grant: &'static str,
    /// The field that holds the short one.
    pub field: &'static str,
    /// Whether the app's id goes with it; its secret does.
    pub app_id: bool,
}

/// One platform's way to connect an account.
#[derive(Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column of the table: what one platform does and another does not"
)]
pub struct Provider {
    /// What `plimsoll connect` calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Where people are sent.
    pub authorize: At,
    /// What is asked for besides.
    pub also: &'static [(&'static str, &'static str)],
    /// Between two rights.
    pub between: &'static str,
    /// Whether `response_type=code` is said.
    pub response_type: bool,
    /// What binds the way back.
    pub pkce: Pkce,
    /// The parameter that the code comes in, and is handed in with.
    pub code: &'static str,
    /// Whether the way back is signed under the app's secret.
    pub signed_return: bool,
    /// Where codes are exchanged.
    pub exchange: At,
    /// How that travels.
    pub form: Form,
    /// What it calls the app's secret.
    pub secret: &'static str,
    /// Whether `grant_type=authorization_code` is said.
    pub grant_type: bool,
    /// Whether the address people came back to is said again.
    pub redirects: bool,
    /// What goes with a code besides.
    pub with_code: &'static [(&'static str, &'static str)],
    /// What follows the exchange.
    pub long: Option<Long>,
    /// Where tokens are renewed.
    pub renew: At,
    /// How they are renewed.
    pub dialect: Dialect,
    /// Whether the platform sends people back to `http://127.0.0.1`.
    pub loopback: bool,
}

const USUAL: Provider = Provider {
    name: "",
    title: "",
    authorize: ("", ""),
    also: &[],
    between: " ",
    response_type: true,
    pkce: Pkce::None,
    code: "code",
    signed_return: false,
    exchange: ("", ""),
    form: Form::UrlEncoded,
    secret: "client_secret",
    grant_type: true,
    redirects: true,
    with_code: &[],
    long: None,
    renew: ("", ""),
    dialect: Dialect::GOOGLE,
    loopback: true,
};

/// `YouTube` Analytics, Google Analytics and Google Ads share it.
/// <https://developers.google.com/identity/protocols/oauth2/native-app>
pub const GOOGLE: Provider = Provider {
    name: "google",
    title: "Google",
    authorize: ("https://accounts.google.com", "/o/oauth2/v2/auth"),
    // Without both, a second consent brings no refresh token.
    also: &[("access_type", "offline"), ("prompt", "consent")],
    pkce: Pkce::S256,
    exchange: ("https://oauth2.googleapis.com", "/token"),
    renew: ("https://oauth2.googleapis.com", "/token"),
    ..USUAL
};

/// <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>
pub const INSTAGRAM: Provider = Provider {
    name: "instagram",
    title: "Instagram",
    authorize: ("https://www.instagram.com", "/oauth/authorize"),
    between: ",",
    exchange: ("https://api.instagram.com", "/oauth/access_token"),
    long: Some(Long {
        at: ("https://graph.instagram.com", "/access_token"),
        grant: "ig_exchange_token",
        field: "access_token",
        app_id: false,
    }),
    renew: ("https://graph.instagram.com", "/refresh_access_token"),
    dialect: Dialect::INSTAGRAM,
    // It takes https only.
    loopback: false,
    ..USUAL
};

/// <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>
pub const FACEBOOK: Provider = Provider {
    name: "facebook",
    title: "Facebook",
    authorize: ("https://www.facebook.com", "/v25.0/dialog/oauth"),
    between: ",",
    exchange: ("https://graph.facebook.com", "/v25.0/oauth/access_token"),
    form: Form::Query,
    grant_type: false,
    long: Some(Long {
        at: ("https://graph.facebook.com", "/v25.0/oauth/access_token"),
        grant: "fb_exchange_token",
        field: "fb_exchange_token",
        app_id: true,
    }),
    renew: ("https://graph.facebook.com", "/v25.0/oauth/access_token"),
    dialect: Dialect::FACEBOOK,
    // It takes https only, and localhost while the app is in development.
    loopback: false,
    ..USUAL
};

/// <https://developers.tiktok.com/doc/login-kit-desktop>
pub const TIKTOK: Provider = Provider {
    name: "tiktok",
    title: "TikTok",
    authorize: ("https://www.tiktok.com", "/v2/auth/authorize/"),
    between: ",",
    pkce: Pkce::HexS256,
    exchange: ("https://open.tiktokapis.com", "/v2/oauth/token/"),
    renew: ("https://open.tiktokapis.com", "/v2/oauth/token/"),
    dialect: Dialect::TIKTOK,
    ..USUAL
};

/// <https://business-api.tiktok.com/portal/docs?id=1738373164380162>
pub const TIKTOK_ADS: Provider = Provider {
    name: "tiktok_ads",
    title: "TikTok for Business",
    authorize: ("https://business-api.tiktok.com", "/portal/auth"),
    response_type: false,
    code: "auth_code",
    exchange: ("https://business-api.tiktok.com", "/open_api/v1.3/oauth2/access_token/"),
    form: Form::Json,
    secret: "secret",
    grant_type: false,
    redirects: false,
    renew: ("https://business-api.tiktok.com", "/open_api/v1.3/oauth2/access_token/"),
    dialect: Dialect::TIKTOK_ADS,
    // It takes the address that the app has registered.
    loopback: false,
    ..USUAL
};

/// Its addresses are the shop's own, so settings must give them.
/// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>
pub const SHOPIFY: Provider = Provider {
    name: "shopify",
    title: "Shopify",
    authorize: ("", "/admin/oauth/authorize"),
    between: ",",
    response_type: false,
    signed_return: true,
    exchange: ("", "/admin/oauth/access_token"),
    form: Form::Json,
    grant_type: false,
    redirects: false,
    // A token of an hour with a refresh token, instead of one without an end.
    with_code: &[("expiring", "1")],
    renew: ("", "/admin/oauth/access_token"),
    dialect: Dialect::SHOPIFY,
    ..USUAL
};

/// <https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/#authorization-code-grant-flow>
pub const TWITCH: Provider = Provider {
    name: "twitch",
    title: "Twitch",
    authorize: ("https://id.twitch.tv", "/oauth2/authorize"),
    exchange: ("https://id.twitch.tv", "/oauth2/token"),
    renew: ("https://id.twitch.tv", "/oauth2/token"),
    dialect: Dialect::TWITCH,
    ..USUAL
};

/// Without `offline.access` among the rights there is no refresh token.
/// <https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code>
pub const X: Provider = Provider {
    name: "x",
    title: "X",
    authorize: ("https://x.com", "/i/oauth2/authorize"),
    pkce: Pkce::S256,
    exchange: ("https://api.x.com", "/2/oauth2/token"),
    form: Form::Basic,
    renew: ("https://api.x.com", "/2/oauth2/token"),
    dialect: Dialect::X,
    ..USUAL
};

/// Every platform whose accounts can be connected.
pub const ALL: [&Provider; 8] = [&GOOGLE, &INSTAGRAM, &FACEBOOK, &TIKTOK, &TIKTOK_ADS, &SHOPIFY, &TWITCH, &X];
