//! What can be stopped, and the guard in front of it.

pub mod coin;
pub mod failure;
pub mod google_ads;
pub mod guard;
pub mod meta_ads;
pub mod shopify;
pub mod stripe;
pub mod tiktok_ads;
pub mod webhook;
pub mod woocommerce;

use async_trait::async_trait;
use jiff::Timestamp;

use failure::Failure;
use shopify::ShopifyActionError;
use webhook::{Fate, SetState, WebhookError};

/// What a platform lets us set: an absolute state of one object, and reading it back.
#[async_trait]
pub trait Hand: Send + Sync {
    /// The state of an object now, in the words of [`crate::domain::action`].
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError>;

    /// What an object may spend in all, as money is written; `None` where that cannot be told.
    async fn read_budget(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let _ = (object, now);
        Ok(None)
    }

    /// What a code takes off, as [`crate::domain::action::value_state`] writes it; `None` where that cannot be told.
    async fn read_value(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let _ = (object, now);
        Ok(None)
    }

    /// Sets the state. Doing it twice is doing it once.
    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError>;
}

/// Why a state was not set, or not read.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// By the webhook.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// By the shop.
    #[error(transparent)]
    Shopify(#[from] ShopifyActionError),
    /// By another platform.
    #[error(transparent)]
    Platform(#[from] Failure),
}

impl ActionError {
    /// What to do about it.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Webhook(error) => error.fate(),
            Self::Shopify(error) => error.fate(),
            Self::Platform(error) => error.fate(),
        }
    }
}
