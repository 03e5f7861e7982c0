ALTER TABLE payout_attempts DROP COLUMN called_at;
ALTER TABLE payout_accounts DROP COLUMN first_ready_at;
ALTER TABLE payout_accounts DROP COLUMN destination;
DROP TABLE sanctions_screenings;
DROP TABLE payout_holds;
