//! `postmortem` and `portfolio` in a chat: the short version, and the whole report as a file.

use jiff::Timestamp;

use super::answers::campaign;
use super::gather;
use crate::app::commands::{Asked, unknown};
use crate::app::core::Core;
use crate::app::ledger::LedgerError;
use crate::app::returns::ReturnsError;
use crate::report::postmortem::{PostMortem, page};
use crate::store::StoreError;
use crate::words::buttons::Composed;
use crate::words::message::File;
use crate::words::postmortem as words;
use crate::words::wording::Reader;

/// What is known of a campaign, or what helps whoever asked.
async fn known(
    core: &Core,
    asked: &Asked,
    typed: &str,
    now: Timestamp,
) -> Result<Result<PostMortem, Composed>, StoreError> {
    let id = match campaign(core, asked, typed).await {
        Ok(id) => id,
        Err(helps) => return Ok(Err(helps)),
    };
    match gather(core, &id, now).await {
        Ok(found) => Ok(Ok(found)),
        Err(ReturnsError::Ledger(LedgerError::Store(error))) => Err(error),
        // What does not fit a sum cannot be told: nothing would be right.
        Err(ReturnsError::Ledger(LedgerError::Money(_)) | ReturnsError::Unknown(_) | ReturnsError::Orders(_)) => {
            Ok(Err(Composed::plain(unknown(core, asked, typed).await.say(&asked.reader, now))))
        }
    }
}

/// Answers `postmortem`.
pub async fn say(core: &Core, asked: &Asked, typed: &str, now: Timestamp) -> Result<Composed, StoreError> {
    let found = match known(core, asked, typed, now).await? {
        Ok(found) => found,
        Err(helps) => return Ok(helps),
    };
    // Days of the report are days of its brand, whoever reads it.
    let reader = Reader { zone: super::reader(core, &found.campaign).await.zone, ..asked.reader.clone() };
    let file = File {
        name: format!("{}-{}.html", found.campaign, now.to_zoned(reader.zone.clone()).date()),
        mime: "text/html",
        bytes: page::page(&found, &reader).to_html().into_bytes(),
    };
    let short = page::short(&found, &reader);
    Ok(words::postmortem(&short, file, &asked.reader))
}

/// Answers `portfolio`.
pub async fn portfolio_in_chat(
    core: &Core,
    asked: &Asked,
    typed: &str,
    now: Timestamp,
) -> Result<Composed, StoreError> {
    let found = match known(core, asked, typed, now).await? {
        Ok(found) => found,
        Err(helps) => return Ok(helps),
    };
    Ok(words::portfolio(&page::portfolio(&found, &asked.reader), &asked.reader))
}
