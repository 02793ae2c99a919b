//! Keeps the series in memory and answers what conditions ask.
//!
//! Owns: which lines make up a metric of a subject, sums over platforms and members, derived metrics, posts, the guards'
//! say over all of it, and what was known when. Refuses: storing, fetching, windows and judgement.
//!
//! A metric without a platform is the sum over every platform that ever stated it for the subject: where one of them is
//! absent the sum is absent, because a sum that lost a part looks like a fall. What several see and claim (orders, revenue)
//! is never added up: the first kind of claim counts, in the declared order ([`Credits`]). A subject without series of its own is
//! the sum of its members, where it has some (a campaign's partnerships, a partnership's posts).
//!
//! [`History::append_poll`] takes in one fetch. Everything that reads goes through a [`View`]: with the guards on or
//! off, with all there is or only with what was known at an instant. Same appends, same view: same answers.

mod claims;
mod known;
mod seat;
#[cfg(test)]
mod tests;
mod view;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::domain::ids::{CampaignId, CreatorId, Platform, PostRef, Scope, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

use super::guards::{Alarm, Guards, Switches, Told};
use super::readings::Want;
use super::series::{Knowledge, Line, Moment};

pub use claims::Credits;
pub use known::Known;
pub use seat::{Elsewhere, Seat};
pub use view::View;

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

/// That a series whose number is known has no value.
#[derive(Debug, Clone, Copy)]
struct Absent {
    series: u32,
    at: Timestamp,
    why: Absence,
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

/// A post of a subject, in the order of publishing, and from when to when that was what we knew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Published {
    at: Timestamp,
    platform: Platform,
    post: PostRef,
    known: Timestamp,
    until: Option<Timestamp>,
}

impl Published {
    fn is_known(&self, known: Option<Timestamp>) -> bool {
        match known {
            None => self.until.is_none(),
            Some(known) => self.known <= known && self.until.is_none_or(|until| known < until),
        }
    }
}

/// All series.
#[derive(Debug, Default)]
pub struct History {
    switches: Switches,
    moments: Vec<Moment>,
    keys: Vec<SeriesKey>,
    lines: Vec<Line>,
    of_subject: HashMap<Subject, Vec<u32>>,
    /// Lines that people typed in, apart from those of platforms: where a platform speaks, only its word counts.
    typed_in: HashMap<Subject, Vec<u32>>,
    members: HashMap<Subject, Vec<Subject>>,
    posts: HashMap<Subject, Vec<Published>>,
    /// Whose each of them is.
    owners: HashMap<(Platform, PostRef), Vec<Subject>>,
    guards: Guards,
    credits: Credits,
}

impl History {
    /// An empty one. The switches say which guards [`History::view`] heeds and which alarms are told; the guards
    /// themselves always listen.
    #[must_use]
    pub fn new(switches: Switches) -> Self {
        Self { switches, ..Self::default() }
    }

    /// The number of a series, which stays until the program ends.
    pub fn series(&mut self, key: &SeriesKey) -> u32 {
        let known = self.of_subject.get(&key.subject).and_then(|ids| {
            ids.iter().copied().find(|id| {
                self.key(*id).is_some_and(|other| other.metric == key.metric && other.platform == key.platform)
            })
        });
        if let Some(id) = known {
            return id;
        }
        let id = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.keys.push(key.clone());
        self.lines.push(Line::default());
        self.guards.enrol(key.platform, key.metric);
        // In the order of their names, whichever spoke first: which absence is told must not depend on it.
        let of_subject = self.of_subject.entry(key.subject.clone()).or_default();
        let keys = &self.keys;
        let name = |id: u32| {
            let known = usize::try_from(id).ok().and_then(|id| keys.get(id));
            known.map(|key| (key.metric, key.platform))
        };
        let place = of_subject.partition_point(|other| name(*other) <= Some((key.metric, key.platform)));
        of_subject.insert(place, id);
        id
    }

    /// The number of a series that people type in.
    fn typed(&mut self, key: &SeriesKey) -> u32 {
        let ids = self.typed_in.get(&key.subject).map(Vec::as_slice).unwrap_or_default();
        if let Some(id) = ids.iter().copied().find(|id| self.key(*id) == Some(key)) {
            return id;
        }
        let id = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        self.keys.push(key.clone());
        self.lines.push(Line::default());
        self.typed_in.entry(key.subject.clone()).or_default().push(id);
        id
    }

    fn series_of(&mut self, sample: &Sample) -> u32 {
        if sample.self_reported { self.typed(&sample.series) } else { self.series(&sample.series) }
    }

    fn is_typed(&self, series: u32) -> bool {
        self.key(series).and_then(|key| self.typed_in.get(&key.subject)).is_some_and(|ids| ids.contains(&series))
    }

    /// Whether a platform itself has ever stated a series.
    #[must_use]
    pub fn is_stated(&self, key: &SeriesKey) -> bool {
        let all = Knowledge { known: None, holds_back: false };
        let mut lines = self.lines_of(&key.subject, key.metric, Some(key.platform));
        lines.any(|(_, line)| line.has_spoken(&self.moments, all))
    }

    /// Lines that people typed in, of platforms that have not spoken of it themselves.
    fn typed_of(&self, subject: &Subject, want: Want, knowledge: Knowledge) -> impl Iterator<Item = (u32, &Line)> {
        let ids = self.typed_in.get(subject).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(move |id| {
            let key = self.key(*id)?;
            let line = self.lines.get(usize::try_from(*id).ok()?)?;
            let fits = key.metric == want.metric && want.platform.is_none_or(|platform| platform == key.platform);
            let heard = |(_, line): (u32, &Line)| line.has_spoken(&self.moments, knowledge);
            let silent = !self.lines_of(subject, want.metric, Some(key.platform)).any(heard);
            (fits && silent && line.has_spoken(&self.moments, knowledge)).then_some((*id, line))
        })
    }

    /// Which series has this number.
    #[must_use]
    pub fn key(&self, series: u32) -> Option<&SeriesKey> {
        self.keys.get(usize::try_from(series).ok()?)
    }

    /// Takes in what one fetch said, all of it known at `known_at`, and judges the source by it.
    pub fn append_poll(&mut self, samples: &[Sample], missing: &[Missing], known_at: Timestamp) -> Appended {
        for word in missing {
            self.append_missing_known(word, known_at);
        }
        let mut gathered = Known::default();
        for sample in samples {
            gathered.add(self, sample);
        }
        let said: Vec<Said> = gathered.said.into_iter().map(|(_, said)| said).collect();
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
            let typed = !self.typed_in.is_empty() && self.is_typed(statement.series);
            let Some(line) = line_mut(&mut self.lines, statement.series) else {
                continue;
            };
            let spoken = Knowledge { known: None, holds_back: false };
            if line.has_spoken(&self.moments, spoken) && line.currency != statement.currency {
                appended.refused.push(statement.series);
                continue;
            }
            line.currency = statement.currency;
            match statement.form {
                Form::Total { .. } | Form::Gauge { .. } => {
                    line.push_level(&self.moments, moment, statement.value);
                    // What a person types in says nothing about how a source behaves.
                    if !typed {
                        places.push(moment);
                        told.push(Told { series: statement.series, value: statement.value, observed });
                    }
                }
                Form::Amount { from, until } => line.push_amount(from, until, known_at, statement.value),
            }
            appended.touched.push(Touch { series: statement.series, observed });
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

    /// Notes that a source has no value, and why; known when it was so.
    pub fn append_missing(&mut self, missing: &Missing) {
        self.append_missing_known(missing, missing.at);
    }

    fn append_missing_known(&mut self, missing: &Missing, known_at: Timestamp) {
        let series = self.series(&missing.series);
        self.append_absent(Absent { series, at: missing.at, why: missing.why }, known_at);
    }

    fn append_absent(&mut self, absent: Absent, known_at: Timestamp) {
        if let Some(line) = line_mut(&mut self.lines, absent.series) {
            line.push_missing(&self.moments, absent.at, known_at, absent.why);
        }
    }

    /// Judges what is over by `now`, where no poll came to do it.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Alarm> {
        let alarms = self.guards.advance(now);
        self.told(alarms)
    }

    /// Takes in everything that was ever known, in any order, as polls in the order in which it became known. What is
    /// missing comes with when that was known.
    pub fn append_known(&mut self, samples: &[Sample], missing: &[(Timestamp, Missing)]) {
        let mut gathered = Known::default();
        for sample in samples {
            gathered.add(self, sample);
        }
        for (known_at, word) in missing {
            gathered.add_missing(self, *known_at, word);
        }
        self.append_all_known(gathered);
    }

    /// The same of what was gathered.
    pub fn append_all_known(&mut self, gathered: Known) {
        let Known { mut said, mut missing, .. } = gathered;
        // What was known at one instant stays in the order in which it came.
        said.sort_by_key(|(known_at, _)| *known_at);
        missing.sort_by_key(|(known_at, _)| *known_at);
        let (mut said, mut missing, mut poll) = (said.as_slice(), missing.as_slice(), Vec::new());
        loop {
            let known_at = match (said.first(), missing.first()) {
                (Some((one, _)), Some((other, _))) => *std::cmp::min(one, other),
                (Some((one, _)), None) | (None, Some((one, _))) => *one,
                (None, None) => return,
            };
            let (words, later) = missing.split_at(missing.iter().take_while(|(known, _)| *known <= known_at).count());
            for (_, word) in words {
                self.append_absent(*word, known_at);
            }
            let (known, rest) = said.split_at(said.iter().take_while(|(known, _)| *known <= known_at).count());
            poll.clear();
            poll.extend(known.iter().map(|(_, said)| *said));
            // What the guards say of it, they said then.
            drop(self.append_said(&poll, known_at));
            (said, missing) = (rest, later);
        }
    }

    /// Registers a post, or corrects what is known of it; it counts as known from the beginning.
    pub fn add_post(&mut self, facts: &PostFacts) {
        self.add_post_known(facts, Timestamp::MIN);
    }

    /// The same, known from an instant on: before it, what was known earlier stands.
    pub fn add_post_known(&mut self, facts: &PostFacts, known_at: Timestamp) {
        let mut owners = vec![Subject::Creator(facts.creator.clone())];
        if let Some(campaign) = &facts.campaign {
            owners.push(Subject::Campaign(campaign.clone()));
            owners.push(Subject::Partnership(campaign.clone(), facts.creator.clone()));
        }
        let before = self.owners.insert((facts.platform, facts.post.clone()), owners.clone()).unwrap_or_default();
        let stands =
            |one: &Published| (one.platform, &one.post) == (facts.platform, &facts.post) && one.until.is_none();
        let is_so = |owner: &Subject| {
            let posts = self.posts.get(owner).map(Vec::as_slice).unwrap_or_default();
            posts.iter().any(|one| stands(one) && one.at == facts.published_at)
        };
        if before == owners && owners.iter().all(is_so) {
            return;
        }
        for owner in before {
            let posts = self.posts.entry(owner).or_default();
            posts.retain(|one| !stands(one) || one.known < known_at);
            posts.iter_mut().filter(|one| stands(one)).for_each(|one| one.until = Some(known_at));
        }
        for owner in owners {
            let posts = self.posts.entry(owner).or_default();
            let new = Published {
                at: facts.published_at,
                platform: facts.platform,
                post: facts.post.clone(),
                known: known_at,
                until: None,
            };
            let place = posts.partition_point(|post| *post < new);
            posts.insert(place, new);
        }
    }

    /// Says whose sum a subject is where it has no series of its own. A member is of a narrower kind (brand, campaign,
    /// partnership, creator, post); others are left out, so that no sum can contain itself.
    pub fn set_members(&mut self, subject: Subject, mut members: Vec<Subject>) {
        members.retain(|member| breadth(member) < breadth(&subject));
        self.members.insert(subject, members);
    }

    /// How much it holds: what its memory grows with.
    #[must_use]
    pub fn size(&self) -> usize {
        self.moments.len() + self.lines.iter().map(Line::size).sum::<usize>()
    }

    /// Drops what no span that begins at or after `before` can need.
    pub fn forget(&mut self, before: Timestamp) {
        // Nothing is gone on most days.
        let size = self.lines.iter().map(Line::size).sum::<usize>();
        for line in &mut self.lines {
            line.forget(&self.moments, before);
        }
        self.guards.forget(before);
        if self.lines.iter().map(Line::size).sum::<usize>() == size {
            return;
        }
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
        View { history: self, switches, known, credits: None }
    }

    /// Every subject that has a series of its own, in order.
    #[must_use]
    pub fn subjects(&self) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = self.of_subject.keys().collect();
        subjects.sort_unstable();
        subjects
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
        instants.extend(self.moments.iter().zip(places).filter(|(_, used)| *used).map(|(moment, _)| moment.observed));
        instants.sort_unstable();
        instants.dedup();
        instants
    }

    /// The currency in which a metric of a subject is stated.
    #[must_use]
    pub fn currency(&self, subject: &Subject, want: Want) -> Option<Currency> {
        self.lines_of(subject, want.metric, want.platform).find_map(|(_, line)| line.currency)
    }

    /// The currency of a subject's money, whatever of it was stated first.
    #[must_use]
    pub fn any_currency(&self, subject: &Subject) -> Option<Currency> {
        let ids = self.of_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        ids.iter().find_map(|id| self.lines.get(usize::try_from(*id).ok()?)?.currency)
    }

    /// When the first number of each subject was observed.
    #[must_use]
    pub fn beginnings(&self) -> HashMap<&Subject, Timestamp> {
        let all = Knowledge { known: None, holds_back: false };
        let mut first: HashMap<&Subject, Timestamp> = HashMap::new();
        for (key, line) in self.keys.iter().zip(&self.lines) {
            if let Some(begins) = line.begins(&self.moments, all) {
                first.entry(&key.subject).and_modify(|at| *at = std::cmp::min(*at, begins)).or_insert(begins);
            }
        }
        first
    }

    /// What a series of amounts says of each span it ever spoke of, as last known.
    #[must_use]
    pub fn amounts(&self, key: &SeriesKey) -> BTreeMap<(Timestamp, Timestamp), i64> {
        let lines = self.lines_of(&key.subject, key.metric, Some(key.platform));
        lines.flat_map(|(_, line)| line.amounts()).collect()
    }

    /// Every word on each span of a subject's amounts, with when it was known, the oldest first. The book of a deal is not
    /// among them: the program corrects it itself.
    #[must_use]
    pub fn statements(
        &self,
        subject: &Subject,
        metric: Metric,
    ) -> BTreeMap<(Platform, Timestamp, Timestamp), Vec<(Timestamp, i64)>> {
        let mut all: BTreeMap<_, Vec<(Timestamp, i64)>> = BTreeMap::new();
        for (series, line) in self.lines_of(subject, metric, None).filter(|(series, _)| !self.is_book(*series)) {
            let Some(platform) = self.key(series).map(|key| key.platform) else { continue };
            for ((from, until), known, value) in line.words() {
                all.entry((platform, from, until)).or_default().push((known, value));
            }
        }
        all
    }

    /// Whether a series is a deal's own book. The program writes it down itself, so its silence is knowledge: a day
    /// without an entry is a day on which nothing fell due.
    fn is_book(&self, series: u32) -> bool {
        self.key(series).is_some_and(|key| key.platform == Platform::Deal)
    }

    /// The book that a metric of a subject needs.
    fn book_of(&self, subject: &Subject, want: Want, knowledge: Knowledge) -> impl Iterator<Item = &Line> {
        self.lines_of(subject, want.metric, want.platform)
            .filter(move |(series, line)| self.is_book(*series) && line.has_spoken(&self.moments, knowledge))
            .map(|(_, line)| line)
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

fn breadth(subject: &Subject) -> u8 {
    match subject.scope() {
        Scope::Brand => 4,
        Scope::Campaign => 3,
        Scope::Partnership => 2,
        Scope::Creator => 1,
        Scope::Post => 0,
    }
}

fn line_mut(lines: &mut [Line], series: u32) -> Option<&mut Line> {
    lines.get_mut(usize::try_from(series).ok()?)
}
