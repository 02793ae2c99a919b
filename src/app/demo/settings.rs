//! The settings an operator would write in their file, with the addresses of the emulated platforms.

use serde_json::{Map, Value, json};

use super::connections::VAULT_KEY;
use super::platforms::Platforms;
use super::{DISCORD_TOKEN, HOOK_SECRET, SHOP_TOKEN, TELEGRAM_TOKEN};
use crate::sim::adhook::AdHookSim;
use crate::sim::discord::DiscordSim;
use crate::sim::feed::FeedSim;
use crate::sim::shopify::ShopSim;
use crate::sim::telegram::TelegramSim;
use crate::sim::youtube::YoutubeSim;

/// All that has an address.
pub(super) struct Around<'a> {
    pub telegram: &'a TelegramSim,
    pub discord: &'a DiscordSim,
    pub youtube: &'a YoutubeSim,
    pub feeds: &'a FeedSim,
    pub ads: &'a AdHookSim,
    pub shop: &'a ShopSim,
    pub platforms: &'a Platforms,
}

impl Around<'_> {
    /// As `--set` would give them.
    pub fn settings(&self) -> Vec<String> {
        let text = |key: &str, value: &str| format!("{key}={}", json!(value));
        let own = [("youtube", self.youtube()), ("web", self.web()), ("shop", self.shop()), ("agency", self.agency())];
        let sources = own.into_iter().chain(self.platforms.settings());
        let sources: Map<String, Value> = sources.map(|(name, table)| (name.to_owned(), table)).collect();
        vec![
            text("telegram.token", TELEGRAM_TOKEN),
            text("telegram.api_url", &self.telegram.base_url()),
            text("discord.token", DISCORD_TOKEN),
            text("discord.api_url", &self.discord.api_url()),
            text("discord.gateway_url", &self.discord.gateway_url()),
            text("actions.url", &self.ads.url()),
            text("actions.secret", HOOK_SECRET),
            text("web.listen", "127.0.0.1:0"),
            // The pages behind links are on no machine.
            text("web.check_pages", "0s"),
            text("vault.key", VAULT_KEY),
            // One after the other, so that the same seed gives the same bytes.
            "delivery.at_once=1".to_owned(),
            format!("sources={}", toml_inline(&Value::Object(sources))),
        ]
    }

    fn youtube(&self) -> Value {
        json!({
            "kind": "youtube", "base_url": self.youtube.base_url(), "key": "sim-key", "schedule": "5 * * * *",
            "zone": "Europe/Stockholm",
        })
    }

    fn shop(&self) -> Value {
        json!({
            "kind": "shopify", "base_url": self.shop.base_url(), "token": SHOP_TOKEN, "brand": "nordbo",
            "schedule": "26 * * * *",
        })
    }

    /// What the brand's own site counts.
    fn web(&self) -> Value {
        let fields = json!([
            { "metric": "clicks", "path": "$.clicks", "form": "total" },
            { "metric": "sessions", "path": "$.visits", "form": "total" },
        ]);
        self.feed("web", "/web.json", "$.page", &fields, "22 * * * *")
    }

    /// What the agency says that its boosts did. Their orders are people who came by the boost and typed no code.
    fn agency(&self) -> Value {
        let fields = json!([
            { "metric": "spend", "path": "$.spend", "form": "total", "currency": "EUR" },
            { "metric": "clicks", "path": "$.clicks", "form": "total" },
            { "metric": "orders", "path": "$.orders", "form": "total" },
            { "metric": "revenue", "path": "$.revenue", "form": "total", "currency": "EUR" },
        ]);
        self.feed("meta_ads", "/ads.json", "$.boost", &fields, "15 * * * *")
    }

    fn feed(&self, platform: &str, path: &str, id: &str, fields: &Value, schedule: &str) -> Value {
        json!({
            "kind": "generic", "schedule": schedule, "brand": "nordbo",
            "feed": {
                "base_url": self.feeds.base_url(), "allowed_hosts": ["127.0.0.1"], "path": path, "platform": platform,
                "rows": "$.rows[*]", "id": id, "fields": fields,
            },
        })
    }
}

/// JSON written as an inline TOML value, which is what `--set` reads.
fn toml_inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key} = {}", toml_inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml_inline).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
