"""Notices to read, their deliveries by e-mail and push, phones, and how each user wants it."""

from pathlib import Path

from migrations.scripts import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0004_notices.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0004_notices_down.sql").read_text(encoding="utf-8"))
