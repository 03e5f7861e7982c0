DROP TABLE reconciliation_balances;
DROP TABLE reconciliation_differences;
DROP TABLE reconciliation_runs;
DROP TABLE statement_watermarks;
DROP TABLE statement_entries;
DROP TABLE page_passes;
DROP FUNCTION IF EXISTS statement_is_append_only() CASCADE;
