CREATE OR REPLACE FUNCTION invoice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := '{state,collected_at,settled_minor,document_key,document_sha256}';
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = '42501';
  END IF;
  IF (to_jsonb(NEW) - moving) <> (to_jsonb(OLD) - moving) THEN
    RAISE EXCEPTION 'an issued invoice is never edited' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE invoices ADD COLUMN settled_minor BIGINT DEFAULT '0' NOT NULL;
UPDATE invoices SET settled_minor = gross_minor WHERE state = 'collected';
ALTER TABLE invoices ADD CONSTRAINT ck_invoices_settled CHECK (settled_minor BETWEEN 0 AND gross_minor AND (state = 'collected') = (settled_minor = gross_minor));
ALTER TABLE collections ADD COLUMN returned_minor BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE collections ADD CONSTRAINT ck_collections_returned CHECK (returned_minor BETWEEN 0 AND amount_minor);
ALTER TABLE collections ADD CONSTRAINT ck_collections_returned_of_paid CHECK (returned_minor = 0 OR state = 'paid');
DROP INDEX uq_collections_live;
CREATE UNIQUE INDEX uq_collections_live ON collections (invoice_id) WHERE state IN ('intended','open');
CREATE TABLE invoice_settlements (
  id UUID NOT NULL,
  invoice_id UUID NOT NULL,
  collection_id UUID,
  kind TEXT NOT NULL,
  about_id UUID NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_invoice_settlements PRIMARY KEY (id),
  CONSTRAINT uq_invoice_settlements_kind_about_id UNIQUE (kind, about_id),
  CONSTRAINT ck_invoice_settlements_kind CHECK (CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END),
  CONSTRAINT fk_invoice_settlements_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
  CONSTRAINT fk_invoice_settlements_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id)
);
CREATE INDEX ix_invoice_settlements_collection_id ON invoice_settlements (collection_id);
CREATE INDEX ix_invoice_settlements_invoice_id ON invoice_settlements (invoice_id);
CREATE TABLE credit_moves (
  id UUID NOT NULL,
  company_id UUID NOT NULL,
  collection_id UUID,
  kind TEXT NOT NULL,
  about_id UUID NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_credit_moves PRIMARY KEY (id),
  CONSTRAINT uq_credit_moves_kind_about_id UNIQUE (kind, about_id),
  CONSTRAINT ck_credit_moves_kind CHECK (CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END),
  CONSTRAINT fk_credit_moves_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT fk_credit_moves_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id)
);
CREATE INDEX ix_credit_moves_collection_id ON credit_moves (collection_id);
CREATE INDEX ix_credit_moves_company_id ON credit_moves (company_id, at, id);
CREATE TABLE provider_moves (
  provider_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  net_minor BIGINT NOT NULL,
  fee_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  available_at TIMESTAMP WITH TIME ZONE NOT NULL,
  cleared_at TIMESTAMP WITH TIME ZONE,
  booked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_provider_moves PRIMARY KEY (provider_id),
  CONSTRAINT ck_provider_moves_sums CHECK (net_minor <> 0 AND fee_minor >= 0),
  CONSTRAINT uq_provider_moves_reference UNIQUE (reference)
);
CREATE INDEX ix_provider_moves_to_clear ON provider_moves (available_at) WHERE cleared_at IS NULL;
CREATE TABLE refunds (
  id UUID NOT NULL,
  collection_id UUID NOT NULL,
  company_id UUID NOT NULL,
  state TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  from_invoice_minor BIGINT NOT NULL,
  from_credit_minor BIGINT NOT NULL,
  from_us_minor BIGINT NOT NULL,
  reason TEXT NOT NULL,
  ordered_by_user_id UUID,
  provider_refund_id TEXT,
  outcome_code TEXT,
  tries BIGINT NOT NULL,
  absent_since_at TIMESTAMP WITH TIME ZONE,
  intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
  tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
  sending_at TIMESTAMP WITH TIME ZONE,
  sent_at TIMESTAMP WITH TIME ZONE,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_refunds PRIMARY KEY (id),
  CONSTRAINT ck_refunds_state CHECK (state IN ('intended','sending','unknown','sent','declined','failed')),
  CONSTRAINT ck_refunds_parts CHECK (amount_minor > 0 AND from_invoice_minor >= 0 AND from_credit_minor >= 0 AND from_us_minor >= 0 AND amount_minor = from_invoice_minor + from_credit_minor + from_us_minor),
  CONSTRAINT ck_refunds_sent CHECK (state NOT IN ('sent','failed') OR (provider_refund_id IS NOT NULL AND sent_at IS NOT NULL)),
  CONSTRAINT ck_refunds_ended CHECK ((state IN ('declined','failed')) = (ended_at IS NOT NULL)),
  CONSTRAINT fk_refunds_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id),
  CONSTRAINT fk_refunds_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT fk_refunds_ordered_by_user_id FOREIGN KEY(ordered_by_user_id) REFERENCES users (id),
  CONSTRAINT uq_refunds_provider_refund_id UNIQUE (provider_refund_id)
);
CREATE INDEX ix_refunds_collection_id ON refunds (collection_id);
CREATE INDEX ix_refunds_company_id ON refunds (company_id);
CREATE INDEX ix_refunds_intended_at ON refunds (intended_at, id);
CREATE INDEX ix_refunds_ordered_by_user_id ON refunds (ordered_by_user_id);
CREATE INDEX ix_refunds_under_way ON refunds (tried_at) WHERE state IN ('intended','sending','unknown');
CREATE TABLE disputes (
  id UUID NOT NULL,
  collection_id UUID NOT NULL,
  company_id UUID NOT NULL,
  provider_dispute_id TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  from_invoice_minor BIGINT NOT NULL,
  from_credit_minor BIGINT NOT NULL,
  from_us_minor BIGINT NOT NULL,
  evidence_due_at TIMESTAMP WITH TIME ZONE,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_disputes PRIMARY KEY (id),
  CONSTRAINT ck_disputes_state CHECK (state IN ('open','withdrawn','won','lost','closed')),
  CONSTRAINT ck_disputes_parts CHECK (amount_minor > 0 AND (state <> 'lost' OR (from_invoice_minor >= 0 AND from_credit_minor >= 0 AND from_us_minor >= 0 AND amount_minor = from_invoice_minor + from_credit_minor + from_us_minor))),
  CONSTRAINT ck_disputes_closed CHECK ((state IN ('open','withdrawn')) = (closed_at IS NULL)),
  CONSTRAINT fk_disputes_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id),
  CONSTRAINT fk_disputes_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT uq_disputes_provider_dispute_id UNIQUE (provider_dispute_id)
);
CREATE INDEX ix_disputes_collection_id ON disputes (collection_id);
CREATE INDEX ix_disputes_company_id ON disputes (company_id);
CREATE INDEX ix_disputes_opened_at ON disputes (opened_at, id);
INSERT INTO invoice_settlements (id, invoice_id, collection_id, kind, about_id, amount_minor, currency, at)
SELECT gen_random_uuid(), invoice_id, id, 'payment', id, amount_minor, currency, paid_at
FROM collections WHERE state = 'paid';
CREATE FUNCTION money_fact_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'where money went is only ever added to' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER invoice_settlements_frozen BEFORE UPDATE OR DELETE ON invoice_settlements
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER invoice_settlements_kept BEFORE TRUNCATE ON invoice_settlements
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER credit_moves_frozen BEFORE UPDATE OR DELETE ON credit_moves
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER credit_moves_kept BEFORE TRUNCATE ON credit_moves
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
