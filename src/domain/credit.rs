//! Who an order is credited by, where several say that they brought it.
//!
//! The same order may be seen four times: the code was typed at the checkout, the link's visit ended in a purchase, the
//! customer said so in a survey, and an ad platform claims it. What is known of each is a sum, not which orders they were,
//! so nothing is added up: of a subject the first kind of claim that is there counts, in the declared order, and the others
//! are kept beside it.
//!
//! Owns: the kinds of claims, their order, and which metrics are claimed. Refuses: numbers.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::ids::Platform;
use super::metric::Metric;

/// How somebody knows that an order was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The code was typed at the checkout: the shop says it.
    Code,
    /// The visit came by the link: the site's analytics say it.
    Link,
    /// Customers said so.
    Survey,
    /// The platform that showed it claims it, by its own window of days.
    Platform,
}

impl Claim {
    /// Every kind, in the order that holds where no other is declared.
    pub const ALL: [Claim; 4] = [Self::Code, Self::Link, Self::Survey, Self::Platform];

    /// The kind of claim that a platform makes. Names every platform, so that a new one cannot be added without deciding.
    #[must_use]
    pub fn of(platform: Platform) -> Self {
        match platform {
            // The deal's own book states no orders.
            Platform::Shop | Platform::Deal => Self::Code,
            Platform::Web | Platform::Redirector => Self::Link,
            Platform::Survey => Self::Survey,
            Platform::Youtube
            | Platform::Instagram
            | Platform::Tiktok
            | Platform::Twitch
            | Platform::X
            | Platform::Facebook
            | Platform::MetaAds
            | Platform::TiktokAds
            | Platform::GoogleAds => Self::Platform,
        }
    }

    /// The name in documents, JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Link => "link",
            Self::Survey => "survey",
            Self::Platform => "platform",
        }
    }
}

/// The order of claims; a kind that is not in it never counts. Invariant: at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Credit(Vec<Claim>);

impl Default for Credit {
    fn default() -> Self {
        Self(Claim::ALL.to_vec())
    }
}

impl Credit {
    /// An order of claims; `None` where there is none in it, or one twice.
    #[must_use]
    pub fn new(claims: Vec<Claim>) -> Option<Self> {
        let once = claims.iter().enumerate().all(|(at, claim)| claims.iter().skip(at + 1).all(|other| other != claim));
        (!claims.is_empty() && once).then_some(Self(claims))
    }

    /// The kinds that count, first things first.
    pub fn order(&self) -> impl Iterator<Item = Claim> {
        self.0.iter().copied()
    }
}

impl<'de> Deserialize<'de> for Credit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Vec::<Claim>::deserialize(deserializer)?;
        Self::new(given).ok_or_else(|| {
            D::Error::custom("`credit` names who an order counts for first, each once: [\"code\", \"link\", \"survey\", \"platform\"]")
        })
    }
}

/// Whether several may claim what a metric counts.
#[must_use]
pub fn is_claimed(metric: Metric) -> bool {
    CLAIMED.contains(&metric)
}

/// What happens once and is seen by several.
const CLAIMED: [Metric; 7] = [
    Metric::Orders,
    Metric::Revenue,
    Metric::Refunds,
    Metric::NewCustomers,
    Metric::Leads,
    Metric::SignUps,
    Metric::Installs,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, want: Option<&[Claim]>) {
        let read: Option<Credit> = serde_json::from_str(given).ok();
        assert_eq!(read.map(|credit| credit.order().collect::<Vec<_>>()).as_deref(), want, "{given}");
    }

    #[test]
    fn an_order_names_each_claim_once() {
        check(r#"["link","code"]"#, Some(&[Claim::Link, Claim::Code]));
        check(r#"["code"]"#, Some(&[Claim::Code]));
        for wrong in ["[]", r#"["code","code"]"#, r#"["coupon"]"#, r#""code""#] {
            check(wrong, None);
        }
        assert_eq!(Credit::default().order().collect::<Vec<_>>(), Claim::ALL);
    }

    #[test]
    fn every_claim_is_written_as_it_is_read() {
        for claim in Claim::ALL {
            assert_eq!(serde_json::to_string(&claim).expect("JSON"), format!("\"{}\"", claim.as_str()));
        }
    }
}
