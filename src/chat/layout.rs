//! Which blocks of a message fit, and how long text is as each platform counts it.
//!
//! Owns: the order in which blocks go behind the Why button, and the count of what went. Refuses: cutting inside a block,
//! escaping.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::words::message::{Block, Run};

/// Length in UTF-16 code units: how Telegram counts. <https://core.telegram.org/bots/api#messageentity>
#[must_use]
pub fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Length in Unicode code points: how Discord counts.
#[must_use]
pub fn points(text: &str) -> usize {
    text.chars().count()
}

/// The text of a run.
#[must_use]
pub fn text_of(run: &Run) -> &str {
    match run {
        Run::Plain(text) | Run::Bold(text) | Run::Code(text) => text,
    }
}

/// Which blocks stay so that their lengths fit, and how many lines went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// By block: whether it stays.
    pub stays: Vec<bool>,
    /// Lines that went behind Why.
    pub moved_lines: usize,
}

/// Moves whole blocks out, the highest weight first and the later first among equals, until what is left measures at most
/// `room`. Weight 0 goes last of all, and only because the platform would refuse the message otherwise.
///
/// `lengths` are of rendered blocks with what separates them; `tail(lines)` is the length of the line that says how many
/// lines went.
#[must_use]
pub fn fit(blocks: &[Block], lengths: &[usize], room: usize, tail: impl Fn(usize) -> usize) -> Fit {
    let mut stays = vec![true; blocks.len()];
    let mut total: usize = lengths.iter().sum();
    let mut moved_lines = 0;
    let mut order: Vec<(u8, usize)> = blocks.iter().map(|block| block.weight).zip(0..).collect();
    order.sort_unstable();
    while room < total + if moved_lines == 0 { 0 } else { tail(moved_lines) } {
        let Some((_, at)) = order.pop() else {
            break;
        };
        if let (Some(stay), Some(length), Some(block)) = (stays.get_mut(at), lengths.get(at), blocks.get(at)) {
            *stay = false;
            total -= length;
            moved_lines += std::cmp::max(block.lines.len(), 1);
        }
    }
    Fit { stays, moved_lines }
}

/// The line that says how many lines went behind the Why button: English, unless the caller brings the reader's words.
#[must_use]
pub fn more_line(template: &str, lines: usize) -> String {
    template.replace("{count}", &lines.to_string())
}

/// A cluster of more points than this is no character that anybody reads, but marks heaped on one letter: cut inside.
const CLUSTER_MAX: usize = 16;

/// The head of a text that has no blocks to give up (a headline, a label): at most `most` as `count` counts, cut between
/// what people see as characters and marked with an ellipsis.
#[must_use]
pub fn head(text: &str, most: usize, count: fn(&str) -> usize) -> String {
    if count(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    'fill: for cluster in text.graphemes(true) {
        let width = count(cluster);
        if used + width <= most {
            used += width;
            kept.push_str(cluster);
            continue;
        }
        if points(cluster) <= CLUSTER_MAX {
            break;
        }
        for c in cluster.chars() {
            let width = count(c.encode_utf8(&mut [0; 4]));
            if most < used + width {
                break 'fill;
            }
            used += width;
            kept.push(c);
        }
    }
    while kept.ends_with(['\u{200d}', '\u{fe0f}', ' ']) {
        kept.pop();
    }
    kept.push('…');
    kept
}

/// Text without what could reorder or hide its neighbours: control characters, direction overrides and isolates are dropped;
/// line breaks become blanks. Letters of right-to-left scripts stay, and so do joiners, which emoji and Indic scripts need.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{200b}'
            // Shown by nobody, and good for hiding words from those who search: soft hyphens, fillers, invisible operators,
            // annotations, the tag that begins a hidden language.
            | '\u{ad}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0001}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{061c}'
            | '\u{feff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(weight: u8) -> Block {
        Block { weight, lines: vec![vec![Run::Plain("x".to_owned())]] }
    }

    #[track_caller]
    fn check(room: usize, stays: [bool; 4], moved: usize) {
        let blocks = [block(0), block(2), block(1), block(2)];
        let fit = fit(&blocks, &[10, 10, 10, 10], room, |_| 5);
        assert_eq!((fit.stays.as_slice(), fit.moved_lines), (stays.as_slice(), moved), "{room}");
    }

    #[test]
    fn the_heaviest_blocks_go_first_and_whole() {
        check(40, [true, true, true, true], 0);
        check(39, [true, true, true, false], 1);
        check(35, [true, true, true, false], 1);
        check(34, [true, false, true, false], 2);
        check(15, [true, false, false, false], 3);
        check(9, [false, false, false, false], 4);
    }

    #[test]
    fn lengths_are_the_platforms_own() {
        assert_eq!((utf16("a🔴"), points("a🔴")), (3, 2));
        assert_eq!(head("🔴🔴🔴", 5, utf16), "🔴🔴…");
        assert_eq!(head("🔴🔴🔴", 3, points), "🔴🔴🔴");
        assert_eq!(head("👩\u{200d}🚀x", 3, points), "…");
        assert_eq!(head("a👩\u{200d}🚀xyz", 5, points), "a👩\u{200d}🚀…");
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_cut_between_what_people_see_as_characters(
            parts in proptest::collection::vec(proptest::prelude::prop_oneof![
                proptest::prelude::Just("👩\u{200d}👩\u{200d}👧".to_owned()),
                proptest::prelude::Just("🇸🇪".to_owned()),
                proptest::prelude::Just("e\u{301}\u{323}".to_owned()),
                proptest::prelude::Just("क्षि".to_owned()),
                proptest::prelude::Just("👍🏽".to_owned()),
                proptest::prelude::any::<String>(),
            ], 1..30),
            most in 1_usize..80,
        ) {
            let text = parts.concat();
            for count in [utf16 as fn(&str) -> usize, points] {
                let cut = head(&text, most, count);
                proptest::prop_assert!(count(&cut) <= most, "{} is {}", cut, count(&cut));
                let Some(kept) = cut.strip_suffix('…').filter(|_| cut != text) else { continue };
                let ends = text.grapheme_indices(true).any(|(at, _)| text.get(..at).is_some_and(|start| start.trim_end_matches([' ', '\u{200d}', '\u{fe0f}']) == kept));
                let heaped = text.graphemes(true).any(|cluster| CLUSTER_MAX < points(cluster));
                proptest::prop_assert!(ends || heaped, "{:?} of {:?}", kept, text);
            }
        }
    }

    #[test]
    fn marks_heaped_on_a_letter_are_cut_and_nothing_grows() {
        let zalgo = format!("z{}", "\u{335}\u{489}".repeat(5_000));
        assert_eq!(points(&head(&zalgo, 64, points)), 64);
        assert!(utf16(&head(&zalgo, 64, utf16)) <= 64);
    }

    #[test]
    fn direction_tricks_and_hidden_characters_go_and_scripts_stay() {
        assert_eq!(harmless("a\u{202e}b\u{200b}c\nd\u{0}"), "abc d");
        assert_eq!(harmless("שלום نص 👩\u{200d}🚀"), "שלום نص 👩\u{200d}🚀");
    }
}
