//! A refresh token that is kept in the file in which an operator gave it.
//!
//! Survives: a stop at any point; the file holds the one or the other, whole.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};

use crate::http::tokens::{TokenKeeper, TokenSet};

/// Keeps a refresh token in the file it was first given in.
#[derive(Debug)]
pub(super) struct FileKeeper {
    path: PathBuf,
}

impl FileKeeper {
    /// The one in this file.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl TokenKeeper for FileKeeper {
    async fn load(&self) -> io::Result<TokenSet> {
        let refresh = SecretString::from(fs::read_to_string(&self.path)?.trim().to_owned());
        Ok(TokenSet { refresh: Some(refresh), ..TokenSet::default() })
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        let Some(token) = &tokens.refresh else { return Ok(()) };
        let beside = self.path.with_extension("new");
        let mut file = private(&beside)?;
        file.write_all(token.expose_secret().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        // The name is on disk when its folder is.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

/// A file that only its owner may read.
fn private(path: &Path) -> io::Result<File> {
    // What was left there, by a stop half-way or by somebody else, keeps its own rights: another file takes its place.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_refresh_token_is_replaced_whole_and_kept_from_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let keeper = FileKeeper { path: folder.path().join("shop.refresh") };
        assert!(keeper.load().await.is_err(), "there is none yet");
        for token in ["one", "two"] {
            let set = TokenSet { refresh: Some(SecretString::from(token.to_owned())), ..TokenSet::default() };
            keeper.keep(&set).await.expect("kept");
            assert_eq!(keeper.load().await.expect("there").refresh.expect("one").expose_secret(), token);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&keeper.path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "only its owner may read it");
            // What a stop half-way, or somebody else, left beside it lends the new one no rights and leads nowhere.
            let (beside, elsewhere) = (folder.path().join("shop.new"), folder.path().join("elsewhere"));
            for left in [false, true] {
                if left {
                    std::os::unix::fs::symlink(&elsewhere, &beside).expect("a link");
                } else {
                    fs::write(&beside, "half").expect("written");
                    fs::set_permissions(&beside, fs::Permissions::from_mode(0o666)).expect("set");
                }
                let set = TokenSet { refresh: Some(SecretString::from("three".to_owned())), ..TokenSet::default() };
                keeper.keep(&set).await.expect("kept");
                let kept = keeper.path.symlink_metadata().expect("a file");
                assert!(kept.is_file() && kept.permissions().mode().trailing_zeros() >= 6 && !elsewhere.exists());
            }
        }
    }
}
