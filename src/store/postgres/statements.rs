//! Every statement that goes to the database, and nothing else does.
//!
//! Owns: the text. It stays in what PostgreSQL, YugabyteDB, CockroachDB and Citus share: no declarative partitions, no
//! advisory locks, nothing that a server wakes us up with, and no DELETE that is not bounded by the keys or the number it
//! is given. A test parses each and refuses what is not on its list.
//!
//! `bucket` is the first column of the key of everything that is scanned in order: YugabyteDB spreads rows by a hash of the
//! first column and Citus by a column of choice, and a scan stays within one bucket on both. There is one, number 0.

macro_rules! statements {
    ($($(#[doc = $doc:literal])+ $name:ident = $sql:expr;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = $sql;)+

        /// All of them, by name.
        #[cfg(test)]
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

statements! {
    /// What the server is, and whether what it confirms lasts.
    SERVER = "SELECT current_setting('server_version_num'), current_setting('transaction_read_only'), \
              current_setting('synchronous_commit')";

    // Schema.

    /// Which tables of ours are there.
    OUR_TABLES = "SELECT table_name::text FROM information_schema.tables \
                  WHERE table_schema = current_schema() AND table_name = 'plimsoll_schema'";
    /// The number of the schema, of one row. `filling` is true from the beginning of a restore to its end.
    MAKE_SCHEMA = "CREATE TABLE IF NOT EXISTS plimsoll_schema (\
                   only_row SMALLINT PRIMARY KEY, version BIGINT NOT NULL, filling BOOLEAN NOT NULL)";
    /// Its row, before any step.
    BEGIN_SCHEMA = "INSERT INTO plimsoll_schema (only_row, version, filling) VALUES (1, 0, FALSE) ON CONFLICT (only_row) DO NOTHING";
    /// The number, while nobody else lifts it.
    LOCK_SCHEMA = "SELECT version FROM plimsoll_schema WHERE only_row = 1 FOR UPDATE";
    /// A step is done.
    RAISE_SCHEMA = "UPDATE plimsoll_schema SET version = $1 WHERE only_row = 1";
    /// Whether a restore was broken off.
    IS_FILLING = "SELECT filling FROM plimsoll_schema WHERE only_row = 1";
    /// A restore begins or ends.
    SET_FILLING = "UPDATE plimsoll_schema SET filling = $1 WHERE only_row = 1";

    /// Step 1: the records.
    MAKE_RECORDS = "CREATE TABLE IF NOT EXISTS plimsoll_records (\
                    bucket SMALLINT NOT NULL, tab SMALLINT NOT NULL, key BYTEA NOT NULL, version BIGINT NOT NULL, \
                    bytes BYTEA NOT NULL, PRIMARY KEY (bucket, tab, key))";
    /// Step 1: the last number given, by table.
    MAKE_COUNTERS = "CREATE TABLE IF NOT EXISTS plimsoll_counters (\
                     bucket SMALLINT NOT NULL, tab SMALLINT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (bucket, tab))";
    /// Step 1: who works on it. One row.
    MAKE_LEASE = "CREATE TABLE IF NOT EXISTS plimsoll_lease (\
                  only_row SMALLINT PRIMARY KEY, token BIGINT NOT NULL, holder TEXT NOT NULL, commits BIGINT NOT NULL, \
                  last_token BIGINT NOT NULL, last_commits BIGINT NOT NULL, until TIMESTAMPTZ NOT NULL)";
    /// Step 1: its row.
    BEGIN_LEASE = "INSERT INTO plimsoll_lease (only_row, token, holder, commits, last_token, last_commits, until) \
                   VALUES (1, 0, '', 0, 0, 0, now()) ON CONFLICT (only_row) DO NOTHING";
    /// Step 2: the newest number of each day, in plain columns.
    MAKE_DAILY = "CREATE TABLE IF NOT EXISTS plimsoll_daily (\
                  bucket SMALLINT NOT NULL, subject TEXT NOT NULL, platform TEXT NOT NULL, metric TEXT NOT NULL, \
                  form TEXT NOT NULL, currency TEXT NOT NULL, day DATE NOT NULL, span_from TIMESTAMPTZ NOT NULL, \
                  value BIGINT NOT NULL, observed_at TIMESTAMPTZ NOT NULL, known_at TIMESTAMPTZ NOT NULL, \
                  PRIMARY KEY (bucket, subject, platform, metric, form, currency, day, span_from))";
    /// Step 2: that table as people read it. Amounts of a day add up; of a total or a gauge there is one a day.
    VIEW_DAILY = "CREATE OR REPLACE VIEW daily_metrics AS \
                  SELECT day, subject, \
                  CASE WHEN split_part(subject, '/', 1) IN ('partnership', 'campaign') THEN split_part(subject, '/', 2) END AS campaign, \
                  CASE split_part(subject, '/', 1) WHEN 'partnership' THEN split_part(subject, '/', 3) \
                  WHEN 'creator' THEN split_part(subject, '/', 2) END AS creator, \
                  platform, metric, form, CAST(SUM(value) AS BIGINT) AS value, NULLIF(currency, '') AS currency, \
                  MAX(observed_at) AS observed_at, MAX(known_at) AS known_at \
                  FROM plimsoll_daily WHERE bucket = 0 GROUP BY day, subject, platform, metric, form, currency";
    /// Step 2: alerts as people read them.
    VIEW_INCIDENTS = "CREATE OR REPLACE VIEW incidents AS \
                      SELECT body ->> 'id' AS id, body ->> 'rule' AS rule, CAST(body ->> 'rule_version' AS BIGINT) AS rule_version, \
                      body ->> 'kind' AS kind, body ->> 'subject' AS subject, body ->> 'brand' AS brand, \
                      body ->> 'campaign' AS campaign, body ->> 'creator' AS creator, body ->> 'stage' AS stage, \
                      CAST(body ->> 'opened_at' AS TIMESTAMPTZ) AS opened_at, \
                      CAST(body ->> 'resolved_at' AS TIMESTAMPTZ) AS resolved_at, \
                      body ->> 'acknowledged_by' AS acknowledged_by, body -> 'receipt' AS receipt, body -> 'avoidable' AS avoidable \
                      FROM (SELECT CAST(convert_from(substring(bytes FROM 3), 'UTF8') AS JSON) AS body \
                      FROM plimsoll_records WHERE bucket = 0 AND tab = 9) AS kept";
    /// Step 2: the lines of the ledger, as the program worked them out last.
    MAKE_LEDGER = "CREATE TABLE IF NOT EXISTS plimsoll_ledger (\
                   bucket SMALLINT NOT NULL, line BIGINT NOT NULL, day DATE NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL, \
                   reversal BOOLEAN NOT NULL, brand TEXT, campaign TEXT NOT NULL, creator TEXT NOT NULL, deliverable TEXT, \
                   account TEXT, po TEXT, invoice TEXT, currency TEXT NOT NULL, net BIGINT NOT NULL, vat BIGINT NOT NULL, \
                   gross BIGINT NOT NULL, as_of TIMESTAMPTZ NOT NULL, PRIMARY KEY (bucket, line))";
    /// Step 2: that table as people read it.
    VIEW_LEDGER = "CREATE OR REPLACE VIEW ledger AS \
                   SELECT day, kind, what, reversal, brand, campaign, creator, deliverable, account, po, invoice, currency, net, \
                   vat, gross, as_of FROM plimsoll_ledger";

    // Transactions.

    /// A change: as if it were alone.
    BEGIN_WRITE = "BEGIN ISOLATION LEVEL SERIALIZABLE";
    /// A copy: everything as it is at one instant.
    BEGIN_COPY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    /// Whoever copies waits for a disk now and then; milliseconds.
    COPY_PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = 600000";
    /// A look, or a step of the schema.
    BEGIN = "BEGIN";
    /// All of it.
    COMMIT = "COMMIT";
    /// None of it.
    ROLLBACK = "ROLLBACK";

    // Workers.

    /// Step 4: who is there.
    MAKE_WORKERS = "CREATE TABLE IF NOT EXISTS plimsoll_workers (\
                    bucket SMALLINT NOT NULL, name TEXT NOT NULL, sources TEXT NOT NULL, until TIMESTAMPTZ NOT NULL, \
                    PRIMARY KEY (bucket, name))";
    /// Step 4: polls that the holder of the lease asks others to make. `until` is the present where nobody has claimed it.
    MAKE_POLLS = "CREATE TABLE IF NOT EXISTS plimsoll_polls (\
                  bucket SMALLINT NOT NULL, id BIGINT NOT NULL, holder BIGINT NOT NULL, source TEXT NOT NULL, \
                  asked BYTEA NOT NULL, worker TEXT NOT NULL, token BIGINT NOT NULL, until TIMESTAMPTZ NOT NULL, \
                  answer BYTEA, PRIMARY KEY (bucket, id))";
    /// A worker is there: $1 who, $2 what it can ask, $3 for how many seconds.
    BE_THERE = "INSERT INTO plimsoll_workers (bucket, name, sources, until) \
                VALUES (0, $1, $2, now() + CAST($3 AS DOUBLE PRECISION) * INTERVAL '1 second') \
                ON CONFLICT (bucket, name) DO UPDATE SET sources = excluded.sources, until = excluded.until";
    /// A worker goes; and so do those that have not been heard of.
    BE_GONE = "DELETE FROM plimsoll_workers WHERE bucket = 0 AND name IN \
               (SELECT name FROM plimsoll_workers WHERE bucket = 0 AND (name = $1 OR until <= now()) LIMIT 1000)";
    /// The workers but this one.
    WHO_IS_THERE = "SELECT name, sources FROM plimsoll_workers WHERE bucket = 0 AND name <> $1 AND until > now() ORDER BY name";
    /// Who has the lease, if it runs. Waits for nobody.
    WHO_HOLDS = "SELECT holder FROM plimsoll_lease WHERE only_row = 1 AND until > now()";
    /// A poll for whoever claims it.
    HAND_OVER_POLL = "INSERT INTO plimsoll_polls (bucket, id, holder, source, asked, worker, token, until) \
                      VALUES (0, $1, $2, $3, $4, '', 0, now()) ON CONFLICT (bucket, id) DO NOTHING";
    /// Some polls that nobody has, and that nobody else is claiming.
    FREE_POLLS = "SELECT id FROM plimsoll_polls WHERE bucket = 0 AND answer IS NULL AND until <= now() AND source IN \
                  (SELECT given.source FROM UNNEST($1::TEXT[]) AS given (source)) ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED";
    /// They are ours: $1 who, $2 which, $3 for how many seconds.
    CLAIM_POLLS = "UPDATE plimsoll_polls SET worker = $1, token = token + 1, \
                   until = now() + CAST($3 AS DOUBLE PRECISION) * INTERVAL '1 second' \
                   WHERE bucket = 0 AND id IN (SELECT given.id FROM UNNEST($2::BIGINT[]) AS given (id)) \
                   RETURNING id, token, source, asked";
    /// Those that still are.
    KEEP_POLLS = "UPDATE plimsoll_polls SET until = now() + CAST($3 AS DOUBLE PRECISION) * INTERVAL '1 second' \
                  WHERE bucket = 0 AND answer IS NULL AND (id, token) IN \
                  (SELECT given.id, given.token FROM UNNEST($1::BIGINT[], $2::BIGINT[]) AS given (id, token))";
    /// An answer; no row where somebody else has claimed it since.
    ANSWER_POLL = "UPDATE plimsoll_polls SET answer = $3 WHERE bucket = 0 AND id = $1 AND token = $2 AND answer IS NULL";
    /// The holder makes it itself, because nobody does.
    TAKE_BACK_POLL = "DELETE FROM plimsoll_polls WHERE bucket = 0 AND answer IS NULL AND until <= now() AND id IN \
                      (SELECT given.id FROM UNNEST($1::BIGINT[]) AS given (id))";
    /// The answers for a holder.
    TAKE_ANSWERS = "DELETE FROM plimsoll_polls WHERE bucket = 0 AND id IN \
                    (SELECT id FROM plimsoll_polls WHERE bucket = 0 AND holder = $1 AND answer IS NOT NULL LIMIT 100) \
                    RETURNING id, answer";
    /// What a worker had claimed is free again.
    GIVE_BACK = "UPDATE plimsoll_polls SET until = now() WHERE bucket = 0 AND worker = $1 AND answer IS NULL";
    /// Some of what was handed over by those who held the lease before.
    FORGET_POLLS = "DELETE FROM plimsoll_polls WHERE bucket = 0 AND id IN \
                    (SELECT id FROM plimsoll_polls WHERE bucket = 0 AND holder <> $1 LIMIT 1000)";

    // Lease.

    /// Who has it. Waits for whoever is committing.
    LOOK_AT_LEASE = "SELECT token, holder, commits, last_token, last_commits, until > now() AS held, \
                     CAST(until AS TEXT) AS until FROM plimsoll_lease WHERE only_row = 1 FOR UPDATE";
    /// It is ours from now on: $1 who, $2 for how many seconds.
    TAKE_LEASE = "UPDATE plimsoll_lease SET token = token + 1, holder = $1, commits = 0, last_token = token, \
                  last_commits = commits, until = now() + CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second' \
                  WHERE only_row = 1 RETURNING token";
    /// It is still ours ($1 the token, $2 seconds). No row: somebody else took it.
    RENEW_LEASE = "UPDATE plimsoll_lease SET until = now() + CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second' \
                   WHERE only_row = 1 AND token = $1 RETURNING commits";
    /// The same, and counts a commit: what every commit begins with, so that they come one after the other and nobody commits
    /// whose lease somebody else has.
    FENCE = "UPDATE plimsoll_lease SET commits = commits + 1, until = now() + CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second' \
             WHERE only_row = 1 AND token = $1 RETURNING commits";
    /// Nobody has it.
    LEAVE_LEASE = "UPDATE plimsoll_lease SET holder = '', until = now() WHERE only_row = 1 AND token = $1";

    // Records.

    /// One record.
    GET = "SELECT version, bytes FROM plimsoll_records WHERE bucket = 0 AND tab = $1 AND key = $2";
    /// Records in key order.
    SCAN = "SELECT key, version, bytes FROM plimsoll_records WHERE bucket = 0 AND tab = $1 AND key >= $2 AND key < $3 \
            ORDER BY key LIMIT $4";
    /// The last numbers given.
    COUNTERS = "SELECT tab, last FROM plimsoll_counters WHERE bucket = 0";
    /// The versions under some keys.
    VERSIONS = "SELECT kept.tab, kept.key, kept.version FROM plimsoll_records AS kept \
                JOIN UNNEST($1::SMALLINT[], $2::BYTEA[]) AS asked (tab, key) ON kept.tab = asked.tab AND kept.key = asked.key \
                WHERE kept.bucket = 0";
    /// Puts records, whatever is there.
    PUT = "INSERT INTO plimsoll_records (bucket, tab, key, version, bytes) \
           SELECT 0, given.tab, given.key, given.version, given.bytes \
           FROM UNNEST($1::SMALLINT[], $2::BYTEA[], $3::BIGINT[], $4::BYTEA[]) AS given (tab, key, version, bytes) \
           ON CONFLICT (bucket, tab, key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes";
    /// Removes records.
    DELETE = "DELETE FROM plimsoll_records WHERE bucket = 0 AND (tab, key) IN \
              (SELECT given.tab, given.key FROM UNNEST($1::SMALLINT[], $2::BYTEA[]) AS given (tab, key))";
    /// How far the counters are now.
    COUNT = "INSERT INTO plimsoll_counters (bucket, tab, last) \
             SELECT 0, given.tab, given.last FROM UNNEST($1::SMALLINT[], $2::BIGINT[]) AS given (tab, last) \
             ON CONFLICT (bucket, tab) DO UPDATE SET last = excluded.last";
    /// Whether there is any record or counter.
    ANY_RECORD = "SELECT 1 FROM plimsoll_records WHERE bucket = 0 LIMIT 1";
    /// Whether anything was ever numbered.
    ANY_COUNTER = "SELECT 1 FROM plimsoll_counters WHERE bucket = 0 LIMIT 1";

    // Emptying what a broken restore left, so many rows at a time.

    /// Some records.
    CLEAR_RECORDS = "DELETE FROM plimsoll_records WHERE bucket = 0 AND (tab, key) IN \
                     (SELECT tab, key FROM plimsoll_records WHERE bucket = 0 LIMIT 5000)";
    /// The counters; there are as many as tables.
    CLEAR_COUNTERS = "DELETE FROM plimsoll_counters WHERE bucket = 0 AND tab IN \
                      (SELECT tab FROM plimsoll_counters WHERE bucket = 0 LIMIT 1000)";
    /// Some days.
    CLEAR_DAILY = "DELETE FROM plimsoll_daily WHERE bucket = 0 AND (subject, platform, metric, form, currency, day, span_from) IN \
                   (SELECT subject, platform, metric, form, currency, day, span_from FROM plimsoll_daily WHERE bucket = 0 LIMIT 5000)";

    // Plain tables.

    /// Puts days, where what is there is not newer.
    PUT_DAILY = "INSERT INTO plimsoll_daily \
                 (bucket, subject, platform, metric, form, currency, day, span_from, value, observed_at, known_at) \
                 SELECT 0, given.subject, given.platform, given.metric, given.form, given.currency, CAST(given.day AS DATE), \
                 CAST(given.span_from AS TIMESTAMPTZ), given.value, CAST(given.observed_at AS TIMESTAMPTZ), \
                 CAST(given.known_at AS TIMESTAMPTZ) \
                 FROM UNNEST($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::BIGINT[], \
                 $9::TEXT[], $10::TEXT[]) \
                 AS given (subject, platform, metric, form, currency, day, span_from, value, observed_at, known_at) \
                 ON CONFLICT (bucket, subject, platform, metric, form, currency, day, span_from) DO UPDATE SET \
                 value = excluded.value, observed_at = excluded.observed_at, known_at = excluded.known_at \
                 WHERE (excluded.observed_at, excluded.known_at) >= (plimsoll_daily.observed_at, plimsoll_daily.known_at)";
    /// Removes days that rest on rows which go.
    DELETE_DAILY = "DELETE FROM plimsoll_daily WHERE bucket = 0 AND (subject, platform, observed_at, known_at) IN \
                    (SELECT given.subject, given.platform, CAST(given.observed_at AS TIMESTAMPTZ), \
                    CAST(given.known_at AS TIMESTAMPTZ) \
                    FROM UNNEST($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[]) \
                    AS given (subject, platform, observed_at, known_at))";
    /// Removes days that rest on sealed rows which go.
    DELETE_DAYS = "DELETE FROM plimsoll_daily WHERE bucket = 0 AND (subject, platform, metric, form, currency, day, span_from) IN \
                   (SELECT kept.subject, kept.platform, kept.metric, kept.form, kept.currency, kept.day, kept.span_from \
                   FROM plimsoll_daily AS kept \
                   JOIN UNNEST($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[]) AS given (subject, platform, first, last) \
                   ON kept.subject = given.subject AND kept.platform = given.platform \
                   WHERE kept.bucket = 0 AND kept.observed_at >= CAST(given.first AS TIMESTAMPTZ) \
                   AND kept.observed_at <= CAST(given.last AS TIMESTAMPTZ))";
    /// Some lines of the ledger.
    CLEAR_BOOKS = "DELETE FROM plimsoll_ledger WHERE bucket = 0 AND line IN \
                   (SELECT line FROM plimsoll_ledger WHERE bucket = 0 LIMIT 5000)";
    /// Puts lines of the ledger, numbered.
    PUT_BOOKS = "INSERT INTO plimsoll_ledger (bucket, line, day, kind, what, reversal, brand, campaign, creator, deliverable, \
                 account, po, invoice, currency, net, vat, gross, as_of) \
                 SELECT 0, given.line, CAST(given.day AS DATE), given.kind, given.what, given.reversal, given.brand, \
                 given.campaign, given.creator, given.deliverable, given.account, given.po, given.invoice, given.currency, \
                 given.net, given.vat, given.gross, now() \
                 FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::BOOLEAN[], $6::TEXT[], $7::TEXT[], \
                 $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::TEXT[], $12::TEXT[], $13::TEXT[], $14::BIGINT[], $15::BIGINT[], \
                 $16::BIGINT[]) AS given (line, day, kind, what, reversal, brand, campaign, creator, deliverable, account, po, \
                 invoice, currency, net, vat, gross) \
                 ON CONFLICT (bucket, line) DO NOTHING";
}
