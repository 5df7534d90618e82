"""Bytes to text, with the evidence for the character encoding."""

import codecs
import re
from dataclasses import dataclass

from bs4.dammit import EncodingDetector

MAX_DECLARATION = 4096
"""Bytes in which a page's own declaration is looked for. HTML asks for 1024; pages with much before it are common."""
MAX_GUESS = 65536
"""Bytes that a guess looks at."""

# Labels as browsers read them, https://encoding.spec.whatwg.org/#names-and-labels: many old names mean a superset.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "windows-874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "windows-1250": "cp1250 windows-1250 x-cp1250",
    "windows-1251": "cp1251 windows-1251 x-cp1251",
    "windows-1252": "ansi_x3.4-1968 ascii us-ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
    "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 latin-1 windows-1252 x-cp1252 ansi",
    "windows-1253": "cp1253 windows-1253 x-cp1253",
    "windows-1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
    "windows-1254 x-cp1254",
    "windows-1255": "cp1255 windows-1255 x-cp1255",
    "windows-1256": "cp1256 windows-1256 x-cp1256",
    "windows-1257": "cp1257 windows-1257 x-cp1257",
    "windows-1258": "cp1258 windows-1258 x-cp1258",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso-8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso-8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
    "iso_8859-7:1987 sun_eu_greek",
    "iso-8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
    "iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "ibm866": "866 cp866 csibm866 ibm866",
    "macintosh": "csmacintosh mac macintosh x-mac-roman",
    "x-mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "gb18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk cp936",
    "big5": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp eucjp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "shift_jis": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932",
    "euc-kr": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
    "windows-949 euckr",
    "utf-16be": "unicodefffe utf-16be",
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_NAMES = {label: name for name, labels in _LABELS.items() for label in labels.split()}

# Python's codec where its name differs from the WHATWG's, or where a superset reads what browsers read.
_CODECS = {
    "windows-874": "cp874",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ibm866": "cp866",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16le"), (codecs.BOM_UTF16_BE, "utf-16be"))

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")

# A guess: the letters that running text in each code page is full of. The first of equals wins.
_LATIN = {
    "windows-1252": "äöüßéèàçêîôœùæøåñíóúáãõâëïÄÖÜÉÅØ«»“”’–„",
    "windows-1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđĄĆĘŁŚŻŹČŘŠŽ„”–",
    "windows-1254": "ığşçöüİĞŞâî",
}
_OTHER_SCRIPTS = {
    "windows-1251": "абвгдежзийклмнопрстуфхцчшщыьэюяіїєґ",
    "koi8-r": "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "windows-1253": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ",
    "windows-1255": "אבגדהוזחטיכלמנסעפצקרשתםןףץך",
    "windows-1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةأإآىئ",
    "windows-874": "กขคงจชซดตถทนบปผพมยรลวสหอฮะัาำิีึืุูเแโใไ่้์",
}
# Strict codec to try, what common text in it is made of, and the least share of the non-ASCII characters that this is.
_EAST_ASIAN = (
    ("shift_jis", "shift_jis", re.compile(r"[\u3041-\u30fe]"), 0.25),
    ("euc_jp", "euc-jp", re.compile(r"[\u3041-\u30fe]"), 0.25),
    ("euc_kr", "euc-kr", re.compile(r"[\uac00-\ud7a3]"), 0.8),
    ("gb2312", "gb18030", re.compile("[的一是不了在人有国中年大和为上个月日这以会到对，。、]"), 0.1),
    ("big5", "big5", re.compile("[的一是不了在人有國中年大和為上個月日這以會到對，。、]"), 0.1),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text and how it was read."""

    text: str
    """Without a byte order mark and without NUL characters, which HTML parsers stumble over."""
    encoding: str
    """The WHATWG name in lower case, such as `utf-8` or `windows-1252`."""
    evidence: str
    """What decided: `bom`, `known`, `valid utf-8`, `header`, `meta`, `guess` or, for pure ASCII, `default`."""
    utf8: bytes
    """The text in UTF-8, as parsers take it."""
    unread: int
    """Characters that could not be read."""


def decode(body: bytes, content_type: str | None, known: str | None) -> Decoded:
    """A page's text.

    `content_type` is the HTTP header, `known` an encoding that outranks what the page says of itself (None in a crawl).
    The order of the evidence: byte order mark, `known`, bytes that are valid UTF-8 (which other text hardly ever is by
    accident), the header, the page's own declaration, a guess. What the encoding can't read becomes U+FFFD.

    Raises: nothing.
    """
    for mark, marked in _BOMS:
        if body.startswith(mark):
            return _read(body[len(mark) :], marked, "bom")
    if known and (named := label(known)):
        return _read(body, named, "known")
    ascii_only = body.isascii()
    if not ascii_only and (decoded := _valid_utf8(body, "valid utf-8")):
        return decoded
    for name, evidence in _declared(body, content_type):
        if name != "utf-8" or ascii_only or _mostly_utf8(body):
            return _read(body, name, evidence)
    if ascii_only:
        return _read(body, "utf-8", "default")
    return _read(body, "utf-8" if _mostly_utf8(body) else _guess(body), "guess")


def label(text: str) -> str | None:
    """The encoding that a label means to browsers, None for an unknown one. Raises: nothing."""
    return _NAMES.get(text.strip().lower())


def _read(body: bytes, name: str, evidence: str) -> Decoded:
    if name == "utf-8" and (decoded := _valid_utf8(body, evidence)):
        return decoded
    text = body.decode(_CODECS.get(name, name), "replace").replace("\0", "")
    return Decoded(text, name, evidence, text.encode(), text.count("\ufffd"))


def _valid_utf8(body: bytes, evidence: str) -> Decoded | None:
    """None for bytes that are not valid UTF-8 to the end, or up to a last character that was cut."""
    if b"\0" in body:
        body = body.replace(b"\0", b"")
    try:
        return Decoded(body.decode(), "utf-8", evidence, body, 0)
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        text = body.decode("utf-8", "replace")
        return Decoded(text, "utf-8", evidence, text.encode(), 1)


def _mostly_utf8(body: bytes) -> bool:
    """Whether damaged UTF-8 explains the bytes better than another encoding does.

    In text of other encodings about a tenth of the non-ASCII bytes form UTF-8 sequences by accident.
    """
    runs = b"".join(_NON_ASCII_RUN.findall(body[: MAX_GUESS * 4]))
    return len(_MULTIBYTE.sub(b"", runs)) < len(runs) / 4


def _declared(body: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """What the header and the page name, in order of weight."""
    found = []
    match = _CHARSET.search((content_type or "")[:MAX_DECLARATION])
    if match and (name := label(match[1])):
        found.append((name, "header"))
    declared = EncodingDetector.find_declared_encoding(
        body[:MAX_DECLARATION], is_html=True, search_entire_document=True
    )
    if declared and (name := label(declared)):
        # a page whose declaration can be read is not in UTF-16, whatever the declaration says (HTML, "prescan")
        found.append(("utf-8" if name.startswith("utf-16") else name, "meta"))
    return found


def _guess(body: bytes) -> str:
    """The code page that makes the most plausible letters of the bytes."""
    piece = body[:MAX_GUESS] if not body[:MAX_GUESS].isascii() else body[-MAX_GUESS:]
    runs = _NON_ASCII_RUN.findall(piece)
    for codec, name, common, share in _EAST_ASIAN:
        foreign = re.sub(r"[\x00-\x7f]+", "", piece.decode(codec, "replace"))
        if foreign.count("\ufffd") < 0.05 * len(foreign) and len(common.findall(foreign)) > share * len(foreign):
            return name
    # letters outside ASCII stand alone in Latin scripts and make up whole words in the others
    words = len(runs) > 2 and sum(map(len, runs)) > 2.5 * len(runs)
    frequent = _OTHER_SCRIPTS if words else _LATIN
    joined = b" ".join(runs)
    scores = {
        name: sum(map(joined.decode(_CODECS.get(name, name), "replace").count, letters))
        for name, letters in frequent.items()
    }
    return max(scores, key=scores.__getitem__)
