"""One way to break each identity that the proof lists, past all triggers and constraints.

Identity → (statements, what its breach must name). Ids in braces are of the world's only row of a
table; `{key}` is that of the trainer's payable account.
"""

BREAKS: dict[str, tuple[str, str]] = {
    "ledger: entries sum to zero per currency": (
        "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE id = {ledger_entries}",
        "USD sums to 1",
    ),
    "ledger: every group balances and has two entries or more": (
        "DELETE FROM ledger_entries WHERE group_id = {posting_groups}",
        "group {posting_groups}",
    ),
    "ledger: an entry has the currency of its account": (
        "UPDATE ledger_entries SET currency = 'EUR' WHERE id = {ledger_entries}",
        "entry {ledger_entries} is in EUR",
    ),
    "ledger: balance rows are the sums of their entries": (
        "UPDATE ledger_balances SET available_minor = 7 WHERE account_id = {payable}",
        "liability:trainer:{trainers}:payable in USD: balance row 7",
    ),
    "ledger: no authorising account is overdrawn": (
        "ALTER TABLE ledger_balances DROP CONSTRAINT ck_ledger_balances_available;"
        "UPDATE ledger_balances SET available_minor = -7 WHERE account_id = {payable}",
        "liability:trainer:{trainers}:payable in USD: -7",
    ),
    "ledger: a reversal is the mirror image of its group": (
        "UPDATE posting_groups SET reverses_group_id = (SELECT id FROM posting_groups WHERE id <>"
        " {posting_groups} LIMIT 1) WHERE id = {posting_groups}",
        "group {posting_groups} reverses",
    ),
    "ledger: the hash chain is unbroken": (
        "UPDATE posting_groups SET description = 'Altered' WHERE id = {posting_groups}",
        "no longer fits group {posting_groups}",
    ),
    "ledger: a snapshot is the sum of the entries before it": (
        "INSERT INTO ledger_snapshots (account_id, before_id, balance_minor, currency, taken_at)"
        " SELECT id, 'ffffffff-0000-7000-8000-000000000000', 7, currency, now()"
        " FROM ledger_accounts WHERE key = 'income:services'",
        "income:services in USD: snapshot 7",
    ),
    "ledger: a closed month holds what it held when it was closed": (
        "INSERT INTO ledger_periods (month_on, state, posting_count, changed_at)"
        " VALUES ('2001-01-01', 'closed', 3, now())",
        "month 2001-01-01: 0 postings, 3 when it was closed",
    ),
    "ledger: the triggers that keep the books are in force": (
        "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_frozen",
        "trigger ledger_entries_frozen on ledger_entries is disabled",
    ),
    "ledger: accounts follow the chart": (
        "UPDATE ledger_accounts SET authorises = false WHERE id = {payable}",
        "liability:trainer:{trainers}:payable in USD: authorises is False",
    ),
    "each company has one owner who may act": (
        "DELETE FROM grants WHERE subject_id = {companies}",
        "company {companies}: 0 owners",
    ),
    "credit terms are in the company's currency": (
        "INSERT INTO credit_terms (id, company_id, kind, net_days, credit_limit_minor, currency,"
        " funding_rule, effective_at) VALUES (gen_random_uuid(), {companies}, 'invoice', 14, 1,"
        " 'EUR', 'on_collection', now())",
        "EUR, company USD",
    ),
    "members and who may act for a company are the same": (
        "UPDATE company_members SET role = 'viewer' WHERE company_id = {companies}",
        "company {companies}: user",
    ),
    "a decided credential stands as its latest receipt says": (
        "INSERT INTO credentials (id, trainer_id, type, issuer, jurisdiction, state, form_check,"
        " created_at) VALUES ({trainers}, {trainers}, 'medical_licence', 'Board', 'US', 'verified',"
        " 'none', now())",
        "credential {trainers}: verified, receipt missing",
    ),
    "a credential under check has evidence": (
        "INSERT INTO credentials (id, trainer_id, type, issuer, jurisdiction, state, form_check,"
        " created_at) VALUES ({trainers}, {trainers}, 'medical_licence', 'Board', 'US', 'checking',"
        " 'none', now())",
        "credential {trainers}: no document",
    ),
    "a position has a cap on both sides, in its company's currency, pay within bill": (
        "DELETE FROM position_pay_terms",
        "position {positions}: company USD, bill USD, pay missing",
    ),
    "a project stands as its latest step says": (
        "INSERT INTO project_steps (id, project_id, event, state, actor, at)"
        " VALUES (gen_random_uuid(), {projects}, 'close', 'closed', 'test', 'infinity')",
        "project {projects}: open, latest step closed",
    ),
    "seats taken = engagements that have not ended": (
        "UPDATE positions SET seats_taken = seats_taken + 1",
        "position {positions}: ",
    ),
    "one engagement per accepted offer": (
        "DELETE FROM engagements",
        "offer {offers}: accepted, but without an engagement",
    ),
    "applications hired = offers accepted": (
        "UPDATE applications SET state = 'offered'",
        "application {applications}: offered with 1 accepted offers",
    ),
    "offered pay is what the bill rate leaves": (
        "UPDATE offer_pay_terms SET pay_minor = 1000000",
        "offer {offers}: pays more than its bill rate leaves",
    ),
    "an engagement begins with the terms of its offer": (
        "UPDATE engagement_pay_terms SET pay_minor = pay_minor - 1",
        "engagement {engagements}: other terms than offered",
    ),
    "changed terms hold as agreed, on both sides": (
        "INSERT INTO engagement_terms_changes (id, engagement_id, state, effective_at, created_at,"
        " decided_at, decided_by) VALUES ({engagements}, {engagements}, 'agreed',"
        " '2030-01-01', now(), now(), 'test');"
        "INSERT INTO terms_change_bill_terms SELECT {engagements}, 5, 'USD'",
        "terms change {engagements}: agreed, and other rates stand",
    ),
    "promised minutes = weekly minutes of engagements that have not ended": (
        "DELETE FROM capacities",
        "trainer {trainers}: 0 promised",
    ),
    "used caps = recorded time, reserves and leases": (
        "UPDATE cap_counters SET used = used + 1 WHERE scope = 'engagement_total'",
        "engagement_total {engagements} ",
    ),
    "bill lines hold the approved seconds": (
        "UPDATE bill_lines SET worked_seconds = worked_seconds + 60",
        "approval {approvals}, lines",
    ),
    "pay lines hold the approved seconds": (
        "UPDATE pay_lines SET worked_seconds = worked_seconds + 60",
        "approval {approvals}, lines",
    ),
    "bill lines are rounded once": (
        "UPDATE bill_lines SET minutes = minutes + 1",
        "engagement {engagements}, week",
    ),
    "pay lines are rounded once": (
        "UPDATE pay_lines SET pay_minor = pay_minor + 1",
        "engagement {engagements}, week",
    ),
    "approvals are posted as their lines": (
        "UPDATE pay_lines SET pay_minor = pay_minor + 1",
        "approval {approvals}",
    ),
    "an approved adjustment is one line a side, of its engagement, and no other is one": (
        "INSERT INTO adjustments (id, type, state, engagement_id, company_id, trainer_id, reason,"
        " evidence_ids, currency, expense_minor, at_platform_cost, filed_by, filed_at, decided_at,"
        " decided_by, approval_id, timesheet_id) VALUES ({approvals},"
        " 'expense', 'approved', {engagements}, {companies}, {trainers}, 'Test', '[]', 'USD', 500,"
        " false, 'client', now(), now(), 'test', {approvals}, {timesheets})",
        "adjustment {approvals}, state approved, bill 0, pay 0",
    ),
    "what is taken back is funded when all time approved before it is": (
        "UPDATE approvals SET funded_at = NULL;"
        "INSERT INTO adjustments (id, type, state, engagement_id, company_id, trainer_id, reason,"
        " reason_code, evidence_ids, at_platform_cost, filed_by, filed_at, decided_at,"
        " decided_by, approval_id, timesheet_id) VALUES ({approvals},"
        " 'clawback', 'approved', {engagements}, {companies}, {trainers}, 'Test', 'fraud_proven',"
        " '[1]', false, 'client', now(), now(), 'test', {approvals}, {timesheets})",
        "adjustment {approvals}, funded None, earlier time waits False",
    ),
    "no trainer's time overlaps": (
        "ALTER TABLE time_entries DROP CONSTRAINT ex_time_entries_no_overlap;"
        "INSERT INTO time_entries (id, root_id, trainer_id, engagement_id, company_id,"
        " week_starts_at, source, state, started_at, ended_at, phone_offset_seconds,"
        " said_started_at, said_ended_at, at_platform_cost, version, created_at, changed_at)"
        " SELECT {approvals}, {approvals}, trainer_id, engagement_id, company_id, week_starts_at,"
        " source, 'recorded', ended_at - interval '1 second', ended_at + interval '1 hour', 0,"
        " started_at, ended_at, false, 1, created_at, changed_at FROM time_entries",
        "entry {approvals}",
    ),
    "entries stand where their sheet does": (
        "UPDATE timesheets SET state = 'submitted'",
        "entry {time_entries}, state approved, sheet submitted",
    ),
    "each sheet's rest was approved once": (
        "UPDATE timesheets SET state = 'submitted'",
        "sheet {timesheets}, state submitted",
    ),
    "contested entries wait for one contest, and stand as it was decided": (
        "UPDATE time_entries SET state = 'contested'",
        "entry {time_entries}, state contested",
    ),
    "a sheet that waits or was declined holds nothing else": (
        "UPDATE timesheets SET state = 'contested'",
        "sheet {timesheets}, state contested, contested 0",
    ),
    "nothing said is lost": (
        "UPDATE time_entries SET ended_at = ended_at - interval '1 minute'",
        "entry {time_entries}, kept",
    ),
    "invoice numbers run 1..n in every series": (
        "UPDATE invoice_series SET last_number = last_number + 1",
        "series RE",
    ),
    "an invoice is the sum of its lines and tax groups": (
        "UPDATE invoice_lines SET net_minor = net_minor + 1",
        "{number}: lines ",
    ),
    "tax is computed once per group of lines": (
        "UPDATE invoice_tax_groups SET tax_minor = tax_minor + 1",
        "{number}: group ",
    ),
    "an approved line stands on at most one invoice, as approved": (
        "UPDATE invoice_lines SET minutes = minutes + 1",
        "bill line {bill_lines} stands on 1 invoice lines",
    ),
    "a collected invoice is settled whole and funds its time": (
        "UPDATE approvals SET funded_at = NULL",
        "{number} is collected: ",
    ),
    "receivable = what is open of invoices": (
        "UPDATE invoices SET state = 'issued', collected_at = NULL, settled_minor = 0",
        "asset:receivable:client:{companies}: books 0",
    ),
    "unbilled = approved and not invoiced": (
        "DELETE FROM invoice_lines",
        "asset:unbilled:client:{companies}: books 0",
    ),
    "pending at Stripe = moved there and not yet available": (
        "UPDATE collections SET kind = 'checkout', balance_transaction_id = 'txn_1',"
        " stripe_fee_minor = 3, available_at = now()",
        "asset:stripe:pending: books 0",
    ),
    "a payment is on its invoice or credit, less what was taken back": (
        "UPDATE collections SET returned_minor = 7",
        "7 taken back, refunds and disputes say 0",
    ),
    "what was taken back is missing where its refund or dispute says": (
        "INSERT INTO refunds (id, collection_id, company_id, state, amount_minor, currency,"
        " from_invoice_minor, from_credit_minor, from_us_minor, reason, tries, intended_at,"
        " tried_at) SELECT {companies}, id, {companies}, 'intended', 5, 'USD', 5, 0, 0, 'Test', 0,"
        " now(), now() FROM collections",
        "refund {companies} is intended: 5 USD from the invoice",
    ),
    "wallets, holds and refunds under way = their moves": (
        "INSERT INTO credit_moves (id, company_id, kind, about_id, amount_minor, currency, at)"
        " VALUES ({companies}, {companies}, 'payment', {companies}, 9, 'USD', now())",
        "liability:client:{companies}:prepaid: books 0, rows -9",
    ),
    "disputed money and what it cost = disputes and refunds": (
        "INSERT INTO disputes (id, collection_id, company_id, provider_dispute_id, state, reason,"
        " amount_minor, currency, from_invoice_minor, from_credit_minor, from_us_minor, opened_at)"
        " SELECT {companies}, id, {companies}, 'dp_1', 'withdrawn', 'Test', 5, 'USD', 0, 0, 0,"
        " now() FROM collections",
        "asset:dispute:dp_1: books 0, rows 5",
    ),
    "new time stops only where an invoice has come to it": (
        "INSERT INTO credit_stops (id, company_id, limit_minor, currency, stopped_at)"
        " VALUES ({companies}, {companies}, 5, 'USD', now())",
        "company {companies} may log no new time since",
    ),
    "what a wallet paid is settled on an invoice": (
        "INSERT INTO credit_moves (id, company_id, kind, about_id, amount_minor, currency, at)"
        " VALUES ({companies}, {companies}, 'wallet', {companies}, -9, 'USD', now())",
        "payment {companies} from a wallet: wallet says 9, invoice says 0 USD",
    ),
    "written off = as decided, less what was recovered": (
        "INSERT INTO write_off_moves (id, invoice_id, kind, about_id, amount_minor, tax_minor,"
        " currency, at) SELECT {companies}, id, 'recovered', {companies}, -5, 0, 'USD', now()"
        " FROM invoices",
        "0 written off, decisions less what was recovered say -5",
    ),
    "suspense = money of which nobody knows whose it is": (
        "INSERT INTO suspense_items (id, state, amount_minor, currency, received_on, payer,"
        " reference, recorded_by_user_id, recorded_at) VALUES ({companies}, 'open', 5, 'USD',"
        " '2026-11-25', 'A. Nobody', 'Statement 7', {companies}, now())",
        "liability:suspense: books 0, rows -5 USD",
    ),
    "payout = sum of its lines": (
        "UPDATE payout_lines SET pay_minor = pay_minor - 1",
        "payout {payouts}: ",
    ),
    "one transfer per sent payout, none before": (
        "UPDATE payouts SET transfer_id = 'tr_1'",
        "payout {payouts} is pending with 0 settled transfer attempts",
    ),
    "promised payouts = ledger 'paying'": (
        "UPDATE payouts SET pay_minor = pay_minor - 1",
        "liability:trainer:{trainers}:paying USD: open payouts",
    ),
    "reconciling: Stripe's statement = postings at Stripe, line by line": (
        "INSERT INTO statement_watermarks (account, asked_at) VALUES ('platform', now());"
        "INSERT INTO statement_entries (id, account, provider_id, kind, category, reference,"
        " gross_minor, fee_minor, net_minor, currency, happened_at, available_at, fetched_at)"
        " VALUES ({trainers}, 'platform', 'txn_x', 'charge', 'charge', 'charge:ch_x', 5, 0, 5,"
        " 'USD', '2026-01-01', '2026-01-01', '2026-01-01')",
        "in platform: charge:ch_x, statement txn_x 5, posting none",
    ),
    "books: approved on the bill side = invoiced + unbilled": (
        "UPDATE bill_lines SET bill_minor = bill_minor + 1",
        "company {companies} in USD",
    ),
    "books: approved on the pay side = settled + in flight + payable - owed": (
        "UPDATE pay_lines SET pay_minor = pay_minor + 1",
        "trainer {trainers} in USD",
    ),
    "books: what was approved is what was earned and spent": (
        "UPDATE pay_lines SET pay_minor = pay_minor + 5",
        "expense:trainers in USD: approved lines say",
    ),
    "books: what trainers owe = taken back and not set off yet": (
        "UPDATE pay_lines SET type = 'clawback', adjustment_id = id, minutes = 0,"
        " worked_seconds = 0, pay_rate_minor = 0, pay_minor = -5, owed = true",
        "trainer {trainers} in USD: lines say 5, books say 0",
    ),
    "books: VAT owed = tax on invoices": (
        "UPDATE invoices SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1,"
        " settled_minor = settled_minor + 1",
        "USD: invoices ",
    ),
    "books: money at Stripe = collected there - fees - transferred": (
        "UPDATE payouts SET transfer_id = 'tr_1'",
        "asset:stripe:available in USD: collections and transfers say -",
    ),
    "books: connected balances = transferred - arrived": (
        "UPDATE payouts SET transfer_id = 'tr_1'",
        "asset:stripe:connected:acct_beispiel in USD: payouts say ",
    ),
    "books: only funded pay lines of the payee are paid out, at their amount": (
        "UPDATE payout_lines SET pay_minor = pay_minor - 1",
        "payout {payouts}, line {pay_lines}: funded t",
    ),
}
