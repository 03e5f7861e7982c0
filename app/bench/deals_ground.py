"""Whole deals in a database of its own: weeks logged, approved, invoiced, collected and paid out.

Written by SQL at once, past the triggers, and consistent by construction: every identity of the
books holds on it, or the bench says so.
"""

from collections.abc import Callable

import asyncpg

from app.bench import ground

TRAINERS_EACH = 1_000
ENTRIES_A_WEEK = 12  # of the ledger, for one approved and paid week of one trainer
_COMPANIES = 10


def weeks_for(entries: int) -> int:
    """How many paid weeks give about this many ledger entries."""
    return max(entries // ENTRIES_A_WEEK, 1)


async def lay(connection: asyncpg.Connection, *, entries: int, tell: Callable[[str], None]) -> None:
    """Ten companies, ten thousand trainers, and weeks of thirty hours until `entries` are there."""
    weeks = weeks_for(entries)
    await connection.execute("SET synchronous_commit = off")
    await connection.execute(ground.ID_FUNCTION)
    # Keys and sums hold by construction; checking millions of rows one by one measures nothing.
    await connection.execute("SET session_replication_role = replica")
    for number in range(_COMPANIES):
        for statements in (ground.COMPANY, ground.TRAINERS_SQL, _TERMS):
            await connection.execute(statements.format(group=f"deal{number}"))
    tell(f"{weeks:,} weeks")
    await connection.execute(_WEEKS.format(weeks=weeks, companies=_COMPANIES))
    # Row by row the overlap index would take longer than all the rest.
    overlap = await connection.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'ex_time_entries_no_overlap'"
    )
    await connection.execute("ALTER TABLE time_entries DROP CONSTRAINT ex_time_entries_no_overlap")
    for statement in filter(str.strip, _DEALS.split(";")):
        await connection.execute(statement)
    await connection.execute("SET maintenance_work_mem = '1GB'")
    await connection.execute(
        f"ALTER TABLE time_entries ADD CONSTRAINT ex_time_entries_no_overlap {overlap}"
    )
    tell("the ledger")
    for statement in filter(str.strip, _LEDGER.split(";")):
        await connection.execute(statement)
    tell("the hash chain")
    await connection.execute(_CHAIN)
    await connection.execute("SET session_replication_role = origin")
    tell("VACUUM, ANALYZE")
    await connection.execute("VACUUM (FREEZE, ANALYZE)")


_TERMS = """
INSERT INTO users (id, door, email, email_key, full_name, language, password_hash, created_at)
VALUES (bench_id('{group}', 'owner', 0), 'client', 'owner-{group}@beispiel.example',
        'owner-{group}@beispiel.example', 'Max Muster', 'en', '', now());
INSERT INTO company_members (company_id, user_id, role, joined_at)
VALUES (bench_id('{group}', 'company', 0), bench_id('{group}', 'owner', 0), 'owner', now());
INSERT INTO grants (user_id, subject_id, role)
VALUES (bench_id('{group}', 'owner', 0), bench_id('{group}', 'company', 0), 'owner');
INSERT INTO position_bill_terms VALUES (bench_id('{group}', 'position', 0), 18000, 'USD');
INSERT INTO position_pay_terms VALUES (bench_id('{group}', 'position', 0), 14400, 'USD', now());
INSERT INTO offer_bill_terms
SELECT bench_id('{group}', 'offer', n), 18000, 'USD' FROM generate_series(0, 999) AS n;
INSERT INTO offer_pay_terms
SELECT bench_id('{group}', 'offer', n), 14400, 'USD' FROM generate_series(0, 999) AS n;
INSERT INTO capacities
SELECT bench_id('{group}', 'trainer', n), 2400 FROM generate_series(0, 999) AS n;
INSERT INTO verifications (id, credential_id, method, source, outcome, explanation, decided_at)
SELECT bench_id('{group}', 'verification', n), bench_id('{group}', 'credential', n), 'document',
       'Bench', 'verified', 'Bench', now() FROM generate_series(0, 999) AS n;
"""
# The newest week of all is approved and neither invoiced nor paid.
_WEEKS = """
CREATE TEMP TABLE deal_weeks AS
SELECT n, g, t, w, w < max(w) OVER () AS paid, bench_id(g, 'engagement', t) AS engagement_id,
       bench_id(g, 'company', 0) AS company_id, bench_id(g, 'trainer', t) AS trainer_id,
       bench_id(g, 'project', 0) AS project_id, bench_id(g, 'position', 0) AS position_id,
       'acct_' || g || '_' || t AS account,
       timestamptz '2020-01-06 00:00+00' + make_interval(days => 7 * w) AS starts,
       timestamptz '2020-01-13 09:00+00' + make_interval(days => 7 * w) AS said,
       bench_id('sheet', '', n) AS sheet_id, bench_id('approval', '', n) AS approval_id,
       bench_id('bill', '', n) AS bill_id, bench_id('pay', '', n) AS pay_id,
       bench_id('invoice', g, w) AS invoice_id, bench_id('payout', '', n) AS payout_id
FROM (SELECT n, 'deal' || n % {companies} AS g, (n / {companies} % 1000)::int AS t,
             (n / {companies} / 1000)::int AS w
      FROM generate_series(0::bigint, {weeks} - 1) AS n) AS made;
ANALYZE deal_weeks
"""
_DEALS = """
INSERT INTO timesheets (id, engagement_id, company_id, trainer_id, week_starts_at, week_ends_at,
                        state, sent_back_count, submitted_at, approved_at)
SELECT sheet_id, engagement_id, company_id, trainer_id, starts, starts + interval '7 days',
       'approved', 0, said, said FROM deal_weeks;
INSERT INTO approvals (id, timesheet_id, actor, approved_at, funded_at)
SELECT approval_id, sheet_id, 'system:bench', said, CASE WHEN paid THEN said END FROM deal_weeks;
INSERT INTO time_entries (
  id, root_id, trainer_id, engagement_id, company_id, timesheet_id, week_starts_at, source, state,
  started_at, ended_at, phone_offset_seconds, said_started_at, said_ended_at, at_platform_cost,
  approval_id, version, created_at, changed_at)
SELECT bench_id('entry', d::text, n), bench_id('entry', d::text, n), trainer_id, engagement_id,
       company_id, sheet_id, starts, 'manual', 'approved', at, at + interval '10 hours', 0, at,
       at + interval '10 hours', false, approval_id, 2, at, said
FROM deal_weeks, generate_series(0, 2) AS d,
LATERAL (SELECT starts + make_interval(days => d, hours => 9) AS at) AS begun;
INSERT INTO bill_lines (id, approval_id, engagement_id, trainer_id, project_id, position_id,
                        company_id, week_starts_at, week_ends_at, worked_seconds, minutes,
                        bill_rate_minor, bill_minor, currency, approved_at,
                        credit_released_at, type)
SELECT bill_id, approval_id, engagement_id, trainer_id, project_id, position_id, company_id, starts,
       starts + interval '7 days', 108000, 1800, 18000, 540000, 'USD', said,
       CASE WHEN paid THEN said END, 'time' FROM deal_weeks;
INSERT INTO pay_lines (id, approval_id, engagement_id, trainer_id, week_starts_at, week_ends_at,
                       worked_seconds, minutes, pay_rate_minor, pay_minor, currency, approved_at,
                       type, owed)
SELECT pay_id, approval_id, engagement_id, trainer_id, starts, starts + interval '7 days', 108000,
       1800, 14400, 432000, 'USD', said, 'time', false FROM deal_weeks;
INSERT INTO invoice_runs (id, through_on, created_by_user_id, created_at)
VALUES (bench_id('run', '', 0), '2020-01-01', bench_id('deal0', 'owner', 0), now());
INSERT INTO invoices (id, run_id, company_id, series, year, sequence, number, language, state,
                      currency, net_minor, tax_minor, gross_minor, settled_minor, issuer, buyer,
                      service_from_on, service_to_on, issued_at, issued_on, due_on, collected_at)
SELECT invoice_id, bench_id('run', '', 0), company_id, 'RE', 2020, place, 'RE-' || place, 'en',
       'collected', 'USD', net, net * 19 / 100, net + net * 19 / 100, net + net * 19 / 100,
       '{}', '{}', said::date, said::date, said, said::date, said::date, said
FROM (SELECT invoice_id, company_id, said, count(*) * 540000 AS net,
             row_number() OVER (ORDER BY said, company_id) AS place
      FROM deal_weeks WHERE paid GROUP BY invoice_id, company_id, said) AS made;
INSERT INTO invoice_series SELECT 'RE', 2020, count(*) FROM invoices HAVING count(*) > 0;
INSERT INTO invoice_lines (id, invoice_id, place, bill_line_id, position_title, trainer_label,
                           week_from_on, week_to_on, minutes, bill_rate_minor, net_minor, currency,
                           tax_category, tax_rate_bps, type)
SELECT bench_id('line', '', n), invoice_id, t + 1, bill_id, 'Bench', 'E. M.', starts::date,
       starts::date + 6, 1800, 18000, 540000, 'USD', 'S', 1900, 'time' FROM deal_weeks WHERE paid;
INSERT INTO invoice_tax_groups (invoice_id, category, rate_bps, net_minor, tax_minor, currency)
SELECT id, 'S', 1900, net_minor, tax_minor, 'USD' FROM invoices;
INSERT INTO collections (id, company_id, invoice_id, kind, state, amount_minor, currency,
                         provider_session_id, checkout_url, provider_charge_id,
                         balance_transaction_id, stripe_fee_minor, available_at, cleared_at,
                         intended_at, looked_at, paid_at)
SELECT bench_id('collection', '', sequence), company_id, id, 'checkout', 'paid', gross_minor, 'USD',
       'cs_' || sequence, 'https://pay.example', 'ch_' || sequence, 'txn_' || sequence, 3000,
       issued_at, issued_at, issued_at, issued_at, issued_at FROM invoices;
INSERT INTO invoice_settlements (id, invoice_id, collection_id, kind, about_id, amount_minor,
                                 currency, at)
SELECT c.id, c.invoice_id, c.id, 'payment', c.id, c.amount_minor, c.currency, c.paid_at
FROM collections c;
INSERT INTO payout_runs (id, as_of_at, state, created_by_user_id, created_at)
VALUES (bench_id('run', '', 0), now(), 'finished', bench_id('deal0', 'owner', 0), now());
INSERT INTO payouts (id, run_id, trainer_id, state, pay_minor, currency, provider_account_id,
                     transfer_id, bank_payout_id, created_at, sent_at, settled_at)
SELECT payout_id, bench_id('run', '', 0), trainer_id, 'settled', 432000, 'USD', account, 'tr_' || n,
       'po_' || n, said, said, said FROM deal_weeks WHERE paid;
INSERT INTO payout_lines (payout_id, pay_line_id, pay_minor, currency, live)
SELECT payout_id, pay_id, 432000, 'USD', true FROM deal_weeks WHERE paid;
INSERT INTO payout_attempts (id, payout_id, kind, number, state, amount_minor, currency,
                             destination, provider_id, tries, intended_at, sending_at, finished_at)
SELECT bench_id('attempt', kind, n), payout_id, kind, 1, 'settled', 432000, 'USD', account,
       left(kind, 2) || '_' || n, 1, said, said, said
FROM deal_weeks, unnest(ARRAY['transfer', 'bank_payout']) AS kind WHERE paid;
INSERT INTO cap_counters (scope, scope_id, period, cap, used)
SELECT scope, scope_id, period, 9000000000000000, sum(units) FROM deal_weeks, LATERAL (VALUES
  ('trainer_week', trainer_id, to_char(starts, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 108000),
  ('engagement_week', engagement_id, to_char(starts, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 108000),
  ('engagement_total', engagement_id, '', 108000), ('position_total', position_id, '', 108000),
  ('project_budget', project_id, '', 108000 * 18000::bigint),
  ('credit_limit', company_id, '', CASE WHEN paid THEN 0 ELSE 108000 * 18000::bigint END)
) AS v (scope, scope_id, period, units) GROUP BY scope, scope_id, period
"""
_LEDGER = """
CREATE TEMP TABLE deal_entries AS
SELECT bench_id(source, key, 0) AS group_id, source, key, said, account, minor FROM (
  SELECT 'approval' AS source, approval_id::text AS key, said, v.* FROM deal_weeks, LATERAL (VALUES
    ('asset:unbilled:client:' || company_id, 540000::bigint), ('income:services', -540000),
    ('expense:trainers', 432000), ('liability:trainer:' || trainer_id || ':payable', -432000)
  ) AS v (account, minor)
  UNION ALL
  SELECT 'payout', payout_id || ':decided', said, v.* FROM deal_weeks, LATERAL (VALUES
    ('liability:trainer:' || trainer_id || ':payable', 432000),
    ('liability:trainer:' || trainer_id || ':paying', -432000)) AS v (account, minor) WHERE paid
  UNION ALL
  SELECT 'stripe', 'transfer:tr_' || n, said, v.* FROM deal_weeks, LATERAL (VALUES
    ('asset:stripe:connected:' || deal_weeks.account, 432000), ('asset:stripe:available', -432000)
  ) AS v (account, minor) WHERE paid
  UNION ALL
  SELECT 'stripe', 'bank_payout:po_' || n, said, v.* FROM deal_weeks, LATERAL (VALUES
    ('asset:transit:bank_payout:' || deal_weeks.account, 432000),
    ('asset:stripe:connected:' || deal_weeks.account, -432000)) AS v (account, minor) WHERE paid
  UNION ALL
  SELECT 'stripe', 'paid:po_' || n, said, v.* FROM deal_weeks, LATERAL (VALUES
    ('liability:trainer:' || trainer_id || ':paying', 432000),
    ('asset:transit:bank_payout:' || deal_weeks.account, -432000)) AS v (account, minor) WHERE paid
  UNION ALL
  SELECT 'invoice', i.id::text, issued_at, v.* FROM invoices i, LATERAL (VALUES
    ('asset:receivable:client:' || company_id, gross_minor),
    ('asset:unbilled:client:' || company_id, -net_minor), ('liability:tax:vat:DE', -tax_minor)
  ) AS v (account, minor)
  UNION ALL
  SELECT 'stripe', 'charge:ch_' || sequence, issued_at, v.* FROM invoices i, LATERAL (VALUES
    ('asset:stripe:pending', gross_minor - 3000), ('expense:stripe:processing', 3000),
    ('asset:receivable:client:' || company_id, -gross_minor)) AS v (account, minor)
  UNION ALL
  SELECT 'stripe', 'available:txn_' || sequence, issued_at, v.* FROM invoices i, LATERAL (VALUES
    ('asset:stripe:available', gross_minor - 3000), ('asset:stripe:pending', 3000 - gross_minor)
  ) AS v (account, minor)
) AS made;
INSERT INTO ledger_accounts (id, key, kind, currency, authorises, opened_at)
SELECT bench_id('account', account, 0), account, split_part(account, ':', 1), 'USD',
       account LIKE 'liability:trainer:%', min(said) FROM deal_entries GROUP BY account;
INSERT INTO posting_groups (id, source, key, description, effective_at, recorded_at)
SELECT DISTINCT group_id, source, key, 'Bench', said, said FROM deal_entries;
INSERT INTO ledger_entries (id, group_id, account_id, currency, amount_minor)
SELECT gen_random_uuid(), group_id, a.id, 'USD', minor
FROM deal_entries d JOIN ledger_accounts a ON a.key = d.account;
INSERT INTO ledger_balances (account_id, available_minor, version)
SELECT a.id, -sum(e.amount_minor), count(*)
FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id WHERE a.authorises GROUP BY a.id
"""
_CHAIN = """
DO $$
DECLARE hash bytea := decode(repeat('00', 32), 'hex'); place bigint := 0; of_group record;
BEGIN
  FOR of_group IN
    SELECT g.id, jsonb_build_array(g.id, g.source, g.key, g.description,
             ledger_text(g.effective_at), ledger_text(g.recorded_at), g.reverses_group_id,
             e.entries)::text AS said
    FROM posting_groups g JOIN (
      SELECT e.group_id, jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
               ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id) AS entries
      FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY e.group_id
    ) e ON e.group_id = g.id
    ORDER BY g.recorded_at, g.id
  LOOP
    place := place + 1;
    hash := sha256(hash || convert_to(of_group.said, 'UTF8'));
    INSERT INTO ledger_links (place, group_id, hash) VALUES (place, of_group.id, hash);
  END LOOP;
END $$
"""
