"""What must hold of every cleaning, and articles to try it on.

Replay: the raw text without the removals is the clean text. Offsets: each removal is what stands at its place, and none
overlaps another. Idempotence: cleaning what was kept changes nothing. Order: packs in any order give the same.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from pipelines.clean import Cleaned, clean
from pipelines.records import Block, BlockKind, Boilerplate, Drop, Removal, replay
from pipelines.rules import Rulebook

NOW: Final = datetime(2026, 5, 1, tzinfo=UTC)
AUTHORS: Final = ("Anna Poe", "John Roe")
TITLE: Final = "No bridge, says council"
LEAD: Final = "A bridge that was never paid for will not be built after all, and nobody is surprised."
SENTENCES: Final = (
    "The council met on Monday evening and voted on the bridge after a debate of three hours.",
    "Nobody in the hall was surprised, since the bridge had never been paid for by anybody.",
    "“It is a pity,” said the mayor, who had drawn the bridge herself when she was a child.",
    "Das Wasser steht seit Montag so hoch, dass niemand mehr die Brücke vermisst.",
    "Broen blev tegnet i 1912, og siden har ingen haft penge til at bygge den.",
    "Anna Poe is a reporter at the Post and has written about bridges since 2009.",
)
LINES: Final = (TITLE, LEAD, "John Roe", "3 hours ago", "1 / 5", "2 / 5", "Reply", "A short line", "4 March 2019", "")
_CARD: Final = Drop(Boilerplate.TEASER, "content.card", "stands in the card of another story")
_CAPTION: Final = Drop(Boilerplate.CAPTION, "content.caption", "is a caption")


def turned(rulebook: Rulebook) -> Rulebook:
    """The same rules, packs and phrases the other way round."""
    packs = {name: tuple(reversed(phrases)) for name, phrases in reversed(list(rulebook.packs.items()))}
    return replace(rulebook, packs=packs, _matchers={})


def examples(rulebook: Rulebook) -> list[str]:
    """What the phrases' examples and counter-examples say."""
    phrases = (phrase for pack in rulebook.packs.values() for phrase in pack)
    return [text for phrase in phrases for text in (*phrase.examples, *phrase.keeps)]


def document(chance: random.Random, texts: Sequence[str]) -> list[Block]:
    """An article's blocks, some in two sentences, some damaged by what stands on pages."""
    return [_block(chance, texts) for _ in range(chance.randrange(16))]


def _block(chance: random.Random, texts: Sequence[str]) -> Block:
    pools = (SENTENCES, SENTENCES, texts, texts, LINES)
    parts = [chance.choice(chance.choice(pools)) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    kind = chance.choice((BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.LINE, *BlockKind))
    drop = chance.choice((None, None, None, None, None, _CARD, _CAPTION))
    return Block(" ".join(parts).strip(), kind, 0, chance.choice((0.0, 0.0, 0.0, 0.4, 1.0)), drop)


def broken(cleaned: Cleaned) -> list[str]:
    """Which of the properties of a single cleaning don't hold."""
    return offsets_broken(cleaned.raw, cleaned.removals) + (
        ["replay"] if replay(cleaned.raw, cleaned.removals) != cleaned.text else []
    )


def offsets_broken(raw: str, removals: Sequence[Removal]) -> list[str]:
    """`offsets` when a removal is not what stands at its place, or overlaps the one before."""
    ends = [0, *(removal.end for removal in removals)]
    fits = all(raw[one.start : one.end] == one.text and one.text for one in removals)
    apart = all(removal.start >= end for removal, end in zip(removals, ends, strict=False))
    return [] if fits and apart else ["offsets"]


def violations(blocks: Sequence[Block], rulebook: Rulebook, other: Rulebook, language: str | None) -> list[str]:
    """Which properties don't hold for these blocks; `other` holds the same rules in another order."""
    said = (language, TITLE, LEAD, NOW, AUTHORS)
    cleaned = clean(blocks, rulebook, *said)
    found = broken(cleaned)
    if clean(cleaned.kept, rulebook, *said).text != cleaned.text:
        found.append("idempotence")
    if clean(blocks, other, *said) != cleaned:
        found.append("order")
    return found
