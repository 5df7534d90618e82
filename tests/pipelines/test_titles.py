"""Which of a page's titles is the article's, and how the site files it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines import content, structured, titles
from pipelines.fields import Fields, decide
from pipelines.records import Candidate, Hints, Page, PageKind
from pipelines.tree import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://www.harbour-post.example/news/local/the-old-bridge-closes"
TITLE = "The council closes the old bridge"
FOR_SEARCH = "Harbour bridge: what the closure means for drivers"
BODY = "".join(
    f"<p>On day {n} the council said that the bridge is too old, and that it closes soon.</p>" for n in range(6)
)


def page(
    head: str = "",
    body: str = "",
    ld: object = None,
    url: str = URL,
    hints: Hints = Hints(),  # noqa: B008  # frozen
) -> Fields:
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    html = f'<html lang="en"><head>{head}{script}</head><body>{body}</body></html>'
    tree, _ = parse(html.encode("utf-8", "replace"))
    assert tree is not None
    said = structured.read(tree, url)
    fetched = Page(url, url, 200, (), html.encode(), NOW, hints)
    return decide(fetched, tree, said, content.extract(tree, said, hints))


def news(headline: str = TITLE, **more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": headline, **more}


def head(og: str, tag: str) -> str:
    return f'<meta property="og:title" content="{og}"><title>{tag}</title>'


def story(*headings: str, before: str = "") -> str:
    return f"<main><article>{before}{''.join(headings)}{BODY}</article></main>"


def candidates(found: Fields, field: str) -> dict[str, Candidate]:
    return {candidate.origin: candidate for candidate in found.candidates if candidate.field == field}


# ---------------------------------------------------------------- the headline's block


@pytest.mark.parametrize(
    "printed",
    [
        f"<h1>Bridge news</h1><h2>{TITLE}</h2>",
        f"<h2>{TITLE} now</h2><h1>{TITLE}</h1>",
        f'<p class="title">{TITLE}</p>',
        f"<h1>Harbour Post</h1><div>{TITLE}</div>",
    ],
)
def test_the_headline_is_what_the_page_declares(printed: str) -> None:
    found = page(f"<title>{TITLE}</title>", story(printed))
    assert found.title == TITLE
    assert candidates(found, "title")["page:headline"].value == TITLE


def test_a_heading_that_begins_a_long_title_is_the_headline() -> None:
    tag = "Old bridge - Harbour Post archive - Local news from town and country since 1905"
    assert page(f"<title>{tag}</title>", story("<h3>Old bridge</h3>")).title == "Old bridge"


def test_a_heading_in_the_middle_of_the_text_is_not_the_headline() -> None:
    body = f"<main><article>{BODY}<h1>What comes next</h1>{BODY}</article></main>"
    assert page(f"<title>{TITLE}</title>", body).title == TITLE


# ---------------------------------------------------------------- one of several titles


def test_the_editors_title_below_one_for_search_engines() -> None:
    found = page(head(FOR_SEARCH, FOR_SEARCH), story(f"<h1>{FOR_SEARCH}</h1>", f"<h2>{TITLE}</h2>"), news())
    assert found.title == TITLE
    assert candidates(found, "title")["page:second heading"].chosen


def test_the_editors_title_below_its_kicker() -> None:
    printed = (f"<h1>{FOR_SEARCH}</h1>", "<h2>After the inspection</h2>", f"<h2>{TITLE}</h2>")
    declared = head(f"After the inspection: {TITLE}", FOR_SEARCH)
    assert page(declared, story(*printed), news(FOR_SEARCH)).title == TITLE


def test_a_subheading_that_nothing_declares_is_no_title() -> None:
    printed = (f"<h1>{TITLE}</h1>", "<h2>Drivers must take the ferry from Monday</h2>")
    assert page(head(TITLE, TITLE), story(*printed), news()).title == TITLE


def test_a_site_that_is_no_newsroom_prints_its_title_first() -> None:
    printed = (f"<h1>{TITLE}</h1>", f"<h2>{FOR_SEARCH}</h2>")
    assert page(head(FOR_SEARCH, FOR_SEARCH), story(*printed), {"@type": "BlogPosting", "headline": TITLE}).title == (
        TITLE
    )


@pytest.mark.parametrize(
    ("printed", "declared", "tag", "expected"),
    [
        (TITLE, f"After the storm: {TITLE}", f"After the storm: {TITLE}", f"After the storm: {TITLE}"),
        (FOR_SEARCH, TITLE, FOR_SEARCH, TITLE),
        (FOR_SEARCH, TITLE, TITLE, FOR_SEARCH),
        (f"{TITLE} “for good”", TITLE, f"{TITLE} “for good”", f"{TITLE} “for good”"),
        (f"Traffic {TITLE}", TITLE, FOR_SEARCH, TITLE),
    ],
)
def test_a_newsroom_s_data_against_the_printed_headline(printed: str, declared: str, tag: str, expected: str) -> None:
    assert page(head(declared, tag), story(f"<h1>{printed}</h1>"), news(declared)).title == expected


def test_without_a_headline_the_title_that_all_sources_begin_with() -> None:
    declared = head(f"{TITLE}-Politics", f"{TITLE}-Politics | Harbour Post")
    assert page(declared + f'<meta name="headline" content="{TITLE}">', BODY).title == TITLE


def test_without_a_headline_a_cut_title_gives_way() -> None:
    assert page(head(f"{TITLE[:20]}…", TITLE), BODY).title == TITLE


def test_markup_that_is_printed_stays() -> None:
    found = page("<title>Thirty years of &lt;br&gt; tags</title>", story("<h1>Thirty years of &lt;br&gt; tags</h1>"))
    assert found.title == "Thirty years of <br> tags"


def test_the_feed_knows_the_title_of_a_page_without_one() -> None:
    found = page(body=BODY, hints=Hints(origin="feed", title=TITLE))
    assert (found.title, list(candidates(found, "title"))) == (TITLE, ["feed:title"])


@pytest.mark.parametrize("text", ["", "|", " - ", "a" * 10_000, "|" * 10_000, " - ".join("ab" * 3000), "\x00\ud800"])
def test_no_title_is_too_odd(text: str) -> None:
    assert len(titles.bare(text, frozenset({"harbourpost"}), (TITLE, text))) <= max(len(text), len(TITLE))


# ---------------------------------------------------------------- how the site files it


def crumbs(*names: str) -> dict[str, Any]:
    entries = [{"position": number, "name": name} for number, name in enumerate(names)]
    return {"@type": "BreadcrumbList", "itemListElement": entries}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Home", "News", "Local"), ("News", "Local")),
        (("You are here", "Home", "News"), ("News",)),
        (("harbour-post.example", "News"), ("News",)),
        (("News", TITLE), ("News",)),
        (("News", TITLE[:28]), ("News",)),
        (("News", "Local", "News"), ("News", "Local")),
    ],
)
def test_the_trail_has_neither_the_home_page_nor_the_article(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert page(f"<title>{TITLE}</title>", story(f"<h1>{TITLE}</h1>"), crumbs(*names)).breadcrumbs == expected


TRAILS = (
    '<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/n">News</a></li><li>Local</li></ol>',
    '<div class="breadcrumbs">You are here: <a href="/">Home</a> › <a href="/n">News</a> › <a>Local</a></div>',
    '<ul class="c-breadcrumb"><li>You are here</li><li><a href="/n">News</a></li><li>&gt; <a>Local</a></li></ul>',
)


@pytest.mark.parametrize("trail", TRAILS)
def test_a_printed_trail(trail: str) -> None:
    found = page(f"<title>{TITLE}</title>", f"<main>{trail}</main>" + story(f"<h1>{TITLE}</h1>"))
    assert found.breadcrumbs[-2:] == ("News", "Local")
    assert found.section == "Local"


def test_topics_below_the_text_are_no_trail() -> None:
    topics = '<ul class="breadcrumb"><li><a href="/a">Bridges</a></li><li><a href="/b">Ferries</a></li></ul>'
    assert page(f"<title>{TITLE}</title>", story(f"<h1>{TITLE}</h1>") + topics).breadcrumbs == ()


@pytest.mark.parametrize(
    ("meta", "keywords", "expected"),
    [
        ({}, "bridges, ferries", ("bridges", "ferries")),
        ({}, ["topic/bridges", "place/harbour"], ("bridges", "harbour")),
        ({}, ["bridges", "100312362", "0f5e7a1c-26fd-4b8a-8a0e-7bb1f0d3c1aa", "locale: US"], ("bridges",)),
        ({}, ["#bridges", "Bridges", "ferries"], ("bridges", "ferries")),
        ({"article:tag": "Politics", "keywords": "bridges, ferries"}, None, ("bridges", "ferries")),
        ({"article:tag": "Politics"}, None, ("Politics",)),
        ({"news_keywords": "bridges, ferries"}, "bridges ferries council harbour " * 4, ("bridges", "ferries")),
    ],
)
def test_tags(meta: Mapping[str, str], keywords: object, expected: tuple[str, ...]) -> None:
    declared = "".join(f'<meta name="{name}" content="{value}">' for name, value in meta.items())
    found = page(declared, story(f"<h1>{TITLE}</h1>"), news() | ({"keywords": keywords} if keywords else {}))
    assert found.tags == expected


def test_printed_tags() -> None:
    tag = '<li class="tag"><a href="/{0}">{0}</a></li>'
    own = "".join(tag.format(name) for name in ("Bridges", "Ferries"))
    assert page(body=story(f"<h1>{TITLE}</h1>") + f"<ul>{own}</ul>").tags == ("Bridges", "Ferries")
    of_teasers = own + tag.format("Ferries")
    assert page(body=story(f"<h1>{TITLE}</h1>") + f"<ul>{of_teasers}</ul>").tags == ()


def test_a_subtitle_is_no_second_title() -> None:
    assert page(ld=news(alternativeHeadline="Ferries run day and night")).subtitle == "Ferries run day and night"
    assert page(ld=news(alternativeHeadline=f"{TITLE}.")).subtitle is None


@pytest.mark.parametrize(
    ("url", "title", "data", "expected"),
    [
        ("/opinion/bridge", TITLE, {}, PageKind.OPINION),
        ("/opinions-of-drivers/bridge", TITLE, {}, PageKind.ARTICLE),
        ("/news/bridge", "Kommentar: Die Brücke muss bleiben", {}, PageKind.OPINION),
        ("/news/bridge", f"{TITLE} | Opinion", {}, PageKind.OPINION),
        ("/news/bridge", "„Wir bleiben“: Interview mit dem Brückenwärter", {}, PageKind.INTERVIEW),
        ("/news/bridge", "Why the minister gave no interview on the bridge", {}, PageKind.ARTICLE),
        ("/news/bridge-closure-live-updates", TITLE, {}, PageKind.LIVE_BLOG),
        ("/news/bridge", "The band plays live on the bridge", {}, PageKind.ARTICLE),
        ("/galleries/bridge", TITLE, {}, PageKind.GALLERY),
        ("/news/bridge", TITLE, {"genre": "Comment"}, PageKind.OPINION),
    ],
)
def test_the_kind_of_piece(url: str, title: str, data: Mapping[str, Any], expected: PageKind) -> None:
    address = f"https://www.harbour-post.example{url}"
    found = page(f"<title>{title}</title>", story(f"<h1>{title}</h1>"), news(title, **data), address)
    assert found.page_kind is expected
    assert bool(candidates(found, "page_kind")) is (expected is not PageKind.ARTICLE)


def test_a_video_in_an_article_makes_no_video() -> None:
    data = {"@type": "VideoObject", "name": TITLE}
    body = story(f"<h1>{TITLE}</h1>")
    assert page(f"<title>{TITLE}</title>", body, data).page_kind is PageKind.VIDEO
    declared = f'<title>{TITLE}</title><meta property="og:type" content="article">'
    assert page(declared, body, data).page_kind is PageKind.ARTICLE


@pytest.mark.parametrize(
    ("declared", "expected", "origin"),
    [
        (f'<link rel="canonical" href="{URL}">', URL, "link:canonical"),
        ('<link rel="canonical" href="/">', URL + "?page=1", "page:address"),
        (f'<meta property="og:url" content="{URL}">', URL, "meta:og:url"),
        (f'<link rel="canonical" href="/"><meta property="og:url" content="{URL}">', URL, "meta:og:url"),
        ("", URL + "?page=1", "page:address"),
    ],
)
def test_where_the_article_lives(declared: str, expected: str, origin: str) -> None:
    found = page(declared, story(f"<h1>{TITLE}</h1>"), url=URL + "?page=1")
    assert found.canonical_url == expected
    assert [name for name, found in candidates(found, "canonical_url").items() if found.chosen] == [origin]


@pytest.mark.parametrize("variant", ["/amp", "/print", "?amp=1", ".amp"])
def test_variants_are_the_same_article(variant: str) -> None:
    found = page(f'<link rel="canonical" href="{URL}">', story(f"<h1>{TITLE}</h1>"), url=URL + variant)
    assert found.canonical_url == URL
