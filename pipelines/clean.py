"""Takes out of an article's blocks what is not the article, with a receipt for every stretch.

The order: what extraction dropped; phrases; headings with what stands under them; what shows by its shape; what recurs
on the site; titles and leads that repeat; then what only counts before the body or after it. Precision first: in doubt
a block stays.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain
from typing import Final

from pipelines.facts import Facts, FactSheet
from pipelines.furniture import Furniture, block_key, may_be_furniture
from pipelines.lines import after_bullets, core, credit_starts, fold, is_prose, may_begin, sentences
from pipelines.records import PARAGRAPH_BREAK, Block, BlockKind, Boilerplate, Drop, Removal, replay
from pipelines.rules import Match, Matcher, Phrase, Place, Rulebook
from pipelines.sections import LINKED, LISTS, Sections
from pipelines.shapes import Shapes

_LONGEST: Final = 400
"""Characters of the longest block that can be boilerplate by its words alone; longer ones go by their DOM context."""
_WINDOW: Final = 240
"""Characters at the end of a block in which a trailing phrase may begin."""
_ROUNDS: Final = 5
"""Times that what is left is cleaned again: of 10,000 generated articles 4 needed a second time, none a third."""

_STATEMENT: Final = tuple(".!。！۔।")
"""How a line ends that is no heading."""
_CREDITED: Final = Drop(Boilerplate.CAPTION, "clean.caption", "is a line that ends with the credit of a picture")
_CAPTION: Final = 200
"""Characters before a credit that are its caption, not a paragraph."""

_KEPT: Final = frozenset({Boilerplate.AGENCY})
"""Kinds that are named and stay in the text: an agency's slug and dateline are part of the report."""
_BY_PLACE: Final = frozenset(
    {Boilerplate.PHOTO_CREDIT, Boilerplate.CAPTION, Boilerplate.DATE_STAMP, Boilerplate.BYLINE, Boilerplate.OTHER}
)
"""What extraction calls a block by where it stands, without having read it."""
_SILENT: Final = frozenset(
    {Boilerplate.COMMENTS, Boilerplate.KNOWLEDGE_PANEL, Boilerplate.TEASER, Boilerplate.NAVIGATION, *LISTS}
)
"""What these say is not about the article."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text and its receipts: `replay(raw, removals) == text`."""

    raw: str
    """The blocks' texts, joined by PARAGRAPH_BREAK."""
    text: str
    removals: tuple[Removal, ...]
    kept: tuple[Block, ...]
    """The blocks that stay, with what is left of their text."""
    facts: Facts


def clean(
    blocks: Sequence[Block],
    rulebook: Rulebook,
    language: str | None,
    title: str | None,
    standfirst: str | None,
    fetched_at: datetime,
    authors: Sequence[str] = (),
) -> Cleaned:
    """The blocks without what is not the article.

    `language` (ISO 639-1) chooses the phrase pack, None all of them; `authors` are those that the page declares.
    Raises: nothing.
    """
    raw = PARAGRAPH_BREAK.join(block.text for block in blocks)
    desk = _Desk(_placed(blocks), rulebook.matcher(language))
    sheet = FactSheet(language, fetched_at)
    removals: list[Removal] = []
    for _ in range(_ROUNDS):
        desk.take_given()
        desk.take_phrases()
        desk.take_shapes(authors)
        desk.take_furniture(rulebook.furniture)
        desk.take_repeats(title, standfirst)
        desk.take_edges()
        for kind, said in desk.statements():
            sheet.note(kind, said)
        if not (taken := desk.removals(raw)):
            break
        removals += taken
        desk = desk.after()
    removals.sort(key=lambda removal: removal.start)
    return Cleaned(raw, replay(raw, removals), tuple(removals), tuple(desk.blocks), sheet.facts())


@dataclass(slots=True)
class _Placed:
    """A block, or what is left of it."""

    block: Block
    start: int
    """Where it begins in the raw text."""
    prose: bool
    """Whether it is running text."""
    found: list[Match] | None = None
    """The phrases that are the whole block; None until it is asked for."""
    read: bool = False
    """Whether phrases have been looked for that go wherever they stand."""


def _placed(blocks: Sequence[Block]) -> list[_Placed]:
    """The blocks that say something, with where each begins in the raw text."""
    starts = accumulate((len(block.text) + len(PARAGRAPH_BREAK) for block in blocks), initial=0)
    both = zip(blocks, starts, strict=False)
    return [_Placed(block, start, is_prose(block)) for block, start in both if block.text and not block.text.isspace()]


@dataclass(slots=True)
class _Cut:
    """A stretch of a block that goes; `match` is the phrase that said so and what it captured."""

    start: int
    end: int
    drop: Drop
    match: Match | None = None


class _Desk:
    """The blocks of one article while they are cleaned: which stretches of each go, and why."""

    def __init__(self, placed: Sequence[_Placed], matcher: Matcher) -> None:
        self.placed = placed
        self.blocks = [one.block for one in placed]
        self.matcher = matcher
        self.prose = [one.prose for one in placed]
        self.cuts: dict[int, list[_Cut]] = defaultdict(list)
        self.gone = [False] * len(placed)
        self.said: list[tuple[int, Boilerplate, Match]] = []

    def matches(self, index: int) -> list[Match]:
        """The phrases that are the whole block, bullets and trailing marks aside. Found when first asked for."""
        placed = self.placed[index]
        if placed.found is None:
            placed.found = self._matches(placed.block)
        return placed.found

    def _matches(self, block: Block) -> list[Match]:
        """The phrases that are the whole block, bullets and trailing marks aside."""
        if len(block.text) > _LONGEST or block.kind is BlockKind.PREFORMATTED:
            return []
        found = self.matcher.whole(block.text, *core(block.text))
        if not found:
            return found
        if block.text.endswith(_STATEMENT):
            found = [match for match in found if match[0].place is not Place.SECTION]
        if block.kind is BlockKind.LINE or block.link_share >= LINKED:
            return found
        # On a page, "Read more: ..." is a link; without one it is the article speaking.
        return [match for match in found if match[0].kind is not Boilerplate.READ_MORE]

    # The steps ---------------------------------------------------------------------------------------------------

    def take_given(self) -> None:
        """What extraction dropped, and captions."""
        for index, block in enumerate(self.blocks):
            if block.drop is not None:
                match = self._named(index) if block.drop.kind in _BY_PLACE else None
                self._take(index, _verdict(match[0]) if match else block.drop, match)
            elif block.kind is BlockKind.CAPTION:
                self._take(index, Drop(Boilerplate.CAPTION, "clean.caption", "is the caption of a picture"))

    def _named(self, index: int) -> Match | None:
        """The phrase that a dropped block is: its words say more exactly what it is than its place on the page."""
        return min(self.matches(index), key=lambda match: match[0].id, default=None)

    def take_phrases(self) -> None:
        """Lines that are a phrase, headings with what stands under them, phrases at the end of a block."""
        covered = 0
        for index, block in enumerate(self.blocks):
            if self.gone[index] or self.placed[index].read:
                continue
            match = self._best(index, Place.SECTION, Place.LINE)
            if match is None:
                self.placed[index].read = True
                self._take_end(index, block.text)
                continue
            self._take(index, _verdict(match[0]), match)
            if match[0].place is Place.SECTION and index >= covered:
                covered = self._take_under(index, match[0])

    def take_shapes(self, authors: Sequence[str]) -> None:
        """What shows by the order of blocks and by the byline: comments, notes on the author, cards."""
        for index, drop in Shapes(self.blocks, self.prose, self.gone, authors, self._says).found():
            self._take(index, drop)

    def _says(self, index: int, kinds: Collection[Boilerplate]) -> bool:
        """Whether a block's words are of one of these kinds, whatever took it."""
        return any(match[0].kind in kinds for match in self.matches(index))

    def take_furniture(self, furniture: Furniture) -> None:
        """What recurs on the site's pages. Where that is most of the running text, the page is another's copy."""
        if not furniture:
            return
        staying = [index for index, gone in enumerate(self.gone) if not gone]
        found = {
            index: why
            for index in staying
            if may_be_furniture(self.blocks[index]) and (why := furniture.get(block_key(self.blocks[index].text)))
        }
        prose = [index for index in staying if self.prose[index]]
        copied = 2 * sum(index in found for index in prose) > len(prose)
        for index, why in found.items():
            match = self._named(index) or next(iter(self.matcher.end(self.blocks[index].text, 0)), None)
            kind = match[0].kind if match else Boilerplate.FURNITURE
            if kind not in _KEPT and not (copied and self.prose[index]):
                self._take(index, Drop(kind, "site.furniture", why), match)

    def take_repeats(self, title: str | None, standfirst: str | None) -> None:
        """Blocks that are the title again, or the lead a second time."""
        wanted = fold(title or "")
        lead = fold(standfirst or "")
        lead_seen = False
        longest = 2 * max(len(title or ""), len(standfirst or ""))
        first = wanted[:1] + lead[:1]
        for index, block in enumerate(self.blocks):
            text = fold(block.text) if len(block.text) <= longest and may_begin(block.text, first) else ""
            if wanted and text == wanted and block.kind is not BlockKind.QUOTE:
                self._take(index, Drop(Boilerplate.REPEATED_TITLE, "clean.repeated-title", "is the title again"))
            elif lead and text == lead:
                if lead_seen:
                    self._take(index, Drop(Boilerplate.STANDFIRST, "clean.repeated-lead", "is the lead again"))
                lead_seen = True

    def take_edges(self) -> None:
        """What counts only before the body or after it, and stamps that lead into the body."""
        body = [index for index, prose in enumerate(self.prose) if prose and not self.gone[index]]
        first, last = (body[0], body[-1]) if body else (len(self.blocks), -1)
        for index, block in enumerate(self.blocks):
            if self.gone[index] or first < index <= last:
                continue
            places = [place for place, there in ((Place.HEAD, index < first), (Place.TAIL, index > last)) if there]
            if match := self._best(index, *places):
                self._take(index, _verdict(match[0]), match)
            elif index <= first:
                end = (
                    min((cut.start for cut in self.cuts[index]), default=len(block.text))
                    if index in self.cuts
                    else None
                )
                self._take_start(index, block.text[:end])

    # Taking ------------------------------------------------------------------------------------------------------

    def _best(self, index: int, *places: Place) -> Match | None:
        """The phrase of the first of the places that has one, the first by id: the order of packs makes no odds."""
        if not (found := self.matches(index)):
            return None
        best = sorted(found, key=lambda match: match[0].id)
        return next((match for place in places for match in best if match[0].place is place), None)

    def _take(self, index: int, drop: Drop, match: Match | None = None) -> None:
        if not self.gone[index]:
            self.gone[index] = True
            self.cuts[index] = [_Cut(0, len(self.blocks[index].text), drop, match)]

    def _take_under(self, heading: int, phrase: Phrase) -> int:
        """Takes what stands under a heading; the index of the first block that does not."""
        end = Sections(self.blocks, self.prose, self.gone).end(heading, phrase.kind)
        for index in range(heading + 1, end):
            if further := self._best(index, Place.SECTION):
                heading, phrase = index, further[0]
                self._take(index, _verdict(phrase))
            why = f"stands under “{self.blocks[heading].text[:60]}”"
            self._take(index, Drop(phrase.kind, phrase.id, why))
        return end

    def _take_start(self, index: int, text: str) -> None:
        """Up to three stamps that lead a block."""
        position = 0
        for _ in range(3):
            start = after_bullets(text, position)
            found = [match for match in self.matcher.start(text, start) if match[1].end() > position]
            match = max(found, key=lambda match: (match[1].end(), match[0].id), default=None)
            if match is None:
                break
            if match[0].kind in _KEPT:
                self.said.append((index, match[0].kind, match))
                break
            end = match[1].end()
            self.cuts[index].append(_Cut(position, end, _verdict(match[0]), match))
            position = len(text) - len(text[end:].lstrip())
        if position >= len(text) and self.cuts[index]:
            self.gone[index] = True

    def _take_end(self, index: int, text: str) -> None:
        """A phrase that ends a block: the earliest beginning that fits."""
        window = max(1, len(text) - _WINDOW)
        block = self.blocks[index]
        short = len(text) <= _WINDOW and block.kind is not BlockKind.HEADING and block.link_share <= LINKED
        for sentence in chain(sentences(text, window - 1), credit_starts(text) if short else ()):
            if not (found := self.matcher.end(text, sentence.end())):
                continue
            match = min(found, key=lambda match: match[0].id)
            if match[0].kind in _KEPT:
                self.said.append((index, match[0].kind, match))
            elif match[0].kind is Boilerplate.PHOTO_CREDIT and sentence.start() <= _CAPTION:
                self._take(index, _CREDITED, match)
            else:
                self.cuts[index].append(_Cut(sentence.start(), len(text), _verdict(match[0]), match))
            return

    # What comes of it --------------------------------------------------------------------------------------------

    def statements(self) -> Iterator[tuple[Boilerplate, str | Match]]:
        """What the taken lines say of the article: a phrase's match, or the text of a caption, byline or credit."""
        for index, kind, match in self.said:
            if not self.gone[index]:
                yield kind, match
        for index, cuts in sorted(self.cuts.items()):
            for cut in cuts:
                if cut.match is not None:
                    if cut.drop.kind not in _SILENT:
                        yield cut.drop.kind, cut.match
                elif self.blocks[index].drop is not None or self.blocks[index].kind is BlockKind.CAPTION:
                    yield from self._hidden(index, cut.drop.kind)

    def _hidden(self, index: int, kind: Boilerplate) -> Iterator[tuple[Boilerplate, str | Match]]:
        """What a block that was taken for other reasons than its words says in words that are known."""
        if kind in _SILENT or kind is Boilerplate.RELATED_LINKS:
            return
        text = self.blocks[index].text
        if kind is Boilerplate.CAPTION:
            yield kind, text
        found = [match for match in self.matches(index) if match[0].kind not in _SILENT]
        for sentence in sentences(text, max(0, len(text) - _WINDOW)):
            found = found or self.matcher.end(text, sentence.end())
        for match in found[:1]:
            yield match[0].kind, match

    def removals(self, raw: str) -> list[Removal]:
        """What was taken, as offsets into the raw text."""
        cuts = ((self.placed[index].start, cut) for index, cuts in self.cuts.items() for cut in cuts)
        return [_removal(raw, start, cut) for start, cut in cuts if cut.end > cut.start]

    def after(self) -> "_Desk":
        """The desk with what is left: what has come to stand alone, or at an end, may be known by that."""
        left: list[_Placed] = []
        for index, placed in enumerate(self.placed):
            cuts = self.cuts.get(index)
            left += _left(placed, cuts) if cuts else (placed,)
        return _Desk(left, self.matcher)


def _verdict(phrase: Phrase) -> Drop:
    return Drop(phrase.kind, phrase.id, phrase.why)


def _removal(raw: str, offset: int, cut: _Cut) -> Removal:
    start, end = offset + cut.start, offset + cut.end
    return Removal(start, end, raw[start:end], cut.drop.kind, cut.drop.rule, cut.drop.why)


def _left(placed: _Placed, cuts: Sequence[_Cut]) -> list[_Placed]:
    """What the cuts, which are all at the block's beginning or its end, leave of it; none when that is nothing."""
    block = placed.block
    start = max((cut.end for cut in cuts if cut.start == 0 or cut.end < len(block.text)), default=0)
    end = min((cut.start for cut in cuts if cut.end == len(block.text)), default=len(block.text))
    text = block.text[start:end].strip()
    if not text:
        return []
    start += len(block.text[start:end]) - len(block.text[start:end].lstrip())
    rest = Block(text, block.kind, block.level, block.link_share)
    return [_Placed(rest, placed.start + start, is_prose(rest))]
