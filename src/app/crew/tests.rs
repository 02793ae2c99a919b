use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::ids::Platform;
use crate::http::HttpError;
use crate::sources::quota::Told;
use crate::sources::{FoundPost, Target};

fn error_of_each_kind() -> Vec<SourceError> {
    let (platform, reason) = ("YouTube", || "a `word`".to_owned());
    let unreachable = HttpError::Connect { host: "127.0.0.1:1".to_owned(), cause: "refused".into() };
    vec![
        SourceError::QuotaSpent { bucket: "general".to_owned(), until: Timestamp::UNIX_EPOCH },
        SourceError::SlowDown { platform, wait: Some(Duration::from_millis(1_500)) },
        SourceError::Unauthorized { platform, reason: reason() },
        SourceError::Gone { platform, reason: reason() },
        SourceError::Garbled { platform, path: "items[0]".to_owned(), expected: "text" },
        SourceError::Unreachable { platform, cause: unreachable },
        SourceError::Broken { platform, status: 503 },
        SourceError::Refused { platform, status: 400, reason: reason() },
        SourceError::BadTarget { platform, id: "x".to_owned(), why: "no id" },
        SourceError::Misconfigured { setting: "token_file", given: "x".to_owned(), why: reason() },
    ]
}

/// What one reads as a failure, another does: the same words, the same fate, the same reach and absence.
#[test]
fn what_a_platform_said_goes_over_whole() {
    for error in error_of_each_kind() {
        let seen = |error: &SourceError| (error.to_string(), error.fate(), error.reach(), error.absence());
        let wanted = seen(&error);
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let bytes = write_answer(&Err(error)).expect("written");
        let back = read_answer(&bytes).expect("read").expect_err("an error");
        assert_eq!(seen(&back), wanted);
        assert_eq!(std::error::Error::source(&back).map(ToString::to_string), cause);
    }
}

#[test]
fn an_answer_goes_over_whole() {
    let post = FoundPost {
        platform: Platform::Youtube,
        post: "v1".parse().expect("a post"),
        creator: "alma".parse().expect("a creator"),
        published_at: Timestamp::UNIX_EPOCH,
        title: Some("Skål".to_owned()),
        description: None,
        duration: Some(SignedDuration::from_secs(31)),
        format: Some("reel"),
    };
    let fetched = Fetched {
        posts: vec![post.clone()],
        units: vec![("general".to_owned(), 3)],
        told: vec![Told { bucket: "general".to_owned(), left: 5, most: None, per_second: Some(2) }],
        partial: Some(SourceError::Broken { platform: "YouTube", status: 500 }),
        ..Fetched::default()
    };
    let bytes = write_answer(&Ok(fetched)).expect("written");
    let back = read_answer(&bytes).expect("read").expect("an answer");
    assert_eq!((back.posts, back.units), (vec![post], vec![("general".to_owned(), 3)]));
    assert_eq!(
        (back.told.len(), back.partial.map(|one| one.to_string())),
        (1, Some("YouTube failed with status 500".into()))
    );
}

#[test]
fn a_request_goes_over_whole() {
    let targets = vec![
        Target::Account { subject: "creator/alma".parse().expect("a subject"), id: "UC1".to_owned() },
        Target::Uploads { creator: "alma".parse().expect("a creator"), id: "UC1".to_owned(), since: None },
    ];
    let request = Request { targets: targets.clone(), now: Timestamp::UNIX_EPOCH };
    let back = read_request(&write_request(&request).expect("written")).expect("read");
    assert_eq!((back.targets, back.now), (targets, Timestamp::UNIX_EPOCH));
    assert!(read_request(b"{").is_none() && read_answer(b"{}").is_none());
}
