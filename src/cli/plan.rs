//! `plimsoll plan --creators N`: what so many creators cost a day, before anybody is asked.
//!
//! JSON: `{"creators","posts","day","sources":[{"source","platform","cadence":"fixed"|"adaptive","polls","calls":N|null,
//! "units":[{"bucket","units","per_creator","budget","resets","share"}],"money":{"minor","currency"}|null,"money_max":
//! {"minor","currency"}|null,"too_many":{"calls","most"}|null,"assumed":[TEXT],"fits","short":{"polls","first"}|null,"remedy":
//! TEXT|null}],"fits"}`. `day` is the instant at which the planned 24 hours begin, a midnight of
//! Pacific time; `units` those of the whole day; `share` the largest part of `budget` that was in use at any time, above 1
//! where it does not fit; `too_many` says that one poll makes more calls than it may; `assumed` is what nobody can know before; `short` says how many polls would be cut short to leave the reserve alone, and when the first.
//! Exit 0 whether it fits or not.

use std::collections::BTreeSet;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CliError, Common};
use crate::app::config::{Cadence, SourceConfig};
use crate::app::planner::plan::{self, Bill, CREATORS_MAX, POSTS_MAX, Size, Terms};
use crate::domain::ids::SourceId;
use crate::sources::Assumed;
use crate::sources::quota::next_midnight;
use crate::time::Clock;

/// Which targets are asked at which tick differs from one installation to the next, and their number hardly.
const SEED: u64 = 0;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Counts with the functions that the service plans with; the posts of each creator are taken to be spread \
                  over the last 60 days, one of them part of a running campaign: plimsoll plan --creators 500 --posts 20"
)]
pub struct Plan {
    /// Creators with an account at each source
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(CREATORS_MAX)))]
    creators: u32,
    /// Posts that are followed of each creator
    #[arg(long, value_name = "M", default_value_t = 20)]
    posts: u32,
    /// Orders a day at each shop
    #[arg(long, value_name = "N", default_value_t = 100)]
    orders: u32,
    /// Plan a source of this kind with its defaults instead of the configured ones; repeatable
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// The schedule of such a source
    #[arg(long, value_name = "CRON", default_value = "0 * * * *")]
    schedule: String,
}

/// One source, planned.
struct Planned {
    id: SourceId,
    config: SourceConfig,
    bill: Bill,
    remedy: Option<String>,
}

impl Plan {
    /// Counts and prints.
    pub fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let size = Size { creators: self.creators, posts: self.posts };
        if POSTS_MAX < size.creators.saturating_mul(size.posts) {
            return Err(CliError::input(format!("more than {POSTS_MAX} posts; plan for fewer creators or posts")));
        }
        let mut sources: Vec<(SourceId, SourceConfig)> = Vec::new();
        for kind in &self.kinds {
            sources.push(self.of_kind(kind)?);
        }
        if sources.is_empty() {
            sources.extend(config.sources);
        }
        if sources.is_empty() {
            return Err(CliError::input(
                "no source is configured; add one, config/default.toml shows how, or name one: --kind youtube",
            ));
        }
        let terms =
            Terms { seed: SEED, reserve: config.polling.reserve_percent, assumed: Assumed { orders: self.orders } };
        let day = next_midnight(Clock::system().now());
        let planned: Vec<Planned> =
            sources.into_iter().map(|(id, config)| planned(id, config, size, terms, day)).collect::<Result<_, _>>()?;
        let document = document(&planned, size, day);
        common.print(&document, &text(&planned, size, terms.reserve))
    }

    fn of_kind(&self, kind: &str) -> Result<(SourceId, SourceConfig), CliError> {
        let id = SourceId::new(kind).map_err(|error| CliError::input(error.to_string()))?;
        let table = toml::Table::from_iter([
            ("kind".to_owned(), toml::Value::from(kind)),
            ("schedule".to_owned(), toml::Value::from(self.schedule.as_str())),
        ]);
        let config: SourceConfig = table.try_into().map_err(|error: toml::de::Error| {
            let what = error.message().replace('\n', " ");
            CliError::input(format!(
                "`--kind {kind}` cannot be planned without settings ({what}); put it under [sources]"
            ))
        })?;
        Ok((id, config))
    }
}

fn planned(id: SourceId, config: SourceConfig, size: Size, terms: Terms, day: Timestamp) -> Result<Planned, CliError> {
    let when = &config.common;
    crate::app::schedule::Schedule::new(&when.schedule, when.zone.rules())
        .map_err(|error| CliError::input(format!("sources.{id}.schedule: {error}")))?;
    let catalog = plan::made_up(&id, &config, size, day)?;
    let bill = plan::bill(&id, &config, &catalog, terms, day);
    let remedy = (!bill.fits()).then(|| {
        let mut slower = config.clone();
        slower.common.cadence = Cadence::Adaptive;
        if config.common.cadence == Cadence::Fixed && plan::bill(&id, &slower, &catalog, terms, day).fits() {
            return format!("cadence = \"adaptive\" under [sources.{id}] fits");
        }
        let part = bill.part_that_fits(terms.reserve) * f64::from(size.creators);
        let creators = crate::domain::num::round_i64(part.floor()).unwrap_or(0);
        format!("about {creators} creators fit; poll less often, or ask the platform for more and set it here")
    });
    Ok(Planned { id, config, bill, remedy })
}

fn document(planned: &[Planned], size: Size, day: Timestamp) -> Value {
    let source = |one: &Planned| {
        let bucket = |bucket: &plan::BucketBill| {
            json!({
                "bucket": bucket.bucket, "units": bucket.units,
                "per_creator": crate::domain::num::six_digits(per_creator(bucket.units, size)),
                "budget": bucket.budget, "resets": bucket.reset.to_string(),
                "share": crate::domain::num::six_digits(bucket.share),
            })
        };
        json!({
            "source": one.id,
            "platform": one.config.kind.settings().platform(),
            "cadence": match one.config.common.cadence { Cadence::Fixed => "fixed", Cadence::Adaptive => "adaptive" },
            "polls": one.bill.polls,
            "calls": one.bill.calls,
            "units": one.bill.buckets.iter().map(bucket).collect::<Vec<_>>(),
            "money": one.bill.money,
            "money_max": one.bill.money_max,
            "too_many": one.bill.too_many.map(|(calls, most)| json!({ "calls": calls, "most": most })),
            "assumed": one.bill.assumed,
            "fits": one.bill.fits(),
            "short": one.bill.short.map(|(polls, first)| json!({ "polls": polls, "first": first })),
            "remedy": one.remedy,
        })
    };
    json!({
        "creators": size.creators, "posts": size.posts, "day": day,
        "sources": planned.iter().map(source).collect::<Vec<_>>(),
        "fits": planned.iter().all(|one| one.bill.fits()),
    })
}

fn per_creator(units: u64, size: Size) -> f64 {
    let units = i64::try_from(units).unwrap_or(i64::MAX);
    crate::domain::num::f64_of(units) / f64::from(std::cmp::max(size.creators, 1))
}

/// What a poll that waits can have beside what is there.
fn waiting(bucket: &plan::BucketBill) -> String {
    if bucket.waits.is_positive() {
        format!(", and of what comes back in {:#} of waiting", bucket.waits)
    } else {
        String::new()
    }
}

fn text(planned: &[Planned], size: Size, reserve: u32) -> String {
    let mut lines = vec![format!("{} creators with {} posts each, a day:", size.creators, size.posts)];
    for one in planned {
        let Bill { polls, calls, buckets, money, short, too_many, .. } = &one.bill;
        let mark = if one.bill.fits() { "ok   " } else { "SHORT" };
        let calls = calls.map(|calls| format!(", {calls} calls")).unwrap_or_default();
        let money = money.map(|money| format!(", {money}")).unwrap_or_default();
        let counted = if buckets.is_empty() && one.bill.money.is_none() { ", no quota that is counted" } else { "" };
        lines.push(format!("{mark} {}: {polls} polls{calls}{money}{counted}", one.id));
        for bucket in buckets {
            lines.push(format!(
                "      {}: {} units, {:.2} a creator; at most {} of {} {}{}",
                bucket.bucket,
                bucket.units,
                per_creator(bucket.units, size),
                plan::percent(bucket.share),
                bucket.budget,
                bucket.reset,
                waiting(bucket)
            ));
        }
        if let Some((polls, first)) = short {
            let kept = format!("with {reserve} % kept for what people ask for");
            lines.push(format!("      {polls} polls are cut short {kept}, the first at {first}"));
        }
        if let Some((calls, most)) = too_many {
            lines.push(format!("      one poll would make {calls} calls, and gives up after {most}"));
        }
        if let Some(most) = one.bill.money_over() {
            lines.push(format!("      it may cost {most} a day; what would cost more is not asked"));
        }
        if let Some(remedy) = &one.remedy {
            lines.push(format!("      {remedy}"));
        }
    }
    let assumed: BTreeSet<(&SourceId, &String)> =
        planned.iter().flat_map(|one| one.bill.assumed.iter().map(move |what| (&one.id, what))).collect();
    lines.extend(assumed.into_iter().map(|(id, what)| format!("taken for granted of {id}: {what}")));
    lines.join("\n")
}
