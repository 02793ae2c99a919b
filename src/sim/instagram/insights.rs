//! Which metric works for which kind of media and for accounts, and what is answered.
//!
//! The sets are those of the platform's page on media insights; one metric outside them fails the whole call.
//! <https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights>

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Call, Insights, InstagramConfig, Login, Media, Product, Profile, Refusal};

const FEED: &[&str] = &[
    "views",
    "reach",
    "likes",
    "comments",
    "saved",
    "shares",
    "reposts",
    "total_interactions",
    "follows",
    "profile_visits",
    "profile_activity",
    "facebook_views",
];
const REELS: &[&str] = &[
    "views",
    "reach",
    "likes",
    "comments",
    "saved",
    "shares",
    "reposts",
    "total_interactions",
    "ig_reels_avg_watch_time",
    "ig_reels_video_view_total_time",
    "reels_skip_rate",
    "crossposted_views",
    "facebook_views",
];
const STORY: &[&str] = &[
    "views",
    "reach",
    "replies",
    "shares",
    "reposts",
    "total_interactions",
    "follows",
    "profile_visits",
    "profile_activity",
    "navigation",
    "link_clicks",
    "facebook_views",
];
/// Include what was seen through ads; with Facebook Login only.
const TOTALS: [(&str, &[&str]); 3] = [
    ("total_views", &["FEED", "REELS", "STORY"]),
    ("total_likes", &["FEED", "REELS"]),
    ("total_comments", &["FEED", "REELS"]),
];
/// Fail for media that is not shared to Facebook, which none here is.
const SHARED_ONLY: [&str; 2] = ["facebook_views", "crossposted_views"];
/// How many viewers a story needs before its numbers are shown.
const VIEWERS_MIN: i64 = 5;

/// Of accounts; each but the last two only as `total_value`.
const ACCOUNT: &[&str] = &[
    "views",
    "accounts_engaged",
    "total_interactions",
    "likes",
    "comments",
    "saves",
    "shares",
    "replies",
    "reposts",
    "profile_views",
    "profile_links_taps",
    "website_clicks",
    "follows_and_unfollows",
    "follower_demographics",
    "engaged_audience_demographics",
    "content_views",
    "reach",
    "follower_count",
    "online_followers",
];
const ALSO_SERIES: [&str; 3] = ["reach", "follower_count", "online_followers"];

/// The most seconds between `since` and `until`.
const SPAN_MAX: i64 = 30 * 86_400;

fn names<'a>(call: &'a Call<'_>) -> Result<Vec<&'a str>, Refusal> {
    let given = call.param("metric").unwrap_or_default();
    let names: Vec<&str> = given.split(',').filter(|name| !name.is_empty()).collect();
    if names.is_empty() { Err(Refusal::bad("(#100) The parameter metric is required")) } else { Ok(names) }
}

fn all_known(names: &[&str], valid: &[&str]) -> Result<(), Refusal> {
    match names.iter().position(|name| !valid.contains(name)) {
        None => Ok(()),
        Some(place) => Err(Refusal::bad(format!(
            "(#100) metric[{place}] must be one of the following values: {}",
            valid.join(", ")
        ))),
    }
}

/// `GET /{ig-media-id}/insights`.
pub(super) fn of_media(media: &Media, config: &InstagramConfig, call: &Call<'_>) -> Result<Value, Refusal> {
    let product = media.product.as_str();
    let mut valid = match media.product {
        Product::Feed => FEED,
        Product::Reels => REELS,
        Product::Story => STORY,
    }
    .to_vec();
    if call.login == Login::Facebook {
        valid.extend(TOTALS.iter().filter(|row| row.1.contains(&product)).map(|row| row.0));
    }
    valid.retain(|name| !config.dropped.iter().any(|(of, metric)| of == product && metric == name));
    let names = names(call)?;
    all_known(&names, &valid)?;
    if names.iter().any(|name| SHARED_ONLY.contains(name)) {
        return Err(Refusal::bad("(#100) The media is not shared to Facebook"));
    }
    match media.insights {
        Insights::Empty => return Ok(json!({"data": []})),
        Insights::BeforeConversion => {
            let message = "(#100) Media Posted Before Business Account Conversion";
            return Err(Refusal::new(400, 100, Some(2_108_006), message));
        }
        Insights::Shown => {}
    }
    let viewers = media.numbers.get("reach").copied().unwrap_or_default();
    if media.product == Product::Story && viewers < VIEWERS_MIN {
        return Err(Refusal::new(400, 10, None, "(#10) Not enough viewers for the media to show insights"));
    }
    let row = |name: &&str| {
        let value = media.numbers.get(*name)?;
        Some(json!({
            "name": name, "period": "lifetime", "values": [{"value": value}], "title": name,
            "description": "What it is.", "id": format!("{}/insights/{name}/lifetime", media.id),
        }))
    };
    Ok(json!({"data": names.iter().filter_map(row).collect::<Vec<_>>()}))
}

/// `GET /{ig-user-id}/insights`: the sum over the Pacific days between `since` and `until`.
pub(super) fn of_account(profile: &Profile, config: &InstagramConfig, call: &Call<'_>) -> Result<Value, Refusal> {
    let names = names(call)?;
    all_known(&names, ACCOUNT)?;
    if call.param("period") != Some("day") {
        return Err(Refusal::bad("(#100) Incompatible period"));
    }
    let total = call.param("metric_type") == Some("total_value");
    if let Some(name) = names.iter().find(|name| !total && !ALSO_SERIES.contains(name)) {
        let message =
            format!("(#100) The following metrics ({name}) should be specified with parameter metric_type=total_value");
        return Err(Refusal::bad(message));
    }
    let second = |name: &str| call.param(name).and_then(|text| text.parse::<i64>().ok());
    let (Some(since), Some(until)) = (second("since"), second("until")) else {
        return Err(Refusal::bad("(#100) since and until must be Unix times"));
    };
    if SPAN_MAX < until.saturating_sub(since) {
        return Err(Refusal::bad("(#100) There cannot be more than 30 days (2592000 s) between since and until"));
    }
    if !total {
        return Err(Refusal::bad("(#100) A series is not emulated here"));
    }
    let settled = call.now.as_second() - config.day_lag_hours * 3_600;
    let row = |name: &&str| {
        let days = profile.days.iter().filter(|(day, _)| {
            let noon = noon(**day);
            since <= noon && noon < until && until <= settled
        });
        let found: Vec<i64> = days.filter_map(|(_, numbers)| numbers.get(*name).copied()).collect();
        if found.is_empty() {
            return None;
        }
        Some(json!({
            "name": name, "period": "day", "title": name, "description": "What it is.",
            "total_value": {"value": found.iter().sum::<i64>()},
            "id": format!("{}/insights/{name}/day", profile.id),
        }))
    };
    let data: Vec<Value> = names.iter().filter_map(row).collect();
    Ok(json!({"data": data, "paging": {"previous": "https://graph.example/?access_token=HIDDEN"}}))
}

/// Noon of a Pacific day, which lies in it whatever daylight time does: 20:00 UTC, or 19:00.
fn noon(day: Date) -> i64 {
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map_or(Timestamp::MIN, |at| at.timestamp());
    midnight.as_second().saturating_add(20 * 3_600)
}
