-- Everything of the first release: our rows, their triggers and constraints, the queue.

CREATE TYPE uuidrange AS RANGE (subtype = uuid);

CREATE TABLE companies (
    id UUID NOT NULL,
    legal_name TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    billing_email TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_companies PRIMARY KEY (id),
    CONSTRAINT ck_companies_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_companies_country CHECK (country ~ '^[A-Z]{2}$')
);

CREATE TABLE users (
    id UUID NOT NULL,
    door TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    full_name TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    email_verified_at TIMESTAMP WITH TIME ZONE,
    totp_secret_sealed BYTEA,
    disabled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_door CHECK (door IN ('client','trainer','finance','operations')),
    CONSTRAINT ck_users_language CHECK (language IN ('en','de')),
    CONSTRAINT ck_users_staff_totp CHECK (door IN ('client','trainer') OR totp_secret_sealed IS NOT NULL)
);

CREATE INDEX ix_users_door_email_key ON users (door, email_key, created_at);

CREATE UNIQUE INDEX uq_users_verified_email ON users (door, email_key) WHERE email_verified_at IS NOT NULL;

CREATE TABLE invoice_series (
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_invoice_series PRIMARY KEY (series, year),
    CONSTRAINT ck_invoice_series_last_number CHECK (last_number >= 0)
);

CREATE TABLE clock_offsets (
    id BIGINT NOT NULL,
    offset_seconds BIGINT NOT NULL,
    CONSTRAINT pk_clock_offsets PRIMARY KEY (id)
);

CREATE TABLE kept_answers (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    body BYTEA NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_kept_answers PRIMARY KEY (scope, key)
);

CREATE INDEX ix_kept_answers_kept_at ON kept_answers (kept_at);

CREATE TABLE inbox_events (
    id UUID NOT NULL,
    source TEXT NOT NULL,
    provider_event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body JSONB NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    CONSTRAINT pk_inbox_events PRIMARY KEY (id),
    CONSTRAINT uq_inbox_events_source_provider_event_id UNIQUE (source, provider_event_id)
);

CREATE UNLOGGED TABLE limits (
    key TEXT NOT NULL,
    arrives_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_limits PRIMARY KEY (key)
);

CREATE TABLE ledger_accounts (
    id UUID NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    authorises BOOLEAN NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_accounts PRIMARY KEY (id),
    CONSTRAINT uq_ledger_accounts_key_currency UNIQUE (key, currency),
    CONSTRAINT ck_ledger_accounts_kind CHECK (kind IN ('asset','liability','income','expense','equity')),
    CONSTRAINT ck_ledger_accounts_kind_of_key CHECK (kind = split_part(key, ':', 1))
);

CREATE TABLE posting_groups (
    id UUID NOT NULL,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reverses_group_id UUID,
    CONSTRAINT pk_posting_groups PRIMARY KEY (id),
    CONSTRAINT uq_posting_groups_source_key UNIQUE (source, key),
    CONSTRAINT uq_posting_groups_reverses_group_id UNIQUE (reverses_group_id),
    CONSTRAINT fk_posting_groups_reverses_group_id FOREIGN KEY(reverses_group_id) REFERENCES posting_groups (id)
);

CREATE INDEX ix_posting_groups_recorded_at ON posting_groups (recorded_at, id);

CREATE TABLE cap_counters (
    scope TEXT NOT NULL,
    scope_id UUID NOT NULL,
    period TEXT NOT NULL,
    cap BIGINT NOT NULL,
    used BIGINT NOT NULL,
    CONSTRAINT pk_cap_counters PRIMARY KEY (scope, scope_id, period),
    CONSTRAINT ck_cap_counters_not_negative CHECK (used >= 0),
    CONSTRAINT ck_cap_counters_within_cap CHECK (used <= cap),
    CONSTRAINT ck_cap_counters_scope CHECK (scope IN ('trainer_week','engagement_week','engagement_total','position_total','project_budget','credit_limit'))
);

CREATE TABLE company_members (
    company_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_company_members PRIMARY KEY (company_id, user_id),
    CONSTRAINT fk_company_members_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_company_members_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_company_members_user_id ON company_members (user_id);

CREATE UNIQUE INDEX uq_company_members_owner ON company_members (company_id) WHERE role = 'owner';

CREATE TABLE billing_profiles (
    company_id UUID NOT NULL,
    legal_name TEXT NOT NULL,
    address JSONB NOT NULL,
    vat_id TEXT,
    tax_treatment TEXT,
    buyer_reference TEXT,
    cost_centre TEXT,
    timezone TEXT NOT NULL,
    requested_terms JSONB,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_billing_profiles PRIMARY KEY (company_id),
    CONSTRAINT fk_billing_profiles_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);

CREATE TABLE credit_terms (
    id UUID NOT NULL,
    company_id UUID NOT NULL,
    kind TEXT NOT NULL,
    net_days BIGINT NOT NULL,
    credit_limit_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    funding_rule TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    granted_by_user_id UUID,
    CONSTRAINT pk_credit_terms PRIMARY KEY (id),
    CONSTRAINT uq_credit_terms_company_id_effective_at UNIQUE (company_id, effective_at),
    CONSTRAINT ck_credit_terms_kind CHECK (kind IN ('invoice')),
    CONSTRAINT ck_credit_terms_net_days CHECK (net_days BETWEEN 0 AND 120),
    CONSTRAINT ck_credit_terms_credit_limit CHECK (credit_limit_minor >= 0),
    CONSTRAINT ck_credit_terms_funding_rule CHECK (funding_rule IN ('on_collection','on_approval')),
    CONSTRAINT fk_credit_terms_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_credit_terms_granted_by_user_id FOREIGN KEY(granted_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_credit_terms_granted_by_user_id ON credit_terms (granted_by_user_id);

CREATE TABLE fee_terms (
    id UUID NOT NULL,
    company_id UUID NOT NULL,
    fee_bps BIGINT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_by_user_id UUID,
    CONSTRAINT pk_fee_terms PRIMARY KEY (id),
    CONSTRAINT uq_fee_terms_company_id_effective_at UNIQUE (company_id, effective_at),
    CONSTRAINT ck_fee_terms_fee_bps CHECK (fee_bps >= 0 AND fee_bps < 10000),
    CONSTRAINT fk_fee_terms_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_fee_terms_set_by_user_id FOREIGN KEY(set_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_fee_terms_set_by_user_id ON fee_terms (set_by_user_id);

CREATE TABLE exports (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    state TEXT NOT NULL,
    rows_written BIGINT NOT NULL,
    file_key TEXT,
    sha256 BYTEA,
    created_by_user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_exports PRIMARY KEY (id),
    CONSTRAINT ck_exports_state CHECK (state IN ('waiting','writing','finished','failed')),
    CONSTRAINT ck_exports_period CHECK (to_on >= from_on),
    CONSTRAINT ck_exports_finished_has_file CHECK ((state = 'finished') = (file_key IS NOT NULL AND sha256 IS NOT NULL AND finished_at IS NOT NULL)),
    CONSTRAINT fk_exports_created_by_user_id FOREIGN KEY(created_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_exports_created_by_user_id ON exports (created_by_user_id);

CREATE INDEX ix_exports_created_at ON exports (created_at, id);

CREATE TABLE used_codes (
    user_id UUID NOT NULL,
    step BIGINT NOT NULL,
    CONSTRAINT pk_used_codes PRIMARY KEY (user_id, step),
    CONSTRAINT fk_used_codes_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE sign_in_sessions (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    address_digest BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_because TEXT,
    CONSTRAINT pk_sign_in_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sign_in_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_sign_in_sessions_user_id ON sign_in_sessions (user_id);

CREATE TABLE one_time_tokens (
    token_hash BYTEA NOT NULL,
    user_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_one_time_tokens PRIMARY KEY (token_hash),
    CONSTRAINT ck_one_time_tokens_purpose CHECK (purpose IN ('verify_email','reset_password')),
    CONSTRAINT fk_one_time_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_one_time_tokens_user_id ON one_time_tokens (user_id);

CREATE TABLE api_keys (
    id UUID NOT NULL,
    subject_id UUID NOT NULL,
    prefix TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    created_by_user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_prefix UNIQUE (prefix),
    CONSTRAINT fk_api_keys_created_by_user_id FOREIGN KEY(created_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_api_keys_subject_id ON api_keys (subject_id);

CREATE INDEX ix_api_keys_created_by_user_id ON api_keys (created_by_user_id);

CREATE TABLE grants (
    user_id UUID NOT NULL,
    subject_id UUID NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT pk_grants PRIMARY KEY (user_id, subject_id),
    CONSTRAINT fk_grants_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_grants_subject_id ON grants (subject_id);

CREATE TABLE issuer_profiles (
    id UUID NOT NULL,
    profile JSONB NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_by_user_id UUID,
    CONSTRAINT pk_issuer_profiles PRIMARY KEY (id),
    CONSTRAINT uq_issuer_profiles_effective_at UNIQUE (effective_at),
    CONSTRAINT fk_issuer_profiles_set_by_user_id FOREIGN KEY(set_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_issuer_profiles_set_by_user_id ON issuer_profiles (set_by_user_id);

CREATE TABLE invoice_runs (
    id UUID NOT NULL,
    through_on DATE NOT NULL,
    company_id UUID,
    created_by_user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invoice_runs PRIMARY KEY (id),
    CONSTRAINT fk_invoice_runs_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_invoice_runs_created_by_user_id FOREIGN KEY(created_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_invoice_runs_created_by_user_id ON invoice_runs (created_by_user_id);

CREATE INDEX ix_invoice_runs_company_id ON invoice_runs (company_id);

CREATE TABLE ledger_entries (
    id UUID NOT NULL,
    group_id UUID NOT NULL,
    account_id UUID NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
    CONSTRAINT ck_ledger_entries_not_zero CHECK (amount_minor <> 0),
    CONSTRAINT fk_ledger_entries_group_id FOREIGN KEY(group_id) REFERENCES posting_groups (id),
    CONSTRAINT fk_ledger_entries_account_id FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
);

CREATE INDEX ix_ledger_entries_group_id ON ledger_entries (group_id);

CREATE INDEX ix_ledger_entries_account_id ON ledger_entries (account_id, id);

CREATE TABLE ledger_balances (
    account_id UUID NOT NULL,
    available_minor BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT pk_ledger_balances PRIMARY KEY (account_id),
    CONSTRAINT ck_ledger_balances_available CHECK (available_minor >= 0),
    CONSTRAINT fk_ledger_balances_account_id FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
);

CREATE TABLE ledger_links (
    place BIGINT NOT NULL,
    group_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_ledger_links PRIMARY KEY (place),
    CONSTRAINT ck_ledger_links_place CHECK (place > 0),
    CONSTRAINT ck_ledger_links_hash CHECK (octet_length(hash) = 32),
    CONSTRAINT uq_ledger_links_group_id UNIQUE (group_id),
    CONSTRAINT fk_ledger_links_group_id FOREIGN KEY(group_id) REFERENCES posting_groups (id)
);

CREATE TABLE mail_deliveries (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    template TEXT NOT NULL,
    state TEXT NOT NULL,
    intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_mail_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_mail_deliveries_state CHECK (state IN ('intended','sent','failed')),
    CONSTRAINT ck_mail_deliveries_template CHECK (template IN ('verify_email','reset_password','address_taken')),
    CONSTRAINT fk_mail_deliveries_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_mail_deliveries_user_id ON mail_deliveries (user_id);

CREATE TABLE payout_runs (
    id UUID NOT NULL,
    as_of_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    created_by_user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payout_runs PRIMARY KEY (id),
    CONSTRAINT ck_payout_runs_state CHECK (state IN ('planned','finished')),
    CONSTRAINT fk_payout_runs_created_by_user_id FOREIGN KEY(created_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_payout_runs_created_by_user_id ON payout_runs (created_by_user_id);

CREATE INDEX ix_payout_runs_created_at ON payout_runs (created_at, id);

CREATE TABLE projects (
    id UUID NOT NULL,
    company_id UUID NOT NULL,
    title TEXT NOT NULL,
    brief TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_projects PRIMARY KEY (id),
    CONSTRAINT ck_projects_state CHECK (state IN ('draft','open','paused','closed')),
    CONSTRAINT fk_projects_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);

CREATE INDEX ix_projects_company_id ON projects (company_id, created_at, id);

CREATE TABLE rate_cards (
    id UUID NOT NULL,
    domain TEXT NOT NULL,
    country_band TEXT NOT NULL,
    currency TEXT NOT NULL,
    pay_cap_minor BIGINT NOT NULL,
    bill_cap_minor BIGINT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    set_by_user_id UUID,
    CONSTRAINT pk_rate_cards PRIMARY KEY (id),
    CONSTRAINT uq_rate_cards_domain_country_band_currency_effective_at UNIQUE (domain, country_band, currency, effective_at),
    CONSTRAINT ck_rate_cards_caps CHECK (pay_cap_minor > 0 AND bill_cap_minor > 0),
    CONSTRAINT ck_rate_cards_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_rate_cards_country_band CHECK (country_band IN ('A','B','C','*')),
    CONSTRAINT fk_rate_cards_set_by_user_id FOREIGN KEY(set_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_rate_cards_effective_at ON rate_cards (effective_at, id);

CREATE INDEX ix_rate_cards_set_by_user_id ON rate_cards (set_by_user_id);

CREATE TABLE trainers (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    full_name TEXT NOT NULL,
    headline TEXT NOT NULL,
    country TEXT NOT NULL,
    timezone TEXT NOT NULL,
    weekly_minutes BIGINT NOT NULL,
    available_from_on DATE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_active_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_trainers PRIMARY KEY (id),
    CONSTRAINT ck_trainers_weekly_minutes CHECK (weekly_minutes BETWEEN 0 AND 10080),
    CONSTRAINT uq_trainers_user_id UNIQUE (user_id),
    CONSTRAINT fk_trainers_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_trainers_created_at ON trainers (created_at);

CREATE TABLE access_tokens (
    token_hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_access_tokens PRIMARY KEY (token_hash),
    CONSTRAINT fk_access_tokens_session_id FOREIGN KEY(session_id) REFERENCES sign_in_sessions (id)
);

CREATE INDEX ix_access_tokens_session_id ON access_tokens (session_id);

CREATE TABLE refresh_tokens (
    token_hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash),
    CONSTRAINT fk_refresh_tokens_session_id FOREIGN KEY(session_id) REFERENCES sign_in_sessions (id)
);

CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);

CREATE TABLE invoices (
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    company_id UUID NOT NULL,
    series TEXT NOT NULL,
    year BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    number TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    issuer JSONB NOT NULL,
    buyer JSONB NOT NULL,
    service_from_on DATE NOT NULL,
    service_to_on DATE NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    issued_on DATE NOT NULL,
    due_on DATE NOT NULL,
    collected_at TIMESTAMP WITH TIME ZONE,
    document_key TEXT,
    document_sha256 BYTEA,
    CONSTRAINT pk_invoices PRIMARY KEY (id),
    CONSTRAINT uq_invoices_series_year_sequence UNIQUE (series, year, sequence),
    CONSTRAINT ck_invoices_state CHECK (state IN ('issued','collected')),
    CONSTRAINT ck_invoices_gross CHECK (gross_minor = net_minor + tax_minor),
    CONSTRAINT ck_invoices_not_negative CHECK (net_minor >= 0 AND tax_minor >= 0),
    CONSTRAINT ck_invoices_sequence CHECK (sequence > 0),
    CONSTRAINT ck_invoices_collected CHECK ((state = 'collected') = (collected_at IS NOT NULL)),
    CONSTRAINT ck_invoices_document CHECK ((document_key IS NULL) = (document_sha256 IS NULL)),
    CONSTRAINT ck_invoices_language CHECK (language IN ('en','de')),
    CONSTRAINT fk_invoices_run_id FOREIGN KEY(run_id) REFERENCES invoice_runs (id),
    CONSTRAINT fk_invoices_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT uq_invoices_number UNIQUE (number)
);

CREATE INDEX ix_invoices_issued_at ON invoices (issued_at, id);

CREATE INDEX ix_invoices_run_id ON invoices (run_id);

CREATE INDEX ix_invoices_company_id ON invoices (company_id, issued_at, id);

CREATE TABLE payout_accounts (
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    provider_account_id TEXT,
    ready BOOLEAN NOT NULL,
    missing JSONB NOT NULL,
    intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_accounts PRIMARY KEY (trainer_id),
    CONSTRAINT ck_payout_accounts_state CHECK (state IN ('intended','created')),
    CONSTRAINT fk_payout_accounts_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT uq_payout_accounts_provider_account_id UNIQUE (provider_account_id)
);

CREATE TABLE payouts (
    id UUID NOT NULL,
    run_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    provider_account_id TEXT NOT NULL,
    transfer_id TEXT,
    bank_payout_id TEXT,
    failure_code TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payouts PRIMARY KEY (id),
    CONSTRAINT ck_payouts_state CHECK (state IN ('pending','sent','settled','held','failed','returned','canceled')),
    CONSTRAINT ck_payouts_positive CHECK (pay_minor > 0),
    CONSTRAINT fk_payouts_run_id FOREIGN KEY(run_id) REFERENCES payout_runs (id),
    CONSTRAINT fk_payouts_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT uq_payouts_transfer_id UNIQUE (transfer_id),
    CONSTRAINT uq_payouts_bank_payout_id UNIQUE (bank_payout_id)
);

CREATE INDEX ix_payouts_trainer_id ON payouts (trainer_id, created_at, id);

CREATE INDEX ix_payouts_run_id ON payouts (run_id);

CREATE INDEX ix_payouts_created_at ON payouts (created_at, id);

CREATE UNIQUE INDEX uq_payouts_open ON payouts (trainer_id, currency) WHERE state IN ('pending','sent','held','returned');

CREATE TABLE positions (
    id UUID NOT NULL,
    project_id UUID NOT NULL,
    company_id UUID NOT NULL,
    title TEXT NOT NULL,
    domain TEXT NOT NULL,
    seats BIGINT NOT NULL,
    seats_taken BIGINT NOT NULL,
    requirements JSONB NOT NULL,
    weekly_minutes BIGINT NOT NULL,
    total_minutes BIGINT,
    starts_on DATE NOT NULL,
    ends_on DATE,
    purchase_order TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_positions PRIMARY KEY (id),
    CONSTRAINT ck_positions_seats CHECK (seats > 0 AND seats_taken >= 0 AND seats_taken <= seats),
    CONSTRAINT ck_positions_weekly_minutes CHECK (weekly_minutes BETWEEN 1 AND 10080),
    CONSTRAINT ck_positions_total_minutes CHECK (total_minutes IS NULL OR total_minutes > 0),
    CONSTRAINT ck_positions_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT fk_positions_project_id FOREIGN KEY(project_id) REFERENCES projects (id),
    CONSTRAINT fk_positions_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);

CREATE INDEX ix_positions_company_id ON positions (company_id);

CREATE INDEX ix_positions_project_id ON positions (project_id, created_at, id);

CREATE TABLE project_steps (
    id UUID NOT NULL,
    project_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_project_steps PRIMARY KEY (id),
    CONSTRAINT fk_project_steps_project_id FOREIGN KEY(project_id) REFERENCES projects (id)
);

CREATE INDEX ix_project_steps_project_id ON project_steps (project_id);

CREATE TABLE project_bill_terms (
    project_id UUID NOT NULL,
    budget_minor BIGINT,
    currency TEXT NOT NULL,
    CONSTRAINT pk_project_bill_terms PRIMARY KEY (project_id),
    CONSTRAINT ck_project_bill_terms_budget CHECK (budget_minor IS NULL OR budget_minor > 0),
    CONSTRAINT fk_project_bill_terms_project_id FOREIGN KEY(project_id) REFERENCES projects (id)
);

CREATE TABLE trainer_skills (
    trainer_id UUID NOT NULL,
    skill TEXT NOT NULL,
    label TEXT NOT NULL,
    CONSTRAINT pk_trainer_skills PRIMARY KEY (trainer_id, skill),
    CONSTRAINT fk_trainer_skills_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_trainer_skills_skill ON trainer_skills (skill);

CREATE TABLE trainer_languages (
    trainer_id UUID NOT NULL,
    code TEXT NOT NULL,
    level BIGINT NOT NULL,
    CONSTRAINT pk_trainer_languages PRIMARY KEY (trainer_id, code),
    CONSTRAINT ck_trainer_languages_level CHECK (level BETWEEN 1 AND 7),
    CONSTRAINT fk_trainer_languages_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE TABLE credentials (
    id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    type TEXT NOT NULL,
    issuer TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    number TEXT,
    specialty TEXT,
    specialty_key TEXT,
    issued_on DATE,
    expires_on DATE,
    state TEXT NOT NULL,
    form_check TEXT NOT NULL,
    explanation TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_credentials PRIMARY KEY (id),
    CONSTRAINT ck_credentials_state CHECK (state IN ('claimed','checking','verified','mismatch','not_found','unknown','expired','revoked')),
    CONSTRAINT ck_credentials_dates CHECK (expires_on IS NULL OR issued_on IS NULL OR expires_on > issued_on),
    CONSTRAINT ck_credentials_form_check CHECK (form_check IN ('passed','none')),
    CONSTRAINT ck_credentials_specialty_key CHECK ((specialty IS NULL) = (specialty_key IS NULL)),
    CONSTRAINT fk_credentials_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_credentials_state ON credentials (state, created_at, id);

CREATE UNIQUE INDEX uq_credentials_live ON credentials (trainer_id, type, jurisdiction, number, specialty, expires_on) NULLS NOT DISTINCT WHERE state IN ('claimed','checking','verified','unknown');

CREATE INDEX ix_credentials_trainer_id ON credentials (trainer_id);

CREATE TABLE capacities (
    trainer_id UUID NOT NULL,
    committed_minutes BIGINT NOT NULL,
    CONSTRAINT pk_capacities PRIMARY KEY (trainer_id),
    CONSTRAINT ck_capacities_not_negative CHECK (committed_minutes >= 0),
    CONSTRAINT fk_capacities_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE TABLE trainer_week_caps (
    trainer_id UUID NOT NULL,
    weekly_minutes BIGINT NOT NULL,
    CONSTRAINT pk_trainer_week_caps PRIMARY KEY (trainer_id),
    CONSTRAINT ck_trainer_week_caps_minutes CHECK (weekly_minutes BETWEEN 0 AND 10080),
    CONSTRAINT fk_trainer_week_caps_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE TABLE asking_pay (
    trainer_id UUID NOT NULL,
    asking_pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_asking_pay PRIMARY KEY (trainer_id),
    CONSTRAINT ck_asking_pay_positive CHECK (asking_pay_minor > 0),
    CONSTRAINT ck_asking_pay_currency CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT fk_asking_pay_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE TABLE applications (
    id UUID NOT NULL,
    position_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    note TEXT,
    reason_code TEXT,
    explanation TEXT,
    decide_by_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_applications PRIMARY KEY (id),
    CONSTRAINT ck_applications_state CHECK (state IN ('submitted','shortlisted','screening','offered','hired','declined','withdrawn')),
    CONSTRAINT ck_applications_decline_has_reason CHECK (state <> 'declined' OR (reason_code IS NOT NULL AND explanation IS NOT NULL)),
    CONSTRAINT fk_applications_position_id FOREIGN KEY(position_id) REFERENCES positions (id),
    CONSTRAINT fk_applications_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_applications_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_applications_company_id ON applications (company_id);

CREATE INDEX ix_applications_trainer_id ON applications (trainer_id, created_at, id);

CREATE UNIQUE INDEX uq_applications_live ON applications (position_id, trainer_id) WHERE state NOT IN ('declined','withdrawn');

CREATE INDEX ix_applications_position_id ON applications (position_id, created_at, id);

CREATE TABLE invoice_tax_groups (
    invoice_id UUID NOT NULL,
    category TEXT NOT NULL,
    rate_bps BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_invoice_tax_groups PRIMARY KEY (invoice_id, category, rate_bps),
    CONSTRAINT fk_invoice_tax_groups_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE collections (
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    provider_session_id TEXT,
    checkout_url TEXT,
    provider_charge_id TEXT,
    balance_transaction_id TEXT,
    stripe_fee_minor BIGINT,
    available_at TIMESTAMP WITH TIME ZONE,
    cleared_at TIMESTAMP WITH TIME ZONE,
    evidence TEXT,
    received_on DATE,
    recorded_by_user_id UUID,
    intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    looked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_collections PRIMARY KEY (id),
    CONSTRAINT ck_collections_kind CHECK (kind IN ('checkout','recorded')),
    CONSTRAINT ck_collections_state CHECK (state IN ('intended','open','paid','expired')),
    CONSTRAINT ck_collections_recorded_is_paid CHECK (kind <> 'recorded' OR state = 'paid'),
    CONSTRAINT ck_collections_open_has_page CHECK (state <> 'open' OR (provider_session_id IS NOT NULL AND checkout_url IS NOT NULL)),
    CONSTRAINT ck_collections_paid_at CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CONSTRAINT ck_collections_checkout_has_figures CHECK (state <> 'paid' OR kind <> 'checkout' OR (balance_transaction_id IS NOT NULL AND stripe_fee_minor IS NOT NULL AND available_at IS NOT NULL)),
    CONSTRAINT ck_collections_recorded_has_evidence CHECK (kind <> 'recorded' OR (evidence IS NOT NULL AND received_on IS NOT NULL)),
    CONSTRAINT fk_collections_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT uq_collections_provider_session_id UNIQUE (provider_session_id),
    CONSTRAINT uq_collections_provider_charge_id UNIQUE (provider_charge_id),
    CONSTRAINT uq_collections_balance_transaction_id UNIQUE (balance_transaction_id),
    CONSTRAINT fk_collections_recorded_by_user_id FOREIGN KEY(recorded_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_collections_to_clear ON collections (available_at) WHERE state = 'paid' AND kind = 'checkout' AND cleared_at IS NULL;

CREATE INDEX ix_collections_invoice_id ON collections (invoice_id);

CREATE UNIQUE INDEX uq_collections_live ON collections (invoice_id) WHERE state <> 'expired';

CREATE INDEX ix_collections_recorded_by_user_id ON collections (recorded_by_user_id);

CREATE INDEX ix_collections_open ON collections (looked_at) WHERE state = 'open';

CREATE TABLE payout_steps (
    id UUID NOT NULL,
    payout_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payout_steps PRIMARY KEY (id),
    CONSTRAINT fk_payout_steps_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id)
);

CREATE INDEX ix_payout_steps_payout_id ON payout_steps (payout_id);

CREATE TABLE payout_attempts (
    id UUID NOT NULL,
    payout_id UUID NOT NULL,
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    destination TEXT NOT NULL,
    provider_id TEXT,
    outcome_code TEXT,
    tries BIGINT NOT NULL,
    absent_since_at TIMESTAMP WITH TIME ZONE,
    intended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sending_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_attempts PRIMARY KEY (id),
    CONSTRAINT uq_payout_attempts_payout_id_kind_number UNIQUE (payout_id, kind, number),
    CONSTRAINT ck_payout_attempts_kind CHECK (kind IN ('transfer','bank_payout')),
    CONSTRAINT ck_payout_attempts_state CHECK (state IN ('intended','sending','settled','declined','unknown')),
    CONSTRAINT ck_payout_attempts_positive CHECK (amount_minor > 0),
    CONSTRAINT fk_payout_attempts_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id)
);

CREATE UNIQUE INDEX uq_payout_attempts_open ON payout_attempts (payout_id) WHERE state IN ('intended','sending','unknown');

CREATE TABLE position_bill_terms (
    position_id UUID NOT NULL,
    bill_rate_cap_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_position_bill_terms PRIMARY KEY (position_id),
    CONSTRAINT ck_position_bill_terms_cap CHECK (bill_rate_cap_minor > 0),
    CONSTRAINT fk_position_bill_terms_position_id FOREIGN KEY(position_id) REFERENCES positions (id)
);

CREATE TABLE position_pay_terms (
    position_id UUID NOT NULL,
    pay_rate_up_to_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    priced_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_position_pay_terms PRIMARY KEY (position_id),
    CONSTRAINT ck_position_pay_terms_cap CHECK (pay_rate_up_to_minor >= 0),
    CONSTRAINT fk_position_pay_terms_position_id FOREIGN KEY(position_id) REFERENCES positions (id)
);

CREATE TABLE evidence_documents (
    id UUID NOT NULL,
    credential_id UUID NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    file_key TEXT NOT NULL,
    uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_evidence_documents PRIMARY KEY (id),
    CONSTRAINT uq_evidence_documents_credential_id_sha256 UNIQUE (credential_id, sha256),
    CONSTRAINT ck_evidence_documents_size CHECK (size_bytes BETWEEN 1 AND 10485760),
    CONSTRAINT ck_evidence_documents_media_type CHECK (media_type IN ('application/pdf','image/png','image/jpeg')),
    CONSTRAINT fk_evidence_documents_credential_id FOREIGN KEY(credential_id) REFERENCES credentials (id)
);

CREATE TABLE verifications (
    id UUID NOT NULL,
    credential_id UUID NOT NULL,
    method TEXT NOT NULL,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    explanation TEXT NOT NULL,
    decided_by_user_id UUID,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_verifications PRIMARY KEY (id),
    CONSTRAINT ck_verifications_method CHECK (method IN ('document','attestation')),
    CONSTRAINT fk_verifications_credential_id FOREIGN KEY(credential_id) REFERENCES credentials (id),
    CONSTRAINT fk_verifications_decided_by_user_id FOREIGN KEY(decided_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_verifications_credential_id ON verifications (credential_id);

CREATE INDEX ix_verifications_decided_by_user_id ON verifications (decided_by_user_id);

CREATE TABLE application_bill_terms (
    application_id UUID NOT NULL,
    asking_bill_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_application_bill_terms PRIMARY KEY (application_id),
    CONSTRAINT ck_application_bill_terms_positive CHECK (asking_bill_minor > 0),
    CONSTRAINT fk_application_bill_terms_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
);

CREATE TABLE application_pay_terms (
    application_id UUID NOT NULL,
    asking_pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    said BOOLEAN NOT NULL,
    CONSTRAINT pk_application_pay_terms PRIMARY KEY (application_id),
    CONSTRAINT ck_application_pay_terms_positive CHECK (asking_pay_minor > 0),
    CONSTRAINT fk_application_pay_terms_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
);

CREATE TABLE application_steps (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_application_steps PRIMARY KEY (id),
    CONSTRAINT fk_application_steps_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
);

CREATE INDEX ix_application_steps_application_id ON application_steps (application_id);

CREATE TABLE offers (
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    position_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    weekly_minutes BIGINT NOT NULL,
    total_minutes BIGINT,
    starts_on DATE NOT NULL,
    ends_on DATE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    pay_week_timezone TEXT NOT NULL,
    pay_week_first_day BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_offers PRIMARY KEY (id),
    CONSTRAINT ck_offers_state CHECK (state IN ('sent','accepted','declined','expired','withdrawn')),
    CONSTRAINT ck_offers_weekly_minutes CHECK (weekly_minutes BETWEEN 1 AND 10080),
    CONSTRAINT ck_offers_total_minutes CHECK (total_minutes IS NULL OR total_minutes > 0),
    CONSTRAINT ck_offers_first_day CHECK (pay_week_first_day BETWEEN 1 AND 7),
    CONSTRAINT ck_offers_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT ck_offers_decided CHECK ((state = 'sent') = (decided_at IS NULL)),
    CONSTRAINT fk_offers_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_offers_position_id FOREIGN KEY(position_id) REFERENCES positions (id),
    CONSTRAINT fk_offers_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_offers_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE UNIQUE INDEX uq_offers_open ON offers (application_id) WHERE state = 'sent';

CREATE INDEX ix_offers_due ON offers (expires_at, id) WHERE state = 'sent';

CREATE INDEX ix_offers_position_id ON offers (position_id);

CREATE INDEX ix_offers_trainer_id ON offers (trainer_id, created_at, id);

CREATE INDEX ix_offers_company_id ON offers (company_id);

CREATE INDEX ix_offers_application_id ON offers (application_id);

CREATE TABLE evidence_readings (
    id UUID NOT NULL,
    document_id UUID NOT NULL,
    user_id UUID NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_evidence_readings PRIMARY KEY (id),
    CONSTRAINT fk_evidence_readings_document_id FOREIGN KEY(document_id) REFERENCES evidence_documents (id),
    CONSTRAINT fk_evidence_readings_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_evidence_readings_document_id ON evidence_readings (document_id);

CREATE INDEX ix_evidence_readings_user_id ON evidence_readings (user_id);

CREATE TABLE engagements (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    position_id UUID NOT NULL,
    project_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    pay_week_timezone TEXT NOT NULL,
    pay_week_first_day BIGINT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    end_reason_code TEXT,
    end_explanation TEXT,
    CONSTRAINT pk_engagements PRIMARY KEY (id),
    CONSTRAINT ck_engagements_state CHECK (state IN ('active','paused','ended')),
    CONSTRAINT ck_engagements_first_day CHECK (pay_week_first_day BETWEEN 1 AND 7),
    CONSTRAINT ck_engagements_dates CHECK (ends_on IS NULL OR ends_on >= starts_on),
    CONSTRAINT ck_engagements_end_has_reason CHECK ((state = 'ended') = (ended_at IS NOT NULL) AND (state <> 'ended' OR (end_reason_code IS NOT NULL AND end_explanation IS NOT NULL))),
    CONSTRAINT uq_engagements_offer_id UNIQUE (offer_id),
    CONSTRAINT fk_engagements_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id),
    CONSTRAINT fk_engagements_position_id FOREIGN KEY(position_id) REFERENCES positions (id),
    CONSTRAINT fk_engagements_project_id FOREIGN KEY(project_id) REFERENCES projects (id),
    CONSTRAINT fk_engagements_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_engagements_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_engagements_position_id ON engagements (position_id);

CREATE INDEX ix_engagements_trainer_id ON engagements (trainer_id, opened_at, id);

CREATE INDEX ix_engagements_project_id ON engagements (project_id);

CREATE INDEX ix_engagements_company_id ON engagements (company_id, opened_at, id);

CREATE TABLE offer_bill_terms (
    offer_id UUID NOT NULL,
    bill_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_offer_bill_terms PRIMARY KEY (offer_id),
    CONSTRAINT ck_offer_bill_terms_positive CHECK (bill_minor > 0),
    CONSTRAINT fk_offer_bill_terms_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id)
);

CREATE TABLE offer_pay_terms (
    offer_id UUID NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_offer_pay_terms PRIMARY KEY (offer_id),
    CONSTRAINT ck_offer_pay_terms_positive CHECK (pay_minor > 0),
    CONSTRAINT fk_offer_pay_terms_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id)
);

CREATE TABLE offer_steps (
    id UUID NOT NULL,
    offer_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_offer_steps PRIMARY KEY (id),
    CONSTRAINT fk_offer_steps_offer_id FOREIGN KEY(offer_id) REFERENCES offers (id)
);

CREATE INDEX ix_offer_steps_offer_id ON offer_steps (offer_id);

CREATE TABLE engagement_bill_terms (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    bill_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_engagement_bill_terms PRIMARY KEY (id),
    CONSTRAINT uq_engagement_bill_terms_engagement_id_effective_at UNIQUE (engagement_id, effective_at),
    CONSTRAINT ck_engagement_bill_terms_positive CHECK (bill_minor > 0),
    CONSTRAINT fk_engagement_bill_terms_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id)
);

CREATE TABLE engagement_pay_terms (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_engagement_pay_terms PRIMARY KEY (id),
    CONSTRAINT uq_engagement_pay_terms_engagement_id_effective_at UNIQUE (engagement_id, effective_at),
    CONSTRAINT ck_engagement_pay_terms_positive CHECK (pay_minor > 0),
    CONSTRAINT fk_engagement_pay_terms_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id)
);

CREATE TABLE engagement_limits (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    weekly_minutes BIGINT NOT NULL,
    total_minutes BIGINT,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_engagement_limits PRIMARY KEY (id),
    CONSTRAINT uq_engagement_limits_engagement_id_effective_at UNIQUE (engagement_id, effective_at),
    CONSTRAINT ck_engagement_limits_weekly_minutes CHECK (weekly_minutes BETWEEN 1 AND 10080),
    CONSTRAINT ck_engagement_limits_total_minutes CHECK (total_minutes IS NULL OR total_minutes > 0),
    CONSTRAINT fk_engagement_limits_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id)
);

CREATE TABLE engagement_steps (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_engagement_steps PRIMARY KEY (id),
    CONSTRAINT fk_engagement_steps_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id)
);

CREATE INDEX ix_engagement_steps_engagement_id ON engagement_steps (engagement_id);

CREATE TABLE timesheets (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    week_starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    week_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    review_by_at TIMESTAMP WITH TIME ZONE,
    sent_back_count BIGINT NOT NULL,
    sent_back_at TIMESTAMP WITH TIME ZONE,
    sent_back_reason_code TEXT,
    sent_back_explanation TEXT,
    approved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_timesheets PRIMARY KEY (id),
    CONSTRAINT uq_timesheets_engagement_id_week_starts_at UNIQUE (engagement_id, week_starts_at),
    CONSTRAINT ck_timesheets_state CHECK (state IN ('open','submitted','approved','sent_back')),
    CONSTRAINT ck_timesheets_week CHECK (week_ends_at > week_starts_at),
    CONSTRAINT ck_timesheets_sent_back_once CHECK (sent_back_count BETWEEN 0 AND 1),
    CONSTRAINT fk_timesheets_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_timesheets_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_timesheets_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_timesheets_company_id ON timesheets (company_id, week_starts_at, id);

CREATE INDEX ix_timesheets_trainer_id ON timesheets (trainer_id, week_starts_at, id);

CREATE INDEX ix_timesheets_state ON timesheets (state, week_ends_at);

CREATE TABLE timesheet_steps (
    id UUID NOT NULL,
    timesheet_id UUID NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_timesheet_steps PRIMARY KEY (id),
    CONSTRAINT fk_timesheet_steps_timesheet_id FOREIGN KEY(timesheet_id) REFERENCES timesheets (id)
);

CREATE INDEX ix_timesheet_steps_timesheet_id ON timesheet_steps (timesheet_id);

CREATE TABLE approvals (
    id UUID NOT NULL,
    timesheet_id UUID NOT NULL,
    actor TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    funded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_approvals PRIMARY KEY (id),
    CONSTRAINT fk_approvals_timesheet_id FOREIGN KEY(timesheet_id) REFERENCES timesheets (id)
);

CREATE INDEX ix_approvals_approved_at ON approvals (approved_at);

CREATE INDEX ix_approvals_timesheet_id ON approvals (timesheet_id);

CREATE TABLE time_entries (
    id UUID NOT NULL,
    root_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    company_id UUID NOT NULL,
    timesheet_id UUID,
    week_starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    stops_by_at TIMESTAMP WITH TIME ZONE,
    phone_offset_seconds BIGINT NOT NULL,
    said_started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    said_ended_at TIMESTAMP WITH TIME ZONE,
    note TEXT,
    task_reference TEXT,
    binding_cap TEXT,
    decide_by_at TIMESTAMP WITH TIME ZONE,
    decided_by TEXT,
    decision_reason_code TEXT,
    decision_explanation TEXT,
    company_agreed_at TIMESTAMP WITH TIME ZONE,
    operations_agreed_at TIMESTAMP WITH TIME ZONE,
    at_platform_cost BOOLEAN NOT NULL,
    approval_id UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    period TSTZRANGE GENERATED ALWAYS AS (tstzrange(started_at, ended_at, '[)')) STORED NOT NULL,
    CONSTRAINT pk_time_entries PRIMARY KEY (id),
    CONSTRAINT ck_time_entries_source CHECK (source IN ('timer','manual')),
    CONSTRAINT ck_time_entries_state CHECK (state IN ('running','recorded','on_timesheet','approved','over_cap','declined','deleted')),
    CONSTRAINT ck_time_entries_forward CHECK (ended_at IS NULL OR ended_at > started_at),
    CONSTRAINT ck_time_entries_running_is_open CHECK ((state = 'running') = (ended_at IS NULL)),
    CONSTRAINT ck_time_entries_approved_pinned CHECK (state <> 'approved' OR approval_id IS NOT NULL),
    CONSTRAINT ck_time_entries_over_cap_named CHECK (state <> 'over_cap' OR binding_cap IS NOT NULL),
    CONSTRAINT ck_time_entries_decline_has_reason CHECK (state <> 'declined' OR decision_explanation IS NOT NULL),
    CONSTRAINT fk_time_entries_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT fk_time_entries_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_time_entries_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_time_entries_timesheet_id FOREIGN KEY(timesheet_id) REFERENCES timesheets (id),
    CONSTRAINT fk_time_entries_approval_id FOREIGN KEY(approval_id) REFERENCES approvals (id)
);

CREATE INDEX ix_time_entries_engagement_id ON time_entries (engagement_id, week_starts_at);

CREATE INDEX ix_time_entries_over_cap ON time_entries (decide_by_at) WHERE state = 'over_cap';

CREATE INDEX ix_time_entries_timesheet_id ON time_entries (timesheet_id);

CREATE INDEX ix_time_entries_approval_id ON time_entries (approval_id);

CREATE UNIQUE INDEX uq_time_entries_running ON time_entries (trainer_id) WHERE state = 'running';

CREATE INDEX ix_time_entries_root_id ON time_entries (root_id);

CREATE INDEX ix_time_entries_trainer_id ON time_entries (trainer_id, started_at, id);

CREATE INDEX ix_time_entries_company_id ON time_entries (company_id);

CREATE TABLE bill_lines (
    id UUID NOT NULL,
    approval_id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    project_id UUID NOT NULL,
    position_id UUID NOT NULL,
    company_id UUID NOT NULL,
    week_starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    week_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    worked_seconds BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    bill_rate_minor BIGINT NOT NULL,
    bill_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    credit_released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_bill_lines PRIMARY KEY (id),
    CONSTRAINT uq_bill_lines_approval_id_week_starts_at_bill_rate_minor UNIQUE (approval_id, week_starts_at, bill_rate_minor),
    CONSTRAINT ck_bill_lines_seconds CHECK (worked_seconds > 0),
    CONSTRAINT ck_bill_lines_not_negative CHECK (minutes >= 0 AND bill_minor >= 0),
    CONSTRAINT fk_bill_lines_approval_id FOREIGN KEY(approval_id) REFERENCES approvals (id),
    CONSTRAINT fk_bill_lines_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_bill_lines_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT fk_bill_lines_project_id FOREIGN KEY(project_id) REFERENCES projects (id),
    CONSTRAINT fk_bill_lines_position_id FOREIGN KEY(position_id) REFERENCES positions (id),
    CONSTRAINT fk_bill_lines_company_id FOREIGN KEY(company_id) REFERENCES companies (id)
);

CREATE INDEX ix_bill_lines_engagement_id ON bill_lines (engagement_id);

CREATE INDEX ix_bill_lines_trainer_id ON bill_lines (trainer_id);

CREATE INDEX ix_bill_lines_position_id ON bill_lines (position_id);

CREATE INDEX ix_bill_lines_company_id ON bill_lines (company_id);

CREATE INDEX ix_bill_lines_project_id ON bill_lines (project_id);

CREATE TABLE pay_lines (
    id UUID NOT NULL,
    approval_id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    week_starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    week_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    worked_seconds BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    pay_rate_minor BIGINT NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pay_lines PRIMARY KEY (id),
    CONSTRAINT uq_pay_lines_approval_id_week_starts_at_pay_rate_minor UNIQUE (approval_id, week_starts_at, pay_rate_minor),
    CONSTRAINT ck_pay_lines_seconds CHECK (worked_seconds > 0),
    CONSTRAINT ck_pay_lines_not_negative CHECK (minutes >= 0 AND pay_minor >= 0),
    CONSTRAINT fk_pay_lines_approval_id FOREIGN KEY(approval_id) REFERENCES approvals (id),
    CONSTRAINT fk_pay_lines_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_pay_lines_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id)
);

CREATE INDEX ix_pay_lines_trainer_id ON pay_lines (trainer_id);

CREATE INDEX ix_pay_lines_engagement_id ON pay_lines (engagement_id);

CREATE TABLE invoice_lines (
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    place BIGINT NOT NULL,
    bill_line_id UUID NOT NULL,
    position_title TEXT NOT NULL,
    trainer_label TEXT NOT NULL,
    purchase_order TEXT,
    week_from_on DATE NOT NULL,
    week_to_on DATE NOT NULL,
    minutes BIGINT NOT NULL,
    bill_rate_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    tax_category TEXT NOT NULL,
    tax_rate_bps BIGINT NOT NULL,
    CONSTRAINT pk_invoice_lines PRIMARY KEY (id),
    CONSTRAINT uq_invoice_lines_invoice_id_place UNIQUE (invoice_id, place),
    CONSTRAINT uq_invoice_lines_bill_line_id UNIQUE (bill_line_id),
    CONSTRAINT ck_invoice_lines_not_negative CHECK (minutes >= 0 AND net_minor >= 0),
    CONSTRAINT fk_invoice_lines_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_invoice_lines_bill_line_id FOREIGN KEY(bill_line_id) REFERENCES bill_lines (id)
);

CREATE TABLE payout_lines (
    payout_id UUID NOT NULL,
    pay_line_id UUID NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    CONSTRAINT pk_payout_lines PRIMARY KEY (payout_id, pay_line_id),
    CONSTRAINT fk_payout_lines_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id),
    CONSTRAINT fk_payout_lines_pay_line_id FOREIGN KEY(pay_line_id) REFERENCES pay_lines (id)
);

CREATE INDEX ix_payout_lines_pay_line_id ON payout_lines (pay_line_id);

CREATE UNIQUE INDEX uq_payout_lines_live ON payout_lines (pay_line_id) WHERE live;

CREATE FUNCTION invoice_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoices_frozen BEFORE UPDATE OR DELETE ON invoices
  FOR EACH ROW EXECUTE FUNCTION invoice_is_frozen();
CREATE TRIGGER invoices_kept BEFORE TRUNCATE ON invoices
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_is_frozen();

CREATE FUNCTION invoice_line_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a line or tax group of an invoice is never changed' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER invoice_lines_frozen BEFORE UPDATE OR DELETE ON invoice_lines
  FOR EACH ROW EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_lines_kept BEFORE TRUNCATE ON invoice_lines
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_tax_groups_frozen BEFORE UPDATE OR DELETE ON invoice_tax_groups
  FOR EACH ROW EXECUTE FUNCTION invoice_line_is_frozen();
CREATE TRIGGER invoice_tax_groups_kept BEFORE TRUNCATE ON invoice_tax_groups
  FOR EACH STATEMENT EXECUTE FUNCTION invoice_line_is_frozen();

CREATE FUNCTION ledger_group_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_entries WHERE group_id = NEW.group_id
             GROUP BY currency HAVING sum(amount_minor) <> 0)
     OR (SELECT count(*) FROM ledger_entries WHERE group_id = NEW.group_id) < 2 THEN
    RAISE EXCEPTION 'posting group % does not balance', NEW.group_id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_group_balances();
CREATE FUNCTION ledger_group_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_entries WHERE group_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'posting group % has no two entries', NEW.id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_groups_filled AFTER INSERT ON posting_groups
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_group_has_entries();
CREATE FUNCTION ledger_currency_matches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.currency <> (SELECT currency FROM ledger_accounts WHERE id = NEW.account_id) THEN
    RAISE EXCEPTION 'entry currency differs from its account' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_entries_currency BEFORE INSERT ON ledger_entries
  FOR EACH ROW EXECUTE FUNCTION ledger_currency_matches();
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = '42501';
END $$;
CREATE TRIGGER ledger_entries_frozen BEFORE UPDATE OR DELETE ON ledger_entries
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_entries_kept BEFORE TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER posting_groups_frozen BEFORE UPDATE OR DELETE ON posting_groups
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER posting_groups_kept BEFORE TRUNCATE ON posting_groups
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

CREATE FUNCTION ledger_text(instant timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE FUNCTION ledger_group_text(of_group uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(g.id, g.source, g.key, g.description, ledger_text(g.effective_at),
           ledger_text(g.recorded_at), g.reverses_group_id,
           (SELECT jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                             ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id)
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.group_id = g.id))::text
  FROM posting_groups g WHERE g.id = of_group
$$;
CREATE TRIGGER ledger_links_frozen BEFORE UPDATE OR DELETE ON ledger_links
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_links_kept BEFORE TRUNCATE ON ledger_links
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

ALTER TABLE time_entries ADD CONSTRAINT ex_time_entries_no_overlap EXCLUDE USING gist (uuidrange(trainer_id, trainer_id, '[]') WITH =, period WITH &&) WHERE (state <> 'deleted');

-- pgqueuer 1.6.0 -- prefix='' schema=None durability=durable

CREATE TYPE pgqueuer_status AS ENUM ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed');

CREATE TABLE pgqueuer (
    id bigserial NOT NULL PRIMARY KEY,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    execute_after timestamp with time zone NOT NULL DEFAULT now(),
    status pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer NOT NULL DEFAULT 0,
    slot bigint
);

CREATE TABLE pgqueuer_log (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT now(),
    job_id bigint NOT NULL,
    status pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

CREATE TABLE pgqueuer_schedules (
    id bigserial NOT NULL PRIMARY KEY,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    next_run timestamp with time zone NOT NULL DEFAULT now(),
    last_run timestamp with time zone,
    status pgqueuer_status DEFAULT 'queued'::pgqueuer_status,
    UNIQUE (expression, entrypoint)
);

CREATE TABLE pgqueuer_statistics (
    id bigserial NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT date_trunc('sec'::text, now()),
    count bigint NOT NULL,
    priority integer NOT NULL,
    status pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE INDEX pgqueuer_ep_ea_idx ON pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::pgqueuer_status);

CREATE FUNCTION fn_pgqueuer_changed() RETURNS TRIGGER AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER tg_pgqueuer_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pgqueuer
EXECUTE FUNCTION fn_pgqueuer_changed();
