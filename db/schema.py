"""Which revision a database has, and how it gets to the newest."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from db.errors import NotADatabase, Outdated, TooNew

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "copydesk_version"
# Any constant of our own: whoever migrates a PostgreSQL database holds this advisory lock.
_MIGRATION_LOCK = 0x636F7079


def newest() -> str:
    """The newest revision; the migrations' files begin with their number: `0001_first.py`."""
    return max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str:
    """The database's revision; empty for an empty database.

    Raises: NotADatabase when there are tables that Copydesk did not make.
    """
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE in tables:
        return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none() or "")  # noqa: S608 (a constant)
    if tables:
        raise NotADatabase(f"it holds other tables, such as {tables[0]!r}; give Copydesk a database of its own")
    return ""


def check(revision: str) -> None:
    """Raises: Outdated, TooNew; nothing for the newest revision."""
    if revision < newest():
        raise Outdated(f"made by an older Copydesk (revision {revision}, needed {newest()}): run `copydesk db upgrade`")
    if revision > newest():
        raise TooNew(f"made by a newer Copydesk (revision {revision}, this one knows {newest()}): update Copydesk")


def migrate(connection: Connection) -> tuple[str, str]:
    """Brings the database to the newest revision, in the caller's transaction.

    Returns: the revision before (empty for a new database) and after.
    Raises: NotADatabase, TooNew.
    """
    from alembic import command  # 50 ms that only a migration needs
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    before = current(connection)
    if before > newest():
        check(before)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, newest()
