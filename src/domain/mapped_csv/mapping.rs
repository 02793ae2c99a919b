//! What a mapping file says: who, when and what a row is about, and which column holds which number.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::document::place_of;
use crate::domain::metric::{Kind, Metric, Unit};
use crate::domain::money::Currency;
use crate::domain::sheet::dates::Order;
use crate::domain::sheet::fold;
use crate::domain::written::{Zone, repeated};

/// Metrics of one mapping. More than there are.
const METRICS_MAX: usize = 64;

/// An example that `plimsoll import --help` shows and a test reads.
pub const EXAMPLE: &str = r#"time     = "{Month} {Day} 2026"          # or one column "{Date}", or fixed "2026-03-01"
zone     = "Europe/Stockholm"            # of times without one; UTC where it is not said
platform = "instagram"                   # fixed, or "{Network}"
campaign = "spring"                      # may be left out
creator  = "{Influencer name}"           # an id is made from the name
post     = "{Post id|unnamed}"           # may be left out; "unnamed" where the cell is empty
repeats  = "sum"                         # rows about the same: "reject" (as without it), "last" or "sum"
none     = ["not yet"]                   # more words that mean: no number
decimal  = ","                           # or "."; without it 1.234 is refused where both readings are possible

[[metric]]
metric = "spend"
column = "Cost#2"                        # the second of two columns called Cost
form   = "amount:P1D"                    # or "total"; "gauge" for followers
currency = "SEK"

[[metric]]
metric = "views"
column = "Views"
form   = "amount:P1D"
round  = true                            # 348.5 is 349; without it such a row is rejected
"#;

/// A mapping as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    time: Template,
    #[serde(default)]
    zone: Option<Zone>,
    #[serde(default)]
    dates: Option<Order>,
    platform: Template,
    #[serde(default)]
    campaign: Option<Template>,
    #[serde(default)]
    creator: Option<Template>,
    #[serde(default)]
    post: Option<Template>,
    #[serde(default)]
    repeats: Repeats,
    #[serde(default)]
    none: Vec<String>,
    #[serde(default)]
    decimal: Option<Decimals>,
    #[serde(default)]
    currency: Option<Currency>,
    metric: Vec<TakeWritten>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeWritten {
    metric: Metric,
    column: String,
    form: String,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    round: bool,
}

/// What becomes of rows that say the same thing twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// The second is rejected.
    #[default]
    Reject,
    /// The second replaces the first.
    Last,
    /// They are added: rows of parts of a whole.
    Sum,
}

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Decimals {
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
}

impl Decimals {
    /// A number with a point before its decimals and nothing between its thousands.
    pub fn plain(self, text: &str) -> String {
        match self {
            Self::Point => text.replace(',', ""),
            Self::Comma => text.replace('.', "").replace(',', "."),
        }
    }
}

/// A mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) time: Template,
    pub(super) zone: TimeZone,
    pub(super) dates: Option<Order>,
    pub(super) platform: Template,
    pub(super) campaign: Option<Template>,
    pub(super) creator: Option<Template>,
    pub(super) post: Option<Template>,
    pub(super) repeats: Repeats,
    /// Folded.
    pub(super) none: Vec<String>,
    pub(super) decimal: Option<Decimals>,
    pub(super) metrics: Vec<Take>,
}

/// A number that is taken of each row.
#[derive(Debug, Clone)]
pub(super) struct Take {
    pub metric: Metric,
    pub column: Column,
    pub form: Taken,
    pub currency: Option<Currency>,
    pub round: bool,
}

/// What the number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    Total,
    Gauge,
    /// Over this duration from the time of the row.
    Amount(String),
}

impl Mapping {
    /// Reads a mapping file. The error is one line.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|why| repeated(&why))
    }

    fn read(text: &str) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let (line, column) = error.span().map_or((1, 1), |span| place_of(text, span.start));
            format!("line {line}, column {column}: {}", error.message().trim().replace('\n', "; "))
        })?;
        if written.metric.is_empty() || METRICS_MAX < written.metric.len() {
            return Err(format!("write 1 to {METRICS_MAX} tables [[metric]]: what each number is"));
        }
        if written.campaign.is_none() && written.creator.is_none() && written.post.is_none() {
            return Err(
                "rows are about nobody: write `creator`, `campaign` or `post`, like creator = \"{Name}\"".to_owned()
            );
        }
        let metrics =
            written.metric.into_iter().map(|one| take(&one, written.currency)).collect::<Result<Vec<_>, _>>()?;
        if let (Repeats::Sum, Some(level)) =
            (written.repeats, metrics.iter().find(|one| !matches!(one.form, Taken::Amount(_))))
        {
            return Err(format!(
                "`{}` is a level, and levels of two rows do not add up: leave `repeats = \"sum\"` out",
                level.metric
            ));
        }
        Ok(Self {
            time: written.time,
            zone: written.zone.map_or(TimeZone::UTC, |zone| zone.rules()),
            dates: written.dates,
            platform: written.platform,
            campaign: written.campaign,
            creator: written.creator,
            post: written.post,
            repeats: written.repeats,
            decimal: written.decimal,
            none: written.none.iter().map(|word| heading(word)).collect(),
            metrics,
        })
    }

    /// Every column that is asked for.
    pub(super) fn columns(&self) -> Vec<&Column> {
        let templates =
            [Some(&self.time), Some(&self.platform), self.campaign.as_ref(), self.creator.as_ref(), self.post.as_ref()];
        let named = templates.into_iter().flatten().flat_map(Template::columns);
        named.chain(self.metrics.iter().map(|one| &one.column)).collect()
    }
}

fn take(one: &TakeWritten, currency: Option<Currency>) -> Result<Take, String> {
    let metric = one.metric;
    let form = match (metric.kind(), one.form.as_str()) {
        (Kind::Derived { .. }, _) => {
            return Err(format!("`{metric}` is worked out from others: map the numbers it is worked out from"));
        }
        (Kind::Gauge, "gauge") => Taken::Gauge,
        (Kind::Counter, "total") => Taken::Total,
        (Kind::Gauge, given) => {
            return Err(format!("`{given}` is not a form of `{metric}`: write \"gauge\", it is a level"));
        }
        (Kind::Counter, given) => match given.strip_prefix("amount:") {
            Some(span) if super::super::sample_csv::end_in(Timestamp::UNIX_EPOCH, span, TimeZone::UTC).is_some() => {
                Taken::Amount(span.to_owned())
            }
            _ => {
                return Err(format!(
                    "`{given}` is not a form of `{metric}`: write \"total\", or \"amount:P1D\" (at most a year)"
                ));
            }
        },
    };
    let is_money = metric.unit() == Unit::Money;
    if one.currency.is_some() && !is_money {
        return Err(format!("`{metric}` is not money: leave its `currency` out"));
    }
    let column = Column::named(&one.column);
    Ok(Take { metric, column, form, currency: one.currency.or(currency.filter(|_| is_money)), round: one.round })
}

/// A column, by its header; the second of two with the same name is `NAME#2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    /// As it is written.
    pub written: String,
    /// The header, folded.
    name: String,
    /// Which of several, from 1.
    which: Option<usize>,
}

impl Column {
    fn named(written: &str) -> Self {
        let whole = heading(written);
        let parts = whole.rsplit_once('#').and_then(|(name, which)| Some((name, which.trim().parse::<usize>().ok()?)));
        let (name, which) = match parts {
            Some((name, which)) => (name.trim().to_owned(), Some(which)),
            None => (whole, None),
        };
        Self { written: written.to_owned(), name, which }
    }

    /// Where it stands in a header. The error is one line.
    pub fn place(&self, header: &[String]) -> Result<usize, String> {
        // A header that itself ends in `#2` is meant by its whole name.
        let whole = heading(&self.written);
        if let Some(place) = header.iter().position(|name| *name == whole)
            && self.which.is_some()
        {
            return Ok(place);
        }
        let mut places = header.iter().enumerate().filter(|(_, name)| **name == self.name).map(|(place, _)| place);
        match (self.which, places.next(), places.next()) {
            (None, Some(only), None) => Ok(only),
            (None, Some(_), Some(_)) => {
                Err(format!("there are several columns `{0}`: write `{0}#1` or `{0}#2` in the mapping", self.written))
            }
            (Some(which), Some(first), second) => {
                let all = std::iter::once(first).chain(second).chain(places);
                let found = which.checked_sub(1).and_then(|skip| all.into_iter().nth(skip));
                found.ok_or_else(|| format!("there is no column `{}`: there are fewer of that name", self.written))
            }
            (_, None, _) => Err(format!("there is no column `{}`: correct the mapping", self.written)),
        }
    }
}

/// A header as it is compared: without case, accents, breaks and outer space.
pub(super) fn heading(text: &str) -> String {
    fold::fold(&fold::tidy(text))
}

/// Text with columns in it: `{Month} {Day} 2026`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(Column, String),
}

impl Template {
    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Column(column, _) => Some(column),
        })
    }

    /// The first column in it, for what is said about it.
    pub fn first(&self) -> &str {
        self.columns().next().map_or("", |column| column.written.as_str())
    }

    /// With the cells of a row in their places, white space tidied.
    pub fn filled<'a>(&self, places: &BTreeMap<&Column, usize>, cell: impl Fn(usize) -> &'a str) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Column(column, empty) => {
                    let given = places.get(column).map(|place| fold::tidy(cell(*place))).unwrap_or_default();
                    text.push_str(if given.is_empty() { empty } else { &given });
                }
            }
        }
        fold::tidy(&text)
    }
}

/// Text that is no template.
#[derive(Debug)]
pub(super) struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` opens `{{` without closing it: write a column like {{Name}}, and {{{{ for the sign itself",
            self.0
        )
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;
    fn try_from(given: String) -> Result<Self, TemplateError> {
        let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), given.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            if let Some(after) = after.strip_prefix('{') {
                text.push('{');
                rest = after;
                continue;
            }
            let (name, after) = after.split_once('}').ok_or_else(|| TemplateError(given.clone()))?;
            let (name, empty) = name.split_once('|').unwrap_or((name, ""));
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Column(Column::named(name), empty.trim().to_owned()));
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self(pieces))
    }
}
