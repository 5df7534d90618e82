"""Which blocks of a region are not the article's text, and why."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

from pipelines.blocks import Node, TextBlock
from pipelines.date_text import other_words
from pipelines.declared import Declared, words
from pipelines.discussion import discussion
from pipelines.markers import marker
from pipelines.named_furniture import NamedFurniture
from pipelines.records import BlockKind, Boilerplate, Drop

_HOLDS_ARTICLE = 0.5
"""Share of the prose from which cards are the article itself."""
_TEASER_PROSE = 700
"""Prose of the largest card that is taken for a teaser."""
_REPEATED = 80
"""Characters from which a paragraph that stands on the page twice is a second rendering, and no refrain."""
_BEFORE_BODY = 12
"""Blocks after the headline in which a standfirst is looked for."""
_LEAD_WORDS, _LEAD_CHARS, _LEAD_INLINE = 4, 1000, 600
"""The shortest lead; the longest; the longest that stands among the body's paragraphs."""
_CAPTION_CHARS, _CAPTION_BLOCKS = 400, 3
"""The most that stands in a box with a picture when it is the picture's caption and credit."""
_CAPTIONS = 0.3
"""Share of the prose from which boxes with a picture each are the article, as on a page of products."""
_EXCERPT = 60, 300
"""Characters of a text that breaks off under a linked title: shorter ones hesitate, longer ones trail away."""
_SAYS = 40
"""Characters of the shortest heading that is a statement by itself."""
_DATE_LINE = 120
"""Characters of the longest line of dates above a body."""
_DATE_WORDS = 8
"""Words from which a line with a date in it may be a lead."""
_LINKS = 0.8
"""Share of a block's characters in links from which it is nothing but links."""
_POINTS, _POINTS_LIST, _POINTER_CHARS = 0.4, 0.6, 250
"""The same for a line that begins as others do; for the items of a list, in the mean; the longest such line."""

_CREDITED = re.compile(r"(?:(?:bild|foto|photo|image|picture|credit)s?\s?:|©)[^.!?:]{3,60}$", re.IGNORECASE)
"""The credit that ends a caption."""
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_BEFORE_LINK = re.compile(r"[^:：.!?]{2,40}[:：»>]\s?")
_TITLE_CHARS = 24
"""Characters from which a link after a label is the title of another story."""
_AROUND_LINK = 3
"""Characters beside the link of a labelled link: a full stop, an arrow."""
_ELLIPSES = ("...", "…")
_LISTED = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)

_BYLINES = (
    Boilerplate.STANDFIRST,
    Boilerplate.BYLINE,
    Boilerplate.DATE_STAMP,
    Boilerplate.CAPTION,
    Boilerplate.PHOTO_CREDIT,
)
"""What stands between the titles and the body: a heading above it is a second title, and no subheading."""
STANDFIRST = Drop(Boilerplate.STANDFIRST, "content.standfirst", "is the lead, which the record holds as standfirst")
_TITLE = Drop(Boilerplate.REPEATED_TITLE, "content.headline", "is the headline, which the record holds as title")
SUBTITLE = Drop(Boilerplate.REPEATED_TITLE, "content.subtitle", "is a second title, which the record holds as subtitle")
_DATE_STAMP, _CAPTION = marker("date").drop, marker("caption").drop
_BESIDE = Drop(Boilerplate.CAPTION, "content.beside-picture", "is the little text in a box with a picture")
_AGAIN = Drop(Boilerplate.OTHER, "content.again", "stands on the page a second time")
_LINK_LINE = Drop(Boilerplate.READ_MORE, "content.link-line", "is nothing but links")
_LINK_LIST = Drop(Boilerplate.RELATED_LINKS, "content.link-list", "stands in a list of links")
_POINTER = Drop(Boilerplate.READ_MORE, "content.pointer", "is one of several lines that point at other stories")
_TEASER = Drop(Boilerplate.TEASER, "content.card", "stands in the card of another story")
_CUT_OFF = Drop(Boilerplate.TEASER, "content.cut-off", "breaks off under the link to another story")
_TALK = Drop(Boilerplate.COMMENTS, "content.discussion", "is one of several boxes with a name and what it says")
_ABOVE = Drop(Boilerplate.OTHER, "content.above-body", "stands between headline and body and is no running text")
_LABEL = Drop(Boilerplate.OTHER, "content.label", "is short and stands apart from the running text")
_AFTER = Drop(Boilerplate.OTHER, "content.after-body", "stands after the last paragraph and is no running text")
_HEADING_ALONE = Drop(Boilerplate.OTHER, "content.empty-section", "is a heading with nothing of the article under it")


def verdicts(
    region: Sequence[TextBlock],
    container: Node,
    furniture: NamedFurniture,
    headline: TextBlock | None,
    declared: Declared,
) -> tuple[dict[int, Drop], float]:
    """Block index -> why the block is not the article's text (the others are), and the share of teasers in the prose.

    The first rule that fits decides.
    Where all running text would go, names have misled: the review is done again without them.
    """
    for named in (furniture, None):
        review = _Review(region, container, headline, declared)
        review.each(named)
        review.pointers()
        teasers = review.cards()
        review.pictures()
        review.above_body()
        review.discussion()
        if any(block.prose for block in review.left()):
            break
    review.apart()
    review.headings()
    return review.dropped, teasers


class _Review:
    """The verdicts on a region as they grow."""

    def __init__(
        self, region: Sequence[TextBlock], container: Node, headline: TextBlock | None, declared: Declared
    ) -> None:
        self.region = region
        self.container = container
        self.headline = headline
        self.declared = declared
        self.dropped: dict[int, Drop] = {}
        self.linked: dict[int, bool] = {}
        """What `_is_linked` said of an element, by its index."""

    def left(self) -> list[TextBlock]:
        """The blocks without a verdict."""
        return [block for block in self.region if block.index not in self.dropped]

    def each(self, furniture: NamedFurniture | None) -> None:
        """What a block shows by itself and by where it stands."""
        seen: set[str] = set()
        for block in self.region:
            named = furniture.drop(block) if furniture is not None else None
            drop = _TITLE if block is self.headline else named or self._by_itself(block)
            if drop is None and self._near_headline(block) and _is_date(block):
                drop = _DATE_STAMP
            if drop is None and block.prose and block.chars > _REPEATED:
                drop = _AGAIN if block.text in seen else None
                seen.add(block.text)
            if drop is not None:
                self.dropped[block.index] = drop

    def _near_headline(self, block: TextBlock) -> bool:
        return self.headline is not None and 0 < block.index - self.headline.index <= _BEFORE_BODY

    def _by_itself(self, block: TextBlock) -> Drop | None:
        if block.prose < 250 and self.declared.repeats_title(block.text):
            return _TITLE
        if block.kind is BlockKind.CAPTION:
            return _CAPTION
        if block.link_share > _LINKS:
            return _LINK_LIST if block.kind is BlockKind.LIST_ITEM else _LINK_LINE
        return None

    def pointers(self) -> None:
        """Lines that are a label and a link each: the items of a list, or paragraphs that begin alike."""
        found = []
        for around, run in groupby(self.region, key=_list_around):
            items = list(run)
            shares = [block.link_share for block in items]
            if (
                around is not None
                and len(items) > 1
                and min(shares) >= 0.5
                and sum(shares) >= _POINTS_LIST * len(items)
            ):
                found += items
        lines = [block for block in self.region if block.link_chars and _may_point(block)]
        times = Counter(map(_beginning, lines))
        found += [block for block in lines if times[_beginning(block)] > 1 or _is_labelled_link(block)]
        for block in found:
            self.dropped.setdefault(block.index, _POINTER)

    def cards(self) -> float:
        """Teasers of other stories, and their share of the prose.

        Where they hold most of it, they stay: they are the article (a list of places, say), or the page is a listing.
        """
        left, broken_off = self.left(), self._broken_off()
        cards = [block for block in left if block.index in broken_off or self._in_card(block)]
        share = sum(block.prose for block in cards) / (sum(block.prose for block in left) or 1.0)
        if share < _HOLDS_ARTICLE:
            self.dropped.update((b.index, _CUT_OFF if b.index in broken_off else _TEASER) for b in cards)
        return share

    def _broken_off(self) -> set[int]:
        """Paragraphs that break off under a linked title."""
        return {
            block.index
            for title, block in pairwise(self.region)
            if block.kind is BlockKind.PARAGRAPH and _EXCERPT[0] <= block.chars <= _EXCERPT[1]
            if block.text.endswith(_ELLIPSES)
            if title.chars > _SAYS and self.dropped.get(title.index) is _LINK_LINE
        }

    def _in_card(self, block: TextBlock) -> bool:
        """Whether a small element around the block is an article of its own or has a heading that links elsewhere."""
        node: Node | None = block.node
        for _ in range(3):
            if node is None or node is self.container or node.prose > _TEASER_PROSE:
                return False
            if node.tag == "article" or self._is_linked(node):
                return True
            node = node.parent
        return False

    def _is_linked(self, node: Node) -> bool:
        """Whether a heading among the first blocks of an element is a link."""
        if (known := self.linked.get(node.index)) is None:
            known = self.linked[node.index] = any(map(_linked_heading, self._start_of(node)))
        return known

    def _start_of(self, node: Node) -> Sequence[TextBlock]:
        """The first blocks of an element, without the headline."""
        first = node.first - self.region[0].index
        inside = self.region[max(0, first) : max(0, min(first + 4, node.end - self.region[0].index))]
        return [block for block in inside if block is not self.headline]

    def pictures(self) -> None:
        """Captions by place: the little text that stands in a box with a picture."""
        body, left = self._body(), self.left()
        beside = [b for b in left if b.kind is not BlockKind.HEADING and self._beside_picture(b, body)]
        if sum(block.prose for block in beside) < _CAPTIONS * sum(block.prose for block in left):
            self.dropped.update((block.index, _BESIDE) for block in beside)

    def _beside_picture(self, block: TextBlock, body: Node | None) -> bool:
        node: Node | None = block.node
        for _ in range(3):
            if node is None or node is body or node is self.container or max(node.chars, node.prose) > _CAPTION_CHARS:
                return False
            if node.pictures and (node is not block.node or _is_box(block)):
                inside = self._start_of(node)
                return node.end - node.first <= _CAPTION_BLOCKS and sum(other.prose > 0 for other in inside) < 2
            node = node.parent
        return False

    def above_body(self) -> None:
        """Between headline and first paragraph: standfirst, byline and date have fields of their own."""
        start = self.headline.index + 1 if self.headline is not None else self.region[0].index
        body = self._body()
        most = 0.5 * sum(block.prose for block in self.left())
        lead = False
        title: TextBlock | None = None
        for block in self.region:
            if block.index < start or block.index > start + _BEFORE_BODY:
                continue
            if block.index in self.dropped:
                if not lead and block.prose <= most and self._is_named_otherwise(block):
                    self.dropped[block.index] = STANDFIRST
                    lead = True
            elif not lead and block.prose <= most and (self._is_lead(block, body) or self._above_byline(block)):
                credited = _CREDITED.search(block.text)
                self.dropped[block.index] = _CAPTION if credited else STANDFIRST
                lead = not credited
            elif block.prose and not _date_line(block):
                break
            elif block.kind is BlockKind.HEADING:
                title = title or block
                continue
            elif block.chars < 200:
                self.dropped[block.index] = _DATE_STAMP if _DATE.search(block.text) else _ABOVE
            drop = self.dropped.get(block.index)
            if title is not None and self.headline is not None and drop is not None and drop.kind in _BYLINES:
                says = not lead and title.chars > _SAYS and title.ends_sentence
                self.dropped.setdefault(title.index, STANDFIRST if says else SUBTITLE)
                lead = lead or says

    def _is_named_otherwise(self, block: TextBlock) -> bool:
        """Whether a block in a container with a marker (a `teaser`, say) is the lead by its words."""
        above = self.dropped[block.index].kind in (Boilerplate.TEASER, Boilerplate.FURNITURE, Boilerplate.BYLINE)
        return above and block.prose > 0 and self.declared.is_description(words(block.text))

    def _body(self) -> Node | None:
        """The element whose own children hold most of the prose."""
        weights: dict[int, float] = {}
        nodes: dict[int, Node] = {}
        for block in self.left():
            around = block.node.parent
            if block.prose and around is not None:
                nodes[around.index] = around
                weights[around.index] = weights.get(around.index, 0.0) + block.prose
        return nodes[max(weights, key=weights.__getitem__)] if weights else None

    def _is_lead(self, block: TextBlock, body: Node | None) -> bool:
        node, around = block.node, block.node.parent
        said = words(block.text)
        if len(said) < _LEAD_WORDS or block.chars > _LEAD_CHARS:
            return False
        if len(said) < _DATE_WORDS and _date_line(block):
            return False
        apart = around is not body and node is not body
        if node.names.lead or block.names.lead:
            return apart or block.chars < _LEAD_INLINE
        if apart and around is not None and around.names.lead:
            return True
        # Many sites declare their first paragraph as the description: a plain one is that.
        plain = node.tag == "p" and not node.names.names and not block.names.names
        return apart and not plain and self.declared.is_description(said)

    def _above_byline(self, block: TextBlock) -> bool:
        """Whether a short paragraph stands apart by what follows: the title again, or byline or date, then the body.

        Above byline or date it must be in another style than the body's paragraphs.
        """
        if not block.prose or block.chars > _LEAD_INLINE or _date_line(block):
            return False
        styled = _style(block) != self._body_style()
        for other in self.region:
            if other.index <= block.index:
                continue
            kind = drop.kind if (drop := self.dropped.get(other.index)) is not None else None
            if kind is Boilerplate.REPEATED_TITLE:
                return True
            if kind is None and other.prose:
                return False
            if styled and (kind in (Boilerplate.BYLINE, Boilerplate.DATE_STAMP) or _DATE.search(other.text)):
                return True
        return False

    def _body_style(self) -> tuple[str, frozenset[str]] | None:
        weights: dict[tuple[str, frozenset[str]], float] = {}
        for block in self.left():
            weights[_style(block)] = weights.get(_style(block), 0.0) + block.prose
        return max(weights, key=weights.__getitem__, default=None)

    def apart(self) -> None:
        """Labels: short, without a sentence, and not beside running text."""
        prose = [block for block in self.left() if block.prose]
        beside = {node.index for block in prose for node in (block.node, block.node.parent) if node is not None}
        last = prose[-1].index if prose else -1
        for block in self.left():
            if block.prose or block.kind is BlockKind.HEADING or block.kind in _LISTED:
                continue
            around = block.node.parent
            near = (block.node, around, around.parent if around is not None else None)
            if not any(node is not None and node.index in beside for node in near):
                self.dropped[block.index] = _LABEL
            elif block.index > last and not block.ends_sentence:
                self.dropped[block.index] = _AFTER

    def discussion(self) -> None:
        """Readers' comments after the last paragraph that looks as most of the prose does."""
        looks: dict[tuple[object, ...], float] = {}
        for block in self.left():
            looks[_look(block)] = looks.get(_look(block), 0.0) + block.prose
        usual = max(looks, key=looks.__getitem__, default=None)
        last = max((block.index for block in self.left() if block.prose and _look(block) == usual), default=None)
        after = [block for block in self.region if last is not None and block.index > last]
        talk = discussion(self.left(), after, self.container) if after else frozenset[int]()
        if talk:
            heading = next((block.index for block in after if block.index == min(talk) - 1 and not block.prose), None)
            self.dropped.update(dict.fromkeys(talk if heading is None else {heading, *talk}, _TALK))

    def headings(self) -> None:
        """A heading goes when all that stands under it went; of headings in a row the last one decides."""
        kept: bool | None = False
        """Whether anything stays between here and the next heading; None: nothing stands there."""
        below = False
        """Whether the next heading stays."""
        last = max((block.index for block in self.left() if block.prose), default=-1)
        for block in reversed(self.region):
            if block.kind is not BlockKind.HEADING:
                kept = bool(kept) or block.index not in self.dropped
                continue
            # Between paragraphs a title of some length is a subheading, whatever box the page puts under it.
            says = block.chars > _SAYS and (block.ends_sentence or (kept is False and block.index < last))
            if block.index not in self.dropped and not says and not (below if kept is None else kept):
                self.dropped[block.index] = _HEADING_ALONE
            below, kept = block.index not in self.dropped, None


def _date_line(block: TextBlock) -> bool:
    """Whether a block is a line about the publication rather than a sentence with a date in it."""
    return block.chars < _DATE_LINE and not block.ends_sentence and _DATE.search(block.text) is not None


def _is_date(block: TextBlock) -> bool:
    """Whether a paragraph is a date and nothing else."""
    return block.kind is BlockKind.PARAGRAPH and _date_line(block) and not other_words(block.text)


def _style(block: TextBlock) -> tuple[str, frozenset[str]]:
    """What makes a block look as it does: its element's tag and names."""
    return block.node.tag, block.node.names.tokens


def _look(block: TextBlock) -> tuple[object, ...]:
    """The same with what stands around it."""
    around = block.node.parent
    return *_style(block), *((around.tag, around.names.tokens) if around is not None else ())


def _list_around(block: TextBlock) -> Node | None:
    """The list that a list item stands in."""
    node: Node | None = block.node if block.kind is BlockKind.LIST_ITEM else None
    while node is not None and node.tag not in ("ul", "ol"):
        node = node.parent
    return node


def _may_point(block: TextBlock) -> bool:
    line = block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and block.chars <= _POINTER_CHARS
    return line and block.link_share >= _POINTS


def _beginning(block: TextBlock) -> tuple[str, ...]:
    """A line's first two words."""
    return tuple(block.text.lower().split(None, 2)[:2])


def _is_box(block: TextBlock) -> bool:
    """Whether a block stands in an element that is neither a paragraph nor an item: one that lays things out."""
    return block.kind is BlockKind.PARAGRAPH and block.node.tag != "p"


def _is_labelled_link(block: TextBlock) -> bool:
    """Whether a line is a label, a colon and a linked title: `More on this: ...`."""
    label = _BEFORE_LINK.match(block.text)
    return (
        label is not None
        and block.kind is BlockKind.PARAGRAPH
        and block.link_chars > _TITLE_CHARS
        and abs(block.chars - label.end() - block.link_chars) <= _AROUND_LINK
    )


def _linked_heading(block: TextBlock) -> bool:
    return block.kind is BlockKind.HEADING and block.link_share > _LINKS
