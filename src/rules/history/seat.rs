//! The lines of one subject, found once for every rule that looks at it.
//!
//! Owns: saying what [`View`] says of a number over a span, without looking its lines up each time. Refuses: whatever is not
//! made of the subject's own lines, such as what people typed in and what is a sum of members; of that it says nothing at all, and
//! the view is asked.

use std::cell::OnceCell;

use jiff::Timestamp;

use super::super::readings::{Span, Want};
use super::super::series::{Line, Taken};
use super::claims::Counts;
use super::view::{Over, add, with_book};
use super::{History, View};
use crate::domain::credit::is_claimed;
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::sample::Absence;

/// One line of the subject.
#[derive(Debug)]
struct Own<'a> {
    series: u32,
    line: &'a Line,
    metric: Metric,
    platform: Platform,
    /// Whether it counts where no platform is asked for.
    counts: bool,
    is_book: bool,
    /// When its newest number was observed, by the instant that is judged.
    newest: OnceCell<Option<Timestamp>>,
}

impl Own<'_> {
    fn fits(&self, want: Want) -> bool {
        self.metric == want.metric
            && match want.platform {
                Some(platform) => platform == self.platform,
                None => self.counts,
            }
    }
}

/// The subject's own lines do not say it; its members may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere;

/// See the module.
#[derive(Debug)]
pub struct Seat<'a> {
    view: View<'a>,
    now: Timestamp,
    lines: Vec<Own<'a>>,
    has_members: bool,
}

impl History {
    /// The lines of a subject as they are judged at `now`, with all there is and under the guards of this history; `None` where
    /// it has none of its own, or people typed some in.
    #[must_use]
    pub fn seat(&self, subject: &Subject, now: Timestamp) -> Option<Seat<'_>> {
        if !self.typed_in.is_empty() && self.typed_in.contains_key(subject) {
            return None;
        }
        let view = self.view();
        let mut counting: Option<(Metric, Counts)> = None;
        let mut lines = Vec::new();
        for series in self.of_subject.get(subject)? {
            let key = self.key(*series)?;
            let counts = match counting {
                _ if !is_claimed(key.metric) => Counts::All,
                Some((metric, counts)) if metric == key.metric => counts,
                Some(_) | None => view.counting(subject, Want { metric: key.metric, platform: None }),
            };
            counting = Some((key.metric, counts));
            lines.push(Own {
                series: *series,
                line: self.lines.get(usize::try_from(*series).ok()?)?,
                metric: key.metric,
                platform: key.platform,
                counts: counts.counts(key.platform),
                is_book: key.platform == Platform::Deal,
                newest: OnceCell::new(),
            });
        }
        let has_members = !self.members.is_empty() && self.members.contains_key(subject);
        Some(Seat { view, now, lines, has_members })
    }
}

impl Seat<'_> {
    /// A metric that is not derived, over a span; the error is `None` where nobody ever stated it. The outer `None` where it
    /// cannot be said from these lines.
    #[must_use]
    pub fn over(&self, want: Want, span: Span) -> Option<Result<Taken, Option<Absence>>> {
        let table = &self.view.history.moments;
        let (mut sum, mut silent, mut claimed) = (None, None, false);
        for own in self.lines.iter().filter(|own| own.metric == want.metric) {
            claimed |= want.platform.is_none() && !own.counts;
            if own.is_book || !own.fits(want) {
                continue;
            }
            if own.line.has_spoken(table, self.view.knowledge()) {
                match self.view.line(own.series, own.line, want.metric, Over::Span(span)) {
                    Ok(taken) => sum = Some(add(sum, taken)),
                    Err(why) => return Some(Err(Some(why))),
                }
            } else {
                silent = silent.or(own.line.last_word(None, span.until, self.view.knowledge()));
            }
        }
        let is_asked = |own: &&Own<'_>| want.platform.is_none_or(|platform| platform == own.platform);
        let books = self.lines.iter().filter(|own| own.is_book && own.metric == want.metric).filter(is_asked);
        if let Some(book) = { books }.find(|own| own.line.has_spoken(table, self.view.knowledge())) {
            let booked = book.line.booked(span, self.view.knowledge());
            return Some(Ok(with_book(sum, booked)));
        }
        match sum {
            Some(sum) => Some(Ok(sum)),
            // Somebody claims it who does not count, or its members may say it.
            None if claimed || self.has_members => None,
            None => Some(Err(silent)),
        }
    }

    /// When the stalest line that these metrics need was last stated, at or before the instant that is judged.
    pub fn newest(&self, parts: &[Want]) -> Result<Option<Timestamp>, Elsewhere> {
        let newest = |own: &Own<'_>| {
            let ask = || own.line.newest(&self.view.history.moments, self.now, self.view.knowledge());
            *own.newest.get_or_init(ask)
        };
        self.each(parts, newest, std::cmp::min)
    }

    /// When the youngest line that these metrics need began.
    pub fn begins(&self, parts: &[Want]) -> Result<Option<Timestamp>, Elsewhere> {
        let begins = |own: &Own<'_>| own.line.begins(&self.view.history.moments, self.view.knowledge());
        self.each(parts, begins, std::cmp::max)
    }

    /// What the lines that these metrics need answer, taken together.
    fn each(
        &self,
        parts: &[Want],
        ask: impl Fn(&Own<'_>) -> Option<Timestamp>,
        both: fn(Timestamp, Timestamp) -> Timestamp,
    ) -> Result<Option<Timestamp>, Elsewhere> {
        let mut all: Option<Timestamp> = None;
        for want in parts {
            let of = |books: bool| {
                let fits = move |own: &&Own<'_>| own.is_book == books && own.fits(*want);
                self.lines.iter().filter(fits).filter_map(&ask).reduce(both)
            };
            // The book is always up to date: it answers only where nothing else does.
            match of(false).or_else(|| of(true)) {
                Some(answer) => all = Some(all.map_or(answer, |so_far| both(so_far, answer))),
                None if self.has_members => return Err(Elsewhere),
                None => {}
            }
        }
        Ok(all)
    }
}
