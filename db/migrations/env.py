"""Runs the migrations on the connection that `db.schema.migrate` hands over, in its transaction."""

from alembic import context

from db.models import Base
from db.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
