//! What is known of a creator, of comparable ones and of the brand when a cause is looked for.
//!
//! Everything is optional that a platform, a shop or a person may keep to themselves; what is `None` is not known, which is
//! never 0.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Redemptions of a creator's code in a day, by how the buyer came to the shop (a shop's journey of an order: its campaign
/// parameters, and the page that sent the visit).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Origins {
    /// Through the creator's own link.
    pub own: f64,
    /// A visit without a page that sent it, or from one that people pass through: the code was typed in.
    pub typed: f64,
    /// Sent by a page that lists codes.
    pub coupon: f64,
    /// Sent by any other page: another network, a forum, a newspaper.
    pub channel: f64,
}

impl Origins {
    /// All of them.
    #[must_use]
    pub fn all(self) -> f64 {
        self.own + self.typed + self.coupon + self.channel
    }

    /// Those of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            own: self.own + other.own,
            typed: self.typed + other.typed,
            coupon: self.coupon + other.coupon,
            channel: self.channel + other.channel,
        }
    }
}

/// One day of one creator.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Day {
    /// Views of what was posted.
    pub views: Option<f64>,
    /// Link clicks by people (our tracking link).
    pub clicks: Option<f64>,
    /// Visits with the link's parameters that began on the page it should open; on any page, where pages are not told.
    pub landed: Option<f64>,
    /// Visits with the link's parameters that began on another page.
    pub elsewhere: Option<f64>,
    /// Orders that came through the link.
    pub orders: Option<f64>,
    /// Redemptions of the code.
    pub redeemed: Option<Origins>,
}

/// Whether the text of a post says the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeInText {
    /// It does.
    Said,
    /// It does not. It may still be spoken, or be in the picture.
    NotSaid,
    /// There is no text that can be read: a story, a picture.
    Unread,
}

/// A post of the campaign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posted {
    /// When it went out.
    pub at: Timestamp,
    /// Views in its first 24 hours.
    pub first_day: Option<f64>,
    /// Views by now.
    pub views: Option<f64>,
    /// Likes, comments, shares and saves by now.
    pub engagements: Option<f64>,
    /// Link clicks by people.
    pub clicks: Option<f64>,
    /// Orders that came through its link.
    pub orders: Option<f64>,
    /// How many of those used the code.
    pub with_code: Option<f64>,
    /// Whether its text says the code.
    pub code: CodeInText,
}

/// One of the creator's own posts from before the campaign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Earlier {
    /// When it went out.
    pub at: Timestamp,
    /// Views in its first 24 hours.
    pub first_day: Option<f64>,
    /// Views by now.
    pub views: Option<f64>,
    /// Likes, comments, shares and saves by now.
    pub engagements: Option<f64>,
}

/// Who follows, and who is reached. The shares are of those whose country the platform tells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Crowd {
    /// How many follow.
    pub followers: Option<f64>,
    /// The share of them in the campaign's market.
    pub followers_in_market: Option<f64>,
    /// The share of those reached who are in the campaign's market.
    pub reached_in_market: Option<f64>,
}

/// What was found when the link was opened as somebody would who taps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opens {
    /// Nobody looked.
    #[default]
    Unseen,
    /// The page it should.
    Right,
    /// No page.
    Dead,
    /// Another page.
    Elsewhere,
}

/// One creator in the campaign.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Day by day, the same days for all creators of a case.
    pub days: Vec<Day>,
    /// Posts of the campaign.
    pub posts: Vec<Posted>,
    /// Own posts from before it.
    pub earlier: Vec<Earlier>,
    /// Who follows and who is reached.
    pub crowd: Crowd,
    /// Where the link leads.
    pub opens: Opens,
}

/// What the brand's systems say of the last days. `None`: they were not asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BrandSays {
    /// What is advertised is sold out.
    pub sold_out: Option<bool>,
    /// The price is the one that was advertised.
    pub price_as_told: Option<bool>,
}

/// A creator beside comparable ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Who is looked at.
    pub subject: Known,
    /// Comparable creators of the same campaign, on the same days.
    pub peers: Vec<Known>,
    /// The zone in which the creator's hours are read.
    pub zone: TimeZone,
    /// The share of a link's orders that come so many days after their click, from day 0 on, as learned; sums to about 1.
    pub lag: Vec<f64>,
    /// What the brand says.
    pub brand: BrandSays,
}
