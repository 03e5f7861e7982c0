ALTER TABLE credit_terms DROP CONSTRAINT ck_credit_terms_kind;
ALTER TABLE credit_terms ADD CONSTRAINT ck_credit_terms_kind CHECK (kind IN ('invoice','prepaid'));
ALTER TABLE collections ALTER COLUMN invoice_id DROP NOT NULL;
ALTER TABLE collections ADD COLUMN company_id UUID;
UPDATE collections c SET company_id = i.company_id FROM invoices i WHERE i.id = c.invoice_id;
ALTER TABLE collections ALTER COLUMN company_id SET NOT NULL;
ALTER TABLE collections ADD CONSTRAINT fk_collections_company_id FOREIGN KEY(company_id) REFERENCES companies (id);
CREATE INDEX ix_collections_company_id ON collections (company_id);
ALTER TABLE invoice_settlements DROP CONSTRAINT ck_invoice_settlements_kind;
ALTER TABLE invoice_settlements ADD CONSTRAINT ck_invoice_settlements_kind CHECK (CASE WHEN kind IN ('payment','wallet','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END);
ALTER TABLE credit_moves DROP CONSTRAINT ck_credit_moves_kind;
ALTER TABLE credit_moves ADD CONSTRAINT ck_credit_moves_kind CHECK (CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost','wallet') THEN amount_minor < 0 ELSE false END);
CREATE TABLE wallet_holds (
  engagement_id UUID NOT NULL,
  week_starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
  company_id UUID NOT NULL,
  held_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_wallet_holds PRIMARY KEY (engagement_id, week_starts_at),
  CONSTRAINT ck_wallet_holds_held CHECK (held_minor >= 0),
  CONSTRAINT fk_wallet_holds_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
  CONSTRAINT fk_wallet_holds_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);
CREATE INDEX ix_wallet_holds_company_id ON wallet_holds (company_id);
