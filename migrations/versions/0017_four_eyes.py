"""A fresh second factor, and a second person above a sum: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0017_four_eyes.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0017_four_eyes_down.sql").read_text(encoding="utf-8"))
