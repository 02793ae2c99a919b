//! Where numbers come from: one folder per platform, each with the one translation from wire to samples.
//!
//! Owns: what may be asked of a platform ([`Request`]), what it may answer ([`Fetched`]) and why it did not
//! ([`SourceError`]).
//! Refuses: storing, scheduling, retrying, and any judgement of the numbers. A source is told the time.
//! Survives: any body at all. What cannot be understood is a typed absence, never a number.

pub mod estimate;
mod failure;
mod google;
mod json;

pub mod facebook;
pub mod ga4;
pub mod generic;
pub mod google_ads;
pub mod instagram;
pub mod meta_ads;
mod names;
pub mod orders;
pub mod poll_document;
pub mod quota;
#[cfg(test)]
mod recorded_bodies;
pub mod settings;
pub mod shopify;
pub mod stripe;
pub mod tiktok;
pub mod tiktok_ads;
mod token_file;
pub mod twitch;
mod wanted;
pub mod woocommerce;
pub mod x;
pub mod youtube;
pub mod youtube_analytics;

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::sample::{Absence, Missing, Sample};
use crate::domain::written::repeated;
use crate::http::HttpError;
use names::Name;

pub use estimate::{Assumed, Estimate, Planned};
pub use poll_document::poll_json;
pub use quota::Told;
pub use settings::{Ask, Budget, Outside, SecretFile, Settings};

/// One account at one platform that answers questions about numbers.
#[async_trait]
pub trait Source: Send + Sync {
    /// Asks the platform once for everything in `request`.
    ///
    /// `Err` means that nothing was asked: the request or the configuration is wrong. Whatever goes wrong after that is
    /// in the answer: each series asked for is in `samples` or, with its reason, in `missing`; `partial` holds the first
    /// failure, whose [`SourceError::fate`] says what to do next; `units` holds what was charged.
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError>;
}

/// What is asked of a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// Whose numbers. The same target twice is asked once and answered once.
    pub targets: Vec<Target>,
    /// The present instant: when a number without a time stamp of its own was so, and when it became known.
    pub now: Timestamp,
}

/// One thing to ask about, by the platform's own id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// The numbers of an account: a channel, a profile, a row of a feed.
    Account {
        /// Whose numbers they will be.
        subject: Subject,
        /// The account as the platform names it.
        id: String,
    },
    /// Which posts an account has published.
    Uploads {
        /// Who publishes there.
        creator: CreatorId,
        /// The account as the platform names it.
        id: String,
        /// Stop looking at posts older than this.
        since: Option<Timestamp>,
    },
    /// The numbers of one post.
    Post {
        /// Whose numbers they will be.
        subject: Subject,
        /// The post as the platform names it.
        id: String,
        /// Who made it; with it, what the platform says about the post itself is answered too.
        creator: Option<CreatorId>,
    },
}

impl Target {
    /// The platform's id of it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Account { id, .. } | Self::Uploads { id, .. } | Self::Post { id, .. } => id,
        }
    }
}

/// What a source answered.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Fetched {
    /// The numbers.
    pub samples: Vec<Sample>,
    /// Which numbers there are not, and why.
    pub missing: Vec<Missing>,
    /// Posts that were found.
    pub posts: Vec<FoundPost>,
    /// What was charged: the platform's bucket and units, one entry a bucket.
    pub units: Vec<(String, u32)>,
    /// What the platform said is left of its buckets.
    pub told: Vec<Told>,
    /// The first failure, if there was one; what it concerns is in `missing`.
    pub partial: Option<SourceError>,
}

impl Fetched {
    /// Adds to what was charged.
    fn charge(&mut self, bucket: &str, units: u32) {
        match self.units.iter_mut().find(|row| row.0 == bucket) {
            Some(row) => row.1 = row.1.saturating_add(units),
            None => self.units.push((bucket.to_owned(), units)),
        }
    }

    /// Keeps what the platform said last about a bucket.
    fn tell(&mut self, told: Told) {
        self.told.retain(|one| one.bucket != told.bucket);
        self.told.push(told);
    }

    /// Keeps the first failure.
    fn fail(&mut self, error: SourceError) {
        if self.partial.is_none() {
            self.partial = Some(error);
        }
    }
}

/// A post as its platform describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPost {
    /// Where it lives.
    pub platform: Platform,
    /// Its id there.
    pub post: PostRef,
    /// Who made it.
    pub creator: CreatorId,
    /// When it became public.
    pub published_at: Timestamp,
    /// Its title.
    pub title: Option<String>,
    /// Its text, where links and codes stand.
    pub description: Option<String>,
    /// How long it plays.
    pub duration: Option<SignedDuration>,
    /// `reel`, `story`, …, where the platform tells.
    #[serde(deserialize_with = "names::read_some")]
    pub format: Option<Name>,
}

/// What the caller does about a [`SourceError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Ask again at this instant, not before.
    WaitUntil(Timestamp),
    /// Ask more slowly; wait this long if the platform said so.
    SlowDown(Option<Duration>),
    /// Tell the owner once; asking again changes nothing until somebody acts.
    TellOwner,
    /// The thing is gone; stop asking for it.
    Forget,
    /// Keep what came for diagnosis, and ask again at the next tick.
    Diagnose,
    /// Ask again later, each time a little later.
    Retry,
}

/// How far a failure reaches: what else would fail with it in the same poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every question to the platform.
    Platform,
    /// Every question in the name of the same account.
    Account,
    /// Every question out of the same budget.
    Quota,
    /// Every question, until the platform has had its rest.
    Pace,
    /// This question alone.
    Question,
}

/// Why a source did not answer, named for what can be done about it.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
pub enum SourceError {
    /// The day's budget is used up.
    #[error("the quota `{bucket}` is used up until {until}")]
    QuotaSpent {
        /// Which budget.
        bucket: String,
        /// When it is filled again.
        until: Timestamp,
    },
    /// Too many requests in a short time.
    #[error("{platform} asked us to slow down")]
    SlowDown {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// For how long, when it said so.
        wait: Option<Duration>,
    },
    /// The key or token is refused, or lacks a right.
    #[error("{platform} refused our credentials: `{reason}`")]
    Unauthorized {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// The platform's own word for it.
        reason: String,
    },
    /// What was asked for does not exist any more.
    #[error("{platform} does not have it: `{reason}`")]
    Gone {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// The platform's own word for it.
        reason: String,
    },
    /// An answer that cannot be understood.
    #[error("the answer of {platform} cannot be understood at `{path}`: expected {expected}")]
    Garbled {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// Where in the answer.
        path: String,
        /// What should have stood there.
        #[serde(deserialize_with = "names::read")]
        expected: Name,
    },
    /// No answer.
    #[error("could not reach {platform}")]
    Unreachable {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// The cause on our side of the wire.
        #[source]
        #[serde(with = "names::cause")]
        cause: HttpError,
    },
    /// An answer that says the platform is broken.
    #[error("{platform} failed with status {status}")]
    Broken {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// The HTTP status.
        status: u16,
    },
    /// The platform says that our question is wrong.
    #[error("{platform} did not accept the request: status {status}, `{reason}`")]
    Refused {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// The HTTP status.
        status: u16,
        /// The platform's own word for it.
        reason: String,
    },
    /// A target that this source cannot ask about.
    #[error("`{id}` cannot be asked of {platform}: {why}")]
    BadTarget {
        /// Who.
        #[serde(deserialize_with = "names::read")]
        platform: Name,
        /// What was given.
        id: String,
        /// What is wrong with it.
        #[serde(deserialize_with = "names::read")]
        why: Name,
    },
    /// The configuration of the source does not work.
    #[error("`{}` does not work as `{setting}`: {}", repeated(given), repeated(why))]
    Misconfigured {
        /// Which setting of the source.
        #[serde(deserialize_with = "names::read")]
        setting: Name,
        /// What was given.
        given: String,
        /// What is wrong with it.
        why: String,
    },
}

impl SourceError {
    /// What to do about it. Names every variant, so a new one cannot be added without deciding its fate.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::QuotaSpent { until, .. } => Fate::WaitUntil(*until),
            Self::SlowDown { wait, .. } => Fate::SlowDown(*wait),
            Self::Unauthorized { .. } | Self::Refused { .. } | Self::BadTarget { .. } | Self::Misconfigured { .. } => {
                Fate::TellOwner
            }
            Self::Gone { .. } => Fate::Forget,
            Self::Garbled { .. } => Fate::Diagnose,
            Self::Unreachable { .. } | Self::Broken { .. } => Fate::Retry,
        }
    }

    /// How far it reaches. Names every variant, as above.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Unreachable { .. } | Self::Broken { .. } => Reach::Platform,
            Self::Unauthorized { .. } => Reach::Account,
            Self::QuotaSpent { .. } => Reach::Quota,
            Self::SlowDown { .. } => Reach::Pace,
            Self::Gone { .. }
            | Self::Garbled { .. }
            | Self::Refused { .. }
            | Self::BadTarget { .. }
            | Self::Misconfigured { .. } => Reach::Question,
        }
    }

    /// Why the numbers it concerns are absent.
    #[must_use]
    pub fn absence(&self) -> Absence {
        match self {
            Self::QuotaSpent { .. } => Absence::QuotaSpent,
            Self::Unauthorized { .. } => Absence::Unauthorized,
            Self::Gone { .. } => Absence::Gone,
            // A question that the platform rejects is a misunderstanding too, only in the other direction.
            Self::Garbled { .. } | Self::Refused { .. } | Self::BadTarget { .. } | Self::Misconfigured { .. } => {
                Absence::Garbled
            }
            Self::SlowDown { .. } | Self::Unreachable { .. } | Self::Broken { .. } => Absence::Unreachable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &SourceError, fate: Fate, absence: Absence, text: &str) {
        assert_eq!((error.fate(), error.absence(), error.to_string().as_str()), (fate, absence, text));
    }

    #[test]
    fn what_is_the_platforms_doing_is_waited_for() {
        let platform = "YouTube";
        let until = Timestamp::UNIX_EPOCH;
        let text = "the quota `general` is used up until 1970-01-01T00:00:00Z";
        let error = SourceError::QuotaSpent { bucket: "general".into(), until };
        check(&error, Fate::WaitUntil(until), Absence::QuotaSpent, text);
        let wait = Some(Duration::from_secs(7));
        let error = SourceError::SlowDown { platform, wait };
        check(&error, Fate::SlowDown(wait), Absence::Unreachable, "YouTube asked us to slow down");
        let error = SourceError::Broken { platform, status: 503 };
        check(&error, Fate::Retry, Absence::Unreachable, "YouTube failed with status 503");
    }

    #[test]
    fn what_somebody_must_look_at_is_told() {
        let platform = "YouTube";
        let reason = || "x".to_owned();
        let error = SourceError::Unauthorized { platform, reason: reason() };
        check(&error, Fate::TellOwner, Absence::Unauthorized, "YouTube refused our credentials: `x`");
        let error = SourceError::Refused { platform, status: 400, reason: reason() };
        let text = "YouTube did not accept the request: status 400, `x`";
        check(&error, Fate::TellOwner, Absence::Garbled, text);
        let error = SourceError::Gone { platform, reason: reason() };
        check(&error, Fate::Forget, Absence::Gone, "YouTube does not have it: `x`");
        let error = SourceError::Garbled { platform, path: "items[0].id".into(), expected: "text" };
        let text = "the answer of YouTube cannot be understood at `items[0].id`: expected text";
        check(&error, Fate::Diagnose, Absence::Garbled, text);
    }
}
