//! Gates between the program and the emulated services: everything that passes is seen, and at a chosen moment the
//! program dies: before or after its request is let through, before or after the answer is.

use std::io::Write as _;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plimsoll::time::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Something that passes a gate.
#[derive(Debug, Clone)]
pub struct Passing {
    /// Which service.
    pub service: &'static str,
    /// It comes from the service.
    pub answer: bool,
    /// The request's first line, in lower case; of a WebSocket, `frame`.
    pub what: String,
}

impl Passing {
    /// Whether it is more than waiting and asking for numbers: while such things pass, the program is at work.
    pub fn is_work(&self) -> bool {
        self.service != "feed" && !["frame", "encoding=", "getupdates"].iter().any(|idle| self.what.contains(idle))
    }
}

/// The moment at which the program dies.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Only at this service; any if empty.
    pub service: &'static str,
    /// Only where the first line has this.
    pub what: &'static str,
    /// At the answer, not the request.
    pub answer: bool,
    /// Once it was let through, not before.
    pub after: bool,
    /// At which of them, from 1.
    pub nth: u32,
    /// By SIGABRT instead of SIGKILL.
    pub abort: bool,
}

impl Moment {
    fn fits(&self, passing: &Passing) -> bool {
        (self.service.is_empty() || self.service == passing.service)
            && self.answer == passing.answer
            && passing.what.contains(self.what)
    }
}

#[derive(Default)]
struct Watched {
    child: Option<Child>,
    moment: Option<Moment>,
    /// The next request at this service that has this in its first line is never answered.
    hangs: Option<(&'static str, &'static str)>,
    /// One hangs.
    hung: bool,
}

/// Watches every gate; kills when it is time.
pub struct Warden {
    watched: Mutex<Watched>,
    seen: mpsc::UnboundedSender<Passing>,
}

impl Warden {
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Passing>) {
        let (seen, passed) = mpsc::unbounded_channel();
        (Arc::new(Self { watched: Mutex::default(), seen }), passed)
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this is the program, and this its moment.
    pub fn watch(&self, child: Child, moment: Option<Moment>) {
        let mut watched = self.lock();
        (watched.child, watched.moment) = (Some(child), moment);
    }

    /// Lets a request hang in the next life.
    pub fn hang(&self, hangs: Option<(&'static str, &'static str)>) {
        let mut watched = self.lock();
        (watched.hangs, watched.hung) = (hangs, false);
    }

    /// Whether it does.
    pub fn is_hung(&self) -> bool {
        self.lock().hung
    }

    /// Whether something is to hang, from now on.
    fn takes(&self, passing: &Passing) -> bool {
        let mut watched = self.lock();
        let fits = |(service, what): (&str, &str)| {
            !passing.answer && service == passing.service && passing.what.contains(what)
        };
        let taken = watched.hangs.take_if(|hangs| fits(*hangs)).is_some();
        watched.hung |= taken;
        taken
    }

    /// Ends the program now.
    pub fn kill(&self) {
        if let Some(child) = &mut self.lock().child {
            // It may be dead already.
            drop(child.kill());
        }
    }

    /// Asks the program to end.
    pub fn terminate(&self) {
        if let Some(child) = &mut self.lock().child {
            signal(child, "-TERM");
        }
    }

    /// Waits for the dead program; answers whether it ended by itself, and well.
    pub fn bury(&self) -> bool {
        let child = self.lock().child.take();
        child.expect("a program").wait().expect("an end").success()
    }

    /// Whether something may pass.
    fn may_pass(&self, passing: &Passing, through: bool) -> bool {
        let mut watched = self.lock();
        let Watched { child: Some(child), moment, .. } = &mut *watched else { return false };
        let Some(when) = moment.as_mut().filter(|when| when.after == through && when.fits(passing)) else {
            return true;
        };
        when.nth -= 1;
        if when.nth > 0 {
            return true;
        }
        let abort = when.abort;
        *moment = None;
        if abort {
            signal(child, "-ABRT");
        } else {
            drop(child.kill());
        }
        false
    }
}

/// Sends a signal to a child that has not been waited for.
fn signal(child: &mut Child, name: &str) {
    if let Ok(None) = child.try_wait() {
        drop(Command::new("kill").arg(name).arg(child.id().to_string()).status());
    }
}

/// Opens a gate to the service at `address` and answers the gate's own address.
pub async fn open(clock: &Clock, warden: &Arc<Warden>, service: &'static str, address: &str) -> String {
    let to = address.split_once("//").map_or(address, |(_, rest)| rest).trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let ours = listener.local_addr().expect("an address").to_string();
    let (warden, again) = (Arc::clone(warden), clock.clone());
    drop(clock.spawn(format!("gate to {service}"), |held| async move {
        drop(held);
        while let Ok((from, _)) = listener.accept().await {
            let (warden, to) = (Arc::clone(&warden), to.clone());
            drop(again.spawn(format!("passage to {service}"), move |held| async move {
                drop(held);
                passage(&warden, service, from, &to).await;
            }));
        }
    }));
    ours
}

/// Carries one connection, both ways, until either side ends it.
async fn passage(warden: &Warden, service: &'static str, mut from: TcpStream, to: &str) {
    let Ok(mut to) = TcpStream::connect(to).await else { return };
    drop((from.set_nodelay(true), to.set_nodelay(true)));
    let (mut there, mut back) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut asked = String::new();
    loop {
        let (answer, count) = tokio::select! {
            read = from.read(&mut there) => (false, read.unwrap_or(0)),
            read = to.read(&mut back) => (true, read.unwrap_or(0)),
        };
        if count == 0 {
            return;
        }
        let bytes = if answer { &back[..count] } else { &there[..count] };
        if !answer {
            asked = first_line(bytes, &asked);
        }
        let passing = Passing { service, answer, what: asked.clone() };
        if warden.takes(&passing) {
            // Nobody listens once the story has ended.
            drop(warden.seen.send(passing));
            // Until whoever asked gives up or is gone.
            while from.read(&mut there).await.is_ok_and(|count| 0 < count) {}
            return;
        }
        if !warden.may_pass(&passing, false) {
            return;
        }
        let written = if answer { from.write_all(bytes).await } else { to.write_all(bytes).await };
        if written.is_err() {
            return;
        }
        // Nobody listens once the story has ended.
        drop(warden.seen.send(passing.clone()));
        if !warden.may_pass(&passing, true) {
            return;
        }
    }
}

/// What is asked; the rest of a long request belongs to what was asked before it.
fn first_line(bytes: &[u8], before: &str) -> String {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let verb = [&b"GET "[..], b"POST ", b"PATCH ", b"PUT ", b"DELETE "].iter().any(|verb| line.starts_with(verb));
    if verb {
        String::from_utf8_lossy(line).to_ascii_lowercase()
    } else if before.contains("encoding=") || before == "frame" {
        "frame".to_owned()
    } else {
        before.to_owned()
    }
}

/// Says something past libtest's capture, where it is being watched.
pub fn say(text: &str) {
    drop(std::io::stderr().write_all(format!("{text}\n").as_bytes()));
}
