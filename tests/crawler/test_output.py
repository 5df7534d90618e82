"""What is printed suits its reader: a terminal, a pipe that closes, a program that wants UTF-8."""

import csv
import io
import json
import os
import subprocess
import sys
from unicodedata import category

import pytest

from db import articles, session, sources
from pipelines.records import Accepted, Candidate
from tests.db import samples

HOSTILE = "\x1b[2J\x9b31m\u202egnp.exe\u200b"
SPELLING = "می\u200cخواهم"
TITLE = f"日本 {SPELLING} {HOSTILE}"


@pytest.fixture
def filed(copydesk):
    """The command, with an article whose every text is hostile."""
    database = session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")
    sources.add(database, name="harbour.example", url="https://harbour.example/", now=samples.NOW)
    article = samples.article(
        text=f"The ferry {SPELLING} is late. {HOSTILE}",
        title=TITLE,
        authors=(HOSTILE,),
        section=HOSTILE,
        standfirst=HOSTILE,
        candidates=(Candidate("title", HOSTILE, HOSTILE, chosen=True),),
    )
    articles.store(database, samples.page(), Accepted(article), None)
    database.close()
    return copydesk


def test_text_of_others_can_not_steer_a_terminal(filed):
    for arguments in (["articles"], ["show", "1"], ["explain", "1"], ["search", "ferry"]):
        done = filed(*arguments)
        assert done.returncode == 0, done.stderr
        assert "�" in done.stdout
        assert SPELLING in done.stdout
        assert {char for char in done.stdout if category(char) in ("Cc", "Cf")} <= {"\n", "\t", "\u200c"}


def test_a_terminal_without_a_letter_gets_its_number(filed):
    done = filed("articles", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert r"\u65e5\u672c" in done.stdout


def test_json_is_utf_8_everywhere(filed):
    for arguments in (["articles", "--json"], ["search", "ferry", "--json"], ["show", "1", "--json"], ["export"]):
        assert json.loads(filed(*arguments, PYTHONIOENCODING="latin-1").stdout)["title"] == TITLE
    text = (
        "The ferry from 日本 was three hours late on Monday, and the harbour master apologised to everyone aboard.\n\n"
    )
    cleaned = filed("clean", "--json", stdin=(text * 2).encode(), PYTHONIOENCODING="latin-1")
    assert "日本" in cleaned.stdout


@pytest.mark.parametrize("arguments", [["export"], ["articles"], ["show", "1"], ["show", "1", "--json"], ["--help"]])
def test_a_reader_that_has_enough_is_no_error(filed, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        cwd=filed.folder,
        env=filed.environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_export_replaces_a_file_and_writes_into_everything_else(filed):
    kept, link, fifo = (filed.folder / name for name in ("kept.jsonl", "link.jsonl", "fifo.jsonl"))
    link.symlink_to(kept)
    os.mkfifo(fifo)
    assert filed("export", "-o", link.name).returncode == 0
    assert link.is_symlink()
    assert json.loads(kept.read_text("utf-8"))["title"] == TITLE
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    assert filed("export", "-o", fifo.name).returncode == 0
    assert json.loads(os.read(reader, 100_000))["title"] == TITLE
    os.close(reader)
    assert fifo.is_fifo()
    assert not list(filed.folder.glob("*.part"))


def test_a_table_without_rows_has_its_header(filed):
    full = list(csv.DictReader(io.StringIO(filed("export", "--format", "csv").stdout)))
    empty = list(csv.reader(io.StringIO(filed("export", "--format", "csv", "--source", "harbour.example").stdout)))
    record = json.loads(filed("export").stdout)
    assert empty == [list(record)] == [list(full[0])]
