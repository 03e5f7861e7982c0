"""Dunning: steps of unpaid invoices, and companies without new time: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0018_dunning.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0018_dunning_down.sql").read_text(encoding="utf-8"))
