//! An answer that is longer than a message holds, a page at a time.
//!
//! Refuses: cutting inside a line, and leaving anything out; what is on no page cannot be.

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Block, Look};
use super::phrase::{text_of, utf16_units};
use super::wording::{Reader, say};

/// UTF-16 units of a page: of the 4,096 that Telegram and Discord take, with room for what their markup adds.
const PAGE_UNITS: usize = 3_000;

/// Page `page`, from 1, of an answer; the whole where it fits. `command` with a number behind it asks for another page.
#[must_use]
pub fn paged(composed: Composed, page: u32, command: &str, reader: &Reader) -> Composed {
    let mut pages = pages(&composed.message.blocks);
    if pages.len() <= 1 {
        return composed;
    }
    let count = pages.len();
    let at = std::cmp::min(usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1), count - 1);
    let mut shown = composed;
    shown.message.blocks = if at < pages.len() { pages.swap_remove(at) } else { Vec::new() };
    let words = reader.words();
    let turn = |to: usize| ButtonPurpose::Ask { command: format!("{command} {to}") };
    let mut row = Vec::new();
    if 0 < at {
        row.push((turn(at), say!(words, "button-worse", page = at, pages = count), Look::Plain));
    }
    if at + 1 < count {
        row.push((turn(at + 2), say!(words, "button-further", page = at + 2, pages = count), Look::Plain));
    }
    shown.row(row);
    shown
}

/// Lines as they are, block by block, in pages that fit. Nothing of them goes behind anything.
fn pages(blocks: &[Block]) -> Vec<Vec<Block>> {
    let mut pages: Vec<Vec<Block>> = vec![Vec::new()];
    let mut used = 0_usize;
    for block in blocks {
        let mut begun = false;
        for line in &block.lines {
            let units = utf16_units(&text_of(line)).saturating_add(2);
            if PAGE_UNITS < used.saturating_add(units) && 0 < used {
                pages.push(Vec::new());
                (used, begun) = (0, false);
            }
            used = used.saturating_add(units);
            let Some(page) = pages.last_mut() else { continue };
            match page.last_mut().filter(|_| begun) {
                Some(last) => last.lines.push(line.clone()),
                None => page.push(Block { weight: 0, lines: vec![line.clone()] }),
            }
            begun = true;
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::super::message::{Message, Run};
    use super::*;

    fn long(lines: usize) -> Composed {
        let line = |n: usize| vec![Run::Plain(format!("{n:04} {}", "x".repeat(60)))];
        let blocks = vec![
            Block { weight: 0, lines: (0..lines).map(line).collect() },
            Block { weight: 2, lines: vec![vec![Run::Plain("the end".to_owned())]] },
        ];
        Composed::plain(Message { headline: "head".to_owned(), blocks, ..Message::default() })
    }

    #[test]
    fn every_line_is_on_one_page_and_each_page_leads_on() {
        let reader = Reader::new("en", "UTC");
        let whole = long(20);
        assert_eq!(paged(whole.clone(), 1, "deal a/b", &reader), whole);
        let mut seen = Vec::new();
        let mut page = 1;
        loop {
            let shown = paged(long(200), page, "deal a/b", &reader);
            let lines = shown.message.blocks.iter().flat_map(|block| &block.lines);
            let texts: Vec<String> = lines.map(text_of).collect();
            assert!(texts.iter().map(|text| utf16_units(text) + 2).sum::<usize>() <= PAGE_UNITS);
            seen.extend(texts);
            let next = format!("deal a/b {}", page + 1);
            let leads = |purpose: &ButtonPurpose| matches!(purpose, ButtonPurpose::Ask { command } if *command == next);
            if !shown.purposes.iter().flatten().any(leads) {
                break;
            }
            page += 1;
        }
        assert_eq!((seen.len(), page), (201, 5));
        assert_eq!(seen.last().map(String::as_str), Some("the end"));
        assert_eq!(paged(long(200), 99, "deal a/b", &reader), paged(long(200), 5, "deal a/b", &reader));
    }
}
