//! What a button means. The label is for people; this is for the program, kept in the store under the button's token.

use serde::{Deserialize, Serialize};

use super::command::Needs;
use super::message::{Button, Look, Message};
use crate::domain::action::Deed;
use crate::domain::ids::{RuleId, Subject};
use crate::domain::money::Money;
use crate::outbox::incident::IncidentId;
use crate::rules::downgrade::{Side, Way};

/// The closed list of what can be pressed. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum ButtonPurpose {
    /// Propose to do something and agree to it at once; asks first.
    Do {
        /// About which incident.
        incident: IncidentId,
        /// What.
        deed: Deed,
        /// What it saves, as the label says.
        saves: Option<Money>,
    },
    /// Do one of several things that can be done; asks first.
    Choose {
        /// What.
        deed: Deed,
    },
    /// Yes, have it done: the creator is asked.
    Sure {
        /// What.
        deed: Deed,
    },
    /// A creator's own answer to what they are asked.
    Answer {
        /// Which proposal.
        proposal: u64,
        /// Yes; else something is in the way.
        yes: bool,
    },
    /// What a creator answered elsewhere, noted by somebody of the team.
    Record {
        /// Which proposal.
        proposal: u64,
        /// Yes; else something is in the way.
        yes: bool,
    },
    /// A question to a creator whom the program cannot reach: the texts to copy, or a person's word that they have told them.
    Tell {
        /// Which proposal.
        proposal: u64,
        /// They have; else the texts are wanted.
        told: bool,
    },
    /// Agree to a proposal.
    Approve {
        /// Of which incident.
        incident: IncidentId,
        /// Which.
        proposal: u64,
    },
    /// Refuse a proposal.
    Reject {
        /// Of which incident.
        incident: IncidentId,
        /// Which; all that wait, where there is none.
        proposal: Option<u64>,
    },
    /// Restore what was before an action.
    Undo {
        /// Of which incident.
        incident: IncidentId,
        /// Which.
        proposal: u64,
    },
    /// Restore what was before something that was asked for without an alert.
    TakeBack {
        /// Which.
        proposal: u64,
        /// What it did.
        deed: Deed,
    },
    /// Show the receipt.
    Why {
        /// Of which incident.
        incident: IncidentId,
    },
    /// I've got it.
    Ack {
        /// Which incident.
        incident: IncidentId,
    },
    /// Not now.
    Snooze {
        /// Which incident.
        incident: IncidentId,
        /// For how many seconds.
        secs: u32,
    },
    /// Another page of a group message.
    Page {
        /// Which group.
        group: String,
        /// Which page, from 0.
        page: u32,
    },
    /// Show it to the client, or take it back from them.
    Show {
        /// Which incident.
        incident: IncidentId,
        /// Show it.
        yes: bool,
    },
    /// Yes, the amount is right: press what was asked about.
    Really {
        /// What.
        what: Box<ButtonPurpose>,
    },
    /// Give a member of a group its own message here.
    Open {
        /// Which incident.
        incident: IncidentId,
    },
    /// Yes, do what was asked.
    Confirm {
        /// What was asked, as it would be typed.
        command: String,
    },
    /// As if it was typed; what asks first asks.
    Ask {
        /// What.
        command: String,
    },
    /// No, leave it.
    Cancel,
    /// A creator's own numbers.
    MyNumbers {
        /// Whose.
        subject: Subject,
    },
    /// A button of the sample that a new installation shows: it says what it would have done.
    Sample {
        /// Which.
        button: SampleButton,
    },
    /// Something about an offer, by somebody of the team or whoever suggests another.
    Offer {
        /// Which offer.
        offer: u64,
        /// What.
        answer: OfferAnswer,
    },
    /// How far a rule may go that has watched long enough.
    Rule {
        /// Which rule.
        rule: RuleId,
        /// The version that watched.
        version: u32,
        /// What.
        answer: RuleAnswer,
    },
    /// Something about a level that may be lost.
    Level {
        /// Of which incident.
        incident: IncidentId,
        /// What.
        answer: LevelAnswer,
    },
}

/// The buttons of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleButton {
    /// Stop the boost.
    Stop,
    /// Keep it running.
    Keep,
    /// Why.
    Why,
    /// I've got it.
    Mine,
}

/// What can be answered to the question about a rule that watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleAnswer {
    /// It may tell and propose.
    Propose,
    /// It goes on as it is.
    KeepWatching,
}

/// What can be done with an offer beside accepting and declining, which are commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferAnswer {
    /// How to suggest something else about the same.
    Another,
    /// The team shows the texts that a person sends where the program cannot.
    Text,
    /// A person has told the creator.
    Told,
    /// A person notes the creator's yes.
    TheyAccept,
    /// A person notes the creator's no.
    TheyDecline,
}

/// What can be answered to a notice about a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelAnswer {
    /// The creator wants to be reminded before the end.
    KeepPosted,
    /// The creator objects.
    Appeal,
    /// The team shows the text that a person sends where the program cannot.
    Text,
    /// A person has told the creator.
    Told,
    /// A person passes on that the creator objects.
    TheyObject,
    /// The level stays, whatever the numbers say.
    Keep,
    /// The notice stands.
    StandBy,
    /// The level is given back.
    GiveBack,
    /// It is not.
    Leave,
    /// One side asks to talk about another way.
    Mediate {
        /// Which.
        side: Side,
    },
    /// One side suggests a way.
    Suggest {
        /// Which side.
        side: Side,
        /// Which way.
        way: Way,
    },
    /// One side agrees to what the other suggests.
    Agree {
        /// Which.
        side: Side,
    },
}

impl LevelAnswer {
    /// Whether only the creator themselves can say so.
    #[must_use]
    pub fn is_own(self) -> bool {
        self.needs() == Needs::Own
    }

    fn needs(self) -> Needs {
        match self {
            Self::KeepPosted | Self::Appeal => Needs::Own,
            Self::Mediate { side } | Self::Suggest { side, .. } | Self::Agree { side } => match side {
                Side::Creator => Needs::Own,
                Side::Brand => Needs::Money,
            },
            Self::Text | Self::Told | Self::TheyObject => Needs::Work,
            Self::Keep | Self::StandBy | Self::GiveBack | Self::Leave => Needs::Money,
        }
    }
}

impl ButtonPurpose {
    /// Who may press it. What is confirmed is checked again as the command it is.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self {
            Self::Do { .. }
            | Self::Choose { .. }
            | Self::Sure { .. }
            | Self::Record { .. }
            | Self::Rule { .. }
            | Self::Approve { .. }
            | Self::Reject { .. }
            | Self::Undo { .. }
            | Self::TakeBack { .. } => Needs::Money,
            Self::Show { .. } => Needs::Show,
            Self::Really { what } => what.needs(),
            Self::Answer { .. } => Needs::Own,
            Self::Ack { .. } | Self::Snooze { .. } | Self::Sample { .. } | Self::Tell { .. } => Needs::Work,
            Self::Level { answer, .. } => answer.needs(),
            Self::Offer { answer, .. } => match answer {
                OfferAnswer::Another => Needs::Terms,
                OfferAnswer::Text | OfferAnswer::Told => Needs::Work,
                OfferAnswer::TheyAccept | OfferAnswer::TheyDecline => Needs::Money,
            },
            Self::Why { .. }
            | Self::Page { .. }
            | Self::Open { .. }
            | Self::MyNumbers { .. }
            | Self::Confirm { .. }
            | Self::Ask { .. }
            | Self::Cancel => Needs::See,
        }
    }
}

/// A message whose buttons have no tokens yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The message; the tokens of its buttons are empty.
    pub message: Message,
    /// What its buttons mean, in the same rows.
    pub purposes: Vec<Vec<ButtonPurpose>>,
}

impl Composed {
    /// A message without buttons.
    #[must_use]
    pub fn plain(message: Message) -> Self {
        Self { message, purposes: Vec::new() }
    }

    /// Adds a row; an empty one is left out.
    pub fn row(&mut self, buttons: impl IntoIterator<Item = (ButtonPurpose, String, Look)>) {
        let (mut row, mut purposes) = (Vec::new(), Vec::new());
        for (purpose, label, look) in buttons {
            row.push(Button { label, token: String::new(), look });
            purposes.push(purpose);
        }
        if !row.is_empty() {
            self.message.buttons.push(row);
            self.purposes.push(purposes);
        }
    }

    /// The message with a token for every button.
    #[must_use]
    pub fn with_tokens(self, mut mint: impl FnMut(&ButtonPurpose) -> String) -> Message {
        let Self { mut message, purposes } = self;
        for (buttons, purposes) in message.buttons.iter_mut().zip(&purposes) {
            for (button, purpose) in buttons.iter_mut().zip(purposes) {
                button.token = mint(purpose);
            }
        }
        message
    }
}
