//! A short list to press, under a question whose answer would otherwise have to be typed.

use super::asking::CHOICES_MAX;
use super::buttons::{ButtonPurpose, Composed};
use super::message::Look;
use super::phrase::{self, block, line};
use super::wording::{Reader, say};

/// Adds a button for each choice, two in a row: what it says, and the command that it stands for. What is beyond
/// [`CHOICES_MAX`] is counted, and an example says how to type it.
pub fn add(composed: &mut Composed, each: Vec<(String, String)>, reader: &Reader) {
    let more = each.len().saturating_sub(CHOICES_MAX);
    if let (true, Some((_, example))) = (0 < more, each.last()) {
        let text = say!(reader.words(), "which-more", count = more, example = example.trim_start_matches('/'));
        composed.message.blocks.extend(block(0, vec![line(text)]));
    }
    let mut each = each.into_iter().take(CHOICES_MAX).peekable();
    while each.peek().is_some() {
        let button = |(name, command): (String, String)| {
            (ButtonPurpose::Ask { command }, phrase::short_name(&name), Look::Plain)
        };
        let pair: Vec<_> = each.by_ref().take(2).map(button).collect();
        composed.row(pair);
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Message;
    use super::*;

    fn listed(count: usize) -> Composed {
        let mut composed = Composed::plain(Message::default());
        let each = (0..count).map(|n| (format!("Creator {n}"), format!("/pause c{n}"))).collect();
        add(&mut composed, each, &Reader::new("en", "UTC"));
        composed
    }

    #[test]
    fn what_is_beyond_the_list_is_counted_and_can_be_typed() {
        for (count, rows, more) in
            [(0, 0, None), (1, 1, None), (8, 4, None), (11, 4, Some("3 more. Type the name, such as “pause c10”."))]
        {
            let composed = listed(count);
            assert_eq!(composed.purposes.len(), rows, "{count}");
            let text = composed.message.blocks.first().map(|block| phrase::text_of(&block.lines[0]));
            assert_eq!(text.as_deref(), more, "{count}");
        }
    }
}
