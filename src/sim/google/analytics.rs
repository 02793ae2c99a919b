//! `reports.query` of `YouTube` Analytics v2: the metrics and dimensions that are asked for here, by filter and page.
//!
//! A report ends at the last day that is shown, and leaves out `rows` where there is none. Errors are in the older form.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Number, Value, json};

use super::world::Watched;
use super::{Call, Inner, Said};

/// Posts that a filter may name.
const VIDEOS_MAX: usize = 500;

/// Rows that a report by post may have on a page (unverified for other reports).
const ROWS_MAX: usize = 200;

fn refuse(status: u16, reason: &str, message: &str) -> Said {
    let error = json!({"message": message, "domain": "global", "reason": reason});
    Said(status, json!({"error": {"code": status, "message": message, "errors": [error]}}))
}

struct Asked<'a> {
    channel: &'a str,
    from: Date,
    until: Date,
    metrics: Vec<&'a str>,
    dimensions: Vec<&'a str>,
    videos: Option<Vec<&'a str>>,
    most: usize,
    start: usize,
}

fn read<'a>(call: &'a Call<'_>) -> Result<Asked<'a>, Said> {
    let text = |name: &str| call.query.iter().find(|row| row.0 == name).map(|row| row.1.as_str());
    let need = |name: &str| text(name).ok_or_else(|| refuse(400, "required", &format!("Required parameter: {name}")));
    let wrong = |name: &str| refuse(400, "invalidParameter", &format!("Invalid value for {name}."));
    let date = |name: &str| need(name)?.parse().map_err(|_| wrong(name));
    let list = |name: &str| Ok::<_, Said>(need(name)?.split(',').collect::<Vec<_>>());
    let number = |name: &str, other: usize| text(name).map_or(Ok(other), |text| text.parse().map_err(|_| wrong(name)));
    let known = ["ids", "startDate", "endDate", "metrics", "dimensions", "sort", "filters", "maxResults", "startIndex"];
    if let Some((name, _)) = call.query.iter().find(|row| !known.contains(&row.0.as_str())) {
        return Err(wrong(name));
    }
    let videos = match text("filters") {
        None => None,
        Some(filter) => Some(filter.strip_prefix("video==").ok_or_else(|| wrong("filters"))?.split(',').collect()),
    };
    let asked = Asked {
        channel: need("ids")?.strip_prefix("channel==").ok_or_else(|| wrong("ids"))?,
        from: date("startDate")?,
        until: date("endDate")?,
        metrics: list("metrics")?,
        dimensions: list("dimensions")?,
        videos,
        most: number("maxResults", ROWS_MAX)?,
        start: number("startIndex", 1)?,
    };
    let by_video = asked.dimensions.contains(&"video");
    let too_many = asked.videos.as_ref().is_some_and(|videos| VIDEOS_MAX < videos.len());
    let unknown = asked.metrics.iter().any(|name| !["shares", "estimatedMinutesWatched"].contains(name))
        || asked.dimensions.iter().any(|name| !["day", "video"].contains(name));
    let bounds = asked.until < asked.from || ROWS_MAX < asked.most || asked.most == 0 || asked.start == 0;
    if by_video != asked.videos.is_some() || too_many || unknown || bounds {
        return Err(refuse(400, "badRequest", "The query is not supported."));
    }
    Ok(asked)
}

impl Inner {
    pub(super) fn analytics(&self, call: &Call<'_>) -> Said {
        if call.method.as_str() != "GET" {
            return Said(404, Value::Null);
        }
        let Some(accounts) = self.accounts(call.headers, call.now) else {
            return refuse(401, "authError", "Invalid Credentials");
        };
        let of = i64::from(self.config.queries_per_day);
        if self.spend("reports.query", 1, of, 86_400, call.now).is_none() {
            return refuse(
                403,
                "quotaExceeded",
                "The request cannot be completed because you have exceeded your quota.",
            );
        }
        let asked = match read(call) {
            Ok(asked) => asked,
            Err(said) => return said,
        };
        // Somebody else's channel, or none at all: the answer is the same.
        if !accounts.iter().any(|account| account == asked.channel) {
            return refuse(403, "forbidden", "Forbidden");
        }
        Said(200, self.table(&asked, call.now))
    }

    fn table(&self, asked: &Asked<'_>, now: Timestamp) -> Value {
        let kind = |name: &&str| {
            let metric = asked.metrics.contains(name);
            let column = if metric { "METRIC" } else { "DIMENSION" };
            json!({"name": name, "columnType": column, "dataType": if metric { "INTEGER" } else { "STRING" }})
        };
        let headers: Vec<Value> = asked.dimensions.iter().chain(&asked.metrics).map(kind).collect();
        let rows = self.rows(asked, now);
        let mut table = Map::new();
        table.insert("kind".to_owned(), json!("youtubeAnalytics#resultTable"));
        table.insert("columnHeaders".to_owned(), Value::Array(headers));
        let page: Vec<Value> = rows.into_iter().skip(asked.start - 1).take(asked.most).collect();
        if !page.is_empty() {
            table.insert("rows".to_owned(), Value::Array(page));
        }
        Value::Object(table)
    }

    fn rows(&self, asked: &Asked<'_>, now: Timestamp) -> Vec<Value> {
        let things = self.world.lock();
        let Some(channel) = things.channels.get(asked.channel) else { return Vec::new() };
        // Days begin at midnight in Los Angeles; an hour more or less does not matter to what is shown.
        let late = SignedDuration::from_hours(8 + 24 * things.late_days);
        let shown = now.saturating_sub(late).unwrap_or(now).to_zoned(jiff::tz::TimeZone::UTC).date();
        let until = std::cmp::min(asked.until, shown);
        let mut found: Vec<(Date, Option<&str>, Watched)> = Vec::new();
        let mut gather = |video, days: &std::collections::BTreeMap<Date, Watched>| {
            let inside = days.iter().filter(|(day, _)| asked.from <= **day && **day <= until);
            found.extend(inside.map(|(day, watched)| (*day, video, *watched)));
        };
        match &asked.videos {
            None => gather(None, &channel.days),
            Some(videos) => {
                for video in videos {
                    if let Some(days) = channel.videos.get(*video) {
                        gather(Some(*video), days);
                    }
                }
            }
        }
        found.sort_by_key(|(day, video, _)| (*day, *video));
        found.into_iter().map(|(day, video, watched)| row(asked, day, video, watched)).collect()
    }
}

fn row(asked: &Asked<'_>, day: Date, video: Option<&str>, watched: Watched) -> Value {
    let cell = |name: &&str| match *name {
        "day" => json!(day.to_string()),
        "video" => json!(video),
        "shares" => json!(watched.shares),
        _ if watched.hundredths == 0 => json!(watched.minutes),
        // A number with decimals among whole ones.
        _ => {
            let text = format!("{}.{:02}", watched.minutes, watched.hundredths);
            text.parse::<Number>().map_or(Value::Null, Value::Number)
        }
    };
    Value::Array(asked.dimensions.iter().chain(&asked.metrics).map(cell).collect())
}
