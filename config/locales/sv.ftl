### Det Plimsoll säger på svenska. Samma nycklar med samma variabler står i en.ftl; testerna jämför båda med programmet.
### Tal, pengar och tider kommer färdigskrivna för läsaren, heltal som tal.

## Larm

headline-firing-money = 🔴 { $who }: { $value }{ $limit }. { $saved } går ännu att spara
headline-firing = 🔴 { $who }: { $value }{ $limit }
headline-opportunity = 🔵 { $who }: { $value }{ $limit }. Bättre än väntat
headline-stopped-saved = 🟡 { $who }: { $done }, { $saved } sparade. Fortfarande { $value }{ $limit }
headline-stopped = 🟡 { $who }: { $done }. Fortfarande { $value }{ $limit }
headline-recovering = 🟡 { $who }: bättre, { $value }{ $limit }. Avslutas om det håller i sig
headline-resolved-now = 🟢 { $who }: över efter { $lasted }. Nu { $value }{ $limit }
headline-resolved = 🟢 { $who }: över efter { $lasted }. Det var { $value }{ $limit }

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
    [end_code] Inläggen ligger kvar och länken leder ännu till produkten; bara koden är av. Inget mer stoppas av sig självt.
    [hold] Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget mer stoppas av sig självt.
    [cancel] Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget mer stoppas av sig självt.
   *[stop_boost] Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget mer stoppas av sig självt.
}
stays-code = Inläggen ligger kvar. Avslutas { $code } betalar följare som skriver den fullt pris; be om en ny kod först. Inget stoppas förrän någon av er säger det.
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

## Vad som görs, i de former som meningarna behöver
deed-to = { $deed ->
    [stop_boost] stoppa boosten { $name }
    [resume_boost] starta boosten { $name } igen
    [end_code] avsluta koden { $name }
    [hold] parkera { $name }
    [release] låta göra { $name } ändå
    [cancel] ställa in { $name }
    [ask_fix] låta { $name } se över länk och kod
    [ask_make_good] be { $name } gottgöra det som blev för lite
   *[revive_code] slå på koden { $name } igen
}
deed-ask = { $deed ->
    [hold] parkera { $name }
    [release] göra { $name } ändå
    [cancel] låta bli { $name } för gott
    [ask_make_good] gottgöra det som blev för lite
   *[ask_fix] se över länk och kod
}
deed-kept = { $deed ->
    [stop_boost] att boosten { $name } rullar vidare
    [resume_boost] att boosten { $name } förblir stoppad
    [end_code] att koden { $name } gäller vidare
    [hold] att { $name } görs som planerat
    [release] att { $name } förblir parkerad
    [cancel] att { $name } görs som planerat
    [ask_fix] att inte fråga { $name } om länk och kod
    [ask_make_good] att inte be { $name } om mer
   *[revive_code] att koden { $name } förblir av
}
deed-left = { $deed ->
    [stop_boost] boosten { $name } rullar vidare
    [resume_boost] boosten { $name } förblir stoppad
    [end_code] koden { $name } gäller vidare
    [hold] { $name } görs som planerat
    [release] { $name } förblir parkerad
    [cancel] { $name } görs som planerat
    [ask_fix] länk och kod är som de är
    [ask_make_good] inget gottgörs
   *[revive_code] koden { $name } förblir av
}
deed-stays = { $deed ->
    [stop_boost] rullar den vidare
    [resume_boost] förblir den stoppad
    [end_code] gäller den vidare
    [hold] görs den som planerat
    [release] förblir den parkerad
    [cancel] görs den som planerat
    [ask_fix] är länk och kod som de är
    [ask_make_good] gottgörs inget
   *[revive_code] förblir den av
}
deed-not-done = { $deed ->
    [stop_boost] Boosten { $name } stoppades inte
    [resume_boost] Boosten { $name } startades inte
    [end_code] Koden { $name } avslutades inte
    [hold] { $name } parkerades inte
    [release] { $name } släpptes inte
    [cancel] { $name } ställdes inte in
    [ask_fix] { $name } ombads inte se över länk och kod
    [ask_make_good] { $name } ombads inte om mer
   *[revive_code] Koden { $name } slogs inte på
}
deed-failed = { $deed ->
    [stop_boost] Boosten { $name } är INTE stoppad
    [resume_boost] Boosten { $name } är INTE startad
    [end_code] Koden { $name } är INTE av
    [hold] { $name } är INTE parkerad
    [release] { $name } är INTE släppt
    [cancel] { $name } är INTE inställd
    [ask_fix] Länk och kod är INTE sedda över av { $name }
    [ask_make_good] { $name } har INTE gått med på mer
   *[revive_code] Koden { $name } är INTE på
}
deed-done = { $deed ->
    [stop_boost] Boosten { $name } stoppad
    [resume_boost] Boosten { $name } startad igen
    [end_code] Koden { $name } avslutad
    [hold] { $name } är parkerad
    [release] { $name } görs ändå
    [cancel] { $name } är inställd
    [ask_fix] Länk och kod är sedda över
    [ask_make_good] En gottgörelse är avtalad
   *[revive_code] Koden { $name } påslagen igen
}
deed-undone = { $deed ->
    [stop_boost] Boosten { $name } startad igen
    [resume_boost] Boosten { $name } stoppad igen
    [end_code] Koden { $name } påslagen igen
    [hold] { $name } görs ändå
    [release] { $name } är parkerad igen
   *[revive_code] Koden { $name } avslutad igen
}
deed-short = { $deed ->
    [stop_boost] boosten stoppad
    [resume_boost] boosten startad igen
    [end_code] koden avslutad
    [hold] { $name } parkerad
    [release] { $name } görs ändå
    [cancel] { $name } inställd
    [ask_fix] länk och kod sedda över
    [ask_make_good] gottgörelse avtalad
   *[revive_code] koden på igen
}
deed-button = { $deed ->
    [stop_boost] Stoppa boost{ $name }{ $saves }
    [resume_boost] Starta boost{ $name }
    [end_code] Avsluta kod{ $name }
    [hold] Parkera{ $name }{ $saves }
    [release] Släpp{ $name }
    [cancel] Ställ in{ $name }{ $saves }
    [ask_fix] Be{ $name } rätta
    [ask_make_good] Be{ $name } om gottgörelse
   *[revive_code] Slå på kod{ $name }
}
deed-keep = { $deed ->
    [stop_boost] Låt den rulla
    [resume_boost] Låt den vara stoppad
    [end_code] Låt koden gälla
    [hold] Gör som planerat
    [release] Låt den vara parkerad
    [cancel] Gör som planerat
    [ask_fix] Fråga inte
    [ask_make_good] Fråga inte
   *[revive_code] Låt koden vara av
}
deed-undo = { $deed ->
    [stop_boost] Ångra: starta boosten igen
    [resume_boost] Ångra: stoppa boosten igen
    [end_code] Ångra: slå på koden igen
    [hold] Ångra: gör den ändå
    [release] Ångra: parkera den igen
   *[revive_code] Ångra: avsluta koden igen
}

## Vem som gjorde vad

has-it = { $who } tar hand om det sedan { $time }.
has-it-short = { $who } tar hand om det
snoozed = Vilar till { $until }.
snoozed-by = Vilar till { $until }, av { $by }.
the-program = Plimsoll
did-proposed = Ber att få { $what }.
did-proposed-saves = Ber att få { $what }: sparar { $saves }.
answer-by = Utan svar före { $time } { $stays }.
did-approved = { $by } sa ja { $time } till att { $what }; det görs nu.
did-rejected = { $by } bestämde { $time } { $what }.
did-expired = Ingen svarade före { $time }: { $what }.
did-held = { $what } ({ $time }): { $reason }.
did-done = { $what } av { $by } { $time }; { $runs_on } har tagit emot det och tillfrågas igen.
did-verified = { $what } av { $by } { $done_at }; { $runs_on } säger { $state } { $time }.
did-ask = { $of } fick { $time } frågan att { $what }; det gäller när { $of } bekräftar.
did-ask-yourselves = { $of } har ingen chatt med mig. Be själva { $of } att { $what }, och anteckna svaret här.
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
event-confirmed = { $of } bekräftade
event-confirmed-by = { $by } antecknade att { $of } bekräftade
event-declined = { $of } sa att något är i vägen

## Knappar: vad var och en sparar eller gör

button-why = Varför
button-ack = Jag tar det
button-snooze = Vila { $long }
button-my-numbers = Mina siffror
button-worse = ‹ Sida { $page } av { $pages }
button-further = Sida { $page } av { $pages } ›
button-yes-stop = Ja, stoppa
button-yes-start = Ja, starta igen
button-no = Nej, låt vara

## Med människor: vad en kreatör tillfrågas om, och vad teamet ser av det

ask-headline = { $ask ->
    [hold] 🟡 Hej { $name }, parkera { $what } tills vidare ({ $place })
    [release] 🟢 Hej { $name }, gör { $what } ändå ({ $place })
    [cancel] 🔴 Hej { $name }, gör inte { $what } längre ({ $place })
    [fix_link] 🟡 Hej { $name }, din länk öppnar fel sida ({ $place })
    [fix_code] 🟡 Hej { $name }, din kod saknas i ett inlägg ({ $place })
    [make_good] 🟡 Hej { $name }, ett inlägg nådde inte det vi kom överens om ({ $place })
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
   *[fix_check] Öppnar din länk produkten, och står din kod i texten? Då räknas din försäljning som din.
}
ask-stays = Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
ask-answer-by = Svara senast { $time }.
ask-yes = { $ask ->
    [hold] OK, parkerad
    [release] OK, jag gör det
    [cancel] OK, jag gör det inte
    [make_good] OK, jag gör mer
   *[fix_check] Rättat
}
ask-no = { $ask ->
    [hold] Redan gjort / problem
    [release] Kan inte / problem
    [cancel] Redan gjort / problem
   *[fix_check] Jag behöver hjälp
}
ask-done = { $ask ->
    [hold] 🟢 { $what } är parkerad sedan { $time }. Tack
    [release] 🟢 { $what } är din att göra igen sedan { $time }. Tack
    [cancel] 🟢 { $what } är inställd sedan { $time }. Tack
    [make_good] 🟢 Du gick { $time } med på att göra mer. Tack
   *[fix_check] 🟢 Du rättade det { $time }. Tack
}
ask-done-text = { $ask ->
    [hold] Här får du veta om den behövs ändå.
    [release] Allt är som avtalat förut.
    [cancel] { $owed ->
        [none] Inget annat i ditt avtal ändras.
       *[other] { $owed } av arvodet betalas ändå. Inget annat i ditt avtal ändras.
    }
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
sure-headline = { $deed ->
    [hold] Be { $of } parkera { $name }?{ $saves }
    [release] Be { $of } göra { $name } ändå?{ $saves }
    [cancel] Ställa in { $name } för gott?{ $saves }
    [ask_make_good] Be { $of } gottgöra det som blev för lite?{ $saves }
   *[ask_fix] Be { $of } se över länk och kod?{ $saves }
}
sure-saves = Det sparar { $saves }
sure-stays = { $deed ->
    [hold] Inlägg som är ute ligger kvar. Det gäller när { $of } bekräftar, och kan släppas senare. { $owed ->
        [none] Inget är skyldigt för den så länge den är parkerad.
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
    [end_code] koden { $name }: den kostar inget osåld; avsluta den bara om den läckt eller missbrukas
   *[stop_boost] boosten { $name }
}
choices-stay = Inlägg som är ute pausas inte. Inget stoppas förrän du väljer, och varje val frågar först.
which-piece = Vilken?
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
told-live-fee = Antecknat: { $what } är ute. Arvodet, { $fee }, räknas som kostnad från och med nu.
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
group-counts = { $firing } pågår, { $recovering } bättre, { $resolved } över. Ett meddelande i stället för många; inget är utelämnat.
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
tip-link-target = Länken öppnar { $opens }; den borde öppna { $should_open }.
tip-code-missing = Koden { $code } saknas i { $post }.

## Kommandon (högst 100 tecken var)

help-headline = Det här kan du säga här
help-status = Vad som bevakas, vad som är öppet, vad som saknas
help-me = Dina egna siffror, för kreatörer
help-tips = Vad dina egna inlägg antyder, för kreatörer
help-criteria = Vad dina nivåer kräver och var du står, för kreatörer
help-appeal = Säg vad som är fel med ett besked om din nivå; ingen tid går då
help-why = Varför ett larm kom: varje siffra bakom det
help-why-not = Varför en regel inte sagt något: varje siffra bakom det
help-pause = Vad som kan stoppas, och pengarna i vart och ett; frågar innan något stoppas
help-resume = Starta stoppade boostar igen; frågar först
help-hold = Be en kreatör parkera ett utlovat inslag; frågar först och säger vad det sparar
help-release = Be en kreatör göra ett parkerat inslag ändå; frågar först
help-live = Säg att ett utlovat inslag är ute, med inläggets adress
help-note = Spara en anmärkning om någon eller ett larm, gärna med en #tagg
help-approve = Säg ja till det ett larm föreslår
help-reject = Säg nej till det ett larm föreslår, och varför
help-undo = Ta tillbaka det som gjorts åt ett larm
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
refused-own-only = Du kan se dina egna siffror: säg ”me”. Andras stannar hos dem.
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
reply-linked = Här är du { $name } nu.
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
reply-old-button = Knappen är för gammal. Det senaste meddelandet om saken har en ny.
reply-cancelled = Inget gjordes.
reply-failed = Det gick inte: { $reason }. Inget har ändrats.

confirm-pause = Stoppa { $name }?
confirm-pause-saves = Stoppa { $name }? Det sparar { $saves }
confirm-pause-stays = { $deed ->
    [end_code] Inlägget ligger kvar. Följare som skriver koden betalar fullt pris från och med då. Ångra slår på den igen.
   *[stop_boost] Inlägget ligger kvar, koden gäller. Ångra startar boosten igen.
}
confirm-resume = Starta { $name } igen?
confirm-resume-stays = { $deed ->
    [revive_code] Den drar av på beställningar igen från att butiken bekräftat.
   *[resume_boost] Den kostar pengar igen från att plattformen bekräftat.
}

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
    Nya försök görs av sig självt. Inget stoppas på gamla data.
trouble-token-refused = 🔴 { $source } nekar oss åtkomst
    Lägg in en nyckel som fungerar i inställningarna. Till dess saknas siffrorna, och inget stoppas på gamla data.
trouble-quota-spent = 🟡 { $source }: dagens tilldelning är slut till { $until }
    Hämtningarna går vidare då. Inget stoppas på gamla data.
trouble-absent = 🟡 { $subject }: regeln { $rule } kan inte döma, en siffra som den behöver saknas
    Saknad är inte noll: inget stoppas och inget friskrivs förrän den är tillbaka.
trouble-stored-old = 🔵 { $count } gamla meddelanden skickades inte efter avbrottet
    De finns i utkorgen med sitt skäl: plimsoll outbox list.

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

# Provkörningar
help-backtest = Vad en regel hade gjort bakåt i tiden, och om den hade haft rätt
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
