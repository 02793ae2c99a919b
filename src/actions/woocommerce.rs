//! Coupons of a `WooCommerce` shop: whether one works, and ending it or letting it work again.
//!
//! Owns: the two states of a code, `active` and `ended`, what it takes off as a share, and what an answer of the shop (or of whoever answers in its name)
//! means for them.
//! Refuses: deleting, the bin, and a coupon whose own end has passed.
//! Survives: repetition, and a stop at any point. The state is read first; a coupon that has it already is left alone. The
//! end that a coupon had is written into the coupon itself (`plimsoll_expires`) by the same request that ends it, so there is
//! no moment in which it is lost.
//!
//! Ending sets `date_expires` to a day that is over in every zone; the shop's own zone is not known here. Resuming sets what
//! stood there before; where that is not known (somebody else ended it), the coupon is left without an end. A draft is
//! published again. A coupon is one code, in lower case.
//! Facts: <https://woocommerce.github.io/woocommerce-rest-api-docs/#coupons>.

use async_trait::async_trait;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::coin::{Made, Mint, NewCode};
use super::failure::Failure;
use super::webhook::SetState;
use super::{ActionError, Hand};
use crate::domain::action::{value_in, value_state};
use crate::domain::written::Percent;
use crate::http::Answer;
use crate::http::is_word;
use crate::http::signed::{Question, Signed};

/// What people call it.
const TITLE: &str = "WooCommerce";

/// It works at the checkout.
const ACTIVE: &str = "active";

/// It does not.
const ENDED: &str = "ended";

const PATH: &str = "/wp-json/wc/v3/coupons";

/// Where the end that a coupon had is kept: as the shop's zone writes it, a space, and the same in GMT; or [`NO_END`].
const KEPT: &str = "plimsoll_expires";

/// It had no end.
const NO_END: &str = "none";

/// So long ago a day is over in every zone: they are at most 14 hours from GMT.
const OVER: SignedDuration = SignedDuration::from_hours(48);

/// The coupons of one shop.
#[derive(Debug)]
pub struct WooCoupons {
    client: Signed,
}

/// A coupon as the shop has it.
#[derive(Debug)]
struct Standing {
    id: i64,
    /// Its end in the shop's zone, as it is written, and in GMT.
    ends: Option<(String, Timestamp)>,
    published: bool,
    /// What [`KEPT`] holds.
    kept: Option<String>,
}

impl Standing {
    fn works(&self, now: Timestamp) -> bool {
        self.published && self.ends.as_ref().is_none_or(|(_, end)| now < *end)
    }
}

impl WooCoupons {
    /// The coupons of the shop behind `client`.
    #[must_use]
    pub fn new(client: Signed) -> Self {
        Self { client }
    }

    async fn look(&self, object: &str, now: Timestamp) -> Result<Standing, Failure> {
        match self.row(object, now).await? {
            Some(row) => standing(&row, object),
            None => Err(Failure::NoSuchObject { platform: TITLE, object: object.to_owned() }),
        }
    }

    /// The coupon as the shop tells it.
    async fn row(&self, object: &str, now: Timestamp) -> Result<Option<Value>, Failure> {
        let code = object.trim().to_lowercase();
        let query = [("code", code.as_str()), ("per_page", "100")];
        let body = sort(&self.ask(Question::get(PATH, &query), object, now).await?, object)?;
        let rows = body.as_array().ok_or_else(|| garbled(object, "the whole body"))?;
        let same =
            |row: &&Value| row.get("code").and_then(Value::as_str).is_some_and(|own| own.trim().to_lowercase() == code);
        Ok(rows.iter().find(same).cloned())
    }

    async fn ask(&self, question: Question<'_>, object: &str, now: Timestamp) -> Result<Answer, Failure> {
        // Keys cannot be renewed: what refuses them is an answer like any other.
        let (answer, _) = self.client.ask(question, now, |_| false).await;
        answer.map_err(|error| Failure::unanswered(TITLE, object, error))
    }
}

/// What resuming sets, beside taking away what was kept.
fn resumed(standing: &Standing, object: &str, now: Timestamp) -> Result<Map<String, Value>, Failure> {
    let mut change = Map::new();
    if !standing.published {
        change.insert("status".to_owned(), json!("publish"));
    }
    let over = standing.ends.as_ref().is_some_and(|(_, end)| *end <= now);
    if over {
        let before = match standing.kept.as_deref().and_then(|kept| kept.split_once(' ')) {
            None => Value::Null,
            Some((theirs, in_gmt)) => {
                if gmt(in_gmt).is_none_or(|end| end <= now) {
                    let why = "the end it had has passed meanwhile; set a later date in the shop";
                    return Err(Failure::NotOurs { platform: TITLE, object: object.to_owned(), why });
                }
                json!(theirs)
            }
        };
        change.insert("date_expires".to_owned(), before);
    }
    if standing.kept.is_some() {
        change.insert("meta_data".to_owned(), json!([{"key": KEPT, "value": ""}]));
    }
    Ok(change)
}

/// What ending sets: an end that has passed, and beside it the one there was.
fn ended(standing: &Standing, now: Timestamp) -> Map<String, Value> {
    let day = now.saturating_sub(OVER).unwrap_or(Timestamp::MIN).to_zoned(TimeZone::UTC).date();
    let kept = match &standing.ends {
        Some((theirs, end)) => format!("{theirs} {}", end.to_zoned(TimeZone::UTC).datetime()),
        None => NO_END.to_owned(),
    };
    let mut change = Map::new();
    change.insert("date_expires".to_owned(), json!(format!("{day}T00:00:00")));
    change.insert("meta_data".to_owned(), json!([{"key": KEPT, "value": kept}]));
    change
}

fn garbled(object: &str, place: &str) -> Failure {
    Failure::Garbled { platform: TITLE, object: object.to_owned(), place: place.to_owned() }
}

fn gmt(text: &str) -> Option<Timestamp> {
    let naive: DateTime = text.parse().ok()?;
    Some(naive.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn standing(row: &Value, object: &str) -> Result<Standing, Failure> {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let ends = match (row.get("date_expires_gmt"), row.get("date_expires")) {
        (None, _) => return Err(garbled(object, "date_expires_gmt")),
        (Some(Value::Null), _) => None,
        (Some(_), _) => {
            let end = text("date_expires_gmt").and_then(gmt).ok_or_else(|| garbled(object, "date_expires_gmt"))?;
            Some((text("date_expires").ok_or_else(|| garbled(object, "date_expires"))?.to_owned(), end))
        }
    };
    let metas = row.get("meta_data").and_then(Value::as_array).ok_or_else(|| garbled(object, "meta_data"))?;
    let ours = metas.iter().find(|meta| meta.get("key").and_then(Value::as_str) == Some(KEPT));
    let kept = ours.and_then(|meta| meta.get("value")?.as_str()).filter(|kept| !kept.is_empty());
    Ok(Standing {
        id: row.get("id").and_then(Value::as_i64).ok_or_else(|| garbled(object, "id"))?,
        ends,
        // Older versions do not say; there a coupon that is listed is published.
        published: text("status").is_none_or(|status| status == "publish"),
        kept: kept.map(str::to_owned),
    })
}

/// The document, or what the refusal means. Only the shop's own words are a refusal: firewalls and hosts answer in its name.
fn sort(answer: &Answer, object: &str) -> Result<Value, Failure> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let told = body.as_ref().and_then(|body| body.get("code")?.as_str()).filter(|word| is_word(word));
    let told = told.map(str::to_owned);
    match (answer.status, told) {
        (200..300, _) => body.ok_or_else(|| garbled(object, "the whole body")),
        (429, _) => Err(Failure::SlowDown { platform: TITLE }),
        (401, told) => Err(Failure::Unauthorized { platform: TITLE, reason: told.unwrap_or("401".to_owned()) }),
        (403, Some(reason)) => Err(Failure::Unauthorized { platform: TITLE, reason }),
        (status @ (403 | 500..), _) => Err(Failure::Broken { platform: TITLE, status }),
        (_, Some(reason)) => Err(Failure::Refused { platform: TITLE, reason }),
        (status, None) => Err(Failure::Refused { platform: TITLE, reason: format!("status_{status}") }),
    }
}

/// The end in the shop's zone, as it must be written, where what was written came out as another instant.
fn aligned(row: &Value, end: Timestamp) -> Option<String> {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let came_out = text("date_expires_gmt").and_then(gmt)?;
    let local = gmt(text("date_expires")?)?;
    // How far the shop's zone is ahead, that day.
    let ahead = local.duration_since(came_out);
    let meant = Timestamp::from_second(end.as_second()).ok()?;
    (came_out != meant).then(|| naive(meant.saturating_add(ahead).unwrap_or(meant)))
}

/// As the shop writes instants; of a zone only who sends it knows.
fn naive(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).datetime().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

impl WooCoupons {
    /// Gives a coupon the end that was meant: which zone the shop is in is only seen by what becomes of a date.
    async fn align(&self, row: &Value, wanted: &NewCode, now: Timestamp) -> Result<(), Failure> {
        let Some(end) = wanted.ends_at else { return Ok(()) };
        let Some(date) = aligned(row, end) else { return Ok(()) };
        let id = standing(row, &wanted.code)?.id;
        let bytes = json!({"date_expires": date}).to_string().into_bytes();
        let path = format!("{PATH}/{id}");
        sort(&self.ask(Question::put_json(&path, &bytes), &wanted.code, now).await?, &wanted.code).map(drop)
    }
}

#[async_trait]
impl Mint for WooCoupons {
    async fn make(&self, wanted: &NewCode, now: Timestamp) -> Result<Made, ActionError> {
        wanted.check(TITLE)?;
        wanted.begins(TITLE, now)?;
        let code = wanted.code.to_lowercase();
        let amount = wanted.percent.0.normalize().to_string();
        if let Some(row) = self.row(&code, now).await? {
            let same = row.get("discount_type").and_then(Value::as_str) == Some("percent")
                && row.get("amount").and_then(Value::as_str).and_then(|text| text.parse().ok())
                    == Some(wanted.percent.0);
            if !same {
                return Err(wanted.taken(TITLE).into());
            }
            self.align(&row, wanted, now).await?;
            return Ok(Made::Already);
        }
        let body = json!({
            "code": code, "discount_type": "percent", "amount": amount,
            "date_expires": wanted.ends_at.map(naive),
        });
        let bytes = body.to_string().into_bytes();
        let row = sort(&self.ask(Question::post_json(PATH, &[], &bytes), &code, now).await?, &code)?;
        self.align(&row, wanted, now).await?;
        let works = self.look(&code, now).await?.works(now);
        if works { Ok(Made::New) } else { Err(garbled(&code, "status").into()) }
    }
}

/// What a coupon takes off, where it is a share of the price.
fn worth(row: &Value, object: &str) -> Result<Option<Percent>, Failure> {
    if row.get("discount_type").and_then(Value::as_str) != Some("percent") {
        return Ok(None);
    }
    let amount = row.get("amount").and_then(Value::as_str).and_then(|text| text.parse::<Decimal>().ok());
    amount.map(|amount| Some(Percent(amount.normalize()))).ok_or_else(|| garbled(object, "amount"))
}

impl WooCoupons {
    /// Sets what a coupon takes off, and reads it in the answer.
    async fn set_worth(&self, object: &str, percent: Percent, now: Timestamp) -> Result<(), Failure> {
        let missing = || Failure::NoSuchObject { platform: TITLE, object: object.to_owned() };
        let row = self.row(object, now).await?.ok_or_else(missing)?;
        let there = worth(&row, object)?;
        if there == Some(percent) {
            return Ok(());
        }
        if there.is_none() || percent.0.is_zero() {
            let why = "only a coupon that is a share of the price can be given another share, above 0";
            return Err(Failure::NotOurs { platform: TITLE, object: object.to_owned(), why });
        }
        let path = format!("{PATH}/{}", standing(&row, object)?.id);
        let bytes = json!({"amount": percent.0.normalize().to_string()}).to_string().into_bytes();
        let after = sort(&self.ask(Question::put_json(&path, &bytes), object, now).await?, object)?;
        if worth(&after, object)? == Some(percent) { Ok(()) } else { Err(garbled(object, "amount")) }
    }
}

#[async_trait]
impl Hand for WooCoupons {
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        let standing = self.look(object, now).await?;
        Ok(if standing.works(now) { ACTIVE } else { ENDED }.to_owned())
    }

    async fn read_value(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        let missing = || Failure::NoSuchObject { platform: TITLE, object: object.to_owned() };
        let row = self.row(object, now).await?.ok_or_else(missing)?;
        Ok(worth(&row, object)?.map(value_state))
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let object = wanted.object.as_str();
        if let Some(percent) = value_in(&wanted.desired) {
            return Ok(self.set_worth(object, percent, now).await?);
        }
        let active = match wanted.desired.as_str() {
            ACTIVE => true,
            ENDED => false,
            _ => {
                let (object, wanted) = (object.to_owned(), wanted.desired.clone());
                return Err(Failure::NoSuchState { platform: TITLE, object, wanted }.into());
            }
        };
        let standing = self.look(object, now).await?;
        if standing.works(now) == active {
            return Ok(());
        }
        let change = if active { resumed(&standing, object, now)? } else { ended(&standing, now) };
        let path = format!("{PATH}/{}", standing.id);
        let bytes = Value::Object(change).to_string().into_bytes();
        let answer = self.ask(Question::put_json(&path, &bytes), object, now).await?;
        let after = self::standing(&sort(&answer, object)?, object)?;
        if after.works(now) == active { Ok(()) } else { Err(garbled(object, "date_expires").into()) }
    }
}
