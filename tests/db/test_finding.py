"""Full-text search."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import articles
from db.search import search
from db.session import Database
from pipelines.records import Accepted
from tests.db.samples import accepted, article, full_article, page

ODD = [
    "",
    " ",
    '"',
    '""',
    '"""',
    "'",
    "*",
    "ferry*",
    "*ferry",
    "^ferry",
    "title:",
    "title:ferry",
    "text : ferry",
    "NEAR(",
    "NEAR(ferry late, 5)",
    "AND",
    "OR",
    "NOT",
    "ferry AND",
    "NOT ferry",
    "(ferry",
    "ferry)",
    "{title text}: ferry",
    "ferry + late",
    "a-b",
    "-ferry",
    "!ferry & late | !",
    "<->",
    "ferry <-> late",
    ":*",
    "\x00",
    "ferry\x00late",
    "\ud800",
    "💡",
    "%_\\",
    "'; DROP TABLE article; --",
    "\u0301",
    "हिन्दी",
    "北京",
    "a" * 100_000,
    "word " * 5_000,
    '" ' * 5_000,
]


@pytest.fixture
def filed(database: Database) -> Database:
    for number, (title, text) in enumerate(
        [
            ("Ferry late again", "The boat to the café left at nine."),
            ("Harbour news", "Nobody knows why the ferry is late. " + "Filler. " * 200 + "The café closed."),
            ("Søndag i København", "Sæsonens første dag. Επόμενη στάση. Следующая остановка."),
        ]
    ):
        url = f"https://harbour.example/{number}"
        articles.store(database, page(url), accepted(url, title=title, text=text), None)
    return database


def titles(database: Database, query: str) -> list[str | None]:
    return [hit.title for hit in search(database, query)]


def test_all_words_must_be_there_and_the_title_counts_most(filed: Database) -> None:
    assert titles(filed, "ferry late") == ["Ferry late again", "Harbour news"]
    assert titles(filed, "LATE café") == ["Ferry late again", "Harbour news"]
    assert titles(filed, "ferry nobody") == ["Harbour news"]
    assert titles(filed, "ferry submarine") == []
    assert len(search(filed, "ferry", limit=1)) == 1


@pytest.mark.parametrize("query", ["søndag", "KØBENHAVN", "sæsonens", "στάση", "следующая"])
def test_words_of_any_script(filed: Database, query: str) -> None:
    assert titles(filed, query) == ["Søndag i København"]


def test_the_snippet_shows_the_words(filed: Database) -> None:
    [hit] = search(filed, "nobody ferry")
    assert "[ferry]" in hit.snippet
    assert len(hit.snippet) < 300
    assert "\n" not in hit.snippet


def test_a_hit_says_where_and_when(database: Database) -> None:
    articles.store(database, page(), Accepted(full_article()), None)
    [hit] = search(database, "commuters")  # of the standfirst
    published = full_article().published
    assert published is not None
    assert (hit.url, hit.published_at) == (full_article().url, published.moment)


def test_no_odd_query_is_an_error(filed: Database) -> None:
    for query in ODD:
        assert isinstance(search(filed, query), list)
    assert [search(filed, query) for query in ("", " ", '"', "*", "()", "💡", "\x00")] == [[]] * 7


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=())) | st.text("ab\"*^:()-+& |!<>\\'"))
def test_no_query_at_all_is_an_error(filed: Database, query: str) -> None:
    assert isinstance(search(filed, query), list)


def test_operators_are_words(filed: Database) -> None:
    assert titles(filed, "ferry NOT late") == []
    assert titles(filed, "ferry -late") == titles(filed, '"ferry" +late') == ["Ferry late again", "Harbour news"]


def test_the_index_follows_the_article(database: Database) -> None:
    articles.store(database, page(), Accepted(article(text="A walrus came.")), None)
    assert len(search(database, "walrus")) == 1
    articles.store(database, page(), Accepted(article(text="A seal came.")), None)
    assert search(database, "walrus") == []
    assert len(search(database, "seal")) == 1
