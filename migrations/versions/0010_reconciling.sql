CREATE TABLE page_passes (
  id UUID NOT NULL,
  session_id UUID NOT NULL,
  ticket_hash BYTEA NOT NULL,
  ticket_expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  cookie_hash BYTEA,
  opened_at TIMESTAMP WITH TIME ZONE,
  expires_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_page_passes PRIMARY KEY (id),
  CONSTRAINT ck_page_passes_opened CHECK ((cookie_hash IS NULL) = (opened_at IS NULL) AND (cookie_hash IS NULL) = (expires_at IS NULL)),
  CONSTRAINT fk_page_passes_session_id FOREIGN KEY(session_id) REFERENCES sign_in_sessions (id),
  CONSTRAINT uq_page_passes_ticket_hash UNIQUE (ticket_hash),
  CONSTRAINT uq_page_passes_cookie_hash UNIQUE (cookie_hash)
);
CREATE INDEX ix_page_passes_session_id ON page_passes (session_id);
CREATE TABLE statement_entries (
  id UUID NOT NULL,
  account TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  source_id TEXT,
  reference TEXT NOT NULL,
  gross_minor BIGINT NOT NULL,
  fee_minor BIGINT NOT NULL,
  net_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  available_at TIMESTAMP WITH TIME ZONE NOT NULL,
  fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_statement_entries PRIMARY KEY (id),
  CONSTRAINT uq_statement_entries_account_provider_id UNIQUE (account, provider_id),
  CONSTRAINT ck_statement_entries_net CHECK (net_minor = gross_minor - fee_minor)
);
CREATE INDEX ix_statement_entries_happened_at ON statement_entries (happened_at, id);
CREATE INDEX ix_statement_entries_reference ON statement_entries (account, reference);
CREATE TABLE statement_watermarks (
  account TEXT NOT NULL,
  asked_at TIMESTAMP WITH TIME ZONE,
  window_opened_at TIMESTAMP WITH TIME ZONE,
  window_since_at TIMESTAMP WITH TIME ZONE,
  cursor TEXT,
  CONSTRAINT pk_statement_watermarks PRIMARY KEY (account)
);
CREATE TABLE reconciliation_runs (
  id UUID NOT NULL,
  state TEXT NOT NULL,
  ordered_by_user_id UUID,
  ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  accounts_total BIGINT NOT NULL,
  accounts_done BIGINT NOT NULL,
  lines_compared BIGINT NOT NULL,
  lines_matched BIGINT NOT NULL,
  differences_open BIGINT NOT NULL,
  problem TEXT,
  CONSTRAINT pk_reconciliation_runs PRIMARY KEY (id),
  CONSTRAINT ck_reconciliation_runs_state CHECK (state IN ('ordered','fetching','finished')),
  CONSTRAINT ck_reconciliation_runs_finished CHECK ((state = 'finished') = (finished_at IS NOT NULL)),
  CONSTRAINT fk_reconciliation_runs_ordered_by_user_id FOREIGN KEY(ordered_by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_reconciliation_runs_ordered_at ON reconciliation_runs (ordered_at, id);
CREATE INDEX ix_reconciliation_runs_ordered_by_user_id ON reconciliation_runs (ordered_by_user_id);
CREATE TABLE reconciliation_differences (
  id UUID NOT NULL,
  fingerprint TEXT NOT NULL,
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  reference TEXT NOT NULL,
  provider_entry_id TEXT,
  posting_group_id UUID,
  currency TEXT NOT NULL,
  ledger_currency TEXT,
  provider_minor BIGINT,
  provider_fee_minor BIGINT,
  ledger_minor BIGINT,
  ledger_fee_minor BIGINT,
  cause TEXT NOT NULL,
  happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  resolved_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_reconciliation_differences PRIMARY KEY (id),
  CONSTRAINT ck_reconciliation_differences_kind CHECK (kind IN ('missing_in_ledger','missing_at_provider','amount_differs','twice')),
  CONSTRAINT ck_reconciliation_differences_somebody_says_it CHECK (provider_minor IS NOT NULL OR ledger_minor IS NOT NULL),
  CONSTRAINT fk_reconciliation_differences_posting_group_id FOREIGN KEY(posting_group_id) REFERENCES posting_groups (id)
);
CREATE INDEX ix_reconciliation_differences_first_seen_at ON reconciliation_differences (first_seen_at, id);
CREATE INDEX ix_reconciliation_differences_posting_group_id ON reconciliation_differences (posting_group_id);
CREATE UNIQUE INDEX uq_reconciliation_differences_open ON reconciliation_differences (fingerprint) WHERE resolved_at IS NULL;
CREATE TABLE reconciliation_balances (
  run_id UUID NOT NULL,
  account TEXT NOT NULL,
  bucket TEXT NOT NULL,
  currency TEXT NOT NULL,
  provider_minor BIGINT NOT NULL,
  ledger_minor BIGINT NOT NULL,
  CONSTRAINT pk_reconciliation_balances PRIMARY KEY (run_id, account, bucket, currency),
  CONSTRAINT ck_reconciliation_balances_bucket CHECK (bucket IN ('available','pending','held')),
  CONSTRAINT fk_reconciliation_balances_run_id FOREIGN KEY(run_id) REFERENCES reconciliation_runs (id)
);
CREATE FUNCTION statement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: a statement is kept as it was fetched', TG_OP, TG_TABLE_NAME
    USING ERRCODE = '42501';
END $$;
CREATE TRIGGER statement_entries_frozen BEFORE UPDATE OR DELETE ON statement_entries
  FOR EACH ROW EXECUTE FUNCTION statement_is_append_only();
CREATE TRIGGER statement_entries_kept BEFORE TRUNCATE ON statement_entries
  FOR EACH STATEMENT EXECUTE FUNCTION statement_is_append_only();
