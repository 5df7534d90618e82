"""What repair brings back, and what it leaves alone: `python -m benchmarks.repair` prints a table.

Invented news lines (`news_lines.toml`) are written in UTF-8 and read in every single-byte code page of the WHATWG
Encoding Standard: once, and twice in every pair of them, where no byte is lost. A line counts when it comes back to
the letter. `open` lines are there to develop on; `held` ones, in other languages, are only ever measured. Clean lines
are the people's answers to the development pages (`--bench`): none may change.
"""

import argparse
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import ftfy
from ftfy.badness import is_bad

from benchmarks.pages import BENCH, read
from pipelines.repair import repair

LINES: Final = 200
PAIRS: Final = 10
"""Lines that are tried on each of the 729 pairs of code pages; `--all` tries all."""
PAGES: Final = (
    *("ibm866", *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)), "koi8-r", "koi8-u"),
    *("mac-roman", "cp874", *(f"cp{number}" for number in range(1250, 1259)), "mac-cyrillic"),
)
"""The encodings of https://encoding.spec.whatwg.org/#legacy-single-byte-encodings, as Python calls them. ISO-8859-8-I
has the bytes of ISO-8859-8."""
HOLES: Final = "cp874 with cp1252 in its holes"
_DIFFERENT: Final = {
    "koi8-u": {0xAE: "ў", 0xBE: "Ў"},
    "mac-cyrillic": {0xA2: "Ґ", 0xB6: "ґ"},
    "cp1255": {0xCA: "\u05ba"},
}
"""Where the standard's tables are not Python's."""
SETS: Final = ("fundus", "wcxb", "newspaper4k")
_DAMAGE: Final = re.compile("&[#a-zA-Z][a-zA-Z0-9]+;|[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200d\u2060-\u206f\ufeff]")


@cache
def table(page: str) -> tuple[str | None, ...]:
    """The characters of the bytes from 0x80; None where the page has none."""
    if page == HOLES:
        filled = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)]
        own = [bytes([byte]).decode("cp874", "ignore") for byte in range(0x80, 0x100)]
        return tuple(one or other for one, other in zip(own, filled, strict=True))
    different = _DIFFERENT.get(page, {})
    return tuple(
        different.get(byte) or bytes([byte]).decode(page, "ignore") or (chr(byte) if byte < 0xA0 else None)
        for byte in range(0x80, 0x100)
    )


def misread(text: str, page: str) -> str | None:
    """The text's UTF-8 read in a code page; None when that loses a byte, or when nothing comes of it."""
    known = table(page)
    read_as = [chr(byte) if byte < 0x80 else known[byte - 0x80] for byte in text.encode()]
    return None if text.isascii() or None in read_as else "".join(one for one in read_as if one)


def drawn(kind: str, count: int) -> list[str]:
    """That many lines, as many of each language, the same ones on each run."""
    languages = tomllib.loads(Path(__file__).with_name("news_lines.toml").read_text(encoding="utf-8"))[kind]
    chance = random.Random(866)  # noqa: S311  # the same lines on each run
    found = []
    for parts in languages.values():
        every = [f"{head} {tail}" for head in parts["heads"] for tail in parts["tails"]]
        found.append(chance.sample(every, min(len(every), -(-count // len(languages)))))
    return [line for row in zip(*found, strict=True) for line in row][:count]


def once(lines: Sequence[str], pages: Sequence[str] = PAGES) -> Iterator[tuple[str, str, str]]:
    """Every line in every page: page, line, damaged line."""
    for page in pages:
        for line in lines:
            if damaged := misread(line, page):
                yield page, line, damaged


def in_part(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Every line in every page, its first half clean, where both halves have characters beyond ASCII."""
    for page in PAGES:
        for line in lines:
            middle = line.rfind(" ", 0, len(line) // 2)
            damaged = misread(line[middle:], page) if middle > 0 and not line[:middle].isascii() else None
            if damaged:
                yield page, line, line[:middle] + damaged


def twice(lines: Sequence[str], each: int) -> Iterator[tuple[str, str, str]]:
    """Some lines in every pair of pages: pair, line, damaged line."""
    chance = random.Random(1252)  # noqa: S311  # the same lines on each run
    for first in PAGES:
        half = [(line, damaged) for line in lines if (damaged := misread(line, first))]
        for second in PAGES:
            whole = ((line, damaged) for line, between in half if (damaged := misread(between, second)))
            for line, damaged in _some(list(whole), each, chance):
                yield f"{first} > {second}", line, damaged


def _some(cases: list[tuple[str, str]], each: int, chance: random.Random) -> list[tuple[str, str]]:
    return chance.sample(cases, min(each, len(cases)))


def mended(text: str) -> str:
    return repair(text)[0]


def measure(name: str, cases: Sequence[tuple[str, str, str]], mend: Callable[[str], str], worst: int) -> None:
    """Print the share that comes back, and the pages where most does not."""
    failed = Counter(page for page, line, damaged in cases if mend(damaged) != line)
    tried = Counter(page for page, _, _ in cases)
    right = 1 - failed.total() / max(1, len(cases))
    print(f"{name:48} {len(cases):7,} cases {right:7.2%}")
    for page, count in failed.most_common(worst):
        print(f"    {page:44} {count:5} of {tried[page]} are lost")


def clean_lines(bench: Path) -> Iterator[str]:
    """The lines of the people's answers."""
    for name in SETS:
        for row in read(bench, name):
            for body in row.truth.get("text") or ():
                yield from (line for paragraph in body for line in paragraph.splitlines())


def damaged(line: str) -> bool:
    """Whether anybody would call it damaged: it holds entities, controls or invisible characters, or ftfy says so."""
    return bool(_DAMAGE.search(line)) or is_bad(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bench", type=Path, default=BENCH, help="the folder with the development pages")
    parser.add_argument("--worst", type=int, default=0, help="code pages to print that lose most")
    parser.add_argument("--all", action="store_true", help="every line in every pair of code pages (an hour)")
    parser.add_argument("--set", choices=("open", "held"), help="only these lines")
    given = parser.parse_args()
    for kind in [given.set] if given.set else ["open", "held"]:
        lines = drawn(kind, LINES)
        for name, cases in (
            ("once", list(once(lines))),
            (HOLES, list(once(lines, [HOLES]))),
            ("once, half of the line", list(in_part(lines))),
            ("twice", list(twice(lines, LINES if given.all else PAIRS))),
        ):
            measure(f"{kind}: {name}", cases, mended, given.worst)
            measure(f"{kind}: {name}, ftfy alone", cases, ftfy.fix_encoding, 0)
    if (given.bench / "pages").is_dir():
        lines = list(dict.fromkeys(clean_lines(given.bench)))
        clean = [line for line in lines if not damaged(line)]
        changed = [line for line in clean if mended(line) != line]
        print(f"clean lines changed: {len(changed)} of {len(clean):,} (and {len(lines) - len(clean)} are damaged)")
        for line in changed:
            print(f"    {line[:60]!r} -> {mended(line)[:60]!r}")


if __name__ == "__main__":
    main()
