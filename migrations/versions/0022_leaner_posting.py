"""Posting asks for what is known only where it must: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0022_leaner_posting.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0022_leaner_posting_down.sql").read_text(encoding="utf-8"))
