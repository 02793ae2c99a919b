//! Reads a history: sums over platforms and members, derived metrics, posts, and the guards' say.

use jiff::Timestamp;

use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::metric::{Kind, Metric};
use crate::domain::sample::{Absence, Reading};

use super::super::guards::Switches;
use super::super::readings::{Claims, Readings, Seen, Span, Want};
use super::super::series::{Knowledge, Line, Taken};
use super::claims::Counts;
use super::{Credits, History};

/// A history under certain guards and a certain knowledge.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(super) history: &'a History,
    pub(super) switches: Switches,
    pub(super) known: Option<Timestamp>,
    /// Whose word on orders counts, where it is another's than the history's own.
    pub(super) credits: Option<&'a Credits>,
}

/// Over what a plain metric is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Over {
    /// A window.
    Span(Span),
    /// A post's whole life.
    Life(Timestamp),
}

impl<'a> View<'a> {
    /// The same where the word of others counts: what was declared at another time.
    #[must_use]
    pub fn credited(self, credits: &'a Credits) -> Self {
        Self { credits: Some(credits), ..self }
    }

    pub(super) fn credits(self) -> &'a Credits {
        self.credits.unwrap_or(&self.history.credits)
    }

    pub(super) fn knowledge(self) -> Knowledge {
        Knowledge { known: self.known, holds_back: self.switches.implausible }
    }

    /// One line over a span, after the guards.
    pub(super) fn line(self, series: u32, line: &Line, metric: Metric, over: Over) -> Result<Taken, Absence> {
        let table = &self.history.moments;
        let (taken, boundaries) = match (over, metric.kind()) {
            (Over::Span(span), Kind::Gauge) => {
                (line.gauge(table, span.until, self.knowledge()), [Some(span.until), None])
            }
            (Over::Span(span), Kind::Counter | Kind::Derived { .. }) => {
                (line.increase(table, span, self.knowledge()), [Some(span.until), Some(span.from)])
            }
            (Over::Life(until), _) => (line.life(table, until, self.knowledge()), [Some(until), None]),
        };
        let taken = taken?;
        if !self.switches.standstill {
            return Ok(taken);
        }
        let still = boundaries
            .into_iter()
            .flatten()
            .find_map(|boundary| self.history.guards.still_for(series, boundary, self.known));
        match still {
            Some(age) => Err(Absence::Stale { age_secs: age.as_secs() }),
            None => Ok(taken),
        }
    }

    /// A metric that is not derived. `Err(None)` where nobody ever stated it.
    fn plain(self, subject: &Subject, want: Want, over: Over) -> Result<Taken, Option<Absence>> {
        let mut sum: Option<Taken> = None;
        let mut silent = None;
        let counting = self.counting(subject, want);
        for (series, line) in self.history.lines_of(subject, want.metric, want.platform) {
            if self.history.is_book(series) || !self.counts(counting, series) {
                continue;
            }
            if line.has_spoken(&self.history.moments, self.knowledge()) {
                sum = Some(add(sum, self.line(series, line, want.metric, over).map_err(Some)?));
            } else {
                let until = match over {
                    Over::Span(span) => span.until,
                    Over::Life(until) => until,
                };
                silent = silent.or(line.last_word(None, until, self.knowledge()));
            }
        }
        for (series, line) in self.history.typed_of(subject, want, self.knowledge()) {
            sum = Some(add(sum, self.line(series, line, want.metric, over).map_err(Some)?));
        }
        if let Some(booked) = self.booked(subject, want, over) {
            return Ok(with_book(sum, booked));
        }
        if let Some(sum) = sum {
            return Ok(sum);
        }
        if counting == Counts::Nothing {
            return Err(None);
        }
        for member in self.history.members.get(subject).into_iter().flatten() {
            match self.plain(member, want, over) {
                Ok(taken) => sum = Some(add(sum, taken)),
                // A member that never stated it takes no part; one that is silent now makes the sum absent.
                Err(None) => {}
                Err(why) => return Err(why),
            }
        }
        sum.ok_or(silent)
    }

    fn counts(self, counting: Counts, series: u32) -> bool {
        counting == Counts::All || self.history.key(series).is_some_and(|key| counting.counts(key.platform))
    }

    /// What the deal's own book says, where there is one.
    fn booked(self, subject: &Subject, want: Want, over: Over) -> Option<Taken> {
        let Over::Span(span) = over else { return None };
        self.history.book_of(subject, want, self.knowledge()).map(|line| line.booked(span, self.knowledge())).next()
    }

    /// Whether what this says of a metric rests, in any part, on what people typed in.
    #[must_use]
    pub fn is_typed_in(self, subject: &Subject, want: Want) -> bool {
        let part = |metric: &Metric| {
            let want = Want { metric: *metric, ..want };
            self.history.typed_of(subject, want, self.knowledge()).next().is_some()
        };
        let spoken = |metric: &Metric| {
            let mut lines = self.history.lines_of(subject, *metric, want.platform);
            lines.any(|(_, line)| line.has_spoken(&self.history.moments, self.knowledge()))
        };
        let parts = want.metric.parts();
        if parts.iter().any(part) {
            return true;
        }
        // A subject with lines of its own is not the sum of its members.
        let members = self.history.members.get(subject).into_iter().flatten();
        !parts.iter().any(spoken) && members.into_iter().any(|member| self.is_typed_in(member, want))
    }

    /// What each line that a metric needs answers.
    fn each<T>(self, subject: &Subject, want: Want, ask: &impl Fn(&Line) -> Option<T>) -> Vec<T> {
        let parts = want.metric.parts();
        let answers = parts.iter().flat_map(|part| {
            let want = Want { metric: *part, ..want };
            self.each_plain(subject, want, ask)
        });
        answers.collect()
    }

    fn each_plain<T>(self, subject: &Subject, want: Want, ask: &impl Fn(&Line) -> Option<T>) -> Vec<T> {
        // The book is always up to date: how old a sum is, the other parts say, where there are any.
        let counting = self.counting(subject, want);
        let all = || self.history.lines_of(subject, want.metric, want.platform);
        let lines = || all().filter(|(series, _)| self.counts(counting, *series));
        let others = || lines().filter(|(series, _)| !self.history.is_book(*series)).filter_map(|(_, line)| ask(line));
        let typed = self.history.typed_of(subject, want, self.knowledge());
        let mut answers: Vec<T> = others().chain(typed.filter_map(|(_, line)| ask(line))).collect();
        if answers.is_empty() {
            answers = lines().filter_map(|(_, line)| ask(line)).collect();
        }
        if !answers.is_empty() {
            return answers;
        }
        let members = self.history.members.get(subject).into_iter().flatten();
        members.flat_map(|member| self.each_plain(member, want, ask)).collect()
    }
}

/// A metric worked out from its parts, each read by `part`.
fn worked_out(metric: Metric, part: impl Fn(Metric) -> Result<Taken, Option<Absence>>) -> Seen {
    let parts = metric.parts();
    let mut values = Vec::with_capacity(parts.len());
    let mut all: Option<Taken> = None;
    let mut engagements = (0_u32, 0_u32);
    for one in parts {
        let optional = metric.part_is_optional(one);
        match part(one) {
            Ok(taken) => {
                values.push(taken.value);
                all = Some(add(all, taken));
                engagements.1 += u32::from(optional);
            }
            Err(None) if optional => values.push(0.0),
            Err(why) => return absent(why.unwrap_or(Absence::NotYet)),
        }
        engagements.0 += u32::from(optional);
    }
    if engagements.0 > 0 && engagements.1 == 0 {
        return absent(Absence::NotYet);
    }
    match (metric.work_out(&values), all) {
        (Some(value), Some(all)) => Seen { reading: Reading::Value(value), n: all.n, newest: Some(all.newest) },
        // A rate over nothing: there is nothing yet to divide by.
        _ => absent(Absence::NotYet),
    }
}

fn absent(why: Absence) -> Seen {
    Seen { reading: Reading::Absent(why), n: 0, newest: None }
}

/// A sum with what the deal's book says. How old it is, its other parts say: the book is always up to date.
pub(super) fn with_book(sum: Option<Taken>, booked: Taken) -> Taken {
    match sum {
        Some(sum) => Taken { newest: sum.newest, ..add(Some(sum), booked) },
        None => booked,
    }
}

/// The sum of two takings, as fresh as the fresher of them.
pub(super) fn add(sum: Option<Taken>, taken: Taken) -> Taken {
    sum.map_or(taken, |sum| Taken {
        value: sum.value + taken.value,
        n: sum.n.saturating_add(taken.n),
        newest: std::cmp::max(sum.newest, taken.newest),
    })
}

impl Readings for View<'_> {
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen {
        worked_out(want.metric, |metric| self.plain(subject, Want { metric, ..want }, Over::Span(span)))
    }

    fn over_posts(&self, posts: &[(Platform, PostRef)], want: Want, until: Timestamp) -> Seen {
        let chosen: Vec<Subject> = posts
            .iter()
            .filter(|(platform, _)| want.platform.is_none_or(|wanted| wanted == *platform))
            .map(|(platform, post)| Subject::Post(*platform, post.clone()))
            .collect();
        worked_out(want.metric, |metric| {
            let mut sum = None;
            for post in &chosen {
                let taken = self.plain(post, Want { metric, ..want }, Over::Life(until));
                match taken {
                    Ok(taken) => sum = Some(add(sum, taken)),
                    Err(None) if want.metric.part_is_optional(metric) => {}
                    Err(why) => return Err(Some(why.unwrap_or(Absence::NotYet))),
                }
            }
            sum.ok_or(None)
        })
    }

    fn newest_posts(&self, subject: &Subject, until: Timestamp, n: usize) -> Vec<(Platform, PostRef)> {
        let posts = self.history.posts.get(subject).map(Vec::as_slice).unwrap_or_default();
        posts
            .iter()
            .rev()
            .filter(|one| one.at < until && one.is_known(self.known))
            .take(n)
            .map(|one| (one.platform, one.post.clone()))
            .collect()
    }

    fn claims(&self, subject: &Subject, want: Want, span: Span) -> Vec<Claims> {
        self.claims_over(subject, want, span)
    }

    /// The latest beginning of the lines that the metric needs: before it a sum or a rate would lack a part.
    fn begins(&self, subject: &Subject, want: Want) -> Option<Timestamp> {
        let table = &self.history.moments;
        self.each(subject, want, &|line: &Line| line.begins(table, self.knowledge())).into_iter().reduce(std::cmp::max)
    }

    /// As fresh as the stalest line that the metric needs.
    fn newest(&self, subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp> {
        let table = &self.history.moments;
        self.each(subject, want, &|line: &Line| line.newest(table, until, self.knowledge()))
            .into_iter()
            .reduce(std::cmp::min)
    }
}
