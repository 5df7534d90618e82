"""Articles are looked at again for edits, and endpoints keep a cadence of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("article", sa.Column("gone_at", _MOMENT, nullable=True))
    with op.batch_alter_table("feed") as feed:
        feed.add_column(sa.Column("depth", sa.Integer(), nullable=False, server_default="0"))
        feed.add_column(sa.Column("ttl_seconds", sa.Integer(), nullable=True))
        feed.add_column(sa.Column("told_modified", _MOMENT, nullable=True))
        feed.add_column(sa.Column("dates_right", sa.Integer(), nullable=False, server_default="0"))
        feed.add_column(sa.Column("dates_wrong", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("feed") as feed:
        for name in ("depth", "dates_right", "dates_wrong"):
            feed.alter_column(name, server_default=None)
    with op.batch_alter_table("link") as link:
        link.add_column(sa.Column("looked_at", _MOMENT, nullable=True))
        link.add_column(sa.Column("etag", sa.Text(), nullable=True))
        link.add_column(sa.Column("last_modified", sa.Text(), nullable=True))
        link.add_column(sa.Column("told_modified", _MOMENT, nullable=True))
        link.add_column(sa.Column("told_at", _MOMENT, nullable=True))
        link.add_column(sa.Column("dated_by", sa.Integer(), nullable=True))
        link.create_foreign_key(op.f("fk_link_dated_by"), "feed", ["dated_by"], ["id"], ondelete="SET NULL")
    op.create_index(
        "ix_link_dated_by",
        "link",
        ["dated_by"],
        sqlite_where=sa.text("dated_by IS NOT NULL"),
        postgresql_where=sa.text("dated_by IS NOT NULL"),
    )
