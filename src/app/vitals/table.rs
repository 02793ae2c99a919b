//! Every figure that `/metrics` tells: its name, its type, what it means. The page, `docs/operating.md`, the dashboard and the
//! alert rules are held against this table.
//!
//! Labels name sources, chats, kinds and parts of the program: there are as many as the configuration has. Nobody's name, no
//! room and no campaign is ever a label.

/// What a figure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, from 0 at each start.
    Counter,
    /// It goes up and down.
    Gauge,
}

impl Kind {
    /// The name in the text format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name, with its unit last.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// By what it is told apart.
    pub labels: &'static [&'static str],
    /// What it means.
    pub help: &'static str,
}

macro_rules! table {
    ($($name:ident = $kind:ident $text:literal [$($label:literal),*] $help:literal;)*) => {
        $(#[doc = concat!("`", $text, "`")] pub static $name: Metric =
            Metric { name: $text, kind: Kind::$kind, labels: &[$($label),*], help: $help };)*
        /// All of them, in the order of the page.
        pub static ALL: &[&Metric] = &[$(&$name),*];
    };
}

table! {
    BUILD = Gauge "plimsoll_build_info" ["version"] "Always 1; which version runs";
    STARTED = Gauge "plimsoll_start_time_seconds" [] "When the program was started, in seconds since 1970";
    READY = Gauge "plimsoll_ready" [] "1 when /readyz says ready, else 0";
    PART_AGE = Gauge "plimsoll_part_age_seconds" ["part"] "Seconds since a part of the program last began to wait or woke; it beats rarely where little is due";
    POLLS = Counter "plimsoll_polls_total" ["source", "outcome"] "Polls by what came of them: answered, failed, slowed (asked to wait), refused (our key or token), no_quota (not asked)";
    ANSWER_AGE = Gauge "plimsoll_source_answer_age_seconds" ["source"] "Seconds since a source last answered with numbers; since the start where it has not yet";
    LAG = Gauge "plimsoll_source_lag_seconds" ["source"] "From the moment of the schedule until the last poll was kept and judged, in seconds";
    FAILING = Gauge "plimsoll_source_failing" ["source"] "1 while a source gives no numbers and the operators have been told, else 0";
    QUOTA_LEFT = Gauge "plimsoll_quota_left_units" ["source", "bucket"] "What is left of a quota now, in units of its platform";
    QUOTA = Gauge "plimsoll_quota_units" ["source", "bucket"] "The whole of a quota, in units of its platform";
    SAMPLES = Counter "plimsoll_samples_total" [] "Numbers taken in from sources";
    EVALUATIONS = Counter "plimsoll_evaluations_total" [] "Rules judged on a subject because an input changed";
    INCIDENTS = Counter "plimsoll_incidents_total" ["change"] "Incidents that began (fired) and ended (resolved)";
    OPEN = Gauge "plimsoll_incidents_open" ["kind", "urgency"] "Incidents that are open now, by kind of rule and urgency";
    ACTIONS = Counter "plimsoll_actions_total" ["step"] "Actions by step: proposed, approved, done, verified";
    DELIVERIES = Counter "plimsoll_deliveries_total" ["chat", "outcome"] "Messages by what came of each try: sent, edited, slowed (a limit), failed (did not leave; tried again), unknown (the answer was lost), refused, expired (old news, told never)";
    DUE = Gauge "plimsoll_deliveries_due" ["chat"] "Messages that are due now and not on their way or sent; counted up to 10,000";
    DUE_AGE = Gauge "plimsoll_deliveries_oldest_due_seconds" ["chat"] "How long the oldest message that is due has been due, in seconds; 0 for none";
    WAITS = Counter "plimsoll_limiter_waits_total" ["chat"] "How often a message had to wait for a limit of its chat or room";
    INBOX = Gauge "plimsoll_inbox_unanswered" [] "Presses and commands that are kept and not answered yet; counted up to 10,000";
    INBOX_AGE = Gauge "plimsoll_inbox_oldest_seconds" [] "How long the oldest of them has waited, in seconds; 0 for none";
    CONNECTED = Gauge "plimsoll_chat_connected" ["chat"] "1 while the receiver of a chat is connected, else 0";
    HEARD_AGE = Gauge "plimsoll_chat_heard_age_seconds" ["chat"] "Seconds since a chat was last heard; Discord says nothing while nobody speaks to the bot";
    BROKEN = Gauge "plimsoll_store_broken" [] "1 when the store cannot be read or has stopped, else 0";
    SIZE = Gauge "plimsoll_store_size_bytes" [] "What the files of the data folder take, in bytes";
    FREE = Gauge "plimsoll_disk_free_bytes" [] "What the disk under the data folder has left, in bytes";
    BEATS = Counter "plimsoll_heartbeats_total" ["outcome"] "Heartbeats by outcome: sent, failed";
}
