//! The public numbers of professional accounts that nobody has connected, through an own account's token.
//!
//! Owns: one call for an account with its newest posts, a further one for each page, and that all of it rests where the app's
//! allowance (200 calls an hour for each user of the app) is nearly used.
//! Refuses: anything about a post that is on none of the pages: it cannot be asked for alone.

use super::super::SourceError;
use super::metrics::Kind;
use super::wire::{self, Listed, Piece, Profile};
use super::work::{Met, Post, Wanted};
use super::{DISCOVERY, Instagram, OF_ACCOUNT, Pieces, Round, TITLE, Trouble, garbled, index};
use crate::domain::metric::Metric;
use crate::domain::sample::{Absence, Form};
use crate::http::graph::{Graph, Page};

/// Whom all of discovery rests as.
const ALL: &str = "";

/// Posts on a page.
const PAGE: usize = 25;

/// No professional account has this name, whatever the code beside it: a personal account, or nobody.
const NOBODY: i64 = 2_207_013;

const FIELDS: &str =
    "id,caption,permalink,timestamp,media_type,media_product_type,like_count,comments_count,view_count";

/// The own account that asks.
#[derive(Debug)]
pub(super) struct Discovery {
    pub graph: Graph,
    pub user: String,
}

/// What was seen of one account.
#[derive(Default)]
struct Seen {
    pieces: Pieces,
    /// Why what is not among them is absent.
    else_why: Option<Absence>,
}

impl Discovery {
    /// One account.
    pub async fn look(&self, source: &Instagram, handle: &str, wanted: &Wanted, round: &mut Round) {
        let media = wanted.uploads.is_some() || !wanted.posts.is_empty();
        let mut seen = Seen::default();
        let mut after: Option<String> = None;
        let pages = if media { std::cmp::max(source.pages_max, 1) } else { 1 };
        for number in 0..pages {
            if source.known().rests(ALL, round.now) {
                missed(wanted, number == 0, Absence::QuotaSpent, &mut seen, round);
                break;
            }
            let fields = expansion(handle, media, after.as_deref());
            let (answer, usage) = round.ask(&self.graph, DISCOVERY, &self.user, &[("fields", fields.as_str())]).await;
            if usage.is_spent() {
                source.known().rest(ALL, round.rest(usage.wait));
            }
            let read = answer.and_then(|body| wire::discovered(&body).map_err(Trouble::from));
            let (profile, listed) = match read {
                Ok(read) => read,
                Err(trouble) => {
                    failed(source, wanted, number == 0, trouble, &mut seen, round);
                    break;
                }
            };
            if number == 0 {
                tell(&profile, wanted, round);
            }
            // Near the limit the first page has to do.
            let next = listed.map(|listed| take(listed, source, handle, wanted, &mut seen, round));
            match next.flatten() {
                Some(_) if usage.is_high() || number + 1 == pages => seen.else_why = Some(Absence::QuotaSpent),
                Some(next) => after = Some(next),
                None => break,
            }
            if usage.is_high() {
                break;
            }
        }
        posts(wanted, &seen, round);
    }
}

/// Keeps a failure, and decides what it stops.
fn failed(source: &Instagram, wanted: &Wanted, first: bool, trouble: Trouble, seen: &mut Seen, round: &mut Round) {
    if trouble.subcode == Some(NOBODY) {
        // Its posts may well be there; nobody can see them from here.
        round.absent(&wanted.subjects, &OF_ACCOUNT, Absence::Gone);
        seen.else_why = Some(Absence::Hidden);
        let why = "no professional account has this name: personal accounts have no public numbers";
        round.out.fail(SourceError::BadTarget { platform: TITLE, id: wanted.account.clone(), why });
        return;
    }
    let why = trouble.absence();
    match &trouble.error {
        SourceError::SlowDown { wait, .. } => source.known().rest(ALL, round.rest(*wait)),
        // The own token: it asks for everybody.
        SourceError::Unauthorized { .. } => source.known().rest(ALL, round.rest(None)),
        SourceError::Unreachable { .. } => round.stopped = Some(why),
        SourceError::Broken { .. }
        | SourceError::QuotaSpent { .. }
        | SourceError::Gone { .. }
        | SourceError::Garbled { .. }
        | SourceError::Refused { .. }
        | SourceError::BadTarget { .. }
        | SourceError::Misconfigured { .. } => {}
    }
    round.out.fail(trouble.error);
    missed(wanted, first, why, seen, round);
}

/// Nothing came, or no further page.
fn missed(wanted: &Wanted, first: bool, why: Absence, seen: &mut Seen, round: &mut Round) {
    if first {
        round.absent(&wanted.subjects, &OF_ACCOUNT, why);
    }
    seen.else_why = Some(why);
}

/// `business_discovery.username(almalind){followers_count,…}`. The handle and the cursor have been checked: they stand in it
/// as they are.
fn expansion(handle: &str, media: bool, after: Option<&str>) -> String {
    let after = after.map(|after| format!(".after({after})")).unwrap_or_default();
    let media = if media { format!(",media{after}.limit({PAGE}){{{FIELDS}}}") } else { String::new() };
    format!("business_discovery.username({handle}){{username,followers_count,media_count{media}}}")
}

fn tell(profile: &Profile, wanted: &Wanted, round: &mut Round) {
    for (metric, value) in [(Metric::Followers, profile.followers), (Metric::Posts, profile.media)] {
        match value {
            Some(value) => round.tell(&wanted.subjects, metric, value, Form::Gauge { at: round.now }, false),
            None => round.absent(&wanted.subjects, &[metric], Absence::Hidden),
        }
    }
}

/// Keeps a page; answers where the next one begins, if it is wanted.
fn take(
    page: Listed,
    source: &Instagram,
    handle: &str,
    wanted: &Wanted,
    seen: &mut Seen,
    round: &mut Round,
) -> Option<String> {
    for error in page.garbled {
        seen.else_why = Some(Absence::Garbled);
        round.out.fail(garbled(error));
    }
    let oldest = page.pieces.iter().filter_map(|piece| piece.published_at).min();
    for piece in &page.pieces {
        if let Some((creator, _)) = &wanted.uploads {
            round.out.posts.extend(piece.found(creator));
        }
        let (id, handle) = (Some(piece.id.clone()), handle.to_owned());
        let met = Met { id, handle, kind: piece.kind, published_at: piece.published_at, gone: None };
        source.known().meet(piece.post.as_str(), met);
    }
    index(&mut seen.pieces, page.pieces);
    let since = wanted.uploads.as_ref().and_then(|(_, since)| *since);
    let old = matches!((oldest, since), (Some(oldest), Some(since)) if oldest < since);
    let all_found = wanted.posts.keys().all(|post| seen.pieces.contains_key(post) || wire::is_story(post));
    match page.next {
        Page::After(_) if all_found && (old || wanted.uploads.is_none()) => None,
        Page::After(next) => Some(next),
        Page::Last => None,
        Page::Nowhere => {
            seen.else_why = Some(Absence::Garbled);
            None
        }
    }
}

/// The posts that are wanted.
fn posts(wanted: &Wanted, seen: &Seen, round: &mut Round) {
    for (name, post) in &wanted.posts {
        if let Some(piece) = seen.pieces.get(name) {
            one(post, piece, wanted.uploads.is_none(), round);
        } else if wire::is_story(name) {
            // Nobody but its owner can ask about a story.
            round.post_absent(post, Some(Kind::Story), Absence::Unauthorized);
        } else {
            let why = seen.else_why.unwrap_or(Absence::Gone);
            round.absent(&post.subjects, &[Metric::Likes, Metric::Comments], why);
        }
    }
}

/// Likes and comments of every post, views of reels. Likes that are left out are hidden by the owner.
fn one(post: &Post, piece: &Piece, describe: bool, round: &mut Round) {
    if let Some(maker) = post.maker.as_ref().filter(|_| describe) {
        round.out.posts.extend(piece.found(maker));
    }
    let reel = piece.kind == Some(Kind::Reels) || piece.views.is_some();
    let views = reel.then_some((Metric::Views, piece.views, Absence::NotYet));
    let both = [(Metric::Likes, piece.likes, Absence::Hidden), (Metric::Comments, piece.comments, Absence::Hidden)];
    for (metric, value, why) in both.into_iter().chain(views) {
        match value {
            Some(value) => round.tell(&post.subjects, metric, value, Form::Total { at: round.now }, false),
            None => round.absent(&post.subjects, &[metric], why),
        }
    }
}
