//! Deals in spreadsheets: a file as it is, or, after `x`, the parts of a workbook (the sheet, its shared texts, its styles,
//! with a zero between), packed here so that what is tried out is cells and not checksums.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Became, all_told, same_again, split, told};
use crate::domain::document::Documents;
use crate::domain::sheet::mapping::Mapping;
use crate::domain::sheet::{self, export};
use crate::report::sheet::{SheetError, read, to_csv};

/// Cells of a sheet that is read as deals here: guessing looks at each many times.
const CELLS_MAX: usize = 4_000;

pub(super) fn run(bytes: &[u8]) -> Became {
    let (kind, rest) = split(bytes);
    let packed;
    let file = match kind {
        b'x' => {
            packed = workbook(rest);
            packed.as_slice()
        }
        _ => bytes,
    };
    let book = match read(file) {
        Ok(book) => book,
        Err(error) => {
            told(&error.to_string());
            let broken = matches!(&error, SheetError::Unwritable(_));
            assert!(!broken, "reading does not write");
            return Became::Refused;
        }
    };
    let cells: usize = book.grids.iter().flat_map(|grid| &grid.rows).map(Vec::len).sum();
    if CELLS_MAX < cells || CELLS_MAX < book.grids.iter().map(|grid| grid.rows.len()).sum() {
        return Became::Taken;
    }
    for grid in &book.grids {
        drop(to_csv(grid, true).expect("cells can be written as text"));
    }
    match sheet::read(&book.grids, None, &Mapping::default(), &Documents::default()) {
        Ok(reading) => Became::of(deals(&reading)),
        Err(error) => {
            told(&error);
            Became::Refused
        }
    }
}

/// What was taken is documents that `apply` would take, and the sheet that they are written as says the same.
fn deals(reading: &sheet::Reading) -> bool {
    for row in &reading.rejected {
        all_told(&[&row.column, &row.value, &row.why]);
    }
    all_told(&reading.notes);
    let documents = &reading.documents;
    let printed = toml::to_string(documents).expect("documents can be written");
    let again = Documents::from_toml(&printed).unwrap_or_else(|error| super::unread(&error, &printed));
    assert_eq!(again, *documents, "{printed}");
    for one in documents.clone().into_list() {
        assert_eq!(same_again(&one), one, "a document comes back as it was");
    }
    if documents.is_empty() {
        return false;
    }
    let grid = export::grid(documents);
    let back = sheet::read(&[grid], None, &Mapping::default(), documents).expect("what is exported is read");
    for one in back.documents.clone().into_list() {
        let kept = documents.clone().into_list().find(|kept| kept.kind() == one.kind() && kept.id() == one.id());
        assert_eq!(kept.as_ref(), Some(&one), "an export changes nothing");
    }
    true
}

fn workbook(parts: &[u8]) -> Vec<u8> {
    let mut parts = parts.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let (sheet, texts, styles) = (part(), part(), part());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let files: [(&str, &[u8]); 7] = [
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", texts),
        ("xl/styles.xml", styles),
    ];
    for (name, bytes) in files.into_iter().filter(|file| !file.1.is_empty()) {
        zip.start_file(name, stored).expect("a file in an archive");
        zip.write_all(bytes).expect("bytes in memory");
    }
    zip.finish().expect("an archive").into_inner()
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;

const ROOT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"#;

const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Deals" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>
<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
</Relationships>"#;
