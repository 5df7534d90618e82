"""Where the article of a text dump begins and ends: its title, its lead, and what stands above and below.

Nothing here knows a language: it is a matter of what stands twice, what is a sentence, and what the phrase packs have
already claimed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from pipelines.clean import Cleaned
from pipelines.lines import dense_size, fold, is_prose
from pipelines.records import PARAGRAPH_BREAK, Block, Boilerplate, Drop

_HEAD: Final = 40
"""Lines in which the title is looked for; menus stand above it in many dumps."""
_LONGEST_TITLE: Final = 200
_TITLE_WORDS: Final = 3
_LEAD_WORDS: Final = 6
"""Words of a line without a full stop between title and text that is a lead; a shorter one is a name or a button."""
_FEW: Final = 4
"""Lines between title and text that are a page's, not a list that the text begins with."""
_THREAD: Final = 3
"""Times that a short line must stand between sentences before these are readers' comments: one says "Reply" each."""
_TAIL: Final = 3
"""Lines without a sentence at the end that are headlines, tags and buttons; one or two may be a signature."""
_BODY: Final = 3
"""Sentences before which nothing is below the text."""

_TITLE = Drop(Boilerplate.REPEATED_TITLE, "dump.title", "is the title, which the record holds")
_LEAD = Drop(Boilerplate.STANDFIRST, "dump.standfirst", "is the lead between the title and the text")
_ABOVE = Drop(Boilerplate.NAVIGATION, "dump.above-title", "stands above the title")
_BETWEEN = Drop(Boilerplate.OTHER, "dump.below-title", "stands between the title and the text, and is no sentence")
_COMMENT = Drop(Boilerplate.COMMENTS, "dump.comments", "is part of a row of comments, each with the same line under it")
_BELOW = Drop(Boilerplate.NAVIGATION, "dump.below-text", "stands below the end of the text, and is no sentence")


@dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a dump before its lines are read for what they say."""

    title: str | None
    standfirst: str | None
    drops: Mapping[int, Drop]

    def marked(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """The blocks, those marked that are not the article."""
        return tuple(replace(block, drop=self.drops.get(index)) for index, block in enumerate(blocks))


def of(blocks: Sequence[Block], cleaned: Cleaned) -> Layout:
    """The layout of a dump; `cleaned` is what the phrases make of the same blocks. Raises: nothing."""
    lines = _Lines(blocks, _claimed(blocks, cleaned))
    places = lines.repeated_title() or lines.title_above_body()
    drops = dict.fromkeys(places, _TITLE)
    lead = lines.lead_between(places) if len(places) > 1 else None
    if places:
        below = dict(lines.below_title(places[-1]))
        lead = lead if lead is not None else next((index for index, drop in below.items() if drop is _LEAD), None)
        drops |= below | dict.fromkeys(lines.above_title(places[0]), _ABOVE)
    if lead is not None:
        drops[lead] = _LEAD
    drops |= dict.fromkeys(lines.thread(), _COMMENT)
    drops |= dict.fromkeys(lines.tail(drops), _BELOW)
    title = blocks[places[0]].text if places else None
    return Layout(title, None if lead is None else blocks[lead].text, drops)


def _claimed(blocks: Sequence[Block], cleaned: Cleaned) -> dict[int, Boilerplate]:
    """The blocks that went whole, and what they are."""
    starts = accumulate((len(block.text) + len(PARAGRAPH_BREAK) for block in blocks), initial=0)
    at = {start: index for index, start in enumerate(starts)}
    whole = ((at.get(one.start), one) for one in cleaned.removals)
    return {index: one.kind for index, one in whole if index is not None and one.text == blocks[index].text}


class _Lines:
    """The lines of a dump, with what is a sentence and what a phrase has claimed."""

    def __init__(self, blocks: Sequence[Block], claimed: Mapping[int, Boilerplate]) -> None:
        self.texts = [block.text for block in blocks]
        self.prose = [is_prose(block) for block in blocks]
        self.claimed = claimed
        self.first = next((index for index, prose in enumerate(self.prose) if prose and index not in claimed), 0)

    def free(self, index: int) -> bool:
        """Whether a line is neither a sentence nor known to be anything else."""
        return not self.prose[index] and index not in self.claimed

    # Above the text ----------------------------------------------------------------------------------------------

    def repeated_title(self) -> list[int]:
        """Where the title stands: the first line of several words that stands there again; empty when none does."""
        head = [fold(text) if len(text) <= _LONGEST_TITLE else "" for text in self.texts[:_HEAD]]
        times = Counter(head)
        for index, line in enumerate(head):
            if times[line] > 1 and not self.prose[index] and _words(line) >= _TITLE_WORDS:
                return [place for place, other in enumerate(head) if other == line]
        return []

    def title_above_body(self) -> list[int]:
        """The line that must be the title: the last one of several words above the body that is no known phrase.

        A longer one below it is the lead. A label such as "Serves: four", or an item such as "2 cups of flour", only if
        nothing else is.
        """
        above = [index for index in range(min(self.first, _HEAD)) if self.free(index) and _is_title(self.texts[index])]
        above = [index for index in above if not _is_item(self.texts[index])] or above
        if len(above) > 1 and above[-1] - above[-2] == 1:
            upper, lower = (_words(self.texts[index]) for index in above[-2:])
            if upper > _TITLE_WORDS and lower > max(upper, _LEAD_WORDS):
                return [above[-2]]
        return above[-1:]

    def lead_between(self, places: Sequence[int]) -> int | None:
        """The one sentence between the title and its repetition, when the text follows."""
        between = [index for index in range(places[0], places[-1]) if self.prose[index]]
        return between[0] if len(between) == 1 and any(self.prose[places[-1] + 1 :]) else None

    def above_title(self, title: int) -> list[int]:
        return [index for index in range(title) if self.free(index)]

    def below_title(self, title: int) -> Iterator[tuple[int, Drop]]:
        """What stands between title and text; a list of more than a few lines, or with numbers, is the text."""
        between = [index for index in range(title + 1, self.first) if self.free(index)]
        between = [index for index in between if not self.texts[index].endswith(_SENTENCE_ENDS)]
        if len(between) > _FEW or sum(any(map(str.isdigit, self.texts[index])) for index in between) > 1:
            return
        for index in between:
            yield index, _LEAD if _words(self.texts[index]) >= _LEAD_WORDS else _BETWEEN

    # Below the text ----------------------------------------------------------------------------------------------

    def thread(self) -> list[int]:
        """Readers' comments without a heading: sentences with the same short line under, over and over."""
        places: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(self.texts):
            if not self.prose[index] and self._may_end(index):
                places[text].append(index)
        for first, second, *_ in (found for found in places.values() if len(found) >= _THREAD):
            start = max(first - (second - first) + 1, 0)
            if sum(self.prose[:start]) >= _BODY and any(self.prose[start:first]):
                return list(range(start, len(self.texts)))
        return []

    def _may_end(self, index: int) -> bool:
        """Whether a line may stand under a comment: what a live blog repeats is known by its phrases."""
        known = self.claimed.get(index, Boilerplate.COMMENTS) is Boilerplate.COMMENTS
        return known and len(self.texts[index]) <= 40 and not self.texts[index].endswith(":")

    def tail(self, drops: Mapping[int, Drop]) -> list[int]:
        """Lines without a sentence after the last one: below a known phrase all, else when they are several."""
        gone = drops.keys() | self.claimed.keys()
        staying = [index for index, text in enumerate(self.texts) if _is_sentence(text) and index not in gone]
        if len(staying) < _BODY:
            return []
        below = range(staying[-1] + 1, len(self.texts))
        known = next((index for index in below if self.claimed.get(index) in _ENDS_TEXT), None)
        free = [index for index in below if self.free(index) and index not in drops]
        if known is not None:
            return [index for index in free if index > known]
        return free if len(free) >= _TAIL and all(map(_is_bare, (self.texts[index] for index in free))) else []


_ENDS_TEXT: Final = frozenset(
    {
        *(Boilerplate.RELATED_LINKS, Boilerplate.MOST_READ, Boilerplate.NEWSLETTER, Boilerplate.SHARE_BAR),
        *(Boilerplate.COMMENTS, Boilerplate.TAG_LIST, Boilerplate.COPYRIGHT, Boilerplate.NAVIGATION),
        *(Boilerplate.READ_MORE, Boilerplate.APP_PROMPT, Boilerplate.CONSENT, Boilerplate.TEASER),
    }
)
"""What stands below a text: nothing of it comes after."""


_SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।", ":", "：")
_CLOSERS: Final = "\"”»“’')]」』"


def _words(text: str) -> int:
    """Words; in scripts that don't space them, what would be as many."""
    return max(len(text.split()), dense_size(text) // 3)


def _is_title(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return (
        _words(text) >= _TITLE_WORDS
        and len(text) <= _LONGEST_TITLE
        and text[-1] not in ".:;,"
        and 2 * letters > len(text) - text.count(" ")
    )


def _is_sentence(text: str) -> bool:
    """Whether a line is a sentence of the text, or announces what follows."""
    return _words(text) > _TITLE_WORDS and text.rstrip(_CLOSERS).endswith(_SENTENCE_ENDS)


def _is_item(text: str) -> bool:
    """Whether a line is an item of a list or a label with what it labels, rather than a title."""
    label, colon, rest = text.replace("：", ":").partition(":")
    labelled = bool(colon) and _words(label) < _TITLE_WORDS and 0 < _words(rest.strip()) <= _TITLE_WORDS
    return text[0].isdigit() or labelled


def _is_bare(text: str) -> bool:
    """Whether a line may be a headline, a tag or a button: it ends as none of a list, a table or a text does."""
    return text[-1] not in '.!?…。！？:;,：；，"”»)' and text[0].isalpha() and not any(map(str.isdigit, text))
