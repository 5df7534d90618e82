"""What stands around an article goes, on pages whose designs tell nothing; and what is known to be left.

The pages are those of `leak_pages.py`: fourteen languages, six designs.
"""

import pytest

from pipelines.process import process_page
from pipelines.records import Accepted, Article
from pipelines.rules import load_rulebook
from tests.pipelines.leak_pages import Sample, leaked, lost, samples

RULEBOOK = load_rulebook()
KNOWN = {
    ("bare", "caption"): "a plain paragraph below a picture, without a credit, is a caption or the next product's name",
    ("bare", "video", "ja"): "one name behind the word for video may be the title of one",
    ("table", "video", "ja"): "one name behind the word for video may be the title of one",
}
"""Design, kind and, where it is of one language only, language of a leak that no rule catches without taking texts."""
SAMPLES = list(samples())


def known(sample: Sample, kind: str) -> str | None:
    return KNOWN.get((sample.design, kind)) or KNOWN.get((sample.design, kind, sample.language))


def article(sample: Sample) -> Article:
    outcome = process_page(sample.page, RULEBOOK)
    assert isinstance(outcome, Accepted)
    return outcome.article


def name(sample: Sample) -> str:
    return f"{sample.language}-{sample.design}"


@pytest.mark.parametrize("sample", SAMPLES, ids=name)
def test_furniture_goes_and_the_article_stays(sample: Sample) -> None:
    record = article(sample)
    assert [(kind, words) for kind, words in leaked(record, sample) if not known(sample, kind)] == []
    assert lost(record, sample) == []


FAILURES = [
    pytest.param(
        sample,
        words,
        id=f"{name(sample)}-{kind}",
        marks=pytest.mark.xfail(strict=True, reason=known(sample, kind) or ""),
    )
    for sample in SAMPLES
    for kind, words in sample.furniture
    if known(sample, kind)
]


@pytest.mark.parametrize(("sample", "words"), FAILURES)
def test_known_leaks(sample: Sample, words: str) -> None:
    assert words not in article(sample).text
