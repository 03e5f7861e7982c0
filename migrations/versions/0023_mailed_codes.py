"""Codes of a second factor that travel in a mail: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0023_mailed_codes.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0023_mailed_codes_down.sql").read_text(encoding="utf-8"))
