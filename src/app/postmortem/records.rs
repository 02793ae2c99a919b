//! What is kept of a post-mortem: answers, who was asked, next steps.
//!
//! An anonymous answer is kept without a person and without a time, under a key drawn by lot; nothing that is kept leads
//! from it to anybody. That somebody has answered a question without their name is kept beside it, because everybody answers
//! once; what they answered is not.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CampaignId, PersonId};
use crate::domain::questionnaire::Reply;
use crate::store::records::{IndexRow, Record};
use crate::store::{Key, Table, keys};

/// One answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The question's id.
    pub question: String,
    /// Who gave it, or under which lot it is kept.
    pub giver: Giver,
    /// What was answered.
    pub reply: Reply,
}

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Giver {
    /// Somebody, by name.
    Person(PersonId),
    /// Nobody: a key drawn by lot, or the number of a form.
    Nobody(String),
}

impl Record for AnswerRecord {
    const TABLE: Table = Table::Answers;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        let (kind, whose) = match &self.giver {
            Giver::Person(id) => ("p", id.as_str()),
            Giver::Nobody(lot) => ("a", lot.as_str()),
        };
        keys::answer(&self.campaign, &self.question, kind, whose)
    }
}

/// Somebody who was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRecord {
    /// About which campaign.
    pub campaign: CampaignId,
    /// Who.
    pub person: PersonId,
    /// The questions that they have answered without their name.
    pub unnamed: BTreeSet<String>,
}

impl Record for AskedRecord {
    const TABLE: Table = Table::Asked;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::asked(&self.campaign, &self.person)
    }
}

/// Something to do after a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its number, from 1.
    pub number: u64,
    /// After which campaign.
    pub campaign: CampaignId,
    /// What.
    pub text: String,
    /// Who does it.
    pub owner: Option<PersonId>,
    /// The last day, in the brand's zone.
    pub due: Option<Date>,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Who said that it is done, and when.
    pub done: Option<(String, Timestamp)>,
}

impl Record for StepRecord {
    const TABLE: Table = Table::Steps;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::number(self.number)
    }

    fn index(&self) -> Vec<IndexRow> {
        let open = IndexRow { table: Table::OpenSteps, key: self.key(), bytes: Vec::new() };
        if self.done.is_some() { Vec::new() } else { vec![open] }
    }
}
