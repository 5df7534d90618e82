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
MAX_TEXT = 200_000
_SEED = 1

# Of scripts that write words together each character is a word, as in the shingles of other near-duplicate finders.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\w+")


def fingerprint(title: str | None, text: str) -> Fingerprint:
    """The content hash of title and text, and the MinHash of the text's word shingles.

    The hash folds white space, case and Unicode composition (NFC). The signature is 128 unsigned 32-bit numbers,
    little-endian, the same in every process; the share of places in which two agree estimates the Jaccard likeness of
    their texts. It is empty for a text of fewer than 11 words. Raises: nothing.
    """
    folded = _folded(text)
    digest = hashlib.sha256(f"{_folded(title or '')}\n{folded}".encode("utf-8", "replace"))
    return Fingerprint(digest.hexdigest(), _minhash(folded[:MAX_TEXT]))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _minhash(text: str) -> bytes:
    words = _WORD.findall(text)
    shingles = list(map(" ".join, zip(*(words[start:] for start in range(SHINGLE)), strict=False)))
    # Repeated shingles don't count; a few show whether a text has enough others.
    if len(set(shingles[: 8 * MIN_SHINGLES])) < MIN_SHINGLES and len(set(shingles)) < MIN_SHINGLES:
        return b""
    signature = RMinHash(PERMUTATIONS, _SEED)
    signature.update(shingles)
    return struct.pack(f"<{PERMUTATIONS}I", *signature.digest())
