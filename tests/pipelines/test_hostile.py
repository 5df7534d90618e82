"""Every hostile page, in a smaller size, ends in one named outcome; what was cut is flagged."""

from functools import cache

import pytest

from pipelines import limits
from pipelines.process import process_page
from pipelines.records import Accepted, Reason, Rejected, replay
from pipelines.rules import Rulebook, load_rulebook
from tests.pipelines.hostile_pages import PAGES, PROSE, article, page

SMALLER = 200
"""The sizes of `PAGES` divided by so much: `benchmarks/hostile.py` measures the full ones."""


@cache
def rules() -> Rulebook:
    return load_rulebook()


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_has_a_named_outcome(name: str) -> None:
    count, make = PAGES[name]
    outcome = process_page(page(make(1 + count // SMALLER)), rules())
    if isinstance(outcome, Rejected):
        assert outcome.reason in Reason
        assert outcome.evidence == " ".join(outcome.evidence.split()) != ""
    else:
        assert replay(outcome.article.raw, outcome.article.removals) == outcome.article.text
        outcome.article.text.encode()


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        (article("<p>A paragraph." * 5_100), "cut at 5000 blocks"),
        (article("<div>" * 2_100), "nested too deeply: text may be missing"),
        (article("<b>" * 2_100), "nested too deeply: text may be missing"),
        (article(f"<p>{'ferry ' * (limits.MAX_BYTES // 6)}"), f"cut at {limits.MAX_BYTES} bytes"),
        (article("<br>" * limits.MAX_TAGS), f"cut at {limits.MAX_TAGS} tags"),
        (
            article(f"<div {' '.join(f'a{number}=x' for number in range(20_000))}>"),
            f"cut at {limits.MAX_ATTRIBUTES} attributes",
        ),
    ],
)
def test_what_was_cut_is_flagged(body: str, flag: str) -> None:
    outcome = process_page(page(body), rules())
    assert isinstance(outcome, Accepted)
    assert outcome.article.flags == (flag,)
    assert PROSE.strip() in outcome.article.text


@pytest.mark.parametrize(("kind", "body"), [("text/html", article()), ("text/html", f"<p>{PROSE * 200}")])
def test_an_honest_page_has_no_flags(kind: str, body: str) -> None:
    assert limits.cut(page(body, kind).body) == (body.encode(), ())
