"""Bytes become text by the best evidence, whatever the page says."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.decode import decode, label

POLISH = "Zażółć gęślą jaźń, proszę państwa"


@pytest.mark.parametrize(
    ("body", "header", "known", "encoding", "evidence"),
    [
        (codecs.BOM_UTF8 + "æ".encode(), "text/html; charset=iso-8859-1", None, "utf-8", "bom"),
        (codecs.BOM_UTF16_LE + "æ".encode("utf-16-le"), None, None, "utf-16le", "bom"),
        ("æ".encode("iso-8859-5", "replace"), None, "iso-8859-5", "iso-8859-5", "known"),
        ("smørrebrød".encode(), "text/html; charset=ISO-8859-1", None, "utf-8", "valid utf-8"),
        ("smørrebrød".encode("latin-1"), "text/html; charset=ISO-8859-1", None, "windows-1252", "header"),
        (POLISH.encode("iso-8859-2"), "text/html; charset=iso-8859-2", None, "iso-8859-2", "header"),
        (b'<meta charset="windows-1250">' + POLISH.encode("cp1250"), None, None, "windows-1250", "meta"),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">' + "镕".encode("gbk"),
            None,
            None,
            "gb18030",
            "meta",
        ),
        (b'<?xml version="1.0" encoding="koi8-r"?>' + "мир".encode("koi8-r"), None, None, "koi8-r", "meta"),
        (b"plain", None, None, "utf-8", "default"),
        (b"plain", "text/html; charset=us-ascii", None, "windows-1252", "header"),
        (b'<meta charset="utf-16">plain', None, None, "utf-8", "meta"),
        (b"plain", "text/html; charset=no-such-thing", None, "utf-8", "default"),
    ],
)
def test_the_order_of_the_evidence(
    body: bytes, header: str | None, known: str | None, encoding: str, evidence: str
) -> None:
    decoded = decode(body, header, known)
    assert (decoded.encoding, decoded.evidence) == (encoding, evidence)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (POLISH, "cp1250"),
        ("Die Straße ist schön für die Bürger und für große Füße", "cp1252"),
        ("Привет, как дела у всех сегодня", "cp1251"),
        ("Привет, как дела у всех сегодня", "koi8-r"),
        ("Η κυβέρνηση ανακοίνωσε σήμερα νέα μέτρα", "cp1253"),
        ("これは日本語の文章です。政府は今日発表した", "shift_jis"),
        ("これは日本語の文章です。政府は今日発表した", "euc-jp"),
        ("中国政府今天宣布新的政策，北京的人说不知道。", "gb18030"),
        ("정부는 오늘 새로운 정책을 발표했다", "euc-kr"),
    ],
)
def test_without_a_declaration_the_letters_tell(text: str, codec: str) -> None:
    assert decode(text.encode(codec), None, None).text == text


def test_a_page_cut_inside_a_character_is_still_utf8() -> None:
    decoded = decode("blåbærgrød".encode()[:-1][:4], "text/html; charset=iso-8859-1", None)
    assert (decoded.text, decoded.encoding) == ("blå", "utf-8")


def test_a_few_broken_bytes_do_not_turn_utf8_into_something_else() -> None:
    decoded = decode("æøå".encode() * 20 + b"\xff", None, None)
    assert decoded.encoding == "utf-8"
    assert decoded.text.endswith("å\ufffd")


def test_a_utf8_label_on_other_bytes_is_not_believed() -> None:
    assert decode("fünf Bäume".encode("cp1252"), "text/html; charset=utf-8", None).text == "fünf Bäume"


def test_labels_mean_what_browsers_read() -> None:
    assert label(" ISO-8859-1 ") == label("ascii") == label("latin1") == "windows-1252"
    assert label("x-sjis") == "shift_jis"
    assert label("klingon") is None


def test_what_could_not_be_read_is_counted() -> None:
    assert decode("blåbær".encode(), None, None).unread == 0
    assert decode("blåbæ".encode()[:-1], None, None).unread == 1
    assert decode("æøå".encode() * 20 + b"\xff.\xfe", None, None).unread == 2


@given(st.binary(), st.none() | st.text(), st.none() | st.text())
def test_no_bytes_raise(body: bytes, header: str | None, known: str | None) -> None:
    decoded = decode(body, header, known)
    assert "\0" not in decoded.text
    assert decoded.utf8.decode() == decoded.text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf8_comes_back_whole(text: str) -> None:
    assert decode(text.encode(), None, None).text == text or text.isascii()
