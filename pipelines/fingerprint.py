"""What makes two articles the same, or nearly so."""

import hashlib
import re
import struct
import unicodedata

from rensa import RMinHash  # type: ignore[import-untyped]

from pipelines.records import Fingerprint

PERMUTATIONS = 128
"""Standard error of the estimated likeness: 1 / sqrt(128), 9 %."""
SHINGLE = 4
"""Words in a shingle; characters where a script writes words together."""
MIN_SHINGLES = 8
"""Fewer say nothing: two captions would be "the same story"."""
MAX_WORDS = 40_000
"""Words that are compared, the first ones."""
_SEED = 1

_TOGETHER = 10
"""Characters a word from which a text counts as one that writes words together: Finnish news has 8, Thai 20."""
_EDGES = "\"'“”„‘’‚»«›‹.,;:!?…()[]–—-"
"""Marks around words that copies of a text set differently."""

# Of scripts that write words together each character is a word, as in the shingles of other near-duplicate finders.
_CHARACTER = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\w+"
)


def fingerprint(title: str | None, text: str) -> Fingerprint:
    """The content hash of title and text, and the MinHash of the text's word shingles.

    The hash folds white space, case and Unicode composition (NFC). The signature is 128 unsigned 32-bit numbers,
    little-endian, the same in every process; the share of places in which two agree estimates the Jaccard likeness of
    their texts. It is empty for a text of fewer than 11 words. Raises: nothing.
    """
    words = _words(text)
    folded = " ".join(words)
    title = " ".join(_words(title or ""))
    digest = hashlib.sha256(f"{title}\n{folded}".encode("utf-8", "replace"))
    if len(folded) > _TOGETHER * len(words):
        words = _CHARACTER.findall(folded[:MAX_WORDS])
    return Fingerprint(digest.hexdigest(), _minhash(words[:MAX_WORDS]))


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).casefold().split()


def _minhash(words: list[str]) -> bytes:
    bare = [word.strip(_EDGES).replace("’", "'") for word in words]
    shingles = list(map(" ".join, zip(*(bare[start:] for start in range(SHINGLE)), strict=False)))
    # Repeated shingles don't count; a few show whether a text has enough others.
    if len(set(shingles[: 8 * MIN_SHINGLES])) < MIN_SHINGLES and len(set(shingles)) < MIN_SHINGLES:
        return b""
    signature = RMinHash(PERMUTATIONS, _SEED)
    signature.update(shingles)
    return struct.pack(f"<{PERMUTATIONS}I", *signature.digest())
