DROP FUNCTION limits_in_force_are_frozen() CASCADE;

ALTER TABLE invoice_lines
    DROP CONSTRAINT ck_invoice_lines_sign,
    DROP COLUMN type,
    ADD CONSTRAINT ck_invoice_lines_not_negative CHECK (minutes >= 0 AND net_minor >= 0);
ALTER TABLE pay_lines
    DROP CONSTRAINT ck_pay_lines_type,
    DROP CONSTRAINT ck_pay_lines_seconds,
    DROP CONSTRAINT ck_pay_lines_sign,
    DROP CONSTRAINT ck_pay_lines_owed,
    DROP COLUMN type,
    DROP COLUMN adjustment_id,
    DROP COLUMN owed,
    ADD CONSTRAINT ck_pay_lines_seconds CHECK (worked_seconds > 0),
    ADD CONSTRAINT ck_pay_lines_not_negative CHECK (minutes >= 0 AND pay_minor >= 0);
ALTER TABLE bill_lines
    DROP CONSTRAINT ck_bill_lines_type,
    DROP CONSTRAINT ck_bill_lines_seconds,
    DROP CONSTRAINT ck_bill_lines_sign,
    DROP COLUMN cap_units,
    DROP COLUMN type,
    DROP COLUMN adjustment_id,
    ADD CONSTRAINT ck_bill_lines_seconds CHECK (worked_seconds > 0),
    ADD CONSTRAINT ck_bill_lines_not_negative CHECK (minutes >= 0 AND bill_minor >= 0);
DROP TABLE adjustments;
