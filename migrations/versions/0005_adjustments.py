"""Adjustments of approved time as typed lines; limits that were in force are frozen: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0005_adjustments.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0005_adjustments_down.sql").read_text(encoding="utf-8"))
