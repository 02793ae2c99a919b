//! What arguments of commands are.

/// What an argument is; decides how it is read, whether Discord completes it, and what is said when it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgKind {
    /// A brand, campaign, creator or partnership, by id or `kind/ID`.
    Subject,
    /// A creator that somebody answers for.
    Creator,
    /// A promised piece, by its id or `CAMPAIGN/CREATOR/ID`.
    Deliverable,
    /// The address of a post.
    Url,
    /// A rule.
    Rule,
    /// An incident's short id.
    Incident,
    /// An incident, or a subject that has one.
    IncidentOrSubject,
    /// A person.
    Person,
    /// One of the roles.
    Role,
    /// `brand/ID`, `campaign/ID` or `all`.
    Reach,
    /// `45m`, `6h`, `2d`.
    Duration,
    /// `2026-03-04T10:00`, `2026-03-04`, `14:00`, `now`.
    Moment,
    /// `90`, `90d`: whole days.
    Days,
    /// `2`: which page, from 1.
    Page,
    /// The number of an offer.
    Offer,
    /// The number of a next step.
    Step,
    /// What is offered: `reel-2 fee 3500 EUR`.
    Terms,
    /// A one-time code.
    Code,
    /// The name of a command.
    Command,
    /// `file` or `leave`.
    Held,
    /// A picture; where nothing is typed for it, it comes with the message.
    File,
    /// How far a rule may go: `shadow`, `propose` or `auto`.
    Mode,
    /// What a number is held against: `plan`, `peers` or `before`.
    Yardstick,
    /// What something is set to: `3000 EUR`, `12 %`, `cpa 40 EUR`.
    Change,
    /// `22:00-07:00`, or `off`.
    Hours,
    /// What a room can be told about: `stop_loss`, `digest`.
    Topic,
    /// `on`, `silent` or `off`.
    Loudness,
    /// What has to do with something: a person, an alert, a creator, a room.
    About,
    /// All the words that follow.
    Text,
}

impl ArgKind {
    /// Every kind.
    pub const ALL: [ArgKind; 29] = [
        Self::Subject,
        Self::Creator,
        Self::Deliverable,
        Self::Url,
        Self::Rule,
        Self::Incident,
        Self::IncidentOrSubject,
        Self::Person,
        Self::Role,
        Self::Reach,
        Self::Duration,
        Self::Moment,
        Self::Days,
        Self::Page,
        Self::Offer,
        Self::Step,
        Self::Terms,
        Self::Code,
        Self::Command,
        Self::Held,
        Self::File,
        Self::Mode,
        Self::Yardstick,
        Self::Change,
        Self::Hours,
        Self::Topic,
        Self::Loudness,
        Self::About,
        Self::Text,
    ];

    /// Its sentence in the wording files is `arg-KEY`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Creator => "creator",
            Self::Deliverable => "deliverable",
            Self::Url => "url",
            Self::Rule => "rule",
            Self::Incident => "incident",
            Self::IncidentOrSubject => "incident-or-subject",
            Self::Person => "person",
            Self::Role => "role",
            Self::Reach => "reach",
            Self::Duration => "duration",
            Self::Moment => "moment",
            Self::Days => "days",
            Self::Page => "page",
            Self::Offer => "offer",
            Self::Step => "step",
            Self::Terms => "terms",
            Self::Code => "code",
            Self::Command => "command",
            Self::Held => "held",
            Self::File => "file",
            Self::Mode => "mode",
            Self::Yardstick => "yardstick",
            Self::Change => "change",
            Self::Hours => "hours",
            Self::Topic => "topic",
            Self::Loudness => "loudness",
            Self::About => "about",
            Self::Text => "text",
        }
    }

    /// Whether Discord should ask us for completions while it is typed.
    #[must_use]
    pub fn completes(self) -> bool {
        match self {
            Self::Subject
            | Self::Creator
            | Self::Deliverable
            | Self::Rule
            | Self::Incident
            | Self::IncidentOrSubject
            | Self::Person
            | Self::Reach
            | Self::Command => true,
            Self::Role
            | Self::Duration
            | Self::Moment
            | Self::Days
            | Self::Page
            | Self::Offer
            | Self::Step
            | Self::Terms
            | Self::Code
            | Self::Url
            | Self::Held
            | Self::File
            | Self::Mode
            | Self::Yardstick
            | Self::Change
            | Self::Hours
            | Self::Topic
            | Self::Loudness
            | Self::About
            | Self::Text => false,
        }
    }
}

/// One argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArgSpec {
    /// Its name: lower-case ASCII, the name of Discord's option.
    pub name: &'static str,
    /// What it is.
    pub kind: ArgKind,
    /// Must be given. Optional ones come last.
    pub required: bool,
}
