//! How the program is, for whoever runs it: ready or why not, its figures, and the word to somebody outside that it lives.
//!
//! Owns: what ready means ([`Vitals::reasons`]), the table of figures ([`table`]), the heartbeat ([`heartbeat`]). Refuses:
//! mending anything. Survives: a store that is broken or does not answer; the page says so and has the rest.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::core::Core;
use crate::chat::Chats;
use crate::chat::hearing::Link;
use crate::domain::person::Chat;
use crate::web;

mod figures;
pub mod heartbeat;
pub mod page;
pub mod table;
pub mod tally;

/// How long the store is waited for: whoever asks (a balancer, Prometheus) gives up after ten seconds.
const STORE_MAX: Duration = Duration::from_secs(3);

/// Looks at the running program.
pub struct Vitals {
    core: Arc<Core>,
    chats: Arc<Chats>,
    started: Timestamp,
}

impl Vitals {
    /// Of a program that starts now.
    #[must_use]
    pub fn new(core: &Arc<Core>, chats: &Arc<Chats>) -> Self {
        Self { core: Arc::clone(core), chats: Arc::clone(chats), started: core.clock.now() }
    }

    /// Why the program cannot do its work now, a plain sentence each; empty: it can.
    ///
    /// It can when its store is read and every chat that is configured is heard. Sources may be away: what they do not say is
    /// told in the chats.
    pub async fn reasons(&self) -> Vec<String> {
        let store = self.store().await.err().map(|why| format!("the store does not work: {why}"));
        store.into_iter().chain(self.unheard()).collect()
    }

    /// Which chats are not heard, and why.
    fn unheard(&self) -> impl Iterator<Item = String> {
        self.chats.heard().into_iter().filter_map(|(chat, heard)| not_heard(chat, &heard.link))
    }

    /// Whether the store can be read.
    async fn store(&self) -> Result<(), String> {
        within(self.core.counters()).await.map(drop)
    }
}

/// What keeps a chat from being heard.
fn not_heard(chat: Chat, link: &Link) -> Option<String> {
    let (title, name) = (chat.title(), chat.as_str());
    match link {
        Link::Connected => None,
        Link::Starting => Some(format!("{title} is not connected yet")),
        Link::Lost(reason) => Some(format!("{title} is not connected: {reason}")),
        Link::Refused(reason) => {
            Some(format!("{title} refuses the bot: {reason}; set {name}.token_file and start again"))
        }
    }
}

/// What is asked of the store, or why it does not come.
async fn within<T>(work: impl Future<Output = Result<T, crate::store::StoreError>>) -> Result<T, String> {
    #[expect(clippy::disallowed_methods, reason = "a disk that hangs must not hang whoever asks how the program is")]
    let done = tokio::time::timeout(STORE_MAX, work).await;
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(super::control::one_line(&anyhow::Error::new(error))),
        Err(_) => Err("it does not answer".to_owned()),
    }
}

#[async_trait]
impl web::Vitals for Vitals {
    async fn ready(&self) -> Result<(), Vec<String>> {
        let reasons = self.reasons().await;
        if reasons.is_empty() { Ok(()) } else { Err(reasons) }
    }

    async fn metrics(&self) -> String {
        figures::gather(self).await.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_that_is_not_heard_says_why_and_what_to_do() {
        let said = |link: Link| not_heard(Chat::Telegram, &link);
        assert_eq!(said(Link::Connected), None);
        insta::assert_snapshot!(said(Link::Starting).unwrap_or_default(), @"Telegram is not connected yet");
        let lost = said(Link::Lost("could not reach Telegram".to_owned()));
        insta::assert_snapshot!(lost.unwrap_or_default(), @"Telegram is not connected: could not reach Telegram");
        let refused = said(Link::Refused("Unauthorized".to_owned()));
        insta::assert_snapshot!(
            refused.unwrap_or_default(),
            @"Telegram refuses the bot: Unauthorized; set telegram.token_file and start again"
        );
    }
}
