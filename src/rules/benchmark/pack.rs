//! Published figures: dated, sourced, and of one denominator each.
//!
//! Owns: what a pack must say before a figure of it may stand beside anybody's number (what it counts, per what, where, of
//! whom, from which year, published by whom), and which figure fits a subject. A rate per follower is `er_followers` and
//! answers nothing else: studies of one industry differ tenfold by denominator alone.
//! Refuses: opening files; the caller hands in the text. A figure without year or source is an error, never a default.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::domain::ids::Platform;
use crate::domain::metric::{Kind, Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::num::f64_of;
use crate::rules::error::{Place, RuleError, nearest};
use crate::rules::rule::Size;

use super::Quantile;
use super::size::{Audiences, Edges};

/// The years a figure may be of. What is older was counted on other platforms; what is later is a slip.
const YEARS: std::ops::RangeInclusive<i16> = 2010..=2100;

/// Figures in a pack. Every metric on every platform for every size is fewer.
const FIGURES_MAX: usize = 5_000;

/// What kind of middle a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of statistics")]
pub enum Statistic {
    Median,
    Average,
}

/// Over what a figure was counted, beside its denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// One post.
    Post,
}

/// What a pack says of all its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Its id; a later pack of the same id replaces it.
    pub id: String,
    /// The year that was counted.
    pub year: i16,
    /// The publication, as it is to be cited.
    pub source: String,
    /// Where it stands.
    pub link: String,
    /// Who was counted: `creators`, `brand pages`.
    pub of: String,
    /// What kind of middle the figures are.
    pub statistic: Statistic,
    /// How many were counted, where that is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// Where one size ends and the next begins, for packs that tell sizes apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edges: Option<Edges>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The pack it is of.
    pub pack: Arc<Head>,
    /// Of what.
    pub metric: Metric,
    /// Where.
    pub platform: Platform,
    /// For which size of audience; all where it does not say.
    pub size: Option<Size>,
    /// Over what it was counted.
    pub per: Option<Per>,
    /// The figure; money in minor units.
    pub value: f64,
    /// Of what, where it is money.
    pub currency: Option<Currency>,
    /// Other quantiles that were published, rising.
    pub quantiles: Vec<(Quantile, f64)>,
}

/// Every figure that is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Packs {
    figures: Vec<Figure>,
}

impl Packs {
    /// Takes the figures of a pack in, in place of those of an earlier pack of the same id.
    pub fn add(&mut self, figures: Vec<Figure>) {
        if let Some(first) = figures.first() {
            self.figures.retain(|known| known.pack.id != first.pack.id);
        }
        self.figures.extend(figures);
    }

    /// The figures that fit, best first: those of the subject's own size before those of all, then newer before older,
    /// then larger samples before smaller. `platform` is what a rule asks for; the main one where it does not say.
    #[must_use]
    pub fn fitting(
        &self,
        metric: Metric,
        platform: Option<Platform>,
        audiences: &Audiences,
        currency: Option<Currency>,
    ) -> Vec<&Figure> {
        let Some(platform) = platform.or(audiences.main) else { return Vec::new() };
        let followers = audiences.each.get(&platform).map(|one| one.followers);
        let is_of_size = |figure: &Figure| {
            figure.size.is_none_or(|size| {
                let edges = figure.pack.edges;
                edges.zip(followers).and_then(|(edges, followers)| edges.size_of(followers)) == Some(size)
            })
        };
        let mut fitting: Vec<&Figure> = self
            .figures
            .iter()
            .filter(|one| one.metric == metric && one.platform == platform && is_of_size(one))
            .filter(|one| one.currency.is_none() || one.currency == currency)
            .collect();
        fitting.sort_by(|one, other| rank(one).cmp(&rank(other)));
        fitting
    }

    /// The best of them.
    #[must_use]
    pub fn figure(
        &self,
        metric: Metric,
        platform: Option<Platform>,
        audiences: &Audiences,
        currency: Option<Currency>,
    ) -> Option<&Figure> {
        self.fitting(metric, platform, audiences, currency).first().copied()
    }
}

fn rank(figure: &Figure) -> (bool, std::cmp::Reverse<i16>, std::cmp::Reverse<u64>, &str) {
    let pack = &figure.pack;
    let sample = pack.sample.unwrap_or_default();
    (figure.size.is_none(), std::cmp::Reverse(pack.year), std::cmp::Reverse(sample), &pack.id)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    pack: Spanned<Head>,
    #[serde(default)]
    figure: Vec<Spanned<WrittenFigure>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFigure {
    metric: Spanned<String>,
    denominator: Option<Spanned<String>>,
    platform: Spanned<String>,
    size: Option<Spanned<Size>>,
    per: Option<Per>,
    value: Spanned<Amount>,
    #[serde(default)]
    quantiles: BTreeMap<Spanned<String>, Amount>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Amount {
    Whole(i64),
    Number(f64),
    Money(String),
}

/// Reads a pack. `name` is shown in errors.
///
/// # Errors
///
/// Everything that is wrong with it, each with its place.
pub fn parse_pack(text: &str, name: &str) -> Result<Vec<Figure>, Vec<RuleError>> {
    let mut reader = Reader { text, name, errors: Vec::new() };
    let written: Written = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let said = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            let said = said.replace("missing field", "the pack says no");
            reader.wrong(at, said, "a pack says `id`, `year`, `source`, `link`, `of` and `statistic`");
            return Err(reader.errors);
        }
    };
    reader.head(&written.pack);
    let head = Arc::new(written.pack.into_inner());
    let mut figures: Vec<Figure> = Vec::new();
    if written.figure.len() > FIGURES_MAX {
        reader.wrong(0, format!("a pack has at most {FIGURES_MAX} figures"), "split it into several packs");
    }
    for one in written.figure.into_iter().take(FIGURES_MAX) {
        let at = one.span().start;
        let Some(figure) = reader.figure(&head, one.into_inner()) else { continue };
        let same = |known: &Figure| {
            (known.metric, known.platform, known.size) == (figure.metric, figure.platform, figure.size)
        };
        if figures.iter().any(same) {
            let text = format!("`{}` on {} stands twice for the same size", figure.metric, figure.platform);
            reader.wrong(at, text, "keep one; figures of two studies are two packs");
        }
        figures.push(figure);
    }
    if figures.is_empty() && reader.errors.is_empty() {
        reader.wrong(0, "the pack has no [[figure]]", "add one, or leave the file out");
    }
    if reader.errors.is_empty() { Ok(figures) } else { Err(reader.errors) }
}

struct Reader<'a> {
    text: &'a str,
    name: &'a str,
    errors: Vec<RuleError>,
}

impl Reader<'_> {
    fn wrong(&mut self, at: usize, text: impl Into<String>, remedy: impl Into<String>) {
        let place = Place::of(self.text, at, Some(self.name));
        self.errors.push(RuleError { at: Some(place), ..RuleError::about("figure", text, remedy) });
    }

    fn head(&mut self, written: &Spanned<Head>) {
        let (at, head) = (written.span().start, written.get_ref());
        if !YEARS.contains(&head.year) {
            let text = format!("{} is not a year that figures are of", head.year);
            self.wrong(at, text, format!("write the year that was counted, {} or later", YEARS.start()));
        }
        for (key, value) in [("id", &head.id), ("source", &head.source), ("of", &head.of)] {
            if value.trim().is_empty() {
                self.wrong(at, format!("`{key}` is empty"), "say it, so that the figure can be cited");
            }
        }
        if !["https://", "http://"].iter().any(|scheme| head.link.starts_with(scheme)) {
            self.wrong(at, format!("`{}` is not a link", head.link), "write where the figure stands, as `https://…`");
        }
        if head.edges.is_some_and(|edges| !edges.rise()) {
            self.wrong(at, "the edges do not rise", "each size begins above the one before it");
        }
    }

    fn figure(&mut self, head: &Arc<Head>, written: WrittenFigure) -> Option<Figure> {
        let metric = self.metric(&written)?;
        let platform = self.platform(&written.platform)?;
        if let (Some(size), None) = (&written.size, head.edges) {
            let text = "the figure is for a size, and the pack does not say where sizes begin";
            self.wrong(size.span().start, text, "add `edges = { nano = 1000, micro = 10000, … }` to `[pack]`");
        }
        let (value, currency) = self.amount(metric, written.value.span().start, written.value.get_ref())?;
        let mut quantiles = Vec::new();
        for (key, amount) in &written.quantiles {
            let at = key.span().start;
            let share = key.get_ref().parse().ok().and_then(Quantile::new);
            let Some(share) = share else {
                self.wrong(at, format!("`{}` is not a quantile", key.get_ref()), "write it like `\"0.25\"`");
                continue;
            };
            let (value, other) = self.amount(metric, at, amount)?;
            if other != currency {
                self.wrong(at, "its quantiles are in another currency", "give all of one figure in one");
            }
            quantiles.push((share, value));
        }
        quantiles.sort_by_key(|quantile| quantile.0);
        if quantiles.windows(2).any(|pair| matches!(pair, [one, next] if next.1 < one.1)) {
            let text = "its quantiles do not rise";
            self.wrong(written.value.span().start, text, "a higher quantile is a higher value");
        }
        Some(Figure {
            pack: Arc::clone(head),
            metric,
            platform,
            size: written.size.map(Spanned::into_inner),
            per: written.per,
            value,
            currency,
            quantiles,
        })
    }

    fn metric(&mut self, written: &WrittenFigure) -> Option<Metric> {
        let (at, given) = (written.metric.span().start, written.metric.get_ref());
        let Ok(metric) = given.parse::<Metric>() else {
            let remedy = match nearest(given, Metric::ALL.iter().map(|metric| metric.as_str())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "metrics have the names they have in rules".to_owned(),
            };
            self.wrong(at, format!("`{given}` is not a metric"), remedy);
            return None;
        };
        let whole = whole_of(metric);
        match (whole, &written.denominator) {
            (Some(whole), Some(given)) if given.get_ref() == whole => {}
            (None, None) => {}
            (Some(whole), Some(given)) => {
                let place = given.span().start;
                let given = given.get_ref();
                let remedy = match Metric::ALL.iter().find(|other| is_other_rate(metric, **other, given)) {
                    Some(other) => format!("the figure is `{other}`, or leave it out"),
                    None => "there is no metric of that denominator; leave the figure out".to_owned(),
                };
                self.wrong(place, format!("`{metric}` is per {whole}, and the figure is per {given}"), remedy);
            }
            (Some(whole), None) => {
                let text = format!("`{metric}` is a rate, and the figure does not say per what");
                self.wrong(at, text, format!("write `denominator = \"{whole}\"` if the study says so"));
            }
            (None, Some(given)) => {
                let text = format!("`{metric}` has no denominator");
                self.wrong(given.span().start, text, "leave `denominator` out");
            }
        }
        Some(metric)
    }

    fn platform(&mut self, written: &Spanned<String>) -> Option<Platform> {
        match written.get_ref().parse() {
            Ok(platform) => Some(platform),
            Err(error) => {
                let error: crate::domain::ids::UnknownPlatform = error;
                let near = nearest(written.get_ref(), Platform::all().map(Platform::as_str));
                let remedy = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
                self.wrong(written.span().start, error.to_string(), remedy);
                None
            }
        }
    }

    fn amount(&mut self, metric: Metric, at: usize, amount: &Amount) -> Option<(f64, Option<Currency>)> {
        let is_money = matches!(metric.unit(), Unit::Money | Unit::MoneyPer(_));
        match amount {
            Amount::Whole(number) if !is_money => return Some((f64_of(*number), None)),
            Amount::Number(number) if !is_money && number.is_finite() => return Some((*number, None)),
            Amount::Money(text) if is_money => match text.parse::<Money>() {
                Ok(money) => return Some((f64_of(money.minor), Some(money.currency))),
                Err(error) => self.wrong(at, error.to_string(), "write money like `\"12.00 EUR\"`"),
            },
            Amount::Whole(_) | Amount::Number(_) | Amount::Money(_) => {
                let remedy =
                    if is_money { "write money like `\"12.00 EUR\"`" } else { "write a number without quotes" };
                self.wrong(at, format!("the value of `{metric}` has the wrong form"), remedy);
            }
        }
        None
    }
}

/// What a metric is divided by, as packs write it.
fn whole_of(metric: Metric) -> Option<&'static str> {
    if metric == Metric::Cpe {
        return Some("engagements");
    }
    match metric.unit() {
        Unit::Share(whole) | Unit::MoneyPer(whole) => Some(whole.as_str()),
        Unit::Multiple => Some("spend"),
        Unit::Count | Unit::Money | Unit::Seconds => None,
    }
}

/// Whether another metric has the same things above the line and this whole below it.
fn is_other_rate(metric: Metric, other: Metric, whole: &str) -> bool {
    let over = |one: Metric| match one.kind() {
        Kind::Derived { over, .. } => over,
        Kind::Counter | Kind::Gauge => &[],
    };
    metric != other && !over(metric).is_empty() && over(metric) == over(other) && whole_of(other) == Some(whole)
}

#[cfg(test)]
mod tests;
