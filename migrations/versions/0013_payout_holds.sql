CREATE TABLE payout_holds (
  id UUID NOT NULL,
  trainer_id UUID NOT NULL,
  payout_id UUID,
  cause TEXT NOT NULL,
  reason TEXT,
  placed_by TEXT NOT NULL,
  placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  until_at TIMESTAMP WITH TIME ZONE,
  look_at TIMESTAMP WITH TIME ZONE,
  released_by TEXT,
  released_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_payout_holds PRIMARY KEY (id),
  CONSTRAINT ck_payout_holds_cause CHECK (cause IN ('finance_hold','bank_change')),
  CONSTRAINT ck_payout_holds_reason CHECK (cause <> 'finance_hold' OR reason IS NOT NULL AND look_at IS NOT NULL),
  CONSTRAINT ck_payout_holds_ends CHECK (cause <> 'bank_change' OR until_at IS NOT NULL),
  CONSTRAINT ck_payout_holds_released CHECK ((released_at IS NULL) = (released_by IS NULL)),
  CONSTRAINT fk_payout_holds_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
  CONSTRAINT fk_payout_holds_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id)
);
CREATE INDEX ix_payout_holds_payout_id ON payout_holds (payout_id);
CREATE INDEX ix_payout_holds_placed_at ON payout_holds (placed_at, id);
CREATE INDEX ix_payout_holds_trainer_id ON payout_holds (trainer_id, placed_at, id);
CREATE UNIQUE INDEX uq_payout_holds_payout ON payout_holds (payout_id) WHERE released_at IS NULL AND cause = 'finance_hold';
CREATE UNIQUE INDEX uq_payout_holds_trainer ON payout_holds (trainer_id) WHERE released_at IS NULL AND cause = 'finance_hold' AND payout_id IS NULL;
CREATE TABLE sanctions_screenings (
  id UUID NOT NULL,
  trainer_id UUID NOT NULL,
  outcome TEXT NOT NULL,
  lists TEXT NOT NULL,
  lists_of_at TIMESTAMP WITH TIME ZONE NOT NULL,
  recorded_by_user_id UUID NOT NULL,
  screened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_sanctions_screenings PRIMARY KEY (id),
  CONSTRAINT ck_sanctions_screenings_outcome CHECK (outcome IN ('clear','review')),
  CONSTRAINT fk_sanctions_screenings_trainer_id FOREIGN KEY(trainer_id) REFERENCES trainers (id),
  CONSTRAINT fk_sanctions_screenings_recorded_by_user_id FOREIGN KEY(recorded_by_user_id) REFERENCES users (id)
);
CREATE INDEX ix_sanctions_screenings_recorded_by_user_id ON sanctions_screenings (recorded_by_user_id);
CREATE INDEX ix_sanctions_screenings_trainer_id ON sanctions_screenings (trainer_id, screened_at, id);
ALTER TABLE payout_accounts ADD COLUMN destination TEXT;
ALTER TABLE payout_accounts ADD COLUMN first_ready_at TIMESTAMP WITH TIME ZONE;
UPDATE payout_accounts SET first_ready_at = fetched_at WHERE ready;
ALTER TABLE payout_attempts ADD COLUMN called_at TIMESTAMP WITH TIME ZONE;
