//! Promotion codes of Stripe: whether one works, and ending it or letting it work again.
//!
//! Owns: the two states of a code, `active` and `ended`, and what an answer of Stripe means for them.
//! Refuses: its coupon (deleting that ends every code of it), a text that several customers have codes of their own under,
//! and a code whose own end has passed.
//! Survives: repetition. The state is read first; a code that has it already is left alone. What is sent carries a key made
//! of the action, the code and the state: sent twice it is done once, and no key ever stands for another state. Stripe
//! answers a key it knows with its first answer, even where that was a failure or somebody has changed the code since; such
//! a replay (`Idempotent-Replayed`) did nothing, so the same state is sent again under the next key.
//!
//! A promotion code is one code: ending it ends no other. Named by its text or its id (`promo_…`); where a text has had
//! several promotion codes, the one that works is meant, and of those that do not, the newest.
//! Facts: <https://docs.stripe.com/api/promotion_codes/update>, <https://docs.stripe.com/api/idempotent_requests>.

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::coin::{Made, Mint, NewCode};
use super::failure::Failure;
use super::webhook::SetState;
use super::{ActionError, Hand};
use crate::http::Answer;
use crate::http::is_word;
use crate::http::signed::{Question, Signed};

/// What people call it.
const TITLE: &str = "Stripe";

/// It works at the checkout.
const ACTIVE: &str = "active";

/// It does not.
const ENDED: &str = "ended";

const PATH: &str = "/v1/promotion_codes";

/// Keys that are tried where Stripe only repeats an earlier answer: each is a whole try of the program before this one.
const KEYS_MAX: u32 = 8;

/// The promotion codes of one account.
#[derive(Debug)]
pub struct StripeCodes {
    client: Signed,
    nested: bool,
}

/// A promotion code as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing {
    id: String,
    active: bool,
    created: i64,
    ends: Option<i64>,
    coupon: Option<String>,
}

impl Standing {
    fn works(&self, now: Timestamp) -> bool {
        self.active && !self.is_over(now)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.ends.is_some_and(|end| end <= now.as_second())
    }
}

impl StripeCodes {
    /// The promotion codes of the account behind `client`; `nested`: the version that it asks for has a promotion code's
    /// coupon under `promotion`.
    #[must_use]
    pub fn new(client: Signed, nested: bool) -> Self {
        Self { client, nested }
    }

    /// Every promotion code that is meant by a text or an id, the newest first.
    async fn look(&self, object: &str, now: Timestamp) -> Result<Vec<Standing>, Failure> {
        let missing = || Failure::NoSuchObject { platform: TITLE, object: object.to_owned() };
        let mut found = if object.starts_with("promo_") && is_word(object) {
            let answer = self.ask(Question::get(&format!("{PATH}/{object}"), &[]), object, now).await?;
            if answer.status == 404 {
                return Err(missing());
            }
            vec![standing(&sort(&answer, object)?, object)?]
        } else {
            let query = [("code", object), ("limit", "100")];
            let answer = self.ask(Question::get(PATH, &query), object, now).await?;
            let body = sort(&answer, object)?;
            let rows = body.get("data").and_then(Value::as_array).ok_or_else(|| garbled(object, "data"))?;
            let same = |row: &&Value| {
                let code = row.get("code").and_then(Value::as_str).unwrap_or_default();
                code.to_lowercase() == object.trim().to_lowercase()
            };
            rows.iter().filter(same).map(|row| standing(row, object)).collect::<Result<_, _>>()?
        };
        found.sort_by_key(|one| std::cmp::Reverse(one.created));
        if found.is_empty() { Err(missing()) } else { Ok(found) }
    }

    async fn ask(&self, question: Question<'_>, object: &str, now: Timestamp) -> Result<Answer, Failure> {
        // A fixed key cannot be renewed: what refuses it is an answer like any other.
        let (answer, _) = self.client.ask(question, now, |_| false).await;
        answer.map_err(|error| Failure::unanswered(TITLE, object, error))
    }

    /// Sets one promotion code, under the first key that Stripe has not answered before.
    async fn change(&self, one: &Standing, wanted: &SetState, active: bool, now: Timestamp) -> Result<(), Failure> {
        let object = wanted.object.as_str();
        let path = format!("{PATH}/{}", one.id);
        let form = [("active".to_owned(), active.to_string())];
        let key = format!("{}-{}-{}", wanted.id, one.id, wanted.desired);
        let answer = self.post(&path, &form, &key, object, now).await?;
        let now_is = standing(&sort(&answer, object)?, object)?;
        if now_is.active == active { Ok(()) } else { Err(garbled(object, "active")) }
    }

    /// Sends a form under the first key that Stripe has not answered before.
    async fn post(
        &self,
        path: &str,
        form: &[(String, String)],
        key: &str,
        object: &str,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        for number in 0..KEYS_MAX {
            let key = HeaderValue::from_str(&format!("plimsoll-{key}-{number}"))
                .map_err(|_| Failure::Refused { platform: TITLE, reason: "idempotency_key".to_owned() })?;
            let headers = [(HeaderName::from_static("idempotency-key"), key)];
            let question = Question { headers: &headers, ..Question::post_form(path, form) };
            let answer = self.ask(question, object, now).await?;
            if answer.header("idempotent-replayed") != Some("true") {
                return Ok(answer);
            }
        }
        Err(Failure::SlowDown { platform: TITLE })
    }

    /// The coupon of a share, made where it is not there yet: one for every code of that share.
    async fn coupon(&self, wanted: &NewCode, now: Timestamp) -> Result<String, Failure> {
        let share = wanted.percent.0.normalize().to_string();
        let id = format!("plimsoll-{}", share.replace('.', "_"));
        let form = [("id", id.as_str()), ("percent_off", &share), ("duration", "once")];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let key = format!("{}-{id}", wanted.id);
        let answer = self.post("/v1/coupons", &form, &key, &wanted.code, now).await?;
        match sort(&answer, &wanted.code) {
            Ok(_) => Ok(id),
            Err(Failure::Refused { reason, .. }) if reason == "resource_already_exists" => Ok(id),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Mint for StripeCodes {
    async fn make(&self, wanted: &NewCode, now: Timestamp) -> Result<Made, ActionError> {
        wanted.check(TITLE)?;
        wanted.begins(TITLE, now)?;
        let code = wanted.code.as_str();
        let there = match self.look(code, now).await {
            Ok(found) => found.into_iter().find(|one| one.works(now)),
            Err(Failure::NoSuchObject { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let coupon = self.coupon(wanted, now).await?;
        if let Some(there) = there {
            let same = there.coupon.as_ref() == Some(&coupon);
            return if same { Ok(Made::Already) } else { Err(wanted.taken(TITLE).into()) };
        }
        let mut form = vec![("code".to_owned(), code.to_owned())];
        if self.nested {
            form.push(("promotion[type]".to_owned(), "coupon".to_owned()));
            form.push(("promotion[coupon]".to_owned(), coupon));
        } else {
            form.push(("coupon".to_owned(), coupon));
        }
        form.extend(wanted.ends_at.map(|end| ("expires_at".to_owned(), end.as_second().to_string())));
        let answer = self.post(PATH, &form, &format!("{}-make", wanted.id), code, now).await?;
        let made = standing(&sort(&answer, code)?, code)?;
        if made.works(now) { Ok(Made::New) } else { Err(garbled(code, "active").into()) }
    }
}

fn garbled(object: &str, place: &str) -> Failure {
    Failure::Garbled { platform: TITLE, object: object.to_owned(), place: place.to_owned() }
}

fn standing(body: &Value, object: &str) -> Result<Standing, Failure> {
    let whole = |key: &str| body.get(key).and_then(Value::as_i64);
    let id = body.get("id").and_then(Value::as_str).filter(|id| is_word(id)).ok_or_else(|| garbled(object, "id"))?;
    let ends = match body.get("expires_at") {
        None | Some(Value::Null) => None,
        Some(_) => Some(whole("expires_at").ok_or_else(|| garbled(object, "expires_at"))?),
    };
    // In line in older versions; under `promotion`, named or expanded, in newer ones.
    let places = ["/promotion/coupon", "/promotion/coupon/id", "/coupon/id", "/coupon"];
    let coupon = places.iter().find_map(|place| body.pointer(place)?.as_str()).map(str::to_owned);
    Ok(Standing {
        id: id.to_owned(),
        coupon,
        active: body.get("active").and_then(Value::as_bool).ok_or_else(|| garbled(object, "active"))?,
        created: whole("created").ok_or_else(|| garbled(object, "created"))?,
        ends,
    })
}

/// The document, or what the refusal means. Stripe's prose repeats parts of keys; only its words are told.
fn sort(answer: &Answer, object: &str) -> Result<Value, Failure> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let reason = || {
        let told = |key: &str| {
            let word = body.as_ref().and_then(|body| body.pointer(&format!("/error/{key}"))?.as_str());
            word.filter(|word| is_word(word)).map(str::to_owned)
        };
        told("code").or_else(|| told("type")).unwrap_or_else(|| format!("status_{}", answer.status))
    };
    match answer.status {
        200..300 => body.ok_or_else(|| garbled(object, "the whole body")),
        429 => Err(Failure::SlowDown { platform: TITLE }),
        401 | 403 => Err(Failure::Unauthorized { platform: TITLE, reason: reason() }),
        // The same key is being worked on: how far it came is not known yet.
        status @ (409 | 500..) => Err(Failure::Broken { platform: TITLE, status }),
        _ => Err(Failure::Refused { platform: TITLE, reason: reason() }),
    }
}

#[async_trait]
impl Hand for StripeCodes {
    /// `active` or `ended`. Stripe calls a code active only while its coupon is good for use too.
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        let found = self.look(object, now).await?;
        Ok(if found.iter().any(|one| one.works(now)) { ACTIVE } else { ENDED }.to_owned())
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let object = wanted.object.as_str();
        let active = match wanted.desired.as_str() {
            ACTIVE => true,
            ENDED => false,
            _ => {
                let (object, wanted) = (object.to_owned(), wanted.desired.clone());
                return Err(Failure::NoSuchState { platform: TITLE, object, wanted }.into());
            }
        };
        let found = self.look(object, now).await?;
        let working: Vec<&Standing> = found.iter().filter(|one| one.works(now)).collect();
        match (active, working.as_slice()) {
            (true, [_, ..]) | (false, []) => Ok(()),
            (false, [one]) => Ok(self.change(one, wanted, false, now).await?),
            (false, _) => {
                let why = "several customers have a code of their own under this text; name the one that is meant by its \
                           id, `promo_…`";
                Err(Failure::Shared { platform: TITLE, object: object.to_owned(), why }.into())
            }
            (true, []) => {
                let Some(newest) = found.first().filter(|one| !one.is_over(now)) else {
                    let why = "its own end has passed, which cannot be changed there; make a new promotion code";
                    return Err(Failure::NotOurs { platform: TITLE, object: object.to_owned(), why }.into());
                };
                Ok(self.change(newest, wanted, true, now).await?)
            }
        }
    }
}
