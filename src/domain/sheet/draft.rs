//! One row of a sheet, read: what each of its cells says, before anybody asks who is meant.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::dates::{self, When};
use super::field::{Field, Group, Slot};
use super::fold;
use super::grid::Cell;
use super::numbers::{Amount, Grouping, Mark, figure, share};
use super::rows::Context;
use super::words;
use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Goal, Running};
use crate::domain::ids::{BrandId, CampaignId, CreatorId, DeliverableId, Platform, PostRef};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Currency;
use crate::domain::written::{Day, Moment, Percent, Zone};

/// A cell that cannot be taken, or a row without one it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Of the sheet, from 1.
    pub row: usize,
    /// The header; empty where it is about the whole row.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong, and what to do about it.
    pub why: String,
}

/// A target before its currency is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aim {
    /// Of money.
    Money(Amount),
    /// Of anything else.
    Number(Decimal),
}

/// When something went live: to the second, or the day only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// An instant.
    At(Timestamp),
    /// Wall time in the brand's zone.
    Local(DateTime),
}

/// What a row says about one deliverable.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each is the field it is named for, where the row says it")]
pub struct Piece {
    pub group: Option<Group>,
    pub id: Option<DeliverableId>,
    /// What it is called, where that is no id.
    pub name: Option<String>,
    pub platform: Option<Platform>,
    pub format: Option<words::Format>,
    pub fee: Option<Amount>,
    pub billed: Option<Amount>,
    pub mark: Option<Mark>,
    pub draft_due: Option<Day>,
    pub due: Option<Day>,
    pub proof_due: Option<Day>,
    pub report_due: Option<Day>,
    pub cancel_by: Option<Moment>,
    pub kill_fee: Vec<(DeliverableState, Percent)>,
    pub state: Option<DeliverableState>,
    pub post: Option<PostRef>,
    pub live: Option<Live>,
    pub books: Books,
}

impl Piece {
    /// Whether the row says anything of it that makes it one: a currency or a platform alone does not.
    #[must_use]
    pub fn is_something(&self) -> bool {
        self.id.is_some()
            || self.name.is_some()
            || self.format.is_some()
            || self.fee.is_some()
            || self.due.is_some()
            || self.cancel_by.is_some()
            || self.post.is_some()
            || self.live.is_some()
    }
}

/// What a row says.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "each is the field it is named for, where the row says it")]
pub struct Draft {
    /// Of the sheet, from 1.
    pub row: usize,
    pub brand: Option<String>,
    pub brand_id: Option<BrandId>,
    pub brand_zone: Option<Zone>,
    pub brand_currency: Option<Currency>,
    pub brand_locale: Option<String>,
    pub margin: Option<Amount>,
    pub brand_state: Option<Running>,
    pub campaign: Option<String>,
    pub campaign_id: Option<CampaignId>,
    pub goal: Option<Goal>,
    pub starts: Option<Day>,
    pub ends: Option<Day>,
    pub attribution: Option<String>,
    pub campaign_state: Option<Running>,
    pub campaign_targets: Vec<(Metric, Aim)>,
    pub creator: Option<String>,
    pub creator_id: Option<CreatorId>,
    pub creator_zone: Option<Zone>,
    pub creator_locale: Option<String>,
    pub managed_by: Option<String>,
    pub creator_state: Option<Running>,
    pub accounts: Vec<(Platform, String)>,
    /// A handle whose platform no cell says.
    pub handle: Option<String>,
    pub codes: Vec<String>,
    pub link: Option<String>,
    pub commission: Option<Percent>,
    pub per_thousand: Option<Amount>,
    pub targets: Vec<(Metric, Aim)>,
    pub usage_until: Option<Day>,
    pub deal_starts: Option<Day>,
    pub deal_state: Option<Running>,
    pub pieces: Vec<Piece>,
    /// Cells that say that there is nothing in them: `TBD`.
    pub blanks: Vec<(Slot, String)>,
    /// Nothing else stands in the row, whatever is carried down into it.
    pub only_a_name: bool,
    /// What is wrong with it; a row with anything here is not taken.
    pub faults: Vec<Rejected>,
}

/// Characters of a cell that is used. A list of codes takes some; a brief pasted into a cell is not what is asked for.
const CELL_MAX: usize = 2_000;

/// Text that says that there is nothing.
const NOTHING: [&str; 12] =
    ["na", "n a", "tbd", "tbc", "tba", "none", "null", "nil", "saknas", "ingen", "inget", "unknown"];

/// Whether a cell says that there is nothing in it. An id may be any word.
#[must_use]
pub fn says_nothing(cell: &Cell, field: Field) -> bool {
    match cell {
        Cell::Empty => true,
        _ if matches!(field, Field::BrandId | Field::CampaignId | Field::CreatorId | Field::DeliverableId) => {
            cell.is_empty()
        }
        Cell::Text(text) => {
            let dashes = text.chars().all(|letter| fold::is_blank(letter) || "-–—−?.…_/".contains(letter));
            dashes || NOTHING.contains(&fold::words(text).join(" ").as_str())
        }
        Cell::Number { .. } | Cell::Moment(_) | Cell::Flag(_) | Cell::Error(_) => false,
    }
}

fn id<T>(read: impl Fn(&str) -> Result<T, crate::domain::ids::IdError>, cell: &Cell) -> Result<T, String> {
    read(&cell.shown()).map_err(|error| error.to_string())
}

fn zone(cell: &Cell) -> Result<Zone, String> {
    Zone::new(&cell.shown())
}

fn currency(cell: &Cell, context: &Context<'_>) -> Result<Currency, String> {
    let text = cell.shown();
    Mark::of(&text)
        .ok_or_else(|| format!("`{}` is not a currency: write its code, like SEK", cell.brief()))?
        .resolve(None, context.mapping.defaults.currency)
}

impl Draft {
    /// Reads one cell into the row.
    pub fn take(&mut self, slot: &Slot, at: usize, cell: &Cell, context: &Context<'_>) -> Result<(), String> {
        if let Cell::Error(error) = cell {
            return Err(format!("the formula says {error}: mend it in the sheet"));
        }
        if let Cell::Text(text) = cell {
            let length = text.chars().count();
            if CELL_MAX < length {
                return Err(format!("{length} characters are too many: at most {CELL_MAX}"));
            }
        }
        if slot.field.is_of_deliverable() {
            return self.piece(slot.group.as_ref()).take(slot.field, at, cell, context);
        }
        if self.take_brand(slot.field, at, cell, context)? || self.take_campaign(slot.field, at, cell, context)? {
            return Ok(());
        }
        self.take_deal(slot.field, at, cell, context)
    }

    /// The deliverable of a group, made where it is not there yet.
    pub fn piece(&mut self, group: Option<&Group>) -> &mut Piece {
        let at = self.pieces.iter().position(|piece| piece.group.as_ref() == group).unwrap_or_else(|| {
            self.pieces.push(Piece { group: group.cloned(), ..Piece::default() });
            self.pieces.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the position was just found, or just made")]
        &mut self.pieces[at]
    }

    fn take_brand(&mut self, field: Field, at: usize, cell: &Cell, context: &Context<'_>) -> Result<bool, String> {
        match field {
            Field::Brand => self.brand = Some(cell.shown()),
            Field::BrandId => self.brand_id = Some(id(BrandId::new, cell)?),
            Field::BrandZone => self.brand_zone = Some(zone(cell)?),
            Field::BrandCurrency => self.brand_currency = Some(currency(cell, context)?),
            Field::BrandLocale => self.brand_locale = Some(cell.shown()),
            Field::MarginPerOrder => self.margin = Some(Amount::read(cell, context.mark(at))?),
            Field::BrandState => self.brand_state = Some(words::running_of(&cell.shown())?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_campaign(&mut self, field: Field, at: usize, cell: &Cell, context: &Context<'_>) -> Result<bool, String> {
        match field {
            Field::Campaign => self.campaign = Some(cell.shown()),
            Field::CampaignId => self.campaign_id = Some(id(CampaignId::new, cell)?),
            Field::Goal => self.goal = Some(words::goal_of(&cell.shown())?),
            Field::CampaignStarts => self.starts = Some(context.day(at, cell)?),
            Field::CampaignEnds => self.ends = Some(context.day(at, cell)?),
            Field::Attribution => self.attribution = Some(cell.shown()),
            Field::CampaignState => self.campaign_state = Some(words::running_of(&cell.shown())?),
            Field::CampaignTarget(metric) => self.campaign_targets.push((metric, aim(metric, cell, context.mark(at))?)),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_deal(&mut self, field: Field, at: usize, cell: &Cell, context: &Context<'_>) -> Result<(), String> {
        match field {
            Field::Creator => self.creator = Some(cell.shown()),
            Field::CreatorId => self.creator_id = Some(id(CreatorId::new, cell)?),
            Field::CreatorZone => self.creator_zone = Some(zone(cell)?),
            Field::CreatorLocale => self.creator_locale = Some(cell.shown()),
            Field::ManagedBy => self.managed_by = Some(cell.shown()),
            Field::CreatorState => self.creator_state = Some(words::running_of(&cell.shown())?),
            Field::Account(platform) => {
                let (on, name) = words::account_of(&cell.shown())?;
                let platform = on.unwrap_or(platform);
                self.accounts.push((platform, words::account_on(platform, &name)));
            }
            Field::Handle => match words::account_of(&cell.shown())? {
                (Some(platform), name) => self.accounts.push((platform, words::account_on(platform, &name))),
                (None, name) => self.handle = Some(name),
            },
            Field::Codes => self.codes.extend(words::listed(&raw(cell))),
            Field::Link => self.link = Some(cell.shown()),
            Field::Commission => self.commission = Some(context.share(at, cell)?),
            Field::PerThousandViews => self.per_thousand = Some(Amount::read(cell, context.mark(at))?),
            Field::Target(metric) => self.targets.push((metric, aim(metric, cell, context.mark(at))?)),
            Field::UsageUntil => self.usage_until = Some(context.day(at, cell)?),
            Field::DealStarts => self.deal_starts = Some(context.day(at, cell)?),
            Field::DealState => self.deal_state = Some(words::running_of(&cell.shown())?),
            _ => {}
        }
        Ok(())
    }

    /// The address of a profile, or a handle, in the place of a name says an account besides. Where an id says who is
    /// meant, a name is only a name.
    pub fn settle_name(&mut self) {
        let Some(text) = self.creator.clone().filter(|_| self.creator_id.is_none()) else { return };
        match words::account_of(&text) {
            Ok((Some(platform), name)) => {
                self.creator = Some(name.trim_start_matches('@').to_owned());
                self.accounts.push((platform, words::account_on(platform, &name)));
            }
            Ok((None, name)) if name.starts_with('@') && self.handle.is_none() => self.handle = Some(name),
            Ok(_) | Err(_) => {}
        }
    }
}

/// Text with its line breaks: a list may stand in several lines of one cell.
fn raw(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => other.shown(),
    }
}

fn aim(metric: Metric, cell: &Cell, mark: Option<Mark>) -> Result<Aim, String> {
    match metric.unit() {
        Unit::Money | Unit::MoneyPer(_) => Amount::read(cell, mark).map(Aim::Money),
        Unit::Share(_) => {
            let (value, percent) = share(cell)?;
            let value = if percent { value / Decimal::ONE_HUNDRED } else { value };
            if Decimal::ONE < value {
                Err("a share above the whole: write it like 2 %".to_owned())
            } else {
                Ok(Aim::Number(value))
            }
        }
        Unit::Count | Unit::Seconds => {
            figure(cell, Grouping::Thousands).map(|figure| Aim::Number(figure.value.normalize()))
        }
        Unit::Multiple => figure(cell, Grouping::Decimals).map(|figure| Aim::Number(figure.value.normalize())),
    }
}

impl Piece {
    fn take(&mut self, field: Field, at: usize, cell: &Cell, context: &Context<'_>) -> Result<(), String> {
        let text = cell.shown();
        match field {
            Field::Platform => self.platform = Some(words::platform_of(&text)?),
            Field::Format => self.format = Some(words::format_of(&text)),
            Field::DeliverableId => self.id = Some(id(DeliverableId::new, cell)?),
            Field::Deliverable => self.name = Some(text),
            Field::Fee => self.fee = Some(Amount::read(cell, context.mark(at))?),
            Field::Billed => self.billed = Some(Amount::read(cell, context.mark(at))?),
            Field::Currency => {
                let said = || format!("`{}` is not a currency: write its code, like SEK", cell.brief());
                self.mark = Some(Mark::of(&text).ok_or_else(said)?);
            }
            Field::DraftDue => self.draft_due = Some(context.day(at, cell)?),
            Field::Due => self.due = Some(context.day(at, cell)?),
            Field::ProofDue => self.proof_due = Some(context.day(at, cell)?),
            Field::ReportDue => self.report_due = Some(context.day(at, cell)?),
            Field::CancelBy => {
                let When { date, time } = context.when(at, cell)?;
                // A day alone can be used to its end.
                self.cancel_by = Some(Moment(date.to_datetime(time.unwrap_or(Time::constant(23, 59, 0, 0)))));
            }
            Field::KillFee => self.kill_fee = kill_fee(cell, context, at)?,
            Field::State => self.state = Some(words::state_of(&text)?),
            Field::Post => {
                let (platform, post) = words::post_of(&text)?;
                self.platform = self.platform.or(platform);
                self.post = Some(post);
            }
            Field::LiveAt => self.live = Some(live(at, cell, context)?),
            _ => return self.take_books(field, at, cell, context),
        }
        Ok(())
    }

    fn take_books(&mut self, field: Field, at: usize, cell: &Cell, context: &Context<'_>) -> Result<(), String> {
        let books = &mut self.books;
        match field {
            Field::CostAccount => books.account = Some(number(cell)),
            Field::Po => books.po = Some(number(cell)),
            Field::Invoice => books.invoice = Some(number(cell)),
            Field::InvoicedOn => books.invoiced = Some(context.day(at, cell)?),
            Field::Vat => books.vat = Some(context.share(at, cell)?),
            Field::PaidOn => books.paid = Some(context.day(at, cell)?),
            Field::RefundedOn => books.refunded = Some(context.day(at, cell)?),
            _ => {}
        }
        Ok(())
    }
}

/// The number of an account, an order or an invoice, which a sheet may hold as a number.
fn number(cell: &Cell) -> String {
    cell.shown().trim().to_owned()
}

fn live(at: usize, cell: &Cell, context: &Context<'_>) -> Result<Live, String> {
    if let Cell::Text(text) = cell
        && let Ok(instant) = text.trim().parse::<Timestamp>()
    {
        return Ok(Live::At(instant));
    }
    let When { date, time } = context.when(at, cell)?;
    Ok(Live::Local(date.to_datetime(time.unwrap_or(Time::constant(12, 0, 0, 0)))))
}

/// States in which a deliverable can be cancelled, so that a kill fee without a state holds in each.
const BEFORE_LIVE: [DeliverableState; 6] = [
    DeliverableState::Agreed,
    DeliverableState::Briefed,
    DeliverableState::Draft,
    DeliverableState::Approved,
    DeliverableState::Held,
    DeliverableState::Cancelled,
];

/// `50 %`, or `draft 25 %, approved 50 %`.
fn kill_fee(cell: &Cell, context: &Context<'_>, at: usize) -> Result<Vec<(DeliverableState, Percent)>, String> {
    if let Ok(share) = context.share(at, cell) {
        return Ok(BEFORE_LIVE.iter().map(|state| (*state, share)).collect());
    }
    let mut fees = Vec::new();
    for part in words::listed(&raw(cell)) {
        let split = part.find(|letter: char| letter.is_ascii_digit());
        let Some((name, number)) = split.and_then(|at| part.split_at_checked(at)) else {
            return Err("not a kill fee: write it like 50 % or approved 50 %".to_owned());
        };
        let state = words::state_of(name.trim_end_matches(['=', ':', ' ']))?;
        let (value, percent) = share(&Cell::text(number))?;
        if !percent {
            return Err("not a kill fee: write it as a share, like approved 50 %".to_owned());
        }
        fees.push((state, percent_of(value)?));
    }
    Ok(fees)
}

/// A share of a hundred.
pub fn percent_of(value: Decimal) -> Result<Percent, String> {
    if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&value) {
        Ok(Percent(value))
    } else {
        Err("not a share: write 0 to 100 like 10 %".to_owned())
    }
}

impl Context<'_> {
    /// The day a cell says.
    pub fn day(&self, at: usize, cell: &Cell) -> Result<Day, String> {
        self.when(at, cell).map(|when| Day(when.date))
    }

    /// When a cell says.
    pub fn when(&self, at: usize, cell: &Cell) -> Result<When, String> {
        dates::when(cell, self.order(at))
    }
}
