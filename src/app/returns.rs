//! What came back for what a campaign cost, per partnership and in all, from what is kept now.
//!
//! Cost is what the ledger has accrued. Revenue is what the declared claim says ([`crate::domain::credit`]), as far as its
//! source has reported; where somebody hands in the orders themselves, each is credited once
//! ([`crate::insight::attribution`]). Nothing is estimated: what no source states is absent, with why.
//!
//! Refuses: first touch from sums. A sum does not say which link was followed first; only orders do.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::catalog::{About, Catalog};
use super::core::{Core, State};
use super::ledger::{Gathered, LedgerError, ledger};
use crate::domain::credit::{Claim, Credit};
use crate::domain::document::{Campaign, PartnershipRef, Running};
use crate::domain::ids::{CampaignId, CreatorId, Platform, Subject};
use crate::domain::margin;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::domain::rates::{Rates, rounded};
use crate::domain::sample::{Reading, SeriesKey};
use crate::insight::attribution::{Attribution, Brought, Credited, Order, OrderError, Owners, Way, credit};
use crate::insight::goals::{self, Pace, Promised};
use crate::insight::roi::{self, Absent, Facts, Figure, Roi};
use crate::report::ledger::Ledger;
use crate::rules::history::{Credits, History};
use crate::rules::readings::{Readings as _, Span, Want};
use crate::store::StoreError;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// How orders are credited; as the campaign declares where it is not said.
    pub how: Option<Attribution>,
    /// In which currency; the brand's where it is not said.
    pub told: Option<Currency>,
    /// The orders themselves, where somebody has them.
    pub orders: Option<&'a [Order]>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReturnsError {
    /// There is no such campaign.
    #[error("there is no campaign `{0}`")]
    Unknown(CampaignId),
    /// The orders cannot be credited.
    #[error("the orders: {0}")]
    Orders(#[from] OrderError),
    /// There is no ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<StoreError> for ReturnsError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(LedgerError::Store(error))
    }
}

/// What one code or link brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Whose.
    pub at: PartnershipRef,
    /// How it is known.
    pub claim: Claim,
    /// The code or the link; several codes of one deal that are reported together are told together.
    pub name: String,
    /// How many orders.
    pub orders: Figure<i64>,
    /// What they brought.
    pub revenue: Figure<Money>,
    /// Whether it is in the revenue above; what is not saw the same orders.
    pub counted: bool,
}

/// How a campaign stands to its goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// Whether what its creators promise is enough.
    pub promised: Promised,
    /// How it keeps pace; absent where what was reached is, or before it begins.
    pub pace: Option<Pace>,
    /// What is missing in the promises, spread over the creators that go on.
    pub spread: BTreeMap<CreatorId, i64>,
    /// What each has reached, where a source states it.
    pub reached: BTreeMap<CreatorId, i64>,
}

/// A campaign's returns.
#[derive(Debug, Clone)]
pub struct Returns {
    /// Which.
    pub campaign: Campaign,
    /// What its money is told in.
    pub currency: Currency,
    /// How orders were credited: a way, or the order of claims.
    pub how: String,
    /// Up to when numbers are there.
    pub until: Timestamp,
    /// Every partnership.
    pub deals: Vec<(PartnershipRef, Roi)>,
    /// All of them together.
    pub total: Roi,
    /// By code and link.
    pub by: Vec<By>,
    /// Orders of the file that are nobody's, by currency.
    pub nobodys: Vec<Brought>,
    /// Its goal, where it has one with a target.
    pub aim: Option<Aim>,
    /// What could not be told.
    pub gaps: Vec<String>,
    /// What it cost, line by line.
    pub ledger: Ledger,
}

/// Works a campaign out as of `now`.
pub async fn returns(
    core: &Core,
    id: &CampaignId,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Returns, ReturnsError> {
    let gathered = ledger(core, &BTreeSet::from([id.clone()]), now).await?;
    let state = core.state.lock().await;
    let Some(campaign) = state.catalog.campaigns.get(id).cloned() else {
        return Err(ReturnsError::Unknown(id.clone()));
    };
    let about = state.catalog.about(&Subject::Campaign(id.clone()));
    let Some(books) = about.currency else { return Err(ReturnsError::Unknown(id.clone())) };
    let credited = match wanted.orders {
        None => None,
        Some(orders) => Some(credit(orders, &owners(&state.catalog), wanted.how.unwrap_or_default())?),
    };
    let order = order_of(&state.catalog, &campaign, wanted);
    let one = Work {
        state: &state,
        campaign: &campaign,
        rates: state.catalog.all_rates(),
        books,
        told: wanted.told.unwrap_or(books),
        order,
        credited: credited.as_ref(),
        orders: wanted.orders.unwrap_or_default(),
        how: wanted.how,
        gathered: &gathered,
        now,
    };
    Ok(one.all())
}

/// Who owns the codes and links of every partnership, running or not: an order of last week may be of a deal that has ended.
fn owners(catalog: &Catalog) -> Owners {
    let mut owners = Owners::default();
    catalog.partnerships.values().for_each(|one| owners.take(one));
    owners
}

/// Whose word counts: what was asked for, in claims; else what the campaign or its brand declares.
fn order_of(catalog: &Catalog, campaign: &Campaign, wanted: Wanted<'_>) -> Credit {
    let first = match wanted.how {
        Some(Attribution::CodeWins) => Some([Claim::Code, Claim::Link]),
        Some(Attribution::LastTouch | Attribution::FirstTouch) => Some([Claim::Link, Claim::Code]),
        None => None,
    };
    if let Some([one, other]) = first {
        return Credit::new(vec![one, other, Claim::Survey, Claim::Platform]).unwrap_or_default();
    }
    let brand = || catalog.brands.get(&campaign.brand).and_then(|brand| brand.credit.clone());
    campaign.credit.clone().or_else(brand).unwrap_or_default()
}

struct Work<'a> {
    state: &'a State,
    campaign: &'a Campaign,
    rates: Rates,
    books: Currency,
    told: Currency,
    order: Credit,
    credited: Option<&'a Credited>,
    orders: &'a [Order],
    how: Option<Attribution>,
    gathered: &'a Gathered,
    now: Timestamp,
}

/// A reading, and up to when it goes.
struct Read {
    value: Figure<i64>,
    until: Option<Timestamp>,
}

impl Work<'_> {
    /// The numbers: those in memory, or all of the campaign's where it began before them.
    fn history(&self) -> &History {
        self.gathered.older.as_ref().unwrap_or(&self.state.history)
    }

    fn all(self) -> Returns {
        let catalog = &self.state.catalog;
        let keys: Vec<&PartnershipRef> =
            catalog.partnerships.keys().filter(|at| at.campaign == self.campaign.id).collect();
        let (mut facts, mut deals, mut by) = (Vec::new(), Vec::new(), Vec::new());
        let emv = catalog.brands.get(&self.campaign.brand).and_then(|brand| brand.emv.as_ref());
        // A table in the brand's currency says nothing in another.
        let emv = emv.filter(|_| self.told == self.books);
        for at in keys {
            let one = self.facts(at);
            deals.push((at.clone(), roi::work_out(&one, emv)));
            facts.push(one);
            by.extend(self.by(at));
        }
        let total = roi::work_out(&roi::together(self.told, &facts), emv);
        let mut gaps = self.gathered.gaps.clone();
        if self.told != self.books {
            gaps.push(format!(
                "told in {}: costs and orders by the rate of their day, what is only known as a sum by the rate of {}",
                self.told,
                self.last_day()
            ));
        }
        Returns {
            campaign: self.campaign.clone(),
            currency: self.told,
            how: self.said(),
            until: self.now,
            deals,
            total,
            by,
            nobodys: self.credited.map(|all| all.nobodys.values().copied().collect()).unwrap_or_default(),
            aim: self.aim(),
            gaps,
            ledger: self.gathered.ledger.clone(),
        }
    }

    /// How orders are credited, in words.
    fn said(&self) -> String {
        match (self.credited, self.how) {
            (Some(_), how) => how.unwrap_or_default().as_str().to_owned(),
            (None, Some(how)) => how.as_str().to_owned(),
            (None, None) => self.order.order().map(Claim::as_str).collect::<Vec<_>>().join(", then "),
        }
    }

    /// The last day that the report speaks of: today, or the campaign's last.
    fn last_day(&self) -> Date {
        let about = self.state.catalog.about(&Subject::Campaign(self.campaign.id.clone()));
        std::cmp::min(self.now.to_zoned(about.zone).date(), self.campaign.ends.0)
    }

    /// A metric of a partnership from the first day of its deal to the newest word on it.
    fn read(&self, about: &About, subject: &Subject, want: Want) -> Read {
        let metric = want.metric;
        let absent = |reason: &str| Err(Absent::Unknown { metric, reason: reason.to_owned() });
        let mut credits = Credits::default();
        credits.declare(Subject::Campaign(self.campaign.id.clone()), self.order.clone());
        let view = self.history().view();
        let view = view.credited(&credits);
        let Some((from, _)) = about.deal else { return Read { value: absent("the deal has no days"), until: None } };
        let Some(newest) = view.newest(subject, want, self.now) else {
            return Read { value: absent("no source states it"), until: None };
        };
        let seen = view.over(subject, want, Span { from, until: newest });
        let value = match seen.reading {
            Reading::Value(value) => num::round_i64(value).ok_or(Absent::TooLarge),
            Reading::Absent(why) => absent(&why.as_str().replace('_', " ")),
        };
        Read { value, until: Some(newest) }
    }

    fn facts(&self, at: &PartnershipRef) -> Facts {
        let subject = at.subject();
        let about = self.state.catalog.about(&subject);
        let mut counts: BTreeMap<Metric, Figure<i64>> = BTreeMap::new();
        for metric in roi::metrics() {
            counts.insert(metric, self.read(&about, &subject, Want { metric, platform: None }).value);
        }
        let cost = self.gathered.ledger.accrued_in(self.told, &self.rates, |entry| entry.at == *at);
        let revenue = match self.credited {
            Some(credited) => {
                let (orders, revenue) = self.credited_to(credited, at);
                counts.insert(Metric::Orders, orders);
                revenue
            }
            None if self.how == Some(Attribution::FirstTouch) => {
                let reason = "sums do not say which link was followed first: hand the orders in";
                let unknown = |metric| Absent::Unknown { metric, reason: reason.to_owned() };
                counts.insert(Metric::Orders, Err(unknown(Metric::Orders)));
                Err(unknown(Metric::Revenue))
            }
            None => self.revenue(&about, &subject),
        };
        let margin = self.margin(&about, &subject, counts.get(&Metric::Orders));
        Facts { currency: self.told, cost: cost.map_err(|cause| Absent::NoRate { cause }), revenue, margin, counts }
    }

    /// What orders credited to a partnership brought, each told by the rate of its day.
    fn credited_to(&self, credited: &Credited, at: &PartnershipRef) -> (Figure<i64>, Figure<Money>) {
        let sums = credited.of(at).map_err(|_| Absent::TooLarge);
        let orders = sums.clone().map(|sums| sums.values().map(|one| one.orders).fold(0, i64::saturating_add));
        let revenue = sums.and_then(|sums| {
            let mut sum = Money::zero(self.told);
            if sums.keys().all(|currency| *currency == self.told) {
                return Ok(sums.get(&self.told).map_or(sum, |one| one.revenue));
            }
            let owners = owners(&self.state.catalog);
            let how = self.how.unwrap_or_default();
            // A refund goes by its own day, to whom its order went.
            let whose: BTreeMap<&str, bool> = self
                .orders
                .iter()
                .filter(|order| 0 <= order.value.minor)
                .map(|order| (order.id.as_str(), owners.of(order, how).is_some_and(|owner| owner.0 == *at)))
                .collect();
            for order in self.orders.iter().filter(|order| whose.get(order.id.as_str()) == Some(&true)) {
                let told = self.rates.convert(order.value, self.told, order.day);
                let told = told.map_err(|cause| Absent::NoRate { cause })?;
                sum = sum.checked_add(told).map_err(|_| Absent::TooLarge)?;
            }
            Ok(sum)
        });
        (orders, revenue)
    }

    /// Revenue as sources sum it up. Where it is in another currency, the amounts of days are told by the rate of theirs.
    fn revenue(&self, about: &About, subject: &Subject) -> Figure<Money> {
        self.money(about, subject, Want { metric: Metric::Revenue, platform: None }, &self.counting(subject))
    }

    /// The platforms whose word on revenue counts.
    fn counting(&self, subject: &Subject) -> Vec<Platform> {
        let stated = |platform: &Platform| {
            *platform != Platform::Deal
                && self.history().is_stated(&SeriesKey {
                    subject: subject.clone(),
                    metric: Metric::Revenue,
                    platform: *platform,
                })
        };
        let of = |claim: Claim| Platform::all().filter(move |one| Claim::of(*one) == claim).filter(stated).collect();
        self.order.order().map(of).find(|some: &Vec<Platform>| !some.is_empty()).unwrap_or_default()
    }

    fn money(&self, about: &About, subject: &Subject, want: Want, platforms: &[Platform]) -> Figure<Money> {
        let history = self.history();
        let currency = history.currency(subject, want).unwrap_or(self.books);
        let read = self.read(about, subject, want);
        let whole = Money::new(read.value?, currency);
        if currency == self.told {
            return Ok(whole);
        }
        let no_rate = |cause| Absent::NoRate { cause };
        let (from, until) = (about.deal.map_or(Timestamp::MIN, |deal| deal.0), read.until.unwrap_or(self.now));
        let (mut sum, mut told) = (0_i64, Decimal::ZERO);
        for platform in platforms {
            let series = SeriesKey { subject: subject.clone(), metric: want.metric, platform: *platform };
            let amounts = history.amounts(&series);
            for ((begins, _), minor) in amounts.range((from, Timestamp::MIN)..(until, Timestamp::MIN)) {
                let day = begins.to_zoned(about.zone.clone()).date();
                let exact = self.rates.exact(Money::new(*minor, currency), self.told, day).map_err(no_rate)?;
                sum = sum.saturating_add(*minor);
                told = told.checked_add(exact).ok_or(Absent::TooLarge)?;
            }
        }
        if sum == whole.minor {
            return rounded(told, self.told).ok_or(Absent::TooLarge);
        }
        self.rates.convert(whole, self.told, self.last_day()).map_err(no_rate)
    }

    /// What the orders left: as a source states it, else orders times what each leaves.
    fn margin(&self, about: &About, subject: &Subject, orders: Option<&Figure<i64>>) -> Figure<Money> {
        let want = Want { metric: Metric::Margin, platform: None };
        let history = self.history();
        if self.credited.is_none() && history.currency(subject, want).is_some() {
            return self.money(about, subject, want, &[]);
        }
        let orders = orders.cloned().unwrap_or(Err(Absent::None { metric: Metric::Orders }))?;
        let catalog = &self.state.catalog;
        let brand = catalog.brands.get(&self.campaign.brand).ok_or(Absent::NoMargin)?;
        let parts = self.campaign.margin.as_ref().or(brand.margin.as_ref());
        let seen = || self.order_value(about, subject);
        let by_parts = parts.and_then(|parts| margin::per_order(parts, seen()).ok()?);
        let each = by_parts.or(brand.margin_per_order).ok_or(Absent::NoMargin)?;
        let whole = each.share(Decimal::from(orders)).map_err(|_| Absent::TooLarge)?;
        self.rates.convert(whole, self.told, self.last_day()).map_err(|cause| Absent::NoRate { cause })
    }

    /// What an order has brought on average, in the brand's currency.
    fn order_value(&self, about: &About, subject: &Subject) -> Option<Money> {
        let (revenue, orders) = if let Some(credited) = self.credited {
            let at = PartnershipRef { campaign: about.campaign.clone()?, creator: about.creator.clone()? };
            let own = *credited.of(&at).ok()?.get(&self.books)?;
            (own.revenue.minor, own.orders)
        } else {
            let read = |metric| self.read(about, subject, Want { metric, platform: None }).value.ok();
            (read(Metric::Revenue)?, read(Metric::Orders)?)
        };
        rounded(Decimal::from(revenue).checked_div(Decimal::from(orders))?, self.books)
    }

    /// By code and link. From sums both may have seen the same orders, so one of them counts; orders are credited once each.
    fn by(&self, at: &PartnershipRef) -> Vec<By> {
        if let Some(credited) = self.credited {
            let own = credited.by.iter().filter(|((owner, _, _), _)| owner == at);
            let told = own.map(|((_, way, _), brought)| {
                let (claim, name) = match way {
                    Way::Code(code) => (Claim::Code, code.clone()),
                    Way::Link(link) => (Claim::Link, link.clone()),
                };
                let (orders, revenue) = (Ok(brought.orders), Ok(brought.revenue));
                By { at: at.clone(), claim, name, orders, revenue, counted: true }
            });
            return told.collect();
        }
        let subject = at.subject();
        let about = self.state.catalog.about(&subject);
        let Some(deal) = self.state.catalog.partnerships.get(at) else { return Vec::new() };
        let counting = self.counting(&subject);
        let names = [(Claim::Code, deal.codes.join(", ")), (Claim::Link, deal.link.clone().unwrap_or_default())];
        let mut all = Vec::new();
        for (claim, name) in names {
            for platform in Platform::all().filter(|one| Claim::of(*one) == claim && *one != Platform::Deal) {
                let want = |metric| Want { metric, platform: Some(platform) };
                let Some(currency) = self.history().currency(&subject, want(Metric::Revenue)) else { continue };
                let revenue = self.read(&about, &subject, want(Metric::Revenue)).value;
                let orders = self.read(&about, &subject, want(Metric::Orders)).value;
                let counted = counting.contains(&platform) && self.how != Some(Attribution::FirstTouch);
                let revenue = revenue.map(|minor| Money::new(minor, currency));
                all.push(By { at: at.clone(), claim, name: name.clone(), orders, revenue, counted });
            }
        }
        all
    }

    fn aim(&self) -> Option<Aim> {
        let aim = goals::aim(self.campaign.goal?, &self.campaign.target)?;
        let catalog = &self.state.catalog;
        let running: Vec<_> = catalog
            .partnerships
            .iter()
            .filter(|(at, one)| at.campaign == self.campaign.id && one.state == Running::Active)
            .collect();
        let promised = goals::promised(aim, running.iter().map(|(at, one)| (&at.creator, &one.target)));
        let deals = catalog.partnerships.keys().filter(|at| at.campaign == self.campaign.id);
        let want = Want { metric: aim.0, platform: None };
        // Of a level, what is reached is no sum, and neither is anybody's part of it.
        let is_sum = aim.0.kind() == crate::domain::metric::Kind::Counter;
        let each = deals.filter(|_| is_sum).filter_map(|at| {
            let about = catalog.about(&at.subject());
            Some((at.creator.clone(), self.read(&about, &at.subject(), want).value.ok()?))
        });
        let each: BTreeMap<CreatorId, i64> = each.collect();
        let reached = each.values().copied().reduce(i64::saturating_add);
        let days = (self.campaign.starts.0, self.campaign.ends.0);
        let pace = reached.and_then(|reached| goals::pace(aim.1, reached, days, self.last_day()));
        let least = |targets: &crate::domain::document::Targets| goals::least(targets, aim.0);
        let going: Vec<_> =
            running.iter().filter_map(|(at, one)| Some((at.creator.clone(), least(&one.target)?))).collect();
        let spread = if promised.short == 0 { BTreeMap::new() } else { goals::spread(promised.short, &going) };
        Some(Aim { promised, pace, spread, reached: each })
    }
}
