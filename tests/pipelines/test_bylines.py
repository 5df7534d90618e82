"""Bylines are read from the page where its data names nobody, in the words of many languages."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import byline_text, content, names, structured
from pipelines.fields import Fields, decide
from pipelines.records import Page
from pipelines.tree import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://www.harbour-post.example/news/bridge"
TITLE = "The council closes the old bridge"
PARAGRAPHS = [
    f"On day {number} the council of the town said once more that the bridge over the harbour is too old for lorries, "
    "that its arches have moved, and that it will be closed until somebody finds the money to have it mended."
    for number in range(5)
]
BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
SITE = "<meta property='og:site_name' content='Harbour Post'>"


def fields(above: str = "", below: str = "", *, before: str = "", author: object = None, head: str = SITE) -> Fields:
    data: Mapping[str, Any] = {"@type": "NewsArticle", "headline": TITLE, "author": author} if author else {}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    article = f"<article>{before}<h1>{TITLE}</h1>{above}{BODY}{below}</article>"
    html = f"<html><head>{head}{script}</head><body><main>{article}</main></body></html>"
    tree, _ = parse(html.encode("utf-8", "replace"))
    assert tree is not None
    said = structured.read(tree, URL)
    page = Page(URL, URL, 200, (), html.encode(), NOW)
    return decide(page, tree, said, content.extract(tree, said, page.hints))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 May 2026 by Jane Doe", ("Jane Doe",)),
        ("By Jane Doe on 12 May 2026 at 14:30", ("Jane Doe",)),
        ("Posted by Jane Doe | May 12, 2026 | Harbour, Bridges | 3 comments", ("Jane Doe",)),
        ("By Jane Doe, Political Editor and John Roe, Print Managing Editor", ("Jane Doe", "John Roe")),
        ("Written by Jane Doe Last Updated: May 12, 2026", ("Jane Doe",)),
        ("Veröffentlicht am 12. Mai 2026 von Max Müller", ("Max Müller",)),
        ("Von Max Müller Korrespondent", ("Max Müller",)),
        ("Eine Kolumne von Anna Schmidt", ("Anna Schmidt",)),
        ("Von Anna von Ritter", ("Anna von Ritter",)),
        ("Par Éloïse Noël le 12/05/2026", ("Éloïse Noël",)),
        ("Escribe Álvaro Solís", ("Álvaro Solís",)),
        ("Publicado por Begoña Peña y Álvaro Solís, 12 de mayo de 2026", ("Begoña Peña", "Álvaro Solís")),
        ("Scritto da Marco Rossi il 12 maggio 2026", ("Marco Rossi",)),
        ("Skrevet af Mette Holm 12. maj 2026", ("Mette Holm",)),
        ("Door Jan de Vries op 12 mei 2026", ("Jan de Vries",)),
        ("Autor: Paweł Król, 12 maja 2026", ("Paweł Król",)),
        ("Автор: Анна Иванова", ("Анна Иванова",)),
        ("구현모 기자 12일 14:30", ("구현모",)),
        ("文／山田太郎", ("山田太郎",)),
    ],
)
def test_what_a_line_after_the_headline_says(line: str, expected: tuple[str, ...]) -> None:
    assert fields(f"<div>{line}</div>").authors == expected


@pytest.mark.parametrize(
    "line",
    [
        "By the end of the month the bridge may open again",
        "Photo by Jane Doe",
        "Foto: Max Müller",
        "Medically reviewed by Jane Doe",
        "Table of contents",
        "12 May 2026",
        "Von Redaktion",
    ],
)
def test_a_line_that_signs_nothing(line: str) -> None:
    assert fields(f"<div>{line}</div>").authors == ()


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<span>By Jane Doe</span><span>May 12, 2026</span>", ("Jane Doe",)),
        ('<p class="author"><b>Jane Doe</b><i>Founder at Harbour Tools</i></p>', ("Jane Doe",)),
        ('<p><a rel="author" href="/x">Jane Mary Doe</a> <a href="/news">Local</a></p>', ("Jane Mary Doe",)),
        ('<ul class="authors"><li>Jane Doe</li><li>John Roe</li></ul><p>12 May 2026</p>', ("Jane Doe", "John Roe")),
        ('<div class="author">freeman1984</div>', ("freeman1984",)),
        ("<p>By: oz on December 4, 2026</p>", ("oz",)),
    ],
)
def test_what_elements_around_a_name_say(above: str, expected: tuple[str, ...]) -> None:
    assert fields(above).authors == expected


def test_a_name_above_the_headline() -> None:
    assert fields(before='<p class="byline">By Jane Doe</p>').authors == ("Jane Doe",)


def test_a_paragraph_of_names_before_the_text() -> None:
    assert fields("<p>By Harbour Post</p><p>…and the mayor is glad</p><p>Mary Moe/John Roe</p>").authors == (
        "Mary Moe",
        "John Roe",
    )


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ('<div class="author-box"><h4>Jane Doe</h4><p>Jane writes about bridges and the people on them.</p></div>', 1),
        ("<p>Jane Doe</p>", 1),
        ("<p>Harbour Post / Jane Doe</p>", 1),
        ("<p>Photos: Jane Doe</p>", 0),
        ('<section class="comments"><p class="author">Jane Doe</p><p>I liked the old one.</p></section>', 0),
    ],
)
def test_signatures_under_the_text(below: str, expected: int) -> None:
    assert fields(below=below).authors == ("Jane Doe",) * expected


def test_words_of_the_text_are_no_name() -> None:
    assert fields("<div>Old Lorries</div>").authors == ()
    assert fields("<div>Ada Yuan</div>").authors == ("Ada Yuan",)


# ---------------------------------------------------------------- what the page declares, and what it prints


def test_declared_people_come_before_the_page() -> None:
    found = fields("<div>By Mary Moe</div>", author={"name": "Jane Doe"})
    assert found.authors == ("Jane Doe",)


def test_a_line_that_names_more_people_completes_the_declared_ones() -> None:
    assert fields("<div>By Jane Doe and John Roe</div>", author={"name": "Jane Doe"}).authors == (
        "Jane Doe",
        "John Roe",
    )


@pytest.mark.parametrize("author", ["jane.doe", "Harbour Post", {"@type": "Organization", "name": "Roe Media"}])
def test_a_printed_name_comes_before_an_account_and_a_house(author: object) -> None:
    found = fields("<div>By Jane Doe</div>", author=author)
    assert found.authors == ("Jane Doe",)
    assert [candidate.origin for candidate in found.candidates if candidate.field == "authors"] == [
        "json-ld:author",
        "page:byline",
    ]


def test_the_house_is_no_author_beside_people() -> None:
    assert fields(author=[{"name": "Jane Doe"}, {"name": "Harbour Post"}]).authors == ("Jane Doe",)


def test_an_account_stands_where_the_page_prints_nobody() -> None:
    assert fields(author="jane.doe").authors == ("jane.doe",)


@pytest.mark.parametrize(
    "line",
    [
        "<div>Par <span class='date'>18 mai 2026 à 09h16</span></div>",
        "<div>Af <meta itemprop='dateCreated' content='2026-03-29'><div>29. marts 2026 kl. 10.43</div></div>",
        "<div>By</div><div>18 May 2026</div>",
    ],
)
def test_a_word_for_by_with_nothing_but_a_date_after_it(line: str) -> None:
    assert fields(line).authors == ()


@pytest.mark.parametrize("readers", [["Jane Doe"], ["Jane Doe", "John Roe", "Jane Doe"]])
def test_who_comments_is_no_author(readers: list[str]) -> None:
    said = "I have said for years that the bridge is too old for lorries, and nobody at the council wanted to hear it."
    comments = "".join(f"<div class='x7'><div>{name}</div><div class='x8'>{said}</div></div>" for name in readers)
    assert fields(below=f"<div class='x1'>Join the conversation{comments}</div>").authors == ()


@given(
    st.text(max_size=260)
    | st.lists(st.sampled_from(["By", "Jane", "Doe,", "and", "12", "May", "|", "von"])).map(" ".join)
)
def test_any_line_can_be_read(line: str) -> None:
    assert byline_text.read_line(line).share <= 1.5
    assert len(names.split(line)) <= names.MAX_NAMES
