//! Several workers on one database: who else is there, and polls that one asks another to make.
//!
//! One worker holds the database's lease (`lease`): it alone judges, delivers, acts and keeps what is heard. The
//! others make polls for it. A poll that is handed over is a row; whoever claims it has it for the length of a lease and under
//! a token that counts up with every claim, so the answer of a worker that was paused, and whose poll another has claimed
//! meanwhile, finds no row and is dropped. Nothing here is lost work: a poll whose row or holder is gone is due at the next
//! tick. Refuses: to know what is asked and answered; these are bytes.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row as _};

use super::address::Address;
use super::hand::pause;
use super::{Options, Ready, lease, statements as sql, trouble};
use crate::store::StoreError;

/// So long a worker counts as there, and a claimed poll as under way, when its worker says nothing more.
pub const LEASE: Duration = Duration::from_secs(5);

/// Connections of one worker: one claims and answers while the other renews.
const CONNECTIONS: u32 = 2;

/// A poll that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which.
    pub id: i64,
    /// Under which it is ours.
    pub token: i64,
    /// The source, as the one who handed it over names it.
    pub source: String,
    /// What is asked.
    pub asked: Vec<u8>,
}

/// A worker that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Process and machine.
    pub name: String,
    /// The sources that it can ask, as it names them.
    pub sources: Vec<String>,
}

/// The database as workers meet in it.
pub struct Crew {
    address: Address,
    pool: PgPool,
    name: String,
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crew({}, {})", self.name, self.address)
    }
}

impl Crew {
    /// Comes to a database that another worker may hold. Makes or lifts its tables where that is to be done.
    ///
    /// # Errors
    ///
    /// The address, the server or the password is wrong, or the database is of a newer program.
    pub async fn join(url: &SecretString, options: &Options) -> Result<Self, StoreError> {
        let ready = Ready::connect(url).await?;
        let address = ready.address.clone();
        drop(ready);
        Ok(Self::at(address, options))
    }

    /// The same where the store is open already.
    pub(super) fn at(address: Address, options: &Options) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(std::cmp::min(options.hangs_after, Duration::from_secs(5)))
            .connect_lazy_with(address.options().clone());
        Self { address, pool, name: lease::this_process() }
    }

    /// The same under another name: in tests one process is several workers.
    #[cfg(test)]
    pub(super) fn called(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Who this worker is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says that this worker is there, and which sources it can ask.
    ///
    /// # Errors
    ///
    /// The database does not answer, or refuses.
    pub async fn present(&self, sources: &[String]) -> Result<(), StoreError> {
        let said = sqlx::query(sql::BE_THERE).bind(&self.name).bind(sources.join("\n")).bind(LEASE.as_secs_f64());
        self.said("say that we are there", said.execute(&self.pool).await).map(drop)
    }

    /// Says that it goes, and gives back what it has claimed.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn leave(&self) -> Result<(), StoreError> {
        const LEAVE: &str = "leave the database";
        self.said(LEAVE, sqlx::query(sql::GIVE_BACK).bind(&self.name).execute(&self.pool).await)?;
        self.said(LEAVE, sqlx::query(sql::BE_GONE).bind(&self.name).execute(&self.pool).await)?;
        self.pool.close().await;
        Ok(())
    }

    /// The other workers.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn others(&self) -> Result<Vec<Worker>, StoreError> {
        let rows = sqlx::query(sql::WHO_IS_THERE).bind(&self.name).fetch_all(&self.pool).await;
        let rows = self.said("see who is there", rows)?;
        let worker = |row: &sqlx::postgres::PgRow| {
            let sources: String = row.try_get(1)?;
            Ok(Worker { name: row.try_get(0)?, sources: sources.lines().map(str::to_owned).collect() })
        };
        self.said("see who is there", rows.iter().map(worker).collect())
    }

    /// Who holds the database; `None` where nobody does.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn holder(&self) -> Result<Option<String>, StoreError> {
        let row = self.said("see who holds it", sqlx::query(sql::WHO_HOLDS).fetch_optional(&self.pool).await)?;
        self.said("see who holds it", row.map(|row| row.try_get(0)).transpose())
    }

    /// Hands a poll over, for whoever claims it. Whoever holds the database does so, under the token of its lease.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn hand_over(&self, (holder, id): (i64, i64), source: &str, asked: &[u8]) -> Result<(), StoreError> {
        let handed = sqlx::query(sql::HAND_OVER_POLL).bind(id).bind(holder).bind(source).bind(asked);
        self.said("hand a poll over", handed.execute(&self.pool).await).map(drop)
    }

    /// Takes back a poll that nobody has, or had and let run out. `false`: somebody has it, or has answered it.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn take_back(&self, id: i64) -> Result<bool, StoreError> {
        let taken = sqlx::query(sql::TAKE_BACK_POLL).bind(vec![id]).execute(&self.pool).await;
        Ok(self.said("take a poll back", taken)?.rows_affected() > 0)
    }

    /// The answers that have come for a holder; they are gone from the database then.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn answers(&self, holder: i64) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        const DEED: &str = "take answers";
        let rows = self.said(DEED, sqlx::query(sql::TAKE_ANSWERS).bind(holder).fetch_all(&self.pool).await)?;
        self.said(DEED, rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect())
    }

    /// Forgets what earlier holders handed over: nobody waits for it.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn forget_others(&self, holder: i64) -> Result<(), StoreError> {
        const DEED: &str = "forget the polls of an earlier holder";
        while self.said(DEED, sqlx::query(sql::FORGET_POLLS).bind(holder).execute(&self.pool).await)?.rows_affected()
            > 0
        {}
        Ok(())
    }

    /// Claims polls of these sources, the longest waiting first, at most so many.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn claim(&self, sources: &[String], most: usize) -> Result<Vec<Claimed>, StoreError> {
        let claimed = self.claim_in_one(sources, i64::try_from(most).unwrap_or(i64::MAX)).await;
        self.said("claim polls", claimed)
    }

    async fn claim_in_one(&self, sources: &[String], most: i64) -> Result<Vec<Claimed>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let free = sqlx::query(sql::FREE_POLLS).bind(sources).bind(most).fetch_all(&mut *transaction).await?;
        let free = free.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        if free.is_empty() {
            return Ok(Vec::new());
        }
        let claiming = sqlx::query(sql::CLAIM_POLLS).bind(&self.name).bind(&free).bind(LEASE.as_secs_f64());
        let rows = claiming.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        let of = |row: &sqlx::postgres::PgRow| {
            Ok(Claimed { id: row.try_get(0)?, token: row.try_get(1)?, source: row.try_get(2)?, asked: row.try_get(3)? })
        };
        rows.iter().map(of).collect()
    }

    /// Keeps polls that are still under way. What is not ours any more stays with whoever has it.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn keep(&self, claimed: &[(i64, i64)]) -> Result<(), StoreError> {
        let (ids, tokens): (Vec<i64>, Vec<i64>) = claimed.iter().copied().unzip();
        let kept = sqlx::query(sql::KEEP_POLLS).bind(ids).bind(tokens).bind(LEASE.as_secs_f64());
        self.said("keep the polls under way", kept.execute(&self.pool).await).map(drop)
    }

    /// Answers a poll. `false`: it is not ours any more, and what we heard is dropped.
    ///
    /// # Errors
    ///
    /// As [`Self::present`].
    pub async fn answer(&self, (id, token): (i64, i64), answer: &[u8]) -> Result<bool, StoreError> {
        let answered = sqlx::query(sql::ANSWER_POLL).bind(id).bind(token).bind(answer).execute(&self.pool).await;
        Ok(self.said("answer a poll", answered)?.rows_affected() > 0)
    }

    /// Waits in real time: what others do is not of the clock of the program.
    pub async fn wait(&self, time: Duration) {
        pause(time).await;
    }

    fn said<T>(&self, deed: &'static str, said: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        said.map_err(|error| trouble::of(deed, &self.address, error).into_error())
    }
}
