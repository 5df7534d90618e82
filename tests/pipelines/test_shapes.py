"""What shows by its shape: comments without a heading, notes on the author, cards, counters, captions with a credit."""

from datetime import UTC, datetime

import pytest

from pipelines.clean import Cleaned, clean
from pipelines.records import Block, BlockKind, Boilerplate, Drop
from pipelines.rules import load_rulebook

RULEBOOK = load_rulebook()
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BODY = [
    Block("The council met on Monday evening and voted on the bridge after a debate of three hours."),
    Block("Nobody in the hall was surprised, since the bridge had never been paid for by anybody."),
    Block("The mayor said that the river would be crossed by boat for as long as she was in office."),
    Block("A ferryman has been found, and he has asked for a bell, a bench and a lamp for the winter."),
]
TEXT = "\n\n".join(block.text for block in BODY)


def cleaned(*blocks: Block, authors: tuple[str, ...] = ("Anna Poe",)) -> Cleaned:
    return clean(blocks, RULEBOOK, "en", "No bridge, says council", None, NOW, authors)


def link(text: str) -> Block:
    return Block(text, link_share=1.0, drop=Drop(Boilerplate.READ_MORE, "content.link-line", "is nothing but links"))


def rules(result: Cleaned) -> set[str]:
    return {removal.rule for removal in result.removals}


@pytest.mark.parametrize(
    "heads",
    [
        ("harbour_rat 3 hours ago", "Dora B. 2 days ago"),
        ("deichgraf vor 3 Stunden", "Dora B. vor 2 Tagen"),
        ("havrotten · for 3 timer siden", "Dora B. · for 2 dage siden"),
        ("港の番人 3時間前", "ドラ 2日前"),
    ],
)
def test_comments_without_a_heading_go(heads: tuple[str, str]) -> None:
    said = Block("I have been waiting for that bridge since I was a little girl with pigtails!")
    result = cleaned(*BODY, Block(heads[0]), said, Block(heads[1]), said)
    assert result.text == TEXT
    assert {removal.kind for removal in result.removals} == {Boilerplate.COMMENTS}


def test_the_name_above_the_first_comments_time_goes_too() -> None:
    said = Block("I have been waiting for that bridge since I was a little girl with pigtails!")
    thread = [Block("Ruth"), Block("3 hours ago"), said, Block("miller_joe"), Block("2 hours ago"), said]
    assert cleaned(*BODY, *thread).text == TEXT


@pytest.mark.parametrize(
    "lines",
    [
        ("Basic: $90 for 2 seats", "Elite: $150 for 10 seats"),  # a price list
        ("Bridges, 10 years ago", "No bridge"),  # one such line only
    ],
)
def test_lines_that_only_look_like_a_comments_head_stay(lines: tuple[str, str]) -> None:
    blocks = [*BODY, Block(lines[0]), BODY[0], Block(lines[1]), BODY[1]]
    assert cleaned(*blocks).removals == ()


def test_a_live_blog_is_not_taken_for_comments() -> None:
    entries = [block for text in BODY for block in (Block("3 minutes ago"), text)]
    assert all(block.text in cleaned(*entries).text for block in BODY)


def test_a_note_on_the_author_goes() -> None:
    note = Block("Anna Poe is a reporter at the Post and writes about the river. She has worked here since 2016.")
    result = cleaned(*BODY, note)
    assert (result.text, rules(result)) == (TEXT, {"clean.bio"})


@pytest.mark.parametrize(
    "texts",
    [
        ["Anna Poe, who built the bridge, was born here in 1911.", "Anna Poe drew it on a napkin, her daughter says."],
        ["“Anna Poe is a reporter,” said the mayor, “and reporters do not build any bridges.”"],
    ],
)
def test_an_article_about_its_author_stays(texts: list[str]) -> None:
    blocks = [*BODY, *(Block(text) for text in texts)]
    assert cleaned(*blocks).removals == ()


def test_a_byline_between_lead_and_body_goes() -> None:
    result = cleaned(BODY[0], Block("Anna Poe – 14 March 2025"), *BODY[1:])
    assert (result.text, rules(result)) == (TEXT, {"clean.byline"})


def test_a_companys_name_as_a_numbered_title_stays() -> None:
    assert cleaned(BODY[0], Block("1. Anna Poe"), *BODY[1:]).removals == ()


def test_the_text_of_an_advertised_card_goes() -> None:
    label = Block("Sponsored content", drop=Drop(Boilerplate.TEASER, "content.card", "stands in a card"))
    card = [label, link("Seven raincoats that keep you dry"), Block("We asked sailors which coats they trust most.")]
    assert cleaned(*BODY[:2], *card, *BODY[2:]).text == TEXT


def test_summaries_under_linked_titles_go_below_the_heading_of_a_list() -> None:
    cards = [link("Five bridges"), Block("They are all made of wood."), link("Six boats"), Block("They are not.")]
    assert cleaned(*BODY, link("Related stories"), *cards).text == TEXT
    assert "They are not." in cleaned(*BODY, *cards).text


def test_a_gallerys_counters_go_and_a_rating_stays() -> None:
    result = cleaned(Block("1 / 12"), BODY[0], Block("2 / 12"), *BODY[1:])
    assert (result.text, rules(result)) == (TEXT, {"clean.counter"})
    assert "4 / 5" in cleaned(*BODY, Block("4 / 5")).text


@pytest.mark.parametrize("mark", [". ", " ", " ("])
def test_a_line_that_ends_with_a_pictures_credit_is_its_caption(mark: str) -> None:
    line = f"The ferry on a calmer day{mark}Photo: Tim Salter / Gull Pictures{')' if '(' in mark else ''}"
    result = cleaned(BODY[0], Block(line), *BODY[1:])
    assert (result.text, result.facts.photo_credits) == (TEXT, ("Tim Salter / Gull Pictures",))


def test_of_a_long_paragraph_only_the_credit_goes() -> None:
    text = " ".join(block.text for block in BODY)
    assert cleaned(*BODY, Block(f"{text} Photo: Tim Salter")).text == f"{TEXT}\n\n{text}"


def test_what_is_left_of_a_line_is_looked_at_again() -> None:
    result = cleaned(*BODY, Block("No bridge, says council. Read more: Five bridges", BlockKind.LINE))
    assert (result.text, rules(result)) == (TEXT, {"en.read-more-after", "clean.repeated-title"})
