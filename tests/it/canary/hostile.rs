//! A platform at its worst: whatever it is asked, it answers with all that it was told: headers, address, body.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::find::MARK;

/// What it has seen.
#[derive(Default)]
pub struct Seen {
    /// The first parts of the addresses that were asked for.
    pub places: Mutex<BTreeSet<String>>,
    /// The secrets that were told.
    pub secrets: Mutex<BTreeSet<String>>,
    /// Connections.
    pub met: AtomicUsize,
}

pub struct Hostile {
    pub port: u16,
    pub seen: Arc<Seen>,
}

impl Hostile {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        // They end with the test.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &seen));
            }
        });
        Self { port, seen }
    }

    pub fn url(&self, place: &str) -> String {
        format!("http://127.0.0.1:{}/{place}", self.port)
    }

    pub fn places(&self) -> BTreeSet<String> {
        self.seen.places.lock().expect("not poisoned").clone()
    }

    pub fn secrets(&self) -> BTreeSet<String> {
        self.seen.secrets.lock().expect("not poisoned").clone()
    }
}

/// The words with the mark in them.
fn secrets_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.contains(MARK)).map(str::to_owned)
}

fn serve(stream: TcpStream, seen: &Seen) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let turn = seen.met.fetch_add(1, Ordering::SeqCst);
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        // A TLS greeting is no text: the connection ends.
        if reader.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().ok()?;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; std::cmp::min(length, 1 << 20)];
    reader.read_exact(&mut body).ok()?;
    let told = format!("{head}\n{}", String::from_utf8_lossy(&body));
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let place = path.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default().to_owned();
    seen.places.lock().expect("not poisoned").insert(place);
    seen.secrets.lock().expect("not poisoned").extend(secrets_in(&told));
    answer(stream, turn, &told)
}

/// Every way in which platforms word what went wrong, with all that was told in each.
fn worded(told: &str) -> Value {
    let error = json!({
        "message": told, "type": told, "code": 190, "status": told, "errors": [{ "message": told, "reason": told }],
        "error_user_msg": told, "log_id": told,
    });
    json!({
        "error": error, "error_description": told, "message": told, "ok": false, "description": told,
        "errors": [{ "message": told, "extensions": { "code": told } }], "title": told, "detail": told, "code": told,
        "data": null, "error_code": 401,
    })
}

fn answer(mut stream: TcpStream, turn: usize, told: &str) -> Option<()> {
    let fresh = json!({
        "access_token": "CANARYfreshaccess", "refresh_token": "CANARYfreshrefresh", "expires_in": 3600,
        "token_type": "bearer", "open_id": "alma", "scope": "",
    });
    let (status, kind, body) = match turn % 8 {
        0 | 5 => ("200 OK", "application/json", fresh.to_string()),
        1 => ("401 Unauthorized", "application/json", worded(told).to_string()),
        2 => ("500 Internal Server Error", "text/html", format!("<html><pre>{told}</pre></html>")),
        3 => ("200 OK", "application/json", format!("{{\"data\": \"{told}")),
        4 => ("403 Forbidden", "application/json", json!({ "error": told, "errors": told }).to_string()),
        6 => ("400 Bad Request", "application/json", worded(told).to_string()),
        _ => return None,
    };
    let told = told.lines().next().unwrap_or_default().replace(' ', "+");
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nx-echo: {told}\r\nwww-authenticate: {told}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()
}
