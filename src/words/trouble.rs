//! Troubles of the program itself, for operators: what is wrong, since when, what it means, what to do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::outbox::notice::Wording;

mod program;

pub use program::Program;

/// The closed list. Each is told once, under [`Trouble::identity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A number stopped for (nearly) everyone: the source's fault.
    Standstill {
        /// The source, as people call it.
        source: String,
        /// The metric, in the operators' language.
        metric: String,
        /// Series that did not move.
        still: u32,
        /// Series in all.
        of: u32,
        /// Which refresh, for its identity: `2026-06-23`.
        day: String,
    },
    /// Many values fell to nothing at once; held back until the next poll.
    Implausible {
        /// The source.
        source: String,
        /// How many series.
        count: u32,
        /// Which poll, for its identity.
        poll: String,
    },
    /// A room cannot be written to.
    RoomClosed {
        /// The room.
        room: String,
        /// The platform.
        chat: &'static str,
        /// What the platform said, without secrets.
        reason: String,
    },
    /// Another process polls with the same bot token (Telegram 409).
    OtherPoller {
        /// Whose bot.
        bot: String,
    },
    /// A source does not answer.
    SourceDown {
        /// The source.
        source: String,
        /// What was seen, without secrets.
        reason: String,
        /// Since when, for its identity.
        since: String,
    },
    /// A token is refused.
    TokenRefused {
        /// The source or chat.
        source: String,
    },
    /// The quota of a source is used up.
    QuotaSpent {
        /// The source.
        source: String,
        /// When it starts again, in the operators' zone.
        until: String,
        /// Which day, for its identity.
        day: String,
    },
    /// A rule that is to say so lacks a number it needs.
    Absent {
        /// The rule.
        rule: String,
        /// What it would judge, as people call it.
        subject: String,
        /// Since when, for its identity.
        since: String,
    },
    /// A page that tracking links lead to says that it is gone.
    PageGone {
        /// The page.
        page: String,
        /// One of its links.
        link: String,
        /// Which day, for its identity.
        day: String,
    },
    /// A connected account has to be connected again before long.
    AccountEnds {
        /// The source.
        source: String,
        /// The account.
        account: String,
        /// The day on which it ends: `2026-06-23`.
        until: String,
    },
    /// A platform does not take an account's tokens any more.
    AccountRefused {
        /// The source.
        source: String,
        /// The account.
        account: String,
        /// Whom it takes to change that, and whether they know.
        owner: Owner,
    },
    /// The same, for the creator whose account it is.
    Reconsent {
        /// The platform.
        platform: String,
        /// The account.
        account: String,
    },
    /// Something about the program itself.
    Program(Program),
    /// Old notices were dropped after an outage instead of flooding the rooms.
    StoredOld {
        /// How many.
        count: u32,
        /// Which outage, for its identity.
        since: String,
    },
}

/// Whose account it is that is not let in any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// No creator's.
    Nobody,
    /// A creator's, who is asked in their direct message.
    Asked {
        /// Their name.
        name: String,
    },
    /// A creator's who has no chat with the program.
    Away {
        /// Their name.
        name: String,
        /// What to send them, in their language.
        text: String,
    },
}

impl Trouble {
    /// The keys of all sentences.
    pub const KEYS: &'static [&'static str] = &[
        "trouble-standstill",
        "trouble-implausible",
        "trouble-room-closed",
        "trouble-other-poller",
        "trouble-source-down",
        "trouble-token-refused",
        "trouble-quota-spent",
        "trouble-absent",
        "trouble-page-gone",
        "trouble-account-ends",
        "trouble-account-refused",
        "trouble-account-refused-asked",
        "trouble-account-refused-copy",
        "trouble-reconsent",
        "trouble-stored-old",
        "trouble-quota-low",
        "trouble-queue-old",
        "trouble-disk-low",
        "trouble-disk-bad",
        "trouble-receiver-silent",
        "trouble-part-died",
        "trouble-part-hangs",
        "trouble-part-hangs-on",
        "trouble-store-failed",
        "trouble-standstill-over",
        "trouble-room-closed-over",
        "trouble-other-poller-over",
        "trouble-source-down-over",
        "trouble-token-refused-over",
        "trouble-quota-spent-over",
        "trouble-page-gone-over",
        "trouble-account-over",
        "trouble-reconsent-over",
        "trouble-quota-low-over",
        "trouble-queue-old-over",
        "trouble-disk-over",
        "trouble-receiver-silent-over",
        "trouble-part-over",
    ];

    /// How the end of a trouble is said, by the key of its sentence. `None`: it does not end by itself, or nobody waits for
    /// its end.
    #[must_use]
    pub fn over(key: &str) -> Option<&'static str> {
        Some(match key {
            "trouble-standstill" => "trouble-standstill-over",
            "trouble-room-closed" => "trouble-room-closed-over",
            "trouble-other-poller" => "trouble-other-poller-over",
            "trouble-source-down" => "trouble-source-down-over",
            "trouble-token-refused" => "trouble-token-refused-over",
            "trouble-quota-spent" => "trouble-quota-spent-over",
            "trouble-page-gone" => "trouble-page-gone-over",
            "trouble-account-ends"
            | "trouble-account-refused"
            | "trouble-account-refused-asked"
            | "trouble-account-refused-copy" => "trouble-account-over",
            "trouble-reconsent" => "trouble-reconsent-over",
            "trouble-quota-low" => "trouble-quota-low-over",
            "trouble-queue-old" => "trouble-queue-old-over",
            "trouble-disk-low" | "trouble-disk-bad" => "trouble-disk-over",
            "trouble-receiver-silent" => "trouble-receiver-silent-over",
            "trouble-part-died" | "trouble-part-hangs" | "trouble-part-hangs-on" => "trouble-part-over",
            _ => return None,
        })
    }

    /// What it is that is in trouble: the beginning of every identity of such a trouble, however often it comes back.
    #[must_use]
    pub fn thing(&self) -> String {
        let identity = self.identity();
        match self {
            // Their identity ends with when it was.
            Self::Standstill { .. }
            | Self::Implausible { .. }
            | Self::SourceDown { .. }
            | Self::QuotaSpent { .. }
            | Self::Absent { .. }
            | Self::PageGone { .. }
            | Self::AccountEnds { .. }
            | Self::StoredOld { .. } => {
                identity.rsplit_once('/').map_or_else(|| identity.clone(), |(thing, _)| thing.to_owned())
            }
            Self::RoomClosed { .. }
            | Self::OtherPoller { .. }
            | Self::TokenRefused { .. }
            | Self::AccountRefused { .. }
            | Self::Reconsent { .. }
            | Self::Program(_) => identity,
        }
    }

    /// What makes it the same trouble: the text of [`About::Trouble`](crate::outbox::notice::About).
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::Standstill { source, metric, day, .. } => format!("standstill/{source}/{metric}/{day}"),
            Self::Implausible { source, poll, .. } => format!("implausible/{source}/{poll}"),
            Self::RoomClosed { room, .. } => format!("room_closed/{room}"),
            Self::OtherPoller { bot } => format!("other_poller/{bot}"),
            Self::SourceDown { source, since, .. } => format!("source_down/{source}/{since}"),
            Self::TokenRefused { source } => format!("token_refused/{source}"),
            Self::QuotaSpent { source, day, .. } => format!("quota_spent/{source}/{day}"),
            Self::Absent { rule, subject, since } => format!("absent/{rule}/{subject}/{since}"),
            Self::PageGone { page, day, .. } => format!("page_gone/{page}/{day}"),
            Self::AccountEnds { source, account, until } => format!("account_ends/{source}/{account}/{until}"),
            Self::AccountRefused { source, account, .. } => format!("account_refused/{source}/{account}"),
            Self::Reconsent { platform, account } => format!("reconsent/{platform}/{account}"),
            Self::StoredOld { since, .. } => format!("stored_old/{since}"),
            Self::Program(program) => program.identity(),
        }
    }

    /// The sentence, to be kept with the notice and said in each reader's language.
    #[must_use]
    pub fn wording(&self) -> Wording {
        let text = |text: &str| Value::from(text);
        let (key, args): (&str, Vec<(&str, Value)>) = match self {
            Self::Standstill { source, metric, still, of, .. } => (
                "trouble-standstill",
                vec![
                    ("source", text(source)),
                    ("metric", text(metric)),
                    ("still", (*still).into()),
                    ("of", (*of).into()),
                ],
            ),
            Self::Implausible { source, count, .. } => {
                ("trouble-implausible", vec![("source", text(source)), ("count", (*count).into())])
            }
            Self::RoomClosed { room, chat, reason } => {
                ("trouble-room-closed", vec![("room", text(room)), ("chat", text(chat)), ("reason", text(reason))])
            }
            Self::OtherPoller { bot } => ("trouble-other-poller", vec![("bot", text(bot))]),
            Self::SourceDown { source, reason, .. } => {
                ("trouble-source-down", vec![("source", text(source)), ("reason", text(reason))])
            }
            Self::TokenRefused { source } => ("trouble-token-refused", vec![("source", text(source))]),
            Self::QuotaSpent { source, until, .. } => {
                ("trouble-quota-spent", vec![("source", text(source)), ("until", text(until))])
            }
            Self::Absent { rule, subject, .. } => {
                ("trouble-absent", vec![("rule", text(rule)), ("subject", text(subject))])
            }
            Self::PageGone { page, link, .. } => {
                ("trouble-page-gone", vec![("page", text(page)), ("link", text(link))])
            }
            Self::AccountEnds { source, account, until } => (
                "trouble-account-ends",
                vec![("source", text(source)), ("account", text(account)), ("until", text(until))],
            ),
            Self::AccountRefused { source, account, owner } => {
                let mut args = vec![("source", text(source)), ("account", text(account))];
                let key = match owner {
                    Owner::Nobody => "trouble-account-refused",
                    Owner::Asked { name } => {
                        args.push(("name", text(name)));
                        "trouble-account-refused-asked"
                    }
                    Owner::Away { name, text: copy } => {
                        args.extend([("name", text(name)), ("text", text(copy))]);
                        "trouble-account-refused-copy"
                    }
                };
                (key, args)
            }
            Self::Reconsent { platform, account } => {
                ("trouble-reconsent", vec![("platform", text(platform)), ("account", text(account))])
            }
            Self::StoredOld { count, .. } => ("trouble-stored-old", vec![("count", (*count).into())]),
            Self::Program(program) => program.wording(),
        };
        let args: BTreeMap<String, Value> = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Wording { key: key.to_owned(), args }
    }
}

/// How the end of a trouble is told: what was known of it, since when it was and until when. `None`: it is over already, or
/// nobody is told of its end.
#[must_use]
pub fn ended(before: &Wording, since: Timestamp, until: Timestamp) -> Option<Wording> {
    let key = Trouble::over(&before.key)?.to_owned();
    let mut args = before.args.clone();
    args.entry("since".to_owned()).or_insert_with(|| Value::from(since.to_string()));
    args.insert("until".to_owned(), Value::from(until.to_string()));
    Some(Wording { key, args })
}
