"""Reading articles, and reading the file with plain SQL."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest

from db import articles, links, sources
from db.session import Database
from pipelines.records import Accepted, Found
from tests.db.samples import NOW, accepted, full_article, page

URL = "https://harbour.example/news/"


@pytest.fixture
def filed(database: Database) -> Database:
    """120 articles, every fifth of another source."""
    ids = [sources.add(database, name=name, url=f"https://{name}.example/", now=NOW).id for name in ("quay", "harbour")]
    for number in range(120):
        links.add(database, ids[number % 5 > 0], [Found(f"{URL}{number}")], None, NOW)
        article = accepted(f"{URL}{number}", text=f"Text {number}.", tags=(f"tag {number}",), authors=("Ada", "Bo"))
        articles.store(database, page(f"{URL}{number}", fetched_at=NOW + timedelta(minutes=number)), article, None)
    return database


def test_all_are_streamed_whole_and_in_order(filed: Database) -> None:
    every = list(articles.each(filed))
    assert [one.article.text for one in every] == [f"Text {number}." for number in range(120)]
    assert all(one.article.tags == (f"tag {number}",) for number, one in enumerate(every))
    assert {(one.article.authors, len(one.article.removals)) for one in every} == {(("Ada", "Bo"), 1)}
    assert [one.article.text for one in articles.each(filed, "quay")] == [
        f"Text {number}." for number in range(0, 120, 5)
    ]
    assert list(articles.each(filed, "unknown")) == []


def test_a_stream_holds_no_transaction(filed: Database) -> None:
    stream = articles.each(filed)
    next(stream)
    articles.store(filed, page(f"{URL}new"), accepted(f"{URL}new"), None)
    assert sum(1 for _ in stream) == 120


def test_the_list_begins_with_the_newest(filed: Database) -> None:
    newest = articles.listing(filed, limit=3)
    assert [line.url for line in newest] == [f"{URL}119", f"{URL}118", f"{URL}117"]
    assert newest[0].first_seen == NOW + timedelta(minutes=119)
    assert [(line.url, line.source) for line in articles.listing(filed, "quay", 1)] == [(f"{URL}115", "quay")]


def test_the_list_tells_when_an_article_was_published(database: Database) -> None:
    articles.store(database, page(), Accepted(full_article()), None)
    [line] = articles.listing(database)
    assert (line.published, line.language, line.version) == (full_article().published, "en", 1)


@pytest.mark.parametrize("wanted", ["nowhere", "https://nowhere.example/", "0", "9" * 30, -1, 10**30, "٣", "", "²"])
def test_what_is_not_there_is_none(database: Database, wanted: int | str) -> None:
    assert articles.get(database, wanted) is None


def test_an_article_is_found_by_number_and_by_address(database: Database) -> None:
    articles.store(database, page(), Accepted(full_article()), None)
    kept = articles.get(database, f"{URL}1")
    assert kept is not None
    for wanted in (kept.id, str(kept.id), "https://harbour.example/ferry-late"):
        assert articles.get(database, wanted) == kept


def test_plain_sql_reads_well(database: Database, url: str, kind: str) -> None:
    articles.store(database, page(), Accepted(full_article()), None)
    query = """
        SELECT article.title, article.text, article.standfirst, article.language, article.publisher,
               removal.rule, removal.start_offset, removal.end_offset, author.name
        FROM article
        JOIN author ON author.article_id = article.id AND author.position = 0
        JOIN article_version ON article_version.article_id = article.id AND number = version
        JOIN removal ON version_id = article_version.id
        WHERE published_at >= '2026-02-28' AND published_at < '2026-03-01'
    """
    expected = (
        "Ferry late again",
        "The ferry is late.",
        "Commuters waited for an hour.",
        "en",
        "The Harbour",
        "en.photo-credit",
        0,
        16,
        "Ada Harbour",
    )
    if kind == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute(query).fetchall() == [expected]
            [(published,)] = connection.execute("SELECT published_at FROM article")
            assert published == "2026-02-28 07:30:00.000000"
    else:
        with psycopg.connect(url) as connection:
            assert connection.execute(query).fetchall() == [expected]
