"""Looking after a database: is it whole, a copy of it while it is in use, and moving it to another server."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Table, func, insert, select, text

from db import models
from db.errors import BadAddress, Unavailable
from db.models import Base, LinkState
from db.session import Database, address_of
from db.troubles import shown

_ROWS = 500
"""Rows copied at a time: bodies of 30 KB make that 15 MB."""

_LOOSE = {
    "articles without their current version": select(func.count())
    .select_from(models.Article)
    .outerjoin(
        models.ArticleVersion,
        (models.ArticleVersion.article_id == models.Article.id)
        & (models.ArticleVersion.number == models.Article.version),
    )
    .where(models.ArticleVersion.id.is_(None)),
    "links that say stored, without an article": select(func.count())
    .select_from(models.Link)
    .where(models.Link.state == LinkState.STORED, models.Link.article_id.is_(None)),
    "removals outside of their text": select(func.count())
    .select_from(models.Removal)
    .join(models.ArticleVersion, models.ArticleVersion.id == models.Removal.version_id)
    .where(
        (models.Removal.start_offset < 0)
        | (models.Removal.end_offset < models.Removal.start_offset)
        | (models.Removal.end_offset > func.length(models.ArticleVersion.raw))
    ),
}
"""What must not be, each with the query that counts it."""


def check(db: Database) -> list[str]:
    """What is wrong, a line each; nothing for a database that is whole.

    SQLite's own checks of pages, indexes and references, and Copydesk's of what belongs together. PostgreSQL checks
    its files itself. Others may read and write meanwhile. Raises: Unavailable.
    """
    with db.read() as session:
        connection = session.connection()
        problems = _sqlite_problems(connection) if connection.dialect.name == "sqlite" else []
        counts = {what: session.scalar(query) for what, query in _LOOSE.items()}
    return problems + [f"{n} {what}" for what, n in counts.items() if n]


def _sqlite_problems(connection: Connection) -> list[str]:
    problems = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)") if row[0] != "ok"]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20)
    problems += [f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there" for row in broken]
    # Not FTS5's own check, which is an INSERT and would keep writers waiting for as long as it takes.
    indexed = connection.exec_driver_sql("SELECT count(*) FROM article_search_docsize").scalar_one()
    filed = connection.exec_driver_sql("SELECT count(*) FROM article").scalar_one()
    if indexed != filed:
        problems.append(f"the full-text index knows {indexed} of {filed} articles")
    return problems


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for another kind. Raises: BadAddress."""
    address = address_of(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def public_address(url: str) -> str:
    """A database's address without its password. Raises: BadAddress."""
    own = address_of(url)
    return shown(URL.create(own.get_backend_name(), own.username, None, own.host, own.port, own.database, own.query))


def backup(url: str, target: Path) -> int:
    """Copies a SQLite database to a file, in one consistent state, while others read and write.

    The file appears when it is complete, checked and on the disk; only its owner can read it. An earlier backup of
    that name is replaced. Returns: its size in bytes.
    Raises: BadAddress for another kind of database or target; Unavailable when reading or writing fails.
    """
    source = sqlite_file(url)
    if source is None:
        raise BadAddress(f"{public_address(url)}: only a SQLite database is one file")
    if target.exists() and (target.samefile(source) or not _is_sqlite(target)):
        raise BadAddress(f"{target} is there and is no backup; name another file")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        original = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)  # not made when it is missing
        with closing(original), closing(sqlite3.connect(part)) as duplicate:
            original.backup(duplicate)  # all at once: in steps it would begin anew whenever somebody writes
            duplicate.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
            [(verdict,)] = duplicate.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise Unavailable(f"{source}: the copy is damaged ({verdict}); see `copydesk db check`")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{target}: the backup failed: {error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
    return target.stat().st_size


def _is_sqlite(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(15) == b"SQLite format 3"
    return False


def copy(source: Database, target: Database) -> dict[str, int]:
    """Copies all rows to an empty database, in one transaction, from one consistent state.

    Returns: how many rows each table had. Raises: BadAddress when there are rows already; Unavailable.
    """
    counts = {}
    with source.read() as reading, target.write() as writing:
        there, here = reading.connection(), writing.connection()
        tables = Base.metadata.sorted_tables
        filled = [table.name for table in tables if here.execute(select(table).limit(1)).first()]
        if filled:
            raise BadAddress(f"the database to copy to has rows already, in {filled[0]}; give it a new one")
        for table in tables:
            counts[table.name] = _copy_table(there, here, table)
        if here.dialect.name == "postgresql":
            _continue_numbers(here, tables)
    return counts


def _copy_table(there: Connection, here: Connection, table: Table) -> int:
    rows = 0
    result = there.execution_options(yield_per=_ROWS).execute(select(table))
    for part in result.mappings().partitions(_ROWS):
        here.execute(insert(table), [dict(row) for row in part])
        rows += len(part)
    return rows


def _continue_numbers(here: Connection, tables: Sequence[Table]) -> None:
    """Lets PostgreSQL's sequences go on after the highest numbers."""
    for table in tables:
        [*columns] = table.primary_key.columns
        if [column.name for column in columns] == ["id"]:
            name = table.name
            query = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608 (ours)
            here.execute(text(query))
