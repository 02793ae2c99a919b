//! The JSON document of `plimsoll poll`: what one fetch would have stored.

use serde_json::{Value, json};

use super::Fetched;
use crate::domain::sample::{Form, Missing, Sample};

/// The document: `{"source","samples":[…],"absent":[…],"quota":[…]}`. Instants are RFC 3339 UTC; `at` is the instant of a
/// total or gauge and the first instant of an amount, `until` the end of an amount and null for the others; money is in
/// minor units of `currency`.
#[must_use]
pub fn poll_json(source: &str, fetched: &Fetched) -> Value {
    json!({
        "source": source,
        "samples": fetched.samples.iter().map(sample_json).collect::<Vec<_>>(),
        "absent": fetched.missing.iter().map(absent_json).collect::<Vec<_>>(),
        "quota": fetched.units.iter().map(|(bucket, units)| json!({"bucket": bucket, "units": units})).collect::<Vec<_>>(),
    })
}

fn sample_json(sample: &Sample) -> Value {
    let (at, until) = match sample.form {
        Form::Total { at } | Form::Gauge { at } => (at, None),
        Form::Amount { from, until } => (from, Some(until)),
    };
    json!({
        "subject": sample.series.subject,
        "metric": sample.series.metric,
        "form": sample.form.as_str(),
        "at": at,
        "until": until,
        "value": sample.value,
        "currency": sample.currency,
    })
}

fn absent_json(missing: &Missing) -> Value {
    json!({
        "subject": missing.series.subject,
        "metric": missing.series.metric,
        "why": missing.why.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::ids::Platform;
    use crate::domain::metric::Metric;
    use crate::domain::sample::{Absence, SeriesKey};

    #[test]
    fn the_document_is_the_contract() {
        let at: Timestamp = "2026-07-01T12:00:00Z".parse().expect("an instant");
        let until: Timestamp = "2026-07-02T12:00:00Z".parse().expect("an instant");
        let key = |metric| SeriesKey {
            subject: "creator/alma".parse().expect("a subject"),
            metric,
            platform: Platform::Youtube,
        };
        let sample = |metric, value, currency, form| Sample {
            series: key(metric),
            value,
            currency,
            form,
            known_at: at,
            provisional: false,
            self_reported: false,
        };
        let fetched = Fetched {
            samples: vec![
                sample(Metric::Views, 3_507_573_655, None, Form::Total { at }),
                sample(
                    Metric::Spend,
                    27_000,
                    Some("EUR".parse().expect("a currency")),
                    Form::Amount { from: at, until },
                ),
            ],
            missing: vec![Missing { series: key(Metric::Followers), why: Absence::Hidden, at }],
            units: vec![("general".to_owned(), 1)],
            ..Fetched::default()
        };
        insta::assert_snapshot!(serde_json::to_string(&poll_json("youtube", &fetched)).expect("json"), @r#"{"source":"youtube","samples":[{"subject":"creator/alma","metric":"views","form":"total","at":"2026-07-01T12:00:00Z","until":null,"value":3507573655,"currency":null},{"subject":"creator/alma","metric":"spend","form":"amount","at":"2026-07-01T12:00:00Z","until":"2026-07-02T12:00:00Z","value":27000,"currency":"EUR"}],"absent":[{"subject":"creator/alma","metric":"followers","why":"hidden"}],"quota":[{"bucket":"general","units":1}]}"#);
    }
}
