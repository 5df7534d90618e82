"""Which pages were cleaned again, so that cleaning all of them can go on where it was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("page", sa.Column("pipeline_version", sa.Text(), nullable=True))
