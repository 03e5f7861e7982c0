CREATE TABLE adjustments (
    id UUID NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    engagement_id UUID NOT NULL,
    company_id UUID NOT NULL,
    trainer_id UUID NOT NULL,
    timesheet_id UUID,
    reason_code TEXT,
    reason TEXT NOT NULL,
    evidence_reference TEXT,
    evidence_ids JSONB NOT NULL,
    minutes BIGINT,
    worked_at TIMESTAMP WITH TIME ZONE,
    expense_minor BIGINT,
    currency TEXT,
    at_platform_cost BOOLEAN NOT NULL,
    filed_by TEXT NOT NULL,
    filed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer TEXT,
    decide_by_at TIMESTAMP WITH TIME ZONE,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    decision_reason_code TEXT,
    decision_explanation TEXT,
    approval_id UUID,
    CONSTRAINT pk_adjustments PRIMARY KEY (id),
    CONSTRAINT ck_adjustments_type CHECK (type IN ('bonus','expense','correction','clawback')),
    CONSTRAINT ck_adjustments_state CHECK (state IN ('awaits_company','awaits_trainer','awaits_operations','approved','declined')),
    CONSTRAINT ck_adjustments_decided_at_once CHECK (type IN ('expense','correction') OR state = 'approved'),
    CONSTRAINT ck_adjustments_minutes CHECK (CASE type WHEN 'correction' THEN coalesce(minutes, 0) <> 0 AND worked_at IS NOT NULL ELSE minutes IS NULL AND worked_at IS NULL END),
    CONSTRAINT ck_adjustments_expense CHECK (CASE type WHEN 'expense' THEN coalesce(expense_minor, 0) > 0 AND currency IS NOT NULL ELSE expense_minor IS NULL AND currency IS NULL END),
    CONSTRAINT ck_adjustments_reason_not_quality CHECK (CASE type WHEN 'correction' THEN coalesce(reason_code, '') IN ('hours_missing','hours_too_many','wrong_engagement','duplicate_time','clerical_error') WHEN 'clawback' THEN coalesce(reason_code, '') IN ('duplicate_work','fraud_proven','paid_in_error') ELSE reason_code IS NULL END),
    CONSTRAINT ck_adjustments_reason CHECK (length(reason) > 0),
    CONSTRAINT ck_adjustments_decided CHECK ((state IN ('approved','declined')) = (decided_at IS NOT NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT ck_adjustments_decline_has_reason CHECK (state <> 'declined' OR decision_explanation IS NOT NULL),
    CONSTRAINT ck_adjustments_approved_pinned CHECK ((state = 'approved') = (approval_id IS NOT NULL) AND (approval_id IS NULL) = (timesheet_id IS NULL)),
    CONSTRAINT ck_adjustments_clawback_evidence CHECK (type <> 'clawback' OR jsonb_array_length(evidence_ids) > 0),
    CONSTRAINT fk_adjustments_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id),
    CONSTRAINT fk_adjustments_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_adjustments_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
    CONSTRAINT fk_adjustments_timesheet_id FOREIGN KEY(timesheet_id) REFERENCES timesheets (id),
    CONSTRAINT uq_adjustments_approval_id UNIQUE (approval_id),
    CONSTRAINT fk_adjustments_approval_id FOREIGN KEY(approval_id) REFERENCES approvals (id)
);
CREATE INDEX ix_adjustments_company_id ON adjustments (company_id, filed_at, id);
CREATE INDEX ix_adjustments_engagement_id ON adjustments (engagement_id);
CREATE INDEX ix_adjustments_timesheet_id ON adjustments (timesheet_id);
CREATE INDEX ix_adjustments_trainer_id ON adjustments (trainer_id, filed_at, id);
CREATE INDEX ix_adjustments_waiting ON adjustments (state, decide_by_at, id) WHERE state NOT IN ('approved','declined');

ALTER TABLE bill_lines
    ADD COLUMN type TEXT NOT NULL DEFAULT 'time',
    ADD COLUMN adjustment_id UUID,
    DROP CONSTRAINT ck_bill_lines_seconds,
    DROP CONSTRAINT ck_bill_lines_not_negative;
ALTER TABLE bill_lines
    ALTER COLUMN type DROP DEFAULT,
    ADD COLUMN cap_units BIGINT NOT NULL GENERATED ALWAYS AS (worked_seconds * bill_rate_minor + CASE WHEN type IN ('bonus','expense','clawback') THEN bill_minor * 3600 ELSE 0 END) STORED,
    ADD CONSTRAINT ck_bill_lines_type CHECK (type IN ('time','bonus','expense','correction','clawback') AND (type = 'time') = (adjustment_id IS NULL)),
    ADD CONSTRAINT ck_bill_lines_seconds CHECK (CASE type WHEN 'time' THEN worked_seconds > 0 WHEN 'correction' THEN minutes <> 0 AND worked_seconds = minutes * 60 ELSE worked_seconds = 0 AND minutes = 0 AND bill_rate_minor = 0 END),
    ADD CONSTRAINT ck_bill_lines_sign CHECK (CASE type WHEN 'time' THEN minutes >= 0 AND bill_minor >= 0 WHEN 'correction' THEN sign(bill_minor) * sign(minutes) >= 0 WHEN 'clawback' THEN bill_minor < 0 ELSE bill_minor > 0 END),
    ADD CONSTRAINT uq_bill_lines_adjustment_id UNIQUE (adjustment_id),
    ADD CONSTRAINT fk_bill_lines_adjustment_id FOREIGN KEY(adjustment_id) REFERENCES adjustments (id);

ALTER TABLE pay_lines
    ADD COLUMN type TEXT NOT NULL DEFAULT 'time',
    ADD COLUMN adjustment_id UUID,
    ADD COLUMN owed BOOLEAN NOT NULL DEFAULT false,
    DROP CONSTRAINT ck_pay_lines_seconds,
    DROP CONSTRAINT ck_pay_lines_not_negative;
ALTER TABLE pay_lines
    ALTER COLUMN type DROP DEFAULT,
    ALTER COLUMN owed DROP DEFAULT,
    ADD CONSTRAINT ck_pay_lines_type CHECK (type IN ('time','bonus','expense','correction','clawback') AND (type = 'time') = (adjustment_id IS NULL)),
    ADD CONSTRAINT ck_pay_lines_seconds CHECK (CASE type WHEN 'time' THEN worked_seconds > 0 WHEN 'correction' THEN minutes <> 0 AND worked_seconds = minutes * 60 ELSE worked_seconds = 0 AND minutes = 0 AND pay_rate_minor = 0 END),
    ADD CONSTRAINT ck_pay_lines_sign CHECK (CASE type WHEN 'time' THEN minutes >= 0 AND pay_minor >= 0 WHEN 'correction' THEN sign(pay_minor) * sign(minutes) >= 0 WHEN 'clawback' THEN pay_minor <= 0 ELSE pay_minor >= 0 END),
    ADD CONSTRAINT ck_pay_lines_owed CHECK (NOT owed OR pay_minor < 0),
    ADD CONSTRAINT uq_pay_lines_adjustment_id UNIQUE (adjustment_id),
    ADD CONSTRAINT fk_pay_lines_adjustment_id FOREIGN KEY(adjustment_id) REFERENCES adjustments (id);

ALTER TABLE invoice_lines
    ADD COLUMN type TEXT NOT NULL DEFAULT 'time',
    DROP CONSTRAINT ck_invoice_lines_not_negative;
ALTER TABLE invoice_lines
    ALTER COLUMN type DROP DEFAULT,
    ADD CONSTRAINT ck_invoice_lines_sign CHECK (CASE type WHEN 'time' THEN minutes >= 0 AND net_minor >= 0 WHEN 'correction' THEN minutes <> 0 AND sign(net_minor) * sign(minutes) >= 0 WHEN 'bonus' THEN minutes = 0 AND net_minor > 0 WHEN 'expense' THEN minutes = 0 AND net_minor > 0 WHEN 'clawback' THEN minutes = 0 AND net_minor < 0 ELSE false END);

CREATE FUNCTION limits_in_force_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'limits that were in force are never deleted' USING ERRCODE = '42501';
  END IF;
  IF OLD.effective_at < coalesce(nullif(current_setting('lehrwerk.now', true), '')::timestamptz,
                                 'infinity')
     OR OLD.effective_at < (SELECT max(at) FROM engagement_steps
                            WHERE engagement_id = OLD.engagement_id) THEN
    RAISE EXCEPTION 'limits that were in force are never changed' USING ERRCODE = '42501';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF (NEW.engagement_id, NEW.effective_at) <> (OLD.engagement_id, OLD.effective_at) THEN
    RAISE EXCEPTION 'limits are never moved in time' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER engagement_limits_frozen BEFORE UPDATE OR DELETE ON engagement_limits
  FOR EACH ROW EXECUTE FUNCTION limits_in_force_are_frozen();
CREATE TRIGGER engagement_limits_kept BEFORE TRUNCATE ON engagement_limits
  FOR EACH STATEMENT EXECUTE FUNCTION limits_in_force_are_frozen();
