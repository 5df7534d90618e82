"""`copydesk reclean`: a change of rules reaches old articles, without fetching."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from crawler import recleaning
from crawler.config import Config
from db import articles, session, sources
from db.recleaning import Scope
from pipelines.process import process_page
from pipelines.records import Page
from pipelines.rules import load_rulebook
from tests.crawler.hosts import ARTICLE

MANY = 250
RULES = load_rulebook()
WORDS = """anchor barrel candle dagger ember feather garden hammer island jacket kettle lantern meadow needle orchard
pebble quarry ribbon saddle timber upland velvet willow yonder zephyr acorn bramble copper dairy easel fiddle"""
MOTTO = "Read more about the harbour in our other paper, which the tide brings in on Sundays."
PHRASE = """
[[layout.phrase]]
id = "motto"
kind = "site furniture"
place = "line"
pattern = "read more about the harbour in .{1,80}"
why = "points at the other paper"
example = "Read more about the harbour in our other paper"
keep = "The harbour has a paper."
"""


EVERYTHING = PHRASE.replace("read more about the harbour in .{1,80}", ".{1,200}")


def babble(number: int) -> str:
    """Sentences that are like those of no other number: what is alike is compared, which takes time."""
    chosen = random.Random(number)  # noqa: S311  # no secret
    return " ".join(f"The {' '.join(chosen.choices(WORDS.split(), k=12))} of Skarvik." for _ in range(12))


def page(number: int, day: int = 1, said: str = "") -> Page:
    """An article's page that was fetched on a day of June; it ends with the paper's motto."""
    url = f"https://skarvik.example/news/{number}"
    body = ARTICLE.replace(b"Harbour wall", f"Harbour wall {number}".encode())
    body = body.replace(b"</article>", f"<p>{said}</p><p>{MOTTO}</p></article>".encode())
    return Page(url, url, 200, (), body, datetime(2026, 6, day, tzinfo=UTC))


@pytest.fixture
def filed(copydesk):
    """The command, with three articles on two days, filed by today's code and rules; the folder has a site file."""
    database = session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")
    sources.add(database, name="skarvik.example", url="https://skarvik.example/", now=datetime(2026, 6, 1, tzinfo=UTC))
    for fetched in (page(1), page(2), page(3, day=2)):
        articles.store(database, fetched, process_page(fetched, RULES), None)
    database.close()
    (copydesk.folder / "copydesk.toml").write_text('sites = "sites"\n')
    (copydesk.folder / "sites").mkdir()
    (copydesk.folder / "sites" / "other.example.toml").write_text('[[layout]]\ndrop = [".promo"]\n')
    return copydesk


def teach(copydesk, rules: str) -> None:
    (copydesk.folder / "sites" / "skarvik.example.toml").write_text(f"[[layout]]\n{rules}")


def records(copydesk) -> list[dict[str, object]]:
    return [json.loads(line) for line in copydesk("export").stdout.splitlines()]


def said(done, code: int = 0) -> str:
    """The last line on standard error."""
    assert done.returncode == code, done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_where_nothing_changed_nothing_changes(filed):
    assert "0 changed, 3 unchanged" in said(filed("reclean"))
    before = records(filed)
    assert "nothing to clean" in said(filed("reclean"))
    assert "0 changed, 3 unchanged" in said(filed("reclean", "--all", "--processes", "2"))
    assert records(filed) == before


def test_a_new_rule_reaches_old_articles_in_place(filed):
    teach(filed, PHRASE)
    before = records(filed)
    done = filed("reclean", "--dry-run")
    assert "3 changed" in said(done)
    assert "site.skarvik.example.motto\t3\t0" in done.stdout
    assert f"- {MOTTO[:40]}" in done.stdout
    assert "by site.skarvik.example.motto" in done.stdout
    assert records(filed) == before

    assert "3 changed" in said(filed("reclean"))
    after = records(filed)
    assert [record["text"] for record in after] == [
        str(record["text"]).removesuffix(f"\n\n{MOTTO}") for record in before
    ]
    assert {record["version"] for record in after} == {1}
    assert "site.skarvik.example.motto" in filed("explain", "1").stdout
    assert "nothing to clean" in said(filed("reclean"))


def test_a_rule_that_is_gone_gives_back_what_it_took(filed):
    before = records(filed)
    teach(filed, PHRASE)
    filed("reclean")
    (filed.folder / "sites" / "skarvik.example.toml").unlink()
    done = filed("reclean", "--dry-run")
    assert "site.skarvik.example.motto\t0\t3" in done.stdout
    assert f"+ {MOTTO[:40]}" in done.stdout
    filed("reclean")
    assert [record["text"] for record in records(filed)] == [record["text"] for record in before]


def test_the_scope_is_said_in_words_of_the_archive(filed):
    teach(filed, PHRASE)
    assert "1 changed" in said(filed("reclean", "--since", "2026-06-02"))
    assert "nothing to clean" in said(filed("reclean", "--rule", "no.such", "--dry-run"))
    assert "1 unchanged" in said(filed("reclean", "--rule", "site.skarvik.example.motto", "--all"))
    assert "2 changed" in said(filed("reclean", "--until", "2026-06-01", "--dry-run"))
    assert "nothing to clean" in said(filed("reclean", "--source", "skarvik.example"))  # these are of no source
    made = said(filed("reclean", "--version", "0+none"))
    old, new = sorted({str(record["pipeline_version"]) for record in records(filed)}, key=made.index)
    assert said(filed("reclean", "--version", old, "--dry-run")) != said(filed("reclean", "--version", new))
    assert "nobody" in said(filed("reclean", "--source", "nobody"), 2)
    assert "--since" in said(filed("reclean", "--since", "yesterday"), 2)


def test_an_article_whose_page_would_be_rejected_now_is_named_and_stays(filed):
    before = records(filed)
    teach(filed, EVERYTHING)
    done = filed("reclean")
    assert "0 changed, 3 rejected now" in said(done)
    assert "article 2 would be rejected now: " in done.stderr
    assert records(filed) == before


def test_a_page_that_was_rejected_and_is_an_article_now_is_filed(copydesk):
    fetched = page(1)
    (copydesk.folder / "skarvik.example.toml").write_text(f"[[layout]]\n{EVERYTHING}")
    blind = load_rulebook([copydesk.folder / "skarvik.example.toml"]).for_page(fetched)
    database = session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")
    articles.store(database, fetched, process_page(fetched, blind), None)
    database.close()
    assert copydesk("export").stdout == ""
    assert "a new article: Harbour wall 1 rebuilt" in copydesk("reclean", "--dry-run").stdout
    assert copydesk("export").stdout == ""
    assert "1 new" in said(copydesk("reclean"))
    assert [record["url"] for record in records(copydesk)] == [fetched.url]
    assert "nothing to clean" in said(copydesk("reclean"))


def test_a_page_on_which_the_code_fails_is_set_aside_and_the_rest_is_cleaned(filed, monkeypatch):
    def fails(fetched, rules):
        if fetched.url.endswith("2"):
            raise ValueError("no way")
        return process_page(fetched, rules)

    config = Config(database=f"sqlite:///{filed.folder}/copydesk.db")
    with monkeypatch.context() as patch:
        patch.setattr(recleaning, "process_page", fails)
        found = list(recleaning.reclean(config, Scope(), 1, dry_run=False))
    assert [result.verdict.value for result in found] == ["unchanged", "failed", "unchanged"]
    database = session.connect(config.database)
    [kept] = articles.quarantined(database)
    assert kept.traceback.endswith("ValueError: no way\n")
    assert list(recleaning.reclean(config, Scope(), 1, dry_run=False))
    assert articles.quarantined(database) == []
    database.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A database with so many articles that some are left when the first are cleaned, and their texts."""
    path = tmp_path_factory.mktemp("archive") / "copydesk.db"
    database = session.connect(f"sqlite:///{path}")
    for number in range(MANY):
        fetched = page(number, said=babble(number))
        articles.store(database, fetched, process_page(fetched, RULES), None)
    texts = [each.article.text for each in articles.each(database)]
    database.close()
    return path, texts


@pytest.fixture
def many(copydesk, archive):
    """The command, with articles that another pipeline has made and that read otherwise now, and their texts."""
    path, texts = archive
    shutil.copy(path, copydesk.folder)
    with closing(sqlite3.connect(copydesk.folder / "copydesk.db")) as connection, connection:
        connection.execute("UPDATE article SET text = 'old', pipeline_version = '0+old'")
    return copydesk, texts


def begun(copydesk) -> subprocess.Popen[bytes]:
    """`reclean` with two workers, when it has filed something, and not all by far."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "reclean", "--processes", "2"],
        cwd=copydesk.folder,
        env=copydesk.environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while process.poll() is None and left(copydesk) == MANY:
        time.sleep(0.01)
    return process


def left(copydesk) -> int:
    with closing(sqlite3.connect(copydesk.folder / "copydesk.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM article WHERE text = 'old'").fetchone()[0])


def test_what_was_killed_goes_on_where_it_was(many):
    copydesk, texts = many
    with begun(copydesk) as process:
        process.kill()
    rest = left(copydesk)
    assert 0 < rest < MANY
    done = copydesk("reclean")
    assert f"{rest} changed" in said(done)
    assert [record["text"] for record in records(copydesk)] == texts


def test_a_signal_to_all_processes_ends_it_with_all_that_was_under_way_filed(many):
    copydesk, texts = many
    with begun(copydesk) as process:
        os.killpg(process.pid, signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    rest = left(copydesk)
    assert 0 < rest < MANY
    assert f"interrupted, {rest} pages left" in stderr.decode()
    assert "Traceback" not in stderr.decode()
    assert f"{rest} changed" in said(copydesk("reclean"))
    assert [record["text"] for record in records(copydesk)] == texts
