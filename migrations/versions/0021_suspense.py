"""Suspense: money of which nobody knows whose it is: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0021_suspense.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0021_suspense_down.sql").read_text(encoding="utf-8"))
