"""What stops a payout: holds, screenings, the bank account as it was: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0013_payout_holds.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0013_payout_holds_down.sql").read_text(encoding="utf-8"))
