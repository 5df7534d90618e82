"""Undoes UTF-8 that was read in a single-byte code page: `๐Ÿ’ก` was the bytes F0 9F 92 A1, 💡, read as windows-874.

ftfy does this for ten code pages of Western and Central European use. Here it is done for every single-byte code page
that Python knows: a line is turned back into bytes, stretches that are valid UTF-8 are decoded, and the result is
taken if it is less odd than what stood there. Clean text has nothing odd in it and is never touched, however many of
its characters happen to be valid UTF-8 in some code page.
"""

import re
from functools import cache
from typing import Final

CODE_PAGES: Final = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *(f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(
        "mac_roman",
        "mac_cyrillic",
        "mac_greek",
        "mac_latin2",
        "mac_iceland",
        "mac_turkish",
        "mac_croatian",
        "mac_romanian",
    ),
    *("koi8_r", "koi8_u", "koi8_t", "cp437", "cp850", "cp852", "cp855", "cp866", "cp858", "cp737", "cp775", "cp857"),
    *("cp720", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp869", "cp1125", "cp1006"),
    *("hp_roman8", "kz1048", "ptcp154", "mac_arabic", "mac_farsi"),
)
"""The likelier first: of two that give an equally good text, the first is named."""

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

_QUOTED: Final = re.compile("[\"'`“„‘»«][^\x00-\x7f]{1,4}[\"'`”“’»«]")
_NOT_BOX: Final = re.compile(f"[^{_BOX}]")
_HIGH: Final = re.compile("[^\x00-\x7f]")
_ASCII: Final = re.compile("[\x00-\x7f]+")


def looks_odd(text: str) -> bool:
    """Whether anything in the text looks like such damage. Cheap."""
    return _ODD.search(text) is not None


def means_it(line: str) -> bool:
    """Whether all that looks odd stands in quotation marks by itself: a text about such damage."""
    return not looks_odd(_QUOTED.sub("", line))


def undo(line: str) -> tuple[str, str] | None:
    """One reading undone: the line as the likeliest code page leaves it, and how, such as
    `windows-874 > utf-8`; None: leave it.

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
        if 2 * len(high - _characters(page)) > len(high):
            continue
        left, sequences = _UTF8.subn("", outline.translate(_to_bytes(page)))
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
    return best and (best[1], f"{_usual_name(best[2])} > utf-8")


def _score_again(text: str, page: str) -> int:
    """How good the text is after another reading in the same code page: who reads wrongly does it every time."""
    again, untouched, _ = _reread(text, page)
    return 2 * oddness(again) + untouched + 1


def _usual_name(page: str) -> str:
    return re.sub("^cp(?=125|874)", "windows-", page).replace("iso8859", "iso-8859").replace("_", "-")


def oddness(text: str) -> int:
    """How many things in the text look like damage."""
    return sum(1 for _ in _ODD.finditer(text)) + 2 * sum(1 for _ in _UNLIKELY.finditer(text))


def _reread(line: str, page: str) -> tuple[str, int, int]:
    """The line with what is UTF-8 in this code page decoded, where that makes it no odder.

    With it how many characters beyond ASCII were left as they are, and how many were decoded.
    """
    as_bytes = line.translate(_to_bytes(page))
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


@cache
def _to_bytes(page: str) -> dict[int, int]:
    """For `str.translate`: each character that a byte from 0x80 is read as -> that byte; the rest out of the way."""
    table = _Elsewhere()
    own = [bytes([byte]).decode(page, "ignore") for byte in range(0x80, 0x100)]
    for byte, character in enumerate(own, 0x80):
        if character:
            table.setdefault(ord(character), byte)
    # Readers fill a code page's holes with the control character (WHATWG Encoding) or with windows-1252.
    for filler in ("latin-1", "cp1252"):
        for byte, character in enumerate(own, 0x80):
            for other in (
                bytes([byte]).decode(filler, "ignore") if not character or "\x80" <= character <= "\x9f" else ""
            ):
                table.setdefault(ord(other), byte)
    return table


@cache
def _characters(page: str) -> frozenset[str]:
    return frozenset(map(chr, _to_bytes(page)))


class _Elsewhere(dict[int, int]):
    """Characters that the code page doesn't have become one that no byte is."""

    def __missing__(self, key: int) -> int:
        return key if key < 0x80 else 0xFFFF
