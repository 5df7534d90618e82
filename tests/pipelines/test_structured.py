"""What pages say of themselves is read however badly they write it."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import jsonld
from pipelines.structured import Structured, plain, read, types
from pipelines.tree import parse

URL = "https://news.example/bridge"


def page(head: str = "", body: str = "", lang: str = "en") -> lxml.html.HtmlElement:
    tree, _ = parse(f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'.encode())
    assert tree is not None
    return tree


def ld(script: str) -> Structured:
    return read(page(f'<script type="application/ld+json">{script}</script>'), URL)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "The bridge"}',
        '[{"@type": "NewsArticle", "headline": "The bridge"}]',
        '{"@graph": [{"@type": "WebSite"}, {"@type": ["Article", "NewsArticle"], "headline": "The bridge"}]}',
        '<!-- {"@type": "NewsArticle", "headline": "The bridge"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "The bridge"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "The bridge",}',
        '{"@type": "NewsArticle", /* why not */ "headline": "The bridge" // so it is\n}',
        '{"@type": "NewsArticle", "headline": "The bridge", "description": "a\tb\nc"}',
        '{"@type": "NewsArticle", "headline": "The bridge", "description": "it\\\'s"}',
        '{"@type": "WebSite", "name": "News"}{"@type": "NewsArticle", "headline": "The bridge"}',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;The bridge&quot;}",
        '{"@type": "NewsArticle", "headline": "The bridge", "description": "said "no" again"}',
        '{"@type": "http://schema.org/NewsArticle", "headline": " The\\n <b>bridge</b> "}',
    ],
)
def test_json_ld_is_read_with_tolerance(script: str) -> None:
    article = ld(script).article
    assert article is not None
    assert plain(article["headline"]) == "The bridge"
    assert "NewsArticle" in types(article)


def test_the_article_is_the_node_of_this_page_and_not_a_teaser() -> None:
    said = ld(
        '[{"@type": "NewsArticle", "headline": "Another", "url": "https://news.example/other", "author": "X",'
        ' "datePublished": "2026-05-12"},'
        ' {"@type": "BlogPosting", "headline": "The bridge", "mainEntityOfPage": {"@id": "https://news.example/bridge"}}]'
    )
    assert said.article is not None
    assert said.article["headline"] == "The bridge"


def test_references_between_nodes_are_followed() -> None:
    said = ld(
        '{"@graph": [{"@type": "NewsArticle", "headline": "The bridge", "author": {"@id": "#jane"}},'
        ' {"@type": "Person", "@id": "#jane", "name": "Jane Doe"}]}'
    )
    assert said.article is not None
    assert said.article["author"]["name"] == "Jane Doe"


def test_microdata_stays_with_the_item_that_owns_it() -> None:
    said = read(
        page(
            body='<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">The bridge</h1>'
            '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
            '<b itemprop="name">Jane Doe</b></span>'
            '<meta itemprop="datePublished" content="2026-05-12">'
            '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
            '<time itemprop="datePublished" datetime="2026-05-13">yesterday</time></div></div>'
        ),
        URL,
    )
    assert said.article is not None
    assert said.article["author"] == {"@type": "Person", "name": "Jane Doe"}
    assert said.article["datePublished"] == "2026-05-12"


def test_meta_link_title_and_language() -> None:
    said = read(
        page(
            "<title> The\n bridge &amp; more </title>"
            '<meta property="OG:Title" content="One"><meta property="og:title" content="Two">'
            '<link rel="canonical" href="/bridge"><link rel="alternate stylesheet" href="/a.css">'
            '<link rel="alternate" href="//[broken">',
            "<svg><title>icon</title></svg>",
            "da-DK",
        ),
        URL,
    )
    assert said.title_tag == "The bridge & more"
    assert said.meta["og:title"] == ("One", "Two")
    assert said.first_meta("none", "og:title") == "One"
    assert said.links["canonical"] == ("https://news.example/bridge",)
    assert "stylesheet" not in said.links
    assert said.lang == "da-DK"


@pytest.mark.parametrize(
    "deep", ["[" * 100_000, '{"@graph":' * 50_000, '"' + '\\"' * 100_000, "/*" * 200_000, " " * 500_000 + "x"]
)
def test_hostile_scripts_are_cheap_and_harmless(deep: str) -> None:
    assert jsonld.parse(deep) == ()


def test_scripts_without_end_are_read_up_to_a_bound() -> None:
    broken = '<script type="application/ld+json">' + '{"name": "x" ' * 10_000 + "</script>"
    article = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The bridge"}</script>'
    assert read(page(article + broken * 30 + article), URL).nodes == read(page(article), URL).nodes


def test_items_inside_items_without_end() -> None:
    nested = '<div itemscope itemprop="a">' * 600
    assert len(read(page(body=nested), URL).items) <= 400


@given(st.text() | st.text(alphabet='{}[]",:\\/*<!-@graphtypea \n', max_size=200))
def test_no_script_raises(script: str) -> None:
    assert len(jsonld.parse(script)) <= jsonld.MAX_NODES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_no_value_raises(value: object) -> None:
    text = plain(value)
    assert text is None or text == text.strip() != ""
    assert isinstance(types(value), tuple)
