//! Tracking links: the last part of their address, and the page they lead to.
//!
//! A link leads where its deal says and nowhere else: nothing of a request is taken over into the address, so it can
//! never be made to lead elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

/// The last part of a tracking link's address: `alma-spring`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// The longest slug: what is longer is no short link any more.
const SLUG_MAX: usize = 64;

impl Slug {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that cannot be the last part of a link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` cannot be a link: write letters, digits, `-`, `_` and `.` only, at most {SLUG_MAX}")]
pub struct SlugError {
    /// What was given.
    pub given: String,
}

impl FromStr for Slug {
    type Err = SlugError;
    fn from_str(given: &str) -> Result<Self, SlugError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        // A dot alone would be a folder.
        let is_word = given.bytes().any(|byte| byte.is_ascii_alphanumeric());
        if is_word && given.len() <= SLUG_MAX && given.bytes().all(fits) {
            // People type links; upper and lower case are the same link.
            Ok(Self(given.to_ascii_lowercase()))
        } else {
            Err(SlugError { given: given.to_owned() })
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;
    fn try_from(given: String) -> Result<Self, SlugError> {
        given.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

/// A page that people are sent to: `http` or `https`, with a host and without a password.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Page(Url);

/// Text that is no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a page to send people to: write it like `https://shop.example/product`")]
pub struct PageError {
    /// What was given.
    pub given: String,
}

/// Longer addresses are cut off by some browsers and chats.
const PAGE_MAX: usize = 2_000;

impl FromStr for Page {
    type Err = PageError;
    fn from_str(given: &str) -> Result<Self, PageError> {
        let error = || PageError { given: given.to_owned() };
        let url = Url::parse(given.trim()).map_err(|_| error())?;
        let web = matches!(url.scheme(), "http" | "https");
        let plain = url.username().is_empty() && url.password().is_none();
        if web && plain && url.has_host() && given.len() <= PAGE_MAX { Ok(Self(url)) } else { Err(error()) }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl TryFrom<String> for Page {
    type Error = PageError;
    fn try_from(given: String) -> Result<Self, PageError> {
        given.parse()
    }
}

impl From<Page> for String {
    fn from(page: Page) -> Self {
        page.0.into()
    }
}

impl Page {
    /// Scheme, host and port: `https://shop.example`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The path below it, as it is sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The parameters after it, decoded.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        self.0.query_pairs().into_owned().collect()
    }

    /// The page with these UTM parameters, over any it has under the same names. Everything else of it stays, its order
    /// and its fragment too.
    #[must_use]
    pub fn with_utm(&self, campaign: &str, creator: &str) -> Self {
        let ours = [("utm_source", creator), ("utm_medium", "influencer"), ("utm_campaign", campaign)];
        let mut url = self.0.clone();
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(key, _)| !ours.iter().any(|(name, _)| name == key))
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(ours);
        Self(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_words_without_case() {
        for (given, want) in [
            ("alma-spring", Some("alma-spring")),
            ("Alma_10.x", Some("alma_10.x")),
            ("..", None),
            ("a/b", None),
            ("a b", None),
            ("", None),
            ("ålma", None),
            ("a?to=https://evil.example", None),
        ] {
            assert_eq!(given.parse::<Slug>().ok().as_ref().map(Slug::as_str), want, "{given}");
        }
        assert!("a".repeat(SLUG_MAX + 1).parse::<Slug>().is_err());
    }

    #[test]
    fn pages_are_on_the_web() {
        for given in
            ["ftp://x.example/", "javascript:alert(1)", "https://", "shop.example", "https://u:p@x.example/", "/p"]
        {
            assert!(given.parse::<Page>().is_err(), "{given}");
        }
        assert!(format!("https://x.example/{}", "a".repeat(PAGE_MAX)).parse::<Page>().is_err());
    }

    #[test]
    fn utm_is_added_and_nothing_lost() {
        let page: Page = "https://shop.example/p?size=4&utm_source=old&q=a%20b#top".parse().expect("a page");
        assert_eq!(
            page.with_utm("spring", "alma").to_string(),
            "https://shop.example/p?size=4&q=a+b&utm_source=alma&utm_medium=influencer&utm_campaign=spring#top"
        );
    }
}
