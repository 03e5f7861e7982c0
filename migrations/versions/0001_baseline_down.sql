-- Takes the first release away again.

DROP TRIGGER IF EXISTS tg_pgqueuer_changed ON pgqueuer;
DROP FUNCTION IF EXISTS fn_pgqueuer_changed;
DROP TABLE IF EXISTS pgqueuer;
DROP TABLE IF EXISTS pgqueuer_log;
DROP TABLE IF EXISTS pgqueuer_schedules;
DROP TABLE IF EXISTS pgqueuer_statistics;
DROP TYPE IF EXISTS pgqueuer_status;
DROP TYPE IF EXISTS pgqueuer_statistics_status;

ALTER TABLE time_entries DROP CONSTRAINT IF EXISTS ex_time_entries_no_overlap;

DROP FUNCTION IF EXISTS ledger_group_text(uuid) CASCADE;
DROP FUNCTION IF EXISTS ledger_text(timestamptz) CASCADE;

DROP FUNCTION IF EXISTS ledger_group_balances() CASCADE;
DROP FUNCTION IF EXISTS ledger_group_has_entries() CASCADE;
DROP FUNCTION IF EXISTS ledger_currency_matches() CASCADE;
DROP FUNCTION IF EXISTS ledger_is_append_only() CASCADE;

DROP FUNCTION IF EXISTS invoice_line_is_frozen() CASCADE;

DROP FUNCTION IF EXISTS invoice_is_frozen() CASCADE;

DROP TABLE payout_lines;

DROP TABLE invoice_lines;

DROP TABLE pay_lines;

DROP TABLE bill_lines;

DROP TABLE time_entries;

DROP TABLE approvals;

DROP TABLE timesheet_steps;

DROP TABLE timesheets;

DROP TABLE engagement_steps;

DROP TABLE engagement_limits;

DROP TABLE engagement_pay_terms;

DROP TABLE engagement_bill_terms;

DROP TABLE offer_steps;

DROP TABLE offer_pay_terms;

DROP TABLE offer_bill_terms;

DROP TABLE engagements;

DROP TABLE evidence_readings;

DROP TABLE offers;

DROP TABLE application_steps;

DROP TABLE application_pay_terms;

DROP TABLE application_bill_terms;

DROP TABLE verifications;

DROP TABLE evidence_documents;

DROP TABLE position_pay_terms;

DROP TABLE position_bill_terms;

DROP TABLE payout_attempts;

DROP TABLE payout_steps;

DROP TABLE collections;

DROP TABLE invoice_tax_groups;

DROP TABLE applications;

DROP TABLE asking_pay;

DROP TABLE trainer_week_caps;

DROP TABLE capacities;

DROP TABLE credentials;

DROP TABLE trainer_languages;

DROP TABLE trainer_skills;

DROP TABLE project_bill_terms;

DROP TABLE project_steps;

DROP TABLE positions;

DROP TABLE payouts;

DROP TABLE payout_accounts;

DROP TABLE invoices;

DROP TABLE refresh_tokens;

DROP TABLE access_tokens;

DROP TABLE trainers;

DROP TABLE rate_cards;

DROP TABLE projects;

DROP TABLE payout_runs;

DROP TABLE mail_deliveries;

DROP TABLE ledger_links;

DROP TABLE ledger_balances;

DROP TABLE ledger_entries;

DROP TABLE invoice_runs;

DROP TABLE issuer_profiles;

DROP TABLE grants;

DROP TABLE api_keys;

DROP TABLE one_time_tokens;

DROP TABLE sign_in_sessions;

DROP TABLE used_codes;

DROP TABLE exports;

DROP TABLE fee_terms;

DROP TABLE credit_terms;

DROP TABLE billing_profiles;

DROP TABLE company_members;

DROP TABLE cap_counters;

DROP TABLE posting_groups;

DROP TABLE ledger_accounts;

DROP TABLE limits;

DROP TABLE inbox_events;

DROP TABLE kept_answers;

DROP TABLE clock_offsets;

DROP TABLE invoice_series;

DROP TABLE users;

DROP TABLE companies;

DROP TYPE IF EXISTS uuidrange;
