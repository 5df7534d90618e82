"""Cleaning again from the archive: which pages are due, and what is filed of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from db import articles, links, pages, recleaning, sources
from db.articles import StoredArticle
from db.models import LinkState
from db.recleaning import Scope
from db.session import Database
from pipelines.records import Accepted, FetchFailure, Found, Outcome, Page, Reason, Rejected
from tests.db.samples import HOUR, NOW, accepted, article, page

URL = "https://harbour.example/news/1"
NEW = "2+rules"
TOO_SHORT = Rejected(Reason.TOO_SHORT, "20 characters")
LISTING = Rejected(Reason.LISTING, "9 teasers")


def stored(database: Database, url: str = URL) -> StoredArticle:
    found = articles.get(database, url)
    assert found is not None
    return found


def link(database: Database, url: str = URL) -> links.LinkRow:
    found = links.get(database, url)
    assert found is not None
    return found


def file(database: Database, fetched: Page, outcome: Outcome) -> int:
    """Files a page as a crawl does. Returns: its id."""
    articles.store(database, fetched, outcome, None)
    archived = pages.latest(database, fetched.url)
    assert archived is not None
    return archived.id


def due(database: Database, **scope: object) -> list[int]:
    """The pages in scope, by id, which are as many as are counted."""
    wanted = Scope(**scope)  # type: ignore[arg-type]
    found = [page_id for batch in recleaning.due(database, wanted) for page_id in batch]
    assert len(found) == recleaning.count(database, wanted)
    return found


def test_an_article_cleaned_otherwise_is_the_same_version(database: Database) -> None:
    page_id = file(database, page(), accepted())
    before = stored(database)
    better = article(text="The ferry is late. Again.", pipeline_version=NEW, tags=("ferries",), removals=())
    better = replace(better, raw=better.text)
    recleaning.restore(database, page_id, Accepted(better), NEW)
    assert stored(database) == replace(before, article=better)
    assert [version.text for version in articles.versions(database, before.id)] == [better.text]


def test_an_edit_stays_a_version_of_its_own(database: Database) -> None:
    file(database, page(), accepted(text="The ferry is late."))
    page_id = file(database, page(body=b"2", fetched_at=NOW + HOUR), accepted(text="The ferry came."))
    recleaning.restore(database, page_id, accepted(text="The ferry came!", pipeline_version=NEW), NEW)
    history = articles.versions(database, stored(database).id)
    assert [version.text for version in history] == ["The ferry is late.", "The ferry came!"]
    assert stored(database).changed_at == NOW + HOUR


def test_what_a_crawl_filed_meanwhile_is_not_undone(database: Database) -> None:
    page_id = file(database, page(), accepted(text="The ferry is late."))
    file(database, page(body=b"2", fetched_at=NOW + HOUR), accepted(text="The ferry came."))
    before = stored(database)
    recleaning.restore(database, page_id, accepted(text="The ferry is late!", pipeline_version=NEW), NEW)
    recleaning.confirm(database, [page_id], NEW)
    assert stored(database) == before


def test_the_address_of_another_article_is_not_taken_over(database: Database) -> None:
    other = f"{URL}-other"
    file(database, page(other), accepted(other, text="Another story."))
    page_id = file(database, page(), accepted())
    recleaning.restore(database, page_id, accepted(canonical_url=other, text="Cleaner.", pipeline_version=NEW), NEW)
    assert stored(database, other).article.text == "Another story."
    assert (stored(database).article.text, stored(database).article.canonical_url) == ("Cleaner.", URL)


def test_a_page_that_was_none_becomes_an_article(database: Database) -> None:
    page_id = file(database, page(), TOO_SHORT)
    recleaning.restore(database, page_id, accepted(pipeline_version=NEW), NEW)
    assert (stored(database).page_id, stored(database).first_seen) == (page_id, NOW)
    assert (link(database).state, link(database).reason, link(database).attempts) == (LinkState.STORED, None, 0)
    assert due(database, not_by=NEW) == []


def test_a_page_of_a_known_article_leads_to_it(database: Database) -> None:
    file(database, page(), accepted())
    page_id = file(database, page(f"{URL}?print"), TOO_SHORT)
    recleaning.restore(database, page_id, accepted(f"{URL}?print", canonical_url=URL, text="Printed."), NEW)
    assert stored(database, f"{URL}?print") == stored(database)
    assert stored(database).article == article()


def test_a_page_that_is_still_none_may_be_so_for_another_reason(database: Database) -> None:
    page_id = file(database, page(), TOO_SHORT)
    recleaning.restore(database, page_id, LISTING, NEW)
    assert (link(database).reason, link(database).evidence, link(database).attempts) == (*_said(LISTING), 1)
    links.failed(database, FetchFailure(URL, Reason.DNS, "no such name", NOW), NOW + HOUR)
    recleaning.restore(database, page_id, TOO_SHORT, NEW)
    assert link(database).reason is Reason.DNS


def _said(rejected: Rejected) -> tuple[Reason, str]:
    return rejected.reason, rejected.evidence


def test_an_article_whose_page_would_be_rejected_now_stays_and_stays_due(database: Database) -> None:
    page_id = file(database, page(), accepted())
    before = stored(database), link(database)
    recleaning.restore(database, page_id, LISTING, NEW)
    assert (stored(database), link(database)) == before
    assert due(database, not_by=NEW) == [page_id]


def test_when_a_link_is_fetched_again_is_not_for_cleaning_to_say(database: Database) -> None:
    articles.store(database, page(), accepted(), NOW + HOUR)
    page_id = stored(database).page_id
    assert page_id is not None
    recleaning.restore(database, page_id, accepted(text="Cleaner.", pipeline_version=NEW), NEW)
    assert link(database).next_try == NOW + HOUR


def test_a_page_that_is_not_there_can_not_be_cleaned_again(database: Database) -> None:
    with pytest.raises(KeyError):
        recleaning.restore(database, 77, accepted(), NEW)


def test_a_page_goes_into_quarantine_once_and_comes_out(database: Database) -> None:
    page_id = file(database, page(), accepted())
    for moment in (NOW, NOW + HOUR):
        recleaning.set_aside(database, page_id, "ValueError: no way", moment)
    assert [kept.quarantined_at for kept in articles.quarantined(database)] == [NOW + HOUR]
    assert stored(database).article == article()
    recleaning.confirm(database, [page_id], NEW)
    assert articles.quarantined(database) == []


def test_what_is_due_is_what_another_pipeline_made(database: Database) -> None:
    old = file(database, page(body=b"1"), accepted(text="One."))
    current = file(database, page(body=b"2"), accepted(text="Two."))
    file(database, page(f"{URL}/short", body=b"older"), TOO_SHORT)
    short = file(database, page(f"{URL}/short"), TOO_SHORT)
    file(database, page(f"{URL}/gone", status=404), Rejected(Reason.NOT_FOUND, "404"))
    assert old not in due(database)
    assert due(database, not_by=NEW) == due(database) == [current, short]
    assert due(database, not_by="1+rules") == [short]
    recleaning.confirm(database, [current, short], NEW)
    assert due(database, not_by=NEW) == []
    assert stored(database).article.pipeline_version == NEW
    assert recleaning.versions(database) == [NEW]


def test_a_scope_is_narrowed_by_source_day_rule_and_version(database: Database) -> None:
    source = sources.add(database, name="harbour", url="https://harbour.example/", now=NOW)
    links.add(database, source.id, [Found(URL), Found(f"{URL}/short")], None, NOW)
    ours = file(database, page(), accepted())
    short = file(database, page(f"{URL}/short"), TOO_SHORT)
    later = page("https://quay.example/2", fetched_at=NOW + timedelta(days=2))
    plain = replace(article(later.url, pipeline_version=NEW), removals=(), raw="The ferry is late.")
    theirs = file(database, later, Accepted(plain))
    assert due(database, source_id=source.id) == [ours, short]
    assert due(database, since=NOW + HOUR) == [theirs]
    assert due(database, until=NOW + HOUR) == [ours, short]
    assert due(database, rule="en.photo-credit") == [ours]
    assert due(database, rule="en.photo") == []
    assert due(database, by=NEW) == [theirs]


def test_pages_come_with_what_they_came_to(database: Database) -> None:
    filed = file(database, page(), accepted())
    short = file(database, page(f"{URL}/short"), TOO_SHORT)
    one, other = recleaning.load(database, [filed, short])
    assert (one.stored.page, one.article, one.rejected) == (page(), stored(database), None)
    assert (other.stored.page, other.article, other.rejected) == (page(f"{URL}/short"), None, TOO_SHORT)


def test_many_pages_come_in_order_and_once_while_they_are_cleaned(database: Database) -> None:
    ids = [file(database, page(f"{URL}/{n}", body=b"%d" % n), accepted(f"{URL}/{n}")) for n in range(50)]
    ids += [file(database, page(f"{URL}/short{n}", body=b"-%d" % n), TOO_SHORT) for n in range(50)]
    seen = []
    for batch in recleaning.due(database, Scope(not_by=NEW)):
        recleaning.confirm(database, batch, NEW)
        seen += batch
    assert seen == ids
