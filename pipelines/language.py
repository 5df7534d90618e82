"""The language of a text."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]

GLANCE = 400
"""Characters that confirm a declaration. On the development pages 97 % of the declarations are confirmed so, and in
none of them would MAX_SAMPLE characters have told another language."""
FULL = 0.1
"""Share of a glance's words, three at least, that confirms a declaration without the model when they are stop words of
the language. Of 1,696 declarations on the development pages 1,534 are confirmed so, one of them against the model: a
German beginning of an English text."""
STOP_WORDS = {
    language: frozenset(words.split())
    for language, words in tomllib.loads(Path(__file__).with_name("stop_words.toml").read_text("utf-8")).items()
}
MAX_SAMPLE = 1200
"""Characters that are looked at otherwise, in half a millisecond."""
CONFIRMED = 0.9
"""How likely a declared language must be at a glance."""
LIKELY = 0.5
RULED_OUT = 0.01
"""The text outranks the declaration when one language is at least so likely, and the declared one less than this. On
1,773 development pages that is so 40 times (templates that say "en" everywhere), and wrong where a text held two."""

_TAG = re.compile(r"[a-z]{2,3}(?![a-z])", re.IGNORECASE | re.ASCII)
_TODAY = {"nb": "no", "nn": "no", "in": "id", "iw": "he", "ji": "yi", "mo": "ro"}
"""Codes that ISO 639-1 has replaced, and the two written forms of Norwegian."""
_MEMBERS = {"cmn": "zh", "yue": "zh", "wuu": "zh", "arb": "ar", "arz": "ar", "ary": "ar"}
"""Members (ISO 639-3) of a language with a code of two letters, in which they are mostly written. The model takes short
texts in traditional characters for Cantonese."""


def detect(text: str, declared: str | None) -> str | None:
    """The language as an ISO 639-1 code in lower case, Norwegian always `no`; None when nothing tells.

    `declared` is a BCP 47 tag such as `en-GB`. It decides where the text is too short or too mixed to be sure;
    elsewhere the text does, since publishing systems often declare a language that nobody set. Raises: nothing.
    """
    said = normal(declared)
    sample = text[:MAX_SAMPLE].strip()
    if not any(map(str.isalpha, sample)):
        return said
    if said is not None and _looks_like(said, sample[:GLANCE]):
        return said
    chances: dict[str | None, float] = {}
    for label, probability in _model().rank(sample):
        chances[normal(label)] = chances.get(normal(label), 0.0) + float(probability)
    seen = max(chances, key=chances.__getitem__)
    if said is None:
        return seen
    return seen if seen and chances[seen] >= LIKELY and chances.get(said, 0.0) < RULED_OUT else said


def _looks_like(said: str, sample: str) -> bool:
    words = sample.lower().split()
    if sum(map(STOP_WORDS.get(said, frozenset()).__contains__, words)) >= max(3, FULL * len(words)):
        return True
    label, probability = _model().classify(sample)
    return normal(label) == said and probability >= CONFIRMED


def normal(tag: str | None) -> str | None:
    """A BCP 47 tag's language as ISO 639-1; None when it has no code of two letters. Raises: nothing."""
    match = _TAG.match(tag.strip()) if tag else None
    code = match[0].lower() if match else ""
    return _TODAY.get(code, code) if len(code) == 2 else _MEMBERS.get(code)


@cache
def _model() -> "LanguageIdentifier":
    """Loaded when first needed: it takes 0.6 s."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
