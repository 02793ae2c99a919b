//! What a question to the Business API that brought no data means for a source.

use super::super::SourceError;
use super::TITLE;
use crate::http::tiktok_business::{AskError, Meaning, meaning};

/// The failure, named for what can be done about it.
pub(super) fn sort(error: AskError) -> SourceError {
    match error {
        AskError::Signed(error) => SourceError::of_signed(TITLE, error),
        AskError::Garbled { place, expected } => SourceError::Garbled { platform: TITLE, path: place, expected },
        AskError::Status { status: 429, wait } => SourceError::SlowDown { platform: TITLE, wait },
        AskError::Status { status, .. } => of_status(status),
        AskError::Code { code } => of_code(code),
    }
}

fn of_status(status: u16) -> SourceError {
    match status {
        401 | 403 => SourceError::Unauthorized { platform: TITLE, reason: format!("status {status}") },
        500.. => SourceError::Broken { platform: TITLE, status },
        _ => SourceError::Refused { platform: TITLE, status, reason: "no reason given".to_owned() },
    }
}

fn of_code(code: i64) -> SourceError {
    let reason = code.to_string();
    match meaning(code) {
        Meaning::Hurry => SourceError::SlowDown { platform: TITLE, wait: None },
        Meaning::Token | Meaning::Denied => SourceError::Unauthorized { platform: TITLE, reason },
        Meaning::Gone => SourceError::Gone { platform: TITLE, reason },
        Meaning::Broken => SourceError::Broken { platform: TITLE, status: 200 },
        Meaning::Wrong => SourceError::Refused { platform: TITLE, status: 200, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::Absence;
    use crate::sources::Fate;

    #[track_caller]
    fn check(error: AskError, want: &str, fate: Fate, absence: Absence) {
        let error = sort(error);
        assert_eq!((error.to_string().as_str(), error.fate(), error.absence()), (want, fate, absence));
    }

    #[test]
    fn the_code_says_what_can_be_done() {
        let (tell, denied) = (Fate::TellOwner, Absence::Unauthorized);
        let hurry = "TikTok Ads asked us to slow down";
        for code in [40_100, 40_016, 40_132, 40_133] {
            check(AskError::Code { code }, hurry, Fate::SlowDown(None), Absence::Unreachable);
        }
        for code in [40_001, 40_102, 40_104, 40_105] {
            let text = format!("TikTok Ads refused our credentials: `{code}`");
            check(AskError::Code { code }, &text, tell, denied);
        }
        let wrong = "TikTok Ads did not accept the request: status 200, `40002`";
        check(AskError::Code { code: 40_002 }, wrong, tell, Absence::Garbled);
        check(AskError::Code { code: 40_007 }, "TikTok Ads does not have it: `40007`", Fate::Forget, Absence::Gone);
        let broken = "TikTok Ads failed with status 200";
        check(AskError::Code { code: 50_002 }, broken, Fate::Retry, Absence::Unreachable);
    }

    #[test]
    fn without_a_code_the_status_says_it() {
        let status = |status| AskError::Status { status, wait: None };
        check(status(429), "TikTok Ads asked us to slow down", Fate::SlowDown(None), Absence::Unreachable);
        check(status(502), "TikTok Ads failed with status 502", Fate::Retry, Absence::Unreachable);
        let text = "TikTok Ads refused our credentials: `status 401`";
        check(status(401), text, Fate::TellOwner, Absence::Unauthorized);
    }
}
