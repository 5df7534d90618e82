"""Every field comes from the best of its candidates, as readers see it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import content, media, names, structured
from pipelines.fields import Fields, decide
from pipelines.records import Hints, Page, PageKind
from pipelines.tree import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://www.harbour-post.example/news/bridge"
TITLE = "The council closes the old bridge"
BODY = (
    "<p>"
    + "</p><p>".join(f"On day {n} the council said that the bridge is too old, and that it closes." for n in range(5))
    + "</p>"
)


def fields(
    head: str = "",
    body: str = "",
    *,
    ld: object = None,
    url: str = URL,
    hints: Hints = Hints(),  # noqa: B008  # frozen
    headers: Sequence[tuple[str, str]] = (),
    lang: str = "en",
) -> Fields:
    script = f'<script type="application/ld+json">{json.dumps(ld)}</script>' if ld else ""
    html = f'<html lang="{lang}"><head>{head}{script}</head><body>{body}</body></html>'
    tree, _ = parse(html.encode("utf-8", "replace"))
    assert tree is not None
    said = structured.read(tree, url)
    page = Page(url, url, 200, tuple(headers), html.encode(), NOW, hints)
    return decide(page, tree, said, content.extract(tree, said, hints))


def article(**more: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": TITLE, **more}


def story(byline: str = "", *, title: str = TITLE) -> str:
    return f"<main><article><h1>{title}</h1>{byline}{BODY}</article></main>"


# ---------------------------------------------------------------- title


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{TITLE} | Harbour Post</title>",
        f"<title>Harbour Post - {TITLE}</title>",
        f"<title>{TITLE} - News - harbour-post.example</title><meta property='og:title' content='{TITLE}'>",
        f"<meta property='og:title' content='{TITLE} – Post'><meta property='og:site_name' content='Post'>",
    ],
)
@pytest.mark.parametrize("body", [story(), ""])
def test_the_site_is_no_part_of_the_title(head: str, body: str) -> None:
    assert fields(head, body).title == TITLE


def test_readers_see_the_headline_and_not_what_was_written_for_search_engines() -> None:
    found = fields("<title>Bridge closed: all you need to know</title>", story())
    assert found.title == TITLE
    assert {candidate.origin for candidate in found.candidates if candidate.field == "title"} == {
        "page:headline",
        "title",
    }
    assert [candidate.value for candidate in found.candidates if candidate.field == "title" and candidate.chosen] == [
        TITLE
    ]


def test_a_kicker_inside_the_headline_is_left_out() -> None:
    head = f"<meta property='og:title' content='{TITLE}'>"
    assert fields(head, story(title=f"<span>Traffic</span> {TITLE}"), ld=article()).title == TITLE


def test_words_that_ran_together_in_the_markup_are_apart_in_the_title() -> None:
    head = f"<meta property='og:title' content='Traffic / {TITLE}'>"
    assert fields(head, story(title=f"<span>Traffic</span>{TITLE}")).title == f"Traffic / {TITLE}"


def test_a_headline_cut_in_the_data_is_whole_on_the_page() -> None:
    assert fields(body=story(), ld=article(headline=TITLE[:20])).title == TITLE


def test_typography_stays() -> None:
    title = "“We won’t close it” – the mayor’s promise"
    assert fields("<title>\"We won't close it\" - the mayor's promise</title>", story(title=title)).title == title


# ---------------------------------------------------------------- authors


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"@type": "Person", "name": "Jane Doe"}, ("Jane Doe",)),
        ("Jane Doe", ("Jane Doe",)),
        ([{"name": "Jane Doe"}, {"givenName": "John", "familyName": "Roe"}], ("Jane Doe", "John Roe")),
        ({"@type": "Person", "name": "Jane Doe and John Roe"}, ("Jane Doe", "John Roe")),
        ({"@type": "Person", "name": "Jane Doe (jad)"}, ("Jane Doe",)),
        ({"@type": "Organization", "name": "Harbour Post"}, ("Harbour Post",)),
        ({"@type": "Person", "name": "Harbour Post"}, ()),
        ({"@type": "Person", "name": "Redaktion"}, ()),
        ({"@type": "Person", "name": "https://www.facebook.com/harbour"}, ()),
        ({"@type": "Person"}, ()),
    ],
)
def test_declared_authors(author: object, expected: tuple[str, ...]) -> None:
    assert (
        fields("<meta property='og:site_name' content='Harbour Post'>", story(), ld=article(author=author)).authors
        == expected
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By Jane Doe and John Roe, Political Editor", ["Jane Doe", "John Roe"]),
        ("By: Jane Doe | Published Jan 3, 2026", ["Jane Doe"]),
        ("By Jane Doe in London", ["Jane Doe"]),
        ("By Jane Doe December 2, 2025", ["Jane Doe"]),
        ("Af Mette Holm og Søren Dahl", ["Mette Holm", "Søren Dahl"]),
        ("Af: Mette Holm | 12. maj 2026 kl. 14.30", ["Mette Holm"]),
        ("Von Max Müller und Anna Schmidt, dpa", ["Max Müller", "Anna Schmidt", "dpa"]),
        ("Text: Max Müller", ["Max Müller"]),
        ("Par Éloïse Noël et François Dupré", ["Éloïse Noël", "François Dupré"]),
        ("Por José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Por Begoña Peña y Álvaro Solís", ["Begoña Peña", "Álvaro Solís"]),
        ("Di Marco Rossi e Anna Bianchi", ["Marco Rossi", "Anna Bianchi"]),
        ("Autor: Paweł Król i Michał Żak", ["Paweł Król", "Michał Żak"]),
        ("Door Jan de Vries en Piet van den Berg", ["Jan de Vries", "Piet van den Berg"]),
        ("구현모 기자", ["구현모"]),
        ("Doe, Jane", ["Jane Doe"]),
        ("Jane Doe, jane@harbour-post.example", ["Jane Doe"]),
        ("Posted by Jane Doe, medically reviewed by John Roe", ["Jane Doe"]),
        ("By Reuters", ["Reuters"]),
        ("Redaktion", []),
        ("Editor", []),
        ("", []),
    ],
)
def test_one_byline(line: str, expected: list[str]) -> None:
    assert names.split(line) == expected


@pytest.mark.parametrize(
    "byline",
    [
        "<div>By Jane Doe and John Roe</div>",
        "<div>By<span> Jane Doe</span> &amp; <span>John Roe</span></div><div>12 May 2026</div>",
        "<p>Written by</p><p>Jane Doe, John Roe</p>",
        '<div class="article-byline"><a href="/authors/1">Jane Doe</a><a href="/authors/2">John Roe</a></div>',
        '<a rel="author" href="/x">Jane Doe</a> <a rel="author" href="/y">John Roe</a>',
    ],
)
def test_printed_bylines(byline: str) -> None:
    found = fields(body=story(byline) + '<aside><div class="author">By Ann Other</div></aside>')
    assert found.authors == ("Jane Doe", "John Roe")


def test_a_page_without_a_byline_has_no_authors() -> None:
    assert fields(body=story()).authors == ()


def test_an_agency_is_named_beside_the_people() -> None:
    found = fields(body=story("<p>By Jane Doe, Reuters</p>"))
    assert (found.authors, found.agency) == (("Jane Doe", "Reuters"), "Reuters")


# ---------------------------------------------------------------- dates


def published(found: Fields) -> str | None:
    return found.published.isoformat() if found.published else None


def test_the_data_says_when() -> None:
    found = fields(body=story(), ld=article(datePublished="2026-05-12T12:30:00Z", dateModified="2026-05-13T08:00:00Z"))
    assert published(found) == "2026-05-12T12:30:00+00:00"
    assert found.modified is not None
    assert found.modified.isoformat() == "2026-05-13T08:00:00+00:00"


def test_a_day_in_the_data_is_refined_by_the_minute_on_the_page() -> None:
    assert (
        published(fields(body=story("<p>12 May 2026, 14:30</p>"), ld=article(datePublished="2026-05-12")))
        == "2026-05-12T14:30"
    )


@pytest.mark.parametrize("wrong", ["1970-01-01T00:00:00Z", "2031-01-01", "soon", ""])
def test_an_implausible_date_gives_way_to_the_next(wrong: str) -> None:
    assert published(fields(body=story("<p>12 May 2026</p>"), ld=article(datePublished=wrong))) == "2026-05-12"


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("<p>Udgivet 12. maj 2026 kl. 14.30</p>", "2026-05-12T14:30"),
        ("<p>12. maj 2026</p><p>Opdateret 14. maj 2026</p>", "2026-05-12"),
        ("<p>Opdateret 14. maj 2026. Udgivet 12. maj 2026</p>", "2026-05-12"),
        ("<p>Opdateret 14. maj 2026</p>", "2026-05-14"),
        ('<time datetime="2026-05-12T14:30:00+02:00">i går</time>', "2026-05-12T14:30:00+02:00"),
        (
            '<p>Opdateret <time datetime="2026-05-14">14/5</time></p><time datetime="2026-05-12">12/5</time>',
            "2026-05-12",
        ),
        ("<p>© 2019 Havneposten</p>", None),
        (
            "<p>Broen blev bygget 12. maj 1996 af en gruppe mænd, der ikke vidste, hvor længe den ville holde.</p>",
            None,
        ),
    ],
)
def test_dates_on_the_page(byline: str, expected: str | None) -> None:
    assert published(fields(body=story(byline), lang="da")) == expected


def test_the_time_of_a_comment_or_of_another_story_is_not_the_articles() -> None:
    others = (
        '<section id="comments"><time datetime="2026-05-13T10:00:00Z">13.5.</time></section>'
        '<aside class="related"><time datetime="2026-05-14T10:00:00Z">14.5.</time></aside>'
    )
    assert fields(body=story() + others).published is None
    assert (
        published(fields(body=story() + others, url="https://harbour-post.example/2026/05/12/bridge")) == "2026-05-12"
    )


def test_a_feed_is_asked_last() -> None:
    hints = Hints(origin="feed", published="Tue, 12 May 2026 14:30:00 +0200", title=TITLE, authors=("Jane Doe",))
    found = fields(body=story(), hints=hints)
    assert published(found) == "2026-05-12T14:30:00+02:00"
    assert found.published is not None
    assert found.published.origin == "feed:published"
    assert found.authors == ("Jane Doe",)


# ---------------------------------------------------------------- the other fields


def test_section_tags_breadcrumbs_publisher_and_description() -> None:
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"position": 2, "name": "Local"},
            {"position": 1, "item": {"name": "Home"}},
            {"position": 3, "name": TITLE},
        ],
    }
    found = fields(
        "<meta name='description' content='A bridge &amp; a council'><meta property='og:locale' content='en_GB'>",
        story(),
        ld=[
            article(
                articleSection=["Local", "News"], keywords="bridge, council ,bridge", publisher={"name": "Harbour Post"}
            ),
            crumbs,
        ],
        lang="",
    )
    assert (found.section, found.tags, found.breadcrumbs) == ("Local", ("bridge", "council"), ("Local",))
    assert (found.publisher, found.description, found.language) == ("Harbour Post", "A bridge & a council", "en-GB")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"@type": "LiveBlogPosting"}, PageKind.LIVE_BLOG),
        ({"@type": "VideoObject", "name": TITLE}, PageKind.VIDEO),
        ({"@type": ["Article", "OpinionNewsArticle"]}, PageKind.OPINION),
        ({"articleSection": "Meinung"}, PageKind.OPINION),
        ({"articleSection": "Interviews"}, PageKind.INTERVIEW),
        ({"articleSection": "Sport"}, PageKind.ARTICLE),
    ],
)
def test_page_kinds(data: Mapping[str, Any], expected: PageKind) -> None:
    assert fields(f"<title>{TITLE}</title>", story(), ld=article() | dict(data)).page_kind is expected


@pytest.mark.parametrize(
    ("head", "data", "expected"),
    [
        ("", {"isAccessibleForFree": False}, False),
        ("", {"isAccessibleForFree": "http://schema.org/False"}, False),
        ("", {"isAccessibleForFree": "True"}, True),
        ("<meta property='article:content_tier' content='metered'>", {}, False),
        ("", {}, None),
    ],
)
def test_whether_all_may_read(head: str, data: Mapping[str, Any], expected: bool | None) -> None:
    assert fields(head, story(), ld=article(**data)).free is expected


def test_rights_signals() -> None:
    found = fields(
        "<meta name='robots' content='index, noai, noimageai'><meta name='tdm-reservation' content='1'>",
        story(),
        headers=[("x-robots-tag", "noai")],
    )
    assert found.rights == ("robots: noai", "robots: noimageai", "x-robots-tag: noai", "tdm-reservation: 1")


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("/2026/07/harbour-bridge-at-night-1200x675.jpg", "/2026/07/harbour-bridge-at-night-640x360.webp?q=80"),
        ("/images/1f69e1dc-d5e8-47fc.jpeg?width=1200", "/c:1200:675/images/1f69e1dc-d5e8-47fc.jpeg?width=300"),
        ("/i/33420090/w1440/bridge.jpg", "/i/33420090/w940/bridge.jpg"),
    ],
)
def test_one_picture_in_two_sizes_is_one_with_its_caption(declared: str, shown: str) -> None:
    figure = f'<figure><img src="{shown}"><figcaption>The bridge at night. Foto: Jane Doe</figcaption></figure>'
    found = fields(f"<meta property='og:image' content='{declared}'>", story(figure))
    assert [(image.caption, image.credit) for image in found.images] == [("The bridge at night.", "Jane Doe")]
    assert found.images[0].url.endswith(declared)


def test_two_pictures_of_one_day_stay_two() -> None:
    figure = '<figure><img src="/20260710/600x400/ferry.jpg"><figcaption>The ferry (J. Doe/AFP)</figcaption></figure>'
    found = fields("<meta property='og:image' content='/20260710/600x400/bridge.jpg'>", story(figure))
    assert [(image.caption, image.credit) for image in found.images] == [(None, None), ("The ferry", "J. Doe/AFP")]


def test_pictures_videos_and_sound() -> None:
    found = fields(
        "<meta property='og:image' content='/lead.jpg'>",
        story(
            '<figure><img src="/lead.jpg">'
            '<figcaption>The bridge <span class="credit">Photo: Jane Doe</span></figcaption></figure>'
            '<video src="/v.mp4"></video><iframe src="https://www.youtube.com/embed/x"></iframe>'
            '<iframe src="/ad"></iframe>'
            '<audio><source src="/a.mp3"></audio>'
        )
        + '<aside><figure><img src="/teaser.jpg"></figure></aside>',
        ld=article(video={"@type": "VideoObject", "contentUrl": "/clip.mp4", "duration": "PT1M30S"}),
    )
    base = "https://www.harbour-post.example"
    assert [(image.url, image.caption, image.credit) for image in found.images] == [
        (f"{base}/lead.jpg", "The bridge", "Jane Doe")
    ]
    assert found.main_image == found.images[0]
    assert [(video.url, video.duration_seconds) for video in found.videos] == [
        (f"{base}/clip.mp4", 90),
        (f"{base}/v.mp4", None),
        ("https://www.youtube.com/embed/x", None),
    ]
    assert found.audios == (f"{base}/a.mp3",)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1M30S", 90),
        ("P0DT0H2M5.5S", 125),
        ("1:02:03", 3723),
        ("2:05", 125),
        ("75", 75),
        ("PT", None),
        ("long", None),
        (None, None),
    ],
)
def test_durations(text: str | None, seconds: int | None) -> None:
    assert media.duration_seconds(text) == seconds


# ---------------------------------------------------------------- nothing raises

tags = st.sampled_from(
    "h1 p div span time a meta article aside script figure img figcaption ul li section nav br svg title".split()  # noqa: SIM905
)
attributes = st.dictionaries(
    st.sampled_from(
        ["class", "id", "rel", "itemprop", "itemscope", "datetime", "content", "name", "property", "href", "src"]
    ),
    st.sampled_from(
        ["author", "byline", "http://[", "2026-05-12", "og:title", "comments", "datePublished", "\x01", "", "x y"]
    ),
    max_size=3,
)


@st.composite
def markup(draw: st.DrawFn) -> str:
    pieces = draw(
        st.lists(st.tuples(tags, attributes, st.text(max_size=12) | st.just("By Jane Doe 12 May 2026")), max_size=12)
    )
    elements = []
    for tag, found, text in pieces:
        names_and_values = " ".join(f'{name}="{value}"' for name, value in found.items())
        elements.append(f"<{tag} {names_and_values}>{text}")
    return "".join(elements)


@given(markup(), st.text(max_size=20) | st.just("https://[::1"))
def test_no_page_raises(html: str, url: str) -> None:
    tree, _ = parse(html.encode("utf-8", "replace"))
    if tree is None:
        return
    said = structured.read(tree, url)
    page = Page(url, url, 200, (), html.encode("utf-8", "replace"), NOW)
    found = decide(page, tree, said, content.extract(tree, said, page.hints))
    assert isinstance(found, Fields)


@given(st.text())
def test_no_byline_raises(line: str) -> None:
    assert len(names.split(line)) <= names.MAX_NAMES
