CREATE TABLE payment_methods (
  id UUID NOT NULL,
  company_id UUID NOT NULL,
  state TEXT NOT NULL,
  provider_customer_id TEXT,
  provider_session_id TEXT,
  setup_url TEXT,
  provider_method_id TEXT,
  kind TEXT,
  brand TEXT,
  last_four TEXT,
  expires_year BIGINT,
  expires_month BIGINT,
  consent_version TEXT NOT NULL,
  consent_language TEXT NOT NULL,
  consent_text TEXT NOT NULL,
  consented_by_user_id UUID NOT NULL,
  consented_at TIMESTAMP WITH TIME ZONE NOT NULL,
  looked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  saved_at TIMESTAMP WITH TIME ZONE,
  removed_at TIMESTAMP WITH TIME ZONE,
  forgotten_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_payment_methods PRIMARY KEY (id),
  CONSTRAINT ck_payment_methods_state CHECK (state IN ('intended','open','active','expired','removed')),
  CONSTRAINT ck_payment_methods_open_has_page CHECK (state <> 'open' OR (provider_session_id IS NOT NULL AND setup_url IS NOT NULL)),
  CONSTRAINT ck_payment_methods_saved CHECK ((state IN ('active','removed')) = (saved_at IS NOT NULL) AND (saved_at IS NULL OR (provider_customer_id IS NOT NULL AND provider_method_id IS NOT NULL AND kind IS NOT NULL))),
  CONSTRAINT ck_payment_methods_removed CHECK ((state = 'removed') = (removed_at IS NOT NULL)),
  CONSTRAINT ck_payment_methods_forgotten CHECK (forgotten_at IS NULL OR state = 'removed'),
  CONSTRAINT ck_payment_methods_consent_language CHECK (consent_language IN ('en','de')),
  CONSTRAINT uq_payment_methods_provider_session_id UNIQUE (provider_session_id),
  CONSTRAINT uq_payment_methods_provider_method_id UNIQUE (provider_method_id),
  CONSTRAINT fk_payment_methods_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT fk_payment_methods_consented_by_user_id FOREIGN KEY(consented_by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_payment_methods_company_id ON payment_methods (company_id, consented_at, id);
CREATE INDEX ix_payment_methods_consented_by_user_id ON payment_methods (consented_by_user_id);
CREATE INDEX ix_payment_methods_open ON payment_methods (looked_at) WHERE state = 'open';
CREATE INDEX ix_payment_methods_to_forget ON payment_methods (removed_at) WHERE state = 'removed' AND forgotten_at IS NULL;
ALTER TABLE collections ADD COLUMN payment_method_id UUID;
ALTER TABLE collections ADD COLUMN provider_intent_id TEXT;
ALTER TABLE collections ADD COLUMN outcome_code TEXT;
ALTER TABLE collections ADD CONSTRAINT fk_collections_payment_method_id FOREIGN KEY(payment_method_id) REFERENCES payment_methods (id);
ALTER TABLE collections ADD CONSTRAINT uq_collections_provider_intent_id UNIQUE (provider_intent_id);
ALTER TABLE collections DROP CONSTRAINT ck_collections_kind;
ALTER TABLE collections ADD CONSTRAINT ck_collections_kind CHECK (kind IN ('checkout','recorded','charge'));
ALTER TABLE collections DROP CONSTRAINT ck_collections_open_has_page;
ALTER TABLE collections ADD CONSTRAINT ck_collections_open_has_page CHECK (state <> 'open' OR CASE kind WHEN 'charge' THEN provider_intent_id IS NOT NULL ELSE provider_session_id IS NOT NULL AND checkout_url IS NOT NULL END);
ALTER TABLE collections DROP CONSTRAINT ck_collections_checkout_has_figures;
ALTER TABLE collections ADD CONSTRAINT ck_collections_checkout_has_figures CHECK (state <> 'paid' OR kind = 'recorded' OR (balance_transaction_id IS NOT NULL AND stripe_fee_minor IS NOT NULL AND available_at IS NOT NULL));
ALTER TABLE collections ADD CONSTRAINT ck_collections_charge_has_method CHECK ((kind = 'charge') = (payment_method_id IS NOT NULL) AND (kind <> 'charge' OR invoice_id IS NOT NULL));
DROP INDEX ix_collections_to_clear;
CREATE INDEX ix_collections_to_clear ON collections (available_at) WHERE state = 'paid' AND kind <> 'recorded' AND cleared_at IS NULL;
CREATE UNIQUE INDEX uq_collections_charge ON collections (invoice_id, payment_method_id) WHERE kind = 'charge';
CREATE INDEX ix_collections_payment_method_id ON collections (payment_method_id);
