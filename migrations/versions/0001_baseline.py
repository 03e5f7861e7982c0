"""Everything of the first release, as SQL beside this file."""

from pathlib import Path

from migrations.scripts import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0001_baseline.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0001_baseline_down.sql").read_text(encoding="utf-8"))
