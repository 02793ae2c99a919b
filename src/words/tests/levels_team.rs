//! Each step of a level that may be lost, as the team reads it.

use super::levels::{cases, told_to, view};
use crate::domain::person::Audience;

#[test]
#[expect(clippy::too_many_lines, reason = "each step as it is read")]
fn each_step_is_told_to_the_team() {
    let all = |tag| {
        let texts = cases()
            .into_iter()
            .map(|(name, case)| format!("== {name}\n{}", told_to(&view(case), tag, Audience::Internal)));
        texts.collect::<Vec<_>>().join("\n\n")
    };
    insta::assert_snapshot!(all("en"), @"
    == telling
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator has not got the notice yet; it is on its way on Telegram. No time runs before that. If it does not get through, tell them yourself.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Text to send] [I have told them]
    [Why] [I've got it] [Snooze 6 h]

    == told
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    Gold stays until 5 Jul 14:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == told by hand
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    Maja told the creator 14:05.
    Gold stays until 5 Jul 14:05. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [They object]
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == posted
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    Gold stays until 5 Jul 14:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == objected
    🟡 Alma Lind objects to losing Gold. Nothing changes until one of you answers

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong. No time runs.
    Gold stays until one of you decides. If the notice stands, the creator has the rest of the time before Silver.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Keep Gold] [Stand by it]
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == objected in words
    🟡 Alma Lind objects to losing Gold. Nothing changes until one of you answers

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong: “the link was down”
    Gold stays until one of you decides. If the notice stands, the creator has the rest of the time before Silver.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Keep Gold] [Stand by it]
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == stood by
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong: “the link was down”
    Maja stood by the notice 14:12.
    Gold stays until 5 Jul 14:02. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Suggest another way]
    [Why] [I've got it] [Snooze 6 h]

    == kept by numbers
    🟢 Alma Lind keeps Gold at Nordbo: 6.3, asked for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == kept by a person
    🟢 Alma Lind keeps Gold at Nordbo: Maja decided so

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    The creator said 14:10 that something is wrong: “the link was down”
    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == withdrawn
    🟢 Alma Lind: the notice about the level at Nordbo no longer applies

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == lowered
    🟡 Alma Lind went from Gold to Silver at Nordbo. Signed deals keep their terms

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == offered
    🔵 Alma Lind meets what Gold asks for again: 6.3, asked for 9.0 or more. Give it back?

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Silver stays until one of you decides.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Back to Gold] [Not now]
    [Why]

    == restored
    🟢 Alma Lind is Gold at Nordbo again: Maja decided so

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(all("sv"), @"
    == telling
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören har inte fått beskedet än; det är på väg på Telegram. Ingen tid går innan dess. Kommer det inte fram, berätta själva.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Text att skicka] [Jag har berättat]
    [Varför] [Jag tar det] [Vila 6 h]

    == told
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Gold gäller till 5 juli 14:00. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == told by hand
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Maja berättade för kreatören 14:05.
    Gold gäller till 5 juli 14:05. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [De invänder]
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == posted
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Gold gäller till 5 juli 14:00. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == objected
    🟡 Alma Lind invänder mot att förlora Gold. Inget ändras förrän någon av er svarar

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel. Ingen tid går.
    Gold gäller tills någon av er bestämmer. Står beskedet fast har kreatören resten av tiden före Silver.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Behåll Gold] [Stå fast]
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == objected in words
    🟡 Alma Lind invänder mot att förlora Gold. Inget ändras förrän någon av er svarar

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel: ”the link was down”
    Gold gäller tills någon av er bestämmer. Står beskedet fast har kreatören resten av tiden före Silver.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Behåll Gold] [Stå fast]
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == stood by
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel: ”the link was down”
    Maja stod fast vid beskedet 14:12.
    Gold gäller till 5 juli 14:02. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Föreslå en annan väg]
    [Varför] [Jag tar det] [Vila 6 h]

    == kept by numbers
    🟢 Alma Lind behåller Gold hos Nordbo: 6,3, krav 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == kept by a person
    🟢 Alma Lind behåller Gold hos Nordbo: Maja har bestämt så

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Kreatören sa 14:10 att något är fel: ”the link was down”
    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == withdrawn
    🟢 Alma Lind: beskedet om nivån hos Nordbo gäller inte längre

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == lowered
    🟡 Alma Lind gick från Gold till Silver hos Nordbo. Underskrivna avtal behåller sina villkor

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == offered
    🔵 Alma Lind når det som Gold kräver igen: 6,3, krav 9,0 eller mer. Ge tillbaka nivån?

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Silver gäller tills någon av er bestämmer.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Tillbaka till Gold] [Inte nu]
    [Varför]

    == restored
    🟢 Alma Lind är Gold hos Nordbo igen: Maja har bestämt så

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]
    ");
}
