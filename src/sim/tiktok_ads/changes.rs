//! What the emulated Business API does when it is told to: switches and budgets.
//!
//! Campaigns of Smart+ and what is in them are changed by the methods under `smart_plus/` alone. A change of a list may be
//! made for some of it only, with code 0 and the rest in a list of errors.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Automation, Inner, Level, Mode, Refusal, Status};
use crate::domain::money::Money;

/// Ids of one call.
const IDS_MAX: usize = 20;

impl Inner {
    pub(super) fn update(&self, path: &str, body: &Value, now: Timestamp) -> Result<Value, Refusal> {
        if body.get("advertiser_id").and_then(Value::as_str) != Some(&self.world.advertiser) {
            return Err(Refusal(40_001, "No permission to operate the advertiser.".to_owned()));
        }
        let (smart, rest) = match path.strip_prefix("smart_plus/") {
            Some(rest) => (true, rest),
            None => (false, path),
        };
        match rest {
            "campaign/status/update/" => self.switch(Level::Campaign, smart, body, path, now),
            "adgroup/status/update/" => self.switch(Level::AdGroup, smart, body, path, now),
            "campaign/update/" => self.campaign_budget(smart, body, path, now),
            "adgroup/budget/update/" => self.adgroup_budgets(smart, body, path, now),
            _ => Err(Refusal(40_006, "The API does not exist.".to_owned())),
        }
    }

    /// Whether the object is there, and whether this family of methods is the one for it.
    fn fits(&self, level: Level, id: &str, smart: bool) -> Result<(), Refusal> {
        let thing = self.world.thing(level, id).filter(|thing| thing.status != Status::Delete);
        let thing = thing.ok_or_else(|| Refusal::unknown(id))?;
        let campaign = match level {
            Level::Campaign => Some(thing),
            Level::AdGroup | Level::Ad => thing.above.and_then(|above| self.world.thing(Level::Campaign, &above)),
        };
        let is_smart = campaign.is_some_and(|campaign| campaign.automation != Automation::Manual);
        match (is_smart, smart) {
            (true, false) => Err(Refusal::wrong("Smart+ campaigns cannot be changed by this API.")),
            (false, true) => Err(Refusal::wrong("Only Smart+ campaigns can be changed by this API.")),
            (true, true) | (false, false) => Ok(()),
        }
    }

    fn switch(&self, level: Level, smart: bool, body: &Value, by: &str, now: Timestamp) -> Result<Value, Refusal> {
        let (ids_name, id_name) =
            if level == Level::Campaign { ("campaign_ids", "campaign_id") } else { ("adgroup_ids", "adgroup_id") };
        let ids: Vec<&str> =
            body.get(ids_name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        if ids.is_empty() || IDS_MAX < ids.len() {
            return Err(Refusal::wrong(&format!("{ids_name}: Length must be between 1 and 20.")));
        }
        let status = match body.get("operation_status").and_then(Value::as_str) {
            Some("ENABLE") => Status::Enable,
            Some("DISABLE") => Status::Disable,
            Some("DELETE") => Status::Delete,
            _ => return Err(Refusal::wrong("operation_status: Not a valid choice.")),
        };
        for id in &ids {
            self.fits(level, id, smart)?;
        }
        let (failed, done): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| self.world.is_broken(id));
        for id in &done {
            self.world.set_status(level, id, status, by, now);
        }
        let list: Vec<Value> = done.iter().map(|id| json!({id_name: id, "status": status.as_str()})).collect();
        let errors: Vec<Value> =
            failed.iter().map(|id| json!({id_name: id, "error_message": "Something went wrong."})).collect();
        let list_name = if level == Level::Campaign { "campaign_list" } else { "adgroup_list" };
        Ok(json!({ids_name: done, "status": status.as_str(), list_name: list, "error_list": errors}))
    }

    fn campaign_budget(&self, smart: bool, body: &Value, by: &str, now: Timestamp) -> Result<Value, Refusal> {
        let id = body.get("campaign_id").and_then(Value::as_str).unwrap_or_default();
        self.fits(Level::Campaign, id, smart)?;
        self.budget(Level::Campaign, id, body.get("budget"), self.config.campaign_min, by, now)?;
        Ok(json!({"campaign_id": id}))
    }

    fn adgroup_budgets(&self, smart: bool, body: &Value, by: &str, now: Timestamp) -> Result<Value, Refusal> {
        let rows = body.get("budget").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() || IDS_MAX < rows.len() {
            return Err(Refusal::wrong("budget: Length must be between 1 and 20."));
        }
        for row in rows {
            let id = row.get("adgroup_id").and_then(Value::as_str).unwrap_or_default();
            self.fits(Level::AdGroup, id, smart)?;
            let above = self.world.thing(Level::AdGroup, id).and_then(|group| group.above).unwrap_or_default();
            if self.world.thing(Level::Campaign, &above).is_some_and(|campaign| campaign.spreads) {
                return Err(Refusal::wrong("The budget is set at the campaign."));
            }
            self.budget(Level::AdGroup, id, row.get("budget"), self.config.adgroup_min, by, now)?;
        }
        Ok(json!({}))
    }

    fn budget(
        &self,
        level: Level,
        id: &str,
        given: Option<&Value>,
        least: i64,
        by: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        // A number; text is refused as the real one refuses it (unverified).
        let number = given.and_then(Value::as_number).ok_or_else(|| Refusal::wrong("budget: Not a valid number."))?;
        let major: Decimal = number.to_string().parse().map_err(|_| Refusal::wrong("budget: Not a valid number."))?;
        let money = Money::from_major(major, self.world.currency).map_err(|_| Refusal::wrong("budget: Too fine."))?;
        let thing = self.world.thing(level, id).ok_or_else(|| Refusal::unknown(id))?;
        if thing.mode == Mode::Infinite {
            return Err(Refusal::wrong("A campaign without a budget cannot be given one."));
        }
        if money.minor < least {
            return Err(Refusal::wrong("The budget is below the minimum."));
        }
        if money.minor * 100 < self.world.spent(level, id) * 105 {
            return Err(Refusal::wrong("The budget cannot be less than 105% of what was spent."));
        }
        self.world.set_budget(level, id, money.minor, by, now);
        Ok(())
    }
}
