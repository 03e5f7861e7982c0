"""Everything of the first release."""

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from app.kit.db import EXTRA_DDL, FIRST_DDL
from migrations.all_tables import metadata
from migrations.scripts import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for up, _ in FIRST_DDL:
        run(up)
    metadata.create_all(op.get_bind())
    for up, _ in EXTRA_DDL:
        run(up)
    run(QueryBuilderEnvironment().build_install_query())


def downgrade() -> None:
    run(QueryBuilderEnvironment().build_uninstall_query())
    for _, down in reversed(EXTRA_DDL):
        run(down)
    metadata.drop_all(op.get_bind())
    for _, down in reversed(FIRST_DDL):
        run(down)
