//! What it means for a source that no answer came, the same for every platform.

use std::time::Duration;

use super::SourceError;
use crate::http::signed::SignedError;
use crate::http::tokens::TokenError;
use crate::http::{Answer, HttpError};

impl SourceError {
    /// Why a signed question was not answered.
    #[must_use]
    pub fn of_signed(platform: &'static str, error: SignedError) -> Self {
        match error {
            SignedError::Http(cause) => Self::of_http(platform, cause),
            SignedError::Token(error) => Self::of_token(platform, error),
        }
    }

    /// Why there was no token to ask with.
    #[must_use]
    pub fn of_token(platform: &'static str, error: TokenError) -> Self {
        match error {
            TokenError::Refused { reason } => Self::Unauthorized { platform, reason },
            TokenError::Broken { status } => Self::Broken { platform, status },
            TokenError::SlowDown => Self::SlowDown { platform, wait: None },
            TokenError::Garbled { field } => {
                Self::Garbled { platform, path: field.to_owned(), expected: "an answer of the token server" }
            }
            TokenError::Unreachable { cause } => Self::of_http(platform, cause),
            TokenError::Keeper { cause } => {
                Self::Misconfigured { setting: "refresh_token_file", given: "…".to_owned(), why: cause.to_string() }
            }
        }
    }

    /// Why a question was not answered.
    #[must_use]
    pub fn of_http(platform: &'static str, cause: HttpError) -> Self {
        match cause {
            HttpError::TooLarge { .. } => {
                Self::Garbled { platform, path: "the whole body".to_owned(), expected: "a body under 8 MiB" }
            }
            HttpError::Connect { .. }
            | HttpError::Lost { .. }
            | HttpError::Unmakeable { .. }
            | HttpError::BadBase { .. } => Self::Unreachable { platform, cause },
        }
    }
}

/// The longest wait that is believed where a server names one.
const WAIT_MAX: Duration = Duration::from_mins(10);

/// A word from outside that is safe to repeat: nothing but letters, digits and underscores.
pub(super) fn word(text: Option<&str>) -> Option<&str> {
    let fits = |text: &&str| {
        (1..=60).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.filter(fits)
}

/// How long a server asks us to wait, where it says so in seconds.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    let secs = answer.header("retry-after")?.trim().parse().ok()?;
    Some(std::cmp::min(Duration::from_secs(secs), WAIT_MAX))
}
