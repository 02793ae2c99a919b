//! What caused an alert, in both languages.

use super::*;
use crate::insight::causes::case::Origins;
use crate::insight::causes::{Claim, Kind, Spill};
use crate::rules::excuse::Cause as BrandCause;
use crate::words::found::{FoundCause, spill_lines};

fn found(kind: Kind, (seen, usual, n): (f64, f64, f64)) -> FoundCause {
    let claim = Claim { kind, since: Some(12), chance: 0.0004, seen, usual, n };
    let came = Some(Origins { own: 86.0, typed: 33.0, coupon: 61.0, channel: 0.0 });
    FoundCause { claim, since: Some(at("2026-06-18T00:00:00Z")), came }
}

fn lines(kind: Kind, numbers: (f64, f64, f64), tag: &str) -> String {
    let lines = found(kind, numbers).lines(&reader(tag), now());
    lines.iter().map(crate::words::phrase::text_of).collect::<Vec<_>>().join("\n")
}

fn spilled(tag: &str) -> String {
    let spill = Spill { chance: 0.001, seen: 0.4, usual: 0.1, n: 120.0 };
    let lines = spill_lines(&spill, &reader(tag));
    lines.iter().map(crate::words::phrase::text_of).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_alert_names_its_cause_with_what_speaks_for_it() {
    let told = |tag| {
        [
            lines(Kind::Brand(BrandCause::Shop), (2.0, 131.4, 131.4), tag),
            lines(Kind::Brand(BrandCause::Stock), (2.0, 131.4, 131.4), tag),
            lines(Kind::Brand(BrandCause::Price), (2.0, 131.4, 131.4), tag),
            lines(Kind::Brand(BrandCause::Pixel), (2.0, 131.4, 131.4), tag),
            lines(Kind::LinkDead, (3.0, 490.2, 600.0), tag),
            lines(Kind::LinkElsewhere, (3.0, 490.2, 600.0), tag),
            lines(Kind::Landing, (6.0, 41.0, 80.0), tag),
            lines(Kind::CodeMissing { post: 2 }, (0.0, 9.1, 14.0), tag),
            lines(Kind::CodeLeaked, (0.52, 0.24, 180.0), tag),
            lines(Kind::WrongAudience, (0.31, 0.77, 10.0), tag),
            lines(Kind::WeakContent, (0.021, 0.043, 8.0), tag),
            lines(Kind::PostingHour, (0.55, 1.0, 74.0), tag),
            lines(Kind::FakeFollowers, (0.13, 0.36, 8.0), tag),
            spilled(tag),
        ]
        .join("\n\n")
    };
    insta::assert_snapshot!(told("en"));
    insta::assert_snapshot!(told("sv"));
}

#[test]
fn a_suspicion_is_told_to_the_team_alone() {
    let mut view = fired();
    view.found = Some(found(Kind::Landing, (6.0, 41.0, 80.0)));
    view.spill = Some(Spill { chance: 0.001, seen: 0.4, usual: 0.1, n: 120.0 });
    view.incident.released = true;
    assert!(team(&view, "en").contains("Likely cause") && team(&view, "en").contains("Good news"));
    for audience in [Audience::Client, Audience::Creator] {
        let told = compose(&view, &reader("en"), audience, now());
        let says = |told: &str| ["Likely cause", "Good news"].iter().any(|words| told.contains(words));
        assert!(told.is_none_or(|told| !says(&plain(&told.message))), "{audience:?}");
    }
}
