"""A whole posting in one round trip: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0016_posting.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0016_posting_down.sql").read_text(encoding="utf-8"))
