//! CSV files that people import: samples (`s`), posts (`p`), and any other table with a mapping of it (`m`: the mapping, a
//! zero, the table).

use super::{Became, all_told, split, told};
use crate::domain::mapped_csv::{self, Mapping};
use crate::domain::sample::Form;
use crate::domain::sample_csv::{RowError, SampleRow, read_posts, read_samples, write_samples};

pub(super) fn run(bytes: &[u8]) -> Became {
    let (kind, rest) = split(bytes);
    match kind {
        b'p' => posts(rest),
        b'm' => mapped(rest),
        _ => samples(rest),
    }
}

fn lines(bytes: &[u8]) -> usize {
    1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count()
}

fn rows(rows: &[SampleRow], errors: &[RowError]) {
    for row in rows {
        let sample = &row.sample;
        if let Form::Amount { from, until } = sample.form {
            assert!(from < until, "an amount over no time");
        }
        assert!(sample.form.observed_at() <= sample.known_at, "known before it was so");
    }
    all_told(errors);
}

fn samples(bytes: &[u8]) -> Became {
    let sheet = read_samples(bytes);
    assert!(sheet.rows.len() <= lines(bytes), "more samples than lines");
    rows(&sheet.rows, &sheet.errors);
    if !sheet.rows.is_empty() {
        let written = write_samples(&sheet.rows).expect("samples can be written");
        let again = read_samples(written.as_slice());
        assert_eq!(again.errors, [], "{}", String::from_utf8_lossy(&written));
        let known =
            |row: &SampleRow| (row.sample.series.clone(), row.sample.value, row.sample.currency, row.sample.form);
        let both = [&sheet.rows, &again.rows].map(|rows| rows.iter().map(known).collect::<Vec<_>>());
        let [ours, theirs] = both;
        assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(&written));
    }
    Became::of(!sheet.rows.is_empty())
}

fn posts(bytes: &[u8]) -> Became {
    let sheet = read_posts(bytes);
    assert!(sheet.rows.len() <= lines(bytes), "more posts than lines");
    all_told(&sheet.errors);
    Became::of(!sheet.rows.is_empty())
}

fn mapped(bytes: &[u8]) -> Became {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (mapping, table) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(mapping) = std::str::from_utf8(mapping) else { return Became::Refused };
    let mapping = match Mapping::from_toml(mapping) {
        Ok(mapping) => mapping,
        Err(error) => {
            told(&error);
            return Became::Refused;
        }
    };
    match mapped_csv::read(table, &mapping) {
        Ok(read) => {
            // A line may fill a column of every metric that the mapping names.
            assert!(read.rows.len() <= lines(table).saturating_mul(64), "more samples than cells");
            rows(&read.rows, &read.errors);
            Became::of(!read.rows.is_empty())
        }
        Err(error) => {
            told(&error);
            Became::Refused
        }
    }
}
