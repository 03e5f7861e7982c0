"""Saved means of payment, and charges of them: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0019_mandates.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0019_mandates_down.sql").read_text(encoding="utf-8"))
