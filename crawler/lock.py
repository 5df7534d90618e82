"""One run a machine and database: a lock file that the operating system frees when its holder ends, however it ends."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from crawler.clock import now
from crawler.config import Config

SQLITE = "sqlite:///"


class LockedError(Exception):
    """Another process holds the lock. The message says which, since when and with what command."""


def lock_path(config: Config) -> Path:
    """Where a run on this machine locks this database: beside a SQLite file, else in /tmp."""
    if config.database.startswith(SQLITE):
        return Path(config.database.removeprefix(SQLITE) + ".lock")
    name = hashlib.sha256(config.database.encode()).hexdigest()[:16]
    # Not the folder of TMPDIR, which a shell may have and cron has not.
    return Path(f"/tmp/copydesk-{os.getuid()}-{name}.lock")  # noqa: S108 (opened without following links)


@contextmanager
def locked(path: Path, command: str) -> Iterator[None]:
    """Holds the lock. The file stays afterwards, empty: taking a locked name away would let two in.

    Raises: LockedError at once when another process holds it; OSError when the file can't be made.
    """
    path.parent.stat()  # `filelock` would make the folder, and a mistyped name would pass
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(f"another run is going on: {holder(path) or 'it has just begun'} ({path})") from None
    try:
        path.write_text(f"process {os.getpid()}, since {now():%Y-%m-%d %H:%M:%S} UTC: {command}\n", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            path.write_text("", encoding="utf-8")
        lock.release()


def holder(path: Path) -> str:
    """What the holder wrote of itself; empty when there is none. After `kill -9` it is what the last one wrote."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:500].strip()
    except OSError:
        return ""
