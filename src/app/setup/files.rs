//! The files of a new installation: configuration, secrets, a first document, rules that watch.
//!
//! Owns: what is in them. Refuses: overwriting; what is there already is somebody's and stays as it is. Survives: a kill
//! half-way. A file is there whole or not at all, and the next run writes what is missing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::document::{Document, Documents};
use crate::domain::ids::{BrandId, RoomId};
use crate::domain::money::Currency;
use crate::domain::person::{Audience, Chat};
use crate::domain::sheet::fold::slug;
use crate::domain::written::Zone;

/// The configuration, in the folder of the installation.
pub const CONFIG: &str = "plimsoll.toml";

/// The first document.
pub const DOCUMENTS: &str = "documents.toml";

/// Where rules are.
pub const RULES: &str = "rules";

/// Where secrets are.
const SECRETS: &str = "secrets";

/// The rules that a new installation begins with, all in shadow: they judge and tell nobody.
const PACKS: [(&str, &str); 6] = [
    ("stop_loss.toml", include_str!("../../../config/rules/stop_loss.toml")),
    ("evidence.toml", include_str!("../../../config/rules/evidence.toml")),
    ("late.toml", include_str!("../../../config/rules/late.toml")),
    ("rights.toml", include_str!("../../../config/rules/rights.toml")),
    ("views.toml", include_str!("../../../config/rules/views.toml")),
    ("opportunity.toml", include_str!("../../../config/rules/opportunity.toml")),
];

/// A chat as it is configured.
#[derive(Debug, Clone)]
pub struct ChatFile {
    /// Which.
    pub chat: Chat,
    /// The bot's token; `None`: it comes from the environment, and is not written down.
    pub token: Option<SecretString>,
    /// Settings beside it that are not the defaults, by name.
    pub settings: Vec<(&'static str, String)>,
}

/// The brand that the first document is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandFile {
    /// Its name.
    pub name: String,
    /// Whose days count.
    pub zone: Zone,
    /// What its books are in.
    pub currency: Currency,
    /// The language of its rooms.
    pub locale: String,
}

/// A file, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// It is new; else it was there and is as it was.
    pub new: bool,
}

/// What could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write `{path}`")]
pub struct FileError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// The room of a brand in a chat.
#[must_use]
pub fn room_of(brand: &str, chat: Chat) -> Option<RoomId> {
    RoomId::new(&format!("{}-{}", slug(brand, "brand"), chat.as_str())).ok()
}

/// A brand and its internal rooms, each with the chat that its id names.
pub type Declared = (BrandId, Vec<(RoomId, Option<Chat>)>);

/// The brand and its internal rooms that a first document declares. `None`: it declares no brand.
pub fn declared(text: &str) -> Result<Option<Declared>, String> {
    let documents = Documents::from_toml(text).map_err(|error| error.to_string())?;
    let (mut brand, mut rooms) = (None, Vec::new());
    for document in documents.into_list() {
        match document {
            Document::Brand(one) => brand = brand.or(Some(one.id)),
            Document::Room(room) if room.audience == Audience::Internal => {
                let of = |chat: &Chat| room.id.as_str().ends_with(&format!("-{}", chat.as_str()));
                rooms.push((room.id.clone(), [Chat::Telegram, Chat::Discord].into_iter().find(of)));
            }
            _ => {}
        }
    }
    Ok(brand.map(|brand| (brand, rooms)))
}

/// The file that a chat's token is in, beside the configuration.
fn token_file(chat: Chat) -> String {
    format!("{SECRETS}/{}.token", chat.as_str())
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The configuration as it is written first.
fn config(store: &Path, chats: &[ChatFile]) -> String {
    let mut text: Vec<String> = vec![
        "# Written by `plimsoll init`. Every setting with its default and a comment is in config/default.toml of the \
                    program;\n# what stands here goes over it.\n\n[store]\n"
            .to_owned(),
    ];
    text.push(format!("folder = {}\n", quoted(&store.display().to_string())));
    for chat in chats {
        text.push(format!("\n[{}]\n", chat.chat.as_str()));
        if chat.token.is_some() {
            text.push(format!("token_file = {}\n", quoted(&token_file(chat.chat))));
        }
        for (name, value) in &chat.settings {
            text.push(format!("{name} = {}\n", quoted(value)));
        }
    }
    text.push(
        "\n# Where numbers come from: one section a source. config/default.toml shows every kind.\n# [sources.shop]\n# kind = \
         \"shopify\"\n"
            .to_owned(),
    );
    text.concat()
}

/// The first document.
fn documents(brand: &BrandFile, chats: &[ChatFile]) -> String {
    let (name, zone, locale) = (quoted(&brand.name), quoted(brand.zone.as_str()), quoted(&brand.locale));
    let id = slug(&brand.name, "brand");
    let mut text = vec![format!(
        "# Your brand and its rooms. Campaigns, creators and deals come from your spreadsheet: plimsoll import deals\n\n\
         [[brand]]\nid       = \"{id}\"\nname     = {name}\nzone     = {zone}\ncurrency = \"{}\"\nlocale   = {locale}\n",
        brand.currency
    )];
    for room in chats.iter().filter_map(|chat| room_of(&brand.name, chat.chat)) {
        text.push(format!(
            "\n[[room]]\nid       = \"{room}\"\nbrand    = \"{id}\"\naudience = \"internal\"\nlocale   = {locale}\nzone     = {zone}\n"
        ));
    }
    text.concat()
}

/// Writes what is not there yet.
pub fn write(
    folder: &Path,
    store: &Path,
    chats: &[ChatFile],
    brand: Option<&BrandFile>,
) -> Result<Vec<Written>, FileError> {
    let fail = |path: &Path, cause: io::Error| FileError { path: path.to_path_buf(), cause };
    let mut written = Vec::new();
    let secrets = folder.join(SECRETS);
    make_folder(&secrets, true).map_err(|cause| fail(&secrets, cause))?;
    let mut put = |name: &str, text: &str, secret: bool| {
        let path = folder.join(name);
        let new = write_new(&path, text.as_bytes(), secret).map_err(|cause| fail(&path, cause))?;
        written.push(Written { path, new });
        Ok(())
    };
    for chat in chats {
        if let Some(token) = &chat.token {
            put(&token_file(chat.chat), &format!("{}\n", token.expose_secret().trim()), true)?;
        }
    }
    put(CONFIG, &config(store, chats), false)?;
    if let Some(brand) = brand {
        put(DOCUMENTS, &documents(brand, chats), false)?;
    }
    let rules = folder.join(RULES);
    // Rules that somebody has put there are theirs: none are added to them.
    let had_rules = fs::read_dir(&rules).is_ok_and(|mut there| there.next().is_some());
    make_folder(&rules, false).map_err(|cause| fail(&rules, cause))?;
    for (name, text) in PACKS {
        let name = format!("{RULES}/{name}");
        if !had_rules || folder.join(&name).exists() {
            put(&name, text, false)?;
        }
    }
    Ok(written)
}

fn make_folder(path: &Path, secret: bool) -> io::Result<()> {
    let mut making = fs::DirBuilder::new();
    making.recursive(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::DirBuilderExt as _;
        making.mode(0o700);
    }
    #[cfg(not(unix))]
    let _ = secret;
    making.create(path)
}

/// Writes a file that is not there, whole or not at all. `false`: there is one, and it is as it was.
fn write_new(path: &Path, bytes: &[u8], secret: bool) -> io::Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.new"));
    // A draft that a kill has left is nobody's.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A link is made only where there is nothing, however quick somebody else is.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chats() -> Vec<ChatFile> {
        let token = Some(SecretString::from("1:CANARY"));
        let settings = vec![("application_id", "42".to_owned())];
        vec![
            ChatFile { chat: Chat::Telegram, token, settings: Vec::new() },
            ChatFile { chat: Chat::Discord, token: None, settings },
        ]
    }

    fn brand() -> BrandFile {
        BrandFile {
            name: "Nordbø \"Ski\"".to_owned(),
            zone: Zone::new("Europe/Oslo").expect("a zone"),
            currency: "NOK".parse().expect("a currency"),
            locale: "en".to_owned(),
        }
    }

    #[test]
    fn everything_is_written_once_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = write(folder.path(), Path::new("data"), &chats(), Some(&brand())).expect("written");
        assert!(written.iter().all(|one| one.new) && written.len() == 3 + PACKS.len(), "{written:?}");
        let config = crate::app::config::Config::load(Some(&folder.path().join(CONFIG)), &[]).expect("a configuration");
        assert_eq!((config.telegram.token.expose_secret(), config.discord.application_id.as_str()), ("1:CANARY", "42"));
        let text = fs::read_to_string(folder.path().join(DOCUMENTS)).expect("there");
        let (id, rooms) = declared(&text).expect("reads").expect("a brand");
        assert_eq!(id.as_str(), slug(&brand().name, "brand"));
        assert_eq!(
            rooms.iter().map(|(_, chat)| *chat).collect::<Vec<_>>(),
            [Some(Chat::Telegram), Some(Chat::Discord)]
        );
        let text = fs::read_to_string(folder.path().join(CONFIG)).expect("there");
        assert!(!text.contains("CANARY"), "{text}");
        fs::write(folder.path().join(CONFIG), "# mine\n").expect("written");
        fs::remove_file(folder.path().join("rules/late.toml")).expect("removed");
        let again = write(folder.path(), Path::new("data"), &chats(), Some(&brand())).expect("written");
        assert!(again.iter().all(|one| !one.new), "{again:?}");
        assert_eq!(fs::read_to_string(folder.path().join(CONFIG)).expect("there"), "# mine\n");
        assert!(!folder.path().join("rules/late.toml").exists(), "a rule that was taken out stays out");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), Path::new("data"), &chats(), None).expect("written");
        let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("secrets"), mode("secrets/telegram.token")), (0o700, 0o600));
        assert!(!folder.path().join(DOCUMENTS).exists(), "without a brand there is nothing to say");
    }

    #[test]
    fn a_draft_that_a_kill_left_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(".plimsoll.toml.new"), "[sto").expect("written");
        write(folder.path(), Path::new("data"), &[], None).expect("written");
        assert!(fs::read_to_string(folder.path().join(CONFIG)).expect("there").contains("[store]"));
        assert!(!folder.path().join(".plimsoll.toml.new").exists());
    }

    #[test]
    fn the_rules_that_are_written_watch_and_check_out() {
        for (name, text) in PACKS {
            let file = crate::rules::file::parse_rules(text, Some(name));
            assert!(file.check().is_ok(), "{name}");
            assert!(file.rules.iter().all(|one| !text.contains("mode") || one.check().is_ok()), "{name}");
        }
    }
}
