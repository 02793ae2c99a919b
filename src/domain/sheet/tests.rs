use rust_decimal::Decimal;

use super::grid::Cell;
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
    documents
        .clone()
        .into_list()
        .map(|one| {
            let mut value = serde_json::to_value(&one).expect("JSON");
            let fields = value.as_object_mut().expect("fields");
            fields.retain(|name, value| {
                let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                let empty = empty || value.as_object().is_some_and(serde_json::Map::is_empty);
                let usual = [("locale", "en"), ("state", "active"), ("state", "agreed")];
                let id = ["kind", "id", "partnership"].contains(&name.as_str());
                !empty && !id && !usual.contains(&(name.as_str(), value.as_str().unwrap_or_default()))
            });
            format!("{} {} {value}", one.kind(), one.id())
        })
        .collect()
}

#[track_caller]
fn check(text: &str, defaults: &[&str], want: &[&str], rejected: &[&str]) -> Vec<String> {
    let reading = reading(&grid(text), &mapping(defaults), &Documents::default());
    let got: Vec<String> = shown(&reading.documents)
        .into_iter()
        .filter(|line| line.starts_with("deliverable") || line.starts_with("creator"))
        .collect();
    assert_eq!(got, want);
    check_rejected(&reading, rejected);
    check_again(&grid(text), &mapping(defaults), &reading);
    reading.notes
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
    assert_eq!(third.documents, first.documents, "an import by the saved mapping");
}

#[test]
fn one_row_is_one_deliverable() {
    check(
        "Influencer|Format|Fee|Due|Status
         Alma Lind|Reel|4 000,00 kr|2026-03-05|Posted
         Bo Ek|TikTok|€1.2k|5 mars 2026|
         Bo Ek|TikTok|950|12 mars 2026|",
        NORDBO,
        &[
            r#"creator alma-lind {"name":"Alma Lind","zone":"UTC"}"#,
            r#"creator bo-ek {"name":"Bo Ek","zone":"UTC"}"#,
            r#"deliverable spring/alma-lind/reel-1 {"platform":"instagram","format":"reel","fee":"4000.00 SEK","due":"2026-03-05","state":"live"}"#,
            r#"deliverable spring/bo-ek/video-2 {"platform":"tiktok","format":"video","fee":"950.00 SEK","due":"2026-03-12"}"#,
        ],
        &["3 Fee `1200.00 EUR`: the brand's books are in SEK: write the amount in SEK"],
    );
}
