//! The one table of commands.
//!
//! Owns: what each command is called, takes, needs and looks like. Discord's slash commands, Telegram's menu, the parser,
//! `/help`, the README's table and the permission check all come from [`TABLE`]; nothing else lists commands. Refuses:
//! doing anything, and resolving names (`alma` may be a creator or a campaign; whoever knows both decides).
//!
//! A new command is a row here and a variant of [`Command`]; it does not compile until permission and handler name it.

mod arg;
pub(crate) mod change;
pub(crate) mod moment;
mod parse;
mod surfaces;

use std::time::Duration;

pub use arg::{ArgKind, ArgSpec};
pub use change::{Change, typed as typed_change};
pub use moment::Moment;
pub use parse::{SNOOZE_MAX, Teach, addressed_to, from_options, parse, seconds};
pub use surfaces::{ChoiceSpec, MenuItem, OptionSpec, SlashSpec, readme_table, slash_commands, telegram_menu, typed};

use crate::domain::habits::{Loudness, QuietHours, Topic};
use crate::domain::ids::{PersonId, RuleId};
use crate::domain::person::{Reach, Role};
use crate::insight::decomposition::Yardstick;
use crate::outbox::incident::IncidentId;
use crate::rules::rule::Mode;

/// The name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table says what each is")]
pub enum Name {
    Status,
    Me,
    Tips,
    Criteria,
    Deal,
    Offer,
    Accept,
    Decline,
    Benchmark,
    Appeal,
    Why,
    WhyNot,
    Backtest,
    Report,
    Postmortem,
    Portfolio,
    Ask,
    Answer,
    Step,
    Done,
    Pause,
    Resume,
    Hold,
    Release,
    Adjust,
    Live,
    Numbers,
    Data,
    Note,
    Rules,
    Rule,
    Coverage,
    Excuse,
    Unexcuse,
    Approve,
    Reject,
    Undo,
    Ack,
    Snooze,
    Show,
    Hide,
    Link,
    Grant,
    Revoke,
    Bind,
    Desk,
    Rooms,
    Quiet,
    Subscribe,
    Audit,
    Help,
}

/// Who may use a command. Which brand, campaign or creator it is about is checked beside it (`permission`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anybody: a one-time code, if one is needed, is the proof.
    Nothing,
    /// The creator themselves, or who answers for them.
    Own,
    /// Whoever may see the subject; a creator only themselves.
    See,
    /// Whoever is on the team, or runs the program: what is no number of anybody's.
    Look,
    /// Whoever has something to report: the creator about themselves, and whoever works on it.
    Tell,
    /// Both sides of a deal: the creator about their own, and whoever decides about money.
    Terms,
    /// Whoever looks into rules and their numbers; never a creator.
    Study,
    /// Whoever works on it: acknowledges, snoozes.
    Work,
    /// Whoever decides about money.
    Money,
    /// Whoever of the agency decides what its client is shown.
    Show,
    /// Whoever gives others their roles.
    Grant,
    /// Whoever works in a room settles how it is told; everybody settles it for their own direct message.
    Place,
    /// Whoever answers for what was done.
    Audit,
}

impl Needs {
    /// Roles that satisfy it, inside their reach.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Nothing => &[],
            Self::Own => &[Role::Creator, Role::TalentManager],
            Self::See => &[
                Role::Creator,
                Role::TalentManager,
                Role::Analyst,
                Role::Manager,
                Role::ClientOwner,
                Role::Agency,
                Role::Operator,
            ],
            Self::Look => &[Role::Analyst, Role::Manager, Role::ClientOwner, Role::Agency, Role::Operator],
            Self::Tell => {
                &[Role::Creator, Role::TalentManager, Role::Analyst, Role::Manager, Role::ClientOwner, Role::Agency]
            }
            Self::Terms => &[Role::Creator, Role::TalentManager, Role::Manager, Role::ClientOwner, Role::Agency],
            Self::Study => &[Role::Analyst, Role::Manager, Role::ClientOwner, Role::Agency],
            Self::Work | Self::Money => &[Role::Manager, Role::ClientOwner, Role::Agency],
            Self::Show => &[Role::Manager, Role::Agency],
            Self::Grant => &[Role::ClientOwner, Role::Agency, Role::Operator],
            Self::Place | Self::Audit => &[Role::Manager, Role::ClientOwner, Role::Agency, Role::Operator],
        }
    }
}

impl Needs {
    /// Whether it can be asked without naming anything: each is then shown what they may see.
    #[must_use]
    pub fn may_be_unspecific(self) -> bool {
        match self {
            Self::See | Self::Look | Self::Tell | Self::Terms | Self::Study | Self::Place | Self::Audit => true,
            Self::Nothing | Self::Own | Self::Work | Self::Money | Self::Show | Self::Grant => false,
        }
    }
}

/// Where a command may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In a direct message and in bound rooms.
    Anywhere,
    /// Only in a direct message: the answer is about the person.
    Direct,
    /// Also in a place that is no room yet.
    Unbound,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Which command.
    pub name: Name,
    /// As it is typed.
    pub text: &'static str,
    /// As it is called in Swedish (Discord shows it, the parser takes it).
    pub swedish: &'static str,
    /// Other names that the parser takes.
    pub aliases: &'static [&'static str],
    /// Arguments in order.
    pub args: &'static [ArgSpec],
    /// Who may.
    pub needs: Needs,
    /// Where.
    pub place: Where,
    /// Asks "are you sure", saying what it does, before it is done.
    pub confirm: bool,
    /// Examples, without the slash.
    pub examples: &'static [&'static str],
}

const fn need(name: &'static str, kind: ArgKind) -> ArgSpec {
    ArgSpec { name, kind, required: true }
}

const fn may(name: &'static str, kind: ArgKind) -> ArgSpec {
    ArgSpec { name, kind, required: false }
}

const ID: ArgSpec = need("id", ArgKind::Incident);

/// For whoever answers for several creators.
const WHO: ArgSpec = may("creator", ArgKind::Creator);

macro_rules! table {
    ($($name:ident $text:literal $swedish:literal $aliases:expr, $args:expr, $needs:ident, $place:ident, $confirm:literal, $examples:expr;)*) => {
        /// Every command, in the order of `/help`.
        pub const TABLE: &[Spec] = &[$(Spec {
            name: Name::$name,
            text: $text,
            swedish: $swedish,
            aliases: $aliases,
            args: $args,
            needs: Needs::$needs,
            place: Where::$place,
            confirm: $confirm,
            examples: $examples,
        }),*];

        impl Name {
            /// Every name, in the order of the table.
            pub const ALL: &'static [Name] = &[$(Name::$name),*];

            /// As it is typed: `why-not`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Name::$name => $text),* }
            }
        }
    };
}

table! {
    Status "status" "status" &[], &[may("subject", ArgKind::Subject)], See, Anywhere, false, &["status", "status alma"];
    Me "me" "jag" &[], &[WHO], Own, Direct, false, &["me"];
    Tips "tips" "tips" &["tip"], &[WHO], Own, Direct, false, &["tips"];
    Criteria "criteria" "kriterier" &["level"], &[WHO], Own, Direct, false, &["criteria"];
    Deal "deal" "avtal" &["terms"], &[may("subject", ArgKind::Subject), may("page", ArgKind::Page)], See, Anywhere, false, &["deal", "deal alma", "deal spring/alma"];
    Offer "offer" "föreslå" &["suggest"], &[need("what", ArgKind::Subject), may("terms", ArgKind::Terms)], Terms, Anywhere, false, &["offer spring/alma", "offer spring/alma reel-2 due 2026-04-02", "offer spring/alma reel-2 fee 3500 EUR"];
    Accept "accept" "acceptera" &[], &[may("offer", ArgKind::Offer)], Terms, Anywhere, true, &["accept", "accept 12"];
    Decline "decline" "tacka-nej" &["withdraw"], &[may("offer", ArgKind::Offer)], Terms, Anywhere, false, &["decline", "decline 12"];
    Benchmark "benchmark" "jämför" &["compare"], &[may("subject", ArgKind::Subject)], See, Anywhere, false, &["benchmark", "benchmark alma"];
    Appeal "appeal" "invänd" &["object"], &[ID, need("text", ArgKind::Text)], Own, Direct, false, &["appeal A7K2 the link was down on Monday"];
    Why "why" "varför" &[], &[need("what", ArgKind::IncidentOrSubject), may("against", ArgKind::Yardstick)], See, Anywhere, false, &["why A7K2", "why alma", "why alma against plan"];
    WhyNot "why-not" "varför-inte" &["whynot"], &[need("subject", ArgKind::Subject), need("rule", ArgKind::Rule)], See, Anywhere, false, &["why-not alma cpa-stop"];
    Backtest "backtest" "provkör" &["replay"], &[need("rule", ArgKind::Rule), may("days", ArgKind::Days)], Study, Anywhere, false, &["backtest cpa-stop", "backtest cpa-stop 30"];
    Report "report" "rapport" &["totals"], &[need("campaign", ArgKind::Subject), may("of", ArgKind::Subject)], Study, Anywhere, false, &["report regret", "report regret spring", "report spring"];
    Postmortem "postmortem" "utvärdering" &["post-mortem"], &[need("campaign", ArgKind::Subject)], Study, Anywhere, false, &["postmortem spring"];
    Portfolio "portfolio" "uppställning" &["line-up"], &[need("campaign", ArgKind::Subject)], Study, Anywhere, false, &["portfolio spring"];
    Ask "ask" "fråga" &[], &[need("campaign", ArgKind::Subject)], Work, Anywhere, false, &["ask spring"];
    Answer "answer" "svara" &[], &[need("campaign", ArgKind::Subject), may("text", ArgKind::Text)], Tell, Direct, false, &["answer spring", "answer spring 3 partly, the budget came late", "answer spring anonymous 8 the shop was closed for a day"];
    Step "step" "steg" &["next-step"], &[need("campaign", ArgKind::Subject), need("text", ArgKind::Text)], Work, Anywhere, false, &["step spring book the studio earlier @maja by 2026-05-01"];
    Done "done" "klar" &[], &[need("step", ArgKind::Step)], Tell, Anywhere, false, &["done 3"];
    Pause "pause" "pausa" &["stop"], &[need("what", ArgKind::Subject)], Money, Anywhere, true, &["pause alma", "pause spring"];
    Resume "resume" "återuppta" &["start-again"], &[need("what", ArgKind::Subject)], Money, Anywhere, true, &["resume alma"];
    Hold "hold" "parkera" &["park"], &[need("what", ArgKind::Subject), may("deliverable", ArgKind::Deliverable)], Money, Anywhere, true, &["hold alma", "hold alma reel-2", "hold spring/alma/reel-2"];
    Release "release" "släpp" &["unhold"], &[need("what", ArgKind::Subject), may("deliverable", ArgKind::Deliverable)], Money, Anywhere, true, &["release alma reel-2"];
    Adjust "adjust" "justera" &["set"], &[need("what", ArgKind::Subject), need("to", ArgKind::Change)], Money, Anywhere, true, &["adjust alma-boost 3000 EUR", "adjust ALMA10 12 %", "adjust spring cpa 40 EUR"];
    Live "live" "ute" &["posted"], &[need("url", ArgKind::Url), may("deliverable", ArgKind::Deliverable)], Tell, Anywhere, false, &["live https://www.instagram.com/reel/C8xYz/", "live https://youtu.be/dQw4w9WgXcQ spring/alma/reel-2"];
    Numbers "numbers" "siffror" &["figures"], &[need("deliverable", ArgKind::Deliverable), need("values", ArgKind::Text), may("picture", ArgKind::File)], Tell, Anywhere, false, &["numbers reel-2 views 48200 reach 31000"];
    Data "data" "uppgifter" &["privacy"], &[may("what", ArgKind::Held), WHO], Own, Direct, true, &["data", "data file", "data leave"];
    Note "note" "notera" &["remark"], &[need("subject", ArgKind::IncidentOrSubject), need("text", ArgKind::Text)], Tell, Anywhere, false, &["note alma the sample parcel was lost #roadblock", "note A7K2 the shop is looking into it"];
    Rules "rules" "regler" &[], &[], Look, Anywhere, false, &["rules"];
    Rule "rule" "regel" &[], &[need("rule", ArgKind::Rule), may("mode", ArgKind::Mode)], Look, Anywhere, false, &["rule cpa-stop", "rule cpa-stop mode propose"];
    Coverage "coverage" "täckning" &["covered"], &[may("subject", ArgKind::Subject), may("page", ArgKind::Page)], Look, Anywhere, false, &["coverage", "coverage nordbo", "coverage nordbo 2"];
    Excuse "excuse" "undanta" &[], &[need("what", ArgKind::IncidentOrSubject), may("from", ArgKind::Moment), may("to", ArgKind::Moment), may("reason", ArgKind::Text)], Money, Anywhere, true, &["excuse A7K2", "excuse nordbo 2026-03-04T10:00 2026-03-04T14:00 the checkout was broken"];
    Unexcuse "unexcuse" "räkna-med" &[], &[need("what", ArgKind::IncidentOrSubject)], Money, Anywhere, true, &["unexcuse A7K2", "unexcuse nordbo"];
    Approve "approve" "godkänn" &["yes"], &[ID], Money, Anywhere, false, &["approve A7K2"];
    Reject "reject" "avslå" &["no"], &[ID, need("reason", ArgKind::Text)], Money, Anywhere, false, &["reject A7K2 the campaign ends today anyway"];
    Undo "undo" "ångra" &[], &[ID], Money, Anywhere, false, &["undo A7K2"];
    Ack "ack" "kvittera" &["acknowledge", "mine"], &[ID], Work, Anywhere, false, &["ack A7K2"];
    Snooze "snooze" "vila" &["mute"], &[ID, need("duration", ArgKind::Duration)], Work, Anywhere, false, &["snooze A7K2 6h"];
    Show "show" "visa" &["show-client"], &[ID], Show, Anywhere, false, &["show A7K2"];
    Hide "hide" "dölj" &["unshow"], &[ID], Show, Anywhere, false, &["hide A7K2"];
    Link "link" "koppla" &[], &[may("code", ArgKind::Code)], Nothing, Direct, false, &["link", "link K7M2-Q4TD"];
    Grant "grant" "ge" &[], &[need("person", ArgKind::Person), need("role", ArgKind::Role), need("reach", ArgKind::Reach)], Grant, Anywhere, false, &["grant maja manager brand/nordbo"];
    Revoke "revoke" "ta-bort" &[], &[need("person", ArgKind::Person), need("role", ArgKind::Role), need("reach", ArgKind::Reach)], Grant, Anywhere, false, &["revoke maja manager brand/nordbo"];
    Bind "bind" "bind" &[], &[need("code", ArgKind::Code)], Nothing, Unbound, false, &["bind K7M2-Q4TD"];
    Desk "desk" "skrivbord" &["todo"], &[may("page", ArgKind::Page)], Study, Direct, false, &["desk", "desk 2"];
    Rooms "rooms" "rum" &[], &[may("page", ArgKind::Page)], Look, Anywhere, false, &["rooms"];
    Quiet "quiet" "tystnad" &[], &[may("hours", ArgKind::Hours)], Place, Anywhere, false, &["quiet", "quiet 22:00-07:00", "quiet off"];
    Subscribe "subscribe" "prenumerera" &["notify"], &[may("topic", ArgKind::Topic), may("how", ArgKind::Loudness)], Place, Anywhere, false, &["subscribe", "subscribe opportunity silent", "subscribe digest on"];
    Audit "audit" "logg" &["log"], &[may("about", ArgKind::About), may("page", ArgKind::Page)], Audit, Anywhere, false, &["audit", "audit maja", "audit alma 2"];
    Help "help" "hjälp" &["start", "?"], &[may("command", ArgKind::Command)], Nothing, Unbound, false, &["help", "help snooze"];
}

impl Name {
    /// Its row.
    #[must_use]
    pub fn spec(self) -> Option<&'static Spec> {
        TABLE.iter().find(|spec| spec.name == self)
    }

    /// What somebody typed: any case, `-` or `_`, any of its names in any language.
    #[must_use]
    pub fn typed(given: &str) -> Option<Self> {
        let wanted = given.to_lowercase().replace('_', "-");
        TABLE
            .iter()
            .find(|spec| spec.text == wanted || spec.swedish == wanted || spec.aliases.contains(&wanted.as_str()))
            .map(|spec| spec.name)
    }
}

/// What somebody asked for. Ids have their form checked; whether they exist is not known here. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table names the arguments")]
pub enum Command {
    Status { subject: Option<String> },
    Me { who: Option<String> },
    Tips { who: Option<String> },
    Criteria { who: Option<String> },
    Deal { subject: Option<String>, page: u32 },
    Offer { what: String, terms: Option<String> },
    Accept { offer: Option<u64> },
    Decline { offer: Option<u64> },
    Benchmark { subject: Option<String> },
    Appeal { id: IncidentId, text: String },
    Why { what: What, against: Option<Yardstick> },
    WhyNot { subject: String, rule: RuleId },
    Backtest { rule: RuleId, days: Option<u32> },
    Report { campaign: String },
    Regret { campaign: Option<String> },
    Postmortem { campaign: String },
    Portfolio { campaign: String },
    Ask { campaign: String },
    Answer { campaign: String, text: Option<String> },
    Step { campaign: String, text: String },
    Done { step: u64 },
    Pause { what: String },
    Resume { what: String },
    Hold { what: String, deliverable: Option<String> },
    Release { what: String, deliverable: Option<String> },
    Adjust { what: String, to: Change },
    Live { url: String, deliverable: Option<String> },
    Numbers { piece: String, values: String },
    Data { what: Option<Held>, who: Option<String> },
    Note { subject: What, text: String },
    Rules,
    Rule { id: RuleId, mode: Option<Mode> },
    Coverage { subject: Option<String>, page: Option<u32> },
    Excuse { what: What, from: Option<Moment>, to: Option<Moment>, reason: Option<String> },
    Unexcuse { what: What },
    Approve { id: IncidentId },
    Reject { id: IncidentId, reason: String },
    Undo { id: IncidentId },
    Ack { id: IncidentId },
    Snooze { id: IncidentId, duration: Duration },
    Show { id: IncidentId },
    Hide { id: IncidentId },
    Link { code: Option<String> },
    Grant { person: PersonId, role: Role, reach: Reach },
    Revoke { person: PersonId, role: Role, reach: Reach },
    Bind { code: String },
    Desk { page: u32 },
    Rooms { page: u32 },
    Quiet { wish: QuietWish },
    Subscribe { topic: Option<Topic>, loudness: Option<Loudness> },
    Audit { about: Option<String>, page: u32 },
    Help { command: Option<Name> },
}

/// What is wanted of quiet hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuietWish {
    /// To know them.
    Show,
    /// These.
    Hours(QuietHours),
    /// None.
    Off,
}

/// What somebody wants to do about what is kept of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Have it as a file.
    File,
    /// Leave.
    Leave,
}

/// What `why` and `note` are about. `ALMA` may be either: an incident is looked up first, then the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct What {
    /// The incident it may be.
    pub incident: Option<IncidentId>,
    /// As typed: the subject it may be.
    pub typed: String,
}

impl Command {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> Name {
        match self {
            Self::Status { .. } => Name::Status,
            Self::Me { .. } => Name::Me,
            Self::Tips { .. } => Name::Tips,
            Self::Criteria { .. } => Name::Criteria,
            Self::Deal { .. } => Name::Deal,
            Self::Offer { .. } => Name::Offer,
            Self::Accept { .. } => Name::Accept,
            Self::Decline { .. } => Name::Decline,
            Self::Benchmark { .. } => Name::Benchmark,
            Self::Appeal { .. } => Name::Appeal,
            Self::Why { .. } => Name::Why,
            Self::WhyNot { .. } => Name::WhyNot,
            Self::Backtest { .. } => Name::Backtest,
            Self::Report { .. } | Self::Regret { .. } => Name::Report,
            Self::Postmortem { .. } => Name::Postmortem,
            Self::Portfolio { .. } => Name::Portfolio,
            Self::Ask { .. } => Name::Ask,
            Self::Answer { .. } => Name::Answer,
            Self::Step { .. } => Name::Step,
            Self::Done { .. } => Name::Done,
            Self::Pause { .. } => Name::Pause,
            Self::Resume { .. } => Name::Resume,
            Self::Hold { .. } => Name::Hold,
            Self::Release { .. } => Name::Release,
            Self::Adjust { .. } => Name::Adjust,
            Self::Live { .. } => Name::Live,
            Self::Numbers { .. } => Name::Numbers,
            Self::Data { .. } => Name::Data,
            Self::Note { .. } => Name::Note,
            Self::Rules => Name::Rules,
            Self::Rule { .. } => Name::Rule,
            Self::Coverage { .. } => Name::Coverage,
            Self::Excuse { .. } => Name::Excuse,
            Self::Unexcuse { .. } => Name::Unexcuse,
            Self::Approve { .. } => Name::Approve,
            Self::Reject { .. } => Name::Reject,
            Self::Undo { .. } => Name::Undo,
            Self::Ack { .. } => Name::Ack,
            Self::Snooze { .. } => Name::Snooze,
            Self::Show { .. } => Name::Show,
            Self::Hide { .. } => Name::Hide,
            Self::Link { .. } => Name::Link,
            Self::Grant { .. } => Name::Grant,
            Self::Revoke { .. } => Name::Revoke,
            Self::Bind { .. } => Name::Bind,
            Self::Desk { .. } => Name::Desk,
            Self::Rooms { .. } => Name::Rooms,
            Self::Quiet { .. } => Name::Quiet,
            Self::Subscribe { .. } => Name::Subscribe,
            Self::Audit { .. } => Name::Audit,
            Self::Help { .. } => Name::Help,
        }
    }
}
