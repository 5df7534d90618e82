"""Undoes UTF-8 that was read in a single-byte code page: `๐Ÿ’ก` was the bytes F0 9F 92 A1, 💡, read as windows-874.

ftfy does this for ten code pages of Western and Central European use. Here it is done for every single-byte code page
that Python knows: a line is turned back into bytes, stretches that are valid UTF-8 are decoded, and the result is
taken if it is less odd than what stood there. Clean text has nothing odd in it and is never touched, however many of
its characters happen to be valid UTF-8 in some code page.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Final

from pipelines.alphabets import strangeness
from pipelines.code_pages import CODE_PAGES, READINGS, Reading, characters, to_bytes, usual_name

# The letters and signs that high bytes turn into. Only what stands in these classes can be such damage.
_UPPER: Final = (
    "À-ÖØ-ÞŒŠŽŸ" + "".join(map(chr, range(0x100, 0x138, 2))) + "ĹĻĽĿŁŃŅŇŊŌŎŐŔŖŘŚŜŞŢŤŦŨŪŬŮŰŲŴŶŹŻ" + "ΆΈ-ΏΑ-ΫЀ-ЯҐ"
)
_LOWER: Final = "ß-öø-ÿœšž" + "".join(map(chr, range(0x101, 0x138, 2))) + "ĺļľŀłńņňŋōŏőŕŗřśŝşţťŧũūŭůűųŵŷźż" + "ΐά-ώа-џґ"
_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ƒȘ-ț"
# Letters and marks only: punctuation stands beside quotation marks in clean text.
_ARABIC: Final = (
    "\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ef\u06fa-\u06ff"
    "\ufb50-\ufbc1\ufbd3-\ufd3d\ufe70-\ufefc"
)
_SCRIPTS: Final = (_LATIN, "Ͱ-ϿΆ-Ώ", "Ѐ-ԯ", "\u0591-\u05f4\ufb1d-\ufb4f", _ARABIC, "\u0e01-\u0e5b")
_NOT_LATIN: Final = "".join(_SCRIPTS[1:])
_LETTER: Final = _LATIN + _NOT_LATIN
_HIGH_LETTER: Final = _LETTER.removeprefix("A-Za-z")
_SIGN: Final = "¢-©¬®-³µ¶¸¹¼-¾×÷ªºˆˇ˘-˝‚„†‡•‰€₠-₿™℗№Ω∂-⋿⌐⌠⌡■-◿ﬁﬂ¡¿"
_NEVER: Final = "\x80-\x84\x86-\x9f\ue000-\uf8ff\ufffd"
_BOX: Final = "─-▟"
_QUOTE: Final = "»«“”‹›„‚"

_MARK: Final = "–—‘’“”…·\xa0\xad"
_ASCII_MARK: Final = "\x00-@[-`{-\x7f"
_CALM: Final = "|".join(
    (
        "(?<=[ß-öø-ÿœšž])[\x00-\x7fß-öø-ÿœšž‘’…–—]",
        "(?<=[‘’“”…–—])[\x00-\x7f][\x00-\x7f]",
        *(f"(?<=[^a-zA-Z][{own}])[{own}{_ASCII_MARK}]" for own in ("ά-ώ", "а-я", *_SCRIPTS[3:])),
    )
)
"""Where nearly all characters beyond ASCII stand. None of what `_ODD` looks for can begin so: it is asked first."""
_ODD: Final = re.compile(
    # One character beyond ASCII, so that the search skips ASCII fast, and of scripts that are in no class here none;
    # then what may not stand before or after it.
    f"[^\x00-\x7f\u0700-\u0dff\u0e80-\u1fff\u2e80-\ud7ff](?!{_CALM})(?:"
    + "|".join(
        (
            f"(?<=[{_NEVER}])",
            f"(?<=[{_LETTER}{_SIGN}][{_BOX}])|(?<=[{_BOX}])(?=[{_LETTER}{_SIGN}])",
            f"(?<=[{_HIGH_LETTER}])(?=[{_SIGN}\x85])",
            f"(?<=[{_SIGN}])(?:(?=[{_HIGH_LETTER}])|(?=[{_SIGN}])(?![©®°•²³]))",
            f"(?<=[a-z{_LOWER}][{_UPPER}])",
            *(f"(?<=[{script}])(?![{script}])(?=[{_LETTER}])" for script in _SCRIPTS),
            f"(?<=[a-zA-Z][{_NOT_LATIN}])",
            f"(?<=[{_HIGH_LETTER}])(?=[{_QUOTE}][{_LETTER}])|(?<=[{_LETTER}][{_QUOTE}])(?=[{_HIGH_LETTER}])",
            # A capital such as Å before the rest of its word.
            f"(?<![{_LETTER}][{_NOT_LATIN}ĂĆ])(?<=[{_NOT_LATIN}ĂĆ])(?=[„…†‡‰‚][a-z])",
            # The first half of an emoji read as windows-1251.
            "(?<=р)(?=џ[^\\s\\w])",
            f"(?<=[–—‘’])(?=[{_LETTER}{_SIGN}‘’…][–—‘’])",
            f"(?<=[ÂÃ])(?=[{_MARK}«»‹›])",
            # Signs that clean text sets apart, when they stand for an accent's or a space's other half.
            f"(?<=[{_MARK}])(?=[¢-¦¨¬¯¸ƒˆˇ˘-˝†‡‰€])",
        )
    )
    + ")"
)
"""Neighbours that clean text doesn't have. What counts in a text is how many there are before and after a change."""

_PLAUSIBLE: Final = (
    "\x00-\x7f\xa0-\u017f\u0186\u0189\u018e-\u0190\u0192\u0194\u0198\u0199\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u01e6-\u01ed"
    "\u0218-\u021b\u0254\u0256\u0259\u025b\u02bb-\u02bd\u02c6-\u02dd\u0300-\u0304\u0306-\u030c\u0323\u0386-\u03ce"
    "\u0400-\u045f\u0490-\u04ff\u0531-\u058f\u05b0-\u05f4\u060c-\u06ff\u0900-\u0dff\u0e01-\u0e5b\u0e80-\u0edf\u0f00-\u109f"
    "\u10d0-\u10ff\u1200-\u137f\u1780-\u17ff\u1e02-\u1e9e\u1ea0-\u1ef9\u1f00-\u1fff\u200b-\u2027\u202a-\u202e\u202f-\u205e"
    "\u2070-\u209c\u20a0-\u20bf\u2100-\u22ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2b00-\u2bff\u3000-\u30ff\u3105-\u312f"
    "\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufb00-\ufb04\ufe0e\ufe0f\uff00-\uffef\U0001f000-\U0001faff\U00020000-\U0002ffff"
)
_IDEOGRAPH: Final = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0002ffff"
_FOREIGN: Final = "\u0250-\u1dff\u2190-\u2bff\u2c00-\udfff"
_UNLIKELY: Final = re.compile(
    f"[^{_PLAUSIBLE}]|[{_LATIN}](?=[{_FOREIGN}])|[{_FOREIGN}](?=[{_LATIN}])"
    f"|(?<=[{_HIGH_LETTER}])[{_IDEOGRAPH}]|[{_IDEOGRAPH}](?=[{_HIGH_LETTER}])"
)
"""Characters that no news text has, and ideographs glued to letters: what clean text decodes to by chance."""

_TAIL: Final = "[\x80-\xbf]"
# A no-break space inside such a stretch has often been folded to a space since.
_SPACE: Final = "(?:[\x80-\xbf]| (?=[\xc2-\xf4][\x80-\xbf]))"
_UTF8: Final = re.compile(
    f"(?:[\xc2-\xdf]{_SPACE}|\xe0[\xa0-\xbf]{_SPACE}|[\xe1-\xec\xee\xef]{_TAIL}{_SPACE}|\xed[\x80-\x9f]{_TAIL}"
    f"|\xf0[\x90-\xbf]{_TAIL}{{2}}|[\xf1-\xf3]{_TAIL}{{3}}|\xf4[\x80-\x8f]{_TAIL}{{2}})+"
)
"""Valid UTF-8 beyond ASCII (RFC 3629, section 4), the bytes written as the characters U+0080 to U+00FF."""

_DEEPEST: Final = 3
"""Wrong readings on one another that are followed back."""
_WIDEST: Final = 30
"""Texts of one depth that are followed further; nearly all lines have one to five."""
_NEAR: Final = 6
"""Words before what looks odd, and after it, that may be damaged too and don't look it."""
_CHANCE: Final = 2
"""Characters beyond ASCII that a line may decode to by chance."""

_QUOTED: Final = re.compile("[\"'`“„‘»«][^\x00-\x7f]{1,4}[\"'`”“’»«]")
_NOT_BOX: Final = re.compile(f"[^{_BOX}]")
_HIGH: Final = re.compile("[^\x00-\x7f]")
_HIGH_WORD: Final = re.compile("[^ ]*[^\x00-\x7f][^ ]*")
_ASCII: Final = re.compile("[\x00-\x7f]+")


def looks_odd(text: str) -> bool:
    """Whether anything in the text looks like such damage. Cheap."""
    return _ODD.search(text) is not None


def means_it(line: str) -> bool:
    """Whether all that looks odd stands in quotation marks by itself: a text about such damage."""
    return not looks_odd(_QUOTED.sub("", line))


def undo_whole(line: str) -> tuple[str, str] | None:
    """All readings undone of a line of which all is damaged that is not ASCII, or all from a word on or up to a word;
    and how, such as `windows-874 > utf-8`. None: it is no such line.

    That all high bytes of a stretch are UTF-8 by chance is out of the question, so every way back is followed, and the
    text taken that looks most like some language. Raises: nothing.
    """
    return next(filter(None, (_followed_back(line, start, end) for start, end in _stretches(line))), None)


def _stretches(line: str) -> Iterator[tuple[int, int]]:
    """What may be damaged throughout, the longest first: none when nothing looks odd."""
    odd = [match.start() for match in _ODD.finditer(line)]
    if not odd:
        return
    yield 0, len(line)
    words = [word.span() for word in _HIGH_WORD.finditer(line)]
    starts = [start for start, _ in words if start <= odd[0]][-_NEAR:]
    ends = [end for _, end in words if end > odd[-1]][:_NEAR]
    yield from ((start, len(line)) for start in starts if start)
    yield from ((0, end) for end in reversed(ends) if end < len(line))
    yield from ((start, ends[0]) for start in starts[-1:] if ends)


def _followed_back(line: str, start: int, end: int) -> tuple[str, str] | None:
    """The line with a stretch read as what it was, and how; None when there is no way back to a better text."""
    found: dict[str, tuple[Reading, ...]] = {}
    level: dict[str, tuple[Reading, ...]] = {line[start:end]: ()}
    for _ in range(_DEEPEST):
        before, level = level, {}
        for text, steps in _one_back(before):
            if text not in found and text != line[start:end]:
                found[text] = level[text] = steps
    odd = oddness(line)
    best: tuple[float, str, str] | None = None
    for text, steps in found.items():
        whole = line[:start] + text + line[end:]
        left = oddness(whole)
        cost = 8 * left + strangeness(whole) + sum(step.doubt for step in steps)
        sure = left < odd or len(_ASCII.sub("", text)) > _CHANCE
        if sure and (best is None or cost < best[0]):
            best = cost, whole, ", ".join(f"{usual_name(step.page)} > utf-8" for step in steps)
    return best and best[1:]


def _one_back(level: Mapping[str, tuple[Reading, ...]]) -> Iterator[tuple[str, tuple[Reading, ...]]]:
    """What the texts were before they were read in a code page, with the steps that lead there."""
    for text, steps in islice(level.items(), _WIDEST):
        high = set(_ASCII.sub("", text))
        for reading in READINGS:
            if high and high <= reading.characters:
                with suppress(UnicodeDecodeError):
                    yield text.translate(reading.table).encode("latin-1").decode("utf-8"), (*steps, reading)


def undo(line: str) -> tuple[str, str] | None:
    """One reading undone where only stretches of the line are damaged, or something was lost: the line as the likeliest
    code page leaves it, and how; None: leave it.

    Text that was read wrongly twice needs two calls. Raises: nothing.
    """
    if not looks_odd(line):
        return None
    high = set(_ASCII.sub("", line))
    odd_before = oddness(line)
    # What there can be of UTF-8, and a little more: a tenth of a line is seen faster than all of it.
    outline = _ASCII.sub(" ", line)
    best: tuple[int, str, str] | None = None
    for page in CODE_PAGES:
        if best and best[0] == 0:
            break
        if 2 * len(high - characters(page)) > len(high):
            continue
        left, sequences = _UTF8.subn("", outline.translate(to_bytes(page)))
        # What stays beyond ASCII counts against a page.
        if not sequences or (best and len(_ASCII.sub("", left)) >= best[0]):
            continue
        text, untouched, sequences = _reread(line, page)
        odd = oddness(text)
        # A whole line that is UTF-8 of several characters is no chance, even when what it decodes to is damaged too.
        if sequences and (odd < odd_before or (not untouched and sequences > 2)):
            score = min(2 * odd + untouched, _score_again(text, page) if odd else 2 * odd_before)
            if best is None or score < best[0]:
                best = score, text, page
    return best and (best[1], f"{usual_name(best[2])} > utf-8")


def _score_again(text: str, page: str) -> int:
    """How good the text is after another reading in the same code page: who reads wrongly does it every time."""
    again, untouched, _ = _reread(text, page)
    return 2 * oddness(again) + untouched + 1


def oddness(text: str) -> int:
    """How many things in the text look like damage."""
    return sum(1 for _ in _ODD.finditer(text)) + 2 * sum(1 for _ in _UNLIKELY.finditer(text))


def _reread(line: str, page: str) -> tuple[str, int, int]:
    """The line with what is UTF-8 in this code page decoded, where that makes it no odder.

    With it how many characters beyond ASCII were left as they are, and how many were decoded.
    """
    as_bytes = line.translate(to_bytes(page))
    pieces, position, sequences = [], 0, 0
    untouched = len(_ASCII.sub("", line))
    whole = untouched > 2 and not _HIGH.search(_UTF8.sub("", as_bytes))
    for match in _UTF8.finditer(as_bytes):
        start, end = match.span()
        decoded = match[0].replace(" ", "\xa0").encode("latin-1").decode("utf-8")
        before, after = line[max(0, start - 1) : start], line[end : end + 1]
        odd = oddness(before + line[start:end] + after)
        if not odd and not _NOT_BOX.search(line, start, end):
            continue  # a frame drawn around a table
        if whole or oddness(before + decoded + after) <= odd:
            pieces += [line[position:start], decoded]
            position = end
            sequences += len(decoded)
            untouched -= end - start
    return "".join([*pieces, line[position:]]), untouched, sequences
