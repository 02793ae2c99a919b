//! Promotion codes: which ids a code has had, and the whole list for `discover`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::super::SourceError;
use super::super::json::{Field, Garbled};
use super::super::orders::{Asked, Code, Listed, Shop, Visit, fold};
use super::{PAGE, Promos, Round, Stripe, garbled, wire};

/// How long what was looked up is good: a code that is made anew under the same text has another id.
const LOOKED_UP: SignedDuration = SignedDuration::from_hours(1);

/// Pages of promotion codes that are listed: 2,500 of them. `discover` is for people to read.
const PAGES_MAX: usize = 25;

const PATH: &str = "/v1/promotion_codes";

impl Stripe {
    /// Looks up the ids of every code asked about, unless that was done lately. A text may have had several ids: an
    /// inactive promotion code leaves its text free.
    pub(super) async fn look_up(
        &self,
        asked: &Asked,
        now: Timestamp,
        promos: &mut Promos,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let codes: BTreeSet<&String> = asked.codes.keys().collect();
        let fresh = promos.at.is_some_and(|at| now.duration_since(at) < LOOKED_UP);
        if fresh && codes.iter().all(|code| promos.asked.contains(*code)) {
            return Ok(());
        }
        let mut found = Promos { at: Some(now), ..Promos::default() };
        for code in codes {
            let rows = self.named(code, round).await?;
            if rows.is_empty() {
                found.gone.insert(code.clone());
            }
            found.ids.extend(rows.into_iter().map(|row| (row.id, code.clone())));
            found.asked.insert(code.clone());
        }
        *promos = found;
        Ok(())
    }

    /// What older versions have in line must be asked for of newer ones, and asking older ones for it is an error.
    fn expand(&self) -> Option<(&'static str, &'static str)> {
        self.config.nested.then_some(("expand[]", "data.promotion.coupon"))
    }

    /// The promotion codes with this text, the newest first. The filter knows no upper case from lower.
    async fn named(&self, code: &str, round: &mut Round) -> Result<Vec<Code>, SourceError> {
        let mut query = vec![("code", code), ("limit", PAGE)];
        query.extend(self.expand());
        let body = self.ask(PATH, &query, round).await?;
        let (rows, _) = wire::list(&Field::root(&body)).map_err(garbled)?;
        let now = self.config.clock.now();
        let rows = rows.iter().map(|row| read(row, now)).collect::<Result<Vec<_>, _>>().map_err(garbled)?;
        // What the filter does not understand it ignores.
        Ok(rows.into_iter().filter(|row| row.codes.iter().any(|own| fold(own) == fold(code))).collect())
    }
}

fn read(node: &Field<'_>, now: Timestamp) -> Result<Code, Garbled> {
    let active = node.need("active", "true or false")?.flag()?;
    let ends_at = node.get("expires_at")?.map(|at| wire::instant(&at)).transpose()?;
    let works = active && ends_at.is_none_or(|end| now < end);
    let coupon = wire::coupon(node)?;
    let title = match &coupon {
        Some((_, Some(object))) => object.get("name")?.map(|name| name.text().map(str::to_owned)).transpose()?,
        Some((_, None)) | None => None,
    };
    let code = node.need("code", "a code")?.text()?.to_owned();
    Ok(Code {
        id: node.need("id", "an id")?.text()?.to_owned(),
        kind: "promotion_code".to_owned(),
        title: title.or(coupon.map(|coupon| coupon.0)).unwrap_or_else(|| code.clone()),
        status: if works { "ACTIVE" } else { "EXPIRED" }.to_owned(),
        starts_at: wire::instant(&node.need("created", "when it was made")?)?,
        ends_at,
        used: node.need("times_redeemed", "a count")?.count()?,
        codes: vec![code],
    })
}

#[async_trait]
impl Shop for Stripe {
    async fn code(&self, code: &str) -> Result<Option<Code>, SourceError> {
        let rows = self.named(code, &mut Round::default()).await?;
        let works = rows.iter().position(|row| row.status == "ACTIVE");
        Ok(rows.into_iter().nth(works.unwrap_or(0)))
    }

    async fn codes(&self) -> Result<Listed, SourceError> {
        let (mut round, mut listed) = (Round::default(), Listed::default());
        let mut after: Option<String> = None;
        let now = self.config.clock.now();
        for _ in 0..PAGES_MAX {
            let mut query = vec![("limit", PAGE)];
            query.extend(self.expand());
            query.extend(after.as_deref().map(|after| ("starting_after", after)));
            let body = self.ask(PATH, &query, &mut round).await?;
            let (rows, next) = wire::list(&Field::root(&body)).map_err(garbled)?;
            for row in &rows {
                listed.codes.push(read(row, now).map_err(garbled)?);
            }
            let Some(next) = next else { return Ok(listed) };
            after = Some(super::turn(after.as_ref(), next)?);
        }
        listed.cut = true;
        Ok(listed)
    }

    /// Stripe's checkout knows no links.
    async fn visits(&self, _since: Timestamp) -> Result<Option<Vec<Visit>>, SourceError> {
        Ok(None)
    }
}
