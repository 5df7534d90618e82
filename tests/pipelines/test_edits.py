"""What was edited between two versions of a text."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.edits import Edit, Stretch, edits
from pipelines.records import PARAGRAPH_BREAK

FERRY = "The ferry to Skarvik is late for the third time this week, and the harbour master is not pleased."
FARES = "Fares go up by a tenth in May."


def text(*paragraphs: str) -> str:
    return PARAGRAPH_BREAK.join(paragraphs)


def test_a_word_that_was_changed_is_shown_in_its_paragraph():
    [ferry, fares] = edits(text(FERRY, FARES), text(FERRY.replace("third", "fourth"), FARES))
    assert [(part.edit, part.text) for part in ferry if part.edit is not Edit.KEPT] == [
        (Edit.OUT, "third"),
        (Edit.IN, "fourth"),
    ]
    assert fares == (Stretch(Edit.KEPT, FARES),)


def test_a_paragraph_that_was_put_in_taken_out_or_written_anew_is_shown_whole():
    assert edits(FERRY, text(FERRY, FARES)) == [(Stretch(Edit.KEPT, FERRY),), (Stretch(Edit.IN, FARES),)]
    assert edits(text(FERRY, FARES), FARES) == [(Stretch(Edit.OUT, FERRY),), (Stretch(Edit.KEPT, FARES),)]
    assert edits(FERRY, FARES) == [(Stretch(Edit.IN, FARES),), (Stretch(Edit.OUT, FERRY),)]


def test_equal_texts_have_no_edits():
    assert edits(text(FERRY, FARES), text(FERRY, FARES)) == [(Stretch(Edit.KEPT, each),) for each in (FERRY, FARES)]
    assert edits("", "") == []


PARAGRAPHS = st.lists(
    st.sampled_from([FERRY, FARES, "One.", "Two words.", "  ", "Ñandú, 80 %!"]) | st.text(max_size=30)
)


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_can_be_read_off(before, after):
    found = edits(text(*before), text(*after))
    for left_out, whole in ((Edit.IN, before), (Edit.OUT, after)):
        kept = "".join(part.text for paragraph in found for part in paragraph if part.edit is not left_out)
        assert kept == "".join(part for part in text(*whole).split(PARAGRAPH_BREAK) if part.strip())


def test_long_texts_that_repeat_themselves_are_compared_in_bounds():
    same = [f"a b {number % 2}" for number in range(5000)]
    assert len(edits(text(*same), text(*same[1:]))) == 9999
    [shown] = edits("la " * 20_000, "la " * 19_000 + "lu")
    assert {part.edit for part in shown} == {Edit.OUT, Edit.IN}
