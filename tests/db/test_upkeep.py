"""Checks find what is broken, backups hold what was there, copies arrive whole."""

import sqlite3
import stat
from contextlib import closing

import pytest
from sqlalchemy import text

from db import articles, links, runs, search, session, sources, upkeep
from db.errors import BadAddress, Unavailable
from pipelines.records import Accepted, Found
from tests import postgres
from tests.db import samples


@pytest.fixture
def filled(database):
    """A database with a source, an article, links and a run."""
    source = sources.add(database, name="a.example", url="https://a.example/", now=samples.NOW)
    page = samples.page()
    links.add(database, source.id, [Found(page.url), Found("https://a.example/later")], None, samples.NOW)
    articles.store(database, page, Accepted(samples.article()), None)
    run = runs.start(database, "run", samples.NOW, "here:1")
    runs.count(database, run, source.id, "new")
    return database


def test_a_database_in_use_is_whole(filled):
    assert upkeep.check(filled) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE article SET version = 7", "1 articles without their current version"),
        ("UPDATE link SET article_id = NULL", "1 links that say stored, without an article"),
        ("UPDATE removal SET end_offset = 99999", "removals outside of their text"),
    ],
)
def test_what_does_not_belong_together_is_named(filled, damage, said):
    with filled.write() as writing:
        writing.execute(text(damage))
    assert any(said in problem for problem in upkeep.check(filled))


def test_a_damaged_file_is_found(sqlite_template, tmp_path):
    path = tmp_path / "copydesk.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO run_source (run_id, outcome, count) VALUES (77, 'new', 1)")
        connection.commit()
    with closing(session.connect(f"sqlite:///{path}")) as database:
        assert upkeep.check(database) == ["row 1 of run_source refers to a row of run that is not there"]


def test_a_backup_made_while_others_write_is_whole_and_private(sqlite_template, tmp_path):
    path, target = tmp_path / "copydesk.db", tmp_path / "backup.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    with closing(session.connect(url)) as database, database.write() as writing:
        writing.execute(text("INSERT INTO run (command, worker, started_at) VALUES ('run', 'a:1', '2026-06-01')"))
        assert upkeep.backup(url, target) == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup.db"]
    with closing(session.connect(f"sqlite:///{target}")) as copied:
        assert upkeep.check(copied) == []
        assert runs.listing(copied) == []  # what was not committed is not in it
    with closing(session.connect(url)) as database:
        assert len(runs.listing(database)) == 1
    upkeep.backup(url, target)
    with closing(session.connect(f"sqlite:///{target}")) as copied:
        assert len(runs.listing(copied)) == 1


def test_a_backup_replaces_nothing_but_a_backup(sqlite_template, tmp_path):
    url = f"sqlite:///{sqlite_template}"
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear editor")
    for target in (letter, sqlite_template, tmp_path):
        with pytest.raises(BadAddress, match="no backup"):
            upkeep.backup(url, target)
    assert letter.read_text() == "Dear editor"
    with pytest.raises(Unavailable, match="the backup failed"):
        upkeep.backup(url, tmp_path / "no" / "folder.db")
    with pytest.raises(Unavailable, match="the backup failed"):
        upkeep.backup(f"sqlite:///{tmp_path}/missing.db", tmp_path / "copy.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["letter.txt"]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_copy_in_another_database_goes_on_where_the_first_was(filled, to, tmp_path, postgres_server):
    with postgres.database(postgres_server) as server:
        url = server if to == "postgresql" else f"sqlite:///{tmp_path}/other.db"
        with closing(session.connect(url)) as target:
            counts = upkeep.copy(filled, target)
            assert (counts["source"], counts["article"], counts["link"], counts["run_source"]) == (1, 1, 2, 1)
            assert upkeep.check(target) == []
            [there], [here] = articles.each(filled), articles.each(target)
            assert here == there
            [word] = sorted(there.article.text.split(), key=len)[-1:]
            assert [hit.id for hit in search.search(target, word.strip(".,"), 5)] == [there.id]
            assert sources.add(target, name="b.example", url="https://b.example/", now=samples.NOW).id == 2
            assert runs.start(target, "run", samples.NOW, "here:1") == 2
            with pytest.raises(BadAddress, match="has rows already, in"):
                upkeep.copy(filled, target)


def test_the_address_of_a_server_is_told_without_its_password():
    assert upkeep.public_address("postgresql://me:secret@host/news") == "postgresql://me@host/news"
    assert upkeep.sqlite_file("postgresql://me:secret@host/news") is None
