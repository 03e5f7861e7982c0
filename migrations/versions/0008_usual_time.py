"""The usual time entry written by one function."""

from pathlib import Path

from migrations.scripts import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HOME = Path(__file__).parent


def upgrade() -> None:
    run((_HOME / "0008_usual_time.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    run("DROP FUNCTION record_usual_time;")
