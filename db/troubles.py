"""What the drivers raise, in words for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from db.errors import Contended, Lost, NotADatabase, Outdated, TooNew, Unavailable

_SQLITE = {
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore it from a backup",
    sqlite3.SQLITE_CANTOPEN: "the file can't be opened: check the folder and its permissions",
    sqlite3.SQLITE_READONLY: "the file can't be written: check its permissions and those of its folder",
    sqlite3.SQLITE_PERM: "the file can't be opened: check its permissions",
    sqlite3.SQLITE_BUSY: "another program holds the file: end it and try again",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk can't be read or written",
}
# Classes of SQLSTATE (PostgreSQL's manual, appendix A) that come from outside: connection, read-only transaction,
# authorisation, no such database, rolled back by a deadlock, out of resources, lock timeout, shut down, system error.
_POSTGRESQL = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
_NO_PRIVILEGE = "42501"
# A connection that breaks or is refused (which has no state when no server answers), and a server that shuts down or
# starts.
_GONE = ("08", "57P")


def shown(address: URL) -> str:
    """A database's address without its password: a path, or a URL."""
    if address.get_backend_name() == "sqlite" and address.database:
        return address.database
    return address.set(drivername=address.get_backend_name()).render_as_string(hide_password=True)


@contextmanager
def plain_errors(address: URL) -> Iterator[None]:
    """Turns trouble from outside into one line that names the database, the trouble and, where known, the remedy.

    What a wrong statement raises passes as it is.
    """
    try:
        yield
    except (Unavailable, Outdated, TooNew) as error:
        raise type(error)(f"{shown(address)}: {error}") from error
    except DBAPIError as error:
        if not _from_outside(error):
            raise
        raise _kind(error)(f"{shown(address)}: {_reason(error.orig, address)}") from error


def _kind(error: DBAPIError) -> type[Unavailable]:
    if _sqlite_code(error.orig) == sqlite3.SQLITE_NOTADB:
        return NotADatabase
    state = _sqlstate(error.orig)
    if _sqlite_code(error.orig) is None and (state is None or state.startswith(_GONE)):
        return Lost
    return Contended if (state or "").startswith("40") else Unavailable


def _from_outside(error: DBAPIError) -> bool:
    code = _sqlite_code(error.orig)
    if code is not None:
        return code in _SQLITE
    sqlstate = _sqlstate(error.orig)
    if sqlstate is None:
        return isinstance(error, OperationalError | InterfaceError)
    return sqlstate[:2] in _POSTGRESQL or sqlstate == _NO_PRIVILEGE


def _sqlite_code(error: BaseException | None) -> int | None:
    """SQLite's primary result code: the lower byte; the extended codes hold more in the others."""
    code: Any = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _sqlstate(error: BaseException | None) -> str | None:
    state: str | None = getattr(error, "sqlstate", None)
    return state


def _reason(error: BaseException | None, address: URL) -> str:
    code = _sqlite_code(error)
    if code is not None:
        return _SQLITE[code]
    line = (str(error).splitlines() or ["the connection was lost"])[0]
    return line.replace(str(address.password), "***") if address.password else line
