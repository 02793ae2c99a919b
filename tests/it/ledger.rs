//! A year of money: 20 campaigns of four brands in four currencies, 300 partnerships, 600 pieces; refunds, advances that come
//! back, pieces cancelled before and after they were out. What the store holds, the ledger in memory, and the files of the
//! real program, read by others, come to the same to the cent, and to what the generator knows must be.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use calamine::{Data, DataType as _, Reader as _, Xlsx};
use jiff::Timestamp;
use jiff::civil::Date;
use plimsoll::app::config::Config;
use plimsoll::app::control::{Answer, Body, Report, Request, Seat, Text, Which, Wish, answer};
use plimsoll::app::core::Core;
use plimsoll::app::watch;
use plimsoll::domain::ids::{CampaignId, PersonId, Platform, SourceId};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::{Grant, Person, Reach, Role};
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::sources::Fetched;
use plimsoll::store::Store;
use plimsoll::store::samples::{Row, load_history};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Brands: id, zone, currency, decimals, VAT in tenths of a percent.
const BRANDS: [(&str, &str, &str, u32, i64); 4] = [
    ("adler", "Europe/Berlin", "EUR", 2, 190),
    ("nordbo", "Europe/Stockholm", "SEK", 2, 250),
    ("sakura", "Asia/Tokyo", "JPY", 0, 100),
    ("union", "America/New_York", "USD", 2, 88),
];

/// When the store is opened: a quarter of the year each, and its end.
const OPENED: [&str; 5] = [
    "2024-01-02T16:00:00Z",
    "2024-04-02T16:00:00Z",
    "2024-07-02T16:00:00Z",
    "2024-10-02T16:00:00Z",
    "2024-12-30T16:00:00Z",
];

/// Commission, where there is one.
const COMMISSION: (i64, &str) = (125, "12.5 %");

fn opened(at: usize) -> Timestamp {
    OPENED[at].parse().expect("an instant")
}

fn day(at: usize) -> Date {
    opened(at).to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// What becomes of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Paid,
    Invoiced,
    Cancelled,
    AdvanceRefunded,
    TakenDown,
    Corrected,
    Open,
    CancelledFree,
}

const FATES: [Fate; 8] = [
    Fate::Paid,
    Fate::Invoiced,
    Fate::Cancelled,
    Fate::AdvanceRefunded,
    Fate::TakenDown,
    Fate::Corrected,
    Fate::Open,
    Fate::CancelledFree,
];

struct Piece {
    fate: Fate,
    fee: i64,
    corrected: i64,
    /// Of the fee, in tenths of a percent.
    kill: i64,
    live: i64,
}

struct Deal {
    campaign: usize,
    number: usize,
    pieces: Vec<Piece>,
    commission: bool,
    product: Option<i64>,
    revenue: i64,
    boosted: i64,
}

impl Deal {
    fn campaign_id(&self) -> String {
        format!("c{:02}", self.campaign)
    }

    fn creator(&self) -> String {
        format!("p{:03}", self.number)
    }

    fn brand(&self) -> (&'static str, &'static str, &'static str, u32, i64) {
        BRANDS[self.campaign % 4]
    }

    fn begins(&self) -> usize {
        self.campaign % 3
    }
}

/// What a year must come to, in minor units, worked out without the program.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Sums {
    net: i64,
    vat: i64,
    paid: i64,
    /// Of the net, kill fees: they are owed, and no spend.
    kill: i64,
}

/// A share in tenths of a percent, rounded half away from zero.
fn share(minor: i64, tenths: i64) -> i64 {
    let exact = Decimal::from(minor) * Decimal::new(tenths, 3);
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64().expect("fits")
}

fn money(minor: i64, decimals: u32, currency: &str) -> String {
    format!("{} {currency}", Decimal::new(minor, decimals))
}

struct Year {
    deals: Vec<Deal>,
    dice: ChaCha8Rng,
}

impl Year {
    fn new(seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut deals = Vec::new();
        for number in 0..300 {
            let pieces = (0..2).map(|_| Piece {
                fate: FATES[dice.random_range(0..FATES.len())],
                fee: dice.random_range(1_000..900_000),
                corrected: dice.random_range(1_000..900_000),
                kill: dice.random_range(1..1_000),
                live: dice.random_range(5..60),
            });
            let pieces = pieces.collect();
            let product = (number % 3 == 0).then(|| dice.random_range(500..40_000));
            let deal = Deal {
                campaign: number % 20,
                number,
                pieces,
                commission: number % 2 == 0,
                product,
                revenue: 0,
                boosted: 0,
            };
            deals.push(deal);
        }
        Self { deals, dice }
    }

    /// The documents as they are when the store is opened for the `at`th time; nothing of campaigns that have not begun.
    fn documents(&self, at: usize) -> String {
        let mut text = String::new();
        if at == 0 {
            for (id, zone, currency, _, _) in BRANDS {
                write!(
                    text,
                    "[[brand]]\nid = \"{id}\"\nname = \"{id}\"\nzone = \"{zone}\"\ncurrency = \"{currency}\"\n"
                )
                .expect("text");
            }
            for (number, (currency, rate)) in
                [("SEK", "0.0876"), ("JPY", "0.0061"), ("USD", "0.9215")].into_iter().enumerate()
            {
                write!(text, "[[rate]]\nid = \"r{number}\"\ndate = 2024-01-01\nfrom = \"{currency}\"\nto = \"EUR\"\nvalue = \"{rate}\"\n")
                    .expect("text");
            }
            for deal in &self.deals {
                writeln!(text, "[[creator]]\nid = \"{}\"", deal.creator()).expect("text");
            }
        }
        for campaign in (0..20).filter(|campaign| campaign % 3 == at) {
            let (starts, ends) = (day(at), day(at).checked_add(jiff::Span::new().days(150)).expect("a day"));
            write!(
                text,
                "[[campaign]]\nid = \"c{campaign:02}\"\nbrand = \"{}\"\nstarts = {starts}\nends = {ends}\nbooks = {{ account = \"60{campaign:02}\" }}\n",
                BRANDS[campaign % 4].0
            )
            .expect("text");
        }
        for deal in self.deals.iter().filter(|deal| deal.begins() <= at && at <= deal.begins() + 2) {
            let version = at - deal.begins();
            if version == 0 {
                partnership(&mut text, deal);
            }
            for (number, piece) in deal.pieces.iter().enumerate() {
                deliverable(&mut text, deal, (number, piece), version);
            }
        }
        text
    }

    /// What sources report when the store is opened for the `at`th time. What is kept of it is added up here.
    fn reported(&mut self, at: usize) -> Vec<Sample> {
        let mut samples = Vec::new();
        let Self { deals, dice } = self;
        for deal in deals.iter_mut().filter(|deal| deal.begins() < at && at <= deal.begins() + 2) {
            let late = at - deal.begins() == 2;
            let subject = format!("partnership/{}/{}", deal.campaign_id(), deal.creator()).parse().expect("a subject");
            let first = opened(deal.begins());
            let currency = deal.brand().2.parse().expect("a currency");
            let mut say = |metric, platform, days: i64, value: i64| {
                let from = first.checked_add(jiff::SignedDuration::from_hours(24 * days)).expect("an instant");
                let until = from.checked_add(jiff::SignedDuration::from_hours(24)).expect("an instant");
                samples.push(Sample {
                    series: SeriesKey { subject: Clone::clone(&subject), metric, platform },
                    value,
                    currency: Some(currency),
                    form: Form::Amount { from, until },
                    known_at: until,
                    provisional: false,
                    self_reported: false,
                });
            };
            if deal.commission {
                // The same eight days are stated twice: what was given back is off the second time, and one day is below zero.
                let mut sum = 0;
                for days in 0..8 {
                    let value = dice.random_range(0..400_000) - if late && days % 3 == 0 { 250_000 } else { 0 };
                    say(Metric::Revenue, Platform::Shop, 4 + days * 7, value);
                    sum += value;
                }
                deal.revenue = sum;
            }
            if deal.number % 4 == 0 && !late {
                for days in 0..12 {
                    let value = dice.random_range(0..30_000);
                    say(Metric::Spend, Platform::MetaAds, 10 + days * 5, value);
                    deal.boosted += value;
                }
            }
        }
        samples
    }

    /// What the year must come to, by currency.
    fn expected(&self) -> BTreeMap<String, Sums> {
        let mut all: BTreeMap<String, Sums> = BTreeMap::new();
        for deal in &self.deals {
            let (_, _, currency, _, rate) = deal.brand();
            let sums = all.entry(currency.to_owned()).or_default();
            sums.net += deal.boosted + deal.product.unwrap_or(0);
            if deal.commission {
                sums.net += share(deal.revenue, COMMISSION.0);
            }
            // Both pieces of a deal stand on one invoice.
            let on_invoice: Vec<(i64, bool)> = deal
                .pieces
                .iter()
                .filter_map(|piece| match piece.fate {
                    Fate::Paid => Some((piece.fee, true)),
                    Fate::Invoiced => Some((piece.fee, false)),
                    Fate::Corrected => Some((piece.corrected, false)),
                    _ => None,
                })
                .collect();
            let net: i64 = on_invoice.iter().map(|line| line.0).sum();
            sums.net += net;
            sums.vat += share(net, rate);
            for ((fee, paid), vat) in on_invoice.iter().zip(spread(share(net, rate), &on_invoice)) {
                sums.paid += if *paid { fee + vat } else { 0 };
            }
            for piece in
                deal.pieces.iter().filter(|piece| matches!(piece.fate, Fate::Cancelled | Fate::AdvanceRefunded))
            {
                let kill = share(piece.fee, piece.kill);
                sums.net += kill;
                sums.kill += kill;
                sums.vat += share(kill, rate);
                sums.paid += kill + share(kill, rate);
            }
        }
        all
    }
}

/// The VAT of one or two lines: each its share rounded down, what is left to the one that lost more, else to the first.
fn spread(whole: i64, lines: &[(i64, bool)]) -> Vec<i64> {
    let net: i64 = lines.iter().map(|line| line.0).sum();
    let exact: Vec<Decimal> =
        lines.iter().map(|line| Decimal::from(whole) * Decimal::from(line.0) / Decimal::from(net)).collect();
    let mut parts: Vec<i64> = exact.iter().map(|part| part.floor().to_i64().expect("fits")).collect();
    if parts.iter().sum::<i64>() < whole {
        let second = parts.len() == 2 && exact[0].fract() < exact[1].fract();
        parts[usize::from(second)] += 1;
    }
    parts
}

fn partnership(text: &mut String, deal: &Deal) {
    let (_, _, currency, decimals, _) = deal.brand();
    write!(
        text,
        "[[partnership]]\ncampaign = \"{}\"\ncreator = \"{}\"\nbooks = {{ po = \"PO-{}\" }}\n",
        deal.campaign_id(),
        deal.creator(),
        deal.number
    )
    .expect("text");
    if deal.commission {
        writeln!(text, "commission = \"{}\"", COMMISSION.1).expect("text");
    }
    if let Some(product) = deal.product {
        let sent = day(deal.begins()).checked_add(jiff::Span::new().days(3)).expect("a day");
        writeln!(text, "product_cost = \"{}\"\nshipped = {sent}", money(product, decimals, currency)).expect("text");
    }
}

/// A piece as a version of its deal says.
fn deliverable(text: &mut String, deal: &Deal, (number, piece): (usize, &Piece), version: usize) {
    let (_, _, currency, decimals, rate) = deal.brand();
    let begins = day(deal.begins());
    let after = |days: i64| begins.checked_add(jiff::Span::new().days(days)).expect("a day");
    let fee = if piece.fate == Fate::Corrected && version == 2 { piece.corrected } else { piece.fee };
    let state = match (piece.fate, version) {
        (Fate::Open, _) | (_, 0) => "agreed",
        (Fate::Paid | Fate::Invoiced | Fate::Corrected | Fate::TakenDown, 1) | (Fate::Corrected, _) => "live",
        (Fate::Paid, _) => "paid",
        (Fate::Invoiced, _) => "invoiced",
        _ => "cancelled",
    };
    let mut books = vec![format!("vat = \"{} %\"", Decimal::new(rate, 1))];
    if version == 2 && matches!(piece.fate, Fate::Paid | Fate::Invoiced | Fate::Corrected) {
        books.push(format!("invoice = \"INV-{}\", invoiced = {}", deal.number, after(100)));
    }
    match (piece.fate, version) {
        (Fate::Paid | Fate::Cancelled, 2) => books.push(format!("paid = {}", after(110 + piece.live))),
        (Fate::AdvanceRefunded, 0 | 1) => books.push(format!("paid = {}", after(1))),
        (Fate::AdvanceRefunded, _) => books.push(format!("paid = {}, refunded = {}", after(1), after(120))),
        _ => {}
    }
    write!(
        text,
        "[[deliverable]]\npartnership = \"{}/{}\"\nid = \"piece-{number}\"\nplatform = \"instagram\"\nformat = \"reel\"\nfee = \"{}\"\n\
         due = {}\nstate = \"{state}\"\nbooks = {{ {} }}\n",
        deal.campaign_id(),
        deal.creator(),
        money(fee, decimals, currency),
        after(60),
        books.join(", ")
    )
    .expect("text");
    if matches!(piece.fate, Fate::Cancelled | Fate::AdvanceRefunded) {
        writeln!(text, "kill_fee = {{ cancelled = \"{} %\" }}", Decimal::new(piece.kill, 1)).expect("text");
    }
    if matches!(state, "live" | "paid" | "invoiced") {
        writeln!(text, "live_at = \"{}T12:00:00Z\"", after(piece.live)).expect("text");
    }
}

async fn open(folder: &Path, clock: Clock) -> (Arc<SledStore>, Arc<Core>) {
    let store = Arc::new(SledStore::open(&folder.join("data"), &Options::default()).expect("the store opens"));
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock, Arc::clone(&store) as Arc<dyn Store>, config, 7).await.expect("opens");
    (store, core)
}

async fn done(core: &Core, wish: Wish) -> (Value, String) {
    let request = Request { by: "terminal:tester".to_owned(), acting: None, wish };
    match answer(core, Seat::Service, &request, &Body::Empty, &|_| {}).await {
        Answer::Done { json, text } => (serde_json::from_str(&json).expect("JSON"), text),
        Answer::Refused { line, .. } => panic!("{line}"),
    }
}

fn ledger_of(campaign: Option<&str>) -> Wish {
    let campaign = campaign.map(|id| CampaignId::new(id).expect("an id"));
    let told = Some("EUR".parse().expect("EUR"));
    Wish::Report {
        wanted: Report {
            what: Which::Ledger,
            campaign,
            how: None,
            told,
            orders: false,
            sheets: false,
            postmortem: None,
        },
    }
}

/// Sums as every reader of them comes to: currency to accrued net, VAT and gross, and what is paid.
type Told = BTreeMap<String, [i64; 4]>;

fn told(expected: &BTreeMap<String, Sums>) -> Told {
    expected.iter().map(|(currency, one)| (currency.clone(), [one.net, one.vat, one.net + one.vat, one.paid])).collect()
}

fn of_json(document: &Value) -> (Told, Told) {
    let minor = |value: &Value| value["minor"].as_i64().expect("minor units");
    let mut lines = Told::new();
    for entry in document["entries"].as_array().expect("entries") {
        let of = lines.entry(entry["net"]["currency"].as_str().expect("a currency").to_owned()).or_default();
        if entry["kind"] == "accrual" {
            for (sum, name) in of.iter_mut().zip(["net", "vat", "gross"]) {
                *sum += minor(&entry[name]);
            }
        } else {
            of[3] += minor(&entry["gross"]);
        }
    }
    let totals = document["totals"].as_array().expect("totals").iter().map(|sum| {
        let four = ["accrued_net", "accrued_vat", "accrued_gross", "paid_gross"].map(|name| minor(&sum[name]));
        (sum["accrued_net"]["currency"].as_str().expect("a currency").to_owned(), four)
    });
    let totals = totals.collect();
    (lines, totals)
}

/// What the store holds as spent, by currency: of every span the word that was known last.
async fn spent_in(store: &dyn Store) -> BTreeMap<String, i64> {
    let mut last = BTreeMap::new();
    let since = "2023-01-01T00:00:00Z".parse().expect("an instant");
    load_history(store, since, &mut |_, row| {
        let Row::Samples(row) = row else { return };
        for one in row.into_iter().filter(|one| one.series.metric == Metric::Spend) {
            let (currency, form) = (one.currency.expect("money").to_string(), one.form);
            let kept = last.entry((one.series, form)).or_insert((one.known_at, currency.clone(), one.value));
            if kept.0 <= one.known_at {
                *kept = (one.known_at, currency, one.value);
            }
        }
    })
    .await
    .expect("rows");
    let mut sums = BTreeMap::new();
    for (_, currency, value) in last.into_values() {
        *sums.entry(currency).or_insert(0) += value;
    }
    sums
}

fn run(folder: &Path, words: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let ended = command
        .args(words)
        .current_dir(folder)
        .env("USER", "tester")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    assert!(ended.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
    ended.stdout
}

fn decimals(currency: &str) -> u32 {
    BRANDS.iter().find(|brand| brand.2 == currency).expect("a currency of ours").3
}

fn minor(text: &str, currency: &str) -> i64 {
    let major: Decimal = text.parse().expect("an amount");
    let minor = major * Decimal::from(10_i64.pow(decimals(currency)));
    assert!(minor.fract().is_zero(), "{text} {currency}");
    minor.to_i64().expect("fits")
}

fn of_csv(bytes: &[u8]) -> Told {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|one| one == name).expect(name);
    let (kind, currency, amounts) = (at("Kind"), at("Currency"), ["Net", "VAT", "Gross"].map(at));
    let mut sums = Told::new();
    for record in reader.records() {
        let record = record.expect("a line");
        let of = sums.entry(record[currency].to_owned()).or_default();
        let [net, vat, gross] = amounts.map(|column| minor(&record[column], &record[currency]));
        if &record[kind] == "accrual" {
            for (sum, part) in of.iter_mut().zip([net, vat, gross]) {
                *sum += part;
            }
        } else {
            of[3] += gross;
        }
    }
    sums
}

/// A workbook by its own reader: the lines, the months and the totals, each added up.
fn of_workbook(path: &Path) -> [Told; 3] {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let mut sheet = |name: &str, columns: [&str; 4]| {
        let range = book.worksheet_range(name).expect(name);
        let rows: Vec<&[Data]> = range.rows().collect();
        let at = |name: &str| rows[0].iter().position(|cell| cell.get_string() == Some(name));
        let (currency, kind) = (at("Currency").expect("a currency"), at("Kind"));
        let mut sums = Told::new();
        for row in &rows[1..] {
            let code = row[currency].to_string();
            let of = sums.entry(code.clone()).or_default();
            for (place, name) in columns.iter().enumerate() {
                let payment = kind.is_some_and(|kind| row[kind].get_string() == Some("payment"));
                // Of lines the fourth sum is the gross of payments, and the others are of accruals.
                if kind.is_none() || payment == (place == 3) {
                    let Data::Float(value) = row[at(name).expect(name)] else { panic!("{name} is no number") };
                    of[place] += minor(&format!("{value}"), &code);
                }
            }
        }
        sums
    };
    let sums = ["Accrued net", "Accrued VAT", "Accrued gross", "Paid gross"];
    [sheet("Ledger", ["Net", "VAT", "Gross", "Gross"]), sheet("Months", sums), sheet("Totals", sums)]
}

fn of_text(text: &str) -> Told {
    let rows = text.lines().filter_map(|line| line.strip_prefix("total "));
    let rows = rows.map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.map(|row| (row[5].to_owned(), [0, 1, 2, 3].map(|at| minor(row[at], row[5])))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_reconciles_to_the_cent_in_every_form() {
    let seed = 20_240_102;
    let folder = tempfile::tempdir().expect("a folder");
    let mut year = Year::new(seed);
    let source = SourceId::new("shop").expect("an id");
    let mut in_memory = None;
    for at in 0..OPENED.len() {
        let (clock, _driver) = Clock::simulated(opened(at));
        let (store, core) = open(folder.path(), clock).await;
        let text = year.documents(at);
        if !text.is_empty() {
            let files = vec![Text { name: "year.toml".to_owned(), text }];
            done(&core, Wish::Apply { files, dry_run: false }).await;
        }
        let samples = year.reported(at);
        if !samples.is_empty() {
            let fetched = Fetched { samples, ..Fetched::default() };
            watch::take_in(&core, &source, 300, fetched, opened(at)).await.expect("taken in");
        }
        if at + 1 == OPENED.len() {
            in_memory = Some(of_memory(&core, &*store, &year, seed).await);
        }
        drop(core);
        store.close().await.expect("closed");
    }
    let want = told(&year.expected());
    // A year later the numbers are older than what is in memory: the program reads its books in the store.
    let (lines, totals) =
        of_json(&serde_json::from_slice(&run(folder.path(), &["report", "ledger", "--json"])).expect("JSON"));
    assert_eq!((&lines, &totals), (&want, &want), "JSON of the program, seed {seed}");
    assert_eq!(in_memory, Some(lines), "in memory, seed {seed}");
    assert_eq!(of_csv(&run(folder.path(), &["report", "ledger", "--format", "csv"])), want, "CSV, seed {seed}");
    let text = String::from_utf8(run(folder.path(), &["report", "ledger"])).expect("text");
    assert_eq!(of_text(&text), want, "text, seed {seed}");
    run(folder.path(), &["report", "ledger", "year.xlsx"]);
    let path = folder.path().join("year.xlsx");
    for (sums, sheet) in of_workbook(&path).into_iter().zip(["lines", "months", "totals"]) {
        assert_eq!(sums, want, "{sheet} of the workbook, seed {seed}");
    }
    by_another(&path, &want);
}

/// The last day of the year in the process itself: the store, all campaigns and each by itself.
async fn of_memory(core: &Core, store: &dyn Store, year: &Year, seed: u64) -> Told {
    let expected = year.expected();
    let want = told(&expected);
    let (document, _) = done(core, ledger_of(None)).await;
    assert_eq!(document["gaps"], Value::Array(Vec::new()));
    let (lines, totals) = of_json(&document);
    assert_eq!((&lines, &totals), (&want, &want), "seed {seed}");
    let reversals =
        document["entries"].as_array().expect("entries").iter().filter(|entry| entry["reversal"] == true).count();
    assert!(100 < reversals, "{reversals} lines take something back");
    let spend: BTreeMap<String, i64> =
        expected.iter().map(|(code, sums)| (code.clone(), sums.net - sums.kill)).collect();
    assert_eq!(spent_in(store).await, spend, "what the store holds, seed {seed}");
    of_chat(core).await;
    let (mut each, mut euros) = (Told::new(), 0);
    for campaign in 0..20 {
        let (document, _) = done(core, ledger_of(Some(&format!("c{campaign:02}")))).await;
        euros += document["told"]["minor"].as_i64().expect("a rate for every line");
        for (code, sums) in of_json(&document).1 {
            let of = each.entry(code).or_default();
            for (sum, part) in of.iter_mut().zip(sums) {
                *sum += part;
            }
        }
    }
    assert_eq!(each, want, "campaign by campaign, seed {seed}");
    assert_eq!(document["told"]["minor"].as_i64(), Some(euros), "in one currency, seed {seed}");
    lines
}

/// What a manager is told in a chat, campaign by campaign, is what the ledger has.
async fn of_chat(core: &Core) {
    let person = PersonId::new("maja").expect("an id");
    {
        let mut state = core.state.lock().await;
        let maja =
            Person { id: person.clone(), name: "Maja".to_owned(), identities: Vec::new(), creator: None, locale: None };
        state.catalog.people.insert(person.clone(), maja);
        let (by, at) = ("terminal:tester".to_owned(), opened(4));
        state.catalog.grants.push(Grant { person: person.clone(), role: Role::Manager, reach: Reach::All, by, at });
    }
    for campaign in (0..20).map(|campaign| format!("c{campaign:02}")) {
        let (ledger, _) = done(core, ledger_of(Some(&campaign))).await;
        let [sum] = ledger["totals"].as_array().expect("totals").as_slice() else { panic!("one currency") };
        let wish = Wish::Say { text: format!("report {campaign}"), confirmed: false };
        let request = Request { by: "terminal:tester".to_owned(), acting: Some(person.to_string()), wish };
        let text = match answer(core, Seat::Service, &request, &Body::Empty, &|_| {}).await {
            Answer::Done { text, .. } => text,
            Answer::Refused { line, .. } => panic!("{line}"),
        };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let said: Vec<String> = text.lines().map(digits).collect();
        let minor = |name: &str| sum[name]["minor"].as_i64().expect("minor units").unsigned_abs().to_string();
        assert!(said.iter().any(|line| line.ends_with(&minor("accrued_net"))), "{text}");
        let paid = format!("{}{}", minor("paid_gross"), minor("due_gross"));
        assert!(said.contains(&paid), "{text} is not {paid}");
    }
}

/// A reader that shares nothing with this program.
fn by_another(path: &Path, want: &Told) {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not there");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/ledger_xlsx.py");
    let out = Command::new("python3").arg(script).arg(path).output().expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let document: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    for sheet in ["Months", "Totals"] {
        for (currency, sums) in want {
            let of = &document[sheet][currency];
            let got = ["Accrued net", "Accrued VAT", "Accrued gross", "Paid gross"]
                .map(|name| of[name].as_i64().expect(name));
            assert_eq!(got, *sums, "{sheet} in {currency}");
            assert_eq!(of["Due gross"].as_i64(), Some(sums[2] - sums[3]), "{sheet} in {currency}");
        }
    }
    for (currency, sums) in want {
        let of = &document["Ledger"][currency];
        assert_eq!(of["Gross"].as_i64(), Some(sums[2] + sums[3]), "lines in {currency}");
        let both = of["Net"].as_i64().zip(of["VAT"].as_i64()).map(|(net, vat)| net + vat);
        assert_eq!(both, Some(sums[2] + sums[3]), "lines in {currency}");
    }
}

const SMALL: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "SEK"
margin_per_order = "250.00 SEK"
[[campaign]]
id = "spring"
name = "Spring"
brand = "nordbo"
goal = "sales"
starts = 2024-03-01
ends = 2024-04-15
target = { orders = 90 }
books = { account = "6070", vat = "25 %" }
[[creator]]
id = "alma"
[[creator]]
id = "bo"
[[partnership]]
campaign = "spring"
creator = "alma"
codes = ["ALMA10"]
link = "alma-spring"
target = { orders = 50 }
[[partnership]]
campaign = "spring"
creator = "bo"
codes = ["BO10"]
link = "bo-spring"
target = { orders = 20 }
[[deliverable]]
partnership = "spring/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "4000.00 SEK"
due = 2024-03-05
state = "live"
[[deliverable]]
partnership = "spring/bo"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "1000.00 SEK"
due = 2024-03-07
state = "paid"
books = { invoice = "118", paid = 2024-03-20 }
"#;

const NUMBERS: &str = "\
time,campaign,creator,platform,metric,form,value,currency
2024-03-06,spring,alma,shop,orders,amount:P1D,30,
2024-03-06,spring,alma,shop,revenue,amount:P1D,18000.00,SEK
2024-03-06,spring,alma,web,orders,amount:P1D,21,
2024-03-06,spring,alma,web,revenue,amount:P1D,12600.00,SEK
2024-03-08,spring,bo,shop,orders,amount:P1D,2,
2024-03-08,spring,bo,shop,revenue,amount:P1D,1200.00,SEK
";

const ORDERS: &str = "\
order,day,value,currency,code,first_link,last_link
1,2024-03-06,600.00,SEK,ALMA10,bo-spring,alma-spring
2,2024-03-07,400.00,SEK,,alma-spring,bo-spring
3,2024-03-07,900.00,SEK,BO10,,
4,2024-03-08,700.00,SEK,,,
3,2024-03-09,-300.00,SEK,,,
";

/// A store with a small campaign in it, in a folder of its own.
fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("small.toml", SMALL), ("numbers.csv", NUMBERS), ("orders.csv", ORDERS)] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    run(folder.path(), &["apply", "small.toml"]);
    run(folder.path(), &["import", "numbers.csv"]);
    folder
}

fn said(folder: &tempfile::TempDir, words: &[&str]) -> String {
    String::from_utf8(run(folder.path(), words)).expect("text")
}

#[test]
fn the_return_of_a_campaign_is_told_with_what_is_not_known() {
    let folder = small();
    insta::assert_snapshot!(said(&folder, &["report", "roi", "--campaign", "spring"]), @r"
    Spring, in SEK, orders credited by code, then link, then survey, then platform
    ROI = (margin − cost) ÷ cost

                    cost   revenue   margin   profit      ROI  ROAS     CPA
    spring/alma  4000.00  18000.00  7500.00  3500.00   87.5 %  4.50  133.33
    spring/bo    1000.00   1200.00   500.00  -500.00  -50.0 %  1.20  500.00
    total        5000.00  19200.00  8000.00  3000.00   60.0 %  3.84  156.25

                                   orders       revenue
    spring/alma  code ALMA10           30  18000.00 SEK
    spring/alma  link alma-spring      21  12600.00 SEK  saw the same, not added
    spring/bo    code BO10              2   1200.00 SEK

                  count          cost       revenue        margin
    orders, each     32  156.2500 SEK  600.0000 SEK  250.0000 SEK

    goal: 90 orders; its creators promise 70
          20 short
          alma would take 14 more
          bo would take 6 more
          day 46 of 46: 32 reached, a straight line has 90
    ");
    insta::assert_snapshot!(said(&folder, &["report", "ledger", "--campaign", "spring"]), @r"
    partnership      net      VAT    gross     paid      due
    spring/alma  4000.00  1000.00  5000.00     0.00  5000.00  SEK
    spring/bo    1000.00   250.00  1250.00  1250.00     0.00  SEK

    month        net      VAT    gross     paid      due
    2024-03  5000.00  1250.00  6250.00  1250.00  5000.00  SEK
    total    5000.00  1250.00  6250.00  1250.00  5000.00  SEK

    3 lines; --format csv or xlsx writes them all
    ");
    let json: Value =
        serde_json::from_str(&said(&folder, &["report", "roi", "--campaign", "spring", "--json"])).expect("JSON");
    assert_eq!(json["total"]["roi"], serde_json::json!(0.6));
    assert_eq!(
        json["total"]["absent"]["emv"],
        "no table of earned media value; set `emv` of the brand, with its source"
    );
    // In another currency there is no figure without a rate.
    let json: Value =
        serde_json::from_str(&said(&folder, &["report", "roi", "--campaign", "spring", "--in", "EUR", "--json"]))
            .expect("JSON");
    assert_eq!(json["total"]["cost"], Value::Null);
    let why = json["total"]["absent"]["cost"].as_str().expect("why");
    assert!(why.starts_with("no rate from SEK to EUR on 2024-03-"), "{why}");
}

#[test]
fn orders_that_are_handed_in_are_credited_once_each() {
    let folder = small();
    let revenue = |how: &str| {
        let words = ["report", "roi", "--campaign", "spring", "--attribution", how, "--orders", "orders.csv", "--json"];
        let json: Value = serde_json::from_str(&said(&folder, &words)).expect("JSON");
        let of = |at: usize| json["partnerships"][at]["revenue"]["minor"].as_i64().expect("known");
        let by: i64 =
            json["by"].as_array().expect("ways").iter().map(|by| by["revenue"]["minor"].as_i64().expect("known")).sum();
        assert_eq!(Some(by), json["total"]["revenue"]["minor"].as_i64(), "{how}");
        assert_eq!(
            json["nobodys"],
            serde_json::json!([{ "orders": 1, "revenue": { "minor": 70_000, "currency": "SEK" } }])
        );
        [of(0), of(1)]
    };
    assert_eq!(revenue("first-touch"), [40_000, 120_000]);
    assert_eq!(revenue("last-touch"), [60_000, 100_000]);
    assert_eq!(revenue("code-wins"), [60_000, 100_000]);
    let words = ["report", "roi", "--campaign", "spring", "--attribution", "first-touch"];
    let without = said(&folder, &words);
    assert!(
        without.contains("no number for revenue: sums do not say which link was followed first: hand the orders in"),
        "{without}"
    );
}

#[test]
fn what_cannot_be_reported_is_said_in_one_line() {
    let folder = small();
    let refused = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let ended = command.args(words).current_dir(folder.path()).env("USER", "tester").stdin(Stdio::null()).output();
        let ended = ended.expect("the program starts");
        assert_eq!(ended.stdout, b"", "{words:?}");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("text").trim_end().to_owned())
    };
    let mut lines = Vec::new();
    std::fs::write(folder.path().join("twice.csv"), ORDERS.replace("\n2,", "\n1,")).expect("written");
    for words in [
        &["report", "roi", "--campaign", "sprin"][..],
        &["report", "ledger", "--campaign", "zebra"],
        &["report", "ledger", "ledger.pdf"],
        &["report", "ledger", "--format", "text", "ledger.txt"],
        &["report", "ledger", "--format", "csv", "--json"],
        &["report", "ledger", "--in", "EURO"],
        &["report", "roi", "--campaign", "spring", "--orders", "none.csv"],
        &["report", "roi", "--campaign", "spring", "--orders", "small.toml"],
        &["report", "roi", "--campaign", "spring", "--orders", "twice.csv"],
        &["report", "ledger", "--as", "zoe"],
    ] {
        let (code, line) = refused(words);
        assert_eq!((code, line.lines().count()), (Some(2), 1), "{words:?}: {line}");
        lines.push(line);
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    plimsoll: there is no campaign `sprin`; did you mean `spring`?
    plimsoll: there is no campaign `zebra`; known: spring
    plimsoll: ledger.pdf: its name does not say what to write: end it in .xlsx or .csv, or say --format
    plimsoll: text and JSON go to the terminal: leave the file out, or write > FILE
    plimsoll: --json and another --format do not go together
    plimsoll: invalid value 'EURO' for '--in <CURRENCY>': `EURO` is not an ISO 4217 currency code with minor units; --help says more
    plimsoll: none.csv: cannot be read (No such file or directory (os error 2)); give a CSV file of orders
    plimsoll: the orders: line 1: there is no column `order`; the columns are order,day,value,currency,code,first_link,last_link
    plimsoll: the orders: order `1` is there twice; a refund is a line below zero
    plimsoll: --as: there is no person `zoe`; `plimsoll code` invites somebody
    ");
}
