//! Deals from the spreadsheets people have: the real program, files made here as people make them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use calamine::{Data, Reader as _, Xlsx};
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Table, keys};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use serde_json::{Value, json};
use tempfile::TempDir;

const MONEY: [&str; 4] = ["--default", "currency=SEK", "--default", "zone=Europe/Stockholm"];

/// A folder with a program in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path().join(name), bytes).expect("written");
        self
    }

    fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path()).env("USER", "tester").stdin(Stdio::null());
        let ended = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let (code, out, err) = self.run(words);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{words:?}\n{out}");
        out
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.done(&words)).expect("one JSON document")
    }

    #[track_caller]
    fn refuses(&self, words: &[&str], line: &str) {
        let (code, _, err) = self.run(words);
        assert_eq!((code, err.trim_end()), (Some(2), line), "{words:?}");
    }

    /// Everything that is kept, byte by byte.
    fn dump(&self) -> Vec<(Table, Vec<u8>, Vec<u8>)> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(async {
            let store = SledStore::open(&self.path().join("data"), &Options::default()).expect("the store opens");
            let (from, until) = keys::all();
            let mut all = Vec::new();
            for table in Table::ALL {
                let rows = store.scan(table, &from, &until, 1_000_000).await.expect("rows");
                all.extend(rows.into_iter().map(|(key, kept)| (table, key, kept.bytes)));
            }
            store.close().await.expect("closed");
            all
        })
    }
}

/// What became of the documents, as counts.
fn counts(document: &Value) -> (usize, usize, u64) {
    let changes = &document["changes"];
    let len = |name: &str| changes[name].as_array().expect("a list").len();
    (len("new"), len("changed"), changes["unchanged"].as_u64().expect("a count"))
}

/// Rejected rows, each as one line.
fn rejected(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |one: &Value| {
        format!("{} {} `{}`: {}", one["row"], text(&one["column"]), text(&one["value"]), text(&one["why"]))
    };
    document["rejected"].as_array().expect("a list").iter().map(line).collect()
}

fn text(sheet: &mut Worksheet, row: u32, cells: &[(u16, &str)]) {
    for (column, text) in cells {
        sheet.write_string(row, *column, *text).expect("written");
    }
}

/// The sheet of somebody who makes it look nice: titles, headers over two rows, brands over several rows, dates of three
/// kinds, a formula, a broken one, a total.
fn messy() -> Vec<u8> {
    let mut book = Workbook::new();
    text(book.add_worksheet().set_name("Info").expect("named"), 0, &[(0, "Influencer budget, do not share")]);
    let sheet = book.add_worksheet().set_name("Plan Q1").expect("named");
    let plain = Format::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let euro = Format::new().set_num_format("#,##0.00 [$€-407]");
    sheet.merge_range(0, 0, 0, 12, "Influencer plan Q1 2026", &plain).expect("merged");
    text(sheet, 1, &[(0, "updated by Sara")]);
    let tall = ["Brand", "Campaign", "Influencer", "Instagram", "Followers"];
    for (column, header) in tall.iter().enumerate() {
        let column = u16::try_from(column).expect("a column");
        sheet.merge_range(3, column, 4, column, header, &plain).expect("merged");
    }
    sheet.merge_range(3, 5, 3, 7, "Reel 1", &plain).expect("merged");
    sheet.merge_range(3, 8, 3, 9, "Story", &plain).expect("merged");
    text(sheet, 4, &[(5, "Fee"), (6, "Date"), (7, "Status"), (8, "Fee"), (9, "Date")]);
    text(sheet, 3, &[(10, "Discount code"), (11, "Commission"), (12, "Notes")]);
    sheet.merge_range(5, 0, 7, 0, "Nordbo", &plain).expect("merged");
    sheet.merge_range(5, 1, 7, 1, "Spring Launch", &plain).expect("merged");
    text(
        sheet,
        5,
        &[(2, "Alma Lind"), (3, "@almalind"), (4, "1.3M"), (7, "Posted"), (9, "12 mars 2026"), (10, "ALMA10")],
    );
    sheet.write_number(5, 5, 4000).expect("written");
    let when = ExcelDateTime::from_ymd(2026, 3, 5).expect("a day");
    sheet.write_datetime_with_format(5, 6, &when, &day).expect("written");
    sheet.write_formula(5, 8, Formula::new("=400+100").set_result("500")).expect("written");
    sheet.write_number_with_format(5, 11, 0.1, &Format::new().set_num_format("0%")).expect("written");
    text(
        sheet,
        6,
        &[(2, "Bo Ek"), (3, "bo.ek"), (4, "45k"), (5, "4 500 kr"), (6, "3/15/2026"), (12, "prefers mornings")],
    );
    text(sheet, 7, &[(2, "ALMA  LIND"), (8, "600"), (9, "04/03/2026")]);
    text(sheet, 8, &[(0, "Fjord"), (1, "Summer"), (2, "Cleo"), (6, "2026-06-01")]);
    sheet.write_number_with_format(8, 5, 900, &euro).expect("written");
    text(sheet, 9, &[(0, "Havn"), (1, "Autumn"), (2, "Dan"), (5, "1000"), (6, "TBD")]);
    text(sheet, 11, &[(0, "Nordbo"), (1, "Spring Launch"), (2, "Eva")]);
    sheet.write_formula(11, 5, Formula::new("=A99*2").set_result("#REF!")).expect("written");
    text(sheet, 12, &[(2, "Total")]);
    sheet.write_formula(12, 5, Formula::new("=SUM(F6:F12)").set_result("10400")).expect("written");
    book.save_to_buffer().expect("bytes")
}

#[test]
fn a_sheet_made_to_look_nice_is_read_and_every_rejected_row_explained() {
    let desk = Desk::new();
    desk.write("plan.xlsx", messy());
    let words: Vec<&str> = ["import", "deals", "plan.xlsx"].into_iter().chain(MONEY).collect();
    let shown = desk.done(&words);
    insta::assert_snapshot!(shown.trim_end(), @r"
    plan.xlsx, sheet `Plan Q1`, header in row 4

      A   Brand            → brand              `Nordbo`
      B   Campaign         → campaign           `Spring Launch`
      C   Influencer       → creator            `Alma Lind`
      D   Instagram        → account.instagram  `@almalind`
      E   Followers          not used: followers are read from the platform itself
      F   Reel 1 | Fee     → reel-1/fee         `4000`
      G   Reel 1 | Date    → reel-1/due         `2026-03-05`
      H   Reel 1 | Status  → reel-1/state       `Posted`
      I   Story | Fee      → story/fee          `500`
      J   Story | Date     → story/due          `12 mars 2026`
      K   Discount code    → codes              `ALMA10`
      L   Commission       → commission         `10 %`
      M   Notes              not used: notes are not kept

    new      2 brands: fjord, nordbo
    new      2 campaigns: spring-launch, summer
    new      3 creators: alma-lind, bo-ek, cleo
    new      3 partnerships: spring-launch/alma-lind, spring-launch/bo-ek, summer/cleo
    new      5 deliverables: spring-launch/alma-lind/reel-1, spring-launch/alma-lind/story, spring-launch/alma-lind/story-1, spring-launch/bo-ek/reel-1, summer/cleo/reel-1

    Left out:
      row 10, Reel 1 | Date `TBD`: no due date: write it like 2026-03-05
      row 12, Reel 1 | Fee `#REF!`: the formula says #REF!: mend it in the sheet

    Noted:
      of the sheets `Info`, `Plan Q1` the one that looks like deals is `Plan Q1`: --sheet names another
      dates like `04/03/2026` in `Story | Date` are read with the month first, as another column says
      row 13 is a row of totals (`Total`) and is not a deal
      `Alma Lind` (row 6), `ALMA LIND` (row 8) are one creator: `alma-lind`
      the books of brand `fjord` are in EUR, as its fees are
      campaign `spring-launch` runs from 2026-03-05 to 2026-04-03, as far as its due dates say
      campaign `summer` runs from 2026-06-01 to 2026-06-01, as far as its due dates say

    4 rows taken, 2 left out: 15 new, 0 changed, 0 unchanged; nothing was stored, --yes applies it
    ");
    assert!(!desk.path().join("data").exists(), "looking stores nothing");
    assert!(!desk.path().join("plan.xlsx.mapping.toml").exists());
    let applied = desk.json(&[words.clone(), vec!["--yes"]].concat());
    assert_eq!(applied["applied"], json!(true));
    assert_eq!((applied["sheet"].as_str(), &applied["header_row"]), (Some("Plan Q1"), &json!(4)));
    let first = desk.dump();
    let again = desk.json(&["import", "deals", "plan.xlsx", "--yes"]);
    let (new, changed, unchanged) = counts(&again);
    assert_eq!((new, changed), (0, 0), "the saved mapping knows what was said the first time");
    assert_eq!(unchanged, u64::try_from(counts(&applied).0).expect("a count"));
    assert_eq!(rejected(&again), rejected(&applied));
    assert_eq!(desk.dump(), first, "no new version, no line in the journal");
    there_and_back(&desk);
}

/// What is exported is imported without a change, as either kind of file, by an importer without a mapping.
#[track_caller]
fn there_and_back(desk: &Desk) {
    let before = desk.dump();
    for file in ["there.xlsx", "there.csv"] {
        desk.done(&["export", "deals", file]);
        let back = desk.json(&["import", "deals", file, "--yes"]);
        let (new, changed, unchanged) = counts(&back);
        assert_eq!((new, changed, rejected(&back).len()), (0, 0, 0), "{back}");
        assert!(0 < unchanged);
        let unsure = back["mapping"].as_array().expect("columns").iter();
        let unsure: Vec<&Value> = unsure.filter(|column| column["certainty"] != "certain").collect();
        assert!(unsure.is_empty(), "{unsure:?}");
    }
    assert_eq!(desk.dump(), before);
}

#[test]
fn a_swedish_export_in_old_characters_is_read() {
    let text = "Kund;Kampanj;Kreatör;Typ;Arvode (SEK);Publiceringsdatum;Status;Rabattkod;Länk\r\n\
        Nordbo;Vår;Åsa Öberg;Inlägg;4 000,50;2026-03-05;Publicerad;ÅSA10;https://www.instagram.com/p/C4x_1/\r\n\
        Nordbo;Vår;asa oberg;Story;1,2 tkr;6 mars 2026;Klar;;\r\n\
        Nordbo;Vår;Bo Ek;TikTok;2.500,00;7.3.26;avtalad;;\r\n\
        Nordbo;Vår;Cleo;Reel;900 EUR;8.3.26;avtalad;;\r\n\
        ;;;;;;;;\r\n\
        Summa;;;;8 600,50;;;;\r\n";
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, characters) in [(latin, "Windows-1252"), (utf16, "UTF-16")] {
        let desk = Desk::new();
        desk.write("avtal.csv", bytes);
        let words = [vec!["import", "deals", "avtal.csv"], MONEY.to_vec(), vec!["--yes"]].concat();
        let words = [words, vec!["--default", "platform=instagram"]].concat();
        let done = desk.json(&words);
        assert_eq!(
            rejected(&done),
            ["5 Arvode (SEK) `900.00 EUR`: the brand's books are in SEK: write the amount in SEK"]
        );
        assert_eq!(counts(&done), (9, 0, 0), "a brand, a campaign, two creators with a deal each, three deliverables");
        let notes = done["notes"].to_string();
        assert!(notes.contains(characters) && notes.contains("semicolon") && notes.contains("row 7"), "{notes}");
        let sheet = desk.json(&["export", "deals"]);
        let column = |name: &str| sheet["columns"].as_array().expect("columns").iter().position(|one| one == name);
        let of = |row: usize, name: &str| sheet["rows"][row][column(name).expect(name)].clone();
        let rows: Vec<[Value; 4]> =
            (0..3).map(|row| ["Creator", "Fee", "Format", "State"].map(|name| of(row, name))).collect();
        assert_eq!(
            rows,
            [
                [json!("Åsa Öberg"), json!("4000.5"), json!("post"), json!("live")],
                [json!("Åsa Öberg"), json!("1200"), json!("story"), json!("live")],
                [json!("Bo Ek"), json!("2500"), json!("video"), json!("agreed")],
            ]
        );
        assert_eq!((of(0, "Post"), of(0, "Codes")), (json!("C4x_1"), json!("ÅSA10")));
        assert_eq!(counts(&desk.json(&words)), (0, 0, 9));
        there_and_back(&desk);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long a person waits is measured on a person's clock")]
fn nine_hundred_deals_of_forty_brands_take_seconds() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headers = ["Client", "Campaign", "Creator", "TikTok", "Format", "Fee", "Post date", "Promo code"];
    for (column, header) in headers.iter().enumerate() {
        sheet.write_string(0, u16::try_from(column).expect("a column"), *header).expect("written");
    }
    for deal in 0..900_u32 {
        let row = deal + 1;
        text(
            sheet,
            row,
            &[
                (0, &format!("Brand {}", deal % 40)),
                (1, "Spring 2026"),
                (2, &format!("Creator {}", deal % 450)),
                (3, &format!("https://www.tiktok.com/@creator{}", deal % 450)),
                (4, "TikTok"),
                (6, &format!("{}/3/2026", deal % 28 + 1)),
                (7, &format!("CODE{deal}")),
            ],
        );
        sheet.write_number(row, 5, 1000 + deal).expect("written");
    }
    let desk = Desk::new();
    desk.write("big.xlsx", book.save_to_buffer().expect("bytes"));
    let words = [vec!["import", "deals", "big.xlsx"], MONEY.to_vec(), vec!["--yes"]].concat();
    let begun = std::time::Instant::now();
    let done = desk.json(&words);
    let took = begun.elapsed();
    assert_eq!(rejected(&done), Vec::<String>::new());
    assert_eq!((&done["taken"], counts(&done)), (&json!(900), (40 + 40 + 450 + 900 + 900, 0, 0)));
    assert!(took.as_secs() < 60, "{took:?}");
    let again = desk.json(&words);
    assert_eq!(counts(&again), (0, 0, 2330));
    let of_one = desk.json(&["export", "deals", "--brand", "brand-7"]);
    assert_eq!(of_one["rows"].as_array().map(Vec::len), Some(23));
}

#[test]
fn a_change_in_the_sheet_is_shown_field_by_field_and_the_mapping_can_be_put_right() {
    let desk = Desk::new();
    desk.write("d.csv", "Vem,Format,Fee,Due\nAlma,Reel,4000,2026-03-05\n");
    let words =
        [vec!["import", "deals", "d.csv", "--default", "brand=Nordbo", "--default", "campaign=Spring"], MONEY.to_vec()]
            .concat();
    let (code, _, err) = desk.run(&words);
    assert_eq!(code, Some(2));
    assert!(err.contains("no row looks like the header of a table of deals"), "{err}");
    desk.write("d.csv.mapping.toml", "[columns]\nVem = \"creator\"\n");
    desk.done(&[words.clone(), vec!["--yes"]].concat());
    desk.write("d.csv", "Vem,Format,Fee,Due\nAlma,Reel,4500,2026-03-09\n");
    let changed = desk.json(&words)["changes"]["changed"].clone();
    assert_eq!(
        changed,
        json!([{ "kind": "deliverable", "id": "spring/alma/reel-1", "fields": [
            { "field": "fee", "from": "4000.00 SEK", "to": "4500.00 SEK" },
            { "field": "due", "from": "2026-03-05", "to": "2026-03-09" },
        ]}])
    );
    let text = desk.done(&words);
    assert!(text.contains("changed  deliverable/spring/alma/reel-1 fee: 4000.00 SEK → 4500.00 SEK"), "{text}");
    assert!(text.ends_with("nothing was stored, --yes applies it\n"), "{text}");
    desk.done(&[words.clone(), vec!["--save-mapping", "m.toml"]].concat());
    let saved = std::fs::read_to_string(desk.path().join("m.toml")).expect("a mapping");
    insta::assert_snapshot!(saved.trim_end(), @r#"
    # Which column is what. `plimsoll import deals` reads this beside the sheet; change it freely.

    [defaults]
    brand = "Nordbo"
    campaign = "Spring"
    currency = "SEK"
    zone = "Europe/Stockholm"

    [columns]
    Due = "due"
    Fee = "fee"
    Format = "format"
    Vem = "creator"
    "#);
}

#[test]
fn what_cannot_be_taken_is_one_line_and_stores_nothing() {
    let desk = Desk::new();
    desk.write("bad.csv", "Creator,Format,Fee,Due\nAlma,Reel,TBD,2026-03-05\n")
        .write("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1");
    desk.write("good.csv", "Creator,Format,Fee,Due\nAlma,Reel,1,2026-03-05\nBo,Reel,x,2026-03-05\n");
    desk.write("wrong.toml", "[columns]\nPris = \"price\"\n").write("empty.csv", "");
    let say = ["--default", "brand=N", "--default", "campaign=S", "--default", "currency=SEK", "--default", "zone=UTC"];
    let with = |words: &[&'static str]| [&["import", "deals"][..], words, &say[..]].concat();
    desk.refuses(
        &with(&["bad.csv", "--yes"]),
        "plimsoll: bad.csv: none of 1 rows can be taken, the first because of row 2, Fee `TBD`: no fee: write 0 where \
         nothing is paid",
    );
    desk.refuses(
        &with(&["good.csv", "--yes", "--strict"]),
        "plimsoll: good.csv: nothing was changed (--strict): row 3, Fee `x`: not an amount of money: write it like 4000.00",
    );
    desk.refuses(
        &with(&["old.xls"]),
        "plimsoll: old.xls: it is an old or password-protected workbook: save it as .xlsx or .csv",
    );
    desk.refuses(
        &with(&["nowhere.xlsx"]),
        "plimsoll: nowhere.xlsx: cannot be read (No such file or directory (os error 2)); give an .xlsx or .csv file",
    );
    desk.refuses(
        &["import", "deals", "good.csv", "--default", "zone=Mars"],
        "plimsoll: --default: `Mars` is not an IANA time zone: write it like `Europe/Stockholm`",
    );
    let (code, _, err) = desk.run(&with(&["good.csv", "--mapping", "wrong.toml"]));
    assert!(code == Some(2) && err.starts_with("plimsoll: wrong.toml: column `Pris`: `price` is not a field"), "{err}");
    let (code, _, err) = desk.run(&with(&["empty.csv"]));
    assert!(code == Some(2) && err.contains("no row looks like the header"), "{err}");
    desk.refuses(
        &["export", "deals", "x.xlsx"],
        "plimsoll: there is no store in `data`; `plimsoll apply` makes one, --set store.folder=… names another",
    );
    assert!(!desk.path().join("data").exists());
}

#[test]
fn an_export_is_a_workbook_others_can_read_and_nothing_in_it_is_a_formula() {
    let desk = Desk::new();
    let mut csv = "Creator id,Creator,Brand,Campaign,Format,Platform,Fee,Due\n".to_owned();
    writeln!(csv, "evil,\"=HYPERLINK(\"\"http://x\"\")\",Nordbo,Spring,reel,instagram,4000.50,2026-03-05")
        .expect("text");
    writeln!(csv, "long,{},Nordbo,Spring,reel,instagram,1,2026-03-05", "x".repeat(10_000)).expect("text");
    desk.write("d.csv", csv);
    let done = desk.json(&[vec!["import", "deals", "d.csv", "--yes"], MONEY.to_vec()].concat());
    let long = format!("3 Creator `{}…`: 10000 characters are too many: at most 2000", "x".repeat(60));
    assert_eq!(rejected(&done), [long]);
    desk.done(&["export", "deals", "out.xlsx"]);
    let bytes = std::fs::read(desk.path().join("out.xlsx")).expect("a file");
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).expect("opens");
    assert!(book.worksheet_formula("Deals").expect("formulas").is_empty());
    let range = book.worksheet_range("Deals").expect("cells");
    let header: Vec<String> = range.rows().next().expect("a header").iter().map(ToString::to_string).collect();
    let cell = |name: &str| {
        let column = header.iter().position(|header| header == name).expect(name);
        range.get((1, column)).expect("a cell").clone()
    };
    assert_eq!(cell("Creator"), Data::String("=HYPERLINK(\"http://x\")".to_owned()));
    assert_eq!(cell("Fee"), Data::Float(4000.5));
    assert!(matches!(cell("Due"), Data::DateTime(_)), "{:?}", cell("Due"));
    let out = desk.done(&["export", "deals"]);
    assert!(out.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{out}");
    there_and_back(&desk);
}

#[test]
fn the_help_teaches_by_an_example() {
    let desk = Desk::new();
    let help = desk.done(&["import", "deals", "--help"]);
    assert!(help.contains("plimsoll import deals deals.xlsx --default currency=SEK"), "{help}");
    let help = desk.done(&["export", "deals", "--help"]);
    assert!(help.contains("plimsoll export deals --brand nordbo deals.xlsx"), "{help}");
}
