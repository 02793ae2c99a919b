//! A deal whose limit or price changed: each stretch of it with the limit that was in force then.

use std::collections::BTreeMap;

use super::Gap;
use super::live::Live;
use crate::domain::metric::Metric;
use crate::rules::evidence::tested::{self, Part, Parts, Tested};
use crate::rules::readings::Span;

impl Live<'_> {
    /// The targets that are asked for.
    pub(super) fn targets(&self) -> &BTreeMap<Metric, f64> {
        self.regime.and_then(|at| self.ctx.regimes.get(at)).map_or(&self.ctx.targets, |regime| &regime.targets)
    }

    /// The running test of a deal, post by post and limit by limit. Where the numbers cannot be told apart so finely posts
    /// are one, and then limits are: the most lenient of them, so that it is less evidence, never more.
    pub(super) fn by_regime(&self, tested: &Tested, deal: Span) -> Result<Parts, Gap> {
        let began = self.ctx.regimes.iter().filter(|one| one.from < deal.until);
        let regimes = began.count();
        let test = regimes.checked_sub(1).and_then(|last| self.ctx.regimes.get(last)).map_or(1, |one| one.test);
        let whole = self.of_test(test, deal);
        let cuts: Vec<_> =
            self.ctx.regimes.iter().map(|one| one.from).filter(|at| whole.from < *at && *at < whole.until).collect();
        let parts = |posts: &[Span]| -> Result<Vec<Part>, Gap> {
            let mut places = Vec::new();
            for (post, span) in posts.iter().enumerate() {
                let mut from = span.from;
                let inside = cuts.iter().copied().filter(|at| span.from < *at && *at < span.until);
                for until in inside.chain([span.until]) {
                    places.push((post, Span { from, until }));
                    from = until;
                }
            }
            let spans: Vec<Span> = places.iter().map(|(_, span)| *span).collect();
            let values = self.parts_over(tested, &spans)?;
            let part = |((post, span), values): ((usize, Span), Vec<f64>)| Part {
                post,
                regime: Some(self.regime_at(span)),
                span: Some(span),
                values,
            };
            Ok(places.into_iter().zip(values).map(part).collect())
        };
        let by_post = self.slices(whole);
        let parts = parts(&by_post).or_else(|gap| if 1 < by_post.len() { parts(&[whole]) } else { Err(gap) });
        let parts = match parts {
            Ok(parts) => parts,
            Err(_) if !cuts.is_empty() => {
                let mut values = self.parts_over(tested, &[whole])?;
                vec![Part { post: 0, regime: None, span: Some(whole), values: values.pop().unwrap_or_default() }]
            }
            Err(gap) => return Err(gap),
        };
        let first = self.ctx.regimes.iter().take_while(|one| one.test < test).count();
        let earlier = (1..test).filter(|earlier| self.was_run(tested, self.of_test(*earlier, deal)));
        let tests = u32::try_from(earlier.count()).unwrap_or(u32::MAX).saturating_add(1);
        Ok(Parts { parts, regimes, first, tests })
    }

    /// Which stretch of the deal belongs to a test.
    fn of_test(&self, test: u32, deal: Span) -> Span {
        let starts = |at: u32| self.ctx.regimes.iter().find(|one| at <= one.test).map(|one| one.from);
        let from = starts(test).map_or(deal.from, |from| std::cmp::max(from, deal.from));
        let until = starts(test.saturating_add(1)).map_or(deal.until, |until| std::cmp::min(until, deal.until));
        Span { from, until }
    }

    /// The newest regime that began by the start of a span; the first, before any did.
    fn regime_at(&self, span: Span) -> usize {
        self.ctx.regimes.iter().filter(|one| one.from <= span.from).count().saturating_sub(1)
    }

    /// Whether anything was tried in a test: one in which nothing was spent was none.
    fn was_run(&self, tested: &Tested, span: Span) -> bool {
        if span.until <= span.from {
            return false;
        }
        let values = self.parts_over(tested, &[span]).ok().and_then(|mut values| values.pop());
        values.is_some_and(|values| 0.0 < tested::exposure(tested.want.metric, &values))
    }
}
