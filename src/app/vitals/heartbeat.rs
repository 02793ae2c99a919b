//! The heartbeat: somebody outside is told now and then that the program lives, and rings when the word stays out (a dead
//! man's switch such as <https://healthchecks.io/docs/http_api/>).
//!
//! Owns: when it is told (only while the program is ready), and that trouble with it is said once, not at every beat.
//! The address is a secret: who knows it can tell the lie that all is well. Survives: an address that answers nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use tokio_util::sync::CancellationToken;

use super::Vitals;
use crate::app::config::HeartbeatConfig;
use crate::app::core::Core;
use crate::app::rounds::rest_until;
use crate::http::{Api, Body, HttpError, Limits};
use crate::time::Held;

/// One beat is a few bytes; a server that takes longer is away.
const LIMITS: Limits = Limits { connect: Duration::from_secs(5), total: Duration::from_secs(10), body_max: 64 << 10 };

/// Tells somebody outside.
pub struct Heartbeat {
    api: Api,
    /// What follows the host, as it was given.
    path: String,
    every: SignedDuration,
}

impl Heartbeat {
    /// As configured; `None` where no address is. The configuration has looked at the address.
    pub fn of(config: &HeartbeatConfig) -> Result<Option<Self>, HttpError> {
        let Some(url) = config.address() else { return Ok(None) };
        let path = url.path().to_owned();
        let mut base = url;
        base.set_path("");
        Ok(Some(Self { api: Api::new(base.as_str(), LIMITS)?, path, every: config.every.0 }))
    }

    /// One beat; `Err`: why it was not taken.
    async fn beat(&self) -> Result<(), String> {
        match self.api.send(Method::GET, &self.path, &[], &[], Body::Empty).await {
            Ok(answer) if answer.is_success() => Ok(()),
            Ok(answer) => Err(format!("it was answered with status {}", answer.status)),
            Err(error) => Err(crate::app::control::one_line(&anyhow::Error::new(error))),
        }
    }
}

/// What was last said of it.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Well,
    NotReady(Vec<String>),
    Failed,
}

/// Beats until the end.
pub async fn run(core: Arc<Core>, vitals: Arc<Vitals>, beat: Arc<Heartbeat>, mut held: Held, stop: CancellationToken) {
    let mut said = Said::Well;
    loop {
        let at = core.clock.now().checked_add(beat.every).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
        let reasons = vitals.reasons().await;
        let now = if reasons.is_empty() {
            let beaten = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                beaten = beat.beat() => beaten,
            };
            let outcome = if beaten.is_ok() { "sent" } else { "failed" };
            core.count(|counts| *counts.tally.beats.entry(outcome).or_default() += 1);
            match beaten {
                Ok(()) => Said::Well,
                Err(why) if said == Said::Failed => {
                    tracing::debug!(%why, "the heartbeat failed again");
                    Said::Failed
                }
                Err(why) => {
                    tracing::warn!(%why, "the heartbeat failed; it goes on, and this is not said again until it is taken");
                    Said::Failed
                }
            }
        } else {
            if said != Said::NotReady(reasons.clone()) {
                tracing::warn!(reasons = reasons.join("; "), "not ready; no heartbeat is sent until it is");
            }
            Said::NotReady(reasons)
        };
        if now == Said::Well && said != Said::Well {
            tracing::info!("the heartbeat is taken again");
        }
        said = now;
    }
}
