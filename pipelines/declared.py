"""What a page declares outside its visible text, for comparison with what it shows."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from pipelines.prose import DENSE
from pipelines.records import Hints
from pipelines.structured import Structured

_READ = 1000
"""Characters of a text that are compared."""
_BODY = 100_000
"""Characters of a declared body that are read."""
_CUT = 8
"""Words of the shortest description that counts as the beginning of a longer lead."""
_TOKEN = re.compile(rf"[{DENSE}]|[^\W_{DENSE}]+")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """Titles and descriptions from the head, the structured data and the hints."""

    titles: tuple[Words, ...]
    descriptions: tuple[Words, ...]
    said: str = ""
    """The descriptions as they are written."""
    article_body: str = ""
    """The body that JSON-LD gives: often cut, sometimes another article's."""
    title_words: frozenset[str] = frozenset()
    """All words of the titles: most texts have others, which is quickly seen."""

    @staticmethod
    def of(structured: Structured, hints: Hints) -> "Declared":
        """All that is declared, each once."""
        article, meta = structured.article or {}, structured.meta
        titles = [*_strings(article, "headline", "name"), *_first(meta, "og:title", "twitter:title")]
        descriptions = [*_strings(article, "description"), *_first(meta, "og:description", "description")]
        described = [*descriptions, hints.summary or ""]
        body = article.get("articleBody")
        titled = _unique([*titles, hints.title, structured.title_tag])
        return Declared(
            titled,
            _unique(described),
            "\n".join(described),
            " ".join(html.unescape(body[:_BODY]).split()) if isinstance(body, str) else "",
            frozenset(chain.from_iterable(titled)),
        )

    def says(self, text: str) -> bool:
        """Whether a text stands in a description as it is."""
        return text in self.said

    def body(self, text: str) -> float:
        """Whether a text stands in the declared body (1) or not (-1); 0: no body is declared."""
        if not self.article_body:
            return 0.0
        return 1.0 if text in self.article_body else -1.0

    def is_title(self, text: Words) -> bool:
        """Whether a text is a declared title, but for a site's name or a few words."""
        return any(_same(text, title) for title in self.titles)

    def repeats_title(self, text: str) -> bool:
        """Whether a text is a declared title word for word, but for a site's name."""
        first = _TOKEN.search(text[:_READ].lower())
        if first is None or first[0] not in self.title_words:
            return False
        said = words(text)
        return any(_begins(said, title) for title in self.titles)

    def is_description(self, text: Words) -> bool:
        """Whether a text is a declared description, or begins as one does that was cut."""
        return any(
            _same(text, said) or (len(said) >= _CUT and text[: len(said) - 1] == said[:-1])
            for said in self.descriptions
        )


def words(text: str) -> Words:
    """Words in lower case; in scripts without spaces, characters. Punctuation is left out."""
    return tuple(_TOKEN.findall(text[:_READ].lower()))


def _strings(item: Mapping[str, object], *keys: str) -> list[str]:
    return [value for key in keys if isinstance(value := item.get(key), str)]


def _first(meta: Mapping[str, tuple[str, ...]], *keys: str) -> list[str]:
    return [value for key in keys for value in meta.get(key, ())[:1]]


def _unique(texts: Iterable[str | None]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(found for text in texts if text and (found := words(text))))


def _begins(text: Words, said: Words) -> bool:
    """Equal but for a site's name at either end; less than three words must be equal."""
    if text == said:
        return bool(text)
    if len(text) < 3 or len(text) >= len(said) or len(text) * 2 < len(said):
        return False
    return said[: len(text)] == text or said[-len(text) :] == text


def _same(text: Words, said: Words) -> bool:
    """As `_begins`, or equal but for a few words of four and more."""
    if _begins(text, said):
        return True
    one, other = set(text), set(said)
    return min(len(text), len(said)) > 3 and len(one & other) * 10 >= 8 * max(len(one), len(other))
