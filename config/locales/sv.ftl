### Det Plimsoll säger på svenska. Samma nycklar med samma variabler står i en.ftl; testerna jämför båda med programmet.
### Tal, pengar och tider kommer färdigskrivna för läsaren, heltal som tal.

## Larm

headline-firing-money = 🔴 { $who }: { $value }{ $limit }. { $saved } går ännu att spara
headline-firing = 🔴 { $who }: { $value }{ $limit }
headline-opportunity = 🔵 { $who }: { $value }{ $limit }. Bättre än väntat
headline-stopped-saved = 🟡 { $who }: { $done }, { $saved } sparade. Fortfarande { $value }{ $limit }
headline-stopped = 🟡 { $who }: { $done }. Fortfarande { $value }{ $limit }
headline-recovering = 🟡 { $who }: bättre, { $value }{ $limit }. Avslutas om det håller i sig
headline-resolved-now = 🟢 { $who }: slut efter { $lasted }. Nu { $value }{ $limit }
headline-resolved = 🟢 { $who }: slut efter { $lasted }. Det var { $value }{ $limit }

limit-own = annars { $value }
limit-prev = dessförinnan { $value }
limit-peers = liknande kreatörer { $value }
limit-industry = vanligen { $value }
limit-most = gräns { $value }
limit-least = minst { $value } önskas

seen = Uppmätt: { $what } ({ $size }).
seen-then = Uppmätt då: { $what } ({ $size }).
readings = { $count ->
    [one] en mätning
   *[other] { $count } mätningar
}
readings-newest = { $count ->
    [one] en mätning
   *[other] { $count } mätningar
}, den senaste { $time }
allowed = Tillåtet: { $what }.
allowed-most = högst { $line }, { $source }
allowed-least = minst { $line }, { $source }
share-of = { $share } av { $what }
source-own = { $base ->
    [none] det vanliga
   *[other] de vanliga { $base }
} (mittvärde av { $windows ->
    [one] en tidigare period
   *[other] { $windows } tidigare perioder
})
source-prev = { $base ->
    [none] som i perioden innan
   *[other] { $base } i perioden innan
}
source-peers = { $base ->
    [none] mittvärdet
   *[other] mittvärdet { $base }
} för { $others } liknande kreatörer
source-industry = { $base ->
    [none] branschens siffra
   *[other] branschens { $base }
}
source-target = enligt avtalet
source-literal = enligt regeln
also = Dessutom: { $what }.
also-above = { $left }, mer än { $right }
also-below = { $left }, mindre än { $right }
too-fresh = Kostnad som hunnit sälja; { $amount } till är för färsk för att bedömas.
weighed = Vägt: { $seen } där { $expected } skulle ha kommit vid gränsen ({ $posts ->
    [one] ett inlägg
   *[other] { $posts } inlägg
}).
nothing-came = { $title } går inte att räkna ut, för inget kom; tillåtet är { $line }
sure-anytime = Säkert: en kreatör som klarar { $limit } ser så här dålig ut högst 1 gång på { $times }.
sure-posterior = Säkert: med { $chance } sannolikhet missas { $limit }, efter hur tidigare avtal gick.
unsure-anytime = Kan vara otur: en kreatör som klarar { $limit } ser så här dålig ut 1 gång på { $times } eller oftare. Det sägs från 1 på { $line }.
unsure-posterior = Kan vara otur: med { $chance } sannolikhet missas { $limit }. Det sägs från { $line }.
formula-value = { $formula } är { $value }
metric-on = { $title } på { $platform }

window-hours = { $n ->
    [one] på en timme
   *[other] på { $n } timmar
}
window-days = { $n ->
    [one] på en dag
   *[other] på { $n } dagar
}
window-posts = { $n ->
    [one] på det senaste inlägget
   *[other] på de senaste { $n } inläggen
}
window-deal = sedan avtalet började

owed = Ska betalas ändå: { $amount }.
avoidable = Går ännu att spara: { $what }.
avoidable-part = { $deed ->
    [cut_link] { $amount } av länken { $name }
    [end_code] { $amount } av koden { $name }
    [hold] { $name } { $amount }{ $until }
    [cancel] { $name } { $amount }{ $until }
   *[stop_boost] { $amount } av boosten { $name } ({ $runs_on })
}

free-to-cancel = (kan ställas in gratis till { $until })
can-be-cancelled = (kan ställas in till { $until })
avoidable-rest = { $amount } av fler inslag

stays = Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.
stays-automatic = Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Bara boosten stoppas, och Ångra startar den igen.
stays-no-boost = Inläggen ligger kvar och koderna gäller. Här finns inget betalt att stoppa, så inget stoppas.
stays-brand = Det gäller hela varumärket: se först på butiken, lagret och priset. Ingen kreatör bär skulden, och ingen får höra det.
stays-stopped = { $deed ->
    [cut_link] Inläggen ligger kvar och länken leder ännu till produkten; bara krediteringen är av. Inget mer stoppas av sig självt.
    [end_code] Inläggen ligger kvar och länken leder ännu till produkten; bara koden är av. Inget mer stoppas av sig självt.
    [hold] Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget mer stoppas av sig självt.
    [cancel] Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget mer stoppas av sig självt.
   *[stop_boost] Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget mer stoppas av sig självt.
}
stays-code = Inläggen ligger kvar. Avslutas { $code } betalar följare som skriver den fullt pris; be om en ny kod först. Inget stoppas förrän någon av er säger det.
stays-steps = Inlägg ligger kvar och koder gäller: en kod kostar inget osåld. Utöver stegen händer inget av sig självt, och vart och ett går att ångra.
stays-opportunity = Inget köps eller förlängs förrän någon av er säger det.

clears-more = Löses av ytterligare { $what }.
clears-more-by = Löses av ytterligare { $what } före { $by }.
clears-more-stopped = Löses av ytterligare { $what }, med boosten stoppad.
clears-more-by-stopped = Löses av ytterligare { $what } före { $by }, med boosten stoppad.
clears-above = Löses vid { $what } eller mindre { $over }.
clears-below = Löses vid { $what } eller mer { $over }.

try-first = Prova först
from-your-posts = Ur dina egna inlägg
plain-threshold = enkel gräns
data-at = data { $time }
behind-why = { $count } till bakom Varför
maybe-repeat = du kan redan ha sett detta
# I stället för första raden i ett meddelande som är för gammalt för att ändras: ett nyare bär allt.
went-on = ⤵️ { $id } fortsätter i ett nyare meddelande{ $link ->
    [none] , längre ner
   *[other] : { $link }
}

## Vad som görs, i de former som meningarna behöver
deed-to = { $deed ->
    [stop_boost] stoppa boosten { $name }
    [resume_boost] starta boosten { $name } igen
    [cut_boost] sänka boosten { $name }
    [raise_boost] ge tillbaka budgeten, { $name }
    [set_budget] sätta budgeten för { $name }
    [set_value] sätta vad koden drar av, { $name }
    [cut_link] bryta länken { $name }
    [revive_link] låta länken { $name } räknas igen
    [end_code] avsluta koden { $name }
    [hold] parkera { $name }
    [release] låta göra { $name } ändå
    [cancel] ställa in { $name }
    [ask_fix] låta { $name } se över länk och kod
    [ask_make_good] be { $name } gottgöra det som blev för lite
    [ask_late] be { $name } om det som är försenat
    [ask_time] erbjuda { $name } tre dagar till
    [ask_right] be { $name } förlänga rätten
    [ask_mark] be { $name } märka inlägget som reklam
   *[revive_code] slå på koden { $name } igen
}
deed-ask = { $deed ->
    [hold] parkera { $name }
    [release] göra { $name } ändå
    [cancel] låta bli { $name } för gott
    [ask_make_good] gottgöra det som blev för lite
    [ask_late] leverera det som är försenat
    [ask_time] gå med på tre dagar till
    [ask_right] förlänga rätten med 30 dagar
    [ask_mark] märka inlägget som reklam
   *[ask_fix] se över länk och kod
}
deed-kept = { $deed ->
    [stop_boost] att boosten { $name } rullar vidare
    [resume_boost] att boosten { $name } förblir stoppad
    [cut_boost] att budgeten för { $name } står kvar
    [raise_boost] att budgeten för { $name } förblir sänkt
    [set_budget] att budgeten för { $name } står kvar
    [set_value] att koden { $name } är som den är
    [cut_link] att länken { $name } är som den är
    [revive_link] att länken { $name } förblir bruten
    [end_code] att koden { $name } gäller vidare
    [hold] att { $name } görs som planerat
    [release] att { $name } förblir parkerad
    [cancel] att { $name } görs som planerat
    [ask_fix] att inte fråga { $name } om länk och kod
    [ask_make_good] att inte be { $name } om mer
    [ask_late] att inte be { $name } om det som är försenat
    [ask_time] att låta datumet stå
    [ask_right] att inte be { $name } förlänga rätten
    [ask_mark] att inte be { $name } om märkningen
   *[revive_code] att koden { $name } förblir av
}
deed-left = { $deed ->
    [stop_boost] boosten { $name } rullar vidare
    [resume_boost] boosten { $name } förblir stoppad
    [cut_boost] budgeten för { $name } står kvar
    [raise_boost] budgeten för { $name } förblir sänkt
    [set_budget] budgeten för { $name } står kvar
    [set_value] koden { $name } drar av som förut
    [cut_link] länken { $name } är som den är
    [revive_link] länken { $name } förblir bruten
    [end_code] koden { $name } gäller vidare
    [hold] { $name } görs som planerat
    [release] { $name } förblir parkerad
    [cancel] { $name } görs som planerat
    [ask_fix] länk och kod är som de är
    [ask_make_good] inget gottgörs
    [ask_late] det är fortfarande försenat
    [ask_time] datumet står kvar
    [ask_right] rätten slutar som avtalat
    [ask_mark] inlägget är som det är
   *[revive_code] koden { $name } förblir av
}
deed-stays = { $deed ->
    [stop_boost] rullar den vidare
    [resume_boost] förblir den stoppad
    [cut_boost] står budgeten kvar
    [raise_boost] förblir budgeten sänkt
    [set_budget] står budgeten kvar
    [set_value] drar den av som förut
    [cut_link] är den som den är
    [revive_link] förblir den bruten
    [end_code] gäller den vidare
    [hold] görs den som planerat
    [release] förblir den parkerad
    [cancel] görs den som planerat
    [ask_fix] är länk och kod som de är
    [ask_make_good] gottgörs inget
    [ask_late] det är fortfarande försenat
    [ask_time] datumet står kvar
    [ask_right] rätten slutar som avtalat
    [ask_mark] inlägget är som det är
   *[revive_code] förblir den av
}
deed-not-done = { $deed ->
    [stop_boost] Boosten { $name } stoppades inte
    [resume_boost] Boosten { $name } startades inte
    [cut_boost] Boosten { $name } sänktes inte
    [raise_boost] Boosten { $name } fick inte tillbaka sin budget
    [set_budget] Budgeten för { $name } sattes inte
    [set_value] Vad koden { $name } drar av ändrades inte
    [cut_link] Länken { $name } bröts inte
    [revive_link] Länken { $name } räknas inte igen
    [end_code] Koden { $name } avslutades inte
    [hold] { $name } parkerades inte
    [release] { $name } släpptes inte
    [cancel] { $name } ställdes inte in
    [ask_fix] { $name } ombads inte se över länk och kod
    [ask_make_good] { $name } ombads inte om mer
    [ask_late] { $name } fick ingen fråga om det som är försenat
    [ask_time] { $name } erbjöds inte mer tid
    [ask_right] { $name } fick ingen fråga om rätten
    [ask_mark] { $name } fick ingen fråga om märkningen
   *[revive_code] Koden { $name } slogs inte på
}
deed-failed = { $deed ->
    [stop_boost] Boosten { $name } är INTE stoppad
    [resume_boost] Boosten { $name } är INTE startad
    [cut_boost] Boosten { $name } är INTE sänkt
    [raise_boost] Boosten { $name } har INTE fått tillbaka sin budget
    [set_budget] Budgeten för { $name } är INTE satt
    [set_value] Vad koden { $name } drar av är INTE ändrat
    [cut_link] Länken { $name } är INTE bruten
    [revive_link] Länken { $name } räknas INTE igen
    [end_code] Koden { $name } är INTE av
    [hold] { $name } är INTE parkerad
    [release] { $name } är INTE släppt
    [cancel] { $name } är INTE inställd
    [ask_fix] Länk och kod är INTE sedda över av { $name }
    [ask_make_good] { $name } har INTE gått med på mer
    [ask_late] Det som är försenat är INTE där
    [ask_time] Ett senare datum är INTE avtalat
    [ask_right] Rätten är INTE förlängd
    [ask_mark] Inlägget är INTE märkt som reklam
   *[revive_code] Koden { $name } är INTE på
}
deed-done = { $deed ->
    [stop_boost] Boosten { $name } stoppad
    [resume_boost] Boosten { $name } startad igen
    [cut_boost] Budgeten sänkt, boosten { $name }
    [raise_boost] Budgeten tillbaka, boosten { $name }
    [set_budget] Budgeten satt, boosten { $name }
    [set_value] Värdet satt, koden { $name }
    [cut_link] Länken { $name } bruten
    [revive_link] Länken { $name } räknas igen
    [end_code] Koden { $name } avslutad
    [hold] { $name } är parkerad
    [release] { $name } görs ändå
    [cancel] { $name } är inställd
    [ask_fix] Länk och kod är sedda över
    [ask_make_good] En gottgörelse är avtalad
    [ask_late] Det som var försenat är där
    [ask_time] Ett senare datum är avtalat
    [ask_right] Rätten är förlängd med 30 dagar
    [ask_mark] Inlägget är märkt som reklam
   *[revive_code] Koden { $name } påslagen igen
}
deed-undone = { $deed ->
    [stop_boost] Boosten { $name } startad igen
    [resume_boost] Boosten { $name } stoppad igen
    [cut_boost] Boosten { $name } har sin gamla budget igen
    [raise_boost] Boosten { $name } är sänkt igen
    [set_budget] Boosten { $name } har sin gamla budget igen
    [set_value] Koden { $name } drar av som förut igen
    [cut_link] Länken { $name } räknas igen
    [revive_link] Länken { $name } bruten igen
    [end_code] Koden { $name } påslagen igen
    [hold] { $name } görs ändå
    [release] { $name } är parkerad igen
   *[revive_code] Koden { $name } avslutad igen
}
deed-short = { $deed ->
    [stop_boost] boosten stoppad
    [resume_boost] boosten startad igen
    [cut_boost] budgeten sänkt
    [raise_boost] budgeten tillbaka
    [set_budget] budgeten satt
    [set_value] värdet satt
    [cut_link] länken bruten
    [revive_link] länken räknas igen
    [end_code] koden avslutad
    [hold] { $name } parkerad
    [release] { $name } görs ändå
    [cancel] { $name } inställd
    [ask_fix] länk och kod sedda över
    [ask_make_good] gottgörelse avtalad
    [ask_late] levererat
    [ask_time] senare datum avtalat
    [ask_right] rätten förlängd
    [ask_mark] inlägget märkt
   *[revive_code] koden på igen
}
deed-button = { $deed ->
    [stop_boost] Stoppa boost{ $name }{ $saves }
    [resume_boost] Starta boost{ $name }
    [cut_boost] Sänk boost{ $name }{ $saves }
    [raise_boost] Höj boost{ $name }
    [set_budget] Sätt budget{ $name }
    [set_value] Sätt kod{ $name }
    [cut_link] Bryt länk{ $name }
    [revive_link] Räkna länk{ $name } igen
    [end_code] Avsluta kod{ $name }
    [hold] Parkera{ $name }{ $saves }
    [release] Släpp{ $name }
    [cancel] Ställ in{ $name }{ $saves }
    [ask_fix] Be{ $name } rätta
    [ask_make_good] Be{ $name } om gottgörelse
    [ask_late] Fråga{ $name }
    [ask_time] Ge{ $name } 3 dagar till
    [ask_right] Be{ $name } förlänga
    [ask_mark] Be{ $name } märka det
   *[revive_code] Slå på kod{ $name }
}
deed-keep = { $deed ->
    [stop_boost] Låt den rulla
    [resume_boost] Låt den vara stoppad
    [cut_boost] Behåll budgeten
    [raise_boost] Låt den vara sänkt
    [set_budget] Behåll budgeten
    [set_value] Låt koden vara
    [cut_link] Låt länken vara
    [revive_link] Låt den vara bruten
    [end_code] Låt koden gälla
    [hold] Gör som planerat
    [release] Låt den vara parkerad
    [cancel] Gör som planerat
    [ask_fix] Fråga inte
    [ask_make_good] Fråga inte
    [ask_late] Fråga inte
    [ask_time] Behåll datumet
    [ask_right] Fråga inte
    [ask_mark] Fråga inte
   *[revive_code] Låt koden vara av
}
deed-undo = { $deed ->
    [stop_boost] Ångra: starta boosten igen
    [resume_boost] Ångra: stoppa boosten igen
    [cut_boost] Ångra: ge tillbaka budgeten
    [raise_boost] Ångra: sänk den igen
    [set_budget] Ångra: budgeten den hade
    [set_value] Ångra: det den drog av förut
    [cut_link] Ångra: låt länken räknas igen
    [revive_link] Ångra: bryt länken igen
    [end_code] Ångra: slå på koden igen
    [hold] Ångra: gör den ändå
    [release] Ångra: parkera den igen
   *[revive_code] Ångra: avsluta koden igen
}
budget-of = { $name } till { $amount }
budget-to = till { $amount }
step = { $what ->
    [stop_boost] stoppa boosten
    [cut_boost] sänka boosten
    [hold_next] parkera nästa inslag
    [cancel_next] ställa in nästa inslag
    [end_code] avsluta koden
    [cut_link] bryta länken
    [ask_fix] låta se över länk och kod
    [ask_make_good] be om gottgörelse
    [offer] erbjuda andra villkor
   *[notify] säga till igen
}
left-out = { $why ->
    [achieved] det är redan så, eller på väg
    [losing] det skulle förlora mer marginal än det sparar
    [refused] någon av er sa nej till just det
    [cleared] gränsen hålls igen
    [crossed] gränsen passerades igen
    [overtaken] ett senare steg kom i stället
    [decided] det bestämdes annorlunda under tiden
    [watching] regeln bara tittar på nu
   *[nothing] det finns inget kvar att göra det med
}
held-why = { $reason ->
    [kill_switch] nödstoppet är på
    [dry_run] det här är en torrkörning
    [daily_cap] dagens antal åtgärder är förbrukat
    [cooling_off] något gjordes med den alldeles nyss
    [no_data] det finns inga siffror att gå på
    [stale_data] siffrorna är för gamla
    [gain_unknown] vad det sparar eller kostar är inte känt
    [loses_more] det skulle förlora mer marginal än det sparar
    [overspent] mer än så har förbrukats under tiden
   *[other] { $reason }
}

## Vem som gjorde vad

has-it = { $who } tar hand om det sedan { $time }.
has-it-short = { $who } tar hand om det
snoozed = Vilar till { $until }.
snoozed-by = Vilar till { $until }, av { $by }.
the-program = Plimsoll
the-rule = regeln { $rule }
did-proposed = Ber att få { $what }.
did-proposed-saves = Ber att få { $what }: sparar { $saves }.
answer-by = Utan svar före { $time } { $stays }.
did-approved = { $by } sa ja { $time } till att { $what }; det görs nu.
did-approved-later = { $by } sa ja { $time } till att { $what }; det görs { $due }, om inget ändras innan dess.
did-rejected = { $by } bestämde { $time } { $what }.
did-expired = Ingen svarade före { $time }: { $what }.
did-expired-few = Bara { $have } av { $need } hade sagt ja före { $time }: { $what }.
did-held = { $what } ({ $time }): { $reason }.
did-done = { $what } av { $by } { $time }; { $runs_on } har tagit emot det och tillfrågas igen.
did-verified = { $what } av { $by } { $done_at }; { $runs_on } säger { $state } { $time }.
did-ask = { $of } fick { $time } frågan att { $what }; det gäller när { $of } bekräftar.
did-ask-yourselves = { $of } har ingen chatt med mig. Fråga { $of } själva om att { $what }, och anteckna svaret här.
did-ask-agency = Er byrå ber { $of } att { $what }; det gäller när { $of } bekräftar.
did-confirm = { $what }: { $of } bekräftade { $time }.
did-confirm-by = { $what }: { $of } bekräftade, { $by } antecknade det { $time }.
did-decline = { $of } svarade { $time } att något är i vägen; { $what }. Skriv till { $of }.
did-decline-by = { $of } sa att något är i vägen, { $by } antecknade det { $time }; { $what }.
noted = { $by } { $time }: { $text }{ $tag }
undo-until = Går att ångra till { $time }.
did-failed = { $what } ({ $time }): { $reason }.
did-undone = { $what } av { $by }; { $runs_on } säger { $state } { $time }.
state-paused = pausad
state-active = aktiv
state-ended = avslutad
state-cut = bruten
state-budget = en budget på { $amount }
state-value = { $share } av
held-again = Ett nytt försök görs { $time }.
late-orders = Sena beställningar gör att gränsen hålls: { $orders ->
    [one] en beställning
   *[other] { $orders } beställningar
} nu, { $needed } behövdes.
late-numbers = Siffror som kom senare gör att gränsen hålls.
still-firing = Fortfarande så { $time }.
next-step-asked = Är det fortfarande så { $time } får ni frågan att { $what }.
next-step-done = Är det fortfarande så { $time } är nästa steg att { $what }, inom gränserna.

what-happened = Vad som hänt
event-fired = gick över gränsen
event-recovering = tillbaka på rätt sida
event-fired-again = gick över gränsen igen
event-resolved = över
event-acknowledged = { $by } tar hand om det
event-snoozed = { $by } lät det vila till { $until }
event-proposed = { $by } bad att få stoppa boosten
event-approved = { $by } sa ja
event-rejected = { $by } bestämde att den rullar vidare
event-expired = ingen svarade i tid; inget gjordes
event-held = inte gjort: { $reason }
event-done = plattformen har tagit emot det
event-verified = plattformen säger { $state }
event-failed = inte gjort, plattformen säger: { $reason }
event-undone = { $by } tog tillbaka det; plattformen säger { $state }
event-asks = { $by } vill { $what }
event-refused = { $by } sa nej till detta: { $what }
event-asked = { $of } fick frågan
event-asked-yourselves = någon måste fråga { $of }
event-told = { $by } berättade för { $of }
event-confirmed = { $of } bekräftade
event-confirmed-by = { $by } antecknade att { $of } bekräftade
event-declined = { $of } sa att något är i vägen
event-withdrawn = behövs inte längre: { $why }
event-still-firing = fortfarande på fel sida
event-skipped = hoppade över steget att { $what }: { $why }

## Knappar: vad var och en sparar eller gör

button-why = Varför
button-ack = Jag tar det
button-snooze = Vila { $long }
button-my-numbers = Mina siffror
button-worse = ‹ Sida { $page } av { $pages }
button-further = Sida { $page } av { $pages } ›
button-yes-stop = Ja, stoppa
button-yes-start = Ja, starta igen
button-yes-adjust = Ja, sätt det
button-no = Nej, låt vara
button-let-propose = Låt den föreslå
button-keep-watching = Fortsätt titta på
button-yes-auto = Ja, låt den handla
button-no-auto = Nej, låt den fråga

## Med människor: vad en kreatör tillfrågas om, och vad teamet ser av det

ask-headline = { $ask ->
    [hold] 🟡 Hej { $name }, parkera { $what } tills vidare ({ $place })
    [release] 🟢 Hej { $name }, gör { $what } ändå ({ $place })
    [cancel] 🔴 Hej { $name }, gör inte { $what } längre ({ $place })
    [fix_link] 🟡 Hej { $name }, din länk öppnar fel sida ({ $place })
    [fix_code] 🟡 Hej { $name }, din kod saknas i ett inlägg ({ $place })
    [make_good] 🟡 Hej { $name }, ett inlägg nådde inte det vi kom överens om ({ $place })
    [late_draft] 🟡 Hej { $name }, hur går det med utkastet till { $what }? ({ $place })
    [late_post] 🟡 Hej { $name }, { $what } borde vara ute nu ({ $place })
    [late_proof] 🟡 Hej { $name }, vi behöver fortfarande beviset för { $what } ({ $place })
    [late_report] 🟡 Hej { $name }, vi behöver fortfarande siffrorna för { $what } ({ $place })
    [more_time] 🟢 Hej { $name }, du kan få mer tid för det som är försenat ({ $place })
    [extend_right] 🟡 Hej { $name }, får vår annons med ditt inlägg gå vidare? ({ $place })
    [fix_mark] 🟡 Hej { $name }, titta gärna om ditt inlägg säger att det är reklam ({ $place })
   *[fix_check] 🟡 Hej { $name }, se över länk och kod i dina inlägg ({ $place })
}
ask-body = { $ask ->
    [hold] Gör eller publicera det inte just nu. { $owed ->
        [none] Arvodet, { $fee }, väntar med det.
       *[other] Av arvodet, { $fee }, får du { $owed } i vilket fall; resten väntar med det.
    }
    [release] Gör det enligt avtalet, senast { $due }. Arvodet är { $fee }, som förut.
    [cancel] { $owed ->
        [none] Arvodet, { $fee }, faller bort, som avtalet säger om ett inslag som inte är gjort.
       *[other] Av arvodet, { $fee }, får du { $owed }, som avtalet säger.
    } Det går inte att ta tillbaka.
    [fix_link] Låt den öppna produktsidan, så att din försäljning räknas som din.
    [fix_code] Lägg till koden i texten, så att din försäljning räknas som din.
    [make_good] Vill du publicera något mer för det? Vill du hellre prata först, tryck på den andra knappen.
    [late_draft] Det skulle vara klart { $due }. Skicka det till teamet och tryck sedan på den första knappen. Är något i vägen, tryck på den andra: vi hittar en väg tillsammans.
    [late_post] Det skulle vara ute { $due }. Tryck på den första knappen när det är ute och skicka mig ”live” med adressen, så att siffrorna räknas som dina. Är något i vägen, tryck på den andra.
    [late_proof] Det skulle vara här { $due }; en skärmbild på att inlägget är ute räcker. Skicka den till teamet och tryck sedan på den första knappen.
    [late_report] De skulle vara här { $due }; en skärmbild på inläggets statistik räcker. Skicka den till teamet och tryck sedan på den första knappen.
    [more_time] Det skulle vara klart { $due } i stället. Allt annat gäller som avtalat.
    [extend_right] Rätten till det slutar snart; den skulle gälla till { $due } i stället. Allt annat gäller som avtalat. För en annons i ditt eget namn, förläng gärna tillståndet i appen också.
    [fix_mark] Vi hittade inget ord som #reklam i texten. Plattformens egen märkning går bra och syns inte där; har inlägget ingetdera, lägg gärna till ett.
   *[fix_check] Öppnar din länk produkten, och står din kod i texten? Då räknas din försäljning som din.
}
ask-stays = Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
ask-answer-by = Svara senast { $time }.
ask-yes = { $ask ->
    [hold] OK, parkerad
    [release] OK, jag gör det
    [cancel] OK, jag gör det inte
    [make_good] OK, jag gör mer
    [late_draft] Jag har skickat det
    [late_post] Det är ute
    [late_proof] Jag har skickat det
    [late_report] Jag har skickat dem
    [more_time] OK, till dess
    [extend_right] Ja, fortsätt
    [fix_mark] Det är märkt
   *[fix_check] Rättat
}
ask-no = { $ask ->
    [hold] Redan gjort / problem
    [release] Kan inte / problem
    [cancel] Redan gjort / problem
    [late_draft] Något är i vägen
    [late_post] Något är i vägen
    [late_proof] Något är i vägen
    [late_report] Något är i vägen
    [more_time] Det hjälper inte
    [extend_right] Nej / vi får prata
    [fix_mark] Jag behöver hjälp
   *[fix_check] Jag behöver hjälp
}
ask-done = { $ask ->
    [hold] 🟢 { $what } är parkerad sedan { $time }. Tack
    [release] 🟢 { $what } är din att göra igen sedan { $time }. Tack
    [cancel] 🟢 { $what } är inställd sedan { $time }. Tack
    [make_good] 🟢 Du gick { $time } med på att göra mer. Tack
    [late_draft] 🟢 Utkastet till { $what } är skickat, noterat { $time }. Tack
    [late_post] 🟢 { $what } är ute, noterat { $time }. Tack
    [late_proof] 🟢 Beviset för { $what } är skickat, noterat { $time }. Tack
    [late_report] 🟢 Siffrorna för { $what } är skickade, noterat { $time }. Tack
    [more_time] 🟢 Du har mer tid, avtalat { $time }
    [extend_right] 🟢 Du sa ja { $time } till att annonsen går vidare. Tack
    [fix_mark] 🟢 Inlägget är märkt, noterat { $time }. Tack
   *[fix_check] 🟢 Du rättade det { $time }. Tack
}
ask-done-text = { $ask ->
    [hold] Här får du veta om den behövs ändå.
    [release] Allt är som avtalat förut.
    [cancel] { $owed ->
        [none] Inget annat i ditt avtal ändras.
       *[other] { $owed } av arvodet betalas ändå. Inget annat i ditt avtal ändras.
    }
    [late_post] Skicka mig gärna också ”live” och adressen, så att siffrorna räknas som dina.
   *[fix_check] Teamet ser att du har svarat.
}
ask-declined = 🟡 Du svarade { $time } att något är i vägen ({ $what })
ask-declined-text = Teamet har fått veta det och skriver till dig. Till dess gäller allt som avtalat.
ask-withdrawn = 🟢 { $what }: vår fråga behövs inte längre
ask-late = 🟡 { $what }: vår fråga är över, inget svar kom i tid
ask-over-text = { $ask ->
    [release] Den förblir parkerad.
   *[hold] Fortsätt som avtalat.
}
ask-team-by = { $by } vill det. Det gäller när det är bekräftat.
ask-team-waiting = 🟡 { $who }: { $of } fick frågan att { $what }
ask-team-tell = 🟡 { $who }: be själva { $of } att { $what }
ask-team-confirmed = 🟢 { $who }: { $what }. { $of } bekräftade { $time }
ask-team-confirmed-by = 🟢 { $who }: { $what }. { $of } bekräftade, { $by } antecknade det { $time }
ask-team-declined = 🟡 { $who }: { $of } svarade { $time } att något är i vägen; { $what }
ask-team-declined-text = Skriv till { $of }.
ask-team-withdrawn = 🟢 { $who }: frågan togs tillbaka; { $what }
ask-team-late = 🟡 { $who }: { $of } svarade inte i tid; { $what }
button-has-confirmed = { $of } har bekräftat
button-has-declined = { $of } säger nej
button-keep-all = Nej till alltihop
copy-ready = Att kopiera, till { $of }:
ask-told = { $by } berättade för { $of } { $time }. Svaret är ännu inte här.
ask-letter-answer = Svara på det här meddelandet: ja, eller vad som är i vägen.
sure-headline = { $deed ->
    [hold] Be { $of } parkera { $name }?{ $saves }
    [release] Be { $of } göra { $name } ändå?{ $saves }
    [cancel] Ställa in { $name } för gott?{ $saves }
    [ask_make_good] Be { $of } gottgöra det som blev för lite?{ $saves }
    [ask_late] Fråga { $of } om det som är försenat?{ $saves }
    [ask_time] Erbjuda { $of } tre dagar till?{ $saves }
    [ask_right] Be { $of } förlänga rätten med 30 dagar?{ $saves }
    [ask_mark] Be { $of } märka inlägget som reklam?{ $saves }
   *[ask_fix] Be { $of } se över länk och kod?{ $saves }
}
sure-saves = Det sparar { $saves }
sure-stays = { $deed ->
    [hold] Inlägg som är ute ligger kvar. Det gäller när { $of } bekräftar, och kan släppas senare. { $owed ->
        [none] Ni är inte skyldiga något för den så länge den är parkerad.
       *[other] { $owed } av arvodet ska ändå betalas.
    }
    [release] Arvodet betalas när den är ute. Det gäller när { $of } bekräftar.
    [cancel] Det går inte att ta tillbaka. { $owed ->
        [none] Ingen avbokningsavgift.
       *[other] Avbokningsavgiften är { $owed }.
    } Det gäller när { $of } bekräftar.
   *[ask_fix] Inläggen ligger kvar under tiden. Det gäller när { $of } bekräftar.
}
sure-not-direct = { $of } har ingen chatt med mig: du får en text att kopiera, och antecknar svaret.
sure-yes = { $deed ->
    [cancel] Ja, ställ in för gott
   *[hold] Ja, fråga { $of }
}
sure-cancel-instead = Ställ in för gott i stället
choices-headline = { $name }: vad som kan stoppas
choice-plain = { $deed ->
    [cut_link] länken { $name }: den leder ännu till produkten; bara krediteringen upphör
    [end_code] koden { $name }: den kostar inget osåld; avsluta den bara om den läckt eller missbrukas
   *[stop_boost] boosten { $name }
}
choices-stay = Inlägg som är ute pausas inte. Inget stoppas förrän du väljer, och varje val frågar först.
which-piece = Vilken?
which-creator = Vilken kreatör?
which-more = { $count } till. Skriv namnet, som ”{ $example }”.
told-asked = { $of } får frågan nu. Här ser du vad { $of } svarar.
told-tell-yourself = { $of } har ingen chatt med mig. Texten att kopiera följer; anteckna svaret med knappen.
told-already-asked = { $of } har redan fått frågan och inte svarat än.
told-already-out = { $what } är redan ute. Inlägg som är ute pausas inte: stoppa boosten, eller be om en rättelse.
told-already-so = Redan så: { $what }.
told-nothing-to-hold = { $name } har inget planerat som kan parkeras. Inlägg som är ute pausas inte.
told-nothing-to-release = { $name } har inget parkerat.
told-unknown-piece = Jag känner inget inslag “{ $given }”. Skriv det som spring/alma/reel-2.
told-over = Den här frågan är redan över. Inget ändrades.
told-thanks = Tack. Teamet ser det.
told-team-writes = Teamet har fått veta det och skriver till dig. Till dess gäller allt som avtalat.
told-recorded = Antecknat, som { $of } sa det, med ditt namn.
told-nothing-open = Inget utlovat inslag är öppet på { $platform }. Nämn det: live, adressen, sedan spring/alma/reel-2.
told-live = Antecknat: { $what } är ute.
told-live-fee = Antecknat: { $what } är ute. Arvodet, { $fee }, räknas som intjänat från och med nu.
told-noted = Antecknat om { $name }. Det står i journalen och bakom Varför.
told-needs-sure = En inställning går inte att ta tillbaka. Tryck på dess egen knapp i larmet; den frågar en gång till.

## Till en kreatör

creator-firing = 🟡 Hej { $name }, vi ser { $value }{ $limit }. Inget har ändrats
creator-recovering = 🟡 Hej { $name }, bättre: { $value }{ $limit }. Inget har ändrats
creator-resolved = 🟢 Hej { $name }, allt väl igen: { $value }{ $limit }
creator-stays = Dina inlägg, dina avtal och din ersättning är som förut. Det här är för att du ska veta först.

## En nivå som kan gå förlorad: först kreatören, sedan teamet

level-notice = 🟡 Hej { $name }, din nivå hos { $brand } kan gå från { $from } till { $to } den { $day }. Inget har ändrats än
level-appealed = 🟡 Hej { $name }, du är kvar på { $from } hos { $brand } tills en människa där har svarat dig
level-kept = 🟢 Hej { $name }, du behåller { $from } hos { $brand }. Inget har ändrats
level-withdrawn = 🟢 Hej { $name }, beskedet om din nivå hos { $brand } gäller inte längre
level-lowered = 🟡 Hej { $name }, din nivå hos { $brand } är { $to } nu. Avtal du har skrivit under behåller sina villkor
level-restored = 🟢 Hej { $name }, du är { $from } hos { $brand } igen

level-per-thousand = { $over } per 1 000 { $under }
level-or-more = { $limit } eller mer
level-or-less = { $limit } eller mindre
level-over-posts = { $whose ->
    [yours] { $n ->
        [one] ditt senaste inlägg
       *[other] dina senaste { $n } inlägg
    }
   *[theirs] { $n ->
        [one] det senaste inlägget
       *[other] de senaste { $n } inläggen
    }
}
level-over-days = { $n ->
    [one] den senaste dagen
   *[other] de senaste { $n } dagarna
}
level-criterion = { $whose ->
    [yours] Det vi tittar på
   *[theirs] Det som räknas
}: { $what }, { $over }. { $level }: { $asked }.
level-you = { $whose ->
    [yours] Du
   *[theirs] Uppmätt
}: { $seen }.
level-parts = { $value } ({ $over }, { $under })
level-before = Dessförinnan: { $value }.
level-now = Nu: { $value }.
level-not-counted = Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot { $whose ->
    [yours] dig
   *[theirs] en kreatör
}.
level-means = Vad { $to } innebär: { $lower } provision i stället för { $share } på avtal som görs efter { $day }. Avtal som redan är underskrivna, och order som redan är lagda, behåller { $share }.
level-means-plain = Vad { $to } innebär: dess villkor för avtal som görs efter { $day }. Avtal som redan är underskrivna, och order som redan är lagda, behåller sina.
level-meant = Avtal som görs efter { $day } har { $lower } provision i stället för { $share }. Avtal som redan är underskrivna, och order som redan är lagda, behåller { $share }.
level-meant-plain = Avtal som görs efter { $day } har den nya nivåns villkor. Avtal som redan är underskrivna, och order som redan är lagda, behåller sina.
level-keeps-posts = Du behåller { $from } med { $what } från { $posts ->
    [one] ditt nästa inlägg
   *[other] dina nästa { $posts } inlägg
} (omkring { $per } per 1 000 vid dina vanliga { $usual }).
level-did = Det klarade du i { $hits } av dina senaste { $of }.
level-keeps-more = Du behåller { $from } med ytterligare { $what }.
level-keeps-line = Du behåller { $from } vid { $asked }.
level-object = Är något fel eller orättvist? { $objects ->
    [answer] Svara på det här meddelandet
   *[button] Tryck på knappen
} före { $day }: en människa hos { $brand } läser det. Tills de har svarat är du kvar på { $from } och ingen tid går.
level-stood-by = { $brand } har läst det du sa och står fast vid beskedet ({ $day }). Nu avgör kravet: når du det är du kvar.
level-posted = Du hör av oss här före slutet, som du bad om.
level-clock-stands = Ingen tid går medan du väntar. Vad de än svarar har du { $left } kvar då.
level-tell-why = Berätta med egna ord vad som är fel: säg ”invänd { $id }” och ditt skäl.
level-your-words = Dina ord: ”{ $text }”.
level-nothing-changes = Dina inlägg, dina avtal och din ersättning förblir som de är.
level-kept-by-person = En människa hos { $brand } har tittat på det och bestämt så.
level-kept-by-numbers = Du når det som krävs igen. Beskedet är över.
level-way-back = Vägen tillbaka: nå det som { $from } kräver. Det kontrolleras varje dag, och då tillfrågas en människa hos { $brand } om att ge tillbaka den.
level-restored-share = Avtal som görs från och med nu har { $share } provision igen.
level-restored-plain = Avtal som görs från och med nu har dess villkor igen.

level-team-open = 🟡 { $who } kan gå från { $from } till { $to } hos { $brand }: { $value }, { $from } kräver { $asked }
level-team-appealed = 🟡 { $who } invänder mot att förlora { $from }. Inget ändras förrän någon av er svarar
level-team-kept = 🟢 { $who } behåller { $from } hos { $brand }: { $value }, krav { $asked }
level-team-kept-by = 🟢 { $who } behåller { $from } hos { $brand }: { $by } har bestämt så
level-team-withdrawn = 🟢 { $who }: beskedet om nivån hos { $brand } gäller inte längre
level-team-lowered = 🟡 { $who } gick från { $from } till { $to } hos { $brand }. Underskrivna avtal behåller sina villkor
level-team-offered = 🔵 { $who } når det som { $from } kräver igen: { $value }, krav { $asked }. Ge tillbaka nivån?
level-team-restored = 🟢 { $who } är { $from } hos { $brand } igen: { $by } har bestämt så
level-told = Kreatören fick besked { $time }, i sitt direktmeddelande.
level-told-by = { $by } berättade för kreatören { $time }.
level-telling = Kreatören har inte fått beskedet än; det är på väg på { $chat }. Ingen tid går innan dess. Kommer det inte fram, berätta själva.
level-unreachable = Det finns ingen chatt med kreatören. Skicka texten själva; tiden går när någon av er säger att det är gjort.
level-objected = Kreatören sa { $time } att något är fel. Ingen tid går.
level-objected-words = Kreatören sa { $time } att något är fel: ”{ $text }”
level-answered = { $by } stod fast vid beskedet { $time }.
level-grace = { $from } gäller till { $until }. Nås kravet före det ändras inget.
level-waits = { $from } gäller tills någon av er bestämmer. Står beskedet fast har kreatören resten av tiden före { $to }.
level-team-nothing = Inget har ändrats.
level-offered = { $to } gäller tills någon av er bestämmer.
level-text-headline = Kopiera texten, skicka den, och säg sedan att du har berättat

criteria-headline = { $name }, det dina nivåer kräver
criteria-none = { $name }, du är inte med i något program med nivåer här
criteria-level = { $brand }: { $level } sedan { $day }
criteria-no-rule = Inget krävs för den här nivån just nu.
criteria-open = Ett besked är öppet: { $to } tidigast den { $day }.
criteria-appealed = Din invändning väntar på svar. Tills dess är du kvar på { $from }.
criteria-unread = Du har inte godkänt de här kraven än, så inget tas ifrån dig på grund av dem.
criteria-promise = Du får veta innan något ändras, och en människa svarar om du invänder.

button-keep-posted = Håll mig informerad
button-something-wrong = Något är fel
button-level-text = Text att skicka
button-level-told = Jag har berättat
button-level-they-object = De invänder
button-level-keep = Behåll { $level }
button-level-stand-by = Stå fast
button-level-back = Tillbaka till { $level }
button-level-leave = Inte nu

event-level = { $step ->
    [told] kreatören fick besked
    [reminded] kreatören påmindes, på egen begäran
    [appealed] kreatören invände
    [stood_by] { $by } stod fast vid beskedet
    [kept] nivån är kvar
    [withdrawn] inget kvar att bestämma
    [lowered] nivån ändrades
    [offered] kravet nås igen
    [restored] { $by } gav tillbaka nivån
    [extended] tid som ligger hos varumärket lades till
    [mediating] en annan väg söks
    [suggested] { $by } föreslog en annan väg
    [agreed] { $by } gick med på det, och det binder båda
    [unagreed] ingen annan väg var överenskommen i tid
   *[closed] den nya nivån gäller
}

reply-level-posted = Du hör av oss här före slutet.
reply-level-appealed = Noterat. Du är kvar på { $level } tills en människa har svarat, och ingen tid går.
    Berätta med egna ord vad som är fel: säg ”invänd { $id }” och ditt skäl.
reply-level-heard = Teamet har dina ord. Du är kvar på { $level } tills en människa har svarat.
reply-level-told = Noterat: kreatören har fått besked och tiden går från nu.
reply-level-kept = Noterat: { $level } är kvar. Kreatören får veta det.
reply-level-stood-by = Noterat: beskedet står fast och tiden går igen. Kreatören får veta det.
reply-level-restored = Noterat: { $level } från och med nu. Kreatören får veta det.
reply-level-left = Noterat: nivån är kvar som den är.
reply-level-over = Det här är redan avgjort.
reply-level-answered = Din invändning har fått svar. Nu avgör kravet.
reply-level-not-asked = Här finns inget att svara på just nu.
reply-level-already-told = Kreatören har redan fått besked.

## Många på en gång

group-firing-money = 🔴 { $brand }{ $count } larm från { $rule } på en gång. { $saved } går ännu att spara
group-firing = 🔴 { $brand }{ $count } larm från { $rule } på en gång
group-over = 🟢 { $brand }alla { $count } larm från { $rule } är över
group-counts = { $firing } pågår, { $recovering } bättre, { $resolved } slut. Ett meddelande i stället för många; inget är utelämnat.
group-more = { $count } till på de andra sidorna.

## Varför och varför inte

why-headline = { $id } { $who }: varför det sades
is-above = Stämmer: { $what }. Det är över { $line }.
is-below = Stämmer: { $what }. Det är under { $line }.
is-not-above = Stämmer inte: { $what }. Det är inte över { $line }.
is-not-below = Stämmer inte: { $what }. Det är inte under { $line }.
the-line = { $line }, { $source }
is-absent = Går inte att veta: { $title }. { $why }
is-unmatched = Går inte att jämföra: { $what }. { $why }
why-not-holds = { $who }: { $rule } stämmer just nu
why-not-quiet = { $who }: { $rule } stämmer inte, så inget sades
why-not-unknown = { $who }: { $rule } går inte att bedöma, så inget sades
why-not-pending = Det måste hålla i sig { $left } till innan det sägs.
why-not-cooling = Det har sagts förut; det sägs inte igen förrän { $until }.

absent-not-yet = Plattformen har inte publicerat siffrorna än.
absent-hidden = Ägaren döljer siffran.
absent-too-few = De är för få för att plattformen ska visa dem.
absent-gone = Kontot eller inlägget finns inte längre.
absent-stale = Den senaste siffran är { $age } gammal, för gammal att bedöma efter.
absent-unauthorized = Plattformen nekar oss åtkomst; driften har fått veta det.
absent-quota-spent = Dagens antal frågor till plattformen är slut.
absent-unreachable = Plattformen svarar inte.
absent-garbled = Plattformens svar gick inte att läsa.

## Status, jag, tips

status-everything = Allt du ser
status-quiet = 🟢 { $about }: inget är över sin gräns
status-blind = 🟡 { $about }: inget över sin gräns så vitt vi ser; { $count ->
    [one] en källa ger inga siffror
   *[other] { $count } källor ger inga siffror
}
status-firing = 🔴 { $about }: { $count ->
    [one] ett öppet larm
   *[other] { $count } öppna larm
}
status-campaign = { $name }: { $count ->
    [one] en kreatör
   *[other] { $count } kreatörer
} bevakas, data { $time }
status-campaign-no-data = { $name }: { $count ->
    [one] en kreatör
   *[other] { $count } kreatörer
} bevakas, inga data än
status-trouble = { $source } ger inga siffror sedan { $since }. Inget stoppas på gamla data.
status-nothing-watched = Inget bevakas här än.
and-more = och { $count } till

me-headline = { $name }, dina siffror
me-headline-open = { $name }, dina siffror. { $count ->
    [one] En sak att titta på
   *[other] { $count } saker att titta på
}
me-no-numbers = { $name }, det finns inga siffror om dig än
me-level = Din nivå hos { $brand }: { $level }. Säg ”kriterier” för vad den kräver
me-private = Bara du ser det här. Andra kreatörer ser aldrig dina siffror.
own-number = { $platform }: { $value }
own-number-usual = { $platform }: { $value }, annars { $usual }
number-absent = inga { $title }. { $why }
platform-shop = Butiken
platform-web = Webben
platform-survey = enkäter
claims-counted = { $metric } efter { $by ->
    [code] kod
    [link] länk
    [survey] enkät
   *[platform] vad plattformar hävdar
}: { $counted }. Hävdas också, läggs inte till: { $also }.
claims-nobody = { $metric }: hävdas av { $also }, och inget av det räknas här.
platform-deal = avtalet

tips-headline = { $name }, { $count ->
    [one] ett tips
   *[other] { $count } tips
} ur dina egna inlägg
tips-none = { $name }, inget tips än som dina inlägg verkligen bär
tips-none-why = Vi har tittat på { $posts ->
    [one] ett inlägg
   *[other] { $posts } inlägg
}. Ett tips kräver minst 8 och en skillnad som är för stor för att vara tur.
tips-stays = Det här är förslag. Inget hänger på dem.
tip-posting-time = { $hours } går bättre: i snitt { $value } ({ $count ->
    [one] ett inlägg
   *[other] { $count } inlägg
}). Alla { $posts } inlägg: { $overall }.
tip-posting-time-latest = Det senaste kom { $hours }: i snitt { $value } ({ $count ->
    [one] ett inlägg
   *[other] { $count } inlägg
}).
tip-format = { $format ->
    [reel] Reels går
    [story] Stories går
    [post] Inlägg i flödet går
    [video] Videor går
    [short] Shorts går
    [photo] Foton går
    [carousel] Karuseller går
    [live] Livesändningar går
   *[other] ”{ $format }” går
} bättre: i snitt { $value } ({ $count ->
    [one] ett inlägg
   *[other] { $count } inlägg
}). Alla { $posts } inlägg: { $overall }.
tip-pause = Dina inlägg går bättre { $pause ->
    [same-day] en dag då du redan har lagt upp något
    [days] en till tre dagar efter det förra
    [half-week] tre till sju dagar efter det förra
   *[week] en vecka eller mer efter det förra
}: i snitt { $value } ({ $count ->
    [one] ett inlägg
   *[other] { $count } inlägg
}). Alla { $posts } inlägg: { $overall }.
tip-link-target = Länken öppnar { $opens }; den borde öppna { $should_open }.
tip-code-missing = Koden { $code } saknas i { $post }.

## Kommandon (högst 100 tecken var)

help-headline = Det här kan du säga här
help-status = Vad som bevakas, vad som är öppet, vad som saknas
help-me = Dina egna siffror, för kreatörer
help-tips = Vad dina egna inlägg antyder, för kreatörer
help-benchmark = Var någon står: det egna förr, liknande kreatörer, publicerade siffror
help-criteria = Vad dina nivåer kräver och var du står, för kreatörer
help-appeal = Säg vad som är fel med ett besked om din nivå; ingen tid går då
help-why = Varför ett larm kom: varje siffra bakom det
help-why-not = Varför en regel inte sagt något: varje siffra bakom det
help-pause = Vad som kan stoppas, och pengarna i vart och ett; frågar innan något stoppas
help-resume = Starta stoppade boostar igen; frågar först
help-hold = Be en kreatör parkera ett utlovat inslag; frågar först och säger vad det sparar
help-release = Be en kreatör göra ett parkerat inslag ändå; frågar först
help-adjust = Sätt en boosts budget, vad en kod drar av eller ett mål; frågar först
help-live = Säg att ett utlovat inslag är ute, med inläggets adress
help-note = Spara en anmärkning om någon eller ett larm, gärna med en #tagg
help-rules = Vilka regler som gäller, hur långt var och en får gå och hur ofta den gett larm
help-rule = En regel, och hur långt den får gå: titta på, föreslå eller handla; chefer ändrar det
help-approve = Säg ja till det ett larm föreslår
help-reject = Säg nej till det ett larm föreslår, och varför
help-undo = Ta tillbaka det som gjorts åt ett larm
help-show = Visa ett larm i kundens rum, med bara fakturerade belopp
help-hide = Ta tillbaka ett larm från kundens rum
help-ack = Säg att du tar hand om det; alla i alla rum ser det
help-snooze = Låt ett larm vila ett tag
help-link = Koppla ihop din Discord och din Telegram med en engångskod
help-grant = Ge någon en roll för ett varumärke eller en kampanj
help-revoke = Ta bort en roll; den upphör genast
help-bind = Gör den här chatten till ett rum, med koden från terminalen
help-help = Vad du kan säga, eller hur du säger en sak

arg-subject = en kreatör, kampanj eller ett varumärke, som alma eller spring
arg-deliverable = ett utlovat inslag, som reel-2 eller spring/alma/reel-2
arg-url = ett inläggs adress, som du kopierar den från plattformen
arg-rule = en regel, som cpa-stop
arg-incident = det korta id:t sist i ett larm, som A7K2
arg-incident-or-subject = ett larms korta id, eller en kreatör eller kampanj
arg-person = en persons id, som maja
arg-role = en roll, som manager eller analyst
arg-reach = var den gäller: brand/nordbo, campaign/spring eller all
arg-duration = hur länge, som 45m, 6h eller 2d, högst 30 dagar
arg-code = engångskoden
arg-command = ett kommando, som snooze
arg-yardstick = vad det ställs mot: plan, peers eller before
arg-mode = hur långt den får gå: shadow, propose eller auto
arg-change = vad det sätts till, till exempel 3000 EUR, 12 % eller cpa 40 EUR
arg-text = vad du vill säga, med egna ord

role-creator = kreatör
role-talent_manager = talangagent
role-analyst = analytiker
role-manager = kampanjansvarig
role-client_owner = uppdragsgivare
role-agency = byrå
role-operator = driftansvarig
reach-brand = varumärket { $id }
reach-campaign = kampanjen { $id }
reach-all = allt

teach-empty = Säg ett kommando. ”help” visar vilka som finns.
teach-too-long = Det är längre än något kommando. ”help” visar vilka som finns.
teach-unknown = Jag känner inte till ”{ $word }”.{ $guess } ”help” visar vilka som finns.
teach-missing = En sak saknas: { $what }.
teach-extra = Jag väntade mig inte ”{ $word }” efter { $command }. Sätt namn med mellanslag inom citattecken.
teach-bad = ”{ $given }” passar inte här. Det ska vara { $what }.{ $guess }
teach-open-quote = Ett citattecken öppnades men stängdes inte.
did-you-mean = Menade du { $nearest }?
for-example = Till exempel:

## Avslag: skälet och vad man kan göra, inga data

refused-outsider = Jag känner dig inte här än. Be teamet om en engångskod och säg sedan ”link” och koden.
refused-role = Din roll tillåter inte det här. Fråga byrån eller uppdragsgivaren.
refused-reach = Du har ingen roll för just detta. Fråga byrån eller uppdragsgivaren.
refused-own-only = Du kan se dina egna siffror: säg ”jag”. Andras stannar hos dem.
refused-no-creator = Det här är för kreatörer, om dem själva. För kampanjer, säg ”status”.
refused-not-member = Du är inte längre medlem i det här rummet, så jag kan inte göra det åt dig här.
refused-membership-unknown = Jag kan inte se just nu om du hör till rummet. När det gäller pengar betyder det nej; försök igen strax.
refused-other-room = Det här rummet hör till något annat. Fråga i rätt rum, eller i ett direktmeddelande till mig.
refused-only-direct = Säg det i ett direktmeddelande till mig; svaret är bara för dig.
refused-unbound = Den här chatten är inget rum än. Säg ”bind” och koden från terminalen.
refused-not-released = Det finns inget om detta i det här rummet.
refused-too-much = Ingen kan ge eller ta en roll som är vidare än den egna.

## Korta svar

reply-acknowledged = Du tar hand om { $id }. Alla som ser larmet ser det.
reply-already-acknowledged = { $who } tar redan hand om { $id }.
reply-snoozed = { $id } är tyst till { $until }. Tar det slut före dess får du veta det.
reply-approved = Ja noterat för { $id }. Larmet visar när plattformen har bekräftat.
reply-rejected = Noterat för { $id }: den rullar vidare.
reply-undoing = Tar tillbaka det för { $id }. Larmet visar när plattformen har bekräftat.
reply-over = { $id } är över; det finns inget kvar att göra.
reply-nothing-to-approve = { $id } föreslår inget just nu.
reply-nothing-to-undo = { $id } har inget som går att ta tillbaka längre.
reply-already-answered = { $who } har redan svarat på { $id }.
reply-link-code = Säg ”link { $code }” i din andra chatt inom { $minutes } minuter. Det fungerar en gång.
reply-linked = Här är du { $name } nu. ”hjälp” visar vad du kan säga.
reply-bound = Den här chatten är rummet { $room } nu.
reply-code-refused = Koden är fel, använd eller för gammal. Be om en ny.
reply-granted = { $person } är nu { $role } för { $reach }.
reply-revoked = { $person } är inte längre { $role } för { $reach }, från och med nu.
reply-no-such-grant = { $person } har inte den rollen där.
reply-unknown-subject = Jag känner inte till ”{ $given }”.{ $guess }
reply-unknown-incident = Det finns inget larm ”{ $given }”. Id:t står sist i meddelandet.
reply-unknown-rule = Det finns ingen regel ”{ $given }”.{ $guess }
reply-unknown-person = Jag känner ingen som heter ”{ $given }”.
reply-no-incidents = Inget är öppet om { $subject }. För att se varför en regel är tyst, säg ”why-not”.
reply-nothing-to-stop = { $subject } har inget som rullar och kan stoppas. Inlägg som ligger uppe pausas inte.
reply-nothing-to-resume = { $subject } har inget som stoppats här.
reply-pause-asked = Stoppar { $name }. Du får veta när plattformen har bekräftat.
reply-resume-asked = Startar { $name } igen. Du får veta när plattformen har bekräftat.
reply-taking-back = Sätter tillbaka { $name }. Du får veta när plattformen har bekräftat.
reply-adjust-asked = Sätter { $name }. Du får veta när plattformen har bekräftat.
reply-adjust-set = Satt: { $name }, från och med nu. Vem som satte det och när är sparat.
reply-adjust-already = Inget att göra, det är redan så: { $name }
reply-adjust-not-that = { $name } kan inte sättas till det. En boost tar ett belopp (3000 EUR), en kod en andel (12 %), en kampanj eller ett avtal ett mål (cpa 40 EUR)
reply-adjust-currency = { $name } är i { $currency }. Säg beloppet i { $currency }
reply-adjust-spent = { $name } har redan kostat mer än { $amount }. Säg mer, eller stoppa med pausa
reply-adjust-nowhere = { $name } kan inte sättas härifrån: ingen butik eller annonsplattform är inställd för det
reply-too-much = Det var mycket på en gång. Det sista gjorde jag inte, och jag svarar igen om { $secs } s; pausa, håll inne och godkänn hör jag under tiden.
reply-old-button = Knappen är för gammal. Det senaste meddelandet om saken har en ny.
reply-cancelled = Inget gjordes.
reply-failed = Det gick inte: { $reason }. Inget har ändrats.

confirm-pause = Stoppa { $name }?
confirm-pause-saves = Stoppa { $name }? Det sparar { $saves }
confirm-pause-stays = { $deed ->
    [cut_link] Inlägget ligger kvar och länken leder ännu till produkten. Klick och beställningar den vägen krediteras ingen från och med då. Ångra låter den räknas igen.
    [end_code] Inlägget ligger kvar. Följare som skriver koden betalar fullt pris från och med då. Ångra slår på den igen.
   *[stop_boost] Inlägget ligger kvar, koden gäller. Ångra startar boosten igen.
}
confirm-adjust-budget = Sätta budgeten för { $name } till { $amount }, från { $was }?
confirm-adjust-budget-stays = Så mycket får den kosta totalt, det den redan kostat inräknat. Om den rullar ändras inte. Ångra ger den sin gamla budget.
confirm-adjust-share = Låta koden { $name } dra av { $share }?
confirm-adjust-share-stays = För alla som skriver den, från att butiken bekräftat. Beställningar som redan är gjorda behåller sitt pris, och om koden gäller ändras inte. Ångra återställer det den drog av förut.
confirm-adjust-target = Mäta { $name } mot { $target }, inte längre { $was }?
confirm-adjust-target-new = Mäta { $name } mot { $target }?
confirm-adjust-target-stays = Det gäller från och med nu: det som kostat förut mäts mot det som var avtalat då. Inget stoppas eller betalas av det.
confirm-resume = Starta { $name } igen?
confirm-resume-stays = { $deed ->
    [revive_link] Klick räknas och krediteras igen genast.
    [revive_code] Den drar av på beställningar igen från att butiken bekräftat.
   *[resume_boost] Den kostar pengar igen från att plattformen bekräftat.
}
## Regler, och hur långt var och en får gå

rule-mode = { $mode ->
    [shadow] tittar på
    [propose] föreslår
   *[auto] handlar själv
}
rules-headline = { $count ->
    [0] Ingen regel gäller här
    [one] En regel gäller här
   *[other] { $count } regler gäller här
}
rule-would-have-told = Den skulle ha gett { $fires ->
    [0] inget larm
    [one] ett larm
   *[other] { $fires } larm
} { $days ->
    [0] i dag
    [one] på en dag
   *[other] på { $days } dagar
}.
rule-has-told = Den gav { $fires ->
    [0] inget larm
    [one] ett larm
   *[other] { $fires } larm
} { $days ->
    [0] i dag
    [one] på en dag
   *[other] på { $days } dagar
}.
rule-outcomes = Av det som kom sedan var { $right } av dem { $right ->
    [one] rätt
   *[other] rätt
} och { $wrong } fel.
rule-outcomes-open = Om { $open } går det inte att säga än.
rule-outcomes-unknown = Om det var rätt går inte att säga än.
rule-since = Gäller sedan { $since }, av { $by }.
rule-change = Säg ”{ $command }”, så { $mode ->
    [auto] handlar den själv inom gränserna; du får frågan först.
   *[propose] säger den till och frågar innan något görs.
}
promotion-asks = 🔵 { $rule } har tittat på i { $days ->
    [one] en dag
   *[other] { $days } dagar
}: den skulle ha gett { $fires ->
    [0] inget larm
    [one] ett larm
   *[other] { $fires } larm
}
promotion-nothing = Ingen fick veta något och inget gjordes.
promotion-stays = Låter ni den föreslå säger den till i det här rummet och frågar innan något görs. Tills någon av er säger det fortsätter den titta på.
promotion-watched = Den tittade på i { $days ->
    [one] en dag
   *[other] { $days } dagar
} och skulle ha gett { $fires ->
    [0] inget larm
    [one] ett larm
   *[other] { $fires } larm
}.
promotion-set = 🟢 { $rule } { $mode ->
    [shadow] tittar på
    [propose] föreslår
   *[auto] handlar själv
} från och med nu: { $by } bestämde { $time }
promotion-watches = 🔵 { $rule } fortsätter titta på: { $by } bestämde { $time }
promotion-later = När ni vill att den föreslår, säg ”{ $command }”.
promotion-back = För att den ska titta på igen, säg ”{ $command }”.
confirm-auto = 🔴 Ska { $rule } handla själv?
confirm-auto-share = Fel hittills: { $share } av { $known } som går att bedöma.
confirm-auto-stays = Den stoppar boostar inom dagens gränser och säger till varje gång; Ångra tar tillbaka det. Det som inte går att ta tillbaka frågar den fortfarande om.
reply-rule-set = { $rule } { $mode ->
    [shadow] tittar bara på
    [propose] föreslår
   *[auto] handlar själv
} från och med nu.
reply-rule-already = { $rule } { $mode ->
    [shadow] tittar bara på
    [propose] föreslår
   *[auto] handlar själv
} redan.
reply-rule-watches = { $rule } fortsätter titta på. Ingen får veta något.
reply-rule-proposes-first = { $rule } tittar bara på. Låt den föreslå först; sedan får den handla själv.
reply-rule-too-early = { $rule } föreslår sedan { $since }. Tidigast { $from } får den handla själv.
reply-rule-answered = { $who } har redan svarat om { $rule }.
reply-rule-changed = { $rule } har ändrats under tiden. Säg ”regler” för att se hur den står.

## Driftstörningar, för driften

trouble-standstill = 🔵 { $source } står still: { $still } av { $of } siffror ({ $metric }) rörde sig inte
    Ingen bedöms efter dem, och inget stoppas. Hoppet när det kommer ikapp räknas inte heller.
    Det finns inget att göra; det går över av sig självt.
trouble-implausible = 🔵 { $source }: { $count } konton föll till nästan inget på en gång
    Det är troligen fel hos { $source }. Värdena väntar tills nästa hämtning bekräftar dem.
trouble-room-closed = 🔴 Jag kan inte längre skriva i { $room } på { $chat }: { $reason }
    Meddelandena väntar. Släpp in boten igen, eller bind rummet till en annan chatt med en ny kod.
trouble-other-poller = 🔴 Ett annat program läser meddelandena till { $bot }
    Kommandon och knappar kanske inte kommer fram. Stoppa det andra, eller ge det en egen bot.
trouble-source-down = 🟡 { $source } ger inga siffror: { $reason }
    Nya försök görs av sig självt. Till dess bevakas inte dess budgetar, och inget stoppas på gamla data.
    Jag säger till här när den är tillbaka. Om det dröjer i timmar: plimsoll doctor.
trouble-token-refused = 🔴 { $source } nekar oss åtkomst
    Lägg in en nyckel som fungerar i inställningarna. Till dess saknas siffrorna, och inget stoppas på gamla data.
trouble-quota-spent = 🟡 { $source }: dagens tilldelning är slut till { $until }
    Hämtningarna går vidare då. Inget stoppas på gamla data.
trouble-absent = 🟡 { $subject }: regeln { $rule } kan inte döma, en siffra som den behöver saknas
    Saknad är inte noll: inget stoppas och inget friskrivs förrän den är tillbaka.
trouble-page-gone = 🔴 Sidan bakom länken { $link } finns inte längre: { $page }
    Dess länkar leder till varumärkets reservsida tills den är tillbaka, om varumärket har en. Laga sidan, eller ge avtalet en annan `landing`.
trouble-account-ends = 🟡 { $source }: anslutningen av { $account } tar slut { $until }
    Då slutar siffrorna komma. Anslut på nytt innan dess: plimsoll connect { $source } --account { $account }
trouble-account-refused = 🔴 { $source } släpper inte längre in mig hos { $account }
    Siffrorna saknas, och inget stoppas på gamla data.
    Anslut på nytt: plimsoll connect { $source } --account { $account }
trouble-account-refused-asked = 🔴 { $source } släpper inte längre in mig hos { $account }
    Siffrorna saknas, och inget stoppas på gamla data. { $name } vet av mig att ett nytt godkännande behövs.
    Skicka adressen som det här skriver ut: plimsoll connect { $source } --account { $account } --paste
trouble-account-refused-copy = 🔴 { $source } släpper inte längre in mig hos { $account }
    Siffrorna saknas, och inget stoppas på gamla data. { $name } behöver godkänna på nytt och har ingen chatt med mig.
    Skicka adressen som det här skriver ut: plimsoll connect { $source } --account { $account } --paste
    Att kopiera, till { $name }:
    { $text }
trouble-reconsent = 🟡 Jag kan inte längre se dina siffror på { $platform } ({ $account })
    Åtkomsten du gav har tagit slut. Ett nytt lösenord gör det, eller tiden. Inget räknas dig till last under tiden.
    Teamet skickar dig en adress: öppna den och godkänn på nytt.
trouble-stored-old = 🔵 { $count } gamla meddelanden skickades inte efter avbrottet
    De finns i utkorgen med sitt skäl: plimsoll outbox list.
trouble-quota-low = 🟡 { $source } får slut på sin tilldelning { $empty }: { $left } % kvar
    Det gäller budgeten { $bucket }; ny tilldelning: { $reset }. Däremellan blir siffrorna gamla, och inget stoppas på gamla data.
    Fråga mer sällan (källans `schedule` eller `cadence`), eller be plattformen om mer; `plimsoll plan` visar vad som ryms.
trouble-queue-old = 🔴 Larm på { $chat } är sena: { $count ->
        [one] ett meddelande väntar
       *[other] { $count } meddelanden väntar
    } sedan { $since }
    Inget är förlorat. Allt skickas när { $chat } tar emot igen; det som då är ett dygn gammalt skickas inte utan nämns som gammalt.
    Se på plattformens statussida och den här maskinens nät: plimsoll doctor. Läs den andra chatten så länge.
trouble-disk-low = 🟡 Disken under lagret har { $left } MiB kvar
    Inget är sent och inget är förlorat än. När den är full tar lagret inte emot något: inget skulle dömas och ingen få veta.
    Gör plats, eller spara mindre: flytta undan gamla säkerhetskopior, sedan plimsoll doctor.
trouble-disk-bad = 🔴 Disken är nästan full: { $left } MiB kvar. Snart slutar larmen
    Ett fullt lager tar inte emot något: då döms inget och ingen får veta. Det som finns förblir helt.
    Gör plats nu: flytta undan gamla säkerhetskopior och loggar. Tjänsten behöver inte stoppas för det.
trouble-receiver-silent = 🔴 Jag hör inget från { $chat } sedan { $since }
    Knappar och kommandon där gör inget förrän dess. Larm skickas ändå, om de tas emot.
    Jag ansluter på nytt av mig själv. Om det inte går över: se på plattformens statussida, kör sedan plimsoll doctor.
trouble-part-died = 🔴 En del av mig faller gång på gång: { $part }. { $does ->
        [tells] Larm där är sena
        [answers] Kommandon och knappar där väntar
        [watches] De budgetarna bevakas inte
        [acts] Inget stoppas eller återupptas
       *[other] Dess arbete väntar
    }
    Den föll { $times } gånger i rad, senast { $since }. Jag startar den igen av mig själv; allt annat går vidare.
    Det är ett fel i programmet: spara loggen kring { $since }, och gå tillbaka till förra versionen om det började med en uppgradering.
trouble-part-hangs = 🟡 En del av mig hängde sig och startades om: { $part }. { $does ->
        [tells] Larm där var sena
        [answers] Kommandon och knappar där väntade
        [watches] De budgetarna bevakades inte
       *[other] Dess arbete väntade
    }
    Den arbetade sedan { $since } utan att komma vidare. Inget är förlorat: det som den hade börjat görs om.
    Om det händer igen, spara loggen kring { $since } och se på det som den frågar: plimsoll doctor.
trouble-part-hangs-on = 🔴 En del av mig hänger sig: { $part }. { $does ->
        [acts] Det som godkänts väntar, och inget stoppas eller återupptas
       *[other] Dess arbete väntar
    }
    Den arbetar sedan { $since } utan att komma vidare. Jag avslutar den inte: en begäran kan vara på väg och får inte göras två gånger.
    Se på boosten hos annonsplattformen själv om pengar rinner. Stoppa sedan tjänsten och starta den; den frågar först vad det blev av saken.
trouble-store-failed = 🔴 Lagret tog inte emot något från { $since } till { $until }: larmen var sena
    Inget dömdes och ingen fick veta under tiden. Det fungerar igen, och det som missades tas igen.
    Se på disken och loggen från den tiden: plimsoll doctor. Om det kommer tillbaka, flytta datamappen till en annan disk.

trouble-standstill-over = ✅ { $source } rör sig igen ({ $metric })
    Den stod still från { $since } till { $until }. Den tiden räknas inte för någon.
trouble-room-closed-over = ✅ Jag kan skriva i { $room } på { $chat } igen
    Det var stängt från { $since } till { $until }. Det som väntade skickas nu.
trouble-other-poller-over = ✅ Ingen annan läser meddelandena till { $bot } längre
    Ett annat program gjorde det från { $since } till { $until }. Ett kommando från den tiden som inte fick svar behöver sägas igen.
trouble-source-down-over = ✅ { $source } ger siffror igen
    Den gav inga från { $since } till { $until }. Det som den visar sent läses nu, och döms.
trouble-token-refused-over = ✅ { $source } släpper in oss igen
    Vi nekades från { $since } till { $until }.
trouble-quota-spent-over = ✅ { $source } tillfrågas igen: den har ny tilldelning
    Den var slut från { $since } till { $until }.
trouble-page-gone-over = ✅ Sidan bakom länken { $link } är tillbaka: { $page }
    Den var borta från { $since } till { $until }; länkarna leder dit igen.
trouble-account-over = ✅ { $source }: { $account } är ansluten igen
    Det finns inget mer att göra åt det.
trouble-reconsent-over = ✅ Jag kan se dina siffror på { $platform } ({ $account }) igen
    Tack. Inget från tiden däremellan räknas dig till last.
trouble-quota-low-over = ✅ { $source } klarar sig med sin tilldelning igen
    Den var knapp från { $since } till { $until }.
trouble-queue-old-over = ✅ Larm på { $chat } kommer fram igen
    De var sena från { $since } till { $until }. Inget väntar längre.
trouble-disk-over = ✅ Disken under lagret har plats igen
    Den var knapp från { $since } till { $until }.
trouble-receiver-silent-over = ✅ Jag hör { $chat } igen
    Jag hörde inget från { $since } till { $until }. På Discord behöver den som tryckte på en knapp då trycka igen.
trouble-part-over = ✅ { $part } fungerar igen
    Den gjorde det inte från { $since } till { $until }.

## Dagar, månader, tidslängder

weekday = { $day ->
    [1] mån
    [2] tis
    [3] ons
    [4] tors
    [5] fre
    [6] lör
   *[7] sön
}
month = { $month ->
    [1] jan
    [2] feb
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] aug
    [9] sep
    [10] okt
    [11] nov
   *[12] dec
}
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } dagar

## Bilden

chart-limit = gräns { $value }
chart-band = det vanliga
chart-band-others = mellersta hälften av { $count ->
    [one] en liknande kreatör
   *[other] { $count } liknande kreatörer
}
chart-fired = sagt { $time }
chart-alt = { $title }. Linjen visar { $metric } från { $from } till { $until }: lägst { $lowest }, högst { $highest }, senast { $last }.
chart-alt-limit = Gränsen är { $limit }.

## Metrics: what they are called, and a value of them. $n decides singular and plural, $value is what is shown.

metric-views = visningar
    .value = { $n ->
        [one] { $value } visning
       *[other] { $value } visningar
    }
metric-reach = nådda personer
    .value = { $n ->
        [one] { $value } nådd person
       *[other] { $value } nådda personer
    }
metric-impressions = exponeringar
    .value = { $n ->
        [one] { $value } exponering
       *[other] { $value } exponeringar
    }
metric-likes = gilla-markeringar
    .value = { $n ->
        [one] { $value } gilla-markering
       *[other] { $value } gilla-markeringar
    }
metric-comments = kommentarer
    .value = { $n ->
        [one] { $value } kommentar
       *[other] { $value } kommentarer
    }
metric-shares = delningar
    .value = { $n ->
        [one] { $value } delning
       *[other] { $value } delningar
    }
metric-saves = sparningar
    .value = { $n ->
        [one] { $value } sparning
       *[other] { $value } sparningar
    }
metric-clicks = länkklick
    .value = { $n ->
        [one] { $value } länkklick
       *[other] { $value } länkklick
    }
metric-bot_clicks = klick av program
    .value = { $n ->
        [one] { $value } klick av ett program
       *[other] { $value } klick av program
    }
metric-live_viewers = tittare live
    .value = { $n ->
        [one] { $value } tittare live
       *[other] { $value } tittare live
    }
metric-prefetches = förhandshämtningar
    .value = { $n ->
        [one] { $value } förhandshämtning
       *[other] { $value } förhandshämtningar
    }
metric-visitors = besökare
    .value = { $n ->
        [one] { $value } besökare
       *[other] { $value } besökare
    }
metric-story_link_taps = tryck på storylänken
    .value = { $n ->
        [one] { $value } tryck på storylänken
       *[other] { $value } tryck på storylänken
    }
metric-sessions = besök i butiken
    .value = { $n ->
        [one] { $value } besök i butiken
       *[other] { $value } besök i butiken
    }
metric-leads = leads
    .value = { $n ->
        [one] { $value } lead
       *[other] { $value } leads
    }
metric-sign_ups = registreringar
    .value = { $n ->
        [one] { $value } registrering
       *[other] { $value } registreringar
    }
metric-installs = installationer
    .value = { $n ->
        [one] { $value } installation
       *[other] { $value } installationer
    }
metric-orders = ordrar
    .value = { $n ->
        [one] { $value } order
       *[other] { $value } ordrar
    }
metric-redemptions = gånger koden använts
    .value = { $n ->
        [one] { $value } gång koden använts
       *[other] { $value } gånger koden använts
    }
metric-redeemed_by_link = gånger koden använts via kreatören
    .value = { $n ->
        [one] koden använd { $value } gång via kreatören
       *[other] koden använd { $value } gånger via kreatören
    }
metric-redeemed_typed = gånger koden skrivits in
    .value = { $n ->
        [one] koden inskriven { $value } gång
       *[other] koden inskriven { $value } gånger
    }
metric-redeemed_listed = gånger koden använts från sidor som listar koder
    .value = { $n ->
        [one] koden använd { $value } gång från sidor som listar koder
       *[other] koden använd { $value } gånger från sidor som listar koder
    }
metric-redeemed_elsewhere = gånger koden använts från annat håll
    .value = { $n ->
        [one] koden använd { $value } gång från annat håll
       *[other] koden använd { $value } gånger från annat håll
    }
metric-refunds = återbetalda ordrar
    .value = { $n ->
        [one] { $value } återbetald order
       *[other] { $value } återbetalda ordrar
    }
metric-new_customers = nya kunder
    .value = { $n ->
        [one] { $value } ny kund
       *[other] { $value } nya kunder
    }
metric-watch_seconds = tittartid
    .value = { $n ->
        [one] { $value } timme tittartid
       *[other] { $value } timmar tittartid
    }
metric-videos = videor
    .value = { $n ->
        [one] { $value } video
       *[other] { $value } videor
    }
metric-ugc_posts = inlägg från andra
    .value = { $n ->
        [one] { $value } inlägg från andra
       *[other] { $value } inlägg från andra
    }
metric-posts = inlägg
    .value = { $n ->
        [one] { $value } inlägg
       *[other] { $value } inlägg
    }
metric-followers = följare
    .value = { $n ->
        [one] { $value } följare
       *[other] { $value } följare
    }
metric-revenue = intäkter
    .value = { $value } i försäljning
metric-margin = marginal
    .value = { $value } i marginal
metric-spend = kostnad
    .value = { $value } i kostnad
metric-fees = arvoden
    .value = { $value } i arvoden
metric-emv = värde av förtjänad media
    .value = { $value } i förtjänad media
metric-er_views = reaktioner per 100 visningar
    .value = { $value } reaktioner per 100 visningar
metric-er_reach = reaktioner per 100 nådda personer
    .value = { $value } reaktioner per 100 nådda personer
metric-er_followers = reaktioner per 100 följare
    .value = { $value } reaktioner per 100 följare
metric-ctr = länkklick per 1 000 visningar
    .value = { $value } länkklick per 1 000 visningar
metric-cvr = ordrar per 100 länkklick
    .value = { $value } ordrar per 100 länkklick
metric-aov = snittorder
    .value = { $value } för en snittorder
metric-cpm = kostnad per 1 000 visningar
    .value = { $value } per 1 000 visningar
metric-cpe = kostnad per reaktion
    .value = { $value } per reaktion
metric-cpc = kostnad per länkklick
    .value = { $value } per länkklick
metric-cpl = kostnad per lead
    .value = { $value } per lead
metric-cpa = kostnad per order
    .value = { $value } per order
metric-roas = försäljning för varje satsad 1
    .value = { $value } i försäljning för varje satsad 1
metric-roi = avkastning på kostnaden
    .value = en avkastning på { $value }

learned = Lärt här: { $what }.
learned-of = { $brand }: har lärt { $what }.
learned-luck = hur olika inlägg går, av { $n } inlägg
learned-luck-on = hur olika inlägg på { $place } går, av { $n } inlägg
learned-prior = vanlig { $metric }, av { $n } avtal
learned-decay = hälften av visningarna på { $place } inom { $span }, av { $n } inlägg
learned-lag = hälften av ordrarna inom { $span } från klicket, av { $n ->
    [one] { $n } order
   *[other] { $n } ordrar
}
## What is still to come, and deals judged together

range = { $low }–{ $high }
next-brings = { $name } skulle troligen ge { $range } mer i marginal; den kostar { $costs }.
end-projected = I förra veckans takt, till { $day }: { $things } för { $spend }, { $cost }.
end-projected-roas = I förra veckans takt, till { $day }: { $things } för { $spend }, { $cost }, { $roas }.
pool-together = { $deals } små avtal{ $group } tillsammans: { $seen } där { $expected } skulle ha kommit vid gränsen. Inget av dem är stort nog att bedömas för sig, så ingen enskild kreatör avses.
pool-only = { $deals } små avtal{ $group } bedöms tillsammans. Inget av dem är stort nog att bedömas för sig, så ingen enskild kreatör avses.
pool-silent = { $count ->
    [one] Ett av dem saknar siffror och räknas inte med.
   *[other] { $count } av dem saknar siffror och räknas inte med.
}
pool-group = ({ $platform }, { $format })
## Andra: vad en siffra jämförs med

source-peers-share = { $base ->
    [none] { "" }
   *[other] { $base },{ " " }
}som { $share } av { $others } liknande kreatörer ligger under
compared-with = Jämfört med { $others ->
    [one] en annan
   *[other] { $others } andra
}: { $group }{ $absent ->
    [0] .
    [one] ; en till saknar siffra.
   *[other] ; { $absent } till saknar siffra.
}
own-drawn = Det vanliga vilar på få tidigare perioder, { $raw }, och dras därför mot { $others ->
    [one] en liknande kreatör
   *[other] { $others } liknande kreatörer
}, { $toward }.
industry-beside = Publicerat: { $value } ({ $source }).
industry-of = { $statistic ->
    [median] mittvärdet
   *[average] snittet
} för { $of }{ $per ->
    [post] , per inlägg
   *[none] { "" }
}
industry-sample = n = { $count }
industry-no-sample = n inte publicerat
place-seen = { $value }, över { $below } av { $others } liknande kreatörer
place-worded = en plats över { $share } av liknande kreatörer i { $title }
place-against = { $what }. Gränsen är { $line }.
gap-no-group = Det finns ingen att jämföra med: en grupp kräver antalet följare, och för avtal en kampanj. En [[group]] namnger en.
gap-too-few-peers = För få liknande kreatörer har en siffra att jämföra med ({ $count }).
gap-no-figure = Ingen publicerad siffra passar plattformen och storleken.
size-name = { $size ->
    [nano] nano
    [micro] mikro
    [mid] mellan
    [macro] makro
   *[mega] mega
}
benchmark-headline = { $who }: över { $below } av { $others } liknande kreatörer i { $title }
benchmark-headline-alone = { $who }: { $value }
benchmark-none = { $who }: inga siffror att jämföra än
benchmark-own = vanligen { $usual } ({ $windows ->
    [one] en tidigare period
   *[other] { $windows } tidigare perioder
})
benchmark-peers = liknande kreatörer { $middle } i mitten; { $below } av { $others } har mindre
benchmark-private = Andra visas tillsammans, från fem och uppåt. Ingen ser dina siffror med namn.
benchmark-who = Säg om vem, som ”benchmark alma”: kreatörer och deras avtal jämförs, inte { $given }.
# Ett ögonblick som har varit (`why --at`)
why-then-held = { $who }: { $rule } stämde, { $at }
why-then-quiet = { $who }: { $rule } stämde inte, { $at }
why-then-unknown = { $who }: { $rule } gick inte att bedöma, { $at }
why-then-version = Bedömt efter vad som var känt då, enligt version { $version } av regeln.
why-then-not-yet = Regeln gällde inte än; det här är vad dess version { $version } skulle ha sagt.
why-then-differs = Då skrevs ett annat kvitto ner: siffror om den tiden har importerats sedan dess.
## Ett avtal självt: vad som är försenat eller saknas, vilken rätt som slutar, vad som går bra

overdue = { $kind ->
    [draft_overdue] 🟡 Utkastet till { $piece } av { $who } är { $late } försenat{ $place }
    [proof_overdue] 🟡 Beviset för { $piece } av { $who } är { $late } försenat{ $place }
    [report_overdue] 🟡 Siffrorna för { $piece } av { $who } är { $late } försenade{ $place }
   *[post_overdue] 🔴 { $piece } av { $who } är { $late } försenat{ $place }
}
overdue-line = { $kind ->
    [draft_overdue] Utkastet till { $piece } skulle vara klart { $day }; inget har kommit.
    [proof_overdue] { $piece } är ute; beviset skulle vara här { $day }.
    [report_overdue] { $piece } är ute; siffrorna skulle vara här { $day }.
   *[post_overdue] { $piece } skulle vara ute { $day }; det är det inte.
}
overdue-clears = Är över när det är där, parkerat eller har fått en senare dag.
missing-in = { $kind ->
    [links_wrong] 🟡 { $who }: avtalets länk saknas i { $count ->
        [one] { $piece }
       *[other] { $count } inlägg
    }{ $place }
    [codes_missing] 🟡 { $who }: koden saknas i { $count ->
        [one] { $piece }
       *[other] { $count } inlägg
    }{ $place }
   *[disclosures_missing] 🟡 { $who }: inget ord för reklam hittades i { $count ->
        [one] { $piece }
       *[other] { $count } inlägg
    }{ $place }
}
missing-line = { $kind ->
    [links_wrong] { $piece }: länken { $wanted } står inte i texten.
    [codes_missing] { $piece }: koden { $wanted } står inte i texten.
   *[disclosures_missing] { $piece }: { $wanted ->
        [none] inget ord som #reklam står i texten.
       *[other] { $wanted } står inte i texten.
    }
}
disclosure-advice = Plattformens egen märkning står inte i texten, så titta på inlägget först.
rights-end = 🔴 { $who }: { $right ->
    [partnership_ad] tillståndet för partnerannons
    [spark_code] Spark-koden
   *[usage] nyttjanderätten
} { $piece ->
    [none] i avtalet
   *[other] för { $piece }
} slutar om { $time } medan boosten går{ $a_day ->
    [none] {""}
   *[other] {" "}({ $a_day } om dagen)
}
rights-over = 🔴 { $who }: { $right ->
    [partnership_ad] tillståndet för partnerannons
    [spark_code] Spark-koden
   *[usage] nyttjanderätten
} { $piece ->
    [none] i avtalet
   *[other] för { $piece }
} tog slut för { $time } sedan och boosten går än{ $a_day ->
    [none] {""}
   *[other] {" "}({ $a_day } om dagen)
}
right-until = { $right ->
    [partnership_ad] Tillstånd för partnerannons
    [spark_code] Spark-kod
   *[usage] Nyttjanderätt
} { $piece ->
    [none] i avtalet
   *[other] för { $piece }
}: sista dag { $day }.
rights-cost = Boosten kostar ungefär { $a_day } om dagen.
rights-advice = Utan rätten får annonsen inte gå: förläng den eller stoppa boosten innan.
rights-no-end = inget slut: inget betalt går på en rätt
exclusive-named = 🔴 { $who } nämner { $word } i ett inlägg medan avtalet är exklusivt{ $place }
exclusive-post = ”{ $word }” står i inlägget { $post }.
exclusive-until = Avtalat: inget för konkurrenter till och med { $day }.
exclusive-advice = Ett namn i en text är inte ett avtalsbrott än: titta på inlägget först och prata sedan.
kind-resolved = 🟢 { $who }: { $over }. Det tog { $lasted }
kind-recovering = 🟡 { $who }: { $over }. Avslutas om det står sig
kind-over = { $kind ->
    [draft_overdue] utkastet till { $piece } är inte längre försenat
    [proof_overdue] beviset för { $piece } är inte längre försenat
    [report_overdue] siffrorna för { $piece } är inte längre försenade
    [links_wrong] länken är på plats
    [codes_missing] koden är på plats
    [disclosures_missing] inläggen säger att de är reklam
    [rights_left] ingen annons går på en rätt som slutar
    [exclusivity_broken] inget inlägg nämner en konkurrent längre
   *[post_overdue] { $piece } är inte längre försenat
}
kind-creator = 🟡 Hej { $name }, en sak i ditt avtal är öppen
kind-creator-over = 🟢 Hej { $name }, allt är bra igen: { $over }
stays-overdue = Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget parkeras eller ställs in förrän någon av er säger det.
stays-rights = Själva inlägget ligger kvar; det här gäller annonsen. Inget stoppas förrän någon av er säger det.
stays-text = Inlägg ligger kvar och koder gäller. Inget stoppas för detta.
ideas = Värt en tanke
idea-boost = Boosta { $piece }: det går bra och inget betalt går på det.
idea-more = Be om en till i stil med { $piece }.
idea-renew = Förläng: avtalet slutar { $day }.
told-thanks-address = Tack. Skicka mig gärna också ”live” och inläggets adress, så att siffrorna räknas som dina.
metric-draft_overdue = tid som ett utkast är försenat
    .value = { $n ->
        [one] ett utkast { $value } timme försenat
       *[other] ett utkast { $value } timmar försenat
    }
metric-post_overdue = tid som ett inlägg är försenat
    .value = { $n ->
        [one] ett inlägg { $value } timme försenat
       *[other] ett inlägg { $value } timmar försenat
    }
metric-proof_overdue = tid som ett bevis är försenat
    .value = { $n ->
        [one] ett bevis { $value } timme försenat
       *[other] ett bevis { $value } timmar försenat
    }
metric-report_overdue = tid som siffror är försenade
    .value = { $n ->
        [one] siffror { $value } timme försenade
       *[other] siffror { $value } timmar försenade
    }
metric-links_wrong = inlägg utan avtalets länk
    .value = { $n ->
        [one] { $value } inlägg utan avtalets länk
       *[other] { $value } inlägg utan avtalets länk
    }
metric-codes_missing = inlägg utan avtalets kod
    .value = { $n ->
        [one] { $value } inlägg utan avtalets kod
       *[other] { $value } inlägg utan avtalets kod
    }
metric-disclosures_missing = inlägg utan ett ord för reklam
    .value = { $n ->
        [one] { $value } inlägg utan ett ord för reklam
       *[other] { $value } inlägg utan ett ord för reklam
    }
metric-rights_left = tid tills en rätt som används slutar
    .value = { $n ->
        [one] { $value } timme tills en rätt som används slutar
       *[other] { $value } timmar tills en rätt som används slutar
    }
metric-exclusivity_broken = inlägg som nämner en konkurrent
    .value = { $n ->
        [one] { $value } inlägg som nämner en konkurrent
       *[other] { $value } inlägg som nämner en konkurrent
    }
## Det som ligger hos ett varumärke, och inte räknas mot dess kreatörer

excused-span = från { $from } till { $until }
excused-since = sedan { $from }
excused-what = { $cause ->
    [shop] butiken hos { $brand } sålde inte
    [stock] { $brand } hade slut i lager
    [price] { $brand } hade ett annat pris än det utlovade
    [pixel] { $brand } räknade inte order
   *[other] något hos { $brand } stod i vägen
}
excused-team = Räknas inte mot kreatören, { $span }: { $what }.
excused-lasts = Så länge det varar larmar den här regeln inte.
excused-creator = Räknas inte, { $span }: { $what }.
excused-headline = 🟢 { $who }: stängt, inte deras fel. Orsak: { $what }
cause-spares = Kreatörerna bär inte skulden. Regler som behöver det som är trasigt är tysta för { $creators ->
    [one] en kreatör
   *[other] { $creators } kreatörer
} med pågående avtal, och tiden { $span } räknas inte mot dem.
cause-spared = Kreatörerna bär inte skulden: tiden { $span } räknas inte mot { $creators ->
    [one] en kreatör
   *[other] { $creators } kreatörer
} med pågående avtal.
stays-cause = Se först på butiken, lagret och priset. Ingen kreatör får höra det.
cause-closed = { $closed ->
    [one] Ett larm om dem stängdes med det.
   *[other] { $closed } larm om dem stängdes med det.
}
cause-names = Med pågående avtal: { $names }
cause-more = och { $rest } till
button-our-doing = Inte kreatörernas fel
button-not-us = Det var inte vi
button-yes-excuse = Ja, räkna den inte
button-yes-count = Ja, räkna den
cause-not-a-brand = Bara ett varumärke eller en kampanj kan stå i vägen för sina kreatörer. Nämn ett, eller ett larm om ett
cause-no-span = Från när till när? Till exempel: undanta nordbo 2026-03-04T10:00 2026-03-04T14:00 kassan var trasig. Högst 92 dagar
cause-declared = Noterat: tiden { $span } räknas inte mot kreatörerna hos { $brand }
cause-lifted = Noterat: tiden { $span } räknas för kreatörerna hos { $brand } igen
cause-nothing-to-lift = Ingen tid är undantagen där just nu
cause-confirm = Ska tiden { $span } inte räknas mot { $creators ->
    [one] en kreatör
   *[other] { $creators } kreatörer
} hos { $brand }?
cause-confirm-means = Det som går genom butiken undantas för den tiden, och larm som vilar på det stängs. Ingen kreatör får besked och inga pengar flyttas. ”räkna-med” tar tillbaka det.
cause-confirm-lift = Ska tiden { $span } räknas för kreatörerna hos { $brand } ändå?
cause-confirm-lift-means = Regler bedömer den tiden igen och kan larma genast.
did-withdrawn = Återtaget { $time }, det ligger hos varumärket: { $what }.
event-brand-cause = stängt: det ligger hos varumärket, inte hos kreatören
is-excused = Bedöms inte: { $title }. Fönstret innehåller tid som inte räknas.
event-spared = återtaget: det ligger hos varumärket
arg-moment = en tidpunkt, som 2026-03-04T10:00, 2026-03-04, 14:00 eller nu
help-excuse = Säg att en tid ligger hos varumärket och inte räknas mot dess kreatörer; frågar först
help-unexcuse = Säg att den räknas ändå; frågar först

## En annan väg än en lägre nivå

level-mediating = 🟡 Hej { $name }, du och { $brand } söker en annan väg. Du är kvar på { $from } under tiden
level-team-mediating = 🟡 { $who }: en annan väg än att förlora { $from } söks. Inget ändras under tiden
level-team-agreed = 🟢 { $who } behåller { $from } hos { $brand }: båda sidor är överens
level-extended = För det har du { $long } till.
way = { $way ->
    [format] ett annat format för de kommande delarna
    [make_good] en del till för det som inte räckte
    [hybrid] en annan fördelning mellan arvode och provision
   *[extension] { $long } mer tid
}
mediation-clock = Ingen tid går till { $until }. Utan en överenskommelse till dess är { $left } kvar.
mediation-open = Säg vad som skulle hjälpa: tryck på en av knapparna. { $brand } kan gå med på det eller föreslå något annat.
mediation-yours = Du föreslår: { $way }. { $brand } har fått veta det, och kan gå med på det eller föreslå något annat.
mediation-theirs = { $brand } föreslår: { $way }. Du kan gå med på det, eller föreslå något annat.
mediation-binds = Det som båda har gått med på binder båda. Till dess ändras inget.
mediation-suggested = { $side ->
    [creator] Kreatören föreslår ({ $time }): { $way }.
   *[brand] { $by } föreslog { $time }: { $way }. Kreatören har fått veta det.
}
mediation-none = { $side ->
    [creator] Kreatören ber om att söka en annan väg. Inget är föreslaget än.
   *[brand] Kreatören ombads söka en annan väg. Inget är föreslaget än.
}
mediation-words = Med kreatörens ord: ”{ $text }”
mediation-binds-team = Det som båda har gått med på binder båda. Avtal ändras av er, inte av det här programmet.
mediation-agreed = Överenskommet mellan dig och { $brand }: { $way }.
mediation-agreed-by = Överenskommet, { $by } sa ja: { $way }.
mediation-people = En människa skriver in vad det betyder i avtalet, och båda sidor går med på det först.
mediation-over = Ingen annan väg var överenskommen den { $day }. Nu avgör kravet.
button-mediate = Föreslå en annan väg
button-agree = Gå med på det
button-way = { $way ->
    [format] Annat format
    [make_good] En del till
    [hybrid] Arvode och provision
   *[extension] Mer tid
}
reply-level-talking = { $side ->
    [creator] Noterat. Du är kvar på { $level } medan ni söker en annan väg, och ingen tid går. Tryck på det som skulle hjälpa.
   *[brand] Noterat. { $level } är kvar medan en annan väg söks. Kreatören får veta det.
}
reply-level-suggested = { $side ->
    [creator] Teamet har ditt förslag. Ingen tid går.
   *[brand] Noterat. Kreatören får veta det, och kan gå med på det eller föreslå något annat.
}
reply-level-agreed = Överenskommet. Det binder båda sidor, och båda får veta det.
reply-level-talked = En annan väg har redan sökts. Nu avgör kravet.
# Provkörningar
help-backtest = Vad en regel hade gjort bakåt i tiden, och om den hade haft rätt
help-report = Vad en kampanj kostat, betalt och gett; ”ånger”: vilka stopp som var rätt
report-headline = { $campaign } har kostat { $cost } utan moms
report-no-cost = Vad { $campaign } har kostat går inte att säga
report-paid = Betalt { $paid } med moms, kvar att betala { $due }.
report-revenue = Dess ordrar gav { $revenue } och lämnade { $margin }.
report-revenue-only = Dess ordrar gav { $revenue }.
report-return = Det är { $profit } utöver kostnaden: en avkastning på { $roi }.
report-no-return = Vad den har gett tillbaka går inte att säga än. ”plimsoll report roi --campaign { $id }” i terminalen säger vilken siffra som saknas.
report-cpa = En order kostade { $cpa }.
report-file = Varje rad: ”plimsoll report ledger --campaign { $id } { $id }.xlsx” i terminalen.
arg-days = hur många dagar bakåt, till exempel 90, högst 366
backtest-none = { $rule } hade inte sagt något de senaste { $days } dagarna
backtest-headline = { $rule }, senaste { $days } dagarna: sa till { $fires }, rätt { $right }, fel { $wrong }
backtest-subjects = Såg på { $subjects }, sa till om { $told } av dem.
backtest-open = { $open ->
    [one] En av gångerna går ännu inte att kalla rätt eller fel.
   *[other] { $open } av gångerna går ännu inte att kalla rätt eller fel.
}
backtest-share = Fel i { $share } av dem som går att avgöra.
backtest-saved = Där den hade rätt hade ett stopp sparat { $saved }.
backtest-lost = Där den hade fel hade ett stopp förlorat { $lost }.
backtest-worst = Dess sämsta larm
backtest-call = • { $who }, { $time }: fel
backtest-call-lost = • { $who }, { $time }: fel, { $lost } förlorat
backtest-means = Sparat är det som lades ut efteråt, minus marginalen på de ordrar som det gav.
backtest-past = Detta är en provkörning: inget har sagts eller stoppats.
backtest-busy = En annan provkörning pågår. Fråga igen om en minut.
backtest-large = Det är för mycket för en chatt: { $subjects } under { $days } dagar. Fråga om färre dagar, eller kör ”plimsoll backtest” i terminalen.
backtest-nobody = { $rule } handlar inte om någon du får se
backtest-title = { $rule } · { $who }
chart-mark-right = { $count } rätt
chart-mark-wrong = { $count } fel
chart-mark-open = { $count } öppna
## Vad som orsakade ett larm, där siffrorna bär det

found-head = Trolig orsak: { $kind ->
    [shop] butiken, inte kreatören
    [stock] slutsålt, inte kreatören
    [price] priset, inte kreatören
    [pixel] spårningen, inte kreatören
    [link-dead] länken leder ingenstans
    [link-elsewhere] länken öppnar en annan sida
    [landing] sidan som länken öppnar
    [code-missing] ett inlägg utan sin kod
    [code-leaked] koden finns på sidor som listar koder
    [audience] en publik utanför marknaden
    [content] inlägg som gillas mindre än vanligt
    [hour] tiderna för inläggen
   *[followers] följare som inte tittar
}
found-because = { $kind ->
    [shop] Från { $since } gav alla kreatörer tillsammans { $seen } beställningar; omkring { $usual } är vanligt. Se efter i butiken.
    [stock] Från { $since } gav alla kreatörer tillsammans { $seen } beställningar; omkring { $usual } är vanligt.
    [price] Från { $since } gav alla kreatörer tillsammans { $seen } beställningar; omkring { $usual } är vanligt.
    [pixel] Från { $since } spårades { $seen } beställningar för alla kreatörer tillsammans; omkring { $usual } är vanligt. Koder löses fortfarande in.
    [link-dead] Från { $since } kom { $seen } av { $n } klick fram; omkring { $usual } är vanligt. Öppna länken.
    [link-elsewhere] Från { $since } kom { $seen } av { $n } klick till rätt sida; omkring { $usual } är vanligt. Öppna länken.
    [landing] Från { $since } beställde de som kom fram { $seen } gånger; omkring { $usual } är vanligt. Försök köpa där.
    [code-missing] Av { $n } beställningar genom länken använde { $seen } koden; omkring { $usual } är vanligt. Titta på inlägget.
    [code-leaked] Av { $n } gånger som koden använts och vägen är känd kom { $listed } från sådana sidor och { $typed } skrevs in; omkring { $usual } av båda är vanligt. Fler sedan omkring { $since }.
    [audience] { $seen } av dem som nås finns på marknaden; { $usual } hos liknande kreatörer.
    [content] Engagemang per visning i { $n } inlägg: { $seen }; { $usual } vore vanligt för kreatören.
    [hour] Enligt { $n } egna tidigare inlägg är första dygnet vid dessa tider { $seen } av det vid andra tider.
   *[followers] { $seen } visningar per följare; { $usual } hos liknande kreatörer. Färre av dem bor på marknaden än av dem som tittar.
}
found-leaked-next = Vem som helst kan kopiera en kod, så det talar inte mot kreatören. Ge först en ny kod och avsluta sedan den här.
found-spill-head = Goda nyheter: koden har hittat köpare på ett nytt ställe
found-spill = Av { $n } gånger som koden använts och vägen är känd kom { $seen } från ett ställe där kreatören inte lägger ut något och som inte listar koder; omkring { $usual } är vanligt. Ta reda på var innan någon avslutar koden.
found-luck = Av en slump syns det i högst 1 av { $of } sådana jämförelser.

## Varför ett tal om pengar ändrades: vilket led som förklarar hur mycket

moved-base = { $target ->
    [cpa] { $base } per order
    [orders] { $base } ordrar för samma pengar
    [roas] intäkter { $base } gånger kostnaden
    [roi] { $base } tillbaka per 1 som lagts
   *[revenue] { $base }
}
moved-others = Varför, mot { $count ->
    [one] en liknande kreatör
   *[other] { $count } liknande kreatörer
} ({ $base })
moved-before = Varför, mot lika lång tid innan ({ $base })
moved-plan = Varför, mot planen ({ $base })
# Asked for against something that says nothing of the steps.
moved-none = { $basis ->
    [plan] Det går inte att ställa mot planen: avtalets mål säger inget om visningar eller klick, eller så saknas siffror om dem här.
    [peers] Det går inte att ställa mot liknande kreatörer: för få har de här siffrorna.
   *[before] Det går inte att ställa mot lika lång tid innan: det finns inga sådana siffror därifrån.
}
basis = { $basis ->
    [plan] planen
    [peers] liknande kreatörer
   *[before] lika lång tid innan
}
moved-part = • { $step ->
    [cost] { $way ->
        [less] mindre har lagts, { $now } inte { $before }
       *[more] mer har lagts, { $now } inte { $before }
    }
    [cost-of-reach] { $way ->
        [less] visningar kostar mindre, { $now } inte { $before } per 1 000
       *[more] visningar kostar mer, { $now } inte { $before } per 1 000
    }
    [cost-of-clicks] { $way ->
        [less] klick kostar mindre, { $now } inte { $before }
       *[more] klick kostar mer, { $now } inte { $before }
    }
    [cost-of-engagement] { $way ->
        [less] gillanden och kommentarer kostar mindre, { $now } inte { $before }
       *[more] gillanden och kommentarer kostar mer, { $now } inte { $before }
    }
    [reach] { $way ->
        [less] färre visningar, { $now } inte { $before }
       *[more] fler visningar, { $now } inte { $before }
    }
    [engagements] { $way ->
        [less] färre gillanden och kommentarer, { $now } inte { $before }
       *[more] fler gillanden och kommentarer, { $now } inte { $before }
    }
    [engagement] { $way ->
        [less] färre som ser reagerar, { $now } inte { $before }
       *[more] fler som ser reagerar, { $now } inte { $before }
    }
    [clicks] { $way ->
        [less] färre klick, { $now } inte { $before }
       *[more] fler klick, { $now } inte { $before }
    }
    [click-of-reach] { $way ->
        [less] färre klickar, { $now } inte { $before } per 1 000 visningar
       *[more] fler klickar, { $now } inte { $before } per 1 000 visningar
    }
    [click-of-engaged] { $way ->
        [less] färre som reagerar klickar, { $now } inte { $before }
       *[more] fler som reagerar klickar, { $now } inte { $before }
    }
    [orders] { $way ->
        [less] färre ordrar, { $now } inte { $before }
       *[more] fler ordrar, { $now } inte { $before }
    }
    [conversion-of-reach] { $way ->
        [less] färre köper, { $now } inte { $before } per 1 000 visningar
       *[more] fler köper, { $now } inte { $before } per 1 000 visningar
    }
    [conversion] { $way ->
        [less] färre köper efter klicket, { $now } inte { $before }
       *[more] fler köper efter klicket, { $now } inte { $before }
    }
    [conversion-of-engaged] { $way ->
        [less] färre som reagerar köper, { $now } inte { $before }
       *[more] fler som reagerar köper, { $now } inte { $before }
    }
    [revenue] { $way ->
        [less] mindre säljs, { $now } inte { $before }
       *[more] mer säljs, { $now } inte { $before }
    }
   *[order-value] { $way ->
        [less] ordrarna är mindre, { $now } inte { $before }
       *[more] ordrarna är större, { $now } inte { $before }
    }
}: { $share }

## Detsamma som bild: en rad för varje steg

waterfall-title = { $who }: { $now }, inte { $before }
waterfall-others = { $count ->
    [one] En liknande kreatör
   *[other] { $count } liknande kreatörer
}
waterfall-before = Lika lång tid innan
waterfall-plan = Planen
waterfall-now = Nu
waterfall-worse = gör det sämre
waterfall-better = gör det bättre
waterfall-sides = { $now }, inte { $before }
waterfall-alt = { $title }. { $from }. { $steps }. { $until }.
waterfall-step = { $step ->
    [cost] Utlägg
    [cost-of-reach] Pris för 1 000 visningar
    [cost-of-clicks] Pris för ett klick
    [cost-of-engagement] Pris för en reaktion
    [reach] Visningar
    [engagements] Gillanden, kommentarer
    [engagement] Reaktioner per visning
    [clicks] Klick
    [click-of-reach] Klick per 1 000 visningar
    [click-of-engaged] Klick per reaktion
    [orders] Ordrar
    [conversion-of-reach] Ordrar på 1 000 visningar
    [conversion] Ordrar per klick
    [conversion-of-engaged] Ordrar per reaktion
    [revenue] Försäljning
   *[order-value] Värde per order
}

## När en kreatörs egna inlägg går bäst, som bild

hours-title = { $name }, då ses dina inlägg mest
hours-title-few = { $name }, dina inlägg per timme: för få för att säga mer
hours-note = { $posts ->
    [one] Ett inlägg, minst 3 dagar gammalt.
   *[other] { $posts } inlägg, vart och ett minst 3 dagar gammalt.
} Vanligen { $usual }. Klockslag i { $zone }.
hours-cells = Blått är över det vanliga för dig, rött under; få inlägg dras mot det. Grått: färre än 3 inlägg, för få för att säga något.
hours-few = Det behövs minst { $least } inlägg för att kunna jämföra klockslag.
hours-best = Inramat: { $hours }, ditt bästa hittills.
hours-posts = { $count ->
    [one] 1 inlägg
   *[other] { $count } inlägg
}
heat-map-alt = { $title }. { $cells }.

## Varje steg i en tratt bredvid jämförbara kreatörer, för teamet

funnel-head = Steg för steg sedan { $since }, bredvid { $count ->
    [one] en liknande kreatör
   *[other] { $count } liknande kreatörer
}
funnel-step = • { $step ->
    [reach] visningar av ett inlägg per följare
    [engagement] reaktioner per 100 visningar
    [click] klick per 1 000 visningar
    [order] ordrar per 100 klick
   *[redemption] med koden, av 100 ordrar
}: { $own } ({ $between }), vanligen { $usual } ({ $others })
funnel-weakest = Svagast: { $step ->
    [reach] för få av följarna ser inläggen
    [engagement] för få av dem som ser dem reagerar
    [click] för få av dem som ser dem klickar
    [order] för få av dem som klickar köper
   *[redemption] för få av dem som köper använder koden
}. Av slump ser ett steg så svagt ut högst 1 gång av { $of }.
funnel-none = Inget steg är svagare än vad slumpen förklarar.

## Uppsättning

sample-headline = 🧪 EXEMPEL · Alma Lind: { $seen } per order, gräns { $allowed }. { $saved } kan ännu räddas
sample-taken = 🧪 EXEMPEL · { $by } tar det sedan { $time }. Så ser det ut i varje rum
sample-seen = Sett: { $seen } per order på 7 dagar. Ett riktigt larm säger över hur många avläsningar, och hur nya de är.
sample-allowed = Tillåtet: högst { $allowed } per order, enligt avtalet.
sample-stays = Inlägg ligger kvar och koder fungerar. Inget stoppas förrän någon av er säger det.
sample-nothing = Det här är ett exempel: Alma finns inte och ingen knapp når någon plattform. Prova dem. Tryck sedan på ”Jag tar det”.
sample-footer = exempel · plimsoll init
sample-button-stop = Stoppa boosten −{ $saved }
sample-button-keep = Låt den gå
sample-pressed-stop = I ett riktigt larm stoppar detta boosten hos annonsplattformen, läser av att den stoppats och erbjuder Ångra. Här hände inget.
sample-pressed-keep = I ett riktigt larm säger detta nej till förslaget; boosten går vidare och larmet visar vem som bestämde. Här hände inget.
sample-pressed-why = I ett riktigt larm visar detta varje siffra bakom det, för vilka dagar och hur färsk den är. Här finns inga.
sample-pressed-mine = Du tar det. I ett riktigt larm blir ingen påmind efter detta, och varje rum ser ditt namn.

## Vem som bedöms på vad

help-coverage = Vem som bedöms på vad, och vad som saknas, det värsta först
arg-page = vilken sida, till exempel 2
coverage-none = Inget samarbete pågår här
coverage-whole = 🟢 { $all ->
    [one] Det enda samarbete som pågår bedöms av varje regel om det
   *[other] Alla { $all } samarbeten bedöms av varje regel om dem
}
coverage-gaps = 🟡 { $gaps } av { $all ->
    [one] ett samarbete
   *[other] { $all } samarbeten
} kan inte bedömas av varje regel om dem
coverage-who = { $who }: { $judged } av { $all } regler bedömer det
coverage-no-target = avtalet anger inget mål för { $title }
coverage-too-small = för litet: hela budgeten spenderad utan resultat skulle inte utlösa den
coverage-absent = { $title }: { $why }
coverage-gap = { $gap ->
    [not-yet] inget har kommit än
    [hidden] ägaren döljer det
    [too-few] för få för att plattformen ska visa det
    [gone] kontot eller inlägget är borta
    [stale] den senaste siffran är för gammal
    [unauthorized] plattformen nekar oss åtkomst
    [quota] dagens kvot är slut
    [unreachable] plattformen svarar inte
    [garbled] svaret gick inte att läsa
    [zero] inget att dela med än
    [large] för stort för att sparas
    [target] avtalet anger inget mål
    [history] ingen tidigare tid att jämföra med
    [window] inget helt fönster än
    [posts] för få inlägg
    [excused] tiden beror på varumärket
    [currency] regeln är skriven i en annan valuta
    [group] ingen jämförbar är känd
    [peers] för få jämförbara har en siffra
   *[figure] ingen publicerad siffra passar
}
coverage-more-rules = { $count } till
coverage-more-causes = { $count ->
    [one] En orsak till
   *[other] { $count } orsaker till
}: plimsoll coverage { $who }
coverage-old = { $title } sedan { $time }
coverage-stale = Har slutat komma: { $what }
coverage-page = sida { $page } av { $pages }

promotion-told = • { $who }, { $time }{ $times ->
    [one] {""}
   *[other] { " " }och { $times } gånger i allt
}{ $call ->
    [right] : rätt
    [wrong] : fel
   *[open] : går inte att säga än
}
promotion-told-saved = , { $saved } sparat om den stoppats
promotion-told-lost = , { $lost } förlorat om den stoppats
promotion-no-stake = Inga pengar stod på spel i någon av dem.
promotion-worth = Att stoppa var och en av dem hade sparat { $saved } och förlorat { $lost }.
promotion-elsewhere = { $count ->
    [one] Ett av dem gällde
   *[other] { $count } av dem gällde
} andra varumärken.

## Vad kunder ser, och vilka som måste säga ja

client-cost-firing = 🔴 { $who }: ger för lite för vad det kostar
client-cost-better = 🔵 { $who }: ger mer för vad det kostar än väntat
client-cost-stopped = 🟡 { $who }: { $done }. Det gav för lite för vad det kostar
client-cost-recovering = 🟡 { $who }: bättre. Stängs om det håller i sig
client-cost-resolved = 🟢 { $who }: slut efter { $lasted }. Det gav för lite för vad det kostade
client-billed = Så som ni faktureras: { $what }.
client-why-cost = Det som handlar om kostnad visas inte här; er byrå har det.
client-taken-back = ⚪ { $id }: er byrå har tagit tillbaka det här larmet
client-sees = Kunden läser också detta: { $by }, { $time }. Bara fakturerade belopp.
client-shown = { $id } visas i { $rooms ->
    [one] kundens rum
   *[other] { $rooms } av kundens rum
}, med bara fakturerade belopp. Ta tillbaka det med ”hide { $id }”.
client-hidden = { $id } visas inte längre för kunden. Den som har läst det har läst det.
client-no-room = Det finns inget rum hos kunden för detta. Lägg till ett rum med `audience = "client"` och bind det.
client-not-this = { $id } handlar om en kreatörs nivå. Det berättas bara för kreatören och teamet.
button-show = Visa kunden
button-hide = Dölj för kunden
event-shown = { $by } visar det för kunden
event-hidden = { $by } tar tillbaka det från kunden
agreed-so-far = { $have } av { $need } har sagt ja: { $names ->
    [none] ingen än
   *[other] { $names }
}.
reply-agreed = { $have } av { $need } har sagt ja: { $names }. Det görs när { $left ->
    [one] en person till säger ja
   *[other] { $left } personer till säger ja
}; ett andra ja från dig räknas inte.
reply-not-counted = Över { $above } krävs { $need } personer, och din roll här är inte en av dem som räknas. Inget har ändrats.
reply-not-yours = Bara den som frågade kan bekräfta detta. Fråga själv, så får du egna knappar.
confirm-expires = Inget händer om du inte trycker Ja inom { $minutes ->
    [one] en minut
   *[other] { $minutes } minuter
}.
really-approve = Ja till att { $what }?{ $amount ->
    [none] {""}
   *[other] {" "}Det gäller { $amount }.
}
really-undo = Ta tillbaka: { $what }?{ $amount ->
    [none] {""}
   *[other] {" "}Det gäller { $amount }.
}
really-yes = { $amount ->
    [none] Ja
   *[other] Ja, { $amount }
}

## Rum, tystnad, vad som sägs var

help-desk = Vad som väntar på ditt beslut i dag, för alla dina varumärken
help-rooms = Vilka rum som finns, var, när de är tysta och vad som är stängt
help-quiet = Det här rummets tysta timmar: visa, ställ in eller stäng av
help-subscribe = Vad som sägs här och hur högt: på, tyst eller av
help-audit = Vem som gjorde vad, när och varför
arg-hours = tysta timmar, som 22:00-07:00, eller av
arg-topic = vad det gäller, som stop_loss, opportunity eller digest
arg-loudness = på, tyst eller av
arg-about = vad det har med att göra: en person, ett larm, en kreatör, ett rum
topic = { $topic ->
    [stop_loss] pengar som går förlorade
    [late] det som är försenat
    [rights] rättigheter som saknas eller tar slut
    [cause] det som ligger hos varumärket: butik, lager, pris, länk
    [downgrade] nivåer som kan gå förlorade
    [opportunity] det som går bättre än väntat
    [ask] det du ombeds göra
    [rule] regler som tittat på tillräckligt länge
    [trouble] programmets egna besvär
   *[digest] morgonens sammanfattning
}
loudness = { $how ->
    [on] på
    [silent] tyst
   *[off] av
}
rooms-none = Det finns inget rum som du får se
rooms-none-how = Rum anges i en dokumentfil och binds med en kod: plimsoll code --room ID
rooms-headline = { $count ->
    [one] Ett rum
   *[other] { $count } rum
}{ $closed ->
    [0] {""}
    [one] , ett stängt
   *[other] , { $closed } stängda
}{ $unbound ->
    [0] {""}
    [one] , ett ännu inte bundet
   *[other] , { $unbound } ännu inte bundna
}
room-in-topic = { $chat }-ämne
room-unbound = ännu inte bundet
room-audience = { $audience ->
    [internal] teamet
    [client] kunden
    [creator] en kreatör
   *[operator] driften
}
room-language = { $code ->
    [sv] svenska
   *[other] engelska
}, { $zone }
room-quiet = tyst { $hours }
room-digest = sammanfattning { $at }
room-escalates = sedan får veta: { $to }
room-closed-since = Stängt sedan { $since }: { $reason }. Det som ska sägas väntar.
room-closed = Stängt: { $reason }. Det som ska sägas väntar.
room-bind = I terminalen:
quiet-none = Inga tysta timmar här: allt kommer genast
quiet-now-off = De tysta timmarna är av: allt kommer genast, det som väntat kommer nu
quiet-how = För att ställa in dem:
quiet-are = Tyst här { $hours } ({ $zone })
quiet-now = Tyst här från och med nu, { $hours } ({ $zone })
quiet-waits = Det som kan vänta väntar tills de är slut. Meddelanden som redan finns hålls aktuella.
quiet-critical-silent = Kritiska larm kommer genast, utan ljud.
quiet-critical-loud = Kritiska larm kommer genast, med ljud.
quiet-until = Det är tyst nu, till { $until }.
subscribe-here = Vad som sägs i det här rummet
subscribe-own = Vad som sägs till dig här
subscribe-now-on = På här från nu: { $topic }
subscribe-now-silent = Utan ljud här från nu: { $topic }
subscribe-now-off = Av här från nu: { $topic }
subscribe-how = För att ändra något:
subscribe-journal = Det som är av står i journalen, inte här. Svar på det du frågar kommer alltid.
subscribe-stays = Förblir på här: { $topic }
subscribe-unheard-brand = Ingen annan skulle höra det: { $brand } har inget annat öppet rum som behåller det. Gör det tyst i stället, eller bind ett annat rum först.
subscribe-unheard-program = Ingen annan skulle höra det: det finns inget annat öppet rum för driften. Gör det tyst i stället, eller bind ett annat rum först.
subscribe-owed = Det kan vara tyst, men inte av: inget om dig avgörs innan du fått veta det.
subscribe-not-here = Sägs ändå inte i den här chatten: { $topic }
subscribe-choose = { $topics ->
    [none] Inget kan väljas här.
   *[other] Här kan du välja: { $topics }.
}
subscribe-no-role = Du skulle inte höra något: inget varumärke har gett dig en roll
subscribe-no-role-how = Larm når analytiker, chefer och byråer. Den som sköter varumärket här kan ge dig en: grant.

## Sammanfattning, att föra vidare, skrivbord, logg

escalation-headline = ⏫ Ingen har tagit det efter { $long }. { $headline }
escalated = Ingen hade tagit det, så { $to } fick veta { $time }.
event-escalated = ingen hade tagit det: { $to } fick veta
deciding-until = senast { $until }: { $what } · { $name } · { $id }
deciding = { $what } · { $name } · { $id }
digest-nothing = ☀️ { $of }inget öppet, inget att besluta
digest-nothing-open = ☀️ { $of }inget öppet; { $ended ->
    [one] ett larm
   *[other] { $ended } larm
} avslutades sedan i går
digest-money = ☀️ { $of }{ $money } går ännu att spara i { $open ->
    [one] ett öppet larm
   *[other] { $open } öppna larm
}{ $decisions ->
    [0] {""}
    [one] , ett beslut i dag
   *[other] , { $decisions } beslut i dag
}
digest-open = ☀️ { $of }{ $open ->
    [one] ett öppet larm
   *[other] { $open } öppna larm
}{ $decisions ->
    [0] {""}
    [one] , ett beslut i dag
   *[other] , { $decisions } beslut i dag
}
digest-decide = Att besluta i dag
digest-open-part = Öppet
digest-ended-part = Avslutat sedan i går
digest-ended = 🟢 { $name } · slut efter { $lasted } · { $id }
digest-page = Sida { $page } av { $pages }
desk-empty = Inget väntar på dig
desk-not-yours = Inget väntar på dig: du beslutar inte om något varumärke. Det gör chefer, kunder och byråer.
desk-headline = { $count ->
    [one] Ett beslut väntar
   *[other] { $count } beslut väntar
} på dig
desk-money = { $count ->
    [one] Ett beslut
   *[other] { $count } beslut
}, { $money } att spara
desk-first = { $count ->
    [one] Ett beslut, senast { $first }
   *[other] { $count } beslut, det första senast { $first }
}
desk-money-first = { $count ->
    [one] Ett beslut, { $money } att spara, senast { $first }
   *[other] { $count } beslut, { $money } att spara, det första senast { $first }
}
desk-unattended = { $count ->
    [one] Ett larm som ingen tagit
   *[other] { $count } larm som ingen tagit
}; inget att besluta
desk-nobody = ingen har tagit det
desk-brands = För { $brands }.
desk-stays = Inget stoppas förrän du trycker. Varje rum hos varumärket ser vad du beslutar.
audit-headline = Vem som gjorde vad, det nyaste först
audit-about = Vem som gjorde vad med { $about }, det nyaste först
audit-none = Ingen har ännu gjort något som du får se
audit-none-about = Inget om { $about } som du får se
audit-client = Det som beslutats och gjorts för er; vad folk skrivit stannar hos teamet.
audit-file = Som fil, i terminalen:
audit-gone = Inget sparas från före { $until }: det som är äldre har tagits bort, som [retention] säger.
audit-older = Äldre ›
audit-newer = ‹ Nyare
audit-why = ”{ $why }”
audit-deed = { $deed ->
    [action_approved] sade ja
    [action_proposed] sade ja; fler av er behövs
    [action_verified] gjorde det, och plattformen bekräftar
    [action_done] gjorde det
    [action_failed] lyckades inte
    [action_refused] höll tillbaka det
    [action_rejected] sade nej
    [action_expired] fick inget svar
    [proposal_rejected] sade nej
    [incident_acknowledged] tog hand om larmet
    [incident_snoozed] lät larmet vila
    [incident_escalated] förde vidare: ingen hade tagit det
    [escalation_failed] kunde inte föra vidare
    [step_written] skrev ner ett nästa steg
    [step_done] sa att ett nästa steg är klart
    [questions_asked] frågade alla som var med
    [question_answered] svarade på frågor
    [grant_given] gav en roll
    [grant_revoked] tog bort en roll
    [code_made] gjorde en kod
    [code_used] använde en kod
    [backed_up] gjorde en säkerhetskopia
    [document_applied] ändrade dokumenten
    [rule_applied] ändrade regeln
    [rule_mode_set] sade hur långt regeln får gå
    [promotion_declined] lät regeln titta på
    [level_changed] ändrade nivån
    [note] noterade
    [went_live] sade att det är ute
    [offer_made] föreslog en ändring i avtalet
    [offer_sent] sade ja till att skicka ett förslag
    [offer_agreed_by_one] sade ja till ett förslag; fler av er behövs
    [offer_accepted] gjorde ett förslag bindande: båda sidor sade ja
    [offer_declined] avslutade ett förslag med ett nej
    [offer_withdrawn] tog tillbaka ett förslag
    [offer_overtaken] svarade på ett förslag som inte längre passar avtalet
    [offer_superseded] föreslog något annat i stället
    [offer_suggested] föreslog en ändring i avtalet
    [offer_told] berättade om ett förslag för andra sidan
    [creator_asked] frågade kreatören
    [creator_confirmed] sade att kreatören bekräftar
    [creator_declined] sade att kreatören säger nej
    [ask_withdrawn] tog tillbaka frågan
    [action_asked] sade ja; fler av er behövs
    [incident_shown] visade larmet för kunden
    [incident_hidden] dolde larmet för kunden
    [target_adjusted] satte ett annat mål
    [numbers_reported] berättade siffror för hand
    [data_asked] bad om det som sparas om dem
    [creator_left] lämnade
    [account_connected] kopplade ett konto
    [account_disconnected] kopplade från ett konto
    [account_refused] fick inte koppla ett konto
    [delivery_retried] lät ett meddelande skickas igen
    [delivery_dropped] strök ett meddelande som väntade
    [sample_pressed] provade exempellarmet
    [level_told] sade att kreatören har fått veta
    [level_appealed] invände
    [level_stood_by] stod fast vid beskedet
    [level_kept] behöll nivån
    [level_restored] gav tillbaka nivån
    [level_closed] lät nivån vara
    [level_mediating] söker en annan väg
    [level_suggested] föreslog en annan väg
    [level_agreed] gick med på en annan väg
    [level_keep_posted] vill höra före slutet
    [excuse_declared] sade att det ligger hos varumärket
    [excuse_lifted] sade att det räknas ändå
    [excuse_opened] såg att det ligger hos varumärket
    [excuse_closed] såg att det är över
    [quiet_set] ställde in tysta timmar
    [subscription_set] valde vad som sägs
    [subscription_kept] ville stänga av det som måste höras
    [room_closed] kunde inte skriva i rummet
    [refused] fick nej
   *[other] { $other }
}

## Deals: the terms in force, and who changed what

help-deal = Villkoren i ett avtal: leveranser, betalning, koder, rättigheter, och vem som ändrat vad
deal-headline = 📄 { $who }: { $count ->
    [0] inga leveranser än
    [one] en leverans, { $open } kvar att göra
   *[other] { $count } leveranser, { $open } kvar att göra
}{ $sum ->
    [none] { "" }
   *[other] . { $sum } i arvoden
}{ $state ->
    [ended] . Avtalet har löpt ut
   *[other] { "" }
}
deal-piece = • { $piece } ({ $platform } { $format }): { $state }, { $price ->
    [none] { "" }
   *[other] { $price },{ " " }
}senast { $day }
deal-free = { $seat ->
    [creator] Till { $time } kan den avbokas utan betalning.
   *[other] Kan avbokas fritt till { $time }.
}
deal-owed = { $seat ->
    [creator] Avbokas den nu får du { $share } av arvodet.
   *[other] Avbokas den nu ska { $share } av arvodet betalas.
}
deal-kept = { $seat ->
    [creator] Du får { $share } av arvodet ändå.
   *[other] { $share } av arvodet ska betalas ändå.
}
deal-state = { $state ->
    [agreed] avtalad
    [briefed] briefad
    [draft] utkast finns
    [approved] utkast godkänt
    [live] ute
    [proof] ute, bevis finns
    [invoiced] fakturerad
    [paid] betald
    [held] parkerad
   *[cancelled] avbokad
}
deal-commission = { $seat ->
    [creator] Du får { $share } av varje order.
   *[other] Provision: { $share } av varje order.
}
deal-per-thousand = { $seat ->
    [creator] Du får { $pay } per 1 000 visningar.
   *[other] Betalning: { $pay } per 1 000 visningar.
}
deal-product = Skickad produkt, upptagen till { $amount }.
deal-boost = { $budget ->
    [none] { $seat ->
        [creator] Ett av dina inlägg boostas ({ $name }).
       *[other] Boost: { $name }.
    }
   *[other] Boost: { $name }, budget { $budget }.
}
deal-codes = { $count ->
    [one] Kod: { $codes }
   *[other] Koder: { $codes }
}
deal-link = Länk: { $link }
deal-right = { $seat ->
    [creator] Varumärket får { $kind ->
        [usage] använda ditt innehåll i annonser
        [partnership_ad] köra partnerskapsannonser med dig
       *[spark_code] köra dina TikTok-inlägg som annonser
    } till { $day }.
   *[other] Rätt att { $kind ->
        [usage] använda innehållet i annonser
        [partnership_ad] köra partnerskapsannonser
       *[spark_code] köra TikTok-inlägg som annonser
    } till { $day }.
}
deal-exclusive = { $seat ->
    [creator] Du arbetar inte för { $names } till { $day }.
   *[other] Exklusivt till { $day }: inte för { $names }.
}
deal-offer = { $side ->
    [creator] Kreatören föreslår: { $change } (förslag { $number }, inte besvarat än)
   *[brand] Varumärket föreslår: { $change } (förslag { $number }, inte besvarat än)
}
deal-changes = Vem som ändrat vad
deal-itself = avtalet
deal-you = du
deal-first = { $time }, { $by }: { $of } skrevs in
deal-changed = { $time }, { $by }: { $of }, { $what }
deal-older = { $count ->
    [one] och en tidigare ändring
   *[other] och { $count } tidigare ändringar
}
deal-field = { $field ->
    [fee] arvode
    [due] slutdag
    [format] format
    [state] läge
    [commission] provision
    [per_thousand_views] betalning per 1 000 visningar
    [rights] rättigheter
    [codes] koder
    [link] länk
    [cancel_by] sista stund att avboka
    [kill_fee] betalning vid avbokning
    [draft_due] utkast senast
    [post] inlägg
    [live_at] publicerades
    [billed] fakturerat pris
   *[exclusivity] exklusivitet
}
deal-field-changed = { $field } { $from } → { $to }
deal-field-new = { $field } { $to }
deal-field-gone = { $field } { $from } → ingen
deal-foot = { $seat ->
    [creator] Det här är ditt avtal. Det ändras bara när båda säger ja: ”föreslå” föreslår en ändring.
    [client] Priser som visas är vad ni faktureras.
   *[team] Avtalet ändras bara när båda sidor säger ja: ”föreslå” föreslår en ändring.
}
deal-which = Vilket avtal? Tryck på ett.
deal-none = Det finns inget löpande avtal med { $given } som du kan se här.
deal-none-own = Du har inget löpande avtal här.

## Offers: a change to a deal, binding when both sides have said yes

help-offer = Föreslå en ändring i ett avtal; den gäller när andra sidan säger ja
help-accept = Säg ja till ett förslag; visar vad det binder till och frågar först
help-decline = Säg nej till ett förslag, eller ta tillbaka ditt eget; då ändras inget
arg-offer = ett förslags nummer, som 12
arg-terms = vad som skulle ändras, som reel-2 arvode 3500 SEK, eller provision 12 %
offer-nothing = inget
offer-you = dig
offer-nobody = ingen
offer-change = { $term ->
    [fee] { $piece } för { $to } i stället för { $was }
    [due] { $piece } senast { $to } i stället för { $was }
    [format] { $piece } som { $to } i stället för { $was }
    [commission] provision { $to }, hittills { $was }
    [per_thousand] { $to } per 1 000 visningar, hittills { $was }
    [extend] { $to } till för allt som inte är ute (sista slutdag hittills: { $was })
   *[rights] användning i annonser till { $to }, hittills { $was }
}
offer-piece = en leverans till, { $piece } ({ $platform } { $format }), { $fee }, senast { $day }
offer-theirs = 🔵 { $brand } vill ändra { $campaign }: { $change }
offer-yours = 🔵 Du bad { $brand } ändra { $campaign }: { $change }
offer-agreed = 🟢 Överenskommet med { $brand }: { $change }
offer-declined = { $side ->
    [creator] 🟡 { $brand } sa nej: { $change }
   *[brand] 🟢 Du sa nej: { $change }
}
offer-withdrawn = { $side ->
    [creator] 🟢 Du tog tillbaka det: { $change }
   *[brand] 🟢 { $brand } tog tillbaka det: { $change }
}
offer-superseded = 🟡 Ett nyare tog dess plats: { $change }
offer-expired = 🟡 Inget svar i tid, så inget ändras: { $change }
offer-overtaken = 🟡 Avtalet ändrades under tiden, så det här passar inte längre: { $change }
offer-note = ”{ $text }”
offer-moves = Utkast, bevis och siffror flyttas lika mycket. Sista stund att avboka ligger kvar.
offer-binds = Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
offer-until = Tid att svara: till { $time }. Utan svar ändras inget.
offer-no-harm = Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är.
offer-stays = Allt är som avtalat.
offer-signed = Ja från { $one } ({ $one_at }) och från { $two } ({ $two_at }). Det står i avtalet från och med nu.
offer-footer = förslag { $number }
offer-team-draft = 🔵 { $who }: ett förslag att överväga, { $change }. Ingen har skickat det
offer-team-waits = 🟡 { $who }: { $by } vill föreslå { $change }. Det behövs ett ja till från er
offer-team-theirs = 🔵 { $who }: { $of } ber om { $change }
offer-team-tell = 🔵 { $who }: säg själva till { $of }: { $change }
offer-team-ours = 🔵 { $who }: { $of } har fått förslaget { $change }
offer-team-agreed = 🟢 { $who }: överenskommet, { $change }
offer-team-declined = 🟡 { $who }: { $by } sa nej till { $change }
offer-team-withdrawn = 🟢 { $who }: { $by } tog tillbaka { $change }
offer-team-superseded = { $side ->
    [creator] 🟡 { $who }: kreatören har en nyare önskan eller fick ett nyare förslag än { $change }
   *[brand] 🟡 { $who }: ett nyare förslag tog platsen för { $change }
}
offer-team-expired = 🟡 { $who }: inget svar i tid, inget ändras: { $change }
offer-team-overtaken = 🟡 { $who }: avtalet ändrades under tiden, så det här passar inte längre: { $change }
offer-by-rule = Föreslaget av regeln { $rule }: arvodet halvvägs ner till vad siffrorna bär, aldrig mer än en tredjedel lägre. Säg ett annat med ”föreslå”.
offer-nods = Så mycket pengar kräver två av er. Ja hittills: { $names }. { $count ->
    [one] En till behövs.
   *[other] { $count } till behövs.
}
offer-told = { $by } berättade för { $of } { $time }.
offer-until-team = Tid att svara: till { $time }. Utan svar ändras inget.
offer-clock-waits = Tiden att svara börjar när någon av er har berättat för { $of }.
offer-noted = { $by } antecknade kreatörens svar { $time }.
offer-in-deal = Avtalet har en ny version med bådas namn.
offer-sure = Ja till det här: { $change }?
offer-sure-binds = { $what ->
    [send] Andra sidan får veta det då, och det gäller när de också säger ja.
    [one] Så mycket pengar kräver två av er: det binder när någon till har sagt ja.
   *[binds] Det binder båda sidor från dess, och båda får veta.
}
offer-how-headline = Vad ska ändras? Inget ändras förrän andra sidan säger ja
offer-how = Tryck på ett, eller skriv så här. Ett skäl får följa efter ett kolon.
offer-which = Vilket? Tryck på det.
offer-none-open = Inget väntar på ditt svar.
offer-text-headline = Texter till { $of }, att kopiera. Tryck på ”berättat” när det är gjort
offer-letter-answer = Svara gärna ja, nej, eller vad som skulle passa bättre.
letter-hello = Hej { $name },
letter-bye = Vänliga hälsningar, { $from }
letter-mail = Mejl: ämne, sedan text
letter-instagram = Instagram
letter-whatsapp = WhatsApp
button-offer-accept = Ja
button-offer-decline = Nej
button-offer-another = Föreslå annat
button-offer-back = Ta tillbaka
button-offer-send = Skicka
button-offer-drop = Skicka inte
button-offer-agree = Jag säger också ja
button-offer-yes = Ja, det binder
button-offer-told = Jag har berättat för { $of }
button-offer-text = Texter att kopiera
button-offer-they-accept = { $of } sa ja
button-offer-they-decline = { $of } sa nej
offer-made = { $of } har det nu. Det gäller när { $of } säger ja; du får veta här.
offer-made-theirs = { $brand } har det nu. Det gäller när de säger ja; du får veta här.
offer-made-by-hand = { $of } har ingen chatt med mig. Texten att skicka finns i ert rum; tiden att svara börjar när ni har berättat för { $of }.
offer-made-waits = Noterat. Så mycket pengar kräver att { $count ->
    [one] en till av er
   *[other] { $count } till av er
} säger ja först.
offer-done-agreed = Överenskommet. Det står i avtalet nu, och båda sidor får veta.
offer-done-declined = Noterat. Allt är som avtalat, och andra sidan får veta.
offer-done-withdrawn = Tillbakataget. Allt är som avtalat.
offer-done-recorded = Noterat vad { $of } svarade.
offer-done-told = Noterat. { $of } har tid att svara från och med nu.
offer-done-overtaken = Avtalet ändrades på annat sätt under tiden, så det gjordes inte. Titta på ”avtal” och föreslå på nytt.
offer-refused = { $why ->
    [over] Det är redan över. Inget ändrades.
    [own] Det är er egen sidas. Andra sidan svarar på det.
    [again] Du har redan sagt ja. Det krävs någon till.
    [not_asked] Ingen har skickat det än.
   *[direct] Kreatören kan svara på det i sin egen chatt.
}
offer-no-such = Det finns inget förslag { $number } för dig. ”acceptera” ensamt visar vad som väntar.
offer-no-deal = Jag hittar inget avtal med { $given } som du talar för. Säg det som ”föreslå spring/alma reel-2 arvode 3500”.
offer-too-many = { $count } förslag om det här avtalet väntar på svar. Låt dem besvaras först, eller ta tillbaka några.
offer-unread = { $what ->
    [none] Vad ska ändras? Säg det som ”reel-2 arvode 3500” eller ”provision 12 %”.
    [missing] Något saknas efter ”{ $given }”. Säg det som ”reel-2 arvode 3500” eller ”reel-2 senast 2026-04-02”.
    [piece] ”{ $given }” är inget id på en leverans. Säg det som ”reel-2 arvode 3500”; ”avtal” visar leveranserna.
    [money] ”{ $given }” är inget belopp. Säg det som ”3500” eller ”3 500,50 kr”.
    [currency] ”{ $given }” är en annan valuta än avtalet betalas i.
    [date] ”{ $given }” är inget datum. Säg det som 2026-04-02.
    [share] ”{ $given }” är ingen andel. Säg det som 12 %, från 0 till 100.
    [days] ”{ $given }” är ingen tidslängd. Säg det som 7d eller 2 veckor.
    [platform] ”{ $given }” är ingen plattform. Säg instagram, tiktok, youtube, twitch, x eller facebook.
    [format] ”{ $given }” är inget format. Säg det som reel, story eller video.
   *[word] Jag kan inte föreslå ”{ $given }”. Efter en leverans säg arvode, senast eller format.
}
offer-unfit = { $why ->
    [ended] Avtalet har löpt ut.
    [piece] Det finns ingen leverans ”{ $given }” i avtalet. ”avtal” visar leveranserna.
    [out] Den leveransen är ute, så det som avtalats för den gäller.
    [cancelled] Den leveransen avbokades. Föreslå en leverans till i stället.
    [same] Det är redan så.
    [past] Den dagen är förbi.
    [taken] Det finns redan en leverans med det id:t.
    [much] Det är långt från allt som avtalats här. Blev siffran fel?
    [long] Det är mer än som kan föreslås på en gång.
    [ahead] Inget i avtalet är kvar att göra.
   *[currency] Avtalet betalas i en annan valuta.
}

## Numbers that a creator tells by hand

help-numbers = Berätta ett inläggs siffror för hand, med skärmbild; de märks som sådana
arg-file = en bild: skärmbilden
report-kept = Noterat för { $what }: { $values }
    De märks som rapporterade för hand överallt där de visas; inget stoppas bara på grund av dem.
    Så snart { $platform } själv rapporterar dem gäller deras siffror i stället.{ $known ->
    [none] { "" }
   *[other] { " " }Behövdes inte, { $platform } berättar dem redan: { $known }.
}
report-known = { $platform } berättar själv de här siffrorna för { $what }, så inget ändrades.
report-no-picture = Nästan: skicka skärmbilden med. Skriv den här raden under bilden: { $line }
report-no-piece = Jag hittar ingen leverans ”{ $given }” som är din. ”avtal” visar leveranserna och deras id.
report-not-out = { $what } är inte känd som ute än. Skicka först ”ute” och inläggets adress.
report-nothing = Vilka siffror? Säg det som ”siffror reel-2 visningar 48200 räckvidd 31000”, med skärmbilden.
report-metric = ”{ $given }” är ingen siffra jag kan ta för hand. Jag kan visningar, räckvidd, exponeringar, gillningar, kommentarer, delningar, sparade, klick och länktryck.
report-value = Jag kan inte läsa siffran för { $of }{ $given ->
    [none] .
   *[other] : ”{ $given }”.
} Säg det som ”visningar 48200”.
report-mark = { $waits ->
    [yours] De här berättade du för hand, med skärmbild: { $names }.
    [waits] Rapporterat av kreatören för hand, med skärmbild: { $names }. Inget görs av sig självt bara på det: det väntar på ert ja.
   *[no] Rapporterat av kreatören för hand, med skärmbild: { $names }.
}
word-numbers = 🔵 { $who } berättade siffrorna för { $piece } för hand, med skärmbild ({ $deal })
    De är märkta så. Inget görs av sig självt bara på grund av dem.

## What is kept about a creator, and how to leave

help-data = Vad som sparas om dig, hur du får det som fil, och hur du lämnar
arg-creator = vilken kreatör, om du svarar för flera
arg-held = file: få det som fil; leave: avsluta
held-headline = Det här sparar jag om dig, { $name }
held-chats = Var jag kan skriva till dig: { $chats ->
    [none] ingenstans
   *[other] { $chats }
}
held-accounts = Offentliga siffror för dina konton: { $accounts ->
    [none] inga
   *[other] { $accounts }
}; kopplade av dig: { $connected }
held-posts = Dina inlägg och deras siffror över tid: { $count }
held-deals = Avtal: { $deals }, leveranser i dem: { $pieces }, förslag: { $offers }
held-levels = Nivåer du har: { $levels }, gånger en varit ifrågasatt: { $cases }
held-journal = En logg över vem som gjorde vad och när, som ingen kan ändra
held-not = Jag sparar inga privata meddelanden, inga bilder du skickar (bara var de finns i den här chatten) och inget om dina följare en och en.
held-how = En fil med allt, eller ett slut på det: tryck på en knapp.
held-file = Här är allt, som fil. Spara den där bara du kan läsa den.
held-file-left-out = { $count } äldre siffror är inte med. Teamet kan skicka dem till dig.
leave-headline = Lämna? Det här slutar och det här blir kvar
leave-ends = Slutar genast: den här chatten, din roll här, och ditt namn vid ditt chattkonto. Teamet får veta.
leave-stays = Blir kvar: dina avtal, leveranser, förslag och siffrorna för deras inlägg, för din betalning räknas på dem och bokföring måste sparas; och loggen, för den visar vem som gick med på vad.
leave-back = Det du ska ha betalt för ska du ha betalt för. Du kan komma tillbaka med en ny kod från teamet.
leave-done = Du har lämnat. Jag skriver inte till dig mer. Det du ska ha betalt för ska du ha betalt för; ha det bra.
word-left = 🟡 { $name } har lämnat chatten med mig
    Avtal och betalning är som avtalat. Från och med nu berättar en människa det som ska berättas.
button-held-file = Få det som fil
button-held-leave = Lämna
button-leave-yes = Ja, lämna

## Me: what stands beside one's own numbers

own-rank = Mer { $title } än { $below } av { $others } liknande kreatörer.
own-offer = Väntar på ditt svar: { $change }{ $until ->
    [none] { "" }
   *[other] , till { $until }
}
own-due = { $late ->
    [late] Skulle varit klar { $day }: { $piece }, { $campaign } ({ $state }). Något i vägen? Säg det med ”notera”.
   *[no] Senast { $day }: { $piece }, { $campaign } ({ $state })
}
own-due-more = { $count ->
    [one] och en leverans till, se ”avtal”
   *[other] och { $count } leveranser till, se ”avtal”
}
button-own-yes = Ja: { $what }
button-own-deal = Mina avtal
button-own-tips = Tips
button-own-data = Vad som sparas

## Stopp som prövats igen

regret-month = { $month ->
    [1] Januari
    [2] Februari
    [3] Mars
    [4] April
    [5] Maj
    [6] Juni
    [7] Juli
    [8] Augusti
    [9] September
    [10] Oktober
    [11] November
   *[12] December
} { $year }
regret-so-far = Hittills
regret-headline = ⚖️ { $of }{ $when }: { $calls ->
    [one] { $what ->
        [stops] ett stopp har
       *[levels] ett stopp eller en sänkt nivå har
    }
   *[other] { $calls } { $what ->
        [stops] stopp har
       *[levels] stopp och sänkta nivåer har
    }
} prövats igen: { $right ->
    [0] inget var rätt
    [one] 1 var rätt
   *[other] { $right } var rätt
}, { $wrong ->
    [0] inget var fel
    [one] 1 var fel
   *[other] { $wrong } var fel
}{ $untold ->
    [0] { "" }
   *[other] , { $untold } går inte att avgöra
}{ $money }
regret-none = ⚖️ { $of }inget stopp kan prövas igen än: först ska alla dess ordrar ha kommit
regret-saved-lost = ; { $saved } sparat, { $lost } förlorat
regret-saved = ; { $saved } sparat
regret-lost = ; { $lost } förlorat
regret-by-hand = Stoppat för hand, utan larm
regret-rule = • { $rule }: { $right } rätt, { $wrong } fel{ $untold ->
    [0] { "" }
   *[other] , { $untold } går inte att avgöra
}{ $money }
regret-share = . Fel: { $share } (slumpen inräknad { $low } till { $high })
regret-more = { $count ->
    [one] En regel till står
   *[other] { $count } regler till står
} i filen.
regret-asked-both = Föreslaget men inte gjort: det hade sparat { $saved } och förlorat { $lost }.
regret-asked-saved = Föreslaget men inte gjort: det hade sparat { $saved }.
regret-asked-lost = Föreslaget men inte gjort: det hade förlorat { $lost }. Bra att ingen gjorde det.
regret-raise = 💡 { $rule } larmar för tidigt: först från { $times } gånger sin gräns hade { $left ->
    [one] det enda fall som blir kvar
   *[other] de { $left } fall som blir kvar
} varit värda { $net } i stället för { $now }.
regret-few = För få fall för att säga var en gräns borde gå: det krävs { $least } av en regel där pengarna är kända.
regret-level = sänkt nivå
regret-wrong = Fel: { $who }, { $what }, { $day }{ $money }
regret-wrong-money = . Det hade kostat { $spend } och gett { $brings }
regret-pending = { $count ->
    [one] Ett till väntar tills alla dess ordrar har kommit:
   *[other] { $count } till väntar tills alla deras ordrar har kommit, det första till
} { $day }.
regret-how = Sparat är vad som hade spenderats i samma takt som veckan före, minus marginalen det hade gett; sena ordrar är medräknade.
regret-file = Vart och ett: ”{ $command }” i terminalen.

## Vad som ställts in, prövat igen

follow-up-headline = 📏 { $what }: { $verdict ->
    [worked] det hjälpte
    [worse] det blev sämre
    [same] inte större skillnad än slumpen gör
   *[untold] om det hjälpte går inte att säga
}
follow-up-numbers = { $per ->
    [day] { $title } per dag
   *[each] { $title }
}: { $after } under de { $days } dagarna efter ({ $n } räknade), { $before } under de { $days } dagarna före ({ $m } räknade).
follow-up-luck = Slumpen inräknad är det nu { $low } till { $high } gånger vad det var.
follow-up-overtaken = Det ändrades igen { $time }, innan dagarna var slut.
follow-up-no-numbers = Inget räknades under de { $days } dagarna före och efter.
follow-up-no-count = I { $title } går slump inte att skilja från förändring: där räknas inga enskilda saker.
follow-up-was = { $by } ställde in det den { $day }, från { $was }.
follow-up-by = { $by } ställde in det den { $day }.
desk-following = 📏 { $what } ({ $by }, { $day }): om det hjälpte sägs den { $due }
desk-following-more = { $count ->
    [one] och en ändring till
   *[other] och { $count } ändringar till
} som prövas igen

## Tips som hjälpte

word-tip-helped = 🌟 Tack för att du provade, { $name }: det hjälpte
    { $tip ->
        [posting-time] { $n ->
            [one] Inlägget som gick ut
           *[other] De { $n } inläggen som gick ut
        } på tiderna ur dina egna siffror gick { $more } % bättre än dina inlägg gjorde förut.
        [format] { $n ->
            [one] Inlägget av den sort som dina egna siffror pekade på
           *[other] De { $n } inläggen av den sort som dina egna siffror pekade på
        } gick { $more } % bättre än dina inlägg gjorde förut.
        [pause] { $n ->
            [one] Inlägget efter den paus som dina egna siffror pekade på
           *[other] De { $n } inläggen efter den paus som dina egna siffror pekade på
        } gick { $more } % bättre än dina inlägg gjorde förut.
       *[code-missing] Sedan koden står i ditt inlägg har den använts { $n ->
            [one] en gång
           *[other] { $n } gånger
        }, oftare än under lika många dagar före.
    }
## Utvärdering: vad en kampanj blev till slut

pm-title = Utvärdering: { $campaign }
pm-sub = { $brand } · { $from } till { $until } · skriven { $at }.
pm-stage-runs = Den pågår till { $day }: så här ligger den till, inte så slutade den.
pm-stage-counts = Ordrar från de sista inläggen kan räknas till { $day }, så siffror kan ännu röra sig.
pm-stage-over = Allt som får räknas är räknat.
pm-footer = Skriven av Plimsoll. Raderna bakom pengarna: plimsoll report ledger --campaign { $id }
pm-wanted = av { $wanted } önskade
pm-planned = planerat { $planned }
pm-beyond = { $profit } utöver kostnaden
pm-cost = Kostnad
pm-return = Avkastning
pm-hours = Timmar
pm-pieces = Leveranser ute
pm-in-time = Av dem i tid
pm-goals = Mål och resultat
pm-goal = Kampanjen var till för { $goal ->
    [awareness] kännedom: att folk ser den
    [new_audiences] nya målgrupper: att folk ser den som inte kände varumärket
    [brand_strength] varumärkesstyrka: att folk tycker om varumärket
    [leads] intresseanmälningar: att folk vill veta mer
    [sales] försäljning: att folk köper
   *[reputation] anseende: att andra talar väl om varumärket
}.
pm-no-goal = Ingen har sagt vad kampanjen var till för. Ange ”goal” för kampanjen, så håller nästa rapport resultaten mot det.
pm-target = Mål
pm-head-wanted = Önskat
pm-head-reached = Nått
pm-head-met = Uppfyllt
pm-met = ja
pm-missed = nej
pm-at-most = högst { $value }
pm-at-least = minst { $value }
pm-plan = Plan och utfall
pm-head-plan = Plan
pm-head-actual = Utfall
pm-pieces-stopped = { $count ->
    [one] En leverans parkerades eller avbokades och är inte
   *[other] { $count } leveranser parkerades eller avbokades och är inte
} med bland dem som är ute.
pm-hours-unread = { $count ->
    [one] En anteckning om timmar
   *[other] { $count } anteckningar om timmar
} gick inte att läsa och är inte med i summan: börja med tiden, som ”6,5 h redigering”.
pm-gaps = { $count ->
    [one] Ett belopp
   *[other] { $count } belopp
} i bokföringen går inte att säga; plimsoll report ledger --campaign { $id } säger vilka.
pm-creators = Kreatörer
pm-line-margin = pengarna tillbaka
pm-line-plan = planens pris
pm-read-margin = Avkastning är vad de räknade ordrarna lämnade, minus kostnaden, delat med kostnaden. Med få ordrar avgör turen mycket, så varje stapel dras mot de andra; den tunna linjen visar var den sanna siffran ligger fyra gånger av fem.
pm-read-plan = Varje stapel är vad pengarna gav i { $metric }, mot vad planen tillåter för en. Med få inlägg avgör turen mycket, så varje stapel dras mot de andra; den tunna linjen visar var den sanna siffran ligger fyra gånger av fem.
pm-not-judged = Kreatörerna hålls inte mot varandra: { $why }.
pm-bars-alt = Avkastning för { $count ->
    [one] en kreatör
   *[other] { $count } kreatörer
}, var och en med sitt spann, mot linjen för pengarna tillbaka
pm-bar = { $share } · { $chance } trolig att löna sig
pm-range = { $low } till { $high }
pm-of = { $part } av { $whole }
pm-head-creator = Kreatör
pm-head-late = Sena
pm-head-alerts = Larm
pm-head-orders = Ordrar
pm-head-range = Troligt spann
pm-minimums = Överenskomna minimum
pm-minimum = { $who }: { $reached } av minst { $least }
pm-minimum-unknown = { $who }: minst { $least } överenskommet; ingen källa säger vad det blev
pm-timeline = Vad som hände
pm-began = kampanjen började
pm-ended = kampanjen slutade
pm-live = { $piece } kom ut
pm-fired = larm: { $kind ->
    [stop_loss] pengar gick förlorade
    [downgrade] en nivå var i fara
    [late] något var försenat eller saknades
    [rights] en rättighet gick ut
    [opportunity] bättre än väntat
   *[other] { $kind }
}
pm-noted = ”{ $text }”
pm-more-moments = { $count ->
    [one] En händelse till står
   *[other] { $count } händelser till står
} i loggen: plimsoll audit
pm-stops = Vad som stoppades
pm-no-stops = Inget stoppades.
pm-head-stop = Vad
pm-head-when = När
pm-head-by = Beslut av
pm-head-avoidable = Inte förbrukat
pm-head-saved = Sparat till slut
pm-stop-undone = { $what } (togs tillbaka senare)
pm-learned = Vad vi lärde oss
pm-no-lessons = Siffrorna bär ingen lärdom: för lite är känt, eller så gick allt som planerat.
pm-remarks = Med folks egna ord
pm-learn-reached = Målet nåddes: { $share } av önskade { $metric }.
pm-learn-missed = Målet missades: { $share } av önskade { $metric }.
pm-learn-cost = Den kostade { $share } av vad som var planerat.
pm-learn-hours = Den tog { $share } av de planerade timmarna.
pm-learn-late = { $late } av { $promised } leveranser var sena eller kom aldrig. Planera mer tid, eller färre leveranser.
pm-learn-best = { $who } var värd pengarna: avkastning { $share }, { $chance } trolig att vara mer än inget ({ $n }).
pm-learn-worst = Med { $who } kom pengarna inte tillbaka: avkastning { $share }, { $chance } trolig att vara en förlust ({ $n }). Avtalet passade inte; det säger inget om personen.
pm-learn-unsure = { $creators ->
    [one] Om den enda kreatören går det inte att säga
   *[other] Om ingen av de { $creators } kreatörerna går det att säga
} om pengarna kommer tillbaka: spannen är bredare än skillnaden.
pm-answers = Vad alla sa
pm-no-answers = Ingen har blivit tillfrågad, eller ingen har svarat. Fråga i en chatt med ”fråga { $id }”, eller dela ut formuläret: plimsoll report postmortem --campaign { $id } --questions
pm-counts = Ja { $yes }, delvis { $partly }, nej { $no }.
pm-hidden = { $count ->
    [one] Ett anonymt svar visas
   *[other] { $count } anonyma svar visas
} inte: av färre än tre går det att gissa vems de är.
pm-anonymous = anonymt
pm-next = Nästa uppställning
pm-choice = { $choice ->
    [keep] Behåll
    [end] Fråga inte igen på samma sätt
   *[unsure] Inte säkert än
} ({ $count })
pm-standing = { $who }: avkastning { $share }, troligen { $range }; { $n } i { $posts ->
    [one] ett inlägg
   *[other] { $posts } inlägg
}
pm-try = Prova någon ny
pm-try-chance = Någon ny som liknar de här lönar sig med { $chance } chans. { $count ->
    [one] En plats
   *[other] { $count } platser
} skulle hålla uppställningen lika stor som den var.
pm-no-candidates = Ingen annan är känd för det här varumärket. Lägg till kreatörer med plimsoll apply, så står de här.
pm-candidate-unknown = { $who }: inget är känt än; en första liten leverans skulle visa
pm-shifts = Pengar som skulle göra mer nytta på annat håll
pm-shift = Flytta { $amount } från { $from } till { $to }: { $chance } troligt att det ger mer, mellan { $low } och { $high } mer fyra gånger av fem
pm-shift-caution = Det gäller pengar som används som hittills; mer av samma hos en kreatör ger ofta mindre. Ingens villkor ändras av sig självt: säg det med ”föreslå” eller ”justera”.
pm-line-up = Som dokument som plimsoll apply tar emot: plimsoll report postmortem --campaign { $id } --line-up > next.toml
pm-steps = Nästa steg
pm-no-steps = Inga nästa steg är nedskrivna. Säg ett i en chatt: ”steg { $id } boka studion tidigare @maja senast 2026-05-01”.
pm-head-step = Vad
pm-head-owner = Vem
pm-head-due = Senast
pm-step-done = klart { $day }
pm-step-no-day = ingen dag
pm-step-nobody = ingen än

missing-hours = ingen har sagt sina timmar; säg dem med ”notera KAMPANJ 6,5 h redigering #timmar”
missing-planned-hours = inga timmar var planerade
missing-target = Inget mål är satt, så det finns inget att hålla resultaten mot.
missing-planned-cost = inget var planerat att kosta något
missing-not-judged = inte bedömt på slutliga siffror än
missing-untold = { $why ->
    [no_money] med en kod eller länk stoppas inga pengar
    [level] en nivå är inga pengar
    [no_spend] ingen källa säger vad som gick åt innan
    [no_pace] inget var igång dagarna innan
    [no_orders] ingen källa räknar beställningar
    [no_worth] vad en beställning lämnar är inte känt
    [taken_back] det togs tillbaka genast
    [gone] det är inte känt längre, eller siffrorna är för gamla
   *[other] siffrorna saknas
}
missing-yardstick = varken vad en order lämnar eller ett mål med pris är känt
missing-nothing-spent = inget är förbrukat
missing-none = inga { $metric }
missing-unknown = ingen källa anger { $metric }
missing-no-margin = vad en order lämnar är inte känt
missing-no-rate = ingen kurs mellan valutorna
missing-no-table = ingen tabell för värdet av omtalad media
missing-too-large = summan är större än vad som kan sparas

facts-title = Faktablad: { $campaign }
facts-the-campaign = kampanjen
facts-the-brand = varumärket
facts-footer = Inga namn: bladet är för ett möte om arbetet, inte om människor. Själva rapporten säger vem som gjorde vad.
facts-happened = Vad som hände
facts-creators = { $count ->
    [one] En kreatör var med.
   *[other] { $count } kreatörer var med.
}
facts-alerts = { $count ->
    [0] Inget larm gavs.
    [one] Ett larm gavs.
   *[other] { $count } larm gavs.
}
facts-stops = { $count ->
    [0] Inget stoppades
    [one] En sak stoppades
   *[other] { $count } saker stoppades
}{ $undone ->
    [0] .
   *[other] , varav { $undone } togs tillbaka senare.
}
facts-avoidable = { $amount } förbrukades inte tack vare det.
facts-spread = Hur det gick för kreatörerna
facts-choices = Var värda pengarna, säkert nog: { $keep }. Går inte att säga: { $unsure }. Var det inte, säkert nog: { $end }.
facts-middle = Den mittersta av dem hade en avkastning på { $share }.
facts-in-words = { $count ->
    [one] Ett svar i ord.
   *[other] { $count } svar i ord.
}
agenda = Dagordning ({ $span })
agenda-facts = Fakta, läses i tystnad
agenda-goals = Mål och resultat: vad förvånade oss?
agenda-stops = Vad som stoppades, och skulle vi göra om det?
agenda-answers = Vad alla sa
agenda-learned = Vad vi lärde oss, med en mening var
agenda-steps = { $count ->
    [0] Nästa steg, vart och ett med namn och dag
   *[other] Nästa steg, vart och ett med namn och dag; { $count } är öppna redan
}
agenda-rule = Tala om arbetet, inte om människor; den som var med talar först.

area-collaboration = Samarbete
area-process = Arbetsgång
area-function = Vem som bestämde
area-next-steps = Nästa steg
question-goal-understood = Förstod alla målet?
question-consensus = Var alla överens om vägen dit?
question-resources = Fanns det nog med folk, pengar och verktyg?
question-managers-told = Fick cheferna veta om framsteg och hinder i tid?
question-priorities = Var prioriteringarna rätt?
question-timeline = Var tidplanen rimlig?
question-dates-matched = Passade datumen målet?
question-surprises = Vad kom som en överraskning?
question-who-decided = Vem bestämde, och om vad?
question-did-decide = Bestämde de när det behövdes?
question-roles-clear = Var det klart vem som gör vad?
question-help-needed = Behövdes hjälp utifrån?
question-management-help = Hur kan ledningen hjälpa nästa gång?
question-faster-cheaper = Vad kan gå snabbare eller billigare nästa gång?
question-capabilities = Vad behöver vi lära oss, eller ha?
question-goals-reassess = Vilka mål bör vi tänka om?
chosen = { $chosen ->
    [yes] Ja
    [partly] Delvis
   *[no] Nej
}
form-title = { $campaign }: några frågor
form-how = Fyll i det du har något att säga om; lämna resten tomt. För varje fråga ett val (yes, partly, no), ord, eller båda.
form-back = Lämna tillbaka det: plimsoll report postmortem --campaign { $id } --answers FIL. Ett formulär per person.
form-anonymous = Ditt id som person, eller anonymous = true: då sparas inget namn med svaren, och de visas bara där det finns tre eller fler.

line-up-name = { $campaign }, nästa
line-up-head = Nästa uppställning, gjord av { $campaign }. Ett utkast: ingen har gått med på något i den.
line-up-check = Se över dagar, arvoden och mål; sedan plimsoll check, och plimsoll apply. Koder och länkar ges på nytt.
line-up-all = Alla är med: det gick inte att hålla kreatörerna mot varandra.
line-up-ended = Utelämnad: { $who } ({ $id }); pengarna kom inte tillbaka. Lägg till ett samarbete om du vet varför de gör det nästa gång.
line-up-candidate = Kandidat: { $who } ({ $id }). Lägg till ett samarbete och en första liten leverans.

## Utvärdering i en chatt

help-postmortem = Vad en kampanj blev: mål, pengar, vad som stoppades, vad vi lärde oss; hela rapporten som fil
help-portfolio = Vilka att behålla, vilka att inte fråga igen och vilka att prova, och hur säkert det är
help-ask = Ställ några frågor till alla som var med i en kampanj, var och en i sin egen direktchatt
help-answer = Svara på frågorna om en kampanj, med eller utan ditt namn
help-step = Skriv ner ett nästa steg efter en kampanj, med @vem och en dag
help-done = Säg att ett nästa steg är klart
arg-step = ett nästa stegs nummer, som 3
pm-short = { $campaign }: { $told }
pm-short-goal = { $reached } av { $wanted }
pm-short-return = avkastning { $roi }
pm-short-nothing = vad den gav går inte att säga än
pm-short-cost = Den kostade { $cost }; planerat var { $planned }.
pm-short-cost-only = Den kostade { $cost }.
pm-short-no-cost = Vad den kostade går inte att säga: { $why }.
pm-short-hours = Timmar som sagts: { $hours }; planerat var { $planned }.
pm-short-hours-only = Timmar som sagts: { $hours }.
pm-short-no-hours = Ingen har sagt sina timmar. Säg ”notera { $id } 6,5 h redigering #timmar”.
pm-short-stops = { $count ->
    [one] En sak stoppades.
   *[other] { $count } saker stoppades.
}
pm-short-steps = { $count ->
    [one] Ett nästa steg är öppet.
   *[other] { $count } nästa steg är öppna.
}
pm-short-file = Hela rapporten finns i filen; den öppnas i vilken webbläsare som helst.
portfolio-headline = { $campaign }: behåll { $keep }, osäkert om { $unsure }, fråga inte { $end } igen på samma sätt
portfolio-nothing = { $campaign }: vilka att behålla går inte att säga än
button-portfolio = Nästa uppställning
button-postmortem = Hela rapporten
button-ask-all = Fråga alla
button-named = Med mitt namn
button-unnamed = Utan mitt namn
button-skip = Hoppa över
button-step-done = Klart
word-questions = { $campaign } är över: hur var den för dig?
    Några korta frågor, med eller utan ditt namn. Säg ”svara { $id }” här när du har fem minuter.
word-questions-sent = { $campaign } är över och de sena beställningarna är inne: { $count ->
    [one] en person har tillfrågats om hur det var
   *[other] { $count } personer har tillfrågats om hur det var
}
    { $missed ->
        [0] Svaren står i rapporten.
        [one] En till deltog och har inget direktmeddelande med mig; formuläret är till för den.
       *[other] { $missed } till deltog och har inget direktmeddelande med mig; formuläret är till för dem.
    } Säg ”postmortem { $id }” för vad det blev.
survey-nobody = { $campaign }: ingen gick att fråga
survey-before = { $campaign }: { $count ->
    [one] den enda som går att fråga är redan tillfrågad
   *[other] alla { $count } som går att fråga är redan tillfrågade
}
survey-done = { $campaign }: { $count ->
    [one] en person är tillfrågad, i sin direktchatt
   *[other] { $count } personer är tillfrågade, var och en i sin direktchatt
}
survey-how = { $count } korta frågor, en i taget, med eller utan namn. Ingen frågas två gånger.
survey-unreached = Har ingen direktchatt med mig: { $names }. Ge dem formuläret: plimsoll report postmortem --campaign { $id } --questions > form.toml
answer-not-yours = Bara den som var med i en kampanj frågas om den
answer-question = { $number }/{ $of } { $question }
answer-how-choice = Tryck, eller skriv varför: ”{ $command }”
answer-how-words = Med egna ord: ”{ $command }”
answer-named = Ditt namn står vid ditt svar.
answer-unnamed = Utan ditt namn: varken det eller tiden sparas med svaret, och svar visas bara där det finns tre eller fler. Det går inte att ändra senare.
answer-kept = Noterat.
answer-kept-unnamed = Noterat, utan ditt namn.
answer-again = Den har du svarat på utan ditt namn; svaret står kvar som det var.
answer-unread = Säg vilken fråga: ”svara { $id } 3 …”. Här är den första som är öppen.
answer-over = { $campaign }: det var allt. Tack
step-written = Steg { $number } efter { $campaign } är nedskrivet
step-where = Det står på skrivbordet hos den som gör det, tills någon säger ”klar { $number }”.
step-done = Steg { $number } efter { $campaign } är klart
step-already = Steg { $number } var redan klart, säger { $who } ({ $when })
step-unknown = Det finns inget steg { $number }
step-empty = Vad ska göras? Säg det som ”steg { $id } boka studion tidigare @maja senast 2026-05-01”
step-too-long = Ett steg är en rad med högst { $max } tecken; resten hör hemma i dina egna anteckningar
step-too-many = { $max } steg är redan öppna. Gör ett, eller ta bort ett med ”klar”
step-no-person = Jag känner ingen som heter ”{ $given }”, eller mer än en. Använd personens id
step-due = senast { $day }
step-no-day = ingen dag
step-nobody = ingen än
desk-todos = { $count ->
    [one] Inget att besluta. Ett nästa steg är ditt
   *[other] Inget att besluta. { $count } nästa steg är dina
}

## Rapport: målet

report-pace = { $reached } av { $wanted }: { $pace ->
    [behind] efter, en rak linje skulle vara vid { $due } nu.
   *[on] i takt, en rak linje skulle vara vid { $due } nu.
}
report-no-pace = Önskat är { $wanted }; vad som finns går inte att säga än.
report-short = Kreatörerna lovar { $promised } tillsammans: { $missing } saknas.
report-without = Inget är överenskommet med { $names }.
report-spread = Fördelat på dem som fortsätter: { $each }. Var och en måste gå med på det.
report-and-more = { $names } och { $count } till
