//! What chat platforms say: updates of Telegram (`t`), frames of Discord's gateway (`g`), and their answers to requests (`T`,
//! `D`: a byte for the status, then the body).

use jiff::SignedDuration;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Became, now, same_again, split, told};
use crate::chat::discord::{classify as discord, interactions};
use crate::chat::error::SendError;
use crate::chat::inbound::{Inbound, What};
use crate::chat::telegram::{classify as telegram, updates};
use crate::http::Answer;

/// Stands where a bot's token would; a reason that repeats it would show it to people.
const SECRET: &str = "123456:canary-of-the-token";

const STATUSES: [u16; 10] = [200, 201, 204, 400, 401, 403, 404, 413, 429, 502];

pub(super) fn run(bytes: &[u8]) -> Became {
    let (kind, rest) = split(bytes);
    match kind {
        b'g' => gateway(rest),
        b'T' => {
            let (status, body) = status(rest);
            let sorted = telegram::sort(status, body, now(), SECRET);
            drop(telegram::seen(status, &sorted, now()));
            match &sorted {
                telegram::Sorted::Failed(error) => refused(error),
                telegram::Sorted::Done(_) | telegram::Sorted::Unchanged => Became::Taken,
            }
        }
        b'D' => discord_answer(rest),
        _ => update(rest),
    }
}

fn status(bytes: &[u8]) -> (u16, &[u8]) {
    let (which, body) = split(bytes);
    (STATUSES.get(usize::from(which) % STATUSES.len()).copied().unwrap_or(200), body)
}

fn refused(error: &SendError) -> Became {
    let text = error.to_string();
    told(&text);
    assert!(!text.contains(SECRET), "the token is in {text}");
    if let SendError::SlowDown { until, .. } = error {
        let wait = until.duration_since(now());
        assert!(
            SignedDuration::ZERO <= wait && wait <= SignedDuration::from_hours(24),
            "a bot is silenced until {until}"
        );
    }
    Became::Refused
}

fn update(bytes: &[u8]) -> Became {
    let Ok(raw) = serde_json::from_slice(bytes) else { return Became::Refused };
    let inbound = updates::inbound(&raw, "PlimsollBot", now());
    kept(&inbound, bytes);
    Became::of(!matches!(inbound.what, What::Unknown { .. }))
}

fn gateway(bytes: &[u8]) -> Became {
    let Some(inbound) = interactions::of_frame(bytes, now()) else { return Became::Refused };
    kept(&inbound, bytes);
    Became::Taken
}

/// What is kept comes back, and is no more than a few times what came: it must fit the store, or it is asked for for ever.
fn kept(inbound: &Inbound, came: &[u8]) {
    assert_eq!(same_again(inbound), *inbound);
    let size = serde_json::to_vec(inbound).expect("it can be written").len();
    assert!(size <= 8 * came.len() + 2_048, "{size} bytes are kept of {}", came.len());
    if let What::Unknown { what } = &inbound.what {
        told(what);
    }
}

fn discord_answer(bytes: &[u8]) -> Became {
    let (status, rest) = status(bytes);
    // A line of headers, then the body.
    let mut parts = rest.splitn(2, |byte| *byte == b'\n');
    let (line, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let names =
        ["x-ratelimit-bucket", "x-ratelimit-remaining", "x-ratelimit-reset-after", "retry-after", "x-ratelimit-scope"];
    let mut headers = HeaderMap::new();
    for (name, value) in names.into_iter().zip(line.split(|byte| *byte == b'|')) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let answer = Answer { status, headers, body: body.to_vec() };
    let outcome = discord::sort(&answer, now(), SECRET);
    drop(discord::seen(&answer, &outcome, now()));
    match &outcome {
        Ok(_) => Became::Taken,
        Err(error) => refused(error),
    }
}
