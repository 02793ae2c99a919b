use super::*;
use crate::domain::ids::CampaignId;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::guards::Switches;

fn subject() -> Subject {
    Subject::Partnership(CampaignId::new("spring").expect("an id"), CreatorId::new("alma").expect("an id"))
}

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

/// A day's number, as it was known so many hours after the beginning of everything.
fn day(metric: Metric, platform: Platform, day: i64, known: i64, value: i64) -> Sample {
    Sample {
        series: SeriesKey { subject: subject(), metric, platform },
        value,
        currency: None,
        form: Form::Amount { from: at(24 * day), until: at(24 * (day + 1)) },
        known_at: at(known),
        provisional: false,
        self_reported: false,
    }
}

fn history(samples: Vec<Sample>) -> History {
    let mut history = History::new(Switches { standstill: true, implausible: true });
    drop(history.append_all(samples));
    history
}

fn whole() -> Span {
    Span { from: at(0), until: at(24 * 30) }
}

fn points(days: &[DayAgain]) -> Vec<Vec<(f64, f64)>> {
    days.iter().map(|day| day.growth.points.clone()).collect()
}

#[test]
fn a_day_stated_again_grows_from_its_noon_on() {
    let told = |known, value| day(Metric::Orders, Platform::TiktokAds, 0, known, value);
    // While the day lasts it grows for another reason; said at night, the next two days and a week later.
    let history = history(vec![told(18, 1), told(25, 2), told(49, 3), told(50, 3), told(73, 5), told(190, 6)]);
    let days = days_again(&history, &subject(), whole());
    assert_eq!(points(&days), [vec![(13.0, 2.0), (38.0, 3.0), (61.0, 5.0), (178.0, 6.0)]]);
    assert_eq!(days.first().map(|day| (day.growth.weight, day.span.until)), Some((6.0, at(190))));
}

#[test]
fn a_source_that_never_corrects_itself_says_nothing_of_late_orders() {
    let orders = |n: i64, platform| day(Metric::Orders, platform, n, 24 * (n + 1) + 1, 3);
    let mut samples: Vec<Sample> = (0..9).map(|n| orders(n, Platform::Shop)).collect();
    assert_eq!(days_again(&history(samples.clone()), &subject(), whole()), []);
    // Another source beside it does: only its days count.
    samples.extend((0..9).map(|n| orders(n, Platform::TiktokAds)));
    samples.push(day(Metric::Orders, Platform::TiktokAds, 2, 24 * 8, 5));
    assert_eq!(days_again(&history(samples), &subject(), whole()).len(), 9);
}

#[test]
fn clicks_and_orders_are_read_while_both_are_known() {
    let mut samples = Vec::new();
    for n in 0..8 {
        let known = 24 * (n + 1) + 1;
        samples.push(day(Metric::Clicks, Platform::TiktokAds, n, known, 10 * n));
        if (2..6).contains(&n) {
            samples.push(day(Metric::Orders, Platform::Shop, n, known, n));
        }
    }
    let flow = flow(&history(samples), &subject(), whole()).expect("a flow");
    assert_eq!(flow.flow.clicks, [20.0, 30.0, 40.0, 50.0]);
    assert_eq!(flow.flow.orders, [2.0, 3.0, 4.0, 5.0]);
    assert_eq!(flow.span, Span { from: at(48), until: at(144) });
    assert_eq!(super::flow(&history(Vec::new()), &subject(), whole()), None);
}
