"""Site memory: what recurs on a site's pages is furniture, and what only looks like it stays."""

from datetime import UTC, datetime

import pytest

from pipelines.clean import Cleaned, clean
from pipelines.furniture import MOST_BLOCKS, Furniture, learn, page_keys
from pipelines.process import process_page
from pipelines.records import PARAGRAPH_BREAK, Accepted, Block, BlockKind, Boilerplate, Page, replay
from pipelines.rules import load_rulebook

RULEBOOK = load_rulebook()
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SLOGAN = "Printed by the sea since 1871, and still wet in places on the day that you read it."
ADDRESS = "The Evening Tide, Quay 4"


def story(number: int) -> list[str]:
    """Three paragraphs that no other story has."""
    name = "abcdefghijklmnopqrstuvwxyz"[number // 26] + "abcdefghijklmnopqrstuvwxyz"[number % 26]
    return [
        f"The council of {name}ham met on day {place} and voted on the bridge at last."
        for place in ["one", "two", "six"]
    ]


def remembered(count: int, *furniture: str, of: int | None = None) -> Furniture:
    """What is learned from `of` pages (None: all), of which `count` hold the furniture."""
    pages = [[*story(number), *(furniture if number < count else ())] for number in range(of or count)]
    return learn([page_keys(PARAGRAPH_BREAK.join(blocks)) for blocks in pages])


def cleaned(furniture: Furniture, *blocks: Block) -> Cleaned:
    result = clean(blocks, RULEBOOK.for_host("tide.example", furniture=furniture), "en", None, None, NOW)
    assert replay(result.raw, result.removals) == result.text
    return result


def paragraphs(*texts: str) -> list[Block]:
    return [Block(text) for text in texts]


def test_what_recurs_goes_and_the_receipt_says_on_how_many_pages() -> None:
    result = cleaned(remembered(14, SLOGAN, of=20), *paragraphs(*story(50), SLOGAN))
    assert result.text == PARAGRAPH_BREAK.join(story(50))
    removal = result.removals[-1]
    assert (removal.kind, removal.rule) == (Boilerplate.FURNITURE, "site.furniture")
    assert removal.why == "stands on 14 of 20 pages of this site"


def test_numbers_and_case_make_no_difference() -> None:
    result = cleaned(remembered(5, SLOGAN), *paragraphs(*story(50), SLOGAN.upper().replace("1871", "1872")))
    assert result.text == PARAGRAPH_BREAK.join(story(50))


@pytest.mark.parametrize(("count", "of"), [(2, 2), (3, 3), (3, 5), (5, 40), (12, 50)])
def test_few_pages_prove_nothing(count: int, of: int) -> None:
    assert remembered(count, SLOGAN, of=of) == {}


@pytest.mark.parametrize(("count", "of"), [(4, 4), (4, 5), (4, 16), (13, 50)])
def test_four_pages_and_a_quarter_of_them_do(count: int, of: int) -> None:
    assert list(remembered(count, SLOGAN, of=of).values()) == [f"stands on {count} of {of} pages of this site"]


@pytest.mark.parametrize(
    "block",
    [
        Block("What we know so far", BlockKind.HEADING, 2),
        Block("Pros:"),
        Block("Salt and pepper", BlockKind.LIST_ITEM),
        Block("Team | Played | Points", BlockKind.TABLE_ROW),
        Block("And the tide came in, and the tide went out.", BlockKind.QUOTE),
        Block("9.8 / 10"),
        Block("* * *"),
    ],
    ids=lambda block: block.text,
)
def test_what_recurs_as_part_of_each_article_stays(block: Block) -> None:
    body = paragraphs(*story(50))
    result = cleaned(remembered(20, block.text), body[0], block, *body[1:])
    assert result.removals == ()


def test_links_in_a_list_go() -> None:
    item = Block("Tides of the week", BlockKind.LIST_ITEM, link_share=1.0)
    assert cleaned(remembered(20, item.text), *paragraphs(*story(50)), item).text == PARAGRAPH_BREAK.join(story(50))


def test_a_copy_of_other_articles_keeps_its_text() -> None:
    """An article that is filed anew with each update shares its paragraphs with its earlier selves."""
    update = "The bridge was open again by noon, the council said in a statement."
    result = cleaned(remembered(20, *story(50), ADDRESS), *paragraphs(update, *story(50), ADDRESS))
    assert result.text == PARAGRAPH_BREAK.join([update, *story(50)])


def test_an_agency_named_on_every_page_stays() -> None:
    result = cleaned(remembered(20, "(Reuters)"), *paragraphs(*story(50), "(Reuters)"))
    assert result.text.endswith("(Reuters)")


def test_furniture_in_words_that_are_known_still_says_what_it_says() -> None:
    line = "By Ada Harbour"
    result = cleaned(remembered(20, line), *paragraphs(story(50)[0], line, *story(50)[1:]))
    assert result.text == PARAGRAPH_BREAK.join(story(50))
    assert result.facts.authors == ("Ada Harbour",)


def test_a_block_counts_once_a_page_and_a_page_of_any_size_is_bounded() -> None:
    assert len(page_keys(PARAGRAPH_BREAK.join([SLOGAN] * 10))) == 8
    assert len(page_keys(PARAGRAPH_BREAK.join(f"{'a' * number} ferry" for number in range(9000)))) == 8 * MOST_BLOCKS
    assert page_keys("") == page_keys("\u2605 12") == b""
    assert len(page_keys("a lone surrogate: \ud800")) == 8


def html(number: int) -> Page:
    body = "".join(
        f"<p>{text}</p>"
        for text in [*story(number), SLOGAN, *(text.replace("bridge", "ferry") for text in story(number))]
    )
    url = f"https://tide.example/news/{number}"
    date = '<time datetime="2026-04-30T08:00:00Z">30 April 2026</time>'
    markup = f"<article><h1>Story {story(number)[0][15:19]} of the tide</h1>{date}{body}</article>"
    return Page(url, url, 200, (), markup.encode(), NOW)


def test_a_site_is_learned_from_its_own_pages() -> None:
    known: list[bytes] = []
    texts = []
    for number in range(6):
        outcome = process_page(html(number), RULEBOOK.for_page(html(number), learn(known)))
        assert isinstance(outcome, Accepted)
        known.append(page_keys(outcome.article.raw))
        texts.append(outcome.article.text)
    assert [SLOGAN in text for text in texts] == [True] * 4 + [False] * 2
    assert all(paragraph in texts[-1] for paragraph in story(5))


def test_the_same_page_and_the_same_memory_give_the_same_record() -> None:
    furniture = remembered(20, SLOGAN)
    assert process_page(html(7), RULEBOOK.for_page(html(7), furniture)) == process_page(
        html(7), RULEBOOK.for_page(html(7), dict(reversed(furniture.items())))
    )
