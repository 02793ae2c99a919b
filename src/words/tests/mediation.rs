//! Another way than a lower level, as each side reads it at each step.

use super::levels::{told, told_to, view};
use super::*;
use crate::rules::downgrade::{Case, Side, Step, Way};

const WEEK: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);
const TWO_WEEKS: jiff::SignedDuration = jiff::SignedDuration::from_hours(14 * 24);

fn opened(side: Side) -> Case {
    told().mediate(side, Some("I was ill"), (WEEK, TWO_WEEKS), at("2026-06-23T12:10:00Z")).expect("opens")
}

fn suggested(side: Side, way: Way) -> Case {
    opened(Side::Creator).suggest(side, way, "Maja", at("2026-06-23T12:11:00Z")).expect("suggests")
}

fn agreed(way: Way) -> Case {
    suggested(Side::Creator, way).agree(Side::Brand, "Maja", at("2026-06-23T12:12:00Z")).expect("agrees")
}

fn ended() -> Case {
    opened(Side::Brand).after(Step::EndTalk, at("2026-06-30T12:10:00Z"))
}

fn both(case: &Case, tag: &str) -> String {
    let view = view(case.clone());
    let of = |audience| told_to(&view, tag, audience);
    format!("{}\n\n{}", of(Audience::Creator), of(Audience::Internal))
}

#[test]
#[expect(clippy::too_many_lines, reason = "what both sides read, message by message")]
fn both_sides_read_who_suggested_what() {
    insta::assert_snapshot!(both(&opened(Side::Creator), "en"), @"
    🟡 Hi Alma, you and Nordbo look for another way. You stay Gold meanwhile

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs until 30 Jun 14:10. Without an agreement by then 12 days are left.
    Say what would help: press one of the buttons. Nordbo can agree or suggest something else.
    Your words: “I was ill”.
    What both have agreed to binds both. Until then nothing changes.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [Other format] [Make-good] [Fee and commission] [More time]
    [My numbers] [Why]

    🟡 Alma Lind: another way than losing Gold is looked for. Nothing changes meanwhile

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    No time runs until 30 Jun 14:10. Without an agreement by then 12 days are left.
    The creator asks to look for another way. Nothing is suggested yet.
    In the creator's words: “I was ill”
    What both have agreed to binds both. Deals are changed by you, not by this program.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Other format] [Make-good] [Fee and commission] [More time]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(both(&suggested(Side::Brand, Way::Hybrid), "en"), @"
    🟡 Hi Alma, you and Nordbo look for another way. You stay Gold meanwhile

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs until 30 Jun 14:10. Without an agreement by then 12 days are left.
    Nordbo suggests: another split between fee and commission. You can agree, or suggest something else.
    Your words: “I was ill”.
    What both have agreed to binds both. Until then nothing changes.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [Agree]
    [Other format] [Make-good] [More time]
    [My numbers] [Why]

    🟡 Alma Lind: another way than losing Gold is looked for. Nothing changes meanwhile

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    No time runs until 30 Jun 14:10. Without an agreement by then 12 days are left.
    Maja suggested 14:11: another split between fee and commission. The creator has been told.
    In the creator's words: “I was ill”
    What both have agreed to binds both. Deals are changed by you, not by this program.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Other format] [Make-good] [More time]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(both(&suggested(Side::Creator, Way::Format), "sv"), @"
    🟡 Hej Alma, du och Nordbo söker en annan väg. Du är kvar på Gold under tiden

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Ingen tid går till 30 juni 14:10. Utan en överenskommelse till dess är 12 dagar kvar.
    Du föreslår: ett annat format för de kommande delarna. Nordbo har fått veta det, och kan gå med på det eller föreslå något annat.
    Dina ord: ”I was ill”.
    Det som båda har gått med på binder båda. Till dess ändras inget.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [En del till] [Arvode och provision] [Mer tid]
    [Mina siffror] [Varför]

    🟡 Alma Lind: en annan väg än att förlora Gold söks. Inget ändras under tiden

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Ingen tid går till 30 juni 14:10. Utan en överenskommelse till dess är 12 dagar kvar.
    Kreatören föreslår (14:11): ett annat format för de kommande delarna.
    Med kreatörens ord: ”I was ill”
    Det som båda har gått med på binder båda. Avtal ändras av er, inte av det här programmet.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Gå med på det]
    [En del till] [Arvode och provision] [Mer tid]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn both_sides_read_what_binds_them() {
    insta::assert_snapshot!(both(&agreed(Way::MakeGood), "en"), @"
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Agreed between you and Nordbo: one more piece for what fell short.

    A person writes what it means into the deal, and both sides agree to that first.

    data 14:10 · #A7K2
    [My numbers] [Why]

    🟢 Alma Lind keeps Gold at Nordbo: both sides have agreed

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Agreed, Maja said yes: one more piece for what fell short.
    A person writes what it means into the deal, and both sides agree to that first.
    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(both(&agreed(Way::Extension), "sv"), @"
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 19 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 19 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Är något fel eller orättvist? Tryck på knappen före 19 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.
    Överenskommet mellan dig och Nordbo: 14 dagar mer tid.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Håll mig informerad] [Något är fel]
    [Mina siffror] [Varför]

    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Överenskommet, Maja sa ja: 14 dagar mer tid.
    Gold gäller till 19 juli 14:02. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 19 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]
    ");
    insta::assert_snapshot!(both(&ended(), "en"), @"
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 12 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 12 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    Something wrong or unfair? Press the button before 12 Jul: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.
    No other way was agreed by 30 Jun. What is asked decides now.

    data 14:10 · #A7K2 · 1 more behind Why
    [Keep me posted] [Something is wrong]
    [My numbers] [Why]

    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    No other way was agreed by 30 Jun. What is asked decides now.
    Gold stays until 12 Jul 14:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 12 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
}

#[test]
fn a_creator_reads_no_name_of_the_team() {
    for way in Way::ALL {
        for case in [suggested(Side::Brand, way), suggested(Side::Creator, way), agreed(way), ended()] {
            for tag in ["en", "sv"] {
                let text = told_to(&view(case.clone()), tag, Audience::Creator);
                assert!(!text.contains("Maja") && !text.contains("Jonas"), "{text}");
            }
        }
    }
}
