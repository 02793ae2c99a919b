//! Where a database is: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=ca.pem`.
//!
//! Owns: reading it, and how it is shown. Refuses: to show a password, and parameters that it would have to leave aside.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::store::StoreError;

/// A statement that takes longer does not come back; the longest here writes 8 MiB.
const STATEMENT: Duration = Duration::from_secs(30);

/// Whoever holds a row longer than this is gone.
const LOCK: Duration = Duration::from_secs(10);

/// A transaction whose process is gone holds its rows so long. Ours wait for nothing but the database between statements.
const IDLE: Duration = Duration::from_secs(20);

/// What may follow the `?`.
const PARAMETERS: [&str; 7] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "host", "port", "application_name"];

/// A place that was understood.
#[derive(Clone)]
pub struct Address {
    options: PgConnectOptions,
    shown: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

fn refused(why: impl Into<String>) -> StoreError {
    StoreError::failed("understand the address of the database", why.into())
}

/// The secret part of an address, for who keeps secrets out of logs.
#[must_use]
pub fn password(url: &SecretString) -> Option<SecretString> {
    let url = Url::parse(url.expose_secret()).ok()?;
    // Decoded as the field of a form, in which a plus and an ampersand mean something else.
    let field = format!("password={}", url.password()?.replace('+', "%2B").replace('&', "%26"));
    let (_, password) = url::form_urlencoded::parse(field.as_bytes()).next()?;
    (!password.is_empty()).then(|| SecretString::from(password.into_owned()))
}

/// An address without its password; what cannot be read is not shown at all.
#[must_use]
pub fn shown(url: &SecretString) -> String {
    Address::read(url).map_or_else(|_| "store.url".to_owned(), |address| address.to_string())
}

/// What is wrong with an address, if anything, without repeating it.
#[must_use]
pub fn fault(url: &SecretString) -> Option<String> {
    let error = Address::read(url).err()?;
    std::error::Error::source(&error).map(ToString::to_string)
}

/// Whether what goes to an address may be read on the way.
#[must_use]
pub fn is_in_the_open(url: &SecretString) -> bool {
    Address::read(url).is_ok_and(|address| address.is_in_the_open())
}

impl Address {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// It is none of PostgreSQL, names no database, or has a parameter that means nothing here. The text is not repeated: it may
    /// hold a password.
    pub fn read(url: &SecretString) -> Result<Self, StoreError> {
        const FORM: &str =
            "write postgres://USER:PASSWORD@HOST:5432/DATABASE, and %-escape what is special in the password";
        // Neither error is repeated: both may quote what was given.
        let parsed = Url::parse(url.expose_secret()).map_err(|_| refused(format!("it is not an address; {FORM}")))?;
        if !matches!(parsed.scheme(), "postgres" | "postgresql") {
            return Err(refused(format!("it does not begin with `postgres://`; {FORM}")));
        }
        if let Some((name, _)) = parsed.query_pairs().find(|(name, _)| !PARAMETERS.contains(&name.as_ref())) {
            let known = PARAMETERS.join(", ");
            return Err(refused(format!(
                "`{}` means nothing in it; what may follow the ? is {known}",
                name.escape_debug()
            )));
        }
        let database = parsed.path().trim_start_matches('/');
        if database.is_empty() {
            return Err(refused(format!("it names no database; {FORM}")));
        }
        let options = PgConnectOptions::from_url(&parsed).map_err(|_| refused(format!("it cannot be used; {FORM}")))?;
        let milliseconds = |time: Duration| time.as_millis().to_string();
        let options = options
            .options([
                ("statement_timeout", milliseconds(STATEMENT)),
                ("lock_timeout", milliseconds(LOCK)),
                ("idle_in_transaction_session_timeout", milliseconds(IDLE)),
            ])
            // What is slow or fails is told where it is handled; statements are the same every time.
            .disable_statement_logging();
        let options =
            if options.get_application_name().is_some() { options } else { options.application_name("plimsoll") };
        let place = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let shown = format!("postgres://{}@{place}/{database}", options.get_username());
        Ok(Self { options, shown })
    }

    /// How to connect.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Where the server is, without the database.
    #[must_use]
    pub fn server(&self) -> String {
        match self.options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }

    /// As whom.
    #[must_use]
    pub fn user(&self) -> &str {
        self.options.get_username()
    }

    /// Which database.
    #[must_use]
    pub fn database(&self) -> &str {
        self.options.get_database().unwrap_or_default()
    }

    /// Whether what is sent may be read on the way: it goes over a network and nothing asks for TLS.
    #[must_use]
    pub fn is_in_the_open(&self) -> bool {
        let host = self.options.get_host();
        let near = self.options.get_socket().is_some() || matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
        !near && matches!(self.options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Address, String> {
        Address::read(&SecretString::from(url)).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{error}: {cause}")
        })
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address =
            read("postgres://anna:CAN%40RY@db.example:5433/plimsoll?sslmode=verify-full").expect("an address");
        assert_eq!(address.to_string(), "postgres://anna@db.example:5433/plimsoll");
        assert_eq!(format!("{address:?}"), "Address(postgres://anna@db.example:5433/plimsoll)");
        assert!(!address.is_in_the_open());
        assert!(read("postgres://anna:x@db.example/plimsoll").expect("an address").is_in_the_open());
        assert!(!read("postgres://anna@localhost/plimsoll").expect("an address").is_in_the_open());
        let secret = password(&SecretString::from("postgres://anna:CAN%40RY@db.example/plimsoll")).expect("has one");
        assert_eq!(secret.expose_secret(), "CAN@RY");
        assert!(password(&SecretString::from("postgres://anna@db.example/plimsoll")).is_none());
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for wrong in [
            "CANARY",
            "mysql://anna:CANARY@db/plimsoll",
            "postgres://anna:CANARY@db",
            "postgres://anna:CANARY@db/",
            "postgres://anna:CANARY@db/plimsoll?sslmode=CANARY",
            "postgres://anna:CANARY@db/plimsoll?pasword=CANARY",
            "postgres://anna:CANARY@db:port/plimsoll",
        ] {
            let error = read(wrong).expect_err(wrong);
            assert!(error.starts_with("could not understand the address of the database: "), "{error}");
            assert!(!error.contains("CANARY"), "{error}");
        }
        insta::assert_snapshot!(read("postgres://db").expect_err("no database"), @"could not understand the address of the database: it names no database; write postgres://USER:PASSWORD@HOST:5432/DATABASE, and %-escape what is special in the password");
    }
}
