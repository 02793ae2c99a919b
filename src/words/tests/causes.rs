//! What lies with a brand, as the team and a creator read it.

use super::*;
use crate::rules::excuse::Cause;
use crate::words::cause::{CauseReply, confirm_declare, confirm_lift};
use crate::words::view::{CauseView, ExcusedView};

fn span(cause: Cause, until: Option<&str>) -> ExcusedView {
    ExcusedView { cause, brand: "Nordbo".into(), from: at("2026-06-23T06:26:00Z"), until: until.map(at) }
}

fn over() -> ExcusedView {
    span(Cause::Shop, Some("2026-06-23T12:05:00Z"))
}

fn brands(until: Option<&str>, closed: u32) -> IncidentView {
    let mut view = fired();
    view.incident.subject = "brand/nordbo".parse().expect("a subject");
    view.incident.rule = RuleId::new("shop-stopped").expect("id");
    view.names.campaign = None;
    view.names.creator = None;
    (view.tips, view.options, view.owed, view.clears) = (Vec::new(), Vec::new(), None, None);
    let creators = vec!["Alma Lind".to_owned(), "Bo Ek".to_owned()];
    view.cause = Some(CauseView { span: span(Cause::Shop, until), creators, closed });
    view
}

fn closed() -> IncidentView {
    let mut view = proposed();
    view.incident.stage = Stage::Resolved;
    view.incident.note(event(6, None, Happened::Spared { proposal: 1 }));
    view.incident.note(event(6, None, Happened::BrandCause { excuse: 1 }));
    view.closed_by = Some(over());
    view.excused = vec![over()];
    view
}

#[test]
fn the_brands_own_alert_blames_no_creator() {
    insta::assert_snapshot!(told(&brands(None, 0), "en", Audience::Internal, now()), @"
    🔴 Nordbo: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    The creators are not at fault. Rules that need what is broken are silent for 2 creators with a running deal, and the time since 08:26 does not count against them.

    Look at the shop, the stock and the price first. No creator is told.

    shop-stopped v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    [It was not us]
    ");
    insta::assert_snapshot!(told(&brands(Some("2026-06-23T12:05:00Z"), 3), "sv", Audience::Internal, now()), @"
    🔴 Nordbo: 160 € per order, gräns 45 €. 86 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Kreatörerna bär inte skulden: tiden från 08:26 till 14:05 räknas inte mot 2 kreatörer med pågående avtal. 3 larm om dem stängdes med det.

    Se först på butiken, lagret och priset. Ingen kreatör får höra det.

    shop-stopped v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]
    [Det var inte vi]
    ");
    let why = answers::why(&brands(None, 1), &reader("en"), Audience::Internal, now()).expect("an answer");
    insta::assert_snapshot!(read(&why), @"
    #A7K2 Nordbo: why it was told

    Holds: €160 per order since the deal began. That is above €45 per order, as agreed in the deal.
       42 readings, newest 14:10
    Holds: €640 spent since the deal began. That is above €100 spent, as written in the rule.
       42 readings, newest 14:10

    The creators are not at fault. Rules that need what is broken are silent for 2 creators with a running deal, and the time since 08:26 does not count against them. One alert about them was closed with it.
    With a running deal: Alma Lind, Bo Ek

    What happened
    14:00 crossed the line

    shop-stopped v3 · plain threshold · data 14:10 · #A7K2
    ");
}

#[test]
fn an_alert_that_it_explains_is_closed_with_the_reason() {
    insta::assert_snapshot!(told(&closed(), "en", Audience::Internal, now()), @"
    🟢 Alma Lind · Spring Launch: closed, not their doing. Reason: Nordbo's shop did not sell

    Seen then: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Not judged against the creator, from 08:26 to 14:05: Nordbo's shop did not sell.

    Withdrawn 14:06, it lies with the brand: the boost Reel 1 runs on.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(told(&closed(), "sv", Audience::Internal, now()), @"
    🟢 Alma Lind · Spring Launch: stängt, inte deras fel. Orsak: butiken hos Nordbo sålde inte

    Uppmätt då: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Räknas inte mot kreatören, från 08:26 till 14:05: butiken hos Nordbo sålde inte.

    Återtaget 14:06, det ligger hos varumärket: boosten Reel 1 rullar vidare.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]
    ");
}

#[test]
fn every_cause_has_its_words_and_a_creator_reads_no_name() {
    let mut said = Vec::new();
    for cause in Cause::ALL {
        for tag in ["en", "sv"] {
            let mut view = crate::words::tests::levels::view(crate::words::tests::levels::told());
            view.excused = vec![span(cause, None)];
            let text = crate::words::tests::levels::told_to(&view, tag, Audience::Creator);
            let line = text.lines().find(|line| line.contains("Nordbo") && line.contains("08:26")).expect("a line");
            said.push(line.to_owned());
        }
    }
    insta::assert_snapshot!(said.join("\n"), @"
    Not counted, since 08:26: Nordbo's shop did not sell.
    Räknas inte, sedan 08:26: butiken hos Nordbo sålde inte.
    Not counted, since 08:26: Nordbo had sold out.
    Räknas inte, sedan 08:26: Nordbo hade slut i lager.
    Not counted, since 08:26: Nordbo had another price than advertised.
    Räknas inte, sedan 08:26: Nordbo hade ett annat pris än det utlovade.
    Not counted, since 08:26: Nordbo did not track orders.
    Räknas inte, sedan 08:26: Nordbo räknade inte order.
    Not counted, since 08:26: something at Nordbo was in the way.
    Räknas inte, sedan 08:26: något hos Nordbo stod i vägen.
    ");
}

#[test]
fn a_person_is_asked_and_answered() {
    let (reader, now) = (reader("en"), now());
    let replies = [
        CauseReply::NotABrand,
        CauseReply::NoSpan,
        CauseReply::Declared { span: over() },
        CauseReply::Lifted { span: span(Cause::Shop, None) },
        CauseReply::NothingToLift,
    ];
    insta::assert_snapshot!(replies.map(|reply| read(&reply.say(&reader, now))).join("\n"), @"
    Only a brand or a campaign can be in its creators' way. Name one, or an alert about one
    From when to when? For example: excuse nordbo 2026-03-04T10:00 2026-03-04T14:00 the checkout was broken. At most 92 days
    Noted: the time from 08:26 to 14:05 does not count against the creators of Nordbo
    Noted: the time since 08:26 counts for the creators of Nordbo again
    No time is left out there at the moment
    ");
    let asked = confirm_declare(&over(), 17, "excuse nordbo", &reader, now);
    insta::assert_snapshot!(read(&asked.message), @"
    Not count the time from 08:26 to 14:05 against 17 creators of Nordbo?

    What passes through the shop is left out of that time, and alerts that rest on it are closed. No creator is told and no money moves. “unexcuse” takes it back.
    ");
    insta::assert_snapshot!(read(&confirm_lift(&over(), "unexcuse nordbo", &reader, now).message), @"
    Count the time from 08:26 to 14:05 for the creators of Nordbo after all?

    Rules judge that time again and may fire at once.
    ");
}

#[test]
fn a_notice_says_which_days_are_not_counted_and_what_was_added() {
    use crate::rules::downgrade::Step;
    let three = jiff::SignedDuration::from_hours(3 * 24);
    let case = crate::words::tests::levels::told().after(Step::Extend(three), at("2026-06-23T12:10:00Z"));
    let mut view = crate::words::tests::levels::view(case);
    let from = at("2026-06-20T06:00:00Z");
    view.excused = vec![ExcusedView { from, until: Some(from + three), ..over() }];
    let told = crate::words::tests::levels::told_to(&view, "en", Audience::Creator);
    let lines: Vec<&str> = told.lines().filter(|line| line.contains("counted") || line.contains("more.")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    Not counted, from Sat 08:00 to 08:00: Nordbo's shop did not sell.
    For that you have 3 days more.
    Not counted: whatever a platform has not reported. Missing numbers never count against you.
    ");
    assert!(told.contains("from Gold to Silver on 8 Jul"), "{told}");
}
