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
    [cut_link] { $amount } of the link { $name }
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
    [cut_link] Posts stay up and the link still lands on the product; only its credit is off. Nothing else stops by itself.
    [end_code] Posts stay up and the link still lands on the product; only this code is off. Nothing else stops by itself.
    [hold] Posts that are out stay up and are paid as agreed. Nothing else stops by itself.
    [cancel] Posts that are out stay up and are paid as agreed. Nothing else stops by itself.
   *[stop_boost] Posts stay up and codes stay on: a code costs nothing unsold. Nothing else stops by itself.
}
stays-code = Posts stay up. If { $code } is ended, followers who type it pay the full price; ask for a new code first. Nothing stops until one of you says so.
stays-steps = Posts stay up and codes stay on: a code costs nothing unsold. Beyond its steps nothing happens by itself, and Undo takes each back.
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
# In place of the first line of a message that is too old to be changed: a newer one carries all.
went-on = ⤵️ { $id } goes on in a newer message{ $link ->
    [none] , further down
   *[other] : { $link }
}

## What is done, in the forms that sentences need
deed-to = { $deed ->
    [stop_boost] stop the boost { $name }
    [resume_boost] start the boost { $name } again
    [cut_boost] cut the boost { $name }
    [raise_boost] give the boost its budget back, { $name }
    [set_budget] set the budget of { $name }
    [set_value] set what the code takes off, { $name }
    [cut_link] cut the link { $name }
    [revive_link] let the link { $name } count again
    [end_code] end the code { $name }
    [hold] put { $name } on hold
    [release] have { $name } made after all
    [cancel] cancel { $name }
    [ask_fix] have { $name } check link and code
    [ask_make_good] ask { $name } to make up for what fell short
    [ask_late] ask { $name } for what is overdue
    [ask_time] offer { $name } three more days
    [ask_right] ask { $name } to extend the right
    [ask_mark] have { $name } mark the post as advertising
   *[revive_code] switch the code { $name } on again
}
deed-ask = { $deed ->
    [hold] put { $name } on hold
    [release] make { $name } after all
    [cancel] drop { $name } for good
    [ask_make_good] make up for what fell short
    [ask_late] deliver what is overdue
    [ask_time] agree to three more days
    [ask_right] extend the right by 30 days
    [ask_mark] mark the post as advertising
   *[ask_fix] check link and code
}
deed-kept = { $deed ->
    [stop_boost] to keep the boost { $name } running
    [resume_boost] to leave the boost { $name } stopped
    [cut_boost] to leave the budget of { $name } as it is
    [raise_boost] to leave the budget of { $name } cut
    [set_budget] to leave the budget of { $name } as it is
    [set_value] to leave the code { $name } as it is
    [cut_link] to leave the link { $name } as it is
    [revive_link] to leave the link { $name } cut
    [end_code] to leave the code { $name } on
    [hold] to leave { $name } as planned
    [release] to leave { $name } on hold
    [cancel] to leave { $name } as planned
    [ask_fix] not to ask { $name } about link and code
    [ask_make_good] not to ask { $name } for more
    [ask_late] not to ask { $name } for what is overdue
    [ask_time] to leave the date as agreed
    [ask_right] not to ask { $name } to extend the right
    [ask_mark] not to ask { $name } about the label
   *[revive_code] to leave the code { $name } off
}
deed-left = { $deed ->
    [stop_boost] the boost { $name } runs on
    [resume_boost] the boost { $name } stays stopped
    [cut_boost] the budget of { $name } stays as it is
    [raise_boost] the budget of { $name } stays cut
    [set_budget] the budget of { $name } stays as it is
    [set_value] the code { $name } takes off what it did
    [cut_link] the link { $name } stays as it is
    [revive_link] the link { $name } stays cut
    [end_code] the code { $name } stays on
    [hold] { $name } stays as planned
    [release] { $name } stays on hold
    [cancel] { $name } stays as planned
    [ask_fix] link and code stay as they are
    [ask_make_good] nothing is made up for
    [ask_late] it stays overdue
    [ask_time] the date stays as agreed
    [ask_right] the right ends as agreed
    [ask_mark] the post stays as it is
   *[revive_code] the code { $name } stays off
}
deed-stays = { $deed ->
    [stop_boost] it runs on
    [resume_boost] it stays stopped
    [cut_boost] its budget stays as it is
    [raise_boost] its budget stays cut
    [set_budget] its budget stays as it is
    [set_value] it takes off what it did
    [cut_link] it stays as it is
    [revive_link] it stays cut
    [end_code] it stays on
    [hold] it stays as planned
    [release] it stays on hold
    [cancel] it stays as planned
    [ask_fix] link and code stay as they are
    [ask_make_good] nothing is made up for
    [ask_late] it stays overdue
    [ask_time] the date stays as agreed
    [ask_right] the right ends as agreed
    [ask_mark] the post stays as it is
   *[revive_code] it stays off
}
deed-not-done = { $deed ->
    [stop_boost] The boost { $name } was not stopped
    [resume_boost] The boost { $name } was not started
    [cut_boost] The boost { $name } was not cut
    [raise_boost] The boost { $name } did not get its budget back
    [set_budget] The budget of { $name } was not set
    [set_value] What the code { $name } takes off was not changed
    [cut_link] The link { $name } was not cut
    [revive_link] The link { $name } does not count again
    [end_code] The code { $name } was not ended
    [hold] { $name } was not put on hold
    [release] { $name } was not released
    [cancel] { $name } was not cancelled
    [ask_fix] { $name } was not asked to check link and code
    [ask_make_good] { $name } was not asked for more
    [ask_late] { $name } was not asked for what is overdue
    [ask_time] { $name } was not offered more time
    [ask_right] { $name } was not asked to extend the right
    [ask_mark] { $name } was not asked to mark the post
   *[revive_code] The code { $name } was not switched on
}
deed-failed = { $deed ->
    [stop_boost] The boost { $name } is NOT stopped
    [resume_boost] The boost { $name } is NOT started
    [cut_boost] The boost { $name } is NOT cut
    [raise_boost] The boost { $name } has NOT got its budget back
    [set_budget] The budget of { $name } is NOT set
    [set_value] What the code { $name } takes off is NOT changed
    [cut_link] The link { $name } is NOT cut
    [revive_link] The link { $name } does NOT count again
    [end_code] The code { $name } is NOT off
    [hold] { $name } is NOT on hold
    [release] { $name } is NOT released
    [cancel] { $name } is NOT cancelled
    [ask_fix] Link and code are NOT checked by { $name }
    [ask_make_good] { $name } has NOT agreed to more
    [ask_late] What is overdue is NOT there
    [ask_time] A later date is NOT agreed
    [ask_right] The right is NOT extended
    [ask_mark] The post is NOT marked as advertising
   *[revive_code] The code { $name } is NOT on
}
deed-done = { $deed ->
    [stop_boost] Boost { $name } stopped
    [resume_boost] Boost { $name } started again
    [cut_boost] Budget cut, boost { $name }
    [raise_boost] Budget given back, boost { $name }
    [set_budget] Budget set, boost { $name }
    [set_value] Value set, code { $name }
    [cut_link] Link { $name } cut
    [revive_link] Link { $name } counts again
    [end_code] Code { $name } ended
    [hold] { $name } is on hold
    [release] { $name } is made after all
    [cancel] { $name } is cancelled
    [ask_fix] Link and code are checked
    [ask_make_good] A make-good is agreed
    [ask_late] What was overdue is there
    [ask_time] A later date is agreed
    [ask_right] The right is extended by 30 days
    [ask_mark] The post is marked as advertising
   *[revive_code] Code { $name } switched on again
}
deed-undone = { $deed ->
    [stop_boost] Boost { $name } started again
    [resume_boost] Boost { $name } stopped again
    [cut_boost] Boost { $name } has its old budget again
    [raise_boost] Boost { $name } is cut again
    [set_budget] Boost { $name } has its old budget again
    [set_value] Code { $name } takes off what it did before
    [cut_link] Link { $name } counts again
    [revive_link] Link { $name } is cut again
    [end_code] Code { $name } switched on again
    [hold] { $name } is made after all
    [release] { $name } is on hold again
   *[revive_code] Code { $name } ended again
}
deed-short = { $deed ->
    [stop_boost] boost stopped
    [resume_boost] boost started again
    [cut_boost] budget cut
    [raise_boost] budget given back
    [set_budget] budget set
    [set_value] value set
    [cut_link] link cut
    [revive_link] link counts again
    [end_code] code ended
    [hold] { $name } on hold
    [release] { $name } made after all
    [cancel] { $name } cancelled
    [ask_fix] link and code checked
    [ask_make_good] make-good agreed
    [ask_late] delivered
    [ask_time] later date agreed
    [ask_right] right extended
    [ask_mark] post marked
   *[revive_code] code on again
}
deed-button = { $deed ->
    [stop_boost] Stop boost{ $name }{ $saves }
    [resume_boost] Start boost{ $name }
    [cut_boost] Cut boost{ $name }{ $saves }
    [raise_boost] Raise boost{ $name }
    [set_budget] Set budget{ $name }
    [set_value] Set code{ $name }
    [cut_link] Cut link{ $name }
    [revive_link] Revive link{ $name }
    [end_code] End code{ $name }
    [hold] Hold{ $name }{ $saves }
    [release] Release{ $name }
    [cancel] Cancel{ $name }{ $saves }
    [ask_fix] Ask{ $name } to fix
    [ask_make_good] Ask{ $name } for a make-good
    [ask_late] Ask{ $name }
    [ask_time] Give{ $name } 3 more days
    [ask_right] Ask{ $name } to extend
    [ask_mark] Ask{ $name } to mark it
   *[revive_code] Switch on code{ $name }
}
deed-keep = { $deed ->
    [stop_boost] Keep it running
    [resume_boost] Leave it stopped
    [cut_boost] Keep the budget
    [raise_boost] Leave it cut
    [set_budget] Keep the budget
    [set_value] Keep the code as it is
    [cut_link] Leave the link
    [revive_link] Leave it cut
    [end_code] Leave the code on
    [hold] Keep it as planned
    [release] Leave it on hold
    [cancel] Keep it as planned
    [ask_fix] Don't ask
    [ask_make_good] Don't ask
    [ask_late] Don't ask
    [ask_time] Keep the date
    [ask_right] Don't ask
    [ask_mark] Don't ask
   *[revive_code] Leave the code off
}
deed-undo = { $deed ->
    [stop_boost] Undo: start boost again
    [resume_boost] Undo: stop boost again
    [cut_boost] Undo: give its budget back
    [raise_boost] Undo: cut it again
    [set_budget] Undo: the budget it had
    [set_value] Undo: what it took off before
    [cut_link] Undo: let the link count again
    [revive_link] Undo: cut the link again
    [end_code] Undo: switch code on again
    [hold] Undo: make it after all
    [release] Undo: hold it again
   *[revive_code] Undo: end code again
}
budget-of = { $name } to { $amount }
budget-to = to { $amount }
step = { $what ->
    [stop_boost] stop the boost
    [cut_boost] cut the boost
    [hold_next] put the next piece on hold
    [cancel_next] cancel the next piece
    [end_code] end the code
    [cut_link] cut the link
    [ask_fix] have link and code checked
    [ask_make_good] ask for a make-good
    [offer] offer other terms
   *[notify] tell you again
}
left-out = { $why ->
    [achieved] it is so already, or on its way
    [losing] it would lose more margin than it saves
    [refused] one of you said no to just that
    [cleared] the line is clear again
    [crossed] the line was crossed again
    [overtaken] a later step took its place
    [decided] it was decided otherwise meanwhile
    [watching] the rule only watches now
   *[nothing] there is nothing left to do it to
}
held-why = { $reason ->
    [kill_switch] the kill switch is on
    [dry_run] this is a dry run
    [daily_cap] the day's number of actions is used up
    [cooling_off] it was acted on a moment ago
    [no_data] there are no numbers to rest on
    [stale_data] the numbers are too old
    [gain_unknown] what it saves or loses is not known
    [loses_more] it would lose more margin than it saves
    [overspent] more than that has been spent meanwhile
   *[other] { $reason }
}

## Who did what

has-it = { $who } has it since { $time }.
has-it-short = { $who } has it
snoozed = Snoozed until { $until }.
snoozed-by = Snoozed until { $until } by { $by }.
the-program = Plimsoll
the-rule = the rule { $rule }
did-proposed = Asks to { $what }.
did-proposed-saves = Asks to { $what }: saves { $saves }.
answer-by = Without an answer by { $time } { $stays }.
did-approved = { $by } agreed { $time } to { $what }; it is being done.
did-approved-later = { $by } agreed { $time } to { $what }; it is done { $due }, if nothing changes by then.
did-rejected = { $by } decided { $time } { $what }.
did-expired = Nobody answered by { $time }: { $what }.
did-expired-few = Only { $have } of { $need } had agreed by { $time }: { $what }.
did-held = { $what } ({ $time }): { $reason }.
did-done = { $what } by { $by } { $time }; { $runs_on } has accepted and is being asked again.
did-verified = { $what } by { $by } { $done_at }; { $runs_on } says { $state } { $time }.
did-ask = { $of } was asked { $time } to { $what }; it counts when { $of } confirms.
did-ask-yourselves = { $of } has no chat with me. Ask { $of } yourselves to { $what }, and note the answer here.
did-ask-agency = Your agency asks { $of } to { $what }; it counts when { $of } confirms.
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
state-cut = cut
state-budget = a budget of { $amount }
state-value = { $share } off
held-again = It is tried again { $time }.
late-orders = Late orders cleared the line: { $orders ->
    [one] one order
   *[other] { $orders } orders
} now, { $needed } needed.
late-numbers = Numbers that came later cleared the line.
still-firing = Still so { $time }.
next-step-asked = If it is still so { $time }, you are asked to { $what }.
next-step-done = If it is still so { $time }, the next step is to { $what }, inside the limits.

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
event-told = { $by } told { $of }
event-confirmed = { $of } confirmed
event-confirmed-by = { $by } noted that { $of } confirmed
event-declined = { $of } said that something is in the way
event-withdrawn = not wanted any more: { $why }
event-still-firing = still on the wrong side
event-skipped = left out the step to { $what }: { $why }

## Buttons: what each saves or does

button-why = Why
button-ack = I've got it
button-snooze = Snooze { $long }
button-my-numbers = My numbers
button-worse = ‹ Page { $page } of { $pages }
button-further = Page { $page } of { $pages } ›
button-yes-stop = Yes, stop it
button-yes-start = Yes, start it again
button-yes-adjust = Yes, set it
button-no = No, leave it
button-let-propose = Let it propose
button-keep-watching = Keep watching
button-yes-auto = Yes, let it act
button-no-auto = No, let it ask

## With people: what a creator is asked, and what the team sees of it

ask-headline = { $ask ->
    [hold] 🟡 Hi { $name }, please put { $what } on hold ({ $place })
    [release] 🟢 Hi { $name }, please make { $what } after all ({ $place })
    [cancel] 🔴 Hi { $name }, please do not make { $what } any more ({ $place })
    [fix_link] 🟡 Hi { $name }, your link opens the wrong page ({ $place })
    [fix_code] 🟡 Hi { $name }, your code is missing in a post ({ $place })
    [make_good] 🟡 Hi { $name }, one post fell short of what we agreed ({ $place })
    [late_draft] 🟡 Hi { $name }, how is the draft of { $what } coming along? ({ $place })
    [late_post] 🟡 Hi { $name }, { $what } should be out by now ({ $place })
    [late_proof] 🟡 Hi { $name }, we still need the proof of { $what } ({ $place })
    [late_report] 🟡 Hi { $name }, we still need the numbers of { $what } ({ $place })
    [more_time] 🟢 Hi { $name }, you may have more time for what is overdue ({ $place })
    [extend_right] 🟡 Hi { $name }, may our ad with your post run on? ({ $place })
    [fix_mark] 🟡 Hi { $name }, please look whether your post says that it is advertising ({ $place })
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
    [late_draft] It was due { $due }. Please send it to the team, then press the first button. If something is in the way, press the second: we look for a way together.
    [late_post] It was due { $due }. Once it is out, press the first button and send me “live” with its address, so that its numbers count as yours. If something is in the way, press the second.
    [late_proof] It was due { $due }; a screenshot that the post is out is enough. Please send it to the team, then press the first button.
    [late_report] They were due { $due }; a screenshot of the post's statistics is enough. Please send it to the team, then press the first button.
    [more_time] It would be due { $due } instead. Everything else stays as agreed.
    [extend_right] The right for it ends soon; it would last until { $due } instead. Everything else stays as agreed. For an ad in your own name, please extend the permission in the app as well.
    [fix_mark] We found no word such as #ad in its text. The platform's own label is fine and does not show there; if it has neither, please add one.
   *[fix_check] Does your link open the product, and is your code in the caption? Then your sales are counted as yours.
}
ask-stays = Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
ask-answer-by = Please answer by { $time }.
ask-yes = { $ask ->
    [hold] OK, on hold
    [release] OK, I'll make it
    [cancel] OK, I won't make it
    [make_good] OK, I'll post more
    [late_draft] I've sent it
    [late_post] It is out
    [late_proof] I've sent it
    [late_report] I've sent them
    [more_time] OK, by then
    [extend_right] Yes, go on
    [fix_mark] It is marked
   *[fix_check] Fixed
}
ask-no = { $ask ->
    [hold] Already made it / problem
    [release] I can't / problem
    [cancel] Already made it / problem
    [late_draft] Something is in the way
    [late_post] Something is in the way
    [late_proof] Something is in the way
    [late_report] Something is in the way
    [more_time] That does not help
    [extend_right] No / let's talk
    [fix_mark] I need help
   *[fix_check] I need help
}
ask-done = { $ask ->
    [hold] 🟢 { $what } is on hold since { $time }. Thank you
    [release] 🟢 { $what } is yours to make again since { $time }. Thank you
    [cancel] 🟢 { $what } is cancelled since { $time }. Thank you
    [make_good] 🟢 You agreed { $time } to post more. Thank you
    [late_draft] 🟢 The draft of { $what } was sent, noted { $time }. Thank you
    [late_post] 🟢 { $what } is out, noted { $time }. Thank you
    [late_proof] 🟢 The proof of { $what } was sent, noted { $time }. Thank you
    [late_report] 🟢 The numbers of { $what } were sent, noted { $time }. Thank you
    [more_time] 🟢 You have more time, agreed { $time }
    [extend_right] 🟢 You agreed { $time } that the ad may run on. Thank you
    [fix_mark] 🟢 The post is marked, noted { $time }. Thank you
   *[fix_check] 🟢 You fixed it { $time }. Thank you
}
ask-done-text = { $ask ->
    [hold] You are told here if it is wanted after all.
    [release] Everything is as agreed before.
    [cancel] { $owed ->
        [none] Nothing else in your deal changes.
       *[other] { $owed } of its fee is still paid. Nothing else in your deal changes.
    }
    [late_post] Please also send me “live” and its address, so that its numbers count as yours.
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
ask-told = { $by } told { $of } { $time }. The answer is still to come.
ask-letter-answer = Please answer this message: yes, or what is in the way.
sure-headline = { $deed ->
    [hold] Ask { $of } to put { $name } on hold?{ $saves }
    [release] Ask { $of } to make { $name } after all?{ $saves }
    [cancel] Cancel { $name } for good?{ $saves }
    [ask_make_good] Ask { $of } to make up for what fell short?{ $saves }
    [ask_late] Ask { $of } for what is overdue?{ $saves }
    [ask_time] Offer { $of } three more days?{ $saves }
    [ask_right] Ask { $of } to extend the right by 30 days?{ $saves }
    [ask_mark] Ask { $of } to mark the post as advertising?{ $saves }
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
    [cut_link] the link { $name }: it still leads to the product; only its credit stops
    [end_code] the code { $name }: it costs nothing unsold; end it only if it leaked or is abused
   *[stop_boost] the boost { $name }
}
choices-stay = Posts that are up are not paused. Nothing stops until you choose, and each asks first.
which-piece = Which one?
which-creator = Which creator?
which-more = { $count } more. Type the name, such as “{ $example }”.
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
told-live-fee = Noted: { $what } is out. Its fee, { $fee }, counts as earned from now on.
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
    [extended] time that lies with the brand was added
    [mediating] another way is looked for
    [suggested] { $by } suggested another way
    [agreed] { $by } agreed, and that binds both
    [unagreed] no other way was agreed in time
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
platform-survey = surveys
claims-counted = { $metric } by { $by ->
    [code] code
    [link] link
    [survey] survey
   *[platform] what platforms claim
}: { $counted }. Also claimed, not added: { $also }.
claims-nobody = { $metric }: claimed by { $also }, and none of them counts here.
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
tip-format = { $format ->
    [reel] Reels do
    [story] Stories do
    [post] Posts in the feed do
    [video] Videos do
    [short] Shorts do
    [photo] Photos do
    [carousel] Carousels do
    [live] Live streams do
   *[other] “{ $format }” does
} better: on average { $value } ({ $count ->
    [one] one post
   *[other] { $count } posts
}). All { $posts } posts: { $overall }.
tip-pause = Your posts do better { $pause ->
    [same-day] on a day on which you posted already
    [days] one to three days after the one before
    [half-week] three to seven days after the one before
   *[week] a week or more after the one before
}: on average { $value } ({ $count ->
    [one] one post
   *[other] { $count } posts
}). All { $posts } posts: { $overall }.
tip-link-target = The link opens { $opens }; it should open { $should_open }.
tip-code-missing = The code { $code } is missing in { $post }.

## Commands (at most 100 characters each)

help-headline = What you can say here
help-status = What is watched, what is open, what is missing
help-me = Your own numbers, for creators
help-tips = What your own posts suggest, for creators
help-benchmark = Where somebody stands: own past, similar creators, published figures
help-criteria = What your levels ask for and where you stand, for creators
help-appeal = Say what is wrong with a notice about your level; no time runs then
help-why = Why an alert was told: every number behind it
help-why-not = Why a rule has not told anything: every number behind it
help-pause = What can be stopped, and the money of each; asks before anything stops
help-resume = Start stopped boosts again; asks first
help-hold = Ask a creator to put a promised piece on hold; asks first and says what it saves
help-release = Ask a creator to make a held piece after all; asks first
help-adjust = Set a boost's budget, what a code takes off, or a target; asks first
help-live = Say that a promised piece is out, with the address of its post
help-note = Keep a remark about somebody or an alert, with a #tag if you like
help-rules = Which rules are in force, how far each may go and how often it has raised an alert
help-rule = One rule, and how far it may go: watch, propose or act; managers change that
help-approve = Agree to what an alert proposes
help-reject = Say no to what an alert proposes, and why
help-undo = Take back what was done about an alert
help-show = Show an alert in the client's rooms, with billed amounts only
help-hide = Take an alert back from the client's rooms
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
arg-yardstick = what to hold it against: plan, peers or before
arg-mode = how far it may go: shadow, propose or auto
arg-change = what it is set to, such as 3000 EUR, 12 % or cpa 40 EUR
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
reply-linked = You are { $name } here now. “help” shows what you can say.
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
reply-taking-back = Setting { $name } back. You are told when the platform has confirmed it.
reply-adjust-asked = Setting { $name }. You are told when the platform has confirmed it.
reply-adjust-set = Set: { $name }, from now on. Who set it and when is kept.
reply-adjust-already = Nothing to do, it is so already: { $name }
reply-adjust-not-that = { $name } cannot be set to that. A boost takes an amount (3000 EUR), a code a share (12 %), a campaign or one deal a target (cpa 40 EUR)
reply-adjust-currency = { $name } is in { $currency }. Say the amount in { $currency }
reply-adjust-spent = { $name } has spent more than { $amount } already. Name more, or stop it with pause
reply-adjust-nowhere = { $name } cannot be set from here: no shop or ad platform is configured for it
reply-too-much = That is a lot at once. I did not do the last one and answer again in { $secs } s; pause, hold and approve I hear meanwhile.
reply-old-button = This button is too old. The newest message about it has a fresh one.
reply-cancelled = Nothing was done.
reply-failed = That did not work: { $reason }. Nothing was changed.

confirm-pause = Stop { $name }?
confirm-pause-saves = Stop { $name }? That saves { $saves }
confirm-pause-stays = { $deed ->
    [cut_link] The post stays up and the link still leads to the product. Clicks and orders that come by it are credited to nobody from then on. Undo lets it count again.
    [end_code] The post stays up. Followers who type the code pay the full price from then on. Undo switches it on again.
   *[stop_boost] The post stays up, the code stays on. Undo starts the boost again.
}
confirm-adjust-budget = Set the budget of { $name } to { $amount }, from { $was }?
confirm-adjust-budget-stays = That is what it may spend in all, what it has spent included. Whether it runs does not change. Undo gives it the old budget.
confirm-adjust-share = Let the code { $name } take { $share } off?
confirm-adjust-share-stays = For everybody who types it, once the shop has confirmed it. Orders already made keep their price, and whether the code works does not change. Undo restores what it took off before.
confirm-adjust-target = Hold { $name } to { $target }, no longer { $was }?
confirm-adjust-target-new = Hold { $name } to { $target }?
confirm-adjust-target-stays = It holds from now on: what was spent before is still held to what was agreed then. Nothing is stopped or paid by it.
confirm-resume = Start { $name } again?
confirm-resume-stays = { $deed ->
    [revive_link] Clicks are counted and credited again at once.
    [revive_code] It takes money off orders again from the moment the shop confirms it.
   *[resume_boost] It spends money again from the moment the platform confirms it.
}
## Rules, and how far each may go

rule-mode = { $mode ->
    [shadow] watches
    [propose] proposes
   *[auto] acts by itself
}
rules-headline = { $count ->
    [0] No rule is in force here
    [one] One rule is in force here
   *[other] { $count } rules are in force here
}
rule-would-have-told = It would have raised { $fires ->
    [0] no alert
    [one] one alert
   *[other] { $fires } alerts
} { $days ->
    [0] today
    [one] in one day
   *[other] in { $days } days
}.
rule-has-told = It raised { $fires ->
    [0] no alert
    [one] one alert
   *[other] { $fires } alerts
} { $days ->
    [0] today
    [one] in one day
   *[other] in { $days } days
}.
rule-outcomes = By what came later { $right } of them { $right ->
    [one] was
   *[other] were
} right and { $wrong } wrong.
rule-outcomes-open = Of { $open } it is not known yet.
rule-outcomes-unknown = Whether that was right is not known yet.
rule-since = In force since { $since }, by { $by }.
rule-change = Say “{ $command }”, and { $mode ->
    [auto] it acts by itself inside the limits; you are asked first.
   *[propose] it tells and asks before anything is done.
}
promotion-asks = 🔵 { $rule } watched for { $days ->
    [one] one day
   *[other] { $days } days
}: it would have raised { $fires ->
    [0] no alert
    [one] one alert
   *[other] { $fires } alerts
}
promotion-nothing = Nobody was told and nothing was done.
promotion-stays = If you let it propose, it tells this room and asks before anything is done. Until one of you says so, it goes on watching.
promotion-watched = It watched for { $days ->
    [one] one day
   *[other] { $days } days
} and would have raised { $fires ->
    [0] no alert
    [one] one alert
   *[other] { $fires } alerts
}.
promotion-set = 🟢 { $rule } { $mode ->
    [shadow] watches
    [propose] proposes
   *[auto] acts by itself
} from now on: { $by } decided { $time }
promotion-watches = 🔵 { $rule } goes on watching: { $by } decided { $time }
promotion-later = When you want it to propose, say “{ $command }”.
promotion-back = To have it watch again, say “{ $command }”.
confirm-auto = 🔴 Let { $rule } act by itself?
confirm-auto-share = Wrong so far: { $share } of { $known } that can be told.
confirm-auto-stays = It stops boosts inside the day's limits and tells you each time; Undo takes it back. What cannot be taken back it still asks about.
reply-rule-set = { $rule } { $mode ->
    [shadow] only watches
    [propose] proposes
   *[auto] acts by itself
} from now on.
reply-rule-already = { $rule } { $mode ->
    [shadow] only watches
    [propose] proposes
   *[auto] acts by itself
} already.
reply-rule-watches = { $rule } goes on watching. Nobody is told.
reply-rule-proposes-first = { $rule } only watches. Let it propose first; it may act by itself once it has.
reply-rule-too-early = { $rule } proposes since { $since }. It may act by itself from { $from } at the earliest.
reply-rule-answered = { $who } has answered about { $rule } already.
reply-rule-changed = { $rule } was changed meanwhile. Say “rules” to see how it stands.

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
    It is tried again by itself. Until then its budgets are not watched, and nothing is stopped on old data.
    I say so here when it is back. If it stays for hours: plimsoll doctor.
trouble-token-refused = 🔴 { $source } refuses our access
    Put a key or token that works into its settings. Until then its numbers are missing, and nothing is stopped on old data.
trouble-quota-spent = 🟡 { $source }: the day's allowance is used up until { $until }
    Polls go on then. Nothing is stopped on old data.
trouble-absent = 🟡 { $subject }: the rule { $rule } cannot judge, a number it needs is missing
    Missing is not zero: nothing is stopped and nothing is cleared until it is back.
trouble-page-gone = 🔴 The page behind the tracking link { $link } is gone: { $page }
    Its links lead to the brand's fallback page until it is back, where the brand has one. Mend the page, or give the deal another `landing`.
trouble-account-ends = 🟡 { $source }: the connection of { $account } ends on { $until }
    Its numbers stop then. Connect it again before: plimsoll connect { $source } --account { $account }
trouble-account-refused = 🔴 { $source } no longer lets me in to { $account }
    Its numbers are missing, and nothing is stopped on old data.
    Connect it again: plimsoll connect { $source } --account { $account }
trouble-account-refused-asked = 🔴 { $source } no longer lets me in to { $account }
    Its numbers are missing, and nothing is stopped on old data. { $name } knows from me that they have to agree again.
    Send them the address that this prints: plimsoll connect { $source } --account { $account } --paste
trouble-account-refused-copy = 🔴 { $source } no longer lets me in to { $account }
    Its numbers are missing, and nothing is stopped on old data. { $name } has to agree again and has no chat with me.
    Send them the address that this prints: plimsoll connect { $source } --account { $account } --paste
    To copy, for { $name }:
    { $text }
trouble-reconsent = 🟡 I can no longer see your numbers on { $platform } ({ $account })
    The access you gave has ended. A new password does that, or time. Nothing counts against you meanwhile.
    The team will send you an address: open it and agree again.
trouble-stored-old = 🔵 { $count } old messages were not sent after the outage
    They are in the outbox with their reason: plimsoll outbox list.
trouble-quota-low = 🟡 { $source } runs out of its allowance at { $empty }: { $left } % left
    That is the budget { $bucket }; new allowance: { $reset }. In between its numbers get old, and nothing is stopped on old data.
    Ask less often (`schedule` or `cadence` of the source), or ask the platform for more; `plimsoll plan` shows what would fit.
trouble-queue-old = 🔴 Alerts on { $chat } are late: { $count ->
        [one] one message waits
       *[other] { $count } messages wait
    } since { $since }
    Nothing is lost. Everything is sent when { $chat } takes it again; what is a day old by then is told as old news, not sent.
    Look at the platform's status page and at this machine's network: plimsoll doctor. Until then read the other chat.
trouble-disk-low = 🟡 The disk under the store has { $left } MiB left
    Nothing is late and nothing is lost yet. Full, the store takes nothing: nothing would be judged and nobody told.
    Make room, or keep less: move old backups away, then plimsoll doctor.
trouble-disk-bad = 🔴 The disk is nearly full: { $left } MiB left. Soon alerts stop
    A full store takes nothing: nothing is judged then and nobody is told. What is kept stays whole.
    Make room on it now: move old backups and logs away. The service need not be stopped for that.
trouble-receiver-silent = 🔴 I hear nothing from { $chat } since { $since }
    Buttons and commands there do nothing until I do. Alerts are still sent, if it takes them.
    I connect anew by myself. If it stays: look at the platform's status page, then run plimsoll doctor.
trouble-part-died = 🔴 A part of me keeps failing: { $part }. { $does ->
        [tells] Alerts there are late
        [answers] Commands and buttons there wait
        [watches] These budgets are not watched
        [acts] Nothing is stopped or resumed
       *[other] Its work waits
    }
    It failed { $times } times in a row, last at { $since }. I start it again by myself; everything else goes on.
    That is a mistake in the program: keep the log around { $since }, and go back to the last version if it began with an upgrade.
trouble-part-hangs = 🟡 A part of me hung and was started again: { $part }. { $does ->
        [tells] Alerts there were late
        [answers] Commands and buttons there waited
        [watches] These budgets were not watched
       *[other] Its work waited
    }
    It was at work since { $since } without getting on. Nothing is lost: what it had begun is done again.
    If this comes again, keep the log around { $since } and look at what it asks: plimsoll doctor.
trouble-part-hangs-on = 🔴 A part of me hangs: { $part }. { $does ->
        [acts] What was approved waits, and nothing is stopped or resumed
       *[other] Its work waits
    }
    It is at work since { $since } without getting on. I do not end it: a request may be on its way, and must not be made twice.
    Look at the boost in the ad platform itself if money is running. Then stop the service and start it; it asks what came of it first.
trouble-store-failed = 🔴 The store took nothing from { $since } to { $until }: alerts were late
    Nothing was judged and nobody was told meanwhile. It works again, and what was missed is being made up for.
    Look at the disk and the log of that time: plimsoll doctor. If it comes back, move the data folder to another disk.

trouble-standstill-over = ✅ { $source } moves again ({ $metric })
    It stood still from { $since } to { $until }. That time counts for nobody.
trouble-room-closed-over = ✅ I can write to { $room } on { $chat } again
    It was shut from { $since } to { $until }. What waited is being sent.
trouble-other-poller-over = ✅ Nobody else reads the messages of { $bot } any more
    Another program did from { $since } to { $until }. A command of that time that had no answer has to be said again.
trouble-source-down-over = ✅ { $source } gives numbers again
    It gave none from { $since } to { $until }. What it lists late is read now, and judged.
trouble-token-refused-over = ✅ { $source } lets us in again
    It refused us from { $since } to { $until }.
trouble-quota-spent-over = ✅ { $source } is asked again: it has a new allowance
    It was used up from { $since } to { $until }.
trouble-page-gone-over = ✅ The page behind the tracking link { $link } is back: { $page }
    It was gone from { $since } to { $until }; links lead to it again.
trouble-account-over = ✅ { $source }: { $account } is connected again
    There is nothing left to do about it.
trouble-reconsent-over = ✅ I can see your numbers on { $platform } ({ $account }) again
    Thank you. Nothing counts against you from the time between.
trouble-quota-low-over = ✅ { $source } gets along with its allowance again
    It was low from { $since } to { $until }.
trouble-queue-old-over = ✅ Alerts on { $chat } arrive again
    They were late from { $since } to { $until }. Nothing waits any more.
trouble-disk-over = ✅ The disk under the store has room again
    It was low from { $since } to { $until }.
trouble-receiver-silent-over = ✅ I hear { $chat } again
    I heard nothing from { $since } to { $until }. On Discord, whoever pressed a button then has to press again.
trouble-part-over = ✅ { $part } works again
    It did not from { $since } to { $until }.

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
chart-band-others = the middle half of { $count ->
    [one] one similar creator
   *[other] { $count } similar creators
}
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
metric-bot_clicks = clicks by programs
    .value = { $n ->
        [one] { $value } click by a program
       *[other] { $value } clicks by programs
    }
metric-live_viewers = live viewers
    .value = { $n ->
        [one] { $value } live viewer
       *[other] { $value } live viewers
    }
metric-prefetches = links fetched ahead
    .value = { $n ->
        [one] { $value } link fetched ahead
       *[other] { $value } links fetched ahead
    }
metric-visitors = visitors
    .value = { $n ->
        [one] { $value } visitor
       *[other] { $value } visitors
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
metric-redeemed_by_link = uses of the code by way of the creator
    .value = { $n ->
        [one] { $value } use of the code by way of the creator
       *[other] { $value } uses of the code by way of the creator
    }
metric-redeemed_typed = uses of the code that was typed in
    .value = { $n ->
        [one] { $value } use of the code that was typed in
       *[other] { $value } uses of the code that was typed in
    }
metric-redeemed_listed = uses of the code from pages that list codes
    .value = { $n ->
        [one] { $value } use of the code from pages that list codes
       *[other] { $value } uses of the code from pages that list codes
    }
metric-redeemed_elsewhere = uses of the code from elsewhere
    .value = { $n ->
        [one] { $value } use of the code from elsewhere
       *[other] { $value } uses of the code from elsewhere
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
metric-posts = posts
    .value = { $n ->
        [one] { $value } post
       *[other] { $value } posts
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

learned = Learned here: { $what }.
learned-of = { $brand }: learned { $what }.
learned-luck = how much posts differ, from { $n ->
    [one] { $n } post
   *[other] { $n } posts
}
learned-luck-on = how much posts on { $place } differ, from { $n ->
    [one] { $n } post
   *[other] { $n } posts
}
learned-prior = the usual { $metric }, from { $n ->
    [one] { $n } deal
   *[other] { $n } deals
}
learned-decay = half of the views on { $place } within { $span }, from { $n ->
    [one] { $n } post
   *[other] { $n } posts
}
learned-lag = half of the orders within { $span } of the click, from { $n ->
    [one] { $n } order
   *[other] { $n } orders
}
## What is still to come, and deals judged together

range = { $low }–{ $high }
next-brings = { $name } would probably bring { $range } more margin; it costs { $costs }.
end-projected = At last week's pace, by { $day }: { $things } for { $spend }, { $cost }.
end-projected-roas = At last week's pace, by { $day }: { $things } for { $spend }, { $cost }, { $roas }.
pool-together = { $deals } small deals{ $group } together: { $seen } where { $expected } would have come at the limit. None of them is large enough to be judged alone, so no one creator is meant.
pool-only = { $deals } small deals{ $group } are judged together. None of them is large enough to be judged alone, so no one creator is meant.
pool-silent = { $count ->
    [one] One of them has no numbers and takes no part.
   *[other] { $count } of them have no numbers and take no part.
}
pool-group = ({ $platform }, { $format })
## Others: whom a number is compared with

source-peers-share = { $base ->
    [none] { "" }
   *[other] { $base },{ " " }
}which { $share } of { $others } similar creators are below
compared-with = Compared with { $others ->
    [one] one other
   *[other] { $others } others
}: { $group }{ $absent ->
    [0] .
    [one] ; one more has no number.
   *[other] ; { $absent } more have no number.
}
own-drawn = The usual rests on few earlier windows, { $raw }, so it is drawn towards { $others ->
    [one] one similar creator
   *[other] { $others } similar creators
}, { $toward }.
industry-beside = Published: { $value } ({ $source }).
industry-of = { $statistic ->
    [median] the middle
   *[average] average
} of { $of }{ $per ->
    [post] , per post
   *[none] { "" }
}
industry-sample = n = { $count }
industry-no-sample = n not published
place-seen = { $value }, above { $below } of { $others } similar creators
place-worded = a place above { $share } of similar creators in { $title }
place-against = { $what }. The line is { $line }.
gap-no-group = There is nobody to compare with: a group needs the number of followers, and for deals a campaign. A [[group]] names one.
gap-too-few-peers = Too few similar creators have a number to compare with ({ $count }).
gap-no-figure = No published figure fits this platform and size.
size-name = { $size ->
    [nano] nano
    [micro] micro
    [mid] mid
    [macro] macro
   *[mega] mega
}
benchmark-headline = { $who }: above { $below } of { $others } similar creators in { $title }
benchmark-headline-alone = { $who }: { $value }
benchmark-none = { $who }: no numbers to compare yet
benchmark-own = usually { $usual } ({ $windows ->
    [one] one earlier window
   *[other] { $windows } earlier windows
})
benchmark-peers = similar creators { $middle } in the middle; { $below } of { $others } have less
benchmark-private = Others are shown together, from five on. Nobody sees your numbers by name.
benchmark-who = Say of whom, such as “benchmark alma”: creators and their deals are compared, not { $given }.
# A past instant (`why --at`)
why-then-held = { $who }: { $rule } held, { $at }
why-then-quiet = { $who }: { $rule } did not hold, { $at }
why-then-unknown = { $who }: { $rule } could not be judged, { $at }
why-then-version = Judged from what was known then, under version { $version } of the rule.
why-then-not-yet = The rule was not in force yet; this is what its version { $version } would have said.
why-then-differs = Another receipt was written down then: numbers about that time have been imported since.
## A deal itself: what is late or missing in it, which right ends, what goes well

overdue = { $kind ->
    [draft_overdue] 🟡 The draft of { $piece } by { $who } is { $late } late{ $place }
    [proof_overdue] 🟡 The proof of { $piece } by { $who } is { $late } late{ $place }
    [report_overdue] 🟡 The numbers of { $piece } by { $who } are { $late } late{ $place }
   *[post_overdue] 🔴 { $piece } by { $who } is { $late } late{ $place }
}
overdue-line = { $kind ->
    [draft_overdue] The draft of { $piece } was due { $day }; none has come.
    [proof_overdue] { $piece } is out; its proof was due { $day }.
    [report_overdue] { $piece } is out; its numbers were due { $day }.
   *[post_overdue] { $piece } was due { $day }; it is not out.
}
overdue-clears = Clears when it is there, put on hold or given a later day.
missing-in = { $kind ->
    [links_wrong] 🟡 { $who }: the deal's link is missing in { $count ->
        [one] { $piece }
       *[other] { $count } posts
    }{ $place }
    [codes_missing] 🟡 { $who }: the code is missing in { $count ->
        [one] { $piece }
       *[other] { $count } posts
    }{ $place }
   *[disclosures_missing] 🟡 { $who }: no word for advertising found in { $count ->
        [one] { $piece }
       *[other] { $count } posts
    }{ $place }
}
missing-line = { $kind ->
    [links_wrong] { $piece }: the link { $wanted } is not in its text.
    [codes_missing] { $piece }: the code { $wanted } is not in its text.
   *[disclosures_missing] { $piece }: { $wanted ->
        [none] no word such as #ad is in its text.
       *[other] { $wanted } is not in its text.
    }
}
disclosure-advice = A platform's own label is not in the text, so look at the post first.
rights-end = 🔴 { $who }: { $right ->
    [partnership_ad] the partnership ad permission
    [spark_code] the Spark code
   *[usage] the usage right
} { $piece ->
    [none] of this deal
   *[other] for { $piece }
} ends in { $time } while its boost runs{ $a_day ->
    [none] {""}
   *[other] {" "}({ $a_day } a day)
}
rights-over = 🔴 { $who }: { $right ->
    [partnership_ad] the partnership ad permission
    [spark_code] the Spark code
   *[usage] the usage right
} { $piece ->
    [none] of this deal
   *[other] for { $piece }
} ended { $time } ago and its boost still runs{ $a_day ->
    [none] {""}
   *[other] {" "}({ $a_day } a day)
}
right-until = { $right ->
    [partnership_ad] Partnership ad permission
    [spark_code] Spark code
   *[usage] Usage right
} { $piece ->
    [none] of this deal
   *[other] for { $piece }
}: last day { $day }.
rights-cost = The boost spends about { $a_day } a day.
rights-advice = Without the right the ad must not run: extend it or stop the boost before.
rights-no-end = no end: nothing paid runs on a right
exclusive-named = 🔴 { $who } names { $word } in a post while the deal is exclusive{ $place }
exclusive-post = “{ $word }” stands in the post { $post }.
exclusive-until = Agreed: nothing for competitors until { $day }.
exclusive-advice = A name in a text is not yet a breach: look at the post first, then talk.
kind-resolved = 🟢 { $who }: { $over }. It took { $lasted }
kind-recovering = 🟡 { $who }: { $over }. Closes if it stays so
kind-over = { $kind ->
    [draft_overdue] the draft of { $piece } is no longer overdue
    [proof_overdue] the proof of { $piece } is no longer overdue
    [report_overdue] the numbers of { $piece } are no longer overdue
    [links_wrong] the link is in its place
    [codes_missing] the code is in its place
    [disclosures_missing] the posts say that they are advertising
    [rights_left] no ad runs on a right that ends
    [exclusivity_broken] no post names a competitor any more
   *[post_overdue] { $piece } is no longer overdue
}
kind-creator = 🟡 Hi { $name }, one thing of your deal is open
kind-creator-over = 🟢 Hi { $name }, all good again: { $over }
stays-overdue = Posts that are out stay up and are paid as agreed. Nothing is held or cancelled until one of you says so.
stays-rights = The post itself stays up; this is about the ad. Nothing stops until one of you says so.
stays-text = Posts stay up and codes stay on. Nothing is stopped for this.
ideas = Worth a thought
idea-boost = Boost { $piece }: it goes well and nothing paid runs on it.
idea-more = Ask for one more piece like { $piece }.
idea-renew = Renew: the deal ends { $day }.
told-thanks-address = Thank you. Please also send me “live” and the address of the post, so that its numbers count as yours.
metric-draft_overdue = time a draft is overdue
    .value = { $n ->
        [one] a draft { $value } hour overdue
       *[other] a draft { $value } hours overdue
    }
metric-post_overdue = time a post is overdue
    .value = { $n ->
        [one] a post { $value } hour overdue
       *[other] a post { $value } hours overdue
    }
metric-proof_overdue = time a proof is overdue
    .value = { $n ->
        [one] a proof { $value } hour overdue
       *[other] a proof { $value } hours overdue
    }
metric-report_overdue = time numbers are overdue
    .value = { $n ->
        [one] numbers { $value } hour overdue
       *[other] numbers { $value } hours overdue
    }
metric-links_wrong = posts without the deal's link
    .value = { $n ->
        [one] { $value } post without the deal's link
       *[other] { $value } posts without the deal's link
    }
metric-codes_missing = posts without the deal's code
    .value = { $n ->
        [one] { $value } post without the deal's code
       *[other] { $value } posts without the deal's code
    }
metric-disclosures_missing = posts without a word for advertising
    .value = { $n ->
        [one] { $value } post without a word for advertising
       *[other] { $value } posts without a word for advertising
    }
metric-rights_left = time until a right in use ends
    .value = { $n ->
        [one] { $value } hour until a right in use ends
       *[other] { $value } hours until a right in use ends
    }
metric-exclusivity_broken = posts that name a competitor
    .value = { $n ->
        [one] { $value } post that names a competitor
       *[other] { $value } posts that name a competitor
    }
## What lies with a brand, and does not count against its creators

excused-span = from { $from } to { $until }
excused-since = since { $from }
excused-what = { $cause ->
    [shop] { $brand }'s shop did not sell
    [stock] { $brand } had sold out
    [price] { $brand } had another price than advertised
    [pixel] { $brand } did not track orders
   *[other] something at { $brand } was in the way
}
excused-team = Not judged against the creator, { $span }: { $what }.
excused-lasts = While that lasts this rule does not fire.
excused-creator = Not counted, { $span }: { $what }.
excused-headline = 🟢 { $who }: closed, not their doing. Reason: { $what }
cause-spares = The creators are not at fault. Rules that need what is broken are silent for { $creators ->
    [one] one creator
   *[other] { $creators } creators
} with a running deal, and the time { $span } does not count against them.
cause-spared = The creators are not at fault: the time { $span } does not count against { $creators ->
    [one] one creator
   *[other] { $creators } creators
} with a running deal.
stays-cause = Look at the shop, the stock and the price first. No creator is told.
cause-closed = { $closed ->
    [one] One alert about them was closed with it.
   *[other] { $closed } alerts about them were closed with it.
}
cause-names = With a running deal: { $names }
cause-more = and { $rest } more
button-our-doing = Not the creators' fault
button-not-us = It was not us
button-yes-excuse = Yes, do not count it
button-yes-count = Yes, count it
cause-not-a-brand = Only a brand or a campaign can be in its creators' way. Name one, or an alert about one
cause-no-span = From when to when? For example: excuse nordbo 2026-03-04T10:00 2026-03-04T14:00 the checkout was broken. At most 92 days
cause-declared = Noted: the time { $span } does not count against the creators of { $brand }
cause-lifted = Noted: the time { $span } counts for the creators of { $brand } again
cause-nothing-to-lift = No time is left out there at the moment
cause-confirm = Not count the time { $span } against { $creators ->
    [one] one creator
   *[other] { $creators } creators
} of { $brand }?
cause-confirm-means = What passes through the shop is left out of that time, and alerts that rest on it are closed. No creator is told and no money moves. “unexcuse” takes it back.
cause-confirm-lift = Count the time { $span } for the creators of { $brand } after all?
cause-confirm-lift-means = Rules judge that time again and may fire at once.
did-withdrawn = Withdrawn { $time }, it lies with the brand: { $what }.
event-brand-cause = closed: it lies with the brand, not with the creator
is-excused = Not judged: { $title }. The window holds time that does not count.
event-spared = withdrawn: it lies with the brand
arg-moment = a moment, such as 2026-03-04T10:00, 2026-03-04, 14:00 or now
help-excuse = Say that a time lies with the brand and does not count against its creators; asks first
help-unexcuse = Say that it does count after all; asks first

## Another way than a lower level

level-mediating = 🟡 Hi { $name }, you and { $brand } look for another way. You stay { $from } meanwhile
level-team-mediating = 🟡 { $who }: another way than losing { $from } is looked for. Nothing changes meanwhile
level-team-agreed = 🟢 { $who } keeps { $from } at { $brand }: both sides have agreed
level-extended = For that you have { $long } more.
way = { $way ->
    [format] another format for the next pieces
    [make_good] one more piece for what fell short
    [hybrid] another split between fee and commission
   *[extension] { $long } more time
}
mediation-clock = No time runs until { $until }. Without an agreement by then { $left } are left.
mediation-open = Say what would help: press one of the buttons. { $brand } can agree or suggest something else.
mediation-yours = You suggest: { $way }. { $brand } has been told, and can agree or suggest something else.
mediation-theirs = { $brand } suggests: { $way }. You can agree, or suggest something else.
mediation-binds = What both have agreed to binds both. Until then nothing changes.
mediation-suggested = { $side ->
    [creator] The creator suggests ({ $time }): { $way }.
   *[brand] { $by } suggested { $time }: { $way }. The creator has been told.
}
mediation-none = { $side ->
    [creator] The creator asks to look for another way. Nothing is suggested yet.
   *[brand] The creator was asked to look for another way. Nothing is suggested yet.
}
mediation-words = In the creator's words: “{ $text }”
mediation-binds-team = What both have agreed to binds both. Deals are changed by you, not by this program.
mediation-agreed = Agreed between you and { $brand }: { $way }.
mediation-agreed-by = Agreed, { $by } said yes: { $way }.
mediation-people = A person writes what it means into the deal, and both sides agree to that first.
mediation-over = No other way was agreed by { $day }. What is asked decides now.
button-mediate = Suggest another way
button-agree = Agree
button-way = { $way ->
    [format] Other format
    [make_good] Make-good
    [hybrid] Fee and commission
   *[extension] More time
}
reply-level-talking = { $side ->
    [creator] Noted. You stay { $level } while you look for another way, and no time runs. Press what would help.
   *[brand] Noted. { $level } stays while another way is looked for. The creator is told.
}
reply-level-suggested = { $side ->
    [creator] Your suggestion is with the team. No time runs.
   *[brand] Noted. The creator is told, and can agree or suggest something else.
}
reply-level-agreed = Agreed. It binds both sides, and both are told.
reply-level-talked = Another way has been looked for already. What is asked decides now.
# Replays
help-backtest = What a rule would have done in the past, and whether it would have been right
help-report = What a campaign has cost, paid and brought; “regret”: which stops were right
report-headline = { $campaign } has cost { $cost } without VAT
report-no-cost = What { $campaign } has cost cannot be told
report-paid = Paid { $paid } with VAT, still due { $due }.
report-revenue = Its orders brought { $revenue } and left { $margin }.
report-revenue-only = Its orders brought { $revenue }.
report-return = That is { $profit } beyond the cost: a return of { $roi }.
report-no-return = What came back cannot be told yet. “plimsoll report roi --campaign { $id }” in the terminal says which number is missing.
report-cpa = An order cost { $cpa }.
report-file = Every line: “plimsoll report ledger --campaign { $id } { $id }.xlsx” in the terminal.
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
## What caused an alert, where the numbers carry it

found-head = Likely cause: { $kind ->
    [shop] the shop, not the creator
    [stock] sold out, not the creator
    [price] the price, not the creator
    [pixel] the tracking, not the creator
    [link-dead] the link leads nowhere
    [link-elsewhere] the link opens another page
    [landing] the page that the link opens
    [code-missing] a post without its code
    [code-leaked] the code is on pages that list codes
    [audience] an audience outside the market
    [content] posts that are liked less than usual
    [hour] the hours of posting
   *[followers] followers who do not watch
}
found-because = { $kind ->
    [shop] From { $since } all creators together brought { $seen } orders; about { $usual } are usual. Check the shop.
    [stock] From { $since } all creators together brought { $seen } orders; about { $usual } are usual.
    [price] From { $since } all creators together brought { $seen } orders; about { $usual } are usual.
    [pixel] From { $since } { $seen } orders were tracked for all creators together; about { $usual } are usual. Codes are still redeemed.
    [link-dead] From { $since } { $seen } of { $n } clicks arrived; about { $usual } are usual. Open the link.
    [link-elsewhere] From { $since } { $seen } of { $n } clicks arrived on the right page; about { $usual } are usual. Open the link.
    [landing] From { $since } those who arrived ordered { $seen } times; about { $usual } are usual. Try to buy there.
    [code-missing] Of { $n } orders through its link { $seen } used the code; about { $usual } are usual. Look at the post.
    [code-leaked] Of { $n } uses of the code whose way is known, { $listed } came from such pages and { $typed } were typed in; about { $usual } of both are usual. More since about { $since }.
    [audience] { $seen } of those reached are in the market; { $usual } with similar creators.
    [content] Engagements per view in { $n } posts: { $seen }; { $usual } would be usual for the creator.
    [hour] By { $n } own earlier posts, first days at these hours are { $seen } of those at other hours.
   *[followers] { $seen } views per follower; { $usual } with similar creators. Fewer of them live in the market than of those who watch.
}
found-leaked-next = Anybody can copy a code, so this does not speak against the creator. Give them a new code first, then end this one.
found-spill-head = Good news: the code found buyers in a new place
found-spill = Of { $n } uses of the code whose way is known, { $seen } came from somewhere the creator does not post and that lists no codes; about { $usual } are usual. Find out where before anybody ends the code.
found-luck = By luck that is seen in at most 1 of { $of } such looks.

## Why a number about money moved: which step explains how much of it

moved-base = { $target ->
    [cpa] { $base } per order
    [orders] { $base } orders for the same money
    [roas] revenue { $base } times the spend
    [roi] { $base } back per 1 spent
   *[revenue] { $base }
}
moved-others = Why, against { $count ->
    [one] one similar creator
   *[other] { $count } similar creators
} ({ $base })
moved-before = Why, against as long before ({ $base })
moved-plan = Why, against the plan ({ $base })
# Asked for against something that says nothing of the steps.
moved-none = { $basis ->
    [plan] It cannot be held against the plan: the deal’s targets say nothing of views or clicks, or the numbers of them are missing here.
    [peers] It cannot be held against similar creators: there are too few with these numbers.
   *[before] It cannot be held against as long before: there are no such numbers from then.
}
basis = { $basis ->
    [plan] the plan
    [peers] similar creators
   *[before] as long before
}
moved-part = • { $step ->
    [cost] { $way ->
        [less] less was spent, { $now } not { $before }
       *[more] more was spent, { $now } not { $before }
    }
    [cost-of-reach] { $way ->
        [less] views cost less, { $now } not { $before } per 1,000
       *[more] views cost more, { $now } not { $before } per 1,000
    }
    [cost-of-clicks] { $way ->
        [less] clicks cost less, { $now } not { $before }
       *[more] clicks cost more, { $now } not { $before }
    }
    [cost-of-engagement] { $way ->
        [less] likes and comments cost less, { $now } not { $before }
       *[more] likes and comments cost more, { $now } not { $before }
    }
    [reach] { $way ->
        [less] fewer views, { $now } not { $before }
       *[more] more views, { $now } not { $before }
    }
    [engagements] { $way ->
        [less] fewer likes and comments, { $now } not { $before }
       *[more] more likes and comments, { $now } not { $before }
    }
    [engagement] { $way ->
        [less] fewer who watch react, { $now } not { $before }
       *[more] more who watch react, { $now } not { $before }
    }
    [clicks] { $way ->
        [less] fewer clicks, { $now } not { $before }
       *[more] more clicks, { $now } not { $before }
    }
    [click-of-reach] { $way ->
        [less] fewer click, { $now } not { $before } per 1,000 views
       *[more] more click, { $now } not { $before } per 1,000 views
    }
    [click-of-engaged] { $way ->
        [less] fewer who react click, { $now } not { $before }
       *[more] more who react click, { $now } not { $before }
    }
    [orders] { $way ->
        [less] fewer orders, { $now } not { $before }
       *[more] more orders, { $now } not { $before }
    }
    [conversion-of-reach] { $way ->
        [less] fewer buy, { $now } not { $before } per 1,000 views
       *[more] more buy, { $now } not { $before } per 1,000 views
    }
    [conversion] { $way ->
        [less] fewer buy after the click, { $now } not { $before }
       *[more] more buy after the click, { $now } not { $before }
    }
    [conversion-of-engaged] { $way ->
        [less] fewer who react buy, { $now } not { $before }
       *[more] more who react buy, { $now } not { $before }
    }
    [revenue] { $way ->
        [less] less is sold, { $now } not { $before }
       *[more] more is sold, { $now } not { $before }
    }
   *[order-value] { $way ->
        [less] orders are smaller, { $now } not { $before }
       *[more] orders are larger, { $now } not { $before }
    }
}: { $share }

## The same as a picture: a row for each step

waterfall-title = { $who }: { $now }, not { $before }
waterfall-others = { $count ->
    [one] One similar creator
   *[other] { $count } similar creators
}
waterfall-before = As long before
waterfall-plan = The plan
waterfall-now = Now
waterfall-worse = makes it worse
waterfall-better = makes it better
waterfall-sides = { $now }, not { $before }
waterfall-alt = { $title }. { $from }. { $steps }. { $until }.
waterfall-step = { $step ->
    [cost] Spend
    [cost-of-reach] Cost of 1,000 views
    [cost-of-clicks] Cost of a click
    [cost-of-engagement] Cost of a reaction
    [reach] Views
    [engagements] Likes and comments
    [engagement] Reactions per view
    [clicks] Clicks
    [click-of-reach] Clicks per 1,000 views
    [click-of-engaged] Clicks per reaction
    [orders] Orders
    [conversion-of-reach] Orders per 1,000 views
    [conversion] Orders per click
    [conversion-of-engaged] Orders per reaction
    [revenue] Sales
   *[order-value] Value of an order
}

## When a creator’s own posts do best, as a picture

hours-title = { $name }, when your posts are seen most
hours-title-few = { $name }, your posts by hour: too few to say more
hours-note = { $posts ->
    [one] One post, 3 days old or more.
   *[other] { $posts } posts, each 3 days old or more.
} Usually { $usual }. Hours in { $zone }.
hours-cells = Blue is above your usual, red below; few posts are drawn towards it. Grey: fewer than 3 posts, too few to say.
hours-few = At least { $least } posts are needed before hours can be compared.
hours-best = Framed: { $hours }, your best so far.
hours-posts = { $count ->
    [one] 1 post
   *[other] { $count } posts
}
heat-map-alt = { $title }. { $cells }.

## Each step of a funnel beside comparable creators, for the team

funnel-head = Step by step since { $since }, beside { $count ->
    [one] one similar creator
   *[other] { $count } similar creators
}
funnel-step = • { $step ->
    [reach] views of a post per follower
    [engagement] reactions per 100 views
    [click] clicks per 1,000 views
    [order] orders per 100 clicks
   *[redemption] with the code, of 100 orders
}: { $own } ({ $between }), usually { $usual } ({ $others })
funnel-weakest = Weakest: { $step ->
    [reach] too few of the followers see the posts
    [engagement] too few of those who see them react
    [click] too few of those who see them click
    [order] too few of those who click buy
   *[redemption] too few of those who buy use the code
}. By luck a step looks so weak at most 1 time in { $of }.
funnel-none = No step is weaker than luck explains.

## Setting up

sample-headline = 🧪 SAMPLE · Alma Lind: { $seen } per order, limit { $allowed }. { $saved } can still be saved
sample-taken = 🧪 SAMPLE · { $by } has it since { $time }. This is what every room sees
sample-seen = Seen: { $seen } per order in 7 days. A real alert says over how many readings, and how new they are.
sample-allowed = Allowed: at most { $allowed } per order, as agreed in the deal.
sample-stays = Posts stay up and codes stay on. Nothing stops until one of you says so.
sample-nothing = This is a sample: Alma does not exist and no button reaches a platform. Try them. Then press “I've got it”.
sample-footer = sample · plimsoll init
sample-button-stop = Stop boost −{ $saved }
sample-button-keep = Keep it running
sample-pressed-stop = In a real alert this stops the boost on the ad platform, reads back that it stopped, and offers Undo. Here nothing happened.
sample-pressed-keep = In a real alert this refuses what is proposed; the boost runs on and the alert says who decided. Here nothing happened.
sample-pressed-why = In a real alert this shows every number behind it, over which days and how fresh. Here there are none.
sample-pressed-mine = You have it. In a real alert nobody is reminded after this, and every room sees your name.

## Who is judged on what

help-coverage = Who is judged on what, and what is missing, worst first
arg-page = which page, such as 2
coverage-none = No partnership runs here
coverage-whole = 🟢 { $all ->
    [one] The one partnership that runs is judged by every rule about it
   *[other] All { $all } partnerships are judged by every rule about them
}
coverage-gaps = 🟡 { $gaps } of { $all ->
    [one] one partnership
   *[other] { $all } partnerships
} cannot be judged by every rule about them
coverage-who = { $who }: { $judged } of { $all } rules judge it
coverage-no-target = the deal names no target for { $title }
coverage-too-small = too small: its whole budget spent for nothing would not fire it
coverage-absent = { $title }: { $why }
coverage-gap = { $gap ->
    [not-yet] nothing has come yet
    [hidden] its owner hides it
    [too-few] too few for the platform to show
    [gone] the account or post is gone
    [stale] the last number is too old
    [unauthorized] the platform refuses our access
    [quota] today's allowance is used up
    [unreachable] the platform does not answer
    [garbled] the answer could not be read
    [zero] nothing to divide by yet
    [large] too large to be kept
    [target] the deal names no target
    [history] no earlier time to compare with
    [window] no complete window yet
    [posts] too few posts
    [excused] the time lies with the brand
    [currency] the rule is written in another currency
    [group] nobody comparable is known
    [peers] too few comparable others have a number
   *[figure] no published figure fits
}
coverage-more-rules = { $count } more
coverage-more-causes = { $count ->
    [one] One more cause
   *[other] { $count } more causes
}: plimsoll coverage { $who }
coverage-old = { $title } since { $time }
coverage-stale = Stopped coming: { $what }
coverage-page = page { $page } of { $pages }

promotion-told = • { $who }, { $time }{ $times ->
    [one] {""}
   *[other] { " " }and { $times } times in all
}{ $call ->
    [right] : right
    [wrong] : wrong
   *[open] : not known yet
}
promotion-told-saved = , { $saved } saved by stopping
promotion-told-lost = , { $lost } lost by stopping
promotion-no-stake = No money was at stake in any of them.
promotion-worth = Stopping each of them would have saved { $saved } and lost { $lost }.
promotion-elsewhere = { $count ->
    [one] One of them was
   *[other] { $count } of them were
} about other brands.

## What clients are shown, and who has to agree

client-cost-firing = 🔴 { $who }: brings too little for what it costs
client-cost-better = 🔵 { $who }: brings more for what it costs than expected
client-cost-stopped = 🟡 { $who }: { $done }. It brought too little for what it costs
client-cost-recovering = 🟡 { $who }: better. Closes if it stays so
client-cost-resolved = 🟢 { $who }: over after { $lasted }. It brought too little for what it cost
client-billed = As billed to you: { $what }.
client-why-cost = What is about cost is not shown here; your agency has it.
client-taken-back = ⚪ { $id }: your agency has taken this alert back
client-sees = The client reads this too: { $by }, { $time }. Billed amounts only.
client-shown = { $id } is shown in { $rooms ->
    [one] the client's room
   *[other] { $rooms } rooms of the client's
}, with billed amounts only. Take it back with “hide { $id }”.
client-hidden = { $id } is no longer shown to the client. Whoever has read it has read it.
client-no-room = There is no room of the client's for this. Apply a room with `audience = "client"` and bind it.
client-not-this = { $id } is about a creator's level. That is told to the creator and the team only.
button-show = Show the client
button-hide = Hide from client
event-shown = { $by } shows it to the client
event-hidden = { $by } takes it back from the client
agreed-so-far = { $have } of { $need } have agreed: { $names ->
    [none] nobody yet
   *[other] { $names }
}.
reply-agreed = { $have } of { $need } have agreed: { $names }. It is done when { $left ->
    [one] one more person agrees
   *[other] { $left } more people agree
}; a second yes of yours does not count.
reply-not-counted = Above { $above } that needs { $need } people, and your role here is not among those that count. Nothing has changed.
reply-not-yours = Only whoever asked can confirm this. Ask yourself, and you get buttons of your own.
confirm-expires = Nothing happens unless you press Yes within { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
really-approve = Agree to { $what }?{ $amount ->
    [none] {""}
   *[other] {" "}It concerns { $amount }.
}
really-undo = Take back: { $what }?{ $amount ->
    [none] {""}
   *[other] {" "}It concerns { $amount }.
}
really-yes = { $amount ->
    [none] Yes
   *[other] Yes, { $amount }
}

## Rooms, quiet hours, what is told where

help-desk = What waits for your decision today, across all your brands
help-rooms = Which rooms there are, where, when they are quiet, and what is closed
help-quiet = Quiet hours of this room: show, set or switch off
help-subscribe = What is told here, and how loud: on, silent or off
help-audit = Who did what, when and why
arg-hours = quiet hours, such as 22:00-07:00, or off
arg-topic = what it is about, such as stop_loss, opportunity or digest
arg-loudness = on, silent or off
arg-about = what it has to do with: a person, an alert, a creator, a room
topic = { $topic ->
    [stop_loss] money being lost
    [late] what is overdue
    [rights] rights that are missing or end
    [cause] what lies with the brand: shop, stock, price, link
    [downgrade] levels that may be lost
    [opportunity] what goes better than expected
    [ask] what you are asked for
    [rule] rules that have watched long enough
    [trouble] troubles of the program itself
   *[digest] the summary of the morning
}
loudness = { $how ->
    [on] on
    [silent] silent
   *[off] off
}
rooms-none = There is no room that you may see
rooms-none-how = Rooms are declared in a file of documents and bound with a code: plimsoll code --room ID
rooms-headline = { $count ->
    [one] One room
   *[other] { $count } rooms
}{ $closed ->
    [0] {""}
   *[other] , { $closed } closed
}{ $unbound ->
    [0] {""}
   *[other] , { $unbound } not bound yet
}
room-in-topic = { $chat } topic
room-unbound = not bound yet
room-audience = { $audience ->
    [internal] the team
    [client] the client
    [creator] a creator
   *[operator] operators
}
room-language = { $code ->
    [sv] Swedish
   *[other] English
}, { $zone }
room-quiet = quiet { $hours }
room-digest = digest { $at }
room-escalates = then told: { $to }
room-closed-since = Closed since { $since }: { $reason }. What is due waits.
room-closed = Closed: { $reason }. What is due waits.
room-bind = In the terminal:
quiet-none = No quiet hours here: everything comes at once
quiet-now-off = Quiet hours are off: everything comes at once, what waited comes now
quiet-how = To set them:
quiet-are = Quiet here { $hours } ({ $zone })
quiet-now = Quiet here from now on, { $hours } ({ $zone })
quiet-waits = What can wait waits until they end. Messages that are here are kept up to date.
quiet-critical-silent = Critical alerts come at once, without a sound.
quiet-critical-loud = Critical alerts come at once, with a sound.
quiet-until = It is quiet now, until { $until }.
subscribe-here = What is told in this room
subscribe-own = What is told to you here
subscribe-now-on = On here now: { $topic }
subscribe-now-silent = Without a sound here now: { $topic }
subscribe-now-off = Off here now: { $topic }
subscribe-how = To change one:
subscribe-journal = What is off is in the journal, not here. Answers to what you ask always come.
subscribe-stays = Stays on here: { $topic }
subscribe-unheard-brand = Nobody else would hear of it: { $brand } has no other open room that keeps it. Make it silent instead, or bind another room first.
subscribe-unheard-program = Nobody else would hear of it: there is no other open room for operators. Make it silent instead, or bind another room first.
subscribe-owed = It can be silent, but not off: nothing about you is decided before you were told.
subscribe-not-here = Not told in this chat anyway: { $topic }
subscribe-choose = { $topics ->
    [none] Nothing can be chosen here.
   *[other] Here you can choose: { $topics }.
}
subscribe-no-role = You would hear nothing: no brand has given you a role
subscribe-no-role-how = Alerts reach analysts, managers and agencies. Whoever runs the brand here can give you one: grant.

## Digests, passing on, desk, audit

escalation-headline = ⏫ Nobody has it after { $long }. { $headline }
escalated = Nobody had it, so { $to } was told { $time }.
event-escalated = nobody had it: { $to } was told
deciding-until = by { $until }: { $what } · { $name } · { $id }
deciding = { $what } · { $name } · { $id }
digest-nothing = ☀️ { $of }nothing open, nothing to decide
digest-nothing-open = ☀️ { $of }nothing open; { $ended ->
    [one] one alert
   *[other] { $ended } alerts
} ended since yesterday
digest-money = ☀️ { $of }{ $money } can still be saved in { $open ->
    [one] one open alert
   *[other] { $open } open alerts
}{ $decisions ->
    [0] {""}
    [one] , one decision today
   *[other] , { $decisions } decisions today
}
digest-open = ☀️ { $of }{ $open ->
    [one] one open alert
   *[other] { $open } open alerts
}{ $decisions ->
    [0] {""}
    [one] , one decision today
   *[other] , { $decisions } decisions today
}
digest-decide = To decide today
digest-open-part = Open
digest-ended-part = Ended since yesterday
digest-ended = 🟢 { $name } · over after { $lasted } · { $id }
digest-page = Page { $page } of { $pages }
desk-empty = Nothing waits for you
desk-not-yours = Nothing waits for you: you decide about no brand. Managers, clients and agencies do.
desk-headline = { $count ->
    [one] One decision waits
   *[other] { $count } decisions wait
} for you
desk-money = { $count ->
    [one] One decision
   *[other] { $count } decisions
}, { $money } to save
desk-first = { $count ->
    [one] One decision, by { $first }
   *[other] { $count } decisions, the first by { $first }
}
desk-money-first = { $count ->
    [one] One decision, { $money } to save, by { $first }
   *[other] { $count } decisions, { $money } to save, the first by { $first }
}
desk-unattended = { $count ->
    [one] One alert that nobody has
   *[other] { $count } alerts that nobody has
}; nothing to decide
desk-nobody = nobody has it
desk-brands = Across { $brands }.
desk-stays = Nothing stops until you press. Every room of the brand sees what you decide.
audit-headline = Who did what, the newest first
audit-about = Who did what about { $about }, the newest first
audit-none = Nobody has done anything yet that you may see
audit-none-about = Nothing about { $about } that you may see
audit-client = What was decided and done for you; people's own words stay with the team.
audit-file = As a file, in the terminal:
audit-gone = Nothing is kept from before { $until }: what is older was removed, as [retention] says.
audit-older = Older ›
audit-newer = ‹ Newer
audit-why = “{ $why }”
audit-deed = { $deed ->
    [action_approved] agreed
    [action_proposed] agreed; more of you have to
    [action_verified] did it, and the platform says so
    [action_done] did it
    [action_failed] could not do it
    [action_refused] held it back
    [action_rejected] refused
    [action_expired] got no answer
    [proposal_rejected] refused
    [incident_acknowledged] took the alert
    [incident_snoozed] put the alert off
    [incident_escalated] told the next: nobody had it
    [escalation_failed] could not tell the next
    [step_written] wrote a next step down
    [step_done] said that a next step is done
    [questions_asked] asked everybody who took part
    [question_answered] answered questions
    [grant_given] gave a role
    [grant_revoked] took a role away
    [code_made] made a code
    [code_used] used a code
    [backed_up] made a backup
    [document_applied] changed the documents
    [rule_applied] changed the rule
    [rule_mode_set] said how far the rule may go
    [promotion_declined] left the rule watching
    [level_changed] changed the level
    [note] noted
    [went_live] said that it is out
    [offer_made] suggested a change to the deal
    [offer_sent] agreed to send an offer
    [offer_agreed_by_one] agreed to an offer; more of you have to
    [offer_accepted] made an offer binding: both sides said yes
    [offer_declined] ended an offer with a no
    [offer_withdrawn] took an offer back
    [offer_overtaken] answered an offer that no longer fits the deal
    [offer_superseded] suggested something else instead
    [offer_suggested] suggested a change to the deal
    [offer_told] told the other side of an offer
    [creator_asked] asked the creator
    [creator_confirmed] said that the creator confirms
    [creator_declined] said that the creator says no
    [ask_withdrawn] took the question back
    [action_asked] agreed; more of you have to
    [incident_shown] showed the alert to the client
    [incident_hidden] hid the alert from the client
    [target_adjusted] set another target
    [numbers_reported] told numbers by hand
    [data_asked] asked for what is kept about them
    [creator_left] left
    [account_connected] connected an account
    [account_disconnected] disconnected an account
    [account_refused] was refused an account
    [delivery_retried] had a message sent again
    [delivery_dropped] dropped a message that was waiting
    [sample_pressed] tried the sample alert
    [level_told] said that the creator has been told
    [level_appealed] objected
    [level_stood_by] stood by the notice
    [level_kept] kept the level
    [level_restored] gave the level back
    [level_closed] left the level as it is
    [level_mediating] looks for another way
    [level_suggested] suggested another way
    [level_agreed] agreed to another way
    [level_keep_posted] wants to hear before the end
    [excuse_declared] said that it lies with the brand
    [excuse_lifted] said that it counts after all
    [excuse_opened] saw that it lies with the brand
    [excuse_closed] saw that it is over
    [quiet_set] set the quiet hours
    [subscription_set] chose what is told
    [subscription_kept] wanted to switch off what must be heard
    [room_closed] could not write to the room
    [refused] was refused
   *[other] { $other }
}

## Deals: the terms in force, and who changed what

help-deal = The terms of a deal: pieces, pay, codes, rights, and who changed what
deal-headline = 📄 { $who }: { $count ->
    [0] no pieces yet
    [one] one piece, { $open } still to come
   *[other] { $count } pieces, { $open } still to come
}{ $sum ->
    [none] { "" }
   *[other] . { $sum } in fees
}{ $state ->
    [ended] . This deal has ended
   *[other] { "" }
}
deal-piece = • { $piece } ({ $platform } { $format }): { $state }, { $price ->
    [none] { "" }
   *[other] { $price },{ " " }
}due { $day }
deal-free = { $seat ->
    [creator] Until { $time } it can be cancelled without pay.
   *[other] Free to cancel until { $time }.
}
deal-owed = { $seat ->
    [creator] If it is cancelled now, you are paid { $share } of it.
   *[other] If it is cancelled now, { $share } of it is owed.
}
deal-kept = { $seat ->
    [creator] You are paid { $share } of it all the same.
   *[other] { $share } of it is owed all the same.
}
deal-state = { $state ->
    [agreed] agreed
    [briefed] briefed
    [draft] draft is there
    [approved] draft approved
    [live] out
    [proof] out, proof is there
    [invoiced] invoiced
    [paid] paid
    [held] on hold
   *[cancelled] cancelled
}
deal-commission = { $seat ->
    [creator] You get { $share } of each order.
   *[other] Commission: { $share } of each order.
}
deal-per-thousand = { $seat ->
    [creator] You get { $pay } per 1,000 views.
   *[other] Pay: { $pay } per 1,000 views.
}
deal-product = Product sent, declared at { $amount }.
deal-boost = { $budget ->
    [none] { $seat ->
        [creator] A post of yours is being boosted ({ $name }).
       *[other] Boost: { $name }.
    }
   *[other] Boost: { $name }, budget { $budget }.
}
deal-codes = { $count ->
    [one] Code: { $codes }
   *[other] Codes: { $codes }
}
deal-link = Link: { $link }
deal-right = { $seat ->
    [creator] The brand may { $kind ->
        [usage] use your content in ads
        [partnership_ad] run partnership ads with you
       *[spark_code] run your TikTok posts as ads
    } until { $day }.
   *[other] Right to { $kind ->
        [usage] use the content in ads
        [partnership_ad] run partnership ads
       *[spark_code] run TikTok posts as ads
    } until { $day }.
}
deal-exclusive = { $seat ->
    [creator] You do not work for { $names } until { $day }.
   *[other] Exclusive until { $day }: not for { $names }.
}
deal-offer = { $side ->
    [creator] The creator suggests: { $change } (offer { $number }, not answered yet)
   *[brand] The brand suggests: { $change } (offer { $number }, not answered yet)
}
deal-changes = Who changed what
deal-itself = the deal
deal-you = you
deal-first = { $time }, { $by }: { $of } was written down
deal-changed = { $time }, { $by }: { $of }, { $what }
deal-older = { $count ->
    [one] and one earlier change
   *[other] and { $count } earlier changes
}
deal-field = { $field ->
    [fee] fee
    [due] due day
    [format] format
    [state] state
    [commission] commission
    [per_thousand_views] pay per 1,000 views
    [rights] rights
    [codes] codes
    [link] link
    [cancel_by] last moment to cancel
    [kill_fee] pay if cancelled
    [draft_due] draft due
    [post] post
    [live_at] went out
    [billed] billed price
   *[exclusivity] exclusivity
}
deal-field-changed = { $field } { $from } → { $to }
deal-field-new = { $field } { $to }
deal-field-gone = { $field } { $from } → none
deal-foot = { $seat ->
    [creator] This is your deal. It changes only when both of you say yes: “offer” suggests a change.
    [client] Prices, where shown, are what you are billed.
   *[team] The deal changes only when both sides say yes: “offer” suggests a change.
}
deal-which = Which deal? Press one.
deal-none = There is no running deal of { $given } that you can see here.
deal-none-own = You have no running deal here.

## Offers: a change to a deal, binding when both sides have said yes

help-offer = Suggest a change to a deal; it counts when the other side says yes
help-accept = Say yes to an offer; shows what it binds to and asks first
help-decline = Say no to an offer, or take your own back; nothing changes then
arg-offer = the number of an offer, such as 12
arg-terms = what would change, such as reel-2 fee 3500 EUR, or commission 12 %
offer-nothing = none
offer-you = you
offer-nobody = nobody
offer-change = { $term ->
    [fee] { $piece } for { $to } instead of { $was }
    [due] { $piece } due { $to } instead of { $was }
    [format] { $piece } as { $to } instead of { $was }
    [commission] commission { $to }, { $was } so far
    [per_thousand] { $to } per 1,000 views, { $was } so far
    [extend] { $to } more for everything not out yet (last due day so far: { $was })
   *[rights] use in ads until { $to }, { $was } so far
}
offer-piece = one more piece, { $piece } ({ $platform } { $format }), { $fee }, due { $day }
offer-theirs = 🔵 { $brand } asks to change { $campaign }: { $change }
offer-yours = 🔵 You asked { $brand } to change { $campaign }: { $change }
offer-agreed = 🟢 Agreed with { $brand }: { $change }
offer-declined = { $side ->
    [creator] 🟡 { $brand } said no: { $change }
   *[brand] 🟢 You said no: { $change }
}
offer-withdrawn = { $side ->
    [creator] 🟢 You took it back: { $change }
   *[brand] 🟢 { $brand } took it back: { $change }
}
offer-superseded = 🟡 A newer one took its place: { $change }
offer-expired = 🟡 No answer in time, so nothing changes: { $change }
offer-overtaken = 🟡 The deal changed meanwhile, so this fits no more: { $change }
offer-note = “{ $text }”
offer-moves = Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
offer-binds = It counts only when both have said yes. Until then everything stays as agreed.
offer-until = Time to answer: until { $time }. Without an answer nothing changes.
offer-no-harm = A no costs nothing: your deal, your level and your pay stay as they are.
offer-stays = Everything stays as agreed.
offer-signed = Yes from { $one } ({ $one_at }) and from { $two } ({ $two_at }). It is in the deal from now on.
offer-footer = offer { $number }
offer-team-draft = 🔵 { $who }: an offer to consider, { $change }. Nobody has sent it
offer-team-waits = 🟡 { $who }: { $by } wants to offer { $change }. It needs one more yes from you
offer-team-theirs = 🔵 { $who }: { $of } asks for { $change }
offer-team-tell = 🔵 { $who }: please tell { $of } yourselves: { $change }
offer-team-ours = 🔵 { $who }: { $of } was offered { $change }
offer-team-agreed = 🟢 { $who }: agreed, { $change }
offer-team-declined = 🟡 { $who }: { $by } said no to { $change }
offer-team-withdrawn = 🟢 { $who }: { $by } took back { $change }
offer-team-superseded = { $side ->
    [creator] 🟡 { $who }: the creator has a newer wish or got a newer offer than { $change }
   *[brand] 🟡 { $who }: a newer offer took the place of { $change }
}
offer-team-expired = 🟡 { $who }: no answer in time, nothing changes: { $change }
offer-team-overtaken = 🟡 { $who }: the deal changed meanwhile, so this fits no more: { $change }
offer-by-rule = Suggested by rule { $rule }: the fee half way down to what the numbers would carry, never more than a third less. Say another with “offer”.
offer-nods = This much money takes two of you. Yes so far: { $names }. { $count ->
    [one] One more is needed.
   *[other] { $count } more are needed.
}
offer-told = { $by } told { $of } { $time }.
offer-until-team = Time to answer: until { $time }. Without an answer nothing changes.
offer-clock-waits = The time to answer begins when one of you has told { $of }.
offer-noted = { $by } noted the creator's answer { $time }.
offer-in-deal = The deal has a new version with both names.
offer-sure = Say yes to this: { $change }?
offer-sure-binds = { $what ->
    [send] The other side is told then, and it counts when they say yes as well.
    [one] This much money takes two of you: it binds once somebody else has said yes as well.
   *[binds] It binds both sides from then on, and both are told.
}
offer-how-headline = What should change? Nothing does until the other side says yes
offer-how = Press one, or type like this. A reason may follow after a colon.
offer-which = Which one? Press it.
offer-none-open = Nothing waits for your answer.
offer-text-headline = Texts for { $of }, to copy. Press “told” when it is done
offer-letter-answer = Please answer with yes, no, or what would suit you better.
letter-hello = Hi { $name },
letter-bye = Best wishes, { $from }
letter-mail = Mail: subject, then text
letter-instagram = Instagram
letter-whatsapp = WhatsApp
button-offer-accept = Yes
button-offer-decline = No
button-offer-another = Suggest another
button-offer-back = Take it back
button-offer-send = Send it
button-offer-drop = Do not send
button-offer-agree = I say yes too
button-offer-yes = Yes, it binds
button-offer-told = I've told { $of }
button-offer-text = Texts to copy
button-offer-they-accept = { $of } said yes
button-offer-they-decline = { $of } said no
offer-made = { $of } has it now. It counts when { $of } says yes; you are told here.
offer-made-theirs = { $brand } has it now. It counts when they say yes; you are told here.
offer-made-by-hand = { $of } has no chat with me. The text to send is in your room; the time to answer begins when you have told { $of }.
offer-made-waits = Noted. This much money takes { $count ->
    [one] one more of you
   *[other] { $count } more of you
} to say yes first.
offer-done-agreed = Agreed. It is in the deal now, and both sides are told.
offer-done-declined = Noted. Everything stays as agreed, and the other side is told.
offer-done-withdrawn = Taken back. Everything stays as agreed.
offer-done-recorded = Noted what { $of } answered.
offer-done-told = Noted. { $of } has time to answer from now on.
offer-done-overtaken = The deal was changed otherwise meanwhile, so this was not done. Look at “deal”, then suggest it anew.
offer-refused = { $why ->
    [over] It is over already. Nothing was changed.
    [own] It is your own side's. The other side answers it.
    [again] You have said yes already. It takes somebody else as well.
    [not_asked] Nobody has sent it yet.
   *[direct] The creator can answer that in their own chat.
}
offer-no-such = There is no offer { $number } for you. “accept” alone shows what waits.
offer-no-deal = I find no deal of { $given } that you speak for. Say it like “offer spring/alma reel-2 fee 3500”.
offer-too-many = { $count } offers about this deal wait for an answer. Let those be answered first, or take some back.
offer-unread = { $what ->
    [none] What should change? Say it like “reel-2 fee 3500” or “commission 12 %”.
    [missing] Something is missing after “{ $given }”. Say it like “reel-2 fee 3500” or “reel-2 due 2026-04-02”.
    [piece] “{ $given }” is not the id of a piece. Say it like “reel-2 fee 3500”; “deal” shows the pieces.
    [money] “{ $given }” is not an amount. Say it like “3500” or “3,500.50 EUR”.
    [currency] “{ $given }” is another currency than this deal is paid in.
    [date] “{ $given }” is not a date. Say it like 2026-04-02.
    [share] “{ $given }” is not a share. Say it like 12 %, from 0 to 100.
    [days] “{ $given }” is not a length. Say it like 7d or 2 weeks.
    [platform] “{ $given }” is not a platform. Say instagram, tiktok, youtube, twitch, x or facebook.
    [format] “{ $given }” is not a format. Say it like reel, story or video.
   *[word] I cannot offer “{ $given }”. After a piece say fee, due or format.
}
offer-unfit = { $why ->
    [ended] This deal has ended.
    [piece] There is no piece “{ $given }” in this deal. “deal” shows the pieces.
    [out] That piece is out, so what was agreed for it stands.
    [cancelled] That piece was cancelled. Offer a further piece instead.
    [same] It is so already.
    [past] That day is over.
    [taken] There is a piece with that id already.
    [much] That is far from anything agreed here. Is there a slip in the number?
    [long] That is more than can be offered at once.
    [ahead] Nothing of this deal is still to be made.
   *[currency] This deal is paid in another currency.
}

## Numbers that a creator tells by hand

help-numbers = Tell a post's numbers by hand, with a screenshot; they are marked as such
arg-file = a picture: the screenshot
report-kept = Noted for { $what }: { $values }
    Marked as reported by hand wherever they are shown; nothing is stopped because of them alone.
    As soon as { $platform } reports them itself, its numbers count instead.{ $known ->
    [none] { "" }
   *[other] { " " }Not needed, { $platform } tells them already: { $known }.
}
report-known = { $platform } tells me these numbers of { $what } itself, so nothing was changed.
report-no-picture = Almost: please send the screenshot with it. Put this line under the picture: { $line }
report-no-piece = I find no piece “{ $given }” of yours. “deal” shows the pieces and their ids.
report-not-out = { $what } is not known to be out yet. Send “live” and the address of the post first.
report-nothing = Which numbers? Say it like “numbers reel-2 views 48200 reach 31000”, with the screenshot.
report-metric = “{ $given }” is no number I can take by hand. I know views, reach, impressions, likes, comments, shares, saves, clicks and taps.
report-value = I cannot read the number for { $of }{ $given ->
    [none] .
   *[other] : “{ $given }”.
} Say it like “views 48200”.
report-mark = { $waits ->
    [yours] You told these by hand, with a screenshot: { $names }.
    [waits] Reported by the creator by hand, with a screenshot: { $names }. Nothing is done by itself on that alone: it waits for your yes.
   *[no] Reported by the creator by hand, with a screenshot: { $names }.
}
word-numbers = 🔵 { $who } told the numbers of { $piece } by hand, with a screenshot ({ $deal })
    They are marked as such. Nothing is done by itself because of them alone.

## What is kept about a creator, and how to leave

help-data = What is kept about you, how to have it as a file, and how to leave
arg-creator = which creator, where you answer for several
arg-held = file: have it as a file; leave: end it
held-headline = This is what I keep about you, { $name }
held-chats = Where I can write to you: { $chats ->
    [none] nowhere
   *[other] { $chats }
}
held-accounts = Public numbers of your accounts: { $accounts ->
    [none] none
   *[other] { $accounts }
}; connected by you: { $connected }
held-posts = Posts of yours and their numbers over time: { $count }
held-deals = Deals: { $deals }, pieces in them: { $pieces }, offers: { $offers }
held-levels = Levels you have: { $levels }, times one was in question: { $cases }
held-journal = A log of who did what and when, which nobody can change
held-not = I keep no private messages, no pictures you send (only where they are in this chat) and nothing about your followers one by one.
held-how = A file with all of it, or an end to it: press a button.
held-file = Here is all of it, as a file. Keep it where only you can read it.
held-file-left-out = { $count } older numbers are not in it. The team can send them to you.
leave-headline = Leave? Here is what ends and what stays
leave-ends = Ends at once: this chat, your role here, and your name beside your chat account. The team is told.
leave-stays = Stays: your deals, pieces, offers and the numbers of their posts, because your pay is reckoned from them and books must be kept; and the log, because it proves who agreed to what.
leave-back = What you are owed stays owed. You can come back with a new code from the team.
leave-done = You have left. I do not write to you any more. What you are owed stays owed; take care.
word-left = 🟡 { $name } has left the chat with me
    Deals and pay stay as agreed. From now on a person tells them what is to be told.
button-held-file = Have it as a file
button-held-leave = Leave
button-leave-yes = Yes, leave

## Me: what stands beside one's own numbers

own-rank = More { $title } than { $below } of { $others } similar creators.
own-offer = Waits for your answer: { $change }{ $until ->
    [none] { "" }
   *[other] , until { $until }
}
own-due = { $late ->
    [late] Was due { $day }: { $piece }, { $campaign } ({ $state }). Held up? Say so with “note”.
   *[no] Due { $day }: { $piece }, { $campaign } ({ $state })
}
own-due-more = { $count ->
    [one] and one more piece, see “deal”
   *[other] and { $count } more pieces, see “deal”
}
button-own-yes = Yes: { $what }
button-own-deal = My deals
button-own-tips = Tips
button-own-data = What is kept

## Stops judged again

regret-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
regret-so-far = So far
regret-headline = ⚖️ { $of }{ $when }: { $calls ->
    [one] { $what ->
        [stops] one stop
       *[levels] one stop or lowered level
    }
   *[other] { $calls } { $what ->
        [stops] stops
       *[levels] stops and lowered levels
    }
} judged again: { $right ->
    [0] none was right
    [one] 1 was right
   *[other] { $right } were right
}, { $wrong ->
    [0] none was wrong
    [one] 1 was wrong
   *[other] { $wrong } were wrong
}{ $untold ->
    [0] { "" }
   *[other] , { $untold } cannot be told
}{ $money }
regret-none = ⚖️ { $of }no stop can be judged again yet: its orders have to be all there first
regret-saved-lost = ; { $saved } saved, { $lost } lost
regret-saved = ; { $saved } saved
regret-lost = ; { $lost } lost
regret-by-hand = Stopped by hand, without an alert
regret-rule = • { $rule }: { $right } right, { $wrong } wrong{ $untold ->
    [0] { "" }
   *[other] , { $untold } not to be told
}{ $money }
regret-share = . Wrong: { $share } (counting luck, { $low } to { $high })
regret-more = { $count ->
    [one] One more rule is
   *[other] { $count } more rules are
} in the file.
regret-asked-both = Asked for and not done: doing it would have saved { $saved } and lost { $lost }.
regret-asked-saved = Asked for and not done: doing it would have saved { $saved }.
regret-asked-lost = Asked for and not done: doing it would have lost { $lost }. It was good that nobody did.
regret-raise = 💡 { $rule } calls too early: only from { $times } times its line on, { $left ->
    [one] the one call left
   *[other] the { $left } calls left
} would have been worth { $net } instead of { $now }.
regret-few = Too few calls to say where a line should be: it takes { $least } of one rule whose money is known.
regret-level = level lowered
regret-wrong = Wrong: { $who }, { $what }, { $day }{ $money }
regret-wrong-money = . It would have spent { $spend } and brought { $brings }
regret-pending = { $count ->
    [one] One more waits until its orders are all there:
   *[other] { $count } more wait until their orders are all there, the first until
} { $day }.
regret-how = Saved is what would have been spent at the pace of the week before, less the margin it would have brought; its late orders are counted.
regret-file = Every one of them: “{ $command }” in the terminal.

## What was set, looked at again

follow-up-headline = 📏 { $what }: { $verdict ->
    [worked] it worked
    [worse] it got worse
    [same] no more of a difference than luck makes
   *[untold] whether it worked cannot be told
}
follow-up-numbers = { $per ->
    [day] { $title } a day
   *[each] { $title }
}: { $after } in the { $days } days after ({ $n } counted), { $before } in the { $days } days before ({ $m } counted).
follow-up-luck = Counting luck, it is now { $low } to { $high } times what it was.
follow-up-overtaken = It was changed again { $time }, before its days were over.
follow-up-no-numbers = Nothing was counted in the { $days } days before and after.
follow-up-no-count = In { $title } luck cannot be told from change: it counts no single things.
follow-up-was = { $by } set it on { $day }, from { $was }.
follow-up-by = { $by } set it on { $day }.
desk-following = 📏 { $what } ({ $by }, { $day }): whether it worked is told on { $due }
desk-following-more = { $count ->
    [one] and one more change
   *[other] and { $count } more changes
} to be looked at again

## Tips that helped

word-tip-helped = 🌟 Thank you for trying it, { $name }: it helped
    { $tip ->
        [posting-time] { $n ->
            [one] The post that went out
           *[other] The { $n } posts that went out
        } at the hours from your own numbers did { $more } % better than your posts did before.
        [format] { $n ->
            [one] The post of the kind that your own numbers named
           *[other] The { $n } posts of the kind that your own numbers named
        } did { $more } % better than your posts did before.
        [pause] { $n ->
            [one] The post after the pause that your own numbers named
           *[other] The { $n } posts after the pause that your own numbers named
        } did { $more } % better than your posts did before.
       *[code-missing] Since the code stands in your post it was used { $n ->
            [one] once
           *[other] { $n } times
        }, more than in as many days before.
    }
## Post-mortem: what a campaign was, in the end

pm-title = Post-mortem: { $campaign }
pm-sub = { $brand } · { $from } to { $until } · written { $at }.
pm-stage-runs = It runs until { $day }: this is where it stands, not how it ended.
pm-stage-counts = Orders of its last posts may be counted until { $day }, so figures can still move.
pm-stage-over = Everything that may be counted is counted.
pm-footer = Written by Plimsoll. The lines behind the money: plimsoll report ledger --campaign { $id }
pm-wanted = of { $wanted } wanted
pm-planned = planned { $planned }
pm-beyond = { $profit } beyond the cost
pm-cost = Cost
pm-return = Return
pm-hours = Hours
pm-pieces = Pieces out
pm-in-time = Of these, in time
pm-goals = Goals and results
pm-goal = The campaign was for { $goal ->
    [awareness] awareness: that people see it
    [new_audiences] new audiences: that people see it who did not know the brand
    [brand_strength] brand strength: that people think well of the brand
    [leads] leads: that people ask for more
    [sales] sales: that people buy
   *[reputation] reputation: that others speak well of the brand
}.
pm-no-goal = Nobody said what the campaign was for. Set “goal” of the campaign, and the next report holds the results against it.
pm-target = Target
pm-head-wanted = Wanted
pm-head-reached = Reached
pm-head-met = Met
pm-met = yes
pm-missed = no
pm-at-most = at most { $value }
pm-at-least = at least { $value }
pm-plan = Plan and actual
pm-head-plan = Plan
pm-head-actual = Actual
pm-pieces-stopped = { $count ->
    [one] One piece was
   *[other] { $count } pieces were
} held or cancelled and is not among those that are out.
pm-hours-unread = { $count ->
    [one] One note of hours
   *[other] { $count } notes of hours
} could not be read and is not in the sum: begin it with the time, such as “6.5 h editing”.
pm-gaps = { $count ->
    [one] One amount
   *[other] { $count } amounts
} of the ledger could not be told; plimsoll report ledger --campaign { $id } says which.
pm-creators = Creators
pm-line-margin = money back
pm-line-plan = the plan's price
pm-read-margin = Return is what the credited orders left, less the cost, over the cost. With few orders luck decides much, so each bar is drawn towards the others; the thin line shows where the true figure lies four times of five.
pm-read-plan = Each bar is what the money brought in { $metric }, against what the plan allows for one. With few posts luck decides much, so each bar is drawn towards the others; the thin line shows where the true figure lies four times of five.
pm-not-judged = Creators are not held against each other: { $why }.
pm-bars-alt = Return of { $count ->
    [one] one creator
   *[other] { $count } creators
}, each with its range, against the line of money back
pm-bar = { $share } · { $chance } likely to pay
pm-range = { $low } to { $high }
pm-of = { $part } of { $whole }
pm-head-creator = Creator
pm-head-late = Late
pm-head-alerts = Alerts
pm-head-orders = Orders
pm-head-range = Likely range
pm-minimums = Agreed minimums
pm-minimum = { $who }: { $reached } of at least { $least }
pm-minimum-unknown = { $who }: at least { $least } agreed; no source states what came
pm-timeline = What happened
pm-began = the campaign began
pm-ended = the campaign ended
pm-live = { $piece } went out
pm-fired = alert: { $kind ->
    [stop_loss] money was being lost
    [downgrade] a level was at risk
    [late] something was overdue or missing
    [rights] a right ran out
    [opportunity] better than expected
   *[other] { $kind }
}
pm-noted = “{ $text }”
pm-more-moments = { $count ->
    [one] One more moment stands
   *[other] { $count } more moments stand
} in the journal: plimsoll audit
pm-stops = What was stopped
pm-no-stops = Nothing was stopped.
pm-head-stop = What
pm-head-when = When
pm-head-by = Decided by
pm-head-avoidable = Not spent
pm-head-saved = Saved in the end
pm-stop-undone = { $what } (taken back later)
pm-learned = What we learned
pm-no-lessons = The numbers carry no lesson: too little is known, or everything went as planned.
pm-remarks = In people's own words
pm-learn-reached = The goal was reached: { $share } of the wanted { $metric }.
pm-learn-missed = The goal was missed: { $share } of the wanted { $metric }.
pm-learn-cost = It cost { $share } of what was planned.
pm-learn-hours = It took { $share } of the planned hours.
pm-learn-late = { $late } of { $promised } pieces were late or never came. Plan more time, or fewer pieces.
pm-learn-best = { $who } earned the money: return { $share }, { $chance } likely to be more than nothing ({ $n }).
pm-learn-worst = With { $who } the money did not come back: return { $share }, { $chance } likely to be a loss ({ $n }). The deal did not fit; that says nothing about the person.
pm-learn-unsure = { $creators ->
    [one] Of the one creator it cannot be said
   *[other] Of none of the { $creators } creators can it be said
} whether the money comes back: the ranges are wider than the difference.
pm-answers = What everybody said
pm-no-answers = Nobody has been asked, or nobody has answered. Ask in a chat with “ask { $id }”, or hand out the form: plimsoll report postmortem --campaign { $id } --questions
pm-counts = Yes { $yes }, partly { $partly }, no { $no }.
pm-hidden = { $count ->
    [one] One anonymous answer is
   *[other] { $count } anonymous answers are
} not shown: of fewer than three it could be guessed whose they are.
pm-anonymous = anonymous
pm-next = Next line-up
pm-choice = { $choice ->
    [keep] Keep
    [end] Do not ask again like this
   *[unsure] Not sure yet
} ({ $count })
pm-standing = { $who }: return { $share }, likely { $range }; { $n } in { $posts ->
    [one] one post
   *[other] { $posts } posts
}
pm-try = Try somebody new
pm-try-chance = Somebody new who is like these pays off with a chance of { $chance }. { $count ->
    [one] One place
   *[other] { $count } places
} would keep the line-up as large as it was.
pm-no-candidates = Nobody else is known for this brand. Add creators with plimsoll apply, and they stand here.
pm-candidate-unknown = { $who }: nothing is known yet; a first small piece would tell
pm-shifts = Money that would do better elsewhere
pm-shift = Move { $amount } from { $from } to { $to }: { $chance } likely to bring more, between { $low } and { $high } more four times of five
pm-shift-caution = This holds for money spent as it was so far; more of the same with one creator often brings less. Nobody's terms change by themselves: say it with “offer” or “adjust”.
pm-line-up = As documents that plimsoll apply takes: plimsoll report postmortem --campaign { $id } --line-up > next.toml
pm-steps = Next steps
pm-no-steps = No next steps are written down. Say one in a chat: “step { $id } book the studio earlier @maja by 2026-05-01”.
pm-head-step = What
pm-head-owner = Who
pm-head-due = By when
pm-step-done = done { $day }
pm-step-no-day = no day
pm-step-nobody = nobody yet

missing-hours = nobody told hours; say them with “note CAMPAIGN 6.5 h editing #hours”
missing-planned-hours = no hours were planned
missing-target = No target is set, so there is nothing to hold the results against.
missing-planned-cost = nothing was planned to cost anything
missing-not-judged = not judged on final numbers yet
missing-untold = { $why ->
    [no_money] no money stops with a code or a link
    [level] a level is no money
    [no_spend] no source says what was spent before
    [no_pace] nothing ran in the days before
    [no_orders] no source counts orders
    [no_worth] what an order leaves is not known
    [taken_back] it was taken back at once
    [gone] it is not known any more, or its numbers are too old
   *[other] its numbers are missing
}
missing-yardstick = neither what an order leaves nor a target with a price is known
missing-nothing-spent = nothing is spent
missing-none = no { $metric }
missing-unknown = no source states { $metric }
missing-no-margin = what an order leaves is not known
missing-no-rate = no rate between the currencies
missing-no-table = no table of earned media value
missing-too-large = the sum is larger than can be kept

facts-title = Facts sheet: { $campaign }
facts-the-campaign = the campaign
facts-the-brand = the brand
facts-footer = No names: this sheet is for a meeting about the work, not about people. The report itself names who did what.
facts-happened = What happened
facts-creators = { $count ->
    [one] One creator took part.
   *[other] { $count } creators took part.
}
facts-alerts = { $count ->
    [0] No alert was raised.
    [one] One alert was raised.
   *[other] { $count } alerts were raised.
}
facts-stops = { $count ->
    [0] Nothing was stopped
    [one] One thing was stopped
   *[other] { $count } things were stopped
}{ $undone ->
    [0] .
   *[other] , of which { $undone } taken back later.
}
facts-avoidable = { $amount } was not spent because of that.
facts-spread = How creators did
facts-choices = Earned their money, surely enough: { $keep }. Cannot be said: { $unsure }. Did not, surely enough: { $end }.
facts-middle = The middle of them had a return of { $share }.
facts-in-words = { $count ->
    [one] One answer in words.
   *[other] { $count } answers in words.
}
agenda = Agenda ({ $span })
agenda-facts = The facts, read in silence
agenda-goals = Goals and results: what surprised us?
agenda-stops = What was stopped, and would we do it again?
agenda-answers = What everybody said
agenda-learned = What we learned, in one sentence each
agenda-steps = { $count ->
    [0] Next steps, each with a name and a day
   *[other] Next steps, each with a name and a day; { $count } are open already
}
agenda-rule = Talk about the work, not about people; whoever was there speaks first.

area-collaboration = Collaboration
area-process = Process
area-function = Who decided
area-next-steps = Next steps
question-goal-understood = Did everybody understand the goal?
question-consensus = Did everybody agree on how to reach it?
question-resources = Were there enough people, money and tools?
question-managers-told = Did managers hear of progress and of roadblocks in time?
question-priorities = Were the priorities right?
question-timeline = Was the timeline realistic?
question-dates-matched = Did the dates fit the goal?
question-surprises = What came as a surprise?
question-who-decided = Who decided, and on what?
question-did-decide = Did they decide when it was needed?
question-roles-clear = Was it clear who does what?
question-help-needed = Was help from outside needed?
question-management-help = How can management help next time?
question-faster-cheaper = What could be faster or cheaper next time?
question-capabilities = What do we need to learn, or to have?
question-goals-reassess = Which goals should we think over?
chosen = { $chosen ->
    [yes] Yes
    [partly] Partly
   *[no] No
}
form-title = { $campaign }: a few questions
form-how = Fill in what you have something to say to; leave the rest empty. For each question a choice, words, or both.
form-back = Hand it back: plimsoll report postmortem --campaign { $id } --answers FILE. One form for each person.
form-anonymous = Your id as person, or anonymous = true: then nobody's name is kept with the answers, and they are shown only where three or more are.

line-up-name = { $campaign }, next
line-up-head = The next line-up, made from { $campaign }. A draft: nobody has agreed to anything in it.
line-up-check = Check the days, the fees and the targets; then plimsoll check, and plimsoll apply. Codes and links are given anew.
line-up-all = Everybody is in it: creators could not be held against each other.
line-up-ended = Left out: { $who } ({ $id }); the money did not come back. Add a partnership if you know why it will.
line-up-candidate = Candidate: { $who } ({ $id }). Add a partnership and a first small piece.

## Post-mortem in a chat

help-postmortem = What a campaign was: goals, money, what was stopped, what we learned; the whole report as a file
help-portfolio = Whom to keep, whom not to ask again and whom to try, and how sure that is
help-ask = Ask everybody who took part in a campaign a few questions, each in their own direct message
help-answer = Answer the questions about a campaign, with or without your name
help-step = Write down a next step after a campaign, with @who and a day
help-done = Say that a next step is done
arg-step = the number of a next step, such as 3
pm-short = { $campaign }: { $told }
pm-short-goal = { $reached } of { $wanted }
pm-short-return = return { $roi }
pm-short-nothing = what came of it cannot be told yet
pm-short-cost = It cost { $cost }; planned were { $planned }.
pm-short-cost-only = It cost { $cost }.
pm-short-no-cost = What it cost cannot be told: { $why }.
pm-short-hours = Hours told: { $hours }; planned were { $planned }.
pm-short-hours-only = Hours told: { $hours }.
pm-short-no-hours = Nobody has told hours. Say “note { $id } 6.5 h editing #hours”.
pm-short-stops = { $count ->
    [one] One thing was stopped.
   *[other] { $count } things were stopped.
}
pm-short-steps = { $count ->
    [one] One next step is open.
   *[other] { $count } next steps are open.
}
pm-short-file = The whole report is in the file; it opens in any browser.
portfolio-headline = { $campaign }: keep { $keep }, not sure of { $unsure }, do not ask { $end } again like this
portfolio-nothing = { $campaign }: whom to keep cannot be told yet
button-portfolio = Next line-up
button-postmortem = The whole report
button-ask-all = Ask everybody
button-named = With my name
button-unnamed = Without my name
button-skip = Skip
button-step-done = Done
word-questions = { $campaign } is over: what was it like for you?
    A few short questions, with or without your name. Say “answer { $id }” here when you have five minutes.
word-questions-sent = { $campaign } is over and its late orders are in: { $count ->
    [one] one person was asked how it was
   *[other] { $count } people were asked how it was
}
    { $missed ->
        [0] Answers stand in the report.
        [one] One more took part and has no direct message with me; the form is for them.
       *[other] { $missed } more took part and have no direct message with me; the form is for them.
    } Say “postmortem { $id }” for what it came to.
survey-nobody = { $campaign }: nobody could be asked
survey-before = { $campaign }: { $count ->
    [one] the one person who can be asked has been asked already
   *[other] all { $count } who can be asked have been asked already
}
survey-done = { $campaign }: { $count ->
    [one] one person is asked, in their direct message
   *[other] { $count } people are asked, each in their direct message
}
survey-how = { $count } short questions, one at a time, with or without a name. Nobody is asked twice.
survey-unreached = No direct message with me: { $names }. Hand them the form: plimsoll report postmortem --campaign { $id } --questions > form.toml
answer-not-yours = Only who took part in a campaign is asked about it
answer-question = { $number }/{ $of } { $question }
answer-how-choice = Press, or write why: “{ $command }”
answer-how-words = In your own words: “{ $command }”
answer-named = Your name stands with your answer.
answer-unnamed = Without your name: it is kept neither with the answer nor with the time, and answers are shown only where three or more are. It cannot be changed later.
answer-kept = Noted.
answer-kept-unnamed = Noted, without your name.
answer-again = You have answered that one without your name; it stays as it was.
answer-unread = Say which question: “answer { $id } 3 …”. Here is the first that is open.
answer-over = { $campaign }: that was everything. Thank you
step-written = Step { $number } after { $campaign } is written down
step-where = It stands on the desk of whoever does it, until somebody says “done { $number }”.
step-done = Step { $number } after { $campaign } is done
step-already = Step { $number } was done already, says { $who } ({ $when })
step-unknown = There is no step { $number }
step-empty = What is to be done? Say it like “step { $id } book the studio earlier @maja by 2026-05-01”
step-too-long = A step is a line of at most { $max } letters; the rest belongs in your own notes
step-too-many = { $max } steps are open already. Do one, or take one off with “done”
step-no-person = I know nobody who is called “{ $given }”, or more than one. Use their id
step-due = by { $day }
step-no-day = no day
step-nobody = nobody yet
desk-todos = { $count ->
    [one] Nothing to decide. One next step is yours
   *[other] Nothing to decide. { $count } next steps are yours
}

## Report: the goal

report-pace = { $reached } of { $wanted }: { $pace ->
    [behind] behind, a straight line would be at { $due } by now.
   *[on] on pace, a straight line would be at { $due } by now.
}
report-no-pace = Wanted are { $wanted }; what there is cannot be told yet.
report-short = Its creators promise { $promised } together: { $missing } are missing.
report-without = Nothing is agreed with { $names }.
report-spread = Spread over those who go on: { $each }. Each has to agree to it.
report-and-more = { $names } and { $count } more
