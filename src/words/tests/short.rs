//! Short answers: help, refusals, mistakes, troubles, confirmations.

use super::*;

#[test]
fn help_is_the_table() {
    insta::assert_snapshot!(read(&replies::help(None, &reader("en"))), @"
    What you can say here

    status [SUBJECT] What is watched, what is open, what is missing
    me [CREATOR] Your own numbers, for creators
    tips [CREATOR] What your own posts suggest, for creators
    criteria [CREATOR] What your levels ask for and where you stand, for creators
    deal [SUBJECT] [PAGE] The terms of a deal: pieces, pay, codes, rights, and who changed what
    offer WHAT [TERMS] Suggest a change to a deal; it counts when the other side says yes
    accept [OFFER] Say yes to an offer; shows what it binds to and asks first
    decline [OFFER] Say no to an offer, or take your own back; nothing changes then
    benchmark [SUBJECT] Where somebody stands: own past, similar creators, published figures
    appeal ID TEXT Say what is wrong with a notice about your level; no time runs then
    why WHAT [AGAINST] Why an alert was told: every number behind it
    why-not SUBJECT RULE Why a rule has not told anything: every number behind it
    backtest RULE [DAYS] What a rule would have done in the past, and whether it would have been right
    report CAMPAIGN [OF] What a campaign has cost, paid and brought; “regret”: which stops were right
    postmortem CAMPAIGN What a campaign was: goals, money, what was stopped, what we learned; the whole report as a file
    portfolio CAMPAIGN Whom to keep, whom not to ask again and whom to try, and how sure that is
    ask CAMPAIGN Ask everybody who took part in a campaign a few questions, each in their own direct message
    answer CAMPAIGN [TEXT] Answer the questions about a campaign, with or without your name
    step CAMPAIGN TEXT Write down a next step after a campaign, with @who and a day
    done STEP Say that a next step is done
    pause WHAT What can be stopped, and the money of each; asks before anything stops
    resume WHAT Start stopped boosts again; asks first
    hold WHAT [DELIVERABLE] Ask a creator to put a promised piece on hold; asks first and says what it saves
    release WHAT [DELIVERABLE] Ask a creator to make a held piece after all; asks first
    adjust WHAT TO Set a boost's budget, what a code takes off, or a target; asks first
    live URL [DELIVERABLE] Say that a promised piece is out, with the address of its post
    numbers DELIVERABLE VALUES [PICTURE] Tell a post's numbers by hand, with a screenshot; they are marked as such
    data [WHAT] [CREATOR] What is kept about you, how to have it as a file, and how to leave
    note SUBJECT TEXT Keep a remark about somebody or an alert, with a #tag if you like
    rules Which rules are in force, how far each may go and how often it has raised an alert
    rule RULE [MODE] One rule, and how far it may go: watch, propose or act; managers change that
    coverage [SUBJECT] [PAGE] Who is judged on what, and what is missing, worst first
    excuse WHAT [FROM] [TO] [REASON] Say that a time lies with the brand and does not count against its creators; asks first
    unexcuse WHAT Say that it does count after all; asks first
    approve ID Agree to what an alert proposes
    reject ID REASON Say no to what an alert proposes, and why
    undo ID Take back what was done about an alert
    ack ID Say that you have it; everyone in every room sees it
    snooze ID DURATION Put an alert off for a while
    show ID Show an alert in the client's rooms, with billed amounts only
    hide ID Take an alert back from the client's rooms
    link [CODE] Join your Discord and your Telegram with a one-time code
    grant PERSON ROLE REACH Give somebody a role for a brand or a campaign
    revoke PERSON ROLE REACH Take a role away; it ends at once
    bind CODE Make this chat a room, with the code from the terminal
    desk [PAGE] What waits for your decision today, across all your brands
    rooms [PAGE] Which rooms there are, where, when they are quiet, and what is closed
    quiet [HOURS] Quiet hours of this room: show, set or switch off
    subscribe [TOPIC] [HOW] What is told here, and how loud: on, silent or off
    audit [ABOUT] [PAGE] Who did what, when and why
    help [COMMAND] What you can say, or how to say one thing
    ");
    insta::assert_snapshot!(read(&replies::help(Some(Name::Snooze), &reader("en"))), @r"
    snooze ID DURATION: Put an alert off for a while

    ID: the short id at the end of an alert, such as A7K2
    DURATION: how long, such as 45m, 6h or 2d, up to 30 days
    For example: snooze A7K2 6h
    ");
    insta::assert_snapshot!(read(&replies::help(Some(Name::WhyNot), &reader("sv"))), @r"
    why-not SUBJECT RULE: Varför en regel inte sagt något: varje siffra bakom det

    SUBJECT: en kreatör, kampanj eller ett varumärke, som alma eller spring
    RULE: en regel, som cpa-stop
    Till exempel: why-not alma cpa-stop
    ");
}

fn refusals(tag: &str) -> String {
    Reason::ALL.map(|reason| read(&replies::refusal(reason, &reader(tag)))).join("\n")
}

fn taught(tag: &str) -> String {
    ["", "puase alma", "xyzzy", "pause", "rules too", "snooze A7K2 soon", "grant maja manger all", "pause \"alma"]
        .map(|text| read(&replies::teach(&parse(text).expect_err("wrong"), &reader(tag))))
        .join("\n\n")
}

fn troubles(tag: &str) -> String {
    let text = |text: &str| text.to_owned();
    let refused =
        |owner| Trouble::AccountRefused { source: "tiktok".to_owned(), account: "almalind".to_owned(), owner };
    [
        Trouble::Standstill {
            source: text("YouTube"),
            metric: text("views"),
            still: 1_540,
            of: 1_549,
            day: text("2026-06-23"),
        },
        Trouble::Implausible { source: text("Twitch"), count: 1_549, poll: text("532") },
        Trouble::RoomClosed { room: text("nordbo-team"), chat: "Telegram", reason: text("the bot was blocked") },
        Trouble::OtherPoller { bot: text("@PlimsollBot") },
        Trouble::SourceDown { source: text("TikTok"), reason: text("no answer"), since: text("x") },
        Trouble::TokenRefused { source: text("YouTube") },
        Trouble::QuotaSpent { source: text("YouTube"), until: text("09:00"), day: text("x") },
        Trouble::Absent { rule: text("cpa-stop"), subject: text("Alma Lind"), since: text("x") },
        Trouble::PageGone { page: text("https://shop.example/p"), link: text("alma-spring"), day: text("x") },
        Trouble::AccountEnds { source: text("tiktok"), account: text("almalind"), until: text("2026-06-23") },
        refused(Owner::Nobody),
        refused(Owner::Asked { name: text("Alma Lind") }),
        refused(Owner::Away { name: text("Alma Lind"), text: text("…\n…") }),
        Trouble::Reconsent { platform: text("TikTok"), account: text("almalind") },
        Trouble::StoredOld { count: 12, since: text("x") },
    ]
    .map(|trouble| {
        assert!(Trouble::KEYS.contains(&trouble.wording().key.as_str()));
        assert!(!trouble.identity().is_empty());
        read(&replies::stored(&trouble.wording(), &reader(tag)))
    })
    .join("\n---\n")
}

fn answers_to_presses(tag: &str) -> String {
    let text = |text: &str| text.to_owned();
    [
        Reply::Acknowledged { id: id("A7K2") },
        Reply::AlreadyAcknowledged { id: id("A7K2"), who: text("Maja") },
        Reply::Snoozed { id: id("A7K2"), until: at("2026-06-23T18:00:00Z") },
        Reply::Approved { id: id("A7K2") },
        Reply::AlreadyAnswered { id: id("A7K2"), who: text("Bo") },
        Reply::NothingToUndo { id: id("A7K2") },
        Reply::LinkCode { code: text("K7M2-Q4TD"), minutes: 10 },
        Reply::Linked { name: text("Maja") },
        Reply::Bound { room: text("nordbo-team") },
        Reply::CodeRefused,
        Reply::Granted { person: text("maja"), role: Role::Manager, reach: crate::domain::person::Reach::All },
        Reply::UnknownSubject { given: text("amla"), nearest: Some(text("alma")) },
        Reply::NothingToStop { subject: text("Alma Lind") },
        Reply::OldButton,
        Reply::Failed { reason: text("Meta Ads did not answer") },
    ]
    .map(|reply| read(&reply.say(&reader(tag), now())))
    .join("\n")
}

fn confirmed(tag: &str, saves: Option<&str>, text: &str) -> String {
    let command: Command = parse(text).expect("a command");
    shown(&replies::confirm(&command, &stop_boost(), "Reel 1", text, saves.map(money), &reader(tag)))
}

#[test]
fn refusals_say_the_reason_and_the_remedy() {
    insta::assert_snapshot!(refusals("en"), @r"
    I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
    Your role does not allow this. Ask the agency or the client owner.
    You have no role for this one. Ask the agency or the client owner.
    You can see your own numbers: say “me”. Those of others stay with them.
    This is for creators, about themselves. For campaigns, say “status”.
    You are no longer a member of this room, so I cannot do this for you here.
    I cannot tell right now whether you belong to this room. For money that means no; try again shortly.
    This room belongs to something else. Ask in its own room, or in a direct message to me.
    Say this in a direct message to me; the answer is only for you.
    This chat is not a room of ours yet. Say “bind” and the code from the terminal.
    There is nothing about this in this room.
    Nobody can give or take a role wider than their own.
    ");
    insta::assert_snapshot!(refusals("sv"), @r"
    Jag känner dig inte här än. Be teamet om en engångskod och säg sedan ”link” och koden.
    Din roll tillåter inte det här. Fråga byrån eller uppdragsgivaren.
    Du har ingen roll för just detta. Fråga byrån eller uppdragsgivaren.
    Du kan se dina egna siffror: säg ”jag”. Andras stannar hos dem.
    Det här är för kreatörer, om dem själva. För kampanjer, säg ”status”.
    Du är inte längre medlem i det här rummet, så jag kan inte göra det åt dig här.
    Jag kan inte se just nu om du hör till rummet. När det gäller pengar betyder det nej; försök igen strax.
    Det här rummet hör till något annat. Fråga i rätt rum, eller i ett direktmeddelande till mig.
    Säg det i ett direktmeddelande till mig; svaret är bara för dig.
    Den här chatten är inget rum än. Säg ”bind” och koden från terminalen.
    Det finns inget om detta i det här rummet.
    Ingen kan ge eller ta en roll som är vidare än den egna.
    ");
}

#[test]
fn mistakes_are_taught() {
    insta::assert_snapshot!(taught("en"), @r"
    Say a command. “help” shows what there is.

    I do not know “puase”. Did you mean pause? “help” shows what there is.

    I do not know “xyzzy”. “help” shows what there is.

    One thing is missing: a creator, campaign or brand, such as alma or spring.

    For example: pause alma
    For example: pause spring

    I did not expect “too” after rules. Put names with spaces in quotes.

    For example: rules

    “soon” does not fit here. It should be how long, such as 45m, 6h or 2d, up to 30 days.

    For example: snooze A7K2 6h

    “manger” does not fit here. It should be a role, such as manager or analyst. Did you mean manager?

    For example: grant maja manager brand/nordbo

    A quote was opened and not closed.
    ");
    insta::assert_snapshot!(taught("sv"), @r"
    Säg ett kommando. ”help” visar vilka som finns.

    Jag känner inte till ”puase”. Menade du pause? ”help” visar vilka som finns.

    Jag känner inte till ”xyzzy”. ”help” visar vilka som finns.

    En sak saknas: en kreatör, kampanj eller ett varumärke, som alma eller spring.

    Till exempel: pause alma
    Till exempel: pause spring

    Jag väntade mig inte ”too” efter rules. Sätt namn med mellanslag inom citattecken.

    Till exempel: rules

    ”soon” passar inte här. Det ska vara hur länge, som 45m, 6h eller 2d, högst 30 dagar.

    Till exempel: snooze A7K2 6h

    ”manger” passar inte här. Det ska vara en roll, som manager eller analyst. Menade du manager?

    Till exempel: grant maja manager brand/nordbo

    Ett citattecken öppnades men stängdes inte.
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "every sentence there is, in both languages")]
fn troubles_say_what_they_mean_and_what_to_do() {
    insta::assert_snapshot!(troubles("en"), @r"
    🔵 YouTube stands still: 1,540 of 1,549 numbers (views) did not move

    Nobody is judged on them, and nothing is stopped. The jump when it catches up does not count either.
    There is nothing to do; it ends by itself.
    ---
    🔵 Twitch: 1,549 accounts dropped to almost nothing at once

    That is probably Twitch's mistake. The values wait until the next poll confirms them.
    ---
    🔴 I can no longer write to nordbo-team on Telegram: the bot was blocked

    Its messages wait. Let the bot in again, or bind the room to another chat with a new code.
    ---
    🔴 Another program reads the messages of @PlimsollBot

    Commands and buttons may not arrive. Stop the other one, or give it a bot of its own.
    ---
    🟡 TikTok gives no numbers: no answer

    It is tried again by itself. Until then its budgets are not watched, and nothing is stopped on old data.
    I say so here when it is back. If it stays for hours: plimsoll doctor.
    ---
    🔴 YouTube refuses our access

    Put a key or token that works into its settings. Until then its numbers are missing, and nothing is stopped on old data.
    ---
    🟡 YouTube: the day's allowance is used up until 09:00

    Polls go on then. Nothing is stopped on old data.
    ---
    🟡 Alma Lind: the rule cpa-stop cannot judge, a number it needs is missing

    Missing is not zero: nothing is stopped and nothing is cleared until it is back.
    ---
    🔴 The page behind the tracking link alma-spring is gone: https://shop.example/p

    Its links lead to the brand's fallback page until it is back, where the brand has one. Mend the page, or give the deal another `landing`.
    ---
    🟡 tiktok: the connection of almalind ends on 2026-06-23

    Its numbers stop then. Connect it again before: plimsoll connect tiktok --account almalind
    ---
    🔴 tiktok no longer lets me in to almalind

    Its numbers are missing, and nothing is stopped on old data.
    Connect it again: plimsoll connect tiktok --account almalind
    ---
    🔴 tiktok no longer lets me in to almalind

    Its numbers are missing, and nothing is stopped on old data. Alma Lind knows from me that they have to agree again.
    Send them the address that this prints: plimsoll connect tiktok --account almalind --paste
    ---
    🔴 tiktok no longer lets me in to almalind

    Its numbers are missing, and nothing is stopped on old data. Alma Lind has to agree again and has no chat with me.
    Send them the address that this prints: plimsoll connect tiktok --account almalind --paste
    To copy, for Alma Lind:
    …
    …
    ---
    🟡 I can no longer see your numbers on TikTok (almalind)

    The access you gave has ended. A new password does that, or time. Nothing counts against you meanwhile.
    The team will send you an address: open it and agree again.
    ---
    🔵 12 old messages were not sent after the outage

    They are in the outbox with their reason: plimsoll outbox list.
    ");
    insta::assert_snapshot!(troubles("sv"), @r"
    🔵 YouTube står still: 1 540 av 1 549 siffror (views) rörde sig inte

    Ingen bedöms efter dem, och inget stoppas. Hoppet när det kommer ikapp räknas inte heller.
    Det finns inget att göra; det går över av sig självt.
    ---
    🔵 Twitch: 1 549 konton föll till nästan inget på en gång

    Det är troligen fel hos Twitch. Värdena väntar tills nästa hämtning bekräftar dem.
    ---
    🔴 Jag kan inte längre skriva i nordbo-team på Telegram: the bot was blocked

    Meddelandena väntar. Släpp in boten igen, eller bind rummet till en annan chatt med en ny kod.
    ---
    🔴 Ett annat program läser meddelandena till @PlimsollBot

    Kommandon och knappar kanske inte kommer fram. Stoppa det andra, eller ge det en egen bot.
    ---
    🟡 TikTok ger inga siffror: no answer

    Nya försök görs av sig självt. Till dess bevakas inte dess budgetar, och inget stoppas på gamla data.
    Jag säger till här när den är tillbaka. Om det dröjer i timmar: plimsoll doctor.
    ---
    🔴 YouTube nekar oss åtkomst

    Lägg in en nyckel som fungerar i inställningarna. Till dess saknas siffrorna, och inget stoppas på gamla data.
    ---
    🟡 YouTube: dagens tilldelning är slut till 09:00

    Hämtningarna går vidare då. Inget stoppas på gamla data.
    ---
    🟡 Alma Lind: regeln cpa-stop kan inte döma, en siffra som den behöver saknas

    Saknad är inte noll: inget stoppas och inget friskrivs förrän den är tillbaka.
    ---
    🔴 Sidan bakom länken alma-spring finns inte längre: https://shop.example/p

    Dess länkar leder till varumärkets reservsida tills den är tillbaka, om varumärket har en. Laga sidan, eller ge avtalet en annan `landing`.
    ---
    🟡 tiktok: anslutningen av almalind tar slut 2026-06-23

    Då slutar siffrorna komma. Anslut på nytt innan dess: plimsoll connect tiktok --account almalind
    ---
    🔴 tiktok släpper inte längre in mig hos almalind

    Siffrorna saknas, och inget stoppas på gamla data.
    Anslut på nytt: plimsoll connect tiktok --account almalind
    ---
    🔴 tiktok släpper inte längre in mig hos almalind

    Siffrorna saknas, och inget stoppas på gamla data. Alma Lind vet av mig att ett nytt godkännande behövs.
    Skicka adressen som det här skriver ut: plimsoll connect tiktok --account almalind --paste
    ---
    🔴 tiktok släpper inte längre in mig hos almalind

    Siffrorna saknas, och inget stoppas på gamla data. Alma Lind behöver godkänna på nytt och har ingen chatt med mig.
    Skicka adressen som det här skriver ut: plimsoll connect tiktok --account almalind --paste
    Att kopiera, till Alma Lind:
    …
    …
    ---
    🟡 Jag kan inte längre se dina siffror på TikTok (almalind)

    Åtkomsten du gav har tagit slut. Ett nytt lösenord gör det, eller tiden. Inget räknas dig till last under tiden.
    Teamet skickar dig en adress: öppna den och godkänn på nytt.
    ---
    🔵 12 gamla meddelanden skickades inte efter avbrottet

    De finns i utkorgen med sitt skäl: plimsoll outbox list.
    ");
}

#[test]
fn short_answers_are_sentences() {
    insta::assert_snapshot!(answers_to_presses("en"), @r"
    You have #A7K2. Everyone who sees the alert sees that.
    Maja has #A7K2 already.
    #A7K2 is quiet until 20:00. If it ends before that, you are told.
    Agreed for #A7K2. The alert shows when the platform has confirmed it.
    Bo has answered #A7K2 already.
    #A7K2 has nothing that can be taken back any more.
    Say “link K7M2-Q4TD” on your other chat within 10 minutes. It works once.
    You are Maja here now. “help” shows what you can say.
    This chat is the room nordbo-team now.
    This code is wrong, used or too old. Ask for a new one.
    maja is now manager for everything.
    I do not know “amla”. Did you mean alma?
    Alma Lind has nothing that runs and can be stopped. Posts that are up are not paused.
    This button is too old. The newest message about it has a fresh one.
    That did not work: Meta Ads did not answer. Nothing was changed.
    ");
    insta::assert_snapshot!(answers_to_presses("sv"), @r"
    Du tar hand om #A7K2. Alla som ser larmet ser det.
    Maja tar redan hand om #A7K2.
    #A7K2 är tyst till 20:00. Tar det slut före dess får du veta det.
    Ja noterat för #A7K2. Larmet visar när plattformen har bekräftat.
    Bo har redan svarat på #A7K2.
    #A7K2 har inget som går att ta tillbaka längre.
    Säg ”link K7M2-Q4TD” i din andra chatt inom 10 minuter. Det fungerar en gång.
    Här är du Maja nu. ”hjälp” visar vad du kan säga.
    Den här chatten är rummet nordbo-team nu.
    Koden är fel, använd eller för gammal. Be om en ny.
    maja är nu kampanjansvarig för allt.
    Jag känner inte till ”amla”. Menade du alma?
    Alma Lind har inget som rullar och kan stoppas. Inlägg som ligger uppe pausas inte.
    Knappen är för gammal. Det senaste meddelandet om saken har en ny.
    Det gick inte: Meta Ads did not answer. Inget har ändrats.
    ");
}

#[test]
fn are_you_sure_says_what_it_does() {
    insta::assert_snapshot!(confirmed("en", Some("86.00 EUR"), "pause alma"), @r"
    Stop Reel 1? That saves €86.00

    The post stays up, the code stays on. Undo starts the boost again.
    [Yes, stop it] [No, leave it]
    ");
    insta::assert_snapshot!(confirmed("sv", None, "pause alma"), @r"
    Stoppa Reel 1?

    Inlägget ligger kvar, koden gäller. Ångra startar boosten igen.
    [Ja, stoppa] [Nej, låt vara]
    ");
    insta::assert_snapshot!(confirmed("sv", None, "resume alma"), @r"
    Starta Reel 1 igen?

    Den kostar pengar igen från att plattformen bekräftat.
    [Ja, starta igen] [Nej, låt vara]
    ");
}

fn replay_view() -> crate::words::replay::ReplayView {
    use crate::words::replay::{Call, ReplayView};
    ReplayView {
        rule: "cpa-stop".parse().expect("an id"),
        version: 3,
        days: 90,
        subjects: 1_041,
        told: 9,
        outcomes: [7, 3, 1],
        saved: Some(money("4860.00 EUR")),
        lost: Some(money("310.00 EUR")),
        worst: vec![
            Call { who: "Alma Lind".into(), at: at("2026-05-04T22:00:00Z"), lost: Some(money("240.00 EUR")) },
            Call { who: "Bo Ek".into(), at: at("2026-06-20T22:00:00Z"), lost: None },
        ],
        data_at: Some(at("2026-06-23T12:10:00Z")),
    }
}

#[test]
fn a_replay_says_how_often_it_was_right_and_what_that_is_worth() {
    let said = |tag: &str| read(&crate::words::replay::replayed(&replay_view(), None, &reader(tag), now()));
    insta::assert_snapshot!(said("en"), @"
    cpa-stop, last 90 days: told 11, right 7, wrong 3

    Looked at 1,041, told about 9 of them.
    Wrong in 30 % of those that can be called.
    One of them cannot be called right or wrong yet.

    Where it was right, stopping would have saved €4,860.
    Where it was wrong, stopping would have lost €310.
    Saved is what was spent afterwards, less the margin of the orders that it brought.

    Its worst calls
    • Alma Lind, 5 May: wrong, €240 lost
    • Bo Ek, 21 Jun: wrong

    This is a replay: nothing was told or stopped.

    cpa-stop v3 · data 14:10
    ");
    let swedish = said("sv");
    for part in ["sa till 11, rätt 7, fel 3", "hade ett stopp sparat 4 860 €.", "Bo Ek, 21 jun", "inget har sagts"] {
        assert!(swedish.contains(part), "{part} in {swedish}");
    }
    let nothing = crate::words::replay::ReplayView {
        outcomes: [0, 0, 0],
        told: 0,
        saved: None,
        lost: None,
        worst: Vec::new(),
        ..replay_view()
    };
    insta::assert_snapshot!(read(&crate::words::replay::replayed(&nothing, None, &reader("en"), now())), @"
    cpa-stop would not have told anything in the last 90 days

    Looked at 1,041, told about 0 of them.

    This is a replay: nothing was told or stopped.

    cpa-stop v3 · data 14:10
    ");
}

#[test]
fn a_replay_that_is_not_made_says_why() {
    use crate::words::replay::NoReplay;
    let said = |tag: &str| {
        let nobody = NoReplay::Nobody { rule: "cpa-stop".parse().expect("an id") };
        [NoReplay::Busy, NoReplay::Large { subjects: 12_000, days: 366 }, nobody]
            .map(|one| read(&one.say(&reader(tag))))
            .join("\n")
    };
    insta::assert_snapshot!(said("en"), @"
    Another replay is under way. Ask again in a minute.
    That is too much for a chat: 12,000 over 366 days. Ask for fewer days, or use “plimsoll backtest” in the terminal.
    cpa-stop speaks about nobody you may see
    ");
    insta::assert_snapshot!(said("sv"), @"
    En annan provkörning pågår. Fråga igen om en minut.
    Det är för mycket för en chatt: 12 000 under 366 dagar. Fråga om färre dagar, eller kör ”plimsoll backtest” i terminalen.
    cpa-stop handlar inte om någon du får se
    ");
}
