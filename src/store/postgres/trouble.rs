//! What a failure of the database means: try again at once, wait for it to come back, or give up and say why.

use std::error::Error as _;

use sqlx::Error;

use super::address::Address;
use crate::store::{DiskTrouble, StoreError};

/// What to do about a failure.
#[derive(Debug)]
pub enum Trouble {
    /// Nothing was done because of somebody else; do all of it again.
    Again(StoreError),
    /// The connection or the server is gone. Whether a commit that was sent was done has to be found out.
    Away(StoreError),
    /// Doing it again would fail again.
    Final(StoreError),
}

impl Trouble {
    /// The error itself.
    pub fn into_error(self) -> StoreError {
        match self {
            Self::Again(error) | Self::Away(error) | Self::Final(error) => error,
        }
    }

    /// Whether trying again may help.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Again(_) | Self::Away(_))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Final(error)
    }
}

/// What a failure means.
pub fn of(deed: &'static str, address: &Address, error: Error) -> Trouble {
    let failed = |why: String| StoreError::failed(deed, why);
    match &error {
        Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            refused(&code, deed, address).unwrap_or_else(|| {
                // The message alone: details quote keys and values.
                let why = format!("`{address}` says: {} ({code})", database.message());
                match code.as_bytes() {
                    b"40001" | b"40P01" | b"55P03" => Trouble::Again(failed(why)),
                    b"57P01" | b"57P02" | b"57P03" | b"57014" | b"25P03" | b"53300" | [b'0', b'8', ..] => {
                        Trouble::Away(failed(why))
                    }
                    _ => Trouble::Final(failed(why)),
                }
            })
        }
        Error::Io(_) | Error::Protocol(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
            let why = format!(
                "no PostgreSQL answers at `{}` ({}); start it, or name another in store.url",
                address.server(),
                chain(&error)
            );
            Trouble::Away(failed(why))
        }
        Error::Tls(_) => Trouble::Final(failed(format!(
            "`{}` and this program agree on no TLS ({}); look at sslmode and sslrootcert in store.url",
            address.server(),
            chain(&error)
        ))),
        _ => Trouble::Final(StoreError::failed(deed, error)),
    }
}

/// What an operator has to mend, and where.
fn refused(code: &str, deed: &'static str, address: &Address) -> Option<Trouble> {
    let (server, user, database) = (address.server(), address.user(), address.database());
    let why = match code {
        "28P01" | "28000" => format!(
            "`{server}` does not let `{user}` in: the password in store.url is wrong, or pg_hba.conf has no line for this user \
             and machine"
        ),
        "3D000" => {
            format!("`{server}` has no database `{database}`; make it with: CREATE DATABASE {database} OWNER {user}")
        }
        "42501" => format!(
            "`{user}` may not do that in `{database}`; let the owner of the database say: GRANT CREATE, USAGE ON SCHEMA public TO \
             {user}"
        ),
        "25006" => format!("`{server}` can only be read: it is a replica, or set so; name the primary in store.url"),
        "53100" => {
            return Some(Trouble::Final(StoreError::Disk { folder: address.to_string(), trouble: DiskTrouble::Full }));
        }
        "XX001" | "XX002" => {
            return Some(Trouble::Final(StoreError::Damaged {
                what: format!("`{address}` found damage in its own files; restore a backup"),
            }));
        }
        _ => return None,
    };
    Some(Trouble::Final(StoreError::failed(deed, why)))
}

/// An error with its causes, on one line.
fn chain(error: &Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = next.source();
    }
    said
}
