//! What platforms answer to polls. One target for all: the real sources ask, with their tokens, pages and waits, and
//! what they are told comes from the input ([`crate::http::scripted`]).
//!
//! The first byte is the platform, the second what is asked. Then answers, each a byte for the status, a byte for its headers,
//! and a body that ends at the byte 0x1E (a separator that JSON cannot hold).

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Became, now, same_again, split, told, wait};
use crate::app::config::SourceConfig;
use crate::app::records::PostRecord;
use crate::domain::ids::{CreatorId, Subject};
use crate::domain::metric::Unit;
use crate::domain::sample::{Form, Sample};
use crate::http::Answer;
use crate::http::scripted::{self, Asked};
use crate::http::tokens::{Accounts, TokenKeeper, TokenSet};
use crate::sources::{Ask, Fate, Fetched, Outside, Request, SourceError, Target};
use crate::store::limits::VALUE_MAX;
use crate::store::samples::{Row, read_row, rows_of};
use crate::time::{Clock, Driver};

/// Between two answers.
const SEPARATOR: u8 = 0x1E;

/// Answers of one input.
const ANSWERS_MAX: usize = 16;

/// Stands in every token.
const CANARY: &str = "canary";

/// Waits of one poll that are gone through: the longest wait for a quota is a day, and no poll waits a thousand times.
const STEPS_MAX: usize = 5_000;

struct Platform {
    settings: &'static str,
    account: &'static str,
    post: &'static str,
}

const GOOGLE: &str = "client_id = \"app\"\nclient_secret = \"canary-s\"\n";

const PLATFORMS: [Platform; 15] = [
    Platform {
        settings: "kind = \"youtube\"\nkey = \"canary-k\"",
        account: "UCBR8-60-B28hp2BmDPdntcQ",
        post: "dQw4w9WgXcQ",
    },
    Platform { settings: "kind = \"youtube_analytics\"", account: "UCBR8-60-B28hp2BmDPdntcQ", post: "dQw4w9WgXcQ" },
    Platform {
        settings: "kind = \"instagram\"\nclient_id = \"app\"\nclient_secret = \"canary-s\"",
        account: "almalind",
        post: "17841400000000001",
    },
    Platform {
        settings: "kind = \"tiktok\"\nclient_key = \"app\"\nclient_secret = \"canary-s\"",
        account: "almalind",
        post: "7000000000000000002",
    },
    Platform {
        settings: "kind = \"twitch\"\nclient_id = \"app\"\nclient_secret = \"canary-s\"",
        account: "almalind",
        post: "1234567890",
    },
    Platform { settings: "kind = \"x\"\ntoken = \"canary-t\"", account: "almalind", post: "1234567890" },
    Platform { settings: "kind = \"facebook\"\ntoken = \"canary-t\"", account: "123456789", post: "123456789_987" },
    Platform {
        settings: "kind = \"meta_ads\"\naccount = \"act_66782684\"\ntoken = \"canary-t\"",
        account: "23846784938030398",
        post: "23846784938030398",
    },
    Platform {
        settings: "kind = \"tiktok_ads\"\nadvertiser_id = \"7000000000000000001\"\ntoken = \"canary-t\"\norders = true",
        account: "11111111",
        post: "11111111",
    },
    Platform {
        settings: "kind = \"google_ads\"\ncustomer_id = \"123-456-7890\"\ndeveloper_token = \"canary-d\"",
        account: "4711",
        post: "4711",
    },
    Platform { settings: "kind = \"ga4\"\nproperty = \"4711\"\norders = true", account: "alma-spring", post: "4711" },
    Platform { settings: "kind = \"shopify\"\nshop = \"nordbo\"\ntoken = \"canary-t\"", account: "ALMA10", post: "1" },
    Platform { settings: "kind = \"stripe\"\ncurrency = \"EUR\"\nkey = \"canary-k\"", account: "ALMA10", post: "1" },
    Platform {
        settings: "kind = \"woocommerce\"\ncurrency = \"EUR\"\nbase_url = \"https://shop.example\"\n\
                   consumer_key = \"canary-k\"\nconsumer_secret = \"canary-s\"",
        account: "ALMA10",
        post: "1",
    },
    Platform {
        settings: "kind = \"generic\"\nfeed = { base_url = \"https://feed.example\", allowed_hosts = [\"feed.example\"], \
                   path = \"/f.json\", token = \"canary-t\", platform = \"twitch\", rows = \"$.rows[*]\", id = \"$.login\", \
                   fields = [{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }, \
                   { metric = \"views\", path = \"$.views\", form = \"total\" }] }",
        account: "almalind",
        post: "1",
    },
];

const STATUSES: [u16; 8] = [200, 200, 400, 401, 403, 404, 429, 503];

pub(super) fn run(bytes: &[u8]) -> Became {
    let (which, rest) = split(bytes);
    let (what, rest) = split(rest);
    let place = usize::from(which.wrapping_sub(b'a')) % PLATFORMS.len();
    let platform = PLATFORMS.get(place).expect("a platform");
    let google = if platform.settings.contains("_analytics") || matches!(place, 9 | 10) { GOOGLE } else { "" };
    let text = format!("schedule = \"0 * * * *\"\n{google}{}\n", platform.settings);
    let config: SourceConfig = toml::from_str(&text).expect("settings of a source");
    let request = request(&config, platform, what);
    scripted::begin(answers(rest));
    let (fetched, asked) = (wait(fetch(&config, &request)), scripted::end());
    let leaked =
        |text: &str| text.contains(CANARY) && !rest.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
    match fetched {
        Ok(fetched) => {
            if let Some(error) = &fetched.partial {
                error_of(error, &leaked);
            }
            numbers(&fetched, &request, asked);
            Became::of(!fetched.samples.is_empty() || !fetched.posts.is_empty())
        }
        Err(error) => {
            error_of(&error, &leaked);
            Became::Refused
        }
    }
}

fn error_of(error: &SourceError, leaked: &dyn Fn(&str) -> bool) {
    let text = error.to_string();
    told(&text);
    assert!(!leaked(&text), "a secret is in {text}");
    let _ = (error.reach(), error.absence());
    if let Fate::WaitUntil(until) = error.fate() {
        let wait = until.duration_since(now());
        assert!(wait <= SignedDuration::from_hours(32 * 24), "a source is silenced until {until}");
    }
}

fn answers(bytes: &[u8]) -> Vec<Answer> {
    let each = bytes.split(|byte| *byte == SEPARATOR).take(ANSWERS_MAX);
    each.map(|one| {
        let (status, rest) = split(one);
        let (headers, body) = split(rest);
        let status = STATUSES.get(usize::from(status) % STATUSES.len()).copied().unwrap_or(200);
        Answer { status, headers: headers_of(headers), body: body.to_vec() }
    })
    .collect()
}

/// Headers that sources read, by the bits of a byte.
fn headers_of(bits: u8) -> HeaderMap {
    const KNOWN: [(&str, &str); 7] = [
        ("retry-after", "7"),
        ("x-app-usage", r#"{"call_count":99,"total_time":25,"total_cputime":25}"#),
        (
            "x-business-use-case-usage",
            r#"{"66782684":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":3}]}"#,
        ),
        ("ratelimit-remaining", "0"),
        ("ratelimit-reset", "1780000060"),
        ("x-rate-limit-reset", "99999999999999999999"),
        ("retry-after", "-1"),
    ];
    let mut headers = HeaderMap::new();
    // Letters of ASCII, as seeds have them, mean none.
    let on = |at: usize| bits < 0x40 && bits >> at & 1 == 1;
    for (_, (name, value)) in KNOWN.into_iter().enumerate().filter(|(at, _)| on(*at)) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
}

fn alma() -> CreatorId {
    "alma".parse().expect("an id")
}

/// What is asked: everything that the source is asked for in earnest, less what the bits of a byte leave out.
fn request(config: &SourceConfig, platform: &Platform, bits: u8) -> Request {
    let settings = config.kind.settings();
    let (account, post) = (platform.account.to_owned(), platform.post.to_owned());
    let subject = |text: String| text.parse::<Subject>().expect("a subject");
    let target = |ask: Ask| match ask {
        Ask::Creators => Target::Account { subject: Subject::Creator(alma()), id: account.clone() },
        Ask::Brands | Ask::Whole => {
            Target::Account { subject: subject("brand/nordbo".to_owned()), id: account.clone() }
        }
        Ask::Boosts | Ask::Codes | Ask::Links => {
            Target::Account { subject: subject("partnership/spring/alma".to_owned()), id: account.clone() }
        }
        Ask::Uploads => {
            let since = now().checked_sub(SignedDuration::from_hours(90 * 24)).ok();
            Target::Uploads { creator: alma(), id: account.clone(), since }
        }
        Ask::Posts => Target::Post {
            subject: subject(format!("post/{}/{post}", settings.platform())),
            id: post.clone(),
            creator: Some(alma()),
        },
    };
    let asks = settings.asks().into_iter().enumerate();
    let asks = asks.filter(|(at, _)| bits < 0x10 && bits >> at & 1 == 0 || 0x10 <= bits);
    Request { targets: asks.map(|(_, ask)| target(ask)).collect(), now: now() }
}

async fn fetch(config: &SourceConfig, request: &Request) -> Result<Fetched, SourceError> {
    let (clock, mut driver) = Clock::simulated(now());
    let source = config.kind.settings().build(&Outside { clock, accounts: Arc::new(Everybody) })?;
    let fetching = source.fetch(request);
    tokio::pin!(fetching);
    for _ in 0..STEPS_MAX {
        tokio::select! {
            biased;
            fetched = &mut fetching => {
                let waited = driver.clock().now().duration_since(now());
                assert!(waited <= SignedDuration::from_hours(24), "one poll took {waited}");
                return fetched;
            }
            () = step(&mut driver) => {}
        }
    }
    unreachable(&driver)
}

/// Moves time to the next moment that somebody waits for.
async fn step(driver: &mut Driver) {
    tokio::task::yield_now().await;
    if let Some(due) = driver.next_due() {
        drop(driver.step(due).await);
    }
}

#[expect(clippy::panic, reason = "a promise that is broken must be heard")]
fn unreachable<T>(driver: &Driver) -> T {
    panic!("a poll waits without an end, until {}", driver.clock().now())
}

/// Whatever came, it is about what was asked, no more than was sent, and can be kept.
fn numbers(fetched: &Fetched, request: &Request, asked: Asked) {
    // A shop that sold nothing tells so of every hour that was asked for: three metrics of a month, for each of two subjects.
    let most = 4_608 * (1 + request.targets.len()) + asked.bytes;
    let got = [fetched.samples.len(), fetched.missing.len(), fetched.posts.len()];
    assert!(got.iter().all(|count| *count <= most), "{got:?} out of {} bytes", asked.bytes);
    for sample in &fetched.samples {
        let money = sample.series.metric.unit() == Unit::Money;
        assert_eq!(money, sample.currency.is_some(), "{sample:?}: money has a currency, nothing else has");
        if let Form::Amount { from, until } = sample.form {
            assert!(from < until, "{sample:?}: an amount over no time");
        }
        let ours = about_asked(&sample.series.subject, request);
        assert!(ours, "{sample:?} was not asked for");
    }
    kept(&fetched.samples);
    for missing in &fetched.missing {
        assert!(about_asked(&missing.series.subject, request), "{missing:?} was not asked for");
        assert_eq!(same_again(&missing.why), missing.why);
    }
    for post in &fetched.posts {
        assert_eq!(post.creator, alma(), "somebody else's post");
        assert!(format!("post/{}/{}", post.platform, post.post).parse::<Subject>().is_ok(), "{post:?}");
        let record = PostRecord {
            platform: post.platform,
            post: post.post.clone(),
            creator: post.creator.clone(),
            published_at: post.published_at,
            title: post.title.clone(),
            text: post.description.clone(),
            format: None,
            known_at: None,
            earlier: Vec::new(),
        };
        let size = serde_json::to_vec(&record.after(None, now())).expect("it can be written").len();
        assert!(size < VALUE_MAX / 4, "a post of {size} bytes would fail every poll");
    }
}

fn about_asked(subject: &Subject, request: &Request) -> bool {
    let lists = request.targets.iter().any(|target| matches!(target, Target::Uploads { .. }));
    let of_target = |target: &Target| match target {
        Target::Account { subject: asked, .. } | Target::Post { subject: asked, .. } => asked == subject,
        Target::Uploads { creator, .. } => *subject == Subject::Creator(creator.clone()),
    };
    request.targets.iter().any(of_target) || lists && matches!(subject, Subject::Post(..))
}

fn kept(samples: &[Sample]) {
    for (key, row) in rows_of(samples) {
        let read = read_row(&key, &row).expect("what is kept is read");
        assert!(matches!(read, Row::Samples(read) if !read.is_empty()));
    }
}

/// Everybody has connected their account.
#[derive(Debug)]
struct Everybody;

#[async_trait]
impl Accounts for Everybody {
    async fn keeper(&self, _account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        Ok(Some(Arc::new(Theirs)))
    }
}

#[derive(Debug)]
struct Theirs;

#[async_trait]
impl TokenKeeper for Theirs {
    async fn load(&self) -> std::io::Result<TokenSet> {
        let until = |hours| now().checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
        Ok(TokenSet {
            access: Some("canary-access".to_owned().into()),
            access_until: Some(until(48)),
            refresh: Some("canary-refresh".to_owned().into()),
            refresh_until: Some(until(24 * 90)),
            scope: Some("user.info.basic,user.info.profile,user.info.stats,video.list".to_owned()),
        })
    }

    async fn keep(&self, _tokens: &TokenSet) -> std::io::Result<()> {
        Ok(())
    }
}
