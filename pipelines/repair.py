"""Mends damaged text: mojibake, C1 controls, entities that were escaped too often, invisible characters, ligatures.

Clean typography is nobody's damage: quotes, dashes, widths and no-break spaces stay as written, and so do the ligatures
that are letters, such as œ; those of a typeface, such as ﬁ, come from print and hide the word from a search.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import ftfy
from ftfy.badness import is_bad

from pipelines import mojibake
from pipelines.records import PARAGRAPH_BREAK, Block, BlockKind, Repair
from pipelines.spaces import squeeze

_LINE_END: Final = re.compile("\r\n?|[\u2028\u2029]")
_ENTITY: Final = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_INVISIBLE: Final = re.compile(
    # Controls, terminal colours, byte order marks, interlinear marks; the breaks that only a layout needs.
    "\x1b\\[[0-9;]{0,10}[a-zA-Z]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]"
    # A zero-width space is spelling where words are written together: Thai, Lao, Burmese, Khmer.
    "|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
    # Joiners are spelling between letters of some scripts and in emoji, nowhere else.
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_SUSPECT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200d\u2060-\u206f\ufb00-\ufb06\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LIGATURE: Final = re.compile("(?<=[a-z])[\ufb00-\ufb06]+|[\ufb00-\ufb06]+(?=[a-z])")
"""Inside a word."""
_LIGATURE_ALONE: Final = re.compile("(?<![a-z\ufb00-\ufb06])[\ufb00-\ufb06]+(?![a-z\ufb00-\ufb06])")
"""It is what the text is about."""
"""What any damage but entities and mojibake has; one character class, so that clean text costs next to nothing."""
_UNFOLDED: Final = re.compile("[\xa0\x85]")
_SETTINGS: Final = ftfy.TextFixerConfig(explain=True)

_ROUNDS: Final = 8
"""Damage on damage: each round takes one layer; the bound is for hostile text."""
_MOST: Final = 200_000
"""Characters of odd lines of a text that are tried in every code page (1 to 2 s); a real text has a few thousand."""
_VAIN: Final = 200
"""What a line that stays odd counts beyond its length: no code page made an early end of it."""


def repair(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text mended, and what was mended, a `Repair` a line (offsets: see `records.Repair`).

    Line ends become `\\n` without a receipt. Raises: nothing. Idempotent.
    """
    if "\r" in text or "\u2028" in text or "\u2029" in text:
        text = _LINE_END.sub("\n", text)
    if not _damaged(text):
        return text, ()
    lines = text.split("\n")
    lines, repairs = _mend_all(lines, len("\n"), [True] * len(lines))
    return "\n".join(lines), repairs


def repair_blocks(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Repair, ...]]:
    """The blocks with their texts mended, a `Repair` a block, with offsets into the blocks' joined text.

    White space that was left as it was until now is folded. Raises: nothing.
    """
    texts = [block.text for block in blocks]
    joined = "\n".join(texts)
    if not _damaged(joined) and not _UNFOLDED.search(joined):
        return tuple(blocks), ()
    verbatim = [block.kind is BlockKind.PREFORMATTED for block in blocks]
    mended, repairs = _mend_all(texts, len(PARAGRAPH_BREAK), verbatim)
    blocks = [
        block if text == block.text else replace(block, text=text) for block, text in zip(blocks, mended, strict=True)
    ]
    return tuple(blocks), repairs


def _damaged(text: str) -> bool:
    if _SUSPECT.search(text) or _ENTITY.search(text):
        return True
    return not text.isascii() and mojibake.looks_odd(text)


def _mend_all(lines: Sequence[str], gap: int, verbatim: Sequence[bool]) -> tuple[list[str], tuple[Repair, ...]]:
    """The lines mended, with offsets as if `gap` characters stood between two of them.

    `verbatim` lines keep their white space.
    """
    mended: list[str] = []
    repairs: list[Repair] = []
    start, budget = 0, _MOST
    for line, is_verbatim in zip(lines, verbatim, strict=True):
        text, steps = line, list[str]()
        if _damaged(line):
            budget -= len(line)
            text, steps = _mend(line, thorough=budget >= 0)
            budget -= _VAIN * mojibake.looks_odd(text)
        text = text if is_verbatim else squeeze(text)
        if steps:
            repairs.append(Repair(start, line, text, ", ".join(steps)))
        mended.append(text)
        start += len(text) + gap
    return mended, tuple(repairs)


def _mend(line: str, thorough: bool) -> tuple[str, list[str]]:
    steps: list[str] = []
    for _ in range(_ROUNDS):
        text, step = _one_layer(line, thorough)
        if text == line:
            break
        line = text
        steps.append(step)
    return line, steps


def _one_layer(line: str, thorough: bool) -> tuple[str, str]:
    """The line with its outermost damage mended, and what that was; the line itself when there is none."""
    if "<" not in line and (text := _ENTITY.sub(_unescape, line)) != line:
        return text, "entities"
    if thorough and mojibake.looks_odd(line) and (better := _reread(line)):
        return better
    if (text := _INVISIBLE.sub("", line)) != line:
        return text, "invisible characters"
    if not _LIGATURE_ALONE.search(line) and (text := _LIGATURE.sub(_letters, line)) != line:
        return text, "ligatures"
    # ftfy reads C1 controls as windows-1252, which is what they were; five of them were nothing.
    text = re.sub("[\x81\x8d\x8f\x90\x9d]", "", ftfy.fixes.fix_c1_controls(line))
    if text != line:
        return text, "C1 controls"
    text = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, "surrogates"


def _letters(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match[0]).replace("\xa0", " ").replace("\n", " ")


def _reread(line: str) -> tuple[str, str] | None:
    """Mojibake undone: ftfy's answer and that of all code pages, the less odd one; ftfy's when it is a tie."""
    if mojibake.means_it(line):
        return None
    if whole := mojibake.undo_whole(line):
        return whole
    answers = [answer for answer in (_by_ftfy(line), mojibake.undo(line)) if answer]
    return min(answers, key=lambda answer: mojibake.oddness(answer[0]), default=None)


def _by_ftfy(line: str) -> tuple[str, str] | None:
    if not is_bad(line):
        return None
    text, plan = ftfy.fix_encoding_and_explain(line, _SETTINGS)
    pages = [argument.removeprefix("sloppy-") for action, argument in plan or () if action == "encode"]
    if text == line or mojibake.oddness(text) >= mojibake.oddness(line):
        return None
    return text, ", ".join(f"{page} > utf-8" for page in pages) or "ftfy"
