"""Takes out of an article's blocks what is not the article, with a receipt for every stretch.

The order: what extraction dropped; phrases; headings with what stands under them; what recurs on the site; titles and
leads that repeat; then what only counts before the body or after it. Precision first: in doubt a block stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipelines.facts import Facts, FactSheet
from pipelines.furniture import Furniture, block_key, may_be_furniture
from pipelines.records import PARAGRAPH_BREAK, Block, BlockKind, Boilerplate, Drop, Removal, replay
from pipelines.rules import Match, Matcher, Phrase, Place, Rulebook

_LONGEST: Final = 400
"""Characters of the longest block that can be boilerplate by its words alone; longer ones go by their DOM context."""
_WINDOW: Final = 240
"""Characters at the end of a block in which a trailing phrase may begin."""
_PROSE: Final = 60
"""Characters from which a sentence counts as running text: so long are 90 % of the sentences and paragraphs in the
bodies of the development pages (30,486), and 2 % of their snippets of furniture (5,566)."""
_LINKED: Final = 0.3
"""Share of a block that must be link where the words alone are no proof."""
_BODY: Final = 2
"""Paragraphs of running text before a heading such as "Related videos" may take all that follows."""

_BULLET: Final = re.compile(r"[^\w\"“”„«»'‘’(\[{©@#+$€£&/<]*")
_ENDS: Final = tuple(".!?…。！？؟۔।")
_CLOSERS: Final = "\"”“»«’')]"
_NEW_SENTENCE: Final = re.compile(r"\s(?:(?<=[.!?…”\"»)]\s)\s*|(?=[(\[/])|[–—|]\s)")
_DENSE: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_KEPT: Final = frozenset({Boilerplate.AGENCY})
"""Kinds that are named and stay in the text: an agency's slug and dateline are part of the report."""
_ALL_BELOW: Final = frozenset({Boilerplate.COMMENTS, Boilerplate.KNOWLEDGE_PANEL})
"""Headings of what never goes back to the article."""
_LISTS: Final = frozenset({Boilerplate.RELATED_LINKS, Boilerplate.MOST_READ, Boilerplate.TEASER})
"""Headings of lists whose entries may have a paragraph of running text each."""
_BY_PLACE: Final = frozenset(
    {Boilerplate.PHOTO_CREDIT, Boilerplate.CAPTION, Boilerplate.DATE_STAMP, Boilerplate.BYLINE, Boilerplate.OTHER}
)
"""What extraction calls a block by where it stands, without having read it."""
_SILENT: Final = frozenset(
    {Boilerplate.COMMENTS, Boilerplate.KNOWLEDGE_PANEL, Boilerplate.TEASER, Boilerplate.NAVIGATION, *_LISTS}
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
) -> Cleaned:
    """The blocks without what is not the article.

    `language` (ISO 639-1) chooses the phrase pack, None all of them. Raises: nothing.
    """
    desk = _Desk(blocks, rulebook.matcher(language))
    desk.take_given()
    desk.take_phrases()
    desk.take_furniture(rulebook.furniture)
    desk.take_repeats(title, standfirst)
    desk.take_edges()
    sheet = FactSheet(language, fetched_at)
    for kind, said in desk.statements():
        sheet.note(kind, said)
    return desk.result(sheet.facts())


@dataclass(slots=True)
class _Cut:
    """A stretch of a block that goes; `match` is the phrase that said so and what it captured."""

    start: int
    end: int
    drop: Drop
    match: Match | None = None


class _Desk:
    """The blocks of one article while they are cleaned: which stretches of each go, and why."""

    def __init__(self, blocks: Sequence[Block], matcher: Matcher) -> None:
        self.blocks = blocks
        self.matcher = matcher
        self.prose = [is_prose(block) for block in blocks]
        self.cuts: list[list[_Cut]] = [[] for _ in blocks]
        self.gone = [False] * len(blocks)
        self.found: list[list[Match] | None] = [None] * len(blocks)
        self.said: list[tuple[int, Boilerplate, Match]] = []

    def matches(self, index: int) -> list[Match]:
        """The phrases that are the whole block, bullets and trailing marks aside. Found when first asked for."""
        found = self.found[index]
        if found is None:
            found = self.found[index] = self._matches(self.blocks[index])
        return found

    def _matches(self, block: Block) -> list[Match]:
        """The phrases that are the whole block, bullets and trailing marks aside."""
        if len(block.text) > _LONGEST or block.kind is BlockKind.PREFORMATTED:
            return []
        found = self.matcher.whole(block.text, *core(block.text))
        if not found:
            return found
        if block.text.endswith((".", "!")):
            found = [match for match in found if match[0].place is not Place.SECTION]
        if block.kind is BlockKind.LINE or block.link_share >= _LINKED:
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
            if self.gone[index]:
                continue
            match = self._best(index, Place.SECTION, Place.LINE)
            if match is None:
                self._take_end(index, block.text)
                continue
            self._take(index, _verdict(match[0]), match)
            if match[0].place is Place.SECTION and index >= covered:
                covered = self._take_under(index, match[0])

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
            text = fold(block.text) if len(block.text) <= longest and _may_begin(block.text, first) else ""
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
            if self.gone[index]:
                continue
            places = [place for place, there in ((Place.HEAD, index < first), (Place.TAIL, index > last)) if there]
            if match := self._best(index, *places):
                self._take(index, _verdict(match[0]), match)
            elif index <= first:
                self._take_start(index, block.text)

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
        end = self._end_of_section(heading, phrase.kind)
        for index in range(heading + 1, end):
            if further := self._best(index, Place.SECTION):
                heading, phrase = index, further[0]
                self._take(index, _verdict(phrase))
            why = f"stands under “{self.blocks[heading].text[:60]}”"
            self._take(index, Drop(phrase.kind, phrase.id, why))
        return end

    def _end_of_section(self, heading: int, kind: Boilerplate) -> int:
        if self.blocks[heading].kind is BlockKind.LIST_ITEM:
            return heading + 1
        before = sum(1 for index in range(heading) if self.prose[index] and not self.gone[index])
        if kind in _ALL_BELOW:
            return len(self.blocks) if before >= _BODY and self._stands_apart(heading, before) else heading + 1
        if kind is Boilerplate.READ_MORE:
            return self._end_of_links(heading)
        patient = kind in _LISTS and before >= _BODY
        for index in range(heading + 1, len(self.blocks)):
            if self.prose[index] and (not patient or self._body_resumes(index, heading)):
                return index
            if patient and not self._listed(index, heading):
                return index
        return len(self.blocks) if before else heading + 1

    def _stands_apart(self, heading: int, before: int) -> bool:
        """Whether what follows to the end is something else than the article going on below a button.

        Comments and panels have names, dates and titles between their texts; or they are short beside the article.
        """
        below = self.prose[heading + 1 :]
        after = sum(below)
        return 4 * (len(below) - after) >= len(below) or 2 * after <= before

    def _listed(self, index: int, heading: int) -> bool:
        """Whether a short block may be an entry of a list of stories: on a page those are links."""
        block = self.blocks[index]
        if block.kind is BlockKind.LINE or block.link_share >= _LINKED or self.gone[index]:
            return True
        return index > heading + 1 and block.kind is not BlockKind.HEADING

    def _end_of_links(self, label: int) -> int:
        """After a label such as "Read also:": the links, or the one line that must be the title it points at."""
        for index in range(label + 1, len(self.blocks)):
            block = self.blocks[index]
            if block.link_share < 0.5:
                titled = index == label + 1 and block.kind is BlockKind.LINE and not self.prose[index]
                return index + 1 if titled else index
        return len(self.blocks)

    def _body_resumes(self, index: int, heading: int) -> bool:
        """Whether running text inside a list of other stories is the article again, and not a story's summary.

        Two paragraphs in a row are. In a page, so is one that doesn't follow an entry's linked title.
        """
        if index + 1 < len(self.blocks) and self.prose[index + 1]:
            return True
        block, above = self.blocks[index], self.blocks[index - 1]
        if block.kind is BlockKind.LINE:
            return False
        return block.link_share < 0.3 and (above.kind is BlockKind.LIST_ITEM or index - 1 == heading)

    def _take_start(self, index: int, text: str) -> None:
        """Up to three stamps that lead a block."""
        position = 0
        for _ in range(3):
            start = _BULLET.match(text, position, position + 8).end()  # type: ignore[union-attr]  # matches nothing too
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
        for sentence in _NEW_SENTENCE.finditer(text, window - 1):
            if not (found := self.matcher.end(text, sentence.end())):
                continue
            match = min(found, key=lambda match: match[0].id)
            if match[0].kind in _KEPT:
                self.said.append((index, match[0].kind, match))
            else:
                self.cuts[index].append(_Cut(sentence.start(), len(text), _verdict(match[0]), match))
            return

    # What comes of it --------------------------------------------------------------------------------------------

    def statements(self) -> Iterator[tuple[Boilerplate, str | Match]]:
        """What the taken lines say of the article: a phrase's match, or the text of a caption, byline or credit."""
        for index, kind, match in self.said:
            if not self.gone[index]:
                yield kind, match
        for index, cuts in enumerate(self.cuts):
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
        for sentence in _NEW_SENTENCE.finditer(text, max(0, len(text) - _WINDOW)):
            found = found or self.matcher.end(text, sentence.end())
        for match in found[:1]:
            yield match[0].kind, match

    def result(self, facts: Facts) -> Cleaned:
        raw = PARAGRAPH_BREAK.join(block.text for block in self.blocks)
        removals: list[Removal] = []
        kept: list[Block] = []
        offset = 0
        for block, cuts in zip(self.blocks, self.cuts, strict=True):
            if cuts:
                cuts.sort(key=lambda cut: cut.start)
                removals += [_removal(raw, offset, cut) for cut in cuts if cut.end > cut.start]
                kept += _left(block, cuts)
            elif block.text and not block.text.isspace():
                kept.append(block)
            offset += len(block.text) + len(PARAGRAPH_BREAK)
        return Cleaned(raw, replay(raw, removals), tuple(removals), tuple(kept), facts)


def is_prose(block: Block) -> bool:
    """Whether a block is running text: a sentence or more, not mainly links."""
    text = block.text
    if block.link_share > 0.5 or block.kind in (BlockKind.HEADING, BlockKind.TABLE_ROW, BlockKind.CAPTION):
        return False
    length = len(text)
    if length < _PROSE:
        # Scripts without spaces say as much in two fifths of the characters.
        length += len(_DENSE.findall(text)) * 3 // 2
    return length >= _PROSE and text[-6:].rstrip(_CLOSERS).endswith(_ENDS)


def core(text: str) -> tuple[int, int]:
    """Where a line's words begin and end, without bullets, arrows and emoji before, and marks after."""
    start = 0 if text[:1].isalnum() else _BULLET.match(text).end()  # type: ignore[union-attr]  # matches nothing too
    end = max(start, len(text.rstrip(" :.…!>»›→▶|•·–—-\t\u00a0")))
    return start, end


def fold(text: str) -> str:
    """A line as it is compared: its letters and digits, without case."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _may_begin(text: str, first: str) -> bool:
    """Whether a folded line may begin with one of these characters: most do not, which is cheaper to see than to fold.

    A line that begins with a mark begins, folded, with what comes after it.
    """
    return not text[:1].isalnum() or text[0].casefold()[0] in first


def _verdict(phrase: Phrase) -> Drop:
    return Drop(phrase.kind, phrase.id, phrase.why)


def _removal(raw: str, offset: int, cut: _Cut) -> Removal:
    start, end = offset + cut.start, offset + cut.end
    return Removal(start, end, raw[start:end], cut.drop.kind, cut.drop.rule, cut.drop.why)


def _left(block: Block, cuts: Sequence[_Cut]) -> list[Block]:
    """The block with what the cuts leave of it; none when that is nothing."""
    text, position = "", 0
    for cut in cuts:
        text += block.text[position : cut.start]
        position = cut.end
    text = (text + block.text[position:]).strip()
    return [Block(text, block.kind, block.level, block.link_share)] if text else []
