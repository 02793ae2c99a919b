//! The way back: a page on loopback that a browser is sent to with a code.
//!
//! Owns: one listener, how long and how often it is listened to, and what the browser is shown.
//! Refuses: judging what came; whoever waits does. Survives: requests that are not the one (a browser's own, another
//! program's), which are answered and forgotten.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::control::wire::within;

/// Connections that are looked at. A browser opens a few at once, and asks for an icon.
const CONNECTIONS_MAX: usize = 64;

/// The longest head of a request. A code and a state are under 2 KiB.
const HEAD_MAX: usize = 16 << 10;

/// Real time for one request to arrive whole.
const REQUEST_MAX: Duration = Duration::from_secs(5);

/// Where people come back to where nothing else is set.
const PATH: &str = "/callback";

/// What the one who waits says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Taken,
    /// It is the one, and it says no.
    Denied,
    /// It is somebody else's.
    Stranger,
}

/// A page on loopback.
#[derive(Debug)]
pub struct Landing {
    listener: TcpListener,
    path: String,
    url: String,
}

impl Landing {
    /// Listens on a free port, or where the address says that is registered at the platform; `None`: that one is not on
    /// this machine.
    pub async fn open(registered: &str, port: u16) -> io::Result<Option<Self>> {
        if registered.is_empty() {
            let listener = TcpListener::bind(("127.0.0.1", port)).await?;
            let url = format!("http://{}{PATH}", listener.local_addr()?);
            return Ok(Some(Self { listener, path: PATH.to_owned(), url }));
        }
        let Ok(url) = reqwest::Url::parse(registered) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{registered}` is not an address")));
        };
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
        let Some(port) = url.port().filter(|_| local && url.scheme() == "http") else { return Ok(None) };
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        Ok(Some(Self { listener, path: url.path().to_owned(), url: registered.to_owned() }))
    }

    /// The address that people come back to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until a request is the one; what it asked for. `None`: nobody came in time.
    pub async fn wait(self, most: Duration, judge: impl Fn(&str) -> Verdict) -> io::Result<Option<String>> {
        let come = async {
            for _ in 0..CONNECTIONS_MAX {
                let (mut stream, _) = self.listener.accept().await?;
                let Some(Some(target)) = within(REQUEST_MAX, target(&mut stream)).await else { continue };
                let path = target.split('?').next().unwrap_or_default();
                if path != self.path {
                    answer(&mut stream, "404 Not Found", "There is nothing here.").await;
                    continue;
                }
                match judge(&target) {
                    Verdict::Stranger => {
                        let text = "This does not belong to the attempt that is under way. Start again.";
                        answer(&mut stream, "400 Bad Request", text).await;
                    }
                    Verdict::Denied => {
                        answer(&mut stream, "200 OK", "Access was not given. You may close this page.").await;
                        return Ok(Some(target));
                    }
                    Verdict::Taken => {
                        let text = "Thank you. You may close this page; the terminal says whether it worked.";
                        answer(&mut stream, "200 OK", text).await;
                        return Ok(Some(target));
                    }
                }
            }
            Ok(None)
        };
        within(most, come).await.unwrap_or(Ok(None))
    }
}

/// What a `GET` asks for.
async fn target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).await.ok().filter(|read| 0 < *read)?;
        head.extend_from_slice(chunk.get(..read)?);
        if HEAD_MAX < head.len() {
            return None;
        }
    }
    let line = std::str::from_utf8(&head).ok()?.lines().next()?;
    let (target, _) = line.strip_prefix("GET ")?.split_once(' ')?;
    Some(target.to_owned())
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>Plimsoll</title><p>{text}</p>");
    let whole = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nreferrer-policy: \
         no-referrer\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    // A browser that is gone by now has nothing to be told.
    drop(stream.write_all(whole.as_bytes()).await);
    drop(stream.shutdown().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_without_an_end_is_given_up_and_the_next_is_heard() {
        let landing = Landing::open("", 0).await.expect("a port").expect("on this machine");
        let address = landing.url().replace("http://", "").replace(PATH, "");
        let come = async {
            let mut endless = TcpStream::connect(&address).await.expect("listens");
            // It hangs up while we still write.
            drop(endless.write_all(&vec![b'x'; HEAD_MAX * 4]).await);
            let mut browser = TcpStream::connect(&address).await.expect("listens");
            browser.write_all(b"GET /callback?code=1 HTTP/1.1\r\n\r\n").await.expect("sent");
            let mut answer = Vec::new();
            drop(browser.read_to_end(&mut answer).await);
            (endless, answer)
        };
        let wait = landing.wait(Duration::from_mins(1), |_| Verdict::Taken);
        let (target, (_, answer)) = tokio::join!(wait, come);
        assert_eq!(target.expect("no fault").as_deref(), Some("/callback?code=1"));
        assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    }
}
