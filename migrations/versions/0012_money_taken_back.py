"""Where each cent of an invoice's money went, refunds and disputes: SQL beside."""

from pathlib import Path

from migrations.scripts import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0012_money_taken_back.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run((_HOME / "0012_money_taken_back_down.sql").read_text(encoding="utf-8"))
