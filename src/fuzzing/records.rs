//! What is read from the disk: records of every kind, rows of samples, keys of indexes, rows of the store, backups.
//!
//! The first byte says what the rest is: a letter of [`KINDS`] for a record, `0` samples, `1` a backup as it unpacks, `2` keys,
//! `3` the journal, `4` sealed samples without their checksum.

use std::path::Path;

use super::{Became, split};
use crate::app::clicks::ClickHour;
use crate::app::hooks::HookRecord;
use crate::app::links::CutLink;
use crate::app::past::memory::MemoryChange;
use crate::app::planner::kept::SourceRecord;
use crate::app::postmortem::records::{AnswerRecord, AskedRecord, StepRecord};
use crate::app::records::{
    AccountRecord, ButtonRecord, CodeRecord, Counters, DocumentRecord, ExcuseRecord, HistoryRecord, InboxRecord,
    LearningRecord, LevelCase, MemoryRecord, PollRecord, PostRecord, PromotionRecord, RuleRecord, ShadowFire,
};
use crate::domain::action::Proposal;
use crate::domain::ids::{Platform, Subject};
use crate::domain::offer::Offer;
use crate::domain::person::{Grant, Person, Room};
use crate::outbox::delivery::Delivery;
use crate::outbox::incident::Incident;
use crate::outbox::notice::Notice;
use crate::rules::learn::Learned;
use crate::store::backup::{Entry, read_unzipped, write_entry};
use crate::store::records::{again, journal_again};
use crate::store::samples::{PART_ROWS, ROWS_MAX, Row, missing_rows_of, read_heard, read_row, rows_of, seal, unseal};
use crate::store::{StoreError, keys};

type Again = fn(&[u8]) -> Result<Vec<u8>, StoreError>;

/// Every kind of record.
const KINDS: [(u8, Again); 33] = [
    (b'a', again::<Incident>),
    (b'b', again::<Notice>),
    (b'c', again::<Delivery>),
    (b'd', again::<Person>),
    (b'e', again::<Grant>),
    (b'f', again::<Room>),
    (b'g', again::<ClickHour>),
    (b'h', again::<MemoryChange>),
    (b'i', again::<PostRecord>),
    (b'j', again::<ExcuseRecord>),
    (b'k', again::<AccountRecord>),
    (b'l', again::<SourceRecord>),
    (b'm', again::<HookRecord>),
    (b'n', again::<DocumentRecord>),
    (b'o', again::<RuleRecord>),
    (b'p', again::<HistoryRecord>),
    (b'q', again::<MemoryRecord>),
    (b'r', again::<Proposal>),
    (b's', again::<Offer>),
    (b't', again::<LevelCase>),
    (b'u', again::<ShadowFire>),
    (b'v', again::<PromotionRecord>),
    (b'w', again::<PollRecord>),
    (b'x', again::<InboxRecord>),
    (b'y', again::<CodeRecord>),
    (b'z', again::<ButtonRecord>),
    (b'A', again::<Counters>),
    (b'B', again::<Learned>),
    (b'C', again::<LearningRecord>),
    (b'D', again::<CutLink>),
    (b'E', again::<AnswerRecord>),
    (b'F', again::<AskedRecord>),
    (b'G', again::<StepRecord>),
];

pub(super) fn run(bytes: &[u8]) -> Became {
    let (kind, rest) = split(bytes);
    match kind {
        b'0' => samples(rest),
        b'1' => backup(rest),
        b'2' => index(rest),
        b'3' => record(journal_again, rest),
        b'4' => sealed(rest),
        b'5' => heard(rest),
        _ => match KINDS.iter().find(|row| row.0 == kind) {
            Some((_, again)) => record(*again, rest),
            None => Became::Refused,
        },
    }
}

/// A record: what is kept of it is read as the same and kept as the same bytes.
fn record(again: Again, bytes: &[u8]) -> Became {
    let kept = match again(bytes) {
        Ok(kept) => kept,
        Err(error) => {
            damaged(&error);
            return Became::Refused;
        }
    };
    let twice = again(&kept).expect("what is kept is read");
    assert_eq!(String::from_utf8_lossy(&kept), String::from_utf8_lossy(&twice), "kept as the same bytes");
    Became::Taken
}

fn damaged(error: &StoreError) {
    super::told(&error.to_string());
}

/// The length of the key, the key, the row.
fn samples(bytes: &[u8]) -> Became {
    let (length, rest) = split(bytes);
    let Some((key, row)) = rest.split_at_checked(usize::from(length)) else { return Became::Refused };
    let (first, rows) = match read_row(key, row) {
        Ok(Row::Samples(samples)) => {
            assert!(samples.len() <= row.len(), "more samples than bytes");
            (Row::Samples(samples.clone()), rows_of(&samples))
        }
        Ok(Row::Missing(missing)) => {
            assert!(missing.len() <= row.len(), "more absences than bytes");
            let known = crate::store::samples::known_at(key);
            (Row::Missing(missing.clone()), missing_rows_of(&missing, known))
        }
        Err(error) => {
            damaged(&error);
            return Became::Refused;
        }
    };
    let mut again = rows.iter().map(|(key, row)| read_row(key, row).expect("what is written is read"));
    let (one, more) = (again.next(), again.next());
    match &first {
        Row::Samples(none) if none.is_empty() => assert_eq!(one, None),
        Row::Missing(none) if none.is_empty() => assert_eq!(one, None),
        _ => assert_eq!(one, Some(first), "read again as it was"),
    }
    assert_eq!(more, None, "one row stays one row");
    Became::Taken
}

/// What was heard, under a right checksum.
fn heard(bytes: &[u8]) -> Became {
    let whole = [bytes, &crc32fast::hash(bytes).to_be_bytes()].concat();
    match read_heard(b"", &whole) {
        Ok(rows) => {
            assert!(rows.len() <= PART_ROWS, "{} rows", rows.len());
            Became::Taken
        }
        Err(error) => {
            damaged(&error);
            Became::Refused
        }
    }
}

/// What is sealed under a right checksum.
fn sealed(bytes: &[u8]) -> Became {
    let subject: Subject = "creator/alma".parse().expect("a subject");
    let read = |bytes: &[u8]| unseal(bytes, &subject, Platform::Youtube);
    let whole = [bytes, &crc32fast::hash(bytes).to_be_bytes()].concat();
    let Some(rows) = read(&whole) else { return Became::Refused };
    assert!(rows.len() <= ROWS_MAX, "{} rows", rows.len());
    let once = read(&seal(&rows).expect("sealed again")).expect("what is sealed is read");
    assert_eq!(once.len(), rows.len());
    // Which of two words of the same instant comes first is settled by then.
    let twice = read(&seal(&once).expect("sealed again")).expect("what is sealed is read");
    assert_eq!(twice, once);
    Became::Taken
}

fn backup(bytes: &[u8]) -> Became {
    let mut entries = Vec::new();
    let mut size = 0_usize;
    let read = read_unzipped(Path::new("a backup"), bytes, |entry| {
        let (Entry::Put { key, .. } | Entry::Delete { key, .. } | Entry::Counter { key, .. }) = &entry;
        size = size.saturating_add(key.len());
        entries.push(entry);
        Ok(())
    });
    assert!(entries.len() <= bytes.len() && size <= bytes.len(), "more than came");
    // Written again and read again: the same entries, whatever the first file said besides.
    let mut again = Vec::new();
    for entry in &entries {
        write_entry(&mut again, entry).expect("written into memory");
    }
    let mut twice = Vec::new();
    let whole = [b"plimsoll backup 1\n", again.as_slice()].concat();
    let ended = read_unzipped(Path::new("a backup"), whole.as_slice(), |entry| {
        twice.push(entry);
        Ok(())
    });
    assert!(ended.is_err(), "a file without an end is not whole");
    assert_eq!(twice, entries);
    match read {
        Ok(count) => {
            assert_eq!(crate::domain::num::u64_of_len(entries.len()), count);
            Became::Taken
        }
        Err(error) => {
            damaged(&error);
            Became::Refused
        }
    }
}

fn index(bytes: &[u8]) -> Became {
    if let Err(error) = keys::read_number(bytes) {
        damaged(&error);
    }
    match keys::read_due(bytes) {
        Ok((at, what)) => {
            assert_eq!(keys::due(at, &what), bytes, "a key is written as it was read");
            Became::Taken
        }
        Err(error) => {
            damaged(&error);
            Became::Refused
        }
    }
}
