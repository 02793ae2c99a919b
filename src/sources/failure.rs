//! What it means for a source that no answer came, the same for every platform.

use std::time::Duration;

use super::SourceError;
use crate::http::graph::{Fault, GraphTrouble, Usage};
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

    /// Why the Graph gave no document. `usage` is what the same answer says about waiting. Where the numbers are too few to
    /// be told ([`Fault::TooFew`]) that is no failure: whoever asks says so before it comes here.
    #[must_use]
    pub fn of_graph(platform: &'static str, trouble: GraphTrouble, usage: Usage) -> Self {
        let error = match trouble {
            GraphTrouble::Unanswered(error) => return Self::of_signed(platform, error),
            GraphTrouble::Garbled { place } => {
                return Self::Garbled { platform, path: place, expected: "a JSON document" };
            }
            GraphTrouble::Status { status } => return Self::of_status(platform, status, usage),
            GraphTrouble::Said(error) => error,
        };
        let (status, reason) = (error.status, error.to_string());
        match error.fault {
            Fault::Token | Fault::Permission | Fault::Blocked => Self::Unauthorized { platform, reason },
            Fault::Gone => Self::Gone { platform, reason },
            Fault::Throttled => Self::SlowDown { platform, wait: usage.wait },
            Fault::TooMuch | Fault::Transient => Self::Broken { platform, status },
            Fault::TooFew | Fault::Bad | Fault::Other => Self::Refused { platform, status, reason },
        }
    }

    /// A failure that only a status tells of.
    fn of_status(platform: &'static str, status: u16, usage: Usage) -> Self {
        let reason = "no error in the answer".to_owned();
        match status {
            429 => Self::SlowDown { platform, wait: usage.wait },
            401 | 403 => Self::Unauthorized { platform, reason },
            500.. => Self::Broken { platform, status },
            _ => Self::Refused { platform, status, reason },
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
            | HttpError::NotPublic { .. }
            | HttpError::Elsewhere { .. }
            | HttpError::BadBase { .. } => Self::Unreachable { platform, cause },
        }
    }
}

/// The longest wait that is believed where a server names one.
const WAIT_MAX: Duration = Duration::from_mins(10);

/// How long a server asks us to wait, where it says so in seconds.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    let secs = answer.header("retry-after")?.trim().parse().ok()?;
    Some(std::cmp::min(Duration::from_secs(secs), WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::http::graph::of_parts;

    #[track_caller]
    fn check(status: u16, body: &str, want: &str) {
        let usage = Usage { percent: None, wait: Some(Duration::from_mins(4)) };
        let trouble = of_parts(status, body.as_bytes()).expect_err("trouble");
        assert_eq!(SourceError::of_graph("Meta", trouble, usage).to_string(), want, "{status} {body}");
    }

    #[test]
    fn each_error_of_the_graph_has_its_fate() {
        let code = |code: u32| format!(r#"{{"error":{{"message":"EAAB","code":{code}}}}}"#);
        check(400, &code(190), "Meta refused our credentials: `code 190`");
        check(403, &code(200), "Meta refused our credentials: `code 200`");
        check(400, &code(368), "Meta refused our credentials: `code 368`");
        check(400, r#"{"error":{"code":100,"error_subcode":33}}"#, "Meta does not have it: `code 100, subcode 33`");
        check(400, &code(100), "Meta did not accept the request: status 400, `code 100`");
        check(400, &code(17), "Meta asked us to slow down");
        check(500, &code(2), "Meta failed with status 500");
        check(429, "", "Meta asked us to slow down");
        check(502, "<html>", "Meta failed with status 502");
        check(403, "", "Meta refused our credentials: `no error in the answer`");
        check(404, "{}", "Meta did not accept the request: status 404, `no error in the answer`");
        let garbled = "the answer of Meta cannot be understood at `line 1 column 0`: expected a JSON document";
        check(200, "", garbled);
    }

    #[test]
    fn a_throttle_waits_as_long_as_the_headers_say() {
        let usage = Usage { percent: Some(100), wait: Some(Duration::from_mins(4)) };
        let trouble = of_parts(400, br#"{"error":{"code":80004}}"#).expect_err("throttled");
        let error = SourceError::of_graph("Meta", trouble, usage);
        assert!(matches!(error, SourceError::SlowDown { wait: Some(wait), .. } if wait == Duration::from_mins(4)));
    }
}
