//! Which discount codes there are: whether one exists, the whole list, and what recent orders say of where they came from.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::json;

use super::super::SourceError;
use super::super::json::{Field, Garbled};
use super::super::orders::{Asked, Code, Listed, Shop, Visit, whole_second};
use super::journeys::journey;
use super::orders::{asked, connection};
use super::{Round, Shopify, garbled, many, turn};

/// Codes that one question looks up; each costs a point.
const LOOK_UP: usize = 100;

/// The same as it is counted with.
pub(super) const LOOK_UP_MAX: u32 = 100;

/// Discounts on a page of the list; each may cost 14 points with its codes.
const DISCOUNTS_PAGE: (u32, f64) = (50, 760.0);

/// Codes shown of a discount that has many.
const CODES_SHOWN: usize = 10;

/// Pages of discounts, and of visits, that are read: 2,500 discounts, 2,000 orders. `discover` is for people to read.
const PAGES_MAX: usize = 50;

const DISCOUNTS: &str = "\
query Discounts($first: Int!, $after: String) {
  codeDiscountNodes(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id codeDiscount { ...One } }
  }
}
";

const BY_CODE: &str = "\
query ByCode($code: String!) {
  codeDiscountNodeByCode(code: $code) { id codeDiscount { ...One } }
}
";

/// The same of every kind of discount that codes can belong to.
const ONE: &str = "\
fragment One on DiscountCode {
  __typename
  ... on DiscountCodeBasic { title status startsAt endsAt asyncUsageCount codes(first: 10) { nodes { code } } }
  ... on DiscountCodeBxgy { title status startsAt endsAt asyncUsageCount codes(first: 10) { nodes { code } } }
  ... on DiscountCodeFreeShipping { title status startsAt endsAt asyncUsageCount codes(first: 10) { nodes { code } } }
  ... on DiscountCodeApp { title status startsAt endsAt asyncUsageCount codes(first: 10) { nodes { code } } }
}";

const VISITS: &str = "\
query Visits($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      discountCodes
      customerJourneySummary {
        ready lastVisit { referrerUrl landingPage utmParameters { source medium campaign content } }
      }
    }
  }
}";

/// Orders on a page of visits, and what it may cost.
const VISITS_PAGE: (u32, f64) = (100, 410.0);

impl Shopify {
    /// Which of the codes asked about the shop does not have.
    pub(super) async fn missing_codes(
        &self,
        asked: &Asked,
        round: &mut Round,
    ) -> Result<BTreeSet<String>, SourceError> {
        let codes: Vec<&String> = asked.codes.keys().collect();
        let mut gone = BTreeSet::new();
        for batch in codes.chunks(LOOK_UP) {
            let (document, variables) = many(("Codes", "String!"), "codeDiscountNodeByCode(code: ", "id", batch);
            let points = f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX));
            let data = self.ask(&document, &variables, points, round).await?;
            let root = Field::at(&data, "data".to_owned());
            for (place, code) in batch.iter().enumerate() {
                if asked_field(&root, &format!("o{place}"))?.is_none() {
                    gone.insert((*code).clone());
                }
            }
        }
        Ok(gone)
    }
}

#[async_trait]
impl Shop for Shopify {
    async fn code(&self, code: &str) -> Result<Option<Code>, SourceError> {
        let mut round = Round::new();
        let data = self.ask(&format!("{BY_CODE}{ONE}"), &json!({"code": code}), 20.0, &mut round).await?;
        let root = Field::at(&data, "data".to_owned());
        let node = asked_field(&root, "codeDiscountNodeByCode")?;
        node.map(|node| read_code(&node)).transpose().map_err(garbled)
    }

    async fn codes(&self) -> Result<Listed, SourceError> {
        let (mut round, mut listed, mut after) = (Round::new(), Listed::default(), None);
        for _ in 0..PAGES_MAX {
            let variables = json!({"first": DISCOUNTS_PAGE.0, "after": after});
            let data = self.ask(&format!("{DISCOUNTS}{ONE}"), &variables, DISCOUNTS_PAGE.1, &mut round).await?;
            let (nodes, next) = connection(&data, "codeDiscountNodes").map_err(garbled)?;
            for node in &nodes {
                listed.codes.push(read_code(node).map_err(garbled)?);
            }
            let Some(next) = next else { return Ok(listed) };
            after = Some(turn(after.as_ref(), next)?);
        }
        listed.cut = true;
        Ok(listed)
    }

    async fn visits(&self, since: Timestamp) -> Result<Option<Vec<Visit>>, SourceError> {
        let (mut round, mut visits, mut after) = (Round::new(), Vec::new(), None);
        let filter = format!("created_at:>='{}'", whole_second(since));
        for _ in 0..PAGES_MAX {
            let variables = json!({"first": VISITS_PAGE.0, "after": after, "query": filter});
            let data = self.ask(VISITS, &variables, VISITS_PAGE.1, &mut round).await?;
            let (nodes, next) = connection(&data, "orders").map_err(garbled)?;
            for node in &nodes {
                visits.extend(visit(node).map_err(garbled)?);
            }
            let Some(next) = next else { break };
            after = Some(turn(after.as_ref(), next)?);
        }
        Ok(Some(visits))
    }
}

fn asked_field<'a>(root: &Field<'a>, key: &str) -> Result<Option<Field<'a>>, SourceError> {
    asked(root, key).map_err(garbled)
}

fn read_code(node: &Field<'_>) -> Result<Code, Garbled> {
    let discount = node.need("codeDiscount", "a discount")?;
    let text = |key: &str| discount.need(key, "text")?.text().map(str::to_owned);
    let nodes = discount.need("codes", "a list")?.need("nodes", "a list")?.items()?;
    let codes = nodes.iter().take(CODES_SHOWN).map(|code| code.need("code", "a code")?.text().map(str::to_owned));
    Ok(Code {
        id: node.need("id", "an id")?.text()?.to_owned(),
        kind: text("__typename")?,
        title: text("title")?,
        status: text("status")?,
        starts_at: discount.need("startsAt", "an instant")?.time()?,
        ends_at: asked(&discount, "endsAt")?.map(|at| at.time()).transpose()?,
        used: discount.need("asyncUsageCount", "a count")?.count()?,
        codes: codes.collect::<Result<_, _>>()?,
    })
}

fn visit(node: &Field<'_>) -> Result<Option<Visit>, Garbled> {
    let codes = node.need("discountCodes", "a list")?.items()?;
    let codes = codes.iter().map(|code| code.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    Ok(journey(node)?.ok().map(|visit| Visit { codes, ..visit }))
}
