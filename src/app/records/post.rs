//! A post as kept: whose it is, when it went live, what it says, and what was known of that when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CreatorId, Platform, PostRef};
use crate::rules::history::PostFacts;
use crate::store::records::Record;
use crate::store::{Key, Table, keys};

/// Characters of a title that are kept; the longest of any platform here has 300.
const TITLE_MAX: usize = 300;

/// Characters of a text that are kept: the longest description of `YouTube`, and as much as is looked at. A post whose text
/// did not fit the store would fail its source's every poll.
const TEXT_MAX: usize = 5_000;

/// Corrections of a post that are remembered. A date that goes back and forth at every poll must not fill the record until
/// it cannot be kept.
const EARLIER_MAX: usize = 40;

/// A post that was found or imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostRecord {
    /// Where it lives.
    pub platform: Platform,
    /// Its id there.
    pub post: PostRef,
    /// Who made it.
    pub creator: CreatorId,
    /// When it became public.
    pub published_at: Timestamp,
    /// Its title, where the platform gives one.
    #[serde(default)]
    pub title: Option<String>,
    /// Its text, where links and codes stand.
    #[serde(default)]
    pub text: Option<String>,
    /// `video`, `reel`, `story`, …
    #[serde(default)]
    pub format: Option<String>,
    /// When the program learned whose it is and when it became public; none where that was not noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<Timestamp>,
    /// What it took for that before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierPost>,
}

/// What was thought of a post before it was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierPost {
    /// Who made it.
    pub creator: CreatorId,
    /// When it became public.
    pub published_at: Timestamp,
    /// Since when that was thought; none where that was not noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<Timestamp>,
}

impl PostRecord {
    /// This after what is kept: what was known stays known, what is new is known from `now` on.
    #[must_use]
    pub fn after(mut self, kept: Option<&Self>, now: Timestamp) -> Self {
        self.title = self.title.map(|title| beginning(title, TITLE_MAX));
        self.text = self.text.map(|text| beginning(text, TEXT_MAX));
        self.format = self.format.map(|format| beginning(format, TITLE_MAX));
        match kept {
            None => Self { known_at: Some(now), earlier: Vec::new(), ..self },
            Some(kept) if (&kept.creator, kept.published_at) == (&self.creator, self.published_at) => {
                Self { known_at: kept.known_at, earlier: kept.earlier.clone(), ..self }
            }
            Some(kept) => {
                let before = EarlierPost {
                    creator: kept.creator.clone(),
                    published_at: kept.published_at,
                    known_at: kept.known_at,
                };
                let mut earlier: Vec<EarlierPost> = kept.earlier.iter().cloned().chain([before]).collect();
                if EARLIER_MAX < earlier.len() {
                    // What was thought first stays.
                    earlier.remove(1);
                }
                Self { known_at: Some(now), earlier, ..self }
            }
        }
    }

    /// Whose it is and when it became public, as far as was known at an instant.
    #[must_use]
    pub fn then(&self, at: Timestamp) -> Option<(CreatorId, Timestamp)> {
        let is_known = |known: Option<Timestamp>| known.is_none_or(|known| known <= at);
        if is_known(self.known_at) {
            return Some((self.creator.clone(), self.published_at));
        }
        let before = self.earlier.iter().rev().find(|one| is_known(one.known_at))?;
        Some((before.creator.clone(), before.published_at))
    }

    /// The same as it was first learned.
    #[must_use]
    pub fn first(&self) -> (CreatorId, Timestamp) {
        let first = self.earlier.first().map(|one| (one.creator.clone(), one.published_at));
        first.unwrap_or_else(|| (self.creator.clone(), self.published_at))
    }

    /// Everything the history was ever told about it, oldest first, with when that was known.
    pub fn all_facts(&self) -> impl Iterator<Item = (PostFacts, Timestamp)> {
        let of = |creator: &CreatorId, published_at, known_at: Option<Timestamp>| {
            let facts = PostFacts {
                platform: self.platform,
                post: self.post.clone(),
                creator: creator.clone(),
                campaign: None,
                published_at,
            };
            (facts, known_at.unwrap_or(Timestamp::MIN))
        };
        let earlier = self.earlier.iter().map(move |one| of(&one.creator, one.published_at, one.known_at));
        earlier.chain(std::iter::once(of(&self.creator, self.published_at, self.known_at)))
    }

    /// What the history needs to know about it.
    #[must_use]
    pub fn facts(&self) -> PostFacts {
        PostFacts {
            platform: self.platform,
            post: self.post.clone(),
            creator: self.creator.clone(),
            campaign: None,
            published_at: self.published_at,
        }
    }
}

impl Record for PostRecord {
    const TABLE: Table = Table::Posts;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::post(self.platform, &self.post)
    }
}

fn beginning(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::limits::VALUE_MAX;

    fn post(text: &str, day: i64) -> PostRecord {
        PostRecord {
            platform: Platform::Youtube,
            post: "dQw4w9WgXcQ".parse().expect("an id"),
            creator: "alma".parse().expect("an id"),
            published_at: Timestamp::from_second(day * 86_400).expect("in range"),
            title: Some(text.to_owned()),
            text: Some(text.to_owned()),
            format: None,
            known_at: None,
            earlier: Vec::new(),
        }
    }

    #[test]
    fn an_endless_text_or_a_date_that_goes_back_and_forth_can_always_be_kept() {
        let mut kept = post(&"\u{1}".repeat(1 << 20), 0).after(None, Timestamp::UNIX_EPOCH);
        for day in 1..500 {
            kept = post("#ad", day % 2).after(Some(&kept), Timestamp::from_second(day).expect("in range"));
        }
        assert_eq!(kept.earlier.len(), EARLIER_MAX);
        assert_eq!(kept.first().1, Timestamp::UNIX_EPOCH, "what was thought first stays");
        let endless = post(&"\u{1}".repeat(1 << 20), 0).after(Some(&kept), Timestamp::UNIX_EPOCH);
        assert!(serde_json::to_vec(&endless).expect("written").len() < VALUE_MAX / 4);
        assert_eq!(post("åäö", 0).after(None, Timestamp::UNIX_EPOCH).text.as_deref(), Some("åäö"));
    }
}
