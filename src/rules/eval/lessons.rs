//! What was learned from history, as a rule uses it.

use super::live::Live;
use crate::rules::evidence::Prior;
use crate::rules::learn::{Lesson, Thing};
use crate::rules::rule::Method;

impl Live<'_> {
    /// What is known of the tested metric before the deal: as learned for it, else as for any.
    pub(super) fn prior(&self) -> Prior {
        let learned = self.tested().and_then(|(_, tested)| self.ctx.priors.get(&tested.want.metric));
        learned.copied().unwrap_or(self.ctx.prior)
    }

    /// The learned things that take part in this rule's verdict.
    pub(in crate::rules) fn lessons(&self) -> Vec<Lesson> {
        let tested = self.tested().map(|(_, tested)| tested);
        let takes_part = |lesson: &&Lesson| match lesson.name.thing {
            Thing::Luck => tested.is_some(),
            Thing::Prior => tested.is_some_and(|tested| {
                tested.demand.method == Method::Posterior && lesson.name.metric == Some(tested.want.metric)
            }),
            Thing::Decay | Thing::Lag => self.rule.rule().mature,
        };
        self.ctx.learned.iter().filter(takes_part).cloned().collect()
    }
}
