//! Promises about the schemas: one schema in two dialects, fit for deleting and for sorting.

use std::collections::BTreeSet;

use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow};

use crate::harness::{on_postgres, open, run};

const SQLITE_COLUMNS: &str = "
    SELECT t.name || '.' || c.name || ' ' ||
        CASE c.type WHEN 'BLOB' THEN 'bytes' ELSE lower(c.type) END || CASE c.\"notnull\" WHEN 1 THEN '' ELSE '?' END
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name || '.' || column_name || ' ' ||
        CASE data_type WHEN 'bytea' THEN 'bytes' ELSE data_type END || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_%'";

/// The name of a primary key's index is SQLite's own affair. PostgreSQL has indexes of another kind for searching, where
/// SQLite has tables whose names begin with `_`.
const SQLITE_INDEXES: &str = "
    SELECT CASE i.origin WHEN 'pk' THEN t.name || '_pkey' ELSE i.name END ||
        CASE i.\"unique\" WHEN 1 THEN ' unique' ELSE '' END || ' ' || t.name || '(' ||
        (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' ||
        CASE i.partial
            WHEN 1 THEN (SELECT substr(sql, instr(sql, ' WHERE ')) FROM sqlite_schema WHERE name = i.name)
            ELSE ''
        END
    FROM sqlite_schema t, pragma_index_list(t.name) i
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\'";

const POSTGRES_INDEXES: &str = "
    SELECT i.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END || ' ' || t.relname || '(' ||
        (
            SELECT string_agg(a.attname, ', ' ORDER BY k.place)
            FROM unnest(x.indkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
        ) || ')' || COALESCE(' WHERE ' || pg_get_expr(x.indpred, t.oid), '')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relname NOT LIKE '\\_%'
        AND i.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')";

const SQLITE_REFERENCES: &str = "
    SELECT t.name || '(' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ') -> ' || f.\"table\" || '(' ||
        group_concat(f.\"to\", ', ' ORDER BY f.seq) || ') ' || lower(f.on_delete)
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\' GROUP BY t.name, f.id";

const POSTGRES_REFERENCES: &str = "
    SELECT t.relname || '(' || own.names || ') -> ' || r.relname || '(' || other.names || ') ' ||
        CASE f.confdeltype WHEN 'c' THEN 'cascade' ELSE 'other' END
    FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid,
        LATERAL (
            SELECT string_agg(a.attname, ', ' ORDER BY k.place) AS names
            FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
        ) own,
        LATERAL (
            SELECT string_agg(a.attname, ', ' ORDER BY k.place) AS names
            FROM unnest(f.confkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number
        ) other
    WHERE f.contype = 'f' AND t.relnamespace = current_schema()::regnamespace";

/// Texts in an index that don't sort by their bytes, as all of SQLite's do.
const POSTGRES_OTHER_COLLATIONS: &str = "
    SELECT DISTINCT t.relname || '.' || a.attname
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid,
        unnest(x.indkey) k (number) JOIN pg_attribute a ON a.attnum = k.number
    WHERE a.attrelid = t.oid AND t.relnamespace = current_schema()::regnamespace
        AND a.attcollation NOT IN (0, (SELECT oid FROM pg_collation WHERE collname = 'C'))";

/// The schema in lines that read the same for both.
#[derive(Debug, PartialEq)]
struct Schema {
    columns: BTreeSet<String>,
    indexes: BTreeSet<String>,
    references: BTreeSet<String>,
}

async fn sqlite_lines(connection: &mut SqliteConnection, sql: &'static str) -> BTreeSet<String> {
    let rows: Vec<SqliteRow> = sqlx::query(sql)
        .fetch_all(connection)
        .await
        .expect("SQLite knows its schema");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn postgres_lines(connection: &mut PgConnection, sql: &'static str) -> BTreeSet<String> {
    let rows: Vec<PgRow> = sqlx::query(sql)
        .fetch_all(connection)
        .await
        .expect("PostgreSQL knows its schema");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn sqlite_schema() -> Schema {
    let folder = tempfile::tempdir().expect("a folder");
    let test = open(format!("sqlite:{}", folder.path().join("stack.db").display())).await;
    let connection = &mut SqliteConnection::connect(&test.url).await.expect("it opens");
    Schema {
        columns: sqlite_lines(connection, SQLITE_COLUMNS).await,
        indexes: sqlite_lines(connection, SQLITE_INDEXES).await,
        references: sqlite_lines(connection, SQLITE_REFERENCES).await,
    }
}

#[test]
fn both_databases_have_the_same_tables_columns_indexes_and_references() {
    on_postgres(|test| async move {
        let connection = &mut PgConnection::connect(&test.url).await.expect("it opens");
        let postgres = Schema {
            columns: postgres_lines(connection, POSTGRES_COLUMNS).await,
            indexes: postgres_lines(connection, POSTGRES_INDEXES).await,
            references: postgres_lines(connection, POSTGRES_REFERENCES).await,
        };
        let sqlite = sqlite_schema().await;
        assert!(
            sqlite.columns.contains("contact_channels.value_folded text"),
            "{sqlite:#?}"
        );
        assert!(sqlite.columns.contains("users.password_hash text?"), "{sqlite:#?}");
        let partial = "contact_channels_auth unique contact_channels(project_id, kind, value) WHERE used_for_auth";
        assert!(sqlite.indexes.contains(partial), "{sqlite:#?}");
        assert_eq!(postgres, sqlite);
    });
}

#[test]
fn postgresql_sorts_and_compares_indexed_texts_by_their_bytes() {
    on_postgres(|test| async move {
        let connection = &mut PgConnection::connect(&test.url).await.expect("it opens");
        assert_eq!(
            postgres_lines(connection, POSTGRES_OTHER_COLLATIONS).await,
            BTreeSet::new()
        );
    });
}

#[test]
fn every_table_goes_with_its_project_and_finds_what_to_delete_by_an_index() {
    run(async {
        let schema = sqlite_schema().await;
        let tables: BTreeSet<&str> = schema
            .columns
            .iter()
            .filter_map(|line| line.split_once('.'))
            .map(|(t, _)| t)
            .collect();
        assert!(tables.len() >= 9, "{tables:?}");
        for table in tables.into_iter().filter(|&table| table != "projects") {
            let mut of_table = schema
                .references
                .iter()
                .filter(|line| line.starts_with(&format!("{table}(")));
            assert!(of_table.clone().count() > 0, "{table} refers to nothing");
            assert!(
                of_table.all(|line| line.ends_with(" cascade")),
                "{table} outlives what it refers to"
            );
        }
        for reference in &schema.references {
            let (referring, _) = reference.split_once(") -> ").expect("a reference");
            let indexed = schema.indexes.iter().any(|line| {
                line.split_once(' ').is_some_and(|(_, rest)| {
                    let of = rest.trim_start_matches("unique ");
                    !of.contains(" WHERE ")
                        && of
                            .strip_prefix(referring)
                            .is_some_and(|rest| rest.starts_with([',', ')']))
                })
            });
            assert!(indexed, "no index begins with {referring})");
        }
    });
}
