"""What must hold of every cleaning: it replays, its offsets fit, a second one changes nothing, packs have no order.

`python -m benchmarks.properties` counts the same on 10,000 generated articles and on the development pages.
"""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clean import clean
from pipelines.dump import process_dump
from pipelines.process import process_page
from pipelines.records import PARAGRAPH_BREAK, Accepted, Block, replay
from pipelines.rules import load_rulebook
from tests.pipelines.properties import NOW, document, examples, offsets_broken, turned, violations
from tests.test_pages import FOLDERS, load

RULEBOOK = load_rulebook()
TURNED = turned(RULEBOOK)
TEXTS = examples(RULEBOOK)
DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.txt"))


@settings(max_examples=100, deadline=None)  # the first article has all phrases compiled
@given(st.integers(min_value=0), st.sampled_from([None, "en", "de", "ja", "ar"]))
def test_generated_articles(seed: int, language: str | None) -> None:
    blocks = document(random.Random(seed), TEXTS)  # noqa: S311  # hypothesis chooses the seed
    assert violations(blocks, RULEBOOK, TURNED, language) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_golden_pages(folder: Path) -> None:
    page, _ = load(folder)
    outcome = process_page(page, RULEBOOK)
    assert process_page(page, TURNED) == outcome
    if isinstance(outcome, Accepted):
        record = outcome.article
        assert offsets_broken(record.raw, record.removals) == []
        assert replay(record.raw, record.removals) == record.text
        kept = [Block(text) for text in record.text.split(PARAGRAPH_BREAK)]
        again = clean(kept, RULEBOOK, record.language, record.title, record.standfirst, NOW, record.authors)
        assert again.text == record.text


@pytest.mark.parametrize("file", DUMPS, ids=[file.stem for file in DUMPS])
def test_dumps(file: Path) -> None:
    text = file.read_bytes().decode("utf-8")
    outcome = process_dump(text, RULEBOOK, NOW)
    assert process_dump(text, TURNED, NOW) == outcome
    assert isinstance(outcome, Accepted)
    record = outcome.article
    assert offsets_broken(record.raw, record.removals) == []
    assert replay(record.raw, record.removals) == record.text
    again = process_dump(record.text, RULEBOOK, NOW)
    assert isinstance(again, Accepted)
    assert again.article.text == record.text
