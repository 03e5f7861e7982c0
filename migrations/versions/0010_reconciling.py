"""The provider's statement beside our books, passes for finance's pages: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0010_reconciling.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0010_reconciling_down.sql").read_text(encoding="utf-8"))
