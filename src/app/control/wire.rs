//! How requests and answers travel: frames of a fixed header, a JSON document, and bytes beside it.
//!
//! ```text
//! "plimsoll"   version   length of the document   length of the bytes   document   bytes
//!  8 bytes     u16       u32                      u64                   JSON
//! ```
//!
//! Numbers are big-endian. The header keeps this form in every version, so that two versions can always tell that they
//! are two. The service speaks first: a [`Said::Greeting`], so that a caller knows at once whether somebody is there and
//! understands it. Then one request, any number of [`Said::Progress`], one [`Said::Answer`], and the end.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Answer, Progress};
use crate::domain::num::u64_of_len;

/// The version of requests and answers. It changes with every change of [`super::Request`] or [`Said`].
pub const VERSION: u16 = 4;

/// The longest document. Documents of 20,000 creators with their deals are some 10 MiB.
pub const HEAD_MAX: u32 = 32 << 20;

/// The most bytes beside it: a table of some five million numbers. The service holds it in memory.
pub const BODY_MAX: u64 = 256 << 20;

const MAGIC: [u8; 8] = *b"plimsoll";
const HEADER: usize = 8 + 2 + 4 + 8;

/// What the service says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// It is there.
    Greeting {
        /// The version of the program.
        program: String,
    },
    /// It is at work.
    Progress(Progress),
    /// It is done.
    Answer(Answer),
}

/// A frame that could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The other side is gone.
    #[error("the other side ended in the middle")]
    Ended,
    /// What came is not ours.
    #[error("what came is not a plimsoll's")]
    Stranger,
    /// Another version speaks.
    #[error("the other side speaks version {theirs} and this one version {VERSION}")]
    OtherVersion {
        /// Its version.
        theirs: u16,
    },
    /// More than is taken at once.
    #[error("{bytes} bytes are more than the {most} that are taken at once")]
    TooLong {
        /// So many.
        bytes: u64,
        /// The most.
        most: u64,
    },
    /// The document is not what was expected.
    #[error("the document cannot be read")]
    Garbled(#[source] serde_json::Error),
    /// The socket failed.
    #[error("could not use the socket")]
    Socket(#[source] io::Error),
}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted => Self::Ended,
            _ => Self::Socket(error),
        }
    }
}

/// Waits so long in real time. `None`: it took longer.
pub(in crate::app) async fn within<T>(most: Duration, work: impl Future<Output = T>) -> Option<T> {
    #[expect(clippy::disallowed_methods, reason = "neither end may hang with the other, whatever the clock")]
    tokio::time::timeout(most, work).await.ok()
}

/// Writes a document. So many bytes are to follow it.
pub async fn write<T: Serialize>(
    writer: &mut (impl AsyncWrite + Unpin),
    document: &T,
    follow: u64,
) -> Result<(), WireError> {
    let head = serde_json::to_vec(document).map_err(WireError::Garbled)?;
    let length = u32::try_from(head.len()).ok().filter(|length| *length <= HEAD_MAX);
    let most = u64::from(HEAD_MAX);
    let length = length.ok_or(WireError::TooLong { bytes: u64_of_len(head.len()), most })?;
    if BODY_MAX < follow {
        return Err(WireError::TooLong { bytes: follow, most: BODY_MAX });
    }
    let mut frame = Vec::with_capacity(HEADER + head.len());
    frame.extend_from_slice(&MAGIC);
    frame.extend_from_slice(&VERSION.to_be_bytes());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&follow.to_be_bytes());
    frame.extend_from_slice(&head);
    writer.write_all(&frame).await?;
    Ok(writer.flush().await?)
}

/// Reads a document and the bytes beside it. `None`: the other side ended before it began one.
pub async fn read<T: DeserializeOwned>(
    reader: &mut (impl AsyncRead + Unpin),
) -> Result<Option<(T, Vec<u8>)>, WireError> {
    let mut magic = [0; MAGIC.len()];
    match reader.read(&mut magic).await? {
        0 => return Ok(None),
        some => reader.read_exact(magic.get_mut(some..).unwrap_or_default()).await?,
    };
    if magic != MAGIC {
        return Err(WireError::Stranger);
    }
    let theirs = reader.read_u16().await?;
    if theirs != VERSION {
        return Err(WireError::OtherVersion { theirs });
    }
    let (head, body) = (u64::from(reader.read_u32().await?), reader.read_u64().await?);
    for (bytes, most) in [(head, u64::from(HEAD_MAX)), (body, BODY_MAX)] {
        if most < bytes {
            return Err(WireError::TooLong { bytes, most });
        }
    }
    let head = take(reader, head).await?;
    let body = take(reader, body).await?;
    serde_json::from_slice(&head).map(|document| Some((document, body))).map_err(WireError::Garbled)
}

/// So many bytes. Memory is taken as they arrive, not as they are announced.
async fn take(reader: &mut (impl AsyncRead + Unpin), length: u64) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes).await?;
    if u64_of_len(bytes.len()) == length { Ok(bytes) } else { Err(WireError::Ended) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::control::{Request, Wish};

    fn request() -> Request {
        Request { by: "terminal:anna".to_owned(), acting: None, wish: Wish::OutboxList }
    }

    async fn framed(body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, &request(), u64_of_len(body.len())).await.expect("written");
        bytes.extend_from_slice(body);
        bytes
    }

    async fn taken(bytes: &[u8]) -> Result<Option<(Request, Vec<u8>)>, String> {
        let mut rest = bytes;
        read::<Request>(&mut rest).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_frame_arrives_as_it_was_sent() {
        let bytes = framed(b"a,b\n1,2\n").await;
        assert_eq!(taken(&bytes).await, Ok(Some((request(), b"a,b\n1,2\n".to_vec()))));
        assert_eq!(taken(b"").await, Ok(None), "nobody asked anything");
    }

    #[tokio::test]
    async fn a_frame_cut_anywhere_is_no_frame() {
        let bytes = framed(b"body").await;
        for length in 1..bytes.len() {
            assert_eq!(taken(&bytes[..length]).await, Err("the other side ended in the middle".to_owned()), "{length}");
        }
    }

    #[tokio::test]
    async fn what_is_not_ours_is_refused_before_it_is_read() {
        let good = framed(b"").await;
        let with = |at: usize, bytes: &[u8]| {
            let mut changed = good.clone();
            changed[at..at + bytes.len()].copy_from_slice(bytes);
            changed
        };
        for (bytes, want) in [
            (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "what came is not a plimsoll's"),
            (with(8, &7_u16.to_be_bytes()), "the other side speaks version 7 and this one version 3"),
            (with(10, &u32::MAX.to_be_bytes()), "4294967295 bytes are more than the 33554432 that are taken at once"),
            (
                with(14, &u64::MAX.to_be_bytes()),
                "18446744073709551615 bytes are more than the 268435456 that are taken at once",
            ),
            (with(HEADER, b"["), "the document cannot be read"),
        ] {
            assert_eq!(taken(&bytes).await, Err(want.to_owned()));
        }
    }

    #[tokio::test]
    async fn a_wish_of_another_version_is_not_half_understood() {
        for text in [
            r#"{"by":"t","acting":null,"wish":{"fly":{}}}"#,
            r#"{"by":"t","acting":null,"wish":{"why":{"subject":"a","rule":"r","at":null,"deep":true}}}"#,
            r#"{"by":"t","acting":null,"wish":"outbox_list","dry_run":true}"#,
        ] {
            assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
        }
    }
}
