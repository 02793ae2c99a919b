//! The documents that `apply` reads: brands, campaigns, creators and what was agreed with them.
//!
//! Owns: their shape and what makes one well formed by itself. Refuses: whether what they point at exists; that needs
//! the store and is checked where both meet. Documents are declarative per id: what is absent is not deleted, ending is
//! `state = "ended"`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::metric::{Metric, Unit};
use super::money::Money;
use super::written::repeated;

mod kinds;

pub use kinds::{
    Boost, Brand, Campaign, Checked, Creator, Deliverable, Exclusivity, Goal, Level, Member, Partnership,
    PartnershipRef, PeerGroup, Program, Rate, Right, RightKind, RoomDocument,
};

/// Whether something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Running {
    /// It runs.
    #[default]
    Active,
    /// It is over; kept for what was said about it.
    Ended,
}

/// A target: money for money metrics and costs, a number for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `"45.00 EUR"`.
    Money(Money),
    /// `900` or `0.05`.
    Number(Decimal),
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Money(money) => serializer.collect_str(money),
            Self::Number(number) => serializer.collect_str(number),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Int(i64),
            Float(f64),
            Text(String),
        }
        let text = match Given::deserialize(deserializer)? {
            Given::Int(number) => return Ok(Self::Number(Decimal::from(number))),
            Given::Float(number) => number.to_string(),
            Given::Text(text) => text,
        };
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        text.parse().map(Self::Money).map_err(D::Error::custom)
    }
}

/// Targets by metric.
pub type Targets = BTreeMap<Metric, Target>;

/// Targets whose kind does not fit their metric, as sentences.
fn misfits(targets: &Targets) -> impl Iterator<Item = String> {
    targets.iter().filter_map(|(metric, target)| {
        let wants_money = matches!(metric.unit(), Unit::Money | Unit::MoneyPer(_));
        match (target, wants_money) {
            (Target::Money(_), true) | (Target::Number(_), false) => None,
            (Target::Number(number), true) => {
                Some(format!("the target of {metric} is `{number}`, but it is money: write it like \"45.00 EUR\""))
            }
            (Target::Money(money), false) => Some(format!("the target of {metric} is `{money}`, but it is not money")),
        }
    })
}
/// Everything one file of documents may hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field is the list of what its type says")]
pub struct Documents {
    pub brand: Vec<Brand>,
    pub campaign: Vec<Campaign>,
    pub creator: Vec<Creator>,
    pub partnership: Vec<Partnership>,
    pub deliverable: Vec<Deliverable>,
    pub boost: Vec<Boost>,
    pub program: Vec<Program>,
    pub member: Vec<Member>,
    pub rate: Vec<Rate>,
    pub room: Vec<RoomDocument>,
    pub group: Vec<PeerGroup>,
}

impl Documents {
    /// Reads one file's text.
    ///
    /// The error is one line: what, where (line and column), remedy as far as the parser knows one.
    pub fn from_toml(text: &str) -> Result<Self, DocumentError> {
        let documents: Self = toml::from_str(text).map_err(|error| {
            let (line, column) = error.span().map_or((1, 1), |span| place_of(text, span.start));
            DocumentError { line, column, what: repeated(&error.message().replace('\n', "; ")) }
        })?;
        match documents.misfit() {
            Some(what) => Err(DocumentError { line: 1, column: 1, what: repeated(&what) }),
            None => Ok(documents),
        }
    }

    fn misfit(&self) -> Option<String> {
        for campaign in &self.campaign {
            if campaign.ends < campaign.starts {
                return Some(format!("campaign `{}` ends before it starts", campaign.id));
            }
            let misfit = campaign.books.misfit().or_else(|| campaign.plan.misfit());
            if let Some(what) = misfit.or_else(|| misfits(&campaign.target).next()) {
                return Some(format!("campaign `{}`: {what}", campaign.id));
            }
        }
        if let Some((one, what)) = self.deliverable.iter().find_map(|one| Some((one, one.books.misfit()?))) {
            return Some(format!("deliverable `{}/{}`: {what}", one.partnership, one.id));
        }
        for program in &self.program {
            let mut names = std::collections::BTreeSet::new();
            if let Some(twice) = program.levels.iter().find(|level| !names.insert(&level.name)) {
                return Some(format!("program `{}` has the level `{}` twice", program.id, twice.name));
            }
        }
        for group in &self.group {
            let mut members = std::collections::BTreeSet::new();
            if let Some(twice) = group.members.iter().find(|creator| !members.insert(*creator)) {
                return Some(format!("group `{}` has the member `{twice}` twice", group.id));
            }
        }
        for room in &self.room {
            if let Some(what) = room.misfit() {
                return Some(format!("room `{}`: {what}", room.id));
            }
        }
        for partnership in &self.partnership {
            let name = || format!("partnership `{}/{}`", partnership.campaign, partnership.creator);
            if let Some(what) = partnership.books.misfit().or_else(|| misfits(&partnership.target).next()) {
                return Some(format!("{}: {what}", name()));
            }
            if let Some(right) = partnership.rights.iter().find(|one| one.from.is_some_and(|from| one.until < from)) {
                return Some(format!("{}: the right `{}` ends before it starts", name(), right.kind.as_str()));
            }
            if let Some(one) = &partnership.exclusivity {
                if one.from.is_some_and(|from| one.until < from) {
                    return Some(format!("{}: its exclusivity ends before it starts", name()));
                }
                if one.against.iter().all(|word| word.trim().is_empty()) {
                    return Some(format!("{}: its exclusivity is against nobody; name them in `against`", name()));
                }
            }
        }
        None
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One document of any kind: what the store keeps and versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each holds what its type says")]
pub enum Document {
    Brand(Brand),
    Campaign(Campaign),
    Creator(Creator),
    Partnership(Partnership),
    Deliverable(Deliverable),
    Boost(Boost),
    Program(Program),
    Member(Member),
    Rate(Rate),
    Room(RoomDocument),
    Group(PeerGroup),
}

impl Document {
    /// Its kind, as the tables of a file are called.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Brand(_) => "brand",
            Self::Campaign(_) => "campaign",
            Self::Creator(_) => "creator",
            Self::Partnership(_) => "partnership",
            Self::Deliverable(_) => "deliverable",
            Self::Boost(_) => "boost",
            Self::Program(_) => "program",
            Self::Member(_) => "member",
            Self::Rate(_) => "rate",
            Self::Room(_) => "room",
            Self::Group(_) => "group",
        }
    }

    /// Its id within its kind: `spring/alma` for a partnership, `spring/alma/reel-1` for a deliverable.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Brand(one) => one.id.to_string(),
            Self::Campaign(one) => one.id.to_string(),
            Self::Creator(one) => one.id.to_string(),
            Self::Partnership(one) => format!("{}/{}", one.campaign, one.creator),
            Self::Deliverable(one) => format!("{}/{}", one.partnership, one.id),
            Self::Boost(one) => one.id.to_string(),
            Self::Program(one) => one.id.to_string(),
            Self::Member(one) => format!("{}/{}", one.program, one.creator),
            Self::Rate(one) => one.id.clone(),
            Self::Room(one) => one.id.to_string(),
            Self::Group(one) => one.id.to_string(),
        }
    }
}

impl Documents {
    /// Every document, what is pointed at before what points at it.
    pub fn into_list(self) -> impl Iterator<Item = Document> {
        let one = self.brand.into_iter().map(Document::Brand).chain(self.campaign.into_iter().map(Document::Campaign));
        let two = self.creator.into_iter().map(Document::Creator);
        let three = self.partnership.into_iter().map(Document::Partnership);
        let four = self.deliverable.into_iter().map(Document::Deliverable);
        let five = self.boost.into_iter().map(Document::Boost).chain(self.program.into_iter().map(Document::Program));
        let members = self.member.into_iter().map(Document::Member);
        let six = self.rate.into_iter().map(Document::Rate).chain(self.room.into_iter().map(Document::Room));
        let seven = self.group.into_iter().map(Document::Group);
        one.chain(two).chain(three).chain(four).chain(five).chain(members).chain(six).chain(seven)
    }
}

/// A file of documents that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct DocumentError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// Line and column of a byte offset, both from 1.
#[must_use]
pub fn place_of(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
