//! Who works on a database: one process at a time.
//!
//! One row says who, until when by the database's clock, and under which token; whoever takes it over counts the token up.
//! Every commit begins by renewing the row under its token, so a process that was paused, whose lease another has taken
//! meanwhile, finds no such row and commits nothing. The row also counts the commits of its holder: where an answer to a
//! commit was lost, the count says whether it was done, and while the row is locked no late commit can come behind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row as _};

use super::statements as sql;

/// What the row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    token: i64,
    /// Who has it.
    pub holder: String,
    commits: i64,
    last_token: i64,
    last_commits: i64,
    /// Whether it runs.
    pub held: bool,
    /// Its end, as the database writes it; it moves as long as its holder lives.
    pub until: String,
}

/// Reads the row and keeps it locked to the end of the transaction.
async fn look(connection: &mut PgConnection) -> Result<Lease, sqlx::Error> {
    let row = sqlx::query(sql::LOOK_AT_LEASE).fetch_one(connection).await?;
    Ok(Lease {
        token: row.try_get("token")?,
        holder: row.try_get("holder")?,
        commits: row.try_get("commits")?,
        last_token: row.try_get("last_token")?,
        last_commits: row.try_get("last_commits")?,
        held: row.try_get("held")?,
        until: row.try_get("until")?,
    })
}

/// Who this process is, as an operator would look for it.
#[must_use]
pub fn this_process() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = if machine.trim().is_empty() { "this machine" } else { machine.trim() };
    format!("process {} on {machine}", std::process::id())
}

/// Until when it is known to be ours, by the clock of this machine. It is counted from before the database was asked, so it is
/// over here before anybody can take it there.
#[derive(Debug, Clone)]
pub struct Ours(Arc<Mutex<Instant>>);

impl Ours {
    /// Ours until then.
    #[must_use]
    pub fn until(instant: Instant) -> Self {
        Self(Arc::new(Mutex::new(instant)))
    }

    /// It was renewed.
    pub fn renewed(&self, until: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = std::cmp::max(*kept, until);
    }

    /// Whether it runs.
    #[must_use]
    pub fn now(&self) -> bool {
        this_instant() < *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The instant on this machine. It goes on while the process is stopped.
#[expect(clippy::disallowed_methods, reason = "a lease runs out in real time")]
pub fn this_instant() -> Instant {
    Instant::now()
}

/// What came of taking it.
#[derive(Debug)]
pub enum Taken {
    /// It is ours, under this token.
    Ours(i64),
    /// Somebody has it.
    Held(Lease),
}

/// Takes it, if nobody has it.
pub async fn take(connection: &mut PgConnection, length: Duration) -> Result<Taken, sqlx::Error> {
    sqlx::raw_sql(sql::BEGIN).execute(&mut *connection).await?;
    let lease = look(&mut *connection).await?;
    if lease.held {
        sqlx::raw_sql(sql::ROLLBACK).execute(&mut *connection).await?;
        return Ok(Taken::Held(lease));
    }
    let taking = sqlx::query(sql::TAKE_LEASE).bind(this_process()).bind(length.as_secs_f64());
    let token = taking.fetch_one(&mut *connection).await?.try_get(0)?;
    sqlx::raw_sql(sql::COMMIT).execute(&mut *connection).await?;
    Ok(Taken::Ours(token))
}

/// Keeps it. Answers whether it is still ours.
pub async fn renew(connection: &mut PgConnection, token: i64, length: Duration) -> Result<bool, sqlx::Error> {
    let renewing = sqlx::query(sql::RENEW_LEASE).bind(token).bind(length.as_secs_f64());
    Ok(renewing.fetch_optional(connection).await?.is_some())
}

/// Begins a commit: its number under this token, and nobody else commits until it ends. `None`: the lease is not ours.
pub async fn fence(connection: &mut PgConnection, token: i64, length: Duration) -> Result<Option<i64>, sqlx::Error> {
    let fencing = sqlx::query(sql::FENCE).bind(token).bind(length.as_secs_f64());
    fencing.fetch_optional(connection).await?.map(|row| row.try_get(0)).transpose()
}

/// Gives it back.
pub async fn leave(connection: &mut PgConnection, token: i64) -> Result<(), sqlx::Error> {
    sqlx::query(sql::LEAVE_LEASE).bind(token).execute(connection).await.map(drop)
}

/// What became of a commit whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was done.
    Done,
    /// It was not, and will not be.
    Nothing,
    /// Others have had the lease since, and what they left does not say.
    Unknown,
}

/// Finds out whether the commit of that number under this token was done. Waits for it to end, where it is under way.
pub async fn what_became(connection: &mut PgConnection, token: i64, number: i64) -> Result<Became, sqlx::Error> {
    sqlx::raw_sql(sql::BEGIN).execute(&mut *connection).await?;
    let lease = look(&mut *connection).await?;
    sqlx::raw_sql(sql::ROLLBACK).execute(&mut *connection).await?;
    Ok(lease.says_of(token, number))
}

impl Lease {
    fn says_of(&self, token: i64, number: i64) -> Became {
        let counted = if self.token == token {
            self.commits
        } else if self.last_token == token {
            self.last_commits
        } else {
            return Became::Unknown;
        };
        if number <= counted { Became::Done } else { Became::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ours_from_before_it_was_asked_for() {
        let (past, later) = (this_instant(), this_instant() + Duration::from_hours(1));
        let ours = Ours::until(past);
        assert!(!ours.now());
        ours.renewed(later);
        assert!(ours.now());
        ours.renewed(past);
        assert!(ours.now(), "an answer that comes late takes nothing back");
    }

    #[test]
    fn what_became_of_a_commit_is_counted() {
        let lease = Lease {
            token: 7,
            holder: String::new(),
            commits: 3,
            last_token: 6,
            last_commits: 9,
            held: true,
            until: String::new(),
        };
        for (token, number, became) in [
            (7, 3, Became::Done),
            (7, 4, Became::Nothing),
            (6, 9, Became::Done),
            (6, 10, Became::Nothing),
            (5, 1, Became::Unknown),
        ] {
            assert_eq!(lease.says_of(token, number), became, "{token} {number}");
        }
    }
}
