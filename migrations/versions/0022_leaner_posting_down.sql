CREATE OR REPLACE FUNCTION ledger_post(of_id uuid, of_source text, of_key text, of_description text,
  of_effective_at timestamptz, of_recorded_at timestamptz, of_reverses uuid, keys text[],
  currencies text[], amounts bigint[], kinds text[], gains bigint[], entry_ids uuid[],
  account_ids uuid[], OUT outcome text, OUT posted_id uuid) LANGUAGE plpgsql AS $$
DECLARE
  accounts uuid[];
  is_short boolean;
  open_at timestamptz;
BEGIN
  SELECT * INTO outcome, posted_id FROM ledger_known(of_source, of_key, of_reverses);
  IF outcome IS NOT NULL THEN RETURN; END IF;
  LOOP
    SELECT array_agg(a.id ORDER BY w.place) INTO accounts
    FROM unnest(keys, currencies) WITH ORDINALITY AS w(key, currency, place)
    LEFT JOIN ledger_accounts a ON a.key = w.key AND a.currency = w.currency;
    EXIT WHEN array_position(accounts, NULL) IS NULL;
    WITH opened AS (
      INSERT INTO ledger_accounts (id, key, kind, currency, authorises, opened_at)
      SELECT w.id, w.key, w.kind, w.currency, w.gain IS NOT NULL, of_recorded_at
      FROM unnest(keys, currencies, kinds, gains, account_ids, accounts)
           AS w(key, currency, kind, gain, id, known)
      WHERE w.known IS NULL ORDER BY w.key, w.currency
      ON CONFLICT DO NOTHING RETURNING id, authorises)
    INSERT INTO ledger_balances (account_id, available_minor, version)
    SELECT id, 0, 0 FROM opened WHERE authorises;
  END LOOP;
  IF EXISTS (SELECT FROM unnest(gains) AS gain WHERE gain IS NOT NULL) THEN
    SELECT bool_or(held.available_minor + held.gain < 0) INTO is_short FROM (
      SELECT b.available_minor, w.gain FROM unnest(accounts, gains) AS w(id, gain)
      JOIN ledger_balances b ON b.account_id = w.id JOIN ledger_accounts a ON a.id = w.id
      WHERE w.gain IS NOT NULL ORDER BY a.key, a.currency FOR UPDATE OF b) AS held;
    IF is_short THEN
      SELECT * INTO outcome, posted_id FROM ledger_known(of_source, of_key, of_reverses);
      outcome := coalesce(outcome, 'overdrawn');
      RETURN;
    END IF;
  END IF;
  open_at := ledger_open_at(of_effective_at);
  INSERT INTO posting_groups (id, source, key, description, effective_at, recorded_at,
                              reverses_group_id, late_for_at)
  VALUES (of_id, of_source, of_key, of_description, open_at, of_recorded_at, of_reverses,
          CASE WHEN open_at <> of_effective_at THEN of_effective_at END)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT * INTO outcome, posted_id FROM ledger_known(of_source, of_key, of_reverses);
    RETURN;
  END IF;
  INSERT INTO ledger_entries (id, group_id, account_id, currency, amount_minor)
  SELECT w.id, of_id, w.account_id, w.currency, w.minor
  FROM unnest(entry_ids, accounts, currencies, amounts) AS w(id, account_id, currency, minor);
  UPDATE ledger_balances b SET available_minor = b.available_minor + w.gain,
                               version = b.version + 1
  FROM unnest(accounts, gains) AS w(id, gain) WHERE b.account_id = w.id AND w.gain IS NOT NULL;
  outcome := 'posted';
  posted_id := of_id;
END $$;
