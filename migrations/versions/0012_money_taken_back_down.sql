DROP TABLE disputes;
DROP TABLE refunds;
DROP TABLE provider_moves;
DROP TABLE credit_moves;
DROP TABLE invoice_settlements;
DROP FUNCTION IF EXISTS money_fact_is_frozen() CASCADE;
DROP INDEX uq_collections_live;
CREATE UNIQUE INDEX uq_collections_live ON collections (invoice_id) WHERE state <> 'expired';
ALTER TABLE collections DROP COLUMN returned_minor;
ALTER TABLE invoices DROP COLUMN settled_minor;
CREATE OR REPLACE FUNCTION invoice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'an issued invoice is never deleted' USING ERRCODE = '42501';
  END IF;
  IF (to_jsonb(NEW) - '{state,collected_at,document_key,document_sha256}'::text[])
     <> (to_jsonb(OLD) - '{state,collected_at,document_key,document_sha256}'::text[]) THEN
    RAISE EXCEPTION 'an issued invoice is never edited' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
