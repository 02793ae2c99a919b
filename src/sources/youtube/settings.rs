//! What an operator sets for the Data API of `YouTube`.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::{BATCH_STATS, GENERAL, METRICS, RENEWED, UNITS_PER_DAY, Youtube, YoutubeConfig, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::sources::quota::Reset;
use crate::sources::{Ask, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct YoutubeSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default)]
    pub key: SecretString,
    #[serde(default)]
    pub key_file: PathBuf,
    #[serde(default = "yes")]
    pub videos: bool,
    #[serde(default = "two_pages")]
    pub pages_max: u32,
    #[serde(default = "granted")]
    pub units_per_day: u32,
}

fn address() -> String {
    "https://www.googleapis.com/youtube/v3".to_owned()
}

fn yes() -> bool {
    true
}

fn two_pages() -> u32 {
    2
}

fn granted() -> u32 {
    UNITS_PER_DAY
}

impl Settings for YoutubeSettings {
    fn platform(&self) -> Platform {
        Platform::Youtube
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        let posts = [Ask::Uploads, Ask::Posts];
        accounts.into_iter().chain(posts.into_iter().filter(|_| self.videos)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        METRICS.to_vec()
    }

    fn renewed(&self) -> SignedDuration {
        RENEWED
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![SecretFile { setting: "key_file", file: self.key_file.clone(), secret: &mut self.key }]
    }

    fn budgets(&self) -> Vec<Budget> {
        [GENERAL, BATCH_STATS].map(|bucket| Budget::new(bucket, self.units_per_day, Reset::PacificDay)).to_vec()
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn build(&self, _outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(Youtube::new(YoutubeConfig {
            base_url: self.base_url.clone(),
            key: self.key.clone(),
            pages_max: self.pages_max,
        })?))
    }
}
