CREATE TABLE suspense_items (
  id UUID NOT NULL,
  state TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  received_on DATE NOT NULL,
  payer TEXT NOT NULL,
  reference TEXT NOT NULL,
  recorded_by_user_id UUID NOT NULL,
  recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
  company_id UUID,
  invoice_id UUID,
  return_reference TEXT,
  ended_by_user_id UUID,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_suspense_items PRIMARY KEY (id),
  CONSTRAINT uq_suspense_items_received_on_reference_amount_minor_currency UNIQUE (received_on, reference, amount_minor, currency),
  CONSTRAINT ck_suspense_items_amount CHECK (amount_minor > 0),
  CONSTRAINT ck_suspense_items_said CHECK (length(payer) > 0 AND length(reference) > 0),
  CONSTRAINT ck_suspense_items_state CHECK (CASE state WHEN 'open' THEN ended_at IS NULL AND ended_by_user_id IS NULL AND company_id IS NULL AND return_reference IS NULL WHEN 'assigned' THEN ended_at IS NOT NULL AND ended_by_user_id IS NOT NULL AND company_id IS NOT NULL AND return_reference IS NULL WHEN 'returned' THEN ended_at IS NOT NULL AND ended_by_user_id IS NOT NULL AND company_id IS NULL AND return_reference IS NOT NULL ELSE false END),
  CONSTRAINT ck_suspense_items_whose CHECK (invoice_id IS NULL OR company_id IS NOT NULL),
  CONSTRAINT fk_suspense_items_recorded_by_user_id FOREIGN KEY(recorded_by_user_id) REFERENCES users (id),
  CONSTRAINT fk_suspense_items_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
  CONSTRAINT fk_suspense_items_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
  CONSTRAINT fk_suspense_items_ended_by_user_id FOREIGN KEY(ended_by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_suspense_items_company_id ON suspense_items (company_id);
CREATE INDEX ix_suspense_items_ended_by_user_id ON suspense_items (ended_by_user_id);
CREATE INDEX ix_suspense_items_invoice_id ON suspense_items (invoice_id);
CREATE INDEX ix_suspense_items_recorded_at ON suspense_items (recorded_at, id);
CREATE INDEX ix_suspense_items_recorded_by_user_id ON suspense_items (recorded_by_user_id);
