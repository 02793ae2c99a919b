//! How a command that touches the store is carried out: by the service that runs on the data folder, or, where none does,
//! by this process, which opens the store for it. The same code does it either way.

use serde::de::DeserializeOwned;

use super::import::bar;
use super::opened::Opened;
use super::{CliError, Common, say};
use crate::app::config::{Config, terminal_user};
use crate::app::control::{self, Answer, Body, Needs, Progress, Request, Seat, Tell, Wish};

/// Has a wish carried out and prints what came of it.
pub async fn ask(common: &Common, config: Config, wish: Wish, body: Body) -> Result<(), CliError> {
    let (json, text) = asked(common, config, wish, body).await?;
    say(if common.json { &json } else { &text })
}

/// Has a wish carried out: what came of it, as JSON and as text.
pub async fn asked(common: &Common, config: Config, wish: Wish, body: Body) -> Result<(String, String), CliError> {
    let request = Request { by: terminal_user(), acting: common.acting.clone(), wish };
    let bar = bar(0, "{pos} of {len}");
    let tell = |at: Progress| {
        bar.set_length(at.of);
        bar.set_position(at.done);
    };
    let answer = Box::pin(answer(config, &request, &body, &tell)).await;
    bar.finish_and_clear();
    match answer? {
        Answer::Done { json, text } => Ok((json, text)),
        Answer::Refused { exit: 2, line } => Err(CliError::Input(line)),
        Answer::Refused { line, .. } => Err(CliError::Failed(anyhow::anyhow!(line))),
    }
}

/// What came of a wish, as the program knows it.
pub async fn answered<T: DeserializeOwned>(
    common: &Common,
    config: Config,
    wish: Wish,
    body: Body,
) -> Result<T, CliError> {
    let (json, _) = asked(common, config, wish, body).await?;
    serde_json::from_str(&json).map_err(|error| {
        CliError::Failed(
            anyhow::Error::new(error).context("the answer cannot be read; is the service of another version?"),
        )
    })
}

async fn answer(config: Config, request: &Request, body: &Body, tell: Tell<'_>) -> Result<Answer, CliError> {
    if let Some(answer) = of_service(&config, request, body, tell).await? {
        return Ok(answer);
    }
    let opened = match request.wish.needs() {
        Needs::Store => Opened::open_existing(config.clone()).await,
        Needs::StoreOrNew => Opened::open(config.clone()).await,
        Needs::Nothing => Opened::open_for_trial(config.clone()).await,
    };
    let opened = match opened {
        Ok(opened) => opened,
        // A service that was starting has the store now, and listens.
        Err(error) => return of_service(&config, request, body, tell).await?.ok_or(error),
    };
    let answer = control::answer(&opened.core, Seat::Command, request, body, tell).await;
    opened.after(Ok(answer)).await
}

#[cfg(unix)]
async fn of_service(
    config: &Config,
    request: &Request,
    body: &Body,
    tell: Tell<'_>,
) -> Result<Option<Answer>, CliError> {
    use crate::app::control::caller::{self, CallError, Patience};
    let failed = |error: CallError| CliError::Failed(anyhow::Error::new(error));
    caller::ask(&config.store.folder, request, body, tell, Patience::default()).await.map_err(failed)
}

/// Without sockets a command can only open the store itself.
#[cfg(not(unix))]
async fn of_service(_: &Config, _: &Request, _: &Body, _: Tell<'_>) -> Result<Option<Answer>, CliError> {
    Ok(None)
}
