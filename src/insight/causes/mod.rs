//! What caused a loss: a broken page, a wrong link, a missing or leaked code, the shop, the audience, the content, the hour.
//!
//! Owns: which causes there are, what each needs to be claimed, and their order. Refuses: a cause whose numbers are not
//! there (it says which are missing), a cause that luck explains, and any decision: what is claimed here stops nobody. An
//! undisclosed advertisement is none of these: that a word was not found in a text is a question to a person
//! ([`crate::domain::standing`]).
//!
//! Every claim has an effect large enough to matter, and a chance of at most [`Family::chance_max`] that a creator like the
//! others would show as much; together they keep the chance of any claim without a cause at 5 %. How often
//! the right cause is found is measured in `docs/insight.md`.
//!
//! What concerns everybody comes first, for it explains the others' numbers too; the rest by how little luck explains it.

pub mod case;
mod crowd;
mod flow;
mod posts;

use self::case::Case;
use super::rates::Spread;
use crate::rules::excuse::Cause as BrandCause;

/// How much creators drift apart in what each is held against itself for, before any are seen: about 15 %, worth as much as
/// a dozen of them.
const DRIFT: Spread = Spread { var: 0.0225, worth: 12.0 };

/// What may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All creators stopped selling together.
    Brand(BrandCause),
    /// Who taps the link arrives nowhere.
    LinkDead,
    /// Who taps the link arrives on another page.
    LinkElsewhere,
    /// Who arrives on the right page stopped buying.
    Landing,
    /// A post does not say the code: its number in [`case::Known::posts`].
    CodeMissing {
        /// Which post.
        post: usize,
    },
    /// The code is on pages that list codes, or passed on to those who would have bought anyway.
    CodeLeaked,
    /// Most of those reached are outside the market.
    WrongAudience,
    /// Posts are liked less than the creator's own usually are.
    WeakContent,
    /// Posts go out at hours at which the creator's own posts do badly.
    PostingHour,
    /// Followers who neither watch nor live where those who watch do.
    FakeFollowers,
}

/// What is looked for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// [`Kind::Brand`].
    Brand,
    /// [`Kind::LinkDead`] and [`Kind::LinkElsewhere`].
    Link,
    /// [`Kind::Landing`].
    Landing,
    /// [`Kind::CodeMissing`].
    Code,
    /// [`Kind::CodeLeaked`].
    Leak,
    /// [`Kind::WrongAudience`].
    Audience,
    /// [`Kind::WeakContent`].
    Content,
    /// [`Kind::PostingHour`].
    Hour,
    /// [`Kind::FakeFollowers`].
    Followers,
}

impl Family {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Brand,
        Self::Link,
        Self::Landing,
        Self::Code,
        Self::Leak,
        Self::Audience,
        Self::Content,
        Self::Hour,
        Self::Followers,
    ];

    /// The chance up to which a claim is made. Without the audience they add up to a twentieth, and where the same numbers were
    /// looked at in several places that is in the chance already. A shop that sells nothing or a link that nobody arrives by
    /// needs no benefit of the doubt; an audience mostly abroad is rare in itself, and must be so among the creators of its
    /// campaign; what rests on a handful of orders or posts needs all there is.
    #[must_use]
    pub fn chance_max(self) -> f64 {
        match self {
            Self::Brand | Self::Link => 0.000_5,
            Self::Audience => 0.02,
            Self::Landing | Self::Leak => 0.008,
            Self::Code => 0.012,
            Self::Content => 0.01,
            Self::Hour => 0.007,
            Self::Followers => 0.004,
        }
    }
}

/// A cause, with what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claim {
    /// What.
    pub kind: Kind,
    /// Since which day of the case, where it began on one.
    pub since: Option<usize>,
    /// The chance that a creator like the others would show as much by luck, after all the places that were looked at.
    pub chance: f64,
    /// What was seen: orders for [`Kind::Brand`] and [`Kind::Landing`], visits to the right page for links, orders with the
    /// code for [`Kind::CodeMissing`]; a share of redemptions, of those reached, engagements per view, a multiple of the
    /// usual first day, views per follower for the others.
    pub seen: f64,
    /// What would have been usual, in the same.
    pub usual: f64,
    /// What it rests on: orders, clicks, redemptions or posts.
    pub n: f64,
}

/// Why a family could not be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lacks {
    /// Fewer than [`super::rates::PEERS_MIN`] comparable creators have the numbers.
    Peers,
    /// Clicks are not counted.
    Clicks,
    /// Visits to the shop are not counted, or not by page.
    Visits,
    /// Orders are not counted.
    Orders,
    /// How buyers with a code came to the shop is not known.
    Origins,
    /// Orders with and without the code are not known by post.
    CodesByPost,
    /// Where followers or those reached live is not known.
    Markets,
    /// How many follow is not known.
    Followers,
    /// Engagements of posts, or of enough earlier ones, are not known.
    Engagements,
    /// Views of the first day of enough own posts are not known.
    FirstDays,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Causes, the first first.
    pub causes: Vec<Claim>,
    /// A code that was passed on to a new place that sends buyers: no loss, an opportunity. `seen` and `usual` are shares of
    /// redemptions.
    pub spill: Option<Spill>,
    /// What could not be looked at, and why.
    pub lacks: Vec<(Family, Lacks)>,
}

/// Redemptions from a place that the creator did not post in and that lists no codes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spill {
    /// The chance that it is luck.
    pub chance: f64,
    /// The share of redemptions that came from there.
    pub seen: f64,
    /// Of comparable creators.
    pub usual: f64,
    /// Redemptions.
    pub n: f64,
}

/// What a family says: a claim, nothing, or what it lacks.
type Told = Result<Option<Claim>, Lacks>;

/// Looks for what is wrong.
#[must_use]
pub fn find(case: &Case) -> Found {
    let told: [(Family, Told); 9] = [
        (Family::Brand, flow::brand(case)),
        (Family::Link, flow::link(case)),
        (Family::Landing, flow::landing(case)),
        (Family::Code, posts::code(case)),
        (Family::Leak, flow::leak(case)),
        (Family::Audience, crowd::audience(case)),
        (Family::Content, posts::content(case)),
        (Family::Hour, posts::hour(case)),
        (Family::Followers, crowd::followers(case)),
    ];
    let mut found = Found { spill: flow::spill(case), ..Found::default() };
    for (family, told) in told {
        match told {
            Ok(claim) => found.causes.extend(claim),
            Err(lacks) => found.lacks.push((family, lacks)),
        }
    }
    let everybody = |claim: &Claim| matches!(claim.kind, Kind::Brand(_));
    found.causes.sort_by(|a, b| everybody(b).cmp(&everybody(a)).then(a.chance.total_cmp(&b.chance)));
    found
}

#[cfg(test)]
mod tests;
