//! How an account is connected: somebody is sent to their platform, says yes, comes back with a code, and the code is
//! exchanged for tokens.
//!
//! Owns: the address people are sent to, what binds their way back to it (state and PKCE, RFC 6749 §10.12 and RFC 7636),
//! and the exchange. Each platform's dialect is a row of [`providers`].
//! Refuses: chance (handed in), keeping tokens, waiting for people.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::tokens::server::{Given, ask, end_of};
use super::tokens::{Form, Grant, TokenError, TokenKeeper, TokenSet, Tokens};
use super::{Api, HttpError, Limits, is_word};

pub mod providers;

use providers::{Pkce, Provider};

/// A code is a few hundred bytes at most; what is longer is something else.
const CODE_MAX: usize = 4096;

/// An app at a platform, as an operator has set it up.
#[derive(Debug, Clone)]
pub struct OauthApp {
    /// Whose dialect is spoken.
    pub provider: &'static Provider,
    /// What the platform calls the app.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// The rights that are asked for; empty where the app itself fixes them.
    pub scopes: Vec<String>,
    /// Instead of the platform's own address (scheme and host) that people are sent to; empty: the platform's.
    pub authorize_url: String,
    /// Instead of the platform's own addresses (scheme and host) of its token servers; empty: the platform's.
    pub token_url: String,
    /// Where the platform sends people back to, as it is registered there; empty: this machine's loopback.
    pub redirect_url: String,
    /// The account, where the settings name the only one there is (a shop).
    pub account: Option<String>,
}

/// Why an account was not connected. Never shows a code or a token.
#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    /// An address in the settings cannot be used.
    #[error("`{given}` is no address of {title}; set authorize_url and token_url like `https://example.com`")]
    BadAddress {
        /// The platform.
        title: &'static str,
        /// What is set.
        given: String,
    },
    /// They said no, or the platform did.
    #[error("{title} gave no code: `{reason}`; open the address again and agree")]
    Denied {
        /// The platform.
        title: &'static str,
        /// Its own word for it.
        reason: String,
    },
    /// What came back does not belong to what was asked.
    #[error("what came back does not belong to this attempt; start again and use the newest address only")]
    Stranger,
    /// There is no code in it.
    #[error("there is no `{wanted}` in what came back; paste the whole address that the browser ended at")]
    NoCode {
        /// The parameter that holds it.
        wanted: &'static str,
    },
    /// The code was not taken, or no token came.
    #[error("{title} did not exchange the code")]
    NoToken {
        /// The platform.
        title: &'static str,
        /// The cause.
        #[source]
        cause: TokenError,
    },
}

/// One attempt: where somebody is sent, and what their way back must prove.
pub struct Attempt {
    /// The address to open in a browser. It holds no secret of the app.
    pub url: String,
    redirect: String,
    state: SecretString,
    verifier: SecretString,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attempt({})", self.redirect)
    }
}

impl OauthApp {
    /// An app with the platform's own addresses, which comes back to loopback.
    #[must_use]
    pub fn new(provider: &'static Provider, client_id: &str, client_secret: SecretString, scopes: &[&str]) -> Self {
        Self {
            provider,
            client_id: client_id.to_owned(),
            client_secret,
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            authorize_url: String::new(),
            token_url: String::new(),
            redirect_url: String::new(),
            account: None,
        }
    }

    /// Begins: 32 random bytes for the state, 32 for the verifier.
    pub fn begin(&self, redirect: &str, state: [u8; 32], verifier: [u8; 32]) -> Result<Attempt, OauthError> {
        let state = data_encoding::BASE64URL_NOPAD.encode(&state);
        // 43 characters of the unreserved set, as RFC 7636 §4.1 asks.
        let verifier = data_encoding::BASE64URL_NOPAD.encode(&verifier);
        let provider = self.provider;
        let base = given_or(&self.authorize_url, provider.authorize.0);
        let bad = || OauthError::BadAddress { title: provider.title, given: base.to_owned() };
        let mut url = reqwest::Url::parse(base).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad());
        }
        url.set_path(&format!("{}{}", url.path().trim_end_matches('/'), provider.authorize.1));
        {
            let mut query = url.query_pairs_mut();
            query.append_pair(provider.dialect.id, &self.client_id).append_pair("redirect_uri", redirect);
            query.append_pair("state", &state);
            if provider.response_type {
                query.append_pair("response_type", "code");
            }
            if !self.scopes.is_empty() {
                query.append_pair("scope", &self.scopes.join(provider.between));
            }
            for (name, value) in provider.also {
                query.append_pair(name, value);
            }
            if let Some(challenge) = challenge(provider.pkce, &verifier) {
                query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
            }
        }
        Ok(Attempt { url: url.into(), redirect: redirect.to_owned(), state: state.into(), verifier: verifier.into() })
    }

    /// The code in what the platform sent somebody back with: the address, or the part of it behind the `?`.
    pub fn code(&self, attempt: &Attempt, came: &str) -> Result<SecretString, OauthError> {
        let provider = self.provider;
        let query = came.trim().split_once('?').map_or(came.trim(), |(_, query)| query);
        // Instagram and Facebook put `#_` behind it.
        let query = query.split('#').next().unwrap_or_default();
        let pairs: Vec<(String, String)> = reqwest::Url::parse(&format!("http://127.0.0.1/?{query}"))
            .map(|url| url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
            .unwrap_or_default();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let state = value("state").unwrap_or_default();
        if !same(attempt.state.expose_secret().as_bytes(), state.as_bytes()) {
            return Err(OauthError::Stranger);
        }
        if provider.signed_return && !self.signed(&pairs) {
            return Err(OauthError::Stranger);
        }
        if let Some(word) = value("error") {
            let reason = if is_word(word) { word } else { "refused" };
            return Err(OauthError::Denied { title: provider.title, reason: reason.to_owned() });
        }
        let code = value(provider.code).filter(|code| (1..=CODE_MAX).contains(&code.len()));
        code.map(|code| SecretString::from(code.to_owned())).ok_or(OauthError::NoCode { wanted: provider.code })
    }

    /// A code that somebody copied by itself. What binds it to this attempt is the verifier, so it is taken only where the
    /// platform checks one.
    pub fn bare_code(&self, given: &str) -> Result<SecretString, OauthError> {
        let code = given.trim();
        let fits = (1..=CODE_MAX).contains(&code.len()) && !code.contains(char::is_whitespace);
        if self.provider.pkce == Pkce::None || !fits {
            return Err(OauthError::NoCode { wanted: "state" });
        }
        Ok(SecretString::from(code.to_owned()))
    }

    /// Exchanges a code, and what came for it for something that lives longer where the platform has that.
    pub async fn exchange(
        &self,
        attempt: &Attempt,
        code: &SecretString,
        now: Timestamp,
    ) -> Result<TokenSet, OauthError> {
        let provider = self.provider;
        let failed = |cause| OauthError::NoToken { title: provider.title, cause };
        let mut fields = self.app_fields();
        let mut put = |name: &str, value: &str| drop(fields.insert(name.to_owned(), Value::from(value)));
        put(provider.code, code.expose_secret());
        if provider.grant_type {
            put("grant_type", "authorization_code");
        }
        if provider.redirects {
            put("redirect_uri", &attempt.redirect);
        }
        if provider.pkce != Pkce::None {
            put("code_verifier", attempt.verifier.expose_secret());
        }
        for (name, value) in provider.with_code {
            put(name, value);
        }
        let api = self.api(provider.exchange.0)?;
        let app = Some((self.client_id.as_str(), &self.client_secret));
        let given = ask(&api, provider.exchange.1, provider.form, &fields, app).await.map_err(failed)?;
        let first = tokens(given, now).map_err(failed)?;
        let (Some(long), Some(short)) = (provider.long, first.access.clone()) else { return Ok(first) };
        let mut fields = if long.app_id { self.app_fields() } else { Map::new() };
        let mut put = |name: &str, value: &str| drop(fields.insert(name.to_owned(), Value::from(value)));
        put("client_secret", self.client_secret.expose_secret());
        put("grant_type", long.grant);
        put(long.field, short.expose_secret());
        let api = self.api(long.at.0)?;
        let given = ask(&api, long.at.1, Form::Query, &fields, None).await.map_err(failed)?;
        let longer = tokens(given, now).map_err(failed)?;
        Ok(TokenSet { scope: longer.scope.clone().or(first.scope), ..longer })
    }

    /// The tokens of an account that was connected through this app, renewed when they are old.
    pub fn tokens(&self, keeper: Arc<dyn TokenKeeper>) -> Result<Tokens, OauthError> {
        let grant = Grant::Account { id: self.client_id.clone(), secret: self.client_secret.clone(), keeper };
        let (base, path) = self.provider.renew;
        Ok(Tokens::new(self.api(base)?, path, self.provider.dialect, grant))
    }

    fn app_fields(&self) -> Map<String, Value> {
        let provider = self.provider;
        let id = (provider.dialect.id.to_owned(), Value::from(self.client_id.as_str()));
        let secret = (provider.secret.to_owned(), Value::from(self.client_secret.expose_secret()));
        // In the header it is not among the fields too: RFC 6749 §2.3 allows one way at a time.
        let secret = (provider.form != Form::Basic).then_some(secret);
        [id].into_iter().chain(secret).collect()
    }

    fn api(&self, base: &str) -> Result<Api, OauthError> {
        let base = given_or(&self.token_url, base);
        let bad = |_: HttpError| OauthError::BadAddress { title: self.provider.title, given: base.to_owned() };
        Api::new(base, Limits::default()).map_err(bad)
    }

    /// Shopify signs the way back: hex of HMAC-SHA256 under the app's secret over the other parameters, sorted.
    /// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>
    fn signed(&self, pairs: &[(String, String)]) -> bool {
        let mut rest: Vec<String> =
            pairs.iter().filter(|(name, _)| name != "hmac").map(|(name, value)| format!("{name}={value}")).collect();
        rest.sort();
        let given = pairs.iter().find(|(name, _)| name == "hmac").map(|(_, value)| value.as_bytes());
        let given = given.and_then(|hex| data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok());
        let (Some(given), Ok(mut mac)) =
            (given, Hmac::<Sha256>::new_from_slice(self.client_secret.expose_secret().as_bytes()))
        else {
            return false;
        };
        mac.update(rest.join("&").as_bytes());
        mac.verify_slice(&given).is_ok()
    }
}

fn given_or<'a>(given: &'a str, own: &'a str) -> &'a str {
    if given.is_empty() { own } else { given }
}

fn challenge(pkce: Pkce, verifier: &str) -> Option<String> {
    let digest = Sha256::digest(verifier.as_bytes());
    match pkce {
        Pkce::S256 => Some(data_encoding::BASE64URL_NOPAD.encode(&digest)),
        Pkce::HexS256 => Some(data_encoding::HEXLOWER.encode(&digest)),
        Pkce::None => None,
    }
}

/// Compares without telling by its time how much is right.
fn same(one: &[u8], other: &[u8]) -> bool {
    let mac = |text: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"state").ok()?;
        mac.update(text);
        Some(mac)
    };
    match (mac(one), mac(other)) {
        (Some(one), Some(other)) => other.verify_slice(&one.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

fn tokens(given: Given, now: Timestamp) -> Result<TokenSet, TokenError> {
    let access = given.access.ok_or(TokenError::Garbled { field: "access_token" })?;
    Ok(TokenSet {
        access: Some(access),
        access_until: end_of(given.access_secs, now),
        refresh: given.refresh,
        refresh_until: end_of(given.refresh_secs, now),
        scope: given.scope,
    })
}

#[cfg(test)]
mod tests;
