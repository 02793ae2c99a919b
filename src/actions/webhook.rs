//! The signed outgoing webhook: one way to tell any platform what state an object should have, and to ask which it has.
//!
//! Owns: the two requests, their signature, and what each answer means.
//! Refuses: retrying, deciding, and hosts that are not listed.
//! Survives: repetition. A request names the state, never a difference, and carries the id of the action: sending it
//! twice sets the same state twice.
//!
//! # The contract
//!
//! * Set: `POST url` with `{"id","subject","object","desired"}`. Any 2xx accepts. `id` is the same for every attempt at
//!   one action; a receiver that has seen it answers 2xx and changes nothing.
//! * `desired` is a word (`paused`, `active`) or, for the whole budget of a boost, `budget 3620.00 EUR`: what it may spend in
//!   all, what it has spent so far included. Setting a budget leaves the state as it is, and the other way round.
//! * Read back: `GET url?object=O` answers 200 with `{"object","state"}`, and `"budget":"3620.00 EUR"` beside them where the
//!   object has one and the receiver can tell. Where it does not, a budget is never cut: there would be no way back.
//! * Both carry `Plimsoll-Signature: t=T,v1=S`. `T` is the time of sending in whole seconds since 1970, in decimal. `S` is
//!   the lower-case hexadecimal HMAC-SHA256, under the shared secret, of the bytes `T`, `.`, payload. The payload is the
//!   body of the POST as it was sent, byte for byte, and for the GET the value of `object`, decoded.
//! * A receiver compares in constant time and refuses a `T` more than five minutes from its own clock.

use std::fmt;

use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::ids::Subject;
use crate::domain::written::repeated;
use crate::http::{Answer, Api, Body, HttpError, Limits};

pub use crate::http::signature::{SIGNATURE, sign};

/// Bytes of an answer that are read. It holds an object and a state.
const ANSWER_MAX: usize = 64 << 10;

/// What the receiver is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetState {
    /// The action: the same for every attempt at it.
    pub id: String,
    /// Whom it concerns.
    pub subject: Subject,
    /// What is to change, by the receiver's own id.
    pub object: String,
    /// The state it shall have.
    pub desired: String,
}

/// What the receiver says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ObjectState {
    /// Which object.
    pub object: String,
    /// The state it has.
    pub state: String,
    /// What it may spend in all, where the receiver says so.
    #[serde(default)]
    pub budget: Option<String>,
}

/// What the caller does about a [`WebhookError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing was changed; try again later.
    Retry,
    /// It may have been changed: read back before anything is said, then try again under the same id.
    ReadBack,
    /// Nothing was changed, and trying again changes nothing until somebody acts.
    GiveUp,
}

/// Why a state was not set, or not read.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The request never left.
    #[error("could not reach the webhook")]
    Unreachable {
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The request may have arrived; its answer did not.
    #[error("the webhook was called, but its answer was lost")]
    Unknown {
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The receiver failed: nobody knows how far it came.
    #[error("the webhook failed with status {status}")]
    Broken {
        /// The HTTP status.
        status: u16,
    },
    /// The receiver is busy and did nothing.
    #[error("the webhook asked us to slow down")]
    SlowDown,
    /// The receiver said no.
    #[error("the webhook refused with status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The answer to a read is not what the contract says.
    #[error("the webhook's answer about `{object}` is not `{{\"object\",\"state\"}}`")]
    Garbled {
        /// The object that was asked about.
        object: String,
    },
    /// The answer to a read is about something else.
    #[error("the webhook was asked about `{asked}` and answered about another object")]
    WrongObject {
        /// The object that was asked about.
        asked: String,
    },
    /// The configuration does not work.
    #[error("`{}` does not work as the webhook's `{setting}`: {why}", repeated(given))]
    Misconfigured {
        /// Which setting.
        setting: &'static str,
        /// What was given; a secret is never repeated.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl WebhookError {
    /// What to do about it. Names every variant, so a new one cannot be added without deciding its fate.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Unreachable { .. } | Self::SlowDown => Fate::Retry,
            Self::Unknown { .. } | Self::Broken { .. } => Fate::ReadBack,
            Self::Refused { .. } | Self::Garbled { .. } | Self::WrongObject { .. } | Self::Misconfigured { .. } => {
                Fate::GiveUp
            }
        }
    }
}

/// One receiver.
pub struct Webhook {
    api: Api,
    path: String,
    secret: SecretString,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({:?})", self.api)
    }
}

impl Webhook {
    /// A client for `url`, whose host must be listed as `host`, or as `host:port` for exactly that port.
    /// A name must have a public address when it is called, unless `private` says otherwise.
    pub fn new(url: &str, secret: SecretString, allowed_hosts: &[String], private: bool) -> Result<Self, WebhookError> {
        let bad = |why| WebhookError::Misconfigured { setting: "url", given: url.to_owned(), why };
        let parsed = reqwest::Url::parse(url).map_err(|_| bad("it is not an address"))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("it is not an http or https address"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            // The address is repeated in errors and in the configuration shown by `doctor`.
            return Err(WebhookError::Misconfigured {
                setting: "url",
                given: "…".to_owned(),
                why: "an address with a password in it",
            });
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(bad("it has a query or a fragment"));
        }
        let host = parsed.host_str().unwrap_or_default();
        let exact = parsed.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
        if !allowed_hosts.iter().any(|entry| *entry == host || *entry == exact) {
            return Err(bad("its host is not in `allowed_hosts`"));
        }
        if secret.expose_secret().is_empty() {
            return Err(WebhookError::Misconfigured {
                setting: "secret",
                given: String::new(),
                why: "a signature needs a secret",
            });
        }
        let limits = Limits { body_max: ANSWER_MAX, ..Limits::default() };
        let origin = parsed.origin().ascii_serialization();
        let api = Api::guarded(&origin, limits, private).map_err(|_| bad("it is not an http or https address"))?;
        Ok(Self { api, path: parsed.path().to_owned(), secret })
    }

    /// Tells the receiver which state the object shall have. `Ok` means accepted, not done: read it back.
    pub async fn set_state(&self, wanted: &SetState, now: Timestamp) -> Result<(), WebhookError> {
        let body = serde_json::to_vec(wanted).map_err(|_| WebhookError::Misconfigured {
            setting: "object",
            given: wanted.object.clone(),
            why: "it cannot be written as JSON",
        })?;
        let headers = [self.signature(&body, now)?];
        let answer = self.api.send(Method::POST, &self.path, &[], &headers, Body::Json(body)).await;
        sort(answer).map(|_| ())
    }

    /// Asks which state the object has.
    pub async fn read_back(&self, object: &str, now: Timestamp) -> Result<ObjectState, WebhookError> {
        let headers = [self.signature(object.as_bytes(), now)?];
        let query = [("object", object)];
        let answer = sort(self.api.send(Method::GET, &self.path, &query, &headers, Body::Empty).await)?;
        let said: ObjectState =
            serde_json::from_slice(&answer.body).map_err(|_| WebhookError::Garbled { object: object.to_owned() })?;
        if said.object == object { Ok(said) } else { Err(WebhookError::WrongObject { asked: object.to_owned() }) }
    }

    fn signature(&self, payload: &[u8], now: Timestamp) -> Result<(HeaderName, HeaderValue), WebhookError> {
        let text = sign(&self.secret, payload, now);
        let value = HeaderValue::from_str(&text.unwrap_or_default()).ok().filter(|value| !value.is_empty());
        let value = value.ok_or(WebhookError::Misconfigured {
            setting: "secret",
            given: String::new(),
            why: "nothing can be signed with it",
        })?;
        Ok((HeaderName::from_static(SIGNATURE), value))
    }
}

fn sort(answer: Result<Answer, HttpError>) -> Result<Answer, WebhookError> {
    match answer {
        Ok(answer) if answer.is_success() => Ok(answer),
        Ok(answer) => Err(match answer.status {
            429 => WebhookError::SlowDown,
            status @ 500.. => WebhookError::Broken { status },
            status => WebhookError::Refused { status },
        }),
        Err(cause) if cause.never_left() => Err(WebhookError::Unreachable { cause }),
        Err(cause) => Err(WebhookError::Unknown { cause }),
    }
}

#[async_trait::async_trait]
impl super::Hand for Webhook {
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, super::ActionError> {
        Ok(self.read_back(object, now).await?.state)
    }

    async fn read_budget(&self, object: &str, now: Timestamp) -> Result<Option<String>, super::ActionError> {
        Ok(self.read_back(object, now).await?.budget)
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), super::ActionError> {
        Ok(self.set_state(wanted, now).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretString {
        SecretString::from("whsec-1".to_owned())
    }

    #[test]
    fn the_signature_is_what_the_head_of_this_file_says() {
        // Computed apart from this program: printf '1780000000.{"id":"a"}' | openssl dgst -sha256 -hmac whsec-1
        let now = Timestamp::from_second(1_780_000_000).expect("in range");
        insta::assert_snapshot!(sign(&secret(), br#"{"id":"a"}"#, now).expect("signs"), @"t=1780000000,v1=3998c39a7d49d3ed47ffcb703740e1466a91633345dd6fbab965dddbbc002d78");
    }

    #[test]
    fn an_address_that_is_not_listed_is_never_called() {
        let allowed = ["ads.example".to_owned(), "127.0.0.1:9".to_owned()];
        for (url, want) in [
            ("https://ads.example/hook", ""),
            ("http://ads.example:8080/hook", ""),
            ("http://127.0.0.1:9", ""),
            ("http://127.0.0.1:10/", "its host is not in `allowed_hosts`"),
            ("http://169.254.169.254/latest/meta-data", "its host is not in `allowed_hosts`"),
            ("http://ads.example.evil.example/", "its host is not in `allowed_hosts`"),
            ("https://user:pw@ads.example/", "an address with a password in it"),
            ("https://ads.example/?a=b", "it has a query or a fragment"),
            ("file:///etc/passwd", "it is not an http or https address"),
            ("nonsense", "it is not an address"),
            ("non\u{1b}[2Jsense", "it is not an address"),
        ] {
            let got =
                Webhook::new(url, secret(), &allowed, false).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(got.ends_with(want) && got.is_empty() == want.is_empty(), "{url}: {got}");
            assert!(!got.contains("pw@") && !got.contains(char::is_control), "{got:?}");
        }
        assert!(Webhook::new("https://ads.example/", SecretString::from(String::new()), &allowed, false).is_err());
    }

    #[tokio::test]
    async fn a_request_that_never_left_is_tried_again() {
        // Port 9 on loopback refuses; nothing listens there.
        let hook =
            Webhook::new("http://127.0.0.1:9/hook", secret(), &["127.0.0.1".to_owned()], false).expect("a client");
        let error = hook.read_back("boost-1", Timestamp::UNIX_EPOCH).await.expect_err("nothing listens");
        assert_eq!((error.fate(), error.to_string().as_str()), (Fate::Retry, "could not reach the webhook"));
        assert!(!format!("{hook:?} {error:?}").contains("whsec"), "{hook:?} {error:?}");
    }
}
