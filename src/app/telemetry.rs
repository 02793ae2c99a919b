//! Where logs go: to stderr, filtered as the configuration says. Results go to stdout and never through here.
//!
//! Owns: that no secret of the configuration leaves in a line of a log, whoever wrote it: every line is looked over, and the
//! libraries that show whole messages of theirs are not let talk so much. A panic is a line of the log like any other.
//! Refuses: secrets that are fetched later (renewed tokens): those are never given to anything that prints.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::config::{Config, ConfigError, LogConfig};

/// Libraries whose finer levels print frames and requests as they are sent, also as hexadecimal: the first frame to Discord's
/// gateway is the bot's token.
const TALKATIVE: [&str; 3] = ["tungstenite", "tokio_tungstenite", "serenity"];

/// Shorter secrets are not looked for: they would be found in ordinary words. No platform's are.
const SECRET_MIN: usize = 8;

/// What stands in a line where a secret was.
const GONE: &[u8] = b"[secret]";

mod json;

/// Reads the filter. It is written like `info,serenity=warn`.
pub fn filter(log: &LogConfig) -> Result<EnvFilter, ConfigError> {
    EnvFilter::try_new(&log.filter).map_err(|error| {
        ConfigError::Invalid(format!(
            "`{}` is not a filter ({error}) (`log.filter`); write it like `info,serenity=warn`",
            log.filter
        ))
    })
}

/// Starts logging. Once in a process; a second start changes nothing.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let log = &config.log;
    // Colours are for terminals; in a file they are noise.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(log)?)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(Lines::without(&config.secrets()));
    let bounded = filter_fn(is_let_talk);
    // Already started: the first one stays, and says the same.
    drop(if log.json {
        builder.event_format(json::JsonLines).finish().with(bounded).try_init()
    } else {
        builder.finish().with(bounded).try_init()
    });
    std::panic::set_hook(Box::new(|info| {
        let said = info.payload_as_str().unwrap_or("no words");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let trace = Backtrace::capture();
        let trace = (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string());
        tracing::error!(place, trace, "a fault of this program: {said}");
    }));
    Ok(())
}

fn is_let_talk(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO || !TALKATIVE.contains(&library)
}

/// Writes lines to stderr, without secrets.
#[derive(Debug, Clone)]
struct Lines {
    secrets: Arc<[Secret]>,
}

/// A secret as it may stand in a line.
#[derive(Clone)]
struct Secret(SecretString);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Lines {
    fn without(secrets: &[SecretString]) -> Self {
        let mut forms = Vec::new();
        for secret in secrets.iter().filter(|secret| SECRET_MIN <= secret.expose_secret().len()) {
            let plain = secret.expose_secret();
            let bytes = plain.as_bytes();
            let in_address: String = url::form_urlencoded::byte_serialize(bytes).collect();
            let base64 = data_encoding::BASE64_NOPAD.encode(bytes);
            let hex = data_encoding::HEXLOWER.encode(bytes);
            forms.extend([plain.to_owned(), in_address, base64, hex]);
        }
        forms.sort();
        forms.dedup();
        // Longer ones first: one secret may begin as another does.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self { secrets: forms.into_iter().map(|form| Secret(form.into())).collect() }
    }

    fn cleaned(&self, line: &[u8]) -> Option<Vec<u8>> {
        let mut cleaned: Option<Vec<u8>> = None;
        for Secret(secret) in self.secrets.iter() {
            let secret = secret.expose_secret().as_bytes();
            let text = cleaned.as_deref().unwrap_or(line);
            if let Some(shorter) = replaced(text, secret) {
                cleaned = Some(shorter);
            }
        }
        cleaned
    }
}

/// The line with every occurrence replaced; `None` where there is none.
fn replaced(line: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let next = |from: &[u8]| from.windows(secret.len()).position(|window| window == secret);
    let mut at = next(line)?;
    let (mut out, mut rest) = (Vec::with_capacity(line.len()), line);
    loop {
        let (before, after) = rest.split_at_checked(at)?;
        out.extend_from_slice(before);
        out.extend_from_slice(GONE);
        rest = after.get(secret.len()..)?;
        match next(rest) {
            Some(further) => at = further,
            None => break,
        }
    }
    out.extend_from_slice(rest);
    Some(out)
}

impl io::Write for Lines {
    /// A line comes whole: the formatter writes each event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.cleaned(line) {
            Some(cleaned) => io::stderr().write_all(&cleaned)?,
            None => io::stderr().write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, want: &str) {
        let secrets = ["bot:SECRET/1", "bot:SECRET/1-longer", "short"].map(|one| SecretString::from(one.to_owned()));
        let lines = Lines::without(&secrets);
        let got = lines.cleaned(line.as_bytes()).unwrap_or_else(|| line.as_bytes().to_vec());
        assert_eq!(String::from_utf8_lossy(&got), want);
        assert!(!format!("{lines:?}").contains("SECRET"));
    }

    #[test]
    fn a_line_leaves_without_secrets_in_any_of_their_forms() {
        check("nothing in it", "nothing in it");
        check("GET /bot:SECRET/1/getMe and bot:SECRET/1", "GET /[secret]/getMe and [secret]");
        check("bot:SECRET/1-longer", "[secret]");
        check("?token=bot%3ASECRET%2F1&x", "?token=[secret]&x");
        check("basic Ym90OlNFQ1JFVC8x", "basic [secret]");
        check("0x626f743a5345435245542f31", "0x[secret]");
        check("a short word", "a short word");
    }

    #[test]
    fn libraries_that_print_frames_are_bounded() {
        let at = |target: &'static str, level: Level| {
            let fields = tracing::field::FieldSet::new(&[], tracing::callsite::Identifier(&Nowhere));
            let kind = tracing::metadata::Kind::EVENT;
            is_let_talk(&Metadata::new("event", target, level, None, None, None, fields, kind))
        };
        assert!(at("tungstenite::protocol", Level::INFO) && at("plimsoll::app", Level::TRACE));
        assert!(!at("tungstenite::protocol::frame", Level::TRACE) && !at("serenity::gateway", Level::DEBUG));
    }

    struct Nowhere;

    impl tracing::Callsite for Nowhere {
        fn set_interest(&self, _: tracing::subscriber::Interest) {}
        fn metadata(&self) -> &Metadata<'_> {
            panic!("nobody asks")
        }
    }
}
