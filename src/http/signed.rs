//! Requests that carry an access token, renewed once where the platform refuses it.
//!
//! Owns: the header the token travels in, and that a token refused in mid-poll is renewed and the request sent again, once.
//! Refuses: meaning. Whether an answer says "that token is no good" is the platform's business: the caller says it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::tokens::{Dialect, Grant, Token, TokenError, Tokens};
use super::{Answer, Api, Body, HttpError};

/// One account at one server.
#[derive(Clone)]
pub struct Signed {
    api: Api,
    tokens: Arc<Tokens>,
    header: HeaderName,
    prefix: &'static str,
    always: Vec<(HeaderName, HeaderValue)>,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({:?})", self.api)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SignedError {
    /// There is no token to send.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No answer came.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// What one request is.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// `GET` or `POST` or `PUT`.
    pub method: &'a Method,
    /// Appended to the base as it stands; the caller has encoded what it took from outside.
    pub path: &'a str,
    /// The query.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers of this request alone.
    pub headers: &'a [(HeaderName, HeaderValue)],
    /// The body.
    pub body: Content<'a>,
}

/// A body that can be sent twice.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// None.
    Empty,
    /// A JSON document, already written.
    Json(&'a [u8]),
    /// Fields of a form.
    Form(&'a [(String, String)]),
}

impl<'a> Question<'a> {
    /// A `GET`.
    #[must_use]
    pub fn get(path: &'a str, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: &Method::GET, path, query, headers: &[], body: Content::Empty }
    }

    /// A `POST` of a JSON document.
    #[must_use]
    pub fn post_json(path: &'a str, query: &'a [(&'a str, &'a str)], json: &'a [u8]) -> Self {
        Self { method: &Method::POST, path, query, headers: &[], body: Content::Json(json) }
    }

    /// A `PUT` of a JSON document.
    #[must_use]
    pub fn put_json(path: &'a str, json: &'a [u8]) -> Self {
        Self { method: &Method::PUT, path, query: &[], headers: &[], body: Content::Json(json) }
    }

    /// A `POST` of a form.
    #[must_use]
    pub fn post_form(path: &'a str, form: &'a [(String, String)]) -> Self {
        Self { method: &Method::POST, path, query: &[], headers: &[], body: Content::Form(form) }
    }
}

impl Signed {
    /// Sends the token as `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(api: Api, tokens: Arc<Tokens>) -> Self {
        Self { api, tokens, header: AUTHORIZATION, prefix: "Bearer ", always: Vec::new() }
    }

    /// Sends a name and a password as `Authorization: Basic …` (RFC 7617); neither is ever renewed.
    #[must_use]
    pub fn basic(api: Api, name: &SecretString, password: &SecretString) -> Self {
        let both = format!("{}:{}", name.expose_secret(), password.expose_secret());
        let token = SecretString::from(data_encoding::BASE64.encode(both.as_bytes()));
        let tokens = Arc::new(Tokens::new(api.clone(), "", Dialect::GOOGLE, Grant::Fixed(token)));
        Self { api, tokens, header: AUTHORIZATION, prefix: "Basic ", always: Vec::new() }
    }

    /// Sends the bare token in a header of its own.
    #[must_use]
    pub fn in_header(api: Api, tokens: Arc<Tokens>, header: HeaderName) -> Self {
        Self { api, tokens, header, prefix: "", always: Vec::new() }
    }

    /// Also sends this with every request: an app's id, the version that is asked for.
    #[must_use]
    pub fn always(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.always.push((name, value));
        self
    }

    /// Asks. Where `refused` says that the answer refuses the token, it is renewed and the question is asked once more; what
    /// comes then is the answer, whatever it says. How many requests that took, so that the caller can charge for them.
    pub async fn ask(
        &self,
        question: Question<'_>,
        now: Timestamp,
        refused: impl Fn(&Answer) -> bool,
    ) -> (Result<Answer, SignedError>, u32) {
        let token = match self.tokens.get(now).await {
            Ok(token) => token,
            Err(error) => return (Err(error.into()), 0),
        };
        let first = match self.send(question, &token).await {
            Ok(answer) if refused(&answer) => answer,
            Ok(answer) => return (Ok(answer), 1),
            Err(error) => return (Err(error.into()), 1),
        };
        match self.tokens.renew(&token, now).await {
            Ok(token) => (self.send(question, &token).await.map_err(SignedError::Http), 2),
            // It cannot be renewed: the platform's own words say more than that.
            Err(TokenError::Refused { .. }) if self.tokens.is_fixed() => (Ok(first), 1),
            Err(error) => (Err(error.into()), 1),
        }
    }

    async fn send(&self, question: Question<'_>, token: &Token) -> Result<Answer, HttpError> {
        let mut headers = self.always.clone();
        headers.extend_from_slice(question.headers);
        if let Some(value) = sealed(self.prefix, &token.secret) {
            headers.push((self.header.clone(), value));
        }
        let body = match question.body {
            Content::Empty => Body::Empty,
            Content::Json(bytes) => Body::Json(bytes.to_vec()),
            Content::Form(fields) => Body::Form(fields.to_vec()),
        };
        self.api.send(question.method.clone(), question.path, question.query, &headers, body).await
    }
}

/// A header value that no log shows. A token with characters that no header carries is sent as none: the platform refuses it.
fn sealed(prefix: &str, secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("{prefix}{}", secret.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}
