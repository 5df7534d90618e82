"""Several writers at once."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from multiprocessing import get_context

from db import articles, links, runs, session
from db.session import Database
from pipelines.records import FetchFailure, Fingerprint, Found, Reason, Saved
from tests.db.samples import NOW, accepted, page, signature

WRITERS, EACH = 4, 100


def write(url: str, writer: int) -> int:
    """Reads and then writes, a transaction each time, in a process of its own."""
    with closing(session.connect(url)) as db:
        for number in range(EACH):
            links.failed(db, FetchFailure(f"https://w{writer}.example/{number}", Reason.DNS, "no such host", NOW), NOW)
            links.failed(db, FetchFailure("https://shared.example/", Reason.DNS, "no such host", NOW), NOW)
    return EACH


def test_four_processes_of_two_hundred_transactions_each(url: str) -> None:
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        assert sum(pool.map(write, [url] * WRITERS, range(WRITERS))) == WRITERS * EACH
    with closing(session.connect(url)) as db:
        shared = links.get(db, "https://shared.example/")
        assert shared is not None
        assert shared.attempts == WRITERS * EACH
        assert len(links.pending(db, None, NOW, 1000)) == WRITERS * EACH + 1


def test_threads_share_a_database(database: Database) -> None:
    run = runs.start(database, "run", NOW, "w")

    def work(writer: int) -> None:
        for number in range(25):
            url = f"https://w{writer}.example/{number}"
            articles.store(database, page(url), accepted(url), None)
            runs.count(database, run, None, "new")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))
    assert len(list(articles.each(database))) == 100
    assert runs.listing(database)[0].outcomes == {"new": 100}


def test_one_article_stored_by_all_at_once_is_stored_once(database: Database) -> None:
    for number in range(10):
        url = f"https://harbour.example/{number}"

        def store(writer: int, url: str = url) -> Saved | Reason:
            address = url if writer % 2 else f"{url}?print={writer}"
            return articles.store(database, page(address), accepted(address, canonical_url=url), None)

        with ThreadPoolExecutor(WRITERS) as pool:
            results = sorted(pool.map(store, range(WRITERS)))
        assert results == [Saved.NEW] + [Saved.UNCHANGED] * (WRITERS - 1)
    assert len(list(articles.each(database))) == 10


def test_articles_that_are_alike_change_at_once(database: Database) -> None:
    def store(writer: int) -> None:
        for number in range(15):
            url = f"https://w{(writer + number) % WRITERS}.example/"
            fingerprint = Fingerprint(f"{writer} {number}", signature(1, changed=number % 3))
            articles.store(database, page(url), accepted(url, fingerprint=fingerprint), None)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(store, range(WRITERS)))
    for kept in articles.each(database):
        assert len(articles.related(database, kept.id)) == WRITERS - 1


def test_the_same_links_found_in_another_order_at_once(database: Database) -> None:
    found = [Found(f"https://harbour.example/{number}") for number in range(2000)]
    orders = [found, found[::-1], found[1000:] + found[:1000], found[::-1]]
    with ThreadPoolExecutor(WRITERS) as pool:
        new = list(pool.map(lambda order: links.add(database, None, order, None, NOW), orders))
    assert sum(new) == 2000
