DROP TABLE write_off_moves;
DROP TABLE write_offs;
ALTER TABLE invoices DROP CONSTRAINT ck_invoices_written_off;
ALTER TABLE invoices DROP CONSTRAINT ck_invoices_state;
ALTER TABLE invoices ADD CONSTRAINT ck_invoices_state CHECK (state IN ('issued','collected'));
ALTER TABLE invoices DROP COLUMN written_off_minor;
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
