//! Discount codes of a Shopify shop: whether one works, and ending it or letting it work again.
//!
//! Owns: the two states of a code, `active` and `ended`, and what an answer of the shop means for them.
//! Refuses: a code that shares its discount with others (ending one would end all), a discount that an app works out
//! (what ending it does is the app's affair), and a code that has not begun yet as a thing to end or to resume.
//! Survives: repetition. The state is read first; a code that has it already is left alone.
//!
//! What a code takes off is set as an absolute share (`value 10 %`), of a discount that is one already.
//!
//! Ending sets the discount's end to now; the end that stood there before is lost, and resuming leaves it without an end.
//! Facts: <https://shopify.dev/docs/api/admin-graphql/latest/mutations/discountCodeDeactivate>.

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::coin::{Made, Mint, NewCode};
use super::failure::Failure;
use super::webhook::{Fate, SetState};
use super::{ActionError, Hand};
use crate::domain::action::{value_in, value_state};
use crate::domain::written::Percent;
use crate::http::HttpError;
use crate::http::graphql::{AskError, GraphQl};
use crate::http::is_word;
use crate::http::tokens::TokenError;

/// It works at the checkout.
pub const ACTIVE: &str = "active";

/// It does not.
pub const ENDED: &str = "ended";

const READ: &str = "\
query Code($code: String!) {
  codeDiscountNodeByCode(code: $code) {
    id
    codeDiscount {
      __typename
      ... on DiscountCodeBasic {
        status codes(first: 2) { nodes { code } }
        customerGets { value { ... on DiscountPercentage { percentage } } }
      }
      ... on DiscountCodeBxgy { status codes(first: 2) { nodes { code } } }
      ... on DiscountCodeFreeShipping { status codes(first: 2) { nodes { code } } }
      ... on DiscountCodeApp { status codes(first: 2) { nodes { code } } }
    }
  }
}";

const END: &str = "\
mutation End($id: ID!) {
  discountCodeDeactivate(id: $id) { codeDiscountNode { id } userErrors { field code message } }
}";

const RESUME: &str = "\
mutation Resume($id: ID!) {
  discountCodeActivate(id: $id) { codeDiscountNode { id } userErrors { field code message } }
}";

const WORTH: &str = "\
mutation Worth($id: ID!, $input: DiscountCodeBasicInput!) {
  discountCodeBasicUpdate(id: $id, basicCodeDiscount: $input) {
    codeDiscountNode { id } userErrors { field code message }
  }
}";

const MAKE: &str = "\
mutation Make($input: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $input) {
    codeDiscountNode { id } userErrors { field code message }
  }
}";

/// What people call it.
const TITLE: &str = "Shopify";

/// Why a code's state was not set, or not read.
#[derive(Debug, thiserror::Error)]
pub enum ShopifyActionError {
    /// The request never left.
    #[error("could not reach the shop")]
    Unreachable {
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The request may have arrived; its answer did not.
    #[error("the shop was asked, but its answer was lost")]
    Unknown {
        /// The cause.
        #[source]
        cause: HttpError,
    },
    /// The shop failed: nobody knows how far it came.
    #[error("the shop failed with status {status}")]
    Broken {
        /// The HTTP status.
        status: u16,
    },
    /// The shop is busy and did nothing.
    #[error("the shop asked us to slow down")]
    SlowDown,
    /// The token is refused, or may not do this.
    #[error("the shop refused our credentials: `{reason}`")]
    Unauthorized {
        /// Its own word for it.
        reason: String,
    },
    /// The shop says that the request is wrong.
    #[error("the shop did not accept the request: `{reason}`")]
    Refused {
        /// Its own word for it.
        reason: String,
    },
    /// An answer that cannot be understood: what it did is unknown.
    #[error("the shop's answer about `{code}` cannot be understood at `{place}`")]
    Garbled {
        /// The code.
        code: String,
        /// Where.
        place: String,
    },
    /// There is no such code.
    #[error("the shop has no discount code `{code}`")]
    NoSuchCode {
        /// The code.
        code: String,
    },
    /// Other codes hang on the same discount.
    #[error("`{code}` shares its discount with other codes, which would end with it; give it a discount of its own")]
    Shared {
        /// The code.
        code: String,
    },
    /// Not a discount that is ended and resumed from here.
    #[error("`{code}` belongs to a `{kind}`, which is not ended from here; end it in the shop")]
    NotOurs {
        /// The code.
        code: String,
        /// What the shop calls it.
        kind: String,
    },
    /// It has not begun.
    #[error("`{code}` has not begun yet; change its dates in the shop")]
    NotBegun {
        /// The code.
        code: String,
    },
    /// A state that a code does not have.
    #[error("a discount code cannot be `{wanted}`; it is `active` or `ended`")]
    NoSuchState {
        /// What was wanted.
        wanted: String,
    },
    /// The shop did not do it, and says why.
    #[error("the shop did not change `{code}`: `{reason}`")]
    UserError {
        /// The code.
        code: String,
        /// Its code for it.
        reason: String,
    },
    /// The refresh token cannot be kept.
    #[error("could not keep the refresh token")]
    Keeper {
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
}

impl ShopifyActionError {
    /// What to do about it. Names every variant, so a new one cannot be added without deciding its fate.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Unreachable { .. } | Self::SlowDown => Fate::Retry,
            Self::Unknown { .. } | Self::Broken { .. } | Self::Garbled { .. } => Fate::ReadBack,
            Self::Unauthorized { .. }
            | Self::Refused { .. }
            | Self::NoSuchCode { .. }
            | Self::Shared { .. }
            | Self::NotOurs { .. }
            | Self::NotBegun { .. }
            | Self::NoSuchState { .. }
            | Self::UserError { .. }
            | Self::Keeper { .. } => Fate::GiveUp,
        }
    }
}

/// The codes of one shop.
pub struct ShopifyCodes {
    client: Arc<GraphQl>,
}

impl fmt::Debug for ShopifyCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShopifyCodes({:?})", self.client)
    }
}

/// A code as the shop has it.
struct Standing {
    id: String,
    kind: String,
    status: Status,
    shared: bool,
    /// The share it takes off, where it is a share of the price.
    percent: Option<Percent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Active,
    Expired,
    Scheduled,
}

impl ShopifyCodes {
    /// The codes of the shop behind `client`.
    #[must_use]
    pub fn new(client: Arc<GraphQl>) -> Self {
        Self { client }
    }

    async fn look(&self, code: &str, now: Timestamp) -> Result<Standing, ShopifyActionError> {
        let data = self.ask(READ, &json!({"code": code}), code, now).await?;
        let garbled = |place: &str| garbled(code, place);
        let node = data.get("codeDiscountNodeByCode").ok_or_else(|| garbled("codeDiscountNodeByCode"))?;
        if node.is_null() {
            return Err(ShopifyActionError::NoSuchCode { code: code.to_owned() });
        }
        let text = |path: &str| node.pointer(path).and_then(Value::as_str).ok_or_else(|| garbled(path));
        let status = match text("/codeDiscount/status")? {
            "ACTIVE" => Status::Active,
            "EXPIRED" => Status::Expired,
            "SCHEDULED" => Status::Scheduled,
            _ => return Err(garbled("/codeDiscount/status")),
        };
        let path = "/codeDiscount/codes/nodes";
        let codes = node.pointer(path).and_then(Value::as_array).ok_or_else(|| garbled(path))?;
        let kind = text("/codeDiscount/__typename")?.to_owned();
        let percent = match node.pointer("/codeDiscount/customerGets/value/percentage") {
            None | Some(Value::Null) => None,
            // A fraction as a number, such as 0.1; its digits are read, not its bits.
            Some(value) => {
                let read =
                    Decimal::from_str(&value.to_string()).ok().and_then(|one| one.checked_mul(Decimal::ONE_HUNDRED));
                Some(Percent(read.ok_or_else(|| garbled("/codeDiscount/customerGets"))?.normalize()))
            }
        };
        Ok(Standing { id: text("/id")?.to_owned(), kind, status, shared: 1 < codes.len(), percent })
    }

    /// Sets what a code takes off.
    async fn set_worth(&self, code: &str, percent: Percent, now: Timestamp) -> Result<(), ActionError> {
        let standing = self.look(code, now).await?;
        if standing.percent == Some(percent) {
            return Ok(());
        }
        if standing.shared {
            return Err(ShopifyActionError::Shared { code: code.to_owned() }.into());
        }
        if standing.percent.is_none() || percent.0.is_zero() {
            let why = "only a discount that is a share of the price can be given another share, above 0";
            return Err(Failure::NotOurs { platform: TITLE, object: code.to_owned(), why }.into());
        }
        let variables =
            json!({"id": standing.id, "input": {"customerGets": {"value": {"percentage": fraction(percent)}}}});
        let data = self.ask(WORTH, &variables, code, now).await?;
        settled(&data, "discountCodeBasicUpdate", code)
    }

    async fn ask(
        &self,
        document: &str,
        variables: &Value,
        code: &str,
        now: Timestamp,
    ) -> Result<Value, ShopifyActionError> {
        self.client.ask(document, variables, now).await.data.map_err(|error| sort(error, code))
    }
}

fn garbled(code: &str, place: &str) -> ShopifyActionError {
    ShopifyActionError::Garbled { code: code.to_owned(), place: place.to_owned() }
}

fn sort(error: AskError, code: &str) -> ShopifyActionError {
    let lost = |cause: HttpError| {
        if cause.never_left() {
            ShopifyActionError::Unreachable { cause }
        } else {
            ShopifyActionError::Unknown { cause }
        }
    };
    match error {
        AskError::Http(cause) => lost(cause),
        AskError::Token(error) => match error {
            TokenError::Refused { reason } => ShopifyActionError::Unauthorized { reason },
            TokenError::SlowDown | TokenError::Broken { .. } => ShopifyActionError::SlowDown,
            TokenError::Garbled { field } => garbled(code, field),
            // Without a token nothing was asked of the shop.
            TokenError::Unreachable { cause } => ShopifyActionError::Unreachable { cause },
            TokenError::Keeper { cause } => ShopifyActionError::Keeper { cause },
        },
        AskError::Throttled { .. } | AskError::Status { status: 429, .. } => ShopifyActionError::SlowDown,
        AskError::Status { status: 401 | 403, reason, .. } => ShopifyActionError::Unauthorized { reason },
        AskError::Status { status: status @ 500.., .. } => ShopifyActionError::Broken { status },
        AskError::Status { status, reason, .. } => {
            ShopifyActionError::Refused { reason: format!("status {status}, {reason}") }
        }
        AskError::Errors { code, .. } if code == "ACCESS_DENIED" => ShopifyActionError::Unauthorized { reason: code },
        AskError::Errors { code, .. } if code == "INTERNAL_SERVER_ERROR" || code == "TIMEOUT" => {
            ShopifyActionError::Broken { status: 200 }
        }
        AskError::Errors { code, .. } => ShopifyActionError::Refused { reason: code },
        AskError::Garbled { place } => garbled(code, &place),
    }
}

#[async_trait]
impl Hand for ShopifyCodes {
    /// `active` or `ended`. A code that has not begun does not work either, and is `ended` until it does.
    async fn read(&self, object: &str, now: Timestamp) -> Result<String, ActionError> {
        let standing = self.look(object, now).await?;
        Ok(match standing.status {
            Status::Active => ACTIVE,
            Status::Expired | Status::Scheduled => ENDED,
        }
        .to_owned())
    }

    async fn read_value(&self, object: &str, now: Timestamp) -> Result<Option<String>, ActionError> {
        Ok(self.look(object, now).await?.percent.map(value_state))
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let code = wanted.object.as_str();
        if let Some(percent) = value_in(&wanted.desired) {
            return self.set_worth(code, percent, now).await;
        }
        let (document, field, has) = match wanted.desired.as_str() {
            ACTIVE => (RESUME, "discountCodeActivate", Status::Active),
            ENDED => (END, "discountCodeDeactivate", Status::Expired),
            _ => return Err(ShopifyActionError::NoSuchState { wanted: wanted.desired.clone() }.into()),
        };
        let standing = self.look(code, now).await?;
        if standing.status == has {
            return Ok(());
        }
        let owned = || code.to_owned();
        if standing.shared {
            return Err(ShopifyActionError::Shared { code: owned() }.into());
        }
        if standing.kind == "DiscountCodeApp" {
            return Err(ShopifyActionError::NotOurs { code: owned(), kind: standing.kind }.into());
        }
        if standing.status == Status::Scheduled {
            return Err(ShopifyActionError::NotBegun { code: owned() }.into());
        }
        let data = self.ask(document, &json!({"id": standing.id}), code, now).await?;
        settled(&data, field, code)
    }
}

/// Whether a mutation did what it was asked for.
fn settled(data: &Value, field: &str, code: &str) -> Result<(), ActionError> {
    let place = format!("/{field}/userErrors");
    let errors = data.pointer(&place).and_then(Value::as_array).ok_or_else(|| garbled(code, &place))?;
    match errors.first() {
        None => Ok(()),
        Some(error) => {
            let word = |key: &str| error.get(key).and_then(Value::as_str).filter(|word| is_word(word));
            let reason = word("code").unwrap_or("unexplained").to_owned();
            Err(ShopifyActionError::UserError { code: code.to_owned(), reason }.into())
        }
    }
}

/// A share as the API writes it: `0.1`.
fn fraction(percent: Percent) -> Value {
    // A decimal of few digits is the nearest double, and prints as itself.
    serde_json::from_str(&percent.fraction().normalize().to_string()).unwrap_or(Value::Null)
}

#[async_trait]
impl Mint for ShopifyCodes {
    async fn make(&self, wanted: &NewCode, now: Timestamp) -> Result<Made, ActionError> {
        wanted.check(TITLE)?;
        let code = wanted.code.as_str();
        match self.look(code, now).await {
            Ok(there) if there.percent == Some(wanted.percent) && !there.shared => return Ok(Made::Already),
            Ok(_) => return Err(wanted.taken(TITLE).into()),
            Err(ShopifyActionError::NoSuchCode { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let input = json!({
            "title": code, "code": code, "startsAt": wanted.starts_at, "endsAt": wanted.ends_at,
            "context": {"all": "ALL"}, "appliesOncePerCustomer": true,
            "customerGets": {"value": {"percentage": fraction(wanted.percent)}, "items": {"all": true}},
        });
        let data = self.ask(MAKE, &json!({"input": input}), code, now).await?;
        settled(&data, "discountCodeBasicCreate", code)?;
        if self.look(code, now).await?.percent == Some(wanted.percent) {
            Ok(Made::New)
        } else {
            Err(garbled(code, "/codeDiscount/customerGets").into())
        }
    }
}
