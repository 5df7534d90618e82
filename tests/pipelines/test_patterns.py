"""The index of phrases finds what every phrase tried by itself would find."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.patterns import HEAD, compiled, head, repeats_beside, repeats_nested, shape
from pipelines.rules import Place, load_rulebook

RULES = load_rulebook()
PHRASES = [phrase for phrases in RULES.packs.values() for phrase in phrases]
EXAMPLES = sorted({example for phrase in PHRASES for example in (*phrase.examples, *phrase.keeps)})
WHOLE = (Place.SECTION, Place.LINE, Place.HEAD, Place.TAIL)


@pytest.mark.parametrize(
    ("pattern", "beginnings"),
    [
        ("photos?: .+", {"pho"}),
        ("(?:file )?(?:photo|image)", {"fil", "pho", "ima"}),
        (r"\d{1,3} shares?", {"0 s", "00 ", "000"}),
        ("[(\\[]?ad", {" ad", "ad"}),
        (".{2,5}x", {""}),
        ("(?=want|like).{5,9}", {"wan", "lik"}),
        ("a(?!b)[^c]d", {"a"}),
        ("ja+n", {"jan", "jaa"}),
        ("x", {"x"}),
    ],
)
def test_how_a_pattern_begins(pattern: str, beginnings: set[str]) -> None:
    assert shape(pattern)[0] == beginnings


@pytest.mark.parametrize("text", ["İlgili", "ilgili", "ILGILI", "ılgılı"])
def test_a_turkish_i_is_an_i(text: str) -> None:
    assert head(text) == "ilg"


def test_how_long_a_match_is() -> None:
    assert shape("ab?[cd]{2,4}")[1:] == (3, 6)


@given(st.text(st.characters(exclude_characters="İ"), max_size=6))  # whose small form is a letter and a mark
def test_a_beginning_is_that_of_the_text_in_any_case(text: str) -> None:
    assert head(text) == head(text[:HEAD]) == head(text.casefold())
    assert len(head(text)) <= HEAD


@pytest.mark.parametrize("pattern", ["(?:a+)+", r"(?:\w+ ?){1,8}x", r"(?:\w{1,8} ?){8}x", "(?:(?:a*b?){3}c?){3}"])
def test_repetitions_that_divide_a_text_in_too_many_ways(pattern: str) -> None:
    assert repeats_nested(pattern)


@pytest.mark.parametrize("pattern", ["(?:ab)+c*", r"(?:\w++ ?){1,8}x", r"(?:\w+ ?){2}x", r"(?:\d{1,3}[.: ]?){1,8}"])
def test_repetitions_that_come_to_an_end(pattern: str) -> None:
    assert not repeats_nested(pattern)


@pytest.mark.parametrize("pattern", [".*.*.*.*x", "(?:.*a)?(?:.*b)?.*(?:c|d).*e", r"[\w ]+: [\w ]+[^.]+.+[a-z ]+!"])
def test_repetitions_side_by_side_that_divide_a_text_in_too_many_ways(pattern: str) -> None:
    assert repeats_beside(pattern)
    assert not repeats_nested(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\w+ \w+ \w+ \w+ \w+", ".{2,80}: .{2,80} – .{2,80}", r"\d+[^:]*: ?\w+, ?\w+.*", "a?b?c*"]
)
def test_repetitions_side_by_side_that_come_to_an_end(pattern: str) -> None:
    assert not repeats_beside(pattern)


@settings(deadline=None)  # the first text has all phrases compiled
@given(st.sampled_from(EXAMPLES), st.sampled_from([str, str.upper, str.lower, str.title]), st.integers(0, 4))
def test_the_index_misses_no_phrase(example: str, case: Callable[[str], str], start: int) -> None:
    text = case(example)
    found = {phrase.id for phrase, _ in RULES.matcher(None).whole(text, start, len(text))}
    tried = (phrase for phrase in PHRASES if phrase.place in WHOLE)
    assert found == {p.id for p in tried if compiled(p.pattern).fullmatch(text, start)}


@pytest.mark.parametrize(
    "text", ["Published 4 " + "30" * 150 + "x", "A-" * 150 + "!", "Video: Anna" + "-B" * 150 + "?"]
)
def test_no_line_keeps_a_pattern_busy(text: str) -> None:
    assert RULES.matcher(None).whole(text, 0, len(text)) == []
