use proptest::prelude::*;
use rust_decimal::Decimal;

use super::grid::{Cell, Merge};
use super::mapping::Mapping;
use super::*;

/// A sheet from lines, cells between bars. What is a number stands as one.
fn grid(text: &str) -> Grid {
    let cell = |text: &str| match text.trim() {
        "" => Cell::Empty,
        text => match text.parse::<Decimal>() {
            Ok(number) => Cell::number(number),
            Err(_) if text.starts_with("#REF") => Cell::Error(text.to_owned()),
            Err(_) => Cell::text(text),
        },
    };
    let rows = text.trim().lines().map(|line| line.trim().split('|').map(cell).collect());
    Grid { name: String::new(), rows: rows.collect(), merged: Vec::new() }
}

fn mapping(defaults: &[&str]) -> Mapping {
    let mut mapping = Mapping::default();
    for given in defaults {
        mapping.set(given).expect(given);
    }
    mapping
}

const NORDBO: &[&str] = &["brand=Nordbo", "campaign=Spring", "currency=SEK", "zone=Europe/Stockholm"];

fn reading(grid: &Grid, mapping: &Mapping, known: &Documents) -> Reading {
    read(std::slice::from_ref(grid), None, mapping, known).expect("a table")
}

/// Every document in one line each, without what is as it is for everybody.
fn shown(documents: &Documents) -> Vec<String> {
    let usual = [("locale", "en"), ("state", "active"), ("state", "agreed"), ("zone", "UTC")];
    let line = |one: crate::domain::document::Document| {
        let mut value = serde_json::to_value(&one).expect("JSON");
        let fields = value.as_object_mut().expect("fields");
        fields.retain(|name, value| {
            let empty = value.is_null() || *value == serde_json::json!([]) || *value == serde_json::json!({});
            let id = ["kind", "id", "partnership", "campaign", "creator"].contains(&name.as_str());
            !empty && !id && !usual.contains(&(name.as_str(), value.as_str().unwrap_or_default()))
        });
        format!("{} {} {value}", one.kind(), one.id()).replace('"', "")
    };
    documents.clone().into_list().map(line).collect()
}

/// What of the documents has one of these kinds, in lines.
fn of_kinds(documents: &Documents, kinds: &[&str]) -> Vec<String> {
    shown(documents).into_iter().filter(|line| kinds.iter().any(|kind| line.starts_with(kind))).collect()
}

#[track_caller]
fn check_rejected(reading: &Reading, want: &[&str]) {
    let got: Vec<String> =
        reading.rejected.iter().map(|one| format!("{} {} `{}`: {}", one.row, one.column, one.value, one.why)).collect();
    assert_eq!(got, want);
}

/// The same sheet over what it made makes the same.
#[track_caller]
fn check_again(grid: &Grid, mapping: &Mapping, first: &Reading) {
    let second = reading(grid, mapping, &first.documents);
    assert_eq!(shown(&second.documents), shown(&first.documents), "a second import");
    assert_eq!(second.rejected, first.rejected);
    let third = reading(grid, &first.mapping, &first.documents);
    assert_eq!(shown(&third.documents), shown(&first.documents), "an import by the saved mapping");
}

#[track_caller]
fn check(text: &str, defaults: &[&str], kinds: &[&str], want: &[&str], rejected: &[&str]) -> Reading {
    let (grid, mapping) = (grid(text), mapping(defaults));
    let reading = reading(&grid, &mapping, &Documents::default());
    assert_eq!(of_kinds(&reading.documents, kinds), want);
    check_rejected(&reading, rejected);
    check_again(&grid, &mapping, &reading);
    reading
}

#[test]
fn one_row_is_one_deliverable() {
    let read = check(
        "Influencer|Format|Fee|Due|Status
         Alma Lind|Reel|4 000,00 kr|2026-03-05|Posted
         Bo Ek|TikTok|€1.2k|5 mars 2026|
         Bo Ek|TikTok|950|12 mars 2026|",
        NORDBO,
        &["creator", "deliverable"],
        &[
            "creator alma-lind {name:Alma Lind}",
            "creator bo-ek {name:Bo Ek}",
            "deliverable spring/alma-lind/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05,state:live}",
            "deliverable spring/bo-ek/video-2 {platform:tiktok,format:video,fee:950.00 SEK,due:2026-03-12}",
        ],
        &["3 Fee `1200.00 EUR`: the brand's books are in SEK: write the amount in SEK"],
    );
    assert_eq!(read.notes, ["campaign `spring` runs from 2026-03-05 to 2026-03-12, as far as its due dates say"]);
}

#[test]
fn one_row_may_be_a_deal_of_several_deliverables() {
    check(
        "Creator|Reel 1 fee|Reel 1 date|Reel 2 fee|Reel 2 date|Story fee|Story date|Total fee|Code
         Alma|4000|2026-03-05|4500|2026-03-12|||8500|ALMA10, ALMA15
         Bo||||||2026-03-09||",
        NORDBO,
        &["partnership", "deliverable"],
        &[
            "partnership spring/alma {codes:[ALMA10,ALMA15]}",
            "deliverable spring/alma/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05}",
            "deliverable spring/alma/reel-2 {platform:instagram,format:reel,fee:4500.00 SEK,due:2026-03-12}",
        ],
        &["3 Story fee ``: no fee: write 0 where nothing is paid"],
    );
}

#[test]
fn merged_headers_and_titles_are_read() {
    let mut sheet = grid(
        "Spring campaign 2026|||||||
         updated 12 Jan|||||||
         Creator|Brand|Reel 1||Story|||Notes
         |||||||
         ||fee|date|fee|date|status|
         Alma|Nordbo|4000|2026-03-05|500|2026-03-06|ok|likes dogs
         Bo||4100|2026-03-07|||| 
         Cleo|Fjord|4200|2026-03-08||||",
    );
    sheet.rows.remove(3);
    let merge = |top, left, bottom, right| Merge { top, left, bottom, right };
    sheet.merged = vec![
        merge(0, 0, 0, 7),
        merge(2, 0, 3, 0),
        merge(2, 1, 3, 1),
        merge(2, 2, 2, 3),
        merge(2, 4, 2, 6),
        merge(4, 1, 5, 1),
    ];
    let mapping = mapping(&["campaign=Spring", "currency=SEK", "zone=Europe/Stockholm"]);
    let reading = reading(&sheet, &mapping, &Documents::default());
    let columns: Vec<String> = reading
        .columns
        .iter()
        .map(|column| {
            format!("{} → {}", column.title(), column.slot().map_or_else(|| "-".to_owned(), ToString::to_string))
        })
        .collect();
    assert_eq!(
        columns,
        [
            "Creator → creator",
            "Brand → brand",
            "Reel 1 | fee → reel-1/fee",
            "Reel 1 | date → reel-1/due",
            "Story | fee → story/fee",
            "Story | date → story/due",
            "Story | status → story/state",
            "Notes → -",
        ]
    );
    assert_eq!(reading.header, 3);
    assert_eq!(
        of_kinds(&reading.documents, &["partnership", "deliverable"]),
        [
            "partnership fjord-spring/cleo {}",
            "partnership nordbo-spring/alma {}",
            "partnership nordbo-spring/bo {}",
            "deliverable fjord-spring/cleo/reel-1 {platform:instagram,format:reel,fee:4200.00 SEK,due:2026-03-08}",
            "deliverable nordbo-spring/alma/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05}",
            "deliverable nordbo-spring/alma/story {platform:instagram,format:story,fee:500.00 SEK,due:2026-03-06}",
            "deliverable nordbo-spring/bo/reel-1 {platform:instagram,format:reel,fee:4100.00 SEK,due:2026-03-07}",
        ]
    );
    check_rejected(&reading, &[]);
    check_again(&sheet, &mapping, &reading);
}

#[test]
fn creators_are_one_however_they_are_spelled_and_two_where_accounts_differ() {
    let read = check(
        "Name|Instagram|Format|Fee|Due
         Älma Lind|@almalind|Reel|4000|2026-03-05
         ALMA  LIND||Story|500|2026-03-06
         @almalind||Story|500|2026-03-07
         Sara Berg|sara.b|Reel|1000|2026-03-08
         Sara Berg|https://www.instagram.com/saraberg/|Reel|2000|2026-03-09
         Sara Berg||Reel|3000|2026-03-10",
        NORDBO,
        &["creator"],
        &[
            "creator alma-lind {name:Älma Lind,accounts:{instagram:almalind}}",
            "creator sara-berg {name:Sara Berg,accounts:{instagram:sara.b}}",
            "creator sara-berg-2 {name:Sara Berg,accounts:{instagram:saraberg}}",
        ],
        &["7 Name `Sara Berg`: more than one creator has this name: say which by a handle or a creator id"],
    );
    assert_eq!(
        read.notes[..2],
        [
            "`Sara Berg` in row 6 is another creator than `sara-berg`: `sara-berg-2`",
            "`Älma Lind` (row 2), `ALMA LIND` (row 3), `@almalind` (row 4) are one creator: `alma-lind`",
        ]
    );
}

#[test]
fn totals_headings_and_repeated_headers_are_no_deals() {
    let read = check(
        "Creator|Brand|Format|Fee|Due
         MARCH||||
         Alma|Total Energies|Reel|4000|2026-03-05
         |||4000|
         APRIL||||
         Creator|Brand|Format|Fee|Due
         Bo|Total Energies|Reel|1000|2026-04-05

         Total|||5000|
         * prices without VAT||||",
        &["campaign=Spring", "currency=EUR", "zone=Europe/Paris"],
        &["brand", "partnership"],
        &[
            "brand total-energies {name:Total Energies,zone:Europe/Paris,currency:EUR}",
            "partnership spring/alma {}",
            "partnership spring/bo {}",
        ],
        &[
            "2 Creator `MARCH`: a name and nothing about a deal: fill the row in or delete it",
            "5 Creator `APRIL`: a name and nothing about a deal: fill the row in or delete it",
        ],
    );
    assert_eq!(
        read.notes,
        [
            "row 4 is a row of totals (`4000`) and is not a deal",
            "row 6 repeats the header",
            "row 9 is a row of totals (`Total`) and is not a deal",
            "row 10 is a heading (`* prices without VAT`) and is not a deal",
            "campaign `spring` runs from 2026-03-05 to 2026-04-05, as far as its due dates say",
        ]
    );
}

#[test]
fn every_reason_says_what_to_do() {
    let text = "Creator|Brand|Campaign|Platform|Format|Fee|Due|Status|Commission|Code|Zone note
        Alma|Nordbo|Spring|Instagram|Reel|TBD|03/04/2026|posted|10 %|A|
        Bo|Nordbo|Spring|MySpace|Reel|1000|5/3|maybe|150 %|B|
        Cleo|Nordbo|Spring|Instagram|Reel|1000|2026-03-05|contacted||C|#REF!
        |Nordbo|Spring|Instagram|Reel|1000|2026-03-05|||D|
        Dan|Nordbo||Instagram|Reel|#REF!|2026-03-05|||E|
        Eva|Nordbo|Spring||podcast|1000|2026-03-05|||F|
        Eva|Nordbo|Spring|Instagram|Reel|1000|2026-03-05||12 %|G|
        Eva|Nordbo|Spring|Instagram|Reel|1000|2026-03-06||15 %|H|
        Finn|Havn|Spring|Instagram|Reel|1000|2026-03-06||||";
    let reading = reading(&grid(text), &mapping(&["currency=SEK"]), &brand());
    check_rejected(
        &reading,
        &[
            "2 Due `03/04/2026`: may be two dates, and no other cell of the column says which: write it like 2026-03-05, or \
             say --default dates=dmy or dates=mdy",
            "3 Platform `MySpace`: not a platform I know: write instagram, youtube, tiktok, twitch, x or facebook",
            "3 Due `5/3`: no year: write it like 2026-03-05",
            "3 Status `maybe`: not a state I know: write agreed, briefed, draft, approved, live, proof, invoiced, paid, held \
             or cancelled",
            "3 Commission `150 %`: not a share: write 0 to 100 like 10 %",
            "4 Status `contacted`: not a deal yet: import it once it is agreed",
            "6 Fee `#REF!`: the formula says #REF!: mend it in the sheet",
            "7 Platform ``: no platform: add a column for it, or say --default platform=instagram",
            "9 Commission `15 %`: row 8 says `12 %` of partnership/nordbo-spring/eva: one of them is wrong",
            "10 Brand `Havn`: brand `havn` is new and its zone is not known: say --default zone=Europe/Stockholm",
        ],
    );
    assert_eq!(reading.taken, 2, "Cleo's deliverable from the row below, and one of Eva's");
}

/// The brand of most tests, with nothing else.
fn brand() -> Documents {
    Documents::from_toml(
        "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo AB\"\nzone = \"Europe/Stockholm\"\ncurrency = \"SEK\"\n",
    )
    .expect("a brand")
}

#[test]
fn what_is_known_is_found_by_name_or_id_and_keeps_what_the_sheet_leaves_out() {
    let known = Documents::from_toml(
        r#"
        [[brand]]
        id = "nordbo"
        name = "Nordbo AB"
        zone = "Europe/Stockholm"
        currency = "SEK"
        [[campaign]]
        id = "spring"
        name = "Spring Launch"
        brand = "nordbo"
        starts = 2026-03-01
        ends = 2026-04-15
        [[creator]]
        id = "alma"
        name = "Alma Lind"
        locale = "sv"
        [[partnership]]
        campaign = "spring"
        creator = "alma"
        codes = ["ALMA10"]
        link = "alma-spring"
        [[deliverable]]
        partnership = "spring/alma"
        id = "main"
        platform = "instagram"
        format = "reel"
        fee = "4000.00 SEK"
        due = 2026-03-05
        state = "live"
        post = "C4x"
        [[deliverable]]
        partnership = "spring/alma"
        id = "extra"
        platform = "instagram"
        format = "Reel"
        fee = "4000.00 SEK"
        due = 2026-03-20
        state = "held"
        "#,
    )
    .expect("documents");
    let sheet = grid(
        "Client|Kampanj|Influencer|Format|Arvode|Datum|Status|Rabattkod
         Nordbo|spring launch|alma lind|Reel|4000|2026-03-05|avtalad|ALMA15
         NORDBO AB|Spring|ALMA|Reel|4 500 kr|2026-03-21|avtalad|
         Nordbo|Spring Launch|Alma Lind|Reel|3000|2026-04-01|avtalad|",
    );
    let read = reading(&sheet, &Mapping::default(), &known);
    check_rejected(&read, &[]);
    assert_eq!(
        shown(&read.documents),
        [
            "brand nordbo {name:Nordbo AB,zone:Europe/Stockholm,currency:SEK}",
            "campaign spring {name:Spring Launch,brand:nordbo,starts:2026-03-01,ends:2026-04-15}",
            "creator alma {name:Alma Lind,locale:sv}",
            "partnership spring/alma {codes:[ALMA15],link:alma-spring}",
            "deliverable spring/alma/extra {platform:instagram,format:Reel,fee:4500.00 SEK,due:2026-03-21,state:held}",
            "deliverable spring/alma/main {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05,state:live,post:C4x}",
            "deliverable spring/alma/reel-1 {platform:instagram,format:reel,fee:3000.00 SEK,due:2026-04-01}",
        ]
    );
    assert_eq!(
        read.notes,
        [
            "`alma lind` (row 2), `ALMA` (row 3), `Alma Lind` (row 4) are one creator: `alma`",
            "deliverable/spring/alma/main is live and stays so; row 2 says agreed",
            "deliverable/spring/alma/extra is held and stays so; row 3 says agreed",
        ]
    );
}

#[test]
fn a_new_reel_does_not_overwrite_the_one_that_is_out() {
    let first = grid("Creator|Format|Fee|Due|State\nAlma|Reel|4000|2026-03-05|live");
    let known = reading(&first, &mapping(NORDBO), &Documents::default()).documents;
    let second = grid("Creator|Format|Fee|Due|State\nAlma|Reel|5000|2026-04-05|agreed");
    let read = reading(&second, &mapping(NORDBO), &known);
    assert_eq!(
        of_kinds(&read.documents, &["deliverable"]),
        ["deliverable spring/alma/reel-2 {platform:instagram,format:reel,fee:5000.00 SEK,due:2026-04-05}"]
    );
    let moved = grid("Creator|Format|Fee|Due|State\nAlma|Reel|5000|2026-04-09|agreed");
    let mut known = known;
    known.deliverable.extend(read.documents.deliverable);
    let read = reading(&moved, &mapping(NORDBO), &known);
    assert_eq!(
        of_kinds(&read.documents, &["deliverable"]),
        ["deliverable spring/alma/reel-2 {platform:instagram,format:reel,fee:5000.00 SEK,due:2026-04-09}"],
        "what is not out is moved, not doubled"
    );
}

#[test]
fn a_campaign_without_days_takes_its_rows_with_it() {
    let text = "Creator|Campaign|Code|Format|Fee|Due
        Alma|Autumn|ALMA10|||
        Bo|Spring|BO10|||
        Bo|Spring|BO10|Reel|1000|2026-03-05";
    check(
        text,
        &["brand=Nordbo", "currency=SEK", "zone=Europe/Stockholm"],
        &["campaign", "partnership"],
        &[
            "campaign spring {name:Spring,brand:nordbo,starts:2026-03-05,ends:2026-03-05}",
            "partnership spring/bo {codes:[BO10]}",
        ],
        &[
            "2  ``: campaign `autumn` is new and nothing says when it is: add columns for its start and end, or due dates",
        ],
    );
}

#[test]
fn shares_dates_and_targets_are_read_by_their_columns() {
    check(
        "Creator|Start|End|Commission|CPA target|Target views|Campaign target: orders|Format|Fee (SEK)|Publish date|Cancel by|Kill fee|Post URL
         Alma|1/3/2026|15/4/2026|0.1|450 kr|1.3M|900|Reel|12,5 tkr|4/3/2026|1 mars 2026 kl 18:00|50 %|https://www.instagram.com/reel/C4x/
         Bo|1/3/2026|15/4/2026|0.125|||900|Reel|4000|5/3/2026|2026-03-01|approved 50 %; draft 25 %|",
        NORDBO,
        &["campaign", "partnership", "deliverable"],
        &[
            "campaign spring {name:Spring,brand:nordbo,starts:2026-03-01,ends:2026-04-15,target:{orders:900}}",
            "partnership spring/alma {commission:10 %,target:{views:1300000,cpa:450.00 SEK}}",
            "partnership spring/bo {commission:12.5 %}",
            "deliverable spring/alma/reel-1 {platform:instagram,format:reel,fee:12500.00 SEK,due:2026-03-04,\
             cancel_by:2026-03-01T18:00:00,kill_fee:{agreed:50 %,briefed:50 %,draft:50 %,approved:50 %,held:50 %,\
             cancelled:50 %},state:live,post:C4x}",
            "deliverable spring/bo/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05,\
             cancel_by:2026-03-01T23:59:00,kill_fee:{draft:25 %,approved:50 %}}",
        ],
        &[],
    );
}

#[test]
fn the_sheet_that_looks_like_deals_is_taken_or_the_one_that_is_named() {
    let named = |name: &str, text: &str| Grid { name: name.to_owned(), ..grid(text) };
    let grids = [
        named("Read me", "Hello\nthis is our sheet"),
        named("Deals", "Creator|Format|Fee|Due\nAlma|Reel|4000|2026-03-05"),
        named("Old", "Creator|Fee\nBo|4000"),
    ];
    let read = |sheet: Option<&str>| super::read(&grids, sheet, &mapping(NORDBO), &Documents::default());
    let best = read(None).expect("a table");
    assert_eq!(best.sheet, "Deals");
    assert!(best.notes[0].contains("`Read me`, `Deals`, `Old`"), "{:?}", best.notes);
    assert_eq!(read(Some("old")).expect("a table").sheet, "Old");
    assert_eq!(read(Some("new")).expect_err("none"), "there is no sheet `new`: the file has `Read me`, `Deals`, `Old`");
    assert_eq!(
        read(Some("Read me")).expect_err("none"),
        "no row looks like the header of a table of deals (it begins with `Hello`, `this is our sheet`): it takes a \
         column for the creator and one more, like Creator, Campaign, Format, Fee, Due"
    );
}

#[test]
fn a_new_brand_keeps_its_books_in_the_currency_of_all_its_fees() {
    let text = "Creator|Brand|Format|Fee|Due
        Alma|Nordbo|Reel|€900|2026-03-05
        Bo|Nordbo|Reel|EUR 800|2026-03-06
        Cleo|Fjord|Reel|€900|2026-03-05
        Dan|Fjord|Reel|800|2026-03-06";
    let read = check(
        text,
        &["campaign=Spring", "currency=SEK", "zone=UTC"],
        &["brand", "deliverable"],
        &[
            "brand fjord {name:Fjord,currency:SEK}",
            "brand nordbo {name:Nordbo,currency:EUR}",
            "deliverable fjord-spring/dan/reel-1 {platform:instagram,format:reel,fee:800.00 SEK,due:2026-03-06}",
            "deliverable nordbo-spring/alma/reel-1 {platform:instagram,format:reel,fee:900.00 EUR,due:2026-03-05}",
            "deliverable nordbo-spring/bo/reel-1 {platform:instagram,format:reel,fee:800.00 EUR,due:2026-03-06}",
        ],
        &["4 Fee `900.00 EUR`: the brand's books are in SEK: write the amount in SEK"],
    );
    assert!(
        read.notes.contains(&"the books of brand `nordbo` are in EUR, as its fees are".to_owned()),
        "{:?}",
        read.notes
    );
}

#[test]
fn accounts_are_read_from_handles_and_addresses() {
    let read = check(
        "Influencer|Handle|Platform|YouTube channel|Format|Fee|Due
         https://www.tiktok.com/@alma||TikTok||video|1|2026-03-05
         Bo Ek|@bo.ek|Instagram|https://youtube.com/@boek|reel|1|2026-03-05
         Cleo|||https://www.youtube.com/channel/UC_x5XG1OV2P6uZZ5FSM9Ttw|short|1|2026-03-05",
        NORDBO,
        &["creator"],
        &[
            "creator alma {name:alma,accounts:{tiktok:alma}}",
            "creator bo-ek {name:Bo Ek,accounts:{youtube:@boek,instagram:bo.ek}}",
            "creator cleo {name:Cleo,accounts:{youtube:UC_x5XG1OV2P6uZZ5FSM9Ttw}}",
        ],
        &[],
    );
    let last = read.notes.last().map(String::as_str);
    assert_eq!(last, Some("YouTube is asked by channel id (UC…), and the sheet has a handle for `bo-ek`"));
}

#[test]
fn a_header_is_not_believed_against_what_stands_below_it() {
    let sheet = grid(
        "Tiktoker|Tiktok name|Channel title|Instagram|Format|Fee|Due
         khaby.lame|Khabane lame|The Khaby Show|149.2M|video|1|2026-03-05
         addisonre|Addison Rae|Addison|88.7M|video|1|2026-03-05",
    );
    let read = reading(&sheet, &mapping(&[NORDBO, &["platform=tiktok"]].concat()), &Documents::default());
    let unused: Vec<String> = read
        .columns
        .iter()
        .filter_map(|column| match &column.used {
            table::Use::Unused(why) => Some(format!("{}: {why}", column.title())),
            table::Use::Field(..) => None,
        })
        .collect();
    assert_eq!(
        unused,
        [
            "Tiktok name: names stand in it, not accounts",
            "Channel title: what stands in it is not a platform",
            "Instagram: numbers stand in it, not accounts: results are read from the sources",
        ]
    );
    assert_eq!(read.taken, 2);
}

#[test]
fn a_package_in_one_cell_is_one_deliverable_and_a_whole_fee_is_not_split() {
    check(
        "Creator|Deliverable|Fee|Date|Platform
         Alma|2 stories + 1 reel|9000|2026-03-05|
         Bo|Reel|1000|2026-03-06|facebook
         Bo|Reel 2|1000|2026-03-07|",
        NORDBO,
        &["deliverable"],
        &[
            "deliverable spring/alma/2-stories-1-reel {platform:instagram,format:2 stories + 1 reel,fee:9000.00 SEK,due:2026-03-05}",
            "deliverable spring/bo/reel-1 {platform:facebook,format:reel,fee:1000.00 SEK,due:2026-03-06}",
            "deliverable spring/bo/reel-2 {platform:instagram,format:reel,fee:1000.00 SEK,due:2026-03-07}",
        ],
        &[],
    );
    check(
        "Creator|Fee|Reel 1 date|Reel 2 date
         Alma|9000|2026-03-05|2026-03-12
         Bo|4000|2026-03-05|",
        NORDBO,
        &["deliverable"],
        &["deliverable spring/bo/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05}"],
        &["2  ``: one fee for several deliverables: write what each of them costs"],
    );
}

#[test]
fn a_mapping_overrules_the_guess() {
    let sheet = grid("Vem|Pris|Grej|Dag|Anteckning\nAlma|4000|Reel|2026-03-05|x");
    let mut said = mapping(NORDBO);
    for (header, field) in [("Vem", "creator"), ("Grej", "format"), ("Dag", "due"), ("Gone", "fee")] {
        said.columns.insert(header.to_owned(), field.to_owned());
    }
    let read = reading(&sheet, &said, &Documents::default());
    check_rejected(&read, &[]);
    assert_eq!(read.notes[0], "the mapping names a column `Gone` that is not there");
    assert_eq!(
        of_kinds(&read.documents, &["deliverable"]),
        ["deliverable spring/alma/reel-1 {platform:instagram,format:reel,fee:4000.00 SEK,due:2026-03-05}"]
    );
}

proptest! {
    /// Whatever stands in the cells, the answer is documents and reasons, and a second import adds nobody.
    #[test]
    fn any_cells_are_read_or_refused(cells in proptest::collection::vec(
        proptest::collection::vec(prop_oneof![
            Just(String::new()),
            "[ -~åäö€]{0,12}",
            Just("Alma".to_owned()), Just("Reel".to_owned()), Just("4000".to_owned()), Just("2026-03-05".to_owned()),
            Just("Total".to_owned()), Just("@alma".to_owned()), Just("5/3/2026".to_owned()), Just("1.3M".to_owned()),
        ], 6), 0..8)) {
        let mut sheet = grid("Creator|Instagram|Format|Fee|Due|Campaign");
        sheet.rows.extend(cells.iter().map(|row| row.iter().map(Cell::text).collect::<Vec<_>>()));
        let mapping = mapping(NORDBO);
        let first = reading(&sheet, &mapping, &Documents::default());
        let second = reading(&sheet, &mapping, &first.documents);
        prop_assert_eq!(shown(&second.documents), shown(&first.documents));
    }
}
