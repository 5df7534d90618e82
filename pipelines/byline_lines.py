"""Which lines of a page sign its article."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

import lxml.html

from pipelines.blocks import TextBlock
from pipelines.byline_text import (
    CASELESS,
    NAME_WORD,
    SMALL_WORDS,
    is_by_alone,
    is_label,
    may_sign,
    read_line,
    speaks_of_others,
)
from pipelines.names import MAX_BYLINE, MAX_NAMES, is_agency, is_desk, is_house, looks_like_person, split
from pipelines.records import BlockKind
from pipelines.structured import FIELD_NAMES, plain
from pipelines.vicinity import Line, Vicinity, called

# A logistic model of "this line's names are the article's authors", fitted on 1,160 development pages of 1,000 sites
# and rounded; in cross-validation by site its first choice is right on 758 of the 830 pages that print their authors.
_BIAS = -1.8
_BY = 2.0
_NAMED = 2.6
"""The element or one around it is called a byline."""
_PEOPLE = 1.0
"""For the shape of people's names, which a script without capitals doesn't show."""
_DATED = 1.4
_SHARE = 0.85
"""For a line that is nothing but names; less for a smaller share."""
_PLAIN = 0.75
"""For nothing but people's names within `_CLOSE` lines below the headline."""
_LEAD = 1.4
"""For nothing but people's names right before running text."""
_ABOVE = -1.1
"""For a line above the headline."""
_DOUBLED = -0.93
"""Each time that the distance from the headline doubles, up to `_FAR`."""
_COMMON = -2.15
"""When a word of the name stands in the page's text in small letters, as a noun's or a verb does."""
_CLOSE, _FAR = 3, 20
"""Lines."""
_ENOUGH = -0.5
"""Of the pages whose best line scores more, 86 % are signed by it."""
_ENOUGH_BELOW = -1.5
"""As `_ENOUGH`, for boxes about the author and lines at the end: 75 %."""
SURE = 1.0
"""A line that scores more is right on nine pages of ten."""
_CERTAIN = 2.5
"""No further lines are read after one that scores as much."""

_HREF = 300
"""Characters of an address that are looked at."""
_HANDLE = 30
"""Characters of a pen name that stands alone in a byline's element."""
_TEXT = 100
"""Size of a paragraph of running text, as `prose.prose_size` counts it."""
_ALONE = 60
"""Characters of the longest signature that is a paragraph of its own."""
_MOST = 0.75
"""Share of such a paragraph that is names; the rest divides them."""
_BODY = 0.25
"""Share of the page's running text that the element of its body holds. Of 1,775 development pages it takes the name
from three, all of them no authors'."""
_LONE = 0.9
"""Share of a line that is nothing but names."""
_BYLINE = called(FIELD_NAMES["tokens"]["byline"])
_DATE = re.compile(r"\d{1,2}\D{1,12}\d{2,4}|\d{4}")
_AUTHOR_HREF = re.compile(
    r"(?<!/)/(?:authors?|autor(?:en|es|in|zy)?|auteurs?|autore|autori|forfatter|skribent|by|byline|people|person|profiles?|"
    r"staff|team|contributors?|columnists?|reporters?|journalists?|journalisten?|redaktion|redaktor|writers?|editors?|"
    r"firma|firmas|yazar|yazarlar|penulis|avtor|kirjoittaja|users?|members?|experts?|toireporter)(?:[/.?_-]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Signature:
    """The line that signs an article."""

    names: tuple[str, ...]
    by: bool
    """Whether a word for "by" stands before them."""
    score: float
    line: Line


def find_signature(tree: lxml.html.HtmlElement, vicinity: Vicinity, site_names: frozenset[str]) -> Signature | None:
    """The line near the headline, or failing that further down, that names the authors. None where none does.

    Raises: nothing.
    """
    best = _best(_near(vicinity), vicinity, _ENOUGH) or _best(_below(vicinity), vicinity, _ENOUGH_BELOW)
    if best is None or all(is_house(name, site_names) for name in best.names):
        best = _alone(vicinity) or best
    if best is None:
        return None
    text, names = best.line.text, best.names
    if best.line.block.link_chars and (sum(map(len, names)) < _LONE * len(text) or any(map(_is_long, names))):
        names = _linked(tree, best)
    names = tuple(dict.fromkeys((*names, *_following(best, vicinity.lines))))[:MAX_NAMES]
    return Signature(names, best.by, best.score, best.line)


def _best(found: Iterator[Signature], vicinity: Vicinity, limit: float) -> Signature | None:
    best = None
    for signature in found:
        if signature.score <= limit:
            continue
        score = signature.score + _COMMON * _is_common(signature.names, vicinity.prose)
        if score > limit:
            best, limit = Signature(signature.names, signature.by, score, signature.line), score
            if score > _CERTAIN:
                break
    return best


def _near(vicinity: Vicinity) -> Iterator[Signature]:
    lines = vicinity.lines
    for number, line in sorted(enumerate(lines), key=lambda entry: abs(entry[1].distance)):
        distance = abs(line.distance)
        if distance > _FAR:
            return
        after_by = line.distance > 1 and is_by_alone(lines[number - 1].text)
        named = line.is_called(_BYLINE)
        if named or after_by or distance <= _CLOSE or may_sign(line.text):
            yield from _read(line, named=named, after_by=after_by, blocks=vicinity.blocks)


def _below(vicinity: Vicinity) -> Iterator[Signature]:
    """Boxes about the author and lines at the end, far from the headline: only what names people is believed."""
    for line in vicinity.below:
        named = line.is_called(_BYLINE)
        if named or may_sign(line.text):
            for signature in _read(line, named=named, after_by=False, blocks=vicinity.blocks):
                if all(map(looks_like_person, signature.names)):
                    yield signature


def _read(line: Line, *, named: bool, after_by: bool, blocks: Sequence[TextBlock]) -> Iterator[Signature]:
    """What a line signs, scored."""
    text = line.text
    printed = read_line(text, by=after_by)
    names, share = printed.names, printed.share
    if not names and named and len(text) <= _HANDLE and text.count(" ") < 2 and not is_by_alone(text):
        names, share = tuple(split(text)[:1]), 1.0
    if not names:
        return
    people = all(looks_like_person(name) and not CASELESS.search(name) for name in names)
    score = _BIAS + _BY * printed.by + _NAMED * named + _PEOPLE * people + _SHARE * share
    score += _DOUBLED * log2(1 + min(abs(line.distance), _FAR)) + _ABOVE * (line.distance < 0)
    score += _DATED * (_DATE.search(text) is not None)
    if people and share > _LONE:
        score += _LEAD * _leads(line.block, blocks)
        score += _PLAIN * (0 < line.distance <= _CLOSE and line.block.kind is not BlockKind.HEADING)
    yield Signature(names, printed.by, score, line)


def _leads(block: TextBlock, blocks: Sequence[TextBlock]) -> bool:
    """Whether a paragraph stands right before running text."""
    following = blocks[block.index + 1] if block.index + 1 < len(blocks) else None
    return block.kind is BlockKind.PARAGRAPH and following is not None and following.prose > 0


def _alone(vicinity: Vicinity) -> Signature | None:
    """The paragraph before or after the text when it is nothing but names ("Jane Doe", "dpa / Post")."""
    lines = (*vicinity.after, *vicinity.below)
    first = next((line for line in lines if _beside(line.block, vicinity.blocks, 1)), None)
    last = next((line for line in reversed(lines) if _beside(line.block, vicinity.blocks, -1)), None)
    for line, follows in ((first, False), (last, True)):
        if line is None or len(line.text) > _ALONE or speaks_of_others(line.text) or is_label(line.text):
            continue
        names = tuple(split(line.text))
        signed = any(_signs(name, vicinity.prose) for name in names) and all(name[0].isupper() for name in names)
        if signed and sum(map(len, names)) > _MOST * len(line.text) and _is_end(line.block, vicinity.blocks, follows):
            return Signature(names, False, 0.0, line)
    return None


def _beside(block: TextBlock, blocks: Sequence[TextBlock], step: int) -> bool:
    """Whether a short paragraph stands right before (1) or after (-1) one of running text."""
    place = block.index + step
    text = blocks[place] if 0 <= place < len(blocks) else block
    siblings = block.node.parent is text.node.parent and block.node.tag == text.node.tag
    return siblings and text.prose > _TEXT and not block.prose and block.kind is BlockKind.PARAGRAPH


def _is_end(block: TextBlock, blocks: Sequence[TextBlock], follows: bool) -> bool:
    """Whether nearly all text of a block's element, which is the article's body, stands before it (`follows`) or after.

    The name above a reader's comment stands right before text, too, but before little of the page's.
    """
    parent = block.node.parent
    inside = blocks[parent.first : parent.end] if parent else ()
    beyond = sum(
        other.prose for other in inside if other.index != block.index and (other.index > block.index) == follows
    )
    return beyond * 4 < sum(other.prose for other in inside) > _BODY * sum(other.prose for other in blocks)


def _signs(name: str, prose: str) -> bool:
    if is_desk(name):
        return "-" in name  # "IN-Redaktion", not "Redaktion"
    return is_agency(name) or (looks_like_person(name) and not _is_common((name,), prose))


def _is_common(names: tuple[str, ...], prose: str) -> bool:
    """Whether a word of the names also stands in the text in small letters."""
    words = {word.lower() for name in names for word in NAME_WORD.findall(name) if word[:1].isupper() and len(word) > 1}
    return any(_holds(prose, word) for word in words - SMALL_WORDS)


def _holds(prose: str, word: str) -> bool:
    """Whether a text has a word in it after a space."""
    place = prose.find(f" {word}")
    while place >= 0:
        end = place + 1 + len(word)
        if not prose[end : end + 1].isalpha():
            return True
        place = prose.find(f" {word}", end)
    return False


def _is_long(name: str) -> bool:
    """Whether a name may be those of two people."""
    return name.count(" ") > 1


def _linked(tree: lxml.html.HtmlElement, signature: Signature) -> tuple[str, ...]:
    """The names as the links of the line have them, which tell where one ends and the next begins."""
    text = signature.line.text
    found: list[str] = []
    for link in tree.iter("a"):
        if (link.text or "").strip() not in text:
            continue  # most of a page's links: nothing more is asked of them
        if link.get("rel") == "author" or _AUTHOR_HREF.search((link.get("href") or "")[:_HREF]):
            name = plain(link.text_content()[:MAX_BYLINE])
            if name and name in text and name not in found:
                found.append(name)
    names = tuple(name for linked in found for name in split(linked) if looks_like_person(name) or is_agency(name))
    return names or signature.names


def _following(signature: Signature, lines: tuple[Line, ...]) -> Iterator[str]:
    """People on the next lines of a list of authors."""
    first = signature.line
    if not first.is_called(_BYLINE):
        return
    for line in lines:
        if line.distance > first.distance > 0:
            same = line.block.node.tag == first.block.node.tag and line.block.node.names is first.block.node.names
            printed = read_line(line.text)
            if not same or printed.share < _LONE or not all(map(looks_like_person, printed.names)):
                return
            yield from printed.names
