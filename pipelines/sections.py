"""Where what a heading such as "Related stories" or "Comments" takes with it comes to an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.records import Block, BlockKind, Boilerplate

_BODY: Final = 2
"""Paragraphs of running text before a heading such as "Related videos" may take all that follows."""
LINKED: Final = 0.3
"""Share of a block that must be link where the words alone are no proof."""

_ALL_BELOW: Final = frozenset({Boilerplate.COMMENTS, Boilerplate.KNOWLEDGE_PANEL})
"""Headings of what never goes back to the article."""
LISTS: Final = frozenset({Boilerplate.RELATED_LINKS, Boilerplate.MOST_READ, Boilerplate.TEASER})
"""Headings of lists whose entries may have a paragraph of running text each."""


@dataclass(frozen=True, slots=True)
class Sections:
    """The blocks of an article, which of them are running text, and which are taken."""

    blocks: Sequence[Block]
    prose: Sequence[bool]
    gone: Sequence[bool]

    def end(self, heading: int, kind: Boilerplate) -> int:
        """The first block after a heading of that kind that is none of what it heads. Raises: nothing."""
        if self.blocks[heading].kind is BlockKind.LIST_ITEM:
            return heading + 1
        before = sum(1 for index in range(heading) if self.prose[index] and not self.gone[index])
        if kind in _ALL_BELOW:
            return len(self.blocks) if before >= _BODY and self._stands_apart(heading, before) else heading + 1
        if kind is Boilerplate.READ_MORE:
            return self._end_of_links(heading)
        patient = kind in LISTS and before >= _BODY
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
        if block.kind is BlockKind.LINE or block.link_share >= LINKED or self.gone[index]:
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

        Two paragraphs in a row are. In a page, so is one that doesn't follow an entry's linked title, or that follows
        several, which had no summary.
        """
        if index + 1 < len(self.blocks) and self.prose[index + 1]:
            return True
        block, above = self.blocks[index], self.blocks[index - 1]
        if block.kind is BlockKind.LINE:
            return False
        bare = index - 2 > heading and all(self.blocks[other].link_share > 0.8 for other in (index - 1, index - 2))
        return block.link_share < 0.3 and (above.kind is BlockKind.LIST_ITEM or index - 1 == heading or bare)
