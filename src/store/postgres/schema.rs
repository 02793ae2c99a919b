//! The number of the database's schema, and the way from an older one.
//!
//! A database says which schema it has in `plimsoll_schema`. A program lifts an older one step by step, each step one
//! transaction with the new number in it, while nobody else does; it refuses a newer one. Who only works on a database that
//! has been lifted needs no right to create anything in it.

use sqlx::{PgConnection, Row as _};

use super::statements as sql;
use crate::domain::num::{i64_of_len, len_of};
use crate::store::StoreError;

/// The steps, each some statements. The first makes schema 1. For schema 3, since which polls are kept as they were heard,
/// nothing has to be done; a program that knows nothing of it would take numbers for gone. Schema 4 is for several workers.
const STEPS: &[&[&str]] = &[
    &[sql::MAKE_RECORDS, sql::MAKE_COUNTERS, sql::MAKE_LEASE, sql::BEGIN_LEASE],
    &[sql::MAKE_DAILY, sql::MAKE_LEDGER, sql::VIEW_DAILY, sql::VIEW_INCIDENTS, sql::VIEW_LEDGER],
    &[],
    &[sql::MAKE_WORKERS, sql::MAKE_POLLS],
];

/// Why a database was not lifted.
#[derive(Debug)]
pub enum NotLifted {
    /// The database said no.
    Refused(sqlx::Error),
    /// It is of a newer program.
    Newer(StoreError),
}

impl From<sqlx::Error> for NotLifted {
    fn from(error: sqlx::Error) -> Self {
        Self::Refused(error)
    }
}

/// Brings a database to the newest schema.
pub async fn lift(connection: &mut PgConnection) -> Result<(), NotLifted> {
    lift_by(connection, STEPS).await
}

pub(super) async fn lift_by(connection: &mut PgConnection, steps: &[&'static [&'static str]]) -> Result<(), NotLifted> {
    if sqlx::query(sql::OUR_TABLES).fetch_optional(&mut *connection).await?.is_none() {
        sqlx::raw_sql(sql::MAKE_SCHEMA).execute(&mut *connection).await?;
        sqlx::raw_sql(sql::BEGIN_SCHEMA).execute(&mut *connection).await?;
    }
    let newest = i64_of_len(steps.len());
    loop {
        sqlx::raw_sql(sql::BEGIN).execute(&mut *connection).await?;
        let found: Option<i64> = match sqlx::query(sql::LOCK_SCHEMA).fetch_optional(&mut *connection).await? {
            Some(row) => Some(row.try_get(0)?),
            None => None,
        };
        let step = found.and_then(len_of).and_then(|done| steps.get(done));
        let Some((step, found)) = step.zip(found) else {
            sqlx::raw_sql(sql::ROLLBACK).execute(&mut *connection).await?;
            return if found == Some(newest) { Ok(()) } else { Err(NotLifted::Newer(newer(found, newest))) };
        };
        for statement in *step {
            sqlx::raw_sql(*statement).execute(&mut *connection).await?;
        }
        sqlx::query(sql::RAISE_SCHEMA).bind(found.saturating_add(1)).execute(&mut *connection).await?;
        sqlx::raw_sql(sql::COMMIT).execute(&mut *connection).await?;
    }
}

fn newer(found: Option<i64>, newest: i64) -> StoreError {
    StoreError::Damaged {
        what: match found {
            Some(found) => format!(
                "the database has schema {found} and this program knows schemas 1 to {newest}; run the newer program, or \
                 restore a backup into an empty database"
            ),
            None => "`plimsoll_schema` in the database is empty; restore a backup into an empty database".to_owned(),
        },
    }
}
