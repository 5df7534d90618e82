"""Which rules the pages of a site ask for."""

from datetime import UTC, datetime

import pytest

from pipelines.furniture import learn
from pipelines.proposals import Proposal, propose
from pipelines.records import Page
from pipelines.rules import check_pattern, load_rulebook
from tests.pipelines.hostile_pages import PAGES
from tests.pipelines.hostile_pages import page as hostile

RULES = load_rulebook()
THINGS = ("wall", "quay", "church", "road", "bridge", "school", "mill", "square")
STORY = (
    "The {0} of Skarvik was closed on Monday after a storm had torn {1} slates from its roof.",
    "Nobody was hurt, says the fire brigade, which had {1} men at the {0} within the hour.",
    "The council will meet in {1} days to decide whether the {0} can be saved at all.",
)


def fetched(url: str, body: bytes) -> Page:
    return Page(url, url, 200, (), body, datetime(2026, 6, 1, tzinfo=UTC))


def page(number: int, extra: str) -> Page:
    """A story with something after its first paragraph; `{}` in it is the story's subject."""
    thing = THINGS[number]
    first, *others = (f"<p>{part.format(thing, number + 11)}</p>" for part in STORY)
    head = f"<html lang='en'><head><title>The {thing}</title></head><body><article><h1>The {thing} is closed</h1>"
    body = f"{head}<time datetime='2026-05-01T10:00:00Z'>1 May 2026</time>{first}{extra.format(thing)}{''.join(others)}"
    return fetched(f"https://skarvik.example/{number}", body.encode())


def proposed(extra: str, plain: int = 0) -> list[Proposal]:
    """What is proposed when so many stories have nothing extra, and the others have."""
    pages = [page(number, extra if number >= plain else "") for number in range(len(THINGS))]
    return propose(pages, RULES.for_host("skarvik.example", furniture=learn([])), "skarvik.example")


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ('<div class="sk-note x{}"><p>In the paper today: the {}, a history</p></div>', "div.sk-note"),
        ("<p>Our letter comes on Sundays and costs nothing but 1 click</p>", "Our letter comes on Sundays and costs"),
        ("<p>In the paper today: the {}, a history</p>", "in the paper today:.{1,300}"),
    ],
    ids=["a box of the site's own", "a line that stands in all", "a label before a text that changes"],
)
def test_what_recurs_is_taken_and_nothing_else(extra: str, rule: str) -> None:
    [found] = proposed(extra.replace("{}", "{0}"))
    assert found.name.startswith(rule)
    assert (found.pages, len(found.blocks), found.own) == (8, 8, ())
    for phrase in found.rule.phrases:
        check_pattern(phrase.pattern, "the proposal")
        assert phrase.examples[0] in found.blocks
        assert phrase.keeps[0] not in found.blocks


def test_a_box_that_holds_the_story_is_no_rule() -> None:
    assert proposed('<div class="sk-part"><p>The {0} was built in 1871 by masons from the next valley.</p></div>') == []


def test_what_stands_on_two_pages_is_no_rule() -> None:
    assert proposed('<p class="sk-note">In the paper today: the {0}, a history</p>', plain=6) == []


def test_no_page_is_too_odd() -> None:
    odd = [hostile(make(1 + count // 3000)) for count, make in PAGES.values()]
    assert propose(odd * 3, RULES, "isle.example") is not None
    assert propose([], RULES, "skarvik.example") == []
