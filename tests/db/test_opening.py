"""Connecting, creating, upgrading, and what is said when it can't be done."""

import os
import shutil
import socket
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from db import errors, feeds, links, schema, session, sources
from tests.db.samples import NOW

LATER = f"{int(schema.newest()) + 1:04}"
"""The revision of a Copydesk to come."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_new_database_is_made_and_opened_again(empty_url: str) -> None:
    with closing(session.connect(empty_url)) as db:
        sources.add(db, name="harbour", url="https://harbour.example/", now=NOW)
    with closing(session.connect(empty_url)) as db:
        assert [summary.source.name for summary in sources.listing(db)] == ["harbour"]


def test_upgrade_says_the_revision_before_and_after(empty_url: str) -> None:
    assert session.upgrade(empty_url) == ("", schema.newest())
    assert session.upgrade(empty_url) == (schema.newest(), schema.newest())


def test_a_relative_path_is_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    session.connect("sqlite:///news.db").close()
    assert (tmp_path / "news.db").is_file()


def test_only_the_owner_can_read_the_file_and_its_companions(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(session.connect(f"sqlite:///{tmp_path}/news.db")) as db:
            sources.add(db, name="harbour", url="https://harbour.example/", now=NOW)
            modes = {path.name: mode(path) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"news.db": 0o600, "news.db-wal": 0o600, "news.db-shm": 0o600}


def test_the_mode_that_a_person_gave_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.touch()
    path.chmod(0o640)
    session.connect(f"sqlite:///{path}").close()
    assert mode(path) == 0o640


def open_and_close(url: str) -> str:
    with closing(session.connect(url)) as db:
        return "" if sources.listing(db) else "empty"


def test_several_processes_may_create_a_database_at_once(empty_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(open_and_close, [empty_url] * 8)) == ["empty"] * 8


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if this Copydesk had one more migration."""
    folder = tmp_path / "100% later" / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{LATER}_later.py").write_text(
        "from alembic import op\n"
        "import sqlalchemy as sa\n"
        f"revision, down_revision = '{LATER}', '{schema.newest()}'\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('source') as table:\n"
        "        table.add_column(sa.Column('note', sa.Text))\n"
        "        table.alter_column('url', nullable=True)\n"
    )
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", folder)
        yield


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_an_older_revision_keeps_what_it_holds(
    empty_url: str, revision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "older"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (folder / "versions").glob("[0-9]*.py"):
        if file.name[:4] > revision:
            file.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", folder)
        session.connect(empty_url).close()
    execute(
        empty_url,
        "INSERT INTO source (id, name, url, enabled, created_at)"
        " VALUES (1, 'harbour', 'https://h.example/', true, '2026-03-01 12:00:00.000000')",
        "INSERT INTO feed (id, source_id, url, url_key, kind, created_at, failures, last_found, total_new)"
        " VALUES (1, 1, 'https://h.example/rss', 'k', 'feed', '2026-03-01 12:00:00.000000', 0, 20, 3)",
        "INSERT INTO link (id, url, url_key, source_id, feed_id, state, attempts, found_at)"
        " VALUES (1, 'https://h.example/1', 'k', 1, 1, 'new', 0, '2026-03-01 12:00:00.000000')",
    )
    assert session.upgrade(empty_url) == (revision, schema.newest())
    with closing(session.connect(empty_url)) as db:
        [feed] = feeds.of(db, 1)
        assert (feed.url, feed.last_found, feed.total_new) == ("https://h.example/rss", 20, 3)
        [summary] = sources.listing(db)
        assert summary.source.name == "harbour"
        assert links.brought(db, feed.id)


def test_an_older_database_is_refused_until_it_is_upgraded(url: str, next_revision: None) -> None:  # noqa: ARG001
    with pytest.raises(errors.Outdated, match="run `copydesk db upgrade`"):
        session.connect(url)
    assert session.upgrade(url) == (f"{int(LATER) - 1:04}", LATER)
    session.connect(url).close()


def test_an_upgrade_that_rebuilds_a_table_loses_nothing(url: str, request: pytest.FixtureRequest) -> None:
    with closing(session.connect(url)) as db:
        source = sources.add(db, name="harbour", url="https://harbour.example/", now=NOW)
        known = feeds.add(db, source.id, [("https://harbour.example/feed", "feed", None)], NOW)
    request.getfixturevalue("next_revision")
    session.upgrade(url)
    with closing(session.connect(url)) as db:
        assert sources.get(db, "harbour") == source
        assert feeds.of(db, source.id) == known


def test_a_newer_database_is_refused(url: str) -> None:
    execute(url, "UPDATE copydesk_version SET version_num = '0999'")
    for attempt in (session.connect, session.upgrade):
        with pytest.raises(errors.TooNew, match="made by a newer Copydesk"):
            attempt(url)


def test_another_programs_database_is_left_alone(empty_url: str) -> None:
    execute(empty_url, "CREATE TABLE recipe (id INTEGER)")
    for attempt in (session.connect, session.upgrade):
        with pytest.raises(errors.NotADatabase, match="holds other tables, such as 'recipe'"):
            attempt(empty_url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(errors.NotADatabase, match=r"letter\.txt: the file is not a database"):
        session.connect(f"sqlite:///{path}")
    assert path.read_text() == "Dear reader, " * 100


def test_a_damaged_file(sqlite_template: Path, tmp_path: Path) -> None:
    data = sqlite_template.read_bytes()
    (tmp_path / "news.db").write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(errors.Unavailable, match="damaged"):
        session.connect(f"sqlite:///{tmp_path}/news.db")


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable, match=r"the folder '.*/nowhere' does not exist"):
        session.connect(f"sqlite:///{tmp_path}/nowhere/news.db")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable, match="this is a folder"):
        session.connect(f"sqlite:///{tmp_path}")


@pytest.fixture
def readonly_folder(sqlite_template: Path) -> Iterator[Path]:
    """A folder with a database, neither of which this process may write."""
    folder = Path(tempfile.mkdtemp())  # not below tmp_path, which only its owner may enter
    shutil.copy(sqlite_template, folder / "news.db")
    (folder / "news.db").chmod(0o444)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)  # nobody: root may write everywhere
        yield folder
        os.seteuid(0)
    else:
        yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_file_that_can_not_be_written(readonly_folder: Path) -> None:
    with pytest.raises(errors.Unavailable, match=r"news\.db: the file can't be (written|opened)"):
        session.connect(f"sqlite:///{readonly_folder}/news.db")
    with pytest.raises(errors.Unavailable, match=r"other\.db: the file can't be made: Permission denied"):
        session.connect(f"sqlite:///{readonly_folder}/other.db")


def test_a_file_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BUSY_SECONDS", 0)
    with (
        closing(session.connect(f"sqlite:///{tmp_path}/news.db")) as db,
        closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(errors.Unavailable, match="another program holds the file"):
            sources.add(db, name="harbour", url="https://harbour.example/", now=NOW)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(errors.Unavailable) as caught:
        session.connect(f"postgresql://editor:hunter2@127.0.0.1:{free_port()}/news")
    message = str(caught.value)
    assert message.startswith("postgresql://editor:***@127.0.0.1:")
    assert "refused" in message
    assert "\n" not in message
    assert "hunter2" not in message


def test_a_database_that_the_server_does_not_have(postgres_server: str) -> None:
    with pytest.raises(errors.Unavailable, match='database "nowhere" does not exist'):
        session.connect(postgres_server.replace("/postgres?", "/nowhere?"))


@pytest.mark.parametrize(
    "url", ["news.db", "", "sqlite://", "sqlite:///:memory:", "mysql://editor:hunter2@host/news", "http://[x"]
)
def test_an_address_that_names_no_database(url: str) -> None:
    with pytest.raises(errors.BadAddress) as caught:
        session.connect(url)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = errors.DatabaseError.__doc__ or ""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert all(
        issubclass(kind, errors.DatabaseError) and f"{kind.__name__} " in drawn.replace("\n", " ") for kind in kinds
    )
