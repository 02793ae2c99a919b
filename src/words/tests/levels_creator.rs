//! Each step of a level that may be lost, as its creator reads it.

use super::levels::{cases, creator};

#[test]
#[expect(clippy::too_many_lines, reason = "each step as it is read")]
fn each_step_is_told_to_the_creator() {
    let all = |tag| {
        let texts = cases().into_iter().skip(3).map(|(name, case)| format!("== {name}\n{}", creator(case, tag)));
        texts.collect::<Vec<_>>().join("\n\n")
    };
    insta::assert_snapshot!(all("en"), @"
    == posted
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 5 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    Something wrong or unfair? Press the button before 5 Jul: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.
    You will hear from us here before the end, as you asked.

    data 14:10 · #A7K2 · 1 more behind Why
    [Something is wrong]
    [Suggest another way]
    [My numbers] [Why]

    == objected
    🟡 Hi Alma, you stay Gold at Nordbo until a person there has answered you

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs while you wait. Whatever they answer, you have 12 days left then.
    Tell them what is wrong in your own words: say “appeal A7K2” and your reason.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [Suggest another way]
    [My numbers] [Why]

    == objected in words
    🟡 Hi Alma, you stay Gold at Nordbo until a person there has answered you

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs while you wait. Whatever they answer, you have 12 days left then.
    Your words: “the link was down”.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [Suggest another way]
    [My numbers] [Why]

    == stood by
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 5 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    Nordbo has read what you said and stands by the notice (23 Jun). What is asked decides now: meet it and you stay.

    data 14:10 · #A7K2
    [Keep me posted]
    [Suggest another way]
    [My numbers] [Why]

    == kept by numbers
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    You meet what is asked again. The notice is over.

    data 14:10 · #A7K2
    [My numbers] [Why]

    == kept by a person
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    A person at Nordbo looked at it and decided so.

    data 14:10 · #A7K2
    [My numbers] [Why]

    == withdrawn
    🟢 Hi Alma, the notice about your level at Nordbo no longer applies

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [My numbers] [Why]

    == lowered
    🟡 Hi Alma, your level at Nordbo is Silver now. Deals you have signed keep their terms

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    The way back: meet what Gold asks for. It is looked at every day, and then a person at Nordbo is asked to give it back.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    data 14:10 · #A7K2
    [My numbers] [Why]

    == offered
    🟡 Hi Alma, your level at Nordbo is Silver now. Deals you have signed keep their terms

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    The way back: meet what Gold asks for. It is looked at every day, and then a person at Nordbo is asked to give it back.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    data 14:10 · #A7K2
    [My numbers] [Why]

    == restored
    🟢 Hi Alma, you are Gold at Nordbo again

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed from now on have 15 % commission again.

    data 14:10 · #A7K2
    [My numbers] [Why]
    ");
    insta::assert_snapshot!(all("sv"), @"
    == posted
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Är något fel eller orättvist? Tryck på knappen före 5 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.
    Du hör av oss här före slutet, som du bad om.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Något är fel]
    [Föreslå en annan väg]
    [Mina siffror] [Varför]

    == objected
    🟡 Hej Alma, du är kvar på Gold hos Nordbo tills en människa där har svarat dig

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Ingen tid går medan du väntar. Vad de än svarar har du 12 dagar kvar då.
    Berätta med egna ord vad som är fel: säg ”invänd A7K2” och ditt skäl.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Föreslå en annan väg]
    [Mina siffror] [Varför]

    == objected in words
    🟡 Hej Alma, du är kvar på Gold hos Nordbo tills en människa där har svarat dig

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Ingen tid går medan du väntar. Vad de än svarar har du 12 dagar kvar då.
    Dina ord: ”the link was down”.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Föreslå en annan väg]
    [Mina siffror] [Varför]

    == stood by
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Nordbo har läst det du sa och står fast vid beskedet (23 juni). Nu avgör kravet: når du det är du kvar.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Håll mig informerad]
    [Föreslå en annan väg]
    [Mina siffror] [Varför]

    == kept by numbers
    🟢 Hej Alma, du behåller Gold hos Nordbo. Inget har ändrats

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Du når det som krävs igen. Beskedet är över.

    data 14:10 · #A7K2
    [Mina siffror] [Varför]

    == kept by a person
    🟢 Hej Alma, du behåller Gold hos Nordbo. Inget har ändrats

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    En människa hos Nordbo har tittat på det och bestämt så.

    data 14:10 · #A7K2
    [Mina siffror] [Varför]

    == withdrawn
    🟢 Hej Alma, beskedet om din nivå hos Nordbo gäller inte längre

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Mina siffror] [Varför]

    == lowered
    🟡 Hej Alma, din nivå hos Nordbo är Silver nu. Avtal du har skrivit under behåller sina villkor

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Vägen tillbaka: nå det som Gold kräver. Det kontrolleras varje dag, och då tillfrågas en människa hos Nordbo om att ge tillbaka den.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Mina siffror] [Varför]

    == offered
    🟡 Hej Alma, din nivå hos Nordbo är Silver nu. Avtal du har skrivit under behåller sina villkor

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Vägen tillbaka: nå det som Gold kräver. Det kontrolleras varje dag, och då tillfrågas en människa hos Nordbo om att ge tillbaka den.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Mina siffror] [Varför]

    == restored
    🟢 Hej Alma, du är Gold hos Nordbo igen

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs från och med nu har 15 % provision igen.

    data 14:10 · #A7K2
    [Mina siffror] [Varför]
    ");
}
