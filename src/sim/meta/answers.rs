//! What the emulated Marketing API answers once it lets a request through.
//!
//! Owns: fields, levels, filters, pages, what is left out of a row, and what may be changed on what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::MetaConfig;
use super::world::{AdDay, Kind, MetaWorld, Thing};

/// Currencies that are written without decimals.
const WHOLE: [&str; 11] = ["CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"];

/// What a purchase is called, all at once.
const PURCHASES: [&str; 5] = [
    "purchase",
    "onsite_web_purchase",
    "omni_purchase",
    "web_in_store_purchase",
    "offsite_conversion.fb_pixel_purchase",
];

/// A refusal as the platform writes it.
pub(super) struct Refusal {
    pub status: u16,
    code: i64,
    subcode: Option<i64>,
    message: String,
}

impl Refusal {
    pub fn new(status: u16, code: i64, subcode: Option<i64>, message: &str) -> Self {
        Self { status, code, subcode, message: message.to_owned() }
    }

    /// A token that does not work.
    pub fn token(subcode: Option<i64>) -> Self {
        Self::new(400, 190, subcode, "Error validating access token: Session has expired on Wednesday, 07-Sep-26.")
    }

    /// Not there, or not for this token.
    pub fn missing() -> Self {
        Self::new(400, 100, Some(33), "Unsupported request. Object does not exist or cannot be loaded.")
    }

    fn field(name: &str, kind: &str) -> Self {
        Self::new(400, 100, None, &format!("(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"))
    }

    fn wrong(message: &str) -> Self {
        Self::new(400, 100, None, &format!("(#100) {message}"))
    }

    pub fn body(&self) -> Value {
        let kind = if self.code == 190 { "OAuthException" } else { "FacebookApiException" };
        let mut error = json!({
            "message": self.message, "type": kind, "code": self.code,
            "is_transient": matches!(self.code, 2 | 4 | 17), "fbtrace_id": "AQsimTrace1",
        });
        if let (Some(subcode), Some(members)) = (self.subcode, error.as_object_mut()) {
            members.insert("error_subcode".to_owned(), json!(subcode));
        }
        json!({"error": error})
    }
}

/// One request that was let through.
pub(super) struct Asking<'a> {
    pub world: &'a MetaWorld,
    pub config: &'a MetaConfig,
    pub account: &'a str,
    pub fields: &'a BTreeMap<String, String>,
    pub now: Timestamp,
    /// Where the next page is, token and all.
    pub next: String,
}

/// What is to be changed.
pub(super) struct Change {
    status: Option<String>,
    lifetime_budget: Option<u64>,
    daily_budget: Option<u64>,
}

impl Change {
    pub fn carry_out(self, thing: &mut Thing) {
        if let Some(status) = self.status {
            thing.status = status;
        }
        thing.lifetime_budget = self.lifetime_budget.unwrap_or(thing.lifetime_budget);
        thing.daily_budget = self.daily_budget.unwrap_or(thing.daily_budget);
    }
}

/// What a question for insights asks.
struct Report {
    level: Option<Kind>,
    from: Date,
    until: Date,
    by_day: bool,
    windows: Vec<String>,
    currency: String,
}

impl Asking<'_> {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn wanted(&self) -> Vec<&str> {
        self.field("fields").split(',').filter(|name| !name.is_empty()).collect()
    }

    /// One object, or the account.
    pub fn node(&self, path: &str) -> Result<Value, Refusal> {
        if path.starts_with("act_") {
            return self.account_node(path);
        }
        let thing = self.world.thing(path).ok_or_else(Refusal::missing)?;
        let mut node = Map::new();
        node.insert("id".to_owned(), json!(path));
        for name in self.wanted() {
            if let Some(value) = self.value_of(path, &thing, name)? {
                node.insert(name.to_owned(), value);
            }
        }
        Ok(Value::Object(node))
    }

    fn account_node(&self, path: &str) -> Result<Value, Refusal> {
        let account = self.world.account(self.account).ok_or_else(Refusal::missing)?;
        let mut node = Map::new();
        node.insert("id".to_owned(), json!(path));
        for name in self.wanted() {
            let value = match name {
                "id" => json!(path),
                "account_id" => json!(self.account),
                "currency" => json!(account.currency),
                "timezone_name" => json!(account.zone),
                _ => return Err(Refusal::field(name, "AdAccount")),
            };
            node.insert(name.to_owned(), value);
        }
        Ok(Value::Object(node))
    }

    /// A field of an object; `None` where it is left out.
    fn value_of(&self, id: &str, thing: &Thing, name: &str) -> Result<Option<Value>, Refusal> {
        // Budgets are told as text; where one of the two is set the other is "0", and where none is both are left out.
        let budget = |units: u64| (thing.lifetime_budget + thing.daily_budget != 0).then(|| json!(units.to_string()));
        let (campaign, ad_set) = match thing.kind {
            Kind::Campaign => (None, None),
            Kind::AdSet => (thing.parent.clone(), None),
            Kind::Ad => {
                let above = thing.parent.as_deref().and_then(|id| self.world.thing(id));
                (above.and_then(|above| above.parent), thing.parent.clone())
            }
        };
        Ok(match (name, thing.kind) {
            ("id", _) => Some(json!(id)),
            ("account_id", _) => Some(json!(thing.account)),
            ("name", _) => Some(json!(format!("object {id}"))),
            ("status", _) => Some(json!(thing.status)),
            ("effective_status", _) => Some(json!(self.world.effective(thing))),
            ("lifetime_budget", Kind::Campaign | Kind::AdSet) => budget(thing.lifetime_budget),
            ("daily_budget", Kind::Campaign | Kind::AdSet) => budget(thing.daily_budget),
            ("campaign_id", Kind::AdSet | Kind::Ad) => campaign.map(|id| json!(id)),
            ("adset_id", Kind::Ad) => ad_set.map(|id| json!(id)),
            (name, Kind::Campaign) => return Err(Refusal::field(name, "AdCampaignGroup")),
            (name, Kind::AdSet) => return Err(Refusal::field(name, "AdCampaign")),
            (name, Kind::Ad) => return Err(Refusal::field(name, "Adgroup")),
        })
    }

    /// The campaigns, ad sets or ads of an account.
    pub fn list(&self, edge: &str) -> Result<Value, Refusal> {
        let kind = match edge {
            "campaigns" => Kind::Campaign,
            "adsets" => Kind::AdSet,
            "ads" => Kind::Ad,
            _ => return Err(Refusal::new(400, 2500, None, "Unknown path components")),
        };
        let filter = self.filter(kind)?;
        let standings: Option<Vec<String>> = serde_json::from_str(self.field("effective_status")).ok();
        let mut rows = Vec::new();
        for (id, thing) in self.world.things(self.account, kind) {
            let effective = self.world.effective(&thing);
            // Nobody sees what is archived or deleted without asking for it.
            let shown = match &standings {
                Some(standings) => standings.contains(&effective),
                None => !matches!(effective.as_str(), "ARCHIVED" | "DELETED"),
            };
            if !shown || filter.as_ref().is_some_and(|ids| !ids.contains(&id)) {
                continue;
            }
            let mut row = Map::new();
            row.insert("id".to_owned(), json!(id));
            for name in self.wanted() {
                if let Some(value) = self.value_of(&id, &thing, name)? {
                    row.insert(name.to_owned(), value);
                }
            }
            rows.push(Value::Object(row));
        }
        self.page(rows)
    }

    /// The ids of a filter; `None` where there is none.
    fn filter(&self, kind: Kind) -> Result<Option<Vec<String>>, Refusal> {
        if self.field("filtering").is_empty() {
            return Ok(None);
        }
        let filters: Vec<Value> = serde_json::from_str(self.field("filtering"))
            .map_err(|_| Refusal::wrong("Param filtering must be a list"))?;
        let [filter] = filters.as_slice() else { return Err(Refusal::wrong("one filter is known")) };
        let field = format!("{}.id", word(kind));
        if filter.get("field") != Some(&json!(field)) || filter.get("operator") != Some(&json!("IN")) {
            return Err(Refusal::wrong("Filtering field is invalid"));
        }
        let ids = filter.get("value").and_then(Value::as_array).into_iter().flatten();
        Ok(Some(ids.filter_map(Value::as_str).map(str::to_owned).collect()))
    }

    /// Rows from `after` on, at most `limit`.
    fn page(&self, rows: Vec<Value>) -> Result<Value, Refusal> {
        let limit = match self.field("limit") {
            "" => 25,
            text => text.parse().map_err(|_| Refusal::wrong("Param limit must be an integer"))?,
        };
        let limit = std::cmp::min(limit, self.config.page_max);
        let from = match self.field("after") {
            "" => 0,
            text => {
                let offset = text.strip_prefix("QVFI").and_then(|rest| rest.parse::<usize>().ok());
                offset.ok_or_else(|| Refusal::wrong("Invalid cursors values"))?
            }
        };
        let more = from + limit < rows.len();
        let until = std::cmp::min(from + limit, rows.len());
        let data: Vec<Value> = rows.into_iter().skip(from).take(limit).collect();
        if data.is_empty() {
            return Ok(json!({"data": []}));
        }
        let (before, after) = (format!("QVFI{from}"), format!("QVFI{until}"));
        let mut paging = json!({"cursors": {"before": before, "after": after}});
        if let (true, Some(members)) = (more, paging.as_object_mut()) {
            members.insert("next".to_owned(), json!(format!("{}&limit={limit}&after={after}", self.next)));
        }
        Ok(json!({"data": data, "paging": paging}))
    }

    fn report(&self) -> Result<Report, Refusal> {
        let account = self.world.account(self.account).ok_or_else(Refusal::missing)?;
        let zone = TimeZone::get(&account.zone).unwrap_or(TimeZone::UTC);
        let today = self.now.to_zoned(zone).date();
        let level = match self.field("level") {
            "" | "account" => None,
            "campaign" => Some(Kind::Campaign),
            "adset" => Some(Kind::AdSet),
            "ad" => Some(Kind::Ad),
            _ => return Err(Refusal::wrong("level must be one of the following values: ad, adset, campaign, account")),
        };
        let before = |days: i64| today.saturating_sub(days.days());
        let (from, until) = match self.field("date_preset") {
            "" => self.range()?,
            "last_28d" => (before(28), before(1)),
            "maximum" => (before(37 * 30), today),
            "today" => (today, today),
            _ => return Err(Refusal::wrong("date_preset is not known here")),
        };
        let windows = match self.field("action_attribution_windows") {
            "" => Vec::new(),
            text => serde_json::from_str(text).map_err(|_| Refusal::wrong("Param action_attribution_windows"))?,
        };
        let by_day = match self.field("time_increment") {
            "" | "all_days" => false,
            "1" => true,
            _ => return Err(Refusal::wrong("time_increment is not known here")),
        };
        Ok(Report { level, from, until: std::cmp::min(until, today), by_day, windows, currency: account.currency })
    }

    fn range(&self) -> Result<(Date, Date), Refusal> {
        let range: Value = serde_json::from_str(self.field("time_range")).unwrap_or_default();
        let day = |name: &str| range.get(name).and_then(Value::as_str).and_then(|text| text.parse::<Date>().ok());
        match (day("since"), day("until")) {
            (Some(from), Some(until)) if from <= until => Ok((from, until)),
            _ => Err(Refusal::wrong("Must specify time range with since and until")),
        }
    }

    /// What was delivered. No row where nothing was.
    pub fn insights(&self) -> Result<Value, Refusal> {
        let report = self.report()?;
        let filter = match report.level {
            Some(kind) => self.filter(kind)?,
            None => None,
        };
        let objects: Vec<(String, Vec<String>)> = match report.level {
            None => {
                vec![(String::new(), self.world.things(self.account, Kind::Ad).into_iter().map(|one| one.0).collect())]
            }
            Some(kind) => {
                let all = self.world.things(self.account, kind).into_iter().filter(|one| one.1.status != "DELETED");
                let wanted = all.filter(|one| filter.as_ref().is_none_or(|ids| ids.contains(&one.0)));
                wanted.map(|one| (one.0.clone(), self.world.ads_of(&one.0))).collect()
            }
        };
        let days = report.from.until(report.until).map_or(0, |span| span.get_days()) + 1;
        let work =
            if report.by_day { usize::try_from(days).unwrap_or_default() * objects.len() } else { objects.len() };
        if self.config.rows_max < work {
            let message = "Please reduce the amount of data you're asking for, then retry your request";
            return Err(Refusal::new(500, 1, None, message));
        }
        let mut rows = Vec::new();
        for (id, ads) in &objects {
            let sums = self.world.sums(ads, report.from, report.until);
            if report.by_day {
                for (day, did) in sums {
                    rows.push(self.row(&report, id, (day, day), did, did.reach)?);
                }
            } else if !sums.is_empty() {
                let all = sums.values().fold(AdDay::default(), |sum, did| sum.and(*did));
                rows.push(self.row(&report, id, (report.from, report.until), all, self.world.reached(ads))?);
            }
        }
        self.page(rows)
    }

    fn row(&self, report: &Report, id: &str, days: (Date, Date), did: AdDay, reach: u64) -> Result<Value, Refusal> {
        let mut row = Map::new();
        let thing = self.world.thing(id);
        for name in self.wanted() {
            let told = |count: u64| (count != 0).then(|| json!(count.to_string()));
            let value = match name {
                "account_id" => Some(json!(self.account)),
                "account_currency" => Some(json!(report.currency)),
                "date_start" | "date_stop" => None,
                "impressions" => Some(json!(did.impressions.to_string())),
                "reach" => Some(json!(reach.to_string())),
                "spend" => Some(json!(money(did.spend_hundredths, &report.currency))),
                "inline_link_clicks" => told(did.clicks),
                "actions" => actions(&did, &report.windows),
                "action_values" => values(&did, &report.windows, &report.currency),
                "campaign_id" | "adset_id" | "ad_id" => thing.as_ref().and_then(|thing| self.part_of(id, thing, name)),
                _ => return Err(Refusal::wrong(&format!("{name} is not valid for fields param."))),
            };
            if let Some(value) = value {
                row.insert(name.to_owned(), value);
            }
        }
        row.insert("date_start".to_owned(), json!(days.0));
        row.insert("date_stop".to_owned(), json!(days.1));
        Ok(Value::Object(row))
    }

    /// Which campaign, ad set or ad a row is of.
    fn part_of(&self, id: &str, thing: &Thing, name: &str) -> Option<Value> {
        let wanted = match name {
            "campaign_id" => Kind::Campaign,
            "adset_id" => Kind::AdSet,
            _ => Kind::Ad,
        };
        let mut at = Some((id.to_owned(), thing.clone()));
        while let Some((id, thing)) = at {
            if thing.kind == wanted {
                return Some(json!(id));
            }
            at = thing.parent.and_then(|parent| self.world.thing(&parent).map(|above| (parent, above)));
        }
        None
    }

    /// Whether a change can be made, and what it is.
    pub fn check_change(&self, id: &str) -> Result<Change, Refusal> {
        let thing = self.world.thing(id).ok_or_else(Refusal::missing)?;
        let status = match self.field("status") {
            "" => None,
            status @ ("ACTIVE" | "PAUSED" | "ARCHIVED" | "DELETED") => Some(status.to_owned()),
            _ => return Err(Refusal::wrong("Invalid parameter: status")),
        };
        if status.is_some() && matches!(thing.status.as_str(), "ARCHIVED" | "DELETED") {
            return Err(Refusal::new(400, 100, Some(1_487_057), "Archived objects cannot be set active or paused."));
        }
        let budget = |name: &str, stands: u64| match self.fields.get(name) {
            None => Ok(None),
            Some(_) if thing.kind == Kind::Ad => Err(Refusal::wrong("ads have no budget")),
            Some(_) if stands == 0 => Err(Refusal::wrong("the budget stands elsewhere, or is of the other sort")),
            Some(text) => match text.parse::<u64>() {
                Ok(units) if 0 < units => Ok(Some(units)),
                _ => Err(Refusal::wrong("Param budget must be a positive integer")),
            },
        };
        Ok(Change {
            status,
            lifetime_budget: budget("lifetime_budget", thing.lifetime_budget)?,
            daily_budget: budget("daily_budget", thing.daily_budget)?,
        })
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Campaign => "campaign",
        Kind::AdSet => "adset",
        Kind::Ad => "ad",
    }
}

fn money(hundredths: u64, currency: &str) -> String {
    if WHOLE.contains(&currency) {
        return (hundredths / 100).to_string();
    }
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What people did. A type that nobody did is left out, and so is the whole list where nobody did anything.
fn actions(did: &AdDay, windows: &[String]) -> Option<Value> {
    let mut list = Vec::new();
    for (kind, count) in [("link_click", did.clicks), ("video_view", did.plays)] {
        if count != 0 {
            list.push(json!({"action_type": kind, "value": count.to_string()}));
        }
    }
    let (click, view) = (did.bought_after_click, did.bought_after_view);
    if click + view != 0 {
        for kind in PURCHASES {
            let in_store = kind == "web_in_store_purchase";
            let counts = if in_store { (0, 1) } else { (click, view) };
            list.push(action(kind, counts, windows, |count| count.to_string()));
        }
    }
    (!list.is_empty()).then(|| json!(list))
}

fn values(did: &AdDay, windows: &[String], currency: &str) -> Option<Value> {
    let value = did.value_hundredths?;
    let all = did.bought_after_click + did.bought_after_view;
    // What was bought after a click is worth its share of the whole.
    let click = (value * did.bought_after_click).checked_div(all)?;
    let kinds = ["purchase", "omni_purchase", "offsite_conversion.fb_pixel_purchase"];
    let write = |hundredths: u64| money(hundredths, currency);
    Some(kinds.iter().map(|kind| action(kind, (click, value - click), windows, write)).collect())
}

/// An action with its windows: one that counts nothing is left out.
fn action(kind: &str, (click, view): (u64, u64), windows: &[String], write: impl Fn(u64) -> String) -> Value {
    let mut action = json!({"action_type": kind, "value": write(click + view)});
    for window in windows {
        let count = match window.as_str() {
            "7d_click" | "28d_click" => click,
            "1d_click" => click / 2,
            "1d_view" => view,
            _ => 0,
        };
        if let (true, Some(members)) = (count != 0, action.as_object_mut()) {
            members.insert(window.clone(), json!(write(count)));
        }
    }
    action
}
