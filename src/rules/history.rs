//! Keeps the series in memory and answers what conditions ask.
//!
//! Owns: which lines make up a metric of a subject, sums over platforms and members, derived metrics, posts, the guards'
//! say over all of it, and what was known when. Refuses: storing, fetching, windows and judgement.
//!
//! A metric without a platform is the sum over every platform that ever stated it for the subject: where one of them is
//! absent the sum is absent, because a sum that lost a part looks like a fall. A subject without series of its own is
//! the sum of its members, where it has some (a campaign's partnerships, a partnership's posts).
//!
//! [`History::append_poll`] takes in one fetch. Everything that reads goes through a [`View`]: with the guards on or
//! off, with all there is or only with what was known at an instant. Same appends, same view: same answers.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::ids::{CampaignId, CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::{Kind, Metric};
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Form, Missing, Reading, Sample, SeriesKey};

use super::guards::{Alarm, Guards, Switches, Told};
use super::readings::{Readings, Seen, Span, Want};
use super::series::{Knowledge, Line, Moment, Taken};

/// How deep members may have members: campaign, partnership, post, and one to spare. It also ends circles.
const DEPTH_MAX: u8 = 4;

/// A statement whose series is known by its number.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// From [`History::series`].
    pub series: u32,
    /// Total, gauge or amount, and when.
    pub form: Form,
    /// The value; money in minor units.
    pub value: i64,
    /// Of what, exactly when it is money.
    pub currency: Option<Currency>,
}

/// What an append touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// The number of the series; [`History::key`] says which it is.
    pub series: u32,
    /// When it was so.
    pub observed: Timestamp,
}

/// What became of an append.
#[derive(Debug, Default)]
pub struct Appended {
    /// What the operators are to be told, once.
    pub alarms: Vec<Alarm>,
    /// Series with a new statement; rules that read them may have to be judged again.
    pub touched: Vec<Touch>,
    /// Series whose statement came in another currency than those before it, and was left out.
    pub refused: Vec<u32>,
}

/// A post, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostFacts {
    /// Where it is.
    pub platform: Platform,
    /// Its id there.
    pub post: PostRef,
    /// Who made it.
    pub creator: CreatorId,
    /// For which campaign, if for one.
    pub campaign: Option<CampaignId>,
    /// When it went live.
    pub published_at: Timestamp,
}

/// All series.
#[derive(Debug, Default)]
pub struct History {
    switches: Switches,
    moments: Vec<Moment>,
    keys: Vec<SeriesKey>,
    lines: Vec<Line>,
    of_subject: HashMap<Subject, Vec<u32>>,
    members: HashMap<Subject, Vec<Subject>>,
    posts: HashMap<Subject, Vec<(Timestamp, Platform, PostRef)>>,
    guards: Guards,
}

impl History {
    /// An empty one. The switches say which guards [`History::view`] heeds and which alarms are told; the guards
    /// themselves always listen.
    #[must_use]
    pub fn new(switches: Switches) -> Self {
        Self {
            switches,
            ..Self::default()
        }
    }

    /// The number of a series, which stays until the program ends.
    pub fn series(&mut self, key: &SeriesKey) -> u32 {
        let known = self.of_subject.get(&key.subject).and_then(|ids| {
            ids.iter().copied().find(|id| {
                self.key(*id)
                    .is_some_and(|other| other.metric == key.metric && other.platform == key.platform)
            })
        });
        if let Some(id) = known {
            return id;
        }
        let id = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.keys.push(key.clone());
        self.lines.push(Line::default());
        self.guards.enrol(key.platform, key.metric);
        self.of_subject.entry(key.subject.clone()).or_default().push(id);
        id
    }

    /// Which series has this number.
    #[must_use]
    pub fn key(&self, series: u32) -> Option<&SeriesKey> {
        self.keys.get(usize::try_from(series).ok()?)
    }

    /// Takes in what one fetch said, all of it known at `known_at`, and judges the source by it.
    pub fn append_poll(&mut self, samples: &[Sample], missing: &[Missing], known_at: Timestamp) -> Appended {
        for word in missing {
            self.append_missing(word);
        }
        let said: Vec<Said> = samples
            .iter()
            .map(|sample| Said {
                series: self.series(&sample.series),
                form: sample.form,
                value: sample.value,
                currency: sample.currency,
            })
            .collect();
        self.append_said(&said, known_at)
    }

    /// Takes in samples in any order, as polls in the order in which they became known.
    pub fn append_all(&mut self, mut samples: Vec<Sample>) -> Appended {
        samples.sort_by_key(|sample| sample.known_at);
        let mut all = Appended::default();
        for poll in samples.chunk_by(|one, next| one.known_at == next.known_at) {
            let Some(first) = poll.first() else { continue };
            let appended = self.append_poll(poll, &[], first.known_at);
            all.alarms.extend(appended.alarms);
            all.touched.extend(appended.touched);
            all.refused.extend(appended.refused);
        }
        all
    }

    /// The same as [`History::append_poll`] for series whose numbers are known already.
    pub fn append_said(&mut self, said: &[Said], known_at: Timestamp) -> Appended {
        let mut appended = Appended::default();
        let mut told = Vec::with_capacity(said.len());
        let mut places = Vec::with_capacity(said.len());
        for statement in said {
            let observed = statement.form.observed_at();
            let moment = match statement.form {
                Form::Total { .. } | Form::Gauge { .. } => self.moment(observed, known_at),
                Form::Amount { .. } => 0,
            };
            let Some(line) = line_mut(&mut self.lines, statement.series) else {
                continue;
            };
            if line.has_spoken() && line.currency != statement.currency {
                appended.refused.push(statement.series);
                continue;
            }
            line.currency = statement.currency;
            match statement.form {
                Form::Total { .. } | Form::Gauge { .. } => {
                    line.push_level(&self.moments, moment, statement.value);
                    places.push(moment);
                    told.push(Told {
                        series: statement.series,
                        value: statement.value,
                        observed,
                    });
                }
                Form::Amount { from, until } => line.push_amount(from, until, known_at, statement.value),
            }
            appended.touched.push(Touch {
                series: statement.series,
                observed,
            });
        }
        let heard = self.guards.hear(&told, known_at);
        for series in heard.released {
            if let Some(line) = line_mut(&mut self.lines, series) {
                line.release(known_at);
            }
        }
        for place in heard.held {
            let (Some(told), Some(moment)) = (told.get(place), places.get(place)) else {
                continue;
            };
            if let Some(line) = line_mut(&mut self.lines, told.series) {
                line.hold(*moment);
            }
        }
        appended.alarms = self.told(heard.alarms);
        appended
    }

    /// Notes that a source has no value, and why.
    pub fn append_missing(&mut self, missing: &Missing) {
        let series = self.series(&missing.series);
        if let Some(line) = line_mut(&mut self.lines, series) {
            line.push_missing(&self.moments, missing.at, missing.why);
        }
    }

    /// Judges what is over by `now`, where no poll came to do it.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Alarm> {
        let alarms = self.guards.advance(now);
        self.told(alarms)
    }

    /// Registers a post, or corrects what is known of it.
    pub fn add_post(&mut self, facts: &PostFacts) {
        let mut owners = vec![Subject::Creator(facts.creator.clone())];
        if let Some(campaign) = &facts.campaign {
            owners.push(Subject::Campaign(campaign.clone()));
            owners.push(Subject::Partnership(campaign.clone(), facts.creator.clone()));
        }
        for owner in owners {
            let posts = self.posts.entry(owner).or_default();
            posts.retain(|(_, platform, post)| (*platform, post) != (facts.platform, &facts.post));
            let new = (facts.published_at, facts.platform, facts.post.clone());
            let place = posts.partition_point(|post| *post < new);
            posts.insert(place, new);
        }
    }

    /// Says whose sum a subject is where it has no series of its own.
    pub fn set_members(&mut self, subject: Subject, members: Vec<Subject>) {
        self.members.insert(subject, members);
    }

    /// Drops what no span that begins at or after `before` can need.
    pub fn forget(&mut self, before: Timestamp) {
        for line in &mut self.lines {
            line.forget(&self.moments, before);
        }
        self.guards.forget(before);
        let mut new_places: HashMap<u32, u32> = HashMap::new();
        let mut kept = Vec::new();
        for place in self.lines.iter_mut().flat_map(Line::moments_mut) {
            let Some(moment) = usize::try_from(*place).ok().and_then(|old| self.moments.get(old)) else {
                continue;
            };
            *place = *new_places.entry(*place).or_insert_with(|| {
                kept.push(*moment);
                u32::try_from(kept.len() - 1).unwrap_or(u32::MAX)
            });
        }
        self.moments = kept;
    }

    /// Everything there is, under the guards this history was made with.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        self.view_with(self.switches, None)
    }

    /// What was known at an instant, under the same guards.
    #[must_use]
    pub fn as_of(&self, known: Timestamp) -> View<'_> {
        self.view_with(self.switches, Some(known))
    }

    /// Under other guards, with what was known at `known` (`None`: all there is).
    #[must_use]
    pub fn view_with(&self, switches: Switches, known: Option<Timestamp>) -> View<'_> {
        View {
            history: self,
            switches,
            known,
        }
    }

    /// Every subject that has a series of its own.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.of_subject.keys()
    }

    /// When something was observed, each instant once, in order; `about` chooses the series.
    #[must_use]
    pub fn instants(&self, about: impl Fn(&SeriesKey) -> bool) -> Vec<Timestamp> {
        let mut places = vec![false; self.moments.len()];
        let mut instants = Vec::new();
        for (_, line) in self.keys.iter().zip(&self.lines).filter(|(key, _)| about(key)) {
            for place in line.moments() {
                if let Some(place) = usize::try_from(place).ok().and_then(|place| places.get_mut(place)) {
                    *place = true;
                }
            }
            instants.extend(line.amount_ends());
        }
        instants.extend(
            self.moments
                .iter()
                .zip(places)
                .filter(|(_, used)| *used)
                .map(|(moment, _)| moment.observed),
        );
        instants.sort_unstable();
        instants.dedup();
        instants
    }

    /// The currency in which a metric of a subject is stated.
    #[must_use]
    pub fn currency(&self, subject: &Subject, want: Want) -> Option<Currency> {
        self.lines_of(subject, want.metric, want.platform)
            .find_map(|(_, line)| line.currency)
    }

    fn told(&self, alarms: Vec<Alarm>) -> Vec<Alarm> {
        alarms.into_iter().filter(|alarm| alarm.is_on(self.switches)).collect()
    }

    fn moment(&mut self, observed: Timestamp, known: Timestamp) -> u32 {
        let moment = Moment { observed, known };
        if self.moments.last() != Some(&moment) {
            self.moments.push(moment);
        }
        u32::try_from(self.moments.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn lines_of(
        &self,
        subject: &Subject,
        metric: Metric,
        platform: Option<Platform>,
    ) -> impl Iterator<Item = (u32, &Line)> {
        let ids = self.of_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(move |id| {
            let key = self.key(*id)?;
            let fits = key.metric == metric && platform.is_none_or(|platform| platform == key.platform);
            let line = self.lines.get(usize::try_from(*id).ok()?)?;
            fits.then_some((*id, line))
        })
    }
}

fn line_mut(lines: &mut [Line], series: u32) -> Option<&mut Line> {
    lines.get_mut(usize::try_from(series).ok()?)
}

/// A history under certain guards and a certain knowledge.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    history: &'a History,
    switches: Switches,
    known: Option<Timestamp>,
}

/// Over what a plain metric is asked.
#[derive(Debug, Clone, Copy)]
enum Over {
    /// A window.
    Span(Span),
    /// A post's whole life.
    Life(Timestamp),
}

impl View<'_> {
    fn knowledge(self) -> Knowledge {
        Knowledge {
            known: self.known,
            holds_back: self.switches.implausible,
        }
    }

    /// One line over a span, after the guards.
    fn line(self, series: u32, line: &Line, metric: Metric, over: Over) -> Result<Taken, Absence> {
        let table = &self.history.moments;
        let (taken, boundaries) = match (over, metric.kind()) {
            (Over::Span(span), Kind::Gauge) => (
                line.gauge(table, span.until, self.knowledge()),
                [Some(span.until), None],
            ),
            (Over::Span(span), Kind::Counter | Kind::Derived { .. }) => (
                line.increase(table, span, self.knowledge()),
                [Some(span.until), Some(span.from)],
            ),
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
            Some(age) => Err(Absence::Stale {
                age_secs: age.as_secs(),
            }),
            None => Ok(taken),
        }
    }

    /// A metric that is not derived. `Err(None)` where nobody ever stated it.
    fn plain(self, subject: &Subject, want: Want, over: Over, depth: u8) -> Result<Taken, Option<Absence>> {
        let mut sum: Option<Taken> = None;
        let mut silent = None;
        for (series, line) in self.history.lines_of(subject, want.metric, want.platform) {
            if line.has_spoken() {
                sum = Some(add(sum, self.line(series, line, want.metric, over).map_err(Some)?));
            } else {
                let until = match over {
                    Over::Span(span) => span.until,
                    Over::Life(until) => until,
                };
                silent = silent.or(line.last_word(None, until, self.knowledge()));
            }
        }
        if let Some(sum) = sum {
            return Ok(sum);
        }
        let members = self.history.members.get(subject).filter(|_| depth < DEPTH_MAX);
        for member in members.into_iter().flatten() {
            match self.plain(member, want, over, depth + 1) {
                Ok(taken) => sum = Some(add(sum, taken)),
                // A member that never stated it takes no part; one that is silent now makes the sum absent.
                Err(None) => {}
                Err(why) => return Err(why),
            }
        }
        sum.ok_or(silent)
    }

    /// A metric worked out from its parts, each read by `part`.
    fn worked_out(self, metric: Metric, part: impl Fn(Metric) -> Result<Taken, Option<Absence>>) -> Seen {
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
            (Some(value), Some(all)) => Seen {
                reading: Reading::Value(value),
                n: all.n,
                newest: Some(all.newest),
            },
            // A rate over nothing: there is nothing yet to divide by.
            _ => absent(Absence::NotYet),
        }
    }

    /// What each line that a metric needs answers.
    fn each<T>(self, subject: &Subject, want: Want, ask: impl Fn(&Line) -> Option<T>) -> Vec<T> {
        let mut answers = Vec::new();
        for part in want.metric.parts() {
            for (_, line) in self.history.lines_of(subject, part, want.platform) {
                answers.extend(ask(line));
            }
            let members = self.history.members.get(subject).filter(|_| answers.is_empty());
            for member in members.into_iter().flatten() {
                for (_, line) in self.history.lines_of(member, part, want.platform) {
                    answers.extend(ask(line));
                }
            }
        }
        answers
    }
}

fn absent(why: Absence) -> Seen {
    Seen {
        reading: Reading::Absent(why),
        n: 0,
        newest: None,
    }
}

/// The sum of two takings, as fresh as the fresher of them.
fn add(sum: Option<Taken>, taken: Taken) -> Taken {
    sum.map_or(taken, |sum| Taken {
        value: sum.value + taken.value,
        n: sum.n.saturating_add(taken.n),
        newest: std::cmp::max(sum.newest, taken.newest),
    })
}

impl Readings for View<'_> {
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen {
        self.worked_out(want.metric, |metric| {
            self.plain(subject, Want { metric, ..want }, Over::Span(span), 0)
        })
    }

    fn over_posts(&self, posts: &[(Platform, PostRef)], want: Want, until: Timestamp) -> Seen {
        let chosen: Vec<Subject> = posts
            .iter()
            .filter(|(platform, _)| want.platform.is_none_or(|wanted| wanted == *platform))
            .map(|(platform, post)| Subject::Post(*platform, post.clone()))
            .collect();
        self.worked_out(want.metric, |metric| {
            let mut sum = None;
            for post in &chosen {
                let taken = self.plain(post, Want { metric, ..want }, Over::Life(until), 0);
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
            .filter(|(published_at, ..)| *published_at < until)
            .take(n)
            .map(|(_, platform, post)| (*platform, post.clone()))
            .collect()
    }

    /// The latest beginning of the lines that the metric needs: before it a sum or a rate would lack a part.
    fn begins(&self, subject: &Subject, want: Want) -> Option<Timestamp> {
        let table = &self.history.moments;
        self.each(subject, want, |line| line.begins(table, self.knowledge()))
            .into_iter()
            .reduce(std::cmp::max)
    }

    /// As fresh as the stalest line that the metric needs.
    fn newest(&self, subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp> {
        let table = &self.history.moments;
        self.each(subject, want, |line| line.newest(table, until, self.knowledge()))
            .into_iter()
            .reduce(std::cmp::min)
    }
}
