//! The tokens of connected creators: one line to the Graph for each.
//!
//! Owns: that a token the platform has refused is not sent again until somebody connects anew, and the id of each account.
//! Refuses: storing tokens, and renewing them ahead of their end (one of Instagram's cannot be renewed after it): both are for
//! whoever keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::super::SourceError;
use super::TITLE;
use super::settings::Login;
use crate::http::Api;
use crate::http::graph::Graph;
use crate::http::signed::Signed;
use crate::http::tokens::{Accounts, Dialect, Grant, TokenError, TokenKeeper, TokenSet, Tokens};

/// How long after a refusal the same token is tried again.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Where and as whom.
#[derive(Debug)]
pub(super) struct Lines {
    pub api: Api,
    pub version: String,
    pub login: Login,
    pub app: (String, SecretString),
    pub accounts: Arc<dyn Accounts>,
    pub held: Mutex<BTreeMap<String, Line>>,
}

/// What is known of one account's tokens.
#[derive(Debug, Default)]
pub(super) struct Line {
    open: Option<Graph>,
    /// The id that its insights and media are asked by.
    user: Option<String>,
    /// The token that was refused, and when.
    refused: Option<(SecretString, Timestamp)>,
}

/// The way to an account.
#[derive(Debug)]
pub(super) enum Way {
    /// It is connected.
    Open {
        /// The line.
        graph: Graph,
        /// Its id, where that is known.
        user: Option<String>,
    },
    /// Nobody has connected it.
    Unconnected,
    /// It was refused before, and nobody has connected it since.
    Refused,
    /// Its tokens cannot be read.
    Broken(SourceError),
}

impl Lines {
    /// The way to an account at an instant.
    pub async fn way(&self, account: &str, now: Timestamp) -> Way {
        let keep = |cause| Way::Broken(SourceError::of_token(TITLE, TokenError::Keeper { cause }));
        let keeper = match self.accounts.keeper(account).await {
            Ok(Some(keeper)) => keeper,
            Ok(None) => return Way::Unconnected,
            Err(cause) => return keep(cause),
        };
        let kept = match keeper.load().await {
            Ok(kept) => kept,
            Err(cause) => return keep(cause),
        };
        let Some(token) = kept.access.clone() else { return Way::Unconnected };
        let mut held = self.held.lock().await;
        let line = held.entry(account.to_owned()).or_default();
        if let Some((refused, when)) = &line.refused {
            if refused.expose_secret() == token.expose_secret() && now.duration_since(*when) < AGAIN {
                return Way::Refused;
            }
            *line = Line::default();
        }
        let graph = line.open.get_or_insert_with(|| self.graph(&kept, keeper));
        Way::Open { graph: graph.clone(), user: line.user.clone() }
    }

    /// Keeps the id of an account.
    pub async fn name(&self, account: &str, user: &str) {
        if let Some(line) = self.held.lock().await.get_mut(account) {
            line.user = Some(user.to_owned());
        }
    }

    /// The platform has refused an account's token: it is not sent again.
    pub async fn refuse(&self, account: &str, now: Timestamp) {
        let Ok(Some(keeper)) = self.accounts.keeper(account).await else { return };
        let Ok(TokenSet { access: Some(token), .. }) = keeper.load().await else { return };
        let line = Line { refused: Some((token, now)), ..Line::default() };
        self.held.lock().await.insert(account.to_owned(), line);
    }

    /// A token without an end (a page's, a system user's) is sent as it is: nobody renews it.
    fn graph(&self, kept: &TokenSet, keeper: Arc<dyn TokenKeeper>) -> Graph {
        let grant = match (&kept.access, kept.access_until) {
            (Some(token), None) => Grant::Fixed(token.clone()),
            _ => Grant::Account { id: self.app.0.clone(), secret: self.app.1.clone(), keeper },
        };
        let (path, dialect) = match self.login {
            Login::Instagram => ("refresh_access_token".to_owned(), Dialect::INSTAGRAM),
            Login::Facebook => (format!("{}/oauth/access_token", self.version), Dialect::FACEBOOK),
        };
        let tokens = Tokens::new(self.api.clone(), &path, dialect, grant);
        Graph::new(Signed::bearer(self.api.clone(), Arc::new(tokens)), &self.version)
    }
}
