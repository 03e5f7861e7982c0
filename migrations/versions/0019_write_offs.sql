ALTER TABLE invoices ADD COLUMN written_off_minor BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE invoices DROP CONSTRAINT ck_invoices_state;
ALTER TABLE invoices ADD CONSTRAINT ck_invoices_state
  CHECK (state IN ('issued','collected','uncollectible'));
ALTER TABLE invoices ADD CONSTRAINT ck_invoices_written_off
  CHECK (CASE WHEN state = 'uncollectible' THEN written_off_minor > 0
    AND settled_minor + written_off_minor = gross_minor ELSE written_off_minor = 0 END);
CREATE OR REPLACE FUNCTION invoice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] :=
    '{state,collected_at,settled_minor,written_off_minor,document_key,document_sha256}';
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = '42501';
  END IF;
  IF (to_jsonb(NEW) - moving) <> (to_jsonb(OLD) - moving) THEN
    RAISE EXCEPTION 'an issued invoice is never edited' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TABLE write_offs (
  id UUID NOT NULL,
  invoice_id UUID NOT NULL,
  company_id UUID NOT NULL,
  state TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  ordered_by_user_id UUID NOT NULL,
  ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  approved_by_user_id UUID,
  booked_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_write_offs PRIMARY KEY (id),
  CONSTRAINT ck_write_offs_state CHECK (state IN ('awaiting_approval','booked','lapsed')),
  CONSTRAINT ck_write_offs_amount CHECK (amount_minor > 0),
  CONSTRAINT ck_write_offs_reason_code CHECK (reason_code IN ('insolvency','unreachable','uneconomical','time_barred','agreed')),
  CONSTRAINT ck_write_offs_reasoned CHECK (length(reason) > 0 AND length(evidence) > 0),
  CONSTRAINT ck_write_offs_booked CHECK ((state = 'booked') = (booked_at IS NOT NULL)),
  CONSTRAINT ck_write_offs_four_eyes CHECK (approved_by_user_id IS NULL OR (state = 'booked' AND approved_by_user_id <> ordered_by_user_id)),
  CONSTRAINT fk_write_offs_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
  CONSTRAINT fk_write_offs_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT fk_write_offs_ordered_by_user_id FOREIGN KEY(ordered_by_user_id) REFERENCES users (id),
  CONSTRAINT fk_write_offs_approved_by_user_id FOREIGN KEY(approved_by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_write_offs_approved_by_user_id ON write_offs (approved_by_user_id);
CREATE INDEX ix_write_offs_company_id ON write_offs (company_id);
CREATE INDEX ix_write_offs_invoice_id ON write_offs (invoice_id);
CREATE INDEX ix_write_offs_ordered_at ON write_offs (ordered_at, id);
CREATE INDEX ix_write_offs_ordered_by_user_id ON write_offs (ordered_by_user_id, ordered_at);
CREATE UNIQUE INDEX uq_write_offs_awaiting ON write_offs (invoice_id) WHERE state = 'awaiting_approval';
CREATE TABLE write_off_moves (
  id UUID NOT NULL,
  invoice_id UUID NOT NULL,
  kind TEXT NOT NULL,
  about_id UUID NOT NULL,
  amount_minor BIGINT NOT NULL,
  tax_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_write_off_moves PRIMARY KEY (id),
  CONSTRAINT uq_write_off_moves_kind_about_id UNIQUE (kind, about_id),
  CONSTRAINT ck_write_off_moves_kind CHECK (CASE WHEN kind IN ('written_off','taken_back') THEN amount_minor > 0 WHEN kind = 'recovered' THEN amount_minor < 0 ELSE false END),
  CONSTRAINT ck_write_off_moves_tax CHECK (abs(tax_minor) <= abs(amount_minor)),
  CONSTRAINT ck_write_off_moves_sign CHECK (tax_minor = 0 OR sign(tax_minor) = sign(amount_minor)),
  CONSTRAINT fk_write_off_moves_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);
CREATE INDEX ix_write_off_moves_invoice_id ON write_off_moves (invoice_id);
CREATE TRIGGER write_off_moves_frozen BEFORE UPDATE OR DELETE ON write_off_moves
  FOR EACH ROW EXECUTE FUNCTION money_fact_is_frozen();
CREATE TRIGGER write_off_moves_kept BEFORE TRUNCATE ON write_off_moves
  FOR EACH STATEMENT EXECUTE FUNCTION money_fact_is_frozen();
