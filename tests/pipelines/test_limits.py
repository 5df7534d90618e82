"""Long pages are cut where it does no harm, honest ones not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.limits import MAX_ATTRIBUTES, MAX_BYTES, MAX_TAGS, cut

SCRIPT = b"for(var i=0;i<n ;i++){" + b"a(i, 'b', c ? d : e); " * 1000 + b"}"
DATA = b"".join(b"x%d y " % number for number in range(3000))
LONG = b"<p>The ferry sails.</p>" * 8000


@pytest.mark.parametrize(
    "page",
    [
        b"",
        LONG,
        LONG + b"<script>" + SCRIPT + b"</script>",
        LONG + b'<div data-state="' + DATA + b'">x</div>',
        LONG + b"<div data-state='" + DATA + b"' class=a>x</div>",
        LONG + b"<img src=data:image/png;base64," + b"QUJD" * 10_000 + b">",
        LONG + b"<a " + b" " * 20_000 + b"href=x>",
    ],
)
def test_honest_pages_stay_as_they_are(page: bytes) -> None:
    assert cut(page) == (page, ())


def test_attributes_beyond_the_bound_go_and_the_text_stays() -> None:
    crowd = b" ".join(b"a%d='%d'" % (number, number) for number in range(MAX_ATTRIBUTES + 5000))
    markup, flags = cut(LONG + b"<div " + crowd + b">inside</div>after")
    assert flags == (f"cut at {MAX_ATTRIBUTES} attributes",)
    assert markup.endswith(b"a%d='%d'>inside</div>after" % (MAX_ATTRIBUTES - 1, MAX_ATTRIBUTES - 1))


def test_tags_beyond_the_bound_go() -> None:
    markup, flags = cut(b"<p>x" * (MAX_TAGS + 10))
    assert (markup.count(b"<"), flags) == (MAX_TAGS - 1, (f"cut at {MAX_TAGS} tags",))


def test_bytes_beyond_the_bound_go_and_no_character_is_halved() -> None:
    markup, flags = cut(b"x" + "æ".encode() * (MAX_BYTES // 2))
    assert (len(markup), flags) == (MAX_BYTES - 1, (f"cut at {MAX_BYTES} bytes",))
    assert markup.decode().endswith("æ")


@given(st.text(alphabet="<>a =\"'/b\n").map(str.encode))
def test_no_page_raises(page: bytes) -> None:
    cut(page * 2000)
