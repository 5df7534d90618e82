"""Which block of a page prints its headline."""

from collections.abc import Sequence

from pipelines.blocks import TextBlock
from pipelines.declared import Declared, words
from pipelines.records import BlockKind

_TITLE_CHARS = 400


def find_headline(blocks: Sequence[TextBlock], declared: Declared) -> TextBlock | None:
    """The block that prints the title: by agreement with the declared titles, heading level and place.

    Without agreement only a heading of the first level above the text will do. None when nothing does.
    """
    best, best_score = None, 0.0
    above, total = 0.0, sum(block.prose for block in blocks) or 1.0
    for block in blocks:
        above += block.prose
        if block.chars > _TITLE_CHARS or (block.prose and block.chars > _TITLE_CHARS / 2):
            continue
        agrees = declared.is_title(words(block.text))
        if not agrees and (block.level != 1 or above > 0.3 * total):
            continue
        score = 4.0 * agrees + 0.5 * ("headline" in block.node.names.tokens)
        score += max(0.0, 3.5 - block.level) if block.kind is BlockKind.HEADING else 0.0
        score -= 3 * block.link_share + 2 * (block.node.marker is not None) + 3 * above / total
        if score > best_score:
            best, best_score = block, score
    return best
