//! Answers a checked question from the world: exactly the fields that were asked for, and what that cost.

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::document::{Asked, Question, Selection};
use super::schema::Gives;
use super::world::{NewDiscount, Order, ShopWorld, State};

/// How far back orders are shown without `read_all_orders`.
const SHOWN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Who asks, and when.
pub(super) struct Asking<'a> {
    pub world: &'a ShopWorld,
    pub scopes: &'a [String],
    pub now: Timestamp,
    /// How long after it was placed an order can be found.
    pub lag: SignedDuration,
}

/// The answer: `data`, `errors`, and points used.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub data: Map<String, Value>,
    pub errors: Vec<Value>,
    pub points: f64,
}

impl Asking<'_> {
    fn may(&self, scope: &str) -> bool {
        let write = scope.replace("read_", "write_");
        self.scopes.iter().any(|own| own == scope || *own == write)
    }

    /// Answers every field of the root; one that is not allowed is null and has an error of its own.
    pub fn answer(&self, question: &Question) -> Answered {
        let mut out = Answered::default();
        if question.mutates {
            out.points += 10.0;
        }
        for selection in &question.fields {
            let Selection::Field(asked) = selection else { continue };
            if let Some(scope) = asked.scope.filter(|scope| !self.may(scope)) {
                out.errors.push(denied(asked, scope));
                out.data.insert(asked.key.clone(), Value::Null);
                continue;
            }
            let whole = self.resolve(asked);
            let shown = match asked.gives {
                Gives::Connection(_) => connect(&whole, &asked.inner, &mut out.points),
                Gives::Scalar | Gives::Object(_) | Gives::List(_) => project(&whole, &asked.inner, &mut out.points),
            };
            out.data.insert(asked.key.clone(), shown);
        }
        out
    }

    fn resolve(&self, asked: &Asked) -> Value {
        let text = |name: &str| asked.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut state = self.world.lock();
        match asked.name.as_str() {
            "__typename" => json!("QueryRoot"),
            "shop" => json!({
                "id": "gid://shopify/Shop/1", "name": "The shop", "currencyCode": state.currency,
                "myshopifyDomain": "emulated.myshopify.com",
            }),
            "orders" => self.orders(&state, asked),
            "order" => {
                let order = state.order(text("id")).filter(|order| self.oldest() <= order.created);
                order.map_or(Value::Null, |order| state.order_json(order))
            }
            "codeDiscountNodes" => {
                let all = state.discounts.values();
                let all: Vec<Value> = all.map(|discount| state.discount_json(discount, self.now)).collect();
                page(all.into_iter().enumerate().map(|(place, node)| (place.to_string(), node)), asked)
            }
            "codeDiscountNodeByCode" => {
                state.by_code(text("code")).map_or(Value::Null, |found| state.discount_json(found, self.now))
            }
            "codeDiscountNode" => {
                let found = state.by_gid(text("id")).cloned();
                found.map_or(Value::Null, |found| state.discount_json(&found, self.now))
            }
            "discountCodeDeactivate" => self.set(&mut state, text("id"), false),
            "discountCodeActivate" => self.set(&mut state, text("id"), true),
            "discountCodeBasicUpdate" => self.write(&mut state, Some(text("id")), asked),
            "discountCodeBasicCreate" => self.write(&mut state, None, asked),
            _ => Value::Null,
        }
    }

    /// Deactivating ends a discount now; activating lets it begin now, where it had not, and takes its end away.
    fn set(&self, state: &mut State, gid: &str, active: bool) -> Value {
        let Some(discount) = state.by_gid(gid) else {
            let error = json!({
                "field": ["id"], "message": "Discount does not exist", "code": "INVALID", "extraInfo": null,
            });
            return json!({"codeDiscountNode": null, "userErrors": [error]});
        };
        if active {
            discount.what.starts_at = std::cmp::min(discount.what.starts_at, self.now);
            discount.what.ends_at = None;
        } else if discount.what.ends_at.is_none_or(|end| self.now < end) {
            discount.what.ends_at = Some(self.now);
        }
        let discount = discount.clone();
        json!({"codeDiscountNode": state.discount_json(&discount, self.now), "userErrors": []})
    }

    /// Makes a discount of one code, or gives one another share.
    fn write(&self, state: &mut State, gid: Option<&str>, asked: &Asked) -> Value {
        let input = asked.arguments.get("basicCodeDiscount").cloned().unwrap_or_default();
        let refuse = |field: &str, code: &str| {
            let error = json!({"field": [field], "message": "It is not valid", "code": code, "extraInfo": null});
            json!({"codeDiscountNode": null, "userErrors": [error]})
        };
        let share = input.pointer("/customerGets/value/percentage").and_then(Value::as_f64);
        let Some(share) = share.filter(|share| 0.0 < *share && *share <= 1.0) else {
            return refuse("customerGets", "VALUE_OUTSIDE_RANGE");
        };
        // Whole hundredths, the nearest.
        let percent = (1..=100).find(|percent| f64::from(*percent) >= share * 100.0 - 0.5).unwrap_or(100);
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let discount = if let Some(gid) = gid {
            let Some(discount) = state.by_gid(gid) else { return refuse("id", "INVALID") };
            discount.what.percent = percent.into();
            discount.clone()
        } else {
            let (Some(code), Some(starts)) = (text("code"), text("startsAt").and_then(|at| at.parse().ok())) else {
                return refuse("code", "BLANK");
            };
            if state.by_code(code).is_some() {
                return refuse("code", "TAKEN");
            }
            let ends_at = text("endsAt").and_then(|at| at.parse().ok());
            state.add(NewDiscount { ends_at, ..NewDiscount::basic(code, percent.into(), starts) })
        };
        json!({"codeDiscountNode": state.discount_json(&discount, self.now), "userErrors": []})
    }

    /// Orders from before are not shown.
    fn oldest(&self) -> Timestamp {
        if self.scopes.iter().any(|scope| scope == "read_all_orders") {
            return Timestamp::MIN;
        }
        self.now.saturating_sub(SHOWN).unwrap_or(Timestamp::MIN)
    }

    fn orders(&self, state: &State, asked: &Asked) -> Value {
        let filter = Filter::read(asked.arguments.get("query").and_then(Value::as_str).unwrap_or_default());
        let oldest = self.oldest();
        let found = |order: &&Order| {
            oldest <= order.created
                && order.created.saturating_add(self.lag).is_ok_and(|at| at <= self.now)
                && filter.takes(order)
        };
        let by_change = asked.arguments.get("sortKey").and_then(Value::as_str) == Some("UPDATED_AT");
        let key = |order: &Order| {
            let at = if by_change { order.updated } else { order.created };
            (at, order.number)
        };
        let mut orders: Vec<&Order> = state.orders.values().filter(found).collect();
        orders.sort_by_key(|order| key(order));
        if asked.arguments.get("reverse").and_then(Value::as_bool) == Some(true) {
            orders.reverse();
        }
        page(
            orders.into_iter().map(|order| {
                let (at, number) = key(order);
                (format!("{at}|{number}"), Lazy { state, order })
            }),
            asked,
        )
    }
}

/// What becomes a node when it is on the page.
trait Node {
    fn json(self) -> Value;
}

impl Node for Value {
    fn json(self) -> Value {
        self
    }
}

struct Lazy<'a> {
    state: &'a State,
    order: &'a Order,
}

impl Node for Lazy<'_> {
    fn json(self) -> Value {
        self.state.order_json(self.order)
    }
}

/// One page: after the cursor, as many as asked for. A cursor stays good when the list changes before it.
fn page<N: Node>(all: impl Iterator<Item = (String, N)>, asked: &Asked) -> Value {
    let after = asked.arguments.get("after").and_then(Value::as_str);
    let after = after.and_then(|cursor| BASE64.decode(cursor.as_bytes()).ok());
    let after = after.and_then(|bytes| String::from_utf8(bytes).ok());
    let first = asked.arguments.get("first").and_then(Value::as_u64).and_then(|first| usize::try_from(first).ok());
    let first = first.unwrap_or(0);
    let mut rest = all.peekable();
    if let Some(after) = &after {
        for (cursor, _) in rest.by_ref() {
            if cursor == *after {
                break;
            }
        }
    }
    let mut nodes = Vec::new();
    let mut end = None;
    while nodes.len() < first {
        let Some((cursor, node)) = rest.next() else { break };
        end = Some(BASE64.encode(cursor.as_bytes()));
        nodes.push(node.json());
    }
    let info = json!({
        "hasNextPage": rest.peek().is_some(), "hasPreviousPage": after.is_some(), "startCursor": null, "endCursor": end,
    });
    json!({"nodes": nodes, "pageInfo": info})
}

fn connect(whole: &Value, fields: &[Selection], points: &mut f64) -> Value {
    let mut shown = Map::new();
    for selection in fields {
        let Selection::Field(asked) = selection else { continue };
        let part = whole.get(&asked.name).unwrap_or(&Value::Null);
        let mut free = 0.0;
        let points = if asked.name == "nodes" { &mut *points } else { &mut free };
        shown.insert(asked.key.clone(), project(part, &asked.inner, points));
    }
    Value::Object(shown)
}

/// The fields that were asked for, of an object or of each in a list; every object costs a point.
fn project(whole: &Value, fields: &[Selection], points: &mut f64) -> Value {
    match whole {
        Value::Array(items) => Value::Array(items.iter().map(|item| project(item, fields, points)).collect()),
        Value::Object(members) if !fields.is_empty() => {
            *points += 1.0;
            let mut shown = Map::new();
            put(members, fields, points, &mut shown);
            Value::Object(shown)
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => whole.clone(),
    }
}

fn put(members: &Map<String, Value>, fields: &[Selection], points: &mut f64, shown: &mut Map<String, Value>) {
    for selection in fields {
        match selection {
            Selection::On(member, inner) => {
                if members.get("__typename").and_then(Value::as_str) == Some(member) {
                    put(members, inner, points, shown);
                }
            }
            Selection::Field(asked) => {
                let part = members.get(&asked.name).unwrap_or(&Value::Null);
                let part = match (asked.gives, part) {
                    (Gives::Connection(_), Value::Array(items)) => {
                        let all = items.iter().cloned().enumerate();
                        let whole = page(all.map(|(place, node)| (place.to_string(), node)), asked);
                        connect(&whole, &asked.inner, points)
                    }
                    (_, part) => project(part, &asked.inner, points),
                };
                shown.insert(asked.key.clone(), part);
            }
        }
    }
}

fn denied(asked: &Asked, scope: &str) -> Value {
    json!({
        "message": format!("Access denied for {} field. Required access: `{scope}` access scope.", asked.name),
        "locations": [{"line": asked.pos.line, "column": asked.pos.column}],
        "extensions": {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": format!("`{scope}` access scope."),
        },
        "path": [asked.key],
    })
}

/// A search: terms joined by AND. What cannot be read is ignored, as the real search does.
#[derive(Debug, Default)]
struct Filter {
    created: (Option<Timestamp>, Option<Timestamp>),
    updated: (Option<Timestamp>, Option<Timestamp>),
    code: Option<String>,
}

impl Filter {
    fn read(text: &str) -> Self {
        let mut filter = Self::default();
        for term in text.split(" AND ") {
            let Some((name, value)) = term.trim().split_once(':') else { continue };
            let bare = |text: &str| text.trim_matches(['\'', '"']).to_owned();
            let at = |text: &str| bare(text).parse::<Timestamp>().ok();
            let range = match name {
                "created_at" => &mut filter.created,
                "updated_at" => &mut filter.updated,
                "discount_code" => {
                    filter.code = Some(bare(value).to_lowercase());
                    continue;
                }
                _ => continue,
            };
            if let Some(from) = value.strip_prefix(">=") {
                range.0 = at(from).or(range.0);
            } else if let Some(until) = value.strip_prefix('<') {
                range.1 = at(until).or(range.1);
            }
        }
        filter
    }

    fn takes(&self, order: &Order) -> bool {
        let inside = |(from, until): (Option<Timestamp>, Option<Timestamp>), at: Timestamp| {
            from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)
        };
        // Only the first code of an order can be searched for.
        let first = order.codes.first().map(|code| code.to_lowercase());
        inside(self.created, order.created)
            && inside(self.updated, order.updated)
            && (self.code.is_none() || self.code == first)
    }
}
