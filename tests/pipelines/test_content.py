"""What extraction keeps of a page and what it says of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.blocks import MAX_BLOCKS, read_blocks
from pipelines.content import Content, extract
from pipelines.records import Block, BlockKind, Boilerplate, Hints
from pipelines.rules import Layout
from pipelines.structured import Structured
from pipelines.tree import parse

ONE = "The ferry to the northern islands will sail twice a day from June, the company said on Monday."
TWO = "Islanders had asked for a second crossing for years, because the only boat left before the school bus came."
THREE = "The new timetable is a trial. In October the council will look at the figures and decide whether it stays."
TITLE = "Second ferry for the islands"


def content(body: str, structured: Structured | None = None, layout: Layout | None = None) -> Content:
    tree, _ = parse(f"<html><body>{body}</body></html>".encode())
    assert tree is not None
    return extract(tree, structured or Structured(title_tag=f"{TITLE} - Isle News"), Hints(), layout or Layout())


def kept(found: Content) -> list[str]:
    return [block.text for block in found.blocks if block.drop is None]


def drop_of(found: Content, text: str) -> Boilerplate | None:
    block = next(block for block in found.blocks if text in block.text)
    return block.drop.kind if block.drop else None


def article(*parts: str) -> str:
    return f"<h1>{TITLE}</h1><div>{''.join(parts)}</div>"


def p(text: str) -> str:
    return f"<p>{text}</p>"


def test_paragraphs_are_kept_in_order_and_the_headline_is_named() -> None:
    found = content(article(p(ONE), p(TWO), p(THREE)))
    assert kept(found) == [ONE, TWO, THREE]
    assert found.headline == TITLE
    assert drop_of(found, TITLE) is Boilerplate.REPEATED_TITLE


FURNITURE = {
    '<div class="related-links"><p>Read how the lighthouse was sold to a poet for a song.</p></div>': "related links",
    '<div class="newsletterSignup"><p>Get the island news in your inbox, daily.</p></div>': "newsletter prompt",
    '<div id="cookie-notice"><p>We use cookies to see which stories you read.</p></div>': "consent text",
    '<section class="comments"><p>They said the same in 1998 and nothing came of it.</p></section>': "comments",
    "<figure><img src=a.jpg><figcaption>The old ferry, seen from above.</figcaption></figure>": "caption",
    "<div><img src=a.jpg><div>The old ferry in the harbour, seen from above the town.</div></div>": "caption",
    '<p><a href="/x">Read also: the lighthouse that was sold to a poet</a></p>': "read more",
    "<aside><p>The company was founded in 1911 and owns nine ships and a tug.</p></aside>": "site furniture",
}


@pytest.mark.parametrize(("furniture", "kind"), FURNITURE.items())
def test_furniture_between_paragraphs_goes_with_its_kind(furniture: str, kind: str) -> None:
    found = content(article(p(ONE), furniture, p(TWO), p(THREE)))
    assert kept(found) == [ONE, TWO, THREE]
    assert [block.drop.kind.value for block in found.blocks[1:] if block.drop] == [kind]


def test_a_body_split_over_siblings_is_whole() -> None:
    parts = [
        f'<div class="chunk">{p(text)}</div><div class="ad-slot">Advertisement</div>' for text in (ONE, TWO, THREE)
    ]
    assert kept(content(article(*parts))) == [ONE, TWO, THREE]


def test_the_next_article_on_the_page_stays_out() -> None:
    other = "<article><h1>Poet buys lighthouse</h1>" + p(THREE + " Or so it is said.") * 3 + "</article>"
    found = content(f"<article><h1>{TITLE}</h1>{p(ONE)}{p(TWO)}</article>{other}")
    assert kept(found) == [ONE, TWO]


@pytest.mark.parametrize(
    "name", ["paywall", "subscriber-content", "widget-wrap", "article-share-wrapper", "sidebar-layout"]
)
def test_a_container_that_holds_the_article_is_believed_over_its_name(name: str) -> None:
    assert kept(content(f"<h1>{TITLE}</h1><div class='{name}'>{p(ONE)}{p(TWO)}{p(THREE)}</div>")) == [ONE, TWO, THREE]


def test_the_standfirst_has_a_field_of_its_own() -> None:
    lead = "From June the islands are an hour closer."
    found = content(f'<h1>{TITLE}</h1><p class="standfirst">{lead}</p><div>{p(ONE)}{p(TWO)}</div>')
    assert found.standfirst == lead
    assert kept(found) == [ONE, TWO]


def test_a_lead_without_a_name_is_known_by_the_declared_description() -> None:
    lead = "From June the islands are an hour closer to the mainland."
    said = Structured(title_tag=TITLE, meta={"og:description": (lead,)})
    found = content(f"<div><div>{TITLE}</div><div>{lead}</div><div><div>{ONE}</div><div>{TWO}</div></div></div>", said)
    assert (found.headline, found.standfirst, kept(found)) == (TITLE, lead, [ONE, TWO])


def test_a_first_paragraph_is_no_lead_because_of_what_its_whole_body_is_called() -> None:
    found = content(f'<h1>{TITLE}</h1><div class="description">{p(ONE)}{p(TWO)}{p(THREE)}</div>')
    assert (found.standfirst, kept(found)) == (None, [ONE, TWO, THREE])


def test_a_caption_with_a_credit_is_no_lead() -> None:
    caption = '<div class="lead">The old ferry on its way to the islands. Photo: Ida Berg</div>'
    found = content(f"<h1>{TITLE}</h1>{caption}<div>{p(ONE)}{p(TWO)}</div>")
    assert (found.standfirst, kept(found)) == (None, [ONE, TWO])


BYLINE = '<div class="byline">By Ida Berg</div>'


def test_a_heading_between_title_and_byline_is_a_second_title() -> None:
    second = "Northern islands: more room for cars and schoolchildren"
    found = content(f"<h1>{TITLE}</h1><h2>{second}</h2>{BYLINE}<div>{p(ONE)}{p(TWO)}</div>")
    assert (found.subtitle, found.standfirst, kept(found)) == (second, None, [ONE, TWO])


def test_a_heading_that_tells_the_story_is_the_lead() -> None:
    lead = "From June the ferry sails twice a day, which islanders had wanted for years."
    found = content(f"<h1>{TITLE}</h1><h2>{lead}</h2>{BYLINE}<div>{p(ONE)}{p(TWO)}</div>")
    assert (found.subtitle, found.standfirst, kept(found)) == (None, lead, [ONE, TWO])


def test_a_heading_right_above_the_first_paragraph_is_a_subheading() -> None:
    found = content(article("<h2>A trial until October</h2>", p(ONE), p(TWO)))
    assert (found.subtitle, kept(found)) == (None, ["A trial until October", ONE, TWO])


def test_text_that_breaks_off_under_a_linked_title_is_a_teaser() -> None:
    teaser = "The lighthouse on the rock was sold for a song to a poet, who says that he will ..."
    link = '<a href="/other">The lighthouse that was sold to a poet for a song</a>'
    found = content(article(p(ONE), f"<div><div>{link}</div><div>{teaser}</div></div>", p(TWO), p(THREE)))
    assert kept(found) == [ONE, TWO, THREE]
    assert drop_of(found, teaser) is Boilerplate.TEASER


def test_the_captions_of_a_gallery_are_its_text() -> None:
    figures = [f"<figure><img src={n}.jpg><figcaption>{text}</figcaption></figure>" for n, text in enumerate(GALLERY)]
    assert kept(content(article(*figures))) == list(GALLERY)


GALLERY = (
    "The old ferry left the harbour for the last time on Sunday morning, with two hundred islanders on board.",
    "For forty years Captain Nils Aune stood on its bridge, and he says that he never missed one crossing of it.",
    "The new ferry is twice as long, runs on batteries and takes sixty cars, which is more than the island has.",
    "Children from the village school had painted the banner that hung from the quay when the new ship came in.",
    "In the evening the old ship was towed to the yard, where it will be taken apart and sold by the ton this autumn.",
)


COMMENTS = (
    ("Ida Berg", "About time, I have written to them every year since my daughter started school."),
    ("Nils Aune", "Twice a day is a joke."),
    ("Tor Dahl", "And who is going to pay for it?"),
)


@pytest.mark.parametrize(
    "box",
    [
        "<div class=x1><p class=x2>{name}</p><p class=x3>{text}</p></div>",
        "<li class=x1><b>{name}</b> <span>2h</span><p>{text}</p><button>Reply</button></li>",
        "<div class=x1><span>{name}</span><span>{text}</span></div>",
    ],
)
def test_readers_comments_are_known_by_their_shape(box: str) -> None:
    talk = "".join(box.format(name=name, text=text) for name, text in COMMENTS)
    found = content(article(p(ONE), p(TWO), p(THREE), f"<h3>What you say</h3><div class=x0>{talk}</div>"))
    assert kept(found) == [ONE, TWO, THREE]


def test_boxes_with_titles_are_no_comments() -> None:
    boxes = "".join(
        f"<div class=x1><p class=x2>{title}</p><p class=x3>{text}</p></div>"
        for title, text in (("The crossing", f"The crossing: {THREE}"), ("The boat", f"The boat: {TWO}"))
    )
    found = content(article(p(ONE), p("The crossing of the boat takes an hour."), boxes))
    assert THREE in " ".join(kept(found))


def test_a_label_with_a_linked_title_points_elsewhere() -> None:
    line = '<p>More on the islands: <a href="/other">The lighthouse that was sold to a poet</a></p>'
    assert kept(content(article(p(ONE), line, p(TWO), p(THREE)))) == [ONE, TWO, THREE]


def test_elements_side_by_side_do_not_run_together() -> None:
    found = content(article(p(ONE), "<p><span>The ferry.</span><span>It sails on <b>M</b>onday.</span></p>", p(TWO)))
    assert kept(found)[1] == "The ferry. It sails on Monday."


def test_line_breaks_divide_paragraphs() -> None:
    assert kept(content(article(f"{ONE}<br><br>{TWO}<br> <br>{THREE}"))) == [ONE, TWO, THREE]


def test_inline_elements_join_and_hidden_text_goes() -> None:
    body = p(
        "The <b>ferry</b> to the <a href=/n>northern</a> islands<!-- x --> will sail twice a day, the company said."
    )
    found = content(
        article(body, '<p style="display: none">Only robots and the curious will ever read this line.</p>', p(TWO))
    )
    assert kept(found) == ["The ferry to the northern islands will sail twice a day, the company said.", TWO]


def test_lists_quotes_tables_and_code_keep_their_kind() -> None:
    body = (
        p(ONE) + "<h2>Fares</h2><ul><li>Adults pay nine pounds.</li></ul><blockquote><p>It is about time, and I say so."
        "</p></blockquote><table><tr><td>June</td><td>two a day</td></tr></table><pre>06:15\n17:40</pre>" + p(TWO)
    )
    found = content(article(body))
    assert [(block.kind, block.text) for block in found.blocks if block.drop is None] == [
        (BlockKind.PARAGRAPH, ONE),
        (BlockKind.HEADING, "Fares"),
        (BlockKind.LIST_ITEM, "Adults pay nine pounds."),
        (BlockKind.QUOTE, "It is about time, and I say so."),
        (BlockKind.TABLE_ROW, "June | two a day"),
        (BlockKind.PREFORMATTED, "06:15\n17:40"),
        (BlockKind.PARAGRAPH, TWO),
    ]


def test_a_paragraph_printed_twice_is_kept_once() -> None:
    assert kept(content(article(p(ONE), p(TWO), p(THREE), p(TWO)))) == [ONE, TWO, THREE]


def test_a_heading_over_nothing_goes() -> None:
    links = '<h3>More on this</h3><ul><li><a href="/1">Poet buys lighthouse for a song</a></li></ul>'
    assert kept(content(article(p(ONE), p(TWO), links))) == [ONE, TWO]


def test_a_sites_own_rules_outrank_everything() -> None:
    body = f"<h1>{TITLE}</h1><div class=x>{p(ONE)}<p class=bad>{TWO}</p></div><div class=y>{p(THREE) * 2}{p(TWO)}</div>"
    found = content(body, layout=Layout(keep=(".x",), drop=(".bad",)))
    assert kept(found) == [ONE]


def test_cuts_are_flagged() -> None:
    tree, _ = parse((p(ONE) * (MAX_BLOCKS + 10)).encode())
    assert tree is not None
    table = read_blocks(tree)
    assert len(table.blocks) == MAX_BLOCKS
    assert table.flags == (f"cut at {MAX_BLOCKS} blocks",)
    assert parse(b"<div>" * 5000 + ONE.encode())[1] == ("nested too deeply: text may be missing",)


TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<h1>",
        "<article>",
        "<li>",
        "<td>",
        "<tr>",
        "<br>",
        "<a>",
        "<b>",
        "<x-y>",
        "<!--",
    ]
)
MARKUP = st.lists(st.one_of(TAGS, st.sampled_from([ONE, TITLE, "x"]), st.text(max_size=8)), max_size=40).map("".join)


@given(MARKUP)
def test_any_markup_gives_blocks_with_text_and_shares_between_0_and_1(markup: str) -> None:
    def sound(block: Block) -> bool:
        return (
            bool(block.text.strip())
            and 0 <= block.link_share <= 1
            and (block.level > 0) == (block.kind is BlockKind.HEADING)
        )

    assert all(map(sound, content(markup).blocks))
