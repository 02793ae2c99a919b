//! What an operator sets for Facebook Pages.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::{FOLLOWERS, Facebook, FacebookConfig, OF_POST, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::http::graph::is_version;
use crate::http::oauth::{OauthApp, providers};
use crate::http::signature::Scheme;
use crate::http::{Api, Limits};
use crate::sources::{Ask, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct FacebookSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "current_version")]
    pub api_version: String,
    #[serde(default)]
    pub token: SecretString,
    #[serde(default)]
    pub token_file: PathBuf,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "yes")]
    pub posts: bool,
    #[serde(default = "yes")]
    pub insights: bool,
    #[serde(default = "two_pages")]
    pub pages_max: u32,
}

fn address() -> String {
    "https://graph.facebook.com".to_owned()
}

fn current_version() -> String {
    "v25.0".to_owned()
}

fn yes() -> bool {
    true
}

fn two_pages() -> u32 {
    2
}

impl Settings for FacebookSettings {
    fn platform(&self) -> Platform {
        Platform::Facebook
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        let posts = [Ask::Uploads, Ask::Posts];
        accounts.into_iter().chain(posts.into_iter().filter(|_| self.posts)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        let of_posts = OF_POST.iter().filter(|one| self.posts && (self.insights || !one.is_insight()));
        std::iter::once(FOLLOWERS.metric).chain(of_posts.map(|one| one.count.metric)).collect()
    }

    fn oauth(&self) -> Option<OauthApp> {
        let scopes = ["pages_show_list", "pages_read_engagement", "read_insights"];
        let app = OauthApp::new(&providers::FACEBOOK, &self.client_id, self.client_secret.clone(), &scopes);
        (!self.client_id.is_empty()).then(|| OauthApp { token_url: self.base_url.clone(), ..app })
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![
            SecretFile { setting: "token_file", file: self.token_file.clone(), secret: &mut self.token },
            SecretFile {
                setting: "client_secret_file",
                file: self.client_secret_file.clone(),
                secret: &mut self.client_secret,
            },
        ]
    }

    fn hook_signature(&self) -> Scheme {
        Scheme::Meta
    }

    /// There is no budget to hold it against: each Page has an allowance of its own, which its answers tell.
    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self, outside)?))
    }
}

/// The source itself.
pub fn source(settings: &FacebookSettings, outside: &Outside) -> Result<Facebook, SourceError> {
    let wrong = |setting: &'static str, given: &str, why: &str| SourceError::Misconfigured {
        setting,
        given: given.to_owned(),
        why: why.to_owned(),
    };
    let base = &settings.base_url;
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    if !is_version(&settings.api_version) {
        return Err(wrong("api_version", &settings.api_version, "a version is written like `v25.0`"));
    }
    Ok(Facebook::new(FacebookConfig {
        api,
        version: settings.api_version.clone(),
        token: settings.token.clone(),
        app: (settings.client_id.clone(), settings.client_secret.clone()),
        accounts: Arc::clone(&outside.accounts),
        insights: settings.insights,
        pages_max: settings.pages_max,
    }))
}
