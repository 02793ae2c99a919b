//! Plimsoll stops influencer campaigns from wasting money and treats creators fairly while doing it.
//!
//! # The rooms, in reading order
//!
//! | ring | room | what |
//! |---|---|---|
//! | 1 | [`domain`] | the words: ids, money, metrics, samples, deals, verdicts |
//! | 2 | [`rules`] | from conditions and readings to verdicts, receipts and state changes |
//! | 2 | [`insight`] | what the numbers mean beyond a verdict |
//! | 2 | [`outbox`] | what must be told, to which room, and when it is tried again |
//! | 2 | [`words`] | everything said and everything that can be said to us |
//! | 3 | [`store`] | keeps what was promised |
//! | 3 | [`sources`] | where numbers come from |
//! | 3 | [`actions`] | what can be stopped, and the guard in front of it |
//! | 3 | [`chat`] | Discord and Telegram |
//! | 3 | [`report`] | sheets as files |
//! | 3 | [`web`] | tracking links, what platforms push, and whether the program is well |
//! | 3 | [`sim`] | the emulated world |
//! | 4 | [`app`] | the program: the tasks that carry an alert |
//! | 4 | [`cli`] | the command line |
//!
//! Imports point inwards only. Rooms of ring 2 may use those above them in the table, rooms of ring 3 do not know each
//! other, and `tests/tidy.rs` proves it. [`time`] and [`http`] are what rings 3 and 4 share: the only clock, the only maker
//! of HTTP clients.
//!
//! # The life of one alert
//!
//! 1. **Tick.** [`app::schedule`] says when, or a platform that pushes ([`app::hooks`]); [`app::watch::run`] waits on the
//!    [`time::Clock`].
//! 2. **Pull.** A [`sources::Source`] answers samples, or a typed reason why not. Both are kept.
//! 3. **Judge.** [`rules::judge::judge_changes`] looks at every rule whose inputs changed, with the time handed in.
//! 4. **Commit.** [`app::cycle`] writes rule memory, incidents, notices, deliveries and proposals in one [`store::Transaction`].
//! 5. **Deliver.** [`app::deliver`] claims what is due, unless the room sleeps ([`app::habits`]), [`app::render`] composes
//!    it from what is kept then, [`chat::Chats`] sends it under the room's limits, and the attempt is recorded with the
//!    message id.
//! 6. **Answer.** A press or a command is kept in the inbox before it is confirmed to the platform; [`app::listen`] checks
//!    who it is and what they may, each time anew.
//! 7. **Act.** [`app::act`]: guard, the state to set, the request, and the platform's own word that it is so. What takes a
//!    person (hold a piece, mend a link) [`app::asking`] asks of the creator, and their word makes it so.
//! 8. **Tell.** The incident's revision is raised, and every room's message is edited.
//!
//! A crash between any two steps repeats a step and skips none.
//!
//! What time alone moves is judged without a poll: a piece that is overdue or a right that ends ([`app::moments`]), and the
//! later steps of a rule ([`app::ladder`]). What judging rests on is kept with when it became known, so any receipt of the
//! past can be made again ([`app::past`]).
//!
//! The terminal comes in beside the chats: one process owns a store, so a command asks the running service through a
//! socket in the data folder, and opens the store itself where none runs ([`app::control`]).
//!
//! A part that ends or hangs is started again ([`app::parts`]); what is wrong with the program itself is told to its operators,
//! and that it is over ([`app::alarms`], docs/alerts.md).
//!
//! A new installation is made by [`app::setup`], looked over live by [`app::doctor`], and [`app::coverage`] says who in it is
//! judged on what.
//!
//! # Invariants
//!
//! 1. Rings 1 and 2 do no I/O and read no clock.
//! 2. What is absent never fires a rule and never counts as zero.
//! 3. Every verdict shown carries the numbers it was made from.
//! 4. Nothing is sent that was not committed first.
//! 5. Delivery is at least once; a repeat can be recognised.
//! 6. Every loop, queue, page count and body has a limit with a reason.
//! 7. Actions set a state, never a difference.
//! 8. No secret reaches a log, an error, a chat or a panic.
//! 9. Only [`app::config`] reads the environment.
//! 10. A creator never sees another's numbers or anyone's margin.
//! 11. Nothing is acted on that rests on old data.
//! 12. Same samples, same rules: same receipt, byte for byte, now and for any past instant ([`app::past`]).
//! 13. No action is offered that would lose more margin than it saves.

pub mod time;

pub mod http;

// Ring 1: the words.
pub mod domain;

// Ring 2: the judgement. Each may use those above it.
pub mod rules;

pub mod insight;

pub mod outbox;

pub mod words;

// Ring 3: the outside world. These rooms do not know each other.
pub mod actions;
pub mod chat;
pub mod report;
pub mod sim;
pub mod sources;
pub mod store;
pub mod web;

// Ring 4: the program.
pub mod app;
pub mod cli;

// What is run with anything at all, in tests and by fuzzers.
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
