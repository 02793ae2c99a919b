//! Coupons: whether a code exists, and the whole list and recent visits for `discover`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::super::SourceError;
use super::super::json::Field;
use super::super::orders::{Asked, Code, Listed, Shop, Visit, fold};
use super::{PAGE, Round, Woo, garbled, wire};

/// How long it is believed that a coupon is there.
const LOOKED_UP: SignedDuration = SignedDuration::from_hours(1);

/// Pages of coupons and of visits: 2,500 of them. `discover` is for people to read.
const PAGES_MAX: u32 = 25;

/// Which coupons there are of those that were asked about.
#[derive(Debug, Default)]
pub(super) struct Known {
    at: Option<Timestamp>,
    asked: BTreeSet<String>,
    pub gone: BTreeSet<String>,
}

impl Woo {
    /// Which of the codes asked about the shop does not have.
    pub(super) async fn look_up(
        &self,
        asked: &Asked,
        now: Timestamp,
        known: &mut Known,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let fresh = known.at.is_some_and(|at| now.duration_since(at) < LOOKED_UP);
        if fresh && asked.codes.keys().all(|code| known.asked.contains(code)) {
            return Ok(());
        }
        let mut found = Known { at: Some(now), ..Known::default() };
        for code in asked.codes.keys() {
            if self.coupon(code, round).await?.is_none() {
                found.gone.insert(code.clone());
            }
            found.asked.insert(code.clone());
        }
        *known = found;
        Ok(())
    }

    async fn coupon(&self, code: &str, round: &mut Round) -> Result<Option<Code>, SourceError> {
        let code = fold(code);
        let page = self.ask("coupons", &[("code", &code), ("per_page", PAGE)], round).await?;
        let now = self.config.clock.now();
        for node in Field::root(&page.body).items().map_err(garbled)? {
            let coupon = wire::coupon(&node, now).map_err(garbled)?;
            if coupon.codes.iter().any(|own| fold(own) == code) {
                return Ok(Some(coupon));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl Shop for Woo {
    async fn code(&self, code: &str) -> Result<Option<Code>, SourceError> {
        self.coupon(code, &mut Round::default()).await
    }

    async fn codes(&self) -> Result<Listed, SourceError> {
        let (mut round, mut listed) = (Round::default(), Listed::default());
        let now = self.config.clock.now();
        for number in 1..=PAGES_MAX {
            let query = [("per_page", PAGE), ("page", &number.to_string()), ("orderby", "date"), ("order", "asc")];
            let page = self.ask("coupons", &query, &mut round).await?;
            for node in Field::root(&page.body).items().map_err(garbled)? {
                listed.codes.push(wire::coupon(&node, now).map_err(garbled)?);
            }
            if !page.more(number) {
                return Ok(listed);
            }
        }
        listed.cut = true;
        Ok(listed)
    }

    async fn visits(&self, since: Timestamp) -> Result<Option<Vec<Visit>>, SourceError> {
        let (mut round, mut visits) = (Round::default(), Vec::new());
        let since = wire::written(since);
        for number in 1..=PAGES_MAX {
            let number_text = number.to_string();
            let query = [
                ("after", since.as_str()),
                ("dates_are_gmt", "true"),
                ("status", "any"),
                ("orderby", "date"),
                ("order", "asc"),
                ("per_page", PAGE),
                ("page", &number_text),
                ("_fields", "id,coupon_lines,meta_data"),
            ];
            let page = self.ask("orders", &query, &mut round).await?;
            for node in Field::root(&page.body).items().map_err(garbled)? {
                visits.extend(wire::visit(&node).map_err(garbled)?);
            }
            if !page.more(number) {
                break;
            }
        }
        Ok(Some(visits))
    }
}
