//! What can be offered: the closed list, what of it is in force, and the deal as it is afterwards.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, Document, Partnership, Right, RightKind, Running};
use crate::domain::ids::{DeliverableId, Platform};
use crate::domain::money::{Currency, Money};
use crate::domain::written::{Day, Percent};

/// A fee more than so many times what is agreed is a slip of the finger; for a new piece, than the dearest of the deal.
pub const FEE_TIMES_MAX: i64 = 20;

/// Days that a deal can be extended by at once: a year.
const EXTEND_MAX: u32 = 366;

/// Pieces of a deal, at most.
const PIECES_MAX: usize = 100;

/// What would change. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "term", rename_all = "snake_case")]
pub enum Term {
    /// What a piece is paid.
    Fee {
        /// Which piece.
        piece: DeliverableId,
        /// How much.
        fee: Money,
    },
    /// When a piece is due.
    Due {
        /// Which piece.
        piece: DeliverableId,
        /// The day.
        due: Day,
    },
    /// What a piece is.
    Format {
        /// Which piece.
        piece: DeliverableId,
        /// `reel`, `story`, …
        format: String,
    },
    /// The creator's share of each order.
    Commission {
        /// How much.
        share: Percent,
    },
    /// Pay per thousand views.
    PerThousand {
        /// How much.
        pay: Money,
    },
    /// One more piece.
    Piece {
        /// Its id.
        piece: DeliverableId,
        /// Where.
        platform: Platform,
        /// What it is.
        format: String,
        /// What it is paid.
        fee: Money,
        /// When it is due.
        due: Day,
    },
    /// Everything that is not out yet is due later.
    Extend {
        /// By so many days.
        days: u32,
    },
    /// The brand may use everything of the deal in ads.
    Rights {
        /// The last day.
        until: Day,
    },
}

/// What something is, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Nothing so far.
    None,
    /// An amount.
    Money(Money),
    /// A day.
    Day(Day),
    /// A share.
    Share(Percent),
    /// A word.
    Word(String),
    /// A number of days.
    Days(u32),
}

/// A deal as it is, and what is needed to judge an offer about it.
#[derive(Debug, Clone, Copy)]
pub struct Deal<'a> {
    /// The deal.
    pub partnership: &'a Partnership,
    /// Its pieces.
    pub pieces: &'a [Deliverable],
    /// What it is paid in.
    pub currency: Currency,
    /// Today, in the campaign's zone.
    pub today: Date,
}

/// Why a term does not fit a deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The deal is over.
    Ended,
    /// There is no such piece.
    NoPiece {
        /// What was given.
        given: String,
    },
    /// The post is out, so this is settled.
    Out,
    /// It will not be made.
    Cancelled,
    /// It is so already.
    Same,
    /// The day is over.
    Past,
    /// There is a piece with that id.
    Taken,
    /// More money than anybody means.
    TooMuch,
    /// Longer than anybody means, or not at all.
    TooLong,
    /// Nothing is still to be made.
    NothingAhead,
    /// Another currency than the deal's.
    Currency,
}

impl Term {
    /// The name in JSON and the key of its words.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fee { .. } => "fee",
            Self::Due { .. } => "due",
            Self::Format { .. } => "format",
            Self::Commission { .. } => "commission",
            Self::PerThousand { .. } => "per_thousand",
            Self::Piece { .. } => "piece",
            Self::Extend { .. } => "extend",
            Self::Rights { .. } => "rights",
        }
    }

    /// The piece it is about.
    #[must_use]
    pub fn piece(&self) -> Option<&DeliverableId> {
        match self {
            Self::Fee { piece, .. }
            | Self::Due { piece, .. }
            | Self::Format { piece, .. }
            | Self::Piece { piece, .. } => Some(piece),
            Self::Commission { .. } | Self::PerThousand { .. } | Self::Extend { .. } | Self::Rights { .. } => None,
        }
    }

    /// What it is about: a newer offer about the same takes the place of an older one.
    #[must_use]
    pub fn slot(&self) -> String {
        match self.piece() {
            Some(piece) => format!("{}/{piece}", self.as_str()),
            None => self.as_str().to_owned(),
        }
    }

    /// What it would be.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Fee { fee, .. } | Self::Piece { fee, .. } => Value::Money(*fee),
            Self::PerThousand { pay } => Value::Money(*pay),
            Self::Due { due, .. } => Value::Day(*due),
            Self::Rights { until } => Value::Day(*until),
            Self::Format { format, .. } => Value::Word(format.clone()),
            Self::Commission { share } => Value::Share(*share),
            Self::Extend { days } => Value::Days(*days),
        }
    }

    /// What somebody would type for it.
    #[must_use]
    pub fn typed(&self) -> String {
        match self {
            Self::Fee { piece, fee } => format!("{piece} fee {fee}"),
            Self::Due { piece, due } => format!("{piece} due {}", due.0),
            Self::Format { piece, format } => format!("{piece} format {format}"),
            Self::Commission { share } => format!("commission {} %", share.0),
            Self::PerThousand { pay } => format!("per-thousand {pay}"),
            Self::Piece { piece, platform, format, fee, due } => {
                format!("piece {piece} {platform} {format} {fee} {}", due.0)
            }
            Self::Extend { days } => format!("extend {days}d"),
            Self::Rights { until } => format!("rights {}", until.0),
        }
    }

    /// Fixed money that accepting it binds the brand to; what depends on orders or views has no amount yet.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        match self {
            Self::Fee { fee, .. } | Self::Piece { fee, .. } => Some(*fee),
            Self::Due { .. }
            | Self::Format { .. }
            | Self::Commission { .. }
            | Self::PerThousand { .. }
            | Self::Extend { .. }
            | Self::Rights { .. } => None,
        }
    }

    /// What is in force now.
    #[must_use]
    pub fn in_force(&self, deal: &Deal<'_>) -> Value {
        let piece = self.piece().and_then(|id| deal.pieces.iter().find(|one| one.id == *id));
        let known = |value: Option<Value>| value.unwrap_or(Value::None);
        match self {
            Self::Fee { .. } | Self::Piece { .. } => known(piece.map(|one| Value::Money(one.fee))),
            Self::Due { .. } => known(piece.map(|one| Value::Day(one.due))),
            Self::Format { .. } => known(piece.map(|one| Value::Word(one.format.clone()))),
            Self::Commission { .. } => known(deal.partnership.commission.map(Value::Share)),
            Self::PerThousand { .. } => known(deal.partnership.per_thousand_views.map(Value::Money)),
            Self::Extend { .. } => known(deal.ahead().map(|one| one.due).max().map(Value::Day)),
            Self::Rights { .. } => known(deal.usage().map(|right| Value::Day(right.until))),
        }
    }

    /// Whether it can be offered about this deal.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn fits(&self, deal: &Deal<'_>) -> Result<(), Unfit> {
        if deal.partnership.state != Running::Active {
            return Err(Unfit::Ended);
        }
        match self {
            Self::Fee { piece, fee } => {
                let one = deal.still_to_come(piece)?;
                deal.is_payable(*fee, one.fee.minor)?;
            }
            Self::Due { piece, due } => {
                deal.still_to_come(piece)?;
                deal.is_ahead(*due)?;
            }
            Self::Format { piece, .. } => drop(deal.still_to_come(piece)?),
            Self::Commission { share } => {
                if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&share.0) {
                    return Err(Unfit::TooMuch);
                }
            }
            Self::PerThousand { pay } => {
                let dearest = deal.pieces.iter().map(|one| one.fee.minor).max().unwrap_or(0);
                let agreed = deal.partnership.per_thousand_views.map_or(0, |pay| pay.minor);
                deal.is_payable(*pay, std::cmp::max(dearest, agreed))?;
            }
            Self::Piece { piece, fee, due, .. } => {
                if deal.pieces.iter().any(|one| one.id == *piece) {
                    return Err(Unfit::Taken);
                }
                if PIECES_MAX <= deal.pieces.len() {
                    return Err(Unfit::TooMuch);
                }
                deal.is_payable(*fee, deal.pieces.iter().map(|one| one.fee.minor).max().unwrap_or(0))?;
                deal.is_ahead(*due)?;
            }
            Self::Extend { days } => {
                if !(1..=EXTEND_MAX).contains(days) {
                    return Err(Unfit::TooLong);
                }
                if deal.ahead().next().is_none() {
                    return Err(Unfit::NothingAhead);
                }
            }
            Self::Rights { until } => deal.is_ahead(*until)?,
        }
        if self.value() == self.in_force(deal) { Err(Unfit::Same) } else { Ok(()) }
    }

    /// The documents that are different once it binds both, as they are then.
    #[must_use]
    pub fn applied(&self, deal: &Deal<'_>) -> Vec<Document> {
        let piece = |id: &DeliverableId, change: &dyn Fn(&mut Deliverable)| {
            let mut found: Vec<Deliverable> = deal.pieces.iter().filter(|one| one.id == *id).cloned().collect();
            found.iter_mut().for_each(change);
            found.into_iter().map(Document::Deliverable).collect()
        };
        let whole = |change: &dyn Fn(&mut Partnership)| {
            let mut one = deal.partnership.clone();
            change(&mut one);
            vec![Document::Partnership(one)]
        };
        match self {
            Self::Fee { piece: id, fee } => piece(id, &|one| one.fee = *fee),
            Self::Due { piece: id, due } => piece(id, &|one| moved(one, *due)),
            Self::Format { piece: id, format } => piece(id, &|one| one.format.clone_from(format)),
            Self::Commission { share } => whole(&|one| one.commission = Some(*share)),
            Self::PerThousand { pay } => whole(&|one| one.per_thousand_views = Some(*pay)),
            Self::Piece { piece, platform, format, fee, due } => {
                vec![Document::Deliverable(further(deal, piece, (*platform, format), *fee, *due))]
            }
            Self::Extend { days } => {
                let later = |one: &Deliverable| {
                    let due = one.due.0.checked_add(jiff::Span::new().days(i64::from(*days))).ok()?;
                    let mut one = one.clone();
                    moved(&mut one, Day(due));
                    Some(Document::Deliverable(one))
                };
                deal.ahead().filter_map(later).collect()
            }
            Self::Rights { until } => whole(&|one| match one.rights.iter_mut().find(|right| right.is_plain_usage()) {
                Some(right) => right.until = *until,
                None => one.rights.push(Right::usage(*until)),
            }),
        }
    }

    /// Whether days that hang on the due day move with it.
    #[must_use]
    pub fn moves_more(&self, deal: &Deal<'_>) -> bool {
        let has = |one: &Deliverable| [one.draft_due, one.proof_due, one.report_due].iter().any(Option::is_some);
        match self {
            Self::Due { piece, .. } => deal.pieces.iter().any(|one| one.id == *piece && has(one)),
            Self::Extend { .. } => deal.ahead().any(has),
            Self::Fee { .. }
            | Self::Format { .. }
            | Self::Commission { .. }
            | Self::PerThousand { .. }
            | Self::Piece { .. }
            | Self::Rights { .. } => false,
        }
    }
}

/// A piece as nobody has begun it.
fn further(
    deal: &Deal<'_>,
    id: &DeliverableId,
    (platform, format): (Platform, &str),
    fee: Money,
    due: Day,
) -> Deliverable {
    let one = deal.partnership;
    Deliverable {
        partnership: crate::domain::document::PartnershipRef {
            campaign: one.campaign.clone(),
            creator: one.creator.clone(),
        },
        id: id.clone(),
        platform,
        format: format.to_owned(),
        fee,
        billed: None,
        draft_due: None,
        due,
        proof_due: None,
        report_due: None,
        cancel_by: None,
        kill_fee: std::collections::BTreeMap::new(),
        state: DeliverableState::Agreed,
        post: None,
        live_at: None,
        reported_at: None,
        checked: Vec::new(),
        books: Books::default(),
    }
}

/// Due on another day: draft, proof and numbers keep their distance. The last moment to cancel stays where it was.
fn moved(one: &mut Deliverable, due: Day) {
    let by = one.due.0.until(due.0).unwrap_or_default();
    let shift = |day: Option<Day>| day.map(|day| day.0.checked_add(by).map_or(day, Day));
    one.draft_due = shift(one.draft_due);
    one.proof_due = shift(one.proof_due);
    one.report_due = shift(one.report_due);
    one.due = due;
}

impl Deal<'_> {
    fn ahead(&self) -> impl Iterator<Item = &Deliverable> {
        self.pieces.iter().filter(|one| one.state.is_ahead())
    }

    fn usage(&self) -> Option<&Right> {
        self.partnership.rights.iter().find(|right| right.kind == RightKind::Usage && right.is_plain_usage())
    }

    fn still_to_come(&self, id: &DeliverableId) -> Result<&Deliverable, Unfit> {
        let one = self.pieces.iter().find(|one| one.id == *id);
        let one = one.ok_or_else(|| Unfit::NoPiece { given: id.to_string() })?;
        if one.state == DeliverableState::Cancelled {
            Err(Unfit::Cancelled)
        } else if one.state.is_out() {
            Err(Unfit::Out)
        } else {
            Ok(one)
        }
    }

    /// `agreed`: in minor units, what is usual here; 0 where nothing is.
    fn is_payable(&self, money: Money, agreed: i64) -> Result<(), Unfit> {
        if money.currency != self.currency {
            return Err(Unfit::Currency);
        }
        let most = if 0 < agreed { agreed.saturating_mul(FEE_TIMES_MAX) } else { i64::MAX };
        if (0..=most).contains(&money.minor) { Ok(()) } else { Err(Unfit::TooMuch) }
    }

    fn is_ahead(&self, day: Day) -> Result<(), Unfit> {
        if day.0 < self.today {
            return Err(Unfit::Past);
        }
        let most = self.today.checked_add(jiff::Span::new().years(3)).unwrap_or(self.today);
        if day.0 <= most { Ok(()) } else { Err(Unfit::TooLong) }
    }
}
