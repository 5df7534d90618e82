"""When a page was published: which of the dates that it gives is believed, and how exactly it is known."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import content, datelines, dates, fields, structured
from pipelines.fields import Fields
from pipelines.records import Hints, Page, Precision, Timestamp
from pipelines.tree import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://www.harbour-post.example/news/bridge"
TITLE = "The council closes the old bridge"
BODY = "".join(
    f"<p>On the day the council met, member {n} said that the bridge is too old to stay.</p>" for n in "abcdef"
)


def decided(
    top: str = "", *, after: str = "", head: str = "", ld: object = None, lang: str = "en", url: str = URL
) -> Fields:
    data = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    html = (
        f'<html lang="{lang}"><head><title>{TITLE}</title>{head}{data}</head>'
        f"<body><main><article><h1>{TITLE}</h1>{top}{BODY}</article></main>{after}</body></html>"
    )
    tree, _ = parse(html.encode("utf-8", "replace"))
    assert tree is not None
    said = structured.read(tree, url)
    page = Page(url, url, 200, (), html.encode(), NOW)
    return fields.decide(page, tree, said, content.extract(tree, said, Hints()))


def published(found: Fields) -> str | None:
    return found.published.isoformat() if found.published else None


def article(**more: str) -> dict[str, str]:
    return {"@type": "NewsArticle", "headline": TITLE, **more}


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


# ---------------------------------------------------------------- exactness


def test_a_midnight_that_is_declared_stays_a_moment_with_its_zone() -> None:
    found = decided(ld=article(datePublished="2026-05-12T00:00:00+02:00"))
    assert published(found) == "2026-05-12T00:00:00+02:00"
    assert found.published is not None
    assert found.published.precision is Precision.SECOND


def test_a_day_that_is_declared_gains_no_hour() -> None:
    found = decided(ld=article(datePublished="2026-05-12"))
    assert published(found) == "2026-05-12"
    assert found.published is not None
    assert found.published.precision is Precision.DAY


@pytest.mark.parametrize("declared", ["2026-05-12", "2026-05-12T00:00:00", "2026-05-12T00:00:00Z"])
def test_the_hour_of_a_declared_day_is_taken_from_where_the_page_tells_it(declared: str) -> None:
    found = decided('<time datetime="2026-05-12T07:20:00+02:00">12 May</time>', ld=article(datePublished=declared))
    assert published(found) == "2026-05-12T07:20:00+02:00"


def test_the_hour_of_another_day_refines_nothing() -> None:
    found = decided("<p>14 May 2026, 14:30</p>", ld=article(datePublished="2026-05-12"))
    assert published(found) == "2026-05-12"


# ---------------------------------------------------------------- which is believed

CHANGED = article(datePublished="2026-05-12T09:00:00Z", dateModified="2026-05-12T09:00:00Z")


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("<p>3 March 2025</p>", "2025-03-03"),
        ("<p>Published 3 March 2025</p><p>Updated 12 May 2026</p>", "2025-03-03"),
        ("<p>3 March 2025</p><p>12 May 2026</p>", "2026-05-12T09:00:00+00:00"),
        ("<p>3 March 2025</p><p>7 April 2025</p>", "2026-05-12T09:00:00+00:00"),
        ("<p>3 August 2026</p>", "2026-05-12T09:00:00+00:00"),
        ("<p>11 May 2026</p>", "2026-05-12T09:00:00+00:00"),
        (
            "<p>Readers may remember that on 3 March 2025 the council had already looked at the bridge</p>",
            "2026-05-12T09:00:00+00:00",
        ),
    ],
)
def test_data_that_repeats_the_last_change_gives_way_to_an_earlier_day_by_the_headline(top: str, expected: str) -> None:
    assert published(decided(top, ld=CHANGED)) == expected


def test_data_that_knows_of_a_later_change_is_believed() -> None:
    data = article(datePublished="2026-05-12T09:00:00Z", dateModified="2026-06-20T09:00:00Z")
    assert published(decided("<p>3 March 2025</p>", ld=data)) == "2026-05-12T09:00:00+00:00"


def test_a_day_with_the_month_first_is_no_other_day() -> None:
    data = article(datePublished="2026-11-01T05:00:14+00:00", dateModified="2026-11-01T05:00:14+00:00")
    assert published(decided("<p>11/01/2026</p>", ld=data, lang="de")) == "2026-11-01T05:00:14+00:00"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("dc.date", "2026-03-03"), ("date", "2026-03-03"), ("og:article:published_time", "2026-05-12")],
)
def test_the_date_line_outweighs_data_about_a_file(name: str, expected: str) -> None:
    head = meta(name, "2026-05-12") + meta("article:modified_time", "2026-06-20")
    assert published(decided("<p>Posted 3 March 2026</p>", head=head)) == expected


def test_data_about_a_file_outweighs_a_day_in_passing() -> None:
    line = "<p>The minutes of 3 March 2026, as read by the council in the town hall</p>"
    assert published(decided(line, head=meta("dc.date", "2026-05-12"))) == "2026-05-12"


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("<p>12 May 2026, 14:30</p>", "2026-05-12T14:30"),
        ("<p>10 May 2026</p><p>12 May 2026, 14:30</p>", "2026-05-12T14:30"),
        ("<p>Published 2 days ago</p>", "2026-05-12"),
        ("<p>10 May 2026, 14:30</p>", "2026-05-12"),
    ],
)
def test_a_day_in_the_address_settles_which_of_the_printed_ones_it_is(top: str, expected: str) -> None:
    assert published(decided(top, url="https://www.harbour-post.example/2026/05/12/bridge")) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("13 May 2026, 01:31", "2026-05-13T01:31"),
        ("11 May 2026, 18:30", "2026-05-11T18:30"),
        ("13 May 2026, 14:30", "2026-05-12"),
        ("13 May 2026", "2026-05-12"),
    ],
)
def test_the_day_in_an_address_may_be_that_of_another_zone(printed: str, expected: str) -> None:
    url = "https://www.harbour-post.example/2026/05/12/bridge"
    assert published(decided(f"<p>{printed}</p>", url=url)) == expected


@pytest.mark.parametrize(
    ("top", "head", "origin"),
    [
        ("<p>12 May 2026</p>", meta("date", "2026-05-12"), "meta:date"),
        ('<time datetime="2026-05-12">Tuesday</time>', "", "time:datetime"),
        ("<time>12 May 2026</time>", "", "text:time"),
        ("<p>12 May 2026</p>", meta("date", "2026-05-11"), "url"),
    ],
)
def test_of_the_same_day_the_declared_one_is_taken(top: str, head: str, origin: str) -> None:
    address = "https://www.harbour-post.example/2026/05/12/bridge" if origin != "text:time" else URL
    stamp = decided(top, head=head, url=address).published
    assert stamp is not None
    assert (stamp.isoformat(), stamp.origin) == ("2026-05-12", origin)


def test_declared_data_outweighs_the_address() -> None:
    url = "https://www.harbour-post.example/2026/05/12/bridge"
    assert published(decided(ld=article(datePublished="2026-05-10"), url=url)) == "2026-05-10"


@pytest.mark.parametrize(
    "line",
    [
        "— Jane Doe (@janedoe) May 11, 2026",
        "A post shared by Jane Doe on 11 May 2026",
        "Registriert: 11.05.2026",
        "Retrieved 11 May 2026",
        "Version 8.4.13_1",
        "Donate today",
    ],
)
def test_days_that_do_not_date_the_page(line: str) -> None:
    assert published(decided(f"<p>{line}</p>")) is None


def test_figures_by_the_headline_do_not_hide_the_date_below() -> None:
    figures = "".join(f"<p>{n}00 g flour</p>" for n in range(1, 9))
    assert published(decided(f"{figures}<p>By Jane Doe · 12 May 2026 · 3 comments</p>")) == "2026-05-12"


def test_a_page_that_prints_only_a_change_is_dated_by_it_and_keeps_its_words() -> None:
    found = decided("<p>Last updated: May 12, 2026</p>")
    assert published(found) == "2026-05-12"
    assert found.published is not None
    assert (found.published.raw, found.published.origin) == (": May 12, 2026", "text:updated")


def test_a_change_before_the_publication_is_none() -> None:
    data = article(datePublished="2026-05-12T09:00:00Z", dateModified="2026-05-11T09:00:00Z")
    found = decided(ld=data)
    assert (published(found), found.modified) == ("2026-05-12T09:00:00+00:00", None)


@pytest.mark.parametrize(
    ("script", "expected", "origin"),
    [
        ('{"createdAt": "2026-05-01T08:00:00Z", "publishDate": "2026-05-12 18:40"}', "2026-05-12T18:40", "publishDate"),
        (r"push('{\"releaseDate\":\"2026.05.12 18:40\"}')", "2026-05-12T18:40", "releaseDate"),
        ('{"publisher": "Harbour Post", "published": "yes"}', None, None),
    ],
)
def test_data_in_scripts_is_asked_when_nothing_else_tells(
    script: str, expected: str | None, origin: str | None
) -> None:
    found = decided(after=f"<script>{script}</script>")
    assert published(found) == expected
    assert (found.published.origin if found.published else None) == (origin and f"script:{origin}")
    assert published(decided("<p>3 March 2026</p>", after=f"<script>{script}</script>")) == "2026-03-03"


def test_losers_stay_among_the_candidates() -> None:
    found = decided("<p>3 March 2025</p>", ld=CHANGED)
    seen = [(c.origin, c.value, c.chosen) for c in found.candidates if c.field == "published"]
    assert seen == [
        ("json-ld:datePublished", "2026-05-12T09:00:00Z", False),
        ("text:date", "3 March 2025", True),
    ]


# ---------------------------------------------------------------- anywhere on the page


def anywhere(html: str, *, changed: bool = False) -> list[str]:
    """The days that the lines of a page name, the most telling first; or those of a change."""
    tree, _ = parse(f"<html><body>{html}</body></html>".encode())
    assert tree is not None
    found = content.extract(tree, structured.read(tree, URL), Hints(title=TITLE))

    def read(raw: object, origin: str) -> Timestamp | None:
        return dates.parse(str(raw), NOW, "en", origin)

    if changed:
        stamps = datelines.modified(datelines.texts(found.table, found.headline_block), read)
        return [stamp.isoformat() for stamp in stamps]
    lines = datelines.anywhere(found.table, found.headline_block)
    return [stamp.isoformat() for _, stamp in datelines.stamps(lines, read)]


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>{TITLE}</h1>{BODY}<p>Posted on 12 May 2026</p>",
        f"<h1>{TITLE}</h1>{BODY}<div class='pubdate'>May 12, 2026, town hall, second floor, by Jane Doe</div>",
        f"<p>12 May 2026</p><h1>{TITLE}</h1>{BODY}",
        f"<div class='related'><p>12 May 2026</p><h1>{TITLE}</h1>{BODY}</div>",
        f"{BODY}<p>Jane Doe, 12 May 2026</p>",
    ],
)
def test_a_date_line_counts_wherever_it_stands(page: str) -> None:
    assert anywhere(page) == ["2026-05-12"]


@pytest.mark.parametrize(
    "rest",
    [
        "<div class='comments'><p>Posted on 12 May 2026</p></div>",
        "<div class='related-articles'><p>12 May 2026</p></div>",
        "<footer><p>© 2019-05-12 Harbour Post</p></footer>",
        "<p>The council had met on the bridge on 12 May 2026 to look at the damage.</p>",
        "<p>Ticket sale from 12 May 2026 at the town hall</p>",
    ],
)
def test_other_days_on_a_page_do_not_date_it(rest: str) -> None:
    assert anywhere(f"<h1>{TITLE}</h1>{BODY}{rest}") == []


def test_the_line_that_says_what_it_is_comes_first() -> None:
    page = f"<h1>{TITLE}</h1>{BODY}<p>14 May 2026</p><p>Published 12 May 2026</p>"
    assert anywhere(page) == ["2026-05-12", "2026-05-14"]


def test_a_change_is_found_at_the_end_but_not_in_comments() -> None:
    end = "<p>Page last edited 12 May 2026</p><div class='comments'><p>Edited 13 May 2026</p></div>"
    assert anywhere(f"<h1>{TITLE}</h1>{BODY}{end}", changed=True) == ["2026-05-12"]


@given(
    st.lists(st.sampled_from(["12 May 2026", "Updated", "© 2019", "Posted on", "<b>", "</div>", "\x00"]) | st.text())
)
def test_nothing_raises(pieces: Sequence[str]) -> None:
    found = decided(" ".join(pieces))
    assert found.published is None or found.published.moment.year >= 1989
