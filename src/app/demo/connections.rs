//! Accounts that creators have connected before the story begins, as `plimsoll connect` would have kept them.
//!
//! Owns: whose they are, and the tokens that the emulated platforms gave for them. Where the platform's tokens come from the
//! emulated consent, it is asked for as a browser would; the other emulators give their own.

use anyhow::Context as _;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};

use super::platforms::{GOOGLE_ACCOUNTS, Platforms};
use crate::app::core::Core;
use crate::app::vault::Sealed;
use crate::app::vault::seal::KeyPlace;
use crate::domain::ids::SourceId;
use crate::http::oauth::OauthApp;
use crate::http::tokens::TokenSet;
use crate::http::{Api, Body, Limits};
use crate::sim::instagram::Login;
use crate::sim::world::adverts::GOOGLE_CUSTOMER;
use crate::sim::world::living::LivingWorld;
use crate::sim::world::social::Venue;

/// The key of the demo's vault. Its tokens work on this machine and nowhere else.
pub const VAULT_KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// Where people come back to.
const BACK: &str = "http://127.0.0.1:7777/callback";

/// Who has connected an Instagram account; who has not is looked up from outside.
const ON_INSTAGRAM: [usize; 2] = [0, 2];

/// Whose Facebook Page is connected; others are read with the token of the brand's own system user.
const ON_FACEBOOK: usize = 3;

/// Rights that creators give on `TikTok`.
const TIKTOK_RIGHTS: [&str; 4] = ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];

/// Keeps what everybody has connected.
pub async fn connect(core: &Core, platforms: &Platforms, living: &LivingWorld) -> anyhow::Result<()> {
    let now = core.clock.now();
    for (place, account) in Venue::Instagram.people(living) {
        if ON_INSTAGRAM.contains(&place) {
            let token = platforms.instagram.connect(&account, Login::Instagram);
            let end = now.checked_add(jiff::SignedDuration::from_hours(60 * 24))?;
            let tokens = TokenSet { access: Some(token.into()), access_until: Some(end), ..TokenSet::default() };
            keep(core, "instagram", &account, &tokens).await?;
        }
    }
    for (_, account) in Venue::Tiktok.people(living) {
        let consent = platforms.tiktok.connect(&account, &TIKTOK_RIGHTS);
        let tokens = TokenSet {
            access: Some(consent.access.into()),
            access_until: Some(consent.access_until),
            refresh: Some(consent.refresh.into()),
            refresh_until: None,
            scope: Some(consent.scope),
        };
        keep(core, "tiktok", &account, &tokens).await?;
    }
    for (_, page) in Venue::Facebook.people(living).into_iter().filter(|(place, _)| *place == ON_FACEBOOK) {
        let tokens = consent(core, "facebook", &platforms.oauth.base_url()).await?;
        let token = tokens.access.as_ref().map(|token| token.expose_secret().to_owned()).unwrap_or_default();
        platforms.pages.world().token(&token, Some(&page));
        keep(core, "facebook", &page, &tokens).await?;
    }
    let google = |refresh: &str| {
        let refresh = Some(SecretString::from(refresh.to_owned()));
        TokenSet { refresh, ..TokenSet::default() }
    };
    for (account, refresh) in platforms.measured() {
        keep(core, "youtube-analytics", &account, &google(&refresh)).await?;
    }
    keep(core, "site", GOOGLE_ACCOUNTS.property, &google(GOOGLE_ACCOUNTS.site_token)).await?;
    keep(core, "google-ads", GOOGLE_CUSTOMER, &google(GOOGLE_ACCOUNTS.ads_token)).await
}

async fn keep(core: &Core, source: &str, account: &str, tokens: &TokenSet) -> anyhow::Result<()> {
    let source = SourceId::new(source)?;
    let key = KeyPlace::of(&core.config.vault).read()?;
    let sealed = Sealed::new(&key, &source, account, tokens)?;
    core.vault.connect(&source, account, sealed, "terminal:demo").await?;
    Ok(())
}

/// Somebody opens the address of a source's app, agrees, and comes back with a code.
async fn consent(core: &Core, source: &str, server: &str) -> anyhow::Result<TokenSet> {
    let config = core.config.sources.get(&SourceId::new(source)?);
    let app = config.and_then(super::super::config::SourceConfig::oauth).context("an app to connect accounts with")?;
    let app = OauthApp { authorize_url: server.to_owned(), token_url: server.to_owned(), ..app };
    let attempt = app.begin(BACK, [3; 32], [4; 32])?;
    let url = reqwest::Url::parse(&attempt.url)?;
    let browser = Api::new(server, Limits::default())?;
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.send(Method::GET, url.path(), &query, &[], Body::Empty).await?;
    let back = answer.header("location").context("a way back")?;
    let code = app.code(&attempt, back)?;
    Ok(app.exchange(&attempt, &code, core.clock.now()).await?)
}
