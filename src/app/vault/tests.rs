//! The vault on a store in memory: what does not open, what is overtaken, and what is never shown.

use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::app::config::Config;
use crate::store::memory::MemoryStore;
use crate::store::{Table, Write};

const KEY: &str = "vault.key=0101010101010101010101010101010101010101010101010101010101010101";
const OTHER: &str = "vault.key=0202020202020202020202020202020202020202020202020202020202020202";

fn config(key: &str) -> VaultConfig {
    Config::load(None, &[key.to_owned()]).expect("settings").vault
}

fn tiktok() -> SourceId {
    SourceId::new("tiktok").expect("a source")
}

fn tokens(number: u32) -> TokenSet {
    let secret = |what: &str| Some(SecretString::from(format!("CANARY-{what}-{number}")));
    TokenSet { access: secret("access"), refresh: secret("refresh"), ..TokenSet::default() }
}

async fn connected(store: &Arc<MemoryStore>) -> Arc<Vault> {
    let vault = Vault::new(Arc::clone(store) as Arc<dyn Store>, &config(KEY), &Clock::system());
    let key = KeyPlace::of(&config(KEY)).read().expect("a key");
    let sealed = Sealed::new(&key, &tiktok(), "alma", &tokens(1)).expect("sealed");
    vault.connect(&tiktok(), "alma", sealed, "terminal:anna").await.expect("connected");
    vault
}

fn said(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(one) = cause {
        text = format!("{text} {one} {one:?}");
        cause = one.source();
    }
    text
}

async fn access(keeper: &dyn TokenKeeper) -> io::Result<Option<String>> {
    Ok(keeper.load().await?.access.map(|token| token.expose_secret().to_owned()))
}

#[tokio::test]
async fn tokens_come_back_and_the_newest_are_kept() {
    let store = Arc::new(MemoryStore::new());
    let vault = connected(&store).await;
    let keeper = vault.accounts(&tiktok()).keeper("alma").await.expect("read").expect("connected");
    assert_eq!(access(&*keeper).await.expect("opens").as_deref(), Some("CANARY-access-1"));
    keeper.keep(&tokens(2)).await.expect("kept");
    keeper.keep(&tokens(3)).await.expect("kept again");
    assert_eq!(access(&*keeper).await.expect("opens").as_deref(), Some("CANARY-access-3"));
    assert!(vault.accounts(&tiktok()).keeper("bo").await.expect("read").is_none(), "nobody connected it");
    let elsewhere = SourceId::new("instagram").expect("a source");
    assert!(vault.accounts(&elsewhere).keeper("alma").await.expect("read").is_none(), "nor that one");
}

#[tokio::test]
async fn another_key_a_moved_and_a_damaged_record_do_not_open_and_say_what_to_do() {
    let store = Arc::new(MemoryStore::new());
    let vault = connected(&store).await;
    let check = |error: io::Error| {
        let text = said(&error);
        assert!(text.contains("plimsoll connect tiktok --account") || text.contains("restore a backup"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    };
    let other = Vault::new(Arc::clone(&store) as Arc<dyn Store>, &config(OTHER), &Clock::system());
    check(access(&*other.keeper(&tiktok(), "alma")).await.expect_err("another key"));

    // Its bytes under another account, as somebody with the disk in hands might put them.
    let kept = store.get(Table::Accounts, &keys::account(&tiktok(), "alma")).await.expect("read").expect("there");
    let text = String::from_utf8(kept.bytes[2..].to_vec()).expect("JSON");
    let moved = [&kept.bytes[..2], text.replace("\"alma\"", "\"bo\"").as_bytes()].concat();
    let half = kept.bytes[..kept.bytes.len() / 2].to_vec();
    let sealed = [&kept.bytes[..2], text.replacen("\"sealed\":\"", "\"sealed\":\"AAAA", 1).as_bytes()].concat();
    for (account, bytes) in [("bo", moved), ("cleo", half), ("alma", sealed)] {
        let put = Write::Put { table: Table::Accounts, key: keys::account(&tiktok(), account), bytes };
        store.commit(Transaction { expect: Vec::new(), writes: vec![put] }).await.expect("kept");
        check(access(&*vault.keeper(&tiktok(), account)).await.expect_err("does not open"));
    }
}

#[tokio::test]
async fn what_somebody_connects_meanwhile_is_not_overwritten_by_a_renewal() {
    let store = Arc::new(MemoryStore::new());
    let vault = connected(&store).await;
    let keeper = vault.keeper(&tiktok(), "alma");
    keeper.load().await.expect("opens");
    let key = KeyPlace::of(&config(KEY)).read().expect("a key");
    let sealed = Sealed::new(&key, &tiktok(), "alma", &tokens(7)).expect("sealed");
    assert!(vault.connect(&tiktok(), "alma", sealed, "terminal:anna").await.expect("connected"), "again");
    let error = keeper.keep(&tokens(2)).await.expect_err("overtaken");
    assert!(said(&error).contains("connected anew meanwhile"), "{error}");
    keeper.refused("invalid_grant").await.expect("not about these");
    assert_eq!(access(&*keeper).await.expect("opens").as_deref(), Some("CANARY-access-7"));
    assert!(vault.disconnect(&tiktok(), "alma", "terminal:anna").await.expect("done"));
    assert!(!vault.disconnect(&tiktok(), "alma", "terminal:anna").await.expect("done"), "there is none");
    assert!(keeper.keep(&tokens(2)).await.is_err(), "a renewal does not bring it back");
    assert_eq!(access(&*keeper).await.expect("nothing to open"), None);
}

#[tokio::test]
async fn what_another_key_sealed_is_not_taken() {
    let vault = Vault::new(Arc::new(MemoryStore::new()), &config(KEY), &Clock::system());
    let key = KeyPlace::of(&config(OTHER)).read().expect("a key");
    let sealed = Sealed::new(&key, &tiktok(), "alma", &tokens(1)).expect("sealed");
    let error = vault.connect(&tiktok(), "alma", sealed, "terminal:anna").await.expect_err("another key");
    assert!(matches!(error, VaultError::Closed { .. }), "{error:?}");
}

#[tokio::test]
async fn an_account_is_one_line_of_text() {
    for given in ["", "a\nb", "a\0b", &"x".repeat(ACCOUNT_MAX + 1)] {
        assert!(check_account(given).is_err(), "{given:?}");
    }
    for given in ["UC_x-1", "act_123", "Åsa Öberg", "123456789"] {
        assert!(check_account(given).is_ok(), "{given:?}");
    }
}

#[tokio::test]
async fn no_token_is_on_disk_or_printed() {
    let store = Arc::new(MemoryStore::new());
    let vault = connected(&store).await;
    let keeper = vault.keeper(&tiktok(), "alma");
    let set = keeper.load().await.expect("opens");
    keeper.keep(&tokens(2)).await.expect("kept");
    let shown = format!("{vault:?} {keeper:?} {set:?} {:?}", vault.list().await.expect("listed"));
    assert!(!shown.contains("CANARY"), "{shown}");
    let (from, until) = keys::all();
    for table in Table::ALL {
        for (_, kept) in store.scan(table, &from, &until, 1_000).await.expect("read") {
            assert!(!kept.bytes.windows(6).any(|bytes| bytes == b"CANARY"), "{table:?}");
        }
    }
}
