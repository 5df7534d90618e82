"""Copies and near-duplicates are kept, and linked."""

from db import articles, links, sources
from db.duplicates import THRESHOLD, similarity
from db.models import RelationKind
from db.session import Database
from pipelines.records import Fingerprint, Found, Precision, Timestamp
from tests.db.samples import HOUR, NOW, accepted, page, signature


def file(database: Database, name: str, content_hash: str, minhash: bytes) -> int:
    url = f"https://{name}.example/news"
    articles.store(database, page(url), accepted(url, fingerprint=Fingerprint(content_hash, minhash)), None)
    kept = articles.get(database, url)
    assert kept is not None
    return kept.id


def kin(database: Database, article_id: int) -> list[tuple[int, RelationKind, float]]:
    return [(other.id, other.kind, other.score) for other in articles.related(database, article_id)]


def test_the_same_text_elsewhere(database: Database) -> None:
    one = file(database, "harbour", "same", signature(1))
    two = file(database, "quay", "same", signature(1))
    assert kin(database, one) == [(two, RelationKind.SAME_TEXT, 1.0)]
    [other] = articles.related(database, two)
    assert (other.id, other.url, other.title) == (one, "https://harbour.example/news", "Ferry late again")


def test_who_had_a_text_first_is_said_across_sources(database: Database) -> None:
    for name in ("harbour", "quay"):
        source = sources.add(database, name=name, url=f"https://{name}.example/", now=NOW)
        links.add(database, source.id, [Found(f"https://{name}.example/{n}") for n in (1, 2)], None, NOW)

    def store(url: str, text: str, hour: int) -> int:
        date = Timestamp(NOW + hour * HOUR, Precision.MINUTE, "", "meta:date")
        copy = accepted(url, published=date, fingerprint=Fingerprint(text, signature(1)))
        articles.store(database, page(url), copy, None)
        kept = articles.get(database, url)
        assert kept is not None
        return kept.id

    copy = store("https://quay.example/1", "edited", 2)
    first = store("https://harbour.example/1", "as sent", 1)
    later = store("https://harbour.example/2", "edited", 3)
    assert {pair[:2] for pair in kin(database, copy)} == {
        (first, RelationKind.SYNDICATED),
        (later, RelationKind.SYNDICATED),
    }
    assert kin(database, first)[-1][1] in (RelationKind.NEAR_DUPLICATE, RelationKind.SYNDICATED)
    said = {other.id: other.evidence for other in articles.related(database, copy)}
    assert said[first].endswith(f"article {first} was published first")
    assert said[later].endswith(f"article {copy} was published first")


def test_texts_too_short_to_compare_may_still_be_equal(database: Database) -> None:
    one, two = (file(database, name, "same", b"") for name in ("harbour", "quay"))
    file(database, "pier", "other", b"")
    assert kin(database, one) == [(two, RelationKind.SAME_TEXT, 1.0)]


def test_near_duplicates_are_those_above_the_threshold(database: Database) -> None:
    one = file(database, "harbour", "1", signature(1))
    near = file(database, "quay", "2", signature(1, changed=13))
    far = file(database, "pier", "3", signature(1, changed=64))
    file(database, "dock", "4", signature(2))
    assert kin(database, one) == [(near, RelationKind.NEAR_DUPLICATE, 115 / 128)]
    assert THRESHOLD < 115 / 128
    assert kin(database, far) == []


def test_a_rewritten_article_loses_its_likeness(database: Database) -> None:
    one = file(database, "harbour", "1", signature(1))
    two = file(database, "quay", "2", signature(1, changed=5))
    three = file(database, "pier", "3", signature(3))
    file(database, "quay", "4", signature(3, changed=5))
    assert kin(database, one) == []
    assert kin(database, two) == [(three, RelationKind.NEAR_DUPLICATE, 123 / 128)]


def test_one_text_everywhere_costs_a_bounded_amount_of_work(database: Database) -> None:
    ids = [file(database, f"site{number}", "same", signature(1)) for number in range(60)]
    assert len(kin(database, ids[-1])) == 50


def test_signatures_of_different_making_are_not_compared(database: Database) -> None:
    file(database, "harbour", "1", signature(1))
    assert kin(database, file(database, "quay", "2", signature(1)[:256])) == []
    assert similarity(signature(1), signature(1)[:256]) == 0
    assert similarity(b"", b"") == 0
