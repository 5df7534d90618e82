"""The single-byte code pages in which UTF-8 has been misread, as tables from a character back to its byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

CODE_PAGES: Final = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *(f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *("koi8_r", "koi8_u", "cp866", "mac_roman", "mac_cyrillic"),
    *("mac_greek", "mac_latin2", "mac_iceland", "mac_turkish", "mac_croatian", "mac_romanian"),
    *("koi8_t", "cp437", "cp850", "cp852", "cp855", "cp858", "cp737", "cp775", "cp857"),
    *("cp720", "cp860", "cp861", "cp862", "cp863", "cp864", "cp865", "cp869", "cp1125", "cp1006"),
    *("hp_roman8", "kz1048", "ptcp154", "mac_arabic", "mac_farsi"),
)
"""As Python calls them, the likelier first: of two that give an equally good text, the first is named."""
_STANDARD: Final = frozenset(CODE_PAGES[: CODE_PAGES.index("mac_greek")]) - {"iso8859_1", "iso8859_9", "iso8859_11"}
"""The single-byte encodings of the WHATWG Encoding Standard, which is what browsers read. The three that are left out
are other names for windows-1252, windows-1254 and windows-874 there."""
_DIFFERENT: Final[Mapping[str, Mapping[str, int]]] = {
    "koi8_u": {"ў": 0xAE, "Ў": 0xBE},
    "mac_cyrillic": {"Ґ": 0xA2, "ґ": 0xB6},
    "cp1255": {"\u05ba": 0xCA},
}
"""What the standard has that Python has not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read bytes in a code page."""

    page: str
    table: Mapping[int, int]
    """For `str.translate`: each character that a byte from 0x80 is read as -> that byte; ASCII stays."""
    characters: frozenset[str]
    """The characters of the bytes from 0x80."""
    doubt: float
    """How unlikely it is, 0.1 to 0.5: less than a common word of a language says, more than a letter's rank."""


def _readings() -> tuple[Reading, ...]:
    """Every way in which a code page is read, the same table once.

    Rare is what neither browsers do, nor who fills the holes of windows-874 with windows-1252.
    """
    found: dict[frozenset[tuple[str, int]], Reading] = {}
    for filler in ("", "cp1252"):
        for page in CODE_PAGES:
            own = _own(page) if filler or page not in _STANDARD else _own(page) | dict(_DIFFERENT.get(page, {}))
            taken = set(own.values())
            holes = [byte for byte in range(0x80, 0x100) if byte not in taken and (filler or byte < 0xA0)]
            own |= {_filled(byte, filler): byte for byte in holes if _filled(byte, filler) not in own}
            table = {ord(character): byte for character, byte in own.items()}
            rare = page != "cp874" if filler else page not in _STANDARD
            doubt = 0.1 + 0.1 * CODE_PAGES.index(page) / len(CODE_PAGES) + 0.3 * rare
            found.setdefault(frozenset(own.items()), Reading(page, table, frozenset(own), doubt))
    return tuple(found.values())


def _own(page: str) -> dict[str, int]:
    return {character: byte for byte in range(0xFF, 0x7F, -1) if (character := bytes([byte]).decode(page, "ignore"))}


def _filled(byte: int, filler: str) -> str:
    """What a hole of a code page is read as."""
    return (bytes([byte]).decode(filler, "ignore") if filler else "") or chr(byte)


READINGS: Final = _readings()


@cache
def to_bytes(page: str) -> dict[int, int]:
    """For `str.translate`: each character that a byte may be read as in any way -> that byte; the rest out of the way.

    Readers fill a code page's holes with the control character or with windows-1252.
    """
    table = _Elsewhere()
    own = [bytes([byte]).decode(page, "ignore") for byte in range(0x80, 0x100)]
    for byte, character in enumerate(own, 0x80):
        if character:
            table.setdefault(ord(character), byte)
    for filler in ("latin-1", "cp1252"):
        for byte, character in enumerate(own, 0x80):
            other = bytes([byte]).decode(filler, "ignore") if not character or "\x80" <= character <= "\x9f" else ""
            if other:
                table.setdefault(ord(other), byte)
    return table


@cache
def characters(page: str) -> frozenset[str]:
    """The characters that `to_bytes` knows."""
    return frozenset(map(chr, to_bytes(page)))


def usual_name(page: str) -> str:
    """What people call it, such as `windows-1252` for `cp1252`."""
    if page[:4] == "cp12" or page == "cp874":
        return f"windows-{page[2:]}"
    return page.replace("iso8859", "iso-8859").replace("_", "-")


class _Elsewhere(dict[int, int]):
    """Characters that the code page doesn't have become one that no byte is."""

    def __missing__(self, key: int) -> int:
        return key if key < 0x80 else 0xFFFF
