//! A request, sorted by account; and what is remembered from one request to the next.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::metrics::{Kind, Supported};
use crate::domain::ids::{CreatorId, Subject};
use crate::sources::{Request, Target};

/// The longest handle: the platform allows 30 characters.
const HANDLE_MAX: usize = 30;

/// Posts that are remembered. A fleet of a thousand creators with twenty tracked posts each fits.
const MEDIA_MAX: usize = 50_000;

/// How long a post that is gone is not looked for: an archived one may come back.
const GONE_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How long a story is there.
pub(super) const STORY: SignedDuration = SignedDuration::from_hours(24);

/// What is wanted of one account.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The account as documents write it: by this its tokens are kept.
    pub account: String,
    /// Who wants the account's own numbers.
    pub subjects: Vec<Subject>,
    /// Whose uploads are wanted, and how far back.
    pub uploads: Option<(CreatorId, Option<Timestamp>)>,
    /// Posts by what they are named in documents.
    pub posts: BTreeMap<String, Post>,
}

/// Who wants a post's numbers, and who made it.
#[derive(Debug, Default)]
pub(super) struct Post {
    pub subjects: Vec<Subject>,
    pub maker: Option<CreatorId>,
}

/// A request sorted.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// By handle, as the platform compares them.
    pub accounts: BTreeMap<String, Wanted>,
    /// Posts of which nobody knows whose account they stand in.
    pub homeless: Vec<(String, Post)>,
    /// Accounts that no handle can be.
    pub nameless: BTreeMap<String, Wanted>,
}

/// What was learned of a post.
#[derive(Debug, Clone)]
pub(super) struct Met {
    /// The platform's id of it; `None` where it was never found.
    pub id: Option<String>,
    /// Whose account it stands in.
    pub handle: String,
    /// What it is.
    pub kind: Option<Kind>,
    /// When it was posted.
    pub published_at: Option<Timestamp>,
    /// Since when it is gone.
    pub gone: Option<Timestamp>,
}

impl Met {
    /// Whether there is nothing to ask: a story of yesterday, or something that was just found gone.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        let over = |at: Timestamp| self.kind == Some(Kind::Story) && STORY <= now.duration_since(at);
        let lately = self.gone.is_some_and(|since| now.duration_since(since) < GONE_FOR);
        lately || self.published_at.is_some_and(over)
    }
}

/// What is remembered from one request to the next. All of it can be learned again.
#[derive(Debug, Default)]
pub(super) struct Known {
    makers: BTreeMap<CreatorId, String>,
    media: BTreeMap<String, Met>,
    /// Which insights work.
    pub supported: Supported,
    /// Until when an account, or all of discovery (no name), is left in peace.
    rests: BTreeMap<String, Timestamp>,
}

impl Known {
    pub fn met(&self, post: &str) -> Option<&Met> {
        self.media.get(post)
    }

    pub fn meet(&mut self, post: &str, met: Met) {
        if MEDIA_MAX <= self.media.len() && !self.media.contains_key(post) {
            self.media.clear();
        }
        self.media.insert(post.to_owned(), met);
    }

    /// A post of an account is not there.
    pub fn gone(&mut self, post: &str, handle: &str, now: Timestamp) {
        if let Some(met) = self.media.get_mut(post) {
            if !met.is_gone(now) {
                met.gone = Some(now);
            }
            return;
        }
        let met = Met { id: None, handle: handle.to_owned(), kind: None, published_at: None, gone: Some(now) };
        self.meet(post, met);
    }

    /// Whether a post need not be looked for in the list of uploads: its id is known, or it is gone.
    pub fn has(&self, post: &str, now: Timestamp) -> bool {
        self.media.get(post).is_some_and(|met| met.id.is_some() || met.is_gone(now))
    }

    pub fn rest(&mut self, whose: &str, until: Timestamp) {
        self.rests.insert(whose.to_owned(), until);
    }

    pub fn rests(&self, whose: &str, now: Timestamp) -> bool {
        self.rests.get(whose).is_some_and(|until| now < *until)
    }
}

/// A handle as the platform compares them: without `@`, in small letters. `None` where it cannot be one.
pub(super) fn handle(given: &str) -> Option<String> {
    let bare = given.trim().trim_start_matches('@');
    let fits = (1..=HANDLE_MAX).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    fits.then(|| bare.to_ascii_lowercase())
}

impl Work {
    /// Sorts a request. A post says who made it and not where it stands: that is learned from the creator's own targets, of
    /// this request or of an earlier one.
    pub fn sort(request: &Request, known: &mut Known) -> Self {
        let mut work = Self::default();
        let mut posts: BTreeMap<String, Post> = BTreeMap::new();
        for target in &request.targets {
            match target {
                Target::Account { subject, id } => {
                    if let Subject::Creator(creator) = subject {
                        known.makers.insert(creator.clone(), id.clone());
                    }
                    add(&mut work.wanted(id).subjects, subject);
                }
                Target::Uploads { creator, id, since } => {
                    known.makers.insert(creator.clone(), id.clone());
                    work.wanted(id).uploads = Some((creator.clone(), *since));
                }
                Target::Post { subject, id, creator } => {
                    let post = posts.entry(id.clone()).or_default();
                    add(&mut post.subjects, subject);
                    post.maker = post.maker.take().or_else(|| creator.clone());
                }
            }
        }
        let only = match work.accounts.values().collect::<Vec<_>>().as_slice() {
            [only] => Some(only.account.clone()),
            _ => None,
        };
        for (id, post) in posts {
            let of_maker = post.maker.as_ref().and_then(|maker| known.makers.get(maker)).cloned();
            let met = || known.met(&id).map(|met| met.handle.clone());
            match of_maker.or_else(met).or_else(|| only.clone()) {
                Some(account) => drop(work.wanted(&account).posts.insert(id, post)),
                None => work.homeless.push((id, post)),
            }
        }
        work
    }

    fn wanted(&mut self, account: &str) -> &mut Wanted {
        let fresh = || Wanted { account: account.to_owned(), ..Wanted::default() };
        if let Some(handle) = handle(account) {
            return self.accounts.entry(handle).or_insert_with(fresh);
        }
        self.nameless.entry(account.to_owned()).or_insert_with(fresh)
    }
}

fn add(subjects: &mut Vec<Subject>, subject: &Subject) {
    if !subjects.contains(subject) {
        subjects.push(subject.clone());
    }
}
