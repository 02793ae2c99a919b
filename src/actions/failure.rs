//! Why a platform did not set a state, or did not say which it has, in words that are the same for every platform.
//!
//! Owns: the closed list, and what to do about each.
//! Refuses: the platform's own prose. What is repeated of its words is a code or a short word.

use jiff::Timestamp;

use super::webhook::Fate;
use crate::http::HttpError;
use crate::http::graph::{Fault, GraphTrouble};
use crate::http::signed::SignedError;
use crate::http::tokens::TokenError;

/// Why a state was not set, or not read.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request never left.
    #[error("could not reach {platform}")]
    Unreachable {
        /// Who.
        platform: &'static str,
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The request may have arrived; its answer did not.
    #[error("{platform} was asked, but its answer was lost")]
    Unknown {
        /// Who.
        platform: &'static str,
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// It failed: nobody knows how far it came.
    #[error("{platform} failed with status {status}")]
    Broken {
        /// Who.
        platform: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// It is busy and did nothing.
    #[error("{platform} asked us to slow down")]
    SlowDown {
        /// Who.
        platform: &'static str,
    },
    /// It may be set so often in an hour, and was: nothing was asked of the platform, which would block it for longer.
    #[error("`{object}` at {platform} was set as often as it may be within an hour; again from {until} on")]
    TooOften {
        /// Who.
        platform: &'static str,
        /// What was to be set.
        object: String,
        /// From when on it may be set again.
        until: Timestamp,
    },
    /// The token is refused, or may not do this.
    #[error("{platform} refused our credentials: `{reason}`")]
    Unauthorized {
        /// Who.
        platform: &'static str,
        /// Its own word for it.
        reason: String,
    },
    /// What is kept here could not be changed.
    #[error("{platform}: it could not be kept")]
    Unkept {
        /// What.
        platform: &'static str,
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
    /// It says that the request is wrong.
    #[error("{platform} did not accept the request: `{reason}`")]
    Refused {
        /// Who.
        platform: &'static str,
        /// Its own word for it.
        reason: String,
    },
    /// An answer that cannot be understood: what it did is unknown.
    #[error("the answer of {platform} about `{object}` cannot be understood at `{place}`")]
    Garbled {
        /// Who.
        platform: &'static str,
        /// What was asked about.
        object: String,
        /// Where in the answer.
        place: String,
    },
    /// There is no such thing there.
    #[error("{platform} does not have `{object}`")]
    NoSuchObject {
        /// Who.
        platform: &'static str,
        /// What was asked about.
        object: String,
    },
    /// Other things hang on it and would be changed with it.
    #[error("`{object}` at {platform} is shared: {why}")]
    Shared {
        /// Who.
        platform: &'static str,
        /// What was asked about.
        object: String,
        /// With what, and what to do.
        why: &'static str,
    },
    /// It is there, and it is not for us to set.
    #[error("`{object}` at {platform} is not set from here: {why}")]
    NotOurs {
        /// Who.
        platform: &'static str,
        /// What was asked about.
        object: String,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// A state that it does not have.
    #[error("`{object}` at {platform} cannot be `{wanted}`")]
    NoSuchState {
        /// Who.
        platform: &'static str,
        /// What was to be set.
        object: String,
        /// What was wanted.
        wanted: String,
    },
}

impl Failure {
    /// What to do about it. Names every variant, so a new one cannot be added without deciding its fate.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Unreachable { .. } | Self::SlowDown { .. } | Self::TooOften { .. } | Self::Unkept { .. } => {
                Fate::Retry
            }
            Self::Unknown { .. } | Self::Broken { .. } | Self::Garbled { .. } => Fate::ReadBack,
            Self::Unauthorized { .. }
            | Self::Refused { .. }
            | Self::NoSuchObject { .. }
            | Self::Shared { .. }
            | Self::NotOurs { .. }
            | Self::NoSuchState { .. } => Fate::GiveUp,
        }
    }

    /// Why the Graph gave no document about `object`.
    #[must_use]
    pub fn of_graph(platform: &'static str, object: &str, trouble: GraphTrouble) -> Self {
        let error = match trouble {
            GraphTrouble::Unanswered(error) => return Self::unanswered(platform, object, error),
            GraphTrouble::Garbled { place } => return Self::Garbled { platform, object: object.to_owned(), place },
            GraphTrouble::Status { status } => {
                let reason = format!("status {status}");
                return match status {
                    429 => Self::SlowDown { platform },
                    401 | 403 => Self::Unauthorized { platform, reason },
                    500.. => Self::Broken { platform, status },
                    _ => Self::Refused { platform, reason },
                };
            }
            GraphTrouble::Said(error) => error,
        };
        let reason = error.to_string();
        match error.fault {
            Fault::Token | Fault::Permission | Fault::Blocked => Self::Unauthorized { platform, reason },
            Fault::Gone => Self::NoSuchObject { platform, object: object.to_owned() },
            Fault::Throttled => Self::SlowDown { platform },
            Fault::TooMuch | Fault::Transient => Self::Broken { platform, status: error.status },
            Fault::TooFew | Fault::Bad | Fault::Other => Self::Refused { platform, reason },
        }
    }

    /// No answer came to a request about `object`.
    #[must_use]
    pub fn unanswered(platform: &'static str, object: &str, error: SignedError) -> Self {
        match error {
            SignedError::Http(cause) if cause.never_left() => Self::Unreachable { platform, cause },
            SignedError::Http(cause) => Self::Unknown { platform, cause },
            // Without a token nothing was asked of the platform.
            SignedError::Token(TokenError::Unreachable { cause }) => Self::Unreachable { platform, cause },
            SignedError::Token(TokenError::Refused { reason }) => Self::Unauthorized { platform, reason },
            SignedError::Token(TokenError::SlowDown | TokenError::Broken { .. }) => Self::SlowDown { platform },
            SignedError::Token(TokenError::Garbled { field }) => {
                Self::Garbled { platform, object: object.to_owned(), place: field.to_owned() }
            }
            SignedError::Token(TokenError::Keeper { .. }) => {
                Self::Unauthorized { platform, reason: "the token could not be kept".to_owned() }
            }
        }
    }
}
