//! What can be asked of the program from outside: every command of the terminal that touches the store, as a [`Request`].
//!
//! One process owns a store, so a command either opens it itself or, while the service runs, asks the service through a
//! socket in the data folder. Both ways end in [`answer`]: the same code, the same journal, the same words. Who asks is
//! `terminal:NAME`, or the person that `--as` names, with their rights.
//!
//! A new command is a variant of [`Wish`], a module beside this one that carries it out, and an arm in `carry_out`.
//!
//! Owns: requests and answers, how they travel ([`wire`]), the service's end ([`door`]) and the terminal's ([`caller`]).
//! Refuses: arguments and printing, which belong to `cli`. Files are read by whoever asks, with their rights and from
//! their folder; only what is in them travels. Survives: a caller that goes away (what was begun is finished), garbage and
//! silence on the socket, and a kill on either side (the socket that is left over is recognised and replaced).

mod audit;
mod backup;
#[cfg(unix)]
pub mod caller;
mod codes;
mod deals;
#[cfg(unix)]
pub mod door;
pub mod import;
mod look;
mod outbox;
mod overview;
mod people;
mod report;
mod rules;
#[cfg(test)]
#[cfg(unix)]
mod tests;
mod vault;
pub mod wire;

pub use backup::{Receipts, verify};
pub use look::check_shop;
pub use report::{Report, Which, postmortem};
pub use vault::Whose;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::apply::ApplyError;
use super::codes::Wanted;
use super::core::Core;
use super::cycle::ring_deliverers;
use super::deals::DealsExport;
use super::records::Gift;
use super::vault::Sealed;
use crate::domain::ids::{PersonId, RuleId, SourceId};
use crate::domain::person::{Person, Reach, Role};
use crate::domain::written::Percent;
use crate::store::StoreError;

/// How often a request is carried out anew because somebody else was quicker with the same record. Every wish is safe to
/// repeat: what it did already it finds done.
const TRIES_MAX: u32 = 10;

/// Something asked for at a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Who sits there, as the journal calls them: `terminal:anna`.
    pub by: String,
    /// The person they act as, with that person's rights.
    pub acting: Option<String>,
    /// What.
    pub wish: Wish,
}

/// A command, with everything it needs. What is in a table file travels beside it, as the [`Body`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the arguments of the commands, which their help explains once")]
pub enum Wish {
    /// Documents and rules into the store.
    Apply { files: Vec<Text>, dry_run: bool },
    /// The numbers in the body.
    ImportSamples { file: String },
    /// The posts in the body.
    ImportPosts { file: String },
    /// The deals of the sheets in the body; `trial`: only say what would change.
    ImportDeals { trial: bool },
    /// Deals as a sheet.
    ExportDeals { what: DealsExport },
    /// What a rule sees in a subject.
    Why { subject: String, rule: RuleId, at: Option<Timestamp> },
    /// A command of the chats.
    Say { text: String, confirmed: bool },
    /// What is not told yet.
    OutboxList,
    /// A delivery is due again.
    OutboxRetry { key: String },
    /// A delivery is given up.
    OutboxDrop { key: String, reason: String },
    /// Who did what.
    Audit { about: Option<String>, since: Option<Timestamp>, csv: bool },
    /// Everything into a file of the machine that the store is on.
    Backup { path: PathBuf },
    /// A one-time code.
    Code { gift: Gift },
    /// A personal invitation for every creator who has no chat with us.
    Invite { reach: Reach },
    /// A role is given.
    Grant { person: PersonId, role: Role, reach: Reach },
    /// A role is taken.
    Revoke { person: PersonId, role: Role, reach: Reach },
    /// The account that documents give somebody at a source.
    AccountOf { source: SourceId, whose: Whose },
    /// An account is connected; its tokens are sealed already.
    Connect { source: SourceId, account: String, sealed: Sealed },
    /// An account is forgotten.
    Disconnect { source: SourceId, account: String },
    /// Which accounts are connected.
    Accounts,
    /// What a shop has that no document speaks of.
    Discover { source: Option<String>, back_secs: i64 },
    /// Every running partnership looked over.
    Preflight { source: Option<String> },
    /// One fetch that is stored nowhere.
    Poll { source: SourceId, ids: Vec<String> },
    /// Codes of partnerships, at one shop or at all.
    Codes { at: Option<SourceId> },
    /// A code is made at a shop and written into its partnership's document.
    MakeCode {
        partnership: String,
        code: String,
        percent: Percent,
        at: Option<SourceId>,
        ends: Option<String>,
        dry_run: bool,
    },
    /// How everything stands that the installation rests on.
    Doctor,
    /// Who is judged on what, and what is missing.
    Coverage { subject: Option<String> },
    /// What campaigns cost, or what came back; orders in the body.
    Report { wanted: Report },
}

/// What must be there before a wish can be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A store; asking makes none.
    Store,
    /// A store, made where there is none.
    StoreOrNew,
    /// Nothing: it is only tried.
    Nothing,
}

impl Wish {
    /// What must be there.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self {
            Self::Apply { dry_run: true, .. }
            | Self::ImportDeals { trial: true }
            | Self::Discover { .. }
            | Self::Poll { .. }
            | Self::Accounts
            | Self::Doctor => Needs::Nothing,
            Self::Apply { dry_run: false, .. }
            | Self::ImportSamples { .. }
            | Self::ImportPosts { .. }
            | Self::Connect { .. }
            | Self::ImportDeals { trial: false } => Needs::StoreOrNew,
            Self::ExportDeals { .. }
            | Self::Why { .. }
            | Self::Say { .. }
            | Self::OutboxList
            | Self::Audit { .. }
            | Self::Backup { .. }
            | Self::OutboxRetry { .. }
            | Self::OutboxDrop { .. }
            | Self::Code { .. }
            | Self::Invite { .. }
            | Self::Grant { .. }
            | Self::Revoke { .. }
            | Self::AccountOf { .. }
            | Self::Disconnect { .. }
            | Self::Preflight { .. }
            | Self::Codes { .. }
            | Self::MakeCode { .. }
            | Self::Coverage { .. }
            | Self::Report { .. } => Needs::Store,
        }
    }
}

/// A file of text, and what its reader called it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// As it was given: mistakes are told with it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What comes with a request.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    Empty,
    /// What arrived through the socket.
    Bytes(Arc<Vec<u8>>),
    /// A file on this machine.
    File(PathBuf),
}

impl Body {
    /// What is in it, from its beginning.
    pub fn read(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Empty => Box::new(std::io::empty()),
            Self::Bytes(bytes) => Box::new(Cursor::new(Shared(Arc::clone(bytes)))),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

/// Bytes that several may read.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Who carries a request out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// The running service: what it shows and judges from now on knows of it.
    Service,
    /// A command that has opened the store for itself and ends with it.
    Command,
}

/// How far a long request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// In all.
    pub of: u64,
}

/// Whoever is told of progress.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// It was done.
    Done {
        /// The document that `--json` prints, as it is to be printed.
        json: String,
        /// The same for people.
        text: String,
    },
    /// It was not.
    Refused {
        /// What the command ends with: 1 failed, 2 the input was wrong.
        exit: u8,
        /// What, where, remedy.
        line: String,
    },
}

impl Answer {
    /// Done: a document, and the same for people.
    fn done(json: &Value, text: impl Into<String>) -> Self {
        Self::Done { json: json.to_string(), text: text.into() }
    }

    /// It was tried and failed.
    fn failed(line: impl Into<String>) -> Self {
        Self::Refused { exit: 1, line: line.into() }
    }
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// They may not, or it cannot be done now.
    #[error("{0}")]
    Failed(String),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    fn input(line: impl Into<String>) -> Self {
        Self::Input(line.into())
    }

    fn into_answer(self) -> Answer {
        match self {
            Self::Input(line) => Answer::Refused { exit: 2, line },
            Self::Failed(line) => Answer::failed(line),
            Self::Store(error) => Answer::failed(one_line(&anyhow::Error::new(error))),
        }
    }
}

impl From<ApplyError> for Refusal {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Input(lines) => Self::Input(first_of(&lines)),
            ApplyError::Store(error) => Self::Store(error),
        }
    }
}

/// An error and its causes on one line, without saying anything twice.
#[must_use]
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string().replace('\n', "; ");
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
    }
    line
}

/// The first of several mistakes, and where the others are listed.
#[must_use]
pub fn first_of<T: std::fmt::Display>(mistakes: &[T]) -> String {
    match mistakes {
        [] => "nothing is known about what is wrong".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more; `plimsoll check` lists all)", rest.len()),
    }
}

/// Carries a request out and says what came of it. What a request changes is committed before this returns.
pub async fn answer(core: &Core, seat: Seat, request: &Request, body: &Body, tell: Tell<'_>) -> Answer {
    let mut tries = 1;
    let done = loop {
        match carry_out(core, seat, request, body, tell).await {
            // A poll or a deliverer wrote the same record meanwhile: what is kept now is read again.
            Err(Refusal::Store(StoreError::Conflict { .. })) if tries < TRIES_MAX => tries += 1,
            done => break done,
        }
    };
    // Whoever waits for work looks again; where nothing changed they find nothing.
    ring_deliverers(core);
    core.bells.act.ring();
    done.unwrap_or_else(Refusal::into_answer)
}

async fn carry_out(core: &Core, seat: Seat, request: &Request, body: &Body, tell: Tell<'_>) -> Result<Answer, Refusal> {
    match &request.wish {
        Wish::Apply { files, dry_run } => rules::apply(core, request, files, *dry_run).await,
        Wish::ImportSamples { file } => import::samples(core, seat, request, file, body, tell).await,
        Wish::ImportPosts { file } => import::posts(core, request, file, body, tell).await,
        Wish::ImportDeals { trial } => deals::import(core, request, body, *trial).await,
        Wish::ExportDeals { what } => deals::export(core, what).await,
        Wish::Why { subject, rule, at } => rules::why(core, subject, rule, *at).await,
        Wish::Say { text, confirmed } => people::say(core, request, text, *confirmed).await,
        Wish::OutboxList => outbox::list(core).await,
        Wish::Audit { about, since, csv } => {
            let wanted = audit::Wanted { about: about.as_ref(), since: *since, csv: *csv };
            audit::audit(core, request, &wanted).await
        }
        Wish::Backup { path } => backup::backup(core, request, path, tell).await,
        Wish::OutboxRetry { key } => outbox::retry(core, seat, request, key).await,
        Wish::OutboxDrop { key, reason } => outbox::give_up(core, seat, request, key, reason).await,
        Wish::Code { gift } => people::code(core, request, gift).await,
        Wish::Invite { reach } => people::invite(core, request, reach).await,
        Wish::Grant { person, role, reach } => people::change(core, request, (person, *role, reach), true).await,
        Wish::Revoke { person, role, reach } => people::change(core, request, (person, *role, reach), false).await,
        Wish::AccountOf { source, whose } => vault::account_of(core, source, whose).await,
        Wish::Connect { source, account, sealed } => vault::connect(core, request, source, account, sealed).await,
        Wish::Disconnect { source, account } => vault::disconnect(core, request, source, account).await,
        Wish::Accounts => vault::accounts(core).await,
        Wish::Discover { source, back_secs } => look::discover(core, source.as_deref(), *back_secs).await,
        Wish::Preflight { source } => look::preflight(core, source.as_deref()).await,
        Wish::Poll { source, ids } => look::poll(core, source, ids).await,
        Wish::Codes { at } => codes::list(core, at.as_ref(), tell).await,
        Wish::MakeCode { partnership, code, percent, at, ends, dry_run } => {
            let (at, ends) = (at.as_ref(), ends.as_deref());
            let wanted = Wanted { partnership, code, percent: *percent, at, ends };
            codes::make(core, request, &wanted, *dry_run).await
        }
        Wish::Doctor => Ok(overview::doctor(core, tell).await),
        Wish::Coverage { subject } => overview::coverage(core, subject.as_deref()).await,
        Wish::Report { wanted } => report::report(core, request, wanted, body).await,
    }
}

/// The person that `--as` names.
async fn person(core: &Core, request: &Request) -> Result<Option<Person>, Refusal> {
    let Some(given) = &request.acting else { return Ok(None) };
    let id = PersonId::new(given).map_err(|error| Refusal::input(format!("--as: {error}")))?;
    let person = core.state.lock().await.catalog.people.get(&id).cloned();
    let unknown = || Refusal::input(format!("--as: there is no person `{id}`; `plimsoll code` invites somebody"));
    person.ok_or_else(unknown).map(Some)
}

/// Who acts, as the journal says it. Somebody acting through `--as` needs a role over the whole installation: what is done
/// here has no brand.
async fn actor(core: &Core, request: &Request) -> Result<String, Refusal> {
    let Some(person) = person(core, request).await? else { return Ok(request.by.clone()) };
    let state = core.state.lock().await;
    let may = state.catalog.grants.iter().any(|grant| {
        grant.person == person.id && grant.reach == Reach::All && matches!(grant.role, Role::Operator | Role::Agency)
    });
    if may {
        Ok(person.id.to_string())
    } else {
        Err(Refusal::Failed(format!(
            "`{}` may not do this; it takes the role operator or agency over `all`",
            person.id
        )))
    }
}
