//! Lines, VAT and sums of a ledger, over chosen and over random lives of pieces.

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::pieces::{Version, lines};
use super::*;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, Documents};
use crate::domain::written::Day;

fn piece(id: &str, more: &str) -> Deliverable {
    let text = format!(
        "[[deliverable]]\npartnership = \"spring/alma\"\nid = \"{id}\"\nplatform = \"instagram\"\nformat = \"reel\"\n\
         due = 2026-03-20\n{more}\n"
    );
    Documents::from_toml(&text).expect("documents").deliverable.remove(0)
}

fn version(month: i8, day: i8, more: &str) -> Version {
    let piece = piece("reel-1", more);
    let live = piece.state.is_out().then(|| date(2026, 3, 18));
    Version { day: date(2026, month, day), live, piece }
}

fn brand() -> BrandId {
    BrandId::new("nordbo").expect("an id")
}

fn shown(entry: &Entry) -> String {
    let (kind, what) = (entry.kind.name(), entry.what.name());
    format!("{} {kind} {what} {} + {}{}", entry.day, entry.net, entry.vat, if entry.reverses { " back" } else { "" })
}

#[track_caller]
fn check(versions: &[Version], want: &[&str]) -> Ledger {
    let ledger = Ledger::new(lines(versions, &brand(), &Books::default()).expect("lines")).expect("a ledger");
    assert_eq!(ledger.entries().iter().map(shown).collect::<Vec<_>>(), want);
    ledger
}

#[test]
fn a_fee_is_accrued_when_it_is_live_and_paid_when_it_is_paid() {
    let fee = "fee = \"999.99 EUR\"\nbooks = { vat = \"25 %\" }";
    let ledger = check(
        &[
            version(3, 1, fee),
            version(3, 19, &format!("state = \"live\"\n{fee}")),
            version(3, 25, &format!("state = \"invoiced\"\n{fee}")),
            version(
                4,
                20,
                "state = \"paid\"\nfee = \"999.99 EUR\"\nbooks = { vat = \"25 %\", paid = 2026-04-15, invoice = \"A-7\" }",
            ),
        ],
        &["2026-03-18 accrual fee 999.99 EUR + 250.00 EUR", "2026-04-15 payment fee 999.99 EUR + 250.00 EUR"],
    );
    // A number that came late belongs to all of its lines.
    assert!(ledger.entries().iter().all(|entry| entry.books.invoice.as_deref() == Some("A-7")));
    let totals = ledger.totals().expect("adds up");
    let sum = totals.values().next().expect("euros");
    assert_eq!((sum.accrued_gross.to_string(), sum.due_gross.minor), ("1249.99 EUR".to_owned(), 0));
}

#[test]
fn what_was_posted_is_taken_back_and_never_changed() {
    check(
        &[
            version(3, 1, "fee = \"400.00 EUR\""),
            version(3, 19, "fee = \"400.00 EUR\"\nstate = \"live\""),
            version(4, 2, "fee = \"350.00 EUR\"\nstate = \"live\""),
            version(4, 9, "fee = \"350.00 EUR\"\nstate = \"draft\""),
        ],
        &[
            "2026-03-18 accrual fee 400.00 EUR + 0.00 EUR",
            "2026-04-02 accrual fee 350.00 EUR + 0.00 EUR",
            "2026-04-02 accrual fee -400.00 EUR + 0.00 EUR back",
            "2026-04-09 accrual fee -350.00 EUR + 0.00 EUR back",
        ],
    );
}

#[test]
fn a_cancelled_piece_owes_its_kill_fee_and_an_advance_comes_back() {
    let cancelled = "fee = \"400.00 EUR\"\nstate = \"cancelled\"\nkill_fee = { cancelled = \"25 %\" }\n";
    let ledger = check(
        &[
            version(3, 1, "fee = \"400.00 EUR\"\nbooks = { paid = 2026-03-02, vat = \"19 %\" }"),
            version(3, 10, &format!("{cancelled}books = {{ paid = 2026-03-02, vat = \"19 %\" }}")),
            version(
                3,
                30,
                &format!("{cancelled}books = {{ paid = 2026-03-02, refunded = 2026-03-28, vat = \"19 %\" }}"),
            ),
            version(
                4,
                1,
                &format!(
                    "{cancelled}books = {{ paid = 2026-03-02, refunded = 2026-03-28, vat = \"19 %\", po = \"1\" }}"
                ),
            ),
        ],
        &[
            "2026-03-02 payment fee 400.00 EUR + 76.00 EUR",
            "2026-03-10 accrual kill_fee 100.00 EUR + 19.00 EUR",
            "2026-03-28 payment fee -400.00 EUR + -76.00 EUR back",
            "2026-03-28 payment kill_fee 100.00 EUR + 19.00 EUR",
        ],
    );
    assert!(ledger.totals().expect("adds up").values().all(|sum| sum.due_gross.minor == 0));
    // Without a kill fee all of it comes back, once.
    let none = "fee = \"400.00 EUR\"\nstate = \"cancelled\"\nbooks = { paid = 2026-03-02, refunded = 2026-03-28 }";
    let advance = version(3, 1, "fee = \"400.00 EUR\"\nbooks = { paid = 2026-03-02 }");
    check(
        &[advance, version(3, 28, none), version(3, 29, none)],
        &["2026-03-02 payment fee 400.00 EUR + 0.00 EUR", "2026-03-28 payment fee -400.00 EUR + 0.00 EUR back"],
    );
}

#[test]
fn a_cancelled_piece_that_nobody_paid_in_advance_is_paid_its_kill_fee() {
    let cancelled = "fee = \"400.00 EUR\"\nstate = \"cancelled\"\nkill_fee = { cancelled = \"25 %\" }\n";
    check(
        &[version(3, 10, cancelled), version(4, 1, &format!("{cancelled}books = {{ paid = 2026-03-30 }}"))],
        &["2026-03-10 accrual kill_fee 100.00 EUR + 0.00 EUR", "2026-03-30 payment kill_fee 100.00 EUR + 0.00 EUR"],
    );
    check(&[version(3, 10, "fee = \"400.00 EUR\"\nstate = \"cancelled\"\nbooks = { paid = 2026-03-30 }")], &[]);
}

#[test]
fn the_vat_of_an_invoice_is_rounded_once() {
    let line = |id: &str| {
        let books = "books = { invoice = \"A-1\", vat = \"25 %\" }";
        let piece = piece(id, &format!("fee = \"0.10 EUR\"\nstate = \"live\"\n{books}"));
        lines(&[Version { day: date(2026, 3, 18), live: None, piece }], &brand(), &Books::default()).expect("lines")
    };
    let entries: Vec<Entry> = ["a", "b", "c"].iter().flat_map(|id| line(id)).collect();
    let ledger = Ledger::new(entries).expect("a ledger");
    // Each by itself is 2.5 cents and would be 3; together it is 7.5, which is 8.
    let vat: Vec<i64> = ledger.entries().iter().map(|entry| entry.vat.minor).collect();
    assert_eq!(vat, [3, 3, 2]);
}

#[test]
fn what_a_campaign_says_holds_for_its_pieces() {
    let wider: Books = toml::from_str("account = \"6070\"\npo = \"PO-9\"\nvat = \"25 %\"").expect("books");
    let versions = [version(3, 19, "fee = \"400.00 EUR\"\nstate = \"live\"\nbooks = { account = \"6071\" }")];
    let ledger = Ledger::new(lines(&versions, &brand(), &wider).expect("lines")).expect("a ledger");
    let books: Vec<_> =
        ledger.entries().iter().map(|entry| (&entry.books.account, &entry.books.po, entry.vat)).collect();
    let want = (Some("6071".to_owned()), Some("PO-9".to_owned()));
    assert_eq!(books, [(&want.0, &want.1, Money::new(10_000, "EUR".parse().expect("EUR")))]);
}

#[test]
fn lines_are_told_in_one_currency_by_the_rate_of_their_day_or_not_at_all() {
    let versions = [version(3, 19, "fee = \"400.00 EUR\"\nstate = \"live\"")];
    let ledger = Ledger::new(lines(&versions, &brand(), &Books::default()).expect("lines")).expect("a ledger");
    let sek = "SEK".parse().expect("SEK");
    let none = ledger.accrued_in(sek, &Rates::default(), |_| true).expect_err("no rate");
    insta::assert_snapshot!(none, @"no rate from EUR to SEK on 2026-03-18 or before; apply a [[rate]]");
    let mut rates = Rates::default();
    let text = "[[rate]]\nid = \"a\"\ndate = 2026-03-01\nfrom = \"EUR\"\nto = \"SEK\"\nvalue = \"11.421\"";
    Documents::from_toml(text).expect("a rate").rate.iter().for_each(|rate| rates.take(rate));
    assert_eq!(ledger.accrued_in(sek, &rates, |_| true).map(|money| money.to_string()), Ok("4568.40 SEK".to_owned()));
}

/// The example of `docs/ledger.md`, worked out: what it says of each line, of the return, and how its documents are written.
#[test]
fn the_worked_example_of_the_docs() {
    use crate::domain::metric::Metric;
    use crate::insight::roi::{Facts, percent, work_out};
    let text = include_str!("../../../docs/ledger.md");
    let sek = "SEK".parse().expect("SEK");
    let vat = "books = { vat = \"25 %\" }";
    let reel = piece("reel", &format!("fee = \"4000.00 SEK\"\nstate = \"live\"\n{vat}"));
    let story = format!("fee = \"1500.00 SEK\"\nstate = \"approved\"\nkill_fee = {{ approved = \"50 %\" }}\n{vat}");
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let story = piece("story", &story).cancelled(&jiff::tz::TimeZone::UTC, now);
    let of = |piece| Version { day: date(2026, 3, 10), live: None, piece };
    let mut entries: Vec<Entry> = [reel, story]
        .into_iter()
        .flat_map(|one| lines(&[of(one)], &brand(), &Books::default()).expect("lines"))
        .collect();
    let revenue = Money::new(3_120_000, sek);
    for (what, net, vat) in [
        (What::Earned, revenue.share(Decimal::new(1, 1)).expect("fits"), Some(Percent(Decimal::from(25)))),
        (What::Boost(Platform::MetaAds), Money::new(213_000, sek), None),
    ] {
        let mut line = Entry::new(date(2026, 3, 10), (Kind::Accrual, what), (brand(), entries[0].at.clone()), net);
        line.books.vat = vat;
        entries.push(line);
    }
    let ledger = Ledger::new(entries).expect("a ledger");
    let cost = ledger.totals().expect("adds up")[&sek].accrued_net;
    let facts = Facts {
        currency: sek,
        cost: Ok(cost),
        revenue: Ok(revenue),
        margin: Money::new(25_000, sek).share(Decimal::from(52)).map_err(|_| crate::insight::roi::Absent::TooLarge),
        counts: BTreeMap::from([(Metric::Orders, Ok(52))]),
    };
    let roi = work_out(&facts, None);
    let grouped = |money: Money| {
        let plain = money.to_major().to_string();
        let (whole, cents) = plain.split_once('.').expect("cents");
        match whole.split_at_checked(whole.len().saturating_sub(3)) {
            Some((thousands, rest)) if !thousands.is_empty() => format!("{thousands},{rest}.{cents}"),
            _ => plain.clone(),
        }
    };
    let mut said: Vec<String> = ledger.entries().iter().map(|entry| format!("| {} |", grouped(entry.net))).collect();
    said.extend(
        ledger.entries().iter().filter(|one| one.vat.minor != 0).map(|one| grouped(one.gross().expect("fits"))),
    );
    said.push(format!("| **cost** | **{}** |", grouped(cost)));
    said.push(format!("margin | {} |", grouped(roi.margin.expect("known"))));
    said.push(format!("| profit | {} |", grouped(roi.profit.expect("known"))));
    let (back, roas, cpa) = (roi.roi.expect("known"), roi.roas.expect("known"), roi.cpa.expect("known"));
    said.push(format!("ROI is {}, ROAS {roas}, CPA {}.", percent(back), cpa.to_major()));
    for said in said {
        assert!(text.contains(&said), "docs/ledger.md says {said}");
    }
    // What it shows of documents is read.
    for block in text.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()) {
        let documents = Documents::from_toml(block).expect("documents");
        let booked = documents.deliverable.iter().all(|one| one.books.paid.is_some());
        assert!(!documents.is_empty() && booked, "{block}");
    }
}

/// States a version of a piece may be in, in any order.
const STATES: [DeliverableState; 7] = [
    DeliverableState::Agreed,
    DeliverableState::Approved,
    DeliverableState::Live,
    DeliverableState::Invoiced,
    DeliverableState::Paid,
    DeliverableState::Held,
    DeliverableState::Cancelled,
];

proptest! {
    #[test]
    fn lines_come_to_what_the_newest_version_says(
        life in proptest::collection::vec((0_usize..7, 1_i64..500_000, 0_i64..=100, any::<bool>(), any::<bool>()), 1..12),
        tenths in 0_i64..300,
    ) {
        let mut versions = Vec::new();
        for (at, (state, fee, share, paid, refunded)) in life.into_iter().enumerate() {
            let mut piece = piece("reel-1", "fee = \"1.00 EUR\"");
            piece.fee = Money::new(fee, piece.fee.currency);
            piece.state = STATES[state];
            piece.kill_fee.insert(DeliverableState::Cancelled, Percent(Decimal::from(share)));
            piece.books.vat = Some(Percent(Decimal::new(tenths, 1)));
            piece.books.paid = paid.then(|| Day(date(2026, 3, 1)));
            piece.books.refunded = (paid && refunded).then(|| Day(date(2026, 3, 2)));
            versions.push(Version { day: date(2026, 4, i8::try_from(at + 1).expect("a day")), live: Some(date(2026, 3, 30)), piece });
        }
        let newest = versions.last().expect("one").piece.clone();
        let ledger = Ledger::new(lines(&versions, &brand(), &Books::default()).expect("lines")).expect("a ledger");
        let owed = match newest.state {
            state if state.is_out() => newest.fee,
            DeliverableState::Cancelled => newest.fee.share(newest.kill_fee[&DeliverableState::Cancelled].fraction()).expect("fits"),
            _ => Money::zero(newest.fee.currency),
        };
        let sum = ledger.totals().expect("adds up").values().next().copied().unwrap_or(Sum::zero(newest.fee.currency));
        prop_assert_eq!(sum.accrued_net, owed);
        let vat = owed.share(Decimal::new(tenths, 3)).expect("fits");
        prop_assert_eq!(sum.accrued_vat, vat);
        prop_assert_eq!(sum.accrued_net.minor + sum.accrued_vat.minor, sum.accrued_gross.minor);
        prop_assert_eq!(sum.accrued_gross.minor - sum.paid_gross.minor, sum.due_gross.minor);
        let paid = newest.state == DeliverableState::Paid || newest.books.paid.is_some();
        if !paid {
            prop_assert_eq!(sum.paid_gross.minor, 0);
        }
        // What takes back takes back a line, whole.
        for back in ledger.entries().iter().filter(|entry| entry.reverses) {
            let taken = |entry: &&Entry| entry.kind == back.kind && entry.net.minor == -back.net.minor && entry.vat.minor == -back.vat.minor;
            prop_assert!(ledger.entries().iter().any(|entry| taken(&entry)));
        }
        // The same sums by month, by piece and in all.
        let by_month: i64 = ledger.sums(Entry::month).expect("adds up").values().map(|sum| sum.accrued_gross.minor).sum();
        prop_assert_eq!(by_month, sum.accrued_gross.minor);
    }
}
