"""The form in which dates leave in a record: no less than what is declared, no more than what is known."""

from datetime import UTC, datetime

import pytest

from pipelines.record_json import record
from pipelines.records import Article, Precision, Timestamp

DAY = datetime(2026, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("origin", "precision", "expected"),
    [
        ("json-ld:datePublished", Precision.DAY, "2026-05-12T00:00:00"),
        ("meta:date", Precision.DAY, "2026-05-12T00:00:00"),
        ("time:datetime", Precision.DAY, "2026-05-12T00:00:00"),
        ("text:date", Precision.DAY, "2026-05-12"),
        ("url", Precision.DAY, "2026-05-12"),
        ("json-ld:datePublished", Precision.MONTH, "2026-05"),
        ("json-ld:datePublished", Precision.MINUTE, "2026-05-12T00:00"),
    ],
)
def test_a_declared_day_is_a_whole_timestamp(origin: str, precision: Precision, expected: str) -> None:
    stamp = Timestamp(DAY, precision, "as written", origin)
    found = record(Article("", "", None, "", "", (), published=stamp, modified=stamp))
    assert found["published"] == found["modified"] == expected
    assert found["published_precision"] == precision.value
