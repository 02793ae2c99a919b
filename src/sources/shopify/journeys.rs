//! How the buyers came who used a creator's code: the last visit of each such order, as the shop worked it out.
//!
//! Asked apart from the orders and only of those with somebody's code: most orders have none, and a shop that does not
//! answer this still gives its numbers. Of a buyer whom the shop could not follow (no consent, a till, an order typed in by
//! staff) nothing is known; a visit without a page before it is one.

use serde_json::Value;

use super::super::json::{Field, Garbled};
use super::super::orders::{Asked, Came, Memory, Row, Visit};
use super::super::{Fate, SourceError};
use super::orders::asked;
use super::{Round, Shopify, many};
use crate::domain::sample::Absence;

/// Orders that one question asks about, and the points each may cost.
const AT_ONCE: usize = 100;
const POINTS_EACH: f64 = 4.0;

/// What is asked of each.
const JOURNEY: &str = "customerJourneySummary { ready lastVisit \
                       { referrerUrl landingPage utmParameters { source medium campaign content } } }";

impl Shopify {
    /// Asks of every order that was read and has somebody's code how its buyer came. A shop that will not say is no
    /// reason to tell nothing; one that cannot just now is asked by the next poll.
    pub(super) async fn read_journeys(
        &self,
        asked: &Asked,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let open = |row: &&mut Row| {
            row.came == Ok(Came::Unasked) && row.counts == Ok(true) && asked.owners(row).next().is_some()
        };
        let mut rows: Vec<&mut Row> = memory.read.values_mut().flatten().filter(open).collect();
        for batch in rows.chunks_mut(AT_ONCE) {
            let ids: Vec<String> = batch.iter().map(|row| row.id.clone()).collect();
            let (document, variables) = many(("Came", "ID!"), "order(id: ", JOURNEY, &ids);
            let points = POINTS_EACH * f64::from(u32::try_from(ids.len()).unwrap_or(u32::MAX));
            match self.ask(&document, &variables, points, round).await {
                Ok(data) => batch.iter_mut().zip(read(&data, ids.len())).for_each(|(row, came)| row.came = came),
                Err(error) if matches!(error.fate(), Fate::Retry | Fate::SlowDown(_)) => return Err(error),
                Err(error) => {
                    self.say_no_journeys(&error);
                    let why = error.absence();
                    for row in &mut rows {
                        row.came = Ok(Came::Unknown(why));
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// What is said of each of so many orders.
pub(super) fn read(data: &Value, orders: usize) -> Vec<Result<Came, Garbled>> {
    let root = Field::at(data, "data".to_owned());
    (0..orders).map(|place| asked(&root, &format!("o{place}")).and_then(|order| came(order.as_ref()))).collect()
}

fn came(order: Option<&Field<'_>>) -> Result<Came, Garbled> {
    // It was deleted meanwhile, or is too old to be shown.
    let Some(order) = order else { return Ok(Came::Unknown(Absence::Gone)) };
    journey(order).map(|told| told.map_or_else(Came::Unknown, Came::By))
}

/// The last visit before an order, or why there is none.
pub(super) fn journey(order: &Field<'_>) -> Result<Result<Visit, Absence>, Garbled> {
    let Some(journey) = asked(order, "customerJourneySummary")? else { return Ok(Err(Absence::Hidden)) };
    if !journey.need("ready", "true or false")?.flag()? {
        return Ok(Err(Absence::NotYet));
    }
    let Some(last) = asked(&journey, "lastVisit")? else { return Ok(Err(Absence::Hidden)) };
    let text = |of: &Field<'_>, key: &str| asked(of, key)?.map(|part| part.text().map(str::to_owned)).transpose();
    let mut visit =
        Visit { referrer: text(&last, "referrerUrl")?, landing: text(&last, "landingPage")?, ..Visit::default() };
    if let Some(utm) = asked(&last, "utmParameters")? {
        visit.source = text(&utm, "source")?;
        visit.medium = text(&utm, "medium")?;
        visit.campaign = text(&utm, "campaign")?;
        visit.content = text(&utm, "content")?;
    }
    Ok(Ok(visit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::sources::json::parse;
    use crate::sources::recorded_bodies::{self as recorded, damaged};

    fn told(journey: &Value) -> Result<Came, Garbled> {
        read(&json!({"o0": {"customerJourneySummary": journey}}), 1).remove(0)
    }

    fn by_a_list() -> Value {
        json!({"ready": true, "lastVisit": {
            "referrerUrl": "https://codes.example/nordbo", "landingPage": "https://nordbo.example/",
            "utmParameters": {"source": "codes", "medium": null, "campaign": null, "content": null},
        }})
    }

    #[test]
    fn a_journey_is_a_visit_or_why_there_is_none() {
        let visit = Visit {
            referrer: Some("https://codes.example/nordbo".to_owned()),
            landing: Some("https://nordbo.example/".to_owned()),
            source: Some("codes".to_owned()),
            ..Visit::default()
        };
        assert_eq!(told(&by_a_list()), Ok(Came::By(visit)));
        assert_eq!(told(&Value::Null), Ok(Came::Unknown(Absence::Hidden)));
        assert_eq!(told(&json!({"ready": true, "lastVisit": null})), Ok(Came::Unknown(Absence::Hidden)));
        assert_eq!(told(&json!({"ready": false, "lastVisit": null})), Ok(Came::Unknown(Absence::NotYet)));
        assert_eq!(read(&json!({"o0": null}), 1), [Ok(Came::Unknown(Absence::Gone))]);
        let typed =
            json!({"ready": true, "lastVisit": {"referrerUrl": null, "landingPage": null, "utmParameters": null}});
        assert_eq!(told(&typed), Ok(Came::By(Visit::default())));
        let path = told(&json!({"ready": true})).expect_err("it was asked for").path;
        assert_eq!(path, "data.o0.customerJourneySummary.lastVisit");
    }

    #[test]
    fn the_recorded_order_of_nobody_the_shop_could_follow_is_unknown() {
        let Some(folder) = recorded::folder("shopify") else { return };
        let bytes = std::fs::read(folder.join("graphql_orders.json")).expect("recorded");
        let order = parse(&bytes).expect("a body");
        assert_eq!(told(&order["customerJourneySummary"]), Ok(Came::Unknown(Absence::Hidden)));
    }

    proptest! {
        #[test]
        fn a_damaged_journey_says_where_and_sends_nobody_elsewhere(
            place in any::<prop::sample::Index>(),
            with in damaged::wrong_values(),
        ) {
            let mut body = json!({"o0": {"customerJourneySummary": by_a_list()}});
            let whole = read(&body, 1).remove(0);
            let way = place.get(&damaged::places(&body)).clone();
            damaged::damage(&mut body, &way, with);
            match read(&body, 1).remove(0) {
                Ok(Came::By(visit)) => {
                    let Ok(Came::By(before)) = whole else { panic!("a visit") };
                    let parts = |visit: &Visit| [&visit.referrer, &visit.landing, &visit.source].map(Clone::clone);
                    let changed = parts(&visit).into_iter().zip(parts(&before)).filter(|(now, then)| now != then);
                    prop_assert!(changed.count() <= 1, "{way:?} changes more than itself: {visit:?}");
                }
                Ok(Came::Unknown(_) | Came::Unasked) => {}
                Err(garbled) => {
                    let (path, way) = (garbled.path, format!("data.{}", damaged::written(&way)));
                    prop_assert!(way.starts_with(&path) || path.starts_with(&way), "{path} is not {way}");
                }
            }
        }
    }
}
