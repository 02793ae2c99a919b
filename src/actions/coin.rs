//! Making a discount code for a partnership: a share off for everybody, under a text that nobody has yet.
//!
//! Owns: what is asked of a shop, and what it says about a text that is taken.
//! Refuses: a text that is there already and worth something else: whose it is, a person must say.
//! Survives: repetition. The text is looked up first; a code that is there and worth the same is the one that was wanted.

use async_trait::async_trait;
use jiff::Timestamp;

use super::ActionError;
use super::failure::Failure;
use crate::domain::written::Percent;

/// The longest text: Shopify takes 255 characters, `WooCommerce` and Stripe more; nobody types as many.
const CODE_MAX: usize = 64;

/// A code to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCode {
    /// The action: the same for every attempt at it.
    pub id: String,
    /// What customers type: letters, digits, `-` and `_`.
    pub code: String,
    /// The share that it takes off; above 0.
    pub percent: Percent,
    /// When it begins to work.
    pub starts_at: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
}

impl NewCode {
    /// Whether it can be made anywhere.
    pub(super) fn check(&self, platform: &'static str) -> Result<(), Failure> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let typed = (1..=CODE_MAX).contains(&self.code.len()) && self.code.bytes().all(fits);
        let why = if !typed {
            "a code has letters, digits, `-` and `_` only, at most 64"
        } else if self.percent.0.is_zero() {
            "a code that takes nothing off is no discount"
        } else if self.ends_at.is_some_and(|end| end <= self.starts_at) {
            "it would end before it begins"
        } else {
            return Ok(());
        };
        Err(Failure::NotOurs { platform, object: self.code.clone(), why })
    }

    /// Where codes begin at once: whether this one may.
    pub(super) fn begins(&self, platform: &'static str, now: Timestamp) -> Result<(), Failure> {
        if self.starts_at <= now {
            return Ok(());
        }
        let why = "codes begin at once there; make it when it is to begin";
        Err(Failure::NotOurs { platform, object: self.code.clone(), why })
    }

    /// The text is there, and worth something else.
    pub(super) fn taken(&self, platform: &'static str) -> Failure {
        let why = "it is there already and takes off something else; choose another text";
        Failure::NotOurs { platform, object: self.code.clone(), why }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    New,
    /// It was there, and worth the same.
    Already,
}

/// Whoever makes codes.
#[async_trait]
pub trait Mint: Send + Sync {
    /// Sees to it that the code is there, and reads it back.
    async fn make(&self, wanted: &NewCode, now: Timestamp) -> Result<Made, ActionError>;
}
