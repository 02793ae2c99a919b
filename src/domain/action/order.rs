//! Which of two decisions about the same object counts.

use super::Proposal;

impl Proposal {
    /// Whether another one about the same object was begun after this one: what this one wants is not wanted any more.
    #[must_use]
    pub fn is_overtaken_by(&self, other: &Self) -> bool {
        let same = self.source == other.source && self.object == other.object;
        let later = |(mine, theirs)| (mine, self.number) < (theirs, other.number);
        same && self.begun_at.zip(other.begun_at).is_some_and(later)
    }
}
