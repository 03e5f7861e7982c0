DROP TABLE ledger_period_steps;
DROP TABLE ledger_periods;
DROP TABLE ledger_snapshots;
DROP FUNCTION IF EXISTS ledger_period_is_open() CASCADE;
DROP FUNCTION IF EXISTS ledger_open_at(timestamptz) CASCADE;
DROP FUNCTION IF EXISTS ledger_hold_month(date) CASCADE;
DROP FUNCTION IF EXISTS ledger_month(timestamptz) CASCADE;
CREATE OR REPLACE FUNCTION ledger_group_text(of_group uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(g.id, g.source, g.key, g.description, ledger_text(g.effective_at),
           ledger_text(g.recorded_at), g.reverses_group_id,
           (SELECT jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                             ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id)
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.group_id = g.id))::text
  FROM posting_groups g WHERE g.id = of_group
$$;
ALTER TABLE posting_groups DROP COLUMN late_for_at;
