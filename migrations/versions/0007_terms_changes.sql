CREATE TABLE engagement_terms_changes (
    id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    state TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    consent_by_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by TEXT,
    CONSTRAINT pk_engagement_terms_changes PRIMARY KEY (id),
    CONSTRAINT ck_engagement_terms_changes_state CHECK (state IN ('agreed','proposed','consented','declined','withdrawn','expired')),
    CONSTRAINT ck_engagement_terms_changes_never_backwards CHECK (effective_at > created_at),
    CONSTRAINT ck_engagement_terms_changes_consent CHECK ((state = 'agreed') = (consent_by_at IS NULL)),
    CONSTRAINT ck_engagement_terms_changes_time_to_consent CHECK (consent_by_at > created_at AND consent_by_at < effective_at),
    CONSTRAINT ck_engagement_terms_changes_decided CHECK ((state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT fk_engagement_terms_changes_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id)
);

CREATE INDEX ix_engagement_terms_changes_due ON engagement_terms_changes (consent_by_at) WHERE state = 'proposed';

CREATE INDEX ix_engagement_terms_changes_engagement_id ON engagement_terms_changes (engagement_id, created_at, id);

CREATE UNIQUE INDEX uq_engagement_terms_changes_proposed ON engagement_terms_changes (engagement_id) WHERE state = 'proposed';

CREATE TABLE terms_change_bill_terms (
    change_id UUID NOT NULL,
    bill_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_terms_change_bill_terms PRIMARY KEY (change_id),
    CONSTRAINT ck_terms_change_bill_terms_positive CHECK (bill_minor > 0),
    CONSTRAINT fk_terms_change_bill_terms_change_id FOREIGN KEY(change_id) REFERENCES engagement_terms_changes (id)
);

CREATE TABLE terms_change_pay_terms (
    change_id UUID NOT NULL,
    pay_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT pk_terms_change_pay_terms PRIMARY KEY (change_id),
    CONSTRAINT ck_terms_change_pay_terms_positive CHECK (pay_minor > 0),
    CONSTRAINT fk_terms_change_pay_terms_change_id FOREIGN KEY(change_id) REFERENCES engagement_terms_changes (id)
);

