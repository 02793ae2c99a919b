//! What an operator sets for a feed.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::Deserialize;

use super::{Generic, GenericConfig};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::sources::{Ask, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct GenericSettings {
    /// Where the feed is and how to read it.
    pub feed: GenericConfig,
}

impl GenericSettings {
    /// The longest span that a number is stated for: it is whole when that is over.
    fn longest(&self) -> SignedDuration {
        let hours = |span: Span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
        let spans = self.feed.fields.iter().filter_map(|field| field.span);
        spans.filter_map(hours).max().unwrap_or(SignedDuration::ZERO)
    }
}

impl Settings for GenericSettings {
    fn platform(&self) -> Platform {
        self.feed.platform
    }

    fn asks(&self) -> Vec<Ask> {
        let own = match self.feed.platform {
            Platform::Shop | Platform::Survey => Some(Ask::Codes),
            Platform::Web => Some(Ask::Links),
            Platform::Youtube
            | Platform::Instagram
            | Platform::Tiktok
            | Platform::Twitch
            | Platform::X
            | Platform::Facebook
            | Platform::MetaAds
            | Platform::TiktokAds
            | Platform::GoogleAds
            | Platform::Redirector
            | Platform::Deal => None,
        };
        [Ask::Creators, Ask::Brands, Ask::Boosts].into_iter().chain(own).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.feed.fields.iter().map(|field| field.metric).collect()
    }

    fn lag(&self) -> SignedDuration {
        self.longest()
    }

    fn renewed(&self) -> SignedDuration {
        self.longest()
    }

    /// One, whoever is asked about.
    fn calls(&self, request: &Request) -> Option<u32> {
        Some(u32::from(!request.targets.is_empty()))
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        // It stands in the description of the feed, and in no file.
        let token = self.feed.token.as_mut();
        token.map(|secret| SecretFile { setting: "feed.token", file: PathBuf::new(), secret }).into_iter().collect()
    }

    fn build(&self, _outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(Generic::new(self.feed.clone())?))
    }
}
