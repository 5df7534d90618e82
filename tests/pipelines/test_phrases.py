"""Every phrase of every pack: its examples go, its counter-examples stay, its pattern takes linear time."""

from datetime import UTC, datetime

import pytest

from pipelines.clean import Cleaned, clean
from pipelines.records import Block, BlockKind, Boilerplate
from pipelines.rules import Phrase, Place, check_pattern, load_rulebook

RULEBOOK = load_rulebook()
PHRASES = [
    pytest.param(language, phrase, id=phrase.id) for language, phrases in RULEBOOK.packs.items() for phrase in phrases
]
PROSE = Block(
    "The council met on Monday evening and voted on the bridge after a debate of three hours.", BlockKind.LINE
)


def cleaned_with(line: str, phrase: Phrase, language: str) -> Cleaned:
    """A dump that has the line in the phrase's place."""
    block = Block(line, BlockKind.LINE)
    blocks = {
        Place.HEAD: [block, PROSE, PROSE],
        Place.START: [block, PROSE, PROSE],
        Place.TAIL: [PROSE, PROSE, block],
    }.get(phrase.place, [PROSE, PROSE, block, PROSE, PROSE])
    return clean(
        blocks, RULEBOOK, None if language == "any" else language, None, None, datetime(2026, 5, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(("language", "phrase"), PHRASES)
def test_examples_go(language: str, phrase: Phrase) -> None:
    for example in phrase.examples:
        cleaned = cleaned_with(example, phrase, language)
        if phrase.kind is Boilerplate.AGENCY:
            assert cleaned.facts.agency
            assert example in cleaned.text
        else:
            assert example not in cleaned.text
            assert PROSE.text in cleaned.text


@pytest.mark.parametrize(("language", "phrase"), PHRASES)
def test_counter_examples_stay(language: str, phrase: Phrase) -> None:
    for keep in phrase.keeps:
        cleaned = cleaned_with(keep, phrase, language)
        assert keep in cleaned.text
        assert cleaned.removals == ()


@pytest.mark.parametrize(("language", "phrase"), PHRASES)
def test_patterns_are_linear_and_capture_known_facts(language: str, phrase: Phrase) -> None:
    check_pattern(phrase.pattern, f"{language}.toml: {phrase.id}")
