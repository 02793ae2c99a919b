//! How a deal stands at an instant: what is overdue in it, what is missing in its posts, when a right in use ends.
//!
//! Owns: the values of the metrics that no source reports ([`Metric::is_of_deal`]), worked out from the deal's documents,
//! the texts of its posts and the time alone, with the pieces and days behind each. Refuses: reading a clock, and calling
//! something missing in a text that nobody has seen.
//!
//! "Not due yet" and "no such piece" are known, and 0; only what needs a text that was not seen is absent. A piece on hold
//! or cancelled owes nothing, and neither does a deal that has ended.

mod texts;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::action::Fix;
use super::deal::DeliverableState;
use super::document::{Boost, Checked, Deliverable, Partnership, Right, RightKind};
use super::ids::{BoostId, DeliverableId, Platform, PostRef};
use super::metric::Metric;
use super::num::f64_of;
use super::sample::{Absence, Reading};
use super::written::Day;

pub use texts::{says, usual_marks};

/// What `rights_left` is where no running boost depends on a right: longer than anything that is agreed, so that no rule
/// waits for it. A hundred years, in seconds.
pub const NO_END: i64 = 100 * 365 * 86_400;

/// The most pieces, rights or posts that a fact names: the worst first.
const NAMED_MAX: usize = 5;

/// One deal with everything that its facts are worked out from.
#[derive(Debug, Clone, PartialEq)]
pub struct Deal {
    /// Deal and campaign have not ended.
    pub runs: bool,
    /// The zone whose days are meant.
    pub zone: TimeZone,
    /// The deal.
    pub partnership: Partnership,
    /// Its pieces.
    pub pieces: Vec<Deliverable>,
    /// Its boosts that spend now, as far as is known.
    pub boosts: Vec<Boost>,
    /// The posts of its pieces and, where the deal forbids competitors, all posts of its creator.
    pub posts: Vec<Post>,
    /// Words of which one must stand in each post.
    pub marks: Vec<String>,
}

/// A post as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where it is.
    pub platform: Platform,
    /// Its id there.
    pub post: PostRef,
    /// When it became public, where that is known.
    pub at: Option<Timestamp>,
    /// What it says; `None` where nobody has seen that.
    pub text: Option<Arc<str>>,
}

/// A fact of a deal, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its value: seconds or a count.
    pub reading: Reading,
    /// Pieces, rights or posts that were looked at.
    pub n: u32,
    /// The ones it is about, the worst first.
    pub named: Vec<Named>,
}

/// Something that a fact is about. What does not apply is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<DeliverableId>,
    /// The right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<RightKind>,
    /// The boost that depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boost: Option<BoostId>,
    /// The post, by its id on its platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostRef>,
    /// The competitor's name that stands in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The day that was agreed: due on, or the last of a right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// The instant from which it is late, or the right is over: the end of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What a piece can owe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// A draft to look at.
    Draft,
    /// The post itself.
    Post,
    /// The proof that it is out.
    Proof,
    /// Its numbers.
    Report,
}

impl Owed {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Post, Self::Proof, Self::Report];

    /// What the metric counts the delay of.
    #[must_use]
    pub fn of(metric: Metric) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.metric() == metric)
    }

    /// The metric that counts its delay.
    #[must_use]
    pub fn metric(self) -> Metric {
        match self {
            Self::Draft => Metric::DraftOverdue,
            Self::Post => Metric::PostOverdue,
            Self::Proof => Metric::ProofOverdue,
            Self::Report => Metric::ReportOverdue,
        }
    }

    /// What the creator is asked for it.
    #[must_use]
    pub fn fix(self) -> Fix {
        match self {
            Self::Draft => Fix::Draft,
            Self::Post => Fix::Post,
            Self::Proof => Fix::Proof,
            Self::Report => Fix::Report,
        }
    }

    /// The day it is due, where the deal names one.
    #[must_use]
    pub fn due(self, piece: &Deliverable) -> Option<Day> {
        match self {
            Self::Draft => piece.draft_due,
            Self::Post => Some(piece.due),
            Self::Proof => piece.proof_due,
            Self::Report => piece.report_due,
        }
    }

    /// The piece with another day for it.
    #[must_use]
    pub fn moved(self, piece: &Deliverable, day: Day) -> Deliverable {
        let mut one = piece.clone();
        match self {
            Self::Draft => one.draft_due = Some(day),
            Self::Post => one.due = day,
            Self::Proof => one.proof_due = Some(day),
            Self::Report => one.report_due = Some(day),
        }
        one
    }

    /// Whether it is still to be done. Proof and numbers of a post that is not out are not: the post is.
    #[must_use]
    pub fn is_unmet(self, piece: &Deliverable) -> bool {
        match self {
            Self::Draft => matches!(piece.state, DeliverableState::Agreed | DeliverableState::Briefed),
            Self::Post => piece.state.is_ahead(),
            Self::Proof => piece.state == DeliverableState::Live,
            Self::Report => piece.state.is_out() && piece.reported_at.is_none(),
        }
    }

    /// The piece once it is done.
    #[must_use]
    pub fn met(self, piece: &Deliverable, now: Timestamp) -> Deliverable {
        let mut one = piece.clone();
        if !self.is_unmet(piece) {
            return one;
        }
        match self {
            Self::Draft => one.state = DeliverableState::Draft,
            Self::Post => {
                one.state = DeliverableState::Live;
                one.live_at = Some(now);
            }
            Self::Proof => one.state = DeliverableState::Proof,
            Self::Report => one.reported_at = Some(now),
        }
        one
    }
}

/// What must stand in a post.
impl Checked {
    /// What the metric counts the absence of.
    #[must_use]
    pub fn of(metric: Metric) -> Option<Self> {
        [Self::Link, Self::Code, Self::Disclosure].into_iter().find(|one| one.metric() == metric)
    }

    /// The metric that counts posts without it.
    #[must_use]
    pub fn metric(self) -> Metric {
        match self {
            Self::Link => Metric::LinksWrong,
            Self::Code => Metric::CodesMissing,
            Self::Disclosure => Metric::DisclosuresMissing,
        }
    }

    /// What the creator is asked for it.
    #[must_use]
    pub fn fix(self) -> Fix {
        match self {
            Self::Link => Fix::Link,
            Self::Code => Fix::Code,
            Self::Disclosure => Fix::Disclosure,
        }
    }
}

/// The first instant after a day of a zone.
#[must_use]
pub fn end_of(day: Day, zone: &TimeZone) -> Option<Timestamp> {
    start_of(Day(day.0.tomorrow().ok()?), zone)
}

/// The first instant of a day of a zone.
#[must_use]
pub fn start_of(day: Day, zone: &TimeZone) -> Option<Timestamp> {
    // Where the clocks skip midnight the day begins at its first instant.
    Some(day.0.to_zoned(zone.clone()).ok()?.timestamp())
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl Deal {
    /// A fact of the deal at `now`; `None` for a metric that is none.
    #[must_use]
    pub fn fact(&self, metric: Metric, now: Timestamp) -> Option<Fact> {
        if let Some(owed) = Owed::of(metric) {
            return Some(self.overdue(owed, now));
        }
        if let Some(what) = Checked::of(metric) {
            return Some(self.missing(what));
        }
        match metric {
            Metric::RightsLeft => Some(self.rights_left(now)),
            Metric::ExclusivityBroken => Some(self.broken(now)),
            _ => None,
        }
    }

    /// Every fact of the deal at `now`.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> std::collections::BTreeMap<Metric, Reading> {
        Metric::ALL.iter().filter_map(|metric| Some((*metric, self.fact(*metric, now)?.reading))).collect()
    }

    /// The instants at which a fact begins to change by time alone, in any order.
    #[must_use]
    pub fn moments(&self, metric: Metric) -> Vec<Timestamp> {
        if !self.runs {
            return Vec::new();
        }
        if let Some(owed) = Owed::of(metric) {
            let unmet = self.pieces.iter().filter(|piece| owed.is_unmet(piece));
            return unmet.filter_map(|piece| end_of(owed.due(piece)?, &self.zone)).collect();
        }
        let days = |from: Option<Day>, until: Day| {
            [from.and_then(|from| start_of(from, &self.zone)), end_of(until, &self.zone)].into_iter().flatten()
        };
        match metric {
            Metric::RightsLeft => self.partnership.rights.iter().flat_map(|one| days(one.from, one.until)).collect(),
            Metric::ExclusivityBroken => {
                self.partnership.exclusivity.iter().flat_map(|one| days(one.from, one.until)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The pieces whose `owed` is overdue, the longest first.
    fn overdue(&self, owed: Owed, now: Timestamp) -> Fact {
        let unmet = self.pieces.iter().filter(|piece| self.runs && owed.is_unmet(piece));
        let mut late: Vec<(i64, Named)> = Vec::new();
        let mut n = 0;
        for piece in unmet {
            let Some(day) = owed.due(piece) else { continue };
            let Some(until) = end_of(day, &self.zone) else { continue };
            n += 1;
            let secs = now.as_second().saturating_sub(until.as_second());
            if 0 < secs {
                let named =
                    Named { piece: Some(piece.id.clone()), day: Some(day), at: Some(until), ..Named::default() };
                late.push((secs, named));
            }
        }
        late.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.piece.cmp(&other.1.piece)));
        let worst = late.first().map_or(0, |one| one.0);
        Fact {
            reading: Reading::Value(f64_of(worst)),
            n,
            named: late.into_iter().map(|one| one.1).take(NAMED_MAX).collect(),
        }
    }

    /// How long until the first running boost runs without its right.
    fn rights_left(&self, now: Timestamp) -> Fact {
        if self.runs && !self.boosts.is_empty() && self.partnership.rights.is_empty() {
            // What was agreed is not written down: that is not the same as for ever.
            return Fact { reading: Reading::Absent(Absence::NotYet), n: 0, named: Vec::new() };
        }
        let mut ends: Vec<(i64, Named)> = Vec::new();
        for boost in self.boosts.iter().filter(|_| self.runs) {
            for kind in [RightKind::Usage, RightKind::PartnershipAd, RightKind::SparkCode] {
                let rights: Vec<&Right> =
                    self.partnership.rights.iter().filter(|one| one.kind == kind && concerns(one, boost)).collect();
                let Some((day, at)) = last_day(&rights, now, &self.zone) else { continue };
                let named = Named {
                    piece: boost.piece.clone().or_else(|| rights.iter().find_map(|one| one.posts.first().cloned())),
                    right: Some(kind),
                    boost: Some(boost.id.clone()),
                    day: Some(day),
                    at: Some(at),
                    ..Named::default()
                };
                ends.push((at.as_second().saturating_sub(now.as_second()), named));
            }
        }
        ends.sort_by_key(|one| one.0);
        let first = ends.first().map_or(NO_END, |one| std::cmp::min(one.0, NO_END));
        Fact {
            reading: Reading::Value(f64_of(first)),
            n: count(ends.len()),
            named: ends.into_iter().map(|one| one.1).take(NAMED_MAX).collect(),
        }
    }

    /// The text of a piece's post, where it is out and somebody has seen it.
    fn text_of(&self, piece: &Deliverable) -> Option<&Post> {
        let post = piece.post.as_ref()?;
        self.posts.iter().find(|one| one.platform == piece.platform && one.post == *post && one.text.is_some())
    }

    /// Posts of the deal in whose text something that was agreed is not found. Posts whose text nobody has seen are not
    /// among them; where none was seen there is no number.
    fn missing(&self, what: Checked) -> Fact {
        let wanted: Vec<&str> = match what {
            Checked::Link => self.partnership.link.iter().map(String::as_str).collect(),
            Checked::Code => self.partnership.codes.iter().map(String::as_str).collect(),
            Checked::Disclosure => self.marks.iter().map(String::as_str).collect(),
        };
        let none = Fact { reading: Reading::Value(0.0), n: 0, named: Vec::new() };
        if wanted.is_empty() || !self.runs {
            return none;
        }
        // A link in a caption of Instagram or TikTok cannot be followed: there it stands elsewhere.
        let asked =
            |piece: &&Deliverable| piece.state.is_out() && (what != Checked::Link || texts::has_links(piece.platform));
        let (mut seen, mut unseen, mut named) = (0_u32, 0_u32, Vec::new());
        for piece in self.pieces.iter().filter(asked) {
            if piece.checked.contains(&what) {
                seen += 1;
                continue;
            }
            let Some(text) = self.text_of(piece).and_then(|post| post.text.as_deref()) else {
                unseen += 1;
                continue;
            };
            seen += 1;
            if !wanted.iter().any(|word| says(text, word)) {
                named.push(Named { piece: Some(piece.id.clone()), post: piece.post.clone(), ..Named::default() });
            }
        }
        if seen == 0 && 0 < unseen {
            return Fact { reading: Reading::Absent(Absence::NotYet), n: 0, named };
        }
        let found = f64::from(count(named.len()));
        named.truncate(NAMED_MAX);
        Fact { reading: Reading::Value(found), n: seen, named }
    }

    /// The creator's posts inside the exclusive time that name a competitor.
    fn broken(&self, now: Timestamp) -> Fact {
        let none = Fact { reading: Reading::Value(0.0), n: 0, named: Vec::new() };
        let Some(agreed) = self.partnership.exclusivity.as_ref().filter(|_| self.runs) else { return none };
        let from = agreed.from.or(self.partnership.starts).and_then(|day| start_of(day, &self.zone));
        let Some(until) = end_of(agreed.until, &self.zone) else { return none };
        let within = |at: Timestamp| from.is_none_or(|from| from <= at) && at < until && at <= now;
        let (mut seen, mut unseen, mut named) = (0_u32, 0_u32, Vec::new());
        for post in self.posts.iter().filter(|post| post.at.is_some_and(within)) {
            let Some(text) = post.text.as_deref() else {
                unseen += 1;
                continue;
            };
            seen += 1;
            if let Some(word) = agreed.against.iter().find(|word| says(text, word)) {
                named.push(Named { post: Some(post.post.clone()), word: Some(word.clone()), ..Named::default() });
            }
        }
        if seen == 0 && 0 < unseen {
            return Fact { reading: Reading::Absent(Absence::NotYet), n: 0, named };
        }
        let found = f64::from(count(named.len()));
        named.truncate(NAMED_MAX);
        Fact { reading: Reading::Value(found), n: seen, named }
    }
}

/// Whether a boost depends on a right. Where a boost says for which piece it pays, a right of other pieces is none of its
/// business; a permission of one platform is none of another's.
fn concerns(right: &Right, boost: &Boost) -> bool {
    let piece = boost.piece.as_ref().is_none_or(|piece| right.posts.is_empty() || right.posts.contains(piece));
    let platform = boost.source.as_str().parse::<Platform>().ok();
    piece
        && match right.kind {
            RightKind::Usage => true,
            RightKind::PartnershipAd => platform.is_none_or(|one| one == Platform::MetaAds),
            RightKind::SparkCode => platform.is_none_or(|one| one == Platform::TiktokAds),
        }
}

/// The last day of rights that follow each other without a gap from `now` on, and its end. Where none is in force, the last
/// that was; where all begin later, the instant before the first: it runs without one until then.
fn last_day(rights: &[&Right], now: Timestamp, zone: &TimeZone) -> Option<(Day, Timestamp)> {
    let mut spans: Vec<(Timestamp, Timestamp, Day)> = rights
        .iter()
        .filter_map(|one| {
            let from = one.from.and_then(|from| start_of(from, zone)).unwrap_or(Timestamp::MIN);
            Some((from, end_of(one.until, zone)?, one.until))
        })
        .collect();
    spans.sort();
    let mut reached: Option<(Timestamp, Day)> = None;
    for (from, until, day) in &spans {
        match reached {
            // In force now, or carries on where the one before ends.
            None if *from <= now && now < *until => reached = Some((*until, *day)),
            Some((end, _)) if *from <= end && end < *until => reached = Some((*until, *day)),
            None | Some(_) => {}
        }
    }
    let over = || spans.iter().filter(|span| span.1 <= now).map(|span| (span.1, span.2)).max();
    let ahead =
        || spans.first().and_then(|span| Some((now, Day(span.0.to_zoned(zone.clone()).date().yesterday().ok()?))));
    reached.or_else(over).or_else(ahead).map(|(at, day)| (day, at))
}

#[cfg(test)]
mod tests;
