use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::ToSpan as _;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;

use super::*;
use crate::app::config::Config;
use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{
    Brand, Campaign, Creator, Deliverable, Goal, Partnership, PartnershipRef, Right, Running, Target, Targets,
};
use crate::domain::effort::Effort;
use crate::domain::ids::{CreatorId, DeliverableId, Platform, PostRef};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::written::{Day, Moment, Percent, Zone};
use crate::report::sheet::{read as read_bytes, to_csv, to_xlsx};
use crate::store::memory::MemoryStore;
use crate::store::records::scan_all;
use crate::store::{Store, Table, keys};
use crate::time::Clock;

/// Text that people, and people who mean harm, write into cells. Outer and double spaces are white space, not names.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-ZÅÄÖa-zåäöéß]{1,8}( [A-Za-z]{1,6}){0,2}",
        "[A-Za-z][ -~]{0,14}[a-z]",
        "[=+@'-]{1,3}[A-Za-z(),;\"]{1,8}",
        Just("Total Energies".to_owned()),
        Just("김우빈".to_owned()),
        Just("Alma\"; DROP".to_owned()),
        Just("3 mars 2026".to_owned()),
        Just("instagram.com/alma".to_owned()),
        Just("1.234".to_owned()),
        Just("Brand".to_owned()),
    ]
    .prop_map(|text| crate::domain::sheet::fold::tidy(&text))
}

fn name() -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.8, text())
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![9 => 0_i64..4_000, 1 => -40_000_i64..90_000]
        .prop_map(|days| Day(jiff::civil::date(2020, 1, 1).checked_add(days.days()).expect("a day")))
}

fn money(currency: Currency) -> impl Strategy<Value = Money> {
    prop_oneof![9 => 0_i64..5_000_000, 1 => 0_i64..900_000_000_000_000_000]
        .prop_map(move |minor| Money::new(minor, currency))
}

fn percent() -> impl Strategy<Value = Percent> {
    (0_i64..=100_000).prop_map(|thousandths| Percent(Decimal::new(thousandths, 3)))
}

fn running() -> impl Strategy<Value = Running> {
    select(vec![Running::Active, Running::Ended])
}

fn targets(currency: Currency) -> impl Strategy<Value = Targets> {
    let target = move |metric: &Metric, number: i64| match metric.unit() {
        Unit::Money | Unit::MoneyPer(_) => Target::Money(Money::new(number, currency)),
        Unit::Share(_) => Target::Number(Decimal::new(number % 1_000, 3)),
        Unit::Count | Unit::Seconds => Target::Number(Decimal::from(number)),
        Unit::Multiple => Target::Number(Decimal::new(number % 20_000, 3)),
    };
    subsequence(Metric::ALL.to_vec(), 0..4).prop_flat_map(move |metrics| {
        let count = metrics.len();
        proptest::collection::vec(1_i64..5_000_000, count).prop_map(move |numbers| {
            metrics.iter().zip(numbers).map(|(metric, number)| (*metric, target(metric, number))).collect()
        })
    })
}

fn brand(at: usize) -> impl Strategy<Value = Brand> {
    let codes = select(vec!["SEK", "EUR", "JPY", "KWD", "USD"]);
    (text(), codes, select(vec!["Europe/Stockholm", "UTC", "America/New_York"]), select(vec!["en", "sv"]), running())
        .prop_flat_map(move |(name, code, zone, locale, state)| {
            let currency: Currency = code.parse().expect("a currency");
            proptest::option::of(money(currency)).prop_map(move |margin_per_order| Brand {
                fallback: None,
                release: crate::domain::consent::Release::ByHand,
                quorum: None,
                confirm_above: None,
                accounts: std::collections::BTreeMap::new(),
                id: BrandId::new(&format!("brand-{at}")).expect("an id"),
                name: name.clone(),
                zone: Zone::new(zone).expect("a zone"),
                currency,
                locale: locale.to_owned(),
                margin_per_order,
                margin: None,
                emv: None,
                credit: None,
                state,
            })
        })
}

fn campaign(at: usize, brand: &Brand) -> impl Strategy<Value = Campaign> + use<> {
    let goals =
        vec![Goal::Awareness, Goal::NewAudiences, Goal::BrandStrength, Goal::Leads, Goal::Sales, Goal::Reputation];
    let id = brand.id.clone();
    let rest = (proptest::option::of(select(goals)), running(), proptest::option::of(Just("14d".to_owned())));
    (name(), day(), 0_i64..200, rest, targets(brand.currency)).prop_map(
        move |(name, starts, days, (goal, state, attribution), target)| Campaign {
            landing: None,
            id: CampaignId::new(&format!("campaign-{at}")).expect("an id"),
            name,
            brand: id.clone(),
            goal,
            starts,
            ends: Day(starts.0.checked_add(days.days()).expect("a day")),
            attribution,
            target,
            credit: None,
            margin: None,
            books: Books::default(),
            plan: Effort::default(),
            state,
        },
    )
}

fn creator(at: usize) -> impl Strategy<Value = Creator> {
    let handles = proptest::collection::btree_map(
        select(Platform::all().collect::<Vec<_>>()),
        "[a-zA-Z][a-z0-9._]{3,12}[a-z0-9]",
        0..3,
    );
    (name(), handles, select(vec!["Europe/Stockholm", "UTC"]), name(), running()).prop_map(
        move |(name, accounts, zone, managed_by, state)| Creator {
            id: CreatorId::new(&format!("c{at}")).expect("an id"),
            name,
            zone: Zone::new(zone).expect("a zone"),
            locale: "sv".to_owned(),
            accounts,
            managed_by,
            state,
        },
    )
}

fn partnership(at: PartnershipRef, currency: Currency) -> impl Strategy<Value = Partnership> {
    let codes = proptest::collection::btree_set("[A-Z]{3,8}[0-9]{1,2}", 0..3);
    (
        codes,
        proptest::option::of("[a-z]{3,9}-[a-z]{3,9}"),
        proptest::option::of(percent()),
        proptest::option::of(money(currency)),
        targets(currency),
        proptest::option::of(day()),
        running(),
    )
        .prop_map(move |(codes, link, commission, per_thousand_views, target, starts, state)| Partnership {
            landing: None,
            campaign: at.campaign.clone(),
            creator: at.creator.clone(),
            codes: codes.into_iter().rev().collect(),
            link,
            commission,
            per_thousand_views,
            product_cost: None,
            shipped: None,
            target,
            starts,
            rights: commission.iter().zip(starts).map(|(_, day)| Right::usage(day)).collect(),
            exclusivity: None,
            disclosure: Vec::new(),
            books: Books::default(),
            state,
        })
}

fn states() -> Vec<DeliverableState> {
    vec![
        DeliverableState::Agreed,
        DeliverableState::Briefed,
        DeliverableState::Draft,
        DeliverableState::Approved,
        DeliverableState::Live,
        DeliverableState::Proof,
        DeliverableState::Invoiced,
        DeliverableState::Paid,
        DeliverableState::Held,
        DeliverableState::Cancelled,
    ]
}

fn deliverable(at: PartnershipRef, id: String, currency: Currency) -> impl Strategy<Value = Deliverable> {
    let moment = (day(), 0_i8..24, 0_i8..60, select(vec![0_i32, 0, 123_000_000]));
    let moment = moment.prop_map(|(day, hour, minute, nano)| Moment(day.0.at(hour, minute, 0, nano)));
    let midnight = day().prop_map(|day| Moment(day.0.at(0, 0, 0, 0)));
    (
        (
            select(Platform::all().collect::<Vec<_>>()),
            select(vec!["reel", "story", "video", "dedicated video", "2 stories"]),
        ),
        money(currency),
        day(),
        proptest::option::of(prop_oneof![moment, midnight]),
        proptest::collection::btree_map(select(states()), percent(), 0..3),
        select(states()),
        // Nothing but dashes and underscores is how a sheet says that there is none.
        proptest::option::of("[A-Za-z0-9][A-Za-z0-9_-]{4,11}"),
        proptest::option::of(1_500_000_000_i64..1_900_000_000),
    )
        .prop_map(move |((platform, format), fee, due, cancel_by, kill_fee, state, post, live)| Deliverable {
            partnership: at.clone(),
            id: DeliverableId::new(&id).expect("an id"),
            platform,
            format: format.to_owned(),
            fee,
            billed: (fee.minor % 7 < 3).then(|| Money::new(fee.minor.saturating_add(1_000), currency)),
            draft_due: (fee.minor % 2 == 0).then_some(due),
            due,
            proof_due: (fee.minor % 3 == 0).then_some(due),
            report_due: (fee.minor % 5 == 0).then_some(due),
            cancel_by,
            kill_fee,
            state,
            post: post.map(|post| PostRef::new(&post).expect("a post")),
            live_at: live.map(|second| jiff::Timestamp::from_second(second).expect("a time")),
            reported_at: None,
            checked: Vec::new(),
            books: Books {
                account: (fee.minor % 2 == 1).then(|| "6070".to_owned()),
                po: (fee.minor % 3 == 1).then(|| "PO-18 A".to_owned()),
                invoice: (fee.minor % 5 == 1).then(|| format!("F-{}", fee.minor)),
                invoiced: (fee.minor % 7 == 1).then_some(due),
                vat: (fee.minor % 4 == 1).then(|| Percent(Decimal::new(125, 1))),
                paid: (fee.minor % 3 == 2).then_some(due),
                refunded: (fee.minor % 6 == 2).then_some(due),
            },
        })
}

/// One deal with its deliverables; their ids are words that say nothing, numbers and the usual.
fn deal(at: PartnershipRef, currency: Currency) -> impl Strategy<Value = (Partnership, Vec<Deliverable>)> {
    let ids = subsequence(vec!["reel-1", "Reel-2", "story", "main", "7", "tbd", "none", "-"], 0..4);
    let pieces = {
        let at = at.clone();
        ids.prop_flat_map(move |ids| {
            ids.into_iter().map(|id| deliverable(at.clone(), id.to_owned(), currency)).collect::<Vec<_>>()
        })
    };
    (partnership(at, currency), pieces)
}

/// A store's worth of documents: two brands, three campaigns, three creators, and some of their deals.
fn documents() -> impl Strategy<Value = Documents> {
    let brands = vec![brand(0), brand(1)];
    let campaigns = brands.prop_flat_map(|brands| {
        let campaigns: Vec<_> =
            [0, 0, 1].iter().enumerate().map(|(at, of)| campaign(at, &brands[*of]).boxed()).collect();
        (Just(brands), campaigns)
    });
    let creators = vec![creator(0), creator(1), creator(2)];
    (campaigns, creators).prop_flat_map(|((brands, campaigns), creators)| {
        let all: Vec<(usize, usize)> =
            (0..3).flat_map(|campaign| (0..3).map(move |creator| (campaign, creator))).collect();
        let (inner_brands, inner_campaigns, inner_creators) = (brands.clone(), campaigns.clone(), creators.clone());
        let deals = subsequence(all, 1..6).prop_flat_map(move |pairs| {
            pairs
                .into_iter()
                .map(|(campaign, creator)| {
                    let campaign = &inner_campaigns[campaign];
                    let brand = inner_brands.iter().find(|brand| brand.id == campaign.brand).expect("a brand");
                    let creator = inner_creators[creator].id.clone();
                    deal(PartnershipRef { campaign: campaign.id.clone(), creator }, brand.currency)
                })
                .collect::<Vec<_>>()
        });
        deals.prop_map(move |deals| of_deals(&brands, &campaigns, &creators, deals))
    })
}

/// Only what a sheet of deals can hold: a brand without a campaign, or a creator without a deal, is in none.
fn of_deals(
    brands: &[Brand],
    campaigns: &[Campaign],
    creators: &[Creator],
    deals: Vec<(Partnership, Vec<Deliverable>)>,
) -> Documents {
    let mut documents = Documents::default();
    for (deal, pieces) in deals {
        documents.partnership.push(deal);
        documents.deliverable.extend(pieces);
    }
    let deals = documents.partnership.clone();
    let has = |campaign: &Campaign| deals.iter().any(|deal| deal.campaign == campaign.id);
    documents.campaign = campaigns.iter().filter(|campaign| has(campaign)).cloned().collect();
    documents.creator =
        creators.iter().filter(|creator| deals.iter().any(|deal| deal.creator == creator.id)).cloned().collect();
    let of_some = |brand: &&Brand| documents.campaign.iter().any(|campaign| campaign.brand == brand.id);
    documents.brand = brands.iter().filter(of_some).cloned().collect();
    documents
}

/// By kind and id, whatever the order.
fn sorted(documents: Documents) -> BTreeMap<(String, String), Document> {
    documents.into_list().map(|one| ((one.kind().to_owned(), one.id()), one)).collect()
}

/// What is exported is read again, from CSV and from a workbook, over what is known and over nothing.
fn check_round_trip(documents: &Documents) -> Result<(), TestCaseError> {
    let grid = sheet::export::grid(documents);
    for bytes in [to_csv(&grid, true), to_csv(&grid, false), to_xlsx(&grid)] {
        let book = read_bytes(&bytes.expect("writes")).expect("reads");
        for known in [documents, &Documents::default()] {
            let reading = sheet::read(&book.grids, None, &Mapping::default(), known);
            let reading = reading.map_err(TestCaseError::fail)?;
            prop_assert_eq!(&reading.rejected, &[]);
            prop_assert_eq!(sorted(reading.documents), sorted(documents.clone()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn export_and_import_change_nothing(documents in documents()) {
        check_round_trip(&documents)?;
    }

    /// A sheet as people keep it, in, out, and in again.
    #[test]
    fn import_export_and_import_change_nothing(rows in proptest::collection::vec(
        (select(vec!["Alma", "ÅSA Ö", "@cleo", "Bo Ek"]), select(vec!["Nordbo", "Fjord"]), select(vec!["Spring", "Höst 2026"]),
         select(vec!["Reel", "IG story", "TikTok", "2 stories"]), 1_u32..9_000, 1_i64..300, select(vec!["", "posted", "klar", "avtalad"])),
        1..12)) {
        let mut text = "Influencer;Kund;Kampanj;Format;Arvode;Datum;Status\n".to_owned();
        for (creator, brand, campaign, format, fee, days, state) in &rows {
            let day = jiff::civil::date(2026, 1, 1).checked_add(days.days()).expect("a day");
            let (day, month, year) = (day.day(), day.month(), day.year());
            writeln!(text, "{creator};{brand};{campaign};{format};{fee},50 kr;{day}.{month}.{year};{state}").expect("text");
        }
        let mut mapping = Mapping::default();
        for given in ["currency=SEK", "zone=Europe/Stockholm", "platform=instagram"] {
            mapping.set(given).expect(given);
        }
        let book = read_bytes(text.as_bytes()).expect("reads");
        let first = sheet::read(&book.grids, None, &mapping, &Documents::default()).expect("a table");
        prop_assert_eq!(first.taken, rows.len());
        check_round_trip(&first.documents)?;
        let again = sheet::read(&book.grids, None, &mapping, &first.documents).expect("a table");
        prop_assert_eq!(sorted(again.documents), sorted(first.documents));
    }
}

async fn core() -> (Arc<Core>, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::new());
    let config = Config::load(None, &[]).expect("the defaults load");
    let core = Core::open(Clock::system(), Arc::clone(&store) as Arc<dyn Store>, config, 1).await.expect("opens");
    (core, store)
}

fn given(text: &str) -> DealsImport {
    let mut mapping = Mapping::default();
    for given in ["brand=Nordbo", "campaign=Spring", "currency=SEK", "zone=Europe/Stockholm"] {
        mapping.set(given).expect(given);
    }
    let grids = read_bytes(text.as_bytes()).expect("reads").grids;
    DealsImport { grids, sheet: None, mapping, strict: false }
}

#[tokio::test]
async fn importing_again_adds_no_version_and_a_change_adds_one() {
    let (core, store) = core().await;
    let text = "Creator,Format,Fee,Due\nAlma,Reel,4000,2026-03-05\nBo,Reel,TBD,2026-03-06\n";
    let trial = import_deals(&core, given(text), "terminal:t", true).await.expect("reads");
    assert_eq!((trial.new.len(), trial.applied, trial.reading.rejected.len()), (5, false, 1));
    assert!(core.state.lock().await.catalog.brands.is_empty(), "a trial stores nothing");
    let first = import_deals(&core, given(text), "terminal:t", false).await.expect("applies");
    assert_eq!((first.new.len(), first.unchanged, first.applied), (5, 0, true));
    let (from, until) = keys::all();
    let dump = store.scan(Table::Documents, &from, &until, 100).await.expect("rows");
    let second = import_deals(&core, given(text), "terminal:t", false).await.expect("applies");
    assert_eq!((second.new.len(), second.changed.len(), second.unchanged), (0, 0, 5));
    assert_eq!(store.scan(Table::Documents, &from, &until, 100).await.expect("rows"), dump, "no new version");
    let dearer = text.replace("4000", "4500");
    let third = import_deals(&core, given(&dearer), "terminal:t", false).await.expect("applies");
    let [changed] = third.changed.as_slice() else { panic!("{:?}", third.changed) };
    assert_eq!((changed.kind.as_str(), changed.id.as_str()), ("deliverable", "spring/alma/reel-1"));
    let [fee] = changed.fields.as_slice() else { panic!("{:?}", changed.fields) };
    assert_eq!(
        (fee.field.as_str(), fee.from.as_str(), fee.to.as_str()),
        ("fee", Some("4000.00 SEK"), Some("4500.00 SEK"))
    );
    let history = scan_all::<crate::app::records::HistoryRecord>(&*store).await.expect("history");
    assert_eq!(history.len(), 1, "the earlier version is kept");
    let grid = export_deals(&core, &DealsExport::default()).await.expect("a sheet");
    assert_eq!(grid.rows.len(), 2);
    let nobody = DealsExport { brand: Some(BrandId::new("havn").expect("an id")), campaign: None };
    assert_eq!(export_deals(&core, &nobody).await.expect_err("none").to_string(), "there is no brand `havn`");
}

#[tokio::test]
async fn strict_takes_all_or_nothing() {
    let (core, _) = core().await;
    let text = "Creator,Format,Fee,Due\nAlma,Reel,4000,2026-03-05\nBo,Reel,TBD,2026-03-06\n";
    let strict = DealsImport { strict: true, ..given(text) };
    let outcome = import_deals(&core, strict, "terminal:t", false).await.expect("reads");
    assert_eq!((outcome.applied, outcome.reading.taken), (false, 1));
    assert!(core.state.lock().await.catalog.brands.is_empty());
}
