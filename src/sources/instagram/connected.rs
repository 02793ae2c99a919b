//! One connected account in one fetch: its numbers, its uploads and stories, its posts' numbers, its days.
//!
//! What is needed most comes first, so that what an allowance near its end leaves out is what can wait.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::SourceError;
use super::super::json::Field;
use super::super::quota::next_midnight;
use super::metrics::{self, Insight, Kind};
use super::settings::Login;
use super::wire::{self, Listed, Piece};
use super::work::{Met, Post, Wanted};
use super::{CALLS, Instagram, LATE, PAGE, Pieces, Round, TITLE, Trouble, garbled, index};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form};
use crate::http::graph::{Fault, Graph, Page, Usage};

/// Ids of a call that asks about several pieces of media.
const IDS_MAX: usize = 50;

/// The fewest posts a page is cut down to where the platform says that it is too much.
const PAGE_MIN: usize = 10;

/// How often the platform may fail before the rest of an account is left for the next poll.
const BROKEN_MAX: u8 = 3;

/// From three quarters of an allowance on, posts older than this wait.
const YOUNG: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Posted before the account became a professional one: it has no insights and never will.
const BEFORE_CONVERSION: i64 = 2_108_006;

/// One account while it is visited.
pub(super) struct Visit<'a> {
    source: &'a Instagram,
    handle: &'a str,
    wanted: &'a Wanted,
    graph: Graph,
    user: Option<String>,
    /// Why no further call is made about this account.
    stopped: Option<Absence>,
    /// Why no further insights are asked for.
    blind: Option<Absence>,
    /// Three quarters of an allowance are used.
    slow: bool,
    broken: u8,
}

/// What a look at the list of uploads gave.
struct Looked {
    pieces: Pieces,
    /// Why what is not among them is absent.
    else_why: Absence,
}

impl<'a> Visit<'a> {
    pub fn new(source: &'a Instagram, handle: &'a str, wanted: &'a Wanted, graph: Graph, user: Option<String>) -> Self {
        Self { source, handle, wanted, graph, user, stopped: None, blind: None, slow: false, broken: 0 }
    }

    pub async fn run(mut self, round: &mut Round) {
        if let Err(trouble) = self.find_user(round).await {
            let why = self.fail(trouble, round).await;
            round.all_absent(self.wanted, 0 < self.source.account_days, why);
            return;
        }
        self.numbers(round).await;
        let looked = self.look(round).await;
        self.posts(looked, round).await;
        self.days(round).await;
    }

    /// With Facebook Login the token is a person's, and the account hangs on one of the person's pages.
    async fn find_user(&mut self, round: &mut Round) -> Result<(), Trouble> {
        if self.user.is_some() {
            return Ok(());
        }
        if self.source.lines.login == Login::Instagram {
            self.user = Some("me".to_owned());
            return Ok(());
        }
        let query = [("fields", "instagram_business_account{id,username}"), ("limit", "100")];
        let body = self.ask("me/accounts", &query, round).await?;
        let Some(user) = wire::linked(&body, self.handle)? else {
            let reason = format!("{}: no page of whoever connected it is linked to it", self.wanted.account);
            let error = SourceError::Unauthorized { platform: TITLE, reason };
            return Err(Trouble { fault: Some(Fault::Permission), subcode: None, error });
        };
        self.source.lines.name(&self.wanted.account, &user).await;
        self.user = Some(user);
        Ok(())
    }

    fn path(&self, edge: &str) -> String {
        let user = self.user.as_deref().unwrap_or("me");
        if edge.is_empty() { user.to_owned() } else { format!("{user}/{edge}") }
    }

    async fn ask(&mut self, rest: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Value, Trouble> {
        let (answer, usage) = round.ask(&self.graph, CALLS, rest, query).await;
        self.heed(usage, round);
        answer
    }

    /// From three quarters on what can wait waits; from nine tenths on nothing is asked for as long as the platform says.
    fn heed(&mut self, usage: Usage, round: &Round) {
        self.slow |= usage.is_high();
        if usage.is_spent() {
            self.source.known().rest(self.handle, round.rest(usage.wait));
            self.stopped = Some(Absence::QuotaSpent);
        }
    }

    /// Keeps a failure and decides which calls it stops; answers why the numbers of this call are absent.
    async fn fail(&mut self, trouble: Trouble, round: &mut Round) -> Absence {
        let why = trouble.absence();
        let mut error = trouble.error;
        match &mut error {
            SourceError::SlowDown { wait, .. } => {
                // This account's allowance, and nobody else's: the source itself has not failed.
                self.source.known().rest(self.handle, round.rest(*wait));
                self.stopped = Some(why);
                return why;
            }
            SourceError::Unauthorized { reason, .. } => {
                let lacks_a_right = trouble.fault == Some(Fault::Permission);
                if !lacks_a_right {
                    self.stopped = Some(why);
                    self.source.lines.refuse(&self.wanted.account, round.now).await;
                }
                if !reason.starts_with(&self.wanted.account) {
                    *reason = format!("{}: {reason}", self.wanted.account);
                }
            }
            SourceError::Unreachable { .. } => {
                self.stopped = Some(why);
                round.stopped = Some(why);
            }
            SourceError::Broken { .. } => {
                self.broken += 1;
                if BROKEN_MAX <= self.broken {
                    self.stopped = Some(why);
                }
            }
            SourceError::QuotaSpent { .. }
            | SourceError::Gone { .. }
            | SourceError::Garbled { .. }
            | SourceError::Refused { .. }
            | SourceError::BadTarget { .. }
            | SourceError::Misconfigured { .. } => {}
        }
        round.out.fail(error);
        why
    }

    /// Followers and posts: 1 call.
    async fn numbers(&mut self, round: &mut Round) {
        if self.wanted.subjects.is_empty() {
            return;
        }
        let subjects = &self.wanted.subjects;
        if let Some(why) = self.stopped {
            round.absent(subjects, &super::OF_ACCOUNT, why);
            return;
        }
        let query = [("fields", "username,followers_count,media_count")];
        let path = self.path("");
        let asked = self.ask(&path, &query, round).await;
        let read = asked.and_then(|body| wire::profile(&Field::root(&body)).map_err(Trouble::from));
        let profile = match read {
            Ok(profile) => profile,
            Err(trouble) => {
                let why = self.fail(trouble, round).await;
                round.absent(subjects, &super::OF_ACCOUNT, why);
                return;
            }
        };
        if let Some(name) = profile.username.filter(|name| !name.eq_ignore_ascii_case(self.handle)) {
            // Somebody else's numbers must not become this creator's.
            round.absent(subjects, &super::OF_ACCOUNT, Absence::Unauthorized);
            self.stopped = Some(Absence::Unauthorized);
            let reason = format!("{}: it was connected as {name}", self.wanted.account);
            round.out.fail(SourceError::Unauthorized { platform: TITLE, reason });
            return;
        }
        for (metric, value) in [(Metric::Followers, profile.followers), (Metric::Posts, profile.media)] {
            match value {
                Some(value) => round.tell(subjects, metric, value, Form::Gauge { at: round.now }, false),
                None => round.absent(subjects, &[metric], Absence::NotYet),
            }
        }
    }

    fn fields(&self) -> &'static str {
        match self.source.lines.login {
            Login::Instagram => "id,caption,media_type,permalink,timestamp,like_count,comments_count",
            Login::Facebook => "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count",
        }
    }

    /// The newest uploads and the stories, where they are wanted or a post's id must be found: 1 call a page.
    async fn look(&mut self, round: &mut Round) -> Looked {
        let mut looked = Looked { pieces: Pieces::new(), else_why: Absence::Gone };
        if self.wanted.uploads.is_none() && self.wanted.posts.keys().all(|post| self.has(post, round.now)) {
            return looked;
        }
        self.list("media", None, &mut looked, round).await;
        self.list("stories", Some(Kind::Story), &mut looked, round).await;
        looked
    }

    async fn list(&mut self, edge: &str, kind: Option<Kind>, looked: &mut Looked, round: &mut Round) {
        let (path, fields) = (self.path(edge), self.fields());
        let (mut after, mut limit): (Option<String>, usize) = (None, PAGE);
        let mut left = self.source.pages_max;
        while 0 < left {
            if let Some(why) = self.stopped {
                looked.else_why = why;
                return;
            }
            left -= 1;
            let size = limit.to_string();
            let mut query = vec![("fields", fields), ("limit", size.as_str())];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let asked = self.ask(&path, &query, round).await;
            let page = match asked.and_then(|body| wire::page(&body).map_err(Trouble::from)) {
                Ok(page) => page,
                Err(trouble) if trouble.fault == Some(Fault::TooMuch) && PAGE_MIN < limit => {
                    limit /= 2;
                    continue;
                }
                Err(trouble) => {
                    looked.else_why = self.fail(trouble, round).await;
                    return;
                }
            };
            match self.take(page, kind, looked, round) {
                Some(next) => after = Some(next),
                None => return,
            }
        }
        // There may be more, and we do not look further.
        looked.else_why = Absence::QuotaSpent;
    }

    /// Keeps a page; answers where the next one begins, if it is wanted.
    fn take(&mut self, page: Listed, kind: Option<Kind>, looked: &mut Looked, round: &mut Round) -> Option<String> {
        for error in page.garbled {
            looked.else_why = Absence::Garbled;
            round.out.fail(garbled(error));
        }
        let pieces: Vec<Piece> =
            page.pieces.into_iter().map(|piece| Piece { kind: kind.or(piece.kind), ..piece }).collect();
        let oldest = pieces.iter().filter_map(|piece| piece.published_at).min();
        for piece in &pieces {
            self.meet(piece);
            if let Some((creator, _)) = &self.wanted.uploads {
                round.out.posts.extend(piece.found(creator));
            }
        }
        index(&mut looked.pieces, pieces);
        let since = self.wanted.uploads.as_ref().and_then(|(_, since)| *since);
        let old = matches!((oldest, since), (Some(oldest), Some(since)) if oldest < since);
        let all_found =
            self.wanted.posts.keys().all(|post| looked.pieces.contains_key(post) || self.has(post, round.now));
        match page.next {
            Page::After(_) if all_found && (old || self.wanted.uploads.is_none()) => None,
            Page::After(next) => Some(next),
            Page::Last => None,
            Page::Nowhere => {
                looked.else_why = Absence::Garbled;
                None
            }
        }
    }

    /// Whether a post need not be looked for.
    fn has(&self, post: &str, now: Timestamp) -> bool {
        wire::is_media_id(post) || self.source.known().has(post, now)
    }

    fn meet(&self, piece: &Piece) {
        let met = Met {
            id: Some(piece.id.clone()),
            handle: self.handle.to_owned(),
            kind: piece.kind,
            published_at: piece.published_at,
            gone: None,
        };
        self.source.known().meet(piece.post.as_str(), met);
    }

    /// The posts that are wanted: those on no page by their ids, 1 call for fifty; then the insights of each, 1 call.
    async fn posts(&mut self, looked: Looked, round: &mut Round) {
        let Looked { mut pieces, else_why } = looked;
        let mut by_id = Vec::new();
        let mut unmet = Vec::new();
        for post in self.wanted.posts.keys().filter(|post| !pieces.contains_key(*post)) {
            match self.source.known().met(post).cloned() {
                Some(met) if met.is_gone(round.now) => {}
                Some(Met { id: Some(id), .. }) => by_id.push(id),
                Some(Met { id: None, .. }) | None if wire::is_media_id(post) => by_id.push(post.clone()),
                Some(Met { id: None, .. }) | None => unmet.push(post.clone()),
            }
        }
        let failed = self.by_ids(&by_id, &mut pieces, round).await;
        let mut found: Vec<(&Post, &Piece)> = Vec::new();
        for (name, post) in &self.wanted.posts {
            let met = self.source.known().met(name).cloned();
            let id = met.as_ref().and_then(|met| met.id.as_ref()).unwrap_or(name);
            match pieces.get(name).or_else(|| pieces.get(id)) {
                Some(piece) => found.push((post, piece)),
                None => {
                    let missed = failed.iter().find(|row| row.0 == *id).map(|row| row.1);
                    let unmet = unmet.contains(name).then_some(else_why);
                    let why = missed.or(unmet).unwrap_or(Absence::Gone);
                    if why == Absence::Gone {
                        self.source.known().gone(name, self.handle, round.now);
                    }
                    round.post_absent(post, met.and_then(|met| met.kind), why);
                }
            }
        }
        found.sort_by_key(|(_, piece)| std::cmp::Reverse(piece.published_at));
        for (post, piece) in found {
            self.post(post, piece, round).await;
        }
    }

    /// Media by the platform's ids. One that is not there fails the whole call, so then each is asked for alone. Answers why
    /// some are absent.
    async fn by_ids(&mut self, ids: &[String], pieces: &mut Pieces, round: &mut Round) -> Vec<(String, Absence)> {
        let mut failed = Vec::new();
        let mut alone: Vec<String> = Vec::new();
        for chunk in ids.chunks(IDS_MAX) {
            if let Some(why) = self.stopped {
                failed.extend(chunk.iter().map(|id| (id.clone(), why)));
                continue;
            }
            let (joined, fields) = (chunk.join(","), self.fields());
            let asked = self.ask("", &[("ids", joined.as_str()), ("fields", fields)], round).await;
            match asked.and_then(|body| wire::by_ids(&body, chunk).map_err(Trouble::from)) {
                Ok(rows) => {
                    for (id, row) in chunk.iter().zip(rows) {
                        match row {
                            Ok(piece) => self.keep(piece, pieces),
                            Err(error) => {
                                failed.push((id.clone(), Absence::Garbled));
                                round.out.fail(garbled(error));
                            }
                        }
                    }
                }
                Err(trouble) if trouble.fault == Some(Fault::Gone) => alone.extend_from_slice(chunk),
                Err(trouble) => {
                    let why = self.fail(trouble, round).await;
                    failed.extend(chunk.iter().map(|id| (id.clone(), why)));
                }
            }
        }
        for id in alone {
            if let Err(why) = self.by_id(&id, pieces, round).await {
                failed.push((id, why));
            }
        }
        failed
    }

    async fn by_id(&mut self, id: &str, pieces: &mut Pieces, round: &mut Round) -> Result<(), Absence> {
        if let Some(why) = self.stopped {
            return Err(why);
        }
        let fields = self.fields();
        let asked = self.ask(id, &[("fields", fields)], round).await;
        match asked.and_then(|body| wire::piece_of(id, &Field::root(&body)).map_err(Trouble::from)) {
            Ok(piece) => {
                self.keep(piece, pieces);
                Ok(())
            }
            // That is an answer about this piece, and no failure.
            Err(trouble) if trouble.fault == Some(Fault::Gone) => Err(Absence::Gone),
            Err(trouble) => Err(self.fail(trouble, round).await),
        }
    }

    fn keep(&self, piece: Piece, pieces: &mut Pieces) {
        self.meet(&piece);
        index(pieces, vec![piece]);
    }

    /// One post that is there: likes and comments from its fields, the rest from its insights.
    async fn post(&mut self, post: &Post, piece: &Piece, round: &mut Round) {
        let now = round.now;
        if self.wanted.uploads.is_none()
            && let Some(maker) = &post.maker
        {
            round.out.posts.extend(piece.found(maker));
        }
        let Some(kind) = piece.kind else {
            round.absent(&post.subjects, &super::OF_ANY_POST, Absence::Garbled);
            return;
        };
        for metric in kind.fields() {
            let value = if *metric == Metric::Likes { piece.likes } else { piece.comments };
            match value {
                Some(value) => round.tell(&post.subjects, *metric, value, Form::Total { at: now }, false),
                None => round.absent(&post.subjects, &[*metric], Absence::Hidden),
            }
        }
        let age = piece.published_at.map(|at| now.duration_since(at));
        let all: Vec<Metric> = kind.core().iter().map(|insight| insight.metric).collect();
        let waits = (self.slow && age.is_none_or(|age| YOUNG < age)).then_some(Absence::QuotaSpent);
        if let Some(why) = self.stopped.or(self.blind).or(waits) {
            round.absent(&post.subjects, &all, why);
            return;
        }
        let young = age.is_some_and(|age| age < LATE);
        let path = format!("{}/insights", piece.id);
        match self.insights(kind, &path, &[], round).await {
            Ok(found) => {
                for insight in kind.core() {
                    match found.iter().find(|row| row.0 == *insight) {
                        Some((_, Ok(value))) => {
                            round.tell(&post.subjects, insight.metric, *value, Form::Total { at: now }, young);
                        }
                        Some((_, Err(why))) => round.absent(&post.subjects, &[insight.metric], *why),
                        None => round.absent(&post.subjects, &[insight.metric], Absence::Garbled),
                    }
                }
            }
            Err(why) => {
                if why == Absence::Gone {
                    self.source.known().gone(piece.post.as_str(), self.handle, now);
                }
                round.absent(&post.subjects, &all, why);
            }
        }
    }

    /// The insights of a thing, each a value or why there is none. One name that is not known fails the whole call: then each
    /// is asked for alone, once, and what works is remembered for this kind.
    async fn insights(
        &mut self,
        kind: Kind,
        path: &str,
        also: &[(&str, &str)],
        round: &mut Round,
    ) -> Result<Vec<(Insight, Result<i64, Absence>)>, Absence> {
        let (names, learned) = self.source.known().supported.of(kind, round.now);
        let trouble = match self.some_insights(&names, path, also, round).await {
            Ok(found) => return Ok(found),
            Err(trouble) => trouble,
        };
        let unknown_name = trouble.fault == Some(Fault::Bad) && trouble.subcode.is_none();
        if !unknown_name || learned || names.len() < 2 {
            return Err(self.no_insights(trouble, round).await);
        }
        let (mut found, mut works) = (Vec::new(), Vec::new());
        for name in &names {
            match self.some_insights(std::slice::from_ref(name), path, also, round).await {
                Ok(one) => {
                    works.push(*name);
                    found.extend(one);
                }
                Err(alone) if alone.fault == Some(Fault::Bad) => {}
                Err(other) => return Err(self.no_insights(other, round).await),
            }
        }
        if works.is_empty() {
            return Err(self.no_insights(trouble, round).await);
        }
        self.source.known().supported.learn(kind, works, round.now);
        Ok(found)
    }

    async fn some_insights(
        &mut self,
        names: &[Insight],
        path: &str,
        also: &[(&str, &str)],
        round: &mut Round,
    ) -> Result<Vec<(Insight, Result<i64, Absence>)>, Trouble> {
        let joined = metrics::join(names);
        let mut query = vec![("metric", joined.as_str())];
        query.extend_from_slice(also);
        let body = self.ask(path, &query, round).await?;
        let found = wire::insights(&body, names)?;
        // What is left out is not worked out yet, or there is none; it is not 0.
        let value = |insight: &Insight| found.get(insight.name).copied().ok_or(Absence::NotYet);
        Ok(names.iter().map(|insight| (*insight, value(insight))).collect())
    }

    /// Why a thing has no insights.
    async fn no_insights(&mut self, trouble: Trouble, round: &mut Round) -> Absence {
        match (trouble.fault, trouble.subcode) {
            // Three answers about this thing, and no failures.
            (Some(Fault::TooFew), _) => Absence::TooFew,
            (Some(Fault::Gone), _) => Absence::Gone,
            (_, Some(BEFORE_CONVERSION)) => Absence::Hidden,
            (Some(Fault::Permission), _) => {
                let why = self.fail(trouble, round).await;
                self.blind = Some(why);
                why
            }
            _ => self.fail(trouble, round).await,
        }
    }

    /// The account's numbers of the last days, 1 call a day. The platform's days are Pacific days; it restates them for
    /// 48 hours.
    async fn days(&mut self, round: &mut Round) {
        let subjects = &self.wanted.subjects;
        if subjects.is_empty() || self.source.account_days == 0 {
            return;
        }
        let mut left: Vec<(Insight, Absence)> = Kind::Day.core().iter().map(|one| (*one, Absence::NotYet)).collect();
        let mut until = day_start(round.now);
        for _ in 0..self.source.account_days {
            let from = day_before(until);
            let waits = self.slow.then_some(Absence::QuotaSpent);
            let found = match self.stopped.or(self.blind).or(waits) {
                Some(why) => Err(why),
                None => self.day(from, until, round).await,
            };
            let provisional = round.now < until.saturating_add(LATE).unwrap_or(Timestamp::MAX);
            match found {
                Ok(found) => {
                    for (insight, value) in found {
                        let Ok(value) = value else { continue };
                        round.tell(subjects, insight.metric, value, Form::Amount { from, until }, provisional);
                        left.retain(|row| row.0 != insight);
                    }
                }
                Err(why) => left.iter_mut().filter(|row| row.1 == Absence::NotYet).for_each(|row| row.1 = why),
            }
            until = from;
        }
        for (insight, why) in left {
            round.absent(subjects, &[insight.metric], why);
        }
    }

    async fn day(
        &mut self,
        from: Timestamp,
        until: Timestamp,
        round: &mut Round,
    ) -> Result<Vec<(Insight, Result<i64, Absence>)>, Absence> {
        let (since, end) = (from.as_second().to_string(), until.as_second().to_string());
        let path = self.path("insights");
        let also =
            [("period", "day"), ("metric_type", "total_value"), ("since", since.as_str()), ("until", end.as_str())];
        self.insights(Kind::Day, &path, &also, round).await
    }
}

/// When the present Pacific day began.
fn day_start(now: Timestamp) -> Timestamp {
    next_midnight(now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN))
}

/// When the Pacific day before the one that begins at `start` began. A day has 23 to 25 hours, so 36 hours before lie in the
/// day before it.
fn day_before(start: Timestamp) -> Timestamp {
    next_midnight(start.saturating_sub(SignedDuration::from_hours(36)).unwrap_or(Timestamp::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_pacific_days_whatever_daylight_time_does() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        for (now, starts) in [
            ("2026-07-01T12:00:00Z", ["2026-07-01T07:00:00Z", "2026-06-30T07:00:00Z", "2026-06-29T07:00:00Z"]),
            ("2026-03-09T12:00:00Z", ["2026-03-09T07:00:00Z", "2026-03-08T08:00:00Z", "2026-03-07T08:00:00Z"]),
            ("2026-11-02T12:00:00Z", ["2026-11-02T08:00:00Z", "2026-11-01T07:00:00Z", "2026-10-31T07:00:00Z"]),
        ] {
            let first = day_start(at(now));
            let got = [first, day_before(first), day_before(day_before(first))];
            assert_eq!(got, starts.map(at), "{now}");
        }
    }
}
