"""`copydesk explain`: why an article reads as it does, or why there is none; on a terminal and in a file."""

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.cells import cell_len

from db import articles, feeds, links, session, sources
from pipelines.records import (
    PARAGRAPH_BREAK,
    Accepted,
    Boilerplate,
    Candidate,
    Found,
    Hints,
    Reason,
    Rejected,
    Removal,
    Repair,
    replay,
)
from tests.db import samples

URL = "https://harbour.example/news/1"
FEED = "https://harbour.example/rss"
LONG = "The harbour master of Skarvik said on Monday that the ferry would be late again, and that no one was to blame."
RAW = PARAGRAPH_BREAK.join(
    ("Home", "News", LONG, "The ferry came. Photo: A. Sailor", "日本語の" * 40, "You might like")
)


def removal(text: str, kind: Boilerplate, rule: str, why: str) -> Removal:
    start = RAW.index(text)
    return Removal(start, start + len(text), text, kind, rule, why)


REMOVALS = (
    removal("Home", Boilerplate.BREADCRUMB, "content.breadcrumb", "stands in the breadcrumb"),
    removal("News", Boilerplate.BREADCRUMB, "content.breadcrumb", "stands in the breadcrumb"),
    removal("Photo: A. Sailor", Boilerplate.PHOTO_CREDIT, "en.photo-credit", "credits the picture"),
    removal("You might like", Boilerplate.RELATED_LINKS, "en.related", "heads a list of other stories"),
)
ARTICLE = replace(
    samples.full_article(),
    url=URL,
    raw=RAW,
    removals=REMOVALS,
    text=replay(RAW, REMOVALS),
    repairs=(Repair(10, "Ã¦", "æ", "windows-1252 > utf-8"),),
    candidates=(
        Candidate("title", "Ferry late - The Harbour", "title tag"),
        Candidate("title", "Ferry late again", "json-ld:headline", chosen=True),
        Candidate("title", "Ferry late again", "meta:og:title"),
    ),
)


@pytest.fixture
def filed(copydesk):
    """The command, with an article that a feed named, a page that was rejected, and an address that waits."""
    database = session.connect(f"sqlite:///{copydesk.folder}/copydesk.db")
    source = sources.add(database, name="harbour.example", url="https://harbour.example/", now=samples.NOW)
    [feed] = feeds.add(database, source.id, [(FEED, "feed", None)], samples.NOW)
    hints = Hints("feed", title="Ferry late, says feed", authors=("Ada",))
    links.add(database, source.id, [Found(URL, hints), Found(f"{URL}/short", hints)], feed.id, samples.NOW)
    articles.store(database, samples.page(URL), Accepted(ARTICLE), None)
    busy = Rejected(Reason.RATE_LIMITED, "status 429")
    articles.store(database, samples.page(f"{URL}/short", status=429), busy, samples.NOW + samples.HOUR)
    database.close()
    return copydesk


def on_a_terminal(copydesk, columns: int, *arguments: str) -> str:
    """What a command prints on a terminal of so many columns."""
    reading, writing = pty.openpty()
    environment = {**copydesk.environment, "COLUMNS": str(columns), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "crawler", *arguments]
    with subprocess.Popen(command, cwd=copydesk.folder, env=environment, stdout=writing) as process:
        os.close(writing)
        printed = b""
        while piece := _read(reading):
            printed += piece
        assert process.wait(60) == 0
    os.close(reading)
    return printed.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # what Linux says at the end
        return b""


def test_an_article_is_printed_with_what_went_and_why(filed):
    lines = filed("explain", "1").stdout.splitlines()
    at = lines.index("- Home")
    assert lines[at : at + 3] == ["- Home", "- News", "    [breadcrumb] content.breadcrumb: stands in the breadcrumb"]
    assert "  The ferry came. [-Photo: A. Sailor-]" in lines
    assert "    [photo credit] en.photo-credit: credits the picture" in lines
    assert "mended (windows-1252 > utf-8): Ã¦ -> æ" in lines
    assert max(map(cell_len, lines)) <= 120
    assert not [line for line in lines if line.endswith(" ")]


def test_each_field_comes_with_the_answers_that_lost(filed):
    rows = [line.split("\t") for line in filed("explain", "1").stdout.splitlines() if line.startswith("title\t")]
    assert rows == [
        ["title", "kept", "json-ld:headline", "Ferry late again"],
        ["title", "lost", "title tag", "Ferry late - The Harbour"],
        ["title", "the same", "meta:og:title", "Ferry late again"],
    ]


def test_the_way_of_an_article_is_told(filed):
    told = filed("explain", URL).stdout
    assert f"by the feed {FEED}" in told
    assert "status 200, 25 bytes" in told
    assert "harbour.example\n" in told


def test_an_address_without_an_article_says_what_became_of_it(filed):
    told = dict(re.findall(r"^  (.{14}) (.*)$", filed("explain", f"{URL}/short").stdout, re.MULTILINE))
    told = {name.strip(): value for name, value in told.items()}
    assert told["outcome"] == "failed: rate_limited"
    assert told["seen"] == "status 429"
    assert told["tries"] == "1"
    assert told["next try"] == "2026-03-01 13:00 UTC"
    assert told["found"].endswith(f"by the feed {FEED}")
    assert told["fetched"] == "2026-03-01 12:00 UTC: status 429, 25 bytes"
    assert told["said title"] == "Ferry late, says feed"


@pytest.mark.parametrize("columns", [60, 100, 200])
def test_on_a_terminal_what_went_is_struck_out_and_nothing_runs_over_the_edge(filed, columns):
    printed = on_a_terminal(filed, columns, "explain", "1")
    struck = "".join(re.findall(r"\x1b\[9;31m(.*?)\x1b", printed))
    assert [removal.text for removal in REMOVALS if removal.text not in struck] == []
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in printed.splitlines()]
    text = lines[lines.index("The text, and what was taken out of it:") :]
    assert max(map(cell_len, text)) <= min(columns, 130)
    assert any("content.breadcrumb" in line for line in text)
    assert any("Home" in line and "content.breadcrumb" in line for line in text) == (columns >= 100)
