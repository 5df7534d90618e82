"""What is not the article by its shape: rows of comments, notes on the author, captions' counters, cards.

Nothing here reads phrases. A rule looks at the blocks as they follow one another, at the byline that is known, and at
what cleaning has taken already.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipelines.records import Block, BlockKind, Boilerplate, Drop
from pipelines.sections import LISTS

_SHORT: Final = 80
"""Characters of the longest line that says who comments and when; names have up to 40."""
_TEASER: Final = 250
"""Characters of the longest summary of another story."""
_BIO: Final = 700
"""Characters of the longest note on an author."""
_BIO_BEGINS: Final = 40
"""Characters in which such a note has come to the author's name: an article or a picture's label may stand before."""
_QUOTED: Final = 120
"""Characters in which who is quoted has said something."""
_LAST: Final = 3
"""Blocks of running text, from the end, among which a note on the author stands."""
_BEFORE: Final = 3
"""Blocks of running text that stand before comments and lists of other stories."""
_DATE_WORDS: Final = 5
"""Words that a byline has beside the names: a date, its hour, "by", a place."""

_COUNTER: Final = re.compile(r"[(\[]?(\d{1,3})(?: ?/ ?| [^\W\d_]{1,4} )(\d{1,3})[)\]]?")
_AGO: Final = re.compile(
    r"(?:\d{1,3} ?[^\W\d_]{1,12}\.? (?:ago|siden|sedan|síðan|fa|temu|geleden|назад|тому|önce|sitten|atrás|zpět|ezelőtt"
    r"|tagasi|yang lalu|trước|पहले|قبل|پیش)"
    r"|(?:vor|il y a|hace|fa|há|πριν(?: από)?|před|pred|prije|пре|преди|acum|prieš|pirms|قبل|منذ|לפני) "
    r"\d{1,3} [^\W\d_]{1,12}"
    r"|\d{1,3} ?(?:[秒分天日周年초분일주년]|分[钟鐘]|時間|小[时時]|週間|[かヶ个個]月|시간|개월) ?[前전]"
    r"|\d{1,3}(?:นาที|ชั่วโมง|วัน)ที่แล้ว)\W*\Z",
    re.IGNORECASE,
)
_AGO_CHARS: Final = 80
"""Characters of a text's end that a time before now stands in."""
"""How long ago something was written, as the line above a comment ends."""
_DIGIT: Final = re.compile(r"\d")
_DATED: Final = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.h]\d\d|\d{1,2}[./-]\d{1,2}[./-]")
_WORD: Final = re.compile(r"[^\W_]+")
_SAYS: Final = frozenset(
    _WORD.findall(
        "says said tells told sagt sagte erklärt erklärte siger sagde fortæller säger sade sier forteller zegt zei"
        " sanoo sanoi kertoo dit affirme déclare explique dice dijo afirma explica aseguró disse afirmou diz afferma"
        " mówi powiedział powiedziała řekl řekla říká povedal povedala mondta mondja spune declarat каза казва λέει"
        " είπε говорит сказал сказала каже сказав сказала dedi söyledi diyor"
    )
)
"""Words with which people are quoted."""

_ADS: Final = frozenset({Boilerplate.ADVERTISEMENT})

_COUNTS = Drop(Boilerplate.PLAYER, "clean.counter", "counts the pictures of a gallery")
_COMMENT = Drop(Boilerplate.COMMENTS, "clean.thread", "is part of a row of texts that each say who wrote how long ago")
_BYLINE = Drop(Boilerplate.BYLINE, "clean.byline", "is the author's name and a date, which the record holds")
_NOTE = Drop(Boilerplate.AUTHOR_BIO, "clean.bio", "begins with the author's name and stands at the end")
_CARD = Drop(Boilerplate.TEASER, "clean.card", "is the summary under the linked title of another story")
_AD = Drop(
    Boilerplate.ADVERTISEMENT, "clean.ad-card", "is the text under a linked title that is labelled as an advertisement"
)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The blocks of an article and what is known of them."""

    blocks: Sequence[Block]
    prose: Sequence[bool]
    """Which blocks are running text."""
    gone: Sequence[bool]
    """Which blocks are taken."""
    authors: Sequence[str]
    says: Callable[[int, Collection[Boilerplate]], bool]
    """Whether a block's words are of one of these kinds."""

    def found(self) -> Iterator[tuple[int, Drop]]:
        """Blocks that are not the article, with the reason. Raises: nothing."""
        dated = [
            index
            for index, block in enumerate(self.blocks)
            if len(block.text) <= _SHORT and not self.prose[index] and _DIGIT.search(block.text)
        ]
        yield from ((index, _COUNTS) for index in self._counters(dated))
        yield from ((index, _BYLINE) for index in self._bylines(dated))
        yield from ((index, _AD) for index in self._advertised())
        thread = self._thread(dated)
        yield from ((index, _COMMENT) for index in range(thread, len(self.blocks)))
        yield from ((index, _CARD) for index in self._cards(thread))
        yield from ((index, _NOTE) for index in self._notes(thread))

    def _staying(self, end: int) -> list[int]:
        """The running text above `end` that nothing has taken."""
        return [index for index in range(end) if self.prose[index] and not self.gone[index]]

    def _counters(self, dated: Sequence[int]) -> list[int]:
        """The counters of a gallery's pictures: one of so many, and another of as many."""
        found = ((index, _COUNTER.fullmatch(self.blocks[index].text)) for index in dated)
        counters = {index: match for index, match in found if match and not self.gone[index]}
        pictures: dict[str, set[str]] = defaultdict(set)
        for match in counters.values():
            pictures[match[2]].add(match[1])
        several = (index for index, match in counters.items() if len(pictures[match[2]]) > 1)
        return [index for index in several if self.blocks[index].kind is not BlockKind.TABLE_ROW]

    def _bylines(self, dated: Sequence[int]) -> Iterator[int]:
        """Lines of an author's name and a date."""
        names = [name for name in self.authors if " " in name]
        for index in dated if names else ():
            block = self.blocks[index]
            if self.gone[index] or block.kind is BlockKind.HEADING:
                continue
            rest = block.text
            for name in names:
                rest = rest.replace(name, "")
            if rest != block.text and _DATED.search(rest) and len(_WORD.findall(rest)) <= _DATE_WORDS:
                yield index

    def _advertised(self) -> Iterator[int]:
        """The linked title and the short text of a card, below its label."""
        for index, block in enumerate(self.blocks[:-2]):
            in_card = block.drop is not None and block.drop.kind is Boilerplate.TEASER
            if in_card and self._links(index + 1) and self._sums_up(index + 2) and self.says(index, _ADS):
                yield from (index + 1, index + 2)

    def _links(self, index: int) -> bool:
        return self.blocks[index].link_share > 0.8

    def _sums_up(self, index: int) -> bool:
        block = self.blocks[index]
        plain = block.kind is BlockKind.PARAGRAPH and block.link_share < 0.3
        return plain and not self.gone[index] and len(block.text) <= _TEASER

    def _thread(self, dated: Sequence[int]) -> int:
        """Where readers' comments begin: names and times between texts; the number of blocks where nowhere."""
        heads = [index for index in dated if self._heads_comment(index)]
        if len(heads) < 2:
            return len(self.blocks)
        start = heads[0]
        if start and self._names(start - 1) and _AGO.match(self.blocks[start].text):
            start -= 1
        before, after = len(self._staying(start)), sum(self.prose[start:])
        return start if before >= _BEFORE and after <= 3 * before else len(self.blocks)

    def _heads_comment(self, index: int) -> bool:
        if not _AGO.search(self.blocks[index].text[-_AGO_CHARS:]):
            return False
        below = range(index + 1, min(index + 3, len(self.blocks)))
        return any(
            self.prose[other] or (len(self.blocks[other].text) > _SHORT and not self.gone[other]) for other in below
        )

    def _names(self, index: int) -> bool:
        block = self.blocks[index]
        return len(block.text) <= _SHORT and not self.prose[index] and block.kind is not BlockKind.HEADING

    def _cards(self, end: int) -> list[int]:
        """Summaries below the text, two at least, each under a linked title, below the heading of such a list."""
        found: list[int] = []
        index = end - 1
        while index > 0:
            if self._sums_up(index) and self._links(index - 1):
                found.append(index)
                index -= 2
            elif self.gone[index]:
                index -= 1
            else:
                break
        headed = len(found) > 1 and any(self.gone[other] and self.says(other, LISTS) for other in range(index + 1, end))
        return found if headed else []

    def _notes(self, end: int) -> Iterator[int]:
        """Notes on the authors: among the last texts, and beginning with the name that the byline has."""
        names = [name.casefold() for name in self.authors if " " in name or not name.isascii()]
        if not names or len(self._staying(end)) <= _BEFORE:
            return
        last = (index for index in range(end - 1, -1, -1) if not self.gone[index] and self._says_something(index))
        for index in islice(last, _LAST):
            block = self.blocks[index]
            begins = block.text[: _BIO_BEGINS + max(map(len, names))].casefold()
            if block.kind is BlockKind.QUOTE or len(block.text) > _BIO or begins[:1] in "\"“„«»'‘「":
                continue
            named = any(0 <= begins.find(name) <= _BIO_BEGINS for name in names)
            # Somebody of the same name who is quoted is in the story.
            quoted = not _SAYS.isdisjoint(_WORD.findall(block.text[:_QUOTED].casefold()))
            if named and not quoted and self._mentioned(index, names) == 1:
                yield index

    def _says_something(self, index: int) -> bool:
        text = self.blocks[index].text
        sentence = text.endswith("。") or (text.endswith(".") and text.count(" ") > 2)
        return self.prose[index] or (sentence and self.blocks[index].kind is not BlockKind.HEADING)

    def _mentioned(self, note: int, names: Sequence[str]) -> int:
        """Texts that name an author, this one among them: who is often named is whom the article is about."""
        others = (index for index in range(len(self.blocks)) if not self.gone[index] and self._says_something(index))
        return sum(any(name in self.blocks[index].text.casefold() for name in names) for index in {*others, note})
