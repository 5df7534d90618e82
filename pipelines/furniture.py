"""Site memory: what stands on many pages of one site is the site's furniture, which no single page can show.

A page is remembered by the keys of its blocks, those that were taken out of the text too, once each. `db` keeps them
for the source's latest articles; `learn` says which keys are furniture, and `pipelines.clean` takes such blocks out.
"""

import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final

from pipelines.records import PARAGRAPH_BREAK, Block, BlockKind

MOST_BLOCKS: Final = 500
"""Keys of a page that are remembered, the first ones: 4 KB. Of 229 development pages 99 % have fewer than 350."""
FEWEST_PAGES: Final = 4
"""Pages that a block must stand on. On the news web of `benchmarks/site_memory.py`, where 621 articles have 17 blocks
each, two would take two blocks that are an article's own, three and four none; and what an article shares with its
updates stands on two or three. Four instead of three leaves a leak in 3.7 % of the articles instead of 3.2 %."""
SHARE: Final = 0.25
"""And the share of the remembered pages: what a running story repeats stands on fewer. 0.1 to 0.5 do the same there."""
_LINKED: Final = 0.3
"""Share of a list item that must be link: "Salt and pepper" recurs in the recipes of a site and belongs to each."""

_NO_WORD: Final = re.compile(r"[\W\d_]+")
_KEY_BYTES: Final = 8

Furniture = Mapping[int, str]
"""`block_key` of a block that is furniture -> what shows it, for people."""


def block_key(text: str) -> int:
    """What a block is known by on other pages: its words, whatever its case, marks and numbers. Raises: nothing."""
    return _hash(_words(text))


def page_keys(raw: str) -> bytes:
    """The keys of a page's blocks, each once, 8 bytes each, for `learn`; `raw` is that of its article.

    Blocks without a word, such as a rating or a row of stars, have none. Raises: nothing.
    """
    distinct = dict.fromkeys(words for text in raw.split(PARAGRAPH_BREAK) if (words := _words(text)))
    keys = [_hash(words) for words in islice(distinct, MOST_BLOCKS)]
    return struct.pack(f"<{len(keys)}Q", *keys)


def learn(pages: Sequence[bytes], fewest: int = FEWEST_PAGES) -> Furniture:
    """The furniture of a site, from the `page_keys` of some of its pages, in any order. Raises: nothing.

    A block must stand on `fewest` of them, and on a quarter.
    """
    counts = Counter(key for keys in pages for key in struct.unpack(f"<{len(keys) // _KEY_BYTES}Q", keys))
    needed = max(fewest, SHARE * len(pages))
    return {
        key: f"stands on {count} of {len(pages)} pages of this site" for key, count in counts.items() if count >= needed
    }


def may_be_furniture(block: Block) -> bool:
    """Whether a block can go because it recurs.

    Headings, and labels before a colon, recur as the article's own structure ("Pros", "How we tested"), rows as
    the heads of tables, quotes as refrains.
    """
    if block.kind is BlockKind.LIST_ITEM:
        return block.link_share >= _LINKED
    return block.kind is BlockKind.PARAGRAPH and not block.text.endswith((":", "\uff1a"))


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", text.casefold()).strip()


def _hash(words: str) -> int:
    return int.from_bytes(blake2b(words.encode("utf-8", "replace"), digest_size=_KEY_BYTES).digest(), "little")
