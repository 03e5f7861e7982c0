"""Shared caps in slices, and the usual time entry that works them off."""

from pathlib import Path

from migrations.scripts import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0009_cap_leases.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """What is held in advance goes back: counters count hours alone again."""
    run((_HOME / "0009_cap_leases_down.sql").read_text(encoding="utf-8"))
