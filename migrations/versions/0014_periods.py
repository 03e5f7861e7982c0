"""Months of the books that can be closed, snapshots of balances: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0014_periods.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0014_periods_down.sql").read_text(encoding="utf-8"))
