DROP TABLE wallet_holds;
ALTER TABLE credit_moves DROP CONSTRAINT ck_credit_moves_kind;
ALTER TABLE credit_moves ADD CONSTRAINT ck_credit_moves_kind CHECK (CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END);
ALTER TABLE invoice_settlements DROP CONSTRAINT ck_invoice_settlements_kind;
ALTER TABLE invoice_settlements ADD CONSTRAINT ck_invoice_settlements_kind CHECK (CASE WHEN kind IN ('payment','refund_failed','dispute_won') THEN amount_minor > 0 WHEN kind IN ('refund','dispute_lost') THEN amount_minor < 0 ELSE false END);
ALTER TABLE collections DROP COLUMN company_id;
ALTER TABLE collections ALTER COLUMN invoice_id SET NOT NULL;
ALTER TABLE credit_terms DROP CONSTRAINT ck_credit_terms_kind;
ALTER TABLE credit_terms ADD CONSTRAINT ck_credit_terms_kind CHECK (kind IN ('invoice'));
