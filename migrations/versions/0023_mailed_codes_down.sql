DELETE FROM one_time_tokens WHERE purpose = 'step_up';
ALTER TABLE one_time_tokens DROP CONSTRAINT ck_one_time_tokens_purpose;
ALTER TABLE one_time_tokens ADD CONSTRAINT ck_one_time_tokens_purpose CHECK (purpose IN ('verify_email','reset_password'));
DELETE FROM mail_deliveries WHERE template = 'step_up';
ALTER TABLE mail_deliveries DROP CONSTRAINT ck_mail_deliveries_template;
ALTER TABLE mail_deliveries ADD CONSTRAINT ck_mail_deliveries_template CHECK (template IN ('verify_email','reset_password','address_taken'));
