//! What a question that brought no `data` means.
//!
//! The code decides before the status: Shopify answers 200 to a full bucket, a missing right and a fault of its own.
//! Facts: <https://shopify.dev/docs/api/usage/response-codes>.

use super::super::SourceError;
use super::TITLE;
use crate::http::graphql::AskError;

/// Codes with a meaning of their own; any other says that our question is wrong.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Denied,
    Broken,
}

const CODES: &[(&str, Meaning)] = &[
    ("ACCESS_DENIED", Meaning::Denied),
    ("UNAUTHORIZED", Meaning::Denied),
    ("INTERNAL_SERVER_ERROR", Meaning::Broken),
    ("SERVICE_UNAVAILABLE", Meaning::Broken),
    ("TIMEOUT", Meaning::Broken),
];

/// The failure, named for what can be done about it.
pub(super) fn sort(error: AskError) -> SourceError {
    match error {
        AskError::Http(cause) => SourceError::of_http(TITLE, cause),
        AskError::Token(error) => SourceError::of_token(TITLE, error),
        AskError::Throttled { wait } | AskError::Status { status: 429, wait, .. } => {
            SourceError::SlowDown { platform: TITLE, wait }
        }
        AskError::Status { status: 401 | 403, reason, .. } => SourceError::Unauthorized { platform: TITLE, reason },
        AskError::Status { status: status @ 500.., .. } => SourceError::Broken { platform: TITLE, status },
        AskError::Status { status, reason, .. } => SourceError::Refused { platform: TITLE, status, reason },
        AskError::Errors { code, at } => {
            let reason = if at.is_empty() { code.clone() } else { format!("{code} at {at}") };
            match CODES.iter().find(|row| row.0 == code).map(|row| row.1) {
                Some(Meaning::Denied) => SourceError::Unauthorized { platform: TITLE, reason },
                Some(Meaning::Broken) => SourceError::Broken { platform: TITLE, status: 200 },
                None => SourceError::Refused { platform: TITLE, status: 200, reason },
            }
        }
        AskError::Garbled { place } => {
            SourceError::Garbled { platform: TITLE, path: place, expected: "a GraphQL answer" }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::sample::Absence;
    use crate::http::tokens::TokenError;
    use crate::sources::Fate;

    #[track_caller]
    fn check(error: AskError, want: &str, fate: Fate, absence: Absence) {
        let error = sort(error);
        assert_eq!((error.to_string().as_str(), error.fate(), error.absence()), (want, fate, absence));
    }

    fn status(status: u16, reason: &str) -> AskError {
        AskError::Status { status, wait: None, reason: reason.to_owned() }
    }

    fn errors(code: &str, at: &str) -> AskError {
        AskError::Errors { code: code.to_owned(), at: at.to_owned() }
    }

    #[test]
    fn a_full_bucket_is_a_hurry_whatever_the_status() {
        let wait = Some(Duration::from_secs(4));
        check(
            AskError::Throttled { wait },
            "Shopify asked us to slow down",
            Fate::SlowDown(wait),
            Absence::Unreachable,
        );
        check(status(429, ""), "Shopify asked us to slow down", Fate::SlowDown(None), Absence::Unreachable);
        check(TokenError::SlowDown.into(), "Shopify asked us to slow down", Fate::SlowDown(None), Absence::Unreachable);
    }

    #[test]
    fn what_an_owner_can_mend_is_told() {
        let (tell, denied) = (Fate::TellOwner, Absence::Unauthorized);
        check(status(401, "invalid_token"), "Shopify refused our credentials: `invalid_token`", tell, denied);
        check(status(403, "x"), "Shopify refused our credentials: `x`", tell, denied);
        let text = "Shopify refused our credentials: `ACCESS_DENIED at orders`";
        check(errors("ACCESS_DENIED", "orders"), text, tell, denied);
        let refused = TokenError::Refused { reason: "invalid_grant".to_owned() };
        check(refused.into(), "Shopify refused our credentials: `invalid_grant`", tell, denied);
        let text = "Shopify did not accept the request: status 402, `unavailable_shop`";
        check(status(402, "unavailable_shop"), text, tell, Absence::Garbled);
        check(status(404, "x"), "Shopify did not accept the request: status 404, `x`", tell, Absence::Garbled);
        let text = "Shopify did not accept the request: status 200, `undefinedField`";
        check(errors("undefinedField", ""), text, tell, Absence::Garbled);
    }

    #[test]
    fn what_is_the_shops_fault_is_tried_again() {
        check(status(503, ""), "Shopify failed with status 503", Fate::Retry, Absence::Unreachable);
        let broken = errors("INTERNAL_SERVER_ERROR", "");
        check(broken, "Shopify failed with status 200", Fate::Retry, Absence::Unreachable);
        let text = "the answer of Shopify cannot be understood at `data`: expected a GraphQL answer";
        check(AskError::Garbled { place: "data".to_owned() }, text, Fate::Diagnose, Absence::Garbled);
    }
}
