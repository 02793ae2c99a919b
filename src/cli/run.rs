//! `plimsoll run`: the service until it is told to stop.

use std::path::Path;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::opened::{Opened, in_database};
use super::{CliError, Common};
use crate::app::clicks::Counter;
use crate::app::config::Config;
use crate::app::crew::helper::{Ended, Helper};
use crate::app::hooks::Inbox;
use crate::app::service::Service;
use crate::app::telemetry;
use crate::store::postgres::crew::Crew;
use crate::time::Clock;
use crate::web::Web;

/// The arguments: there are none beside those of every command.
#[derive(Debug, Args)]
#[command(after_help = "Polls the sources at their schedules, judges, tells both chats and answers them. SIGTERM or \
                  Ctrl-C finishes what is under way and ends; what was not finished is taken up again at the next \
                  start. SIGHUP changes nothing: `plimsoll apply` takes rules and documents in at once, settings \
                  are read at the start. Every other command works while it runs: it asks the service through a socket in the \
                  data folder.")]
pub struct Run {}

impl Run {
    /// Runs until the end.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        telemetry::start(&config)?;
        if let Some(missing) = missing(&config) {
            return Err(CliError::input(missing));
        }
        let folder = config.store.folder.clone();
        refuse_second(&folder).await?;
        let opened = loop {
            match Opened::open(config.clone()).await {
                Ok(opened) => break opened,
                Err(CliError::InUse(_)) if config.store.is_database() => match help(&config).await? {
                    Ended::Free => {}
                    Ended::Told => return Ok(()),
                },
                Err(error) => {
                    // Whoever was quicker listens by now.
                    refuse_second(&folder).await?;
                    return Err(error);
                }
            }
        };
        let done = serve(&opened).await;
        opened.after(done).await
    }
}

/// Makes polls for the worker that holds the database, until that one is gone or the end is wished for.
async fn help(config: &Config) -> Result<Ended, CliError> {
    let mut end = End::listen()?;
    let crew = Crew::join(&config.store.url, &in_database(config)).await?;
    let holder = crew.holder().await?.unwrap_or_else(|| "another worker".to_owned());
    let helper = Helper::new(config, &Clock::system(), crew).map_err(|error| {
        CliError::input(format!("configuration: {}; `plimsoll check` looks it over", super::one_line(&error)))
    })?;
    tracing::info!(
        holder,
        sources = helper.asks(),
        "another worker holds the database: polls are made for it, and its place is taken when it is gone"
    );
    let ended = helper.help(end.come()).await;
    match ended {
        Ended::Free => tracing::info!("nobody holds the database; taking it over"),
        Ended::Told => tracing::info!("stopped"),
    }
    Ok(ended)
}

/// One service runs on a folder.
#[cfg(unix)]
pub(super) async fn refuse_second(folder: &Path) -> Result<(), CliError> {
    if crate::app::control::caller::is_served(folder).await {
        return Err(CliError::Failed(anyhow::anyhow!(
            "a plimsoll runs on `{}` already; stop it first, or give this one a folder of its own with --set \
             store.folder=…",
            folder.display()
        )));
    }
    Ok(())
}

/// Without sockets the store's own lock is all that keeps a second one out.
#[cfg(not(unix))]
pub(super) async fn refuse_second(_: &Path) -> Result<(), CliError> {
    Ok(())
}

/// Lets the terminal in. Alerts do not depend on it: where it cannot be, the service runs without.
#[cfg(unix)]
async fn admit(service: &mut Service) {
    use crate::app::control::door::Door;
    match Door::open(&service.core.config.store.folder).await {
        Ok(door) => service.admit(door),
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "commands cannot reach the service; stop it before you use one"
        ),
    }
}

#[cfg(not(unix))]
async fn admit(_: &mut Service) {}

async fn serve(opened: &Opened) -> Result<(), CliError> {
    let mut end = End::listen()?;
    let mut service = Service::start(&opened.core).map_err(|error| {
        CliError::input(format!("configuration: {}; `plimsoll check` looks it over", super::one_line(&error)))
    })?;
    admit(&mut service).await;
    answer_links(&mut service).await?;
    tracing::info!("running");
    let broken = tokio::select! {
        () = end.come() => None,
        why = opened.stopped() => Some(why),
    };
    match &broken {
        None => tracing::info!("stopping: finishing what is under way"),
        Some(why) => {
            tracing::error!(why, "the store has stopped; nothing can be promised any more, so the service ends");
        }
    }
    service.stop().await;
    tracing::info!("stopped");
    match broken {
        None => Ok(()),
        Some(why) => Err(CliError::Failed(anyhow::anyhow!("the service has ended, because {why}"))),
    }
}

/// Listens for tracking links, where the configuration says so.
async fn answer_links(service: &mut Service) -> Result<(), CliError> {
    let core = std::sync::Arc::clone(&service.core);
    let (address, behind_proxy) = (&core.config.web.listen, core.config.web.behind_proxy);
    if address.is_empty() {
        return Ok(());
    }
    let counter = std::sync::Arc::new(Counter::new(std::sync::Arc::clone(&core)));
    let salt = core.roll(rand::Rng::random::<[u8; 32]>);
    let hooks = std::sync::Arc::new(Inbox::new(std::sync::Arc::clone(&core)));
    let clicks = std::sync::Arc::clone(&counter);
    let web = Web::bind(address, clicks, hooks, core.clock.clone(), salt, behind_proxy).await;
    let web = web.map_err(|error| {
        CliError::input(format!(
            "configuration: web.listen: cannot listen at `{address}` ({error}); write an address of this machine whose \
             port is free, such as 127.0.0.1:8642"
        ))
    })?;
    if let Ok(at) = web.address() {
        tracing::info!(web.address = %at, "listening for tracking links");
    }
    service.answer_links(web, &counter);
    Ok(())
}

/// What must be configured before there is anything to do.
fn missing(config: &Config) -> Option<String> {
    let chats = [(&config.telegram.token, "telegram.token_file"), (&config.discord.token, "discord.token_file")];
    let no_chat = chats.iter().all(|(token, _)| token.expose_secret().is_empty());
    match (config.sources.is_empty(), no_chat) {
        (true, true) => Some(
            "nothing is configured: add a source as [sources.NAME] and a chat as telegram.token_file or \
             discord.token_file; config/default.toml shows how, `plimsoll demo` needs nothing"
                .to_owned(),
        ),
        (true, false) => {
            tracing::warn!("no source is configured: nothing is watched; add [sources.NAME]");
            None
        }
        (false, true) => {
            tracing::warn!("no chat is configured: nothing can be told; set telegram.token_file or discord.token_file");
            None
        }
        (false, false) => None,
    }
}

/// The wish to end, from whoever started the process.
#[cfg(unix)]
pub(super) struct End {
    terminated: tokio::signal::unix::Signal,
    interrupted: tokio::signal::unix::Signal,
    hung_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl End {
    pub(super) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| {
                CliError::Failed(anyhow::Error::new(error).context("could not listen for the signal to stop"))
            })
        };
        Ok(Self {
            terminated: listen(SignalKind::terminate())?,
            interrupted: listen(SignalKind::interrupt())?,
            hung_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the wish. A hang-up is none: a terminal that closes must not end the watch over money, and there is nothing to
    /// read again that `apply` does not bring in at once.
    pub(super) async fn come(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminated.recv() => return,
                _ = self.interrupted.recv() => return,
                _ = self.hung_up.recv() => {
                    tracing::info!(
                        "SIGHUP reads nothing again: `plimsoll apply` takes rules and documents in at once, and settings are \
                         read at the next start"
                    );
                }
            }
        }
    }
}

/// The wish to end, from whoever started the process.
#[cfg(not(unix))]
pub(super) struct End;

#[cfg(not(unix))]
impl End {
    #[expect(clippy::unnecessary_wraps, reason = "listening can fail elsewhere")]
    pub(super) fn listen() -> Result<Self, CliError> {
        Ok(Self)
    }

    pub(super) async fn come(&mut self) {
        // Where Ctrl-C cannot be heard there is no other wish to wait for.
        drop(tokio::signal::ctrl_c().await);
    }
}
