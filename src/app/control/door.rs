//! The service's end: a socket in the data folder, for its owner only, on which one request a connection is answered.
//!
//! Owns: the socket's file, from [`Door::open`] to the end of the service, and how much may be asked at once. Survives:
//! garbage, silence and callers that go away. A request that was read is carried out to its end, whether or not its
//! caller waits for the answer; at the end of the service it has as long as everything else that is under way.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::caller::{NAME, Place, connect};
use super::wire::{self, Said, WireError, within};
use super::{Answer, Body, Request, Seat, answer};
use crate::app::core::Core;
use crate::app::rounds::rest_until;
use crate::time::{Clock, Held};

/// Requests at once. People type; scripts that ask more at once than this are told to wait.
const AT_ONCE_MAX: usize = 16;

/// Real time in which a caller must have said what it wants, with the largest table there may be.
const ASK_MAX: Duration = Duration::from_mins(2);

/// Real time in which a caller must take a word of ours.
const TAKE_MAX: Duration = Duration::from_secs(10);

/// After the system refused a connection: it has no file descriptors to give.
const ACCEPT_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// Why no commands can be taken.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum DoorError {
    #[error("another plimsoll listens on `{path}`; stop it first")]
    Taken { path: String },
    #[error("`{path}` is in the way and is no socket; move it elsewhere")]
    Occupied { path: String },
    #[error("could not listen on `{path}`")]
    Unusable {
        path: String,
        #[source]
        cause: io::Error,
    },
}

/// The socket that requests come through. Its file goes with it.
#[derive(Debug)]
pub struct Door {
    listener: UnixListener,
    path: PathBuf,
    /// Device and number of the file, so that no other's is removed.
    file: (u64, u64),
    owner: u32,
}

impl Door {
    /// Listens in a data folder. A socket that is left over is replaced; one that somebody listens on is not.
    ///
    /// Whoever calls this owns the store in the folder.
    pub async fn open(folder: &Path) -> Result<Self, DoorError> {
        let path = folder.join(NAME);
        let shown = || path.display().to_string();
        let unusable = |cause| DoorError::Unusable { path: shown(), cause };
        match std::fs::symlink_metadata(&path) {
            Ok(there) if there.file_type().is_socket() => {
                if !matches!(connect(folder).await, Ok(None)) {
                    return Err(DoorError::Taken { path: shown() });
                }
                std::fs::remove_file(&path).map_err(unusable)?;
            }
            Ok(_) => return Err(DoorError::Occupied { path: shown() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        let place = Place::of(folder).map_err(unusable)?;
        let listener = UnixListener::bind(&place.path).map_err(unusable)?;
        // Between the two lines another user might connect where the folder lets them in; `talk` turns them away.
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(unusable)?;
        let made = std::fs::symlink_metadata(&path).map_err(unusable)?;
        Ok(Self { listener, file: (made.dev(), made.ino()), owner: made.uid(), path })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let ours = std::fs::symlink_metadata(&self.path).is_ok_and(|there| (there.dev(), there.ino()) == self.file);
        if ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not remove the control socket");
        }
    }
}

/// Answers requests until the end, then those that were read.
pub async fn run(core: Arc<Core>, door: Door, held: Held, stop: CancellationToken) {
    let clock = held.clock().clone();
    // Whoever waits for a caller is not at work: time goes on.
    drop(held);
    let mut talks: Vec<JoinHandle<()>> = Vec::new();
    loop {
        let come = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            come = door.listener.accept() => come,
        };
        talks.retain(|talk| !talk.is_finished());
        match come {
            Ok((stream, _)) => {
                let talk = Talk {
                    core: Arc::clone(&core),
                    clock: clock.clone(),
                    stop: stop.clone(),
                    owner: door.owner,
                    busy: AT_ONCE_MAX <= talks.len(),
                };
                talks.push(clock.spawn("control", move |held| talk.run(stream, held)));
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "could not let a command in");
                let at = clock.now().checked_add(ACCEPT_WAIT).unwrap_or(Timestamp::MAX);
                rest_until(&mut clock.hold("control"), at, &stop).await;
            }
        }
    }
    drop(door);
    for talk in talks {
        // A task that panicked has said so in the log.
        drop(talk.await);
    }
}

/// One connection.
struct Talk {
    core: Arc<Core>,
    clock: Clock,
    stop: CancellationToken,
    owner: u32,
    busy: bool,
}

impl Talk {
    async fn run(self, stream: UnixStream, held: Held) {
        // A terminal is not a part of the world: reading from it holds no time.
        drop(held);
        match stream.peer_cred() {
            // Root could read the store itself.
            Ok(peer) if [self.owner, 0].contains(&peer.uid()) => {}
            Ok(_) | Err(_) => {
                tracing::warn!("another user tried to reach the control socket");
                return;
            }
        }
        if let Err(error) = self.talk(stream).await {
            tracing::info!(error = &error as &dyn std::error::Error, "a command was not told what came of it");
        }
    }

    async fn talk(&self, stream: UnixStream) -> Result<(), WireError> {
        let (mut reader, mut writer) = stream.into_split();
        match say(&mut writer, &Said::Greeting { program: env!("CARGO_PKG_VERSION").to_owned() }).await {
            // Somebody looked whether anybody is there.
            Err(WireError::Ended) => return Ok(()),
            greeted => greeted?,
        }
        if self.busy {
            let line = format!("{AT_ONCE_MAX} commands are under way already; try again when one of them is done");
            return say(&mut writer, &Said::Answer(Answer::failed(line))).await;
        }
        let asked = tokio::select! {
            biased;
            () = self.stop.cancelled() => {
                let line = "the plimsoll that runs here is stopping; try again when it has stopped";
                return say(&mut writer, &Said::Answer(Answer::failed(line))).await;
            }
            asked = within(ASK_MAX, wire::read::<Request>(&mut reader)) => asked,
        };
        let refused = match asked {
            Some(Ok(Some((request, body)))) => return self.carry_out(request, body, &mut writer).await,
            Some(Ok(None)) => return Ok(()),
            Some(Err(error)) => refusal(&error),
            None => format!("nothing was asked for {} s; ask again", ASK_MAX.as_secs()),
        };
        tracing::info!(reason = refused, "a command could not be read");
        say(&mut writer, &Said::Answer(Answer::failed(refused))).await
    }

    /// Carries a request out as a task of its own, so that a caller who goes away does not end it half-way.
    async fn carry_out(&self, request: Request, body: Vec<u8>, writer: &mut OwnedWriteHalf) -> Result<(), WireError> {
        let (progress, mut told) = watch::channel(None);
        let core = Arc::clone(&self.core);
        let body = if body.is_empty() { Body::Empty } else { Body::Bytes(Arc::new(body)) };
        let mut work = self.clock.spawn("control answer", move |held| async move {
            let tell = |at| {
                progress.send_replace(Some(at));
            };
            let answer = answer(&core, Seat::Service, &request, &body, &tell).await;
            drop(held);
            answer
        });
        let mut listens = true;
        let answer = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                Ok(()) = told.changed(), if listens => {
                    let at = *told.borrow_and_update();
                    if let Some(at) = at {
                        listens = say(writer, &Said::Progress(at)).await.is_ok();
                    }
                }
            }
        };
        let failed = |_| Answer::failed("the plimsoll that runs here broke off; its log says why");
        let answer = answer.unwrap_or_else(failed);
        match say(writer, &Said::Answer(answer)).await {
            Err(WireError::TooLong { bytes, .. }) => {
                let line = format!("it is done, but the answer of {bytes} bytes is too long; ask for less");
                say(writer, &Said::Answer(Answer::failed(line))).await
            }
            said => said,
        }
    }
}

/// What a caller is told whose request cannot be read.
fn refusal(error: &WireError) -> String {
    match error {
        WireError::Ended => "the request ended in the middle; ask again".to_owned(),
        WireError::Stranger => "this is the control socket of plimsoll; ask through a plimsoll command".to_owned(),
        WireError::OtherVersion { .. } | WireError::Garbled(_) => format!(
            "the plimsoll that runs here is {} and does not know what was asked; start it again with this program, or \
             use its own",
            env!("CARGO_PKG_VERSION")
        ),
        WireError::TooLong { bytes, most } => {
            format!("{bytes} bytes are more than the {most} that are taken at once; give it in parts")
        }
        WireError::Socket(cause) => format!("the request could not be read ({cause}); ask again"),
    }
}

async fn say(writer: &mut OwnedWriteHalf, said: &Said) -> Result<(), WireError> {
    within(TAKE_MAX, wire::write(writer, said, 0)).await.unwrap_or(Err(WireError::Ended))
}
