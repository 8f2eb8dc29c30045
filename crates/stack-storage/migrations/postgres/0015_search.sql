-- Whoever looks for users by a part of a name or address finds them by its trigrams. In SQLite a table does what these
-- indexes do: see the file of the same name there. Where the extension can't be had, searching goes on, more slowly.

DO $$
DECLARE
    home TEXT;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE EXTENSION pg_trgm SCHEMA public;
    END IF;
    SELECT n.nspname INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_trgm';
    EXECUTE format(
        'CREATE INDEX users_display_name_trigrams ON users USING gin (display_name_folded %I.gin_trgm_ops)', home
    );
    EXECUTE format(
        'CREATE INDEX contact_channels_value_trigrams ON contact_channels USING gin (value_folded %I.gin_trgm_ops)', home
    );
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR invalid_schema_name THEN
    RAISE WARNING 'searching for users is slow without the extension pg_trgm: %', SQLERRM;
END $$;
