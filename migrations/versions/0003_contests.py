"""Contests of single entries, and the states that entries and sheets have in them: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0003_contests.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0003_contests_down.sql").read_text(encoding="utf-8"))
