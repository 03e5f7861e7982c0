"""Saved means of payment, and charges of them: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0020_mandates.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0020_mandates_down.sql").read_text(encoding="utf-8"))
