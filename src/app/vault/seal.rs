//! What seals tokens: one key, XChaCha20-Poly1305, a random nonce each time, and the account as associated data.
//!
//! Owns: where the key comes from, and the form of what is sealed. Refuses: the store. Survives: a record that was moved
//! to another account, damaged, or sealed under another key: it does not open, and the error says what to do.

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::VaultError;
use crate::app::config::VaultConfig;
use crate::domain::ids::SourceId;
use crate::http::tokens::TokenSet;

/// The form of what is sealed; part of the associated data, so that another form never opens as this one.
const FORM: &str = "plimsoll vault 1";

/// Bytes of a key.
const KEY_LEN: usize = 32;

/// Bytes of a nonce. 24 random ones never meet again, however often tokens are renewed.
const NONCE_LEN: usize = 24;

/// The key that seals everything.
pub struct VaultKey(SecretBox<[u8; KEY_LEN]>);

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(…)")
    }
}

/// Where the key is.
#[derive(Debug, Clone)]
pub struct KeyPlace {
    key: SecretString,
    file: PathBuf,
}

impl KeyPlace {
    /// As the settings say.
    #[must_use]
    pub fn of(config: &VaultConfig) -> Self {
        Self { key: config.key.clone(), file: config.key_file.clone() }
    }

    fn has_file(&self) -> bool {
        !self.file.as_os_str().is_empty()
    }

    /// The key. It is read each time: whoever connects the first account makes it while the service runs.
    pub fn read(&self) -> Result<VaultKey, VaultError> {
        let set = !self.key.expose_secret().is_empty();
        match (self.has_file(), set) {
            (true, true) => Err(VaultError::TwoKeys),
            (false, false) => Err(VaultError::NoKey),
            (false, true) => VaultKey::parse(self.key.expose_secret()).ok_or(VaultError::BadKey { place: "vault.key" }),
            (true, false) => {
                let read = std::fs::read_to_string(&self.file).map(SecretString::from);
                let text =
                    read.map_err(|cause| VaultError::KeyFile { path: self.file.display().to_string(), cause })?;
                VaultKey::parse(text.expose_secret()).ok_or(VaultError::BadKey { place: "the file of vault.key_file" })
            }
        }
    }

    /// The key, made in the file that the settings name where that is not there yet. Answers the file that was made.
    pub fn read_or_make(&self) -> Result<(VaultKey, Option<&Path>), VaultError> {
        let made = self.has_file() && self.key.expose_secret().is_empty() && !self.file.exists();
        if made {
            let fail = |cause| VaultError::KeyFile { path: self.file.display().to_string(), cause };
            let text = SecretString::from(format!("{}\n", data_encoding::BASE64.encode(&random::<KEY_LEN>()?)));
            write_private(&self.file, text.expose_secret()).map_err(fail)?;
        }
        Ok((self.read()?, made.then_some(self.file.as_path())))
    }
}

/// Makes a file that only its owner may read; one that is there already is not touched.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // The name is on disk when its folder is.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

/// Bytes that nobody can guess. Not the seeded dice: a nonce that came again would open what it seals.
pub fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|cause| VaultError::NoChance { cause: cause.to_string() })?;
    Ok(bytes)
}

impl VaultKey {
    /// 64 hex digits, or base64 of either alphabet, padded or not.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = if text.len() == 2 * KEY_LEN {
            data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?
        } else {
            let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
            data_encoding::BASE64_NOPAD.decode(plain.as_bytes()).ok()?
        };
        let key: [u8; KEY_LEN] = bytes.try_into().ok()?;
        Some(Self(SecretBox::new(Box::new(key))))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }

    /// Seals an account's tokens.
    pub fn seal(&self, source: &SourceId, account: &str, tokens: &TokenSet) -> Result<String, VaultError> {
        let plain = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let text = json!({ "access": plain(&tokens.access), "refresh": plain(&tokens.refresh) });
        let text = SecretString::from(text.to_string());
        let nonce = random::<NONCE_LEN>()?;
        let aad = associated(source, account);
        let payload = Payload { msg: text.expose_secret().as_bytes(), aad: &aad };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| VaultError::TooLong { account: account.to_owned() })?;
        Ok(data_encoding::BASE64.encode(&[&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for this very account: the access and the refresh token.
    pub fn open(&self, source: &SourceId, account: &str, sealed: &str) -> Result<Opened, VaultError> {
        let closed = || VaultError::Closed { source_id: source.clone(), account: account.to_owned() };
        let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).map_err(|_| closed())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(closed)?;
        let aad = associated(source, account);
        let payload = Payload { msg: sealed, aad: &aad };
        let text = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| closed())?;
        let text = SecretString::from(String::from_utf8(text).map_err(|_| closed())?);
        serde_json::from_str(text.expose_secret()).map_err(|_| closed())
    }
}

/// What was sealed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The access token.
    pub access: Option<SecretString>,
    /// The refresh token.
    pub refresh: Option<SecretString>,
}

fn associated(source: &SourceId, account: &str) -> Vec<u8> {
    [FORM, source.as_str(), account].join("\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> VaultKey {
        VaultKey::parse(&data_encoding::HEXLOWER.encode(&[byte; KEY_LEN])).expect("a key")
    }

    fn source(id: &str) -> SourceId {
        SourceId::new(id).expect("a source")
    }

    fn tokens() -> TokenSet {
        let secret = |text: &str| Some(SecretString::from(text.to_owned()));
        TokenSet { access: secret("ACCESS-CANARY"), refresh: secret("REFRESH-CANARY"), ..TokenSet::default() }
    }

    #[test]
    fn what_was_sealed_opens_under_its_key_for_its_account_only() {
        let sealed = key(1).seal(&source("tiktok"), "alma", &tokens()).expect("sealed");
        let opened = key(1).open(&source("tiktok"), "alma", &sealed).expect("opens");
        assert_eq!(opened.access.expect("there").expose_secret(), "ACCESS-CANARY");
        assert_eq!(opened.refresh.expect("there").expose_secret(), "REFRESH-CANARY");
        let closed = |key: VaultKey, of: &str, account: &str, sealed: &str| {
            let error = key.open(&source(of), account, sealed).expect_err("stays closed");
            assert!(matches!(error, VaultError::Closed { .. }), "{error:?}");
            assert!(error.to_string().contains("connect"), "{error} names no remedy");
        };
        closed(key(2), "tiktok", "alma", &sealed);
        closed(key(1), "tiktok", "bo", &sealed);
        closed(key(1), "tiktok2", "alma", &sealed);
        let (head, tail) = sealed.split_at(4);
        for damaged in ["", "!", "QUJD", tail, &format!("{head}AAAA{tail}")] {
            closed(key(1), "tiktok", "alma", damaged);
        }
    }

    #[test]
    fn the_same_is_sealed_differently_each_time_and_shows_nothing() {
        let seal = || key(1).seal(&source("tiktok"), "alma", &tokens()).expect("sealed");
        let (one, other) = (seal(), seal());
        assert_ne!(one, other);
        let bytes = data_encoding::BASE64.decode(one.as_bytes()).expect("base64");
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
        let opened = key(1).open(&source("tiktok"), "alma", &one).expect("opens");
        assert!(!format!("{:?} {opened:?}", key(1)).contains("CANARY"));
    }

    #[test]
    fn a_key_is_32_bytes_in_hex_or_base64() {
        let bytes = [0xfb; KEY_LEN];
        let standard = data_encoding::BASE64.encode(&bytes);
        let forms = [
            data_encoding::HEXLOWER.encode(&bytes),
            data_encoding::HEXUPPER.encode(&bytes),
            standard.clone(),
            standard.trim_end_matches('=').to_owned(),
            data_encoding::BASE64URL.encode(&bytes),
            format!("  {standard}\n"),
        ];
        for text in forms {
            let key = VaultKey::parse(&text).unwrap_or_else(|| panic!("`{text}` is a key"));
            assert_eq!(key.0.expose_secret(), &bytes, "{text}");
        }
        for text in ["", "abc", "zz", standard.split_at(1).1, &"0".repeat(63), &format!("{standard}{standard}")] {
            assert!(VaultKey::parse(text).is_none(), "`{text}` is none");
        }
    }

    fn place(key: &str, file: &Path) -> KeyPlace {
        KeyPlace { key: SecretString::from(key.to_owned()), file: file.to_path_buf() }
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vault.key");
        assert!(place("", &file).read().expect_err("there is none").to_string().contains("vault.key_file"));
        let (first, made) = place("", &file).read_or_make().map(|(key, made)| (key, made.is_some())).expect("made");
        assert!(made);
        let (second, made) = place("", &file).read_or_make().map(|(key, made)| (key, made.is_some())).expect("read");
        assert!(!made);
        assert_eq!(first.0.expose_secret(), second.0.expose_secret());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "only its owner may read it");
        }
    }

    #[test]
    fn a_missing_or_wrong_key_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vault.key");
        std::fs::write(&file, "CANARY").expect("written");
        let errors = [
            place("", Path::new("")).read().expect_err("none"),
            place("CANARY", Path::new("")).read().expect_err("no key"),
            place("", &file).read().expect_err("no key"),
            place("CANARY", &file).read().expect_err("two"),
        ];
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(!lines.join(" ").contains("CANARY"));
        insta::assert_snapshot!(lines.join("\n"), @r"
        the tokens of connected accounts need a key; set vault.key_file (`plimsoll connect` makes the file) or vault.key
        vault.key is no key; write 32 bytes as base64 or hex, such as `openssl rand -base64 32` prints
        the file of vault.key_file is no key; write 32 bytes as base64 or hex, such as `openssl rand -base64 32` prints
        vault.key and vault.key_file are both set; keep one of them
        ");
    }
}
