"""Who is who among the processes that share a database."""

import os
import socket

from crawler.clock import now
from db import session, sources


def worker_name() -> str:
    """This process, as leases and runs name it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(worker: str) -> bool:
    """Whether a worker was a process of this machine that is gone."""
    machine, _, pid = worker.rpartition(":")
    return machine == socket.gethostname() and not _alive(int(pid))


def drop_dead_leases(database: session.Database) -> None:
    """Frees the sources that a killed process of this machine still holds, so that the next run need not wait."""
    for worker, _ in sources.holders(database, now()).values():
        if is_dead(worker):
            sources.abandon(database, worker)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
