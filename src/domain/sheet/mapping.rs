//! What a person says about a sheet: which column is what, and what the sheet itself leaves out. Saved beside the sheet
//! as TOML and used the next time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::dates::Order;
use super::field::Slot;
use crate::domain::ids::Platform;
use crate::domain::money::Currency;
use crate::domain::written::{Zone, repeated};

/// A column that is not used is said to be this.
pub const UNUSED: &str = "-";

/// A mapping.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The sheet of the workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// How `03/04/2026` is read where the sheet itself does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<Order>,
    /// What is meant where the sheet says nothing.
    pub defaults: Defaults,
    /// Field by header; `-` for a column that is not used.
    pub columns: BTreeMap<String, String>,
}

/// What is meant where the sheet says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// The brand, by name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The campaign, by name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The currency of amounts without one, and of the books of brands that are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The zone of brands that are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// The platform of deliverables without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Mapping {
    /// Reads a mapping file. The error is one line.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let (line, column) =
                error.span().map_or((1, 1), |span| crate::domain::document::place_of(text, span.start));
            format!("line {line}, column {column}: {}", repeated(&error.message().replace('\n', "; ")))
        })?;
        for (header, slot) in &mapping.columns {
            if slot != UNUSED {
                slot.parse::<Slot>().map_err(|why| repeated(&format!("column `{header}`: {why}")))?;
            }
        }
        Ok(mapping)
    }

    /// As a file, with a line that says what it is.
    pub fn to_toml(&self) -> Result<String, String> {
        let text = toml::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(format!(
            "# Which column is what. `plimsoll import deals` reads this beside the sheet; change it freely.\n\n{text}"
        ))
    }

    /// Sets one default, written `KEY=VALUE` on the command line.
    pub fn set(&mut self, given: &str) -> Result<(), String> {
        let Some((key, value)) = given.split_once('=') else {
            return Err(format!("`{given}` lacks a value: write --default currency=SEK"));
        };
        let value = value.trim();
        match key.trim() {
            "brand" => self.defaults.brand = Some(value.to_owned()),
            "campaign" => self.defaults.campaign = Some(value.to_owned()),
            "currency" => self.defaults.currency = Some(value.parse().map_err(|error| format!("{error}"))?),
            "zone" => self.defaults.zone = Some(Zone::new(value)?),
            "platform" => self.defaults.platform = Some(value.parse().map_err(|error| format!("{error}"))?),
            "dates" => {
                self.dates = Some(match value {
                    "dmy" => Order::Dmy,
                    "mdy" => Order::Mdy,
                    _ => return Err(format!("`{value}` is no order of dates: write dates=dmy or dates=mdy")),
                });
            }
            other => {
                return Err(format!(
                    "`{other}` has no default: expected brand, campaign, currency, zone, platform or dates"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_read_as_it_is_written() {
        let mut mapping = Mapping { sheet: Some("Deals".to_owned()), ..Mapping::default() };
        for given in ["brand=Nordbo", "currency=SEK", "zone=Europe/Stockholm", "dates=dmy", "platform=instagram"] {
            mapping.set(given).expect(given);
        }
        mapping.columns.insert("Reel 1 | fee".to_owned(), "reel-1/fee".to_owned());
        mapping.columns.insert("Notes".to_owned(), UNUSED.to_owned());
        let text = mapping.to_toml().expect("TOML");
        assert_eq!(Mapping::from_toml(&text), Ok(mapping));
    }

    #[test]
    fn what_a_mapping_cannot_mean_is_one_line() {
        for (text, want) in [
            ("colums = {}", "line 1, column 1: unknown field `colums`"),
            ("dates = \"ymd\"", "line 1, column 9: unknown variant `ymd`"),
            ("columns = { \"Pris\" = \"price\" }", "column `Pris`: `price` is not a field"),
            ("defaults = { zone = \"Stockholm\" }", "`Stockholm` is not an IANA time zone"),
        ] {
            let error = Mapping::from_toml(text).expect_err(text);
            assert!(error.contains(want) && !error.contains('\n'), "{error}");
        }
        assert!(Mapping::default().set("currency").is_err());
        assert!(Mapping::default().set("colour=red").is_err());
    }
}
