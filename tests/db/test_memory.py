"""Site memory: what the blocks of a source's latest articles are known by."""

from datetime import timedelta

from db import articles, links, memory, sources
from db.session import Database
from pipelines.records import Found, Reason, Rejected, Saved
from tests.db.samples import NOW, accepted, page, signature


def source(database: Database, name: str = "harbour") -> int:
    return sources.add(database, name=name, url=f"https://{name}.example/", now=NOW).id


def file(database: Database, source_id: int | None, number: int, keys: bytes, **fields: object) -> str:
    """Files an article that the source, or nobody, named."""
    url = f"https://harbour.example/news/{number}"
    links.add(database, source_id, [Found(url)], None, NOW)
    moment = NOW + timedelta(minutes=number)
    outcome = accepted(url, **{"title": f"Story {number}", **fields})
    articles.store(database, page(url, fetched_at=moment), outcome, None, keys)
    return url


def test_the_keys_of_a_sources_articles_are_kept(database: Database) -> None:
    harbour, quay = source(database), source(database, "quay")
    file(database, harbour, 1, b"one00001")
    file(database, quay, 2, b"two00002")
    file(database, harbour, 3, b"three003" * 40)
    assert sorted(memory.recent(database, harbour)) == [b"one00001", b"three003" * 40]
    assert memory.recent(database, quay) == [b"two00002"]


def test_addresses_given_by_hand_are_of_no_site(database: Database) -> None:
    file(database, None, 1, b"one00001")
    assert memory.recent(database, None) == []
    assert memory.recent(database, source(database)) == []


def test_only_the_latest_articles_are_kept(database: Database) -> None:
    harbour, quay = source(database), source(database, "quay")
    file(database, quay, 9999, b"apart000")
    for number in range(memory.PAGES + 3):
        file(database, harbour, number, number.to_bytes(8))
    kept = {int.from_bytes(keys) for keys in memory.recent(database, harbour)}
    assert kept == set(range(3, memory.PAGES + 3))
    assert memory.recent(database, quay) == [b"apart000"]


def test_an_article_counts_once_however_often_it_is_filed(database: Database) -> None:
    harbour = source(database)
    url = file(database, harbour, 1, b"one00001")
    again = articles.store(database, page(url), accepted(url, "Another text."), None, b"new00001")
    assert again is Saved.CHANGED
    assert memory.recent(database, harbour) == [b"one00001"]


def test_a_copy_of_another_article_is_no_evidence(database: Database) -> None:
    harbour = source(database)
    original = accepted("https://harbour.example/news/1").article.fingerprint
    file(database, harbour, 1, b"one00001", fingerprint=original)
    file(database, harbour, 2, b"one00001", fingerprint=original)
    alike = [type(original)(f"{changed}", signature(7, changed=changed)) for changed in (0, 5)]
    file(database, harbour, 3, b"three003", text="Long.", fingerprint=alike[0])
    file(database, harbour, 4, b"three003", text="Longer.", fingerprint=alike[1])
    assert sorted(memory.recent(database, harbour)) == [b"one00001", b"three003"]


def test_pages_that_are_no_articles_are_not_remembered(database: Database) -> None:
    harbour = source(database)
    links.add(database, harbour, [Found("https://harbour.example/tag")], None, NOW)
    articles.store(database, page("https://harbour.example/tag"), Rejected(Reason.LISTING, "9 teasers"), None)
    assert memory.recent(database, harbour) == []


def test_the_memory_goes_with_the_source_and_the_articles_stay(database: Database) -> None:
    harbour = source(database)
    url = file(database, harbour, 1, b"one00001")
    sources.remove(database, harbour)
    assert memory.recent(database, harbour) == []
    assert articles.get(database, url) is not None
