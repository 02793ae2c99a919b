//! One connected account in one fetch: its numbers, its uploads and stories, its posts' numbers, its days.
//!
//! What is needed most comes first, so that what an allowance near its end leaves out is what can wait.

mod insights;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::SourceError;
use super::super::json::Field;
use super::metrics::Kind;
use super::settings::Login;
use super::wire::{self, Listed, Piece};
use super::work::{Met, Post, Wanted};
use super::{CALLS, Instagram, LATE, PAGE, Pieces, Round, TITLE, Trouble, garbled, index};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form};
use crate::http::graph::{Fault, Graph, Page, Usage};

/// Ids of a call that asks about several pieces of media.
pub(super) const IDS_MAX: usize = 50;

/// The fewest posts a page is cut down to where the platform says that it is too much.
const PAGE_MIN: usize = 10;

/// How often the platform may fail before the rest of an account is left for the next poll.
const BROKEN_MAX: u8 = 3;

/// What an API that has no list of stories rests as, and for how long it is not asked for one.
const NO_STORIES: &str = "/stories";
const NO_STORIES_FOR: Duration = Duration::from_hours(24);

/// From three quarters of an allowance on, posts older than this wait.
const YOUNG: SignedDuration = SignedDuration::from_hours(7 * 24);

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

/// What a look at the lists of uploads and stories gave, and why what is on neither is absent.
struct Looked {
    pieces: Pieces,
    no_post: Absence,
    no_story: Absence,
}

/// A list of what an account has posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Media,
    Stories,
}

impl Edge {
    /// Whether a post that is named so would be on it.
    fn may_have(self, post: &str) -> bool {
        wire::is_story(post) == (self == Self::Stories)
    }
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
        let mut pieces = Pieces::new();
        let (mut no_post, mut no_story) = (Absence::Gone, Absence::Gone);
        if self.wanted.uploads.is_some() || !self.has_all(Edge::Media, &pieces, round.now) {
            no_post = self.list(Edge::Media, &mut pieces, round).await;
        }
        if self.wanted.uploads.is_some() || !self.has_all(Edge::Stories, &pieces, round.now) {
            no_story = self.list(Edge::Stories, &mut pieces, round).await;
        }
        Looked { pieces, no_post, no_story }
    }

    /// Adds what is on a list; answers why what is not on it is absent.
    async fn list(&mut self, edge: Edge, pieces: &mut Pieces, round: &mut Round) -> Absence {
        if edge == Edge::Stories && self.source.known().rests(NO_STORIES, round.now) {
            return Absence::Unauthorized;
        }
        let path = self.path(if edge == Edge::Media { "media" } else { "stories" });
        let (fields, mut why) = (self.fields(), Absence::Gone);
        let (mut after, mut limit): (Option<String>, usize) = (None, PAGE);
        let mut left = self.source.pages_max;
        while 0 < left {
            if let Some(why) = self.stopped {
                return why;
            }
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
                Err(trouble) if edge == Edge::Stories && is_not_offered(&trouble) => {
                    self.source.known().rest(NO_STORIES, round.rest(Some(NO_STORIES_FOR)));
                    return Absence::Unauthorized;
                }
                Err(trouble) => return self.fail(trouble, round).await,
            };
            left -= 1;
            match self.take(page, edge, pieces, &mut why, round) {
                Some(next) => after = Some(next),
                None => return why,
            }
        }
        // There may be more, and we do not look further.
        Absence::QuotaSpent
    }

    /// Keeps a page; answers where the next one begins, if it is wanted.
    fn take(
        &mut self,
        page: Listed,
        edge: Edge,
        pieces: &mut Pieces,
        why: &mut Absence,
        round: &mut Round,
    ) -> Option<String> {
        for error in page.garbled {
            *why = Absence::Garbled;
            round.out.fail(garbled(error));
        }
        let kind = (edge == Edge::Stories).then_some(Kind::Story);
        let found: Vec<Piece> =
            page.pieces.into_iter().map(|piece| Piece { kind: kind.or(piece.kind), ..piece }).collect();
        let oldest = found.iter().filter_map(|piece| piece.published_at).min();
        for piece in &found {
            self.meet(piece);
            if let Some((creator, _)) = &self.wanted.uploads {
                round.out.posts.extend(piece.found(creator));
            }
        }
        index(pieces, found);
        let since = self.wanted.uploads.as_ref().and_then(|(_, since)| *since);
        let old = matches!((oldest, since), (Some(oldest), Some(since)) if oldest < since);
        let enough = self.has_all(edge, pieces, round.now) && (old || self.wanted.uploads.is_none());
        match page.next {
            Page::After(_) if enough => None,
            Page::After(next) => Some(next),
            Page::Last => None,
            Page::Nowhere => {
                *why = Absence::Garbled;
                None
            }
        }
    }

    /// Whether none of the posts that are wanted need be looked for on a list.
    fn has_all(&self, edge: Edge, pieces: &Pieces, now: Timestamp) -> bool {
        let mut theirs = self.wanted.posts.keys().filter(|post| edge.may_have(post));
        theirs.all(|post| pieces.contains_key(post) || self.has(post, now))
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
        let Looked { mut pieces, no_post, no_story } = looked;
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
            if let Some(piece) = pieces.get(name).or_else(|| pieces.get(id)) {
                found.push((post, piece));
                continue;
            }
            let missed = failed.iter().find(|row| row.0 == *id).map(|row| row.1);
            let unseen = if wire::is_story(name) { no_story } else { no_post };
            let why = missed.or(unmet.contains(name).then_some(unseen)).unwrap_or(Absence::Gone);
            if why == Absence::Gone {
                self.source.known().gone(name, self.handle, round.now);
            }
            let kind = met.and_then(|met| met.kind).or(wire::is_story(name).then_some(Kind::Story));
            round.post_absent(post, kind, why);
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
}

/// Whether an answer says that there is no such list here. The platform's pages show stories with Facebook Login; whether they
/// are there with Instagram Login, or for every token, is for the answer to say.
fn is_not_offered(trouble: &Trouble) -> bool {
    matches!(trouble.fault, Some(Fault::Bad | Fault::Gone | Fault::Permission))
}
