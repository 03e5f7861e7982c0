"""Invitations to a company's account, the history of its members, and always one owner."""

from migrations.scripts import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE company_members ADD CONSTRAINT ck_company_members_role
    CHECK (role IN ('owner','hiring_manager','reviewer','billing','viewer'));

DROP INDEX ix_company_members_user_id;

ALTER TABLE company_members ADD CONSTRAINT uq_company_members_user_id UNIQUE (user_id);

CREATE FUNCTION company_keeps_an_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM companies WHERE id = OLD.company_id) AND NOT EXISTS
     (SELECT FROM company_members WHERE company_id = OLD.company_id AND role = 'owner') THEN
    RAISE EXCEPTION 'a company always has an owner' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER company_members_keep_an_owner AFTER UPDATE OR DELETE ON company_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION company_keeps_an_owner();

CREATE TABLE company_invitations (
    id UUID NOT NULL,
    company_id UUID NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    token_hash BYTEA,
    mail_id UUID NOT NULL,
    mail_state TEXT NOT NULL,
    invited_by_user_id UUID NOT NULL,
    accepted_by_user_id UUID,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_company_invitations PRIMARY KEY (id),
    CONSTRAINT ck_company_invitations_role
        CHECK (role IN ('hiring_manager','reviewer','billing','viewer')),
    CONSTRAINT ck_company_invitations_state CHECK (state IN ('open','accepted','withdrawn')),
    CONSTRAINT ck_company_invitations_language CHECK (language IN ('en','de')),
    CONSTRAINT ck_company_invitations_mail_state
        CHECK (mail_state IN ('intended','sent','failed')),
    CONSTRAINT ck_company_invitations_accepted_by
        CHECK ((state = 'accepted') = (accepted_by_user_id IS NOT NULL)),
    CONSTRAINT ck_company_invitations_token_of_open CHECK (state = 'open' OR token_hash IS NULL),
    CONSTRAINT fk_company_invitations_company_id
        FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT uq_company_invitations_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_company_invitations_invited_by_user_id
        FOREIGN KEY(invited_by_user_id) REFERENCES users (id),
    CONSTRAINT fk_company_invitations_accepted_by_user_id
        FOREIGN KEY(accepted_by_user_id) REFERENCES users (id)
);

CREATE INDEX ix_company_invitations_accepted_by_user_id
    ON company_invitations (accepted_by_user_id);

CREATE INDEX ix_company_invitations_company_id ON company_invitations (company_id);

CREATE INDEX ix_company_invitations_invited_by_user_id ON company_invitations (invited_by_user_id);

CREATE UNIQUE INDEX uq_company_invitations_open
    ON company_invitations (company_id, email_key) WHERE state = 'open';

CREATE TABLE company_member_steps (
    id UUID NOT NULL,
    company_id UUID NOT NULL,
    user_id UUID,
    invitation_id UUID,
    event TEXT NOT NULL,
    role TEXT,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_company_member_steps PRIMARY KEY (id),
    CONSTRAINT ck_company_member_steps_about
        CHECK (user_id IS NOT NULL OR invitation_id IS NOT NULL),
    CONSTRAINT fk_company_member_steps_company_id FOREIGN KEY(company_id) REFERENCES companies (id),
    CONSTRAINT fk_company_member_steps_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_company_member_steps_invitation_id
        FOREIGN KEY(invitation_id) REFERENCES company_invitations (id)
);

CREATE INDEX ix_company_member_steps_company_id ON company_member_steps (company_id);

CREATE INDEX ix_company_member_steps_invitation_id ON company_member_steps (invitation_id);

CREATE INDEX ix_company_member_steps_user_id ON company_member_steps (user_id);
"""

DOWN = """
DROP TABLE company_member_steps;
DROP TABLE company_invitations;
DROP TRIGGER company_members_keep_an_owner ON company_members;
DROP FUNCTION company_keeps_an_owner();
ALTER TABLE company_members DROP CONSTRAINT uq_company_members_user_id;
CREATE INDEX ix_company_members_user_id ON company_members (user_id);
ALTER TABLE company_members DROP CONSTRAINT ck_company_members_role;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
