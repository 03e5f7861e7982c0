DROP TABLE terms_change_pay_terms;
DROP TABLE terms_change_bill_terms;
DROP TABLE engagement_terms_changes;
