DROP FUNCTION IF EXISTS ledger_post(uuid, text, text, text, timestamptz, timestamptz, uuid, text[],
  text[], bigint[], text[], bigint[], uuid[], uuid[]) CASCADE;
DROP FUNCTION IF EXISTS ledger_known(text, text, uuid) CASCADE;
