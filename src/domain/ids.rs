//! Names of things, and the one way to write down what a rule speaks about ([`Subject`]).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest id. 64 keeps a subject with two ids inside a store key and a button's 64-byte payload away from ids.
pub const ID_MAX: usize = 64;

/// Text that cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not {what}: expected 1 to {ID_MAX} characters of a-z, A-Z, 0-9, `-`, `_` and `.`, not starting with `.`"
)]
pub struct IdError {
    /// What was given.
    pub given: String,
    /// What it was meant to be, with its article.
    pub what: &'static str,
}

fn check_id(given: &str, what: &'static str) -> Result<Arc<str>, IdError> {
    let fits = (1..=ID_MAX).contains(&given.len())
        && !given.starts_with('.')
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if fits { Ok(Arc::from(given)) } else { Err(IdError { given: given.to_owned(), what }) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the text and takes it as an id.
            pub fn new(given: &str) -> Result<Self, IdError> {
                check_id(given, $what).map(Self)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(given: &str) -> Result<Self, IdError> {
                Self::new(given)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(given: String) -> Result<Self, IdError> {
                Self::new(&given)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }
    )*};
}

ids! {
    /// Who pays.
    BrandId = "a brand id";
    /// What is paid for.
    CampaignId = "a campaign id";
    /// Who makes the posts.
    CreatorId = "a creator id";
    /// One promised piece inside a partnership.
    DeliverableId = "a deliverable id";
    /// Paid spend on a creator's post.
    BoostId = "a boost id";
    /// A rule.
    RuleId = "a rule id";
    /// A programme with levels.
    ProgramId = "a programme id";
    /// Creators that somebody has called comparable.
    GroupId = "a group id";
    /// A place where messages go.
    RoomId = "a room id";
    /// A human being who may speak to the program.
    PersonId = "a person id";
    /// A post as its platform names it.
    PostRef = "a post id";
    /// A source account: where numbers come from.
    SourceId = "a source id";
}

/// A platform that posts, and numbers about them, live on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is a proper name")]
pub enum Platform {
    Youtube,
    Instagram,
    Tiktok,
    Twitch,
    X,
    Facebook,
    MetaAds,
    TiktokAds,
    GoogleAds,
    Shop,
    Web,
    Redirector,
    Deal,
    Survey,
}

/// Every platform with its name in ids, rules and files, and the name people use.
const PLATFORMS: [(Platform, &str, &str); 14] = [
    (Platform::Youtube, "youtube", "YouTube"),
    (Platform::Instagram, "instagram", "Instagram"),
    (Platform::Tiktok, "tiktok", "TikTok"),
    (Platform::Twitch, "twitch", "Twitch"),
    (Platform::X, "x", "X"),
    (Platform::Facebook, "facebook", "Facebook"),
    (Platform::MetaAds, "meta_ads", "Meta Ads"),
    (Platform::TiktokAds, "tiktok_ads", "TikTok Ads"),
    (Platform::GoogleAds, "google_ads", "Google Ads"),
    (Platform::Shop, "shop", "the shop"),
    (Platform::Web, "web", "the web"),
    // The program's own tracking links.
    (Platform::Redirector, "redirector", "tracking links"),
    // What was agreed with a creator: fees become spend here when their post is live. The program itself is its source.
    (Platform::Deal, "deal", "the deal"),
    // What customers answered when they were asked where they had heard of it; numbers come by import.
    (Platform::Survey, "survey", "surveys"),
];

impl Platform {
    /// The name in ids, rules and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        PLATFORMS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The name people use.
    #[must_use]
    pub fn title(self) -> &'static str {
        PLATFORMS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Every platform, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        PLATFORMS.iter().map(|row| row.0)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;
    fn from_str(given: &str) -> Result<Self, UnknownPlatform> {
        PLATFORMS
            .iter()
            .find(|row| row.1 == given)
            .map(|row| row.0)
            .ok_or_else(|| UnknownPlatform { given: given.to_owned() })
    }
}

/// No platform has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a platform: expected one of {}", PLATFORMS.map(|row| row.1).join(", "))]
pub struct UnknownPlatform {
    /// What was given.
    pub given: String,
}

/// What a rule, a sample or an incident speaks about. Written `brand/ID`, `campaign/ID`, `creator/ID`,
/// `partnership/CAMPAIGN/CREATOR`, `post/PLATFORM/ID`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A brand.
    Brand(BrandId),
    /// A campaign.
    Campaign(CampaignId),
    /// A creator.
    Creator(CreatorId),
    /// One creator in one campaign.
    Partnership(CampaignId, CreatorId),
    /// A post.
    Post(Platform, PostRef),
}

/// The kind of a subject: what a rule's `scope` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of the vocabulary")]
pub enum Scope {
    Brand,
    Campaign,
    Partnership,
    Creator,
    Post,
}

impl Scope {
    /// The name in files, and of one of them.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::Campaign => "campaign",
            Self::Partnership => "partnership",
            Self::Creator => "creator",
            Self::Post => "post",
        }
    }
}

impl Subject {
    /// Its kind.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Brand(_) => Scope::Brand,
            Self::Campaign(_) => Scope::Campaign,
            Self::Creator(_) => Scope::Creator,
            Self::Partnership(..) => Scope::Partnership,
            Self::Post(..) => Scope::Post,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brand(id) => write!(f, "brand/{id}"),
            Self::Campaign(id) => write!(f, "campaign/{id}"),
            Self::Creator(id) => write!(f, "creator/{id}"),
            Self::Partnership(campaign, creator) => write!(f, "partnership/{campaign}/{creator}"),
            Self::Post(platform, post) => write!(f, "post/{platform}/{post}"),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that cannot be a subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is not a subject: write `brand/ID`, `campaign/ID`, `creator/ID`, `partnership/CAMPAIGN/CREATOR` or `post/PLATFORM/ID`"
)]
pub struct SubjectError {
    /// What was given.
    pub given: String,
}

impl FromStr for Subject {
    type Err = SubjectError;
    fn from_str(given: &str) -> Result<Self, SubjectError> {
        let bad = || SubjectError { given: given.to_owned() };
        let parts: Vec<&str> = given.split('/').collect();
        match parts.as_slice() {
            ["brand", id] => BrandId::new(id).map(Self::Brand).map_err(|_| bad()),
            ["campaign", id] => CampaignId::new(id).map(Self::Campaign).map_err(|_| bad()),
            ["creator", id] => CreatorId::new(id).map(Self::Creator).map_err(|_| bad()),
            ["partnership", campaign, creator] => match (CampaignId::new(campaign), CreatorId::new(creator)) {
                (Ok(campaign), Ok(creator)) => Ok(Self::Partnership(campaign, creator)),
                _ => Err(bad()),
            },
            ["post", platform, id] => match (platform.parse(), PostRef::new(id)) {
                (Ok(platform), Ok(id)) => Ok(Self::Post(platform, id)),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;
    fn try_from(given: String) -> Result<Self, SubjectError> {
        given.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_written_as_they_are_read() {
        for text in
            ["brand/nordbo", "campaign/spring", "creator/alma", "partnership/spring/alma", "post/youtube/dQw4w9WgXcQ"]
        {
            assert_eq!(text.parse::<Subject>().expect("a subject").to_string(), text);
        }
        for text in ["", "alma", "creator/", "creator/a/b", "post/myspace/1", "creator/al ma", "partnership/a"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_platform_is_in_the_table_once() {
        for platform in Platform::all() {
            assert_eq!(platform.as_str().parse(), Ok(platform));
            assert_eq!(serde_json::to_value(platform).expect("json"), platform.as_str());
        }
    }
}
