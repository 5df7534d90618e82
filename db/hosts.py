"""What is known of hosts from one run to the next: their own files, and until when they are left alone."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert

from db import models
from db.models import url_key
from db.session import Database, retried, table


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a host is left alone for a while."""

    until: datetime
    asked: bool
    """Whether the host asked for it (Retry-After); else it failed or refused."""
    times: int
    """Runs in a row that ended in leaving it alone."""
    why: str
    """One line for people."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A file in which a host says what it allows, such as its robots.txt, as fetched last."""

    fetched_at: datetime
    status: int
    body: bytes
    etag: str | None = None
    last_modified: str | None = None


def rest(db: Database, host: str) -> Rest | None:
    """Why a host (`pipelines.urls.host_key`) was last left alone, also when that is over; None when it works."""
    with db.read() as session:
        row = session.get(models.Rest, host)
        return None if row is None else Rest(row.until, row.asked, row.times, row.why)


@retried
def leave_alone(db: Database, host: str, rest: Rest) -> None:
    """Notes that a host is left alone, in place of what was noted before."""
    with db.write() as session:
        session.merge(models.Rest(host=host, until=rest.until, asked=rest.asked, times=rest.times, why=rest.why))


def works(db: Database, host: str) -> None:
    """Forgets why a host was left alone."""
    with db.write() as session:
        session.execute(delete(models.Rest).where(models.Rest.host == host))


def notice(db: Database, url: str) -> Notice | None:
    """A host's file as fetched last; None when it never was."""
    with db.read() as session:
        row = session.get(models.Notice, url_key(url))
        return None if row is None else Notice(row.fetched_at, row.status, row.body, row.etag, row.last_modified)


@retried
def post(db: Database, url: str, notice: Notice) -> None:
    """Keeps a host's file, in place of an older one."""
    here = table(models.Notice)
    key = url_key(url)
    row = {"url_key": key, "url": url, **asdict(notice)}
    with db.write() as session:
        session.execute(delete(here).where(here.c.url_key == key))
        session.execute(insert(here), row)
