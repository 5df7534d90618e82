"""The migrations make what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from db import models, schema


def is_ours(_object: object, name: str | None, *_: object) -> bool:
    """The full-text index is written by hand, and no model's."""
    return not (name or "").startswith(("article_search", "ix_article_search"))


def test_models_and_migrations_agree(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    options = {"version_table": schema.VERSION_TABLE, "include_object": is_ours, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, models.Base.metadata) == []
    engine.dispose()


def test_every_foreign_key_but_the_archives_is_indexed(url: str) -> None:
    """Removing a row looks for those that point at it; without an index it reads the whole table. Bodies stay."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        inspector = inspect(connection)
        bare = set()
        for table in models.Base.metadata.tables:
            leading = {index["column_names"][0] for index in inspector.get_indexes(table)}
            leading |= {constraint["column_names"][0] for constraint in inspector.get_unique_constraints(table)}
            leading |= set(inspector.get_pk_constraint(table)["constrained_columns"][:1])
            keys = {key["constrained_columns"][0] for key in inspector.get_foreign_keys(table)}
            bare |= {f"{table}.{column}" for column in keys - leading}
    engine.dispose()
    assert bare == {"page.body_hash"}
