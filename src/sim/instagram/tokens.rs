//! Long-lived tokens: whose, how old, and when they are given anew.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Call, Login, Refusal};

/// How long a long-lived token lives.
const LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How old a token must be to be given anew (Instagram Login).
const AGE_MIN: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug)]
struct Row {
    token: String,
    username: String,
    login: Login,
    issued: Timestamp,
    ended: Option<i64>,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<Row>);

fn until(row: &Row) -> Timestamp {
    row.issued.saturating_add(LIFE).unwrap_or(Timestamp::MAX)
}

impl Tokens {
    pub fn issue(&mut self, username: &str, login: Login, issued: Timestamp) -> String {
        let lead = if login == Login::Instagram { "IGAA" } else { "EAAB" };
        let token = format!("{lead}sim{}", self.0.len() + 1);
        self.0.push(Row { token: token.clone(), username: username.to_owned(), login, issued, ended: None });
        token
    }

    pub fn end(&mut self, username: &str, subcode: i64) {
        for row in self.0.iter_mut().filter(|row| row.username == username) {
            row.ended = Some(subcode);
        }
    }

    /// Whose token it is, if it is good at this API.
    pub fn owner(&self, token: &str, login: Option<Login>, now: Timestamp) -> Result<String, Refusal> {
        self.row(token, login, now).map(|row| row.username.clone())
    }

    fn row(&self, token: &str, login: Option<Login>, now: Timestamp) -> Result<&Row, Refusal> {
        let refuse = |subcode, message: &str| Refusal::new(400, 190, subcode, message);
        let row = self.0.iter().find(|row| row.token == token && login.is_none_or(|login| row.login == login));
        let row = row.ok_or_else(|| refuse(None, "Invalid OAuth access token - Cannot parse access token"))?;
        if let Some(subcode) = row.ended {
            return Err(refuse(Some(subcode), "Error validating access token: The session has been invalidated."));
        }
        if until(row) <= now {
            return Err(refuse(Some(463), "Error validating access token: Session has expired on a day gone by."));
        }
        Ok(row)
    }

    /// The token server of either API: the old one for one that lives 60 days from now.
    pub fn exchange(&mut self, app: &(String, String), call: &Call<'_>) -> Result<Value, Refusal> {
        let (grant, field) = match call.login {
            Login::Instagram => ("ig_refresh_token", "access_token"),
            Login::Facebook => ("fb_exchange_token", "fb_exchange_token"),
        };
        if call.param("grant_type") != Some(grant) {
            return Err(Refusal::bad("Invalid grant_type"));
        }
        let is_app = call.param("client_id") == Some(&app.0) && call.param("client_secret") == Some(&app.1);
        if call.login == Login::Facebook && !is_app {
            return Err(Refusal::new(400, 101, None, "Error validating application. Invalid application ID."));
        }
        let row = self.row(call.param(field).unwrap_or_default(), Some(call.login), call.now)?;
        if call.login == Login::Instagram && call.now.duration_since(row.issued) < AGE_MIN {
            // The platform documents the rule and not how it refuses; code and words are ours.
            let message = "This token is too new to be refreshed: it must be at least 24 hours old.";
            return Err(Refusal::new(400, 10, None, message));
        }
        let username = row.username.clone();
        let token = self.issue(&username, call.login, call.now);
        Ok(json!({"access_token": token, "token_type": "bearer", "expires_in": LIFE.as_secs()}))
    }
}
