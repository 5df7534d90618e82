"""Cleaning blocks: what goes, what stays, what the removed lines said, and that every removal replays."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clean import Cleaned, clean
from pipelines.furniture import block_key
from pipelines.records import Block, BlockKind, Boilerplate, Drop, Video, replay
from pipelines.rules import Rulebook, load_rulebook

RULEBOOK = load_rulebook()
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BODY = [
    Block("The council met on Monday evening and voted on the bridge after a debate of three hours."),
    Block("Nobody in the hall was surprised, since the bridge had never been paid for by anybody."),
    Block("The mayor said that the river would be crossed by boat for as long as she was in office."),
]


def cleaned(*blocks: Block, title: str | None = None, standfirst: str | None = None, language: str = "en") -> Cleaned:
    return clean(blocks, RULEBOOK, language, title, standfirst, NOW)


def kinds(result: Cleaned) -> list[Boilerplate]:
    return [removal.kind for removal in result.removals]


def link(text: str, kind: BlockKind = BlockKind.LIST_ITEM) -> Block:
    return Block(text, kind, link_share=1.0)


def test_what_extraction_dropped_goes_with_its_reason() -> None:
    drop = Drop(Boilerplate.SHARE_BAR, "content.share", "stands in a share bar")
    result = cleaned(*BODY, Block("Tell the world", drop=drop))
    (removal,) = result.removals
    assert (removal.kind, removal.rule, removal.why, removal.text) == (drop.kind, drop.rule, drop.why, "Tell the world")
    assert result.kept == tuple(BODY)


def test_a_sentence_ends_without_a_space_where_the_script_has_none() -> None:
    body = Block(
        "議会は月曜日の夜に集まり、三時間の議論の末に橋について採決した。関連記事：議会が橋を先送り", BlockKind.LINE
    )
    result = cleaned(body, body, language="ja")
    assert result.text.split("\n\n")[0] == "議会は月曜日の夜に集まり、三時間の議論の末に橋について採決した。"


def test_running_text_needs_no_full_stop_where_the_script_has_none() -> None:
    body = Block(
        "สภาเมืองประชุมกันเมื่อคืนวันจันทร์และลงมติเรื่องสะพานหลังอภิปรายกันนานสามชั่วโมง โดยไม่มีใครในห้องประชุมแปลกใจ "
        "เพราะยังไม่เคยมีใครจ่ายเงินค่าสะพานแห่งนี้เลยแม้แต่คนเดียว"
    )
    section = Block("การเมือง", BlockKind.LINE)
    assert cleaned(section, body, section, body, language="th").kept == (body, section, body)


def test_a_caption_goes_and_says_whom_to_credit() -> None:
    caption = Block("The bridge seen from the air. Photo: Anna Poe / Coast Agency", BlockKind.CAPTION)
    result = cleaned(BODY[0], caption, BODY[1])
    assert kinds(result) == [Boilerplate.CAPTION]
    assert result.facts.photo_credits == ("Anna Poe / Coast Agency",)
    assert result.facts.captions == (caption.text,)


def test_the_end_of_a_paragraph_may_go_alone() -> None:
    result = cleaned(Block(BODY[0].text + " Read more: The bridge that never was"), BODY[1])
    assert result.text == f"{BODY[0].text}\n\n{BODY[1].text}"
    assert result.kept[0].text == BODY[0].text


def test_a_related_list_inside_the_body_goes_and_the_body_goes_on() -> None:
    heading = Block("Related articles", BlockKind.HEADING, 3)
    result = cleaned(*BODY[:2], heading, link("Five bridges"), link("Six bridges"), BODY[2])
    assert result.text.endswith(BODY[2].text)
    assert "bridges" not in result.text
    assert {removal.rule for removal in result.removals} == {"en.related"}


def test_a_related_heading_without_links_takes_nothing_with_it() -> None:
    chapter = Block("What the council said", BlockKind.HEADING, 2)
    result = cleaned(*BODY[:2], Block("Related", BlockKind.HEADING, 2), chapter, BODY[2])
    assert chapter.text in result.text


def test_comments_go_to_the_end() -> None:
    talk = [Block("Ruth"), Block("I have been waiting for that bridge since I was a little girl with pigtails!")]
    result = cleaned(*BODY, Block("Comments (2)", BlockKind.HEADING, 3), *talk, *talk)
    assert result.text == cleaned(*BODY).text
    assert set(kinds(result)) == {Boilerplate.COMMENTS}


def test_a_comment_button_above_the_body_takes_nothing_with_it() -> None:
    result = cleaned(Block("Comments (2)"), *BODY)
    assert result.text == cleaned(*BODY).text


def test_a_comment_button_between_paragraphs_takes_nothing_with_it() -> None:
    result = cleaned(*BODY, Block("Join the conversation"), *BODY, *BODY)
    assert result.text == cleaned(*BODY, *BODY, *BODY).text


def test_repeated_title_and_lead_go() -> None:
    lead = "A bridge that was never paid for will not be built after all"
    result = cleaned(
        Block("No bridge, says council!"),
        Block(lead),
        *BODY,
        Block(lead),
        title="No bridge, says council",
        standfirst=lead,
    )
    assert kinds(result) == [Boilerplate.REPEATED_TITLE, Boilerplate.STANDFIRST]
    assert result.text.count(lead) == 1


def test_read_more_needs_a_link_on_a_page() -> None:
    line = "Read also: The bridge that never was"
    assert line not in cleaned(BODY[0], link(line, BlockKind.PARAGRAPH), BODY[1]).text
    assert line not in cleaned(BODY[0], Block(line, BlockKind.LINE), BODY[1]).text
    assert line in cleaned(BODY[0], Block(line), BODY[1]).text


def test_code_is_left_alone() -> None:
    code = Block("Photo: Anna Poe / Coast Agency", BlockKind.PREFORMATTED)
    assert code.text in cleaned(*BODY, code).text


def test_lines_fill_facts() -> None:
    result = cleaned(
        Block("By Anna Poe and John Roe"),
        Block("Published on March 4, 2019 - Duration: 02:35s"),
        Block("Video Credit: Coast News - Business"),
        Block("LONDON (Reuters) - " + BODY[0].text),
        BODY[1],
        Block("Tags: bridge, council"),
    )
    assert result.facts.authors == ("Anna Poe", "John Roe")
    assert result.facts.published is not None
    assert result.facts.published.isoformat() == "2019-03-04"
    assert result.facts.published.origin == "text:publication line"
    assert result.facts.videos == (Video(None, "Coast News", "Business", 155),)
    assert result.facts.agency == "Reuters"
    assert result.facts.tags == ("bridge", "council")
    assert result.text.startswith("LONDON (Reuters) - ")


def test_what_other_stories_say_is_no_fact() -> None:
    teaser = Block("Video credit: Deck Daily - Published on March 2, 2019", BlockKind.LINE)
    body = [Block(block.text, BlockKind.LINE) for block in BODY]
    result = cleaned(*body, Block("Related videos", BlockKind.LINE), Block("A ship of glass", BlockKind.LINE), teaser)
    assert result.facts.videos == ()
    assert result.facts.published is None


def test_furniture_of_the_site_goes() -> None:
    slogan = "Printed by the sea since 1871, and still wet in places."
    rulebook = RULEBOOK.for_host(
        "post.example", furniture={block_key(slogan.replace("1871", "1872")): "stands on 4 of 5"}
    )
    result = clean([*BODY, Block(slogan)], rulebook, "en", None, None, NOW)
    assert [(removal.text, removal.rule) for removal in result.removals] == [(slogan, "site.furniture")]


@pytest.mark.parametrize(
    "text",
    [
        "Photo: that was the one word on the envelope, and she knew at once what the envelope held, whoever sent it.",
        "The party asked its members to sign up for our newsletter, she said, and four thousand of them did so.",
        "Comments of that kind were heard all night in the hall, where nobody had wanted the bridge at all.",
        "Related crimes rose by a third in the same year, the county's police chief told the council on Monday.",
        "“Follow us,” said the boys, and the whole school walked to the river to see the bridge that was not there.",
        "Published in 2019, the novel sold two million copies before anybody noticed who had written it.",
        "She baked cookies for the whole street, and by noon they were gone.",
        "Advertisement for the bridge was everywhere, and so the council believed that it had been built.",
    ],
)
@pytest.mark.parametrize("kind", [BlockKind.PARAGRAPH, BlockKind.LINE])
def test_prose_stays(text: str, kind: BlockKind) -> None:
    result = cleaned(*BODY, Block(text, kind), *BODY)
    assert text in result.text
    assert result.removals == ()


def test_the_order_of_packs_makes_no_odds() -> None:
    turned = {name: tuple(reversed(phrases)) for name, phrases in reversed(RULEBOOK.packs.items())}
    blocks = [
        *(Block(example, BlockKind.LINE) for phrase in RULEBOOK.packs["en"] for example in phrase.examples),
        *BODY,
    ]
    assert clean(blocks, RULEBOOK, None, None, None, NOW) == clean(blocks, Rulebook(turned), None, None, None, NOW)


TEXTS = st.one_of(
    st.sampled_from([phrase.examples[0] for name in ("any", "en") for phrase in RULEBOOK.packs[name]]),
    st.sampled_from([block.text for block in BODY]),
    st.text(max_size=80),
)
BLOCKS = st.lists(
    st.builds(
        Block,
        text=TEXTS,
        kind=st.sampled_from(BlockKind),
        link_share=st.sampled_from([0.0, 0.4, 1.0]),
        drop=st.sampled_from([None, None, Drop(Boilerplate.CAPTION, "content.caption", "is a caption")]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(BLOCKS, st.sampled_from(["en", "da", None]))
def test_every_removal_replays(blocks: list[Block], language: str | None) -> None:
    result = clean(blocks, RULEBOOK, language, BODY[0].text, BODY[1].text, NOW)
    assert replay(result.raw, result.removals) == result.text
    assert all(result.raw[one.start : one.end] == one.text for one in result.removals)
    assert all(one.why and one.rule for one in result.removals)
    ends = [0, *(removal.end for removal in result.removals)]
    assert all(removal.start >= end for removal, end in zip(result.removals, ends, strict=False))


def test_cleaning_again_removes_nothing_more() -> None:
    blocks = [*BODY, *(Block(phrase.examples[0], BlockKind.LINE) for phrase in RULEBOOK.packs["en"]), *BODY]
    once = cleaned(*blocks)
    assert cleaned(*once.kept).removals == ()
