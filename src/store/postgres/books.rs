//! The ledger in plain columns, for tools that draw: as the program worked it out last, all of it or none.

use std::time::Duration;

use sqlx::PgConnection;

use super::lease;
use super::statements as sql;
use crate::domain::num::i64_of_len;
use crate::store::BookLine;

/// Lines in one statement.
const TOGETHER: usize = 5_000;

/// Puts these lines in the place of what was there, in one transaction, under the lease: a process that has lost it shows
/// nothing. It is no commit: what it says can be worked out again, so it is not counted as one.
pub async fn show(
    connection: &mut PgConnection,
    token: i64,
    length: Duration,
    lines: &[BookLine],
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql::BEGIN_WRITE).execute(&mut *connection).await?;
    if lease::renew(&mut *connection, token, length).await? {
        while 0 < sqlx::query(sql::CLEAR_BOOKS).execute(&mut *connection).await?.rows_affected() {}
        for (at, some) in lines.chunks(TOGETHER).enumerate() {
            put(&mut *connection, at.saturating_mul(TOGETHER), some).await?;
        }
    }
    sqlx::raw_sql(sql::COMMIT).execute(&mut *connection).await.map(drop)
}

/// A column of some lines.
fn column<'a, T>(lines: &'a [BookLine], field: impl Fn(&'a BookLine) -> T) -> Vec<T> {
    lines.iter().map(field).collect()
}

async fn put(connection: &mut PgConnection, first: usize, lines: &[BookLine]) -> Result<(), sqlx::Error> {
    let numbers: Vec<i64> = (0..lines.len()).map(|at| i64_of_len(first.saturating_add(at))).collect();
    let query = sqlx::query(sql::PUT_BOOKS)
        .bind(numbers)
        .bind(column(lines, |line| line.day.to_string()))
        .bind(column(lines, |line| line.kind))
        .bind(column(lines, |line| line.what.as_str()))
        .bind(column(lines, |line| line.reversal))
        .bind(column(lines, |line| line.brand.as_str()))
        .bind(column(lines, |line| line.campaign.as_str()))
        .bind(column(lines, |line| line.creator.as_str()))
        .bind(column(lines, |line| line.deliverable.as_deref()))
        .bind(column(lines, |line| line.account.as_deref()))
        .bind(column(lines, |line| line.po.as_deref()))
        .bind(column(lines, |line| line.invoice.as_deref()))
        .bind(column(lines, |line| line.currency))
        .bind(column(lines, |line| line.net))
        .bind(column(lines, |line| line.vat))
        .bind(column(lines, |line| line.gross));
    query.execute(connection).await.map(drop)
}
