CREATE TABLE dunning_steps (
  invoice_id UUID NOT NULL,
  counts_from_on DATE NOT NULL,
  step TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_dunning_steps PRIMARY KEY (invoice_id, counts_from_on, step),
  CONSTRAINT ck_dunning_steps_step CHECK (step IN ('due_soon','overdue','reminded','last_call','stopped')),
  CONSTRAINT fk_dunning_steps_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);
CREATE TABLE credit_stops (
  id UUID NOT NULL,
  company_id UUID NOT NULL,
  limit_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  stopped_at TIMESTAMP WITH TIME ZONE NOT NULL,
  lifted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_credit_stops PRIMARY KEY (id),
  CONSTRAINT ck_credit_stops_limit CHECK (limit_minor >= 0),
  CONSTRAINT ck_credit_stops_lifted CHECK (lifted_at IS NULL OR lifted_at >= stopped_at),
  CONSTRAINT fk_credit_stops_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);
CREATE INDEX ix_credit_stops_company_id ON credit_stops (company_id);
CREATE UNIQUE INDEX uq_credit_stops_open ON credit_stops (company_id) WHERE lifted_at IS NULL;
