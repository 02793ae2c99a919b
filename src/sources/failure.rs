//! What it means for a source that no answer came, the same for every platform.

use super::SourceError;
use crate::http::HttpError;
use crate::http::signed::SignedError;
use crate::http::tokens::TokenError;

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
