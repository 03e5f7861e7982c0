"""Changes of an engagement's terms, with their rates in two tables."""

from pathlib import Path

from migrations.scripts import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0007_terms_changes.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0007_terms_changes_down.sql").read_text(encoding="utf-8"))
