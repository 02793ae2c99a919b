//! The guided story of the demo: what happens, in which order, and how far it is.
//!
//! Every beat is read from what the program keeps and from how the world goes; nothing is told that did not happen, and
//! where nobody did anything it says so.

use jiff::Timestamp;

use super::World;
use crate::outbox::incident::{Event, Happened, Incident, Stage};
use crate::rules::downgrade::Milestone;
use crate::sim::world::troubles::{Course, Trouble};
use crate::store::records::scan_all;

/// The rule of a link that brings clicks and no orders.
pub const LINK_RULE: &str = "link-not-selling";
/// The rule of a code that far more people use than were sent.
pub const CODE_RULE: &str = "code-leaked";
/// The rule of a shop that is visited and does not sell.
pub const SHOP_RULE: &str = "shop-not-selling";
/// The rule of a level whose criterion is not met.
pub const CLICKS_RULE: &str = "gold-link-clicks";

/// How far a beat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not happened yet.
    Waiting,
    /// It happens, and somebody may do something about it.
    Now,
    /// It is over.
    Done,
}

/// A beat of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// A short name, such as `leaked-code`.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What happened, and what it teaches: a sentence or two.
    pub happened: String,
    /// What to press or type now; empty for nothing.
    pub try_next: String,
    /// How far it is.
    pub state: State,
}

/// The beats in their order. What cannot be read from the store has not happened.
pub async fn beats(world: &World) -> Vec<Beat> {
    let kept = scan_all::<Incident>(&*world.core().store).await.unwrap_or_default();
    let first = |rule: &str| {
        let of_rule = kept.iter().map(|kept| &kept.value).filter(|one| one.rule.as_str() == rule);
        of_rule.min_by_key(|one| one.opened_at)
    };
    let now = world.clock.now();
    [
        (Trouble::WrongLink, LINK_RULE, "wrong-link", "A wrong link", link as Tell),
        (Trouble::LeakedCode, CODE_RULE, "leaked-code", "A leaked code", code),
        (Trouble::ShopStops, SHOP_RULE, "shop-stops", "A shop that stops selling", shop),
        (Trouble::FewClicks, CLICKS_RULE, "downgrade", "A level, told first", level),
    ]
    .into_iter()
    .map(|(trouble, rule, id, title, tell)| {
        let seen = first(rule).map(|incident| Seen { incident, course: world.trade.course(trouble), now });
        let (happened, try_next) = seen.as_ref().map_or(("", ""), tell);
        Beat {
            id,
            title: title.to_owned(),
            happened: happened.to_owned(),
            try_next: try_next.to_owned(),
            state: match seen.map(|seen| seen.incident.stage) {
                None => State::Waiting,
                Some(Stage::Firing | Stage::Recovering) => State::Now,
                Some(Stage::Resolved) => State::Done,
            },
        }
    })
    .collect()
}

/// What a beat says: what happened, and what to try.
type Tell = fn(&Seen<'_>) -> (&'static str, &'static str);

/// An incident of the story, and the trouble behind it.
struct Seen<'a> {
    incident: &'a Incident,
    course: Course,
    now: Timestamp,
}

impl Seen<'_> {
    fn has(&self, what: impl Fn(&Happened) -> bool) -> bool {
        self.incident.events.iter().any(|Event { what: happened, .. }| what(happened))
    }

    fn is_over(&self) -> bool {
        self.incident.stage == Stage::Resolved
    }

    fn was_proposed(&self) -> bool {
        self.has(|what| matches!(what, Happened::Proposed { .. }))
    }

    fn was_agreed(&self) -> bool {
        self.has(|what| matches!(what, Happened::Approved { .. }))
    }

    fn was_verified(&self) -> bool {
        self.has(|what| matches!(what, Happened::Verified { .. }))
    }

    fn was_confirmed(&self) -> bool {
        self.has(|what| matches!(what, Happened::Confirmed { .. }))
    }

    fn level(&self, step: Milestone) -> bool {
        self.has(|what| *what == Happened::Level { step })
    }

    /// Nobody did anything, and the trouble is over all the same.
    fn went_by_itself(&self) -> bool {
        self.course.ended.is_none() && self.course.is_over(self.now)
    }
}

fn link(seen: &Seen<'_>) -> (&'static str, &'static str) {
    match (seen.was_confirmed(), seen.was_agreed(), seen.is_over()) {
        (true, _, true) => (
            "Alma said the link was mended, the clicks sell again, and the alert closed itself in both rooms. What was \
             wrong was the link, not her.",
            "",
        ),
        (_, _, true) => (
            "Nobody asked Alma. In the end a follower told her that the link was wrong; the clicks until then brought \
             hardly an order.",
            "",
        ),
        (true, _, false) if !seen.went_by_itself() => (
            "Alma says it is mended: her word counts, and the numbers check it. The alert closes by itself when her \
             clicks sell again, in a few hours.",
            "",
        ),
        (false, true, false) => (
            "Alma has been asked. It counts as mended when she says so, not when you press a button.",
            "In Alma's direct message press “Fixed”.",
        ),
        (..) if seen.went_by_itself() => {
            ("Nobody asked Alma; a follower told her, and she mended the link. The alert closes by itself.", "")
        }
        (..) if seen.was_proposed() => (
            "Alma's link opens the home page. As many people click as ever, and almost nobody finds the product. The \
             rule is one plain line: uses of her code per click.",
            "Press “Ask Alma to fix” in Telegram or Discord, then answer for Alma in her direct message.",
        ),
        (..) => (
            "Alma's link opens the home page. As many people click as ever, and almost nobody finds the product. The \
             rule is one plain line: uses of her code per click.",
            "Press “I've got it” in Telegram or Discord: the other room sees who has it.",
        ),
    }
}

fn code(seen: &Seen<'_>) -> (&'static str, &'static str) {
    match (seen.was_verified(), seen.was_agreed(), seen.is_over()) {
        (true, _, true) => (
            "The code is off, the strangers have stopped buying with it, and no other code was touched. The brand gave Cleo \
             a new one: her next orders have to count as hers.",
            "",
        ),
        (false, _, true) => (
            "Nobody ended the code; the coupon site dropped it the next morning. Every order until then paid a discount to \
             somebody Cleo never met.",
            "",
        ),
        (true, _, false) => (
            "The shop itself says that the code is off: the state was read back, not assumed. Cleo's followers pay the \
             full price from now on, and Undo is there if that was wrong.",
            "",
        ),
        (false, true, false) => ("Agreed. The shop is asked to end the code, and then asked what it did.", ""),
        (false, false, false) => (
            "A coupon site lists Cleo's code. Far more people use it than ever clicked her link: you pay their discount, \
             and her results look better than they are. Ending a code is right here, and hardly anywhere else.",
            "Press “End code CLEO10” in Telegram or Discord, and see what the shop says.",
        ),
    }
}

fn shop(seen: &Seen<'_>) -> (&'static str, &'static str) {
    let taken = seen.has(|what| *what == Happened::Acknowledged);
    match (taken, seen.is_over()) {
        (true, true) => (
            "The checkout works again. It was one alert for the brand and none for eight creators, because none of them \
             was at fault.",
            "",
        ),
        (false, true) => (
            "Nobody took it; the shop's people found it themselves after three hours. It was one alert for the brand and \
             none for eight creators.",
            "",
        ),
        (true, false) => ("Somebody has it and has called the shop's people. The alert closes when orders come.", ""),
        (false, false) => (
            "Hundreds visit the shop, and nobody can buy: the checkout is broken. Everybody's orders stop at once, so it \
             is one alert about the brand, and no creator is blamed.",
            "Press “I've got it” in Telegram or Discord: the others see it, and the shop's people are called.",
        ),
    }
}

fn level(seen: &Seen<'_>) -> (&'static str, &'static str) {
    let (objected, kept) = (seen.level(Milestone::Appealed), seen.level(Milestone::Kept));
    match (objected, kept, seen.level(Milestone::Lowered)) {
        (_, _, true) => (
            "Her time to react is over and the line was not met, so Alma is Silver: for deals agreed from now on. What she \
             has signed stays as it is, and there is a way back.",
            "",
        ),
        (true, true, _) => (
            "Alma objected, and that stopped the clock until a person had looked. She keeps Gold; who decided it stands in \
             both rooms.",
            "",
        ),
        (false, true, _) => ("Alma's clicks were back above the line within her time to react, so she keeps Gold.", ""),
        (true, false, _) if seen.level(Milestone::StoodBy) => {
            ("The notice stands, and her time to react runs again. The numbers decide now.", "")
        }
        (true, false, _) => (
            "Alma objects. No time runs until a person has answered her: that is the rule's promise, not politeness.",
            "Answer for the team: press “Keep Gold” or “Stand by it” in Telegram or Discord.",
        ),
        (false, false, _) if seen.is_over() && seen.level(Milestone::Withdrawn) => {
            ("The notice no longer applies; Alma's level has not changed.", "")
        }
        (false, false, _) if seen.is_over() => {
            ("Alma's clicks are back above the line within her time to react, so she keeps Gold.", "")
        }
        (false, false, _) => (
            "Alma's link gets too few clicks for Gold. She hears it before the team does, with her own numbers and what \
             would keep the level. Nothing changes before her three days are over.",
            "In Alma's direct message press “Something is wrong” to object, or do nothing and let her numbers speak.",
        ),
    }
}
