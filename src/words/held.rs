//! What is kept about a creator, in plain words, how to have it as a file, and how to leave.

use super::buttons::{ButtonPurpose, Composed};
use super::message::{File, Line, Look, Message};
use super::own::said_of;
use super::phrase::{self, block, line};
use super::wording::{Reader, say};

/// Sentences that are kept with a word to the team or a creator and worded when it is told.
pub const WORD_KEYS: [&str; 5] =
    ["word-numbers", "word-left", "word-tip-helped", "word-questions", "word-questions-sent"];

/// What is kept about a creator, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldView {
    /// How a command names them, where somebody else reads it: whoever answers for them.
    pub who: Option<String>,
    /// What to call them.
    pub name: String,
    /// The chats they are linked in: proper names.
    pub chats: Vec<String>,
    /// Accounts on platforms whose public numbers are read: proper names.
    pub accounts: Vec<String>,
    /// Accounts they have connected themselves.
    pub connected: usize,
    /// Posts that are known.
    pub posts: usize,
    /// Deals, and pieces in them.
    pub deals: (usize, usize),
    /// Offers that were made about them.
    pub offers: usize,
    /// Levels they have, and times one was in question.
    pub levels: (usize, usize),
}

/// The answer to `data`.
#[must_use]
pub fn compose(view: &HeldView, reader: &Reader) -> Composed {
    let words = reader.words();
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let (deals, pieces) = view.deals;
    let (levels, cases) = view.levels;
    let held: Vec<Line> = [
        say!(words, "held-chats", chats = list(&view.chats)),
        say!(words, "held-accounts", accounts = list(&view.accounts), connected = view.connected),
        say!(words, "held-posts", count = view.posts),
        say!(words, "held-deals", deals = deals, pieces = pieces, offers = view.offers),
        say!(words, "held-levels", levels = levels, cases = cases),
        say!(words, "held-journal"),
    ]
    .into_iter()
    .map(|text| line(format!("• {text}")))
    .collect();
    let mut message = Message {
        headline: say!(words, "held-headline", name = phrase::first_name(&view.name)),
        silent: true,
        ..Message::default()
    };
    message.blocks.extend(block(0, held));
    let not = say!(words, "held-not");
    message.blocks.extend(block(0, vec![line(not), line(say!(words, "held-how"))]));
    let mut composed = Composed::plain(message);
    let file = ButtonPurpose::Ask { command: said_of("data file", view.who.as_deref()) };
    let leave = ButtonPurpose::Ask { command: "data leave".to_owned() };
    // Nobody leaves for somebody else.
    let leave = view.who.is_none().then(|| (leave, say!(words, "button-held-leave"), Look::Plain));
    composed.row(std::iter::once((file, say!(words, "button-held-file"), Look::Plain)).chain(leave));
    composed
}

/// Are you sure: what ends, what stays and why.
#[must_use]
pub fn sure(reader: &Reader) -> Composed {
    let words = reader.words();
    let lines = [say!(words, "leave-ends"), say!(words, "leave-stays"), say!(words, "leave-back")];
    let blocks = block(0, lines.into_iter().map(line).collect()).into_iter().collect();
    let headline = say!(words, "leave-headline");
    let mut composed = Composed::plain(Message { headline, blocks, silent: true, ..Message::default() });
    composed.row([
        (ButtonPurpose::Confirm { command: "data leave".to_owned() }, say!(words, "button-leave-yes"), Look::Danger),
        (ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain),
    ]);
    composed
}

/// They have left.
#[must_use]
pub fn done(reader: &Reader) -> Message {
    super::replies::short(say!(reader.words(), "leave-done"))
}

/// All that is kept, as a file. `left_out`: older numbers that did not fit.
#[must_use]
pub fn whole(file: File, left_out: usize, reader: &Reader) -> Message {
    let words = reader.words();
    let mut message = super::replies::short(say!(words, "held-file"));
    if 0 < left_out {
        message.blocks.extend(block(0, vec![line(say!(words, "held-file-left-out", count = left_out))]));
    }
    message.file = Some(file);
    message
}
