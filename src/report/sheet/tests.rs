use std::io::Write as _;

use calamine::{Data, Reader as _, Xlsx};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Formula, Workbook};

use super::*;
use crate::domain::sheet::grid::{Cell, Merge};

fn number(text: &str, unit: Option<&str>) -> Cell {
    Cell::Number { value: text.parse::<Decimal>().expect("a number"), unit: unit.map(str::to_owned) }
}

fn text_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let book = read(bytes).expect("reads");
    let [grid] = book.grids.as_slice() else { panic!("one sheet") };
    grid.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect()
}

#[test]
fn text_files_are_read_in_any_characters_and_with_any_separator() {
    let text = "Namn;Arvode\nÅsa Öberg;4 000,50 kr\n";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect();
    let want = [["Namn", "Arvode"], ["Åsa Öberg", "4 000,50 kr"]];
    for (bytes, how) in [
        (text.as_bytes().to_vec(), "read as UTF-8 with columns separated by semicolon"),
        (
            [b"\xEF\xBB\xBF".to_vec(), text.as_bytes().to_vec()].concat(),
            "read as UTF-8 with columns separated by semicolon",
        ),
        ([b"\xFF\xFE".to_vec(), utf16.clone()].concat(), "read as UTF-16 with columns separated by semicolon"),
        ([b"\xFE\xFF".to_vec(), big].concat(), "read as UTF-16 with columns separated by semicolon"),
        (utf16, "read as UTF-16 with columns separated by semicolon"),
        (latin, "read as Windows-1252 with columns separated by semicolon"),
        (text.replace(';', "\t").into_bytes(), "read as UTF-8 with columns separated by tab"),
        (text.replace(';', "|").into_bytes(), "read as UTF-8 with columns separated by bar"),
    ] {
        assert_eq!(read(&bytes).expect("reads").how.as_deref(), Some(how));
        assert_eq!(text_rows(&bytes), want, "{how}");
    }
    assert_eq!(text_rows(b"a,\"b, c\"\n1,2\n"), [["a", "b, c"], ["1", "2"]]);
    assert_eq!(text_rows(b"sep=;\na;b\n")[1], ["a", "b"], "the rows keep their numbers");
    assert_eq!(text_rows(b"\x80 5,a\n")[0], ["€ 5", "a"]);
}

#[test]
fn rows_keep_the_numbers_a_spreadsheet_gives_them() {
    let rows = text_rows(b"a,b\n\n\n\"two\nlines\",x\n\nlast,y\n");
    assert_eq!(rows.len(), 6);
    assert_eq!((rows[3][1].as_str(), rows[5][0].as_str()), ("x", "last"));
}

#[test]
fn what_a_program_would_take_for_a_formula_is_written_as_text_and_comes_back() {
    let nasty = ["=1+1", "+46", "-5", "@alma", "'=x", "''@y", "'s-Hertogenbosch", "\tTab", "plain", "a\"b,c;d\ne"];
    let grid = Grid {
        name: "Deals".to_owned(),
        rows: vec![nasty.iter().map(|text| Cell::text(*text)).collect()],
        merged: Vec::new(),
    };
    let csv = to_csv(&grid, false).expect("writes");
    let first = String::from_utf8(csv.clone()).expect("text");
    assert!(first.starts_with("'=1+1,'+46,'-5,'@alma,''=x,'''@y,'s-Hertogenbosch"), "{first}");
    for bytes in [csv, to_csv(&grid, true).expect("writes"), to_xlsx(&grid).expect("writes")] {
        assert_eq!(read(&bytes).expect("reads").grids[0].rows, grid.rows);
    }
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(to_xlsx(&grid).expect("writes"))).expect("opens");
    assert!(book.worksheet_formula("Deals").expect("formulas").is_empty(), "nothing in it is a formula");
    let range = book.worksheet_range("Deals").expect("cells");
    assert_eq!(range.get((0, 0)), Some(&Data::String("=1+1".to_owned())));
}

#[test]
fn workbooks_are_read_with_their_formats() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Q1").expect("named");
    let format = |code: &str| Format::new().set_num_format(code);
    sheet.merge_range(0, 1, 0, 2, "Reel 1", &Format::new()).expect("merged");
    sheet.write_number_with_format(1, 0, 0.1, &format("0%")).expect("written");
    sheet.write_number_with_format(1, 1, 4000.5, &format("#,##0.00 [$€-407]")).expect("written");
    sheet.write_number_with_format(1, 2, 4000, &format("#,##0 \"kr\"")).expect("written");
    sheet.write_number_with_format(2, 0, 46086, &format("yyyy-mm-dd")).expect("written");
    sheet.write_number_with_format(2, 1, 46086.75, &format("yyyy-mm-dd hh:mm")).expect("written");
    sheet.write_number(2, 2, 0.1 + 0.2).expect("written");
    sheet.write_formula(3, 0, Formula::new("=1000+200").set_result("1200")).expect("written");
    sheet.write_formula(3, 1, Formula::new("=A99").set_result("#REF!")).expect("written");
    sheet.write_boolean(3, 2, true).expect("written");
    book.add_worksheet().set_name("Hidden").expect("named").set_hidden(true);
    let read = read(&book.save_to_buffer().expect("bytes")).expect("reads");
    assert_eq!(read.grids.iter().map(|grid| grid.name.as_str()).collect::<Vec<_>>(), ["Q1"]);
    let grid = &read.grids[0];
    assert_eq!(grid.merged, [Merge { top: 0, left: 1, bottom: 0, right: 2 }]);
    assert_eq!(grid.rows[1], [number("10", Some("%")), number("4000.5", Some("€")), number("4000", Some("kr"))]);
    assert_eq!(grid.rows[2].iter().map(Cell::shown).collect::<Vec<_>>(), ["2026-03-05", "2026-03-05 18:00:00", "0.3"]);
    assert_eq!(grid.at(3, 0), &number("1200", None));
    assert_eq!((grid.at(3, 1).shown().as_str(), grid.at(3, 2)), ("#REF!", &Cell::Flag(true)));
}

#[track_caller]
fn check_refused(bytes: &[u8], want: &str) {
    let error = read(bytes).expect_err("is refused");
    assert_eq!(error.to_string(), want);
}

/// An archive that unpacks to far more than it is.
fn bomb() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let zeros = vec![b'0'; 1 << 20];
    for part in 0..4 {
        writer.start_file(format!("xl/worksheets/sheet{part}.xml"), options).expect("begun");
        for _ in 0..100 {
            writer.write_all(&zeros).expect("written");
        }
    }
    writer.finish().expect("finished").into_inner()
}

#[test]
fn files_that_are_no_sheets_or_too_much_are_refused_with_a_remedy() {
    check_refused(b"%PDF-1.7", "it is a PDF: save it as .xlsx or .csv");
    check_refused(b"\xD0\xCF\x11\xE0\xA1", "it is an old or password-protected workbook: save it as .xlsx or .csv");
    check_refused(b"a\0b\0\0\0c", "it is not text: save it as .xlsx or .csv");
    check_refused(
        b"PK\x03\x04 and nothing more",
        "it cannot be read as a workbook: open it in a spreadsheet program and save it again",
    );
    let much = "x\n".repeat(ROWS_MAX + 1);
    check_refused(
        much.as_bytes(),
        "it has more than 50000 rows: delete what is not a deal, or split it into several files",
    );
    let wide = "x,".repeat(COLUMNS_MAX + 1);
    check_refused(
        wide.as_bytes(),
        "it has more than 1000 columns: delete what is not a deal, or split it into several files",
    );
    let bomb = bomb();
    assert!(bomb.len() < 1 << 20, "it is small");
    check_refused(
        &bomb,
        "it has more than 335544320 bytes when unpacked: delete what is not a deal, or split it into several files",
    );
}

#[test]
fn a_cell_at_the_end_of_the_world_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Creator").expect("written");
    sheet.write_string(1_048_575, 16_383, "x").expect("written");
    check_refused(
        &book.save_to_buffer().expect("bytes"),
        "it has more than 50000 rows: delete what is not a deal, or split it into several files",
    );
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        drop(read(&bytes));
        drop(read(&[b"PK\x03\x04".to_vec(), bytes].concat()));
    }
}
