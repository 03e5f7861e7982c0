ALTER TABLE time_entries
    DROP CONSTRAINT ck_time_entries_state,
    ADD CONSTRAINT ck_time_entries_state CHECK (state IN ('running','recorded','on_timesheet','contested','approved','over_cap','declined','deleted'));
ALTER TABLE timesheets
    DROP CONSTRAINT ck_timesheets_state,
    ADD CONSTRAINT ck_timesheets_state CHECK (state IN ('open','submitted','approved','sent_back','contested','declined'));

CREATE TABLE contests (
    id UUID NOT NULL,
    entry_id UUID NOT NULL,
    timesheet_id UUID NOT NULL,
    engagement_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    state TEXT NOT NULL,
    reason_code TEXT NOT NULL,
    explanation TEXT NOT NULL,
    contested_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer_by_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    decide_by_at TIMESTAMP WITH TIME ZONE,
    decision_explanation TEXT,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    approval_id UUID,
    CONSTRAINT pk_contests PRIMARY KEY (id),
    CONSTRAINT ck_contests_state CHECK (state IN ('awaits_answer','awaits_decision','approved','declined','withdrawn')),
    CONSTRAINT ck_contests_reason_about_time CHECK (reason_code IN ('time_not_worked','wrong_task','duplicate','too_many_hours_for_task','wrong_engagement','other')),
    CONSTRAINT ck_contests_answered CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CONSTRAINT ck_contests_time_to_answer CHECK (answer_by_at > created_at),
    CONSTRAINT ck_contests_time_to_decide CHECK (state = 'withdrawn' OR (state = 'awaits_answer') = (decide_by_at IS NULL)),
    CONSTRAINT ck_contests_decided CHECK ((state IN ('awaits_answer','awaits_decision')) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT ck_contests_decline_has_reason CHECK (state <> 'declined' OR decision_explanation IS NOT NULL),
    CONSTRAINT ck_contests_paid_pinned CHECK ((state IN ('approved','withdrawn')) = (approval_id IS NOT NULL)),
    CONSTRAINT uq_contests_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_contests_approval_id UNIQUE (approval_id),
    CONSTRAINT fk_contests_entry_id FOREIGN KEY(entry_id) REFERENCES time_entries (id),
    CONSTRAINT fk_contests_timesheet_id FOREIGN KEY(timesheet_id) REFERENCES timesheets (id),
    CONSTRAINT fk_contests_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_contests_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_contests_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT fk_contests_approval_id FOREIGN KEY(approval_id) REFERENCES approvals (id)
);
CREATE INDEX ix_contests_timesheet_id ON contests (timesheet_id);
CREATE INDEX ix_contests_engagement_id ON contests (engagement_id);
CREATE INDEX ix_contests_company_id ON contests (company_id, created_at, id);
CREATE INDEX ix_contests_trainer_id ON contests (trainer_id, created_at, id);
CREATE INDEX ix_contests_answer_by_at ON contests (answer_by_at) WHERE state = 'awaits_answer';
CREATE INDEX ix_contests_decide_by_at ON contests (decide_by_at, id) WHERE state = 'awaits_decision';
