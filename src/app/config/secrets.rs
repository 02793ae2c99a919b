//! The secrets of a configuration: all of them in one list, and addresses that have none in them.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::{Config, ConfigError};

impl Config {
    /// Every secret that is set, so that whoever writes logs can leave them out.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretString> {
        let own = [
            &self.store.url,
            &self.telegram.token,
            &self.discord.token,
            &self.actions.secret,
            &self.vault.key,
            &self.heartbeat.url,
        ];
        let mut all: Vec<SecretString> = own.into_iter().cloned().collect();
        all.extend(crate::store::postgres::password(&self.store.url));
        for source in self.sources.values() {
            let mut source = source.clone();
            let (mut common, settings) = (source.common.clone(), source.kind.settings_mut());
            all.extend(common.secrets().into_iter().map(|one| one.secret.clone()));
            all.extend(settings.secrets().into_iter().map(|one| one.secret.clone()));
        }
        all.retain(|secret| !secret.expose_secret().is_empty());
        all
    }
}

/// Refuses an address with a name or a password in it: addresses are shown in errors and logs, secrets are not.
pub(super) fn no_password_in_an_address(settings: &Value) -> Result<(), ConfigError> {
    let Some(setting) = found(settings, "") else { return Ok(()) };
    Err(ConfigError::Invalid(format!(
        "`{setting}` has a name or a password in its address, and addresses are shown; put secrets where secrets go \
         (token, key and secret files); config/default.toml lists every setting"
    )))
}

fn found(value: &Value, path: &str) -> Option<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) => has_password(text).then(|| path.to_owned()),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| found(value, &below(key))),
        Value::Array(items) => items.iter().find_map(|value| found(value, path)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn has_password(text: &str) -> bool {
    let web = |url: &Url| matches!(url.scheme(), "http" | "https" | "ws" | "wss");
    let url = Url::parse(text).ok().filter(web);
    url.is_some_and(|url| !url.username().is_empty() || url.password().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_in_it_is_refused_and_not_repeated() {
        for set in [
            "telegram.api_url=https://anna:CANARY@api.example/",
            "discord.gateway_url=wss://CANARY@gateway.example",
            "actions.url=https://anna:CANARY@ads.example/hook",
            "sources.x={kind=\"x\", token=\"t\", schedule=\"0 * * * *\", base_url=\"https://anna:CANARY@x.example\"}",
        ] {
            let error = Config::load(None, &[set.to_owned()]).expect_err(set).to_string();
            assert!(error.contains("has a name or a password in its address"), "{error}");
            assert!(!error.contains("CANARY"), "{error}");
        }
    }

    #[test]
    fn every_secret_is_in_the_list() {
        let sets = [
            "telegram.token=CANARY-a".to_owned(),
            "discord.token=CANARY-b".to_owned(),
            "actions.secret=CANARY-c".to_owned(),
            "vault.key=CANARY-d".to_owned(),
            "store.url=postgres://anna:CANARY-i@db.example/plimsoll".to_owned(),
            "sources.x={kind=\"x\", token=\"CANARY-e\", hook_secret=\"CANARY-f\", hook_token=\"CANARY-g\", \
             schedule=\"0 * * * *\"}"
                .to_owned(),
            "sources.f={kind=\"generic\", schedule=\"0 * * * *\", feed={base_url=\"https://f.example\", \
             allowed_hosts=[\"f.example\"], path=\"/f\", token=\"CANARY-h\", platform=\"twitch\", rows=\"$[*]\", \
             id=\"$.id\", fields=[]}}"
                .to_owned(),
        ];
        let config = Config::load(None, &sets).expect("a configuration");
        let mut secrets: Vec<String> =
            config.secrets().iter().map(|secret| secret.expose_secret().to_owned()).collect();
        secrets.sort();
        let mut want: Vec<String> = ('a'..='i').map(|letter| format!("CANARY-{letter}")).collect();
        want.push("postgres://anna:CANARY-i@db.example/plimsoll".to_owned());
        assert_eq!(secrets, want);
        assert!(!format!("{config:?}").contains("CANARY"));
    }
}
