### What Plimsoll says in English. The same keys with the same variables stand in sv.ftl; the tests compare both with the
### program. Numbers, money and times arrive already written for the reader, whole numbers as numbers.
### The first line of every message is the whole story: people see 60 characters of it on a locked phone.

## Alerts

headline-firing-money = 🔴 { $who }: { $value }{ $limit }. { $saved } can still be saved
headline-firing = 🔴 { $who }: { $value }{ $limit }
headline-opportunity = 🔵 { $who }: { $value }{ $limit }. Better than expected
headline-stopped-saved = 🟡 { $who }: { $done }, { $saved } saved. Still { $value }{ $limit }
headline-stopped = 🟡 { $who }: { $done }. Still { $value }{ $limit }
headline-recovering = 🟡 { $who }: better, { $value }{ $limit }. Closes if it stays so
headline-resolved-now = 🟢 { $who }: over after { $lasted }. Now { $value }{ $limit }
headline-resolved = 🟢 { $who }: over after { $lasted }. It was { $value }{ $limit }

limit-own = usually { $value }
limit-prev = before that { $value }
limit-peers = similar creators { $value }
limit-industry = typically { $value }
limit-most = limit { $value }
limit-least = at least { $value } wanted

seen = Seen: { $what } ({ $size }).
seen-then = Seen then: { $what } ({ $size }).
readings = { $count ->
    [one] one reading
   *[other] { $count } readings
}
readings-newest = { $count ->
    [one] one reading
   *[other] { $count } readings
}, newest { $time }
allowed = Allowed: { $what }.
allowed-most = at most { $line }, { $source }
allowed-least = at least { $line }, { $source }
share-of = { $share } of { $what }
source-own = { $base ->
    [none] the usual
   *[other] the usual { $base }
} (middle of { $windows ->
    [one] one earlier window
   *[other] { $windows } earlier windows
})
source-prev = { $base ->
    [none] as in the window before
   *[other] the { $base } of the window before
}
source-peers = { $base ->
    [none] the middle
   *[other] the middle, { $base },
} of { $others } similar creators
source-industry = { $base ->
    [none] the industry's figure
   *[other] the industry's { $base }
}
source-target = as agreed in the deal
source-literal = as written in the rule
also = Also true: { $what }.
also-above = { $left }, more than { $right }
also-below = { $left }, less than { $right }
too-fresh = Spend that has had time to sell; { $amount } more is too fresh to judge.
weighed = Weighed: { $seen } where { $expected } would have come at the limit ({ $posts ->
    [one] one post
   *[other] { $posts } posts
}).
nothing-came = { $title } cannot be worked out, because nothing came; allowed is { $line }
sure-anytime = Sure: a creator who meets { $limit } would ever look this bad at most 1 time in { $times }.
sure-posterior = Sure: { $chance } likely that { $limit } is missed, from how earlier deals went.
unsure-anytime = Could be bad luck: a creator who meets { $limit } looks this bad at least once in { $times } times. It is told from 1 in { $line }.
unsure-posterior = Could be bad luck: { $chance } likely that { $limit } is missed. It is told from { $line }.
formula-value = { $formula } is { $value }
metric-on = { $title } on { $platform }

window-hours = { $n ->
    [one] in an hour
   *[other] in { $n } hours
}
window-days = { $n ->
    [one] in a day
   *[other] in { $n } days
}
window-posts = { $n ->
    [one] on the latest post
   *[other] on the latest { $n } posts
}
window-deal = since the deal began

owed = Owed anyway: { $amount }.
avoidable = Can still be saved: { $what }.
avoidable-part = { $deed ->
    [end_code] { $amount } of the code { $name }
    [hold] { $name } { $amount }{ $until }
    [cancel] { $name } { $amount }{ $until }
   *[stop_boost] { $amount } of the boost { $name } ({ $runs_on })
}

free-to-cancel = (free to cancel to { $until })
can-be-cancelled = (can be cancelled to { $until })
avoidable-rest = { $amount } of more pieces

stays = Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.
stays-automatic = Posts stay up and codes stay on: a code costs nothing unsold. Only the boost is stopped, and Undo takes it back.
stays-no-boost = Posts stay up and codes stay on. There is nothing paid here to stop, so nothing is stopped.
stays-brand = This is about the brand as a whole: look at the shop, the stock and the price first. No creator is at fault, and none is told.
stays-stopped = { $deed ->
    [end_code] Posts stay up and the link still lands on the product; only this code is off. Nothing else stops by itself.
    [hold] Posts that are out stay up and are paid as agreed. Nothing else stops by itself.
    [cancel] Posts that are out stay up and are paid as agreed. Nothing else stops by itself.
   *[stop_boost] Posts stay up and codes stay on: a code costs nothing unsold. Nothing else stops by itself.
}
stays-code = Posts stay up. If { $code } is ended, followers who type it pay the full price; ask for a new code first. Nothing stops until one of you says so.
stays-opportunity = Nothing is bought or renewed until one of you says so.

clears-more = Clears with another { $what }.
clears-more-by = Clears with another { $what } by { $by }.
clears-more-stopped = Clears with another { $what }, boost stopped.
clears-more-by-stopped = Clears with another { $what } by { $by }, boost stopped.
clears-above = Clears at { $what } or less { $over }.
clears-below = Clears at { $what } or more { $over }.

try-first = Try first
from-your-posts = From your own posts
plain-threshold = plain threshold
data-at = data { $time }
behind-why = { $count } more behind Why
maybe-repeat = you may have seen this already

## What is done, in the forms that sentences need
deed-to = { $deed ->
    [stop_boost] stop the boost { $name }
    [resume_boost] start the boost { $name } again
    [end_code] end the code { $name }
    [hold] put { $name } on hold
    [release] have { $name } made after all
    [cancel] cancel { $name }
    [ask_fix] have { $name } check link and code
    [ask_make_good] ask { $name } to make up for what fell short
   *[revive_code] switch the code { $name } on again
}
deed-ask = { $deed ->
    [hold] put { $name } on hold
    [release] make { $name } after all
    [cancel] drop { $name } for good
    [ask_make_good] make up for what fell short
   *[ask_fix] check link and code
}
deed-kept = { $deed ->
    [stop_boost] to keep the boost { $name } running
    [resume_boost] to leave the boost { $name } stopped
    [end_code] to leave the code { $name } on
    [hold] to leave { $name } as planned
    [release] to leave { $name } on hold
    [cancel] to leave { $name } as planned
    [ask_fix] not to ask { $name } about link and code
    [ask_make_good] not to ask { $name } for more
   *[revive_code] to leave the code { $name } off
}
deed-left = { $deed ->
    [stop_boost] the boost { $name } runs on
    [resume_boost] the boost { $name } stays stopped
    [end_code] the code { $name } stays on
    [hold] { $name } stays as planned
    [release] { $name } stays on hold
    [cancel] { $name } stays as planned
    [ask_fix] link and code stay as they are
    [ask_make_good] nothing is made up for
   *[revive_code] the code { $name } stays off
}
deed-stays = { $deed ->
    [stop_boost] it runs on
    [resume_boost] it stays stopped
    [end_code] it stays on
    [hold] it stays as planned
    [release] it stays on hold
    [cancel] it stays as planned
    [ask_fix] link and code stay as they are
    [ask_make_good] nothing is made up for
   *[revive_code] it stays off
}
deed-not-done = { $deed ->
    [stop_boost] The boost { $name } was not stopped
    [resume_boost] The boost { $name } was not started
    [end_code] The code { $name } was not ended
    [hold] { $name } was not put on hold
    [release] { $name } was not released
    [cancel] { $name } was not cancelled
    [ask_fix] { $name } was not asked to check link and code
    [ask_make_good] { $name } was not asked for more
   *[revive_code] The code { $name } was not switched on
}
deed-failed = { $deed ->
    [stop_boost] The boost { $name } is NOT stopped
    [resume_boost] The boost { $name } is NOT started
    [end_code] The code { $name } is NOT off
    [hold] { $name } is NOT on hold
    [release] { $name } is NOT released
    [cancel] { $name } is NOT cancelled
    [ask_fix] Link and code are NOT checked by { $name }
    [ask_make_good] { $name } has NOT agreed to more
   *[revive_code] The code { $name } is NOT on
}
deed-done = { $deed ->
    [stop_boost] Boost { $name } stopped
    [resume_boost] Boost { $name } started again
    [end_code] Code { $name } ended
    [hold] { $name } is on hold
    [release] { $name } is made after all
    [cancel] { $name } is cancelled
    [ask_fix] Link and code are checked
    [ask_make_good] A make-good is agreed
   *[revive_code] Code { $name } switched on again
}
deed-undone = { $deed ->
    [stop_boost] Boost { $name } started again
    [resume_boost] Boost { $name } stopped again
    [end_code] Code { $name } switched on again
    [hold] { $name } is made after all
    [release] { $name } is on hold again
   *[revive_code] Code { $name } ended again
}
deed-short = { $deed ->
    [stop_boost] boost stopped
    [resume_boost] boost started again
    [end_code] code ended
    [hold] { $name } on hold
    [release] { $name } made after all
    [cancel] { $name } cancelled
    [ask_fix] link and code checked
    [ask_make_good] make-good agreed
   *[revive_code] code on again
}
deed-button = { $deed ->
    [stop_boost] Stop boost{ $name }{ $saves }
    [resume_boost] Start boost{ $name }
    [end_code] End code{ $name }
    [hold] Hold{ $name }{ $saves }
    [release] Release{ $name }
    [cancel] Cancel{ $name }{ $saves }
    [ask_fix] Ask{ $name } to fix
    [ask_make_good] Ask{ $name } for a make-good
   *[revive_code] Switch on code{ $name }
}
deed-keep = { $deed ->
    [stop_boost] Keep it running
    [resume_boost] Leave it stopped
    [end_code] Leave the code on
    [hold] Keep it as planned
    [release] Leave it on hold
    [cancel] Keep it as planned
    [ask_fix] Don't ask
    [ask_make_good] Don't ask
   *[revive_code] Leave the code off
}
deed-undo = { $deed ->
    [stop_boost] Undo: start boost again
    [resume_boost] Undo: stop boost again
    [end_code] Undo: switch code on again
    [hold] Undo: make it after all
    [release] Undo: hold it again
   *[revive_code] Undo: end code again
}

## Who did what

has-it = { $who } has it since { $time }.
has-it-short = { $who } has it
snoozed = Snoozed until { $until }.
snoozed-by = Snoozed until { $until } by { $by }.
the-program = Plimsoll
did-proposed = Asks to { $what }.
did-proposed-saves = Asks to { $what }: saves { $saves }.
answer-by = Without an answer by { $time } { $stays }.
did-approved = { $by } agreed { $time } to { $what }; it is being done.
did-rejected = { $by } decided { $time } { $what }.
did-expired = Nobody answered by { $time }: { $what }.
did-held = { $what } ({ $time }): { $reason }.
did-done = { $what } by { $by } { $time }; { $runs_on } has accepted and is being asked again.
did-verified = { $what } by { $by } { $done_at }; { $runs_on } says { $state } { $time }.
did-ask = { $of } was asked { $time } to { $what }; it counts when { $of } confirms.
did-ask-yourselves = { $of } has no chat with me. Ask { $of } yourselves to { $what }, and note the answer here.
did-confirm = { $what }: { $of } confirmed { $time }.
did-confirm-by = { $what }: { $of } confirmed, { $by } noted it { $time }.
did-decline = { $of } answered { $time } that something is in the way; { $what }. Please write to { $of }.
did-decline-by = { $of } said that something is in the way, { $by } noted it { $time }; { $what }.
noted = { $by } { $time }: { $text }{ $tag }
undo-until = Undo until { $time }.
did-failed = { $what } ({ $time }): { $reason }.
did-undone = { $what } by { $by }; { $runs_on } says { $state } { $time }.
state-paused = paused
state-active = active
state-ended = ended

what-happened = What happened
event-fired = crossed the line
event-recovering = back on the right side
event-fired-again = crossed the line again
event-resolved = over
event-acknowledged = { $by } has it
event-snoozed = { $by } snoozed it until { $until }
event-proposed = { $by } asked to stop the boost
event-approved = { $by } agreed
event-rejected = { $by } decided to keep it running
event-expired = nobody answered in time; nothing was done
event-held = not done: { $reason }
event-done = the platform accepted
event-verified = the platform says { $state }
event-failed = not done, the platform says: { $reason }
event-undone = { $by } took it back; the platform says { $state }
event-asks = { $by } wants to { $what }
event-refused = { $by } said no to this: { $what }
event-asked = { $of } was asked
event-asked-yourselves = somebody has to ask { $of }
event-confirmed = { $of } confirmed
event-confirmed-by = { $by } noted that { $of } confirmed
event-declined = { $of } said that something is in the way

## Buttons: what each saves or does

button-why = Why
button-ack = I've got it
button-snooze = Snooze { $long }
button-my-numbers = My numbers
button-worse = ‹ Page { $page } of { $pages }
button-further = Page { $page } of { $pages } ›
button-yes-stop = Yes, stop it
button-yes-start = Yes, start it again
button-no = No, leave it

## With people: what a creator is asked, and what the team sees of it

ask-headline = { $ask ->
    [hold] 🟡 Hi { $name }, please put { $what } on hold ({ $place })
    [release] 🟢 Hi { $name }, please make { $what } after all ({ $place })
    [cancel] 🔴 Hi { $name }, please do not make { $what } any more ({ $place })
    [fix_link] 🟡 Hi { $name }, your link opens the wrong page ({ $place })
    [fix_code] 🟡 Hi { $name }, your code is missing in a post ({ $place })
    [make_good] 🟡 Hi { $name }, one post fell short of what we agreed ({ $place })
   *[fix_check] 🟡 Hi { $name }, please check link and code of your posts ({ $place })
}
ask-body = { $ask ->
    [hold] Please do not make or post it for now. { $owed ->
        [none] Its fee, { $fee }, waits with it.
       *[other] Of its fee, { $fee }, you are paid { $owed } in any case; the rest waits with it.
    }
    [release] Please make it as agreed, by { $due }. Its fee is { $fee }, as before.
    [cancel] { $owed ->
        [none] Its fee, { $fee }, falls away, as the deal says for a piece that is not made yet.
       *[other] Of its fee, { $fee }, you are paid { $owed }, as the deal says.
    } This cannot be taken back.
    [fix_link] Please let it open the product page, so that your sales are counted as yours.
    [fix_code] Please add your code to the caption, so that your sales are counted as yours.
    [make_good] Would you post something more for it? If you would rather talk first, press the second button.
   *[fix_check] Does your link open the product, and is your code in the caption? Then your sales are counted as yours.
}
ask-stays = Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
ask-answer-by = Please answer by { $time }.
ask-yes = { $ask ->
    [hold] OK, on hold
    [release] OK, I'll make it
    [cancel] OK, I won't make it
    [make_good] OK, I'll post more
   *[fix_check] Fixed
}
ask-no = { $ask ->
    [hold] Already made it / problem
    [release] I can't / problem
    [cancel] Already made it / problem
   *[fix_check] I need help
}
ask-done = { $ask ->
    [hold] 🟢 { $what } is on hold since { $time }. Thank you
    [release] 🟢 { $what } is yours to make again since { $time }. Thank you
    [cancel] 🟢 { $what } is cancelled since { $time }. Thank you
    [make_good] 🟢 You agreed { $time } to post more. Thank you
   *[fix_check] 🟢 You fixed it { $time }. Thank you
}
ask-done-text = { $ask ->
    [hold] You are told here if it is wanted after all.
    [release] Everything is as agreed before.
    [cancel] { $owed ->
        [none] Nothing else in your deal changes.
       *[other] { $owed } of its fee is still paid. Nothing else in your deal changes.
    }
   *[fix_check] The team sees that you answered.
}
ask-declined = 🟡 You answered { $time } that something is in the way ({ $what })
ask-declined-text = The team has been told and writes to you. Until then everything stays as agreed.
ask-withdrawn = 🟢 { $what }: our question is no longer needed
ask-late = 🟡 { $what }: our question is over, no answer came in time
ask-over-text = { $ask ->
    [release] It stays on hold.
   *[hold] Please go on as agreed.
}
ask-team-by = { $by } wants it. It counts when it is confirmed.
ask-team-waiting = 🟡 { $who }: { $of } was asked to { $what }
ask-team-tell = 🟡 { $who }: please ask { $of } yourselves to { $what }
ask-team-confirmed = 🟢 { $who }: { $what }. { $of } confirmed { $time }
ask-team-confirmed-by = 🟢 { $who }: { $what }. { $of } confirmed, { $by } noted it { $time }
ask-team-declined = 🟡 { $who }: { $of } answered { $time } that something is in the way; { $what }
ask-team-declined-text = Please write to { $of }.
ask-team-withdrawn = 🟢 { $who }: the question was taken back; { $what }
ask-team-late = 🟡 { $who }: { $of } did not answer in time; { $what }
button-has-confirmed = { $of } has confirmed
button-has-declined = { $of } says no
button-keep-all = No to all of it
copy-ready = To copy, for { $of }:
sure-headline = { $deed ->
    [hold] Ask { $of } to put { $name } on hold?{ $saves }
    [release] Ask { $of } to make { $name } after all?{ $saves }
    [cancel] Cancel { $name } for good?{ $saves }
    [ask_make_good] Ask { $of } to make up for what fell short?{ $saves }
   *[ask_fix] Ask { $of } to check link and code?{ $saves }
}
sure-saves = That saves { $saves }
sure-stays = { $deed ->
    [hold] Posts that are out stay up. It counts when { $of } confirms, and it can be released later. { $owed ->
        [none] Nothing is owed for it as long as it is on hold.
       *[other] { $owed } of its fee stays owed.
    }
    [release] Its fee is to be paid when it is out. It counts when { $of } confirms.
    [cancel] This cannot be taken back. { $owed ->
        [none] No kill fee is due.
       *[other] A kill fee of { $owed } is due.
    } It counts when { $of } confirms.
   *[ask_fix] Posts stay up meanwhile. It counts when { $of } confirms.
}
sure-not-direct = { $of } has no chat with me: you get a text to copy, and note the answer.
sure-yes = { $deed ->
    [cancel] Yes, cancel it for good
   *[hold] Yes, ask { $of }
}
sure-cancel-instead = Cancel it for good instead
choices-headline = { $name }: what can be stopped
choice-plain = { $deed ->
    [end_code] the code { $name }: it costs nothing unsold; end it only if it leaked or is abused
   *[stop_boost] the boost { $name }
}
choices-stay = Posts that are up are not paused. Nothing stops until you choose, and each asks first.
which-piece = Which one?
told-asked = { $of } is being asked. You are told here what { $of } answers.
told-tell-yourself = { $of } has no chat with me. The text to copy follows; note the answer with its button.
told-already-asked = { $of } was asked already and has not answered yet.
told-already-out = { $what } is out already. Posts that are up are not paused: stop its boost, or ask for a fix.
told-already-so = Already so: { $what }.
told-nothing-to-hold = { $name } has nothing planned that could be put on hold. Posts that are up are not paused.
told-nothing-to-release = { $name } has nothing on hold.
told-unknown-piece = I know no piece “{ $given }”. Write it like spring/alma/reel-2.
told-over = This question is over already. Nothing was changed.
told-thanks = Thank you. The team sees it.
told-team-writes = The team has been told and writes to you. Until then everything stays as agreed.
told-recorded = Noted, as said by { $of }, with your name.
told-nothing-open = No promised piece is open on { $platform }. Name it: live, the address, then spring/alma/reel-2.
told-live = Noted: { $what } is out.
told-live-fee = Noted: { $what } is out. Its fee, { $fee }, counts as spent from now on.
told-noted = Noted about { $name }. It stands in the journal and behind Why.
told-needs-sure = A cancellation cannot be taken back. Press its own button in the alert; it asks once more.

## To a creator

creator-firing = 🟡 Hi { $name }, we see { $value }{ $limit }. Nothing has changed
creator-recovering = 🟡 Hi { $name }, better: { $value }{ $limit }. Nothing has changed
creator-resolved = 🟢 Hi { $name }, all good again: { $value }{ $limit }
creator-stays = Your posts, your deals and what you are paid stay as they are. This is for you to know first.

## A level that may be lost: the creator first, then the team

level-notice = 🟡 Hi { $name }, your level at { $brand } may go from { $from } to { $to } on { $day }. Nothing has changed yet
level-appealed = 🟡 Hi { $name }, you stay { $from } at { $brand } until a person there has answered you
level-kept = 🟢 Hi { $name }, you keep { $from } at { $brand }. Nothing has changed
level-withdrawn = 🟢 Hi { $name }, the notice about your level at { $brand } no longer applies
level-lowered = 🟡 Hi { $name }, your level at { $brand } is { $to } now. Deals you have signed keep their terms
level-restored = 🟢 Hi { $name }, you are { $from } at { $brand } again

level-per-thousand = { $over } per 1,000 { $under }
level-or-more = { $limit } or more
level-or-less = { $limit } or less
level-over-posts = { $whose ->
    [yours] your
   *[theirs] their
} { $n ->
    [one] latest post
   *[other] latest { $n } posts
}
level-over-days = { $n ->
    [one] the last day
   *[other] the last { $n } days
}
level-criterion = { $whose ->
    [yours] What we look at
   *[theirs] What counts
}: { $what }, { $over }. { $level }: { $asked }.
level-you = { $whose ->
    [yours] You
   *[theirs] Seen
}: { $seen }.
level-parts = { $value } ({ $over }, { $under })
level-before = Before that: { $value }.
level-now = Now: { $value }.
level-not-counted = Not counted: whatever a platform has not reported. Missing numbers never count against { $whose ->
    [yours] you
   *[theirs] a creator
}.
level-means = What { $to } means: { $lower } commission instead of { $share } on deals agreed after { $day }. Deals already signed, and orders already made, keep { $share }.
level-means-plain = What { $to } means: its terms for deals agreed after { $day }. Deals already signed, and orders already made, keep theirs.
level-meant = Deals agreed after { $day } have { $lower } commission instead of { $share }. Deals already signed, and orders already made, keep { $share }.
level-meant-plain = Deals agreed after { $day } have the new level's terms. Deals already signed, and orders already made, keep theirs.
level-keeps-posts = You keep { $from } with { $what } from your next { $posts ->
    [one] post
   *[other] { $posts } posts
} (about { $per } per 1,000 at your usual { $usual }).
level-did = You did that in { $hits } of your last { $of }.
level-keeps-more = You keep { $from } with another { $what }.
level-keeps-line = You keep { $from } at { $asked }.
level-object = Something wrong or unfair? { $objects ->
    [answer] Answer this message
   *[button] Press the button
} before { $day }: a person at { $brand } reads it. Until they have answered, you stay { $from } and no time runs.
level-stood-by = { $brand } has read what you said and stands by the notice ({ $day }). What is asked decides now: meet it and you stay.
level-posted = You will hear from us here before the end, as you asked.
level-clock-stands = No time runs while you wait. Whatever they answer, you have { $left } left then.
level-tell-why = Tell them what is wrong in your own words: say “appeal { $id }” and your reason.
level-your-words = Your words: “{ $text }”.
level-nothing-changes = Your posts, your deals and what you are paid stay as they are.
level-kept-by-person = A person at { $brand } looked at it and decided so.
level-kept-by-numbers = You meet what is asked again. The notice is over.
level-way-back = The way back: meet what { $from } asks for. It is looked at every day, and then a person at { $brand } is asked to give it back.
level-restored-share = Deals agreed from now on have { $share } commission again.
level-restored-plain = Deals agreed from now on have its terms again.

level-team-open = 🟡 { $who } may go from { $from } to { $to } at { $brand }: { $value }, { $from } asks for { $asked }
level-team-appealed = 🟡 { $who } objects to losing { $from }. Nothing changes until one of you answers
level-team-kept = 🟢 { $who } keeps { $from } at { $brand }: { $value }, asked for { $asked }
level-team-kept-by = 🟢 { $who } keeps { $from } at { $brand }: { $by } decided so
level-team-withdrawn = 🟢 { $who }: the notice about the level at { $brand } no longer applies
level-team-lowered = 🟡 { $who } went from { $from } to { $to } at { $brand }. Signed deals keep their terms
level-team-offered = 🔵 { $who } meets what { $from } asks for again: { $value }, asked for { $asked }. Give it back?
level-team-restored = 🟢 { $who } is { $from } at { $brand } again: { $by } decided so
level-told = The creator was told { $time }, in their direct message.
level-told-by = { $by } told the creator { $time }.
level-telling = The creator has not got the notice yet; it is on its way on { $chat }. No time runs before that. If it does not get through, tell them yourself.
level-unreachable = There is no chat with the creator. Send them the text yourself; time runs once one of you says it is done.
level-objected = The creator said { $time } that something is wrong. No time runs.
level-objected-words = The creator said { $time } that something is wrong: “{ $text }”
level-answered = { $by } stood by the notice { $time }.
level-grace = { $from } stays until { $until }. If what is asked is met before that, nothing changes.
level-waits = { $from } stays until one of you decides. If the notice stands, the creator has the rest of the time before { $to }.
level-team-nothing = Nothing has changed.
level-offered = { $to } stays until one of you decides.
level-text-headline = Copy this, send it, then say that you have told them

criteria-headline = { $name }, what your levels ask for
criteria-none = { $name }, you are in no programme with levels here
criteria-level = { $brand }: { $level } since { $day }
criteria-no-rule = Nothing is asked for this level at the moment.
criteria-open = A notice is open: { $to } at the earliest on { $day }.
criteria-appealed = Your objection waits for an answer. Until then you stay { $from }.
criteria-unread = You have not agreed to these criteria yet, so nothing is taken away by them.
criteria-promise = You are told before anything changes, and a person answers if you object.

button-keep-posted = Keep me posted
button-something-wrong = Something is wrong
button-level-text = Text to send
button-level-told = I have told them
button-level-they-object = They object
button-level-keep = Keep { $level }
button-level-stand-by = Stand by it
button-level-back = Back to { $level }
button-level-leave = Not now

event-level = { $step ->
    [told] the creator was told
    [reminded] the creator was reminded, as asked
    [appealed] the creator objected
    [stood_by] { $by } stood by the notice
    [kept] the level stays
    [withdrawn] nothing left to decide
    [lowered] the level changed
    [offered] what is asked is met again
    [restored] { $by } gave the level back
   *[closed] the new level stands
}

reply-level-posted = You will hear from us here before the end.
reply-level-appealed = Noted. You stay { $level } until a person has answered, and no time runs.
    Tell them what is wrong in your own words: say “appeal { $id }” and your reason.
reply-level-heard = Your words are with the team. You stay { $level } until a person has answered.
reply-level-told = Noted: the creator has been told, and time runs from now.
reply-level-kept = Noted: { $level } stays. The creator is told.
reply-level-stood-by = Noted: the notice stands, and time runs again. The creator is told.
reply-level-restored = Noted: { $level } from now on. The creator is told.
reply-level-left = Noted: the level stays as it is.
reply-level-over = This has been decided already.
reply-level-answered = Your objection has been answered. What is asked decides now.
reply-level-not-asked = There is nothing to answer here at the moment.
reply-level-already-told = The creator has been told already.

## Many at once

group-firing-money = 🔴 { $brand }{ $count } alerts of { $rule } at once. { $saved } can still be saved
group-firing = 🔴 { $brand }{ $count } alerts of { $rule } at once
group-over = 🟢 { $brand }all { $count } alerts of { $rule } are over
group-counts = { $firing } firing, { $recovering } better, { $resolved } over. One message instead of many; nothing is left out.
group-more = { $count } more on the other pages.

## Why and why not

why-headline = { $id } { $who }: why it was told
is-above = Holds: { $what }. That is above { $line }.
is-below = Holds: { $what }. That is below { $line }.
is-not-above = Does not hold: { $what }. That is not above { $line }.
is-not-below = Does not hold: { $what }. That is not below { $line }.
the-line = { $line }, { $source }
is-absent = Cannot be known: { $title }. { $why }
is-unmatched = Cannot be compared: { $what }. { $why }
why-not-holds = { $who }: { $rule } holds now
why-not-quiet = { $who }: { $rule } does not hold, so nothing was told
why-not-unknown = { $who }: { $rule } cannot be judged, so nothing was told
why-not-pending = It must hold for { $left } more before it is told.
why-not-cooling = It was told before; it is not told again until { $until }.

absent-not-yet = The platform has not published these numbers yet.
absent-hidden = The owner hides this number.
absent-too-few = There are too few for the platform to show.
absent-gone = The account or post is gone.
absent-stale = The last number is { $age } old, too old to judge by.
absent-unauthorized = The platform refuses our access; the operator has been told.
absent-quota-spent = Today's allowance of questions to the platform is used up.
absent-unreachable = The platform does not answer.
absent-garbled = The platform's answer could not be read.

## Status, me, tips

status-everything = Everything you see
status-quiet = 🟢 { $about }: nothing is over its line
status-blind = 🟡 { $about }: nothing over its line as far as we can see; { $count ->
    [one] one source gives no numbers
   *[other] { $count } sources give no numbers
}
status-firing = 🔴 { $about }: { $count ->
    [one] one open alert
   *[other] { $count } open alerts
}
status-campaign = { $name }: { $count ->
    [one] one creator
   *[other] { $count } creators
} watched, data { $time }
status-campaign-no-data = { $name }: { $count ->
    [one] one creator
   *[other] { $count } creators
} watched, no data yet
status-trouble = { $source } gives no numbers since { $since }. Nothing is stopped on old data.
status-nothing-watched = Nothing is watched here yet.
and-more = and { $count } more

me-headline = { $name }, your numbers
me-headline-open = { $name }, your numbers. { $count ->
    [one] One thing to look at
   *[other] { $count } things to look at
}
me-no-numbers = { $name }, there are no numbers of yours yet
me-level = Your level at { $brand }: { $level }. Say “criteria” for what it asks
me-private = Only you see this here. Other creators never see your numbers.
own-number = { $platform }: { $value }
own-number-usual = { $platform }: { $value }, usually { $usual }
number-absent = no { $title }. { $why }
platform-shop = Shop
platform-web = Web
platform-deal = the deal

tips-headline = { $name }, { $count ->
    [one] one tip
   *[other] { $count } tips
} from your own posts
tips-none = { $name }, no tip yet that your posts really support
tips-none-why = We looked at { $posts ->
    [one] one post
   *[other] { $posts } posts
}. A tip needs at least 8 of them and a difference too large to be luck.
tips-stays = These are suggestions. Nothing depends on them.
tip-posting-time = { $hours } works better: on average { $value } ({ $count ->
    [one] one post
   *[other] { $count } posts
}). All { $posts } posts: { $overall }.
tip-posting-time-latest = The latest went out { $hours }: on average { $value } ({ $count ->
    [one] one post
   *[other] { $count } posts
}).
tip-link-target = The link opens { $opens }; it should open { $should_open }.
tip-code-missing = The code { $code } is missing in { $post }.

## Commands (at most 100 characters each)

help-headline = What you can say here
help-status = What is watched, what is open, what is missing
help-me = Your own numbers, for creators
help-tips = What your own posts suggest, for creators
help-criteria = What your levels ask for and where you stand, for creators
help-appeal = Say what is wrong with a notice about your level; no time runs then
help-why = Why an alert was told: every number behind it
help-why-not = Why a rule has not told anything: every number behind it
help-pause = What can be stopped, and the money of each; asks before anything stops
help-resume = Start stopped boosts again; asks first
help-hold = Ask a creator to put a promised piece on hold; asks first and says what it saves
help-release = Ask a creator to make a held piece after all; asks first
help-live = Say that a promised piece is out, with the address of its post
help-note = Keep a remark about somebody or an alert, with a #tag if you like
help-approve = Agree to what an alert proposes
help-reject = Say no to what an alert proposes, and why
help-undo = Take back what was done about an alert
help-ack = Say that you have it; everyone in every room sees it
help-snooze = Put an alert off for a while
help-link = Join your Discord and your Telegram with a one-time code
help-grant = Give somebody a role for a brand or a campaign
help-revoke = Take a role away; it ends at once
help-bind = Make this chat a room, with the code from the terminal
help-help = What you can say, or how to say one thing

arg-subject = a creator, campaign or brand, such as alma or spring
arg-deliverable = a promised piece, such as reel-2 or spring/alma/reel-2
arg-url = the address of a post, as you copy it from the platform
arg-rule = a rule, such as cpa-stop
arg-incident = the short id at the end of an alert, such as A7K2
arg-incident-or-subject = an alert's short id, or a creator or campaign
arg-person = a person's id, such as maja
arg-role = a role, such as manager or analyst
arg-reach = where it counts: brand/nordbo, campaign/spring or all
arg-duration = how long, such as 45m, 6h or 2d, up to 30 days
arg-code = the one-time code
arg-command = a command, such as snooze
arg-text = what you want to say, in your own words

role-creator = creator
role-talent_manager = talent manager
role-analyst = analyst
role-manager = manager
role-client_owner = client owner
role-agency = agency
role-operator = operator
reach-brand = the brand { $id }
reach-campaign = the campaign { $id }
reach-all = everything

teach-empty = Say a command. “help” shows what there is.
teach-too-long = That is longer than any command. “help” shows what there is.
teach-unknown = I do not know “{ $word }”.{ $guess } “help” shows what there is.
teach-missing = One thing is missing: { $what }.
teach-extra = I did not expect “{ $word }” after { $command }. Put names with spaces in quotes.
teach-bad = “{ $given }” does not fit here. It should be { $what }.{ $guess }
teach-open-quote = A quote was opened and not closed.
did-you-mean = Did you mean { $nearest }?
for-example = For example:

## Refusals: the reason and the remedy, no data

refused-outsider = I do not know you here yet. Ask the team for a one-time code, then say “link” and the code.
refused-role = Your role does not allow this. Ask the agency or the client owner.
refused-reach = You have no role for this one. Ask the agency or the client owner.
refused-own-only = You can see your own numbers: say “me”. Those of others stay with them.
refused-no-creator = This is for creators, about themselves. For campaigns, say “status”.
refused-not-member = You are no longer a member of this room, so I cannot do this for you here.
refused-membership-unknown = I cannot tell right now whether you belong to this room. For money that means no; try again shortly.
refused-other-room = This room belongs to something else. Ask in its own room, or in a direct message to me.
refused-only-direct = Say this in a direct message to me; the answer is only for you.
refused-unbound = This chat is not a room of ours yet. Say “bind” and the code from the terminal.
refused-not-released = There is nothing about this in this room.
refused-too-much = Nobody can give or take a role wider than their own.

## Short answers

reply-acknowledged = You have { $id }. Everyone who sees the alert sees that.
reply-already-acknowledged = { $who } has { $id } already.
reply-snoozed = { $id } is quiet until { $until }. If it ends before that, you are told.
reply-approved = Agreed for { $id }. The alert shows when the platform has confirmed it.
reply-rejected = Noted for { $id }: it keeps running.
reply-undoing = Taking it back for { $id }. The alert shows when the platform has confirmed it.
reply-over = { $id } is over; there is nothing left to do.
reply-nothing-to-approve = { $id } proposes nothing at the moment.
reply-nothing-to-undo = { $id } has nothing that can be taken back any more.
reply-already-answered = { $who } has answered { $id } already.
reply-link-code = Say “link { $code }” on your other chat within { $minutes } minutes. It works once.
reply-linked = You are { $name } here now.
reply-bound = This chat is the room { $room } now.
reply-code-refused = This code is wrong, used or too old. Ask for a new one.
reply-granted = { $person } is now { $role } for { $reach }.
reply-revoked = { $person } is no longer { $role } for { $reach }, from this moment.
reply-no-such-grant = { $person } does not have this role there.
reply-unknown-subject = I do not know “{ $given }”.{ $guess }
reply-unknown-incident = There is no alert “{ $given }”. Its id stands at the end of its message.
reply-unknown-rule = There is no rule “{ $given }”.{ $guess }
reply-unknown-person = I know nobody called “{ $given }”.
reply-no-incidents = Nothing is open about { $subject }. To see why a rule stays quiet, say “why-not”.
reply-nothing-to-stop = { $subject } has nothing that runs and can be stopped. Posts that are up are not paused.
reply-nothing-to-resume = { $subject } has nothing that was stopped here.
reply-pause-asked = Stopping { $name }. You are told when the platform has confirmed it.
reply-resume-asked = Starting { $name } again. You are told when the platform has confirmed it.
reply-old-button = This button is too old. The newest message about it has a fresh one.
reply-cancelled = Nothing was done.
reply-failed = That did not work: { $reason }. Nothing was changed.

confirm-pause = Stop { $name }?
confirm-pause-saves = Stop { $name }? That saves { $saves }
confirm-pause-stays = { $deed ->
    [end_code] The post stays up. Followers who type the code pay the full price from then on. Undo switches it on again.
   *[stop_boost] The post stays up, the code stays on. Undo starts the boost again.
}
confirm-resume = Start { $name } again?
confirm-resume-stays = { $deed ->
    [revive_code] It takes money off orders again from the moment the shop confirms it.
   *[resume_boost] It spends money again from the moment the platform confirms it.
}

## Troubles, for operators

trouble-standstill = 🔵 { $source } stands still: { $still } of { $of } numbers ({ $metric }) did not move
    Nobody is judged on them, and nothing is stopped. The jump when it catches up does not count either.
    There is nothing to do; it ends by itself.
trouble-implausible = 🔵 { $source }: { $count } accounts dropped to almost nothing at once
    That is probably { $source }'s mistake. The values wait until the next poll confirms them.
trouble-room-closed = 🔴 I can no longer write to { $room } on { $chat }: { $reason }
    Its messages wait. Let the bot in again, or bind the room to another chat with a new code.
trouble-other-poller = 🔴 Another program reads the messages of { $bot }
    Commands and buttons may not arrive. Stop the other one, or give it a bot of its own.
trouble-source-down = 🟡 { $source } gives no numbers: { $reason }
    It is tried again by itself. Nothing is stopped on old data.
trouble-token-refused = 🔴 { $source } refuses our access
    Put a key or token that works into its settings. Until then its numbers are missing, and nothing is stopped on old data.
trouble-quota-spent = 🟡 { $source }: the day's allowance is used up until { $until }
    Polls go on then. Nothing is stopped on old data.
trouble-absent = 🟡 { $subject }: the rule { $rule } cannot judge, a number it needs is missing
    Missing is not zero: nothing is stopped and nothing is cleared until it is back.
trouble-stored-old = 🔵 { $count } old messages were not sent after the outage
    They are in the outbox with their reason: plimsoll outbox list.

## Days, months, lengths of time

weekday = { $day ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } days

## The picture

chart-limit = limit { $value }
chart-band = the usual
chart-fired = told { $time }
chart-alt = { $title }. The line shows { $metric } from { $from } to { $until }: lowest { $lowest }, highest { $highest }, last { $last }.
chart-alt-limit = The limit is { $limit }.

## Metrics: what they are called, and a value of them. $n decides singular and plural, $value is what is shown.

metric-views = views
    .value = { $n ->
        [one] { $value } view
       *[other] { $value } views
    }
metric-reach = people reached
    .value = { $n ->
        [one] { $value } person reached
       *[other] { $value } people reached
    }
metric-impressions = impressions
    .value = { $n ->
        [one] { $value } impression
       *[other] { $value } impressions
    }
metric-likes = likes
    .value = { $n ->
        [one] { $value } like
       *[other] { $value } likes
    }
metric-comments = comments
    .value = { $n ->
        [one] { $value } comment
       *[other] { $value } comments
    }
metric-shares = shares
    .value = { $n ->
        [one] { $value } share
       *[other] { $value } shares
    }
metric-saves = saves
    .value = { $n ->
        [one] { $value } save
       *[other] { $value } saves
    }
metric-clicks = link clicks
    .value = { $n ->
        [one] { $value } link click
       *[other] { $value } link clicks
    }
metric-story_link_taps = story link taps
    .value = { $n ->
        [one] { $value } story link tap
       *[other] { $value } story link taps
    }
metric-sessions = shop visits
    .value = { $n ->
        [one] { $value } shop visit
       *[other] { $value } shop visits
    }
metric-leads = leads
    .value = { $n ->
        [one] { $value } lead
       *[other] { $value } leads
    }
metric-sign_ups = sign-ups
    .value = { $n ->
        [one] { $value } sign-up
       *[other] { $value } sign-ups
    }
metric-installs = installs
    .value = { $n ->
        [one] { $value } install
       *[other] { $value } installs
    }
metric-orders = orders
    .value = { $n ->
        [one] { $value } order
       *[other] { $value } orders
    }
metric-redemptions = uses of the code
    .value = { $n ->
        [one] { $value } use of the code
       *[other] { $value } uses of the code
    }
metric-refunds = refunded orders
    .value = { $n ->
        [one] { $value } refunded order
       *[other] { $value } refunded orders
    }
metric-new_customers = new customers
    .value = { $n ->
        [one] { $value } new customer
       *[other] { $value } new customers
    }
metric-watch_seconds = time watched
    .value = { $n ->
        [one] { $value } hour watched
       *[other] { $value } hours watched
    }
metric-videos = videos
    .value = { $n ->
        [one] { $value } video
       *[other] { $value } videos
    }
metric-ugc_posts = posts by others
    .value = { $n ->
        [one] { $value } post by others
       *[other] { $value } posts by others
    }
metric-followers = followers
    .value = { $n ->
        [one] { $value } follower
       *[other] { $value } followers
    }
metric-revenue = revenue
    .value = { $value } in sales
metric-margin = margin
    .value = { $value } margin
metric-spend = spend
    .value = { $value } spent
metric-fees = fees
    .value = { $value } in fees
metric-emv = earned media value
    .value = { $value } in earned media
metric-er_views = reactions per 100 views
    .value = { $value } reactions per 100 views
metric-er_reach = reactions per 100 people reached
    .value = { $value } reactions per 100 people reached
metric-er_followers = reactions per 100 followers
    .value = { $value } reactions per 100 followers
metric-ctr = link clicks per 1,000 views
    .value = { $value } link clicks per 1,000 views
metric-cvr = orders per 100 link clicks
    .value = { $value } orders per 100 link clicks
metric-aov = average order
    .value = { $value } for an average order
metric-cpm = cost per 1,000 views
    .value = { $value } per 1,000 views
metric-cpe = cost per reaction
    .value = { $value } per reaction
metric-cpc = cost per link click
    .value = { $value } per link click
metric-cpl = cost per lead
    .value = { $value } per lead
metric-cpa = cost per order
    .value = { $value } per order
metric-roas = sales for every 1 spent
    .value = { $value } in sales for every 1 spent
metric-roi = return on what was spent
    .value = a return of { $value }

# Replays
help-backtest = What a rule would have done in the past, and whether it would have been right
arg-days = how many days back, such as 90, up to 366
backtest-none = { $rule } would not have told anything in the last { $days } days
backtest-headline = { $rule }, last { $days } days: told { $fires }, right { $right }, wrong { $wrong }
backtest-subjects = Looked at { $subjects }, told about { $told } of them.
backtest-open = { $open ->
    [one] One of them cannot be called right or wrong yet.
   *[other] { $open } of them cannot be called right or wrong yet.
}
backtest-share = Wrong in { $share } of those that can be called.
backtest-saved = Where it was right, stopping would have saved { $saved }.
backtest-lost = Where it was wrong, stopping would have lost { $lost }.
backtest-worst = Its worst calls
backtest-call = • { $who }, { $time }: wrong
backtest-call-lost = • { $who }, { $time }: wrong, { $lost } lost
backtest-means = Saved is what was spent afterwards, less the margin of the orders that it brought.
backtest-past = This is a replay: nothing was told or stopped.
backtest-busy = Another replay is under way. Ask again in a minute.
backtest-large = That is too much for a chat: { $subjects } over { $days } days. Ask for fewer days, or use “plimsoll backtest” in the terminal.
backtest-nobody = { $rule } speaks about nobody you may see
backtest-title = { $rule } · { $who }
chart-mark-right = { $count } right
chart-mark-wrong = { $count } wrong
chart-mark-open = { $count } open
