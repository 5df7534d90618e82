"""A page that is drawn by scripts still yields its article: its own, whole, and nobody else's."""

import json
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.embedded import Embedded, find
from pipelines.records import Block, BlockKind
from pipelines.structured import read
from pipelines.tree import parse

URL = "https://www.isle.example/news/second-ferry-for-the-islands"
TITLE = "Second ferry for the islands"
FIRST = "The ferry to the northern islands will sail twice a day from June, the company said on Monday. " * 5
SECOND = "Fares stay < 10 pounds & dogs travel free, said Ann Poe, who runs the harbour with her sister. " * 5
OTHER = "The lighthouse on the southern cape was painted for the first time in thirty years last week. " * 20


def found(body: str, head: str = f"<title>{TITLE} | Isle News</title>") -> Embedded | None:
    tree, _ = parse(f"<html><head>{head}</head><body><div id=root></div>{body}</body></html>".encode())
    assert tree is not None
    return find(tree, read(tree, URL), URL)


def state(value: Any) -> str:
    written = json.dumps(value).replace("</", "<\\/")
    return f'<script id="__NEXT_DATA__" type="application/json">{written}</script>'


def texts(embedded: Embedded | None) -> list[str]:
    assert embedded is not None
    return [block.text for block in embedded.blocks if block.drop is None]


PARAGRAPHS = [FIRST.strip(), SECOND.strip()]
MARKUP = "".join(f"<p>{escape(text)}</p>" for text in PARAGRAPHS)

BODIES: dict[str, Any] = {
    "markup": {"body": MARKUP},
    "escaped markup": {"articleBody": escape(MARKUP)},
    "plain text": {"articleText": "\n\n".join(PARAGRAPHS)},
    "list of texts": {"paragraphs": PARAGRAPHS},
    "list of types": {"blocks": [{"type": "paragraph", "text": text} for text in PARAGRAPHS]},
    "elements with markup": {"content_elements": [{"type": "text", "content": escape(text)} for text in PARAGRAPHS]},
    "blocks with attributes": {
        "contentBlocks": [{"name": "core/paragraph", "attributes": {"content": escape(text)}} for text in PARAGRAPHS]
    },
    "blocks with data": {"content": {"blocks": [{"type": "paragraph", "data": {"text": t}} for t in PARAGRAPHS]}},
    "runs of text": {
        "content": {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": t[:50]}, {"type": "text", "text": t[50:]}]}
                for t in PARAGRAPHS
            ],
        }
    },
    "elements with children": {
        "body": [{"type": "p", "children": [{"type": "text", "data": text}]} for text in PARAGRAPHS]
    },
    "rendered": {"content": {"rendered": MARKUP}},
}


@pytest.mark.parametrize("name", BODIES)
def test_the_spellings_of_a_body(name: str) -> None:
    embedded = found(state({"props": {"pageProps": {"article": {"title": TITLE, **BODIES[name]}}}}))
    assert texts(embedded) == PARAGRAPHS
    assert embedded is not None
    assert embedded.origin == "script:__NEXT_DATA__"


@pytest.mark.parametrize(
    ("script", "origin"),
    [
        ("window.__INITIAL_STATE__ = %s;", "script:__INITIAL_STATE__"),
        ("window.__PRELOADED_STATE__=%s;window.other={};", "script:__PRELOADED_STATE__"),
        ("Fusion=window.Fusion||{};Fusion.globalContent=%s;Fusion.x={}", "script:Fusion.globalContent"),
        ("var a = {b: 1}; const pageData = %s; start(pageData);", "script:json"),
        ("window.__APOLLO_STATE__ = {'broken: 1}; hydrate(%s)", "script:__APOLLO_STATE__"),
    ],
)
def test_state_is_found_wherever_it_is_assigned(script: str, origin: str) -> None:
    embedded = found(
        f"<script>{script % json.dumps({'headline': TITLE, 'missing': None, 'body': PARAGRAPHS})}</script>"
    )
    assert texts(embedded) == PARAGRAPHS
    assert embedded is not None
    assert embedded.origin == origin


def test_what_json_does_not_know_is_no_hindrance() -> None:
    assert texts(found(f'<script>x={{"title":"{TITLE}","a":undefined,"body":{json.dumps(PARAGRAPHS)}}}</script>'))


def test_kinds_stay_and_what_is_no_text_goes() -> None:
    content = [
        {"type": "text", "content": FIRST},
        {"type": "header", "content": "Fares"},
        {"type": "image", "caption": "The ferry", "text": "Photo: Ann Poe"},
        {"type": "interstitial_link", "content": "Read more about ferries"},
        {"type": "list", "items": [{"type": "list-item", "content": "Adults: 9 pounds"}]},
        {"type": "quote", "content": "It is a good day for the islands, said the mayor."},
        {"type": "raw_html", "content": f"<p>{escape(SECOND)}</p><div class='related-articles'>Another story</div>"},
    ]
    embedded = found(state({"headlines": {"basic": TITLE}, "content_elements": content}))
    assert embedded is not None
    kept: list[Block] = [block for block in embedded.blocks if block.drop is None]
    assert [(block.kind, block.text) for block in kept] == [
        (BlockKind.PARAGRAPH, FIRST.strip()),
        (BlockKind.HEADING, "Fares"),
        (BlockKind.LIST_ITEM, "Adults: 9 pounds"),
        (BlockKind.QUOTE, "It is a good day for the islands, said the mayor."),
        (BlockKind.PARAGRAPH, SECOND.strip()),
    ]


def test_the_stories_beside_it_are_not_taken() -> None:
    other = {"title": "Lighthouse painted for the first time", "body": OTHER}
    own = {"title": TITLE, "body": PARAGRAPHS, "related": [other]}
    assert texts(found(state({"title": TITLE, "content": {"latest": [other], "article": own}}))) == PARAGRAPHS
    assert found(state({"page": {"title": TITLE}, "stories": [other]})) is None
    assert found(state({"article": other})) is None


def test_the_address_says_whose_text_it_is_as_well() -> None:
    assert texts(found(state({"canonical_url": URL, "body": PARAGRAPHS}), head="")) == PARAGRAPHS
    assert found(state({"canonical_url": URL + "-2", "body": PARAGRAPHS}), head="") is None


def test_a_summary_is_no_article() -> None:
    assert found(state({"title": TITLE, "body": FIRST[:300]})) is None


def test_a_template_inside_the_article_s_place() -> None:
    template = f"<script type='text/template'>{MARKUP}</script>"
    assert texts(found(f"<div class='article-body'>{template}</div>")) == PARAGRAPHS
    assert found(f"<div class='dialog'>{template}</div>") is None


def test_the_body_in_json_ld() -> None:
    def linked(headline: str, text: str) -> str:
        node = {"@type": "NewsArticle", "headline": headline, "articleBody": text}
        return f'<script type="application/ld+json">{json.dumps(node)}</script>'

    embedded = found(linked(TITLE, "\n".join(PARAGRAPHS)))
    assert texts(embedded) == PARAGRAPHS
    assert embedded is not None
    assert embedded.origin == "json-ld:articleBody"
    assert found(linked("Lighthouse painted for the first time", OTHER)) is None
    assert texts(found(linked(TITLE, FIRST * 2) + state({"title": TITLE, "body": PARAGRAPHS}))) == PARAGRAPHS


@pytest.mark.parametrize(
    "script",
    [
        '{"body":[' * 20_000,
        "=[" * 50_000,
        '={"a":[[' + "1," * 50_000,
        "[" * 50_000,
        '{"a":' + "9" * 50_000,
        "= " * 50_000,
    ],
)
def test_hostile_scripts_are_harmless(script: str) -> None:
    assert found(f"<script>{script}</script>") is None
    assert found(f'<script type="application/json">{script}</script>') is None


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.just(FIRST),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "body", "content", "type", "text", "url"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_state_raises(value: object) -> None:
    found(state({"title": TITLE, "body": value}))
