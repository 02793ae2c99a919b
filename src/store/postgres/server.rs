//! A real PostgreSQL server for tests: in a folder of its own, on a port of its own, with a database for each test.
//!
//! It is ended when the process of the tests ends, however that ends: a shell holds the other end of a pipe, and stops the
//! server by its pid and removes its folder once the pipe is closed.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What every test knows.
pub const PASSWORD: &str = "CANARY-of-the-database";

/// A server that runs.
pub struct Server {
    folder: PathBuf,
    port: u16,
    keeper: Child,
    databases: AtomicU32,
}

/// Stops the server and removes its folder at the end of standard input.
const KEEPER: &str = r#"cat > /dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null) && kill -QUIT "$pid"
while [ -n "$pid" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
rm -rf "$1""#;

/// Where the programs of the newest installed version are.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(|path| number(path));
    newest.expect("PostgreSQL is not installed; `tests/all` does it: apt-get install postgresql").join("bin")
}

/// One of its programs. The server refuses to run as root, so root runs all of them as `postgres`.
fn program(name: &str) -> Command {
    let path = programs().join(name);
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/").env("PGPASSWORD", PASSWORD).stdin(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let done = command.output().expect("the program runs");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Server {
    /// The one that the tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::own)
    }

    /// One for a test that stops it.
    pub fn own() -> Self {
        let folder = tempfile::Builder::new().prefix("plimsoll-postgres-").tempdir().expect("a folder").keep();
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).expect("written");
        if program("initdb").get_program() == "setpriv" {
            run(Command::new("chown").args(["-R", "postgres:postgres"]).arg(&folder));
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut initdb = program("initdb");
        initdb.args([
            "--no-sync",
            "--auth=scram-sha-256",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        run(initdb.arg("--pwfile").arg(&password).arg("--pgdata").arg(folder.join("data")));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&folder).stdin(Stdio::piped());
        let keeper = keeper.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell");
        let server = Self { folder, port, keeper, databases: AtomicU32::new(0) };
        server.start();
        server
    }

    /// Starts it, again, and waits until it takes connections.
    pub fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c shared_buffers=16MB",
            self.port,
            self.folder.display()
        );
        let mut start = program("pg_ctl");
        start.args(["start", "-w", "-D"]).arg(self.folder.join("data")).arg("-l").arg(self.folder.join("log"));
        let status =
            start.arg("-o").arg(options).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("pg_ctl runs");
        let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "the server does not start: {}", log());
    }

    /// Ends it in the middle of whatever it does, as a crash does; the next start recovers from its log.
    pub fn crash(&self) {
        run(program("pg_ctl").args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.folder.join("data")));
    }

    /// The port it listens on, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Says something to a database as its owner, and answers what comes back.
    pub fn say(&self, database: &str, sql: &str) -> String {
        let mut psql = program("psql");
        psql.args(["-h", "127.0.0.1", "-U", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database]);
        psql.arg("-p").arg(self.port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = psql.spawn().expect("psql runs");
        child.stdin.take().expect("a pipe").write_all(sql.as_bytes()).expect("written");
        let done = child.wait_with_output().expect("psql ends");
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }

    /// Makes an empty database, and answers its name.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.say("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}
