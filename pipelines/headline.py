"""Which block of a page prints its headline."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.blocks import TextBlock
from pipelines.declared import Declared, Words, words
from pipelines.records import BlockKind

_TITLE_CHARS = 400
_PARAGRAPH_CHARS = 200
"""Characters from which a sentence outside a heading is no title."""
_TOP = 0.3
"""Share of the page's prose above which a main heading that nothing declares may stand."""
_PLAIN_TOP = 0.6
"""The same for a declared title outside a heading; the development pages have none below it."""

_VERY_WORDS, _SIMILAR, _BEGINNING = 6.0, 4.0, 0.5
"""What agreement counts. Measured on the titles of 1,629 development pages: where the very words count more, the right
block is found on five news pages more (of 112); headings that only begin a declared title gain two pages."""
_RANK = 3.5
"""A heading counts this minus its level."""
_PERFECT = _VERY_WORDS + _RANK - 1.1
"""From here on no other block can be better."""


def find_headline(blocks: Sequence[TextBlock], declared: Declared) -> TextBlock | None:
    """The block that prints the title: by agreement with the declared titles, heading level and place.

    Without agreement only a heading of the first level above the text will do. None when nothing does.
    """
    best, best_score = None, 0.0
    above, total = 0.0, sum(block.prose for block in blocks) or 1.0
    titles = _Titles(declared)
    lengths = [sum(map(len, title)) for title in declared.titles]
    shortest, longest = min(lengths, default=0) / 3, max(lengths, default=0) * 2
    for block in blocks:
        above += block.prose
        if block.chars > _TITLE_CHARS or (block.prose and block.chars > _PARAGRAPH_CHARS):
            continue
        if block.kind is BlockKind.HEADING:
            score = titles.heading(block, above <= _TOP * total)
        elif shortest <= block.chars <= longest and above <= _PLAIN_TOP * total:
            score = titles.agreement(words(block.text))
        else:
            continue
        if score:
            score += 0.5 * ("headline" in block.node.names.tokens)
            score -= 3 * block.link_share + 2 * (block.node.marker is not None) + 3 * above / total
        if score > best_score:
            best, best_score = block, score
            if score >= _PERFECT:
                break
    return best


@dataclass(frozen=True, slots=True)
class _Titles:
    declared: Declared

    def heading(self, block: TextBlock, high: bool) -> float:
        text = words(block.text)
        rank = max(0.0, _RANK - block.level)
        if text in self.declared.titles:
            return _VERY_WORDS + rank
        if agreement := self.agreement(text):
            return agreement + rank
        if block.level == 1 and high:
            return rank
        return _BEGINNING + rank if len(text) > 1 and self.begins_with(text) else 0.0

    def agreement(self, text: Words) -> float:
        distinct = set(text)
        if len(distinct & self.declared.title_words) * 10 < 8 * len(distinct):
            return 0.0
        return _SIMILAR if self.declared.is_title(text) else 0.0

    def begins_with(self, text: Words) -> bool:
        """Whether the text begins a declared title: one with sections and the site's name, more than half of it."""
        return any(title[: len(text)] == text for title in self.declared.titles)
