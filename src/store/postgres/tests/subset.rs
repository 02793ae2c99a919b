//! Every statement is in what PostgreSQL, YugabyteDB, CockroachDB and Citus share. What is not on the list is refused.

use sqlparser::ast::{
    Delete, Expr, FromTable, InTarget, Insert, ObjectType, OnInsert, Query, Select, SetExpr, Statement, TableFactor,
    TableObject,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::store::postgres::statements::ALL;

/// Functions that all four have and that mean the same on each.
const FUNCTIONS: [&str; 10] = [
    "convert_from",
    "current_schema",
    "current_setting",
    "max",
    "now",
    "nullif",
    "split_part",
    "sum",
    "unnest",
    "substring",
];

/// Words that stand for what one of the four does not do, or does differently.
const REFUSED: [&str; 23] = [
    "PARTITION",
    "INHERITS",
    "TABLESPACE",
    "TRIGGER",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "SERIAL",
    "BIGSERIAL",
    "GENERATED",
    "SEQUENCE",
    "NEXTVAL",
    "CTID",
    "XMIN",
    "SAVEPOINT",
    "PREPARED",
    "TRUNCATE",
    "LATERAL",
    "MERGE",
    "MATERIALIZED",
];

fn words(sql: &str) -> Vec<String> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().expect("tokens");
    let word = |token| match token {
        Token::Word(word) => Some(word.value.to_ascii_uppercase()),
        _ => None,
    };
    tokens.into_iter().filter_map(word).collect()
}

/// The functions that are called: words before a bracket that are no words of the language there.
fn calls(sql: &str) -> Vec<String> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().expect("tokens");
    let calls = tokens.windows(2).filter_map(|pair| match pair {
        [Token::Word(word), Token::LParen] => Some(word.value.to_ascii_lowercase()),
        _ => None,
    });
    calls.collect()
}

/// What is wrong with a statement, if anything.
fn fault(sql: &str) -> Option<String> {
    let parsed = match Parser::parse_sql(&PostgreSqlDialect {}, sql) {
        Ok(parsed) => parsed,
        Err(error) => return Some(format!("cannot be parsed: {error}")),
    };
    let [statement] = parsed.as_slice() else { return Some("is not one statement".to_owned()) };
    if let Some(word) =
        words(sql).into_iter().find(|word| REFUSED.contains(&word.as_str()) || word.contains("ADVISORY"))
    {
        return Some(format!("`{word}` is not in the subset"));
    }
    let language = ["in", "as", "values", "asked", "given", "conflict", "key", "from", "exists"];
    let is_known = |call: &str| {
        FUNCTIONS.contains(&call) || language.contains(&call) || call.starts_with("plimsoll_") || call == "cast"
    };
    if let Some(call) = calls(sql).into_iter().find(|call| !is_known(call)) {
        return Some(format!("the function `{call}` is not in the subset"));
    }
    kind(statement)
}

/// The kinds of statement that may be, each with what it may not have.
fn kind(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Query(query) => of_query(query),
        Statement::Insert(Insert {
            table: TableObject::TableName(_),
            source: Some(source),
            on,
            returning: None,
            ..
        }) => {
            if !matches!(on, Some(OnInsert::OnConflict(_))) {
                return Some("an INSERT says what happens on a conflict".to_owned());
            }
            of_query(source)
        }
        Statement::Update(update) => update.selection.is_none().then(|| "an UPDATE names its row".to_owned()),
        Statement::Delete(delete) => of_delete(delete),
        Statement::CreateTable(table) => {
            let keyed = table.to_string().contains("PRIMARY KEY");
            (!table.if_not_exists || !keyed || table.query.is_some())
                .then(|| "a table has a key and may be there".to_owned())
        }
        Statement::CreateView(view) => (!view.or_replace).then(|| "a view may be there".to_owned()),
        Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Set(_) => None,
        Statement::Drop { object_type: ObjectType::Table, .. } => Some("nothing is dropped".to_owned()),
        other => Some(format!("`{other}` is no kind of statement that is used")),
    }
}

fn of_query(query: &Query) -> Option<String> {
    if query.with.is_some() {
        return Some("WITH is not in the subset".to_owned());
    }
    match &*query.body {
        SetExpr::Values(_) => None,
        SetExpr::Select(select) => of_select(select),
        other => Some(format!("`{other}` is no plain SELECT")),
    }
}

fn of_select(select: &Select) -> Option<String> {
    let tables = select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
    tables.into_iter().find_map(|table| match table {
        TableFactor::Table { .. } | TableFactor::UNNEST { .. } | TableFactor::Function { .. } => None,
        TableFactor::Derived { lateral: false, subquery, .. } => of_query(subquery),
        other => Some(format!("`{other}` is no table")),
    })
}

/// A DELETE removes the rows whose keys it is given, or so many.
fn of_delete(delete: &Delete) -> Option<String> {
    let unbounded = || Some("a DELETE is bounded by keys or by a number".to_owned());
    let (FromTable::WithFromKeyword(_), None) = (&delete.from, &delete.using) else { return unbounded() };
    let Some(Expr::BinaryOp { right, .. }) = &delete.selection else { return unbounded() };
    let Expr::In { target: InTarget::Subquery(subquery), negated: false, .. } = &**right else { return unbounded() };
    let given = subquery.to_string().to_ascii_uppercase().contains("UNNEST(");
    if given || subquery.limit_clause.is_some() { of_query(subquery) } else { unbounded() }
}

#[test]
fn every_statement_is_in_the_subset() {
    let faults: Vec<String> =
        ALL.iter().filter_map(|(name, sql)| fault(sql).map(|fault| format!("{name}: {fault}"))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(30 < ALL.len());
}

#[test]
fn what_is_not_in_the_subset_is_refused() {
    for sql in [
        "CREATE TABLE IF NOT EXISTS x (a BIGINT PRIMARY KEY) PARTITION BY RANGE (a)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_xact_lock(1)",
        "LISTEN changes",
        "NOTIFY changes",
        "DELETE FROM plimsoll_records",
        "DELETE FROM plimsoll_records WHERE bucket = 0",
        "DELETE FROM plimsoll_records WHERE bucket = 0 AND tab IN (SELECT tab FROM plimsoll_records)",
        "DELETE FROM plimsoll_records USING plimsoll_lease WHERE bucket = 0",
        "TRUNCATE plimsoll_records",
        "DROP TABLE plimsoll_records",
        "CREATE TABLE x (a BIGSERIAL PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS x (a BIGINT)",
        "INSERT INTO plimsoll_counters (bucket) VALUES (0)",
        "UPDATE plimsoll_lease SET token = 1",
        "SELECT pg_sleep(1)",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SELECT 1; SELECT 2",
        "SELECT ctid FROM plimsoll_records",
        "CREATE INDEX x ON plimsoll_records (key)",
        "COPY plimsoll_records FROM STDIN",
        "SELECT FROM WHERE",
    ] {
        assert!(fault(sql).is_some(), "{sql}");
    }
}

#[test]
fn no_other_text_of_sql_is_in_the_room() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/postgres");
    for file in std::fs::read_dir(folder).expect("the room").flatten().filter(|file| file.path().is_file()) {
        let text = std::fs::read_to_string(file.path()).expect("a file");
        let name = file.file_name().to_string_lossy().into_owned();
        if ["statements.rs", "tests.rs", "server.rs"].contains(&name.as_str()) {
            continue;
        }
        for call in ["query(\"", "raw_sql(\"", "AssertSqlSafe", "format!(\"SELECT", "execute(\""] {
            assert!(!text.contains(call), "{name}: {call}: statements belong into statements.rs");
        }
    }
}
