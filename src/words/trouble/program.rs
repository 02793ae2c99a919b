//! What is wrong with the program itself: its parts, what it hears, what waits in it, and what it lives on.

use jiff::Timestamp;
use serde_json::Value;

/// The closed list. Each is open until it is over, and then told as over in the same message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// The quota of a source will not last until it is given anew.
    QuotaLow {
        /// The source.
        source: String,
        /// Which of its budgets.
        bucket: String,
        /// Percent of it that are left.
        left: u32,
        /// When it is used up at this pace.
        empty: Timestamp,
        /// When it is given anew.
        until: Timestamp,
    },
    /// Messages wait in front of a chat though nothing they wait for is in the way.
    QueueOld {
        /// The chat.
        chat: &'static str,
        /// How many.
        count: u32,
        /// Since when the oldest waits.
        since: Timestamp,
    },
    /// The disk under the store fills up.
    DiskLow {
        /// What is left, in MiB.
        left_mib: u64,
        /// So little that the store may soon not take anything.
        bad: bool,
    },
    /// Nothing is heard from a chat: neither commands nor buttons arrive.
    ReceiverSilent {
        /// The chat.
        chat: &'static str,
        /// When it was last heard.
        since: Timestamp,
    },
    /// A part of the program ended again and again.
    PartDied {
        /// Its name, as `poll youtube`.
        part: String,
        /// When it ended last.
        since: Timestamp,
        /// How often in a row.
        times: u32,
    },
    /// A part of the program is at work for longer than it may be.
    PartHangs {
        /// Its name.
        part: String,
        /// Since when.
        since: Timestamp,
        /// It was ended and is started again.
        restarted: bool,
    },
    /// The store took nothing for a while. Told when it takes something again: before, nothing can be kept, and nothing is
    /// told that was not kept.
    StoreFailed {
        /// Since when.
        since: Timestamp,
        /// Until when.
        until: Timestamp,
    },
}

impl Program {
    /// What makes it the same trouble.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::QuotaLow { source, bucket, .. } => format!("quota_low/{source}/{bucket}"),
            Self::QueueOld { chat, .. } => format!("queue_old/{chat}"),
            Self::DiskLow { bad, .. } => format!("disk_low/{}", if *bad { "bad" } else { "warn" }),
            Self::ReceiverSilent { chat, .. } => format!("receiver_silent/{chat}"),
            Self::PartDied { part, .. } => format!("part_died/{part}"),
            Self::PartHangs { part, .. } => format!("part_hangs/{part}"),
            Self::StoreFailed { since, .. } => format!("store_failed/{since}"),
        }
    }

    /// Its sentence and arguments. Instants are kept as such and written for the reader.
    pub(super) fn wording(&self) -> (&'static str, Vec<(&'static str, Value)>) {
        let text = |text: &str| Value::from(text);
        let at = |at: &Timestamp| Value::from(at.to_string());
        match self {
            Self::QuotaLow { source, bucket, left, empty, until } => (
                "trouble-quota-low",
                vec![
                    ("source", text(source)),
                    ("bucket", text(bucket)),
                    ("left", (*left).into()),
                    ("empty", at(empty)),
                    ("reset", at(until)),
                ],
            ),
            Self::QueueOld { chat, count, since } => {
                ("trouble-queue-old", vec![("chat", text(chat)), ("count", (*count).into()), ("since", at(since))])
            }
            Self::DiskLow { left_mib, bad } => {
                (if *bad { "trouble-disk-bad" } else { "trouble-disk-low" }, vec![("left", (*left_mib).into())])
            }
            Self::ReceiverSilent { chat, since } => {
                ("trouble-receiver-silent", vec![("chat", text(chat)), ("since", at(since))])
            }
            Self::PartDied { part, since, times } => (
                "trouble-part-died",
                vec![
                    ("part", text(part)),
                    ("does", text(does(part))),
                    ("since", at(since)),
                    ("times", (*times).into()),
                ],
            ),
            Self::PartHangs { part, since, restarted } => (
                if *restarted { "trouble-part-hangs" } else { "trouble-part-hangs-on" },
                vec![("part", text(part)), ("does", text(does(part))), ("since", at(since))],
            ),
            Self::StoreFailed { since, until } => {
                ("trouble-store-failed", vec![("since", at(since)), ("until", at(until))])
            }
        }
    }
}

/// What people miss while a part does not work, as a word that the sentences choose by.
fn does(part: &str) -> &'static str {
    match part.split(' ').next().unwrap_or_default() {
        "deliver" => "tells",
        "listen" | "telegram" | "discord" => "answers",
        "poll" => "watches",
        "act" => "acts",
        _ => "other",
    }
}
