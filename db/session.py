"""The way to a database: connecting, creating, upgrading, and the scope of a transaction."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import URL, Connection, CursorResult, Engine, Insert, Table, create_engine, event, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.orm import Session

from db import schema
from db.errors import BadAddress, Contended, Unavailable
from db.models import Base
from db.troubles import plain_errors, shown

# A transaction of ours holds the file for some milliseconds; a backup or a person's SQL shell may hold it longer.
BUSY_SECONDS = 30
CONNECT_SECONDS = 10

# A deferred transaction that reads and then writes fails at once when another one has written in between.
_BEGIN_WRITING = "BEGIN IMMEDIATE"
_TRIES = 5

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """An open database. Safe to share between threads; after a fork each process connects for itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(begin=_BEGIN_WRITING)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that reads one consistent state.

        Raises: Unavailable.
        """
        with plain_errors(self._engine.url), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or leaves nothing when an exception passes.

        Raises: Unavailable.
        """
        with plain_errors(self._engine.url), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Ends all connections."""
        self._engine.dispose()


def connect(url: str) -> Database:
    """Opens a database: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`.

    An empty or missing database is made and given its tables.

    Raises: BadAddress, Unavailable, NotADatabase, Outdated, TooNew; see `db.errors`.
    """
    address = address_of(url)
    with plain_errors(address):
        _create_file(address)
        engine = _engine(address)
        try:
            with engine.connect() as connection:
                revision = schema.current(connection)
            if revision:
                schema.check(revision)
            else:
                _migrate(address)
        except BaseException:
            engine.dispose()
            raise
    return Database(engine)


def upgrade(url: str) -> tuple[str, str]:
    """Brings a database to this Copydesk's revision, in one transaction; makes it when it is missing.

    Returns: the revision before (empty for a new database) and after.
    Raises: BadAddress, Unavailable, NotADatabase, TooNew.
    """
    address = address_of(url)
    with plain_errors(address):
        _create_file(address)
        return _migrate(address)


def retried(transaction: Callable[P, T]) -> Callable[P, T]:
    """Runs a function that is one transaction again when another writer was in the way.

    PostgreSQL ends one of two transactions that wait for each other, and leaves the repeat to the client (its manual,
    13.3.4); two that insert the same row at once end the same way.
    """

    @wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(_TRIES - 1):
            with suppress(Contended, IntegrityError):
                return transaction(*args, **kwargs)
        return transaction(*args, **kwargs)

    return run


def insert_new(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that passes over rows which are there already."""
    return _insert_new(table(model), session.get_bind().dialect.name)


def insert_one(session: Session, model: type[Base], row: Mapping[str, Any]) -> int:
    """Inserts a row. Returns: its id."""
    inserted = session.execute(_insert(table(model)), row)
    return int(cast("CursorResult[Any]", inserted).inserted_primary_key[0])  # type: ignore[index]  # one row, one key


def table(model: type[Base]) -> Table:
    """The table of a model: a statement on it runs in a third of the time that one on the model takes."""
    return cast("Table", model.__table__)


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _insert_new(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def address_of(url: str) -> URL:
    """The address of a database, with its driver. Raises: BadAddress."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise BadAddress("the database's address is not a URL such as sqlite:///copydesk.db") from None
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise BadAddress(f"{shown(address)}: only sqlite:/// and postgresql:// databases are understood")
    if address.database in (None, "", ":memory:"):
        raise BadAddress(f"{shown(address)}: names no file; write sqlite:///copydesk.db")
    return address.set(drivername="sqlite+pysqlite")


def _migrate(address: URL) -> tuple[str, str]:
    # SQLite alters a table by making it anew; with foreign keys on, dropping the old one would empty others.
    engine = _engine(address, foreign_keys=False)
    try:
        with engine.execution_options(begin=_BEGIN_WRITING).begin() as connection:
            return schema.migrate(connection)
    finally:
        engine.dispose()


def _create_file(address: URL) -> None:
    """Makes a missing SQLite file readable by its owner only; SQLite gives `-wal` and `-shm` the same mode."""
    if address.get_backend_name() != "sqlite" or address.database is None:
        return
    path = Path(address.database)
    if not path.parent.is_dir():
        raise Unavailable(f"the folder {str(path.parent)!r} does not exist")
    if path.is_dir():
        raise Unavailable("this is a folder, not a file")
    try:
        # Never opened when it exists: closing a descriptor would end the locks that SQLite holds in this process.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise Unavailable(f"the file can't be made: {error.strerror}") from error


def _engine(address: URL, *, foreign_keys: bool = True) -> Engine:
    if address.get_backend_name() == "postgresql":
        return create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS})
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions; `begin` below does
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # with WAL, a crash of the program loses nothing
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine
