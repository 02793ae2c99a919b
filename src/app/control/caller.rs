//! The terminal's end: asks the service that runs on a data folder, if one does.
//!
//! Owns: telling "nobody is there" (the caller may open the store) from "somebody is there and does not answer" (it may
//! not). Survives: a socket left over by a service that was killed, and a service that hangs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::wire::{self, BODY_MAX, Said, WireError, within};
use super::{Answer, Body, Request, Tell};
use crate::domain::num::u64_of_len;

/// The socket's name in the data folder.
pub const NAME: &str = "control.sock";

/// The longest path of a socket: 108 bytes with the closing zero on Linux, 104 elsewhere.
const PATH_MAX: usize = 103;

/// Bytes sent at once.
const CHUNK: usize = 1 << 18;

/// How long a caller waits, in real time: it must not hang with a service that does.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the greeting. A service that works greets within milliseconds, on a machine with too much to do in seconds.
    pub greeting: Duration,
    /// For the next word after that. A long request says how far it is.
    pub word: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { greeting: Duration::from_secs(10), word: Duration::from_mins(2) }
    }
}

/// Why a service that is there gave no answer.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum CallError {
    #[error("the plimsoll that runs on `{folder}` does not answer; look at its log, or end it and try again")]
    Silent { folder: String },
    #[error(
        "the plimsoll that runs on `{folder}` has said nothing for {secs} s; it may still do what was asked, so look \
         before you ask again"
    )]
    Stuck { folder: String, secs: u64 },
    #[error(
        "the plimsoll that runs on `{folder}` ended before it answered; what was asked may be done, so look before you \
         ask again"
    )]
    Lost { folder: String },
    #[error(
        "the plimsoll that runs on `{folder}` is of another version; start it again with this program, or use its own"
    )]
    OtherVersion { folder: String },
    #[error("the plimsoll that runs on `{folder}` belongs to another user; ask as the user it runs as")]
    NotYours { folder: String },
    #[error(
        "{mib} MiB are more than the plimsoll that runs on `{folder}` takes at once ({most} MiB); give it in parts, or \
         stop it first"
    )]
    TooLong { folder: String, mib: u64, most: u64 },
    #[error("could not read what is to be sent")]
    Unreadable(#[source] io::Error),
    #[error("could not speak to the plimsoll that runs on `{folder}`")]
    Broken {
        folder: String,
        #[source]
        cause: WireError,
    },
}

/// Where a socket is, in a path short enough for one.
#[derive(Debug)]
pub(super) struct Place {
    /// The path to give to the system.
    pub(super) path: PathBuf,
    /// What the path goes through.
    _folder: Option<File>,
}

impl Place {
    /// A path that is too long goes through the open folder.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if path.as_os_str().len() <= PATH_MAX {
            return Ok(Self { path, _folder: None });
        }
        Self::through(folder)
    }

    #[cfg(target_os = "linux")]
    fn through(folder: &Path) -> io::Result<Self> {
        use std::os::fd::AsRawFd as _;
        let opened = File::open(folder)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd())).join(NAME);
        Ok(Self { path, _folder: Some(opened) })
    }

    #[cfg(not(target_os = "linux"))]
    fn through(_: &Path) -> io::Result<Self> {
        let why = "its path is too long for a socket; choose a shorter store.folder";
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }
}

/// Somebody who listens on the socket of a folder. `None`: nobody does, and what lies there may be replaced.
pub(super) async fn connect(folder: &Path) -> Result<Option<UnixStream>, CallError> {
    let shown = || folder.display().to_string();
    let Ok(place) = Place::of(folder) else { return Ok(None) };
    match UnixStream::connect(&place.path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) => match error.kind() {
            // Refused: the service that made it was killed. No folder, no socket, and not a socket: nobody is there.
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory => Ok(None),
            io::ErrorKind::PermissionDenied => Err(CallError::NotYours { folder: shown() }),
            // More callers wait than the system keeps waiting.
            io::ErrorKind::WouldBlock => Err(CallError::Silent { folder: shown() }),
            _ => Err(CallError::Broken { folder: shown(), cause: WireError::Socket(error) }),
        },
    }
}

/// Whether a service runs on a folder.
pub async fn is_served(folder: &Path) -> bool {
    // Whoever does not let us in is somebody.
    connect(folder).await.map_or(true, |stream| stream.is_some())
}

/// Asks the service on a folder. `None`: there is none.
pub async fn ask(
    folder: &Path,
    request: &Request,
    body: &Body,
    tell: Tell<'_>,
    patience: Patience,
) -> Result<Option<Answer>, CallError> {
    let Some(stream) = connect(folder).await? else { return Ok(None) };
    let call = Call { folder, patience };
    call.talk(stream, request, body, tell).await.map(Some)
}

struct Call<'a> {
    folder: &'a Path,
    patience: Patience,
}

impl Call<'_> {
    fn shown(&self) -> String {
        self.folder.display().to_string()
    }

    fn broken(&self, cause: WireError) -> CallError {
        let folder = self.shown();
        match cause {
            WireError::Ended => CallError::Lost { folder },
            WireError::OtherVersion { .. } => CallError::OtherVersion { folder },
            WireError::Stranger | WireError::TooLong { .. } | WireError::Garbled(_) | WireError::Socket(_) => {
                CallError::Broken { folder, cause }
            }
        }
    }

    async fn talk(
        &self,
        mut stream: UnixStream,
        request: &Request,
        body: &Body,
        tell: Tell<'_>,
    ) -> Result<Answer, CallError> {
        let greeting = within(self.patience.greeting, wire::read::<Said>(&mut stream)).await;
        match greeting.ok_or_else(|| CallError::Silent { folder: self.shown() })? {
            Ok(Some(_)) => {}
            Ok(None) => return Err(self.broken(WireError::Ended)),
            Err(cause) => return Err(self.broken(cause)),
        }
        match self.send(&mut stream, request, body).await {
            // It may have refused before it had read everything; then its answer waits.
            Ok(()) | Err(CallError::Lost { .. }) => {}
            Err(error) => return Err(error),
        }
        loop {
            let word = within(self.patience.word, wire::read::<Said>(&mut stream)).await;
            let secs = self.patience.word.as_secs();
            match word.ok_or_else(|| CallError::Stuck { folder: self.shown(), secs })? {
                Ok(Some((Said::Answer(answer), _))) => return Ok(answer),
                Ok(Some((Said::Progress(progress), _))) => tell(progress),
                Ok(Some((Said::Greeting { .. }, _))) => {}
                Ok(None) => return Err(self.broken(WireError::Ended)),
                Err(cause) => return Err(self.broken(cause)),
            }
        }
    }

    async fn send(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        request: &Request,
        body: &Body,
    ) -> Result<(), CallError> {
        let most = self.patience.word;
        let stuck = || CallError::Stuck { folder: self.shown(), secs: most.as_secs() };
        let length = length_of(body).map_err(CallError::Unreadable)?;
        if BODY_MAX < length {
            return Err(CallError::TooLong { folder: self.shown(), mib: length >> 20, most: BODY_MAX >> 20 });
        }
        let sent = within(most, wire::write(stream, request, length)).await.ok_or_else(stuck)?;
        sent.map_err(|cause| self.broken(cause))?;
        if length == 0 {
            return Ok(());
        }
        // Read in pieces, and exactly as long as announced, should the file grow meanwhile.
        let mut left = length;
        let mut source = body.read().map_err(CallError::Unreadable)?;
        while 0 < left {
            let want = std::cmp::min(left, u64_of_len(CHUNK));
            let (piece, back) = read_piece(source, want).await.map_err(CallError::Unreadable)?;
            source = back;
            left -= want;
            let sent = within(most, stream.write_all(&piece)).await.ok_or_else(stuck)?;
            sent.map_err(|error| self.broken(error.into()))?;
        }
        Ok(())
    }
}

type Source = Box<dyn io::Read + Send>;

/// The next piece of a file, read on a thread that may wait for a disk.
async fn read_piece(mut source: Source, want: u64) -> io::Result<(Vec<u8>, Source)> {
    use io::Read as _;
    let reading = tokio::task::spawn_blocking(move || {
        let mut piece = Vec::new();
        let read = source.by_ref().take(want).read_to_end(&mut piece)?;
        if u64_of_len(read) == want {
            Ok((piece, source))
        } else {
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"))
        }
    });
    reading.await.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
}

fn length_of(body: &Body) -> io::Result<u64> {
    Ok(match body {
        Body::Empty => 0,
        Body::Bytes(bytes) => u64_of_len(bytes.len()),
        Body::File(path) => std::fs::metadata(path)?.len(),
    })
}
