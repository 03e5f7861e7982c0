"""Fewer index writes for a new time entry, and short ways that check before they write."""

from pathlib import Path

from migrations.scripts import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0011_leaner_hours.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0011_leaner_hours_down.sql").read_text(encoding="utf-8"))
