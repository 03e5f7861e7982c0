"""When an engagement was paused, on its row."""

from migrations.scripts import run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE engagements
    ADD COLUMN pauses TSTZMULTIRANGE DEFAULT '{}'::tstzmultirange NOT NULL;

ALTER TABLE engagements ADD CONSTRAINT ck_engagements_paused_now
    CHECK ((state = 'paused') = upper_inf(pauses));
"""

DOWN = """
ALTER TABLE engagements DROP CONSTRAINT ck_engagements_paused_now;

ALTER TABLE engagements DROP COLUMN pauses;
"""


def upgrade() -> None:
    run(UP)


def downgrade() -> None:
    run(DOWN)
