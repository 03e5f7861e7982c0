ALTER TABLE posting_groups ADD COLUMN late_for_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE posting_groups ADD CONSTRAINT ck_posting_groups_late CHECK (late_for_at < effective_at);
CREATE TABLE ledger_snapshots (
  account_id UUID NOT NULL,
  before_id UUID NOT NULL,
  balance_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_ledger_snapshots PRIMARY KEY (account_id, before_id),
  CONSTRAINT fk_ledger_snapshots_account_id FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
);
CREATE TABLE ledger_periods (
  month_on DATE NOT NULL,
  state TEXT NOT NULL,
  posting_count BIGINT,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_ledger_periods PRIMARY KEY (month_on),
  CONSTRAINT ck_ledger_periods_month CHECK (extract(day FROM month_on) = 1),
  CONSTRAINT ck_ledger_periods_state CHECK (state IN ('open','closed')),
  CONSTRAINT ck_ledger_periods_counted CHECK ((state = 'closed') = (posting_count IS NOT NULL))
);
CREATE TABLE ledger_period_steps (
  id UUID NOT NULL,
  month_on DATE NOT NULL,
  event TEXT NOT NULL,
  reason TEXT,
  open_items JSONB NOT NULL,
  by_user_id UUID NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_ledger_period_steps PRIMARY KEY (id),
  CONSTRAINT ck_ledger_period_steps_event CHECK (event IN ('closed','reopened')),
  CONSTRAINT ck_ledger_period_steps_reason CHECK (reason IS NOT NULL OR (event = 'closed' AND jsonb_array_length(open_items) = 0)),
  CONSTRAINT fk_ledger_period_steps_month_on FOREIGN KEY(month_on) REFERENCES ledger_periods (month_on),
  CONSTRAINT fk_ledger_period_steps_by_user_id FOREIGN KEY(by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_ledger_period_steps_by_user_id ON ledger_period_steps (by_user_id);
CREATE INDEX ix_ledger_period_steps_month_on ON ledger_period_steps (month_on);
CREATE OR REPLACE FUNCTION ledger_group_text(of_group uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (jsonb_build_array(g.id, g.source, g.key, g.description, ledger_text(g.effective_at),
           ledger_text(g.recorded_at), g.reverses_group_id,
           (SELECT jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                             ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id)
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.group_id = g.id)) || CASE WHEN g.late_for_at IS NULL THEN '[]'
           ELSE jsonb_build_array(ledger_text(g.late_for_at)) END)::text
  FROM posting_groups g WHERE g.id = of_group
$$;
CREATE FUNCTION ledger_month(instant timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('month', instant AT TIME ZONE 'UTC')::date
$$;
CREATE FUNCTION ledger_hold_month(of_month date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7331013, of_month - DATE '2000-01-01');
  RETURN NOT EXISTS (SELECT FROM ledger_periods WHERE month_on = of_month AND state = 'closed');
END $$;
CREATE FUNCTION ledger_open_at(instant timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  of_month date := ledger_month(instant);
  found timestamptz := instant;
BEGIN
  WHILE NOT ledger_hold_month(of_month) LOOP
    of_month := of_month + INTERVAL '1 month';
    found := of_month::timestamp AT TIME ZONE 'UTC';
  END LOOP;
  RETURN found;
END $$;
CREATE FUNCTION ledger_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT ledger_hold_month(ledger_month(NEW.effective_at)) THEN
    RAISE EXCEPTION 'the month of % is closed', NEW.effective_at USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER posting_groups_period BEFORE INSERT ON posting_groups
  FOR EACH ROW EXECUTE FUNCTION ledger_period_is_open();
CREATE TRIGGER ledger_snapshots_frozen BEFORE UPDATE OR DELETE ON ledger_snapshots
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_snapshots_kept BEFORE TRUNCATE ON ledger_snapshots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_period_steps_frozen BEFORE UPDATE OR DELETE ON ledger_period_steps
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_period_steps_kept BEFORE TRUNCATE ON ledger_period_steps
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
